//! What a scan reads from the miniature repositories in `tests/repos/facts-*`.

use std::path::Path;
use std::time::SystemTime;

use needk8s::builtin::builtin_scan_file;
use needk8s::facts::{Facts, PathClass, Relation};
use needk8s::scan::{Environment, Progress, Rules, read};

pub(crate) fn scan(dir: &Path) -> Facts {
    let rules = Rules::parse(&builtin_scan_file()).expect("the built-in tables are valid");
    read(dir, &rules, &Environment::default(), SystemTime::now(), &Progress::default())
        .expect("the folder is there")
}

fn facts(name: &str) -> Facts {
    scan(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repos").join(format!("facts-{name}")))
}

fn reasons(facts: &Facts) -> Vec<String> {
    facts.kubernetes.relation_because.iter().map(|(place, says)| format!("{}: {says}", place.path)).collect()
}

fn objects(facts: &Facts) -> Vec<String> {
    let line = |object: &needk8s::facts::Object| {
        format!("{} {} {}:{}", object.kind, object.name, object.place.path, object.place.line)
    };
    facts.kubernetes.objects.iter().map(line).collect()
}

#[test]
fn a_dockerfile_is_known_by_its_name_and_its_first_instruction() {
    let found = facts("dockerfiles").dockerfiles;
    let names: Vec<(&str, PathClass)> = found.iter().map(|file| (file.path.as_str(), file.class)).collect();
    assert_eq!(
        names,
        [
            ("Dockerfile", PathClass::Main),
            ("Dockerfile.dev", PathClass::Development),
            ("gpu/train.dockerfile", PathClass::Main),
            ("images/Containerfile", PathClass::Main),
            ("tests/web/Dockerfile", PathClass::Test),
        ]
    );
}

#[test]
fn base_images_are_those_that_are_no_stages() {
    let found = facts("dockerfiles").dockerfiles;
    let bases: Vec<&[(String, usize)]> = found.iter().map(|file| file.bases.as_slice()).collect();
    assert_eq!(bases[0], [("python:3.13-slim".to_owned(), 3)]);
    assert_eq!(bases[3], [("alpine:3".to_owned(), 1)]);
}

#[test]
fn a_base_image_can_mean_accelerators() {
    let found = facts("dockerfiles").dockerfiles;
    let accelerated: Vec<_> = found.iter().filter_map(|file| file.accelerator.clone()).collect();
    assert_eq!(accelerated, [("nvidia/cuda:12.4.1-runtime-ubuntu22.04".to_owned(), 2)]);
}

#[test]
fn a_health_check_that_is_switched_off_is_none() {
    let checks: Vec<Option<usize>> =
        facts("dockerfiles").dockerfiles.iter().map(|file| file.healthcheck).collect();
    assert_eq!(checks, [Some(8), None, None, None, None]);
}

#[test]
fn an_object_counts_once_however_many_overlays_repeat_it() {
    assert_eq!(
        objects(&facts("gitops")),
        [
            "ConfigMap a clusters/main/list.yaml:5",
            "CronJob nightly clusters/main/list.yaml:9",
            "Deployment web apps/base/web.yaml:2",
            "Kustomization apps clusters/main/apps.yaml:2",
            "Service web apps/base/web.yaml:9",
        ]
    );
    assert_eq!(facts("gitops").kubernetes.objects[2].replicas, Some(2));
    assert_eq!(facts("gitops").kubernetes.kustomizations.len(), 2);
}

#[test]
fn a_cluster_that_follows_the_repository_is_deployed_on() {
    let facts = facts("gitops");
    assert_eq!(facts.kubernetes.relation, Relation::DeploysOnIt);
    assert_eq!(
        reasons(&facts),
        ["clusters/main/apps.yaml: Kustomization", "apps/overlays/production/kustomization.yaml: production"]
    );
}

#[test]
fn a_chart_is_offered_and_its_templates_are_text() {
    let facts = facts("chart");
    assert_eq!(facts.kubernetes.relation, Relation::OffersIt);
    assert!(facts.kubernetes.objects.is_empty());
    let charts: Vec<_> =
        facts.kubernetes.charts.iter().map(|chart| (chart.name.as_str(), chart.class)).collect();
    assert_eq!(charts, [("notes", PathClass::Main), ("postgresql", PathClass::Vendor)]);
    assert_eq!(facts.kubernetes.charts[0].kinds, ["Deployment", "Service"]);
    assert!(facts.unreadable.is_empty());
}

#[test]
fn an_operator_is_made_for_it_whatever_its_makefile_applies() {
    let facts = facts("operator");
    assert_eq!(facts.kubernetes.relation, Relation::MadeForIt);
    assert!(reasons(&facts).contains(&"PROJECT: a project of kubebuilder or the Operator SDK".to_owned()));
    assert!(reasons(&facts).contains(&"go.mod: a controller with kinds of its own".to_owned()));
}

#[test]
fn a_module_that_makes_clusters_is_made_for_it() {
    let facts = facts("cluster-module");
    assert_eq!(facts.kubernetes.relation, Relation::MadeForIt);
    assert_eq!(reasons(&facts), ["main.tf: aws_eks_cluster"]);
}

#[test]
fn what_only_has_the_shape_of_an_object_is_none() {
    let facts = facts("not-kubernetes");
    assert_eq!(objects(&facts), [""; 0]);
    assert_eq!(facts.kubernetes.relation, Relation::None);
}

#[test]
fn examples_are_only_examples() {
    let facts = facts("only-examples");
    assert_eq!(facts.kubernetes.relation, Relation::Examples);
    assert_eq!(facts.kubernetes.objects.len(), 2);
}

#[test]
fn providers_are_declared_in_either_form() {
    let found = facts("terraform").terraform;
    let provider = |provider: &needk8s::facts::Provider| {
        let source = provider.source.clone().unwrap_or_default();
        format!("{} {source} {}:{}", provider.name, provider.place.path, provider.place.line)
    };
    assert_eq!(
        found.providers.iter().map(provider).collect::<Vec<_>>(),
        [
            "aws  versions.tf:3",
            "cloudflare  main.tf:2",
            "grafana grafana/grafana more.tf.json:0",
            "hcloud hetznercloud/hcloud versions.tf:5",
            "null  examples/x/main.tf:1",
            "oci  broken.tf:1",
        ]
    );
}

#[test]
fn resources_and_modules_say_where_software_runs() {
    let found = facts("terraform").terraform.resources;
    let means: Vec<_> =
        found.iter().map(|found| (found.means.as_str(), found.name.as_str(), found.place.line)).collect();
    assert_eq!(
        means,
        [("container-service", "terraform-aws-modules/ecs/aws", 11), ("servers", "hcloud_server", 4)]
    );
}

#[test]
fn every_system_that_builds_is_named() {
    let systems: Vec<String> = facts("pipelines").ci.systems.into_iter().map(|(name, _)| name).collect();
    assert_eq!(systems, ["GitHub Actions", "GitLab CI", "Travis CI", "Jenkins"]);
}

#[test]
fn a_deployment_is_told_from_a_test_and_a_mention() {
    let deploys = facts("pipelines").ci.deploys;
    let mut said: Vec<String> = deploys
        .iter()
        .map(|found| format!("{}: {} {}:{}", found.target, found.words, found.place.path, found.place.line))
        .collect();
    said.sort();
    assert_eq!(
        said,
        [
            "compose: docker compose up .gitlab-ci.yml:6",
            "nomad: Nomad jobs/web.nomad.hcl:0",
            "paas: Fly.io fly.toml:0",
            "paas: flyctl deploy .github/workflows/ci.yml:10",
            "servers: Kamal config/deploy.yml:2",
            "servers: ansible-playbook Jenkinsfile:2",
            "swarm: docker stack deploy .gitlab-ci.yml:9",
        ]
    );
}

#[test]
fn declared_libraries_say_what_they_are_for() {
    let found: Vec<String> = facts("models")
        .ml
        .iter()
        .map(|found| format!("{} {} {}:{}", found.kind, found.name, found.place.path, found.place.line))
        .collect();
    assert_eq!(
        found,
        [
            "feature-store feast setup.py:2",
            "tracking mlflow environment.yml:4",
            "distributed ray environment.yml:6",
            "training scikit-learn requirements/base.txt:1",
            "training torch pyproject.toml:4",
            "serving vllm pyproject.toml:8",
        ]
    );
}

#[test]
fn a_manifest_that_is_no_toml_is_named_with_its_reason() {
    let unreadable = facts("models").unreadable;
    assert_eq!(unreadable.len(), 1);
    assert_eq!(unreadable[0].path, "broken/pyproject.toml");
    assert!(unreadable[0].reason.starts_with("it is no TOML"), "{}", unreadable[0].reason);
}
