//! `needk8s explain`: explains anything that the rulebook has a name for.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::exit::{ExitCode, Stop};
use crate::cli::named::Suggested;
use crate::cli::program::Program;
use crate::document::did_you_mean;
use crate::report::reference;
use crate::rulebook::Rulebook;
use crate::text::one_line;

pub(super) const NAME: &str = "explain";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    Command::new(NAME).about("Explain a word of a result, or anything in the rulebook").arg(
        Arg::new("id")
            .value_name("ID")
            .help("What to explain; an index of everything without it")
            .num_args(0..)
            .action(ArgAction::Append)
            .hide_possible_values(true)
            .value_parser(Suggested(
                reference::rule_ids(rulebook).into_iter().map(|id| (id.to_owned(), String::new())).collect(),
            )),
    )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let ids: Vec<&String> = matches.get_many("id").into_iter().flatten().collect();
    if ids.is_empty() {
        program.print(&index(program.rulebook, program.layout(false).width))?;
        return Ok(ExitCode::Done);
    }
    let ids = ids.into_iter();
    let explained: Vec<String> = ids.map(|id| explained(program, id)).collect::<Result<_, _>>()?;
    program.print(&explained.join("\n"))?;
    Ok(ExitCode::Done)
}

fn explained(program: &Program<'_>, id: &str) -> Result<String, Stop> {
    let rulebook = program.rulebook;
    reference::explain(rulebook, id, program.layout(false)).ok_or_else(|| {
        let meant = rulebook.questions().iter().find(|question| question.is_meant_by(id));
        let meant = meant.map(|question| question.id.as_str());
        let help = match meant.or_else(|| did_you_mean(id, reference::ids(rulebook))) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "words of a result, questions and their answers, criteria, aspects, platforms, problems, steps, verdicts, published decisions and sources can be \
                     explained; \
                     needk8s explain lists them all"
                .to_owned(),
        };
        Stop::wrong(format!("there is nothing called `{}`; {help}", one_line(id)))
    })
}

/// Everything that can be explained, kind by kind.
fn index(rulebook: &Rulebook, width: usize) -> String {
    let mut text = String::new();
    for (kind, ids) in reference::index(rulebook).into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let options = textwrap::Options::new(width)
            .initial_indent("  ")
            .subsequent_indent("  ")
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        text += &format!("{kind}\n{}\n\n", textwrap::fill(&ids.join(", "), options));
    }
    text + "needk8s explain ID explains any of them.\n"
}
