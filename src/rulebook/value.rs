//! Questions, the values that answer them, and how a value is read and shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Condition;
use crate::document::did_you_mean;

/// A set of options of one question, as a bit per option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct OptionSet(pub u64);

impl OptionSet {
    /// The most options that a question can have.
    pub const CAPACITY: usize = 64;

    /// The set of one option.
    pub fn of(option: usize) -> Self {
        Self(1 << option)
    }

    /// The set of the options `from..=to`.
    pub fn range(from: usize, to: usize) -> Self {
        (from..=to).map(Self::of).fold(Self::default(), Self::union)
    }

    /// The set of the first `count` options.
    pub fn first(count: usize) -> Self {
        if count == 0 { Self::default() } else { Self::range(0, count - 1) }
    }

    /// Whether `option` is in the set.
    pub fn contains(self, option: usize) -> bool {
        option < Self::CAPACITY && self.0 & (1 << option) != 0
    }

    /// Options that are in either set.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The options that are not in the other set.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// How many options are in the set.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether the sets have an option in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is no option in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The options in the set, in their order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..Self::CAPACITY).filter(move |option| self.contains(*option))
    }
}

/// The value of an answer. Options are counted from 0 in the order of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// One of the options.
    Choice(usize),
    /// Any number of the options.
    Choices(OptionSet),
    /// A number.
    Count(u64),
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Yes or no.
    Flag(FlagSay),
    /// One of the options.
    Choice(Vec<Choice>),
    /// Any of the options, or none of them.
    Choices(Vec<Choice>),
    /// A number of something.
    Count(Count),
}

/// Clauses about a flag, completing "when …".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FlagSay {
    /// When it is true.
    pub yes: String,
    /// When it is false.
    pub no: String,
}

/// A numeric question: its range and its clauses, in which `{n}` is the number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// The least possible answer.
    pub min: u64,
    /// The greatest possible answer.
    pub max: u64,
    /// What is counted ("services").
    pub unit: String,
    /// "you deploy more than {n} services"
    pub above: String,
    /// "you deploy {n} services or fewer"
    pub at_most: String,
    /// "you deploy {n} services"
    pub exactly: String,
    /// The same for none, where that needs other words.
    pub none: Option<String>,
    /// The same for exactly one.
    pub one: Option<String>,
    /// The same for more than one.
    pub above_one: Option<String>,
    /// "you deploy {from} to {to} services"
    pub between: Option<String>,
}

/// One option of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The value in files and flags.
    pub id: String,
    /// Other words for it.
    pub aliases: Vec<String>,
    /// The text shown in a list.
    pub label: String,
    /// A clause completing "when …".
    pub say: String,
    /// The same for this option or any later one, where options are ordered.
    pub say_at_least: Option<String>,
    /// The same for this option or any earlier one.
    pub say_at_most: Option<String>,
    /// The same for every answer without this option.
    pub say_not: Option<String>,
}

/// How often each answer to a question occurs among the published decisions that state one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// How many state an answer.
    pub stated: u64,
    /// How many state this one; of a question that takes several options, a set of one option stands for all that have it.
    pub by_value: Vec<(Value, u64)>,
    /// The answer that nobody mentions because it is the usual one, and how many decisions to which the question applies
    /// state none. Without it, what is seldom and therefore told would seem to be frequent.
    pub unsaid: Option<(Value, u64)>,
}

impl Shares {
    /// How many have an answer for which `is_such` holds, said or not.
    pub fn count(&self, is_such: impl Fn(Value) -> bool) -> u64 {
        let all = self.by_value.iter().chain(&self.unsaid);
        all.filter(|(value, _)| is_such(*value)).map(|(_, stated)| stated).sum()
    }
}

/// In which direction a growing system moves along a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Growth {
    /// Larger numbers, later options, yes.
    Up,
    /// Smaller numbers, earlier options, no.
    Down,
}

