//! What scripts say under each name by which they are called: the recipe of a target, a task, the whole of a script.

use std::collections::BTreeMap;

use super::Terms;
use super::pipeline::Pipeline;

/// Lines that are run by a name.
pub(super) struct Body {
    pub(super) called: String,
    pub(super) lines: Vec<String>,
}

/// How far what is called is followed.
pub(super) const DEEPEST: usize = 4;
/// Names of one script.
const MOST: usize = 1_000;

/// The bodies of a script, without those that test.
pub(super) fn of(path: &str, text: &str, terms: Terms<'_>) -> Vec<Body> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut bodies = match name {
        "Makefile" | "makefile" | "GNUmakefile" => of_targets("make", text),
        name if name.ends_with(".mk") => of_targets("make", text),
        "justfile" | "Justfile" | ".justfile" => of_targets("just", text),
        name if name.ends_with(".just") => of_targets("just", text),
        name if name.starts_with("Taskfile") => of_tasks(path, text, terms),
        "package.json" => of_package(text),
        name if name.contains('.') => {
            vec![Body { called: name.to_owned(), lines: text.lines().map(str::to_owned).collect() }]
        }
        _ => Vec::new(),
    };
    bodies.truncate(MOST);
    bodies.retain(|body| {
        let name = body.called.split_once(' ').map_or("", |(_, name)| name);
        !terms.changes.is_passing(name)
    });
    bodies
}

/// The recipes of targets, and the targets that they need.
fn of_targets(program: &str, text: &str) -> Vec<Body> {
    let mut bodies: Vec<Body> = Vec::new();
    for line in text.lines() {
        let head = line.split_once(':').filter(|(_, rest)| !rest.starts_with('='));
        match head.filter(|_| !line.starts_with([' ', '\t', '#', '.'])) {
            Some((target, needed)) => {
                let target = target.split(' ').next().unwrap_or(target);
                let needed = needed.split('#').next().unwrap_or(needed).split_whitespace();
                let lines = needed.map(|target| format!("{program} {target}")).collect();
                bodies.push(Body { called: format!("{program} {target}"), lines });
            }
            None => {
                if let Some(body) = bodies.last_mut() {
                    body.lines.push(line.replace("$(MAKE)", "make"));
                }
            }
        }
    }
    bodies
}

/// The tasks of a Taskfile, and those that they name.
fn of_tasks(path: &str, text: &str, terms: Terms<'_>) -> Vec<Body> {
    let pipeline = Pipeline::read_at(path, text, terms);
    let mut bodies: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(called) = pipeline.called(number) else { continue };
        let lines = bodies.entry(called).or_default();
        match line.trim().strip_prefix("deps:") {
            Some(needed) => {
                let needed = needed.split(['[', ']', ',', ' ']).filter(|task| !task.is_empty());
                lines.extend(needed.map(|task| format!("task {task}")));
            }
            None => lines.push(line.replace("task: ", "task ")),
        }
    }
    let bodies = bodies.into_iter().map(|(called, lines)| Body { called: called.to_owned(), lines });
    bodies.collect()
}

/// The scripts of a package, each in a line of its own.
fn of_package(text: &str) -> Vec<Body> {
    let bodies = text.lines().filter_map(|line| {
        let mut parts = line.split('"').skip(1).step_by(2);
        let name = parts.next()?;
        let command = parts.collect::<Vec<_>>().join("\"");
        Some(Body { called: format!("run {name}"), lines: vec![command] })
    });
    bodies.collect()
}
