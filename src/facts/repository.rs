//! What a repository says, before anything is concluded from it: every fact with its place.

use super::class::{PathClass, ServiceClass};

/// A line of a file of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The path from the scanned folder, with `/` between its parts.
    pub path: String,
    /// The line, from 1; 0 speaks of the file as a whole.
    pub line: usize,
}

impl std::fmt::Display for Place {
    /// Fit to print, whatever the path contains.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = crate::text::one_line(&self.path);
        if self.line == 0 { f.write_str(&path) } else { write!(f, "{path}:{}", self.line) }
    }
}

/// All facts of one scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// What the compose files say.
    pub compose: Compose,
    /// Every Dockerfile (Containerfile).
    pub dockerfiles: Vec<Dockerfile>,
    /// What is there for the orchestrator.
    pub kubernetes: Kubernetes,
    /// Infrastructure as code.
    pub terraform: Terraform,
    /// Continuous integration and deployment.
    pub ci: Ci,
    /// Declared machine-learning dependencies.
    pub ml: Vec<Dependency>,
    /// The history, when there is one.
    pub git: Option<History>,
    /// Formats that are not read and say something all the same: the first file of each, and how many there are.
    pub seen: Vec<Seen>,
    /// Where the guide at the top calls the repository a collection of examples, a sample or a demonstration.
    pub examples: Option<(Place, String)>,
    /// Where something says that nobody runs or maintains any more what is here, and in which words.
    pub retired: Option<(Place, String)>,
    /// What the reader has told not to look at.
    pub excluded: Option<Excluded>,
    /// What was left out or could not be read, and why.
    pub unreadable: Vec<Unreadable>,
}

impl Facts {
    /// Whether anything was read that can say something.
    pub fn is_empty(&self) -> bool {
        self.compose.files.is_empty()
            && self.dockerfiles.is_empty()
            && self.kubernetes.objects.is_empty()
            && self.kubernetes.charts.is_empty()
            && self.kubernetes.kustomizations.is_empty()
            && self.terraform == Terraform::default()
            && self.ci.systems.is_empty()
            && self.ci.deploys.is_empty()
            && self.ml.is_empty()
    }
}

/// Files of a format that is seen and not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The format, as it is called.
    pub format: String,
    /// The first file.
    pub path: String,
    /// How many there are.
    pub count: usize,
}

/// Files that do not count because somebody said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The patterns, as they were given.
    pub patterns: Vec<String>,
    /// How many files fit.
    pub count: usize,
}

/// Something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// Where.
    pub path: String,
    /// Why, as the end of "could not read, because".
    pub reason: String,
    /// How many others there are with the same reason that are not named.
    pub others: usize,
}

impl Unreadable {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into(), others: 0 }
    }

    /// What was not read: "a.yaml", or "a.yaml and 70 more".
    pub(crate) fn named(&self) -> String {
        match self.others {
            0 => self.path.clone(),
            others => format!("{} and {others} more", self.path),
        }
    }
}

/// The compose files of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compose {
    /// Every file whose content is compose, with its class.
    pub files: Vec<(String, PathClass)>,
    /// The main file; none when there is none or when the choice is a tie.
    pub main: Option<String>,
    /// The main file and all that it is merged from: overrides, includes, extended files, in the order of merging.
    pub main_set: Vec<String>,
    /// The files between which no choice is made; empty without a tie.
    pub ambiguous: Vec<String>,
    /// The services of the main set, merged.
    pub services: Vec<Service>,
    /// Where a guide says that they are for development and no deployment.
    pub for_development: Option<Place>,
}

impl Compose {
    /// What the path of the main file says of it.
    pub fn main_class(&self) -> PathClass {
        let main = self.files.iter().find(|(path, _)| Some(path) == self.main.as_ref());
        main.map(|(_, class)| *class).unwrap_or_default()
    }

    /// How many services are defined.
    pub fn defined(&self) -> usize {
        self.services.len()
    }

