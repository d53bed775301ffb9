//! Continuous integration, and every place where a deployment is written down.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::facts::{Ci, Deploy, DeployedBy, PathClass, Place};
use super::paths::{Paths, is_yaml};
use super::patterns::{self, PathPatterns};
use super::source::{Listed, Source};
use super::tables::{CiSystem, CiTable, DeploySign};
use super::{cloud_build, manifest, switched_off};

/// Deployments in one file.
const MOST_DEPLOYS: usize = 200;
/// Bytes of a line that are searched for commands.
const LONGEST_LINE: usize = 4096;

/// Reads the files of CI systems, scripts that deploy, and files whose presence says where the software runs.
pub(crate) fn read(source: &impl Source, paths: &Paths, table: &CiTable) -> Ci {
    let reader = Reader::new(paths, table);
    let files = source.files().par_iter().filter(|file| file.class != PathClass::Vendor);
    let parts: Vec<Part> = files.filter_map(|file| reader.part(source, file)).collect();
    gather(parts, &reader.rules)
}

/// What one file contributes.
#[derive(Default)]
struct Part {
    found: Ci,
    /// The text of a pipeline, which may run scripts.
    pipeline: Option<Arc<str>>,
    /// What a pipeline has to say to run each of the deployments.
    called: Vec<Option<String>>,
    /// The rule of which the job that runs it must have the words that the script lacks.
    lacks: Vec<Option<usize>>,
}

/// What a file is read for.
#[derive(Clone, Copy)]
enum Role<'t> {
    System(&'t CiSystem),
    Script,
    Sign(usize, &'t DeploySign),
}

struct Reader<'t> {
    paths: &'t Paths,
    roles: PathPatterns<Role<'t>>,
    rules: Vec<Rule<'t>>,
    /// The words of each sign, ready to be searched for, and those that it must not have.
    signs: Vec<[Option<AhoCorasick>; 2]>,
}

/// Commands that deploy, ready to be searched for.
struct Rule<'t> {
    target: &'t str,
    commands: Commands,
    with: Option<AhoCorasick>,
    without: Option<AhoCorasick>,
    without_in_line: Option<AhoCorasick>,
}

impl<'t> Reader<'t> {
    fn new(paths: &'t Paths, table: &'t CiTable) -> Self {
        let systems = table
            .system
            .iter()
            .flat_map(|system| system.paths.iter().map(move |path| (path, Role::System(system))));
        let signs = table
            .sign
            .iter()
            .enumerate()
            .flat_map(|(index, sign)| sign.paths.iter().map(move |path| (path, Role::Sign(index, sign))));
        let scripts = table.scripts.iter().map(|path| (path, Role::Script));
        let all = systems.chain(signs).chain(scripts).map(|(path, role)| (path.as_str(), role));
        let rules = table.deploy.iter().filter_map(|deploy| {
            Some(Rule {
                target: &deploy.target,
                commands: Commands::new(&deploy.words)?,
                with: searcher(&deploy.with),
                without: searcher(&deploy.without),
                without_in_line: searcher(&deploy.without_in_line),
            })
        });
        let signs = table.sign.iter().map(|sign| [searcher(&sign.words), searcher(&sign.without)]).collect();
        Self { paths, roles: PathPatterns::new(all), rules: rules.collect(), signs }
    }

    fn part(&self, source: &impl Source, file: &Listed) -> Option<Part> {
        let roles: Vec<Role<'_>> = self.roles.all(&file.path).collect();
        if roles.is_empty() {
            return None;
        }
        let text = source.text(&file.path).ok()?;
        let mut part = Part::default();
        let runs = |role: &Role<'_>| matches!(role, Role::System(_)) || is_action(&file.path);
        if roles.iter().any(runs) && file.class == PathClass::Main {
            part.pipeline = Some(Arc::clone(&text));
        }
        for role in roles {
            self.take(role, file, &text, &mut part);
        }
        part.called = part.found.deploys.iter().map(|deploy| caller(deploy, &text)).collect();
        Some(part)
    }

