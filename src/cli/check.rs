//! `needk8s check`: does the recorded decision still stand?

use super::decision::{Decision, FILE};
use super::output::{annotate, say};
use super::scanned::Scanned;
use crate::answers::{Answers, Given, Origin};
use crate::explanation::Status;
use crate::facts::Finding;
use crate::report::Contents;
use crate::rulebook::{Rulebook, UNKNOWN};
use crate::text::{list, one_line};

/// What `check` insists on.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// The verdict must be one of these bands.
    pub(super) expect: Vec<usize>,
    /// The verdict must be none of these bands.
    pub(super) fail_on: Vec<usize>,
    /// Nothing unknown may be able to change the verdict.
    pub(super) settled: bool,
    /// The verdict's side must hold even if every figure is off by so many per cent.
    pub(super) steadiness: Option<u8>,
}

impl Gates {
    /// Whether there is one.
    pub(super) fn is_any(&self) -> bool {
        !self.expect.is_empty() || !self.fail_on.is_empty() || self.settled || self.steadiness.is_some()
    }
}

/// What a check has found, in sentences.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Every reason why it fails; none when all is well.
    pub(super) failures: Vec<String>,
    /// What is worth knowing all the same.
    pub(super) remarks: Vec<String>,
}

/// What a check goes by.
pub(super) struct Check<'a> {
    pub(super) contents: &'a Contents<'a>,
    pub(super) decision: Option<&'a Decision>,
    pub(super) gates: &'a Gates,
    /// What all sources say, and what they say without the scan.
    pub(super) answers: &'a Answers,
    pub(super) told: &'a Answers,
    pub(super) scanned: Option<&'a Scanned>,
    /// The verdict's band for any answers.
    pub(super) verdict_of: &'a dyn Fn(&Answers) -> usize,
}

impl Check<'_> {
    /// Holds what is known against the recorded decision and the gates.
    pub(super) fn findings(&self) -> Findings {
        let mut findings = Findings { failures: self.failures(), remarks: Vec::new() };
        let come_true = self.decision.and_then(|decision| come_true(self.contents, decision));
        let moved = self.decision.is_some_and(|decision| decision.band != self.contents.assessment.band);
        if moved { &mut findings.failures } else { &mut findings.remarks }.extend(come_true);
        if !moved {
            findings.remarks.extend(self.other_platform());
        }
        findings
    }

    /// That another platform is recommended than was recorded, which is no other decision.
    fn other_platform(&self) -> Option<String> {
        let now = &self.contents.rulebook.platforms()[self.contents.assessment.recommendation].id;
        let recorded = self.decision?.platform.as_ref().filter(|recorded| *recorded != now)?;
        Some(format!("the platform was {} when it was recorded and is {now} now", one_line(recorded)))
    }

    /// Every reason why the check fails, as sentences; none when all is well.
    fn failures(&self) -> Vec<String> {
        let gates = self.gates;
        let band = self.contents.assessment.band;
        let names = |bands: &[usize]| bands.iter().map(|band| self.name(*band)).collect::<Vec<_>>().join(",");
        let mut failures = Vec::new();
        if let Some(decision) = self.decision.filter(|decision| decision.band != band) {
            let date = decision.date.as_ref().map_or(String::new(), |date| format!(" on {date}"));
            failures.push(format!(
                "the verdict was {} when it was recorded{date} and is {} now{}",
                self.name(decision.band),
                self.name(band),
                self.cause(decision)
            ));
        }
        failures.extend(self.contradictions());
        if !gates.expect.is_empty() && !gates.expect.contains(&band) {
            failures.push(format!(
                "the verdict is {}, expected was {}",
                self.name(band),
                names(&gates.expect)
            ));
        }
        if gates.fail_on.contains(&band) {
            failures.push(format!("the verdict is {}", self.name(band)));
        }
        if gates.settled && self.contents.outlook.status != Status::Settled {
            failures.push(unsettled(self.contents));
        }
        if let Some(least) = gates.steadiness {
            failures.extend(unsteady(self.contents, least));
        }
        failures
    }

    fn name(&self, band: usize) -> &str {
        &self.contents.rulebook.bands()[band].id
    }

    /// Which change moved the verdict: of the rules, of what the repository says, or of the answers.
    fn cause(&self, decision: &Decision) -> String {
        let rulebook = self.contents.rulebook;
        match &decision.rulebook {
            _ if (self.verdict_of)(self.told) == decision.band => {
                let found = (0..rulebook.questions().len()).filter(|question| {
                    self.told.given(*question).is_none() && self.answers.given(*question).is_some()
                });
                format!(" (by what the scan found and the record does not answer: {})", ids(rulebook, found))
            }
            Some((name, version)) if name != rulebook.name() || version != rulebook.version() => {
                format!(
                    " (decided with the rulebook {name} {version}, assessed with {} {})",
                    rulebook.name(),
                    rulebook.version()
                )
            }
            _ => {
                let is_record =
                    |given: &Given| matches!(&given.origin, Origin::File { name, .. } if name == FILE);
                let differing = self.told.contradictions().filter(|(_, _, weaker)| is_record(weaker));
                match ids(rulebook, differing.map(|(question, ..)| question)) {
                    ids if ids.is_empty() => {
                        " (the rulebook is the same, the answers have changed)".to_owned()
                    }
                    ids => format!(" (by answers that differ from the record: {ids})"),
                }
            }
        }
    }

    /// Which answers the repository contradicts, by which lines, and whether that moves the verdict. What was found
    /// already when the decision was recorded is no news.
    fn contradictions(&self) -> Vec<String> {
        let rulebook = self.contents.rulebook;
        let known = |finding: &Finding| {
            self.decision
                .is_some_and(|decision| decision.evidence.contains(&(finding.question, finding.value)))
        };
        let contradicted: Vec<(&Finding, &Given, &Given)> = self
            .answers
            .contradictions()
            .filter(|(_, _, weaker)| matches!(weaker.origin, Origin::Scan { .. }))
            .filter_map(|(question, given, found)| Some((self.scanned?.answer(question)?, given, found)))
            .filter(|(finding, ..)| !known(finding))
            .collect();
        let mut told: Vec<String> = contradicted
            .iter()
            .map(|(finding, given, _)| {
                let question = &rulebook.questions()[finding.question];
                let answer = given.value.map_or(UNKNOWN.to_owned(), |value| question.spell(value));
                format!(
                    "`{}` is {answer} by {}, but {} shows {}: {}",
                    question.id,
                    given.origin,
                    finding.place(),
                    question.spell(finding.value),
                    finding.says()
                )
            })
            .collect();
        if !contradicted.is_empty() {
            told.push(self.effect(&contradicted));
        }
        told
    }

    /// Whether taking what was found for what was answered moves the verdict, and which of it does.
    fn effect(&self, contradicted: &[(&Finding, &Given, &Given)]) -> String {
        let with = |taken: &[(&Finding, &Given, &Given)]| {
            let mut answers = self.answers.clone();
            for (finding, _, found) in taken {
                answers.set(finding.question, (*found).clone());
            }
            (self.verdict_of)(&answers)
        };
        let now = self.contents.assessment.band;
        let then = with(contradicted);
        if then == now {
            return format!("with what was found the verdict stays {}", self.name(now));
        }
        let alone =
            contradicted.iter().filter(|one| with(&[**one]) == then).map(|(finding, ..)| finding.question);
        let alone = ids(self.contents.rulebook, alone);
        let by = if alone.is_empty() { "together".to_owned() } else { format!("by {alone} alone") };
        format!("with what was found the verdict moves from {} to {}, {by}", self.name(now), self.name(then))
    }
}

