//! A record as a file that people keep: its front matter and what they wrote between its marked sections is theirs.
//!
//! Each section stands between two comments, which no reader sees. The first carries a digest of the section, so that
//! one that somebody has edited is noticed and not lost.

use std::fmt;

use sha2::{Digest, Sha256};

/// One part of a record that belongs to the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) body: String,
}

const BEGIN: &str = "<!-- needk8s:";
const END: &str = "<!-- /needk8s -->";
const AFTER: &str = " -->";
const FENCE: &str = "---";

/// Why a file is not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOurs {
    /// It has no marks.
    NoMarks,
    /// These sections have lost their marks.
    Missing(Vec<String>),
    /// Somebody has edited these sections.
    Edited(Vec<String>),
}

impl fmt::Display for NotOurs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMarks => write!(out, "it has none of the marks by which its own sections are known"),
            Self::Missing(ids) => write!(out, "the marks of these sections are gone: {}", ids.join(", ")),
            Self::Edited(ids) => write!(
                out,
                "these sections were edited between their marks: {}; keep words of your own outside them",
                ids.join(", ")
            ),
        }
    }
}

/// An updated record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The whole text.
    pub text: String,
    /// The status that people gave it, where the outcome it stands for is another now.
    pub status_of_old_outcome: Option<String>,
}

/// A new record.
pub(super) fn new(sections: &[Section], date: &str) -> String {
    let mut text = format!(
        "{FENCE}\nstatus: proposed\ndate: {date}\ndecision-makers: []\nconsulted: []\ninformed: []\nsupersedes: []\n{FENCE}\n"
    );
    for section in sections {
        text.push('\n');
        text.push_str(&marked(section));
    }
    text
}

fn marked(section: &Section) -> String {
    format!("{BEGIN}{} {}{AFTER}\n\n{}\n\n{END}\n", section.id, digest(&section.body), section.body)
}

