//! The command line, made from the questions of the active rulebook.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::commands;
use super::output::Colour;
use crate::report::Format;
use crate::rulebook::{Kind, Leaning, Question, Rulebook, UNKNOWN, Value};
use crate::text::{list, wrapped};

/// What was typed that all commands understand alike.
#[derive(Debug)]
pub(super) struct Plan {
    /// Answers given as flags.
    pub(super) flags: Vec<(usize, Option<Value>)>,
    /// What was taken for what, where that is not plain.
    pub(super) notes: Vec<String>,
    /// Stands in for the record.
    pub(super) config: Option<PathBuf>,
    pub(super) answers_file: Option<PathBuf>,
    /// The folder to read facts from.
    pub(super) scan: Option<PathBuf>,
    /// Patterns of paths that a scan leaves out.
    pub(super) exclude: Vec<String>,
    pub(super) format: Option<Format>,
    /// The format for other programs in which a check tells its outcome.
    pub(super) exchange: Option<Exchange>,
    pub(super) output: Option<PathBuf>,
    pub(super) verbose: bool,
    /// Whether only the verdict is wanted, and how.
    pub(super) short: Option<Short>,
    pub(super) colour: Colour,
    /// Whether what is long may go through a pager.
    pub(super) pager: bool,
    /// Whether a record that was edited where it should not be may be replaced.
    pub(super) force: bool,
}

/// A result in less than a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Short {
    /// One line.
    Line,
    /// The id of the verdict.
    Word,
}

/// A format in which other programs take the outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchange {
    Sarif,
    Junit,
}

impl Exchange {
    /// All of them, by the word of the flag and the extension of a file.
    const ALL: [(&'static str, &'static str, Self); 2] =
        [("sarif", "sarif", Self::Sarif), ("junit", "xml", Self::Junit)];

    /// The one that a command is to use, if it knows them and one is asked for.
    fn asked_for(matches: &ArgMatches, format: Option<&str>, output: Option<&Path>) -> Option<Self> {
        matches.try_get_one::<bool>(REPORT_ONLY).ok()?;
        let extension = output.and_then(Path::extension).and_then(OsStr::to_str);
        let mut all = Self::ALL.into_iter();
        let asked = all.find(|(word, its, _)| match format {
            Some(format) => format == *word,
            None => extension == Some(its),
        });
        asked.map(|(.., exchange)| exchange)
    }
}

/// The flag of the command whose outcome comes in formats of its own.
pub(super) const REPORT_ONLY: &str = "report-only";

/// The flag of commands that write the report of an assessment, which comes as a page, too.
const FORCE: &str = "force";

/// The format that is nothing but the verdict.
const WORD: &str = "word";

/// What stands after an option, each time and wherever it stands, where reading the rest depends on it.
fn early(args: &[OsString], long: &str, short: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut args = args.iter().skip(1).take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == long || short.is_some_and(|short| arg == short) {
            found.extend(args.next().map(PathBuf::from));
        } else if let Some(path) = arg.to_str().and_then(|arg| arg.strip_prefix(long)?.strip_prefix('=')) {
            found.push(PathBuf::from(path));
        }
    }
    found
}

/// The paths after `--rules`, because all other flags depend on them.
pub(super) fn rules_paths(args: &[OsString]) -> Vec<PathBuf> {
    early(args, "--rules", None)
}

/// The formats in which other programs take what is wrong with rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultFormat {
    Json,
    Sarif,
}

/// The format in which a command that works with rules is asked for; what is wrong with them is its result.
pub(super) fn format_of_faults(args: &[OsString]) -> Option<FaultFormat> {
    const BEFORE: [&str; 5] = ["--rules", "--config", "--directory", "-C", "--color"];
    let mut words = args.windows(2).filter(|pair| !BEFORE.iter().any(|option| pair[0] == *option));
    words.find(|pair| pair[1] == commands::rules::NAME)?;
    match early(args, "--format", None).pop()?.to_str()? {
        "json" => Some(FaultFormat::Json),
        "sarif" => Some(FaultFormat::Sarif),
        _ => None,
    }
}

/// The record that is named, which may name rules.
pub(super) fn config(args: &[OsString]) -> Option<PathBuf> {
    early(args, "--config", None).into_iter().next()
}

