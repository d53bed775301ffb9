//! What a pipeline has to say to run what is written down elsewhere: the name of a script, of a target, of a template.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use aho_corasick::AhoCorasick;

use super::super::patterns;
use super::super::yaml::mend;
use super::bodies::{Body, DEEPEST};
use super::commands::{begin, is_whole};
use super::pipeline::{Job, Pipeline};

/// Programs that are given targets.
const PROGRAMS: [&str; 3] = ["make ", "just ", "task "];
/// Targets of one call.
const MOST_TARGETS: usize = 20;

/// What has to be said for each of some lines of a script; those that are not there cannot be called.
pub(super) fn of_script(path: &str, text: &str, lines: &BTreeSet<usize>) -> HashMap<usize, String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let target = |program: &str, is_head: fn(&str) -> bool| {
        let heads = heads(text, lines, is_head).into_iter();
        let targets =
            heads.map(|(line, head)| (line, first_word(head))).filter(|(_, target)| is_name(target));
        targets.map(|(line, target)| (line, format!("{program} {target}"))).collect()
    };
    let at_margin = |line: &str| !line.starts_with([' ', '\t', '#']) && line.contains(':');
    match name {
        "Makefile" | "makefile" | "GNUmakefile" => target("make", at_margin),
        "justfile" | "Justfile" | ".justfile" => target("just", at_margin),
        name if name.ends_with(".mk") => target("make", at_margin),
        name if name.ends_with(".just") => target("just", at_margin),
        // An action is named by its folder.
        "action.yml" | "action.yaml" => lines.iter().map(|line| (*line, folder.to_owned())).collect(),
        "project.json" => of_targets(text, folder, lines),
        "package.json" => {
            let own = heads(text, lines, |_| true).into_iter();
            own.filter_map(|(line, text)| Some((line, format!("run {}", text.split('"').nth(1)?)))).collect()
        }
        name => lines.iter().map(|line| (*line, name.to_owned())).collect(),
    }
}

/// Bytes of what one would type: it is kept for each line that it runs.
const LONGEST: usize = 200;

fn first_word(head: &str) -> &str {
    head.trim_start().split([':', ' ']).next().unwrap_or_default()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST
}

/// What runs the targets of a project of Nx, by its name or that of its folder.
fn of_targets(text: &str, folder: &str, lines: &BTreeSet<usize>) -> HashMap<usize, String> {
    let document = mend::read(&"project.json".into(), text)
        .ok()
        .and_then(|reading| reading.documents.into_iter().next());
    let Some(document) = document else { return HashMap::new() };
    let name = document.get("name").and_then(|name| name.node.text());
    let name = name.unwrap_or_else(|| folder.rsplit('/').next().unwrap_or(folder));
    if !is_name(name) {
        return HashMap::new();
    }
    let mut targets: BTreeMap<usize, &str> = BTreeMap::new();
    for (target, entry) in
        document.get("targets").and_then(|targets| targets.node.map()).into_iter().flatten()
    {
        if is_name(target) {
            targets.entry(entry.mark.line).or_insert(target);
        }
    }
    let called = |line: &usize| Some(format!("{NX}{name}:{}", targets.range(..=*line).next_back()?.1));
    lines.iter().filter_map(|line| Some((*line, called(line)?))).collect()
}

/// How what runs targets of Nx is kept.
const NX: &str = "nx ";

/// How a target of Nx may be run: by itself, or with those of other projects.
fn of_nx(called: &str) -> Vec<String> {
    let Some((project, target)) = called.strip_prefix(NX).and_then(|called| called.split_once(':')) else {
        return Vec::new();
    };
    let many = ["run-many", "affected"].into_iter().flat_map(|many| {
        ["-t ", "--target=", "--targets=", "--target "].map(|option| format!("{many} {option}{target}"))
    });
    [format!("run {project}:{target}"), format!("nx {target} {project}")].into_iter().chain(many).collect()
}

/// The last line at or before each of some lines, from 1, that is a head.
fn heads<'t>(
    text: &'t str,
    lines: &BTreeSet<usize>,
    is_head: impl Fn(&str) -> bool,
) -> HashMap<usize, &'t str> {
    let mut heads = HashMap::new();
    let mut wanted = lines.iter().peekable();
    let mut head = None;
    for (number, line) in (1..).zip(text.lines()) {
        if wanted.peek().is_none() {
            break;
        }
        if is_head(line) {
            head = Some(line);
        }
        if wanted.next_if(|wanted| **wanted == number).is_some() {
            heads.extend(head.map(|head| (number, head)));
        }
    }
    heads
}

/// What pipelines say of all that can be called, by themselves or through what they call.
pub(super) struct Said {
    anywhere: HashSet<String>,
    /// What is said in jobs of each kind.
    in_kinds: Vec<HashSet<String>>,
}

