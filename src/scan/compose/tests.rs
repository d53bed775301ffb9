//! Small repositories as texts, one construct each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::facts::{Compose, PathClass, Service, ServiceClass, Unreadable};
use super::super::owner::Owner;
use super::super::source::{Listed, Source};
use super::{ComposeTables, Environment, read};

/// A repository that is a list of paths and texts.
struct Texts(Vec<Listed>, Vec<(String, String)>);

impl Source for Texts {
    fn files(&self) -> &[Listed] {
        &self.0
    }

    fn text(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        let found = self.1.iter().find(|(other, _)| other == path);
        found.map(|(_, text)| text.as_str().into()).ok_or_else(|| Unreadable::new(path, "it is gone"))
    }
}

/// What the names of directories in these tests mean.
fn class(path: &str) -> PathClass {
    match path.split('/').next() {
        Some("tests") => PathClass::Test,
        Some("examples") => PathClass::Example,
        Some("vendor") => PathClass::Vendor,
        Some(".devcontainer") => PathClass::Development,
        Some("docs") => PathClass::Documentation,
        _ => PathClass::Main,
    }
}

fn texts(files: &[(&str, &str)]) -> Texts {
    let mut files: Vec<(String, String)> =
        files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    files.sort();
    let listed = files
        .iter()
        .map(|(path, _)| Listed { path: path.clone(), class: class(path), uses: Vec::new() })
        .collect();
    Texts(listed, files)
}

pub(super) fn tables() -> ComposeTables {
    let mut tables: toml::Table =
        toml::from_str(include_str!("../../../rules/scan.toml")).expect("rules are TOML");
    tables.retain(|key, _| key == "compose" || key == "image");
    tables.try_into().expect("rules have the shape of the tables")
}

/// The owner of all images of `acme`, which pushes them.
fn acme() -> Owner {
    let mut owner = Owner::default();
    owner.add_built("acme/app");
    owner
}

#[test]
fn the_caller_can_say_which_file_counts() {
    let one = "services: {a: {image: x/a}}\n";
    let files = [("a/compose.yaml", one), ("b/compose.yaml", one)];
    assert_eq!(compose_of(&files).ambiguous.len(), 2);
    let environment =
        Environment { compose_file: Some("b/compose.yaml".to_owned()), ..Environment::default() };
    let chosen = read(&texts(&files), &tables(), &mut acme(), &environment, &[]).0;
    assert_eq!((chosen.main.as_deref(), chosen.ambiguous.len()), (Some("b/compose.yaml"), 0));
}

fn all_of(files: &[(&str, &str)]) -> (Compose, Vec<Unreadable>) {
    read(&texts(files), &tables(), &mut acme(), &Environment::default(), &[])
}

fn with_profiles(profiles: &str) -> Environment {
    Environment { compose_profiles: Some(profiles.to_owned()), ..Environment::default() }
}

fn compose_of(files: &[(&str, &str)]) -> Compose {
    all_of(files).0
}

/// The services of a repository with one compose file.
fn services_of(text: &str) -> Vec<Service> {
    compose_of(&[("compose.yaml", text)]).services
}

/// The only service of a text that gives its keys.
fn service_of(keys: &str) -> Service {
    let indented: String = keys.lines().map(|line| format!("    {line}\n")).collect();
    let mut services = services_of(&format!("services:\n  web:\n{indented}"));
    assert_eq!(services.len(), 1, "{keys}");
    services.remove(0)
}

fn names(compose: &Compose) -> Vec<&str> {
    compose.services.iter().map(|service| service.name.as_str()).collect()
}

fn named<'a>(compose: &'a Compose, name: &str) -> &'a Service {
    compose.services.iter().find(|service| service.name == name).expect("the service is there")
}

const WEB: &str = "services:\n  web:\n    image: acme/web\n";

// Which files.

#[test]
fn of_the_default_names_in_one_folder_docker_s_order_decides() {
    let files = [("compose.yml", WEB), ("docker-compose.yaml", WEB), ("docker-compose.yml", WEB)];
    assert_eq!(compose_of(&files).main.as_deref(), Some("compose.yml"));
    assert_eq!(compose_of(&files[1..]).main.as_deref(), Some("docker-compose.yml"));
}

#[test]
fn an_override_is_laid_over_its_file_by_itself() {
    let compose = compose_of(&[
        ("compose.yaml", WEB),
        ("compose.override.yaml", "services:\n  web:\n    restart: always\n  db:\n    image: postgres\n"),
    ]);
    assert_eq!(compose.main_set, ["compose.yaml", "compose.override.yaml"]);
    assert_eq!(names(&compose), ["web", "db"]);
    let (policy, place) = named(&compose, "web").restart.as_ref().expect("it is said");
    assert_eq!((policy.as_str(), place.path.as_str(), place.line), ("always", "compose.override.yaml", 3));
}

#[test]
fn files_for_tests_development_and_vendors_are_not_the_main_one() {
    let compose = compose_of(&[
        ("tests/compose.yaml", WEB),
        ("vendor/compose.yaml", WEB),
        (".devcontainer/compose.yaml", WEB),
        ("docker-compose.dev.yml", WEB),
        ("docker-compose-test.yml", WEB),
        ("examples/docker-compose.dev.yml", WEB),
        ("deploy/server/compose.yaml", WEB),
    ]);
    assert_eq!(compose.main.as_deref(), Some("deploy/server/compose.yaml"));
    assert_eq!(compose.files.len(), 7);
}

#[test]
fn files_for_development_alone_leave_no_main_one() {
    let compose = compose_of(&[("docker-compose.dev.yml", WEB)]);
    assert_eq!((compose.main, compose.ambiguous.len()), (None, 0));
    assert_eq!(compose.files, [("docker-compose.dev.yml".to_owned(), PathClass::Development)]);
}

