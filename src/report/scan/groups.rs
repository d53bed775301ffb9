//! The facts of a scan, kind by kind, in words.

use std::collections::{BTreeMap, HashMap};

use super::{Group, Item};
use crate::facts::{
    Compose, Dependency, DeployedBy, Dockerfile, Facts, History, Kubernetes, Object, PathClass, Place,
    RUNNING, Relation, Service,
};
use crate::text::{counted, list, one_line};

/// What is said of objects of which none is a workload that a controller keeps running.
const NO_WORKLOAD: &str = "Nothing here for Kubernetes is a Deployment, StatefulSet, DaemonSet or CronJob";
/// How many names one line lists.
const NAMES: usize = 5;

/// All groups that have something to say.
pub(super) fn of(facts: &Facts) -> Vec<Group> {
    let groups = [
        compose(&facts.compose),
        dockerfiles(&facts.dockerfiles),
        kubernetes(facts),
        terraform(facts),
        delivery(facts),
        ml(&facts.ml),
        history(facts.git.as_ref()),
        seen(facts),
    ];
    let mut groups: Vec<Group> = groups.into_iter().flatten().collect();
    groups.retain(|group| !group.summary.is_empty() || !group.items.is_empty());
    groups.iter_mut().for_each(|group| group.items = merged(std::mem::take(&mut group.items)));
    groups
}

fn item(text: impl AsRef<str>, place: &Place) -> Item {
    Item { text: one_line(text.as_ref()), places: vec![place.clone()] }
}

/// What is said of several places in the same words is said once.
fn merged(items: Vec<Item>) -> Vec<Item> {
    let mut merged: Vec<Item> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for item in items {
        match index.get(&item.text) {
            Some(at) => merged[*at].places.extend(item.places),
            None => {
                index.insert(item.text.clone(), merged.len());
                merged.push(item);
            }
        }
    }
    merged
}

/// An image without the digest that nobody reads.
fn image_name(image: &str) -> &str {
    image.split_once("@sha256").map_or(image, |(name, _)| name)
}

/// Some names, and how many more there are.
pub(super) fn names<'n>(all: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = all.into_iter().map(one_line).collect();
    names.dedup();
    if names.len() > NAMES + 1 {
        let more = format!("{} more", names.len() - NAMES);
        names.truncate(NAMES);
        names.push(more);
    }
    list(&names, "and")
}

