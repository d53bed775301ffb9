//! Where the systems of a portfolio come from: files and standard input in chunks of whole records, and single records.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::records::{Ends, Scan, delimiter};
use crate::cli::input::{open_file, opening_failed};
use crate::cli::output::shown;
use crate::portfolio::{Columns, Form, MOST_COLUMNS, Unknown};

/// As much is read at once.
const CHUNK: usize = 256 << 10;
/// No record is longer.
pub(super) const LONGEST: usize = 1 << 20;

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Source {
    /// Lines or rows.
    Stream(PathBuf),
    /// One recorded decision, and what its system is called.
    Record(PathBuf, String),
    /// The folder of a repository.
    Repository(PathBuf),
    /// Something that cannot be read.
    Refused(Refusal),
}

/// Whole records of a stream, or one record.
pub(super) enum Piece {
    /// Lines of JSON.
    Lines(Origin),
    /// Rows of a table.
    Rows(Origin, Arc<Table>),
    /// A recorded decision.
    Record(PathBuf, String),
    /// The folder of a repository.
    Repository(PathBuf),
    /// Something that cannot be read, and whether that was a record among others.
    Refused(Refusal),
}

/// Where the first record of a chunk stands.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) file: Arc<str>,
    pub(super) line: u64,
}

/// The form of a table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) delimiter: u8,
    pub(super) columns: Columns,
    /// For each column of the head that is kept, where it stands here.
    pub(super) places: Vec<Option<usize>>,
    /// The columns that have none in the head, by place and name.
    pub(super) rest: Vec<(usize, String)>,
}

/// The head of a table that is written: what is kept beside the result.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) delimiter: u8,
    /// The columns of the first table that are kept.
    pub(super) others: Vec<String>,
    /// Whether a last column takes what has none of its own, as JSON.
    pub(super) has_rest: bool,
}

/// Something that was not assessed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Refusal {
    /// File and line.
    pub(super) place: String,
    pub(super) reason: String,
    /// Whether it counts as a record; a whole file or folder does not.
    pub(super) is_record: bool,
}

impl Refusal {
    pub(super) fn of_file(file: &str, reason: impl Into<String>) -> Self {
        Self { place: file.to_owned(), reason: reason.into(), is_record: false }
    }
}

/// Gives out pieces in the order of the input.
pub(super) struct Feed<'f> {
    form: &'f Form<'f>,
    sources: std::vec::IntoIter<Source>,
    open: Option<Open>,
    stopped: Arc<AtomicBool>,
    has_several: bool,
    /// The heads of columns that mean nothing here.
    pub(super) unknown: Unknown,
    /// What a table of results has for columns; the first source tells.
    pub(super) head: Arc<OnceLock<Head>>,
}

/// A stream that is being read.
struct Open {
    file: Arc<str>,
    reader: Box<dyn Read + Send>,
    /// Bytes after the last whole record.
    rest: Vec<u8>,
    line: u64,
    is_done: bool,
    ends: Ends,
    table: Option<Arc<Table>>,
}

impl<'f> Feed<'f> {
    pub(super) fn new(form: &'f Form<'f>, sources: Vec<Source>, stopped: Arc<AtomicBool>) -> Self {
        let has_several = sources.len() > 1;
        Self {
            form,
            sources: sources.into_iter(),
            open: None,
            stopped,
            has_several,
            unknown: Unknown::default(),
            head: Arc::default(),
        }
    }

    /// The next piece; the bytes of records go to `bytes`.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> Option<Piece> {
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(open) = &mut self.open {
                match open.next(bytes, &self.stopped) {
                    Ok(Some(piece)) => return Some(piece),
                    Ok(None) => self.open = None,
                    Err(error) => {
                        let refusal = Refusal::of_file(&open.file, format!("cannot be read: {error}"));
                        self.open = None;
                        return Some(Piece::Refused(refusal));
                    }
                }
                continue;
            }
            let open = match self.sources.next()? {
                Source::Record(path, name) => {
                    self.head(None);
                    return Some(Piece::Record(path, name));
                }
                Source::Repository(path) => {
                    self.head(None);
                    return Some(Piece::Repository(path));
                }
                Source::Refused(refusal) => return Some(Piece::Refused(refusal)),
                Source::Stream(path) => Open::begin(&path, self.form, &self.stopped),
            };
            match open {
                Ok((mut open, columns)) => {
                    for (_, head) in columns.iter().flat_map(|(_, columns)| columns.others()) {
                        self.unknown.note(head);
                    }
                    let head = self.head(columns.as_ref());
                    open.table = columns.map(|columns| Arc::new(Table::of(columns, head)));
                    self.open = Some(open);
                }
                Err(refusal) => return Some(Piece::Refused(refusal)),
            }
        }
    }
}

