//! How a repository stands to Kubernetes: whether it deploys on it, is made for it, or offers it to others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::facts::{
    Chart, Deploy, DeployedBy, Facts, Kubernetes, Object, PathClass, Place, Relation, Terraform,
};
use super::guide::Guide;
use super::manifest;
use super::paths::{folder, is_within, is_yaml};
use super::patterns::Patterns;
use super::signs::Sign;
use super::source::{Listed, Source};
use super::tables::{FileSign, KubernetesTable, Tables};
use super::uses::Use;

type Grounds = Vec<(Place, String)>;

/// How a repository stands to it, by what, and whether something shows that it is really deployed.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    pub(crate) relation: Relation,
    pub(crate) is_deployed: bool,
    pub(crate) because: Grounds,
    /// What speaks of a cluster that others run.
    pub(crate) shared: Grounds,
    /// What turns an autoscaler of a chart on.
    pub(crate) autoscaling: Grounds,
    /// Whether its objects are none that a controller keeps running.
    pub(crate) lacks_workloads: bool,
    /// The line of a guide by which the repository is made of examples.
    pub(crate) examples: Option<(Place, String)>,
}

/// A relation, whether it deploys something, and what would show it.
type Step<'a, S> = (Relation, bool, fn(&Judge<'a, S>) -> Grounds);

/// Judges by all other facts: what shows most goes first, and what only could be is said as that.
pub(crate) fn judge<'a, S: Source>(
    facts: &'a Facts,
    source: &'a S,
    signs: &'a [Sign<'a>],
    guide: &'a Guide,
    tables: &'a Tables,
) -> Judgement {
    let judge = Judge {
        facts,
        found: &facts.kubernetes,
        source,
        signs,
        guide,
        tables,
        table: &tables.kubernetes,
        offers: OnceLock::new(),
        examples: OnceLock::new(),
    };
    let steps: [Step<'a, S>; 9] = [
        (Relation::MadeForIt, false, Judge::made_for),
        (Relation::DeploysOnIt, true, Judge::deploys),
        (Relation::MadeForIt, false, Judge::charts_for_others),
        (Relation::Examples, false, Judge::collection),
        (Relation::DeploysOnIt, false, Judge::manifests_of_environments),
        (Relation::OffersIt, false, Judge::offers),
        (Relation::DeploysOnIt, false, Judge::scripts),
        (Relation::DeploysOnIt, false, Judge::only_manifests),
        (Relation::Examples, false, Judge::examples),
    ];
    for (relation, is_deployed, grounds) in steps {
        let because = each_once(grounds(&judge));
        if !because.is_empty() {
            let shared =
                if relation == Relation::DeploysOnIt { each_once(judge.shared()) } else { Grounds::new() };
            let examples = judge.speaks_of_examples().cloned();
            let lacks_workloads = relation == Relation::Examples && judge.lacks_workloads();
            let autoscaling = each_once(judge.signs(&judge.table.autoscaling_sign, Use::Autoscales));
            return Judgement {
                relation,
                is_deployed,
                because,
                shared,
                autoscaling,
                lacks_workloads,
                examples,
            };
        }
    }
    Judgement { examples: judge.speaks_of_examples().cloned(), ..Judgement::default() }
}

/// One place is enough for each.
fn each_once(grounds: Grounds) -> Grounds {
    let mut said = BTreeSet::new();
    grounds.into_iter().filter(|(_, says)| said.insert(says.clone())).collect()
}

struct Judge<'a, S> {
    facts: &'a Facts,
    found: &'a Kubernetes,
    source: &'a S,
    signs: &'a [Sign<'a>],
    guide: &'a Guide,
    tables: &'a Tables,
    table: &'a KubernetesTable,
    /// What several steps ask for, once it was looked for.
    offers: OnceLock<Grounds>,
    examples: OnceLock<Option<(Place, String)>>,
}

