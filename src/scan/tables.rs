//! What the detectors know of the world, read from `rules/scan.toml`: names of directories, images, libraries, words.
//!
//! The build script reads them as well, so that the program need not at every start.
//!
//! Patterns are plain texts in which `*` stands for anything, `/` included; they are compared without regard to case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::PathClass;

/// The tables of all detectors except those of compose files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Tables {
    /// Which files can matter, and what directories say of them.
    pub(crate) paths: PathTable,
    /// Base images.
    pub(crate) dockerfiles: DockerfileTable,
    /// API groups, and what shows how a repository stands to the orchestrator.
    pub(crate) kubernetes: KubernetesTable,
    /// Resource types and modules.
    pub(crate) terraform: TerraformTable,
    /// Systems of continuous integration, and words that deploy.
    pub(crate) ci: CiTable,
    /// Libraries of machine learning.
    pub(crate) ml: MlTable,
    /// Who is not a person.
    pub(crate) git: GitTable,
    /// What shows whose an image is.
    pub(crate) own: OwnTable,
    /// Formats that are seen and not read.
    pub(crate) seen: Vec<FileSign>,
    /// What says that a repository is of the past.
    pub(crate) retired: RetiredTable,
}

/// `[retired]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetiredTable {
    /// What a guide calls the repository, in lower case.
    pub(crate) subjects: Vec<String>,
    /// What it says of it then, or begins a line with.
    pub(crate) states: Vec<String>,
    /// What says so anywhere in its first lines.
    pub(crate) phrases: Vec<String>,
    /// Files that describe the repository to others.
    pub(crate) sign: Vec<FileSign>,
}

/// `[own]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnTable {
    /// Where images are built and pushed.
    pub(crate) push: Vec<PushWords>,
    /// Patterns of registries that nobody can use but their account.
    pub(crate) private_registries: Vec<String>,
    /// First folders in such a registry that hold copies of the images of others.
    pub(crate) mirrors: Vec<String>,
    /// Registries that everybody publishes in: that an image is there says nothing about whose it is.
    pub(crate) public_registries: Vec<String>,
}

/// Files in which images are built and pushed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PushWords {
    /// Patterns of their paths.
    pub(crate) files: Vec<String>,
    /// Words of the lines that do so.
    pub(crate) words: Vec<String>,
}

/// `[paths]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathTable {
    /// Files with these extensions can matter.
    pub(crate) extensions: Vec<String>,
    /// So can those whose whole name is one of these.
    pub(crate) names: Vec<String>,
    /// And those in whose name one of these occurs.
    pub(crate) parts: Vec<String>,
    /// Directories that are not entered at all.
    pub(crate) skipped: Vec<String>,
    /// Patterns of directory names by what they say; the outermost directory that says something decides.
    pub(crate) classes: BTreeMap<PathClass, Vec<String>>,
    /// Words of such names by what they say wherever they stand in one.
    pub(crate) words: BTreeMap<PathClass, Vec<String>>,
}

/// `[dockerfiles]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DockerfileTable {
    /// Patterns of base images that mean accelerators.
    pub(crate) accelerators: Vec<String>,
    /// Patterns of base images of Windows.
    #[serde(default)]
    pub(crate) windows: Vec<String>,
}