/// "2 test, 1 example": how many there are by the class of their path, `Main` left out.
fn elsewhere(classes: impl Iterator<Item = PathClass>) -> Option<String> {
    let mut counts: BTreeMap<PathClass, usize> = BTreeMap::new();
    for class in classes.filter(|class| *class != PathClass::Main) {
        *counts.entry(class).or_default() += 1;
    }
    let parts: Vec<String> =
        counts.iter().map(|(class, count)| format!("{count} {}", class.word())).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn compose(compose: &Compose) -> Option<Group> {
    if compose.files.is_empty() {
        return None;
    }
    let mut summary = Vec::new();
    if let Some(main) = &compose.main {
        let others: Vec<&str> =
            compose.main_set.iter().map(String::as_str).filter(|path| path != main).collect();
        let merged =
            if others.is_empty() { String::new() } else { format!(", merged with {}", names(others)) };
        let aside = match compose.main_class() {
            PathClass::Main => String::new(),
            class => format!(" It is of class {} and answers nothing.", class.word()),
        };
        summary.push(one_line(&format!("The main file is {main}{merged}.{aside}")));
        summary.push(format!(
            "{} defined, {} active by default: {}.",
            counted(compose.defined(), "service", "services"),
            compose.active(),
            owned(compose)
        ));
    } else if !compose.ambiguous.is_empty() {
        summary.push(format!(
            "{} Scan the folder of the one that counts, or name it in COMPOSE_FILE.",
            unsettled(compose)
        ));
    } else {
        summary.push("No main file.".to_owned());
    }
    let others: Vec<PathClass> = compose
        .files
        .iter()
        .filter(|(path, _)| !compose.main_set.contains(path) && !compose.ambiguous.contains(path))
        .map(|(_, class)| *class)
        .collect();
    if !others.is_empty() {
        let classes = elsewhere(others.iter().copied()).map_or(String::new(), |by| format!(" ({by})"));
        summary.push(format!(
            "{}{classes}.",
            counted(others.len(), "other Compose file", "other Compose files")
        ));
    }
    let items = compose.services.iter().map(|one| item(service(one), &one.place)).collect();
    Some(Group { title: "Compose", summary, items })
}

/// "3 images of your own and 2 packages of others"
pub(super) fn owned(compose: &Compose) -> String {
    format!(
        "{} of your own and {} of others",
        counted(compose.distinct_app_images(), "image", "images"),
        counted(compose.packages(), "package", "packages")
    )
}

/// Why none of the files counts.
pub(super) fn unsettled(compose: &Compose) -> String {
    match compose.ambiguous.as_slice() {
        [one] => one_line(&format!("Nothing says that {one} is how you run this.")),
        all => format!("Nothing says which Compose file you run: {}.", names(all.iter().map(String::as_str))),
    }
}

/// "api: application, example/api:1; 2 replicas, health check, restart always"
fn service(service: &Service) -> String {
    let class = match (service.class.word(), &service.kind) {
        (class, Some(kind)) => format!("{class} ({kind})"),
        (class, None) => class.to_owned(),
    };
    let image = service.image_resolved.as_deref().or(service.image.as_deref());
    let runs = match (image, &service.build) {
        (_, Some(build)) => format!(", built from {build}"),
        (Some(image), None) => format!(", {}", image_name(image)),
        (None, None) => String::new(),
    };
    let settings: Vec<String> = [
        (!service.active).then(|| "off by default".to_owned()),
        service.replicas.as_ref().map(|(count, _)| counted(*count as usize, "replica", "replicas")),
        service.healthcheck.as_ref().map(|_| "health check".to_owned()),
        service.restart.as_ref().map(|(policy, _)| format!("restart {policy}")),
        service
            .gpu
            .as_ref()
            .map(|gpu| format!("GPU{} by {}", if gpu.weak { ", perhaps," } else { "" }, gpu.how)),
        service.limits.as_ref().map(|_| "limits".to_owned()),
        service.secrets.as_ref().map(|_| "secrets".to_owned()),
        service.volumes.as_ref().map(|_| "volumes".to_owned()),
        service
            .docker_socket
            .as_ref()
            .map(|_| "Docker socket (may start containers that no file shows)".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let settings = if settings.is_empty() { String::new() } else { format!("; {}", settings.join(", ")) };
    format!("{}: {class}{runs}{settings}", service.name)
}

fn dockerfiles(files: &[Dockerfile]) -> Option<Group> {
    if files.is_empty() {
        return None;
    }
    let by =
        elsewhere(files.iter().map(|file| file.class)).map_or(String::new(), |by| format!(", of these {by}"));
    let summary = vec![format!("{}{by}.", counted(files.len(), "Dockerfile", "Dockerfiles"))];
    let main = files.iter().filter(|file| file.class == PathClass::Main);
    let items = main
        .map(|file| {
            let bases: Vec<&str> = file.bases.iter().map(|(base, _)| image_name(base)).collect();
            let from = if bases.is_empty() { "no base".to_owned() } else { format!("from {}", names(bases)) };
            let accelerator = if file.accelerator.is_some() { "; for accelerators" } else { "" };
            let health = if file.healthcheck.is_some() { "; health check" } else { "" };
            let line =
                file.accelerator.as_ref().map(|(_, line)| *line).or(file.bases.first().map(|base| base.1));
            let place = Place { path: file.path.clone(), line: line.unwrap_or(0) };
            let windows = if file.windows.is_some() { "; for Windows" } else { "" };
            item(format!("{from}{accelerator}{windows}{health}"), &place)
        })
        .collect();
    Some(Group { title: "Dockerfiles", summary, items })
}

/// What is there for Kubernetes and does not count: "1 test, 2 legacy".
pub(super) fn not_counted(kubernetes: &Kubernetes) -> Option<String> {
    let classes = kubernetes.objects.iter().map(|object| object.class);
    let classes = classes
        .chain(kubernetes.charts.iter().map(|chart| chart.class))
        .chain(kubernetes.kustomizations.iter().map(|(_, class)| *class));
    elsewhere(classes)
}

/// Whether all that shows a relation to Kubernetes are clusters that Terraform describes.
fn creates_clusters(facts: &Facts) -> bool {
    let clusters = facts.terraform.resources.iter().filter(|resource| resource.means == "kubernetes-cluster");
    let clusters: Vec<&Place> = clusters.map(|resource| &resource.place).collect();
    facts.kubernetes.relation_because.iter().all(|(place, _)| clusters.contains(&place))
}

/// Whether objects of a kind run containers.
fn runs(kind: &str) -> bool {
    RUNNING.iter().any(|(running, _)| *running == kind)
}

/// How the repository stands to Kubernetes, if it does, in a clause: "It deploys on Kubernetes".
pub(super) fn standing(facts: &Facts) -> Option<&'static str> {
    match facts.kubernetes.relation {
        Relation::None | Relation::Examples => None,
        Relation::OffersIt => Some("It can be installed on Kubernetes; nothing here deploys it there"),
        Relation::MadeForIt => Some("It is made for Kubernetes"),
        Relation::DeploysOnIt if facts.kubernetes.is_deployed => Some("It deploys on Kubernetes"),
        Relation::DeploysOnIt if creates_clusters(facts) => {
            Some("It describes a Kubernetes cluster; nothing here deploys on it")
        }
        Relation::DeploysOnIt => Some("It can be deployed on Kubernetes, by hand"),
    }
}

/// The kind of an object; what is called like a kind of Kubernetes in another group is named with that.
fn kind(object: &Object) -> String {
    let is_known = RUNNING.iter().any(|(_, groups)| groups.contains(&object.group()));
    if runs(&object.kind) && !is_known {
        format!("{} of {}", object.kind, object.group())
    } else {
        object.kind.clone()
    }
}

fn kubernetes(facts: &Facts) -> Option<Group> {
    let kubernetes = &facts.kubernetes;
    let not_counted = not_counted(kubernetes).map(|by| format!("Not counted: {by}."));
    let relation = match kubernetes.relation {
        Relation::None => {
            return not_counted.map(|by| Group { title: "Kubernetes", summary: vec![by], items: Vec::new() });
        }
        _ if kubernetes.lacks_workloads => NO_WORKLOAD,
        _ => standing(facts).unwrap_or("What is here for Kubernetes are examples, tests or documentation"),
    };
    let mut summary = vec![format!("{relation}.")];
    summary.extend(not_counted);
    let because =
        kubernetes.relation_because.iter().map(|(place, says)| item(format!("shown by {says}"), place));
    let mut kinds: BTreeMap<String, Vec<&Object>> = BTreeMap::new();
    for object in kubernetes.objects.iter().filter(|object| object.class == PathClass::Main) {
        kinds.entry(kind(object)).or_default().push(object);
    }
    let mut kinds: Vec<(String, Vec<&Object>)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, objects)| (!runs(kind), std::cmp::Reverse(objects.len())));
    let kinds = kinds.iter().map(|(kind, objects)| {
        let named = names(objects.iter().map(|object| object.name.as_str()).filter(|name| !name.is_empty()));
        let named = if named.is_empty() { String::new() } else { format!(": {named}") };
        item(format!("{} {kind}{named}", objects.len()), &objects[0].place)
    });
    let charts = kubernetes.charts.iter().filter(|chart| chart.class == PathClass::Main);
    let charts = charts.map(|chart| {
        let kinds = if chart.kinds.is_empty() {
            String::new()
        } else {
            format!(": {}", names(chart.kinds.iter().map(String::as_str)))
        };
        item(format!("chart {}{kinds}", chart.name), &chart.place)
    });
    let kustomizations = kubernetes.kustomizations.iter().filter(|(_, class)| *class == PathClass::Main);
    let kustomizations = kustomizations.map(|(place, _)| item("Kustomization", place));
    let shared =
        kubernetes.shared.iter().map(|(place, says)| item(format!("perhaps run by others: {says}"), place));
    let items = kinds.chain(charts).chain(kustomizations).chain(because).chain(shared).collect();
    Some(Group { title: "Kubernetes", summary, items })
}

