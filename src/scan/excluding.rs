//! Files that do not count because somebody said so.

use std::io;

use super::patterns::Patterns;

/// Patterns of paths, as they are known from ignore files: without a `/` inside they speak of any part of a path, with one
/// of the path from the scanned folder. What lies below a folder that fits is left out with it. `*` stands for anything.
pub(crate) struct Excluding {
    parts: Patterns<()>,
    paths: Patterns<()>,
}

/// More patterns than anybody writes: each path is held against them.
const MOST: usize = 1_000;

impl Excluding {
    /// Refuses more patterns than a scan goes by.
    pub(crate) fn check(patterns: &[String]) -> io::Result<()> {
        match patterns.len() > MOST {
            true => Err(io::Error::other(format!("more than {MOST} patterns say what a scan leaves out"))),
            false => Ok(()),
        }
    }

    pub(crate) fn new(patterns: &[String]) -> Self {
        let tidy = |pattern: &String| pattern.replace("**/", "*").replace("/**", "").replace("**", "*");
        let tidy = |pattern: &String| tidy(pattern).trim_start_matches("./").trim_end_matches('/').to_owned();
        let (paths, parts): (Vec<String>, Vec<String>) =
            patterns.iter().map(tidy).partition(|pattern| pattern.contains('/'));
        let paths: Vec<String> = paths.iter().map(|path| path.trim_start_matches('/').to_owned()).collect();
        Self { parts: Patterns::any_of(&parts), paths: Patterns::any_of(&paths) }
    }

    /// Whether a path or a folder around it fits.
    pub(crate) fn fit(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        path.split('/').any(|part| self.parts.fit(part))
            || folders.chain([path]).any(|folder| self.paths.fit(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_ignore_files() {
        for (pattern, path, fits) in [
            ("old", "a/old/b.yaml", true),
            ("old/", "old/b.yaml", true),
            ("old", "older/b.yaml", false),
            ("*.yml", "a/b.yml", true),
            ("a/b", "a/b/c.yaml", true),
            ("/a", "a/c.yaml", true),
            ("a/b", "x/a/b/c.yaml", false),
            ("**/b/*.yaml", "x/a/b/c.yaml", true),
            ("a/**", "a/c.yaml", true),
        ] {
            assert_eq!(Excluding::new(&[pattern.to_owned()]).fit(path), fits, "{pattern} {path}");
        }
    }
}
