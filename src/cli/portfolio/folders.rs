//! Systems that lie in folders: recorded decisions below them, or repositories to be scanned.

use std::path::{Path, PathBuf};

use super::feed::{Refusal, Source};
use crate::answers::Answers;
use crate::assessment::Assessment;
use crate::cli::decision::{self, Decision};
use crate::cli::exit::Stop;
use crate::cli::input::{check_folder, unreadable};
use crate::cli::output::shown;
use crate::cli::program::now;
use crate::cli::rulebooks::Named;
use crate::cli::scanned::Scanner;
use crate::folder::{Folder, Kind, said};
use crate::portfolio::System;
use crate::rulebook::{Rulebook, Truth, UNDECIDED};
use crate::text::one_line;

/// No folder is walked deeper, no more files and folders are looked at, and no more records taken.
const DEEPEST: usize = 64;
const MOST_SEEN: usize = 3_000_000;
const MOST_RECORDS: usize = 100_000;

/// Folders in which nobody keeps a decision of their own.
const LEFT_OUT: [&str; 2] = [".git", "node_modules"];

/// What paths stand for: streams, folders with records below them, or repositories to scan.
pub(in crate::cli) fn sources(paths: &[PathBuf], scan: bool) -> Result<Vec<Source>, Stop> {
    let mut sources = Vec::new();
    for path in paths {
        let is_stream = path.as_os_str() == "-";
        if scan {
            check_folder(path)?;
        } else if let Some(error) = path.metadata().err().filter(|_| !is_stream) {
            return Err(Stop::wrong(unreadable("file or folder", path, &error)));
        }
        let is_folder = !is_stream && path.is_dir();
        match (is_folder, scan) {
            (_, true) => sources.push(Source::Repository(path.clone())),
            (true, false) => {
                check_folder(path)?;
                let records = records(path)?;
                if records.is_empty() {
                    return Err(Stop::wrong(format!(
                        "there is no {} in {} or below it; --scan reads repositories instead",
                        decision::FILE,
                        shown(path)
                    )));
                }
                sources.extend(records);
            }
            (false, false) if path.extension().is_some_and(|extension| extension == "toml") => {
                sources.push(Source::Record(path.clone(), named(path.parent().unwrap_or(path))));
            }
            (false, false) => sources.push(Source::Stream(path.clone())),
        }
    }
    Ok(sources)
}

/// The records below a folder, by path, and what was not looked into.
fn records(path: &Path) -> Result<Vec<Source>, Stop> {
    let fail = |error: std::io::Error| Stop::wrong(format!("cannot read {}: {error}", shown(path)));
    let folder = Folder::open(path).map_err(fail)?;
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    let mut refuse = |at: &str, reason: String| {
        refused.push(Source::Refused(Refusal::of_file(&shown(&path.join(at)), reason)));
    };
    let mut seen = 0;
    let mut left = vec![(String::new(), 0)];
    while let Some((at, depth)) = left.pop() {
        let items = match folder.list(if at.is_empty() { "." } else { &at }) {
            Ok(items) => items,
            Err(error) => {
                refuse(&at, said(&error));
                continue;
            }
        };
        let mut below = Vec::new();
        for item in items {
            seen += 1;
            if seen > MOST_SEEN || found.len() > MOST_RECORDS {
                return Err(Stop::wrong(format!(
                    "{} has more than {MOST_SEEN} files or {MOST_RECORDS} records; name the folders in it",
                    shown(path)
                )));
            }
            let item = match item {
                Ok(item) => item,
                Err(error) => {
                    refuse(&at, said(&error));
                    break;
                }
            };
            let name = item.name.to_string_lossy();
            let inner = if at.is_empty() { name.to_string() } else { format!("{at}/{name}") };
            match item.kind {
                Kind::File if name == decision::FILE => found.push(inner),
                Kind::Folder if LEFT_OUT.contains(&&*name) => {}
                Kind::Folder if item.name.to_str().is_none() => {
                    refuse(&inner, "its name is not UTF-8 text".to_owned());
                }
                Kind::Folder if depth >= DEEPEST => {
                    refuse(&inner, format!("it lies more than {DEEPEST} directories deep"));
                }
                Kind::Folder => below.push((inner, depth + 1)),
                Kind::File | Kind::Link | Kind::Other => {}
            }
        }
        left.extend(below);
    }
    found.sort();
    let source = |inner: String| {
        let file = path.join(inner);
        let name = named(file.parent().unwrap_or(path));
        Source::Record(file, name)
    };
    Ok(found.into_iter().map(source).chain(refused).collect())
}

