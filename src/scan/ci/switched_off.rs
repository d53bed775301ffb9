//! What of a pipeline never runs: jobs and steps that are switched off, and whole pipelines that nothing starts.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::super::manifest::{self, Entry};
use super::super::paths::is_yaml;

/// Conditions that are never met, without spaces.
const NEVER: [&str; 4] = ["false", "never()", "0", "''"];

/// The lines that never run, from 1.
pub(super) fn lines(name: &str, text: &str) -> Vec<Range<usize>> {
    let may_be = ["false", "never", "0", "==", "!=", "on:", "environment name", "/*"];
    let may_be = may_be.iter().any(|sign| text.contains(sign));
    let lines: Vec<&str> = if may_be { text.lines().collect() } else { Vec::new() };
    if is_yaml(name) { in_yaml(text, &lines) } else { in_braces(text, &lines) }
}

/// `if: false` and its kin hold for the mapping that they stand in, and rules of which none is ever met for their job.
fn in_yaml(text: &str, lines: &[&str]) -> Vec<Range<usize>> {
    let constants = Constants::of_mappings(text, lines);
    let indents: Vec<Option<usize>> = lines.iter().map(|line| indent(line)).collect();
    let mut off: Vec<Range<usize>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // What is in a mapping that is off is off already.
        if is_in_last(&off, index) {
            continue;
        }
        let Some(entry) = manifest::entry(line) else { continue };
        let is_off = match entry.key {
            "on" if entry.indent == 0 && matches!(entry.value(), "[]" | "{}") => {
                off.push(1..lines.len() + 1);
                false
            }
            "rules" => no_rule_is_met(&lines[index + 1..], &entry, &constants),
            _ => is_off(&entry, &constants),
        };
        if is_off {
            off.push(mapping(lines, &indents, index, &entry));
        }
    }
    off
}

/// Whether the line of an index is in the range that was found last.
fn is_in_last(ranges: &[Range<usize>], index: usize) -> bool {
    ranges.last().is_some_and(|last| last.contains(&(index + 1)))
}

/// The column in which a line begins, unless it is empty.
fn indent(line: &str) -> Option<usize> {
    let text = line.trim_start();
    (!text.is_empty()).then_some(line.len() - text.len())
}

/// Lines of a list of rules that are looked at.
const MOST_LINES_OF_RULES: usize = 300;

/// Whether every rule of a list has a condition that is never met or says that the job is not to run.
fn no_rule_is_met(below: &[&str], rules: &Entry<'_>, constants: &Constants<'_>) -> bool {
    let (mut is_any, mut is_never, mut has_condition) = (false, false, false);
    let below = below.iter().filter_map(|line| Some((line, indent(line)?)));
    for (count, (line, indent)) in below.enumerate() {
        let is_item = line.trim_start().starts_with("- ");
        if indent < rules.indent || indent == rules.indent && !is_item {
            break;
        }
        if count >= MOST_LINES_OF_RULES {
            return false;
        }
        let Some(entry) = manifest::entry(line) else { return false };
        if entry.begins_item {
            if is_any && !is_never {
                return false;
            }
            (is_any, is_never, has_condition) = (true, false, false);
        }
        has_condition |= matches!(entry.key, "if" | "changes" | "exists");
        is_never |= match entry.key {
            "if" => constants.never_meet(entry.value()),
            "when" => entry.value() == "never",
            _ => false,
        };
        // No rule after this one is asked.
        if entry.key == "when" && is_never && !has_condition {
            return true;
        }
    }
    is_any && is_never
}

/// The lines of the mapping that an entry stands in.
fn mapping(lines: &[&str], indents: &[Option<usize>], index: usize, entry: &Entry<'_>) -> Range<usize> {
    let column = entry.indent;
    let is_outside = |indent: &Option<usize>| indent.is_some_and(|indent| indent < column);
    let above = indents[..index].iter().rposition(is_outside);
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
    let below = indents[index + 1..].iter().position(is_outside);
    let end = below.map_or(lines.len(), |below| index + 1 + below);
    start + 1..end + 1
}

