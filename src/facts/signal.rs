//! The facts that rules can test, by name: each is a list of observations.

use std::collections::{BTreeMap, BTreeSet};

use super::class::{PathClass, ServiceClass};
use super::repository::{DeployedBy, Facts, History, Object, Place, Relation, Service, without_tag};

/// One place that shows a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Observation {
    /// What rules can ask about it: names and kinds.
    pub(super) words: Vec<String>,
    /// What it is called in a sentence.
    pub(super) name: String,
    /// The number that it states, if it does.
    pub(super) amount: Option<u64>,
    pub(super) place: Place,
    /// What stands there, in words.
    pub(super) says: String,
}

/// A fact that rules can test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signal {
    pub(super) name: &'static str,
    observe: fn(&Facts) -> Vec<Observation>,
}

impl PartialEq for Signal {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Signal {
    pub(super) fn named(name: &str) -> Option<Self> {
        SIGNALS.iter().find(|signal| signal.name == name).copied()
    }

    /// The observations that have one of `words`; all of them when there are none to have.
    pub(super) fn observations(self, facts: &Facts, words: &[String]) -> Vec<Observation> {
        let mut observations = (self.observe)(facts);
        let words: Vec<String> = words.iter().map(|word| bounded(word)).collect();
        observations.retain(|seen| words.is_empty() || seen.has(&words).any(|has| has));
        observations
    }
}

impl Observation {
    /// For each of `words`, which are bounded, whether it stands in one of its own as a whole: `worker` in `email-worker`,
    /// and not in `networker`.
    fn has<'w>(&self, words: &'w [String]) -> impl Iterator<Item = bool> + use<'w> {
        let own = self.words.iter().map(|own| match own.strip_prefix('=') {
            // A name that counts only as a whole.
            Some(whole) => (bounded(whole), true),
            None => (bounded(own), false),
        });
        let own: Vec<(String, bool)> = own.collect();
        words.iter().map(move |word| {
            own.iter().any(|(own, is_whole)| if *is_whole { own == word } else { own.contains(word) })
        })
    }
}

/// Bytes of a text in which words are looked for: the rest of it is no name.
const LONGEST: usize = 4 << 10;

fn bounded(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let plain: String =
        text.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    format!("-{plain}-")
}

/// What a fact comes to: the number that is stated (the greatest of several), else how many of the words were seen, else
/// how many observations there are.
pub(super) fn number(observations: &[Observation], words: &[String]) -> u64 {
    let stated = observations.iter().filter_map(|seen| seen.amount).max();
    let counted = || match words {
        [] => observations.len(),
        words => {
            let words: Vec<String> = words.iter().map(|word| bounded(word)).collect();
            let mut seen = vec![false; words.len()];
            for observation in observations {
                seen.iter_mut().zip(observation.has(&words)).for_each(|(seen, has)| *seen |= has);
            }
            seen.into_iter().filter(|seen| *seen).count()
        }
    };
    stated.unwrap_or_else(|| counted() as u64)
}

const fn signal(name: &'static str, observe: fn(&Facts) -> Vec<Observation>) -> Signal {
    Signal { name, observe }
}

