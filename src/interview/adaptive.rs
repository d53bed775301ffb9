//! The order in which few questions are needed: the one that narrows most what is possible comes next, until nothing that
//! may still be asked can change the outcome.

use std::cmp::Reverse;

use super::flow::{Next, Order, Situation};
use crate::assessment::assess;
use crate::explanation::Engine;
use crate::rulebook::{Reading, Rulebook, Value};

/// Asks the question whose answer narrows most what the margin can be, given the answers so far; of equals, those of
/// detail come last. A group goes on as long as one of its questions narrows at least two thirds as much as the best of
/// all, which costs hardly anybody a question more; but not with a question of detail before others.
#[derive(Debug)]
pub struct Adaptive<'a> {
    rulebook: &'a Rulebook,
    engine: Engine,
}

impl<'a> Adaptive<'a> {
    /// The order for interviews about `rulebook`.
    pub fn new(rulebook: &'a Rulebook) -> Self {
        Self { rulebook, engine: Engine::new(rulebook) }
    }

    /// The open question to ask.
    fn best(&self, situation: &Situation<'_>, values: &[Option<Value>], askable: &[usize]) -> usize {
        let questions = self.rulebook.questions();
        let narrowings = self.engine.narrowings(values, askable, situation.open);
        let best_of = |group: Option<usize>| {
            let such = narrowings
                .iter()
                .filter(|(question, _)| group.is_none_or(|group| questions[*question].group == group));
            such.copied().max_by_key(|(question, points)| {
                (*points, Reverse(questions[*question].detail), Reverse(*question))
            })
        };
        let (best, most) = best_of(None).unwrap_or_default();
        let is_detail = |question: usize| questions[question].detail;
        let group = situation.last.map(|last| questions[last].group);
        match group.and_then(|group| best_of(Some(group))) {
            Some((here, points)) if 3 * points >= 2 * most && (!is_detail(here) || is_detail(best)) => here,
            _ => best,
        }
    }

    /// Whether it is proved that no answers to the `open` questions can change the outcome.
    fn is_closed(&self, situation: &Situation<'_>, values: &[Option<Value>], open: &[usize]) -> bool {
        let now = assess(self.rulebook, situation.readings.to_vec());
        self.engine.is_closed_to(values, open, now.band, now.recommendation)
    }
}

impl Order for Adaptive<'_> {
    fn next(&self, situation: &Situation<'_>) -> Next {
        let Situation { readings, unanswered, open, later, .. } = *situation;
        let value = |question: usize| match readings[question] {
            Reading::Known(value) if !unanswered.contains(&question) => Some(value),
            _ => None,
        };
        let values: Vec<Option<Value>> = (0..readings.len()).map(value).collect();
        let in_part = unanswered.iter().filter(|question| matches!(readings[**question], Reading::Known(_)));
        let askable: Vec<usize> = open.iter().chain(later).chain(in_part).copied().collect();
        let question = self.best(situation, &values, &askable);
        if !self.is_closed(situation, &values, &askable) {
            return Next::Ask(question);
        }
        Next::Settled { question, wholly: self.is_closed(situation, &values, unanswered) }
    }
}
