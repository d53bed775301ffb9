//! Searches over pairs of answers that differ in one point: how far their margins may lie apart.
//!
//! A box of answers is looked at twice, before the step and after it. If *p* is the best platform without the subject
//! after the step, and it was to be had before, the best one before was no dearer than *p* was: so that side has become
//! dearer by no less than *p* has. The same goes for the platform *k* with the subject that was the best before. What the
//! margin moves by is then bounded by what the burdens of *p* and *k* move by, in which everything that the step does not
//! touch falls away.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::bounds::{Measure, Sides, Way};
use super::model::{Effect, Frame, Model, ROW, values_in};
use super::musts::Field;
use super::sureness::Numbers;

/// What differs between the two sets of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The class of the answer to one question.
    Step { question: usize, from: usize, to: usize },
    /// Whether a criterion that holds is counted.
    Counting(usize),
}

/// What is claimed of how far a change moves the margin.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) change: Change,
    /// It moves by no less than the first and no more than the second.
    pub(super) within: (i64, i64),
    /// Where it moves by more, it does not go from below the first of two margins to above the second, or back; none where
    /// it is claimed wherever the margin lies.
    pub(super) across: Vec<(i64, i64)>,
    /// The conditions, by their place behind the criteria, that hold before and after.
    pub(super) when: Vec<usize>,
    pub(super) waivers: Vec<Waiver>,
}

impl Claim {
    /// The step from one class of answers to the next never leads to another verdict.
    pub(super) fn no_other_verdict(model: &Model, question: usize, from: usize) -> Self {
        let edges = model.bands.iter().filter_map(|(to, _)| *to);
        Self {
            change: Change::Step { question, from, to: from + 1 },
            within: (0, 0),
            across: edges.map(|to| (to + 1, to)).collect(),
            when: Vec::new(),
            waivers: Vec::new(),
        }
    }
}

/// Where a claim is not made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiver {
    /// The condition that holds before or after.
    pub(super) condition: usize,
    /// Only where the best platform with the subject takes less effort than the best without it, before or after.
    pub(super) lighter: bool,
}

/// A box of answers before the change and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Twin {
    pub(super) before: Frame,
    pub(super) after: Frame,
}

/// How a search for a pair that breaks a claim ended.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// There is none.
    Holds,
    /// This one does.
    Broken(Twin),
    /// The boxes were used up.
    Open,
}

/// Why a box is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hope {
    /// How far beyond the claim the margin may move.
    worth: i64,
    /// What this rests on, and whether the claim breaks downwards.
    rests: Rests,
    falls: bool,
    /// The platforms to be had before and after.
    sides: [Sides; 2],
}

/// What a bound rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rests {
    /// The lanes of the best platform without the subject, and with it.
    pair: (usize, usize),
    /// Whether one of them may not be to be had on both sides of the change.
    on_absence: bool,
}

/// A box that is still to be split, by this variable.
#[derive(Debug, Clone)]
struct Waiting {
    worth: i64,
    order: u64,
    twin: Twin,
    variable: usize,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.worth, self.order).cmp(&(other.worth, other.order))
    }
}

/// The demands on an aspect that the change touches.
#[derive(Debug, Clone)]
struct Touched {
    /// The rows of gaps of the demands that change, with the criterion of each.
    changing: Vec<(usize, usize)>,
    /// The same for the others.
    staying: Vec<(usize, usize)>,
}

/// What the touched aspect comes to in a box.
struct Stand {
    /// The rows of the demands that stay: those that hold, and those that may.
    held: Vec<usize>,
    open: Vec<usize>,
    /// The rows of the demands that change: those that hold and those that may, before and after.
    before: (Vec<usize>, Vec<usize>),
    after: (Vec<usize>, Vec<usize>),
}

/// What a change does to prices and efforts.
struct Turn {
    /// The measures of the answers that it leads from and to.
    from: usize,
    to: usize,
    /// Bounds on what is added to the effort price, and to the effort of each lane.
    price: (i64, i64),
    raised: Vec<(i64, i64)>,
    /// The least and the greatest price before and after, and the least sum before it is raised to 1.
    prices: [(i64, i64, i64); 2],
}

