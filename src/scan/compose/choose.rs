//! Which compose file is the main one, and which others belong to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::facts::PathClass;
use super::super::paths::{is_within, is_yaml};
use super::super::yaml::{Map, Node, Value};
use super::class::words;
use super::commands::{self, Run};
use super::paths::{depth, join, name, parent};
use super::project::{Library, assemble, services_of};
use super::tables::{ComposeTables, Words};
use super::variables::Variables;

/// A file whose content is compose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: String,
    /// By its folders and by its name.
    pub(super) class: PathClass,
    /// Others are made from it.
    pub(super) is_template: bool,
    /// It may include or extend others.
    pub(super) refers: bool,
}

/// The choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    None,
    /// The main file, and all files that are given together, in their order.
    Files {
        main: String,
        files: Vec<String>,
    },
    /// Nothing says that one of these is how the product is run: the reader is to choose.
    Tie(Vec<String>),
}

/// Chooses among all compose files of a repository; `deploying` are the files that start some on a server. The commands of the
/// repository are kept in `runs` if they are asked for.
pub(super) fn choose(
    library: &mut Library,
    found: &[Found],
    tables: &ComposeTables,
    deploying: &[&str],
    runs: &mut Option<Vec<Run>>,
) -> Choice {
    let words = &tables.compose;
    let mut chooser = Chooser { library, found, words, deploying, runs };
    let candidates = chooser.candidates();
    let best = [PathClass::Main, PathClass::Example, PathClass::Documentation]
        .into_iter()
        .map(|class| candidates.iter().copied().filter(|file| file.class == class).collect::<Vec<_>>())
        .find(|files| !files.is_empty());
    let Some(best) = best else { return chooser.choose_template() };
    match chooser.main(&best) {
        Ok(main) => Choice::Files { files: chooser.set(&main), main },
        Err(tie) => Choice::Tie(tie),
    }
}

/// Of files that are given together the one that stands for all: that of a default name, wherever it stands, else the first.
pub(super) fn main_of(files: &[String], words: &Words) -> Option<String> {
    let main = files.iter().find(|path| words.default_rank(name(path)).is_some());
    main.or(files.first()).cloned()
}

/// What the words of its name say about a file.
pub(super) fn class_of_name(path: &str, words: &Words) -> PathClass {
    let has = |known: &[String]| has_word(path, known);
    match (has(&words.production_words), has(&words.test_words), has(&words.development_words)) {
        _ if has(&words.legacy_words) => PathClass::Legacy,
        (_, true, _) => PathClass::Test,
        (false, _, true) => PathClass::Development,
        (false, ..) if has(&words.example_words) => PathClass::Example,
        _ => PathClass::Main,
    }
}

fn has_word(path: &str, known: &[String]) -> bool {
    let name = name(path).to_ascii_lowercase();
    words(&name).iter().any(|word| known.iter().any(|known| known == word))
}

struct Chooser<'a, 'b> {
    library: &'a mut Library<'b>,
    found: &'a [Found],
    words: &'a Words,
    /// The files in which Compose is started on a server.
    deploying: &'a [&'a str],
    /// The commands of the repository, once they were needed.
    runs: &'a mut Option<Vec<Run>>,
}

