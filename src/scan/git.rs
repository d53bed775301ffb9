//! The history: how many people work, and how often they release. Read with a library: the `git` program may run what a
//! stranger's configuration names.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use gix::ObjectId;
use gix::head::Kind as Head;
use gix::mailmap::Snapshot;
use gix::objs::Kind as Object;

use super::facts::{History, Unreadable};
use super::patterns::Patterns;
use super::tables::GitTable;
use crate::folder::{Folder, Kind, Links, NO_FILE, in_units, said};
use crate::text::counted;

/// The days before the scan that count.
const DAYS: i64 = 90;
const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;
/// More commits than this are not looked at.
const MOST_COMMITS: usize = 50_000;
/// Nor are more tags.
const MOST_TAGS: usize = 20_000;
/// Bytes of a commit or tag: what is larger was made to do harm.
const LARGEST_OBJECT: u64 = 1 << 20;
/// Bytes of all of them.
const LARGEST_HISTORY: u64 = 64 << 20;
/// Bytes that one object may take while it is unpacked: it may be the difference to a large one.
const LARGEST_ALLOCATION: &str = "gitoxide.objects.allocLimit=16m";
/// How long a history is waited for, and how long it is read: what was read by then is told.
const PATIENCE: Duration = Duration::from_secs(5);
const READING: Duration = Duration::from_secs(4);
/// The repository's own folder.
const FOLDER: &str = ".git";
/// Bytes of the files that are read as a whole.
const SMALL_FILES: [(&str, u64); 6] = [
    ("HEAD", SMALLEST),
    ("config", LARGEST_CONFIG),
    ("config.worktree", LARGEST_CONFIG),
    ("shallow", 4 << 20),
    ("packed-refs", 8 << 20),
    ("objects/info/commit-graphs/commit-graph-chain", 64 << 10),
];
const LARGEST_CONFIG: u64 = 256 << 10;
/// Bytes of a file that names one commit.
const SMALLEST: u64 = 4 << 10;
/// Files whose mere presence says that a part of the repository lies elsewhere.
const ELSEWHERE: [&str; 3] = ["commondir", "objects/info/alternates", "objects/info/http-alternates"];
/// What a folder must have to be a repository.
const ESSENTIAL: [&str; 3] = ["HEAD", OBJECTS, REFERENCES];
const OBJECTS: &str = "objects";
const REFERENCES: &str = "refs";
const TAGS: &str = "refs/tags";
/// Objects, references other than tags, and tags that are files of their own.
const MOST_FILES: usize = 500_000;
const MOST_REFERENCES: usize = 10_000;
const MOST_LOOSE_TAGS: usize = 5_000;
/// Bytes of a mail map.
const LARGEST_MAIL_MAP: u64 = 1 << 20;
/// Where the system keeps the handles of a process.
const HANDLES: &str = "/proc/";
/// Folders within one another: `refs/heads/a/b/c`.
const DEEPEST: usize = 20;

/// A history that is being read, in a thread of its own.
pub(crate) struct Reading(Option<mpsc::Receiver<Result<Read, String>>>);

/// What was read, and what of it could not be.
#[derive(Default)]
struct Read {
    history: Option<History>,
    missing: Option<String>,
}

impl Reading {
    /// Begins to read the history of a folder, if it has one. `now` is in seconds since 1970.
    pub(crate) fn begin(folder: &Arc<Folder>, root: &Path, now: i64, table: &GitTable) -> Self {
        if folder.look(FOLDER).is_none() {
            return Self(None);
        }
        let folder = Arc::clone(folder);
        let window =
            Window { root: root.to_owned(), now, table: table.clone(), until: Instant::now() + READING };
        let (sender, receiver) = mpsc::channel();
        let failed = sender.clone();
        let read = move || {
            let read = check(&folder).and_then(|own| window.read(&folder, &own));
            // Nobody listens any more when it took too long.
            let _ = sender.send(read);
        };
        if let Err(error) = std::thread::Builder::new().spawn(read) {
            let _ = failed.send(Err(error.to_string()));
        }
        Self(Some(receiver))
    }

