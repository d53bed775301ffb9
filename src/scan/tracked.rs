//! What git tracks: that counts although a `.gitignore` names it.

use std::sync::OnceLock;

use gix::hash::Kind;
use gix::index::State;
use gix::index::decode::Options;
use gix::index::entry::Flags;

use super::facts::Unreadable;
use crate::folder::{Folder, Links, in_units};
use crate::text::counted;

/// Bytes of an index.
const LARGEST: u64 = 32 << 20;
/// Bytes that it takes in memory while it is read, its entries and paths included: some 200,000 files.
const MOST_MEMORY: u64 = 50 << 20;
/// Bytes that an entry of an index takes in a file, and in memory without its path.
const WRITTEN: u64 = 62;
const READ: u64 = 80;
/// What says that only a part of it is checked out.
const SPARSE: &str = ".git/info/sparse-checkout";
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

    /// How many files are tracked and, in a sparse checkout, not here.
    pub(crate) fn not_checked_out(&self) -> Option<Unreadable> {
        self.folder.look(SPARSE)?;
        let missing =
            self.index()?.entries().iter().filter(|entry| entry.flags.contains(Flags::SKIP_WORKTREE));
        let count = missing.count();
        let reason = format!(
            "{} that git tracks are not here: the checkout is sparse",
            counted(count, "file", "files")
        );
        (count > 0).then(|| Unreadable::new(".", reason))
    }

    /// Why the index could not be read, if it was wanted.
    pub(crate) fn unreadable(self) -> Option<Unreadable> {
        let reason = self.index.into_inner()?.err()?;
        Some(Unreadable::new(FILE, reason))
    }

    fn index(&self) -> Option<&State> {
        self.index.get_or_init(|| self.read()).as_ref().ok()?.as_ref()
    }

    fn read(&self) -> Result<Option<State>, String> {
        if self.folder.look(FILE).is_none() {
            return Ok(None);
        }
        let bytes = self.folder.read(FILE, LARGEST, Links::Refused)?;
        if memory(&bytes) > MOST_MEMORY {
            return Err(format!("it takes more than {} to read", in_units(MOST_MEMORY)));
        }
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

/// How many bytes an index takes while it is read.
fn memory(index: &[u8]) -> u64 {
    let length = index.len() as u64;
    let entries = index.get(8..).and_then(|rest| rest.first_chunk()).copied();
    let entries = u64::from(entries.map_or(0, u32::from_be_bytes));
    let paths = expanded(index).unwrap_or_else(|| length.saturating_sub(entries * WRITTEN));
    length + entries * READ + paths
}

/// How many bytes all paths of an index take together, if it is of the version of which each path says only how it differs
/// from the one before it.
fn expanded(index: &[u8]) -> Option<u64> {
    const VERSION: &[u8] = &[0, 0, 0, 4];
    let mut rest = index.strip_prefix(b"DIRC")?.strip_prefix(VERSION)?;
    let entries = u32::from_be_bytes(*rest.split_off(..4)?.first_chunk()?);
    let (mut sum, mut path) = (0_u64, 0_u64);
    for _ in 0..entries {
        let Some(next) = path_after(path, &mut rest) else { break };
        path = next;
        sum = sum.saturating_add(path);
    }
    Some(sum)
}

/// The bytes of the path of the next entry, after one of so many bytes.
fn path_after(before: u64, rest: &mut &[u8]) -> Option<u64> {
    /// Times, rights, size and hash come before the flags of an entry, and its path after them.
    const FLAGS: usize = 60;
    const IS_EXTENDED: u8 = 0x40;
    let flags = rest.split_off(..FLAGS + 2)?[FLAGS];
    if flags & IS_EXTENDED != 0 {
        rest.split_off(..2)?;
    }
    let dropped = number(rest)?;
    let end = memchr::memchr(0, rest)?;
    rest.split_off(..=end)?;
    Some(before.saturating_sub(dropped) + end as u64)
}

/// A number in as many bytes as it needs, seven bits in each.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    loop {
        let byte = rest.split_off_first()?;
        number = number.saturating_mul(128).saturating_add(u64::from(byte & 0x7f));
        if byte & 0x80 == 0 {
            return Some(number);
        }
        number = number.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_differ_little_are_summed_before_they_are_written_out() {
        let entry = |dropped: u8, path: &str| [&[0; 62], &[dropped][..], path.as_bytes(), &[0]].concat();
        let index =
            [b"DIRC\0\0\0\x04\0\0\0\x03".to_vec(), entry(0, "a/long/path"), entry(4, "b"), entry(1, "c")];
        assert_eq!(expanded(&index.concat()), Some(11 + 8 + 8));
        assert_eq!(expanded(&index[..3].concat()), Some(11 + 8));
        assert_eq!(expanded(b"DIRC\0\0\0\x02\0\0\0\0"), None);
        let index = index.concat();
        assert_eq!(memory(&index), index.len() as u64 + 3 * READ + 27);
        assert_eq!(memory(b"DIRC\0\0\0\x02\xff\xff\xff\xff"), 12 + u64::from(u32::MAX) * READ);
        assert_eq!(number(&mut &[0x80, 0x00][..]), Some(128));
    }
}
