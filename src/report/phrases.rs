//! The program's own words about a result. They are few, and none of them is about the domain.

use super::content::{Ignored, ShortfallRow};
use crate::rulebook::Rulebook;
use crate::text::{counted, list, lower_first, upper_first};

/// What a platform lacks when it lacks nothing.
pub(super) const NOTHING: &str = "nothing";
/// What a constraint takes off the table.
pub(super) const RULED_OUT: &str = "ruled out";
/// Where nothing is missing.
pub(super) const LACKS_NOTHING: &str = "nothing is missing that the answers call for.";
/// How a recorded decision is held against the facts.
pub(super) const CONFIRMATION: &str =
    "`needk8s check` assesses these answers again and fails when the outcome has moved.";
/// What a learning path comes to for those who know all of it.
pub(super) const NOTHING_TO_LEARN: &str =
    "By your answers there is nothing that you would have to learn first.";
/// The fold of a record.
pub(super) const WORKING: &str = "The working: all answers, the sum, what each option lacks, sources";
/// Between commands on one line.
pub(super) const BETWEEN_COMMANDS: &str = " · ";

/// How many changes of rules are named in a sentence.
const CHANGES: usize = 4;

/// What rules of one's own have moved.
pub(super) fn moved(layers: &[String], undecided: bool, from: &str, to: &str, by: &[String]) -> String {
    let what = if undecided { "the leaning" } else { "this" };
    let by = match by.len().saturating_sub(CHANGES) {
        0 => list(by, "and"),
        more => format!("{} and {}", by[..CHANGES].join(", "), counted(more, "more change", "more changes")),
    };
    format!("Your policy ({}) moved {what} from {from} to {to}: {by}.", list(layers, "and"))
}

/// By which rules a result was made, where some are the reader's own and have moved nothing.
pub(super) fn by_rules(named: &str) -> String {
    format!("By {named}; your own rules do not change this result.")
}

/// Why an option stands behind others that may cost more.
pub(super) fn behind_for(musts: &[&str]) -> String {
    match musts {
        [] => String::new(),
        musts => format!("; behind for want of {}", list(&lowered(musts), "and")),
    }
}

fn lowered(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| lower_first(name)).collect()
}

/// What to type after the program's name next; `other` is the platform that was not recommended.
pub(super) fn next_commands(other: &str) -> Vec<String> {
    vec![format!("why {other}"), "-v for everything".to_owned(), "-o decision.md".to_owned()]
}

/// Nothing that is not known can change the answer.
pub(super) fn settled(open: usize) -> String {
    match open {
        0 => "All questions are answered".to_owned(),
        1 => "The open question cannot change it".to_owned(),
        open => format!("None of the {open} open questions can change it"),
    }
}

/// In how many of all ways to answer the rest the side stays: "97 in 100 for something simpler, with 5 questions open".
pub(super) fn sure(share: &str, side: &str, open: usize) -> String {
    upper_first(&format!("{share} for {side}, with {} open", counted(open, "question", "questions")))
}

/// The same where that is too few to decide, and the side that is likelier, if one is.
pub(super) fn leaning(share: &str, side: &str, likelier: Option<(u8, &str)>, open: usize) -> String {
    let open = counted(open, "question", "questions");
    match likelier {
        Some((more, other)) => {
            let only = if more < 50 { "Only " } else { "" };
            format!(
                "{only}{more} in 100 for {other}, {share} for {side} as the answers lean so far, with {open} open"
            )
        }
        None => format!("Only {share} for this leaning, with {open} open"),
    }
}

/// What the answers so far lean to, where most ways to answer the rest lead to another side.
pub(super) fn leaning_elsewhere(leaning: &str, side: &str) -> String {
    format!("{leaning} so far, though most ways to answer the rest lead to {side}")
}

/// The headline where most ways to answer the rest lead to one side.
pub(super) fn probably(told: &str) -> String {
    format!("Probably {told}")
}

/// What would turn it: "a, or b, or in 2 other ways".
pub(super) fn either_turns(turns: &[String]) -> String {
    const NAMED: usize = 2;
    // One more is named: to say that there is one takes as much room.
    let named = if turns.len() == NAMED + 1 { turns.len() } else { NAMED };
    let more = turns.len().saturating_sub(named);
    let more = (more > 0).then(|| format!("in {more} other ways"));
    turns.iter().take(named).cloned().chain(more).collect::<Vec<_>>().join(", or ")
}

/// An answer with what it assumes: "Overkill: take a PaaS, unless a rule prescribes another (97 in 100)."
pub(super) fn assuming(headline: &str, turns: &[String], share: &str) -> String {
    let headline = headline.trim_end_matches('.');
    match turns.is_empty() {
        true => format!("{headline}, {share}."),
        false => format!("{headline}, unless {} ({share}).", either_turns(turns)),
    }
}

/// The answer where the recommended platform lacks something that must be had.
pub(super) fn doing_without(verdict: &str, given_up: &[String], best: &str) -> String {
    format!("{verdict}, if you can do without {}: {best}.", crate::text::list(given_up, "and"))
}

/// How many needs or reasons one sentence names.
pub(super) const NAMED: usize = 2;

