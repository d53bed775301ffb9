//! What differs between two rulebooks, and which situations come out differently, in each format.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::json::pretty;
use super::markdown::escape;
use super::text::{Layout, Page};
use crate::policy::Outcome;
use crate::revision::{Revision, Shift, Shifts};
use crate::rulebook::{Difference, Rulebook, Turn};
use crate::text::{counted, list, one_line};

/// The name and version of the shape in JSON.
pub const SCHEMA: &str = "needk8s.rules.diff/1";
/// Values of more letters are shown only where everything is.
const SHORT: usize = 60;
/// No more lines than this are named as what decides a situation.
const MOST_NAMED: usize = 6;

/// No more situations than this are named for one cause, unless all is asked for.
const MOST_SHOWN: usize = 12;

/// For people at a terminal; long values as well where the layout is verbose.
pub fn text(revision: &Revision<'_>, shifts: &Shifts, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.paragraph(0, &headline(revision));
    for (kind, lines) in by_kind(revision, layout.verbose) {
        page.heading(kind);
        lines.iter().for_each(|line| page.item("-", line));
    }
    page.gap();
    page.paragraph(0, &situations(shifts));
    for (cause, lines) in by_cause(revision, shifts) {
        page.gap();
        page.paragraph(0, &cause);
        let most = if layout.verbose { usize::MAX } else { MOST_SHOWN };
        lines.iter().take(most).for_each(|line| page.item("-", line));
        if lines.len() > most {
            page.item("-", &format!("and {} more (-v)", lines.len() - most));
        }
    }
    page.finish()
}

/// For a pull request.
pub fn markdown(revision: &Revision<'_>, shifts: &Shifts) -> String {
    let mut out = format!("{}\n", escape(&headline(revision)));
    let mut item = |line: &str| {
        let _ = writeln!(out, "{line}");
    };
    for (kind, lines) in by_kind(revision, false) {
        item(&format!("\n### {}\n", escape(kind)));
        lines.iter().for_each(|line| item(&format!("- {}", escape(line))));
    }
    item(&format!("\n{}", escape(&situations(shifts))));
    for (cause, lines) in by_cause(revision, shifts) {
        item(&format!("\n{}\n", escape(&cause)));
        lines.iter().for_each(|line| item(&format!("- {}", escape(line))));
    }
    out
}

/// For programs.
pub fn json(revision: &Revision<'_>, shifts: &Shifts) -> String {
    let [before, after] = revision
        .rulebooks()
        .map(|rules| json!({ "name": rules.full_name(), "version": rules.full_version() }));
    let differences: Vec<Json> = revision.differences().iter().map(difference).collect();
    let moved = shifts.moved.iter().map(|shift| {
        let by = shift.by.as_ref().map(|by| by.iter().map(|index| revision.differences()[*index].name()).collect::<Vec<_>>());
        json!({ "name": shift.name, "before": outcome(&shift.before), "after": outcome(&shift.after), "by": by })
    });
    pretty(&json!({
        "schema": SCHEMA, "before": before, "after": after,
        "differences": differences,
        "situations": { "all": shifts.all, "other_margin": shifts.other_margin, "moved": moved.collect::<Vec<_>>() },
    }))
}

fn difference(difference: &Difference) -> Json {
    let (file, line) = &difference.at;
    json!({
        "kind": Some(&difference.kind).filter(|kind| !kind.is_empty()), "id": difference.id, "keys": difference.keys,
        "what": difference.noun, "turn": difference.turn.word(),
        "before": difference.before, "after": difference.after,
        "file": file, "line": line, "with": difference.with,
    })
}

fn outcome(outcome: &Outcome) -> Json {
    let Outcome { verdict, side, platform, margin } = outcome;
    json!({ "verdict": verdict.0, "side": side.0, "platform": platform.0, "margin": margin })
}

/// "needk8s 2.0.0 → needk8s + acme 2.0.0 + 1.0. Added: criterion (2). Changed: weight (1)."
fn headline(revision: &Revision<'_>) -> String {
    let named = |rules: &Rulebook| one_line(&format!("{} {}", rules.full_name(), rules.full_version()));
    let [older, newer] = revision.rulebooks().map(named);
    let turns = Turn::ALL.into_iter().filter_map(|(turn, word)| {
        let such: Vec<&str> = revision
            .differences()
            .iter()
            .filter(|one| one.turn == turn)
            .map(|one| one.noun.as_str())
            .collect();
        let mut nouns = such.clone();
        nouns.sort_unstable();
        nouns.dedup();
        let counts = nouns
            .iter()
            .map(|noun| format!("{noun} ({})", such.iter().filter(|other| other == &noun).count()));
        let counts: Vec<String> = counts.collect();
        (!counts.is_empty()).then(|| format!(" {}: {}.", crate::text::upper_first(word), counts.join(", ")))
    });
    let turns: String = turns.collect();
    match turns.is_empty() {
        true => format!("{older} → {newer}: the rules are the same."),
        false => format!("{older} → {newer}.{turns}"),
    }
}