/// What a system in a folder is called: the path as it was named.
fn named(folder: &Path) -> String {
    let plain = folder.strip_prefix(".").unwrap_or(folder);
    if !plain.as_os_str().is_empty() {
        return shown(plain);
    }
    let full = Path::new(".").canonicalize().unwrap_or_default();
    full.file_name().map_or_else(|| ".".to_owned(), |name| one_line(&name.to_string_lossy()))
}

/// A system, what is known of it, and what was decided.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) answers: Answers,
    pub(super) has_record: bool,
    decision: Option<Decision>,
}

/// Reads a recorded decision.
pub(super) fn read_record(rulebook: &Rulebook, path: &Path, name: String) -> Result<Found, Refusal> {
    let mut answers = Answers::none(rulebook);
    let recorded = decision::read(rulebook, path, &mut answers, &mut Vec::new()).map_err(refused)?;
    if answers.is_empty() {
        return Err(Refusal { place: shown(path), reason: "has no answers".to_owned(), is_record: true });
    }
    let decision = recorded.decision;
    Ok(Found { name, place: shown(path), answers, has_record: decision.is_some(), decision })
}

/// Scans a repository; what its record says counts more.
pub(super) fn scan(rulebook: &Rulebook, rules: &[Named], dir: &Path) -> Result<Found, Refusal> {
    let record = dir.join(decision::FILE);
    let mut answers = Answers::none(rulebook);
    let mut exclude = Vec::new();
    let mut decided = None;
    if record.symlink_metadata().is_ok() {
        let recorded = decision::read(rulebook, &record, &mut answers, &mut exclude).map_err(refused)?;
        decided = recorded.decision;
    }
    let scanner = Scanner { rulebook, rules, dir, exclude, now: now().into() };
    scanner.scan().map_err(refused)?.add_to(&mut answers);
    if answers.is_empty() {
        let reason = "shows nothing that answers a question".to_owned();
        return Err(Refusal { place: shown(dir), reason, is_record: true });
    }
    let has_record = decided.is_some();
    Ok(Found { name: named(dir), place: shown(dir), answers, has_record, decision: decided })
}

/// A message of ours, which names file and line.
fn refused(stop: Stop) -> Refusal {
    Refusal { place: String::new(), reason: stop.0.trim_end().to_owned(), is_record: true }
}

impl Found {
    /// Why the recorded decision is out of date; nothing where it is not, or there is none.
    pub(super) fn out_of_date(
        &self,
        rulebook: &Rulebook,
        system: &System,
        assessment: &Assessment,
    ) -> Option<String> {
        let decision = self.decision.as_ref()?;
        let name = |band: Option<usize>| band.map_or(UNDECIDED, |band| rulebook.bands()[band].id.as_str());
        let on = decision.date.as_ref().map_or(String::new(), |date| format!(" on {}", one_line(date)));
        if system.outlook.is_some() && system.decided() != decision.verdict {
            let (then, now) = (name(decision.verdict), name(system.decided()));
            return Some(format!("{then}{on}, now {now}"));
        }
        if decision.revisit.iter().any(|when| when.truth(&assessment.readings) == Truth::True) {
            return Some(format!("what was to be watched since {} has come true", said_or(&on, "then")));
        }
        decision.other_rules(rulebook)
    }
}

fn said_or<'t>(on: &'t str, other: &'t str) -> &'t str {
    on.strip_prefix(" on ").unwrap_or(other)
}
