//! A pipeline, read once: its jobs, which of its lines run, and what it takes in.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use memchr::{memchr_iter, memmem};

use super::super::paths::{folder, is_yaml, join};
use super::super::yaml::mend::{self, Broken};
use super::super::yaml::{Entry, Map, Node, Value};
use super::condition::Constants;
use super::{Terms, commands, jenkins};

/// What a file of a CI system says, or a script, which is a single job.
#[derive(Default)]
pub(super) struct Pipeline {
    pub(super) jobs: Vec<Job>,
    /// How each line is come to.
    lines: Vec<Way>,
    /// What has to be said for what only runs when it is called.
    called: Vec<String>,
    /// Commands that are spread over an image and a list of arguments, each with a line of it.
    pub(super) spread: Vec<(usize, String)>,
    /// The paths of files that it takes in, which may have stars in them. They need not be there.
    pub(super) included: Vec<String>,
    /// The paths of files with tasks that it takes in, each with what their names are put behind.
    pub(super) tasks: Vec<(String, String)>,
    /// What it takes in of other repositories.
    pub(super) elsewhere: Vec<String>,
    /// The folders that commands are run in, by the lines that say so.
    folders: BTreeMap<usize, String>,
    /// The folder that the whole is about: that all jobs work in, or of the changes that start it.
    pub(super) scope: Option<String>,
    /// What could not be read of it.
    pub(super) trouble: Option<String>,
    /// Whether nothing tells which of its lines run, since it is no YAML: its system would refuse it.
    pub(super) is_refused: bool,
}

/// A part of a pipeline that runs on its own.
pub(super) struct Job {
    pub(super) lines: Range<usize>,
    pub(super) text: Range<usize>,
}

/// How a line is come to; of several ways the one counts that asks for least.
#[derive(Clone, Copy, Default)]
struct Way {
    runs: Runs,
    /// Whether no condition of its step decides.
    is_open: bool,
    /// Whether it runs for more than changes that are proposed, and tests.
    is_for_good: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Runs {
    #[default]
    Never,
    IfCalled(usize),
    ByItself,
}

impl Way {
    const OPEN: Self = Self { runs: Runs::ByItself, is_open: true, is_for_good: true };

    /// The same, unless it is only for changes that are proposed.
    fn unless(self, is_for_a_change: bool) -> Self {
        Self { is_for_good: self.is_for_good && !is_for_a_change, ..self }
    }
}

impl Pipeline {
    #[cfg(test)]
    pub(super) fn read(path: &str, text: &str) -> Self {
        Self::read_at(path, text, Terms::builtin())
    }

    /// Reads a file of a repository that is at home somewhere.
    pub(super) fn read_at(path: &str, text: &str, terms: Terms<'_>) -> Self {
        Self::read_in(path, text, terms, None)
    }

    /// Reads a file of tasks that another takes in, with what it puts their names behind.
    pub(super) fn read_tasks(path: &str, text: &str, namespace: &str, terms: Terms<'_>) -> Self {
        Self::read_in(path, text, terms, Some(namespace))
    }

    fn read_in(path: &str, text: &str, terms: Terms<'_>, namespace: Option<&str>) -> Self {
        let mut pipeline = if !is_yaml(path) {
            let script = Self::of_script(text, jenkins::never_run(text))
                .with_previews(jenkins::previews(text, terms.changes));
            Self { elsewhere: jenkins::libraries(text), ..script }
        } else {
            match mend::read(&path.into(), text) {
                Ok(reading) => Self {
                    trouble: reading.trouble,
                    ..Self::of(path, text, &reading.documents, terms, namespace)
                },
                Err(Broken { trouble, .. }) => {
                    let trouble = format!("{trouble}; read line by line, as a script that somebody may run");
                    let script = Self::of_script(text, Vec::new());
                    Self { trouble: Some(trouble), is_refused: true, ..script }
                }
            }
        };
        pipeline.never_run(commands::written_down(text));
        pipeline
    }

    fn of_script(text: &str, off: Vec<Range<usize>>) -> Self {
        let lines = vec![Way::OPEN; text.lines().count()];
        let mut script = Self { jobs: jobs(vec![1], text), lines, ..Self::default() };
        script.never_run(off);
        script
    }

    fn of(path: &str, text: &str, documents: &[Rc<Node>], terms: Terms<'_>, namespace: Option<&str>) -> Self {
        let pipeline = Self {
            jobs: jobs(documents.iter().flat_map(|document| begins(document)).collect(), text),
            lines: vec![Way::default(); text.lines().count()],
            ..Self::default()
        };
        let constants = Constants::of_mappings(documents, text, terms.home);
        let (declared, named) = (HashMap::new(), Vec::new());
        let mut walk = Walk { path, text, terms, constants, namespace, pipeline, declared, named };
        documents.iter().for_each(|document| walk.document(document));
        walk.pipeline
    }

    fn never_run(&mut self, ranges: Vec<Range<usize>>) {
        for range in ranges {
            let end = range.end.saturating_sub(1).min(self.lines.len());
            self.lines[(range.start - 1).min(end)..end].fill(Way::default());
        }
    }

