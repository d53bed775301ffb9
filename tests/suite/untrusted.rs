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
    program.run(&format!("{ANSWERS} -o report.pdf")).refused(&["report.pdf", ".md, .json or .txt"]);
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