    /// How many of them start by default.
    pub fn active(&self) -> usize {
        self.services.iter().filter(|service| service.active).count()
    }

    /// How many different images the application services run.
    pub fn distinct_app_images(&self) -> usize {
        self.app_images().len()
    }

    /// How many different images of others run by default: databases and the like, and whole products.
    pub fn packages(&self) -> usize {
        let others = self.services.iter().filter(|service| {
            service.active && service.class != ServiceClass::Application && service.build.is_none()
        });
        let images: std::collections::BTreeSet<&str> = others
            .filter_map(|service| service.image_resolved.as_deref().or(service.image.as_deref()))
            .collect();
        images.len()
    }

    /// The application services by the image that they run. An image that is built here is one image, however many
    /// services run it, and whether they name it by its tag or by how it is built.
    pub fn app_images(&self) -> Vec<Vec<&Service>> {
        let mut images: Vec<(Vec<&str>, Vec<&Service>)> = Vec::new();
        for service in self.services.iter().filter(|service| service.class == ServiceClass::Application) {
            let names = service.identities();
            let (same, mut rest): (Vec<_>, Vec<_>) =
                images.into_iter().partition(|(known, _)| known.iter().any(|name| names.contains(name)));
            let (known, services): (Vec<_>, Vec<_>) = same.into_iter().unzip();
            rest.push((
                known.into_iter().flatten().chain(names).collect(),
                services.into_iter().flatten().chain([service]).collect(),
            ));
            images = rest;
        }
        images.into_iter().map(|(_, services)| services).collect()
    }
}

/// One service of the main compose files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub class: ServiceClass,
    /// The kind within its class, as the table of images names it: "database", "cache", "proxy", "migration"…
    pub kind: Option<String>,
    /// The image as it is written.
    pub image: Option<String>,
    /// The image after interpolation, in Docker's short form; none when a variable leaves nothing to go by.
    pub image_resolved: Option<String>,
    /// How it is built: context, and Dockerfile and target where they are said. Equal for those who share a build.
    pub build: Option<String>,
    /// What it is a variant of, with others: one piece of software for several platforms, or as it is developed.
    pub variant_of: Option<String>,
    /// It is a part of something larger, whose parts have names of their own: a worker of Spark.
    pub is_of_an_engine: bool,
    /// It is one's own by the namespace of its image alone, where other images are built.
    pub from_elsewhere: bool,
    /// Whether it starts by default: no profile that is off, and not zero replicas.
    pub active: bool,
    /// Where it is defined.
    pub place: Place,
    /// Replicas, where they are said.
    pub replicas: Option<(u64, Place)>,
    /// A health check that is not disabled.
    pub healthcheck: Option<Place>,
    /// The restart policy (`no` included), by `restart` or `deploy.restart_policy.condition`.
    pub restart: Option<(String, Place)>,
    /// GPU reservations, in the words of the file.
    pub gpu: Option<Gpu>,
    /// Limits of memory or CPU.
    pub limits: Option<Place>,
    /// Secrets used, not their values.
    pub secrets: Option<Place>,
    /// Named volumes or bind mounts that keep data.
    pub volumes: Option<Place>,
    /// Where it publishes ports.
    pub ports: Option<Place>,
    /// The words of its command.
    pub works_as: Vec<String>,
    /// The Docker socket is mounted: it may start containers that no file shows.
    pub docker_socket: Option<Place>,
}

impl Service {
    /// The names by which its image can be known: its reference and how it is built, else the service's own name. Of what
    /// is not built here a tag is only a variant.
    fn identities(&self) -> Vec<&str> {
        let reference = self.image_resolved.as_deref().or(self.image.as_deref());
        let other = self.build.as_deref().or_else(|| reference.map(without_tag));
        let names: Vec<&str> = reference.into_iter().chain(other).chain(self.variant_of.as_deref()).collect();
        if names.is_empty() { vec![&self.name] } else { names }
    }
}

