//! What a TOML or JSON file says, with the place of every word: the common ground of rule files and answers.

mod fault;
mod json;
mod node;
mod reader;
mod toml;

pub(crate) use fault::digest;
pub use fault::{Fault, FaultKind, Faults, SourceFile};
pub(crate) use fault::{FaultLog, did_you_mean};
pub use node::Span;
pub(crate) use node::{Entry, Located, Node};
#[cfg(test)]
pub(crate) use reader::asked;
pub(crate) use reader::{Reader, Word, word};

impl Node<'_> {
    /// What the value is, with its article, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Flag(_) => "a boolean",
            Node::Integer(_) | Node::Number(_) => "a number",
            Node::Text(_) => "a text",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
            Node::Date => "a date",
        }
    }
}

/// Keys, values and what else gives a text its structure: that is what costs memory, not its length.
const MOST_MARKS: usize = 150_000;
/// What may begin a table of TOML or a list, which costs far more than a value does.
const MOST_TABLES: usize = 30_000;

/// How much structure a text has.
pub(crate) fn marks(text: &str) -> usize {
    let is_mark = |byte: &u8| {
        matches!(byte, b'=' | b':' | b'[' | b']' | b'{' | b'}' | b',' | b'.' | b'"' | b'\'' | b'\n')
    };
    text.as_bytes().iter().filter(|byte| is_mark(byte)).count()
}

/// Why a text has more structure than is read.
const TOO_MUCH: &str = "the file has more keys and values than are read";

fn is_too_much(text: &str) -> bool {
    text.len() > MOST_MARKS && marks(text) > MOST_MARKS
}

/// Whether a text may have more tables than are read: each part of `[a.b.c]` and of `a.b = 1` is one.
fn has_too_many_tables(text: &str) -> bool {
    let begins = |byte: &u8| matches!(byte, b'.' | b'[' | b'{');
    text.len() > MOST_TABLES && text.as_bytes().iter().filter(|byte| begins(byte)).count() > MOST_TABLES
}

/// Where and why a TOML text is not read at all.
fn toml_refused(text: &str) -> Option<(Span, &'static str)> {
    if is_too_much(text) {
        return Some((0..0, TOO_MUCH));
    }
    let lone_return = || {
        let span = toml::lone_return(text)?;
        Some((span, "a line ends in a carriage return alone; save it with line feeds"))
    };
    toml::too_much(text)
        .or_else(|| has_too_many_tables(text).then_some((0..0, "the file has more tables than are read")))
        .or_else(lone_return)
}

/// Reads TOML; every fault of the syntax goes to `log`, and what could be read is returned all the same.
pub(crate) fn read_toml<'a>(text: &'a str, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    if let Some((span, reason)) = toml_refused(text) {
        log.fault(span, reason.to_owned(), None);
        return Vec::new();
    }
    toml::read(text, |span, message| log.fault(span, message, None))
}

/// Reads TOML as the `toml` crate has it, for readers of their own; what is wrong goes to `fault`.
pub(crate) fn toml_table(text: &str, mut fault: impl FnMut(Span, String)) -> ::toml::de::DeTable<'_> {
    match toml_refused(text) {
        Some((span, reason)) => {
            fault(span, reason.to_owned());
            ::toml::de::DeTable::new()
        }
        None => toml::parse(text, fault),
    }
}

/// What a TOML text has too much of, for readers that parse it themselves.
pub(crate) fn too_much(text: &str) -> Option<&'static str> {
    toml::too_much(text).map(|(_, reason)| reason)
}

/// Reads JSON whose top level is an object; a fault of the syntax goes to `log`.
pub(crate) fn read_json<'a>(text: &'a str, log: &FaultLog<'_>) -> Vec<Entry<'a>> {
    if is_too_much(text) {
        log.fault(0..0, TOO_MUCH.to_owned(), None);
        return Vec::new();
    }
    json::read(text, log)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::rulebook::{LayerFiles, Rulebook};

    /// What is wrong with a text, as people are told.
    fn faults(text: &str, read: impl Fn(&str, &FaultLog<'_>)) -> String {
        let collected = RefCell::new(Vec::new());
        read(text, &FaultLog::new(0, &collected));
        let files = vec![SourceFile::new("a", text.to_owned())];
        let said = Faults { files, faults: collected.into_inner() }.to_string();
        assert!(said.len() < 100_000, "{} bytes are said", said.len());
        said
    }

    #[test]
    fn any_answers_are_read_within_bounds() {
        let rulebook = Rulebook::builtin().unwrap_or_else(|faults| panic!("{faults}"));
        let read = |entries: &[Entry<'_>], log: &FaultLog<'_>| {
            drop(crate::rulebook::read_answer_table(rulebook.questions(), entries, log))
        };
        crate::fuzz::texts("answers", |text| faults(text, |text, log| read(&read_toml(text, log), log)));
        crate::fuzz::texts("json", |text| faults(text, |text, log| read(&read_json(text, log), log)));
    }

    #[test]
    fn any_rules_are_read_within_bounds() {
        crate::fuzz::texts("rules", |text| {
            let file = SourceFile::new("a.toml", text.to_owned());
            Rulebook::parse(vec![file]).err().map(|faults| faults.to_string())
        });
    }

    #[test]
    fn any_layers_are_read_within_bounds() {
        let file = |name: &str, text: &str| SourceFile::new(name.to_owned(), text.to_owned());
        let layer = |file: SourceFile| LayerFiles { path: file.name.clone(), files: vec![file] };
        let base = layer(file("base.toml", include_str!("../../tests/corpus/rules/broker.toml")));
        let usual = layer(file("usual.toml", include_str!("../../tests/corpus/layers/usual.toml")));
        let read = |layers| Rulebook::layered(layers).map(|rulebook| (rulebook.as_toml(), rulebook.items()));
        assert_eq!(read(vec![base.clone(), usual.clone()]).err().map(|faults| faults.to_string()), None);
        crate::fuzz::texts("layers", |text| {
            let own = layer(file("a.toml", text));
            let alone = read(vec![base.clone(), own.clone()]).map_err(|faults| faults.to_string());
            (alone, read(vec![base.clone(), usual.clone(), own]).map_err(|faults| faults.to_string()))
        });
    }

    #[test]
    fn json_is_strict() {
        let said = |text: &str| faults(text, |text, log| drop(read_json(text, log)));
        assert_eq!(said("{\"a\": [1, null, {\"b\": \"c\"}]}"), "");
        for text in [
            "{\"a\":\u{c}7}",
            "{\"a\":\"b\nc\"}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{'a':1}",
            "{\"a\":1}x",
            "\u{feff}{}",
        ] {
            assert!(said(text).contains("this is not valid JSON"), "{text:?}: {}", said(text));
        }
        assert!(said("{\"a\":1,\"a\":2}").contains("stands here twice"));
        let many: String = (0..30_000).map(|key| format!(",\"k{key}\":1")).collect();
        assert_eq!(said(&format!("{{\"a\":1{many}}}")), "");
    }
}
