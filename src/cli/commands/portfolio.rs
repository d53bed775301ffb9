//! `needk8s portfolio`: many systems at once.

use std::collections::BTreeSet;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::cli::args::{asks, flag, output_of};
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::{print, say, shown, write_whole};
use crate::cli::portfolio::{Done, Filter, Flow, Job, Verdicts, linked, sources};
use crate::cli::program::{Program, today};
use crate::portfolio::Asked;
use crate::report::portfolio::{Order, Portfolio, Shape};
use crate::report::text::Layout;
use crate::rulebook::{Rulebook, UNDECIDED};
use crate::text::{counted, one_line};

pub(super) const NAME: &str = "portfolio";

/// The arguments have ids of their own, as they take other formats than those of a report.
const FORMAT: &str = "portfolio-format";
const OUTPUT: &str = "portfolio-output";
const SURENESS: &str = "portfolio-sureness";
const FAIL_ON: &str = "portfolio-fail-on";
const SCAN: &str = "portfolio-scan";

/// What is written when all is read, and what as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Report(Shape),
    Flow(Flow),
}

const FORMS: [(&str, &[&str], Form); 6] = [
    ("text", &["txt"], Form::Report(Shape::Text)),
    ("markdown", &["md", "markdown"], Form::Report(Shape::Markdown)),
    ("json", &["json"], Form::Report(Shape::Json)),
    ("jsonl", &["jsonl", "ndjson"], Form::Flow(Flow::Json)),
    ("csv", &["csv"], Form::Flow(Flow::Table)),
    ("html", &["html", "htm"], Form::Report(Shape::Html)),
];

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME)
        .about("Assess many systems at once")
        .long_about(
            "Assesses many systems at once. Folders are searched for needk8s.toml. Files and standard input (-) are JSON Lines \
             (an object a line with the ids of questions as keys, or in it an object `answers`) or CSV (the first line names \
             questions; an empty cell is not known; commas, semicolons or tabs). `name` or `path` names the system, `group` its \
             group; other columns and keys are kept as they are. With --scan each folder is a repository.\n\n\
             text, markdown, json and html rank the systems and keep a small record of each in memory. jsonl and csv write a \
             line for each as they go, in the order of the input, on all cores, in constant memory.\n\n\
             A line's `leaning` is what the known answers come to, `margin` its points, `platform` the one to take, `open` the \
             number of open questions. `verdict` is the leaning where no question is open. Where some are, it depends on how \
             sure the leaning is, which takes a thousand times longer to find: text, markdown, json and html do, jsonl and csv \
             leave `verdict` empty (null) unless --sureness always, --filter verdict=… or --fail-on asks for it.",
        )
        .after_long_help(
            "Examples:\n  \
             needk8s portfolio .                               every needk8s.toml here and below\n  \
             needk8s portfolio . -o board.html --pages pages   a page of all, and one for each\n\n\
             The diff of two results in JSON tells which systems moved, and by which answers or rules.\n\n\
             It is a pure filter, lines in and lines out, for engines that spread work:\n  \
             parallel --pipepart -a a.jsonl --block -1 needk8s portfolio - --format jsonl;\n  \
             Spark, as what rdd.pipe runs: `needk8s portfolio - --format jsonl`;\n  \
             DuckDB: SELECT verdict, count(*) FROM read_json('verdicts.jsonl') GROUP BY ALL\n\n\
             Exit status: 0 done, 1 --fail-on, 2 something was refused (0 with --keep-going) or \
             nothing could be assessed, and then nothing is written, 130 broken off.",
        )
        .arg(
            Arg::new("paths")
                .value_name("PATH")
                .help("A folder, a JSON Lines or CSV file, a needk8s.toml, or - for standard input")
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new(FORMAT)
                .long("format")
                .value_name("FORMAT")
                .help("Print the result in this format")
                .value_parser(PossibleValuesParser::new(FORMS.map(|(name, ..)| name))),
        )
        .arg(
            Arg::new(OUTPUT)
                .short('o')
                .long("output")
                .value_name("FILE")
                .help("Write the result to this file; its extension (.md, .html, .json, .jsonl, .csv, .txt) chooses the format")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(flag(SCAN, "Read each folder as a repository").long("scan"))
        .arg(
            Arg::new("filter")
                .long("filter")
                .value_name("KEY=VALUES")
                .action(ArgAction::Append)
                .help("Keep these systems: verdict=essential,recommended, platform=compose, group=shop"),
        )
        .arg(
            Arg::new("sort")
                .long("sort")
                .value_name("ORDER")
                .help("Order of the table")
                .value_parser(PossibleValuesParser::new(Order::ALL.map(|(name, _)| name)))
                .default_value("margin")
                .hide_default_value(false),
        )
        .arg(
            Arg::new("group-by")
                .long("group-by")
                .value_name("COLUMN")
                .help("Tell results by the values of this column or key (group, where there is one), or by the answers to this question"),
        )
        .arg(flag("shared", "Show one platform for all systems, or for each group, beside one each, as a sum"))
        .arg(
            Arg::new(SURENESS)
                .long("sureness")
                .value_name("WHEN")
                .help("Find out how sure incomplete answers make a verdict: always, never")
                .value_parser(["always", "never"]),
        )
        .arg(
            Arg::new("pages")
                .long("pages")
                .value_name("DIR")
                .help("Write a page for each system into this folder; a table in HTML links to them")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(flag("keep-answers", "Write the answers of each system as well (jsonl, csv)"))
        .arg(
            Arg::new(FAIL_ON)
                .long("fail-on")
                .value_name("VERDICTS")
                .action(ArgAction::Append)
                .value_delimiter(',')
                .help("Exit with 1 when a system has one of these verdicts"),
        )
        .arg(flag("keep-going", "Exit with 0 though something was refused"))
        .arg(flag("verbose", "Show all rows, not the first").short('v'))
        .arg(flag("quiet", "Print one line (text), and count only what was refused").short('q').conflicts_with("verbose"))
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let rulebook = program.rulebook;
    let output = output_of(matches, OUTPUT);
    let form = form(matches, output.as_deref())?;
    let paths: Vec<PathBuf> = matches.get_many::<PathBuf>("paths").into_iter().flatten().cloned().collect();
    if paths.is_empty() || paths.iter().any(|path| path.as_os_str() == "-") && stdin().is_terminal() {
        return Err(Stop::wrong(
            "no systems to assess\n\nName folders with needk8s.toml files, JSON Lines or CSV files, or pipe them in and name -.",
        ));
    }
    let filter = filter(rulebook, matches)?;
    let mut fail_on = Verdicts::default();
    let failing: Vec<&String> = matches.get_many::<String>(FAIL_ON).into_iter().flatten().collect();
    for word in &failing {
        add_verdict(rulebook, word, &mut fail_on)?;
    }
    let pages = matches.get_one::<PathBuf>("pages").cloned();
    if pages.is_some() && matches!(form, Form::Flow(_)) {
        return Err(Stop::wrong("--pages goes with a report: text, markdown, json or html"));
    }
    let sureness = match matches.get_one::<String>(SURENESS).map(String::as_str) {
        Some(when) => when == "always",
        None => matches!(form, Form::Report(_)) || filter.verdicts.is_some() || !failing.is_empty(),
    };
    if !sureness && (filter.verdicts.is_some() || !failing.is_empty()) {
        return Err(Stop::wrong(
            "a verdict that is gated or filtered by has to be known: leave out --sureness never",
        ));
    }
    let by = matches.get_one::<String>("group-by").cloned();
    let detail = asks(matches, "keep-answers") || form == Form::Report(Shape::Json);
    let order =
        matches.get_one::<String>("sort").and_then(|word| Order::ALL.iter().find(|(name, _)| name == word));
    let job = Job {
        rulebook,
        rules: program.rules(),
        provenance: program.provenance(),
        sources: sources(&paths, asks(matches, SCAN))?,
        flow: match form {
            Form::Flow(flow) => Some(flow),
            Form::Report(_) => None,
        },
        asked: Asked { sureness, detail },
        filter,
        fail_on,
        group: by.clone().unwrap_or_else(|| "group".to_owned()),
        pages: pages.clone(),
        output: output.clone(),
    };
    let mut done = job.run()?;
    if let (Form::Report(shape), false) = (form, done.counts.says_nothing()) {
        order.map_or(Order::default(), |(_, order)| *order).sort(&mut done.systems);
        let has_groups = done.systems.iter().any(|system| !system.group.is_empty());
        if let (Some(by), false) = (&by, has_groups) {
            say(&format!("No system has a `{}`, so nothing is grouped.", one_line(by)));
        }
        let portfolio = Portfolio {
            rulebook,
            systems: std::mem::take(&mut done.systems),
            totals: std::mem::take(&mut done.totals),
            counts: done.counts,
            shared: asks(matches, "shared"),
            group: by.or_else(|| has_groups.then(|| "group".to_owned())),
            pages: pages.map(|pages| linked(&pages, output.as_deref())),
            provenance: program.provenance(),
            date: today(),
            interrupted: done.interrupted,
        };
        match asks(matches, "quiet") && shape == Shape::Text && output.is_none() {
            true => print(&portfolio.line())?,
            false => put(program, &portfolio, shape, output.as_deref(), asks(matches, "verbose"))?,
        }
    }
    if done.interrupted {
        say("Broken off; what was done until then is written whole.");
    }
    if !asks(matches, "quiet") || done.counts.refused > 0 {
        say(&done.counts.say());
        if let (Some(unsaid), Form::Flow(_)) = (done.counts.say_unsaid(), form) {
            say(&unsaid);
        }
    }
    Ok(end(&done, asks(matches, "keep-going"), form, output.as_deref()))
}

/// Writes the report.
fn put(
    program: &Program<'_>,
    portfolio: &Portfolio<'_>,
    shape: Shape,
    output: Option<&Path>,
    verbose: bool,
) -> Result<(), Stop> {
    match output {
        Some(path) => {
            write_whole(path, &portfolio.render(shape, Layout { verbose: true, ..Layout::PLAIN }))?;
            say(&format!("Written to {}.", shown(path)));
            Ok(())
        }
        None if shape == Shape::Text => program.print(&portfolio.render(shape, program.layout(verbose))),
        None => print(&portfolio.render(shape, Layout::PLAIN)),
    }
}

/// How it ends, and why where that is not well.
fn end(done: &Done, keep_going: bool, form: Form, output: Option<&Path>) -> ExitCode {
    // A report on nothing is a mistake; a filter may have nothing to do.
    let is_mistake = done.counts.refused > 0 || matches!(form, Form::Report(_));
    match () {
        () if done.interrupted => ExitCode::Interrupted,
        () if done.counts.says_nothing() && is_mistake => {
            let why = match done.counts.refused {
                0 => "there was no system to assess; the input has no records",
                _ => "no system could be assessed",
            };
            let kept = output.map_or(String::new(), |path| format!("; {} is not written", shown(path)));
            say(&format!("error: {why}{kept}"));
            let goes_on = keep_going && matches!(form, Form::Flow(_));
            if goes_on { ExitCode::Done } else { ExitCode::WrongInput }
        }
        () if done.counts.refused > 0 && !keep_going => ExitCode::WrongInput,
        () if done.failing > 0 => {
            say(&format!(
                "{} with a verdict of --fail-on.",
                counted(done.failing as usize, "system", "systems")
            ));
            ExitCode::Fails
        }
        () => ExitCode::Done,
    }
}

fn form(matches: &ArgMatches, output: Option<&Path>) -> Result<Form, Stop> {
    let named = matches.get_one::<String>(FORMAT);
    let by_name = named.and_then(|word| FORMS.iter().find(|(name, ..)| name == word));
    let (Some(path), None) = (output, by_name) else {
        return Ok(by_name.map_or(Form::Report(Shape::Text), |(.., form)| *form));
    };
    let extension = path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let by_extension = FORMS.iter().find(|(_, extensions, _)| extensions.contains(&extension));
    by_extension.map(|(.., form)| *form).ok_or_else(|| {
        Stop::wrong(format!(
            "cannot tell the format from {}: use .md, .html, .json, .jsonl, .csv or .txt, or --format",
            shown(path)
        ))
    })
}

fn filter(rulebook: &Rulebook, matches: &ArgMatches) -> Result<Filter, Stop> {
    let mut filter = Filter::default();
    for given in matches.get_many::<String>("filter").into_iter().flatten() {
        let Some((key, values)) = given.split_once('=') else {
            return Err(Stop::wrong(format!(
                "--filter {}: write KEY=VALUES, as in verdict=essential",
                one_line(given)
            )));
        };
        let values = values.split(',').map(str::trim).filter(|value| !value.is_empty());
        if values.clone().next().is_none() {
            return Err(Stop::wrong(format!("--filter {} names no value to keep", one_line(given))));
        }
        match key.trim() {
            "verdict" => {
                let verdicts = filter.verdicts.get_or_insert_with(Verdicts::default);
                for value in values {
                    add_verdict(rulebook, value, verdicts)?;
                }
            }
            "platform" => {
                let platforms = filter.platforms.get_or_insert_with(BTreeSet::new);
                for value in values {
                    platforms.insert(crate::cli::named::platform(rulebook, value)?);
                }
            }
            "group" => filter.groups.get_or_insert_with(BTreeSet::new).extend(values.map(str::to_owned)),
            other => {
                let message = format!(
                    "there is nothing to filter by `{}`; there is verdict, platform and group",
                    one_line(other)
                );
                return Err(Stop::wrong(message));
            }
        }
    }
    Ok(filter)
}

fn add_verdict(rulebook: &Rulebook, word: &str, verdicts: &mut Verdicts) -> Result<(), Stop> {
    if word == UNDECIDED {
        verdicts.undecided = true;
        return Ok(());
    }
    let band = rulebook.band(word).ok_or_else(|| {
        let ids: Vec<&str> =
            rulebook.bands().iter().map(|band| band.id.as_str()).chain([UNDECIDED]).collect();
        Stop::wrong(format!("there is no verdict `{}`; there is {}", one_line(word), ids.join(", ")))
    })?;
    verdicts.bands.insert(band);
    Ok(())
}
