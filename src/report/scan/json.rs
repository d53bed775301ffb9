//! The report of a scan for programs: the wire shapes of `needk8s.scan/1`, kept apart from the facts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Scan;
use crate::answers::Reach;
use crate::facts::{self, Facts, Finding, PathClass, Place};
use crate::report::json::{RulebookName, Source, answer_value, pretty, source, status};
use crate::text::{is_unsafe, is_unseen};

/// The name and version of the shape.
const SCHEMA: &str = "needk8s.scan/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rulebook: RulebookName<'a>,
    folder: &'a str,
    compose: Compose<'a>,
    dockerfiles: Vec<Dockerfile<'a>>,
    kubernetes: Kubernetes<'a>,
    terraform: Terraform<'a>,
    ci: Ci<'a>,
    ml: Vec<Library<'a>>,
    git: Option<Git>,
    seen: Vec<Seen<'a>>,
    retired: Option<Says<'a>>,
    excluded: Option<Excluded<'a>>,
    unreadable: Vec<Unreadable<'a>>,
    answers: Vec<Answer<'a>>,
    conflicts: Vec<String>,
    open: Vec<&'a str>,
    recommendation: Option<Recommendation<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Compose<'a> {
    main: Option<&'a str>,
    main_set: &'a [String],
    ambiguous: &'a [String],
    files: Vec<File<'a>>,
    services: Vec<Service<'a>>,
    defined: usize,
    active: usize,
    distinct_app_images: usize,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    class: &'static str,
}

#[derive(Serialize)]
struct Service<'a> {
    name: &'a str,
    class: &'static str,
    kind: Option<&'a str>,
    image: Option<&'a str>,
    image_resolved: Option<&'a str>,
    build: Option<&'a str>,
    active: bool,
    file: &'a str,
    line: usize,
    replicas: Option<u64>,
    healthcheck: bool,
    restart: Option<&'a str>,
    gpu: Option<Gpu<'a>>,
    limits: bool,
    secrets: bool,
    volumes: bool,
    docker_socket: bool,
    ports: bool,
    lines: BTreeMap<&'static str, Line<'a>>,
}

#[derive(Serialize)]
struct Gpu<'a> {
    how: &'a str,
    weak: bool,
}

#[derive(Serialize)]
struct Dockerfile<'a> {
    path: &'a str,
    class: &'static str,
    bases: Vec<Base<'a>>,
    accelerator: Option<Base<'a>>,
    healthcheck: Option<usize>,
}

#[derive(Serialize)]
struct Base<'a> {
    image: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Kubernetes<'a> {
    relation: &'static str,
    deployed: bool,
    because: Vec<Says<'a>>,
    kinds: BTreeMap<&'a str, usize>,
    objects: Vec<Object<'a>>,
    charts: Vec<Chart<'a>>,
    kustomizations: Vec<Classed<'a>>,
}

#[derive(Serialize)]
struct Object<'a> {
    kind: &'a str,
    api_version: &'a str,
    name: &'a str,
    class: &'static str,
    path: &'a str,
    line: usize,
    replicas: Option<u64>,
    images: &'a [String],
    purpose: Option<&'static str>,
}

#[derive(Serialize)]
struct Chart<'a> {
    name: &'a str,
    class: &'static str,
    path: &'a str,
    line: usize,
    kinds: &'a [String],
}

#[derive(Serialize)]
struct Classed<'a> {
    path: &'a str,
    line: usize,
    class: &'static str,
}

#[derive(Serialize)]
struct Terraform<'a> {
    providers: Vec<Provider<'a>>,
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Provider<'a> {
    name: &'a str,
    source: Option<&'a str>,
    class: &'static str,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: &'a str,
    means: &'a str,
    class: &'static str,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Ci<'a> {
    systems: Vec<System<'a>>,
    deploys: Vec<Deploy<'a>>,
}

#[derive(Serialize)]
struct System<'a> {
    name: &'a str,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Deploy<'a> {
    target: &'a str,
    words: &'a str,
    by: &'static str,
    class: &'static str,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Library<'a> {
    name: &'a str,
    kind: &'a str,
    class: &'static str,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Git {
    people: usize,
    commits: usize,
    releases: usize,
    releases_per_month: f64,
    days: u64,
    newest: u64,
    shallow: bool,
}

#[derive(Serialize)]
struct Seen<'a> {
    format: &'a str,
    path: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct Excluded<'a> {
    patterns: &'a [String],
    count: usize,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    path: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<usize>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    value: serde_json::Value,
    reach: &'static str,
    confidence: &'static str,
    counts: bool,
    because: Vec<Because<'a>>,
    evidence: Vec<Says<'a>>,
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct Because<'a> {
    rule: &'a str,
    says: &'a str,
}

#[derive(Serialize)]
struct Says<'a> {
    path: &'a str,
    line: usize,
    says: &'a str,
}

