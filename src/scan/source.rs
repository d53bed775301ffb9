//! The files of a scanned folder as the detectors see them: already walked, classed and bounded.

use std::sync::Arc;

use super::facts::{PathClass, Unreadable};
use super::uses::Use;

/// A regular file that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    /// The path from the scanned folder, with `/` between its parts; it is UTF-8.
    pub(crate) path: String,
    /// What its directories say.
    pub(crate) class: PathClass,
    /// What it may be for by its path.
    pub(crate) uses: Vec<Use>,
}

impl Listed {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        memchr::memrchr(b'/', self.path.as_bytes()).map_or(&self.path, |slash| &self.path[slash + 1..])
    }
}

/// Where detectors get their files from: a folder, or a test's list of texts.
pub(crate) trait Source: Sync {
    /// All files whose names can matter (`[paths]` in `rules/scan.toml`), sorted by path.
    fn files(&self) -> &[Listed];
    /// The text of a file in [`files`](Self::files), invalid UTF-8 replaced. Bounded in size; never through a link that leads out.
    fn text(&self, path: &str) -> Result<Arc<str>, Unreadable>;
    /// Takes note that a reader left something out, because there was more than is kept.
    fn left_out(&self, _path: &str, _reason: &str) {}
    /// Whether there is a folder of this path, whatever is in it.
    fn has_folder(&self, _path: &str) -> bool {
        false
    }
    /// The text of a file that the repository itself ignores, as it does with `.env`; none where there is no such file.
    fn ignored(&self, _path: &str) -> Option<Result<Arc<str>, Unreadable>> {
        None
    }
}

/// A list of texts that stands for a folder.
#[cfg(test)]
pub(crate) struct Texts {
    files: Vec<Listed>,
    texts: std::collections::BTreeMap<String, Arc<str>>,
}

#[cfg(test)]
impl Texts {
    pub(crate) fn new(texts: &[(&str, &str)], paths: &super::paths::Paths) -> Self {
        let texts: std::collections::BTreeMap<String, Arc<str>> =
            texts.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text))).collect();
        let class = |path: &str| {
            let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
            folders.split('/').find_map(|folder| paths.class_of_folder(folder)).unwrap_or_default()
        };
        let files = texts.keys().map(|path| paths.listed(path.clone(), class(path))).collect();
        Self { files, texts }
    }
}

#[cfg(test)]
impl Source for Texts {
    fn files(&self) -> &[Listed] {
        &self.files
    }

    fn text(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        let missing = || Unreadable::new(path, "there is no such file");
        self.texts.get(path).cloned().ok_or_else(missing)
    }
}
