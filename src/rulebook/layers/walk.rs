//! Two documents of rules walked side by side: each place at which they differ, and the document in between that takes some
//! of these from the one and the rest from the other.

use std::collections::HashMap;

use super::difference::Turn;
use super::items::title_of;
use super::merge::{OWN, have_ids, id_of, text_of};
use super::written;
use crate::document::{Entry, Located, Node, Span};
use crate::rulebook::shape::{self, Shape, Takes};

/// Where something stands in a rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Spot {
    /// The kind of item; nothing for what stands at the head.
    pub(super) kind: String,
    /// Its id, or the key at the head.
    pub(super) id: String,
    /// The keys that lead there within it.
    pub(super) keys: Vec<String>,
}

impl Spot {
    fn inside(&self, key: &str) -> Self {
        let mut inside = self.clone();
        match inside.id.is_empty() {
            true => key.clone_into(&mut inside.id),
            false => inside.keys.push(key.to_owned()),
        }
        inside
    }
}

/// A place at which two documents differ.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) spot: Spot,
    /// What it is: "weight".
    pub(super) noun: String,
    pub(super) turn: Turn,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// Where it is written: in the newer document, or in the older one where it is gone.
    pub(super) span: Span,
    /// The items, by kind and id, that it belongs to wherever it stands: a cell belongs to its platform.
    pub(super) of: Vec<(String, String)>,
}

/// A walk through two documents.
pub(super) struct Walk<'w> {
    /// Says of each place at which they differ, in the order of the walk, whether it is to be as in the newer one.
    pub(super) choose: &'w mut dyn FnMut(Found) -> bool,
}

/// What is known of a place before it is looked at.
struct Around {
    spot: Spot,
    takes: Option<Takes>,
    noun: String,
    of: Vec<(String, String)>,
}

impl Walk<'_> {
    /// Walks through both, and returns the document in between.
    pub(super) fn documents<'f>(&mut self, older: &[Entry<'f>], newer: &[Entry<'f>]) -> Vec<Entry<'f>> {
        let mut mixed = Vec::new();
        for (one, other) in pairs(older, newer) {
            let Some(entry) = other.or(one) else { continue };
            if OWN.contains(&entry.key.as_ref()) {
                mixed.push(entry.clone());
            } else if let Some(shape) = shape::kind(&entry.key) {
                let items = self.list(&Around::kind(&entry.key, shape), list_of(one), list_of(other));
                let value = Located { node: Node::List(items), span: entry.value.span.clone() };
                mixed.push(Entry { value, ..entry.clone() });
            } else {
                mixed.extend(self.key(&Around::head(&entry.key), one, other));
            }
        }
        mixed
    }

    /// A key that one of two tables has, or both.
    fn key<'f>(
        &mut self,
        around: &Around,
        one: Option<&Entry<'f>>,
        other: Option<&Entry<'f>>,
    ) -> Option<Entry<'f>> {
        match (one, other) {
            (Some(one), Some(other)) => {
                let value = self.value(around, one, other);
                Some(Entry { value, ..other.clone() })
            }
            (one, other) => self.chosen(around, (one, other), Said::by_key),
        }
    }

    fn value<'f>(&mut self, around: &Around, one: &Entry<'f>, other: &Entry<'f>) -> Located<'f> {
        let (older, newer) = (&one.value, &other.value);
        let node = match (&older.node, &newer.node) {
            (a, b) if is_same(a, b) => b.clone(),
            (Node::Table(a), Node::Table(b)) if around.is_walked() => Node::Table(self.table(around, a, b)),
            (Node::List(a), Node::List(b)) if have_ids(a) && have_ids(b) || around.is_set(a, b) => {
                Node::List(self.list(around, a, b))
            }
            (a, b) => {
                let is_newer = self.is_as_newer(around, Some(Said::by_key(one)), Some(Said::by_key(other)));
                if is_newer { b } else { a }.clone()
            }
        };
        Located { node, span: newer.span.clone() }
    }

    fn table<'f>(&mut self, around: &Around, one: &[Entry<'f>], other: &[Entry<'f>]) -> Vec<Entry<'f>> {
        let mut mixed = Vec::new();
        for (one, other) in pairs(one, other) {
            let key = one.or(other).map_or("", |entry| &entry.key);
            mixed.extend(self.key(&around.key(key), one, other));
        }
        mixed
    }

    /// A list of tables with ids, or a set of words.
    fn list<'f>(&mut self, around: &Around, one: &[Located<'f>], other: &[Located<'f>]) -> Vec<Located<'f>> {
        let (older, newer) = (Listed::of(one), Listed::of(other));
        let order = match older.is_in_order_of(&newer) || around.is_set(one, other) {
            true => newer.then(&older),
            false if self.is_as_newer(around, Some(older.said()), Some(newer.said())) => newer.then(&older),
            false => older.then(&newer),
        };
        let item = |id| self.item(&around.item(id), older.find(id), newer.find(id));
        order.into_iter().filter_map(item).collect()
    }

    /// An item that one of two lists has, or both.
    fn item<'f>(
        &mut self,
        around: &Around,
        one: Option<&Located<'f>>,
        other: Option<&Located<'f>>,
    ) -> Option<Located<'f>> {
        match (one, other) {
            (Some(older), Some(newer)) => {
                let node = match (&older.node, &newer.node) {
                    (Node::Table(a), Node::Table(b)) if !is_same(&older.node, &newer.node) => {
                        Node::Table(self.table(around, a, b))
                    }
                    _ => newer.node.clone(),
                };
                Some(Located { node, span: newer.span.clone() })
            }
            (one, other) => self.chosen(around, (one, other), Said::by_item),
        }
    }

    /// What is to be there where the documents differ, which may be nothing.
    fn chosen<T: Clone>(
        &mut self,
        around: &Around,
        (one, other): (Option<&T>, Option<&T>),
        said: impl Fn(&T) -> Said,
    ) -> Option<T> {
        let is_newer = self.is_as_newer(around, one.map(&said), other.map(&said));
        if is_newer { other } else { one }.cloned()
    }

    /// Tells of a place at which the documents differ, and asks what is to be there.
    fn is_as_newer(&mut self, around: &Around, before: Option<Said>, after: Option<Said>) -> bool {
        let Some(said) = after.as_ref().or(before.as_ref()) else { return true };
        let turn = match (&before, &after) {
            (None, _) => Turn::Added,
            (_, None) => Turn::Removed,
            _ if said.is_order => Turn::Reordered,
            _ => Turn::Changed,
        };
        (self.choose)(Found {
            spot: around.spot.clone(),
            noun: around.noun.clone(),
            turn,
            span: said.span.clone(),
            of: around.of.clone(),
            before: before.map(|said| said.text),
            after: after.map(|said| said.text),
        })
    }
}

