//! A sufficient reason: a smallest set of given answers that forces the verdict, whatever the others are.
//!
//! Smallest sets are found by their opposite (implicit hitting sets; Marques-Silva and Ignatiev, AAAI 2022): every set
//! of other answers with another verdict must differ from the given ones in at least one answer of the reason. The
//! smallest set that meets all that are known is tried; where it does not force the verdict, one more becomes known.

use super::Engine;
use super::goals::Beyond;
use super::model::Frame;
use super::search::{End, Search};
use crate::rulebook::{Value, Values};

/// Questions beyond these always count as part of a reason.
const MOST_QUESTIONS: usize = 128;

/// Given answers that force the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SufficientReason {
    /// The answers, each widened to all values that, with the others, still force it.
    pub answers: Vec<Values>,
    /// Whether no smaller set of given answers forces it; otherwise the search ran out of its budget.
    pub smallest: bool,
}

/// Whether a box of answers can have another verdict.
enum Escape {
    Yes,
    No,
    Unknown,
}

impl Engine {
    /// The smallest set of given answers that forces the verdict with this band; `None` when even all of them do not.
    pub(super) fn sufficient_reason(
        &self,
        search: &mut Search<'_>,
        values: &[Option<Value>],
        band: usize,
    ) -> Option<SufficientReason> {
        let classes = self.model.classes_of(values);
        let all = self.completions(values);
        let given: Vec<usize> = (0..classes.len())
            .filter(|question| classes[*question].is_some() && all.may_apply(*question))
            .collect();
        let mut force = Force { engine: self, search, band, classes: &classes };
        if !matches!(force.escape(&all), Escape::No) {
            return None;
        }
        let (set, smallest) = force.smallest(&given);
        let answers = force.widen(&set);
        Some(SufficientReason { answers, smallest })
    }
}

struct Force<'f, 'm> {
    engine: &'f Engine,
    search: &'f mut Search<'m>,
    band: usize,
    classes: &'f [Option<usize>],
}

impl Force<'_, '_> {
    /// Whether anything in a box has another verdict; if so, the search keeps it.
    fn escape(&mut self, frame: &Frame) -> Escape {
        let mut unknown = false;
        for goal in [Beyond::above(self.band), Beyond::below(self.band)] {
            match self.search.run(frame, &mut { goal }) {
                End::Found => return Escape::Yes,
                End::Exhausted => {}
                End::OutOfBudget => unknown = true,
            }
        }
        if unknown { Escape::Unknown } else { Escape::No }
    }

    /// The box in which only these questions are answered.
    fn fixed(&self, questions: impl Iterator<Item = usize>) -> Frame {
        let model = &self.engine.model;
        let mut frame = model.frame();
        for question in questions {
            if let Some(class) = self.classes[question] {
                model.put(&mut frame.domains, question, class);
            }
        }
        model.settle(&mut frame);
        frame
    }

    /// A smallest forcing set, and whether it is proved to be one.
    fn smallest(&mut self, given: &[usize]) -> (Vec<usize>, bool) {
        let always = &given[given.len().min(MOST_QUESTIONS)..];
        let mut smallest = always.is_empty();
        let mut conflicts: Vec<u128> = Vec::new();
        loop {
            let met = meet(&conflicts);
            let set: Vec<usize> = members(met).map(|at| given[at]).chain(always.iter().copied()).collect();
            match self.escape(&self.fixed(set.iter().copied())) {
                Escape::No => return (set, smallest),
                Escape::Yes => conflicts.push(self.differences(given)),
                Escape::Unknown => return (self.thinned(given), false),
            }
            smallest &= conflicts.last() != Some(&0);
            if conflicts.last() == Some(&0) {
                return (given.to_vec(), false);
            }
        }
    }

    /// All given answers but those that can be shown not to be needed, one after the other.
    fn thinned(&mut self, given: &[usize]) -> Vec<usize> {
        self.search.spent = 0;
        let mut kept = given.to_vec();
        for question in given {
            let without: Vec<usize> = kept.iter().copied().filter(|other| other != question).collect();
            if matches!(self.escape(&self.fixed(without.iter().copied())), Escape::No) {
                kept = without;
            }
        }
        kept
    }

