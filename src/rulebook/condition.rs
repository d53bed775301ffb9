//! Conditions on answers: data that can be evaluated, and taken apart.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::clauses::{all_of, any_of};
use super::value::{Kind, OptionSet, Question, Value};
use super::values::Values;

/// A statement about the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// Every part holds; an empty list always does.
    All(Vec<Condition>),
    /// At least one part holds.
    Any(Vec<Condition>),
    /// The part does not hold.
    Not(Box<Condition>),
    /// The part is not known to hold. This is never unknown itself, so that what is not known yet makes it true.
    Unless(Box<Condition>),
    /// One question's answer is among certain values.
    Test(Test),
}

/// A test of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Test {
    /// The index of the question.
    pub question: usize,
    /// The values that pass.
    pub accepts: Accepts,
}

/// The values that pass a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// The truths that a condition may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcomes {
    pub(crate) can_hold: bool,
    pub(crate) can_fail: bool,
    pub(crate) can_be_unknown: bool,
}

impl Outcomes {
    const TRUE: Self = Self { can_hold: true, can_fail: false, can_be_unknown: false };

    /// Whether nothing but truth is possible.
    pub(crate) fn must_hold(self) -> bool {
        self.can_hold && !self.can_fail && !self.can_be_unknown
    }

    fn not(self) -> Self {
        Self { can_hold: self.can_fail, can_fail: self.can_hold, ..self }
    }

