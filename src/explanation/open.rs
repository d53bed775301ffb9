//! Open questions: which of them can still change the result, and how far each moves the margin.

use rayon::prelude::*;

use super::Engine;
use super::goals::{OtherPlatform, Pivot};
use super::model::{Effect, Frame};
use super::outcome::Outcome;
use super::pairs::{self, Claim, PairSearch};
use super::search::{End, Search};
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

/// How many sets of answers are drawn for a question that seems to decide nothing.
const DRAWS: usize = 64;
/// How many of them are looked at more closely.
const CLIMBS: usize = 2;
/// The parts of the boxes that searches for two answers with two verdicts, and then for a step from one answer to the next
/// between them, may look at; those of all questions together.
const PART_FOR_PIVOTS: u64 = 2;
const PART_FOR_STEPS: u64 = 4;

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

    /// For each of the open questions, whether its answer can decide the verdict, given the class of each answer, the
    /// box of all that is open, and some complete sets of answers of different bands that were met there.
    pub(super) fn can_change(
        &self,
        given: &[Option<usize>],
        root: &Frame,
        open: &[usize],
        met: &[(usize, Frame)],
    ) -> Vec<Option<bool>> {
        let mut decide = vec![false; open.len()];
        self.decide_at_edges(open, met, &mut decide);
        let at_random = |(question, decides): (&usize, bool)| {
            (decides || self.decides_somewhere(given, *question)).then_some(true)
        };
        let mut decided: Vec<Option<bool>> = open.par_iter().zip(decide).map(at_random).collect();
        self.share(open, &mut decided, PART_FOR_PIVOTS, |question, boxes| {
            match Search::new(&self.model, boxes).run(root, &mut Pivot::new(question)) {
                End::Found => Some(true),
                End::Exhausted => Some(false),
                End::OutOfBudget => None,
            }
        });
        self.share(open, &mut decided, PART_FOR_STEPS, |question, boxes| {
            self.decides_by_a_step(root, question, boxes)
        });
        decided
    }

    /// Searches for the questions that are left undecided, which share a part of the budget of boxes.
    fn share(
        &self,
        open: &[usize],
        decided: &mut [Option<bool>],
        part: u64,
        search: impl Fn(usize, u64) -> Option<bool> + Sync,
    ) {
        let left = decided.iter().filter(|decides| decides.is_none()).count() as u64;
        let boxes = (self.budget / part / left.max(1)).max(1);
        open.par_iter()
            .zip(decided)
            .filter(|(_, decides)| decides.is_none())
            .for_each(|(question, decides)| *decides = search(*question, boxes));
    }

    /// Whether, somewhere in a box, a step from one answer to the next goes from one verdict to another: where no step does,
    /// no two answers do. What takes platforms off the table is not looked into.
    fn decides_by_a_step(&self, root: &Frame, question: usize, boxes: u64) -> Option<bool> {
        let model = &self.model;
        let takes_off = |effect: &Effect| effect.removes | effect.leaves != 0;
        if model.touched_by[question].iter().any(|criterion| takes_off(&model.effects[*criterion])) {
            return None;
        }
        let steps = model.classes[question].len() - 1;
        let mut decides = Some(false);
        for from in 0..steps {
            let mut search = PairSearch::new(model, Claim::no_other_verdict(model, question, from));
            match search.run(search.root_in(root), boxes / steps.max(1) as u64) {
                pairs::End::Broken(_) => return Some(true),
                pairs::End::Holds => {}
                pairs::End::Open => decides = None,
            }
        }
        decides
    }

    /// Goes from each of the sets of answers to each of another band; wherever the band changes on the way, sees which
    /// of the questions decide there.
    fn decide_at_edges(&self, questions: &[usize], met: &[(usize, Frame)], decide: &mut [bool]) {
        for (from, start) in met {
            for (_, end) in met.iter().filter(|(band, _)| band != from) {
                let (mut before, mut band) = (start.clone(), *from);
                for question in 0..self.model.classes.len() {
                    let Some(at) = self.step(&before, end, question) else { continue };
                    let next = self.model.outcome(&at).band;
                    if next != band {
                        for (frame, band) in [(&before, band), (&at, next)] {
                            let left = questions.iter().zip(&mut *decide).filter(|(_, decides)| !**decides);
                            left.for_each(|(question, decides)| {
                                let mut outcomes = self.model.outcomes_of(frame.clone(), *question);
                                *decides = outcomes.any(|outcome| outcome.band != band);
                            });
                        }
                    }
                    (before, band) = (at, next);
                }
            }
        }
    }

    /// Draws answers with which that to a question moves the margin, and changes the others, one at a time, as long as
    /// that brings the margin nearer to where verdicts differ.
    fn decides_somewhere(&self, given: &[Option<usize>], question: usize) -> bool {
        let mut numbers = Numbers::default();
        let mut climbs = 0;
        for _ in 0..DRAWS {
            let drawn = given.iter().enumerate().map(|(question, class)| {
                class.or_else(|| Some(self.model.draw_class(question, &mut numbers)))
            });
            let drawn: Vec<Option<usize>> = drawn.collect();
            let outcomes: Vec<Outcome> =
                self.model.outcomes_of(self.model.situation(&drawn), question).collect();
            if is_split(&outcomes) {
                return true;
            }
            if self.distance_to_an_edge(&outcomes).is_some() {
                if self.climbs_to_an_edge(given, drawn, question) {
                    return true;
                }
                climbs += 1;
                if climbs == CLIMBS {
                    return false;
                }
            }
        }
        false
    }

    fn climbs_to_an_edge(
        &self,
        given: &[Option<usize>],
        mut at: Vec<Option<usize>>,
        question: usize,
    ) -> bool {
        let mut distance = i64::MAX;
        loop {
            let mut situation = Situation::new(&self.model, at.clone());
            let mut nearest = None;
            for other in (0..given.len()).filter(|other| given[*other].is_none() && *other != question) {
                for class in 0..self.model.classes[other].len() {
                    let outcomes: Vec<Outcome> = (0..self.model.classes[question].len())
                        .map(|own| situation.after(&[(question, own), (other, class)]))
                        .collect();
                    if is_split(&outcomes) {
                        return true;
                    }
                    let Some(here) = self.distance_to_an_edge(&outcomes) else { continue };
                    if here < distance {
                        distance = here;
                        nearest = Some((other, class));
                    }
                }
            }
            let Some((other, class)) = nearest else { return false };
            at[other] = Some(class);
        }
    }

    /// How far margins that differ are from the nearest one that separates two verdicts; `None` where they are all the same.
    fn distance_to_an_edge(&self, outcomes: &[Outcome]) -> Option<i64> {
        let margins = || outcomes.iter().map(|outcome| outcome.margin);
        let (least, most) = (margins().min()?, margins().max()?);
        let edges = self.model.bands.iter().filter_map(|(to, _)| *to);
        let distance = edges.map(|edge| (edge - most).max(least - edge - 1).max(0)).min()?;
        (least < most).then_some(distance)
    }

    /// A set of answers with that to one question taken from another; `None` where both answer it alike.
    fn step(&self, from: &Frame, to: &Frame, question: usize) -> Option<Frame> {
        let variables = self.model.variables_of[question].clone();
        if from.domains[variables.clone()] == to.domains[variables.clone()] {
            return None;
        }
        let mut frame = from.clone();
        frame.domains[variables.clone()].copy_from_slice(&to.domains[variables]);
        self.model.settle_question(&mut frame, question);
        Some(frame)
    }

    /// Whether every completion leads to this platform.
    pub(super) fn leads_to(&self, search: &mut Search<'_>, root: &Frame, platform: usize) -> Option<bool> {
        match search.run(root, &mut OtherPlatform::new(platform)) {
            End::Found => Some(false),
            End::Exhausted => Some(true),
            End::OutOfBudget => None,
        }
    }
}

/// Whether answers lead to different bands.
fn is_split(outcomes: &[Outcome]) -> bool {
    outcomes.windows(2).any(|pair| pair[0].band != pair[1].band)
}
