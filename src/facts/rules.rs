//! `rules/scan.toml`: which fact answers which question, and how surely.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::signal::{SIGNALS, Signal};
use crate::answers::Reach;
use crate::document::{Fault, FaultLog, Faults, Located, Node, Reader, SourceFile, did_you_mean, read_toml};
use crate::rulebook::{Kind, Rulebook, Value, read_answer};

/// How sure a conclusion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Worth knowing when the question is asked; no answer.
    Hint,
    /// An answer that its owner will seldom correct.
    Likely,
    /// The fact says it.
    Certain,
}

impl Sureness {
    const ALL: [Self; 3] = [Self::Hint, Self::Likely, Self::Certain];

    /// The word in rules and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// The conclusions that facts allow, checked against the questions of one rulebook.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    pub(super) conclusions: Vec<Conclusion>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conclusion {
    pub(super) id: String,
    /// The fact that is the evidence.
    pub(super) fact: Presence,
    /// What its number must be within.
    pub(super) number: (u64, u64),
    /// Facts that must be there as well.
    pub(super) with: Vec<Presence>,
    /// Facts that must not be there.
    pub(super) without: Vec<Presence>,
    pub(super) question: usize,
    pub(super) answer: Answer,
    pub(super) reach: Reach,
    pub(super) sureness: Sureness,
    /// A sentence with `{number}` and `{names}`.
    pub(super) says: String,
    pub(super) sources: Vec<usize>,
}

/// That a fact was seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Presence {
    pub(super) signal: Signal,
    /// Only observations with one of these words count; all do when there are none.
    pub(super) words: Vec<String>,
}

/// What a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Value(Value),
    /// The number of the fact.
    Number,
}

/// The word that stands for the number of the fact.
const NUMBER: &str = "{number}";
/// What a sentence can be filled with.
const BLANKS: [&str; 2] = [NUMBER, "{names}"];
/// The tables of a scan file; all but the first belong to the readers of the formats.
pub const TABLES: [&str; 13] = [
    "conclusion",
    "paths",
    "dockerfiles",
    "terraform",
    "ci",
    "ml",
    "kubernetes",
    "compose",
    "image",
    "git",
    "own",
    "seen",
    "retired",
];

impl Rules {
    /// Reads the conclusions in `file`.
    ///
    /// # Errors
    /// Every fault that was found, each with its place.
    pub fn parse(rulebook: &Rulebook, file: SourceFile) -> Result<Self, Faults> {
        let collected = RefCell::new(Vec::new());
        let conclusions = read(rulebook, &file, &FaultLog::new(0, &collected));
        let mut faults: Vec<Fault> = collected.into_inner();
        if faults.is_empty() {
            return Ok(Self { conclusions });
        }
        faults.sort_by_key(|fault| fault.span.start);
        Err(Faults { files: vec![file], faults })
    }
}

fn read(rulebook: &Rulebook, file: &SourceFile, log: &FaultLog<'_>) -> Vec<Conclusion> {
    let entries = file.read_when_built().unwrap_or_else(|| read_toml(&file.text, log));
    for entry in entries.iter().filter(|entry| !TABLES.contains(&entry.key.as_ref())) {
        log.unknown(entry.key_span.clone(), "table", &entry.key, TABLES);
    }
    let file = Reader::new(&entries, 0..0, "the file", log);
    let mut ids = BTreeSet::new();
    let tables = file.tables("conclusion", "the conclusion");
    tables.filter_map(|table| ConclusionReader { rulebook, table }.read(&mut ids)).collect()
}

struct ConclusionReader<'d> {
    rulebook: &'d Rulebook,
    table: Reader<'d>,
}

impl<'d> ConclusionReader<'d> {
    fn read(self, ids: &mut BTreeSet<&'d str>) -> Option<Conclusion> {
        let table = &self.table;
        let id = table.required_word("id");
        if let Some(id) = id.filter(|id| !ids.insert(id.text)) {
            let message = format!("there are two conclusions `{}`", id.text);
            table.log().fault(id.span.clone(), message, None);
        }
        let fact = table.required_word("fact");
        let signal = fact.and_then(|fact| self.signal(fact.text, fact.span));
        let words = table.words("words").map(|word| word.text.to_owned()).collect();
        let number = self.number();
        let with = self.presences("with");
        let without = self.presences("without");
        let question = self.question();
        let answer = self.answer(question);
        let reach = self.reach(question);
        let sureness = self.sureness();
        self.measured(sureness);
        let says = self.says();
        let sources = self.sources();
        self.table.finish();
        Some(Conclusion {
            id: id?.text.to_owned(),
            fact: Presence { signal: signal?, words },
            number,
            with,
            without,
            question: question?,
            answer: answer?,
            reach: reach?,
            sureness: sureness?,
            says,
            sources,
        })
    }

    fn signal(&self, name: &str, span: &crate::document::Span) -> Option<Signal> {
        let signal = Signal::named(name);
        if signal.is_none() {
            let known = SIGNALS.iter().map(|signal| signal.name);
            self.table.log().unknown(span.clone(), "fact", name, known);
        }
        signal
    }

