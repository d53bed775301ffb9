//! The command line, made from the questions of the active rulebook.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::commands;
use crate::report::Format;
use crate::rulebook::{Kind, Leaning, Question, Rulebook, UNKNOWN, Value};

/// What was typed that all commands understand alike.
#[derive(Debug)]
pub(super) struct Plan {
    /// Answers given as flags.
    pub(super) flags: Vec<(usize, Option<Value>)>,
    pub(super) answers_file: Option<PathBuf>,
    /// The folder to read facts from.
    pub(super) scan: Option<PathBuf>,
    /// Patterns of paths that a scan leaves out.
    pub(super) exclude: Vec<String>,
    pub(super) format: Option<Format>,
    pub(super) output: Option<PathBuf>,
    pub(super) verbose: bool,
    /// Whether a record that was edited where it should not be may be replaced.
    pub(super) force: bool,
}

/// Names that flags of the program itself have; a question cannot have them.
const RESERVED: [&str; 24] = [
    "rules",
    "answers",
    "format",
    "output",
    "verbose",
    "quiet",
    "force",
    "color",
    "no-pager",
    "no-input",
    "all",
    "save",
    "help",
    "version",
    "expect",
    "fail-on",
    "require",
    "scan",
    "exclude",
    "min-steadiness",
    "outcome",
    "near",
    "misses",
    "limit",
];

/// The path after `--rules`, wherever it stands, because all other flags depend on it.
pub(super) fn rules_path(args: &[OsString]) -> Option<PathBuf> {
    let mut args = args.iter().skip(1).take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == "--rules" {
            return args.next().map(PathBuf::from);
        }
        if let Some(path) = arg.to_str().and_then(|arg| arg.strip_prefix("--rules=")) {
            return Some(PathBuf::from(path));
        }
    }
    None
}

/// The question whose id is taken by a flag of the program, if there is one.
pub(super) fn reserved_question(rulebook: &Rulebook) -> Option<&str> {
    rulebook.questions().iter().map(|question| question.id.as_str()).find(|id| RESERVED.contains(id))
}

/// The whole command line.
pub(super) fn command(rulebook: &Rulebook) -> Command {
    let subject = rulebook.side(Leaning::With).name.clone();
    commands::assess::with_options(Command::new("needk8s"), rulebook)
        .version(env!("CARGO_PKG_VERSION"))
        .about(format!("{} Asks, weighs the answers against rules, and explains the result.", rulebook.title()))
        .long_about(format!(
            "{} Asks how your system is built, run and owned (or reads the answers from flags, files, the environment and a repository), \
             weighs them against rule files, and says whether {subject} is overkill or essential, and why.\n\n\
             Answers come from, strongest first: flags, --answers FILE, environment variables ({}…), needk8s.toml, --scan DIR. \
             `{UNKNOWN}` is an answer everywhere.",
            rulebook.title(),
            super::input::VARIABLE_PREFIX,
        ))
        .after_help(
            "Exit status: 0 done (check: the decision stands), 1 check: it does not, 2 the input is wrong.\n\
             Every question in full: needk8s explain QUESTION.",
        )
        .arg(
            Arg::new("rules")
                .long("rules")
                .value_name("PATH")
                .global(true)
                .help("Use the rulebook in this folder or file instead of the built-in one")
                .value_parser(value_parser!(PathBuf)),
        )
        .subcommands(commands::ALL.iter().map(|entry| (entry.command)(rulebook)))
}

/// `--scan DIR`; alone it stands for the working directory.
fn scan_arg() -> Arg {
    Arg::new("scan")
        .long("scan")
        .value_name("DIR")
        .num_args(0..=1)
        .default_missing_value(".")
        .help("Read what this folder says (the working directory when none is named); whatever is given counts more")
        .value_parser(value_parser!(PathBuf))
}

/// `--exclude GLOB`, as often as needed.
pub(super) fn exclude_arg() -> Arg {
    Arg::new("exclude")
        .long("exclude")
        .value_name("GLOB")
        .action(ArgAction::Append)
        .help("Leave files out of the scan: a name (legacy), a path (old/k8s) or a pattern (*.j2); also scan.exclude in needk8s.toml")
}

/// A flag that is given or not.
pub(super) fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// Adds where the result goes, and how it is written.
pub(super) fn with_format(command: Command) -> Command {
    command
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .help("Print the result in this format")
                .value_parser(PossibleValuesParser::new(Format::ALL.map(|(name, _)| name))),
        )
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FILE")
                .help("Write the result to this file; its extension (.md, .json, .txt) chooses the format")
                .value_parser(value_parser!(PathBuf)),
        )
}

/// The same for a report, which can be long.
pub(super) fn with_report(command: Command) -> Command {
    with_format(command)
        .arg(flag("verbose", "Show everything: all terms, arguments, steps, answers and sources").short('v'))
        .arg(flag(
            "force",
            "Replace a record (-o FILE.md) whose own sections were edited or have lost their marks",
        ))
}

