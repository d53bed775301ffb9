//! `needk8s what-if`: the same answers with some changed, side by side.

use clap::{ArgMatches, Command};

use crate::answers::Origin;
use crate::cli::args::{with_answers, with_format};
use crate::cli::decision;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::report::comparison::{Comparison, Side};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "what-if";

pub(super) fn command(_: &Rulebook) -> Command {
    with_format(with_answers(Command::new(NAME)))
        .about("Show what some other answers would change")
        .long_about(
            "Holds the answers that are known (needk8s.toml, --answers, environment, --scan) against the same answers with \
             those changed that are given as flags: needk8s what-if --services 30",
        )
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let flags = &program.plan.flags;
    if flags.is_empty() {
        return Err(Stop::wrong(
            "nothing is changed\n\nGive the answers to change as flags, as in: needk8s what-if --services 30",
        ));
    }
    let changed = program.known()?.answers;
    let mut now = changed.clone();
    for (question, _) in flags {
        now.take_back(*question, &Origin::Flag(rulebook.questions()[*question].id.clone()));
    }
    if now.is_empty() {
        return Err(Stop::wrong(format!(
            "there are no answers to change\n\nName them with --answers FILE, or record them in {} with `needk8s --save`.",
            decision::FILE
        )));
    }
    let words: Vec<String> = flags
        .iter()
        .map(|(question, value)| {
            let question = &rulebook.questions()[*question];
            let value = value.map_or(crate::rulebook::UNKNOWN.to_owned(), |value| question.spell(value));
            format!("{} {value}", question.id)
        })
        .collect();
    let side = |title: String, answers| Side::new(rulebook, program.engine(), title, answers, None);
    let comparison = Comparison::new(
        rulebook,
        [side("now".to_owned(), &now), side(format!("with {}", words.join(", ")), &changed)],
    );
    program.show(|format, layout| comparison.render(format, layout))
}
