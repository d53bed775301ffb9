//! Continuous integration, and every place where a deployment is written down.

mod bodies;
mod called;
mod commands;
mod condition;
mod jenkins;
mod parts;
mod pipeline;
mod preview;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::budget::Budget;
use super::facts::{Ci, Deploy, DeployedBy, PathClass, Place};
use super::manifest;
use super::owner::Home;
use super::paths::{self, Paths, is_yaml};
use super::patterns::{self, Patterns, Words};
use super::signs::Sign;
use super::source::{Listed, Source};
use super::tables::{ChangeTable, CiTable, DeployWords};
use super::uses::Use;
use crate::text::one_line;
use called::Said;
use commands::Commands;
pub(super) use commands::{Given, given_to_a_cluster};
use pipeline::{Job, Pipeline};

/// Deployments in one file.
const MOST_DEPLOYS: usize = 200;
/// Deployments in all files.
const MOST_IN_ALL: usize = 3_000;
/// Files, or patterns of them, that all pipelines take in at one depth.
const MOST_INCLUDES: usize = 1_000;
/// Other repositories that are named.
const MOST_OTHERS: usize = 20;
/// Keys under which commands and actions stand.
const RUN: [&str; 8] = ["run", "uses", "script", "command", "sh", "bash", "inlineScript", "task"];
/// Files and folders that all commands give to clusters.
pub(super) const MOST_GIVEN: usize = 1_000;
/// How deep files may be that pipelines take in, which take in others.
const DEEPEST: usize = 4;

/// Reads the files of CI systems and those that they take in, scripts that deploy, and files whose presence says where the
/// software runs.
pub(crate) fn read(
    source: &impl Source,
    paths: &Paths,
    signs: &[Sign<'_>],
    table: &CiTable,
    home: &Home,
) -> (Ci, Applied) {
    let reader = Reader::new(paths, table, home, signs);
    let mut parts = reader.parts(source);
    // One more than is kept tells that there are more.
    parts.extend(signs.iter().filter_map(|sign| reader.of_sign(sign)).take(MOST_IN_ALL + 1));
    parts.sort_by(|a, b| a.path.cmp(&b.path));
    let mut included = reader.included(source, &parts);
    included.extend(reader.included_tasks(source, &parts));
    included.extend(reader.called_scripts(source, &parts, &included));
    // What a pipeline runs goes before what the same file says by its name.
    included.append(&mut parts);
    let pipelines = included.iter().filter_map(|part| Some((part.path.clone(), part.pipeline.as_ref()?)));
    let elsewhere: BTreeMap<String, String> = pipelines
        .flat_map(|(path, (pipeline, _))| {
            pipeline.elsewhere.iter().map(move |other| (other.clone(), path.clone()))
        })
        .collect();
    let places = Budget::new(MOST_IN_ALL, "places that deploy");
    let (mut found, applied) = gather(included, &reader, &places);
    places.tell(source);
    tell_others(source, &elsewhere);
    parts::tell(&mut found.deploys, source.files(), table);
    (found, applied)
}

/// Names what pipelines take in of other repositories, each with one of them.
fn tell_others(source: &impl Source, elsewhere: &BTreeMap<String, String>) {
    for (other, path) in elsewhere.iter().take(MOST_OTHERS) {
        source.left_out(&one_line(other), &format!("{path} names it, and it is in another repository"));
    }
}

/// What one file contributes.
#[derive(Default)]
struct Part {
    path: String,
    systems: Vec<(String, Place)>,
    written: Vec<Written>,
    /// A pipeline and its text, which may run scripts.
    pipeline: Option<(Pipeline, Arc<str>)>,
    /// The text of a script, in which others may be called.
    script: Option<Arc<str>>,
    /// Files of tasks that it takes in, each with what their names are put behind.
    tasks: Vec<(String, String)>,
}

/// A deployment as it is written down.
struct Written {
    deploy: Deploy,
    /// What a pipeline has to say to run it, unless it runs it by itself.
    called: Option<String>,
    /// Whether it is nothing unless a pipeline says that.
    is_only_called: bool,
    /// The rule of which the job that runs it must have the words that the script lacks.
    lacks: Option<usize>,
    /// What it gives to a cluster, from the folder that it is run in, where it says.
    gives: Option<Vec<Given>>,
}

/// What commands give to clusters.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// For good.
    pub(crate) lasting: BTreeSet<Given>,
    /// For changes that are proposed and for tests, or by what nothing calls.
    pub(crate) passing: BTreeSet<Given>,
    /// Whether something is given that is not known.
    pub(crate) has_more: bool,
}

