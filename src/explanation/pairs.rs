//! Searches over pairs of answers that differ in one point: how far their margins may lie apart.
//!
//! A box of answers is looked at twice, before the step and after it. Boxes in which a pair may break a claim are split,
//! those that may break it by most first, until a pair does or none is left; the search can be gone on with later.

use std::collections::BTreeMap;

use super::bounds::{Measure, Sides, Way};
use super::model::{Effect, Frame, Model, bits, first_of, values_in};
use super::outcome::Outcome;
use super::shift::{Shift, may_differ};
use super::sureness::Numbers;

/// What differs between the two sets of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The class of the answer to one question.
    Step { question: usize, from: usize, to: usize },
    /// The answer to a question, whatever it was and will be.
    Answer(usize),
    /// Whether the answer to a question that takes sets of options has one of those that this variable stands for.
    Option(usize),
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
    /// Where it is claimed that no verdict changes, the bands that there are, a bit each. Answers that leave only one side
    /// are counted then.
    pub(super) verdicts: Option<u64>,
    /// The conditions, by their place behind the criteria, that hold before and after.
    pub(super) when: Vec<usize>,
    pub(super) waivers: Vec<Waiver>,
}

impl Claim {
    /// A change never leads from one of these bands, a bit each, to another.
    pub(super) fn no_other_verdict(model: &Model, change: Change, verdicts: u64) -> Self {
        let margins: Vec<(i64, i64)> = bits(verdicts).map(|band| model.margins_of(1 << band)).collect();
        Self {
            change,
            within: (0, 0),
            across: margins.windows(2).map(|pair| (pair[0].1 + 1, pair[1].0 - 1)).collect(),
            verdicts: Some(verdicts),
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
    /// The platforms that this rests on, and whether the claim breaks downwards.
    pair: (usize, usize),
    falls: bool,
    /// The platforms to be had before and after.
    sides: [Sides; 2],
}

/// What weighs how much where it is asked which variable the most hangs on; only the order of a search depends on it.
struct Weights {
    /// Whether a criterion holds that leaves one side alone.
    emptying: i64,
    /// Whether the change touches anything.
    touching: i64,
    /// A point of the difference between the two platforms that a bound rests on; one between rivals weighs 3.
    apart: i64,
}

/// Answers that leave one side count where verdicts are claimed, so that it is settled first whether there are any.
const OF_VERDICTS: Weights = Weights { emptying: 50_000, touching: 10_000, apart: 10 };
/// Where they do not count, the difference between margins is all there is.
const OF_MARGINS: Weights = Weights { emptying: 0, touching: 60, apart: 3 };

/// A search for a pair of answers that breaks a claim, which can be gone on with.
#[derive(Debug, Clone)]
pub(super) struct PairSearch<'m> {
    model: &'m Model,
    claim: Claim,
    shift: Shift<'m>,
    /// The whole box, before it was looked at.
    whole: Option<Twin>,
    /// The boxes that are still to be split, each by a variable, by worth and age.
    queue: BTreeMap<(i64, u64), (Twin, usize)>,
    /// The pair that breaks the claim.
    broken: Option<Twin>,
    /// The first pair that was met whose margins differ, and the nearest to where verdicts differ, with how far it is.
    first: Option<Twin>,
    nearest: Option<(i64, Twin)>,
    pub(super) spent: u64,
}

/// The rows of differences that it takes to look at a usual box, and those that all else takes as long as. Where many platforms
/// may be the best, a box takes several times as many.
const ROWS_OF_A_BOX: u64 = 32;
const ROWS_OF_ALL_ELSE: u64 = 8;

impl<'m> PairSearch<'m> {
    pub(super) fn new(model: &'m Model, claim: Claim) -> Self {
        let changing = match claim.change {
            Change::Step { question, from, to } => model.changing(question, from, to),
            Change::Answer(question) => model.touched_by[question].clone(),
            Change::Option(variable) => model.variables[variable].criteria.clone(),
            Change::Counting(criterion) => vec![criterion],
        };
        Self {
            model,
            claim,
            shift: Shift::new(model, changing),
            whole: None,
            queue: BTreeMap::new(),
            broken: None,
            first: None,
            nearest: None,
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
        match self.claim.change {
            Change::Step { question, from, to } => {
                for (frame, class) in [(&mut twin.before, from), (&mut twin.after, to)] {
                    self.model.put(&mut frame.domains, question, class);
                    self.model.settle(frame);
                }
            }
            Change::Option(variable) => {
                self.model.narrow(&mut twin.before, variable, 1);
                self.model.narrow(&mut twin.after, variable, 2);
            }
            Change::Answer(_) | Change::Counting(_) => {}
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

    /// How many usual boxes take as long as those that were looked at.
    pub(super) fn effort(&self) -> u64 {
        let rows: u64 = self.shift.measures.iter().map(|measure| measure.rows).sum();
        (rows + ROWS_OF_ALL_ELSE * self.spent) / ROWS_OF_A_BOX
    }

    /// Goes on until a pair breaks the claim, nothing is left, or so many boxes were looked at.
    pub(super) fn go_on(&mut self, boxes: u64) -> End {
        let end = self.spent + boxes;
        self.go_on_until(|search| search.spent >= end)
    }

    /// The same until it took as long as so many usual boxes take.
    pub(super) fn go_on_as_long_as(&mut self, boxes: u64) -> End {
        let end = self.effort() + boxes;
        self.go_on_until(|search| search.effort() >= end)
    }

    /// Goes on, the most promising box first.
    fn go_on_until(&mut self, is_over: impl Fn(&Self) -> bool) -> End {
        if let Some(whole) = self.whole.take() {
            self.offer(whole);
        }
        loop {
            if let Some(broken) = self.broken.take() {
                return End::Broken(broken);
            }
            if is_over(self) {
                return if self.queue.is_empty() { End::Holds } else { End::Open };
            }
            let Some((_, (twin, variable))) = self.queue.pop_last() else { return End::Holds };
            for values in self.model.groups(&[&twin.before, &twin.after], variable) {
                let mut part = twin.clone();
                self.narrow(&mut part, variable, first_of(values));
                self.offer(part);
            }
        }
    }

    /// Gives back the room that it needs only while it goes on.
    pub(super) fn pause(&mut self) {
        self.shift.measures.iter_mut().for_each(Measure::forget);
    }

    /// Gives every other box that waits to another search.
    pub(super) fn halve(&mut self) -> Self {
        let waiting = std::mem::take(&mut self.queue);
        let mut other = self.clone();
        for (at, (rank, waiting)) in waiting.into_iter().enumerate() {
            let queue = if at % 2 == 0 { &mut self.queue } else { &mut other.queue };
            queue.insert(rank, waiting);
        }
        other
    }

    /// Looks at a box, and queues it if a pair in it may break the claim.
    fn offer(&mut self, twin: Twin) {
        self.spent += 1;
        let Some(hope) = self.examine(&twin) else { return };
        for sample in self.likely(&twin, &hope) {
            let moved = self.moved(&sample);
            if moved.is_some_and(|outcomes| self.breaks(&outcomes)) {
                self.broken = Some(sample);
                return;
            }
            if let Some(outcomes) = moved.filter(|[was, is]| was.margin != is.margin) {
                self.keep(sample, &outcomes);
            }
        }
        if let Some(variable) = self.most_open(&twin, &hope) {
            self.queue.insert((hope.worth, self.spent), (twin, variable));
        }
    }

    /// Keeps a pair whose margins differ if it is the first, or the nearest to where verdicts differ.
    fn keep(&mut self, sample: Twin, [was, is]: &[Outcome; 2]) {
        if self.first.is_none() {
            self.first = Some(sample);
        } else if was.is_contested && is.is_contested {
            let distance =
                self.model.distance_to_an_edge(was.margin.min(is.margin), was.margin.max(is.margin));
            if self.nearest.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
                self.nearest = Some((distance, sample));
            }
        }
    }

    /// Pairs that were met whose margins differ: the first one, and the nearest to where verdicts differ.
    pub(super) fn moving_pairs(&self) -> impl Iterator<Item = &Twin> {
        self.first.iter().chain(self.nearest.iter().map(|(_, nearest)| nearest))
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
        if !self.shift.may_touch(twin) {
            return None;
        }
        if let Some(verdicts) = self.claim.verdicts
            && (matches!(self.claim.change, Change::Answer(_)) || self.may_empty_a_side(twin))
        {
            return self.examine_verdicts(twin, verdicts);
        }
        let sides = [present(self.model, before)?, present(self.model, after)?];
        self.shift.take(twin);
        let Claim { within: (least, most), across, .. } = &self.claim;
        let (least, most) = (*least, *most);
        let falls = self.shift.lower(twin, (0, 1), sides, across, lighter, least);
        let rises = self.shift.lower(twin, (1, 0), sides, across, lighter, -most);
        let hopes = [(falls, least, true), (rises, -most, false)].into_iter();
        let hopes = hopes.filter_map(|(bound, edge, falls)| {
            let (bound, pair) = bound?;
            (bound < edge).then_some(Hope { worth: edge - bound, pair, falls, sides })
        });
        hopes.max_by_key(|hope| hope.worth)
    }

    /// Whether a criterion that may change may leave nothing of a side, by itself or with others. Where it may not, a side
    /// is emptied only by single criteria that hold before as after.
    fn may_empty_a_side(&self, twin: &Twin) -> bool {
        let model = self.model;
        let mut own = model.outs(&self.shift.changing, |criterion| may_differ(twin, criterion)).peekable();
        own.peek().is_some()
            && (own.any(|out| model.empties(out)) || model.may_empty_together(&[&twin.before, &twin.after]))
    }

    /// Whether some pair in a box may have two verdicts, where one of them may leave only one side.
    fn examine_verdicts(&mut self, twin: &Twin, verdicts: u64) -> Option<Hope> {
        self.shift.take(twin);
        let mut possible = 0;
        let mut pair = (0, 0);
        let sides = self.shift.measures.each_mut().map(|measure| {
            let sides = measure.sides(self.model);
            let (least, most) = (measure.least(self.model, sides), measure.most(self.model, sides));
            possible |= self.model.possible((least.margin, most.margin), sides);
            pair = most.pair;
            sides
        });
        let hope = Hope { worth: i64::MAX, pair, falls: false, sides };
        ((possible & verdicts).count_ones() > 1).then_some(hope)
    }

    /// What one pair of answers that counts comes to, before and after.
    fn moved(&self, twin: &Twin) -> Option<[Outcome; 2]> {
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
        let [was, is] = match self.claim.change {
            Change::Answer(question) => self.furthest(before, question)?,
            _ => [before, after].map(|frame| self.model.outcome(frame)),
        };
        if self.claim.verdicts.is_none() && !(was.is_contested && is.is_contested) {
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
        (!waived).then_some([was, is])
    }

    /// The outcomes of the least and the greatest verdict that the answer to a question leads to.
    fn furthest(&self, frame: &Frame, question: usize) -> Option<[Outcome; 2]> {
        let outcomes = || self.model.outcomes_of(frame.clone(), question);
        Some([outcomes().min_by_key(|one| one.band)?, outcomes().max_by_key(|one| one.band)?])
    }

    /// Whether what there is before and after is other than claimed.
    fn breaks(&self, [was, is]: &[Outcome; 2]) -> bool {
        if self.claim.verdicts.is_some() {
            return was.band != is.band;
        }
        let (least, most) = self.claim.within;
        let (was, is) = (was.margin, is.margin);
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
        let (p, _) = hope.pair;
        let fellow = self.fellow(at, hope.sides[at], &self.model.without, p);
        let mut likely = |pair: (usize, usize)| {
            let (mut sample, mut chosen) = (twin.clone(), frame.domains.clone());
            self.shift.measures[at].choose(self.model, Way::Below, pair, &mut chosen);
            self.fix(&mut sample, |variable, domain| {
                let wanted = chosen[variable] & domain;
                let wanted = if wanted == 0 { domain } else { wanted };
                first_of(wanted)
            });
            sample
        };
        [likely(hope.pair), likely((p, fellow))]
    }

    /// Another platform of a side that is likely to be the best of it; the same one where there is no other.
    fn fellow(&self, at: usize, sides: Sides, side: &[usize], lane: usize) -> usize {
        let entrants = self.shift.measures[at].entrants(self.model, side, sides);
        let others =
            side.iter().copied().filter(|other| *other != lane && self.model.is_among(*other, entrants));
        others.min_by_key(|other| self.shift.measures[at].rough_burden(self.model, *other)).unwrap_or(lane)
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
        let breaks = |sample: &Twin| self.moved(sample).is_some_and(|outcomes| self.breaks(&outcomes));
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
        match self.claim.change {
            Change::Step { question, .. } | Change::Answer(question) => {
                self.model.variables[variable].question == question
            }
            Change::Option(own) => variable == own,
            Change::Counting(_) => false,
        }
    }

    /// The variable with several values on which the most hangs; none where everything is known. The measures are those of
    /// the box.
    fn most_open(&self, twin: &Twin, hope: &Hope) -> Option<usize> {
        let model = self.model;
        let (p, k) = hope.pair;
        let (ends, starts) = if hope.falls { (1, 0) } else { (0, 1) };
        let [before, after] = [&twin.before, &twin.after];
        let rival_p = self.fellow(ends, hope.sides[ends], &model.without, p);
        let rival_k = self.fellow(starts, hope.sides[starts], &model.with, k);
        let weights = if self.claim.verdicts.is_some() { OF_VERDICTS } else { OF_MARGINS };
        let mut influence = vec![0_i64; model.variables.len()];
        for criterion in 0..model.effects.len() {
            if !before.is_open(criterion) && !after.is_open(criterion) {
                continue;
            }
            let effect = &model.effects[criterion];
            let pull = |pair| {
                let (holds, fails) = self.shift.measures[ends].pull(model, Way::Above, criterion, pair);
                holds + fails
            };
            let (apart, rivals) = (pull((p, k)), pull((p, rival_p)) + pull((k, rival_k)));
            let out = match model.empties(effect.out()) {
                true => weights.emptying,
                false => i64::from((effect.out() | effect.misses).count_ones()),
            };
            let touching = if self.shift.changing.contains(&criterion) { weights.touching } else { 0 };
            let is_asked = self.claim.when.contains(&criterion)
                || self.claim.waivers.iter().any(|waiver| waiver.condition == criterion);
            // What changes nothing and is asked for by nothing here can stay open.
            let is_idle = *effect == Effect::default() && model.demands_of[criterion].is_empty();
            if is_idle && !is_asked {
                continue;
            }
            let asked = if is_asked { 2_000 } else { 0 };
            let weight = 1 + weights.apart * apart + 3 * rivals + out + touching + asked;
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

/// The effort of the platform in a lane with a complete set of answers.
fn effort(model: &Model, frame: &Frame, lane: usize) -> i64 {
    let holding = model.strangers.iter().filter(|criterion| frame.must_hold(**criterion));
    let known: i64 = holding.map(|criterion| model.effects[*criterion].familiarity[model.kinds[lane]]).sum();
    (model.efforts[lane] + known).max(0)
}
