//! Continuous integration, and every place where a deployment is written down.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::facts::{Ci, Deploy, DeployedBy, PathClass, Place};
use super::manifest;
use super::patterns::{self, PathPatterns};
use super::source::{Listed, Source};
use super::tables::{CiSystem, CiTable, DeploySign};

/// Deployments in one file.
const MOST_DEPLOYS: usize = 200;
/// Bytes of a line that are searched for commands.
const LONGEST_LINE: usize = 4096;

/// Reads the files of CI systems, scripts that deploy, and files whose presence says where the software runs.
pub(crate) fn read(source: &impl Source, table: &CiTable) -> Ci {
    let reader = Reader::new(table);
    let files = source.files().par_iter().filter(|file| file.class != PathClass::Vendor);
    let parts: Vec<Part> = files.filter_map(|file| reader.part(source, file)).collect();
    gather(parts)
}

/// What one file contributes.
#[derive(Default)]
struct Part {
    found: Ci,
    /// The text of a pipeline, which may run scripts.
    pipeline: Option<Arc<str>>,
    /// What a pipeline has to say to run each of the deployments.
    called: Vec<Option<String>>,
}

/// What a file is read for.
#[derive(Clone, Copy)]
enum Role<'t> {
    System(&'t CiSystem),
    Script,
    Sign(usize, &'t DeploySign),
}

struct Reader<'t> {
    roles: PathPatterns<Role<'t>>,
    rules: Vec<Rule<'t>>,
    /// The words of each sign, ready to be searched for.
    signs: Vec<Option<AhoCorasick>>,
}

/// Commands that deploy, ready to be searched for.
struct Rule<'t> {
    target: &'t str,
    commands: Commands,
    with: Option<AhoCorasick>,
    without: Option<AhoCorasick>,
}

impl<'t> Reader<'t> {
    fn new(table: &'t CiTable) -> Self {
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
            })
        });
        let signs = table.sign.iter().map(|sign| searcher(&sign.words)).collect();
        Self { roles: PathPatterns::new(all), rules: rules.collect(), signs }
    }

    fn part(&self, source: &impl Source, file: &Listed) -> Option<Part> {
        let roles: Vec<Role<'_>> = self.roles.all(&file.path).collect();
        if roles.is_empty() {
            return None;
        }
        let text = source.text(&file.path).ok()?;
        let mut part = Part::default();
        if roles.iter().any(|role| matches!(role, Role::System(_))) && file.class == PathClass::Main {
            part.pipeline = Some(Arc::clone(&text));
        }
        for role in roles {
            self.take(role, file, &text, &mut part.found);
        }
        part.called = part.found.deploys.iter().map(|deploy| caller(deploy, &text)).collect();
        Some(part)
    }

    fn take(&self, role: Role<'_>, file: &Listed, text: &str, found: &mut Ci) {
        let place = |line| Place { path: file.path.clone(), line };
        match role {
            Role::System(system) => {
                if first_line(text, &system.words).is_some() && file.class == PathClass::Main {
                    found.systems.push((system.name.clone(), place(0)));
                    found.deploys.extend(self.deploys(file, text));
                }
            }
            Role::Script => {
                let by_hand = |deploy| Deploy { by: DeployedBy::Script, ..deploy };
                found.deploys.extend(self.deploys(file, text).into_iter().map(by_hand));
            }
            Role::Sign(index, sign) => {
                let deploy = |line| Deploy {
                    target: sign.target.clone(),
                    words: sign.says.clone(),
                    by: DeployedBy::Sign,
                    class: file.class,
                    place: place(line),
                };
                let line = match &self.signs[index] {
                    None => Some(0),
                    Some(words) => line_of(text, words),
                };
                found.deploys.extend(line.map(deploy));
            }
        }
    }

    fn deploys(&self, file: &Listed, text: &str) -> Vec<Deploy> {
        let off = switched_off(text);
        let jobs = jobs(file.name(), text);
        let all =
            jobs.into_iter().flat_map(|job| self.rules.iter().flat_map(move |rule| rule.deploys(file, job)));
        let on = all.filter(|deploy| !off.iter().any(|lines| lines.contains(&deploy.place.line)));
        on.take(MOST_DEPLOYS).collect()
    }
}

