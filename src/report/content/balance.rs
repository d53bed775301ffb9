//! What moved the decision, and what is good and bad about it, in equal honesty.

use super::Writer;
use crate::assessment::About;
use crate::report::phrases;
use crate::rulebook::{Harm, Leaning};
use crate::text::{first_sentence, lower_first};

/// What follows from taking the recommended platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// Clauses that complete "Good, because …".
    pub good: Vec<String>,
    /// Clauses that complete "Bad, because …".
    pub bad: Vec<String>,
    /// Clauses that complete "Neutral, because …".
    pub neutral: Vec<String>,
}

/// How many of each kind a page has room for.
const MOST: usize = 2;
const DRIVERS: usize = 6;

impl Writer<'_> {
    /// The fact that decides by itself, if one does, and the criteria that moved the margin, each with the side it speaks
    /// for, the heaviest first.
    pub(super) fn drivers(&self) -> Vec<String> {
        let mut moved: Vec<(usize, i64)> = Vec::new();
        let mut add = |criterion: usize, points: i64| match moved.iter_mut().find(|(of, _)| *of == criterion)
        {
            Some((_, sum)) => *sum += points,
            None => moved.push((criterion, points)),
        };
        for term in &self.assessment.ledger {
            match term.about {
                About::Price(criterion) | About::Familiarity(criterion) => add(criterion, term.points),
                About::Aspect(aspect) => {
                    let worse = match term.points > 0 {
                        true => self.assessment.best_without,
                        false => self.assessment.best_with,
                    };
                    if let Some(criterion) = self.strongest(worse, aspect) {
                        add(criterion, term.points);
                    }
                }
                About::Effort | About::Floor => {}
            }
        }
        moved.retain(|(_, points)| *points != 0);
        moved.sort_by_key(|(criterion, points)| (-points.abs(), *criterion));
        let subject = &self.rulebook.side(Leaning::With).name;
        let statement = |criterion: usize| &self.rulebook.criteria()[criterion].statement;
        let decides =
            self.assessment.decided_by.map(|fact| format!("{}: decides by itself", statement(fact)));
        let speaks = moved.into_iter().map(|(criterion, points)| {
            let way = if points > 0 { "for" } else { "against" };
            format!("{}: speaks {way} {subject} ({points:+})", statement(criterion))
        });
        decides.into_iter().chain(speaks).take(DRIVERS).collect()
    }

    /// The criterion that a platform falls short of most in an aspect.
    fn strongest(&self, platform: usize, aspect: usize) -> Option<usize> {
        let shortfalls = &self.assessment.standings[platform].shortfalls;
        shortfalls.iter().find(|shortfall| shortfall.aspect == aspect)?.criteria.first().copied()
    }

    pub(super) fn balance(&self) -> Balance {
        let recommended = self.assessment.recommendation;
        let platform = self.platform(recommended);
        let lacks = self.lacks(recommended);
        let falls = platform.verb("it falls", "they fall");
        let mut bad: Vec<String> =
            lacks.iter().take(MOST).map(|lack| phrases::short_of(falls, lack)).collect();
        if lacks.len() > MOST {
            bad.push(phrases::smaller_lacks(lacks.len() - MOST));
        }
        let room = MOST.saturating_sub(bad.len() / 2);
        // What is done once because of today is a first step, and no consequence.
        let lasting = self.taken_on(recommended).filter(|claim| claim.harm != Harm::Pain);
        bad.extend(lasting.take(room).map(|claim| phrases::duty(&claim.text)));
        let caveats = platform.caveats.iter().filter(|claim| self.assessment.satisfies(&claim.when));
        Balance {
            good: self.good(),
            bad,
            neutral: caveats.take(1).map(|claim| first_sentence(&claim.text).to_owned()).collect(),
        }
    }

    fn good(&self) -> Vec<String> {
        let assessment = self.assessment;
        let recommended = assessment.recommendation;
        let platform = self.platform(recommended);
        let met: Vec<String> = (0..self.rulebook.aspects().len())
            .filter(|aspect| {
                let demanded = assessment.demanded_level(self.rulebook, *aspect);
                demanded > 0 && self.rulebook.aspects()[*aspect].cells[recommended].level >= demanded
            })
            .map(|aspect| lower_first(&self.rulebook.aspects()[aspect].name))
            .collect();
        let mut good = Vec::new();
        if !met.is_empty() {
            let has = platform.verb("it has", "they have");
            good.push(format!("{has} what your answers call for in {}.", phrases::few(&met)));
        }
        let other = match recommended == assessment.best_with {
            true => assessment.best_without,
            false => assessment.best_with,
        };
        let effort = |platform: usize| assessment.standings[platform].effort;
        if effort(recommended) < effort(other) {
            let takes = platform.verb("it takes", "they take");
            good.push(format!(
                "{takes} less effort than {} ({} against {}).",
                self.platform(other).in_sentence(),
                effort(recommended),
                effort(other)
            ));
        }
        if self.lacks(recommended).is_empty() {
            good.push(phrases::LACKS_NOTHING.to_owned());
        }
        good
    }
}
