//! Open questions: which of them can still change the result, and how far each moves the margin.

use rayon::prelude::*;

use super::Engine;
use super::climb::{Answers, Climber, tries_of_each};
use super::model::Frame;
use super::pairs::{Change, Claim, End, PairSearch, Twin};
use super::situation::Situation;
use super::sureness::Numbers;

/// A question without an answer that may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Its index.
    pub question: usize,
    /// Whether there are answers to the other open questions with which its answer decides the verdict; `None` when
    /// that is not proved either way.
    pub can_change: Option<bool>,
    /// Points of margin between its least and its most favourable answer, the others as they are known now.
    pub spread: i64,
}

impl OpenQuestion {
    /// Those that can change the verdict and move the margin most first.
    pub(super) fn sorted(open: &[usize], can_change: &[Option<bool>], spreads: &[i64]) -> Vec<Self> {
        let one = |(question, can_change): (&usize, &Option<bool>)| Self {
            question: *question,
            can_change: *can_change,
            spread: spreads[*question],
        };
        let mut questions: Vec<Self> = open.iter().zip(can_change).map(one).collect();
        questions.sort_by_key(|one| (one.can_change == Some(false), std::cmp::Reverse(one.spread)));
        questions
    }
}

/// A part of the search for whether a question decides the verdict.
struct Part<'m> {
    question: usize,
    /// The search for a step from one answer to the next.
    steps: PairSearch<'m>,
    decides: Option<bool>,
    /// A pair of answers with which it does.
    deciding: Option<Twin>,
}

/// How many sets of answers are drawn to go from one to the next.
const STATIONS: usize = 24;
/// The part of the boxes that all questions share alike, before those that are left undecided share the rest.
const PART_FOR_ALL: u64 = 4;

impl Engine {
    pub(super) fn spreads_of(&self, situation: &mut Situation<'_>) -> Vec<i64> {
        (0..self.model.classes.len()).map(|question| self.spread(situation, question)).collect()
    }

    /// Points of margin between the least and the most favourable answer to a question, the others as they are.
    pub(super) fn spread(&self, situation: &mut Situation<'_>, question: usize) -> i64 {
        let margins =
            (0..self.model.classes[question].len()).map(|class| situation.after(&[(question, class)]).margin);
        let (least, most) =
            margins.fold((i64::MAX, i64::MIN), |(least, most), margin| (least.min(margin), most.max(margin)));
        most - least
    }

    /// For each of the open questions, whether its answer can decide the verdict, given the class of each answer and the box
    /// of all that is open, with the bands that it comes to, a bit each. `deciding` tells which of them were already met
    /// deciding it. Where parts of the box that have one verdict each were found, `split_by` tells the questions whose
    /// answers part them.
    pub(super) fn can_change(
        &self,
        given: &[Option<usize>],
        root: &Frame,
        bands: u64,
        open: &[usize],
        deciding: &[bool],
        split_by: Option<&[bool]>,
    ) -> Vec<Option<bool>> {
        let tries = tries_of_each(&self.model, open.len());
        let at_random = |(question, decides): (&usize, &bool)| {
            if split_by.is_some_and(|split_by| !split_by[*question]) {
                return Some(false);
            }
            let at_random = || Climber::new(&self.model, given, *question, tries).decides_at_random();
            (*decides || at_random()).then_some(true)
        };
        let mut decided: Vec<Option<bool>> = open.par_iter().zip(deciding).map(at_random).collect();
        let undecided = open.iter().zip(&decided).filter(|(_, decides)| decides.is_none());
        let mut parts: Vec<Part<'_>> =
            undecided.flat_map(|(question, _)| self.parts_of(root, bands, *question)).collect();
        // Most that decide nothing are soon found so.
        let spent = self.decide(given, open, &mut parts, self.budget / PART_FOR_ALL, &mut decided);
        let left = open.iter().zip(&decided).filter(|(_, decides)| decides.is_none());
        let left: Vec<usize> = left.map(|(question, _)| *question).collect();
        parts.retain(|part| part.decides.is_none() && left.contains(&part.question));
        if parts.len() == 1 {
            let half = parts[0].halve();
            parts.push(half);
        }
        self.decide(given, open, &mut parts, self.budget.saturating_sub(spent), &mut decided);
        decided
    }

    /// Goes on with the searches in parts, which share so many boxes, and looks for ways from what they met for the questions
    /// that are left undecided. Tells how many boxes it took.
    fn decide(
        &self,
        given: &[Option<usize>],
        open: &[usize],
        parts: &mut [Part<'_>],
        boxes: u64,
        decided: &mut [Option<bool>],
    ) -> u64 {
        let spent = search_parts(parts, boxes);
        conclude(parts, open, decided);
        let tries = tries_of_each(&self.model, decided.iter().filter(|decides| decides.is_none()).count());
        let climb = |(question, decides): (&usize, &mut Option<bool>)| {
            if decides.is_none() && self.decides_near(given, *question, parts, tries) {
                *decides = Some(true);
            }
        };
        open.par_iter().zip(decided).for_each(climb);
        spent
    }

    /// The parts of the search for whether a question decides: one for each step from one answer to the next, or for each
    /// option of a set, since where no step leads to another verdict, no two answers do. Where what several criteria remove
    /// may add up, steps have little in common that bounds them, and there is but one part.
    fn parts_of(&self, root: &Frame, bands: u64, question: usize) -> Vec<Part<'_>> {
        let model = &self.model;
        let part = |change: Change| {
            let mut steps = PairSearch::new(model, Claim::no_other_verdict(model, change, bands));
            steps.begin(steps.root_in(root));
            Part { question, steps, decides: None, deciding: None }
        };
        let variables = model.variables_of[question].clone().skip(1);
        if variables.len() > 1 {
            return variables.map(|variable| part(Change::Option(variable))).collect();
        }
        let classes = model.classes[question].len();
        if classes > 2 && self.may_empty_with_others(root, question) {
            return vec![part(Change::Answer(question))];
        }
        (1..classes).map(|to| part(Change::Step { question, from: to - 1, to })).collect()
    }