/// A search for a pair of answers that breaks a claim, which can be gone on with.
#[derive(Debug, Clone)]
pub(super) struct PairSearch<'m> {
    model: &'m Model,
    claim: Claim,
    /// The criteria that the change may touch.
    changing: Vec<usize>,
    touched: Vec<Touched>,
    measures: [Measure; 2],
    /// The whole box, before it was looked at.
    whole: Option<Twin>,
    queue: BinaryHeap<Waiting>,
    /// The pair that breaks the claim.
    broken: Option<Twin>,
    /// The first pairs that were met whose margins differ.
    pub(super) moved: Vec<Twin>,
    pub(super) spent: u64,
}

/// How many pairs whose margins differ are kept.
const MOST_MOVED: usize = 2;

/// A platform that may be the best of its side with the answers on one side of a change.
struct Contender {
    lane: usize,
    /// How far above the best of its side it is for certain with the answers on the other side of the change; far below
    /// nothing where it may not be to be had there.
    detour: i64,
    is_measured: bool,
}

impl Contender {
    fn new(lane: usize, stays: bool) -> Self {
        Self { lane, detour: if stays { 0 } else { -FAR }, is_measured: false }
    }

    fn measure(&mut self, measure: &mut Measure, model: &Model, side: &[usize], sides: Sides) {
        if std::mem::replace(&mut self.is_measured, true) {
            return;
        }
        let field = measure.contenders(model, side, sides);
        let best_above = measure.best_above(model, side, &field, self.lane);
        self.detour = self.detour.max(best_above.saturating_neg());
    }
}

/// Beyond every burden.
const FAR: i64 = 1 << 40;

impl<'m> PairSearch<'m> {
    pub(super) fn new(model: &'m Model, claim: Claim) -> Self {
        let changing = match claim.change {
            Change::Step { question, from, to } => model.changing(question, from, to),
            Change::Counting(criterion) => vec![criterion],
        };
        let mut aspects: Vec<usize> = changing
            .iter()
            .flat_map(|criterion| &model.demands_of[*criterion])
            .map(|(aspect, _)| *aspect)
            .collect();
        aspects.sort_unstable();
        aspects.dedup();
        let touched = |aspect: usize| {
            let needs = model.needs[aspect].iter().map(|need| (need.criterion, need.rows));
            let (changing, staying) = needs.partition(|(criterion, _)| changing.contains(criterion));
            Touched { changing, staying }
        };
        let touched = aspects.into_iter().map(touched).collect();
        let measures = [Measure::new(model), Measure::new(model)];
        Self {
            model,
            claim,
            changing,
            touched,
            measures,
            whole: None,
            queue: BinaryHeap::new(),
            broken: None,
            moved: Vec::new(),
            spent: 0,
        }
    }

    /// All sets of answers, complete or not.
    pub(super) fn root(&self) -> Twin {
        self.root_in(&self.model.anything())
    }

    /// All sets of answers in a box.
    pub(super) fn root_in(&self, frame: &Frame) -> Twin {
        let mut twin = Twin { before: frame.clone(), after: frame.clone() };
        if let Change::Step { question, from, to } = self.claim.change {
            for (frame, class) in [(&mut twin.before, from), (&mut twin.after, to)] {
                self.model.put(&mut frame.domains, question, class);
                self.model.settle(frame);
            }
        }
        self.leave_out(&mut twin);
        twin
    }

    /// Before a criterion is counted it holds nowhere.
    fn leave_out(&self, twin: &mut Twin) {
        if let Change::Counting(criterion) = self.claim.change {
            twin.before.criteria[criterion] = super::conditions::may::NOT_HOLD | super::conditions::may::FAIL;
        }
    }

    fn narrow(&self, twin: &mut Twin, variable: usize, value: u64) {
        self.model.narrow(&mut twin.before, variable, value);
        self.model.narrow(&mut twin.after, variable, value);
        self.leave_out(twin);
    }

