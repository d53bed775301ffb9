//! What clusters follow of the repository, by the objects that let them.

use std::collections::BTreeSet;
use std::rc::Rc;

use rayon::prelude::*;

use super::ci::Given;
use super::facts::{Kubernetes, Object, PathClass};
use super::manifest;
use super::paths::join;
use super::patterns::Patterns;
use super::source::Source;
use super::tables::KubernetesTable;
use super::yaml::mend;
use super::yaml::{Node, Value};

/// Folders that are followed.
const MOST: usize = 1_000;

/// What objects of some kinds say in some places.
type Row<'t> = (Patterns<()>, &'t [String]);

/// The folders that are followed, of which not all need be here.
#[derive(Debug, Default)]
pub(super) struct Followed {
    pub(super) paths: BTreeSet<String>,
    /// Whether something is followed that is not known.
    pub(super) has_more: bool,
}

impl Followed {
    /// Reads it from the objects of one's own, and from whether there are charts that make such.
    pub(super) fn of(found: &Kubernetes, source: &impl Source, table: &KubernetesTable) -> Self {
        let delivery = Patterns::any_of(&table.delivery);
        let rows: Vec<Row<'_>> =
            table.follows.iter().map(|row| (Patterns::any_of(&row.objects), &row.paths[..])).collect();
        let charts = found.charts.iter().filter(|chart| chart.class == PathClass::Main);
        let mut kinds = charts.flat_map(|chart| &chart.kinds);
        let has_more = kinds.any(|kind| table.delivery_kinds.contains(kind));
        let mut followed = Self { has_more, ..Self::default() };
        let mut files: BTreeSet<&str> = BTreeSet::new();
        let is_own = |object: &&Object| object.class == PathClass::Main;
        for alike in found.objects.chunk_by(Object::is_like) {
            let Some(first) = alike.iter().find(is_own) else { continue };
            let what = manifest::group_and_kind(&first.api_version, &first.kind);
            match rows.iter().find(|(objects, _)| objects.fit(&what)) {
                // What follows nothing here need not be read.
                Some((_, [])) => {}
                Some(_) => {
                    let own = alike.iter().filter(is_own);
                    let places = own.flat_map(|object| object.copies.iter().chain([&object.place.path]));
                    files.extend(places.map(String::as_str));
                }
                None => followed.has_more |= delivery.fit(&what),
            }
        }
        if followed.has_more {
            return followed;
        }
        let files: Vec<&str> = files.into_iter().collect();
        // In the order of the files, so that it does not hang on threads what is beyond the limit.
        let of_files: Vec<Self> =
            files.into_par_iter().map(|path| Self::of_file(source, path, &rows)).collect();
        of_files.into_iter().fold(Self::default(), Self::with)
    }

    fn of_file(source: &impl Source, path: &str, rows: &[Row<'_>]) -> Self {
        let mut followed = Self::default();
        let reading = source.text(path).ok().and_then(|text| mend::read(&path.into(), &text).ok());
        match reading.filter(|reading| reading.trouble.is_none()) {
            Some(reading) => reading.documents.iter().for_each(|object| followed.take(object, rows)),
            None => followed.has_more = true,
        }
        followed
    }

    fn with(mut self, other: Self) -> Self {
        self.has_more |= other.has_more || self.paths.len() + other.paths.len() > MOST;
        if !self.has_more {
            self.paths.extend(other.paths);
        }
        self
    }

    fn take(&mut self, object: &Node, rows: &[Row<'_>]) {
        let text = |key: &str| object.get(key).and_then(|entry| entry.node.text()).unwrap_or_default();
        let what = manifest::group_and_kind(text("apiVersion"), text("kind"));
        let Some((_, keys)) = rows.iter().find(|(objects, _)| objects.fit(&what)) else { return };
        for path in keys.iter().flat_map(|key| all_at(object, key)) {
            match join("", path.trim_start_matches('/')) {
                Some(path) if !path.contains(['$', '{', '*']) && self.paths.len() < MOST => {
                    self.paths.insert(path);
                }
                _ => self.has_more = true,
            }
        }
    }

    /// The same as what commands give: a folder without a kustomization is followed with all that is below.
    pub(super) fn given(&self, kustomizations: &[(String, Vec<String>)]) -> impl Iterator<Item = Given> {
        let kustomized: BTreeSet<&str> = kustomizations.iter().map(|(folder, _)| folder.as_str()).collect();
        self.paths.iter().map(move |path| {
            let is_kustomized = kustomized.contains(path.as_str());
            Given { path: path.clone(), is_recursive: !is_kustomized, is_kustomized }
        })
    }
}

/// The texts at the end of a path of keys, also in lists.
fn all_at<'n>(node: &'n Node, keys: &str) -> Vec<&'n str> {
    let (key, rest) = keys.split_once('.').unwrap_or((keys, ""));
    let Some(entry) = node.get(key) else { return Vec::new() };
    let of = |node: &'n Rc<Node>| match rest {
        "" => node.text().into_iter().collect(),
        rest => all_at(node, rest),
    };
    match &entry.node.value {
        Value::List(items) => items.iter().flat_map(of).collect(),
        _ => of(&entry.node),
    }
}
