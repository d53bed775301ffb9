//! What the answers in a box can come to: bounds on differences of burdens, and the outcome when nothing is open.

use std::ops::Range;

use super::model::{Frame, Model, ROW, Row};
use crate::rulebook::Leaning;

/// 64 platforms fill eight rows, and each side may have one that is not full.
const MAX_ROWS: usize = 10;

/// What the criteria of a frame amount to; reused from frame to frame.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    price: (i64, i64),
    /// What each platform lacks for certain, by aspect.
    held: Vec<Row>,
    /// Where the rows of those demands start that may or may not count, aspect by aspect.
    open: Vec<usize>,
    open_of: Vec<(usize, Range<usize>)>,
    /// Criteria that change the effort of families, and whether each may or must hold.
    strangers: Vec<(usize, bool)>,
    removed: Removed,
}

/// Platforms off the table, a bit each: for certain, and possibly.
#[derive(Debug, Clone, Copy, Default)]
struct Removed {
    by_name: (u64, u64),
    by_family: (u64, u64),
}

/// What is possible in a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// No margin in the box is below this.
    pub(super) least: i64,
    /// None is above this.
    pub(super) most: i64,
    /// Both sides may have a platform, so that the margin may decide.
    pub(super) compared: bool,
    /// Constraints may leave the one side alone.
    pub(super) only_with: bool,
    pub(super) only_without: bool,
}

/// What one complete set of answers comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) margin: i64,
    pub(super) band: usize,
    pub(super) recommendation: usize,
}

/// Differences of burdens from one platform, by lane.
struct Differences {
    least: [[i64; ROW]; MAX_ROWS],
    most: [[i64; ROW]; MAX_ROWS],
}

