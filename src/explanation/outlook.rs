//! What is still possible: margins, verdicts, and how much the answers have decided.

use super::Engine;
use super::bounds::Way;
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

/// How many times the budget of one query may be spent on what is possible when nothing is known.
const WHOLE_BUDGET: u64 = 10;

/// The share of the margin's spread that the answers have removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Points of margin between the extremes that are still possible.
    pub left: i64,
    /// The same when nothing is known.
    pub whole: i64,
    /// Whether both are exact; otherwise they are bounds.
    pub proved: bool,
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
pub(super) struct Span {
    pub(super) margins: (i64, i64),
    bands: u64,
    proved: bool,
    pub(super) ends: Ends,
}

/// Complete sets of answers with the least and the greatest margin.
pub(super) struct Ends {
    pub(super) least: Frame,
    pub(super) most: Frame,
}

impl Engine {
    /// What is still possible, given a value or none for each question.
    pub fn outlook(&self, values: &[Option<Value>]) -> Outlook {
        self.outlook_of(&self.span(&mut self.search(), &self.completions(values)))
    }

    pub(super) fn outlook_of(&self, span: &Span) -> Outlook {
        let (margins, bands) = (span.margins, span.bands);
        let coverage = if margins.0 == margins.1 {
            Coverage { left: 0, whole: 1, proved: span.proved }
        } else {
            let (whole, proved) = *self.whole.get_or_init(|| self.whole_spread());
            Coverage { left: margins.1 - margins.0, whole, proved: span.proved && proved }
        };
        Outlook {
            margins,
            verdicts: bits(bands),
            coverage,
            status: self.status(bands, coverage),
            proved: span.proved,
        }
    }

    /// Points of margin between the extremes when nothing is known, and whether that is proved.
    fn whole_spread(&self) -> (i64, bool) {
        let mut search = Search::new(&self.model, self.budget.saturating_mul(WHOLE_BUDGET));
        let span = self.span(&mut search, &self.model.frame());
        (span.margins.1 - span.margins.0, span.proved)
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
    pub(super) fn span(&self, search: &mut Search<'_>, root: &Frame) -> Span {
        let (least, most, sides) = search.reach(root);
        let mut proved = true;
        let mut seen = 0;
        let mut extreme = |way: Way, bound: i64| {
            let mut goal = Extreme::new(way);
            let end = search.run(root, &mut goal);
            seen |= goal.bands;
            proved &= end == End::Exhausted;
            let margin = if end == End::Exhausted { goal.margin() } else { goal.bound(search.rest) };
            (margin.unwrap_or(bound), search.kept.clone())
        };
        let (low, high) = (extreme(Way::Below, least), extreme(Way::Above, most));
        let margins = (low.0, high.0);
        for band in bits(self.model.possible(margins, sides)).into_iter().map(|band| 1_u64 << band) {
            if seen & band != 0 {
                continue;
            }
            let mut goal = AnyOf::new(band);
            let end = search.run(root, &mut goal);
            seen |= goal.bands;
            if end == End::OutOfBudget {
                seen |= band;
                proved = false;
            }
        }
        Span { margins, bands: seen, proved, ends: Ends { least: low.1, most: high.1 } }
    }
}

/// The positions of the bits that are set.
fn bits(mask: u64) -> Vec<usize> {
    (0..64).filter(|bit| mask >> bit & 1 == 1).collect()
}