    /// Begins with a box.
    pub(super) fn begin(&mut self, root: Twin) {
        self.whole = Some(root);
    }

    /// Goes on until a pair breaks the claim, nothing is left, or so many boxes were looked at; the most promising first.
    pub(super) fn go_on(&mut self, boxes: u64) -> End {
        let end = self.spent + boxes;
        if let Some(whole) = self.whole.take() {
            self.offer(whole);
        }
        loop {
            if let Some(broken) = self.broken.take() {
                return End::Broken(broken);
            }
            if self.spent >= end {
                return if self.queue.is_empty() { End::Holds } else { End::Open };
            }
            let Some(Waiting { twin, variable, .. }) = self.queue.pop() else { return End::Holds };
            for value in values_in(twin.after.domains[variable] & twin.before.domains[variable]) {
                let mut part = twin.clone();
                self.narrow(&mut part, variable, value);
                self.offer(part);
            }
        }
    }

    /// Gives every other box that waits to another search.
    pub(super) fn halve(&mut self) -> Self {
        let waiting = std::mem::take(&mut self.queue).into_sorted_vec();
        let mut other = self.clone();
        for (at, waiting) in waiting.into_iter().enumerate() {
            let queue = if at % 2 == 0 { &mut self.queue } else { &mut other.queue };
            queue.push(waiting);
        }
        other
    }

    /// Looks at a box, and queues it if a pair in it may break the claim.
    fn offer(&mut self, twin: Twin) {
        self.spent += 1;
        let Some(hope) = self.examine(&twin) else { return };
        for sample in self.likely(&twin, &hope) {
            let moved = self.moved(&sample);
            if moved.is_some_and(|margins| self.breaks(margins)) {
                self.broken = Some(sample);
                return;
            }
            if moved.is_some_and(|(was, is)| was != is) && self.moved.len() < MOST_MOVED {
                self.moved.push(sample);
            }
        }
        if let Some(variable) = self.most_open(&twin, &hope) {
            self.queue.push(Waiting { worth: hope.worth, order: self.spent, twin, variable });
        }
    }

    /// Whether some pair in a box may break the claim, by how far, and on which platforms that rests.
    fn examine(&mut self, twin: &Twin) -> Option<Hope> {
        let Twin { before, after } = twin;
        if self.claim.when.iter().any(|when| !before.may_hold(*when) || !after.may_hold(*when)) {
            return None;
        }
        let covers =
            |waiver: &&Waiver| before.must_hold(waiver.condition) || after.must_hold(waiver.condition);
        let waived = self.claim.waivers.iter().filter(covers);
        let mut lighter = false;
        for waiver in waived {
            if !waiver.lighter {
                return None;
            }
            lighter = true;
        }
        if !self.changing.iter().any(|criterion| may_differ(twin, *criterion)) {
            return None;
        }
        self.measures[0].take(self.model, before);
        self.measures[1].take(self.model, after);
        let sides = [present(self.model, before)?, present(self.model, after)?];
        let stands: Vec<Stand> = self.touched.iter().map(|touched| Stand::of(touched, twin)).collect();
        let (least, most) = self.claim.within;
        let falls = self.lower(twin, (0, 1), sides, &stands, lighter, least);
        let rises = self.lower(twin, (1, 0), sides, &stands, lighter, -most);
        let hopes = [(falls, least, true), (rises, -most, false)].into_iter();
        let hopes = hopes.filter_map(|(bound, edge, falls)| {
            let (bound, rests) = bound?;
            (bound < edge).then_some(Hope { worth: edge - bound, rests, falls, sides })
        });
        hopes.max_by_key(|hope| hope.worth)
    }

    /// Whether the margin may go from above the middle with the answers of one measure to below it with those of the other,
    /// where *p* is the best there and *k* is here; and whether that matters.
    fn may_cross(&mut self, (a, b): (usize, usize), sides: [Sides; 2], (p, k): (usize, usize)) -> bool {
        if self.claim.across.is_empty() {
            return true;
        }
        let most = self.measures[a].most_with(self.model, sides[a], k);
        let least = self.measures[b].least_with(self.model, sides[b], p);
        self.claim.across.iter().any(|(low, high)| most > *high && least < *low)
    }

