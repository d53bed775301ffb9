//! Puts what layers say on top of what is beneath: tables by kind and id, their keys one by one.

use std::cell::RefCell;

use super::{Act, Change, EXTENDS, Stack, like, removal};
use crate::document::{Entry, Fault, FaultLog, Located, Node, Span, did_you_mean, word};
use crate::rulebook::LEVELS;
use crate::rulebook::parse::SCHEMA;
use crate::rulebook::shape::{self, Shape};
use crate::text::{list, upper_first};

/// The keys by which a layer speaks of itself.
pub(super) const OWN: [&str; 5] = ["schema", "name", "version", EXTENDS, REMOVE];
/// What one may take for the key that names other layers.
const FURTHER: [&str; 4] = ["rules", "layers", "include", "import"];
/// More items of one kind than this are merged into no rulebook; it would weigh far fewer.
const MOST_ITEMS: usize = 4_000;
/// The list of what a layer takes away.
const REMOVE: &str = "remove";

/// The document that is built, and what layers have done to it.
pub(in crate::rulebook) struct Merged<'f> {
    pub(in crate::rulebook) entries: Vec<Entry<'f>>,
    pub(in crate::rulebook) changes: Vec<Change>,
    /// What is wrong with the layers as such; places are those of the stack.
    pub(in crate::rulebook) faults: Vec<Fault>,
    /// The ids of what could not be taken over: that others name them is no news.
    pub(in crate::rulebook) refused: Vec<String>,
    /// What was removed, and where that is said.
    pub(super) removed: Vec<removal::Removed>,
    /// Which platform is like which.
    pub(super) likes: Vec<(String, String)>,
}

/// The document of a rulebook and of those changes of its layers that are wanted.
pub(in crate::rulebook) fn merge<'f>(stack: &Stack<'f>, is_wanted: &dyn Fn(&Change) -> bool) -> Merged<'f> {
    let collected = RefCell::new(Vec::new());
    let mut merger = Merger {
        stack,
        is_wanted,
        log: FaultLog::new(0, &collected),
        merged: Merged {
            entries: stack.base.clone(),
            changes: Vec::new(),
            faults: Vec::new(),
            refused: Vec::new(),
            removed: Vec::new(),
            likes: Vec::new(),
        },
    };
    for layer in 0..stack.says.len() {
        merger.add(layer);
    }
    let Merger { mut merged, log, .. } = merger;
    merged.likes = like::complete(stack, &mut merged.entries, &mut merged.refused, &log);
    removal::check(&mut merged, &log);
    merged.faults = collected.into_inner();
    merged
}

struct Merger<'m, 'f> {
    stack: &'m Stack<'f>,
    is_wanted: &'m dyn Fn(&Change) -> bool,
    log: FaultLog<'m>,
    merged: Merged<'f>,
}

