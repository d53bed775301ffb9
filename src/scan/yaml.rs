//! YAML as a small tree in which every value knows where it was written.
//!
//! Aliases share what they stand for, so that a text cannot grow by them; merge keys copy, within a budget.

pub(super) mod mend;

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, Tag};
use indexmap::IndexMap;

/// Deeper than any file that a person writes, and shallow enough to recurse over.
const DEEPEST: usize = 64;
/// Values of one text, each counted as often as aliases repeat it: what reads it goes the whole way.
pub(super) const MOST_VALUES: usize = 100_000;
/// A text counts as one more value for each so many bytes.
const BYTES_OF_A_VALUE: usize = 32;
/// How many entries merge keys may copy in one text.
const MERGED: usize = MOST_VALUES;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) path: Rc<str>,
    pub(super) line: usize,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) mark: Mark,
    /// The line in which a text ends.
    pub(super) last_line: usize,
    pub(super) on_merge: OnMerge,
    pub(super) value: Value,
    /// How many levels are below.
    height: usize,
    /// How many values there are, this and all below.
    size: usize,
}

/// What becomes of what an earlier file says in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum OnMerge {
    #[default]
    Merge,
    /// `!reset`: nothing stays, this included.
    Reset,
    /// `!override`: only this stays.
    Override,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(Rc<str>),
    List(Vec<Rc<Node>>),
    Map(Map),
}

/// Entries in their order; of equal keys the last one counts.
pub(super) type Map = IndexMap<Rc<str>, Entry>;

/// A value under a key, and where the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mark: Mark,
    pub(super) node: Rc<Node>,
}

impl Node {
    pub(super) fn new(mark: Mark, value: Value) -> Self {
        let mut height = 0;
        let mut size: usize = match &value {
            Value::Text(text) => 1 + text.len() / BYTES_OF_A_VALUE,
            Value::Null | Value::List(_) | Value::Map(_) => 1,
        };
        let mut hold = |inner: &Node| {
            height = height.max(inner.height + 1);
            size = size.saturating_add(inner.size);
        };
        match &value {
            Value::Null | Value::Text(_) => {}
            Value::List(items) => items.iter().for_each(|item| hold(item)),
            Value::Map(map) => map.values().for_each(|entry| hold(&entry.node)),
        }
        Self { last_line: mark.line, mark, on_merge: OnMerge::Merge, value, height, size }
    }

    /// How many values there are, this and all below, each as often as aliases repeat it.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a list; a single text is a list of one.
    pub(super) fn items(self: &Rc<Self>) -> Vec<Rc<Node>> {
        match &self.value {
            Value::List(items) => items.clone(),
            Value::Text(_) => vec![Rc::clone(self)],
            _ => Vec::new(),
        }
    }

    /// What stands under a key, unless it is nothing.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.map()?.get(key).filter(|entry| !entry.node.is_nothing())
    }

    /// What stands at the end of a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Entry> {
        let (last, before) = path.split_last()?;
        before.iter().try_fold(self, |node, key| Some(&*node.get(key)?.node))?.get(last)
    }

    /// Nothing is said, or what was said is taken back.
    pub(super) fn is_nothing(&self) -> bool {
        self.value == Value::Null || self.on_merge == OnMerge::Reset
    }
}

/// The documents of a text, or why it could not be read.
pub(super) fn parse(path: &Rc<str>, text: &str) -> Result<Parsed, String> {
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    options.set_emit_comments(false);
    options.simple_key_max_lookahead = 64 * 1024;
    let mut builder = Builder {
        path,
        text,
        anchors: HashMap::new(),
        open: Vec::new(),
        documents: Vec::new(),
        merged: 0,
        values: 0,
        twice: None,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| format!("it is not valid YAML: {error}"))?;
        builder.take(event, span)?;
    }
    Ok(Parsed { documents: builder.documents, twice: builder.twice })
}

/// The documents of a text.
pub(super) struct Parsed {
    pub(super) documents: Vec<Rc<Node>>,
    /// The first key that one mapping has twice, with its line.
    pub(super) twice: Option<(Rc<str>, usize)>,
}

/// The tree while it grows; no recursion, so that no depth of a text can end the program.
struct Builder<'a> {
    path: &'a Rc<str>,
    text: &'a str,
    anchors: HashMap<usize, Rc<Node>>,
    open: Vec<Open>,
    documents: Vec<Rc<Node>>,
    merged: usize,
    /// Values that were written, and those that stand in documents.
    values: usize,
    twice: Option<(Rc<str>, usize)>,
}

