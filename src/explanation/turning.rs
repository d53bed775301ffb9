//! Turning points: the smallest sets of answer changes that move the verdict.
//!
//! Sets of one and two changes are all tried. Larger ones are looked for only where no smaller one leads to a verdict,
//! and only those are tried for which the sum of what each change can add to the margin at most is enough.

use super::bounds::Outcome;
use super::model::{Frame, Model, ROW, may};
use super::situation::{Change, Situation};
use crate::rulebook::{Growth, Leaning, Question, Rulebook, Value, Values};

/// Sets of up to so many changes are always listed completely.
pub(super) const ALWAYS_COMPLETE: usize = 2;
/// Sets of more changes than this are not looked for: nobody's answers change in more ways at once.
const MOST_CHANGES: usize = 6;
/// How many sets of three and more changes may be looked at.
const TRIES: u64 = 40_000;

/// Where a turning point leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// To a verdict of another side.
    Side(Leaning),
    /// To the verdict with this band's index.
    Verdict(usize),
}

/// The smallest sets of changes that lead to one target: no smaller set within one of them leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurningPoints {
    /// Where they lead.
    pub target: Target,
    /// The sets; those in which systems grow come first, then those with fewer changes.
    pub points: Vec<TurningPoint>,
    /// All sets of up to so many changes were looked through.
    pub complete_to: usize,
    /// Whether the search came to its end: where it did and there are no points, no change of answers leads there.
    pub proved: bool,
}

/// One set of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurningPoint {
    /// The new answers, one entry for each question that has to change; any combination of them will do.
    pub changes: Vec<Values>,
    /// Whether every change is one that growth brings.
    pub grows: bool,
}

/// A set of single changes that leads somewhere.
pub(super) type Hit = Vec<Change>;

/// What is known about one target.
struct Search {
    target: Target,
    bands: u64,
    hits: Vec<Hit>,
    complete_to: usize,
    proved: bool,
}

impl Search {
    fn is_hit_by(&self, band: usize) -> bool {
        self.bands >> band & 1 == 1
    }
}

/// What was found about all targets.
pub(super) struct Found {
    searches: Vec<Search>,
}

/// Looks for the turning points of a situation.
pub(super) fn find(situation: &mut Situation<'_>) -> Found {
    let now = situation.outcome().band;
    let mut searches = targets(situation.model, now);
    let goals: Vec<u64> = searches.iter().map(|search| search.bands).collect();
    let met = |outcome: &Outcome| {
        let such = goals.iter().enumerate().filter(|(_, bands)| *bands >> outcome.band & 1 == 1);
        such.fold(0, |met, (goal, _)| met | 1_u128 << goal)
    };
    try_small(situation, met, |set, met| {
        let hit = searches.iter_mut().enumerate().filter(|(goal, _)| met >> goal & 1 == 1);
        hit.for_each(|(_, search)| search.hits.push(set.to_vec()));
    });
    for upward in [true, false] {
        try_larger(situation, upward, &mut searches);
    }
    Found { searches }
}

impl Found {
    /// Sets of changes that lead to another verdict.
    pub(super) fn sets(&self) -> impl Iterator<Item = &Hit> {
        let verdicts = self.searches.iter().filter(|search| matches!(search.target, Target::Verdict(_)));
        verdicts.flat_map(|search| &search.hits)
    }

    /// The smallest sets of answers to questions of which something is so, after which the verdict has another side.
    pub(super) fn other_sides(&self, such: impl Fn(usize) -> bool) -> Vec<Set> {
        let sides = self.searches.iter().filter(|search| matches!(search.target, Target::Side(_)));
        let hits = sides.flat_map(|search| &search.hits);
        merged(hits.filter(|hit| hit.iter().all(|(question, _)| such(*question))).cloned().collect())
    }

    /// The turning points, as readers want them.
    pub(super) fn summed_up(self, rulebook: &Rulebook, situation: &Situation<'_>) -> Vec<TurningPoints> {
        self.searches.into_iter().map(|search| summed_up(rulebook, situation, search)).collect()
    }
}

