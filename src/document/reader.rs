//! Reads the keys of one table, notes whatever is missing, mistyped or unknown, and carries on.

use std::cell::RefCell;

use super::{Entry, FaultLog, Located, Node, Span};
use crate::text::has_unsafe;

/// One table on its way into a typed value. Every key that is asked for counts as known; [`Reader::finish`] reports the others.
pub(crate) struct Reader<'d> {
    entries: &'d [Entry<'d>],
    span: Span,
    what: &'d str,
    log: &'d FaultLog<'d>,
    known: RefCell<Vec<&'static str>>,
}

/// A text and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'d> {
    pub(crate) text: &'d str,
    pub(crate) span: &'d Span,
}

impl<'d> Reader<'d> {
    /// Reads `entries`; `what` names the table in messages ("the question"), `span` is where to point when a key is missing.
    pub(crate) fn new(entries: &'d [Entry<'d>], span: Span, what: &'d str, log: &'d FaultLog<'d>) -> Self {
        Self { entries, span, what, log, known: RefCell::new(Vec::with_capacity(entries.len() + 4)) }
    }

    /// Reads a nested value as a table, or notes that it is none.
    pub(crate) fn of(value: &'d Located<'d>, what: &'d str, log: &'d FaultLog<'d>) -> Option<Self> {
        match &value.node {
            Node::Table(entries) => Some(Self::new(entries, value.span.clone(), what, log)),
            other => {
                log.fault(value.span.clone(), format!("{what} must be a table, not {}", other.kind()), None);
                None
            }
        }
    }

    pub(crate) fn log(&self) -> &'d FaultLog<'d> {
        self.log
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The value of `key`, if it is there.
    pub(crate) fn get(&self, key: &'static str) -> Option<&'d Located<'d>> {
        self.known.borrow_mut().push(key);
        #[cfg(test)]
        asked::note(self.what, key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    fn missing(&self, key: &'static str) {
        self.log.fault(self.span.clone(), format!("{} lacks `{key}`", self.what), None);
    }

    fn mistyped(&self, key: &str, value: &Located<'_>, expected: &str) {
        self.log.fault(
            value.span.clone(),
            format!("`{key}` must be {expected}, not {}", value.node.kind()),
            None,
        );
    }

    /// A text, if the key is there; empty texts and control characters are faults.
    pub(crate) fn word(&self, key: &'static str) -> Option<Word<'d>> {
        let value = self.get(key)?;
        word(key, value, self.log)
    }

    /// A text that must be there; an empty one stands in when it is not.
    pub(crate) fn required_word(&self, key: &'static str) -> Option<Word<'d>> {
        let value = self.get(key);
        if value.is_none() {
            self.missing(key);
        }
        word(key, value?, self.log)
    }

    /// An optional text.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.word(key).map(|word| word.text.to_owned())
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, key: &'static str) -> String {
        self.required_word(key).map(|word| word.text.to_owned()).unwrap_or_default()
    }

    /// A flag that is false when it is not there.
    pub(crate) fn flag(&self, key: &'static str) -> bool {
        match self.get(key) {
            None => false,
            Some(Located { node: Node::Flag(flag), .. }) => *flag,
            Some(other) => {
                self.mistyped(key, other, "true or false");
                false
            }
        }
    }

    /// A whole number within `range`, if the key is there.
    pub(crate) fn integer(&self, key: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.get(key)?;
        match value.node {
            Node::Integer(integer) if range.contains(&integer) => Some(integer),
            Node::Integer(integer) => {
                let message = format!("`{key}` is {integer}, outside {} to {}", range.start(), range.end());
                self.log.fault(value.span.clone(), message, None);
                None
            }
            _ => {
                self.mistyped(key, value, "a whole number");
                None
            }
        }
    }

    /// A whole number that must be there.
    pub(crate) fn required_integer(&self, key: &'static str, range: std::ops::RangeInclusive<i64>) -> i64 {
        let value = self.integer(key, range);
        if value.is_none() && !self.entries.iter().any(|entry| entry.key == key) {
            self.missing(key);
        }
        value.unwrap_or_default()
    }

    /// The items of a list; none when the key is not there.
    pub(crate) fn list(&self, key: &'static str) -> &'d [Located<'d>] {
        match self.get(key) {
            None => &[],
            Some(Located { node: Node::List(items), .. }) => items,
            Some(other) => {
                self.mistyped(key, other, "a list");
                &[]
            }
        }
    }

    /// A list of texts.
    pub(crate) fn words(&self, key: &'static str) -> impl Iterator<Item = Word<'d>> + use<'d> {
        let log = self.log;
        self.list(key).iter().filter_map(move |item| word(key, item, log))
    }

    /// A list of tables, each called `what` in messages.
    pub(crate) fn tables(
        &self,
        key: &'static str,
        what: &'d str,
    ) -> impl Iterator<Item = Reader<'d>> + use<'d> {
        let log = self.log;
        self.list(key).iter().filter_map(move |item| Reader::of(item, what, log))
    }

    /// A nested table, if the key is there.
    pub(crate) fn table(&self, key: &'static str) -> Option<Reader<'d>> {
        Reader::of(self.get(key)?, key, self.log)
    }

    /// A nested table that must be there.
    pub(crate) fn required_table(&self, key: &'static str) -> Option<Reader<'d>> {
        let value = self.get(key);
        if value.is_none() {
            self.missing(key);
        }
        Reader::of(value?, key, self.log)
    }

    /// The entries of a nested table whose keys are ids.
    pub(crate) fn map(&self, key: &'static str) -> &'d [Entry<'d>] {
        match self.get(key) {
            None => &[],
            Some(Located { node: Node::Table(entries), .. }) => entries,
            Some(other) => {
                self.mistyped(key, other, "a table");
                &[]
            }
        }
    }

    /// Reports every key that nothing asked for.
    pub(crate) fn finish(&self) {
        let known = self.known.borrow();
        for entry in self.entries {
            if !known.iter().any(|key| entry.key == *key) {
                self.log.unknown(
                    entry.key_span.clone(),
                    &format!("key in {}", self.what),
                    &entry.key,
                    known.iter().copied(),
                );
            }
        }
    }
}

/// A value as a text that is safe to print.
pub(crate) fn word<'d>(key: &str, value: &'d Located<'d>, log: &FaultLog<'_>) -> Option<Word<'d>> {
    match &value.node {
        Node::Text(text) if text.trim().is_empty() => {
            log.fault(value.span.clone(), format!("`{key}` is empty"), None);
            None
        }
        Node::Text(text) if has_unsafe(text) => {
            log.fault(value.span.clone(), format!("`{key}` contains a control character"), None);
            None
        }
        Node::Text(text) => Some(Word { text, span: &value.span }),
        other => {
            log.fault(value.span.clone(), format!("`{key}` must be a text, not {}", other.kind()), None);
            None
        }
    }
}

/// What has been asked for, so that a test can hold the published shape of the files to it.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static ASKED: RefCell<BTreeSet<(String, String)>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(what: &str, key: &str) {
        ASKED.with_borrow_mut(|asked| asked.insert((what.to_owned(), key.to_owned())));
    }

    /// The tables, as messages call them, and their keys that were asked for while something was done.
    pub(crate) fn during(done: impl FnOnce()) -> BTreeSet<(String, String)> {
        ASKED.take();
        done();
        ASKED.take()
    }
}
