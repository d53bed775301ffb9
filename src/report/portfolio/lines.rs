//! Results as a stream: a line of JSON or a row of a table for each system, written as it goes.

use crate::portfolio::{Judgement, Sure};
use crate::rulebook::{Kind, Rulebook, UNDECIDED, Value};
use crate::text::{is_unsafe, one_line};

/// What a line tells of one system.
#[derive(Debug, Clone, Copy)]
pub struct Line<'l> {
    /// What it is called.
    pub name: &'l str,
    /// The group that it belongs to; empty where it belongs to none.
    pub group: &'l str,
    /// What its answers come to.
    pub judgement: Judgement,
    /// How sure that is; `None` where something is open and nobody asked.
    pub sure: Option<Sure>,
}

/// The words of a rulebook that lines are made of.
#[derive(Debug)]
pub struct Lines<'r> {
    rulebook: &'r Rulebook,
    bands: Vec<&'r str>,
    platforms: Vec<&'r str>,
    /// For each band what a line of JSON says of it after the name: where it is the verdict, where none is, and where nobody
    /// asked. That and the next are written as a whole, which takes a part of the time that their words take.
    verdicts: Vec<[String; 3]>,
    /// For each platform what such a line says of it.
    taken: Vec<String>,
}

/// The columns that every table of results begins with.
pub const COLUMNS: [&str; 8] =
    ["name", "group", "verdict", "leaning", "margin", "platform", "sureness", "open"];

/// What may stand between the cells of a table, the usual one first.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

impl<'r> Lines<'r> {
    /// Lines in the words of `rulebook`.
    pub fn new(rulebook: &'r Rulebook) -> Self {
        let bands: Vec<&str> = rulebook.bands().iter().map(|band| band.id.as_str()).collect();
        let platforms: Vec<&str> = rulebook.platforms().iter().map(|platform| platform.id.as_str()).collect();
        let of_band = |band: &&str| {
            [format!("\"{band}\""), format!("\"{UNDECIDED}\""), "null".to_owned()]
                .map(|verdict| format!(",\"verdict\":{verdict},\"leaning\":\"{band}\",\"margin\":"))
        };
        Self {
            rulebook,
            verdicts: bands.iter().map(of_band).collect(),
            taken: platforms.iter().map(|platform| format!(",\"platform\":\"{platform}\"")).collect(),
            bands,
            platforms,
        }
    }