    fn take(&self, role: Role<'_>, file: &Listed, text: &str, part: &mut Part) {
        let found = &mut part.found;
        let place = |line| Place { path: file.path.clone(), line };
        match role {
            Role::System(system) => {
                if first_line(text, &system.words).is_some() && file.class == PathClass::Main {
                    found.systems.push((system.name.clone(), place(0)));
                    let deploys = self.deploys(file, text).into_iter();
                    let by = |deploy: &Deploy| match template_job(text, deploy.place.line) {
                        Some(_) => DeployedBy::Script,
                        None => DeployedBy::Pipeline,
                    };
                    found.deploys.extend(deploys.map(|deploy| Deploy { by: by(&deploy), ..deploy }));
                    part.lacks.resize(found.deploys.len(), None);
                }
            }
            Role::Script => {
                let by_hand = |deploy| Deploy { by: DeployedBy::Script, ..deploy };
                found.deploys.extend(self.deploys(file, text).into_iter().map(by_hand));
                part.lacks.resize(found.deploys.len(), None);
                for (index, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.with.is_some()) {
                    let starts = rule.lacking(file, text).into_iter().map(by_hand);
                    found.deploys.extend(starts);
                    part.lacks.resize(found.deploys.len(), Some(index));
                }
            }
            Role::Sign(index, sign) => {
                let deploy = |line| Deploy {
                    target: sign.target.clone(),
                    words: sign.says.clone(),
                    by: DeployedBy::Sign,
                    class: self.paths.class_in_use(file),
                    place: place(line),
                };
                let [words, without] = &self.signs[index];
                let is_another = without.as_ref().is_some_and(|without| without.is_match(text));
                let line = words.as_ref().map_or(Some(0), |words| line_of(text, words));
                let line = line.filter(|_| !is_another);
                found.deploys.extend(line.map(deploy));
                part.lacks.resize(found.deploys.len(), None);
            }
        }
    }

    fn deploys(&self, file: &Listed, text: &str) -> Vec<Deploy> {
        let off = switched_off::lines(file.name(), text);
        let jobs = jobs(file.name(), text);
        let all =
            jobs.into_iter().flat_map(|job| self.rules.iter().flat_map(move |rule| rule.deploys(file, job)));
        let on = all.filter(|deploy| !off.iter().any(|lines| lines.contains(&deploy.place.line)));
        let class = self.paths.class_in_use(file);
        on.take(MOST_DEPLOYS).map(|deploy| Deploy { class, ..deploy }).collect()
    }
}

impl Rule<'_> {
    fn deploys(&self, file: &Listed, job: (usize, &str)) -> Vec<Deploy> {
        if self.lacks(job.1) { Vec::new() } else { self.commands(file, job) }
    }

    /// The commands of a script that deploy only if the job that runs it has the words that make a start a deployment.
    fn lacking(&self, file: &Listed, text: &str) -> Vec<Deploy> {
        if self.lacks(text) { self.commands(file, (1, text)) } else { Vec::new() }
    }

    fn lacks(&self, job: &str) -> bool {
        self.with.as_ref().is_some_and(|with| !with.is_match(job))
    }

    fn commands(&self, file: &Listed, (first_line, job): (usize, &str)) -> Vec<Deploy> {
        if self.without.as_ref().is_some_and(|without| without.is_match(job)) {
            return Vec::new();
        }
        let spread = if is_cloud_build(file.name()) { cloud_build::commands(job) } else { Vec::new() };
        let spread = spread.iter().map(|(line, command)| (line - 1, command.as_str()));
        let lines = job.lines().enumerate().filter(|(_, line)| !only_describes(line));
        let is_rehearsal = |index: usize| {
            let without = self.without_in_line.as_ref();
            without.is_some_and(|without| continued(job, index).any(|line| without.is_match(line)))
        };
        let found = lines.chain(spread).filter_map(|(index, line)| Some((index, self.commands.find(line)?)));
        let found = found.filter(|(index, _)| !is_rehearsal(*index));
        let found = found.map(|(index, words)| (first_line + index, words));
        let deploy = |(line, words): (usize, &str)| Deploy {
            target: self.target.to_owned(),
            words: words.to_owned(),
            by: DeployedBy::Pipeline,
            class: file.class,
            place: Place { path: file.path.clone(), line },
        };
        found.take(MOST_DEPLOYS).map(deploy).collect()
    }
}

/// The lines of a command, which goes on where a line ends with a backslash.
fn continued(text: &str, index: usize) -> impl Iterator<Item = &str> {
    let mut goes_on = true;
    text.lines().skip(index).take_while(move |line| std::mem::replace(&mut goes_on, line.ends_with('\\')))
}

fn is_cloud_build(name: &str) -> bool {
    name.to_ascii_lowercase().contains("cloudbuild")
}

/// Whether a file is an action of the repository's own, which its pipelines run.
fn is_action(path: &str) -> bool {
    path.starts_with(".github/actions/")
}

