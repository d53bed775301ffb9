//! The files of a folder: walked once by its handle, bounded in number, depth and bytes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::Scope;
use rayon::slice::ParallelSliceMut;

use super::excluding::Excluding;
use super::facts::{PathClass, Unreadable};
use super::ignored::{self, Ignored};
use super::paths::Paths;
use super::progress::Progress;
use super::source::{Listed, Source};
use super::tracked::Tracked;
use crate::folder::{Folder, Kind, LEADS_OUT, Leads, Links, NO_FILE, said};
use crate::text::is_unsafe;

/// Files and directories that are looked at: above that of any known repository.
const MOST_ENTRIES: usize = 3_000_000;
/// Files whose names can matter that are kept.
const MOST_FILES: usize = 500_000;
/// Directories within one another.
const DEEPEST: usize = 100;
/// Bytes of one file: the largest bundles of manifests fit.
const LARGEST_FILE: u64 = 4 << 20;
/// Bytes of all files together: several readers look at each of them.
const LARGEST_TREE: u64 = 64 << 20;
/// Bytes of the file that names the repositories within one.
const LARGEST_SUBMODULES: u64 = 1 << 20;
/// Bytes of texts that stay in memory; what is beyond them is read again by each reader that wants it.
const KEPT: u64 = 8 << 20;
/// How often a path may be held against a pattern of `.gitignore`, in all.
const MOST_EFFORT: u64 = 100_000_000;
/// How a file begins whose content Git LFS keeps.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
/// Why a folder is left out when they are.
const TOO_MANY_PATTERNS: &str = "there are more patterns in .gitignore files than can be tried on all paths";
/// Paths that are named for one reason; the rest are counted.
const MOST_NAMED: usize = 50;

/// A walked folder.
pub(crate) struct Tree<'a> {
    folder: &'a Folder,
    files: Vec<Listed>,
    texts: Vec<OnceLock<Text>>,
    bytes: AtomicU64,
    /// Which files may be read, if all together are too many bytes.
    admitted: Option<Vec<bool>>,
    left_out: Vec<Unreadable>,
    /// What readers left out.
    noted: Mutex<Vec<Unreadable>>,
    progress: &'a Progress,
}

/// What became of a file when it was first read.
enum Text {
    Kept(Arc<str>),
    ReadAgain,
    Failed(Unreadable),
}

impl<'a> Tree<'a> {
    /// Walks an opened folder; `root` is its path, whose own repository may lie above it.
    pub(crate) fn walk(
        folder: &'a Folder,
        root: &Path,
        tracked: &Tracked<'_>,
        paths: &Paths,
        progress: &'a Progress,
    ) -> Self {
        let walk = Walk {
            folder,
            root,
            tracked,
            paths,
            progress,
            found: Mutex::default(),
            is_full: AtomicBool::new(false),
            effort: AtomicU64::new(0),
        };
        let Found { mut files, mut left_out, repositories } = walk.all();
        files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let submodules = submodules(folder);
        left_out.extend(not_here(folder, &files, &submodules));
        left_out.extend(set_apart(&mut files, repositories, submodules));
        let texts = files.iter().map(|_| OnceLock::new()).collect();
        Self {
            folder,
            files,
            texts,
            bytes: AtomicU64::new(0),
            admitted: None,
            left_out,
            noted: Mutex::default(),
            progress,
        }
    }

    /// Leaves out all files that fit, and says how many they are.
    pub(crate) fn leave_out_all(&mut self, excluding: &Excluding) -> usize {
        let before = self.files.len();
        self.files.retain(|file| !excluding.fit(&file.path));
        self.texts.truncate(self.files.len());
        self.left_out.retain(|left| !excluding.fit(&left.path));
        before - self.files.len()
    }

    /// Whether files were asked for that have more bytes together than are read of all.
    pub(crate) fn is_overfull(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > LARGEST_TREE
    }