impl Applied {
    fn add(&mut self, gives: Option<Vec<Given>>, is_passing: bool) {
        let known = if is_passing { &mut self.passing } else { &mut self.lasting };
        match gives {
            Some(gives) if known.len() + gives.len() <= MOST_GIVEN => known.extend(gives),
            _ => self.has_more |= !is_passing,
        }
    }
}

/// What pipelines speak of.
#[derive(Clone, Copy)]
struct Terms<'t> {
    home: &'t Home,
    changes: &'t ChangeTable,
}

struct Reader<'t> {
    paths: &'t Paths,
    home: &'t Home,
    table: &'t CiTable,
    /// The words of each system.
    systems: Vec<Words<'t>>,
    rules: Vec<Rule<'t>>,
    /// What each line has that holds a command of any rule, made ready for the first text.
    heads: OnceLock<Option<AhoCorasick>>,
    budget: Budget,
}

/// Commands that deploy.
struct Rule<'t> {
    target: &'t str,
    commands: Commands<'t>,
    with: Words<'t>,
    looks: Option<Commands<'t>>,
    without: Words<'t>,
    without_in_line: Words<'t>,
    undone: Words<'t>,
}

impl<'t> Reader<'t> {
    fn new(paths: &'t Paths, table: &'t CiTable, home: &'t Home, signs: &[Sign<'_>]) -> Self {
        let signs = signs.iter().filter(|sign| sign.file.class == PathClass::Main);
        let there: BTreeSet<&str> = signs.filter_map(|sign| says(table, sign)).collect();
        let is_there = |name: &String| there.contains(name.as_str());
        let counts = |deploy: &&DeployWords| deploy.signs.is_empty() || deploy.signs.iter().any(is_there);
        let rules = table.deploy.iter().filter(counts).map(|deploy| Rule {
            target: &deploy.target,
            commands: Commands::new(&deploy.words),
            with: Words::new(&deploy.with),
            looks: (!deploy.looks.is_empty()).then(|| Commands::new(&deploy.looks)),
            without: Words::new(&deploy.without),
            without_in_line: Words::new(&deploy.without_in_line),
            undone: Words::new(&deploy.undone),
        });
        Self {
            paths,
            home,
            table,
            systems: table.system.iter().map(|system| Words::new(&system.words)).collect(),
            rules: rules.collect(),
            heads: OnceLock::new(),
            budget: Budget::of_kind("MiB of pipelines and scripts"),
        }
    }

    /// What pipelines and scripts contribute.
    fn parts(&self, source: &impl Source) -> Vec<Part> {
        let runs = |of: &Use| matches!(of, Use::System(_) | Use::Script);
        let files = source.files().iter().filter(|file| file.class != PathClass::Vendor);
        let mut files: Vec<&Listed> = files.filter(|file| file.uses.iter().any(runs)).collect();
        self.budget.cut(source, &mut files, |file| &file.path);
        files.into_par_iter().filter_map(|file| self.part(source, file)).collect()
    }

    fn part(&self, source: &impl Source, file: &Listed) -> Option<Part> {
        let text = source.text(&file.path).ok()?;
        let file = &*self.as_pipeline(file);
        let mut part = Part { path: file.path.clone(), ..Part::default() };
        if file.uses.contains(&Use::Script) {
            part.script = Some(Arc::clone(&text));
        }
        let deploys = || self.heads().is_some_and(|heads| heads.is_match(&*text));
        if !is_yaml(&file.path) && !is_pipeline(file) && !deploys() {
            return Some(part);
        }
        let pipeline = Pipeline::read_at(&file.path, &text, self.terms());
        for of in &file.uses {
            match of {
                Use::System(row) => self.take_system(*row, file, &text, &pipeline, &mut part),
                Use::Script => part.written.extend(self.of_script(file, &text, &pipeline)),
                _ => {}
            }
        }
        if let Some(trouble) = pipeline.trouble.as_ref().filter(|_| !part.systems.is_empty()) {
            source.left_out(&file.path, trouble);
        }
        part.tasks.clone_from(&pipeline.tasks);
        if is_pipeline(file) {
            part.pipeline = Some((pipeline, text));
        }
        Some(part)
    }

    /// A pipeline in a folder that is called after them counts, as in `ci/pipeline.yml`: what others call so are tests.
    fn as_pipeline<'f>(&self, file: &'f Listed) -> Cow<'f, Listed> {
        let is_of_system = file.uses.iter().any(|of| matches!(of, Use::System(_)));
        if !is_of_system || file.class != PathClass::Test {
            return Cow::Borrowed(file);
        }
        Cow::Owned(Listed { class: self.class_when_called(&file.path), ..file.clone() })
    }

    /// The class of a file that is, or is run by, a pipeline.
    fn class_when_called(&self, path: &str) -> PathClass {
        let folders = paths::folder(path).split('/');
        let others = folders.filter(|folder| !self.table.folders.iter().any(|own| own == folder));
        others.filter_map(|folder| self.paths.class_of_folder(folder)).next().unwrap_or_default()
    }

    /// The files of tasks that scripts take in.
    fn included_tasks(&self, source: &impl Source, parts: &[Part]) -> Vec<Part> {
        let mut wanted: Vec<(String, String)> = parts.iter().flat_map(|part| part.tasks.clone()).collect();
        let mut all = Vec::new();
        for _ in 0..DEEPEST {
            wanted.sort_unstable();
            wanted.dedup();
            wanted.truncate(MOST_INCLUDES);
            let mut next = Vec::new();
            for (namespace, path) in std::mem::take(&mut wanted) {
                let Some(file) = listed(source, &path) else { continue };
                let Some(text) = self.budget.text(source, &path) else { continue };
                let pipeline = Pipeline::read_tasks(&path, &text, &namespace, self.terms());
                let more = pipeline.tasks.iter();
                next.extend(more.map(|(inner, path)| (format!("{namespace}:{inner}"), path.clone())));
                let written = self.of_script(file, &text, &pipeline);
                all.push(Part { path, written: only_called(written), ..Part::default() });
            }
            wanted = next;
        }
        all
    }

    /// Scripts that pipelines, and scripts that these call, name by their paths, wherever they lie.
    fn called_scripts(&self, source: &impl Source, parts: &[Part], included: &[Part]) -> Vec<Part> {
        let pipelines = parts.iter().chain(included).filter_map(|part| part.pipeline.as_ref());
        let mut named: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (pipeline, text) in pipelines {
            for job in &pipeline.jobs {
                pipeline.running(job, text).for_each(|(_, line)| take_scripts(line, &mut named));
            }
        }
        for text in parts.iter().filter_map(|part| part.script.as_ref()) {
            text.lines().for_each(|line| take_scripts(line, &mut named));
        }
        if named.is_empty() {
            return Vec::new();
        }
        let is_named = |file: &&Listed| {
            let ends = |named: &BTreeSet<String>| named.iter().any(|end| ends_with_path(&file.path, end));
            file.class != PathClass::Vendor
                && !file.uses.contains(&Use::Script)
                && named.get(file.name()).is_some_and(ends)
        };
        let mut files: Vec<&Listed> = source.files().iter().filter(is_named).collect();
        self.budget.cut(source, &mut files, |file| &file.path);
        files.into_par_iter().filter_map(|file| self.called_script(source, file)).collect()
    }

    fn called_script(&self, source: &impl Source, file: &Listed) -> Option<Part> {
        let text = source.text(&file.path).ok()?;
        let file = Listed { class: self.class_when_called(&file.path), ..file.clone() };
        let deploys = self.heads().is_some_and(|heads| heads.is_match(&*text));
        let written = deploys
            .then(|| self.of_script(&file, &text, &Pipeline::read_at(&file.path, &text, self.terms())));
        let written = only_called(written.unwrap_or_default());
        Some(Part { path: file.path, written, script: Some(text), ..Part::default() })
    }

    /// What a file contributes by its presence.
    fn of_sign(&self, sign: &Sign<'_>) -> Option<Part> {
        let Use::Deploys(row) = sign.of else { return None };
        let deploy = Deploy {
            target: self.table.sign[row].target.clone(),
            words: self.table.sign[row].says.clone(),
            by: DeployedBy::Sign,
            class: self.paths.class_in_use(sign.file),
            place: Place { path: sign.file.path.clone(), line: sign.line },
            ..Deploy::default()
        };
        let gives = Some(Vec::new());
        let written = vec![Written { deploy, called: None, is_only_called: false, lacks: None, gives }];
        Some(Part { path: sign.file.path.clone(), written, ..Part::default() })
    }

    /// The files that pipelines take in, and those that these take in.
    fn included(&self, source: &impl Source, parts: &[Part]) -> Vec<Part> {
        let named = |part: &Part| {
            part.pipeline.as_ref().map(|(pipeline, _)| pipeline.included.clone()).unwrap_or_default()
        };
        let mut known: BTreeSet<String> =
            parts.iter().filter(|part| part.pipeline.is_some()).map(|part| part.path.clone()).collect();
        let mut wanted: Vec<String> = parts.par_iter().flat_map_iter(named).collect();
        let mut all = Vec::new();
        for _ in 0..DEEPEST {
            if wanted.is_empty() {
                break;
            }
            wanted.sort_unstable();
            wanted.dedup();
            if wanted.len() > MOST_INCLUDES {
                wanted.truncate(MOST_INCLUDES);
                let reason =
                    format!("pipelines take in more than {MOST_INCLUDES} files; the others are left out");
                source.left_out(".", &reason);
            }
            let patterns = Patterns::any_of(&wanted);
            let files = source.files().par_iter();
            let new = files.filter(|file| {
                is_yaml(&file.path)
                    && file.class != PathClass::Vendor
                    && patterns.fit(&file.path)
                    && !known.contains(&file.path)
            });
            let mut new: Vec<&Listed> = new.collect();
            self.budget.cut(source, &mut new, |file| &file.path);
            let new = new.into_par_iter().filter_map(|file| self.included_part(source, file));
            let new: Vec<Part> = new.collect();
            known.extend(new.iter().map(|part| part.path.clone()));
            wanted = new.par_iter().flat_map_iter(named).collect();
            all.extend(new);
        }
        all
    }

    /// Whatever its folder is called, such a file is a part of the pipeline that takes it in.
    fn included_part(&self, source: &impl Source, file: &Listed) -> Option<Part> {
        let text = source.text(&file.path).ok()?;
        let file = Listed { class: PathClass::Main, ..file.clone() };
        let pipeline = Pipeline::read_at(&file.path, &text, self.terms());
        if let Some(trouble) = &pipeline.trouble {
            source.left_out(&file.path, trouble);
        }
        let written = self.of_pipeline(&file, &text, &pipeline);
        Some(Part { path: file.path, written, pipeline: Some((pipeline, text)), ..Part::default() })
    }

    fn take_system(&self, row: usize, file: &Listed, text: &str, pipeline: &Pipeline, part: &mut Part) {
        let words = &self.systems[row];
        if file.class == PathClass::Main && (words.are_none() || words.are_in(text)) {
            let place = Place { path: file.path.clone(), line: 0 };
            part.systems.push((self.table.system[row].name.clone(), place));
            part.written.extend(self.of_pipeline(file, text, pipeline));
        }
    }

    fn of_pipeline(&self, file: &Listed, text: &str, pipeline: &Pipeline) -> Vec<Written> {
        let mut written = self.deploys(file, text, pipeline);
        written.retain(|written| written.lacks.is_none());
        if pipeline.is_refused {
            written.iter_mut().for_each(|written| written.deploy.by = DeployedBy::Script);
        }
        written
    }

    fn of_script(&self, file: &Listed, text: &str, pipeline: &Pipeline) -> Vec<Written> {
        let mut all = self.deploys(file, text, pipeline);
        let lines: BTreeSet<usize> = all.iter().map(|written| written.deploy.place.line).collect();
        let called = called::of_script(&file.path, text, &lines);
        for written in &mut all {
            written.deploy.by = DeployedBy::Script;
            let by_name = || called.get(&written.deploy.place.line).cloned();
            written.called = written.called.take().or_else(by_name);
        }
        all
    }

    /// The deployments in a text, each with the rule of which its job has not the words that make it one.
    fn deploys(&self, file: &Listed, text: &str, pipeline: &Pipeline) -> Vec<Written> {
        let Some(heads) = self.heads() else { return Vec::new() };
        let mut lines = commands::lines_with(text, heads);
        lines.retain(|(number, line)| pipeline.runs(*number) && !commands::only_describes(line));
        let spread = pipeline.spread.iter().filter(|(_, command)| heads.is_match(command));
        lines.extend(spread.map(|(number, command)| (*number, command.as_str())));
        lines.sort_by_key(|(number, _)| *number);
        let all: Vec<&str> = if lines.is_empty() { Vec::new() } else { text.lines().collect() };
        let mut found = Vec::new();
        for job in &pipeline.jobs {
            let from = lines.partition_point(|(number, _)| *number < job.lines.start);
            let here = &lines[from..lines.partition_point(|(number, _)| *number < job.lines.end)];
            if here.is_empty() {
                continue;
            }
            let of_all = || self.aside(pipeline.scope.as_deref()?);
            let of_job = self.folders_of(pipeline, job).or_else(of_all);
            for (index, rule) in self.rules.iter().enumerate() {
                if is_yaml(file.name()) && rule.is_undone(pipeline, job, text) {
                    continue;
                }
                let of_rule = &text[job.text.clone()];
                let lacks = rule.lacks(pipeline, job, text).then_some(index);
                let deploys = rule.deploys(of_rule, here, &all);
                found.extend(deploys.map(|(line, words)| {
                    let folder =
                        self.is_partial(rule).then(|| self.folder_of(pipeline, job, line, &all)).flatten();
                    let deploy = Deploy { folder, ..self.deploy(rule, words, file, line) };
                    let of_line = || self.aimed_at(all.get(line - 1).copied().unwrap_or_default());
                    let of_preview = pipeline.is_for_previews(line).then_some(PathClass::Test);
                    let class = of_preview.or(of_job).or_else(of_line).unwrap_or(deploy.class);
                    let called = pipeline.called(line).map(str::to_owned);
                    let gives = self.gives(rule, words, line, &all, deploy.folder.as_deref());
                    let deploy = Deploy { class, ..deploy };
                    Written { deploy, called, is_only_called: false, lacks, gives }
                }));
            }
            if found.len() >= MOST_DEPLOYS {
                break;
            }
        }
        found.truncate(MOST_DEPLOYS);
        found
    }

    /// What the folder that a command goes to or is given says of what it deploys: documentation and examples are not the
    /// product.
    fn aimed_at(&self, line: &str) -> Option<PathClass> {
        let line = commands::begin(line);
        let given = commands::folder_given(line, &self.table.clusters.apply);
        [commands::folder_entered(line), given].into_iter().flatten().find_map(|folder| self.aside(folder))
    }

    /// The same of the folders that a job works in, where all are such.
    fn folders_of(&self, pipeline: &Pipeline, job: &Job) -> Option<PathClass> {
        let mut folders = pipeline.folders(job);
        let first = self.aside(folders.next()?)?;
        folders.all(|folder| self.aside(folder).is_some()).then_some(first)
    }

    fn aside(&self, path: &str) -> Option<PathClass> {
        let parts = path.trim_matches(['"', '\'']).split('/');
        let class = parts.filter_map(|part| self.paths.class_of_folder(part)).next()?;
        matches!(class, PathClass::Documentation | PathClass::Example).then_some(class)
    }

    fn terms(&self) -> Terms<'_> {
        Terms { home: self.home, changes: &self.table.changes }
    }

    fn heads(&self) -> Option<&AhoCorasick> {
        let words = || self.table.deploy.iter().flat_map(|deploy| Commands::heads(&deploy.words));
        self.heads.get_or_init(|| patterns::gate(words())).as_ref()
    }

    fn deploy(&self, rule: &Rule<'_>, words: &str, file: &Listed, line: usize) -> Deploy {
        Deploy {
            target: rule.target.to_owned(),
            words: words.to_owned(),
            by: DeployedBy::Pipeline,
            class: self.paths.class_in_use(file),
            place: Place { path: file.path.clone(), line },
            ..Deploy::default()
        }
    }

    /// The folder of the repository that a command is about: that it is given, that was changed to before, that its job works in,
    /// or that the whole pipeline is about.
    fn folder_of(&self, pipeline: &Pipeline, job: &Job, line: usize, all: &[&str]) -> Option<String> {
        let lines = |range: std::ops::Range<usize>| all.get(range).unwrap_or_default().iter().rev();
        let before = || lines(job.lines.start.saturating_sub(1).min(line)..line);
        let given = lines(line.saturating_sub(1)..line)
            .find_map(|line| commands::folder_given(line, &self.table.clusters.apply));
        let entered = given.or_else(|| before().find_map(|line| commands::folder_entered(line)));
        let of_job = || {
            let mut folders = pipeline.folders(job);
            let first = folders.next()?;
            folders.all(|folder| folder == first).then_some(first)
        };
        let folder = entered.or_else(of_job).or(pipeline.scope.as_deref())?;
        paths::join("", folder).filter(|folder| !folder.is_empty() && !folder.contains(['$', '*']))
    }

    /// What a command gives to a cluster, as paths from a folder and from the top; what leads elsewhere, or makes its objects
    /// itself, gives nothing.
    fn gives(
        &self,
        rule: &Rule<'_>,
        words: &str,
        line: usize,
        all: &[&str],
        folder: Option<&str>,
    ) -> Option<Vec<Given>> {
        let clusters = &self.table.clusters;
        let is_by = |programs: &[String]| programs.iter().any(|program| program == first_word(words));
        if rule.target != clusters.target || is_by(&clusters.make) || rule.looks.is_some() {
            return Some(Vec::new());
        }
        if !is_by(&clusters.apply) {
            return None;
        }
        let command: Vec<&str> = commands::continued(all, line - 1).map(commands::begin).collect();
        let given = commands::given_to_a_cluster(&command.join(" "))?;
        let places = given.iter().flat_map(|given| {
            let places = [folder, Some("")]
                .into_iter()
                .flatten()
                .filter_map(|folder| paths::join(folder, &given.path));
            places.map(|path| Given { path, ..given.clone() })
        });
        Some(places.collect())
    }

    /// Whether what a rule finds may be the deployment of one of several pieces.
    fn is_partial(&self, rule: &Rule<'_>) -> bool {
        !self.table.whole.iter().any(|whole| whole == rule.target)
    }
}