#[derive(Serialize)]
struct Recommendation<'a> {
    headline: &'a str,
    verdict: &'a str,
    status: &'static str,
    margin: i64,
    possible_verdicts: Vec<&'a str>,
    platform: &'a str,
    answers: Vec<Given<'a>>,
}

#[derive(Serialize)]
struct Given<'a> {
    id: &'a str,
    value: serde_json::Value,
    origin: &'a str,
}

pub(super) fn render(scan: &Scan<'_>) -> String {
    let rulebook = scan.contents.rulebook;
    let provenance = &scan.contents.provenance;
    let facts = scan.facts;
    let document = Document {
        schema: SCHEMA,
        rulebook: RulebookName::of(provenance),
        folder: scan.folder,
        compose: compose(&facts.compose),
        dockerfiles: facts.dockerfiles.iter().map(dockerfile).collect(),
        kubernetes: kubernetes(&facts.kubernetes),
        terraform: terraform(facts),
        ci: ci(facts),
        ml: facts.ml.iter().map(library).collect(),
        git: facts.git.as_ref().map(git),
        seen: facts
            .seen
            .iter()
            .map(|seen| Seen { format: &seen.format, path: &seen.path, count: seen.count })
            .collect(),
        retired: facts.retired.as_ref().map(|(place, says)| Says {
            path: &place.path,
            line: place.line,
            says,
        }),
        excluded: facts
            .excluded
            .as_ref()
            .map(|excluded| Excluded { patterns: &excluded.patterns, count: excluded.count }),
        unreadable: facts
            .unreadable
            .iter()
            .map(|file| Unreadable {
                path: &file.path,
                reason: &file.reason,
                others: (file.others > 0).then_some(file.others),
            })
            .collect(),
        answers: scan.conclusions.findings.iter().map(|finding| answer(scan, finding)).collect(),
        conflicts: scan.conflicts(),
        open: scan.open.iter().map(|question| rulebook.questions()[*question].id.as_str()).collect(),
        recommendation: recommendation(scan),
    };
    without_unsafe(&pretty(&document))
}

/// JSON in which every character that could steer a terminal is escaped. They occur in texts alone.
fn without_unsafe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => safe.push(c),
            c if is_unseen(c) => safe.push('\u{fffd}'),
            c if is_unsafe(c) => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

fn line(place: &Place) -> Line<'_> {
    Line { path: &place.path, line: place.line }
}

fn compose(compose: &facts::Compose) -> Compose<'_> {
    Compose {
        main: compose.main.as_deref(),
        main_set: &compose.main_set,
        ambiguous: &compose.ambiguous,
        files: compose.files.iter().map(|(path, class)| File { path, class: class.word() }).collect(),
        services: compose.services.iter().map(service).collect(),
        defined: compose.defined(),
        active: compose.active(),
        distinct_app_images: compose.distinct_app_images(),
    }
}

fn service(service: &facts::Service) -> Service<'_> {
    let lines = [
        ("replicas", service.replicas.as_ref().map(|(_, place)| place)),
        ("healthcheck", service.healthcheck.as_ref()),
        ("restart", service.restart.as_ref().map(|(_, place)| place)),
        ("gpu", service.gpu.as_ref().map(|gpu| &gpu.place)),
        ("limits", service.limits.as_ref()),
        ("secrets", service.secrets.as_ref()),
        ("volumes", service.volumes.as_ref()),
        ("docker_socket", service.docker_socket.as_ref()),
        ("ports", service.ports.as_ref()),
    ];
    Service {
        name: &service.name,
        class: service.class.word(),
        kind: service.kind.as_deref(),
        image: service.image.as_deref(),
        image_resolved: service.image_resolved.as_deref(),
        build: service.build.as_deref(),
        active: service.active,
        file: &service.place.path,
        line: service.place.line,
        replicas: service.replicas.as_ref().map(|(count, _)| *count),
        healthcheck: service.healthcheck.is_some(),
        restart: service.restart.as_ref().map(|(policy, _)| policy.as_str()),
        gpu: service.gpu.as_ref().map(|gpu| Gpu { how: &gpu.how, weak: gpu.weak }),
        limits: service.limits.is_some(),
        secrets: service.secrets.is_some(),
        volumes: service.volumes.is_some(),
        docker_socket: service.docker_socket.is_some(),
        ports: service.ports.is_some(),
        lines: lines.into_iter().filter_map(|(key, place)| Some((key, line(place?)))).collect(),
    }
}

fn dockerfile(file: &facts::Dockerfile) -> Dockerfile<'_> {
    Dockerfile {
        path: &file.path,
        class: file.class.word(),
        bases: file.bases.iter().map(base).collect(),
        accelerator: file.accelerator.as_ref().map(base),
        healthcheck: file.healthcheck,
    }
}

fn base((image, line): &(String, usize)) -> Base<'_> {
    Base { image, line: *line }
}

