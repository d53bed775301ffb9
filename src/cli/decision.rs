//! `needk8s.toml`: the recorded answers and the recorded decision, kept with every comment in them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::comments;
use super::exit::Stop;
use super::input::{no_faults, read_record};
use super::output::{shown, write_whole};
use super::program::day_of;
use super::rulebooks;
use crate::answers::{Answers, Given, Origin};
use crate::assessment::Assessment;
use crate::document::{Entry, FaultLog, Located, Node, Reader, SourceFile, did_you_mean, read_toml};
use crate::explanation::{Explanation, Status, Target};
use crate::facts::{Conclusions, Finding, Place};
use crate::report::condition_of;
use crate::report::outcome::{GateName, Waiver};
use crate::rulebook::{
    Condition, Leaning, Question, Reading, Rulebook, UNDECIDED, Value, read_answer, read_answer_table,
};
use crate::text::{line_of, one_line, shortened};

/// The file's name, in the working directory.
pub(super) const FILE: &str = "needk8s.toml";

/// The tables that the file may have of its own.
const TABLES: [&str; 4] = ["answers", "decision", "evidence", "scan"];

/// The tables of leave for gates to fail.
const WAIVER: &str = "waiver";

/// The keys of a decision.
const KEYS: [&str; 11] = [
    "verdict", "leaning", "platform", "margin", "sureness", "date", "rulebook", "version", DIGEST,
    DECIDED_ON, "revisit",
];

/// The SHA-256 of the rules, where they are not those of a released program, whose version says it.
const DIGEST: &str = "digest";

/// The answers that it was decided on, and the remark beside them.
const DECIDED_ON: &str = "answers";
const DECIDED_ON_REMARK: &str = " # the answers of that day, which check compares; those to change are above";

/// The time of the scan, and what was found, in the table of evidence.
const SCANNED: &str = "scanned";
const FOUND: &str = "found";
const SURENESS: &str = "sureness";
const LINES: &str = "lines";
/// How many lines are recorded as evidence of one answer.
const MAX_LINES: usize = 12;
/// The remark beside an answer of which only a part was found.
const PARTIAL: &str = " # as found; there may be more";

/// What the file says beside answers.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) decision: Option<Decision>,
    pub(super) waivers: Vec<Waiver>,
    /// What nothing is read from, by name and line: "`[other]` (line 7)".
    pub(super) unread: Vec<String>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    /// The line that says the verdict.
    pub(super) line: usize,
    /// The index of the verdict's band; `None` when it was undecided.
    pub(super) verdict: Option<usize>,
    /// The id of the platform; one that the rulebook no longer knows is kept.
    pub(super) platform: Option<String>,
    /// The margin; records of older versions have none.
    pub(super) margin: Option<i64>,
    /// The day.
    pub(super) date: Option<String>,
    /// Name and version of the rulebook and its layers.
    pub(super) rulebook: Option<(String, String)>,
    /// The SHA-256 of their files, where they are not built in.
    pub(super) digest: Option<String>,
    /// The answers that it was taken on, by question; records of older versions have none.
    pub(super) decided_on: Option<DecidedOn>,
    /// What would change it, as it was when it was taken.
    pub(super) revisit: Vec<Condition>,
    /// What a scan had found then.
    pub(super) evidence: Vec<Evidence>,
}

/// The answers that a decision was taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DecidedOn {
    /// Each question that was answered, and how; `None` says that it was not known.
    pub(super) answers: Vec<(usize, Option<Value>)>,
    /// The line of the record that says so.
    pub(super) line: usize,
}

/// What a scan had found of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) question: usize,
    pub(super) value: Value,
    /// The lines that showed it.
    pub(super) lines: Vec<Shown>,
}

/// A line that showed something, and the line of the record that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) place: Place,
    pub(super) recorded_at: usize,
}

