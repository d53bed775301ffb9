//! `[[question]]` → [`Question`].

use super::{Ids, Section, condition};
use crate::document::{Entry, Node, Reader};
use crate::rulebook::value::{Choice, Count, FlagSay, Growth, Kind, OptionSet, Question, Shares, Value};

/// Numbers beyond this are slips; the bound keeps arithmetic on them safe.
const MAX_COUNT: i64 = 1_000_000_000;

pub(super) fn build(section: &Section<'_>, groups: &Ids<'_>) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for (table, id) in section.tables.iter().zip(&section.ids.names) {
        let mut question = question(table, (*id).to_owned(), groups, &questions);
        let is_taken = |word: &str| {
            section.ids.index.contains_key(word)
                || questions.iter().any(|earlier| earlier.aliases.iter().any(|alias| alias == word))
        };
        question.aliases = aliases(table, "question", is_taken);
        questions.push(question);
        table.finish();
    }
    questions
}

/// `earlier` are the questions that `ask-when` may refer to, so that conditions never turn in a circle.
fn question(table: &Reader<'_>, id: String, groups: &Ids<'_>, earlier: &[Question]) -> Question {
    if ["all", "any", "not", "unless"].contains(&id.as_str()) {
        table.log().fault(table.span(), format!("`{id}` has a meaning of its own in conditions"), None);
    }
    let mut shares = Shares::default();
    let kind = kind(table, &id, &mut shares);
    if matches!(kind, Kind::Choices(_)) && !shares.by_value.is_empty() {
        shares.stated = table.required_integer("stated", 1..=MAX_COUNT).unsigned_abs();
        let most = shares.by_value.iter().map(|(_, stated)| *stated).max().unwrap_or_default();
        if most > shares.stated {
            let message = format!("`stated` is {}, and an option has a `share` of {most}", shares.stated);
            table.log().fault(table.span(), message, None);
        }
    } else {
        shares.stated = shares.count(|_| true);
        shares.unsaid = unsaid(table, &kind);
    }
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
        aliases: Vec::new(),
        group: groups.required(table, "group"),
        name: table.required_text("name"),
        prompt: table.required_text("prompt"),
        help: table.required_text("help"),
        why: table.required_text("why"),
        kind,
        ordered,
        detail: table.flag("detail"),
        past: table.flag("past"),
        kin: table.flag("kin"),
        grows,
        shares,
        ask_when: table.get("ask-when").map(|value| condition::read(value, earlier, table.log())),
        id,
    }
}

/// What answers the question takes; how often each occurs goes to `shares`.
fn kind(table: &Reader<'_>, id: &str, shares: &mut Shares) -> Kind {
    let Some(word) = table.required_word("kind") else { return Kind::Flag(FlagSay::default()) };
    match word.text {
        "flag" => {
            shares.by_value =
                stated(table, "share", |text| text.parse().ok().map(Value::Flag), "true or false");
            Kind::Flag(flag_say(table))
        }
        "choice" => Kind::Choice(options(table, id, Value::Choice, shares)),
        "choices" => {
            Kind::Choices(options(table, id, |option| Value::Choices(OptionSet::of(option)), shares))
        }
        "count" => {
            let count = count(table);
            let number = |text: &str| {
                text.parse().ok().filter(|number| (count.min..=count.max).contains(number)).map(Value::Count)
            };
            shares.by_value = stated(table, "share", number, "a number that the question takes");
            Kind::Count(count)
        }
        other => {
            table.log().unknown(word.span.clone(), "kind", other, ["flag", "choice", "choices", "count"]);
            Kind::Flag(FlagSay::default())
        }
    }
}

