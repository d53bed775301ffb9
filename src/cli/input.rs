//! Reading: files of answers, environment variables, all of them from strangers.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::exit::Stop;
use super::output::shown;
use crate::answers::{Answers, Given, Origin};
use crate::document::{Entry, FaultLog, Faults, Node, SourceFile, read_json, read_toml};
use crate::folder::{Folder, LEADS_OUT, Links, in_units, is_from_here, led_out, said};
use crate::rulebook::{Rulebook, question_meant, read_answer_table};
use crate::text::{line_of, one_line};

/// No file of answers is longer; reading stops here.
const MAX_ANSWERS: u64 = 1 << 20;
/// No written report that is brought up to date is longer.
const MAX_REPORT: u64 = 4 << 20;
/// No results of many systems are longer.
const MAX_RESULTS: u64 = 256 << 20;
/// Environment variables with answers start with this.
pub(super) const VARIABLE_PREFIX: &str = "NEEDK8S_";

/// Reads a text file as a whole, or says why it cannot be. What was named by a path from here has to be here: a link out of
/// a checked-out repository could show a stranger's choice of files, since messages quote what is wrong.
pub(super) fn read_file(path: &Path, most: u64) -> Result<String, Stop> {
    read_opened(open_file(path), &shown(path), most, !is_from_here(path))
}

/// Opens what is named on the command line.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    match is_from_here(path) {
        true => Folder::open(Path::new(".")).and_then(|here| here.file(path, Links::Followed)),
        false => File::open(path),
    }
}

/// Why [`open_file`] could not open something.
pub(super) fn opening_failed(error: &io::Error) -> String {
    if led_out(error) { LEADS_OUT.to_owned() } else { error.to_string() }
}

/// Says what is wrong with a path that has to be a folder.
pub(super) fn check_folder(path: &Path) -> Result<(), Stop> {
    let cannot = |error: io::Error| Stop::wrong(unreadable("folder", path, &error));
    if !path.metadata().map_err(cannot)?.is_dir() {
        return Err(Stop::wrong(format!("{} is a file, not a folder", shown(path))));
    }
    path.read_dir().map(drop).map_err(cannot)
}

/// Why something that was named cannot be read; `what` it should have been.
pub(super) fn unreadable(what: &str, path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            format!("there is no {what} {}", shown(path))
        }
        _ => format!("cannot read {}: {}", shown(path), said(error)),
    }
}

/// Reads a written report, to bring it up to date.
pub(super) fn read_report(path: &Path) -> Result<String, Stop> {
    read_file(path, MAX_REPORT)
}

/// Reads the results of many systems.
pub(super) fn read_results(path: &Path) -> Result<String, Stop> {
    read_file(path, MAX_RESULTS)
}

/// Reads a regular file of a folder.
pub(super) fn read_in(folder: &Path, name: &OsStr, most: u64) -> Result<String, Stop> {
    let file = Folder::open(folder).and_then(|folder| folder.file(name, Links::Followed));
    read_opened(file, &shown(&folder.join(name)), most, false)
}

/// Reads a file with answers as text, whatever its form.
pub(super) fn read_answers_text(path: &Path) -> Result<String, Stop> {
    read_file(path, MAX_ANSWERS)
}

/// The names of the TOML files of a folder, which messages call `name`, in no order.
pub(super) fn toml_files(folder: &Path, name: &str) -> Result<impl Iterator<Item = OsString> + use<>, Stop> {
    let listing = Folder::open(folder).and_then(|folder| folder.list("."));
    let listing = listing.map_err(|error| Stop::wrong(format!("cannot read {name}: {error}")))?;
    let is_toml = |name: &OsString| Path::new(name).extension().is_some_and(|extension| extension == "toml");
    Ok(listing.filter_map(Result::ok).map(|item| item.name).filter(is_toml))
}

/// Reads the record at a path. It lies in its folder, in a regular file, whoever has put it there.
pub(super) fn read_record(path: &Path) -> Result<String, Stop> {
    let folder = path.parent().unwrap_or(Path::new(""));
    read_in(folder, path.file_name().unwrap_or_default(), MAX_ANSWERS)
}

