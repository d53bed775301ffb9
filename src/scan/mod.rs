//! Reads what a repository already says: one walk, then one reader for each format, side by side.

mod ci;
mod compose;
mod dockerfile;
mod git;
mod hcl;
mod kubernetes;
mod manifest;
mod manifest_json;
mod ml;
mod owner;
mod paths;
mod patterns;
mod progress;
mod reference;
mod relation;
mod rules;
mod seen;
mod source;
mod tables;
mod terraform;
mod tree;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::facts::{self, Facts};
pub use compose::Environment;
use owner::Owner;
use paths::Paths;
pub use progress::Progress;
pub use rules::Rules;
use source::Source;
use tree::Tree;

/// Reads all facts of a folder; it fails only when there is no such folder. `now` is what the history is counted back
/// from.
///
/// # Errors
/// When the folder cannot be opened.
pub fn read(
    dir: &Path,
    rules: &Rules,
    environment: &Environment,
    now: SystemTime,
    progress: &Progress,
) -> std::io::Result<Facts> {
    let now =
        now.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    let history = git::Reading::begin(dir, now, &rules.tables.git);
    let paths = Paths::new(&rules.tables.paths);
    let tree = Tree::walk(dir, &paths, progress)?;
    let mut facts = from_files(&tree, &paths, rules, environment);
    match history.end() {
        Ok(history) => facts.git = history,
        Err(reason) => facts.unreadable.push(reason),
    }
    // What the walk says of a file goes before what a reader says of the same.
    let unread = tree.unreadable();
    facts.unreadable.retain(|other| !unread.iter().any(|one| one.path == other.path));
    facts.unreadable.extend(unread);
    facts.unreadable.sort();
    facts.unreadable.dedup();
    Ok(facts)
}

fn from_files(source: &impl Source, paths: &Paths, rules: &Rules, environment: &Environment) -> Facts {
    let tables = &rules.tables;
    let mut owner = Owner::of(source, &tables.own);
    let ((dockerfiles, (kubernetes, (compose, unread))), (terraform, (ci, (ml, unreadable)))) = rayon::join(
        || {
            let dockerfiles = dockerfile::read(source, paths, &tables.dockerfiles);
            let kubernetes = kubernetes::read(source, &tables.kubernetes);
            (dockerfiles, (kubernetes, compose::read(source, &rules.compose, &mut owner, environment)))
        },
        || {
            let terraform = terraform::read(source, &tables.terraform);
            (terraform, (ci::read(source, &tables.ci), ml::read(source, &tables.ml)))
        },
    );
    let mut facts =
        Facts { compose, dockerfiles, kubernetes, terraform, ci, ml, unreadable, ..Facts::default() };
    facts.seen = seen::read(source, &tables.seen);
    facts.unreadable.extend(unread);
    for object in &mut facts.kubernetes.objects {
        if let Some(image) = object.images.first() {
            object.purpose = compose::purpose(&object.name, image, &rules.compose, &owner);
        }
    }
    let judgement = relation::judge(&facts, source, tables);
    facts.kubernetes.relation = judgement.relation;
    facts.kubernetes.is_deployed = judgement.is_deployed;
    facts.kubernetes.relation_because = judgement.because;
    facts
}