    /// Forgets what was read, and admits the smallest files as long as they are not too many bytes together: as many as can be,
    /// and the same ones whichever thread reads first.
    pub(crate) fn admit_the_smallest(&mut self) {
        let size = |file: &Listed| self.folder.look(&file.path).map_or(0, |(_, size)| size);
        let mut by_size: Vec<(u64, usize)> =
            self.files.iter().enumerate().map(|(index, file)| (size(file), index)).collect();
        by_size.sort_unstable();
        let mut admitted = vec![false; self.files.len()];
        let mut bytes = 0;
        for (size, index) in by_size {
            bytes += size;
            // A file that is too large by itself is refused for that.
            admitted[index] = bytes <= LARGEST_TREE || size > LARGEST_FILE;
        }
        self.admitted = Some(admitted);
        self.texts.fill_with(OnceLock::new);
        *self.bytes.get_mut() = 0;
        self.noted = Mutex::default();
    }

    /// Everything that was left out or could not be read, each reason with a bounded number of paths.
    pub(crate) fn unreadable(self) -> Vec<Unreadable> {
        let unread = self.texts.into_iter().filter_map(|text| match text.into_inner()? {
            Text::Failed(unreadable) => Some(unreadable),
            Text::Kept(_) | Text::ReadAgain => None,
        });
        let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        for Unreadable { path, reason, .. } in self.left_out.into_iter().chain(noted).chain(unread) {
            by_reason.entry(reason).or_default().push(path);
        }
        let mut all: Vec<Unreadable> = by_reason.into_iter().flat_map(named).collect();
        all.sort();
        all
    }

    /// Reads a file for the first time.
    fn first(&self, index: usize, path: &str) -> Text {
        if self.admitted.as_ref().map_or_else(|| self.is_overfull(), |admitted| !admitted[index]) {
            let reason =
                format!("it and the smaller files are more than {} MiB together", LARGEST_TREE >> 20);
            return Text::Failed(Unreadable::new(path, reason));
        }
        match self.read(path) {
            Ok(text) => {
                let length = text.len() as u64;
                let before = self.bytes.fetch_add(length, Ordering::Relaxed);
                if before + length <= KEPT { Text::Kept(text) } else { Text::ReadAgain }
            }
            Err(unreadable) => Text::Failed(unreadable),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        let fail = |reason: String| Unreadable::new(path, reason);
        let bytes = self.folder.read(path, LARGEST_FILE, Links::Refused).map_err(fail)?;
        self.progress.read_one();
        if bytes.starts_with(POINTER) {
            return Err(fail("it is a pointer of Git LFS, and what it points to is not here".to_owned()));
        }
        decode(bytes).ok_or_else(|| fail("it is not text".to_owned()))
    }
}

impl Source for Tree<'_> {
    fn files(&self) -> &[Listed] {
        &self.files
    }

    fn text(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        let Ok(index) = self.files.binary_search_by(|file| file.path.as_str().cmp(path)) else {
            return Err(Unreadable::new(path, "there is no such file"));
        };
        match self.texts[index].get_or_init(|| self.first(index, path)) {
            Text::Kept(text) => Ok(Arc::clone(text)),
            Text::ReadAgain => self.read(path),
            Text::Failed(unreadable) => Err(unreadable.clone()),
        }
    }

    fn left_out(&self, path: &str, reason: &str) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < MOST_FILES {
            noted.push(Unreadable::new(path, reason));
        }
    }

    fn has_folder(&self, path: &str) -> bool {
        self.folder.look(path).is_some_and(|(kind, _)| kind == Kind::Folder)
    }

    fn ignored(&self, path: &str) -> Option<Result<Arc<str>, Unreadable>> {
        self.folder.look(path).map(|_| self.read(path))
    }
}

/// What the walk finds, from all threads.
#[derive(Default)]
struct Found {
    files: Vec<Listed>,
    left_out: Vec<Unreadable>,
    /// The folders that are repositories; empty for the outermost one.
    repositories: Vec<String>,
}

struct Walk<'a> {
    folder: &'a Folder,
    root: &'a Path,
    tracked: &'a Tracked<'a>,
    paths: &'a Paths,
    progress: &'a Progress,
    found: Mutex<Found>,
    is_full: AtomicBool,
    effort: AtomicU64,
}

