//! What rules of one's own change in a result: the same answers without them, and the few changes that make the difference.

use std::cell::Cell;

use crate::answers::{Answers, Given};
use crate::assessment::{Assessment, assess};
use crate::rulebook::{Change, Rulebook, Variants, needed};

/// How often a rulebook is put together to find out what makes the difference; each time takes some milliseconds.
const MOST_TRIES: usize = 200;

/// A rulebook with layers, and what is beneath them.
pub struct Policy<'r> {
    rulebook: &'r Rulebook,
    variants: Variants<'r>,
    beneath: Rulebook,
}

/// A verdict and the platform that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The id of the verdict's band, and its name.
    pub verdict: (String, String),
    /// The id of the platform, and its name within a sentence.
    pub platform: (String, String),
}

/// That layers have moved a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What it would be without them.
    pub from: Outcome,
    /// What it is.
    pub to: Outcome,
    /// Changes that make the difference: with these alone the result is the same, and without any of them it is not. All of
    /// them where that takes too many tries to find out.
    pub by: Vec<Change>,
}

impl Moved {
    /// Whether the verdict is another one, not only the platform.
    pub fn is_other_verdict(&self) -> bool {
        self.from.verdict != self.to.verdict
    }
}

impl<'r> Policy<'r> {
    /// Takes the layers of a rulebook off. Nothing where it has none.
    pub fn new(rulebook: &'r Rulebook) -> Option<Self> {
        let variants = Variants::new(rulebook)?;
        let beneath = variants.with(&|_| false)?;
        Some(Self { rulebook, variants, beneath })
    }

    /// What the layers have moved in the assessment of these answers; nothing where it is the same without them.
    pub fn moved(&self, answers: &Answers, assessment: &Assessment) -> Option<Moved> {
        let to = outcome(self.rulebook, assessment);
        let from = self.outcome_of(&self.beneath, answers);
        if from.verdict.0 == to.verdict.0 && from.platform.0 == to.platform.0 {
            return None;
        }
        let is_other_verdict = from.verdict.0 != to.verdict.0;
        let tries = Cell::new(0);
        let is_there = |wanted: &[usize]| {
            tries.set(tries.get() + 1);
            if tries.get() > MOST_TRIES {
                return false;
            }
            let is_wanted = |change: &Change| {
                let index = self.rulebook.changes().iter().position(|other| other == change);
                index.is_some_and(|index| wanted.contains(&index))
            };
            let variant = self.variants.with(&is_wanted);
            variant.map(|variant| self.outcome_of(&variant, answers)).is_some_and(|outcome| {
                match is_other_verdict {
                    true => outcome.verdict.0 == to.verdict.0,
                    false => outcome.platform.0 == to.platform.0,
                }
            })
        };
        let all: Vec<usize> = (0..self.rulebook.changes().len()).collect();
        let mut by = needed(&is_there, &all);
        // Where changes undo one another, halves can mislead; what is named is tried.
        if !is_there(&by) {
            by = all;
        }
        by.sort_unstable();
        let by = by.into_iter().map(|index| self.rulebook.changes()[index].clone()).collect();
        Some(Moved { from, to, by })
    }

    /// What the same answers come to by other rules; what these do not ask is left aside.
    fn outcome_of(&self, rulebook: &Rulebook, answers: &Answers) -> Outcome {
        let carried = carried(answers, self.rulebook, rulebook);
        outcome(rulebook, &assess(rulebook, carried.readings(rulebook)))
    }
}

fn outcome(rulebook: &Rulebook, assessment: &Assessment) -> Outcome {
    let band = &rulebook.bands()[assessment.band];
    let platform = &rulebook.platforms()[assessment.recommendation];
    Outcome {
        verdict: (band.id.clone(), band.name.clone()),
        platform: (platform.id.clone(), platform.in_sentence().to_owned()),
    }
}

/// Answers to the questions of one rulebook as answers to those of another.
fn carried(answers: &Answers, from: &Rulebook, to: &Rulebook) -> Answers {
    let mut carried = Answers::none(to);
    for (index, question) in from.questions().iter().enumerate() {
        let (Some(given), Some(own)) = (answers.given(index), to.question(&question.id)) else { continue };
        let value =
            given.value.and_then(|value| to.questions()[own].parse(&question.spell(value)).ok()).flatten();
        carried.add(own, Given { value, origin: given.origin.clone() });
    }
    carried
}
