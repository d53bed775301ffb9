//! What of a pipeline never runs: jobs and steps that are switched off, and whole pipelines that nothing starts.

use std::ops::Range;

use super::manifest::{self, Entry};
use super::paths::is_yaml;

/// Conditions that are never met, without spaces.
const NEVER: [&str; 10] = [
    "false",
    "never()",
    "0",
    "eq(1,0)",
    "eq(0,1)",
    "eq(1,2)",
    "eq(true,false)",
    "eq(false,true)",
    "ne(1,1)",
    "''",
];

/// The lines that never run, from 1.
pub(super) fn lines(name: &str, text: &str) -> Vec<Range<usize>> {
    let may_be = ["false", "never", "(0", "(1", "on:"].iter().any(|sign| text.contains(sign));
    let lines: Vec<&str> = if may_be { text.lines().collect() } else { Vec::new() };
    if is_yaml(name) { in_yaml(&lines) } else { in_braces(&lines) }
}

/// `if: false` and its kin hold for the mapping that they stand in, and a first rule that says never for its job.
fn in_yaml(lines: &[&str]) -> Vec<Range<usize>> {
    let mut off = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(entry) = manifest::entry(line) else { continue };
        if entry.indent == 0 && entry.key == "on" && matches!(entry.value(), "[]" | "{}") {
            off.push(1..lines.len() + 1);
        } else if entry.key == "when" && entry.begins_item && entry.value() == "never" {
            let before = lines[..index].iter().rposition(|line| !line.trim().is_empty());
            let rules = before.and_then(|before| Some((before, manifest::entry(lines[before])?)));
            let rules = rules.filter(|(_, entry)| entry.key == "rules");
            off.extend(rules.map(|(before, rules)| mapping(lines, before, &rules)));
        } else if is_off(&entry) {
            off.push(mapping(lines, index, &entry));
        }
    }
    off
}

/// The lines of the mapping that an entry stands in.
fn mapping(lines: &[&str], index: usize, entry: &Entry<'_>) -> Range<usize> {
    let column = entry.indent;
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_outside = |line: &str| !line.trim().is_empty() && indent(line) < column;
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
    start + 1..end + 1
}

fn is_off(entry: &Entry<'_>) -> bool {
    let value = entry.value().trim_start_matches("${{").trim_end_matches("}}").trim();
    match entry.key {
        "if" | "condition" => is_never(value),
        "when" => matches!(value, "never" | "false"),
        "enabled" => value == "false",
        _ => false,
    }
}

/// Whether a condition is never met: it is one of these, or a part of it that must be met is.
fn is_never(condition: &str) -> bool {
    let terms = || condition.split("&&").map(|term| term.split_whitespace().collect::<String>());
    let is_one = |term: String| NEVER.contains(&term.to_ascii_lowercase().as_str());
    !condition.contains("||") && terms().any(is_one)
}

/// In a Jenkinsfile `when { expression { false } }` holds for the stage around it.
fn in_braces(lines: &[&str]) -> Vec<Range<usize>> {
    let spaceless = |line: &str| line.split_whitespace().collect::<String>();
    let is_off = |line: &&str| {
        let line = spaceless(line);
        ["expression{false}", "expression{returnfalse}", "when{equalsexpected:1,actual:2"]
            .iter()
            .any(|never| line.contains(never))
    };
    let off = lines.iter().enumerate().filter(|(_, line)| is_off(line));
    off.filter_map(|(index, _)| stage(lines, index)).collect()
}

/// The lines of the innermost stage around a line.
fn stage(lines: &[&str], index: usize) -> Option<Range<usize>> {
    let start = lines[..=index].iter().rposition(|line| line.trim_start().starts_with("stage"))?;
    let mut depth = 0_usize;
    for (line, text) in lines.iter().enumerate().skip(start) {
        for letter in text.chars() {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 {
                return Some(start + 1..line + 2);
            }
        }
    }
    Some(start + 1..lines.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_off(name: &str, text: &str, said: &str) -> bool {
        let line = text.lines().position(|line| line.contains(said)).expect("a line") + 1;
        lines(name, text).iter().any(|off| off.contains(&line))
    }

    #[test]
    fn a_job_is_off_by_a_condition_that_is_never_met() {
        for condition in ["false", "${{ false }}", "${{ false && github.ref == 'x' }}", "a == 'b' && false"] {
            let text = format!("jobs:\n  ship:\n    if: {condition}\n    steps:\n      - run: ship\n");
            assert!(is_off("ci.yml", &text, "run: ship"), "{condition}");
        }
        for condition in ["${{ false || github.ref == 'x' }}", "env.X == 'false'", "!false"] {
            let text = format!("jobs:\n  ship:\n    if: {condition}\n    steps:\n      - run: ship\n");
            assert!(!is_off("ci.yml", &text, "run: ship"), "{condition}");
        }
        let azure = "jobs:\n- job: ship\n  condition: eq(1, 0)\n  steps:\n  - script: ship it\n";
        assert!(is_off("azure-pipelines.yml", azure, "ship it"));
    }

    #[test]
    fn a_first_rule_that_says_never_switches_the_job_off_and_a_later_one_does_not() {
        let first = "ship:\n  rules:\n    - when: never\n  script:\n    - ship it\n";
        assert!(is_off(".gitlab-ci.yml", first, "ship it"));
        let last = "ship:\n  rules:\n    - if: $MAIN\n    - when: never\n  script:\n    - ship it\n";
        assert!(!is_off(".gitlab-ci.yml", last, "ship it"));
    }

    #[test]
    fn a_pipeline_that_nothing_starts_never_runs() {
        assert!(is_off("ci.yml", "on: []\njobs:\n  ship:\n    steps:\n      - run: ship it\n", "ship it"));
    }

    #[test]
    fn a_stage_of_jenkins_is_off_by_its_expression() {
        let text = "pipeline {\n  stages {\n    stage('a') {\n      when { expression { false } }\n      steps { sh 'ship a' }\n    }\n    stage('b') {\n      steps { sh 'ship b' }\n    }\n  }\n}\n";
        assert!(is_off("Jenkinsfile", text, "ship a"));
        assert!(!is_off("Jenkinsfile", text, "ship b"));
    }
}
