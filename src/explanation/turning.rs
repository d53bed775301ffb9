//! Turning points: the smallest sets of one or two answer changes that move the verdict. All of them are tried.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::model::Model;
use super::outcome::Outcome;
use super::situation::{Change, Shared, Situation};
use crate::rulebook::{Growth, Leaning, Question, Rulebook, Value, Values};

/// The most changes of a turning point. Where more answers change at once, it is another system that is asked about.
pub const MOST_CHANGES: usize = 2;

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
    /// The sets; those in which systems grow come first, those that nobody expects last, and fewer changes before more.
    /// Where there are none, it takes more than [`MOST_CHANGES`].
    pub points: Vec<TurningPoint>,
}

/// One set of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurningPoint {
    /// The new answers, one entry for each question that has to change; any combination of them will do.
    pub changes: Vec<Values>,
    /// Whether every change is one that growth brings.
    pub grows: bool,
    /// Whether one of them is the reverse of what growth brings.
    pub shrinks: bool,
    /// Whether they set another given answer aside, so that it is another system that is asked about.
    pub uproots: bool,
}

/// A set of single changes that leads somewhere.
pub(super) type Hit = Vec<Change>;

/// What is known about one target.
struct Search {
    target: Target,
    bands: u64,
    hits: Vec<Hit>,
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
    for (set, met) in small_sets(situation, met) {
        let hit = searches.iter_mut().enumerate().filter(|(goal, _)| met >> goal & 1 == 1);
        hit.for_each(|(_, search)| search.hits.push(set.clone()));
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
        let summed_up =
            |Search { target, hits, .. }| TurningPoints { target, points: points(rulebook, situation, hits) };
        self.searches.into_par_iter().map(summed_up).collect()
    }
}

/// The smallest sets of one or two changes after which another platform is recommended.
pub(super) fn ways_to(
    rulebook: &Rulebook,
    situation: &mut Situation<'_>,
    platform: usize,
) -> Vec<TurningPoint> {
    let met = |outcome: &Outcome| u128::from(outcome.recommendation == platform);
    let hits = small_sets(situation, met).into_iter().map(|(set, _)| set).collect();
    points(rulebook, situation, hits)
}

fn targets(model: &Model, now: usize) -> Vec<Search> {
    let side = model.bands[now].1;
    let sides = [Leaning::With, Leaning::Hedge, Leaning::Without].into_iter().filter(|other| *other != side);
    let sides = sides.map(|side| (Target::Side(side), model.bands_of(side))).filter(|(_, bands)| *bands != 0);
    let verdicts =
        (0..model.bands.len()).filter(|band| *band != now).map(|band| (Target::Verdict(band), 1 << band));
    sides.chain(verdicts).map(|(target, bands)| Search { target, bands, hits: Vec::new() }).collect()
}

/// Changes of the answer to one question with which the same criteria flip.
#[derive(Debug, Clone)]
struct Alike {
    changes: Vec<Change>,
    /// The goals that each of them meets, a bit each.
    met: u128,
    /// Whether any criterion flips.
    flips: bool,
}

/// All sets of one and two changes that meet goals, with the goals that they meet and no smaller set within them does.
/// `goals` tells which goals an outcome meets, a bit each.
fn small_sets(situation: &mut Situation<'_>, goals: impl Fn(&Outcome) -> u128 + Sync) -> Vec<(Hit, u128)> {
    let questions = 0..situation.model.classes.len();
    let singles: Vec<Vec<Alike>> = questions.map(|question| alike(situation, question, &goals)).collect();
    let pairs = |situation: &mut Situation<'_>, first: usize| -> Vec<(Hit, u128)> {
        let further = singles[first + 1..].iter().map(|second| [&singles[first][..], second]);
        further.flat_map(|questions| pairs_of(situation, questions, &goals)).collect()
    };
    let firsts = (0..singles.len()).into_par_iter().with_max_len(1);
    let by_first: Vec<Vec<(Hit, u128)>> = firsts.map_init(|| situation.clone(), pairs).collect();
    let meeting = singles.iter().flatten().filter(|alike| alike.met != 0);
    let mut found: Vec<(Hit, u128)> =
        meeting.flat_map(|alike| alike.changes.iter().map(|change| (vec![*change], alike.met))).collect();
    found.sort_unstable();
    found.extend(by_first.into_iter().flatten());
    found
}

/// The changes of the answer to a question.
fn alike(situation: &mut Situation<'_>, question: usize, goals: &impl Fn(&Outcome) -> u128) -> Vec<Alike> {
    let now = situation.classes[question];
    let mut all: Vec<Alike> = Vec::new();
    for class in (0..situation.model.classes[question].len()).filter(|class| now != Some(*class)) {
        let change = (question, class);
        let flips = situation.flips(change);
        if let Some(alike) = all.iter_mut().find(|alike| situation.flips(alike.changes[0]) == flips) {
            alike.changes.push(change);
            continue;
        }
        let flips = !flips.is_empty();
        all.push(Alike { changes: vec![change], met: goals(&situation.after(&[change])), flips });
    }
    all
}

/// Parts of these changes: whatever comes of one of a part with a change of the other question comes of all of it.
fn parted<'c>(situation: &Situation<'_>, all: &'c [Alike], shared: &Shared) -> Vec<Cow<'c, Alike>> {
    if shared.is_empty() {
        return all.iter().filter(|alike| alike.flips).map(Cow::Borrowed).collect();
    }
    let mut parts = Vec::new();
    for alike in all {
        let mut by_tests: BTreeMap<Vec<bool>, Vec<Change>> = BTreeMap::new();
        for change in &alike.changes {
            by_tests.entry(situation.tells(shared, *change)).or_default().push(*change);
        }
        parts.extend(by_tests.into_values().map(|changes| Cow::Owned(Alike { changes, ..*alike })));
    }
    parts
}

