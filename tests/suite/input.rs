//! Answers from every source, their precedence, and what happens to wrong ones.

use crate::program::Program;

const SOLO: &str = "--developers 1 --purpose production --services 1";

#[test]
fn the_mark_with_which_windows_begins_a_text_is_no_part_of_it() {
    for (name, text) in [("a.toml", "\u{feff}services = 2\n"), ("a.json", "\u{feff}{\"services\": 2}")] {
        Program::new().file(name, text).run(&format!("--answers {name}")).ok();
    }
}

#[test]
fn flags_beat_the_file_the_file_the_environment_and_the_environment_the_record() {
    let program = Program::new()
        .file("needk8s.toml", "[answers]\nservices = 4\nservers = 4\ndevelopers = 4\nteams = 4\n")
        .file("answers.toml", "services = 2\nservers = 2\n")
        .set("NEEDK8S_SERVICES", "3")
        .set("NEEDK8S_SERVERS", "3")
        .set("NEEDK8S_DEVELOPERS", "30");
    let json = program.run("--services 1 --answers answers.toml --format json").ok().json();
    let answers: Vec<(&str, &str, &str)> = json["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .map(|answer| {
            let origin = answer["origin"].as_str().expect("an origin");
            (
                answer["id"].as_str().expect("an id"),
                Box::leak(answer["value"].to_string().into_boxed_str()) as &str,
                origin,
            )
        })
        .collect();
    for expected in [
        ("services", "1", "--services"),
        ("servers", "2", "answers.toml:2"),
        ("developers", "30", "NEEDK8S_DEVELOPERS"),
        ("teams", "4", "needk8s.toml:5"),
    ] {
        assert!(answers.contains(&expected), "{expected:?} is not in {answers:?}");
    }
    let contradictions = json["contradictions"].as_array().expect("contradictions");
    // A flag is meant to override.
    assert_eq!(contradictions.len(), 3, "{contradictions:?}");
}

#[test]
fn unknown_is_an_answer_and_overrides_a_weaker_source() {
    let program = Program::new().file("needk8s.toml", "[answers]\nservices = 40\npurpose = \"production\"\n");
    let json = program.run("--services unknown --format json").ok().json();
    assert!(json["unknown"].as_array().expect("names").contains(&"services".into()), "{json}");
    assert!(!json["criteria"].to_string().contains("services"), "{}", json["criteria"]);
}

#[test]
fn answers_may_come_from_standard_input_as_toml_or_json() {
    for text in ["services = 3\nworkloads = [\"web\"]\n", "{\"services\": 3, \"workloads\": [\"web\"]}"] {
        let json = Program::new().input(text).run("--answers - --format json").ok().json();
        assert_eq!(json["answers"][0]["value"], 3);
        assert_eq!(json["answers"][0]["origin"], "standard input:1");
    }
}

#[test]
fn a_published_case_is_an_answers_file_as_it_stands() {
    let answers =
        r#"{"purpose": "production", "uptime": "99.9", "autoscaling": true, "workloads": ["web", "worker"]}"#;
    Program::new().file("case.json", answers).run("--answers case.json").ok();
}

#[test]
fn without_any_answer_and_without_a_terminal_it_says_how_to_answer() {
    Program::new().run("").refused(&["no answers", "--answers FILE", "NEEDK8S_", "needk8s.toml"]);
    Program::new().run("--no-input").refused(&["no answers"]);
}

#[test]
fn misspelled_flags_values_and_ids_meet_the_nearest_right_one() {
    Program::new().run("--servces 3").refused(&["--services"]);
    Program::new().run("--purpose prodution").refused(&["production"]);
    Program::new().run("--developers 0").refused(&["`developers` cannot be `0`", "from 1 to"]);
    Program::new().run("--services many").refused(&["`services` cannot be `many`"]);
    Program::new().run("explain many-servces").refused(&["did you mean `many-services`?"]);
    Program::new()
        .file("a.toml", "servces = 3\n")
        .run("--answers a.toml")
        .refused(&["a.toml:1:1", "did you mean `services`?"]);
    Program::new()
        .file("a.toml", "purpose = \"prodution\"\n")
        .run("--answers a.toml")
        .refused(&["a.toml:1:11", "did you mean `production`?"]);
    Program::new()
        .set("NEEDK8S_SERVCES", "3")
        .run(SOLO)
        .refused(&["NEEDK8S_SERVCES", "did you mean `NEEDK8S_SERVICES`?"]);
    Program::new()
        .set("NEEDK8S_SERVICES", "x")
        .run("")
        .refused(&["NEEDK8S_SERVICES", "`services` cannot be"]);
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    let text = "servces = 3\nuptime = true\nservers = -1\nworkloads = [\"web\", 3]\n";
    Program::new().file("a.toml", text).run("--answers a.toml").refused(&[
        "a.toml:1:1",
        "a.toml:2:10",
        "a.toml:3:11",
        "a.toml:4:13",
    ]);
}

