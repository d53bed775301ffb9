//! JSON, by the `jsonc-parser` crate with all of its leniency switched off, as located nodes.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

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

fn span(value: &impl Ranged) -> Span {
    let range = value.range();
    range.start..range.end
}

fn entries<'a>(object: Object<'a>, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::with_capacity(object.properties.len());
    for property in object.properties {
        let key_span = span(&property.name);
        let key = property.name.into_string();
        if entries.iter().any(|entry| entry.key == key) {
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