#[test]
fn an_example_is_the_main_one_only_where_a_command_says_so() {
    let examples = [("examples/compose.yaml", WEB)];
    let alone = compose_of(&examples);
    assert_eq!((alone.main, alone.ambiguous.len()), (None, 1));
    let named = [examples[0], ("Makefile", "up:\n\tdocker compose -f examples/compose.yaml up\n")];
    assert_eq!(compose_of(&named).main.as_deref(), Some("examples/compose.yaml"));
    let both = [examples[0], ("deploy/prod/compose.yaml", WEB)];
    assert_eq!(compose_of(&both).main.as_deref(), Some("deploy/prod/compose.yaml"));
}

#[test]
fn several_examples_are_a_collection_however_deep() {
    let files = [("examples/compose.yaml", WEB), ("examples/more/deep/compose.yaml", WEB)];
    let compose = compose_of(&files);
    assert_eq!((compose.main, compose.ambiguous.len()), (None, 2));
}

#[test]
fn equally_shallow_folders_are_a_collection() {
    let compose = compose_of(&[("gitea/docker-compose.yml", WEB), ("nextcloud/docker-compose.yml", WEB)]);
    assert_eq!(compose.main, None);
    assert_eq!(compose.ambiguous, ["gitea/docker-compose.yml", "nextcloud/docker-compose.yml"]);
    assert!(compose.services.is_empty());
}

#[test]
fn a_file_above_a_collection_is_the_main_one() {
    let compose = compose_of(&[
        ("docker-compose.yml", WEB),
        ("a/docker-compose.yml", WEB),
        ("b/docker-compose.yml", WEB),
    ]);
    assert_eq!(compose.main.as_deref(), Some("docker-compose.yml"));
}

#[test]
fn alternatives_without_a_default_name_are_a_tie() {
    let files = [("docker/docker-compose.mariadb.yml", WEB), ("docker/docker-compose.postgres.yml", WEB)];
    assert_eq!(compose_of(&files).ambiguous.len(), 2);
}

#[test]
fn variants_of_a_plainer_name_leave_it_the_main_one() {
    let files = [("stack-compose.yml", WEB), ("stack-compose.gpu.yml", WEB)];
    assert_eq!(compose_of(&files).main.as_deref(), Some("stack-compose.yml"));
}

#[test]
fn a_file_for_those_who_run_the_product_goes_before_deeper_default_names() {
    let files = [("docker-compose.hobby.yml", WEB), ("tools/docker-compose.yml", WEB)];
    assert_eq!(compose_of(&files).main.as_deref(), Some("docker-compose.hobby.yml"));
}

#[test]
fn a_whole_production_file_goes_before_a_default_name_that_is_for_development() {
    let development = "services:\n  web:\n    build: .\n    environment:\n      - NODE_ENV=development\n";
    let files = [("docker-compose.yaml", development), ("docker-compose.production.yaml", WEB)];
    assert_eq!(compose_of(&files).main.as_deref(), Some("docker-compose.production.yaml"));
    let partial = "services:\n  web:\n    restart: always\n";
    let files = [("docker-compose.yaml", development), ("docker-compose.production.yaml", partial)];
    assert_eq!(compose_of(&files).main.as_deref(), Some("docker-compose.yaml"));
}

#[test]
fn a_file_that_another_one_includes_or_extends_is_not_the_main_one() {
    let extending = "services:\n  web:\n    extends:\n      file: stack.base.yml\n      service: web\n";
    let compose = compose_of(&[("stack.base.yml", WEB), ("stack.full.yml", extending)]);
    assert_eq!(compose.main.as_deref(), Some("stack.full.yml"));
    assert_eq!(compose.main_set, ["stack.full.yml", "stack.base.yml"]);
}

#[test]
fn a_default_name_stays_the_main_one_when_an_addition_includes_it() {
    let extras = "include:\n  - docker-compose.yml\nservices:\n  admin:\n    image: adminer\n";
    let compose = compose_of(&[("docker-compose.yml", WEB), ("docker-compose-extras.yml", extras)]);
    assert_eq!(compose.main.as_deref(), Some("docker-compose.yml"));
}

#[test]
fn other_names_are_recognised_by_what_is_in_them() {
    let compose = compose_of(&[
        ("stack.yml", WEB),
        ("k8s.yaml", "apiVersion: v1\nkind: Service\nservices:\n  a:\n    image: x\n"),
        (".gitlab-ci.yml", "services:\n  - docker:dind\ntest:\n  image: ruby\n"),
        (".woodpecker.yml", "steps:\n  a:\n    image: x\nservices:\n  db:\n    image: postgres\n"),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    services:\n      db:\n        image: postgres\n"),
        (
            "config/services.yaml",
            "services:\n  _defaults:\n    autowire: true\n  App\\:\n    resource: ../src\n",
        ),
        ("openapi.yaml", "openapi: 3.0.0\nservices:\n  a:\n    image: x\n"),
    ]);
    assert_eq!(compose.files, [("stack.yml".to_owned(), PathClass::Main)]);
    assert_eq!(compose.main.as_deref(), Some("stack.yml"));
}

#[test]
fn a_file_of_the_first_version_has_its_services_at_the_top() {
    let compose = compose_of(&[("docker-compose.yml", "web:\n  build: .\ndb:\n  image: postgres:9\n")]);
    assert_eq!(names(&compose), ["web", "db"]);
}

#[test]
fn a_template_is_the_main_one_only_where_there_is_nothing_else() {
    let template = [("docker-compose.yml.example", WEB)];
    assert_eq!(compose_of(&template).main.as_deref(), Some("docker-compose.yml.example"));
    let both = [template[0], ("deploy/docker-compose.yml", WEB)];
    let compose = compose_of(&both);
    assert_eq!(compose.main.as_deref(), Some("deploy/docker-compose.yml"));
    assert_eq!(compose.files.len(), 2);
}