    /// A bound below what the margin moves by from the answers of one measure to those of the other, with the platforms that
    /// it rests on; nothing where no pair of answers counts. Beyond `enough` it need not be exact.
    fn lower(
        &mut self,
        twin: &Twin,
        (a, b): (usize, usize),
        sides: [Sides; 2],
        stands: &[Stand],
        lighter: bool,
        enough: i64,
    ) -> Option<(i64, Rests)> {
        let model = self.model;
        let [from, to] = if a == 0 { [&twin.before, &twin.after] } else { [&twin.after, &twin.before] };
        // Most boxes are done with before it is known which platforms may be the best.
        let (all_without, all_with) = (&model.without, &model.with);
        let turn = self.turn(twin, (a, b));
        let rough = |p: &usize, k: &usize| self.pair(&turn, stands, lighter, (*p, *k));
        let steady = |lanes: &[usize], one, other| {
            lanes.iter().all(|lane| self.stays(one, other, lanes, *lane, u64::MAX))
        };
        if steady(all_without, to, from) && steady(all_with, from, to) {
            let pairs = all_without.iter().flat_map(|p| all_with.iter().filter_map(move |k| rough(p, k)));
            if pairs.clone().all(|bound| bound >= enough) {
                let rests = Rests { pair: (all_without[0], all_with[0]), on_absence: false };
                return pairs.min().map(|bound| (bound, rests));
            }
        }
        let best_without = self.measures[b].contenders(model, &model.without, sides[b]);
        let best_with = self.measures[a].contenders(model, &model.with, sides[a]);
        let lanes = |all: &[usize], among: u64| -> Vec<usize> {
            all.iter().copied().filter(|lane| model.is_among(*lane, among)).collect()
        };
        let without = lanes(&model.without, best_without.entrants);
        let with = lanes(&model.with, best_with.entrants);
        // What misses a must is compared only where all do.
        let in_spite =
            |at: usize, field: &Field| if field.all_may_miss { self.measures[at].missable() } else { 0 };
        let in_spite_of_a_must = [in_spite(b, &best_without), in_spite(a, &best_with)];
        let mut without: Vec<Contender> = without
            .into_iter()
            .map(|lane| {
                Contender::new(lane, self.stays(to, from, &model.without, lane, in_spite_of_a_must[0]))
            })
            .collect();
        let mut with: Vec<Contender> = with
            .into_iter()
            .map(|lane| Contender::new(lane, self.stays(from, to, &model.with, lane, in_spite_of_a_must[1])))
            .collect();
        let mut least: Option<(i64, Rests)> = None;
        for p in &mut without {
            for k in &mut with {
                let Some(bound) = self.pair(&turn, stands, lighter, (p.lane, k.lane)) else { continue };
                // Only where it is too low it is asked whether *p* was the best, and *k* will be.
                if bound + p.detour + k.detour < enough {
                    p.measure(&mut self.measures[a], model, &model.without, sides[a]);
                    k.measure(&mut self.measures[b], model, &model.with, sides[b]);
                }
                let bound = bound + p.detour + k.detour;
                if bound < enough && !self.may_cross((a, b), sides, (p.lane, k.lane)) {
                    continue;
                }
                if least.is_none_or(|(least, _)| bound < least) {
                    let on_absence = p.detour < 0 || k.detour < 0;
                    least = Some((bound, Rests { pair: (p.lane, k.lane), on_absence }));
                }
            }
        }
        least
    }

