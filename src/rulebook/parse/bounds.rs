//! How long texts and tables of a rule file may be: a name stands hundreds of times in a result, and keys are looked for often.

use crate::document::{Entry, FaultLog, Located, Node};

/// Keys of one table.
const MOST_KEYS: usize = 1_000;
/// Letters of what things are called.
const LONGEST_NAME: usize = 300;
/// Letters of any other text.
const LONGEST_TEXT: usize = 4_000;
/// The keys of what things are called.
const NAMES: [&str; 8] = ["name", "version", "called", "label", "title", "unit", "products", "case"];

/// Notes tables and texts that are larger than any that people write.
pub(super) fn check(entries: &[Entry<'_>], log: &FaultLog<'_>) {
    if let Some(entry) = entries.get(MOST_KEYS) {
        return log.fault(entry.key_span.clone(), format!("a table has more than {MOST_KEYS} keys"), None);
    }
    for entry in entries {
        check_value(&entry.key, &entry.value, log);
    }
}

fn check_value(key: &str, value: &Located<'_>, log: &FaultLog<'_>) {
    let longest = if NAMES.contains(&key) { LONGEST_NAME } else { LONGEST_TEXT };
    match &value.node {
        Node::Text(text) if text.len() > longest && text.chars().count() > longest => {
            log.fault(value.span.clone(), format!("`{key}` is longer than {longest} characters"), None);
        }
        Node::List(items) => items.iter().for_each(|item| check_value(key, item, log)),
        Node::Table(entries) => check(entries, log),
        _ => {}
    }
}
