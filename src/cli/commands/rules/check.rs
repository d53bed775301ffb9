//! `needk8s rules check`: what is wrong with the rules, and what they promise.

use clap::{ArgMatches, Command};

use crate::cli::exit::{ExitCode, Stop};
use crate::cli::output::print;
use crate::cli::program::Program;
use crate::review::{Budget, Review, Standing};
use crate::rulebook::Rulebook;

pub(super) const NAME: &str = "check";

pub(super) fn command(_: &Rulebook) -> Command {
    Command::new(NAME).about("Check what the rules mean, and prove what they promise")
}

pub(super) fn run(program: &Program<'_>, _: &ArgMatches) -> Result<ExitCode, Stop> {
    let env = |n: &str, d: u64| std::env::var(n).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
    let rb = program.rulebook;
    let review = Review::of(rb, Budget { promises: env("BOXES", 2000), draws: env("DRAWS", 1000), results: env("RESULTS", 4000), ..Budget::default() });
    for f in &review.findings {
        print(&format!("{} {}: {} | {} [{:?}]\n", f.check.word(), f.subject, f.message, f.shown_by, f.place.as_ref().map(|p| format!("{}:{}", p.file, p.line))))?;
    }
    for (s, b) in &review.undecided {
        print(&format!("undecided {s} {b}\n"))?;
    }
    for w in &review.witnesses {
        print(&format!("{}: {}\n", w.subject, crate::review::spelled(rb, &w.answers)))?;
    }
    for kept in &review.promises {
        let id = &rb.promises()[kept.promise].id;
        let line = match &kept.standing {
            Standing::Broken(e) => format!("BROKEN {}", e.say(rb)),
            Standing::NotProved { boxes, open, parts, .. } => format!("open {} of {parts} in {boxes}: {:?}", open.len(), open.iter().map(|part| part.say(rb)).collect::<Vec<_>>()),
            other => format!("{other:?}"),
        };
        print(&format!("{id}: {line}\n"))?;
    }
    Ok(ExitCode::Done)
}
