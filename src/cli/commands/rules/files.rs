//! Files and folders with situations.

use std::path::{Path, PathBuf};

use crate::cli::exit::Stop;
use crate::cli::input;
use crate::cli::output::shown;
use crate::document::SourceFile;
use crate::text::one_line;

/// Reads the files that are named, a folder standing for its TOML files; each with what its only situation is called.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<(SourceFile, String)>, Stop> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() { files.extend(files_of(path)?) } else { files.push(path.clone()) }
    }
    let read = |path: &PathBuf| {
        let file = SourceFile { name: shown(path), text: input::read_answers_text(path)? };
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
