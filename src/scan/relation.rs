//! How a repository stands to Kubernetes: whether it deploys on it, is made for it, or offers it to others.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::ci::first_line;
use super::facts::{Facts, Kubernetes, Object, PathClass, Place, Relation};
use super::patterns::{PathPatterns, Patterns};
use super::source::Source;
use super::tables::{FileSign, KubernetesTable, Tables};

type Grounds = Vec<(Place, String)>;

/// The relation, and what it rests on. It looks at all other facts.
pub(crate) fn judge(facts: &Facts, source: &impl Source, tables: &Tables) -> (Relation, Grounds) {
    let table = &tables.kubernetes;
    let found = &facts.kubernetes;
    let counts = |relation, grounds: Grounds| (!grounds.is_empty()).then(|| (relation, each_once(grounds)));
    counts(Relation::MadeForIt, made_for(facts, source, tables))
        .or_else(|| counts(Relation::DeploysOnIt, deploys(facts, source, table)))
        .or_else(|| counts(Relation::OffersIt, offers(found, source, table)))
        .or_else(|| counts(Relation::DeploysOnIt, manifests(found, table)))
        .or_else(|| counts(Relation::Examples, examples(found)))
        .unwrap_or_default()
}

/// One place is enough for each.
fn each_once(grounds: Grounds) -> Grounds {
    let mut said = BTreeSet::new();
    grounds.into_iter().filter(|(_, says)| said.insert(says.clone())).collect()
}

fn made_for(facts: &Facts, source: &impl Source, tables: &Tables) -> Grounds {
    let table = &tables.kubernetes;
    let mut grounds = objects(&facts.kubernetes, &table.made_for);
    grounds.extend(signs(source, &table.made_for_sign, &facts.kubernetes));
    if is_module(source, &tables.terraform.module_files) {
        let clusters =
            facts.terraform.resources.iter().filter(|resource| {
                table.clusters.contains(&resource.means) && resource.class == PathClass::Main
            });
        grounds.extend(clusters.map(|resource| (resource.place.clone(), resource.name.clone())));
    }
    grounds
}

/// The first object of one's own of each kind that fits a pattern.
fn objects(found: &Kubernetes, patterns: &[String]) -> Grounds {
    let patterns = Patterns::any_of(patterns);
    let fits = |object: &Object| patterns.fit(&format!("{}/{}", object.api_version, object.kind));
    first_of_kinds(found, |object| object.class == PathClass::Main, fits)
}

/// The first object of each kind among those that count, if the kind is one that is looked for.
fn first_of_kinds(
    found: &Kubernetes,
    counts: impl Fn(&Object) -> bool,
    looked_for: impl Fn(&Object) -> bool,
) -> Grounds {
    let mut kinds = BTreeSet::new();
    let counting = found.objects.iter().filter(|object| counts(object));
    let firsts = counting.filter(|object| kinds.insert((&object.api_version, &object.kind)));
    firsts
        .filter(|object| looked_for(object))
        .map(|object| (object.place.clone(), object.kind.clone()))
        .collect()
}

fn signs(source: &impl Source, signs: &[FileSign], found: &Kubernetes) -> Grounds {
    let defined = |sign: &&FileSign| {
        sign.with_kinds.is_empty() || found.objects.iter().any(|object| is_of(object, &sign.with_kinds))
    };
    let possible = signs.iter().filter(defined);
    let patterns = possible.flat_map(|sign| sign.paths.iter().map(move |path| (path.as_str(), sign)));
    let patterns = PathPatterns::new(patterns);
    let own = source.files().par_iter().filter(|file| file.class == PathClass::Main);
    let pairs = own.flat_map_iter(|file| patterns.all(&file.path).map(move |sign| (file, sign)));
    let held = pairs.filter_map(|(file, sign)| {
        let line = first_line(&source.text(&file.path).ok()?, &sign.words)?;
        Some((Place { path: file.path.clone(), line }, sign.says.clone()))
    });
    held.collect()
}

fn is_of(object: &Object, kinds: &[String]) -> bool {
    !matches!(object.class, PathClass::Vendor | PathClass::Test) && kinds.contains(&object.kind)
}

/// Whether the top of a folder is a Terraform module for others: its variables and outputs, and examples of its use.
fn is_module(source: &impl Source, module_files: &[String]) -> bool {
    let files = source.files();
    let has = |name: &String| files.iter().any(|file| file.path == *name);
    let example =
        |file: &super::source::Listed| file.class == PathClass::Example && file.path.ends_with(".tf");
    module_files.iter().all(has) && files.iter().any(example)
}

fn deploys(facts: &Facts, source: &impl Source, table: &KubernetesTable) -> Grounds {
    let for_it = |target: &String, class| table.targets.contains(target) && class == PathClass::Main;
    let jobs = facts.ci.deploys.iter().filter(|deploy| for_it(&deploy.target, deploy.class));
    let jobs = jobs.map(|deploy| (deploy.place.clone(), deploy.words.clone()));
    let resources =
        facts.terraform.resources.iter().filter(|resource| for_it(&resource.means, resource.class));
    let resources = resources.map(|resource| (resource.place.clone(), resource.name.clone()));
    let delivery = objects(&facts.kubernetes, &table.delivery);
    jobs.chain(delivery).chain(resources).chain(environments(&facts.kubernetes, source, table)).collect()
}

/// Overlays and values for environments of one's own.
fn environments(found: &Kubernetes, source: &impl Source, table: &KubernetesTable) -> Grounds {
    let known = Patterns::any_of(&table.environments);
    let overlays = found.kustomizations.iter().filter(|(_, class)| *class == PathClass::Main);
    let overlays = overlays.map(|(place, _)| place.path.as_str());
    let values = source.files().iter().filter(|file| file.class == PathClass::Main && is_values(file.name()));
    let values = values.map(|file| file.path.as_str());
    let mut grounds = Grounds::new();
    for path in overlays.chain(values) {
        if let Some(environment) = path.split('/').find(|part| known.fit(part)) {
            grounds.push((Place { path: path.to_owned(), line: 0 }, environment.to_owned()));
        }
    }
    grounds
}

fn is_values(name: &str) -> bool {
    name.starts_with("values") && (name.ends_with(".yaml") || name.ends_with(".yml"))
}

fn offers(found: &Kubernetes, source: &impl Source, table: &KubernetesTable) -> Grounds {
    let charts = found.charts.iter().filter(|chart| chart.class == PathClass::Main);
    let mut grounds: Grounds = charts.map(|chart| (chart.place.clone(), chart.name.clone())).collect();
    if !grounds.is_empty() || !manifests(found, table).is_empty() {
        grounds.extend(signs(source, &table.offer_sign, found));
    }
    grounds
}

/// Workloads of one's own that nothing else explains.
fn manifests(found: &Kubernetes, table: &KubernetesTable) -> Grounds {
    first_of_kinds(
        found,
        |object| object.class == PathClass::Main,
        |object| table.workloads.contains(&object.kind),
    )
}

fn examples(found: &Kubernetes) -> Grounds {
    let charts = found.charts.iter().filter(|chart| chart.class != PathClass::Vendor);
    let charts = charts.map(|chart| (chart.place.clone(), chart.name.clone()));
    charts.chain(first_of_kinds(found, |object| object.class != PathClass::Vendor, |_| true)).collect()
}