/// The smallest sets of one or two changes after which another platform is recommended.
pub(super) fn ways_to(
    rulebook: &Rulebook,
    situation: &mut Situation<'_>,
    platform: usize,
) -> Vec<TurningPoint> {
    let mut hits = Vec::new();
    let met = |outcome: &Outcome| u128::from(outcome.recommendation == platform);
    try_small(situation, met, |set, met| {
        if met != 0 {
            hits.push(set.to_vec());
        }
    });
    points(rulebook, situation, hits)
}

fn targets(model: &Model, now: usize) -> Vec<Search> {
    let side = model.bands[now].1;
    let sides = [Leaning::With, Leaning::Hedge, Leaning::Without].into_iter().filter(|other| *other != side);
    let sides = sides.map(|side| (Target::Side(side), model.bands_of(side))).filter(|(_, bands)| *bands != 0);
    let verdicts =
        (0..model.bands.len()).filter(|band| *band != now).map(|band| (Target::Verdict(band), 1 << band));
    sides
        .chain(verdicts)
        .map(|(target, bands)| Search {
            target,
            bands,
            hits: Vec::new(),
            complete_to: ALWAYS_COMPLETE,
            proved: true,
        })
        .collect()
}

/// Tries all sets of one and two changes. `goals` tells which goals an outcome meets, a bit each; `see` gets every set with
/// the goals that it meets and no smaller set within it does.
fn try_small(
    situation: &mut Situation<'_>,
    goals: impl Fn(&Outcome) -> u128,
    mut see: impl FnMut(&[Change], u128),
) {
    let model = situation.model;
    let mut singles: Vec<Vec<(usize, u128)>> = Vec::with_capacity(model.classes.len());
    for question in 0..model.classes.len() {
        let mut met = Vec::new();
        let now = situation.classes[question];
        for class in (0..model.classes[question].len()).filter(|class| now != Some(*class)) {
            let goals = goals(&situation.after(&[(question, class)]));
            see(&[(question, class)], goals);
            met.push((class, goals));
        }
        singles.push(met);
    }
    for first in 0..singles.len() {
        for second in first + 1..singles.len() {
            let tied = model.are_tied(first, second);
            for (one, met) in &singles[first] {
                if !tied && situation.flips((first, *one)).is_empty() {
                    continue;
                }
                for (other, also_met) in &singles[second] {
                    if !tied && situation.flips((second, *other)).is_empty() {
                        continue;
                    }
                    let pair = [(first, *one), (second, *other)];
                    let goals = goals(&situation.after(&pair)) & !met & !also_met;
                    if goals != 0 {
                        see(&pair, goals);
                    }
                }
            }
        }
    }
}

/// Looks for larger sets that raise the margin, or lower it, to targets that have none yet.
fn try_larger(situation: &mut Situation<'_>, upward: bool, searches: &mut [Search]) {
    let model = situation.model;
    let margin = situation.outcome().margin;
    let lies_there = |search: &Search| {
        let (_, to) = model.margins_of(search.bands);
        (margin <= to) == upward
    };
    let missing = |searches: &[Search]| {
        searches
            .iter()
            .filter(|search| lies_there(search) && search.hits.is_empty())
            .fold(0, |bands, search| bands | search.bands)
    };
    if missing(searches) == 0 {
        return;
    }
    let questions = model.classes.len();
    let mut hunt = Hunt::new(situation, upward);
    for size in ALWAYS_COMPLETE + 1..=MOST_CHANGES.min(questions) {
        let wanted = missing(searches);
        if wanted == 0 {
            return;
        }
        let hits = hunt.sets_of(size, wanted);
        let mine = searches.iter_mut().filter(|search| lies_there(search) && search.hits.is_empty());
        match hits {
            Outcomes::Sets(hits) => mine.for_each(|search| {
                search.complete_to = size;
                let such = hits.iter().filter(|(_, band)| search.is_hit_by(*band));
                search.hits = such.map(|(hit, _)| hit.clone()).collect();
            }),
            Outcomes::OutOfReach => return,
            Outcomes::TooMany => return mine.for_each(|search| search.proved = false),
        }
    }
    let left = searches.iter_mut().filter(|search| lies_there(search) && search.hits.is_empty());
    left.for_each(|search| search.proved = questions <= MOST_CHANGES);
}

/// What came of looking through all sets of one size.
enum Outcomes {
    Sets(Vec<(Hit, usize)>),
    /// No set of any size can lead there.
    OutOfReach,
    /// The budget ended it.
    TooMany,
}

