//! Values of a file, each with its place.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A byte range of the text that a value was read from.
pub type Span = Range<usize>;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Located<'a> {
    #[serde(borrow)]
    pub(crate) node: Node<'a>,
    pub(crate) span: Span,
}

/// A value of either format. Numbers keep their spelling, so that `99.90` is not read as `99.9` by accident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Node<'a> {
    Null,
    Flag(bool),
    Integer(i64),
    Number(#[serde(borrow)] Cow<'a, str>),
    Text(#[serde(borrow)] Cow<'a, str>),
    List(#[serde(borrow)] Vec<Located<'a>>),
    Table(#[serde(borrow)] Vec<Entry<'a>>),
    /// No file of ours has one.
    Date,
}

/// One `key = value` of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    pub(crate) key: Cow<'a, str>,
    pub(crate) key_span: Span,
    #[serde(borrow)]
    pub(crate) value: Located<'a>,
}
