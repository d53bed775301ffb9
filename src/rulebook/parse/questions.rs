//! `[[question]]` → [`Question`].

use super::{Ids, Section, condition};
use crate::document::Reader;
use crate::rulebook::value::{Choice, Count, FlagSay, Growth, Kind, OptionSet, Question};

/// Numbers beyond this are slips; the bound keeps arithmetic on them safe.
const MAX_COUNT: i64 = 1_000_000_000;

pub(super) fn build(section: Section<'_>, groups: &Ids) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for (table, id) in section.tables.into_iter().zip(section.ids.names) {
        let question = question(&table, id, groups, &questions);
        questions.push(question);
        table.finish();
    }
    questions
}

/// `earlier` are the questions that `ask-when` may refer to, so that conditions never turn in a circle.
fn question(table: &Reader<'_>, id: String, groups: &Ids, earlier: &[Question]) -> Question {
    if ["all", "any", "not", "unless"].contains(&id.as_str()) {
        table.log().fault(table.span(), format!("`{id}` has a meaning of its own in conditions"), None);
    }
    let kind = kind(table, &id);
    let ordered = table.flag("ordered");
    let grows = table.word("grows").and_then(|word| match word.text {
        "up" => Some(Growth::Up),
        "down" => Some(Growth::Down),
        other => {
            table.log().unknown(word.span.clone(), "direction", other, ["up", "down"]);
            None
        }
    });
    Question {
        group: groups.required(table, "group"),
        name: table.required_text("name"),
        prompt: table.required_text("prompt"),
        help: table.required_text("help"),
        why: table.required_text("why"),
        kind,
        ordered,
        detail: table.flag("detail"),
        grows,
        ask_when: table.get("ask-when").map(|value| condition::read(value, earlier, table.log())),
        id,
    }
}

fn kind(table: &Reader<'_>, id: &str) -> Kind {
    let Some(word) = table.required_word("kind") else { return Kind::Flag(FlagSay::default()) };
    match word.text {
        "flag" => Kind::Flag(flag_say(table)),
        "choice" => Kind::Choice(options(table, id)),
        "choices" => Kind::Choices(options(table, id)),
        "count" => Kind::Count(count(table)),
        other => {
            table.log().unknown(word.span.clone(), "kind", other, ["flag", "choice", "choices", "count"]);
            Kind::Flag(FlagSay::default())
        }
    }
}

fn flag_say(table: &Reader<'_>) -> FlagSay {
    let Some(say) = table.required_table("say") else { return FlagSay::default() };
    let flag = FlagSay { yes: say.required_text("yes"), no: say.required_text("no") };
    say.finish();
    flag
}

fn count(table: &Reader<'_>) -> Count {
    let min = table.integer("min", 0..=MAX_COUNT).unwrap_or(0).unsigned_abs();
    let max = table.integer("max", 1..=MAX_COUNT).unwrap_or(MAX_COUNT).unsigned_abs();
    if min > max {
        table.log().fault(table.span(), format!("`min` {min} is above `max` {max}"), None);
    }
    let unit = table.required_text("unit");
    let Some(say) = table.required_table("say") else { return Count { min, max, unit, ..Count::default() } };
    let count = Count {
        min,
        max,
        unit,
        above: say.required_text("above"),
        at_most: say.required_text("at-most"),
        exactly: say.required_text("exactly"),
        one: say.text("one"),
        above_one: say.text("above-one"),
        between: say.text("between"),
    };
    say.finish();
    count
}

fn options(table: &Reader<'_>, question: &str) -> Vec<Choice> {
    let mut options: Vec<Choice> = Vec::new();
    for option in table.tables("option", "the option") {
        if let Some(id) = option.required_word("id") {
            if options.iter().any(|earlier| earlier.id == id.text) {
                option.log().fault(
                    id.span.clone(),
                    format!("`{question}` has two options `{}`", id.text),
                    None,
                );
            }
            if !super::is_id(id.text) || id.text == super::super::UNKNOWN {
                option.log().fault(
                    id.span.clone(),
                    format!("`{}` cannot be the id of an option", id.text),
                    None,
                );
            }
            options.push(Choice {
                id: id.text.to_owned(),
                label: option.required_text("label"),
                say: option.required_text("say"),
                say_at_least: option.text("say-at-least"),
                say_at_most: option.text("say-at-most"),
                say_not: option.text("say-not"),
            });
        }
        option.finish();
    }
    if options.len() < 2 || options.len() > OptionSet::CAPACITY {
        let message =
            format!("`{question}` has {} options; 2 to {} are possible", options.len(), OptionSet::CAPACITY);
        table.log().fault(table.span(), message, None);
    }
    options.truncate(OptionSet::CAPACITY);
    options
}
