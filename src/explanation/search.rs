//! Branch and bound over boxes of answers: splits what is open until the bounds decide.

use std::collections::BTreeMap;

use super::bounds::{Bound, Measure, Sides, Way};
use super::model::{Frame, Model, first_of, values_in};
use super::outcome::Outcome;

/// What a goal makes of a box that is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    /// Boxes with a higher one are looked at first.
    pub(super) worth: i64,
    /// What the bound rests on, for choosing answers and what to split.
    pub(super) way: Way,
    pub(super) pair: (usize, usize),
}

impl Promise {
    pub(super) fn new(worth: i64, way: Way, bound: Bound) -> Self {
        Self { worth, way, pair: bound.pair }
    }
}

/// What a search is for.
pub(super) trait Goal {
    /// What a box promises; `None` when nothing in it is of use.
    fn promise(&self, model: &Model, frame: &Frame, measure: &mut Measure, sides: Sides) -> Option<Promise>;
    /// Whether a promise that was made before is still worth a look.
    fn still(&self, _promise: &Promise) -> bool {
        true
    }
    /// Whether a complete set of answers counts at all.
    fn admits(&self, _frame: &Frame) -> bool {
        true
    }
    /// Sees what one complete set of answers comes to.
    fn see(&mut self, outcome: &Outcome) -> Seen;
    /// How far from what is wanted a complete set of answers is; `None` when no way leads there step by step.
    fn distance(&self, _model: &Model, _outcome: &Outcome) -> Option<i64> {
        None
    }
}

/// What a goal says of a complete set of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing of interest.
    Nothing,
    /// The best so far.
    Better,
    /// What the search was for.
    Wanted,
}

/// What one complete set of answers is to a search.
enum Tried {
    Wanted,
    /// So far from what is wanted.
    Away(i64),
    Useless,
}

/// What is not found in so many boxes is not found soon.
const SOON: u64 = 250;
/// So many boxes are looked at in each half before what is left is parted anew, if need be.
const SLICE: u64 = 128;
/// So many sets of answers that were wanted are kept to begin at.
const MOST_FOUND: usize = 4;
/// So many steps on a way, and so many pairs of changes at its end, are tried: many more than usual rulebooks have.
const MOST_TRIES: u64 = 4_096;
const MOST_PAIRS: usize = 16_384;
/// It takes as long to look at a box as to try so many complete sets of answers.
const TRIES_OF_A_BOX: u64 = 32;

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The goal said so.
    Found,
    /// Everything was looked at.
    Exhausted,
    /// The budget was.
    OutOfBudget,
}

/// Bounds on the margins of a box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) margins: (i64, i64),
    pub(super) sides: Sides,
    /// The two platforms that the greatest margin rests on.
    pub(super) pair: (usize, usize),
}

/// The workspace of searches over one model, with a budget of boxes for all of them together.
#[derive(Debug, Clone)]
pub(super) struct Search<'m> {
    pub(super) model: &'m Model,
    measure: Measure,
    frames: Vec<Frame>,
    unused: Vec<usize>,
    /// The boxes that are still to be looked at, by worth. Of equal ones the younger comes first: it is further split.
    queue: BTreeMap<(i64, usize), Promise>,
    /// The values in the root box.
    within: Vec<u64>,
    /// The complete set of answers that was seen last.
    seen: Frame,
    /// How far from what is wanted the nearest was from which a way to it was looked for, and where such ways came nearest.
    begun_at: i64,
    nearest: Option<(i64, Frame)>,
    /// The one that was wanted, or the best.
    pub(super) kept: Frame,
    /// Those that were wanted in the last runs.
    found: Vec<Frame>,
    /// The highest promise that was left when the budget was used up.
    pub(super) rest: Option<i64>,
    budget: u64,
    pub(super) spent: u64,
}

impl<'m> Search<'m> {
    pub(super) fn new(model: &'m Model, budget: u64) -> Self {
        Self {
            model,
            measure: Measure::new(model),
            frames: Vec::new(),
            unused: Vec::new(),
            queue: BTreeMap::new(),
            within: Vec::new(),
            seen: model.frame(),
            begun_at: i64::MAX,
            nearest: None,
            kept: model.frame(),
            found: Vec::new(),
            rest: None,
            budget,
            spent: 0,
        }
    }