    fn with_previews(mut self, ranges: Vec<Range<usize>>) -> Self {
        for line in ranges.into_iter().flatten() {
            if let Some(way) = self.lines.get_mut(line - 1) {
                way.is_for_good = false;
            }
        }
        self
    }

    fn line(&self, number: usize) -> Way {
        self.lines.get(number.wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// Whether a line runs, at least when it is called.
    pub(super) fn runs(&self, line: usize) -> bool {
        self.line(line).runs != Runs::Never
    }

    /// Whether a line runs, and no condition of its step decides on that.
    pub(super) fn always_runs(&self, line: usize) -> bool {
        self.line(line).is_open
    }

    /// Whether what a line deploys goes away again: it only runs for changes that are proposed, or for tests.
    pub(super) fn is_for_previews(&self, line: usize) -> bool {
        self.runs(line) && !self.line(line).is_for_good
    }

    /// The lines of a job that run, with their numbers.
    pub(super) fn running<'t>(&self, job: &Job, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
        let lines = job.lines.clone().zip(text[job.text.clone()].lines());
        lines.filter(|(number, _)| self.runs(*number))
    }

    /// What has to be said for a line to run, unless it runs by itself.
    pub(super) fn called(&self, line: usize) -> Option<&str> {
        match self.line(line).runs {
            Runs::IfCalled(index) => self.called.get(index).map(String::as_str),
            Runs::Never | Runs::ByItself => None,
        }
    }

    /// The folders that the commands of a job are run in.
    pub(super) fn folders(&self, job: &Job) -> impl Iterator<Item = &str> {
        self.folders.range(job.lines.clone()).map(|(_, folder)| folder.as_str())
    }
}

/// The folder of what a job works on that is called after documentation.
const DOCUMENTATION: &str = "docs";
/// Keys at the margin that hold jobs or the like.
const HOLD_JOBS: [&str; 9] =
    ["jobs", "steps", "pipeline", "pipelines", "stages", "phases", "workflows", "tasks", "commands"];

/// The lines in which the jobs of a document begin: what stands under a key at the margin, or in one that holds jobs. What
/// has a list of steps is one job.
fn begins(document: &Node) -> Vec<usize> {
    let mut lines = vec![document.mark.line];
    let Some(map) = document.map() else { return lines };
    if map.get("steps").is_some_and(|steps| matches!(steps.node.value, Value::List(_))) {
        return lines;
    }
    for (key, entry) in map {
        lines.push(entry.mark.line);
        match &entry.node.value {
            Value::Map(jobs) if HOLD_JOBS.contains(&&**key) => {
                lines.extend(jobs.values().map(|job| job.mark.line));
            }
            Value::List(jobs) if HOLD_JOBS.contains(&&**key) => {
                lines.extend(jobs.iter().map(|job| job.mark.line));
            }
            _ => {}
        }
    }
    lines
}

/// The jobs of a text that begin in some lines; the first has what stands before it.
fn jobs(mut begins: Vec<usize>, text: &str) -> Vec<Job> {
    let starts: Vec<usize> =
        [0].into_iter().chain(memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1)).collect();
    begins.push(1);
    begins.push(text.lines().count() + 1);
    begins.sort_unstable();
    begins.dedup();
    let start = |line: usize| starts.get(line - 1).copied().unwrap_or(text.len());
    let jobs =
        begins.windows(2).map(|pair| Job { lines: pair[0]..pair[1], text: start(pair[0])..start(pair[1]) });
    jobs.collect()
}

/// Goes every way through a pipeline, also by aliases and merge keys, and notes what is come to.
struct Walk<'d> {
    path: &'d str,
    text: &'d str,
    terms: Terms<'d>,
    constants: Constants<'d>,
    /// What the names of its tasks are put behind, where it is taken in by a file of tasks.
    namespace: Option<&'d str>,
    pipeline: Pipeline,
    /// Jobs and commands that run where they are named, with how they were named so far.
    declared: HashMap<&'d str, (Vec<&'d Entry>, Named)>,
    named: Vec<(&'d Entry, Way)>,
}

/// How something is named that is declared elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Named {
    #[default]
    Never,
    ForAChange,
    ForGood,
}

