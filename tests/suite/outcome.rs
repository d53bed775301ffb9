//! What a check comes to is one value, which every format tells alike: gates, what was decided, what is true now, what moved
//! it, and which line shows it.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};

use crate::json::{hold, schema};
use crate::program::{Program, Run};

/// Ten services that grow to thirty, with every answer that could matter.
const ANSWERS: &str = include_str!("../cases/mid-size-saas.toml");

/// A record of the whole situation, made by the program.
fn recorded() -> Program {
    let whole = "[answers]\nstate = \"managed-database\"\nbudget = \"normal\"\ntoday = \"vms\"";
    let program = Program::new().file("saas.toml", ANSWERS.replacen("[answers]", whole, 1));
    program.run("--answers saas.toml --save --no-input").ok();
    program
}

/// The same with more in the record.
fn with(more: &str) -> Program {
    let program = recorded();
    let record = program.read("needk8s.toml");
    program.file("needk8s.toml", format!("{record}\n{more}"))
}

fn waiver(gate: &str, until: &str) -> String {
    format!("[[waiver]]\ngate = \"{gate}\"\nreason = \"the move is under way\"\nuntil = {until}\n")
}

/// A repository whose Compose file builds so many services.
fn compose(services: usize) -> String {
    let services = (0..services).map(|number| format!("  s{number}:\n    build: ./s{number}\n"));
    format!("services:\n{}", services.collect::<String>())
}

fn outcome(run: &Run) -> Value {
    run.json()["outcome"].clone()
}

fn gate<'v>(outcome: &'v Value, name: &str) -> &'v Value {
    let gates = outcome["gates"].as_array().expect("gates");
    gates.iter().find(|gate| gate["name"] == name).unwrap_or_else(|| panic!("no {name} in {outcome}"))
}

fn said(run: &Run) -> Vec<&str> {
    run.stderr.lines().collect()
}

#[test]
fn a_decision_that_stands_is_said_in_one_line() {
    let run = recorded().run("check").ok();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("check: the decision stands. "), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    let run = recorded().run("check -q").ok();
    assert_eq!((run.stdout.as_str(), run.stderr.lines().count()), ("", 1));
    let run = recorded().run("check --format text").ok();
    assert!(run.stdout.starts_with("the decision stands. ") && run.stderr.is_empty(), "{run:?}");
    let run = recorded().run("check -v").ok();
    assert!(run.stdout.lines().count() > 30 && run.stderr.lines().count() == 1, "{run:?}");
}

#[test]
fn one_that_does_not_stand_says_what_was_decided_what_is_true_now_what_moved_it_and_where() {
    let program = recorded();
    let record = program.read("needk8s.toml");
    let verdict = record.lines().position(|line| line.starts_with("verdict")).expect("a verdict") + 1;
    let run = program.run("check --operations dedicated --services 40");
    assert_eq!(run.code, 1);
    let lines = said(&run);
    assert_eq!(lines[0], "check: failed (decision)", "{}", run.stderr);
    assert!(lines[1].starts_with("check: decided on 2026-11-23: not-yet, "), "{}", run.stderr);
    assert!(lines[2].starts_with("check: now: ") && lines[2].contains("margin +"), "{}", run.stderr);
    assert!(lines[3].starts_with("check: moved by: "), "{}", run.stderr);
    assert!(lines[3].contains("(needk8s.toml:"), "{}", run.stderr);
    assert!(
        lines[4].starts_with("check: decision: the verdict was not-yet when it was recorded on"),
        "{}",
        run.stderr
    );
    let run = program.set("GITHUB_ACTIONS", "true").run("check --operations dedicated --services 40");
    let annotation =
        format!("::error file=needk8s.toml,line={verdict},title=needk8s%3A decision::the verdict was");
    assert!(run.stderr.contains(&annotation), "{annotation} in {}", run.stderr);
}

