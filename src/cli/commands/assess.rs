//! `needk8s`, `needk8s assess`: asks what is not yet known, then answers and explains.

use std::path::Path;
use std::time::SystemTime;

use clap::{ArgMatches, Command};

use crate::answers::{Answers, Given, Origin};
use crate::cli::args::{NO_INPUT, asks, flag, with_answers, with_report};
use crate::cli::decision::Record;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{is_set, nobody_to_ask, say, shown};
use crate::cli::program::{Known, Program, now};
use crate::cli::rulebooks::{self, By};
use crate::cli::scanned::Scanned;
use crate::explanation::{Extent, Status};
use crate::interview::{self, Adaptive, FileOrder, Interview, Outcome, Prompts, Session, SoFar, Tone, Wish};
use crate::report::{Contents, Format, Provenance, text};
use crate::rulebook::{Reading, Rulebook};
use crate::text::counted;

pub(super) const NAME: &str = "assess";

pub(super) fn command(_: &Rulebook) -> Command {
    with_options(Command::new(NAME)).about("Ask what is not yet known, then answer and explain (the default)")
}

/// Adds what can be typed for an assessment, with the name of the command or without.
pub(in crate::cli) fn with_options(command: Command) -> Command {
    with_report(with_answers(command))
        .mut_arg(NO_INPUT, |never| never.hide(false).hide_short_help(true))
        .arg(flag("ask", "Ask what is not yet known, even if enough is").conflicts_with(NO_INPUT))
        .arg(
            flag("all", "Ask every question, in the order of the rulebook")
                .conflicts_with_all([NO_INPUT, "ask"])
                .hide_short_help(true),
        )
        .arg(
            flag("accessible", "Ask with numbered lines, for screen readers (also ACCESSIBLE=1)")
                .hide_short_help(true),
        )
        .arg(flag("save", "Record the answers and the decision in needk8s.toml"))
}

/// How much is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// What is needed for a result.
    AsNeeded,
    /// What can still change it.
    TheRest,
    Everything,
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let known = program.known()?;
    let save = asks(matches, "save");
    let wanted = match () {
        () if asks(matches, "all") => Asks::Everything,
        () if asks(matches, "ask") || is_bare(program, save) => Asks::TheRest,
        () => Asks::AsNeeded,
    };
    let nobody = if asks(matches, NO_INPUT) { Some("--no-input is given") } else { nobody_to_ask() };
    if nobody.is_none() && (wanted != Asks::AsNeeded || !is_enough(program, &known.answers)) {
        let accessible = asks(matches, "accessible") || is_set("ACCESSIBLE");
        let prompts = interview::open_terminal(accessible).map_err(broke_off)?;
        return interview(program, known, wanted == Asks::Everything, save, prompts);
    }
    let Known { answers, scanned, .. } = known;
    if answers.is_empty() {
        return Err(program.nothing_known(nobody));
    }
    // A result that cannot be written is recorded all the same.
    let (concluded, status) = program
        .with_asked(&answers, |contents| (program.deliver(contents), contents.explanation.outlook.status));
    let recorded = if save { record(program, &answers, scanned.as_ref()) } else { Ok(()) };
    Stop::of_both(concluded, recorded)?;
    if nobody.is_none() && status != Status::Settled {
        hint_at_the_rest(program, &answers);
    }
    Ok(ExitCode::Done)
}

/// Whether nothing was typed that says what is wanted.
fn is_bare(program: &Program<'_>, save: bool) -> bool {
    let plan = program.plan;
    let answered = !plan.flags.is_empty() || plan.answers_file.is_some() || plan.scan.is_some();
    !answered && !save && plan.output.is_none() && plan.format.is_none()
}

/// Whether the answers are enough for a verdict.
fn is_enough(program: &Program<'_>, answers: &Answers) -> bool {
    let engine = program.engine();
    let sureness = || engine.sureness(&answers.values(), program.assessment(answers).band);
    !answers.is_empty() && engine.is_decided(sureness())
}

/// Says how to be asked what is left and could matter.
fn hint_at_the_rest(program: &Program<'_>, answers: &Answers) {
    let readings = answers.readings(program.rulebook);
    let is_left =
        |question: &usize| answers.is_open(*question) && readings[*question] != Reading::DoesNotApply;
    let left = (0..readings.len()).filter(is_left).count();
    if left > 0 {
        let questions = counted(left, "question is", "questions are");
        say(&format!("{questions} open. To be asked: the same command with --ask."));
    }
}