impl<'a> Chooser<'a, '_> {
    /// Files that can be the main one: not those for tests, development and the like, nor those that others take in.
    fn candidates(&mut self) -> Vec<&'a Found> {
        let taken = self.taken();
        let is_candidate =
            |file: &&Found| !file.is_template && !is_override(&file.path) && !taken.contains(&file.path);
        self.found.iter().filter(is_candidate).collect()
    }

    /// The files that others include or extend. A default name is only taken by another one: whoever builds on it by
    /// another name adds something to what is the main one.
    fn taken(&mut self) -> HashSet<String> {
        let mut taken = HashSet::new();
        for file in self.found.iter().filter(|file| file.refers && file.class == PathClass::Main) {
            for document in self.library.documents(&file.path).iter() {
                let references = references(document, parent(&file.path)).into_iter();
                let may_take = |path: &String| {
                    *path != file.path && (self.is_default(&file.path) || !self.is_default(path))
                };
                taken.extend(references.filter(may_take));
            }
        }
        taken
    }

    fn is_default(&self, path: &str) -> bool {
        self.words.default_rank(name(path)).is_some()
    }

    fn main(&mut self, files: &[&Found]) -> Result<String, Vec<String>> {
        if let Some(deployed) = self.deployed(files) {
            return deployed;
        }
        let (defaults, others): (Vec<&Found>, Vec<&Found>) =
            files.iter().copied().partition(|file| self.is_default(&file.path));
        let Some(least) = defaults.iter().map(|file| depth(&file.path)).min() else {
            return self.among_others(&others);
        };
        // What lies further out goes before a default name, if it is for users or a command starts it.
        let outer: Vec<&Found> = others.iter().filter(|file| depth(&file.path) < least).copied().collect();
        let for_users = |file: &&Found| {
            has_word(&file.path, &self.words.production_words) || self.is_commanded(&file.path, false)
        };
        let for_users: Vec<&Found> = outer.into_iter().filter(for_users).collect();
        if !for_users.is_empty() {
            return self.among_others(&for_users);
        }
        let main = self.among_defaults(&defaults)?;
        Ok(self.production_instead(&main, &others).unwrap_or(main))
    }

    /// The file that is started on a server; of several the one for those who run the product, or the default name.
    fn deployed(&mut self, files: &[&Found]) -> Option<Result<String, Vec<String>>> {
        let (deploying, words) = (self.deploying, self.words);
        if deploying.is_empty() {
            return None;
        }
        let of_deployments =
            self.runs().iter().filter(|run| !run.is_advice && deploying.contains(&run.from.as_str()));
        let mut defaults: HashMap<&str, (usize, &String)> = HashMap::new();
        for file in files {
            let Some(rank) = words.default_rank(name(&file.path)) else { continue };
            let best = defaults.entry(parent(&file.path)).or_insert((rank, &file.path));
            *best = (*best).min((rank, &file.path));
        }
        let default_in = |folder: &str| Some(defaults.get(folder)?.1.clone());
        let meant = |run: &Run| main_of(&run.files, words).or_else(|| default_in(run.folder.as_deref()?));
        let named: HashSet<String> = of_deployments.filter_map(meant).collect();
        let started: Vec<&str> =
            files.iter().map(|file| file.path.as_str()).filter(|path| named.contains(*path)).collect();
        let only = |fits: &dyn Fn(&&str) -> bool| {
            one_of(started.iter().copied().filter(|path| fits(path)).collect()).ok()
        };
        let chosen = only(&|_| true)
            .or_else(|| only(&|path| has_word(path, &words.production_words)))
            .or_else(|| only(&|path| self.is_default(path)));
        match (chosen, started.is_empty()) {
            (Some(chosen), _) => Some(Ok(chosen)),
            (None, true) => None,
            (None, false) => Some(Err(started.into_iter().map(str::to_owned).collect())),
        }
    }

    /// In each folder the default name that Docker prefers; of several folders the one that something speaks for.
    fn among_defaults(&mut self, defaults: &[&Found]) -> Result<String, Vec<String>> {
        let rank = |path: &str| self.words.default_rank(name(path));
        let mut folders: BTreeMap<&str, &str> = BTreeMap::new();
        for file in defaults {
            let kept = folders.entry(parent(&file.path)).or_insert(&file.path);
            if rank(&file.path) < rank(kept) {
                *kept = &file.path;
            }
        }
        let is_product = defaults.iter().all(|file| file.class == PathClass::Main);
        if let Some(top) = folders.get("").filter(|_| is_product) {
            return Ok((*top).to_owned());
        }
        let all: Vec<&str> = folders.into_values().collect();
        let is_alone = all.len() == 1;
        let commanded: Vec<&str> =
            all.iter().copied().filter(|path| self.is_commanded(path, is_alone)).collect();
        let likely = match (commanded.as_slice(), is_product) {
            ([], true) => all.iter().copied().filter(|path| self.lies_where_it_is_run(path)).collect(),
            _ => commanded,
        };
        let outermost = likely.iter().copied().find(|path| {
            likely.iter().all(|other| parent(other) == parent(path) || is_within(other, parent(path)))
        });
        outermost.map(str::to_owned).ok_or_else(|| all.into_iter().map(str::to_owned).collect())
    }

    /// Whether a command of the repository names a file. A guide that names one of several may only show how it is done,
    /// and whatever lies in the file's own folder speaks for that folder alone.
    fn is_commanded(&mut self, path: &str, is_alone: bool) -> bool {
        let is_run_there = self.lies_where_it_is_run(path);
        let folder = parent(path);
        let speaks = |run: &Run| !run.is_advice || is_run_there || is_alone && parent(&run.from) != folder;
        let is_from_outside = |run: &Run| folder.is_empty() || parent(&run.from) != folder;
        let names = |run: &Run| match run.files.as_slice() {
            [] => run.folder.as_deref() == Some(folder) && parent(&run.from) != folder,
            files => files.iter().any(|file| file == path) && (is_run_there || is_from_outside(run)),
        };
        self.runs().iter().any(|run| names(run) && speaks(run))
    }

    /// A default name beside sources, or in a folder that is called after deployments.
    fn lies_where_it_is_run(&self, path: &str) -> bool {
        let folder = parent(path);
        let sources = &self.words.source_files;
        let has_sources =
            sources.iter().filter_map(|name| join(folder, name)).any(|source| self.library.has(&source));
        has_sources || self.runs_its_folder(path)
    }

    /// Whether the folder of a file is called after what is run from it.
    fn runs_its_folder(&self, path: &str) -> bool {
        let last = name(parent(path)).to_ascii_lowercase();
        let known = &self.words.deployment_folders;
        !last.is_empty() && words(&last).iter().all(|word| known.iter().any(|known| known == word))
    }

    /// Where the default name is for those who develop, or a guide starts the other one alone, a whole other file beside it is
    /// for those who run the product.
    fn production_instead(&mut self, main: &str, others: &[&Found]) -> Option<String> {
        let beside: Vec<&str> = others
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| parent(path) == parent(main) && has_word(path, &self.words.production_words))
            .collect();
        if beside.is_empty() {
            return None;
        }
        let is_for_development = self.is_for_development(main);
        let is_instead = |path: &&str| {
            (is_for_development || self.is_started_alone(path)) && self.is_whole(&[(*path).to_owned()])
        };
        one_of(beside.into_iter().filter(is_instead).collect()).ok()
    }

    /// Whether a guide starts nothing but this file. What developers have commands for may be a trial.
    fn is_started_alone(&mut self, path: &str) -> bool {
        self.runs().iter().any(|run| run.is_advice && run.started.is_some() && run.files == [path])
    }

    fn services(&mut self, files: &[String]) -> Map {
        assemble(self.library, files, Variables::default()).services
    }

    /// Whether files together say of each service what it runs.
    fn is_whole(&mut self, files: &[String]) -> bool {
        let services = self.services(files);
        let is_whole = |node: &Node| node.get("image").or(node.get("build")).is_some();
        !services.is_empty() && services.values().all(|entry| is_whole(&entry.node))
    }

    /// Whether most of what is built there says that it runs for development.
    fn is_for_development(&mut self, path: &str) -> bool {
        let services = self.services(&[path.to_owned()]);
        let built: Vec<&Node> =
            services.values().map(|entry| &*entry.node).filter(|node| node.get("build").is_some()).collect();
        let speaking =
            built.iter().filter(|node| says_development(node, &self.words.development_values)).count();
        speaking > 0 && 2 * speaking >= built.len()
    }

    /// Without a default name: the shallowest; of several the one for users, the first of a list, or the plainest name.
    fn among_others(&mut self, files: &[&Found]) -> Result<String, Vec<String>> {
        let all: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let least = all.iter().map(|path| depth(path)).min().unwrap_or_default();
        let mut paths: Vec<&str> = all.iter().copied().filter(|path| depth(path) == least).collect();
        let for_users = |path: &&str| has_word(path, &self.words.production_words);
        if paths.iter().any(for_users) {
            paths.retain(for_users);
        }
        let known = self.words;
        let firsts: HashSet<String> =
            self.runs().iter().filter_map(|run| main_of(&run.files, known)).collect();
        let named: Vec<&str> = all.iter().filter(|path| firsts.contains(**path)).copied().collect();
        let chosen = match (plainest(&paths), named.as_slice()) {
            (Some(plainest), _) => plainest,
            (None, [one]) => one,
            _ => match paths.as_slice() {
                [one] => one,
                _ => return Err(paths.into_iter().map(str::to_owned).collect()),
            },
        };
        let is_product = files.iter().all(|file| file.class == PathClass::Main || file.is_template);
        let speaks = is_product && (depth(chosen) == 0 || self.lies_where_it_is_run(chosen));
        let is_called_so = has_word(chosen, &self.words.compose_words);
        let is_alone = all.iter().all(|path| parent(path) == parent(chosen));
        if named.contains(&chosen) || speaks && is_called_so && (is_alone || depth(chosen) == 0) {
            return Ok(chosen.to_owned());
        }
        Err(all.into_iter().map(str::to_owned).collect())
    }

    fn choose_template(&mut self) -> Choice {
        let is_candidate =
            |file: &&Found| file.is_template && class_of_name(&file.path, self.words) == PathClass::Main;
        let templates: Vec<&Found> = self.found.iter().filter(is_candidate).collect();
        if templates.is_empty() {
            return Choice::None;
        }
        match self.among_others(&templates) {
            Ok(main) => Choice::Files { files: vec![main.clone()], main },
            Err(tie) => Choice::Tie(tie),
        }
    }

    fn runs(&mut self) -> &[Run] {
        let (library, words) = (&mut *self.library, self.words);
        let found = self.found;
        self.runs.get_or_insert_with(|| {
            let known: Vec<String> = found.iter().map(|file| file.path.clone()).collect();
            commands::runs(library, &known, words)
        })
    }

    /// Whether there may be anything that is laid over the main file.
    fn may_have_more(&self, main: &str) -> bool {
        let is_other = |path: &str| path != main && parent(path) == parent(main) && is_yaml(path);
        self.found.len() > 1 || self.library.listed().iter().any(|listed| is_other(&listed.path))
    }

    /// The main file with those that the commands give beside it, else with the automatic override.
    fn set(&mut self, main: &str) -> Vec<String> {
        let more =
            self.may_have_more(main).then(|| self.list_with(main).or_else(|| self.completed(main))).flatten();
        if let Some(files) = more {
            return files;
        }
        let beside = override_names(name(main)).into_iter().filter_map(|name| join(parent(main), &name));
        let automatic = beside.filter(|path| self.library.has(path)).take(1);
        [main.to_owned()].into_iter().chain(automatic).collect()
    }

    /// The main file and those that most commands with it have as well. Commands with a file for those who run the
    /// product go before all others.
    fn list_with(&mut self, main: &str) -> Option<Vec<String>> {
        let lists = self.lists_with(main);
        let words = self.words;
        let has_more = |list: &&Vec<String>| {
            list.iter().any(|path| path != main && has_word(path, &words.production_words))
        };
        let for_users: Vec<Vec<String>> = lists.iter().filter(has_more).cloned().collect();
        let lists = if for_users.is_empty() { lists } else { for_users };
        let mut counts: HashMap<&String, usize> = HashMap::new();
        for path in lists.iter().flat_map(|list| list.iter().collect::<HashSet<_>>()) {
            *counts.entry(path).or_default() += 1;
        }
        let is_common = |path: &&String| 2 * counts[*path] > lists.len();
        let longest = lists.iter().max_by_key(|list| list.iter().filter(is_common).count())?;
        let common: Vec<String> = longest.iter().filter(is_common).cloned().collect();
        (common.len() > 1).then_some(common)
    }

    /// A main file that does not say all about its services, with the one file for those who run the product that does.
    fn completed(&mut self, main: &str) -> Option<Vec<String>> {
        let beside: Vec<&str> = self.found.iter().map(|file| file.path.as_str()).collect();
        let words = self.words;
        let is_fit = |path: &&str| {
            parent(path) == parent(main) && *path != main && has_word(path, &words.production_words)
        };
        let other = one_of(beside.into_iter().filter(is_fit).collect()).ok()?;
        let both = vec![main.to_owned(), other];
        (!self.is_whole(&both[..1]) && self.is_whole(&both)).then_some(both)
    }

    /// The lists of all commands with the main file, unless they are for tests or development.
    fn lists_with(&mut self, main: &str) -> Vec<Vec<String>> {
        let is_for_others =
            |class| matches!(class, PathClass::Test | PathClass::Development | PathClass::Vendor);
        let unfit = self.found.iter().filter(|file| is_for_others(file.class));
        let unfit: HashSet<&String> = unfit.map(|file| &file.path).collect();
        let is_unfit = |path: &String| unfit.contains(path);
        let is_beside = |from: &str| parent(from).is_empty() || parent(from) == parent(main);
        let counts = |run: &&Run| {
            let is_list = run.files.iter().any(|file| file == main) && !run.files.iter().any(is_unfit);
            let is_plain = run.files.is_empty();
            is_beside(&run.from) && is_plain || is_list && (!run.is_advice || is_beside(&run.from))
        };
        let files = |run: &Run| if run.files.is_empty() { vec![main.to_owned()] } else { run.files.clone() };
        self.runs().iter().filter(counts).map(files).collect()
    }
}