pub(super) const SIGNALS: &[Signal] = &[
    signal("compose.app-images", |facts| app_images(facts, true)),
    signal("compose.images-from-elsewhere", |facts| {
        active(facts).filter(|one| one.from_elsewhere).map(service).collect()
    }),
    signal("compose.optional-app-images", |facts| app_images(facts, false)),
    signal("compose.app-services", |facts| services(facts, ServiceClass::Application)),
    signal("compose.web-services", web_services),
    signal("compose.app-names", |facts| {
        let own = active(facts).filter(|one| is_plainly_own(one));
        // Numbers tell instances apart.
        let bare = |name: &str| {
            name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['-', '_']).to_owned()
        };
        own.map(|one| Observation { words: vec![format!("={}", bare(&one.name))], ..service(one) }).collect()
    }),
    signal("compose.app-commands", |facts| {
        let own = active(facts).filter(|one| is_plainly_own(one));
        own.map(|one| Observation { words: one.works_as.clone(), ..service(one) }).collect()
    }),
    signal("compose.packages", packages),
    signal("compose.for-development", |facts| {
        let place = facts.compose.for_development.iter();
        place
            .map(|place| seen(vec![], &place.path, place.clone(), "says that it is no deployment".to_owned()))
            .collect()
    }),
    signal("compose.backing", |facts| services(facts, ServiceClass::Backing)),
    signal("compose.backing-kinds", |facts| {
        let backing = active(facts).filter(|one| one.class == ServiceClass::Backing);
        backing.map(by_kind).collect()
    }),
    signal("compose.web-proxies", |facts| {
        let backing = active(facts).filter(|one| one.class == ServiceClass::Backing);
        let taking_requests =
            backing.filter(|one| one.kind.as_deref() == Some("proxy") && one.ports.is_some());
        taking_requests.map(service).collect()
    }),
    signal("compose.auxiliary", |facts| services(facts, ServiceClass::Auxiliary)),
    signal("compose.unsure", |facts| services(facts, ServiceClass::Unsure)),
    signal("compose.kept-data", kept_data),
    signal("compose.kept-data-restarted", |facts| {
        // Databases alone are what those need who work on something that runs elsewhere.
        let is_product =
            |one: &Service| matches!(one.class, ServiceClass::Application | ServiceClass::Unsure);
        if !active(facts).any(is_product) {
            return Vec::new();
        }
        let lasting: Vec<Place> =
            active(facts).filter(|service| restarts(service)).map(|service| service.place.clone()).collect();
        kept_data(facts).into_iter().filter(|seen| lasting.contains(&seen.place)).collect()
    }),
    signal("compose.restart", restart),
    signal("compose.replicas", |facts| {
        settings(facts, |service| {
            let (count, place) = service.replicas.as_ref()?;
            Some((place, Some(*count), format!("{count} replicas")))
        })
    }),
    signal("compose.gpu", |facts| gpus(facts, false)),
    signal("compose.gpu-weak", |facts| gpus(facts, true)),
    signal("compose.gpu-optional", |facts| {
        let off = composed(facts).iter().filter(|service| !service.active);
        off.filter(|one| one.gpu.as_ref().is_some_and(|gpu| !gpu.weak)).map(service).collect()
    }),
    signal("compose.secrets", |facts| {
        settings(facts, |service| Some((service.secrets.as_ref()?, None, "uses secrets".to_owned())))
    }),
    signal("compose.hidden-containers", |facts| {
        settings(facts, |service| {
            let own = matches!(service.class, ServiceClass::Application | ServiceClass::Unsure);
            let place = service.docker_socket.as_ref().filter(|_| own)?;
            Some((place, None, "mounts the Docker socket".to_owned()))
        })
    }),
    signal("compose.others-built-beside", others_built_beside),
    signal("dockerfiles", |facts| {
        let counts = facts.dockerfiles.iter().filter(|file| file.class == PathClass::Main);
        counts.map(|file| seen(vec![], &file.path, at(&file.path, 0), "is there".to_owned())).collect()
    }),
    signal("dockerfiles.accelerator", accelerators),
    signal("kubernetes.relation", relation),
    signal(
        "kubernetes.deployed",
        |facts| {
            if facts.kubernetes.is_deployed { relation(facts) } else { Vec::new() }
        },
    ),
    signal("kubernetes.shared", |facts| {
        let shared = facts.kubernetes.shared.iter();
        shared.map(|(place, says)| seen(vec![], says, place.clone(), says.clone())).collect()
    }),
    signal("kubernetes.autoscaling", |facts| {
        let turned_on = facts.kubernetes.autoscaling.iter();
        turned_on.map(|(place, says)| seen(vec![], &place.path, place.clone(), says.clone())).collect()
    }),
    signal("kubernetes.objects", |facts| objects(facts).map(object).collect()),
    signal("kubernetes.deployed-objects", |facts| {
        let given = objects(facts).filter(|one| facts.kubernetes.is_deployed && !one.is_left_out);
        given.map(object).collect()
    }),
    signal("kubernetes.app-images", deployed_images),
    signal("kubernetes.charts", |facts| {
        let charts = facts.kubernetes.charts.iter().filter(|chart| chart.class == PathClass::Main);
        charts
            .map(|chart| seen(chart.kinds.clone(), &chart.name, chart.place.clone(), chart_says(&chart.name)))
            .collect()
    }),
    signal("terraform.providers", providers),
    signal("terraform.resources", |facts| {
        let counts = facts.terraform.resources.iter().filter(|resource| resource.class == PathClass::Main);
        counts
            .map(|resource| {
                let words = vec![resource.means.clone(), resource.name.clone()];
                seen(words, &resource.name, resource.place.clone(), format!("describes {}", resource.name))
            })
            .collect()
    }),
    signal("terraform.for-others", modules_for_others),
    signal("ci.deploys", |facts| {
        let deploys = facts.ci.deploys.iter().filter(|deploy| deploy.class == PathClass::Main);
        deploys
            .map(|deploy| {
                let says = match deploy.by {
                    DeployedBy::Sign => format!("is a file of {}", deploy.words),
                    DeployedBy::Pipeline | DeployedBy::Script => format!("deploys with `{}`", deploy.words),
                };
                // The target, with what runs it: `paas-pipeline`.
                let by = if deploy.is_part { "part" } else { deploy.by.word() };
                let words = vec![format!("{}-{by}", deploy.target), deploy.words.clone()];
                seen(words, &deploy.words, deploy.place.clone(), says)
            })
            .collect()
    }),
    signal("seen", |facts| {
        let all = facts.seen.iter();
        all.map(|one| {
            let says = format!("is a file of {}", one.format);
            seen(vec![one.format.clone()], &one.format, at(&one.path, 0), says)
        })
        .collect()
    }),
    signal("examples", |facts| {
        let guide = facts.examples.iter();
        guide.map(|(place, says)| seen(vec![], says, place.clone(), says.clone())).collect()
    }),
    signal("ml.dependencies", |facts| {
        let counts = facts.ml.iter().filter(|dependency| dependency.class == PathClass::Main);
        counts
            .map(|library| {
                let words = vec![library.kind.clone(), library.name.clone()];
                seen(words, &library.name, library.place.clone(), format!("declares {}", library.name))
            })
            .collect()
    }),
    signal("git.people", |facts| {
        history(facts, |history| {
            (history.people as u64, crate::text::counted(history.people, "person", "people"))
        })
    }),
    signal("git.releases-a-month", |facts| {
        history(facts, |history| {
            let a_month = history.releases as u64 * 30 / history.days.max(1);
            (a_month, crate::text::counted(history.releases, "release", "releases"))
        })
    }),
];

