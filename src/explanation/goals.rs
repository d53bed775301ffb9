//! What searches look for.

use super::bounds::{Measure, Sides, Way};
use super::model::{Frame, Model};
use super::outcome::Outcome;
use super::search::{Goal, Promise, Seen};

/// The greatest or the least margin.
#[derive(Debug)]
pub(super) struct Extreme {
    way: Way,
    best: Option<i64>,
}

impl Extreme {
    pub(super) fn new(way: Way) -> Self {
        Self { way, best: None }
    }

    fn toward(&self, margin: i64) -> i64 {
        if self.way == Way::Above { margin } else { -margin }
    }

    /// The margin that cannot be passed, when boxes of this promise were left.
    pub(super) fn bound(&self, rest: Option<i64>) -> Option<i64> {
        let best = self.best.map_or(rest?, |best| best.max(rest.unwrap_or(best)));
        Some(self.toward(best))
    }

    /// The margin that was found.
    pub(super) fn margin(&self) -> Option<i64> {
        self.best.map(|best| self.toward(best))
    }
}

impl Goal for Extreme {
    fn promise(&self, model: &Model, _: &Frame, measure: &mut Measure, sides: Sides) -> Option<Promise> {
        let bound = match self.way {
            Way::Above => measure.most(model, sides),
            Way::Below => measure.least(model, sides),
        };
        let promise = Promise::new(self.toward(bound.margin), self.way, bound);
        self.still(&promise).then_some(promise)
    }

    fn still(&self, promise: &Promise) -> bool {
        self.best.is_none_or(|best| promise.worth > best)
    }

    fn see(&mut self, outcome: &Outcome) -> Seen {
        let margin = self.toward(outcome.margin);
        if self.best.is_some_and(|best| margin <= best) {
            return Seen::Nothing;
        }
        self.best = Some(margin);
        Seen::Better
    }
}

/// Any answers whose verdict is among certain bands.
#[derive(Debug)]
pub(super) struct AnyOf {
    wanted: u64,
}

impl AnyOf {
    /// `wanted` has a bit for each band.
    pub(super) fn new(wanted: u64) -> Self {
        Self { wanted }
    }
}

impl Goal for AnyOf {
    fn promise(&self, model: &Model, _: &Frame, measure: &mut Measure, sides: Sides) -> Option<Promise> {
        let alone = model.possible((0, 0), Sides { compared: false, ..sides });
        let (from, to) = model.margins_of(self.wanted);
        // The bound that is nearer to what is wanted is taken first, since the other one often needs no look.
        let most = measure.most(model, sides);
        if !sides.compared || most.margin < from {
            return (alone & self.wanted != 0).then(|| Promise::new(0, Way::Above, most));
        }
        let least = measure.least(model, sides);
        if model.possible((least.margin, most.margin), sides) & self.wanted == 0 {
            return None;
        }
        let middle = least.margin.midpoint(most.margin);
        let (way, bound) = if middle > to { (Way::Below, least) } else { (Way::Above, most) };
        let distance = middle.abs_diff(middle.clamp(from, to));
        Some(Promise::new(-i64::try_from(distance).unwrap_or(i64::MAX), way, bound))
    }

    fn see(&mut self, outcome: &Outcome) -> Seen {
        wanted(self.wanted >> outcome.band & 1 == 1)
    }

    fn distance(&self, model: &Model, outcome: &Outcome) -> Option<i64> {
        let (from, to) = model.margins_of(self.wanted);
        i64::try_from(outcome.margin.abs_diff(outcome.margin.clamp(from, to))).ok()
    }
}

/// Any answers whose verdict lies beyond a band.
#[derive(Debug, Clone)]
pub(super) struct Beyond {
    way: Way,
    band: usize,
}

impl Beyond {
    pub(super) fn above(band: usize) -> Self {
        Self { way: Way::Above, band }
    }

    pub(super) fn below(band: usize) -> Self {
        Self { way: Way::Below, band }
    }
}

impl Goal for Beyond {
    fn promise(&self, model: &Model, _: &Frame, measure: &mut Measure, sides: Sides) -> Option<Promise> {
        let last = model.bands.len() - 1;
        let (bound, alone, worth) = match self.way {
            Way::Above if self.band == last => return None,
            Way::Below if self.band == 0 => return None,
            Way::Above => {
                let bound = measure.most(model, sides);
                (bound, sides.only_with, bound.margin)
            }
            Way::Below => {
                let bound = measure.least(model, sides);
                (bound, sides.only_without, bound.margin.saturating_neg())
            }
        };
        let (from, to) = model.margins_of(1 << self.band);
        let reaches = match self.way {
            Way::Above => bound.margin > to,
            Way::Below => bound.margin < from,
        };
        (alone || sides.compared && reaches).then(|| Promise::new(worth, self.way, bound))
    }

    fn see(&mut self, outcome: &Outcome) -> Seen {
        wanted(match self.way {
            Way::Above => outcome.band > self.band,
            Way::Below => outcome.band < self.band,
        })
    }

    fn distance(&self, _: &Model, outcome: &Outcome) -> Option<i64> {
        Some(match self.way {
            Way::Above => outcome.margin.saturating_neg(),
            Way::Below => outcome.margin,
        })
    }
}

/// Any answers with which another platform is recommended.
#[derive(Debug)]
pub(super) struct OtherPlatform {
    platform: usize,
}

impl OtherPlatform {
    pub(super) fn new(platform: usize) -> Self {
        Self { platform }
    }
}

impl Goal for OtherPlatform {
    fn promise(&self, model: &Model, _: &Frame, measure: &mut Measure, _: Sides) -> Option<Promise> {
        measure.rival(model, self.platform).map(|bound| Promise::new(-bound.margin, Way::Below, bound))
    }

    fn see(&mut self, outcome: &Outcome) -> Seen {
        wanted(outcome.recommendation != self.platform)
    }
}

fn wanted(found: bool) -> Seen {
    if found { Seen::Wanted } else { Seen::Nothing }
}

impl Model {
    /// The least and the greatest margin of the bands in a mask.
    pub(super) fn margins_of(&self, bands: u64) -> (i64, i64) {
        let first = bands.trailing_zeros() as usize;
        let last = 63 - bands.leading_zeros() as usize;
        let from = first.checked_sub(1).and_then(|before| self.bands.get(before)).and_then(|(to, _)| *to);
        let to = self.bands.get(last).and_then(|(to, _)| *to);
        (from.map_or(i64::MIN, |to| to + 1), to.unwrap_or(i64::MAX))
    }

    /// How far the margins from `least` to `most` are from lying on both sides of one that separates two verdicts.
    pub(super) fn distance_to_an_edge(&self, least: i64, most: i64) -> i64 {
        let edges = self.bands.iter().filter_map(|(to, _)| *to);
        edges.map(|edge| (edge + 1 - most).max(least - edge).max(0)).min().unwrap_or(i64::MAX)
    }

    /// The bands that margins and sides allow, a bit each.
    pub(super) fn possible(&self, (least, most): (i64, i64), sides: Sides) -> u64 {
        let alone = u64::from(sides.only_without) | u64::from(sides.only_with) << (self.bands.len() - 1);
        alone | if sides.compared { self.between(least, most) } else { 0 }
    }

    /// The bands of the margins from `least` to `most`, a bit each.
    pub(super) fn between(&self, least: i64, most: i64) -> u64 {
        (self.band_of(least)..=self.band_of(most)).fold(0, |bands, band| bands | 1 << band)
    }
}