#[test]
fn a_file_in_a_side_folder_counts_only_when_something_says_so() {
    let side = ("tracing/docker-compose.yaml", WEB);
    for (more, main) in [
        (("README.md", "Deploy it with Kustomize."), false),
        (("tracing/README.md", "    docker compose up\n"), false),
        (("README.md", "    docker compose -f tracing/docker-compose.yaml up\n"), true),
        (("README.md", "    cd tracing && docker compose up -d\n"), true),
        (("tracing/package.json", "{}"), true),
    ] {
        let compose = compose_of(&[side, more]);
        assert_eq!(compose.main.is_some(), main, "{more:?}");
        assert_eq!(compose.ambiguous.len(), usize::from(!main), "{more:?}");
    }
}

#[test]
fn several_folders_are_no_one_product_however_deep_they_lie() {
    let files = [("a/compose.yaml", WEB), ("b/c/compose.yaml", WEB), ("b/d/e/compose.yaml", WEB)];
    assert_eq!(compose_of(&files).ambiguous.len(), 3);
    let named = [files[0], files[1], files[2], ("deploy.sh", "docker compose -f b/c/compose.yaml up -d\n")];
    assert_eq!(compose_of(&named).main.as_deref(), Some("b/c/compose.yaml"));
}

// Which files together.

#[test]
fn what_a_command_names_is_compose_however_little_it_says_and_the_default_name_stands_for_all() {
    let guide = "docker compose -f proxy.yml -f compose.yml -f rootless.yml -f extras.yml up\n";
    let compose = compose_of(&[
        ("compose.yml", WEB),
        ("proxy.yml", "services:\n  proxy:\n    image: traefik\n"),
        ("rootless.yml", "services:\n  web:\n    security_opt: [x]\n"),
        ("extras.yml", "# Yours.\n"),
        ("README.md", guide),
    ]);
    assert_eq!(compose.main.as_deref(), Some("compose.yml"));
    assert_eq!(compose.main_set, ["proxy.yml", "compose.yml", "rootless.yml"]);
}

#[test]
fn files_that_most_commands_give_together_belong_together() {
    let more = "services:\n  db:\n    image: mariadb\n";
    let proxy = "services:\n  proxy:\n    image: traefik\n";
    let guide = "docker compose -f compose.yaml \\\n  -f overrides/compose.db.yaml -f overrides/compose.proxy.yaml up\n\
                 docker compose -f compose.yaml -f overrides/compose.db.yaml up -d\n";
    let compose = compose_of(&[
        ("compose.yaml", WEB),
        ("overrides/compose.db.yaml", more),
        ("overrides/compose.proxy.yaml", proxy),
        ("docs/setup.md", guide),
    ]);
    assert_eq!(compose.main_set, ["compose.yaml", "overrides/compose.db.yaml"]);
}

#[test]
fn a_command_with_a_production_file_goes_before_plain_ones() {
    let more = "services:\n  db:\n    image: mariadb\n";
    for script in [
        "docker compose -f docker-compose.yml -f docker-compose.prod.yml up -d",
        "FILES=\"-f /srv/app/docker-compose.yml -f /srv/app/docker-compose.prod.yml\"",
        "export COMPOSE_FILE=docker-compose.yml:docker-compose.prod.yml",
        "docker stack deploy -c docker-compose.yml -c docker-compose.prod.yml app",
        "docker-compose --file=docker-compose.yml --file docker-compose.prod.yml pull",
    ] {
        let compose = compose_of(&[
            ("docker-compose.yml", WEB),
            ("docker-compose.prod.yml", more),
            ("README.md", "    docker compose up\n"),
            ("deploy.sh", script),
        ]);
        assert_eq!(compose.main_set, ["docker-compose.yml", "docker-compose.prod.yml"], "{script}");
    }
}

#[test]
fn commands_for_development_or_with_missing_files_add_nothing() {
    let makefile = "dev:\n\tdocker compose -f docker-compose.yml -f docker-compose.dev.yml up\n\
                    my:\n\tdocker compose -f docker-compose.yml -f my.yml up\n";
    let files = [("docker-compose.yml", WEB), ("docker-compose.dev.yml", WEB), ("Makefile", makefile)];
    assert_eq!(compose_of(&files).main_set, ["docker-compose.yml"]);
}

#[test]
fn compose_file_in_env_says_which_files() {
    let more = "services:\n  db:\n    image: mariadb\n";
    let files =
        [(".env", "COMPOSE_FILE=a.yml:b.yml\n"), ("a.yml", WEB), ("b.yml", more), ("compose.yaml", WEB)];
    assert_eq!(compose_of(&files).main_set, ["a.yml", "b.yml"]);
}

#[test]
fn a_file_that_says_too_little_is_completed_by_the_production_file() {
    let base = "services:\n  web:\n    restart: always\n";
    let files = [("docker-compose.yml", base), ("docker-compose.prod.yml", WEB)];
    assert_eq!(compose_of(&files).main_set, ["docker-compose.yml", "docker-compose.prod.yml"]);
}

#[test]
fn included_files_count_with_their_own_folder_and_variables() {
    let main = "include:\n  - db/compose.yaml\n  - path: [cache/base.yaml, cache/more.yaml]\n    env_file: cache/vars.env\n\
                services:\n  web:\n    image: acme/web\n";
    let compose = compose_of(&[
        ("compose.yaml", main),
        (".env", "TAG=outer\n"),
        ("db/compose.yaml", "services:\n  db:\n    image: postgres:${TAG}\n    build: ./image\n"),
        ("db/.env", "TAG=inner\n"),
        ("cache/base.yaml", "services:\n  cache:\n    image: redis:${VERSION}\n"),
        ("cache/more.yaml", "services:\n  cache:\n    restart: always\n"),
        ("cache/vars.env", "VERSION=7\n"),
    ]);
    assert_eq!(compose.main_set, ["compose.yaml", "db/compose.yaml", "cache/base.yaml", "cache/more.yaml"]);
    // The including project's values go before those of the included one.
    assert_eq!(named(&compose, "db").image_resolved.as_deref(), Some("postgres:outer"));
    assert_eq!(named(&compose, "db").build.as_deref(), Some("db/image"));
    assert_eq!(named(&compose, "cache").image_resolved.as_deref(), Some("redis:7"));
    assert_eq!(named(&compose, "db").place.path, "db/compose.yaml");
}