/// The folder after `-C`, in which everything else happens.
pub(super) fn directory(args: &[OsString]) -> Option<PathBuf> {
    early(args, "--directory", Some("-C")).into_iter().next()
}

/// The command that shows the help of another.
const HELP: &str = "help";
/// The option for a file of answers.
const ANSWERS_FILE: &str = "answers";

/// The flag with which nothing is asked.
pub(super) const NO_INPUT: &str = "no-input";
/// Flags of the answers stand under headings that begin so.
const ANSWERS: &str = "Answers: ";

fn is_of_question(arg: &Arg) -> bool {
    arg.get_help_heading().is_some_and(|heading| heading.starts_with(ANSWERS))
}

/// The question whose id a flag or an argument of the program itself has, if there is one.
pub(super) fn reserved_question<'r>(rulebook: &'r Rulebook, command: &Command) -> Option<&'r str> {
    let takes = |command: &Command, id: &str| {
        let own = command.get_arguments().filter(|arg| !is_of_question(arg));
        own.into_iter().any(|arg| arg.get_id() == id || arg.get_long() == Some(id))
    };
    let is_taken = |id: &str| {
        [HELP, "version"].contains(&id)
            || takes(command, id)
            || command.get_subcommands().any(|command| takes(command, id))
    };
    rulebook.questions().iter().map(|question| question.id.as_str()).find(|id| is_taken(id))
}

/// The arguments with the command before all flags, wherever it was typed, and `--flag yes` as `--flag=yes`.
pub(super) fn arranged(args: &[OsString], command: &Command) -> Vec<OsString> {
    let mut arranged: Vec<OsString> = args.iter().take(1).cloned().collect();
    let mut named = None;
    let mut rest = args.iter().skip(1).peekable();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            arranged.push(arg.clone());
            arranged.extend(rest.by_ref().cloned());
            break;
        }
        let text = arg.to_str().unwrap_or_default();
        if !text.starts_with('-') {
            let is_command = command.get_subcommands().any(|command| command.get_name() == text);
            if named.is_none() && (is_command || text == HELP) {
                named = Some(arg.clone());
            } else {
                arranged.push(arg.clone());
                // What follows the first word of a command is its own affair.
                named = named.or_else(|| Some(OsString::new()));
            }
            continue;
        }
        match follows(command, text) {
            Follows::Value => {
                arranged.push(arg.clone());
                arranged.extend(rest.next().cloned());
            }
            Follows::YesOrNo => {
                let is_word = |word: &&OsString| word.to_str().is_some_and(is_yes_or_no);
                match rest.next_if(|word| is_word(word)) {
                    Some(word) => {
                        let joined = format!("{text}={}", word.to_string_lossy());
                        arranged.push(joined.into());
                    }
                    None => {
                        // A word that can be nothing else is a wrong answer.
                        let is_command = |word: &OsString| {
                            word == HELP || command.get_subcommands().any(|one| *word == *one.get_name())
                        };
                        let is_stray = |word: &&OsString| !is_command(word) && !is_option(word);
                        let takes_words = takes_words(command, named.as_ref());
                        match rest.next_if(|word| !takes_words && is_stray(word)) {
                            Some(word) => arranged.push(format!("{text}={}", word.to_string_lossy()).into()),
                            None => arranged.push(arg.clone()),
                        }
                    }
                }
            }
            Follows::Nothing => arranged.push(arg.clone()),
        }
    }
    if let Some(name) = named.filter(|name| !name.is_empty()) {
        arranged.insert(1, name);
    }
    arranged
}

fn is_option(word: &OsStr) -> bool {
    word.to_string_lossy().starts_with('-')
}

/// Whether a command, the program itself where none is named yet, takes words that are no options.
fn takes_words(command: &Command, named: Option<&OsString>) -> bool {
    let Some(named) = named.filter(|named| !named.is_empty()) else { return named.is_some() };
    let inner = command.get_subcommands().find(|one| *named == *one.get_name());
    inner.is_some_and(|inner| inner.get_positionals().next().is_some() || inner.has_subcommands())
}

/// What may stand after a flag, apart from it.
enum Follows {
    Value,
    YesOrNo,
    Nothing,
}

