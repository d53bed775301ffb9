//! The rule files that are compiled into the program; the only list of them.

use std::sync::OnceLock;

use super::{Rulebook, parse};
use crate::document::{Faults, SourceFile};

const FILES: &[(&str, &str)] = &[
    ("rules/rulebook.toml", include_str!("../../rules/rulebook.toml")),
    ("rules/questions.toml", include_str!("../../rules/questions.toml")),
    ("rules/criteria.toml", include_str!("../../rules/criteria.toml")),
    ("rules/platforms.toml", include_str!("../../rules/platforms.toml")),
    ("rules/matrix.toml", include_str!("../../rules/matrix.toml")),
    ("rules/problems.toml", include_str!("../../rules/problems.toml")),
    ("rules/learning.toml", include_str!("../../rules/learning.toml")),
    ("rules/promises.toml", include_str!("../../rules/promises.toml")),
    ("rules/sources.toml", include_str!("../../rules/sources.toml")),
    CASES,
];

/// The published decisions, which few results need.
const CASES: (&str, &str) = ("rules/cases.toml", include_str!("../../rules/cases.toml"));

/// A layer to begin rules of one's own with.
pub const STARTER: &str = include_str!("../../rules/starter/policy.toml");

/// What a scan goes by in the rulebook that the program ships with.
pub fn builtin_scan_file() -> SourceFile {
    source_file(("rules/scan.toml", include_str!("../../rules/scan.toml")))
}

/// The files of the rulebook that the program ships with.
pub fn builtin_files() -> Vec<SourceFile> {
    FILES.iter().copied().map(source_file).collect()
}

/// Reads them, but for the cases.
pub(super) fn read() -> Result<Rulebook, Faults> {
    let mut rulebook = parse::shipped(FILES[..FILES.len() - 1].iter().copied().map(source_file).collect())?;
    rulebook.files.push(cases_file());
    rulebook.cases = OnceLock::new();
    rulebook.is_shipped = true;
    Ok(rulebook)
}

/// The file of the published decisions.
pub(super) fn cases_file() -> SourceFile {
    source_file(CASES)
}

fn source_file((name, text): (&str, &str)) -> SourceFile {
    SourceFile { name: name.to_owned(), text: text.to_owned() }
}
