//! The integration tests, one subject a module.

mod agreement;
mod broker;
#[cfg(unix)]
mod browser;
mod cases;
mod commands;
mod conclusions;
mod conditions;
mod drafts;
mod exact;
mod fleet;
mod found;
mod history;
mod html;
mod input;
mod interview;
mod json;
mod layers;
mod markdown;
mod model;
mod musts;
mod numbers;
mod outcome;
mod outlook;
mod portfolio;
mod precedents;
mod program;
mod questions;
#[allow(dead_code, reason = "the benchmark uses the rest")]
mod respondents;
mod review;
mod revision;
mod rulebook;
mod scan;
mod scan_compose;
mod scan_facts;
mod scan_hostile;
mod sentences;
mod shares;
mod shop;
mod steps;
#[cfg(unix)]
mod terminal;
mod undecided;
mod untrusted;
