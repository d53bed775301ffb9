//! Reads what the compose files of a repository say: which of them belong together, and what their services are.
//!
//! A glance at the text ([`sniff`]) finds the files; [`choose`] settles which is the main one, with the help of the
//! [`commands`] in the repository; [`project`] reads it with all that it includes, extends and is overlaid by, and
//! [`service`], [`gpu`] and [`storage`] say what each service is.

mod choose;
mod class;
mod commands;
mod dev_container;
mod gpu;
mod image;
mod merge;
mod mount;
mod paths;
mod project;
mod service;
mod sniff;
mod started;
mod storage;
mod tables;
mod tolerant;
mod variables;

use std::collections::HashSet;

use rayon::prelude::*;

use super::budget::Budget;
use super::facts::{Compose, Deploy, PathClass, Place, ServiceClass, Unreadable};
use super::owner::Owner;
use super::paths::{is_yaml, lowered};
use super::source::{Listed, Source};
use super::yaml::Entry;
use choose::{Choice, Found};
use commands::Run;
use paths::{join, name, parent};
use project::{Library, Project};
use service::{MOST_SERVICES, Reader};
pub(crate) use tables::ComposeTables;
use tables::Words;
use variables::Variables;

/// What a container is for that others than Compose run, by the name of what runs it and its image. An image of no
/// namespace and no tag is one that is built here, if something here is called so.
pub(crate) fn purpose(name: &str, image: &str, tables: &ComposeTables, owner: &Owner) -> ServiceClass {
    let signs = class::Signs {
        name,
        image: Some(image),
        is_built: !image.contains(['/', ':']) && owner.builds(image),
        ..Default::default()
    };
    class::class(&signs, tables, owner).0
}

/// What the caller says: of Compose what Docker reads from the environment, which goes before what `.env` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// `COMPOSE_FILE`: the files that count, from the scanned folder.
    pub compose_file: Option<String>,
    /// `COMPOSE_PROFILES`: the profiles that are on.
    pub compose_profiles: Option<String>,
    /// Patterns of paths that do not count.
    pub exclude: Vec<String>,
}

/// Reads the compose files of a source.
pub(crate) fn read(
    source: &dyn Source,
    tables: &ComposeTables,
    owner: &mut Owner,
    environment: &Environment,
    deploys: &[Deploy],
) -> (Compose, Vec<Unreadable>) {
    let mut library = Library::new(source);
    let found = find(source, &tables.compose);
    add_built(&mut library, &found, owner);
    let mut compose = Compose {
        files: found.iter().map(|file| (file.path.clone(), file.class)).collect(),
        ..Compose::default()
    };
    let on_servers = deploys.iter().filter(|deploy| {
        deploy.class == PathClass::Main && tables.compose.on_servers.contains(&deploy.target)
    });
    let deploying: Vec<&str> = on_servers.map(|deploy| deploy.place.path.as_str()).collect();
    let mut runs = None;
    match choose_files(&mut library, &found, tables, environment, &deploying, &mut runs) {
        Choice::None => {}
        Choice::Tie(files) => compose.ambiguous = files,
        Choice::Files { main, files } => {
            let known: HashSet<&String> = found.iter().map(|file| &file.path).collect();
            for path in files.iter().filter(|path| !known.contains(path)) {
                compose.files.push((path.clone(), choose::class_of_name(path, &tables.compose)));
            }
            let known = Known { tables, owner, environment, profiles: &[] };
            read_project(&mut library, main.clone(), files.clone(), &known, &mut compose);
            let is_off = compose.services.iter().any(|service| !service.active);
            if is_off || compose.services.len() >= A_BOX_OF_TOOLS {
                let paths: Vec<String> = found.iter().map(|file| file.path.clone()).collect();
                let runs = runs.unwrap_or_else(|| commands::runs(&mut library, &paths, &tables.compose));
                if let Some(profiles) = started::profiles(&compose, &runs, &tables.compose) {
                    let known = Known { profiles: &profiles, ..known };
                    read_project(&mut library, main, files, &known, &mut compose);
                }
                if compose.services.len() >= A_BOX_OF_TOOLS {
                    started::leave_off_what_is_not_named(&mut compose, &runs);
                }
            }
        }
    }
    (compose, library.unreadable)
}