impl<'d> Walk<'d> {
    fn document(&mut self, document: &'d Node) {
        let Some(map) = document.map() else { return self.value(document, Way::OPEN) };
        let events = map.get("on").and_then(|on| names(&on.node));
        // GitLab says under `workflow` when there is a pipeline at all.
        let all = [Some(map), map.get("workflow").and_then(|workflow| workflow.node.map())];
        if events.as_ref().is_some_and(Vec::is_empty) || all.into_iter().flatten().any(|all| self.is_off(all))
        {
            return;
        }
        let is_workflow = self.path.starts_with('.') && self.path.contains("/workflows/");
        let on = map.get("on").filter(|_| is_workflow).map(|on| &*on.node);
        let runs = events.filter(|_| is_workflow).map_or(Runs::ByItself, |events| self.started_by(&events));
        let is_for_a_change = on.is_some_and(|on| self.is_started_by_a_change(on))
            || all.into_iter().flatten().any(|map| self.terms.changes.is_for_a_change(map))
            || text(map, "name").is_some_and(|name| self.terms.changes.is_passing(name));
        let way = Way { runs, ..Way::OPEN }.unless(is_for_a_change);
        let paths = on.and_then(|on| on.at(&["push", "paths"])).and_then(|paths| names(&paths.node));
        let of_changes =
            paths.into_iter().flatten().filter_map(scoped).reduce(|one, other| common(&one, &other));
        let of_jobs =
            map.get("defaults").and_then(|all| all.node.at(&["run", "working-directory"])?.node.text());
        self.pipeline.scope = of_jobs.map(str::to_owned).or(of_changes);
        let is_declared = |key: &str| match key {
            "jobs" | "commands" => self.path.starts_with(".circleci/") && map.contains_key("workflows"),
            "definitions" => self.path.starts_with("bitbucket-pipelines"),
            _ => false,
        };
        let (declared, run): (Vec<_>, Vec<_>) = map.iter().partition(|(key, _)| is_declared(key));
        for (name, entry) in declared.into_iter().filter_map(|(_, entry)| entry.node.map()).flatten() {
            self.declared.entry(name).or_default().0.push(entry);
        }
        for (key, entry) in run {
            self.part(key, entry, way);
        }
        while let Some((entry, named)) = self.named.pop() {
            self.run(entry, way.unless(!named.is_for_good));
        }
    }

    /// When the jobs of a workflow of GitHub run.
    fn started_by(&mut self, events: &[&str]) -> Runs {
        match events.iter().all(|event| *event == "workflow_call") {
            true => self.if_called(format!("./{}", self.path)),
            false => Runs::ByItself,
        }
    }

    /// Whether a workflow of GitHub only runs for changes that are proposed, and not when one is taken in.
    fn is_started_by_a_change(&self, on: &Node) -> bool {
        let takes_in = |sign: &str| memmem::find(self.text.as_bytes(), sign.as_bytes()).is_some();
        let is_of_a_change = |event: &str| match event {
            "push" => on.get("push").is_some_and(|push| self.terms.changes.is_push_of_a_change(&push.node)),
            event => ["pull_request", "pull_request_target"].contains(&event),
        };
        let events = names(on).unwrap_or_default();
        let is_push_alone = events == ["push"];
        events.into_iter().all(is_of_a_change)
            && (is_push_alone || !takes_in("merged") && !takes_in("closed"))
    }

    fn if_called(&mut self, called: String) -> Runs {
        self.pipeline.called.push(called);
        Runs::IfCalled(self.pipeline.called.len() - 1)
    }

    /// What stands under a key at the margin. Templates of GitLab begin with a dot, and tasks are called by their names.
    fn part(&mut self, key: &'d str, entry: &'d Entry, way: Way) {
        let is_taskfile = self.path.rsplit('/').next().is_some_and(|name| name.starts_with("Taskfile"));
        if is_taskfile && key == "includes" {
            self.pipeline.tasks = included_tasks(self.path, &entry.node);
        }
        let is_of_tasks = key == "tasks" && (is_taskfile || self.namespace.is_some());
        match entry.node.map().filter(|_| is_of_tasks) {
            Some(tasks) => {
                let before = self.namespace.map(|namespace| format!("{namespace}:")).unwrap_or_default();
                for (name, task) in tasks {
                    let runs = self.if_called(format!("task {before}{name}"));
                    self.entry(name, task, Way { runs, ..way });
                }
            }
            None if key.starts_with('.') => {
                let runs = self.if_called(key.to_owned());
                self.entry(key, entry, Way { runs, ..way });
            }
            None => match entry.node.map().filter(|_| key == "jobs") {
                Some(jobs) => {
                    self.mark(entry.mark.line..=entry.mark.line, way);
                    self.jobs(jobs, way);
                }
                None => self.entry(key, entry, way.unless(self.terms.changes.is_passing(key))),
            },
        }
    }

    fn entry(&mut self, key: &'d str, entry: &'d Entry, way: Way) {
        if is_said(key) && entry.node.text().is_some() {
            return;
        }
        let here = &self.path;
        let paths = entry.node.items();
        let paths = paths.iter().filter_map(|path| path.text());
        match key {
            "uses" => {
                let (own, others): (Vec<&str>, Vec<&str>) = paths.partition(|path| path.starts_with("./"));
                self.pipeline.included.extend(own.into_iter().filter_map(action));
                self.pipeline.elsewhere.extend(others.into_iter().filter_map(workflow_of_others));
            }
            "include" => {
                self.pipeline.elsewhere.extend(included_of_others(&entry.node));
                self.pipeline.included.extend(paths.filter_map(from_top));
            }
            "local" => self.pipeline.included.extend(paths.filter_map(from_top)),
            "template" => {
                let (own, others): (Vec<&str>, Vec<&str>) =
                    paths.partition(|path| !path.contains('@') || path.ends_with("@self"));
                self.pipeline.included.extend(own.into_iter().filter_map(|path| beside(here, path)));
                self.pipeline
                    .elsewhere
                    .extend(others.into_iter().filter(|path| path.contains(".y")).map(str::to_owned));
            }
            "trigger" => self.pipeline.elsewhere.extend(triggered(&entry.node)),
            "working-directory" => {
                self.pipeline.folders.extend(paths.map(|path| (entry.mark.line, path.to_owned())));
            }
            _ => {}
        }
        self.run(entry, way.unless(key == "pull-requests"));
    }

