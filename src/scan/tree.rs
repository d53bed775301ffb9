//! The files of a folder: walked once, bounded in number, depth and bytes, and never left by a link.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::slice::ParallelSliceMut;

use super::facts::{PathClass, Unreadable};
use super::paths::Paths;
use super::progress::Progress;
use super::source::{Listed, Source};
use crate::text::is_unsafe;

/// Files and directories that are looked at: above that of any known repository.
const MOST_ENTRIES: usize = 3_000_000;
/// Files whose names can matter that are kept.
const MOST_FILES: usize = 500_000;
/// Directories within one another.
const DEEPEST: usize = 100;
/// Bytes of one file: the largest bundles of manifests fit.
const LARGEST_FILE: u64 = 4 << 20;
/// Bytes of all files together, which stay in memory.
const LARGEST_TREE: u64 = 256 << 20;
/// Bytes of one `.gitignore`: patterns cost far more than their length.
const LARGEST_GITIGNORE: u64 = 256 << 10;
/// Paths that are named for one reason; the rest are counted.
const MOST_NAMED: usize = 50;

/// A walked folder.
pub(crate) struct Tree<'p> {
    root: PathBuf,
    files: Vec<Listed>,
    texts: Vec<OnceLock<Result<Arc<str>, Unreadable>>>,
    bytes: AtomicU64,
    left_out: Vec<Unreadable>,
    progress: &'p Progress,
}

impl<'p> Tree<'p> {
    /// Walks a folder. It fails only when there is no such folder.
    pub(crate) fn walk(root: &Path, paths: &Paths, progress: &'p Progress) -> std::io::Result<Self> {
        let root = root.canonicalize()?;
        std::fs::read_dir(&root)?;
        let visitor = Visitor { root: &root, paths, progress, found: Mutex::default() };
        visitor.walk();
        let Found { mut files, left_out } =
            visitor.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.par_sort_unstable();
        let files = classed(files, paths);
        let texts = files.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { root, files, texts, bytes: AtomicU64::new(0), left_out, progress })
    }

    /// Everything that was left out or could not be read, each reason with a bounded number of paths.
    pub(crate) fn unreadable(self) -> Vec<Unreadable> {
        let unread = self.texts.into_iter().filter_map(|text| text.into_inner()?.err());
        let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Unreadable { path, reason } in self.left_out.into_iter().chain(unread) {
            by_reason.entry(reason).or_default().push(path);
        }
        let mut all: Vec<Unreadable> = by_reason.into_iter().flat_map(named).collect();
        all.sort();
        all
    }

    fn read(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        let fail = |reason: String| Unreadable { path: path.to_owned(), reason };
        if self.bytes.load(Ordering::Relaxed) > LARGEST_TREE {
            return Err(fail(format!("{} MiB were read before it", LARGEST_TREE >> 20)));
        }
        let bytes = read_bounded(&self.root.join(path)).map_err(fail)?;
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.progress.read_one();
        decode(bytes).ok_or_else(|| fail("it is not text".to_owned()))
    }
}

impl Source for Tree<'_> {
    fn files(&self) -> &[Listed] {
        &self.files
    }

    fn text(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        match self.files.binary_search_by(|file| file.path.as_str().cmp(path)) {
            Ok(index) => self.texts[index].get_or_init(|| self.read(path)).clone(),
            Err(_) => Err(Unreadable { path: path.to_owned(), reason: "there is no such file".to_owned() }),
        }
    }

    fn has_folder(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok_and(|found| found.is_dir())
    }

    fn ignored(&self, path: &str) -> Option<Result<Arc<str>, Unreadable>> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder =
            self.root.join(folder).canonicalize().ok().filter(|folder| folder.starts_with(&self.root))?;
        let inside = folder.join(name);
        // A link is not followed: it can lead out.
        let is_there = inside.symlink_metadata().is_ok();
        is_there.then(|| self.read(path))
    }
}

/// What the walk finds, from all threads.
#[derive(Default)]
struct Found {
    files: Vec<String>,
    left_out: Vec<Unreadable>,
}

struct Visitor<'a> {
    root: &'a Path,
    paths: &'a Paths,
    progress: &'a Progress,
    found: Mutex<Found>,
}

