//! `needk8s check`: does the recorded decision still stand?

use super::decision::{Decision, Evidence, FILE};
use super::gates::{self, Gates};
use super::output::{annotate, say};
use super::scanned::Scanned;
use crate::answers::{Answers, Given, Origin};
use crate::explanation::Status;
use crate::facts::Finding;
use crate::report::Contents;
use crate::rulebook::{Rulebook, UNKNOWN};
use crate::text::{list, one_line};

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
        let mut findings = Findings::default();
        if let Some(decision) = self.decision {
            self.hold(decision, &mut findings);
        }
        findings.failures.extend(self.contradictions());
        findings.failures.extend(self.lost());
        findings.failures.extend(self.gates.failures(self.contents));
        findings
    }

    /// Holds what is known against the recorded decision.
    fn hold(&self, decision: &Decision, findings: &mut Findings) {
        let come_true = come_true(self.contents, decision);
        if let Some(failure) = self.fallen(decision) {
            findings.failures.push(failure);
            findings.failures.extend(come_true);
            return;
        }
        findings.remarks.extend(come_true);
        findings.remarks.extend(self.other_platform());
        findings.remarks.extend(self.assumed());
    }

    /// Why the recorded decision does not stand.
    fn fallen(&self, decision: &Decision) -> Option<String> {
        let contents = self.contents;
        let date = decision.date.as_ref().map_or(String::new(), |date| format!(" on {date}"));
        let possible = || list(&self.possible(), "or");
        match decision.verdict {
            None if contents.is_undecided() => Some(format!(
                "not decided yet: the record{date} is undecided, and it can still be {}{}",
                possible(),
                gates::settled_by(contents)
            )),
            None => Some(format!(
                "not decided yet: the record{date} is undecided; what is known now gives {}, which `needk8s --save` records",
                contents.verdict()
            )),
            Some(band) if contents.is_undecided() => Some(format!(
                "the verdict was {} when it was recorded{date} and is undecided now: it can still be {}{}{}",
                self.name(band),
                possible(),
                gates::settled_by(contents),
                self.cause(band, decision)
            )),
            Some(band) if band != contents.assessment.band => Some(format!(
                "the verdict was {} when it was recorded{date} and is {} now{}",
                self.name(band),
                contents.verdict(),
                self.cause(band, decision)
            )),
            Some(_) => None,
        }
    }

    fn possible(&self) -> Vec<&str> {
        self.contents.outlook.verdicts.iter().map(|band| self.name(*band)).collect()
    }

    /// What the verdict assumes of questions that are open, and how sure it is.
    fn assumed(&self) -> Option<String> {
        let contents = self.contents;
        let unless = &contents.explanation.unless;
        if contents.outlook.status == Status::Settled {
            return None;
        }
        let rulebook = contents.rulebook;
        let turns: Vec<String> = unless
            .iter()
            .take(MOST_ASSUMED)
            .map(|unless| unless.condition(rulebook).say(rulebook.questions()))
            .collect();
        let sureness = contents.outlook.sureness;
        Some(match turns.as_slice() {
            [] => format!(
                "it is not settled, and can still be {}{}",
                list(&self.possible(), "or"),
                gates::settled_by(contents)
            ),
            turns => {
                let turns: Vec<&str> = turns.iter().map(String::as_str).collect();
                format!("this holds unless {} ({} that it does)", turns.join("; or "), sureness.share)
            }
        })
    }

    /// That another platform is recommended than was recorded, which is no other decision.
    fn other_platform(&self) -> Option<String> {
        let now = &self.contents.rulebook.platforms()[self.contents.assessment.recommendation].id;
        let recorded = self.decision?.platform.as_ref().filter(|recorded| *recorded != now)?;
        Some(format!("the platform was {} when it was recorded and is {now} now", one_line(recorded)))
    }

    /// What the record rests on and the scan no longer finds, as sentences.
    fn lost(&self) -> Vec<String> {
        let Some(scanned) = self.scanned else { return Vec::new() };
        if scanned.found_nothing() {
            return vec![format!(
                "nothing was read in {}: it has no file that a scan knows, so it supports no answer",
                scanned.folder
            )];
        }
        let recorded = self.decision.map_or(&[][..], |decision| &decision.evidence);
        let rests = |evidence: &&Evidence| self.told.value(evidence.question) == Some(evidence.value);
        recorded.iter().filter(rests).flat_map(|evidence| self.lost_lines(scanned, evidence)).collect()
    }

    /// The files that showed an answer when it was recorded and show it no longer.
    fn lost_lines(&self, scanned: &Scanned, evidence: &Evidence) -> Vec<String> {
        let shows = |path: &str| scanned.shows(evidence.question, path);
        let id = &self.contents.rulebook.questions()[evidence.question].id;
        let mut paths: Vec<&str> = evidence.lines.iter().map(|line| line.path.as_str()).collect();
        paths.dedup();
        let lost = paths.into_iter().filter(|path| !shows(path));
        lost.map(|path| {
            let lines: Vec<String> = evidence
                .lines
                .iter()
                .filter(|line| line.path == path)
                .map(|line| one_line(&line.to_string()))
                .collect();
            let why = if scanned.has(path) { "no longer shows it" } else { "is gone" };
            format!("`{id}` rests on {}, and {} {why}", lines.join(", "), one_line(path))
        })
        .collect()
    }

    fn name(&self, band: usize) -> &str {
        &self.contents.rulebook.bands()[band].id
    }

    /// Which change moved the verdict: of the rules, of what the repository says, or of the answers.
    fn cause(&self, band: usize, decision: &Decision) -> String {
        let rulebook = self.contents.rulebook;
        match &decision.rulebook {
            _ if self.scanned.is_some() && (self.verdict_of)(self.told) == band => {
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
                let differing = self.told.differences().filter(|(_, _, weaker)| is_record(weaker));
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
            self.decision.is_some_and(|decision| decision.has_found(finding.question, finding.value))
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

/// How many answers that would turn the side a remark names.
const MOST_ASSUMED: usize = 3;

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