fn read_opened(file: io::Result<File>, name: &str, most: u64, may_be_a_pipe: bool) -> Result<String, Stop> {
    let fail = |error: io::Error| Stop::wrong(format!("cannot read {name}: {}", opening_failed(&error)));
    let file = file.map_err(fail)?;
    let found = file.metadata().map_err(fail)?;
    if found.is_dir() {
        return Err(Stop::wrong(format!("{name} is a directory; a file is expected")));
    }
    if !found.is_file() && !may_be_a_pipe {
        return Err(Stop::wrong(format!("{name} is not a regular file")));
    }
    read_text(file, name, most)
}

fn read_text(reader: impl Read, name: &str, most: u64) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    reader
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::wrong(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Stop::wrong(format!("{name} is larger than {}", in_units(most))));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Stop::wrong(format!("{name} is not UTF-8 text: line {line} contains an invalid byte"))
    })?;
    // Windows begins a text with this mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Refuses what by its name is something else than answers.
pub(super) fn refuse_by_name(path: &Path) -> Result<(), Stop> {
    let extension = path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let why = match extension {
        "yaml" | "yml" => {
            "YAML is not read; write the answers as TOML or JSON (needk8s questions --template answers.toml)"
        }
        "md" | "html" => {
            "a report for people is not read back; give needk8s.toml, an answers file or a report in JSON"
        }
        _ => return Ok(()),
    };
    Err(Stop::wrong(format!("{}: {why}", shown(path))))
}

/// What an answers file says. `-` is standard input.
pub(super) fn read_answers(rulebook: &Rulebook, path: &Path, answers: &mut Answers) -> Result<(), Stop> {
    refuse_by_name(path)?;
    let file = if path.as_os_str() == "-" {
        SourceFile::new("standard input", read_text(io::stdin().lock(), "standard input", MAX_ANSWERS)?)
    } else {
        SourceFile::new(shown(path), read_file(path, MAX_ANSWERS)?)
    };
    let is_json = path.extension().is_some_and(|extension| extension == "json")
        || (path.extension().is_none_or(|extension| extension != "toml")
            && file.text.trim_start().starts_with('{'));
    let collected = RefCell::new(Vec::new());
    {
        let log = FaultLog::new(0, &collected);
        let entries = if is_json { read_json(&file.text, &log) } else { read_toml(&file.text, &log) };
        if let Some(schema) = result_of_ours(&entries) {
            return Err(Stop::wrong(format!(
                "{} is a result ({schema}), not a file of answers; needk8s diff compares results",
                file.name
            )));
        }
        for read in read_answer_table(rulebook.questions(), table_of_answers(&entries), &log) {
            let origin = Origin::File {
                name: file.name.clone(),
                line: line_of(file.text.as_bytes(), read.span.start),
            };
            answers.add(read.question, Given { value: read.value, origin });
        }
    }
    no_faults(file, collected)
}

/// The schema of a document that is a result of this program.
fn result_of_ours(entries: &[Entry<'_>]) -> Option<String> {
    entries.iter().find_map(|entry| match &entry.value.node {
        Node::Text(text) if entry.key == "schema" && text.starts_with("needk8s.") => Some(one_line(text)),
        _ => None,
    })
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
    Err(Stop(Faults { files: vec![file], faults }.to_string()))
}

/// What the environment says: `NEEDK8S_SERVICES=7`.
pub(super) fn read_environment(rulebook: &Rulebook, answers: &mut Answers) -> Result<(), Stop> {
    let variable = |id: &str| format!("{VARIABLE_PREFIX}{}", id.to_uppercase().replace(['-', '.'], "_"));
    let variables: Vec<String> = rulebook.questions().iter().map(|question| variable(&question.id)).collect();
    let mut wrong = Vec::new();
    let mut given: Vec<(String, Option<String>)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok())))
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX) && name != super::rulebooks::VARIABLE)
        .collect();
    given.sort();
    for (name, value) in given {
        let Some(index) = variables.iter().position(|variable| *variable == name) else {
            let meant = question_meant(rulebook.questions(), &name[VARIABLE_PREFIX.len()..]);
            let help = match meant.map(variable) {
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
    if wrong.is_empty() { Ok(()) } else { Err(Stop(wrong.concat())) }
}
