//! Sets of answers, written as conditions and read back, are the same sets; and they read as sentences.

use needk8s::builtin::builtin_files;
use needk8s::document::SourceFile;
use needk8s::rulebook::{Classes, Condition, Kind, OptionSet, Rulebook, Truth, Value, Values};

use crate::cases::rulebook;
use crate::numbers::Numbers;

/// Values of a question, with those on both sides of every threshold.
fn samples(rulebook: &Rulebook, question: usize) -> Vec<Value> {
    match &rulebook.questions()[question].kind {
        Kind::Flag(_) => vec![Value::Flag(false), Value::Flag(true)],
        Kind::Choice(options) => (0..options.len()).map(Value::Choice).collect(),
        Kind::Choices(options) => {
            (0..1_u64 << options.len()).map(|set| Value::Choices(OptionSet(set))).collect()
        }
        Kind::Count(count) => (1..40).chain([count.max]).map(Value::Count).collect(),
    }
}

/// Some sets of answers to each question, each a union of classes.
fn sets(rulebook: &Rulebook) -> Vec<Values> {
    let mut numbers = Numbers(7);
    let mut sets = Vec::new();
    for (question, classes) in Classes::of_rulebook(rulebook).iter().enumerate() {
        sets.extend((0..classes.len()).map(|class| classes.values(question, &[class])));
        sets.push(classes.values(question, &(0..classes.len()).collect::<Vec<_>>()));
        for _ in 0..40 {
            let some: Vec<usize> = (0..classes.len()).filter(|_| numbers.below(2) == 0).collect();
            if !some.is_empty() {
                sets.push(classes.values(question, &some));
            }
        }
    }
    sets
}

/// The rulebook with one more criterion that holds under a condition, written as TOML; the condition as it was read.
fn read_back(written: &[String]) -> Vec<Condition> {
    let mut files = builtin_files();
    let criteria: Vec<String> = written
        .iter()
        .enumerate()
        .map(|(index, when)| {
            format!(
                "[[criterion]]\nid = \"read-back-{index}\"\nside = \"capacity\"\nstatement = \"x\"\nwhen = {when}\n\
                 effort = 1\nbecause = \"x\"\nsources = [\"judgement\"]\n"
            )
        })
        .collect();
    files.push(SourceFile::new("read-back.toml", criteria.concat()));
    let rulebook = Rulebook::parse(files).unwrap_or_else(|faults| panic!("{faults}"));
    let mine = rulebook.criteria().iter().filter(|criterion| criterion.id.starts_with("read-back-"));
    mine.map(|criterion| criterion.when.clone()).collect()
}

/// JSON as TOML on one line.
fn toml(data: &serde_json::Value) -> String {
    use serde_json::Value as Json;
    match data {
        Json::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[test]
fn a_set_written_as_a_condition_and_read_back_is_the_same_set() {
    let rulebook = rulebook();
    let questions = rulebook.questions();
    let sets = sets(&rulebook);
    let written: Vec<String> =
        sets.iter().map(|set| toml(&set.condition(&questions[set.question()]).written(questions))).collect();
    // A rulebook has room for so many more conditions at once that its classes stay few.
    let conditions: Vec<Condition> = written.chunks(50).flat_map(read_back).collect();
    assert_eq!(conditions.len(), sets.len());
    for ((set, condition), written) in sets.iter().zip(&conditions).zip(&written) {
        for value in samples(&rulebook, set.question()) {
            // Every other question stands at its first sample, or at what makes this one apply.
            let readings = applying(&rulebook, set.question(), value);
            let Some(readings) = readings else { continue };
            let expected = if set.contains(value) { Truth::True } else { Truth::False };
            assert_eq!(condition.truth(&readings), expected, "{written} of {value:?}");
        }
    }
}

/// Readings in which a question applies and has this value; `None` when none were found.
fn applying(rulebook: &Rulebook, question: usize, value: Value) -> Option<Vec<needk8s::rulebook::Reading>> {
    let needed = rulebook.questions()[question].ask_when.as_ref().map_or(Vec::new(), Condition::questions);
    let all: Vec<Value> = needed.iter().flat_map(|other| samples(rulebook, *other)).collect();
    let tries = if needed.is_empty() { 1 } else { all.len() };
    (0..tries).find_map(|at| {
        let mut values: Vec<Option<Value>> =
            (0..rulebook.questions().len()).map(|other| samples(rulebook, other).last().copied()).collect();
        for other in &needed {
            let samples = samples(rulebook, *other);
            values[*other] = Some(samples[at % samples.len()]);
        }
        values[question] = Some(value);
        let readings = rulebook.readings(|question| values[question]);
        (readings[question] == needk8s::rulebook::Reading::Known(value)).then_some(readings)
    })
}

#[test]
fn a_question_that_does_not_apply_meets_no_condition_on_its_answer() {
    let rulebook = rulebook();
    let questions = rulebook.questions();
    for set in sets(&rulebook) {
        let question = &questions[set.question()];
        if question.ask_when.is_none() {
            continue;
        }
        let readings = vec![needk8s::rulebook::Reading::DoesNotApply; questions.len()];
        assert_ne!(set.condition(question).truth(&readings), Truth::True, "{}", question.id);
    }
}

#[test]
fn every_set_reads_as_a_clause_without_ids_or_gaps() {
    let rulebook = rulebook();
    for set in sets(&rulebook) {
        let question = &rulebook.questions()[set.question()];
        for text in
            [set.say(question), set.describe(question), set.condition(question).say(rulebook.questions())]
        {
            assert!(
                !text.is_empty() && !text.contains("{n}") && !text.contains("  "),
                "{}: {text:?}",
                question.id
            );
            assert!(!text.ends_with(' ') && !text.starts_with(' '), "{}: {text:?}", question.id);
        }
    }
}

#[test]
fn sets_are_said_the_short_way() {
    let rulebook = rulebook();
    let said = |id: &str, has: &dyn Fn(Value) -> bool| {
        let question = rulebook.question(id).expect("a question");
        let classes = &Classes::of_rulebook(&rulebook)[question];
        let classes_in: Vec<usize> = (0..classes.len()).filter(|class| has(classes.sample(*class))).collect();
        classes.values(question, &classes_in).say(&rulebook.questions()[question])
    };
    let but = |option: usize| move |value: Value| value != Value::Choice(option);
    assert_eq!(said("location", &but(0)), "one server is not enough");
    assert_eq!(said("purpose", &but(3)), "nobody relies on it in production");
    assert_eq!(said("purpose", &but(0)), "it is more than a homelab or a personal project");
    assert_eq!(said("developers", &|value| value == Value::Count(1)), "one person writes the software");
    assert_eq!(
        said("developers", &|value| value > Value::Count(1)),
        "more than one person writes the software"
    );
    assert_eq!(
        said("services", &|value| value > Value::Count(29)),
        "you deploy more than 29 services of your own"
    );
}
