//! Published decisions in words and as JSON: those nearest to a result, lists of them, and one of them in full.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::Format;
use super::content::Provenance;
use super::json::{RulebookName, answer_value, pretty};
use super::markdown::{escape, link};
use super::text::{Ink, Layout, Page};
use crate::precedents::{Odds, Precedent, is_missed, verdict};
use crate::rulebook::{Case, Leaning, Rulebook};
use crate::text::{counted, list, upper_first};

/// The name and version of the shape in JSON.
pub const SCHEMA: &str = "needk8s.cases/1";

/// "Kubernetes was right"
pub fn outcome(rulebook: &Rulebook, outcome: Leaning) -> String {
    match outcome {
        Leaning::Hedge => "it could have gone either way".to_owned(),
        clear => format!("{} was right", rulebook.side(clear).name),
    }
}

/// "incident.io (2026): Heroku; something simpler was right." Where a result of this side says the contrary: "…; yet there
/// something simpler was right."
pub fn precedent(rulebook: &Rulebook, case: &Case, side: Option<Leaning>) -> String {
    let contradicts = case.outcome != Leaning::Hedge && side == Some(case.outcome.opposite());
    let turn = if contradicts { "yet there " } else { "" };
    format!("{}: {}; {turn}{}.", who_and_when(case), case.ran, outcome(rulebook, case.outcome))
}

/// "incident.io (2026)"
pub fn who_and_when(case: &Case) -> String {
    match case.year {
        // A name that ends with an explanation gets the year inside of it.
        Some(year) => match case.who.strip_suffix(')') {
            Some(open) => format!("{open}, {year})"),
            None => format!("{} ({year})", case.who),
        },
        None => case.who.clone(),
    }
}

/// "Of 33 published cases with this verdict it was right in 22, wrong in 5; in 6 either would do."
pub fn odds(rulebook: &Rulebook, odds: Odds) -> String {
    let side = rulebook.bands()[odds.band].leaning;
    if side == Leaning::Hedge {
        return hedged_odds(rulebook, odds);
    }
    let other = side.opposite();
    let total = counted(odds.total(), "published case", "published cases");
    let wrong = match odds.of(other) {
        0 => "never wrong".to_owned(),
        wrong => format!("wrong in {wrong}"),
    };
    let either = match odds.either {
        0 => String::new(),
        either => format!("; in {either} either would do"),
    };
    format!("Of {total} with this verdict it was right in {}, {wrong}{either}.", odds.of(side))
}

/// "Of 26 published cases 11 were right with Kubernetes, 10 with something simpler and 5 with either."
fn hedged_odds(rulebook: &Rulebook, odds: Odds) -> String {
    let name = |side: Leaning| rulebook.side(side).name.as_str();
    let mut right = [(Leaning::Without, odds.without), (Leaning::With, odds.with)];
    right.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let right = right.map(|(side, number)| (name(side), number)).into_iter().chain([("either", odds.either)]);
    let mut right = right.filter(|(_, number)| *number > 0);
    let Some((most, number)) = right.next() else { return String::new() };
    let total = counted(odds.total(), "published case", "published cases");
    let were = if number == 1 { "was" } else { "were" };
    let first = format!("Of {total} {number} {were} right with {most}");
    let rest = right.map(|(name, number)| format!("{number} with {name}"));
    format!("{}.", list(&std::iter::once(first).chain(rest).collect::<Vec<_>>(), "and"))
}

/// A published decision for programs.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    who: &'a str,
    year: Option<u16>,
    title: &'a str,
    url: Option<&'a str>,
    outcome: String,
    confidence: &'static str,
    ran: &'a str,
    reason: &'a str,
}

fn told<'a>(rulebook: &Rulebook, case: &'a Case) -> Told<'a> {
    Told {
        id: &case.id,
        who: &case.who,
        year: case.year,
        title: &case.title,
        url: case.url.as_deref(),
        outcome: rulebook.outcome_id(case.outcome),
        confidence: case.confidence.word(),
        ran: &case.ran,
        reason: &case.reason,
    }
}

/// Which questions a decision answers like the reader, and which it does not.
#[derive(Serialize)]
struct Likeness<'a> {
    agreeing: Vec<&'a str>,
    differing: Vec<&'a str>,
}

fn likeness<'a>(rulebook: &'a Rulebook, precedent: &Precedent) -> Likeness<'a> {
    let ids = |questions: &[usize]| {
        questions.iter().map(|question| rulebook.questions()[*question].id.as_str()).collect()
    };
    Likeness { agreeing: ids(&precedent.agreeing), differing: ids(&precedent.differing) }
}