    /// Whether a platform that is among those compared with the answers of `one`, where some may be so in spite of a must
    /// that they miss, is so for certain with those of `other`.
    fn stays(
        &self,
        one: &Frame,
        other: &Frame,
        side: &[usize],
        lane: usize,
        in_spite_of_a_must: u64,
    ) -> bool {
        let model = self.model;
        let Some(platform) = model.platform_at[lane] else { return true };
        let members = side.iter().filter_map(|lane| model.platform_at[*lane]);
        let members = members.fold(0_u64, |set, platform| set | 1 << platform);
        self.changing.iter().all(|criterion| {
            let effect = &model.effects[*criterion];
            let out = effect.removes | effect.leaves | effect.misses;
            let comes = other.may_hold(*criterion) && !one.must_hold(*criterion);
            let goes = one.may_hold(*criterion) && !other.must_hold(*criterion);
            // Where all miss a must, all are compared; that ends when one of them is let off, or comes back.
            let in_spite_of_a_must = in_spite_of_a_must >> platform & 1 == 1;
            !(comes && out >> platform & 1 == 1 || goes && out & members != 0 && in_spite_of_a_must)
        })
    }

    /// A bound below what the burden of *p* moves by less what that of *k* does.
    fn pair(&self, turn: &Turn, stands: &[Stand], lighter: bool, (p, k): (usize, usize)) -> Option<i64> {
        let effort = self.effort(turn, lighter, (p, k))?;
        let lacks: i64 = stands.iter().map(|stand| stand.least(self.model, turn.from == 0, (p, k))).sum();
        Some(effort + self.model.shortfall_price * lacks)
    }

    /// What the change does to prices and efforts, from the answers of one measure to those of the other.
    fn turn(&self, twin: &Twin, (from, to): (usize, usize)) -> Turn {
        let model = self.model;
        let frames = if from == 0 { [&twin.before, &twin.after] } else { [&twin.after, &twin.before] };
        let mut price = (0, 0);
        let mut raised = vec![(0, 0); model.kind_count];
        for criterion in self.changing.iter().copied() {
            let effect = &model.effects[criterion];
            let [was, will] = frames
                .map(|frame| (i64::from(frame.must_hold(criterion)), i64::from(frame.may_hold(criterion))));
            let turns = (will.0 - was.1, will.1 - was.0);
            price = add(price, times(effect.effort, turns));
            for (sum, points) in raised.iter_mut().zip(&effect.familiarity) {
                *sum = add(*sum, times(*points, turns));
            }
        }
        let prices = [self.measures[from].prices(), self.measures[to].prices()];
        if prices.iter().any(|(.., raw)| *raw < 1) {
            price = (price.0.min(0), price.1.max(0));
        }
        let least: Vec<i64> = (0..model.kind_count)
            .map(|kind| {
                frames.map(|frame| self.least_familiarity(frame, kind)).into_iter().min().unwrap_or(0)
            })
            .collect();
        let of_lane = |lane: usize| {
            let (kind, effort) = (model.kinds[lane], model.efforts[lane]);
            let (low, high) = raised[kind];
            if effort + least[kind] < 0 { (low.min(0), high.max(0)) } else { (low, high) }
        };
        Turn { from, to, price, raised: (0..model.efforts.len()).map(of_lane).collect(), prices }
    }

    /// The least that criteria may add to the effort of platforms of a kind.
    fn least_familiarity(&self, frame: &Frame, kind: usize) -> i64 {
        let criteria = self.model.strangers.iter().filter(|criterion| frame.may_hold(**criterion));
        criteria
            .map(|criterion| {
                let points = self.model.effects[*criterion].familiarity[kind];
                if frame.must_hold(*criterion) { points } else { points.min(0) }
            })
            .sum()
    }

    /// The part of effort: the price times how far the two efforts move apart, and how far the price moves times how far
    /// they lie apart.
    fn effort(&self, turn: &Turn, lighter: bool, (p, k): (usize, usize)) -> Option<i64> {
        let raised = [turn.raised[p], turn.raised[k]];
        let mut apart = [turn.from, turn.to].map(|at| self.measures[at].effort_between(self.model, p, k));
        if lighter {
            // What is not waived has the platform with the subject nowhere lighter: not before, not after, not across.
            apart[0].1 = apart[0].1.min(-raised[0].0).min(0);
            apart[1].1 = apart[1].1.min(-raised[1].0).min(0);
            if apart.iter().any(|(low, high)| low > high) {
                return None;
            }
        }
        let moves = (raised[0].0 - raised[1].1, raised[0].1 - raised[1].0);
        let bound = |(low, high, _): (i64, i64, i64), apart: (i64, i64)| {
            least_product((low, high), moves) + least_product(turn.price, apart)
        };
        Some(bound(turn.prices[0], apart[1]).max(bound(turn.prices[1], apart[0])))
    }