impl Rule<'_> {
    /// Whether a job has none of the words that make a command of it a deployment.
    fn lacks(&self, pipeline: &Pipeline, job: &Job, text: &str) -> bool {
        let Some(looks) = &self.looks else {
            return !self.with.are_none() && !self.with.are_in(&text[job.text.clone()]);
        };
        let is_command = |line: &str| {
            !commands::only_describes(line)
                && manifest::entry(line).is_none_or(|entry| RUN.contains(&entry.key))
        };
        let lines = pipeline.running(job, text).map(|(_, line)| line).filter(|line| is_command(line));
        let mut steps = lines.flat_map(|line| line.split(['|', ';', '&']));
        !steps.any(|step| {
            self.with.are_in(step) && looks.find(step).is_none() && self.commands.find(step).is_none()
        })
    }

    /// Whether a job takes away again what it made, which was for a test, unless somebody chooses which of both it does.
    fn is_undone(&self, pipeline: &Pipeline, job: &Job, text: &str) -> bool {
        let mut lines = pipeline.running(job, text).filter(|(number, _)| pipeline.always_runs(*number));
        !self.undone.are_none()
            && self.undone.are_in(&text[job.text.clone()])
            && lines.any(|(_, line)| self.undone.are_in(line))
    }

    /// The commands in some lines of a job; `all` lines of its file tell how a command goes on.
    fn deploys<'r>(
        &'r self,
        job: &str,
        lines: &'r [(usize, &'r str)],
        all: &'r [&'r str],
    ) -> impl Iterator<Item = (usize, &'r str)> {
        let is_other = self.without.are_in(job);
        let is_rehearsal = |number: usize, line: &str| {
            let mut lines = commands::continued(all, number - 1).chain([line]);
            lines.any(|line| self.without_in_line.are_in(line))
        };
        let lines = lines.iter().filter(move |_| !is_other);
        let found = lines.filter_map(move |(number, line)| {
            let words = self.commands.find(line)?;
            (!is_rehearsal(*number, line)).then_some((*number, words))
        });
        found.take(MOST_DEPLOYS)
    }
}

