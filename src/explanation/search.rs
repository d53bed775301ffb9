//! Branch and bound over boxes of answers: splits what is open until the bounds decide.

use super::bounds::{Measure, Outcome, Reach};
use super::model::{Frame, Model};

/// What a goal makes of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Nothing in it is of use.
    Leave,
    /// Everything in it is what is looked for.
    Take,
    /// It must be split; boxes with a higher promise are looked at first.
    Split(i64),
}

/// What a search is for.
pub(super) trait Goal {
    /// Judges a box by its measure.
    fn judge(&self, model: &Model, measure: &Measure) -> Judgement;
    /// Whether a promise that was made before is still worth a look.
    fn still(&self, _promise: i64) -> bool {
        true
    }
    /// Sees one complete set of answers; true ends the search.
    fn see(&mut self, outcome: &Outcome) -> bool;
}

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

/// The workspace of searches over one model, with a budget of boxes for all of them together.
#[derive(Debug, Clone)]
pub(super) struct Search<'m> {
    pub(super) model: &'m Model,
    measure: Measure,
    frames: Vec<Frame>,
    /// How much hangs on each criterion.
    influence: Vec<i64>,
    budget: u64,
    spent: u64,
}

impl<'m> Search<'m> {
    pub(super) fn new(model: &'m Model, budget: u64) -> Self {
        let influence = (0..model.effects.len()).map(|criterion| influence(model, criterion)).collect();
        Self { model, measure: Measure::new(model), frames: Vec::new(), influence, budget, spent: 0 }
    }

    /// Whether the budget is used up.
    pub(super) fn is_over(&self) -> bool {
        self.spent >= self.budget
    }

    /// Bounds on a frame.
    pub(super) fn reach(&mut self, frame: &Frame) -> Reach {
        self.measure.take(self.model, frame);
        self.measure.reach(self.model)
    }

    /// Looks through the box of `root`, whose conditions are evaluated.
    pub(super) fn run(&mut self, root: &Frame, goal: &mut impl Goal) -> End {
        if self.frames.is_empty() {
            self.frames.push(root.clone());
        } else {
            self.frames[0].copy_from(root);
        }
        self.spent += 1;
        self.measure.take(self.model, root);
        match goal.judge(self.model, &self.measure) {
            Judgement::Leave => End::Exhausted,
            judgement => self.enter(0, judgement, goal),
        }
    }

    /// Looks through the box at `depth`, which is not to be left alone.
    fn enter(&mut self, depth: usize, judgement: Judgement, goal: &mut impl Goal) -> End {
        let variable = match judgement {
            Judgement::Take => None,
            _ => self.most_open(depth),
        };
        let Some(variable) = variable else { return self.see(depth, goal) };
        let mut children: Vec<(i64, u64, Judgement)> = Vec::with_capacity(8);
        let domain = self.frames[depth].domains[variable];
        for value in (0..64).map(|bit| 1_u64 << bit).filter(|value| domain & value != 0) {
            if self.is_over() {
                return End::OutOfBudget;
            }
            self.spent += 1;
            self.split(depth, variable, value);
            self.measure.take(self.model, &self.frames[depth + 1]);
            match goal.judge(self.model, &self.measure) {
                Judgement::Leave => {}
                Judgement::Take => children.push((i64::MAX, value, Judgement::Take)),
                Judgement::Split(promise) => children.push((promise, value, Judgement::Split(promise))),
            }
        }
        children.sort_by_key(|(promise, ..)| std::cmp::Reverse(*promise));
        for (promise, value, judgement) in children {
            if !goal.still(promise) {
                break;
            }
            self.split(depth, variable, value);
            match self.enter(depth + 1, judgement, goal) {
                End::Exhausted => {}
                end => return end,
            }
        }
        End::Exhausted
    }

    /// Shows the goal one set of answers in the box at `depth`.
    fn see(&mut self, depth: usize, goal: &mut impl Goal) -> End {
        while let Some(variable) = self.most_open(depth) {
            let domain = self.frames[depth].domains[variable];
            self.model.narrow(&mut self.frames[depth], variable, domain & domain.wrapping_neg());
        }
        self.measure.take(self.model, &self.frames[depth]);
        let outcome = self.measure.outcome(self.model);
        if goal.see(&outcome) { End::Found } else { End::Exhausted }
    }

    fn split(&mut self, depth: usize, variable: usize, value: u64) {
        if self.frames.len() <= depth + 1 {
            self.frames.push(self.frames[depth].clone());
        }
        let (above, below) = self.frames.split_at_mut(depth + 1);
        below[0].copy_from(&above[depth]);
        self.model.narrow(&mut below[0], variable, value);
    }

    /// The variable with several values on which the most hangs; none when no criterion is open.
    fn most_open(&self, depth: usize) -> Option<usize> {
        let frame = &self.frames[depth];
        let open = |variable: usize| {
            let criteria = self.model.variables[variable].criteria.iter();
            criteria
                .filter(|criterion| frame.is_open(**criterion))
                .map(|criterion| self.influence[*criterion])
                .sum()
        };
        (0..frame.domains.len())
            .filter(|variable| !frame.domains[*variable].is_power_of_two())
            .map(|variable| (open(variable), variable))
            .filter(|(influence, _): &(i64, usize)| *influence > 0)
            .max_by_key(|(influence, variable)| (*influence, std::cmp::Reverse(*variable)))
            .map(|(_, variable)| variable)
    }
}

/// A rough figure of what a criterion does; only the order of the search depends on it.
fn influence(model: &Model, criterion: usize) -> i64 {
    let effect = &model.effects[criterion];
    let gaps: i64 = model
        .needs
        .iter()
        .flatten()
        .filter(|need| need.criterion == criterion)
        .flat_map(|need| &model.gaps[need.rows..need.rows + model.rows])
        .flatten()
        .map(|gap| i64::from(*gap))
        .sum();
    let removed = i64::from((effect.removes | effect.leaves).count_ones());
    let familiarity: i64 = effect.familiarity.iter().map(|points| points.abs()).sum();
    let platforms = model.lane_of.len() as i64;
    1 + gaps * model.shortfall_price + (effect.effort.abs() * 4 + familiarity + removed * 8) * platforms
}
