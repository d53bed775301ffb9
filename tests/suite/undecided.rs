//! Undecided is a verdict: it is stored, printed, exported and gated as one. What a record rests on must still be there.

use needk8s::assessment::assess;
use needk8s::explanation::{Engine, Status};
use needk8s::rulebook::{Kind, Value};

use crate::cases::rulebook;
use crate::program::{Program, Run};

/// An answer that alone decides nothing and leaves everything possible: as a line of a file, and as a flag.
fn open_answer() -> (String, String) {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    for (index, question) in rulebook.questions().iter().enumerate() {
        let Kind::Choice(options) = &question.kind else { continue };
        for (option, named) in options.iter().enumerate() {
            let mut given = vec![None; rulebook.questions().len()];
            given[index] = Some(Value::Choice(option));
            let band = assess(&rulebook, rulebook.readings(|question| given[question])).band;
            let outlook = engine.outlook(&given, band);
            if outlook.status == Status::Undecided && outlook.verdicts.len() == rulebook.bands().len() {
                let (question, option) = (&question.id, &named.id);
                return (format!("{question} = \"{option}\""), format!("{question} {option}"));
            }
        }
    }
    panic!("every answer decides alone")
}

fn fails(run: &Run, with: &[&str]) {
    assert_eq!(run.code, 1, "{}", run.stderr);
    for part in with {
        assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
    }
    assert!(!run.stderr.contains("stands"), "{}", run.stderr);
}

#[test]
fn one_answer_of_many_is_no_verdict_anywhere() {
    let (_, open) = open_answer();
    let open = format!("--{open}");
    let program = Program::new();
    let told = program.run(&format!("{open} --format json")).ok().json();
    for key in ["verdict", "side", "status"] {
        assert_eq!(told[key], "undecided", "{key}");
    }
    assert!(told["recommendation"]["platform"].is_null());
    assert!(told["leaning"]["verdict"].is_string() && told["leaning"]["platform"].is_string());
    assert!(told["sureness"]["percent"].as_u64() < Some(67), "{}", told["sureness"]);
    assert!(told["possible_verdicts"].as_array().is_some_and(|verdicts| verdicts.len() > 2));
}

#[test]
fn an_undecided_record_is_not_decided_yet() {
    let (_, open) = open_answer();
    let open = format!("--{open}");
    let program = Program::new();
    program.run(&format!("{open} --save --no-input")).ok();
    let record = program.read("needk8s.toml");
    assert!(record.contains("verdict = \"undecided\"\nleaning = { verdict = "), "{record}");
    assert!(!record.contains("\nplatform = ") && !record.contains("revisit"), "{record}");
    fails(
        &program.run("check"),
        &["recorded on 2026-11-23: undecided", "not decided yet", "can still be", "to settle it"],
    );
    fails(
        &program.run("check --expect overkill,not-yet"),
        &["undecided", "expected was overkill or not-yet"],
    );
    fails(&program.run("check --fail-on essential"), &["can still be essential"]);
    fails(&program.run("check --require settled"), &["not settled"]);
    fails(&program.run("check --min-steadiness 1"), &["open answers do"]);
}

#[test]
fn a_gate_holds_for_every_possible_verdict_or_for_the_share_that_is_asked_for() {
    let (_, open) = open_answer();
    let open = format!("--{open}");
    let all = "overkill,not-yet,borderline,recommended,essential";
    let program = Program::new();
    program.run(&format!("check {open} --expect {all}")).ok();
    fails(&program.run(&format!("check {open} --fail-on essential")), &["can still be essential", "in 100"]);
    let told = program.run(&format!("{open} --format json")).ok().json();
    let share = told["verdict_shares"]["essential"].as_f64().expect("a share");
    let tolerated = (100.0 * (1.0 - share)).floor();
    program.run(&format!("check {open} --fail-on essential --sureness {tolerated}")).ok();
    let more = (tolerated + 1.0).min(100.0);
    fails(&program.run(&format!("check {open} --fail-on essential --sureness {more}")), &["essential"]);
}

#[test]
fn a_decision_does_not_stand_while_what_is_known_leaves_it_open() {
    let (line, _) = open_answer();
    let record = format!(
        "[answers]\n{line}\n\n[decision]\nverdict = \"overkill\"\nplatform = \"paas\"\ndate = \"2026-01-02\"\n"
    );
    let program = Program::new().file("needk8s.toml", record);
    let told =
        ["the verdict was overkill when it was recorded on 2026-01-02 and is undecided now", "to settle it"];
    fails(&program.run("check"), &told);
}

