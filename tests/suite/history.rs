//! The history of a repository: read only if all of it lies in the folder, and never missing without a word.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use needk8s::facts::Facts;

use crate::scan_facts::scan;

/// What is done to a folder.
type Change<'c> = &'c dyn Fn(&Path);

/// A repository of one commit.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "-q", "-b", "main", "."]);
    commit(folder.path());
    folder
}

fn commit(folder: &Path) {
    git(
        folder,
        &["-c", "user.name=Ada", "-c", "user.email=ada@b.org", "commit", "-q", "--allow-empty", "-m", "x"],
    );
}

fn git(folder: &Path, args: &[&str]) {
    let ran = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .status();
    assert!(ran.is_ok_and(|status| status.success()), "git {args:?} fails");
}

fn write(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
    fs::write(path, text).expect("a file");
}

/// What is said of the history, where it was not read.
fn missing(facts: &Facts) -> &str {
    facts.unreadable.iter().find(|left_out| left_out.path == ".git").map_or("", |left_out| &left_out.reason)
}

#[test]
fn who_committed_is_counted() {
    let repository = repository();
    let facts = scan(repository.path());
    assert_eq!(
        facts.git.map(|history| (history.people, history.commits, history.shallow)),
        Some((1, 1, false))
    );
    assert_eq!(facts.unreadable, []);
}

#[test]
fn a_repository_without_a_commit_has_no_history_and_nothing_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "-q", "."]);
    let facts = scan(folder.path());
    assert_eq!((facts.git, facts.unreadable), (None, Vec::new()));
}

#[test]
fn references_that_are_kept_in_no_files_are_not_read_from_files() {
    let repository = repository();
    git(repository.path(), &["config", "extensions.refStorage", "reftable"]);
    let facts = scan(repository.path());
    assert_eq!(facts.git, None);
    assert!(missing(&facts).ends_with("its references are in no files"), "{}", missing(&facts));
}

