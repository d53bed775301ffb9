//! The files that make up one project: what they include and extend, and their services laid over each other.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::budget::{Budget, weight};
use super::super::facts::Unreadable;
use super::super::source::{Listed, Source};
use super::super::yaml::{Entry, MOST_VALUES, Map, Mark, Node, OnMerge, Value};
use super::merge::Merge;
use super::paths::{join, parent};
use super::tolerant;
use super::variables::Variables;
use crate::text::shortened;

/// Files within files, and services that extend services: more is a circle or a trap.
const DEEPEST: usize = 16;
/// More files than any project has.
const FILES: usize = 256;
/// Services that files have, each file counted as often as it is included, and the file itself.
const VISITED: usize = 50_000;
/// Bytes of a file with variables, and its lines: a quote may go on over many of them.
const VARIABLES: usize = 64 << 10;
const LINES_OF_VARIABLES: usize = 2_000;
/// Values of all texts together.
const VALUES: usize = MOST_VALUES;
/// Bytes of them, as often as each is read: what is no YAML takes long and has few values.
const BYTES: usize = 8 << 20;

/// Letters of what is said of a file.
const LONGEST_NOTE: usize = 1_000;

/// The texts of compose files, each read once.
pub(super) struct Library<'a> {
    source: &'a dyn Source,
    read: HashMap<String, Rc<Vec<Rc<Node>>>>,
    pub(super) unreadable: Vec<Unreadable>,
    /// What the texts weigh, how many values they have, and how many services were come to.
    bytes: usize,
    values: usize,
    visited: usize,
}

impl<'a> Library<'a> {
    pub(super) fn new(source: &'a dyn Source) -> Self {
        Self { source, read: HashMap::new(), unreadable: Vec::new(), bytes: 0, values: 0, visited: 0 }
    }

    /// Says in the result that a budget was not enough, if it was not.
    pub(super) fn tell(&self, budget: &Budget) {
        budget.tell(self.source);
    }

