//! What is still possible: margins, verdicts, and how much the answers have decided.

use super::Engine;
use super::bounds::Reach;
use super::goals::{AnyOf, Extreme};
use super::model::Frame;
use super::search::{End, Search};
use crate::rulebook::{Leaning, Value};

/// What is still possible, whatever the open answers turn out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The least and the greatest possible margin.
    pub margins: (i64, i64),
    /// The indices of the possible verdicts' bands, from the least margin up.
    pub verdicts: Vec<usize>,
    /// How much of the spread of the margin is gone.
    pub coverage: Coverage,
    /// What that comes to.
    pub status: Status,
    /// Whether margins and verdicts are exactly those that are possible; otherwise the search ran out of its budget,
    /// the margins are bounds that may be too wide, and verdicts are listed that may be impossible. None is missing.
    pub proved: bool,
}

/// The share of the margin's spread that the answers have removed. The whole is always a bound: to search it would take
/// longer than anyone waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Points of margin between the extremes that are still possible.
    pub left: i64,
    /// A bound on the same when nothing is known.
    pub whole: i64,
}

impl Coverage {
    /// In whole per cent, rounded down so that 100 means that nothing is left.
    pub fn percent(self) -> u8 {
        if self.whole <= 0 {
            return 100;
        }
        (100 * (self.whole - self.left).clamp(0, self.whole) / self.whole) as u8
    }
}

/// How much can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Only one verdict is possible.
    Settled,
    /// Several are, but much is known, or only one side is possible.
    Leaning,
    /// Both sides are possible and less than half of the margin's spread is gone.
    Undecided,
}

/// What searches found about a box of answers.
struct Span {
    margins: (i64, i64),
    bands: u64,
    proved: bool,
}

impl Engine {
    /// What is still possible, given a value or none for each question.
    pub fn outlook(&self, values: &[Option<Value>]) -> Outlook {
        let root = self.completions(values);
        let mut search = self.search();
        let Span { margins, bands, proved } = self.span(&mut search, &root);
        let nothing_known = search.reach(&self.model.frame());
        let coverage =
            Coverage { left: margins.1 - margins.0, whole: nothing_known.most - nothing_known.least };
        Outlook { margins, verdicts: bits(bands), coverage, status: self.status(bands, coverage), proved }
    }

    fn status(&self, bands: u64, coverage: Coverage) -> Status {
        let side = |leaning| bands & self.model.bands_of(leaning) != 0;
        match () {
            () if bands.count_ones() <= 1 => Status::Settled,
            () if side(Leaning::With) && side(Leaning::Without) && 2 * coverage.left > coverage.whole => {
                Status::Undecided
            }
            () => Status::Leaning,
        }
    }

    /// The range of margins and the possible bands of a box.
    fn span(&self, search: &mut Search<'_>, root: &Frame) -> Span {
        let bound = search.reach(root);
        let mut extremes = [Extreme::new(false), Extreme::new(true)];
        let mut proved = true;
        for extreme in &mut extremes {
            proved &= search.run(root, extreme) == End::Exhausted;
        }
        let [low, high] = extremes;
        let margins = match (proved, low.margin(), high.margin()) {
            (true, Some(low), Some(high)) => (low, high),
            _ => (bound.least, bound.most),
        };
        let mut found = low.bands | high.bands;
        let tight = Reach { least: margins.0, most: margins.1, ..bound };
        for band in bits(self.model.bands_in(&tight)).into_iter().map(|band| 1_u64 << band) {
            if found & band != 0 {
                continue;
            }
            let mut goal = AnyOf::new(band);
            match search.run(root, &mut goal) {
                End::Exhausted => {}
                End::Found => found |= band,
                End::OutOfBudget => {
                    found |= band;
                    proved = false;
                }
            }
        }
        Span { margins, bands: found, proved }
    }
}

/// The positions of the bits that are set.
fn bits(mask: u64) -> Vec<usize> {
    (0..64).filter(|bit| mask >> bit & 1 == 1).collect()
}