#[test]
fn what_is_changed_in_the_record_itself_is_found_at_its_line() {
    let program = recorded();
    let record = program.read("needk8s.toml");
    let line = record.lines().position(|line| line.starts_with("services = ")).expect("services") + 1;
    let services = record.lines().nth(line - 1).expect("a line").to_owned();
    let program = program.file("needk8s.toml", record.replacen(&services, "services = 60", 1));
    let run = program.run("check --format json");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let outcome = outcome(&run);
    let was = record.lines().position(|line| line.starts_with("answers = ")).expect("answers of the day") + 1;
    let text = format!("`services`: 14 (needk8s.toml:{was}), now 60 (needk8s.toml:{line})");
    let moved = json!([{"what": "services", "text": text, "place": {"file": "needk8s.toml", "line": line}}]);
    assert_eq!(outcome["moved_by"], moved);
}

#[test]
fn a_record_without_the_answers_of_its_day_names_what_has_come_true() {
    let program = recorded();
    let record = program.read("needk8s.toml");
    let older = record.lines().filter(|line| !line.starts_with("answers = ")).map(|line| format!("{line}\n"));
    let older =
        older.collect::<String>().replacen("operations = \"part-time\"", "operations = \"dedicated\"", 1);
    let run = program.file("needk8s.toml", older).run("check");
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("check: moved by: `operations`: now dedicated (needk8s.toml:"),
        "{}",
        run.stderr
    );
}

#[test]
fn json_carries_the_outcome_and_keeps_the_schema() {
    let schema = schema(include_str!("../schema/assessment.schema.json"));
    let program = recorded();
    for (args, passed) in
        [("", true), ("--services 60 --operations dedicated", false), ("--min-steadiness 99", false)]
    {
        let run = program.run(&format!("check --format json {args}"));
        assert_eq!(run.code == 0, passed, "{args}: {}", run.stderr);
        hold(&schema, &run.json(), args);
        let outcome = outcome(&run);
        assert_eq!(outcome["passed"], passed, "{args}");
        let gates = outcome["gates"].as_array().expect("gates");
        assert_eq!(gates.iter().all(|gate| gate["passed"] == true), passed, "{args}");
        assert!(gates.iter().all(|gate| gate["because"].as_str().is_some_and(|text| !text.is_empty())));
        assert_eq!(outcome["then"]["verdict"], "not-yet");
    }
    let plain = program.run("--answers saas.toml --format json --no-input").ok().json();
    assert!(plain.get("outcome").is_none());
}

#[test]
fn report_only_reports_and_passes() {
    let program = recorded();
    let run = program.run("check --services 60 --operations dedicated --report-only --format json").ok();
    assert!(
        run.stderr.starts_with("check: would fail (decision), and passes, as it only reports\n"),
        "{}",
        run.stderr
    );
    let outcome = outcome(&run);
    assert_eq!((&outcome["passed"], &outcome["report_only"]), (&json!(true), &json!(true)));
    assert_eq!(gate(&outcome, "decision")["passed"], false);
    let program = program.set("GITHUB_ACTIONS", "true");
    let run = program.run("check --services 60 --operations dedicated --report-only").ok();
    assert!(
        run.stderr.contains("::warning file=needk8s.toml,") && !run.stderr.contains("::error"),
        "{}",
        run.stderr
    );
    // What is wrong with the input is no finding.
    assert_eq!(program.run("check --report-only --services many").code, 2);
}

#[test]
fn no_worse_holds_the_recorded_margin() {
    let program = recorded();
    program.run("check --no-worse").ok();
    let margin = |run: &Run| run.json()["margin"].as_i64().expect("a margin");
    let then = margin(&program.run("check --format json"));
    let run = program.run("check --no-worse --budget ample --format json");
    let now = margin(&run);
    assert!(now > then, "{then} and {now} are to differ");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let gate = gate(&outcome(&run), "no-worse").clone();
    let because = gate["because"].as_str().expect("a reason");
    assert!(
        because.starts_with(&format!("the margin was {then:+} when it was recorded and is {now:+} now")),
        "{because}"
    );
    program.run("check --no-worse --budget tight").ok();
    let older = program.read("needk8s.toml").replacen("margin = ", "# margin = ", 1);
    let program = program.file("needk8s.toml", older);
    let run = program.run("check --no-worse");
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("no-worse: the record has no margin to hold to; `needk8s --save` records one"),
        "{}",
        run.stderr
    );
    program.run("check").ok();
}

