//! Every explanation is what trying everything finds: a naive evaluator assesses each set of answers there is.

use std::collections::{BTreeSet, HashMap};

use needk8s::assessment::{Assessment, assess};
use needk8s::builtin::builtin_files;
use needk8s::document::SourceFile;
use needk8s::explanation::{
    Engine, Explanation, Figure, Fragile, How, MOST_CHANGES, Share, Status, Target, TurningPoints,
};
use needk8s::rulebook::{
    Case, Classes, Kind, Leaning, OptionSet, Question, Reading, Rulebook, Value, Values,
};
use rayon::prelude::*;

use crate::cases::{rulebook, some};
use crate::drafts::{random_rulebook, slice};
use crate::numbers::Numbers;

/// What one set of answers comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcome {
    margin: i64,
    band: usize,
    recommendation: usize,
}

/// Assesses every set of answers to a small rulebook that it is asked for.
struct Naive<'r> {
    rulebook: &'r Rulebook,
    /// The possible answers to each question.
    values: Vec<Vec<Value>>,
    known: HashMap<Vec<Option<Value>>, Outcome>,
}

type Given = Vec<Option<Value>>;

impl<'r> Naive<'r> {
    /// All answers there are.
    fn of_small(rulebook: &'r Rulebook) -> Self {
        let values = rulebook.questions().iter().map(|question| values(&question.kind)).collect();
        Self { rulebook, values, known: HashMap::new() }
    }

    /// One answer of each class that no condition tells apart.
    fn of_classes(rulebook: &'r Rulebook) -> Self {
        let values = Classes::of_rulebook(rulebook)
            .iter()
            .map(|classes| (0..classes.len()).map(|class| classes.sample(class)).collect())
            .collect();
        Self { rulebook, values, known: HashMap::new() }
    }

    fn outcome(&mut self, given: &Given) -> Outcome {
        if let Some(outcome) = self.known.get(given) {
            return *outcome;
        }
        let assessment = assess(self.rulebook, self.rulebook.readings(|question| given[question]));
        let Assessment { margin, band, recommendation, .. } = assessment;
        let outcome = Outcome { margin, band, recommendation };
        self.known.insert(given.clone(), outcome);
        outcome
    }

    /// Every completion of a set of answers.
    fn completions(&self, given: &Given) -> Vec<Given> {
        let mut all = vec![given.clone()];
        for (question, values) in self.values.iter().enumerate() {
            if given[question].is_none() {
                all = all
                    .into_iter()
                    .flat_map(|given| {
                        values.iter().map(move |value| {
                            let mut given = given.clone();
                            given[question] = Some(*value);
                            given
                        })
                    })
                    .collect();
            }
        }
        all
    }

    /// Every set of answers that comes of answering some of the open questions.
    fn answered_or_not(&self, given: &Given) -> Vec<Given> {
        let mut all = vec![given.clone()];
        for question in (0..given.len()).filter(|question| given[*question].is_none()) {
            let answered = all.iter().flat_map(|given| {
                self.values[question].iter().map(|value| changed(given, &[(question, *value)]))
            });
            all = answered.chain(all.clone()).collect();
        }
        all
    }

    fn outcomes(&mut self, given: &Given) -> Vec<Outcome> {
        self.completions(given).iter().map(|given| self.outcome(given)).collect()
    }

    fn forces(&mut self, given: &Given, band: usize) -> bool {
        self.outcomes(given).iter().all(|outcome| outcome.band == band)
    }

    /// The questions that apply for certain or perhaps, and whose answer is given or not.
    fn applicable(&self, given: &Given, answered: bool) -> Vec<usize> {
        let readings = |given: &Given| self.rulebook.readings(|question| given[question]);
        (0..given.len())
            .filter(|question| given[*question].is_some() == answered)
            .filter(|question| {
                let aside = |given: &Given| readings(given)[*question] == Reading::DoesNotApply;
                !self.completions(given).iter().all(aside)
            })
            .collect()
    }
}

/// All answers to a question of this kind, in their order.
pub(crate) fn values(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::Flag(_) => vec![Value::Flag(false), Value::Flag(true)],
        Kind::Choice(options) => (0..options.len()).map(Value::Choice).collect(),
        Kind::Choices(options) => {
            (0..1_u64 << options.len()).map(|set| Value::Choices(OptionSet(set))).collect()
        }
        Kind::Count(count) => (count.min..=count.max).map(Value::Count).collect(),
    }
}

/// A random set of answers, some of them not known.
fn some_answers(numbers: &mut Numbers, naive: &Naive<'_>, unknown_in_ten: usize) -> Given {
    let mut given = Vec::new();
    for values in &naive.values {
        let value = values[numbers.below(values.len())];
        given.push((numbers.below(10) >= unknown_in_ten).then_some(value));
    }
    given
}