#[test]
fn what_is_included_and_missing_is_said() {
    let (compose, unreadable) =
        all_of(&[("compose.yaml", "include:\n  - gone.yaml\nservices:\n  a:\n    image: b/c\n")]);
    assert_eq!(compose.defined(), 1);
    assert_eq!(unreadable[0].path, "gone.yaml");
    assert!(unreadable[0].reason.contains("compose.yaml:2"), "{unreadable:?}");
}

#[test]
fn files_that_include_each_other_end() {
    let files = [
        ("compose.yaml", "include: [b.yaml]\nservices:\n  a:\n    image: x/a\n"),
        ("b.yaml", "include: [compose.yaml]\nservices:\n  b:\n    image: x/b\n"),
    ];
    assert_eq!(names(&compose_of(&files)), ["a", "b"]);
}

#[test]
fn a_service_extends_another_one_of_the_same_file() {
    let services = services_of(
        "services:\n  base:\n    image: acme/app\n    restart: always\n  web:\n    extends: base\n    image: acme/web\n",
    );
    assert_eq!(services[1].image.as_deref(), Some("acme/web"));
    let (_, place) = services[1].restart.as_ref().expect("it is inherited");
    assert_eq!(place.line, 4);
}

#[test]
fn a_service_extends_one_of_another_file_from_that_file_s_folder() {
    let compose = compose_of(&[
        (
            "compose.yaml",
            "services:\n  web:\n    extends:\n      file: common/base.yml\n      service: app\n",
        ),
        (
            "common/base.yml",
            "services:\n  app:\n    extends: root\n  root:\n    build: ./src\n    healthcheck:\n      test: [CMD, ok]\n",
        ),
    ]);
    let web = named(&compose, "web");
    assert_eq!(web.build.as_deref(), Some("common/src"));
    let place = web.healthcheck.as_ref().expect("it is inherited");
    assert_eq!((place.path.as_str(), place.line), ("common/base.yml", 6));
    assert_eq!(compose.main_set, ["compose.yaml", "common/base.yml"]);
}

#[test]
fn services_that_extend_each_other_end() {
    let services = services_of(
        "services:\n  a:\n    image: x/a\n    extends: b\n  b:\n    image: x/b\n    extends: a\n",
    );
    assert_eq!(services.len(), 2);
}

// What is merged.

#[test]
fn anchors_and_merge_keys_bring_what_they_stand_for() {
    let text = "x-app: &app\n  image: acme/app\n  restart: always\nx-check: &check\n  healthcheck:\n    test: [CMD, ok]\n\
                services:\n  a:\n    <<: *app\n  b:\n    <<: [*app, *check]\n    image: acme/b\n";
    let services = services_of(text);
    assert_eq!(services[0].image.as_deref(), Some("acme/app"));
    assert_eq!(services[1].image.as_deref(), Some("acme/b"));
    assert_eq!(services[1].healthcheck.as_ref().map(|place| place.line), Some(5));
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    assert_eq!(service_of("image: a/b\nimage: c/d").image.as_deref(), Some("c/d"));
    let (_, unreadable) =
        all_of(&[("compose.yaml", "services:\n  web:\n    build: .\n  web:\n    image: a/b\n")]);
    assert!(unreadable[0].reason.contains("the key `web` twice"), "{unreadable:?}");
}

#[test]
fn reset_takes_back_and_override_replaces() {
    let compose = compose_of(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: acme/web\n    restart: always\n    healthcheck:\n      test: [CMD, ok]\n    volumes:\n      - data:/data\n  old:\n    image: acme/old\n",
        ),
        (
            "compose.override.yaml",
            "services:\n  web:\n    restart: !reset null\n    healthcheck: !reset {}\n    volumes: !override\n      - ./x.conf:/etc/x.conf:ro\n  old: !reset null\n",
        ),
    ]);
    assert_eq!(names(&compose), ["web"]);
    let web = named(&compose, "web");
    assert_eq!((&web.restart, &web.healthcheck, &web.volumes), (&None, &None, &None));
}

#[test]
fn lists_grow_and_commands_are_replaced() {
    let compose = compose_of(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: acme/web\n    command: [migrate]\n    volumes:\n      - ${DATA:-./data}:/data\n",
        ),
        (
            "compose.override.yaml",
            "services:\n  web:\n    command: [serve]\n    volumes:\n      - ./x:/data:ro\n      - more:/more\n",
        ),
    ]);
    let web = named(&compose, "web");
    assert_eq!(web.class, ServiceClass::Application);
    assert_eq!(
        web.volumes.as_ref().map(|place| (place.path.as_str(), place.line)),
        Some(("compose.override.yaml", 6))
    );
}

// Variables.

#[test]
fn variables_come_from_env_beside_the_file_else_from_an_example() {
    let text = "services:\n  web:\n    image: acme/web:$TAG\n";
    let image = |files: &[(&str, &str)]| compose_of(files).services[0].image_resolved.clone();
    let main = ("docker/compose.yaml", text);
    assert_eq!(
        image(&[main, ("docker/.env", "TAG=1\n"), ("docker/.env.example", "TAG=2\n")]).as_deref(),
        Some("acme/web:1")
    );
    assert_eq!(image(&[main, ("docker/example.env", "TAG=2 # two\n")]).as_deref(), Some("acme/web:2"));
    assert_eq!(image(&[main]).as_deref(), Some("acme/web"));
}