fn first_word(words: &str) -> &str {
    words.split(' ').next().unwrap_or(words)
}

fn listed<'s>(source: &'s impl Source, path: &str) -> Option<&'s Listed> {
    let files = source.files();
    let place = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    files.get(place).filter(|file| file.class != PathClass::Vendor)
}

/// What counts only where a pipeline calls it.
fn only_called(written: Vec<Written>) -> Vec<Written> {
    written.into_iter().map(|one| Written { is_only_called: true, ..one }).collect()
}

/// Takes the scripts of a shell that a line names, by their last parts.
fn take_scripts(line: &str, named: &mut HashMap<String, BTreeSet<String>>) {
    const ENDS: [&str; 3] = [".sh", ".bash", ".ps1"];
    let line = commands::begin(line);
    if named.len() >= MOST_INCLUDES
        || !ENDS.iter().any(|end| line.contains(end))
        || commands::only_describes(line)
    {
        return;
    }
    let words =
        line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '(' | ')' | '=' | ','));
    for path in words.filter(|word| ENDS.iter().any(|end| word.ends_with(end))) {
        // What stands before a variable is where the repository lies.
        let fixed = path
            .rsplit_once(['}', '$'])
            .map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, rest)| rest));
        let parts: Vec<&str> = fixed.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
        if let Some(name) = parts.last() {
            let of_name = named.entry((*name).to_owned()).or_default();
            if of_name.len() < MOST_OF_A_NAME {
                of_name.insert(parts.join("/"));
            }
        }
    }
}