/// One question of the questionnaire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The id in files, flags and conditions.
    pub id: String,
    /// Other words that people type for it.
    pub aliases: Vec<String>,
    /// The index of its group.
    pub group: usize,
    /// A short noun phrase.
    pub name: String,
    /// The question as it is asked.
    pub prompt: String,
    /// How to answer it.
    pub help: String,
    /// Why it is asked.
    pub why: String,
    /// What answers it takes.
    pub kind: Kind,
    /// Whether the options have an order, so that "at least" means something.
    pub ordered: bool,
    /// Asked after others that tell as much.
    pub detail: bool,
    /// It tells of what was before the decision: no change of it is to be watched for.
    pub past: bool,
    /// It tells what kind of work it is: published decisions with quite another answer are not alike.
    pub kin: bool,
    /// Where growing systems move.
    pub grows: Option<Growth>,
    /// How often each answer occurs.
    pub shares: Shares,
    /// The question applies only when this holds.
    pub ask_when: Option<Condition>,
}

/// The id of the question that somebody means by a word that is none: by its meaning, else as a slip.
pub(crate) fn question_meant<'q>(questions: &'q [Question], given: &str) -> Option<&'q str> {
    let by_meaning = questions.iter().find(|question| question.is_meant_by(given));
    match by_meaning {
        Some(question) => Some(&question.id),
        None => did_you_mean(given, questions.iter().map(|question| question.id.as_str())),
    }
}

/// Why a text is no answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// What is wrong, naming the question.
    pub message: String,
    /// What would be right.
    pub help: String,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for ValueError {}

/// The word that stands for "I don't know" in every question.
pub const UNKNOWN: &str = "unknown";

/// The word for none of several options.
pub(super) const NONE: &str = "none";

