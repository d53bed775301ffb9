//! What a layer takes away: `remove = ["criterion.some-id", "criterion.other-id.demands.some-aspect"]`.

use super::merge::{Merged, id_of, ids, tables, tables_mut, text_of, value_mut, value_of};
use crate::document::{Entry, FaultLog, Located, Node, Span};
use crate::rulebook::shape;
use crate::text::list;

/// Something to be removed: an item, or a key within one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: String,
    item: String,
    /// The keys that lead to what is removed; the item itself when there are none.
    keys: Vec<String>,
}

/// What was removed, and where that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) target: Target,
    pub(super) span: Span,
}

impl Target {
    /// The id of the item, and the keys within it.
    pub(super) fn id(&self) -> String {
        [std::slice::from_ref(&self.item), &self.keys].concat().join(".")
    }
}

/// What is meant by "kind.id" or "kind.id.key"; a fault where there is no such thing.
pub(super) fn find(entries: &[Entry<'_>], named: &str, span: &Span, log: &FaultLog<'_>) -> Option<Target> {
    let is_kind = |entry: &&Entry<'_>| matches!(&entry.value.node, Node::List(_));
    let kinds = || entries.iter().filter(is_kind).map(|entry| entry.key.as_ref());
    let (kind, rest) = named.split_once('.').unwrap_or((named, ""));
    if !kinds().any(|known| known == kind) {
        log.unknown(span.clone(), "kind of item", kind, kinds());
        return None;
    }
    if rest.is_empty() {
        let message = format!("`{named}` names a kind; write \"{kind}.id\"");
        log.fault(span.clone(), message, None);
        return None;
    }
    // Ids may have dots in them; the longest one is meant.
    let is_meant =
        |id: &&str| rest == *id || rest.strip_prefix(*id).is_some_and(|rest| rest.starts_with('.'));
    let Some(item) = ids(entries, kind).filter(is_meant).max_by_key(|id| id.len()) else {
        log.unknown(span.clone(), kind, rest, ids(entries, kind));
        return None;
    };
    let mut table = tables(entries, kind).iter().find(|table| id_of(table) == Some(item));
    let mut keys: Vec<String> = Vec::new();
    let mut left = rest[item.len()..].trim_start_matches('.');
    while !left.is_empty() {
        let at = table.into_iter().flat_map(|table| match &table.node {
            Node::Table(entries) => entries.as_slice(),
            _ => &[],
        });
        let is_next =
            |key: &&str| left == *key || left.strip_prefix(*key).is_some_and(|rest| rest.starts_with('.'));
        let known: Vec<&str> = at.map(|entry| entry.key.as_ref()).collect();
        let Some(key) = known.iter().copied().filter(is_next).max_by_key(|key| key.len()) else {
            let what = format!(
                "key in {kind}.{}",
                [item].into_iter().chain(keys.iter().map(String::as_str)).collect::<Vec<_>>().join(".")
            );
            log.unknown(span.clone(), &what, left, known);
            return None;
        };
        left = left[key.len()..].trim_start_matches('.');
        keys.push(key.to_owned());
        table = table.and_then(|table| value_of(table, key));
    }
    Some(Target { kind: kind.to_owned(), item: item.to_owned(), keys })
}

/// Removes it, with what only speaks of it.
pub(super) fn remove(entries: &mut Vec<Entry<'_>>, target: &Target) {
    let Target { kind, item, keys } = target;
    let list = entries.iter_mut().find(|entry| entry.key == *kind).map(|entry| &mut entry.value.node);
    let Some(Node::List(items)) = list else { return };
    let Some((last, path)) = keys.split_last() else {
        items.retain(|table| id_of(table) != Some(item));
        match kind.as_str() {
            "platform" => forget_platform(entries, item),
            "question" => forget_question(entries, item),
            _ => {}
        }
        return;
    };
    let mut at = items.iter_mut().find(|table| id_of(table) == Some(item));
    for key in path {
        at = at.and_then(|table| value_mut(table, key));
    }
    if let Some(Node::Table(entries)) = at.map(|table| &mut table.node) {
        entries.retain(|entry| entry.key != *last);
    }
}

/// What is said of a platform goes with it: its cells, that it is shared, ruled out or takes less effort, and constraints that rule out
/// nothing else.
fn forget_platform(entries: &mut Vec<Entry<'_>>, platform: &str) {
    forget_sharing(entries, |sharing| value_of(sharing, "platform").and_then(text_of) == Some(platform));
    for aspect in tables_mut(entries, "aspect") {
        forget_key(value_mut(aspect, "cells"), platform);
    }
    for criterion in tables_mut(entries, "criterion") {
        forget_key(value_mut(criterion, "familiarity"), platform);
        if let Some(Node::List(removes)) = value_mut(criterion, "removes").map(|value| &mut value.node) {
            removes.retain(|removed| text_of(removed) != Some(platform));
        }
    }
    // A constraint that ruled out nothing else has nothing left to say.
    let is_idle = |table: &Located<'_>| {
        matches!(value_of(table, "removes").map(|value| &value.node), Some(Node::List(removes)) if removes.is_empty())
            && ["leaves", "effort", "familiarity", "demands", "musts"]
                .iter()
                .all(|key| value_of(table, key).is_none())
    };
    let criteria =
        entries.iter_mut().find(|entry| entry.key == "criterion").map(|entry| &mut entry.value.node);
    if let Some(Node::List(criteria)) = criteria {
        criteria.retain(|table| !is_idle(table));
    }
}

/// What published decisions answered to a question goes with it.
fn forget_question(entries: &mut Vec<Entry<'_>>, question: &str) {
    forget_sharing(entries, |sharing| {
        value_of(sharing, "answers").is_some_and(|answers| value_of(answers, question).is_some())
    });
    for case in tables_mut(entries, "case") {
        forget_key(value_mut(case, "answers"), question);
    }
}

/// What is said of sharing goes with what it rests on.
fn forget_sharing(entries: &mut Vec<Entry<'_>>, rests: impl Fn(&Located<'_>) -> bool) {
    entries.retain(|entry| entry.key != "sharing" || !rests(&entry.value));
}

fn forget_key(table: Option<&mut Located<'_>>, key: &str) {
    if let Some(Node::Table(entries)) = table.map(|table| &mut table.node) {
        entries.retain(|entry| entry.key != key);
    }
}

/// How many users of something that is removed are named.
const NAMED: usize = 4;

/// Notes what was removed and is used all the same.
pub(super) fn check(merged: &mut Merged<'_>, log: &FaultLog<'_>) {
    for Removed { target, span } in std::mem::take(&mut merged.removed) {
        let is_back = ids(&merged.entries, &target.kind).any(|id| id == target.item);
        if !target.keys.is_empty() || is_back {
            continue;
        }
        let mut users = shape::users(&merged.entries, &target.kind, &target.item);
        if users.is_empty() {
            continue;
        }
        let more = users.len().saturating_sub(NAMED);
        users.truncate(NAMED);
        if more > 0 {
            users.push(format!("{more} more"));
        }
        let message = format!(
            "`{}.{}` cannot be removed: it is used by {}",
            target.kind,
            target.item,
            list(&users, "and")
        );
        let help = "remove these as well, or have them do without it".to_owned();
        log.fault(span, message, Some(help));
        merged.refused.push(target.item);
    }
}
