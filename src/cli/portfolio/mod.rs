//! Many systems at once: from files, folders and streams through all cores to lines, or to what a report is made of.

mod feed;
mod folders;
mod pages;
mod pipeline;
mod progress;
mod records;
mod worker;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Stop;
use super::output::{Target, is_obeyed, say, without_workflow_commands};
use super::pool::cores;
use super::rulebooks::Named;
use crate::portfolio::{Asked, Form, Judge, System, Totals};
use crate::prepared::Prepared;
use crate::report::Provenance;
use crate::report::portfolio::{COLUMNS, Counts, kept};
use crate::rulebook::Rulebook;
use feed::{Feed, Refusal, Source};
pub(super) use folders::sources;
pub(super) use pages::linked;
use progress::Progress;
use worker::{Batch, Worker};

/// What leaves systems out of a result.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// The verdicts that stay, by index of band, and whether undecided ones do; all where there are none.
    pub(super) verdicts: Option<Verdicts>,
    /// The platforms that stay.
    pub(super) platforms: Option<BTreeSet<usize>>,
    /// The groups that stay.
    pub(super) groups: Option<BTreeSet<String>>,
}

/// A set of verdicts.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdicts {
    pub(super) bands: BTreeSet<usize>,
    pub(super) undecided: bool,
}

/// What is written while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Lines of JSON.
    Json,
    /// Rows of a table.
    Table,
}

/// What is to be done with the systems.
pub(super) struct Job<'j> {
    pub(super) rulebook: &'j Rulebook,
    /// Where the rules are that are not built in.
    pub(super) rules: &'j [Named],
    pub(super) provenance: Provenance,
    pub(super) sources: Vec<Source>,
    /// Written as it goes; nothing where systems are kept for a report.
    pub(super) flow: Option<Flow>,
    pub(super) asked: Asked,
    pub(super) filter: Filter,
    /// Verdicts that fail the run.
    pub(super) fail_on: Verdicts,
    /// The column that groups systems.
    pub(super) group: String,
    /// Where each system gets a page of its own, and from where they are linked.
    pub(super) pages: Option<PathBuf>,
    pub(super) output: Option<PathBuf>,
}

/// What came of it.
pub(super) struct Done {
    pub(super) systems: Vec<System>,
    pub(super) totals: Totals,
    pub(super) counts: Counts,
    /// Systems with a verdict that fails the run.
    pub(super) failing: u64,
    pub(super) interrupted: bool,
}

/// Refusals beyond this are counted.
const MOST_TOLD: u64 = 1_000;