impl Around {
    /// All items of a kind.
    fn kind(kind: &str, shape: &'static Shape) -> Self {
        let spot = Spot { kind: kind.to_owned(), ..Spot::default() };
        Self { spot, takes: Some(Takes::Tables(shape)), noun: kind.to_owned(), of: Vec::new() }
    }

    /// A key at the head of a rulebook.
    fn head(key: &str) -> Self {
        let nowhere = Spot::default();
        Self { spot: nowhere, takes: Some(Takes::Table(&shape::HEAD)), noun: String::new(), of: Vec::new() }
            .key(key)
    }

    /// A key of the table here.
    fn key(&self, key: &str) -> Self {
        let named = |kinds: &[&str]| kinds.iter().map(|kind| ((*kind).to_owned(), key.to_owned())).collect();
        let (takes, called, of) = match self.takes {
            Some(Takes::Table(shape) | Takes::Tables(shape)) => (shape.takes(key), key, Vec::new()),
            Some(Takes::By(kinds, takes)) => (Some(*takes), self.noun.as_str(), named(kinds)),
            Some(Takes::ByWord(takes)) => (Some(*takes), self.noun.as_str(), Vec::new()),
            Some(Takes::Answers) => (None, self.noun.as_str(), named(&["question"])),
            _ => (None, key, Vec::new()),
        };
        let noun = match takes {
            Some(Takes::Text) => "text",
            Some(Takes::Condition) => "condition",
            Some(Takes::Table(shape)) => shape.noun(),
            _ => called,
        };
        Self { spot: self.spot.inside(key), takes, noun: noun.to_owned(), of }
    }

    /// An item of the list here.
    fn item(&self, id: &str) -> Self {
        let spot = self.spot.inside(id);
        match self.takes {
            Some(takes @ Takes::Tables(shape)) => {
                let noun = if self.spot.id.is_empty() { &self.noun } else { shape.noun() };
                Self { spot, takes: Some(takes), noun: noun.to_owned(), of: Vec::new() }
            }
            Some(Takes::Refs(kind)) => {
                let of = vec![(kind.to_owned(), id.to_owned())];
                Self { spot, takes: None, noun: self.noun.clone(), of }
            }
            // An alias is given up for the item whose id it becomes.
            _ => {
                let of = vec![(spot.kind.clone(), id.to_owned())];
                Self { spot, takes: None, noun: self.noun.clone(), of }
            }
        }
    }