/// A list or mapping that is not closed yet.
struct Open {
    mark: Mark,
    anchor: usize,
    on_merge: OnMerge,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map { entries: Map, merges: Vec<Rc<Node>>, key: Option<(Rc<str>, Mark)> },
}

impl Builder<'_> {
    fn take(&mut self, event: Event, span: Span) -> Result<(), String> {
        let mark = Mark { path: Rc::clone(self.path), line: span.start.line() };
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let written = span.slice(self.text).unwrap_or_default().trim_ascii_end();
                let last_line = mark.line + memchr::memchr_iter(b'\n', written.as_bytes()).count();
                let on_merge = on_merge(tag.as_deref());
                let node = Node { on_merge, last_line, ..Node::new(mark, scalar(&text, style)) };
                self.done(Rc::new(node), anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(mark, anchor, tag.as_deref(), Content::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Map { entries: Map::new(), merges: Vec::new(), key: None };
                self.start(mark, anchor, tag.as_deref(), content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end()?,
            // An alias inside of what it stands for finds nothing yet.
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                self.done(node.unwrap_or_else(|| Rc::new(Node::new(mark, Value::Null))), 0)?;
            }
            Event::UnresolvedAlias(_) => self.done(Rc::new(Node::new(mark, Value::Null)), 0)?,
            _ => {}
        }
        Ok(())
    }

    fn start(
        &mut self,
        mark: Mark,
        anchor: usize,
        tag: Option<&Tag>,
        content: Content,
    ) -> Result<(), String> {
        self.open.push(Open { mark, anchor, on_merge: on_merge(tag), content });
        check_depth(self.open.len())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(Open { mark, anchor, on_merge, content }) = self.open.pop() else { return Ok(()) };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, merges, .. } => Value::Map(self.merge(entries, merges)?),
        };
        self.done(Rc::new(Node { on_merge, ..Node::new(mark, value) }), anchor)
    }

    /// Puts a finished value where it belongs: the next key, or the value of the last one, an item, a document.
    fn done(&mut self, node: Rc<Node>, anchor: usize) -> Result<(), String> {
        check_depth(self.open.len() + node.height)?;
        self.values += if self.open.is_empty() { node.size } else { 1 };
        if self.values.max(node.size) > MOST_VALUES {
            return Err(format!("it has more than {MOST_VALUES} values, those counted that aliases repeat"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, merges, key }) => match key.take() {
                None => *key = Some((node.text().unwrap_or_default().into(), node.mark.clone())),
                Some((name, _)) if &*name == "<<" => merges.push(node),
                Some((name, mark)) => {
                    let line = mark.line;
                    let known = entries.insert(Rc::clone(&name), Entry { mark, node });
                    if known.is_some() && !name.is_empty() && self.twice.is_none() {
                        self.twice = Some((name, line));
                    }
                }
            },
        }
        Ok(())
    }

    /// What a mapping says itself goes before what it merges, and of that the earlier before the later.
    fn merge(&mut self, mut entries: Map, merges: Vec<Rc<Node>>) -> Result<Map, String> {
        let sources = merges.iter().flat_map(|node| match &node.value {
            Value::List(items) => items.clone(),
            _ => vec![Rc::clone(node)],
        });
        for source in sources {
            let Some(map) = source.map() else { continue };
            self.merged += map.len();
            if self.merged > MERGED {
                return Err(format!("its merge keys copy more than {MERGED} entries"));
            }
            for (key, entry) in map {
                if !entries.contains_key(key) {
                    entries.insert(Rc::clone(key), entry.clone());
                }
            }
        }
        Ok(entries)
    }
}

fn check_depth(depth: usize) -> Result<(), String> {
    if depth > DEEPEST { Err(format!("it is nested deeper than {DEEPEST} levels")) } else { Ok(()) }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let nothing = style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
    if nothing { Value::Null } else { Value::Text(text.into()) }
}

fn on_merge(tag: Option<&Tag>) -> OnMerge {
    match tag.map(|tag| tag.to_string()).as_deref() {
        Some("!reset") => OnMerge::Reset,
        Some("!override") => OnMerge::Override,
        _ => OnMerge::Merge,
    }
}