fn check_everything(naive: &mut Naive<'_>, engine: &Engine, given: &Given, context: &str) {
    let rulebook = naive.rulebook;
    let assessment = assess(rulebook, rulebook.readings(|question| given[question]));
    let explanation = engine.explain(rulebook, given, &assessment);
    check_outlook(naive, engine, given, &explanation, &assessment, context);
    check_sufficient_reason(naive, given, &explanation, assessment.band, context);
    for points in &explanation.turning_points {
        check_turning_points(naive, given, points, context);
    }
    check_slack(naive, given, &explanation, assessment.band, context);
    check_open_questions(naive, given, &explanation, context);
    check_percent(rulebook, &assessment, explanation.steadiness.percent, context);
}

fn check_outlook(
    naive: &mut Naive<'_>,
    engine: &Engine,
    given: &Given,
    explanation: &Explanation,
    assessment: &Assessment,
    context: &str,
) {
    let outcomes = naive.outcomes(given);
    let margins = |outcomes: &[Outcome]| {
        let margins = || outcomes.iter().map(|outcome| outcome.margin);
        (margins().min().unwrap_or(0), margins().max().unwrap_or(0))
    };
    let bands: BTreeSet<usize> = outcomes.iter().map(|outcome| outcome.band).collect();
    let outlook = &explanation.outlook;
    assert!(outlook.proved, "{context}");
    assert_eq!(outlook.margins, margins(&outcomes), "margins, {context}");
    assert_eq!(outlook.verdicts, bands.into_iter().collect::<Vec<_>>(), "verdicts, {context}");
    check_sureness(naive, given, explanation, assessment, context);
    check_unless(naive, given, explanation, assessment, context);
    let same = |outcome: &Outcome| {
        (outcome.band, outcome.recommendation) == (assessment.band, assessment.recommendation)
    };
    let open: Vec<usize> = (0..given.len()).filter(|question| given[*question].is_none()).collect();
    let closed = engine.is_closed_to(given, &open, assessment.band, assessment.recommendation);
    let all = naive.answered_or_not(given);
    assert_eq!(closed, all.iter().all(|given| same(&naive.outcome(given))), "closed, {context}");
}

/// How often each of the answers to a question occurs: its class by the published decisions that state it, at least half a
/// one, and each option of a set by itself.
fn weights(rulebook: &Rulebook, question: usize, values: &[Value]) -> Vec<f64> {
    let classes = &Classes::of_rulebook(rulebook)[question];
    let asked = &rulebook.questions()[question];
    let stated = |value: Value| {
        let such = asked.shares.by_value.iter().filter(|(stated, _)| *stated == value);
        such.map(|(_, number)| *number as f64).sum::<f64>()
    };
    let mut by_class = vec![0.0; classes.len()];
    if let Kind::Choices(options) = &asked.kind {
        let has = |option: usize| {
            (stated(Value::Choices(OptionSet::of(option))) + 0.5) / (asked.shares.stated as f64 + 1.0)
        };
        for set in (0..1_u64 << options.len()).map(OptionSet) {
            let part = |option: usize| if set.contains(option) { has(option) } else { 1.0 - has(option) };
            by_class[classes.class_of(Value::Choices(set))] += (0..options.len()).map(part).product::<f64>();
        }
    } else {
        for (value, number) in asked.shares.by_value.iter().chain(&asked.shares.unsaid) {
            by_class[classes.class_of(*value)] += *number as f64;
        }
        by_class.iter_mut().for_each(|weight| *weight = weight.max(0.5));
    }
    let all: f64 = by_class.iter().sum();
    let class = |value: &Value| classes.class_of(*value);
    let members = |of: usize| values.iter().filter(|value| class(value) == of).count() as f64;
    values.iter().map(|value| by_class[class(value)] / all / members(class(value))).collect()
}

