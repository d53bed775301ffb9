//! One system of a portfolio as a line of JSON or a row of a table says it: a name, a group, answers, and what else
//! stands there, which is kept as it is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::words::Words;
use crate::folder::in_units;
use crate::rulebook::{Kind, OptionSet, Question, Rulebook, Value, ValueError};

/// Bytes of a name, a path or a group.
const LONGEST_LABEL: usize = 4 << 10;

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
    /// How many were read, and for each question the last of them that answers it.
    number: u64,
    answered: Vec<u64>,
}

impl Record {
    /// Room for the answers to a rulebook's questions.
    pub fn of(rulebook: &Rulebook) -> Self {
        let questions = rulebook.questions().len();
        Self { values: vec![None; questions], answered: vec![0; questions], ..Self::default() }
    }

    fn clear(&mut self) {
        self.values.fill(None);
        self.name.clear();
        self.path.clear();
        self.group.clear();
        self.kept.clear();
        self.number += 1;
    }

    /// Refuses what is too long to be shown wherever the system is named.
    fn check_labels(&self) -> Result<(), String> {
        let labels = [("name", &self.name), ("path", &self.path), ("group", &self.group)];
        match labels.iter().find(|(_, label)| label.len() > LONGEST_LABEL) {
            Some((what, _)) => Err(format!("its {what} is longer than {}", in_units(LONGEST_LABEL as u64))),
            None => Ok(()),
        }
    }

    /// What the system is called, if it is called anything.
    pub fn called(&self) -> Option<&str> {
        [&self.name, &self.path].into_iter().find(|name| !name.is_empty()).map(String::as_str)
    }
}

/// What a key or the head of a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
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
    rulebook: &'r Rulebook,
    /// All words that have a meaning of their own.
    words: Words<Key>,
    /// For each question, the words that are answers as they stand.
    spelled: Vec<Words<Value>>,
    /// The question whose answers group systems, where no column does.
    grouped_by: Option<usize>,
}

/// Words that mean nothing here, some of them.
#[derive(Debug, Clone, Default)]
pub struct Unknown(pub Vec<String>);

/// So many are remembered.
const MOST_UNKNOWN: usize = 64;

impl Unknown {
    /// Remembers one.
    pub fn note(&mut self, word: &str) {
        if self.0.len() < MOST_UNKNOWN && !self.0.iter().any(|known| known == word) {
            self.0.push(word.chars().take(80).collect());
        }
    }
}

impl<'r> Form<'r> {
    /// The form of records with answers to the questions of `rulebook`; `group` is what groups them: a column, or a question.
    pub fn new(rulebook: &'r Rulebook, group: &str) -> Self {
        let questions = rulebook.questions();
        let own = |spell: fn(&str) -> String| {
            let questions = questions.iter().enumerate();
            questions.map(move |(index, question)| (spell(&question.id), Key::Question(index)))
        };
        let grouped_by = rulebook.question(&group.replace('_', "-"));
        let column = grouped_by.is_none().then_some((group, Key::Group));
        let others = [("name", Key::Name), ("path", Key::Path), ("answers", Key::Answers)];
        let others = others.into_iter().chain(column).map(|(word, key)| (word.to_owned(), key));
        let words = own(str::to_owned).chain(own(|id| id.replace('-', "_"))).chain(others).collect();
        let spelled = questions.iter().map(spelled).collect();
        Self { rulebook, words, spelled, grouped_by }
    }

    /// Puts a system into the group of its answer, where answers group.
    pub fn group(&self, record: &mut Record) {
        let Some(question) = self.grouped_by else { return };
        let answer = record.values[question].map(|value| self.rulebook.questions()[question].spell(value));
        record.group = answer.unwrap_or_default();
    }

    /// Reads one line of JSON.
    ///
    /// # Errors
    /// What is wrong with it, and where in the line.
    pub fn read_line(&self, line: &str, record: &mut Record, unknown: &mut Unknown) -> Result<(), String> {
        record.clear();
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let object = Object { form: self, record, unknown, nested: false };
        object
            .deserialize(&mut deserializer)
            .and_then(|()| deserializer.end())
            .map_err(|error| said(&error, line))?;
        record.check_labels()
    }