#[test]
fn a_waived_gate_that_fails_is_reported_and_passes() {
    let program = with(&waiver("min-steadiness", "\"2026-12-31\""));
    let run = program.run("check --min-steadiness 99 --format json").ok();
    assert!(run.stderr.starts_with("check: passes with 1 waiver (min-steadiness). "), "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "check: min-steadiness: waived until 2026-12-31 (the move is under way): steadiness is"
        ),
        "{}",
        run.stderr
    );
    let outcome = outcome(&run);
    let gate = gate(&outcome, "min-steadiness");
    assert_eq!(gate["passed"], true);
    assert_eq!(gate["waiver"], json!({"reason": "the move is under way", "until": "2026-12-31"}));
    // Its last day counts, and a date of TOML is one.
    with(&waiver("min-steadiness", "2026-11-23")).run("check --min-steadiness 99").ok();
    // A waiver is of one gate.
    let run = program.run("check --min-steadiness 99 --expect essential");
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("check: failed (expect)\n"), "{}", run.stderr);
}

#[test]
fn a_waiver_that_has_ended_waives_nothing_and_says_since_when() {
    let program = with(&waiver("min-steadiness", "\"2026-11-22\""));
    let run = program.run("check --min-steadiness 99");
    assert_eq!(run.code, 1);
    let told = "min-steadiness: its waiver (the move is under way) has ended: 2026-11-22 was its last day";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    let run = program.run("check --min-steadiness 1 --sureness 50").ok();
    assert!(run.stderr.contains("`min-steadiness` holds again, and its waiver has ended"), "{}", run.stderr);
    assert_eq!(program.run("check").ok().stderr.lines().count(), 1);
}

#[test]
fn a_waiver_of_no_gate_without_a_reason_or_a_day_is_refused_at_its_place() {
    let record = "[answers]\nservices = 3\n\n";
    let refused = |more: &str, words: &[&str]| {
        Program::new()
            .file("needk8s.toml", format!("{record}{more}"))
            .run("check --expect overkill")
            .refused(words);
    };
    refused(
        &waiver("expected", "\"2026-12-31\""),
        &["there is no gate `expected`", "needk8s.toml:5:8", "did you mean `expect`?"],
    );
    refused(
        "[[waiver]]\ngate = \"expect\"\nuntil = \"2026-12-31\"\n",
        &["the waiver lacks `reason`", "needk8s.toml:4:1"],
    );
    refused(
        "[[waiver]]\ngate = \"expect\"\nreason = \" \"\nuntil = \"2026-12-31\"\n",
        &["`reason` is empty", "needk8s.toml:6:10"],
    );
    refused("[[waiver]]\ngate = \"expect\"\nreason = \"x\"\n", &["the waiver lacks `until`"]);
    for day in ["\"soon\"", "\"2026-02-30\"", "\"31.12.2026\"", "2026-12-31T00:00:00Z", "20261231"] {
        refused(
            &waiver("expect", day),
            &["`until` must be a day of the calendar as YYYY-MM-DD", "needk8s.toml:7:9"],
        );
    }
    refused(
        &format!("{}ends = 1\n", waiver("expect", "\"2026-12-31\"")),
        &["there is no key in the waiver `ends`"],
    );
    refused("[[waivers]]\ngate = \"expect\"\n", &["there is no table `waivers`", "did you mean `waiver`?"]);
    refused("[waiver]\ngate = \"expect\"\n", &["`waiver` must be a list of tables", "[[waiver]]"]);
}

#[test]
fn saving_again_keeps_waivers() {
    let program = with(&format!("# Agreed in the guild.\n{}", waiver("decision", "\"2026-12-31\"")));
    program.run("--services 9 --save --no-input").ok();
    let record = program.read("needk8s.toml");
    assert!(
        record.contains(&format!("# Agreed in the guild.\n{}", waiver("decision", "\"2026-12-31\""))),
        "{record}"
    );
}

