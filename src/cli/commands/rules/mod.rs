//! `needk8s rules`: works with rulebooks; what can be done with them, a file each.

mod check;
mod diff;
mod export;
mod files;
mod init;
mod list;
mod schema;
mod show;
mod test;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::Entry;
use crate::cli::args::flag;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::rulebook::{Rulebook, shape};

pub(in crate::cli) const NAME: &str = "rules";

/// What can be done with rules, in the order in which help lists it.
const ALL: [Entry; 8] = [
    Entry { name: init::NAME, command: init::command, run: init::run },
    Entry { name: list::NAME, command: list::command, run: list::run },
    Entry { name: show::NAME, command: show::command, run: show::run },
    Entry { name: check::NAME, command: check::command, run: check::run },
    Entry { name: test::NAME, command: test::command, run: test::run },
    Entry { name: diff::NAME, command: diff::command, run: diff::run },
    Entry { name: export::NAME, command: export::command, run: export::run },
    Entry { name: schema::NAME, command: schema::command, run: schema::run },
];

/// `--format`, the first of which is the usual one.
fn format_arg(formats: &[&'static str]) -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(formats.iter().copied()))
        .default_value(formats.first().copied().unwrap_or_default())
        .help("The format")
}

/// The format that was asked for.
fn format_of(matches: &ArgMatches) -> &str {
    matches.get_one::<String>("format").map_or("", String::as_str)
}

/// `--verbose`.
fn verbose_arg(help: &'static str) -> Arg {
    flag("verbose", help).short('v')
}

/// The kinds of items.
fn kinds() -> impl Iterator<Item = &'static str> {
    shape::KINDS.iter().map(|(kind, _)| *kind)
}

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
