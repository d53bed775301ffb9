//! What a repository ignores: the `.gitignore` files of its folders, each read within bounds; what an inner one says goes
//! before what an outer one says.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::facts::Unreadable;
use crate::folder::{Folder, Links};

/// The file's name.
pub(crate) const FILE: &str = ".gitignore";
/// What whoever cloned a repository ignores besides, from its folder.
const OWN_FILE: &str = ".git/info/exclude";
/// Bytes of one file: patterns cost far more than their length.
const LARGEST: u64 = 64 << 10;
/// Patterns of one file that have to be tried one by one.
const MOST_WILD: usize = 1_000;
/// What it takes to make a pattern ready that has to be tried, and any: so many times what it takes to try one.
const EFFORT_OF_WILD: u64 = 2_000;
const EFFORT_OF_ANY: u64 = 500;
/// The same of each byte of one that has to be tried, beyond those that most have.
const EFFORT_OF_BYTE: u64 = 150;
const USUAL: usize = 16;
/// Bytes of a pattern: paths are no longer.
const LONGEST: usize = 1 << 10;
/// Why a file that cannot be read so is not read.
pub(crate) const UNUSUAL: &str = "its .gitignore is no file of patterns of a usual size";

/// The patterns that hold in a folder.
pub(crate) struct Ignored {
    patterns: Gitignore,
    /// Where they stand, seen from the scanned folder.
    stand: Stand,
    outer: Option<Arc<Ignored>>,
    /// How many patterns a path may have to be held against, the outer ones included.
    weight: u64,
    /// What it took to make them ready, in the same unit.
    effort: u64,
}

enum Stand {
    /// In a folder of this many bytes of path, the `/` behind it included.
    Below(usize),
    /// Above: the path from there.
    Above(String),
}

impl Ignored {
    /// The patterns of a folder within those around it.
    pub(crate) fn within(
        outer: Option<Arc<Ignored>>,
        folder: &Folder,
        path: &str,
    ) -> Result<Option<Arc<Ignored>>, String> {
        let (file, stand) = in_folder(path, FILE);
        Ok(Self::add(outer, read(folder, &file)?, stand))
    }

    /// The patterns that the repository in a folder has for this clone alone; all others go before them.
    pub(crate) fn of_clone(folder: &Folder, path: &str) -> Option<Arc<Ignored>> {
        let (file, stand) = in_folder(path, OWN_FILE);
        Self::add(None, read(folder, &file).ok()?, stand)
    }

    /// The patterns of the repository that a folder is a part of. What lies above the repository says nothing.
    pub(crate) fn of_repository_around(folder: &Path) -> (Option<Arc<Ignored>>, Vec<Unreadable>) {
        let is_top = |folder: &Path| folder.join(".git").symlink_metadata().is_ok();
        let Some(above) = folder.ancestors().position(is_top) else { return (None, Vec::new()) };
        let mut ignored = None;
        let mut unreadable = Vec::new();
        for (level, outer) in
            folder.ancestors().take(above + 1).enumerate().skip(1).collect::<Vec<_>>().iter().rev()
        {
            let patterns =
                Folder::open(outer).map_err(|error| error.to_string()).and_then(|outer| read(&outer, FILE));
            match patterns {
                Ok(patterns) => {
                    let from_there = folder.strip_prefix(outer).unwrap_or(folder).to_string_lossy();
                    ignored = Self::add(
                        ignored,
                        patterns,
                        Stand::Above(format!("{from_there}/").replace('\\', "/")),
                    );
                }
                Err(_) => unreadable.push(Unreadable::new(
                    format!("{}{FILE}", "../".repeat(*level)),
                    UNUSUAL.replacen("its .gitignore", "it", 1),
                )),
            }
        }
        (ignored, unreadable)
    }

    fn add(outer: Option<Arc<Ignored>>, own: Patterns, stand: Stand) -> Option<Arc<Ignored>> {
        let Patterns { patterns, wild, effort } = own;
        if patterns.is_empty() {
            return outer;
        }
        let weight = wild + outer.as_ref().map_or(0, |outer| outer.weight);
        let effort = effort + outer.as_ref().map_or(0, |outer| outer.effort);
        Some(Arc::new(Self { patterns, stand, outer, weight, effort }))
    }

