//! What a rulebook promises, proved or refuted over all answers.

use rayon::prelude::*;

use super::finding::{Check, Finding, Place, Subject};
use super::{Desk, cause, fewest, spelled};
use crate::assessment::{Assessment, assess};
use crate::explanation::{AnswerSet, Further, MarginClaim, Moved, Proof};
use crate::rulebook::{Change, Exception, Keeps, Leaning, Over, Promise, Rulebook, Truth};
use crate::text::list;

/// A promise, and how it fared.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The index of the promise.
    pub promise: usize,
    /// How it fared.
    pub standing: Standing,
}

/// How a promise fared.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It holds whatever is answered: so many boxes of answers were looked at.
    Proved {
        /// Boxes.
        boxes: u64,
    },
    /// It holds by the way in which platforms are compared.
    ByConstruction,
    /// These answers break it.
    Broken(Box<CounterExample>),
    /// The boxes did not suffice for some of its parts.
    NotProved {
        /// Boxes, of all parts.
        boxes: u64,
        /// How many answers were drawn at random for each part without one that breaks it.
        draws: u64,
        /// The parts that are open, and how many there are.
        open: Vec<Part>,
        /// How many parts there are.
        parts: usize,
    },
}

/// One of the things that a promise says at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// About one change.
    Move(Moved),
    /// About each set of answers.
    Each,
}

/// Answers that break a promise; as few of them as do.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterExample {
    /// What changes.
    pub part: Part,
    /// The answers before the change, or those that break it by themselves.
    pub before: AnswerSet,
    /// The answers after it.
    pub after: AnswerSet,
    /// The margins of both.
    pub margins: (i64, i64),
    /// The bands of both.
    pub bands: (usize, usize),
}

/// The promises of a rulebook and all that is needed to prove them.
pub(super) struct Promises<'a> {
    pub(super) desk: &'a Desk<'a>,
    /// Where the conditions of promises and of exceptions stand among the prover's.
    pub(super) first_promise: usize,
    pub(super) first_exception: usize,
}