    pub(super) fn listed(&self) -> &'a [Listed] {
        self.source.files()
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.listed().binary_search_by(|listed| listed.path.as_str().cmp(path)).is_ok()
    }

    /// Whether there is a folder of this path, whatever is in it.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.source.has_folder(path)
    }

    /// Whether there is a listed file of this path or in a folder of this path.
    pub(super) fn has_listed(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let from = self.listed().partition_point(|listed| listed.path.as_str() < inside.as_str());
        self.has(path) || self.listed().get(from).is_some_and(|listed| listed.path.starts_with(&inside))
    }

    /// The text of a file that may be missing.
    pub(super) fn text(&mut self, path: &str) -> Option<Arc<str>> {
        let text = self.has(path).then(|| self.source.text(path))?;
        self.noted(text)
    }

    /// The text of a file, of which nothing is said when it cannot be read: its own reader does.
    pub(super) fn quiet_text(&self, path: &str) -> Option<Arc<str>> {
        self.has(path).then(|| self.source.text(path).ok())?
    }

    /// The text of a file with variables, which repositories usually ignore, and whether it is theirs all the same.
    pub(super) fn variables(&mut self, path: &str) -> Option<(Arc<str>, bool)> {
        let (text, is_public) = match self.has(path) {
            true => (self.text(path)?, true),
            false => (self.source.ignored(path).and_then(|text| self.noted(text))?, false),
        };
        if text.len() > VARIABLES || text.lines().count() > LINES_OF_VARIABLES {
            let reason = format!(
                "it has more than {LINES_OF_VARIABLES} lines of variables, or {} KiB",
                VARIABLES >> 10
            );
            self.note(Unreadable::new(path, reason));
            return None;
        }
        Some((text, is_public))
    }

    fn noted(&mut self, text: Result<Arc<str>, Unreadable>) -> Option<Arc<str>> {
        match text {
            Ok(text) => Some(text),
            Err(trouble) => {
                self.note(trouble);
                None
            }
        }
    }

    /// The documents of a file that was named somewhere.
    pub(super) fn documents(&mut self, path: &str) -> Rc<Vec<Rc<Node>>> {
        if let Some(documents) = self.read.get(path) {
            return Rc::clone(documents);
        }
        let documents = self.parse(path).unwrap_or_else(|reason| {
            self.note(Unreadable::new(path, reason));
            Vec::new()
        });
        let documents = Rc::new(documents);
        self.read.insert(path.to_owned(), Rc::clone(&documents));
        documents
    }

    fn parse(&mut self, path: &str) -> Result<Vec<Rc<Node>>, String> {
        let spent = || format!("the files before it have {VALUES} values already");
        if self.values > VALUES {
            return Err(spent());
        }
        let Some(text) = self.text(path) else { return Ok(Vec::new()) };
        self.bytes += weight(&text);
        if self.bytes > BYTES {
            return Err(format!("the files before it have {} MiB already", BYTES >> 20));
        }
        let reading = tolerant::read(&path.into(), &text);
        if let Some(reason) = reading.trouble {
            self.note(Unreadable::new(path, reason));
        }
        self.values += reading.documents.iter().map(|document| document.size()).sum::<usize>();
        if self.values > VALUES { Err(spent()) } else { Ok(reading.documents) }
    }

    /// Whether so much was read that what is left is for the main file and its parts.
    pub(super) fn has_read_much(&self) -> bool {
        self.values > VALUES / 2 || self.bytes > BYTES / 2
    }

    /// The documents of a file of which nothing is to be said.
    pub(super) fn quiet_documents(&mut self, path: &str) -> Rc<Vec<Rc<Node>>> {
        let known = self.unreadable.len();
        let documents = self.documents(path);
        self.unreadable.truncate(known);
        // Who reads it for its own sake is told what is wrong with it.
        self.read.remove(path);
        documents
    }

    pub(super) fn note(&mut self, trouble: Unreadable) {
        // What it names may be as long as a file.
        let Unreadable { path, reason, .. } = trouble;
        let [path, reason] = [path, reason].map(|text| shortened(&text, LONGEST_NOTE).into_owned());
        let trouble = Unreadable::new(path, reason);
        if self.unreadable.len() < FILES && !self.unreadable.contains(&trouble) {
            self.unreadable.push(trouble);
        }
    }
}

/// The services of a project and what is needed to understand them.
#[derive(Default)]
pub(super) struct Project {
    pub(super) services: Map,
    /// The files in the order in which they were come to.
    pub(super) files: Vec<String>,
    /// The volumes that say how they are made, by their names.
    pub(super) volumes: Map,
    settings: HashMap<Rc<str>, Rc<Setting>>,
    merge: Merge,
}

/// What relative paths and variables mean in a file.
#[derive(Debug, Default)]
pub(super) struct Setting {
    pub(super) folder: String,
    pub(super) variables: Variables,
}

impl Project {
    /// How to understand what is written at a mark.
    pub(super) fn setting(&self, mark: &Mark) -> Rc<Setting> {
        self.settings.get(&mark.path).cloned().unwrap_or_default()
    }
}

/// Reads files that are given together, each laid over the ones before.
pub(super) fn assemble(library: &mut Library, files: &[String], variables: Variables) -> Project {
    let folder = files.first().map(|file| parent(file)).unwrap_or_default().to_owned();
    let mut assembly =
        Assembly { library, project: Project::default(), open: Vec::new(), bases: HashMap::new() };
    let mut services = assembly.files(files, &Rc::new(Setting { folder, variables }));
    services.retain(|_, entry| entry.node.on_merge != OnMerge::Reset);
    let mut values = 0usize;
    services.retain(|_, entry| {
        values = values.saturating_add(entry.node.size());
        values <= VALUES
    });
    if let Some(path) = files.first().filter(|_| values > VALUES) {
        let reason = format!("its services have more than {VALUES} values, those counted that are extended");
        assembly.library.note(Unreadable::new(path.clone(), reason));
    }
    assembly.project.services = services;
    if let Some(path) = files.first().filter(|_| assembly.project.merge.is_exhausted()) {
        let reason = "it merges more than is read; some of what is merged is missing".to_owned();
        assembly.library.note(Unreadable::new(path.clone(), reason));
    }
    assembly.project
}

