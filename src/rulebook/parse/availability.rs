//! Proves that every set of answers leaves a platform, and that conditions cut answers into few enough classes.

use crate::document::{FaultKind, FaultLog, Span};
use crate::rulebook::classes::{Classes, MAX_CLASSES, MAX_SET_CLASSES};
use crate::rulebook::{Condition, Reading, Rulebook, Truth};

/// Platforms, bands: a bit each in the searches.
pub(super) const MAX_BITS: usize = 64;
/// How many tests of answers are looked at before the constraints count as too intricate.
const MOST_TESTS: usize = 10_000_000;

/// Where the tables of questions and criteria stand.
pub(super) struct Places<'d> {
    pub(super) questions: Vec<(&'d FaultLog<'d>, Span)>,
    pub(super) criteria: Vec<(&'d FaultLog<'d>, Span)>,
}

/// Notes what no search could carry, and constraints that leave nothing.
pub(super) fn check(rulebook: &Rulebook, places: &Places<'_>) {
    let mut sound = true;
    // Proofs of promises tell apart what the conditions of promises and exceptions do, as well.
    let finest = Classes::of_rulebook_and(rulebook, &rulebook.promised_conditions());
    for ((question, classes), (log, span)) in rulebook.questions.iter().zip(&finest).zip(&places.questions) {
        if classes.too_many() {
            let message = format!("conditions tell too many answers to `{}` apart", question.id);
            let help = format!("at most {MAX_CLASSES} ranges or {MAX_SET_CLASSES} kinds of set are possible");
            // Many lines together make it so, and looking for them would take as many proofs.
            log.fault_of(FaultKind::OfAll, span.clone(), message, Some(help));
            sound = false;
        }
    }
    if rulebook.platforms.len() > MAX_BITS {
        if let Some((log, _)) = places.criteria.first() {
            log.fault(0..0, format!("there are more than {MAX_BITS} platforms"), None);
        }
        return;
    }
    if sound {
        Search::new(rulebook, &Classes::of_rulebook(rulebook)).report(places);
    }
}

/// A search for answers under which the constraints remove every platform.
struct Search<'a> {
    rulebook: &'a Rulebook,
    classes: &'a [Classes],
    constraints: Vec<Constraint>,
    /// The questions that decide which constraints hold, in their order, so that `ask-when` is known when it is needed.
    questions: Vec<usize>,
    /// The place of each question among these.
    places: Vec<usize>,
    /// For each question, whether it matters that it may stay without an answer.
    unanswered: Vec<bool>,
    /// How many tests were looked at.
    tests: usize,
}

/// A criterion that may take platforms off the table.
#[derive(Clone, Copy)]
struct Constraint {
    criterion: usize,
    /// The platforms, a bit each.
    removes: u64,
    /// How many tests of answers its condition has.
    tests: usize,
}

enum Found {
    /// Every set of answers leaves a platform.
    Nothing,
    /// These answers leave none; the constraints that hold then.
    Exhausted { holding: Vec<usize>, readings: Vec<Reading> },
    /// The search gave up.
    TooIntricate,
}

impl<'a> Search<'a> {
    fn new(rulebook: &'a Rulebook, classes: &'a [Classes]) -> Self {
        let removes = |criterion: &crate::rulebook::Criterion| {
            (0..rulebook.platforms.len())
                .filter(|platform| {
                    let family = rulebook.platforms[*platform].family;
                    criterion.removes.contains(platform)
                        || criterion.leaves.is_some_and(|left| left != family)
                })
                .fold(0, |mask, platform| mask | 1 << platform)
        };
        let constraints = rulebook.criteria.iter().enumerate().map(|(index, criterion)| Constraint {
            criterion: index,
            removes: removes(criterion),
            tests: criterion.when.count_tests(),
        });
        let constraints: Vec<Constraint> = constraints.filter(|constraint| constraint.removes != 0).collect();
        let mut wanted = vec![false; rulebook.questions.len()];
        let mut unanswered = wanted.clone();
        for constraint in &constraints {
            let when = &rulebook.criteria[constraint.criterion].when;
            when.questions().into_iter().for_each(|question| wanted[question] = true);
            when.visit_unless(&mut |question| unanswered[question] = true);
        }
        Self::want_all_premises(rulebook, &mut wanted);
        for question in (0..wanted.len()).filter(|question| wanted[*question]) {
            if let Some(asked) = &rulebook.questions[question].ask_when {
                asked.visit_unless(&mut |question| unanswered[question] = true);
            }
        }
        Self::want_all_premises(rulebook, &mut unanswered);
        let questions: Vec<usize> = (0..wanted.len()).filter(|question| wanted[*question]).collect();
        let mut places = vec![0; wanted.len()];
        questions.iter().enumerate().for_each(|(place, question)| places[*question] = place);
        Self { rulebook, classes, constraints, questions, places, unanswered, tests: 0 }
    }

    /// `ask-when` names earlier questions only, so one pass from the last to the first finds them all.
    fn want_all_premises(rulebook: &Rulebook, wanted: &mut [bool]) {
        for question in (0..wanted.len()).rev() {
            if wanted[question] {
                Self::want_premises(rulebook, question, wanted);
            }
        }
    }