fn check_sureness(
    naive: &mut Naive<'_>,
    given: &Given,
    explanation: &Explanation,
    assessment: &Assessment,
    context: &str,
) {
    let rulebook = naive.rulebook;
    let open: Vec<usize> = (0..given.len()).filter(|question| given[*question].is_none()).collect();
    let weights: Vec<Vec<f64>> =
        open.iter().map(|question| weights(rulebook, *question, &naive.values[*question])).collect();
    let mut by_band = vec![0.0; rulebook.bands().len()];
    for completion in naive.completions(given) {
        let weight: f64 = open
            .iter()
            .zip(&weights)
            .map(|(question, weights)| {
                let at =
                    naive.values[*question].iter().position(|value| Some(*value) == completion[*question]);
                weights[at.expect("a value")]
            })
            .product();
        by_band[naive.outcome(&completion).band] += weight;
    }
    let side = assessment.leaning(rulebook);
    let of_side = |(band, weight): (usize, &f64)| (rulebook.bands()[band].leaning == side).then_some(*weight);
    let stays: f64 = by_band.iter().enumerate().filter_map(of_side).sum();
    let outlook = &explanation.outlook;
    let near = |share: Share, weight: f64| (share.fraction() - weight).abs() < 3e-6;
    assert_eq!(outlook.sureness.how, How::Proved, "{context}");
    assert_eq!(
        (outlook.sureness.least, outlook.sureness.most),
        (outlook.sureness.share, outlook.sureness.share)
    );
    assert!(near(outlook.sureness.share, stays), "{:?}, not {stays}, {context}", outlook.sureness);
    for (band, share) in outlook.verdicts.iter().zip(&outlook.shares) {
        assert!(near(*share, by_band[*band]), "{share:?} of {band}, not {by_band:?}, {context}");
    }
    let expected = match outlook.verdicts.as_slice() {
        [only] if *only == assessment.band => Status::Settled,
        _ if outlook.sureness.share.percent() < 67 => Status::Undecided,
        _ => Status::Leaning,
    };
    assert_eq!(outlook.status, expected, "{context}");
}

fn check_unless(
    naive: &mut Naive<'_>,
    given: &Given,
    explanation: &Explanation,
    assessment: &Assessment,
    context: &str,
) {
    let rulebook = naive.rulebook;
    let side = assessment.leaning(rulebook);
    let mut expected: BTreeSet<Changes> = BTreeSet::new();
    for size in 1..=2 {
        let sets = sets_of(naive, given, size, 0);
        for set in sets.into_iter().filter(|set| set.iter().all(|(question, _)| given[*question].is_none())) {
            let band = naive.outcome(&changed(given, &set)).band;
            if rulebook.bands()[band].leaning != side {
                expected.insert(set);
            }
        }
        if !expected.is_empty() {
            break;
        }
    }
    let mut named: BTreeSet<Changes> = BTreeSet::new();
    let mut shares = Vec::new();
    for unless in explanation.unless.iter().filter(|unless| unless.changes.len() <= 2) {
        let sets = all_of(naive, &unless.changes);
        let share: f64 = unless
            .changes
            .iter()
            .map(|values| {
                let all = &naive.values[values.question()];
                let weights = weights(rulebook, values.question(), all);
                let such = all.iter().zip(weights).filter(|(value, _)| values.contains(**value));
                such.map(|(_, weight)| weight).sum::<f64>()
            })
            .product();
        assert!((unless.share.fraction() - share).abs() < 3e-6, "{unless:?}, not {share}, {context}");
        shares.push(unless.share);
        assert!(sets.into_iter().all(|set| named.insert(set)), "named twice, {context}");
    }
    assert_eq!(named, expected, "what would turn the side, {context}");
    assert!(shares.is_sorted_by(|one, other| one >= other), "{shares:?}, {context}");
}

fn check_sufficient_reason(
    naive: &mut Naive<'_>,
    given: &Given,
    explanation: &Explanation,
    band: usize,
    context: &str,
) {
    let forced = naive.forces(given, band);
    assert_eq!(explanation.sufficient_reason.is_some(), forced, "reason, {context}");
    let Some(reason) = &explanation.sufficient_reason else { return };
    assert!(reason.smallest, "{context}");
    let candidates = naive.applicable(given, true);
    let only = |kept: &dyn Fn(usize) -> bool| -> Given {
        (0..given.len()).map(|question| given[question].filter(|_| kept(question))).collect()
    };
    for subset in 0..1_u32 << candidates.len() {
        if (subset.count_ones() as usize) < reason.answers.len() {
            let kept = |question: usize| {
                candidates.iter().position(|other| *other == question).is_some_and(|at| subset >> at & 1 == 1)
            };
            assert!(!naive.forces(&only(&kept), band), "a smaller reason {subset:b}, {context}");
        }
    }
    let mut wide = vec![only(&|_| false)];
    for values in &reason.answers {
        wide = combined(naive, &wide, values);
    }
    assert!(wide.iter().all(|given| naive.forces(given, band)), "not sufficient: {reason:?}, {context}");
    for (at, values) in reason.answers.iter().enumerate() {
        let question = values.question();
        assert!(given[question].is_some_and(|value| values.contains(value)), "{context}");
        for value in naive.values[question].clone().into_iter().filter(|value| !values.contains(*value)) {
            let mut start = only(&|_| false);
            start[question] = Some(value);
            let mut wider = vec![start];
            for (_, values) in reason.answers.iter().enumerate().filter(|(other, _)| *other != at) {
                wider = combined(naive, &wider, values);
            }
            let still = wider.iter().all(|given| naive.forces(given, band));
            assert!(!still, "{value:?} would do as well in {reason:?}, {context}");
        }
    }
}