#[test]
fn an_undecided_record_of_which_more_is_known_now_asks_to_be_recorded_anew() {
    let answers =
        std::fs::read_to_string(format!("{}/tests/cases/start-up-of-three.toml", env!("CARGO_MANIFEST_DIR")));
    let program = Program::new()
        .file("needk8s.toml", "[answers]\n\n[decision]\nverdict = \"undecided\"\n")
        .file("answers.toml", answers.expect("a case"));
    fails(&program.run("check --answers answers.toml"), &["not decided yet", "needk8s --save"]);
}

#[test]
fn a_verdict_that_is_undecided_is_no_verdict_of_a_rulebook() {
    let run = Program::new()
        .file("needk8s.toml", "[answers]\nservices = 3\n\n[decision]\nverdict = \"undecidet\"\n")
        .run("check");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `undecided`"), "{}", run.stderr);
}

/// What is built here is one's own; an image of some name alone would answer nothing.
const COMPOSE: &str =
    "services:\n  web: {build: ./web, restart: always}\n  api: {build: ./api, restart: always}\n";
const TOLD: &str = "--purpose production --developers 2 --operations none --experience none --location one-cloud \
                    --managed-services --packaged-software portable --autoscaling=false --uptime 99 --budget tight \
                    --isolation none --compliance none --lifetime years";

/// A record that rests on a compose file.
fn recorded() -> Program {
    let program = Program::new().file("app/compose.yaml", COMPOSE).file("empty/.keep", "");
    let told = known(TOLD);
    program.run(&format!("--scan app {told} --no-input --save")).ok();
    assert!(program.read("needk8s.toml").contains("path = \"compose.yaml\""));
    program
}

/// Those of the flags whose questions the rulebook has and whose values it takes.
fn known(flags: &str) -> String {
    let rulebook = rulebook();
    let parts: Vec<&str> = flags.split(" --").collect();
    let takes = |part: &&&str| {
        let (id, value) = part.trim_start_matches("--").split_once([' ', '=']).unwrap_or((part, "true"));
        rulebook.question(id).is_some_and(|index| rulebook.questions()[index].parse(value).is_ok())
    };
    parts.iter().filter(takes).map(|part| format!("--{} ", part.trim_start_matches("--"))).collect()
}

#[test]
fn a_check_that_scans_fails_when_the_file_that_an_answer_rests_on_is_gone() {
    let program = recorded();
    let before = program.run("check --scan app");
    assert!(!before.stderr.contains("rests on"), "{}", before.stderr);
    std::fs::rename(program.path("app/compose.yaml"), program.path("elsewhere.yaml")).expect("a move");
    std::fs::write(program.path("app/Dockerfile"), "FROM scratch\n").expect("a file");
    fails(
        &program.run("check --scan app"),
        &["`services` rests on app/compose.yaml:2, app/compose.yaml:3, and app/compose.yaml is gone"],
    );
}

#[test]
fn a_check_that_scans_fails_when_the_lines_are_gone_or_nothing_was_read() {
    let program = recorded();
    let program = program.file("app/compose.yaml", "services: {}\n").file("app/Dockerfile", "FROM scratch\n");
    fails(&program.run("check --scan app"), &["compose.yaml no longer shows it"]);
    fails(&program.run("check --scan empty"), &["nothing was read in empty"]);
}

#[test]
fn a_check_that_scans_fails_when_some_of_the_lines_are_gone() {
    let service = |name: &str| format!("  {name}:\n    build: ./{name}\n");
    let compose =
        |names: &[&str]| format!("services:\n{}", names.iter().map(|name| service(name)).collect::<String>());
    let program = Program::new().file("app/compose.yaml", compose(&["web", "api", "admin"]));
    program.run("--scan app --purpose production --developers 2 --no-input --save").ok();
    for (names, left) in [(&["web"][..], 1), (&["api", "admin"], 2)] {
        let run = program.run("check --scan app");
        assert!(!run.stderr.contains("rests on"), "{}", run.stderr);
        std::fs::write(program.path("app/compose.yaml"), compose(names)).expect("a file");
        let told = format!("app/compose.yaml shows only {left} of these 3 now");
        fails(&program.run("check --scan app"), &[&told]);
        std::fs::write(program.path("app/compose.yaml"), compose(&["web", "api", "admin"])).expect("a file");
    }
}

#[test]
fn a_history_alone_is_no_file_that_supports_an_answer() {
    let program =
        recorded().file("bare/README.md", "# Shop\n").file("bare/.git/HEAD", "ref: refs/heads/main\n");
    fails(&program.run("check --scan bare"), &["evidence: nothing was read in bare"]);
}

#[test]
fn an_answer_that_another_file_shows_now_is_supported_all_the_same() {
    let program = recorded();
    std::fs::rename(program.path("app/compose.yaml"), program.path("app/docker-compose.yml"))
        .expect("a move");
    let run = program.run("check --scan app");
    assert!(!run.stderr.contains("rests on"), "{}", run.stderr);
}
