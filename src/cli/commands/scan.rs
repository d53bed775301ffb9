//! `needk8s scan`: shows what a repository already says, with the lines that say it.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::cli::args::{Short, exclude_arg, with_answers_file, with_long_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{say, shown, write_whole};
use crate::cli::program::{Known, Program};
use crate::report::scan as report;
use crate::report::text::{self, Layout};
use crate::rulebook::{Reading, Rulebook};

pub(super) const NAME: &str = "scan";

pub(super) fn command(_: &Rulebook) -> Command {
    let dir = Arg::new("scan")
        .value_name("DIR")
        .help("The folder of the repository")
        .default_value(".")
        .value_parser(value_parser!(PathBuf));
    with_long_format(with_answers_file(Command::new(NAME)))
        .about("Show what a repository already says, with the lines that say it")
        .long_about(
            "Reads Compose files, Dockerfiles, manifests and charts, Terraform, CI, declared machine-learning libraries and \
             the Git history of a folder, and shows every fact with its line, the answers that follow, what stays open, and \
             the provisional recommendation. Nothing is run, changed or sent anywhere, and no value of a secret is shown.",
        )
        .arg(dir)
        .arg(exclude_arg())
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    // The record of a repository stands in it.
    let beside = program.plan.scan.as_deref();
    let Known { answers, scanned, .. } = program.known_with_record_in(beside)?;
    let Some(scanned) = scanned else { return Ok(ExitCode::Done) };
    program.with_asked(&answers, |contents| {
        let scan = report::Scan {
            folder: &scanned.folder,
            facts: &scanned.facts,
            conclusions: &scanned.conclusions,
            contents,
            open: (0..program.rulebook.questions().len())
                .filter(|question| answers.is_open(*question))
                .filter(|question| contents.assessment.readings[*question] != Reading::DoesNotApply)
                .collect(),
        };
        let format = program.format_of_list()?;
        match &program.plan.output {
            None if program.plan.short == Some(Short::Line) => {
                program.print(&text::line(contents, program.layout(false)))?;
            }
            None => program.print(&report::render(&scan, format, program.layout(program.plan.verbose)))?,
            Some(path) => {
                let layout = Layout { verbose: program.plan.verbose, ..Layout::PLAIN };
                write_whole(path, &report::render(&scan, format, layout))?;
                say(&format!("{} Written to {}.", contents.headline, shown(path)));
            }
        }
        Ok(ExitCode::Done)
    })
}