fn follows(command: &Command, flag: &str) -> Follows {
    let is_it = |arg: &&Arg| match flag.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => flag.len() == 2 && arg.get_short() == flag.chars().nth(1),
    };
    let everywhere = std::iter::once(command).chain(command.get_subcommands());
    let Some(arg) = everywhere.flat_map(Command::get_arguments).find(is_it) else { return Follows::Nothing };
    match arg.get_num_args() {
        Some(number) if number.min_values() == 0 && is_of_question(arg) => Follows::YesOrNo,
        Some(number) if number.min_values() == 0 => Follows::Nothing,
        _ if arg.get_action().takes_values() => Follows::Value,
        _ => Follows::Nothing,
    }
}

fn is_yes_or_no(word: &str) -> bool {
    ["yes", "no", "y", "n", "true", "false", "on", "off", UNKNOWN].contains(&word.to_lowercase().as_str())
}

/// The program by name and version.
fn named() -> Command {
    Command::new("needk8s").version(env!("CARGO_PKG_VERSION"))
}

/// The version, if it is all that is asked for: no rules need be read for it.
pub(super) fn version_alone(args: &[OsString]) -> Option<String> {
    matches!(args, [_, only] if only == "--version" || only == "-V").then(|| named().render_version())
}

/// The whole command line.
pub(super) fn command(rulebook: &Rulebook) -> Command {
    outline(rulebook).mut_subcommands(|one| with_questions(one, rulebook))
}

/// The outline with all that is needed to read these arguments, which are arranged.
pub(super) fn filled_in(outline: Command, rulebook: &Rulebook, args: &[OsString]) -> Command {
    let is_named = |one: &Command| args.get(1).is_some_and(|word| word == one.get_name() || word == HELP);
    outline.mut_subcommands(|one| if is_named(&one) { with_questions(one, rulebook) } else { one })
}

/// The command line without the questions as options of commands: making them is most of the work.
pub(super) fn outline(rulebook: &Rulebook) -> Command {
    let subject = rulebook.side(Leaning::With).name.clone();
    with_questions(commands::assess::with_options(named()), rulebook)
        .about(format!("{} Asks, weighs the answers, and explains the result.", rulebook.title()))
        .long_about(format!(
            "{} Asks how your system is built, run and owned (or reads the answers from flags, files, the environment and a repository), \
             weighs them against rule files, and says whether {subject} is overkill or essential, and why.\n\n\
             Answers come from, strongest first: flags, --answers FILE, environment variables ({}…), needk8s.toml, --scan DIR. \
             `{UNKNOWN}` is an answer everywhere. needk8s.toml is looked for here and in the parent folders, up to the root of \
             the repository.",
            rulebook.title(),
            super::input::VARIABLE_PREFIX,
        ))
        .override_usage("needk8s [OPTIONS] [ANSWERS]\n       needk8s COMMAND [OPTIONS] [ANSWERS]")
        .after_long_help(format!(
            "{}\n\nExit status: 0 done (check: the decision stands), 1 check: it does not, 2 the input is wrong, 130 left \
             without a result.\nEvery question in full: needk8s explain QUESTION.",
            examples(rulebook),
        ))
        .arg(
            Arg::new("rules")
                .long("rules")
                .value_name("PATH")
                .global(true)
                .hide_short_help(true)
                .action(ArgAction::Append)
                .help("Put the rules in this file or folder on top of those built in, or in their place where they say extends = false; repeatable (also NEEDK8S_RULES, and rules = [...] in needk8s.toml)")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("color")
                .long("color")
                .value_name("WHEN")
                .global(true)
                .help("Use colours and links: auto, always or never")
                .hide_possible_values(true)
                .value_parser(PossibleValuesParser::new(Colour::ALL.map(|(name, _)| name))),
        )
        .arg(flag("no-pager", "Never show long output in $PAGER").global(true))
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .global(true)
                .hide_short_help(true)
                .help("Use this file as needk8s.toml")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("directory")
                .short('C')
                .long("directory")
                .value_name("DIR")
                .global(true)
                .hide_short_help(true)
                .help("Do everything as if started in this folder")
                .value_parser(value_parser!(PathBuf)),
        )
        .subcommands(commands::ALL.iter().map(|entry| (entry.command)(rulebook)))
}

/// The commands and the options that people use first.
const FIRST_COMMANDS: [&str; 5] = ["check", "why", "questions", "what-if", "explain"];
const FIRST_OPTIONS: [&str; 3] = ["output", "ask", "save"];

