//! What the rules keep whatever is answered, as far as they say so.

use serde::{Deserialize, Serialize};

use super::{Classes, Condition, Kind, Question, Value};

/// A statement about all answers that can be proved or refuted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The id.
    pub id: String,
    /// The statement.
    pub says: String,
    /// What it is about.
    pub over: Over,
    /// It is about answers for which this holds; about two of them, where it holds for both.
    pub when: Condition,
    /// What is kept.
    pub keeps: Keeps,
    /// The indices of the exceptions that it names.
    pub exceptions: Vec<usize>,
}

/// What a promise is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Over {
    /// Two sets of answers that differ in one step of one answer.
    Rises(Vec<Rise>),
    /// One set of answers with which one of these criteria holds, counted and not counted.
    Counts(Vec<usize>),
    /// Each set of answers by itself.
    Each,
}

/// A question whose answer takes a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rise {
    /// The index of the question.
    pub question: usize,
    /// The answers in the order in which they rise; empty where that is the question's own.
    pub values: Vec<Value>,
}

/// What a promise keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keeps {
    /// The margin falls with no step.
    NeverFalls,
    /// The margin rises with no step.
    NeverRises,
    /// No step leads from one side of the middle band to the other.
    NeverJumps,
    /// The verdict is of one of these bands.
    Verdict(Vec<usize>),
    /// What is recommended has all that must be had, unless nothing on its side has.
    Musts,
}

impl Keeps {
    /// What can be promised of a margin, by the words that rule files use.
    pub const MARGINS: [(Self, &'static str); 3] = [
        (Self::NeverFalls, "never-falls"),
        (Self::NeverRises, "never-rises"),
        (Self::NeverJumps, "never-jumps"),
    ];
    /// The word that rule files use for what can be promised of a recommendation.
    pub const MEETS_MUSTS: &'static str = "meets-musts";
}

impl Rise {
    /// The steps from one class of answers to the next, each with one value of either.
    pub fn steps(&self, question: &Question, classes: &Classes) -> Vec<(Value, Value)> {
        let mut values = match (self.values.as_slice(), &question.kind) {
            ([], Kind::Choice(options)) => (0..options.len()).map(Value::Choice).collect(),
            ([], _) => {
                let mut samples: Vec<Value> = (0..classes.len()).map(|class| classes.sample(class)).collect();
                samples.sort_unstable();
                samples
            }
            (values, _) => values.to_vec(),
        };
        values.dedup_by_key(|value| classes.class_of(*value));
        values.windows(2).map(|two| (two[0], two[1])).collect()
    }

    /// Whether a question's answers have an order of their own.
    pub(crate) fn is_natural(question: &Question) -> bool {
        question.ordered || matches!(question.kind, Kind::Flag(_) | Kind::Count(_))
    }
}