#[test]
fn broken_toml_and_json_show_line_column_and_the_line_itself() {
    Program::new()
        .file("a.toml", "services = 3\nservers == 2\n")
        .run("--answers a.toml")
        .refused(&["a.toml:2:", "servers == 2"]);
    Program::new()
        .file("a.json", "{\n \"services\": 3,\n}")
        .run("--answers a.json")
        .refused(&["a.json:", "not valid JSON"]);
    Program::new()
        .file("a.json", "{\"services\": 3, \"services\": 4}")
        .run("--answers a.json")
        .refused(&["a.json:1:17", "twice"]);
    Program::new().file("a.json", "[1]").run("--answers a.json").refused(&["a.json:1:1", "object"]);
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    Program::new().run("--services 3 --services 4").refused(&["--services"]);
    Program::new().run("--autoscaling --autoscaling=false").refused(&["--autoscaling"]);
    Program::new().run("--workloads web,none").refused(&["contradicts itself"]);
    Program::new().run("--workloads unknown --workloads web").refused(&["contradicts itself"]);
}

#[test]
fn an_answer_that_does_not_apply_is_left_aside_and_said_to_be() {
    let text = Program::new().run("--purpose production --workloads web --gpus shared-pool").ok().stdout;
    let reason = "Not used: GPUs (since you serve no machine-learning models, train no machine-learning models and run no data pipelines).";
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(reason), "{text}");
    let text = Program::new().run("--purpose production --workloads web --gpus none").ok().stdout;
    assert!(!text.contains("Not used"), "what asks for nothing is not missed: {text}");
}

fn homelab() -> Program {
    Program::new().file("homelab.toml", include_str!("../cases/homelab.toml"))
}

#[test]
fn a_decision_is_recorded_and_checked() {
    let program = homelab();
    program.run("--answers homelab.toml --save").ok();
    let recorded = program.read("needk8s.toml");
    assert!(
        recorded.contains("[answers]")
            && recorded.contains("developers = 1")
            && recorded.contains("[decision]")
    );
    assert!(recorded.contains("date = \"2026-11-23\""), "{recorded}");
    assert!(recorded.starts_with("# Recorded by needk8s"), "{recorded}");
    let check = program.run("check");
    assert_eq!(check.code, 0, "{check:?}");
    assert!(check.stderr.contains("the decision stands"), "{}", check.stderr);
}

#[test]
fn check_fails_when_the_verdict_has_moved() {
    let program = saas();
    program.run(&format!("{SAAS} --save")).ok();
    let check = program.run(
        "check --services 60 --developers 80 --teams 8 --operations dedicated --servers 90 --location hybrid",
    );
    assert_eq!(check.code, 1, "{check:?}");
    assert!(
        check.stderr.contains("the verdict was") && check.stderr.contains("on 2026-11-23"),
        "{}",
        check.stderr
    );
}

#[test]
fn check_applies_gates() {
    let program = homelab();
    for (gates, code) in [
        ("--expect overkill,not-yet", 0),
        ("--expect essential", 1),
        ("--fail-on essential", 0),
        ("--fail-on overkill,not-yet", 1),
    ] {
        // What the homelab leaves open can turn the verdict in fewer than 1 of 100 ways.
        let check = program.run(&format!("check --answers homelab.toml --sureness 99 {gates}"));
        assert_eq!(check.code, code, "{gates}: {}", check.stderr);
    }
    program.run("check --expect overkil").refused(&["overkill"]);
}

#[test]
fn check_without_anything_to_check_against_is_refused() {
    Program::new()
        .file("needk8s.toml", "[answers]\nservices = 1\n")
        .run("check")
        .refused(&["nothing to check against", "--save"]);
    Program::new().run("check").refused(&["no answers"]);
}