/// Eight hexadecimal digits, of the text without the blanks at the ends of its lines.
fn digest(body: &str) -> String {
    let mut hasher = Sha256::new();
    for line in body.trim().lines() {
        hasher.update(line.trim_end());
        hasher.update("\n");
    }
    hasher.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A stretch of a record.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// Words of people, or front matter.
    Theirs(&'t str),
    /// A section with the digest in its mark.
    Ours { id: &'t str, digest: &'t str, body: &'t str },
}

/// The record in `existing` brought up to date with `fresh`, a new record: front matter and what stands outside the marked
/// sections is kept, only the date is set. `force` replaces sections that were edited, adds those that are gone, and takes
/// the place of a file that has none.
///
/// # Errors
/// When sections were edited or are gone, unless `force` is set.
pub fn update(existing: &str, fresh: &str, force: bool) -> Result<Kept, NotOurs> {
    let (old, new) = (pieces(existing), pieces(fresh));
    let ours = |pieces: &[Piece<'_>]| -> Vec<String> {
        let ids = pieces.iter().filter_map(|piece| match piece {
            Piece::Ours { id, .. } => Some((*id).to_owned()),
            Piece::Theirs(_) => None,
        });
        ids.collect()
    };
    let (had, wanted) = (ours(&old), ours(&new));
    if had.is_empty() {
        let text = fresh.to_owned();
        return if force { Ok(Kept { text, status_of_old_outcome: None }) } else { Err(NotOurs::NoMarks) };
    }
    let gone: Vec<String> = wanted.iter().filter(|id| !had.contains(id)).cloned().collect();
    let edited: Vec<String> = old
        .iter()
        .filter_map(|piece| match piece {
            Piece::Ours { id, digest: marked, body } => (digest(body) != *marked).then(|| (*id).to_owned()),
            Piece::Theirs(_) => None,
        })
        .collect();
    match force {
        false if !gone.is_empty() => return Err(NotOurs::Missing(gone)),
        false if !edited.is_empty() => return Err(NotOurs::Edited(edited)),
        _ => {}
    }
    let find =
        |wanted: &str| new.iter().find(|piece| matches!(piece, Piece::Ours { id, .. } if *id == wanted));
    let mut text = String::with_capacity(existing.len() + fresh.len());
    let mut moved = false;
    for piece in &old {
        match piece {
            Piece::Theirs(words) => text.push_str(words),
            Piece::Ours { id, body, .. } => {
                // A section that records no longer have goes.
                let Some(Piece::Ours { digest, body: now, .. }) = find(id) else { continue };
                moved |= *id == "title" && body.trim() != now.trim();
                text.push_str(&block(id, digest, now));
            }
        }
    }
    for id in &gone {
        if let Some(Piece::Ours { id, digest, body }) = find(id) {
            text.push('\n');
            text.push_str(&block(id, digest, body));
        }
    }
    let status = front_matter(existing).and_then(|matter| value(matter, "status"));
    let text = match front_matter(fresh).and_then(|matter| value(matter, "date")) {
        Some(date) => with_date(&text, date),
        None => text,
    };
    let status_of_old_outcome = status.filter(|status| moved && *status != "proposed").map(str::to_owned);
    Ok(Kept { text, status_of_old_outcome })
}

fn block(id: &str, digest: &str, body: &str) -> String {
    format!("{BEGIN}{id} {digest}{AFTER}\n\n{}\n\n{END}\n", body.trim())
}

/// A record cut at its marks. A mark that is not closed, or stands within another section, is no mark.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut theirs_from = 0;
    let mut at = 0;
    while let Some((begin, id, digest, length)) = next_mark(rest) {
        let body_from = begin + length;
        let Some(body_length) = rest[body_from..].find(END) else { break };
        let after = body_from + body_length + END.len();
        let after = after + usize::from(rest[after..].starts_with('\r'));
        let after = after + usize::from(rest[after..].starts_with('\n'));
        pieces.push(Piece::Theirs(&text[theirs_from..at + begin]));
        pieces.push(Piece::Ours { id, digest, body: &rest[body_from..body_from + body_length] });
        at += after;
        theirs_from = at;
        rest = &rest[after..];
    }
    pieces.push(Piece::Theirs(&text[theirs_from..]));
    pieces
}

/// The next opening mark: where it begins, its id and digest, and its length.
fn next_mark(text: &str) -> Option<(usize, &str, &str, usize)> {
    let mut from = 0;
    loop {
        let begin = from + text[from..].find(BEGIN)?;
        let inner = &text[begin + BEGIN.len()..];
        let line = &inner[..inner.find('\n').unwrap_or(inner.len())];
        let words = line.trim_end().strip_suffix(AFTER.trim_start()).map(str::trim);
        match words.and_then(|words| words.split_once(' ')) {
            Some((id, digest)) => return Some((begin, id, digest.trim(), BEGIN.len() + line.len())),
            None => from = begin + BEGIN.len(),
        }
    }
}

/// What stands between the fences at the head of a file.
fn front_matter(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(FENCE)?;
    let inner = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n'))?;
    Some(&inner[..inner.find("\n---")?])
}

fn value<'t>(matter: &'t str, key: &str) -> Option<&'t str> {
    let line = matter.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    Some(line.trim().trim_matches(['"', '\'']))
}

fn with_date(text: &str, date: &str) -> String {
    let Some(matter) = front_matter(text) else { return text.to_owned() };
    let head = text.len() - text.trim_start_matches(FENCE).trim_start_matches(['\r', '\n']).len();
    let dated = |line: &str| match line.strip_prefix("date:") {
        Some(rest) => {
            let end = if rest.ends_with("\r\n") {
                "\r\n"
            } else if rest.ends_with('\n') {
                "\n"
            } else {
                ""
            };
            format!("date: {date}{end}")
        }
        None => line.to_owned(),
    };
    let matter_text: String = matter.split_inclusive('\n').map(dated).collect();
    format!("{}{matter_text}{}", &text[..head], &text[head + matter.len()..])
}