/// What a result says of a published decision, for programs.
#[derive(Serialize)]
pub(super) struct PrecedentShape<'a> {
    #[serde(flatten)]
    told: Told<'a>,
    #[serde(flatten)]
    likeness: Likeness<'a>,
}

pub(super) fn precedent_shape<'a>(rulebook: &'a Rulebook, precedent: &Precedent) -> PrecedentShape<'a> {
    PrecedentShape {
        told: told(rulebook, &rulebook.cases()[precedent.case]),
        likeness: likeness(rulebook, precedent),
    }
}

/// How the decisions with a verdict turned out, for programs.
#[derive(Serialize)]
pub(super) struct OddsShape<'a> {
    verdict: &'a str,
    total: usize,
    outcomes: Map<String, Json>,
}

pub(super) fn odds_shape(rulebook: &Rulebook, odds: Odds) -> OddsShape<'_> {
    OddsShape {
        verdict: &rulebook.bands()[odds.band].id,
        total: odds.total(),
        outcomes: Leaning::ALL
            .into_iter()
            .map(|leaning| (rulebook.outcome_id(leaning), json!(odds.of(leaning))))
            .collect(),
    }
}

/// Some of the published decisions.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The rulebook.
    pub rulebook: &'a Rulebook,
    /// The indices of those to list, in this order.
    pub cases: &'a [usize],
    /// How decisions compare with the reader's answers, where they were chosen by that.
    pub near: Option<&'a [Precedent]>,
    /// Whether each is shown in full.
    pub full: bool,
    /// Whether to say why the rules come out differently.
    pub misses: bool,
}

/// Lays a listing out in a format.
pub fn render(listing: Listing<'_>, provenance: &Provenance, format: Format, layout: Layout) -> String {
    match format {
        Format::Text if listing.full => full_text(listing, layout),
        Format::Text | Format::Html => list_text(listing, layout),
        Format::Markdown => list_markdown(listing),
        Format::Json => list_json(listing, provenance),
    }
}

impl Listing<'_> {
    fn listed(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().map(|case| &self.rulebook.cases()[*case])
    }

    /// How a decision compares with the reader's answers.
    fn compared(&self, case: &Case) -> Option<&Precedent> {
        self.near?.iter().find(|precedent| self.rulebook.cases()[precedent.case].id == case.id)
    }

    fn summary(&self) -> String {
        let rulebook = self.rulebook;
        let count = |leaning: Leaning| self.listed().filter(|case| case.outcome == leaning).count();
        let total = counted(self.cases.len(), "published decision", "published decisions");
        let parts: Vec<String> = [Leaning::Without, Leaning::With, Leaning::Hedge]
            .into_iter()
            .map(|leaning| (count(leaning), leaning))
            .filter(|(number, _)| *number > 0)
            .map(|(number, leaning)| match leaning {
                Leaning::Hedge => format!("in {number} it could have gone either way"),
                clear => format!("in {number} {} was right", rulebook.side(clear).name),
            })
            .collect();
        if parts.is_empty() { format!("{total}.") } else { format!("{total}: {}.", list(&parts, "and")) }
    }
}

/// The listing as a text, a line or two each.
fn list_text(listing: Listing<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    let rulebook = listing.rulebook;
    page.paragraph(0, &listing.summary());
    page.gap();
    let short = |leaning: Leaning| match leaning {
        Leaning::Hedge => "either",
        clear => &rulebook.side(clear).id,
    };
    let width = Leaning::ALL.map(|leaning| textwrap::core::display_width(short(leaning))).into_iter().max();
    let width = width.unwrap_or_default();
    for case in listing.listed() {
        let first = format!("{:width$}  ", short(case.outcome));
        let id = page.ink(Ink::Cyan, &case.id);
        let rest = " ".repeat(width + 2);
        page.wrapped(&first, &rest, &format!("{}: {} [{id}]", who_and_when(case), case.ran));
        if let Some(precedent) = listing.compared(case) {
            page.wrapped(&rest, &rest, &compared(rulebook, precedent));
        }
        if listing.misses {
            page.wrapped(&rest, &rest, &missed(rulebook, case));
        }
    }
    page.gap();
    page.paragraph(
        0,
        "One of them in full: needk8s cases ID. The nearest to your answers: needk8s cases --near.",
    );
    page.finish()
}

/// "Like you: Purpose and Servers. Unlike you: Location."
fn compared(rulebook: &Rulebook, precedent: &Precedent) -> String {
    let names = |questions: &[usize]| {
        let names = questions.iter().map(|question| rulebook.questions()[*question].name.as_str());
        list(&names.collect::<Vec<_>>(), "and")
    };
    let alike = format!("Like you: {}.", names(&precedent.agreeing));
    if precedent.differing.is_empty() {
        return alike;
    }
    format!("{alike} Unlike you: {}.", names(&precedent.differing))
}