/// `[kubernetes]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KubernetesTable {
    /// Words of folders and files by which a file in JSON may hold objects.
    pub(crate) json_words: Vec<String>,
    /// Patterns of `apiVersion/kind` that configure tools and are no objects of a cluster.
    pub(crate) not_objects: Vec<String>,
    /// Objects that are of another platform where a command gives them to it.
    #[serde(default)]
    pub(crate) given_away: Vec<GivenAway>,
    /// Patterns of `apiVersion/kind` that run containers.
    pub(crate) workloads: Vec<String>,
    /// Those of them that go on running, or are run again and again.
    pub(crate) lasting: Vec<String>,
    /// Patterns of `apiVersion/kind` that are run once, by whoever wants to.
    pub(crate) tasks: Vec<String>,
    /// Patterns of `apiVersion/kind` that every cluster knows.
    pub(crate) native: Vec<String>,
    /// Words of the title of a guide, and phrases of its first lines, by which a repository is a collection of examples.
    pub(crate) example_words: Vec<String>,
    /// The phrases.
    pub(crate) example_phrases: Vec<String>,
    /// Patterns of outputs of Terraform modules that build clusters.
    pub(crate) cluster_outputs: Vec<String>,
    /// Patterns of `apiVersion/kind` that keep a cluster as a repository says: who has them deploys.
    pub(crate) delivery: Vec<String>,
    /// Where some of these say which folder they follow.
    #[serde(default)]
    pub(crate) follows: Vec<Follows>,
    /// Files that do so without being an object, such as the values of a chart.
    pub(crate) delivery_sign: Vec<FileSign>,
    /// Patterns of `apiVersion/kind` that only clusters understand which others run.
    pub(crate) shared: Vec<String>,
    /// Files that speak of a namespace in such a cluster.
    pub(crate) shared_sign: Vec<FileSign>,
    /// Kinds in the templates of a chart that do so.
    pub(crate) delivery_kinds: Vec<String>,
    /// Objects that may only follow changes that are proposed.
    #[serde(default)]
    pub(crate) for_changes: Vec<ForChanges>,
    /// What a line says that gives something to a cluster.
    #[serde(default)]
    pub(crate) given_by: Vec<String>,
    /// Ends of the names of guides and scripts in which such lines are looked for.
    #[serde(default)]
    pub(crate) guides: Vec<String>,
    /// Starts of the names of those for whoever installs what is here.
    #[serde(default)]
    pub(crate) guides_for_others: Vec<String>,
    /// Patterns of `apiVersion/kind` that describe software made for clusters.
    pub(crate) made_for: Vec<String>,
    /// What deployments (`[[ci.deploy]]`, `[[ci.sign]]`) and Terraform resources mean when they are meant for it.
    pub(crate) targets: Vec<String>,
    /// What deployments mean that may lead anywhere.
    pub(crate) indirect: Vec<String>,
    /// What Terraform resources mean that a module for others makes.
    pub(crate) clusters: Vec<String>,
    /// Patterns of directories and of names of values files that stand for an environment of one's own.
    pub(crate) environments: Vec<String>,
    /// Files that show software made for clusters.
    pub(crate) made_for_sign: Vec<FileSign>,
    /// Files that turn an autoscaler of a chart on.
    #[serde(default)]
    pub(crate) autoscaling_sign: Vec<FileSign>,
    /// Files that show that manifests or charts are published for others.
    pub(crate) offer_sign: Vec<FileSign>,
}

/// Objects that let a cluster follow folders, or nothing of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Follows {
    /// Patterns of `apiVersion/kind`.
    pub(crate) objects: Vec<String>,
    /// Where in them folders stand: `spec.path`.
    pub(crate) paths: Vec<String>,
}

/// Objects that only follow changes that are proposed, by the keys that they have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForChanges {
    /// Patterns of `apiVersion/kind`.
    pub(crate) objects: Vec<String>,
    /// One of these keys says so.
    pub(crate) keys: Vec<String>,
    /// None of these is there, by which they follow something else as well.
    pub(crate) without: Vec<String>,
}

/// Objects of a format that another platform takes over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenAway {
    /// Patterns of `apiVersion/kind`.
    pub(crate) objects: Vec<String>,
    /// The commands (`[[ci.deploy]]`) that do so.
    pub(crate) by: Vec<String>,
}

/// A file that means something: by its path, and by words in it when there are any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileSign {
    /// What it means.
    pub(crate) says: String,
    /// Patterns of the path; without a `/` they speak of its last part, else of all of it, with a `/` before it.
    pub(crate) paths: Vec<String>,
    /// One of these must occur in the text, unless there are none.
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// The repository must define an object of one of these kinds as well, unless there are none.
    #[serde(default)]
    pub(crate) with_kinds: Vec<String>,
}

/// `[terraform]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TerraformTable {
    /// Patterns of resource types by what they mean.
    pub(crate) resources: BTreeMap<String, Vec<String>>,
    /// Patterns of module sources by what they mean.
    pub(crate) modules: BTreeMap<String, Vec<String>>,
    /// Files at the top of a repository that is a module for others, if it has examples of its use as well.
    pub(crate) module_files: Vec<String>,
}

