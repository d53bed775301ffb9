//! What separates one platform from another, and which answers would have to change for it to be otherwise.

use super::{Engine, TurningPoint};
use crate::assessment::{About, Assessment, Miss, Term, assess};
use crate::rulebook::{Rulebook, Truth, Value, Values};

/// What separates a platform from a better one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    /// The platform.
    pub platform: usize,
    /// The one that it is compared with.
    pub against: usize,
    /// The difference of their burdens, term by term: above zero speaks against the platform.
    pub gaps: Vec<Gap>,
    /// The constraints that take the platform off the table.
    pub removed_by: Vec<Removal>,
    /// What must be had and the platform has not.
    pub misses: Vec<Missing>,
    /// The smallest sets of one or two changes after which the platform is recommended; all of them.
    pub ways: Vec<TurningPoint>,
}

/// One term of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The term.
    pub term: Term,
    /// The single changes of an answer after which the term speaks no longer as it does: one entry a question.
    pub closed_by: Vec<Values>,
}

/// A constraint that takes a platform off the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The index of the criterion.
    pub criterion: usize,
    /// The single changes of an answer after which it holds no longer.
    pub lifted_by: Vec<Values>,
}

/// A must that a platform does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The must.
    pub miss: Miss,
    /// The single changes of an answer after which the platform has all that must be had of this aspect.
    pub met_by: Vec<Values>,
}

/// What one changed answer leads to.
struct Changed {
    question: usize,
    class: usize,
    terms: Vec<Term>,
    truths: Vec<Truth>,
    misses: Vec<Miss>,
}

impl Engine {
    /// What separates `platform` from `against`, for `values` and what was made of them.
    pub fn contrast(
        &self,
        rulebook: &Rulebook,
        values: &[Option<Value>],
        assessment: &Assessment,
        (platform, against): (usize, usize),
    ) -> Contrast {
        let changed = self.single_changes(rulebook, values, (platform, against));
        let such = |is_so: &dyn Fn(&Changed) -> bool| self.joined(&changed, is_so);
        let gap = |term: Term| {
            let closed = |changed: &Changed| closes(&changed.terms, term);
            Gap { term, closed_by: such(&closed) }
        };
        let removal = |criterion: &usize| {
            let lifted = |changed: &Changed| changed.truths[*criterion] != Truth::True;
            Removal { criterion: *criterion, lifted_by: such(&lifted) }
        };
        let missing = |miss: &Miss| {
            let met = |changed: &Changed| changed.misses.iter().all(|other| other.aspect != miss.aspect);
            Missing { miss: miss.clone(), met_by: such(&met) }
        };
        Contrast {
            misses: assessment.standings[platform].misses.iter().map(missing).collect(),
            platform,
            against,
            gaps: assessment.separation(rulebook, platform, against).into_iter().map(gap).collect(),
            removed_by: assessment.standings[platform].removed_by.iter().map(removal).collect(),
            ways: self.ways_to(rulebook, values, platform),
        }
    }

    /// Every single change of an answer to another class, assessed.
    fn single_changes(
        &self,
        rulebook: &Rulebook,
        values: &[Option<Value>],
        (platform, against): (usize, usize),
    ) -> Vec<Changed> {
        let now = self.model.classes_of(values);
        let mut changed = Vec::new();
        for (question, classes) in self.model.classes.iter().enumerate() {
            for class in (0..classes.len()).filter(|class| now[question] != Some(*class)) {
                let value = |other: usize| {
                    if other == question { Some(classes.sample(class)) } else { values[other] }
                };
                let mut assessment = assess(rulebook, rulebook.readings(value));
                let terms = assessment.separation(rulebook, platform, against);
                let misses = std::mem::take(&mut assessment.standings[platform].misses);
                changed.push(Changed { question, class, terms, misses, truths: assessment.truths });
            }
        }
        changed
    }

    /// The changes of which something is so, those of one question together.
    fn joined(&self, changed: &[Changed], is_so: &dyn Fn(&Changed) -> bool) -> Vec<Values> {
        changed
            .chunk_by(|one, other| one.question == other.question)
            .filter_map(|changes| {
                let question = changes[0].question;
                let classes: Vec<usize> =
                    changes.iter().filter(|changed| is_so(changed)).map(|changed| changed.class).collect();
                (!classes.is_empty()).then(|| self.model.classes[question].values(question, &classes))
            })
            .collect()
    }
}

/// Whether a term has lost its sign.
fn closes(terms: &[Term], term: Term) -> bool {
    let about =
        |about: About| terms.iter().find(|other| other.about == about).map_or(0, |other| other.points);
    about(term.about).signum() != term.points.signum()
}
