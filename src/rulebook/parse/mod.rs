//! Rule files → [`Rulebook`]: reads every table, resolves every id, and reports all faults at once.

mod answers;
mod availability;
mod bounds;
mod cases;
mod condition;
mod criteria;
mod knowledge;
mod promises;
mod questions;
mod sharing;
mod verdict;

pub(crate) use answers::{read_answer, read_answer_table};
pub(super) use condition::read as read_condition;

use std::cell::RefCell;
use std::collections::HashMap;

use availability::Places;
use rayon::prelude::*;

use super::Rulebook;
use crate::document::{
    Entry, Fault, FaultKind, FaultLog, Faults, Node, Reader, SourceFile, Span, Word, read_toml,
};

/// The version of the shapes that this program reads.
pub(crate) const SCHEMA: &str = "needk8s.rulebook/1";

pub(super) fn parse(files: Vec<SourceFile>) -> Result<Rulebook, Faults> {
    let collected = RefCell::new(Vec::new());
    let rulebook = read(&files, &collected);
    let mut faults: Vec<Fault> = collected.into_inner();
    if let (Some(rulebook), true) = (rulebook, faults.is_empty()) {
        return Ok(Rulebook::of(files, rulebook));
    }
    faults.sort_by_key(|fault| (fault.file, fault.span.start));
    Err(Faults { files, faults })
}

/// Builds a rulebook of a document that was put together of several; faults name no files, and places in that document.
pub(super) fn build_merged(entries: &[Entry<'_>], collected: &RefCell<Vec<Fault>>) -> Option<Rulebook> {
    let log = FaultLog::new(0, collected);
    build(vec![Reader::new(entries, 0..0, "the file", &log)], collected)
}

/// The tables of one kind in all files, and the ids that they give.
struct Section<'d> {
    tables: Vec<Reader<'d>>,
    ids: Ids<'d>,
}

/// The ids of one kind of thing, in their order.
struct Ids<'d> {
    what: &'static str,
    names: Vec<&'d str>,
    index: HashMap<&'d str, usize>,
}

impl Ids<'_> {
    /// The index of an id; a fault with the nearest one when there is none.
    fn resolve(&self, text: &str, span: &Span, log: &FaultLog<'_>) -> Option<usize> {
        let found = self.index.get(text).copied();
        if found.is_none() {
            log.unknown(span.clone(), self.what, text, self.names.iter().copied());
        }
        found
    }

    fn resolve_word(&self, word: Word<'_>, log: &FaultLog<'_>) -> Option<usize> {
        self.resolve(word.text, word.span, log)
    }

    /// The indices of the ids in a list.
    fn resolve_list(&self, reader: &Reader<'_>, key: &'static str) -> Vec<usize> {
        reader.words(key).filter_map(|word| self.resolve_word(word, reader.log())).collect()
    }

    /// The index of the id that must stand at `key`; 0 stands in when it does not.
    fn required(&self, reader: &Reader<'_>, key: &'static str) -> usize {
        reader.required_word(key).and_then(|word| self.resolve_word(word, reader.log())).unwrap_or_default()
    }
}

/// The tables of every kind.
struct Sections<'d> {
    sources: Section<'d>,
    families: Section<'d>,
    platforms: Section<'d>,
    duties: Section<'d>,
    groups: Section<'d>,
    questions: Section<'d>,
    aspects: Section<'d>,
    criteria: Section<'d>,
    problems: Section<'d>,
    steps: Section<'d>,
    bands: Section<'d>,
    exceptions: Section<'d>,
    promises: Section<'d>,
    cases: Section<'d>,
}

