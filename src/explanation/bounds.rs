//! What the answers in a box can come to: bounds on differences of burdens, and the outcome when nothing is open.

use std::ops::Range;

use super::model::{Adds, Effect, Frame, Model, Owner, ROW, Row, Variable};
use super::musts::{Field, Musts};
use crate::rulebook::Leaning;

/// 64 platforms fill eight rows, and each side may have one that is not full.
const MAX_ROWS: usize = 10;

/// One figure for each of [`ROW`] platforms, wide enough for burdens.
type Wide = [i64; ROW];

/// What the criteria of a frame amount to; reused from frame to frame.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    /// The least and the greatest effort price.
    price: (i64, i64),
    /// The least sum before it is raised to 1.
    raw_price: i64,
    /// What each platform lacks for certain, by aspect.
    held: Vec<Row>,
    /// Demands that may or may not count, aspect by aspect and variable by variable.
    open: Vec<Open>,
    open_of: Vec<(usize, Range<usize>)>,
    /// The variables whose values change efforts or shortfalls by themselves.
    actives: Vec<Active>,
    /// Whether a variable owns an open demand.
    owns: Vec<bool>,
    /// Criteria that change effort and belong to no variable alone, and whether each must hold.
    loose: Vec<(usize, bool)>,
    /// Criteria that change the effort of families, and whether each must hold.
    strangers: Vec<(usize, bool)>,
    removed: Removed,
    musts: Musts,
    /// The platforms outside the subject family and inside it that a margin may rest on, once they were asked for.
    fields: [Option<Field>; 2],
    shares: Shares,
    /// Bounds on the differences from each platform with the subject, kept for a choice among them.
    differences: Vec<[Wide; MAX_ROWS]>,
    /// By how much each open demand of one aspect exceeds what is certain.
    excesses: Vec<Row>,
}

/// A demand that may or may not count.
#[derive(Debug, Clone, Copy)]
struct Open {
    criterion: usize,
    rows: usize,
    owner: usize,
    /// The values of the owner with which it may, the last bit for none of them.
    values: u64,
}

/// A variable on which something depends in the box.
#[derive(Debug, Clone, Copy)]
struct Active {
    variable: usize,
    values: u64,
    /// Its question may be set aside, and may count without an answer.
    aside: bool,
    unanswered: bool,
    /// The least and the greatest points that it adds to the effort price.
    price: (i64, i64),
    familiar: bool,
}

/// What the single values of variables contribute to a bound.
#[derive(Debug, Clone)]
struct Shares {
    rows: usize,
    by_slot: Vec<[i32; ROW]>,
    touched: Vec<bool>,
}

impl Shares {
    fn touch(&mut self, variable: usize, slots: Range<usize>) {
        if !std::mem::replace(&mut self.touched[variable], true) {
            self.by_slot[slots.start * self.rows..slots.end * self.rows].fill([0; ROW]);
        }
    }

    fn at(&mut self, slot: usize, row: usize) -> &mut [i32; ROW] {
        &mut self.by_slot[slot * self.rows + row]
    }
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

/// What one complete set of answers comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) margin: i64,
    pub(super) band: usize,
    pub(super) recommendation: usize,
}

/// Which way a bound is taken: how far one burden may be above the other, or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Above,
    Below,
}

impl Measure {
    pub(super) fn new(model: &Model) -> Self {
        let slots = model.slots.last().copied().unwrap_or_default();
        Self {
            price: (0, 0),
            raw_price: 0,
            held: vec![[0; ROW]; model.rows * model.needs.len()],
            open: Vec::new(),
            open_of: Vec::new(),
            actives: Vec::new(),
            owns: vec![false; model.variables.len()],
            loose: Vec::new(),
            strangers: Vec::new(),
            removed: Removed::default(),
            musts: Musts::default(),
            fields: [None; 2],
            shares: Shares {
                rows: model.rows,
                by_slot: vec![[0; ROW]; slots * model.rows],
                touched: vec![false; model.variables.len()],
            },
            differences: vec![[[0; ROW]; MAX_ROWS]; model.with.len()],
            excesses: Vec::new(),
        }
    }

