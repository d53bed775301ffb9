//! `needk8s learn`: shows the learning path; with answers, what they need first.

use clap::{ArgMatches, Command};

use crate::cli::args::with_answers;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::report::reference;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "learn";

pub(super) fn command(_: &Rulebook) -> Command {
    with_answers(Command::new(NAME)).about("Show the learning path; with answers, what they need first")
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    let answers = program.known()?.answers;
    let assessment = (!answers.is_empty()).then(|| program.assessment(&answers));
    program.print(&reference::learn(program.rulebook, assessment.as_ref(), program.layout(false)))?;
    Ok(ExitCode::Done)
}