fn is_off(entry: &Entry<'_>, constants: &Constants<'_>) -> bool {
    let value = entry.value();
    match entry.key {
        "if" | "condition" => constants.never_meet(value),
        "when" => matches!(value, "never" | "false"),
        "enabled" => value == "false",
        _ => false,
    }
}

/// In a Jenkinsfile `when { expression { false } }` holds for the stage around it, and comments may go over lines.
fn in_braces(text: &str, lines: &[&str]) -> Vec<Range<usize>> {
    let constants = Constants::of_assignments(text, lines);
    let is_off = |line: &&str| {
        let line: String = line.split_whitespace().collect();
        let inside = |start: &str| line.split_once(start).map(|(_, rest)| rest.trim_end_matches('}'));
        let expression = inside("expression{").map(|inside| inside.strip_prefix("return").unwrap_or(inside));
        let equals = inside("equalsexpected:").and_then(|inside| inside.split_once(",actual:"));
        let variable = inside("environmentname:").and_then(|inside| inside.split_once(",value:"));
        expression.is_some_and(|expression| constants.never_meet(expression))
            || equals.is_some_and(|(expected, actual)| constants.differ(expected, actual))
            || variable.is_some_and(|(name, value)| {
                constants.differ(&format!("env.{}", name.trim_matches(QUOTES)), value)
            })
    };
    let mut off: Vec<Range<usize>> = Vec::new();
    let mut last_stage = None;
    for (index, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("stage") {
            last_stage = Some(index);
        }
        if is_in_last(&off, index) || !is_off(line) {
            continue;
        }
        // Braces are not counted twice.
        off.extend(last_stage.take().map(|start| stage(lines, start)));
    }
    off.extend(comments(lines));
    off
}

/// Comments that begin a line and go on to a later one.
fn comments(lines: &[&str]) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut lines = (1..).zip(lines);
    while let Some((number, line)) = lines.next() {
        if line.trim_start().starts_with("/*") && !line.contains("*/") {
            let last = lines.by_ref().find(|(_, line)| line.contains("*/"));
            comments.push(number..last.map_or(usize::MAX, |(number, _)| number));
        }
    }
    comments
}

const QUOTES: [char; 2] = ['"', '\''];

/// Variables that a pipeline sets to one value and never to another.
#[derive(Default)]
struct Constants<'t>(BTreeMap<&'t str, Option<&'t str>>);

/// As many variables of one pipeline are followed.
const MOST_CONSTANTS: usize = 100;
/// Calls within one another of a condition that are looked into.
const DEEPEST: usize = 10;
/// Keys of mappings that set variables.
const HOLD_VARIABLES: [&str; 3] = ["env", "variables", "environment"];

