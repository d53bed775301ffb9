//! What searches look for.

use super::bounds::{Measure, Outcome, Reach};
use super::model::Model;
use super::search::{Goal, Judgement};

/// The greatest or the least margin.
#[derive(Debug)]
pub(super) struct Extreme {
    upward: bool,
    best: Option<i64>,
    /// The verdicts that were seen on the way, a bit for each band.
    pub(super) bands: u64,
}

impl Extreme {
    pub(super) fn new(upward: bool) -> Self {
        Self { upward, best: None, bands: 0 }
    }

    fn toward(&self, margin: i64) -> i64 {
        if self.upward { margin } else { -margin }
    }

    /// The margin that was found.
    pub(super) fn margin(&self) -> Option<i64> {
        self.best.map(|best| self.toward(best))
    }
}

impl Goal for Extreme {
    fn judge(&self, model: &Model, measure: &Measure) -> Judgement {
        let reach = measure.reach(model);
        let promise = self.toward(if self.upward { reach.most } else { reach.least });
        match () {
            () if !self.still(promise) => Judgement::Leave,
            () if reach.least == reach.most => Judgement::Take,
            () => Judgement::Split(promise),
        }
    }

    fn still(&self, promise: i64) -> bool {
        self.best.is_none_or(|best| promise > best)
    }

    fn see(&mut self, outcome: &Outcome) -> bool {
        self.bands |= 1 << outcome.band;
        let margin = self.toward(outcome.margin);
        if self.best.is_none_or(|best| margin > best) {
            self.best = Some(margin);
        }
        false
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
    fn judge(&self, model: &Model, measure: &Measure) -> Judgement {
        let reach = measure.reach(model);
        let bands = model.bands_in(&reach);
        match () {
            () if bands & self.wanted == 0 => Judgement::Leave,
            () if bands & !self.wanted == 0 => Judgement::Take,
            () => Judgement::Split(-model.distance(&reach, self.wanted)),
        }
    }

    fn see(&mut self, outcome: &Outcome) -> bool {
        self.wanted >> outcome.band & 1 == 1
    }
}

impl Model {
    /// How far the middle of a reach is from the margins of the bands that are wanted.
    fn distance(&self, reach: &Reach, wanted: u64) -> i64 {
        let middle = reach.least.midpoint(reach.most);
        let mut from = i64::MIN;
        let mut nearest = u64::MAX;
        for (band, (to, _)) in self.bands.iter().enumerate() {
            let to = to.unwrap_or(i64::MAX);
            if wanted >> band & 1 == 1 {
                nearest = nearest.min(middle.abs_diff(middle.clamp(from, to)));
            }
            from = to.saturating_add(1);
        }
        i64::try_from(nearest).unwrap_or(i64::MAX)
    }
}
