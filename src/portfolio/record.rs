//! One system of a portfolio as a line of JSON or a row of a table says it: a name, a group, answers, and what else
//! stands there, which is kept as it is.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::plain::Word;
use crate::rulebook::{Kind, OptionSet, Question, Rulebook, Value, ValueError};

/// What a line or a row says. One is used for all, so that reading takes no memory.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The answer to each question.
    pub values: Vec<Option<Value>>,
    /// The name of the system; empty where none is given.
    pub name: String,
    /// Where it lies; stands in for the name.
    pub path: String,
    /// The group that it belongs to.
    pub group: String,
    /// What else stands there: the members of a JSON object, each with a comma before it.
    pub kept: Vec<u8>,
    seen: u128,
}

impl Record {
    /// Room for the answers to a rulebook's questions.
    pub fn of(rulebook: &Rulebook) -> Self {
        Self { values: vec![None; rulebook.questions().len()], ..Self::default() }
    }

    fn clear(&mut self) {
        self.values.fill(None);
        self.name.clear();
        self.path.clear();
        self.group.clear();
        self.kept.clear();
        self.seen = 0;
    }

    /// Notes that a question is answered; whether that is the first time.
    pub(super) fn see(&mut self, question: usize) -> bool {
        let before = self.seen;
        self.seen |= 1 << (question % 128);
        self.seen != before
    }

    /// What the system is called, if it is called anything.
    pub fn called(&self) -> Option<&str> {
        [&self.name, &self.path].into_iter().find(|name| !name.is_empty()).map(String::as_str)
    }
}

/// What a key or the head of a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Question(usize),
    Name,
    Path,
    Group,
    Answers,
    Other,
}

/// Reads the systems of a portfolio by the questions of a rulebook.
#[derive(Debug)]
pub struct Form<'r> {
    pub(super) rulebook: &'r Rulebook,
    /// All words that have a meaning of their own.
    pub(super) words: Vec<(Word, Key)>,
    /// For each question, the words that are answers as they stand.
    pub(super) spelled: Vec<Vec<(Word, Value)>>,
}

/// What a reader of lines has learned: which word mostly comes after which, and which it does not know.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    pub(super) after: Vec<u16>,
    /// Words that mean nothing here, some of them.
    pub unknown: Vec<String>,
}

/// So many words that mean nothing are remembered.
const MOST_UNKNOWN: usize = 64;

impl Habits {
    /// Remembers a word that means nothing.
    pub fn note(&mut self, word: &str) {
        if self.unknown.len() < MOST_UNKNOWN && !self.unknown.iter().any(|known| known == word) {
            self.unknown.push(word.chars().take(80).collect());
        }
    }
}

impl<'r> Form<'r> {
    /// The form of records with answers to the questions of `rulebook`; `group` is what groups them.
    pub fn new(rulebook: &'r Rulebook, group: &str) -> Self {
        let questions = rulebook.questions();
        let mut words: Vec<(Word, Key)> = Vec::new();
        for (index, question) in questions.iter().enumerate() {
            words.push((Word::new(&question.id), Key::Question(index)));
        }
        for (index, question) in questions.iter().enumerate().filter(|(_, asked)| asked.id.contains('-')) {
            words.push((Word::new(&question.id.replace('-', "_")), Key::Question(index)));
        }
        let others =
            [("name", Key::Name), ("path", Key::Path), (group, Key::Group), ("answers", Key::Answers)];
        for (word, key) in others {
            if !words.iter().any(|(known, _)| known.is(word)) {
                words.push((Word::new(word), key));
            }
        }
        let spelled = questions.iter().map(spelled).collect();
        Self { rulebook, words, spelled }
    }

    /// Reads one line of JSON.
    ///
    /// # Errors
    /// What is wrong with it, and where in the line.
    pub fn read_line(&self, line: &str, record: &mut Record, habits: &mut Habits) -> Result<(), String> {
        record.clear();
        habits.after.resize(self.words.len() + 1, 0);
        if self.read_plain(line, record, habits).is_some() {
            return Ok(());
        }
        record.clear();
        self.read_any(line, record, habits)
    }

    /// Reads a line whatever its form.
    pub(super) fn read_any(
        &self,
        line: &str,
        record: &mut Record,
        habits: &mut Habits,
    ) -> Result<(), String> {
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let object = Object { form: self, record, habits, nested: false };
        object
            .deserialize(&mut deserializer)
            .and_then(|()| deserializer.end())
            .map_err(|error| said(&error, line))
    }

