//! `needk8s completions`: prints a completion script for a shell.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::cli::args;
use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "completions";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME).about("Print a completion script for a shell").arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(Shell))
            .help("The shell"),
    )
}

pub(super) fn run(program: &Program<'_>, matches: &ArgMatches) -> Result<ExitCode, Stop> {
    let shell = *matches.get_one("shell").unwrap_or(&Shell::Bash);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut harmless(args::command(program.rulebook)), "needk8s", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Fish {
        script += &words_for_fish(&args::command(program.rulebook));
    }
    print(&script)?;
    Ok(ExitCode::Done)
}

/// The words that commands take without a flag, which the generator leaves out for fish. They are ids, hence harmless.
fn words_for_fish(command: &Command) -> String {
    let mut lines = String::new();
    for command in command.get_subcommands() {
        for argument in command.get_positionals() {
            let words = argument.get_possible_values();
            let words: Vec<&str> = words.iter().map(PossibleValue::get_name).collect();
            if !words.is_empty() {
                lines += &format!(
                    "complete -c needk8s -n \"__fish_needk8s_using_subcommand {}\" -f -a \"{}\"\n",
                    command.get_name(),
                    words.join(" ")
                );
            }
        }
    }
    lines
}

/// The command with texts of which no shell makes anything. Words of a stranger's rulebook come to stand between quotes
/// that differ from shell to shell, and most shells run what is written in some of them.
fn harmless(command: Command) -> Command {
    let about = command.get_about().map(|about| plain(&about.to_string()));
    let command = if let Some(about) = about { command.about(about) } else { command };
    command.mut_args(harmless_argument).mut_subcommands(harmless)
}

fn harmless_argument(argument: Arg) -> Arg {
    let help = argument.get_help().map(|help| plain(&help.to_string()));
    let values: Vec<PossibleValue> = argument.get_possible_values().iter().map(harmless_value).collect();
    let argument = if let Some(help) = help { argument.help(help) } else { argument };
    if values.is_empty() { argument } else { argument.value_parser(PossibleValuesParser::new(values)) }
}

/// Names are ids, which are harmless.
fn harmless_value(value: &PossibleValue) -> PossibleValue {
    let plainer = PossibleValue::new(value.get_name().to_owned()).hide(value.is_hide_set());
    match value.get_help() {
        Some(help) => plainer.help(plain(&help.to_string())),
        None => plainer,
    }
}

/// Letters, digits and the few signs that are plain in every shell, on one line.
fn plain(text: &str) -> String {
    let text = text.replace('%', " percent ");
    let plain =
        |c: char| if c.is_alphanumeric() || matches!(c, ',' | '.' | '-' | '/' | '+') { c } else { ' ' };
    let text: String = text.chars().map(plain).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shell_makes_anything_of_a_text() {
        let hostile = "a\"$(touch x)`y`'z’;\\ (>5):[b]{c}\n%d €é";
        assert_eq!(plain(hostile), "a touch x y z 5 b c percent d é");
        let option = PossibleValue::new("o").help(hostile.to_owned());
        let argument = Arg::new("q")
            .long("q")
            .help(hostile.to_owned())
            .value_parser(PossibleValuesParser::new([option]));
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let mut script = Vec::new();
            let command = Command::new("p")
                .subcommand(Command::new("s").about(hostile.to_owned()).arg(argument.clone()));
            clap_complete::generate(shell, &mut harmless(command.arg(argument.clone())), "p", &mut script);
            let script = String::from_utf8_lossy(&script);
            assert!(
                !script.contains("$(touch") && !script.contains("`y`") && !script.contains('’'),
                "{shell}: {script}"
            );
        }
    }
}
