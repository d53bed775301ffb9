//! `needk8s compare`: shows the matrix; with answers, what they demand and where a platform falls short.

use clap::{ArgMatches, Command};

use crate::cli::args::{asks, flag, with_answers, with_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::report::matrix;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "compare";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    with_format(with_answers(Command::new(NAME), rulebook))
        .about("Show the matrix; with answers, what they demand and where a platform falls short")
        .arg(flag("all", "Show all platforms and aspects, not only the tutorial's"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let answers = program.known()?.answers;
    let assessment = (!answers.is_empty()).then(|| program.assessment(&answers));
    let selection = matrix::Selection {
        rulebook: program.rulebook,
        assessment: assessment.as_ref(),
        all: asks(matches, "all"),
    };
    program.show(|format, layout| matrix::render(selection, format, layout))
}
