//! What a pipeline has to say to run what is written down elsewhere: the name of a script, of a target, of a template.

use std::collections::{BTreeSet, HashMap, HashSet};

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::super::manifest;
use super::super::patterns;
use super::commands::{begin, is_whole};

/// What has to be said for each of some lines of a script; those that are not there cannot be called.
pub(super) fn of_script(path: &str, text: &str, lines: &BTreeSet<usize>) -> HashMap<usize, String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let target = |program: &str, is_head: fn(&str) -> bool| {
        let heads = heads(text, lines, is_head).into_iter();
        let target = |head: &str| head.trim_start().split([':', ' ']).next().unwrap_or_default().to_owned();
        let targets = heads.map(|(line, head)| (line, target(head))).filter(|(_, target)| !target.is_empty());
        targets.map(|(line, target)| (line, format!("{program} {target}"))).collect()
    };
    let at_margin = |line: &str| !line.starts_with([' ', '\t', '#']) && line.contains(':');
    match name {
        "Makefile" | "makefile" | "GNUmakefile" => target("make", at_margin),
        "justfile" | "Justfile" | ".justfile" => target("just", at_margin),
        name if name.ends_with(".mk") => target("make", at_margin),
        name if name.starts_with("Taskfile") => target("task", is_key_of_second_level),
        // An action is named by its folder.
        "action.yml" | "action.yaml" => lines.iter().map(|line| (*line, folder.to_owned())).collect(),
        "package.json" => {
            let own = heads(text, lines, |_| true).into_iter();
            own.filter_map(|(line, text)| Some((line, format!("run {}", text.split('"').nth(1)?)))).collect()
        }
        name => lines.iter().map(|line| (*line, name.to_owned())).collect(),
    }
}

/// What has to be said for those of some lines of a pipeline that it does not run by itself: templates of GitLab, and whole
/// workflows that only others call.
pub(super) fn of_pipeline(path: &str, text: &str, lines: &BTreeSet<usize>) -> HashMap<usize, String> {
    let is_workflow = path.contains("/workflows/") && path.starts_with('.');
    if is_workflow && is_only_called(text) {
        return lines.iter().map(|line| (*line, format!("./{path}"))).collect();
    }
    let templates = heads(text, lines, is_at_margin).into_iter().filter(|(_, head)| head.starts_with('.'));
    let mut known: HashMap<&str, Option<String>> = HashMap::new();
    let called = templates.filter_map(|(line, head)| {
        Some((line, known.entry(head).or_insert_with(|| template(head, text)).clone()?))
    });
    called.collect()
}

/// The name of a template of GitLab, unless an alias in its own file means it.
fn template(head: &str, text: &str) -> Option<String> {
    let (name, _) = head.split_once(':')?;
    let is_meant = |anchor: &str| memmem::find(text.as_bytes(), format!("*{anchor}").as_bytes()).is_some();
    (!anchor(head).is_some_and(is_meant)).then(|| name.to_owned())
}

/// What a line calls its value, to be meant again: `- step: &ship`.
pub(super) fn anchor(line: &str) -> Option<&str> {
    line.split_once(": &")?.1.split_whitespace().next()
}

pub(super) fn is_at_margin(line: &str) -> bool {
    !line.is_empty() && !line.starts_with([' ', '\t', '#', '-', '\r'])
}

pub(super) fn is_key_of_second_level(line: &str) -> bool {
    line.starts_with("  ")
        && manifest::entry(line).is_some_and(|entry| entry.indent == 2 && !entry.begins_item)
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

/// Whether nothing but another workflow starts a workflow.
fn is_only_called(text: &str) -> bool {
    is_only_started_by(text, &["workflow_call"])
}

/// Whether a workflow only runs for pull requests, and not when one is taken in: what it deploys are previews.
pub(super) fn is_for_previews(path: &str, text: &str) -> bool {
    let is_workflow = path.contains("/workflows/") && path.starts_with('.');
    let takes_in = || {
        memmem::find(text.as_bytes(), b"merged").is_some()
            || memmem::find(text.as_bytes(), b"closed").is_some()
    };
    is_workflow && is_only_started_by(text, &["pull_request", "pull_request_target"]) && !takes_in()
}

/// Whether a workflow has no other events than some.
fn is_only_started_by(text: &str, known: &[&str]) -> bool {
    let entries = || text.lines().filter_map(manifest::entry);
    let mut below = entries().skip_while(|entry| entry.indent > 0 || entry.key != "on");
    let Some(on) = below.next() else { return false };
    match on.value() {
        "" => {}
        value => {
            let mut names = value.trim_matches(['[', ']', ' ']).split(',');
            return names.all(|name| known.contains(&name.trim()));
        }
    }
    let after = text.lines().skip_while(|line| !line.trim_matches(['"', '\'']).starts_with("on")).skip(1);
    let events = after.take_while(|line| line.is_empty() || line.starts_with([' ', '#', '-', '\r']));
    let events: Vec<&str> =
        events.filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#')).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let outer = events.iter().map(&indent).min();
    let mut names = events.iter().filter(|line| Some(indent(line)) == outer).map(|line| line.trim());
    let is_known =
        |name: &str| known.contains(&name.trim_start_matches("- ").split(':').next().unwrap_or(name));
    !events.is_empty() && names.all(is_known)
}

/// What pipelines say of all that can be called.
pub(super) struct Said<'c> {
    anywhere: HashSet<&'c str>,
    /// What is said in jobs of each kind.
    in_kinds: Vec<HashSet<&'c str>>,
}

