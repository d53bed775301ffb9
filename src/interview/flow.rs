//! Which question comes next, which one came before, and how many there are: nothing here talks to anybody.

use crate::answers::{Answers, Given, Origin};
use crate::rulebook::{Reading, Rulebook, Truth, Value};

/// What an [`Order`] can go by.
#[derive(Debug)]
pub struct Situation<'a> {
    /// What is known of each question.
    pub readings: &'a [Reading],
    /// The questions that have no answer or only a part of one, and may apply.
    pub unanswered: &'a [usize],
    /// The questions that can be asked now, in the rulebook's order; never empty.
    pub open: &'a [usize],
    /// The questions that may follow, once those their conditions ask about have been dealt with.
    pub later: &'a [usize],
    /// The question that was shown last.
    pub last: Option<usize>,
}

/// What an [`Order`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask this question, one of the open ones.
    Ask(usize),
    /// The side of the outcome is [sure](super::SURE), though not proved; whoever goes on is asked this question.
    Sure(usize),
    /// The side is not sure, and what is left to ask would hardly tell more; whoever goes on is asked this question.
    TellsLittle(usize),
    /// Nothing that may still be asked can change the outcome.
    Settled {
        /// Whoever goes on is asked this question, one of the open ones.
        question: usize,
        /// Nor can anything else that is not answered.
        wholly: bool,
    },
}

/// The order in which questions are asked.
pub trait Order {
    /// What comes next.
    fn next(&self, situation: &Situation<'_>) -> Next;

    /// How many questions are expected until it is offered to stop; nothing where all are asked.
    fn expected(&self, _situation: &Situation<'_>) -> Option<usize> {
        None
    }
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
    /// So many are expected in all.
    pub of: usize,
    /// No fewer and no more.
    pub exactly: bool,
}

/// How many questions are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// So many at most.
    pub(super) questions: usize,
    /// No fewer.
    pub(super) exactly: bool,
}

/// The questionnaire between two questions.
pub(super) struct Flow<'a> {
    rulebook: &'a Rulebook,
    order: &'a dyn Order,
    answers: Answers,
    /// What has been shown here, in the order in which it was shown first.
    asked: Vec<usize>,
}

/// Questions that have not been dealt with.
#[derive(Default)]
struct Remaining {
    open: Vec<usize>,
    later: Vec<usize>,
}

impl<'a> Flow<'a> {
    pub(super) fn new(rulebook: &'a Rulebook, order: &'a dyn Order, answers: Answers) -> Self {
        let is_own = |given: &Given| given.origin == Origin::Prompt;
        let questions = 0..rulebook.questions().len();
        let asked = questions.filter(|question| answers.given(*question).is_some_and(is_own)).collect();
        Self { rulebook, order, answers, asked }
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
        self.show(question);
    }