fn combined(naive: &Naive<'_>, all: &[Given], values: &Values) -> Vec<Given> {
    let question = values.question();
    let such = || naive.values[question].iter().filter(|value| values.contains(**value));
    all.iter()
        .flat_map(|given| {
            such().map(|value| {
                let mut given = given.clone();
                given[question] = Some(*value);
                given
            })
        })
        .collect()
}

type Changes = Vec<(usize, Value)>;

fn changed(given: &Given, changes: &[(usize, Value)]) -> Given {
    let mut given = given.clone();
    for (question, value) in changes {
        given[*question] = Some(*value);
    }
    given
}

/// All sets of so many changes of answers.
fn sets_of(naive: &Naive<'_>, given: &Given, size: usize, from: usize) -> Vec<Changes> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut sets = Vec::new();
    for question in from..given.len() {
        for rest in sets_of(naive, given, size - 1, question + 1) {
            for value in naive.values[question].iter().filter(|value| given[question] != Some(**value)) {
                let mut set = vec![(question, *value)];
                set.extend(rest.iter().copied());
                sets.push(set);
            }
        }
    }
    sets
}

fn check_turning_points(naive: &mut Naive<'_>, given: &Given, points: &TurningPoints, context: &str) {
    let bands: Vec<usize> = match points.target {
        Target::Verdict(band) => vec![band],
        Target::Side(side) => {
            let leads = |band: &usize| naive.rulebook.bands()[*band].leaning == side;
            (0..naive.rulebook.bands().len()).filter(leads).collect()
        }
    };
    let mut expected: BTreeSet<Vec<(usize, Value)>> = BTreeSet::new();
    for size in 1..=MOST_CHANGES.min(given.len()) {
        for set in sets_of(naive, given, size, 0) {
            let within = |at: usize| {
                let mut smaller = set.clone();
                smaller.remove(at);
                smaller
            };
            let smaller_does = (0..set.len()).any(|at| {
                let smaller = within(at);
                !smaller.is_empty() && expected.contains(&smaller)
            });
            if !smaller_does && bands.contains(&naive.outcome(&changed(given, &set)).band) {
                expected.insert(set);
            }
        }
    }
    let mut named: BTreeSet<Vec<(usize, Value)>> = BTreeSet::new();
    for point in &points.points {
        let sets = all_of(naive, &point.changes);
        assert!(sets.iter().all(|set| named.insert(set.clone())), "named twice, {context}");
    }
    assert_eq!(named, expected, "turning points to {:?}, {context}", points.target);
}

/// Every set of single changes that these come to.
fn all_of(naive: &Naive<'_>, changes: &[Values]) -> Vec<Changes> {
    let mut sets: Vec<Changes> = vec![Vec::new()];
    for values in changes {
        let question = values.question();
        let such: Vec<Value> =
            naive.values[question].iter().copied().filter(|value| values.contains(*value)).collect();
        let with = |set: &Changes, value: &Value| {
            let mut set = set.clone();
            set.push((question, *value));
            set
        };
        sets = sets.iter().flat_map(|set| such.iter().map(|value| with(set, value))).collect();
    }
    sets
}

fn check_slack(naive: &mut Naive<'_>, given: &Given, explanation: &Explanation, band: usize, context: &str) {
    let applicable = naive.applicable(given, true);
    let listed = |question: &usize| explanation.slack.iter().any(|values| values.question() == *question);
    assert!(applicable.iter().all(listed), "slack, {context}");
    for values in &explanation.slack {
        let question = values.question();
        for value in naive.values[question].clone() {
            let stays = naive.outcome(&changed(given, &[(question, value)])).band == band;
            assert_eq!(values.contains(value), stays, "slack of {question} for {value:?}, {context}");
        }
    }
}

fn check_open_questions(naive: &mut Naive<'_>, given: &Given, explanation: &Explanation, context: &str) {
    let applicable = naive.applicable(given, false);
    let listed = |question: &usize| explanation.open_questions.iter().any(|open| open.question == *question);
    assert!(applicable.iter().all(listed), "open questions, {context}");
    for open in &explanation.open_questions {
        let values = naive.values[open.question].clone();
        let margins: Vec<i64> = values
            .iter()
            .map(|value| naive.outcome(&changed(given, &[(open.question, *value)])).margin)
            .collect();
        let spread = margins.iter().max().unwrap_or(&0) - margins.iter().min().unwrap_or(&0);
        assert_eq!(open.spread, spread, "spread of {}, {context}", open.question);
        let others = changed(given, &[(open.question, values[0])]);
        let can_change = naive.completions(&others).iter().any(|given| {
            let bands: BTreeSet<usize> = values
                .iter()
                .map(|value| naive.outcome(&changed(given, &[(open.question, *value)])).band)
                .collect();
            bands.len() > 1
        });
        assert_eq!(open.can_change, Some(can_change), "whether {} can change it, {context}", open.question);
    }
}

