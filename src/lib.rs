//! `needk8s` answers "do I need Kubernetes?" from a rulebook, and explains the answer line by line.
//!
//! Data flows one way: rule files → [`rulebook`] · flags, files and prompts → [`answers`] · both → [`assessment`] and
//! [`explanation`] → [`report`], beside [`precedents`], [`agreement`], [`policy`] and [`revision`]. These take values and
//! return values, and know no domain. The rules that the program ships with are in [`builtin`]; what is made of a rulebook
//! once stands in [`prepared`]. The edges are [`interview`], which asks, [`scan`], which reads a repository, and [`cli`],
//! which joins all of it to files, terminal, clock and environment. [`facts`] are what a repository says and which answers
//! follow. [`document`] (TOML and JSON with the place of every word) and [`text`] serve them all; files of strangers are
//! opened through `folder`.

pub mod agreement;
pub mod answers;
pub mod assessment;
pub mod builtin;
pub mod cli;
pub mod document;
pub mod explanation;
pub mod facts;
mod folder;
#[cfg(test)]
mod fuzz;
pub mod interview;
pub mod policy;
pub mod portfolio;
pub mod precedents;
pub mod prepared;
pub mod report;
pub mod review;
pub mod revision;
pub mod rulebook;
pub mod scan;
pub mod situations;
pub mod text;
