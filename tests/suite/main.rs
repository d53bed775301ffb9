//! The tests of the whole, one module each.

mod interview;
#[cfg(unix)]
mod terminal;
