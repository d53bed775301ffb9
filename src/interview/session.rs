//! The answers of an interview that was broken off, in a file of the user's state directory.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::document::{Entry, FaultLog, Node, read_toml};
use crate::rulebook::{Rulebook, UNKNOWN, Value, read_answer_table};
use crate::text::one_line;

/// No draft of ours comes near this size.
const MAX_BYTES: u64 = 1 << 20;

/// Keeps the answers of one unfinished interview: one for each working directory and rulebook.
#[derive(Debug)]
pub struct Session {
    file: Option<PathBuf>,
    directory: String,
    holds_answers: bool,
    /// Trouble with writing is told once.
    failed: bool,
}

/// What was found of an earlier interview.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// Its answers, in the order in which they were given.
    pub(super) answers: Vec<(usize, Option<Value>)>,
    /// When they were given.
    pub(super) written: Option<SystemTime>,
    /// What could not be read, in one line.
    pub(super) trouble: Option<String>,
}

impl Session {
    /// The session of the current working directory, under `$XDG_STATE_HOME` or `~/.local/state`. Where there is no such
    /// place, answers are not kept.
    pub fn of_working_directory(rulebook: &Rulebook) -> Self {
        let absolute = |path: &PathBuf| path.is_absolute();
        let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(absolute);
        let home = || std::env::home_dir().filter(absolute).map(|home| home.join(".local").join("state"));
        match (state.or_else(home), std::env::current_dir()) {
            (Some(state), Ok(directory)) => Self::new(&state, &directory, rulebook),
            _ => Self::nowhere(),
        }
    }

    /// The session of `directory` under the state directory `state`.
    pub fn new(state: &Path, directory: &Path, rulebook: &Rulebook) -> Self {
        let directory = directory.to_string_lossy().into_owned();
        let key = fingerprint(&[&directory, &rulebook.full_name()]);
        let file = state.join("needk8s").join("drafts").join(format!("{key:016x}.toml"));
        Self { file: Some(file), directory, holds_answers: false, failed: false }
    }

    /// A session that keeps nothing.
    pub fn nowhere() -> Self {
        Self { file: None, directory: String::new(), holds_answers: false, failed: false }
    }

    /// Forgets the answers: the interview has ended and its result is out.
    ///
    /// # Errors
    /// When the file is there and cannot be removed.
    pub fn discard(&mut self) -> io::Result<()> {
        self.holds_answers = false;
        match self.file.as_ref().map(fs::remove_file) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// How many answers of an earlier interview are kept.
    pub fn kept(&self, rulebook: &Rulebook) -> usize {
        let text = self.file.as_ref().and_then(|file| read(file).ok());
        let draft = text.and_then(|text| parse(rulebook, &text, &self.directory).ok());
        draft.map_or(0, |draft| draft.answers.len())
    }

    /// Whether answers will be kept, as far as is known.
    pub(super) fn keeps_answers(&self) -> bool {
        self.file.is_some() && !self.failed
    }

    /// Whether answers are kept for the next start.
    pub(super) fn holds_answers(&self) -> bool {
        self.holds_answers
    }

    /// The answers of an earlier interview. A file that makes no sense is put aside, so that nothing overwrites it.
    pub(super) fn load(&mut self, rulebook: &Rulebook) -> Draft {
        let Some(file) = &self.file else { return Draft::default() };
        let text = match read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Draft::default(),
            Err(error) => return put_aside(file, &error.to_string()),
        };
        match parse(rulebook, &text, &self.directory) {
            Ok(draft) => {
                self.holds_answers = !draft.answers.is_empty();
                let written = file.metadata().and_then(|found| found.modified()).ok();
                Draft { written, ..draft }
            }
            Err(trouble) => put_aside(file, &trouble),
        }
    }

    /// Replaces what is kept, whole or not at all; the trouble, told once, when that fails.
    pub(super) fn save(
        &mut self,
        rulebook: &Rulebook,
        answers: &[(usize, Option<Value>)],
    ) -> Result<(), String> {
        let Some(file) = self.file.as_ref().filter(|_| !self.failed) else { return Ok(()) };
        match write(file, &spell(rulebook, &self.directory, answers)) {
            Ok(()) => {
                self.holds_answers = !answers.is_empty();
                Ok(())
            }
            Err(error) => {
                self.failed = true;
                Err(one_line(&format!(
                    "answers cannot be kept for the next start: {}: {error}",
                    file.display()
                )))
            }
        }
    }
}

/// A number that stays the same for the same words in every version of the program (FNV-1a).
fn fingerprint(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    let length = File::open(file)?.take(MAX_BYTES + 1).read_to_string(&mut text)? as u64;
    if length > MAX_BYTES { Err(io::Error::other("it is too large")) } else { Ok(text) }
}

fn put_aside(file: &Path, trouble: &str) -> Draft {
    let aside = file.with_extension("unreadable");
    let place = if fs::rename(file, &aside).is_ok() { &aside } else { file };
    let trouble = format!("kept answers cannot be read and are ignored: {}: {trouble}", place.display());
    Draft { trouble: Some(one_line(&trouble)), ..Draft::default() }
}

fn spell(rulebook: &Rulebook, directory: &str, answers: &[(usize, Option<Value>)]) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = "# Answers of an unfinished questionnaire, until it is taken up again.\n".to_owned();
    let _ = writeln!(text, "directory = {}\n\n[answers]", quoted(directory));
    for (index, value) in answers {
        let Some(question) = rulebook.questions().get(*index) else { continue };
        let value = match value {
            None => quoted(UNKNOWN),
            Some(value @ (Value::Flag(_) | Value::Count(_))) => question.spell(*value),
            Some(value) => quoted(&question.spell(*value)),
        };
        let _ = writeln!(text, "{} = {value}", quoted(&question.id));
    }
    text
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    let directory = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(directory)?;
    let mut draft = tempfile::NamedTempFile::new_in(directory)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// Reads a draft. Answers that do not fit the questions any more are left out.
fn parse(rulebook: &Rulebook, text: &str, directory: &str) -> Result<Draft, String> {
    let faults = RefCell::default();
    let log = FaultLog::new(0, &faults);
    let entries = read_toml(text, &log);
    if let Some(fault) = faults.borrow().first() {
        return Err(fault.message.clone());
    }
    let entry = |key: &str| entries.iter().find(|entry: &&Entry<'_>| entry.key == key);
    if !matches!(entry("directory").map(|entry| &entry.value.node), Some(Node::Text(of)) if *of == directory)
    {
        return Err(format!("it does not belong to {directory}"));
    }
    let Some(Node::Table(answers)) = entry("answers").map(|entry| &entry.value.node) else {
        return Err("it has no answers".to_owned());
    };
    let mut read = read_answer_table(rulebook.questions(), answers, &log);
    read.sort_by_key(|answer| answer.span.start);
    let trouble = faults.borrow().first().map(|fault| {
        one_line(&format!("kept answers that do not fit the questions are left out: {}", fault.message))
    });
    let answers = read.into_iter().map(|answer| (answer.question, answer.value)).collect();
    Ok(Draft { answers, trouble, written: None })
}