    fn run(&mut self, entry: &'d Entry, way: Way) {
        self.mark(entry.mark.line..=entry.mark.line, way);
        self.value(&entry.node, way);
    }

    fn value(&mut self, node: &'d Node, way: Way) {
        match &node.value {
            Value::Null => {}
            Value::Text(_) => self.mark(node.mark.line..=node.last_line, way),
            Value::List(items) => {
                for item in items {
                    // What is named in a list runs there.
                    for name in names(item).into_iter().flatten() {
                        let is_filtered =
                            item.get(name).is_some_and(|job| self.terms.changes.is_filtered(&job.node));
                        self.name(name, way.unless(is_filtered));
                    }
                    let condition = item.map().and_then(|item| text(item, "if"));
                    let is_open = condition.is_none_or(|condition| condition.contains("always()"));
                    self.value(item, Way { is_open: way.is_open && is_open, ..way });
                }
            }
            Value::Map(map) => self.map(map, way),
        }
    }

    /// The jobs of a workflow, of which those that are called tests are tests.
    fn jobs(&mut self, jobs: &'d Map, way: Way) {
        for (name, job) in jobs {
            if self.terms.changes.is_of_documentation(name) {
                self.pipeline.folders.insert(job.mark.line, DOCUMENTATION.to_owned());
            }
            self.entry(name, job, way.unless(self.terms.changes.is_passing(name)));
        }
    }

    /// Runs what is declared elsewhere, unless it has already run for no less.
    fn name(&mut self, name: &str, way: Way) {
        let Some((entries, known)) = self.declared.get_mut(name) else { return };
        let named = if way.is_for_good { Named::ForGood } else { Named::ForAChange };
        if named > *known {
            *known = named;
            self.named.extend(entries.iter().map(|entry| (*entry, way)));
        }
    }

    fn map(&mut self, map: &'d Map, way: Way) {
        if self.is_off(map) {
            return;
        }
        let way = way.unless(self.terms.changes.is_for_a_change(map));
        self.pipeline.spread.extend(in_parts(map));
        self.pipeline.included.extend(task_of_concourse(map));
        let speaks_to_github =
            text(map, "uses").is_some_and(|uses| uses.starts_with("actions/github-script"));
        for (key, entry) in map {
            if key.as_ref() != "with" || !speaks_to_github {
                self.entry(key, entry, way);
            }
        }
    }

    fn mark(&mut self, lines: RangeInclusive<usize>, way: Way) {
        for line in lines {
            if let Some(known) = self.pipeline.lines.get_mut(line.wrapping_sub(1)) {
                known.runs = known.runs.max(way.runs);
                known.is_open |= way.is_open;
                known.is_for_good |= way.is_for_good;
            }
        }
    }

    /// Whether a mapping never runs: `if: false` and its kin, and rules of which none is ever met.
    fn is_off(&self, map: &Map) -> bool {
        let never_meets =
            |key: &str| text(map, key).is_some_and(|condition| self.constants.never_meet(condition));
        never_meets("if")
            || never_meets("condition")
            || matches!(text(map, "when"), Some("never" | "false"))
            || text(map, "enabled") == Some("false")
            || map.get("rules").is_some_and(|rules| self.no_rule_is_met(&rules.node))
    }

    /// Whether every rule of a list has a condition that is never met or says that the job is not to run.
    fn no_rule_is_met(&self, rules: &Node) -> bool {
        let Value::List(rules) = &rules.value else { return false };
        for rule in rules {
            let Some(rule) = rule.map() else { return false };
            let is_never = text(rule, "when") == Some("never");
            if !is_never && !text(rule, "if").is_some_and(|condition| self.constants.never_meet(condition)) {
                return false;
            }
            // No rule after this one is asked.
            if !["if", "changes", "exists"].iter().any(|condition| rule.contains_key(*condition)) {
                return true;
            }
        }
        !rules.is_empty()
    }
}

pub(super) fn text<'n>(map: &'n Map, key: &str) -> Option<&'n str> {
    map.get(key)?.node.text()
}

/// A name, or those in a list, or the keys of a mapping.
pub(super) fn names(node: &Node) -> Option<Vec<&str>> {
    match &node.value {
        Value::Null => None,
        Value::Text(text) => Some(vec![text]),
        Value::List(items) => Some(items.iter().filter_map(|item| item.text()).collect()),
        Value::Map(map) => Some(map.keys().map(|key| &**key).collect()),
    }
}

/// Whether a text under a key is said to somebody and not run: the name of a step, the `body` of a release, a message.
fn is_said(key: &str) -> bool {
    const SAID: [&str; 9] =
        ["body", "message", "comment", "desc", "notes", "summary", "title", "payload", "content"];
    let key = key.to_ascii_lowercase();
    key == "if" || key.ends_with("name") || SAID.iter().any(|word| key.contains(word))
}

