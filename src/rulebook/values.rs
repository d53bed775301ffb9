//! Sets of answers to one question: in words, and as conditions.

use super::clauses::{joined, none_of};
use super::condition::{Accepts, Condition, Test};
use super::value::{Choice, Count, Kind, NONE, OptionSet, Question, Value};
use crate::text::list;

/// A set of answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    question: usize,
    whole: bool,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Flags { yes: bool, no: bool },
    Options(OptionSet),
    Ranges(Vec<(u64, u64)>),
    Terms(Vec<Term>),
}

/// Sets of options that have at least one option of each of `includes` and none of `excludes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) includes: Vec<OptionSet>,
    pub(super) excludes: Vec<OptionSet>,
}

impl Term {
    fn admits(&self, set: OptionSet) -> bool {
        self.includes.iter().all(|options| options.intersects(set))
            && !self.excludes.iter().any(|options| options.intersects(set))
    }

    fn excluded(&self) -> OptionSet {
        self.excludes.iter().fold(OptionSet::default(), |all, options| all.union(*options))
    }
}

impl Values {
    pub(super) fn new(question: usize, whole: bool, shape: Shape) -> Self {
        Self { question, whole, shape }
    }

    /// The answers that pass a test, or, where `passing` is false, those that do not.
    pub(crate) fn of_test(test: Test, question: &Question, passing: bool) -> Self {
        let all = OptionSet::first(question.options().len());
        let shape = match (test.accepts, passing) {
            (Accepts::Flag(flag), _) => Shape::Flags { yes: flag == passing, no: flag != passing },
            (Accepts::OneOf(options), true) => Shape::Options(options),
            (Accepts::OneOf(options), false) => Shape::Options(all.without(options)),
            (Accepts::Includes(options), true) => {
                Shape::Terms(vec![Term { includes: vec![options], excludes: Vec::new() }])
            }
            (Accepts::Includes(options), false) => {
                Shape::Terms(vec![Term { includes: Vec::new(), excludes: vec![options] }])
            }
            (Accepts::Between(from, to), true) => Shape::Ranges(vec![(from, to)]),
            (Accepts::Between(from, to), false) => Shape::Ranges(outside(&question.kind, from, to)),
        };
        Self { question: test.question, whole: false, shape }
    }

    /// The index of the question.
    pub fn question(&self) -> usize {
        self.question
    }

    /// Whether no answer is in the set.
    pub fn is_empty(&self) -> bool {
        match &self.shape {
            Shape::Flags { yes, no } => !yes && !no,
            Shape::Options(options) => options.is_empty(),
            Shape::Ranges(ranges) => ranges.is_empty(),
            Shape::Terms(terms) => terms.is_empty(),
        }
    }

    /// Whether every answer is in the set.
    pub fn is_everything(&self) -> bool {
        self.whole
    }

    /// Whether no more than one answer is in the set.
    pub fn is_single(&self) -> bool {
        match &self.shape {
            Shape::Flags { yes, no } => !(*yes && *no),
            Shape::Options(options) => options.len() <= 1,
            Shape::Ranges(ranges) => ranges.iter().map(|(from, to)| to - from + 1).sum::<u64>() <= 1,
            Shape::Terms(_) => false,
        }
    }

    /// Whether it has a number that is at most so many times a given one, or that part of it.
    pub fn is_within(&self, times: u64, value: Value) -> bool {
        match (&self.shape, value) {
            (Shape::Ranges(ranges), Value::Count(now)) => {
                let now = now.max(1);
                ranges
                    .iter()
                    .any(|(from, to)| *from <= now.saturating_mul(times) && to.saturating_mul(times) >= now)
            }
            _ => true,
        }
    }

