//! `needk8s check`: does the recorded decision still stand?

use super::args::Gates;
use super::decision::{Decision, FILE};
use super::output::say;
use super::scanned::Scanned;
use crate::answers::{Answers, Given, Origin};
use crate::explanation::Status;
use crate::facts::Finding;
use crate::report::Contents;
use crate::rulebook::{Rulebook, UNKNOWN};
use crate::text::one_line;

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
    /// Every reason why the check fails, as sentences; none when all is well.
    pub(super) fn failures(&self) -> Vec<String> {
        let (rulebook, gates) = (self.contents.rulebook, self.gates);
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
            let possible = names(&self.contents.outlook.verdicts);
            let open: Vec<&str> = self
                .contents
                .unknown
                .iter()
                .map(|question| rulebook.questions()[*question].id.as_str())
                .collect();
            failures.push(format!(
                "the verdict is not settled: it can still be {possible}; not answered: {}",
                open.join(", ")
            ));
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
pub(super) fn announce(contents: &Contents<'_>, failures: &[String], recorded: bool, in_actions: bool) {
    if failures.is_empty() {
        let standing = if recorded { "the decision stands" } else { "every gate holds" };
        say(&format!("check: {standing}. {}", contents.headline));
    }
    for failure in failures {
        say(&format!("check: {failure}"));
    }
    if in_actions {
        let (level, message) = match failures {
            [] => ("notice", contents.headline.clone()),
            failures => ("error", failures.join("; ")),
        };
        say(&format!("::{level} file={FILE},title=needk8s::{}", workflow_data(&message)));
    }
}

/// A message as a GitHub workflow command takes it.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
fn workflow_data(message: &str) -> String {
    message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
