//! `scan`, `--scan` and `check --scan` from outside: files in, text, JSON and exit codes out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::{hold, schema};
use crate::program::{Program, Run};

const COMPOSE: &str = "services:
  api:
    build: ./api
    restart: always
  worker:
    build: ./worker
  invoices:
    image: ${REGISTRY}/invoices:1
  db:
    image: postgres:17
    restart: always
    volumes: [data:/var/lib/postgresql/data]
volumes:
  data:
";

/// A compose file with so many images of one's own.
fn compose(images: usize) -> String {
    let service = |number: usize| format!("  part{number}:\n    build: ./part{number}\n");
    format!("services:\n{}", (0..images).map(service).collect::<String>())
}

/// A program in a folder with a compose file.
fn shop(text: &str) -> Program {
    Program::new().file("compose.yaml", text)
}

fn scan(program: &Program) -> Value {
    let scanned = program.run("scan --format json").ok().json();
    hold(&schema(include_str!("../schema/scan.schema.json")), &scanned, "scan");
    scanned
}

fn answer<'s>(scanned: &'s Value, id: &str) -> &'s Value {
    let answers = scanned["answers"].as_array().expect("answers");
    answers.iter().find(|answer| answer["id"] == id).unwrap_or(&Value::Null)
}

#[test]
fn a_compose_file_is_facts_and_answers_with_their_lines() {
    let scanned = scan(&shop(COMPOSE));
    assert_eq!(scanned["compose"]["main"], "compose.yaml");
    assert_eq!(scanned["compose"]["defined"], 4);
    assert_eq!(scanned["compose"]["distinct_app_images"], 3);
    let services = answer(&scanned, "services");
    assert_eq!((&services["value"], &services["confidence"]), (&3.into(), &"likely".into()));
    assert_eq!(services["evidence"][0]["path"], "compose.yaml");
    assert_eq!(services["evidence"][0]["line"], 2);
    assert_eq!(answer(&scanned, "state")["value"], "volumes");
}

/// What a miniature repository is to come to, in the file beside it.
#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    relation: String,
    #[serde(default)]
    conflicts: Vec<String>,
    answers: BTreeMap<String, String>,
    hints: BTreeMap<String, String>,
    /// What was read, as far as the miniature is about it.
    #[serde(default)]
    facts: BTreeMap<String, Vec<String>>,
}

impl Expected {
    /// What a scan came to, in the same words.
    fn of(scanned: &Value) -> Self {
        let texts = |value: &Value| -> Vec<String> {
            match value {
                Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                Value::String(text) => vec![text.clone()],
                other => vec![other.to_string()],
            }
        };
        let found = |counts: bool| {
            let mut found = BTreeMap::<String, Vec<String>>::new();
            for one in
                scanned["answers"].as_array().expect("answers").iter().filter(|one| one["counts"] == counts)
            {
                let shown =
                    format!("{} {}", texts(&one["value"]).join(","), texts(&one["confidence"]).concat());
                found.entry(texts(&one["id"]).concat()).or_default().push(shown);
            }
            found.into_iter().map(|(id, found)| (id, found.join(", "))).collect()
        };
        Self {
            relation: texts(&scanned["kubernetes"]["relation"]).concat(),
            conflicts: texts(&scanned["conflicts"]),
            answers: found(true),
            hints: found(false),
            facts: facts(scanned),
        }
    }
}

