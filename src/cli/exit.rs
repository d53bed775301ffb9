//! Exit codes, and the ways in which a run ends early.

use std::fmt;

use super::output::say;
use crate::text::shortened;

/// What the program tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Done; for `check`, the decision stands.
    Done,
    /// `check`: the decision does not stand.
    Fails,
    /// The input is wrong; nothing was written.
    WrongInput,
    /// The user broke off with Ctrl-C.
    Interrupted,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(match code {
            ExitCode::Done => 0,
            ExitCode::Fails => 1,
            ExitCode::WrongInput => 2,
            ExitCode::Interrupted => 130,
        })
    }
}

/// Why a run ends before its result: something is wrong with the input or cannot be written. The message says what, where,
/// and what would be right.
#[derive(Debug)]
pub(super) struct Stop(pub(super) String);

impl Stop {
    /// A message in the form of all others: `error: …`.
    pub(super) fn wrong(message: impl fmt::Display) -> Self {
        Self(format!("error: {message}\n"))
    }

    /// The failures of two things that were both tried.
    pub(super) fn of_both(first: Result<(), Self>, second: Result<(), Self>) -> Result<(), Self> {
        match (first, second) {
            (Err(Self(first)), Err(Self(second))) => Err(Self(first + &second)),
            (first, second) => first.and(second),
        }
    }

    /// Tells it to whoever started the program. Messages quote what strangers wrote, of whatever length.
    pub(super) fn tell(&self) {
        let lines = self.0.trim_end().lines().map(|line| shortened(line, LONGEST_LINE));
        say(&lines.collect::<Vec<_>>().join("\n"));
    }
}

/// Letters of a line of a message.
const LONGEST_LINE: usize = 2_000;
