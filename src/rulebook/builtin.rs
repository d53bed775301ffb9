//! The rule files that are compiled into the program; the only list of them.

use std::sync::OnceLock;

use super::{Rulebook, parse};
use crate::document::{Entry, Faults, SourceFile, read_when_built};

/// A rule file that is compiled in: its text, and what it says as it was read when the program was built.
#[derive(Clone, Copy)]
pub(super) struct Shipped {
    name: &'static str,
    text: &'static str,
    entries: &'static [u8],
}

macro_rules! shipped {
    ($name:literal) => {
        Shipped {
            name: concat!("rules/", $name, ".toml"),
            text: include_str!(concat!("../../rules/", $name, ".toml")),
            entries: include_bytes!(concat!(env!("OUT_DIR"), "/", $name)),
        }
    };
}

const FILES: &[Shipped] = &[
    shipped!("rulebook"),
    shipped!("questions"),
    shipped!("criteria"),
    shipped!("platforms"),
    shipped!("matrix"),
    shipped!("problems"),
    shipped!("learning"),
    shipped!("promises"),
    shipped!("sources"),
];

/// The published decisions, which few results need.
pub(super) const CASES: Shipped = shipped!("cases");

/// What a scan goes by.
const SCAN: Shipped = shipped!("scan");

/// A layer to begin rules of one's own with.
pub const STARTER: &str = include_str!("../../rules/starter/policy.toml");

impl Shipped {
    fn file(&self) -> SourceFile {
        SourceFile::new(self.name, self.text)
    }

    pub(super) fn entries(&self) -> Vec<Entry<'static>> {
        read_when_built(self.entries)
    }
}

/// What a scan goes by in the rulebook that the program ships with.
pub fn builtin_scan_file() -> SourceFile {
    SCAN.file()
}

/// The files of the rulebook that the program ships with.
pub fn builtin_files() -> Vec<SourceFile> {
    FILES.iter().chain([&CASES]).map(Shipped::file).collect()
}

/// Reads them, but for the cases.
pub(super) fn read() -> Result<Rulebook, Faults> {
    let mut rulebook = parse::shipped(builtin_files(), FILES)?;
    rulebook.cases = OnceLock::new();
    rulebook.is_shipped = true;
    Ok(rulebook)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{CASES, FILES, SCAN};
    use crate::document::{FaultLog, read_toml};

    #[test]
    fn what_was_read_when_the_program_was_built_is_what_the_files_say() {
        for shipped in FILES.iter().chain([&CASES, &SCAN]) {
            let faults = RefCell::new(Vec::new());
            assert_eq!(
                shipped.entries(),
                read_toml(shipped.text, &FaultLog::new(0, &faults)),
                "{}",
                shipped.name
            );
            assert_eq!(faults.into_inner(), []);
        }
    }
}
