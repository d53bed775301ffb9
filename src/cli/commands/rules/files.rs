//! Files and folders with situations.

use std::path::{Path, PathBuf};

use crate::cli::exit::Stop;
use crate::cli::input;
use crate::cli::output::shown;
use crate::document::{Faults, SourceFile};
use crate::text::one_line;

/// What is read from each of the files that are named, a folder standing for its TOML files, by `one`, which is also told
/// what the only situation of a file is called; or the faults of all files.
pub(super) fn read_each<T>(
    paths: &[PathBuf],
    one: impl Fn(SourceFile, &str) -> Result<Vec<T>, Faults>,
) -> Result<Vec<T>, Stop> {
    let mut all = Vec::new();
    let mut wrong = String::new();
    for (file, name) in read(paths)? {
        match one(file, &name) {
            Ok(read) => all.extend(read),
            Err(faults) => wrong.push_str(&faults.to_string()),
        }
    }
    if wrong.is_empty() { Ok(all) } else { Err(Stop(wrong)) }
}

fn read(paths: &[PathBuf]) -> Result<Vec<(SourceFile, String)>, Stop> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() { files.extend(files_of(path)?) } else { files.push(path.clone()) }
    }
    let read = |path: &PathBuf| {
        let file = SourceFile::new(shown(path), input::read_answers_text(path)?);
        Ok((file, one_line(&path.file_stem().unwrap_or_default().to_string_lossy())))
    };
    files.iter().map(read).collect()
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let names = input::toml_files(folder, &shown(folder))?;
    let mut files: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
    files.sort();
    Ok(files)
}