/// A directory that is to be listed.
struct Directory {
    /// Its path from the scanned folder; empty for that one.
    path: String,
    depth: usize,
    /// What its name and those around it say.
    class: Option<PathClass>,
    ignored: Option<Arc<Ignored>>,
    /// It is ignored itself, and holds something that git tracks all the same.
    only_tracked: bool,
}

impl Directory {
    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }
}

impl Walk<'_> {
    fn all(self) -> Found {
        let (ignored, unreadable) = Ignored::of_repository_around(self.root);
        let top = Directory { path: String::new(), depth: 0, class: None, ignored, only_tracked: false };
        rayon::scope(|scope| self.list(top, scope));
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.left_out.extend(unreadable);
        found
    }

    /// Keeps the files of a directory, then sets about those in it: no bound may cost files at the top, however much lies
    /// below.
    fn list<'s>(&'s self, mut directory: Directory, scope: &Scope<'s>) {
        let Some(Listing { items, has_patterns, is_repository }) = self.items(&directory) else { return };
        if is_repository {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.repositories.push(directory.path.clone());
        }
        // What lies around a repository says nothing of it.
        if is_repository {
            directory.ignored = Ignored::of_clone(self.folder, &directory.path);
        }
        if has_patterns {
            if self.effort.load(Ordering::Relaxed) > MOST_EFFORT {
                return self.leave_out(directory.path, TOO_MANY_PATTERNS);
            }
            match Ignored::within(directory.ignored.clone(), self.folder, &directory.path) {
                Ok(ignored) => {
                    let effort = |ignored: &Option<Arc<Ignored>>| {
                        ignored.as_ref().map_or(0, |ignored| ignored.effort())
                    };
                    let own = effort(&ignored).saturating_sub(effort(&directory.ignored));
                    self.effort.fetch_add(own, Ordering::Relaxed);
                    directory.ignored = ignored;
                }
                Err(_) if directory.depth == 0 => {
                    self.leave_out(
                        ignored::FILE.to_owned(),
                        &ignored::UNUSUAL.replacen("its .gitignore", "it", 1),
                    );
                }
                Err(_) => return self.leave_out(directory.path, ignored::UNUSUAL),
            }
        }
        let (mut files, mut below) = (Vec::new(), Vec::new());
        for (path, kind) in items {
            let is_folder = kind == Kind::Folder;
            let Some(ignored) = self.is_ignored(&directory, &path, is_folder) else { return };
            if ignored && !self.is_tracked(&path, is_folder) {
                continue;
            }
            match kind {
                Kind::Folder if directory.depth + 1 < DEEPEST => below.push((path, ignored)),
                Kind::Folder => {
                    self.leave_out(path, &format!("it lies more than {DEEPEST} directories deep"));
                }
                Kind::File => files.push(self.paths.listed(path, directory.class.unwrap_or_default())),
                Kind::Link => self.link(path),
                Kind::Other => self.leave_out(path, NO_FILE),
            }
        }
        self.keep(files);
        for (path, only_tracked) in below {
            let name = path.rsplit('/').next().unwrap_or(&path);
            let next = Directory {
                class: directory.class.or_else(|| self.paths.class_of_folder(name)),
                path,
                depth: directory.depth + 1,
                ignored: directory.ignored.clone(),
                only_tracked,
            };
            scope.spawn(|scope| self.list(next, scope));
        }
    }

    /// What is in a directory and can matter.
    fn items(&self, directory: &Directory) -> Option<Listing> {
        if self.is_full.load(Ordering::Relaxed) {
            return None;
        }
        let here = if directory.path.is_empty() { "." } else { &directory.path };
        let mut listing = Listing::default();
        let all = self.folder.list(here).map_err(|error| self.failed(&directory.path, &error)).ok()?;
        for item in all {
            if self.progress.saw_one() >= MOST_ENTRIES {
                self.is_full.store(true, Ordering::Relaxed);
                self.leave_out(".".to_owned(), &format!("more than {MOST_ENTRIES} files and directories"));
                return None;
            }
            match item {
                Ok(item) => self.take(directory, &item.name, item.kind, &mut listing),
                Err(error) => {
                    self.failed(&directory.path, &error);
                    break;
                }
            }
        }
        Some(listing)
    }

    fn take(&self, directory: &Directory, name: &OsStr, kind: Kind, listing: &mut Listing) {
        listing.has_patterns |= name == ignored::FILE;
        listing.is_repository |= name == ".git";
        let shown = name.to_string_lossy();
        let matters = match kind {
            Kind::Folder => !self.paths.skipped().contains(&*shown),
            // What a link to the repository's own folder says is the business of the reader of histories.
            Kind::Link => !self.paths.skipped().contains(&*shown),
            Kind::File | Kind::Other => self.paths.matter(&shown),
        };
        if !matters {
            return;
        }
        match name.to_str().filter(|name| !name.chars().any(is_unsafe)) {
            Some(name) => listing.items.push((directory.path_of(name), kind)),
            None => {
                let path = directory.path_of(&escaped(&shown));
                self.leave_out(path, "its name has characters that cannot be shown");
            }
        }
    }

    /// Whether patterns say so; nothing when they have become too much work, which is said.
    fn is_ignored(&self, directory: &Directory, path: &str, is_folder: bool) -> Option<bool> {
        let Some(ignored) = &directory.ignored else { return Some(directory.only_tracked) };
        if self.effort.fetch_add(ignored.weight(), Ordering::Relaxed) > MOST_EFFORT {
            self.leave_out(directory.path.clone(), TOO_MANY_PATTERNS);
            return None;
        }
        Some(directory.only_tracked || ignored.has(path, is_folder))
    }

    fn is_tracked(&self, path: &str, is_folder: bool) -> bool {
        if is_folder { self.tracked.has_below(path) } else { self.tracked.has(path) }
    }

    /// The target of a link within the folder is seen by itself; one that leads out is not read, and said.
    fn link(&self, path: String) {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let leads_here = || self.folder.target(&path).is_some_and(|target| target.starts_with(self.root));
        match self.folder.leads(&path) {
            Leads::Outside if !leads_here() => self.leave_out(path, LEADS_OUT),
            Leads::Nowhere if self.paths.matter(name) => {
                self.leave_out(path, "it is a link that leads nowhere")
            }
            Leads::Inside | Leads::Outside | Leads::Nowhere => {}
        }
    }

    fn failed(&self, path: &str, error: &std::io::Error) {
        self.leave_out(if path.is_empty() { ".".to_owned() } else { path.to_owned() }, &said(error));
    }

    fn keep(&self, files: Vec<Listed>) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_FILES.saturating_sub(found.files.len());
        let is_too_much = files.len() > room;
        found.files.extend(files.into_iter().take(room));
        drop(found);
        if is_too_much {
            self.leave_out(".".to_owned(), &format!("more than {MOST_FILES} files of names that can matter"));
        }
    }

    fn leave_out(&self, path: String, reason: &str) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.left_out.len() < MOST_FILES {
            found.left_out.push(Unreadable::new(path, reason));
        }
    }
}

