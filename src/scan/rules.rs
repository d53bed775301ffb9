//! All tables of the detectors, from one scan file. A table that it does not have is the built-in one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, Error, ValueDeserializer};

use super::compose::ComposeTables;
use super::tables::Tables;
use crate::document::{Fault, Faults, SourceFile};
use crate::rulebook::is_builtin_scan_file;

/// What all detectors go by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    pub(super) tables: Tables,
    pub(super) compose: ComposeTables,
}

impl Rules {
    /// The tables that the program ships with, as they were read when it was built.
    pub fn builtin() -> Self {
        postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/scan.tables"))).unwrap_or_default()
    }

    /// Reads the tables of a scan file.
    ///
    /// # Errors
    /// The first fault of every table, with its place.
    pub fn parse(file: &SourceFile) -> Result<Self, Faults> {
        if is_builtin_scan_file(file) { Ok(Self::builtin()) } else { Self::read(file) }
    }

    fn read(file: &SourceFile) -> Result<Self, Faults> {
        let mut sections = Sections::new(file);
        let Self { tables, compose } = Self::builtin();
        let rules = Self {
            tables: Tables {
                paths: sections.take("paths", tables.paths),
                dockerfiles: sections.take("dockerfiles", tables.dockerfiles),
                kubernetes: sections.take("kubernetes", tables.kubernetes),
                terraform: sections.take("terraform", tables.terraform),
                ci: sections.take("ci", tables.ci),
                ml: sections.take("ml", tables.ml),
                git: sections.take("git", tables.git),
                own: sections.take("own", tables.own),
                seen: sections.take("seen", tables.seen),
            },
            compose: ComposeTables {
                compose: sections.take("compose", compose.compose),
                image: sections.take("image", compose.image),
            },
        };
        match sections.faults {
            faults if faults.is_empty() => Ok(rules),
            faults => Err(Faults { files: vec![file.clone()], faults }),
        }
    }
}

/// The tables of a file.
struct Sections<'a> {
    own: DeTable<'a>,
    faults: Vec<Fault>,
}

impl<'a> Sections<'a> {
    fn new(file: &'a SourceFile) -> Self {
        let (own, errors) = DeTable::parse_recoverable(&file.text);
        let syntax = |error: &Error| Fault {
            message: format!("this is not valid TOML: {}", error.message()),
            ..fault(error)
        };
        let faults = errors.iter().map(syntax).collect();
        Self { own: own.into_inner(), faults }
    }

    /// A table, or the built-in one where the file has none.
    fn take<T: DeserializeOwned + Default>(&mut self, key: &str, builtin: T) -> T {
        let Some(section) = self.own.remove(key) else { return builtin };
        T::deserialize(ValueDeserializer::from(section)).unwrap_or_else(|error| {
            self.faults.push(fault(&error));
            T::default()
        })
    }
}

fn fault(error: &Error) -> Fault {
    Fault { file: 0, span: error.span().unwrap_or(0..0), message: error.message().to_owned(), help: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::builtin_scan_file;

    #[test]
    fn what_was_read_when_the_program_was_built_is_what_the_file_says() {
        let read = Rules::read(&builtin_scan_file()).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(read, Rules::builtin());
        assert_ne!(read, Rules::default());
    }
}
