//! Reads what a repository already says: one walk, then one reader for each format, side by side.

mod ci;
mod compose;
mod dockerfile;
mod git;
mod hcl;
mod ignored;
mod kubernetes;
mod manifest;
mod ml;
mod paths;
mod patterns;
mod progress;
mod reference;
mod relation;
mod rules;
mod source;
mod tables;
mod terraform;
mod tracked;
mod tree;

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::facts::{self, Facts};
use crate::folder::Folder;
pub use compose::Environment;
use paths::Paths;
pub use progress::Progress;
pub use rules::Rules;
use source::Source;
use tracked::Tracked;
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
    let root = dir.canonicalize()?;
    let folder = Arc::new(Folder::open(&root)?);
    let history = git::Reading::begin(&folder, &root, now, &rules.tables.git);
    let paths = Paths::new(&rules.tables.paths);
    let tracked = Tracked::of(&folder);
    let tree = Tree::walk(&folder, &root, &tracked, &paths, progress);
    let mut facts = from_files(&tree, &paths, rules, environment);
    let unread;
    (facts.git, unread) = history.end();
    facts.unreadable.extend(unread.into_iter().chain(tracked.unreadable()));
    facts.unreadable.extend(tree.unreadable());
    facts.unreadable.sort();
    facts.unreadable.dedup();
    Ok(facts)
}

fn from_files(source: &impl Source, paths: &Paths, rules: &Rules, environment: &Environment) -> Facts {
    let tables = &rules.tables;
    let ((dockerfiles, (kubernetes, (compose, unread))), (terraform, (ci, (ml, unreadable)))) = rayon::join(
        || {
            let dockerfiles = dockerfile::read(source, paths, &tables.dockerfiles);
            let kubernetes = kubernetes::read(source, &tables.kubernetes);
            (dockerfiles, (kubernetes, compose::read(source, &rules.compose, environment)))
        },
        || {
            let terraform = terraform::read(source, &tables.terraform);
            (terraform, (ci::read(source, &tables.ci), ml::read(source, &tables.ml)))
        },
    );
    let mut facts =
        Facts { compose, dockerfiles, kubernetes, terraform, ci, ml, unreadable, ..Facts::default() };
    facts.unreadable.extend(unread);
    for object in &mut facts.kubernetes.objects {
        if let Some(image) = object.images.first() {
            object.purpose = compose::purpose(&object.name, image, &rules.compose);
        }
    }
    (facts.kubernetes.relation, facts.kubernetes.relation_because) = relation::judge(&facts, source, tables);
    facts
}