/// The job of GitLab that a line belongs to, if it only runs where another one takes it over: its name begins with a dot,
/// and no alias of the same file means it.
fn template_job(text: &str, line: usize) -> Option<&str> {
    let at_margin = |line: &&str| !line.is_empty() && !line.starts_with([' ', '\t', '#', '-']);
    let head = text.lines().take(line).filter(at_margin).last().filter(|head| head.starts_with('.'))?;
    let (name, rest) = head.split_once(':')?;
    let anchor = rest.trim_start().strip_prefix('&').and_then(|anchor| anchor.split_whitespace().next());
    let is_meant = anchor.is_some_and(|anchor| text.contains(&format!("*{anchor}")));
    (!is_meant).then_some(name)
}

/// What a pipeline says when it runs the script in which a deployment is written down: the name of the file, or for files
/// with targets the command with that target.
fn caller(deploy: &Deploy, text: &str) -> Option<String> {
    let name = deploy.place.path.rsplit('/').next()?;
    if let Some(job) = template_job(text, deploy.place.line) {
        return Some(job.to_owned());
    }
    let lines = || text.lines().take(deploy.place.line).collect::<Vec<_>>();
    let target = |prefix: &str| {
        let lines = lines();
        let head =
            lines.iter().rev().find(|line| !line.starts_with([' ', '\t', '#']) && line.contains(':'))?;
        let target = head.split([':', ' ']).next()?;
        (!target.is_empty()).then(|| format!("{prefix} {target}"))
    };
    match name {
        "Makefile" | "makefile" | "GNUmakefile" => target("make"),
        "justfile" | "Justfile" | ".justfile" => target("just"),
        name if name.ends_with(".mk") => target("make"),
        // An action is named by its folder.
        "action.yml" | "action.yaml" => {
            deploy.place.path.rsplit_once('/').map(|(folder, _)| folder.to_owned())
        }
        "package.json" => {
            let lines = lines();
            let key = lines.last().and_then(|line| line.split('"').nth(1))?;
            Some(format!("run {key}"))
        }
        name => Some(name.to_owned()),
    }
}

/// Commands, of which ` * ` stands for options between their words.
struct Commands {
    heads: AhoCorasick,
    /// The command of each head as it is said, and what must follow the head in the same line.
    all: Vec<(String, Option<String>)>,
}

impl Commands {
    fn new(words: &[String]) -> Option<Self> {
        let parts = words.iter().map(|words| match words.split_once(" * ") {
            Some((head, tail)) => (head.to_owned(), Some(tail.to_owned())),
            None => (words.clone(), None),
        });
        let (heads, tails): (Vec<String>, Vec<Option<String>>) = parts.unzip();
        let said = words.iter().map(|words| words.replace(" * ", " "));
        Some(Self { heads: patterns::searcher(heads)?, all: said.zip(tails).collect() })
    }

    /// The command in a line, when it stands there as whole words.
    fn find(&self, line: &str) -> Option<&str> {
        // Every head is held against all that follows it.
        let line = &line[..line.floor_char_boundary(LONGEST_LINE)];
        let mut heads = self.heads.find_overlapping_iter(line).filter(|head| is_whole(line, head.range()));
        heads.find_map(|head| {
            let (said, tail) = self.all.get(head.pattern().as_usize())?;
            let follows = |tail: &String| {
                let rest = &line[head.end()..];
                rest.match_indices(tail.as_str()).any(|(start, _)| is_whole(rest, start..start + tail.len()))
            };
            tail.as_ref().is_none_or(follows).then_some(said.as_str())
        })
    }
}

/// Whether a part of a line is no part of a longer word.
fn is_whole(line: &str, part: Range<usize>) -> bool {
    let inside_a_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !line[..part.start].ends_with(inside_a_word) && !line[part.end..].starts_with(inside_a_word)
}

/// Nothing for no words.
pub(crate) fn searcher(words: &[String]) -> Option<AhoCorasick> {
    if words.is_empty() { None } else { patterns::searcher(words) }
}

/// The first line with one of the words; 0 when any text will do.
pub(crate) fn first_line(text: &str, words: &[String]) -> Option<usize> {
    if words.is_empty() {
        return Some(0);
    }
    line_of(text, &searcher(words)?)
}

fn line_of(text: &str, words: &AhoCorasick) -> Option<usize> {
    let found = words.find(text)?;
    Some(text[..found.start()].matches('\n').count() + 1)
}

/// Comments, and names of steps, only speak of a command.
fn only_describes(line: &str) -> bool {
    let line = line.trim_start();
    let command = line.trim_start_matches("- ").trim_start();
    let command =
        command.strip_prefix("run:").unwrap_or(command).trim_start().trim_start_matches(['@', '"', '\'']);
    let says = ["echo ", "printf ", "echo\t"].iter().any(|word| command.starts_with(word));
    let does_more = ["&&", "| ", "; "].iter().any(|end| command.contains(end));
    line.starts_with(['#', '/'])
        || says && !does_more
        || manifest::entry(line)
            .is_some_and(|entry| matches!(entry.key, "name" | "description" | "if" | "title"))
}

