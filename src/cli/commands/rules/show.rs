//! `needk8s rules show`: an item as the engine uses it, and where it was written.

use clap::{Arg, ArgMatches, Command};

use super::{format_arg, format_of};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::named::Suggested;
use crate::cli::program::Program;
use crate::document::did_you_mean;
use crate::report::rules;
use crate::rulebook::{Item, Rulebook};
use crate::text::one_line;

pub(super) const NAME: &str = "show";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    let platforms = rulebook.platforms().iter().map(|platform| format!("platform.{}", platform.id));
    let criteria = rulebook.criteria().iter().map(|criterion| format!("criterion.{}", criterion.id));
    let suggested = platforms.chain(criteria).map(|id| (id, String::new())).collect();
    Command::new(NAME)
        .about("Show an item as TOML, all layers applied, and where it is written")
        .arg(
            Arg::new("id")
                .value_name("ID")
                .required(true)
                .help("Its id, or kind.id where several kinds have it: platform.k3s")
                .value_parser(Suggested(suggested))
                .hide_possible_values(true),
        )
        .arg(format_arg(&["toml", "json"]))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let given = matches.get_one::<String>("id").map_or("", String::as_str);
    let items = program.rulebook.items();
    let is_meant = |item: &&Item| {
        item.id == given || given.split_once('.') == Some((item.kind.as_str(), item.id.as_str()))
    };
    let meant: Vec<&Item> = items.iter().filter(is_meant).collect();
    if meant.is_empty() {
        let ids = items.iter().map(|item| item.id.as_str());
        let help = match did_you_mean(given.rsplit('.').next().unwrap_or(given), ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "needk8s rules list names all".to_owned(),
        };
        return Err(Stop::wrong(format!("the rules have no item `{}`; {help}", one_line(given))));
    }
    let text = match format_of(matches) {
        "json" => rules::json(program.rulebook, &meant, &program.provenance(), true),
        _ => rules::show_text(program.rulebook, &meant),
    };
    program.print(&text)?;
    Ok(ExitCode::Done)
}