    /// The margins before and after, of one pair of answers that counts.
    fn moved(&self, twin: &Twin) -> Option<(i64, i64)> {
        let Twin { before, after } = twin;
        let counts = |frame: &Frame| self.claim.when.iter().all(|when| frame.must_hold(*when));
        if !counts(before) || !counts(after) {
            return None;
        }
        if let Change::Counting(criterion) = self.claim.change
            && !after.must_hold(criterion)
        {
            return None;
        }
        // What leaves only one side is not counted.
        let [was, is] = [before, after].map(|frame| self.model.outcome(frame));
        if !was.is_contested || !is.is_contested {
            return None;
        }
        let lighter = || {
            let efforts = |platforms: [usize; 2]| {
                let lanes = platforms.map(|platform| self.model.lane_of[platform]);
                let both = lanes
                    .into_iter()
                    .flat_map(|lane| [before, after].map(|frame| effort(self.model, frame, lane)));
                both.collect::<Vec<i64>>()
            };
            efforts([was.best_with, is.best_with]).into_iter().min()
                < efforts([was.best_without, is.best_without]).into_iter().max()
        };
        let waived = self.claim.waivers.iter().any(|waiver| {
            (before.must_hold(waiver.condition) || after.must_hold(waiver.condition))
                && (!waiver.lighter || lighter())
        });
        (!waived).then_some((was.margin, is.margin))
    }

    /// Whether margins before and after are other than claimed.
    fn breaks(&self, (was, is): (i64, i64)) -> bool {
        let (least, most) = self.claim.within;
        let moved = is - was;
        let crosses = |(low, high): &(i64, i64)| was.min(is) < *low && was.max(is) > *high;
        let across = &self.claim.across;
        (moved < least || moved > most) && (across.is_empty() || across.iter().any(crosses))
    }

    /// Two pairs of answers in a box: those that the bound rests on, as far as it rests on single answers, and those with
    /// which *p* is the furthest below another platform of its side. The measures are those of the box.
    fn likely(&mut self, twin: &Twin, hope: &Hope) -> [Twin; 2] {
        let at = usize::from(hope.falls);
        let frame = if hope.falls { &twin.after } else { &twin.before };
        let (p, _) = hope.rests.pair;
        let fellow = self.fellow(at, hope.sides[at], &self.model.without, p);
        let mut likely = |pair: (usize, usize)| {
            let (mut sample, mut chosen) = (twin.clone(), frame.domains.clone());
            self.measures[at].choose(self.model, Way::Below, pair, &mut chosen);
            self.fix(&mut sample, |variable, domain| {
                let wanted = chosen[variable] & domain;
                let wanted = if wanted == 0 { domain } else { wanted };
                wanted & wanted.wrapping_neg()
            });
            sample
        };
        [likely(hope.rests.pair), likely((p, fellow))]
    }

    /// Another platform of a side that is likely to be the best of it; the same one where there is no other.
    fn fellow(&self, at: usize, sides: Sides, side: &[usize], lane: usize) -> usize {
        let entrants = self.measures[at].entrants(self.model, side, sides);
        let others =
            side.iter().copied().filter(|other| *other != lane && self.model.is_among(*other, entrants));
        others.min_by_key(|other| self.measures[at].rough_burden(self.model, *other)).unwrap_or(lane)
    }

    /// Any pair of answers in a box.
    pub(super) fn drawn(&self, twin: &Twin, numbers: &mut Numbers) -> Twin {
        let mut sample = twin.clone();
        self.fix(&mut sample, |_, domain| {
            let values = values_in(domain);
            let count = f64::from(domain.count_ones());
            numbers.draw(count, values.map(|value| (value, 1.0))).unwrap_or(domain)
        });
        sample
    }