impl<S: Source> Judge<'_, S> {
    /// Operators, controllers, and modules that build clusters.
    fn made_for(&self) -> Grounds {
        let mut grounds = self.objects(&self.table.made_for);
        grounds.extend(self.signs(&self.table.made_for_sign, Use::MadeFor));
        grounds.extend(self.cluster_modules());
        grounds
    }

    /// Modules for others: folders with variables and outputs, of which none is applied here. That they build clusters is
    /// said by their resources or by their outputs.
    fn cluster_modules(&self) -> Grounds {
        let terraform = &self.facts.terraform;
        let modules = self.module_folders();
        let top_is_one = modules.contains("");
        if modules.is_empty() || !top_is_one && is_applied(terraform, &self.facts.ci.deploys) {
            return Grounds::new();
        }
        let is_in_module = |place: &Place| top_is_one || modules.contains(folder(&place.path));
        let resources = terraform.resources.iter().filter(|resource| resource.class == PathClass::Main);
        let clusters = resources.filter(|resource| {
            self.table.clusters.contains(&resource.means) && is_in_module(&resource.place)
        });
        let clusters = clusters.map(|resource| (resource.place.clone(), resource.name.clone()));
        let outputs = terraform.outputs.iter().filter(|output| is_in_module(&output.place));
        let known = Patterns::any_of(&self.table.cluster_outputs);
        let outputs = outputs.filter(|output| known.fit(&output.name));
        clusters
            .chain(outputs.map(|output| (output.place.clone(), format!("output {}", output.name))))
            .collect()
    }

    /// Folders that are modules by their files; the one at the top only if there are examples of its use.
    fn module_folders(&self) -> BTreeSet<&str> {
        let files = self.source.files();
        let names = &self.tables.terraform.module_files;
        let has = |folder: &str, name: &String| {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            files.binary_search_by(|file| file.path.as_str().cmp(&path)).is_ok()
        };
        let first = names.first();
        let starts = files
            .iter()
            .filter(|file| file.class == PathClass::Main && Some(file.name()) == first.map(String::as_str));
        let folders = starts.map(|file| folder(&file.path));
        let example = |file: &Listed| file.class == PathClass::Example && file.path.ends_with(".tf");
        folders
            .filter(|folder| names.iter().all(|name| has(folder, name)))
            .filter(|folder| !folder.is_empty() || files.iter().any(example))
            .collect()
    }

    /// What deploys by itself: jobs of a pipeline and the scripts that they run, tools that let a cluster follow the
    /// repository, and applied infrastructure.
    fn deploys(&self) -> Grounds {
        let for_it = |target: &String, class| self.table.targets.contains(target) && class == PathClass::Main;
        let deploys = &self.facts.ci.deploys;
        let jobs = deploys
            .iter()
            .filter(|deploy| deploy.by == DeployedBy::Pipeline && for_it(&deploy.target, deploy.class));
        let jobs = jobs.map(|deploy| (deploy.place.clone(), deploy.words.clone()));
        let is_example = self.speaks_of_examples().is_some();
        let is_applied =
            is_applied_by_pipeline(deploys) || !is_example && is_applied(&self.facts.terraform, deploys);
        let resources = self
            .facts
            .terraform
            .resources
            .iter()
            .filter(|resource| is_applied && for_it(&resource.means, resource.class));
        let resources = resources.map(|resource| (resource.place.clone(), resource.name.clone()));
        let delivery = if is_example { Grounds::new() } else { self.delivery() };
        jobs.chain(delivery).chain(resources).chain(self.environments()).collect()
    }

    /// Objects that let a cluster follow the repository, and charts that make such.
    fn delivery(&self) -> Grounds {
        let patterns = Patterns::any_of(&self.table.delivery);
        let given = self.own_objects().filter(|object| !object.is_left_out);
        let mut grounds = first_of_kinds(given.filter(|object| patterns.fit(&group_and_kind(object))));
        let kinds = &self.table.delivery_kinds;
        let charts = self.charts().filter(|chart| chart.kinds.iter().any(|kind| kinds.contains(kind)));
        grounds.extend(charts.map(|chart| (chart.place.clone(), chart.name.clone())));
        grounds.extend(self.signs(&self.table.delivery_sign, Use::Delivers));
        grounds
    }

    /// Objects and pipelines by which others run the cluster.
    fn shared(&self) -> Grounds {
        let mut grounds = self.objects(&self.table.shared);
        grounds.extend(self.signs(&self.table.shared_sign, Use::Shared));
        grounds
    }

    /// Workloads that lie in a folder or file of an environment of one's own.
    fn manifests_of_environments(&self) -> Grounds {
        if !self.offer_signs().is_empty() || self.speaks_of_examples().is_some() {
            return Grounds::new();
        }
        let known = Patterns::any_of(&self.table.environments);
        let lasting = Patterns::any_of(&self.table.lasting);
        let is_of_environment = |object: &&Object| {
            let parts = object.place.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
            lasting.fit(&group_and_kind(object)) && parts.into_iter().any(|part| known.fit(part))
        };
        first_of_kinds(self.own_objects().filter(is_of_environment))
    }

    /// Overlays and values for environments of one's own: not those inside a chart, which are for whoever installs it, nor
    /// any where the whole is offered to others.
    fn environments(&self) -> Grounds {
        if !self.offer_signs().is_empty() || self.speaks_of_examples().is_some() {
            return Grounds::new();
        }
        let known = Patterns::any_of(&self.table.environments);
        let overlays = self.found.kustomizations.iter().filter(|(_, class)| *class == PathClass::Main);
        let overlays = overlays.map(|(place, _)| place.path.as_str());
        let files = self.source.files().iter();
        let values = files.filter(|file| file.class == PathClass::Main && is_values(file.name()));
        let values = values.map(|file| file.path.as_str());
        let in_chart = |path: &str| self.charts().any(|chart| is_within(path, folder(&chart.place.path)));
        let values: Vec<&str> = values.filter(|path| !in_chart(path) || !self.has_other_way()).collect();
        let mut grounds = Grounds::new();
        for path in overlays.chain(values) {
            if let Some(environment) = path.split('/').find(|part| known.fit(part)) {
                grounds.push((Place { path: path.to_owned(), line: 0 }, environment.to_owned()));
            }
        }
        grounds
    }

    /// Nothing but charts, released for others.
    fn charts_for_others(&self) -> Grounds {
        let is_product = self.facts.compose.main.is_some()
            || self.facts.dockerfiles.iter().any(|file| file.class == PathClass::Main);
        let charts: Vec<&Chart> = self.charts().collect();
        if charts.len() < 2 || is_product || self.offer_signs().is_empty() {
            return Grounds::new();
        }
        charts.into_iter().map(|chart| (chart.place.clone(), chart.name.clone())).collect()
    }

    /// A repository of examples by its own words, or manifests that stand each for itself.
    fn collection(&self) -> Grounds {
        let shown = self.objects(&self.table.workloads);
        let shown: Grounds = shown.into_iter().chain(self.objects(&self.table.tasks)).collect();
        let is_one_product =
            self.is_run_by_compose() || self.goes_elsewhere(|deploy| deploy.by == DeployedBy::Pipeline);
        if shown.is_empty() && self.charts().next().is_none() || is_one_product {
            return Grounds::new();
        }
        match self.speaks_of_examples() {
            Some(ground) => [ground.clone()].into_iter().chain(shown).collect(),
            None if self.stand_alone() || self.are_chapters() => shown,
            None => Grounds::new(),
        }
    }

    /// Whether lasting workloads lie in several folders at the top that have nothing in common and nothing built in them.
    fn stand_alone(&self) -> bool {
        let lasting = Patterns::any_of(&self.table.lasting);
        let workloads = self.own_objects().filter(|object| lasting.fit(&group_and_kind(object)));
        let tops: BTreeSet<&str> = workloads.map(|object| top(&object.place.path)).collect();
        let tasks = !self.objects(&self.table.tasks).is_empty();
        let is_built = self.facts.dockerfiles.iter().any(|file| tops.contains(top(&file.path)));
        tasks && tops.len() > 1 && !tops.contains("") && !is_built && self.found.kustomizations.is_empty()
    }

    /// Whether all objects lie in folders at the top that are numbered, as lessons are, and some are pods for their own sake.
    fn are_chapters(&self) -> bool {
        let tops: BTreeSet<&str> = self.own_objects().map(|object| top(&object.place.path)).collect();
        let are_numbered = tops.iter().all(|top| top.starts_with(|first: char| first.is_ascii_digit()));
        tops.len() > 2 && are_numbered && !self.objects(&self.table.tasks).is_empty()
    }

    /// Charts, and manifests beside another way to run the product or in its documentation.
    fn offers(&self) -> Grounds {
        let mut grounds: Grounds =
            self.charts().map(|chart| (chart.place.clone(), chart.name.clone())).collect();
        let manifests = self.manifests();
        if !grounds.is_empty() || !manifests.is_empty() {
            grounds.extend(self.offer_signs().iter().cloned());
        }
        if grounds.is_empty() && self.has_other_way() && self.is_product() {
            grounds = if manifests.is_empty() { self.documented() } else { manifests };
        }
        grounds
    }

    /// Workloads that the documentation shows, for whoever installs the product.
    fn documented(&self) -> Grounds {
        let lasting = Patterns::any_of(&self.table.lasting);
        let shown = self.found.objects.iter().filter(|object| object.class == PathClass::Documentation);
        first_of_kinds(shown.filter(|object| lasting.fit(&group_and_kind(object))))
    }

    /// Whether there is something of one's own to offer.
    fn is_product(&self) -> bool {
        self.is_run_by_compose() || self.facts.dockerfiles.iter().any(|file| file.class == PathClass::Main)
    }

    /// Whether it is run in another way than on Kubernetes: by Compose, or on a platform that it is deployed to.
    fn has_other_way(&self) -> bool {
        self.is_run_by_compose() || self.goes_elsewhere(|_| true)
    }

    fn is_run_by_compose(&self) -> bool {
        let compose = &self.facts.compose;
        compose.main.is_some() && compose.main_class() == PathClass::Main
    }

    /// Whether some of its deployments lead to another platform.
    fn goes_elsewhere(&self, counts: fn(&Deploy) -> bool) -> bool {
        let here = [&self.table.targets, &self.table.indirect];
        let leads = |deploy: &&Deploy| !here.iter().any(|targets| targets.contains(&deploy.target));
        let own = self.facts.ci.deploys.iter().filter(|deploy| deploy.class == PathClass::Main);
        own.filter(leads).any(counts)
    }

    /// Scripts that deploy when somebody runs them, where nothing else explains what they are for.
    fn scripts(&self) -> Grounds {
        let scripts =
            self.facts.ci.deploys.iter().filter(|deploy| {
                deploy.class == PathClass::Main && self.table.targets.contains(&deploy.target)
            });
        let scripts: Grounds = scripts.map(|deploy| (deploy.place.clone(), deploy.words.clone())).collect();
        let resources = self.facts.terraform.resources.iter().filter(|resource| {
            resource.class == PathClass::Main && self.table.targets.contains(&resource.means)
        });
        scripts
            .into_iter()
            .chain(resources.map(|resource| (resource.place.clone(), resource.name.clone())))
            .collect()
    }

    /// Workloads of one's own that go on running.
    fn manifests(&self) -> Grounds {
        self.objects(&self.table.lasting)
    }

    /// Those that nothing else explains: no other way to run what is here.
    fn only_manifests(&self) -> Grounds {
        if self.has_other_way() { Grounds::new() } else { self.manifests() }
    }

    /// Whether objects of one's own are there, of which none goes on running by a controller.
    fn lacks_workloads(&self) -> bool {
        let has_some = !self.objects(&self.table.native).is_empty();
        has_some
            && self.manifests().is_empty()
            && self.charts().next().is_none()
            && self.speaks_of_examples().is_none()
    }

    /// Everything else that is there for it: examples, and what is run once.
    fn examples(&self) -> Grounds {
        let native = Patterns::any_of(&self.table.native);
        let counts = |object: &Object| {
            !matches!(object.class, PathClass::Vendor | PathClass::Legacy)
                && native.fit(&group_and_kind(object))
        };
        let charts = self
            .found
            .charts
            .iter()
            .filter(|chart| !matches!(chart.class, PathClass::Vendor | PathClass::Legacy));
        let charts = charts.map(|chart| (chart.place.clone(), chart.name.clone()));
        charts.chain(first_of_kinds(self.found.objects.iter().filter(|object| counts(object)))).collect()
    }

    fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.found.charts.iter().filter(|chart| chart.class == PathClass::Main)
    }

    fn own_objects(&self) -> impl Iterator<Item = &Object> {
        self.found.objects.iter().filter(|object| object.class == PathClass::Main)
    }

    /// The first object of one's own of each kind that fits a pattern.
    fn objects(&self, patterns: &[String]) -> Grounds {
        let patterns = Patterns::any_of(patterns);
        let alike = self.found.objects.chunk_by(Object::is_like);
        let fitting =
            alike.filter(|alike| alike.first().is_some_and(|one| patterns.fit(&group_and_kind(one))));
        first_of_kinds(fitting.flatten().filter(|object| object.class == PathClass::Main))
    }

    fn offer_signs(&self) -> &Grounds {
        self.offers.get_or_init(|| {
            let mut signs = self.signs(&self.table.offer_sign, Use::Offers);
            signs.extend(self.applied_from_the_web());
            signs
        })
    }

    /// A guide by which readers apply what is here from its address: it is for their clusters.
    fn applied_from_the_web(&self) -> Option<(Place, String)> {
        let objects = self.found.objects.iter().map(|object| object.place.path.as_str());
        let kustomizations = self.found.kustomizations.iter().map(|(place, _)| folder(&place.path));
        let here: BTreeSet<&str> = objects.chain(kustomizations).filter(|path| !path.is_empty()).collect();
        let is_guide = |file: &&Listed| {
            let name = file.name().to_ascii_lowercase();
            matches!(file.class, PathClass::Main | PathClass::Documentation)
                && self.table.guides_for_others.iter().any(|start| name.starts_with(start.as_str()))
        };
        let guides = self.source.files().iter().filter(|_| !here.is_empty()).filter(is_guide);
        let applies = |line: &str| {
            let mut words = line.split([' ', '`', '"', '\'', '(', ')']);
            let addresses = words.by_ref().filter(|word| word.contains("://") || word.contains(".com/"));
            let mut addresses =
                addresses.map(|word| word.split('?').next().unwrap_or(word).trim_end_matches('/'));
            self.table.given_by.iter().any(|words| line.contains(words.as_str()))
                && addresses.any(|address| {
                    address.match_indices('/').any(|(at, _)| here.contains(&address[at + 1..]))
                })
        };
        guides.into_iter().find_map(|file| {
            let line = self.source.text(&file.path).ok()?.lines().position(applies)? + 1;
            Some((Place { path: file.path.clone(), line }, "a guide that applies it from the web".to_owned()))
        })
    }

    /// The files of one's own that are what a row of a table says, if the kinds that it asks for are defined.
    fn signs(&self, table: &[FileSign], of: fn(usize) -> Use) -> Grounds {
        let is_of = |object: &Object, kinds: &[String]| {
            !matches!(object.class, PathClass::Vendor | PathClass::Test) && kinds.contains(&object.kind)
        };
        let is_defined = |sign: &FileSign| {
            sign.with_kinds.is_empty()
                || self.found.objects.iter().any(|object| is_of(object, &sign.with_kinds))
        };
        let rows = table.iter().enumerate().filter(|(_, sign)| is_defined(sign));
        let says: BTreeMap<Use, &str> = rows.map(|(row, sign)| (of(row), sign.says.as_str())).collect();
        let own = self.signs.iter().filter(|sign| sign.file.class == PathClass::Main);
        let held = own.filter_map(|sign| {
            let place = Place { path: sign.file.path.clone(), line: sign.line };
            Some((place, (*says.get(&sign.of)?).to_owned()))
        });
        held.collect()
    }

    /// The line in which the guide at the top calls the repository a collection of examples.
    fn speaks_of_examples(&self) -> Option<&(Place, String)> {
        self.examples.get_or_init(|| self.guide.calls_it_examples(self.table)).as_ref()
    }
}

/// Whether anything here is applied: a pipeline does so, or a configuration says with which account or where its state is.
fn is_applied(terraform: &Terraform, deploys: &[Deploy]) -> bool {
    is_applied_by_pipeline(deploys) || terraform.roots.iter().any(|(_, class)| *class == PathClass::Main)
}

fn is_applied_by_pipeline(deploys: &[Deploy]) -> bool {
    deploys.iter().any(|deploy| {
        deploy.target == "terraform" && deploy.by == DeployedBy::Pipeline && deploy.class == PathClass::Main
    })
}

/// The first object of each kind.
fn first_of_kinds<'f>(objects: impl Iterator<Item = &'f Object>) -> Grounds {
    let mut kinds = BTreeSet::new();
    let firsts = objects.filter(|object| kinds.insert((&object.api_version, &object.kind)));
    firsts.map(|object| (object.place.clone(), object.kind.clone())).collect()
}

fn group_and_kind(object: &Object) -> String {
    manifest::group_and_kind(&object.api_version, &object.kind)
}

fn is_values(name: &str) -> bool {
    name.starts_with("values") && is_yaml(name)
}

/// The first folder of a path.
fn top(path: &str) -> &str {
    path.split_once('/').map_or("", |(top, _)| top)
}