/// What the caller or `.env` say goes before what names and commands say.
fn choose_files(
    library: &mut Library,
    found: &[Found],
    tables: &ComposeTables,
    environment: &Environment,
    deploying: &[&str],
    runs: &mut Option<Vec<Run>>,
) -> Choice {
    let variables = variables_in(library, "", &tables.compose);
    let listed = environment.compose_file.as_deref().or(variables.get("COMPOSE_FILE"));
    let listed = listed.and_then(commands::files_of).unwrap_or_default();
    let (files, missing): (Vec<String>, Vec<String>) =
        listed.iter().filter_map(|file| join("", file)).partition(|file| library.has(file));
    for path in missing {
        library.note(Unreadable::new(path, "COMPOSE_FILE names it, and it is not there"));
    }
    match choose::main_of(&files, &tables.compose) {
        Some(main) => Choice::Files { main, files },
        None => choose::choose(library, found, tables, deploying, runs),
    }
}

/// What a project is read with.
#[derive(Clone, Copy)]
struct Known<'a> {
    tables: &'a ComposeTables,
    owner: &'a Owner,
    environment: &'a Environment,
    /// The profiles that commands turn on, where nothing else does.
    profiles: &'a [String],
}

/// The images that the Compose files of a repository build: a file for production names what another one builds.
fn add_built(library: &mut Library, found: &[Found], owner: &mut Owner) {
    let own = found.iter().filter(|file| !matches!(file.class, PathClass::Vendor | PathClass::Generated));
    for file in own.take(MOST_BUILT) {
        if library.has_read_much() {
            return;
        }
        for document in library.quiet_documents(&file.path).iter() {
            for entry in project::services_of(document).values() {
                let image = entry.node.get("image").and_then(|image| image.node.text());
                if let Some(image) = image.filter(|_| entry.node.get("build").is_some()) {
                    owner.add_built(image);
                }
            }
        }
    }
}

/// Compose files of a tree: more than any known repository has.
const MOST_FOUND: usize = 10_000;

/// So many services may be there to choose from.
const A_BOX_OF_TOOLS: usize = 6;

/// Compose files in which images that are built are looked for.
const MOST_BUILT: usize = 40;

fn read_project(
    library: &mut Library,
    main: String,
    files: Vec<String>,
    known: &Known<'_>,
    compose: &mut Compose,
) {
    let Known { tables, owner, environment, .. } = *known;
    let folder = files.first().map(|main| parent(main)).unwrap_or_default();
    let variables = variables_in(library, folder, &tables.compose);
    let profiles = environment.compose_profiles.as_deref().or(variables.get("COMPOSE_PROFILES"));
    let profiles = match profiles {
        Some(profiles) => profiles.split(',').map(|profile| profile.trim().to_owned()).collect(),
        None => known.profiles.to_vec(),
    };
    let project = project::assemble(library, &files, variables.clone());
    let reader = Reader { library, project: &project, tables, owner, main: &main, profiles };
    compose.services = reader.services();
    let unknown = reader.unknown_keys();
    unknown.into_iter().for_each(|trouble| library.note(trouble));
    if variables.is_full() || variables.are_used_up() {
        let reason = "it is given more text by variables than is followed".to_owned();
        library.note(Unreadable::new(main.clone(), reason));
    }
    compose.main_set = project.files.clone();
    if project.services.len() > MOST_SERVICES {
        let reason = format!("it defines more than {MOST_SERVICES} services; the others are left out");
        library.note(Unreadable::new(main.clone(), reason));
    }
    let words = &tables.compose;
    compose.for_development =
        says_development(library, parent(&main), words).or_else(|| builds_for_development(&project, words));
    compose.main = Some(main);
}

/// The line of a guide, at the top or beside the main file, that says that this is no deployment.
fn says_development(library: &mut Library, folder: &str, words: &Words) -> Option<Place> {
    let beside = library.listed().iter().filter(|file| {
        let here = parent(&file.path);
        (here.is_empty() || here == folder) && is_guide(file.name())
    });
    let guides: Vec<String> = beside.map(|file| file.path.clone()).collect();
    guides.into_iter().find_map(|path| {
        let text = library.text(&path)?;
        let says = |line: &str| {
            let line = line.to_ascii_lowercase();
            words.development_phrases.iter().any(|phrase| line.contains(phrase))
        };
        let line = text.lines().position(says)?;
        Some(Place { path, line: line + 1 })
    })
}

/// The first service that says so, where all that is built is built for development.
fn builds_for_development(project: &Project, words: &Words) -> Option<Place> {
    let built = project.services.values().filter(|entry| entry.node.get("build").is_some());
    let speaks = |entry: &&Entry| choose::says_development(&entry.node, &words.development_values);
    let first = built.clone().next().filter(|_| built.clone().all(|entry| speaks(&entry)))?;
    Some(service::place(&first.mark))
}

