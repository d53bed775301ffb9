//! Infrastructure as code: the providers of Terraform (OpenTofu), and the resources that tell where software runs.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::budget::Budget;
use super::facts::{Output, PathClass, Place, Provider, Resource, Terraform};
use super::hcl::{self, Statement};
use super::patterns::Patterns;
use super::source::{Listed, Source};
use super::switch::{self, Block, Switches};
use super::tables::TerraformTable;

/// Resources, providers, outputs and their conditions that are kept of all files.
const MOST_KEPT: usize = 30_000;

/// Reads every `*.tf` and `*.tf.json`.
pub(crate) fn read(source: &impl Source, table: &TerraformTable) -> Terraform {
    let known = Known { resources: by_meaning(&table.resources), modules: by_meaning(&table.modules) };
    let files = source.files().iter();
    let files = files.filter(|file| is_terraform(file.name()) || switch::is_values(file.name()));
    let mut files: Vec<&Listed> = files.collect();
    Budget::of_kind("MiB of Terraform").cut(source, &mut files, |file| &file.path);
    let budget = || Budget::new(MOST_KEPT, "resources, providers, outputs and conditions of Terraform");
    let part = |file: &Listed, budget: &Budget| {
        if budget.is_spent() {
            return None;
        }
        let part = part(file, &source.text(&file.path).ok()?, &known);
        budget.take(part.kept()).then_some(part)
    };
    let of_all = budget();
    let mut parts: Vec<Part> = files.par_iter().filter_map(|file| part(file, &of_all)).collect();
    if of_all.is_spent() {
        // One after the other, so that it does not hang on threads what is left out.
        let of_first = budget();
        parts = files.iter().filter_map(|file| part(file, &of_first)).collect();
        of_first.tell(source);
    }
    for path in parts.iter().filter_map(|part| part.unread.as_deref()) {
        source.left_out(path, "it has more values than are read of one file");
    }
    gather(parts)
}

/// What one file contributes.
#[derive(Default)]
struct Part {
    /// The path of the file, where not all of it was read.
    unread: Option<String>,
    found: Terraform,
    /// The block of each resource, where something switches it.
    blocks: Vec<Option<Block>>,
    switches: Switches,
}

impl Part {
    fn kept(&self) -> usize {
        let Terraform { resources, providers, outputs, .. } = &self.found;
        resources.len() + providers.len() + outputs.len() + self.switches.len()
    }

    /// What tells nothing beside what stands before it in the same file.
    fn leave_out_again(&mut self) {
        self.found.roots.truncate(1);
        let mut known = HashSet::new();
        self.found.providers.retain(|one| known.insert((one.name.clone(), one.source.is_some())));
        let mut known = HashSet::new();
        let resources = std::mem::take(&mut self.found.resources).into_iter().zip(self.blocks.drain(..));
        let is_new = |(one, block): &(Resource, Option<Block>)| {
            block.is_some() || known.insert((one.means.clone(), one.name.clone()))
        };
        (self.found.resources, self.blocks) = resources.filter(is_new).unzip();
    }
}

struct Known<'t> {
    resources: Patterns<&'t str>,
    modules: Patterns<&'t str>,
}

fn by_meaning(table: &BTreeMap<String, Vec<String>>) -> Patterns<&str> {
    let all = table.iter();
    Patterns::new(
        all.flat_map(|(means, names)| names.iter().map(move |name| (name.as_str(), means.as_str()))),
    )
}

fn is_terraform(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tf.json") || name.ends_with(".tofu")
}

fn part(file: &Listed, text: &str, known: &Known<'_>) -> Part {
    let statements = match file.name().ends_with(".json") {
        true => hcl::json(text),
        false => Some(hcl::statements(text)),
    };
    let is_unread = statements.as_ref().is_none_or(|statements| statements.len() >= hcl::MOST_STATEMENTS);
    let unread = is_unread.then(|| file.path.clone());
    let Some(statements) = statements else { return Part { unread, ..Part::default() } };
    let mut part = Part { unread, switches: Switches::of(file, text, &statements), ..Part::default() };
    for statement in statements.iter().filter(|_| is_terraform(file.name())) {
        let place = Place { path: file.path.clone(), line: statement.line };
        take(statement, place, file.class, known, &mut part.found);
        part.blocks.resize_with(part.found.resources.len(), || part.switches.switched(file, statement));
    }
    part.leave_out_again();
    part
}

fn take(statement: &Statement, place: Place, class: PathClass, known: &Known<'_>, found: &mut Terraform) {
    let path: Vec<&str> = statement.path.iter().map(String::as_str).collect();
    let value = statement.value.as_deref();
    let provider = |name: &str, source: Option<&str>| Provider {
        name: name.to_owned(),
        source: source.map(str::to_owned),
        class,
        place: place.clone(),
    };
    let resource = |means: &str, name: &str| Resource {
        means: means.to_owned(),
        name: name.to_owned(),
        class,
        place: place.clone(),
    };
    match (path.as_slice(), value) {
        (["provider", name], None) => {
            found.providers.push(provider(name, None));
            found.roots.push((place.clone(), class));
        }
        (["terraform", "backend", _] | ["terraform", "cloud"], None) => {
            found.roots.push((place.clone(), class))
        }
        (["output", name], None) if class == PathClass::Main => {
            found.outputs.push(Output { name: (*name).to_owned(), place: place.clone() });
        }
        (["terraform", "required_providers", name, "source"], Some(source)) => {
            found.providers.push(provider(name, Some(source)));
        }
        (["terraform", "required_providers", name], _) => found.providers.push(provider(name, None)),
        (["resource", name, _], None) => {
            found.resources.extend(known.resources.first(name).map(|means| resource(means, name)));
        }
        (["module", _, "source"], Some(source)) => {
            found.resources.extend(known.modules.first(source).map(|means| resource(means, source)));
        }
        _ => {}
    }
}

/// One provider for each name and class, with its source if any file says it; likewise one resource for each type.
fn gather(parts: Vec<Part>) -> Terraform {
    let mut all = Terraform::default();
    let switches = parts.iter().map(|part| &part.switches).fold(Switches::default(), Switches::with);
    for Part { found, blocks, .. } in parts {
        let resources = found.resources.into_iter().zip(blocks);
        all.resources.extend(
            resources
                .filter(|(_, block)| !block.as_ref().is_some_and(|block| switches.are_off(block)))
                .map(|(one, _)| one),
        );
        all.providers.extend(found.providers);
        all.roots.extend(found.roots);
        all.outputs.extend(found.outputs);
    }
    all.providers.sort_by(|a, b| {
        let key = |provider: &Provider| (provider.source.is_none(), provider.place.clone());
        (&a.name, a.class).cmp(&(&b.name, b.class)).then_with(|| key(a).cmp(&key(b)))
    });
    all.providers.dedup_by(|next, first| next.name == first.name && next.class == first.class);
    all.resources.sort();
    all.resources.dedup_by(|next, first| next.name == first.name && next.class == first.class);
    all
}