#[test]
fn what_is_not_read_from_the_record_is_named() {
    let record = "[answers]\nservices = 3\n\n[deploy]\nby = \"hand\"\n\n[decision]\nverdict = \"overkill\"\nagreed-by = \"all\"\n\n\
                  [evidence.services]\nfound = 3\nnote = \"x\"\n";
    let run = Program::new().file("needk8s.toml", record).run("check");
    let told = "needk8s.toml has keys that are not read: [deploy] (line 4), decision.agreed-by (line 9), evidence.services.note (line 13)";
    assert!(run.stderr.lines().any(|line| line == told), "{}", run.stderr);
    assert!(!recorded().run("check").ok().stderr.contains("not read"));
    let many: String = (0..3000).map(|number| format!("[t{number}]\n")).collect();
    let run = Program::new()
        .file("needk8s.toml", format!("[answers]\nservices = 3\n{many}"))
        .run("check --expect overkill");
    assert!(run.stderr.contains("[t4] (line 7), 2995 more"), "{}", run.stderr);
}

/// A repository with a record that was made in it, and a Compose file that has grown since.
fn outgrown() -> Program {
    let program =
        recorded().file(".git/HEAD", "ref: refs/heads/main\n").file("deploy/app/compose.yaml", compose(60));
    std::fs::create_dir_all(program.path("elsewhere")).expect("a folder");
    program
}

#[test]
fn annotations_stand_at_the_line_of_the_evidence_seen_from_the_root_of_the_repository() {
    let program = outgrown().set("GITHUB_ACTIONS", "true");
    let annotation = "::error file=deploy/app/compose.yaml,line=2,title=needk8s%3A answers::`services` is ";
    for args in
        ["check --scan deploy/app", "-C elsewhere check --scan ../deploy/app", "-C deploy/app check --scan"]
    {
        let run = program.run(args);
        assert_eq!(run.code, 1, "{args}: {}", run.stderr);
        assert!(run.stderr.contains(annotation), "{args}: {}", run.stderr);
        assert!(!run.stderr.contains("file=.."), "{args}: {}", run.stderr);
        assert!(run.stderr.contains(", now 60 (deploy/app/compose.yaml:2)"), "{args}: {}", run.stderr);
    }
    let run = program.run("-C elsewhere check --scan ../deploy/app --expect essential");
    assert!(run.stderr.contains("::error file=needk8s.toml,line="), "{}", run.stderr);
}

#[test]
fn what_is_gone_is_annotated_in_the_record_and_what_has_changed_in_its_file() {
    let program = Program::new().file("app/compose.yaml", compose(2)).set("GITHUB_ACTIONS", "true");
    program.run("--scan app --purpose production --developers 2 --no-input --save").ok();
    let record = program.read("needk8s.toml");
    let line = record.lines().position(|line| line.contains("path = \"compose.yaml\"")).expect("a line") + 1;
    let program = program.file("app/compose.yaml", "services: {}\n").file("app/Dockerfile", "FROM scratch\n");
    let run = program.run("check --scan app --report-only");
    let annotation = "::warning file=app/compose.yaml,line=2,title=needk8s%3A evidence::`services` rests on";
    assert!(run.stderr.contains(annotation), "{}", run.stderr);
    std::fs::remove_file(program.path("app/compose.yaml")).expect("a file");
    let run = program.run("check --scan app");
    let annotation =
        format!("::error file=needk8s.toml,line={line},title=needk8s%3A evidence::`services` rests on");
    assert!(run.stderr.contains(&annotation), "{annotation} in {}", run.stderr);
    assert_eq!(run.code, 1);
}

#[test]
fn the_record_names_no_file_outside_of_the_scanned_folder() {
    let program = recorded().file("app/Dockerfile", "FROM scratch\n").file("secret", "x");
    let record = program.read("needk8s.toml");
    let services = record.lines().find(|line| line.starts_with("services = ")).expect("services").to_owned();
    let found = services.replace("services", "found");
    let evidence = format!("[evidence.services]\n{found}\nlines = [{{ path = \"../secret\", line = 1 }}]\n");
    let run = program.file("needk8s.toml", format!("{record}\n{evidence}")).run("check --scan app");
    assert!(run.stderr.contains("../secret is gone"), "{}", run.stderr);
}