/// The only one, or all of them as a tie.
fn one_of(paths: Vec<&str>) -> Result<String, Vec<String>> {
    match paths.as_slice() {
        [path] => Ok((*path).to_owned()),
        _ => Err(paths.into_iter().map(str::to_owned).collect()),
    }
}

/// The file of which all others are variants: they have its words and more.
fn plainest<'a>(paths: &[&'a str]) -> Option<&'a str> {
    let known: Vec<(&str, HashSet<&str>)> =
        paths.iter().map(|path| (*path, words(name(path)).into_iter().collect())).collect();
    let (plainest, own) = known.iter().min_by_key(|(_, words)| words.len())?;
    let mut others = known.iter().filter(|(path, _)| path != plainest);
    let is_variant = |(path, words): &(&str, HashSet<&str>)| {
        parent(path) == parent(plainest) && words.len() > own.len() && own.is_subset(words)
    };
    others.all(is_variant).then_some(*plainest)
}

/// Whether a file is laid over others by its name.
fn is_override(path: &str) -> bool {
    words(name(path)).contains(&"override")
}

/// The names that Docker lays over a file by itself.
fn override_names(main: &str) -> Vec<String> {
    let Some((stem, _)) = main.rsplit_once('.') else { return Vec::new() };
    ["yml", "yaml"].iter().map(|ending| format!("{stem}.override.{ending}")).collect()
}

