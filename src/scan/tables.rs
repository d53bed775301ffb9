//! What the detectors know of the world, read from `rules/scan.toml`: names of directories, images, libraries, words.
//!
//! Patterns are plain texts in which `*` stands for anything, `/` included; they are compared without regard to case.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::facts::PathClass;

/// The tables of all detectors except those of compose files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Tables {
    /// Which files can matter, and what directories say of them.
    pub paths: PathTable,
    /// Base images.
    pub dockerfiles: DockerfileTable,
    /// API groups, and what shows how a repository stands to the orchestrator.
    pub kubernetes: KubernetesTable,
    /// Resource types and modules.
    pub terraform: TerraformTable,
    /// Systems of continuous integration, and words that deploy.
    pub ci: CiTable,
    /// Libraries of machine learning.
    pub ml: MlTable,
    /// Who is not a person.
    pub git: GitTable,
}

/// `[paths]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathTable {
    /// Files with these extensions can matter.
    pub extensions: Vec<String>,
    /// So can those whose whole name is one of these.
    pub names: Vec<String>,
    /// And those in whose name one of these occurs.
    pub parts: Vec<String>,
    /// Directories that are not entered at all.
    pub skipped: Vec<String>,
    /// Patterns of directory names by what they say; the outermost directory that says something decides.
    pub classes: BTreeMap<PathClass, Vec<String>>,
}

/// `[dockerfiles]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DockerfileTable {
    /// Patterns of base images that mean accelerators.
    pub accelerators: Vec<String>,
}

/// `[kubernetes]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesTable {
    /// Patterns of `apiVersion/kind` that configure tools and are no objects of a cluster.
    pub not_objects: Vec<String>,
    /// Kinds that run containers.
    pub workloads: Vec<String>,
    /// Patterns of `apiVersion/kind` that keep a cluster as a repository says: who has them deploys.
    pub delivery: Vec<String>,
    /// Patterns of `apiVersion/kind` that describe software made for clusters.
    pub made_for: Vec<String>,
    /// What deployments (`[[ci.deploy]]`, `[[ci.sign]]`) and Terraform resources mean when they are meant for it.
    pub targets: Vec<String>,
    /// What Terraform resources mean that a module for others makes.
    pub clusters: Vec<String>,
    /// Patterns of directories and of names of values files that stand for an environment of one's own.
    pub environments: Vec<String>,
    /// Files that show software made for clusters.
    pub made_for_sign: Vec<FileSign>,
    /// Files that show that manifests or charts are published for others.
    pub offer_sign: Vec<FileSign>,
}

/// A file that means something: by its path, and by words in it when there are any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSign {
    /// What it means.
    pub says: String,
    /// Patterns of the path; without a `/` they speak of its last part, else of all of it, with a `/` before it.
    pub paths: Vec<String>,
    /// One of these must occur in the text, unless there are none.
    #[serde(default)]
    pub words: Vec<String>,
    /// The repository must define an object of one of these kinds as well, unless there are none.
    #[serde(default)]
    pub with_kinds: Vec<String>,
}

/// `[terraform]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerraformTable {
    /// Patterns of resource types by what they mean.
    pub resources: BTreeMap<String, Vec<String>>,
    /// Patterns of module sources by what they mean.
    pub modules: BTreeMap<String, Vec<String>>,
    /// Files at the top of a repository that is a module for others, if it has examples of its use as well.
    pub module_files: Vec<String>,
}

/// `[ci]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CiTable {
    /// Systems of continuous integration.
    pub system: Vec<CiSystem>,
    /// Other files in which commands that deploy are written down.
    pub scripts: Vec<String>,
    /// Commands that deploy.
    pub deploy: Vec<DeployWords>,
    /// Files whose presence says where the software runs.
    pub sign: Vec<DeploySign>,
}

/// A system of continuous integration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CiSystem {
    /// Its name.
    pub name: String,
    /// Patterns of the paths of its configuration.
    pub paths: Vec<String>,
    /// One of these must occur in the text, unless there are none.
    #[serde(default)]
    pub words: Vec<String>,
}

/// Commands that deploy to the same kind of place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployWords {
    /// What they mean.
    pub target: String,
    /// The commands (or actions), as they are written.
    pub words: Vec<String>,
    /// One of these must occur in the same job, unless there are none: what makes a start a deployment.
    #[serde(default)]
    pub with: Vec<String>,
    /// None of these may occur in the same job: what makes it a test.
    #[serde(default)]
    pub without: Vec<String>,
}

/// A file whose presence says where the software runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploySign {
    /// What it means.
    pub target: String,
    /// What it is.
    pub says: String,
    /// Patterns of the path.
    pub paths: Vec<String>,
    /// One of these must occur in the text, unless there are none.
    #[serde(default)]
    pub words: Vec<String>,
}

/// `[ml]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlTable {
    /// Patterns of names of libraries by what they are for.
    pub libraries: BTreeMap<String, Vec<String>>,
}

/// `[git]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitTable {
    /// Patterns of names and addresses of authors that are programs.
    pub bots: Vec<String>,
    /// Patterns of tags that look like versions and are no releases.
    pub no_releases: Vec<String>,
}
