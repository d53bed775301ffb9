//! `needk8s` answers "do I need Kubernetes?" from a rulebook, and explains the answer line by line.
//!
//! Data flows one way: rule files → [`rulebook`] · flags, files and prompts → [`answers`] · both → [`assessment`] →
//! [`explanation`] → [`report`]. These take values and return values; [`cli`] alone touches files, terminal, clock and
//! environment. [`document`] and [`text`] serve them all.

pub mod answers;
pub mod assessment;
pub mod cli;
pub mod document;
pub mod explanation;
pub mod interview;
pub mod report;
pub mod rulebook;
pub mod text;
