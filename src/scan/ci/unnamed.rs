//! Parts of a pipeline that nothing in it names, so that they never run: jobs and commands of CircleCI that are in no
//! workflow, and steps that Bitbucket only defines.

use std::ops::Range;

use super::super::manifest;
use super::called::{Said, anchor, is_at_margin, is_key_of_second_level};

/// The lines that never run, from 1.
pub(super) fn lines(path: &str, text: &str) -> Vec<Range<usize>> {
    let has_workflows = || text.lines().any(|line| line.starts_with("workflows:"));
    let parts = if path.starts_with(".circleci/") && has_workflows() {
        parts(text, &["jobs", "commands"], key_of_second_level)
    } else if path.starts_with("bitbucket-pipelines") {
        parts(text, &["definitions"], |line| anchor(line).map(|anchor| format!("*{anchor}")))
    } else {
        return Vec::new();
    };
    let said = Said::of(parts.iter().map(|(name, _)| name.as_str()), [text].into_iter(), 0, |_, _| false);
    parts.iter().filter(|(name, _)| !said.has(name, None)).map(|(_, lines)| lines.clone()).collect()
}

/// The parts of some sections with the names by which they are used.
fn parts(
    text: &str,
    sections: &[&str],
    begins: impl Fn(&str) -> Option<String>,
) -> Vec<(String, Range<usize>)> {
    let mut parts: Vec<(String, Range<usize>)> = Vec::new();
    let (mut is_here, mut is_open) = (false, false);
    for (number, line) in (1..).zip(text.lines()) {
        if is_at_margin(line) {
            is_here = manifest::entry(line).is_some_and(|entry| sections.contains(&entry.key));
            is_open = false;
        } else if let Some(name) = begins(line).filter(|_| is_here) {
            parts.push((name, number..number));
            is_open = true;
        }
        if let Some((_, lines)) = parts.last_mut().filter(|_| is_open) {
            lines.end = number + 1;
        }
    }
    parts
}

fn key_of_second_level(line: &str) -> Option<String> {
    let entry = manifest::entry(line).filter(|_| is_key_of_second_level(line))?;
    Some(entry.key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(path: &str, text: &str) -> Vec<usize> {
        lines(path, text).into_iter().flatten().collect()
    }

    #[test]
    fn jobs_of_no_workflow_never_run() {
        let text = "jobs:\n  check:\n    steps: []\n  ship:\n    steps: [] # ship\n\nworkflows:\n  all:\n    jobs:\n      - check\n";
        assert_eq!(numbers(".circleci/config.yml", text), [4, 5, 6]);
        let without = text.replace("workflows:", "other:");
        assert_eq!(lines(".circleci/config.yml", &without).len(), 0);
    }

    #[test]
    fn steps_that_are_only_defined_never_run() {
        let text = "definitions:\n  steps:\n    - step: &check\n        script: []\n    - step: &ship\n        script: []\npipelines:\n  default:\n    - step: *check\n";
        assert_eq!(numbers("bitbucket-pipelines.yml", text), [5, 6]);
    }
}
