//! `needk8s.toml`: the recorded answers and the recorded decision, kept with every comment in them.

use std::cell::RefCell;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::comments;
use super::exit::Stop;
use super::input::{line_of, no_faults, read_record};
use super::output::{shown, write_whole};
use crate::answers::{Answers, Given, Origin};
use crate::assessment::Assessment;
use crate::document::{Entry, FaultLog, Located, Node, Reader, SourceFile, did_you_mean, read_toml};
use crate::explanation::{Explanation, Status, Target};
use crate::facts::{Conclusions, Finding, Place};
use crate::report::condition_of;
use crate::rulebook::{
    Condition, Leaning, Reading, Rulebook, UNDECIDED, Value, read_answer, read_answer_table,
};
use crate::text::one_line;

/// The file's name, in the working directory.
pub(super) const FILE: &str = "needk8s.toml";

/// The tables that the file may have of its own.
const TABLES: [&str; 4] = ["answers", "decision", "evidence", "scan"];

/// The time of the scan, and what was found, in the table of evidence.
const SCANNED: &str = "scanned";
const FOUND: &str = "found";
const LINES: &str = "lines";
/// How many lines are recorded as evidence of one answer.
const MAX_LINES: usize = 12;
/// The remark beside an answer of which only a part was found.
const PARTIAL: &str = " # as found; there may be more";

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    /// The index of the verdict's band; `None` when it was undecided.
    pub(super) verdict: Option<usize>,
    /// The id of the platform; one that the rulebook no longer knows is kept.
    pub(super) platform: Option<String>,
    /// The day.
    pub(super) date: Option<String>,
    /// Name and version of the rulebook.
    pub(super) rulebook: Option<(String, String)>,
    /// What would change it, as it was when it was taken.
    pub(super) revisit: Vec<Condition>,
    /// What a scan had found then.
    pub(super) evidence: Vec<Evidence>,
}

/// What a scan had found of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) question: usize,
    pub(super) value: Value,
    /// The lines that showed it.
    pub(super) lines: Vec<Place>,
}

impl Decision {
    /// Whether a scan had found this when the decision was recorded.
    pub(super) fn has_found(&self, question: usize, value: Value) -> bool {
        self.evidence.iter().any(|evidence| evidence.question == question && evidence.value == value)
    }
}

/// Reads the file, if there is one: its answers go to `answers`, what a scan is to leave out to `exclude`, its decision is
/// returned.
pub(super) fn read(
    rulebook: &Rulebook,
    path: &Path,
    answers: &mut Answers,
    exclude: &mut Vec<String>,
) -> Result<Option<Decision>, Stop> {
    let file = SourceFile { name: shown(path), text: read_record(path)? };
    let collected = RefCell::new(Vec::new());
    let decision = {
        let log = FaultLog::new(0, &collected);
        let entries = read_toml(&file.text, &log);
        check_tables(&entries, &log);
        if let Some(Node::Table(given)) = find(&entries, "answers") {
            for read in read_answer_table(rulebook.questions(), given, &log) {
                let origin =
                    Origin::File { name: file.name.clone(), line: line_of(&file.text, read.span.start) };
                answers.add(read.question, Given { value: read.value, origin });
            }
        }
        let reader = Reader::new(&entries, 0..0, "the file", &log);
        let evidence = read_evidence(rulebook, reader.map("evidence"), &log);
        if let Some(scan) = reader.table("scan") {
            exclude.extend(scan.words("exclude").into_iter().map(|word| word.text.to_owned()));
            scan.finish();
        }
        if let Some(Node::Table(decided)) = find(&entries, "decision") {
            check_keys(decided, &log);
        }
        let decision = reader.table("decision").and_then(|table| read_decision(rulebook, &table));
        decision.map(|decision| Decision { evidence, ..decision })
    };
    no_faults(file, collected)?;
    Ok(decision)
}

fn find<'d>(entries: &'d [Entry<'d>], key: &str) -> Option<&'d Node<'d>> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value.node)
}