impl<'c> Said<'c> {
    /// Looks for all that can be called in all jobs at once. `is_of` says whether a job is of a kind.
    pub(super) fn of<'t>(
        called: impl Iterator<Item = &'c str>,
        jobs: impl Iterator<Item = &'t str>,
        kinds: usize,
        is_of: impl Fn(&'t str, usize) -> bool,
    ) -> Self {
        let called: Vec<&str> = called.collect::<BTreeSet<_>>().into_iter().collect();
        let mut said = Self { anywhere: HashSet::new(), in_kinds: vec![HashSet::new(); kinds] };
        let needles = called.iter().flat_map(|called| {
            let forms = [Some((*called).to_owned()), of_any_environment(called)];
            forms.into_iter().flatten().map(move |form| (form, *called))
        });
        let (needles, meant): (Vec<String>, Vec<&str>) = needles.unzip();
        let Some(searcher) = (!needles.is_empty()).then(|| patterns::searcher(&needles)).flatten() else {
            return said;
        };
        for job in jobs {
            let here: HashSet<&str> = words_said(job, &searcher).map(|index| meant[index]).collect();
            if here.is_empty() {
                continue;
            }
            for (kind, in_kind) in said.in_kinds.iter_mut().enumerate() {
                if is_of(job, kind) {
                    in_kind.extend(&here);
                }
            }
            said.anywhere.extend(here);
        }
        said
    }

    /// Whether it is said, in a job of one kind if that matters.
    pub(super) fn has(&self, called: &str, kind: Option<usize>) -> bool {
        kind.map_or(&self.anywhere, |kind| &self.in_kinds[kind]).contains(called)
    }
}

/// `${ENVIRONMENT}_deploy.sh` stands for one script of each environment.
fn of_any_environment(called: &str) -> Option<String> {
    let end = called.find(['_', '-']).filter(|_| called.contains('.'))?;
    Some(format!("}}{}", &called[end..]))
}

/// The words that are said in a job, other than in comments and where they are only declared.
fn words_said<'t>(job: &'t str, words: &'t AhoCorasick) -> impl Iterator<Item = usize> {
    let said = job.lines().map(begin).filter(|line| !line.trim_start().starts_with('#'));
    let said = said.map(|line| line.split(" #").next().unwrap_or(line));
    said.flat_map(move |line| {
        let is_declared =
            |start: usize, end: usize| line[..start].trim().is_empty() && line[end..].starts_with(':');
        let found = words.find_overlapping_iter(line).filter(move |found| {
            is_whole(line, found.range()) && !is_declared(found.start(), found.end())
                || line[found.range()].starts_with('}')
        });
        found.map(|found| found.pattern().as_usize()).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_that_only_others_call_does_not_start_by_itself() {
        for called in [
            "on: workflow_call\n",
            "on: [workflow_call]\n",
            "on:\n  workflow_call:\n    inputs:\n      a: {}\njobs:\n",
            "'on':\n  - workflow_call\n",
        ] {
            assert!(is_only_called(called), "{called}");
        }
        for started in [
            "on: push\n",
            "on: [push, workflow_call]\n",
            "on:\n  workflow_call:\n  workflow_dispatch:\njobs:\n",
            "jobs:\n",
        ] {
            assert!(!is_only_called(started), "{started}");
        }
    }

    fn called(path: &str, text: &str, line: usize) -> Option<String> {
        of_pipeline(path, text, &BTreeSet::from([line])).remove(&line)
    }

    #[test]
    fn what_a_pipeline_only_declares_has_to_be_called() {
        let gitlab = ".ship:\n  script: [ship]\nother: &x\n  script: [ship]\n.used: &used\n  script: [ship]\nuse:\n  <<: *used\n";
        assert_eq!(called(".gitlab-ci.yml", gitlab, 2).as_deref(), Some(".ship"));
        assert_eq!(called(".gitlab-ci.yml", gitlab, 4), None);
        assert_eq!(called(".gitlab-ci.yml", gitlab, 6), None);
    }

    #[test]
    fn what_is_only_declared_or_commented_on_is_not_called() {
        let said =
            |job: &str| Said::of(["ship", "make ship"].into_iter(), [job].into_iter(), 0, |_, _| false);
        assert!(said("jobs:\n  - ship\n").has("ship", None));
        assert!(said("  - run: make ship\n").has("make ship", None));
        for job in ["  ship:\n    steps: []\n", "# make ship\n", "  - run: make shipment\n"] {
            assert!(!said(job).has("ship", None) && !said(job).has("make ship", None), "{job}");
        }
        let of_environments =
            Said::of(["prod_ship.sh"].into_iter(), ["run: ${ENV}_ship.sh"].into_iter(), 0, |_, _| false);
        assert!(of_environments.has("prod_ship.sh", None));
    }
}
