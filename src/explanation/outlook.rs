//! What is still possible: margins, verdicts, and how sure the side of the verdict is.

use super::Engine;
use super::bounds::Way;
use super::goals::{AnyOf, Extreme};
use super::model::Frame;
use super::search::{End, Reach, Search};
use super::sureness::{Prospect, Share, Sureness};
use crate::rulebook::Value;

/// What is still possible, whatever the open answers turn out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The least and the greatest possible margin.
    pub margins: (i64, i64),
    /// The indices of the possible verdicts' bands, from the least margin up.
    pub verdicts: Vec<usize>,
    /// How often each of them comes about.
    pub shares: Vec<Share>,
    /// How sure it is that the side stays.
    pub sureness: Sureness,
    /// What that comes to.
    pub status: Status,
    /// Whether margins and verdicts are exactly those that are possible; otherwise the search ran out of its budget,
    /// the margins are bounds that may be too wide, and verdicts are listed that may be impossible. None is missing.
    pub proved: bool,
}

/// How much can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No other verdict is possible.
    Settled,
    /// Others are, but the side is as sure as a decision asks for.
    Leaning,
    /// It is not.
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
    /// What is still possible, given a value or none for each question, and the band of what is known.
    pub fn outlook(&self, values: &[Option<Value>], band: usize) -> Outlook {
        let root = self.completions(values);
        self.outlook_of(&self.span(&mut self.search(), &root), &root, band)
    }

    pub(super) fn outlook_of(&self, span: &Span, root: &Frame, band: usize) -> Outlook {
        let Prospect { sureness, bands } = self.prospect(root, self.model.bands[band].1);
        let verdicts = bits(span.bands);
        // What is possible is never quite without a share, however seldom it was met.
        let shares = verdicts.iter().map(|band| bands[*band].max(Share::LEAST)).collect();
        let status = match () {
            () if span.bands == 1 << band => Status::Settled,
            () if sureness.share.fraction() < self.model.decided_from => Status::Undecided,
            () => Status::Leaning,
        };
        Outlook { margins: span.margins, verdicts, shares, sureness, status, proved: span.proved }
    }

    /// The range of margins and the possible bands of a box.
    pub(super) fn span(&self, search: &mut Search<'_>, root: &Frame) -> Span {
        let Reach { margins: (least, most), sides, .. } = search.reach(root);
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
