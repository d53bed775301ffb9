//! Reads what a repository already says: one walk, then one reader for each format, side by side.

mod applied;
mod budget;
mod ci;
mod compose;
mod dockerfile;
mod excluding;
mod followed;
mod git;
mod guide;
mod hcl;
mod ignored;
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
mod signs;
mod source;
mod switch;
mod tables;
mod terraform;
mod tracked;
mod tree;
mod uses;
mod yaml;

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::facts::{self, Excluded, Facts};
use crate::folder::Folder;
pub use compose::Environment;
use excluding::Excluding;
use guide::Guide;
use owner::Owner;
use paths::Paths;
pub use progress::Progress;
pub use rules::Rules;
use source::Source;
use tracked::Tracked;
use tree::Tree;

/// Reads all facts of a folder. `now` is what the history is counted back
/// from.
///
/// # Errors
/// When the folder cannot be opened, or too many patterns say what does not count.
pub fn read(
    dir: &Path,
    rules: &Rules,
    environment: &Environment,
    now: SystemTime,
    progress: &Progress,
) -> std::io::Result<Facts> {
    let now =
        now.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    Excluding::check(&environment.exclude)?;
    let root = dir.canonicalize()?;
    let folder = Arc::new(Folder::open(&root)?);
    let history = git::Reading::begin(&folder, &root, now, &rules.tables.git);
    let paths = Paths::new(&rules.tables);
    let tracked = Tracked::of(&folder);
    let mut tree = Tree::walk(&folder, &root, &tracked, &paths, progress);
    let excluded = (!environment.exclude.is_empty()).then(|| {
        let count = tree.leave_out_all(&Excluding::new(&environment.exclude));
        Excluded { patterns: environment.exclude.clone(), count }
    });
    let config = git::config(&folder, &root);
    let mut facts = from_files(&tree, config.as_deref(), &paths, rules, environment);
    if tree.is_overfull() {
        tree.admit_the_smallest();
        facts = from_files(&tree, config.as_deref(), &paths, rules, environment);
    }
    facts.excluded = excluded;
    let unread;
    (facts.git, unread) = history.end();
    // What the walk says of a file goes before what a reader says of the same.
    let sparse = tracked.not_checked_out();
    let unread = unread
        .into_iter()
        .chain(sparse)
        .chain(tracked.unreadable())
        .chain(tree.unreadable())
        .collect::<Vec<_>>();
    facts.unreadable.retain(|other| !unread.iter().any(|one| one.path == other.path));
    facts.unreadable.extend(unread);
    facts.unreadable.sort();
    facts.unreadable.dedup();
    Ok(facts)
}

fn from_files(
    source: &impl Source,
    config: Option<&str>,
    paths: &Paths,
    rules: &Rules,
    environment: &Environment,
) -> Facts {
    let tables = &rules.tables;
    let signs = signs::read(source, tables);
    let mut owner = Owner::of(source, config, &tables.own);
    let ((dockerfiles, kubernetes), (terraform, ((ci, applied), (ml, unreadable)))) = rayon::join(
        || {
            let dockerfiles = dockerfile::read(source, paths, &tables.dockerfiles);
            (dockerfiles, kubernetes::read(source, paths, &tables.kubernetes))
        },
        || {
            let ci = ci::read(source, paths, &signs, &tables.ci, owner.home());
            (terraform::read(source, &tables.terraform), (ci, ml::read(source, &tables.ml)))
        },
    );
    let (compose, unread) = compose::read(source, &rules.compose, &mut owner, environment, &ci.deploys);
    let mut facts =
        Facts { compose, dockerfiles, kubernetes, terraform, ci, ml, unreadable, ..Facts::default() };
    facts.seen = seen::read(&signs, &tables.seen);
    applied::tell(&mut facts.kubernetes, &applied, source, &tables.kubernetes);
    facts.unreadable.extend(unread);
    kubernetes::leave_out_given_away(&mut facts.kubernetes, &facts.ci.deploys, &tables.kubernetes);
    for object in &mut facts.kubernetes.objects {
        if let Some(image) = object.images.first() {
            object.purpose = compose::purpose(&object.name, image, &rules.compose, &owner);
        }
    }
    let guide = Guide::of(source);
    facts.retired = guide::retired(&guide, &signs, &tables.retired);
    let judgement = relation::judge(&facts, source, &signs, &guide, tables);
    facts.kubernetes.relation = judgement.relation;
    facts.kubernetes.is_deployed = judgement.is_deployed;
    facts.kubernetes.relation_because = judgement.because;
    facts.kubernetes.shared = judgement.shared;
    facts.kubernetes.autoscaling = judgement.autoscaling;
    facts.kubernetes.lacks_workloads = judgement.lacks_workloads;
    facts.examples = judgement.examples;
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reader sees the text as the file of a repository that is called so.
    fn read_as(path: &str, folder: &str) {
        let rules =
            Rules::parse(&crate::builtin::builtin_scan_file()).unwrap_or_else(|faults| panic!("{faults}"));
        let paths = Paths::new(&rules.tables);
        crate::fuzz::texts(folder, |text| {
            let source = source::Texts::new(
                &[(path, text), ("compose.yaml", "include: [.env, Dockerfile]\n")],
                &paths,
            );
            from_files(&source, None, &paths, &rules, &Environment::default())
        });
    }

    #[test]
    fn any_compose_file_is_read_within_bounds() {
        read_as("compose.yaml", "compose");
    }

    #[test]
    fn any_dockerfile_is_read_within_bounds() {
        read_as("Dockerfile", "dockerfile");
    }

    #[test]
    fn any_terraform_is_read_within_bounds() {
        read_as("main.tf", "hcl");
        read_as("main.tf.json", "json");
    }

    #[test]
    fn any_manifest_is_read_within_bounds() {
        read_as("k8s/all.yaml", "manifests");
        read_as("charts/a/Chart.yaml", "manifests");
    }

    #[test]
    fn any_list_of_libraries_is_read_within_bounds() {
        read_as("pyproject.toml", "toml");
        read_as("requirements.txt", "requirements");
        read_as("setup.py", "requirements");
    }

    #[test]
    fn any_pipeline_is_read_within_bounds() {
        read_as(".github/workflows/ci.yml", "pipeline");
    }

    #[test]
    fn any_file_of_variables_is_read_within_bounds() {
        read_as(".env", "variables");
    }
}