/// Moves both burdens by a share, and sees whether the side holds: in hundredths, so that all is exact.
fn check_percent(rulebook: &Rulebook, assessment: &Assessment, percent: u8, context: &str) {
    if assessment.decided_by.is_some() {
        return assert_eq!(percent, 100, "{context}");
    }
    let burden = |platform: usize| assessment.standings[platform].burden;
    let (with, without) = (burden(assessment.best_with), burden(assessment.best_without));
    let side = assessment.leaning(rulebook);
    let holds = |percent: i64| {
        [percent, -percent].into_iter().all(|share| {
            let margin = without * (100 + share) - with * (100 - share);
            let beyond = |leaning: Leaning, up: bool| {
                rulebook.bands().iter().filter(|band| band.leaning == leaning).all(|band| {
                    if up {
                        band.from.is_none_or(|from| margin < 100 * from || from <= assessment.margin)
                    } else {
                        band.to.is_none_or(|to| margin > 100 * to || to >= assessment.margin)
                    }
                })
            };
            let mut others =
                [Leaning::Without, Leaning::Hedge, Leaning::With].into_iter().filter(|other| *other != side);
            others.all(|other| beyond(other, share >= 0))
        })
    };
    let percent = i64::from(percent);
    assert!(holds(percent), "{percent} % does not hold, {context}");
    assert!(percent == 100 || !holds(percent + 1), "{percent} % is not the most, {context}");
}

#[test]
fn everything_that_is_said_of_random_rulebooks_is_what_trying_everything_finds() {
    let mut numbers = Numbers(11);
    let mut checked = 0;
    for round in 0..340 {
        let Some(rulebook) = random_rulebook(&mut numbers) else { continue };
        let mut naive = Naive::of_small(&rulebook);
        let engine = Engine::with_budget(&rulebook, 1_000_000);
        for set in 0..10 {
            let given = some_answers(&mut numbers, &naive, [0, 2, 4, 6, 10][set % 5]);
            check_everything(&mut naive, &engine, &given, &format!("round {round}, set {set}: {given:?}"));
            checked += 1;
        }
    }
    assert!(checked > 1_900, "only {checked} sets of answers were checked");
}

#[test]
fn everything_that_is_said_of_slices_of_the_shipped_rulebook_is_what_trying_everything_finds() {
    let mut numbers = Numbers(12);
    for round in 0..12 {
        let rulebook = slice(&mut numbers, 4);
        let mut naive = Naive::of_classes(&rulebook);
        let sets: usize = naive.values.iter().map(|values| values.len() + 1).product();
        if sets > 20_000 {
            continue;
        }
        let engine = Engine::with_budget(&rulebook, 1_000_000);
        for set in 0..8 {
            let given = some_answers(&mut numbers, &naive, [0, 3, 6, 10][set % 4]);
            check_everything(&mut naive, &engine, &given, &format!("slice {round}, set {set}: {given:?}"));
        }
    }
}

/// The place of a figure: keys, and ids within lists.
fn place(rulebook: &Rulebook, figure: Figure) -> Vec<String> {
    let criterion = |index: usize| rulebook.criteria()[index].id.clone();
    let aspect = |index: usize| rulebook.aspects()[index].id.clone();
    let platform = |index: usize| rulebook.platforms()[index].id.clone();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match figure {
        Figure::Cell { aspect: row, platform: column } => {
            words(&["aspect", &aspect(row), "cells", &platform(column), "level"])
        }
        Figure::Level { criterion: of, aspect: row } => {
            words(&["criterion", &criterion(of), "demands", &aspect(row), "level"])
        }
        Figure::Weight { criterion: of, aspect: row } => {
            words(&["criterion", &criterion(of), "demands", &aspect(row), "weight"])
        }
        Figure::Effort(of) => words(&["platform", &platform(of), "effort"]),
        Figure::Price(of) => words(&["criterion", &criterion(of), "effort"]),
        Figure::Must { criterion: of, aspect: row } => {
            words(&["criterion", &criterion(of), "musts", &aspect(row)])
        }
        Figure::Familiarity { criterion: of, whose } => {
            words(&["criterion", &criterion(of), "familiarity", rulebook.whose_id(whose)])
        }
        Figure::EffortPrice => words(&["constants", "effort-price", "value"]),
        Figure::ShortfallPrice => words(&["constants", "shortfall-price", "value"]),
    }
}