/// The jobs of a file with the number of their first line: in YAML what stands under a key at the margin, or under one
/// below a key that holds jobs; any other file is one.
fn jobs<'t>(name: &str, text: &'t str) -> Vec<(usize, &'t str)> {
    if !is_yaml(name) || is_cloud_build(name) {
        return vec![(1, text)];
    }
    let mut jobs = Vec::new();
    let (mut start, mut start_line, mut position) = (0, 1, 0);
    let mut holds_jobs = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let key = manifest::entry(line).filter(|entry| entry.value().is_empty() && !entry.begins_item);
        let begins_job = key.is_some_and(|key| {
            if key.indent == 0 {
                holds_jobs = HOLD_JOBS.contains(&key.key);
            }
            key.indent == 0 || key.indent <= 2 && holds_jobs
        });
        if begins_job && position > start {
            jobs.push((start_line, &text[start..position]));
            (start, start_line) = (position, index + 1);
        }
        position += line.len();
    }
    jobs.push((start_line, &text[start..]));
    jobs
}

/// Keys at the margin that hold jobs or the like.
const HOLD_JOBS: [&str; 9] =
    ["jobs", "steps", "pipeline", "pipelines", "stages", "phases", "workflows", "tasks", "commands"];

/// Each system once, and each command once a file. A script that a pipeline runs is a part of that pipeline.
fn gather(parts: Vec<Part>, rules: &[Rule<'_>]) -> Ci {
    let pipelines: Vec<Arc<str>> = parts.iter().filter_map(|part| part.pipeline.clone()).collect();
    let says = |text: &str, called: &str| {
        let mut found = text.match_indices(called);
        // A template at the margin is only declared there.
        let is_declared =
            |start: usize| called.starts_with('.') && (start == 0 || text[..start].ends_with('\n'));
        found.any(|(start, _)| is_whole(text, start..start + called.len()) && !is_declared(start))
    };
    // `${ENVIRONMENT}_deploy.sh` stands for one script of each environment.
    let runs = |text: &str, called: &str| {
        let end = called.find(['_', '-']).filter(|_| called.contains('.')).map(|start| &called[start..]);
        says(text, called) || end.is_some_and(|end| text.contains(&format!("}}{end}")))
    };
    let is_run = |called: &str| pipelines.iter().any(|text| runs(text, called));
    // The name of a pipeline's file does not matter here, only that its jobs are told apart.
    let is_run_with = |called: &str, rule: &Rule<'_>| {
        let mut jobs = pipelines.iter().flat_map(|text| jobs(".yml", text));
        jobs.any(|(_, job)| !rule.lacks(job) && runs(job, called))
    };
    let mut all = Ci::default();
    let (mut systems, mut deploys) = (BTreeSet::new(), BTreeSet::new());
    for Part { found, called, lacks, .. } in parts {
        all.systems.extend(found.systems.into_iter().filter(|(name, _)| systems.insert(name.clone())));
        for ((mut deploy, called), lacks) in found.deploys.into_iter().zip(called).zip(lacks) {
            match (lacks.and_then(|index| rules.get(index)), &called) {
                (Some(rule), Some(called)) if is_run_with(called, rule) => deploy.by = DeployedBy::Pipeline,
                (Some(_), _) => continue,
                (None, Some(called)) if deploy.by == DeployedBy::Script && is_run(called) => {
                    deploy.by = DeployedBy::Pipeline;
                }
                (None, _) => {}
            }
            if deploys.insert((deploy.target.clone(), deploy.words.clone(), deploy.place.path.clone())) {
                all.deploys.push(deploy);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::tables::{DeployWords, PathTable};
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn deploys(name: &str, text: &str) -> Vec<(String, usize)> {
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
        let table = CiTable { deploy: vec![kubernetes, compose], ..CiTable::default() };
        let file = Listed { path: name.to_owned(), class: PathClass::Main };
        let paths = Paths::new(&PathTable::default());
        let found = Reader::new(&paths, &table).deploys(&file, text);
        found.into_iter().map(|deploy| (deploy.words, deploy.place.line)).collect()
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
    fn who_only_speaks_of_a_command_does_not_run_it() {
        let text = "# kubectl apply\n- name: kubectl apply\nx: my-kubectl apply\necho kubectl apply\n";
        assert!(deploys("ci.yml", text).is_empty());
    }
}
