//! Platforms that are like another one but for what they say themselves, and cells that stand with their platform.

use super::Stack;
use super::merge::{id_of, ids, insert, key_of, put_over, tables, tables_mut, text_of, value_mut, value_of};
use crate::document::{Entry, FaultLog, Located, Node, Span};
use crate::text::counted;

/// The key that names the platform that another one is like.
pub(super) const LIKE: &str = "like";
/// What need not be said of a platform that is like another one.
pub(super) const INHERITED: [&str; 8] =
    ["family", "effort", "effort-because", "summary", "duties", "takes-on", "caveats", "sources"];
/// The cells of a platform, by aspect.
const CELLS: &str = "cells";
/// Constraints that leave a platform on the table.
const NOT_REMOVED_BY: &str = "not-removed-by";
/// The kind of table that this is about, and those that speak of it.
const PLATFORM: &str = "platform";
const ASPECT: &str = "aspect";
const CRITERION: &str = "criterion";
/// What a platform is ruled out by, and what changes its effort.
const REMOVES: &str = "removes";
const FAMILIARITY: &str = "familiarity";

/// Gives every platform of a layer what it takes from another one, and aspects the cells that stand with platforms. Returns
/// which platform is like which.
pub(super) fn complete<'f>(
    stack: &Stack<'f>,
    entries: &mut [Entry<'f>],
    refused: &mut Vec<String>,
    log: &FaultLog<'_>,
) -> Vec<(String, String)> {
    let mut likes = Vec::new();
    for Platform { id, like } in in_order(entries, refused, log) {
        if let Some(like) = &like {
            inherit(entries, &id, like);
            join(entries, &id, like);
        }
        give_cells(entries, &id, like.as_deref(), log);
        keep(entries, &id, log);
        check_cells(stack, entries, &id, refused, log);
        likes.extend(like.map(|like| (id, like)));
    }
    likes
}

/// A platform, and the one that it is like.
struct Platform {
    id: String,
    like: Option<String>,
}

