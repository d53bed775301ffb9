//! `needk8s rules diff`: what differs between two rulebooks, and which situations come out differently.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use super::{files, format_arg, format_of, verbose_arg};
use crate::cli::args::asks;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::cli::rulebooks::{self, Unreadable};
use crate::document::{Faults, SourceFile};
use crate::report::revision as report;
use crate::revision::{Revision, Trial};
use crate::rulebook::Rulebook;
use crate::situations;

pub(super) const NAME: &str = "diff";

/// What stands for the rules that are built in.
const BUILT_IN: &str = "built-in";

pub(super) fn command(_: &Rulebook) -> Command {
    let rules = |id: &'static str, name: &'static str, help: &'static str| {
        Arg::new(id).value_name(name).required(true).value_parser(value_parser!(OsString)).help(help)
    };
    Command::new(NAME)
        .about("Show what differs between two rulebooks, and which situations come out differently")
        .long_about(format!(
            "Shows what differs between two rulebooks, item by item and key by key, and which situations come out with another \
             verdict, side or platform, and by which lines: with these alone on top of OLD they come out as by NEW, and without \
             any of them they do not. Tried are the published decisions of both, and the files of --cases.\n\n\
             OLD and NEW are what --rules takes: a folder or a file, which lies on the rules that are built in unless it says \
             extends = false; several layers stand one after the other with the separator of PATH between them (`:`, on Windows \
             `;`). {BUILT_IN} stands for the rules that are built in."
        ))
        .arg(rules("before", "OLD", "The earlier rules"))
        .arg(rules("after", "NEW", "The later rules"))
        .arg(
            Arg::new("cases")
                .long("cases")
                .value_name("FILES")
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .help("Try these situations as well: files or folders as `rules test` takes them"),
        )
        .arg(format_arg(&["text", "json", "markdown"]))
        .arg(verbose_arg("Show long values before and after, and all situations"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let [older, newer] = ["before", "after"].map(|side| matches.get_one::<OsString>(side));
    let (older, newer) = (read(older)?, read(newer)?);
    let mut trials = Trial::published(&older, &newer);
    let paths: Vec<PathBuf> = matches.get_many::<PathBuf>("cases").into_iter().flatten().cloned().collect();
    trials.extend(files::read_each(&paths, |file, name| read_trials(&older, &newer, file, name))?);
    let revision = Revision::new(&older, &newer).ok_or_else(|| {
        Stop::wrong("the rules cannot be held against each other: they were not read from files")
    })?;
    let shifts = revision.shifts(&trials);
    let text = match format_of(matches) {
        "json" => report::json(&revision, &shifts),
        "markdown" => report::markdown(&revision, &shifts),
        _ => report::text(&revision, &shifts, program.layout(asks(matches, "verbose"))),
    };
    program.print(&text)?;
    Ok(ExitCode::Done)
}

fn read(named: Option<&OsString>) -> Result<Rulebook, Stop> {
    let paths = named.into_iter().filter(|named| *named != BUILT_IN).flat_map(std::env::split_paths);
    let named = rulebooks::named_by_user(paths);
    rulebooks::read(&named).map_err(Unreadable::told)
}

/// The situations of a file as both rulebooks read them. A question that one of them does not have is no fault then.
fn read_trials(
    older: &Rulebook,
    newer: &Rulebook,
    file: SourceFile,
    name: &str,
) -> Result<Vec<Trial>, Faults> {
    let of_older = situations::read(older, file.clone(), name);
    match (of_older, situations::read(newer, file, name)) {
        (Ok(older), Ok(newer)) => {
            let both = older.into_iter().zip(newer);
            Ok(both.filter_map(|(one, other)| Trial::new(Some(one), Some(other))).collect())
        }
        (Err(_), Ok(newer)) => Ok(newer.into_iter().filter_map(|one| Trial::new(None, Some(one))).collect()),
        (Ok(older), Err(_)) => Ok(older.into_iter().filter_map(|one| Trial::new(Some(one), None)).collect()),
        (Err(_), Err(faults)) => Err(faults),
    }
}