/// No more turning points than this are told at once.
const MOST_SAID: usize = 8;

/// The recorded turning points that have come true since, as a sentence.
fn come_true(contents: &Contents<'_>, decision: &Decision) -> Option<String> {
    let questions = contents.rulebook.questions();
    let such = decision.revisit.iter().filter(|condition| contents.assessment.satisfies(condition));
    let mut said: Vec<String> = such.map(|condition| condition.say(questions)).collect();
    said.dedup();
    if said.is_empty() {
        return None;
    }
    let more = said.len().saturating_sub(MOST_SAID);
    said.truncate(MOST_SAID);
    if more > 0 {
        said.push(format!("{more} more"));
    }
    let date = decision.date.as_ref().map_or("the decision".to_owned(), |date| date.clone());
    Some(format!("since {date} this has come true: {}", said.join("; ")))
}

/// What is still possible, and which answers would tell.
fn unsettled(contents: &Contents<'_>) -> String {
    let rulebook = contents.rulebook;
    let possible: Vec<&str> =
        contents.outlook.verdicts.iter().map(|band| rulebook.bands()[*band].id.as_str()).collect();
    let named = |can_change: Option<bool>| -> Vec<&str> {
        let such = contents.explanation.open_questions.iter().filter(|open| open.can_change == can_change);
        such.map(|open| rulebook.questions()[open.question].id.as_str()).collect()
    };
    let (can, may) = (named(Some(true)), named(None));
    let mut told = format!("the verdict is not settled: it can still be {}", list(&possible, "or"));
    if !can.is_empty() {
        told.push_str(&format!("; it hangs on {}", can.join(", ")));
    }
    if !may.is_empty() {
        told.push_str(&format!("; it may hang on {} (not proved)", may.join(", ")));
    }
    told
}

fn unsteady(contents: &Contents<'_>, least: u8) -> Option<String> {
    let percent = contents.explanation.steadiness.percent;
    (percent < least).then(|| {
        let fragile = contents.explained.fragile.as_ref();
        let fragile = fragile.map_or(String::new(), |fragile| format!("; most fragile is {}", fragile.text));
        format!("the side of the verdict holds only while figures are off by no more than {percent} %, {least} % are asked for{fragile}")
    })
}

/// The ids of questions, as a list.
fn ids(rulebook: &Rulebook, questions: impl Iterator<Item = usize>) -> String {
    questions
        .map(|question| format!("`{}`", rulebook.questions()[question].id))
        .collect::<Vec<_>>()
        .join(", ")
}

/// How many unread files a check names.
const UNREAD: usize = 5;

/// Says what the scan could not read: it may hide what the check looks for.
pub(super) fn announce_unread(scanned: &Scanned) {
    let unread = &scanned.facts.unreadable;
    for file in unread.iter().take(UNREAD) {
        say(&one_line(&format!("check: could not read {}, because {}", file.path, file.reason)));
    }
    if unread.len() > UNREAD {
        say(&format!("check: {} more could not be read: needk8s scan --verbose", unread.len() - UNREAD));
    }
}

/// Says what failed, or that all is well, to people and to GitHub Actions.
pub(super) fn announce(contents: &Contents<'_>, findings: &Findings, recorded: bool, in_actions: bool) {
    let Findings { failures, remarks } = findings;
    if failures.is_empty() {
        let standing = if recorded { "the decision stands" } else { "every gate holds" };
        say(&format!("check: {standing}. {}", contents.headline));
    }
    for line in failures.iter().chain(remarks) {
        say(&format!("check: {line}"));
    }
    if in_actions {
        let (level, mut message) = match failures.as_slice() {
            [] => ("notice", contents.headline.clone()),
            failures => ("error", failures.join("; ")),
        };
        for remark in remarks {
            message.push_str(&format!("; {remark}"));
        }
        annotate(level, FILE, &message);
    }
}
