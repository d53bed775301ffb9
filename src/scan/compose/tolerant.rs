//! Reads Compose files that are no YAML as far as they can be read: line by line.

use std::rc::Rc;

use super::super::yaml::mend::{self, Broken, Reading};
use super::super::yaml::{Entry, Map, Mark, Node, Value};

/// Deeper levels are not read line by line.
const LEVELS: usize = 16;

/// Lines that are read so; each is a value.
const LINES: usize = 20_000;
/// Items of a list in one line.
const ITEMS: usize = 100;

/// Reads a text as YAML, else as what it resembles.
pub(super) fn read(path: &Rc<str>, text: &str) -> Reading {
    mend::read(path, text).unwrap_or_else(|Broken { trouble, mended }| Reading {
        documents: vec![outline(path, &mended)],
        trouble: Some(format!("{trouble}; only names and plain values were read, line by line")),
    })
}

/// Keys with plain values and lists of plain values by their indentation; whatever else there is does not stop it.
fn outline(path: &Rc<str>, text: &str) -> Rc<Node> {
    let mut tree = Outline::new(path);
    let mut block = None;
    for (index, line) in text.lines().take(LINES).enumerate() {
        let body = line.trim_start();
        let indent = line[..line.len() - body.len()].replace('\t', "  ").len();
        let body = without_comment(body).trim_end();
        if body.is_empty() || block.is_some_and(|outer| indent > outer) {
            continue;
        }
        block = body.ends_with(['|', '>']).then_some(indent);
        tree.line(indent, body, index + 1);
    }
    tree.finish()
}

fn without_comment(body: &str) -> &str {
    if body.starts_with('#') {
        return "";
    }
    body.find(" #").map_or(body, |hash| &body[..hash])
}

/// The open levels of a text that is read line by line.
struct Outline<'a> {
    path: &'a Rc<str>,
    levels: Vec<Level>,
}

struct Level {
    /// The key that it is under.
    key: Rc<str>,
    line: usize,
    /// The indentation of that key; less than any for the outermost level.
    indent: isize,
    entries: Map,
    items: Vec<Rc<Node>>,
}

impl<'a> Outline<'a> {
    fn new(path: &'a Rc<str>) -> Self {
        let top = Level { key: "".into(), line: 1, indent: -1, entries: Map::new(), items: Vec::new() };
        Self { path, levels: vec![top] }
    }

    fn line(&mut self, indent: usize, body: &str, line: usize) {
        let indent = isize::try_from(indent).unwrap_or(isize::MAX);
        let item = body.strip_prefix("- ");
        // Items may stand at the indentation of their key.
        let inside = |level: &Level| level.indent < indent || (item.is_some() && level.indent == indent);
        while self.levels.len() > 1 && !self.levels.last().is_some_and(inside) {
            self.close();
        }
        let mark = Mark { path: Rc::clone(self.path), line };
        let full = self.levels.len() >= LEVELS;
        let Some(level) = self.levels.last_mut() else { return };
        match (item, key_and_value(body)) {
            (Some(item), _) => level.items.push(Rc::new(Node::new(mark, plain(item)))),
            (None, Some((key, ""))) if !full => {
                let entries = Map::new();
                self.levels.push(Level { key: key.into(), line, indent, entries, items: Vec::new() });
            }
            (None, Some((key, value))) => {
                let node = Rc::new(value_node(&mark, value));
                level.entries.insert(key.into(), Entry { mark, node });
            }
            (None, None) => {}
        }
    }

    fn close(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        let mark = Mark { path: Rc::clone(self.path), line: level.line };
        let key = Rc::clone(&level.key);
        let node = Rc::new(Node::new(mark.clone(), level.value()));
        if let Some(outer) = self.levels.last_mut() {
            outer.entries.insert(key, Entry { mark, node });
        }
    }

    fn finish(mut self) -> Rc<Node> {
        while self.levels.len() > 1 {
            self.close();
        }
        let entries = self.levels.pop().map(|level| level.entries).unwrap_or_default();
        Rc::new(Node::new(Mark { path: Rc::clone(self.path), line: 1 }, Value::Map(entries)))
    }
}

impl Level {
    fn value(self) -> Value {
        match (self.entries.is_empty(), self.items.is_empty()) {
            (false, _) => Value::Map(self.entries),
            (true, false) => Value::List(self.items),
            (true, true) => Value::Null,
        }
    }
}

/// A key as plain as those of compose, and what stands after it; anchors and tags are not a value.
fn key_and_value(body: &str) -> Option<(&str, &str)> {
    let (key, value) = body.split_once(": ").or_else(|| body.strip_suffix(':').map(|key| (key, "")))?;
    let key = key.trim().trim_matches(['"', '\'']);
    let allowed = |letter: char| letter.is_alphanumeric() || "._-<${}/".contains(letter);
    if key.is_empty() || !key.chars().all(allowed) {
        return None;
    }
    let value = value.trim();
    Some((key, if value.starts_with(['&', '!']) && !value.contains(' ') { "" } else { value }))
}

fn value_node(mark: &Mark, value: &str) -> Node {
    let Some(items) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Node::new(mark.clone(), plain(value));
    };
    let items =
        items.split(',').take(ITEMS).map(|item| Rc::new(Node::new(mark.clone(), plain(item)))).collect();
    Node::new(mark.clone(), Value::List(items))
}

fn plain(text: &str) -> Value {
    let text = text.trim().trim_matches(['"', '\'']);
    let nothing = matches!(text, "" | "~" | "null") || text.starts_with(['*', '|', '>', '{']);
    if nothing { Value::Null } else { Value::Text(text.into()) }
}