/// The differences, a line each, under their kinds.
fn by_kind<'r>(revision: &'r Revision<'_>, verbose: bool) -> Vec<(&'r str, Vec<String>)> {
    let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
    for difference in revision.differences() {
        let kind = if difference.kind.is_empty() { "rulebook" } else { &difference.kind };
        let said = line(difference, verbose);
        match kinds.last_mut() {
            Some((last, lines)) if *last == kind => lines.push(said),
            _ => kinds.push((kind, vec![said])),
        }
    }
    kinds
}

/// "strict-compliance.demands.policy-audit.weight: 2 → 3 (policy.toml:63)"
fn line(difference: &Difference, verbose: bool) -> String {
    let name: Vec<&str> =
        std::iter::once(&difference.id).chain(&difference.keys).map(String::as_str).collect();
    let name = match (difference.turn, name.join(".")) {
        (Turn::Reordered, name) => format!("order {name}").trim_end().to_owned(),
        (_, name) => name,
    };
    let (file, line) = &difference.at;
    let with = match difference.with.as_slice() {
        [] => String::new(),
        with if verbose => format!("; with {}", list(with, "and")),
        with => format!("; with {} it", counted(with.len(), "place that names", "places that name")),
    };
    one_line(&format!("{name}: {}{with} ({file}:{line})", change(difference, verbose)))
}

fn change(difference: &Difference, verbose: bool) -> String {
    let is_short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.chars().count() <= SHORT);
    let is_shown = verbose || (is_short(&difference.before) && is_short(&difference.after));
    let quoted =
        |text: &String| if difference.noun == "text" { format!("“{text}”") } else { text.clone() };
    let word = difference.turn.word();
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) if is_shown => format!("{} → {}", quoted(before), quoted(after)),
        (Some(_), Some(_)) if difference.noun == "text" => "reworded".to_owned(),
        (Some(_), Some(_)) => word.to_owned(),
        (Some(only), None) | (None, Some(only)) if !only.is_empty() && (is_shown || difference.is_item()) => {
            format!("{word}, {}", quoted(only))
        }
        _ => word.to_owned(),
    }
}

/// "Of 134 situations, 2 come out differently, and 5 with another margin only."
fn situations(shifts: &Shifts) -> String {
    let Shifts { moved, other_margin, all } = shifts;
    let of = format!("Of {}", counted(*all, "situation", "situations"));
    let come = |number: usize| if number == 1 { "comes" } else { "come" };
    let differently = match moved.len() {
        0 => "none comes out differently".to_owned(),
        some => format!("{some} {} out differently", come(some)),
    };
    match other_margin {
        0 => format!("{of}, {differently}."),
        some => format!("{of}, {differently}; {some} more {} to another margin only.", come(*some)),
    }
}

/// The situations that come out differently, a line each, under the lines of the rules that decide them; what decides most
/// of them first.
fn by_cause(revision: &Revision<'_>, shifts: &Shifts) -> Vec<(String, Vec<String>)> {
    let mut causes: Vec<(&Option<Vec<usize>>, Vec<String>)> = Vec::new();
    for shift in &shifts.moved {
        match causes.iter_mut().find(|(by, _)| **by == shift.by) {
            Some((_, lines)) => lines.push(moved(shift)),
            None => causes.push((&shift.by, vec![moved(shift)])),
        }
    }
    causes.sort_by_key(|(_, lines)| std::cmp::Reverse(lines.len()));
    let named = |by: &Option<Vec<usize>>| match by {
        Some(by) if by.len() <= MOST_NAMED => {
            let named = by.iter().map(|index| {
                let difference = &revision.differences()[*index];
                let (file, line) = &difference.at;
                format!("{} ({file}:{line})", difference.name())
            });
            one_line(&list(&named.collect::<Vec<_>>(), "and"))
        }
        Some(by) => format!("{} changes together", by.len()),
        None => "more changes together than could be told apart".to_owned(),
    };
    let cause = |(by, lines): (&Option<Vec<usize>>, Vec<String>)| {
        (format!("{} by {}:", lines.len(), named(by)), lines)
    };
    causes.into_iter().map(cause).collect()
}

/// "shop: not-yet → recommended (-2 → +5), compose → openshift"
fn moved(shift: &Shift) -> String {
    let (before, after) = (&shift.before, &shift.after);
    let step = |before: &str, after: &str| match before == after {
        true => before.to_owned(),
        false => format!("{before} → {after}"),
    };
    one_line(&format!(
        "{}: {} ({:+} → {:+}), {}",
        shift.name,
        step(&before.verdict.0, &after.verdict.0),
        before.margin,
        after.margin,
        step(&before.platform.0, &after.platform.0),
    ))
}