impl Question {
    /// The options, if the question has any.
    pub fn options(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice(options) | Kind::Choices(options) => options,
            Kind::Flag(_) | Kind::Count(_) => &[],
        }
    }

    /// Whether an answer asks for nothing: "no", the first of ordered options, the smallest number, none of several.
    pub(crate) fn is_least(&self, value: Value) -> bool {
        match (value, &self.kind) {
            (Value::Flag(flag), _) => !flag,
            (Value::Choice(option), _) => self.ordered && option == 0,
            (Value::Count(number), Kind::Count(count)) => number == count.min,
            (Value::Choices(options), _) => options.is_empty(),
            (Value::Count(_), _) => false,
        }
    }

    /// Reads an answer from a text; [`UNKNOWN`] is `None`. Options of a `choices` question are separated by commas.
    ///
    /// # Errors
    /// When the text is no possible answer.
    pub fn parse(&self, text: &str) -> Result<Option<Value>, ValueError> {
        let text = text.trim();
        if text == UNKNOWN {
            return Ok(None);
        }
        let value = match &self.kind {
            Kind::Flag(_) => match text.to_lowercase().as_str() {
                "true" | "yes" | "y" | "on" => Value::Flag(true),
                "false" | "no" | "n" | "off" => Value::Flag(false),
                _ => return Err(self.not_a_value(text)),
            },
            Kind::Choice(_) => Value::Choice(self.option(text)?),
            Kind::Choices(_) => {
                let empty = |id: &str| id.is_empty() || (id == NONE && self.none_of_them().is_none());
                let ids = text.split(',').map(str::trim).filter(|id| !empty(id));
                Value::Choices(self.option_set(ids)?)
            }
            Kind::Count(count) => match whole_number(text) {
                Some(number) if (count.min..=count.max).contains(&number) => Value::Count(number),
                _ if is_range(text) => return Err(self.not_a_range(text)),
                _ => return Err(self.not_a_value(text)),
            },
        };
        Ok(Some(value))
    }

    /// Reads an answer as people type it: beside what [`parse`](Self::parse) takes, the beginning of an option's id, and
    /// for options that are numbers one that lies between them. What was taken for what, where that is not plain, is the
    /// second part.
    ///
    /// # Errors
    /// When the text is no possible answer.
    pub fn parse_typed(&self, text: &str) -> Result<(Option<Value>, Option<String>), ValueError> {
        let error = match self.parse(text) {
            Ok(Some(Value::Choices(set))) => return Ok((Some(Value::Choices(self.consistent(set)?)), None)),
            Ok(value) => return Ok((value, None)),
            Err(error) => error,
        };
        match &self.kind {
            Kind::Choice(_) => {
                let (option, note) = self.option_typed(text.trim()).ok_or(error)?;
                Ok((Some(Value::Choice(option)), note))
            }
            Kind::Choices(_) => {
                let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                let options: Option<Vec<usize>> =
                    words.map(|word| self.option(word).ok().or_else(|| self.beginning_with(word))).collect();
                let set = options.ok_or(error)?.into_iter().map(OptionSet::of);
                let set = self.consistent(set.fold(OptionSet::default(), OptionSet::union))?;
                Ok((Some(Value::Choices(set)), None))
            }
            Kind::Flag(_) | Kind::Count(_) => Err(error),
        }
    }

    /// The option that somebody means, and what was taken for what where that is not plain.
    pub fn option_typed(&self, text: &str) -> Option<(usize, Option<String>)> {
        let text = text.trim_end_matches('%').trim_end();
        if let Some(option) = self.option(text).ok().or_else(|| self.beginning_with(text)) {
            return Some((option, None));
        }
        let number: f64 = text.parse().ok().filter(|number: &f64| self.ordered && number.is_finite())?;
        let number_of = |option: &Choice| option.id.parse::<f64>().ok();
        let numbers: Vec<(usize, f64)> = self
            .options()
            .iter()
            .enumerate()
            .filter_map(|(index, option)| Some((index, number_of(option)?)))
            .collect();
        let next = numbers.iter().find(|(_, class)| *class >= number).or(numbers.last())?;
        let note = format!("{}: {text} counts as {}, the class for it", self.id, self.options()[next.0].id);
        Some((next.0, Some(note)))
    }

    /// The only option whose id begins so.
    fn beginning_with(&self, text: &str) -> Option<usize> {
        let text = text.to_lowercase();
        let mut such = self.options().iter().enumerate().filter(|(_, option)| option.id.starts_with(&text));
        match (such.next(), such.next()) {
            (Some((index, _)), None) if !text.is_empty() => Some(index),
            _ => None,
        }
    }

    /// Whether a word that somebody typed is another one for it, in any case: `sla`, `TEAM_SIZE`.
    pub fn is_meant_by(&self, word: &str) -> bool {
        let word = word.to_lowercase().replace('_', "-");
        self.id == word || self.aliases.contains(&word)
    }

    /// The index of the option with this id, or with this among its aliases.
    ///
    /// # Errors
    /// When there is none.
    pub fn option(&self, id: &str) -> Result<usize, ValueError> {
        let is_it = |option: &Choice| option.id == id || option.aliases.iter().any(|alias| alias == id);
        self.options().iter().position(is_it).ok_or_else(|| self.not_a_value(id))
    }

    /// The set of the options with these ids.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn option_set<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> Result<OptionSet, ValueError> {
        ids.into_iter()
            .try_fold(OptionSet::default(), |set, id| Ok(set.union(OptionSet::of(self.option(id)?))))
    }

    /// The option by which a question that takes several says that none of the others is true.
    pub fn none_of_them(&self) -> Option<usize> {
        let is_none = |option: &Choice| option.id == NONE;
        self.options().iter().position(is_none).filter(|_| matches!(self.kind, Kind::Choices(_)))
    }

    fn consistent(&self, set: OptionSet) -> Result<OptionSet, ValueError> {
        match self.none_of_them() {
            Some(none) if set.contains(none) && set.len() > 1 => Err(ValueError {
                message: format!("`{}` cannot be `{NONE}` and something else", self.id),
                help: format!("leave out `{NONE}`, or the others"),
            }),
            _ => Ok(set),
        }
    }

    /// The error for a range: rules draw their lines at single numbers.
    fn not_a_range(&self, given: &str) -> ValueError {
        ValueError {
            message: format!("`{given}` is a range, and `{}` takes one number", self.id),
            help: "rules draw their lines at single numbers; give the number that you plan for".to_owned(),
        }
    }

    /// The error for a text that is no answer to this question.
    pub fn not_a_value(&self, given: &str) -> ValueError {
        let given: String = given.chars().filter(|c| !c.is_control()).take(60).collect();
        let help = match did_you_mean(&given, self.options().iter().map(|option| option.id.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes {}", self.takes()),
        };
        ValueError { message: format!("`{}` cannot be `{given}`", self.id), help }
    }

    /// What the question takes, for a message: "true or false", "a whole number from 1 to 10", "one of …".
    pub fn takes(&self) -> String {
        let ids =
            || self.options().iter().map(|option| format!("`{}`", option.id)).collect::<Vec<_>>().join(", ");
        match &self.kind {
            Kind::Flag(_) => "true or false".to_owned(),
            Kind::Choice(_) => format!("one of {}", ids()),
            Kind::Choices(_) => format!("any of {}", ids()),
            Kind::Count(count) => format!("a whole number from {} to {}", count.min, count.max),
        }
    }

    /// The value as it is written in a file or after a flag.
    pub fn spell(&self, value: Value) -> String {
        let id = |option: usize| self.options().get(option).map_or("?", |option| &option.id);
        match value {
            Value::Flag(flag) => flag.to_string(),
            Value::Choice(option) => id(option).to_owned(),
            Value::Choices(set) if set.is_empty() => "none".to_owned(),
            Value::Choices(set) => set.iter().map(id).collect::<Vec<_>>().join(","),
            Value::Count(number) => number.to_string(),
        }
    }

    /// The value in the words of the question.
    pub fn describe(&self, value: Value) -> String {
        let label = |option: usize| self.options().get(option).map_or("?", |option| &option.label);
        match value {
            Value::Flag(true) => "yes".to_owned(),
            Value::Flag(false) => "no".to_owned(),
            Value::Choice(option) => label(option).to_owned(),
            Value::Choices(set) if set.is_empty() => "none of them".to_owned(),
            Value::Choices(set) => set.iter().map(label).collect::<Vec<_>>().join(", "),
            Value::Count(number) => number.to_string(),
        }
    }
}

