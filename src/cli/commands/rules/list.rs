//! `needk8s rules list`: what a rulebook consists of, and which layer each item comes from.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::{format_arg, format_of, kinds};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::report::rules;
use crate::rulebook::{Item, Rulebook};

pub(super) const NAME: &str = "list";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("List the items by kind and id, and the layer that each comes from")
        .arg(
            Arg::new("kind")
                .value_name("KIND")
                .help("List these only, a line each: where each is written, and where layers change it")
                .value_parser(PossibleValuesParser::new(kinds())),
        )
        .arg(format_arg(&["text", "json"]))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let kind = matches.get_one::<String>("kind").map(String::as_str);
    let items = program.rulebook.items();
    let provenance = program.provenance();
    let text = match format_of(matches) {
        "json" => {
            let such: Vec<&Item> =
                items.iter().filter(|item| kind.is_none_or(|kind| item.kind == kind)).collect();
            rules::json(program.rulebook, &such, &provenance, false)
        }
        _ => rules::list_text(program.rulebook, &items, kind, &provenance.named(), program.layout(false)),
    };
    program.print(&text)?;
    Ok(ExitCode::Done)
}
