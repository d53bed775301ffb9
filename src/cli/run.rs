//! From arguments to an exit code.

use std::ffi::OsString;

use super::args;
use super::commands;
use super::exit::{ExitCode, Stop};
use super::input;
use super::output::{Colour, layout, print, say, shown};
use super::program::Program;

/// Runs the program and says how it ended. `args` starts with the program's own name.
pub fn run(args: Vec<OsString>) -> ExitCode {
    match try_run(&args) {
        Ok(code) => code,
        Err(stop) => {
            stop.tell();
            ExitCode::WrongInput
        }
    }
}

fn try_run(args: &[OsString]) -> Result<ExitCode, Stop> {
    if let Some(version) = args::version_alone(args) {
        return print(&version).map(|()| ExitCode::Done);
    }
    if let Some(folder) = args::directory(args) {
        std::env::set_current_dir(&folder)
            .map_err(|error| Stop::wrong(format!("cannot go to {}: {error}", shown(&folder))))?;
    }
    let rules = args::rules_path(args);
    let rulebook = input::read_rulebook(rules.as_deref())?;
    let command = args::command(&rulebook);
    if let Some(id) = args::reserved_question(&rulebook, &command) {
        return Err(Stop::wrong(format!(
            "the question `{id}` would hide the flag --{id}; give it another id"
        )));
    }
    let args = args::arranged(args, &command);
    let command =
        if args::asks_for_the_least(&args, &command) { args::least(command, &rulebook) } else { command };
    let matches = match command.try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(mut error) if error.use_stderr() => {
            args::suggest(&rulebook, &mut error);
            return Err(Stop(error.render().to_string()));
        }
        Err(help) => {
            let help = help.render();
            let text =
                if layout(false, Colour::Auto).colour { help.ansi().to_string() } else { help.to_string() };
            return print(&text).map(|()| ExitCode::Done);
        }
    };
    let (command, typed) = commands::chosen(&matches);
    let plan = args::plan(&rulebook, typed).map_err(Stop::wrong)?;
    plan.notes.iter().for_each(|note| say(note));
    (command.run)(&Program::new(&rulebook, rules.as_deref(), &plan), typed)
}
