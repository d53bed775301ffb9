//! `needk8s check`: holds the recorded decision against the answers; the exit status tells.

use std::path::Path;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::cli::args::{with_answers, with_report};
use crate::cli::check::{self, Check};
use crate::cli::decision;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::gates::Gates;
use crate::cli::output::shown;
use crate::cli::program::{Known, Program};
use crate::report::{Contents, markdown};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "check";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    let bands: Vec<&str> = rulebook.bands().iter().map(|band| band.id.as_str()).collect();
    let gate = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("VERDICTS")
            .help(help)
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(PossibleValuesParser::new(bands.iter().map(|band| (*band).to_owned())))
            .help_heading("Gates")
    };
    with_report(with_answers(Command::new(NAME), rulebook))
        .about("Hold the recorded decision against the answers; the exit status tells")
        .long_about(
            "Assesses needk8s.toml (and whatever else is given) again and never asks. With --scan it also fails when the \
             repository contradicts a recorded answer, when the lines that an answer rests on are gone, or when nothing was \
             read, and says which. A gate holds only if it holds for every verdict that is still possible. Exit status: 0 the \
             decision stands and every gate holds, 1 it does not, or nothing is decided yet, 2 the input is wrong.",
        )
        .arg(gate("expect", "Fail unless the verdict is one of these"))
        .arg(gate("fail-on", "Fail when the verdict is one of these"))
        .arg(
            Arg::new("require")
                .long("require")
                .value_name("STATUS")
                .help("Fail unless the verdict is settled: nothing unknown can change it")
                .value_parser(["settled"])
                .help_heading("Gates"),
        )
        .arg(
            Arg::new("min-steadiness")
                .long("min-steadiness")
                .value_name("PERCENT")
                .help("Fail unless the side holds even if every figure of the rules is off by this much, 0 to 100")
                .value_parser(value_parser!(u8).range(0..=100))
                .help_heading("Gates"),
        )
        .arg(
            Arg::new("sureness")
                .long("sureness")
                .value_name("N")
                .help("Let a gate hold that holds in N of 100 ways to answer the open questions; without it, in all of them")
                .value_parser(value_parser!(u8).range(1..=100))
                .help_heading("Gates"),
        )
}

fn gates(rulebook: &Rulebook, matches: &ArgMatches) -> Gates {
    let bands = |name: &str| {
        let given = matches.get_many::<String>(name).into_iter().flatten();
        given.filter_map(|id| rulebook.bands().iter().position(|band| band.id == *id)).collect()
    };
    Gates {
        expect: bands("expect"),
        fail_on: bands("fail-on"),
        settled: matches.get_one::<String>("require").is_some(),
        steadiness: matches.get_one("min-steadiness").copied(),
        sureness: matches.get_one("sureness").copied(),
    }
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let gates = gates(program.rulebook, matches);
    let Known { answers, told, recorded, scanned } = program.known()?;
    if answers.is_empty() {
        return Err(program.nothing_known(None));
    }
    if recorded.is_none() && !gates.is_any() {
        return Err(Stop::wrong(format!(
            "there is nothing to check against: {} records no decision and no gate is given\n\n\
             Record one with `needk8s --save`, or give a gate: --expect, --fail-on, --require settled or \
             --min-steadiness.",
            decision::FILE
        )));
    }
    let (assessment, explanation) = program.judge(&answers);
    let contents = Contents::new(program.rulebook, &answers, &assessment, &explanation, program.provenance());
    let findings = Check {
        contents: &contents,
        decision: recorded.as_ref(),
        gates: &gates,
        answers: &answers,
        told: &told,
        scanned: scanned.as_ref(),
        verdict_of: &|answers| program.assessment(answers).band,
    }
    .findings();
    // What cannot be written must not keep the word from those who wait for it.
    let mut delivered = program.deliver(&contents);
    let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    check::announce(&contents, &findings, recorded.is_some(), in_actions);
    scanned.iter().for_each(check::announce_unread);
    if let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
        delivered = Stop::of_both(delivered, append(Path::new(&summary), &markdown::summary(&contents)));
    }
    match delivered {
        Ok(()) if findings.failures.is_empty() => Ok(ExitCode::Done),
        Err(stop) if findings.failures.is_empty() => Err(stop),
        delivered => {
            delivered.err().iter().for_each(Stop::tell);
            Ok(ExitCode::Fails)
        }
    }
}

/// Adds a text to the end of a file that others add to as well.
fn append(path: &Path, text: &str) -> Result<(), Stop> {
    use std::io::Write;
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Stop::wrong(format!("cannot write {}: {error}", shown(path))))
}
