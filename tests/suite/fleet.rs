//! Portfolios made at random from a seed: answer sets like those that people have, as lines of JSON.

use std::fmt::Write as _;

use needk8s::rulebook::{Kind, OptionSet, Question, Rulebook, Value};

use crate::numbers::Numbers;

/// Any answer to a question, the small numbers more often than the large ones.
fn answer(question: &Question, numbers: &mut Numbers) -> Value {
    match &question.kind {
        Kind::Flag(_) => Value::Flag(numbers.once_in(2)),
        Kind::Choice(options) => Value::Choice(numbers.below(options.len())),
        Kind::Choices(options) => {
            let some = (0..1 + numbers.below(3)).map(|_| OptionSet::of(numbers.below(options.len())));
            Value::Choices(some.fold(OptionSet::default(), OptionSet::union))
        }
        Kind::Count(count) => {
            let most = [5, 20, 60, 300][numbers.below(4)].min(count.max - count.min);
            Value::Count(count.min + numbers.below(most as usize + 1) as u64)
        }
    }
}

/// Adds a line with answers to all questions, or with so many of ten unknown.
pub(crate) fn line(
    rulebook: &Rulebook,
    number: usize,
    unknown_in_ten: usize,
    numbers: &mut Numbers,
    out: &mut String,
) {
    let _ = write!(out, "{{\"name\":\"system-{number}\"");
    for question in rulebook.questions() {
        let value = answer(question, numbers);
        if numbers.below(10) < unknown_in_ten {
            continue;
        }
        let _ = write!(out, ",\"{}\":", question.id);
        written(question, value, out);
    }
    out.push_str("}\n");
}

/// An answer as JSON.
pub(crate) fn written(question: &Question, value: Value, out: &mut String) {
    let _ = match value {
        Value::Flag(_) | Value::Count(_) => write!(out, "{}", question.spell(value)),
        Value::Choice(_) => write!(out, "\"{}\"", question.spell(value)),
        Value::Choices(set) => {
            let ids: Vec<String> =
                set.iter().map(|option| format!("\"{}\"", question.options()[option].id)).collect();
            write!(out, "[{}]", ids.join(","))
        }
    };
}

/// A portfolio as a board would have it: the published decisions and variations of them, each with a name and a group.
#[allow(dead_code, reason = "the benchmark makes other ones")]
pub(crate) fn of_precedents(rulebook: &Rulebook, systems: usize, numbers: &mut Numbers) -> String {
    const GROUPS: [&str; 6] = ["payments", "logistics", "web", "data", "back office", "research"];
    let cases = rulebook.cases();
    let mut out = String::new();
    for number in 0..systems {
        let case = &cases[number % cases.len()];
        let mut values: Vec<Option<Value>> =
            (0..rulebook.questions().len()).map(|question| case.answer(question)).collect();
        // Each round is further from the published one.
        for _ in 0..3 * (number / cases.len()) {
            let question = numbers.below(values.len());
            values[question] = Some(answer(&rulebook.questions()[question], numbers));
        }
        let variation = match number / cases.len() {
            0 => String::new(),
            round => format!(", variation {round}"),
        };
        let who: String = case.who.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
        let _ = write!(
            out,
            "{{\"name\":\"{who}{variation}\",\"group\":\"{}\"",
            GROUPS[numbers.below(GROUPS.len())]
        );
        for (question, value) in rulebook.questions().iter().zip(values) {
            if let Some(value) = value {
                let _ = write!(out, ",\"{}\":", question.id);
                written(question, value, &mut out);
            }
        }
        out.push_str("}\n");
    }
    out
}