/// The name of an image without its tag and digest; a colon before a slash belongs to the port of a registry.
pub(crate) fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let name = image.rfind('/').map_or(0, |slash| slash + 1);
    let tag = image[name..].find(':').map(|colon| name + colon);
    tag.map_or(image, |tag| &image[..tag])
}

/// A GPU asked for by a service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gpu {
    /// How it is asked for: `reservations.devices`, `gpus`, `runtime`, a device node.
    pub how: String,
    /// A weak sign, such as `/dev/dri`, which serves video as well.
    pub weak: bool,
    /// Where.
    pub place: Place,
}

/// One Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dockerfile {
    /// Its path.
    pub path: String,
    /// What its directories say.
    pub class: PathClass,
    /// The base images that are not stages of its own, with their lines.
    pub bases: Vec<(String, usize)>,
    /// The base image that means accelerators, if there is one, with its line.
    pub accelerator: Option<(String, usize)>,
    /// The base image of Windows, if there is one, with its line.
    pub windows: Option<(String, usize)>,
    /// The line of a `HEALTHCHECK` that is not `NONE`.
    pub healthcheck: Option<usize>,
}

/// What is there for Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kubernetes {
    /// Distinct objects by kind, from plain manifests: kind, name, class and place of the first document.
    pub objects: Vec<Object>,
    /// Helm charts.
    pub charts: Vec<Chart>,
    /// Kustomizations.
    pub kustomizations: Vec<(Place, PathClass)>,
    /// How the repository stands to it.
    pub relation: Relation,
    /// Whether something shows that it is really deployed there, beyond what could be.
    pub is_deployed: bool,
    /// What the relation rests on.
    pub relation_because: Vec<(Place, String)>,
    /// What speaks of a cluster that others run, in which one has a namespace.
    pub shared: Vec<(Place, String)>,
    /// What turns an autoscaler of a chart on.
    pub autoscaling: Vec<(Place, String)>,
    /// Whether it has objects of its own, none of which a controller keeps running: a Pod alone, a Job, an autoscaler.
    pub lacks_workloads: bool,
}

/// A distinct object of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Object {
    /// Its kind.
    pub kind: String,
    /// Its API version.
    pub api_version: String,
    /// Its name; empty when it has none that can be read.
    pub name: String,
    /// What its directories say.
    pub class: PathClass,
    /// Where it is defined first.
    pub place: Place,
    /// Replicas, where they are said.
    pub replicas: Option<u64>,
    /// The images of its containers, where they can be read.
    pub images: Vec<String>,
    /// What it is for, where it runs containers.
    pub purpose: ServiceClass,
    /// Whether it claims volumes, where it is one that can.
    pub claims_volumes: bool,
    /// Other files of one's own that define it.
    pub copies: Vec<String>,
    /// Whether nothing gives it to a cluster, though something gives what lies beside it, or it is switched off in itself.
    pub is_left_out: bool,
}

/// The kinds of objects that run containers, each with the API groups that have it.
pub(crate) const RUNNING: [(&str, &[&str]); 8] = [
    ("CronJob", &["batch"]),
    ("DaemonSet", &["apps", "extensions"]),
    ("Deployment", &["apps", "extensions"]),
    ("DeploymentConfig", &["", "apps.openshift.io"]),
    ("Job", &["batch"]),
    ("Pod", &[""]),
    ("Rollout", &["argoproj.io"]),
    ("StatefulSet", &["apps", "extensions"]),
];

impl Object {
    /// Whether it is of one of these kinds, in a group that has it.
    pub(crate) fn runs_as(&self, kinds: &[&str]) -> bool {
        let own = RUNNING.iter().filter(|(kind, _)| *kind == self.kind && kinds.contains(kind));
        own.into_iter().any(|(_, groups)| groups.contains(&self.group()))
    }

    /// Whether another is of the same kind and version: what is said of kinds is the same of both.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind && self.api_version == other.api_version
    }

    /// The group of its API; empty for the oldest one, which has no name.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// A Helm chart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Chart {
    /// Its name.
    pub name: String,
    /// `Chart.yaml`.
    pub place: Place,
    /// What its directories say.
    pub class: PathClass,
    /// Kinds seen in its templates, read as text.
    pub kinds: Vec<String>,
}

