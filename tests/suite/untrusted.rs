//! Hostile input: nothing steers the terminal, nothing is half written, nothing panics.

use std::process::{Command, Stdio};

use crate::program::Program;

const ANSWERS: &str = "--services 3 --developers 2 --purpose production";

#[test]
fn control_characters_never_reach_the_terminal() {
    let hostile = "\u{1b}[31mred\u{7}\u{202e}";
    let cases = [
        Program::new().run_args(&["--purpose", hostile]),
        Program::new().run_args(&["explain", hostile]),
        Program::new().run_args(&["--answers", hostile]),
        Program::new().run_args(&["--services", hostile]),
        Program::new().run_args(&[&format!("--{hostile}")]),
        Program::new()
            .file("a.toml", format!("\"{hostile}\" = 1\npurpose = \"\\u001b[31m\"\n"))
            .run("--answers a.toml"),
        Program::new().file("a.json", format!("{{\"{hostile}\": 1}}")).run("--answers a.json"),
        Program::new().file("rules.toml", format!("schema = \"{hostile}\"")).run("--rules rules.toml"),
    ];
    for run in cases {
        assert_eq!(run.code, 2, "{run:?}");
        let shown = run.stdout + &run.stderr;
        assert!(!shown.chars().any(|c| needk8s::text::is_unsafe(c) && c != '\n'), "{shown:?}");
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let program = Program::new().file("dir.toml/x", "");
    program.run("--answers missing.toml").refused(&["missing.toml", "No such file"]);
    program.run("--answers dir.toml").refused(&["dir.toml is a directory"]);
    program.run("--rules missing").refused(&["missing"]);
    Program::new().file("a.toml", b"services = 3\n\xff\xfe").run("--answers a.toml").refused(&[
        "a.toml",
        "not UTF-8",
        "line 2",
    ]);
    Program::new()
        .file("a.toml", vec![b'#'; 5 << 20])
        .run("--answers a.toml")
        .refused(&["a.toml is larger than 1 MiB"]);
    Program::new().file("needk8s.toml/x", "").run(ANSWERS).refused(&["needk8s.toml is a directory"]);
}

#[test]
fn deep_nesting_ends_in_a_message() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    Program::new()
        .file("a.json", format!("{{\"services\": {deep}}}"))
        .run("--answers a.json")
        .refused(&["a.json"]);
    Program::new().file("a.toml", format!("services = {deep}")).run("--answers a.toml").refused(&["a.toml"]);
    // What is closed and was never opened talks the parser's own bound down.
    for piece in ["{{}a", "[[}"] {
        let text = format!("a = {}", piece.repeat(20_000));
        Program::new()
            .file("a.toml", &text)
            .run("--answers a.toml")
            .refused(&["a.toml:1:", "nested more deeply"]);
        Program::new().file("r.toml", &text).run("--rules r.toml").refused(&["r.toml:1:"]);
        Program::new().file("needk8s.toml", &text).run("check").refused(&["needk8s.toml:1:"]);
        let shorter = format!("a = {}", piece.repeat(6_000));
        let scanned = Program::new().file("pyproject.toml", shorter).run("scan -v").ok().stdout;
        assert!(scanned.contains("nested more deeply"), "{scanned}");
    }
    let tables = "a = { ".repeat(50_000) + &"}".repeat(50_000);
    Program::new().file("a.toml", tables).run("--answers a.toml").refused(&["a.toml"]);
}

#[test]
fn an_endless_file_is_not_read_to_its_end() {
    if std::path::Path::new("/dev/zero").exists() {
        Program::new().run("--answers /dev/zero").refused(&["larger than"]);
    }
}

#[test]
fn a_wrong_run_writes_nothing() {
    let program = Program::new().file("needk8s.toml", "[answers]\nservices = \"x\"\n");
    program.run("--developers 2 --save -o report.md").refused(&["needk8s.toml:2:"]);
    assert_eq!(program.listing(), ["needk8s.toml"]);
    assert_eq!(program.read("needk8s.toml"), "[answers]\nservices = \"x\"\n");
}

