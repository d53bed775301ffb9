//! All tables of the detectors, from one scan file. A table that it does not have is the built-in one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use super::compose::ComposeTables;
use super::tables::Tables;
use crate::builtin::{built, builtin_scan_file};
use crate::document::{Fault, Faults, SourceFile, toml_table};

/// What all detectors go by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    pub(super) tables: Tables,
    pub(super) compose: ComposeTables,
}

impl Rules {
    /// The tables that the program ships with, as they were read when it was built.
    pub fn builtin() -> Self {
        postcard::from_bytes(built!("scan.tables")).unwrap_or_default()
    }

    /// Reads the tables of a scan file.
    ///
    /// # Errors
    /// The first fault of every table, with its place.
    pub fn parse(file: &SourceFile) -> Result<Self, Faults> {
        if *file == builtin_scan_file() { Ok(Self::builtin()) } else { Self::read(file) }
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
                retired: sections.take("retired", tables.retired),
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
        let mut faults = Vec::new();
        let own = toml_table(&file.text, |span, message| {
            faults.push(Fault::new(0, span, message, None));
        });
        let mut words = Words { left: MOST_WORDS, fault: None };
        own.iter().for_each(|(_, value)| words.take(value));
        faults.extend(words.fault);
        Self { own, faults }
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

/// Words and patterns of a file, and of one list of it: searching for them is made ready at each scan.
const MOST_WORDS: usize = 10_000;
const MOST_OF_LIST: usize = 1_000;

/// The words that a file may have yet.
struct Words {
    left: usize,
    fault: Option<Fault>,
}

impl Words {
    fn take(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::String(_) if self.left == 0 => {
                self.refuse(value, format!("there are more than {MOST_WORDS} words and patterns"));
            }
            DeValue::String(_) => self.left -= 1,
            DeValue::Array(items) if items.len() > MOST_OF_LIST => {
                self.refuse(value, format!("a list has more than {MOST_OF_LIST} items"));
            }
            DeValue::Array(items) => items.iter().for_each(|item| self.take(item)),
            DeValue::Table(table) => table.iter().for_each(|(_, value)| self.take(value)),
            _ => {}
        }
    }

    fn refuse(&mut self, value: &Spanned<DeValue<'_>>, message: String) {
        self.fault.get_or_insert(Fault::new(0, value.span(), message, None));
    }
}

fn fault(error: &Error) -> Fault {
    Fault::new(0, error.span().unwrap_or(0..0), error.message().to_owned(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_when_the_program_was_built_is_what_the_file_says() {
        let read = Rules::read(&builtin_scan_file()).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(read, Rules::builtin());
        assert_ne!(read, Rules::default());
    }
}