    /// Allows so many further boxes.
    pub(super) fn allow(&mut self, boxes: u64) {
        self.budget = self.spent.saturating_add(boxes);
    }

    /// Whether the budget is used up.
    pub(super) fn is_over(&self) -> bool {
        self.spent >= self.budget
    }

    /// Bounds on the margins of a frame, and the sides that they compare.
    pub(super) fn reach(&mut self, frame: &mut Frame) -> Reach {
        self.measure.take(self.model, frame);
        let sides = self.measure.sides(self.model);
        let (least, most) = (self.measure.least(self.model, sides), self.measure.most(self.model, sides));
        self.measure.note(frame);
        Reach { margins: (least.margin, most.margin), sides, pair: most.pair }
    }

    /// The variable with several values on which most of what separates two platforms hangs; none when no criterion is
    /// open. The measure is the one that was taken last.
    pub(super) fn weightiest(&self, frame: &Frame, pair: (usize, usize)) -> Option<usize> {
        self.most_influential(frame, |criterion| {
            let (holds, fails) = self.measure.pull(self.model, Way::Above, criterion, pair);
            holds + fails
        })
    }

    /// Looks through the box of `root`, whose conditions are evaluated: the most promising part first.
    pub(super) fn run(&mut self, root: &Frame, goal: &mut impl Goal) -> End {
        self.rest = None;
        self.begun_at = i64::MAX;
        self.nearest = None;
        self.within.clone_from(&root.domains);
        self.queue.clear();
        self.unused = (0..self.frames.len()).collect();
        self.offer(root, None, goal);
        let is_found = !self.queue.is_empty() && self.begin_near_found(root, goal);
        let end = if is_found { End::Found } else { self.go_on(goal) };
        self.remember(end)
    }

    /// The same; what is left after some boxes is looked through in halves, on two cores where there are as many.
    pub(super) fn run_in_halves(&mut self, root: &Frame, goal: &(impl Goal + Clone + Send + Sync)) -> End {
        let budget = self.budget;
        self.budget = budget.min(self.spent + SOON);
        let mut end = self.run(root, &mut goal.clone());
        let mut half: Option<Self> = None;
        while end == End::OutOfBudget && self.spent < budget {
            let mut other = half.take().filter(|half| !half.queue.is_empty()).unwrap_or_else(|| self.halve());
            if self.queue.is_empty() {
                std::mem::swap(&mut self.queue, &mut other.queue);
                std::mem::swap(&mut self.frames, &mut other.frames);
                other = self.halve();
            }
            end = self.go_on_beside(&mut other, goal);
            half = Some(other);
        }
        self.budget = budget;
        end
    }

    /// Goes on for a while, and another search with its boxes on another core.
    fn go_on_beside(&mut self, other: &mut Self, goal: &(impl Goal + Clone + Send + Sync)) -> End {
        let before = other.spent;
        self.allow(SLICE);
        other.allow(SLICE);
        let (own, others) = rayon::join(|| self.go_on(&mut goal.clone()), || other.go_on(&mut goal.clone()));
        self.spent += other.spent - before;
        if own != End::Found && others == End::Found {
            self.kept.copy_from(&other.kept);
        }
        self.remember(match (own, others) {
            (End::Found, _) | (_, End::Found) => End::Found,
            (End::Exhausted, End::Exhausted) => End::Exhausted,
            _ => End::OutOfBudget,
        })
    }

    /// Keeps what was found to begin there the next time.
    fn remember(&mut self, end: End) -> End {
        if end == End::Found {
            self.found.truncate(MOST_FOUND - 1);
            self.found.insert(0, self.kept.clone());
        }
        end
    }

    /// Gives every other box that waits to another search.
    fn halve(&mut self) -> Self {
        let mut frames = std::mem::take(&mut self.frames);
        let waiting = std::mem::take(&mut self.queue);
        self.unused.clear();
        let mut other = self.clone();
        for (at, ((worth, frame), promise)) in waiting.into_iter().enumerate() {
            let half = if at % 2 == 0 { &mut *self } else { &mut other };
            half.queue.insert((worth, half.frames.len()), promise);
            half.frames.push(std::mem::take(&mut frames[frame]));
        }
        other
    }

