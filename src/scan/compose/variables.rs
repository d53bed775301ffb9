//! Interpolation: the values of `.env` files, and what becomes of `${VARIABLE:-default}`.
//!
//! Values are used where something must be resolved (the name of an image, a number, a list of files or profiles). Those
//! of a file that the repository ignores are shown nowhere. What a secret is called by its name is not used at all.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

/// Defaults within defaults, deeper than this, stay as they are written.
const DEEPEST: usize = 16;
/// Longer texts are no names: they stay as they are written, and longer values are not used.
const LONGEST: usize = 4096;

/// More variables than any project has.
const MOST: usize = 1_000;
/// Bytes of all values: each file that is included has its own beside those of whatever includes it.
const LARGEST: usize = 128 << 10;
/// Bytes of all texts that variables are resolved in; nothing is left of those after them.
const MOST_RESOLVED: usize = 4 << 20;
/// Variables of one text that are resolved; the rest of it stays as it is written.
const MOST_IN_A_TEXT: usize = 16;

/// Variables and their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    values: HashMap<String, Known>,
    secret_words: Rc<[String]>,
    /// Bytes of the values.
    size: usize,
    is_full: bool,
    /// Bytes of the texts that were resolved, in all files of the project.
    resolved: Rc<Cell<usize>>,
}

#[derive(Debug, Clone)]
struct Known {
    value: String,
    /// It stands in a file of the repository, as the compose file does.
    is_public: bool,
}

/// What is wanted of a text with variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// All that is known, to draw conclusions from.
    Values,
    /// What may be shown: values that the repository itself has.
    Public,
    /// The text as it is written, but for what stands in for a secret.
    Written,
}

impl Variables {
    /// No variables yet; those with one of the words in their names will never be resolved.
    pub(super) fn new(secret_words: &[String]) -> Self {
        Self { secret_words: secret_words.into(), ..Self::default() }
    }

    /// Adds the variables of a text in the format of `.env`, which may be public. Those that are there already stay.
    pub(super) fn add(&mut self, text: &str, is_public: bool) {
        // A value may be made of others.
        let is_public = is_public && self.values.values().all(|known| known.is_public);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some((name, value)) = assignment(line) else { continue };
            let value = self.read_value(value, &mut lines);
            if value.len() > LONGEST || self.values.contains_key(name) {
                continue;
            }
            if self.values.len() >= MOST || self.size + value.len() > LARGEST {
                self.is_full = true;
                break;
            }
            self.size += value.len();
            self.values.insert(name.to_owned(), Known { value, is_public });
        }
    }

    /// Whether there were more than are kept.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Whether there was more to resolve than is.
    pub(super) fn are_used_up(&self) -> bool {
        self.resolved.get() > MOST_RESOLVED
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|known| known.value.as_str())
    }

    /// The text with its variables replaced, those with secret names excepted.
    pub(super) fn resolve<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.are_used_up() && text.contains('$') {
            return Cow::Borrowed("");
        }
        let resolved = self.resolve_for(Wanted::Values, text);
        if let Cow::Owned(resolved) = &resolved {
            self.resolved.set(self.resolved.get() + resolved.len());
        }
        resolved
    }

    /// The text with those of its variables replaced whose values may be shown.
    pub(super) fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.resolve_for(Wanted::Public, text)
    }

    /// The text as it is written, without what stands in for a secret.
    pub(super) fn written<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.resolve_for(Wanted::Written, text)
    }

    fn resolve_for<'a>(&self, wanted: Wanted, text: &'a str) -> Cow<'a, str> {
        if text.contains('$') && text.len() <= LONGEST {
            Cow::Owned(self.resolve_to(wanted, text, 0))
        } else {
            Cow::Borrowed(text)
        }
    }

    fn resolve_to(&self, wanted: Wanted, text: &str, depth: usize) -> String {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        let mut left = MOST_IN_A_TEXT;
        // Values that hold values can grow without end.
        while let Some(dollar) = rest.find('$').filter(|_| left > 0 && resolved.len() <= LONGEST) {
            left -= 1;
            resolved.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            rest = self.resolve_one(wanted, rest, depth, &mut resolved);
        }
        resolved.push_str(rest);
        resolved
    }

    /// Resolves what follows a dollar and returns what follows that.
    fn resolve_one<'a>(&self, wanted: Wanted, rest: &'a str, depth: usize, resolved: &mut String) -> &'a str {
        if let Some(rest) = rest.strip_prefix('$') {
            resolved.push_str(if wanted == Wanted::Written { "$$" } else { "$" });
            return rest;
        }
        let braced = rest.strip_prefix('{').and_then(|inner| Some((inner, closing(inner)?)));
        if let Some((inner, end)) = braced {
            resolved.push_str(&self.expand(wanted, &inner[..end], depth));
            return &inner[end + 1..];
        }
        let (name, rest) = split_name(rest);
        if name.is_empty() {
            resolved.push('$');
        } else if wanted == Wanted::Written {
            resolved.push('$');
            resolved.push_str(name);
        } else {
            resolved.push_str(&self.expand(wanted, name, depth));
        }
        rest
    }

    /// The value of what stands between braces.
    fn expand(&self, wanted: Wanted, inner: &str, depth: usize) -> String {
        let (name, operator) = split_name(inner);
        if name.is_empty() || depth >= DEEPEST {
            return format!("${{{inner}}}");
        }
        let is_private = self.values.get(name).is_some_and(|known| !known.is_public);
        if self.is_secret(name) || wanted == Wanted::Public && is_private {
            return format!("${{{name}}}");
        }
        if wanted == Wanted::Written {
            return format!("${{{name}{}}}", self.resolve_to(wanted, operator, depth + 1));
        }
        let value = self.get(name);
        let filled = value.filter(|value| !value.is_empty());
        let (operand, then) = match operator.strip_prefix(':') {
            Some(strict) => (strict, filled),
            None => (operator, value),
        };
        let word = operand.get(1..).unwrap_or_default();
        match operand.chars().next() {
            Some('-') => then.map_or_else(|| self.resolve_to(wanted, word, depth + 1), str::to_owned),
            Some('+') => then.map(|_| self.resolve_to(wanted, word, depth + 1)).unwrap_or_default(),
            _ => value.unwrap_or_default().to_owned(),
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        // Long words also end others (`DBPASSWORD`); short ones do so by chance (`VALKEY`, `BYPASS`).
        let is_word = |part: &str, word: &str| part == word || (word.len() > 5 && part.ends_with(word));
        name.split('_').any(|part| self.secret_words.iter().any(|word| is_word(part, word)))
    }

    /// A value without its quotes and comment; it may go on over the following lines within quotes.
    fn read_value(&self, value: &str, lines: &mut std::str::Lines) -> String {
        match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let text = quoted(&value[1..], quote, lines);
                if quote == '"' { self.resolve(&text).into_owned() } else { text }
            }
            _ => self.resolve(value.split(" #").next().unwrap_or_default().trim()).into_owned(),
        }
    }
}