    /// Where the answers seen last must differ from those given to have another verdict: as little as can be found by
    /// taking differences back one by one.
    fn differences(&mut self, given: &[usize]) -> u128 {
        let model = &self.engine.model;
        let mut seen = self.search.kept.clone();
        let mut differing = 0;
        for (at, question) in given.iter().enumerate().take(MOST_QUESTIONS) {
            let variables = model.variables_of[*question].clone();
            let before = seen.domains[variables.clone()].to_vec();
            let Some(class) = self.classes[*question] else { continue };
            model.put(&mut seen.domains, *question, class);
            if seen.domains[variables.clone()] == before[..] {
                continue;
            }
            model.settle_question(&mut seen, *question);
            if self.search.outcome(&seen).band == self.band {
                seen.domains[variables].copy_from_slice(&before);
                model.settle_question(&mut seen, *question);
                differing |= 1 << at;
            }
        }
        differing
    }

    /// Widens the answers one after the other to all values with which the set still forces the verdict.
    fn widen(&mut self, set: &[usize]) -> Vec<Values> {
        let model = &self.engine.model;
        let mut widened: Vec<(usize, Vec<usize>)> =
            set.iter().filter_map(|question| Some((*question, vec![self.classes[*question]?]))).collect();
        for at in 0..widened.len() {
            let question = widened[at].0;
            let own = self.classes[question];
            let mut classes = Vec::new();
            for class in 0..model.classes[question].len() {
                let mut tried = widened.clone();
                tried[at].1 = vec![class];
                if own == Some(class) || self.forces(&tried) {
                    classes.push(class);
                }
            }
            widened[at].1 = classes;
        }
        widened
            .into_iter()
            .map(|(question, classes)| model.classes[question].values(question, &classes))
            .collect()
    }

    /// Whether every combination of these answers forces the verdict.
    fn forces(&mut self, answers: &[(usize, Vec<usize>)]) -> bool {
        let model = &self.engine.model;
        // Sets of options are not made up of independent parts, so that they are tried one by one.
        let listed = answers
            .iter()
            .position(|(question, classes)| classes.len() > 1 && model.variables_of[*question].len() != 2);
        if let Some(at) = listed {
            return answers[at].1.iter().all(|class| {
                let mut one = answers.to_vec();
                one[at].1 = vec![*class];
                self.forces(&one)
            });
        }
        let mut frame = model.frame();
        for (question, classes) in answers {
            let mut mask = 0;
            for class in classes {
                model.put(&mut frame.domains, *question, *class);
                mask |= frame.domains[model.variables_of[*question].end - 1];
            }
            if model.variables_of[*question].len() == 2 {
                frame.domains[model.variables_of[*question].end - 1] = mask;
            }
        }
        model.settle(&mut frame);
        matches!(self.escape(&frame), Escape::No)
    }
}

fn members(set: u128) -> impl Iterator<Item = usize> {
    (0..MOST_QUESTIONS).filter(move |at| set >> at & 1 == 1)
}

/// A smallest set that has a member in each of `sets`; of several, the one with the first members.
fn meet(sets: &[u128]) -> u128 {
    let mut best = sets.iter().fold(0, |all, set| all | set);
    extend(sets, 0, 0, &mut best);
    best
}

fn extend(sets: &[u128], chosen: u128, banned: u128, best: &mut u128) {
    let unmet = || sets.iter().copied().filter(|set| set & chosen == 0);
    // Sets without a common member need a member each.
    let (mut apart, mut taken) = (0, 0);
    for set in unmet() {
        if set & taken == 0 {
            apart += 1;
            taken |= set;
        }
    }
    if chosen.count_ones() + apart >= best.count_ones() {
        return;
    }
    let Some(next) = unmet().map(|set| set & !banned).min_by_key(|set| set.count_ones()) else {
        *best = chosen;
        return;
    };
    let mut banned = banned;
    for at in members(next) {
        extend(sets, chosen | 1 << at, banned, best);
        banned |= 1 << at;
    }
}
