//! What others published: the decisions nearest to a set of answers, and how those turned out that come out alike.

use crate::assessment::{Assessment, assess};
use crate::prepared::Prepared;
use crate::rulebook::{Case, Kind, Leaning, Question, Reading, Rulebook, Value};

/// How many precedents a result names.
const NEAREST: usize = 3;
/// Odds of fewer decisions than this are left out.
const LEAST: usize = 10;
/// What agrees with a decision that is named, less what differs, weighs at least one of so many parts of what is known:
/// whoever told little is like everybody.
const ALIKE: i64 = 4;
/// Answers that agree entirely.
const SAME: i64 = 100;
/// Answers less alike than this are quite others: of two numbers, one more than ten times the other.
const QUITE_OTHER: i64 = SAME / 10;
/// One in so many questions has to be answered by both for them to count as alike.
const ONE_IN: usize = 5;

/// What is said of one result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedents {
    /// The decisions nearest to the answers, whichever way they went, the nearest first.
    pub nearest: Vec<Precedent>,
    /// How the decisions in the same band turned out; `None` where they are too few.
    pub odds: Option<Odds>,
}

/// A published decision beside a set of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedent {
    /// Its index in the rulebook.
    pub case: usize,
    /// The questions that both sides answer alike, those first that weigh most.
    pub agreeing: Vec<usize>,
    /// The questions that they answer differently, likewise.
    pub differing: Vec<usize>,
    /// The weight of what agrees less the weight of what differs, in hundredths of a point of margin.
    pub nearness: i64,
}

/// The published decisions that the present rules put into one band, counted by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odds {
    /// The index of the band.
    pub band: usize,
    /// How many were right with something outside the subject family.
    pub without: usize,
    /// How many could have gone either way.
    pub either: usize,
    /// How many were right with a platform of the subject family.
    pub with: usize,
}

impl Odds {
    /// How many decisions there are in the band.
    pub fn total(self) -> usize {
        self.without + self.either + self.with
    }

    /// How many were right with this side.
    pub fn of(self, outcome: Leaning) -> usize {
        match outcome {
            Leaning::Without => self.without,
            Leaning::Hedge => self.either,
            Leaning::With => self.with,
        }
    }
}

impl Precedents {
    /// The precedents of an assessment. `weights` says for each question how many points of margin it can move here.
    pub fn of(prepared: &Prepared<'_>, assessment: &Assessment, weights: &[i64]) -> Self {
        let rulebook = prepared.rulebook;
        // Where one fact decides, what others with the same answers did tells nothing.
        let mut nearest = match assessment.decided_by {
            Some(_) => Vec::new(),
            None => nearest(rulebook, &assessment.readings, weights),
        };
        let known = assessment
            .readings
            .iter()
            .zip(weights)
            .filter(|(reading, _)| matches!(reading, Reading::Known(_)));
        let told: i64 = known.map(|(_, weight)| 1 + weight).sum();
        nearest.retain(|precedent| {
            let both = precedent.agreeing.len() + precedent.differing.len();
            ONE_IN * both >= rulebook.questions().len()
                && ALIKE * precedent.nearness >= SAME * told
                && is_kin(rulebook, precedent.case, &assessment.readings)
        });
        nearest.truncate(NEAREST);
        let odds = prepared.odds().iter().copied().find(|odds| odds.band == assessment.band);
        Self { nearest, odds: odds.filter(|odds| odds.total() >= LEAST) }
    }
}

/// All published decisions that share an answer with `readings`, the nearest first: the more weight agrees, less what
/// differs, the nearer; then those with fewer differences, and those that are told more clearly and more recently.
pub fn nearest(rulebook: &Rulebook, readings: &[Reading], weights: &[i64]) -> Vec<Precedent> {
    let cases = rulebook.cases();
    let mut precedents: Vec<Precedent> = (0..cases.len())
        .map(|case| compare(rulebook, case, readings, weights))
        .filter(|precedent| !precedent.agreeing.is_empty())
        .collect();
    precedents.sort_by_key(|precedent| {
        let case = &cases[precedent.case];
        let newest = std::cmp::Reverse((case.confidence, case.year));
        (std::cmp::Reverse(precedent.nearness), precedent.differing.len(), newest)
    });
    precedents
}

/// Whether a decision is about the same kind of work: no question that tells the kind has quite another answer.
fn is_kin(rulebook: &Rulebook, case: usize, readings: &[Reading]) -> bool {
    let theirs = rulebook.cases()[case].readings(rulebook);
    let mut telling =
        rulebook.questions().iter().zip(theirs).zip(readings).filter(|((question, _), _)| question.kin);
    telling.all(|((question, theirs), ours)| match (theirs, *ours) {
        (Reading::Known(theirs), Reading::Known(ours)) => closeness(question, theirs, ours) >= QUITE_OTHER,
        _ => true,
    })
}

fn compare(rulebook: &Rulebook, case: usize, readings: &[Reading], weights: &[i64]) -> Precedent {
    let mut both: Vec<(i64, usize, i64)> = Vec::new();
    for (question, value) in rulebook.cases()[case].readings(rulebook).into_iter().enumerate() {
        if let (Reading::Known(theirs), Some(Reading::Known(ours))) = (value, readings.get(question)) {
            // What moves nothing here still tells that two situations are alike.
            let weight = 1 + weights.get(question).copied().unwrap_or_default();
            both.push((weight, question, closeness(&rulebook.questions()[question], theirs, *ours)));
        }
    }
    both.sort_by_key(|(weight, question, _)| (std::cmp::Reverse(*weight), *question));
    let those = |agree: bool| {
        let such = both.iter().filter(move |(_, _, close)| (2 * close >= SAME) == agree);
        such.map(|(_, question, _)| *question).collect()
    };
    Precedent {
        case,
        agreeing: those(true),
        differing: those(false),
        nearness: both.iter().map(|(weight, _, close)| weight * (2 * close - SAME)).sum(),
    }
}

/// How close two answers to one question are, from 0 to [`SAME`]: of numbers the share that the smaller one is of the
/// greater, of sets the share of options that both have, of ordered options how few steps lie between them.
fn closeness(question: &Question, one: Value, other: Value) -> i64 {
    let share = |part: u64, whole: u64| {
        if whole == 0 { SAME } else { (u128::from(part) * SAME as u128 / u128::from(whole)) as i64 }
    };
    match (&question.kind, one, other) {
        (Kind::Count(_), Value::Count(one), Value::Count(other)) => share(one.min(other), one.max(other)),
        (Kind::Choices(_), Value::Choices(one), Value::Choices(other)) => {
            let all = one.union(other);
            let both = one.len() + other.len() - all.len();
            share(both as u64, all.len() as u64)
        }
        (Kind::Choice(options), Value::Choice(one), Value::Choice(other)) if question.ordered => {
            let steps = options.len().saturating_sub(1);
            share((steps - one.abs_diff(other).min(steps)) as u64, steps as u64)
        }
        _ if one == other => SAME,
        _ => 0,
    }
}

/// What the rules say to the answers of a published decision.
pub fn verdict(rulebook: &Rulebook, case: &Case) -> Assessment {
    assess(rulebook, case.readings(rulebook))
}

/// Whether the rules come out on another side than the one that was right.
pub fn is_missed(rulebook: &Rulebook, case: &Case) -> bool {
    verdict(rulebook, case).leaning(rulebook) != case.outcome
}
