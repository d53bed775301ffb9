//! What a revision of the rules changes: which situations come out differently by the newer ones, and by which lines.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::answers::Answers;
use crate::policy::{Outcome, carry};
use crate::rulebook::{Between, Difference, Rulebook, deciding};
use crate::situations::Situation;

/// How often a rulebook is put together to find out what makes the difference; each time takes some milliseconds.
const MOST_BUILDS: usize = 400;
/// How often it is asked for one situation; most of what is asked is known from others.
const MOST_TRIES: usize = 200;

/// An older rulebook and a newer one.
pub struct Revision<'r> {
    older: &'r Rulebook,
    newer: &'r Rulebook,
    between: Between<'r>,
}

/// A situation that is tried by both.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Its name.
    pub name: String,
    /// Its answers to the questions of the older rulebook.
    older: Option<Answers>,
    /// Those to the questions of the newer one, which count first.
    newer: Option<Answers>,
}

/// A situation that comes out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// What the older rules say.
    pub before: Outcome,
    /// What the newer ones say.
    pub after: Outcome,
    /// The indices of the differences that decide it: the older rules with these alone say what the newer ones say, and
    /// without any of them they do not. Nothing where that takes too many tries to find out.
    pub by: Option<Vec<usize>>,
}

/// How the situations came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shifts {
    /// Those whose verdict, side or platform is another, in their order.
    pub moved: Vec<Shift>,
    /// How many have another margin and else the same result.
    pub other_margin: usize,
    /// How many there are of which both rulebooks ask something.
    pub all: usize,
}

impl Trial {
    /// A situation as the older rulebook reads it, as the newer one does, or as both do.
    pub fn new(older: Option<Situation>, newer: Option<Situation>) -> Option<Self> {
        let name = newer.as_ref().or(older.as_ref())?.name.clone();
        let answers = |situation: Option<Situation>| situation.map(|situation| situation.answers);
        Some(Self { name, older: answers(older), newer: answers(newer) })
    }

    /// The published decisions of both rulebooks.
    pub fn published(older: &Rulebook, newer: &Rulebook) -> Vec<Self> {
        let mut of_older = Situation::published(older);
        let mut trials: Vec<Self> = Vec::new();
        for newer in Situation::published(newer) {
            let same = of_older.iter().position(|older| older.name == newer.name);
            trials.extend(Self::new(same.map(|at| of_older.remove(at)), Some(newer)));
        }
        trials.extend(of_older.into_iter().filter_map(|older| Self::new(Some(older), None)));
        trials
    }
}

impl<'r> Revision<'r> {
    /// Holds two rulebooks against each other; nothing where one of them cannot be taken apart.
    pub fn new(older: &'r Rulebook, newer: &'r Rulebook) -> Option<Self> {
        Some(Self { older, newer, between: Between::new(older, newer)? })
    }

    /// What differs, kind by kind.
    pub fn differences(&self) -> &[Difference] {
        self.between.differences()
    }

    /// Both rulebooks, the older one first.
    pub fn rulebooks(&self) -> [&'r Rulebook; 2] {
        [self.older, self.newer]
    }

    /// How situations come out by both, and what decides those that come out differently.
    pub fn shifts(&self, trials: &[Trial]) -> Shifts {
        let both = |trial| -> Option<(&Trial, [Outcome; 2])> {
            let answers = [self.older, self.newer].map(|rules| self.answers(trial, rules));
            let is_tried = answers.iter().all(|answers| !answers.is_empty());
            let [before, after] = &answers;
            is_tried.then(|| (trial, [Outcome::of(self.older, before), Outcome::of(self.newer, after)]))
        };
        let tried: Vec<_> = trials.iter().filter_map(both).collect();
        let all = tried.len();
        let (same, moved): (Vec<_>, Vec<_>) =
            tried.into_iter().partition(|(_, [before, after])| before.is_like(after));
        let other_margin = same.iter().filter(|(_, [before, after])| before.margin != after.margin).count();
        let moving: Vec<&Trial> = moved.iter().map(|(trial, _)| *trial).collect();
        let tries = Tries::new(self, &moving);
        let shift = |(index, (trial, [before, after])): (usize, (&Trial, [Outcome; 2]))| {
            let is_there = |wanted: &[usize]| {
                tries.outcome(wanted, index).is_some_and(|outcome| after.comes_of(&before, &outcome))
            };
            let by = deciding(&is_there, self.differences().len(), MOST_TRIES);
            Shift { name: trial.name.clone(), before, after, by }
        };
        Shifts { moved: moved.into_iter().enumerate().map(shift).collect(), other_margin, all }
    }

    /// The answers of a situation to the questions of some rules; what they do not ask is left aside.
    fn answers(&self, trial: &Trial, rules: &Rulebook) -> Answers {
        let mut answers = Answers::none(rules);
        for (own, from) in [(&trial.newer, self.newer), (&trial.older, self.older)] {
            if let Some(own) = own {
                carry(own, from, &mut answers, rules);
            }
        }
        answers
    }

    fn outcome(&self, trial: &Trial, rules: &Rulebook) -> Outcome {
        Outcome::of(rules, &self.answers(trial, rules))
    }
}

/// What rulebooks in between say, each of which is made once for all situations.
struct Tries<'t, 'r> {
    revision: &'t Revision<'r>,
    trials: &'t [&'t Trial],
    known: RefCell<HashMap<Vec<usize>, Option<Vec<Outcome>>>>,
    builds: Cell<usize>,
}

impl<'t, 'r> Tries<'t, 'r> {
    fn new(revision: &'t Revision<'r>, trials: &'t [&'t Trial]) -> Self {
        Self { revision, trials, known: RefCell::default(), builds: Cell::new(0) }
    }

    /// What the older rules with some of the differences say of a situation; nothing where that is no rulebook, or too many
    /// were made.
    fn outcome(&self, wanted: &[usize], trial: usize) -> Option<Outcome> {
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        if !self.known.borrow().contains_key(&wanted) {
            self.builds.set(self.builds.get() + 1);
            let rules =
                (self.builds.get() <= MOST_BUILDS).then(|| self.revision.between.with(&wanted)).flatten();
            let outcomes = rules
                .map(|rules| self.trials.iter().map(|trial| self.revision.outcome(trial, &rules)).collect());
            self.known.borrow_mut().insert(wanted.clone(), outcomes);
        }
        self.known.borrow().get(&wanted)?.as_ref()?.get(trial).cloned()
    }
}
