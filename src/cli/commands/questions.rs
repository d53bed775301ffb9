//! `needk8s questions`: every question with its values, as text, as JSON, or as an answers file to fill in.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::cli::args::{flag, is_stdout, with_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{print, say, shown, write_whole};
use crate::cli::program::Program;
use crate::report::questions;
use crate::report::text::Layout;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "questions";

pub(super) fn command(_: &Rulebook) -> Command {
    with_format(Command::new(NAME).about("List the questions and the values that answer them"))
        .arg(flag("verbose", "Show how to answer each of them, too").short('v'))
        .arg(
            Arg::new("template")
                .long("template")
                .value_name("FILE")
                .help("Write an answers file (TOML) to fill in")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["format", "output"]),
        )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let Some(file) = matches.get_one::<PathBuf>("template") else {
        let verbose = program.plan.verbose;
        return program
            .show(|format, layout| questions::render(rulebook, format, Layout { verbose, ..layout }));
    };
    if is_stdout(file) {
        print(&questions::template(rulebook))?;
        return Ok(ExitCode::Done);
    }
    if file.exists() {
        return Err(Stop::wrong(format!("{} exists; it is not overwritten", shown(file))));
    }
    write_whole(file, &questions::template(rulebook))?;
    say(&format!("Written to {}. Fill it in, then: needk8s --answers {}", shown(file), shown(file)));
    Ok(ExitCode::Done)
}
