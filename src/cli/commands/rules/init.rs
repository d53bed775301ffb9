//! `needk8s rules init`: begins rules of one's own.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::builtin::STARTER;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{say, shown, write_whole};
use crate::cli::program::Program;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "init";

/// The file that is written where a folder is named, or nothing.
const FILE: &str = "policy.toml";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME).about("Write a commented file to begin rules of your own with").arg(
        Arg::new("path")
            .value_name("PATH")
            .help(format!("The file (*.toml), or the folder to write {FILE} in; the working directory when none is named"))
            .value_parser(value_parser!(PathBuf)),
    )
}

pub(super) fn run(_: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let path = matches.get_one::<PathBuf>("path").cloned().unwrap_or_default();
    let is_file = path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir();
    let file = if is_file { path } else { path.join(FILE) };
    if file.symlink_metadata().is_ok() {
        return Err(Stop::wrong(format!("{} exists; it is not overwritten", shown(&file))));
    }
    make_folder(&file)?;
    write_whole(&file, STARTER)?;
    say(&format!("Written to {}. Edit it, then: needk8s --rules {}", shown(&file), shown(&file)));
    Ok(ExitCode::Done)
}

/// Makes the folder of a file, where there is none.
fn make_folder(file: &Path) -> Result<(), Stop> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|error| Stop::wrong(format!("cannot make the folder {}: {error}", shown(folder))))
}