#[test]
fn check_never_passes_as_settled_what_is_not() {
    let program = Program::new().file("needk8s.toml", "[answers]\nservices = 7\n");
    let check = program.run("check --require settled");
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stderr.contains("not settled") && check.stderr.contains("location"), "{}", check.stderr);
}

#[test]
fn in_github_actions_check_annotates_and_summarises() {
    let program =
        Program::new().file("needk8s.toml", "[answers]\nservices = 1\n").file("summary.md", "before\n");
    let summary = program.path("summary.md").display().to_string();
    let program = program.set("GITHUB_ACTIONS", "true").set("GITHUB_STEP_SUMMARY", &summary);
    let check = program.run("check --fail-on overkill,not-yet,borderline,recommended,essential");
    assert_eq!(check.code, 1);
    let annotation = "::error file=needk8s.toml,title=needk8s%3A fail-on::the verdict ";
    assert!(check.stderr.contains(annotation), "{}", check.stderr);
    let summary = program.read("summary.md");
    assert!(summary.starts_with("before\n## needk8s check: failed\n"), "{summary}");
}

#[test]
fn a_record_keeps_comments_and_what_is_not_ours() {
    let text = "# why we did this\n[answers]\nservices = 1 # the monolith\n\n[other]\nkey = 'value'\n\n[decision]\nverdict = \"not-yet\"\nnote = \"agreed\"\n";
    let program = homelab().file("needk8s.toml", text);
    program.run("--developers 2 --services 2 --answers homelab.toml --save").ok();
    let recorded = program.read("needk8s.toml");
    for kept in [
        "# why we did this",
        "services = 2 # the monolith",
        "[other]\nkey = 'value'",
        "note = \"agreed\"",
        "developers = 2",
    ] {
        assert!(recorded.contains(kept), "{kept:?} is not in:\n{recorded}");
    }
    program.run("check").ok();
}

#[test]
fn a_misspelled_table_of_the_record_is_not_passed_over() {
    Program::new()
        .file("needk8s.toml", "[answer]\nservices = 1\n")
        .run(SOLO)
        .refused(&["needk8s.toml:1:", "did you mean `answers`?"]);
    Program::new()
        .file("needk8s.toml", "services = 1\n")
        .run(SOLO)
        .refused(&["needk8s.toml:1:1", "[answers]"]);
}

/// The whole of a situation that grows by one answer.
const SAAS: &str = "--answers saas.toml";

fn saas() -> Program {
    let case = include_str!("../cases/mid-size-saas.toml");
    let whole = "[answers]\nstate = \"managed-database\"\nbudget = \"normal\"\ntoday = \"vms\"";
    Program::new().file("saas.toml", case.replacen("[answers]", whole, 1))
}

#[test]
fn what_was_to_be_watched_is_recorded_and_named_once_it_has_come_true() {
    let program = saas();
    program.run(&format!("{SAAS} --save")).ok();
    let recorded = program.read("needk8s.toml");
    assert!(recorded.contains("[[decision.revisit]]"), "{recorded}");
    assert!(recorded.contains("when = { operations = \"dedicated\" }"), "{recorded}");
    let quiet = program.run("check").ok();
    assert!(!quiet.stderr.contains("come true"), "{}", quiet.stderr);
    let check = program.run("check --operations dedicated");
    assert_eq!(check.code, 1, "{check:?}");
    let told = "since 2026-11-23 this has come true: you have people whose job is the platform";
    assert!(check.stderr.contains(told), "{}", check.stderr);
}

#[test]
fn every_recorded_turning_point_comes_true_when_the_answers_change_so() {
    let program = saas();
    let json = program.run(&format!("{SAAS} --format json")).ok().json();
    let turn = |to: &str| {
        let turns = json["turning_points"].as_array().expect("targets");
        turns.iter().find(|turn| turn["to"] == to).expect("a target").clone()
    };
    assert_eq!(turn("kubernetes")["total"], turn("kubernetes")["sets"].as_array().expect("sets").len());
    program.run(&format!("{SAAS} --save")).ok();
    let recorded = program.read("needk8s.toml");
    assert_eq!(recorded.matches("[[decision.revisit]]").count(), 8, "{recorded}");
    for change in [
        "--operations dedicated",
        "--packaged-software chart-only",
        "--lock-in required --teams 8",
        "--experience production --services 60",
    ] {
        let check = program.run(&format!("check {change}"));
        assert!(check.stderr.contains("this has come true"), "{change}: {}", check.stderr);
    }
}