/// Tables of other programs are left alone, but a misspelled one of ours, or an answer outside `[answers]`, is a fault.
fn check_tables(entries: &[Entry<'_>], log: &FaultLog<'_>) {
    for entry in entries.iter().filter(|entry| !TABLES.contains(&entry.key.as_ref())) {
        match &entry.value.node {
            Node::Table(_) => {
                if let Some(near) = crate::document::did_you_mean(&entry.key, TABLES) {
                    let message = format!("there is no table `{}`", entry.key);
                    log.fault(entry.key_span.clone(), message, Some(format!("did you mean `{near}`?")));
                }
            }
            _ => {
                let help = "answers stand under [answers]".to_owned();
                log.fault(entry.key_span.clone(), format!("`{}` stands in no table", entry.key), Some(help));
            }
        }
    }
    for entry in entries.iter().filter(|entry| TABLES.contains(&entry.key.as_ref())) {
        if !matches!(entry.value.node, Node::Table(_)) {
            log.fault(entry.value.span.clone(), format!("`{}` must be a table", entry.key), None);
        }
    }
}

/// Tells keys that look like one of the decision's own; others are somebody's notes.
fn check_keys(decided: &[Entry<'_>], log: &FaultLog<'_>) {
    const KEYS: [&str; 9] =
        ["verdict", "leaning", "platform", "margin", "sureness", "date", "rulebook", "version", "revisit"];
    for entry in decided.iter().filter(|entry| !KEYS.contains(&entry.key.as_ref())) {
        if let Some(near) = did_you_mean(&entry.key, KEYS) {
            let message = format!("there is no key `{}` in a decision", entry.key);
            log.fault(entry.key_span.clone(), message, Some(format!("did you mean `{near}`?")));
        }
    }
}

fn read_decision(rulebook: &Rulebook, table: &Reader<'_>) -> Option<Decision> {
    let verdict = table.required_word("verdict");
    let rulebook_name = table.text("rulebook");
    let version = table.text("version");
    let platform = table.text("platform");
    let date = table.text("date");
    let revisit = table.tables("revisit", "the turning point");
    let revisit = revisit.into_iter().filter_map(|table| read_revisit(rulebook, table)).collect();
    let verdict = verdict?;
    let band = rulebook.bands().iter().position(|band| band.id == verdict.text);
    if band.is_none() && verdict.text != UNDECIDED {
        let ids = rulebook.bands().iter().map(|band| band.id.as_str()).chain([UNDECIDED]);
        table.log().unknown(verdict.span.clone(), "verdict", verdict.text, ids);
        return None;
    }
    let rulebook = rulebook_name.zip(version);
    Some(Decision { verdict: band, platform, date, rulebook, revisit, evidence: Vec::new() })
}

/// One `[[decision.revisit]]`: its condition. Where it leads is for readers, and must still be a verdict or a side.
fn read_revisit(rulebook: &Rulebook, table: Reader<'_>) -> Option<Condition> {
    let when = table.get("when");
    if when.is_none() {
        let message = "the turning point lacks `when`".to_owned();
        table.log().fault(table.span(), message, Some("when = { question = \"value\" }".to_owned()));
    }
    if let Some(to) = table.word("to") {
        let sides =
            [Leaning::Without, Leaning::Hedge, Leaning::With].map(|side| rulebook.side(side).id.as_str());
        let ids: Vec<&str> = rulebook.bands().iter().map(|band| band.id.as_str()).chain(sides).collect();
        if !ids.contains(&to.text) {
            table.log().unknown(to.span.clone(), "verdict or side", to.text, ids.iter().copied());
        }
    }
    let condition = when.map(|when| rulebook.read_condition(when, table.log()));
    table.finish();
    condition
}

/// What was found of each question when the decision was recorded, and where. Words beside it are for people.
fn read_evidence(rulebook: &Rulebook, entries: &[Entry<'_>], log: &FaultLog<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for entry in entries.iter().filter(|entry| entry.key != SCANNED) {
        let Some(question) = rulebook.question(&entry.key) else {
            let ids = rulebook.questions().iter().map(|question| question.id.as_str());
            log.unknown(entry.key_span.clone(), "question", &entry.key, ids);
            continue;
        };
        let Some(table) = Reader::of(&entry.value, "the evidence", log) else { continue };
        let Some(found) = table.get(FOUND) else { continue };
        match read_answer(&rulebook.questions()[question], found) {
            Ok(value) => {
                let lines = table.get(LINES).map(read_lines).unwrap_or_default();
                evidence.extend(value.map(|value| Evidence { question, value, lines }));
            }
            Err(error) => log.fault(found.span.clone(), error.message, Some(error.help)),
        }
    }
    evidence
}

/// The places of lines, as far as they are spelt like places.
fn read_lines(lines: &Located<'_>) -> Vec<Place> {
    let Node::List(lines) = &lines.node else { return Vec::new() };
    let place = |line: &Located<'_>| {
        let Node::Table(entries) = &line.node else { return None };
        let Node::Text(path) = find(entries, "path")? else { return None };
        let line = match find(entries, "line") {
            Some(Node::Integer(line)) => usize::try_from(*line).unwrap_or_default(),
            _ => 0,
        };
        Some(Place { path: path.to_string(), line })
    };
    lines.iter().filter_map(place).collect()
}

/// What is to be recorded.
pub(super) struct Record<'a> {
    pub(super) rulebook: &'a Rulebook,
    pub(super) answers: &'a Answers,
    pub(super) assessment: &'a Assessment,
    pub(super) explanation: &'a Explanation,
    /// What a scan concluded, if there was one.
    pub(super) evidence: Option<&'a Conclusions>,
    pub(super) now: time::OffsetDateTime,
}

