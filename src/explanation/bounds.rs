//! What the answers in a box can come to: bounds on differences of burdens.

use std::ops::Range;

use super::demands::{Demands, Shares};
use super::efforts::Efforts;
use super::model::{Frame, Model, ROW, Row, Row32};
use super::musts::{Field, Musts};

/// 64 platforms fill eight rows, and each side may have one that is not full.
pub(super) const MAX_ROWS: usize = 10;
/// The limit of a platform that is never the best of its side.
const NEVER: i64 = i64::MIN;

/// One figure for each of [`ROW`] platforms, wide enough for burdens.
pub(super) type Wide = [i64; ROW];

/// What the criteria of a frame amount to; reused from frame to frame.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    demands: Demands,
    /// What each platform lacks for certain in all aspects together.
    held: Vec<Row32>,
    /// Whether a variable owns an open demand.
    owns: Vec<bool>,
    efforts: Efforts,
    removed: Removed,
    musts: Musts,
    /// The platforms outside the subject family and inside it that a margin may rest on, once they were asked for.
    fields: [Option<Field>; 2],
    /// The limits of the frame, and for the platforms of which they were made tighter, the one of the other side that they
    /// rest on.
    limits: Vec<i64>,
    rivals: Vec<Option<usize>>,
    /// The rows of differences that were taken of the frame, by way, anchor and row.
    taken: Vec<Option<Wide>>,
    /// How many were taken of all frames so far: almost all of the work.
    pub(super) rows: u64,
    shares: Shares,
}

/// Platforms off the table, a bit each: for certain, and possibly.
#[derive(Debug, Clone, Copy, Default)]
struct Removed {
    by_name: (u64, u64),
    by_family: (u64, u64),
}

/// Which sides a margin may compare, and which may be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sides {
    /// Both sides may have a platform, so that the margin may decide.
    pub(super) compared: bool,
    /// Constraints may leave the one side alone.
    pub(super) only_with: bool,
    pub(super) only_without: bool,
    /// On the table in all answers, and in some; a bit for each platform.
    pub(super) sure: u64,
    pub(super) possible: u64,
}

/// A bound on the margin, and the two platforms that it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) margin: i64,
    /// Their lanes, the one without the subject first.
    pub(super) pair: (usize, usize),
}

/// Which way a bound is taken: how far one burden may be above the other, or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Above,
    Below,
}

impl Way {
    /// How far the figures of the platforms in a row lie apart from that of the platform in lane `anchor`.
    pub(super) fn apart(self, rows: &[Row32], row: usize, anchor: usize) -> Row32 {
        let other = rows[anchor / ROW][anchor % ROW];
        std::array::from_fn(|column| match self {
            Self::Above => rows[row][column].wrapping_sub(other),
            Self::Below => other.wrapping_sub(rows[row][column]),
        })
    }
}

