//! JSON, by the `jsonc-parser` crate, which knows where each value stands, after `serde_json` has found it to be strict.

use std::collections::HashSet;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;

use super::{Entry, FaultLog, Located, Node, Span};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn read<'a>(text: &'a str, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    // The other one takes a form feed for white space, and line breaks in texts.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let at = position(text, error.line(), error.column());
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or(&what);
        log.fault(at..at + 1, format!("this is not valid JSON: {what}"), None);
        return Vec::new();
    }
    match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(result) => match result.value {
            Some(Value::Object(object)) => entries(object, log),
            Some(other) => {
                log.fault(
                    span(&other),
                    "the top level must be an object of questions and answers".to_owned(),
                    None,
                );
                Vec::new()
            }
            None => {
                log.fault(0..0, "the file is empty; an object is expected".to_owned(), None);
                Vec::new()
            }
        },
        Err(error) => {
            let range = error.range();
            log.fault(range.start..range.end, format!("this is not valid JSON: {}", error.kind()), None);
            Vec::new()
        }
    }
}

/// The byte at a line and column, both from 1.
fn position(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

fn span(value: &impl Ranged) -> Span {
    let range = value.range();
    range.start..range.end
}

fn entries<'a>(object: Object<'a>, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::with_capacity(object.properties.len());
    let mut known = HashSet::new();
    for property in object.properties {
        let key_span = span(&property.name);
        let key = property.name.into_string();
        if !known.insert(key.clone()) {
            log.fault(key_span, format!("`{key}` stands here twice"), None);
            continue;
        }
        let span = span(&property.value);
        entries.push(Entry {
            key: key.into(),
            key_span,
            value: Located { node: node(property.value, log), span },
        });
    }
    entries
}

fn node<'a>(value: Value<'a>, log: &FaultLog<'_>) -> Node<'a> {
    match value {
        Value::NullKeyword(_) => Node::Null,
        Value::BooleanLit(literal) => Node::Flag(literal.value),
        Value::StringLit(literal) => Node::Text(literal.value),
        Value::NumberLit(literal) => match literal.value.parse() {
            Ok(integer) => Node::Integer(integer),
            Err(_) => Node::Number(literal.value.into()),
        },
        Value::Array(array) => Node::List(
            array
                .elements
                .into_iter()
                .map(|element| {
                    let span = span(&element);
                    Located { node: node(element, log), span }
                })
                .collect(),
        ),
        Value::Object(object) => Node::Table(entries(object, log)),
    }
}
