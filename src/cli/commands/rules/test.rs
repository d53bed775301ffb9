//! `needk8s rules test`: holds the rules to situations whose results are known.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use super::{files, format_arg, format_of, verbose_arg};
use crate::cli::args::asks;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output;
use crate::cli::program::Program;
use crate::report::situations::{self as report, Tried};
use crate::report::text::{self, Layout};
use crate::rulebook::Rulebook;
use crate::situations::{self, Coverage, Situation};

pub(super) const NAME: &str = "test";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Hold the rules to situations whose results are known")
        .long_about(
            "Holds the rules to situations whose results are known: files with [answers] and [expect] (verdict, side, platform, \
             holds, holds-not, says), or with several [[case]]; a folder stands for its *.toml. Without files the published \
             decisions of the rulebook are tried: each comes out on the side that was right, unless it says why not.\n\n\
             Exit status: 0 all are as expected, 1 some are not, 2 a file is wrong.",
        )
        .arg(
            Arg::new("files")
                .value_name("FILES")
                .num_args(0..)
                .value_parser(value_parser!(PathBuf))
                .help("Files or folders with situations [default: the published decisions]"),
        )
        .arg(format_arg(&["text", "json", "junit"]))
        .arg(verbose_arg("List what no situation exercises"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let paths: Vec<PathBuf> = matches.get_many::<PathBuf>("files").into_iter().flatten().cloned().collect();
    let situations = match paths.is_empty() {
        true => Situation::published(rulebook),
        false => files::read_each(&paths, |file, name| situations::read(rulebook, file, name))?,
    };
    if situations.is_empty() {
        return Err(Stop::wrong("there are no situations to try: name files, or a rulebook with [[case]]"));
    }
    let mut assessed = Vec::new();
    let mut tried = Vec::new();
    for situation in &situations {
        let assessment = situation.assess(rulebook);
        let said = match situation.expect.says.is_empty() {
            true => String::new(),
            false => program.with_contents(&situation.answers, |contents| {
                text::render(contents, Layout { verbose: true, ..Layout::PLAIN })
            }),
        };
        let differences = situation.differences(rulebook, &assessment, &said);
        let verdict = rulebook.bands()[assessment.band].id.clone();
        tried.push(Tried { situation, verdict, differences });
        assessed.push((situation, assessment));
    }
    let coverage = Coverage::of(rulebook, &assessed);
    let text = match format_of(matches) {
        "json" => report::json(&tried, &coverage),
        "junit" => report::junit(&tried),
        _ => report::text(&tried, &coverage, program.layout(asks(matches, "verbose"))),
    };
    program.print(&text)?;
    if paths.is_empty() && !rulebook.layers().is_empty() {
        output::say(
            "These decisions were made without your rules; `needk8s rules diff built-in …` tells which of them yours move.",
        );
    }
    let all_agree = tried.iter().all(|one| one.differences.is_empty());
    Ok(if all_agree { ExitCode::Done } else { ExitCode::Fails })
}
