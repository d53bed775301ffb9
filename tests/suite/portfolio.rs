//! Many systems at once: judged as each alone is.

use needk8s::assessment::assess;
use needk8s::portfolio::{Judge, Judgement};
use needk8s::rulebook::{Kind, OptionSet, Question, Rulebook, Value};

use serde_json::{Value as Json, json};

use crate::cases::rulebook;
use crate::drafts::random_rulebook;
use crate::fleet;
use crate::numbers::Numbers;
use crate::program::Program;

/// Any answer to a question; numbers near where rules draw their lines as often as far from them.
fn any_answer(question: &Question, numbers: &mut Numbers) -> Value {
    match &question.kind {
        Kind::Flag(_) => Value::Flag(numbers.once_in(2)),
        Kind::Choice(options) => Value::Choice(numbers.below(options.len())),
        Kind::Choices(options) => Value::Choices(OptionSet(numbers.below(1 << options.len()) as u64)),
        Kind::Count(count) => {
            let most = [4, 20, 100, usize::MAX >> 1][numbers.below(4)] as u64;
            Value::Count(count.min + numbers.below((count.max - count.min).min(most) as usize + 1) as u64)
        }
    }
}

/// What the full assessment says.
fn assessed(rulebook: &Rulebook, values: &[Option<Value>]) -> Judgement {
    let assessment = assess(rulebook, rulebook.readings(|question| values[question]));
    Judgement::of(rulebook, &assessment)
}

fn agrees(rulebook: &Rulebook, numbers: &mut Numbers, sets: usize) {
    let judge = Judge::new(rulebook);
    let mut scratch = judge.scratch();
    for number in 0..sets {
        // From all answered to nothing answered.
        let unknown_in_ten = number % 11;
        let values: Vec<Option<Value>> = rulebook
            .questions()
            .iter()
            .map(|question| {
                let value = any_answer(question, numbers);
                (numbers.below(10) >= unknown_in_ten).then_some(value)
            })
            .collect();
        assert_eq!(judge.judge(&values, &mut scratch), assessed(rulebook, &values), "{values:?}");
    }
}

#[test]
fn ten_thousand_sets_of_answers_are_judged_as_the_assessment_does() {
    agrees(&rulebook(), &mut Numbers(14), 10_000);
}

#[test]
fn other_rulebooks_are_judged_as_the_assessment_does() {
    let mut numbers = Numbers(15);
    let rulebooks: Vec<Rulebook> = (0..400).filter_map(|_| random_rulebook(&mut numbers)).collect();
    assert!(rulebooks.len() > 100);
    for rulebook in &rulebooks {
        agrees(rulebook, &mut numbers, 100);
    }
}

/// Three hundred systems, made from the published decisions.
fn board() -> String {
    fleet::of_precedents(&rulebook(), 300, &mut Numbers(300))
}

/// So many systems with answers to all questions.
fn complete(systems: usize) -> String {
    let (rulebook, mut numbers, mut lines) = (rulebook(), Numbers(14), String::new());
    for number in 0..systems {
        fleet::line(&rulebook, number, 0, &mut numbers, &mut lines);
    }
    lines
}

fn lines(text: &str) -> Vec<Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn a_line_says_what_an_assessment_of_the_same_answers_says() {
    let text = complete(20);
    let program = Program::new().file("fleet.jsonl", &text);
    let told = lines(&program.run("portfolio fleet.jsonl --format jsonl").ok().stdout);
    assert_eq!(told.len(), 20);
    for (line, told) in text.lines().zip(told) {
        let mut answers: Json = serde_json::from_str(line).expect("JSON");
        answers.as_object_mut().expect("an object").remove("name");
        let alone = Program::new().file("answers.json", answers.to_string());
        let alone = alone.run("assess --no-input --answers answers.json --format json").ok().json();
        for key in ["verdict", "margin"] {
            assert_eq!(told[key], alone[key], "{line}");
        }
        assert_eq!(told["platform"], alone["recommendation"]["platform"], "{line}");
    }
}