/// A search among sets of changes, led by what each change can add to the difference of two burdens at most.
struct Hunt<'s, 'm> {
    situation: &'s mut Situation<'m>,
    upward: bool,
    /// The lanes of the side whose least burden has to rise, and those of the other.
    rising: Vec<usize>,
    anchors: Vec<usize>,
    /// Differences as they stand, anchor by anchor.
    start: Vec<i64>,
    items: Vec<Item>,
    /// The constraints that leave one family now and have to go, a bit each.
    leaving: u64,
    /// Those that the items from one on may take away.
    lifts: Vec<u64>,
    /// The most that so many changes among the items from one on can add, by number and item.
    rest: Vec<Vec<Vec<i64>>>,
    tries: u64,
}

/// A change and what it can add at most, anchor by anchor and lane by lane.
struct Item {
    change: Change,
    /// The constraints that leave one family now and go with it.
    lifts: u64,
    adds: Vec<i64>,
}

/// More than any margin.
const FAR: i64 = 1 << 40;
/// More than any number of these.
const ANY: i64 = 1 << 52;

impl<'s, 'm> Hunt<'s, 'm> {
    fn new(situation: &'s mut Situation<'m>, upward: bool) -> Self {
        let model = situation.model;
        let (rising, anchors) =
            if upward { (&model.without, &model.with) } else { (&model.with, &model.without) };
        let (rising, anchors) = (rising.clone(), anchors.clone());
        let gains = Gains::new(situation, &rising, &anchors);
        let start = gains.start();
        let mut items = gains.items();
        let leaving = gains.leaving();
        let leaving = (1_u64 << leaving.len().min(63)) - 1;
        items.sort_by_key(|item| std::cmp::Reverse((item.adds.iter().copied().max(), item.change)));
        // Items of one question stand together, the question with the most to add first.
        let order: Vec<usize> = items.iter().map(|item| item.change.0).collect();
        items.sort_by_key(|item| order.iter().position(|question| *question == item.change.0));
        let mut lifts = vec![0; items.len() + 1];
        for index in (0..items.len()).rev() {
            lifts[index] = lifts[index + 1] | items[index].lifts;
        }
        let rest = most_of(&items, start.len(), situation.model.classes.len().min(MOST_CHANGES));
        Self { situation, upward, rising, anchors, start, items, leaving, lifts, rest, tries: 0 }
    }

    fn sets_of(&mut self, size: usize, wanted: u64) -> Outcomes {
        let (from, to) = self.situation.model.margins_of(wanted);
        let needed = if self.upward { from } else { -to };
        if !self.is_enough(&self.start, &self.most_at_all(), needed) {
            return Outcomes::OutOfReach;
        }
        let mut hits = Vec::new();
        let mut chosen = Vec::with_capacity(size);
        let start = self.start.clone();
        let missing = self.leaving;
        if self.extend(size, 0, &start, missing, needed, wanted, &mut chosen, &mut hits) {
            Outcomes::Sets(hits)
        } else {
            Outcomes::TooMany
        }
    }

    /// What changes of all questions can add.
    fn most_at_all(&self) -> Vec<i64> {
        let mut most = vec![0_i64; self.start.len()];
        for question in self.items.chunk_by(|a, b| a.change.0 == b.change.0) {
            for (at, most) in most.iter_mut().enumerate() {
                let best = question.iter().map(|item| item.adds[at]).max().unwrap_or(0);
                *most = most.saturating_add(best.max(0));
            }
        }
        most
    }

    /// Whether for every platform that has to rise there is one that it rises enough above, if `more` is added.
    fn is_enough(&self, sums: &[i64], more: &[i64], needed: i64) -> bool {
        let width = self.rising.len();
        let sum = |at: usize| sums[at].saturating_add(more[at]);
        (0..width).all(|lane| (0..self.anchors.len()).any(|anchor| sum(anchor * width + lane) >= needed))
    }

