//! The questionnaire on a terminal: keys go in, and what a person would see is looked at.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use needk8s::interview::INTERRUPTED;
use needk8s::rulebook::Rulebook;
use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::termios::{LocalModes, tcgetattr};

const PATIENCE: Duration = Duration::from_secs(20);

const UP: &str = "\u{1b}[A";
const DOWN: &str = "\u{1b}[B";
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const ESCAPE: &str = "\u{1b}";

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has cells")
}

/// The program that asks.
fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_needk8s"))
}

/// A directory in which the program runs and keeps its state.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("needk8s-desk-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    /// Starts the questionnaire in the rulebook's order.
    fn sit(&self, rows: u16, columns: u16, environment: &[(&str, &str)]) -> Person {
        self.run(&["--all"], rows, columns, environment)
    }

    fn run(&self, args: &[&str], rows: u16, columns: u16, environment: &[(&str, &str)]) -> Person {
        let (pty, pts) = pty_process::blocking::open().expect("a terminal");
        pty.resize(Size::new(rows, columns)).expect("a size");
        let mut command = Command::new(program())
            .args(args)
            .current_dir(&self.0)
            .env("TERM", "xterm-256color")
            .env("XDG_STATE_HOME", self.0.join("state"))
            .env_remove("NO_COLOR")
            .env_remove("CI");
        for (name, value) in environment {
            command = command.env(name, value);
        }
        let child = command.spawn(pts).expect("the program");
        let pty = Arc::new(pty);
        let seen = Arc::new(Mutex::new((vt100::Parser::new(cells(rows), cells(columns), 0), Vec::new())));
        let (source, shown) = (Arc::clone(&pty), Arc::clone(&seen));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = (&*source).read(&mut bytes) {
                let mut seen = shown.lock().expect("no panic");
                seen.0.process(&bytes[..length]);
                seen.1.extend_from_slice(&bytes[..length]);
            }
        });
        Person { child, pty, seen }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Somebody who types and looks.
struct Person {
    child: Child,
    pty: Arc<Pty>,
    /// The screen, and every byte that was written to it.
    seen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
}

impl Person {
    fn screen(&self) -> String {
        self.seen.lock().expect("no panic").0.screen().contents()
    }

    fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no panic").1).into_owned()
    }

    fn wait(&self, what: &str, until: impl Fn() -> bool) {
        let begin = Instant::now();
        while !until() {
            assert!(begin.elapsed() < PATIENCE, "waited in vain for {what}; the screen:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the screen shows a text, wherever its lines break.
    fn sees(&self, text: &str) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = words(text);
        self.wait(&text, || words(&self.screen()).contains(&text));
    }

    /// Types, and waits until the screen has changed and is still.
    fn types(&self, keys: &str) {
        let before = self.bytes().len();
        (&*self.pty).write_all(keys.as_bytes()).expect("typed");
        self.wait(&format!("an effect of {keys:?}"), || self.bytes().len() > before);
        let mut length = self.bytes().len();
        loop {
            thread::sleep(Duration::from_millis(40));
            if std::mem::replace(&mut length, self.bytes().len()) == self.bytes().len() {
                return;
            }
        }
    }

    /// Gives the first answer to each question, or the least number, until nothing left can change the result.
    fn answers_until_settled(&self) {
        self.sees("(question 1, at most");
        for _ in 0..30 {
            if self.screen().contains("Stop here") {
                return;
            }
            self.types(if self.screen().trim_end().ends_with("\n>") { "1\r" } else { ENTER });
        }
        panic!("it is not settled; the screen:\n{}", self.screen());
    }

    fn end(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(begin.elapsed() < PATIENCE, "the program does not end; the screen:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The terminal is left as it was found.
    fn finds_the_terminal_intact(&self) {
        // What the program wrote last may still be on its way.
        self.wait("the cursor", || !self.seen.lock().expect("no panic").0.screen().hide_cursor());
        let modes = tcgetattr(&*self.pty).expect("settings").local_modes;
        assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG), "{modes:?}");
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The texts of the first questions of the default rulebook: one option of a list, a number, marks.
struct Words {
    rulebook: Rulebook,
}

impl Words {
    fn new() -> Self {
        Self { rulebook: Rulebook::builtin().expect("the default rulebook is valid") }
    }
    fn prompt(&self, question: usize) -> &str {
        &self.rulebook.questions()[question].prompt
    }
    fn label(&self, question: usize, option: usize) -> &str {
        &self.rulebook.questions()[question].options()[option].label
    }
}

#[test]
fn keys_answer_and_go_back() {
    let (desk, words) = (Desk::new("keys"), Words::new());
    let person = desk.sit(30, 80, &[]);
    person.sees(words.prompt(0));
    person.sees(&format!("> {}", words.label(0, 0)));
    person.types(DOWN);
    person.types(ENTER);
    person.sees(&format!("> {} so far:", words.label(0, 1)));
    person.sees(words.prompt(1));
    person.types("x\r");
    person.sees("Please type a whole number from");
    person.types("b\r");
    person.sees("Go back");
    person.sees(&format!("> {} {}", words.label(0, 1), words.label(0, 2)));
    person.types(ENTER);
    person.types("7\r");
    person.sees("> 7 so far:");
    person.sees(words.prompt(2));
    person.types(" ");
    person.sees(&format!("> [x] {}", words.label(2, 0)));
    person.types(DOWN);
    person.types(" ");
    person.types(ENTER);
    person.sees(&format!("> {}, {}", words.label(2, 0), words.label(2, 1)));
    person.sees(words.prompt(3));
}

#[test]
fn ctrl_c_leaves_at_once_and_the_next_start_goes_on() {
    let (desk, words) = (Desk::new("ctrl-c"), Words::new());
    let mut person = desk.sit(30, 80, &[]);
    person.sees(words.prompt(0));
    person.types(ENTER);
    person.types("7\r");
    person.sees(words.prompt(2));
    person.types(DOWN);
    person.types(CTRL_C);
    assert_eq!(person.end().code(), Some(INTERRUPTED));
    person.finds_the_terminal_intact();

    let mut person = desk.sit(30, 80, &[]);
    person.sees("An unfinished questionnaire has 2 answers. Go on with it?");
    person.types("y");
    person.sees(words.prompt(2));
    person.types(CTRL_C);
    assert_eq!(person.end().code(), Some(INTERRUPTED));
}

#[test]
fn ctrl_c_leaves_a_line_that_is_being_typed() {
    let (desk, words) = (Desk::new("ctrl-c-line"), Words::new());
    let mut person = desk.sit(30, 80, &[]);
    person.sees(words.prompt(0));
    person.types(ENTER);
    person.types("12");
    person.types(CTRL_C);
    assert_eq!(person.end().code(), Some(INTERRUPTED));
    person.finds_the_terminal_intact();
}

#[test]
fn a_signal_from_outside_leaves_the_terminal_intact() {
    for signal in ["-INT", "-TERM"] {
        let (desk, words) = (Desk::new(signal), Words::new());
        let mut person = desk.sit(30, 80, &[]);
        person.sees(words.prompt(0));
        person.types(DOWN);
        let kill = std::process::Command::new("kill").arg(signal).arg(person.child.id().to_string()).status();
        assert!(kill.expect("kill").success());
        assert_eq!(person.end().code(), Some(INTERRUPTED), "{signal}");
        person.finds_the_terminal_intact();
    }
}

#[test]
fn escape_leaves_after_a_question_and_keeps_the_answers() {
    let (desk, words) = (Desk::new("escape"), Words::new());
    let mut person = desk.sit(30, 80, &[]);
    person.sees(words.prompt(0));
    person.types(ENTER);
    person.types("3\r");
    person.sees(words.prompt(2));
    person.types(ESCAPE);
    person.sees("Leave now?");
    person.types("n");
    person.sees("[ ]");
    person.types(ESCAPE);
    person.types("y");
    person.sees("Your answers are kept.");
    assert!(person.end().success());
    person.finds_the_terminal_intact();
}

#[test]
fn forty_columns_are_enough() {
    let (desk, words) = (Desk::new("forty"), Words::new());
    let person = desk.sit(40, 40, &[]);
    person.sees(words.prompt(0));
    person.types(ENTER);
    person.types("7\r");
    person.sees(words.prompt(2));
    let before = person.screen();
    for _ in 0..12 {
        person.types(DOWN);
    }
    for _ in 0..12 {
        person.types(UP);
    }
    person.wait("the same screen: moving through a list leaves traces", || person.screen() == before);
    let wrapped = (0..40).any(|row| person.seen.lock().expect("no panic").0.screen().row_wrapped(row));
    assert!(!wrapped, "a line is wider than the terminal:\n{before}");
}

#[test]
fn a_low_window_shows_pages() {
    let (desk, words) = (Desk::new("low"), Words::new());
    let person = desk.sit(11, 40, &[]);
    person.sees("Page 1/");
    for _ in 0..3 {
        person.types(DOWN);
    }
    person.types(ENTER);
    person.sees(&format!("> {} so far:", words.label(0, 3)));
}

#[test]
fn it_stops_early_and_shows_the_result() {
    let desk = Desk::new("stops");
    let mut person = desk.run(&[], 50, 80, &[]);
    person.answers_until_settled();
    person.sees("Nothing you have not answered can change this:");
    person.types(ENTER);
    person.sees("Your answers");
    person.sees("Answer what is left:");
    person.types(ENTER);
    person.sees("cannot change it");
    person.types("n");
    person.types("n");
    assert!(person.end().success());
    assert!(person.bytes().contains("How sure"), "{}", person.bytes());
}

#[test]
fn whoever_goes_on_past_the_early_stop_is_asked_the_rest_and_can_still_leave() {
    let desk = Desk::new("goes-on");
    let mut person = desk.run(&[], 50, 40, &[]);
    person.answers_until_settled();
    person.types(DOWN);
    person.types(ENTER);
    person.sees("> Go on, for a fuller report");
    for _ in 0..30 {
        if person.screen().contains("Your answers") {
            break;
        }
        person.types(if person.screen().trim_end().ends_with("\n>") { "1\r" } else { ENTER });
    }
    person.sees("Your answers");
    assert_eq!(person.bytes().matches("can change this").count(), 1, "{}", person.bytes());
    assert!(person.bytes().contains("the last)"), "{}", person.bytes());
    person.types(CTRL_C);
    assert_eq!(person.end().code(), Some(INTERRUPTED));
    person.finds_the_terminal_intact();

    // All that was answered is kept, and it is settled at once.
    let person = desk.run(&[], 50, 80, &[]);
    person.sees("An unfinished questionnaire has");
    person.types("y");
    person.sees("Your answers");
}

#[test]
fn going_on_after_a_break_is_settled_where_it_was() {
    let desk = Desk::new("break");
    let mut person = desk.run(&[], 50, 80, &[]);
    person.answers_until_settled();
    person.types(CTRL_C);
    assert_eq!(person.end().code(), Some(INTERRUPTED));
    let person = desk.run(&[], 50, 80, &[]);
    person.sees("An unfinished questionnaire has");
    person.types("y");
    person.sees("Nothing you have not answered can change this:");
    person.sees("Stop here");
}

#[test]
fn no_color_writes_no_colours() {
    let (desk, words) = (Desk::new("no-color"), Words::new());
    let styled = |person: &Person| {
        let bytes = person.bytes();
        bytes
            .split("\u{1b}[")
            .skip(1)
            .any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
    };
    let plain = desk.sit(30, 80, &[("NO_COLOR", "1")]);
    plain.sees(words.prompt(0));
    plain.types(DOWN);
    assert!(!styled(&plain), "{:?}", plain.bytes());
    let colourful = desk.sit(30, 80, &[]);
    colourful.sees(words.prompt(0));
    assert!(styled(&colourful));
}

#[test]
fn a_dumb_terminal_gets_lines_and_no_escapes() {
    let (desk, words) = (Desk::new("dumb"), Words::new());
    let mut person = desk.sit(40, 80, &[("TERM", "dumb")]);
    person.sees(words.prompt(0));
    person.sees(&format!("1 {}", words.label(0, 0)));
    person.types("2\n");
    person.sees("so far:");
    person.types("7\n");
    person.sees(words.prompt(2));
    person.types("1 2\n");
    person.sees(words.prompt(3));
    person.types(CTRL_D);
    person.sees("Your answers are kept.");
    assert!(person.end().success());
    assert!(!person.bytes().contains('\u{1b}'), "{:?}", person.bytes());
}

#[test]
fn ctrl_c_leaves_a_dumb_terminal_too() {
    let (desk, words) = (Desk::new("dumb-ctrl-c"), Words::new());
    let mut person = desk.sit(40, 80, &[("TERM", "dumb")]);
    person.sees(words.prompt(0));
    person.types(CTRL_C);
    assert_eq!(person.end().code(), Some(INTERRUPTED));
    person.finds_the_terminal_intact();
}

/// All questions but the first are answered by the environment, so that one answer leads to the review and the result.
#[test]
fn the_end_shows_the_result_and_keeps_what_is_to_be_kept() {
    let (desk, words) = (Desk::new("end"), Words::new());
    let rulebook = needk8s::rulebook::Rulebook::builtin().expect("a valid rulebook");
    let variable = |id: &str| format!("NEEDK8S_{}", id.to_uppercase().replace('-', "_"));
    let known: Vec<String> =
        rulebook.questions().iter().skip(1).map(|question| variable(&question.id)).collect();
    let mut environment: Vec<(&str, &str)> = known.iter().map(|name| (name.as_str(), "unknown")).collect();
    environment.push(("TERM", "dumb"));
    let mut person = desk.sit(60, 80, &environment);
    person.sees(words.prompt(0));
    person.types("2\n");
    person.sees("Your answers");
    person.types("1\n");
    person.sees("needk8s.toml?");
    person.types("y\n");
    person.sees("report");
    person.types("n\n");
    assert!(person.end().success());
    let recorded = std::fs::read_to_string(desk.0.join("needk8s.toml")).expect("a record");
    assert!(
        recorded.contains("purpose = \"development-only\"") && recorded.contains("[decision]"),
        "{recorded}"
    );
    assert!(person.bytes().contains("How sure"), "{}", person.bytes());
}