/// The files that a document includes or extends.
fn references(document: &Node, folder: &str) -> Vec<String> {
    let included = document.get("include").map(|include| include.node.items()).unwrap_or_default();
    let included = included.iter().flat_map(|item| match item.get("path") {
        Some(path) => path.node.items(),
        None => item.items(),
    });
    let services = services_of(document);
    let extended =
        services.values().filter_map(|entry| Some(entry.node.at(&["extends", "file"])?.node.clone()));
    let named: Vec<_> = included.chain(extended).collect();
    named.iter().filter_map(|node| join(folder, node.text()?)).collect()
}

/// Whether a service says so in its environment, its image's tag, or the target or Dockerfile of its build.
pub(super) fn says_development(node: &Node, values: &[String]) -> bool {
    let is_word = |text: &str| {
        words(&text.to_ascii_lowercase()).iter().any(|word| values.iter().any(|value| value == word))
    };
    let said = |path: &[&str]| node.at(path).and_then(|entry| entry.node.text()).is_some_and(is_word);
    let tag = node.get("image").and_then(|image| image.node.text()?.rsplit_once(':'));
    let by_build = said(&["build", "target"]) || said(&["build", "dockerfile"]);
    let is_on = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "on" | "yes");
    by_build
        || tag.is_some_and(|(_, tag)| is_word(tag))
        || environment(node).iter().any(|(name, value)| match name {
            _ if name.ends_with("_ENV") || name.ends_with("ENVIRONMENT") => is_word(value),
            _ => (*name == "DEBUG" || name.ends_with("_DEBUG")) && is_on(value),
        })
}

/// The environment in either form.
fn environment(node: &Node) -> Vec<(&str, &str)> {
    match node.get("environment").map(|entry| &entry.node.value) {
        Some(Value::Map(map)) => {
            map.iter().filter_map(|(name, entry)| Some((&**name, entry.node.text()?))).collect()
        }
        Some(Value::List(items)) => items.iter().filter_map(|item| item.text()?.split_once('=')).collect(),
        _ => Vec::new(),
    }
}
