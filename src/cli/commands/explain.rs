//! `needk8s explain`: explains anything that the rulebook has a name for.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{layout, print};
use crate::cli::program::Program;
use crate::document::did_you_mean;
use crate::report::reference;
use crate::rulebook::Rulebook;
use crate::text::one_line;

pub(super) const NAME: &str = "explain";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Explain any question, criterion, aspect, platform, problem, step, verdict, published decision or source")
        .arg(
            Arg::new("id")
                .value_name("ID")
                .help("What to explain")
                .required(true)
                .num_args(1..)
                .action(ArgAction::Append),
        )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let ids = matches.get_many::<String>("id").into_iter().flatten();
    let explained: Vec<String> = ids.map(|id| explained(program.rulebook, id)).collect::<Result<_, _>>()?;
    print(&explained.join("\n"))?;
    Ok(ExitCode::Done)
}

fn explained(rulebook: &Rulebook, id: &str) -> Result<String, Stop> {
    reference::explain(rulebook, id, layout(false)).ok_or_else(|| {
        let help = match did_you_mean(id, reference::ids(rulebook)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "questions, criteria, aspects, platforms, problems, steps, verdicts, published decisions and sources can be \
                     explained; \
                     needk8s rules export lists them all"
                .to_owned(),
        };
        Stop::wrong(format!("the rulebook has nothing called `{}`; {help}", one_line(id)))
    })
}