#[test]
fn the_summary_of_a_job_is_at_most_25_lines_and_links_to_the_record() {
    let set = |program: Program| {
        let summary = program.path("summary.md").display().to_string();
        program
            .set("GITHUB_ACTIONS", "true")
            .set("GITHUB_STEP_SUMMARY", &summary)
            .set("GITHUB_SERVER_URL", "https://github.com")
            .set("GITHUB_REPOSITORY", "acme/shop")
            .set("GITHUB_SHA", "0123abc")
    };
    let program = set(outgrown());
    let gates = "--expect essential --fail-on not-yet --require settled --min-steadiness 99 --no-worse";
    assert_eq!(program.run(&format!("check --scan deploy/app {gates}")).code, 1);
    let summary = program.read("summary.md");
    assert!(summary.lines().count() <= 25, "{} lines:\n{summary}", summary.lines().count());
    for part in [
        "## needk8s check: failed",
        "| recorded (2026-11-23) | not-yet |",
        "| now | not-yet |",
        "Would move it: \\`services\\`: ",
        "| answers | **fails** |",
        "Record: [needk8s.toml:",
        "(<https://github.com/acme/shop/blob/0123abc/needk8s.toml#L",
    ] {
        assert!(summary.contains(part), "{part:?} is missing in\n{summary}");
    }
    let program = set(recorded());
    program.run("check").ok();
    let summary = program.read("summary.md");
    assert!(summary.starts_with("## needk8s check: passed\n"), "{summary}");
}

#[test]
fn nothing_in_a_record_breaks_out_of_the_summary_or_the_annotations() {
    let hostile = "a | b\\n::error::x <img src=x> [l](http://e) @acme";
    let more =
        format!("[[waiver]]\ngate = \"min-steadiness\"\nreason = \"{hostile}\"\nuntil = \"2026-12-31\"\n");
    let program = with(&more);
    let summary = program.path("summary.md").display().to_string();
    let program = program
        .set("GITHUB_ACTIONS", "true")
        .set("GITHUB_STEP_SUMMARY", &summary)
        .set("GITHUB_SERVER_URL", "https://github.com)](javascript:x")
        .set("GITHUB_REPOSITORY", "a/b")
        .set("GITHUB_SHA", "0");
    let run = program.run("check --min-steadiness 99").ok();
    let commands = run.stderr.lines().filter(|line| line.starts_with("::"));
    assert!(
        commands.clone().count() == 1 && commands.clone().all(|line| line.starts_with("::warning file=")),
        "{}",
        run.stderr
    );
    let summary = program.read("summary.md");
    assert!(!summary.contains("javascript") && !summary.contains("\n::"), "{summary}");
    let parsed = pulldown_cmark::Parser::new_ext(&summary, pulldown_cmark::Options::ENABLE_TABLES);
    for event in parsed {
        use pulldown_cmark::{Event as Seen, Tag};
        let is_markup = matches!(
            event,
            Seen::Html(_) | Seen::InlineHtml(_) | Seen::Start(Tag::Link { .. } | Tag::Image { .. })
        );
        assert!(!is_markup, "{event:?} in\n{summary}");
    }
    let reason = summary.lines().find(|line| line.starts_with("| min-steadiness |")).expect("a row");
    assert!(reason.contains("a \\| b"), "{reason}");
}

