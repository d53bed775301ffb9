//! What weighs most in a rulebook: how far each question and each criterion can move the margin, how often it decides over the
//! published decisions, and what leaving it out does to the agreement with them.

use rayon::prelude::*;

use super::finding::Subject;
use super::{Desk, promises, without_criterion};
use crate::agreement::{Agreement, Judged, judged, judged_by};
use crate::explanation::{MarginClaim, Moved, Proof, Prover};
use crate::rulebook::{Rulebook, Value};

/// Boxes of answers for each question whether a change can move the margin further.
const BOXES: u64 = 25;
/// Answers that are drawn at random before.
const DRAWS: u64 = 20;
/// Of a question with more pairs of answers than this each is held against the first only, and nothing is proved.
const MOST_PAIRS: usize = 30;

/// What one question or one criterion weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Influence {
    /// The question or the criterion.
    pub subject: Subject,
    /// How far it can move the margin.
    pub moves: Reach,
    /// How many published decisions come out on another side without it.
    pub decides: usize,
    /// The agreement with the clear ones without it.
    pub agreement: Agreement,
}

/// How far a change of one answer, or counting one criterion, can move the margin while everything else stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// The farthest that was found, in points of margin: over the published decisions, and in a search.
    pub found: i64,
    /// It is proved that nothing moves it farther than this, but for answers with which constraints leave only one side;
    /// nothing where that is not proved.
    pub at_most: Option<i64>,
}

/// The influence of all questions and criteria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Influences {
    /// The agreement with the clear published decisions as the rules are.
    pub agreement: Agreement,
    /// How many published decisions there are.
    pub cases: usize,
    /// The questions, those that can move the margin farthest first.
    pub questions: Vec<Influence>,
    /// The criteria, likewise.
    pub criteria: Vec<Influence>,
}

impl Influences {
    /// Weighs all questions and criteria of a rulebook.
    pub fn of(rulebook: &Rulebook) -> Self {
        let prover = Prover::new(rulebook, &[]);
        let desk = Desk { rulebook, prover: &prover, budget: super::Budget::default() };
        let judged = judged(rulebook);
        let weigh = Weigh { desk: &desk, judged: &judged };
        let ranked = |mut all: Vec<Influence>| {
            all.sort_by_key(|one| std::cmp::Reverse((one.moves.found, one.decides)));
            all
        };
        let questions =
            (0..rulebook.questions().len()).into_par_iter().map(|question| weigh.question(question));
        let criteria =
            (0..rulebook.criteria().len()).into_par_iter().map(|criterion| weigh.criterion(criterion));
        Self {
            agreement: clear(&judged),
            cases: judged.len(),
            questions: ranked(questions.collect()),
            criteria: ranked(criteria.collect()),
        }
    }
}

struct Weigh<'a> {
    desk: &'a Desk<'a>,
    /// The published decisions as the rules judge them.
    judged: &'a [Judged<'a>],
}

