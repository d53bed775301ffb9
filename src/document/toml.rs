//! TOML, by the `toml` crate, as located nodes.

use toml::de::{DeTable, DeValue};

use super::{Entry, FaultLog, Located, Node};

pub(super) fn read<'a>(text: &'a str, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        log.fault(error.span().unwrap_or(0..0), format!("this is not valid TOML: {}", error.message()), None);
    }
    entries(table.into_inner())
}

fn entries(table: DeTable<'_>) -> Vec<Entry<'_>> {
    table
        .into_iter()
        .map(|(key, value)| {
            let (key_span, span) = (key.span(), value.span());
            Entry { key: key.into_inner(), key_span, value: Located { node: node(value.into_inner()), span } }
        })
        .collect()
}

fn node(value: DeValue<'_>) -> Node<'_> {
    match value {
        DeValue::String(text) => Node::Text(text),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => Node::Integer(value),
            Err(_) => Node::Number(integer.as_str().to_owned().into()),
        },
        DeValue::Float(float) => Node::Number(float.as_str().to_owned().into()),
        DeValue::Boolean(flag) => Node::Flag(flag),
        DeValue::Datetime(_) => Node::Other("a date"),
        DeValue::Array(items) => Node::List(
            items
                .into_iter()
                .map(|item| {
                    let span = item.span();
                    Located { node: node(item.into_inner()), span }
                })
                .collect(),
        ),
        DeValue::Table(table) => Node::Table(entries(table)),
    }
}