    /// Waits for it, but not for ever. What could not be read is said beside what could.
    pub(crate) fn end(self) -> (Option<History>, Option<Unreadable>) {
        let Some(receiver) = self.0 else { return (None, None) };
        let fail = |reason: String| Unreadable::new(FOLDER, reason);
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(Read { history, missing })) => (history, missing.map(fail)),
            Ok(Err(reason)) => (None, Some(fail(format!("its history could not be read: {reason}")))),
            Err(RecvTimeoutError::Disconnected) => {
                (None, Some(fail("its history could not be read: the reader of histories failed".to_owned())))
            }
            Err(RecvTimeoutError::Timeout) => {
                let seconds = PATIENCE.as_secs();
                (None, Some(fail(format!("its history could not be read within {seconds} seconds"))))
            }
        }
    }
}

/// The configuration of the repository that a folder is checked out of; a further worktree has that of the main repository.
pub(crate) fn config(folder: &Folder, root: &Path) -> Option<String> {
    match folder.look(FOLDER)? {
        (Kind::Folder, _) => small(folder, ".git/config"),
        (Kind::File, _) => small(&main_of_worktree(folder, root)?, "config"),
        (Kind::Link | Kind::Other, _) => None,
    }
}

/// The own folder of the repository that a folder says to be a worktree of, if that one says the same of the folder.
fn main_of_worktree(folder: &Folder, root: &Path) -> Option<Folder> {
    let named = small(folder, FOLDER)?;
    let named = named.strip_prefix("gitdir:")?.trim();
    // The address of another machine.
    if named.starts_with("//") || named.starts_with("\\\\") {
        return None;
    }
    let named = root.join(named).canonicalize().ok()?;
    let own = Folder::open(&named).ok()?;
    let leads_back = Path::new(small(&own, "gitdir")?.trim_end()) == root.join(FOLDER);
    let is_within = small(&own, "commondir")?.trim_end() == "../..";
    if leads_back && is_within { Folder::open(named.parent()?.parent()?).ok() } else { None }
}

/// The text of a file of git.
fn small(folder: &Folder, path: &str) -> Option<String> {
    String::from_utf8(folder.read(path, LARGEST_CONFIG, Links::Refused).ok()?).ok()
}

/// A repository that the library may open.
struct Own {
    folder: Folder,
    /// Why it must not look at the tags, if it must not.
    tags: Option<String>,
}

/// Whether the library may open the repository: it does so by paths, follows whatever leads elsewhere, and reads files as a
/// whole. So a repository is read only if all of it lies in the folder, in regular files of usual sizes. Its own folder, which
/// was looked at, stays open.
fn check(folder: &Folder) -> Result<Own, String> {
    match folder.look(FOLDER) {
        Some((Kind::Folder, _)) => {}
        Some((Kind::File, _)) => return Err("it names a repository elsewhere".to_owned()),
        Some((Kind::Link, _)) => return Err("it is a link".to_owned()),
        Some((Kind::Other, _)) | None => return Err(NO_FILE.to_owned()),
    }
    let own = folder.folder(FOLDER).map_err(|error| said(&error))?;
    if let Some(name) = ELSEWHERE.iter().find(|name| own.look(name).is_some()) {
        return Err(format!("{name} says that a part of it lies elsewhere"));
    }
    if ESSENTIAL.iter().any(|name| own.look(name).is_none()) {
        return Err("it is no git repository".to_owned());
    }
    for (name, most) in SMALL_FILES {
        check_file(name, own.look(name), most)?;
    }
    Files::check(&own, OBJECTS, None, MOST_FILES)?;
    Files::check(&own, REFERENCES, Some(SMALLEST), MOST_REFERENCES)?;
    let tags = Files::check(&own, TAGS, Some(SMALLEST), MOST_LOOSE_TAGS).err();
    Ok(Own { folder: own, tags })
}

fn check_file(name: &str, found: Option<(Kind, u64)>, most: u64) -> Result<(), String> {
    match found {
        None => Ok(()),
        Some((Kind::File, size)) if size <= most => Ok(()),
        Some((Kind::File, _)) => Err(format!("{name} is larger than {}", in_units(most))),
        Some((Kind::Folder | Kind::Link | Kind::Other, _)) => Err(format!("{name} is no regular file")),
    }
}