impl Rule<'_> {
    fn deploys(&self, file: &Listed, (first_line, job): (usize, &str)) -> Vec<Deploy> {
        let lacks =
            |searcher: &Option<AhoCorasick>| searcher.as_ref().is_some_and(|with| !with.is_match(job));
        let has =
            |searcher: &Option<AhoCorasick>| searcher.as_ref().is_some_and(|without| without.is_match(job));
        if lacks(&self.with) || has(&self.without) {
            return Vec::new();
        }
        let lines = job.lines().enumerate().filter(|(_, line)| !only_describes(line));
        let found = lines.filter_map(|(index, line)| Some((first_line + index, self.commands.find(line)?)));
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

/// What a pipeline says when it runs the script in which a deployment is written down: the name of the file, or for files
/// with targets the command with that target.
fn caller(deploy: &Deploy, text: &str) -> Option<String> {
    let name = deploy.place.path.rsplit('/').next()?;
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
        "package.json" => {
            let lines = lines();
            let key = lines.last().and_then(|line| line.split('"').nth(1))?;
            Some(format!("run {key}"))
        }
        name => Some(name.to_owned()),
    }
}

/// The lines of jobs and steps that are switched off: `if: false` and its kin hold for the mapping that they stand in.
fn switched_off(text: &str) -> Vec<Range<usize>> {
    if !text.contains("false") && !text.contains("never") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut off = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(entry) = manifest::entry(line).filter(is_off) else { continue };
        let column = entry.indent;
        let indent = |line: &str| line.len() - line.trim_start().len();
        let is_outside = |line: &&str| !line.trim().is_empty() && indent(line) < column;
        let above = lines[..index].iter().rposition(|line| is_outside(line));
        // An item begins before its first key, in a line that is less indented and is a part of it.
        let start = match above {
            _ if entry.begins_item => index,
            Some(above)
                if lines[above].trim_start().starts_with("- ")
                    && manifest::entry(lines[above]).is_some_and(|item| item.indent == column) =>
            {
                above
            }
            Some(above) => above + 1,
            None => 0,
        };
        let below = lines[index + 1..].iter().position(|line| is_outside(line));
        let end = below.map_or(lines.len(), |below| index + 1 + below);
        off.push(start + 1..end + 1);
    }
    off
}

fn is_off(entry: &manifest::Entry<'_>) -> bool {
    let value = entry.value().trim_start_matches("${{").trim_end_matches("}}").trim();
    let value = value.trim_start_matches("!cancelled() &&").trim();
    match entry.key {
        "if" | "condition" => matches!(value, "false" | "False" | "never()"),
        "when" => value == "never",
        "enabled" => value == "false",
        _ => false,
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
    line.starts_with(['#', '/'])
        || line.starts_with("echo ")
        || manifest::entry(line)
            .is_some_and(|entry| matches!(entry.key, "name" | "description" | "if" | "title"))
}

/// The jobs of a file with the number of their first line: in YAML what stands under a key of the first two columns; any
/// other file is one.
fn jobs<'t>(name: &str, text: &'t str) -> Vec<(usize, &'t str)> {
    if !name.ends_with(".yml") && !name.ends_with(".yaml") {
        return vec![(1, text)];
    }
    let mut jobs = Vec::new();
    let (mut start, mut start_line, mut position) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if begins_job(line) && position > start {
            jobs.push((start_line, &text[start..position]));
            (start, start_line) = (position, index + 1);
        }
        position += line.len();
    }
    jobs.push((start_line, &text[start..]));
    jobs
}

fn begins_job(line: &str) -> bool {
    manifest::entry(line)
        .is_some_and(|entry| entry.indent <= 2 && entry.value().is_empty() && !entry.begins_item)
}

/// Each system once, and each command once a file. A script that a pipeline runs is a part of that pipeline.
fn gather(parts: Vec<Part>) -> Ci {
    let pipelines: Vec<Arc<str>> = parts.iter().filter_map(|part| part.pipeline.clone()).collect();
    let is_run = |called: &Option<String>| {
        called.as_ref().is_some_and(|called| {
            pipelines.iter().any(|text| {
                let mut found = text.match_indices(called.as_str());
                found.any(|(start, _)| is_whole(text, start..start + called.len()))
            })
        })
    };
    let mut all = Ci::default();
    let (mut systems, mut deploys) = (BTreeSet::new(), BTreeSet::new());
    for Part { found, called, .. } in parts {
        all.systems.extend(found.systems.into_iter().filter(|(name, _)| systems.insert(name.clone())));
        for (mut deploy, called) in found.deploys.into_iter().zip(called) {
            if deploy.by == DeployedBy::Script && is_run(&called) {
                deploy.by = DeployedBy::Pipeline;
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
    use super::super::tables::DeployWords;
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
        let found = Reader::new(&table).deploys(&file, text);
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