/// `NAME=value`, perhaps after `export`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, rest) = split_name(line);
    let value = rest.trim_start().strip_prefix(['=', ':'])?;
    (!name.is_empty()).then_some((name, value.trim_start()))
}

/// The text up to the closing quote; without one, the rest of the line.
fn quoted(first: &str, quote: char, lines: &mut std::str::Lines) -> String {
    if let Some(end) = first.find(quote) {
        return first[..end].to_owned();
    }
    let mut text = first.to_owned();
    let mut ahead = lines.clone();
    while let Some(line) = ahead.next() {
        text.push('\n');
        if let Some(end) = line.find(quote) {
            text.push_str(&line[..end]);
            *lines = ahead;
            return text;
        }
        text.push_str(line);
    }
    first.to_owned()
}

fn split_name(text: &str) -> (&str, &str) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = text.find(|letter: char| !is_part(letter)).unwrap_or(text.len());
    if text.starts_with(|letter: char| letter.is_ascii_digit()) { ("", text) } else { text.split_at(end) }
}

/// Where the brace closes that was opened before the text.
fn closing(text: &str) -> Option<usize> {
    memchr::memchr(b'}', text.as_bytes())?;
    let mut open = 1;
    let mut before = ' ';
    for (index, letter) in text.char_indices() {
        match letter {
            '{' if before == '$' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(index);
        }
        before = letter;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_what_they_are_resolved_in_end() {
        let mut variables = Variables::new(&[]);
        let lines: String = (0..100).map(|number| format!("A{number}={}\n", "x".repeat(4_000))).collect();
        variables.add(&lines, true);
        assert!(variables.is_full() && variables.values.len() < 40);
        let sum: usize = (0..10_000).map(|_| variables.resolve("$A0$A1").len()).sum();
        assert!(variables.are_used_up() && sum < MOST_RESOLVED + 2 * LONGEST);
        assert_eq!((variables.resolve("$A0").as_ref(), variables.resolve("a").as_ref()), ("", "a"));
    }
}