#[test]
fn results_come_in_the_order_of_the_input_whatever_the_cores_do() {
    let text: String = (0..30_000)
        .map(|number| format!("{{\"name\":\"s{number}\",\"services\":{}}}\n", number % 50))
        .collect();
    let program = Program::new().file("many.jsonl", &text).set("RAYON_NUM_THREADS", "4");
    let run = program.run("portfolio many.jsonl --format jsonl").ok();
    assert!(run.stderr.contains("Read 30,000, assessed 30,000, refused 0."), "{}", run.stderr);
    for (number, line) in run.stdout.lines().enumerate() {
        assert!(line.starts_with(&format!("{{\"name\":\"s{number}\",")), "{line}");
    }
    // As much as a pipe holds.
    let some: String = text.lines().take(200).map(|line| format!("{line}\n")).collect();
    let from_input = Program::new().input(&some).run("portfolio - --format jsonl").ok();
    assert!(run.stdout.starts_with(&from_input.stdout), "standard input is read as a file is");
    assert_eq!(from_input.stdout.lines().count(), 200);
}

#[test]
fn a_bad_line_is_told_with_its_place_and_the_others_are_assessed() {
    let text = "{\"name\":\"a\",\"services\":3}\n{\"services\":\"many\"}\n\n{\"services\":3\n[1]\n{\"services\":1,\"services\":2}\n{\"name\":\"z\",\"purpose\":\"production\"}\n";
    let program = Program::new().file("f.jsonl", text);
    let run = program.run("portfolio f.jsonl --format jsonl");
    assert_eq!(run.code, 2);
    let names: Vec<Json> = lines(&run.stdout).iter().map(|line| line["name"].clone()).collect();
    assert_eq!(names, ["a", "z"]);
    for told in [
        "error: f.jsonl:2: `services` cannot be `many`",
        "error: f.jsonl:4: EOF while parsing an object",
        "error: f.jsonl:5: invalid type: sequence, expected an object with the answers of one system",
        "error: f.jsonl:6: `services` is answered twice",
        "Read 6, assessed 2, refused 4.",
    ] {
        assert!(run.stderr.contains(told), "{told} is missing in:\n{}", run.stderr);
    }
    assert_eq!(program.run("portfolio f.jsonl --format jsonl --keep-going").code, 0);
}

#[test]
fn a_table_is_read_as_spreadsheets_write_it() {
    let text = "\u{feff}Name;Services;uptime;workloads;Remark;Autoscaling\r\n\
        Shop;7;99,9;web|worker;\"first line\nsecond; line\";TRUE\r\n\
        Desk;;;;;\r\n\
        Till;3.0;99.9;\"web,worker\";=1+1;no\r\n";
    let program = Program::new().file("f.csv", text);
    let run = program.run("portfolio f.csv --format csv").ok();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(run.stdout.as_bytes());
    let head: Vec<&str> = reader
        .headers()
        .expect("a head")
        .iter()
        .map(|head| Box::leak(head.to_owned().into_boxed_str()) as &str)
        .collect();
    assert_eq!(
        head,
        ["name", "group", "verdict", "leaning", "margin", "platform", "sureness", "open", "Remark"]
    );
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows[0][0], "Shop");
    assert_eq!(rows[0][8], "first line\nsecond; line", "what is no answer is kept as it was");
    assert_eq!(rows[2][8], "'=1+1", "no formula of a stranger");
    assert_eq!(rows.len(), 3);
    let answers = program.run("portfolio f.csv --format jsonl --keep-answers").ok();
    let told = lines(&answers.stdout);
    assert_eq!(
        told[0]["answers"],
        json!({"services": 7, "workloads": ["web", "worker"], "autoscaling": true, "uptime": "99.9"})
    );
    assert_eq!(told[1]["answers"], json!({}), "an empty cell is not known");
    assert_eq!(told[0]["kept"], json!({"Remark": "first line\nsecond; line"}));
    let with_hint = text.replacen("Name", "sep=;\r\nName", 1);
    let hinted = Program::new().file("f.csv", with_hint).run("portfolio f.csv --format csv").ok();
    assert_eq!(hinted.stdout, run.stdout, "a first line that says what separates cells is no head");
}