/// Whether `-h` is typed without a command.
pub(super) fn asks_for_the_least(args: &[OsString], command: &Command) -> bool {
    let names_a_command =
        args.get(1).is_some_and(|name| command.get_subcommands().any(|one| name == one.get_name()));
    !names_a_command && args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "-h")
}

/// The command line with a help that fits a screen of 24 lines: how to begin, and where the rest is.
pub(super) fn least(command: Command, rulebook: &Rulebook) -> Command {
    command
        .override_usage("needk8s [COMMAND] [OPTIONS] [ANSWERS]")
        .mut_subcommands(|one| {
            let is_first = FIRST_COMMANDS.contains(&one.get_name());
            one.hide(!is_first)
        })
        .disable_help_subcommand(true)
        .mut_args(|arg| {
            let is_first = FIRST_OPTIONS.contains(&arg.get_id().as_str());
            arg.hide_short_help(!is_first)
        })
        .mut_arg("output", |arg| arg.help("Write the result to this file (.md, .html, .json, .txt)"))
        .disable_version_flag(true)
        .help_template("{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}")
        .before_help(examples(rulebook))
        .after_help("All commands and options: needk8s --help. All questions: needk8s questions.")
}

/// Says of an unknown flag which question it means, and which platforms there are where one is to be named.
pub(super) fn suggest(rulebook: &Rulebook, error: &mut clap::Error) {
    const WIDTH: usize = 72;
    let lacks_platform = matches!(error.get(ContextKind::InvalidArg),
        Some(ContextValue::Strings(missing)) if missing.iter().any(|arg| arg == "<PLATFORM>"));
    if lacks_platform {
        let platforms = rulebook.platforms().iter().map(|platform| platform.id.as_str());
        let listed = format!("the platforms are {}", list(&platforms.collect::<Vec<_>>(), "and"));
        let whole_words = textwrap::Options::new(WIDTH).word_splitter(textwrap::WordSplitter::NoHyphenation);
        let tip = wrapped(&listed, whole_words).join("\n       ");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg) else { return };
    let word = given.trim_start_matches('-').split('=').next().unwrap_or_default();
    let meant = rulebook.questions().iter().find(|question| question.is_meant_by(word));
    if let (ErrorKind::UnknownArgument, Some(question)) = (error.kind(), meant) {
        let flag = format!("--{}", question.id);
        error.insert(ContextKind::SuggestedArg, ContextValue::String(flag));
    }
}

/// Three ways to begin.
fn examples(rulebook: &Rulebook) -> String {
    let examples = [
        ("needk8s".to_owned(), "asks, then answers"),
        (format!("needk8s {}", example(rulebook)), "answers at once"),
        ("needk8s --scan .".to_owned(), "reads what a repository says first"),
    ];
    let width = examples.iter().map(|(line, _)| line.len()).max().unwrap_or(0);
    let lines: Vec<String> = examples.iter().map(|(line, does)| format!("  {line:width$}  {does}")).collect();
    format!("Examples:\n{}", lines.join("\n"))
}

/// The first questions answered by flags: "--purpose production --services 1".
pub(super) fn example(rulebook: &Rulebook) -> String {
    let free = rulebook.questions().iter().filter(|question| question.ask_when.is_none());
    let flags = free.take(2).map(|question| {
        let sample = question.options().first().map_or("1", |option| option.id.as_str());
        format!("--{} {sample}", question.id)
    });
    flags.collect::<Vec<_>>().join(" ")
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
        .hide_short_help(true)
        .value_name("GLOB")
        .action(ArgAction::Append)
        .help("Leave files out of the scan: a name (legacy), a path (old/k8s) or a pattern (*.j2); also scan.exclude in needk8s.toml")
}

/// What an option takes that is a number.
pub(super) fn whole<T: TryFrom<u64>>(
    least: u64,
    most: u64,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number: u64| T::try_from(number).ok());
        number.ok_or_else(|| format!("it takes a whole number from {least} to {most}"))
    }
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
                .value_parser(formats(|format| format.suits_lists())),
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

fn formats(such: impl Fn(Format) -> bool) -> PossibleValuesParser {
    let those = Format::ALL.into_iter().filter(|(_, format)| such(*format));
    PossibleValuesParser::new(those.map(|(name, _)| name))
}