    /// Takes the measure of a frame.
    pub(super) fn take(&mut self, model: &Model, frame: &Frame) {
        self.take_needs(model, frame);
        self.take_efforts(model, frame);
        self.removed = Removed::default();
        self.fields = [None; 2];
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

    fn take_needs(&mut self, model: &Model, frame: &Frame) {
        self.open.clear();
        self.open_of.clear();
        self.owns.fill(false);
        for (aspect, needs) in model.needs.iter().enumerate() {
            let held = &mut self.held[aspect * model.rows..(aspect + 1) * model.rows];
            held.fill([0; ROW]);
            let start = self.open.len();
            let mut any = false;
            for need in needs {
                if frame.must_hold(need.criterion) {
                    any = true;
                    for (held, gap) in held.iter_mut().zip(&model.gaps[need.rows..]) {
                        raise(held, gap);
                    }
                } else if frame.may_hold(need.criterion) {
                    let Owner { variable, values, without } = model.owners[need.criterion];
                    self.owns[variable] = true;
                    let none = model.slots[variable + 1] - model.slots[variable] - 1;
                    let values = values | u64::from(without).checked_shl(none as u32).unwrap_or(0);
                    self.open.push(Open {
                        criterion: need.criterion,
                        rows: need.rows,
                        owner: variable,
                        values,
                    });
                }
            }
            if any || self.open.len() > start {
                self.open_of.push((aspect, start..self.open.len()));
            }
        }
    }

    fn take_efforts(&mut self, model: &Model, frame: &Frame) {
        self.strangers.clear();
        for criterion in model.strangers.iter().filter(|criterion| frame.may_hold(**criterion)) {
            self.strangers.push((*criterion, frame.must_hold(*criterion)));
        }
        let (mut least, mut most) = (model.base_price, model.base_price);
        self.loose.clear();
        for criterion in model.loose.iter().filter(|criterion| frame.may_hold(**criterion)) {
            let (points, must) = (model.effects[*criterion].effort, frame.must_hold(*criterion));
            self.loose.push((*criterion, must));
            least += if must { points } else { points.min(0) };
            most += if must { points } else { points.max(0) };
        }
        self.actives.clear();
        for (index, variable) in model.variables.iter().enumerate() {
            if variable.adds.is_empty() && !self.owns[index] {
                continue;
            }
            let (values, aside, unanswered) = model.states(frame, index);
            let mut active =
                Active { variable: index, values, aside, unanswered, price: (0, 0), familiar: false };
            if !variable.adds.is_empty() {
                active.sum_up(variable);
            }
            least += active.price.0;
            most += active.price.1;
            self.actives.push(active);
        }
        self.raw_price = least;
        self.price = (least.max(1), most.max(1));
    }

    /// The outcome of a frame in which no criterion is open.
    pub(super) fn outcome(&self, model: &Model) -> Outcome {
        let mut short = [[0_i32; ROW]; MAX_ROWS];
        for (aspect, _) in &self.open_of {
            for (short, held) in
                short.iter_mut().zip(&self.held[aspect * model.rows..(aspect + 1) * model.rows])
            {
                for column in 0..ROW {
                    short[column] += i32::from(held[column]);
                }
            }
        }
        let rank = |lane: usize| {
            let kind = model.kinds[lane];
            let known: i64 =
                self.strangers.iter().map(|(criterion, _)| model.effects[*criterion].familiarity[kind]).sum();
            let effort = (model.efforts[lane] + known).max(0);
            let lacks = i64::from(short[lane / ROW][lane % ROW]);
            let platform = model.platform_at[lane].unwrap_or(usize::MAX);
            (self.price.0 * effort + model.shortfall_price * lacks, effort, platform)
        };
        let Removed { by_name: (by_name, _), by_family: (by_family, _) } = self.removed;
        model.conclude(Out { by_name, by_family, missed: self.musts.missed }, rank)
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

    /// No margin in the box is above this: whichever platform with the subject is the best, the best without it is no
    /// further above that than one that is among them in any case.
    pub(super) fn most(&mut self, model: &Model, sides: Sides) -> Bound {
        let with = self.field(model, true, sides);
        let without = self.musts.field(model, &model.without, sides.sure, sides.possible);
        let mut most: Option<Bound> = None;
        for lane in model.with.iter().copied().filter(|lane| model.is_among(*lane, with.entrants)) {
            let rows = self.differences(model, Way::Above, lane, 0..model.rows_without);
            let best =
                self.musts.least(model, &model.without, &without, |other| rows[other / ROW][other % ROW]);
            let Some((margin, other)) = best else { continue };
            if most.is_none_or(|most| margin > most.margin) {
                most = Some(Bound { margin, pair: (other, lane) });
            }
        }
        most.unwrap_or(Bound { margin: i64::MIN, pair: (0, 0) })
    }

    /// No margin in the box is below this.
    pub(super) fn least(&mut self, model: &Model, sides: Sides) -> Bound {
        let (with, without) = (self.field(model, true, sides), self.field(model, false, sides));
        for (at, lane) in model.with.iter().enumerate() {
            if model.is_among(*lane, with.entrants) {
                self.differences[at] = self.differences(model, Way::Below, *lane, 0..model.rows_without);
            }
        }
        let mut least: Option<Bound> = None;
        for lane in model.without.iter().copied().filter(|lane| model.is_among(*lane, without.entrants)) {
            let below = |other: usize| {
                let at = model.with.iter().position(|with| *with == other).unwrap_or_default();
                -self.differences[at][lane / ROW][lane % ROW]
            };
            let Some((below, other)) = self.musts.least(model, &model.with, &with, below) else { continue };
            if least.is_none_or(|least| -below < least.margin) {
                least = Some(Bound { margin: -below, pair: (lane, other) });
            }
        }
        least.unwrap_or(Bound { margin: i64::MIN, pair: (0, 0) })
    }

    fn field(&mut self, model: &Model, with: bool, sides: Sides) -> Field {
        if let Some(known) = self.fields[usize::from(with)] {
            return known;
        }
        let field = self.contenders(model, if with { &model.with } else { &model.without }, sides);
        self.fields[usize::from(with)] = Some(field);
        field
    }

    /// The platforms of one side that a margin may rest on: those that are compared, but for those that are above one
    /// that is compared in all answers, whatever the answers are.
    fn contenders(&mut self, model: &Model, lanes: &[usize], sides: Sides) -> Field {
        let mut field = self.musts.field(model, lanes, sides.sure, sides.possible);
        if field.entrants.count_ones() < 2 {
            return field;
        }
        let firm = lanes.iter().copied().filter(|lane| model.is_among(*lane, field.firm));
        let Some(anchor) = firm.min_by_key(|lane| self.rough_burden(model, *lane)) else { return field };
        let (first, last) = (lanes[0] / ROW, lanes[lanes.len() - 1] / ROW);
        let above = self.differences(model, Way::Below, anchor, first..last + 1);
        for lane in lanes.iter().copied().filter(|lane| above[lane / ROW][lane % ROW] > 0) {
            field.leave_out(model, lane);
        }
        field
    }

    /// Whether the answer to a question makes no difference anywhere in the box: what hangs on it asks no more of any
    /// platform that a margin may rest on than what is certain anyway.
    pub(super) fn is_idle(&mut self, model: &Model, frame: &Frame, question: usize, sides: Sides) -> bool {
        let mut open = model.touched_by[question].iter().filter(|criterion| frame.is_open(**criterion));
        let may_be_idle = |criterion: &usize| {
            let effect = &model.effects[*criterion];
            effect.effort == 0 && effect.familiarity.is_empty() && effect.leaves == 0
        };
        if !open.clone().all(may_be_idle) {
            return false;
        }
        let entrants = self.field(model, true, sides).entrants | self.field(model, false, sides).entrants;
        let lanes = || (0..model.platform_at.len()).filter(|lane| model.is_among(*lane, entrants));
        open.all(|criterion| {
            let effect = &model.effects[*criterion];
            (effect.removes | effect.misses) & entrants == 0
                && model.demands_of[*criterion].iter().all(|(aspect, rows)| {
                    let held = &self.held[aspect * model.rows..];
                    lanes()
                        .all(|lane| model.gaps[rows + lane / ROW][lane % ROW] <= held[lane / ROW][lane % ROW])
                })
        })
    }

    /// The burden of what is certain, at the middle of what effort may cost; only for choosing.
    fn rough_burden(&self, model: &Model, lane: usize) -> i64 {
        let held = self
            .open_of
            .iter()
            .map(|(aspect, _)| i64::from(self.held[aspect * model.rows + lane / ROW][lane % ROW]));
        self.price.0.midpoint(self.price.1) * model.efforts[lane] + model.shortfall_price * held.sum::<i64>()
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
            let more_effort = -self.span(model, Way::Below, lane, own).high;
            rivalled |=
                margin < 0 || margin == 0 && (more_effort < 0 || more_effort == 0 && other < platform);
            if nearest.is_none_or(|nearest| margin < nearest.margin) {
                nearest = Some(Bound { margin, pair: (lane, own) });
            }
        }
        nearest.filter(|_| rivalled)
    }

    /// Bounds on burden minus the burden of the platform in lane `anchor`, from above or from below.
    ///
    /// In one aspect the largest shortfall counts. Let the demand that counts for a platform be *d*: the anchor lacks
    /// at least what it lacks of *d*, so that their difference is at most that in *d* alone. Of the demands that may
    /// count in one aspect, what exceeds the second largest variable's is charged to the largest variable's values, so
    /// that a variable is not held to several of its values at once.
    pub(super) fn differences(
        &mut self,
        model: &Model,
        way: Way,
        anchor: usize,
        rows: Range<usize>,
    ) -> [Wide; MAX_ROWS] {
        let mut lacks = [[0_i32; ROW]; MAX_ROWS];
        self.shares.touched.fill(false);
        for index in 0..self.open_of.len() {
            for row in rows.clone() {
                self.share_aspect(model, way, anchor, index, row, &mut lacks[row]);
            }
        }
        let mut differences = [[0; ROW]; MAX_ROWS];
        for row in rows {
            let mut sums = self.efforts(model, way, anchor, row);
            for column in 0..ROW {
                sums[column] += model.shortfall_price * i64::from(lacks[row][column]);
                differences[row][column] = if way == Way::Above { sums[column] } else { -sums[column] };
            }
        }
        differences
    }

    fn share_aspect(
        &mut self,
        model: &Model,
        way: Way,
        anchor: usize,
        index: usize,
        row: usize,
        lacks: &mut [i32; ROW],
    ) {
        let (aspect, open) = self.open_of[index].clone();
        let held = self.held[aspect * model.rows + row];
        let anchored = self.held[aspect * model.rows + anchor / ROW][anchor % ROW];
        let mut base = held;
        for lane in &mut base {
            let difference = lane.wrapping_sub(anchored);
            *lane = if way == Way::Above { difference } else { difference.wrapping_neg() };
        }
        if open.is_empty() {
            add(lacks, &base);
            return;
        }
        let needs = &self.open[open];
        let excess = |need: &Open| -> Row {
            let gaps = &model.gaps[need.rows + row];
            let anchor_gap = model.gaps[need.rows + anchor / ROW][anchor % ROW];
            let most = anchor_gap.max(anchored);
            std::array::from_fn(|column| match way {
                Way::Above => gaps[column].wrapping_sub(most),
                Way::Below => anchor_gap.wrapping_sub(gaps[column].max(held[column])),
            })
        };
        self.excesses.clear();
        self.excesses.extend(needs.iter().map(excess));
        let excesses = &self.excesses;
        let (mut first, mut second) = (base, base);
        for group in groups(needs) {
            let mut largest = excesses[group.start];
            excesses[group.start + 1..group.end].iter().for_each(|other| raise(&mut largest, other));
            for column in 0..ROW {
                second[column] = second[column].max(first[column].min(largest[column]));
                first[column] = first[column].max(largest[column]);
            }
        }
        add(lacks, &second);
        if first == second {
            return;
        }
        for group in groups(needs) {
            let owner = needs[group.start].owner;
            let slots = model.slots[owner]..model.slots[owner + 1];
            let own = u64::MAX >> (64 - slots.len());
            for at in group.clone() {
                if above(&excesses[at], &second) == [0; ROW] {
                    continue;
                }
                self.shares.touch(owner, slots.clone());
                each_bit(needs[at].values & own, |value| {
                    // Of several demands that count with the same value, the largest does.
                    let mut known = second;
                    for other in group.start..at {
                        if needs[other].values >> value & 1 == 1 {
                            raise(&mut known, &excesses[other]);
                        }
                    }
                    add(self.shares.at(slots.start + value, row), &above(&excesses[at], &known));
                });
            }
        }
    }

    /// Bounds on the effort price times the difference of efforts, and what the values of variables add to shortfalls.
    ///
    /// The product of price and difference is bounded by planes (McCormick, Mathematical Programming 10, 1976), so that
    /// each variable's part can be taken at its best value.
    fn efforts(&self, model: &Model, way: Way, anchor: usize, row: usize) -> Wide {
        let mut best = [i64::MAX; ROW];
        let spans: [Span; ROW] =
            std::array::from_fn(|column| self.span(model, way, row * ROW + column, anchor));
        let (cheap, dear) = self.price;
        let twice = cheap != dear && spans.iter().any(|span| span.low != span.high);
        // Variables whose values differ in nothing but the price move it all the same way.
        let (mut low, mut high) = (model.base_price, model.base_price);
        for active in self.actives.iter().filter(|active| !self.is_apart(active)) {
            (low, high) = (low + active.price.0, high + active.price.1);
        }
        for upper in [false, true].into_iter().take(1 + usize::from(twice)) {
            let mut sums = [0; ROW];
            let mut slopes = [0; ROW];
            let steep = if upper { cheap } else { dear };
            for (column, span) in spans.iter().enumerate() {
                if span.clipped {
                    sums[column] = if span.high > 0 { dear * span.high } else { cheap * span.high };
                    continue;
                }
                let slope = if upper { span.high } else { span.low };
                slopes[column] = slope;
                sums[column] = steep * (span.start - slope)
                    + (slope * (1 - self.raw_price).max(0)).max(0)
                    + if slope > 0 { slope * high } else { slope * low };
            }
            for (criterion, must) in &self.loose {
                let effect = &model.effects[*criterion];
                for (column, span) in spans.iter().enumerate().filter(|(_, span)| !span.clipped) {
                    let points = slopes[column] * effect.effort + steep * span.between(&effect.familiarity);
                    sums[column] += if *must { points } else { points.max(0) };
                }
            }
            for active in self.actives.iter().filter(|active| self.is_apart(active)) {
                self.add_active(model, active, row, &spans, &slopes, steep, &mut sums);
            }
            for column in 0..ROW {
                best[column] = best[column].min(sums[column]);
            }
        }
        best
    }

    /// Whether a variable's values differ in more than the price.
    fn is_apart(&self, active: &Active) -> bool {
        active.familiar || self.shares.touched[active.variable]
    }

    #[expect(clippy::too_many_arguments, reason = "the inner loop of all searches")]
    fn add_active(
        &self,
        model: &Model,
        active: &Active,
        row: usize,
        spans: &[Span; ROW],
        slopes: &Wide,
        steep: i64,
        sums: &mut Wide,
    ) {
        let touched = self.shares.touched[active.variable];
        let variable = &model.variables[active.variable];
        let mut most = [i64::MIN; ROW];
        let mut see = |share: Option<&[i32; ROW]>, adds: Option<&Adds>| {
            let mut points = [0; ROW];
            if let Some(share) = share {
                for column in 0..ROW {
                    points[column] = model.shortfall_price * i64::from(share[column]);
                }
            }
            if let Some(adds) = adds.filter(|adds| !adds.is_nothing()) {
                for column in (0..ROW).filter(|column| !spans[*column].clipped) {
                    points[column] +=
                        slopes[column] * adds.price + steep * spans[column].between(&adds.familiarity);
                }
            }
            for column in 0..ROW {
                most[column] = most[column].max(points[column]);
            }
        };
        let (start, none) = (model.slots[active.variable], model.slots[active.variable + 1] - 1);
        let share = |slot: usize| touched.then(|| &self.shares.by_slot[slot * self.shares.rows + row]);
        each_bit(active.values, |value| see(share(start + value), variable.adds.get(value)));
        if active.aside {
            see(share(none), Some(&variable.adds_aside));
        }
        if active.unanswered {
            see(share(none), Some(&variable.adds_open));
        }
        for column in 0..ROW {
            sums[column] += most[column];
        }
    }

    /// The difference of efforts of two platforms.
    fn span(&self, model: &Model, way: Way, lane: usize, anchor: usize) -> Span {
        let (plus, minus) = if way == Way::Above { (lane, anchor) } else { (anchor, lane) };
        let kinds = (model.kinds[plus], model.kinds[minus]);
        let (mut own, mut theirs, mut between) = ((0, 0), (0, 0), (0, 0));
        let widen = |(low, high): &mut (i64, i64), points: i64, must: bool| {
            *low += if must { points } else { points.min(0) };
            *high += if must { points } else { points.max(0) };
        };
        for (criterion, must) in &self.strangers {
            let points = &model.effects[*criterion].familiarity;
            widen(&mut own, points[kinds.0], *must);
            widen(&mut theirs, points[kinds.1], *must);
            widen(&mut between, points[kinds.0] - points[kinds.1], *must);
        }
        let (effort, other) = (model.efforts[plus], model.efforts[minus]);
        let start = effort - other;
        if effort + own.0 >= 0 && other + theirs.0 >= 0 {
            return Span { low: start + between.0, high: start + between.1, start, kinds, clipped: false };
        }
        let floor = |points: i64| points.max(0);
        let low = floor(effort + own.0) - floor(other + theirs.1);
        let high = floor(effort + own.1) - floor(other + theirs.0);
        Span { low, high, start, kinds, clipped: true }
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
        let familiarity = self.price.1 * (familiar(plus) - familiar(minus));
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
        self.differences(model, way, anchor, row..row + 1);
        let span = self.span(model, way, lane, anchor);
        let mut potentials = vec![0_i64; model.slots.last().copied().unwrap_or_default()];
        for open in &self.open {
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
        let steep = self.price.1;
        for (index, domain) in chosen.iter_mut().enumerate().filter(|(_, domain)| !domain.is_power_of_two()) {
            let touched = self.shares.touched[index];
            let start = model.slots[index];
            let variable = &model.variables[index];
            let mut best: Option<((i64, i64), u64)> = None;
            each_bit(*domain, |value| {
                let share = if touched {
                    self.shares.by_slot[(start + value) * self.shares.rows + row][column]
                } else {
                    0
                };
                let mut points = model.shortfall_price * i64::from(share);
                if let Some(adds) = variable.adds.get(value) {
                    points += span.high * adds.price + steep * span.between(&adds.familiarity);
                }
                let rank = (points, potentials[start + value]);
                if best.is_none_or(|(known, _)| rank > known) {
                    best = Some((rank, 1 << value));
                }
            });
            *domain = best.map_or(*domain, |(_, value)| value);
        }
    }
}

/// The difference of efforts of two platforms: its least and greatest value, its value before familiarity.
#[derive(Debug, Clone, Copy)]
struct Span {
    low: i64,
    high: i64,
    start: i64,
    kinds: (usize, usize),
    /// An effort may be raised to 0, so that familiarity does not simply add to it.
    clipped: bool,
}

impl Span {
    fn between(&self, familiarity: &[i64]) -> i64 {
        let to = |kind: usize| familiarity.get(kind).copied().unwrap_or_default();
        to(self.kinds.0) - to(self.kinds.1)
    }
}

impl Active {
    fn sum_up(&mut self, variable: &Variable) {
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        let mut familiar = false;
        let mut see = |adds: &Adds| {
            (low, high) = (low.min(adds.price), high.max(adds.price));
            familiar |= adds.familiarity.iter().any(|points| *points != 0);
        };
        each_bit(self.values, |value| variable.adds.get(value).into_iter().for_each(&mut see));
        if self.aside {
            see(&variable.adds_aside);
        }
        if self.unanswered {
            see(&variable.adds_open);
        }
        if low <= high {
            self.price = (low, high);
        }
        self.familiar = familiar;
    }
}

/// Burden, effort and platform: less is better.
type Rank = (i64, i64, usize);

/// Worse than any platform.
const NONE: (bool, Rank) = (true, (i64::MAX, i64::MAX, usize::MAX));

/// The best platform of each side; whatever misses a must stands behind whatever misses none.
#[derive(Debug, Clone, Copy)]
struct Best {
    without: (bool, Rank),
    with: (bool, Rank),
}

impl Default for Best {
    fn default() -> Self {
        Self { without: NONE, with: NONE }
    }
}

impl Best {
    fn see(&mut self, with: bool, rank: (bool, Rank)) {
        let best = if with { &mut self.with } else { &mut self.without };
        if rank < *best {
            *best = rank;
        }
    }

    fn is_complete(&self) -> bool {
        self.without != NONE && self.with != NONE
    }
}

/// Platforms that one set of answers takes off the table, by name and by family, and those that miss a must; a bit each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Out {
    by_name: u64,
    by_family: u64,
    pub(super) missed: u64,
}

impl Out {
    pub(super) fn add(&mut self, effect: &Effect) {
        self.by_name |= effect.removes;
        self.by_family |= effect.leaves;
        self.missed |= effect.misses;
    }
}

/// The stretches of demands with one owner.
fn groups(needs: &[Open]) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    needs.chunk_by(|a, b| a.owner == b.owner).map(move |group| {
        end += group.len();
        end - group.len()..end
    })
}