/// How totals come about, and in which order they stand.
pub(super) fn total_is(price: i64, some_lack_a_must: bool) -> String {
    let order = if some_lack_a_must { ORDER_WITH_MUSTS } else { "Lowest first" };
    format!("Total = effort × {price} (what a point of effort costs here) + what is missing. {order}:")
}

/// The order of platforms where some lack what must be had.
const ORDER_WITH_MUSTS: &str = "Lowest first; what lacks a must comes last";

/// The heading of all platforms with their totals.
pub(super) fn platforms_by_total(some_lack_a_must: bool) -> String {
    let order =
        if some_lack_a_must { ", lowest first, those that lack a must last" } else { ", lowest first" };
    format!("Platforms by total{order} (effort × what effort costs you + what is missing)")
}

/// Answers that do not count, with the answers that are why.
pub(super) fn ignored(ignored: &[Ignored]) -> String {
    let each =
        ignored.iter().map(|Ignored { names, because }| format!("{} (since {because})", list(names, "and")));
    format!("Not used: {}.", each.collect::<Vec<_>>().join("; "))
}

/// The same where there are too many to name.
pub(super) fn many_ignored(count: usize) -> String {
    format!("{count} answers are not used, because of others (-v).")
}

/// The heading of the ledger.
pub(super) fn compared(without: &str, with: &str, subject: &str) -> String {
    format!("Why: {without} against {with} (what speaks for {subject} has a plus)")
}

/// The heading of the steps.
pub(super) fn do_first(platform: &str) -> String {
    format!("If you take {platform}, do this first")
}

/// What a platform lacks: what it has instead, what was asked for, and the points.
pub(super) fn lack(shortfall: &ShortfallRow) -> String {
    let weight = match (shortfall.must, shortfall.points) {
        (true, 0) => "a must".to_owned(),
        (true, weight) => format!("a must, {}", points(weight)),
        (false, weight) => points(weight),
    };
    format!("{}: {} ({weight}).", shortfall.name, shortfall.text)
}

/// What a platform lacks, as a clause; `falls` is "it falls" or "they fall".
pub(super) fn short_of(falls: &str, shortfall: &ShortfallRow) -> String {
    format!("{falls} short in {} ({}).", missing(shortfall), shortfall.text)
}

/// That nothing is missing, or what is; `in_part` says that there is some of all of it. While much is open, it is about what
/// was named so far.
pub(super) fn meets(meets: &str, lacks: &str, in_part: bool, undecided: bool) -> String {
    let needs = if undecided { "the needs that you have named" } else { "your needs" };
    match (lacks, in_part) {
        ("", _) => format!("{meets} all {needs}"),
        (lacks, true) => format!("{meets} {needs}, but {lacks} only in part"),
        (lacks, false) => format!("{meets} {needs} except {lacks}"),
    }
}

/// "effort 3"; what runs already may cost less than the scale has.
pub(super) fn effort(points: i64) -> String {
    if points > 0 { format!("effort {points}") } else { "next to no effort (0)".to_owned() }
}

/// That most is missing: "meets only 6 of the 21 needs that follow from your answers (not audit logs, secrets, and 13
/// more)".
pub(super) fn meets_few(meets: &str, met: usize, needs: usize, lacks: &str) -> String {
    let met = if met == 0 { "none".to_owned() } else { format!("only {met}") };
    format!("{meets} {met} of the {needs} needs that follow from your answers (not {lacks})")
}

/// "+2 effort for k3s, +1 for Nomad": what a criterion changes for two platforms.
pub(super) fn efforts_changed(rulebook: &Rulebook, criterion: usize, compared: [usize; 2]) -> String {
    let changes = compared.map(|platform| (rulebook.familiarity(criterion, platform), platform));
    let said: Vec<String> = changes
        .iter()
        .filter(|(points, _)| *points != 0)
        .enumerate()
        .map(|(place, (points, platform))| {
            let what = if place == 0 { " effort" } else { "" };
            format!("{points:+}{what} for {}", rulebook.platforms()[*platform].in_sentence())
        })
        .collect();
    said.join(", ")
}

/// Something that is missing, by its name.
pub(super) fn missing(shortfall: &ShortfallRow) -> String {
    let must = if shortfall.must { " (a must)" } else { "" };
    format!("{}{must}", crate::text::lower_first(&shortfall.name))
}

/// "1 point", "5 points"
pub(super) fn points(points: i64) -> String {
    crate::text::counted(usize::try_from(points).unwrap_or_default(), "point", "points")
}

/// The lacks that a page has no room for.
pub(super) fn smaller_lacks(number: usize) -> String {
    let lacks = crate::text::counted(number, "smaller need is", "smaller needs are");
    format!("{lacks} not met, either.")
}

/// The one fact that decides, and why it does.
pub(super) fn one_fact(fact: &str, because: &str) -> String {
    format!("One fact decides this: {fact}. {because}")
}

/// A duty that comes with a platform.
pub(super) fn duty(text: &str) -> String {
    format!("you have to {}", crate::text::lower_first(crate::text::first_sentence(text)))
}

/// "a, b, c and 5 more"
pub(super) fn few(items: &[String]) -> String {
    const NAMED: usize = 5;
    let mut said: Vec<String> = items.iter().take(NAMED).cloned().collect();
    if items.len() > NAMED {
        said.push(format!("{} more", items.len() - NAMED));
    }
    crate::text::list(&said, "and")
}
