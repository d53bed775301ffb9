//! Services that are started by their names: in a box of tools the others do not run by themselves.

use std::collections::HashSet;

use super::super::facts::{Compose, PathClass};
use super::choose::class_of_name;
use super::commands::Run;
use super::paths::{depth, parent};
use super::tables::Words;

/// The profiles that the outermost guide or script turns on, where all of its commands that start the project turn on the same.
/// Those that are called after development, or a test, tell what it takes to work on it.
pub(super) fn profiles(compose: &Compose, runs: &[Run], words: &Words) -> Option<Vec<String>> {
    let main = compose.main.as_deref()?;
    let starts = runs.iter().filter(|run| run.started.is_some() && is_of_project(run, main));
    let starts: Vec<&Run> = starts.collect();
    let outermost = starts.iter().map(|run| depth(&run.from)).min()?;
    let mut outer = starts.into_iter().filter(|run| depth(&run.from) == outermost);
    let first = outer.next().filter(|run| !run.profiles.is_empty())?;
    let is_for_work = |profile: &String| class_of_name(profile, words) != PathClass::Main;
    let is_agreed = outer.all(|run| run.profiles == first.profiles);
    (is_agreed && !first.profiles.iter().any(is_for_work)).then(|| first.profiles.clone())
}

fn is_of_project(run: &Run, main: &str) -> bool {
    match run.files.as_slice() {
        [] => run.folder.as_deref().unwrap_or(parent(&run.from)) == parent(main) || parent(main).is_empty(),
        files => files.iter().any(|file| file == main),
    }
}

/// Turns off the services that the outermost guide or script does not name, where commands mostly name services, and there
/// fewer than half of those that start by default.
pub(super) fn leave_off_what_is_not_named(compose: &mut Compose, runs: &[Run]) {
    let Some(main) = compose.main.clone() else { return };
    let names: HashSet<&str> = compose.services.iter().map(|service| service.name.as_str()).collect();
    let started = runs.iter().filter(|run| is_of_project(run, &main));
    let started = started.filter_map(|run| Some((&run.from, run.started.as_ref()?)));
    let (by_name, plain): (Vec<_>, Vec<_>) = started
        .partition(|(_, words)| !words.is_empty() && words.iter().all(|word| names.contains(word.as_str())));
    let Some(outermost) = by_name.iter().map(|(from, _)| depth(from)).min() else { return };
    let outer = by_name.iter().filter(|(from, _)| depth(from) == outermost);
    let named: HashSet<&String> = outer.flat_map(|(_, words)| *words).collect();
    if by_name.len() < MOSTLY * plain.len() || 2 * named.len() >= compose.active() {
        return;
    }
    for service in compose.services.iter_mut().filter(|service| !named.contains(&service.name)) {
        service.active = false;
    }
}

/// So often commands name services for each that names none.
const MOSTLY: usize = 3;
