//! The answers to a question, cut into classes that no condition tells apart.
//!
//! Whatever the conditions of a rulebook say about an answer, they say about its whole class: who has looked at one
//! sample of each class has looked at every answer.

use std::collections::{BTreeSet, HashMap};

use super::value::{Count, Kind, OptionSet, Question, Value};
use super::values::{Shape, Term, Values};
use super::{Accepts, Condition, Rulebook};

/// The most ranges that conditions may cut one number into, and the most kinds of choice they may tell apart.
pub(crate) const MAX_CLASSES: usize = 63;
/// The most kinds of set that conditions may tell apart in one question that takes several options.
pub(crate) const MAX_SET_CLASSES: usize = 1024;

/// The classes of one question, in the order of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    extents: Vec<Extent>,
    /// Of a question that takes several options: what the conditions ask, and which class has which results.
    tests: Vec<OptionSet>,
    by_results: HashMap<Vec<bool>, usize>,
}

/// All values of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Extent {
    Flag(bool),
    Options(OptionSet),
    Range(u64, u64),
    /// The result of every test, and the smallest set with these results.
    Results(Vec<bool>, OptionSet),
}

impl Classes {
    /// The classes of every question of a rulebook, as the conditions that decide the verdict cut them.
    pub fn of_rulebook(rulebook: &Rulebook) -> Vec<Self> {
        Self::of_rulebook_and(rulebook, &[])
    }

    /// The same with further conditions, which cut as well.
    pub(crate) fn of_rulebook_and(rulebook: &Rulebook, further: &[&Condition]) -> Vec<Self> {
        let asked = rulebook.questions().iter().filter_map(|question| question.ask_when.as_ref());
        let decisive = rulebook.criteria().iter().map(|criterion| &criterion.when).chain(asked);
        Self::of_questions(rulebook.questions(), decisive.chain(further.iter().copied()))
    }

    /// The classes of every question as `conditions` cut them.
    pub(crate) fn of_questions<'c>(
        questions: &[Question],
        conditions: impl Iterator<Item = &'c Condition>,
    ) -> Vec<Self> {
        let mut accepted: Vec<BTreeSet<Accepts>> = vec![BTreeSet::new(); questions.len()];
        for condition in conditions {
            condition.visit_tests(&mut |test| {
                accepted[test.question].insert(test.accepts);
            });
        }
        questions
            .iter()
            .zip(&accepted)
            .map(|(question, accepted)| Self::of_question(question, accepted))
            .collect()
    }

    fn of_question(question: &Question, accepted: &BTreeSet<Accepts>) -> Self {
        let extents = match &question.kind {
            Kind::Flag(_) => vec![Extent::Flag(false), Extent::Flag(true)],
            Kind::Choice(options) => choice_extents(options.len(), accepted),
            Kind::Count(count) => count_extents(count, accepted),
            Kind::Choices(options) => return Self::of_sets(options.len(), accepted),
        };
        Self { extents, tests: Vec::new(), by_results: HashMap::new() }
    }

    /// Every set of options passes those tests that one of its options passes, so that the possible results are what
    /// the options' own results come to when they are joined.
    fn of_sets(options: usize, accepted: &BTreeSet<Accepts>) -> Self {
        let tests: Vec<OptionSet> = accepted
            .iter()
            .filter_map(|accepts| match accepts {
                Accepts::Includes(options) => Some(*options),
                _ => None,
            })
            .collect();
        let none = OptionSet::default();
        let mut by_results = HashMap::from([(results(&tests, none), 0)]);
        let mut extents = vec![Extent::Results(results(&tests, none), none)];
        for option in 0..options {
            for known in 0..extents.len() {
                let Extent::Results(_, set) = extents[known] else { continue };
                let joined = set.union(OptionSet::of(option));
                let outcome = results(&tests, joined);
                // One class too many is kept, so that validation sees that there are too many.
                if extents.len() <= MAX_SET_CLASSES && !by_results.contains_key(&outcome) {
                    by_results.insert(outcome.clone(), extents.len());
                    extents.push(Extent::Results(outcome, joined));
                }
            }
        }
        Self { extents, tests, by_results }
    }

    /// How many classes there are: at least one.
    #[allow(clippy::len_without_is_empty, reason = "there is always a class")]
    pub fn len(&self) -> usize {
        self.extents.len()
    }

    /// Whether there are more classes than the searches can carry.
    pub(crate) fn too_many(&self) -> bool {
        let most = if self.is_of_sets() { MAX_SET_CLASSES } else { MAX_CLASSES };
        self.extents.len() > most
    }

    /// Whether the answers are sets of options.
    pub(crate) fn is_of_sets(&self) -> bool {
        matches!(self.extents.first(), Some(Extent::Results(..)))
    }

    /// One value of a class.
    pub fn sample(&self, class: usize) -> Value {
        match &self.extents[class] {
            Extent::Flag(flag) => Value::Flag(*flag),
            Extent::Options(options) => Value::Choice(options.iter().next().unwrap_or_default()),
            Extent::Range(from, _) => Value::Count(*from),
            Extent::Results(_, set) => Value::Choices(*set),
        }
    }

    /// The class of a value; 0 for a value of another kind of question.
    pub fn class_of(&self, value: Value) -> usize {
        if let Value::Choices(set) = value {
            return self.by_results.get(&results(&self.tests, set)).copied().unwrap_or_default();
        }
        let holds = |extent: &Extent| match (extent, value) {
            (Extent::Flag(flag), Value::Flag(given)) => *flag == given,
            (Extent::Options(options), Value::Choice(option)) => options.contains(option),
            (Extent::Range(from, to), Value::Count(number)) => (*from..=*to).contains(&number),
            _ => false,
        };
        self.extents.iter().position(holds).unwrap_or_default()
    }

    /// The groups of options that every test treats alike, without those that no test looks for. Only a question that
    /// takes several options has any.
    pub(crate) fn atoms(&self, options: usize) -> Vec<OptionSet> {
        let mut atoms: Vec<(Vec<bool>, OptionSet)> = Vec::new();
        for option in (0..options).map(OptionSet::of) {
            let outcome = results(&self.tests, option);
            if !outcome.contains(&true) {
                continue;
            }
            match atoms.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, members)) => *members = members.union(option),
                None => atoms.push((outcome, option)),
            }
        }
        atoms.into_iter().map(|(_, members)| members).collect()
    }

    /// The values of several classes of the question with index `question`.
    pub fn values(&self, question: usize, classes: &[usize]) -> Values {
        let whole = classes.len() == self.len();
        let extents = || classes.iter().map(|class| &self.extents[*class]);
        let shape = match self.extents[0] {
            Extent::Flag(_) => {
                let has = |wanted: bool| extents().any(|extent| *extent == Extent::Flag(wanted));
                Shape::Flags { yes: has(true), no: has(false) }
            }
            Extent::Options(_) => {
                Shape::Options(extents().fold(OptionSet::default(), |all, extent| match extent {
                    Extent::Options(options) => all.union(*options),
                    _ => all,
                }))
            }
            Extent::Range(..) => Shape::Ranges(merged(extents())),
            Extent::Results(..) => Shape::Terms(self.terms(classes)),
        };
        Values::new(question, whole, shape)
    }

    /// A short list of terms that together describe exactly these classes; each term is as short as it can be, and
    /// says what is there rather than what is not.
    fn terms(&self, classes: &[usize]) -> Vec<Term> {
        let of = |class: usize| match &self.extents[class] {
            Extent::Results(outcome, _) => outcome.as_slice(),
            _ => &[],
        };
        let wanted: BTreeSet<usize> = classes.iter().copied().collect();
        let outside: Vec<usize> = (0..self.len()).filter(|class| !wanted.contains(class)).collect();
        let mut uncovered = classes.to_vec();
        uncovered.sort_by_key(|class| of(*class).iter().filter(|passed| **passed).count());
        let mut terms = Vec::new();
        while let Some(class) = uncovered.first().copied() {
            let mut literals: Vec<(usize, bool)> = of(class).iter().copied().enumerate().collect();
            let excludes = |literals: &[(usize, bool)], other: usize| {
                literals.iter().any(|(test, passed)| of(other)[*test] != *passed)
            };
            // Those that say what is not there go first, then those that ask for any of many options.
            let mut order: Vec<(usize, bool)> = literals.clone();
            order
                .sort_by_key(|(test, passed)| (*passed, std::cmp::Reverse(self.tests[*test].0.count_ones())));
            for literal in order {
                let rest: Vec<(usize, bool)> =
                    literals.iter().copied().filter(|other| *other != literal).collect();
                if outside.iter().all(|other| excludes(&rest, *other)) {
                    literals = rest;
                }
            }
            uncovered.retain(|other| excludes(&literals, *other));
            let tests = |wanted: bool| {
                literals
                    .iter()
                    .filter(move |(_, passed)| *passed == wanted)
                    .map(|(test, _)| self.tests[*test])
            };
            terms.push(Term { includes: tests(true).collect(), excludes: tests(false).collect() });
        }
        terms
    }
}