#[test]
fn a_record_that_is_saved_again_keeps_comments_and_drops_what_is_out_of_date() {
    let program = saas();
    program.run(&format!("{SAAS} --save")).ok();
    let recorded = program.read("needk8s.toml");
    let edited =
        recorded.replacen("[[decision.revisit]]", "# Watched by the guild.\n[[decision.revisit]]", 1);
    let edited = format!("{edited}# The end.\n\n[other]\nkey = 1 # ours\n");
    let program = program.file("needk8s.toml", edited);
    program.run("--services 2 --developers 2 --save").ok();
    let again = program.read("needk8s.toml");
    for kept in ["# Watched by the guild.", "key = 1 # ours", "# Recorded by needk8s"] {
        assert!(again.contains(kept), "{kept:?} is not in:\n{again}");
    }
    program.run("check").ok();
}

#[test]
fn an_older_record_without_turning_points_is_still_checked() {
    let program = saas();
    program.run(&format!("{SAAS} --save")).ok();
    let recorded = program.read("needk8s.toml");
    let start = recorded.find("[[decision.revisit]]").expect("turning points");
    let older = recorded[..start].replace("[decision]", "[decision]\nreviewed = true");
    let check = program.file("needk8s.toml", older).run("check");
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn settled_needs_only_the_answers_that_matter() {
    let program = Program::new().file("needk8s.toml", include_str!("../commands/settled.in/needk8s.toml"));
    program.run("check --require settled").ok();
    let check = program.run("check --require settled --operations unknown");
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stderr.contains("operations") && !check.stderr.contains("secrets"), "{}", check.stderr);
}

#[test]
fn steadiness_is_a_gate() {
    let program = saas();
    program.run(&format!("check {SAAS} --sureness 60 --min-steadiness 5")).ok();
    let check = program.run(&format!("check {SAAS} --min-steadiness 90"));
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stderr.contains("below the required 90 %; most fragile is"), "{}", check.stderr);
    program
        .run(&format!("check {SAAS} --min-steadiness 101"))
        .refused(&["--min-steadiness", "a whole number from 0 to 100"]);
}

#[test]
fn why_names_what_separates_and_adds_up() {
    let program = saas();
    for platform in ["docker", "compose", "serverless", "managed-kubernetes", "k3s", "paas", "Podman Quadlet"]
    {
        let json =
            program.run_args(&["why", platform, "--answers", "saas.toml", "--format", "json"]).ok().json();
        let compared = &json["compared"];
        let points = compared["terms"].as_array().expect("terms").iter().map(|term| term["points"].as_i64());
        let sum: i64 = points.map(|points| points.expect("points")).sum();
        let burden = |key: &str| compared[key].as_i64().expect("a burden");
        assert_eq!(sum, burden("burden") - burden("burden_against"), "{platform}: {json}");
    }
    program.run(&format!("why composer {SAAS}")).refused(&["did you mean `compose`?"]);
    program.run("why compose").refused(&["no answers"]);
}

#[test]
fn flags_stand_before_or_after_a_command_and_take_yes_and_no_as_words() {
    let answers = "--developers 1 --autoscaling no --isolation yes --services 1";
    let both = [format!("{answers} compare --format json"), format!("compare --format json {answers}")];
    let [before, after] = both.map(|args| Program::new().run(&args).ok().stdout);
    assert_eq!(before, after);
    let json = Program::new().run("--autoscaling no --services 1 --format json").ok().json();
    let answers = json["answers"].as_array().expect("answers");
    let is_no = |answer: &serde_json::Value| answer["id"] == "autoscaling" && answer["value"] == false;
    assert!(answers.iter().any(is_no), "{answers:?}");
    Program::new().run("--scan check").refused(&["no answers"]);
    for args in
        ["--autoscaling maybe --services 1", "--services 1 --autoscaling maybe", "check --autoscaling maybe"]
    {
        let run = Program::new().run(args);
        run.refused(&["invalid value 'maybe' for '--autoscaling", "yes", "no"]);
    }
}