    /// `number = 1` or `number = { at-least = 2, at-most = 5 }`; at least one when nothing is said.
    fn number(&self) -> (u64, u64) {
        const ANY: (u64, u64) = (1, u64::MAX);
        let Some(value) = self.table.get("number") else { return ANY };
        let bound = |value: &Located<'_>| match value.node {
            Node::Integer(number) if number >= 0 => Some(number.unsigned_abs()),
            _ => None,
        };
        if let Some(exactly) = bound(value) {
            return (exactly, exactly);
        }
        let Some(range) = Reader::of(value, "number", self.table.log()) else { return ANY };
        let read = |key: &'static str| range.integer(key, 0..=i64::MAX).map(i64::unsigned_abs);
        let (least, most) = (read("at-least").unwrap_or(1), read("at-most").unwrap_or(u64::MAX));
        if least > most {
            self.table.log().fault(value.span.clone(), "no number is like that".to_owned(), None);
        }
        range.finish();
        (least, most)
    }

    /// `{ "ci.deploys" = "compose" }`: facts, each with `true`, a word or a list of words.
    fn presences(&self, key: &'static str) -> Vec<Presence> {
        let entries = self.table.map(key).iter();
        entries
            .filter_map(|entry| {
                let signal = self.signal(&entry.key, &entry.key_span);
                let words = self.presence_words(&entry.value);
                Some(Presence { signal: signal?, words: words? })
            })
            .collect()
    }

    fn presence_words(&self, value: &Located<'_>) -> Option<Vec<String>> {
        let word = |value: &Located<'_>| match &value.node {
            Node::Text(text) if !text.trim().is_empty() => Some(vec![text.to_string()]),
            _ => None,
        };
        let words = match &value.node {
            Node::Flag(true) => Some(Vec::new()),
            Node::List(items) if !items.is_empty() => {
                items.iter().map(word).collect::<Option<Vec<_>>>().map(|words| words.concat())
            }
            _ => word(value),
        };
        if words.is_none() {
            let message = "a fact is asked for as true, a word or a list of words".to_owned();
            self.table.log().fault(value.span.clone(), message, None);
        }
        words
    }

    fn question(&self) -> Option<usize> {
        let word = self.table.required_word("question")?;
        let question = self.rulebook.question(word.text);
        if question.is_none() {
            let ids = self.rulebook.questions().iter().map(|question| question.id.as_str());
            self.table.log().unknown(word.span.clone(), "question", word.text, ids);
        }
        question
    }

    fn answer(&self, question: Option<usize>) -> Option<Answer> {
        let Some(value) = self.table.get("answer") else {
            self.table.log().fault(self.table.span(), "the conclusion lacks `answer`".to_owned(), None);
            return None;
        };
        let question = &self.rulebook.questions()[question?];
        if matches!(&value.node, Node::Text(text) if text == NUMBER) {
            if matches!(question.kind, Kind::Count(_)) {
                return Some(Answer::Number);
            }
            let message = format!("`{}` cannot be a number", question.id);
            let help = format!("it takes {}", question.takes());
            self.table.log().fault(value.span.clone(), message, Some(help));
            return None;
        }
        match read_answer(question, value) {
            Ok(Some(value)) => Some(Answer::Value(value)),
            Ok(None) => {
                let message = "a conclusion has to say something".to_owned();
                self.table.log().fault(value.span.clone(), message, None);
                None
            }
            Err(error) => {
                self.table.log().fault(value.span.clone(), error.message, Some(error.help));
                None
            }
        }
    }

    /// Whether the answer is exact or a bound; options that can be chosen together are always a part.
    fn reach(&self, question: Option<usize>) -> Option<Reach> {
        let at_least = self.table.flag("or-more");
        let question = &self.rulebook.questions()[question?];
        match &question.kind {
            Kind::Choices(_) if !at_least => Some(Reach::Includes),
            Kind::Count(_) if at_least => Some(Reach::AtLeast),
            Kind::Choice(_) if at_least && question.ordered => Some(Reach::AtLeast),
            _ if at_least => {
                let message = format!("the answers to `{}` have no order; there is no more", question.id);
                let span = self.table.get("or-more").map_or(self.table.span(), |value| value.span.clone());
                self.table.log().fault(span, message, None);
                None
            }
            _ => Some(Reach::Exactly),
        }
    }

    fn sureness(&self) -> Option<Sureness> {
        let word = self.table.required_word("sureness")?;
        let known = Sureness::ALL.into_iter().map(Sureness::word);
        self.table.log().find(word.span, "sureness", word.text, known).map(|index| Sureness::ALL[index])
    }

    /// `seen = 8` and `right = 8`: in how many repositories the rule was seen to conclude something, and was right. More
    /// than a hint is only what was right nine times in ten.
    fn measured(&self, sureness: Option<Sureness>) {
        let read = |key: &'static str| self.table.integer(key, 0..=i64::MAX);
        let (Some(seen), Some(right)) = (read("seen"), read("right")) else { return };
        let span = || self.table.get("right").map_or(self.table.span(), |value| value.span.clone());
        if right > seen {
            self.table.log().fault(span(), "it cannot be right more often than it is seen".to_owned(), None);
        } else if sureness > Some(Sureness::Hint)
            && (right == 0 || 10 * i128::from(right) < 9 * i128::from(seen))
        {
            let message = format!("right {right} times of {seen}, it is no more than a hint");
            self.table.log().fault(span(), message, None);
        }
    }

    fn says(&self) -> String {
        let Some(word) = self.table.required_word("says") else { return String::new() };
        for blank in blanks(word.text).filter(|blank| !BLANKS.contains(blank)) {
            let help = match did_you_mean(blank, BLANKS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("possible: {}", BLANKS.join(", ")),
            };
            self.table.log().fault(word.span.clone(), format!("nothing fills `{blank}`"), Some(help));
        }
        word.text.to_owned()
    }

    fn sources(&self) -> Vec<usize> {
        let ids = self.rulebook.sources().iter().map(|source| source.id.as_str());
        let words = self.table.words("sources");
        words.filter_map(|word| self.table.log().find(word.span, "source", word.text, ids.clone())).collect()
    }
}

/// Everything in braces, with the braces.
fn blanks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find('{')?;
        let end = start + rest[start..].find('}')? + 1;
        let blank = &rest[start..end];
        rest = &rest[end..];
        Some(blank)
    })
}
