//! What a pipeline has to say to run what is written down elsewhere: the name of a script, of a target, of a template.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use aho_corasick::AhoCorasick;

use super::super::patterns;
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
        let target = |head: &str| head.trim_start().split([':', ' ']).next().unwrap_or_default().to_owned();
        let targets = heads.map(|(line, head)| (line, target(head))).filter(|(_, target)| !target.is_empty());
        targets.map(|(line, target)| (line, format!("{program} {target}"))).collect()
    };
    let at_margin = |line: &str| !line.starts_with([' ', '\t', '#']) && line.contains(':');
    match name {
        "Makefile" | "makefile" | "GNUmakefile" => target("make", at_margin),
        "justfile" | "Justfile" | ".justfile" => target("just", at_margin),
        name if name.ends_with(".mk") => target("make", at_margin),
        // An action is named by its folder.
        "action.yml" | "action.yaml" => lines.iter().map(|line| (*line, folder.to_owned())).collect(),
        "package.json" => {
            let own = heads(text, lines, |_| true).into_iter();
            own.filter_map(|(line, text)| Some((line, format!("run {}", text.split('"').nth(1)?)))).collect()
        }
        name => lines.iter().map(|line| (*line, name.to_owned())).collect(),
    }
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
        jobs: impl Iterator<Item = (&'t Pipeline, &'t Job, &'t str)>,
        kinds: usize,
        is_of: impl Fn(&'t Pipeline, &'t Job, &'t str, usize) -> bool,
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
        for (pipeline, job, text) in jobs {
            // What is only called for a preview is one.
            let lines = pipeline.running(job, text).filter(|(number, _)| !pipeline.is_for_previews(*number));
            let lines = lines.map(|(_, line)| line);
            let lines: Vec<Cow<'_, str>> = lines.map(each_target).collect();
            let here: HashSet<&str> =
                words_said(lines.iter().map(|line| &**line), &searcher).map(|index| meant[index]).collect();
            if here.is_empty() {
                continue;
            }
            for (kind, in_kind) in said.in_kinds.iter_mut().enumerate() {
                if is_of(pipeline, job, text, kind) {
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
            is_whole(line, found.range()) && !is_declared(found.start(), found.end())
                || line[found.range()].starts_with('}')
        });
        found.map(|found| found.pattern().as_usize()).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_said(text: &str, called: &str) -> bool {
        let pipeline = Pipeline::read("ci.yml", text);
        let jobs = pipeline.jobs.iter().map(|job| (&pipeline, job, text));
        Said::of([called].into_iter(), jobs, 0, |_, _, _, _| false).has(called, None)
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
}
