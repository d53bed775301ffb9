//! The history: how many people work, and how often they release. Read with a library: the `git` program may run what a
//! stranger's configuration names.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use gix::ObjectId;
use gix::mailmap::Snapshot;
use gix::objs::Kind;

use super::facts::{History, Unreadable};
use super::patterns::Patterns;
use super::tables::GitTable;
use super::tree::read_bounded;

/// The days before the scan that count.
const DAYS: i64 = 90;
const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;
/// More commits or tags than this are not looked at.
const MOST_OBJECTS: usize = 50_000;
/// Bytes of a commit or tag: what is larger was made to do harm.
const LARGEST_OBJECT: u64 = 1 << 20;
/// How long a history is waited for: a file in `.git` may turn out to be a pipe that nobody writes to.
const PATIENCE: Duration = Duration::from_secs(5);

/// A history that is being read, in a thread of its own.
pub(crate) struct Reading(Option<mpsc::Receiver<gix::Result<Option<History>>>>);

impl Reading {
    /// Begins to read the history of a folder, if it has one. `now` is in seconds since 1970.
    pub(crate) fn begin(root: &Path, now: i64, table: &GitTable) -> Self {
        if !root.join(".git").exists() {
            return Self(None);
        }
        let window = Window { root: root.to_owned(), now, table: table.clone() };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            // Nobody listens any more when it took too long.
            let _ = sender.send(window.history());
        });
        Self(Some(receiver))
    }

    /// Waits for it, but not for ever.
    pub(crate) fn end(self) -> Result<Option<History>, Unreadable> {
        let Some(receiver) = self.0 else { return Ok(None) };
        let fail = |reason: String| Unreadable { path: ".git".to_owned(), reason };
        receiver
            .recv_timeout(PATIENCE)
            .map_err(|_| {
                fail(format!("its history could not be read within {} seconds", PATIENCE.as_secs()))
            })?
            .map_err(|error| fail(format!("its history could not be read: {error}")))
    }
}

/// The part of a history that counts.
struct Window {
    root: PathBuf,
    now: i64,
    table: GitTable,
}

impl Window {
    fn since(&self) -> i64 {
        self.now - DAYS * SECONDS_OF_A_DAY
    }

    /// No history when there is no commit yet.
    fn history(&self) -> gix::Result<Option<History>> {
        let repository = gix::open_opts(&self.root, gix::open::Options::isolated())?;
        let Ok(head) = repository.head_id() else { return Ok(None) };
        let newest = bounded_commit(&repository, head.detach())?.time()?.seconds;
        let mut history = History {
            newest: u64::try_from((self.now - newest) / SECONDS_OF_A_DAY).unwrap_or(0),
            days: DAYS.unsigned_abs(),
            shallow: repository.is_shallow()?,
            ..History::default()
        };
        let mail_map = read_bounded(&self.root.join(".mailmap")).unwrap_or_default();
        let mut people = People::new(&mail_map, &self.table.bots);
        let complete = self.each_commit(&repository, head.detach(), |commit| {
            if let Ok(author) = commit.author() {
                history.commits += usize::from(people.meet(author));
            }
        });
        history.people = people.count();
        history.shallow |= !complete;
        history.releases = self.releases(&repository)?;
        Ok(Some(history))
    }

    /// Visits the commits of the window, newest first; whether that were all of them.
    fn each_commit(
        &self,
        repository: &gix::Repository,
        head: ObjectId,
        mut visit: impl FnMut(&gix::Commit<'_>),
    ) -> bool {
        let mut next = BinaryHeap::from([(i64::MAX, head)]);
        let mut seen = HashSet::from([head]);
        let mut complete = true;
        while let Some((_, id)) = next.pop() {
            let commit = bounded_commit(repository, id);
            let Ok((commit, time)) =
                commit.and_then(|commit| commit.time().map(|time| (commit, time.seconds)))
            else {
                complete = false;
                continue;
            };
            if time < self.since() {
                continue;
            }
            visit(&commit);
            if seen.len() >= MOST_OBJECTS {
                return false;
            }
            let parents = commit.parent_ids().map(gix::Id::detach).filter(|parent| seen.insert(*parent));
            next.extend(parents.map(|parent| (time, parent)));
        }
        complete
    }

    /// How many commits were released: several packages of one release are tagged at one commit.
    fn releases(&self, repository: &gix::Repository) -> gix::Result<usize> {
        let unwanted = Patterns::any_of(&self.table.no_releases);
        let mut released = BTreeSet::new();
        for tag in repository.references()?.tags()?.take(MOST_OBJECTS).flatten() {
            let name = tag.name().shorten().to_string();
            let Some(id) = tag.try_id().filter(|_| is_version(&name) && !unwanted.fit(&name)) else {
                continue;
            };
            if let Ok((commit, time)) = tagged(repository, id.detach())
                && time >= self.since()
                && time <= self.now
            {
                released.insert(commit);
            }
        }
        Ok(released.len())
    }
}

/// A commit, unless it is of a size that none has.
fn bounded_commit(repository: &gix::Repository, id: ObjectId) -> gix::Result<gix::Commit<'_>> {
    check_size(repository, id)?;
    repository.find_commit(id)
}

fn check_size(repository: &gix::Repository, id: ObjectId) -> gix::Result<Kind> {
    let header = repository.find_header(id)?;
    if header.size() > LARGEST_OBJECT {
        return Err(gix::Error::from_error(std::io::Error::other("an object is too large")));
    }
    Ok(header.kind())
}

/// The commit of a tag and the time of its release: its own, or else that of the commit.
fn tagged(repository: &gix::Repository, id: ObjectId) -> gix::Result<(ObjectId, i64)> {
    if check_size(repository, id)? != Kind::Tag {
        return Ok((id, bounded_commit(repository, id)?.time()?.seconds));
    }
    let tag = repository.find_tag(id)?;
    let commit = tag.target_id()?.detach();
    match tag.tagger()? {
        Some(tagger) => Ok((commit, tagger.seconds())),
        None => Ok((commit, bounded_commit(repository, commit)?.time()?.seconds)),
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