fn kubernetes(kubernetes: &facts::Kubernetes) -> Kubernetes<'_> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for object in kubernetes.objects.iter().filter(|object| object.class == PathClass::Main) {
        *kinds.entry(&object.kind).or_default() += 1;
    }
    Kubernetes {
        relation: kubernetes.relation.word(),
        deployed: kubernetes.is_deployed,
        because: kubernetes
            .relation_because
            .iter()
            .map(|(place, says)| Says { path: &place.path, line: place.line, says })
            .collect(),
        kinds,
        objects: kubernetes
            .objects
            .iter()
            .map(|object| Object {
                kind: &object.kind,
                api_version: &object.api_version,
                name: &object.name,
                class: object.class.word(),
                path: &object.place.path,
                line: object.place.line,
                replicas: object.replicas,
                images: &object.images,
                purpose: (!object.images.is_empty()).then(|| object.purpose.word()),
            })
            .collect(),
        charts: kubernetes
            .charts
            .iter()
            .map(|chart| Chart {
                name: &chart.name,
                class: chart.class.word(),
                path: &chart.place.path,
                line: chart.place.line,
                kinds: &chart.kinds,
            })
            .collect(),
        kustomizations: kubernetes
            .kustomizations
            .iter()
            .map(|(place, class)| Classed { path: &place.path, line: place.line, class: class.word() })
            .collect(),
    }
}

fn terraform(facts: &Facts) -> Terraform<'_> {
    let providers = facts.terraform.providers.iter().map(|provider| Provider {
        name: &provider.name,
        source: provider.source.as_deref(),
        class: provider.class.word(),
        path: &provider.place.path,
        line: provider.place.line,
    });
    let resources = facts.terraform.resources.iter().map(|resource| Resource {
        name: &resource.name,
        means: &resource.means,
        class: resource.class.word(),
        path: &resource.place.path,
        line: resource.place.line,
    });
    Terraform { providers: providers.collect(), resources: resources.collect() }
}

fn ci(facts: &Facts) -> Ci<'_> {
    let systems =
        facts.ci.systems.iter().map(|(name, place)| System { name, path: &place.path, line: place.line });
    let deploys = facts.ci.deploys.iter().map(|deploy| Deploy {
        target: &deploy.target,
        words: &deploy.words,
        by: deploy.by.word(),
        class: deploy.class.word(),
        path: &deploy.place.path,
        line: deploy.place.line,
    });
    Ci { systems: systems.collect(), deploys: deploys.collect() }
}

fn library(library: &facts::Dependency) -> Library<'_> {
    Library {
        name: &library.name,
        kind: &library.kind,
        class: library.class.word(),
        path: &library.place.path,
        line: library.place.line,
    }
}

fn git(history: &facts::History) -> Git {
    let a_month = history.releases as f64 * 30.0 / history.days.max(1) as f64;
    Git {
        people: history.people,
        commits: history.commits,
        releases: history.releases,
        releases_per_month: (a_month * 10.0).round() / 10.0,
        days: history.days,
        newest: history.newest,
        shallow: history.shallow,
    }
}

fn answer<'a>(scan: &Scan<'a>, finding: &'a Finding) -> Answer<'a> {
    let rulebook = scan.contents.rulebook;
    let question = &rulebook.questions()[finding.question];
    let because = finding.because.iter();
    let evidence = finding.evidence.iter();
    Answer {
        id: &question.id,
        value: answer_value(rulebook, finding.question, Some(&question.spell(finding.value))),
        reach: match finding.reach {
            Reach::Exactly => "exactly",
            Reach::AtLeast => "at-least",
            Reach::Includes => "includes",
        },
        confidence: finding.sureness.word(),
        counts: finding.answers,
        because: because.map(|reason| Because { rule: &reason.rule, says: &reason.says }).collect(),
        evidence: evidence
            .map(|seen| Says { path: &seen.place.path, line: seen.place.line, says: &seen.says })
            .collect(),
        sources: finding.sources.iter().map(|index| source(rulebook, *index)).collect(),
    }
}

fn recommendation<'a>(scan: &Scan<'a>) -> Option<Recommendation<'a>> {
    let contents = scan.contents;
    let (rulebook, assessment) = (contents.rulebook, contents.assessment);
    let band = |band: usize| rulebook.bands()[band].id.as_str();
    let given = contents.answers.iter().map(|answer| Given {
        id: &rulebook.questions()[answer.question].id,
        value: answer_value(rulebook, answer.question, answer.value.as_deref()),
        origin: &answer.origin,
    });
    (!contents.answers.is_empty()).then(|| Recommendation {
        headline: &contents.headline,
        verdict: band(assessment.band),
        status: status(contents.outlook.status),
        margin: assessment.margin,
        possible_verdicts: contents.outlook.verdicts.iter().map(|possible| band(*possible)).collect(),
        platform: &rulebook.platforms()[assessment.recommendation].id,
        answers: given.collect(),
    })
}