fn each_bit(mut mask: u64, mut see: impl FnMut(usize)) {
    while mask != 0 {
        see(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

// The figures of a rulebook are bounded when it is read, so that none of these sums and differences can come round; checks
// would keep the compiler from taking a whole row at once.

fn add(sums: &mut [i32; ROW], row: &Row) {
    for column in 0..ROW {
        sums[column] = sums[column].wrapping_add(i32::from(row[column]));
    }
}

/// By how much each figure of one row is above that of another; 0 where it is not.
fn above(row: &Row, other: &Row) -> Row {
    std::array::from_fn(|column| row[column].wrapping_sub(other[column]).max(0))
}

fn raise(held: &mut Row, gap: &Row) {
    for column in 0..ROW {
        held[column] = held[column].max(gap[column]);
    }
}

impl Model {
    /// The outcome for platforms ranked by burden, effort and order, some of them off the table or behind others.
    pub(super) fn conclude(&self, out: Out, rank: impl Fn(usize) -> (i64, i64, usize)) -> Outcome {
        let (mut available, mut named, mut all) = (Best::default(), Best::default(), Best::default());
        for (with, lanes) in [(false, &self.without), (true, &self.with)] {
            for lane in lanes {
                let rank = rank(*lane);
                let platform = rank.2;
                let rank = (out.missed >> platform & 1 == 1, rank);
                all.see(with, rank);
                if out.by_name >> platform & 1 == 0 {
                    named.see(with, rank);
                    if out.by_family >> platform & 1 == 0 {
                        available.see(with, rank);
                    }
                }
            }
        }
        let compared = [available, named, all].into_iter().find(|best| best.is_complete()).unwrap_or(all);
        let margin = compared.without.1.0 - compared.with.1.0;
        let band = match (available.without == NONE, available.with == NONE) {
            (false, true) => 0,
            (true, false) => self.bands.len() - 1,
            _ => self.band_of(margin),
        };
        let (_, _, least) = available.without.1.min(available.with.1);
        Outcome { margin, band, recommendation: if least == usize::MAX { compared.with.1.2 } else { least } }
    }

    pub(super) fn band_of(&self, margin: i64) -> usize {
        self.bands.iter().position(|(to, _)| to.is_none_or(|to| margin <= to)).unwrap_or_default()
    }

    /// Whether nothing is left outside the subject family, and inside it.
    fn emptied(&self, removed: u64) -> (bool, bool) {
        let gone = |lanes: &[usize]| {
            lanes
                .iter()
                .all(|lane| self.platform_at[*lane].is_none_or(|platform| removed >> platform & 1 == 1))
        };
        (gone(&self.without), gone(&self.with))
    }

    /// The bands of one side, a bit each.
    pub(super) fn bands_of(&self, leaning: Leaning) -> u64 {
        let such = self.bands.iter().enumerate().filter(|(_, (_, side))| *side == leaning);
        such.fold(0, |mask, (band, _)| mask | 1 << band)
    }
}