/// Paths that scripts of one name are known by.
const MOST_OF_A_NAME: usize = 20;

/// Whether a path ends with another, part by part.
fn ends_with_path(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// What a file says by its presence of where the software runs.
fn says<'t>(table: &'t CiTable, sign: &Sign<'_>) -> Option<&'t str> {
    match sign.of {
        Use::Deploys(row) => table.sign.get(row).map(|sign| sign.says.as_str()),
        _ => None,
    }
}

/// Whether a file is a pipeline of the repository's own, or a part of one.
fn is_pipeline(file: &Listed) -> bool {
    let is_of_system = file.uses.iter().any(|of| matches!(of, Use::System(_)));
    file.class == PathClass::Main && (is_of_system || is_action(&file.path))
}

/// Whether a file is an action of the repository's own, which its pipelines run.
fn is_action(path: &str) -> bool {
    path.starts_with(".github/actions/")
}

/// Each system once, and each command once a file. What a pipeline runs is a part of it; what it only declares and nothing
/// calls is left out.
fn gather(parts: Vec<Part>, reader: &Reader<'_>, places: &Budget) -> (Ci, Applied) {
    let rules = &reader.rules;
    let written = parts.iter().flat_map(|part| &part.written);
    let called: BTreeSet<String> = written.filter_map(|written| written.called.clone()).collect();
    let pipelines = parts.iter().filter_map(|part| part.pipeline.as_ref());
    let pipelines = pipelines.filter(|(pipeline, _)| !pipeline.is_refused);
    let all_jobs =
        pipelines.flat_map(|(pipeline, text)| pipeline.jobs.iter().map(move |job| (pipeline, job, &**text)));
    let has_words =
        |pipeline: &Pipeline, job: &Job, text: &str, rule: usize| !rules[rule].lacks(pipeline, job, text);
    let bodies = || {
        let scripts = parts.iter().filter_map(|part| Some((&part.path, part.script.as_ref()?)));
        scripts.flat_map(|(path, text)| bodies::of(path, text, reader.terms())).collect()
    };
    let said = Said::of(called, all_jobs, bodies, rules.len(), has_words);
    let mut all = Ci::default();
    let mut applied = Applied::default();
    let (mut systems, mut deploys) = (BTreeSet::new(), BTreeSet::new());
    for part in parts {
        all.systems.extend(part.systems.into_iter().filter(|(name, _)| systems.insert(name.clone())));
        for Written { mut deploy, called, is_only_called, lacks, gives } in part.written {
            let is_run = called.as_deref().map(|called| said.has(called, lacks));
            if is_only_called && is_run != Some(true) {
                continue;
            }
            if is_run == Some(true) && deploy.by == DeployedBy::Script && deploy.class == PathClass::Test {
                deploy.class = reader.class_when_called(&deploy.place.path);
            }
            let is_passing =
                deploy.class == PathClass::Test || deploy.by == DeployedBy::Pipeline && is_run == Some(false);
            applied.add(gives, is_passing);
            match (deploy.by, is_run) {
                (DeployedBy::Script, Some(true)) => deploy.by = DeployedBy::Pipeline,
                (DeployedBy::Script, _) if lacks.is_some() => continue,
                (DeployedBy::Pipeline, Some(false)) => continue,
                _ => {}
            }
            if deploys.insert((deploy.target.clone(), deploy.words.clone(), deploy.place.path.clone()))
                && places.take(1)
            {
                all.deploys.push(deploy);
            }
        }
    }
    (all, applied)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::rules::Rules;
    use super::super::tables::Tables;
    use super::*;

    impl Terms<'static> {
        /// Those that the program ships with, of a repository that is at home nowhere.
        pub(super) fn builtin() -> Self {
            static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);
            static HOME: LazyLock<Home> = LazyLock::new(Home::default);
            Self { home: &HOME, changes: &RULES.tables.ci.changes }
        }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn shipping() -> CiTable {
        let kubernetes = DeployWords {
            target: "kubernetes".to_owned(),
            words: words(&["kubectl * apply", "helm upgrade"]),
            without: words(&["kind create cluster"]),
            ..DeployWords::default()
        };
        let compose = DeployWords {
            target: "compose".to_owned(),
            words: words(&["docker compose up"]),
            with: words(&["ssh "]),
            ..DeployWords::default()
        };
        CiTable { deploy: vec![kubernetes, compose], ..CiTable::default() }
    }

    fn found(name: &str, text: &str) -> Vec<Deploy> {
        let (table, paths, home) = (shipping(), Paths::new(&Tables::default()), Home::default());
        let file = paths.listed(name.to_owned(), PathClass::Main);
        let found =
            Reader::new(&paths, &table, &home, &[]).of_pipeline(&file, text, &Pipeline::read(name, text));
        found.into_iter().map(|Written { deploy, .. }| deploy).collect()
    }

    fn deploys(name: &str, text: &str) -> Vec<(String, usize)> {
        found(name, text).into_iter().map(|deploy| (deploy.words, deploy.place.line)).collect()
    }

    #[test]
    fn a_job_that_makes_its_own_cluster_tests_and_the_one_beside_it_deploys() {
        let text = "jobs:\n  test:\n    steps:\n      - run: kind create cluster\n      - run: kubectl apply -f x\n  ship:\n    steps:\n      - run: helm upgrade x\n";
        assert_eq!(deploys("ci.yml", text), [("helm upgrade".to_owned(), 8)]);
    }

    #[test]
    fn options_may_stand_between_the_words_of_a_command() {
        assert_eq!(deploys("Makefile", "x:\n\tkubectl -n a apply -f b\n"), [("kubectl apply".to_owned(), 2)]);
        assert!(deploys("Makefile", "x:\n\tkubectl -n apply-it logs\n").is_empty());
    }

    #[test]
    fn a_start_on_the_own_machine_is_no_deployment() {
        assert!(deploys("Makefile", "up:\n\tdocker compose up -d\n").is_empty());
        let text = "ship:\n\tssh host docker compose up -d\n";
        assert_eq!(deploys("Makefile", text), [("docker compose up".to_owned(), 2)]);
    }

    #[test]
    fn a_job_or_step_that_is_switched_off_deploys_nothing() {
        let job = "jobs:\n  ship:\n    if: false\n    steps:\n      - run: helm upgrade x\n";
        assert!(deploys("ci.yml", job).is_empty());
        let after = "jobs:\n  ship:\n    steps:\n      - run: helm upgrade x\n    if: ${{ false }}\n";
        assert!(deploys("ci.yml", after).is_empty());
        let step = "jobs:\n  ship:\n    steps:\n      - run: helm upgrade x\n        if: false\n      - run: kubectl apply -f y\n";
        assert_eq!(deploys("ci.yml", step), [("kubectl apply".to_owned(), 6)]);
        let never = "ship:\n  script:\n    - helm upgrade x\n  when: never\nother:\n  script:\n    - kubectl apply -f y\n";
        assert_eq!(deploys(".gitlab-ci.yml", never), [("kubectl apply".to_owned(), 7)]);
    }

    #[test]
    fn what_is_no_pipeline_that_a_system_takes_deploys_as_a_script_may() {
        let by = |text: &str| found("ci.yml", text).iter().map(|deploy| deploy.by).collect::<Vec<_>>();
        assert_eq!(by("ship:\n  run: kubectl apply\n"), [DeployedBy::Pipeline]);
        assert_eq!(by("ship: [\n  run: kubectl apply\n  if: }\n"), [DeployedBy::Script]);
    }

    #[test]
    fn who_only_speaks_of_a_command_does_not_run_it() {
        let text = "# kubectl apply\n- name: kubectl apply\nx: my-kubectl apply\necho kubectl apply\n";
        assert!(deploys("ci.yml", text).is_empty());
    }
}
