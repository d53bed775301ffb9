//! `needk8s cases`: lists published decisions, those nearest to the answers, or shows one.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use crate::answers::Answers;
use crate::cli::args::{asks, flag, whole, with_answers, with_format};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::program::Program;
use crate::document::did_you_mean;
use crate::precedents::{self, Precedent};
use crate::report::cases::{self, Listing};
use crate::rulebook::{Leaning, Rulebook};
use crate::text::one_line;

pub(super) const NAME: &str = "cases";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    let outcomes = Leaning::ALL.map(|outcome| rulebook.outcome_id(outcome));
    with_format(with_answers(Command::new(NAME)))
        .about("Show published decisions: what others ran, and whether it was right")
        .long_about(
            "Lists published decisions with what their owners run and whether it was right, by their own account. Answers \
             (flags, --answers) put those first that are nearest; --near does the same with whatever is known, from \
             needk8s.toml for instance. An id shows one of them in full, with its source.",
        )
        .arg(Arg::new("id").value_name("ID").help("Show this one in full"))
        .arg(
            Arg::new("outcome")
                .long("outcome")
                .value_name("OUTCOME")
                .help("List only those that came out like this")
                .value_parser(PossibleValuesParser::new(outcomes)),
        )
        .arg(flag("near", "List those first that are nearest to the answers"))
        .arg(flag("misses", "List only those about which the rules are not right, and why not"))
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .help("List at most so many")
                .value_parser(whole::<u16>(1, u16::MAX.into())),
        )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    if rulebook.cases().is_empty() {
        return Err(Stop::wrong("this rulebook has no published decisions"));
    }
    let mut chosen: Vec<usize> = match matches.get_one::<String>("id") {
        Some(id) => vec![named(rulebook, id)?],
        None => (0..rulebook.cases().len()).collect(),
    };
    let near = nearest(program, asks(matches, "near"))?;
    if let Some(near) = &near {
        chosen = near.iter().map(|precedent| precedent.case).filter(|case| chosen.contains(case)).collect();
    }
    if let Some(outcome) = matches.get_one::<String>("outcome") {
        chosen.retain(|case| rulebook.outcome_id(rulebook.cases()[*case].outcome) == *outcome);
    }
    let misses = asks(matches, "misses");
    if misses {
        chosen.retain(|case| precedents::is_missed(rulebook, &rulebook.cases()[*case]));
    }
    chosen.truncate(matches.get_one::<u16>("limit").map_or(usize::MAX, |limit| usize::from(*limit)));
    let listing =
        Listing { rulebook, cases: &chosen, near: near.as_deref(), full: matches.contains_id("id"), misses };
    program.show(|format, layout| cases::render(listing, &program.provenance(), format, layout))
}

/// All decisions by how near they are, where answers were given for that or it was asked for.
fn nearest(program: &Program<'_>, wanted: bool) -> Result<Option<Vec<Precedent>>, Stop> {
    if !wanted && program.plan.flags.is_empty() && program.plan.answers_file.is_none() {
        return Ok(None);
    }
    let answers: Answers = program.known()?.answers;
    if answers.is_empty() {
        return Err(program.nothing_known(None));
    }
    let weights = program.engine().spreads(&program.stated(&answers));
    Ok(Some(precedents::nearest(program.rulebook, &answers.readings(program.rulebook), &weights)))
}

fn named(rulebook: &Rulebook, id: &str) -> Result<usize, Stop> {
    rulebook.cases().iter().position(|case| case.id == id).ok_or_else(|| {
        let name = id.to_lowercase();
        let mut told = rulebook.cases().iter().filter(|case| case.who.to_lowercase().contains(&name));
        let ids = || rulebook.cases().iter().map(|case| case.id.as_str());
        let near = told.next().map(|case| case.id.as_str()).or_else(|| did_you_mean(id, ids()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "needk8s cases lists them all".to_owned(),
        };
        Stop::wrong(format!("there is no published decision `{}`; {help}", one_line(id)))
    })
}