    /// How many changes it takes at least to take these constraints away: one for each that shares none with the others.
    fn changes_for(&self, mut missing: u64) -> usize {
        let mut changes = 0;
        while missing != 0 {
            let first = missing & missing.wrapping_neg();
            let with_it = self.items.iter().map(|item| item.lifts).filter(|lifts| lifts & first != 0);
            missing &= !with_it.fold(first, |all, lifts| all | lifts);
            changes += 1;
        }
        changes
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a recursion")]
    fn extend(
        &mut self,
        left: usize,
        from: usize,
        sums: &[i64],
        missing: u64,
        needed: i64,
        wanted: u64,
        chosen: &mut Vec<Change>,
        hits: &mut Vec<(Hit, usize)>,
    ) -> bool {
        for index in from..self.items.len() {
            self.tries += 1;
            if self.tries > TRIES {
                return false;
            }
            let more = left - 1;
            if !self.is_enough(sums, &self.rest[left][index], needed) {
                return true;
            }
            let Item { change, lifts, .. } = self.items[index];
            let missing = missing & !lifts;
            let sums: Vec<i64> =
                sums.iter().zip(&self.items[index].adds).map(|(sum, add)| sum + add).collect();
            let next = self.items[index..].iter().position(|item| item.change.0 != change.0);
            let next = next.map_or(self.items.len(), |step| index + step);
            let can_be_lifted = if more == 0 { 0 } else { self.lifts[next] };
            if missing & !can_be_lifted != 0 || self.changes_for(missing) > more {
                continue;
            }
            chosen.push(change);
            if more == 0 {
                if self.is_enough(&sums, &self.rest[0][0], needed) {
                    let band = self.situation.after(chosen).band;
                    if wanted >> band & 1 == 1 {
                        let mut hit = chosen.clone();
                        hit.sort_unstable();
                        hits.push((hit, band));
                    }
                }
            } else if self.is_enough(&sums, &self.rest[more][next], needed)
                && !self.extend(more, next, &sums, missing, needed, wanted, chosen, hits)
            {
                return false;
            }
            chosen.pop();
        }
        true
    }
}

/// The most that up to `changes` changes of different questions can add, by number and by the item from which on.
fn most_of(items: &[Item], width: usize, changes: usize) -> Vec<Vec<Vec<i64>>> {
    let mut most = vec![vec![vec![0; width]; items.len() + 1]; changes + 1];
    for number in 1..=changes {
        let mut end = items.len();
        for index in (0..items.len()).rev() {
            // Items of one question stand together; only one of them can be taken.
            if items.get(index + 1).is_some_and(|next| next.change.0 != items[index].change.0) {
                end = index + 1;
            }
            let best: Vec<i64> = (0..width)
                .map(|at| {
                    let with = items[index].adds[at] + most[number - 1][end][at];
                    with.max(most[number][index + 1][at])
                })
                .collect();
            most[number][index] = best;
        }
    }
    most
}

/// The difference of two platforms' shortfalls in one aspect.
struct Held {
    now: i64,
    /// The most it can be once any of the demands that hold are gone.
    most: i64,
    /// What the anchor lacks, and the criterion that it follows from.
    anchor: i64,
    by: usize,
}

/// Computes what changes can add to differences of burdens at most.
///
/// In an aspect the difference is at most the largest among the demands that hold. It cannot rise by a demand that goes
/// unless it is the one that counts for the anchor, and not by a new one but by what that exceeds the others. A criterion that several questions have a part
/// in is charged to one without whose change it stays as it is, else to all of them.
struct Gains<'s, 'm> {
    situation: &'s Situation<'m>,
    rising: &'s [usize],
    anchors: &'s [usize],
    /// What the demands that hold come to, aspect by aspect, for each pair.
    held: Vec<Vec<Held>>,
    price: i64,
    dearest: i64,
    raw_price: i64,
    familiarity: Vec<i64>,
    /// Platforms that miss a must now, and whether all that have to rise do.
    missed: u64,
    all_miss: bool,
}

impl<'s, 'm> Gains<'s, 'm> {
    fn new(situation: &'s Situation<'m>, rising: &'s [usize], anchors: &'s [usize]) -> Self {
        let model = situation.model;
        let holding = || (0..model.effects.len()).filter(|criterion| situation.holds(*criterion));
        let raw_price = model.base_price + holding().map(|c| model.effects[c].effort).sum::<i64>();
        let dearest = model.base_price + model.effects.iter().map(|effect| effect.effort.max(0)).sum::<i64>();
        let mut familiarity = vec![0; model.kind_count];
        for criterion in holding() {
            let points = &model.effects[criterion].familiarity;
            familiarity.iter_mut().zip(points).for_each(|(sum, points)| *sum += points);
        }
        let mut gains = Self {
            situation,
            rising,
            anchors,
            held: Vec::new(),
            price: raw_price.max(1),
            dearest: dearest.max(1),
            raw_price,
            familiarity,
            missed: situation.missed_now(),
            all_miss: false,
        };
        gains.all_miss = gains.rising.iter().all(|lane| model.is_among(*lane, gains.missed));
        gains.held = gains.pairs().map(|(lane, anchor)| gains.held_by(lane, anchor)).collect();
        gains
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<'_, 's, 'm> {
        self.anchors.iter().flat_map(|anchor| self.rising.iter().map(|lane| (*lane, *anchor)))
    }

