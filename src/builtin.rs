//! The rules that the program ships with, which the build script has read.

use crate::document::{Faults, SourceFile};
use crate::rulebook::{LayerFiles, Rulebook};

/// A file that the build script has left.
macro_rules! built {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}
pub(crate) use built;

/// A rule file, with what the build script has read in it.
macro_rules! shipped {
    ($name:literal) => {
        SourceFile::shipped(
            concat!("rules/", $name, ".toml"),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $name, ".toml")),
            built!($name),
        )
    };
}

/// A layer to begin rules of one's own with.
pub const STARTER: &str = include_str!("../rules/starter/policy.toml");

/// The files of the rulebook that the program ships with.
pub fn builtin_files() -> Vec<SourceFile> {
    include!(concat!(env!("OUT_DIR"), "/files.rs"))
}

/// What a scan goes by in that rulebook.
pub fn builtin_scan_file() -> SourceFile {
    shipped!("scan")
}

impl Rulebook {
    /// The rulebook that the program ships with.
    ///
    /// # Errors
    /// Never in a program that was built: with a fault in its rules it is not.
    pub fn builtin() -> Result<Self, Faults> {
        let files = builtin_files();
        let first = || postcard::from_bytes(built!("rulebook.first"));
        let second = || postcard::from_bytes(built!("rulebook.second"));
        let rulebook = match rayon::join(first, second) {
            (Ok(first), Ok((aspects, sources, cases))) => Self { files, aspects, sources, cases, ..first },
            _ => Self::parse(files)?,
        };
        Ok(Self { is_shipped: true, ..rulebook })
    }

    /// Reads layers on top of that rulebook, or of the first of them where that is a rulebook of its own.
    ///
    /// # Errors
    /// Every fault that was found, each with its place.
    pub fn layered(layers: Vec<LayerFiles>) -> Result<Self, Faults> {
        if layers.is_empty() { Self::builtin() } else { Self::layered_on(builtin_files(), layers) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::document::{FaultLog, read_toml};

    #[test]
    fn what_was_read_when_the_program_was_built_is_what_the_files_say() {
        for mut file in builtin_files().into_iter().chain([builtin_scan_file()]) {
            let faults = RefCell::new(Vec::new());
            let mut read = read_toml(&file.text, &FaultLog::new(0, &faults));
            read.retain(|entry| file != builtin_scan_file() || entry.key == "conclusion");
            assert_eq!(file.read_when_built(), Some(read.clone()), "{}", file.name);
            assert_eq!(faults.take(), []);
            file.text.to_mut().push(' ');
            assert_eq!(file.read_when_built(), None, "another text is read anew");
        }
        let read = Rulebook::parse(builtin_files()).map(|rulebook| Rulebook { is_shipped: true, ..rulebook });
        assert_eq!(Rulebook::builtin(), read);
    }
}
