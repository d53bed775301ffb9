//! What is done with one piece of the input: read, judged, filtered, and written or kept.

use std::sync::{Arc, OnceLock};

use super::feed::{Head, NOT_UTF8, Origin, Piece, Refusal, Table, reader_of};
use super::folders::{self, Found};
use super::pages::Pages;
use super::pipeline::Work;
use super::progress::ONE;
use super::{Filter, Flow, Job, Verdicts};
use crate::assessment::assess;
use crate::cli::rulebooks::Named;
use crate::portfolio::{Form, Judge, Judgement, Part, Record, Scratch, Surveyor, System, Totals, Unknown};
use crate::prepared::Prepared;
use crate::report::portfolio::{Line, Lines, kept};
use crate::rulebook::Rulebook;
use crate::text::one_line;

/// Reads and judges.
pub(super) struct Worker<'w> {
    rulebook: &'w Rulebook,
    rules: &'w [Named],
    form: &'w Form<'w>,
    judge: &'w Judge,
    surveyor: Surveyor<'w>,
    lines: Lines<'w>,
    flow: Option<Flow>,
    answers: bool,
    filter: &'w Filter,
    fail_on: &'w Verdicts,
    pages: Option<Pages<'w>>,
    head: Arc<OnceLock<Head>>,
    scratch: Scratch,
    record: Record,
    unknown: Unknown,
    table: Option<csv::Writer<Vec<u8>>>,
}

/// What came of a piece.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) text: Vec<u8>,
    pub(super) systems: Vec<System>,
    pub(super) totals: Option<Totals>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) assessed: u64,
    pub(super) left_out: u64,
    /// Systems of which it was not asked whether they are undecided.
    pub(super) unsaid: u64,
    pub(super) failing: u64,
    /// How much of the input that was.
    pub(super) bytes: u64,
}

impl Batch {
    fn clear(&mut self) {
        self.text.clear();
        self.systems.clear();
        self.refusals.clear();
        self.totals = None;
        (self.assessed, self.left_out, self.unsaid, self.failing) = (0, 0, 0, 0);
    }

    /// Counts a system that is in the result; `None` where it is not known whether it is undecided.
    fn count(&mut self, verdict: Option<Option<usize>>, fail_on: &Verdicts) {
        self.assessed += 1;
        self.unsaid += u64::from(verdict.is_none());
        self.failing += u64::from(verdict.is_some_and(|verdict| fail_on.has(verdict)));
    }
}

impl<'w> Worker<'w> {
    pub(super) fn new(
        job: &'w Job<'w>,
        form: &'w Form<'w>,
        judge: &'w Judge,
        prepared: &'w Prepared<'w>,
        head: Arc<OnceLock<Head>>,
    ) -> Self {
        let rulebook = job.rulebook;
        Self {
            rulebook,
            rules: job.rules,
            form,
            judge,
            surveyor: Surveyor::new(prepared, judge, job.asked),
            lines: Lines::new(rulebook),
            flow: job.flow,
            answers: job.asked.detail,
            filter: &job.filter,
            fail_on: &job.fail_on,
            pages: job.pages.as_deref().map(|folder| Pages::new(prepared, folder, job.provenance.clone())),
            head,
            scratch: judge.scratch(),
            record: Record::of(rulebook),
            unknown: Unknown::default(),
            table: None,
        }
    }

    /// Words that mean nothing here.
    pub(super) fn unknown(self) -> Vec<String> {
        self.unknown.0
    }

