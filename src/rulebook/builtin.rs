//! The rule files that are compiled into the program; the only list of them.

use std::sync::OnceLock;

use super::{Rulebook, parse};
use crate::document::{Entry, Faults, SourceFile, read_when_built};

/// A rule file that is compiled in: its text, and what it says as it was read when the program was built.
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

/// All but the cases. They are statics, so that each text has one place.
static FILES: [Shipped; 9] = [
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
pub(super) static CASES: Shipped = shipped!("cases");

/// What a scan goes by.
static SCAN: Shipped = shipped!("scan");

/// A layer to begin rules of one's own with.
pub const STARTER: &str = include_str!("../../rules/starter/policy.toml");

impl Shipped {
    fn file(&self) -> SourceFile {
        SourceFile::new(self.name, self.text)
    }

    fn is(&self, file: &SourceFile) -> bool {
        std::ptr::eq(self.text, &*file.text)
    }

    pub(super) fn entries(&self) -> Vec<Entry<'static>> {
        read_when_built(self.entries)
    }
}

/// What a file says, if it is a shipped one, which is known by the place of its text. Of what a scan goes by it is the
/// conclusions.
pub(crate) fn entries_of(file: &SourceFile) -> Option<Vec<Entry<'static>>> {
    let mut all = FILES.iter().chain([&CASES, &SCAN]);
    all.find(|shipped| shipped.is(file)).map(Shipped::entries)
}

/// Whether a file is what a scan goes by in the rulebook that the program ships with.
pub(crate) fn is_builtin_scan_file(file: &SourceFile) -> bool {
    SCAN.is(file)
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
    let mut rulebook = parse::shipped(FILES.iter().map(Shipped::file).collect())?;
    rulebook.files.push(CASES.file());
    rulebook.cases = OnceLock::new();
    rulebook.is_shipped = true;
    Ok(rulebook)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{builtin_files, builtin_scan_file, entries_of, is_builtin_scan_file};
    use crate::document::{FaultLog, read_toml};

    #[test]
    fn what_was_read_when_the_program_was_built_is_what_the_files_say() {
        for mut file in builtin_files().into_iter().chain([builtin_scan_file()]) {
            let faults = RefCell::new(Vec::new());
            let mut read = read_toml(&file.text, &FaultLog::new(0, &faults));
            read.retain(|entry| !is_builtin_scan_file(&file) || entry.key == "conclusion");
            assert_eq!(entries_of(&file), Some(read.clone()), "{}", file.name);
            assert_eq!(faults.take(), []);
            file.text.to_mut().push(' ');
            assert_eq!(entries_of(&file), None, "another text is read anew");
        }
    }
}
