//! `needk8s why`: what separates a platform from the recommended one.

use clap::{Arg, ArgMatches, Command};

use crate::cli::args::{with_answers, with_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::named;
use crate::cli::program::Program;
use crate::report::why::{self, Why};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "why";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    with_format(with_answers(Command::new(NAME)))
        .about("Say why it is not this platform, and what would make it so")
        .arg(
            Arg::new("platform")
                .value_name("PLATFORM")
                .help("The platform, by id, name or another word for it")
                .required(true)
                .hide_possible_values(true)
                .value_parser(named::platforms(rulebook)),
        )
}

/// What separates a platform from the recommended one, or, where it is that one, the runner-up from it.
pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let asked = named::platform(
        rulebook,
        matches.get_one::<String>("platform").map(String::as_str).unwrap_or_default(),
    )?;
    let answers = program.known()?.answers;
    if answers.is_empty() {
        return Err(program.nothing_known(None));
    }
    let assessment = program.assessment(&answers);
    let recommended = assessment.recommendation;
    let runner_up = || {
        let others = assessment.ranking.iter().filter(|platform| **platform != recommended);
        others.copied().find(|platform| assessment.standings[*platform].is_available())
    };
    let compared = if asked == recommended { runner_up() } else { Some(asked) };
    let contrast = compared.map(|platform| {
        program.engine().contrast(rulebook, &program.stated(&answers), &assessment, (platform, recommended))
    });
    let told = Why { rulebook, assessment: &assessment, asked, contrast: contrast.as_ref() };
    program.show(|format, layout| why::render(told, &program.provenance(), format, layout))
}