fn terraform(facts: &Facts) -> Option<Group> {
    let terraform = &facts.terraform;
    let classes = terraform.providers.iter().map(|provider| provider.class);
    let classes = classes.chain(terraform.resources.iter().map(|resource| resource.class));
    let summary = elsewhere(classes).map(|by| format!("Not counted: {by}.")).into_iter().collect();
    let mut providers: BTreeMap<&str, &Place> = BTreeMap::new();
    for provider in terraform.providers.iter().filter(|provider| provider.class == PathClass::Main) {
        let name = provider.source.as_deref().unwrap_or(&provider.name);
        providers.entry(name).or_insert(&provider.place);
    }
    let providers = providers.into_iter().map(|(name, place)| item(format!("provider {name}"), place));
    let resources = terraform.resources.iter().filter(|resource| resource.class == PathClass::Main);
    let resources =
        resources.map(|resource| item(format!("{} ({})", resource.name, resource.means), &resource.place));
    Some(Group { title: "Terraform", summary, items: providers.chain(resources).collect() })
}

fn delivery(facts: &Facts) -> Option<Group> {
    let systems = facts.ci.systems.iter().map(|(name, place)| item(name, place));
    let deploys = facts.ci.deploys.iter().map(|deploy| {
        let aside = match deploy.class {
            PathClass::Main => String::new(),
            class => format!(" ({}, not counted)", class.word()),
        };
        let how = match deploy.by {
            DeployedBy::Pipeline => format!("deploys to {} with {}", deploy.target, deploy.words),
            DeployedBy::Script => format!("a script deploys to {} with {}", deploy.target, deploy.words),
            DeployedBy::Sign => format!("a file for {}: {}", deploy.target, deploy.words),
        };
        item(format!("{how}{aside}"), &deploy.place)
    });
    let summary = retired(facts).into_iter().collect();
    Some(Group { title: "Delivery", summary, items: systems.chain(deploys).collect() })
}