    /// Whether an answer is in the set.
    pub fn contains(&self, value: Value) -> bool {
        match (&self.shape, value) {
            (Shape::Flags { yes, no }, Value::Flag(flag)) => {
                if flag {
                    *yes
                } else {
                    *no
                }
            }
            (Shape::Options(options), Value::Choice(option)) => options.contains(option),
            (Shape::Ranges(ranges), Value::Count(number)) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&number))
            }
            (Shape::Terms(terms), Value::Choices(set)) => terms.iter().any(|term| term.admits(set)),
            _ => false,
        }
    }

    /// A condition that is true exactly when the question applies and its answer is in the set.
    pub fn condition(&self, question: &Question) -> Condition {
        let test = |accepts| Condition::Test(Test { question: self.question, accepts });
        match &self.shape {
            Shape::Flags { yes, no } => {
                let flags = [(*yes, true), (*no, false)].into_iter().filter(|(in_it, _)| *in_it);
                any(flags.map(|(_, flag)| test(Accepts::Flag(flag))).collect())
            }
            Shape::Options(options) => test(Accepts::OneOf(*options)),
            Shape::Ranges(ranges) => {
                any(ranges.iter().map(|(from, to)| test(Accepts::Between(*from, *to))).collect())
            }
            Shape::Terms(terms) => {
                let every = OptionSet::first(question.options().len());
                let has = |options| test(Accepts::Includes(options));
                let lacks = |options| Condition::Not(Box::new(has(options)));
                let said = |term: &Term| match (term.includes.as_slice(), term.excludes.as_slice()) {
                    ([], []) => any(vec![has(every), lacks(every)]),
                    (includes, excludes) => {
                        let includes = includes.iter().copied().map(has);
                        all(includes.chain(excludes.iter().copied().map(lacks)).collect())
                    }
                };
                let condition = match any_of_these(terms) {
                    Some(options) => has(options),
                    None => any(terms.iter().map(said).collect()),
                };
                // What an answer lacks, a question that does not apply lacks as well.
                match &question.ask_when {
                    Some(applies) if terms.iter().any(|term| term.includes.is_empty()) => {
                        all(vec![applies.clone(), condition])
                    }
                    _ => condition,
                }
            }
        }
    }

    /// A clause that is true of exactly these answers and completes "when …": "you deploy more than 5 services".
    pub fn say(&self, question: &Question) -> String {
        if self.whole {
            return "any answer is given".to_owned();
        }
        joined(&self.clauses(question), "or")
    }

    /// The same where "and" follows: several alternatives begin with "either".
    pub fn say_beside_others(&self, question: &Question) -> String {
        let said = self.say(question);
        let kinds = match &self.shape {
            Shape::Terms(terms) if !said.contains(" either ") => terms.len(),
            _ => self.clauses(question).len(),
        };
        if kinds > 1 { format!("either {said}") } else { said }
    }

    /// How many things a sentence about it has to name.
    pub fn parts(&self, question: &Question) -> usize {
        let (Shape::Terms(terms), Kind::Choices(options)) = (&self.shape, &question.kind) else { return 1 };
        let parts = |term: &Term| match none_of_the_others(options, term.excluded()) {
            Some(_) if term.includes.is_empty() => 1,
            _ => term.includes.iter().map(|set| set.len()).sum::<usize>() + term.excluded().len(),
        };
        terms.iter().map(parts).sum()
    }

    fn clauses(&self, question: &Question) -> Vec<String> {
        match (&self.shape, &question.kind) {
            (Shape::Flags { yes, no }, Kind::Flag(say)) => [(*yes, &say.yes), (*no, &say.no)]
                .into_iter()
                .filter(|(in_it, _)| *in_it)
                .map(|(_, say)| say.clone())
                .collect(),
            (Shape::Options(set), Kind::Choice(options)) => say_options(options, *set, question.ordered),
            (Shape::Ranges(ranges), Kind::Count(count)) => {
                ranges.iter().map(|range| say_range(count, *range)).collect()
            }
            (Shape::Terms(terms), Kind::Choices(options)) => say_terms(options, terms),
            _ => Vec::new(),
        }
    }

    /// The answers themselves, without a sentence around them: "6 or more", "yes", "99 % or 99.9 %".
    pub fn describe(&self, question: &Question) -> String {
        if self.whole {
            return "any answer".to_owned();
        }
        let parts = match (&self.shape, &question.kind) {
            (Shape::Flags { yes, .. }, _) => vec![question.describe(Value::Flag(*yes))],
            (Shape::Options(set), Kind::Choice(options)) => {
                return describe_options(options, *set, question.ordered);
            }
            (Shape::Ranges(ranges), Kind::Count(count)) => {
                ranges.iter().map(|range| describe_range(count, *range)).collect()
            }
            (Shape::Terms(terms), Kind::Choices(options)) => {
                terms.iter().map(|term| describe_term(options, term)).collect()
            }
            _ => Vec::new(),
        };
        list(&parts, "or")
    }
}