/// What the rules say to a decision that they miss, and why they do.
fn missed(rulebook: &Rulebook, case: &Case) -> String {
    let band = &rulebook.bands()[verdict(rulebook, case).band];
    let said = format!("The rules say {}.", band.name.to_lowercase());
    case.disagrees.as_ref().map_or(said.clone(), |reason| format!("{said} {reason}"))
}

fn list_markdown(listing: Listing<'_>) -> String {
    let item = |case: &Case| {
        let title = match &case.url {
            Some(url) => link(&case.title, url),
            None => escape(&case.title),
        };
        let told = escape(&format!(
            "{}: {}; {}. {}",
            who_and_when(case),
            case.ran,
            outcome(listing.rulebook, case.outcome),
            if listing.misses { missed(listing.rulebook, case) } else { case.reason.clone() }
        ));
        format!("- {told} {title}\n")
    };
    let items: String = listing.listed().map(item).collect();
    format!("{}\n\n{items}", escape(&listing.summary()))
}

/// Decisions in full.
fn full_text(listing: Listing<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    listing.listed().for_each(|case| write_case(listing.rulebook, case, &mut page));
    page.finish()
}

/// Writes a published decision on a page.
pub(super) fn write_case(rulebook: &Rulebook, case: &Case, page: &mut Page) {
    let who = page.ink(Ink::Bold, &who_and_when(case));
    page.line(&format!("{who}: published decision"));
    let mut field = |name: &str, text: &str| page.wrapped(&format!("  {name}: "), "    ", text);
    field("Runs", &case.ran);
    field("Outcome", &format!("{}. {}", upper_first(&outcome(rulebook, case.outcome)), case.reason));
    let clearly = match case.confidence.word() {
        "high" => "The publication says so outright.",
        "medium" => "It follows from what the publication says.",
        _ => "It has to be read between the lines of the publication.",
    };
    field("How clearly", clearly);
    let verdict = verdict(rulebook, case);
    let band = &rulebook.bands()[verdict.band];
    field("These rules say", &format!("{} (margin {:+})", band.name, verdict.margin));
    let address = case.url.as_ref().map_or(String::new(), |url| format!(", {url}"));
    if let (true, Some(why)) = (is_missed(rulebook, case), &case.disagrees) {
        field("Why they differ", why);
    }
    field("Source", &format!("{}{address}", case.title));
    page.line("  It states:");
    for (question, value) in &case.answers {
        let question = &rulebook.questions()[*question];
        page.wrapped(
            "    ",
            "      ",
            &format!("{}: {}", upper_first(&question.name), question.describe(*value)),
        );
    }
}

/// A published decision as the rule files have it.
#[derive(Serialize)]
pub(super) struct Stated<'a> {
    #[serde(flatten)]
    told: Told<'a>,
    answers: Map<String, Json>,
    disagrees: Option<&'a str>,
}

pub(super) fn stated<'a>(rulebook: &'a Rulebook, case: &'a Case) -> Stated<'a> {
    Stated {
        told: told(rulebook, case),
        answers: answers(rulebook, case),
        disagrees: case.disagrees.as_deref(),
    }
}

/// The same with what the rules say to its answers.
#[derive(Serialize)]
struct CaseShape<'a> {
    #[serde(flatten)]
    stated: Stated<'a>,
    verdict: &'a str,
    margin: i64,
    missed: bool,
    #[serde(flatten)]
    likeness: Option<Likeness<'a>>,
}

/// The listing as JSON.
fn list_json(listing: Listing<'_>, provenance: &Provenance) -> String {
    let rulebook = listing.rulebook;
    let shape = |index: &usize| {
        let case = &rulebook.cases()[*index];
        let assessment = verdict(rulebook, case);
        CaseShape {
            stated: stated(rulebook, case),
            verdict: &rulebook.bands()[assessment.band].id,
            margin: assessment.margin,
            missed: assessment.leaning(rulebook) != case.outcome,
            likeness: listing.compared(case).map(|precedent| likeness(rulebook, precedent)),
        }
    };
    pretty(&json!({
        "schema": SCHEMA,
        "rulebook": RulebookName::of(provenance),
        "cases": listing.cases.iter().map(shape).collect::<Vec<_>>(),
    }))
}

fn answers(rulebook: &Rulebook, case: &Case) -> Map<String, Json> {
    case.answers
        .iter()
        .map(|(question, value)| {
            let spelled = rulebook.questions()[*question].spell(*value);
            (rulebook.questions()[*question].id.clone(), answer_value(rulebook, *question, Some(&spelled)))
        })
        .collect()
}