#[test]
fn sarif_keeps_its_schema_and_names_the_lines() {
    let schema = schema(include_str!("../schema/sarif-2.1.0.schema.json"));
    let program = outgrown();
    let record = program.read("needk8s.toml");
    let program =
        program.file("needk8s.toml", format!("{record}\n{}", waiver("min-steadiness", "\"2026-12-31\"")));
    for args in
        ["", "--scan deploy/app", "--scan deploy/app --min-steadiness 99 --expect essential --report-only"]
    {
        let run = program.run(&format!("check {args} --format sarif"));
        hold(&schema, &run.json(), args);
    }
    let run = program.run("check --scan deploy/app --min-steadiness 99 -o check.sarif");
    assert_eq!(run.code, 1);
    let sarif: Value = serde_json::from_str(&program.read("check.sarif")).expect("JSON");
    hold(&schema, &sarif, "check.sarif");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("results");
    let of = |rule: &str| {
        results.iter().find(|result| result["ruleId"] == rule).unwrap_or_else(|| panic!("{rule}"))
    };
    let physical = &of("answers")["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "deploy/app/compose.yaml");
    assert_eq!(physical["region"]["startLine"], 2);
    assert_eq!(of("answers")["level"], "error");
    let waived = of("min-steadiness");
    assert_eq!(waived["suppressions"][0]["justification"], "until 2026-12-31: the move is under way");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let fine = recorded().run("check --format sarif").ok().json();
    assert_eq!(fine["runs"][0]["results"], json!([]));
    assert_eq!(fine["runs"][0]["tool"]["driver"]["rules"][0]["id"], "decision");
}

#[test]
fn junit_keeps_its_schema_and_has_a_case_for_each_gate() {
    let schema = schema(include_str!("../schema/junit.schema.json"));
    let program = with(&waiver("min-steadiness", "\"2026-12-31\""));
    let args = "check --services 60 --operations dedicated --min-steadiness 99 \
                --expect overkill,not-yet,borderline,recommended,essential";
    let run = program.run(&format!("{args} --format junit"));
    assert_eq!(run.code, 1);
    let suites = element(&run.stdout);
    hold(&schema, &suites, "junit");
    let attributes = |of: &Value| of["attributes"].clone();
    let suite = &suites["children"][0];
    let counts = attributes(suite);
    assert_eq!(
        (&counts["tests"], &counts["failures"], &counts["errors"]),
        (&json!("3"), &json!("1"), &json!("0"))
    );
    let cases = suite["children"].as_array().expect("cases");
    let case = |name: &str| cases.iter().find(|case| case["attributes"]["name"] == name).expect("a case");
    assert_eq!(case("decision")["children"][0]["name"], "failure");
    assert_eq!(case("expect")["children"], json!([]));
    let skipped = &case("min-steadiness")["children"][0];
    assert_eq!(skipped["name"], "skipped");
    let message = skipped["attributes"]["message"].as_str().expect("a message");
    assert!(message.starts_with("waived until 2026-12-31 (the move is under way): "), "{message}");
    program.run(&format!("{args} --report-only -o check.xml")).ok();
    let suites = element(&program.read("check.xml"));
    hold(&schema, &suites, "check.xml");
    assert_eq!(suites["attributes"]["failures"], "0");
}

#[test]
fn only_a_check_has_formats_of_outcomes() {
    let program = Program::new();
    program.run("--services 3 --format sarif").refused(&["sarif"]);
    program.run("--services 3 -o x.sarif").refused(&["x.sarif"]);
}

/// An XML document as its schema sees it: name, attributes, children and text of each element.
fn element(xml: &str) -> Value {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().trim_text(true);
    let opened = |start: &BytesStart<'_>| {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("an attribute");
            let value = String::from_utf8(attribute.value.into_owned()).expect("UTF-8");
            let value = quick_xml::escape::unescape(&value).expect("escapes").into_owned();
            (String::from_utf8(attribute.key.as_ref().to_vec()).expect("UTF-8"), value)
        });
        let attributes: BTreeMap<String, String> = attributes.collect();
        let name = String::from_utf8(start.name().as_ref().to_vec()).expect("UTF-8");
        json!({"name": name, "attributes": attributes, "children": [], "text": ""})
    };
    let mut open: Vec<Value> = Vec::new();
    let close = |open: &mut Vec<Value>| {
        let closed = open.pop().expect("an open element");
        match open.last_mut() {
            Some(parent) => {
                parent["children"].as_array_mut().expect("children").push(closed);
                None
            }
            None => Some(closed),
        }
    };
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(start) => open.push(opened(&start)),
            Event::Empty(start) => {
                open.push(opened(&start));
                close(&mut open);
            }
            Event::End(_) => {
                if let Some(root) = close(&mut open) {
                    return root;
                }
            }
            Event::Text(text) => {
                let more = String::from_utf8(text.into_inner().into_owned()).expect("UTF-8");
                if let Some(inner) = open.last_mut() {
                    let text = format!("{}{more}", inner["text"].as_str().unwrap_or_default());
                    inner["text"] = json!(text);
                }
            }
            Event::Eof => panic!("the document ends before its root"),
            _ => {}
        }
    }
}