/// Asks what is not known, shows the result, and offers to keep it.
fn interview(
    program: &Program<'_>,
    known: Known,
    all: bool,
    save: bool,
    mut prompts: Box<dyn Prompts>,
) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let Some(known) = settle(program, known, &mut *prompts)? else { return Ok(ExitCode::Interrupted) };
    let scanned = known.scanned.as_ref();
    let mut session = Session::of_working_directory(rulebook);
    let adaptive = Adaptive::new(rulebook, program.engine());
    let interview = Interview {
        rulebook,
        order: if all { &FileOrder } else { &adaptive },
        leaning: &|answers| interview::leaning(rulebook, program.engine(), answers),
        so_far: &|answers| so_far(program, answers),
        hints: &scanned.map(|scanned| scanned.hints(rulebook)).unwrap_or_default(),
        record: written(&program.record_path()).map(|at| (shown(&program.record_path()), at)),
    };
    let mut outcome = interview.run(known.answers, &mut session, &mut *prompts).map_err(broke_off)?;
    let mut saved = save;
    loop {
        let Outcome::Finished(answers) = outcome else { return Ok(ExitCode::Interrupted) };
        if answers.is_empty() {
            return Err(program.nothing_known(None));
        }
        prompts.say(Tone::Text, "").map_err(broke_off)?;
        let deliver = |contents: &Contents<'_>| {
            let shown = program.deliver_above(interview::OFFER_LINES, contents);
            shown.map(|shown| (shown, text::next(contents)))
        };
        let (shown, next) = program.with_contents(&answers, deliver)?;
        prompts.printed(&shown);
        if saved {
            record(program, &answers, scanned)?;
        }
        loop {
            let file = program.record_path();
            match interview::offer(&mut *prompts, &file, "decision.md", saved).map_err(broke_off)? {
                Wish::Save => {
                    record(program, &answers, scanned)?;
                    saved = true;
                }
                Wish::Report(path) => write_report(program, &answers, Path::new(&path))?,
                Wish::Change => break,
                Wish::Done => {
                    // What is not recorded can be taken up again.
                    if saved {
                        session.discard().map_err(broke_off)?;
                        say(&next);
                    } else if session.kept(rulebook) > 0 {
                        say(&interview::unsaved(session.kept(rulebook)));
                    }
                    return Ok(ExitCode::Done);
                }
            }
        }
        outcome = interview.review(answers, &mut session, &mut *prompts).map_err(broke_off)?;
    }
}

/// What the result would begin with, and what could still turn its side, the likeliest first.
fn so_far(program: &Program<'_>, answers: &Answers) -> SoFar {
    let (assessment, explanation) = program.judge(answers, Extent::Outlook);
    // Where figures come from, and what rules of one's own move, is said of the result.
    let contents = Contents::new(program.prepared, answers, &assessment, &explanation, Provenance::default());
    let turns = program.engine().turns(&answers.values());
    SoFar {
        turns: turns.iter().map(|unless| unless.say(program.rulebook)).collect(),
        headline: contents.headline,
    }
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

/// Writes the report to a file that a person has named.
fn write_report(program: &Program<'_>, answers: &Answers, path: &Path) -> Result<(), Stop> {
    let format = path.extension().and_then(std::ffi::OsStr::to_str).and_then(Format::of_extension);
    let format = format.unwrap_or(Format::Markdown);
    program.with_contents(answers, |contents| program.write_report(contents, path, format, true))?;
    say(&format!("Written to {}.", shown(path)));
    Ok(())
}

/// Writes the answers and the decision down.
fn record(program: &Program<'_>, answers: &Answers, scanned: Option<&Scanned>) -> Result<(), Stop> {
    let rulebook = program.rulebook;
    let (assessment, explanation) = program.judge(answers, Extent::Whole);
    let record = Record {
        rulebook,
        answers,
        assessment: &assessment,
        explanation: &explanation,
        evidence: scanned.map(|scanned| &scanned.conclusions),
        rules: rulebooks::as_recorded(program.rules, &program.record_path()),
        now: now(),
    };
    let file = program.record_path();
    record.write(&file)?;
    let stays = staying(program, answers);
    let stays = match stays {
        0 => String::new(),
        1 => "; 1 answer stays as it was recorded there".to_owned(),
        stays => format!("; {stays} answers stay as they were recorded there"),
    };
    say(&format!("Recorded in {}{stays}.", shown(&file)));
    if let Some(unnamed) =
        program.rules.iter().find(|_| record.rules.is_empty()).filter(|one| one.by != By::Record)
    {
        say(&format!(
            "The record does not name {}: give it to needk8s check as well, with --rules or {}.",
            unnamed.shown,
            rulebooks::VARIABLE
        ));
    }
    let partial = |question: &usize| answers.given(*question).is_some_and(Given::is_partial);
    for question in (0..rulebook.questions().len()).filter(partial) {
        let id = &rulebook.questions()[question].id;
        say(&format!("Look over `{id}`: it has what the scan found, which may not be all."));
    }
    Ok(())
}

/// When a file was written, if it is there.
fn written(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|found| found.modified()).ok()
}

/// How many answers are those of the record, where others are new.
fn staying(program: &Program<'_>, answers: &Answers) -> usize {
    let record = shown(&program.record_path());
    let questions = 0..program.rulebook.questions().len();
    let given = questions.filter_map(|question| answers.given(question));
    let (old, new): (Vec<&Given>, Vec<&Given>) =
        given.partition(|given| matches!(&given.origin, Origin::File { name, .. } if *name == record));
    if new.is_empty() { 0 } else { old.len() }
}

fn broke_off(error: std::io::Error) -> Stop {
    Stop::wrong(format!("the questionnaire broke off: {error}"))
}