/// All platforms, each after the one that it is like.
fn in_order(entries: &mut [Entry<'_>], refused: &mut Vec<String>, log: &FaultLog<'_>) -> Vec<Platform> {
    let mut waiting: Vec<(Platform, Span)> = Vec::new();
    let mut ready: Vec<Platform> = Vec::new();
    for table in tables(entries, PLATFORM) {
        let Some(id) = id_of(table).map(str::to_owned) else { continue };
        match value_of(table, LIKE) {
            None => ready.push(Platform { id, like: None }),
            Some(value) => match text_of(value) {
                Some(like) if ids(entries, PLATFORM).any(|other| other == like) => {
                    waiting.push((Platform { id, like: Some(like.to_owned()) }, value.span.clone()));
                }
                Some(like) => {
                    log.unknown(
                        value.span.clone(),
                        PLATFORM,
                        like,
                        ids(entries, PLATFORM).filter(|other| *other != id),
                    );
                    refused.push(id);
                }
                None => {
                    let message = format!("`{LIKE}` must be the id of a platform, not {}", value.node.kind());
                    log.fault(value.span.clone(), message, None);
                    refused.push(id);
                }
            },
        }
    }
    loop {
        let is_ready =
            |platform: &Platform| ready.iter().any(|other| Some(&other.id) == platform.like.as_ref());
        let Some(next) = waiting.iter().position(|(platform, _)| is_ready(platform)) else { break };
        ready.push(waiting.remove(next).0);
    }
    // What still waits is like one that is refused, or like itself in the end.
    for (platform, span) in &waiting {
        if circle(&waiting, platform) {
            let message = format!("`{}` is like itself in the end", platform.id);
            let like = platform.like.as_deref().unwrap_or_default();
            log.fault(span.clone(), message, Some(format!("`{like}` is like it in turn")));
        }
        refused.push(platform.id.clone());
    }
    for table in tables_mut(entries, PLATFORM) {
        drop(take(table, LIKE));
    }
    ready
}

/// Whether one comes back to a platform on the way from what it is like.
fn circle(waiting: &[(Platform, Span)], platform: &Platform) -> bool {
    let mut at = platform.like.as_deref();
    for _ in 0..waiting.len() {
        if at == Some(platform.id.as_str()) {
            return true;
        }
        let next = waiting.iter().find(|(other, _)| Some(other.id.as_str()) == at);
        at = next.and_then(|(other, _)| other.like.as_deref());
    }
    false
}

/// Takes over what the platform does not say itself.
fn inherit(entries: &mut [Entry<'_>], id: &str, like: &str) {
    let all = tables_mut(entries, PLATFORM);
    let Some(model) = all.iter().find(|table| id_of(table) == Some(like)).cloned() else { return };
    let Some(table) = all.iter_mut().find(|table| id_of(table) == Some(id)) else { return };
    for key in INHERITED {
        let Node::Table(keys) = &model.node else { return };
        let inherited = keys.iter().find(|entry| entry.key == key && key_of(table, key).is_none());
        let Some(mut entry) = inherited.cloned() else { continue };
        if key == "summary"
            && let (Some(name), Some(summary)) =
                (value_of(&model, "name").and_then(text_of), text_of(&entry.value))
        {
            entry.value.node = Node::Text(format!("Like {name}. {summary}").into());
        }
        if let Node::Table(own) = &mut table.node {
            insert(own, entry);
        }
    }
}

/// What rules the other one out rules it out as well, and what changes the other one's effort changes its own.
fn join(entries: &mut [Entry<'_>], id: &str, like: &str) {
    for criterion in tables_mut(entries, CRITERION) {
        if let Some(Node::List(removes)) = value_mut(criterion, REMOVES).map(|value| &mut value.node) {
            let has = |id: &str| removes.iter().any(|platform| text_of(platform) == Some(id));
            let model = removes.iter().find(|platform| text_of(platform) == Some(like));
            if let (Some(model), false) = (model.cloned(), has(id)) {
                removes.push(Located { node: Node::Text(id.to_owned().into()), ..model });
            }
        }
        if let Some(Node::Table(points)) = value_mut(criterion, FAMILIARITY).map(|value| &mut value.node) {
            let has = points.iter().any(|entry| entry.key == id);
            let model = points.iter().find(|entry| entry.key == like);
            if let (Some(model), false) = (model.cloned(), has) {
                insert(points, Entry { key: id.to_owned().into(), ..model });
            }
        }
    }
}

/// Puts the cells of a platform where aspects have them: those of the one that it is like, and over them its own.
fn give_cells(entries: &mut [Entry<'_>], id: &str, like: Option<&str>, log: &FaultLog<'_>) {
    let own = tables_mut(entries, PLATFORM).iter_mut().find(|table| id_of(table) == Some(id));
    let own = match own.and_then(|table| take(table, CELLS)) {
        None => Vec::new(),
        Some(Entry { value: Located { node: Node::Table(cells), .. }, .. }) => cells,
        Some(Entry { value, .. }) => {
            let message = format!("`{CELLS}` must be a table, not {}", value.node.kind());
            let help = "cells = { some-aspect = { level = 3, label = \"…\", note = \"…\" } }".to_owned();
            log.fault(value.span, message, Some(help));
            Vec::new()
        }
    };
    if own.is_empty() && like.is_none() {
        return;
    }
    for cell in &own {
        if !ids(entries, ASPECT).any(|aspect| aspect == cell.key) {
            log.unknown(cell.key_span.clone(), ASPECT, &cell.key, ids(entries, ASPECT));
        }
    }
    for aspect in tables_mut(entries, ASPECT) {
        let own = own.iter().find(|cell| id_of(aspect) == Some(cell.key.as_ref())).cloned();
        let Some(Node::Table(cells)) = value_mut(aspect, CELLS).map(|value| &mut value.node) else {
            continue;
        };
        let copied =
            like.and_then(|like| cells.iter().find(|cell| cell.key == like)).cloned().map(|mut cell| {
                // What others claim, they claim of the other one.
                drop(take(&mut cell.value, "claimed"));
                Entry { key: id.to_owned().into(), ..cell }
            });
        let there = cells.iter().position(|cell| cell.key == id).map(|at| cells.remove(at));
        let own = own.map(|own| Entry { key: id.to_owned().into(), ..own });
        let mut layers = [copied, there, own].into_iter().flatten();
        let Some(mut cell) = layers.next() else { continue };
        for above in layers {
            cell.key_span = above.key_span;
            put_over(&mut cell.value, above.value);
        }
        insert(cells, cell);
    }
}

/// Takes a platform from the lists of constraints that are not to remove it.
fn keep(entries: &mut [Entry<'_>], id: &str, log: &FaultLog<'_>) {
    let own = tables_mut(entries, PLATFORM).iter_mut().find(|table| id_of(table) == Some(id));
    let Some(Entry { value, .. }) = own.and_then(|table| take(table, NOT_REMOVED_BY)) else { return };
    let Node::List(constraints) = &value.node else {
        let message = format!("`{NOT_REMOVED_BY}` must be a list, not {}", value.node.kind());
        log.fault(value.span, message, Some(format!("{NOT_REMOVED_BY} = [\"some-criterion\"]")));
        return;
    };
    for constraint in constraints {
        let named = text_of(constraint).unwrap_or_default();
        let criterion = tables_mut(entries, CRITERION).iter_mut().find(|table| id_of(table) == Some(named));
        let removes = criterion.and_then(|table| value_mut(table, REMOVES)).map(|value| &mut value.node);
        if let Some(Node::List(removes)) = removes {
            removes.retain(|platform| text_of(platform) != Some(id));
        } else {
            let removing =
                tables(entries, CRITERION).iter().filter(|table| value_of(table, REMOVES).is_some());
            log.unknown(constraint.span.clone(), "constraint", named, removing.filter_map(id_of));
        }
    }
}

/// A new platform has all cells, or says which one it is like.
fn check_cells(
    stack: &Stack<'_>,
    entries: &[Entry<'_>],
    id: &str,
    refused: &mut Vec<String>,
    log: &FaultLog<'_>,
) {
    let Some(table) = tables(entries, PLATFORM).iter().find(|table| id_of(table) == Some(id)) else { return };
    if !stack.is_in_layer(&table.span) {
        return;
    }
    let lacks =
        |aspect: &&Located<'_>| value_of(aspect, CELLS).is_none_or(|cells| value_of(cells, id).is_none());
    let lacking: Vec<&str> = tables(entries, ASPECT).iter().filter(lacks).filter_map(id_of).collect();
    let Some(first) = lacking.first() else { return };
    let message =
        format!("`{id}` has no cell for {} ({first} …)", counted(lacking.len(), "aspect", "aspects"));
    let help = format!(
        "{LIKE} = \"another platform\" takes that one's; cells = {{ {first} = {{ … }} }} gives its own"
    );
    let at = value_of(table, "id").map_or(table.span.clone(), |id| id.span.clone());
    log.fault(at, message, Some(help));
    refused.push(id.to_owned());
}

/// Takes a key out of a table.
fn take<'f>(table: &mut Located<'f>, key: &str) -> Option<Entry<'f>> {
    let Node::Table(entries) = &mut table.node else { return None };
    let at = entries.iter().position(|entry| entry.key == key)?;
    Some(entries.remove(at))
}