/// `share = { true = 7, false = 3 }`: how many published decisions state each value.
fn stated(
    table: &Reader<'_>,
    key: &'static str,
    value: impl Fn(&str) -> Option<Value>,
    expected: &str,
) -> Vec<(Value, u64)> {
    let read = |entry: &Entry<'_>| {
        let value = value(&entry.key);
        if value.is_none() {
            let message = format!("`{}` is no answer", entry.key);
            table.log().fault(entry.key_span.clone(), message, Some(format!("write {expected}")));
        }
        match entry.value.node {
            Node::Integer(number @ 0..=MAX_COUNT) => Some((value?, number.unsigned_abs())),
            ref other => {
                let message = format!("a share is a number of decisions, not {}", super::shown(other));
                table.log().fault(entry.value.span.clone(), message, None);
                None
            }
        }
    };
    table.map(key).iter().filter_map(read).collect()
}

/// `unsaid = { none = 110 }`: the answer that is not mentioned, and how many decisions state none.
fn unsaid(table: &Reader<'_>, kind: &Kind) -> Option<(Value, u64)> {
    let value = |text: &str| match kind {
        Kind::Flag(_) => text.parse().ok().map(Value::Flag),
        Kind::Choice(options) => options.iter().position(|option| option.id == text).map(Value::Choice),
        Kind::Count(count) => {
            text.parse().ok().filter(|number| (count.min..=count.max).contains(number)).map(Value::Count)
        }
        Kind::Choices(_) => None,
    };
    let given = stated(table, "unsaid", value, "one answer to the question");
    if given.len() > 1 {
        table.log().fault(table.span(), "only one answer can be the usual one".to_owned(), None);
    }
    given.first().copied()
}

fn flag_say(table: &Reader<'_>) -> FlagSay {
    let Some(say) = say(table, "{ yes = \"it is so\", no = \"it is not so\" }") else {
        return FlagSay::default();
    };
    let flag = FlagSay { yes: say.required_text("yes"), no: say.required_text("no") };
    say.finish();
    flag
}

/// The table of how answers are said; `example` shows it to those who wrote none.
fn say<'d>(table: &Reader<'d>, example: &str) -> Option<Reader<'d>> {
    if table.get("say").is_none() {
        let help = format!("as within a sentence: say = {example}");
        table.log().fault(table.span(), "the question lacks `say`".to_owned(), Some(help));
        return None;
    }
    table.required_table("say")
}

fn count(table: &Reader<'_>) -> Count {
    let min = table.integer("min", 0..=MAX_COUNT).unwrap_or(0).unsigned_abs();
    let max = table.integer("max", 1..=MAX_COUNT).unwrap_or(MAX_COUNT).unsigned_abs();
    if min > max {
        table.log().fault(table.span(), format!("`min` {min} is above `max` {max}"), None);
    }
    let unit = table.required_text("unit");
    let example = "{ above = \"you have more than {n}\", at-most = \"you have {n} or fewer\", exactly = \"you have {n}\" }";
    let Some(say) = say(table, example) else { return Count { min, max, unit, ..Count::default() } };
    let count = Count {
        min,
        max,
        unit,
        above: say.required_text("above"),
        at_most: say.required_text("at-most"),
        exactly: say.required_text("exactly"),
        none: say.text("none"),
        one: say.text("one"),
        above_one: say.text("above-one"),
        between: say.text("between"),
    };
    say.finish();
    count
}

fn options(
    table: &Reader<'_>,
    question: &str,
    value: impl Fn(usize) -> Value,
    shares: &mut Shares,
) -> Vec<Choice> {
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
            if let Some(share) = option.integer("share", 0..=MAX_COUNT) {
                shares.by_value.push((value(options.len()), share.unsigned_abs()));
            }
            let is_taken = |word: &str| {
                options
                    .iter()
                    .any(|other: &Choice| other.id == word || other.aliases.iter().any(|alias| alias == word))
            };
            let aliases = aliases(&option, "option", is_taken);
            options.push(Choice {
                id: id.text.to_owned(),
                aliases,
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

/// Other words for a question or an option, none of which may stand for another one.
fn aliases(table: &Reader<'_>, what: &str, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
    let mut aliases = Vec::new();
    for alias in table.words("aliases") {
        if is_taken(alias.text) {
            let message = format!("`{}` stands for another {what} already", alias.text);
            table.log().fault(alias.span.clone(), message, None);
        } else {
            aliases.push(alias.text.to_owned());
        }
    }
    aliases
}