impl Visitor<'_> {
    fn walk(&self) {
        let in_repository = self.root.ancestors().any(|folder| folder.join(".git").exists());
        let ignorable = usable_gitignore(self.root);
        if !ignorable {
            self.leave_out(".gitignore".to_owned(), "it is no file of patterns of a usual size");
        }
        // What is ignored must not depend on whose computer it is: only the repository's own files count.
        let mut walk = WalkBuilder::new(self.root);
        walk.hidden(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .git_ignore(ignorable)
            .parents(in_repository)
            .require_git(false)
            .follow_links(false)
            .max_depth(Some(DEEPEST));
        let skipped = self.paths.skipped().clone();
        let refused = Arc::new(Mutex::new(Vec::new()));
        let refuse = Arc::clone(&refused);
        // The walker reads `.gitignore` before it shows a directory: this is the only place to keep it from that.
        walk.filter_entry(move |entry| {
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            if !is_directory || entry.depth() == 0 {
                return true;
            }
            if entry.file_name().to_str().is_some_and(|name| skipped.contains(name)) {
                return false;
            }
            let usable = usable_gitignore(entry.path());
            if !usable {
                refuse.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
            }
            usable
        });
        // Files at the top come first: no bound may cost them, however much lies below.
        for entry in walk.clone().max_depth(Some(1)).build().filter(is_file_at_the_top) {
            self.visit(entry);
        }
        walk.build_parallel().run(|| {
            Box::new(|entry| if is_file_at_the_top(&entry) { WalkState::Continue } else { self.visit(entry) })
        });
        for path in refused.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let path = escaped(path.strip_prefix(self.root).unwrap_or(path));
            self.leave_out(path, "its .gitignore is no file of patterns of a usual size");
        }
    }

    fn visit(&self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.progress.saw_one() >= MOST_ENTRIES {
            self.leave_out(".".to_owned(), &format!("more than {MOST_ENTRIES} files and directories"));
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) => self.enter(&entry),
            Err(error) => {
                self.failed(&error);
                WalkState::Continue
            }
        }
    }

    fn enter(&self, entry: &DirEntry) -> WalkState {
        let path = entry.path().strip_prefix(self.root).unwrap_or(entry.path());
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        let name = entry.file_name().to_string_lossy();
        if entry.depth() == 0 {
            return WalkState::Continue;
        }
        if !kind.is_dir() && !self.paths.matter(&name) && !kind.is_symlink() {
            return WalkState::Continue;
        }
        let Some(path) = plain(path) else {
            self.leave_out(escaped(path), "its name has characters that cannot be shown");
            return WalkState::Skip;
        };
        if kind.is_dir() {
            self.directory(entry, path)
        } else {
            self.file(entry, path, &name);
            WalkState::Continue
        }
    }

    fn directory(&self, entry: &DirEntry, path: String) -> WalkState {
        if entry.depth() < DEEPEST {
            return WalkState::Continue;
        }
        self.leave_out(path, &format!("it lies more than {DEEPEST} directories deep"));
        WalkState::Skip
    }

    fn file(&self, entry: &DirEntry, path: String, name: &str) {
        let Some(kind) = entry.file_type() else { return };
        if kind.is_symlink() {
            self.link(entry, path, name);
        } else if !kind.is_file() {
            self.leave_out(path, "it is no regular file");
        } else if !self.keep(path) {
            self.leave_out(".".to_owned(), &format!("more than {MOST_FILES} files of names that can matter"));
        }
    }

    /// The target of a link within the folder is seen by itself; one that leads out is not read, and said.
    fn link(&self, entry: &DirEntry, path: String, name: &str) {
        match entry.path().canonicalize() {
            Ok(target) if target.starts_with(self.root) => {}
            Ok(target) if target.is_dir() || self.paths.matter(name) => {
                self.leave_out(path, "it is a link that leads out of the folder");
            }
            Err(_) if self.paths.matter(name) => self.leave_out(path, "it is a link that leads nowhere"),
            _ => {}
        }
    }

    fn failed(&self, error: &ignore::Error) {
        let path = path_of(error).and_then(|path| path.strip_prefix(self.root).ok());
        let reason = error.io_error().map_or_else(|| "it could not be listed".to_owned(), said);
        self.leave_out(path.map(escaped).unwrap_or_default(), &reason);
    }

    fn keep(&self, path: String) -> bool {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let room = found.files.len() < MOST_FILES;
        if room {
            found.files.push(path);
        }
        room
    }

    fn leave_out(&self, path: String, reason: &str) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.left_out.len() < MOST_FILES {
            found.left_out.push(Unreadable { path, reason: reason.to_owned() });
        }
    }
}