/// Rule files and what they say, of which a figure can be changed.
struct Written {
    files: Vec<SourceFile>,
    tables: Vec<toml::Table>,
}

impl Written {
    fn of(files: Vec<SourceFile>) -> Self {
        let tables = files.iter().map(|file| file.text.parse().expect("TOML")).collect();
        Self { files, tables }
    }

    /// The rulebook with a figure changed, if it is still valid. All other files stay as they are.
    fn with_figure(&self, place: &[String], value: i64) -> Option<Rulebook> {
        let (index, table) = self.tables.iter().enumerate().find_map(|(index, table)| {
            let mut table = table.contains_key(&place[0]).then(|| table.clone())?;
            *figure_at(&mut table, place)? = toml::Value::Integer(value);
            Some((index, table))
        })?;
        let mut files = self.files.clone();
        files[index].text = table.to_string().into();
        Rulebook::parse(files).ok()
    }
}

fn figure_at<'t>(table: &'t mut toml::Table, place: &[String]) -> Option<&'t mut toml::Value> {
    let (first, rest) = place.split_first()?;
    let at = match table.get_mut(first)? {
        toml::Value::Array(items) => items.iter_mut().find(|item| item["id"].as_str() == Some(&rest[0]))?,
        other => other,
    };
    let named = usize::from(first != "constants");
    rest[named..].iter().try_fold(at, |at, key| at.get_mut(key))
}

#[test]
fn the_most_fragile_figure_changes_the_side_and_nothing_smaller_does() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    // Cases have no part in what a figure comes to.
    let rules = builtin_files().into_iter().filter(|file| !file.name.ends_with("cases.toml"));
    let written = Written::of(rules.collect());
    let mut compared = 0;
    for case in some() {
        let given = case.answers(&rulebook).values();
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        let side = assessment.leaning(&rulebook);
        let Some(fragile) = engine.explain(&rulebook, &given, &assessment).steadiness.fragile else {
            continue;
        };
        let side_with = |figure: Figure, value: i64| {
            let changed = written.with_figure(&place(&rulebook, figure), value)?;
            let readings = changed.readings(|question| given[question]);
            Some(assess(&changed, readings).leaning(&changed))
        };
        let Fragile { figure, now, then, .. } = fragile;
        if let Some(changed) = side_with(figure, then) {
            assert_eq!(changed, fragile.side, "{}: {fragile:?}", case.id);
            assert_ne!(changed, side, "{}: {fragile:?}", case.id);
        }
        if (then - now).abs() == 2 && compared == 0 {
            compared += 1;
            let demanded = |row: &usize| assessment.demanded_level(&rulebook, *row) > 0;
            for row in (0..rulebook.aspects().len()).filter(demanded) {
                let aspect = &rulebook.aspects()[row];
                for (column, cell) in aspect.cells.iter().enumerate() {
                    let level = i64::from(cell.level);
                    for value in [level - 1, level + 1].into_iter().filter(|value| (0..=4).contains(value)) {
                        let changed = side_with(Figure::Cell { aspect: row, platform: column }, value);
                        assert_eq!(changed, Some(side), "{}: {} {column} {value}", case.id, aspect.id);
                    }
                }
            }
        }
    }
    assert!(compared > 0, "no case has a verdict that only a change of two figures moves");
}

/// The places of all figures of a rulebook that are not texts.
fn all_places(tables: &[toml::Table]) -> Vec<(Vec<String>, i64)> {
    fn within(value: &toml::Value, at: &[String], places: &mut Vec<(Vec<String>, i64)>) {
        match value {
            toml::Value::Integer(number) => places.push((at.to_vec(), *number)),
            toml::Value::Table(table) => {
                for (key, value) in table {
                    within(value, &[at, std::slice::from_ref(key)].concat(), places);
                }
            }
            _ => {}
        }
    }
    let mut places = Vec::new();
    for key in ["aspect", "criterion", "platform"] {
        for item in tables.iter().filter_map(|table| table.get(key)?.as_array()).flatten() {
            let id = item["id"].as_str().unwrap_or_default().to_owned();
            for (part, value) in item.as_table().into_iter().flatten().filter(|(part, _)| *part != "when") {
                within(value, &[key.to_owned(), id.clone(), part.clone()], &mut places);
            }
        }
    }
    for constant in ["effort-price", "shortfall-price"] {
        let place = ["constants", constant, "value"].map(str::to_owned).to_vec();
        let value =
            tables.iter().find_map(|table| table.get("constants")?.get(constant)?["value"].as_integer());
        places.extend(value.map(|value| (place, value)));
    }
    places
}