    fn held_by(&self, lane: usize, anchor: usize) -> Vec<Held> {
        let at =
            |rows: usize, lane: usize| i64::from(self.situation.model.gaps[rows + lane / ROW][lane % ROW]);
        let needs = self.situation.model.needs.iter();
        needs
            .map(|needs| {
                let mut held = Held { now: 0, most: 0, anchor: 0, by: usize::MAX };
                let mut own = 0;
                for need in needs.iter().filter(|need| self.situation.holds(need.criterion)) {
                    let (gap, anchored) = (at(need.rows, lane), at(need.rows, anchor));
                    own = own.max(gap);
                    held.most = held.most.max(gap - anchored);
                    if anchored > held.anchor {
                        (held.anchor, held.by) = (anchored, need.criterion);
                    }
                }
                held.now = own - held.anchor;
                held
            })
            .collect()
    }

    /// The effort of a platform as it stands, and whether it may be raised to 0, now or after changes.
    fn effort(&self, lane: usize) -> (i64, bool) {
        let model = self.situation.model;
        let kind = model.kinds[lane];
        let least: i64 = model
            .effects
            .iter()
            .map(|effect| effect.familiarity.get(kind).copied().unwrap_or_default().min(0))
            .sum();
        let effort = model.efforts[lane] + self.familiarity[kind];
        (effort.max(0), model.efforts[lane] + least < 0)
    }

    fn start(&self) -> Vec<i64> {
        let model = self.situation.model;
        let price = model.shortfall_price;
        let removed = self.situation.removed_now();
        let platform_at = &model.platform_at;
        self.pairs()
            .zip(&self.held)
            .map(|((lane, anchor), held)| {
                // One that misses a must while another has all of them stands behind that, whatever it costs.
                let behind = !self.all_miss && model.is_among(lane, self.missed);
                let gone = behind || platform_at[lane].is_none_or(|platform| removed >> platform & 1 == 1);
                let ((own, loose), (theirs, also)) = (self.effort(lane), self.effort(anchor));
                if gone || loose || also {
                    return ANY;
                }
                let difference = own - theirs;
                // What the least price hides can come to light.
                let hidden = difference.abs() * (1 - self.raw_price).max(0);
                // A platform that is off the table is of no use until every constraint that removes it is gone.
                let removals = model.constraints.iter().filter(|criterion| {
                    self.situation.holds(**criterion) && self.removes(**criterion, anchor)
                });
                self.price * difference + hidden - FAR * removals.count() as i64
                    + price * held.iter().map(|held| held.now).sum::<i64>()
            })
            .collect()
    }

    fn items(&self) -> Vec<Item> {
        let model = self.situation.model;
        let charges: Vec<Vec<usize>> =
            (0..model.effects.len()).map(|criterion| self.charged(criterion)).collect();
        let mut items = Vec::new();
        for question in 0..model.classes.len() {
            for class in 0..model.classes[question].len() {
                if self.situation.classes[question] != Some(class) {
                    let change = (question, class);
                    items.push(Item { change, lifts: self.lifts(change), adds: self.adds(change, &charges) });
                }
            }
        }
        items
    }

    fn removes(&self, constraint: usize, lane: usize) -> bool {
        let removes = self.situation.model.effects[constraint].removes;
        self.situation.model.platform_at[lane].is_some_and(|platform| removes >> platform & 1 == 1)
    }