impl Decision {
    /// That it was taken by other rules than those of now: "decided with …, assessed with …".
    pub(super) fn other_rules(&self, rulebook: &Rulebook) -> Option<String> {
        let (name, version) = self.rulebook.as_ref()?;
        let (own_name, own_version) = (rulebook.full_name(), rulebook.full_version());
        let (name, version) = (one_line(name), one_line(version));
        if name != own_name || version != own_version {
            return Some(format!(
                "decided with the rulebook {name} {version}, assessed with {own_name} {own_version}"
            ));
        }
        let is_edited = self.digest.as_ref().is_some_and(|then| then != rulebook.digest());
        is_edited.then(|| format!("the files of {name} {version} are others than when it was decided"))
    }

    /// Whether a scan had found this when the decision was recorded.
    pub(super) fn has_found(&self, question: usize, value: Value) -> bool {
        self.evidence.iter().any(|evidence| evidence.question == question && evidence.value == value)
    }
}

/// Reads the file: its answers go to `answers`, what a scan is to leave out to `exclude`, the rest is returned.
pub(super) fn read(
    rulebook: &Rulebook,
    path: &Path,
    answers: &mut Answers,
    exclude: &mut Vec<String>,
) -> Result<Recorded, Stop> {
    let file = SourceFile::new(shown(path), read_record(path)?);
    let collected = RefCell::new(Vec::new());
    let recorded = {
        let log = FaultLog::new(0, &collected);
        let entries = read_toml(&file.text, &log);
        let mut unread = check_tables(&entries, &log);
        if let Some(Node::Table(given)) = find(&entries, "answers") {
            for read in read_answer_table(rulebook.questions(), given, &log) {
                let origin = Origin::File {
                    name: file.name.clone(),
                    line: line_of(file.text.as_bytes(), read.span.start),
                };
                answers.add(read.question, Given { value: read.value, origin });
            }
        }
        let reader = Reader::new(&entries, 0..0, "the file", &log);
        let evidence = read_evidence(rulebook, reader.map("evidence"), &file.text, &log, &mut unread);
        if let Some(scan) = reader.table("scan") {
            exclude.extend(scan.words("exclude").map(|word| word.text.to_owned()));
            scan.finish();
        }
        let waivers = reader.tables(WAIVER, "the waiver");
        let waivers = waivers.into_iter().filter_map(|table| read_waiver(table, &file.text)).collect();
        if let Some(Node::Table(decided)) = find(&entries, "decision") {
            unread.extend(check_keys(decided, &log));
        }
        let decision = reader.table("decision").and_then(|table| read_decision(rulebook, &table, &file.text));
        unread.sort_by_key(|(at, _)| *at);
        let named = unread.iter().take(MOST_UNREAD);
        let name = |name: &str| shortened(&one_line(name), LONGEST_NAME).into_owned();
        let named =
            named.map(|(at, key)| format!("{} (line {})", name(key), line_of(file.text.as_bytes(), *at)));
        let mut named: Vec<String> = named.collect();
        if unread.len() > MOST_UNREAD {
            named.push(format!("{} more", unread.len() - MOST_UNREAD));
        }
        Recorded {
            decision: decision.map(|decision| Decision { evidence, ..decision }),
            waivers,
            unread: named,
        }
    };
    no_faults(file, collected)?;
    Ok(recorded)
}

/// How many keys that are not read are named, and in how many letters.
const MOST_UNREAD: usize = 5;
const LONGEST_NAME: usize = 60;

/// Something of the file that nothing is read from: where it stands, and its name.
type Unread = (usize, String);

fn find<'d>(entries: &'d [Entry<'d>], key: &str) -> Option<&'d Node<'d>> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value.node)
}