    fn want_premises(rulebook: &Rulebook, question: usize, wanted: &mut [bool]) {
        let Some(condition) = &rulebook.questions[question].ask_when else { return };
        for premise in condition.questions() {
            if !std::mem::replace(&mut wanted[premise], true) {
                Self::want_premises(rulebook, premise, wanted);
            }
        }
    }

    fn report(mut self, places: &Places<'_>) {
        let mut readings = vec![Reading::Unknown; self.rulebook.questions.len()];
        let (kind, criterion, message, help) = match self.step(0, &mut readings, &self.constraints.clone(), 0)
        {
            Found::Nothing => return,
            Found::TooIntricate => {
                let Some(first) = self.constraints.first() else { return };
                let message = "the constraints are too intricate to prove that a platform is always left";
                (FaultKind::OfAll, first.criterion, message.to_owned(), None)
            }
            Found::Exhausted { holding, readings } => {
                let Some(criterion) = holding.first() else { return };
                (
                    FaultKind::OfPlace,
                    *criterion,
                    "some answers leave no platform at all".to_owned(),
                    Some(self.witness(&holding, &readings)),
                )
            }
        };
        if let Some((log, span)) = places.criteria.get(criterion) {
            log.fault_of(kind, span.clone(), message, help);
        }
    }

    /// "for instance `location = edge`: then `a` and `b` hold".
    fn witness(&self, holding: &[usize], readings: &[Reading]) -> String {
        let decisive: Vec<usize> = holding
            .iter()
            .flat_map(|criterion| self.rulebook.criteria[*criterion].when.questions())
            .collect();
        let answers: Vec<String> = self
            .rulebook
            .questions
            .iter()
            .enumerate()
            .filter(|(index, _)| decisive.contains(index))
            .filter_map(|(index, question)| match readings[index] {
                Reading::Known(value) => Some(format!("`{} = {}`", question.id, question.spell(value))),
                _ => None,
            })
            .collect();
        let ids: Vec<String> =
            holding.iter().map(|criterion| format!("`{}`", self.rulebook.criteria[*criterion].id)).collect();
        format!("with {} all of {} hold", answers.join(", "), ids.join(", "))
    }

    /// Looks at all answers to the questions from `depth` on. Of the constraints, those that are `open` may hold or not
    /// as far as it is known so far, and those that hold have `removed` some platforms.
    fn step(
        &mut self,
        depth: usize,
        readings: &mut Vec<Reading>,
        open: &[Constraint],
        mut removed: u64,
    ) -> Found {
        self.tests += 1 + open.iter().map(|constraint| constraint.tests).sum::<usize>();
        if self.tests > MOST_TESTS {
            return Found::TooIntricate;
        }
        let everything = u64::MAX >> (MAX_BITS - self.rulebook.platforms.len().max(1));
        let known = |question: usize| (self.places[question] < depth).then(|| readings[question]);
        let outcomes = |index: usize| self.rulebook.criteria[index].when.outcomes(&known);
        let mut still_open = Vec::new();
        for constraint in open {
            match outcomes(constraint.criterion) {
                outcomes if outcomes.must_hold() => removed |= constraint.removes,
                outcomes if outcomes.can_hold => still_open.push(*constraint),
                _ => {}
            }
        }
        if still_open.iter().fold(removed, |mask, constraint| mask | constraint.removes) != everything {
            return Found::Nothing;
        }
        if removed == everything {
            let holding = self.constraints.iter().map(|constraint| constraint.criterion);
            let holding = holding.filter(|index| outcomes(*index).must_hold()).collect();
            return Found::Exhausted { holding, readings: readings.clone() };
        }
        let Some(question) = self.questions.get(depth).copied() else { return Found::Nothing };
        let asked = self.rulebook.questions[question].ask_when.as_ref();
        self.tests += asked.map_or(0, Condition::count_tests);
        let choices: Vec<Reading> =
            if asked.is_some_and(|condition| condition.truth(readings) == Truth::False) {
                vec![Reading::DoesNotApply]
            } else {
                let classes = &self.classes[question];
                let answers = (0..classes.len()).map(|class| Reading::Known(classes.sample(class)));
                answers.chain(self.unanswered[question].then_some(Reading::Unknown)).collect()
            };
        for choice in choices {
            readings[question] = choice;
            let found = self.step(depth + 1, readings, &still_open, removed);
            if !matches!(found, Found::Nothing) {
                return found;
            }
        }
        readings[question] = Reading::Unknown;
        Found::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_constraints_are_far_from_too_intricate() {
        let rulebook = Rulebook::builtin().unwrap_or_else(|faults| panic!("{faults}"));
        let classes = Classes::of_rulebook(&rulebook);
        let mut search = Search::new(&rulebook, &classes);
        let mut readings = vec![Reading::Unknown; rulebook.questions.len()];
        let found = search.step(0, &mut readings, &search.constraints.clone(), 0);
        assert!(matches!(found, Found::Nothing));
        assert!(search.tests < MOST_TESTS / 5, "{} tests were looked at", search.tests);
    }
}
