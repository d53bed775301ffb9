//! The questionnaire's own words. They are few, and none of them is about the domain.

use super::flow::Left;
use super::{Ask, Progress, Reply, SoFar};
use crate::rulebook::{Kind, Question, Value};
use crate::text::{self, counted};

pub(super) const UNKNOWN: &str = "I don't know";
pub(super) const NONE: &str = "None of these";
pub(super) const YES: &str = "Yes";
pub(super) const NO: &str = "No";
/// Stands before what was chosen.
pub(super) const CHOSEN: &str = "✓ ";
/// Stands where rows are not shown.
pub(super) const MORE: &str = "     …";

pub(super) const WELCOME: &str = "q leaves; run needk8s again here to go on.";
pub(super) const REVIEW: &str = "Your answers";
pub(super) const DONE: &str = "Done: show the result";
pub(super) const STOP: &str = "Stop here and show the result";
pub(super) const GO_ON: &str = "Go on with the questions";
pub(super) const GO_ON_TO_PROOF: &str = "Answer what could still change it";
pub(super) const GO_ON_TO_THE_END: &str = "Answer the rest as well";
pub(super) const FINISHED: &str = "Done";
pub(super) const FINISHED_UNSAVED: &str = "Done, without saving";
pub(super) const CHANGE: &str = "Change an answer";
pub(super) const REPORT_PATH: &str = "Report file";

pub(super) const CHOOSE: &str = "number, or arrows and Enter";
pub(super) const CONFIRM: &str = "y or n · Enter takes the marked one · Esc leave";
pub(super) const PATH: &str = "Enter takes it · Esc leave";
pub(super) const NO_SUCH_ROW: &str = "There is no such number.";
pub(super) const NO_SUCH_KEY: &str = "That key does nothing here.";
pub(super) const NO_NEED_OF_ENTER: &str =
    "The key before needed no Enter. Press Enter again if it is meant for this.";
pub(super) const PASTED: &str = "Pasted text is no choice. Press a key.";
pub(super) const RANGE: &str =
    "That is a range, and the rules draw their lines at single numbers: type the one that you plan for.";
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

/// What can be typed where rows are to be chosen from.
pub(super) fn number_or(default: usize, also: &[Reply]) -> String {
    tied(&format!("a number; Enter alone is {default}; {}", letters(false, also, ", ")))
}

/// The keys where rows are to be chosen from.
pub(super) fn keys_of_rows(also: &[Reply]) -> String {
    tied(&format!("{CHOOSE} · {}", letters(false, also, " · ")))
}

/// "Simple: take a shelf. Nothing you have not answered can change this: 9 questions are left."
pub(super) fn settled(headline: &str, wholly: bool, left: Left) -> String {
    let claim = if wholly {
        "Nothing you have not answered can change this"
    } else {
        "The questions that are left cannot change this; your \"I don't know\"s can"
    };
    let are = if left.questions == 1 { "is" } else { "are" };
    format!("{headline} {claim}: {} {are} left.", counted_left(left))
}

/// "Not yet: take a PaaS. In at least 95 of 100 ways to answer what is left … it stays so. It turns if …"
pub(super) fn sure(so_far: &SoFar, sure: u8, left: Left) -> String {
    let left = counted_left(left);
    let (headline, turns) = (&so_far.headline, turns(so_far));
    format!("{headline} In at least {sure} of 100 ways to answer what is left ({left}), it stays so.{turns}")
}

/// "Borderline: a PaaS or k3s. None of what is left to ask (9 questions) would tell much by itself. It turns if …"
pub(super) fn tells_little(so_far: &SoFar, left: Left) -> String {
    let left = counted_left(left);
    let (headline, turns) = (&so_far.headline, turns(so_far));
    format!("{headline} None of what is left to ask ({left}) would tell much by itself.{turns}")
}

/// "Borderline: a PaaS or k3s. You have been asked 16 questions; what is left (9 questions) can still matter. It turns if …"
pub(super) fn many(so_far: &SoFar, asked: usize, left: Left) -> String {
    let left = counted_left(left);
    let (headline, turns) = (&so_far.headline, turns(so_far));
    format!(
        "{headline} You have been asked {asked} questions; what is left ({left}) can still matter.{turns}"
    )
}

/// " It turns if a; or b."
fn turns(so_far: &SoFar) -> String {
    let turns: Vec<&str> = so_far.turns.iter().take(MOST_TURNS).map(String::as_str).collect();
    if turns.is_empty() { String::new() } else { format!(" It turns if {}.", turns.join("; or ")) }
}

/// The length of the bar.
const CELLS: usize = 8;

/// No more turns than this are named at once.
const MOST_TURNS: usize = 3;

/// Where it stands between no and yes, and what that means: "Kubernetes no ▕░█░░░░░░▏ yes · probably not · PaaS".
pub(super) fn leaning(subject: &str, yes: f64, platform: &str) -> String {
    let before = ((yes * (CELLS - 1) as f64).round() as usize).min(CELLS - 1);
    let bar = format!("{}█{}", "░".repeat(before), "░".repeat(CELLS - 1 - before));
    let word = match yes {
        0.95.. => "almost certainly",
        0.67.. => "probably",
        0.33.. => "open",
        0.05.. => "probably not",
        _ => "almost certainly not",
    };
    format!("{subject} no ▕{bar}▏ yes · {word} · {platform}")
}

pub(super) fn ask_the_rest(left: Left) -> String {
    format!("Answer what is left: {}", counted_left(left))
}

fn counted_left(left: Left) -> String {
    let questions = counted(left.questions, "question", "questions");
    if left.exactly { questions } else { format!("at most {questions}") }
}