    /// Whether the keys of the table here each mean something by themselves.
    fn is_walked(&self) -> bool {
        matches!(self.takes, Some(Takes::Table(_) | Takes::By(..) | Takes::ByWord(_) | Takes::Answers))
    }

    /// Whether both lists here are words whose order means nothing.
    fn is_set(&self, one: &[Located<'_>], other: &[Located<'_>]) -> bool {
        let are_words = |list: &[Located<'_>]| list.iter().all(|item| text_of(item).is_some());
        matches!(self.takes, Some(Takes::Texts | Takes::Refs(_))) && are_words(one) && are_words(other)
    }
}

/// What a document says at a place, and where that is.
struct Said {
    text: String,
    span: Span,
    is_order: bool,
}

impl Said {
    fn by_key(entry: &Entry<'_>) -> Self {
        let text = text_of(&entry.value).map_or_else(|| written::value(&entry.value.node), str::to_owned);
        Self { text, span: entry.key_span.clone(), is_order: false }
    }

    fn by_item(item: &Located<'_>) -> Self {
        let text = text_of(item).unwrap_or_else(|| title_of(item));
        Self { text: text.to_owned(), span: item.span.clone(), is_order: false }
    }
}

/// The items of a list by their ids, in their order.
struct Listed<'l, 'f> {
    ids: Vec<&'l str>,
    found: HashMap<&'l str, &'l Located<'f>>,
}

impl<'l, 'f> Listed<'l, 'f> {
    fn of(items: &'l [Located<'f>]) -> Self {
        let mut listed = Self { ids: Vec::new(), found: HashMap::new() };
        for item in items {
            let Some(id) = id_of(item).or(text_of(item)) else { continue };
            if listed.found.insert(id, item).is_none() {
                listed.ids.push(id);
            }
        }
        listed
    }

    fn find(&self, id: &str) -> Option<&'l Located<'f>> {
        self.found.get(id).copied()
    }

    fn is_in_order_of(&self, other: &Self) -> bool {
        let common = |of: &Self, in_it: &Self| -> Vec<&str> {
            of.ids.iter().copied().filter(|id| in_it.found.contains_key(id)).collect()
        };
        common(self, other) == common(other, self)
    }

    /// These ids, and each of the others behind the one that it follows there.
    fn then(&self, other: &Self) -> Vec<&'l str> {
        let mut order = self.ids.clone();
        let mut after = None;
        for id in &other.ids {
            if !self.found.contains_key(id) {
                let at = after.and_then(|after| order.iter().position(|known| *known == after));
                order.insert(at.map_or(0, |at| at + 1), id);
            }
            after = Some(*id);
        }
        order
    }

    fn said(&self) -> Said {
        let first = self.ids.first().and_then(|id| self.find(id));
        let span = first.map_or(0..0, |item| item.span.clone());
        Said { text: self.ids.join(", "), span, is_order: true }
    }
}

fn list_of<'e, 'f>(entry: Option<&'e Entry<'f>>) -> &'e [Located<'f>] {
    match entry.map(|entry| &entry.value.node) {
        Some(Node::List(items)) => items,
        _ => &[],
    }
}

/// The keys of both, in alphabetical order, with what each says there.
fn pairs<'e, 'f>(
    one: &'e [Entry<'f>],
    other: &'e [Entry<'f>],
) -> Vec<(Option<&'e Entry<'f>>, Option<&'e Entry<'f>>)> {
    let find = |entries: &'e [Entry<'f>], key: &str| entries.iter().find(|entry| entry.key == key);
    let mut keys: Vec<&str> = one.iter().chain(other).map(|entry| entry.key.as_ref()).collect();
    keys.sort_by_key(|key| (shape::position(key), *key));
    keys.dedup();
    keys.into_iter().map(|key| (find(one, key), find(other, key))).collect()
}

/// Whether two values say the same, wherever they stand.
fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (one, other) {
        (Node::List(a), Node::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(&a.node, &b.node))
        }
        (Node::Table(a), Node::Table(b)) => {
            let is_same =
                |(a, b): (&Entry<'_>, &Entry<'_>)| a.key == b.key && is_same(&a.value.node, &b.value.node);
            a.len() == b.len() && a.iter().zip(b).all(is_same)
        }
        (a, b) => a == b,
    }
}
