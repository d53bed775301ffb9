//! What differs between two rulebooks, item by item and key by key, and the rulebooks in between that have some of it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::items::taken_apart;
use super::walk::{Found, Walk};
use super::{SOURCE, Stack, merge::Merged};
use crate::document::Entry;
use crate::rulebook::{Rulebook, parse};

/// One thing that differs between an older rulebook and a newer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The kind of item ("platform"); nothing for what stands at the head of a rulebook.
    pub kind: String,
    /// Its id, or the key at the head; nothing where the items of a kind stand in another order.
    pub id: String,
    /// The keys that lead to what differs within it; none where the whole item does.
    pub keys: Vec<String>,
    /// What it is: "criterion", "weight", "level", "cell", "text", "condition" …
    pub noun: String,
    /// What has become of it.
    pub turn: Turn,
    /// What the older rulebook says: a text as it is, an item by its title, an order by its ids, anything else as TOML.
    pub before: Option<String>,
    /// What the newer one says, likewise.
    pub after: Option<String>,
    /// The file and the line, from 1, where that is written: in the newer rulebook, or in the older one where it is gone.
    pub at: (String, usize),
    /// What has come or gone with an item elsewhere: "aspect.secrets.cells.k3s".
    pub with: Vec<String>,
}

/// What has become of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is new.
    Added,
    /// It is there no more.
    Removed,
    /// It is another.
    Changed,
    /// It stands in another order.
    Reordered,
}

impl Turn {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Added, "added"),
        (Self::Removed, "removed"),
        (Self::Changed, "changed"),
        (Self::Reordered, "reordered"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(turn, _)| *turn == self).map_or("", |(_, word)| word)
    }
}

impl Difference {
    /// The name of what differs: "criterion.many-services.demands.gitops.weight".
    pub fn name(&self) -> String {
        let head = [&self.kind, &self.id].into_iter().filter(|part| !part.is_empty());
        head.chain(&self.keys).map(String::as_str).collect::<Vec<_>>().join(".")
    }

    /// Whether it is a whole item that has come or gone.
    pub fn is_item(&self) -> bool {
        !self.kind.is_empty() && self.keys.is_empty() && self.turn != Turn::Reordered
    }
}

/// Two rulebooks, and what differs between them.
pub struct Between<'r> {
    older: Document<'r>,
    newer: Document<'r>,
    differences: Vec<Difference>,
    /// For each place at which the documents differ, in the order of the walk, the difference that it belongs to.
    belongs: Vec<usize>,
}

/// A rulebook as one document.
struct Document<'r> {
    stack: Stack<'r>,
    entries: Vec<Entry<'r>>,
}

impl<'r> Document<'r> {
    fn of(rulebook: &'r Rulebook) -> Option<Self> {
        let (stack, Merged { entries, .. }) = taken_apart(rulebook)?;
        Some(Self { stack, entries })
    }
}

/// The kinds of items that no verdict depends on.
const ASIDE: [&str; 5] = ["case", "promise", "exception", "problem", "step"];
/// Those that nothing depends on and that others name.
const NAMED: [&str; 2] = [SOURCE, "duty"];

impl<'r> Between<'r> {
    /// Holds two rulebooks against each other; nothing where one of them cannot be taken apart.
    pub fn new(older: &'r Rulebook, newer: &'r Rulebook) -> Option<Self> {
        let (older, newer) = (Document::of(older)?, Document::of(newer)?);
        let mut found = Vec::new();
        let mut choose = |one| {
            found.push(one);
            true
        };
        Walk { choose: &mut choose }.documents(&older.entries, &newer.entries);
        let mut between = Self { older, newer, differences: Vec::new(), belongs: Vec::new() };
        between.gather(&found);
        Some(between)
    }

    /// Makes one difference of an item that has come or gone and of what belongs to it elsewhere, as neither can be without
    /// the other.
    fn gather(&mut self, found: &[Found]) {
        let is_item = |one: &Found| !one.spot.kind.is_empty() && one.spot.keys.is_empty();
        let items: HashMap<(&str, &str), usize> = (found.iter().enumerate())
            .filter(|(_, one)| is_item(one))
            .map(|(place, one)| ((one.spot.kind.as_str(), one.spot.id.as_str()), place))
            .collect();
        let owner = |place: usize| {
            let item = |(kind, id): &(String, String)| items.get(&(kind.as_str(), id.as_str())).copied();
            found[place].of.iter().find_map(item).unwrap_or(place)
        };
        let mut index_of = vec![0; found.len()];
        for place in (0..found.len()).filter(|place| owner(*place) == *place) {
            index_of[place] = self.differences.len();
            self.differences.push(self.difference(&found[place]));
        }
        for place in 0..found.len() {
            let index = index_of[owner(place)];
            self.belongs.push(index);
            if owner(place) != place {
                let name = self.difference(&found[place]).name();
                self.differences[index].with.push(name);
            }
        }
    }

    fn difference(&self, found: &Found) -> Difference {
        let document = if found.turn == Turn::Removed { &self.older } else { &self.newer };
        let (file, line) = document.stack.named_line(&found.span);
        Difference {
            kind: found.spot.kind.clone(),
            id: found.spot.id.clone(),
            keys: found.spot.keys.clone(),
            noun: found.noun.clone(),
            turn: found.turn,
            before: found.before.clone(),
            after: found.after.clone(),
            at: (file.to_owned(), line),
            with: Vec::new(),
        }
    }

    /// What differs, kind by kind.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// The rulebook that has the differences with these indices, and is the older one but for them; without what no verdict
    /// depends on. Nothing where that makes no rulebook.
    pub fn with(&self, wanted: &[usize]) -> Option<Rulebook> {
        let wanted: HashSet<usize> = wanted.iter().copied().collect();
        let mut belongs = self.belongs.iter();
        let mut choose = |found: Found| {
            let is_wanted = belongs.next().is_some_and(|index| wanted.contains(index));
            // They decide nothing: whatever is named is there.
            if NAMED.contains(&found.spot.kind.as_str()) { found.turn != Turn::Removed } else { is_wanted }
        };
        let mut entries = Walk { choose: &mut choose }.documents(&self.older.entries, &self.newer.entries);
        entries.retain(|entry| !ASIDE.contains(&entry.key.as_ref()));
        let collected = RefCell::new(Vec::new());
        let rulebook = parse::build_merged(&entries, &collected)?;
        collected.into_inner().is_empty().then_some(rulebook)
    }
}
