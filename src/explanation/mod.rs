//! What is still possible, given what is known.
//!
//! The engine compiles a rulebook once. Answers enter as classes that no condition tells apart, and branch and bound
//! over boxes of answers finds what they can come to; nothing is sampled. A budget of boxes, which is the same on
//! every machine, ends a search that grows too large: bounds take its place then, and the result says so.

mod bounds;
mod goals;
mod model;
mod outlook;
mod search;

use crate::rulebook::{Rulebook, Value};
use model::{Frame, Model};
use search::Search;

pub use outlook::{Coverage, Outlook, Status};

/// How many boxes of answers one query may look at: a millisecond or two.
pub const DEFAULT_BUDGET: u64 = 1_000;

/// A rulebook made ready for explanations.
#[derive(Debug)]
pub struct Engine {
    model: Model,
    budget: u64,
}

impl Engine {
    /// Compiles a rulebook.
    pub fn new(rulebook: &Rulebook) -> Self {
        Self::with_budget(rulebook, DEFAULT_BUDGET)
    }

    /// Compiles a rulebook for queries of at most `budget` boxes each.
    pub fn with_budget(rulebook: &Rulebook, budget: u64) -> Self {
        Self { model: Model::new(rulebook), budget }
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