/// A whole number as people write it: `1000`, `1,000`, `1_000`, `~1000`.
fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim_start_matches(['~', '≈']).trim_start();
    let groups: Vec<&str> = text.split([',', '_', '\'', '\u{a0}', '\u{202f}']).collect();
    let is_number = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = match groups.as_slice() {
        [only] => is_number(only),
        [first, rest @ ..] => {
            is_number(first)
                && first.len() <= 3
                && rest.iter().all(|group| group.len() == 3 && is_number(group))
        }
        [] => false,
    };
    if grouped { groups.concat().parse().ok() } else { None }
}

/// `5-10`, `5..10`, `5 to 10`
pub fn is_range(text: &str) -> bool {
    ["-", "–", "..=", "..", " to "].iter().any(|between| {
        text.split_once(between).is_some_and(|(from, to)| {
            whole_number(from.trim()).is_some() && whole_number(to.trim()).is_some()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [("1,000", 1000), ("~5", 5), ("12_000", 12_000), ("007", 7)] {
            assert_eq!(whole_number(text), Some(number), "{text}");
        }
        for text in ["1,00", "1.5", "", "~", "-5", "5k", ",000", "99999999999999999999"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
        assert!(is_range("5-10") && is_range("5..9") && is_range("~5 to 1,000") && !is_range("-5"));
    }
}
