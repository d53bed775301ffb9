//! Published decisions: what people ran, and whether it was right.

use serde::{Deserialize, Serialize};

use super::{Leaning, Reading, Rulebook, Value};

/// A decision that its owners published together with how it turned out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The id.
    pub id: String,
    /// Who decided.
    pub who: String,
    /// When it was published, where that is known.
    pub year: Option<u16>,
    /// The title of the publication.
    pub title: String,
    /// Its address, where it has one.
    pub url: Option<String>,
    /// The side that was right by their own account; the hedge where it could have gone either way.
    pub outcome: Leaning,
    /// How clearly the publication says so.
    pub confidence: Confidence,
    /// The part of the collection that it belongs to.
    pub group: Option<String>,
    /// What they run since.
    pub ran: String,
    /// Why it was right.
    pub reason: String,
    /// Why the rules come out differently, where they do.
    pub disagrees: Option<String>,
    /// The answers that the publication states: questions and values, in the rulebook's order.
    pub answers: Vec<(usize, Value)>,
}

/// How clearly a publication says what was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    /// It has to be read between the lines.
    Low,
    /// It can be taken from what is said.
    Medium,
    /// It is said outright.
    High,
}

impl Confidence {
    /// All of them with the word that rule files use, the clearest first.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::High, "high"), (Self::Medium, "medium"), (Self::Low, "low")];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(confidence, _)| *confidence == self).map_or("", |(_, word)| word)
    }
}

impl Case {
    /// The answer to a question, where the publication states one.
    pub fn answer(&self, question: usize) -> Option<Value> {
        self.answers.iter().find(|(answered, _)| *answered == question).map(|(_, value)| *value)
    }

    /// What is known of each question of the rulebook that the case is from.
    pub fn readings(&self, rulebook: &Rulebook) -> Vec<Reading> {
        rulebook.readings(|question| self.answer(question))
    }
}