/// The facts that a miniature can be about, each in few words.
fn facts(scanned: &Value) -> BTreeMap<String, Vec<String>> {
    let all = |list: &Value, told: &dyn Fn(&Value) -> String| -> Vec<String> {
        list.as_array().into_iter().flatten().map(told).collect()
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let base = |base: &Value| format!("{}:{}", text(&base["image"]), base["line"]);
    let pair =
        |one: &Value, first: &str, second: &str| format!("{} {}", text(&one[first]), text(&one[second]));
    BTreeMap::from([
        ("set".to_owned(), all(&scanned["compose"]["main_set"], &text)),
        ("services".to_owned(), all(&scanned["compose"]["services"], &|one| pair(one, "name", "class"))),
        ("images".to_owned(), all(&scanned["compose"]["services"], &|one| text(&one["image_resolved"]))),
        ("bases".to_owned(), all(&scanned["dockerfiles"], &|file| all(&file["bases"], &base).join(" "))),
        ("objects".to_owned(), all(&scanned["kubernetes"]["objects"], &|one| pair(one, "kind", "name"))),
        ("resources".to_owned(), all(&scanned["terraform"]["resources"], &|one| text(&one["name"]))),
        ("seen".to_owned(), all(&scanned["seen"], &|one| pair(one, "format", "path"))),
        ("unread".to_owned(), all(&scanned["unreadable"], &|one| pair(one, "path", "reason"))),
    ])
}

#[test]
fn every_miniature_comes_to_what_its_file_says_and_keeps_the_schema() {
    let repos = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repos");
    let schema = schema(include_str!("../schema/scan.schema.json"));
    for expected in std::fs::read_dir(repos).expect("repositories").flatten().map(|entry| entry.path()) {
        if expected.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let path = expected.with_extension("");
        let name = path.display().to_string();
        let scanned = Program::new().run_args(&["scan", &name, "--format", "json"]).ok().json();
        hold(&schema, &scanned, &name);
        let text = std::fs::read_to_string(&expected).expect("a file");
        let expected: Expected = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut found = Expected::of(&scanned);
        found.facts.retain(|fact, _| expected.facts.contains_key(fact));
        assert_eq!(found, expected, "{name}");
    }
}

/// What a scan of a miniature says, in one line.
fn said(repo: &str) -> String {
    let path = format!("{}/tests/repos/{repo}", env!("CARGO_MANIFEST_DIR"));
    let page = Program::new().run_args(&["scan", &path]).ok().stdout;
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_there_for_kubernetes_is_called_what_it_is() {
    for (repo, expected) in [
        ("pod-alone", "What is here for Kubernetes: Pod (pods/web.yaml:2); no Deployment,"),
        ("cluster-that-is-described", "It describes a Kubernetes cluster; nothing here deploys on it"),
        ("no-longer-used", "What is here for Kubernetes does not count: 1 legacy."),
    ] {
        let said = said(repo);
        assert!(said.contains(expected), "{repo}: {said}");
    }
}

#[test]
fn a_worktree_has_the_remote_of_the_repository_that_knows_it() {
    let at = |program: &Program, name: &str| {
        program.path(name).canonicalize().expect("a path").display().to_string()
    };
    let program = Program::new()
        .file("main/.git/config", "[remote \"origin\"]\n\turl = https://github.com/acme/shop.git\n")
        .file("main/.git/worktrees/wt/commondir", "../..\n")
        .file("wt/compose.yaml", "services:\n  api:\n    image: ghcr.io/acme/api:1\n");
    let main = at(&program, "main/.git/worktrees/wt");
    let program = program.file("wt/.git", format!("gitdir: {main}\n"));
    let class = |program: &Program| {
        let scanned = program.run("scan wt --format json").ok().json();
        scanned["compose"]["services"][0]["class"].as_str().expect("a class").to_owned()
    };
    let back = at(&program, "wt/.git");
    let program = program.file("main/.git/worktrees/wt/gitdir", "/elsewhere/.git\n");
    assert_eq!(class(&program), "unsure");
    let program = program.file("main/.git/worktrees/wt/gitdir", format!("{back}\n"));
    assert_eq!(class(&program), "application");
}

#[test]
fn a_folder_without_facts_answers_nothing() {
    let program = Program::new().file("notes.txt", "x");
    let run = program.run("scan").ok();
    assert!(run.stdout.contains("Nothing recognised here."), "{}", run.stdout);
    assert!(run.stdout.contains("there is no recommendation yet"), "{}", run.stdout);
    let scanned = scan(&program);
    assert_eq!((&scanned["answers"], &scanned["recommendation"]), (&Value::Array(vec![]), &Value::Null));
    program.run("--scan . --no-input").refused(&["no answers"]);
}

#[test]
fn what_is_no_folder_is_refused() {
    let program = Program::new().file("file", "x");
    program.run("scan missing").refused(&["there is no folder missing"]);
    program.run("scan file").refused(&["file is a file, not a folder"]);
    program.run("check --scan=missing --expect overkill").refused(&["there is no folder missing"]);
}

#[test]
fn what_is_given_counts_more_and_a_contradiction_names_both_places() {
    let run = shop(&compose(4)).run("scan --services 2").ok();
    assert!(run.stdout.contains("services: 2 (--services) instead of 4 (compose.yaml:2)"), "{}", run.stdout);
    let run = shop(&compose(4)).run("--scan . --services 9 --format json --no-input").ok().json();
    assert_eq!(run["contradictions"], Value::Array(vec![]), "9 has room for the 4 that were found");
}

#[test]
fn a_scan_alone_gives_an_assessment_that_names_its_lines() {
    let run = shop(COMPOSE).run("--scan . --no-input --format json").ok().json();
    let answers = run["answers"].as_array().expect("answers");
    let services = answers.iter().find(|answer| answer["id"] == "services").expect("services");
    assert_eq!(services["origin"], "compose.yaml:2");
    for command in ["compare --scan", "learn --scan", "compare --scan ."] {
        shop(COMPOSE).run(command).ok();
    }
}

#[test]
fn a_scan_says_one_line_to_whoever_wants_no_more() {
    assert_eq!(shop(COMPOSE).run("scan -q").ok().stdout.lines().count(), 1);
}

#[test]
fn the_record_has_the_lines_and_the_time_and_no_secret() {
    let program = shop(&format!("{COMPOSE}    x-token: \"s3cr3t\"\n"))
        .file(".env", "POSTGRES_PASSWORD=s3cr3t\nTAG=2\n")
        .file("other.yaml", "services:\n  a:\n    image: x/y:${POSTGRES_PASSWORD}\n");
    program.run("--scan --save --no-input --purpose production").ok();
    let record = program.read("needk8s.toml");
    for line in [
        "services = 3\n",
        "[evidence]\nscanned = \"2026-11-23",
        "[evidence.services]\nfound = 3\n",
        "path = \"compose.yaml\", line = 2",
    ] {
        assert!(record.contains(line), "{line:?} is missing in\n{record}");
    }
    assert!(!record.contains("s3cr3t"), "{record}");
    assert!(record.contains("\"stateful\"] # as found; there may be more"), "{record}");
    let run = program.run("check --scan");
    assert!(!run.stderr.contains("rests on") && !run.stderr.contains("shows"), "{run:?}");
}

/// A recorded decision about so many services, and a repository that has others now.
fn recorded(services: usize, found: usize) -> (Program, Run) {
    let decision = "[decision]\nverdict = \"overkill\"\nrulebook = \"needk8s\"\nversion = \"VERSION\"\n";
    let rulebook = Program::new().run("rules export").ok().json();
    let version = rulebook["rulebook"]["version"].as_str().expect("a version");
    let answers = format!(
        "[answers]\nservices = {services}\npurpose = \"production\"\ndevelopers = 3\nuptime = \"99\"\nlocation = \"one-cloud\"\n"
    );
    let decision = decision.replace("VERSION", version);
    let program = shop(&compose(found)).file("needk8s.toml", answers + &decision);
    let run = program.run("check --scan");
    (program, run)
}

#[test]
fn a_recorded_answer_that_the_repository_contradicts_fails_the_check() {
    let (_, run) = recorded(2, 7);
    assert_eq!(run.code, 1, "{run:?}");
    for told in [
        "check: answers: `services` is 2 by needk8s.toml:2, but compose.yaml:2 shows 7: By default the Compose file runs 7 different images",
        "with what was found the verdict",
    ] {
        assert!(run.stderr.contains(told), "{told:?} is missing in\n{}", run.stderr);
    }
    let (_, run) = recorded(7, 7);
    assert!(!run.stderr.contains("shows"), "{run:?}");
    let (_, run) = recorded(9, 7);
    assert!(!run.stderr.contains("shows"), "{run:?}");
}

#[test]
fn what_was_known_when_it_was_decided_is_no_news() {
    let program = shop(&compose(4));
    let told = "--services 2 --workloads web,worker --purpose personal --packaged-software portable --location one-server \
                --developers 1 --operations part-time --experience some --isolation=false --state volumes --budget tight";
    program.run(&format!("--scan --save --no-input {told}")).ok();
    let run = program.run("check --scan").ok();
    assert!(run.stderr.contains("the decision stands"), "{run:?}");
    let grown =
        Program::new().file("compose.yaml", compose(5)).file("needk8s.toml", program.read("needk8s.toml"));
    let run = grown.run("check --scan");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("but compose.yaml:2 shows 5"), "{run:?}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let program =
        shop(COMPOSE).file("chart.yaml", "x").file("deploy/compose.yaml", "services:\n  - {{ x }}: [\n");
    let run = program.run("check --scan --expect overkill,not-yet,borderline,recommended,essential");
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn rules_of_ones_own_conclude_what_they_say_and_nothing_else() {
    let rules = include_str!("model.rs").split("r#\"").nth(1).and_then(|text| text.split("\"#").next());
    let rules = rules.expect("rules");
    let program = shop(COMPOSE).file("rules/broker.toml", rules);
    let scanned = program.run("--rules rules scan --format json").ok().json();
    assert_eq!(scanned["answers"], Value::Array(vec![]));
    assert_eq!(scanned["compose"]["defined"], 4, "facts are shown all the same");
    let program = program.file(
        "rules/scan.toml",
        "[[conclusion]]\nid = \"c\"\nfact = \"compose.app-images\"\nquestion = \"consumers\"\nanswer = \"{number}\"\nsureness = \"certain\"\nsays = \"{names}\"\n",
    );
    let scanned = program.run("--rules rules scan --format json").ok().json();
    assert_eq!(answer(&scanned, "consumers")["value"], 3);
    let program = program
        .file("rules/scan.toml", "[[conclusion]]\nfact = \"compose.app-image\"\n[[image]]\nclass = 3\n");
    program.run("--rules rules scan").refused(&["scan.toml:2:8", "did you mean `compose.app-images`?"]);
}

#[cfg(unix)]
#[test]
fn hostile_names_reach_no_terminal_and_no_markup() {
    let hostile = "services:\n  \"\\e[31mred\\u202e|<b>\":\n    image: \"x/y\\u001b[2J\"\n";
    let program = Program::new()
        .file("compose.yaml", hostile)
        .file("\u{1b}]0;x\u{7}/Dockerfile", "FROM \u{1b}[31mred\n")
        .file("a\nb/compose.yaml", "services: {a: {image: x}}\n");
    for format in ["text", "markdown", "json"] {
        let run = program.run(&format!("scan --verbose --format {format}")).ok();
        let shown = run.stdout + &run.stderr;
        assert!(!shown.chars().any(|c| needk8s::text::is_unsafe(c) && c != '\n'), "{format}: {shown:?}");
        assert!(format != "markdown" || !shown.contains("<b>"), "{shown}");
    }
}

#[test]
fn a_report_of_a_scan_can_be_a_file() {
    let program = shop(COMPOSE);
    for (file, start) in [
        ("scan.md", "# What . says"),
        ("scan.json", "{\n  \"schema\": \"needk8s.scan/1\""),
        ("scan.txt", "What . says"),
    ] {
        let run = program.run(&format!("scan -o {file}")).ok();
        assert!(run.stdout.is_empty() && program.read(file).starts_with(start), "{}", program.read(file));
    }
}

#[test]
fn a_collection_is_said_to_be_one_and_the_caller_can_name_the_file_that_counts() {
    let program = || Program::new().file("one/compose.yaml", compose(2)).file("two/compose.yaml", compose(3));
    let run = program().run("scan").ok();
    assert!(
        run.stdout.contains("Nothing says which Compose file you run: one/compose.yaml and"),
        "{}",
        run.stdout
    );
    let scanned = scan(&program());
    assert_eq!(answer(&scanned, "services"), &Value::Null);
    let scanned = scan(&program().set("COMPOSE_FILE", "two/compose.yaml"));
    assert_eq!(answer(&scanned, "services")["value"], 3);
}

/// Runs Git in a folder of a program, as somebody whose settings do not matter.
fn git(program: &Program, folder: &str, arguments: &[&str]) {
    let status = std::process::Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(program.path(folder))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(status.status.success(), "{status:?}");
}

#[test]
fn what_git_tracks_is_read_although_it_is_ignored() {
    let program = Program::new()
        .file(".gitignore", "out/\n*.override.yaml\n")
        .file("out/Dockerfile", "FROM debian:12\n")
        .file("compose.yaml", "services:\n  web:\n    build: out\n")
        .file("compose.override.yaml", "services:\n  db:\n    image: postgres:17\n");
    git(&program, ".", &["init", "-q"]);
    git(&program, ".", &["add", "-A", "-f"]);
    git(&program, ".", &["commit", "-qm", "all"]);
    let scanned = scan(&program.file("out/more/Dockerfile", "FROM debian:13\n"));
    let facts = facts(&scanned);
    assert_eq!(facts["set"], ["compose.yaml", "compose.override.yaml"]);
    assert_eq!(facts["bases"], ["debian:12:1"], "what is ignored and not tracked stays out");
}

#[test]
fn what_only_this_clone_ignores_stays_out_unless_its_rules_say_otherwise() {
    let program = shop(COMPOSE)
        .file("notes/Dockerfile", "FROM debian:12\n")
        .file("kept/Dockerfile", "FROM debian:13\n");
    git(&program, ".", &["init", "-q"]);
    let program = program.file(".git/info/exclude", "notes/\nkept/\n").file(".gitignore", "!kept/\n");
    assert_eq!(facts(&scan(&program))["bases"], ["debian:13:1"]);
}

#[test]
fn rules_of_an_outer_repository_do_not_reach_an_inner_one() {
    let program = Program::new().file(".gitignore", "*\n").file("inner/compose.yaml", compose(2));
    for folder in [".", "inner"] {
        git(&program, folder, &["init", "-q"]);
    }
    let inner = program.run("scan inner --format json").ok().json();
    assert_eq!(inner["compose"]["main"], "compose.yaml");
}

#[test]
fn a_repository_within_one_is_another_and_that_is_said() {
    let program = shop(COMPOSE).file("checkout/fly.toml", "app = 'x'\n");
    for folder in [".", "checkout"] {
        git(&program, folder, &["init", "-q"]);
    }
    let scanned = scan(&program);
    assert_eq!(answer(&scanned, "today"), &Value::Null);
    assert_eq!(scanned["unreadable"][0]["path"], "checkout");
    let followed = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\n";
    let held = Program::new().file("checkout/app.yaml", followed);
    git(&held, "checkout", &["init", "-q"]);
    assert_eq!(answer(&scan(&held), "today")["value"], "kubernetes", "a folder that is none only holds them");
}

#[test]
fn the_same_is_found_from_wherever_it_is_asked_for() {
    let program = shop(COMPOSE).file("deep/er/notes.txt", "x");
    let found = |folder: &str| {
        let mut scanned = program.run_args(&["scan", folder, "--format", "json"]).ok().json();
        scanned["folder"].take();
        scanned
    };
    let first = found(".");
    for folder in [".", "deep/er/../..", &program.path("").display().to_string()] {
        assert_eq!(found(folder), first, "{folder}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_named_once() {
    let program = shop(COMPOSE);
    std::os::unix::fs::symlink("settings.conf", program.path(".env")).expect("a link");
    let scanned = scan(&program);
    let unread: Vec<&Value> = scanned["unreadable"].as_array().expect("a list").iter().collect();
    assert_eq!(unread.len(), 1, "{unread:?}");
    assert_eq!(unread[0]["path"], ".env");
}

#[test]
fn what_was_not_read_is_named_with_its_reason() {
    let utf16: Vec<u8> = "FROM x\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let utf32: Vec<u8> =
        [0xff, 0xfe, 0, 0].into_iter().chain("FROM x\n".bytes().flat_map(|byte| [byte, 0, 0, 0])).collect();
    let deep = format!("{}compose.yaml", "d/".repeat(120));
    let program = Program::new()
        .file("a/Dockerfile", utf16)
        .file("b/Dockerfile", utf32)
        .file("c/compose.yaml", vec![b' '; 5 << 20])
        .file(&deep, compose(1))
        .file("compose.yaml", "services:\n  web:\n    build: .\n    provider: {type: elsewhere}\n");
    let scanned = scan(&program);
    let unread = scanned["unreadable"].to_string();
    for told in [
        "it is not text",
        "it is larger than 4 MiB",
        "more than 100 directories deep",
        "the key `provider` (line 4)",
    ] {
        assert!(unread.contains(told), "{told:?} is missing in {unread}");
    }
    assert_eq!(unread.matches("it is not text").count(), 2, "{unread}");
}
