//! Mappings in flow style, `{a: b, c: [{d: e}]}`: their entries, as if each stood in a line of its own.

use super::{Entry, unquoted};

/// Brackets within one another.
const DEEPEST: usize = 100;

/// The entries of a mapping or list in flow style that begins and ends in one line, each further right the deeper it is;
/// those of the outermost begin at `indent`, and `begins_item` says that it is an item itself. Nothing for any other text.
pub(super) fn entries(text: &str, indent: usize, begins_item: bool) -> Option<Vec<Entry<'_>>> {
    if !text.starts_with(['{', '[']) || text.starts_with("{{") {
        return None;
    }
    let mut flow =
        Flow { text, indent, begins_item, entries: Vec::new(), open: Vec::new(), start: 0, key: None };
    let (mut quote, mut is_begun) = (None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != byte),
            (None, b'"' | b'\'') if !is_begun => quote = Some(byte),
            (None, b':') if flow.ends_key(at) => flow.key(at),
            (None, b'{' | b'[') if flow.open.len() >= DEEPEST => return None,
            (None, b'{' | b'[') => flow.open(at, byte),
            (None, b',') => flow.value(at),
            (None, b'}' | b']') => flow.close(at)?,
            _ => {}
        }
        is_begun = flow.start <= at && (is_begun || !byte.is_ascii_whitespace());
        if flow.open.is_empty() {
            let rest = text[at + 1..].trim_ascii();
            return (rest.is_empty() || rest.starts_with([',', '#'])).then_some(flow.entries);
        }
    }
    None
}

/// A text in flow style that is being read.
struct Flow<'t> {
    text: &'t str,
    indent: usize,
    /// Whether the next key begins an item of a list.
    begins_item: bool,
    entries: Vec<Entry<'t>>,
    /// The brackets that are open.
    open: Vec<u8>,
    /// Where what is being read begins.
    start: usize,
    /// The key whose value is being read.
    key: Option<&'t str>,
}

impl Flow<'_> {
    /// Whether a colon ends a key: a space, a bracket or the end follows, or the key is in quotes.
    fn ends_key(&self, at: usize) -> bool {
        let follows = self.text.as_bytes().get(at + 1);
        let is_quoted = self.text[self.start..at].trim_ascii_end().ends_with(['"', '\'']);
        self.key.is_none() && (is_quoted || follows.is_none_or(|next| b" \t{[}],".contains(next)))
    }

    fn key(&mut self, at: usize) {
        self.key = Some(unquoted(self.text[self.start..at].trim_ascii()));
        self.start = at + 1;
    }

    fn open(&mut self, at: usize, bracket: u8) {
        self.value(at);
        self.begins_item = match self.open.last() {
            Some(around) => bracket == b'{' && *around == b'[',
            None => bracket == b'{' && self.begins_item,
        };
        self.open.push(bracket);
    }

    /// Ends a value, if one is being read: a key that a bracket follows has none in its own entry.
    fn value(&mut self, at: usize) {
        if let Some(key) = self.key.take() {
            let indent = self.indent + self.open.len().saturating_sub(1);
            let rest = &self.text[self.start..at];
            self.entries.push(Entry { indent, begins_item: self.begins_item, key, rest });
            self.begins_item = false;
        }
        self.start = at + 1;
    }

    fn close(&mut self, at: usize) -> Option<()> {
        self.value(at);
        let open = self.open.pop()?;
        let fits = matches!((open, self.text.as_bytes()[at]), (b'{', b'}') | (b'[', b']'));
        fits.then_some(())
    }
}