    fn and(self, other: Self) -> Self {
        let (maybe, also) = (self.can_hold || self.can_be_unknown, other.can_hold || other.can_be_unknown);
        Self {
            can_hold: self.can_hold && other.can_hold,
            can_fail: self.can_fail || other.can_fail,
            can_be_unknown: maybe && also && (self.can_be_unknown || other.can_be_unknown),
        }
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
            Self::Unless(part) => (part.truth(readings) != Truth::True).into(),
            Self::Test(test) => test.truth(readings.get(test.question).copied().unwrap_or(Reading::Unknown)),
        }
    }

    /// Which truths the condition may come to when `reading` tells what is known of each question in the end, or that
    /// this may be anything. None that is possible is left out.
    pub(crate) fn outcomes(&self, reading: &impl Fn(usize) -> Option<Reading>) -> Outcomes {
        match self {
            Self::All(parts) => {
                parts.iter().fold(Outcomes::TRUE, |all, part| all.and(part.outcomes(reading)))
            }
            Self::Any(parts) => {
                let none =
                    parts.iter().fold(Outcomes::TRUE, |all, part| all.and(part.outcomes(reading).not()));
                none.not()
            }
            Self::Not(part) => part.outcomes(reading).not(),
            Self::Unless(part) => {
                let part = part.outcomes(reading);
                Outcomes {
                    can_hold: part.can_fail || part.can_be_unknown,
                    can_fail: part.can_hold,
                    can_be_unknown: false,
                }
            }
            Self::Test(test) => match reading(test.question) {
                Some(reading) => match test.truth(reading) {
                    Truth::True => Outcomes::TRUE,
                    Truth::False => Outcomes::TRUE.not(),
                    Truth::Unknown => Outcomes { can_hold: false, can_fail: false, can_be_unknown: true },
                },
                None => Outcomes { can_hold: true, can_fail: true, can_be_unknown: true },
            },
        }
    }

    /// Calls `visit` with every question of which the condition asks whether something is known of it.
    pub(crate) fn visit_unless(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit_unless(visit)),
            Self::Not(part) => part.visit_unless(visit),
            Self::Unless(part) => part.visit_tests(&mut |test| visit(test.question)),
            Self::Test(_) => {}
        }
    }

    /// Calls `visit` with every test in the condition.
    pub fn visit_tests(&self, visit: &mut impl FnMut(Test)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit_tests(visit)),
            Self::Not(part) | Self::Unless(part) => part.visit_tests(visit),
            Self::Test(test) => visit(*test),
        }
    }

    /// How many tests the condition has.
    pub(crate) fn count_tests(&self) -> usize {
        let mut tests = 0;
        self.visit_tests(&mut |_| tests += 1);
        tests
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

impl Condition {
    /// The condition as rule files write it, as data: `{ "services": { "above": 29 } }`.
    pub fn written(&self, questions: &[Question]) -> Json {
        let list = |parts: &[Self]| parts.iter().map(|part| part.written(questions)).collect::<Vec<_>>();
        match self {
            Self::All(parts) => merged(parts.iter().map(|part| part.written(questions)).collect()),
            Self::Any(parts) => json!({ "any": list(parts) }),
            Self::Not(part) => json!({ "not": part.written(questions) }),
            Self::Unless(part) => json!({ "unless": part.written(questions) }),
            Self::Test(test) => match questions.get(test.question) {
                Some(question) => json!({ question.id.as_str(): test.accepts.written(question) }),
                None => json!({}),
            },
        }
    }

    /// A clause that completes "when …".
    pub fn say(&self, questions: &[Question]) -> String {
        let said = |parts: &[Self]| parts.iter().map(|part| part.say(questions)).collect::<Vec<_>>();
        match self {
            Self::All(parts) => {
                let beside_others = |part: &Self| part.say_beside_others(questions);
                all_of(&parts.iter().map(beside_others).collect::<Vec<_>>())
            }
            Self::Any(parts) => any_of(&said(parts)),
            Self::Not(part) => match part.as_ref() {
                Self::Test(test) => test.values(questions, false, Values::say),
                part => format!("it is not the case that {}", part.say(questions)),
            },
            Self::Unless(part) => format!("nothing says that {}", part.say(questions)),
            Self::Test(test) => test.values(questions, true, Values::say),
        }
    }

    /// The same where "and" follows.
    fn say_beside_others(&self, questions: &[Question]) -> String {
        match self {
            Self::Any(parts) if parts.len() > 1 => format!("either {}", self.say(questions)),
            Self::Test(test) => test.values(questions, true, Values::say_beside_others),
            _ => self.say(questions),
        }
    }
}

/// Several keys of one table mean "and", where each is there once.
fn merged(parts: Vec<Json>) -> Json {
    let mut keys: Vec<&String> =
        parts.iter().filter_map(Json::as_object).flat_map(|part| part.keys()).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() < all {
        return json!({ "all": parts });
    }
    parts
        .into_iter()
        .filter_map(|part| match part {
            Json::Object(entries) => Some(entries),
            _ => None,
        })
        .flatten()
        .collect()
}

impl Test {
    fn truth(self, reading: Reading) -> Truth {
        match reading {
            Reading::Known(value) => self.accepts.admits(value).into(),
            Reading::DoesNotApply => Truth::False,
            Reading::Unknown => Truth::Unknown,
        }
    }

    /// What is to be said of the answers that pass, or of those that do not.
    fn values(
        self,
        questions: &[Question],
        passing: bool,
        say: impl Fn(&Values, &Question) -> String,
    ) -> String {
        let question = questions.get(self.question);
        question.map_or(String::new(), |question| say(&Values::of_test(self, question, passing), question))
    }
}

impl Accepts {
    fn written(self, question: &Question) -> Json {
        let id = |option: usize| question.options().get(option).map_or("", |option| option.id.as_str());
        let ids = |options: OptionSet| match options.iter().collect::<Vec<_>>().as_slice() {
            [only] => json!(id(*only)),
            several => several.iter().map(|option| id(*option)).collect(),
        };
        match (self, &question.kind) {
            (Self::Flag(flag), _) => json!(flag),
            (Self::Includes(options), _) => json!({ "includes": ids(options) }),
            (Self::Between(from, to), _) if from == to => json!(from),
            (Self::Between(from, to), Kind::Count(count)) => match (from <= count.min, to >= count.max) {
                (true, true) => json!({ "at-least": count.min }),
                (true, false) => json!({ "at-most": to }),
                (false, true) => json!({ "above": from - 1 }),
                (false, false) => json!({ "above": from - 1, "at-most": to }),
            },
            (Self::Between(from, to), _) => json!({ "at-least": from, "at-most": to }),
            (Self::OneOf(options), _) => {
                let (first, last) = (options.iter().next().unwrap_or(0), options.iter().last().unwrap_or(0));
                let stretch = question.ordered && first < last && options == OptionSet::range(first, last);
                match (first, last + 1 == question.options().len()) {
                    (1.., true) if stretch => json!({ "at-least": id(first) }),
                    (0, false) if stretch => json!({ "at-most": id(last) }),
                    _ => ids(options),
                }
            }
        }
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
    fn what_is_unless_something_holds_until_that_is_known() {
        let test = Condition::Test(Test { question: 0, accepts: Accepts::Flag(true) });
        let unless = Condition::Unless(Box::new(test));
        let truths = [Reading::Unknown, Reading::DoesNotApply, Reading::Known(Value::Flag(false))];
        assert!(truths.into_iter().all(|reading| unless.truth(&[reading]) == Truth::True));
        assert_eq!(unless.truth(&[Reading::Known(Value::Flag(true))]), Truth::False);
    }

    #[test]
    fn a_test_on_a_question_that_does_not_apply_is_false() {
        let test = Condition::Test(Test { question: 0, accepts: Accepts::Flag(false) });
        assert_eq!(test.truth(&[Reading::DoesNotApply]), Truth::False);
    }
}
