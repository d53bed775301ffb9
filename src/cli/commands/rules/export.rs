//! `needk8s rules export`: prints the whole rulebook.

use clap::{Arg, ArgMatches, Command};

use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::report::export;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "export";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME).about("Print the whole rulebook as the engine uses it").arg(
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(["json"])
            .default_value("json")
            .help("The format"),
    )
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    print(&export::render(program.rulebook, &program.provenance()))?;
    Ok(ExitCode::Done)
}