impl Weigh<'_> {
    fn question(&self, question: usize) -> Influence {
        let rulebook = self.desk.rulebook;
        let answered = |value: Option<Value>| {
            judged_by(rulebook, rulebook, move |case| {
                rulebook.readings(|other| if other == question { value } else { case.answer(other) })
            })
        };
        let classes = self.desk.prover.classes(question);
        let each: Vec<Vec<Judged<'_>>> =
            (0..classes.len()).map(|class| answered(Some(classes.sample(class)))).collect();
        let margins = |case: usize| each.iter().map(move |judged| judged[case].margin);
        let spread = |case: usize| margins(case).max().unwrap_or(0) - margins(case).min().unwrap_or(0);
        let met = (0..self.judged.len()).map(spread).max().unwrap_or(0);
        let subject = Subject::new("question", &rulebook.questions()[question].id);
        self.influence(subject, self.reach(&self.changes(question), met), &answered(None))
    }

    fn criterion(&self, criterion: usize) -> Influence {
        let rulebook = self.desk.rulebook;
        let rules = without_criterion(rulebook, criterion);
        let without = judged_by(rulebook, &rules, |case| case.readings(rulebook));
        let both = self.judged.iter().zip(&without);
        let met = both.map(|(with, without)| (with.margin - without.margin).abs()).max().unwrap_or(0);
        let subject = Subject::new("criterion", &rulebook.criteria()[criterion].id);
        self.influence(subject, self.reach(&[Moved::Counted(criterion)], met), &without)
    }

    fn influence(&self, subject: Subject, moves: Reach, without: &[Judged<'_>]) -> Influence {
        let decided =
            self.judged.iter().zip(without).filter(|(with, without)| with.leaning != without.leaning);
        Influence { subject, moves, decides: decided.count(), agreement: clear(without) }
    }

    /// Every change from one class of answers to another that conditions tell apart.
    fn changes(&self, question: usize) -> Vec<Moved> {
        let classes = self.desk.prover.classes(question);
        let of = |from: usize| {
            let change = move |to: usize| Moved::Answer {
                question,
                from: classes.sample(from),
                to: classes.sample(to),
            };
            (from + 1..classes.len()).map(change)
        };
        (0..classes.len()).flat_map(of).collect()
    }

    /// How far the farthest of these changes moves the margin, which is `met` at least.
    fn reach(&self, changes: &[Moved], met: i64) -> Reach {
        let from = |moved: &Moved| match moved {
            Moved::Answer { from, .. } => Some(*from),
            Moved::Counted(_) => None,
        };
        let is_tried =
            |moved: &&Moved| changes.len() <= MOST_PAIRS || changes.first().map(from) == Some(from(moved));
        let tried: Vec<&Moved> = changes.iter().filter(is_tried).collect();
        let mut reach = Reach { found: met, at_most: (tried.len() == changes.len()).then_some(met) };
        for moved in tried {
            let found = self.farthest_found(*moved, reach.found);
            let at_most = reach.at_most.and_then(|at_most| self.bound(*moved, at_most.max(found)));
            reach = Reach { found, at_most };
        }
        reach
    }

    /// How far a change is found to move the margin, where that is farther than is known already.
    fn farthest_found(&self, moved: Moved, known: i64) -> i64 {
        let farther = |found: &i64| match self.moves_beyond(moved, *found) {
            Proof::Found(farther) if farther > *found => Some(farther),
            _ => None,
        };
        std::iter::successors(Some(known), farther).last().unwrap_or(known)
    }

    /// The first of coarser and coarser bounds, from a known one, of which it is proved that the change moves the margin no
    /// farther; nothing where the boxes suffice for none.
    fn bound(&self, moved: Moved, known: i64) -> Option<i64> {
        let bounds = std::iter::successors(Some(known), |most| Some(most + 1 + most / 2));
        let mut bounds = bounds.take_while(|most| *most < FARTHEST);
        bounds.find(|most| matches!(self.moves_beyond(moved, *most), Proof::None(_)))
    }

    /// A move of the margin by more than `most`.
    fn moves_beyond(&self, moved: Moved, most: i64) -> Proof<i64> {
        let claim =
            MarginClaim { moved, within: (-most, most), across: None, when: Vec::new(), unless: Vec::new() };
        match self.desk.prover.counter_example(&claim, DRAWS, BOXES) {
            Proof::Found((before, after)) => {
                let (was, is) = promises::assess_both(self.desk.rulebook, moved, &before, &after);
                Proof::Found((is.margin - was.margin).abs())
            }
            Proof::None(boxes) => Proof::None(boxes),
            Proof::Open(boxes) => Proof::Open(boxes),
        }
    }
}

/// No bound above this is looked for.
const FARTHEST: i64 = 1_000;

fn clear(judged: &[Judged<'_>]) -> Agreement {
    Agreement::of(judged.iter().filter(|one| one.is_clear()))
}