impl<'f> Merger<'_, 'f> {
    fn add(&mut self, layer: usize) {
        let stack = self.stack;
        let says = &stack.says[layer];
        if self.is_whole_rulebook(says) {
            return;
        }
        self.check_head(says);
        if !self.stands_on_this(says) {
            return;
        }
        for removed in says.iter().filter(|entry| entry.key == REMOVE) {
            self.remove(layer, &removed.value);
        }
        let is_item = |entry: &&Entry<'f>| !OWN.contains(&entry.key.as_ref()) && is_known(&entry.key);
        let mut items: Vec<&Entry<'f>> = says.iter().filter(is_item).collect();
        items.sort_by_key(|entry| shape::position(&entry.key));
        for entry in items {
            match &entry.value.node {
                Node::List(tables) if is_tables(tables) => self.add_tables(layer, entry, tables),
                Node::Table(entries) => self.add_head(layer, entry, entries),
                _ => self.add_head(layer, entry, &[]),
            }
        }
    }

    /// A rulebook of its own that does not say so would change nearly everything.
    fn is_whole_rulebook(&self, says: &[Entry<'_>]) -> bool {
        let has = |key: &str| says.iter().find(|entry| entry.key == key);
        let whole = ["subject", "sides", "band"].map(has);
        match whole {
            [Some(subject), Some(_), Some(_)] if has(EXTENDS).is_none() => {
                let help =
                    "write extends = false at its top to use it instead of the rules that are built in";
                let message = "this is a whole rulebook, not a layer on top of another".to_owned();
                self.log.fault(subject.key_span.clone(), message, Some(help.to_owned()));
                true
            }
            _ => false,
        }
    }

    /// Whether a layer is meant to lie on what is beneath it.
    fn stands_on_this(&self, says: &[Entry<'_>]) -> bool {
        let Some(value) = says.iter().find(|entry| entry.key == EXTENDS).map(|entry| &entry.value) else {
            return true;
        };
        let wrong = |message: String, help: &str| {
            self.log.fault(value.span.clone(), message, Some(help.to_owned()));
            false
        };
        let base = self.stack.base.iter().find(|entry| entry.key == "name");
        match (&value.node, base.map(|entry| &entry.value.node)) {
            (Node::Flag(true), _) => true,
            (Node::Flag(false), _) => wrong(
                "a rulebook of its own replaces all before it, so it can only stand first".to_owned(),
                "name it before all other rules",
            ),
            (Node::Text(name), _) if name.ends_with(".toml") || name.contains(['/', '\\']) => {
                self.names_further_rules(value.span.clone());
                false
            }
            (Node::Text(name), Some(Node::Text(base))) if base != name => wrong(
                format!("this layer extends `{name}`, and the rulebook beneath it is `{base}`"),
                "a layer lies on the rulebook that is built in, or on the first --rules where that has extends = false",
            ),
            (Node::Text(_), _) => true,
            (other, _) => wrong(
                format!("`{EXTENDS}` must be false or the name of a rulebook, not {}", other.kind()),
                "leave it out to lie on the rules that are built in",
            ),
        }
    }

    /// What a layer says of itself.
    fn check_head(&self, says: &[Entry<'_>]) {
        for (index, entry) in says.iter().enumerate() {
            let is_own = OWN.contains(&entry.key.as_ref());
            if is_own && says[..index].iter().any(|earlier| earlier.key == entry.key) {
                let message = format!("`{}` stands in two files of this layer", entry.key);
                self.log.fault(entry.key_span.clone(), message, None);
            }
            if FURTHER.contains(&entry.key.as_ref()) {
                self.names_further_rules(entry.key_span.clone());
            } else if !is_known(&entry.key) {
                self.log.unknown(entry.key_span.clone(), "key in the file", &entry.key, known_keys());
            }
            let value = &entry.value;
            match (entry.key.as_ref(), &value.node) {
                ("schema", Node::Text(schema)) if schema != SCHEMA => {
                    let message = format!("this program reads the schema `{SCHEMA}`, not `{schema}`");
                    self.log.fault(value.span.clone(), message, None);
                }
                ("schema" | "name" | "version", _) => {
                    word(&entry.key, value, &self.log);
                }
                _ => {}
            }
        }
    }

    /// That would let layers go in circles; which ones there are, and in which order, is said in one place.
    fn names_further_rules(&self, span: Span) {
        let help = "name each layer by a --rules of its own, or in rules = [\"…\"] of needk8s.toml, the lowest first";
        self.log.fault(span, "a layer does not name other rules".to_owned(), Some(help.to_owned()));
    }

    fn remove(&mut self, layer: usize, value: &Located<'f>) {
        let Node::List(items) = &value.node else {
            let help = "remove = [\"criterion.some-id\"]".to_owned();
            let message = format!("`{REMOVE}` must be a list, not {}", value.node.kind());
            self.log.fault(value.span.clone(), message, Some(help));
            return;
        };
        for item in items {
            let Some(named) = word(REMOVE, item, &self.log) else { continue };
            let Some(target) = removal::find(&self.merged.entries, named.text, &item.span, &self.log) else {
                continue;
            };
            let id = target.id();
            if self.is_wanted(layer, Act::Removes, &target.kind, &id, &item.span) {
                removal::remove(&mut self.merged.entries, &target);
                self.merged.removed.push(removal::Removed { target, span: item.span.clone() });
            }
        }
    }

    /// Notes a change, and says whether it is wanted.
    fn is_wanted(&mut self, layer: usize, act: Act, kind: &str, id: &str, span: &Span) -> bool {
        let at = self.stack.line(span);
        let change = Change { layer, act, kind: kind.to_owned(), id: id.to_owned(), at };
        let is_wanted = (self.is_wanted)(&change);
        if is_wanted {
            self.merged.changes.push(change);
        }
        is_wanted
    }

    /// `[[kind]]` tables of a layer.
    fn add_tables(&mut self, layer: usize, entry: &Entry<'f>, tables: &[Located<'f>]) {
        let kind = entry.key.as_ref();
        if self::tables(&self.merged.entries, kind).len() + tables.len() > MOST_ITEMS {
            let message = format!("there are more than {MOST_ITEMS} of {kind}");
            self.log.fault(entry.key_span.clone(), message, None);
            return;
        }
        for (index, table) in tables.iter().enumerate() {
            let Some(id) = id_of(table) else {
                // Whoever reads it says that it has no id.
                push(&mut self.merged.entries, entry, table.clone());
                continue;
            };
            let is_twice = tables[..index].iter().any(|earlier| id_of(earlier) == Some(id));
            if is_twice {
                let message = format!("this layer has two of {kind} `{id}`");
                self.log.fault(id_span(table), message, None);
                continue;
            }
            let act = if ids(&self.merged.entries, kind).any(|known| known == id) {
                Act::Changes
            } else {
                Act::Adds
            };
            if !self.is_wanted(layer, act, kind, id, &table.span) {
                continue;
            }
            if act == Act::Adds && !self.is_complete(kind, id, table) {
                self.merged.refused.push(id.to_owned());
                continue;
            }
            free_names(&mut self.merged.entries, kind, table);
            match find(&mut self.merged.entries, kind, id) {
                Some(known) => {
                    if let Some(key) = key_of(table, like::LIKE) {
                        let message =
                            format!("`{id}` is there already; `{}` is for a new platform", like::LIKE);
                        self.log.fault(key, message, None);
                    }
                    put_over(known, table.clone());
                }
                None => push(&mut self.merged.entries, entry, table.clone()),
            }
        }
    }

    /// Whether a new table has what a new one needs; if not, it may be meant to change one that is there.
    fn is_complete(&self, kind: &str, id: &str, table: &Located<'_>) -> bool {
        let Some(shape) = shape::kind(kind) else { return true };
        let lacking = lacking(shape, table);
        if lacking.is_empty() {
            return true;
        }
        let near = did_you_mean(id, ids(&self.merged.entries, kind));
        let help = match (near, kind) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, "platform") => format!("add these, or {} = \"another platform\"", like::LIKE),
            (None, _) => format!("needk8s rules list {kind} names those that are there"),
        };
        let lacking: Vec<String> = lacking.iter().map(|key| format!("`{key}`")).collect();
        let message = format!(
            "there is no {kind} `{id}` to change, and as a new one it lacks {}",
            list(&lacking, "and")
        );
        self.log.fault(id_span(table), message, Some(help));
        false
    }

    /// A key at the head of a rulebook: its parts are changed one by one where it is a table.
    fn add_head(&mut self, layer: usize, entry: &Entry<'f>, parts: &[Entry<'f>]) {
        let key = entry.key.as_ref();
        if parts.is_empty() {
            if self.is_wanted(layer, Act::Changes, "", key, &entry.key_span) {
                put_key_over(&mut self.merged.entries, entry.clone());
            }
            return;
        }
        for part in parts {
            if self.is_wanted(layer, Act::Changes, key, &part.key, &part.key_span) {
                let only = Located { node: Node::Table(vec![part.clone()]), span: entry.value.span.clone() };
                put_key_over(&mut self.merged.entries, Entry { value: only, ..entry.clone() });
            }
        }
    }
}

