//! Exit codes, and the ways in which a run ends early.

use std::fmt;
use std::io;

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

/// Why a run ends before its result.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is wrong with the input; the message says what, where, and what would be right.
    Wrong(String),
    /// Nobody reads the output any more.
    Unread,
}

impl Stop {
    /// A message in the form of all others: `error: …`.
    pub(super) fn wrong(message: impl fmt::Display) -> Self {
        Self::Wrong(format!("error: {message}\n"))
    }

    /// A failure to write to one of the standard streams.
    pub(super) fn stream(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::wrong(format!("cannot write the result: {error}")),
        }
    }
}
