//! From arguments to an exit code.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use super::args::{self, FaultFormat};
use super::commands;
use super::exit::{ExitCode, Stop};
use super::input::check_folder;
use super::output::{Colour, layout, print, say, shown};
use super::pool;
use super::program::Program;
use super::rulebooks::{self, Named, Unreadable};
use crate::document::Faults;
use crate::prepared::Prepared;
use crate::report::faults;
use crate::text::ascii;

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
    pool::begin();
    if let Some(folder) = args::directory(args) {
        check_folder(&folder)?;
        std::env::set_current_dir(&folder)
            .map_err(|error| Stop::wrong(format!("cannot go to {}: {error}", shown(&folder))))?;
    }
    let named = rulebooks::named(args::rules_paths(args), args::config(args).as_deref());
    let read = named.and_then(|named| Ok((rulebooks::read(&named)?, named)));
    let (rulebook, named) = match read {
        // The program ends with it, and with what is made of it: to give memory back piece by piece would be time lost.
        Ok((rulebook, named)) => (ManuallyDrop::new(rulebook), named),
        Err(Unreadable::Stop(stop)) => return Err(stop),
        Err(Unreadable::Faults(faults)) => return tell(&faults, args::format_of_faults(args)),
    };
    let prepared = ManuallyDrop::new(Prepared::new(&rulebook));
    rayon::in_place_scope(|scope| {
        if commands::judge(args) {
            scope.spawn(|_| prepared.make_all());
        }
        carry_out(args, &named, &prepared)
    })
}

/// Does what the arguments say.
fn carry_out(args: &[OsString], named: &[Named], prepared: &Prepared<'_>) -> Result<ExitCode, Stop> {
    let rulebook = prepared.rulebook;
    let outline = args::outline(rulebook);
    if let Some(id) = args::reserved_question(rulebook, &outline) {
        return Err(Stop::wrong(format!(
            "the question `{id}` would hide the flag --{id}; give it another id"
        )));
    }
    let args = args::arranged(args, &outline);
    let command = args::filled_in(outline, rulebook, &args);
    let command =
        if args::asks_for_the_least(&args, &command) { args::least(command, rulebook) } else { command };
    let matches = match command.try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(mut error) if error.use_stderr() => {
            args::suggest(rulebook, &mut error);
            return Err(Stop(error.render().to_string()));
        }
        Err(help) => {
            let help = help.render();
            let layout = layout(false, Colour::Auto);
            let text = if layout.colour { help.ansi().to_string() } else { help.to_string() };
            let text = if layout.ascii { ascii(&text) } else { text };
            return print(&text).map(|()| ExitCode::Done);
        }
    };
    let (command, typed) = commands::chosen(&matches);
    let plan = args::plan(rulebook, typed).map_err(Stop::wrong)?;
    plan.notes.iter().for_each(|note| say(note));
    (command.run)(&Program::new(prepared, named, &plan), typed)
}

/// Says what is wrong with rules: to people, or to the program that asked for it.
fn tell(found: &Faults, format: Option<FaultFormat>) -> Result<ExitCode, Stop> {
    let findings = || faults::findings(found);
    match format {
        None => return Err(Stop(found.to_string())),
        Some(FaultFormat::Json) => print(&faults::json(&findings()))?,
        Some(FaultFormat::Sarif) => print(&faults::sarif(&findings()))?,
    }
    Ok(ExitCode::WrongInput)
}