/// The same for the report of an assessment, which comes as a page as well.
pub(super) fn with_report(command: Command) -> Command {
    let every = Format::ALL.map(|(name, _)| name).into_iter().chain([WORD]);
    with_long_format(command)
        .mut_arg("format", |arg| arg.value_parser(PossibleValuesParser::new(every)))
        .mut_arg("output", |arg| {
            arg.help(
                "Write the result to this file; its extension (.md, .html, .json, .txt) chooses the format",
            )
        })
        .arg(
            flag(
                FORCE,
                "Replace a record (-o FILE.md) whose own sections were edited or have lost their marks",
            )
            .hide_short_help(true),
        )
}

/// The same for what can be long.
pub(super) fn with_long_format(command: Command) -> Command {
    with_format(command)
        .arg(flag("quiet", "Print one line").short('q').conflicts_with("verbose"))
        .arg(flag("verbose", "Show everything: all terms, arguments, steps, answers and sources").short('v'))
}

/// The same for the outcome of a check, which other programs take in formats of their own.
pub(super) fn with_outcome(command: Command) -> Command {
    let every = Format::ALL.map(|(name, _)| name).into_iter();
    let every = every.chain(Exchange::ALL.map(|(name, ..)| name)).chain([WORD]);
    with_report(command)
        .mut_arg("format", |arg| arg.value_parser(PossibleValuesParser::new(every)))
        .mut_arg("output", |arg| {
            arg.help("Write the result to this file; its extension (.md, .html, .json, .sarif, .xml, .txt) chooses the format")
        })
        .mut_arg("quiet", |arg| arg.help("Tell only whether it passes"))
        .mut_arg("verbose", |arg| arg.help("Show the assessment, too, with everything that it is made of"))
        .arg(flag(REPORT_ONLY, "Report what fails, and pass all the same").help_heading("Gates"))
}

/// Adds everything that answers come from.
pub(super) fn with_answers(command: Command) -> Command {
    // What never asks takes it as well, so that a pipeline can say it everywhere.
    let never = flag(NO_INPUT, "Never ask; work with the answers that are given").hide(true);
    with_answers_file(command).arg(scan_arg()).arg(exclude_arg()).arg(never)
}

/// Adds the file that answers the questions. A command that has it takes answers by flags as well, which are added when it is
/// known that they are needed.
pub(super) fn with_answers_file(command: Command) -> Command {
    command.arg(
        Arg::new(ANSWERS_FILE)
            .long(ANSWERS_FILE)
            .value_name("FILE")
            .help("Read answers from this TOML or JSON file; - is standard input")
            .value_parser(value_parser!(PathBuf)),
    )
}

/// Adds the questions as options to a command that takes answers.
fn with_questions(command: Command, rulebook: &Rulebook) -> Command {
    if command.get_arguments().all(|arg| arg.get_id() != ANSWERS_FILE) {
        return command;
    }
    command.args(rulebook.questions().iter().map(|question| question_arg(rulebook, question)))
}

/// The flag of a question: `--services 7`, `--autoscaling`, `--autoscaling=false`, `--workloads web,worker`.
fn question_arg(rulebook: &Rulebook, question: &Question) -> Arg {
    let arg = Arg::new(question.id.clone())
        .long(question.id.clone())
        .help(question.prompt.clone())
        .long_help(long_help(question))
        .hide_short_help(true)
        .help_heading(format!("{ANSWERS}{}", rulebook.groups()[question.group].title.to_lowercase()));
    let words = |extra: &[&'static str]| -> Vec<PossibleValue> {
        let options = question.options().iter().map(|option| {
            PossibleValue::new(option.id.clone()).aliases(option.aliases.clone()).help(option.label.clone())
        });
        let extra = extra.iter().map(|word| PossibleValue::new(*word).hide(*word != UNKNOWN));
        options.chain(extra).collect()
    };
    let typed = |known: Vec<PossibleValue>| Typed { question: question.clone(), known };
    match &question.kind {
        Kind::Flag(_) => arg
            .value_name("yes|no")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true)
            .value_parser(typed(["true", "false", "yes", "no", UNKNOWN].map(PossibleValue::new).to_vec())),
        Kind::Choice(_) => arg.value_name("VALUE").value_parser(typed(words(&[UNKNOWN]))),
        Kind::Choices(_) => arg
            .value_name("VALUES")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(typed(words(&["none", UNKNOWN]))),
        Kind::Count(_) => arg.value_name("N").allow_negative_numbers(true).value_parser(typed(Vec::new())),
    }
}