struct Assembly<'a, 'b> {
    library: &'a mut Library<'b>,
    project: Project,
    /// The files that are being read, to notice circles.
    open: Vec<String>,
    /// The services of files that others extend.
    bases: HashMap<String, Rc<Map>>,
}

impl Assembly<'_, '_> {
    fn files(&mut self, files: &[String], setting: &Rc<Setting>) -> Map {
        let mut services = Map::new();
        for file in files {
            let more = self.file(file, setting);
            services = self.project.merge.maps(services, &more);
        }
        services
    }

    /// The services of a file, those it includes among them.
    fn file(&mut self, path: &str, setting: &Rc<Setting>) -> Map {
        let in_circle = self.open.iter().any(|open| open == path);
        if in_circle {
            return Map::new();
        }
        if self.open.len() >= DEEPEST || self.project.files.len() >= FILES {
            let reason = format!("the project includes more than {FILES} files, or more than {DEEPEST} deep");
            self.library.note(Unreadable::new(path, reason));
            return Map::new();
        }
        self.open.push(path.to_owned());
        self.enter(path, setting);
        let mut services = Map::new();
        for document in self.library.documents(path).iter() {
            self.library.visited += 1 + services_of(document).len();
            if self.library.visited > VISITED {
                let reason =
                    "the projects include more files, or files more often, than are followed".to_owned();
                self.library.note(Unreadable::new(path, reason));
                break;
            }
            if let Some(volumes) = document.get("volumes").and_then(|volumes| volumes.node.map()) {
                let told = volumes.iter().filter(|(_, volume)| volume.node.map().is_some());
                self.project.volumes.extend(told.map(|(name, volume)| (Rc::clone(name), volume.clone())));
            }
            let own = self.extended_all(&Rc::new(services_of(document)));
            services = self.project.merge.maps(services, &own);
            for (name, entry) in self.included(document, setting) {
                services.entry(name).or_insert(entry);
            }
        }
        self.open.pop();
        services
    }

    fn enter(&mut self, path: &str, setting: &Rc<Setting>) {
        if !self.project.files.iter().any(|file| file == path) {
            self.project.files.push(path.to_owned());
        }
        self.project.settings.entry(path.into()).or_insert_with(|| Rc::clone(setting));
    }

    fn included(&mut self, document: &Node, setting: &Rc<Setting>) -> Map {
        let Some(include) = document.get("include") else { return Map::new() };
        let mut services = Map::new();
        for item in include.node.items() {
            let (files, setting) = self.one_include(&item, setting);
            let more = self.files(&files, &setting);
            services = self.project.merge.maps(services, &more);
        }
        services
    }

    /// The files of one include, and what holds in them: their own folder, and beside the variables of here their own.
    fn one_include(&mut self, item: &Rc<Node>, setting: &Setting) -> (Vec<String>, Rc<Setting>) {
        let here = parent(&item.mark.path).to_owned();
        let named = item.get("path").map_or_else(|| item.items(), |path| path.node.items());
        let files: Vec<String> =
            named.iter().filter_map(|path| self.find(path, &here, &setting.variables)).collect();
        let text = |key: &str| item.get(key).map(|entry| entry.node.items()).unwrap_or_default();
        let in_here = |node: &Rc<Node>| join(&here, &setting.variables.resolve(node.text()?));
        let folder = text("project_directory").iter().find_map(in_here);
        let folder =
            folder.unwrap_or_else(|| files.first().map(|file| parent(file).to_owned()).unwrap_or_default());
        let mut env_files: Vec<String> = text("env_file").iter().filter_map(in_here).collect();
        env_files.extend(join(&folder, ".env"));
        let mut variables = setting.variables.clone();
        for (text, is_public) in env_files.iter().filter_map(|path| self.library.variables(path)) {
            variables.add(&text, is_public);
        }
        if variables.is_full() {
            let reason = "it includes files with more variables than are kept".to_owned();
            self.library.note(Unreadable::new(item.mark.path.to_string(), reason));
        }
        (files, Rc::new(Setting { folder, variables }))
    }