#[test]
fn a_report_is_replaced_whole_and_leaves_nothing_behind() {
    let program = Program::new().file("report.json", "old ".repeat(100_000));
    let run = program.run(&format!("{ANSWERS} -o report.json")).ok();
    assert!(run.stdout.is_empty() && run.stderr.contains("Written to report.json"), "{run:?}");
    let report = program.read("report.json");
    assert!(report.starts_with("{") && !report.contains("old old"));
    assert_eq!(program.listing(), ["report.json"]);
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_old_one() {
    let program = Program::new().file("report.md/x", "kept");
    program.run(&format!("{ANSWERS} -o report.md")).refused(&["report.md is a directory"]);
    program.run(&format!("{ANSWERS} -o no/such/folder/report.md")).refused(&["no/such/folder/report.md"]);
    program.run(&format!("{ANSWERS} -o report.pdf")).refused(&["report.pdf", ".html, .json or .txt"]);
    assert_eq!(program.listing(), ["report.md"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay_as_they_were() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let program = Program::new().file("real.json", "old");
    std::fs::set_permissions(program.path("real.json"), std::fs::Permissions::from_mode(0o640))
        .expect("permissions");
    symlink("real.json", program.path("report.json")).expect("a link");
    program.run(&format!("{ANSWERS} -o report.json")).ok();
    assert!(program.path("report.json").symlink_metadata().expect("a link").is_symlink());
    assert!(program.read("real.json").starts_with("{"));
    let mode = program.path("real.json").metadata().expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn lines_that_end_in_a_carriage_return_alone_are_one_fault() {
    let program = Program::new().file("a.toml", "services = 3\r".repeat(1_000));
    let run = program.run("--answers a.toml --no-input");
    assert!(run.code == 2 && run.stderr.contains("save it with line feeds"), "{run:?}");
    assert_eq!(run.stderr.matches("error").count(), 1, "{run:?}");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_or_read_through_a_link_that_leads_out() {
    use std::os::unix::fs::symlink;
    let elsewhere =
        Program::new().file("kept", "KEPT").file("systems.jsonl", "{\"name\":\"secret\",\"services\":3}");
    let program = Program::new().file("own.jsonl", "{\"name\":\"own\",\"services\":3}\n").file("pages/x", "");
    for (link, to) in [("report.json", "kept"), ("theirs.jsonl", "systems.jsonl")] {
        symlink(elsewhere.path(to), program.path(link)).expect("a link");
    }
    symlink(elsewhere.path("."), program.path("out")).expect("a link");
    for run in [
        program.run(&format!("{ANSWERS} -o report.json")),
        program.run(&format!("{ANSWERS} --format json -o out/report.json")),
        program.run("portfolio own.jsonl --pages out"),
        program.run("portfolio theirs.jsonl"),
    ] {
        assert!(run.code == 2 && run.stderr.contains("a link that leads out of the folder"), "{run:?}");
        assert!(!run.stdout.contains("secret"), "{run:?}");
    }
    assert_eq!(elsewhere.read("kept"), "KEPT");
    assert_eq!(std::fs::read_dir(elsewhere.path(".")).expect("a folder").count(), 2);
    symlink("own.jsonl", program.path("same.jsonl")).expect("a link");
    program.run("portfolio same.jsonl").ok();
}

#[cfg(unix)]
#[test]
fn a_pipe_from_which_nobody_reads_is_not_waited_for() {
    let program = Program::new();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        program.path("report.json"),
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
    )
    .expect("a pipe");
    let run = program.run(&format!("{ANSWERS} -o report.json"));
    assert!(run.code == 2 && run.stderr.contains("nobody reads from it"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_broken_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_needk8s"))
        .args(["rules", "export"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_rulebook_of_ones_own_brings_its_own_flags() {
    let rules = include_str!("model.rs")
        .split("r#\"")
        .nth(1)
        .and_then(|text| text.split("\"#").next())
        .expect("rules");
    let program = Program::new().file("broker.toml", rules);
    let run = program.run("--rules broker.toml --consumers 9").ok();
    assert!(run.stdout.starts_with("Yes: A broker."), "{}", run.stdout);
    program.run("--rules broker.toml --services 9").refused(&["--services"]);
    let help = program.run("--rules=broker.toml --help").ok().stdout;
    assert!(help.contains("--consumers") && !help.contains("--services"), "{help}");
    program.run("--rules broker.toml completions bash").ok();
}

/// Runs the program with its standard output closed by whoever should read it.
#[cfg(unix)]
fn into_closed_pipe(program: &Program, args: &str) -> Option<i32> {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_needk8s"));
    command.args(args.split_whitespace()).current_dir(program.path(".")).env_clear();
    command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null());
    command.status().expect("the program ends").code()
}

#[cfg(unix)]
#[test]
fn status_and_record_do_not_hang_on_who_reads_the_result() {
    let program = Program::new();
    assert_eq!(into_closed_pipe(&program, "check --expect essential --services 3"), Some(1));
    assert_eq!(into_closed_pipe(&program, &format!("{ANSWERS} --save")), Some(0));
    assert!(program.read("needk8s.toml").contains("services = 3"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_hides_neither_the_status_nor_the_annotation() {
    let run = |args: &str| {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
        let program = Program::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_needk8s"));
        command.args(args.split_whitespace()).current_dir(program.path(".")).env_clear();
        let output = command.env("GITHUB_ACTIONS", "true").stdin(Stdio::null()).stdout(full).output();
        let output = output.expect("the program ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), program.listing())
    };
    let (code, told, _) = run("check --expect essential --services 3 --format json");
    assert!(
        code == Some(1) && told.contains("::error ") && told.contains("cannot write the result"),
        "{told}"
    );
    let (code, told, files) = run(&format!("{ANSWERS} --save"));
    assert!(code == Some(2) && told.contains("cannot write the result"), "{told}");
    assert_eq!(files, ["needk8s.toml"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_open_already_is_written_to_and_not_replaced() {
    let program = Program::new().file("log", "IMPORTANT\n");
    let log = std::fs::File::options().append(true).open(program.path("log")).expect("a log");
    let mut command = Command::new(env!("CARGO_BIN_EXE_needk8s"));
    command.args(ANSWERS.split_whitespace()).args(["--format", "json", "-o", "/dev/stdout"]);
    let status =
        command.current_dir(program.path(".")).env_clear().stdout(log).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()));
    let log = program.read("log");
    assert!(log.starts_with("IMPORTANT\n{") && log.trim_end().ends_with('}'), "{log}");
    let run = program.run(&format!("{ANSWERS} --format json -o /dev/stdout")).ok();
    run.json();
    assert_eq!(program.listing(), ["log"]);
}

#[cfg(unix)]
#[test]
fn no_link_of_a_repository_shows_what_lies_elsewhere() {
    use std::os::unix::fs::symlink;
    let program = Program::new().file("elsewhere/secret.toml", "CANARY-SECRET\n").file("work/own.yaml", "");
    let secret = program.path("elsewhere/secret.toml");
    for name in ["work/needk8s.toml", "work/answers.toml", "work/rules/a.toml"] {
        std::fs::create_dir_all(program.path("work/rules")).expect("a folder");
        symlink(&secret, program.path(name)).expect("a link");
    }
    let work = program.path("work");
    let runs: [&[&str]; 7] = [
        &["check"],
        &["scan"],
        &["--scan", ".", "--services", "3"],
        &["--services", "3", "--save"],
        &["scan", &work.display().to_string()],
        &["--answers", "answers.toml"],
        &["--rules", "rules", "--services", "3"],
    ];
    for args in runs {
        let mut command = Command::new(env!("CARGO_BIN_EXE_needk8s"));
        let output = command.args(args).current_dir(&work).env_clear().stdin(Stdio::null()).output();
        let output = output.expect("the program ends");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {told}");
        assert!(told.contains("it is a link that leads out of the folder"), "{args:?}: {told}");
        assert!(!told.contains("CANARY") && output.stdout.is_empty(), "{args:?}: {told}");
    }
    assert_eq!(std::fs::read_to_string(&secret).expect("a file"), "CANARY-SECRET\n");
    // Whoever names the place itself means it.
    program.run(&format!("--answers {}", secret.display())).refused(&["CANARY-SECRET"]);
}

#[test]
fn what_is_larger_than_stated_is_refused_with_one_message() {
    let rules = |number: usize| (format!("rules/{number}.toml"), "a = 1\n".repeat(170_000));
    let program = (0..5).map(rules).fold(Program::new(), |program, (name, text)| program.file(&name, text));
    program
        .run("--rules rules rules export")
        .refused(&["the rule files in rules have more than 4 MiB together"]);
    Program::new()
        .file("rules.toml", "a = 1\n".repeat(170_000))
        .run("--rules rules.toml rules export")
        .refused(&["the file has more keys and values than are read"]);
    Program::new()
        .file("a.toml", "= \n".repeat(40_000))
        .run("--answers a.toml")
        .refused(&["and at least 980 more faults"]);
    // Of a long text the first fault stands for all: there may be one in each letter.
    let escapes = format!("purpose = \"{}\"\n", "\\q".repeat(100_000));
    let program = Program::new().file("a.toml", &escapes).file("r.toml", &escapes);
    for command in ["--answers a.toml", "--rules r.toml rules export"] {
        let run = program.run(command);
        run.refused(&["this is not valid TOML"]);
        assert!(!run.stderr.contains("more faults"), "{}", run.stderr);
    }
    Program::new()
        .file("a.toml", "- ".repeat(300_000))
        .run("--answers a.toml")
        .refused(&["words and signs are more than are read"]);
    let run = Program::new()
        .file(
            "a.json",
            format!("{{\"{}\": 1, \"purpose\": \"{}\"}}", "k".repeat(200_000), "p".repeat(200_000)),
        )
        .run("--answers a.json");
    run.refused(&["a.json:1:2"]);
    assert!(run.stderr.len() < 10_000, "{} bytes", run.stderr.len());
    let run = Program::new().run(&format!("--purpose {}", "p".repeat(100_000)));
    assert!(run.code == 2 && run.stderr.len() < 10_000, "{} bytes", run.stderr.len());
}

#[test]
fn a_figure_that_has_no_absolute_value_is_refused() {
    let rules = include_str!("../corpus/rules/broker.toml");
    let least = format!("familiarity = {{ broker = {} }}", i64::MIN);
    let rules = rules.replacen("[[criterion]]\n", &format!("[[criterion]]\n{least}\n"), 1);
    Program::new()
        .file("r.toml", rules)
        .run("--rules r.toml --consumers 9")
        .refused(&["points are whole numbers"]);
}

#[test]
fn words_of_strangers_are_no_commands_for_whoever_reads_the_log() {
    let record = "[answers]\nservices = 3\nfoo = \"##[set-output name=verdict;]ok ##vso[task.x]y\"\n";
    for (name, value) in [("GITHUB_ACTIONS", "true"), ("TF_BUILD", "True"), ("TEAMCITY_VERSION", "1")] {
        let compose = "services: {a: {build: ., image: \"##vso[task.x]y\"}}\n";
        let program =
            Program::new().set(name, value).file("needk8s.toml", record).file("shop/compose.yaml", compose);
        let run = program.run("check --fail-on essential");
        assert!(run.code == 2 && run.stderr.contains("set-output"), "{run:?}");
        assert!(!run.stderr.contains("##[") && !run.stderr.contains("##vso["), "{}", run.stderr);
        let run = program.run("scan shop --format json -o /dev/stdout").ok();
        assert!(run.stdout.contains("vso[") && !run.stdout.contains("##vso["), "{}", run.stdout);
        let run = program.run_args(&["explain", "::error::x"]);
        assert!(!run.stderr.lines().any(|line| line.trim_start().starts_with("::")), "{}", run.stderr);
    }
}

#[test]
fn what_cannot_be_seen_is_marked() {
    let compose = "services:\n  \"we\u{200b}b\": {image: a, build: ., restart: always}\n  \"api\u{e0041}\u{2060}\": {image: \"\u{3164}\", build: .}\n  \"x\\u200b\": {build: .}\n  \"y\\uffff\": {build: .}\n";
    let program = Program::new().file("compose.yaml", compose).file("Dockerfile", "FROM a\n");
    let unseen = |text: &str| text.chars().any(needk8s::text::is_unseen) || text.contains('\u{ffff}');
    for format in ["text", "markdown", "json"] {
        let run = program.run(&format!("scan --verbose --format {format}")).ok();
        assert!(run.stdout.contains('\u{fffd}') && !unseen(&run.stdout), "{format}: {}", run.stdout);
        let file = format!("scan --verbose --format {format} -o out.txt");
        program.run(&file).ok();
        assert!(!unseen(&program.read("out.txt")), "{format}");
    }
    let run = program.run_args(&["--purpose", "prod\u{200b}uction", "--services", "3"]);
    assert!(run.stderr.contains("prod\u{fffd}uction"), "{}", run.stderr);
}

#[test]
fn a_record_of_more_keys_than_are_read_is_left_as_it_is() {
    let keys = |number: usize| (0..number).map(|key| format!("# {key}\nk{key} = 1\n")).collect::<String>();
    let record =
        |number| format!("[answers]\nservices = 3\n[decision]\nverdict = \"overkill\"\n{}", keys(number));
    let program = Program::new().file("needk8s.toml", record(52_000));
    program.run("--services 9 --save").refused(&["the file has more keys and values than are read"]);
    assert_eq!(program.read("needk8s.toml"), record(52_000));
    let program = Program::new().file("needk8s.toml", record(20_000));
    program.run("--services 9 --save").ok();
    assert!(program.read("needk8s.toml").contains("\n# 19999\nk19999 = 1\n"));
}

#[test]
fn every_comment_of_a_record_is_kept() {
    let record = "# top\n\n[answers]\n# why four: see ADR 7\nservices = 4 # counted\n# until the merger\ndevelopers = 3\nworkloads = [\n  # the shop\n  \"web\", # and its pages\n]\n\n# the decision\n[decision]\n# decided by the board\nverdict = \"overkill\" # for now\n\n# watched\n[[decision.revisit]]\n# when we grow\nto = \"recommended\"\nwhen = { services = { above = 99 } }\n\n# and this\n[[decision.revisit]]\nto = \"recommended\"\nwhen = { services = { above = 98 } }\n\n# as scanned\n[evidence]\n# then\nscanned = \"2026-01-01T00:00:00Z\"\n\n# ours\n[other] # notes\nx = 1\n# the end\n";
    let program =
        Program::new().file("needk8s.toml", record).file("compose.yaml", "services: {a: {build: .}}\n");
    program.run("--services 9 --workloads web,worker --scan . --save").ok();
    let saved = program.read("needk8s.toml");
    let comments = record.lines().filter_map(|line| line.find('#').map(|start| line[start..].trim()));
    for comment in comments {
        assert_eq!(saved.matches(comment).count(), 1, "{comment} in:\n{saved}");
    }
    assert!(saved.contains("# why four: see ADR 7\nservices = 9 # counted\n"), "{saved}");
    program.run("--services 9 --save").ok();
    assert_eq!(program.read("needk8s.toml").matches("# the shop").count(), 1);
}

/// A container may hold its processes to a number of threads.
#[cfg(target_os = "linux")]
#[test]
fn where_no_thread_is_to_be_had_one_does_all_of_it() {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt;
    let lines: String = (1..40).map(|services| format!("{{\"services\": {services}}}\n")).collect();
    let program = Program::new()
        .file("a.jsonl", &lines)
        .file("compose.yaml", "services:\n  web:\n    build: .\n  worker:\n    build: worker\n");
    let everybody = |path: &str| {
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(program.path(path), permissions).expect("permissions");
    };
    std::fs::copy(env!("CARGO_BIN_EXE_needk8s"), program.path("needk8s")).expect("a copy");
    ["needk8s", "."].into_iter().for_each(everybody);
    // The system administrator is held to no number.
    let one_thread = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "prlimit", "--nproc=1"];
    let run = |before: &[&str], args: &str| {
        let words: Vec<&str> = before.iter().copied().chain(args.split(' ')).collect();
        let input = std::fs::File::open(program.path("a.jsonl")).expect("it is there");
        Command::new(words[0])
            .args(&words[1..])
            .current_dir(program.path("."))
            .env("SOURCE_DATE_EPOCH", "1795392000")
            .stdin(input)
            .output()
    };
    if !run(&one_thread, "true").is_ok_and(|output| output.status.success()) {
        let _ = writeln!(std::io::stderr(), "left out: a limit of threads, which cannot be set here");
        return;
    }
    for args in ["--services 3", "scan .", "portfolio a.jsonl", "portfolio - --format csv"] {
        let args = format!("./needk8s {args}");
        let [usual, alone] =
            [&[][..], &one_thread].map(|before| run(before, &args).expect("the program starts"));
        assert_eq!(alone.status.code(), Some(0), "{args}: {}", String::from_utf8_lossy(&alone.stderr));
        assert_eq!(String::from_utf8_lossy(&alone.stdout), String::from_utf8_lossy(&usual.stdout), "{args}");
    }
}
