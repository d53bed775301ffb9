//! Conditions as alternatives: each a list of what single questions must be for the condition to come out in a given way.

use crate::rulebook::{Accepts, Classes, Condition, Reading, Test, Truth};

/// More alternatives than this are not worth listing; the condition is evaluated as it stands.
const MOST: usize = 32;

/// What is known of one question, as a small number: one of its classes, nothing, or that it does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct States {
    /// How many classes the question has.
    pub(super) classes: usize,
}

impl States {
    pub(super) fn unknown(self) -> usize {
        self.classes
    }

    pub(super) fn aside(self) -> usize {
        self.classes + 1
    }

    pub(super) fn number(self) -> usize {
        self.classes + 2
    }
}

/// A set of states of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StateSet(Vec<bool>);

impl StateSet {
    pub(super) fn contains(&self, state: usize) -> bool {
        self.0[state]
    }

    fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    fn is_everything(&self) -> bool {
        !self.0.contains(&false)
    }

    fn with(&self, other: &Self, join: impl Fn(bool, bool) -> bool) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| join(*one, *other)).collect())
    }
}

/// One way for a condition to come out as wanted: every question that it names is in one of these states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Term(pub(super) Vec<(usize, StateSet)>);

impl Term {
    /// Whether a state of a question leaves it possible.
    pub(super) fn admits(&self, question: usize, state: usize) -> bool {
        let own = self.0.iter().find(|(asked, _)| *asked == question);
        own.is_none_or(|(_, admitted)| admitted.contains(state))
    }

    fn and(&self, other: &Self) -> Option<Self> {
        let mut joined = self.clone();
        for (question, states) in &other.0 {
            match joined.0.iter_mut().find(|(own, _)| own == question) {
                Some((_, own)) => *own = own.with(states, |one, other| one && other),
                None => joined.0.push((*question, states.clone())),
            }
        }
        joined.0.sort_by_key(|(question, _)| *question);
        let is_possible = !joined.0.iter().any(|(_, states)| states.is_empty());
        is_possible.then_some(joined)
    }

    /// Both as one, where they differ in what a single question must be.
    fn or(&self, other: &Self) -> Option<Self> {
        let same = |(one, other): &(&(usize, StateSet), &(usize, StateSet))| one.0 == other.0;
        if self.0.len() != other.0.len() || !self.0.iter().zip(&other.0).all(|pair| same(&pair)) {
            return None;
        }
        let differing = || (0..self.0.len()).filter(|at| self.0[*at].1 != other.0[*at].1);
        let at = match differing().count() {
            0 => return Some(self.clone()),
            1 => differing().next()?,
            _ => return None,
        };
        let mut joined = self.clone();
        joined.0[at].1 = self.0[at].1.with(&other.0[at].1, |one, other| one || other);
        if joined.0[at].1.is_everything() {
            joined.0.remove(at);
        }
        Some(joined)
    }
}

/// How a condition comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    True,
    NotTrue,
    False,
    NotFalse,
}

impl Wanted {
    fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::NotTrue => Self::NotFalse,
            Self::False => Self::True,
            Self::NotFalse => Self::NotTrue,
        }
    }

    fn admits(self, truth: Truth) -> bool {
        match self {
            Self::True => truth == Truth::True,
            Self::NotTrue => truth != Truth::True,
            Self::False => truth == Truth::False,
            Self::NotFalse => truth != Truth::False,
        }
    }
}

/// All ways for a condition to come out as wanted; `None` where they are too many. Nothing is known of the questions from
/// `before` on.
pub(super) fn terms(
    condition: &Condition,
    wanted: Wanted,
    classes: &[Classes],
    before: usize,
) -> Option<Vec<Term>> {
    let of = |part: &Condition, wanted| terms(part, wanted, classes, before);
    let every = |parts: &[Condition]| {
        parts.iter().try_fold(vec![Term::default()], |all, part| {
            let part = of(part, wanted)?;
            bounded(all.iter().flat_map(|one| part.iter().filter_map(|other| one.and(other))))
        })
    };
    let some = |parts: &[Condition]| {
        parts
            .iter()
            .try_fold(Vec::new(), |all: Vec<Term>, part| bounded(all.into_iter().chain(of(part, wanted)?)))
    };
    let is_positive = matches!(wanted, Wanted::True | Wanted::NotFalse);
    match condition {
        Condition::All(parts) if is_positive => every(parts),
        Condition::All(parts) => some(parts),
        Condition::Any(parts) if is_positive => some(parts),
        Condition::Any(parts) => every(parts),
        Condition::Not(part) => of(part, wanted.negated()),
        Condition::Unless(part) if is_positive => of(part, Wanted::NotTrue),
        Condition::Unless(part) => of(part, Wanted::True),
        Condition::Test(test) => Some(of_test(*test, wanted, classes, before)),
    }
}

/// The alternatives, those joined that can be; `None` where they are too many.
fn bounded(alternatives: impl Iterator<Item = Term>) -> Option<Vec<Term>> {
    let mut kept: Vec<Term> = Vec::new();
    for term in alternatives {
        let joined = kept.iter().enumerate().find_map(|(at, other)| Some((at, other.or(&term)?)));
        match joined {
            Some((at, joined)) => kept[at] = joined,
            None => kept.push(term),
        }
        if kept.len() > MOST {
            return None;
        }
    }
    Some(kept)
}

fn of_test(test: Test, wanted: Wanted, classes: &[Classes], before: usize) -> Vec<Term> {
    let Test { question, accepts } = test;
    if question >= before {
        return if wanted.admits(Truth::Unknown) { vec![Term::default()] } else { Vec::new() };
    }
    let states = States { classes: classes[question].len() };
    let truth = |state: usize| match state {
        state if state == states.unknown() => Truth::Unknown,
        state if state == states.aside() => Truth::False,
        class => truth_of(accepts, &classes[question], class),
    };
    let set = StateSet((0..states.number()).map(|state| wanted.admits(truth(state))).collect());
    match () {
        () if set.is_empty() => Vec::new(),
        () if set.is_everything() => vec![Term::default()],
        () => vec![Term(vec![(question, set)])],
    }
}

fn truth_of(accepts: Accepts, classes: &Classes, class: usize) -> Truth {
    accepts.admits(classes.sample(class)).into()
}

/// What is known of a question in one of its states.
pub(super) fn reading(classes: &Classes, state: usize) -> Reading {
    let states = States { classes: classes.len() };
    match state {
        state if state == states.unknown() => Reading::Unknown,
        state if state == states.aside() => Reading::DoesNotApply,
        class => Reading::Known(classes.sample(class)),
    }
}