/// The options of which one is enough, where that is all that the terms say.
fn any_of_these(terms: &[Term]) -> Option<OptionSet> {
    let single = |term: &Term| match (term.includes.as_slice(), term.excludes.as_slice()) {
        ([only], []) => Some(*only),
        _ => None,
    };
    let options: Option<Vec<OptionSet>> = terms.iter().map(single).collect();
    options.map(|options| options.into_iter().fold(OptionSet::default(), OptionSet::union))
}

fn any(mut parts: Vec<Condition>) -> Condition {
    if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) }
}

fn all(mut parts: Vec<Condition>) -> Condition {
    if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) }
}

/// The numbers of a question that are not from `from` to `to`.
fn outside(kind: &Kind, from: u64, to: u64) -> Vec<(u64, u64)> {
    let Kind::Count(count) = kind else { return Vec::new() };
    let below = (from > count.min).then(|| (count.min, from - 1));
    let above = (to < count.max).then(|| (to + 1, count.max));
    below.into_iter().chain(above).collect()
}

fn says(options: &[Choice], set: OptionSet) -> Vec<String> {
    set.iter().filter_map(|option| options.get(option)).map(|option| option.say.clone()).collect()
}

/// What is said when none of these options is chosen; `None` where the rulebook has no words for it.
fn denials(options: &[Choice], set: OptionSet) -> Option<Vec<String>> {
    set.iter().map(|option| options.get(option)?.say_not.clone()).collect()
}

fn say_options(options: &[Choice], set: OptionSet, ordered: bool) -> Vec<String> {
    if let Some(clause) = say_stretch(options, set).filter(|_| ordered) {
        return vec![clause];
    }
    let rest = OptionSet::first(options.len()).without(set);
    // A few options are clearer than what several others are not.
    if rest.len() == 1 || !rest.is_empty() && rest.len() < set.len() && set.len() > 3 {
        match denials(options, rest) {
            Some(denials) => return vec![none_of(&denials)],
            None if rest.len() == 1 && set.len() > 3 => {
                return vec![format!("it is not the case that {}", says(options, rest).concat())];
            }
            None => {}
        }
    }
    says(options, set)
}

/// All options from one on, or up to one, in the words that the rulebook has for that.
fn say_stretch(options: &[Choice], set: OptionSet) -> Option<String> {
    let (first, last) = (set.iter().next()?, set.iter().last()?);
    if set.len() == 1 || set != OptionSet::range(first, last) {
        return None;
    }
    match (first, last + 1 == options.len()) {
        (0, true) => None,
        (_, true) => options.get(first)?.say_at_least.clone(),
        (0, _) => options.get(last)?.say_at_most.clone(),
        _ => None,
    }
}

fn describe_options(options: &[Choice], set: OptionSet, ordered: bool) -> String {
    let labels = |set: OptionSet| -> Vec<String> {
        set.iter()
            .filter_map(|option| options.get(option))
            .map(|option| format!("“{}”", option.label))
            .collect()
    };
    let ends = (set.iter().next(), set.iter().last());
    if let (true, (Some(first), Some(last))) = (ordered && set.len() > 1, ends)
        && set == OptionSet::range(first, last)
    {
        if last + 1 == options.len() {
            return format!("{} or more", labels(OptionSet::of(first)).concat());
        }
        if first == 0 {
            return format!("anything up to {}", labels(OptionSet::of(last)).concat());
        }
    }
    let rest = OptionSet::first(options.len()).without(set);
    if rest.len() + 1 < set.len() {
        return format!("anything but {}", list(&labels(rest), "and"));
    }
    list(&labels(set), "or")
}

fn say_range(count: &Count, (from, to): (u64, u64)) -> String {
    let fill = |text: &str, number: u64| text.replace("{n}", &number.to_string());
    let above = |number: u64| match (&count.above_one, number) {
        (Some(above_one), 1) => above_one.clone(),
        _ => fill(&count.above, number),
    };
    let exactly = |number: u64| match (&count.none, &count.one, number) {
        (Some(none), _, 0) => none.clone(),
        (_, Some(one), 1) => one.clone(),
        _ => fill(&count.exactly, number),
    };
    match (from == count.min, to == count.max) {
        _ if from == to => exactly(from),
        _ if (from, to) == (0, 1) => joined(&[exactly(0), exactly(1)], "or"),
        (_, true) => above(from.saturating_sub(1)),
        (true, false) => fill(&count.at_most, to),
        (false, false) => match &count.between {
            Some(between) => between.replace("{from}", &from.to_string()).replace("{to}", &to.to_string()),
            None => format!("{}, but no more than {to}", above(from - 1)),
        },
    }
}

