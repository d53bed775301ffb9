//! The items of a rulebook one by one: where each was written, which layers changed it, and how it reads now.

use super::merge::{id_of, text_of, value_of};
use super::{Act, Change, Merged, Stack, merge, written};
use crate::document::{Entry, Located, Node};
use crate::rulebook::Rulebook;

/// An item of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its kind: "platform".
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What people call it: its name, title or statement.
    pub title: String,
    /// Where it was first written: the index of the file, and the line from 1.
    pub at: (usize, usize),
    /// The layer that added it; nothing where it is of the rulebook beneath.
    pub added_by: Option<usize>,
    /// The platform that it is like in whatever it does not say itself.
    pub like: Option<String>,
    /// What layers have changed of it since, in their order.
    pub changes: Vec<Change>,
    /// The item as TOML.
    pub toml: String,
}

/// The keys that may say what people call an item, the best first.
const TITLES: [&str; 6] = ["name", "statement", "title", "says", "who", "because"];

impl Rulebook {
    /// All items, kind by kind, in the order in which the engine uses them.
    pub fn items(&self) -> Vec<Item> {
        let Some((stack, merged)) = taken_apart(self) else { return Vec::new() };
        let mut items = Vec::new();
        for entry in &merged.entries {
            let Node::List(tables) = &entry.value.node else { continue };
            let named = tables.iter().filter_map(|table| Some((id_of(table)?, table)));
            items.extend(named.map(|(id, table)| item(&stack, &merged, entry, id, table)));
        }
        items
    }

    /// The whole rulebook as one TOML file, which can be read again in its place.
    pub fn as_toml(&self) -> String {
        let Some((_, mut merged)) = taken_apart(self) else { return String::new() };
        let (name, version) = (self.full_name(), self.full_version());
        let own = [("schema", crate::rulebook::parse::SCHEMA), ("name", &name), ("version", &version)];
        merged.entries.retain(|entry| own.iter().all(|(key, _)| entry.key != *key));
        let text = |(key, text): (&'static str, &str)| entry(key, Node::Text(text.to_owned().into()));
        let mut head: Vec<Entry<'_>> = own.into_iter().map(text).collect();
        head.insert(1, entry(super::EXTENDS, Node::Flag(false)));
        head.extend(merged.entries);
        written::document(&head)
    }
}

/// Where the parts of a rulebook are written.
pub struct Places<'r> {
    stack: Stack<'r>,
    entries: Vec<Entry<'r>>,
}

impl<'r> Places<'r> {
    /// Of a rulebook and its layers; nothing where it was not read from files.
    pub fn of(rulebook: &'r Rulebook) -> Option<Self> {
        let (stack, Merged { entries, .. }) = taken_apart(rulebook)?;
        Some(Self { stack, entries })
    }

    /// The name of the file and the line, from 1, of a part of an item, or of the nearest thing around it that is written; in
    /// the layer that has written it last.
    pub fn line(&self, kind: &str, id: &str, inside: &[String]) -> Option<(&str, usize)> {
        let mut table =
            super::merge::tables(&self.entries, kind).iter().find(|table| id_of(table) == Some(id))?;
        let mut at = super::merge::key_of(table, "id")?;
        for key in inside {
            let Some(span) = super::merge::key_of(table, key) else { break };
            at = span;
            let Some(value) = value_of(table, key) else { break };
            table = value;
        }
        Some(self.stack.named_line(&at))
    }
}

/// The documents of a rulebook, and what they come to together.
pub(super) fn taken_apart(rulebook: &Rulebook) -> Option<(Stack<'_>, Merged<'_>)> {
    let stack = Stack::read(&rulebook.files, rulebook.layers.clone(), &mut Vec::new())?;
    let merged = merge(&stack, &|_| true);
    Some((stack, merged))
}

/// What people call an item.
pub(super) fn title_of<'e>(table: &'e Located<'_>) -> &'e str {
    TITLES.iter().find_map(|key| value_of(table, key).and_then(text_of)).unwrap_or_default()
}

fn entry(key: &'static str, node: Node<'static>) -> Entry<'static> {
    Entry { key: key.into(), key_span: 0..0, value: Located { node, span: 0..0 } }
}

fn item(stack: &Stack<'_>, merged: &Merged<'_>, entry: &Entry<'_>, id: &str, table: &Located<'_>) -> Item {
    let kind = entry.key.as_ref();
    let concerns = |change: &&Change| {
        let within = change.id.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        change.kind == kind && within && (change.act != Act::Removes || change.id != id)
    };
    let all: Vec<&Change> = merged.changes.iter().filter(concerns).collect();
    let added = all.iter().find(|change| change.act == Act::Adds);
    let at = match (added, beneath(stack, kind, id)) {
        (Some(added), _) => added.at,
        (None, Some(table)) => stack.line(&table.span),
        (None, None) => stack.line(&table.span),
    };
    let like = merged.likes.iter().find(|(own, _)| kind == "platform" && own == id);
    let mut toml = String::new();
    written::item(&mut toml, kind, table);
    Item {
        kind: kind.to_owned(),
        id: id.to_owned(),
        title: title_of(table).to_owned(),
        at,
        added_by: added.map(|change| change.layer),
        like: like.map(|(_, like)| like.clone()),
        changes: all.into_iter().filter(|change| change.act != Act::Adds).cloned().collect(),
        toml,
    }
}

/// The table of the rulebook beneath all layers.
fn beneath<'s, 'f>(stack: &'s Stack<'f>, kind: &str, id: &str) -> Option<&'s Located<'f>> {
    super::merge::tables(&stack.base, kind).iter().find(|table| id_of(table) == Some(id))
}
