//! `needk8s rules schema`: the shape of rule files for editors.

use clap::{ArgMatches, Command};

use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::report::schema;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "schema";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Print a JSON Schema of rule files, by which editors complete and check")
        .long_about(
            "Prints a JSON Schema of rule files, by which editors complete and check them, with the ids of the rules in use. \
             Editors with Taplo find it by a line at the top of a rule file:\n\n  #:schema ./rules.schema.json",
        )
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    print(&schema::render(program.rulebook))?;
    Ok(ExitCode::Done)
}