fn at(path: &str, line: usize) -> Place {
    Place { path: path.to_owned(), line }
}

fn seen(words: Vec<String>, name: &str, place: Place, says: String) -> Observation {
    Observation { words, name: name.to_owned(), amount: None, place, says }
}

/// The services of the main Compose file, unless it is a test, an example or the like.
fn composed(facts: &Facts) -> &[Service] {
    if facts.compose.main_class() == PathClass::Main { &facts.compose.services } else { &[] }
}

fn active(facts: &Facts) -> impl Iterator<Item = &Service> {
    composed(facts).iter().filter(|service| service.active)
}

fn service(service: &Service) -> Observation {
    let image = service.image_resolved.as_deref().or(service.image.as_deref());
    let base = image.map(|image| without_tag(image).rsplit('/').next().unwrap_or(image).to_owned());
    let words = [Some(service.name.clone()), base, service.kind.clone()].into_iter().flatten().collect();
    let what = match (image, &service.build) {
        (_, Some(build)) => format!("service {} is built from {build}", service.name),
        (Some(image), None) => format!("service {} runs {image}", service.name),
        (None, None) => format!("service {}", service.name),
    };
    seen(words, &service.name, service.place.clone(), what)
}

/// Whether a service is one's own and no part of something larger, whose parts have names of their own: the workers of Spark.
fn is_plainly_own(one: &Service) -> bool {
    one.class == ServiceClass::Application && !one.is_of_an_engine
}

fn services(facts: &Facts, class: ServiceClass) -> Vec<Observation> {
    active(facts).filter(|one| one.class == class).map(service).collect()
}

/// One observation for each different image or build of the product itself that starts by default, or that does not.
fn app_images(facts: &Facts, active: bool) -> Vec<Observation> {
    let counts = facts.compose.main_class() == PathClass::Main;
    let images = facts.compose.app_images().into_iter().filter(|_| counts);
    let images = images.filter(|image| image.iter().any(|one| is_plainly_own(one)));
    let images = images.filter(|image| image.iter().any(|service| service.active) == active);
    let shown = images.filter_map(|image| image.into_iter().find(|one| one.active == active).map(service));
    let mut observations: Vec<Observation> = shown.collect();
    observations.sort_by(|a, b| a.place.cmp(&b.place));
    observations
}

