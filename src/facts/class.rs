//! What paths and services are for. The program and its build script have these words in common.

use serde::{Deserialize, Serialize};

/// What the directories of a path say about the purpose of what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathClass {
    /// Nothing in particular: it counts.
    #[default]
    Main,
    /// Development environments, such as `.devcontainer`.
    Development,
    /// Tests, fixtures and end-to-end environments.
    Test,
    /// Examples, demonstrations, templates to copy.
    Example,
    /// Documentation.
    Documentation,
    /// Not in use, or no longer: `legacy`, `archive`, `wip`.
    Legacy,
    /// The code of others.
    Vendor,
    /// Written by a program.
    Generated,
}

impl PathClass {
    /// The word in rules and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Development => "development",
            Self::Test => "test",
            Self::Example => "example",
            Self::Documentation => "documentation",
            Self::Legacy => "legacy",
            Self::Vendor => "vendor",
            Self::Generated => "generated",
        }
    }
}

/// What a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceClass {
    /// The product itself.
    Application,
    /// Databases, caches, queues, search, object stores, proxies, mail, monitoring.
    Backing,
    /// Init, migration, seed, backup, load generation.
    Auxiliary,
    /// It cannot be told.
    #[default]
    Unsure,
}

impl ServiceClass {
    /// The word in rules and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Backing => "backing",
            Self::Auxiliary => "auxiliary",
            Self::Unsure => "unsure",
        }
    }
}
