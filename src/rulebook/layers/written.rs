//! Documents as TOML, so that what the engine uses can be read, and read in again.

use std::fmt::Write;

use crate::document::{Entry, Located, Node};
use crate::rulebook::shape::{self, Shape};

/// The keys whose tables stand each under a heading of its own, as they are too long for a line.
const LONG: [&str; 1] = ["cells"];
/// No line of a list is longer than this, if it can be broken.
const WIDTH: usize = 120;

/// A whole document: the values at its top, then its tables, then its lists of tables.
pub(super) fn document(entries: &[Entry<'_>]) -> String {
    let mut out = String::new();
    let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
    let of_head = |name: &str| shape::HEAD.keys.iter().position(|key| key.name == name);
    entries.sort_by_key(|entry| (of_head(&entry.key).unwrap_or(usize::MAX), entry.key_span.start));
    let is_tables = |entry: &&&Entry<'_>| matches!(&entry.value.node, Node::List(items) if are_tables(items));
    let is_table = |entry: &&&Entry<'_>| matches!(&entry.value.node, Node::Table(_));
    for entry in entries.iter().filter(|entry| !is_tables(entry) && !is_table(entry)) {
        pair(&mut out, entry);
    }
    for entry in entries.iter().filter(is_table) {
        let _ = writeln!(out, "\n[{}]", key(&entry.key));
        inner(&mut out, &key(&entry.key), &entry.value, None);
    }
    for entry in entries.iter().filter(is_tables) {
        let Node::List(items) = &entry.value.node else { continue };
        for table in items {
            out.push('\n');
            item(&mut out, &entry.key, table);
        }
    }
    out
}

/// One `[[kind]]` table.
pub(super) fn item(out: &mut String, kind: &str, table: &Located<'_>) {
    let path = key(kind);
    let _ = writeln!(out, "[[{path}]]");
    inner(out, &path, table, shape::kind(kind));
}

/// The keys of a table: those on one line first, each in the order of its shape, then in that of the files.
fn inner(out: &mut String, path: &str, table: &Located<'_>, shape: Option<&Shape>) {
    let Node::Table(entries) = &table.node else { return };
    let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
    let place = |name: &str| shape?.keys.iter().position(|key| key.name == name);
    entries.sort_by_key(|entry| (place(&entry.key).unwrap_or(usize::MAX), entry.key_span.start));
    let is_long = |entry: &Entry<'_>| match &entry.value.node {
        Node::Table(_) => LONG.contains(&entry.key.as_ref()),
        Node::List(items) => are_tables(items) && items.iter().all(|item| has(item, "id")),
        _ => false,
    };
    for entry in entries.iter().filter(|entry| !is_long(entry)) {
        pair(out, entry);
    }
    for entry in entries.iter().filter(|entry| is_long(entry)) {
        let path = format!("{path}.{}", key(&entry.key));
        match &entry.value.node {
            Node::List(items) => {
                for table in items {
                    let _ = writeln!(out, "[[{path}]]");
                    inner(out, &path, table, None);
                }
            }
            Node::Table(tables) => {
                for table in tables {
                    let path = format!("{path}.{}", key(&table.key));
                    let _ = writeln!(out, "[{path}]");
                    inner(out, &path, &table.value, None);
                }
            }
            _ => {}
        }
    }
}

fn has(table: &Located<'_>, key: &str) -> bool {
    matches!(&table.node, Node::Table(entries) if entries.iter().any(|entry| entry.key == key))
}

fn are_tables(items: &[Located<'_>]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item.node, Node::Table(_)))
}

fn pair(out: &mut String, entry: &Entry<'_>) {
    let line = format!("{} = {}", key(&entry.key), value(&entry.value.node));
    match &entry.value.node {
        Node::List(items) if line.len() > WIDTH && !items.is_empty() => {
            let _ = writeln!(out, "{} = [", key(&entry.key));
            for item in items {
                let _ = writeln!(out, "  {},", value(&item.node));
            }
            let _ = writeln!(out, "]");
        }
        _ => {
            let _ = writeln!(out, "{line}");
        }
    }
}

/// A value on one line.
pub(super) fn value(node: &Node<'_>) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match node {
        Node::Flag(flag) => flag.to_string(),
        Node::Integer(number) => number.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Text(text) => toml_edit::Value::from(text.as_ref()).to_string(),
        Node::List(items) => format!("[{}]", joined(items.iter().map(|item| value(&item.node)).collect())),
        Node::Table(entries) if entries.is_empty() => "{}".to_owned(),
        Node::Table(entries) => {
            let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
            entries.sort_by_key(|entry| entry.key_span.start);
            let parts = entries
                .into_iter()
                .map(|entry| format!("{} = {}", key(&entry.key), value(&entry.value.node)));
            format!("{{ {} }}", joined(parts.collect()))
        }
        // No rule file that can be read has either.
        Node::Null | Node::Date => "\"\"".to_owned(),
    }
}

fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { name.to_owned() } else { toml_edit::Value::from(name).to_string() }
}