impl Promises<'_> {
    /// How every promise fares.
    pub(super) fn all(&self) -> Vec<Kept> {
        let parts: Vec<(usize, Part)> = (0..self.desk.rulebook.promises().len())
            .flat_map(|promise| self.parts(promise).into_iter().map(move |part| (promise, part)))
            .collect();
        let fared: Vec<Proof<CounterExample>> =
            parts.par_iter().map(|(promise, part)| self.prove(*promise, *part)).collect();
        let of = |promise: usize| {
            let own = parts.iter().zip(&fared).filter(|((of, _), _)| *of == promise);
            let own: Vec<(Part, &Proof<CounterExample>)> =
                own.map(|((_, part), proof)| (*part, proof)).collect();
            Kept { promise, standing: self.joined(promise, &own) }
        };
        (0..self.desk.rulebook.promises().len()).map(of).collect()
    }

    fn joined(&self, promise: usize, parts: &[(Part, &Proof<CounterExample>)]) -> Standing {
        if self.desk.rulebook.promises()[promise].keeps == Keeps::Musts {
            return Standing::ByConstruction;
        }
        let (mut boxes, mut open) = (0, Vec::new());
        for (part, proof) in parts {
            match proof {
                Proof::Found(example) => return Standing::Broken(Box::new(example.clone())),
                Proof::None(spent) => boxes += spent,
                Proof::Open(spent) => {
                    boxes += spent;
                    open.push(*part);
                }
            }
        }
        match open.is_empty() {
            true => Standing::Proved { boxes },
            false => Standing::NotProved { boxes, draws: self.desk.budget.draws, open, parts: parts.len() },
        }
    }

    fn parts(&self, promise: usize) -> Vec<Part> {
        match &self.desk.rulebook.promises()[promise].over {
            Over::Each => vec![Part::Each],
            Over::Counts(criteria) => {
                criteria.iter().map(|criterion| Part::Move(Moved::Counted(*criterion))).collect()
            }
            Over::Rises(rises) => {
                let steps = rises.iter().flat_map(|rise| {
                    let question = rise.question;
                    let steps = rise
                        .steps(&self.desk.rulebook.questions()[question], self.desk.prover.classes(question));
                    steps.into_iter().map(move |(from, to)| Part::Move(Moved::Answer { question, from, to }))
                });
                steps.collect()
            }
        }
    }

    fn prove(&self, index: usize, part: Part) -> Proof<CounterExample> {
        let promise = &self.desk.rulebook.promises()[index];
        match (&promise.keeps, part) {
            (Keeps::Verdict(bands), _) => self.prove_verdict(index, bands),
            (Keeps::Musts, _) | (_, Part::Each) => Proof::None(0),
            (_, Part::Move(moved)) => self.prove_margin(index, moved),
        }
    }

    fn prove_verdict(&self, index: usize, bands: &[usize]) -> Proof<CounterExample> {
        let others = (0..self.desk.rulebook.bands().len()).filter(|band| !bands.contains(band));
        let others = others.fold(0, |set, band| set | 1 << band);
        let when = Further(self.first_promise + index);
        match self.desk.prover.verdict(others, Some(when), self.desk.budget.promises) {
            Proof::Found(answers) => {
                let promise = &self.desk.rulebook.promises()[index];
                let breaks =
                    |answers: &AnswerSet| cause::breaks_verdict(self.desk.rulebook, promise, bands, answers);
                let answers = fewest(answers, breaks);
                Proof::Found(self.example(Part::Each, answers.clone(), answers))
            }
            Proof::None(boxes) => Proof::None(boxes),
            Proof::Open(boxes) => Proof::Open(boxes),
        }
    }

    fn prove_margin(&self, index: usize, moved: Moved) -> Proof<CounterExample> {
        let promise = &self.desk.rulebook.promises()[index];
        let claim = MarginClaim {
            moved,
            within: within(self.desk.rulebook, &promise.keeps),
            across: (promise.keeps == Keeps::NeverJumps).then(|| middle(self.desk.rulebook)),
            when: vec![Further(self.first_promise + index)],
            unless: self.unless(promise, moved),
        };
        match self.desk.prover.counter_example(&claim, self.desk.budget.draws, self.desk.budget.promises) {
            Proof::Found((before, after)) => Proof::Found(self.smallest(promise, moved, before, after)),
            Proof::None(boxes) => Proof::None(boxes),
            Proof::Open(boxes) => Proof::Open(boxes),
        }
    }

    fn unless(&self, promise: &Promise, moved: Moved) -> Vec<(Further, bool)> {
        let named = promise.exceptions.iter().copied();
        let covering =
            named.filter(|exception| is_about(&self.desk.rulebook.exceptions()[*exception], moved));
        covering
            .map(|exception| {
                let lighter = self.desk.rulebook.exceptions()[exception].where_subject_is_lighter;
                (Further(self.first_exception + exception), lighter)
            })
            .collect()
    }

    /// The counter-example with as few answers as break the promise, which is tried with the very assessment that reports
    /// are made of.
    fn smallest(
        &self,
        promise: &Promise,
        moved: Moved,
        before: AnswerSet,
        after: AnswerSet,
    ) -> CounterExample {
        let question = match moved {
            Moved::Answer { question, .. } => Some(question),
            Moved::Counted(_) => None,
        };
        let with = |answers: &AnswerSet, stepped: &AnswerSet| {
            let mut answers = answers.clone();
            if let Some(question) = question {
                answers[question] = stepped[question];
            }
            answers
        };
        let breaks = |answers: &AnswerSet| {
            let (before, after) = (with(answers, &before), with(answers, &after));
            breaks_margin(self.desk.rulebook, promise, moved, &before, &after)
        };
        let fewest = fewest(before.clone(), breaks);
        self.example(Part::Move(moved), with(&fewest, &before), with(&fewest, &after))
    }

    fn example(&self, part: Part, before: AnswerSet, after: AnswerSet) -> CounterExample {
        let (was, is) = match part {
            Part::Move(moved) => assess_both(self.desk.rulebook, moved, &before, &after),
            Part::Each => (self.desk.assess(&before), self.desk.assess(&after)),
        };
        CounterExample { part, margins: (was.margin, is.margin), bands: (was.band, is.band), before, after }
    }
}

/// Whether an exception speaks of this change.
pub fn is_about(exception: &Exception, moved: Moved) -> bool {
    match moved {
        _ if exception.questions.is_empty() => true,
        Moved::Answer { question, .. } => exception.questions.contains(&question),
        Moved::Counted(_) => false,
    }
}

/// By how much a promise lets the margin move.
fn within(rulebook: &Rulebook, keeps: &Keeps) -> (i64, i64) {
    const FAR: i64 = 1 << 40;
    match keeps {
        Keeps::NeverFalls => (0, FAR),
        Keeps::NeverRises => (-FAR, 0),
        Keeps::NeverJumps => {
            let (from, to) = middle(rulebook);
            (from - to - 1, to - from + 1)
        }
        Keeps::Verdict(_) | Keeps::Musts => (-FAR, FAR),
    }
}

/// The least and the greatest margin of the middle band.
fn middle(rulebook: &Rulebook) -> (i64, i64) {
    let hedge = || rulebook.bands().iter().filter(|band| band.leaning == Leaning::Hedge);
    let (from, to) = (hedge().find_map(|band| band.from), hedge().rev().find_map(|band| band.to));
    (from.unwrap_or_default(), to.unwrap_or_default())
}

/// What both sets of answers come to.
pub(super) fn assess_both(
    rulebook: &Rulebook,
    moved: Moved,
    before: &AnswerSet,
    after: &AnswerSet,
) -> (Assessment, Assessment) {
    let assess_with = |rulebook: &Rulebook, answers: &AnswerSet| {
        assess(rulebook, rulebook.readings(|question| answers[question]))
    };
    let was = match moved {
        Moved::Answer { .. } => assess_with(rulebook, before),
        Moved::Counted(criterion) => assess_with(&super::without_criterion(rulebook, criterion), before),
    };
    (was, assess_with(rulebook, after))
}

