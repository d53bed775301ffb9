//! The documents of a rulebook and of its layers, as they were written.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{EXTENDS, Layer};
use crate::document::{Entry, Fault, FaultLog, Located, Node, SourceFile, Span, word};
use crate::rulebook::parse;
use crate::text::line_of;

/// A rulebook and its layers, read but not merged. Places are counted through all files, one after another.
pub(in crate::rulebook) struct Stack<'f> {
    files: &'f [SourceFile],
    /// Where each file begins in that count.
    starts: Vec<usize>,
    pub(super) base: Vec<Entry<'f>>,
    pub(super) layers: Vec<Layer>,
    /// What each layer says, by keys of the top level.
    pub(super) says: Vec<Vec<Entry<'f>>>,
}

impl<'f> Stack<'f> {
    /// Reads all files; those before the first layer are the rulebook beneath. Names and versions of the layers are
    /// completed by what they say. Nothing where a file is no TOML, which goes to `faults`.
    pub(in crate::rulebook) fn read(
        files: &'f [SourceFile],
        layers: Vec<Layer>,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let collected = RefCell::new(Vec::new());
        let mut documents = parse::read_all(files, &collected);
        faults.extend(collected.into_inner());
        if !faults.is_empty() {
            return None;
        }
        let mut start = 0;
        let mut starts = Vec::with_capacity(files.len());
        for (file, document) in files.iter().zip(&mut documents) {
            starts.push(start);
            shift(document, start);
            // One place more, so that the end of a file is not the beginning of the next one.
            start += file.text.len() + 1;
        }
        let first = layers.first().map_or(files.len(), |layer| layer.files.start);
        let rest = documents.split_off(first.min(documents.len()));
        let mut rest = rest.into_iter();
        let says = layers.iter().map(|layer| joined(rest.by_ref().take(layer.files.len()))).collect();
        let mut base = joined(documents);
        base.retain(|entry| entry.key != EXTENDS);
        Some(Self { files, starts, base, layers: layers.into_iter().map(named).collect(), says }.with_names())
    }

    /// The layers under the names that they give themselves.
    fn with_names(mut self) -> Self {
        let ignored = RefCell::new(Vec::new());
        let log = FaultLog::new(0, &ignored);
        for (layer, says) in self.layers.iter_mut().zip(&self.says) {
            let text = |key: &str| {
                let entry = says.iter().find(|entry| entry.key == key)?;
                word(key, &entry.value, &log).map(|word| word.text.to_owned())
            };
            if let Some(name) = text("name") {
                layer.name = name;
            }
            layer.version = text("version");
        }
        self
    }

    /// The file in which a place is, and where in it.
    fn place(&self, at: usize) -> (usize, usize) {
        let file = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        (file, at - self.starts.get(file).copied().unwrap_or_default())
    }

    /// A fault with its file, and its place in that.
    pub(super) fn placed(&self, fault: Fault) -> Fault {
        let (file, start) = self.place(fault.span.start);
        let length = fault.span.end.saturating_sub(fault.span.start);
        Fault { file, span: start..start + length, ..fault }
    }

    /// The file and the line, from 1, of a place.
    pub(super) fn line(&self, span: &Span) -> (usize, usize) {
        let (file, at) = self.place(span.start);
        let text = self.files.get(file).map_or("", |file| &*file.text);
        (file, line_of(text.as_bytes(), at))
    }

    /// The name of the file and the line of a place.
    pub(super) fn named_line(&self, span: &Span) -> (&str, usize) {
        let (file, line) = self.line(span);
        (self.files.get(file).map_or("", |file| file.name.as_str()), line)
    }

    /// The file, and where a line of it stands in that.
    pub(super) fn line_span(&self, (file, line): (usize, usize)) -> (usize, Span) {
        let text = self.files.get(file).map_or("", |file| &*file.text);
        let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let length = text[start..].lines().next().map_or(0, str::len);
        (file, start..start + length)
    }

    /// Whether a place is in a layer.
    pub(super) fn is_in_layer(&self, span: &Span) -> bool {
        self.layers.first().is_some_and(|layer| self.place(span.start).0 >= layer.files.start)
    }
}

/// A layer under the name of its folder or file, until it is known what it calls itself.
fn named(layer: Layer) -> Layer {
    let path = layer.path.trim_end_matches(['/', '\\']);
    let last = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = last.strip_suffix(".toml").unwrap_or(last);
    Layer { name: stem.to_owned(), ..layer }
}

/// Counts all places of a document from another beginning.
fn shift(entries: &mut [Entry<'_>], by: usize) {
    for entry in entries {
        move_span(&mut entry.key_span, by);
        shift_value(&mut entry.value, by);
    }
}

fn shift_value(value: &mut Located<'_>, by: usize) {
    move_span(&mut value.span, by);
    match &mut value.node {
        Node::List(items) => items.iter_mut().for_each(|item| shift_value(item, by)),
        Node::Table(entries) => shift(entries, by),
        _ => {}
    }
}

fn move_span(span: &mut Span, by: usize) {
    span.start += by;
    span.end += by;
}

/// Several files as one: their lists of tables one after another. What stands in two files stays there twice.
fn joined<'f>(documents: impl IntoIterator<Item = Vec<Entry<'f>>>) -> Vec<Entry<'f>> {
    let mut all: Vec<Entry<'f>> = Vec::new();
    let mut first = HashMap::new();
    for entry in documents.into_iter().flatten() {
        let known = *first.entry(entry.key.clone()).or_insert(all.len());
        match (all.get_mut(known).map(|known| &mut known.value.node), entry.value.node) {
            (Some(Node::List(items)), Node::List(more)) => items.extend(more),
            (_, node) => all.push(Entry { value: Located { node, span: entry.value.span }, ..entry }),
        }
    }
    all
}