#[test]
fn defaults_nest_and_alternatives_hold() {
    let env = "SET=set\nEMPTY=\nexport QUOTED=\"a ${SET}\"\nRAW='${SET}'\n";
    for (written, resolved) in [
        ("${SET}", "set"),
        ("${NONE:-one}", "one"),
        ("${EMPTY:-one}", "one"),
        ("${EMPTY-one}x", "x"),
        ("${NONE-${ALSO:-${NOT:-deep}}}", "deep"),
        ("${SET:+alt}", "alt"),
        ("x${NONE:+alt}", "x"),
        ("${EMPTY+alt}", "alt"),
        ("${SET:?must be}", "set"),
        ("a$$b", "a$b"),
        ("${SET}${SET}", "setset"),
        ("$SET-1", "set-1"),
        ("${unclosed", "${unclosed"),
    ] {
        let text = format!("services:\n  web:\n    image: 'i/{written}'\n");
        let compose = compose_of(&[("compose.yaml", &text), (".env", env)]);
        assert_eq!(
            compose.services[0].image_resolved.as_deref(),
            Some(format!("i/{resolved}").as_str()),
            "{written}"
        );
    }
}

#[test]
fn values_of_secrets_are_not_used() {
    let text = "services:\n  web:\n    image: acme/web:${API_TOKEN}\n  cache:\n    image: ${VALKEY_IMAGE}\n";
    let compose =
        compose_of(&[("compose.yaml", text), (".env", "API_TOKEN=hunter2\nVALKEY_IMAGE=valkey/valkey:8\n")]);
    assert!(!format!("{compose:?}").contains("hunter2"));
    assert_eq!(named(&compose, "cache").image_resolved.as_deref(), Some("valkey/valkey:8"));
}

#[test]
fn an_image_that_is_a_variable_without_value_is_not_resolved() {
    let web = service_of("image: ${IMAGE}:${TAG:-latest}");
    assert_eq!((web.image.as_deref(), web.image_resolved), (Some("${IMAGE}:${TAG:-latest}"), None));
}

#[test]
fn values_that_hold_values_end() {
    let mut env = "A=xxxxxxxxxxxxxxxxxxxx\n".to_owned();
    for (one, two) in "ABCDEFGHIJKLMNOPQRSTUVWXY".chars().zip("BCDEFGHIJKLMNOPQRSTUVWXYZ".chars()) {
        env.push_str(&format!("{two}=${one}${one}${one}${one}\n"));
    }
    let started = Instant::now();
    compose_of(&[("compose.yaml", "services:\n  a:\n    image: $Z\n"), (".env", &env)]);
    assert!(started.elapsed() < Duration::from_secs(20));
}

// Profiles and numbers.

#[test]
fn a_profile_is_off_unless_it_is_named() {
    let text = "services:\n  a:\n    image: x/a\n  b:\n    image: x/b\n    profiles: [more]\n  c:\n    image: x/c\n    profiles: [other]\n    depends_on: [b]\n";
    let active = |compose: Compose| {
        compose.services.into_iter().filter(|s| s.active).map(|s| s.name).collect::<Vec<_>>()
    };
    let plain = [("compose.yaml", text)];
    assert_eq!(active(compose_of(&plain)), ["a"]);
    assert_eq!(
        active(read(&texts(&plain), &tables(), &mut acme(), &with_profiles("more"), &[]).0),
        ["a", "b"]
    );
    assert_eq!(
        active(read(&texts(&plain), &tables(), &mut acme(), &with_profiles("*"), &[]).0),
        ["a", "b", "c"]
    );
    assert_eq!(active(compose_of(&[plain[0], (".env", "COMPOSE_PROFILES=other,more\n")])), ["a", "b", "c"]);
    let env = "KIND=other\nCOMPOSE_PROFILES=${KIND:-more}\n";
    assert_eq!(active(compose_of(&[plain[0], (".env.example", env)])), ["a", "c"]);
}

#[test]
fn a_service_with_zero_replicas_is_not_active() {
    assert!(!service_of("image: a/b\ndeploy:\n  replicas: 0").active);
}

#[test]
fn one_image_counts_once_however_it_is_named() {
    let count = |text: &str| compose_of(&[("compose.yaml", text)]).distinct_app_images();
    assert_eq!(
        count(
            "services:\n  web:\n    image: acme/app\n  worker:\n    image: acme/app\n  db:\n    image: postgres\n"
        ),
        1
    );
    assert_eq!(
        count(
            "services:\n  web:\n    build: .\n    image: x/app\n  worker:\n    image: x/app\n  beat:\n    build: .\n"
        ),
        1
    );
    assert_eq!(
        count(
            "services:\n  a:\n    build: ./a\n  b:\n    build:\n      context: a\n  c:\n    build:\n      context: a\n      target: c\n"
        ),
        2
    );
    assert_eq!(
        count(
            "services:\n  a:\n    build:\n      context: .\n      args: {APP: a}\n  b:\n    build:\n      context: .\n      args: {APP: b}\n"
        ),
        2
    );
    assert_eq!(count("services:\n  a:\n    build: ./a\n  b:\n    build: ./b\n"), 2);
}

// Classes.