    fn verdict(&self, line: &Line<'_>) -> Option<&'r str> {
        line.sure.map(|sure| if sure.is_decided { self.bands[line.judgement.band] } else { UNDECIDED })
    }

    /// Adds a line of JSON: the result, the answers where they are to be written, and what is kept of the record, members
    /// of an object with a comma before each.
    pub fn json(&self, line: &Line<'_>, answers: Option<&[Option<Value>]>, kept: &[u8], out: &mut Vec<u8>) {
        let Judgement { band, margin, recommendation, open, .. } = line.judgement;
        out.extend_from_slice(b"{\"name\":");
        text(line.name, out);
        if !line.group.is_empty() {
            out.extend_from_slice(b",\"group\":");
            text(line.group, out);
        }
        let verdict = line.sure.map_or(2, |sure| usize::from(!sure.is_decided));
        out.extend_from_slice(self.verdicts[band][verdict].as_bytes());
        number(margin, out);
        out.extend_from_slice(self.taken[recommendation].as_bytes());
        if let Some(sure) = line.sure {
            out.extend_from_slice(b",\"sureness\":");
            number(i64::from(sure.percent), out);
        }
        out.extend_from_slice(b",\"open\":");
        number(open as i64, out);
        if let Some(answers) = answers {
            out.extend_from_slice(b",\"answers\":{");
            self.answers(answers, out);
            out.push(b'}');
        }
        if let Some((_, kept)) = kept.split_first() {
            out.extend_from_slice(b",\"kept\":{");
            safe(kept, out);
            out.push(b'}');
        }
        out.extend_from_slice(b"}\n");
    }

    fn answers(&self, values: &[Option<Value>], out: &mut Vec<u8>) {
        let mut is_first = true;
        for (question, value) in self.rulebook.questions().iter().zip(values) {
            let Some(value) = value else { continue };
            if !std::mem::take(&mut is_first) {
                out.push(b',');
            }
            word(&question.id, out);
            out.push(b':');
            match (value, &question.kind) {
                (Value::Choices(set), Kind::Choices(options)) => {
                    out.push(b'[');
                    for (place, option) in set.iter().filter_map(|option| options.get(option)).enumerate() {
                        if place > 0 {
                            out.push(b',');
                        }
                        word(&option.id, out);
                    }
                    out.push(b']');
                }
                (Value::Flag(_) | Value::Count(_), _) => {
                    out.extend_from_slice(question.spell(*value).as_bytes());
                }
                _ => word(&question.spell(*value), out),
            }
        }
    }

    /// The cells of a row, in the order of [`COLUMNS`], of a table in which this byte separates them.
    pub fn cells(&self, line: &Line<'_>, delimiter: u8, mut cell: impl FnMut(&[u8])) {
        let Judgement { band, margin, recommendation, open, .. } = line.judgement;
        let mut figure = Vec::with_capacity(20);
        let mut figure = |of: i64, cell: &mut dyn FnMut(&[u8])| {
            figure.clear();
            number(of, &mut figure);
            cell(&figure);
        };
        cell(harmless(&plain(line.name), delimiter).as_bytes());
        cell(harmless(&plain(line.group), delimiter).as_bytes());
        cell(self.verdict(line).unwrap_or_default().as_bytes());
        cell(self.bands[band].as_bytes());
        figure(margin, &mut cell);
        cell(self.platforms[recommendation].as_bytes());
        match line.sure {
            Some(sure) => figure(i64::from(sure.percent), &mut cell),
            None => cell(b""),
        }
        figure(open as i64, &mut cell);
    }
}

/// A text of the rulebook, which has nothing in it that JSON escapes.
fn word(word: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(word.as_bytes());
    out.push(b'"');
}

/// A text of a stranger.
fn text(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(|byte| matches!(byte, b' '..0x7f) && !matches!(byte, b'"' | b'\\')) {
        return word(text, out);
    }
    // Memory takes all that is written.
    let _ = serde_json::to_writer(out, &plain(text));
}

fn number(number: i64, out: &mut Vec<u8>) {
    // The library's own way to write numbers; memory takes all of it.
    let _ = serde_json::to_writer(out, &number);
}

/// JSON of a stranger, with nothing in it that steers a terminal.
fn safe(json: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(json) {
        Ok(text) if text.contains(is_unsafe) => out.extend_from_slice(one_line(text).as_bytes()),
        _ => out.extend_from_slice(json),
    }
}

/// A text of a stranger on one line, with nothing in it that steers a terminal.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte);
    if text.bytes().all(is_plain) || !text.contains(is_unsafe) {
        return text.into();
    }
    one_line(text).into()
}

/// A cell of a stranger that no spreadsheet takes for a formula (<https://owasp.org/www-community/attacks/CSV_Injection>),
/// nor a part of it where something else than here separates cells; numbers stay numbers.
fn harmless(cell: &str, delimiter: u8) -> std::borrow::Cow<'_, str> {
    let separates = |c: char| c != char::from(delimiter) && DELIMITERS.map(char::from).contains(&c);
    let begins = is_formula(cell);
    if !begins && !cell.split(separates).any(is_formula) {
        return cell.into();
    }
    let mut safe = String::with_capacity(cell.len() + 1);
    for (place, part) in cell.split_inclusive(separates).enumerate() {
        if begins && place == 0 || is_formula(part.trim_end_matches(separates)) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    safe.into()
}

fn is_formula(cell: &str) -> bool {
    let begins =
        cell.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
            || cell.starts_with(['\t', '\r', '\n']);
    begins && !cell.trim().replace(',', ".").parse::<f64>().is_ok_and(f64::is_finite)
}

/// A cell that is kept as it was, its lines too, with nothing in it that steers a terminal or is taken for a formula.
pub fn kept(cell: &str, delimiter: u8) -> std::borrow::Cow<'_, str> {
    let unsafe_here = |c: char| is_unsafe(c) && !matches!(c, '\n' | '\r' | '\t');
    if cell.contains(unsafe_here) {
        return harmless(&cell.replace(unsafe_here, "\u{fffd}"), delimiter).into_owned().into();
    }
    harmless(cell, delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_and_numbers_stay_numbers() {
        for cell in ["=1+1", "+SUM(A1)", "-cmd", "@x", "\tx", " =1", "＝1"] {
            assert_eq!(harmless(cell, b','), format!("'{cell}"));
        }
        for cell in ["-5", "+3.5", "-1,5", "a=b", "", "x"] {
            assert_eq!(harmless(cell, b','), cell);
        }
        assert_eq!(harmless("a;=1+1;-2; @x,-y", b','), "a;'=1+1;-2;' @x,-y");
        assert_eq!(harmless("a,=1", b';'), "a,'=1");
        assert_eq!(harmless("\t=1", b','), "'\t'=1");
        assert_eq!(kept("a\nb\u{1b}[31m", b','), "a\nb\u{fffd}[31m");
    }
}