    /// Notes that a question is put to the person.
    pub(super) fn show(&mut self, question: usize) {
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

    /// What comes next; nothing when there is no question left. A question that was shown and left for an earlier one comes
    /// before all others.
    pub(super) fn next(&self) -> Option<Next> {
        let readings = self.readings();
        let Remaining { open, later } = self.remaining(&readings, None);
        let first = *open.first()?;
        let next = self.of_order(&readings, &open, &later, |order, situation| order.next(situation));
        let shown = self.asked.iter().copied().find(|asked| open.contains(asked));
        let valid =
            |question: usize| shown.unwrap_or(if open.contains(&question) { question } else { first });
        Some(match next {
            Next::Ask(question) => Next::Ask(valid(question)),
            Next::Sure(question) => Next::Sure(valid(question)),
            Next::TellsLittle(question) => Next::TellsLittle(valid(question)),
            Next::Settled { question, wholly } => Next::Settled { question: valid(question), wholly },
        })
    }

    /// What the order says to where things stand.
    fn of_order<T>(
        &self,
        readings: &[Reading],
        open: &[usize],
        later: &[usize],
        says: impl Fn(&dyn Order, &Situation<'_>) -> T,
    ) -> T {
        let lacks_an_answer =
            |question: usize| self.answers.value(question).is_none() || self.answers.is_open(question);
        let unanswered: Vec<usize> = (0..readings.len())
            .filter(|question| lacks_an_answer(*question) && readings[*question] != Reading::DoesNotApply)
            .collect();
        let last = self.asked.last().copied();
        says(self.order, &Situation { readings, unanswered: &unanswered, open, later, last })
    }

    /// How many questions are left.
    pub(super) fn left(&self) -> Left {
        let Remaining { open, later } = self.remaining(&self.readings(), None);
        Left { questions: open.len() + later.len(), exactly: later.is_empty() }
    }

    /// The question that was asked before this one and still applies.
    pub(super) fn before(&self, question: usize) -> Option<usize> {
        self.earlier(question).last().copied()
    }

    /// What was asked before a question and still applies.
    fn earlier(&self, question: usize) -> Vec<usize> {
        let readings = self.readings();
        let earlier = self.asked.iter().copied().take_while(|asked| *asked != question);
        earlier
            .filter(|asked| readings[*asked] != Reading::DoesNotApply && self.is_dealt_with(*asked))
            .collect()
    }

    /// Where a question stands, whatever its answer will be.
    pub(super) fn progress(&self, question: usize) -> Progress {
        let value = |other: usize| self.answers.value(other).filter(|_| other != question);
        let Remaining { open, later } = self.remaining(&self.rulebook.readings(value), Some(question));
        let others = open.iter().chain(&later).filter(|other| **other != question).count();
        let number = self.earlier(question).len() + 1;
        match self.expected() {
            None => Progress { number, of: number + others, exactly: later.is_empty() },
            Some(expected) => {
                Progress { number, of: number + expected.saturating_sub(1).min(others), exactly: false }
            }
        }
    }

    /// How many more questions are expected until it is offered to stop; nothing where all are asked.
    pub(super) fn expected(&self) -> Option<usize> {
        let readings = self.readings();
        let Remaining { open, later } = self.remaining(&readings, None);
        open.first()?;
        self.of_order(&readings, &open, &later, |order, situation| order.expected(situation))
    }

    /// How many questions were put to the person.
    pub(super) fn asked(&self) -> usize {
        self.asked.len()
    }

    fn is_dealt_with(&self, question: usize) -> bool {
        !self.answers.is_open(question)
    }

    /// The questions to look over at the end: whatever applies and was asked or given, in the rulebook's order.
    pub(super) fn reviewed(&self) -> Vec<usize> {
        let readings = self.readings();
        (0..self.rulebook.questions().len())
            .filter(|question| readings[*question] != Reading::DoesNotApply)
            .filter(|question| self.answers.given(*question).is_some())
            .collect()
    }

    /// Everything that may still be asked, with the question that is `asked` at the moment. Whoever does not know whether
    /// a question concerns them is asked it only if it concerns everybody but some: what is not known counts as not being
    /// so.
    fn remaining(&self, readings: &[Reading], asked: Option<usize>) -> Remaining {
        let so_far: Vec<Reading> = readings
            .iter()
            .map(|reading| match reading {
                Reading::Unknown => Reading::DoesNotApply,
                known => *known,
            })
            .collect();
        let mut remaining = Remaining::default();
        for (index, question) in self.rulebook.questions().iter().enumerate() {
            let dealt_with = self.is_dealt_with(index) && asked != Some(index);
            if dealt_with || readings[index] == Reading::DoesNotApply {
                continue;
            }
            let hangs_on =
                question.ask_when.as_ref().map(|condition| condition.questions()).unwrap_or_default();
            let concerns =
                || question.ask_when.as_ref().is_none_or(|condition| condition.truth(&so_far) == Truth::True);
            if hangs_on.iter().any(|gate| remaining.open.contains(gate) || remaining.later.contains(gate)) {
                remaining.later.push(index);
            } else if concerns() {
                remaining.open.push(index);
            }
        }
        remaining
    }
}
