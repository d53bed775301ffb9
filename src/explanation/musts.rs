//! Which platforms of a side a margin may compare, when some of them may miss a must: those that miss none, or all where
//! each misses one.

use super::model::Model;

/// Platforms that miss a must in a box of answers, a bit each.
#[derive(Debug, Clone, Default)]
pub(super) struct Musts {
    /// Those that miss one for certain.
    pub(super) missed: u64,
    /// Those that miss one of each criterion that may hold.
    open: Vec<u64>,
    /// Those that may miss one.
    missable: u64,
}

/// The platforms of one side that a margin may compare.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Compared in some answers, and perhaps the best of them.
    pub(super) entrants: u64,
    /// Compared in all answers.
    pub(super) firm: u64,
    /// On the table in all answers.
    sure: u64,
    /// All on the table may miss a must, and are compared then.
    pub(super) all_may_miss: bool,
}

impl Musts {
    pub(super) fn clear(&mut self) {
        (self.missed, self.missable) = (0, 0);
        self.open.clear();
    }

    /// Takes in the platforms that miss a must of a criterion that holds, or may.
    pub(super) fn see(&mut self, misses: u64, holds: bool) {
        self.missable |= misses;
        if holds {
            self.missed |= misses;
        } else if misses != 0 && !self.open.contains(&misses) {
            self.open.push(misses);
        }
    }

    /// Those that may miss one, a bit each.
    pub(super) fn missable(&self) -> u64 {
        self.missable
    }

    /// The field of the platforms in `lanes`, of which some are surely or possibly on the table.
    pub(super) fn field(&self, model: &Model, lanes: &[usize], sure: u64, possible: u64) -> Field {
        let side = lanes.iter().filter_map(|lane| model.platform_at[*lane]);
        let side = side.fold(0, |side, platform| side | 1 << platform);
        let (sure, possible) = (sure & side, possible & side);
        let all_may_miss = sure & !self.missable == 0;
        let all_miss = possible & !self.missed == 0;
        Field {
            entrants: if all_may_miss { possible } else { possible & !self.missed },
            firm: if all_miss { sure } else { sure & !self.missable },
            sure,
            all_may_miss,
        }
    }

    /// The most that the least value of the platforms that are compared can be, and the platform that has it; `None`
    /// where the field is empty.
    ///
    /// A platform can have the least only if every cheaper one that is on the table in all answers misses a must of those
    /// criteria that may hold while it misses none itself.
    pub(super) fn least(
        &self,
        model: &Model,
        lanes: &[usize],
        field: &Field,
        value: impl Fn(usize) -> i64,
    ) -> Option<(i64, usize)> {
        let among = |platforms: u64| {
            lanes
                .iter()
                .copied()
                .filter(move |lane| model.is_among(*lane, platforms))
                .map(|lane| (value(lane), lane))
        };
        if field.firm != 0 {
            return among(field.firm).min_by_key(|(value, _)| *value);
        }
        let can_be_least = |(value_here, lane): &(i64, usize)| {
            let cheaper = among(field.sure).filter(|(value, _)| value < value_here);
            let cheaper = cheaper.fold(0, |set, (_, lane)| set | bit(model, lane));
            let here = bit(model, *lane);
            let missed_beside = self
                .open
                .iter()
                .filter(|misses| **misses & here == 0)
                .fold(self.missed, |all, misses| all | misses);
            (self.missed & here == 0 && cheaper & !missed_beside == 0) || (field.all_may_miss && cheaper == 0)
        };
        among(field.entrants).filter(can_be_least).max_by_key(|(value, _)| *value)
    }
}

impl Field {
    /// Takes a platform out that no margin rests on.
    pub(super) fn leave_out(&mut self, model: &Model, lane: usize) {
        self.entrants &= !bit(model, lane);
    }
}

fn bit(model: &Model, lane: usize) -> u64 {
    model.platform_at[lane].map_or(0, |platform| 1 << platform)
}