/// Tables of other programs are left alone and returned, but a misspelled one of ours, or an answer outside `[answers]`, is a
/// fault.
fn check_tables(entries: &[Entry<'_>], log: &FaultLog<'_>) -> Vec<Unread> {
    let ours = TABLES.into_iter().chain([WAIVER]);
    let mut unread = Vec::new();
    for entry in entries {
        let is_list = |items: &[Located<'_>]| items.iter().all(|item| matches!(item.node, Node::Table(_)));
        let is_tables = matches!(&entry.value.node, Node::List(items) if !items.is_empty() && is_list(items));
        let is_table = matches!(entry.value.node, Node::Table(_));
        match entry.key.as_ref() {
            WAIVER if !is_tables => {
                let help = "[[waiver]]\ngate = \"decision\"\nreason = \"…\"\nuntil = \"2027-01-31\"";
                let message = "`waiver` must be a list of tables".to_owned();
                log.fault(entry.value.span.clone(), message, Some(help.to_owned()));
            }
            WAIVER => {}
            // Whoever reads rules has read this.
            rulebooks::KEY if matches!(entry.value.node, Node::List(_)) => {}
            key if TABLES.contains(&key) && is_table => {}
            key if TABLES.contains(&key) => {
                log.fault(entry.value.span.clone(), format!("`{key}` must be a table"), None);
            }
            key if is_table || is_tables => match did_you_mean(key, ours.clone()) {
                Some(near) => {
                    let message = format!("there is no table `{key}`");
                    log.fault(entry.key_span.clone(), message, Some(format!("did you mean `{near}`?")));
                }
                None => unread.push((entry.key_span.start, format!("[{key}]"))),
            },
            key => {
                let help = "answers stand under [answers]".to_owned();
                log.fault(entry.key_span.clone(), format!("`{key}` stands in no table"), Some(help));
            }
        }
    }
    unread
}

/// Faults the keys that look like one of the decision's own; others are somebody's notes and are returned.
fn check_keys(decided: &[Entry<'_>], log: &FaultLog<'_>) -> Vec<Unread> {
    let mut unread = Vec::new();
    for entry in decided.iter().filter(|entry| !KEYS.contains(&entry.key.as_ref())) {
        match did_you_mean(&entry.key, KEYS) {
            Some(near) => {
                let message = format!("there is no key `{}` in a decision", entry.key);
                log.fault(entry.key_span.clone(), message, Some(format!("did you mean `{near}`?")));
            }
            None => unread.push((entry.key_span.start, format!("decision.{}", entry.key))),
        }
    }
    unread
}

/// One `[[waiver]]`: a gate that is known, a reason, and a day.
fn read_waiver(table: Reader<'_>, text: &str) -> Option<Waiver> {
    let gate = table.required_word("gate").and_then(|word| {
        let gate = GateName::named(word.text);
        if gate.is_none() {
            table.log().unknown(word.span.clone(), "gate", word.text, GateName::ALL.map(GateName::word));
        }
        gate
    });
    let reason = table.required_word("reason").map(|word| one_line(word.text));
    let until = read_until(&table, text);
    table.finish();
    Some(Waiver { gate: gate?, reason: reason?, until: until? })
}

/// The last day of a waiver, as a text or as a date of TOML.
fn read_until(table: &Reader<'_>, text: &str) -> Option<String> {
    let Some(value) = table.get("until") else {
        let message = "the waiver lacks `until`".to_owned();
        table.log().fault(table.span(), message, Some("until = \"2027-01-31\", its last day".to_owned()));
        return None;
    };
    let written = match &value.node {
        Node::Text(text) => text.as_ref(),
        _ => text.get(value.span.clone()).unwrap_or_default(),
    };
    if is_day(written) {
        return Some(written.to_owned());
    }
    let message = format!("`until` must be a day of the calendar as YYYY-MM-DD, not `{written}`");
    table.log().fault(value.span.clone(), message, Some("until = \"2027-01-31\"".to_owned()));
    None
}

/// Whether a text is a day of the calendar, as YYYY-MM-DD.
fn is_day(text: &str) -> bool {
    let read = text.parse::<toml::value::Datetime>();
    read.is_ok_and(|read| read.date.is_some() && read.time.is_none() && read.offset.is_none())
}

fn read_decision(rulebook: &Rulebook, table: &Reader<'_>, text: &str) -> Option<Decision> {
    let questions = rulebook.questions();
    let verdict = table.required_word("verdict");
    let rulebook_name = table.text("rulebook");
    let version = table.text("version");
    let digest = table.text(DIGEST);
    let platform = table.text("platform");
    let margin = table.integer("margin", i64::MIN..=i64::MAX);
    let date = table.text("date");
    let revisit = table.tables("revisit", "the turning point");
    let revisit = revisit.into_iter().filter_map(|table| read_revisit(rulebook, table)).collect();
    let verdict = verdict?;
    let band = rulebook.band(verdict.text);
    if band.is_none() && verdict.text != UNDECIDED {
        let ids = rulebook.bands().iter().map(|band| band.id.as_str()).chain([UNDECIDED]);
        table.log().unknown(verdict.span.clone(), "verdict", verdict.text, ids);
        return None;
    }
    let rulebook = rulebook_name.zip(version);
    let line = line_of(text.as_bytes(), verdict.span.start);
    let decided_on = table.get(DECIDED_ON).map(|answers| read_decided_on(questions, answers, text));
    let evidence = Vec::new();
    Some(Decision {
        line,
        verdict: band,
        platform,
        margin,
        date,
        rulebook,
        digest,
        decided_on,
        revisit,
        evidence,
    })
}

/// The answers of the day. Rules may have changed since: what they do not know any more says nothing.
fn read_decided_on(questions: &[Question], given: &Located<'_>, text: &str) -> DecidedOn {
    let entries: &[Entry<'_>] = if let Node::Table(entries) = &given.node { entries } else { &[] };
    let answer = |entry: &Entry<'_>| {
        let question = questions.iter().position(|question| question.id == entry.key)?;
        Some((question, read_answer(&questions[question], &entry.value).ok()?))
    };
    DecidedOn {
        answers: entries.iter().filter_map(answer).collect(),
        line: line_of(text.as_bytes(), given.span.start),
    }
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

/// What was found of each question when the decision was recorded, and where. Words beside it are for people, and go to
/// `unread`.
fn read_evidence(
    rulebook: &Rulebook,
    entries: &[Entry<'_>],
    text: &str,
    log: &FaultLog<'_>,
    unread: &mut Vec<Unread>,
) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for entry in entries.iter().filter(|entry| entry.key != SCANNED) {
        let Some(question) = rulebook.question(&entry.key) else {
            let ids = rulebook.questions().iter().map(|question| question.id.as_str());
            log.unknown(entry.key_span.clone(), "question", &entry.key, ids);
            continue;
        };
        let Some(table) = Reader::of(&entry.value, "the evidence", log) else { continue };
        if let Node::Table(keys) = &entry.value.node {
            let others = keys.iter().filter(|key| ![FOUND, SURENESS, LINES].contains(&key.key.as_ref()));
            unread.extend(
                others.map(|key| (key.key_span.start, format!("evidence.{}.{}", entry.key, key.key))),
            );
        }
        let Some(found) = table.get(FOUND) else { continue };
        match read_answer(&rulebook.questions()[question], found) {
            Ok(value) => {
                let lines = table.get(LINES).map(|lines| read_lines(lines, text)).unwrap_or_default();
                evidence.extend(value.map(|value| Evidence { question, value, lines }));
            }
            Err(error) => log.fault(found.span.clone(), error.message, Some(error.help)),
        }
    }
    evidence
}

/// The places of lines, as far as they are spelt like places.
fn read_lines(lines: &Located<'_>, text: &str) -> Vec<Shown> {
    let Node::List(lines) = &lines.node else { return Vec::new() };
    let shown = |line: &Located<'_>| {
        let recorded_at = line_of(text.as_bytes(), line.span.start);
        let Node::Table(entries) = &line.node else { return None };
        let Node::Text(path) = find(entries, "path")? else { return None };
        let line = match find(entries, "line") {
            Some(Node::Integer(line)) => usize::try_from(*line).unwrap_or_default(),
            _ => 0,
        };
        Some(Shown { place: Place { path: path.to_string(), line }, recorded_at })
    };
    lines.iter().take(MAX_LINES).filter_map(shown).collect()
}

/// What is to be recorded.
pub(super) struct Record<'a> {
    pub(super) rulebook: &'a Rulebook,
    pub(super) answers: &'a Answers,
    pub(super) assessment: &'a Assessment,
    pub(super) explanation: &'a Explanation,
    /// What a scan concluded, if there was one.
    pub(super) evidence: Option<&'a Conclusions>,
    /// The rules that are not built in, to be named in the record, as seen from it.
    pub(super) rules: Vec<String>,
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
        if !self.rules.is_empty() && !document.contains_key(rulebooks::KEY) {
            document.insert(rulebooks::KEY, value(self.rules.iter().collect::<Array>()));
        }
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
        put(table, "date", value(day_of(self.now)));
        put(table, "rulebook", value(self.rulebook.full_name()));
        put(table, "version", value(self.rulebook.full_version()));
        if self.rulebook.is_shipped() && self.rulebook.layers().is_empty() {
            table.remove(DIGEST);
        } else {
            put(table, DIGEST, value(self.rulebook.digest()));
        }
        self.put_decided_on(table);
        put_revisit(self.rulebook, table, &self.revisit());
    }

    /// The answers of the day, on one line.
    fn put_decided_on(&self, table: &mut Table) {
        let mut answers = InlineTable::new();
        for (index, question) in self.rulebook.questions().iter().enumerate() {
            let applies = self.assessment.readings.get(index) != Some(&Reading::DoesNotApply);
            let given = self.answers.given(index).filter(|_| applies);
            if let Some(Item::Value(answer)) = given.map(|given| item(self.rulebook, index, given.value)) {
                answers.insert(&question.id, answer);
            }
        }
        let is_new = !table.contains_key(DECIDED_ON);
        put(table, DECIDED_ON, value(answers));
        if let Some(new) = table.get_mut(DECIDED_ON).and_then(Item::as_value_mut).filter(|_| is_new) {
            new.decor_mut().set_suffix(DECIDED_ON_REMARK);
        }
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
        let (hour, minute, second) = self.now.to_hms();
        let time = format!("{}T{hour:02}:{minute:02}:{second:02}Z", day_of(self.now));
        evidence.insert(SCANNED, value(time));
        for finding in conclusions.findings.iter().filter(|finding| finding.answers) {
            let question = &self.rulebook.questions()[finding.question];
            let mut table = Table::new();
            table.insert(FOUND, item(self.rulebook, finding.question, Some(finding.value)));
            table.insert(SURENESS, value(finding.sureness.word()));
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
    let Some(item) = document.get_mut(name) else { return };
    let mut kept: HashMap<String, usize> = HashMap::new();
    for comment in comments::of_item(item) {
        *kept.entry(comment).or_default() += 1;
    }
    before.retain(|comment| {
        let times = kept.get_mut(comment).filter(|times| **times > 0);
        let is_lost = times.map(|times| *times -= 1).is_none();
        is_lost && comment != PARTIAL.trim() && comment != DECIDED_ON_REMARK.trim()
    });
    if let Item::Table(table) = item {
        comments::put_above(table, &before);
    }
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
                .map(drop)
                .map_err(|stop| assert!(stop.0.len() < 100_000))
        });
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert!(is_day("2027-01-31") && is_day("2028-02-29"));
        for text in [
            "2027-02-29",
            "2027-13-01",
            "2027-1-31",
            "31.1.2027",
            "soon",
            "",
            "2027-01-31T00:00:00Z",
            "+027-01-01",
        ] {
            assert!(!is_day(text), "{text}");
        }
    }
}