/// Files that are looked at one by one, and how many there may be.
struct Files<'f> {
    folder: &'f Folder,
    /// The folder of it that they are in.
    top: &'static str,
    /// Bytes of each, where that matters.
    largest: Option<u64>,
    most: usize,
    seen: usize,
}

impl<'f> Files<'f> {
    /// Checks that there are only folders and regular files. Tags are looked at by themselves.
    fn check(folder: &'f Folder, top: &'static str, largest: Option<u64>, most: usize) -> Result<(), String> {
        Self { folder, top, largest, most, seen: 0 }.check_below(top, 0)
    }

    fn check_below(&mut self, name: &str, depth: usize) -> Result<(), String> {
        match self.folder.look(name) {
            None => return Ok(()),
            Some((Kind::Folder, _)) if depth < DEEPEST => {}
            Some((Kind::Folder, _)) => return Err(format!("{name} lies too deep")),
            Some(_) => return Err(format!("{name} is no folder")),
        }
        for item in self.folder.list(name).map_err(|error| format!("{name}: {}", said(&error)))? {
            let item = item.map_err(|error| format!("{name}: {}", said(&error)))?;
            self.seen += 1;
            if self.seen > self.most {
                return Err(format!("there are more than {} files in {}", self.most, self.top));
            }
            let inner = format!("{name}/{}", item.name.to_string_lossy());
            match (item.kind, self.largest) {
                (Kind::Folder, _) if inner == TAGS => {}
                (Kind::Folder, _) => self.check_below(&inner, depth + 1)?,
                (Kind::File, None) => {}
                (kind, Some(largest)) => {
                    let size = self.folder.look(&inner).map(|(_, size)| (kind, size));
                    check_file(&inner, size, largest)?;
                }
                (Kind::Link | Kind::Other, None) => return Err(format!("{inner} is no regular file")),
            }
        }
        Ok(())
    }
}

/// The part of a history that counts.
struct Window {
    root: PathBuf,
    now: i64,
    table: GitTable,
    /// When nobody waits any more.
    until: Instant,
}

impl Window {
    fn since(&self) -> i64 {
        self.now.saturating_sub(DAYS * SECONDS_OF_A_DAY)
    }

    fn read(&self, folder: &Folder, own: &Own) -> Result<Read, String> {
        let path = own.folder.path_of_handle().unwrap_or_else(|| self.root.join(FOLDER));
        // The library names paths as it was given them: that of a handle means nothing to a reader, and is never the same.
        let told = |error: gix::Error| {
            let text = error.to_string().replace(&*path.to_string_lossy(), FOLDER);
            if text.contains(HANDLES) { "it is damaged".to_owned() } else { text }
        };
        self.history(folder, own, &path).map_err(told)
    }

