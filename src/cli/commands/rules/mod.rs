//! `needk8s rules`: works with rulebooks; what can be done with them, a file each.

mod check;
mod export;
mod test;

use clap::{ArgMatches, Command};

use super::Entry;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "rules";

/// What can be done with rules, in the order in which help lists it.
const ALL: [Entry; 3] = [
    Entry { name: check::NAME, command: check::command, run: check::run },
    Entry { name: test::NAME, command: test::command, run: test::run },
    Entry { name: export::NAME, command: export::command, run: export::run },
];

pub(super) fn command(rulebook: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Work with rulebooks")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(ALL.iter().map(|entry| (entry.command)(rulebook)))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let chosen = matches
        .subcommand()
        .and_then(|(name, typed)| ALL.iter().find(|entry| entry.name == name).map(|entry| (entry, typed)));
    match chosen {
        Some((entry, typed)) => (entry.run)(program, typed),
        None => {
            Err(Stop::wrong("name what to do with the rules: `needk8s rules --help` lists it".to_owned()))
        }
    }
}
