//! The command line, made from the questions of the active rulebook.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::report::Format;
use crate::rulebook::{Kind, Leaning, Question, Rulebook, UNKNOWN, Value};

/// What the user asked for.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) action: Action,
    /// Answers given as flags.
    pub(super) flags: Vec<(usize, Option<Value>)>,
    pub(super) answers_file: Option<PathBuf>,
    /// The folder to read facts from.
    pub(super) scan: Option<PathBuf>,
    pub(super) format: Option<Format>,
    pub(super) output: Option<PathBuf>,
    pub(super) verbose: bool,
}

#[derive(Debug)]
pub(super) enum Action {
    Assess { no_input: bool, all: bool, save: bool },
    Check(Gates),
    Scan,
    Compare { all: bool },
    Explain(Vec<String>),
    Why(String),
    Learn,
    ExportRules,
    Completions(Shell),
    Man,
}

/// What `check` insists on.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// The verdict must be one of these bands.
    pub(super) expect: Vec<usize>,
    /// The verdict must be none of these bands.
    pub(super) fail_on: Vec<usize>,
    /// Nothing unknown may be able to change the verdict.
    pub(super) settled: bool,
    /// The verdict's side must hold even if every figure is off by so many per cent.
    pub(super) steadiness: Option<u8>,
}

impl Gates {
    /// Whether there is one.
    pub(super) fn is_any(&self) -> bool {
        !self.expect.is_empty() || !self.fail_on.is_empty() || self.settled || self.steadiness.is_some()
    }
}

/// Names that flags of the program itself have; a question cannot have them.
const RESERVED: [&str; 15] = [
    "rules",
    "answers",
    "format",
    "output",
    "verbose",
    "no-input",
    "all",
    "save",
    "help",
    "version",
    "expect",
    "fail-on",
    "require",
    "scan",
    "min-steadiness",
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
    let with_answers = |command: Command| with_answers(command, rulebook).arg(scan_arg());
    let assess = |command: Command| {
        with_report(with_answers(command))
            .arg(flag("no-input", "Never ask; work with the answers that are given"))
            .arg(flag("all", "Ask every question, in the order of the rulebook"))
            .arg(flag("save", "Record the answers and the decision in needk8s.toml"))
    };
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
    let check = with_report(with_answers(Command::new("check")))
        .about("Hold the recorded decision against the answers; the exit status tells")
        .long_about(
            "Assesses needk8s.toml (and whatever else is given) again and never asks. With --scan it also fails when the \
             repository contradicts a recorded answer, and says which line does. Exit status: 0 the decision stands and \
             every gate holds, 1 it does not, 2 the input is wrong.",
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
        );
    let scan = scan_command(rulebook);
    let compare = with_format(with_answers(Command::new("compare")))
        .about("Show the matrix; with answers, what they demand and where a platform falls short")
        .arg(flag("all", "Show all platforms and aspects, not only the tutorial's"));
    let explain = Command::new("explain")
        .about("Explain any question, criterion, aspect, platform, problem, step, verdict or source")
        .arg(
            Arg::new("id")
                .value_name("ID")
                .help("What to explain")
                .required(true)
                .num_args(1..)
                .action(ArgAction::Append),
        );
    let why = with_format(with_answers(Command::new("why")))
        .about("Say why a platform is not the recommended one, and what would make it so")
        .arg(Arg::new("platform").value_name("PLATFORM").help("The platform, by id or name").required(true));
    let learn = with_answers(Command::new("learn"))
        .about("Show the learning path; with answers, what they need first");
    let rules = Command::new("rules")
        .about("Work with rulebooks")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("export").about("Print the whole rulebook as the engine uses it").arg(
                Arg::new("format")
                    .long("format")
                    .value_name("FORMAT")
                    .value_parser(["json"])
                    .default_value("json")
                    .help("The format"),
            ),
        );
    let completions = Command::new("completions").about("Print a completion script for a shell").arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(Shell))
            .help("The shell"),
    );
    let subject = rulebook.side(Leaning::With).name.clone();
    assess(Command::new("needk8s"))
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
        .subcommand(assess(Command::new("assess")).about("Ask what is not yet known, then answer and explain (the default)"))
        .subcommands([check, why, scan, compare, explain, learn, rules, completions])
        .subcommand(Command::new("man").about("Print the man page"))
}

fn scan_command(rulebook: &Rulebook) -> Command {
    let dir = Arg::new("scan")
        .value_name("DIR")
        .help("The folder of the repository")
        .default_value(".")
        .value_parser(value_parser!(PathBuf));
    with_report(with_answers(Command::new("scan"), rulebook))
        .about("Show what a repository already says, with the lines that say it")
        .long_about(
            "Reads Compose files, Dockerfiles, manifests and charts, Terraform, CI, declared machine-learning libraries and \
             the Git history of a folder, and shows every fact with its line, the answers that follow, what stays open, and \
             the provisional recommendation. Nothing is run, changed or sent anywhere, and no value of a secret is shown.",
        )
        .arg(dir)
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

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

fn with_format(command: Command) -> Command {
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

fn with_report(command: Command) -> Command {
    with_format(command)
        .arg(flag("verbose", "Show everything: all terms, arguments, steps, answers and sources").short('v'))
}

fn with_answers(mut command: Command, rulebook: &Rulebook) -> Command {
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

/// Turns what was typed into a plan. clap has already checked every value.
pub(super) fn plan(rulebook: &Rulebook, matches: &ArgMatches) -> Result<Plan, String> {
    let (name, inner) = matches.subcommand().unwrap_or(("assess", matches));
    if let Some(command) = matches.subcommand_name() {
        let typed = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        if let Some(early) = matches.ids().filter(typed).find(|id| id.as_str() != "rules") {
            return Err(format!("--{early} stands before `{command}`; flags of a command follow it"));
        }
    }
    let asks = |name: &str| inner.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false);
    let action = match name {
        "assess" => Action::Assess { no_input: asks("no-input"), all: asks("all"), save: asks("save") },
        "check" => Action::Check(Gates {
            expect: bands(rulebook, inner, "expect"),
            fail_on: bands(rulebook, inner, "fail-on"),
            settled: inner.get_one::<String>("require").is_some(),
            steadiness: inner.get_one("min-steadiness").copied(),
        }),
        "scan" => Action::Scan,
        "compare" => Action::Compare { all: asks("all") },
        "explain" => Action::Explain(inner.get_many("id").into_iter().flatten().cloned().collect()),
        "why" => Action::Why(inner.get_one::<String>("platform").cloned().unwrap_or_default()),
        "learn" => Action::Learn,
        "rules" => Action::ExportRules,
        "completions" => Action::Completions(*inner.get_one("shell").unwrap_or(&Shell::Bash)),
        _ => Action::Man,
    };
    let output: Option<PathBuf> = path(inner, "output");
    let named = inner.try_get_one::<String>("format").ok().flatten().and_then(|name| Format::named(name));
    let format = match (&output, named) {
        (Some(file), None) => Some(format_of(file)?),
        (_, named) => named,
    };
    Ok(Plan {
        action,
        flags: flags(rulebook, inner)?,
        answers_file: path(inner, "answers"),
        scan: path(inner, "scan"),
        format,
        output,
        verbose: asks("verbose"),
    })
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

fn bands(rulebook: &Rulebook, matches: &ArgMatches, name: &str) -> Vec<usize> {
    let given = matches.get_many::<String>(name).into_iter().flatten();
    given.filter_map(|id| rulebook.bands().iter().position(|band| band.id == *id)).collect()
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