    /// No history when there is no commit yet.
    fn history(&self, folder: &Folder, own: &Own, path: &Path) -> gix::Result<Read> {
        let options = gix::open::Options::isolated().config_overrides([LARGEST_ALLOCATION]);
        let repository = gix::open_opts(path, options.open_path_as_is(true))?;
        let stores = repository.config_snapshot().string("extensions.refStorage");
        if stores.is_some_and(|store| !store.eq_ignore_ascii_case(b"files")) {
            return Err(gix::Error::from_error(std::io::Error::other("its references are in no files")));
        }
        let head = repository.head()?;
        if let Head::Unborn(branch) = &head.kind {
            let has_branches = own.tags.is_some() || repository.references()?.all()?.next().is_some();
            let missing = format!("its history could not be read: {} is not there", branch.shorten());
            return Ok(Read { history: None, missing: has_branches.then_some(missing) });
        }
        let head = head.into_peeled_id()?.detach();
        let objects = Objects { repository: &repository, bytes: Cell::new(0) };
        let newest = objects.commit(head)?.time()?.seconds;
        let mut history = History {
            newest: u64::try_from(self.now.saturating_sub(newest) / SECONDS_OF_A_DAY).unwrap_or(0),
            days: DAYS.unsigned_abs(),
            shallow: repository.is_shallow()?,
            ..History::default()
        };
        let mail_map = folder.read(".mailmap", LARGEST_MAIL_MAP, Links::Followed).unwrap_or_default();
        let mut people = People::new(&mail_map, &self.table.bots);
        let visited = self.each_commit(&objects, head, |commit| {
            if let Ok(author) = commit.author() {
                history.commits += usize::from(people.meet(author));
            }
        });
        history.people = people.count();
        let unvisited = match visited {
            Visited::AllBut(missing) if !history.shallow => {
                Some(format!("{} could not be read", counted(missing, "commit", "commits")))
            }
            Visited::All | Visited::AllBut(_) => None,
            Visited::TooMany => Some(format!("the last {DAYS} days hold more commits than are read")),
        };
        history.shallow |= !matches!(visited, Visited::All);
        let (releases, uncounted) = match &own.tags {
            Some(reason) => (0, Some(format!("its tags are not counted: {reason}"))),
            None => self.releases(&objects)?,
        };
        history.releases = releases;
        history.shallow |= uncounted.is_some();
        let missing: Vec<String> = unvisited.into_iter().chain(uncounted).collect();
        let missing = (!missing.is_empty()).then(|| missing.join("; "));
        Ok(Read { history: Some(history), missing })
    }

    /// Visits the commits of the window, newest first.
    fn each_commit(
        &self,
        objects: &Objects<'_>,
        head: ObjectId,
        mut visit: impl FnMut(&gix::Commit<'_>),
    ) -> Visited {
        let mut next = BinaryHeap::from([(i64::MAX, head)]);
        let mut seen = HashSet::from([head]);
        let mut missing = 0;
        while let Some((_, id)) = next.pop() {
            let commit = objects.commit(id);
            let Ok((commit, time)) =
                commit.and_then(|commit| commit.time().map(|time| (commit, time.seconds)))
            else {
                missing += 1;
                continue;
            };
            if time < self.since() {
                continue;
            }
            visit(&commit);
            if seen.len() >= MOST_COMMITS || objects.are_used_up() || Instant::now() > self.until {
                return Visited::TooMany;
            }
            let parents = commit.parent_ids().map(gix::Id::detach).filter(|parent| seen.insert(*parent));
            next.extend(parents.map(|parent| (time, parent)));
        }
        if missing == 0 { Visited::All } else { Visited::AllBut(missing) }
    }

    /// How many commits were released, and what of that is not known: several packages of one release are tagged at one
    /// commit.
    fn releases(&self, objects: &Objects<'_>) -> gix::Result<(usize, Option<String>)> {
        let unwanted = Patterns::any_of(&self.table.no_releases);
        let mut released = BTreeSet::new();
        let mut uncounted = None;
        for (number, tag) in objects.repository.references()?.tags()?.flatten().enumerate() {
            if number >= MOST_TAGS || objects.are_used_up() || Instant::now() > self.until {
                uncounted = Some(format!("it has more than {number} tags; the others are not counted"));
                break;
            }
            let name = tag.name().shorten().to_string();
            let Some(id) = tag.try_id().filter(|_| is_version(&name) && !unwanted.fit(&name)) else {
                continue;
            };
            if let Ok((commit, time)) = objects.tagged(id.detach())
                && time >= self.since()
                && time <= self.now
            {
                released.insert(commit);
            }
        }
        Ok((released.len(), uncounted))
    }
}

/// How a visit of commits ended.
enum Visited {
    All,
    /// So many could not be read.
    AllBut(usize),
    TooMany,
}

/// The commits and tags of a repository, bounded one by one and together.
struct Objects<'r> {
    repository: &'r gix::Repository,
    bytes: Cell<u64>,
}