#[test]
fn no_figure_of_a_random_rulebook_is_more_fragile_than_the_one_that_is_named() {
    let mut numbers = Numbers(14);
    let (mut compared, mut musts) = (0, 0);
    while compared < 60 || musts == 0 {
        let Some(rulebook) = random_rulebook(&mut numbers) else { continue };
        let written = Written::of(rulebook.files().to_vec());
        let naive = Naive::of_small(&rulebook);
        let given = some_answers(&mut numbers, &naive, 2);
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        if assessment.decided_by.is_some() {
            continue;
        }
        let side = assessment.leaning(&rulebook);
        let engine = Engine::new(&rulebook);
        let fragile = engine.explain(&rulebook, &given, &assessment).steadiness.fragile;
        let side_with = |place: &[String], value: i64| {
            let changed = written.with_figure(place, value)?;
            let readings = changed.readings(|question| given[question]);
            Some(assess(&changed, readings).leaning(&changed))
        };
        let distance = fragile.map_or(3, |fragile| (fragile.then - fragile.now).abs());
        if let Some(Fragile { figure, then, side: to, .. }) = fragile {
            musts += usize::from(matches!(figure, Figure::Must { .. }));
            let changed = side_with(&place(&rulebook, figure), then);
            assert!(changed.is_none_or(|changed| changed == to), "{fragile:?}");
        }
        for (place, now) in if compared < 60 { all_places(&written.tables) } else { Vec::new() } {
            for change in 1..distance.min(3) {
                for value in [now - change, now + change] {
                    let changed = side_with(&place, value);
                    assert!(
                        changed.is_none_or(|changed| changed == side),
                        "{place:?} {value}, not {fragile:?}"
                    );
                }
            }
        }
        compared += usize::from(distance > 1);
    }
}

#[test]
fn what_few_boxes_prove_of_open_questions_is_true() {
    let rulebook = rulebook();
    let whole = Engine::with_budget(&rulebook, 1_000_000);
    let short = [10, 40, 160].map(|budget| Engine::with_budget(&rulebook, budget));
    let mut numbers = Numbers(14);
    let naive = Naive::of_classes(&rulebook);
    let mut proved = [0; 2];
    for _ in 0..10 {
        let given = some_answers(&mut numbers, &naive, 2);
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        let exact = whole.explain(&rulebook, &given, &assessment);
        for open in
            short.iter().flat_map(|engine| engine.explain(&rulebook, &given, &assessment).open_questions)
        {
            let Some(can_change) = open.can_change else { continue };
            let same = exact.open_questions.iter().find(|other| other.question == open.question);
            assert_eq!(same.and_then(|same| same.can_change), Some(can_change), "{given:?}");
            proved[usize::from(can_change)] += 1;
        }
    }
    assert!(proved.iter().all(|number| *number > 0), "{proved:?}");
}

#[test]
fn where_the_budget_ends_a_search_nothing_possible_is_missing_and_it_is_said() {
    let rulebook = rulebook();
    let (whole, small) = (Engine::with_budget(&rulebook, 1_000_000), Engine::with_budget(&rulebook, 3));
    let mut numbers = Numbers(13);
    let naive = Naive::of_classes(&rulebook);
    let mut wider = 0;
    for _ in 0..15 {
        let given = some_answers(&mut numbers, &naive, 2);
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        let (exact, rough) =
            (whole.explain(&rulebook, &given, &assessment), small.explain(&rulebook, &given, &assessment));
        assert!(exact.outlook.proved);
        let ((least, most), (below, above)) = (exact.outlook.margins, rough.outlook.margins);
        wider += usize::from((below, above) != (least, most));
        let (near, bounds) = (exact.outlook.sureness, rough.outlook.sureness);
        let within =
            bounds.least <= near.least.and(Share::LEAST) && near.most <= bounds.most.and(Share::LEAST);
        assert!(within, "{bounds:?} {near:?} {given:?}");
        assert!((bounds.least..=bounds.most).contains(&bounds.share), "{given:?}");
        assert!(below <= least && most <= above, "{given:?}");
        assert!(exact.outlook.verdicts.iter().all(|band| rough.outlook.verdicts.contains(band)), "{given:?}");
        for (open, proved) in rough.open_questions.iter().filter_map(|open| Some((open, open.can_change?))) {
            let same = exact.open_questions.iter().find(|other| other.question == open.question);
            assert_eq!(same.and_then(|same| same.can_change), Some(proved), "{given:?}");
        }
        if let Some(reason) = rough.sufficient_reason.filter(|reason| reason.smallest) {
            let exact = exact.sufficient_reason.map(|exact| exact.answers.len());
            assert_eq!(Some(reason.answers.len()), exact, "{given:?}");
        }
    }
    assert!(wider > 0, "three boxes were enough for everything");
}

