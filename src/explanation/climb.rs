//! Ways to answers with which a question decides: from answers with which it moves the margin, others are changed as long
//! as that leads nearer to where verdicts differ.

use std::cell::Cell;

use super::model::Model;
use super::outcome::Outcome;
use super::situation::{Change, Situation};
use super::sureness::Numbers;

/// A class for each question.
pub(super) type Answers = Vec<Option<usize>>;

/// How many sets of answers are drawn for a question that seems to decide nothing, and how many more where boxes were
/// looked at in vain.
const DRAWS: usize = 48;
const MORE_DRAWS: usize = 240;
/// From how many of them, with which a question moves the margin, a way is looked for.
const CLIMBS: usize = 3;
/// So many sets of answers are tried for all questions together, fewer where conditions have more tests than so many.
const MOST_TRIES: usize = 1 << 16;
const USUAL_TESTS: usize = 500;

/// A question, and the answers to others that may be changed.
#[derive(Debug)]
pub(super) struct Climber<'a> {
    model: &'a Model,
    given: &'a [Option<usize>],
    question: usize,
    others: Vec<Change>,
    /// How many sets of answers may still be tried.
    left: Cell<usize>,
}

/// Where a way ends.
enum End {
    /// Where the question decides.
    There,
    /// So far from there.
    Away(i64, Answers),
}

/// Where the next changes lead.
enum Step {
    There,
    Nearer(i64, Vec<Change>),
    Nowhere,
}

impl<'a> Climber<'a> {
    /// One for a question, where so much is given; `tries` sets of answers are tried.
    pub(super) fn new(model: &'a Model, given: &'a [Option<usize>], question: usize, tries: usize) -> Self {
        let others = (0..given.len()).filter(|other| given[*other].is_none() && *other != question);
        let classes = |other: usize| (0..model.classes[other].len()).map(move |class| (other, class));
        Self { model, given, question, others: others.flat_map(classes).collect(), left: Cell::new(tries) }
    }

    /// Whether a way is found soon, from answers that are drawn.
    pub(super) fn decides_at_random(&self) -> bool {
        self.ends_of_drawn(Numbers::default(), DRAWS).any(|end| matches!(end, End::There))
    }

    /// Whether one is found from these answers, or from more that are drawn; where no change of one answer leads nearer, two
    /// are changed.
    pub(super) fn decides_near(&self, starts: impl Iterator<Item = Answers>) -> bool {
        let mut nearest: Option<(i64, Answers)> = None;
        let ends = starts.map(|start| self.climb(i64::MAX, start));
        for end in ends.chain(self.ends_of_drawn(Numbers::new(3), MORE_DRAWS)) {
            match end {
                End::There => return true,
                End::Away(distance, at) => {
                    if nearest.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
                        nearest = Some((distance, at));
                    }
                }
            }
        }
        let two = || {
            self.others.iter().enumerate().flat_map(|(place, one)| {
                let further = self.others[place + 1..].iter().filter(|two| two.0 != one.0);
                further.map(|two| [*one, *two])
            })
        };
        let Some((mut distance, mut at)) = nearest else { return false };
        loop {
            match self.step(&at, distance, two()) {
                Step::There => return true,
                Step::Nowhere => return false,
                Step::Nearer(nearer, changes) => {
                    put(&mut at, &changes);
                    let End::Away(end, there) = self.climb(nearer, at) else { return true };
                    (distance, at) = (end, there);
                }
            }
        }
    }

    /// Draws answers until there were some with which that to the question moves the margin, and tells where ways from them
    /// end.
    fn ends_of_drawn(&self, mut numbers: Numbers, draws: usize) -> impl Iterator<Item = End> {
        let drawn = (0..draws).take_while(|_| self.may_try()).map(move |draw| {
            // What is seldom answered is drawn seldom; so every third time all answers count alike.
            let mut class_of = |question: usize| match draw % 3 {
                2 => numbers.below(self.model.classes[question].len()),
                _ => self.model.draw_class(question, &mut numbers),
            };
            let drawn = self.given.iter().enumerate();
            drawn.map(|(question, class)| class.or_else(|| Some(class_of(question)))).collect()
        });
        let end = |drawn: Answers| {
            let outcomes: Vec<Outcome> =
                self.model.outcomes_of(self.model.situation(&drawn), self.question).collect();
            if is_split(&outcomes) {
                return Some(End::There);
            }
            self.distance(&outcomes).map(|distance| self.climb(distance, drawn))
        };
        drawn.filter_map(end).take(CLIMBS)
    }

    /// Changes one other answer after the other, each time so that it leads nearest.
    fn climb(&self, mut distance: i64, mut at: Answers) -> End {
        loop {
            match self.step(&at, distance, self.others.iter().map(|one| [*one])) {
                Step::There => return End::There,
                Step::Nowhere => return End::Away(distance, at),
                Step::Nearer(nearer, changes) => {
                    distance = nearer;
                    put(&mut at, &changes);
                }
            }
        }
    }

    /// The changes that lead nearest, if nearer than so far.
    fn step<const N: usize>(
        &self,
        at: &Answers,
        distance: i64,
        changes: impl Iterator<Item = [Change; N]>,
    ) -> Step {
        let mut situation = Situation::new(self.model, at.clone());
        let mut step = Step::Nowhere;
        let mut nearest = distance;
        let mut all = Vec::with_capacity(N + 1);
        for changes in changes.take_while(|_| self.may_try()) {
            let after = |class: usize| {
                all.clear();
                all.push((self.question, class));
                all.extend(changes);
                situation.after(&all)
            };
            let outcomes: Vec<Outcome> = (0..self.model.classes[self.question].len()).map(after).collect();
            if is_split(&outcomes) {
                return Step::There;
            }
            if let Some(here) = self.distance(&outcomes).filter(|here| *here < nearest) {
                nearest = here;
                step = Step::Nearer(here, changes.to_vec());
            }
        }
        step
    }

    /// Whether all answers to the question may be tried once more, which counts.
    fn may_try(&self) -> bool {
        let left = self.left.get().checked_sub(self.model.classes[self.question].len());
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// How far outcomes whose margins decide, and differ, are from verdicts that do.
    fn distance(&self, outcomes: &[Outcome]) -> Option<i64> {
        let contested = outcomes.iter().filter(|outcome| outcome.is_contested);
        let margins = || contested.clone().map(|outcome| outcome.margin);
        let (least, most) = (margins().min()?, margins().max()?);
        (least < most).then(|| self.model.distance_to_an_edge(least, most))
    }
}

/// How many sets of answers may be tried for each of so many questions.
pub(super) fn tries_of_each(model: &Model, questions: usize) -> usize {
    let tests = model.tests.max(USUAL_TESTS);
    MOST_TRIES * USUAL_TESTS / tests / questions.max(1)
}

fn put(at: &mut Answers, changes: &[Change]) {
    changes.iter().for_each(|(question, class)| at[*question] = Some(*class));
}

/// Whether answers lead to different bands.
fn is_split(outcomes: &[Outcome]) -> bool {
    outcomes.windows(2).any(|pair| pair[0].band != pair[1].band)
}