    fn lines(&mut self, origin: &Origin, bytes: &[u8], batch: &mut Batch) {
        // Mostly all of it is text.
        let whole = std::str::from_utf8(bytes).ok();
        let mut start = 0;
        for (number, end) in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]).enumerate() {
            let line = match whole {
                Some(text) => Ok(&text[start..end]),
                None => std::str::from_utf8(&bytes[start..end]),
            };
            start = end + 1;
            let place = || format!("{}:{}", origin.file, origin.line + number as u64);
            let read = match line.map(str::trim_ascii) {
                Ok("") => continue,
                Ok(line) => self.form.read_line(line, &mut self.record, &mut self.unknown),
                Err(_) => Err(NOT_UTF8.to_owned()),
            };
            match read {
                Ok(()) => self.take(place, None, None, batch),
                Err(reason) => batch.refusals.push(Refusal { place: place(), reason, is_record: true }),
            }
        }
    }

    fn rows(&mut self, origin: &Origin, table: &Table, bytes: &[u8], batch: &mut Batch) {
        let mut reader = reader_of(bytes, table.delimiter);
        let mut row = csv::ByteRecord::new();
        loop {
            let read = reader.read_byte_record(&mut row);
            let line = row.position().map_or(0, |position| line_of(position, bytes));
            let place = || format!("{}:{}", origin.file, (origin.line + line).saturating_sub(1));
            let refused = |reason: String| Refusal { place: place(), reason, is_record: true };
            match read {
                Ok(false) => return,
                Ok(true) if row.iter().all(<[u8]>::is_empty) => continue,
                Ok(true) => {}
                Err(error) => {
                    batch.refusals.push(refused(error.to_string()));
                    continue;
                }
            }
            if row.len() > table.columns.number() {
                let number = table.columns.number();
                let reason = format!("has {} cells; the first line names {number} columns", row.len());
                batch.refusals.push(refused(reason));
                continue;
            }
            let cells = row.iter().map(std::str::from_utf8);
            if cells.clone().any(|cell| cell.is_err()) {
                batch.refusals.push(refused(NOT_UTF8.to_owned()));
                continue;
            }
            let read = self.form.read_row(&table.columns, cells.flatten(), &mut self.record);
            match read {
                Ok(()) => self.take(place, Some((table, &row)), None, batch),
                Err(reason) => batch.refusals.push(refused(reason)),
            }
        }
    }

    /// A system of which more is known than a line says.
    fn found(&mut self, found: Found, batch: &mut Batch) {
        self.record = Record::of(self.rulebook);
        self.record.name.push_str(&found.name);
        let stated = (0..self.record.values.len()).map(|question| found.answers.value(question));
        self.record.values = stated.collect();
        self.take(|| found.place.clone(), None, Some(&found), batch);
    }

    /// Judges what is in the record, and writes or keeps it.
    fn take(
        &mut self,
        place: impl Fn() -> String,
        row: Option<(&Table, &csv::ByteRecord)>,
        found: Option<&Found>,
        batch: &mut Batch,
    ) {
        let mut record = std::mem::take(&mut self.record);
        self.form.group(&mut record);
        match self.flow {
            Some(flow) => self.write(flow, &record, place, row, found, batch),
            None => self.keep(&record, place, found, batch),
        }
        self.record = record;
    }

    fn write(
        &mut self,
        flow: Flow,
        record: &Record,
        place: impl Fn() -> String,
        row: Option<(&Table, &csv::ByteRecord)>,
        found: Option<&Found>,
        batch: &mut Batch,
    ) {
        let judgement = match found {
            Some(found) => {
                let readings = found.answers.readings(self.rulebook);
                Judgement::of(self.rulebook, &assess(self.rulebook, readings))
            }
            None => self.judge.judge(&record.values, &mut self.scratch),
        };
        let whole = found.map(|found| found.answers.values());
        let sure = self.surveyor.sure(whole.as_deref().unwrap_or(&record.values), &judgement);
        let verdict = sure.map(|sure| sure.is_decided.then_some(judgement.band));
        if !self.filter.admits(verdict, judgement.recommendation, &record.group) {
            batch.left_out += 1;
            return;
        }
        batch.count(verdict, self.fail_on);
        let fallback = if record.called().is_none() { place() } else { String::new() };
        let name = record.called().unwrap_or(&fallback);
        let line = Line { name, group: &record.group, judgement, sure };
        match flow {
            Flow::Json => {
                let answers = self.answers.then_some(record.values.as_slice());
                let own = row.map(|(table, row)| members(table.columns.others(), row));
                let kept = own.as_deref().unwrap_or(&record.kept);
                self.lines.json(&line, answers, kept, &mut batch.text);
            }
            Flow::Table => self.write_row(&line, record, row, batch),
        }
    }

    fn write_row(
        &mut self,
        line: &Line<'_>,
        record: &Record,
        row: Option<(&Table, &csv::ByteRecord)>,
        batch: &mut Batch,
    ) {
        let Some(head) = self.head.get() else { return };
        let writer = self.table.get_or_insert_with(|| {
            let text = std::mem::take(&mut batch.text);
            csv::WriterBuilder::new().delimiter(head.delimiter).flexible(true).from_writer(text)
        });
        // Memory takes all that is written.
        self.lines.cells(line, head.delimiter, |cell| drop(writer.write_field(cell)));
        if self.answers {
            for (question, value) in self.rulebook.questions().iter().zip(&record.values) {
                let cell = value.map_or(String::new(), |value| question.spell(value));
                let _ = writer.write_field(cell);
            }
        }
        for at in 0..head.others.len() {
            let cell = row.and_then(|(table, row)| row.get((*table.places.get(at)?)?));
            let cell = cell.and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or_default();
            let _ = writer.write_field(kept(cell, head.delimiter).as_bytes());
        }
        if head.has_rest {
            let rest = match row {
                Some((table, row)) => {
                    members(table.rest.iter().map(|(place, name)| (*place, name.as_str())), row)
                }
                None => record.kept.clone(),
            };
            let rest = String::from_utf8(rest).unwrap_or_default();
            let rest = rest.strip_prefix(',').map_or(String::new(), |rest| format!("{{{rest}}}"));
            let _ = writer.write_field(one_line(&rest));
        }
        let _ = writer.write_record(None::<&[u8]>);
    }

    fn keep(
        &mut self,
        record: &Record,
        place: impl Fn() -> String,
        found: Option<&Found>,
        batch: &mut Batch,
    ) {
        let place = place();
        let name = record.called().map_or_else(|| place.clone(), one_line);
        let answers = found.map(|found| &found.answers);
        let group = one_line(&record.group);
        let (mut system, assessment) = self.surveyor.survey(name, group, place, &record.values, answers);
        let verdict = system.outlook.map(|_| system.decided());
        if !self.filter.admits(verdict, system.judgement.recommendation, &system.group) {
            batch.left_out += 1;
            return;
        }
        if let Some(found) = found {
            system.has_record = found.has_record;
            system.out_of_date = found.out_of_date(self.rulebook, &system, &assessment);
        }
        if let Some(pages) = &self.pages
            && let Err(reason) = pages.write(&mut system, &record.values, answers, &assessment)
        {
            let place = system.place.clone();
            batch.refusals.push(Refusal { place, reason, is_record: true });
            return;
        }
        batch.count(verdict, self.fail_on);
        let part = Part::of(self.rulebook, &record.values, &assessment);
        system.gains = part.as_ref().map_or(0, Part::gains);
        let totals = batch.totals.get_or_insert_with(|| Totals::of(self.rulebook));
        totals.add(self.rulebook, &system, &assessment, part.as_ref());
        batch.systems.push(system);
    }
}