fn describe_range(count: &Count, (from, to): (u64, u64)) -> String {
    match (from == count.min, to == count.max) {
        _ if from == to => from.to_string(),
        (_, true) => format!("{from} or more"),
        (true, false) => format!("anything up to {to}"),
        (false, false) => format!("{from} to {to}"),
    }
}

/// A clause for each kind of what must not be there; what the alternatives share is said once.
fn say_terms(options: &[Choice], terms: &[Term]) -> Vec<String> {
    let mut clauses = Vec::new();
    let mut rest: Vec<&Term> = terms.iter().collect();
    while let Some(first) = rest.first().copied() {
        let (alike, others): (Vec<&Term>, Vec<&Term>) =
            rest.into_iter().partition(|term| term.excluded() == first.excluded());
        rest = others;
        clauses.push(say_term(options, &say_includes(options, &alike), first.excluded()));
    }
    clauses
}

/// What terms ask for, one of them being enough.
fn say_includes(options: &[Choice], terms: &[&Term]) -> String {
    let say = |set: &OptionSet| joined(&says(options, *set), "or");
    let shared: Vec<OptionSet> = terms[0].includes.clone();
    let shared: Vec<&OptionSet> =
        shared.iter().filter(|set| terms.iter().all(|term| term.includes.contains(set))).collect();
    let own = |term: &&Term| -> Vec<String> {
        term.includes.iter().filter(|set| !shared.contains(set)).map(say).collect()
    };
    let owns: Vec<Vec<String>> = terms.iter().map(own).collect();
    if terms.len() > 1 && !shared.is_empty() && owns.iter().all(|own| own.len() == 1) {
        let shared: Vec<String> = shared.into_iter().map(say).collect();
        return format!("{} and either {}", joined(&shared, "and"), joined(&owns.concat(), "or"));
    }
    let whole = |term: &&Term| joined(&term.includes.iter().map(say).collect::<Vec<_>>(), "and");
    joined(&terms.iter().map(whole).collect::<Vec<_>>(), "or")
}

fn say_term(options: &[Choice], has: &str, excluded: OptionSet) -> String {
    if excluded.is_empty() {
        return has.to_owned();
    }
    if let (true, Some(none)) = (has.is_empty(), none_of_the_others(options, excluded)) {
        return none.say.clone();
    }
    match (has.is_empty(), denials(options, excluded)) {
        (true, Some(denials)) => none_of(&denials),
        (false, Some(denials)) => format!("{has}, but {}", none_of(&denials)),
        (true, None) => format!("it is not the case that {}", joined(&says(options, excluded), "or")),
        (false, None) => format!("{has}, unless {}", joined(&says(options, excluded), "or")),
    }
}

/// The option that says that none of the others is true, where all of those are excluded.
fn none_of_the_others(options: &[Choice], excluded: OptionSet) -> Option<&Choice> {
    let none = options.iter().position(|option| option.id == NONE)?;
    let others = OptionSet::first(options.len()).without(OptionSet::of(none));
    options.get(none).filter(|_| excluded.without(OptionSet::of(none)) == others)
}

fn describe_term(options: &[Choice], term: &Term) -> String {
    let any_of = |set: &OptionSet| {
        let labels: Vec<String> = set
            .iter()
            .filter_map(|option| options.get(option))
            .map(|option| format!("“{}”", option.label))
            .collect();
        list(&labels, "or")
    };
    let has: Vec<String> = term.includes.iter().map(any_of).collect();
    let lacks = any_of(&term.excluded());
    match (has.as_slice(), lacks.as_str()) {
        ([], "") => "any answer".to_owned(),
        ([], lacks) => format!("anything without {lacks}"),
        (has, "") => format!("anything with {}", list(has, "and")),
        (has, lacks) => format!("anything with {}, without {lacks}", list(has, "and")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_near_within_some_times_of_it_either_way() {
        let values = Values::new(0, false, Shape::Ranges(vec![(20, 99)]));
        let near = [3, 4, 50, 495, 496].map(|now| values.is_within(5, Value::Count(now)));
        assert_eq!(near, [false, true, true, true, false]);
        let flags = Values::new(0, false, Shape::Flags { yes: true, no: false });
        assert!(flags.is_within(5, Value::Flag(false)));
    }
}