/// From so many answers to one question on, all cores pair them with those to another.
const MANY: usize = 64;

/// The pairs of changes of two questions that meet goals which neither of them meets alone.
fn pairs_of(
    situation: &mut Situation<'_>,
    [first, second]: [&[Alike]; 2],
    goals: &(impl Fn(&Outcome) -> u128 + Sync),
) -> Vec<(Hit, u128)> {
    let ([one, ..], [other, ..]) = (first, second) else { return Vec::new() };
    let shared = situation.shared(one.changes[0].0, other.changes[0].0);
    let [first, second] = [first, second].map(|all| parted(situation, all, &shared));
    let pairs = |situation: &mut Situation<'_>, one: &Cow<'_, Alike>| {
        let mut found = Vec::new();
        for other in &second {
            let pair = [one.changes[0], other.changes[0]];
            let met = match situation.adds_up(&pair, &shared) {
                true if !(one.flips && other.flips) => 0,
                true => goals(&situation.sum_of(&pair)),
                false => goals(&situation.after_listed()),
            };
            let met = met & !one.met & !other.met;
            if met != 0 {
                let others = |one: Change| other.changes.iter().map(move |other| vec![one, *other]);
                found.extend(one.changes.iter().flat_map(|one| others(*one)).map(|pair| (pair, met)));
            }
        }
        found
    };
    let mut found: Vec<(Hit, u128)> = if first.len() < MANY {
        first.iter().flat_map(|one| pairs(situation, one)).collect()
    } else {
        first.par_iter().map_init(|| situation.clone(), pairs).flatten_iter().collect()
    };
    found.sort_unstable();
    found
}

/// Sets of changes in the order in which readers want them.
fn points(rulebook: &Rulebook, situation: &Situation<'_>, hits: Vec<Hit>) -> Vec<TurningPoint> {
    let sets = merged(hits);
    let mut points: Vec<TurningPoint> = sets.iter().map(|set| point(rulebook, situation, set)).collect();
    points.sort_by_key(|point| (!point.grows, point.uproots, point.shrinks, point.changes.len()));
    points
}

/// A set of changes with all the classes that will do for each question.
pub(super) type Set = Vec<(usize, Vec<usize>)>;

/// Joins sets that differ in the answer to one question only.
fn merged(mut hits: Vec<Hit>) -> Vec<Set> {
    fn questions(hit: &Hit) -> impl Iterator<Item = usize> {
        hit.iter().map(|(question, _)| *question)
    }
    hits.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| questions(one).cmp(questions(other))));
    hits.chunk_by(|one, other| questions(one).eq(questions(other))).flat_map(merged_alike).collect()
}

/// The same of sets that answer the same questions.
fn merged_alike(hits: &[Hit]) -> Vec<Set> {
    let set = |hit: &Hit| hit.iter().map(|(question, class)| (*question, vec![*class])).collect();
    let mut sets: Vec<Set> = hits.iter().map(set).collect();
    for position in (0..hits[0].len()).rev() {
        let mut joined: Vec<Set> = Vec::with_capacity(sets.len());
        // Where those are that have the same answers to the other questions.
        let mut places: HashMap<Set, usize> = HashMap::new();
        for set in sets {
            let mut others = set.clone();
            others[position].1.clear();
            match places.entry(others) {
                Entry::Occupied(place) => joined[*place.get()][position].1.extend(&set[position].1),
                Entry::Vacant(place) => {
                    place.insert(joined.len());
                    joined.push(set);
                }
            }
        }
        joined.iter_mut().for_each(|set| set[position].1.sort_unstable());
        sets = joined;
    }
    sets
}

fn point(rulebook: &Rulebook, situation: &Situation<'_>, set: &Set) -> TurningPoint {
    let classes = &situation.model.classes;
    let changes = set.iter().map(|(question, values)| classes[*question].values(*question, values)).collect();
    let all_are = |(question, values): &(usize, Vec<usize>), grown: bool| {
        let now = situation.classes[*question].map(|class| classes[*question].sample(class));
        let is = |value: &usize| {
            let then = classes[*question].sample(*value);
            now.and_then(|now| is_growth(&rulebook.questions()[*question], now, then)) == Some(grown)
        };
        values.iter().all(is)
    };
    TurningPoint {
        changes,
        grows: set.iter().all(|change| all_are(change, true)),
        shrinks: set.iter().any(|change| all_are(change, false)),
        uproots: sets_aside(situation, set),
    }
}

/// Whether an answer that counts is set aside by the changes.
fn sets_aside(situation: &Situation<'_>, set: &Set) -> bool {
    let mut then = situation.frame.clone();
    for (question, values) in set {
        values
            .first()
            .into_iter()
            .for_each(|class| situation.model.put(&mut then.domains, *question, *class));
    }
    set.iter().for_each(|(question, _)| situation.model.settle_asks(&mut then, *question));
    let counts =
        |question: &usize| situation.classes[*question].is_some() && situation.frame.may_apply(*question);
    (0..situation.classes.len()).filter(counts).any(|question| !then.may_apply(question))
}

/// Whether going from one answer to another is what growth brings, or the reverse; `None` where it is neither.
fn is_growth(question: &Question, now: Value, then: Value) -> Option<bool> {
    let up = match (now, then) {
        (Value::Choices(now), Value::Choices(then)) if now.union(then) == then => true,
        (Value::Choices(now), Value::Choices(then)) if now.union(then) == now => false,
        (Value::Choices(_), Value::Choices(_)) => return None,
        (now, then) => then > now,
    };
    question.grows.map(|direction| up == (direction == Growth::Up))
}
