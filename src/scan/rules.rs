//! All tables of the detectors, from one scan file. A table that it does not have is the built-in one.

use serde::de::DeserializeOwned;
use toml::de::{DeTable, Error, ValueDeserializer};

use super::compose::ComposeTables;
use super::tables::Tables;
use crate::document::{Fault, Faults, SourceFile};
use crate::rulebook::builtin_scan_file;

/// What all detectors go by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    pub(super) tables: Tables,
    pub(super) compose: ComposeTables,
}

impl Rules {
    /// Reads the tables of a scan file.
    ///
    /// # Errors
    /// The first fault of every table, with its place.
    pub fn parse(file: &SourceFile) -> Result<Self, Faults> {
        let built_in = builtin_scan_file();
        let mut sections = Sections::new(file, &built_in);
        let rules = Self {
            tables: Tables {
                paths: sections.take("paths"),
                dockerfiles: sections.take("dockerfiles"),
                kubernetes: sections.take("kubernetes"),
                terraform: sections.take("terraform"),
                ci: sections.take("ci"),
                ml: sections.take("ml"),
                git: sections.take("git"),
                own: sections.take("own"),
                seen: sections.take("seen"),
            },
            compose: ComposeTables { compose: sections.take("compose"), image: sections.take("image") },
        };
        match sections.faults {
            faults if faults.is_empty() => Ok(rules),
            faults => Err(Faults { files: vec![file.clone()], faults }),
        }
    }
}

/// The tables of a file and those that stand in for what it lacks.
struct Sections<'a> {
    own: DeTable<'a>,
    built_in: DeTable<'a>,
    faults: Vec<Fault>,
}

impl<'a> Sections<'a> {
    fn new(file: &'a SourceFile, built_in: &'a SourceFile) -> Self {
        let (own, errors) = DeTable::parse_recoverable(&file.text);
        let built_in = if file == built_in { "" } else { &built_in.text };
        let (built_in, _) = DeTable::parse_recoverable(built_in);
        let syntax = |error: &Error| Fault {
            message: format!("this is not valid TOML: {}", error.message()),
            ..fault(error)
        };
        let faults = errors.iter().map(syntax).collect();
        Self { own: own.into_inner(), built_in: built_in.into_inner(), faults }
    }

    fn take<T: DeserializeOwned + Default>(&mut self, key: &str) -> T {
        let Some(section) = self.own.remove(key).or_else(|| self.built_in.remove(key)) else {
            return T::default();
        };
        T::deserialize(ValueDeserializer::from(section)).unwrap_or_else(|error| {
            self.faults.push(fault(&error));
            T::default()
        })
    }
}

fn fault(error: &Error) -> Fault {
    Fault { file: 0, span: error.span().unwrap_or(0..0), message: error.message().to_owned(), help: None }
}
