//! A rulebook with what is made of it once, however many results are told.

use std::sync::OnceLock;

use crate::explanation::Engine;
use crate::precedents::Odds;
use crate::rulebook::{Leaning, Rulebook};

/// A rulebook, its engine, and how its published decisions turned out; each is made when it is asked for.
#[derive(Debug)]
pub struct Prepared<'r> {
    /// The rulebook.
    pub rulebook: &'r Rulebook,
    engine: OnceLock<Engine>,
    odds: OnceLock<Vec<Odds>>,
}

impl<'r> Prepared<'r> {
    /// Nothing is made yet.
    pub fn new(rulebook: &'r Rulebook) -> Self {
        Self { rulebook, engine: OnceLock::new(), odds: OnceLock::new() }
    }

    /// The rulebook made ready for explanations.
    pub fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| Engine::new(self.rulebook))
    }

    /// How published decisions turned out, for each band.
    pub fn odds(&self) -> &[Odds] {
        self.odds.get_or_init(|| odds(self.rulebook, self.engine()))
    }

    /// Makes all of it, that which is needed first before the rest. None of it is parted into tasks of a pool: a thread that
    /// waited for these could begin one that waits for it.
    pub fn make_all(&self) {
        self.engine();
        self.odds();
    }
}

fn odds(rulebook: &Rulebook, engine: &Engine) -> Vec<Odds> {
    let mut odds: Vec<Odds> =
        (0..rulebook.bands().len()).map(|band| Odds { band, without: 0, either: 0, with: 0 }).collect();
    for case in rulebook.cases() {
        let answers =
            (0..rulebook.questions().len()).map(|question| case.answer(question)).collect::<Vec<_>>();
        let odds = &mut odds[engine.band(&answers)];
        match case.outcome {
            Leaning::Without => odds.without += 1,
            Leaning::Hedge => odds.either += 1,
            Leaning::With => odds.with += 1,
        }
    }
    odds
}
