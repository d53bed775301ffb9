//! What is there for Kubernetes: objects, charts, kustomizations.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use rayon::prelude::*;

use super::budget::Budget;
use super::facts::{Chart, Deploy, Kubernetes, Object, PathClass, Place};
use super::manifest::{self, Found};
use super::manifest_json;
use super::paths::{Paths, folder, is_yaml};
use super::patterns::Patterns;
use super::source::{Listed, Source};
use super::tables::KubernetesTable;
use crate::text::shortened;

/// Objects of a whole tree, with the images in them.
const MOST_OBJECTS: usize = 30_000;
/// Charts and kustomizations of a whole tree: more than any known repository has.
const MOST_CHARTS: usize = 20_000;
/// Files that define the same object.
const MOST_COPIES: usize = 50;
/// Kinds in one template.
const MOST_KINDS: usize = 1_000;
/// Letters of a name or an image: more than a cluster takes.
const LONGEST: usize = 300;

/// Reads manifests, charts and kustomizations. How the repository stands to them is judged later, from all facts.
pub(crate) fn read(source: &impl Source, paths: &Paths, table: &KubernetesTable) -> Kubernetes {
    let may_hold = |file: &&Listed| {
        is_yaml(file.name()) || file.name() == "Kustomization" || may_be_json(&file.path, &table.json_words)
    };
    let number = Budget::new(MOST_CHARTS, "charts and kustomizations");
    let is_kept = |file: &&Listed| !(is_chart(file) || is_kustomization(file)) || number.take(1);
    let files: Vec<&Listed> = source.files().iter().filter(may_hold).filter(is_kept).collect();
    number.tell(source);
    let charts = ChartFolders::new(&files);
    let budget = || Budget::new(MOST_OBJECTS, "objects and images in manifests");
    let part = |file: &&Listed, budget: &Budget| part(source, file, paths, &charts, budget);
    let of_all = budget();
    let mut parts: Vec<Part> = files.par_iter().map(|file| part(file, &of_all)).collect();
    if of_all.is_spent() {
        // One after the other, so that it does not hang on threads what is left out.
        let of_first = budget();
        parts = files.iter().map(|file| part(file, &of_first)).collect();
        of_first.tell(source);
    }
    for path in parts.iter().filter_map(Part::unread) {
        source.left_out(path, "it has more values than are read of one file");
    }
    gather(parts, table)
}

/// Leaves out the objects that a command gives to another platform.
pub(crate) fn leave_out_given_away(found: &mut Kubernetes, deploys: &[Deploy], table: &KubernetesTable) {
    for given in &table.given_away {
        if deploys.iter().any(|deploy| given.by.contains(&deploy.words)) {
            let objects = Patterns::any_of(&given.objects);
            found.objects.retain(|one| !objects.fit(&manifest::group_and_kind(&one.api_version, &one.kind)));
        }
    }
}

/// What one file contributes.
enum Part {
    Nothing,
    Objects(Vec<Object>),
    Chart(Chart),
    /// Kinds in a template of the chart in this folder.
    Template(String, Vec<String>),
    Kustomization(Place, PathClass),
    /// The path of a file that holds too much.
    Unread(String),
}

impl Part {
    fn unread(&self) -> Option<&str> {
        match self {
            Self::Unread(path) => Some(path),
            _ => None,
        }
    }
}

fn part(source: &impl Source, file: &Listed, paths: &Paths, charts: &ChartFolders, budget: &Budget) -> Part {
    let Ok(text) = source.text(&file.path) else { return Part::Nothing };
    if let Some(folder) = charts.of_template(&file.path) {
        return Part::Template(folder.to_owned(), kinds(&text));
    }
    if is_chart(file) {
        return chart(file, &text, charts).map_or(Part::Nothing, Part::Chart);
    }
    if is_kustomization(file) {
        return Part::Kustomization(Place { path: file.path.clone(), line: 0 }, file.class);
    }
    let found = objects(file, paths.class_in_use(file), &text, budget);
    found.map_or_else(|| Part::Unread(file.path.clone()), Part::Objects)
}