impl Record<'_> {
    /// Records all of it in the file, which keeps its comments and whatever else it says.
    pub(super) fn write(&self, path: &Path) -> Result<(), Stop> {
        let existing = if path.symlink_metadata().is_ok() { Some(read_record(path)?) } else { None };
        let new =
            "# Recorded by needk8s; `needk8s check` holds the decision against the answers.\n\n[answers]\n";
        let text = existing.as_deref().unwrap_or(new);
        let mut document: DocumentMut =
            text.parse().map_err(|error| Stop::wrong(format!("cannot change {}: {error}", shown(path))))?;
        let before = TABLES.map(|name| document.get(name).map(comments::of_item).unwrap_or_default());
        self.put_answers(table_at(&mut document, "answers", path)?);
        self.put_decision(table_at(&mut document, "decision", path)?);
        if let Some(conclusions) = self.evidence {
            document.insert("evidence", Item::Table(self.evidence_table(conclusions)));
        }
        for (name, before) in TABLES.into_iter().zip(before) {
            keep_comments(&mut document, name, before);
        }
        write_whole(path, &document.to_string())
    }

    fn put_answers(&self, table: &mut Table) {
        for (index, question) in self.rulebook.questions().iter().enumerate() {
            match self.answers.given(index) {
                None => {}
                Some(_) if self.assessment.readings.get(index) == Some(&Reading::DoesNotApply) => {
                    table.remove(&question.id);
                }
                Some(given) => {
                    put(table, &question.id, item(self.rulebook, index, given.value));
                    let item = table.get_mut(&question.id).and_then(Item::as_value_mut);
                    if let Some(item) = item.filter(|_| given.is_partial()) {
                        item.decor_mut().set_suffix(PARTIAL);
                    }
                }
            }
        }
    }

    fn put_decision(&self, table: &mut Table) {
        let (year, month, day) = self.now.to_calendar_date();
        let verdict = &self.rulebook.bands()[self.assessment.band].id;
        let platform = &self.rulebook.platforms()[self.assessment.recommendation].id;
        let outlook = &self.explanation.outlook;
        if outlook.status == Status::Undecided {
            let leaning = [("verdict", verdict), ("platform", platform)];
            put(table, "verdict", value(UNDECIDED));
            put(table, "leaning", value(leaning.into_iter().collect::<InlineTable>()));
            table.remove("platform");
        } else {
            put(table, "verdict", value(verdict));
            put(table, "platform", value(platform));
            table.remove("leaning");
        }
        put(table, "margin", value(self.assessment.margin));
        put(table, "sureness", value(i64::from(outlook.sureness.share.percent())));
        put(table, "date", value(format!("{year:04}-{:02}-{day:02}", u8::from(month))));
        put(table, "rulebook", value(self.rulebook.name()));
        put(table, "version", value(self.rulebook.version()));
        put_revisit(self.rulebook, table, &self.revisit());
    }

    /// The turning points that are worth watching: to the other side, those in which systems grow first.
    fn revisit(&self) -> Vec<Revisit> {
        let rulebook = self.rulebook;
        if self.explanation.outlook.status == Status::Undecided {
            return Vec::new();
        }
        let watched = self.explanation.to_watch(rulebook, self.assessment.band);
        let points = watched.into_iter().flat_map(|turning| {
            let to = match turning.target {
                Target::Side(side) => &rulebook.side(side).id,
                Target::Verdict(band) => &rulebook.bands()[band].id,
            };
            turning.points.iter().take(MOST_REVISITS).map(move |point| (point, to))
        });
        points.map(|(point, to)| Revisit { when: condition_of(rulebook, point), to: to.clone() }).collect()
    }

    /// The time, and one table for each question that was answered by what was found.
    fn evidence_table(&self, conclusions: &Conclusions) -> Table {
        let mut evidence = Table::new();
        let (year, month, day) = self.now.to_calendar_date();
        let (hour, minute, second) = self.now.to_hms();
        let time = format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month));
        evidence.insert(SCANNED, value(time));
        for finding in conclusions.findings.iter().filter(|finding| finding.answers) {
            let question = &self.rulebook.questions()[finding.question];
            let mut table = Table::new();
            table.insert(FOUND, item(self.rulebook, finding.question, Some(finding.value)));
            table.insert("sureness", value(finding.sureness.word()));
            table.insert(LINES, value(lines(finding)));
            evidence.insert(&question.id, Item::Table(table));
        }
        evidence
    }
}

/// A turning point to watch: what has to come true, and the id of the verdict or side that it leads to.
struct Revisit {
    when: Condition,
    to: String,
}

