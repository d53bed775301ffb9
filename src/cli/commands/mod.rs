//! The commands, a file each. All have the same shape: what is known → what is judged → what is shown.

pub(super) mod assess;
mod cases;
mod check;
mod compare;
mod completions;
mod diff;
mod explain;
mod learn;
mod man;
mod portfolio;
mod questions;
pub(super) mod rules;
mod scan;
mod what_if;
mod why;

use std::ffi::OsString;

use clap::{ArgMatches, Command};

use super::exit::{ExitCode, Stop};
use super::program::Program;
use crate::rulebook::Rulebook;

/// A command of the program.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// What can be typed after its name.
    pub(super) command: fn(&Rulebook) -> Command,
    /// What it does; the matches are those of its own arguments.
    pub(super) run: fn(&Program<'_>, &ArgMatches) -> Result<ExitCode, Stop>,
}

/// What the program does when no command is named.
pub(super) const DEFAULT: Entry = Entry { name: assess::NAME, command: assess::command, run: assess::run };

/// Every command, in the order in which help lists them.
pub(super) const ALL: [Entry; 15] = [
    DEFAULT,
    Entry { name: check::NAME, command: check::command, run: check::run },
    Entry { name: why::NAME, command: why::command, run: why::run },
    Entry { name: scan::NAME, command: scan::command, run: scan::run },
    Entry { name: questions::NAME, command: questions::command, run: questions::run },
    Entry { name: compare::NAME, command: compare::command, run: compare::run },
    Entry { name: what_if::NAME, command: what_if::command, run: what_if::run },
    Entry { name: diff::NAME, command: diff::command, run: diff::run },
    Entry { name: portfolio::NAME, command: portfolio::command, run: portfolio::run },
    Entry { name: explain::NAME, command: explain::command, run: explain::run },
    Entry { name: cases::NAME, command: cases::command, run: cases::run },
    Entry { name: learn::NAME, command: learn::command, run: learn::run },
    Entry { name: rules::NAME, command: rules::command, run: rules::run },
    Entry { name: completions::NAME, command: completions::command, run: completions::run },
    Entry { name: man::NAME, command: man::command, run: man::run },
];

/// The commands that tell what answers come to, for which all that is made of a rulebook is needed.
const JUDGING: [&str; 4] = [DEFAULT.name, check::NAME, why::NAME, what_if::NAME];

/// Whether the arguments of the program, not yet read, name one of those.
pub(super) fn judge(args: &[OsString]) -> bool {
    let named = args.iter().find_map(|arg| ALL.iter().find(|entry| arg == entry.name));
    JUDGING.contains(&named.unwrap_or(&DEFAULT).name)
}

/// The command that was chosen, and what was typed for it.
pub(super) fn chosen(matches: &ArgMatches) -> (&'static Entry, &ArgMatches) {
    let named = matches
        .subcommand()
        .and_then(|(name, inner)| ALL.iter().find(|entry| entry.name == name).map(|entry| (entry, inner)));
    named.unwrap_or((&DEFAULT, matches))
}
