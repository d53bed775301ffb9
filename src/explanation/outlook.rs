//! What is still possible: margins, verdicts, recommendations, and how much the answers have decided.

use super::Engine;
use super::bounds::Outcome;
use super::goals::{AnyOf, Extreme, NewWinner};
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
    /// The platforms that may be recommended, in the rulebook's order.
    pub recommendations: Vec<usize>,
    /// How much of the possible spread of the margin is gone.
    pub coverage: Coverage,
    /// What that comes to.
    pub status: Status,
    /// Whether all of this is proved; otherwise the margins are bounds that may be too wide, and verdicts and
    /// recommendations are listed that may be impossible.
    pub proved: bool,
}

/// The share of the margin's possible spread that the answers have removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Points of margin between the extremes that are still possible.
    pub left: i64,
    /// The same when nothing is known.
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

/// Everything that searches found about a box of answers.
pub(super) struct Span {
    pub(super) margins: (i64, i64),
    pub(super) bands: u64,
    pub(super) proved: bool,
    pub(super) seen: Vec<Outcome>,
    /// Answers with the least and with the greatest margin.
    pub(super) extremes: [Vec<u64>; 2],
}

impl Engine<'_> {
    /// What is still possible, given a value or none for each question.
    pub fn outlook(&self, values: &[Option<Value>]) -> Outlook {
        let root = self.completions(values);
        let mut search = self.search();
        let span = self.span(&mut search, &root);
        let (recommendations, complete) = self.recommendations(&mut search, &root, &span.seen);
        let whole = self.whole_spread();
        let coverage = Coverage { left: span.margins.1 - span.margins.0, whole: whole.0 };
        Outlook {
            margins: span.margins,
            verdicts: bits(span.bands),
            recommendations,
            coverage,
            status: self.status(span.bands, coverage),
            proved: span.proved && complete && whole.1,
        }
    }

    pub(super) fn status(&self, bands: u64, coverage: Coverage) -> Status {
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
    pub(super) fn span(&self, search: &mut Search<'_>, root: &Frame) -> Span {
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
        let mut seen = low.seen;
        seen.extend(high.seen);
        let mut found = seen.iter().fold(0, |bands, outcome| bands | 1_u64 << outcome.band);
        let tight = super::bounds::Reach { least: margins.0, most: margins.1, ..bound };
        for band in bits(self.model.bands_in(&tight)).into_iter().map(|band| 1_u64 << band) {
            if found & band != 0 {
                continue;
            }
            let mut goal = AnyOf::new(band);
            match search.run(root, &mut goal) {
                End::Exhausted => {}
                End::Found => {
                    found |= band;
                    seen.extend(goal.found.map(|(outcome, _)| outcome));
                }
                End::OutOfBudget => {
                    found |= band;
                    proved = false;
                }
            }
        }
        Span { margins, bands: found, proved, seen, extremes: [low.at, high.at] }
    }

    /// The platforms that may be recommended in a box, and whether these are certainly all and only those.
    fn recommendations(&self, search: &mut Search<'_>, root: &Frame, seen: &[Outcome]) -> (Vec<usize>, bool) {
        let mut known = seen.iter().fold(0, |known, outcome| known | 1_u64 << outcome.recommendation);
        loop {
            let mut goal = NewWinner { known, found: None };
            match search.run(root, &mut goal) {
                End::Exhausted => return (bits(known), true),
                End::Found => {
                    known |= goal.found.map_or(0, |(outcome, _)| 1 << outcome.recommendation);
                }
                End::OutOfBudget => {
                    let all =
                        (0..self.model.lane_of.len()).filter(|platform| search.may_win(root, *platform));
                    return (all.collect(), false);
                }
            }
        }
    }

    /// The spread of margins when nothing is known, and whether it is proved.
    fn whole_spread(&self) -> (i64, bool) {
        *self.whole.get_or_init(|| {
            let mut search = self.search();
            let root = self.model.frame();
            let mut ends = [false, true].map(Extreme::new);
            let proved = ends.iter_mut().all(|extreme| search.run(&root, extreme) == End::Exhausted);
            let bound = search.reach(&root);
            match (proved, ends[0].margin(), ends[1].margin()) {
                (true, Some(low), Some(high)) => (high - low, true),
                _ => (bound.most - bound.least, false),
            }
        })
    }
}

/// The positions of the bits that are set.
pub(super) fn bits(mask: u64) -> Vec<usize> {
    (0..64).filter(|bit| mask >> bit & 1 == 1).collect()
}
