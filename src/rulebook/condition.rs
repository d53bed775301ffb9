//! Conditions on answers: data that can be evaluated, and taken apart.

use super::value::{OptionSet, Value};

/// A statement about the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every part holds; an empty list always does.
    All(Vec<Condition>),
    /// At least one part holds.
    Any(Vec<Condition>),
    /// The part does not hold.
    Not(Box<Condition>),
    /// One question's answer is among certain values.
    Test(Test),
}

/// A test of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Test {
    /// The index of the question.
    pub question: usize,
    /// The values that pass.
    pub accepts: Accepts,
}

/// The values that pass a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Accepts {
    /// This flag.
    Flag(bool),
    /// One of these options.
    OneOf(OptionSet),
    /// A set that has at least one of these options.
    Includes(OptionSet),
    /// A number from the first to the second, both included.
    Between(u64, u64),
}

/// Three-valued truth: what is not known is neither true nor false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It depends on what is not known.
    Unknown,
    /// It holds.
    True,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// What is known about one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Nothing.
    Unknown,
    /// The other answers make it irrelevant.
    DoesNotApply,
    /// Its answer.
    Known(Value),
}

impl Accepts {
    /// Whether `value` passes. A value of another kind of question never does.
    pub fn admits(self, value: Value) -> bool {
        match (self, value) {
            (Self::Flag(wanted), Value::Flag(given)) => wanted == given,
            (Self::OneOf(options), Value::Choice(option)) => options.contains(option),
            (Self::Includes(options), Value::Choices(set)) => options.intersects(set),
            (Self::Between(from, to), Value::Count(number)) => (from..=to).contains(&number),
            _ => false,
        }
    }
}

impl Condition {
    /// The condition's truth, given what is known of each question (Kleene's strong logic). A test on a question that
    /// does not apply is false.
    pub fn truth(&self, readings: &[Reading]) -> Truth {
        match self {
            Self::All(parts) => {
                let mut result = Truth::True;
                for part in parts {
                    match part.truth(readings) {
                        Truth::False => return Truth::False,
                        Truth::Unknown => result = Truth::Unknown,
                        Truth::True => {}
                    }
                }
                result
            }
            Self::Any(parts) => {
                let mut result = Truth::False;
                for part in parts {
                    match part.truth(readings) {
                        Truth::True => return Truth::True,
                        Truth::Unknown => result = Truth::Unknown,
                        Truth::False => {}
                    }
                }
                result
            }
            Self::Not(part) => match part.truth(readings) {
                Truth::True => Truth::False,
                Truth::Unknown => Truth::Unknown,
                Truth::False => Truth::True,
            },
            Self::Test(test) => match readings.get(test.question) {
                Some(Reading::Known(value)) => test.accepts.admits(*value).into(),
                Some(Reading::DoesNotApply) => Truth::False,
                Some(Reading::Unknown) | None => Truth::Unknown,
            },
        }
    }

    /// Calls `visit` with every test in the condition.
    pub fn visit_tests(&self, visit: &mut impl FnMut(Test)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit_tests(visit)),
            Self::Not(part) => part.visit_tests(visit),
            Self::Test(test) => visit(*test),
        }
    }

    /// The questions that the condition asks about, each once, in their order.
    pub fn questions(&self) -> Vec<usize> {
        let mut questions = Vec::new();
        self.visit_tests(&mut |test| questions.push(test.question));
        questions.sort_unstable();
        questions.dedup();
        questions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_answer_makes_nothing_true_and_nothing_false() {
        let test = Condition::Test(Test { question: 0, accepts: Accepts::Flag(true) });
        let readings = [Reading::Unknown];
        assert_eq!(test.truth(&readings), Truth::Unknown);
        assert_eq!(Condition::Not(Box::new(test.clone())).truth(&readings), Truth::Unknown);
        assert_eq!(Condition::Any(vec![test.clone(), Condition::All(vec![])]).truth(&readings), Truth::True);
        assert_eq!(Condition::All(vec![test, Condition::Any(vec![])]).truth(&readings), Truth::False);
    }

    #[test]
    fn a_test_on_a_question_that_does_not_apply_is_false() {
        let test = Condition::Test(Test { question: 0, accepts: Accepts::Flag(false) });
        assert_eq!(test.truth(&[Reading::DoesNotApply]), Truth::False);
    }
}
