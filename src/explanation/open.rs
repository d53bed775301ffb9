//! Open questions: which of them can still change the result, and how far each moves the margin.

use rayon::prelude::*;

use super::Engine;
use super::goals::{OtherPlatform, Pivot};
use super::model::Frame;
use super::outcome::Outcome;
use super::pairs::{self, Claim, PairSearch, Twin};
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

/// A part of the search for whether a question decides the verdict.
struct Part {
    question: usize,
    /// The answer from which a step is taken to the next one, if there are steps.
    from: Option<usize>,
    decides: Option<bool>,
}

/// How many sets of answers are drawn to go from one to the next.
const STATIONS: usize = 24;
/// How many sets of answers are drawn for a question that seems to decide nothing.
const DRAWS: usize = 96;
/// From how many answers with which a question moves the margin a way to an edge is looked for.
const CLIMBS: usize = 2;
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

    /// For each of the open questions, whether its answer can decide the verdict, given the class of each answer, the
    /// box of all that is open, and some complete sets of answers of different bands that were met there. Where parts of the
    /// box that have one verdict each were found, `split_by` tells the questions whose answers part them.
    pub(super) fn can_change(
        &self,
        given: &[Option<usize>],
        root: &Frame,
        open: &[usize],
        met: &[(usize, Frame)],
        split_by: Option<&[bool]>,
    ) -> Vec<Option<bool>> {
        let mut decide = vec![false; open.len()];
        self.decide_on_the_way(root, open, met, &mut decide);
        let at_random = |(question, decides): (&usize, bool)| {
            if split_by.is_some_and(|split_by| !split_by[*question]) {
                return Some(false);
            }
            (decides || self.decides_somewhere(given, *question)).then_some(true)
        };
        let mut decided: Vec<Option<bool>> = open.par_iter().zip(decide).map(at_random).collect();
        let undecided = open.iter().zip(&decided).filter(|(_, decides)| decides.is_none());
        let mut parts: Vec<Part> =
            undecided.flat_map(|(question, _)| self.parts_of(root, *question)).collect();
        let spent = self.search_parts(given, root, &mut parts, self.budget / PART_FOR_ALL);
        self.search_parts(given, root, &mut parts, self.budget.saturating_sub(spent));
        for (question, decides) in open.iter().zip(&mut decided).filter(|(_, decides)| decides.is_none()) {
            let mut own = parts.iter().filter(|part| part.question == *question).map(|part| part.decides);
            *decides = match own.clone().any(|decides| decides == Some(true)) {
                true => Some(true),
                false => own.all(|decides| decides == Some(false)).then_some(false),
            };
        }
        decided
    }

    /// The parts of the search for whether a question decides: one for each step from one answer to the next, since where
    /// no step leads to another verdict, no two answers do. Where it may depend on the question whether a side has a
    /// platform left, there is but one part.
    fn parts_of(&self, root: &Frame, question: usize) -> Vec<Part> {
        let part = |from| Part { question, from, decides: None };
        match self.may_empty_a_side(root, question) {
            true => vec![part(None)],
            false => (1..self.model.classes[question].len()).map(|to| part(Some(to - 1))).collect(),
        }
    }

    /// Searches the parts that are left undecided, of the questions that are: they share the boxes. Tells how many were
    /// looked at.
    fn search_parts(&self, given: &[Option<usize>], root: &Frame, parts: &mut [Part], boxes: u64) -> u64 {
        let decided: Vec<usize> =
            parts.iter().filter(|part| part.decides == Some(true)).map(|part| part.question).collect();
        let is_left = |part: &&mut Part| part.decides.is_none() && !decided.contains(&part.question);
        let left: Vec<&mut Part> = parts.iter_mut().filter(is_left).collect();
        let boxes = boxes / left.len().max(1) as u64;
        left.into_par_iter()
            .map(|part| {
                let (decides, spent) = match part.from {
                    Some(from) => self.step_decides(given, root, part.question, from, boxes),
                    None => self.question_decides(root, part.question, boxes),
                };
                part.decides = decides;
                spent
            })
            .sum()
    }

    /// Whether the answer to a question decides the verdict somewhere in a box, as far as so many boxes tell, and how many
    /// were looked at.
    fn question_decides(&self, root: &Frame, question: usize, boxes: u64) -> (Option<bool>, u64) {
        let mut search = Search::new(&self.model, boxes);
        let decides = match search.run(root, &mut Pivot::new(question)) {
            End::Found => Some(true),
            End::Exhausted => Some(false),
            End::OutOfBudget => None,
        };
        (decides, search.spent)
    }

    /// The same for a step from one answer to the next.
    fn step_decides(
        &self,
        given: &[Option<usize>],
        root: &Frame,
        question: usize,
        from: usize,
        boxes: u64,
    ) -> (Option<bool>, u64) {
        let model = &self.model;
        let (mut climbs, mut is_climbed) = (0, false);
        let leads = |twin: &Twin| {
            let class =
                |other: usize| Some(given[other].unwrap_or_else(|| model.class_near(&twin.before, other)));
            climbs += 1;
            is_climbed = climbs <= CLIMBS
                && self.climbs_to_an_edge(given, (0..given.len()).map(class).collect(), question);
            is_climbed
        };
        let mut search = PairSearch::new(model, Claim::no_other_verdict(model, question, from));
        let decides = match search.run(search.root_in(root), boxes, leads) {
            pairs::End::Open if !is_climbed => None,
            pairs::End::Holds => Some(false),
            _ => Some(true),
        };
        (decides, search.spent)
    }

    /// Whether a criterion that a question has a part in may leave nothing of a side, by itself or with others. Where it
    /// may not, a side is emptied only by single criteria that hold whatever the question's answer is.
    fn may_empty_a_side(&self, root: &Frame, question: usize) -> bool {
        let model = &self.model;
        let own = model.touched_by[question].iter().filter(|criterion| root.may_hold(**criterion));
        let own: Vec<u64> = own.map(|criterion| model.effects[*criterion].out()).collect();
        if own.iter().all(|out| *out == 0) {
            return false;
        }
        let may_hold = model.constraints.iter().filter(|criterion| root.may_hold(**criterion));
        let outs = may_hold.map(|criterion| model.effects[*criterion].out());
        let together = outs.filter(|out| !model.empties(*out)).fold(0, |all, out| all | out);
        model.empties(together) || own.iter().any(|out| model.empties(*out))
    }

    /// Goes from one complete set of answers to the next, those that were met and some that are drawn, one answer after
    /// the other; wherever the band changes on the way, sees which of the questions decide there.
    fn decide_on_the_way(
        &self,
        root: &Frame,
        questions: &[usize],
        met: &[(usize, Frame)],
        decide: &mut [bool],
    ) {
        let mut numbers = Numbers::default();
        let drawn = (0..STATIONS).map(|_| {
            let mut frame = root.clone();
            self.model.draw(&mut frame, &mut numbers);
            frame
        });
        let mut stations = met.iter().map(|(_, frame)| frame.clone()).chain(drawn);
        let Some(mut at) = stations.next() else { return };
        for end in stations {
            if decide.iter().all(|decides| *decides) {
                return;
            }
            self.decide_between(at, &end, questions, decide);
            at = end;
        }
    }

    fn decide_between(&self, start: Frame, end: &Frame, questions: &[usize], decide: &mut [bool]) {
        let (mut before, mut band) = (start.clone(), self.model.outcome(&start).band);
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

    /// Draws answers with which that to a question moves the margin, and changes the others, one at a time, as long as
    /// that brings the margin nearer to where verdicts differ.
    fn decides_somewhere(&self, given: &[Option<usize>], question: usize) -> bool {
        let mut numbers = Numbers::default();
        let mut climbs = 0;
        for draw in 0..DRAWS {
            // What is seldom answered is drawn seldom; so every third time all answers count alike.
            let mut class_of = |question: usize| match draw % 3 {
                2 => numbers.below(self.model.classes[question].len()),
                _ => self.model.draw_class(question, &mut numbers),
            };
            let drawn = given.iter().enumerate();
            let drawn = drawn.map(|(question, class)| class.or_else(|| Some(class_of(question))));
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
