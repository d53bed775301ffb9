//! What a path says: whether its file can matter, what its directories are for, and what it may be for itself.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use aho_corasick::AhoCorasick;

use super::facts::PathClass;
use super::patterns::Patterns;
use super::source::Listed;
use super::tables::Tables;
use super::uses::Uses;

/// The table of paths and the patterns of all others, made ready for many questions.
pub(crate) struct Paths {
    extensions: HashSet<String>,
    names: HashSet<String>,
    parts: Option<AhoCorasick>,
    skipped: HashSet<String>,
    classes: Patterns<PathClass>,
    words: HashMap<String, PathClass>,
    uses: Uses,
}

impl Paths {
    pub(crate) fn new(tables: &Tables) -> Self {
        let table = &tables.paths;
        let classes = table.classes.iter();
        let classes =
            classes.flat_map(|(class, names)| names.iter().map(move |name| (name.as_str(), *class)));
        let words = table.words.iter();
        let words = words.flat_map(|(class, words)| words.iter().map(move |word| (lower(word), *class)));
        Self {
            extensions: table.extensions.iter().map(lower).collect(),
            names: table.names.iter().map(lower).collect(),
            parts: AhoCorasick::builder().ascii_case_insensitive(true).build(&table.parts).ok(),
            skipped: table.skipped.iter().cloned().collect(),
            classes: Patterns::new(classes),
            words: words.collect(),
            uses: Uses::new(tables),
        }
    }

    /// Whether a file of this name can matter.
    pub(crate) fn matter(&self, name: &str) -> bool {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        self.extensions.contains(&*lowered(extension))
            || self.names.contains(&*lowered(name))
            || self.parts.as_ref().is_some_and(|parts| parts.is_match(name))
    }

    /// A file that lies in folders of a class.
    pub(crate) fn listed(&self, path: String, class: PathClass) -> Listed {
        Listed { uses: self.uses.of(&path), path, class }
    }

    /// The names of directories that are not entered at all.
    pub(crate) fn skipped(&self) -> &HashSet<String> {
        &self.skipped
    }

    /// What the name of a folder says of all that is in it, unless one around it does: the outermost decides.
    pub(crate) fn class_of_folder(&self, name: &str) -> Option<PathClass> {
        self.classes.first(name).or_else(|| self.class_of_words(name))
    }

    /// What the name of a file says in one of its words: `Dockerfile.dev`, `compose.test.yml`.
    pub(crate) fn class_of_name(&self, name: &str) -> PathClass {
        name.split(['.', '-', '_']).find_map(|word| self.class_of_folder(word)).unwrap_or_default()
    }

    /// The class of a file's folders, or else what the words of its name say: a `fly.example.toml` is not in use, and
    /// `deploy-demo.yml` deploys a demo.
    pub(crate) fn class_in_use(&self, file: &Listed) -> PathClass {
        let by_name = || self.class_of_words(file.name()).unwrap_or_default();
        if file.class == PathClass::Main { by_name() } else { file.class }
    }

    /// What one of the words of a name says that mean the same wherever they stand: `k8s.disabled`, `fly.example.toml`.
    pub(crate) fn class_of_words(&self, name: &str) -> Option<PathClass> {
        let mut words = name.split(|letter: char| !letter.is_alphanumeric());
        words.find_map(|word| self.words.get(&*lowered(word))).copied()
    }
}

/// The folder that a path lies in; empty for the outermost one.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a path lies in a folder, however deep.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a file is YAML by its name.
pub(crate) fn is_yaml(path: &str) -> bool {
    let ends = |end: &str| {
        path.len() > end.len()
            && path.as_bytes()[path.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
    };
    ends(".yml") || ends(".yaml")
}

/// Whether a file may be a Dockerfile by its name: `Dockerfile.dev`, `api.dockerfile`, `Containerfile`.
pub(crate) fn may_be_dockerfile(name: &str) -> bool {
    let name = lowered(name);
    let is_about_one = name.ends_with("ignore") || name.ends_with(".md");
    (name.contains("dockerfile") || name.contains("containerfile")) && !is_about_one
}

/// What a relative path means in a folder; none if it leads out of the repository.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn lower(text: impl AsRef<str>) -> String {
    text.as_ref().to_ascii_lowercase()
}

/// A text in lower case, which most are.
pub(crate) fn lowered(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { lower(text).into() } else { text.into() }
}
