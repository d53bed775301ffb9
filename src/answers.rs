//! Answers: typed values, where each came from, and what contradicts what.

use std::fmt;

use crate::rulebook::{Reading, Rulebook, Value};
use crate::text::one_line;

/// Where an answer came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag(String),
    /// A line of a file of answers.
    File {
        /// The file's name as it was given.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// The questionnaire.
    Prompt,
    /// A line of a scanned folder.
    Scan {
        /// The file's path within the folder.
        path: String,
        /// The line, from 1; 0 speaks of the file as a whole.
        line: usize,
        /// How far the value goes.
        reach: Reach,
    },
}

/// What a value that was found, not given, says about the true one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// It is this one.
    #[default]
    Exactly,
    /// It is this one or one above it.
    AtLeast,
    /// It has these options, and perhaps others.
    Includes,
}

impl Reach {
    /// Whether `value` may be the true one when `found` was found.
    pub fn admits(self, found: Value, value: Value) -> bool {
        match (self, found, value) {
            (Self::Exactly, ..) => found == value,
            (Self::Includes, Value::Choices(found), Value::Choices(set)) => found.union(set) == set,
            _ => found <= value,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Environment(variable) => f.write_str(variable),
            Self::Prompt => f.write_str("asked"),
            Self::Scan { path, line: 0, .. } => f.write_str(&one_line(path)),
            Self::Scan { path, line, .. } => write!(f, "{}:{line}", one_line(path)),
        }
    }
}

/// What one source says about one question; `None` says that it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The answer.
    pub value: Option<Value>,
    /// Its source.
    pub origin: Origin,
}

impl Given {
    /// Whether it tells only a part of the answer.
    pub fn is_partial(&self) -> bool {
        matches!(self.origin, Origin::Scan { reach: Reach::Includes, .. })
    }

    /// Whether a stronger source that says `value` leaves room for what is said here.
    fn admits(&self, value: Option<Value>) -> bool {
        match (&self.origin, self.value, value) {
            (_, None, _) => true,
            (Origin::Scan { reach, .. }, Some(found), Some(value)) => reach.admits(found, value),
            (_, own, value) => own == value,
        }
    }
}

/// What all sources say, for each question of one rulebook, the strongest source first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    given: Vec<Vec<Given>>,
}

impl Answers {
    /// No answers to any question of `rulebook`.
    pub fn none(rulebook: &Rulebook) -> Self {
        Self { given: vec![Vec::new(); rulebook.questions().len()] }
    }

    /// Adds what a weaker source says.
    pub fn add(&mut self, question: usize, given: Given) {
        if let Some(sources) = self.given.get_mut(question) {
            sources.push(given);
        }
    }

    /// Puts an answer above all others.
    pub fn set(&mut self, question: usize, given: Given) {
        if let Some(sources) = self.given.get_mut(question) {
            sources.retain(|earlier| earlier.origin != given.origin);
            sources.insert(0, given);
        }
    }

    /// Takes back what `origin` said about a question.
    pub fn take_back(&mut self, question: usize, origin: &Origin) {
        if let Some(sources) = self.given.get_mut(question) {
            sources.retain(|given| given.origin != *origin);
        }
    }

    /// The strongest statement about a question.
    pub fn given(&self, question: usize) -> Option<&Given> {
        self.given.get(question)?.first()
    }

    /// The answer to a question, if it has a known one.
    pub fn value(&self, question: usize) -> Option<Value> {
        self.given(question)?.value
    }

    /// The known answers, one place for each question. One that is known only in part is left open.
    pub fn values(&self) -> Vec<Option<Value>> {
        (0..self.given.len())
            .map(|question| self.value(question).filter(|_| !self.is_open(question)))
            .collect()
    }

    /// Whether a question has no answer, or only a part of one.
    pub fn is_open(&self, question: usize) -> bool {
        self.given(question).is_none_or(Given::is_partial)
    }

    /// What is known of each question. A part of an answer counts as known, but does not rule out the questions that
    /// depend on the rest of it.
    pub fn readings(&self, rulebook: &Rulebook) -> Vec<Reading> {
        let whole = |question: usize| self.value(question).filter(|_| !self.is_open(question));
        let mut readings = rulebook.readings(whole);
        for (question, reading) in readings.iter_mut().enumerate() {
            if let (Reading::Unknown, Some(part)) = (*reading, self.value(question)) {
                *reading = Reading::Known(part);
            }
        }
        readings
    }

    /// Whether any source says anything, be it that something is not known.
    pub fn is_empty(&self) -> bool {
        self.given.iter().all(Vec::is_empty)
    }

    /// Weaker statements that differ from the strongest: question, strongest, weaker.
    pub fn differences(&self) -> impl Iterator<Item = (usize, &Given, &Given)> {
        self.given.iter().enumerate().flat_map(|(question, sources)| {
            let strongest = sources.first();
            sources
                .iter()
                .skip(1)
                .filter_map(move |weaker| strongest.map(|strongest| (question, strongest, weaker)))
                .filter(|(_, strongest, weaker)| strongest.value.is_some() && !weaker.admits(strongest.value))
        })
    }

    /// The differences that somebody should look at. A flag that overrides what a file or the environment says is meant
    /// to, and contradicts nothing.
    pub fn contradictions(&self) -> impl Iterator<Item = (usize, &Given, &Given)> {
        self.differences().filter(|(_, strongest, weaker)| {
            let is_found = matches!(weaker.origin, Origin::Scan { .. });
            is_found || !matches!(strongest.origin, Origin::Flag(_))
        })
    }
}
