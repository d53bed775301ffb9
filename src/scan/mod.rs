//! Reads what a repository already says.

mod facts;
mod source;

pub use facts::*;