impl Said {
    /// Looks for all that can be called in all jobs at once, and before that in the bodies of scripts, which may call it for
    /// them. `is_of` says whether a job is of a kind.
    pub(super) fn of<'t>(
        called: BTreeSet<String>,
        jobs: impl Iterator<Item = (&'t Pipeline, &'t Job, &'t str)>,
        bodies: impl FnOnce() -> Vec<Body>,
        kinds: usize,
        is_of: impl Fn(&'t Pipeline, &'t Job, &'t str, usize) -> bool,
    ) -> Self {
        let mut said = Self { anywhere: HashSet::new(), in_kinds: vec![HashSet::new(); kinds] };
        if called.is_empty() {
            return said;
        }
        let (called, links) = with_callers(called, &bodies());
        let Some(names) = Names::of(called) else { return said };
        for (pipeline, job, text) in jobs {
            // What is only called for a preview is one.
            let lines = pipeline.running(job, text).filter(|(number, _)| !pipeline.is_for_previews(*number));
            let here = names.said_in(lines.map(|(_, line)| line));
            if here.is_empty() {
                continue;
            }
            for (kind, in_kind) in said.in_kinds.iter_mut().enumerate() {
                if is_of(pipeline, job, text, kind) {
                    in_kind.extend(here.iter().map(|name| (*name).to_owned()));
                }
            }
            said.anywhere.extend(here.into_iter().map(str::to_owned));
        }
        for said in said.in_kinds.iter_mut().chain([&mut said.anywhere]) {
            for _ in 0..DEEPEST {
                let more = links.iter().filter(|(caller, _)| said.contains(caller));
                let more: Vec<String> = more.map(|(_, called)| called.clone()).collect();
                said.extend(more);
            }
        }
        said
    }

    /// Whether it is said, in a job of one kind if that matters.
    pub(super) fn has(&self, called: &str, kind: Option<usize>) -> bool {
        kind.map_or(&self.anywhere, |kind| &self.in_kinds[kind]).contains(called)
    }
}

/// Pairs of what calls and what it calls.
type Links = BTreeSet<(String, String)>;

/// What can be called, with all that calls it in scripts, and that calls those.
fn with_callers(called: BTreeSet<String>, bodies: &[Body]) -> (BTreeSet<String>, Links) {
    let mut links = Links::new();
    let mut known = called.clone();
    let mut wanted = called;
    for _ in 0..DEEPEST {
        let Some(names) = Names::of(std::mem::take(&mut wanted)) else { break };
        for body in bodies {
            let lines = body.lines.iter().map(String::as_str);
            for name in names.said_in(lines).into_iter().filter(|name| *name != body.called) {
                if links.len() < MOST_LINKS {
                    links.insert((body.called.clone(), name.to_owned()));
                    wanted.extend(known.insert(body.called.clone()).then(|| body.called.clone()));
                }
            }
        }
    }
    (known, links)
}

/// As many calls from script to script are followed.
const MOST_LINKS: usize = 10_000;

/// Names that are looked for, each in the forms in which it may be said.
struct Names {
    searcher: AhoCorasick,
    meant: Vec<String>,
}

impl Names {
    fn of(called: BTreeSet<String>) -> Option<Self> {
        let forms = called.into_iter().flat_map(|called| {
            let yarn = called.strip_prefix("run ").map(|script| format!("yarn {script}"));
            let forms = [Some(called.clone()), of_any_environment(&called), yarn];
            let forms = forms.into_iter().flatten().chain(of_nx(&called));
            forms.map(move |form| (form, called.clone()))
        });
        let (forms, meant): (Vec<String>, Vec<String>) = forms.unzip();
        let searcher = (!forms.is_empty()).then(|| patterns::searcher(&forms)).flatten()?;
        Some(Self { searcher, meant })
    }

    /// Those that are said in some lines, in an order that is always the same.
    fn said_in<'t>(&self, lines: impl Iterator<Item = &'t str>) -> BTreeSet<&str> {
        let lines: Vec<Cow<'_, str>> = lines.map(each_target).collect();
        let lines = lines.iter().map(|line| &**line);
        words_said(lines, &self.searcher)
            .filter_map(|index| self.meant.get(index))
            .map(String::as_str)
            .collect()
    }
}

/// A line that calls several targets at once, with each of them said by itself: `make ci deploy` calls `make deploy`.
fn each_target(line: &str) -> Cow<'_, str> {
    let program = PROGRAMS.iter().find_map(|program| Some((program, line.split_once(program)?.1)));
    let Some((program, targets)) = program else { return line.into() };
    let targets = targets.split(['&', ';', '|', '"']).next().unwrap_or(targets);
    let each = targets.split_whitespace().skip(1).take(MOST_TARGETS);
    let said: Vec<String> = each.map(|target| format!(" ; {program}{target}")).collect();
    if said.is_empty() { line.into() } else { format!("{}{}", begin(line), said.concat()).into() }
}

/// `${ENVIRONMENT}_deploy.sh` stands for one script of each environment.
fn of_any_environment(called: &str) -> Option<String> {
    let end = called.find(['_', '-']).filter(|_| called.contains('.'))?;
    Some(format!("}}{}", &called[end..]))
}

