//! `needk8s man`: prints the man page.

use clap::{ArgMatches, Command};

use crate::cli::args;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "man";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME).about("Print the man page")
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    let mut page = Vec::new();
    clap_mangen::Man::new(args::command(program.rulebook))
        .render(&mut page)
        .map_err(|error| Stop::wrong(format!("cannot write the page: {error}")))?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(ExitCode::Done)
}
