//! Exact explanations: what is still possible, what decides it, what would change it, how steady it is, what to ask.
//!
//! The engine compiles a rulebook once. Answers enter as classes that no condition tells apart, and branch and bound
//! over boxes of answers decides each question about them; nothing is sampled. A budget of boxes, which is the same on
//! every machine, ends a search that some rulebook makes too large, and the result says that it is unproved.

mod bounds;
mod goals;
mod model;
mod outlook;
mod search;

use std::cell::OnceCell;

use crate::rulebook::{Rulebook, Value};
use model::{Frame, Model};
use search::Search;

pub use outlook::{Coverage, Outlook, Status};

/// How many boxes of answers one query may look at.
pub const DEFAULT_BUDGET: u64 = 2_000_000;

/// A rulebook made ready for explanations.
#[derive(Debug)]
pub struct Engine<'r> {
    rulebook: &'r Rulebook,
    model: Model,
    budget: u64,
    whole: OnceCell<(i64, bool)>,
}

impl<'r> Engine<'r> {
    /// Compiles a rulebook.
    pub fn new(rulebook: &'r Rulebook) -> Self {
        Self::with_budget(rulebook, DEFAULT_BUDGET)
    }

    /// Compiles a rulebook for queries of at most `budget` boxes each.
    pub fn with_budget(rulebook: &'r Rulebook, budget: u64) -> Self {
        Self { rulebook, model: Model::new(rulebook), budget, whole: OnceCell::new() }
    }

    fn search(&self) -> Search<'_> {
        Search::new(&self.model, self.budget)
    }

    /// The frame of all complete sets of answers that agree with those given.
    fn completions(&self, values: &[Option<Value>]) -> Frame {
        let mut frame = self.model.frame();
        for (question, class) in self.model.classes_of(values).into_iter().enumerate() {
            if let Some(class) = class {
                self.model.put(&mut frame.domains, question, class);
            }
        }
        self.model.settle(&mut frame);
        frame
    }
}