/// `[ci]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CiTable {
    /// Systems of continuous integration.
    pub(crate) system: Vec<CiSystem>,
    /// Other files in which commands that deploy are written down.
    pub(crate) scripts: Vec<String>,
    /// What commands lead to a cluster, and what they give it.
    #[serde(default)]
    pub(crate) clusters: ClusterWords,
    /// What only runs for a change that is proposed, or for a test.
    #[serde(default)]
    pub(crate) changes: ChangeTable,
    /// Folders that are called after systems of continuous integration: what these run from there is no test for that.
    pub(crate) folders: Vec<String>,
    /// Files beside which the sources of one piece of software lie.
    pub(crate) software: Vec<String>,
    /// Folders of what is no software of the product: a deployment of a part is not asked to bring them along.
    pub(crate) beside: Vec<String>,
    /// What a deployment leads to that brings along whatever a template says, wherever that lies.
    pub(crate) whole: Vec<String>,
    /// Commands that deploy.
    pub(crate) deploy: Vec<DeployWords>,
    /// Files whose presence says where the software runs.
    pub(crate) sign: Vec<DeploySign>,
}

/// `[ci.clusters]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClusterWords {
    /// What the commands mean of which it matters what they give.
    pub(crate) target: String,
    /// Programs that are given the files, as arguments.
    pub(crate) apply: Vec<String>,
    /// Programs that make their objects themselves.
    pub(crate) make: Vec<String>,
}

/// `[ci.changes]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeTable {
    /// Words of the name of a stage or environment that is made for one change.
    pub(crate) names: Vec<String>,
    /// First words of branches that hold a change.
    pub(crate) branches: Vec<String>,
    /// Branches that hold what is released.
    pub(crate) released: Vec<String>,
    /// Events of a change.
    pub(crate) events: Vec<String>,
    /// Conditions of a stage of Jenkins that only a change meets.
    #[serde(default)]
    pub(crate) conditions: Vec<String>,
    /// What the branch is called that is built.
    pub(crate) branch: Vec<String>,
    /// Starts of variables that only a change sets.
    pub(crate) set_by_one: Vec<String>,
    /// Words of the names of jobs that test and do nothing else.
    pub(crate) tests: Vec<String>,
    /// Those of them that say nothing where they are the whole name.
    pub(crate) not_alone: Vec<String>,
    /// Words of the names of jobs about documentation.
    pub(crate) documentation: Vec<String>,
}

/// A system of continuous integration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CiSystem {
    /// Its name.
    pub(crate) name: String,
    /// Patterns of the paths of its configuration.
    pub(crate) paths: Vec<String>,
    /// One of these must occur in the text, unless there are none.
    #[serde(default)]
    pub(crate) words: Vec<String>,
}

/// Commands that deploy to the same kind of place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeployWords {
    /// What they mean.
    pub(crate) target: String,
    /// The commands (or actions), as they are written.
    pub(crate) words: Vec<String>,
    /// One of these must occur in the same job, unless there are none: what makes a start a deployment.
    #[serde(default)]
    pub(crate) with: Vec<String>,
    /// Commands that only look, in which the words of `with` make nothing a deployment; where there are some, the words count
    /// in no names either.
    #[serde(default)]
    pub(crate) looks: Vec<String>,
    /// None of these may occur in the same job: what makes it a test.
    #[serde(default)]
    pub(crate) without: Vec<String>,
    /// Nor any of these in the same command: what makes it a rehearsal.
    #[serde(default)]
    pub(crate) without_in_line: Vec<String>,
    /// Nor any of these in the same job of a pipeline: what takes it away again, so that it was a test.
    #[serde(default)]
    pub(crate) undone: Vec<String>,
    /// One of these files must be there, as `[[ci.sign]]` calls them, unless there are none: the command leads where they say.
    #[serde(default)]
    pub(crate) signs: Vec<String>,
}

/// A file whose presence says where the software runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeploySign {
    /// What it means.
    pub(crate) target: String,
    /// What it is.
    pub(crate) says: String,
    /// Patterns of the path.
    pub(crate) paths: Vec<String>,
    /// One of these must occur in the text, unless there are none.
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// None of these may: what says that it means something else.
    #[serde(default)]
    pub(crate) without: Vec<String>,
}

/// `[ml]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MlTable {
    /// Patterns of names of libraries by what they are for.
    pub(crate) libraries: BTreeMap<String, Vec<String>>,
}

/// `[git]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GitTable {
    /// Patterns of names and addresses of authors that are programs.
    pub(crate) bots: Vec<String>,
    /// Patterns of tags that look like versions and are no releases.
    pub(crate) no_releases: Vec<String>,
}
