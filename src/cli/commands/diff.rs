//! `needk8s diff`: two results, records or reports: what changed, and by which answers.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::answers::{Answers, Given, Origin};
use crate::cli::args::with_format;
use crate::cli::decision;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::input;
use crate::cli::output::shown;
use crate::cli::program::Program;
use crate::report::comparison::{Comparison, Side};
use crate::report::portfolio::{Before, Changes};
use crate::rulebook::{Rulebook, UNDECIDED, UNKNOWN};

pub(super) const NAME: &str = "diff";

pub(super) fn command(_: &Rulebook) -> Command {
    let file = |id: &'static str, name: &'static str, help: &'static str| {
        Arg::new(id).value_name(name).help(help).required(true).value_parser(value_parser!(PathBuf))
    };
    with_format(Command::new(NAME))
        .about("Show what changed between two records, and by which answers")
        .long_about(
            "Shows what changed between two records, answers files or JSON reports, and by which answers; or between two results \
             of a portfolio (json; jsonl or csv with --keep-answers): which systems moved, and by which answers or rules.",
        )
        .arg(file(
            "before",
            "OLD",
            "The earlier one: needk8s.toml, an answers file, or a report written with --format json",
        ))
        .arg(file("after", "NEW", "The later one"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    for name in ["before", "after"] {
        let path = matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
        if let Some(error) = path.metadata().err().filter(|_| path.as_os_str() != "-") {
            return Err(Stop::wrong(input::unreadable("file", &path, &error)));
        }
    }
    if let Some(changes) = portfolios(program.rulebook, matches)? {
        return program.show(|format, layout| changes.render(format, layout));
    }
    let side = |name: &str| {
        let path = matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
        let (answers, recorded) = read(program.rulebook, &path)?;
        if answers.is_empty() {
            return Err(Stop::wrong(format!("{} has no answers", shown(&path))));
        }
        Ok(Side::new(program.rulebook, program.engine(), shown(&path), &answers, recorded))
    };
    let comparison = Comparison::new(program.rulebook, [side("before")?, side("after")?]);
    program.show(|format, layout| comparison.render(format, layout))
}

/// Two results of many systems; nothing where the files are none.
fn portfolios<'r>(rulebook: &'r Rulebook, matches: &ArgMatches) -> Result<Option<Changes<'r>>, Stop> {
    let mut sides = Vec::new();
    for name in ["before", "after"] {
        let path = matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
        // A pipe can be read once, and is left to the others.
        if !path.is_file() {
            return Ok(None);
        }
        let text = input::read_results(&path)?;
        let read = Before::read(rulebook, shown(&path), &text)
            .map_err(|error| Stop::wrong(format!("{}: {error}", shown(&path))))?;
        sides.push((path, read));
    }
    let mut sides = sides.into_iter();
    match (sides.next(), sides.next()) {
        (Some((_, Some(before))), Some((_, Some(after)))) => Ok(Some(Changes::new(rulebook, before, after))),
        (Some((one, Some(_))), Some((other, None))) | (Some((other, None)), Some((one, Some(_)))) => {
            let message = format!("{} is a portfolio, and {} is none", shown(&one), shown(&other));
            Err(Stop::wrong(message))
        }
        _ => Ok(None),
    }
}

/// The answers of a file, and the verdict that stands in it.
fn read(rulebook: &Rulebook, path: &Path) -> Result<(Answers, Option<String>), Stop> {
    let mut answers = Answers::none(rulebook);
    input::refuse_by_name(path)?;
    let text = input::read_answers_text(path)?;
    if let Some(report) = report(&text) {
        let verdict = read_report(rulebook, path, &report, &mut answers)?;
        return Ok((answers, verdict));
    }
    if text.lines().any(|line| line.trim_start().starts_with("[decision]")) {
        let recorded = decision::read(rulebook, path, &mut answers, &mut Vec::new())?;
        let verdict = recorded.decision.map(|decision| {
            decision.verdict.map_or(UNDECIDED.to_owned(), |band| rulebook.bands()[band].id.clone())
        });
        return Ok((answers, verdict));
    }
    input::read_answers(rulebook, path, &mut answers)?;
    Ok((answers, None))
}

/// The text as a report of ours, if it is one.
fn report(text: &str) -> Option<serde_json::Value> {
    let report: serde_json::Value = serde_json::from_str(text).ok()?;
    let is_ours = report.get("schema")?.as_str()?.starts_with("needk8s.assessment/");
    is_ours.then_some(report)
}

fn read_report(
    rulebook: &Rulebook,
    path: &Path,
    report: &serde_json::Value,
    answers: &mut Answers,
) -> Result<Option<String>, Stop> {
    let wrong = |what: &str| Stop::wrong(format!("{}: {what}", shown(path)));
    let entries = report.get("answers").and_then(serde_json::Value::as_array);
    for entry in entries.ok_or_else(|| wrong("the report has no answers"))? {
        let id = entry.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
        let question = rulebook
            .question(id)
            .ok_or_else(|| wrong(&format!("the rules have no question `{}`", crate::text::one_line(id))))?;
        let word = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => UNKNOWN.to_owned(),
            other => other.to_string(),
        };
        let text = match entry.get("value") {
            Some(serde_json::Value::Array(items)) => items.iter().map(word).collect::<Vec<_>>().join(","),
            Some(value) => word(value),
            None => UNKNOWN.to_owned(),
        };
        let text = if text.is_empty() { "none".to_owned() } else { text };
        let value = rulebook.questions()[question].parse(&text).map_err(|error| wrong(&error.to_string()))?;
        let origin = Origin::File { name: shown(path), line: 1 };
        answers.add(question, Given { value, origin });
    }
    let verdict = report.get("verdict").and_then(serde_json::Value::as_str);
    Ok(verdict.map(crate::text::one_line))
}
