//! What a path says: whether its file can matter, and what its directories are for.

use std::collections::HashSet;

use aho_corasick::AhoCorasick;

use super::facts::PathClass;
use super::patterns::Patterns;
use super::tables::PathTable;

/// The table of paths, made ready for many questions.
pub(crate) struct Paths {
    extensions: HashSet<String>,
    names: HashSet<String>,
    parts: Option<AhoCorasick>,
    skipped: HashSet<String>,
    classes: Patterns<PathClass>,
}

impl Paths {
    pub(crate) fn new(table: &PathTable) -> Self {
        let classes = table.classes.iter();
        let classes =
            classes.flat_map(|(class, names)| names.iter().map(move |name| (name.as_str(), *class)));
        Self {
            extensions: table.extensions.iter().map(lower).collect(),
            names: table.names.iter().map(lower).collect(),
            parts: AhoCorasick::builder().ascii_case_insensitive(true).build(&table.parts).ok(),
            skipped: table.skipped.iter().cloned().collect(),
            classes: Patterns::new(classes),
        }
    }

    /// Whether a file of this name can matter.
    pub(crate) fn matter(&self, name: &str) -> bool {
        let name = lower(name);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        self.extensions.contains(extension)
            || self.names.contains(&name)
            || self.parts.as_ref().is_some_and(|parts| parts.is_match(&name))
    }

    /// The names of directories that are not entered at all.
    pub(crate) fn skipped(&self) -> &HashSet<String> {
        &self.skipped
    }

    /// What the directories of a path say: the outermost one that says something decides.
    pub(crate) fn class(&self, path: &str) -> PathClass {
        let directories = path.rsplit_once('/').map_or("", |(directories, _)| directories);
        directories.split('/').find_map(|directory| self.classes.first(directory)).unwrap_or_default()
    }

    /// What the name of a file says in one of its words: `Dockerfile.dev`, `compose.test.yml`.
    pub(crate) fn class_of_name(&self, name: &str) -> PathClass {
        name.split(['.', '-', '_']).find_map(|word| self.classes.first(word)).unwrap_or_default()
    }
}

/// The folder that a path lies in; empty for the outermost one.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn lower(text: impl AsRef<str>) -> String {
    text.as_ref().to_ascii_lowercase()
}
