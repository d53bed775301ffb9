//! TOML, by the `toml` crate, as located nodes.

use toml::de::{DeTable, DeValue};

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::{Entry, Located, Node, Span};

/// Values deeper within one another than this help nobody.
const MOST_NESTED: usize = 100;

/// Where a text opens one value too many within others. The parser follows them on the stack, and its own bound can be
/// talked down by what is closed and was never opened.
pub(super) fn too_deep(text: &str) -> Option<Span> {
    let mut open: Vec<TokenKind> = Vec::new();
    for token in Source::new(text).lex() {
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
        if open.len() > MOST_NESTED {
            let span = token.span();
            return Some(span.start()..span.end());
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

/// What a text says; what is wrong with it goes to `fault`.
pub(super) fn read(text: &str, fault: impl Fn(Span, String)) -> Vec<Entry<'_>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        fault(error.span().unwrap_or(0..0), format!("this is not valid TOML: {}", error.message()));
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
