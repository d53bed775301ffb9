//! The questions themselves: a list to read, a list for programs, and an answers file to fill in.

use std::fmt::Write as _;

use serde::Serialize;

use super::Format;
use super::text::Layout;
use crate::rulebook::{Kind, Question, Rulebook, UNKNOWN};
use crate::text::one_line;

/// The questions of a rulebook in a format.
pub fn render(rulebook: &Rulebook, format: Format, layout: Layout) -> String {
    match format {
        Format::Json => json(rulebook),
        Format::Text | Format::Html => text(rulebook, layout.width, layout.verbose),
        Format::Markdown => markdown(rulebook),
    }
}

/// Each question with what to type for it; `verbose` with how to answer it.
fn text(rulebook: &Rulebook, width: usize, verbose: bool) -> String {
    let mut text = String::new();
    let mut line = |first: &str, rest: &str, line: &str| {
        let options = textwrap::Options::new(width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let _ = writeln!(text, "{}", textwrap::fill(&one_line(line), options));
    };
    for (index, group) in rulebook.groups().iter().enumerate() {
        line("", "", &group.title);
        for question in of_group(rulebook, index) {
            let value = match &question.kind {
                Kind::Flag(_) => " yes|no",
                Kind::Count(_) => " N",
                Kind::Choice(_) | Kind::Choices(_) => "",
            };
            line("  ", "    ", &format!("--{}{value}: {}", question.id, question.prompt));
            let ids: Vec<&str> = question.options().iter().map(|option| option.id.as_str()).collect();
            let ids = ids.join(", ");
            match &question.kind {
                Kind::Choices(_) => line("      ", "      ", &format!("any of {ids}")),
                Kind::Choice(_) => line("      ", "      ", &ids),
                Kind::Flag(_) | Kind::Count(_) => {}
            }
            if verbose {
                line("      ", "      ", &question.help);
            }
        }
        line("", "", "");
    }
    let more = match verbose {
        true => "One of them in full: needk8s explain QUESTION.",
        false => "With help: needk8s questions -v. One of them in full: needk8s explain QUESTION.",
    };
    line("", "", &format!("`{UNKNOWN}` is an answer everywhere. {more}"));
    text
}

fn markdown(rulebook: &Rulebook) -> String {
    let mut text = String::new();
    for (index, group) in rulebook.groups().iter().enumerate() {
        let _ = writeln!(text, "## {}", one_line(&group.title));
        for question in of_group(rulebook, index) {
            let Question { id, prompt, help, .. } = question;
            let help = format!("{help} It takes {}.", takes(question));
            let _ = writeln!(text, "- --{id}: {}\n      {}", one_line(prompt), one_line(&help));
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn of_group(rulebook: &Rulebook, group: usize) -> impl Iterator<Item = &Question> {
    rulebook.questions().iter().filter(move |question| question.group == group)
}

/// "one of `a`, `b`, or unknown"
fn takes(question: &Question) -> String {
    format!("{}, or {UNKNOWN}", question.takes())
}

/// An answers file in which every question is a comment.
pub fn template(rulebook: &Rulebook) -> String {
    let mut text = format!(
        "# {}\n# Take the # from the answers you know: needk8s --answers FILE reads them.\n",
        one_line(rulebook.title())
    );
    for question in rulebook.questions() {
        let _ = write!(text, "\n# {}\n", one_line(&question.prompt));
        for option in question.options() {
            let _ = writeln!(text, "#   {}: {}", one_line(&option.id), one_line(&option.label));
        }
        let sample = match &question.kind {
            Kind::Flag(_) => "true".to_owned(),
            Kind::Count(count) => count.min.to_string(),
            Kind::Choice(options) => quoted(options.first().map_or("", |option| &option.id)),
            Kind::Choices(options) => {
                format!("[{}]", quoted(options.first().map_or("", |option| &option.id)))
            }
        };
        let _ = writeln!(text, "# {} = {sample}", question.id);
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    questions: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    group: &'a str,
    prompt: &'a str,
    help: &'a str,
    why: &'a str,
    takes: String,
    values: Vec<String>,
    asked_when: Option<String>,
}

fn json(rulebook: &Rulebook) -> String {
    let entry = |question| -> Entry<'_> {
        let question: &Question = question;
        Entry {
            id: &question.id,
            group: &rulebook.groups()[question.group].id,
            prompt: &question.prompt,
            help: &question.help,
            why: &question.why,
            takes: takes(question),
            values: question.options().iter().map(|option| option.id.clone()).collect(),
            asked_when: question.ask_when.as_ref().map(|condition| condition.say(rulebook.questions())),
        }
    };
    let listed =
        Listed { schema: "needk8s.questions/1", questions: rulebook.questions().iter().map(entry).collect() };
    serde_json::to_string_pretty(&listed).unwrap_or_default() + "\n"
}
