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
        Format::Text | Format::Html => text(rulebook, layout.width, "", ""),
        Format::Markdown => text(rulebook, usize::MAX, "## ", "- "),
    }
}

fn text(rulebook: &Rulebook, width: usize, group: &str, item: &str) -> String {
    let mut text = String::new();
    let mut line = |first: &str, rest: &str, line: &str| {
        let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest);
        let _ = writeln!(text, "{}", textwrap::fill(&one_line(line), options));
    };
    for (index, heading) in rulebook.groups().iter().enumerate() {
        line(group, "", &heading.title);
        for question in rulebook.questions().iter().filter(|question| question.group == index) {
            let first = if item.is_empty() { "  " } else { item };
            line(first, "    ", &format!("--{}: {}", question.id, question.prompt));
            line("      ", "      ", &format!("{} It takes {}.", question.help, takes(question)));
        }
        line("", "", "");
    }
    text.trim_end().to_owned() + "\n"
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