    /// The file that is named, if it is in the repository; that it is not is noted.
    fn find(&mut self, named: &Rc<Node>, folder: &str, variables: &Variables) -> Option<String> {
        let written = named.text()?;
        let resolved = variables.resolve(written);
        let path = join(folder, &resolved).filter(|path| self.library.has(path));
        if path.is_none() && !resolved.is_empty() {
            let Mark { path, line } = &named.mark;
            let reason = format!("{path}:{line} names it and it is not in the repository");
            self.library.note(Unreadable::new(written, reason));
        }
        path
    }

    fn extended_all(&mut self, own: &Rc<Map>) -> Map {
        let mut trail = Vec::new();
        let extended =
            |(name, entry): (&Rc<str>, &Entry)| (Rc::clone(name), self.extended(entry, own, &mut trail));
        own.iter().map(extended).collect()
    }

    /// A service laid over the one that it extends.
    fn extended(&mut self, entry: &Entry, own: &Rc<Map>, trail: &mut Vec<(String, String)>) -> Entry {
        let Some(extends) = entry.node.get("extends").cloned() else { return entry.clone() };
        let Some(base) = self.base(&extends, own, trail) else { return without_extends(entry) };
        let node = self.project.merge.over("", &base.node, &without_extends(entry).node);
        Entry { mark: entry.mark.clone(), node }
    }

    fn base(&mut self, extends: &Entry, own: &Rc<Map>, trail: &mut Vec<(String, String)>) -> Option<Entry> {
        let setting = self.project.setting(&extends.mark);
        let long = |key: &str| extends.node.get(key).map(|entry| Rc::clone(&entry.node));
        let service = long("service").unwrap_or_else(|| Rc::clone(&extends.node));
        let service = setting.variables.resolve(service.text()?).into_owned();
        let file = match long("file") {
            Some(file) => self.find(&file, parent(&extends.mark.path), &setting.variables)?,
            None => extends.mark.path.to_string(),
        };
        let step = (file, service);
        if trail.contains(&step) || trail.len() >= DEEPEST {
            return None;
        }
        let others = self.services_to_extend(&step.0, &extends.mark.path, own, &setting);
        let base = others.get(step.1.as_str())?.clone();
        trail.push(step);
        let base = self.extended(&base, &others, trail);
        trail.pop();
        Some(base)
    }

    fn services_to_extend(&mut self, file: &str, here: &str, own: &Rc<Map>, setting: &Setting) -> Rc<Map> {
        if file == here {
            return Rc::clone(own);
        }
        if let Some(services) = self.bases.get(file) {
            return Rc::clone(services);
        }
        let there = Setting { folder: parent(file).to_owned(), variables: setting.variables.clone() };
        self.enter(file, &Rc::new(there));
        let last = self.library.documents(file).last().cloned();
        let services = Rc::new(last.map(|document| services_of(&document)).unwrap_or_default());
        self.bases.insert(file.to_owned(), Rc::clone(&services));
        services
    }
}

fn without_extends(entry: &Entry) -> Entry {
    let Value::Map(map) = &entry.node.value else { return entry.clone() };
    let mut map = map.clone();
    map.shift_remove("extends");
    let node = Rc::new(Node::new(entry.node.mark.clone(), Value::Map(map)));
    Entry { mark: entry.mark.clone(), node }
}

/// The services of a document; before version 2 of the format they stood at the top.
pub(super) fn services_of(document: &Node) -> Map {
    if let Some(services) = document.get("services") {
        return services.node.map().cloned().unwrap_or_default();
    }
    let is_service = |entry: &Entry| entry.node.get("image").or(entry.node.get("build")).is_some();
    let top = document.map().into_iter().flatten();
    top.filter(|(_, entry)| is_service(entry)).map(|(name, entry)| (Rc::clone(name), entry.clone())).collect()
}