#[test]
fn services_are_classed_by_image_then_name_then_build_then_namespace() {
    use ServiceClass::{Application, Auxiliary, Backing, Unsure};
    for (name, keys, class, kind) in [
        ("x", "image: postgres:16", Backing, "database"),
        ("x", "image: ghcr.io/acme/postgres:14-vector", Backing, "database"),
        ("x", "image: docker.io/bitnami/postgresql", Backing, "database"),
        ("x", "image: localhost:5000/redis", Backing, "cache"),
        ("x", "image: prom/node-exporter", Backing, "monitoring"),
        ("x", "image: quay.io/minio/minio@sha256:0123", Backing, "object store"),
        ("x", "image: minio/mc", Auxiliary, "init"),
        ("app-db", "image: acme/thing", Backing, "database"),
        ("db-api", "image: acme/thing", Application, ""),
        ("redis2", "build: .", Backing, "cache"),
        ("web-no-db", "build: .", Application, ""),
        ("web", "build: .", Application, ""),
        ("report-exporter", "image: acme/exporter", Application, ""),
        ("web", "image: acme/web", Application, ""),
        ("web", "image: stranger/web", Unsure, ""),
        ("blog", "image: ghost:5", Unsure, "product"),
        ("web", "build: .\n    command: 0 3 * * * clean", Auxiliary, "job"),
        ("web", "build: .\n    deploy:\n      mode: replicated-job", Auxiliary, "job"),
        ("web", "build: .\n    profiles: [tools]", Auxiliary, "job"),
        ("web-cleanup", "build: .", Auxiliary, "job"),
        ("css", "build: .\n    command: npm run watch", Auxiliary, "watcher"),
        ("cleanup-api", "build: .", Application, ""),
        ("web", "image: busybox", Unsure, ""),
        ("web", "image: python:3.12", Application, "runtime"),
        ("migrate", "build: .", Auxiliary, "migration"),
        ("kafka-init", "image: confluentinc/cp-kafka", Auxiliary, "init"),
        ("api", "build: .\n    command: python manage.py migrate", Auxiliary, "migration"),
        ("api", "build: .\n    command: sh -c 'python manage.py migrate && gunicorn app'", Application, ""),
        ("x", "image: postgres\n    entrypoint: [pg_dump, db]", Auxiliary, "backup"),
        ("x", "image: acme/site-loadgenerator", Auxiliary, "load generator"),
        ("mystery", "image: ${IMAGE}", Unsure, ""),
        ("web", "image: ${REGISTRY}/web:${TAG}", Application, ""),
        ("web", "image: $REGISTRY_URL:$TAG", Application, ""),
    ] {
        let services = services_of(&format!("services:\n  {name}:\n    {keys}\n"));
        assert_eq!(
            (services[0].class, services[0].kind.as_deref().unwrap_or_default()),
            (class, kind),
            "{name} {keys}"
        );
    }
}

#[test]
fn what_others_wait_for_until_it_has_ended_is_auxiliary() {
    let text = "services:\n  web:\n    build: .\n    depends_on:\n      load:\n        condition: service_completed_successfully\n  load:\n    build: .\n";
    assert_eq!(services_of(text)[1].class, ServiceClass::Auxiliary);
}

// Facts with places.

#[test]
fn replicas_are_read_from_deploy_and_scale() {
    let replicas = |keys: &str| service_of(keys).replicas.map(|(count, place)| (count, place.line));
    assert_eq!(replicas("image: a/b\ndeploy:\n  replicas: 3"), Some((3, 5)));
    assert_eq!(replicas("image: a/b\nscale: 2"), Some((2, 4)));
    assert_eq!(replicas("image: a/b\ndeploy:\n  replicas: ${N:-4}"), Some((4, 5)));
    assert_eq!(replicas("image: a/b\ndeploy:\n  mode: global\n  replicas: 3"), None);
}

#[test]
fn a_disabled_health_check_is_none() {
    let check = |keys: &str| {
        service_of(&format!("image: a/b\nhealthcheck:\n  {keys}")).healthcheck.map(|place| place.line)
    };
    assert_eq!(check("test: [CMD, curl, x]"), Some(4));
    assert_eq!(check("interval: 10s"), Some(4));
    assert_eq!(check("disable: true"), None);
    assert_eq!(check("test: [\"NONE\"]"), None);
    assert_eq!(check("test: NONE"), None);
}

#[test]
fn restart_policies_are_read_from_either_place() {
    let restart = |keys: &str| {
        service_of(&format!("image: a/b\n{keys}")).restart.map(|(policy, place)| (policy, place.line))
    };
    assert_eq!(restart("restart: unless-stopped"), Some(("unless-stopped".to_owned(), 4)));
    assert_eq!(restart("restart: no"), Some(("no".to_owned(), 4)));
    assert_eq!(restart("restart: false"), Some(("no".to_owned(), 4)));
    assert_eq!(
        restart("deploy:\n  restart_policy:\n    condition: on-failure"),
        Some(("on-failure".to_owned(), 6))
    );
    assert_eq!(restart("deploy:\n  restart_policy:\n    condition: none"), Some(("no".to_owned(), 6)));
    assert_eq!(restart("hostname: x"), None);
}

#[test]
fn limits_and_secrets_are_read() {
    let limits = |keys: &str| service_of(&format!("image: a/b\n{keys}")).limits.map(|place| place.line);
    assert_eq!(limits("deploy:\n  resources:\n    limits:\n      memory: 1g"), Some(6));
    assert_eq!(limits("mem_limit: 512m"), Some(4));
    assert_eq!(limits("deploy:\n  resources:\n    reservations:\n      memory: 1g"), None);
    assert_eq!(service_of("image: a/b\nsecrets:\n  - key").secrets.map(|place| place.line), Some(4));
}