/// The command of a step that says it in parts: the program is the entry point, else what the image is called.
fn in_parts(step: &Map) -> Option<(usize, String)> {
    let is_list = |entry: &&Entry| matches!(entry.node.value, Value::List(_));
    let line = ["args", "command"].iter().filter_map(|key| step.get(*key)).find(is_list)?.mark.line;
    let image = text(step, "image").or(text(step, "name"))?;
    let image = image.split(['@', ':']).next().unwrap_or(image);
    let parts = ["entrypoint", "command", "args"].iter().filter_map(|key| step.get(*key));
    let parts: Vec<Rc<Node>> = parts.flat_map(|part| part.node.items()).collect();
    let words = parts.iter().filter_map(|part| part.text()).filter(|word| !word.contains('\n'));
    let program = image.rsplit('/').next().filter(|_| !step.contains_key("entrypoint"));
    Some((line, program.into_iter().chain(words).collect::<Vec<_>>().join(" ")))
}

/// The file with a task of Concourse: before its path stands what it is an input of.
fn task_of_concourse(step: &Map) -> Option<String> {
    let (_, path) = text(step, "file").filter(|_| step.contains_key("task"))?.split_once('/')?;
    from_top(path)
}

/// The files with tasks that a Taskfile takes in, each with what the names of its tasks are put behind.
fn included_tasks(path: &str, includes: &Node) -> Vec<(String, String)> {
    let included = includes.map().into_iter().flatten().filter_map(|(namespace, entry)| {
        let named = entry.node.text().or_else(|| entry.node.get("taskfile")?.node.text())?;
        let file = join(folder(path), named)?;
        Some((namespace.to_string(), if is_yaml(&file) { file } else { format!("{file}/Taskfile.yml") }))
    });
    included.collect()
}

/// The folder that a pattern of paths speaks of; what pipelines are made of is none.
fn scoped(pattern: &str) -> Option<String> {
    let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or(pattern);
    let is_whole = fixed.len() == pattern.len();
    let folder = if is_whole && pattern.contains('.') { folder(fixed) } else { fixed.trim_end_matches('/') };
    (!pattern.starts_with(['.', '!'])).then(|| folder.to_owned())
}

/// The folder that two lie in.
fn common(one: &str, other: &str) -> String {
    let both = one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other);
    both.map(|(part, _)| part).collect::<Vec<_>>().join("/")
}

/// An action of the repository's own is named by its folder.
fn action(uses: &str) -> Option<String> {
    let folder = uses.strip_prefix("./")?.trim_end_matches('/');
    (!is_yaml(folder)).then(|| format!("{folder}/action.y*ml"))
}

/// The repository of a whole workflow that a job of GitHub runs: an action only does a step.
fn workflow_of_others(uses: &str) -> Option<String> {
    let (repository, _) =
        uses.split_once("/.github/workflows/").or_else(|| uses.split_once("/.gitea/workflows/"))?;
    Some(repository.to_owned())
}

/// The projects, components and addresses that a pipeline of GitLab includes.
fn included_of_others(include: &Rc<Node>) -> Vec<String> {
    let said = |item: &Rc<Node>| {
        let keys = ["project", "remote", "component"];
        let long = keys.iter().find_map(|key| Some(item.get(key)?.node.text()?.to_owned()));
        long.or_else(|| item.text().filter(|text| text.contains("://")).map(str::to_owned))
    };
    include.items().iter().filter_map(said).collect()
}

/// The project whose pipeline a job of GitLab starts.
fn triggered(trigger: &Node) -> Option<String> {
    let project = trigger.text().or_else(|| trigger.get("project")?.node.text())?;
    (project.contains('/') && !is_yaml(project) && !project.contains(['*', ' '])).then(|| project.to_owned())
}

fn from_top(named: &str) -> Option<String> {
    let is_here = is_yaml(named) && !named.contains("://");
    is_here.then(|| named.trim_start_matches("./").trim_start_matches('/').to_owned())
}

