//! The program's edge: arguments, files, environment and terminal come in; results, files and exit codes go out.

mod args;
mod check;
mod commands;
mod comments;
mod decision;
mod exit;
mod gates;
mod input;
mod named;
mod output;
mod pool;
mod portfolio;
mod program;
mod rooted;
mod rulebooks;
mod run;
mod scanned;

pub use exit::ExitCode;
pub use run::run;
