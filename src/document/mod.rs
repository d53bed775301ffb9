//! What a TOML or JSON file says, with the place of every word: the common ground of rule files and answers.

mod fault;
mod json;
mod reader;
mod toml;

use std::borrow::Cow;
use std::ops::Range;

pub use fault::{Fault, Faults, SourceFile};
pub(crate) use fault::{FaultLog, did_you_mean};
pub(crate) use reader::{Reader, Word, word};

/// A byte range of the text that a value was read from.
pub type Span = Range<usize>;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Located<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) span: Span,
}

/// A value of either format. Numbers keep their spelling, so that `99.90` is not read as `99.9` by accident.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Flag(bool),
    Integer(i64),
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Located<'a>>),
    Table(Vec<Entry<'a>>),
    /// A kind of value that no file of ours uses, by its name ("date").
    Other(&'static str),
}

/// One `key = value` of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Located<'a>,
}

impl Node<'_> {
    /// What the value is, with its article, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Flag(_) => "a boolean",
            Node::Integer(_) | Node::Number(_) => "a number",
            Node::Text(_) => "a text",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
            Node::Other(name) => name,
        }
    }
}

/// Reads TOML; every fault of the syntax goes to `log`, and what could be read is returned all the same.
pub(crate) fn read_toml<'a>(text: &'a str, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    toml::read(text, log)
}

/// Reads JSON whose top level is an object; a fault of the syntax goes to `log`.
pub(crate) fn read_json<'a>(text: &'a str, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    json::read(text, log)
}
