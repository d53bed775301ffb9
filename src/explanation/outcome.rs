//! What one complete set of answers comes to.

use std::collections::BTreeSet;

use super::bounds::{MAX_ROWS, add, raise};
use super::model::{Effect, Frame, Model, ROW, Row32, values_in};
use crate::rulebook::Leaning;

/// What one complete set of answers comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) margin: i64,
    pub(super) band: usize,
    pub(super) recommendation: usize,
    /// The platforms whose burdens make the margin.
    pub(super) best_with: usize,
    pub(super) best_without: usize,
    /// Whether both sides have a platform left, so that the margin decides.
    pub(super) is_contested: bool,
}

/// Burden, effort and platform: less is better.
type Rank = (i64, i64, usize);

/// Worse than any platform.
const NONE: (bool, Rank) = (true, (i64::MAX, i64::MAX, usize::MAX));

/// The best platform of each side; whatever misses a must stands behind whatever misses none.
#[derive(Debug, Clone, Copy)]
struct Best {
    without: (bool, Rank),
    with: (bool, Rank),
}

impl Best {
    fn is_complete(&self) -> bool {
        self.without != NONE && self.with != NONE
    }
}

/// Platforms that one set of answers takes off the table, by name and by family, and those that miss a must; a bit each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Out {
    by_name: u64,
    by_family: u64,
    missed: u64,
}

impl Out {
    pub(super) fn add(&mut self, effect: &Effect) {
        self.by_name |= effect.removes;
        self.by_family |= effect.leaves;
        self.missed |= effect.misses;
    }
}

impl Model {
    /// What a complete set of answers comes to.
    pub(super) fn outcome(&self, frame: &Frame) -> Outcome {
        let (mut price, mut out) = (self.base_price, Out::default());
        let mut familiarity = vec![0; self.kind_count];
        let holding = (0..self.effects.len()).filter(|criterion| frame.must_hold(*criterion));
        for effect in holding.map(|criterion| &self.effects[criterion]) {
            price += effect.effort;
            out.add(effect);
            familiarity.iter_mut().zip(&effect.familiarity).for_each(|(sum, points)| *sum += points);
        }
        let lacks = self.lacks(frame);
        self.conclude(out, price, &familiarity, &lacks)
    }