    /// Whether a path from the scanned folder is ignored.
    pub(crate) fn has(&self, path: &str, is_folder: bool) -> bool {
        let matched = match &self.stand {
            Stand::Below(start) => self.patterns.matched(&path[*start..], is_folder),
            Stand::Above(before) => self.patterns.matched(format!("{before}{path}"), is_folder),
        };
        match matched {
            Match::Ignore(_) => true,
            Match::Whitelist(_) => false,
            Match::None => self.outer.as_ref().is_some_and(|outer| outer.has(path, is_folder)),
        }
    }

    /// How many patterns a path may have to be held against.
    pub(crate) fn weight(&self) -> u64 {
        self.weight
    }

    /// What it took to make them ready, in the same unit.
    pub(crate) fn effort(&self) -> u64 {
        self.effort
    }
}

/// The path of a file that stands in a folder, and what its patterns are seen from.
fn in_folder(folder: &str, file: &str) -> (String, Stand) {
    match folder {
        "" => (file.to_owned(), Stand::Below(0)),
        folder => (format!("{folder}/{file}"), Stand::Below(folder.len() + 1)),
    }
}

/// The patterns of a file; none where there is no file.
fn read(folder: &Folder, file: &str) -> Result<Patterns, String> {
    if folder.look(file).is_none() {
        return Ok(Patterns { patterns: Gitignore::empty(), wild: 0, effort: 0 });
    }
    let bytes = folder.read(file, LARGEST, Links::Followed)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = || text.trim_start_matches('\u{feff}').lines();
    let wild = lines().filter(|line| is_wild(line)).count();
    if wild > MOST_WILD {
        return Err(format!("it has more than {MOST_WILD} patterns"));
    }
    if lines().any(|line| line.len() > LONGEST && is_wild(line)) {
        return Err(format!("a pattern of it has more than {LONGEST} bytes"));
    }
    let beyond =
        lines().filter(|line| is_wild(line)).map(|line| line.len().saturating_sub(USUAL)).sum::<usize>();
    let mut patterns = GitignoreBuilder::new("");
    for line in lines() {
        // A line that is no pattern is none for git either.
        let _ = patterns.add_line(None, line);
    }
    let patterns = patterns.build().map_err(|error| error.to_string())?;
    let (wild, all) = (wild as u64, patterns.len() as u64);
    let effort = wild * EFFORT_OF_WILD + all * EFFORT_OF_ANY + beyond as u64 * EFFORT_OF_BYTE;
    Ok(Patterns { patterns, wild, effort })
}

/// Whether a line is a pattern that a machine is made of, other than names and endings of one part, which are looked up.
fn is_wild(line: &str) -> bool {
    let line = line.trim();
    let rest = line.trim_start_matches(['!', '/']).trim_start_matches("**/");
    let ending = rest.strip_prefix("*.");
    let is_of_parts = ending.is_some_and(|ending| ending.contains('.'));
    !line.starts_with('#') && (is_of_parts || ending.unwrap_or(rest).contains(['*', '?', '[', '{']))
}

/// The patterns of one file.
struct Patterns {
    patterns: Gitignore,
    /// How many of them have to be tried one by one.
    wild: u64,
    /// What it took to make them ready.
    effort: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_endings_are_work_as_well() -> Result<(), String> {
        let inside = tempfile::tempdir().map_err(|error| error.to_string())?;
        std::fs::write(inside.path().join(FILE), "# x\n/a\n*.x.b\nc*\n")
            .map_err(|error| error.to_string())?;
        let folder = Folder::open(inside.path()).map_err(|error| error.to_string())?;
        let Patterns { wild, effort, .. } = read(&folder, FILE)?;
        assert_eq!((wild, effort), (2, 2 * EFFORT_OF_WILD + 3 * EFFORT_OF_ANY));
        Ok(())
    }

    #[test]
    fn long_patterns_are_more_work_and_too_long_ones_are_none() -> Result<(), String> {
        let inside = tempfile::tempdir().map_err(|error| error.to_string())?;
        let folder = Folder::open(inside.path()).map_err(|error| error.to_string())?;
        let effort_of = |length: usize| {
            std::fs::write(inside.path().join(FILE), "?".repeat(length))
                .map_err(|error| error.to_string())?;
            read(&folder, FILE).map(|patterns| patterns.effort)
        };
        assert_eq!(effort_of(USUAL + 100)? - effort_of(USUAL)?, 100 * EFFORT_OF_BYTE);
        assert!(effort_of(LONGEST + 1).is_err_and(|reason| reason.contains("more than 1024 bytes")));
        Ok(())
    }
}
