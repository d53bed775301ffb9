//! `needk8s why`: what separates a platform from the recommended one.

use clap::{Arg, ArgMatches, Command};

use crate::cli::args::{with_answers, with_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::document::did_you_mean;
use crate::report::why::{self, Why};
use crate::rulebook::Rulebook;
use crate::text::one_line;

pub(super) const NAME: &str = "why";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    with_format(with_answers(Command::new(NAME), rulebook))
        .about("Say why a platform is not the recommended one, and what would make it so")
        .arg(Arg::new("platform").value_name("PLATFORM").help("The platform, by id or name").required(true))
}

/// What separates a platform from the recommended one, or, where it is that one, the runner-up from it.
pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let asked =
        platform(rulebook, matches.get_one::<String>("platform").map(String::as_str).unwrap_or_default())?;
    let answers = program.known()?.answers;
    if answers.is_empty() {
        return Err(program.nothing_known());
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

/// The platform with this id or name.
fn platform(rulebook: &Rulebook, given: &str) -> Result<usize, Stop> {
    let platforms = rulebook.platforms();
    rulebook.platform(given).ok_or_else(|| {
        let ids = || platforms.iter().map(|platform| platform.id.as_str());
        let names = platforms.iter().map(|platform| platform.name.as_str());
        let help = match did_you_mean(given, ids()).or_else(|| did_you_mean(given, names)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("possible: {}", ids().collect::<Vec<_>>().join(", ")),
        };
        Stop::wrong(format!("there is no platform `{}`; {help}", one_line(given)))
    })
}
