//! The order in which few questions are needed: the subjects of the rulebook one after the other, and of each the questions
//! whose answers tell most about the outcome, until it is sure or they tell hardly anything; and then what could still turn
//! it, until nothing can.

use std::cell::RefCell;

use super::flow::{Next, Order, Situation};
use crate::assessment::assess;
use crate::explanation::{Engine, Telling};
use crate::rulebook::{Reading, Rulebook, Value, Values};

/// It is offered to stop when the side of the outcome is so sure, of 100.
pub const SURE: u8 = 95;

/// It is offered to stop as well when all that can be asked tells less than this together, in bits.
const LITTLE: f64 = 0.05;
/// A question is worth asking in its turn when it tells so large a part of what the best one would tell. To skip more would
/// ask more in the end: who skips has to come back.
const WORTH: f64 = 0.05;
/// A subject that was left is taken up again when it has a question that tells so many times what the best of the others
/// does.
const AGAIN: f64 = 8.0;

/// Asks subject by subject, in the rulebook's order, and its first question first; of each, what tells most about the side of the outcome, and leaves a
/// subject when what it has left tells little beside the best of all. Details come last.
#[derive(Debug)]
pub struct Adaptive<'a> {
    rulebook: &'a Rulebook,
    engine: &'a Engine,
    /// What was computed last, and for what.
    last: RefCell<Option<(Known, Telling)>>,
}

type Known = (Vec<Option<Value>>, Vec<usize>);

impl<'a> Adaptive<'a> {
    /// The order for interviews about `rulebook`, from which `engine` was made.
    pub fn new(rulebook: &'a Rulebook, engine: &'a Engine) -> Self {
        Self { rulebook, engine, last: RefCell::default() }
    }

    /// Whether no answers to the questions that can be asked could change the outcome; if so, whether no answers at all
    /// could.
    pub fn settled(&self, situation: &Situation<'_>) -> Option<bool> {
        let Situation { readings, unanswered, open, later, .. } = *situation;
        let values = values(situation);
        let in_part = unanswered.iter().filter(|question| matches!(readings[**question], Reading::Known(_)));
        let askable: Vec<usize> = open.iter().chain(later).chain(in_part).copied().collect();
        let settled = self.is_closed(situation, &values, &askable);
        settled.then(|| self.is_closed(situation, &values, unanswered))
    }

    /// What the open questions would tell.
    fn telling(&self, situation: &Situation<'_>) -> Telling {
        let known = (values(situation), situation.open.to_vec());
        let mut last = self.last.borrow_mut();
        match last.as_ref() {
            Some((of, telling)) if *of == known => telling.clone(),
            _ => {
                let telling = self.engine.telling(&known.0, &known.1);
                *last = Some((known, telling.clone()));
                telling
            }
        }
    }

    /// The open question to ask.
    fn best(&self, situation: &Situation<'_>) -> usize {
        // It begins with what a rulebook begins with, whatever that tells: what all the rest is about.
        if situation.last.is_none() {
            return situation.open[0];
        }
        let questions = self.rulebook.questions();
        let telling = self.telling(situation).questions;
        let here = situation.last.map_or(0, |last| questions[last].group);
        let is_left = |question: usize| questions[question].group < here;
        let most = |left: bool| {
            let such = telling.iter().filter(|(question, _)| is_left(*question) == left);
            such.map(|(_, bits)| *bits).fold(0.0, f64::max)
        };
        let (ahead, behind) = (most(false), most(true));
        let returns = behind > AGAIN * ahead;
        // Whoever has been further on goes through what is left of a subject at once.
        let waits =
            |question: &usize| situation.open.contains(question) || situation.later.contains(question);
        let further = |question: &usize| questions[*question].group > here && !waits(question);
        let applies = |question: usize| situation.readings[question] != Reading::DoesNotApply;
        let again = (0..questions.len()).filter(further).any(applies);
        let rank = |(question, bits): &(usize, f64)| {
            let group = questions[*question].group;
            let worth = again || returns || *bits >= WORTH * ahead;
            let detail = questions[*question].detail && ahead == 0.0 && behind == 0.0;
            (is_left(*question) != returns, !worth, detail, group)
        };
        let first = |one: &&(usize, f64), other: &&(usize, f64)| {
            rank(one).cmp(&rank(other)).then(other.1.total_cmp(&one.1)).then(one.0.cmp(&other.0))
        };
        telling.iter().min_by(first).map_or(situation.open[0], |(question, _)| *question)
    }

    /// The open question that could turn what is sure, the likeliest first.
    fn turning(&self, situation: &Situation<'_>, values: &[Option<Value>]) -> Option<usize> {
        let turns = self.engine.turns(values);
        let mut questions = turns.iter().flat_map(|unless| &unless.changes).map(Values::question);
        questions.find(|question| situation.open.contains(question))
    }

    /// Whether it is proved that no answers to the `open` questions can change the outcome.
    fn is_closed(&self, situation: &Situation<'_>, values: &[Option<Value>], open: &[usize]) -> bool {
        let now = assess(self.rulebook, situation.readings.to_vec());
        self.engine.is_closed_to(values, open, now.band, now.recommendation)
    }
}

/// What is known for good: a part of an answer is not.
fn values(situation: &Situation<'_>) -> Vec<Option<Value>> {
    let value = |(question, reading): (usize, &Reading)| match reading {
        Reading::Known(value) if !situation.unanswered.contains(&question) => Some(*value),
        _ => None,
    };
    situation.readings.iter().enumerate().map(value).collect()
}

/// What questions tell, each apart from the others, in bits.
fn all_of(questions: &[(usize, f64)]) -> f64 {
    questions.iter().map(|(_, bits)| bits).sum()
}

impl Order for Adaptive<'_> {
    fn next(&self, situation: &Situation<'_>) -> Next {
        let question = self.best(situation);
        if let Some(wholly) = self.settled(situation) {
            return Next::Settled { question, wholly };
        }
        let values = values(situation);
        let band = assess(self.rulebook, situation.readings.to_vec()).band;
        match self.engine.sureness(&values, band).share.percent() {
            SURE.. => Next::Sure(self.turning(situation, &values).unwrap_or(question)),
            _ if all_of(&self.telling(situation).questions) < LITTLE => Next::TellsLittle(question),
            _ => Next::Ask(question),
        }
    }

    fn expected(&self, situation: &Situation<'_>) -> Option<usize> {
        // As if each question told apart from the others what it tells, which comes close.
        let Telling { mut uncertainty, mut questions } = self.telling(situation);
        questions.sort_by(|one, other| other.1.total_cmp(&one.1));
        let sure = f64::from(SURE) / 100.0;
        let enough = -sure * sure.log2() - (1.0 - sure) * (1.0 - sure).log2();
        let mut left = all_of(&questions);
        let needed = questions.iter().take_while(|(_, bits)| {
            let goes_on = uncertainty > enough && left >= LITTLE;
            (uncertainty, left) = (uncertainty - bits, left - bits);
            goes_on
        });
        Some(needed.count())
    }
}