/// "Known already: services 7 (--services), uptime 99.9 (needk8s.toml:4)"
pub(super) fn known(answers: &[String]) -> String {
    format!("Known already: {}", answers.join(" · "))
}

/// What is said to somebody who leaves.
pub(super) fn kept(answers: usize) -> String {
    let answers = counted(answers, "answer is", "answers are");
    format!("{answers} kept. Run needk8s again here to go on.")
}

/// Whether to take up an earlier questionnaire; `others` of its answers do not count.
pub(super) fn resume(answers: usize, others: bool) -> String {
    if others {
        let takes = counted(answers, "other answer. Take it over?", "other answers. Take them over?");
        return format!("It has {takes}");
    }
    format!("The last questionnaire here has {}. Go on with it?", counted(answers, "answer", "answers"))
}

/// No more answers than this are named at once.
const MOST_OVERRULED: usize = 3;

/// "The last questionnaire here said otherwise, and what is given now counts: Services: 7, now 3 (other.toml:1)."
pub(super) fn overruled(answers: &[String]) -> String {
    let named = answers.iter().take(MOST_OVERRULED).cloned();
    let more = answers.len().saturating_sub(MOST_OVERRULED);
    let named: Vec<String> = named.chain((more > 0).then(|| format!("{more} more"))).collect();
    format!(
        "The last questionnaire here said otherwise, and what is given now counts: {}.",
        named.join(" · ")
    )
}

/// Why a question is asked, and where the rest is.
pub(super) fn explained(question: &Question) -> String {
    format!("Why it is asked: {} In full: needk8s explain {}", question.why, question.id)
}

/// What is said to somebody whose answers are not saved.
pub fn unsaved(answers: usize) -> String {
    let answers = counted(answers, "answer is", "answers are");
    format!(
        "{answers} kept, not saved. needk8s --save goes on with them here and saves them; then needk8s why, -v and -o know them."
    )
}

pub(super) fn save_answers(file: &str) -> String {
    format!("Save the answers and the decision to {file}")
}

pub(super) fn write_report(file: &str) -> String {
    format!("Write a report ({file})")
}

pub(super) fn replace(file: &str) -> String {
    format!("{file} exists. Overwrite it?")
}

/// An answer in the words of its question.
pub(super) fn described(question: &Question, value: Option<Value>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| question.describe(value))
}

/// What stays on the screen of a reply that answers: "Services: 7".
pub(super) fn replied(ask: &Ask<'_>, reply: Reply) -> Option<String> {
    let said = |value| format!("{}: {}", ask.question.name, described(ask.question, value));
    match reply {
        Reply::Value(value) => Some(said(Some(value))),
        Reply::Unknown => Some(said(None)),
        Reply::Why | Reply::Back | Reply::Review | Reply::Leave => None,
    }
}

/// "What you run · question 3 of about 9"
pub(super) fn heading(ask: &Ask<'_>) -> String {
    match ask.progress {
        None => ask.group.to_owned(),
        Some(Progress { number, of, exactly }) => {
            let about = if exactly { "" } else { "about " };
            format!("{} · question {number} of {about}{of}", ask.group)
        }
    }
}

/// The keys of a question: those that answer it, and those that are the same everywhere.
pub(super) fn keys(ask: &Ask<'_>) -> String {
    let answer = match &ask.question.kind {
        Kind::Flag(_) => "y or n, or arrows and Enter",
        Kind::Choice(_) => "number, or arrows and Enter",
        Kind::Choices(_) => "numbers or Space mark, Enter takes them",
        Kind::Count(_) => "a number and Enter · u don't know",
    };
    tied(&format!("{answer} · {}", letters(true, &replies(ask), " · ")))
}

/// What can be typed on a line: an answer, or a letter that stands for a reply.
pub(super) fn typing(ask: &Ask<'_>) -> String {
    tied(&format!("{}; u don't know, {}", expected(ask.question), letters(true, &replies(ask), ", ")))
}

/// The replies that letters stand for at a question, besides leaving and asking why.
pub(super) fn replies(ask: &Ask<'_>) -> Vec<Reply> {
    let back = ask.can_go_back.then_some(Reply::Back);
    back.into_iter().chain(ask.can_review.then_some(Reply::Review)).collect()
}

/// The letters that are replies, and what they do.
fn letters(can_explain: bool, also: &[Reply], gap: &str) -> String {
    let letters = [
        can_explain.then_some("? explain"),
        also.contains(&Reply::Back).then_some("b back"),
        also.contains(&Reply::Review).then_some("r review"),
        Some("q leave"),
    ];
    letters.into_iter().flatten().collect::<Vec<_>>().join(gap)
}

/// A key and its meaning stay on one line.
fn tied(keys: &str) -> String {
    let tied = keys.replace(' ', "\u{a0}");
    [",", ";"].iter().fold(tied.replace("\u{a0}·\u{a0}", " · "), |keys, mark| {
        keys.replace(&format!("{mark}\u{a0}"), &format!("{mark} "))
    })
}

/// The reply that a typed line stands for, where it is no answer.
pub(super) fn letter(line: &str) -> Option<Reply> {
    match line.to_lowercase().as_str() {
        "u" | "unknown" => Some(Reply::Unknown),
        "?" | "w" | "why" | "help" => Some(Reply::Why),
        "b" | "back" => Some(Reply::Back),
        "r" | "review" => Some(Reply::Review),
        "q" | "quit" | "exit" => Some(Reply::Leave),
        _ => None,
    }
}

/// Text on lines of at most `width` columns.
pub(super) fn wrapped(width: usize, first: &str, rest: &str, text: &str) -> Vec<String> {
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest);
    let lines = text::wrapped(text, options);
    lines.into_iter().map(|line| line.trim_end().replace('\u{a0}', " ")).collect()
}
