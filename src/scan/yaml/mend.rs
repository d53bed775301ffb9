//! Reads what is nearly YAML: with the lines mended that are known to fail, as templates have them.

use std::rc::Rc;

use super::{Node, Parsed, parse};

/// What could be read of a text, and what not.
#[derive(Default)]
pub(in super::super) struct Reading {
    pub(in super::super) documents: Vec<Rc<Node>>,
    pub(in super::super) trouble: Option<String>,
}

/// A text that is no YAML even when it is mended.
pub(in super::super) struct Broken {
    pub(in super::super) trouble: String,
    pub(in super::super) mended: String,
}

/// Reads a text as YAML, mended if need be; else says why it is none.
pub(in super::super) fn read(path: &Rc<str>, text: &str) -> Result<Reading, Broken> {
    let trouble = match parse(path, text) {
        Ok(Parsed { documents, twice }) => {
            let trouble = twice.map(|(key, line)| {
                format!("it has the key `{key}` twice in one mapping (line {line}), which may be refused; the last one was read")
            });
            return Ok(Reading { documents, trouble });
        }
        Err(trouble) => trouble,
    };
    let (mended, lines) = mend(text);
    match parse(path, &mended) {
        Ok(Parsed { documents, .. }) => {
            let trouble = format!("{trouble}; read without what fails in {}", list(&lines));
            Ok(Reading { documents, trouble: Some(trouble) })
        }
        Err(_) => Err(Broken { trouble, mended }),
    }
}

fn list(lines: &[usize]) -> String {
    let shown: Vec<String> = lines.iter().take(5).map(usize::to_string).collect();
    let more = if lines.len() > shown.len() { " and others" } else { "" };
    format!("line{} {}{more}", if lines.len() == 1 { "" } else { "s" }, shown.join(", "))
}

/// The text with template code left out or quoted, and the lines that this changed.
fn mend(text: &str) -> (String, Vec<usize>) {
    let mut mended = String::with_capacity(text.len());
    let mut changed = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let new = mend_line(line);
        if new != line {
            changed.push(index + 1);
        }
        mended.push_str(&new);
        mended.push('\n');
    }
    (mended, changed)
}

fn mend_line(line: &str) -> String {
    let line = without_instructions(&line.replace('\0', ""));
    let body = line.trim_start();
    let (indent, _) = line.split_at(line.len() - body.len());
    let indent = indent.replace('\t', "  ");
    let (before, value) = split_value(body);
    if before.is_empty() && value.starts_with("{{") {
        return String::new();
    }
    if cannot_start(value) {
        return format!("{indent}{before}'{}'", value.trim_end().replace('\'', "''"));
    }
    format!("{indent}{body}")
}

/// A line without the instructions of template languages; what they would print stays.
fn without_instructions(line: &str) -> String {
    let marks = [("{%", "%}"), ("<%", "%>"), ("{#", "#}")];
    let left = marks.iter().fold(line.to_owned(), |line, (open, close)| without(&line, open, close));
    if left.trim().is_empty() { String::new() } else { left }
}

fn without(line: &str, open: &str, close: &str) -> String {
    let mut left = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((_, after)) = after.split_once(close) else { break };
        left.push_str(before);
        rest = after;
    }
    left + rest
}

/// `key: ` or `- `, and what follows.
fn split_value(body: &str) -> (&str, &str) {
    let start = match body.strip_prefix("- ") {
        Some(item) => body.len() - item.trim_start().len(),
        None => 0,
    };
    let key = body[start..].find(": ").map(|colon| start + colon + 2).unwrap_or(start);
    let value = body[key..].trim_start();
    body.split_at(body.len() - value.len())
}

fn cannot_start(value: &str) -> bool {
    ["{{", "{%", "<%", "%", "`", "@"].iter().any(|start| value.starts_with(start))
}
