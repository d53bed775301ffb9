//! Proves that every set of answers leaves a platform, and that conditions cut answers into few enough classes.

use crate::document::{FaultKind, FaultLog, Span};
use crate::rulebook::classes::{Classes, MAX_CLASSES, MAX_SET_CLASSES};
use crate::rulebook::{Condition, Reading, Rulebook, Truth};

/// Platforms, bands: a bit each in the searches.
pub(super) const MAX_BITS: usize = 64;
/// Of all questions together; what two changed answers come to is tried for each pair of these.
const MOST_CLASSES: usize = 600;
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
    let all: usize = finest.iter().map(Classes::len).sum();
    if let (true, Some((log, span))) = (all > MOST_CLASSES, places.questions.first()) {
        let message =
            format!("conditions tell {all} kinds of answers apart, at most {MOST_CLASSES} are weighed");
        log.fault_of(FaultKind::OfAll, span.clone(), message, None);
        sound = false;
    }
    if rulebook.platforms.len() > MAX_BITS {
        if let Some((log, _)) = places.criteria.first() {
            log.fault(0..0, format!("there are more than {MAX_BITS} platforms"), None);
        }
        return;
    }
    if sound {
        Search::new(rulebook).report(places);
    }
}

/// A search for answers under which the constraints remove every platform.
struct Search<'a> {
    rulebook: &'a Rulebook,
    /// What the conditions that decide it tell apart.
    classes: Vec<Classes>,
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
    /// The places of the questions that decide whether it holds, a bit each: a rulebook has 100 questions at most.
    asks: u128,
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
    fn new(rulebook: &'a Rulebook) -> Self {
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
            asks: 0,
            tests: criterion.when.count_tests(),
        });
        let mut constraints: Vec<Constraint> =
            constraints.filter(|constraint| constraint.removes != 0).collect();
        let mut wanted = vec![false; rulebook.questions.len()];
        let mut unanswered = wanted.clone();
        for constraint in &constraints {
            let when = &rulebook.criteria[constraint.criterion].when;
            when.questions().into_iter().for_each(|question| wanted[question] = true);
            when.visit_unless(&mut |question| unanswered[question] = true);
        }
        Self::want_all_premises(rulebook, &mut wanted);
        let questions: Vec<usize> = (0..wanted.len()).filter(|question| wanted[*question]).collect();
        let asked =
            || questions.iter().filter_map(|question| rulebook.questions[*question].ask_when.as_ref());
        asked().for_each(|asked| asked.visit_unless(&mut |question| unanswered[question] = true));
        Self::want_all_premises(rulebook, &mut unanswered);
        let mut places = vec![0; wanted.len()];
        questions.iter().enumerate().for_each(|(place, question)| places[*question] = place);
        for constraint in &mut constraints {
            let mut asks = vec![false; wanted.len()];
            let when = &rulebook.criteria[constraint.criterion].when;
            when.questions().into_iter().for_each(|question| asks[question] = true);
            Self::want_all_premises(rulebook, &mut asks);
            let asked = questions.iter().filter(|question| asks[**question]);
            constraint.asks = asked.fold(0, |mask, question| mask | 1 << places[*question]);
        }
        let whens = constraints.iter().map(|constraint| &rulebook.criteria[constraint.criterion].when);
        let classes = Classes::of_questions(&rulebook.questions, whens.chain(asked()));
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
        let hold = match ids.as_slice() {
            [one] => format!("{one} holds"),
            several => format!("all of {} hold", several.join(", ")),
        };
        match answers.as_slice() {
            [] => format!("whatever is answered, {hold}"),
            some => format!("with {} {hold}", some.join(", ")),
        }
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
        still_open.retain(|constraint| constraint.removes & !removed != 0);
        if removed == everything {
            let holding = self.constraints.iter().map(|constraint| constraint.criterion);
            let holding = holding.filter(|index| outcomes(*index).must_hold()).collect();
            return Found::Exhausted { holding, readings: readings.clone() };
        }
        // Questions that none of them asks stay as they are.
        let asks = still_open.iter().fold(0, |mask, constraint| mask | constraint.asks);
        let depth = depth + (asks >> depth).trailing_zeros() as usize;
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
        let mut search = Search::new(&rulebook);
        let mut readings = vec![Reading::Unknown; rulebook.questions.len()];
        let found = search.step(0, &mut readings, &search.constraints.clone(), 0);
        assert!(matches!(found, Found::Nothing));
        assert!(search.tests < MOST_TESTS / 5, "{} tests were looked at", search.tests);
    }

    /// Whether any answers to the questions from the first on make all constraints hold, found by trying them all.
    fn can_all_hold(search: &Search<'_>, questions: &[usize], readings: &mut Vec<Reading>) -> bool {
        let Some((question, rest)) = questions.split_first() else {
            let when = |constraint: &Constraint| &search.rulebook.criteria[constraint.criterion].when;
            return search
                .constraints
                .iter()
                .all(|constraint| when(constraint).truth(readings) == Truth::True);
        };
        let asked = search.rulebook.questions[*question].ask_when.as_ref();
        let applies = asked.is_none_or(|asked| asked.truth(readings) != Truth::False);
        let classes = &search.classes[*question];
        let answers = (0..classes.len()).map(|class| Reading::Known(classes.sample(class)));
        let choices: Vec<Reading> =
            if applies { answers.chain([Reading::Unknown]).collect() } else { vec![Reading::DoesNotApply] };
        choices.into_iter().any(|choice| {
            readings[*question] = choice;
            can_all_hold(search, rest, readings)
        })
    }

    #[test]
    fn two_constraints_that_remove_everything_are_found_when_trying_all_answers_finds_that_both_can_hold() {
        let rulebook = Rulebook::builtin().unwrap_or_else(|faults| panic!("{faults}"));
        let all = Search::new(&rulebook).constraints;
        let everything = u64::MAX >> (MAX_BITS - rulebook.platforms.len());
        let half = everything & 0x5555_5555_5555_5555;
        let mut found = [0; 2];
        for (index, first) in all.iter().enumerate() {
            for second in &all[..index] {
                let mut search = Search::new(&rulebook);
                let asks = first.asks | second.asks;
                let places = 0..search.questions.len();
                let questions: Vec<usize> = places
                    .filter(|place| asks >> place & 1 == 1)
                    .map(|place| search.questions[place])
                    .collect();
                if questions.iter().map(|question| search.classes[*question].len() + 1).product::<usize>()
                    > 2_000
                {
                    continue;
                }
                search.constraints = vec![
                    Constraint { removes: half, ..*first },
                    Constraint { removes: everything & !half, ..*second },
                ];
                let mut readings = vec![Reading::Unknown; rulebook.questions.len()];
                let expected = can_all_hold(&search, &questions, &mut readings.clone());
                let step = search.step(0, &mut readings, &search.constraints.clone(), 0);
                assert_eq!(
                    matches!(step, Found::Exhausted { .. }),
                    expected,
                    "{} {}",
                    first.criterion,
                    second.criterion
                );
                found[usize::from(expected)] += 1;
            }
        }
        assert!(found.iter().all(|number| *number > 5), "{found:?}");
    }
}
