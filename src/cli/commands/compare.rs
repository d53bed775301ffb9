//! `needk8s compare`: shows platforms side by side; with answers, what they demand and where a platform falls short.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::assessment::Assessment;
use crate::cli::args::{asks, flag, with_answers, with_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::named;
use crate::cli::program::Program;
use crate::report::matrix;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "compare";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    with_format(with_answers(Command::new(NAME)))
        .about("Show platforms side by side; with answers, what they demand and what is missing")
        .after_help("Without names: the recommended platform and the best of the other side, or the tutorial's platforms.")
        .arg(
            Arg::new("compared")
                .value_name("PLATFORM")
                .help("The platforms, by id, name or another word for them")
                .num_args(0..)
                .hide_possible_values(true)
                .action(ArgAction::Append)
                .value_parser(named::platforms(rulebook)),
        )
        .arg(flag("all", "Show all platforms and aspects"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let all = asks(matches, "all");
    let names = matches.get_many::<String>("compared").into_iter().flatten();
    let mut platforms: Vec<usize> =
        names.map(|name| named::platform(rulebook, name)).collect::<Result<_, _>>()?;
    let answers = program.known()?.answers;
    let assessment = (!answers.is_empty()).then(|| program.assessment(&answers));
    if let Some(assessment) = assessment.as_ref().filter(|_| platforms.is_empty() && !all) {
        platforms = contenders(rulebook, assessment);
    }
    let selection =
        matrix::Selection { rulebook, assessment: assessment.as_ref(), all, platforms: &platforms };
    program.show(|format, layout| matrix::render(selection, format, layout))
}

/// The recommended platform, and the best of the other side.
fn contenders(rulebook: &Rulebook, assessment: &Assessment) -> Vec<usize> {
    let recommended = assessment.recommendation;
    let is_other = |platform: &&usize| {
        rulebook.is_subject(**platform) != rulebook.is_subject(recommended)
            && assessment.standings[**platform].is_available()
    };
    let other = assessment.ranking.iter().find(is_other);
    let runner_up = || {
        let others = assessment.ranking.iter().find(|platform| **platform != recommended);
        others.filter(|platform| assessment.standings[**platform].is_available())
    };
    std::iter::once(recommended).chain(other.or_else(runner_up).copied()).collect()
}