fn is_chart(file: &Listed) -> bool {
    ["chart.yaml", "chart.yml"].iter().any(|name| file.name().eq_ignore_ascii_case(name))
}

fn is_kustomization(file: &Listed) -> bool {
    let names = ["kustomization.yaml", "kustomization.yml", "kustomization"];
    names.iter().any(|name| file.name().eq_ignore_ascii_case(name))
}

/// JSON is mostly something else: only where folder or name speak of manifests is it looked into.
fn may_be_json(path: &str, known: &[String]) -> bool {
    let Some(stem) = path.strip_suffix(".json") else { return false };
    let words = |part: &str| part.split(['-', '_', '.']).any(|word| known.iter().any(|known| known == word));
    stem.split('/').any(|part| words(&part.to_ascii_lowercase()))
        || !path.contains('/') && !path.starts_with('.')
}

/// The objects in a text; none where it has more values than are read of one file.
fn objects(file: &Listed, class: PathClass, text: &str, budget: &Budget) -> Option<Vec<Object>> {
    if budget.is_spent() || !mentions(text, b"apiVersion") || !mentions(text, b"kind") {
        return Some(Vec::new());
    }
    let object = |api_version: &str, kind: &str, name: &str, line| Object {
        kind: named(kind),
        api_version: named(api_version),
        name: named(name),
        class,
        place: Place { path: file.path.clone(), line },
        ..Object::default()
    };
    let in_json = if is_json(text) { manifest_json::objects(text)? } else { Vec::new() };
    if file.path.ends_with(".json") || !in_json.is_empty() {
        let claims_volumes = mentions(text, b"volumeClaimTemplates");
        let found = in_json.into_iter().take_while(|found| budget.take(1 + found.images.len()));
        let found = found.map(|found| Object {
            replicas: found.replicas,
            images: found.images.iter().map(|image| named(image)).collect(),
            claims_volumes,
            ..object(&found.api_version, &found.kind, &found.name, found.line)
        });
        return Some(kept(found));
    }
    let found =
        manifest::objects(text, MOST_OBJECTS).into_iter().filter(|found| !is_of_cloud_run(found, text));
    let found = found.take_while(|found| budget.take(1 + found.images.len()));
    let found = found.map(|found| Object {
        replicas: found.replicas,
        claims_volumes: found.claims_volumes,
        is_left_out: found.is_suspended,
        // What goes on in the next lines is not read.
        images: kept(
            found.images.iter().filter(|image| !image.starts_with(['>', '|'])).map(|image| named(image)),
        ),
        ..object(found.api_version, found.kind, found.name, found.line)
    });
    Some(kept(found))
}

/// A list that takes no more room than it needs: there are tens of thousands, most of them of one item.
fn kept<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.shrink_to_fit();
    items
}

/// A service of Knative that has the annotations of Cloud Run is one of Cloud Run, which takes over the format.
fn is_of_cloud_run(found: &Found<'_>, text: &str) -> bool {
    found.api_version.starts_with("serving.knative.dev/") && mentions(text, b"run.googleapis.com/")
}

/// JSON is YAML as well; what begins with two braces is a template.
fn is_json(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with('{') && !start.starts_with("{{")
}

fn mentions(text: &str, word: &[u8]) -> bool {
    memmem::find(text.as_bytes(), word).is_some()
}

/// The folders of the charts of a repository.
struct ChartFolders(BTreeSet<String>);

impl ChartFolders {
    fn new(files: &[&Listed]) -> Self {
        let charts = files.iter().filter(|file| matches!(file.name(), "Chart.yaml" | "Chart.yml"));
        Self(charts.map(|file| folder(&file.path).to_owned()).collect())
    }