    /// Looks at what waits until something is found, nothing is left, or the budget is used up.
    fn go_on(&mut self, goal: &mut impl Goal) -> End {
        let mut soon = Some(self.spent + SOON);
        while let Some((rank, promise)) = self.queue.pop_last() {
            if !goal.still(&promise) {
                break;
            }
            if soon.take_if(|soon| self.spent >= *soon).is_some() && self.come_nearer_by_two(goal) {
                return End::Found;
            }
            let end = self.look(rank.1, &promise, goal);
            if end == End::OutOfBudget {
                self.queue.insert(rank, promise);
                self.rest = Some(promise.worth);
                return end;
            }
            self.unused.push(rank.1);
            if end == End::Found {
                return end;
            }
        }
        End::Exhausted
    }

    /// Begins at the sets of answers that were wanted in the last runs, as far as the root box allows. Tells whether one that
    /// is wanted was found from there.
    fn begin_near_found(&mut self, root: &Frame, goal: &mut impl Goal) -> bool {
        let found = (0..self.found.len()).any(|at| {
            self.seen.copy_from(root);
            for (domain, found) in self.seen.domains.iter_mut().zip(&self.found[at].domains) {
                *domain = if *domain & found == 0 { first_of(*domain) } else { *found };
            }
            self.model.settle(&mut self.seen);
            self.try_and_come_nearer(goal)
        });
        self.begun_at = i64::MAX;
        found
    }

    /// Queues a box, or the part of it in which a variable has one value, if it promises something.
    fn offer(&mut self, root: &Frame, part: Option<(usize, u64)>, goal: &impl Goal) {
        let index = self.unused.pop().unwrap_or_else(|| {
            self.frames.push(root.clone());
            self.frames.len() - 1
        });
        let frame = &mut self.frames[index];
        frame.copy_from(root);
        if let Some((variable, value)) = part {
            self.model.narrow(frame, variable, value);
        }
        self.spent += 1;
        self.measure.take(self.model, frame);
        let sides = self.measure.sides(self.model);
        match goal.promise(self.model, frame, &mut self.measure, sides) {
            Some(promise) => {
                self.measure.note(frame);
                self.queue.insert((promise.worth, index), promise);
            }
            None => self.unused.push(index),
        }
    }

    /// Shows the goal a set of answers in a box, and splits the box unless the budget is used up.
    fn look(&mut self, frame: usize, promise: &Promise, goal: &mut impl Goal) -> End {
        let frame = self.frames[frame].clone();
        if self.see(&frame, promise, goal) {
            return End::Found;
        }
        if !goal.still(promise) {
            return End::Exhausted;
        }
        let Some(variable) = self.most_open(&frame, promise) else { return End::Exhausted };
        if self.is_over() {
            return End::OutOfBudget;
        }
        for values in self.model.groups(&[&frame], variable) {
            self.offer(&frame, Some((variable, first_of(values))), goal);
        }
        End::Exhausted
    }

    /// Shows the goal the set of answers in the box that the bound rests on.
    fn see(&mut self, frame: &Frame, promise: &Promise, goal: &mut impl Goal) -> bool {
        self.seen.copy_from(frame);
        self.measure.take(self.model, frame);
        self.measure.choose(self.model, promise.way, promise.pair, &mut self.seen.domains);
        for domain in &mut self.seen.domains {
            *domain = first_of(*domain);
        }
        self.model.settle(&mut self.seen);
        self.try_and_come_nearer(goal)
    }

    /// Shows the goal the set of answers seen last, and where it is nearer to what is wanted than others, those on a way
    /// from there.
    fn try_and_come_nearer(&mut self, goal: &mut impl Goal) -> bool {
        match self.try_seen(goal) {
            Tried::Wanted => true,
            Tried::Away(distance) if distance < self.begun_at => {
                self.begun_at = distance;
                self.come_nearer(distance, goal)
            }
            _ => false,
        }
    }

