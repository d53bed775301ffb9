//! What is still possible: margins, verdicts, and how sure the side of the verdict is.

use super::Engine;
use super::bounds::Way;
use super::goals::{AnyOf, Extreme};
use super::model::{Frame, bits};
use super::search::{End, Reach, Search};
use super::sureness::{Numbers, Prospect, Share, Sureness};
use crate::rulebook::Value;

/// What is still possible, whatever the open answers turn out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Proved bounds on the margin: none that is possible lies outside them. Where few answers are open, both are possible.
    pub margins: (i64, i64),
    /// The indices of the possible verdicts' bands, from the least margin up.
    pub verdicts: Vec<usize>,
    /// How often each of them comes about.
    pub shares: Vec<Share>,
    /// How sure it is that the side stays.
    pub sureness: Sureness,
    /// What that comes to.
    pub status: Status,
    /// Whether every verdict that is listed was met; otherwise the search ran out of its budget, and one may be listed
    /// that is impossible. None is missing.
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
    /// The bands that may be possible, a bit each.
    pub(super) bands: u64,
    proved: bool,
    /// Complete sets of answers, with the band that each comes to.
    pub(super) met: Vec<(usize, Frame)>,
}

/// How many sets of answers are drawn at most to meet each possible verdict.
const DRAWS: usize = 64;
/// The part of the boxes that each search for a bound on the margin may look at, on which less depends than on a verdict.
const PART_FOR_BOUNDS: u64 = 32;

impl Span {
    /// Whether no second verdict is possible.
    pub(super) fn is_settled(&self) -> bool {
        self.bands.is_power_of_two()
    }
}

impl Engine {
    /// What is still possible, given a value or none for each question, and the band of what is known.
    pub fn outlook(&self, values: &[Option<Value>], band: usize) -> Outlook {
        let root = self.completions(&self.model.classes_of(values));
        let (prospect, span) =
            rayon::join(|| self.prospect(&root, self.model.bands[band].1), || self.span(&root));
        self.outlook_of(&span, prospect, band)
    }

    /// How sure it is that the side of what is known stays; no more than that of all that [`outlook`](Self::outlook) tells.
    pub fn sureness(&self, values: &[Option<Value>], band: usize) -> Sureness {
        let root = self.completions(&self.model.classes_of(values));
        self.prospect(&root, self.model.bands[band].1).sureness
    }

    /// Whether a decision asks for no more.
    pub fn is_decided(&self, sureness: Sureness) -> bool {
        sureness.share.fraction() >= self.model.decided_from
    }

    pub(super) fn outlook_of(&self, span: &Span, prospect: Prospect, band: usize) -> Outlook {
        let Prospect { sureness, bands, .. } = prospect;
        let verdicts: Vec<usize> = bits(span.bands).collect();
        // What is possible is never quite without a share, however seldom it was met.
        let shares = verdicts.iter().map(|band| bands[*band].max(Share::LEAST)).collect();
        let status = match () {
            () if span.bands == 1 << band => Status::Settled,
            () if !self.is_decided(sureness) => Status::Undecided,
            () => Status::Leaning,
        };
        Outlook { margins: span.margins, verdicts, shares, sureness, status, proved: span.proved }
    }

    /// Bounds on the margins of a box, and its possible bands: those that were met, and those that no search ruled out.
    pub(super) fn span(&self, root: &Frame) -> Span {
        let Reach { margins: (least, most), sides, .. } = self.search().reach(&mut root.clone());
        let (least, most) =
            rayon::join(|| self.extreme(root, Way::Below, least), || self.extreme(root, Way::Above, most));
        let margins = (least.0, most.0);
        let mut met = vec![least.1, most.1];
        let possible = self.model.possible(margins, sides);
        self.draw(root, possible, &mut met);
        let mut proved = true;
        let mut bands = bands_of(&met);
        for band in bits(possible & !bands) {
            let mut search = self.search();
            match search.run(root, &mut AnyOf::new(1 << band)) {
                End::Found => met.push((band, search.kept.clone())),
                End::Exhausted => {}
                End::OutOfBudget => {
                    proved = false;
                    bands |= 1 << band;
                }
            }
        }
        Span { margins, bands: bands | bands_of(&met), proved, met }
    }

    /// A bound on the margins of a box from one side, the last of them or one beyond all where the search is cut short; and
    /// the answers nearest to it that were met, with their band.
    fn extreme(&self, root: &Frame, way: Way, bound: i64) -> (i64, (usize, Frame)) {
        let mut search = Search::new(&self.model, (self.budget / PART_FOR_BOUNDS).max(1));
        let mut goal = Extreme::new(way);
        let end = search.run(root, &mut goal);
        let kept = search.kept.clone();
        let met = (self.model.outcome(&kept).band, kept);
        let found = if end == End::Exhausted { goal.margin() } else { goal.bound(search.rest) };
        (found.unwrap_or(bound), met)
    }

    /// Draws answers until each of the possible bands is met.
    fn draw(&self, root: &Frame, possible: u64, met: &mut Vec<(usize, Frame)>) {
        let mut numbers = Numbers::default();
        let mut frame = root.clone();
        for _ in 0..DRAWS {
            if possible & !bands_of(met) == 0 {
                return;
            }
            frame.copy_from(root);
            self.model.draw(&mut frame, &mut numbers);
            let band = self.model.outcome(&frame).band;
            if bands_of(met) >> band & 1 == 0 {
                met.push((band, frame.clone()));
            }
        }
    }
}

/// The bands that were met, a bit each.
fn bands_of(met: &[(usize, Frame)]) -> u64 {
    met.iter().fold(0, |bands, (band, _)| bands | 1 << band)
}