    /// The constraints that leave one family now. A verdict other than that family's needs them all gone.
    fn leaving(&self) -> Vec<usize> {
        let model = self.situation.model;
        let leave =
            |criterion: &usize| self.situation.holds(*criterion) && model.effects[*criterion].leaves != 0;
        let mut leaving: Vec<usize> = model.constraints.iter().copied().filter(leave).collect();
        leaving.truncate(63);
        leaving
    }

    /// Which of them a change may take away, a bit each.
    fn lifts(&self, (question, _): Change) -> u64 {
        let part = &self.situation.model.touched_by[question];
        let leaving = self.leaving();
        (0..leaving.len())
            .filter(|at| part.binary_search(&leaving[*at]).is_ok())
            .fold(0, |lifts, at| lifts | 1 << at)
    }

    /// The questions to which a flip of the criterion is charged.
    fn charged(&self, criterion: usize) -> Vec<usize> {
        let model = self.situation.model;
        let parts: Vec<usize> = (0..model.classes.len())
            .filter(|question| model.touched_by[*question].binary_search(&criterion).is_ok())
            .collect();
        if parts.len() > 1 {
            let needed = parts.iter().find(|question| {
                let mut frame = self.open_all_but(**question);
                model.settle(&mut frame);
                !self.may_flip(&frame, criterion)
            });
            if let Some(needed) = needed {
                return vec![*needed];
            }
        }
        parts
    }

    /// All answers, known and unknown, but for one question that stays as it is.
    fn open_all_but(&self, question: usize) -> Frame {
        let model = self.situation.model;
        let mut frame = model.anything();
        let kept = model.variables_of[question].clone();
        frame.domains[kept.clone()].copy_from_slice(&self.situation.frame.domains[kept]);
        frame
    }

    fn may_flip(&self, frame: &Frame, criterion: usize) -> bool {
        let flipped = if self.situation.holds(criterion) { may::NOT_HOLD } else { may::HOLD };
        frame.criteria[criterion] & flipped != 0
    }

    fn adds(&self, change: Change, charges: &[Vec<usize>]) -> Vec<i64> {
        let model = self.situation.model;
        let (question, class) = change;
        let mut frame = self.open_all_but(question);
        model.put(&mut frame.domains, question, class);
        model.settle(&mut frame);
        let mut adds = vec![0; self.held.len()];
        for criterion in &model.touched_by[question] {
            let charged = &charges[*criterion];
            if !charged.contains(&question) || !self.may_flip(&frame, *criterion) {
                continue;
            }
            // Only what one question alone decides is sure to happen, and may take something away.
            let sure = charged.len() == 1 && self.situation.flips(change).contains(criterion) && {
                let parts = model.touched_by.iter().filter(|part| part.binary_search(criterion).is_ok());
                parts.count() == 1
            };
            for ((add, (lane, anchor)), held) in adds.iter_mut().zip(self.pairs()).zip(&self.held) {
                let points = self.flip(*criterion, lane, anchor, held);
                *add = (*add + if sure { points } else { points.max(0) }).min(ANY);
            }
        }
        adds
    }

    /// What a flip of a criterion adds to the difference of two burdens at most.
    fn flip(&self, criterion: usize, lane: usize, anchor: usize, held: &[Held]) -> i64 {
        let model = self.situation.model;
        let effect = &model.effects[criterion];
        let off = self.situation.holds(criterion);
        if self.sets_back(criterion, off, lane) || !off && self.removes(criterion, lane) {
            return ANY;
        }
        if effect.leaves != 0 && !off {
            // It decides by itself, or not at all.
            return if self.empties_rising(effect.leaves) { ANY } else { 0 };
        }
        let at = |rows: usize, lane: usize| i64::from(model.gaps[rows + lane / ROW][lane % ROW]);
        let mut points = if off && self.removes(criterion, anchor) { FAR } else { 0 };
        for (aspect, rows) in &model.demands_of[criterion] {
            let held = &held[*aspect];
            let rise = if off {
                if held.by == criterion { held.most - held.now } else { 0 }
            } else {
                let (gap, anchored) = (at(*rows, lane), at(*rows, anchor));
                (gap - anchored.max(held.anchor) - held.now).max(gap - anchored - held.most)
            };
            points += model.shortfall_price * rise.max(0);
        }
        let sign = if off { -1 } else { 1 };
        let difference = self.effort(lane).0 - self.effort(anchor).0;
        let price = sign * effect.effort;
        points += if difference > 0 { difference * price.max(0) } else { difference * price };
        let familiar = |lane: usize| effect.familiarity.get(model.kinds[lane]).copied().unwrap_or_default();
        let nearer = sign * (familiar(lane) - familiar(anchor));
        points + if nearer > 0 { nearer * self.dearest } else { nearer }
    }
}

impl Gains<'_, '_> {
    /// Whether a flip of a criterion can put a platform that has to rise behind another that has all musts.
    fn sets_back(&self, criterion: usize, off: bool, lane: usize) -> bool {
        let model = self.situation.model;
        let misses = model.effects[criterion].misses;
        // While all miss one, it is others that come to miss none.
        if self.all_miss { off && misses != 0 } else { !off && model.is_among(lane, misses) }
    }