/// Whether two sets of answers break what a promise says of a margin: tried by assessing both.
pub fn breaks_margin(
    rulebook: &Rulebook,
    promise: &Promise,
    moved: Moved,
    before: &AnswerSet,
    after: &AnswerSet,
) -> bool {
    let (was, is) = assess_both(rulebook, moved, before, after);
    let counts = was.decided_by.is_none() && is.decided_by.is_none();
    let both = |condition| was.satisfies(condition) && is.satisfies(condition);
    let holds = match moved {
        Moved::Counted(criterion) => is.truths[criterion] == Truth::True,
        Moved::Answer { .. } => true,
    };
    let (least, most) = within(rulebook, &promise.keeps);
    let moves = is.margin - was.margin;
    let (low, high) = middle(rulebook);
    let crosses = was.margin.min(is.margin) < low && was.margin.max(is.margin) > high;
    let named = || promise.exceptions.iter().map(|exception| &rulebook.exceptions()[*exception]);
    counts
        && both(&promise.when)
        && holds
        && (moves < least || moves > most)
        && (crosses || promise.keeps != Keeps::NeverJumps)
        && !named().any(|exception| is_about(exception, moved) && covers(exception, &was, &is))
}

/// Whether an exception covers a change from one assessment to another.
pub fn covers(exception: &Exception, before: &Assessment, after: &Assessment) -> bool {
    let efforts = |platforms: [usize; 2]| {
        let both = platforms
            .into_iter()
            .flat_map(|platform| [before, after].map(|assessment| assessment.standings[platform].effort));
        both.collect::<Vec<i64>>()
    };
    let with = efforts([before.best_with, after.best_with]);
    let without = efforts([before.best_without, after.best_without]);
    let lighter = with.iter().min() < without.iter().max();
    (before.satisfies(&exception.when) || after.satisfies(&exception.when))
        && (lighter || !exception.where_subject_is_lighter)
}

/// Exceptions that no promise names.
pub(super) fn unused_exceptions(rulebook: &Rulebook) -> Vec<Finding> {
    let is_named =
        |index: usize| rulebook.promises().iter().any(|promise| promise.exceptions.contains(&index));
    let unused = (0..rulebook.exceptions().len()).filter(|index| !is_named(*index));
    unused
        .map(|index| Finding {
            check: Check::UnusedException,
            subject: Subject::new("exception", &rulebook.exceptions()[index].id),
            message: format!("no promise names the exception `{}`", rulebook.exceptions()[index].id),
            shown_by: "it stands in the `except` of none".to_owned(),
            help: None,
            place: None,
        })
        .collect()
}

/// What is to be said of a promise that is broken.
pub(super) fn broken(rulebook: &Rulebook, kept: &Kept) -> Option<Finding> {
    let Standing::Broken(example) = &kept.standing else { return None };
    let promise = &rulebook.promises()[kept.promise];
    let by = cause::of(rulebook, kept.promise, example);
    let help = match by.is_empty() {
        true => "change the rules, or name the exception in `except` with its reason".to_owned(),
        false => {
            let names: Vec<String> = by.iter().map(Change::name).collect();
            format!(
                "it comes of {}; change that, name the exception in `except` with its reason, or promise less: remove = \
                 [\"promise.{}\"]",
                list(&names, "and"),
                promise.id
            )
        }
    };
    let place = by.last().map(|change| Place::of(rulebook, change.at));
    Some(Finding {
        check: Check::BrokenPromise,
        subject: Subject::new("promise", &promise.id),
        message: format!("this promise is broken: {}", promise.says),
        shown_by: example.say(rulebook),
        help: Some(help),
        place,
    })
}

impl Part {
    /// "services 5 → 6", "solo-developer counted"
    pub fn say(&self, rulebook: &Rulebook) -> String {
        match self {
            Self::Move(Moved::Answer { question, from, to }) => {
                let question = &rulebook.questions()[*question];
                format!("{} {} → {}", question.id, question.spell(*from), question.spell(*to))
            }
            Self::Move(Moved::Counted(criterion)) => {
                format!("{} counted", rulebook.criteria()[*criterion].id)
            }
            Self::Each => "each result".to_owned(),
        }
    }
}

impl CounterExample {
    /// "services 5 → 6 moves the margin from +3 to -2, with location = hybrid"
    pub fn say(&self, rulebook: &Rulebook) -> String {
        let kept = |question: usize| match self.part {
            Part::Move(Moved::Answer { question: moved, .. }) => moved != question,
            _ => true,
        };
        let others: AnswerSet = self
            .before
            .iter()
            .enumerate()
            .map(|(question, value)| value.filter(|_| kept(question)))
            .collect();
        let with = spelled(rulebook, &others);
        let band = |band: usize| rulebook.bands()[band].id.as_str();
        match self.part {
            Part::Each => {
                format!("the verdict is {} (margin {:+}) with {with}", band(self.bands.1), self.margins.1)
            }
            Part::Move(_) => format!(
                "{} moves the margin from {:+} ({}) to {:+} ({}) with {with}",
                self.part.say(rulebook),
                self.margins.0,
                band(self.bands.0),
                self.margins.1,
                band(self.bands.1),
            ),
        }
    }
}