/// The keys at the top of a file.
fn known_keys() -> impl Iterator<Item = &'static str> + Clone {
    let kinds = shape::KINDS.iter().map(|(kind, _)| *kind);
    shape::HEAD.keys.iter().map(|key| key.name).chain(kinds)
}

fn is_known(key: &str) -> bool {
    known_keys().any(|known| known == key)
}

/// The keys that a new table needs and has not.
fn lacking(shape: &Shape, table: &Located<'_>) -> Vec<&'static str> {
    let has = |key: &str| key_of(table, key).is_some();
    let is_like = has(like::LIKE);
    let required =
        shape.keys.iter().filter(|key| key.required && !(is_like && like::INHERITED.contains(&key.name)));
    required.map(|key| key.name).filter(|name| !has(name)).collect()
}

/// Puts a value over another: the keys of tables one by one, items of lists by their ids; anything else is replaced.
pub(super) fn put_over<'f>(known: &mut Located<'f>, new: Located<'f>) {
    match (&mut known.node, new.node) {
        (Node::Table(known), Node::Table(new)) => {
            forget_level(known, &new);
            new.into_iter().for_each(|entry| put_key_over(known, entry));
        }
        (Node::List(known), Node::List(new)) if have_ids(known) && have_ids(&new) => {
            for item in new {
                match known.iter_mut().find(|earlier| id_of(earlier) == id_of(&item)) {
                    Some(earlier) => put_over(earlier, item),
                    None => known.push(item),
                }
            }
        }
        (known, new) => *known = new,
    }
    known.span = new.span;
}

