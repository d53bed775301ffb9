//! What `scan` says about the Compose files of the miniature repositories in `tests/repos`.

use serde_json::{Value, json};

use crate::program::Program;

/// The facts of a miniature.
fn scanned(repo: &str) -> Value {
    let path = format!("{}/tests/repos/compose-{repo}", env!("CARGO_MANIFEST_DIR"));
    Program::new().run_args(&["scan", &path, "--format", "json"]).ok().json()
}

fn compose(repo: &str) -> Value {
    scanned(repo)["compose"].take()
}

fn service<'c>(compose: &'c Value, name: &str) -> &'c Value {
    let services = compose["services"].as_array().expect("services");
    services.iter().find(|service| service["name"] == name).unwrap_or(&Value::Null)
}

/// How many services are defined, how many of them active, and how many images of one's own they run.
fn numbers(compose: &Value) -> [u64; 3] {
    ["defined", "active", "distinct_app_images"].map(|key| compose[key].as_u64().expect("a number"))
}

/// One field of all services.
fn fields(compose: &Value, key: &str) -> Value {
    compose["services"].as_array().expect("services").iter().map(|service| service[key].clone()).collect()
}

#[test]
fn the_default_name_goes_before_its_variants() {
    let compose = compose("variants");
    assert_eq!(compose["main_set"], json!(["docker/docker-compose.yml"]));
    assert_eq!(numbers(&compose), [4, 4, 2]);
    assert_eq!(fields(&compose, "class"), json!(["application", "application", "backing", "backing"]));
    assert_eq!(fields(&compose, "kind"), json!([null, null, "cache", "database"]));
    let server = service(&compose, "server");
    assert_eq!(server["image_resolved"], "ghcr.io/album-app/server:v2");
    assert_eq!((&server["healthcheck"], &server["volumes"]), (&true.into(), &true.into()));
    assert_eq!(service(&compose, "recognition")["healthcheck"], false);
}

#[test]
fn what_most_commands_give_together_is_one_project() {
    let compose = compose("lists");
    assert_eq!(compose["main_set"], json!(["compose.yaml", "overrides/compose.mariadb.yaml"]));
    assert_eq!(numbers(&compose), [4, 4, 1]);
    assert_eq!(fields(&compose, "class"), json!(["auxiliary", "application", "application", "backing"]));
    assert_eq!(service(&compose, "backend")["image_resolved"], "acme/desk:v16");
    assert_eq!(service(&compose, "db")["file"], "overrides/compose.mariadb.yaml");
}

#[test]
fn a_collection_has_no_main_file() {
    let compose = compose("collection");
    assert_eq!(compose["main"], Value::Null);
    assert_eq!(compose["ambiguous"], json!(["gitea/docker-compose.yml", "nextcloud/docker-compose.yml"]));
    assert_eq!(compose["services"], json!([]));
}

#[test]
fn includes_extensions_and_overrides_are_merged_and_keep_their_places() {
    let compose = compose("included");
    let files = [
        "compose.yaml",
        "common/app.yml",
        "infra/compose.yaml",
        "search/base.yaml",
        "search/tuned.yaml",
        "compose.override.yaml",
    ];
    assert_eq!(compose["main_set"], json!(files));
    assert_eq!(fields(&compose, "name"), json!(["web", "db", "search"]));
    let web = service(&compose, "web");
    assert_eq!(
        (&web["restart"], &web["volumes"], &web["build"]),
        (&Value::Null, &false.into(), &"common/src".into())
    );
    assert_eq!(web["lines"]["healthcheck"], json!({ "path": "common/app.yml", "line": 5 }));
    assert_eq!(
        service(&compose, "search")["lines"]["limits"],
        json!({ "path": "search/tuned.yaml", "line": 5 })
    );
    assert_eq!(service(&compose, "db")["image_resolved"], "postgres:17");
}

#[test]
fn profiles_are_on_where_env_says_so_and_secrets_stay_there() {
    let scanned = scanned("profiles");
    let compose = &scanned["compose"];
    assert_eq!(fields(compose, "active"), json!([true, false, true, false]));
    assert_eq!(numbers(compose), [4, 2, 1]);
    assert_eq!(service(compose, "api")["image_resolved"], "acme/api:1");
    assert!(!scanned.to_string().contains("s3cr3t"));
}

#[test]
fn a_production_file_goes_before_a_default_name_for_development() {
    let compose = compose("production");
    assert_eq!(compose["main_set"], json!(["docker-compose.production.yaml"]));
    assert_eq!(numbers(&compose), [3, 3, 1]);
    assert_eq!(service(&compose, "rails")["class"], "application");
}

#[test]
fn a_stack_says_what_it_deploys() {
    let compose = compose("swarm");
    assert_eq!(compose["main"], "stack.yml");
    assert_eq!(numbers(&compose), [3, 2, 2]);
    let api = service(&compose, "api");
    let facts = ["replicas", "restart", "limits", "secrets"].map(|key| api[key].clone());
    assert_eq!(facts, [json!(3), json!("on-failure"), json!(true), json!(true)]);
    let agent = service(&compose, "agent");
    assert_eq!((&agent["replicas"], &agent["docker_socket"]), (&Value::Null, &true.into()));
    assert_eq!(service(&compose, "visualizer")["class"], "unsure");
}