    /// From the set of answers that was seen last goes to nearer ones, one value at a time, as long as there are any in the
    /// root box. Tells whether one is wanted.
    fn come_nearer(&mut self, mut distance: i64, goal: &mut impl Goal) -> bool {
        let mut at = self.seen.clone();
        let open = self.open_variables();
        let (mut tries, mut idle) = (0, 0);
        for variable in open.iter().cycle() {
            if idle == open.len() || tries >= MOST_TRIES {
                break;
            }
            idle += 1;
            for value in values_in(self.within[*variable] & !at.domains[*variable]) {
                self.seen.copy_from(&at);
                self.model.narrow(&mut self.seen, *variable, value);
                tries += 1;
                match self.try_seen(goal) {
                    Tried::Wanted => return true,
                    Tried::Away(nearer) if nearer < distance => {
                        at.copy_from(&self.seen);
                        (distance, idle) = (nearer, 0);
                    }
                    _ => {}
                }
            }
        }
        self.spent += tries / TRIES_OF_A_BOX;
        if self.nearest.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
            self.nearest = Some((distance, at));
        }
        false
    }

    /// The same from where such ways came nearest, two values at a time where criteria tie them.
    fn come_nearer_by_two(&mut self, goal: &mut impl Goal) -> bool {
        while let Some((distance, at)) = self.nearest.take().filter(|_| !self.is_over()) {
            let changes = self.tied_changes(&at);
            self.spent += changes.len() as u64 / TRIES_OF_A_BOX;
            for change in changes {
                self.seen.copy_from(&at);
                change
                    .iter()
                    .for_each(|(variable, value)| self.model.narrow(&mut self.seen, *variable, *value));
                match self.try_seen(goal) {
                    Tried::Wanted => return true,
                    Tried::Away(nearer) if nearer < distance => {
                        if self.come_nearer(nearer, goal) {
                            return true;
                        }
                        break;
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// Other values of two variables that criteria tie, as far as so many can be tried.
    fn tied_changes(&self, at: &Frame) -> Vec<[(usize, u64); 2]> {
        let (model, open) = (self.model, self.open_variables());
        let changes = |variable: usize| {
            values_in(self.within[variable] & !at.domains[variable]).map(move |value| (variable, value))
        };
        let question = |variable: usize| model.variables[variable].question;
        let mut tied = Vec::new();
        for (place, one) in open.iter().enumerate() {
            let others = open[place + 1..].iter();
            for other in others.filter(|other| model.are_tied(question(*one), question(**other))) {
                tied.extend(changes(*one).flat_map(|one| changes(*other).map(move |other| [one, other])));
                if tied.len() >= MOST_PAIRS {
                    return tied;
                }
            }
        }
        tied
    }

    /// The variables with several values in the root box.
    fn open_variables(&self) -> Vec<usize> {
        (0..self.within.len()).filter(|variable| !self.within[*variable].is_power_of_two()).collect()
    }

    /// Shows the goal one complete set of answers.
    fn try_seen(&mut self, goal: &mut impl Goal) -> Tried {
        if !goal.admits(&self.seen) {
            return Tried::Useless;
        }
        let outcome = self.model.outcome(&self.seen);
        let seen = goal.see(&outcome);
        if seen != Seen::Nothing {
            self.kept.copy_from(&self.seen);
        }
        match seen {
            Seen::Wanted => Tried::Wanted,
            _ => goal.distance(self.model, &outcome).map_or(Tried::Useless, Tried::Away),
        }
    }

    /// The variable with several values on which the most hangs; none when no criterion is open.
    fn most_open(&self, frame: &Frame, promise: &Promise) -> Option<usize> {
        self.most_influential(frame, |criterion| {
            let (holds, fails) = self.measure.pull(self.model, promise.way, criterion, promise.pair);
            // What the bound counts on and the answers it rests on do not give has to be decided first.
            let missed = if self.seen.must_hold(criterion) { fails } else { holds };
            // Where a side may be empty, its margins say nothing.
            let emptied = if self.model.empties(self.model.effects[criterion].out()) { 1_000 } else { 0 };
            6 * missed + holds + fails + emptied
        })
    }

    /// The variable with several values whose open criteria weigh most.
    fn most_influential(&self, frame: &Frame, weight: impl Fn(usize) -> i64) -> Option<usize> {
        let mut influence = vec![0_i64; self.model.variables.len()];
        let mut any = false;
        for criterion in (0..self.model.effects.len()).filter(|criterion| frame.is_open(*criterion)) {
            let effect = &self.model.effects[criterion];
            let removed = 8 * i64::from((effect.out() | effect.misses).count_ones());
            let weight = 1 + weight(criterion) + removed;
            for (variable, _) in &self.model.helpers[criterion] {
                if !frame.domains[*variable].is_power_of_two() {
                    influence[*variable] += weight;
                    any = true;
                }
            }
        }
        let best = (0..influence.len()).max_by_key(|index| (influence[*index], std::cmp::Reverse(*index)));
        best.filter(|_| any)
    }
}