    /// Whether the criteria that a question has a part in may leave nothing of a side, only together with others.
    fn may_empty_with_others(&self, root: &Frame, question: usize) -> bool {
        let model = &self.model;
        let may_hold = |criterion| root.may_hold(criterion);
        let mut own = model.outs(&model.touched_by[question], may_hold).peekable();
        own.peek().is_some()
            && !own.any(|out| model.empties(out))
            && model.empty_together(model.outs(&model.constraints, may_hold))
    }

    /// Which of the questions decide the verdict somewhere on the way from one complete set of answers to the next, those
    /// that were met with different bands and some that are drawn, one answer after the other.
    pub(super) fn met_deciding(
        &self,
        root: &Frame,
        questions: &[usize],
        met: &[(usize, Frame)],
    ) -> Vec<bool> {
        let mut decide = vec![false; questions.len()];
        let mut numbers = Numbers::default();
        let drawn = (0..STATIONS).map(|_| {
            let mut frame = root.clone();
            self.model.draw(&mut frame, &mut numbers);
            frame
        });
        let mut stations = met.iter().map(|(_, frame)| frame.clone()).chain(drawn);
        let Some(mut at) = stations.next() else { return decide };
        for end in stations {
            if decide.iter().all(|decides| *decides) {
                break;
            }
            self.decide_between(at, &end, questions, &mut decide);
            at = end;
        }
        decide
    }

    /// The same from one set of answers to another: sees which of the questions decide where the band changes.
    fn decide_between(&self, mut at: Frame, end: &Frame, questions: &[usize], decide: &mut [bool]) {
        let (mut before, mut was) = (at.clone(), self.model.outcome(&at).band);
        for question in 0..self.model.classes.len() {
            if !self.step(&mut at, end, question) {
                continue;
            }
            let is = self.model.outcome(&at).band;
            if is != was {
                for (frame, band) in [(&before, was), (&at, is)] {
                    let left = questions.iter().zip(&mut *decide).filter(|(_, decides)| !**decides);
                    left.for_each(|(question, decides)| {
                        let mut outcomes = self.model.outcomes_of(frame.clone(), *question);
                        *decides = outcomes.any(|outcome| outcome.band != band);
                    });
                }
            }
            before.copy_from(&at);
            was = is;
        }
    }

    /// Whether a way leads to where a question decides from pairs of answers that the search in parts met: those whose margins
    /// differ by it, and those whose verdicts do by other questions, since there they are at an edge.
    fn decides_near(
        &self,
        given: &[Option<usize>],
        question: usize,
        parts: &[Part<'_>],
        tries: usize,
    ) -> bool {
        let model = &self.model;
        let own = parts.iter().filter(|part| part.question == question);
        let answers = |twin: &Twin| -> Answers {
            let class = |(question, class): (usize, &Option<usize>)| {
                class.unwrap_or_else(|| model.class_near(&twin.before, question))
            };
            given.iter().enumerate().map(class).map(Some).collect()
        };
        let others = parts.iter().filter_map(|part| part.deciding.as_ref());
        let starts = own.flat_map(|part| part.steps.moving_pairs()).chain(others).map(answers);
        Climber::new(model, given, question, tries).decides_near(starts)
    }

    /// Takes the answer to one question from another set of answers. Tells whether it is another one.
    fn step(&self, at: &mut Frame, to: &Frame, question: usize) -> bool {
        let variables = self.model.variables_of[question].clone();
        let (own, other) = (&mut at.domains[variables.clone()], &to.domains[variables]);
        let differs = own != other;
        if differs {
            own.copy_from_slice(other);
            self.model.settle_question(at, question);
        }
        differs
    }
}

impl Part<'_> {
    /// Goes on with the search in so many boxes. Tells how many it took.
    fn go_on(&mut self, boxes: u64) -> u64 {
        let before = self.steps.effort();
        self.decides = match self.steps.go_on_as_long_as(boxes) {
            End::Broken(pair) => {
                self.deciding = Some(pair);
                Some(true)
            }
            End::Holds => Some(false),
            End::Open => None,
        };
        // Many wait while others go on.
        self.steps.pause();
        self.steps.effort() - before
    }

    /// Gives half of what is left to another part.
    fn halve(&mut self) -> Self {
        Self { steps: self.steps.halve(), deciding: None, ..*self }
    }
}

/// Goes on with searches in parts, which share so many boxes. Tells how many it took.
fn search_parts(parts: &mut [Part<'_>], boxes: u64) -> u64 {
    let boxes = boxes / parts.len().max(1) as u64;
    parts.par_iter_mut().map(|part| part.go_on(boxes)).sum()
}

/// What follows for questions from the parts of the searches for them that are left undecided or were searched last.
fn conclude(parts: &[Part<'_>], open: &[usize], decided: &mut [Option<bool>]) {
    for (question, decides) in open.iter().zip(decided).filter(|(_, decides)| decides.is_none()) {
        let mut own = parts.iter().filter(|part| part.question == *question).map(|part| part.decides);
        *decides = match own.clone().any(|decides| decides == Some(true)) {
            true => Some(true),
            false => own.all(|decides| decides == Some(false)).then_some(false),
        };
    }
}