impl Job<'_> {
    /// Runs it.
    pub(super) fn run(self) -> Result<Done, Stop> {
        let rulebook = self.rulebook;
        let stopped = interrupt();
        let form = Form::new(rulebook, &self.group);
        let judge = Judge::new(rulebook);
        let prepared = Prepared::new(rulebook);
        let mut target = match (&self.output, self.flow) {
            (Some(path), Some(_)) => Some(Target::open(path)?),
            (None, Some(_)) => Some(Target::Stream(Box::new(io::stdout()))),
            (_, None) => None,
        };
        let is_new = |folder: &&PathBuf| folder.symlink_metadata().is_err();
        let new_folder = self.pages.clone().filter(|pages| is_new(&pages));
        if let Some(pages) = &self.pages {
            std::fs::create_dir_all(pages).map_err(|error| {
                Stop::wrong(format!("cannot make {}: {error}", super::output::shown(pages)))
            })?;
        }
        let progress = Progress::new(&self.sources, self.flow.is_some() && self.output.is_none());
        let mut feed = Feed::new(&form, self.sources.clone(), Arc::clone(&stopped));
        let cores = cores();
        let is_obeyed = target.as_ref().is_some_and(Target::is_stream) && is_obeyed();
        let mut done = Done {
            systems: Vec::new(),
            totals: Totals::of(rulebook),
            counts: Counts::default(),
            failing: 0,
            interrupted: false,
        };
        let head = Arc::clone(&feed.head);
        let worker = || Worker::new(&self, &form, &judge, &prepared, Arc::clone(&head));
        let questions = rulebook.questions().iter().filter(|_| self.asked.detail);
        let answers: Vec<String> = questions.map(|question| question.id.clone()).collect();
        let mut has_head = self.flow != Some(Flow::Table);
        let mut failed: Option<io::Error> = None;
        // Nobody reads the result any more; then there is nothing to go on for but the exit status.
        let (mut is_unread, mut is_enough) = (false, false);
        let workers = pipeline::run(&mut feed, cores, worker, |batch: &mut Batch| {
            batch.refusals.iter().for_each(|refusal| {
                done.counts.read += u64::from(refusal.is_record);
                done.counts.refused += 1;
                tell(refusal, done.counts.refused, &progress);
            });
            done.counts.read += batch.assessed + batch.left_out;
            done.counts.assessed += batch.assessed;
            done.counts.left_out += batch.left_out;
            done.counts.unsaid += batch.unsaid;
            done.failing += batch.failing;
            done.systems.append(&mut batch.systems);
            if let Some(totals) = batch.totals.take() {
                done.totals.join(&totals);
            }
            let goes_on = failed.is_none() && !is_unread && !batch.text.is_empty();
            if let (Some(target), true) = (&mut target, goes_on) {
                let head = head.get().filter(|_| !std::mem::replace(&mut has_head, true));
                let head = head.map_or(Vec::new(), |head| head_of(head, &answers));
                match put(target, &head, &batch.text, is_obeyed) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        is_unread = true;
                        is_enough = self.fail_on.is_empty() && !stopped.swap(true, Ordering::Relaxed);
                    }
                    Err(error) => {
                        failed = Some(error);
                        stopped.store(true, Ordering::Relaxed);
                    }
                }
            }
            progress.advance(batch.bytes, done.counts.read);
        });
        progress.finish();
        if let (Some(target), false) = (&mut target, has_head) {
            let written = put(target, &head_of(feed.head(None), &answers), &[], is_obeyed);
            failed = written.err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
        }
        if let Some(error) = failed {
            return Err(Stop::wrong(format!("cannot write the result: {error}")));
        }
        if done.counts.says_nothing() {
            // Nor is there a page in it.
            new_folder.map(std::fs::remove_dir);
        }
        // Where nothing was assessed because something is wrong, a good result of earlier stays.
        let is_broken = done.counts.refused > 0 || stopped.load(Ordering::Relaxed);
        if let Some(target) = target.filter(|_| !(done.counts.says_nothing() && is_broken)) {
            target.finish(self.output.as_deref().unwrap_or(std::path::Path::new("-")))?;
        }
        done.interrupted = stopped.load(Ordering::Relaxed) && !is_enough;
        if done.counts.refused > MOST_TOLD {
            say(&format!("{} more were refused.", done.counts.refused - MOST_TOLD));
        }
        let unknown = workers.into_iter().flat_map(Worker::unknown).chain(feed.unknown.0);
        let mut unknown: Vec<String> = unknown.collect();
        unknown.sort();
        unknown.dedup();
        for (word, id) in form.meant(&unknown) {
            let word = crate::text::one_line(word);
            say(&format!("`{word}` is no question and is kept as it is; did you mean `{id}`?"));
        }
        Ok(done)
    }
}

/// Writes a piece of the result, and before the first one what it begins with.
fn put(target: &mut Target, head: &[u8], text: &[u8], is_obeyed: bool) -> io::Result<()> {
    for bytes in [head, text] {
        match std::str::from_utf8(bytes) {
            Ok(text) if is_obeyed => target.write_all(without_workflow_commands(text).as_bytes())?,
            _ => target.write_all(bytes)?,
        }
    }
    target.flush()
}

/// The first line of a table of results.
fn head_of(head: &feed::Head, answers: &[String]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(head.delimiter).from_writer(Vec::new());
    let results = || COLUMNS.map(str::to_owned).into_iter().chain(answers.iter().cloned());
    let is_taken = |name: &str| results().any(|result| result == name);
    let others = head.others.iter().map(|name| {
        if is_taken(name) { format!("{name} (2)") } else { kept(name, head.delimiter).into_owned() }
    });
    let rest = head.has_rest.then(|| KEPT.to_owned());
    let _ = writer.write_record(results().chain(others).chain(rest));
    writer.into_inner().unwrap_or_default()
}

/// The column that takes what has none of its own.
const KEPT: &str = "kept";

/// Tells what was not assessed, the first ones.
fn tell(refusal: &Refusal, number: u64, progress: &Progress) {
    if number <= MOST_TOLD {
        let reason = crate::text::shortened(&refusal.reason, 2_000);
        progress.pause(|| match refusal.place.as_str() {
            "" => say(&reason),
            place => say(&format!("error: {place}: {reason}")),
        });
    }
}

/// Set when the user breaks off; a second time ends the program at once.
fn interrupt() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::consts::SIGINT;
        const INTERRUPTED: i32 = 130;
        let _ = signal_hook::flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&stopped));
        let _ = signal_hook::flag::register(SIGINT, Arc::clone(&stopped));
    }
    stopped
}

/// Whether a bar would be seen, and nothing else is written to the same terminal.
fn is_watched(streams_to_stdout: bool) -> bool {
    io::stderr().is_terminal() && !(streams_to_stdout && io::stdout().is_terminal())
}