#[test]
fn a_repository_that_lies_elsewhere_is_not_read() {
    use std::os::unix::fs::symlink;
    let repository = repository();
    let elsewhere = repository.path().join(".git");
    let shown = elsewhere.display();
    let link = |path: &Path, name: &str| {
        let _ = fs::remove_dir_all(path.join(name));
        symlink(elsewhere.join(name.trim_start_matches(".git/")), path.join(name)).expect("a link");
    };
    let ways: [(&str, Change<'_>, &str); 7] = [
        ("a link", &|path| symlink(&elsewhere, path.join(".git")).expect("a link"), "it is a link"),
        (
            "a name",
            &|path| write(path, ".git", format!("gitdir: {shown}\n")),
            "it names a repository elsewhere",
        ),
        (
            "shared objects",
            &|path| {
                git(path, &["init", "-q", "."]);
                write(path, ".git/objects/info/alternates", format!("{shown}/objects\n"));
            },
            "objects/info/alternates says",
        ),
        (
            "a common folder",
            &|path| {
                git(path, &["init", "-q", "."]);
                write(path, ".git/commondir", format!("{shown}\n"));
            },
            "commondir says",
        ),
        (
            "linked objects",
            &|path| {
                git(path, &["init", "-q", "."]);
                link(path, ".git/objects");
            },
            "objects is no folder",
        ),
        (
            "a linked branch",
            &|path| {
                git(path, &["init", "-q", "-b", "main", "."]);
                symlink(elsewhere.join("refs/heads/main"), path.join(".git/refs/heads/main"))
                    .expect("a link");
            },
            "refs/heads/main is no regular file",
        ),
        (
            "a linked configuration",
            &|path| {
                git(path, &["init", "-q", "."]);
                fs::remove_file(path.join(".git/config")).expect("a file");
                symlink(elsewhere.join("config"), path.join(".git/config")).expect("a link");
            },
            "config is no regular file",
        ),
    ];
    for (way, make, reason) in ways {
        let folder = tempfile::tempdir().expect("a folder");
        make(folder.path());
        let facts = scan(folder.path());
        assert_eq!(facts.git, None, "by {way}");
        assert!(missing(&facts).contains(reason), "by {way}: {:?}", facts.unreadable);
        assert_eq!(facts.unreadable.len(), 1, "by {way}: {:?}", facts.unreadable);
    }
}

#[test]
fn a_broken_repository_is_said_to_be_broken() {
    let broken: [(&str, Change<'_>); 5] = [
        ("its head", &|git| write(git, "HEAD", "garbage")),
        ("its branch", &|git| write(git, "refs/heads/main", "garbage")),
        ("its objects", &|git| fs::remove_dir_all(git.join("objects")).expect("a folder")),
        ("no head", &|git| fs::remove_file(git.join("HEAD")).expect("a file")),
        ("another branch", &|git| write(git, "HEAD", "ref: refs/heads/other\n")),
    ];
    for (what, spoil) in broken {
        let repository = repository();
        spoil(&repository.path().join(".git"));
        let facts = scan(repository.path());
        assert_eq!(facts.git, None, "{what}");
        assert!(
            missing(&facts).starts_with("its history could not be read: "),
            "{what}: {:?}",
            facts.unreadable
        );
    }
}

#[test]
fn a_missing_commit_is_counted() {
    let repository = repository();
    commit(repository.path());
    let head = fs::read_to_string(repository.path().join(".git/refs/heads/main")).expect("a branch");
    let older = Command::new("git").args(["rev-parse", "HEAD~1"]).current_dir(repository.path()).output();
    let older = String::from_utf8(older.expect("git").stdout).expect("text");
    assert_ne!(head, older);
    let (folder, file) = older.trim().split_at(2);
    fs::remove_file(repository.path().join(".git/objects").join(folder).join(file)).expect("an object");
    let facts = scan(repository.path());
    assert_eq!(missing(&facts), "1 commit could not be read");
    assert_eq!(facts.git.map(|history| history.commits), Some(1));
}

#[test]
fn a_huge_configuration_costs_the_history_and_not_the_memory() {
    let repository = repository();
    write(repository.path(), ".git/config", "[a \"b\"]\n c = d\n".repeat(20_000));
    assert!(missing(&scan(repository.path())).contains("config is larger than 256 KiB"));
}

#[test]
fn what_git_tracks_is_read_although_it_is_ignored_and_an_outer_repository_says_nothing() {
    let outer = repository();
    write(outer.path(), ".gitignore", "*\n");
    let inner = outer.path().join("project");
    write(&inner, "k8s/web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n");
    write(&inner, "k8s/api.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n");
    git(&inner, &["init", "-q", "."]);
    git(&inner, &["add", "k8s/web.yaml"]);
    let names = |folder: &Path| -> Vec<String> {
        scan(folder).kubernetes.objects.into_iter().map(|object| object.name).collect()
    };
    assert_eq!(names(&inner), ["api", "web"]);
    write(&inner, ".gitignore", "k8s/\n");
    assert_eq!(names(&inner), ["web"]);
}

#[test]
fn an_empty_folder_is_called_no_repository_and_no_handle_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    assert_eq!(missing(&scan(folder.path())), "its history could not be read: it is no git repository");
    let spoils: [(&str, &str); 3] =
        [("config", "[core]\nrepositoryformatversion = 9\n"), ("config", "[core\n"), ("HEAD", "garbage")];
    for (file, text) in spoils {
        let repository = repository();
        write(repository.path(), &format!(".git/{file}"), text);
        let facts = scan(repository.path());
        assert!(!missing(&facts).contains("/proc/"), "{file}: {:?}", facts.unreadable);
    }
}

#[test]
fn more_tags_than_are_read_cost_the_releases_only() {
    let repository = repository();
    let head = fs::read_to_string(repository.path().join(".git/refs/heads/main")).expect("a branch");
    for number in 0..=5_000 {
        write(repository.path(), &format!(".git/refs/tags/v{number}.0"), &head);
    }
    let facts = scan(repository.path());
    assert_eq!(missing(&facts), "its tags are not counted: there are more than 5000 files in refs/tags");
    assert_eq!(
        facts.git.map(|history| (history.commits, history.releases, history.shallow)),
        Some((1, 0, true))
    );
}
