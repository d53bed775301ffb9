//! The questionnaire's own words. They are few, and none of them is about the domain.

use super::flow::Left;
use super::{Ask, Progress, Reply};
use crate::rulebook::{Kind, Question, Value};
use crate::text::counted;

pub(super) const UNKNOWN: &str = "I don't know";
pub(super) const WHY: &str = "Why do you ask?";
pub(super) const SKIP: &str = "Skip";
pub(super) const KEEP: &str = "Leave it as it is";
pub(super) const BACK: &str = "Go back";
pub(super) const NONE: &str = "None of these";
pub(super) const YES: &str = "Yes";
pub(super) const NO: &str = "No";
pub(super) const SKIPPED: &str = "not answered";

pub(super) const WELCOME: &str =
    "Leave whenever you like: the answers are kept, and the next start goes on with them.";
pub(super) const KNOWN: &str = "Already known";
pub(super) const REVIEW: &str = "Your answers";
pub(super) const DONE: &str = "Done: show the result";
pub(super) const STOP: &str = "Stop here";
pub(super) const GO_ON: &str = "Go on, for a fuller report";
pub(super) const KEPT: &str = "Your answers are kept. Start again in this directory to go on.";
pub(super) const LEAVE: &str = "Leave now?";
pub(super) const SAVE_REPORT: &str = "Write a report, too?";
pub(super) const REPORT_PATH: &str = "Report file";
pub(super) const KEYS: &str = "Arrow keys move, Enter chooses, Esc leaves.";
pub(super) const MARKS: &str = "Space marks, Enter takes what is marked.";
pub(super) const NUMBER_PLEASE: &str = "Please type one of the numbers.";

pub(super) const NOW: &str = "now";
pub(super) const YES_OR_NO: &str = "Please type y or n.";

/// What to type for an answer.
pub(super) fn expected(question: &Question) -> String {
    match &question.kind {
        Kind::Flag(_) => "y or n".to_owned(),
        Kind::Choice(_) => "a number".to_owned(),
        Kind::Choices(_) => "numbers, such as 1 3, or 0 for none".to_owned(),
        Kind::Count(count) => format!("a whole number ({})", count.unit),
    }
}

/// What to say about a line that is neither answer nor letter.
pub(super) fn not_accepted(question: &Question) -> String {
    match &question.kind {
        Kind::Flag(_) => YES_OR_NO.to_owned(),
        Kind::Choice(options) => format!("Please type a number from 1 to {}.", options.len()),
        Kind::Choices(options) => format!("Please type numbers from 1 to {}, or 0 for none.", options.len()),
        Kind::Count(count) => format!("Please type a whole number from {} to {}.", count.min, count.max),
    }
}

pub(super) fn number_or(default: usize) -> String {
    format!("a number; Enter alone is {default}; q leaves")
}

/// "Simple: Shelf. Nothing you have not answered can change this: 9 questions are left."
pub(super) fn settled(outcome: &str, wholly: bool, left: Left) -> String {
    let claim = if wholly {
        "Nothing you have not answered can change this"
    } else {
        "Nothing that is left to ask can change this, only what you have left open could"
    };
    let are = if left.questions == 1 { "is" } else { "are" };
    format!("{outcome}. {claim}: {} {are} left.", counted_left(left))
}

pub(super) fn ask_the_rest(left: Left) -> String {
    format!("Answer what is left: {}", counted_left(left))
}

fn counted_left(left: Left) -> String {
    let questions = counted(left.questions, "question", "questions");
    if left.exactly { questions } else { format!("at most {questions}") }
}

pub(super) fn resume(answers: &str) -> String {
    format!("An unfinished questionnaire has {answers}. Go on with it?")
}

pub(super) fn save_answers(file: &str, exists: bool) -> String {
    if exists {
        format!("Save the answers in {file}, which exists?")
    } else {
        format!("Save the answers to {file}?")
    }
}

pub(super) fn replace(file: &str) -> String {
    format!("{file} exists. Replace it?")
}

/// An answer in the words of its question.
pub(super) fn described(question: &Question, value: Option<Value>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| question.describe(value))
}

/// What stays on the screen of a reply.
pub(super) fn replied(ask: &Ask<'_>, reply: Reply) -> String {
    match reply {
        Reply::Value(value) => described(ask.question, Some(value)),
        Reply::Unknown => UNKNOWN.to_owned(),
        Reply::Why => WHY.to_owned(),
        Reply::Skip if ask.current.is_some() => KEEP.to_owned(),
        Reply::Skip => SKIP.to_owned(),
        Reply::Back => BACK.to_owned(),
        Reply::Leave => String::new(),
    }
}

/// "What you run (question 3, at most 12 more)"
pub(super) fn heading(ask: &Ask<'_>) -> String {
    match ask.progress {
        None => ask.group.to_owned(),
        Some(Progress { number, more: 0 }) => format!("{} (question {number}, the last)", ask.group),
        Some(Progress { number, more }) => format!("{} (question {number}, at most {more} more)", ask.group),
    }
}

/// What can be typed: an answer, or a letter that stands for a reply. Letter and reply stay on one line.
pub(super) fn typing(ask: &Ask<'_>) -> String {
    let skip = if ask.current.is_some() { "s keep" } else { "s skip" };
    let back = if ask.can_go_back { ", b back" } else { "" };
    let letters = format!("u don't know, ? why, {skip}{back}, q leave");
    let tied = letters.replace(' ', "\u{a0}").replace(",\u{a0}", ", ");
    format!("{}; {tied}", expected(ask.question))
}

/// The reply that a typed line stands for, where it is no answer.
pub(super) fn letter(line: &str) -> Option<Reply> {
    match line.to_lowercase().as_str() {
        "u" | "unknown" => Some(Reply::Unknown),
        "?" | "w" | "why" | "help" => Some(Reply::Why),
        "s" | "skip" => Some(Reply::Skip),
        "b" | "back" => Some(Reply::Back),
        "q" | "quit" | "exit" => Some(Reply::Leave),
        _ => None,
    }
}

/// Text on lines of at most `width` columns.
pub(super) fn wrapped(width: usize, first: &str, rest: &str, text: &str) -> Vec<String> {
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest);
    let lines = textwrap::wrap(text, options);
    lines.into_iter().map(|line| line.trim_end().replace('\u{a0}', " ")).collect()
}