/// What describes the level of a cell.
const OF_LEVEL: [&str; 6] = ["label", "note", "claimed", "remedy", "remedy-when", "sources"];

/// What was said of a cell at one level is not true of it at another: it goes unless the layer says it anew, and what a cell
/// cannot do without says only what the layer says.
fn forget_level<'f>(known: &mut Vec<Entry<'f>>, new: &[Entry<'f>]) {
    let level = |entries: &[Entry<'f>]| entries.iter().find(|entry| entry.key == "level").cloned();
    let is_cell = known.iter().any(|entry| entry.key == "label");
    let (Some(was), Some(is)) = (level(known), level(new)) else { return };
    let word = match (&was.value.node, &is.value.node) {
        (Node::Integer(was), Node::Integer(is)) if was != is && is_cell => {
            usize::try_from(*is).ok().and_then(|is| LEVELS.get(is))
        }
        _ => None,
    };
    let Some(word) = word else { return };
    known.retain(|entry| !OF_LEVEL.contains(&entry.key.as_ref()));
    for (key, text) in [("label", upper_first(word)), ("note", format!("Your own rules rate it {word}."))] {
        let value = Located { node: Node::Text(text.into()), span: is.value.span.clone() };
        insert(known, Entry { key: key.into(), key_span: is.key_span.clone(), value });
    }
}

fn put_key_over<'f>(known: &mut Vec<Entry<'f>>, new: Entry<'f>) {
    match known.iter_mut().find(|entry| entry.key == new.key) {
        // A condition is one thought: half of it on half of another would be a third one.
        Some(entry) if is_condition(&new.key) => *entry = new,
        Some(entry) => {
            entry.key_span = new.key_span;
            put_over(&mut entry.value, new.value);
        }
        None => insert(known, new),
    }
}

/// Adds a key where it would stand had it been read with the others.
pub(super) fn insert<'f>(entries: &mut Vec<Entry<'f>>, new: Entry<'f>) {
    let at = entries.partition_point(|entry| entry.key < new.key);
    entries.insert(at, new);
}

fn is_condition(key: &str) -> bool {
    key == "when" || key.ends_with("-when")
}