#[test]
fn files_take_yes_and_no_as_flags_do() {
    let values = |answers: &str| {
        let run = Program::new().file("a.toml", answers).run("--answers a.toml --format json").ok();
        run.json()["answers"][0]["value"].clone()
    };
    assert_eq!(values("autoscaling = \"no\""), false);
    assert_eq!(values("autoscaling = \"yes\""), true);
    let run = Program::new().file("a.toml", "autoscaling = \"maybe\"").run("--answers a.toml");
    run.refused(&["`autoscaling` cannot be `maybe`", "a.toml:1:15"]);
}

#[test]
fn what_is_no_file_of_answers_is_told_in_one_message() {
    let program = Program::new().file("t.toml", "# services = 0\n");
    program.run("--answers t.toml").refused(&["t.toml answers no question yet", "its # is gone"]);
    program.run("--services 3 -o r.json").ok();
    let run = program.run("--answers r.json");
    run.refused(&["r.json is a result (needk8s.assessment/1), not a file of answers"]);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    for args in ["diff r.json nosuch.json", "diff nosuch.json r.json"] {
        let run = program.run(args);
        run.refused(&["there is no file nosuch.json"]);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn a_page_is_promised_where_one_is_made() {
    let program = Program::new().file("a.toml", "services = 3\n");
    for command in ["diff a.toml a.toml", "why k3s --services 3", "scan", "compare", "cases", "questions"] {
        let name = command.split(' ').next().unwrap_or_default();
        let help = program.run(&format!("{name} --help")).ok().stdout;
        assert!(help.contains(".json") && !help.contains(".html"), "{help}");
        program.run(&format!("{command} -o a.html")).refused(&["here use .md, .json or .txt"]);
        program.run(&format!("{command} -o a.pdf")).refused(&["use .md, .json or .txt, or --format"]);
    }
    program.run("--services 3 -o a.html").ok();
}

#[test]
fn answers_that_stay_from_the_record_are_counted() {
    let program = Program::new().file("one.toml", "services = 3\ndevelopers = 4\nuptime = \"99\"\n");
    let first = program.run("--answers one.toml --save").ok();
    assert!(first.stderr.contains("Recorded in needk8s.toml.\n"), "{}", first.stderr);
    let second = program.run("--services 30 --save").ok();
    let told = "Recorded in needk8s.toml; 2 answers stay as they were recorded there.";
    assert!(second.stderr.contains(told), "{}", second.stderr);
}

#[test]
fn words_are_taken_as_people_type_them() {
    let of = |args: &str| {
        let run = Program::new().run(&format!("{args} --format json")).ok();
        (run.json()["answers"][0]["value"].to_string(), run.stderr)
    };
    assert_eq!(of("--purpose prod"), ("\"production\"".to_owned(), String::new()));
    assert_eq!(of("--services 1,000").0, "1000");
    assert_eq!(of("--services ~5").0, "5");
    assert_eq!(of("--uptime 99.9%").0, "\"99.9\"");
    let (value, said) = of("--uptime 99.95");
    assert_eq!(value, "\"99.99\"");
    assert_eq!(said, "uptime: 99.95 counts as 99.99, the class for it\n");
    Program::new().run("--services 5-10").refused(&["is a range", "the number that you plan for"]);
    Program::new().run("--purpose p").refused(&["personal", "prototype"]);
    Program::new().file("a.yaml", "services: 3\n").run("--answers a.yaml").refused(&["YAML is not read"]);
}

#[test]
fn the_record_of_a_parent_folder_counts_up_to_the_root_of_the_repository() {
    let answers = include_str!("../cases/homelab.toml");
    let answers = &answers[answers.find("[answers]").expect("answers")..];
    let program = Program::new()
        .file(".git/HEAD", "ref: refs/heads/main\n")
        .file("needk8s.toml", answers)
        .file("deep/down/x", "")
        .file("other/.git/HEAD", "ref: refs/heads/main\n");
    let json = program.run("-C deep/down --no-input --format json").ok().json();
    assert_eq!(json["answers"][0]["origin"].as_str().map(|origin| &origin[..18]), Some("../../needk8s.toml"));
    program.run("-C other --no-input").refused(&["no answers"]);
    program.run("-C other --no-input --config ../needk8s.toml").ok();
    program.run("--config missing.toml --no-input").refused(&["cannot read missing.toml"]);
    program.run("-C nowhere").refused(&["there is no folder nowhere"]);
}

#[test]
fn the_questions_are_listed_and_make_an_answers_file() {
    let program = Program::new();
    let json = program.run("questions --format json").ok().json();
    let rulebook = needk8s::rulebook::Rulebook::builtin().expect("a valid rulebook");
    assert_eq!(json["questions"].as_array().map(Vec::len), Some(rulebook.questions().len()));
    program.run("questions --template t.toml").ok();
    program.run("questions --template t.toml").refused(&["t.toml exists"]);
    let template = program.read("t.toml");
    assert_eq!(program.run("questions --template -").ok().stdout, template);
    let plain = program.run("questions").ok().stdout;
    assert_eq!(program.run("questions -o -").ok().stdout, plain);
    assert!(!program.path("-").exists());
    let filled: String = program
        .read("t.toml")
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(answer) if answer.contains(" = ") => format!("{answer}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let filled = program.file("filled.toml", filled);
    filled.run("--answers filled.toml --format json").ok();
}

#[test]
fn other_answers_and_other_records_are_held_against_each_other() {
    let program = saas();
    let json = program.run(&format!("what-if {SAAS} --services 60 --format json")).ok().json();
    assert_eq!(json["changes"][0]["question"], "services");
    assert_eq!(json["changes"][0]["after"], "60");
    program.run("what-if --services 3").refused(&["there are no answers to change"]);
    program.run(&format!("what-if {SAAS}")).refused(&["nothing is changed"]);
    program.run(&format!("{SAAS} --format json -o old.json")).ok();
    program.run(&format!("{SAAS} --services 60 --save")).ok();
    let json = program.run("diff old.json needk8s.toml --format json").ok().json();
    assert_eq!(json["changes"].as_array().map(Vec::len), Some(1), "{json}");
    assert_eq!(json["before"]["recorded"], json["before"]["verdict"]);
    assert!(program.run("diff old.json needk8s.toml").ok().stdout.contains("services"));
}

#[test]
fn platforms_are_known_by_other_names_and_everything_is_listed() {
    let program = saas();
    for name in ["k8s", "eks", "gke", "heroku", "fargate"] {
        program.run(&format!("why {name} {SAAS}")).ok();
    }
    let json = program.run("compare kamal k3s --format json").ok().json();
    assert_eq!(json["platforms"].as_array().map(Vec::len), Some(2));
    let json = program.run(&format!("compare {SAAS} --format json")).ok().json();
    assert_eq!(json["platforms"].as_array().map(Vec::len), Some(2), "the recommended one and its rival");
    let index = program.run("explain").ok().stdout;
    assert!(index.contains("Platforms\n") && index.contains("rolling-updates"), "{index}");
}

#[test]
fn the_help_fits_a_screen_and_no_question_hides_a_flag() {
    let help = Program::new().run("-h").ok().stdout;
    assert!(help.contains("Examples:"), "{help}");
    let help = Program::new().set("COLUMNS", "80").run("-h").ok().stdout;
    assert!(help.lines().count() < 24 && help.lines().all(|line| line.chars().count() <= 80), "{help}");
    assert_eq!(Program::new().run("--no-pager -h").ok().stdout, Program::new().run("-h").ok().stdout);
    assert!(
        Program::new().run("--help").ok().stdout.contains("completions"),
        "the long help has every command"
    );
    let rules = crate::shop::RULES.replace("parcels", "platform");
    Program::new().file("r.toml", rules).run("--rules r.toml").refused(&["`platform` would hide"]);
}

/// The command lines in a help, whole: those of examples end before their remark, others where a sentence does.
pub(crate) fn command_lines(help: &str) -> Vec<Vec<String>> {
    let example = |line: &str| Some(line.strip_prefix("  ")?.split("  ").next()?.to_owned());
    let is_example = |line: &&str| line.starts_with("  needk8s");
    let examples = help.lines().filter(is_example).filter_map(example);
    let prose: Vec<&str> =
        help.lines().filter(|line| !is_example(line) && !line.contains("Usage: ")).collect();
    // A paragraph ends what stands in it.
    let prose = prose.iter().map(|line| if line.is_empty() { ";" } else { line });
    let prose = prose.collect::<Vec<_>>().join(" ");
    let words = |text: &str| -> Vec<String> {
        let mut line = Vec::new();
        for word in text.split_whitespace() {
            let bare =
                if word == "." { word } else { word.trim_end_matches(['.', ',', ';', ':', ')', '`', ']']) };
            line.extend(Some(bare.to_owned()).filter(|bare| !bare.is_empty()));
            if bare != word {
                break;
            }
        }
        line
    };
    let in_prose = prose.match_indices("needk8s ").map(|(at, _)| words(&prose[at..]));
    // A usage goes on in a second line.
    let is_usage =
        |line: &Vec<String>| line.iter().any(|word| word.starts_with(['[', '<']) || word == "COMMAND");
    examples.map(|line| words(&line)).chain(in_prose).filter(|line| !is_usage(line)).collect()
}

#[test]
fn every_command_line_in_the_help_runs_in_a_pipe() {
    let program = saas();
    program.run(&format!("{SAAS} --save")).ok();
    let mut helps = vec!["-h".to_owned(), "--help".to_owned()];
    let listed = program.run("--help").ok().stdout;
    let commands =
        listed.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    helps.extend(names.map(|name| format!("{name} --help")));
    helps.push("rules export --help".to_owned());
    assert!(helps.len() > 14, "{helps:?}");
    let mut ran = std::collections::BTreeSet::new();
    for help in helps {
        for line in command_lines(&program.run(&help).ok().stdout) {
            let args: Vec<&str> =
                line[1..].iter().map(|word| if word == "QUESTION" { "services" } else { word }).collect();
            let run = program.run_args(&args);
            assert_eq!(run.code, 0, "{help}: {line:?}: {run:?}");
            ran.insert(line);
        }
    }
    assert!(ran.len() >= 6, "{ran:?}");
}

#[test]
fn what_is_called_otherwise_is_known_by_its_meaning() {
    let program = Program::new();
    for (word, question) in [
        ("sla", "uptime"),
        ("team-size", "developers"),
        ("replicas", "servers"),
        ("cpu", "servers"),
        ("traffic", "load"),
        ("devs", "developers"),
    ] {
        program.run(&format!("--{word} 3")).refused(&[&format!("'--{question}'")]);
        program.run(&format!("--{word}=3")).refused(&[&format!("'--{question}'")]);
        program.run(&format!("explain {word}")).refused(&[&format!("did you mean `{question}`?")]);
    }
    let program = Program::new().file("a.toml", "sla = \"99.9\"\nteam_size = 3\n");
    program.run("--answers a.toml").refused(&[
        "a.toml:1:1",
        "did you mean `uptime`?",
        "a.toml:2:1",
        "did you mean `developers`?",
    ]);
    Program::new().set("NEEDK8S_SLA", "99").run("--services 1").refused(&["did you mean `NEEDK8S_UPTIME`?"]);
    let taken = crate::shop::RULES.replace("id = \"size\"\n", "id = \"size\"\naliases = [\"parcels\"]\n");
    Program::new()
        .file("r.toml", taken)
        .run("--rules r.toml")
        .refused(&["`parcels` stands for another question already"]);
}

#[test]
fn options_are_known_by_the_words_that_people_have_for_them() {
    let said = |args: &str| Program::new().run(&format!("{args} --services 3 --format json")).ok().json();
    for (word, id) in [
        ("--purpose mvp", "--purpose prototype"),
        ("--uptime ha", "--uptime 99.9"),
        ("--today ecs", "--today container-service"),
        ("--workloads api,cron", "--workloads web,scheduled-jobs"),
        ("--compliance hipaa", "--compliance strict"),
    ] {
        assert_eq!(said(word), said(id), "{word}");
    }
}

#[test]
fn the_questions_are_listed_short_and_with_help() {
    let short = Program::new().run("questions").ok().stdout;
    let long = Program::new().run("questions -v").ok().stdout;
    assert!(short.contains("--services N: How many") && !short.contains("Copies of one program"), "{short}");
    assert!(long.contains("Copies of one program"), "{long}");
    assert!(short.lines().count() < 100, "{}", short.lines().count());
}

#[test]
fn completions_know_the_ids() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Program::new().run(&format!("completions {shell}")).ok().stdout;
        for id in ["managed-kubernetes", "rolling-updates", "production"] {
            assert!(script.contains(id), "{shell}: {id}");
        }
    }
}
