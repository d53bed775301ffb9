//! Answers as reasons: what somebody said, in clauses that complete "you said that …".

use super::Writer;
use crate::rulebook::{Accepts, Condition, Kind, OptionSet, Reading, Test, Truth, Value, Values, all_of};

impl Writer<'_> {
    /// Why a criterion holds, in terms of what was answered: "you deploy 9 services and release every day".
    pub(super) fn told(&self, criterion: usize) -> Option<String> {
        const MOST: usize = 2;
        let tests = self.tests(&self.rulebook.criteria()[criterion].when, Truth::True);
        let said: Vec<String> =
            tests.into_iter().take(MOST).filter_map(|test| self.say_answer(test)).collect();
        (!said.is_empty()).then(|| all_of(&said))
    }

    /// Which answers keep a question from being asked: "it is a prototype". Nothing for one that is always asked.
    pub(super) fn unasked(&self, question: usize) -> String {
        let questions = self.rulebook.questions();
        let condition = questions[question].ask_when.as_ref();
        let failed = condition.map_or(Vec::new(), |condition| self.tests(condition, Truth::False));
        let say = |test: Test| match self.assessment.readings[test.question] {
            Reading::Known(_) => self.say_answer(test).unwrap_or_else(|| {
                let question = &questions[test.question];
                Values::of_test(test, question, false).say(question)
            }),
            _ => self.unasked(test.question),
        };
        all_of(&failed.into_iter().map(say).collect::<Vec<_>>())
    }

    /// An answer as a clause, each of several options with its own.
    pub(super) fn clause(&self, index: usize, value: Value) -> String {
        let question = &self.rulebook.questions()[index];
        let say = |accepts: Accepts| {
            Values::of_test(Test { question: index, accepts }, question, true).say(question)
        };
        match value {
            Value::Flag(flag) => say(Accepts::Flag(flag)),
            Value::Choice(option) => say(Accepts::OneOf(OptionSet::of(option))),
            Value::Count(number) => say(Accepts::Between(number, number)),
            Value::Choices(options) => {
                let each: Vec<String> =
                    options.iter().map(|option| say(Accepts::Includes(OptionSet::of(option)))).collect();
                all_of(&each)
            }
        }
    }

    /// The tests of a condition that known answers pass, or fail, one for each question. That something is not so is no reason
    /// for what holds.
    fn tests(&self, condition: &Condition, truth: Truth) -> Vec<Test> {
        let mut tests = match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().flat_map(|part| self.tests(part, truth)).collect()
            }
            Condition::Not(part) if truth == Truth::False => self.tests(part, Truth::True),
            Condition::Test(test) if condition.truth(&self.assessment.readings) == truth => vec![*test],
            _ => Vec::new(),
        };
        tests.sort_by_key(|test| test.question);
        tests.dedup_by_key(|test| test.question);
        tests
    }

    /// The answer that passes a test, as a clause.
    fn say_answer(&self, test: Test) -> Option<String> {
        let Reading::Known(value) = self.assessment.readings[test.question] else { return None };
        let question = &self.rulebook.questions()[test.question];
        let accepts = match (value, test.accepts) {
            (Value::Flag(flag), _) => Accepts::Flag(flag),
            (Value::Choice(option), _) => Accepts::OneOf(OptionSet::of(option)),
            (Value::Count(number), _) => Accepts::Between(number, number),
            (Value::Choices(given), Accepts::Includes(wanted)) => {
                Accepts::Includes(given.without(given.without(wanted)))
            }
            (Value::Choices(_), _) => return None,
        };
        let said = Values::of_test(Test { accepts, ..test }, question, true).say(question);
        let said = match (value, test.accepts, &question.kind) {
            // What is small speaks for itself: "only 4".
            (Value::Count(number), Accepts::Between(from, _), Kind::Count(count)) if from <= count.min => {
                said.replacen(&format!(" {number} "), &format!(" only {number} "), 1)
            }
            _ => said,
        };
        (!said.is_empty() && !matches!(question.kind, Kind::Choices(_) if said.contains(" or ")))
            .then_some(said)
    }
}