#[test]
fn volumes_count_if_they_keep_data() {
    let keeps = |volume: &str| {
        let text = format!("services:\n  web:\n    image: a/b\n    volumes:\n      - {volume}\n");
        compose_of(&[("compose.yaml", &text), ("src/main.py", ""), ("nginx/site.conf", "")]).services[0]
            .volumes
            .is_some()
    };
    for volume in [
        "data:/var/lib/data",
        "./data:/data",
        "/srv/files:/files",
        "${UPLOADS}:/uploads",
        "{type: volume, source: a, target: /b}",
        "./uploads:/app/uploads",
    ] {
        assert!(keeps(volume), "{volume}");
    }
    for volume in [
        "/data",
        "./src:/app/src",
        "./elsewhere:/var/www/html",
        "/var/run:/host/run",
        ".:/app",
        "./conf.d:/etc/conf.d:ro",
        "./app.conf:/etc/app.conf",
        "node_modules:/app/node_modules",
        "/var/run/docker.sock:/var/run/docker.sock",
        "/etc/localtime:/etc/localtime",
        "{type: tmpfs, target: /b}",
    ] {
        assert!(!keeps(volume), "{volume}");
    }
}

#[test]
fn the_docker_socket_is_seen_in_every_form() {
    for volume in [
        "/var/run/docker.sock:/var/run/docker.sock:ro",
        "${DOCKER_SOCK:-/var/run/docker.sock}:/var/run/docker.sock",
        "{type: bind, source: /run/user/1000/docker.sock, target: /s}",
    ] {
        assert!(
            service_of(&format!("image: a/b\nvolumes:\n  - {volume}")).docker_socket.is_some(),
            "{volume}"
        );
    }
}

#[test]
fn gpus_are_seen_in_every_form() {
    let devices = "deploy:\n  resources:\n    reservations:\n      devices:\n        - driver: nvidia\n          count: 1\n          capabilities: [gpu]";
    let generic = "deploy:\n  resources:\n    reservations:\n      generic_resources:\n        - discrete_resource_spec:\n            kind: NVIDIA-GPU\n            value: 2";
    for (keys, how, weak) in [
        (devices, "reservations.devices", false),
        (generic, "reservations.generic_resources", false),
        ("gpus: all", "gpus", false),
        ("runtime: nvidia", "runtime: nvidia", false),
        ("devices:\n  - /dev/dri:/dev/dri\n  - /dev/kfd", "/dev/kfd", false),
        ("devices: [/dev/nvidia0:/dev/nvidia0]", "/dev/nvidia0", false),
        ("devices: [nvidia.com/gpu=all]", "nvidia.com/gpu=all", false),
        ("devices: [/dev/dri:/dev/dri]", "/dev/dri", true),
    ] {
        let gpu = service_of(&format!("image: a/b\n{keys}")).gpu.expect(keys);
        assert_eq!((gpu.how.as_str(), gpu.weak), (how, weak));
    }
    assert_eq!(service_of("image: a/b\ndevices: [/dev/ttyUSB0]").gpu, None);
}

// What is no YAML.

#[test]
fn what_docker_reads_and_strict_parsers_refuse_is_read() {
    for text in [
        "services:\n  web:\n    image: acme/web\t\n",
        "services:\n  web:\n    image:\tacme/web\t# why\n",
        "\u{feff}services:\r\n  web:\r\n    image: acme/web\r\n",
        "services:\n  web:\n\t# a comment\n    image: acme/web\n",
    ] {
        let (compose, unreadable) = all_of(&[("compose.yaml", text)]);
        assert_eq!(compose.services[0].image.as_deref(), Some("acme/web"), "{text:?}");
        assert_eq!(unreadable, [], "{text:?}");
    }
}

#[test]
fn what_is_no_yaml_is_read_as_far_as_possible_and_said() {
    for text in [
        "services:\n  web:\n    image: acme/web\n    command: %x\n",
        "services:\n  web:\n    image: acme/web\n    command: `x`\n",
        "services:\n  web:\n    image: acme/web\n{% if more %}\n    restart: always\n{% endif %}\n",
        "services:\n  web:\n    image: acme/web\n    hostname: {{ host }}.local\n",
        "services:\n  web:\n    image: acme/web\n    environment: [A\n",
        "services:\n\tweb:\n\t\timage: acme/web\n",
        "services:\n  web:\n    image: acme/web\n    command: a: b: c\n",
    ] {
        let (compose, unreadable) = all_of(&[("compose.yaml", text)]);
        assert_eq!(names(&compose), ["web"], "{text:?}");
        assert_eq!(compose.services[0].image.as_deref(), Some("acme/web"), "{text:?}");
        assert_eq!(unreadable.len(), 1, "{text:?}");
        assert_eq!(unreadable[0].path, "compose.yaml");
    }
}

#[test]
fn the_line_by_line_reading_keeps_structure_and_places() {
    let text = "# head\nservices:\n  web: &web\n    image: \"acme/web\" # note\n    build:\n      context: ./web\n    ports:\n    - 80:80\n    healthcheck:\n      test: |\n        curl x\n        image: no\n    broken: 'x\n  db:\n    image: postgres\n    profiles: [a, b]\nvolumes:\n  data:\n";
    let (compose, unreadable) = all_of(&[("compose.yaml", text)]);
    assert_eq!(names(&compose), ["web", "db"]);
    assert_eq!(named(&compose, "web").build.as_deref(), Some("web"));
    assert_eq!((named(&compose, "db").place.line, named(&compose, "db").active), (14, false));
    assert!(unreadable[0].reason.contains("line by line"), "{unreadable:?}");
}

#[test]
fn an_unreadable_main_file_is_still_the_main_file() {
    let (compose, unreadable) = all_of(&[("compose.yaml", "services:\n  web: [\n")]);
    assert_eq!(compose.main.as_deref(), Some("compose.yaml"));
    assert_eq!(unreadable.len(), 1);
}

// Hostile texts.

fn is_quick(files: &[(&str, &str)]) -> (Compose, Vec<Unreadable>) {
    let started = Instant::now();
    let all = all_of(files);
    // Generous, since the machine may be busy: what grows without end takes far longer.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    all
}

