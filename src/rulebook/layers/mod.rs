//! Rules of one's own on top of others: a layer changes, adds and removes items of a rulebook by their ids.
//!
//! Layers are merged as documents, before anything is built of them, so there is one model and one way to read it. Each
//! value keeps the place where it was written, and every fault points there.

mod difference;
mod items;
mod like;
mod merge;
mod needed;
mod removal;
mod stack;
mod walk;
mod written;

pub use difference::{Between, Difference, Turn};
pub use items::{Item, Places};
pub(super) use merge::{Merged, merge};
pub(crate) use needed::deciding;
pub(super) use stack::Stack;

use std::cell::RefCell;
use std::ops::Range;

use super::{Rulebook, parse};
use crate::document::{Fault, FaultKind, FaultLog, Faults, Node, SourceFile, read_toml};
use crate::text::list;

/// The files of a layer as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFiles {
    /// What it was named by: a folder or a file.
    pub path: String,
    /// Its rule files.
    pub files: Vec<SourceFile>,
}

/// A layer of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name: what it calls itself, else the name of its file or folder.
    pub name: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// What it was named by: a folder or a file.
    pub path: String,
    /// Its files, among those of the rulebook.
    pub files: Range<usize>,
}

impl Layer {
    /// Its name with its version: "acme-policy 1.2".
    pub fn named(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What a layer does to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The item is new.
    Adds,
    /// Some of its keys are others.
    Changes,
    /// It is there no more.
    Removes,
}

/// One item that a layer adds, changes or removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The index of the layer.
    pub layer: usize,
    /// What is done.
    pub act: Act,
    /// The kind of item ("platform"), or the table at the head of a rulebook ("constants").
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Where it is written: the index of the file, and the line from 1.
    pub at: (usize, usize),
}

impl Change {
    /// Its name in reports: "platform.openshift".
    pub fn name(&self) -> String {
        match (self.kind.as_str(), self.act) {
            ("", _) => self.id.clone(),
            (kind, Act::Removes) => format!("{kind}.{} (removed)", self.id),
            (kind, _) => format!("{kind}.{}", self.id),
        }
    }
}

/// The kind of item that others cite.
const SOURCE: &str = "source";
/// The key by which a layer says what it stands on: `false` makes it a rulebook of its own.
const EXTENDS: &str = "extends";

/// Reads layers on top of the shipped rules, or of the first of them where that is a rulebook of its own.
pub(super) fn read(shipped: Vec<SourceFile>, mut layers: Vec<LayerFiles>) -> Result<Rulebook, Faults> {
    let base = if layers.first().is_some_and(replaces) { layers.remove(0).files } else { Vec::new() };
    if layers.is_empty() {
        return parse::parse(base);
    }
    let is_shipped = base.is_empty();
    let base = if is_shipped { shipped } else { base };
    layered(base, layers).map(|rulebook| Rulebook { is_shipped, ..rulebook })
}

/// Whether a layer replaces what is beneath it.
fn replaces(layer: &LayerFiles) -> bool {
    let says_so = |file: &SourceFile| {
        let ignored = RefCell::new(Vec::new());
        let entries = read_toml(&file.text, &FaultLog::new(0, &ignored));
        entries.iter().any(|entry| entry.key == EXTENDS && entry.value.node == Node::Flag(false))
    };
    layer.files.iter().any(|file| file.text.contains(EXTENDS) && says_so(file))
}

fn layered(base: Vec<SourceFile>, layers: Vec<LayerFiles>) -> Result<Rulebook, Faults> {
    let mut files = base;
    let mut named = Vec::new();
    for layer in layers {
        let first = files.len();
        files.extend(layer.files);
        named.push(Layer {
            name: layer.path.clone(),
            version: None,
            path: layer.path,
            files: first..files.len(),
        });
    }
    let mut faults = Vec::new();
    let rulebook = Stack::read(&files, named, &mut faults).and_then(|stack| build(&stack, &mut faults));
    match rulebook {
        Some(rulebook) if faults.is_empty() => Ok(Rulebook::of(files, rulebook)),
        _ => {
            faults.sort_by_key(|fault| (fault.file, fault.span.start));
            Err(Faults { files, faults })
        }
    }
}

