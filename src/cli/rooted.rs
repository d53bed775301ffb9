//! Paths from the root of the repository, as code hosts name files.

use std::path::{Component, Path, PathBuf};

use crate::facts::Place;

/// Where a run takes place, and what its paths are seen from.
#[derive(Debug, Clone)]
pub(super) struct Rooted {
    here: PathBuf,
    root: PathBuf,
}

impl Rooted {
    /// The working directory, within its repository; outside of one, within the workspace of a run on GitHub, else by itself.
    pub(super) fn here() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
        Self::of(here, workspace)
    }

    fn of(here: PathBuf, workspace: Option<PathBuf>) -> Self {
        let root = root_of(&here)
            .or_else(|| workspace.filter(|workspace| workspace.is_absolute() && here.starts_with(workspace)))
            .unwrap_or_else(|| here.clone());
        Self { here, root }
    }

    /// A line of a file, whose path is seen from the working directory. A file outside of the repository is named as seen
    /// from the root of its own, and one that is in none as it was.
    pub(super) fn place(&self, path: &Path, line: usize) -> Place {
        let whole = plain(&self.here.join(path));
        let of_own = || whole.parent().and_then(root_of);
        let seen = whole.strip_prefix(&self.root).ok().map(Path::to_path_buf);
        let seen = seen.or_else(|| whole.strip_prefix(of_own()?).ok().map(Path::to_path_buf));
        let seen = seen.unwrap_or_else(|| path.to_path_buf());
        let parts = seen.components().map(|part| part.as_os_str().to_string_lossy());
        let absolute = if seen.is_absolute() { seen.to_string_lossy().into_owned() } else { String::new() };
        let relative = parts.collect::<Vec<_>>().join("/");
        Place { path: if absolute.is_empty() { relative } else { absolute }, line }
    }
}

/// The nearest folder from here up that is a repository.
pub(super) fn root_of(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()).map(Path::to_path_buf)
}

/// The path without `.` and `..`, whatever links there may be.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_root_of_the_repository() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let folder = folder.path();
        for made in ["one/.git", "one/deploy/app", "two/.git", "two/app", "none"] {
            std::fs::create_dir_all(folder.join(made)).unwrap_or_else(|error| panic!("{error}"));
        }
        let seen =
            |here: &str, path: &str| Rooted::of(folder.join(here), None).place(Path::new(path), 3).path;
        assert_eq!(seen("one", "./needk8s.toml"), "needk8s.toml");
        assert_eq!(seen("one/deploy", "../needk8s.toml"), "needk8s.toml");
        assert_eq!(seen("one/deploy", "app/compose.yaml"), "deploy/app/compose.yaml");
        assert_eq!(seen("one/deploy", "../../two/app/compose.yaml"), "app/compose.yaml");
        assert_eq!(seen("none", "needk8s.toml"), "needk8s.toml");
        assert_eq!(seen("none", "../needk8s.toml"), "../needk8s.toml");
        let workspace = Rooted::of(folder.join("none"), Some(folder.to_path_buf()));
        assert_eq!(workspace.place(Path::new("a.yaml"), 0).path, "none/a.yaml");
    }
}