/// What a directory holds.
#[derive(Default)]
struct Listing {
    items: Vec<(String, Kind)>,
    has_patterns: bool,
    is_repository: bool,
}

/// A repository within one is another: what is in it counts as the code of others, and that is said. Where the outermost
/// folder is none, it only holds them.
fn set_apart(files: &mut [Listed], repositories: Vec<String>, submodules: Vec<String>) -> Vec<Unreadable> {
    let is_one = repositories.iter().any(String::is_empty);
    let inner = repositories.into_iter().filter(|path| is_one && !path.is_empty()).chain(submodules);
    let say = |path: String| {
        let start = format!("{path}/");
        let first = files.partition_point(|file| file.path < start);
        let within = files[first..].iter_mut().take_while(|file| file.path.starts_with(&start));
        let counted = within.filter(|file| file.class == PathClass::Main);
        let count = counted.map(|file| file.class = PathClass::Vendor).count();
        let reason = "it is a repository of its own, which is to be scanned by itself".to_owned();
        (count > 0).then_some(Unreadable::new(path, reason))
    };
    outermost(inner).into_iter().filter_map(say).collect()
}

/// The folders that lie in none of the others, each once.
fn outermost(folders: impl Iterator<Item = String>) -> Vec<String> {
    // With the `/` behind it a folder stands right before all that is in it.
    let mut all: Vec<String> = folders.map(|folder| format!("{folder}/")).collect();
    all.sort_unstable();
    all.dedup_by(|inner, outer| inner.starts_with(outer.as_str()));
    all.iter_mut().for_each(|folder| folder.truncate(folder.len() - 1));
    all
}