    /// The columns of a table by its head.
    ///
    /// # Errors
    /// Why it is no head of a table of answers.
    pub fn columns<'h>(&self, head: impl Iterator<Item = &'h str>) -> Result<Columns, String> {
        let mut columns = Columns { keys: Vec::new(), heads: Vec::new() };
        let mut named = Named::default();
        for head in head {
            let key = self.key_of_head(head);
            if let (Key::Question(question), true) = (key, columns.keys.contains(&key)) {
                let id = &self.rulebook.questions()[question].id;
                return Err(format!("two columns answer `{id}`"));
            }
            let is_taken = key != Key::Other && columns.keys.contains(&key);
            columns.keys.push(if is_taken { Key::Other } else { key });
            columns.heads.push(named.distinct(head.trim()));
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

    /// Whether the head of a column means something here.
    pub fn knows(&self, head: &str) -> bool {
        self.key_of_head(head) != Key::Other
    }

    fn key_of_head(&self, head: &str) -> Key {
        let word = head.trim().to_lowercase().replace(['_', ' '], "-");
        match self.words.get(&word).or_else(|| self.words.get(head.trim())) {
            Some(Key::Answers) | None => Key::Other,
            Some(key) => *key,
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
        if wrong.is_empty() { record.check_labels() } else { Err(wrong) }
    }

    /// An answer as tables have it: nothing is not known, and numbers and lists are as spreadsheets write them.
    fn cell(&self, question: usize, cell: &str) -> Result<Option<Value>, ValueError> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(None);
        }
        if let Some(value) = self.spelled[question].get(cell) {
            return Ok(Some(*value));
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

fn spelled(question: &Question) -> Words<Value> {
    let words = |value: fn(usize) -> Value| -> Words<Value> {
        let options = question.options().iter().enumerate();
        options.map(|(index, option)| (option.id.clone(), value(index))).collect()
    };
    match question.kind {
        Kind::Flag(_) => [("true", true), ("false", false), ("yes", true), ("no", false)]
            .map(|(word, flag)| (word.to_owned(), Value::Flag(flag)))
            .into_iter()
            .collect(),
        Kind::Choice(_) => words(Value::Choice),
        Kind::Choices(_) => words(|option| Value::Choices(OptionSet::of(option))),
        Kind::Count(_) => std::iter::empty().collect(),
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
    unknown: &'a mut Unknown,
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
        let Self { form, record, unknown, nested } = self;
        let other = RefCell::new(String::new());
        while let Some(key) = map.next_key_seed(Word { form, other: &other })? {
            match key {
                Key::Question(question) => {
                    let number = record.number;
                    if std::mem::replace(&mut record.answered[question], number) == number {
                        let id = &form.rulebook.questions()[question].id;
                        return Err(de::Error::custom(format_args!("`{id}` is answered twice")));
                    }
                    map.next_value_seed(AnswerOf { form, question, value: &mut record.values[question] })?;
                }
                Key::Answers if !nested => {
                    map.next_value_seed(Object { form, record, unknown, nested: true })?;
                }
                Key::Name => map.next_value_seed(Label(&mut record.name))?,
                Key::Path => map.next_value_seed(Label(&mut record.path))?,
                Key::Group => map.next_value_seed(Label(&mut record.group))?,
                Key::Answers => drop(map.next_value::<IgnoredAny>()?),
                Key::Other => {
                    let other = other.take();
                    if nested {
                        return Err(de::Error::custom(format_args!("there is no question `{other}`")));
                    }
                    unknown.note(&other);
                    let value: &RawValue = map.next_value()?;
                    keep(&mut record.kept, &other, value);
                }
            }
        }
        Ok(())
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

/// One of the words that have a meaning; another goes to `other`.
struct Word<'a, 'r> {
    form: &'a Form<'r>,
    other: &'a RefCell<String>,
}

impl<'de> DeserializeSeed<'de> for Word<'_, '_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Word<'_, '_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key, E> {
        Ok(self.form.words.get(key).copied().unwrap_or_else(|| {
            self.other.borrow_mut().push_str(key);
            Key::Other
        }))
    }
}

/// An answer to one question, written to its place: a result that carries it is moved about for longer than it is read.
struct AnswerOf<'a, 'r> {
    form: &'a Form<'r>,
    question: usize,
    value: &'a mut Option<Value>,
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
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnswerOf<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an answer to `{}`: {}", self.asked().id, self.asked().takes())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        *self.value = None;
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<(), E> {
        match &self.asked().kind {
            Kind::Flag(_) => *self.value = Some(Value::Flag(flag)),
            _ => return Err(self.wrong(if flag { "true" } else { "false" })),
        }
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        match &self.asked().kind {
            Kind::Count(count) if (count.min..=count.max).contains(&number) => {
                *self.value = Some(Value::Count(number));
                Ok(())
            }
            _ => self.visit_str(&number.to_string()),
        }
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        Err(self.wrong(&number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        let whole = number.fract() == 0.0 && (0.0..1e15).contains(&number);
        if whole { self.visit_u64(number as u64) } else { self.visit_str(&number.to_string()) }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        if let Some(value) = self.form.spelled[self.question].get(text) {
            *self.value = Some(*value);
            return Ok(());
        }
        *self.value = match text {
            "" => None,
            _ => self.asked().parse(text).map_err(E::custom)?,
        };
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if !matches!(self.asked().kind, Kind::Choices(_)) {
            return Err(self.wrong("a list"));
        }
        let Self { form, question, value } = self;
        let mut set = OptionSet::default();
        while items.next_element_seed(AnswerOf { form, question, value })?.is_some() {
            match *value {
                Some(Value::Choices(one)) => set = set.union(one),
                _ => return Err(AnswerOf { form, question, value }.wrong("an empty entry")),
            }
        }
        *value = Some(Value::Choices(set));
        Ok(())
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

/// The heads of a table so far, each with how often it was met.
#[derive(Default)]
struct Named(HashMap<String, usize>);

impl Named {
    /// The head, or where that is taken the head with a number: "x (2)".
    fn distinct(&mut self, head: &str) -> String {
        let mut distinct = head.to_owned();
        while self.0.contains_key(&distinct) {
            let times = self.0.entry(head.to_owned()).or_insert(1);
            *times += 1;
            distinct = format!("{head} ({times})").trim_start().to_owned();
        }
        self.0.insert(distinct.clone(), 1);
        distinct
    }
}
