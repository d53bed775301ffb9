//! Facts + rules → which questions are answered, how surely, by which lines, and what contradicts what.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use super::repository::{Facts, Place};
use super::rules::{Answer, Conclusion, Presence, Rules, Sureness};
use super::signal::{Observation, number};
use crate::answers::Reach;
use crate::rulebook::{Kind, OptionSet, Question, Value};
use crate::text::{list, one_line};

/// How many lines stand for one finding at most.
pub const MAX_EVIDENCE: usize = 40;
/// How many names a sentence lists.
const MAX_NAMES: usize = 6;

/// What follows from the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conclusions {
    /// In the order of the questions, the surest first.
    pub findings: Vec<Finding>,
    /// What cannot both be so.
    pub conflicts: Vec<Conflict>,
}

/// A value for one question, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The index of the question.
    pub question: usize,
    /// The value.
    pub value: Value,
    /// How far it goes.
    pub reach: Reach,
    /// How sure it is.
    pub sureness: Sureness,
    /// The reasons.
    pub because: Vec<Reason>,
    /// The lines that show it.
    pub evidence: Vec<Evidence>,
    /// Whether it is an answer: sure enough, and not contradicted by something as sure.
    pub answers: bool,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

impl Finding {
    /// The first line that shows it.
    pub fn place(&self) -> Place {
        self.evidence.first().map(|seen| seen.place.clone()).unwrap_or_default()
    }

    /// All reasons, in one text.
    pub fn says(&self) -> String {
        self.because.iter().map(|reason| reason.says.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Why a rule concludes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The id of the rule.
    pub rule: String,
    /// A sentence that is fit to print.
    pub says: String,
}

/// A line that shows something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Where.
    pub place: Place,
    /// What stands there, in words that are fit to print.
    pub says: String,
}

/// Two findings that give one question different answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The surer of them (its index), or the first of two that are as sure.
    pub first: usize,
    /// The index of the other.
    pub second: usize,
}

/// Applies every rule to the facts.
pub fn conclude(questions: &[Question], rules: &Rules, facts: &Facts) -> Conclusions {
    let mut by_question: BTreeMap<usize, Vec<Finding>> = BTreeMap::new();
    for rule in &rules.conclusions {
        if let Some(mut finding) = apply(questions, rule, facts) {
            if facts.retired.is_some() {
                // What ran once need not run today.
                finding.sureness = Sureness::Hint;
            }
            by_question.entry(rule.question).or_default().push(finding);
        }
    }
    let mut conclusions = Conclusions::default();
    for (question, found) in by_question {
        let merged = match questions.get(question).map(|question| &question.kind) {
            Some(Kind::Choices(_)) => merge_parts(found),
            _ => merge_equals(found),
        };
        settle(merged, &mut conclusions);
    }
    conclusions
}

fn apply(questions: &[Question], rule: &Conclusion, facts: &Facts) -> Option<Finding> {
    let there = |presence: &Presence| !presence.signal.observations(facts, &presence.words).is_empty();
    if !rule.with.iter().all(there) || rule.without.iter().any(there) {
        return None;
    }
    let observations = rule.fact.signal.observations(facts, &rule.fact.words);
    let counted = number(&observations, &rule.fact.words);
    if observations.is_empty() || !(rule.number.0..=rule.number.1).contains(&counted) {
        return None;
    }
    let value = match (rule.answer, questions.get(rule.question).map(|question| &question.kind)) {
        (Answer::Value(value), _) => value,
        (Answer::Number, Some(Kind::Count(range))) => Value::Count(counted.clamp(range.min, range.max)),
        (Answer::Number, _) => return None,
    };
    Some(Finding {
        question: rule.question,
        value,
        reach: rule.reach,
        sureness: rule.sureness,
        because: vec![Reason { rule: rule.id.clone(), says: sentence(&rule.says, counted, &observations) }],
        evidence: evidence(observations),
        answers: false,
        sources: rule.sources.clone(),
    })
}

fn sentence(says: &str, number: u64, observations: &[Observation]) -> String {
    let names: IndexSet<String> = observations.iter().map(|seen| one_line(&seen.name)).collect();
    let mut names: Vec<String> = names.into_iter().collect();
    if names.len() > MAX_NAMES {
        let more = format!("{} more", names.len() - MAX_NAMES + 1);
        names.truncate(MAX_NAMES - 1);
        names.push(more);
    }
    says.replace("{number}", &number.to_string()).replace("{names}", &list(&names, "and"))
}

fn evidence(observations: Vec<Observation>) -> Vec<Evidence> {
    let seen = observations.into_iter().take(MAX_EVIDENCE);
    seen.map(|seen| Evidence { place: seen.place, says: one_line(&seen.says) }).collect()
}

/// Findings of the same value become one, as sure as the surest; what is less sure adds nothing to it.
fn merge_equals(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| std::cmp::Reverse(finding.sureness));
    let mut merged: Vec<Finding> = Vec::new();
    for finding in found {
        match merged.iter_mut().find(|earlier| earlier.value == finding.value) {
            Some(earlier) if earlier.sureness == finding.sureness => join(earlier, finding),
            Some(_) => {}
            None => merged.push(finding),
        }
    }
    merged
}

/// Options that can be chosen together add up: one finding of all that are sure enough to answer, one of the others.
fn merge_parts(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| std::cmp::Reverse(finding.sureness));
    let mut merged: Vec<Finding> = Vec::new();
    for finding in found {
        let known = merged.iter().fold(OptionSet::default(), |set, earlier| set.union(options(earlier)));
        let is_new = options(&finding).union(known) != known;
        let same = |earlier: &&mut Finding| {
            (earlier.sureness > Sureness::Hint) == (finding.sureness > Sureness::Hint)
        };
        match merged.iter_mut().find(same) {
            _ if !is_new => {}
            Some(earlier) => {
                earlier.value = Value::Choices(options(earlier).union(options(&finding)));
                earlier.sureness = earlier.sureness.min(finding.sureness);
                join(earlier, finding);
            }
            None => merged.push(finding),
        }
    }
    merged
}

fn options(finding: &Finding) -> OptionSet {
    match finding.value {
        Value::Choices(set) => set,
        _ => OptionSet::default(),
    }
}

fn join(into: &mut Finding, other: Finding) {
    into.because.extend(other.because);
    let known: Vec<Evidence> = into.evidence.clone();
    into.evidence.extend(other.evidence.into_iter().filter(|new| !known.contains(new)));
    into.evidence.truncate(MAX_EVIDENCE);
    into.sources.extend(other.sources);
    into.sources.sort_unstable();
    into.sources.dedup();
}

/// The surest finding becomes the answer, unless another is as sure; every other that is sure enough is a conflict.
fn settle(mut found: Vec<Finding>, conclusions: &mut Conclusions) {
    let first = conclusions.findings.len();
    let sure = found.iter().filter(|finding| finding.sureness > Sureness::Hint).count();
    let tied = sure > 1 && found[0].sureness == found[1].sureness;
    if let Some(surest) = found.first_mut().filter(|_| sure > 0 && !tied) {
        surest.answers = true;
    }
    conclusions.conflicts.extend((1..sure).map(|other| Conflict { first, second: first + other }));
    conclusions.findings.extend(found);
}
