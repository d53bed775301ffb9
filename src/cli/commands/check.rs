//! `needk8s check`: holds the recorded decision against the answers; the exit status tells.

use std::path::Path;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::args::{Exchange, REPORT_ONLY, Short, asks, flag, whole, with_answers, with_outcome};
use crate::cli::check::{self, Check};
use crate::cli::decision;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::gates::Gates;
use crate::cli::output::{annotate, say, shown};
use crate::cli::program::{Known, Program, today};
use crate::cli::rooted::Rooted;
use crate::cli::scanned::Scanned;
use crate::report::outcome::{self, Links, Outcome};
use crate::report::text::{self, Layout};
use crate::report::{Contents, Format, json};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "check";

const NO_WORSE: &str = "no-worse";

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
    with_outcome(with_answers(Command::new(NAME)))
        .about("Fail if the recorded decision no longer holds")
        .long_about(
            "Assesses needk8s.toml (and whatever else is given) again and never asks. With --scan it also fails when the \
             repository contradicts a recorded answer, when the lines that an answer rests on are gone, or when nothing was \
             read, and says which. A gate holds only if it holds for every verdict that is still possible. A [[waiver]] in \
             needk8s.toml (gate, reason, until) lets one fail up to a day. Exit status: 0 the decision stands and every gate \
             holds or is waived, 1 it does not, or nothing is decided yet, 2 the input is wrong.",
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
                .value_parser(whole::<u8>(0, 100))
                .help_heading("Gates"),
        )
        .arg(
            flag(NO_WORSE, "Fail when the margin has moved towards the other side since it was recorded")
                .help_heading("Gates"),
        )
        .arg(
            Arg::new("sureness")
                .long("sureness")
                .value_name("N")
                .help("Let a gate hold that holds in N of 100 ways to answer the open questions; without it, in all of them")
                .value_parser(whole::<u8>(1, 100))
                .help_heading("Gates"),
        )
}

fn gates(rulebook: &Rulebook, matches: &ArgMatches) -> Gates {
    let bands = |name: &str| {
        let given = matches.get_many::<String>(name).into_iter().flatten();
        given.filter_map(|id| rulebook.band(id)).collect()
    };
    Gates {
        expect: bands("expect"),
        fail_on: bands("fail-on"),
        settled: matches.get_one::<String>("require").is_some(),
        steadiness: matches.get_one("min-steadiness").copied(),
        no_worse: asks(matches, NO_WORSE),
        sureness: matches.get_one("sureness").copied(),
    }
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let gates = gates(program.rulebook, matches);
    let Known { answers, told, recorded, scanned } = program.known()?;
    if answers.is_empty() {
        let missing = format!("{} is neither here nor in a parent folder of the repository", decision::FILE);
        return Err(program.nothing_known((!program.record_path().exists()).then_some(missing.as_str())));
    }
    if recorded.decision.is_none() && !gates.is_any() {
        return Err(Stop::wrong(format!(
            "there is nothing to check against: {} records no decision and no gate is given\n\n\
             Record one with `needk8s --save`, or give a gate: --expect, --fail-on, --require settled, \
             --min-steadiness or --no-worse.",
            decision::FILE
        )));
    }
    program.with_contents(&answers, |contents| {
        let outcome = Check {
            contents,
            record: &program.record_path(),
            recorded: &recorded,
            gates: &gates,
            report_only: asks(matches, REPORT_ONLY),
            answers: &answers,
            told: &told,
            scanned: scanned.as_ref(),
            verdict_of: &|answers| program.assessment(answers).band,
            today: &today(),
            rooted: &Rooted::here(),
        }
        .outcome();
        tell(program, contents, &outcome, scanned.as_ref())
    })
}

/// Tells the outcome wherever somebody waits for it.
fn tell(
    program: &Program<'_>,
    contents: &Contents<'_>,
    outcome: &Outcome,
    scanned: Option<&Scanned>,
) -> Result<ExitCode, Stop> {
    // What cannot be written must not keep the word from those who wait for it.
    let mut delivered = deliver(program, contents, outcome);
    announce(program, outcome);
    if !is_quiet(program) {
        scanned.into_iter().for_each(check::announce_unread);
    }
    if variable("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        outcome::annotations(outcome).iter().for_each(annotate);
    }
    if let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
        let summary = append(Path::new(&summary), &outcome::summary(outcome, &links()));
        delivered = Stop::of_both(delivered, summary);
    }
    match delivered {
        Ok(()) if outcome.passed() => Ok(ExitCode::Done),
        Err(stop) if outcome.passed() => Err(stop),
        delivered => {
            delivered.err().iter().for_each(Stop::tell);
            Ok(ExitCode::Fails)
        }
    }
}

/// Writes the outcome, or the assessment with it, in the format that is asked for. Where none is, the outcome is said and
/// nothing is written.
fn deliver(program: &Program<'_>, contents: &Contents<'_>, outcome: &Outcome) -> Result<(), Stop> {
    let plan = program.plan;
    if plan.short == Some(Short::Word) {
        return program.put(&format!("{}\n", contents.verdict()));
    }
    match (plan.exchange, plan.format) {
        (Some(Exchange::Sarif), _) => program.put(&outcome::sarif(outcome)),
        (Some(Exchange::Junit), _) => program.put(&outcome::junit(outcome)),
        (None, Some(Format::Json)) => program.put(&json::render_checked(contents, outcome)),
        (None, Some(Format::Markdown | Format::Html)) => program.deliver(contents),
        (None, Some(Format::Text)) => {
            let lines = told(program, outcome).iter().map(|line| format!("{line}\n")).collect::<String>();
            let report = match plan.verbose {
                true => format!("\n{}", text::render(contents, Layout { verbose: true, ..Layout::PLAIN })),
                false => String::new(),
            };
            program.put(&(lines + &report))
        }
        (None, None) if plan.verbose => program.deliver(contents),
        (None, None) => Ok(()),
    }
}

/// Says the outcome to whoever reads the log, unless it is printed already.
fn announce(program: &Program<'_>, outcome: &Outcome) {
    let plan = program.plan;
    let is_text = plan.format == Some(Format::Text) && plan.short != Some(Short::Word);
    if is_text && plan.output.is_none() {
        return;
    }
    told(program, outcome).iter().for_each(|line| say(&format!("check: {line}")));
}

fn told(program: &Program<'_>, outcome: &Outcome) -> Vec<String> {
    if is_quiet(program) { vec![outcome::line(outcome)] } else { outcome::lines(outcome) }
}

fn is_quiet(program: &Program<'_>) -> bool {
    program.plan.short == Some(Short::Line)
}

/// Where the files of a run on GitHub can be looked at.
fn links() -> Links {
    let of = |name: &str| variable(name).unwrap_or_default();
    Links::of_run(&of("GITHUB_SERVER_URL"), &of("GITHUB_REPOSITORY"), &of("GITHUB_SHA"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Adds a text to the end of a file that others add to as well.
fn append(path: &Path, text: &str) -> Result<(), Stop> {
    use std::io::Write;
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Stop::wrong(format!("cannot write {}: {error}", shown(path))))
}
