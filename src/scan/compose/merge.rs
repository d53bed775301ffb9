//! Lays what a later file says over what an earlier one says, as Docker does.

use std::collections::HashSet;
use std::rc::Rc;

use super::super::yaml::{Entry, Map, Node, OnMerge, Value};
use super::mount::Mount;

/// How many entries and items all merges of a project may visit; what is beyond is taken over as the later file says it.
const VISITED: usize = 1_000_000;

/// Keys whose lists are replaced, where other lists grow.
const REPLACED: [&str; 3] = ["command", "entrypoint", "test"];
/// Keys that may be lists of `name` or `name=value` where another file has a mapping.
const LIST_OR_MAP: [&str; 7] =
    ["depends_on", "environment", "labels", "networks", "annotations", "args", "extra_hosts"];

/// All merges of a project, bounded as a whole.
pub(super) struct Merge {
    left: usize,
}

impl Default for Merge {
    fn default() -> Self {
        Self { left: VISITED }
    }
}

impl Merge {
    /// Whether there was more to merge than is allowed.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// The later value over the earlier one, both under the same key.
    pub(super) fn over(&mut self, key: &str, base: &Rc<Node>, over: &Rc<Node>) -> Rc<Node> {
        self.left = self.left.saturating_sub(1 + size(base) + size(over));
        let replaced = over.on_merge != OnMerge::Merge || base.is_nothing();
        if replaced || Rc::ptr_eq(base, over) || self.left == 0 {
            return Rc::clone(over);
        }
        let (base, over) = (in_long_form(key, base), in_long_form(key, over));
        let value = match (&base.value, &over.value) {
            (_, Value::Null) => return base,
            (Value::Map(base), Value::Map(over)) => Value::Map(self.maps(base.clone(), over)),
            (Value::List(base), Value::List(over)) if !REPLACED.contains(&key) => {
                Value::List(lists(key, base, over))
            }
            _ => return over,
        };
        Rc::new(Node::new(over.mark.clone(), value))
    }

    /// A mapping over another one: common keys are merged.
    pub(super) fn maps(&mut self, mut merged: Map, over: &Map) -> Map {
        for (key, entry) in over {
            let entry = match merged.get(key) {
                Some(before) => self.entry(key, before, entry),
                None => entry.clone(),
            };
            merged.insert(Rc::clone(key), entry);
        }
        merged
    }

    /// What is only said again stays where it was said.
    fn entry(&mut self, key: &str, before: &Entry, after: &Entry) -> Entry {
        let node = self.over(key, &before.node, &after.node);
        let replaced = matches!(after.node.value, Value::Text(_)) || after.node.on_merge == OnMerge::Override;
        let mark = if replaced { &after.mark } else { &before.mark };
        Entry { mark: mark.clone(), node }
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Map(map) => map.len(),
        Value::List(items) => items.len(),
        Value::Null | Value::Text(_) => 0,
    }
}

/// The items of both; a volume for the same path takes the place of the earlier one.
fn lists(key: &str, base: &[Rc<Node>], over: &[Rc<Node>]) -> Vec<Rc<Node>> {
    let name = |item: &Rc<Node>| match key {
        "volumes" => Mount::of(item).map(|mount| mount.target),
        _ => item.text().map(str::to_owned),
    };
    let replaced: HashSet<String> = over.iter().filter_map(name).collect();
    let stays = |item: &&Rc<Node>| name(item).is_none_or(|name| !replaced.contains(&name));
    base.iter().filter(stays).chain(over).cloned().collect()
}

/// `build: DIR` and lists that stand for mappings, as mappings.
fn in_long_form(key: &str, node: &Rc<Node>) -> Rc<Node> {
    let entries: Map = match &node.value {
        Value::Text(_) if key == "build" => one("context", node),
        Value::List(items) if LIST_OR_MAP.contains(&key) => items.iter().filter_map(named).collect(),
        _ => return Rc::clone(node),
    };
    Rc::new(Node::new(node.mark.clone(), Value::Map(entries)))
}

fn one(key: &str, node: &Rc<Node>) -> Map {
    let plain = Rc::new(Node::new(node.mark.clone(), node.value.clone()));
    Map::from_iter([(key.into(), Entry { mark: node.mark.clone(), node: plain })])
}

fn named(item: &Rc<Node>) -> Option<(Rc<str>, Entry)> {
    let text = item.text()?;
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Value::Text(value.into())),
        None => (text, Value::Null),
    };
    let node = Rc::new(Node::new(item.mark.clone(), value));
    Some((name.into(), Entry { mark: item.mark.clone(), node }))
}