/// Services of one's own that take in requests from outside: they publish ports, and a proxy or their command says of what.
fn web_services(facts: &Facts) -> Vec<Observation> {
    let own = active(facts).filter(|one| is_plainly_own(one));
    let with_ports = own.filter_map(|one| Some((one, one.ports.as_ref()?)));
    with_ports.map(|(one, place)| Observation { place: place.clone(), ..service(one) }).collect()
}

/// Where the main Compose file lies in a folder of its own, the Dockerfiles outside that none of its services is built from,
/// if they are no fewer than its builds: then it is one part of several.
fn others_built_beside(facts: &Facts) -> Vec<Observation> {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    let Some(here) = facts.compose.main.as_deref().and_then(folder) else { return Vec::new() };
    let own = || active(facts).filter(|one| one.class == ServiceClass::Application);
    // Images that are only named may be what the others build.
    if own().any(|one| one.build.is_none()) {
        return Vec::new();
    }
    // A build says its context, and in brackets what else it is made with.
    let contexts = composed(facts).iter().filter_map(|one| one.build.as_deref()?.split(" (").next());
    let contexts: Vec<String> = contexts.map(|context| format!("{context}/")).collect();
    let is_beside = |path: &str| {
        let is_built = |context: &String| context == "./" || path.starts_with(context.as_str());
        !path.starts_with(&here) && !contexts.iter().any(is_built)
    };
    let main = facts.dockerfiles.iter().filter(|file| file.class == PathClass::Main);
    let beside: BTreeMap<_, _> =
        main.filter(|file| is_beside(&file.path)).map(|file| (folder(&file.path), &file.path)).collect();
    if beside.len() < own().filter_map(|one| one.build.as_deref()).collect::<BTreeSet<_>>().len() {
        return Vec::new();
    }
    beside.values().map(|path| seen(vec![], path, at(path, 0), "is there".to_owned())).collect()
}

/// One observation for each different image of somebody else that is run, if nothing is one's own.
fn packages(facts: &Facts) -> Vec<Observation> {
    let own = active(facts).any(|one| one.class == ServiceClass::Application || one.build.is_some());
    let built = facts.dockerfiles.iter().any(|file| file.class == PathClass::Main);
    if own || built {
        return Vec::new();
    }
    let mut images: BTreeMap<&str, Observation> = BTreeMap::new();
    for one in active(facts).filter(|one| one.class == ServiceClass::Unsure) {
        if let Some(image) = one.image_resolved.as_deref() {
            images.entry(without_tag(image)).or_insert_with(|| service(one));
        }
    }
    images.into_values().collect()
}

/// What services say in a setting: the place, the number, and the words.
fn settings<'f>(
    facts: &'f Facts,
    setting: impl Fn(&'f Service) -> Option<(&'f Place, Option<u64>, String)>,
) -> Vec<Observation> {
    active(facts)
        .filter_map(|one| {
            let (place, amount, says) = setting(one)?;
            let says = format!("service {}: {says}", one.name);
            Some(Observation { amount, place: place.clone(), says, ..service(one) })
        })
        .collect()
}

/// Backing services that keep data on a volume, by their kinds alone: a cache called after a queue is no queue.
fn kept_data(facts: &Facts) -> Vec<Observation> {
    let keeps = |one: &&Service| one.class == ServiceClass::Backing && one.volumes.is_some();
    active(facts).filter(keeps).map(by_kind).collect()
}

/// A service by its kind alone, whatever it is called.
fn by_kind(one: &Service) -> Observation {
    Observation { words: one.kind.iter().cloned().collect(), ..service(one) }
}

fn restarts(service: &Service) -> bool {
    service.restart.as_ref().is_some_and(|(policy, _)| !matches!(policy.as_str(), "no" | "none" | "false"))
}

fn restart(facts: &Facts) -> Vec<Observation> {
    settings(facts, |service| {
        let (policy, place) = service.restart.as_ref().filter(|_| restarts(service))?;
        let own = service.class == ServiceClass::Application;
        own.then(|| (place, None, format!("restart policy {policy}")))
    })
}

