//! What the files say of one service, each fact with its place.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::super::dockerfile::BuiltOn;
use super::super::facts::{PathClass, Place, Service, ServiceClass, Unreadable};
use super::super::owner::Owner;
use super::super::reference::without_credentials;
use super::super::yaml::{Entry, Mark, Node, Value};
use super::choose::class_of_name;
use super::class::{self, Signs};
use super::image;
use super::paths::join;
use super::project::{Library, Project};
use super::tables::ComposeTables;
use crate::text::shortened;

/// Bytes of the reference of an image: what is longer is none.
const LONGEST: usize = 4 << 10;
/// Letters of a name that are shown.
const LONGEST_NAME: usize = 300;
/// Nobody runs more services from one file; what is beyond is left out.
pub(super) const MOST_SERVICES: usize = 2_000;

/// What is needed to read the services of a project.
pub(super) struct Reader<'a> {
    pub(super) library: &'a Library<'a>,
    pub(super) project: &'a Project,
    pub(super) tables: &'a ComposeTables,
    pub(super) owner: &'a Owner,
    /// The main file.
    pub(super) main: &'a str,
    /// The profiles that are on.
    pub(super) profiles: Vec<String>,
}

/// Keys that are not understood and named.
const MOST_UNKNOWN: usize = 20;

/// The arguments of a build.
type Arguments = BTreeMap<String, String>;

/// Cuts the names that would be shown, however long they are.
fn shorten(service: &mut Service) {
    for text in [&mut service.name].into_iter().chain(&mut service.build) {
        *text = shortened(text, LONGEST_NAME).into_owned();
    }
}

/// Keys that limit memory or processors without `deploy`.
const LIMITS: [&str; 6] = ["mem_limit", "memswap_limit", "cpus", "cpu_quota", "cpu_count", "cpu_percent"];