#[test]
fn what_is_said_of_the_published_decisions_is_proved() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let questions = 0..rulebook.questions().len();
    let unproved = |case: &Case| {
        let given: Given = questions.clone().map(|question| case.answer(question)).collect();
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        let explanation = engine.explain(&rulebook, &given, &assessment);
        let open = explanation.open_questions.iter().filter(|open| open.can_change.is_none());
        let open = open
            .map(|open| format!("{}: whether `{}` decides", case.id, rulebook.questions()[open.question].id));
        let verdicts = (!explanation.outlook.proved).then(|| format!("{}: what is possible", case.id));
        let reason = explanation.sufficient_reason.filter(|reason| !reason.smallest);
        let reason = reason.map(|_| format!("{}: the smallest reason", case.id));
        open.chain(verdicts).chain(reason).collect::<Vec<String>>()
    };
    let unproved: Vec<String> = rulebook.cases().par_iter().flat_map_iter(unproved).collect();
    assert!(unproved.is_empty(), "{unproved:#?}");
}

#[test]
fn an_explanation_is_the_same_on_one_core_and_on_several() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let naive = Naive::of_classes(&rulebook);
    let mut numbers = Numbers(21);
    let given: Vec<Given> =
        (0..24).map(|round| some_answers(&mut numbers, &naive, if round % 3 == 2 { 5 } else { 0 })).collect();
    let explain = |given: &Given| {
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        engine.explain(&rulebook, given, &assessment)
    };
    let on = |cores: usize| -> Vec<Explanation> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().expect("threads");
        pool.install(|| given.iter().map(explain).collect())
    };
    let (one, several) = (on(1), on(3));
    for (given, (one, several)) in given.iter().zip(one.iter().zip(&several)) {
        assert_eq!(one, several, "{given:?}");
    }
}

/// Answers with which the search ends while it widens a set of options.
const CUT_SHORT_AT_A_SET: &[(&str, &str)] = &[
    ("services", "0"),
    ("workloads", "worker,scheduled-jobs,ml-serving,stateful"),
    ("today", "kubernetes"),
    ("managed-services", "false"),
    ("given", "cluster"),
    ("autoscaling", "true"),
    ("load", "predictable-peaks"),
    ("teams", "3"),
    ("experience", "some"),
    ("uptime", "best-effort"),
    ("release-pace", "monthly"),
    ("isolation", "true"),
    ("lock-in", "required"),
    ("gpus", "none"),
    ("training", "one-machine"),
    ("feature-store", "true"),
    ("customers-install", "true"),
];

/// The set of these answers.
fn answered(rulebook: &Rulebook, answers: &[(&str, &str)]) -> Given {
    let value = |question: &Question| {
        let (_, text) = answers.iter().find(|(id, _)| *id == question.id)?;
        question.parse(text).unwrap_or_else(|error| panic!("{}: {error}", question.id))
    };
    rulebook.questions().iter().map(value).collect()
}

#[test]
fn a_reason_that_was_cut_short_still_forces_the_verdict() {
    let rulebook = rulebook();
    let naive = Naive::of_classes(&rulebook);
    let mut numbers = Numbers(17);
    let mut sets: Vec<Given> = (0..16).map(|_| some_answers(&mut numbers, &naive, 0)).collect();
    sets.push(answered(&rulebook, CUT_SHORT_AT_A_SET));
    for (round, given) in sets.into_iter().rev().enumerate() {
        let engine = Engine::with_budget(&rulebook, [2_000, 400, 40, 4][round % 4]);
        let assessment = assess(&rulebook, rulebook.readings(|question| given[question]));
        let explanation = engine.explain(&rulebook, &given, &assessment);
        let reason = explanation.sufficient_reason.unwrap_or_else(|| panic!("{given:?}"));
        for values in &reason.answers {
            assert!(
                given[values.question()].is_some_and(|value| values.contains(value)),
                "{values:?} {given:?}"
            );
        }
        for _ in 0..200 {
            let mut drawn = some_answers(&mut numbers, &naive, 0);
            for values in &reason.answers {
                let allowed: Vec<Value> = naive.values[values.question()]
                    .iter()
                    .copied()
                    .filter(|value| values.contains(*value))
                    .collect();
                drawn[values.question()] = Some(allowed[numbers.below(allowed.len())]);
            }
            let band = assess(&rulebook, rulebook.readings(|question| drawn[question])).band;
            assert_eq!(band, assessment.band, "{reason:?} {drawn:?} {given:?}");
        }
    }
}
