//! Which objects are given to a cluster, and which only lie beside those that are.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::ci::{self, Applied, Given};
use super::facts::{Kubernetes, Object, PathClass};
use super::followed::Followed;
use super::manifest;
use super::paths::{folder, join, lowered};
use super::patterns::Patterns;
use super::source::Source;
use super::tables::{ForChanges, KubernetesTable};

/// Kustomizations that are followed.
const MOST: usize = 5_000;
/// What all of them may take in.
const MOST_ITEMS: usize = 100_000;
/// Guides and scripts in which commands are looked for.
const MOST_GUIDES: usize = 400;

/// Tells of each object of one's own whether anything gives it to a cluster. Where it is not known what does, only what a
/// kustomization beside it leaves out is left out, and what is only given for a change or a test.
pub(crate) fn tell(found: &mut Kubernetes, applied: &Applied, source: &impl Source, table: &KubernetesTable) {
    let followed = Followed::of(found, source, table);
    let left_out = left_out(found, applied, &followed, source, table).unwrap_or_default();
    let delivery = Patterns::any_of(&table.delivery);
    let for_changes: Vec<_> =
        table.for_changes.iter().map(|row| (Patterns::any_of(&row.objects), row)).collect();
    for alike in found.objects.chunk_by_mut(Object::is_like) {
        let Some(first) = alike.first() else { continue };
        let what = manifest::group_and_kind(&first.api_version, &first.kind);
        // What lets a cluster follow the rest is given to it by hand.
        let is_first = !followed.paths.is_empty() && delivery.fit(&what);
        let row = for_changes.iter().find(|(objects, _)| objects.fit(&what)).map(|(_, row)| *row);
        for object in alike {
            let mut places = object.copies.iter().chain([&object.place.path]);
            object.is_left_out |= row.is_some_and(|row| is_for_changes(object, row, source))
                || !is_first && places.all(|path| left_out.contains(path));
        }
    }
}

/// The files of objects that nothing gives to a cluster; nothing where there is more to follow than is followed.
fn left_out(
    found: &Kubernetes,
    applied: &Applied,
    followed: &Followed,
    source: &impl Source,
    table: &KubernetesTable,
) -> Option<BTreeSet<String>> {
    let kustomizations = kustomizations(found, source)?;
    let folders: HashSet<&str> = kustomizations.iter().map(|(folder, _)| folder.as_str()).collect();
    let own = found.objects.iter().filter(|object| object.class == PathClass::Main);
    let files: BTreeSet<&str> =
        own.flat_map(|object| object.copies.iter().chain([&object.place.path])).map(String::as_str).collect();
    let lasting = applied.lasting.iter().cloned().chain(followed.given(&kustomizations)).collect();
    let given = Reached::of(&lasting, &kustomizations, &files);
    let passing = Reached::of(&applied.passing, &kustomizations, &files);
    let has_more = applied.has_more || followed.has_more;
    let all_is_known = !has_more && !lasting.is_empty() && !given.files.is_empty();
    let by_any: BTreeSet<String> = kustomizations
        .iter()
        .flat_map(|(folder, items)| items.iter().filter_map(move |item| join(folder, item)))
        .collect();
    let mut left_out: BTreeSet<String> = files
        .iter()
        .filter(|path| {
            let here = folder(path);
            let is_left_out = folders.contains(here) && !by_any.contains(**path) && !by_any.contains(here);
            !given.files.contains(**path) && (all_is_known || is_left_out || passing.files.contains(**path))
        })
        .map(|path| (*path).to_owned())
        .collect();
    if !left_out.is_empty() {
        let documented = documented(source, table, &kustomizations, &files);
        left_out.retain(|path| !documented.contains(path));
    }
    Some(left_out)
}

/// The folder of each kustomization, and what it takes in; nothing where that is too much.
fn kustomizations(found: &Kubernetes, source: &impl Source) -> Option<Vec<(String, Vec<String>)>> {
    let mut all = Vec::new();
    let mut left = MOST_ITEMS;
    let own = found.kustomizations.iter().filter(|(_, class)| *class == PathClass::Main);
    for (place, _) in own.take(MOST) {
        let Ok(text) = source.text(&place.path) else { continue };
        let items = listed(&text);
        left = left.checked_sub(items.len())?;
        all.push((folder(&place.path).to_owned(), items));
    }
    Some(all)
}

