//! Where the rules come from: `--rules`, else NEEDK8S_RULES, else `rules` in needk8s.toml, else those that are built in.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::exit::Stop;
use super::input::{read_file, read_in, read_record, toml_files};
use super::output::shown;
use super::program::record_at;
use super::rooted::root_of;
use crate::document::{FaultLog, Faults, Node, SourceFile, read_toml, word};
use crate::folder::{LEADS_OUT, in_units};
use crate::rulebook::{LayerFiles, Rulebook};

/// The variable that names rules, as many as one likes, between the separators of `PATH`.
pub(super) const VARIABLE: &str = "NEEDK8S_RULES";
/// The key of needk8s.toml that names them.
pub(super) const KEY: &str = "rules";
/// No file of rules is longer, nor are all of a rulebook and its layers together.
const MAX_RULES: u64 = 4 << 20;
/// A rulebook and its layers have at most this many files.
const MAX_RULE_FILES: usize = 200;
/// What a scan goes by; it has another shape than the rest of a rulebook.
const SCAN_FILE: &str = "scan.toml";

/// Rules that somebody has named.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Where they are.
    pub(super) path: PathBuf,
    /// What messages call them.
    pub(super) shown: String,
    /// Who has named them.
    pub(super) by: By,
}

/// Who has named rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Flag,
    Environment,
    Record,
}

/// Why rules could not be read.
pub(super) enum Unreadable {
    /// They are not there, or no text.
    Stop(Stop),
    /// They are, and something is wrong with them.
    Faults(Box<Faults>),
}

impl From<Stop> for Unreadable {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Faults> for Unreadable {
    fn from(faults: Faults) -> Self {
        Self::Faults(Box::new(faults))
    }
}

impl Unreadable {
    /// As an error for people.
    pub(super) fn told(self) -> Stop {
        match self {
            Self::Stop(stop) => stop,
            Self::Faults(faults) => Stop(faults.to_string()),
        }
    }
}

/// Rules that the user has named on the command line.
pub(super) fn named_by_user(paths: impl Iterator<Item = PathBuf>) -> Vec<Named> {
    paths.map(|path| Named { shown: shown(&path), path, by: By::Flag }).collect()
}

/// The rules that are named, by whoever counts most. Paths that a flag or the environment names are the user's own; those
/// that a record names may be a stranger's, and lie in its repository.
pub(super) fn named(flags: Vec<PathBuf>, config: Option<&Path>) -> Result<Vec<Named>, Unreadable> {
    if !flags.is_empty() {
        return Ok(named_by_user(flags.into_iter()));
    }
    let variable = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    if let Some(variable) = variable {
        let paths = std::env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty());
        let own = |path: PathBuf| Named { shown: shown(&path), path, by: By::Environment };
        return Ok(paths.map(own).collect());
    }
    recorded(&record_at(config))
}

/// The rules that a record names. One that cannot be read is the affair of those who go by what else it says.
fn recorded(record: &Path) -> Result<Vec<Named>, Unreadable> {
    let Ok(text) = read_record(record) else { return Ok(Vec::new()) };
    if !text.contains(KEY) {
        return Ok(Vec::new());
    }
    let file = SourceFile::new(shown(record), text);
    let collected = RefCell::new(Vec::new());
    let mut named = Vec::new();
    {
        let log = FaultLog::new(0, &collected);
        let entries = read_toml(&file.text, &log);
        let help = || Some(format!("{KEY} = [\"policy.toml\"]"));
        match entries.iter().find(|entry| entry.key == KEY).map(|entry| &entry.value) {
            None => return Ok(Vec::new()),
            Some(value) => match &value.node {
                Node::List(items) => {
                    for item in items {
                        let Some(path) = word(KEY, item, &log) else { continue };
                        match within(record, path.text) {
                            Ok(found) => named.push(found),
                            Err(why) => {
                                log.fault(
                                    item.span.clone(),
                                    format!("cannot read the rules `{}`: {why}", path.text),
                                    None,
                                );
                            }
                        }
                    }
                }
                other => log.fault(
                    value.span.clone(),
                    format!("`{KEY}` must be a list of paths, not {}", other.kind()),
                    help(),
                ),
            },
        }
    }
    let faults = collected.into_inner();
    if faults.is_empty() { Ok(named) } else { Err(Faults { files: vec![file], faults }.into()) }
}

/// A path that a record names, as seen from its folder; it must not lead out of the repository, or messages would quote a
/// stranger's choice of files.
fn within(record: &Path, path: &str) -> Result<Named, String> {
    let folder = record.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let named = folder.join(path);
    if Path::new(path).is_absolute() {
        return Err(format!("a record names paths from its own folder; {VARIABLE} and --rules take any"));
    }
    let whole = |path: &Path| path.canonicalize().map_err(|error| error.to_string());
    let folder = whole(folder)?;
    let root = root_of(&folder).unwrap_or(folder);
    let path = whole(&named)?;
    if !path.starts_with(&root) {
        return Err(format!("{LEADS_OUT}; {VARIABLE} and --rules take any path"));
    }
    let parts = named.components().filter(|part| *part != Component::CurDir);
    Ok(Named { path, shown: shown(&parts.collect::<PathBuf>()), by: By::Record })
}