impl Reader<'_> {
    /// All services of the project.
    pub(super) fn services(&self) -> Vec<Service> {
        let awaited = self.awaited();
        let is_service = |entry: &Entry| matches!(entry.node.value, Value::Map(_) | Value::Null);
        let entries = self.project.services.iter().filter(|(_, entry)| is_service(entry));
        let services = entries.map(|(name, entry)| self.service(name, entry, awaited.contains(name)));
        let mut services: Vec<Service> = services.take(MOST_SERVICES).collect();
        self.tell_builds_apart(&mut services);
        self.tell_variants(&mut services);
        class_like_those_of_the_same_build(&mut services);
        services.iter_mut().for_each(shorten);
        services
    }

    /// Whether a service only comes from a file for development that is laid over the main one.
    fn is_for_development(&self, mark: &Mark) -> bool {
        let is = |path: &str| class_of_name(path, &self.tables.compose) == PathClass::Development;
        *mark.path != *self.main && is(&mark.path) && !is(self.main)
    }

    fn service(&self, name: &str, entry: &Entry, is_awaited: bool) -> Service {
        let node = &entry.node;
        let image =
            node.get("image").filter(|image| image.node.text().is_none_or(|text| text.len() <= LONGEST));
        let written = image.and_then(|image| image.node.text());
        let resolved = image.and_then(|image| image::tidy(&self.text(image)?));
        let replicas = self.replicas(node);
        let built_on = self.built_on(node);
        let signs = Signs {
            name,
            image: resolved.as_deref(),
            written: written.unwrap_or_default(),
            is_built: node.get("build").is_some_and(|build| !self.is_built_elsewhere(build)),
            built_on: built_on.as_ref(),
            command: command(node),
            takes_requests: node.get("ports").is_some(),
            restarts: self
                .restart(node)
                .is_some_and(|(policy, _)| policy == "always" || policy == "unless-stopped"),
            has_volumes: node.get("volumes").is_some(),
            is_awaited,
            is_job: self.is_job(node),
        };
        let aside = self.is_for_development(&entry.mark).then_some(PathClass::Development);
        let (class, kind) = match aside.or_else(|| self.built_aside(node)) {
            // What others wrote is no less theirs for being built here.
            Some(PathClass::Vendor) => (ServiceClass::Unsure, None),
            Some(class) => (ServiceClass::Auxiliary, Some(class.word().to_owned())),
            None => class::class(&signs, self.tables, self.owner),
        };
        let image_of_others = resolved.as_deref().is_some_and(|image| self.owner.is_from_elsewhere(image));
        Service {
            name: name.to_owned(),
            variant_of: None,
            is_of_an_engine: class == ServiceClass::Application
                && self.tables.compose.own.iter().any(|meaning| Some(&meaning.kind) == kind.as_ref()),
            from_elsewhere: class == ServiceClass::Application && !signs.is_built && image_of_others,
            class,
            kind,
            image: image.and_then(|image| self.as_written(image)),
            build: self.build(name, node),
            active: self.is_active(node) && !matches!(replicas, Some((0, _))),
            place: place(&entry.mark),
            replicas,
            healthcheck: healthcheck(node),
            restart: self.restart(node),
            gpu: self.gpu(node),
            limits: limits(node),
            secrets: node.get("secrets").filter(|secrets| !is_empty(&secrets.node)).map(at),
            volumes: self.keeps_data(node),
            docker_socket: self.docker_socket(node),
            ports: node.get("ports").filter(|ports| self.takes_requests(&ports.node)).map(at),
            works_as: signs.command.iter().map(|word| (*word).to_owned()).collect(),
            image_resolved: image.and_then(|image| self.shown(image)),
        }
    }

    /// An image as it is written, without what nobody should see.
    fn as_written(&self, image: &Entry) -> Option<String> {
        let setting = self.project.setting(&image.node.mark);
        Some(without_credentials(&setting.variables.written(image.node.text()?)))
    }

    /// An image with those of its variables replaced whose values may be shown.
    fn shown(&self, image: &Entry) -> Option<String> {
        let setting = self.project.setting(&image.node.mark);
        image::tidy(&without_credentials(&setting.variables.shown(image.node.text()?)))
    }

    /// The text of an entry with its variables replaced.
    pub(super) fn text(&self, entry: &Entry) -> Option<String> {
        self.resolve(&entry.node)
    }

    pub(super) fn resolve(&self, node: &Node) -> Option<String> {
        let setting = self.project.setting(&node.mark);
        Some(setting.variables.resolve(node.text()?).into_owned())
    }

    /// Whether a port is published for more than datagrams, and is none of those that databases and the like have.
    fn takes_requests(&self, ports: &Rc<Node>) -> bool {
        let is_of_others = |port: &Rc<Node>| {
            let target =
                port.get("target").and_then(|target| self.text(target)).or_else(|| self.resolve(port));
            let target = target.unwrap_or_default();
            let (target, protocol) = target.split_once('/').unwrap_or((&target, "tcp"));
            let protocol = port.get("protocol").and_then(|protocol| protocol.node.text()).unwrap_or(protocol);
            let number = target.rsplit(':').next().and_then(|number| number.parse().ok());
            let known = &self.tables.compose.ports_of_others;
            protocol == "udp" || number.is_some_and(|number: u16| known.contains(&number))
        };
        !is_empty(ports) && !ports.items().iter().all(is_of_others)
    }

    fn is_active(&self, node: &Node) -> bool {
        let Some(profiles) = node.get("profiles") else { return true };
        let named: Vec<String> = profiles.node.items().iter().filter_map(|item| self.resolve(item)).collect();
        named.is_empty() || self.profiles.iter().any(|on| on == "*" || named.contains(on))
    }

    /// Whether the settings say that it ends, or is run from time to time.
    fn is_job(&self, node: &Node) -> bool {
        let words = &self.tables.compose;
        let mode = node.at(&["deploy", "mode"]).and_then(|mode| mode.node.text());
        let is_of_swarm = mode.is_some_and(|mode| mode.ends_with("-job"));
        let profiles = node.get("profiles").map(|profiles| profiles.node.items()).unwrap_or_default();
        let is_for_tasks = |item: &Rc<Node>| {
            item.text().is_some_and(|name| words.task_profiles.iter().any(|known| known == name))
        };
        let stays_down =
            node.get("restart").is_some_and(|restart| self.policy(restart).as_deref() == Some("no"));
        let ends = stays_down && node.get("ports").is_none() && node.get("healthcheck").is_none();
        let labels = [node.get("labels"), node.at(&["deploy", "labels"])];
        let is_scheduled = labels.into_iter().flatten().any(|labels| {
            let names = labels.node.map().into_iter().flat_map(|map| map.keys().map(|key| key.to_string()));
            let items = labels.node.items();
            let texts = items.iter().filter_map(|item| item.text().map(str::to_owned));
            names.chain(texts).any(|label| words.schedule_labels.iter().any(|known| label.starts_with(known)))
        });
        is_of_swarm
            || is_scheduled
            || !profiles.is_empty() && profiles.iter().all(is_for_tasks)
            || ends && self.others_restart()
    }

    /// Whether the project keeps its services up: who is told not to be is one that ends.
    fn others_restart(&self) -> bool {
        let restarts = |entry: &Entry| {
            let policy = entry.node.get("restart").and_then(|restart| self.policy(restart));
            policy.is_some_and(|policy| policy != "no")
        };
        self.project.services.values().any(restarts)
    }

    /// Keys of services that Compose may know and this reader does not: what they mean is missing here.
    pub(super) fn unknown_keys(&self) -> Vec<Unreadable> {
        let known = &self.tables.compose.known_keys;
        let mut unknown = Vec::new();
        for (name, entry) in &self.project.services {
            for (key, value) in entry.node.map().into_iter().flatten() {
                let is_known =
                    key.starts_with("x-") || key.starts_with("<<") || known.iter().any(|one| **one == **key);
                if !is_known && unknown.len() < MOST_UNKNOWN {
                    let Mark { path, line } = &value.mark;
                    let reason =
                        format!("service {name} has the key `{key}` (line {line}), which is not understood");
                    unknown.push(Unreadable::new(path.to_string(), reason));
                }
            }
        }
        unknown
    }

    fn replicas(&self, node: &Node) -> Option<(u64, Place)> {
        let is_global = node.at(&["deploy", "mode"]).and_then(|mode| mode.node.text()) == Some("global");
        let entry = node.at(&["deploy", "replicas"]).or_else(|| node.get("scale")).filter(|_| !is_global)?;
        Some((self.text(entry)?.trim().parse().ok()?, at(entry)))
    }

    fn restart(&self, node: &Node) -> Option<(String, Place)> {
        if let Some(restart) = node.get("restart") {
            return Some((self.policy(restart)?, at(restart)));
        }
        let policy = node.at(&["deploy", "restart_policy"])?;
        match policy.node.get("condition") {
            Some(condition) => Some((self.policy(condition)?, at(condition))),
            None => Some(("any".to_owned(), at(policy))),
        }
    }

    /// A policy in the words of `restart`; what is none stays as it is written.
    fn policy(&self, entry: &Entry) -> Option<String> {
        let resolved = self.text(entry).filter(|policy| !policy.is_empty())?;
        let known = ["always", "unless-stopped", "any"].contains(&resolved.as_str());
        match resolved.as_str() {
            "no" | "false" | "none" => Some("no".to_owned()),
            policy if known || policy.starts_with("on-failure") => Some(resolved),
            _ => entry.node.text().map(str::to_owned),
        }
    }

    /// Whether what is built lies at an address, which is not one of the repository's owner.
    fn is_built_elsewhere(&self, build: &Entry) -> bool {
        let context = build.node.text().or_else(|| build.node.get("context")?.node.text());
        let address = context.filter(|context| context.contains("://") || context.starts_with("git@"));
        address.is_some_and(|address| !self.owner.is_at(address))
    }

    /// The image that a service is built on by its Dockerfile.
    fn built_on(&self, node: &Node) -> Option<BuiltOn> {
        let build = node.get("build")?;
        let words = &self.tables.compose;
        let by = |text: &str| BuiltOn::of(text, &words.settings_endings, &words.settings_folders);
        match build.node.get("dockerfile_inline") {
            Some(inline) => by(inline.node.text()?),
            None => by(&self.library.quiet_text(&self.dockerfile(build)?)?),
        }
    }

    /// The path of the Dockerfile of a build.
    fn dockerfile(&self, build: &Entry) -> Option<String> {
        let part = |key: &str| build.node.get(key)?.node.text();
        let context = build.node.text().or_else(|| part("context")).unwrap_or(".");
        let folder = &self.project.setting(&build.node.mark).folder;
        join(&join(folder, context)?, part("dockerfile").unwrap_or("Dockerfile"))
    }

    /// What the path of its Dockerfile says of a service that is built from tests, documentation, a development container or the
    /// sources of others.
    fn built_aside(&self, node: &Node) -> Option<PathClass> {
        let path = self.dockerfile(node.get("build")?)?;
        let files = self.library.listed();
        let index = files.binary_search_by(|file| file.path.as_str().cmp(&path)).ok()?;
        let class = files.get(index)?.class;
        let is_container_of_an_editor = path.split('/').any(|part| part.contains("devcontainer"));
        let is_aside = matches!(class, PathClass::Test | PathClass::Documentation | PathClass::Vendor);
        (is_aside || is_container_of_an_editor).then_some(class)
    }

    /// How it is built, in words that are the same for the same build; variables stay as they are written.
    fn build(&self, name: &str, node: &Node) -> Option<String> {
        let build = node.get("build")?;
        let part = |key: &str| build.node.get(key)?.node.text().filter(|text| !text.is_empty());
        let context = build.node.text().or_else(|| part("context")).unwrap_or(".");
        let folder = &self.project.setting(&build.node.mark).folder;
        let context = in_repository(folder, context);
        let inline = build.node.get("dockerfile_inline").map(|_| format!("Dockerfile of {name}"));
        let target = part("target").map(|target| format!("target {target}"));
        let dockerfile = part("dockerfile").filter(|file| *file != "Dockerfile").map(str::to_owned);
        let more: Vec<String> = dockerfile.or(inline).into_iter().chain(target).collect();
        Some(if more.is_empty() { context } else { format!("{context} ({})", more.join(", ")) })
    }

    /// One Dockerfile can build many images by its arguments; their values are not shown.
    fn tell_builds_apart(&self, services: &mut [Service]) {
        // For each build the arguments that were met, with the first service that has them.
        let mut met: HashMap<String, Vec<(Arguments, String)>> = HashMap::new();
        for service in services {
            let Some(build) = &mut service.build else { continue };
            let Some(entry) = self.project.services.get(service.name.as_str()) else { continue };
            let arguments = self.arguments(&entry.node);
            let others = met.entry(build.clone()).or_default();
            let place = others.iter().position(|(known, _)| *known == arguments);
            let place = place.unwrap_or_else(|| {
                others.push((arguments, service.name.clone()));
                others.len() - 1
            });
            if place > 0 {
                build.push_str(&format!(" with the arguments of {}", others[place].1));
            }
        }
    }

    /// Services that are built from the same folder, and whose names differ in words of variants alone.
    fn tell_variants(&self, services: &mut [Service]) {
        let known = &self.tables.compose.variant_words;
        let product = |service: &Service| {
            let build = service.build.as_deref().filter(|_| service.class == ServiceClass::Application)?;
            let folder = build.split(" (").next().and_then(|folder| folder.split(" with the").next())?;
            let name = without_variants(&service.name, known);
            Some(format!("{name} in {}", without_words_of_variants(folder, known)))
        };
        let mut met: HashMap<String, usize> = HashMap::new();
        services.iter().filter_map(product).for_each(|product| *met.entry(product).or_default() += 1);
        for service in services {
            service.variant_of =
                product(service).filter(|product| met.get(product).is_some_and(|count| *count > 1));
        }
    }

    fn arguments(&self, node: &Node) -> Arguments {
        let Some(arguments) = node.at(&["build", "args"]) else { return Arguments::new() };
        match &arguments.node.value {
            Value::Map(map) => map
                .iter()
                .map(|(name, entry)| (name.to_string(), self.text(entry).unwrap_or_default()))
                .collect(),
            _ => {
                let items = arguments.node.items();
                items.iter().filter_map(|item| Some((self.resolve(item)?, String::new()))).collect()
            }
        }
    }

    /// The services for whose end others wait.
    fn awaited(&self) -> HashSet<Rc<str>> {
        let depends = self.project.services.values().filter_map(|entry| entry.node.get("depends_on"));
        let conditions = depends.filter_map(|entry| entry.node.map()).flatten();
        conditions
            .filter(|(_, entry)| {
                entry.node.get("condition").and_then(|condition| condition.node.text())
                    == Some("service_completed_successfully")
            })
            .map(|(name, _)| Rc::clone(name))
            .collect()
    }
}

