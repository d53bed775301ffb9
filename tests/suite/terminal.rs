//! The questionnaire on a terminal: keys go in, and what a person would see is looked at.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use needk8s::interview::LEFT;
use needk8s::rulebook::Rulebook;
use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::termios::{LocalModes, tcgetattr};

use crate::fleet;
use crate::numbers::Numbers;
use crate::shop::RULES;

const PATIENCE: Duration = Duration::from_secs(20);

const DOWN: &str = "\u{1b}[B";
const UP: &str = "\u{1b}[A";
const END: &str = "\u{1b}[F";
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
#[cfg(target_os = "linux")]
const CTRL_Z: &str = "\u{1a}";
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

    /// Starts the questionnaire of a small rulebook: a number, a choice, another that hangs on it, and marks.
    fn sit(&self, rows: u16, columns: u16, environment: &[(&str, &str)]) -> Person {
        std::fs::write(self.0.join("shop.toml"), RULES).expect("a rulebook");
        self.run(&["--rules", "shop.toml", "--all"], rows, columns, environment)
    }

    fn draft(&self) -> String {
        let drafts = self.0.join("state/needk8s/drafts");
        let files = std::fs::read_dir(drafts).map(|files| files.filter_map(Result::ok).collect::<Vec<_>>());
        let text = |file: &std::fs::DirEntry| std::fs::read_to_string(file.path()).unwrap_or_default();
        files.unwrap_or_default().iter().map(text).collect()
    }

    fn run(&self, args: &[&str], rows: u16, columns: u16, environment: &[(&str, &str)]) -> Person {
        let (pty, pts) = pty_process::blocking::open().expect("a terminal");
        pty.resize(Size::new(rows, columns)).expect("a size");
        let mut command = Command::new(program())
            .args(args)
            .current_dir(&self.0)
            .env("TERM", "xterm-256color")
            .env("XDG_STATE_HOME", self.0.join("state"))
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("ACCESSIBLE")
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
        let begin = Instant::now();
        let mut length = self.bytes().len();
        loop {
            thread::sleep(Duration::from_millis(40));
            let bytes = self.bytes();
            let is_still = std::mem::replace(&mut length, bytes.len()) == bytes.len();
            // A key that comes before the next prompt is shown counts for nothing.
            let waits = bytes.ends_with("\u{1b}[?25h") || bytes.ends_with("> ");
            if is_still && (waits || begin.elapsed() > Duration::from_secs(1)) {
                return;
            }
        }
    }

    /// Types without waiting for anything.
    fn rushes(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("typed");
    }

    /// Makes the window another size.
    fn resizes(&self, rows: u16, columns: u16) {
        self.seen.lock().expect("no panic").0.screen_mut().set_size(cells(rows), cells(columns));
        self.pty.resize(Size::new(rows, columns)).expect("a size");
    }

    fn is_sent(&self, signal: &str) {
        let id = self.child.id().to_string();
        let kill = std::process::Command::new("kill").args([signal, &id]).status();
        assert!(kill.expect("kill").success());
    }

    /// The state of the process, as /proc has it: T is stopped.
    #[cfg(target_os = "linux")]
    fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    }

    /// Takes the first row of each list and types 1 for each number, until it is offered to stop.
    fn answers_until_an_offer(&self) {
        self.sees("question 1 of about");
        for _ in 0..40 {
            let screen = self.screen();
            if screen.contains("Stop here") {
                return;
            }
            self.types(if screen.contains("a number and Enter") {
                "1\r"
            } else if screen.contains("y  Yes") {
                "n"
            } else if screen.contains("Space mark") {
                "1\r"
            } else {
                "1"
            });
        }
        panic!("it is not offered to stop; the screen:\n{}", self.screen());
    }

    /// Whether a question, or the offer to stop, comes before the program ends.
    fn is_asked(&mut self) -> bool {
        let begin = Instant::now();
        while self.child.try_wait().expect("a status").is_none() {
            let screen = self.screen();
            if ["question 1 of about", "Stop here and show the result"]
                .iter()
                .any(|asks| screen.contains(asks))
            {
                return true;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "neither a question nor an end; the screen:\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    fn end(&mut self) -> i32 {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.code().unwrap_or(-1);
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

#[test]
fn keys_answer_go_back_explain_and_review() {
    let desk = Desk::new("keys");
    let person = desk.sit(30, 80, &[]);
    person.sees("Goods · question 1 of about 4");
    person.sees("How many parcels a day? Count those you send.");
    person.types("x\r");
    person.sees("Please type a whole number from 1 to 500.");
    person.types("\u{15}7\r");
    person.sees("✓ Parcels: 7");
    person.sees("> u I don't know");
    person.types("?");
    person.sees("Why it is asked: Size matters.");
    person.types("b");
    person.sees("How many parcels a day?");
    person.sees("> 7");
    assert!(!person.screen().contains("✓ Parcels: 7"), "{}", person.screen());
    person.types("\u{15}8\r");
    person.sees("✓ Parcels: 8");
    person.types("b");
    person.types("r");
    person.sees("✓ Parcels: 8");
    person.sees("Go on with the questions");
    person.types("1");
    person.types("2");
    person.sees("✓ Size: Large");
    person.types("y");
    person.sees("✓ Lift: yes");
    person.types("1");
    person.sees("> 1 [x] By day");
    person.types(" ");
    person.sees("> 1 [ ] By day");
    person.types(DOWN);
    person.types(" ");
    person.sees("> 2 [x] By night");
    person.types("r");
    person.sees("Your answers");
    person.types("3");
    person.sees("✓ Size: Large");
    person.sees("How large are they?");
    person.sees("> 2 Large");
    // Out of a change one comes back to the list.
    person.types(ESCAPE);
    person.sees("> 1 Go on with the questions");
}

#[test]
fn enter_after_a_key_that_answers_is_not_the_next_answer() {
    let desk = Desk::new("habit");
    let person = desk.sit(30, 80, &[]);
    person.sees("How many parcels");
    person.types("u");
    person.types(ENTER);
    person.sees("needed no Enter");
    person.types("2");
    person.types(ENTER);
    person.sees("✓ Size: Large");
    person.sees("needed no Enter");
    assert!(!desk.draft().contains("lift"), "{}", desk.draft());
    person.types(ENTER);
    person.sees("✓ Lift: I don't know");
}

#[test]
fn a_number_that_no_row_has_takes_none() {
    let desk = Desk::new("no-row");
    let options: String = (1..=11)
        .map(|number| format!("{{ id = \"o{number}\", label = \"Row {number}\", say = \"s\" }},"))
        .collect();
    let begin = RULES.find("{ id = \"small\"").expect("options");
    let end = begin + RULES[begin..].find(']').expect("their end");
    let rules = format!("{}{options}{}", &RULES[..begin], &RULES[end..]);
    let rules = rules.replace("\"large\"", "\"o2\"").replace("\"small\"", "\"o1\"");
    std::fs::write(desk.0.join("shop.toml"), rules).expect("a rulebook");
    let person = desk.run(&["--rules", "shop.toml", "--all"], 24, 80, &[]);
    person.sees("How many parcels");
    person.types("7\r");
    person.sees("> u I don't know");
    person.types("?");
    person.sees("How large are they? The usual one. Why it is asked: Size matters.");
    person.types("1");
    person.sees("> 1 Row 1");
    person.types("2");
    person.sees("There is no such number.");
    person.sees("> u I don't know");
    person.types(ENTER);
    assert!(!desk.draft().contains("size"), "{}", desk.draft());
    person.types("11");
    person.sees("✓ Size: Row 11");
}

#[test]
fn none_of_them_stands_alone() {
    let desk = Desk::new("none");
    let rules = RULES.replace(
        r#"{ id = "night", label = "By night", say = "n" }"#,
        r#"{ id = "night", label = "By night", say = "n" }, { id = "none", label = "Never", say = "v" }"#,
    );
    std::fs::write(desk.0.join("shop.toml"), rules).expect("a rulebook");
    let person = desk.run(&["--rules", "shop.toml", "--all"], 30, 80, &[]);
    person.sees("How many parcels");
    person.types("7\r");
    person.types("1");
    person.sees("By day");
    assert!(!person.screen().contains("None of these"), "{}", person.screen());
    person.types("1");
    person.types("2");
    person.sees("1 [x] By day > 2 [x] By night");
    person.types("3");
    person.sees("1 [ ] By day 2 [ ] By night > 3 [x] Never");
    person.types("2");
    person.sees("> 2 [x] By night 3 [ ] Never");
}

#[test]
fn another_subject_is_asked_about_in_its_own_words() {
    let desk = Desk::new("broker");
    std::fs::write(desk.0.join("broker.toml"), crate::model::BROKER).expect("a rulebook");
    let mut person = desk.run(&["--rules", "broker.toml", "--all"], 30, 80, &[]);
    person.sees("How many consumers?");
    person.rushes("9\r");
    person.sees("Yes: A broker.");
    person.sees("number, or arrows and Enter");
    crate::broker::speaks_of_nothing_else(&person.screen());
    person.rushes("1");
    assert_eq!(person.end(), 0);
}

#[test]
fn the_row_that_is_marked_at_first_is_no_answer() {
    let desk = Desk::new("first");
    let mut person = desk.sit(30, 80, &[]);
    person.sees("How many parcels");
    person.types(ENTER);
    person.sees("✓ Parcels: I don't know");
    person.types(ENTER);
    person.sees("✓ Size: I don't know");
    person.types("q");
    person.sees("2 answers are kept. Run needk8s again here to go on.");
    assert_eq!(person.end(), LEFT);
}

#[test]
fn keys_typed_before_a_prompt_answer_nothing() {
    let desk = Desk::new("before");
    let person = desk.sit(30, 80, &[]);
    person.rushes("5\r5\r");
    person.sees("How many parcels a day?");
    person.types("7\r1y2\r");
    person.sees("How large are they?");
    assert!(!desk.draft().contains("size"), "{}", desk.draft());
}

#[test]
fn a_paste_answers_at_most_the_question_it_was_pasted_into() {
    let desk = Desk::new("paste");
    let person = desk.sit(30, 80, &[]);
    person.sees("How many parcels a day?");
    person.types("\u{1b}[200~12\r2\ry\r\u{1b}[201~");
    person.sees("> 12");
    assert_eq!(desk.draft(), "");
    person.types(ENTER);
    person.sees("✓ Parcels: 12");
    person.types("\u{1b}[200~2\r1\r\u{1b}[201~");
    person.sees("Pasted text is no choice.");
    // Where the terminal does not say that it is a paste, one question takes all of it.
    person.types("2\ny\n1\n");
    person.sees("✓ Size: Large");
    person.sees("Do you have a lift?");
    assert!(!desk.draft().contains("lift"), "{}", desk.draft());
}

#[test]
fn numbers_are_taken_as_people_write_them() {
    let desk = Desk::new("numbers");
    let person = desk.sit(30, 80, &[]);
    person.sees("How many parcels a day?");
    person.types("5-10\r");
    person.sees("is a range");
    person.types("\u{15}~5\r");
    person.sees("✓ Parcels: 5");
}

#[test]
fn ctrl_c_leaves_at_once_and_the_next_start_goes_on() {
    let desk = Desk::new("ctrl-c");
    let mut person = desk.sit(30, 80, &[]);
    person.sees("How many parcels");
    person.types("7\r");
    person.types(DOWN);
    person.types(CTRL_C);
    assert_eq!(person.end(), LEFT);
    person.sees("1 answer is kept.");
    person.finds_the_terminal_intact();

    let mut person = desk.sit(30, 80, &[]);
    person.sees("The last questionnaire here has 1 answer. Go on with it?");
    person.types("y");
    person.sees("How large are they?");
    person.types("12");
    person.types(CTRL_D);
    assert_eq!(person.end(), LEFT);
    person.finds_the_terminal_intact();
}

#[test]
fn whatever_ends_it_leaves_the_terminal_intact() {
    for signal in ["-INT", "-TERM", "-HUP", "-QUIT"] {
        let desk = Desk::new(signal);
        let mut person = desk.sit(30, 80, &[]);
        person.sees("How many parcels");
        person.types("7\r");
        person.is_sent(signal);
        assert_eq!(person.end(), LEFT, "{signal}");
        person.sees("1 answer is kept.");
        person.finds_the_terminal_intact();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn it_can_be_stopped_and_goes_on_where_it_was() {
    for (signal, key) in [("-TSTP", None), ("-STOP", None), ("", Some(CTRL_Z))] {
        let desk = Desk::new(&format!("stop{signal}"));
        let person = desk.sit(30, 80, &[]);
        person.sees("How many parcels");
        person.types("7\r");
        person.sees("How large are they?");
        match key {
            Some(key) => person.rushes(key),
            None => person.is_sent(signal),
        }
        person.wait("the stop", || person.is_stopped());
        if signal != "-STOP" {
            person.finds_the_terminal_intact();
        }
        let before = person.bytes().len();
        person.is_sent("-CONT");
        person.wait("the prompt", || person.bytes()[before..].contains("How large are they?"));
        person.types("2");
        person.sees("✓ Size: Large");
    }
}

#[test]
fn a_window_of_any_size_shows_where_one_is() {
    let desk = Desk::new("sizes");
    let person = desk.sit(24, 80, &[]);
    person.sees("How many parcels");
    person.types("7\r");
    person.types(DOWN);
    for (rows, columns) in [(12, 30), (2, 80), (1, 20), (3, 9), (24, 80), (12, 30)] {
        person.resizes(rows, columns);
        person.wait("the row", || person.screen().contains("> 1"));
        person.types(DOWN);
        person.wait("the next row", || person.screen().contains("> 2"));
        person.types(UP);
        person.wait("the row before", || person.screen().contains("> 1"));
        let seen = person.seen.lock().expect("no panic");
        let wrapped = (0..rows).any(|row| seen.0.screen().row_wrapped(row));
        assert!(!wrapped, "a line is wider than the terminal:\n{}", seen.0.screen().contents());
    }
    person.sees("How large are they?");
    person.types("1");
    person.sees("When do you work?");
}

#[test]
fn moving_through_a_list_leaves_no_traces() {
    let desk = Desk::new("traces");
    let person = desk.sit(20, 40, &[]);
    person.sees("How many parcels");
    person.types("7\r");
    person.sees("> u I don't know");
    let before = person.screen();
    for _ in 0..3 {
        person.types(DOWN);
    }
    person.wait("the same screen", || person.screen() == before);
}

#[test]
fn other_locales_get_ascii_and_wide_characters_their_columns() {
    let desk = Desk::new("locale");
    let wide = RULES.replace("label = \"Small\"", "label = \"小さい荷物、小さい荷物、小さい荷物\"");
    std::fs::write(desk.0.join("wide.toml"), wide).expect("a rulebook");
    let args = ["--rules", "wide.toml", "--all"];
    let person = desk.run(&args, 20, 30, &[]);
    person.sees("How many parcels");
    person.types("7\r");
    person.sees("小さい荷物");
    assert!(!(0..20).any(|row| person.seen.lock().expect("no panic").0.screen().row_wrapped(row)));
    let person = desk.run(&args, 20, 60, &[("LC_ALL", "C"), ("XDG_STATE_HOME", "/dev/null/state")]);
    person.sees("How many parcels");
    person.types("7\r");
    person.sees("* Parcels: 7");
    assert!(person.bytes().is_ascii(), "{}", person.bytes());
}

#[test]
fn it_stops_early_and_shows_the_result_last() {
    let desk = Desk::new("stops");
    let mut person = desk.run(&[], 50, 80, &[]);
    person.answers_until_an_offer();
    // The result begins with what was said when it was offered to stop, and a screen that is drawn anew shows it again.
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = words(person.screen());
    let end = ["In at least 95", "Nothing you have not", "The questions that are left"];
    let end = end.iter().filter_map(|end| said.find(end)).min().expect("an offer");
    let begin = said[..end].rfind(['✓', ':']).and_then(|colon| said[..colon].rfind(' ')).expect("an outcome");
    let outcome = said[begin..end].trim().to_owned();
    person.types("1");
    person.sees("Save the answers and the decision to needk8s.toml");
    assert_eq!(words(person.screen()).matches(&outcome).count(), 2, "{outcome}: {}", person.screen());
    let before = person.bytes().len();
    person.resizes(49, 80);
    person.wait("a new screen", || person.bytes()[before..].contains("\u{1b}[2J"));
    person.sees("How sure");
    person.sees("Save the answers and the decision to needk8s.toml");
    assert!(!person.bytes().contains("Undecided"), "{}", person.bytes());
    // Enter alone writes nothing, and the next start goes on with the answers.
    person.types(DOWN);
    person.types(UP);
    person.types(ENTER);
    assert_eq!(person.end(), 0);
    person.sees("kept, not saved. needk8s --save goes on with them here and saves them");
    let wraps = |row| person.seen.lock().expect("no panic").0.screen().row_wrapped(row);
    assert!(!(0..49).any(wraps), "a line is wider than the terminal:\n{}", person.screen());
    assert!(!desk.0.join("needk8s.toml").exists());
    let why = std::process::Command::new(program())
        .args(["why", "k3s"])
        .current_dir(&desk.0)
        .env("XDG_STATE_HOME", desk.0.join("state"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("an error");
    let told = String::from_utf8_lossy(&why.stderr).into_owned();
    assert!(told.contains("kept, not saved. needk8s --save"), "{told}");
    let person = desk.run(&[], 50, 80, &[]);
    person.sees("The last questionnaire here has");
    person.types("y");
    person.sees("Stop here");
}

#[test]
fn the_answer_is_on_a_small_screen_above_the_offers() {
    for case in ["homelab", "three-hundred-shops", "four-people-on-rented-servers", "bank-in-its-own-halls"] {
        let file = format!("{}/tests/cases/{case}.toml", env!("CARGO_MANIFEST_DIR"));
        let json =
            std::process::Command::new(program()).args(["--format", "json", "--answers", &file]).output();
        let json: serde_json::Value = serde_json::from_slice(&json.expect("a result").stdout).expect("JSON");
        let headline = json["headline"].as_str().expect("a headline");
        let desk = Desk::new(case);
        let person = desk.run(&["--answers", &file, "--ask"], 24, 80, &[]);
        person.sees("Stop here");
        person.types("1");
        person.sees("Change an answer");
        person.sees(headline);
        person.sees("How sure");
    }
}

#[test]
fn what_is_offered_after_the_result_overwrites_nothing_unasked() {
    let desk = Desk::new("offers");
    let mut person = desk.sit(60, 80, &[]);
    person.sees("How many parcels");
    for keys in ["7\r", "1", "1\r"] {
        person.types(keys);
    }
    person.sees("Change an answer");
    std::fs::write(desk.0.join("needk8s.toml"), "[answers]\n").expect("written");
    person.types("2");
    person.sees("needk8s.toml exists. Overwrite it?");
    person.types(DOWN);
    person.types(UP);
    person.types(ENTER);
    assert_eq!(std::fs::read_to_string(desk.0.join("needk8s.toml")).expect("a file"), "[answers]\n");
    person.types("2");
    person.types("y");
    person.sees("Recorded in needk8s.toml.");
    person.types("2");
    person.sees("Report file");
    person.types(END);
    person.types(ENTER);
    person.sees("Written to decision.md.");
    person.types("3");
    person.types("2");
    person.sees("How many parcels");
    person.types("\u{15}8\r");
    person.types("1");
    person.sees("Change an answer");
    person.types("q");
    assert_eq!(person.end(), 0);
    person.sees("Next: needk8s why");
    assert!(desk.0.join("decision.md").exists());
    assert_eq!(desk.draft(), "");
}

#[test]
fn enough_answers_give_the_result_in_a_terminal_too() {
    let desk = Desk::new("enough");
    std::fs::write(desk.0.join("shop.toml"), RULES).expect("a rulebook");
    let mut person = desk.run(&["--rules", "shop.toml", "--parcels", "7"], 60, 80, &[]);
    assert_eq!(person.end(), 0);
    person.wait("a result", || !person.screen().contains("question 1") && person.screen().contains("Board"));

    let mut person = desk.run(&["--rules", "shop.toml", "--parcels", "7", "--ask"], 60, 80, &[]);
    person.sees("Known already: Parcels: 7 (--parcels)");
    person.sees("Stop here");
    person.types("q");
    assert_eq!(person.end(), LEFT);
}

/// The command lines of the README: those of its list, which end before their remark, and those with their output.
fn lines_of_the_readme() -> Vec<Vec<String>> {
    let readme = include_str!("../../README.md").lines();
    let lines = readme
        .map(|line| line.strip_prefix("$ ").unwrap_or(line))
        .filter(|line| line.starts_with("needk8s "));
    let typed =
        |line: &str| line.split(" #").next().unwrap_or(line).split_whitespace().map(str::to_owned).collect();
    lines.map(typed).collect()
}

#[test]
fn every_command_line_of_help_and_readme_runs_in_a_terminal_and_in_a_pipe() {
    let desk = Desk::new("lines");
    let put = |path: &str, text: &str| {
        let path = desk.0.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    put("tests/cases/start-up-of-three.toml", include_str!("../cases/start-up-of-three.toml"));
    put("tests/cases/mid-size-saas.toml", include_str!("../cases/mid-size-saas.toml"));
    put("tests/policies/acme.toml", include_str!("../policies/acme.toml"));
    put("answers.toml", include_str!("../cases/start-up-of-three.toml"));
    let mut lines = lines_of_the_readme();
    assert!(lines.len() > 9, "{lines:?}");
    for help in ["-h", "--help"] {
        let told = std::process::Command::new(program()).arg(help).output().expect("a help").stdout;
        lines.extend(crate::input::command_lines(&String::from_utf8_lossy(&told)));
    }
    for line in lines {
        let args: Vec<&str> =
            line[1..].iter().map(|word| if word == "QUESTION" { "services" } else { word }).collect();
        let mut person = desk.run(&args, 40, 100, &[]);
        let is_asked = person.is_asked();
        if is_asked {
            person.types("q");
        }
        assert_eq!(person.end(), if is_asked { LEFT } else { 0 }, "{line:?}: {}", person.screen());
        // Nothing is asked of whoever gave answers.
        assert!(!is_asked || !args.iter().any(|arg| arg.starts_with("--") && *arg != "--scan"), "{line:?}");
        person.finds_the_terminal_intact();
        let piped = std::process::Command::new(program())
            .args(&args)
            .current_dir(&desk.0)
            .env("XDG_STATE_HOME", desk.0.join("state"))
            .stdin(std::process::Stdio::null())
            .output()
            .expect("a result");
        // Where a person is asked, a pipe may be told what is missing.
        let is_told = is_asked && String::from_utf8_lossy(&piped.stderr).contains("no answers");
        assert!(piped.status.success() || is_told, "{line:?}: {piped:?}");
    }
}

#[test]
fn whoever_leaves_has_no_result_and_no_file() {
    let desk = Desk::new("no-file");
    std::fs::write(desk.0.join("shop.toml"), RULES).expect("a rulebook");
    let mut person = desk.run(&["--rules", "shop.toml", "-o", "d.md"], 60, 80, &[]);
    person.sees("question 1");
    person.types(ESCAPE);
    assert_eq!(person.end(), LEFT);
    assert!(!desk.0.join("d.md").exists());
}

#[test]
fn no_color_writes_no_colours() {
    let desk = Desk::new("no-color");
    let styled = |person: &Person| {
        let bytes = person.bytes();
        bytes
            .split("\u{1b}[")
            .skip(1)
            .any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
    };
    let plain = desk.sit(30, 80, &[("NO_COLOR", "1")]);
    plain.sees("How many parcels");
    plain.types("7\r");
    assert!(!styled(&plain), "{:?}", plain.bytes());
    let colourful = desk.sit(30, 80, &[("XDG_STATE_HOME", "/dev/null/state")]);
    colourful.sees("How many parcels");
    assert!(styled(&colourful));
}

#[test]
fn numbered_lines_are_for_dumb_terminals_and_screen_readers() {
    for (name, args, environment) in [
        ("dumb", &[][..], ("TERM", "dumb")),
        ("variable", &[][..], ("ACCESSIBLE", "1")),
        ("flag", &["--accessible"][..], ("COLUMNS", "80")),
    ] {
        let desk = Desk::new(name);
        std::fs::write(desk.0.join("shop.toml"), RULES).expect("a rulebook");
        let args = [&["--rules", "shop.toml", "--all"][..], args].concat();
        let mut person = desk.run(&args, 40, 80, &[environment]);
        person.sees("How many parcels");
        person.types("7\n1\n");
        person.sees("1 Small");
        assert!(!desk.draft().contains("size"), "a line answers two questions: {}", desk.draft());
        person.types("?\n");
        person.sees("Why it is asked");
        person.types("2\n");
        person.sees("Do you have a lift?");
        person.types("b\n");
        person.sees("now: Large");
        person.types(CTRL_D);
        person.sees("2 answers are kept.");
        assert_eq!(person.end(), LEFT);
        assert!(!person.bytes().contains('\u{1b}'), "{:?}", person.bytes());
        assert!(!person.bytes().contains("[1m"), "{:?}", person.bytes());
    }
}

#[test]
fn ctrl_c_leaves_numbered_lines_too() {
    let desk = Desk::new("dumb-ctrl-c");
    let mut person = desk.sit(40, 80, &[("TERM", "dumb")]);
    person.sees("How many parcels");
    person.types("7\n");
    person.sees("How large");
    person.types(CTRL_C);
    assert_eq!(person.end(), LEFT);
    person.sees("1 answer is kept.");
    person.finds_the_terminal_intact();
}

#[test]
fn many_systems_are_told_in_forty_columns() {
    let desk = Desk::new("many");
    let fleet = std::fs::read_to_string("tests/commands/portfolio.in/fleet.jsonl").expect("systems");
    let long = fleet.replace("\"intranet\"", "\"the intranet of the company, as it was found\"");
    std::fs::write(desk.0.join("fleet.jsonl"), long).expect("a file");
    for columns in [40, 60, 70, 80] {
        let mut person = desk.run(&["portfolio", "fleet.jsonl"], 150, columns, &[]);
        person.sees("Read 5, assessed 5, refused 0.");
        assert_eq!(person.end(), 0);
        let seen = person.seen.lock().expect("no panic");
        let screen = seen.0.screen().contents();
        assert!(!(0..150).any(|row| seen.0.screen().row_wrapped(row)), "a line is too wide:\n{screen}");
        for word in ["logistics", "something", "mostly", "Ready-made", "intranet"] {
            assert!(screen.contains(word), "{word} is broken in {columns} columns:\n{screen}");
        }
    }
}

#[test]
fn a_long_portfolio_shows_how_far_it_is_and_leaves_nothing_of_it() {
    let desk = Desk::new("progress");
    let rulebook = Rulebook::builtin().expect("the built-in rulebook");
    let (mut systems, mut numbers) = (String::new(), Numbers(3));
    (0..10_000).for_each(|number| fleet::line(&rulebook, number, 0, &mut numbers, &mut systems));
    std::fs::write(desk.0.join("systems.jsonl"), systems).expect("a file");
    for columns in [80, 30] {
        let command = ["portfolio", "systems.jsonl", "--format", "jsonl", "-o", "result.jsonl"];
        let mut person = desk.run(&command, 10, columns, &[]);
        assert_eq!(person.end(), 0);
        person.sees("Read 10,000, assessed 10,000, refused 0.");
        let (shown, left) = (person.bytes(), person.screen());
        assert!(!left.contains('%') && left.trim_start() == left, "something remains:\n{left}");
        assert!(shown.contains(" %  "), "{shown}");
        let has_rate = shown.contains(" a second, ") && shown.contains("seconds left");
        assert_eq!(has_rate, columns == 80, "{shown}");
    }
}