impl<'r> Objects<'r> {
    fn commit(&self, id: ObjectId) -> gix::Result<gix::Commit<'r>> {
        self.kind(id)?;
        self.repository.find_commit(id)
    }

    /// What an object is, unless it is of a size that no commit or tag has.
    fn kind(&self, id: ObjectId) -> gix::Result<Object> {
        let header = self.repository.find_header(id)?;
        if header.size() > LARGEST_OBJECT {
            return Err(gix::Error::from_error(std::io::Error::other("an object is too large")));
        }
        self.bytes.set(self.bytes.get().saturating_add(header.size()));
        Ok(header.kind())
    }

    fn are_used_up(&self) -> bool {
        self.bytes.get() > LARGEST_HISTORY
    }

    /// The commit of a tag and the time of its release: its own, or else that of the commit.
    fn tagged(&self, id: ObjectId) -> gix::Result<(ObjectId, i64)> {
        if self.kind(id)? != Object::Tag {
            return Ok((id, self.commit(id)?.time()?.seconds));
        }
        let tag = self.repository.find_tag(id)?;
        let commit = tag.target_id()?.detach();
        match tag.tagger()? {
            Some(tagger) => Ok((commit, tagger.seconds())),
            None => Ok((commit, self.commit(commit)?.time()?.seconds)),
        }
    }
}

/// `v1.2`, `app-1.2.3`, `@scope/package@1.2.3`, `2026-08-22`.
fn is_version(tag: &str) -> bool {
    let last = tag.rsplit(['/', '@']).next().unwrap_or(tag);
    let version = last.trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut numbers = version.split(['.', '-', '_']).map(|part| part.chars().all(|c| c.is_ascii_digit()));
    let dotted =
        version.split(['.', '-']).next().is_some_and(|first| version[first.len()..].starts_with('.'));
    let dated = version.len() >= "2026-08-22".len() && version.as_bytes().get(4) == Some(&b'-');
    (dotted || dated) && numbers.next() == Some(true) && numbers.next() == Some(true)
}

/// Authors, each counted once whatever names and addresses they use together.
struct People {
    mail_map: Snapshot,
    bots: Patterns<()>,
    known: BTreeMap<String, usize>,
    count: usize,
}

impl People {
    fn new(mail_map: &[u8], bots: &[String]) -> Self {
        Self {
            mail_map: Snapshot::from_bytes(mail_map),
            bots: Patterns::any_of(bots),
            known: BTreeMap::new(),
            count: 0,
        }
    }

    /// Takes note of an author; false for a program.
    fn meet(&mut self, author: gix::actor::SignatureRef<'_>) -> bool {
        let author = self.mail_map.resolve(author);
        let (name, email) = (author.name.to_string().to_lowercase(), author.email.to_string().to_lowercase());
        if self.bots.fit(&name) || self.bots.fit(&email) {
            return false;
        }
        // A single word is no name to tell people apart by.
        let name = Some(name).filter(|name| name.contains(' '));
        let names = || [Some(&email), name.as_ref()].into_iter().flatten();
        let person = names().find_map(|name| self.known.get(name).copied()).unwrap_or_else(|| {
            self.count += 1;
            self.count
        });
        for name in names() {
            self.known.entry(name.clone()).or_insert(person);
        }
        true
    }

    fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_other_tags() {
        for tag in [
            "v1.2",
            "1.2.3",
            "app-1.2.3",
            "@scope/package@1.2.3",
            "helm/v0.1.0",
            "2026-08-22",
            "release-2026.8",
        ] {
            assert!(is_version(tag), "{tag} is a version");
        }
        for tag in ["nightly", "latest", "v1", "stable-2", "build-20260822", "2026"] {
            assert!(!is_version(tag), "{tag} is no version");
        }
    }

    #[test]
    fn a_person_with_two_addresses_is_one() {
        let mut people = People::new(b"Ada Lovelace <ada@b.org> <a@old.org>\n", &["*[bot]*".to_owned()]);
        let mut meet = |text: &str| {
            let author = gix::actor::SignatureRef::from_bytes(text.as_bytes()).unwrap_or_default();
            people.meet(author)
        };
        assert!(meet("ada <a@old.org> 0 +0000"));
        assert!(meet("Ada Lovelace <ada@b.org> 0 +0000"));
        assert!(meet("Grace Hopper <g@a.org> 0 +0000"));
        assert!(meet("Grace Hopper <g@b.org> 0 +0000"));
        assert!(!meet("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com> 0 +0000"));
        assert_eq!(people.count(), 2);
    }
}