/// Adds everything that answers come from.
pub(super) fn with_answers(command: Command, rulebook: &Rulebook) -> Command {
    with_options(command, rulebook).arg(scan_arg()).arg(exclude_arg())
}

/// Adds the questions as options, and the file that answers them.
pub(super) fn with_options(mut command: Command, rulebook: &Rulebook) -> Command {
    command = command.arg(
        Arg::new("answers")
            .long("answers")
            .value_name("FILE")
            .help("Read answers from this TOML or JSON file; - is standard input")
            .value_parser(value_parser!(PathBuf)),
    );
    command.args(rulebook.questions().iter().map(|question| question_arg(rulebook, question)))
}

/// The flag of a question: `--services 7`, `--autoscaling`, `--autoscaling=false`, `--workloads web,worker`.
fn question_arg(rulebook: &Rulebook, question: &Question) -> Arg {
    let arg = Arg::new(question.id.clone())
        .long(question.id.clone())
        .help(question.prompt.clone())
        .long_help(long_help(question))
        .help_heading(format!("Answers: {}", rulebook.groups()[question.group].title.to_lowercase()));
    let values = |extra: &[&'static str]| {
        let options = question
            .options()
            .iter()
            .map(|option| PossibleValue::new(option.id.clone()).help(option.label.clone()));
        let extra = extra.iter().map(|word| PossibleValue::new(*word).hide(*word != UNKNOWN));
        PossibleValuesParser::new(options.chain(extra).collect::<Vec<_>>())
    };
    match &question.kind {
        Kind::Flag(_) => arg
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true)
            .value_parser(PossibleValuesParser::new(["true", "false", UNKNOWN])),
        Kind::Choice(_) => arg.value_name("VALUE").value_parser(values(&[UNKNOWN])),
        Kind::Choices(_) => arg
            .value_name("VALUES")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(values(&["none", UNKNOWN])),
        Kind::Count(_) => {
            let question = question.clone();
            arg.value_name("N").value_parser(move |text: &str| question.parse(text).map(|_| text.to_owned()))
        }
    }
}

fn long_help(question: &Question) -> StyledStr {
    StyledStr::from(format!("{}\n{} It takes {}.", question.prompt, question.help, plain_takes(question)))
}

fn plain_takes(question: &Question) -> String {
    match &question.kind {
        Kind::Choice(_) | Kind::Choices(_) => format!("one of the values below, or {UNKNOWN}"),
        _ => format!("{}, or {UNKNOWN}", question.takes()),
    }
}

/// Turns what was typed into a plan; `inner` is what was typed for the command. clap has already checked every value.
pub(super) fn plan(rulebook: &Rulebook, matches: &ArgMatches, inner: &ArgMatches) -> Result<Plan, String> {
    if let Some(command) = matches.subcommand_name() {
        let typed = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        if let Some(early) = matches.ids().filter(typed).find(|id| id.as_str() != "rules") {
            return Err(format!("--{early} stands before `{command}`; flags of a command follow it"));
        }
    }
    let output: Option<PathBuf> = path(inner, "output");
    let named = inner.try_get_one::<String>("format").ok().flatten().and_then(|name| Format::named(name));
    let format = match (&output, named) {
        (Some(file), None) => Some(format_of(file)?),
        (_, named) => named,
    };
    Ok(Plan {
        flags: flags(rulebook, inner)?,
        answers_file: path(inner, "answers"),
        scan: path(inner, "scan"),
        exclude: texts(inner, "exclude"),
        format,
        output,
        verbose: asks(inner, "verbose"),
        force: asks(inner, "force"),
    })
}

/// Whether a flag is given.
pub(super) fn asks(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches.try_get_many::<String>(name).ok().flatten().into_iter().flatten().cloned().collect()
}

fn path(matches: &ArgMatches, name: &str) -> Option<PathBuf> {
    matches.try_get_one::<PathBuf>(name).ok().flatten().cloned()
}

fn format_of(file: &std::path::Path) -> Result<Format, String> {
    let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    Format::of_extension(extension).ok_or_else(|| {
        format!(
            "the extension of {} names no format; end it with .md, .json or .txt, or say --format",
            super::output::shown(file)
        )
    })
}

fn flags(rulebook: &Rulebook, matches: &ArgMatches) -> Result<Vec<(usize, Option<Value>)>, String> {
    let mut flags = Vec::new();
    for (index, question) in rulebook.questions().iter().enumerate() {
        let Ok(Some(given)) = matches.try_get_many::<String>(&question.id) else { continue };
        let words: Vec<&str> = given.map(String::as_str).collect();
        if words.len() > 1 && words.iter().any(|word| [UNKNOWN, "none"].contains(word)) {
            return Err(format!("--{} contradicts itself: {}", question.id, words.join(",")));
        }
        let value =
            question.parse(&words.join(",")).map_err(|error| format!("--{}: {error}", question.id))?;
        flags.push((index, value));
    }
    Ok(flags)
}
