//! Whether a rulebook means something sensible: what is well-formed and still wrong, and what it promises. Everything is
//! proved over all answers there are, complete or not, or shown by answers.

mod cases;
mod cause;
mod criteria;
mod finding;
mod influence;
mod matrix;
mod promises;
mod questions;
mod results;
mod sources;

pub use finding::{Check, Finding, Place, Subject};
pub use influence::{Influence, Influences, Reach};
pub use promises::{CounterExample, Kept, Part, Standing, breaks_margin, covers, is_about};

use crate::assessment::{Assessment, assess};
use crate::explanation::{AnswerSet, Prover};
use crate::rulebook::{Condition, Places, Rulebook};

/// How much is spent on each proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Boxes of answers for whether conditions can hold.
    pub conditions: u64,
    /// For whether a verdict or a platform can be reached.
    pub results: u64,
    /// For each part of a promise.
    pub promises: u64,
    /// Answers that are drawn at random for each part of a promise before.
    pub draws: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { conditions: 20_000, results: 2_000, promises: 1_000, draws: 500 }
    }
}

/// What a review comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// What is well-formed and still wrong, in the order of the files and lines where it stands.
    pub findings: Vec<Finding>,
    /// The promises and how they fared, in their order.
    pub promises: Vec<Kept>,
    /// For each verdict and platform that can be reached, answers that lead to it.
    pub witnesses: Vec<Witness>,
    /// Verdicts and platforms that were neither met nor ruled out in so many boxes.
    pub undecided: Vec<(Subject, u64)>,
}

/// Answers that lead to something.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// What they lead to.
    pub subject: Subject,
    /// As few answers as do.
    pub answers: AnswerSet,
}

/// What all checks work with.
struct Desk<'a> {
    rulebook: &'a Rulebook,
    prover: &'a Prover,
    budget: Budget,
}

impl Desk<'_> {
    fn assess(&self, answers: &AnswerSet) -> Assessment {
        assess(self.rulebook, self.rulebook.readings(|question| answers[question]))
    }
}

impl Review {
    /// Reviews a rulebook.
    pub fn of(rulebook: &Rulebook, budget: Budget) -> Self {
        let asked = rulebook.questions().iter().filter_map(|question| question.ask_when.as_ref());
        let mut further: Vec<&Condition> = asked.collect();
        let first_promise = further.len();
        let first_exception = first_promise + rulebook.promises().len();
        further.extend(rulebook.promised_conditions());
        let prover = Prover::new(rulebook, &further);
        let desk = Desk { rulebook, prover: &prover, budget };
        let (promises, rest) = rayon::join(
            || promises::Promises { desk: &desk, first_promise, first_exception }.all(),
            || {
                let mut findings = criteria::check(&desk);
                findings.extend(questions::check(&desk));
                findings.extend(matrix::check(&desk));
                findings.extend(sources::check(rulebook));
                findings.extend(cases::check(&desk));
                findings.extend(promises::unused_exceptions(rulebook));
                (findings, results::check(&desk))
            },
        );
        let (mut findings, results) = rest;
        findings.extend(results.findings);
        findings.extend(promises.iter().filter_map(|kept| promises::broken(rulebook, kept)));
        if let Some(places) = Places::of(rulebook) {
            for finding in findings.iter_mut().filter(|finding| finding.place.is_none()) {
                finding.place = finding.subject.place(&places);
            }
        }
        Self { findings, promises, witnesses: results.witnesses, undecided: results.undecided }
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The rulebook in which one criterion never holds.
fn without_criterion(rulebook: &Rulebook, criterion: usize) -> Rulebook {
    let mut without = rulebook.clone();
    without.criteria[criterion].when = Condition::Any(Vec::new());
    without
}

/// Drops answers for as long as what is left is still such.
fn fewest(mut answers: AnswerSet, is_such: impl Fn(&AnswerSet) -> bool) -> AnswerSet {
    for question in 0..answers.len() {
        let dropped = answers[question].take();
        if dropped.is_some() && !is_such(&answers) {
            answers[question] = dropped;
        }
    }
    answers
}

/// How a proof over all answers is told.
fn whatever(boxes: u64) -> String {
    format!("proved over all answers ({})", crate::text::counted(boxes as usize, "box", "boxes"))
}

/// "services = 7, location = hybrid", as answers files write them.
pub fn spelled(rulebook: &Rulebook, answers: &AnswerSet) -> String {
    let given = rulebook.questions().iter().zip(answers);
    let given = given
        .filter_map(|(question, value)| Some(format!("{} = {}", question.id, question.spell((*value)?))));
    let given: Vec<String> = given.collect();
    if given.is_empty() { "nothing answered".to_owned() } else { given.join(", ") }
}
