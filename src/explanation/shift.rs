//! How far a change of one point moves the margin in a box of answers, at least.
//!
//! If *p* is the best platform without the subject after the change, and it was to be had before, the best one before was
//! no dearer than *p* was: so that side has become dearer by no less than *p* has. The same goes for the platform *k* with
//! the subject that was the best before. What the margin moves by is then bounded by what the burdens of *p* and *k* move
//! by, in which everything that the change does not touch falls away.

use super::bounds::{Measure, Sides};
use super::model::{Frame, Model, ROW};
use super::musts::Field;
use super::pairs::Twin;

/// Bounds on how far the margins before and after a change lie apart.
#[derive(Debug, Clone)]
pub(super) struct Shift<'m> {
    model: &'m Model,
    /// The criteria that the change may touch.
    pub(super) changing: Vec<usize>,
    touched: Vec<Touched>,
    /// What the box before and the box after amount to.
    pub(super) measures: [Measure; 2],
    stands: Vec<Stand>,
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
#[derive(Debug, Clone)]
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

/// A platform that may be the best of its side with the answers on one side of a change.
struct Contender {
    lane: usize,
    /// How far above the best of its side it is for certain with the answers on the other side of the change; far below
    /// nothing where it may not be to be had there.
    detour: i64,
    /// Whether it is to be had there for certain.
    stays: bool,
    is_measured: bool,
}

impl Contender {
    fn new(lane: usize, stays: bool) -> Self {
        Self { lane, detour: if stays { 0 } else { -FAR }, stays, is_measured: false }
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

impl<'m> Shift<'m> {
    pub(super) fn new(model: &'m Model, changing: Vec<usize>) -> Self {
        let demands = changing.iter().flat_map(|criterion| &model.demands_of[*criterion]);
        let mut aspects: Vec<usize> = demands.map(|(aspect, _)| *aspect).collect();
        aspects.sort_unstable();
        aspects.dedup();
        let touched = |aspect: usize| {
            let needs = model.needs[aspect].iter().map(|need| (need.criterion, need.rows));
            let (changing, staying) = needs.partition(|(criterion, _)| changing.contains(criterion));
            Touched { changing, staying }
        };
        let touched = aspects.into_iter().map(touched).collect();
        let measures = [Measure::new(model), Measure::new(model)];
        Self { model, changing, touched, measures, stands: Vec::new() }
    }

    /// Takes the measure of a box before and after the change.
    pub(super) fn take(&mut self, twin: &Twin) {
        self.measures[0].take(self.model, &twin.before);
        self.measures[1].take(self.model, &twin.after);
        self.stands = self.touched.iter().map(|touched| Stand::of(touched, twin)).collect();
    }

    /// Whether the change may touch anything in a box.
    pub(super) fn may_touch(&self, twin: &Twin) -> bool {
        self.changing.iter().any(|criterion| may_differ(twin, *criterion))
    }

    /// Whether the margin may go from above the middle with the answers of one measure to below it with those of the other,
    /// where *p* is the best there and *k* is here; and whether that matters.
    fn may_cross(
        &mut self,
        (a, b): (usize, usize),
        sides: [Sides; 2],
        across: &[(i64, i64)],
        (p, k): (&Contender, &Contender),
    ) -> bool {
        if across.is_empty() {
            return true;
        }
        let crosses = |most: i64, least: i64| across.iter().any(|(low, high)| most > *high && least < *low);
        let mut most = self.measures[a].most_with(self.model, sides[a], k.lane);
        if !crosses(most, i64::MIN) {
            return false;
        }
        let mut least = self.measures[b].least_with(self.model, sides[b], p.lane);
        if crosses(most, least) {
            // The best of a side is no dearer than one that stays.
            if p.stays {
                most = most.min(self.measures[a].most_above(self.model, p.lane, k.lane));
            }
            if k.stays {
                least = least.max(-self.measures[b].most_above(self.model, k.lane, p.lane));
            }
        }
        crosses(most, least)
    }

    /// A bound below what the margin moves by from the answers of one measure to those of the other, with the platforms that
    /// it rests on; nothing where no pair of answers counts. Beyond `enough` it need not be exact. The box is the one whose
    /// measure was taken.
    pub(super) fn lower(
        &mut self,
        twin: &Twin,
        (a, b): (usize, usize),
        sides: [Sides; 2],
        across: &[(i64, i64)],
        lighter: bool,
        enough: i64,
    ) -> Option<(i64, (usize, usize))> {
        let model = self.model;
        let [from, to] = if a == 0 { [&twin.before, &twin.after] } else { [&twin.after, &twin.before] };
        // Most boxes are done with before it is known which platforms may be the best.
        let (all_without, all_with) = (&model.without, &model.with);
        let turn = self.turn(twin, (a, b));
        let rough = |p: &usize, k: &usize| self.pair(&turn, lighter, (*p, *k));
        let steady = |lanes: &[usize], one, other| {
            lanes.iter().all(|lane| self.stays(one, other, lanes, *lane, u64::MAX))
        };
        if steady(all_without, to, from) && steady(all_with, from, to) {
            let pairs = all_without.iter().flat_map(|p| all_with.iter().filter_map(move |k| rough(p, k)));
            if pairs.clone().all(|bound| bound >= enough) {
                return pairs.min().map(|bound| (bound, (all_without[0], all_with[0])));
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
        let mut least: Option<(i64, (usize, usize))> = None;
        for p in &mut without {
            for k in &mut with {
                let Some(bound) = self.pair(&turn, lighter, (p.lane, k.lane)) else { continue };
                // Only where it is too low it is asked whether *p* was the best, and then whether *k* will be.
                if bound + p.detour + k.detour < enough {
                    p.measure(&mut self.measures[a], model, &model.without, sides[a]);
                }
                if bound + p.detour + k.detour < enough {
                    k.measure(&mut self.measures[b], model, &model.with, sides[b]);
                }
                let bound = bound + p.detour + k.detour;
                if bound < enough && !self.may_cross((a, b), sides, across, (p, k)) {
                    continue;
                }
                if least.is_none_or(|(least, _)| bound < least) {
                    least = Some((bound, (p.lane, k.lane)));
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
    fn pair(&self, turn: &Turn, lighter: bool, (p, k): (usize, usize)) -> Option<i64> {
        let effort = self.effort(turn, lighter, (p, k))?;
        let lacks: i64 =
            self.stands.iter().map(|stand| stand.least(self.model, turn.from == 0, (p, k))).sum();
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
        let of_lane = |lane: usize| {
            let (low, high) = raised[model.kinds[lane]];
            let may_be_raised = self.measures.iter().any(|measure| measure.may_be_raised(lane));
            if may_be_raised { (low.min(0), high.max(0)) } else { (low, high) }
        };
        Turn { from, to, price, raised: (0..model.efforts.len()).map(of_lane).collect(), prices }
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
}

/// Whether a criterion may hold in one of the two and not in the other.
pub(super) fn may_differ(twin: &Twin, criterion: usize) -> bool {
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