    /// Draws pairs of answers from a box until one breaks the claim, or there were so many.
    pub(super) fn draw(&mut self, root: &Twin, draws: u64) -> Option<Twin> {
        let mut numbers = Numbers::new(2);
        let breaks = |sample: &Twin| self.moved(sample).is_some_and(|margins| self.breaks(margins));
        (0..draws).map(|_| self.drawn(root, &mut numbers)).find(breaks)
    }

    /// Gives every variable one value, the same before and after but for the question that takes the step.
    fn fix(&self, twin: &mut Twin, mut choose: impl FnMut(usize, u64) -> u64) {
        for variable in 0..twin.before.domains.len() {
            if self.is_of_step(variable) {
                continue;
            }
            let value = choose(variable, twin.before.domains[variable]);
            twin.before.domains[variable] = value;
            twin.after.domains[variable] = value;
        }
        self.model.settle(&mut twin.before);
        self.model.settle(&mut twin.after);
        self.leave_out(twin);
    }

    fn is_of_step(&self, variable: usize) -> bool {
        matches!(self.claim.change, Change::Step { question, .. } if self.model.variables[variable].question == question)
    }

    /// The variable with several values on which the most hangs; none where everything is known. The measures are those of
    /// the box.
    fn most_open(&self, twin: &Twin, hope: &Hope) -> Option<usize> {
        let model = self.model;
        let Rests { pair: (p, k), on_absence } = hope.rests;
        let (ends, starts) = if hope.falls { (1, 0) } else { (0, 1) };
        let [before, after] = [&twin.before, &twin.after];
        let rival_p = self.fellow(ends, hope.sides[ends], &model.without, p);
        let rival_k = self.fellow(starts, hope.sides[starts], &model.with, k);
        let missable = self.measures[0].missable() | self.measures[1].missable();
        let mut influence = vec![0_i64; model.variables.len()];
        for criterion in 0..model.effects.len() {
            if !before.is_open(criterion) && !after.is_open(criterion) {
                continue;
            }
            let effect = &model.effects[criterion];
            let pulls = [(p, rival_p), (k, rival_k), (p, k)].map(|pair| {
                let (holds, fails) = self.measures[ends].pull(model, Way::Above, criterion, pair);
                holds + fails
            });
            let mut out = 8 * i64::from((effect.removes | effect.leaves | effect.misses).count_ones());
            if on_absence {
                // Whether what misses no must is to be had comes first.
                out += 1_000 * i64::from(((effect.removes | effect.leaves) & !missable).count_ones());
            }
            if model.empties(effect.out()) {
                out = 0;
            }
            let is_asked = self.claim.when.contains(&criterion)
                || self.claim.waivers.iter().any(|waiver| waiver.condition == criterion);
            // Whether the change touches anything at all comes before everything else.
            let own = match self.changing.contains(&criterion) {
                true if on_absence => 100_000,
                true => 60,
                false => 0,
            };
            // What changes nothing and is asked for by nothing here can stay open.
            let is_idle = *effect == Effect::default() && model.demands_of[criterion].is_empty();
            if is_idle && !is_asked {
                continue;
            }
            let weight = 1 + pulls.iter().sum::<i64>() + out + own + if is_asked { 2_000 } else { 0 };
            for (variable, _) in &model.helpers[criterion] {
                let open = (before.domains[*variable] & after.domains[*variable]).count_ones() > 1;
                if open && !self.is_of_step(*variable) {
                    influence[*variable] += weight;
                }
            }
        }
        let best = (0..influence.len()).max_by_key(|index| (influence[*index], std::cmp::Reverse(*index)));
        best.filter(|index| influence[*index] > 0)
    }
}

