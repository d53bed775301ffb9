//! `needk8s completions`: prints a completion script for a shell.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::cli::args;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "completions";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME).about("Print a completion script for a shell").arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(Shell))
            .help("The shell"),
    )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let shell = *matches.get_one("shell").unwrap_or(&Shell::Bash);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(program.rulebook), "needk8s", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Done)
}
