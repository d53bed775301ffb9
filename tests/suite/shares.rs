//! How often each answer occurs, as `rules/questions.toml` has it, is how often published decisions state it. Which answer
//! goes without saying (`unsaid`) is a judgement; how many decisions leave it unsaid is counted.
//!
//! With `TRYCMD=overwrite` in the environment the numbers are put right.

use std::collections::BTreeMap;
use std::path::Path;

use needk8s::rulebook::{Case, Question, Reading, Rulebook, Value};
use toml_edit::{DocumentMut, InlineTable, Item, Key, Table, value};

use crate::cases::rulebook;

#[test]
fn the_shares_of_answers_are_those_of_the_published_decisions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/questions.toml");
    let written = std::fs::read_to_string(&path).expect("the questions");
    let right = with_shares(&rulebook(), &written);
    if written == right {
        return;
    }
    if std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
        std::fs::write(&path, right).expect("the questions can be written");
        return;
    }
    let changed = right.lines().filter(|line| {
        ["share = ", "stated = ", "unsaid = "].iter().any(|key| line.starts_with(key))
            && !written.contains(line)
    });
    let changed: Vec<&str> = changed.collect();
    panic!("TRYCMD=overwrite cargo test --test suite shares; among others:\n{}", changed.join("\n"));
}

/// The questions with the right number of decisions at each answer.
fn with_shares(rulebook: &Rulebook, questions: &str) -> String {
    let mut document: DocumentMut = questions.parse().expect("valid TOML");
    let tables = document["question"].as_array_of_tables_mut().expect("questions");
    for table in tables.iter_mut() {
        let id = table["id"].as_str().expect("an id").to_owned();
        let index = rulebook.question(&id).expect("a question");
        let question = &rulebook.questions()[index];
        let stated: Vec<Value> = rulebook.cases().iter().filter_map(|case| case.answer(index)).collect();
        write(table, question, &stated);
        let unsaid = |case: &&Case| case.readings(rulebook)[index] == Reading::Unknown;
        let number = rulebook.cases().iter().filter(unsaid).count();
        if let Some((usual, _)) = table.get("unsaid").and_then(|given| given.as_inline_table()?.iter().next())
        {
            let unsaid = InlineTable::from_iter([(Key::new(usual), number as i64)]);
            set(table, "unsaid", Some(value(unsaid)));
        }
    }
    document.to_string()
}

fn write(table: &mut Table, question: &Question, stated: &[Value]) {
    let spelled = |value: &Value| question.spell(*value);
    let mut numbers: BTreeMap<(u64, String), i64> = BTreeMap::new();
    for value in stated {
        let order = if let Value::Count(number) = value { *number } else { 0 };
        *numbers.entry((order, spelled(value))).or_default() += 1;
    }
    let Some(options) = table.get_mut("option").and_then(Item::as_array_of_tables_mut) else {
        let shares: InlineTable =
            numbers.into_iter().map(|((_, text), number)| (Key::new(text), number)).collect();
        return set(table, "share", (!shares.is_empty()).then(|| value(shares)));
    };
    for (index, option) in options.iter_mut().enumerate() {
        let has = |value: &&Value| match value {
            Value::Choices(set) => set.contains(index),
            other => **other == Value::Choice(index),
        };
        let number = stated.iter().filter(has).count();
        set(option, "share", (number > 0).then(|| value(number as i64)));
    }
    let of_sets = stated.iter().any(|value| matches!(value, Value::Choices(_)));
    set(table, "stated", of_sets.then(|| value(stated.len() as i64)));
}

/// Puts a value at a key, or takes the key away; what is right already keeps its spelling.
fn set(table: &mut Table, key: &str, item: Option<Item>) {
    match item {
        Some(item) => {
            let same = |old: &Item| old.to_string().trim() == item.to_string().trim();
            if !table.get(key).is_some_and(same) {
                table.insert(key, item);
            }
        }
        None => drop(table.remove(key)),
    }
}
