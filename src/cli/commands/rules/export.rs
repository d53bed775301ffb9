//! `needk8s rules export`: prints the whole rulebook.

use clap::{ArgMatches, Command};

use super::{format_arg, format_of};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::report::export;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "export";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Print the whole rulebook, all layers applied")
        .long_about(
            "Prints the whole rulebook, all layers applied: as JSON, enough to recompute every verdict with the published \
             formulas, or as one TOML file that stands by itself (--rules FILE).",
        )
        .arg(format_arg(&["json", "toml"]))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    print(&match format_of(matches) {
        "toml" => program.rulebook.as_toml(),
        _ => export::render(program.rulebook, &program.provenance()),
    })?;
    Ok(ExitCode::Done)
}
