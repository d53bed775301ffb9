//! `needk8s`, `needk8s assess`: asks what is not yet known, then answers and explains.

use std::path::Path;

use clap::{ArgMatches, Command};

use crate::answers::{Answers, Given};
use crate::cli::args::{asks, flag, with_answers, with_report};
use crate::cli::decision::{self, Record};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{can_ask, say, shown};
use crate::cli::program::{Known, Program, now};
use crate::cli::scanned::Scanned;
use crate::interview::{self, Adaptive, FileOrder, Interview, Outcome, Prompts, Session};
use crate::report::{Contents, Format};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "assess";

pub(super) fn command(rulebook: &Rulebook) -> Command {
    with_options(Command::new(NAME), rulebook)
        .about("Ask what is not yet known, then answer and explain (the default)")
}

/// Adds what can be typed for an assessment, with the name of the command or without.
pub(in crate::cli) fn with_options(command: Command, rulebook: &Rulebook) -> Command {
    with_report(with_answers(command, rulebook))
        .arg(flag("no-input", "Never ask; work with the answers that are given"))
        .arg(flag("all", "Ask every question, in the order of the rulebook"))
        .arg(flag("save", "Record the answers and the decision in needk8s.toml"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let known = program.known()?;
    let save = asks(matches, "save");
    if !asks(matches, "no-input") && can_ask() {
        return interview(program, known, asks(matches, "all"), save);
    }
    let Known { answers, scanned, .. } = known;
    if answers.is_empty() {
        return Err(program.nothing_known());
    }
    // A result that cannot be written is recorded all the same.
    let concluded = conclude(program, &answers, None);
    let recorded = if save { record(program, &answers, scanned.as_ref()) } else { Ok(()) };
    Stop::of_both(concluded, recorded).map(|()| ExitCode::Done)
}

/// Asks what is not known, shows the result, and offers to keep it.
fn interview(program: &Program<'_>, known: Known, all: bool, save: bool) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let mut prompts = interview::open_terminal();
    let Some(known) = settle(program, known, &mut *prompts)? else { return Ok(ExitCode::Done) };
    let scanned = known.scanned.as_ref();
    let mut session = Session::of_working_directory(rulebook);
    let adaptive = Adaptive::new(rulebook);
    let interview = Interview {
        rulebook,
        order: if all { &FileOrder } else { &adaptive },
        leaning: &|assessment| interview::leaning(rulebook, assessment),
        hints: &scanned.map(|scanned| scanned.hints(rulebook)).unwrap_or_default(),
    };
    let Outcome::Finished(answers) =
        interview.run(known.answers, &mut session, &mut *prompts).map_err(broke_off)?
    else {
        return Ok(ExitCode::Done);
    };
    if answers.is_empty() {
        return Err(program.nothing_known());
    }
    conclude(program, &answers, None)?;
    if save {
        record(program, &answers, scanned)?;
    }
    let keep = interview::offer_to_save(&mut *prompts, Path::new(decision::FILE), "decision.md")
        .map_err(broke_off)?;
    if let Some(report) = &keep.report {
        conclude(program, &answers, Some(Path::new(report)))?;
    }
    if keep.answers && !save {
        record(program, &answers, scanned)?;
    }
    session.discard().map_err(broke_off)?;
    Ok(ExitCode::Done)
}

/// Has a person settle what the scan could not, and takes the answers that follow. Nothing when the person left.
fn settle(program: &Program<'_>, known: Known, prompts: &mut dyn Prompts) -> Result<Option<Known>, Stop> {
    let (Some(scanned), Some(dir)) = (known.scanned, program.plan.scan.as_deref()) else {
        return Ok(Some(Known { scanned: None, ..known }));
    };
    let exclude =
        scanned.facts.excluded.as_ref().map(|excluded| excluded.patterns.clone()).unwrap_or_default();
    let Some(scanned) = program.scanner(dir, exclude).settle(scanned, prompts).map_err(broke_off)? else {
        return Ok(None);
    };
    let scanned = scanned?;
    let mut answers = known.told.clone();
    scanned.add_to(&mut answers);
    Ok(Some(Known { answers, scanned: Some(scanned), ..known }))
}

/// Judges the answers and delivers the report (to `report` where that is named).
fn conclude(program: &Program<'_>, answers: &Answers, report: Option<&Path>) -> Result<(), Stop> {
    let (assessment, explanation) = program.judge(answers);
    let contents = Contents::new(program.rulebook, answers, &assessment, &explanation, program.provenance());
    let Some(path) = report else { return program.deliver(&contents) };
    let format = path.extension().and_then(std::ffi::OsStr::to_str).and_then(Format::of_extension);
    program.write_report(&contents, path, format.unwrap_or(Format::Markdown), true)?;
    say(&format!("Written to {}.", shown(path)));
    Ok(())
}

/// Writes the answers and the decision down.
fn record(program: &Program<'_>, answers: &Answers, scanned: Option<&Scanned>) -> Result<(), Stop> {
    let rulebook = program.rulebook;
    let (assessment, explanation) = program.judge(answers);
    let record = Record {
        rulebook,
        answers,
        assessment: &assessment,
        explanation: &explanation,
        evidence: scanned.map(|scanned| &scanned.conclusions),
        now: now(),
    };
    record.write(Path::new(decision::FILE))?;
    say(&format!("Recorded in {}.", decision::FILE));
    let partial = |question: &usize| answers.given(*question).is_some_and(Given::is_partial);
    for question in (0..rulebook.questions().len()).filter(partial) {
        let id = &rulebook.questions()[question].id;
        say(&format!("Look over `{id}`: it has what the scan found, which may not be all."));
    }
    Ok(())
}

fn broke_off(error: std::io::Error) -> Stop {
    Stop::wrong(format!("the questionnaire broke off: {error}"))
}
