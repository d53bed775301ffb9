//! Reading: files of answers and rules, environment variables, all of them from strangers.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::exit::Stop;
use super::output::shown;
use crate::answers::{self, Answers, Given, Origin};
use crate::document::{Entry, FaultLog, Faults, Node, SourceFile, did_you_mean, read_json, read_toml};
use crate::rulebook::Rulebook;
use crate::text::one_line;

/// No file of answers or rules is longer than this; reading stops here.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// A rulebook has at most this many files.
const MAX_RULE_FILES: usize = 200;
/// What a scan goes by; it has another shape than the rest of a rulebook.
const SCAN_FILE: &str = "scan.toml";
/// Environment variables with answers start with this.
pub(super) const VARIABLE_PREFIX: &str = "NEEDK8S_";

/// Reads a text file as a whole, or says why it cannot be.
pub(super) fn read_file(path: &Path) -> Result<String, Stop> {
    let name = shown(path);
    let meta = fs::metadata(path).map_err(|error| Stop::wrong(format!("cannot read {name}: {error}")))?;
    if meta.is_dir() {
        return Err(Stop::wrong(format!("{name} is a directory; a file is expected")));
    }
    let file = File::open(path).map_err(|error| Stop::wrong(format!("cannot read {name}: {error}")))?;
    read_text(file, &name)
}

fn read_text(reader: impl Read, name: &str) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::wrong(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Stop::wrong(format!("{name} is larger than {} MiB", MAX_FILE / 1024 / 1024)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
        Stop::wrong(format!("{name} is not UTF-8 text: line {line} contains an invalid byte"))
    })
}

/// Reads the rulebook at `path`: a folder of TOML files or a single one; the built-in rulebook when there is no path.
pub(super) fn read_rulebook(path: Option<&Path>) -> Result<Rulebook, Stop> {
    let faults = |faults: Faults| Stop::Wrong(faults.to_string());
    let Some(path) = path else { return Rulebook::builtin().map_err(faults) };
    if !path.is_dir() {
        let file = SourceFile { name: shown(path), text: read_file(path)? };
        return Rulebook::parse(vec![file]).map_err(faults);
    }
    let listing =
        fs::read_dir(path).map_err(|error| Stop::wrong(format!("cannot read {}: {error}", shown(path))))?;
    let mut names: Vec<PathBuf> = listing
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.file_name().is_none_or(|name| name != SCAN_FILE))
        .take(MAX_RULE_FILES + 1)
        .collect();
    names.sort();
    if names.is_empty() || names.len() > MAX_RULE_FILES {
        let message = format!(
            "{} has {} rule files (*.toml); 1 to {MAX_RULE_FILES} are expected",
            shown(path),
            names.len()
        );
        return Err(Stop::wrong(message));
    }
    let files = names
        .iter()
        .map(|name| Ok(SourceFile { name: shown(name), text: read_file(name)? }))
        .collect::<Result<Vec<_>, Stop>>()?;
    Rulebook::parse(files).map_err(faults)
}

/// The scan file of the rulebook at `path`, if it has one; the built-in one when there is no path.
pub(super) fn read_scan_file(path: Option<&Path>) -> Result<Option<SourceFile>, Stop> {
    let Some(path) = path else { return Ok(Some(crate::rulebook::builtin_scan_file())) };
    let file = path.join(SCAN_FILE);
    if !path.is_dir() || file.symlink_metadata().is_err() {
        return Ok(None);
    }
    Ok(Some(SourceFile { name: shown(&file), text: read_file(&file)? }))
}

/// What an answers file says. `-` is standard input.
pub(super) fn read_answers(rulebook: &Rulebook, path: &Path, answers: &mut Answers) -> Result<(), Stop> {
    let extension = path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    if ["yaml", "yml"].contains(&extension) {
        let message = format!(
            "{}: YAML is not read; write the answers as TOML or JSON (needk8s questions --template answers.toml)",
            shown(path)
        );
        return Err(Stop::wrong(message));
    }
    let file = if path.as_os_str() == "-" {
        SourceFile {
            name: "standard input".to_owned(),
            text: read_text(io::stdin().lock(), "standard input")?,
        }
    } else {
        SourceFile { name: shown(path), text: read_file(path)? }
    };
    let is_json = path.extension().is_some_and(|extension| extension == "json")
        || (path.extension().is_none_or(|extension| extension != "toml")
            && file.text.trim_start().starts_with('{'));
    let collected = RefCell::new(Vec::new());
    {
        let log = FaultLog::new(0, &collected);
        let entries = if is_json { read_json(&file.text, &log) } else { read_toml(&file.text, &log) };
        for read in answers::read_table(rulebook, table_of_answers(&entries), &log) {
            let origin = Origin::File { name: file.name.clone(), line: line_of(&file.text, read.span.start) };
            answers.add(read.question, Given { value: read.value, origin });
        }
    }
    no_faults(file, collected)
}

/// The answers of a document: its `answers` table, as `needk8s.toml` has it, else the whole.
fn table_of_answers<'d>(entries: &'d [Entry<'d>]) -> &'d [Entry<'d>] {
    entries
        .iter()
        .find_map(|entry| match &entry.value.node {
            Node::Table(answers) if entry.key == "answers" => Some(answers.as_slice()),
            _ => None,
        })
        .unwrap_or(entries)
}

/// The number of the line in which a byte stands, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// An error with all faults, if there are any.
pub(super) fn no_faults(
    file: SourceFile,
    collected: RefCell<Vec<crate::document::Fault>>,
) -> Result<(), Stop> {
    let mut faults = collected.into_inner();
    if faults.is_empty() {
        return Ok(());
    }
    faults.sort_by_key(|fault| fault.span.start);
    Err(Stop::Wrong(Faults { files: vec![file], faults }.to_string()))
}

/// What the environment says: `NEEDK8S_SERVICES=7`.
pub(super) fn read_environment(rulebook: &Rulebook, answers: &mut Answers) -> Result<(), Stop> {
    let variable = |id: &str| format!("{VARIABLE_PREFIX}{}", id.to_uppercase().replace(['-', '.'], "_"));
    let variables: Vec<String> = rulebook.questions().iter().map(|question| variable(&question.id)).collect();
    let mut wrong = Vec::new();
    let mut given: Vec<(String, Option<String>)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok())))
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .collect();
    given.sort();
    for (name, value) in given {
        let Some(index) = variables.iter().position(|variable| *variable == name) else {
            let help = match did_you_mean(&name, variables.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "answers are called {VARIABLE_PREFIX}… after a question, as in {}",
                    variables.join(", ")
                ),
            };
            wrong.push(format!(
                "error: the environment variable `{}` names no question; {help}\n",
                one_line(&name)
            ));
            continue;
        };
        match value.as_deref().map(|text| rulebook.questions()[index].parse(text)) {
            Some(Ok(value)) => answers.add(index, Given { value, origin: Origin::Environment(name) }),
            Some(Err(error)) => wrong.push(format!("error: the environment variable {name}: {error}\n")),
            None => wrong.push(format!("error: the environment variable {name} is not UTF-8 text\n")),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Stop::Wrong(wrong.concat())) }
}