fn is_file_at_the_top(entry: &Result<DirEntry, ignore::Error>) -> bool {
    let is_file = |entry: &DirEntry| entry.file_type().is_some_and(|kind| !kind.is_dir());
    entry.as_ref().is_ok_and(|entry| entry.depth() == 1 && is_file(entry))
}

/// Gives each of the sorted paths its class; neighbours share their directory.
fn classed(paths: Vec<String>, known: &Paths) -> Vec<Listed> {
    let mut last: Option<(String, PathClass)> = None;
    let class_of = |path: &str| {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if let Some((_, class)) = last.as_ref().filter(|(known, _)| known == directory) {
            return *class;
        }
        let class = known.class(path);
        last = Some((directory.to_owned(), class));
        class
    };
    let classes: Vec<PathClass> = paths.iter().map(String::as_str).map(class_of).collect();
    paths.into_iter().zip(classes).map(|(path, class)| Listed { path, class }).collect()
}

/// Whether the walker can read the `.gitignore` of a directory, or there is none: a pipe would keep it waiting, and a huge
/// one busy.
fn usable_gitignore(directory: &Path) -> bool {
    std::fs::metadata(directory.join(".gitignore"))
        .map_or(true, |found| found.is_dir() || found.is_file() && found.len() <= LARGEST_GITIGNORE)
}

/// The path with `/` between its parts, when it can be shown as it is.
fn plain(path: &Path) -> Option<String> {
    let path = path.to_str().filter(|path| !path.chars().any(is_unsafe))?;
    Some(if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() })
}

fn escaped(path: &Path) -> String {
    let visible = |c: char| if is_unsafe(c) { c.escape_default().to_string() } else { c.to_string() };
    path.to_string_lossy().chars().map(visible).collect()
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// What the system says, without its number.
fn said(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        std::io::ErrorKind::NotFound => "it is gone".to_owned(),
        _ => error.to_string(),
    }
}

/// The bytes of a regular file that is not too large, whatever has become of it since it was seen.
pub(crate) fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    let file = open(path).map_err(|error| said(&error))?;
    let found = file.metadata().map_err(|error| said(&error))?;
    if !found.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut bytes = Vec::with_capacity(found.len().min(LARGEST_FILE) as usize + 1);
    if found.len() <= LARGEST_FILE {
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| said(&error))?;
    }
    if found.len().max(bytes.len() as u64) > LARGEST_FILE {
        return Err(format!("it is larger than {} MiB", LARGEST_FILE >> 20));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// The text of a file: UTF-8 with what is wrong in it replaced, or UTF-16 with its mark, as PowerShell writes it.
fn decode(bytes: Vec<u8>) -> Option<Arc<str>> {
    let units = |read: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => return Some(String::from_utf16_lossy(&units(u16::from_le_bytes)).into()),
        [0xfe, 0xff, ..] => return Some(String::from_utf16_lossy(&units(u16::from_be_bytes)).into()),
        _ if memchr::memchr(0, &bytes).is_some() => return None,
        _ => {}
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Some(text.strip_prefix('\u{feff}').unwrap_or(&text).into())
}

/// The paths that one reason names, and how many more there are.
fn named((reason, mut paths): (String, Vec<String>)) -> Vec<Unreadable> {
    paths.sort();
    paths.dedup();
    let more = paths.len().saturating_sub(MOST_NAMED);
    paths.truncate(MOST_NAMED);
    let mut all: Vec<Unreadable> =
        paths.into_iter().map(|path| Unreadable { path, reason: reason.clone() }).collect();
    if more > 0 {
        all.push(Unreadable { path: format!("{more} more"), reason });
    }
    all
}