    /// The folder of the chart that a path is a template of.
    fn of_template<'p>(&self, path: &'p str) -> Option<&'p str> {
        if path.starts_with("templates/") && self.0.contains("") {
            return Some("");
        }
        let mut starts = memmem::find_iter(path.as_bytes(), b"/templates/").map(|start| &path[..start]);
        starts.find(|folder| self.0.contains(*folder))
    }

    /// Whether the chart is one that another chart brings along.
    fn is_within_another(&self, chart: &str) -> bool {
        chart.match_indices("charts/").any(|(start, _)| {
            let outer = chart[..start].trim_end_matches('/');
            start + "charts/".len() < chart.len() && outer.len() < chart.len() && self.0.contains(outer)
        })
    }
}

fn chart(file: &Listed, text: &str, charts: &ChartFolders) -> Option<Chart> {
    let entries =
        text.lines().enumerate().filter_map(|(index, line)| Some((index + 1, manifest::entry(line)?)));
    let (line, name) = entries
        .filter(|(_, entry)| entry.indent == 0 && entry.key == "name")
        .map(|(line, entry)| (line, manifest::literal(entry.value())))
        .next()?;
    let class = match file.class {
        PathClass::Main if charts.is_within_another(folder(&file.path)) => PathClass::Vendor,
        class => class,
    };
    let place = Place { path: file.path.clone(), line };
    Some(Chart { name: named(name), place, class, kinds: Vec::new() })
}

/// The kinds in a template, which is no YAML until it is run: only whole words at the margin count.
fn kinds(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    lines
        .map(|kind| manifest::unquoted(kind.trim()))
        .filter(|kind| manifest::is_kind(kind))
        .take(MOST_KINDS)
        .map(named)
        .collect()
}

/// A name as far as it is kept.
fn named(written: &str) -> String {
    shortened(written, LONGEST).into_owned()
}

fn gather(parts: Vec<Part>, table: &KubernetesTable) -> Kubernetes {
    let mut found = Kubernetes::default();
    let mut objects = Vec::new();
    let mut templates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for part in parts {
        match part {
            Part::Nothing | Part::Unread(_) => {}
            Part::Objects(more) => objects.extend(more),
            Part::Chart(chart) => found.charts.push(chart),
            Part::Template(folder, kinds) => templates.entry(folder).or_default().extend(kinds),
            Part::Kustomization(place, class) => found.kustomizations.push((place, class)),
        }
    }
    for chart in &mut found.charts {
        let kinds = templates.remove(folder(&chart.place.path)).unwrap_or_default();
        chart.kinds = kinds.into_iter().collect();
    }
    found.objects = distinct(objects, &Patterns::any_of(&table.not_objects));
    found
}

/// One object for each kind and name: overlays and environments repeat them. The one that counts most stands for all.
fn distinct(mut objects: Vec<Object>, not_objects: &Patterns<()>) -> Vec<Object> {
    let mut are_objects: BTreeMap<(String, String), bool> = BTreeMap::new();
    objects.retain(|object| {
        let key = (object.api_version.clone(), object.kind.clone());
        let of_a_tool =
            |(version, kind): &(String, String)| not_objects.fit(&manifest::group_and_kind(version, kind));
        *are_objects.entry(key).or_insert_with_key(|key| !of_a_tool(key))
    });
    fn identity(object: &Object) -> (&str, &str, &str) {
        (&object.kind, object.group(), &object.name)
    }
    objects.sort_by(|a, b| (identity(a), a.class, &a.place).cmp(&(identity(b), b.class, &b.place)));
    objects.dedup_by(|next, first| {
        let is_same = identity(next) == identity(first);
        // What one environment switches off may run in another.
        first.is_left_out &= next.is_left_out || !is_same || next.class != PathClass::Main;
        if is_same && next.class == PathClass::Main && first.copies.len() < MOST_COPIES {
            first.copies.push(std::mem::take(&mut next.place.path));
        }
        is_same
    });
    objects
}