/// The variables of the first file of a folder that has some.
fn variables_in(library: &mut Library, folder: &str, words: &Words) -> Variables {
    let mut variables = Variables::new(&words.secret_words);
    let files = words.env_files.iter().filter_map(|name| join(folder, name));
    let text = files.into_iter().find_map(|path| library.variables(&path));
    if let Some((text, is_public)) = text {
        variables.add(&text, is_public);
    }
    variables
}

/// All files whose content is compose.
fn find(source: &dyn Source, words: &Words) -> Vec<Found> {
    let is_default = |path: &str| words.default_rank(name(path)).is_some();
    let recognised = |listed: &Listed| {
        let is_template = can_be_compose(&listed.path, words)?;
        // What cannot be read is listed by the source.
        let text = source.text(&listed.path).ok()?;
        let found = recognise(listed, &text, is_template, words);
        if found.is_none()
            && listed.class == PathClass::Main
            && is_default(&listed.path)
            && says_anything(&text)
        {
            source.left_out(
                &listed.path,
                "it is called like a Compose file and has no services that can be read",
            );
        }
        found
    };
    let mut found: Vec<Found> = source.files().par_iter().filter_map(recognised).collect();
    let number = Budget::new(MOST_FOUND, "Compose files");
    found.retain(|_| number.take(1));
    number.tell(source);
    let opened = files_of_dev_containers(source);
    for file in found.iter_mut().filter(|file| file.class == PathClass::Main) {
        if opened.contains(&file.path) && !is_default(&file.path) {
            file.class = PathClass::Development;
        }
    }
    let shown = folders_that_show(source, &found, words);
    for file in found.iter_mut().filter(|file| file.class == PathClass::Main) {
        if shown.contains(parent(&file.path)) {
            file.class = PathClass::Example;
        }
    }
    found
}

/// The folders below the top that are a site of documentation, or whose own guide is called a demonstration or the like.
fn folders_that_show(source: &dyn Source, found: &[Found], words: &Words) -> HashSet<String> {
    let own = found.iter().filter(|file| file.class == PathClass::Main && file.path.contains('/'));
    let folders: HashSet<&str> = own.map(|file| parent(&file.path)).collect();
    let is_of_documentation = |name: &str| words.documentation_files.iter().any(|known| known == name);
    let speaks = |file: &Listed| {
        let Ok(text) = source.text(&file.path) else { return false };
        let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
        let title = title.to_ascii_lowercase();
        class::words(&title).iter().any(|word| words.example_words.iter().any(|known| known == word))
    };
    let shows = |file: &&Listed| {
        folders.contains(parent(&file.path))
            && (is_of_documentation(file.name()) || is_guide(file.name()) && speaks(file))
    };
    let files = source.files().iter().filter(|_| !folders.is_empty());
    files.filter(shows).map(|file| parent(&file.path).to_owned()).collect()
}

fn is_guide(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("readme")
}

/// Whether there is more in a text than comments.
fn says_anything(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#') && line != "---")
}

/// The files that development containers are made of.
fn files_of_dev_containers(source: &dyn Source) -> HashSet<String> {
    let containers = source.files().iter().filter(|file| file.name().ends_with("devcontainer.json"));
    let named = containers.filter_map(|file| {
        let text = source.text(&file.path).ok()?;
        let names = dev_container::compose_files(&text).into_iter();
        Some(names.filter_map(|path| join(parent(&file.path), &path)).collect::<Vec<_>>())
    });
    named.flatten().collect()
}

/// Whether the name allows it, and whether it is that of a template.
fn can_be_compose(path: &str, words: &Words) -> Option<bool> {
    if is_yaml(path) {
        return Some(false);
    }
    let path = lowered(path);
    let is_template = name(&path).contains("compose")
        && words.template_endings.iter().any(|end| path.strip_suffix(end.as_str()).is_some_and(is_yaml));
    is_template.then_some(true)
}

fn recognise(listed: &Listed, text: &str, is_template: bool, words: &Words) -> Option<Found> {
    let glance = sniff::glance(name(&listed.path), text, words);
    let class = match (listed.class, choose::class_of_name(&listed.path, words)) {
        (PathClass::Main, _) if is_template => PathClass::Example,
        (PathClass::Main | PathClass::Example | PathClass::Documentation, by_name)
            if by_name != PathClass::Main =>
        {
            by_name
        }
        (by_folders, _) => by_folders,
    };
    let path = listed.path.clone();
    glance.is_compose.then_some(Found { path, class, is_template, refers: glance.refers })
}
#[cfg(test)]
mod tests;