#[test]
fn a_table_without_questions_and_a_row_with_too_many_cells_are_refused() {
    let run = Program::new().file("a.csv", "name,colour\na,b\n").run("portfolio a.csv --format csv");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.csv: no column is called like a question"), "{}", run.stderr);
    let run = Program::new().file("a.csv", "").run("portfolio a.csv --format csv");
    assert!(run.stderr.contains("error: a.csv: is empty"), "{}", run.stderr);
    let run = Program::new().file("a.csv", "name,services\ra,1\rb,2\r").run("portfolio a.csv --format jsonl");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.csv: has lines that end in a carriage return alone"), "{}", run.stderr);
    let long = format!("name,services\n{},1\nb,2\n", "x".repeat(5_000));
    let run = Program::new().file("a.csv", long).run("portfolio a.csv --format csv");
    assert!(run.stderr.contains("error: a.csv:2: its name is longer than 4 KiB"), "{}", run.stderr);
    assert!(run.stderr.contains("Read 2, assessed 1, refused 1."), "{}", run.stderr);
    let run =
        Program::new().file("a.csv", "name,services\na,1\nb,2,3\nc,4\n").run("portfolio a.csv --format csv");
    assert!(
        run.stderr.contains("error: a.csv:3: has 3 cells; the first line names 2 columns"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("Read 3, assessed 2, refused 1."), "{}", run.stderr);
    // Such a row takes eight times its length to be read.
    let wide = format!("name,services\na,1\nb,2{}\nc,3\n", ",".repeat(900_000));
    let run = Program::new().file("a.csv", wide).run("portfolio a.csv --format csv");
    assert!(run.stderr.contains("error: a.csv:3: has more than 4096 cells"), "{}", run.stderr);
    assert!(run.stderr.contains("Read 3, assessed 2, refused 1."), "{}", run.stderr);
    for (name, text) in
        [("a.csv", "services,servces\n1,2\n"), ("a.jsonl", "{\"services\":1,\"servces\":2}\n")]
    {
        let run = Program::new().file(name, text).run(&format!("portfolio {name} --format csv")).ok();
        let told = "`servces` is no question and is kept as it is; did you mean `services`?";
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
}

#[test]
fn the_heads_of_columns_tell_what_separates_them() {
    let table = "name,services,=1;-x;y;z\n\"a;=1+1\",1,b\n";
    let run = Program::new().file("a.csv", table).run("portfolio a.csv --format csv").ok();
    assert!(run.stdout.lines().next().is_some_and(|head| head.ends_with(",'=1;'-x;y;z")), "{}", run.stdout);
    assert!(run.stdout.contains("\na;'=1+1,"), "{}", run.stdout);
}

#[test]
fn equal_sets_of_answers_are_explained_once() {
    let line =
        |number| format!("{{\"name\":\"a{number}\",\"services\":{},\"developers\":4}}\n", 3 + number % 2);
    let few: String = (0..2).map(line).collect();
    let many: String = (0..4_000).map(line).collect();
    let results = |text: String| {
        let document =
            Program::new().file("a.jsonl", text).run("portfolio a.jsonl --format json").ok().json();
        let systems = document["systems"].as_array().expect("systems").clone();
        systems.into_iter().map(|mut system| {
            (system["name"], system["place"]) = (Json::Null, Json::Null);
            system
        })
    };
    let start = std::time::Instant::now();
    let mut many: Vec<Json> = results(many).collect();
    assert!(start.elapsed() < std::time::Duration::from_secs(30), "it took {:?}", start.elapsed());
    assert_eq!(many.len(), 4_000);
    many.dedup();
    assert!(results(few).all(|system| many.contains(&system)), "{many:?}");
}

#[test]
fn where_nothing_could_be_assessed_a_good_result_of_earlier_stays() {
    let program = Program::new().file("bad.jsonl", "{\"services\": \"many\"}\n").file("board.html", "good");
    let kept = "; board.html is not written";
    for (args, told) in [
        ("portfolio nope -o board.html", "there is no file or folder nope"),
        ("portfolio bad.jsonl nope -o board.html --keep-going", "there is no file or folder nope"),
        ("portfolio bad.jsonl -o board.html --pages pages", kept),
        ("portfolio bad.jsonl -o board.html --keep-going", kept),
        ("portfolio bad.jsonl -o board.html --format jsonl", kept),
        ("portfolio --scan nope -o board.html", "there is no folder nope"),
        ("portfolio --scan bad.jsonl -o board.html", "bad.jsonl is a file, not a folder"),
    ] {
        program.run(args).refused(&[told]);
        assert_eq!(program.read("board.html"), "good", "{args}");
        assert!(!program.path("pages").exists(), "{args}");
    }
}

#[test]
fn a_quote_without_an_end_is_refused_with_what_it_swallows() {
    let text = "name,services\na,1\n\"b,2\nc,3\n";
    let run = Program::new().file("a.csv", text).run("portfolio a.csv --format jsonl");
    assert_eq!((run.code, run.stdout.lines().count()), (2, 1), "{}", run.stdout);
    assert!(run.stderr.contains("error: a.csv:3: has a quote without an end"), "{}", run.stderr);
}

#[test]
fn a_table_without_systems_has_its_head() {
    let program = Program::new().file("f.csv", "name;services;owner\na;3;x\n").file("f.jsonl", "");
    let run = program.run("portfolio f.csv --format csv --filter group=none").ok();
    assert_eq!(run.stdout, "name;group;verdict;leaning;margin;platform;sureness;open;owner\n");
    let run = program.run("portfolio f.jsonl --format csv").ok();
    assert_eq!(run.stdout, "name,group,verdict,leaning,margin,platform,sureness,open,kept\n");
    assert_eq!(program.run("portfolio f.jsonl --format jsonl").ok().stdout, "");
}

#[test]
fn folders_that_are_not_looked_into_are_told() {
    let deep = "d/".repeat(65);
    let program = Program::new()
        .file("fleet/a/needk8s.toml", RECORD)
        .file(&format!("fleet/{deep}needk8s.toml"), RECORD);
    let run = program.run("portfolio fleet --format jsonl");
    assert_eq!((run.code, run.stdout.lines().count()), (2, 1), "{}", run.stdout);
    assert!(run.stderr.contains("it lies more than 64 directories deep"), "{}", run.stderr);
    assert!(run.stderr.contains("Read 1, assessed 1, refused 1."), "{}", run.stderr);
}

#[test]
fn nothing_of_a_stranger_steers_a_terminal_or_breaks_out() {
    let name = "x\\u001b[31m\\u202e|<script>alert(1)</script>";
    let text =
        format!("{{\"name\":\"{name}\",\"group\":\"=cmd\",\"services\":3,\"note\":\"\u{9b}31m\u{202e}\"}}\n");
    for format in ["text", "markdown", "json", "html", "jsonl", "csv"] {
        let program = Program::new().file("f.jsonl", &text);
        let run = program.run(&format!("portfolio f.jsonl --sureness never --format {format}")).ok();
        assert!(
            !run.stdout.chars().any(|c| c != '\n' && c != '\r' && needk8s::text::is_unsafe(c)),
            "{format}"
        );
        if format != "text" && format != "jsonl" && format != "json" && format != "csv" {
            assert!(!run.stdout.contains("<script>"), "{format}");
        }
        if format == "csv" {
            assert!(run.stdout.contains(",'=cmd,"), "{}", run.stdout);
        }
    }
}

#[test]
fn a_line_without_an_end_is_refused_and_the_next_is_read() {
    let text = format!(
        "{{\"services\":1}}\n{{\"name\":\"{}\"}}\n{{\"name\":\"after\",\"services\":2}}\n",
        "x".repeat(3 << 20)
    );
    let run = Program::new().file("f.jsonl", text).run("portfolio f.jsonl --format jsonl");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("error: f.jsonl:2: is longer than 1 MiB"), "{}", run.stderr);
    assert!(run.stdout.contains("\"after\""), "{}", run.stdout);
    assert!(run.stderr.contains("Read 3, assessed 2, refused 1."), "{}", run.stderr);
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_stand() {
    let text = b"{\"services\":1}\n{\"name\":\"\xff\"}\n{\"services\":2}\n";
    let run = Program::new().file("f.jsonl", text).run("portfolio f.jsonl --format jsonl");
    assert!(run.stderr.contains("error: f.jsonl:2: is not UTF-8 text"), "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 2);
}

const RECORD: &str = "[answers]\npurpose = \"production\"\nservices = 3\nlocation = \"one-cloud\"\n";

#[test]
fn folders_are_searched_for_records_and_those_that_are_out_of_date_are_told() {
    let decided = |verdict: &str| {
        format!(
            "{RECORD}\n[decision]\nverdict = \"{verdict}\"\nplatform = \"paas\"\ndate = \"2026-01-02\"\nrulebook = \"needk8s\"\nversion = \"2.0.0\"\n"
        )
    };
    let program = Program::new()
        .file("fleet/a/needk8s.toml", RECORD)
        .file("fleet/b/c/needk8s.toml", decided("essential"))
        .file("fleet/.git/needk8s.toml", RECORD)
        .file("fleet/d/needk8s.toml", "[answers]\nservices = \"many\"\n");
    let run = program.run("portfolio fleet --format json --keep-going");
    let document = run.json();
    let names: Vec<&Json> =
        document["systems"].as_array().expect("systems").iter().map(|system| &system["name"]).collect();
    assert_eq!(names, ["fleet/a", "fleet/b/c"]);
    let told = document["systems"][1]["out_of_date"].as_str().unwrap_or_default();
    assert!(told.starts_with("essential on 2026-01-02, now "), "{told}");
    assert!(run.stderr.contains("fleet/d/needk8s.toml:2"), "{}", run.stderr);
    assert!(run.stderr.contains("Read 3, assessed 2, refused 1."), "{}", run.stderr);
}

#[test]
fn each_folder_is_a_repository_for_a_scan() {
    let program = Program::new()
        .file("one/compose.yaml", "services:\n  web:\n    build: .\n  worker:\n    build: ./w\n")
        .file("one/Dockerfile", "FROM scratch\n")
        .file("two/readme.txt", "nothing");
    let run = program.run("portfolio --scan one two --format jsonl --keep-going");
    assert_eq!(lines(&run.stdout).len(), 1, "{}", run.stdout);
    assert!(run.stderr.contains("error: two: shows nothing that answers a question"), "{}", run.stderr);
}

#[test]
fn what_is_filtered_sorted_and_gated_is_a_verdict() {
    let text = complete(60);
    let program = Program::new().file("f.jsonl", &text);
    let all = lines(&program.run("portfolio f.jsonl --format jsonl").ok().stdout);
    let of = |verdict: &str| all.iter().filter(|line| line["verdict"] == verdict).count();
    let run = program.run("portfolio f.jsonl --format jsonl --filter verdict=essential").ok();
    assert_eq!(run.stdout.lines().count(), of("essential"));
    assert!(of("essential") > 0 && of("overkill") > 0);
    assert_eq!(program.run("portfolio f.jsonl --format jsonl --fail-on essential").code, 1);
    assert_eq!(program.run("portfolio f.jsonl --format jsonl --fail-on undecided").code, 0);
    let document = program.run("portfolio f.jsonl --format json --sort name").ok().json();
    let names: Vec<&str> = document["systems"]
        .as_array()
        .expect("systems")
        .iter()
        .filter_map(|system| system["name"].as_str())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    program.run("portfolio f.jsonl --filter verdict=big").refused(&["there is no verdict `big`"]);
    program.run("portfolio f.jsonl --filter verdict=").refused(&["--filter verdict= names no value"]);
    program.run("portfolio f.jsonl --filter colour=red").refused(&["nothing to filter by `colour`"]);
    program.run("portfolio").refused(&["no systems to assess"]);
}

#[test]
fn the_document_keeps_to_its_schema() {
    let schema = include_str!("../schema/portfolio.schema.json");
    let schema: Json = serde_json::from_str(schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let program = Program::new().file("f.jsonl", board().lines().take(12).collect::<Vec<_>>().join("\n"));
    for options in ["", " --sureness never --shared --group-by group"] {
        let document = program.run(&format!("portfolio f.jsonl --format json{options}")).ok().json();
        let faults: Vec<String> = validator
            .iter_errors(&document)
            .map(|fault| format!("{}: {fault}", fault.instance_path))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }
}

#[test]
fn rules_of_ones_own_are_named_in_every_report() {
    let rules = "name = \"acme\"\nversion = \"1.2\"\n[[criterion]]\nid = \"strict-compliance\"\n\
        demands.policy-audit.weight = 3\n";
    let program = Program::new().file("acme.toml", rules).file("f.jsonl", complete(3));
    for format in ["text", "markdown", "html"] {
        let run = program.run(&format!("portfolio f.jsonl --rules acme.toml --format {format}")).ok();
        assert!(run.stdout.contains(" + acme 1.2"), "{format}: {}", run.stdout);
    }
    let document = program.run("portfolio f.jsonl --rules acme.toml --format json").ok().json();
    assert_eq!(document["rulebook"]["layers"][0]["name"], "acme");
}

#[test]
fn totals_and_sums_add_up() {
    let program = Program::new().file("f.jsonl", complete(80));
    let document = program.run("portfolio f.jsonl --format json").ok().json();
    let sum = |key: &str| -> u64 {
        document[key].as_object().expect("numbers").values().filter_map(Json::as_u64).sum()
    };
    assert_eq!((sum("verdicts"), sum("platforms")), (80, 80));
    for system in document["systems"].as_array().expect("systems") {
        let terms = system["terms"].as_array().expect("terms");
        let sum: i64 = terms.iter().filter_map(|term| term["points"].as_i64()).sum();
        assert_eq!(system["margin"], json!(sum), "the terms add up to the margin");
        let (need, cost) = (system["need"].as_i64(), system["cost"].as_i64());
        assert_eq!(need.zip(cost).map(|(need, cost)| need - cost), Some(sum));
    }
    let shared = &document["sharing"]["all"];
    for joined in
        [&shared["all_that_can"], &shared["those_that_gain"]].into_iter().filter(|joined| !joined.is_null())
    {
        let of = |key: &str| joined[key].as_i64().unwrap_or_default();
        assert_eq!(of("saves"), of("one_each") - of("tenants") - of("run"));
    }
}

#[test]
fn two_results_are_compared_system_by_system() {
    let mut then: Vec<String> = complete(10).lines().map(str::to_owned).collect();
    let program = Program::new().file("a.jsonl", then.join("\n"));
    let old = program.run("portfolio a.jsonl --format json").ok().stdout;
    then[3] = then[3].replace("system-3\"", "other\"");
    let changed: Json = serde_json::from_str(&then[5]).expect("JSON");
    then[5] = changed_to_the_other_side(changed);
    let program = Program::new().file("b.jsonl", then.join("\n"));
    let new = program.run("portfolio b.jsonl --format json").ok().stdout;
    let lines = program.run("portfolio b.jsonl --format jsonl --keep-answers").ok().stdout;
    let table = program.run("portfolio b.jsonl --format csv --keep-answers").ok().stdout;
    for (name, new) in [("new.json", new), ("new.jsonl", lines), ("new.csv", table)] {
        let program = Program::new().file("old.json", &old).file(name, new);
        let run = program.run(&format!("diff old.json {name} --format json")).ok().json();
        assert_eq!(run["gone"], json!(["system-3"]), "{name}");
        assert_eq!(run["new"], json!(["other"]), "{name}");
        assert_eq!(run["moved"][0]["name"], "system-5", "{name}: {run}");
        assert!(
            run["moved"][0]["because"].as_str().is_some_and(|because| because.contains("given")),
            "{run}"
        );
    }
}

#[test]
fn systems_are_grouped_by_what_they_answer() {
    let line = |name: &str, location: &str| {
        format!("{{\"name\": \"{name}\", \"group\": \"g\", \"services\": 3, \"location\": \"{location}\"}}\n")
    };
    let lines = line("a", "one-cloud") + &line("b", "on-premises") + "{\"name\": \"c\", \"services\": 3}\n";
    let program = Program::new()
        .file("f.jsonl", lines)
        .file("f.csv", "name,services,location\na,3,one-cloud\n")
        .file("d/a/needk8s.toml", "[answers]\nservices = 3\nlocation = \"one-cloud\"\n");
    for (path, groups) in
        [("f.jsonl", ["one-cloud", "on-premises", ""]), ("f.csv", ["one-cloud"; 3]), ("d", ["one-cloud"; 3])]
    {
        let run =
            program.run(&format!("portfolio {path} --group-by location --format json --sort name")).ok();
        assert!(!run.stderr.contains("nothing is grouped"), "{}", run.stderr);
        let document = run.json();
        let systems = document["systems"].as_array().expect("systems");
        for (system, group) in systems.iter().zip(groups) {
            assert_eq!(system["group"].as_str().unwrap_or_default(), group, "{path}: {system}");
        }
        // It is an answer all the same.
        assert_eq!(systems[0]["answers"]["location"], "one-cloud", "{path}: {}", systems[0]);
    }
}

#[test]
fn those_for_which_sharing_pays_are_named() {
    let fleet = std::fs::read_to_string("tests/commands/portfolio.in/fleet.jsonl").expect("a fleet");
    let large = fleet.lines().find(|line| line.contains("\"platform\"")).expect("a large system");
    let copies = (0..30).map(|number| large.replace("\"platform\"", &format!("\"copy-{number}\"")) + "\n");
    let program = Program::new().file("f.jsonl", copies.collect::<String>());
    let shown = |options: &str| program.run(&format!("portfolio f.jsonl --shared {options}")).ok().stdout;
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = |text: &str| text.contains("Those are copy-0, copy-1,") && text.contains("and 6 more.");
    assert!(words(shown("")).contains("Sharing pays for 30 systems") && !named(&words(shown(""))));
    for options in ["-v", "--format markdown", "--format html"] {
        assert!(named(&words(shown(options)).replace('\\', "")), "{options}: {}", shown(options));
    }
}

#[test]
fn a_system_without_answers_counts_for_no_platform() {
    let program = Program::new()
        .file("f.jsonl", "{\"name\": \"a\"}\n{\"name\": \"b\", \"services\": 1, \"developers\": 1}\n");
    let text = program.run("portfolio f.jsonl").ok().stdout;
    assert!(text.contains("no answers"), "{text}");
    let json = program.run("portfolio f.jsonl --format json").ok().json();
    let platforms: i64 =
        json["platforms"].as_object().expect("platforms").values().filter_map(Json::as_i64).sum();
    assert_eq!(platforms, 1, "{json}");
    let line = program.run("portfolio f.jsonl -q").ok();
    assert_eq!((line.stdout.lines().count(), line.stderr.as_str()), (1, ""), "{line:?}");
    assert!(!line.stdout.contains("1 say "), "{}", line.stdout);
}

#[test]
fn what_lies_beyond_the_edge_of_the_picture_is_told_as_it_is() {
    let (rulebook, mut numbers, mut lines) = (rulebook(), Numbers(14), String::new());
    (0..400).for_each(|number| fleet::line(&rulebook, number, 0, &mut numbers, &mut lines));
    let program = Program::new().file("f.jsonl", lines);
    let json = program.run("portfolio f.jsonl --format json").ok().json();
    let page = program.run("portfolio f.jsonl --format html").ok().stdout;
    assert!(page.contains("beyond the edge, where the circle stands."));
    let margin = |name: &str| {
        let system = json["systems"].as_array()?.iter().find(|system| system["name"] == name)?;
        system["margin"].as_i64()
    };
    let mut told = 0;
    for title in page.split("<title>").skip(2).filter_map(|rest| rest.split("</title>").next()) {
        for part in title.split("; ") {
            let Some((names, figures)) = part.split_once(": ") else { continue };
            let figures: Vec<i64> = figures.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
            let margins = names.split(", ").filter_map(margin);
            told += usize::from(part.contains(", beyond the edge"));
            for margin in margins {
                assert_eq!(figures[0] - figures[1], margin, "{part}");
            }
        }
    }
    assert!(told > 0, "no outlier is told");
}

#[test]
fn names_from_another_folder_are_told_apart_from_new_systems() {
    let record = "[answers]\nservices = 3\n";
    let program = Program::new().file("fleet/a/needk8s.toml", record).file("fleet/b/needk8s.toml", record);
    program.run("portfolio fleet --format json -o one.json").ok();
    program.run("-C fleet portfolio . --format json -o ../two.json").ok();
    let run = program.run("diff one.json two.json").ok();
    assert!(run.stdout.contains("look like one system"), "{}", run.stdout);
    let same = program.run("diff one.json one.json").ok();
    assert!(!same.stdout.contains("look like one system"), "{}", same.stdout);
}

#[test]
fn a_result_of_more_values_than_are_read_at_once_is_refused() {
    let systems = "0,".repeat(2_000_000);
    let whole = format!("{{\"schema\":\"needk8s.portfolio/1\",\"systems\":[{systems}0]}}");
    let program = Program::new().file("a.json", whole);
    program.run("diff a.json a.json").refused(&["a.json: it has more keys and values than are read at once"]);
}

#[test]
fn systems_without_results_are_not_compared_and_what_groups_nothing_is_said() {
    let program = Program::new().file("a.jsonl", complete(2));
    let run = program.run("diff a.jsonl a.jsonl");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.jsonl: line 1: a system without its result"), "{}", run.stderr);
    let run = program.run("portfolio a.jsonl --group-by team").ok();
    assert!(run.stderr.contains("No system has a `team`, so nothing is grouped."), "{}", run.stderr);
}

/// The same answers with a rule that prescribes or forbids the subject, whichever turns the verdict.
fn changed_to_the_other_side(mut answers: Json) -> String {
    let program = Program::new().file("f.jsonl", answers.to_string());
    let verdict = program.run("portfolio f.jsonl --format jsonl").ok().stdout;
    let is_for =
        verdict.contains("\"verdict\":\"essential\"") || verdict.contains("\"verdict\":\"recommended\"");
    answers["given"] = json!(if is_for { "forbidden" } else { "mandated" });
    answers.to_string()
}

#[test]
fn columns_of_one_head_are_told_apart() {
    let table = "name,services,x,x,verdict\nshop,3,ONE,TWO,ours\n";
    let program = Program::new().file("systems.csv", table);
    let csv = program.run("portfolio systems.csv --format csv").ok().stdout;
    assert!(csv.contains(",x,x (2),verdict (2)\n") && csv.contains(",ONE,TWO,ours\n"), "{csv}");
    let lines = program.run("portfolio systems.csv --format jsonl").ok().stdout;
    assert!(lines.contains("\"x\":\"ONE\"") && lines.contains("\"x (2)\":\"TWO\""), "{lines}");
}

#[test]
fn pages_are_written_and_linked() {
    let program = Program::new().file("f.jsonl", complete(3));
    program.run("portfolio f.jsonl -o out.html --pages pages").ok();
    let page = program.read("out.html");
    assert!(!page.contains("<script") && page.contains("default-src 'none'; style-src 'sha256-"));
    let pages: Vec<String> = std::fs::read_dir(program.path("pages"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(pages.len(), 3);
    for name in pages {
        assert!(page.contains(&format!("href=\"./pages/{name}\"")), "{name}");
        assert!(program.read(&format!("pages/{name}")).contains("<h1>"), "{name}");
    }
}

#[test]
fn nobody_at_a_terminal_sees_no_progress() {
    let done = Program::new().file("a.jsonl", complete(1_000)).run("portfolio a.jsonl --format jsonl").ok();
    assert_eq!(done.stderr.trim(), "Read 1,000, assessed 1,000, refused 0.");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_what_is_done_written_whole() {
    use std::io::{BufRead as _, Write as _};
    use std::process::{Command, Stdio};
    let program = Program::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_needk8s"))
        .args(["portfolio", "-", "--format", "jsonl"])
        .current_dir(program.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"{\"name\":\"a\",\"services\":1}\n{\"name\":\"b\",\"servi").expect("it listens");
    let mut first = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut first).expect("a line");
    assert!(first.starts_with("{\"name\":\"a\""), "{first}");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let ended = child.wait_with_output().expect("the program ends");
    assert_eq!(ended.status.code(), Some(130));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(told.contains("Broken off") && told.contains("Read 1, assessed 1, refused 0."), "{told}");
    drop(stdin);
}

#[cfg(unix)]
#[test]
fn it_ends_when_nobody_reads_on() {
    use std::io::{BufRead as _, Write as _};
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_needk8s"))
        .args(["portfolio", "-", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // An input without an end: it stops because the program does.
    let fed = std::thread::spawn(move || while stdin.write_all(b"{\"services\":1}\n").is_ok() {});
    let mut first = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut first).expect("a line");
    drop(stdout);
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
    fed.join().expect("no panic");
}

/// Set where GNU parallel has to be there.
#[cfg(unix)]
const REQUIRED: &str = "REQUIRE_PARALLEL";

#[cfg(unix)]
#[test]
fn gnu_parallel_spreads_it_and_nothing_changes() {
    use std::io::Write as _;
    use std::process::Command;
    let version = Command::new("parallel").arg("--version").output();
    if !version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("GNU parallel")) {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and there is no GNU parallel");
        let _ = writeln!(std::io::stderr(), "left out: GNU parallel, which is not here");
        return;
    }
    let program = Program::new().file("a.jsonl", complete(3_000));
    let alone = program.run("portfolio a.jsonl --format jsonl").ok().stdout;
    let spread = Command::new("parallel")
        .args(["--pipepart", "-a", "a.jsonl", "--block", "200k", "-k", env!("CARGO_BIN_EXE_needk8s")])
        .args(["portfolio", "-", "--format", "jsonl"])
        .current_dir(program.path("."))
        .output()
        .expect("parallel runs");
    assert_eq!(String::from_utf8_lossy(&spread.stdout), alone);
}