    /// The columns of a table by its head.
    ///
    /// # Errors
    /// Why it is no head of a table of answers.
    pub fn columns<'h>(&self, head: impl Iterator<Item = &'h str>) -> Result<Columns, String> {
        let mut columns = Columns { keys: Vec::new(), heads: Vec::new() };
        for head in head {
            let key = self.key_of_head(head);
            if let (Key::Question(question), true) = (key, columns.keys.contains(&key)) {
                let id = &self.rulebook.questions()[question].id;
                return Err(format!("two columns answer `{id}`"));
            }
            let is_taken = key != Key::Other && columns.keys.contains(&key);
            columns.keys.push(if is_taken { Key::Other } else { key });
            columns.heads.push(head.trim().to_owned());
            if columns.heads.len() > MOST_COLUMNS {
                return Err(format!("it has more than {MOST_COLUMNS} columns"));
            }
        }
        let answers = columns.keys.iter().any(|key| matches!(key, Key::Question(_)));
        let example: Vec<&str> =
            self.rulebook.questions().iter().take(3).map(|question| question.id.as_str()).collect();
        match answers {
            true => Ok(columns),
            false => Err(format!(
                "no column is called like a question; the first line of a table names its columns: name,{} …",
                example.join(",")
            )),
        }
    }

    fn key_of_head(&self, head: &str) -> Key {
        let word = head.trim().to_lowercase().replace(['_', ' '], "-");
        let word = |known: &&(Word, Key)| known.0.is(&word) || known.0.is(head.trim());
        match self.words.iter().find(word) {
            Some((_, Key::Answers)) | None => Key::Other,
            Some((_, key)) => *key,
        }
    }

    /// Reads one row of a table.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read_row<'c>(
        &self,
        columns: &Columns,
        cells: impl Iterator<Item = &'c str>,
        record: &mut Record,
    ) -> Result<(), String> {
        record.clear();
        let mut wrong = String::new();
        for (cell, key) in cells.zip(&columns.keys) {
            match key {
                Key::Question(question) => match self.cell(*question, cell) {
                    Ok(value) => record.values[*question] = value,
                    Err(error) => {
                        wrong += if wrong.is_empty() { "" } else { "; " };
                        wrong += &error.to_string();
                    }
                },
                Key::Name => record.name.push_str(cell.trim()),
                Key::Path => record.path.push_str(cell.trim()),
                Key::Group => record.group.push_str(cell.trim()),
                Key::Answers | Key::Other => {}
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// An answer as tables have it: nothing is not known, and numbers and lists are as spreadsheets write them.
    fn cell(&self, question: usize, cell: &str) -> Result<Option<Value>, ValueError> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(None);
        }
        if let Some(value) = self.as_spelled(question, cell) {
            return Ok(Some(value));
        }
        let asked = &self.rulebook.questions()[question];
        asked.parse(cell).or_else(|error| {
            let other = match asked.kind {
                Kind::Count(_) => cell.strip_suffix(".0").or(cell.strip_suffix(",0")).map(str::to_owned),
                Kind::Choice(_) if cell.contains(',') => Some(cell.replace(',', ".")),
                Kind::Choice(_) | Kind::Flag(_) => Some(cell.to_lowercase()),
                Kind::Choices(_) => Some(cell.to_lowercase().replace([';', '|', '\n', '+'], ",")),
            };
            other.and_then(|other| asked.parse(&other).ok()).ok_or(error)
        })
    }

    fn as_spelled(&self, question: usize, text: &str) -> Option<Value> {
        self.spelled[question].iter().find(|(word, _)| word.is(text)).map(|(_, value)| *value)
    }

    /// The questions that words without a meaning here may be meant for.
    pub fn meant<'w>(&self, words: &'w [String]) -> Vec<(&'w str, &'r str)> {
        let meant = |word: &'w String| {
            let id = crate::rulebook::question_meant(self.rulebook.questions(), word)?;
            Some((word.as_str(), id))
        };
        words.iter().filter_map(meant).collect()
    }
}

/// No table has more columns.
pub const MOST_COLUMNS: usize = 4_096;

/// The columns of a table.
#[derive(Debug, Clone)]
pub struct Columns {
    keys: Vec<Key>,
    heads: Vec<String>,
}

impl Columns {
    /// The columns that are neither answers nor what a result says by itself, by place and head.
    pub fn others(&self) -> impl Iterator<Item = (usize, &str)> {
        let others = self.keys.iter().enumerate().filter(|(_, key)| matches!(key, Key::Other));
        others.map(|(at, _)| (at, self.heads[at].as_str()))
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.keys.len()
    }
}

fn spelled(question: &Question) -> Vec<(Word, Value)> {
    let words = |value: fn(usize) -> Value| -> Vec<(Word, Value)> {
        let options = question.options().iter().enumerate();
        options.map(|(index, option)| (Word::new(&option.id), value(index))).collect()
    };
    match question.kind {
        Kind::Flag(_) => [("true", true), ("false", false), ("yes", true), ("no", false)]
            .map(|(word, flag)| (Word::new(word), Value::Flag(flag)))
            .into(),
        Kind::Choice(_) => words(Value::Choice),
        Kind::Choices(_) => words(|option| Value::Choices(OptionSet::of(option))),
        Kind::Count(_) => Vec::new(),
    }
}