/// That nothing here need be so today.
pub(super) fn retired(facts: &Facts) -> Option<String> {
    let (place, says) = facts.retired.as_ref()?;
    Some(one_line(&format!(
        "Of the past, by its own words: {says} ({place}). So all that follows is a hint."
    )))
}

fn ml(libraries: &[Dependency]) -> Option<Group> {
    let mut kinds: BTreeMap<&str, Vec<&Dependency>> = BTreeMap::new();
    for library in libraries.iter().filter(|library| library.class == PathClass::Main) {
        kinds.entry(&library.kind).or_default().push(library);
    }
    let summary =
        elsewhere(libraries.iter().map(|library| library.class)).map(|by| format!("Not counted: {by}."));
    let items = kinds
        .iter()
        .map(|(kind, libraries)| {
            let mut all: Vec<&str> = libraries.iter().map(|library| library.name.as_str()).collect();
            all.sort_unstable();
            item(format!("{kind}: {}", names(all)), &libraries[0].place)
        })
        .collect();
    Some(Group { title: "Machine-learning libraries", summary: summary.into_iter().collect(), items })
}

/// Formats that say something and are not read.
fn seen(facts: &Facts) -> Option<Group> {
    let items = facts.seen.iter().map(|seen| {
        let more = if seen.count > 1 { format!(", {} files", seen.count) } else { String::new() };
        item(format!("{}{more}", seen.format), &Place { path: seen.path.clone(), line: 0 })
    });
    Some(Group { title: "Seen and not read", summary: Vec::new(), items: items.collect() })
}

fn history(history: Option<&History>) -> Option<Group> {
    let history = history?;
    let text = if history.commits == 0 {
        format!("no commits in the last {} days; the newest is {} days old", history.days, history.newest)
    } else {
        format!(
            "{}{}, {}, {} in the last {} days",
            if history.shallow { "at least " } else { "" },
            counted(history.people, "person", "people"),
            counted(history.commits, "commit", "commits"),
            counted(history.releases, "release", "releases"),
            history.days
        )
    };
    let items = vec![item(text, &Place { path: ".git".to_owned(), line: 0 })];
    Some(Group { title: "History", summary: Vec::new(), items })
}