/// How many turning points a decision keeps for each direction.
const MOST_REVISITS: usize = 8;

/// Replaces the turning points; a comment above the first of them stays.
fn put_revisit(rulebook: &Rulebook, decision: &mut Table, revisit: &[Revisit]) {
    let before = match decision.remove("revisit") {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter().next().and_then(|first| first.decor().prefix().cloned())
        }
        _ => None,
    };
    let mut tables = ArrayOfTables::new();
    for Revisit { when, to } in revisit {
        let mut table = Table::new();
        table.insert("to", value(to));
        table.insert("when", value(toml_of(&when.written(rulebook.questions()))));
        tables.push(table);
    }
    if let (Some(first), Some(before)) = (tables.iter_mut().next(), before) {
        first.decor_mut().set_prefix(before);
    }
    if !tables.is_empty() {
        decision.insert("revisit", Item::ArrayOfTables(tables));
    }
}

/// A condition as TOML on one line.
fn toml_of(data: &serde_json::Value) -> toml_edit::Value {
    use serde_json::Value as Json;
    match data {
        Json::Object(entries) => {
            entries.iter().map(|(key, value)| (key, toml_of(value))).collect::<InlineTable>().into()
        }
        Json::Array(items) => items.iter().map(toml_of).collect::<toml_edit::Array>().into(),
        Json::Number(number) => number.as_i64().unwrap_or(i64::MAX).into(),
        Json::Bool(flag) => (*flag).into(),
        Json::String(text) => text.as_str().into(),
        Json::Null => "".into(),
    }
}

/// The lines that show a finding, one a row.
fn lines(finding: &Finding) -> Array {
    let mut lines = Array::new();
    for seen in finding.evidence.iter().take(MAX_LINES) {
        let mut line = InlineTable::new();
        line.insert("path", one_line(&seen.place.path).into());
        line.insert("line", i64::try_from(seen.place.line).unwrap_or(i64::MAX).into());
        line.insert("says", seen.says.as_str().into());
        let mut line = toml_edit::Value::from(line);
        line.decor_mut().set_prefix("\n  ");
        lines.push_formatted(line);
    }
    lines.set_trailing("\n");
    lines.set_trailing_comma(true);
    lines
}

fn table_at<'d>(document: &'d mut DocumentMut, name: &str, path: &Path) -> Result<&'d mut Table, Stop> {
    let item = document.entry(name).or_insert_with(|| Item::Table(Table::new()));
    if let Some(inline) = item.as_inline_table() {
        *item = Item::Table(inline.clone().into_table());
    }
    item.as_table_mut().ok_or_else(|| Stop::wrong(format!("`{name}` in {} is not a table", shown(path))))
}

/// Sets a value without touching the comments above and beside it.
fn put(table: &mut Table, key: &str, mut new: Item) {
    let Some(old) = table.get_mut(key) else {
        table.insert(key, new);
        return;
    };
    let same = old.as_array().zip(new.as_array()).is_some_and(|(old, new)| {
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.as_str() == new.as_str())
    });
    if same {
        return;
    }
    if let (Some(old), Some(new)) = (old.as_value(), new.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    *old = new;
}

/// Puts above a table what comments its keys had that are there no more.
fn keep_comments(document: &mut DocumentMut, name: &str, mut before: Vec<String>) {
    let Some(Item::Table(table)) = document.get_mut(name) else { return };
    for kept in comments::of_item(&Item::Table(table.clone())) {
        if let Some(index) = before.iter().position(|comment| *comment == kept) {
            before.remove(index);
        }
    }
    before.retain(|comment| comment != PARTIAL.trim());
    comments::put_above(table, &before);
}

fn item(rulebook: &Rulebook, question: usize, given: Option<Value>) -> Item {
    let question = &rulebook.questions()[question];
    match given {
        None => value(crate::rulebook::UNKNOWN),
        Some(Value::Flag(flag)) => value(flag),
        Some(Value::Count(number)) => value(i64::try_from(number).unwrap_or(i64::MAX)),
        Some(Value::Choices(set)) => {
            let ids = set.iter().map(|option| question.options()[option].id.as_str());
            value(ids.collect::<toml_edit::Array>())
        }
        Some(choice) => value(question.spell(choice)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_record_is_read_within_bounds() {
        let rulebook = Rulebook::builtin().unwrap_or_else(|faults| panic!("{faults}"));
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = folder.path().join(FILE);
        crate::fuzz::texts("record", |text| {
            std::fs::write(&path, text).unwrap_or_else(|error| panic!("{error}"));
            read(&rulebook, &path, &mut Answers::none(&rulebook), &mut Vec::new())
                .map_err(|stop| assert!(stop.0.len() < 100_000))
        });
    }
}