impl<'d> Sections<'d> {
    fn collect(heads: &[Reader<'d>]) -> Self {
        let section = |key, what| Section::collect(heads, key, what);
        Self {
            sources: section("source", "the source"),
            families: section("family", "the family"),
            platforms: section("platform", "the platform"),
            duties: section("duty", "the duty"),
            groups: section("group", "the group"),
            questions: section("question", "the question"),
            aspects: section("aspect", "the aspect"),
            criteria: section("criterion", "the criterion"),
            problems: section("problem", "the problem"),
            steps: section("step", "the step"),
            bands: section("band", "the band"),
            exceptions: section("exception", "the exception"),
            promises: section("promise", "the promise"),
            cases: section("case", "the case"),
        }
    }
}

impl<'d> Section<'d> {
    fn collect(heads: &[Reader<'d>], key: &'static str, what: &'static str) -> Self {
        let tables: Vec<Reader<'d>> = heads.iter().flat_map(|head| head.tables(key, what)).collect();
        let mut ids = Ids { what: key, names: Vec::new(), index: HashMap::new() };
        for table in &tables {
            let Some(word) = table.required_word("id") else {
                ids.names.push("");
                continue;
            };
            if !is_id(word.text) {
                let help = "an id is made of lower-case letters, digits, `.` and `-`".to_owned();
                table.log().fault(word.span.clone(), format!("`{}` is no id", word.text), Some(help));
            }
            if ids.index.insert(word.text, ids.names.len()).is_some() {
                table.log().fault(word.span.clone(), format!("there are two of {key} `{}`", word.text), None);
            }
            ids.names.push(word.text);
        }
        Self { tables, ids }
    }

    /// Turns every table into a value and reports its unknown keys.
    fn build<T>(&self, mut build: impl FnMut(&Reader<'d>, String) -> T) -> Vec<T> {
        self.tables
            .iter()
            .zip(&self.ids.names)
            .map(|(table, id)| {
                let built = build(table, (*id).to_owned());
                table.finish();
                built
            })
            .collect()
    }

    /// Where the tables stand, for faults that show only when everything is read.
    fn places(&self) -> Vec<(&'d FaultLog<'d>, Span)> {
        self.tables.iter().map(|table| (table.log(), table.span())).collect()
    }

    fn require_some(&self, head: &Reader<'_>) {
        if self.tables.is_empty() {
            head.log().fault(
                head.span(),
                format!("the rulebook has no {}", self.ids.what),
                Some(format!("add `[[{}]]`", self.ids.what)),
            );
        }
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
        && text.len() <= 60
}

/// What the files say, read on all cores, and the faults of their syntax and size.
pub(super) fn read_all<'f>(files: &'f [SourceFile], collected: &RefCell<Vec<Fault>>) -> Vec<Vec<Entry<'f>>> {
    let read = |(file, source): (usize, &'f SourceFile)| {
        let faults = RefCell::new(Vec::new());
        let log = FaultLog::new(file, &faults);
        let of_stranger = || {
            let document = read_toml(&source.text, &log);
            bounds::check(&document, &log);
            document
        };
        let document = source.read_when_built().unwrap_or_else(of_stranger);
        (document, faults.into_inner())
    };
    let (documents, faults): (Vec<_>, Vec<_>) = files.par_iter().enumerate().map(read).unzip();
    collected.borrow_mut().extend(faults.into_iter().flatten());
    documents
}

fn read(files: &[SourceFile], collected: &RefCell<Vec<Fault>>) -> Option<Rulebook> {
    let logs: Vec<FaultLog<'_>> = (0..files.len()).map(|file| FaultLog::new(file, collected)).collect();
    let documents = read_all(files, collected);
    let heads = documents.iter().zip(&logs);
    let heads = heads.map(|(document, log)| Reader::new(document, 0..0, "the file", log)).collect();
    build(heads, collected)
}

fn build(heads: Vec<Reader<'_>>, collected: &RefCell<Vec<Fault>>) -> Option<Rulebook> {
    let Some(head) = heads.iter().find(|head| head.get("schema").is_some()).or(heads.first()) else {
        let help = format!("a rulebook is one or more TOML files; one of them says schema = \"{SCHEMA}\"");
        collected.borrow_mut().push(Fault::new(0, 0..0, "there is no rule file".to_owned(), Some(help)));
        return None;
    };
    let all = Sections::collect(&heads);
    for section in [&all.families, &all.platforms, &all.questions, &all.criteria, &all.bands] {
        section.require_some(head);
    }

    let places = Places { questions: all.questions.places(), criteria: all.criteria.places() };
    let questions = questions::build(&all.questions, &all.groups.ids);
    let names = knowledge::Names {
        questions: &questions,
        families: &all.families.ids,
        duties: &all.duties.ids,
        platforms: &all.platforms.ids,
        aspects: &all.aspects.ids,
        sources: &all.sources.ids,
    };
    let verdicts = verdict::build(head, &all.bands, names);
    let duties = knowledge::duties(&all.duties, names);
    let platforms = knowledge::platforms(&all.platforms, &duties, names);
    let exceptions = knowledge::exceptions(&all.exceptions, names);
    let criteria = criteria::build(&all.criteria, names);
    let promises = promises::build(
        &all.promises,
        promises::Names {
            questions: &questions,
            criteria: &criteria,
            bands: &verdicts.bands,
            exceptions: &exceptions,
        },
    );
    promises::check_middle(&promises, &verdicts.bands, head);
    let aspects = knowledge::aspects(&all.aspects, names);
    let problems = knowledge::problems(&all.problems, names);
    let steps = knowledge::steps(&all.steps, names);
    let sharing = sharing::read(head, &questions, &all.platforms.ids);
    let mut rulebook = Rulebook {
        files: Vec::new(),
        digest: String::new(),
        layers: Vec::new(),
        changes: Vec::new(),
        is_shipped: false,
        name: verdicts.name,
        version: verdicts.version,
        title: verdicts.title,
        subject: verdicts.subject,
        effort_price: verdicts.effort_price,
        shortfall_price: verdicts.shortfall_price,
        decided_from: verdicts.decided_from,
        undecided: verdicts.undecided,
        with: verdicts.with,
        without: verdicts.without,
        hedge: verdicts.hedge,
        bands: verdicts.bands,
        groups: knowledge::groups(&all.groups),
        questions,
        criteria,
        aspects,
        families: knowledge::families(&all.families),
        duties,
        platforms,
        problems,
        steps,
        exceptions,
        promises,
        sharing,
        sources: knowledge::sources(&all.sources),
        cases: Vec::new(),
    };
    rulebook.cases = cases::build(&all.cases, &rulebook);
    check_size(&rulebook, head);
    check_sides(&rulebook, head);
    // What follows from faulty tables is no news, and may be large.
    if collected.borrow().is_empty() {
        availability::check(&rulebook, &places);
    }
    for head in heads {
        head.finish();
    }
    Some(rulebook)
}

/// What decides how long answers take to be explained, and how much of each there may be.
fn check_size(rulebook: &Rulebook, head: &Reader<'_>) {
    for (number, most, what) in [
        (rulebook.questions.len(), 100, "questions"),
        (rulebook.criteria.len(), 400, "criteria"),
        (rulebook.platforms.len(), 60, "platforms"),
        (rulebook.aspects.len(), 100, "aspects"),
        (rulebook.bands.len(), 20, "bands"),
        (rulebook.count_tests(), 2_000, "tests of answers in its conditions"),
    ] {
        if number > most {
            let message = format!("the rulebook has {number} {what}, at most {most} are weighed");
            head.log().fault_of(FaultKind::OfAll, head.span(), message, None);
        }
    }
}

/// Both sides of the question need a platform, or there is nothing to compare.
fn check_sides(rulebook: &Rulebook, head: &Reader<'_>) {
    let subjects = (0..rulebook.platforms.len()).filter(|platform| rulebook.is_subject(*platform)).count();
    if subjects == 0 || subjects == rulebook.platforms.len() {
        let message = "the rulebook needs platforms inside the family `subject` and outside it".to_owned();
        head.log().fault(head.span(), message, None);
    }
}

/// The text of a value for a message.
fn shown(node: &Node<'_>) -> String {
    match node {
        Node::Text(text) => {
            format!("`{}`", text.chars().filter(|c| !c.is_control()).take(60).collect::<String>())
        }
        Node::Integer(number) => number.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Flag(flag) => flag.to_string(),
        other => other.kind().to_owned(),
    }
}