impl Feed<'_> {
    /// The head of a table of results; the first source decides it.
    pub(super) fn head(&self, columns: Option<&(u8, Columns)>) -> &Head {
        self.head.get_or_init(|| match columns {
            Some((delimiter, columns)) => Head {
                delimiter: *delimiter,
                others: columns.others().map(|(_, head)| head.to_owned()).collect(),
                has_rest: self.has_several,
            },
            None => Head { delimiter: b',', others: Vec::new(), has_rest: true },
        })
    }
}

/// Whether the head of a table is all that is there, since no line feed ends it.
fn ends_in_carriage_returns(head: &[u8]) -> bool {
    !head.contains(&b'\n') && head.trim_ascii_end().contains(&b'\r')
}

impl Table {
    fn of((delimiter, columns): (u8, Columns), head: &Head) -> Self {
        let place = |name: &String| columns.others().find(|(_, own)| own == name).map(|(place, _)| place);
        let places: Vec<Option<usize>> = head.others.iter().map(place).collect();
        let has_none = |(place, _): &(usize, &str)| !places.contains(&Some(*place));
        let rest = columns.others().filter(has_none).map(|(place, name)| (place, name.to_owned())).collect();
        Self { delimiter, rest, places, columns }
    }
}

impl Open {
    /// Opens a stream and finds out what it is: by its name, else by its first byte.
    fn begin(
        path: &Path,
        form: &Form<'_>,
        stopped: &Arc<AtomicBool>,
    ) -> Result<(Self, Option<(u8, Columns)>), Refusal> {
        let is_input = path.as_os_str() == "-";
        let file: Arc<str> = if is_input { "standard input".into() } else { shown(path).into() };
        let wrong = |reason: String| Refusal::of_file(&file, reason);
        let reader: Box<dyn Read + Send> = if is_input {
            match Watched::new(io::stdin(), Arc::clone(stopped)) {
                Ok(watched) => Box::new(watched),
                // Where no thread is to be had, an interrupt waits for it.
                Err(_) => Box::new(io::stdin()),
            }
        } else {
            let cannot = |error: io::Error| wrong(format!("cannot be read: {}", opening_failed(&error)));
            let is_file = path.metadata().is_ok_and(|found| found.is_file());
            // A pipe lies where it is, whoever writes to it.
            let opened = if is_file { open_file(path) } else { File::open(path) }.map_err(cannot)?;
            let is_file = opened.metadata().is_ok_and(|found| found.is_file());
            // Others may keep the program waiting.
            match is_file {
                true => Box::new(opened),
                false => Box::new(Watched::new(opened, Arc::clone(stopped)).map_err(cannot)?),
            }
        };
        let mut open = Self {
            file: Arc::clone(&file),
            reader,
            rest: Vec::new(),
            line: 1,
            is_done: false,
            ends: Ends::Lines,
            table: None,
        };
        open.read().map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if open.rest.starts_with(b"\xef\xbb\xbf") {
            open.rest.drain(..3);
        }
        if open.rest.starts_with(b"\xff\xfe") || open.rest.starts_with(b"\xfe\xff") {
            return Err(wrong("is UTF-16; save it as UTF-8 (in a spreadsheet: CSV UTF-8)".to_owned()));
        }
        let first = open.rest.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'[') {
            return Err(wrong("is a JSON list; write one object a line (jq -c '.[]')".to_owned()));
        }
        let extension = path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        let is_table = match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => true,
            "jsonl" | "ndjson" | "json" => false,
            _ => first.is_some_and(|byte| *byte != b'{'),
        };
        let columns = if is_table { Some(open.read_head(form).map_err(wrong)?) } else { None };
        Ok((open, columns))
    }

    fn read_head(&mut self, form: &Form<'_>) -> Result<(u8, Columns), String> {
        while self.rest.iter().all(|byte| b"\r\n".contains(byte)) && !self.is_done {
            self.read().map_err(|error| format!("cannot be read: {error}"))?;
        }
        let blank = self.rest.iter().take_while(|byte| b"\r\n".contains(byte)).count();
        self.leave_out(blank);
        if self.rest.is_empty() {
            return Err("is empty".to_owned());
        }
        // A spreadsheet may say what separates its cells, which the head tells as well.
        if self.rest.starts_with(b"sep=")
            && let Some(end) = memchr::memchr(b'\n', &self.rest)
        {
            self.leave_out(end + 1);
        }
        let delimiter = delimiter(&self.rest, |head| form.knows(head));
        self.ends = Ends::Rows(delimiter);
        let mut scan = Scan::default();
        let end = loop {
            match scan.first_end(self.ends, &self.rest) {
                Some(end) => break end,
                None if self.is_done => break self.rest.len(),
                None if self.rest.len() > LONGEST => return Err("its first line has no end".to_owned()),
                None => self.read().map_err(|error| format!("cannot be read: {error}"))?,
            }
        };
        if ends_in_carriage_returns(&self.rest[..end]) {
            return Err("has lines that end in a carriage return alone; save it with line feeds".to_owned());
        }
        let head: Vec<u8> = self.rest.drain(..end).collect();
        self.line += lines_in(&head);
        let head = String::from_utf8(head).map_err(|_| NOT_UTF8.to_owned())?;
        let mut row = csv::StringRecord::new();
        reader_of(head.as_bytes(), delimiter).read_record(&mut row).map_err(|error| error.to_string())?;
        Ok((delimiter, form.columns(row.iter())?))
    }

    /// Leaves out so many bytes before the head.
    fn leave_out(&mut self, bytes: usize) {
        self.line += lines_in(&self.rest[..bytes]);
        self.rest.drain(..bytes);
    }

    /// Reads what there is, at most a chunk.
    fn read(&mut self) -> io::Result<()> {
        let before = self.rest.len();
        self.rest.resize(before + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.rest[before..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.rest.truncate(before + read.as_ref().copied().unwrap_or_default());
        self.is_done = read? == 0;
        Ok(())
    }

    fn next(&mut self, bytes: &mut Vec<u8>, stopped: &AtomicBool) -> io::Result<Option<Piece>> {
        let mut scan = Scan::default();
        let end = loop {
            match scan.last_end(self.ends, &self.rest) {
                Some(end) => break end,
                None if self.is_done && self.rest.is_empty() => return Ok(None),
                // What comes after an interrupt may be half a record.
                None if self.is_done && stopped.load(Ordering::Relaxed) => return Ok(None),
                None if self.is_done && scan.is_quoted() => {
                    return self.skip(scan, "has a quote without an end".to_owned()).map(Some);
                }
                None if self.is_done => break self.rest.len(),
                None if scan.cells() > MOST_COLUMNS => {
                    let reason = format!("has more than {MOST_COLUMNS} cells");
                    return self.skip(scan, reason).map(Some);
                }
                None if self.rest.len() > LONGEST => {
                    let reason = format!("is longer than {}", crate::folder::in_units(LONGEST as u64));
                    return self.skip(scan, reason).map(Some);
                }
                None => self.read()?,
            }
        };
        bytes.clear();
        // What is left is short: it moves, and the room goes with the chunk.
        bytes.extend_from_slice(&self.rest[end..]);
        self.rest.truncate(end);
        std::mem::swap(bytes, &mut self.rest);
        let origin = Origin { file: Arc::clone(&self.file), line: self.line };
        self.line += lines_in(bytes);
        Ok(Some(match &self.table {
            Some(table) => Piece::Rows(origin, Arc::clone(table)),
            None => Piece::Lines(origin),
        }))
    }

    /// Leaves out a record.
    fn skip(&mut self, mut scan: Scan, reason: String) -> io::Result<Piece> {
        let place = format!("{}:{}", self.file, self.line);
        loop {
            let end = scan.first_end(self.ends, &self.rest);
            if end.is_none() && !self.is_done {
                self.line += lines_in(&self.rest);
                self.rest.clear();
                scan.forget();
                self.read()?;
                continue;
            }
            let end = end.unwrap_or(self.rest.len());
            self.line += lines_in(&self.rest[..end]);
            self.rest.drain(..end);
            return Ok(Piece::Refused(Refusal { place, reason, is_record: true }));
        }
    }
}

pub(super) const NOT_UTF8: &str = "is not UTF-8 text";

pub(super) fn lines_in(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Reads rows of a table.
pub(super) fn reader_of(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// A stream that may keep its reader waiting, read by a thread of its own, so that an interrupt is not waited for.
struct Watched {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    stopped: Arc<AtomicBool>,
}

impl Watched {
    fn new(mut stream: impl Read + Send + 'static, stopped: Arc<AtomicBool>) -> io::Result<Self> {
        let (given, pieces) = sync_channel(1);
        std::thread::Builder::new().spawn(move || {
            loop {
                let mut piece = vec![0; CHUNK];
                let read = stream.read(&mut piece);
                let is_last = !matches!(&read, Ok(1..));
                let piece = read.map(|read| {
                    piece.truncate(read);
                    piece
                });
                if given.send(piece).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(Self { pieces, piece: io::Cursor::default(), stopped })
    }
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        const TICK: Duration = Duration::from_millis(50);
        loop {
            let read = self.piece.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            match self.pieces.recv_timeout(TICK) {
                Ok(piece) => {
                    let piece = piece?;
                    if piece.is_empty() {
                        return Ok(0);
                    }
                    self.piece = io::Cursor::new(piece);
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if self.stopped.load(Ordering::Relaxed) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
