//! The files of a scanned folder as the detectors see them: already walked, classed and bounded.

use std::sync::Arc;

use super::facts::{PathClass, Unreadable};

/// A regular file that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    /// The path from the scanned folder, with `/` between its parts; it is UTF-8.
    pub(crate) path: String,
    /// What its directories say.
    pub(crate) class: PathClass,
}

/// Where detectors get their files from: a folder, or a test's list of texts.
pub(crate) trait Source: Sync {
    /// All files whose names can matter (`[paths]` in `rules/scan.toml`), sorted by path.
    fn files(&self) -> &[Listed];
    /// The text of a file in [`files`](Self::files), invalid UTF-8 replaced. Bounded in size; never through a link that leads out.
    fn text(&self, path: &str) -> Result<Arc<str>, Unreadable>;
}
