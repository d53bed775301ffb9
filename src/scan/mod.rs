//! Reads what a repository already says: one walk, then one reader for each format, side by side.

mod ci;
mod dockerfile;
mod facts;
mod git;
mod hcl;
mod kubernetes;
mod manifest;
mod ml;
mod paths;
mod patterns;
mod progress;
mod relation;
mod source;
mod tables;
mod terraform;
mod tree;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub use facts::*;
pub use progress::Progress;
pub use tables::*;

use paths::Paths;
use source::Source;
use tree::Tree;

/// Reads all facts of a folder; it fails only when there is no such folder. `now` is what the history is counted back
/// from.
pub fn read(dir: &Path, tables: &Tables, now: SystemTime, progress: &Progress) -> std::io::Result<Facts> {
    let now =
        now.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    let history = git::Reading::begin(dir, now, &tables.git);
    let paths = Paths::new(&tables.paths);
    let tree = Tree::walk(dir, &paths, progress)?;
    let mut facts = from_files(&tree, &paths, tables);
    match history.end() {
        Ok(history) => facts.git = history,
        Err(reason) => facts.unreadable.push(reason),
    }
    facts.unreadable.extend(tree.unreadable());
    facts.unreadable.sort();
    Ok(facts)
}

fn from_files(source: &impl Source, paths: &Paths, tables: &Tables) -> Facts {
    let ((dockerfiles, kubernetes), (terraform, (ci, (ml, unreadable)))) = rayon::join(
        || {
            let dockerfiles = dockerfile::read(source, paths, &tables.dockerfiles);
            (dockerfiles, kubernetes::read(source, &tables.kubernetes))
        },
        || {
            let terraform = terraform::read(source, &tables.terraform);
            (terraform, (ci::read(source, &tables.ci), ml::read(source, &tables.ml)))
        },
    );
    let mut facts = Facts { dockerfiles, kubernetes, terraform, ci, ml, unreadable, ..Facts::default() };
    (facts.kubernetes.relation, facts.kubernetes.relation_because) = relation::judge(&facts, source, tables);
    facts
}
