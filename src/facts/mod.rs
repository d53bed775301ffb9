//! What a repository says, and what follows from it: facts in, findings out.
//!
//! [`Facts`] are what was read, each with its place; the [`Rules`] of `rules/scan.toml` say which fact answers which
//! question, and how surely; [`conclude()`] puts both together. Nothing here reads a file.

mod class;
mod conclude;
mod repository;
mod rules;
mod signal;

pub use class::{PathClass, ServiceClass};
pub use conclude::{Conclusions, Conflict, Evidence, Finding, MAX_EVIDENCE, Reason, conclude};
pub(crate) use repository::without_tag;
pub use repository::*;
pub use rules::{Rules, Sureness, TABLES as SCAN_TABLES};