#[test]
fn gpus_are_found_and_weak_signs_marked() {
    let compose = compose("gpu");
    let gpus = fields(&compose, "gpu");
    let how: Vec<&Value> = gpus.as_array().expect("a list").iter().map(|gpu| &gpu["how"]).collect();
    assert_eq!(how, ["reservations.devices", "gpus", "runtime: nvidia", "/dev/kfd", "/dev/dri"]);
    assert_eq!((&gpus[3]["weak"], &gpus[4]["weak"]), (&false.into(), &true.into()));
    assert_eq!(compose["distinct_app_images"], 2);
}

#[test]
fn untidy_files_are_read_whole() {
    let scanned = scanned("untidy");
    assert_eq!(fields(&scanned["compose"], "image"), json!(["acme/web", "postgres"]));
    let unread = scanned["unreadable"].as_array().expect("a list");
    assert_eq!(unread.len(), 1, "{unread:?}");
    let reason = unread[0]["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("it has the key `image` twice"), "{reason}");
}

#[test]
fn what_is_no_yaml_is_read_line_by_line_and_said() {
    let scanned = scanned("unreadable");
    assert_eq!(fields(&scanned["compose"], "image"), json!(["acme/web", "postgres"]));
    assert_eq!(scanned["unreadable"][0]["path"], "compose.yaml");
    let reason = scanned["unreadable"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("line by line"), "{reason}");
}

#[test]
fn a_template_is_read_where_there_is_nothing_else() {
    let scanned = scanned("template");
    let compose = &scanned["compose"];
    assert_eq!(compose["main"], "docker-compose.yml.j2");
    assert_eq!(compose["files"], json!([{ "path": "docker-compose.yml.j2", "class": "example" }]));
    assert_eq!(fields(compose, "name"), json!(["web", "db"]));
    assert_eq!(scanned["unreadable"][0]["path"], "docker-compose.yml.j2");
}

#[test]
fn the_first_version_of_the_format_is_read() {
    let compose = compose("first-version");
    assert_eq!(fields(&compose, "class"), json!(["application", "backing"]));
    assert_eq!(service(&compose, "web")["build"], ".");
}

#[test]
fn variables_of_an_ignored_env_are_used_and_never_shown() {
    let compose = "services:\n  web:\n    image: acme/$NAME:${TAG:-1}\n    scale: $COPIES\n    ports: [80]\n";
    let program = Program::new()
        .file("Makefile", "image:\n\tdocker push acme/web\n")
        .file("compose.yaml", compose)
        .file(".gitignore", ".env\n")
        .file(".env", "NAME=s3cr3t\nCOPIES=3\n")
        .file(".env.example", "NAME=web\nTAG=2\n");
    let scanned = program.run("scan --format json").ok();
    assert!(!scanned.stdout.contains("s3cr3t"), "{}", scanned.stdout);
    let scanned = scanned.json();
    let web = service(&scanned["compose"], "web");
    assert_eq!((&web["image_resolved"], &web["replicas"]), (&"acme/${NAME}:1".into(), &3.into()));
    for command in ["scan --verbose", "scan --format markdown", "--scan . --save --no-input --verbose"] {
        let run = program.run(command).ok();
        assert!(!run.stdout.contains("s3cr3t") && !run.stderr.contains("s3cr3t"), "{command}");
    }
    assert!(!program.read("needk8s.toml").contains("s3cr3t"));
}

#[test]
fn what_stands_in_for_a_secret_is_not_shown_either() {
    let compose = "services:\n  web:\n    image: user:hunter2@reg.example/web:${API_TOKEN:-hunter3}\n";
    let program = Program::new().file("compose.yaml", compose);
    let scanned = program.run("scan --format json").ok();
    assert!(!scanned.stdout.contains("hunter"), "{}", scanned.stdout);
    let scanned = scanned.json();
    assert_eq!(service(&scanned["compose"], "web")["image"], "reg.example/web:${API_TOKEN}");
}

#[test]
fn a_file_that_compose_file_names_and_that_is_not_there_is_told() {
    let program = Program::new()
        .file("compose.yaml", "services:\n  web:\n    image: acme/web\n")
        .set("COMPOSE_FILE", "nope.yaml");
    let scanned = program.run("scan").ok().stdout;
    assert!(scanned.contains("nope.yaml") && scanned.contains("COMPOSE_FILE names it"), "{scanned}");
}

#[test]
fn mounted_code_and_settings_of_the_repository_are_no_data() {
    let text = "services:\n  web:\n    build: .\n    volumes: [./flags:/app/data]\n  db:\n    image: postgres\n    volumes: [./data:/var/lib/postgresql]\n";
    let program =
        Program::new().file("compose.yaml", text).file("flags/flags.json", "{}").file("data/base", "x");
    let scanned = program.run("scan --format json").ok().json();
    assert_eq!(fields(&scanned["compose"], "volumes"), json!([false, true]));
}
