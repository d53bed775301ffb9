//! TOML, by the `toml` crate, as located nodes.

use toml::de::{DeTable, DeValue};

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::{Entry, Located, Node, Span};

/// Values deeper within one another than this help nobody.
const MOST_NESTED: usize = 100;

/// Words, spaces and signs of a text, each of which the parser keeps: what is within the other bounds has fewer.
const MOST_TOKENS: usize = 500_000;
/// Bytes of a text of which all faults are told: each letter may be one, and the parser keeps them all.
const ALL_FAULTS_WITHIN: usize = 128 << 10;

/// Where a text has one word or sign too many, or opens one value too many within others, and which of it. The parser follows
/// them on the stack, and its own bound can be talked down by what is closed and was never opened.
pub(super) fn too_much(text: &str) -> Option<(Span, &'static str)> {
    let mut open: Vec<TokenKind> = Vec::new();
    for (number, token) in Source::new(text).lex().enumerate() {
        let opened_by = match token.kind() {
            kind @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => {
                open.push(kind);
                None
            }
            TokenKind::RightSquareBracket => Some(TokenKind::LeftSquareBracket),
            TokenKind::RightCurlyBracket => Some(TokenKind::LeftCurlyBracket),
            _ => None,
        };
        if opened_by.is_some() && open.last().copied() == opened_by {
            open.pop();
        }
        let span = || token.span().start()..token.span().end();
        if open.len() > MOST_NESTED {
            return Some((span(), "values are nested more deeply than is read"));
        }
        if number > MOST_TOKENS {
            return Some((span(), "words and signs are more than are read"));
        }
    }
    None
}

/// Where a carriage return stands alone, which TOML knows nowhere. Where lines end so, the parser finds a fault in each.
pub(super) fn lone_return(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let lone = |place: &usize| bytes.get(place + 1) != Some(&b'\n');
    text.match_indices('\r').map(|(place, _)| place).find(lone).map(|place| place..place + 1)
}

/// What a text says; what is wrong with it goes to `fault`: all of it, or where the text is long only the first.
pub(super) fn parse(text: &str, mut fault: impl FnMut(Span, String)) -> DeTable<'_> {
    let (table, errors) = match text.len() > ALL_FAULTS_WITHIN {
        true => match DeTable::parse(text) {
            Ok(table) => (table.into_inner(), Vec::new()),
            Err(error) => (DeTable::new(), vec![error]),
        },
        false => {
            let (table, errors) = DeTable::parse_recoverable(text);
            (table.into_inner(), errors)
        }
    };
    for error in errors {
        fault(error.span().unwrap_or(0..0), format!("this is not valid TOML: {}", error.message()));
    }
    table
}

/// The same as located nodes.
pub(super) fn read(text: &str, fault: impl FnMut(Span, String)) -> Vec<Entry<'_>> {
    entries(parse(text, fault))
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
        DeValue::Datetime(_) => Node::Date,
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