/// Reads the rules that are named, one on top of the other.
pub(super) fn read(named: &[Named]) -> Result<Rulebook, Unreadable> {
    if named.is_empty() {
        return Ok(Rulebook::builtin()?);
    }
    check_twice(named)?;
    let mut left = (MAX_RULES, MAX_RULE_FILES);
    let layers = named.iter().map(|named| read_layer(named, &mut left)).collect::<Result<Vec<_>, _>>()?;
    Ok(Rulebook::layered(layers)?)
}

/// A layer on top of itself would hide a slip: another one was meant.
fn check_twice(named: &[Named]) -> Result<(), Stop> {
    let whole: Vec<Option<PathBuf>> = named.iter().map(|named| named.path.canonicalize().ok()).collect();
    for (index, own) in whole.iter().enumerate() {
        let is_in = |other: &Option<PathBuf>| match (own, other) {
            (Some(own), Some(other)) => {
                own == other || own.parent() == Some(other) || other.parent() == Some(own)
            }
            _ => false,
        };
        if let Some(earlier) = whole[..index].iter().position(is_in) {
            return Err(Stop::wrong(format!(
                "the rules {} are named twice: by {} as well; name each layer once",
                named[index].shown, named[earlier].shown
            )));
        }
    }
    Ok(())
}

fn read_layer(named: &Named, left: &mut (u64, usize)) -> Result<LayerFiles, Stop> {
    let mut files = Vec::new();
    let path = &named.path;
    let of = if left.1 == MAX_RULE_FILES { "in" } else { "of all layers up to" };
    // Counted file by file, so that no more is held than may be.
    let mut add = |name: String, text: String| {
        left.0 = left.0.checked_sub(text.len() as u64).ok_or_else(|| {
            let most = in_units(MAX_RULES);
            Stop::wrong(format!("the rule files {of} {} have more than {most} together", named.shown))
        })?;
        files.push(SourceFile::new(name, text));
        Ok(())
    };
    if path.is_dir() {
        for name in rule_files(named)? {
            let text = read_in(path, &name, MAX_RULES)?;
            add(shown(&Path::new(&named.shown).join(&name)), text)?;
        }
    } else {
        let text = match (named.by, path.parent(), path.file_name()) {
            (By::Record, Some(folder), Some(name)) => read_in(folder, name, MAX_RULES)?,
            _ => read_file(path, MAX_RULES)?,
        };
        add(named.shown.clone(), text)?;
    }
    left.1 = left.1.checked_sub(files.len()).ok_or_else(|| {
        Stop::wrong(format!("the rule files {of} {} are more than {MAX_RULE_FILES}", named.shown))
    })?;
    Ok(LayerFiles { path: named.shown.clone(), files })
}

/// The names of the rule files of a folder, sorted.
fn rule_files(named: &Named) -> Result<Vec<OsString>, Stop> {
    let names = toml_files(&named.path, &named.shown)?.filter(|name| name != SCAN_FILE);
    let mut names: Vec<OsString> = names.take(MAX_RULE_FILES + 1).collect();
    names.sort();
    if names.is_empty() || names.len() > MAX_RULE_FILES {
        let found = if names.is_empty() { "no" } else { "too many" };
        let message =
            format!("{} has {found} rule files (*.toml); 1 to {MAX_RULE_FILES} are expected", named.shown);
        return Err(Stop::wrong(message));
    }
    Ok(names)
}

/// What a scan goes by: the scan file of the last layer that has one, else that of the rulebook beneath.
pub(super) fn read_scan_file(rulebook: &Rulebook, named: &[Named]) -> Result<Option<SourceFile>, Stop> {
    let has_one =
        |named: &&Named| named.path.is_dir() && named.path.join(SCAN_FILE).symlink_metadata().is_ok();
    match named.iter().rev().find(has_one) {
        Some(named) => Ok(Some(SourceFile::new(
            shown(&Path::new(&named.shown).join(SCAN_FILE)),
            read_in(&named.path, OsStr::new(SCAN_FILE), MAX_RULES)?,
        ))),
        None => Ok(rulebook.is_shipped().then(crate::builtin::builtin_scan_file)),
    }
}

/// The rules as a record names them, as seen from its folder; nothing where it names them already, or where one of them is out
/// of its reach.
pub(super) fn as_recorded(named: &[Named], record: &Path) -> Vec<String> {
    let folder = record.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    let seen = |named: &Named| {
        let path = named.path.canonicalize().ok()?;
        let seen = path.strip_prefix(&folder).ok()?;
        let parts = seen.components().map(|part| part.as_os_str().to_str()).collect::<Option<Vec<_>>>()?;
        Some(parts.join("/")).filter(|path| !path.is_empty() && within(record, path).is_ok())
    };
    let is_recorded = named.iter().all(|named| named.by == By::Record);
    if is_recorded {
        Vec::new()
    } else {
        named.iter().map(seen).collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}
