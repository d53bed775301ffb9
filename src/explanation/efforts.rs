//! The part of effort in a bound: its price times how far apart two platforms' efforts lie.

use super::bounds::{Way, Wide, each_bit};
use super::demands::Shares;
use super::model::{Adds, Frame, Model, ROW, Row32, Variable};

/// What the criteria of a frame add to efforts and to their price; reused from frame to frame.
#[derive(Debug, Clone, Default)]
pub(super) struct Efforts {
    /// The least and the greatest effort price.
    pub(super) price: (i64, i64),
    /// The least sum before it is raised to 1.
    raw_price: i64,
    /// The variables whose values change efforts or shortfalls by themselves.
    actives: Vec<Active>,
    /// Criteria that change effort and belong to no variable alone, and whether each must hold.
    loose: Vec<(usize, bool)>,
    /// What criteria add to each platform's effort, in rows: for certain, and each of those that may hold.
    sure: Vec<Row32>,
    open: Vec<Row32>,
    /// The least effort of each platform, and the greatest, in rows.
    least: Vec<Row32>,
    most: Vec<Row32>,
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

/// The differences between the efforts of the platforms in a row and that in one lane.
struct Spans {
    way: Way,
    row: usize,
    anchor: usize,
    /// Before familiarity, at least and at most.
    start: Wide,
    low: Wide,
    high: Wide,
    /// One of the two may be raised to 0.
    clipped: [bool; ROW],
}

/// Whole numbers below 2⁵³, so that sums and products of them are exact: figures are of four digits, and a rulebook has room
/// for some ten thousands of them. Of such numbers every processor multiplies and compares several at once, of integers as
/// wide not.
type Exact = [f64; ROW];

/// A plane above the product of price and difference: how steep it is in each of the two.
struct Plane {
    by_price: Exact,
    by_effort: Exact,
}

impl Efforts {
    /// Takes the measure of a frame; `owns` says which variables own an open demand.
    pub(super) fn take(&mut self, model: &Model, frame: &Frame, owns: &[bool]) {
        self.take_familiarity(model, frame);
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
            if variable.adds.is_empty() && !owns[index] {
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

    fn take_familiarity(&mut self, model: &Model, frame: &Frame) {
        self.sure.clear();
        self.sure.resize(model.rows, [0; ROW]);
        self.open.clear();
        for criterion in model.strangers.iter().filter(|criterion| frame.may_hold(**criterion)) {
            let points = &model.effects[*criterion].by_lane;
            if frame.must_hold(*criterion) {
                self.sure
                    .iter_mut()
                    .zip(points)
                    .for_each(|(sum, points)| sum_up(sum, points, |points| points));
            } else {
                self.open.extend(points);
            }
        }
        self.least.clone_from(&self.sure);
        for (row, efforts) in self.least.iter_mut().zip(&model.efforts_by_row) {
            sum_up(row, efforts, |effort| effort);
        }
        self.most.clone_from(&self.least);
        for points in self.open.chunks(model.rows) {
            for (row, points) in points.iter().enumerate() {
                sum_up(&mut self.least[row], points, |points| points.min(0));
                sum_up(&mut self.most[row], points, |points| points.max(0));
            }
        }
    }

    /// The least and the greatest effort price, and the least sum before it is raised to 1.
    pub(super) fn prices(&self) -> (i64, i64, i64) {
        (self.price.0, self.price.1, self.raw_price)
    }

    /// Bounds on the effort of the platform in one lane minus that of the platform in another.
    pub(super) fn between(&self, model: &Model, lane: usize, other: usize) -> (i64, i64) {
        if self.may_be_raised(lane) || self.may_be_raised(other) {
            let floor = |efforts: &[Row32], lane: usize| at(efforts, lane).max(0);
            let (least, most) = (&self.least, &self.most);
            return (floor(least, lane) - floor(most, other), floor(most, lane) - floor(least, other));
        }
        let start = model.efforts[lane] - model.efforts[other] + at(&self.sure, lane) - at(&self.sure, other);
        self.open.chunks(model.rows).fold((start, start), |(low, high), points| {
            let points = at(points, lane) - at(points, other);
            (low + points.min(0), high + points.max(0))
        })
    }

    /// Whether the effort of the platform in a lane may be raised to 0, so that familiarity does not simply add to it.
    pub(super) fn may_be_raised(&self, lane: usize) -> bool {
        at(&self.least, lane) < 0
    }

    /// Bounds on the effort price times the difference of efforts, and what the values of variables add to shortfalls.
    ///
    /// The product of price and difference is bounded by planes (McCormick, Mathematical Programming 10, 1976), so that
    /// each variable's part can be taken at its best value.
    pub(super) fn bound(&self, model: &Model, way: Way, anchor: usize, row: usize, shares: &Shares) -> Wide {
        let spans = self.spans(model, way, anchor, row);
        let is_product = self.price.0 != self.price.1 && spans.low != spans.high;
        // Where one of the two is fixed, there is but one plane.
        let planes = [self.plane(&spans, false), self.plane(&spans, true)];
        let planes = &planes[..1 + usize::from(is_product)];
        // Variables whose values differ in nothing but the price move it all the same way.
        let is_apart = |active: &&Active| active.familiar || shares.touched[active.variable] != 0;
        let (mut low, mut high) = (model.base_price, model.base_price);
        for active in self.actives.iter().filter(|active| !is_apart(active)) {
            (low, high) = (low + active.price.0, high + active.price.1);
        }
        let mut sums = [self.start(&spans, &planes[0], low, high), [f64::INFINITY; ROW]];
        if let Some(plane) = planes.get(1) {
            sums[1] = self.start(&spans, plane, low, high);
        }
        for (criterion, must) in &self.loose {
            let effect = &model.effects[*criterion];
            for (sums, plane) in sums.iter_mut().zip(planes) {
                let points = plane.points(effect.effort, spans.apart(&effect.by_lane));
                for column in 0..ROW {
                    sums[column] += if *must { points[column] } else { greater(points[column], 0.0) };
                }
            }
        }
        for active in self.actives.iter().filter(is_apart) {
            active.add_most(model, &spans, planes, shares, &mut sums);
        }
        std::array::from_fn(|column| sums[0][column].min(sums[1][column]) as i64)
    }

    /// One of the planes: the price at its greatest and the difference at its least, or the other way round.
    fn plane(&self, spans: &Spans, upper: bool) -> Plane {
        let (cheap, dear) = self.price;
        let steep = if upper { cheap } else { dear };
        let slopes = if upper { &spans.high } else { &spans.low };
        let unless_clipped =
            |column: usize, slope: i64| if spans.clipped[column] { 0.0 } else { slope as f64 };
        Plane {
            by_price: std::array::from_fn(|column| unless_clipped(column, slopes[column])),
            by_effort: std::array::from_fn(|column| unless_clipped(column, steep)),
        }
    }

    /// What the plane comes to before familiarity, with what moves nothing but the price.
    fn start(&self, spans: &Spans, plane: &Plane, low: i64, high: i64) -> Exact {
        let (cheap, dear) = self.price;
        let (low, high, raised) = (low as f64, high as f64, (1 - self.raw_price).max(0) as f64);
        std::array::from_fn(|column| {
            if spans.clipped[column] {
                return (spans.high[column] * if spans.high[column] > 0 { dear } else { cheap }) as f64;
            }
            let (slope, steep) = (plane.by_price[column], plane.by_effort[column]);
            steep * (spans.start[column] as f64 - slope)
                + greater(slope * raised, 0.0)
                + if slope > 0.0 { slope * high } else { slope * low }
        })
    }

    fn spans(&self, model: &Model, way: Way, anchor: usize, row: usize) -> Spans {
        let none = [0; ROW];
        let mut spans = Spans { way, row, anchor, start: none, low: none, high: none, clipped: [false; ROW] };
        let (mut low, mut high) = (spans.apart(&self.sure), spans.apart(&self.sure));
        for points in self.open.chunks(model.rows) {
            let points = spans.apart(points);
            sum_up(&mut low, &points, |points| points.min(0));
            sum_up(&mut high, &points, |points| points.max(0));
        }
        let start = spans.apart(&model.efforts_by_row);
        for column in 0..ROW {
            spans.start[column] = i64::from(start[column]);
            spans.low[column] = i64::from(start[column].wrapping_add(low[column]));
            spans.high[column] = i64::from(start[column].wrapping_add(high[column]));
            let lane = row * ROW + column;
            if self.may_be_raised(lane) || self.may_be_raised(anchor) {
                let (plus, minus) = if way == Way::Above { (lane, anchor) } else { (anchor, lane) };
                spans.clipped[column] = true;
                (spans.low[column], spans.high[column]) = self.between(model, plus, minus);
            }
        }
        spans
    }

    /// What values of variables add by effort to the bound on a pair of lanes; only the order of a search depends on it.
    pub(super) fn pulls(
        &self,
        model: &Model,
        way: Way,
        (lane, anchor): (usize, usize),
    ) -> impl Fn(&Adds) -> i64 + use<> {
        let spans = self.spans(model, way, anchor, lane / ROW);
        let plane =
            Plane { by_price: spans.high.map(|high| high as f64), by_effort: [self.price.1 as f64; ROW] };
        move |adds| plane.points(adds.price, spans.apart(&adds.familiarity))[lane % ROW] as i64
    }
}

impl Spans {
    /// How far apart the figures of the platforms lie; nothing where there are none.
    fn apart(&self, rows: &[Row32]) -> Row32 {
        if rows.is_empty() { [0; ROW] } else { self.way.apart(rows, self.row, self.anchor) }
    }
}

impl Plane {
    /// What points of price and of familiarity add to the bound.
    fn points(&self, price: i64, familiarity: Row32) -> Exact {
        let price = price as f64;
        std::array::from_fn(|column| {
            self.by_price[column] * price + self.by_effort[column] * f64::from(familiarity[column])
        })
    }
}

impl Active {
    fn sum_up(&mut self, variable: &Variable) {
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        let mut familiar = false;
        let mut see = |adds: &Adds| {
            (low, high) = (low.min(adds.price), high.max(adds.price));
            familiar |= !adds.familiarity.is_empty();
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

    /// Adds the most that one of its values adds to each plane.
    fn add_most(
        &self,
        model: &Model,
        spans: &Spans,
        planes: &[Plane],
        shares: &Shares,
        sums: &mut [Exact; 2],
    ) {
        let variable = &model.variables[self.variable];
        let (start, none) = (model.slots[self.variable], model.slots[self.variable + 1] - 1);
        let shared = shares.touched[self.variable];
        let telling = shared | variable.adding;
        let mut most = [[if self.values & !telling == 0 { f64::NEG_INFINITY } else { 0.0 }; ROW]; 2];
        let shortfall_price = model.shortfall_price as f64;
        let mut see = |slot: usize, adds: Option<&Adds>| {
            let is_shared = shared >> (slot - start) & 1 == 1;
            let share = if is_shared { shares.by_slot[slot] } else { [0; ROW] };
            let familiarity = adds.map_or([0; ROW], |adds| spans.apart(&adds.familiarity));
            let price = adds.map_or(0, |adds| adds.price);
            for (most, plane) in most.iter_mut().zip(planes) {
                let points = plane.points(price, familiarity);
                for column in 0..ROW {
                    let share = shortfall_price * f64::from(share[column]);
                    most[column] = greater(most[column], points[column] + share);
                }
            }
        };
        each_bit(self.values & telling, |value| see(start + value, variable.adds.get(value)));
        if self.aside {
            see(none, Some(&variable.adds_aside));
        }
        if self.unanswered {
            see(none, Some(&variable.adds_open));
        }
        for (sums, most) in sums.iter_mut().zip(&most).take(planes.len()) {
            sums.iter_mut().zip(most).for_each(|(sum, most)| *sum += most);
        }
    }
}

/// The greater of two numbers; `f64::max` would look for what is none.
fn greater(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

fn at(rows: &[Row32], lane: usize) -> i64 {
    i64::from(rows[lane / ROW][lane % ROW])
}

fn sum_up(sums: &mut Row32, row: &Row32, part: impl Fn(i32) -> i32) {
    for column in 0..ROW {
        sums[column] = sums[column].wrapping_add(part(row[column]));
    }
}