    /// Whether the side whose least burden has to rise loses all its platforms.
    fn empties_rising(&self, leaves: u64) -> bool {
        let at = |lane: &usize| self.situation.model.platform_at[*lane];
        self.rising.iter().filter_map(at).all(|platform| leaves >> platform & 1 == 1)
    }
}

fn summed_up(rulebook: &Rulebook, situation: &Situation<'_>, search: Search) -> TurningPoints {
    let Search { target, hits, complete_to, proved, .. } = search;
    TurningPoints { target, points: points(rulebook, situation, hits), complete_to, proved }
}

/// Sets of changes in the order in which readers want them.
fn points(rulebook: &Rulebook, situation: &Situation<'_>, hits: Vec<Hit>) -> Vec<TurningPoint> {
    let sets = merged(hits);
    let mut points: Vec<TurningPoint> = sets.iter().map(|set| point(rulebook, situation, set)).collect();
    points.sort_by_key(|point| (!point.grows, point.changes.len()));
    points
}

/// A set of changes with all the classes that will do for each question.
pub(super) type Set = Vec<(usize, Vec<usize>)>;

/// Joins sets that differ in the answer to one question only.
fn merged(hits: Vec<Hit>) -> Vec<Set> {
    let mut sets: Vec<Set> = hits
        .into_iter()
        .map(|hit| hit.into_iter().map(|(question, class)| (question, vec![class])).collect())
        .collect();
    let widest = sets.iter().map(Vec::len).max().unwrap_or(0);
    for position in (0..widest).rev() {
        let mut by_rest: std::collections::HashMap<Set, usize> = std::collections::HashMap::new();
        let mut joined: Vec<Set> = Vec::with_capacity(sets.len());
        for set in sets {
            if position >= set.len() {
                joined.push(set);
                continue;
            }
            let mut rest = set.clone();
            let classes = std::mem::take(&mut rest[position].1);
            match by_rest.get(&rest) {
                Some(at) => joined[*at][position].1.extend(classes),
                None => {
                    by_rest.insert(rest, joined.len());
                    joined.push(set);
                }
            }
        }
        joined.iter_mut().flatten().for_each(|(_, classes)| classes.sort_unstable());
        sets = joined;
    }
    sets
}

fn point(rulebook: &Rulebook, situation: &Situation<'_>, set: &Set) -> TurningPoint {
    let classes = &situation.model.classes;
    let changes = set.iter().map(|(question, values)| classes[*question].values(*question, values)).collect();
    let grows = set.iter().all(|(question, values)| {
        let now = situation.classes[*question].map(|class| classes[*question].sample(class));
        let grows = |value: &usize| {
            now.is_some_and(|now| {
                is_growth(&rulebook.questions()[*question], now, classes[*question].sample(*value))
            })
        };
        values.iter().all(grows)
    });
    TurningPoint { changes, grows }
}

/// Whether going from one answer to another is what growth brings.
fn is_growth(question: &Question, now: Value, then: Value) -> bool {
    let up = match (now, then) {
        (Value::Choices(now), Value::Choices(then)) => now != then && now.union(then) == then,
        (now, then) => then > now,
    };
    match question.grows {
        Some(Growth::Up) => up,
        Some(Growth::Down) => !up,
        None => false,
    }
}
