//! The items of a rulebook: lists of them, and one of them as the engine uses it, with where it was written.

use comfy_table::Table;
use serde::Serialize;

use super::content::Provenance;
use super::json::{RulebookName, pretty};
use super::text::{Layout, Page};
use crate::rulebook::{Act, Change, Item, Rulebook};
use crate::text::{list, one_line};

/// The name and version of the shape in JSON.
pub const SCHEMA: &str = "needk8s.rules/1";

/// All items by kind, or those of one kind a line each.
pub fn list_text(
    rulebook: &Rulebook,
    items: &[Item],
    kind: Option<&str>,
    named: &str,
    layout: Layout,
) -> String {
    let mut page = Page::new(layout);
    match kind {
        None => overview(rulebook, items, named, &mut page),
        Some(kind) => of_kind(rulebook, items, kind, &mut page),
    }
    page.finish()
}

/// More ids of a kind than these are a list of their own.
const MOST_IDS: usize = 130;

fn overview(rulebook: &Rulebook, items: &[Item], named: &str, page: &mut Page) {
    page.line(named);
    for kind in kinds(items) {
        let of_kind: Vec<&Item> = items.iter().filter(|item| item.kind == kind).collect();
        page.heading(&format!("{kind} ({})", of_kind.len()));
        let is_long = of_kind.len() > MOST_IDS;
        let named = |item: &&&Item| !is_long || item.added_by.is_some() || !item.changes.is_empty();
        let ids = of_kind.iter().filter(named).map(|item| format!("{}{}", item.id, mark(rulebook, item)));
        let all = is_long.then(|| format!("needk8s rules list {kind}"));
        page.paragraph(2, &ids.chain(all).collect::<Vec<_>>().join(", "));
    }
    let gone = rulebook.changes().iter().filter(|change| change.act == Act::Removes);
    let gone: Vec<String> =
        gone.map(|change| format!("{}.{} ({})", change.kind, change.id, layer(rulebook, change))).collect();
    if !gone.is_empty() {
        page.heading("removed");
        page.paragraph(2, &gone.join(", "));
    }
}

/// The kinds in their order.
fn kinds(items: &[Item]) -> Vec<&str> {
    let mut kinds: Vec<&str> = items.iter().map(|item| item.kind.as_str()).collect();
    kinds.dedup();
    kinds
}

/// The layers that an item comes from or is changed by, if there are any: " (changed by acme-policy)".
fn mark(rulebook: &Rulebook, item: &Item) -> String {
    let added = item.added_by.and_then(|layer| rulebook.layers().get(layer));
    match (added, changers(rulebook, item).as_slice()) {
        (Some(added), _) => format!(" ({})", added.name),
        (None, []) => String::new(),
        (None, by) => format!(" (changed by {})", list(by, "and")),
    }
}

fn changers(rulebook: &Rulebook, item: &Item) -> Vec<String> {
    let mut by: Vec<String> = item.changes.iter().map(|change| layer(rulebook, change).to_owned()).collect();
    by.dedup();
    by
}

fn layer<'r>(rulebook: &'r Rulebook, change: &Change) -> &'r str {
    rulebook.layers().get(change.layer).map_or("", |layer| layer.name.as_str())
}

fn of_kind(rulebook: &Rulebook, items: &[Item], kind: &str, page: &mut Page) {
    let mut table = Table::new();
    table.set_header(vec![kind, "", "from"]);
    for item in items.iter().filter(|item| item.kind == kind) {
        table.add_row(vec![item.id.clone(), one_line(&item.title), origin(rulebook, item)]);
    }
    page.table(&mut table, Some(0));
}

/// Where an item was written, and where it was changed: "rules/criteria.toml:12, changed by acme-policy (policy.toml:3)".
pub fn origin(rulebook: &Rulebook, item: &Item) -> String {
    let added = item.added_by.and_then(|layer| rulebook.layers().get(layer));
    let mut parts = vec![match added {
        Some(added) => format!("{} ({})", added.name, place(rulebook, item.at)),
        None => place(rulebook, item.at),
    }];
    parts.extend(item.like.as_ref().map(|like| format!("like {like}")));
    parts.extend(
        item.changes
            .iter()
            .map(|change| format!("changed by {} ({})", layer(rulebook, change), place(rulebook, change.at))),
    );
    parts.join(", ")
}

fn place(rulebook: &Rulebook, (file, line): (usize, usize)) -> String {
    let name = rulebook.files().get(file).map_or("", |file| file.name.as_str());
    format!("{}:{line}", one_line(name))
}

/// Items as TOML, each under where it comes from.
pub fn show_text(rulebook: &Rulebook, items: &[&Item]) -> String {
    let shown =
        |item: &&Item| format!("# {}.{}: {}\n{}", item.kind, item.id, origin(rulebook, item), item.toml);
    items.iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    rulebook: RulebookName<'a>,
    items: Vec<ItemShape<'a>>,
    removed: Vec<ChangeShape<'a>>,
}

#[derive(Serialize)]
struct ItemShape<'a> {
    kind: &'a str,
    id: &'a str,
    title: &'a str,
    file: &'a str,
    line: usize,
    layer: Option<&'a str>,
    like: Option<&'a str>,
    changed_by: Vec<ChangeShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    toml: Option<&'a str>,
}

#[derive(Serialize)]
struct ChangeShape<'a> {
    kind: &'a str,
    id: &'a str,
    layer: &'a str,
    file: &'a str,
    line: usize,
}

/// Items as JSON; `whole` says whether each comes with its TOML.
pub fn json(rulebook: &Rulebook, items: &[&Item], provenance: &Provenance, whole: bool) -> String {
    let file = |file: usize| rulebook.files().get(file).map_or("", |file| file.name.as_str());
    let change = |change: &'_ Change| (layer(rulebook, change), file(change.at.0), change.at.1);
    fn shape<'a>(change: &'a Change, (layer, file, line): (&'a str, &'a str, usize)) -> ChangeShape<'a> {
        ChangeShape { kind: &change.kind, id: &change.id, layer, file, line }
    }
    let removed = rulebook.changes().iter().filter(|change| change.act == Act::Removes);
    let items = items.iter().map(|item| ItemShape {
        kind: &item.kind,
        id: &item.id,
        title: &item.title,
        file: file(item.at.0),
        line: item.at.1,
        layer: item.added_by.and_then(|layer| rulebook.layers().get(layer)).map(|layer| layer.name.as_str()),
        like: item.like.as_deref(),
        changed_by: item.changes.iter().map(|one| shape(one, change(one))).collect(),
        toml: whole.then_some(item.toml.as_str()),
    });
    pretty(&Document {
        schema: SCHEMA,
        rulebook: RulebookName::of(provenance),
        items: items.collect(),
        removed: removed.map(|one| shape(one, change(one))).collect(),
    })
}