fn is_tables(items: &[Located<'_>]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item.node, Node::Table(_)))
}

pub(super) fn have_ids(items: &[Located<'_>]) -> bool {
    !items.is_empty() && items.iter().all(|item| id_of(item).is_some())
}

/// Adds a table to the list of its kind.
fn push<'f>(entries: &mut Vec<Entry<'f>>, of: &Entry<'f>, table: Located<'f>) {
    match entries.iter_mut().find(|entry| entry.key == of.key).map(|entry| &mut entry.value.node) {
        Some(Node::List(tables)) => tables.push(table),
        _ => {
            let value = Located { span: table.span.clone(), node: Node::List(vec![table]) };
            entries.push(Entry { key: of.key.clone(), key_span: of.key_span.clone(), value });
        }
    }
}

/// Takes the id and the aliases of a new table from the aliases of others of its kind: rules of one's own know best what a
/// name stands for.
fn free_names(entries: &mut [Entry<'_>], kind: &str, new: &Located<'_>) {
    let mut names: Vec<&str> = id_of(new).into_iter().collect();
    if let Some(Node::List(aliases)) = value_of(new, "aliases").map(|value| &value.node) {
        names.extend(aliases.iter().filter_map(text_of));
    }
    for table in tables_mut(entries, kind) {
        let Some(Node::List(aliases)) = value_mut(table, "aliases").map(|value| &mut value.node) else {
            continue;
        };
        aliases.retain(|alias| text_of(alias).is_none_or(|alias| !names.contains(&alias)));
    }
}

/// The tables of a kind.
pub(super) fn tables<'e, 'f>(entries: &'e [Entry<'f>], kind: &str) -> &'e [Located<'f>] {
    match entries.iter().find(|entry| entry.key == kind).map(|entry| &entry.value.node) {
        Some(Node::List(tables)) => tables,
        _ => &[],
    }
}

/// The same, to be changed.
pub(super) fn tables_mut<'e, 'f>(entries: &'e mut [Entry<'f>], kind: &str) -> &'e mut [Located<'f>] {
    match entries.iter_mut().find(|entry| entry.key == kind).map(|entry| &mut entry.value.node) {
        Some(Node::List(tables)) => tables,
        _ => &mut [],
    }
}

/// The ids of a kind.
pub(super) fn ids<'e>(entries: &'e [Entry<'_>], kind: &str) -> impl Iterator<Item = &'e str> + Clone {
    tables(entries, kind).iter().filter_map(id_of)
}

fn find<'e, 'f>(entries: &'e mut [Entry<'f>], kind: &str, id: &str) -> Option<&'e mut Located<'f>> {
    tables_mut(entries, kind).iter_mut().find(|table| id_of(table) == Some(id))
}

/// Where the tables with these ids begin.
pub(super) fn heads(entries: &[Entry<'_>], ids: &[String]) -> Vec<Span> {
    let tables = entries.iter().filter_map(|entry| match &entry.value.node {
        Node::List(tables) => Some(tables),
        _ => None,
    });
    let is_meant = |table: &&Located<'_>| id_of(table).is_some_and(|id| ids.iter().any(|own| own == id));
    tables.flatten().filter(is_meant).map(|table| table.span.clone()).collect()
}

/// The id of a table.
pub(super) fn id_of<'e>(table: &'e Located<'_>) -> Option<&'e str> {
    text_of(value_of(table, "id")?)
}

fn id_span(table: &Located<'_>) -> Span {
    value_of(table, "id").map_or(table.span.clone(), |id| id.span.clone())
}

pub(super) fn text_of<'e>(value: &'e Located<'_>) -> Option<&'e str> {
    match &value.node {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

/// The value of a key of a table.
pub(super) fn value_of<'e, 'f>(table: &'e Located<'f>, key: &str) -> Option<&'e Located<'f>> {
    match &table.node {
        Node::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
        _ => None,
    }
}

/// The same, to be changed.
pub(super) fn value_mut<'e, 'f>(table: &'e mut Located<'f>, key: &str) -> Option<&'e mut Located<'f>> {
    match &mut table.node {
        Node::Table(entries) => {
            entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
        }
        _ => None,
    }
}

/// Where a key of a table stands, if it is there.
pub(super) fn key_of(table: &Located<'_>, key: &str) -> Option<Span> {
    match &table.node {
        Node::Table(entries) => {
            entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span.clone())
        }
        _ => None,
    }
}
