//! Comments of a TOML document, so that none is lost when a part of it is written anew.

use toml_edit::{Array, Decor, InlineTable, Item, RawString, Table, Value};

/// The comments in a part of a document, in their order: lines that begin with `#`.
pub(super) fn of_item(item: &Item) -> Vec<String> {
    let mut comments = Vec::new();
    collect_item(item, &mut comments);
    comments
}

/// The comments around a key.
pub(super) fn of_key(table: &Table, key: &str) -> Vec<String> {
    let mut comments = Vec::new();
    if let Some(key) = table.key(key) {
        collect_decor(key.leaf_decor(), &mut comments);
        collect_decor(key.dotted_decor(), &mut comments);
    }
    comments
}

/// Puts comments above a table, below those that stand there already, unless the same one stands there.
pub(super) fn put_above(table: &mut Table, comments: &[String]) {
    let before = text(table.decor().prefix()).to_owned();
    let mut after = before.trim_end_matches([' ', '\t']).to_owned();
    for comment in comments.iter().filter(|comment| !before.lines().any(|line| line.trim() == *comment)) {
        if !after.is_empty() && !after.ends_with('\n') {
            after.push('\n');
        }
        after.push_str(comment);
        after.push('\n');
    }
    if after != before {
        table.decor_mut().set_prefix(if before.is_empty() { format!("\n{after}") } else { after });
    }
}

fn collect_item(item: &Item, comments: &mut Vec<String>) {
    match item {
        Item::None => {}
        Item::Value(value) => collect_value(value, comments),
        Item::Table(table) => collect_table(table, comments),
        Item::ArrayOfTables(tables) => tables.iter().for_each(|table| collect_table(table, comments)),
    }
}

fn collect_table(table: &Table, comments: &mut Vec<String>) {
    collect_decor(table.decor(), comments);
    for (key, item) in table.iter() {
        comments.extend(of_key(table, key));
        collect_item(item, comments);
    }
}

fn collect_value(value: &Value, comments: &mut Vec<String>) {
    collect_decor(value.decor(), comments);
    match value {
        Value::Array(array) => collect_array(array, comments),
        Value::InlineTable(table) => collect_inline(table, comments),
        _ => {}
    }
}

fn collect_array(array: &Array, comments: &mut Vec<String>) {
    array.iter().for_each(|value| collect_value(value, comments));
    collect_text(array.trailing().as_str().unwrap_or_default(), comments);
}

fn collect_inline(table: &InlineTable, comments: &mut Vec<String>) {
    table.iter().for_each(|(_, value)| collect_value(value, comments));
}

fn collect_decor(decor: &Decor, comments: &mut Vec<String>) {
    collect_text(text(decor.prefix()), comments);
    collect_text(text(decor.suffix()), comments);
}

fn collect_text(text: &str, comments: &mut Vec<String>) {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with('#'));
    comments.extend(lines.map(str::to_owned));
}

fn text(raw: Option<&RawString>) -> &str {
    raw.and_then(RawString::as_str).unwrap_or_default()
}