/// How a repository stands to Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Relation {
    /// Nothing of it is there.
    #[default]
    None,
    /// Only examples, tests or documentation, or what is run once.
    Examples,
    /// It is offered as a way to install the product: charts or manifests for others.
    OffersIt,
    /// It is made for Kubernetes: an operator, a controller, a cluster module.
    MadeForIt,
    /// It deploys on Kubernetes.
    DeploysOnIt,
}

impl Relation {
    /// The word in rules and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Examples => "examples",
            Self::OffersIt => "offers-it",
            Self::MadeForIt => "made-for-it",
            Self::DeploysOnIt => "deploys-on-it",
        }
    }
}

/// Infrastructure as code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terraform {
    /// Providers: local name, source, class and place.
    pub providers: Vec<Provider>,
    /// Resources and modules that can matter: each type once a class, where it stands first.
    pub resources: Vec<Resource>,
    /// Where a configuration says with which account or state it is applied: it is no module for others.
    pub roots: Vec<(Place, PathClass)>,
    /// What modules give to others.
    pub outputs: Vec<Output>,
}

/// An output of a Terraform module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Where.
    pub place: Place,
}

/// A Terraform resource or module that tells where software runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Resource {
    /// What it means, an id of the table of resources in `rules/scan.toml`: "kubernetes-cluster", "servers"…
    pub means: String,
    /// Its type; of a module, its source.
    pub name: String,
    /// What its directories say.
    pub class: PathClass,
    /// Where the first one is.
    pub place: Place,
}

/// A Terraform provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Provider {
    /// Its name in the configuration.
    pub name: String,
    /// Its source address, where it is said.
    pub source: Option<String>,
    /// What its directories say.
    pub class: PathClass,
    /// Where.
    pub place: Place,
}

/// Continuous integration and deployment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ci {
    /// Systems in use: "GitHub Actions", "GitLab CI"…, with a place each.
    pub systems: Vec<(String, Place)>,
    /// Jobs that deploy, and to what, when the words tell.
    pub deploys: Vec<Deploy>,
}

/// A job or step that deploys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Deploy {
    /// What the words mean, an id of the table of deployments in `rules/scan.toml`: "kubernetes", "compose", "paas"…
    pub target: String,
    /// The words: `kubectl apply`, `helm upgrade`, `flyctl deploy`…
    pub words: String,
    /// What runs it.
    pub by: DeployedBy,
    /// The folder that it is about, where that is known.
    pub folder: Option<String>,
    /// Whether it is of one piece of software, and others are there that the same platform is not given.
    pub is_part: bool,
    /// What its directories say.
    pub class: PathClass,
    /// Where.
    pub place: Place,
}

/// What runs a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum DeployedBy {
    /// A pipeline, by itself or through a script.
    #[default]
    Pipeline,
    /// Whoever runs the script.
    Script,
    /// Nothing that is known: a file is there that such a platform reads.
    Sign,
}

impl DeployedBy {
    /// The word in rules and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Script => "script",
            Self::Sign => "sign",
        }
    }
}

/// A declared dependency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Dependency {
    /// Its name, normalised as PyPI does.
    pub name: String,
    /// What it is for, as the table of libraries says.
    pub kind: String,
    /// Where it is declared.
    pub place: Place,
    /// What its directories say.
    pub class: PathClass,
}

/// The history of the last 90 days before the scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Distinct people among the authors, bots left out. Without commits it says nothing.
    pub people: usize,
    /// Commits by people; 0 when the newest one is older than the days covered.
    pub commits: usize,
    /// How many days old the newest commit is.
    pub newest: u64,
    /// Releases: tags that look like versions.
    pub releases: usize,
    /// The days the figures cover.
    pub days: u64,
    /// Whether the history was cut off (a shallow clone): the figures are at least so much.
    pub shallow: bool,
}