/// The platforms that are surely and possibly to be had with answers that count; nothing where none does. With answers that
/// count no constraint holds that empties a side.
fn present(model: &Model, frame: &Frame) -> Option<Sides> {
    let (mut surely, mut possibly) = (0, 0);
    for criterion in model.constraints.iter().filter(|criterion| frame.may_hold(**criterion)) {
        let effect = &model.effects[*criterion];
        let out = effect.out();
        match (model.empties(out), frame.must_hold(*criterion)) {
            (true, true) => return None,
            (true, false) => {}
            (false, true) => (surely, possibly) = (surely | out, possibly | out),
            (false, false) => possibly |= out,
        }
    }
    let is_left = |side: &[usize]| side.iter().any(|lane| !model.is_among(*lane, surely));
    let counts = is_left(&model.without) && is_left(&model.with);
    counts.then_some(Sides {
        compared: true,
        only_with: false,
        only_without: false,
        sure: !possibly,
        possible: !surely,
    })
}

/// Whether a criterion may hold in one of the two and not in the other.
fn may_differ(twin: &Twin, criterion: usize) -> bool {
    let Twin { before, after } = twin;
    before.may_hold(criterion) && !after.must_hold(criterion)
        || after.may_hold(criterion) && !before.must_hold(criterion)
}

impl Stand {
    fn of(touched: &Touched, Twin { before, after }: &Twin) -> Self {
        let rows = |needs: &[(usize, usize)], such: &dyn Fn(usize) -> bool| {
            needs.iter().filter(|(criterion, _)| such(*criterion)).map(|(_, rows)| *rows).collect()
        };
        let both = |frame: &Frame| {
            (
                rows(&touched.changing, &|criterion| frame.must_hold(criterion)),
                rows(&touched.changing, &|criterion| frame.may_hold(criterion)),
            )
        };
        Self {
            held: rows(&touched.staying, &|criterion| before.must_hold(criterion)),
            open: rows(&touched.staying, &|criterion| before.is_open(criterion)),
            before: both(before),
            after: both(after),
        }
    }

    /// A bound below what *p* lacks more of the aspect than before, less what *k* does.
    fn least(&self, model: &Model, forward: bool, (p, k): (usize, usize)) -> i64 {
        let gap = |rows: usize, lane: usize| i64::from(model.gaps[rows + lane / ROW][lane % ROW]);
        let most = |rows: &[usize], lane: usize| rows.iter().map(|rows| gap(*rows, lane)).max().unwrap_or(0);
        let (from, to) = if forward { (&self.before, &self.after) } else { (&self.after, &self.before) };
        let (p_least, p_was) = (most(&to.0, p), most(&from.1, p));
        let (k_most, k_was) = (most(&to.1, k), most(&from.0, k));
        if p_least >= p_was && k_most <= k_was {
            return 0;
        }
        let held = (most(&self.held, p), most(&self.held, k));
        let value = |(p_held, k_held): (i64, i64)| {
            (p_least.max(p_held) - p_was.max(p_held)) - (k_most.max(k_held) - k_was.max(k_held))
        };
        let mut least = value(held);
        // What both lack of all demands that hold is lacked of one or two of them.
        for (at, one) in self.open.iter().enumerate() {
            for other in &self.open[at..] {
                let lacks = |lane: usize, held: i64| held.max(gap(*one, lane)).max(gap(*other, lane));
                least = least.min(value((lacks(p, held.0), lacks(k, held.1))));
            }
        }
        least
    }
}

/// The effort of the platform in a lane with a complete set of answers.
fn effort(model: &Model, frame: &Frame, lane: usize) -> i64 {
    let holding = model.strangers.iter().filter(|criterion| frame.must_hold(**criterion));
    let known: i64 = holding.map(|criterion| model.effects[*criterion].familiarity[model.kinds[lane]]).sum();
    (model.efforts[lane] + known).max(0)
}

/// Points as often as something turns.
fn times(points: i64, (least, most): (i64, i64)) -> (i64, i64) {
    if points > 0 { (points * least, points * most) } else { (points * most, points * least) }
}

fn add(one: (i64, i64), other: (i64, i64)) -> (i64, i64) {
    (one.0 + other.0, one.1 + other.1)
}

/// The least product of two numbers within these bounds.
fn least_product(one: (i64, i64), other: (i64, i64)) -> i64 {
    [one.0 * other.0, one.0 * other.1, one.1 * other.0, one.1 * other.1].into_iter().min().unwrap_or_default()
}