/// A value of a question's flag: whatever the question takes for an answer.
#[derive(Clone)]
struct Typed {
    question: Question,
    known: Vec<PossibleValue>,
}

impl TypedValueParser for Typed {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let text = value.to_str().unwrap_or_default();
        if self.question.parse_typed(text).is_ok() {
            return Ok(text.to_owned());
        }
        if self.known.is_empty() {
            let question = self.question.clone();
            let whole = move |text: &str| question.parse(text).map(|_| text.to_owned());
            return TypedValueParser::parse_ref(&whole, command, arg, value);
        }
        PossibleValuesParser::new(self.known.clone()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        if self.known.is_empty() { None } else { Some(Box::new(self.known.iter().cloned())) }
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

/// Turns what was typed for a command into a plan. clap has already checked every value.
pub(super) fn plan(rulebook: &Rulebook, inner: &ArgMatches) -> Result<Plan, String> {
    let output = output_of(inner, "output");
    let format_name = inner.try_get_one::<String>("format").ok().flatten().map(String::as_str);
    let exchange = Exchange::asked_for(inner, format_name, output.as_deref());
    let named = match format_name {
        Some(WORD) => Some(Format::Text),
        name => name.and_then(Format::named),
    };
    let format = match (&output, named) {
        _ if exchange.is_some() => None,
        (Some(file), None) => Some(format_of(file, inner.try_get_one::<bool>(FORCE).is_ok())?),
        (_, named) => named,
    };
    let (flags, notes) = flags(rulebook, inner)?;
    Ok(Plan {
        flags,
        notes,
        config: path(inner, "config"),
        answers_file: path(inner, ANSWERS_FILE),
        scan: path(inner, "scan"),
        exclude: texts(inner, "exclude"),
        format,
        exchange,
        output,
        verbose: asks(inner, "verbose"),
        short: match format_name {
            Some(WORD) => Some(Short::Word),
            _ => asks(inner, "quiet").then_some(Short::Line),
        },
        colour: inner
            .get_one::<String>("color")
            .and_then(|word| Colour::ALL.iter().find(|(name, _)| name == word))
            .map_or(Colour::default(), |(_, colour)| *colour),
        pager: !asks(inner, "no-pager"),
        force: asks(inner, FORCE),
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

/// The file that a result goes to; `-` is standard output, where results go that go to no file.
pub(super) fn output_of(matches: &ArgMatches, name: &str) -> Option<PathBuf> {
    path(matches, name).filter(|file| !is_stdout(file))
}

/// Whether a path stands for standard output.
pub(super) fn is_stdout(file: &Path) -> bool {
    file == Path::new("-")
}

fn format_of(file: &Path, has_pages: bool) -> Result<Format, String> {
    let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    Format::of_extension(extension).ok_or_else(|| {
        format!(
            "cannot tell the format from {}: use .md, {}.json or .txt, or --format",
            super::output::shown(file),
            if has_pages { ".html, " } else { "" }
        )
    })
}

/// Answers given as flags, and what was taken for what.
type Flags = (Vec<(usize, Option<Value>)>, Vec<String>);

/// The answers that were given as flags.
pub(super) fn flags(rulebook: &Rulebook, matches: &ArgMatches) -> Result<Flags, String> {
    let (mut flags, mut notes) = (Vec::new(), Vec::new());
    for (index, question) in rulebook.questions().iter().enumerate() {
        let Ok(Some(given)) = matches.try_get_many::<String>(&question.id) else { continue };
        let words: Vec<&str> = given.map(String::as_str).collect();
        if words.len() > 1 && words.iter().any(|word| [UNKNOWN, "none"].contains(word)) {
            return Err(format!("--{} contradicts itself: {}", question.id, words.join(",")));
        }
        let (value, note) =
            question.parse_typed(&words.join(",")).map_err(|error| format!("--{}: {error}", question.id))?;
        flags.push((index, value));
        notes.extend(note);
    }
    Ok((flags, notes))
}