/// The words that are said in some lines, other than in comments and where they are only declared.
fn words_said<'t>(lines: impl Iterator<Item = &'t str>, words: &AhoCorasick) -> impl Iterator<Item = usize> {
    let said = lines.map(begin).filter(|line| !line.trim_start().starts_with('#'));
    let said = said.map(|line| line.split(" #").next().unwrap_or(line));
    said.flat_map(move |line| {
        let is_declared =
            |start: usize, end: usize| line[..start].trim().is_empty() && line[end..].starts_with(':');
        let found = words.find_overlapping_iter(line).filter(move |found| {
            is_whole(line, found.range())
                && !is_declared(found.start(), found.end())
                && !is_namespace(&line[found.end()..])
                || line[found.range()].starts_with('}')
        });
        found.map(|found| found.pattern().as_usize()).collect::<Vec<_>>()
    })
}

/// Whether a name goes on after it: `run ship` in `run ship:docs`.
fn is_namespace(after: &str) -> bool {
    after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::super::{Terms, bodies};
    use super::*;

    #[test]
    fn a_name_that_nobody_types_is_not_kept_for_each_of_its_lines() {
        let long = "x".repeat(LONGEST + 1);
        let makefile = format!("{long}:\n\tship\n\tship\n");
        assert!(of_script("Makefile", &makefile, &BTreeSet::from([2, 3])).is_empty());
        let project =
            |name: &str| format!("{{\"name\": \"{name}\",\n\"targets\": {{\n\"deploy\": {{\n}}}}}}");
        assert!(of_script("project.json", &project(&long), &BTreeSet::from([3])).is_empty());
        let called = of_script("project.json", &project("web"), &BTreeSet::from([3]));
        assert_eq!(called.get(&3).map(String::as_str), Some("nx web:deploy"));
    }

    fn is_said_through(text: &str, script: (&str, &str), called: &str) -> bool {
        let pipeline = Pipeline::read("ci.yml", text);
        let jobs = pipeline.jobs.iter().map(|job| (&pipeline, job, text));
        let names = BTreeSet::from([called.to_owned()]);
        let (path, script) = script;
        Said::of(names, jobs, || bodies::of(path, script, Terms::builtin()), 0, |_, _, _, _| false)
            .has(called, None)
    }

    fn is_said(text: &str, called: &str) -> bool {
        is_said_through(text, ("Makefile", ""), called)
    }

    #[test]
    fn what_is_only_declared_or_commented_on_or_never_runs_is_not_called() {
        assert!(is_said("jobs:\n  - ship\n", "ship"));
        assert!(is_said("  - run: make ship\n", "make ship"));
        for job in [
            "  ship:\n    steps: [x]\n",
            "# make ship\n",
            "  - run: make shipment\n",
            "  - run: make ship\n    if: false\n",
        ] {
            assert!(!is_said(job, "ship") && !is_said(job, "make ship"), "{job}");
        }
        assert!(is_said("run: ${ENV}_ship.sh\n", "prod_ship.sh"));
    }

    #[test]
    fn what_a_script_calls_is_called_by_whoever_calls_the_script() {
        let calls = |job: &str, path: &str, script: &str, called: &str| {
            is_said_through(&format!("  - run: {job}\n"), (path, script), called)
        };
        let makefile = "all: build ship\nship:\n\t./roll.sh\nother:\n\t./other.sh\n";
        assert!(calls("make all", "Makefile", makefile, "roll.sh"));
        assert!(!calls("make all", "Makefile", makefile, "other.sh"));
        assert!(!calls("make test", "Makefile", "test: ship\nship:\n\t./roll.sh\n", "roll.sh"));
        let package =
            "{\"scripts\": {\n\"ship\": \"npm run build && npm run k8s:apply\",\n\"k8s:apply\": \"x\"\n}}\n";
        assert!(calls("npm run ship", "package.json", package, "run k8s:apply"));
        assert!(calls("yarn ship", "package.json", package, "run k8s:apply"));
        assert!(!calls("npm run ship:docs", "package.json", package, "run k8s:apply"));
        assert!(calls("just all", "justfile", "all: build ship\nship:\n    x\n", "just ship"));
        let tasks = "tasks:\n  all:\n    deps: [a, ship]\n  two:\n    cmds:\n      - task: ship\n  ship:\n    cmds: [x]\n";
        assert!(calls("task all", "Taskfile.yml", tasks, "task ship"));
        assert!(calls("task two", "Taskfile.yml", tasks, "task ship"));
        assert!(calls("./go.sh", "scripts/go.sh", "#!/bin/sh\nexec scripts/roll.sh\n", "roll.sh"));
    }

    #[test]
    fn what_calls_itself_in_a_circle_ends() {
        let script = "a: b\nb: c\nc: a\n\tship.sh\n";
        assert!(is_said_through("  - run: make a\n", ("Makefile", script), "ship.sh"));
        assert!(!is_said_through("  - run: make x\n", ("Makefile", script), "ship.sh"));
    }
}