/// Whether an object only follows changes that are proposed, by the row that speaks of its kind.
fn is_for_changes(object: &Object, row: &ForChanges, source: &impl Source) -> bool {
    let Ok(text) = source.text(&object.place.path) else { return false };
    let has = |keys: &[String]| {
        let mut lines = text.lines().map(|line| line.trim_start().trim_start_matches("- "));
        lines.any(|line| keys.iter().any(|key| line.starts_with(key.as_str())))
    };
    has(&row.keys) && !has(&row.without)
}

/// What is come to from what commands name.
struct Reached {
    files: BTreeSet<String>,
}

impl Reached {
    fn of(given: &BTreeSet<Given>, kustomizations: &[(String, Vec<String>)], files: &BTreeSet<&str>) -> Self {
        let all: Vec<String> =
            given.iter().map(|given| given.path.trim_end_matches('/').to_owned()).collect();
        let below = given.iter().filter(|given| given.is_recursive);
        let below: HashSet<&str> = below.map(|given| given.path.trim_end_matches('/')).collect();
        let is_given = Patterns::any_of(&all);
        let of_folder: HashMap<&str, &[String]> =
            kustomizations.iter().map(|(folder, items)| (folder.as_str(), items.as_slice())).collect();
        let whole = given.iter().filter(|given| !given.is_kustomized);
        let whole: Vec<String> = whole.map(|given| given.path.trim_end_matches('/').to_owned()).collect();
        let is_whole = Patterns::any_of(&whole);
        let is_given_as_a_folder =
            |path: &str| is_whole.fit(path) || !of_folder.contains_key(path) && is_given.fit(path);
        let is_below = |path: &str| !below.is_empty() && around(path).any(|folder| below.contains(folder));
        let mut reached: BTreeSet<String> = files
            .iter()
            .filter(|path| is_given.fit(path) || is_given_as_a_folder(folder(path)) || is_below(path))
            .map(|path| (*path).to_owned())
            .collect();
        let mut open: Vec<String> = of_folder
            .keys()
            .filter(|here| is_given.fit(here) || is_below(here))
            .map(|folder| (*folder).to_owned())
            .collect();
        let mut entered: BTreeSet<String> = open.iter().cloned().collect();
        while let Some(here) = open.pop() {
            let items = of_folder.get(here.as_str()).copied().unwrap_or_default();
            for path in items.iter().filter_map(|item| join(&here, item)) {
                if files.contains(path.as_str()) {
                    reached.insert(path);
                } else if of_folder.contains_key(path.as_str()) && entered.insert(path.clone()) {
                    open.push(path);
                }
            }
        }
        Self { files: reached }
    }
}

/// The folders that a path lies in, the innermost first.
fn around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |path| (!path.is_empty()).then(|| folder(path)))
}

/// The words of a kustomization that are no comments: files and folders that it takes in are among them.
fn listed(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(|line| line.split(" #").next().unwrap_or(line))
        .filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(|line| line.split([' ', '\t', '[', ']', ',', '"', '\'']));
    words
        .filter(|word| !word.is_empty() && !word.ends_with(':') && *word != "-")
        .take(MOST)
        .map(str::to_owned)
        .collect()
}

/// The files that a guide or a script gives to a cluster, though nothing is known to call it.
fn documented(
    source: &impl Source,
    table: &KubernetesTable,
    kustomizations: &[(String, Vec<String>)],
    files: &BTreeSet<&str>,
) -> BTreeSet<String> {
    let speaks = |name: &str| {
        let name = lowered(name);
        table.guides.iter().any(|end| name.ends_with(end.as_str()))
    };
    let guides = source.files().iter().filter(|file| {
        matches!(file.class, PathClass::Main | PathClass::Documentation) && speaks(file.name())
    });
    let mut given = BTreeSet::new();
    for file in guides.take(MOST_GUIDES) {
        let Ok(text) = source.text(&file.path) else { continue };
        let gives = |line: &&str| table.given_by.iter().any(|words| line.contains(words.as_str()));
        for line in text.lines().filter(gives) {
            if given.len() >= ci::MOST_GIVEN {
                break;
            }
            let here = [folder(&file.path), ""];
            for one in ci::given_to_a_cluster(line).unwrap_or_default() {
                let places = here.iter().filter_map(|here| join(here, &one.path));
                given.extend(places.map(|path| Given { path, ..one.clone() }));
            }
        }
    }
    Reached::of(&given, kustomizations, files).files
}
