//! Which few changes of layers break a promise that the rules beneath them keep.

use super::promises::{CounterExample, Part, breaks_margin};
use crate::assessment::assess;
use crate::explanation::{AnswerSet, Moved};
use crate::rulebook::{Change, Keeps, Promise, Rulebook, Value, Variants};

/// How often a rulebook is put together for one promise; each time takes some milliseconds.
const MOST_TRIES: usize = 200;

/// The changes with which these answers break a promise, and without any of which they keep it. None where the rules beneath
/// break it as well, there are no layers, or that takes too many tries to find out.
pub(super) fn of(rulebook: &Rulebook, promise: usize, example: &CounterExample) -> Vec<Change> {
    let breaks = |variant: &Rulebook| Carried { from: rulebook, to: variant }.breaks(promise, example);
    let by = || {
        let variants = Variants::new(rulebook)?;
        let is_kept_beneath = !breaks(&variants.with(&|_| false)?);
        is_kept_beneath.then(|| variants.deciding(rulebook.changes(), MOST_TRIES, &breaks))?
    };
    by().unwrap_or_default()
}

/// Whether answers break what a promise says of the verdict.
pub(super) fn breaks_verdict(
    rulebook: &Rulebook,
    promise: &Promise,
    bands: &[usize],
    answers: &AnswerSet,
) -> bool {
    let assessment = assess(rulebook, rulebook.readings(|question| answers[question]));
    assessment.satisfies(&promise.when) && !bands.contains(&assessment.band)
}

/// What one rulebook speaks of, in the words of another; what the other does not know is left aside.
struct Carried<'r> {
    from: &'r Rulebook,
    to: &'r Rulebook,
}

impl Carried<'_> {
    /// Whether the same answers break the same promise of the other rulebook.
    fn breaks(&self, promise: usize, example: &CounterExample) -> bool {
        let id = &self.from.promises()[promise].id;
        let Some(promise) = self.to.promises().iter().find(|other| other.id == *id) else { return false };
        let [before, after] = [&example.before, &example.after].map(|answers| self.answers(answers));
        match (&promise.keeps, example.part) {
            (Keeps::Verdict(bands), _) => breaks_verdict(self.to, promise, bands, &after),
            (_, Part::Each) => false,
            (_, Part::Move(moved)) => {
                let moved = self.moved(moved);
                moved.is_some_and(|moved| breaks_margin(self.to, promise, moved, &before, &after))
            }
        }
    }

    fn moved(&self, moved: Moved) -> Option<Moved> {
        Some(match moved {
            Moved::Answer { question, from, to } => Moved::Answer {
                question: self.to.question(&self.from.questions()[question].id)?,
                from: self.value(question, from)?,
                to: self.value(question, to)?,
            },
            Moved::Counted(criterion) => Moved::Counted(self.criterion(criterion)?),
        })
    }

    fn criterion(&self, criterion: usize) -> Option<usize> {
        let id = &self.from.criteria()[criterion].id;
        self.to.criteria().iter().position(|other| other.id == *id)
    }

    fn answers(&self, answers: &AnswerSet) -> AnswerSet {
        let carried = self.to.questions().iter().map(|question| {
            let own = self.from.question(&question.id)?;
            self.value(own, answers[own]?)
        });
        carried.collect()
    }

    fn value(&self, question: usize, value: Value) -> Option<Value> {
        let question = &self.from.questions()[question];
        let other = self.to.question(&question.id)?;
        self.to.questions()[other].parse(&question.spell(value)).ok().flatten()
    }
}
