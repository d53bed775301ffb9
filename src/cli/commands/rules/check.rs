//! `needk8s rules check`: what the rules mean, and whether they keep what they promise.

use clap::{Arg, ArgMatches, Command};

use super::{format_arg, format_of, verbose_arg};
use crate::cli::args::{asks, whole};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::report::review as report;
use crate::review::{Budget, Influences, Review};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "check";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Check what the rules mean, and prove what they promise")
        .long_about(
            "Checks what the rules mean, beyond the faults that every command reports: criteria that can never or always \
             hold, questions, options and demands that make no difference, what no platform meets, verdicts and platforms \
             that no answers lead to, claims without a source. The promises of the rulebook ([[promise]]) are proved over all \
             answers, complete or not, or refuted by two sets of answers. What is not proved within the boxes that are spent \
             on it is said. With -v questions and criteria are ranked by how far they can move the margin, with how many published \
             decisions each of them decides, and how many of the clear ones come out right without it.\n\n\
             Exit status: 0 nothing is wrong, 1 there are warnings or broken promises, 2 the rules have faults.",
        )
        .arg(format_arg(&["text", "json", "sarif", "junit"]))
        .arg(verbose_arg("Tell how each promise was proved, answers that lead to each verdict and platform, and what weighs most"))
        .arg(
            Arg::new("boxes")
                .long("boxes")
                .value_name("N")
                .value_parser(whole::<u64>(1, 100_000_000))
                .help(format!(
                    "Look at so many boxes of answers for each part of a promise [default: {}]",
                    Budget::default().promises
                )),
        )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let budget = Budget::default();
    let promises = matches.get_one::<u64>("boxes").copied().unwrap_or(budget.promises);
    let rulebook = program.rulebook;
    let review = Review::of(rulebook, Budget { promises, ..budget });
    let verbose = asks(matches, "verbose");
    let influences = || verbose.then(|| Influences::of(rulebook));
    let text = match format_of(matches) {
        "json" => report::json(rulebook, &review, influences().as_ref(), &program.provenance()),
        "sarif" => report::sarif(&review),
        "junit" => report::junit(rulebook, &review),
        _ => report::text(rulebook, &review, influences().as_ref(), program.layout(verbose)),
    };
    program.print(&text)?;
    Ok(if review.is_clean() { ExitCode::Done } else { ExitCode::Fails })
}