/// A path without the folders that are called after variants.
fn without_words_of_variants(path: &str, known: &[String]) -> String {
    let parts = path.split('/').filter(|part| !known.iter().any(|known| known == part));
    parts.collect::<Vec<_>>().join("/")
}

/// A name without words of variants and versions: `php-8.1-debug` and `php74` are both of `php`. One digit only tells one from
/// another.
fn without_variants(name: &str, known: &[String]) -> String {
    let name = name.to_ascii_lowercase();
    let is_variant = |word: &str| known.iter().any(|known| known == word);
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let mut kept = Vec::new();
    for part in parts {
        let bare = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_version = part.len() - bare.len() > 1 || bare.is_empty();
        let word = if is_version { bare } else { part };
        if !word.is_empty() && !is_variant(part) && !is_variant(bare) {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// What is built as a service of one's own is one's own, though it is called after what it works on: `queue`.
fn class_like_those_of_the_same_build(services: &mut [Service]) {
    let own = services.iter().filter(|service| service.class == ServiceClass::Application);
    let own: HashSet<String> = own.filter_map(|service| service.build.clone()).collect();
    let only_built = services.iter_mut().filter(|service| service.image.is_none());
    for service in only_built.filter(|service| service.class == ServiceClass::Backing) {
        if service.build.as_ref().is_some_and(|build| own.contains(build)) {
            (service.class, service.kind) = (ServiceClass::Application, None);
        }
    }
}

pub(super) fn at(entry: &Entry) -> Place {
    place(&entry.mark)
}

pub(super) fn place(mark: &Mark) -> Place {
    Place { path: mark.path.to_string(), line: mark.line }
}

pub(super) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
    }
}

/// The words of command and entrypoint, in either form.
fn command(node: &Node) -> Vec<&str> {
    let words = |key: &str| match node.get(key).map(|entry| &entry.node.value) {
        Some(Value::Text(text)) => vec![&**text],
        Some(Value::List(items)) => items.iter().filter_map(|item| item.text()).collect(),
        _ => Vec::new(),
    };
    [words("entrypoint"), words("command")].concat()
}

fn healthcheck(node: &Node) -> Option<Place> {
    let check = node.get("healthcheck").filter(|check| !is_empty(&check.node))?;
    let said = |key: &str| check.node.get(key).map(|entry| entry.node.items()).unwrap_or_default();
    let starts_with =
        |key: &str, text: &str| said(key).first().is_some_and(|first| first.text() == Some(text));
    (!starts_with("disable", "true") && !starts_with("test", "NONE")).then(|| at(check))
}

fn limits(node: &Node) -> Option<Place> {
    let limits = node.at(&["deploy", "resources", "limits"]);
    let limits = limits.filter(|limits| limits.node.get("cpus").or(limits.node.get("memory")).is_some());
    limits.or_else(|| LIMITS.iter().find_map(|key| node.get(key))).map(at)
}

/// A build context as a path of the repository; addresses lose what may be a password.
fn in_repository(folder: &str, context: &str) -> String {
    if let Some((scheme, address)) = context.split_once("://") {
        let address = address.rsplit_once('@').map_or(address, |(_, address)| address);
        return format!("{scheme}://{address}");
    }
    match join(folder, context) {
        Some(path) if path.is_empty() => ".".to_owned(),
        Some(path) => path,
        None => context.to_owned(),
    }
}