impl Measure {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            demands: Demands::default(),
            held: vec![[0; ROW]; model.rows],
            owns: vec![false; model.variables.len()],
            efforts: Efforts::default(),
            removed: Removed::default(),
            musts: Musts::default(),
            fields: [None; 2],
            limits: Vec::new(),
            rivals: Vec::new(),
            taken: Vec::new(),
            rows: 0,
            shares: Shares::new(model),
        }
    }

    /// Takes the measure of a frame.
    pub(super) fn take(&mut self, model: &Model, frame: &Frame) {
        self.demands.take(model, frame);
        self.held.fill([0; ROW]);
        self.owns.fill(false);
        for state in self.demands.all() {
            self.held.iter_mut().zip(&state.held).for_each(|(sum, held)| add(sum, held));
            state.owners.iter().for_each(|owner| self.owns[owner.variable] = true);
        }
        self.efforts.take(model, frame, &self.owns);
        self.removed = Removed::default();
        self.fields = [None; 2];
        self.limits.clone_from(&frame.limits);
        self.rivals.clear();
        self.rivals.resize(self.limits.len(), None);
        self.taken.clear();
        self.taken.resize(2 * self.limits.len() * model.rows, None);
        self.musts.clear();
        for criterion in model.constraints.iter().filter(|criterion| frame.may_hold(**criterion)) {
            let effect = &model.effects[*criterion];
            let Removed { by_name, by_family } = &mut self.removed;
            by_name.1 |= effect.removes;
            by_family.1 |= effect.leaves;
            if frame.must_hold(*criterion) {
                by_name.0 |= effect.removes;
                by_family.0 |= effect.leaves;
            }
            self.musts.see(effect.misses, frame.must_hold(*criterion));
        }
    }

    /// Forgets what was only kept to be quicker.
    pub(super) fn forget(&mut self) {
        self.demands = Demands::default();
    }

    /// Which platforms the margins of the box compare.
    pub(super) fn sides(&self, model: &Model) -> Sides {
        let Removed { by_name, by_family } = self.removed;
        let (without_may_go, with_may_go) = model.emptied(by_name.1 | by_family.1);
        let (without_gone, with_gone) = model.emptied(by_name.0 | by_family.0);
        let emptied_by_name = model.emptied(by_name.1);
        // A constraint that leaves one family empties a side, and is lifted for the comparison. Where those that name
        // platforms may empty one, they are lifted as well, and what they removed is back.
        let lifted = emptied_by_name.0 || emptied_by_name.1;
        Sides {
            compared: !without_gone && !with_gone,
            only_with: without_may_go && !with_gone,
            only_without: with_may_go && !without_gone,
            sure: !by_name.1,
            possible: if lifted { u64::MAX } else { !by_name.0 },
        }
    }

    /// Which platforms constraints leave on the table, none of them lifted for a comparison.
    pub(super) fn present(&self, model: &Model) -> Sides {
        let Removed { by_name, by_family } = self.removed;
        Sides { sure: !(by_name.1 | by_family.1), possible: !(by_name.0 | by_family.0), ..self.sides(model) }
    }

    /// How far above the platform in another lane that in a lane may be in burden, at most.
    pub(super) fn most_above(&mut self, model: &Model, lane: usize, other: usize) -> i64 {
        let (row, column) = (lane / ROW, lane % ROW);
        self.differences(model, Way::Above, other, row..row + 1)[row][column]
    }

    /// How far above the platform in a lane the best of its side may be in burden, at most.
    pub(super) fn best_above(&mut self, model: &Model, side: &[usize], field: &Field, lane: usize) -> i64 {
        let rows = self.differences(model, Way::Above, lane, rows_of(side));
        let best = self.musts.least(model, side, field, |other| rows[other / ROW][other % ROW]);
        best.map_or(i64::MAX, |(above, _)| above)
    }

    /// The platforms of one side that are compared in some answers, a bit each.
    pub(super) fn entrants(&self, model: &Model, side: &[usize], sides: Sides) -> u64 {
        self.musts.field(model, side, sides.sure, sides.possible).entrants
    }

    /// The platforms that may miss a must, a bit each.
    pub(super) fn missable(&self) -> u64 {
        self.musts.missable()
    }

    /// The least and the greatest effort price, and the least sum before it is raised to 1.
    pub(super) fn prices(&self) -> (i64, i64, i64) {
        self.efforts.prices()
    }

    /// Bounds on the effort of the platform in one lane minus that of the platform in another.
    pub(super) fn effort_between(&self, model: &Model, lane: usize, other: usize) -> (i64, i64) {
        self.efforts.between(model, lane, other)
    }

    /// Whether the effort of the platform in a lane may be raised to 0.
    pub(super) fn may_be_raised(&self, lane: usize) -> bool {
        self.efforts.may_be_raised(lane)
    }

    /// No margin in the box is above this.
    pub(super) fn most(&mut self, model: &Model, sides: Sides) -> Bound {
        let (margin, with, without) = self.furthest(model, true, sides).unwrap_or((i64::MAX, 0, 0));
        Bound { margin, pair: (without, with) }
    }

    /// No margin in the box is below this.
    pub(super) fn least(&mut self, model: &Model, sides: Sides) -> Bound {
        let (above, without, with) = self.furthest(model, false, sides).unwrap_or((i64::MAX, 0, 0));
        Bound { margin: above.saturating_neg(), pair: (without, with) }
    }

    /// How far the best platform of the other side may be above the best of this one, which of this side that rests on, and
    /// which of the other: whichever is the best here, the best there is no further above it than one that is among them in
    /// any case. A limit that is known from a larger box is made tighter only while it is the greatest.
    fn furthest(&mut self, model: &Model, with: bool, sides: Sides) -> Option<(i64, usize, usize)> {
        let (own, others) = (model.side(with), model.side(!with));
        let entrants = self.field(model, with, sides).entrants;
        let field = self.musts.field(model, others, sides.sure, sides.possible);
        loop {
            let entrants = own.iter().copied().filter(|lane| model.is_among(*lane, entrants));
            let lane = entrants.max_by_key(|lane| (self.limits[*lane], self.rivals[*lane].is_some()))?;
            if let Some(rival) = self.rivals[lane] {
                return Some((self.limits[lane], lane, rival));
            }
            self.limit(model, others, &field, lane)?;
        }
    }

    /// How far the best platform of the other side may be above that in a lane, at most, where this one is the best of its
    /// own.
    fn limit(&mut self, model: &Model, others: &[usize], field: &Field, lane: usize) -> Option<i64> {
        let rows = self.differences(model, Way::Above, lane, rows_of(others));
        let (above, rival) =
            self.musts.least(model, others, field, |other| rows[other / ROW][other % ROW])?;
        self.limits[lane] = self.limits[lane].min(above);
        self.rivals[lane] = Some(rival);
        Some(self.limits[lane])
    }

    /// No margin in the box is above this where the platform in a lane is the best of those with the subject.
    pub(super) fn most_with(&mut self, model: &Model, sides: Sides, lane: usize) -> i64 {
        self.furthest_from(model, sides, lane, &model.without)
    }

    /// No margin in the box is below this where the platform in a lane is the best of those without the subject.
    pub(super) fn least_with(&mut self, model: &Model, sides: Sides, lane: usize) -> i64 {
        self.furthest_from(model, sides, lane, &model.with).saturating_neg()
    }

    fn furthest_from(&mut self, model: &Model, sides: Sides, lane: usize, others: &[usize]) -> i64 {
        if self.rivals[lane].is_some() {
            return self.limits[lane];
        }
        let field = self.musts.field(model, others, sides.sure, sides.possible);
        self.limit(model, others, &field, lane).unwrap_or(i64::MAX)
    }

    /// Notes in the frame that was measured what was found out about its platforms.
    pub(super) fn note(&self, frame: &mut Frame) {
        frame.limits.copy_from_slice(&self.limits);
    }

    /// The platforms of one side that a margin may rest on, but for those that are the best nowhere in a larger box.
    fn field(&mut self, model: &Model, with: bool, sides: Sides) -> Field {
        if let Some(known) = self.fields[usize::from(with)] {
            return known;
        }
        let lanes = model.side(with);
        let mut field = self.musts.field(model, lanes, sides.sure, sides.possible);
        lanes
            .iter()
            .filter(|lane| self.limits[**lane] == NEVER)
            .for_each(|lane| field.leave_out(model, *lane));
        self.leave_out_beaten(model, lanes, &mut field);
        for lane in lanes.iter().filter(|lane| !model.is_among(**lane, field.entrants)) {
            self.limits[*lane] = NEVER;
        }
        self.fields[usize::from(with)] = Some(field);
        field
    }

    /// The platforms of one side that a margin may rest on: those that are compared, but for those that are above one
    /// that is compared in all answers, whatever the answers are.
    pub(super) fn contenders(&mut self, model: &Model, lanes: &[usize], sides: Sides) -> Field {
        let mut field = self.musts.field(model, lanes, sides.sure, sides.possible);
        self.leave_out_beaten(model, lanes, &mut field);
        field
    }

    fn leave_out_beaten(&mut self, model: &Model, lanes: &[usize], field: &mut Field) {
        if field.entrants.count_ones() < 2 {
            return;
        }
        let firm = lanes.iter().copied().filter(|lane| model.is_among(*lane, field.firm));
        let Some(anchor) = firm.min_by_key(|lane| self.rough_burden(model, *lane)) else { return };
        let above = self.differences(model, Way::Below, anchor, rows_of(lanes));
        for lane in lanes.iter().copied().filter(|lane| above[lane / ROW][lane % ROW] > 0) {
            field.leave_out(model, lane);
        }
    }

    /// The burden of what is certain, at the middle of what effort may cost; only for choosing.
    pub(super) fn rough_burden(&self, model: &Model, lane: usize) -> i64 {
        let (cheap, dear) = self.efforts.price;
        let held = i64::from(self.held[lane / ROW][lane % ROW]);
        cheap.midpoint(dear) * model.efforts[lane] + model.shortfall_price * held
    }

    /// The platform that may be the furthest below `platform` in burden, if one may be preferred to it.
    pub(super) fn rival(&mut self, model: &Model, platform: usize) -> Option<Bound> {
        let own = model.lane_of[platform];
        let Removed { by_name, by_family } = self.removed;
        let (sure, possible) = (!(by_name.1 | by_family.1), !(by_name.0 | by_family.0));
        let fields = [&model.without, &model.with]
            .map(|lanes| (lanes, self.musts.field(model, lanes, sure, possible)));
        let firm =
            fields.iter().any(|(lanes, field)| lanes.contains(&own) && model.is_among(own, field.firm));
        let rows = self.differences(model, Way::Below, own, 0..model.rows);
        let mut nearest: Option<Bound> = None;
        let mut rivalled = !firm;
        let others =
            fields.iter().flat_map(|(lanes, field)| lanes.iter().map(|lane| (*lane, field.entrants)));
        for (lane, entrants) in others.filter(|(lane, _)| *lane != own) {
            let Some(other) = model.platform_at[lane].filter(|other| entrants >> other & 1 == 1) else {
                continue;
            };
            let margin = rows[lane / ROW][lane % ROW];
            // Of equal burdens less effort is preferred, then the order of the rulebook.
            let more_effort = self.efforts.between(model, lane, own).0;
            rivalled |=
                margin < 0 || margin == 0 && (more_effort < 0 || more_effort == 0 && other < platform);
            if nearest.is_none_or(|nearest| margin < nearest.margin) {
                nearest = Some(Bound { margin, pair: (lane, own) });
            }
        }
        nearest.filter(|_| rivalled)
    }

    /// Bounds on burden minus the burden of the platform in lane `anchor`, from above or from below.
    pub(super) fn differences(
        &mut self,
        model: &Model,
        way: Way,
        anchor: usize,
        rows: Range<usize>,
    ) -> [Wide; MAX_ROWS] {
        let mut differences = [[0; ROW]; MAX_ROWS];
        for row in rows {
            let place = (2 * anchor + usize::from(way == Way::Above)) * model.rows + row;
            let taken = self.taken[place].unwrap_or_else(|| self.row_of_differences(model, way, anchor, row));
            self.taken[place] = Some(taken);
            differences[row] = taken;
        }
        differences
    }

    fn row_of_differences(&mut self, model: &Model, way: Way, anchor: usize, row: usize) -> Wide {
        self.rows += 1;
        let mut lacks = way.apart(&self.held, row, anchor);
        self.shares.clear();
        self.demands.excesses(model, way, anchor, row, |excess| {
            add(&mut lacks, &excess.lacks);
            excess.shares.iter().for_each(|share| self.shares.add(model, share));
        });
        let sums = self.efforts.bound(model, way, anchor, row, &self.shares);
        std::array::from_fn(|column| {
            let bound = sums[column] + model.shortfall_price * i64::from(lacks[column]);
            if way == Way::Above { bound } else { -bound }
        })
    }

    /// How much a criterion raises the bound on a pair of lanes if it holds, and how much if it does not; only the order
    /// of a search depends on it.
    pub(super) fn pull(&self, model: &Model, way: Way, criterion: usize, pair: (usize, usize)) -> (i64, i64) {
        let (plus, minus) = if way == Way::Above { pair } else { (pair.1, pair.0) };
        let effect = &model.effects[criterion];
        let at = |rows: usize, lane: usize| i64::from(model.gaps[rows + lane / ROW][lane % ROW]);
        let familiar = |lane: usize| effect.familiarity.get(model.kinds[lane]).copied().unwrap_or_default();
        let gaps = model.demands_of[criterion]
            .iter()
            .map(|(_, rows)| model.shortfall_price * (at(*rows, plus) - at(*rows, minus)));
        let effort = (model.efforts[plus] - model.efforts[minus]) * effect.effort;
        let familiarity = self.efforts.price.1 * (familiar(plus) - familiar(minus));
        let (mut holds, mut fails) = (0, 0);
        for points in gaps.chain([effort, familiarity]) {
            if points > 0 { holds += points } else { fails -= points }
        }
        (holds, fails)
    }

    /// For each variable the value that the bound on a pair of lanes rests on; of several such values, the one that
    /// raises most of the demands that speak for the bound.
    pub(super) fn choose(&mut self, model: &Model, way: Way, pair: (usize, usize), chosen: &mut [u64]) {
        let (lane, anchor) = pair;
        let (row, column) = (lane / ROW, lane % ROW);
        self.row_of_differences(model, way, anchor, row);
        let by_effort = self.efforts.pulls(model, way, pair);
        let mut potentials = vec![0_i64; model.slots.last().copied().unwrap_or_default()];
        for open in self.demands.all().flat_map(|state| &state.open) {
            let gaps = (
                i64::from(model.gaps[open.rows + row][column]),
                i64::from(model.gaps[open.rows + anchor / ROW][anchor % ROW]),
            );
            let excess = if way == Way::Above { gaps.0 - gaps.1 } else { gaps.1 - gaps.0 };
            for (helper, values) in &model.helpers[open.criterion] {
                let slots = &mut potentials[model.slots[*helper]..model.slots[*helper + 1]];
                each_bit(*values, |value| {
                    if let Some(slot) = slots.get_mut(value) {
                        *slot += excess;
                    }
                });
            }
        }
        for (index, domain) in chosen.iter_mut().enumerate().filter(|(_, domain)| !domain.is_power_of_two()) {
            let touched = self.shares.touched[index];
            let start = model.slots[index];
            let variable = &model.variables[index];
            let mut best: Option<((i64, i64), u64)> = None;
            each_bit(*domain, |value| {
                let is_shared = touched >> value & 1 == 1;
                let share = if is_shared { self.shares.by_slot[start + value][column] } else { 0 };
                let points =
                    model.shortfall_price * i64::from(share) + variable.adds.get(value).map_or(0, &by_effort);
                let rank = (points, potentials[start + value]);
                if best.is_none_or(|(known, _)| rank > known) {
                    best = Some((rank, 1 << value));
                }
            });
            *domain = best.map_or(*domain, |(_, value)| value);
        }
    }
}

/// The rows of one side's lanes.
fn rows_of(lanes: &[usize]) -> Range<usize> {
    lanes.first().map_or(0, |first| first / ROW)..lanes.last().map_or(0, |last| last / ROW + 1)
}

pub(super) fn each_bit(mut mask: u64, mut see: impl FnMut(usize)) {
    while mask != 0 {
        see(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

// The figures of a rulebook are bounded when it is read, so that none of these sums and differences can come round; checks
// would keep the compiler from taking a whole row at once.

pub(super) fn add(sums: &mut [i32; ROW], row: &Row) {
    for column in 0..ROW {
        sums[column] = sums[column].wrapping_add(i32::from(row[column]));
    }
}

/// By how much each figure of one row is above that of another; 0 where it is not.
pub(super) fn above(row: &Row, other: &Row) -> Row {
    std::array::from_fn(|column| row[column].wrapping_sub(other[column]).max(0))
}

pub(super) fn raise(held: &mut Row, gap: &Row) {
    for column in 0..ROW {
        held[column] = held[column].max(gap[column]);
    }
}
