//! What of a Jenkinsfile never runs: stages that are switched off, and comments over several lines, as other scripts have.

use std::ops::Range;

use super::super::tables::ChangeTable;
use super::condition::Constants;

/// The lines that never run, from 1: `when { expression { false } }` holds for the stage around it.
pub(super) fn never_run(text: &str) -> Vec<Range<usize>> {
    let lines: Vec<&str> = text.lines().collect();
    let constants = Constants::of_assignments(text);
    let mut off = comments(&lines);
    off.extend(stages(&lines, |line| is_off(line, &constants)));
    off
}

/// The lines of stages that only run for changes that are proposed.
pub(super) fn previews(text: &str, changes: &ChangeTable) -> Vec<Range<usize>> {
    let conditions = || changes.conditions.iter();
    if !text.contains("branch '") && !conditions().any(|condition| text.contains(condition.as_str())) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    stages(&lines, |line| {
        let line: String = line.split_whitespace().collect();
        let is_not_released = |branch: &String| line.contains(&format!("not{{branch'{branch}'}}"));
        let is_met = |condition: &String| {
            line.contains(condition.as_str()) && !line.contains(&format!("not{{{condition}"))
        };
        changes.released.iter().any(is_not_released) || conditions().any(is_met)
    })
}

/// The libraries that a Jenkinsfile shares with others: `@Library('acme-pipelines@v3') _`, `library 'acme-pipelines'`.
pub(super) fn libraries(text: &str) -> Vec<String> {
    let starts = ["@Library(", "library('", "library '", "library(\"", "library identifier: "];
    let calls = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let start = starts.iter().find(|start| line.starts_with(**start))?;
        Some(&line[start.trim_end_matches(['\'', '"']).len()..])
    });
    let inside = calls.filter_map(|rest| rest.split(')').next());
    let names = inside.flat_map(|list| list.split(['\'', '"']).skip(1).step_by(2));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The stages that hold a line of some kind.
fn stages(lines: &[&str], is_one: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last_stage = None;
    let mut end = 0;
    for (index, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("stage") {
            last_stage = Some(index);
        }
        // Braces are not counted twice.
        if index >= end
            && is_one(line)
            && let Some(start) = last_stage.take()
        {
            let stage = stage(lines, start);
            end = stage.end - 1;
            found.push(stage);
        }
    }
    found
}

fn is_off(line: &str, constants: &Constants<'_>) -> bool {
    let line: String = line.split_whitespace().collect();
    let inside = |start: &str| line.split_once(start).map(|(_, rest)| rest.trim_end_matches('}'));
    let expression = inside("expression{").map(|inside| inside.strip_prefix("return").unwrap_or(inside));
    let equals = inside("equalsexpected:").and_then(|inside| inside.split_once(",actual:"));
    let variable = inside("environmentname:").and_then(|inside| inside.split_once(",value:"));
    expression.is_some_and(|expression| constants.never_meet(expression))
        || equals.is_some_and(|(expected, actual)| constants.differ(expected, actual))
        || variable.is_some_and(|(name, value)| {
            constants.differ(&format!("env.{}", name.trim_matches(['"', '\''])), value)
        })
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
    use super::super::Terms;
    use super::*;

    fn is_off(text: &str, said: &str) -> bool {
        let line = text.lines().position(|line| line.contains(said)).expect("a line") + 1;
        never_run(text).iter().any(|off| off.contains(&line))
    }

    #[test]
    fn a_stage_is_off_by_its_expression() {
        let text = "pipeline {\n  stages {\n    stage('a') {\n      when { expression { false } }\n      steps { sh 'ship a' }\n    }\n    stage('b') {\n      steps { sh 'ship b' }\n    }\n  }\n}\n";
        assert!(is_off(text, "ship a"));
        assert!(!is_off(text, "ship b"));
    }

    #[test]
    fn a_stage_is_off_by_a_variable_that_is_set_to_another_value() {
        let text = "pipeline {\n  environment {\n    SHIP = 'false'\n  }\n  stages {\n    stage('a') {\n      when { environment name: 'SHIP', value: 'true' }\n      steps { sh 'ship a' }\n    }\n    stage('b') {\n      when { expression { env.SHIP == 'false' } }\n      steps { sh 'ship b' }\n    }\n  }\n}\n";
        assert!(is_off(text, "ship a"));
        assert!(!is_off(text, "ship b"));
    }

    #[test]
    fn a_stage_for_change_requests_is_one_of_previews() {
        let text = "pipeline {\n  stages {\n    stage('a') {\n      when { changeRequest() }\n      steps { sh 'ship a' }\n    }\n    stage('b') {\n      steps { sh 'ship b' }\n    }\n  }\n}\n";
        let changes = Terms::builtin().changes;
        assert_eq!(previews(text, changes).into_iter().flatten().collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert!(previews(&text.replace("changeRequest()", "not { changeRequest() }"), changes).is_empty());
    }

    #[test]
    fn stages_that_are_switched_off_again_and_again_are_no_work() {
        for stage in ["when { expression { false } }\n", "stage('a') { when { expression { false } }\n"] {
            let text = format!("pipeline {{\nstage('a') {{\n{}sh 'ship'\n}}}}\n", stage.repeat(40_000));
            assert!(is_off(&text, "ship"));
        }
    }
}