impl Measure {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            price: (0, 0),
            held: vec![[0; ROW]; model.rows * model.needs.len()],
            open: Vec::new(),
            open_of: Vec::new(),
            strangers: Vec::new(),
            removed: Removed::default(),
        }
    }

    /// Takes the measure of a frame.
    pub(super) fn take(&mut self, model: &Model, frame: &Frame) {
        self.price = model.effort_price(frame);
        self.take_needs(model, frame);
        self.strangers.clear();
        for criterion in model.strangers.iter().filter(|criterion| frame.may_hold(**criterion)) {
            self.strangers.push((*criterion, frame.must_hold(*criterion)));
        }
        self.removed = Removed::default();
        for criterion in model.constraints.iter().filter(|criterion| frame.may_hold(**criterion)) {
            let effect = &model.effects[*criterion];
            let Removed { by_name, by_family } = &mut self.removed;
            by_name.1 |= effect.removes;
            by_family.1 |= effect.leaves;
            if frame.must_hold(*criterion) {
                by_name.0 |= effect.removes;
                by_family.0 |= effect.leaves;
            }
        }
    }

    fn take_needs(&mut self, model: &Model, frame: &Frame) {
        self.open.clear();
        self.open_of.clear();
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
                    self.open.push(need.rows);
                }
            }
            if any || self.open.len() > start {
                self.open_of.push((aspect, start..self.open.len()));
            }
        }
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
            let family = model.families[lane];
            let known: i64 = self
                .strangers
                .iter()
                .map(|(criterion, _)| model.effects[*criterion].familiarity[family])
                .sum();
            let effort = (model.efforts[lane] + known).max(0);
            let lacks = i64::from(short[lane / ROW][lane % ROW]);
            let platform = model.platform_at[lane].unwrap_or(usize::MAX);
            (self.price.0 * effort + model.shortfall_price * lacks, effort, platform)
        };
        let best = |lanes: &[usize], removed: u64| {
            let such = lanes.iter().map(|lane| rank(*lane));
            such.filter(|(_, _, platform)| removed >> platform & 1 == 0).min()
        };
        let Removed { by_name: (by_name, _), by_family: (by_family, _) } = self.removed;
        let sides = |removed: u64| (best(&model.without, removed), best(&model.with, removed));
        let available = sides(by_name | by_family);
        let compared =
            [by_name | by_family, by_name, 0].into_iter().find_map(|removed| match sides(removed) {
                (Some(without), Some(with)) => Some((without, with)),
                _ => None,
            });
        let (without, with) = compared.unwrap_or_default();
        let margin = without.0 - with.0;
        let band = match available {
            (Some(_), None) => 0,
            (None, Some(_)) => model.bands.len() - 1,
            _ => model.band_of(margin),
        };
        let recommendation = [available.0, available.1].into_iter().flatten().min().unwrap_or(with).2;
        Outcome { margin, band, recommendation }
    }

    /// Bounds on the margin of everything in the box.
    pub(super) fn reach(&self, model: &Model) -> Reach {
        let Removed { by_name, by_family } = self.removed;
        let possibly = by_name.1 | by_family.1;
        let certainly = by_name.0 | by_family.0;
        // Where a side may be left empty, constraints are lifted for the comparison, and what they removed is back.
        let emptied = |removed: u64| model.emptied(removed);
        let (without_may_go, with_may_go) = emptied(possibly);
        let back = match () {
            () if {
                let (a, b) = emptied(by_name.1);
                a || b
            } =>
            {
                0
            }
            () if without_may_go || with_may_go => by_name.0,
            () => certainly,
        };
        let platform = |lane: usize| model.platform_at[lane].unwrap_or(0);
        let stays = |lane: &usize| possibly >> platform(*lane) & 1 == 0;
        let may_be = |lane: &usize| back >> platform(*lane) & 1 == 0;
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        let mut most_by_lane = [i64::MIN; MAX_ROWS * ROW];
        let mut least_known = i64::MIN;
        for with in model.with.iter().filter(|lane| may_be(lane)) {
            let differences = self.differences(model, *with, 0..model.rows_without);
            let mut least_here = i64::MAX;
            for without in model.without.iter().filter(|lane| may_be(lane)) {
                least_here = least_here.min(differences.least[without / ROW][without % ROW]);
                let entry = &mut most_by_lane[*without];
                *entry = (*entry).max(differences.most[without / ROW][without % ROW]);
            }
            least = least.min(least_here);
            if stays(with) {
                least_known = least_known.max(least_here);
            }
        }
        for without in model.without.iter().filter(|lane| may_be(lane)) {
            most = most.max(most_by_lane[*without]);
        }
        let most_known =
            model.without.iter().filter(|lane| stays(lane)).map(|lane| most_by_lane[*lane]).min();
        let (without_gone, with_gone) = emptied(certainly);
        Reach {
            least: least.max(least_known),
            most: most_known.map_or(most, |known| known.min(most)),
            compared: !without_gone && !with_gone,
            only_with: without_may_go && !with_gone,
            only_without: with_may_go && !without_gone,
        }
    }

    /// Bounds on burden minus the burden of the platform in lane `anchor`.
    ///
    /// In one aspect the largest shortfall counts. Let the demand that counts for a platform be *d*: the anchor lacks
    /// at least what it lacks of *d*, so that their difference is at most that in *d* alone. This is exact for a
    /// single aspect, whichever of the open demands hold.
    fn differences(&self, model: &Model, anchor: usize, rows: Range<usize>) -> Differences {
        let (anchor_row, anchor_column) = (anchor / ROW, anchor % ROW);
        let mut least = [[0_i32; ROW]; MAX_ROWS];
        let mut most = [[0_i32; ROW]; MAX_ROWS];
        for (aspect, open) in &self.open_of {
            let held = &self.held[aspect * model.rows..(aspect + 1) * model.rows];
            let open = &self.open[open.clone()];
            let anchored = held[anchor_row][anchor_column];
            for row in rows.clone() {
                let held = &held[row];
                let mut high: Row = std::array::from_fn(|column| held[column] - anchored);
                let mut low = high;
                for need in open {
                    let anchor_gap = model.gaps[need + anchor_row][anchor_column];
                    widen(&mut low, &mut high, &model.gaps[need + row], held, (anchor_gap, anchored));
                }
                for column in 0..ROW {
                    least[row][column] += i32::from(low[column]);
                    most[row][column] += i32::from(high[column]);
                }
            }
        }
        let mut differences = Differences { least: [[0; ROW]; MAX_ROWS], most: [[0; ROW]; MAX_ROWS] };
        for lane in rows.start * ROW..rows.end * ROW {
            let (row, column) = (lane / ROW, lane % ROW);
            let (low, high) = self.effort_difference(model, lane, anchor);
            differences.least[row][column] = low + model.shortfall_price * i64::from(least[row][column]);
            differences.most[row][column] = high + model.shortfall_price * i64::from(most[row][column]);
        }
        differences
    }

    /// Bounds on the effort price times the difference of efforts.
    fn effort_difference(&self, model: &Model, lane: usize, anchor: usize) -> (i64, i64) {
        let (family, other) = (model.families[lane], model.families[anchor]);
        let (mut own, mut theirs, mut between) = ((0, 0), (0, 0), (0, 0));
        let widen = |(low, high): &mut (i64, i64), points: i64, must: bool| {
            *low += if must { points } else { points.min(0) };
            *high += if must { points } else { points.max(0) };
        };
        for (criterion, must) in &self.strangers {
            let points = &model.effects[*criterion].familiarity;
            widen(&mut own, points[family], *must);
            widen(&mut theirs, points[other], *must);
            widen(&mut between, points[family] - points[other], *must);
        }
        let (effort, anchored) = (model.efforts[lane], model.efforts[anchor]);
        let (low, high) = if effort + own.0 >= 0 && anchored + theirs.0 >= 0 {
            (effort - anchored + between.0, effort - anchored + between.1)
        } else {
            let at_least_none = |points: i64| points.max(0);
            (
                at_least_none(effort + own.0) - at_least_none(anchored + theirs.1),
                at_least_none(effort + own.1) - at_least_none(anchored + theirs.0),
            )
        };
        let (cheap, dear) = self.price;
        (if low < 0 { dear * low } else { cheap * low }, if high > 0 { dear * high } else { cheap * high })
    }
}

fn raise(held: &mut Row, gap: &Row) {
    for column in 0..ROW {
        held[column] = held[column].max(gap[column]);
    }
}

fn widen(low: &mut Row, high: &mut Row, gap: &Row, held: &Row, (anchor_gap, anchored): (i16, i16)) {
    let most_of_anchor = anchor_gap.max(anchored);
    for column in 0..ROW {
        high[column] = high[column].max(gap[column] - most_of_anchor);
        low[column] = low[column].min(gap[column].max(held[column]) - anchor_gap);
    }
}

impl Model {
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

    /// The bands that a reach allows, a bit each.
    pub(super) fn bands_in(&self, reach: &Reach) -> u64 {
        let last = self.bands.len() - 1;
        let mut bands = 0;
        if reach.compared {
            for band in self.band_of(reach.least)..=self.band_of(reach.most) {
                bands |= 1 << band;
            }
        }
        bands | u64::from(reach.only_without) | u64::from(reach.only_with) << last
    }

    /// The bands of one side, a bit each.
    pub(super) fn bands_of(&self, leaning: Leaning) -> u64 {
        let such = self.bands.iter().enumerate().filter(|(_, (_, side))| *side == leaning);
        such.fold(0, |mask, (band, _)| mask | 1 << band)
    }
}