/// What serde says, without the line, which is always the first.
fn said(error: &serde_json::Error, line: &str) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let is_short = error.is_eof() && line.trim_start().starts_with('{');
    let help = if is_short { "; an object has to stand on one line" } else { "" };
    match error.column() {
        0 => format!("{text}{help}"),
        column => format!("{text} (column {column}){help}"),
    }
}

/// The object of one line, or the one under `answers` in it.
struct Object<'a, 'r> {
    form: &'a Form<'r>,
    record: &'a mut Record,
    habits: &'a mut Habits,
    nested: bool,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the answers of one system")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { form, record, habits, nested } = self;
        let mut last = form.words.len();
        let other = RefCell::new(String::new());
        loop {
            let expected = usize::from(habits.after[last]);
            let Some(word) = map.next_key_seed(Name { form, expected, other: &other })? else {
                return Ok(());
            };
            let Some(word) = word else {
                let other = other.take();
                if nested {
                    return Err(de::Error::custom(format_args!("there is no question `{other}`")));
                }
                habits.note(&other);
                let value: &RawValue = map.next_value()?;
                keep(&mut record.kept, &other, value);
                continue;
            };
            habits.after[last] = word as u16;
            last = word;
            match form.words[word].1 {
                Key::Question(question) => {
                    if !record.see(question) {
                        let id = &form.rulebook.questions()[question].id;
                        return Err(de::Error::custom(format_args!("`{id}` is answered twice")));
                    }
                    record.values[question] = map.next_value_seed(AnswerOf { form, question })?;
                }
                Key::Answers if !nested => {
                    map.next_value_seed(Object { form, record, habits, nested: true })?;
                }
                Key::Name => map.next_value_seed(Label(&mut record.name))?,
                Key::Path => map.next_value_seed(Label(&mut record.path))?,
                Key::Group => map.next_value_seed(Label(&mut record.group))?,
                Key::Answers | Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
    }
}

/// Adds a member to those of an object.
fn keep(kept: &mut Vec<u8>, key: &str, value: &RawValue) {
    kept.push(b',');
    // Memory takes all that is written.
    let _ = serde_json::to_writer(&mut *kept, key);
    kept.push(b':');
    kept.extend_from_slice(value.get().as_bytes());
}

/// The place of a word that has a meaning, the expected one first; another goes to `other`.
struct Name<'a, 'r> {
    form: &'a Form<'r>,
    expected: usize,
    other: &'a RefCell<String>,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Option<usize>, E> {
        let words = &self.form.words;
        if words[self.expected].0.is(key) {
            return Ok(Some(self.expected));
        }
        let found = words.iter().position(|(word, _)| word.is(key));
        if found.is_none() {
            self.other.borrow_mut().push_str(key);
        }
        Ok(found)
    }
}

/// An answer to one question.
struct AnswerOf<'a, 'r> {
    form: &'a Form<'r>,
    question: usize,
}

impl AnswerOf<'_, '_> {
    fn asked(&self) -> &Question {
        &self.form.rulebook.questions()[self.question]
    }

    fn wrong<E: de::Error>(&self, given: &str) -> E {
        E::custom(self.asked().not_a_value(given))
    }
}

impl<'de> DeserializeSeed<'de> for AnswerOf<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnswerOf<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an answer to `{}`: {}", self.asked().id, self.asked().takes())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Option<Value>, E> {
        match &self.asked().kind {
            Kind::Flag(_) => Ok(Some(Value::Flag(flag))),
            _ => Err(self.wrong(if flag { "true" } else { "false" })),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<Value>, E> {
        match &self.asked().kind {
            Kind::Count(count) if (count.min..=count.max).contains(&number) => Ok(Some(Value::Count(number))),
            _ => self.visit_str(&number.to_string()),
        }
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Option<Value>, E> {
        Err(self.wrong(&number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Option<Value>, E> {
        let whole = number.fract() == 0.0 && (0.0..1e15).contains(&number);
        if whole { self.visit_u64(number as u64) } else { self.visit_str(&number.to_string()) }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<Value>, E> {
        match self.form.as_spelled(self.question, text) {
            Some(value) => Ok(Some(value)),
            None if text.is_empty() => Ok(None),
            None => self.asked().parse(text).map_err(E::custom),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Value>, A::Error> {
        if !matches!(self.asked().kind, Kind::Choices(_)) {
            return Err(self.wrong("a list"));
        }
        let mut set = OptionSet::default();
        while let Some(value) =
            items.next_element_seed(AnswerOf { form: self.form, question: self.question })?
        {
            match value {
                Some(Value::Choices(one)) => set = set.union(one),
                _ => return Err(self.wrong("an empty entry")),
            }
        }
        Ok(Some(Value::Choices(set)))
    }
}

/// A name: a text, or a number or flag as it is written.
struct Label<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Label<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Label<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<(), E> {
        self.visit_str(if flag { "true" } else { "false" })
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(text.trim());
        Ok(())
    }
}
