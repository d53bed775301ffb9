//! What a person or a program gets to read. The content is put together once; each format only lays it out.

pub mod cases;
pub mod comparison;
mod content;
mod explained;
pub mod export;
pub mod faults;
pub mod html;
pub mod json;
mod junit;
pub mod markdown;
pub mod matrix;
pub mod outcome;
mod page;
mod phrases;
pub mod portfolio;
pub mod questions;
pub mod reference;
pub mod review;
pub mod revision;
pub mod rules;
mod sarif;
pub mod scan;
pub mod schema;
pub mod situations;
mod terms;
pub mod text;
pub mod why;

pub use explained::{Again, Explained, FragileFigure, Open, Reason, Said, Set, Turn, condition_of};

pub use content::{
    Answer, Availability, Balance, Brief, Contents, Contradiction, Course, LayerName, LedgerLine, NextStep,
    NextStepKind, PlatformRow, ProblemRow, Provenance, ShortfallRow, Stretch, Sum,
};

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// A decision record.
    Markdown,
    /// For programs.
    Json,
    /// A page with pictures, for a browser or on paper.
    Html,
}

impl Format {
    /// All formats by the word of the flag.
    pub const ALL: [(&'static str, Self); 4] =
        [("text", Self::Text), ("markdown", Self::Markdown), ("json", Self::Json), ("html", Self::Html)];

    /// The format with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(word, _)| *word == name).map(|(_, format)| *format)
    }

    /// Whether lists and tables come in it; otherwise only the report of an assessment does.
    pub fn suits_lists(self) -> bool {
        self != Self::Html
    }

    /// The format that a file's extension asks for.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "txt" => Some(Self::Text),
            "md" | "markdown" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}