fn results(tests: &[OptionSet], set: OptionSet) -> Vec<bool> {
    tests.iter().map(|test| test.intersects(set)).collect()
}

/// Options that every test accepts or refuses together.
fn choice_extents(options: usize, accepted: &BTreeSet<Accepts>) -> Vec<Extent> {
    let mut classes: Vec<(Vec<bool>, OptionSet)> = Vec::new();
    for option in 0..options {
        let outcome: Vec<bool> = accepted.iter().map(|test| test.admits(Value::Choice(option))).collect();
        match classes.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, members)) => *members = members.union(OptionSet::of(option)),
            None => classes.push((outcome, OptionSet::of(option))),
        }
    }
    classes.into_iter().map(|(_, members)| Extent::Options(members)).collect()
}

fn count_extents(count: &Count, accepted: &BTreeSet<Accepts>) -> Vec<Extent> {
    let mut starts = BTreeSet::from([count.min]);
    for accepts in accepted {
        if let Accepts::Between(from, to) = accepts {
            starts.extend(
                [*from, to.saturating_add(1)].into_iter().filter(|at| (count.min..=count.max).contains(at)),
            );
        }
    }
    let starts: Vec<u64> = starts.into_iter().collect();
    let end = |index: usize| starts.get(index + 1).map_or(count.max, |next| next - 1);
    let mut ranges: Vec<(Vec<bool>, (u64, u64))> = Vec::new();
    for (index, from) in starts.iter().enumerate() {
        let outcome: Vec<bool> = accepted.iter().map(|test| test.admits(Value::Count(*from))).collect();
        match ranges.last_mut() {
            Some((known, (_, to))) if *known == outcome => *to = end(index),
            _ => ranges.push((outcome, (*from, end(index)))),
        }
    }
    ranges.into_iter().map(|(_, (from, to))| Extent::Range(from, to)).collect()
}

fn merged<'e>(extents: impl Iterator<Item = &'e Extent>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = extents
        .filter_map(|extent| match extent {
            Extent::Range(from, to) => Some((*from, *to)),
            _ => None,
        })
        .collect();
    ranges.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (from, to) in ranges {
        match merged.last_mut() {
            Some(last) if last.1 + 1 == from => last.1 = to,
            _ => merged.push((from, to)),
        }
    }
    merged
}
