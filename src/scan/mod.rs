//! Reads what a repository already says.

mod facts;

pub use facts::*;