/// Templates of Azure are named from the folder of the pipeline that names them; after an `@` comes their repository.
fn beside(path: &str, named: &str) -> Option<String> {
    let named = named.strip_suffix("@self").unwrap_or(named);
    match named.starts_with('/') {
        _ if !is_yaml(named) => None,
        true => from_top(named),
        false => join(folder(path), named),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::owner::Home;
    use super::*;

    /// Whether the first line runs that has some words.
    fn runs(path: &str, text: &str, words: &str) -> bool {
        let line = text.lines().position(|line| line.contains(words)).expect("a line") + 1;
        Pipeline::read(path, text).runs(line)
    }

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let pipeline = Pipeline::read(path, text);
        (1..=text.lines().count()).filter(|line| pipeline.runs(*line)).collect()
    }

    fn called(path: &str, text: &str, line: usize) -> Option<String> {
        Pipeline::read(path, text).called(line).map(str::to_owned)
    }

    /// A job of GitHub with some lines of its own.
    fn job(lines: &str) -> String {
        format!("env:\n  SHIP: 'false'\njobs:\n  ship:\n    {lines}\n    steps:\n      - run: ship\n")
    }

    #[test]
    fn a_job_is_off_by_a_condition_that_is_never_met() {
        for off in [
            "if: false",
            "if: ${{ false }}",
            "if: ${{ false && github.ref == 'x' }}",
            "if: a == 'b' && false",
            "\"if\": false",
            "if:\tfalse # for now",
            "if: >-\n      false &&\n      github.ref == 'x'",
            "if: |\n      ${{ false }}",
            "if: env.SHIP == 'true'",
            "if: ${{ env.SHIP != 'false' }}",
        ] {
            assert!(!runs("ci.yml", &job(off), "run: ship"), "{off}");
        }
        for on in [
            "if: ${{ false || github.ref == 'x' }}",
            "if: env.X == 'false'",
            "if: '!false'",
            "if: env.SHIP == 'false'",
            "if: env.OTHER == 'true'",
            "# if: false",
            "env: {x: 'if: false'}",
            "if: env.SHIP == 'true'\n    env:\n      SHIP: 'true'",
        ] {
            assert!(runs("ci.yml", &job(on), "run: ship"), "{on}");
        }
        let again = job("if: env.SHIP == 'true'") + "      - run: echo SHIP=true >> $GITHUB_ENV\n";
        assert!(runs("ci.yml", &again, "run: ship"));
    }

    #[test]
    fn other_systems_switch_their_jobs_off_in_their_words() {
        let azure = |condition: &str| {
            format!(
                "variables:\n- name: ship\n  value: false\njobs:\n- job: a\n  condition: {condition}\n  steps:\n  - script: ship it\n"
            )
        };
        assert!(!runs("azure-pipelines.yml", &azure("eq(1, 0)"), "ship it"));
        assert!(!runs(
            "azure-pipelines.yml",
            &azure("and(succeeded(), eq(variables['ship'], true))"),
            "ship it"
        ));
        let gitlab =
            |rest: &str| format!("variables:\n  SHIP: \"no\"\nship:\n  script:\n    - ship it\n  {rest}\n");
        for off in [
            "when: never",
            "rules:\n    - if: $SHIP == \"yes\"",
            "rules: [{when: never}]",
            "rules:\n  # no\n  - when: never\n  - when: always",
        ] {
            assert!(!runs(".gitlab-ci.yml", &gitlab(off), "ship it"), "{off}");
        }
        for on in [
            "rules:\n    - if: $SHIP == \"yes\"\n    - when: manual",
            "rules:\n    - if: $MAIN\n    - when: never",
            "rules: []",
        ] {
            assert!(runs(".gitlab-ci.yml", &gitlab(on), "ship it"), "{on}");
        }
    }

    #[test]
    fn only_what_is_off_itself_does_not_run() {
        let step = "jobs:\n  ship:\n    steps:\n      - run: ship a\n        if: false\n      - {if: false, run: ship b}\n      - run: ship c\n";
        assert_eq!(lines("ci.yml", step), [1, 2, 3, 7]);
        let said = "jobs:\n  ship:\n    steps:\n      - run: |\n          if: false\n          ship it\n";
        assert!(runs("ci.yml", said, "ship it"));
    }

    #[test]
    fn what_an_alias_or_a_merge_key_means_is_there_too() {
        let off = ".off: &off\n  when: never\nship:\n  <<: *off\n  script: [ship it]\n";
        assert!(!runs(".gitlab-ci.yml", off, "ship it"));
        let on = "a: &a\n  script: [ship it]\n  when: never\nb:\n  <<: *a\n  when: manual\n";
        assert!(runs(".gitlab-ci.yml", on, "ship it"));
    }

    #[test]
    fn a_pipeline_that_nothing_starts_never_runs() {
        for never in ["on: []", "on: {}", "'on': [] # off", "workflow: {rules: [{when: never}]}"] {
            let text = format!("{never}\njobs:\n  a:\n    steps:\n      - run: ship\n");
            assert!(!runs("ci.yml", &text, "run: ship"), "{never}");
        }
    }

    #[test]
    fn a_workflow_that_only_others_call_does_not_start_by_itself() {
        let path = ".github/workflows/a.yml";
        let called = |on: &str| called(path, &format!("jobs: {{a: {{steps: [run: ship]}}}}\n{on}\n"), 1);
        for only in [
            "on: workflow_call",
            "on: [workflow_call]",
            "on: {workflow_call: {}}",
            "on:\n  workflow_call:\n    inputs:\n      a: {}",
            "'on':\n  # only\n  - workflow_call",
        ] {
            assert_eq!(called(only).as_deref(), Some("./.github/workflows/a.yml"), "{only}");
        }
        for started in
            ["on: push", "on: [push, workflow_call]", "on:\n  workflow_call:\n  workflow_dispatch:", ""]
        {
            assert_eq!(called(started), None, "{started}");
        }
    }

    /// Whether the first line is a preview that has some words.
    fn is_for_previews(path: &str, text: &str, words: &str) -> bool {
        let line = text.lines().position(|line| line.contains(words)).expect("a line") + 1;
        Pipeline::read(path, text).is_for_previews(line)
    }

    #[test]
    fn a_workflow_of_pull_requests_makes_previews() {
        let of = |on: &str| {
            let text = format!("on: {on}\njobs:\n  a:\n    steps:\n      - run: ship\n");
            is_for_previews(".github/workflows/a.yml", &text, "ship")
        };
        for change in [
            "{pull_request: {branches: [main]}}",
            "{push: {branches-ignore: [main]}}",
            "{push: {branches: ['**', '!main']}}",
            "{push: {branches: ['feature/**']}, pull_request: {}}",
        ] {
            assert!(of(change), "{change}");
        }
        for other in [
            "[pull_request, push]",
            "{pull_request: {types: [closed]}}",
            "{push: {branches: [main, 'feature/**']}}",
            "{push: {branches-ignore: [gh-pages]}}",
            "{push: {branches-ignore: [main], tags: ['v*']}}",
        ] {
            assert!(!of(other), "{other}");
        }
    }

    #[test]
    fn a_job_for_changes_alone_makes_previews() {
        let gitlab = |rest: &str| {
            let text = format!("a:\n  script: [ship]\n  {rest}\n");
            is_for_previews(".gitlab-ci.yml", &text, "ship")
        };
        for change in [
            "environment: {name: review/$CI_COMMIT_REF_SLUG}",
            "environment: {name: staging, auto_stop_in: 1 day}",
            "stage: review",
            "only: [merge_requests]",
            "only: {refs: [merge_requests]}",
            "except: [main]",
            "rules: [{if: $CI_MERGE_REQUEST_IID}]",
            "rules: [{if: $CI_COMMIT_BRANCH == \"main\", when: never}, {if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]",
        ] {
            assert!(gitlab(change), "{change}");
        }
        for other in [
            "environment: production",
            "stage: deploy",
            "only: [main, merge_requests]",
            "only: [tags]\n  except: [main]",
            "rules: [{if: $CI_MERGE_REQUEST_IID}, {if: $CI_COMMIT_BRANCH == \"main\"}]",
        ] {
            assert!(!gitlab(other), "{other}");
        }
        let circle = "jobs:\n  up:\n    steps: [run: ship]\nworkflows:\n  a:\n    jobs:\n      - up: {filters: {branches: {ignore: main}}}\n";
        assert!(is_for_previews(".circleci/config.yml", circle, "run: ship"));
        assert!(!is_for_previews(".circleci/config.yml", &format!("{circle}      - up\n"), "run: ship"));
        let bitbucket = "pipelines:\n  pull-requests:\n    '**':\n      - step: {script: [ship]}\n";
        assert!(is_for_previews("bitbucket-pipelines.yml", bitbucket, "ship"));
        let drone = "kind: pipeline\nsteps:\n- commands: [ship]\n  when: {event: pull_request}\n";
        assert!(is_for_previews(".drone.yml", drone, "ship"));
    }

    #[test]
    fn a_fork_does_not_run_what_is_for_the_repository_that_it_was_made_from() {
        let home = |path: &str| Home::of(&format!("https://github.com/{path}.git"));
        let runs = |condition: &str, home: &Home| {
            let text = format!("jobs:\n  ship:\n    if: {condition}\n    steps:\n      - run: ship\n");
            Pipeline::read_at(".github/workflows/a.yml", &text, Terms { home, ..Terms::builtin() }).runs(5)
        };
        let upstream = "github.repository == 'Acme/shop'";
        assert!(
            !runs(upstream, &home("jdoe/shop"))
                && !runs("github.repository_owner == 'acme'", &home("jdoe/shop"))
        );
        assert!(runs(upstream, &home("acme/shop")) && runs(upstream, &home("acme/shop-mirror")));
        assert!(
            runs(upstream, &Home::default()) && runs(upstream, &Home::of("https://git.example/jdoe/shop"))
        );
        assert!(!runs("github.repository != 'jdoe/shop'", &home("jdoe/shop")));
    }

    #[test]
    fn what_a_pipeline_only_declares_has_to_be_called() {
        let gitlab = ".ship:\n  script: [ship]\nother: &x\n  script: [ship]\n.used: &used\n  script: [ship]\nuse:\n  <<: *used\n";
        assert_eq!(called(".gitlab-ci.yml", gitlab, 2).as_deref(), Some(".ship"));
        assert_eq!(called(".gitlab-ci.yml", gitlab, 4), None);
        assert_eq!(called(".gitlab-ci.yml", gitlab, 6), None);
        let tasks = "version: '3'\ntasks:\n  ship:\n    cmds: [ship]\n";
        assert_eq!(called("Taskfile.yml", tasks, 4).as_deref(), Some("task ship"));
    }

    #[test]
    fn jobs_of_no_workflow_never_run() {
        let text = "jobs:\n  check:\n    steps: [tidy]\n  ship:\n    steps: [run: ship]\ncommands:\n  tidy:\n    steps: [run: tidy]\n  other:\n    steps: [run: other]\nworkflows:\n  ship:\n    jobs:\n      - check: {}\n";
        assert_eq!(lines(".circleci/config.yml", text), [2, 3, 7, 8, 11, 12, 13, 14]);
        assert!(runs(".circleci/config.yml", &text.replace("workflows:", "other:"), "run: ship"));
    }

    #[test]
    fn steps_that_are_only_defined_never_run() {
        let text = "definitions:\n  steps:\n    - step: &check\n        script: [check]\n    - step: &ship\n        script: [ship]\npipelines:\n  default:\n    - step: *check\n";
        assert_eq!(lines("bitbucket-pipelines.yml", text), [4, 7, 8, 9]);
    }

    #[test]
    fn what_is_said_to_somebody_is_not_run() {
        let text = "- uses: x/release@v1\n  with:\n    body: |\n      helm upgrade x\n\n      flyctl deploy\n    name: >-\n      ship\n- run: |\n    ship\n- uses: actions/github-script@v7\n  with:\n    script: |\n      say('ship')\n  displayName: ship\n- deploy-message:\n    run: ship\n";
        assert_eq!(lines("ci.yml", text), [1, 2, 9, 10, 11, 16, 17]);
    }

    #[test]
    fn a_step_may_say_its_command_in_parts() {
        let cloud_build = "steps:\n- name: gcr.io/cloud-builders/docker\n  args: ['build', '-t', 'x', '.']\n- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: gcloud\n  args:\n  - run\n  - deploy\n  # the name\n  - fn\n- name: 'gcr.io/cloud-builders/kubectl:1'\n  args: [apply, -f, k8s]\n  env: ['A=b']\nimages: [x]\n";
        let expected =
            [(3, "docker build -t x ."), (6, "gcloud run deploy fn"), (12, "kubectl apply -f k8s")];
        let expected = expected.map(|(line, command)| (line, command.to_owned()));
        assert_eq!(Pipeline::read("cloudbuild.yaml", cloud_build).spread, expected);
        let tekton = "steps:\n- name: ship\n  image: x/alpine\n  command: [kubectl]\n  args:\n  - apply\n";
        assert_eq!(Pipeline::read(".tekton/a.yaml", tekton).spread, [(5, "alpine kubectl apply".to_owned())]);
    }

    #[test]
    fn a_pipeline_names_the_files_that_it_takes_in() {
        let paths = |path: &str, text: &str| Pipeline::read(path, text).included;
        let gitlab = "include:\n  - local: ci/a.yml\n  - '/ci/b/*.yml'\n  - project: x/y\n    file: /c.yml\n  - remote: https://x/d.yml\n";
        assert_eq!(paths(".gitlab-ci.yml", gitlab), ["ci/b/*.yml", "ci/a.yml"]);
        assert_eq!(paths(".gitlab-ci.yml", "include: ci/a.yml\n"), ["ci/a.yml"]);
        assert_eq!(paths(".gitlab-ci.yml", "include: [{local: ci/a.yml}, b.yml]\n"), ["b.yml", "ci/a.yml"]);
        let azure = "stages:\n- template: steps/a.yml\n- template: /b.yml@self\n- template: c.yml@other\n";
        assert_eq!(paths("ci/azure-pipelines.yml", azure), ["ci/steps/a.yml", "b.yml"]);
        let github = "    - uses: ./ci/ship\n    - uses: ./.github/workflows/a.yml\n    - uses: x/y@v1\n";
        assert_eq!(paths(".github/workflows/b.yml", github), ["ci/ship/action.y*ml"]);
    }

    #[test]
    fn jobs_are_told_apart_wherever_they_stand() {
        let jobs = |text: &str| {
            Pipeline::read("ci.yml", text).jobs.iter().map(|job| job.lines.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            jobs("on: push\njobs:\n    a:\n        run: a\n    b: {run: b}\n"),
            [1..2, 2..3, 3..5, 5..6]
        );
        assert_eq!(jobs("stages:\n- stage: a\n  jobs: []\n- stage: b\n"), [1..2, 2..4, 4..5]);
        assert_eq!(jobs("trigger: x\nsteps:\n- run: a\n- run: b\n---\nsteps: []\n"), [1..6, 6..7]);
    }

    #[test]
    fn what_is_no_yaml_is_named_and_read_as_it_can_be() {
        let template =
            "jobs:\n  ship:\n    {% if x %}\n    if: false\n    {% endif %}\n    steps:\n      - run: ship\n";
        assert!(!runs("ci.yml", template, "run: ship"));
        let trouble = |text: &str| Pipeline::read("ci.yml", text).trouble.unwrap_or_default();
        assert!(
            trouble(template).ends_with("read without what fails in lines 3, 5"),
            "{}",
            trouble(template)
        );
        let broken = "jobs:\n  ship: [\n    run: ship\n  if: }\n";
        assert!(runs("ci.yml", broken, "run: ship"));
        assert!(trouble(broken).contains("line"), "{}", trouble(broken));
        assert!(trouble(broken).ends_with("read line by line, as a script that somebody may run"));
    }

    #[test]
    fn texts_that_are_repeated_or_nested_without_end_are_no_work() {
        let many = |text: &str| text.repeat(40_000);
        let nested = format!("jobs:\n- job: a\n  condition: {}x{}\n", many("and("), many(")"));
        assert_eq!(lines("azure-pipelines.yml", &format!("{nested}  when: never\n")), [1]);
        let same = format!("jobs:\n  a:\n{}    run: ship\n", many("    if: false\n"));
        assert_eq!(lines("ci.yml", &same), [1, 2]);
        let list = format!("a: &a [{}]\nb: &b [{}]\nc: [{}]\n", many("x,"), many("*a,"), many("*b,"));
        assert!(Pipeline::read("ci.yml", &list).trouble.is_some());
        assert!(Pipeline::read("ci.yml", &many("- ")).trouble.is_some());
        let again = Pipeline::read("ci.yml", &"a: &a\n  <<: *a\n".repeat(20_000)).trouble;
        assert!(again.is_some_and(|trouble| trouble.contains("twice")));
    }
}