impl<'t> Constants<'t> {
    /// Those that mappings set, of which no script sets one.
    fn of_mappings(text: &str, lines: &[&'t str]) -> Self {
        let mut constants = Self::default();
        let mut holder = None;
        let mut called = None;
        for entry in lines.iter().filter_map(|line| manifest::entry(line)) {
            if holder.is_some_and(|indent| entry.indent <= indent) {
                holder = None;
            }
            if holder.is_none() {
                holder =
                    (HOLD_VARIABLES.contains(&entry.key) && entry.value().is_empty()).then_some(entry.indent);
                continue;
            }
            // A variable may also be an item with a name and a value.
            match (entry.key, called.take()) {
                ("name", _) if entry.begins_item => called = Some(entry.value()),
                ("value", Some(name)) => constants.set(name, entry.value()),
                (name, _) => constants.set(name, entry.value()),
            }
        }
        constants.0.retain(|name, _| assignments(text, name) == 0);
        constants
    }

    /// Those to which a text gives a value in a single place.
    fn of_assignments(text: &str, lines: &[&'t str]) -> Self {
        let mut constants = Self::default();
        for (name, value) in lines.iter().filter_map(|line| line.split_once('=')) {
            let (name, value) = (name.trim(), value.trim());
            if value.starts_with(QUOTES) && value.ends_with(QUOTES) {
                constants.set(name, value.trim_matches(QUOTES));
            }
        }
        constants.0.retain(|name, _| assignments(text, name) == 1);
        constants
    }

    fn set(&mut self, name: &'t str, value: &'t str) {
        let is_followed = self.0.contains_key(name) || self.0.len() < MOST_CONSTANTS;
        if name.is_empty() || !is_followed {
            return;
        }
        let is_literal = !value.is_empty() && !value.contains(['$', '{', '(']);
        let value = Some(value).filter(|_| is_literal);
        let known = self.0.entry(name).or_insert(value);
        if *known != value {
            *known = None;
        }
    }

    /// Whether a condition is never met: it is one of these, or a part of it that must be met is.
    fn never_meet(&self, condition: &str) -> bool {
        let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
        let terms = || condition.split("&&").map(|term| term.split_whitespace().collect::<String>());
        !condition.contains("||") && terms().any(|term| self.is_never(&term, 0))
    }

    fn is_never(&self, term: &str, depth: usize) -> bool {
        let of = |call: &str| term.strip_prefix(call)?.strip_suffix(')')?.split_once(',');
        let all = term.strip_prefix("and(").and_then(|all| all.strip_suffix(')'));
        if let Some(all) = all {
            return depth < DEEPEST && parts(all).into_iter().any(|part| self.is_never(part, depth + 1));
        }
        NEVER.contains(&term.to_ascii_lowercase().as_str())
            || term.split_once("==").or(of("eq(")).is_some_and(|(one, other)| self.differ(one, other))
            || term.split_once("!=").or(of("ne(")).is_some_and(|(one, other)| self.are_same(one, other))
    }

    fn differ(&self, one: &str, other: &str) -> bool {
        let pair = self.value(one).zip(self.value(other));
        pair.is_some_and(|(one, other)| !one.eq_ignore_ascii_case(&other))
    }

    fn are_same(&self, one: &str, other: &str) -> bool {
        let pair = self.value(one).zip(self.value(other));
        pair.is_some_and(|(one, other)| one.eq_ignore_ascii_case(&other))
    }

    /// What an operand comes to, if that is known: a literal, or a variable by one of its spellings.
    fn value(&self, operand: &str) -> Option<String> {
        let is_quoted = operand.len() > 1 && operand.starts_with(QUOTES) && operand.ends_with(QUOTES);
        let is_plain = matches!(operand.to_ascii_lowercase().as_str(), "true" | "false")
            || operand.starts_with(|c: char| c.is_ascii_digit());
        if is_quoted && !operand.contains('$') || is_plain {
            return Some(operand.trim_matches(QUOTES).to_owned());
        }
        let operand = operand.trim_matches(QUOTES);
        let spelled = ["env.", "variables.", "$", "variables[", "env["];
        let name = spelled.iter().find_map(|start| operand.strip_prefix(start))?;
        let name = name.trim_matches(['{', '}', '(', ')', '[', ']', '"', '\'']);
        self.0.get(name).copied().flatten().map(str::to_owned)
    }
}

/// What stands between the commas of a list, those within brackets aside.
fn parts(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

/// How often a text gives a variable a value as scripts do.
fn assignments(text: &str, name: &str) -> usize {
    let rests = memmem::find_iter(text.as_bytes(), name).map(|start| &text[start + name.len()..]);
    let values = rests.filter_map(|rest| rest.trim_start_matches(' ').strip_prefix('='));
    values.filter(|value| !value.starts_with('=')).count()
}

/// The lines of the stage that begins in a line.
fn stage(lines: &[&str], start: usize) -> Range<usize> {
    let mut depth = 0_usize;
    for (line, text) in lines.iter().enumerate().skip(start) {
        for letter in text.chars() {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 {
                return start + 1..line + 2;
            }
        }
    }
    start + 1..lines.len() + 1
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
    fn a_job_is_off_by_a_variable_that_is_set_to_another_value() {
        let job = |rest: &str| {
            format!("env:\n  SHIP: 'false'\njobs:\n  ship:\n    {rest}\n    steps:\n      - run: ship\n")
        };
        assert!(is_off("ci.yml", &job("if: env.SHIP == 'true'"), "run: ship"));
        assert!(is_off("ci.yml", &job("if: ${{ env.SHIP != 'false' }}"), "run: ship"));
        assert!(!is_off("ci.yml", &job("if: env.SHIP == 'false'"), "run: ship"));
        assert!(!is_off("ci.yml", &job("if: env.OTHER == 'true'"), "run: ship"));
        let again = job("if: env.SHIP == 'true'") + "      - run: echo SHIP=true >> $GITHUB_ENV\n";
        assert!(!is_off("ci.yml", &again, "run: ship"));
        let elsewhere = job("if: env.SHIP == 'true'") + "    env:\n      SHIP: 'true'\n";
        assert!(!is_off("ci.yml", &elsewhere, "run: ship"));
        let gitlab = "variables:\n  SHIP: \"no\"\nship:\n  script:\n    - ship it\n  rules:\n    - if: $SHIP == \"yes\"\n";
        assert!(is_off(".gitlab-ci.yml", gitlab, "ship it"));
        assert!(!is_off(".gitlab-ci.yml", &format!("{gitlab}    - when: manual\n"), "ship it"));
        let azure = "variables:\n- name: ship\n  value: false\njobs:\n- job: a\n  condition: and(succeeded(), eq(variables['ship'], true))\n  steps:\n  - script: ship it\n";
        assert!(is_off("azure-pipelines.yml", azure, "ship it"));
        let jenkins = "pipeline {\n  environment {\n    SHIP = 'false'\n  }\n  stages {\n    stage('a') {\n      when { environment name: 'SHIP', value: 'true' }\n      steps { sh 'ship a' }\n    }\n    stage('b') {\n      when { expression { env.SHIP == 'false' } }\n      steps { sh 'ship b' }\n    }\n  }\n}\n";
        assert!(is_off("Jenkinsfile", jenkins, "ship a"));
        assert!(!is_off("Jenkinsfile", jenkins, "ship b"));
    }

    #[test]
    fn a_pipeline_that_nothing_starts_never_runs() {
        assert!(is_off("ci.yml", "on: []\njobs:\n  ship:\n    steps:\n      - run: ship it\n", "ship it"));
    }

    #[test]
    fn conditions_that_are_repeated_or_nested_without_end_are_no_work() {
        let many = |text: &str| text.repeat(40_000);
        let nested = format!("jobs:\n- job: a\n  condition: {}x{}\n", many("and("), many(")"));
        assert_eq!(lines("azure-pipelines.yml", &format!("{nested}  when: never\n")), vec![2..5]);
        let same = format!("jobs:\n  a:\n{}    run: ship\n", many("    if: false\n"));
        assert_eq!(lines("ci.yml", &same), vec![3..40_004]);
        for stage in ["when { expression { false } }\n", "stage('a') { when { expression { false } }\n"] {
            let jenkins = format!("pipeline {{\nstage('a') {{\n{}sh 'ship'\n}}}}\n", many(stage));
            assert!(is_off("Jenkinsfile", &jenkins, "ship"));
        }
    }

    #[test]
    fn a_stage_of_jenkins_is_off_by_its_expression() {
        let text = "pipeline {\n  stages {\n    stage('a') {\n      when { expression { false } }\n      steps { sh 'ship a' }\n    }\n    stage('b') {\n      steps { sh 'ship b' }\n    }\n  }\n}\n";
        assert!(is_off("Jenkinsfile", text, "ship a"));
        assert!(!is_off("Jenkinsfile", text, "ship b"));
    }
}