/// Merges and builds; faults name files and places in them.
fn build(stack: &Stack<'_>, faults: &mut Vec<Fault>) -> Option<Rulebook> {
    let merged = merge(stack, &|_| true);
    let collected = RefCell::new(Vec::new());
    let rulebook = parse::build_merged(&merged.entries, &collected);
    let heads = merge::heads(&merged.entries, &merged.refused);
    let is_news = |fault: &Fault| {
        let names = |id: &String| fault.message.contains(&format!("`{id}`"));
        !merged.refused.iter().any(names) && !heads.contains(&fault.span)
    };
    let follow = collected.into_inner().into_iter().filter(is_news);
    let found: Vec<Fault> = merged.faults.into_iter().chain(follow).collect();
    let (own, beneath): (Vec<Fault>, Vec<Fault>) =
        found.into_iter().partition(|fault| stack.is_in_layer(&fault.span));
    if own.is_empty() {
        match beneath.first().and_then(|fault| caused(stack, fault, &merged.changes)) {
            Some(caused) => faults.push(caused),
            None => faults.extend(beneath.into_iter().map(|fault| stack.placed(fault))),
        }
    }
    faults.extend(own.into_iter().map(|fault| stack.placed(fault)));
    rulebook.map(|rulebook| Rulebook { layers: stack.layers.clone(), changes: merged.changes, ..rulebook })
}

/// How often rules are put together to find what causes a fault: most are of one change or two.
const MOST_TRIES: usize = 30;

/// A fault that shows in the rules beneath, told where the layers cause it; nothing where it is there without them.
fn caused(stack: &Stack<'_>, fault: &Fault, changes: &[Change]) -> Option<Fault> {
    let is_there = |wanted: &[usize]| {
        let merged = merge(stack, &|change| wanted.iter().any(|index| changes[*index] == *change));
        let collected = RefCell::new(Vec::new());
        parse::build_merged(&merged.entries, &collected);
        collected.into_inner().iter().any(|other| other.message == fault.message)
    };
    if is_there(&[]) {
        return None;
    }
    let placed = stack.placed(fault.clone());
    let (name, line) = stack.named_line(&fault.span);
    let told = |by: &str, file, span| {
        let shows = format!("it comes of {by}, and shows at {name}:{line}");
        let help = match &placed.help {
            Some(help) => format!("{help}; {shows}"),
            None => shows,
        };
        Some(Fault { file, span, help: Some(help), ..placed.clone() })
    };
    let most_tries = if fault.kind == FaultKind::OfAll { 0 } else { MOST_TRIES };
    let Some(cause) = deciding(&is_there, changes.len(), most_tries) else {
        return told("the layers together", stack.layers.first()?.files.start, 0..0);
    };
    let by: Vec<String> = cause.iter().map(|index| changes[*index].name()).collect();
    let (file, span) = stack.line_span(changes[*cause.last()?].at);
    told(&list(&by, "and"), file, span)
}

/// A layered rulebook taken apart, to be put together again with some of its changes only.
pub struct Variants<'r>(Stack<'r>);

impl<'r> Variants<'r> {
    /// Takes a rulebook apart. Nothing where it has no layers.
    pub fn new(rulebook: &'r Rulebook) -> Option<Self> {
        let layers = rulebook.layers.clone();
        if layers.is_empty() {
            return None;
        }
        Stack::read(&rulebook.files, layers, &mut Vec::new()).map(Self)
    }

    /// The rulebook with those of its changes that are wanted, without published decisions; nothing where the rest do not
    /// make a rulebook.
    pub fn with(&self, is_wanted: &dyn Fn(&Change) -> bool) -> Option<Rulebook> {
        // Sources decide nothing: whatever is cited is there.
        let is_there = |change: &Change| change.kind == SOURCE && change.act != Act::Removes;
        let mut merged = merge(&self.0, &|change| is_there(change) || is_wanted(change));
        if !merged.faults.is_empty() {
            return None;
        }
        merged.entries.retain(|entry| entry.key != "case");
        let collected = RefCell::new(Vec::new());
        let rulebook = parse::build_merged(&merged.entries, &collected)?;
        collected.into_inner().is_empty().then_some(rulebook)
    }

    /// The few of the rulebook's `changes` that make a difference: with these alone `holds` is true of it, and without any of
    /// them it is not. Nothing where that is not found out in so many tries.
    pub(crate) fn deciding(
        &self,
        changes: &[Change],
        most_tries: usize,
        holds: &dyn Fn(&Rulebook) -> bool,
    ) -> Option<Vec<Change>> {
        let is_there = |wanted: &[usize]| {
            let is_wanted = |change: &Change| wanted.iter().any(|index| changes[*index] == *change);
            self.with(&is_wanted).is_some_and(|variant| holds(&variant))
        };
        let few = deciding(&is_there, changes.len(), most_tries)?;
        Some(few.into_iter().map(|index| changes[index].clone()).collect())
    }
}