fn gpus(facts: &Facts, weak: bool) -> Vec<Observation> {
    settings(facts, |service| {
        let gpu = service.gpu.as_ref().filter(|gpu| gpu.weak == weak)?;
        Some((&gpu.place, None, format!("asks for a GPU by {}", gpu.how)))
    })
}

fn accelerators(facts: &Facts) -> Vec<Observation> {
    let counts = facts.dockerfiles.iter().filter(|file| file.class == PathClass::Main);
    counts
        .filter_map(|file| {
            let (base, line) = file.accelerator.as_ref()?;
            Some(seen(vec![base.clone()], base, at(&file.path, *line), format!("is built on {base}")))
        })
        .collect()
}

fn relation(facts: &Facts) -> Vec<Observation> {
    let relation = facts.kubernetes.relation;
    if relation == Relation::None {
        return Vec::new();
    }
    let because = facts.kubernetes.relation_because.iter();
    because
        .map(|(place, says)| seen(vec![relation.word().to_owned()], says, place.clone(), says.clone()))
        .collect()
}

fn objects(facts: &Facts) -> impl Iterator<Item = &Object> {
    facts.kubernetes.objects.iter().filter(|object| object.class == PathClass::Main)
}

fn object(object: &Object) -> Observation {
    let with = if object.claims_volumes { " with volumes" } else { "" };
    let group_and_kind = format!("{}/{}{with}", object.group(), object.kind);
    let says = format!("{} {}", object.kind, object.name);
    let name = if object.name.is_empty() { &object.kind } else { &object.name };
    seen(vec![group_and_kind], name, object.place.clone(), says.trim_end().to_owned())
}

/// One observation for each different image of the product itself that goes on running.
fn deployed_images(facts: &Facts) -> Vec<Observation> {
    let lasting = ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "DeploymentConfig"];
    let own = objects(facts).filter(|object| object.runs_as(&lasting) && !object.is_left_out);
    let own = own.filter(|object| object.purpose == ServiceClass::Application);
    let mut images: BTreeMap<String, Observation> = BTreeMap::new();
    for own in own {
        let image = own.images.first().map_or(own.name.as_str(), |image| without_tag(image));
        images.entry(image.to_owned()).or_insert_with(|| {
            let says = format!("{} {} runs {image}", own.kind, own.name);
            Observation { says, ..object(own) }
        });
    }
    images.into_values().collect()
}

fn chart_says(name: &str) -> String {
    format!("chart {name}")
}

/// One observation for each different provider.
fn providers(facts: &Facts) -> Vec<Observation> {
    let mut providers: BTreeMap<&str, Observation> = BTreeMap::new();
    for provider in facts.terraform.providers.iter().filter(|provider| provider.class == PathClass::Main) {
        let source = provider.source.as_deref().unwrap_or(&provider.name);
        let name = source.rsplit('/').next().unwrap_or(source);
        providers.entry(name).or_insert_with(|| {
            seen(vec![name.to_owned()], name, provider.place.clone(), format!("provider {name}"))
        });
    }
    providers.into_values().collect()
}

/// The outputs of Terraform that has neither an account nor a state here, and nothing that applies it: they are for others.
fn modules_for_others(facts: &Facts) -> Vec<Observation> {
    let has_root = facts.terraform.roots.iter().any(|(_, class)| *class == PathClass::Main);
    let mut deploys = facts.ci.deploys.iter().filter(|deploy| deploy.class == PathClass::Main);
    let is_applied = deploys.any(|deploy| deploy.target == "terraform")
        || facts.seen.iter().any(|one| one.format.starts_with("Terragrunt"));
    let outputs = facts.terraform.outputs.iter().filter(|_| !has_root && !is_applied);
    outputs
        .map(|output| {
            let says = format!("output {}", output.name);
            seen(vec![], &output.name, output.place.clone(), says)
        })
        .collect()
}

fn history(facts: &Facts, figure: impl Fn(&History) -> (u64, String)) -> Vec<Observation> {
    let observe = |history: &History| {
        let (amount, counted) = figure(history);
        let least = if history.shallow { "at least " } else { "" };
        let says = format!("{least}{counted} in {} days", history.days);
        Observation { amount: Some(amount), ..seen(vec![], &counted, at(".git", 0), says) }
    };
    facts.git.iter().map(observe).collect()
}