#[test]
fn anchors_that_multiply_end() {
    let mut bomb = "a: &a0 {k: v}\n".to_owned();
    for level in 1..50 {
        let inner = format!("*a{}, ", level - 1).repeat(9);
        bomb.push_str(&format!("b{level}: &a{level} [{inner}]\n"));
    }
    bomb.push_str("services:\n  web:\n    image: acme/web\n    environment: *a49\n    volumes: *a49\n");
    assert_eq!(is_quick(&[("compose.yaml", &bomb), ("compose.override.yaml", &bomb)]).0.defined(), 1);
}

#[test]
fn mappings_that_multiply_end() {
    let mut bomb = "x0: &a0 {k: v}\n".to_owned();
    for level in 1..40 {
        let inner: String = (0..9).map(|key| format!("k{key}: *a{}, ", level - 1)).collect();
        bomb.push_str(&format!("x{level}: &a{level} {{{inner}}}\n"));
    }
    bomb.push_str("services:\n  web:\n    image: acme/web\n    labels: *a39\n    deploy: *a39\n");
    let other = bomb.replace("&a0 {k: v}", "&a0 {k: w}");
    is_quick(&[("compose.yaml", &bomb), ("compose.override.yaml", &other)]);
}

#[test]
fn merge_keys_that_multiply_end_and_are_said() {
    let keys: String = (0..2000).map(|key| format!("  k{key}: v\n")).collect();
    let uses: String = (0..2000).map(|name| format!("  s{name}:\n    <<: *base\n")).collect();
    let text = format!("x: &base\n  image: acme/web\n{keys}services:\n{uses}");
    let (compose, unreadable) = is_quick(&[("compose.yaml", &text)]);
    assert_eq!(compose.main.as_deref(), Some("compose.yaml"));
    assert_eq!(unreadable.len(), 1);
}

#[test]
fn services_that_all_extend_a_huge_one_end() {
    let keys: String = (0..5000).map(|key| format!("      k{key}: v\n")).collect();
    let uses: String =
        (0..5000).map(|name| format!("  s{name}:\n    extends: base\n    labels:\n      a: b\n")).collect();
    let text = format!("services:\n  base:\n    image: acme/web\n    labels:\n{keys}{uses}");
    is_quick(&[("compose.yaml", &text)]);
}

#[test]
fn many_of_anything_are_quick() {
    let size = 1 << 18;
    for unit in [
        "[",
        "{a: ",
        "- ",
        "? ",
        "[],",
        "a: &a ",
        "\"",
        "'",
        "!t ",
        "a:\n",
        "a: b\n",
        "- a\n",
        "%\n",
        "${",
        "\t",
        "&a *a ",
        "<<: ",
        "{{",
        "a: |\n",
        "\\",
        "  a:\n    image: b\n",
    ] {
        let body = unit.repeat(size / unit.len());
        is_quick(&[("compose.yaml", &format!("services:\n  web:\n    image: acme/web\nx:\n{body}"))]);
        is_quick(&[("compose.yaml", &format!("services:\n{body}"))]);
        is_quick(&[
            ("compose.yaml", WEB),
            (".env", &body),
            ("b.yaml", WEB),
            ("Makefile", &format!("docker compose -f {body}")),
        ]);
    }
}

#[test]
fn a_mebibyte_of_nested_flow_is_quick() {
    for unit in ["[", "{a: ", "[{a: [", "[],"] {
        is_quick(&[(
            "compose.yaml",
            &format!("services:\n  web:\n    image: acme/web\nx: {}", unit.repeat((1 << 20) / unit.len())),
        )]);
    }
}

#[test]
fn deep_nesting_in_blocks_ends() {
    let mut text = "services:\n  web:\n    image: acme/web\nx:\n".to_owned();
    for level in 1..2000 {
        text.push_str(&format!("{}a:\n", " ".repeat(level)));
    }
    let (compose, unreadable) = is_quick(&[("compose.yaml", &text)]);
    assert_eq!(names(&compose), ["web"]);
    assert_eq!(unreadable.len(), 1);
}

#[test]
fn mutations_of_a_real_looking_file_never_panic() {
    let text = "x-a: &a\n  restart: ${R:-always}\nservices:\n  web:\n    <<: [*a]\n    image: \"ghcr.io/a/b:${TAG:-v1}\"\n    build: {context: ., args: [A=b]}\n    volumes:\n      - d:/x\n      - type: bind\n        source: ./a\n        target: /a\n    deploy:\n      replicas: 2\n      resources: {limits: {cpus: '1'}}\n    extends:\n      file: o.yml\n      service: web\n";
    let pieces = [
        "\t", "\n", ":", "- ", "&a ", "*a", "<<: ", "{", "}", "[", "]", "${", "}", "'", "\"", "#", "é",
        "\u{0}", "!reset ", "%", "|\n", "  ", "\u{feff}", "---\n", "…",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below.max(1) as u64).unwrap_or_default()
    };
    let tables = tables();
    for _ in 0..1500 {
        let mut letters: Vec<char> = text.chars().collect();
        for _ in 0..=random(6) {
            let at = random(letters.len());
            match random(3) {
                0 => drop(letters.drain(at..(at + random(9)).min(letters.len()))),
                1 => drop(letters.splice(at..at, pieces[random(pieces.len())].chars())),
                _ => letters.truncate(letters.len() - random(3)),
            }
        }
        let mutated: String = letters.into_iter().collect();
        let source =
            texts(&[("compose.yaml", &mutated), ("o.yml", text), (".env", &mutated), ("Makefile", &mutated)]);
        read(&source, &tables, &mut acme(), &Environment::default(), &[]);
    }
}

// The tables.

#[test]
fn the_table_of_images_is_broad_and_says_nothing_twice() {
    let tables = tables();
    let mut names: Vec<&String> = tables.image.iter().flat_map(|meaning| &meaning.names).collect();
    assert!(names.len() > 250);
    names.sort();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
}
