//! What git tracks: that counts although a `.gitignore` names it.

use std::sync::OnceLock;

use gix::hash::Kind;
use gix::index::State;
use gix::index::decode::Options;

use super::facts::Unreadable;
use crate::folder::{Folder, Links};

/// Bytes of an index: some 300,000 files.
const LARGEST: u64 = 32 << 20;
/// The index of the repository.
const FILE: &str = ".git/index";

/// The index of a folder that is a repository; read when it is first asked.
pub(crate) struct Tracked<'a> {
    folder: &'a Folder,
    index: OnceLock<Result<Option<State>, String>>,
}

impl<'a> Tracked<'a> {
    pub(crate) fn of(folder: &'a Folder) -> Self {
        Self { folder, index: OnceLock::new() }
    }

    /// Whether a file is tracked.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.index().is_some_and(|index| index.entry_index_by_path(path.into()).is_ok())
    }

    /// Whether anything in a folder is tracked.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        self.index().is_some_and(|index| {
            let next = index.entry_index_by_path(inside.as_str().into()).unwrap_or_else(|next| next);
            let next = index.entries().get(next).map(|entry| entry.path(index));
            next.is_some_and(|path| path.starts_with(inside.as_bytes()))
        })
    }

    /// Why the index could not be read, if it was wanted.
    pub(crate) fn unreadable(self) -> Option<Unreadable> {
        let reason = self.index.into_inner()?.err()?;
        Some(Unreadable { path: FILE.to_owned(), reason })
    }

    fn index(&self) -> Option<&State> {
        self.index.get_or_init(|| self.read()).as_ref().ok()?.as_ref()
    }

    fn read(&self) -> Result<Option<State>, String> {
        if self.folder.look(FILE).is_none() {
            return Ok(None);
        }
        let bytes = self.folder.read(FILE, LARGEST, Links::Refused)?;
        let options = Options {
            thread_limit: Some(1),
            alloc_limit_bytes: usize::try_from(4 * LARGEST).ok(),
            ..Options::default()
        };
        let unused = State::new(Kind::Sha1).timestamp();
        match State::from_bytes(&bytes, unused, Kind::Sha1, options) {
            Ok((index, _)) => Ok(Some(index)),
            Err(error) => Err(format!("it is no index of git: {error}")),
        }
    }
}