impl Work for Worker<'_> {
    type Batch = Batch;

    fn work(&mut self, piece: Piece, bytes: &[u8], batch: &mut Batch) {
        batch.clear();
        batch.bytes = match &piece {
            Piece::Lines(_) | Piece::Rows(..) => bytes.len() as u64,
            Piece::Record(..) | Piece::Repository(_) => ONE,
            Piece::Refused(_) => 0,
        };
        let found = match piece {
            Piece::Lines(origin) => return self.finish(batch, |own, batch| own.lines(&origin, bytes, batch)),
            Piece::Rows(origin, table) => {
                return self.finish(batch, |own, batch| own.rows(&origin, &table, bytes, batch));
            }
            Piece::Refused(refusal) => return batch.refusals.push(refusal),
            Piece::Record(path, name) => folders::read_record(self.rulebook, &path, name),
            Piece::Repository(path) => folders::scan(self.rulebook, self.rules, &path),
        };
        match found {
            Ok(found) => self.finish(batch, |own, batch| own.found(found, batch)),
            Err(refusal) => batch.refusals.push(refusal),
        }
    }
}

impl Worker<'_> {
    /// Does the work, and takes what it wrote as a table.
    fn finish(&mut self, batch: &mut Batch, work: impl FnOnce(&mut Self, &mut Batch)) {
        work(self, batch);
        if let Some(text) = self.table.take().and_then(|writer| writer.into_inner().ok()) {
            batch.text = text;
        }
    }
}

/// The line where a record starts. Behind a carriage return the reader stands on the line feed yet, which it counts later.
fn line_of(position: &csv::Position, bytes: &[u8]) -> u64 {
    let next = usize::try_from(position.byte()).ok().and_then(|start| bytes.get(start));
    position.line() + u64::from(next == Some(&b'\n'))
}

/// The cells of some columns as members of a JSON object, each with a comma before it.
fn members<'c>(columns: impl Iterator<Item = (usize, &'c str)>, row: &csv::ByteRecord) -> Vec<u8> {
    let mut members = Vec::new();
    for (place, name) in columns {
        let Some(cell) = row.get(place).filter(|cell| !cell.is_empty()) else { continue };
        members.push(b',');
        // Memory takes all that is written.
        let _ = serde_json::to_writer(&mut members, name);
        members.push(b':');
        let _ = serde_json::to_writer(&mut members, &String::from_utf8_lossy(cell));
    }
    members
}

impl Filter {
    /// Whether a system stays; `None` where it is not known whether it is undecided.
    fn admits(&self, verdict: Option<Option<usize>>, platform: usize, group: &str) -> bool {
        self.verdicts.as_ref().is_none_or(|wanted| verdict.is_some_and(|verdict| wanted.has(verdict)))
            && self.platforms.as_ref().is_none_or(|platforms| platforms.contains(&platform))
            && self.groups.as_ref().is_none_or(|groups| groups.contains(group))
    }
}

impl Verdicts {
    /// Whether no verdict is one of these.
    pub(super) fn is_empty(&self) -> bool {
        self.bands.is_empty() && !self.undecided
    }

    /// Whether a verdict is one of these; `None` is undecided.
    fn has(&self, verdict: Option<usize>) -> bool {
        verdict.map_or(self.undecided, |band| self.bands.contains(&band))
    }
}
