//! Reads what a repository already says.

mod compose;
mod facts;
mod source;

pub use facts::*;