/// What git keeps and the walked folder lacks: submodules that were not fetched, and all of it in a bare repository.
fn not_here(folder: &Folder, files: &[Listed], submodules: &[String]) -> Vec<Unreadable> {
    let is_empty = |path: &&String| {
        let start = format!("{path}/");
        let first = files.partition_point(|file| file.path < start);
        !files.get(first).is_some_and(|file| file.path.starts_with(&start))
            && folder.look(&format!("{path}/.git")).is_none()
    };
    let missing =
        |path: &String| Unreadable::new(path.clone(), "it is a submodule, and what is in it is not here");
    let is_bare = folder.look(".git").is_none()
        && ["HEAD", "objects", "refs"].iter().all(|name| folder.look(name).is_some());
    let bare =
        is_bare.then(|| Unreadable::new(".", "it is a bare repository, of which nothing is checked out"));
    submodules.iter().filter(is_empty).map(missing).chain(bare).collect()
}

/// The folders of other repositories that git puts into this one, which a copy without its history has as well.
fn submodules(folder: &Folder) -> Vec<String> {
    let text = folder.read(".gitmodules", LARGEST_SUBMODULES, Links::Refused).ok().and_then(decode);
    let lines = text.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once('='));
    let paths = lines.filter(|(key, _)| key.trim() == "path").map(|(_, path)| path.trim().to_owned());
    paths.filter(|path| !path.is_empty()).collect()
}

fn escaped(name: &str) -> String {
    let visible = |c: char| if is_unsafe(c) { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(visible).collect()
}

/// The text of a file: UTF-8 with what is wrong in it replaced, or UTF-16 with its mark, as PowerShell writes it.
fn decode(bytes: Vec<u8>) -> Option<Arc<str>> {
    let units = |read: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect()
    };
    match bytes.as_slice() {
        // UTF-32 begins with the mark of UTF-16.
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some(String::from_utf16_lossy(&units(u16::from_le_bytes)).into()),
        [0xfe, 0xff, ..] => return Some(String::from_utf16_lossy(&units(u16::from_be_bytes)).into()),
        _ if memchr::memchr(0, &bytes).is_some() => return None,
        _ => {}
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // Lines of old Macs end with a carriage return alone.
    let is_of_old = text.contains('\r') && !text.contains('\n');
    Some(if is_of_old { text.replace('\r', "\n").into() } else { text.into() })
}

/// The paths that one reason names; the last one counts the others.
fn named((reason, mut paths): (String, Vec<String>)) -> Vec<Unreadable> {
    paths.sort();
    paths.dedup();
    let others = paths.len().saturating_sub(MOST_NAMED);
    paths.truncate(MOST_NAMED);
    let mut all: Vec<Unreadable> =
        paths.into_iter().map(|path| Unreadable::new(path, reason.clone())).collect();
    if let Some(last) = all.last_mut() {
        last.others = others;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_within_another_is_a_part_of_it() {
        let folders = ["b/a", "a", "b", "a-b", "a", "b/a/c"].map(str::to_owned);
        assert_eq!(outermost(folders.into_iter()), ["a-b", "a", "b"]);
    }
}
