//! Which question comes next, which one came before, and how many there are: nothing here talks to anybody.

use std::collections::BTreeSet;

use crate::answers::{Answers, Given, Origin};
use crate::rulebook::{Reading, Rulebook, Truth, Value};

/// What an [`Order`] can go by.
#[derive(Debug)]
pub struct Situation<'a> {
    /// What is known of each question.
    pub readings: &'a [Reading],
    /// The questions that can be asked now, in the rulebook's order; never empty.
    pub open: &'a [usize],
    /// The questions that may follow, once those their conditions ask about have been dealt with.
    pub later: &'a [usize],
    /// The question that was dealt with last.
    pub last: Option<usize>,
}

/// What an [`Order`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask this question, one of the open ones.
    Ask(usize),
    /// Nothing that may still be asked can change the outcome; whoever goes on is asked this question.
    Settled(usize),
}

/// The order in which questions are asked.
pub trait Order {
    /// What comes next.
    fn next(&self, situation: &Situation<'_>) -> Next;
}

impl<F: Fn(&Situation<'_>) -> Next> Order for F {
    fn next(&self, situation: &Situation<'_>) -> Next {
        self(situation)
    }
}

/// The order of the rulebook, to the end.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileOrder;

impl Order for FileOrder {
    fn next(&self, situation: &Situation<'_>) -> Next {
        Next::Ask(situation.open.first().copied().unwrap_or_default())
    }
}

/// Where a question stands among those that are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are, as far as can be said now.
    pub of: usize,
    /// Answers to come may change how many there are.
    pub about: bool,
}

/// The questionnaire between two questions.
pub(super) struct Flow<'a> {
    rulebook: &'a Rulebook,
    order: &'a dyn Order,
    all: bool,
    answers: Answers,
    /// What has been asked here, answered or not, in the order in which it was asked first.
    asked: Vec<usize>,
    /// What was left unanswered here.
    skipped: BTreeSet<usize>,
}

/// Questions that have not been dealt with.
#[derive(Default)]
struct Remaining {
    open: Vec<usize>,
    later: Vec<usize>,
    /// How many of `later` would be asked if nothing more were known.
    likely: usize,
}

impl<'a> Flow<'a> {
    pub(super) fn new(rulebook: &'a Rulebook, order: &'a dyn Order, all: bool, answers: Answers) -> Self {
        Self { rulebook, order, all, answers, asked: Vec::new(), skipped: BTreeSet::new() }
    }

    pub(super) fn answers(&self) -> &Answers {
        &self.answers
    }

    pub(super) fn into_answers(self) -> Answers {
        self.answers
    }

    pub(super) fn readings(&self) -> Vec<Reading> {
        self.answers.readings(self.rulebook)
    }

    /// Records an answer; `None` is "I don't know".
    pub(super) fn answer(&mut self, question: usize, value: Option<Value>) {
        self.answers.set(question, Given { value, origin: Origin::Prompt });
        self.skipped.remove(&question);
        self.note_asked(question);
    }

    /// Leaves a question as it is: unanswered, or with the answer that it has.
    pub(super) fn skip(&mut self, question: usize) {
        if self.answers.is_open(question) {
            self.skipped.insert(question);
            self.note_asked(question);
        }
    }

    fn note_asked(&mut self, question: usize) {
        if !self.asked.contains(&question) {
            self.asked.push(question);
        }
    }

    /// The answers given here, in the order in which they were asked for.
    pub(super) fn own_answers(&self) -> Vec<(usize, Option<Value>)> {
        self.asked
            .iter()
            .filter_map(|question| Some((*question, self.answers.given(*question)?)))
            .filter(|(_, given)| given.origin == Origin::Prompt)
            .map(|(question, given)| (question, given.value))
            .collect()
    }

    /// What comes next; nothing when there is no question left.
    pub(super) fn next(&self) -> Option<Next> {
        let readings = self.readings();
        let Remaining { open, later, .. } = self.remaining(&readings);
        let first = *open.first()?;
        let situation =
            Situation { readings: &readings, open: &open, later: &later, last: self.asked.last().copied() };
        let valid = |question: usize| if open.contains(&question) { question } else { first };
        Some(match self.order.next(&situation) {
            Next::Ask(question) => Next::Ask(valid(question)),
            Next::Settled(question) => Next::Settled(valid(question)),
        })
    }

    /// How many questions are left, as far as can be said now.
    pub(super) fn left(&self) -> usize {
        let remaining = self.remaining(&self.readings());
        remaining.open.len() + remaining.likely
    }

    /// The question that was asked before this one and still applies.
    pub(super) fn before(&self, question: usize) -> Option<usize> {
        let readings = self.readings();
        let end = self.asked.iter().position(|asked| *asked == question).unwrap_or(self.asked.len());
        self.asked[..end].iter().rev().copied().find(|asked| readings[*asked] != Reading::DoesNotApply)
    }

    /// Where a question stands among those asked here.
    pub(super) fn progress(&self, question: usize) -> Progress {
        let readings = self.readings();
        let remaining = self.remaining(&readings);
        let mut counted: Vec<usize> =
            self.asked.iter().copied().filter(|asked| readings[*asked] != Reading::DoesNotApply).collect();
        let is_new = !counted.contains(&question);
        let number = counted.iter().position(|asked| *asked == question).unwrap_or(counted.len()) + 1;
        counted.extend(&remaining.open);
        let of =
            counted.len() + remaining.likely + usize::from(is_new && !remaining.open.contains(&question));
        Progress { number, of, about: !remaining.later.is_empty() }
    }

    /// The questions to look over at the end: whatever applies and was asked or given, in the rulebook's order.
    pub(super) fn reviewed(&self) -> Vec<usize> {
        let readings = self.readings();
        (0..self.rulebook.questions().len())
            .filter(|question| readings[*question] != Reading::DoesNotApply)
            .filter(|question| self.answers.given(*question).is_some() || self.skipped.contains(question))
            .collect()
    }

    /// Everything that may still be asked. Whoever does not know whether a question concerns them is asked it only if it
    /// concerns everybody but some: what is not known counts as not being so.
    fn remaining(&self, readings: &[Reading]) -> Remaining {
        let so_far: Vec<Reading> = readings
            .iter()
            .map(|reading| match reading {
                Reading::Unknown => Reading::DoesNotApply,
                known => *known,
            })
            .collect();
        let mut remaining = Remaining::default();
        for (index, question) in self.rulebook.questions().iter().enumerate() {
            let dealt_with = !self.answers.is_open(index) || self.skipped.contains(&index);
            if dealt_with || (question.detail && !self.all) || readings[index] == Reading::DoesNotApply {
                continue;
            }
            let concerns =
                question.ask_when.as_ref().is_none_or(|condition| condition.truth(&so_far) == Truth::True);
            let hangs_on =
                question.ask_when.as_ref().map(|condition| condition.questions()).unwrap_or_default();
            if hangs_on.iter().any(|gate| remaining.open.contains(gate) || remaining.later.contains(gate)) {
                remaining.later.push(index);
                remaining.likely += usize::from(concerns);
            } else if concerns {
                remaining.open.push(index);
            }
        }
        remaining
    }
}