    /// What a complete set of answers comes to with each answer to a question.
    pub(super) fn outcomes_of(
        &self,
        mut frame: Frame,
        question: usize,
    ) -> impl Iterator<Item = Outcome> + use<'_> {
        (0..self.classes[question].len()).map(move |class| {
            self.put(&mut frame.domains, question, class);
            self.settle_question(&mut frame, question);
            self.outcome(&frame)
        })
    }

    /// What each platform lacks with a complete set of answers: of each aspect the most that one demand asks for.
    fn lacks(&self, frame: &Frame) -> [[i32; ROW]; MAX_ROWS] {
        let mut sums = [[0; ROW]; MAX_ROWS];
        for needs in &self.needs {
            let mut most = [[0; ROW]; MAX_ROWS];
            for need in needs.iter().filter(|need| frame.must_hold(need.criterion)) {
                let gaps = &self.gaps[need.rows..need.rows + self.rows];
                most.iter_mut().zip(gaps).for_each(|(most, gaps)| raise(most, gaps));
            }
            sums.iter_mut().zip(&most).take(self.rows).for_each(|(sums, most)| add(sums, most));
        }
        sums
    }

    /// The outcome for a raw effort price, what is added to the effort of each kind of platforms, and what each platform
    /// lacks: platforms are ranked by burden, effort and order, some of them off the table or behind others.
    pub(super) fn conclude(&self, out: Out, price: i64, familiarity: &[i64], lacks: &[Row32]) -> Outcome {
        let price = price.max(1);
        let best_of = |lanes: &[usize], removed: u64| {
            let mut best = NONE;
            for lane in lanes {
                let Some(platform) = self.platform_at[*lane].filter(|platform| removed >> platform & 1 == 0)
                else {
                    continue;
                };
                let effort = (self.efforts[*lane] + familiarity[self.kinds[*lane]]).max(0);
                let lacks = i64::from(lacks[*lane / ROW][*lane % ROW]);
                let burden = price * effort + self.shortfall_price * lacks;
                let rank = (out.missed >> platform & 1 == 1, (burden, effort, platform));
                if rank < best {
                    best = rank;
                }
            }
            best
        };
        let best = |removed: u64| Best {
            without: best_of(&self.without, removed),
            with: best_of(&self.with, removed),
        };
        let available = best(out.by_name | out.by_family);
        let lifted = || Some(best(out.by_name)).filter(Best::is_complete).unwrap_or_else(|| best(0));
        let compared = Some(available).filter(Best::is_complete).unwrap_or_else(lifted);
        let margin = compared.without.1.0 - compared.with.1.0;
        let band = match (available.without == NONE, available.with == NONE) {
            (false, true) => 0,
            (true, false) => self.bands.len() - 1,
            _ => self.band_of(margin),
        };
        let (best_with, best_without) = (compared.with.1.2, compared.without.1.2);
        let (_, _, least) = available.without.1.min(available.with.1);
        let recommendation = if least == usize::MAX { best_with } else { least };
        Outcome {
            margin,
            band,
            recommendation,
            best_with,
            best_without,
            is_contested: available.is_complete(),
        }
    }

    pub(super) fn band_of(&self, margin: i64) -> usize {
        self.bands.iter().position(|(to, _)| to.is_none_or(|to| margin <= to)).unwrap_or_default()
    }

    /// Whether taking these platforms off the table leaves nothing of a side.
    pub(super) fn empties(&self, removed: u64) -> bool {
        let (without, with) = self.emptied(removed);
        without || with
    }

    /// Whether criteria that take these off the table leave nothing of a side together, those aside that do so alone.
    pub(super) fn empty_together(&self, outs: impl Iterator<Item = u64>) -> bool {
        self.empties(outs.filter(|out| !self.empties(*out)).fold(0, |all, out| all | out))
    }

    /// Whether the constraints that may hold in some boxes, those aside that do so alone, may leave nothing of a side
    /// together. They may not where none of the values of some variable lets so many of them hold.
    pub(super) fn may_empty_together(&self, frames: &[&Frame]) -> bool {
        let may_hold = |criterion: usize| frames.iter().any(|frame| frame.may_hold(criterion));
        let open = self.constraints.iter().copied().filter(|criterion| may_hold(*criterion));
        let outs = open.map(|criterion| (criterion, self.effects[criterion].out()));
        let outs: Vec<(usize, u64)> = outs.filter(|(_, out)| *out != 0 && !self.empties(*out)).collect();
        let links = outs.iter().flat_map(|(criterion, _)| &self.links[*criterion]);
        let variables: BTreeSet<usize> = links.map(|link| link.variable).collect();
        let some_value_lets_them = |variable: usize| {
            let link = |criterion: usize| self.links[criterion].iter().find(|link| link.variable == variable);
            let (mut anyway, mut linked) = (0, Vec::new());
            for (criterion, out) in &outs {
                match link(*criterion) {
                    Some(link) => linked.push((link.may, out)),
                    None => anyway |= out,
                }
            }
            values_in(self.said_by(frames, variable)).any(|value| {
                let held = linked.iter().filter(|(may, _)| may & value != 0);
                self.empties(held.fold(anyway, |all, (_, out)| all | *out))
            })
        };
        self.empties(outs.iter().fold(0, |all, (_, out)| all | out))
            && variables.into_iter().all(some_value_lets_them)
    }

    /// The values that a variable has in some boxes, as links tell them.
    fn said_by(&self, frames: &[&Frame], variable: usize) -> u64 {
        let none = 1 << (self.slots[variable + 1] - self.slots[variable] - 1);
        frames.iter().fold(0, |said, frame| {
            let (values, aside, unanswered) = self.states(frame, variable);
            said | values | if aside || unanswered { none } else { 0 }
        })
    }

    /// What some criteria take off the table, those aside that take nothing.
    pub(super) fn outs<'a>(
        &'a self,
        criteria: &'a [usize],
        counts: impl Fn(usize) -> bool + 'a,
    ) -> impl Iterator<Item = u64> + 'a {
        let such = criteria.iter().filter(move |criterion| counts(**criterion));
        such.map(|criterion| self.effects[*criterion].out()).filter(|out| *out != 0)
    }

    /// Whether nothing is left outside the subject family, and inside it.
    pub(super) fn emptied(&self, removed: u64) -> (bool, bool) {
        let gone = |lanes: &[usize]| {
            lanes
                .iter()
                .all(|lane| self.platform_at[*lane].is_none_or(|platform| removed >> platform & 1 == 1))
        };
        (gone(&self.without), gone(&self.with))
    }

    /// The bands of one side, a bit each.
    pub(super) fn bands_of(&self, leaning: Leaning) -> u64 {
        let such = self.bands.iter().enumerate().filter(|(_, (_, side))| *side == leaning);
        such.fold(0, |mask, (band, _)| mask | 1 << band)
    }
}
