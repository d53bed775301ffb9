//! Reading a repository: progress for whoever waits, the answers that follow, and hints for the questionnaire.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use super::exit::Stop;
use super::input::check_folder;
use super::output::shown;
use super::rulebooks::{Named, read_scan_file};
use crate::answers::{Answers, Given, Origin};
use crate::document::Faults;
use crate::facts::{Conclusions, Facts, Finding, MAX_EVIDENCE, Rules, conclude};
use crate::interview::{Prompts, Tone};
use crate::rulebook::Rulebook;
use crate::scan::{self, Environment, Progress};

/// A scan is silent for this long.
const PATIENCE: Duration = Duration::from_millis(500);
/// After that its line changes this often.
const TICK: Duration = Duration::from_millis(100);

/// What a folder says, and what follows.
pub(super) struct Scanned {
    /// The folder, as it was named.
    pub(super) folder: String,
    dir: PathBuf,
    pub(super) facts: Facts,
    pub(super) conclusions: Conclusions,
}

/// A scan that can be run.
pub(super) struct Scanner<'a> {
    pub(super) rulebook: &'a Rulebook,
    /// Where the rules are that are not built in.
    pub(super) rules: &'a [Named],
    pub(super) dir: &'a Path,
    /// Patterns of paths that do not count.
    pub(super) exclude: Vec<String>,
    pub(super) now: SystemTime,
}

impl Scanner<'_> {
    /// Scans the folder by the scan file of the rulebook and by what the environment says.
    pub(super) fn scan(&self) -> Result<Scanned, Stop> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        self.scan_in(&Environment {
            compose_file: variable("COMPOSE_FILE"),
            compose_profiles: variable("COMPOSE_PROFILES"),
            exclude: self.exclude.clone(),
        })
    }

    fn scan_in(&self, environment: &Environment) -> Result<Scanned, Stop> {
        let folder = shown(self.dir);
        check_folder(self.dir)?;
        let (formats, rules) = read_rules(self.rulebook, self.rules)?;
        let facts = with_progress(|progress| scan::read(self.dir, &formats, environment, self.now, progress))
            .map_err(|error| Stop::wrong(format!("cannot read {folder}: {error}")))?;
        let conclusions = conclude(self.rulebook.questions(), &rules, &facts);
        Ok(Scanned { folder, dir: self.dir.to_owned(), facts, conclusions })
    }

    /// Where several Compose files could be the main one, has a person choose, and scans again with what was chosen.
    /// Nothing when the person left.
    pub(super) fn settle(
        &self,
        scanned: Scanned,
        prompts: &mut dyn Prompts,
    ) -> io::Result<Option<Result<Scanned, Stop>>> {
        let files = scanned.facts.compose.ambiguous.clone();
        if files.is_empty() {
            return Ok(Some(Ok(scanned)));
        }
        let ask = match files.len() {
            1 => "One Compose file is here, and nothing says that it is how you run this. Does it count?",
            _ => "Several Compose files could be the main one. Which one counts?",
        };
        prompts.say(Tone::Text, ask)?;
        let rows: Vec<String> =
            ["None of these"].into_iter().map(str::to_owned).chain(files.iter().cloned()).collect();
        let Some(row) = prompts.choose(&rows, 0, &[])?.row() else { return Ok(None) };
        let Some(file) = row.checked_sub(1).and_then(|row| files.into_iter().nth(row)) else {
            return Ok(Some(Ok(scanned)));
        };
        let profiles = std::env::var("COMPOSE_PROFILES").ok();
        let exclude = self.exclude.clone();
        Ok(Some(self.scan_in(&Environment { compose_file: Some(file), compose_profiles: profiles, exclude })))
    }
}

/// What the readers of formats go by, and what is concluded from facts. A rulebook without a scan file knows its formats
/// by the built-in tables, and concludes nothing.
fn read_rules(rulebook: &Rulebook, named: &[Named]) -> Result<(scan::Rules, Rules), Stop> {
    let Some(file) = read_scan_file(rulebook, named)? else {
        return Ok((scan::Rules::builtin(), Rules::default()));
    };
    let own = file.clone();
    match rayon::join(|| scan::Rules::parse(&file), || Rules::parse(rulebook, own)) {
        (Ok(formats), Ok(rules)) => Ok((formats, rules)),
        (formats, rules) => {
            let mut all = Faults::default();
            for faults in [formats.err(), rules.err()].into_iter().flatten() {
                all.files = faults.files;
                all.faults.extend(faults.faults);
            }
            all.faults.sort_by_key(|fault| fault.span.start);
            all.faults.dedup();
            Err(Stop(all.to_string()))
        }
    }
}

/// Shows on a terminal how far it is with anything that takes its time.
fn with_progress<T: Send>(work: impl FnOnce(&Progress) -> T + Send) -> T {
    let progress = Progress::default();
    if !io::stderr().is_terminal() {
        return work(&progress);
    }
    std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        let watched = &progress;
        let show = move || {
            let mut wait = PATIENCE;
            while waiting.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = TICK;
                let _ = write!(io::stderr(), "\rscanning: {} seen, {} read", watched.seen(), watched.read());
            }
            if wait == TICK {
                let _ = write!(io::stderr(), "\r\u{1b}[K");
            }
        };
        // Where no thread is to be had, nothing is shown.
        let _ = std::thread::Builder::new().spawn_scoped(scope, show);
        let result = work(&progress);
        drop(done);
        result
    })
}

/// Whether a path names something within the folder.
fn is_within(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

impl Scanned {
    /// Adds the answers that were found, as the weakest source.
    pub(super) fn add_to(&self, answers: &mut Answers) {
        for finding in self.conclusions.findings.iter().filter(|finding| finding.answers) {
            let place = finding.place();
            let origin = Origin::Scan { path: place.path, line: place.line, reach: finding.reach };
            answers.add(finding.question, Given { value: Some(finding.value), origin });
        }
    }

    /// What to say beside each question that is asked although something was found.
    pub(super) fn hints(&self, rulebook: &Rulebook) -> Vec<Vec<String>> {
        let mut hints = vec![Vec::new(); rulebook.questions().len()];
        for finding in &self.conclusions.findings {
            hints[finding.question].push(format!("Found: {} ({})", finding.says(), finding.place()));
        }
        hints
    }

    /// Whether the folder has nothing that a scan can read.
    pub(super) fn found_nothing(&self) -> bool {
        self.facts.is_empty() && self.facts.seen.is_empty() && self.conclusions.findings.is_empty()
    }

    /// How many lines of a file show something of a question; nothing where there may be more than are kept.
    pub(super) fn shows(&self, question: usize, path: &str) -> Option<usize> {
        let findings = self.conclusions.findings.iter().filter(|finding| finding.question == question);
        let mut lines = BTreeSet::new();
        for finding in findings {
            if finding.evidence.len() >= MAX_EVIDENCE {
                return None;
            }
            let here = finding.evidence.iter().filter(|seen| seen.place.path == path);
            lines.extend(here.map(|seen| seen.place.line));
        }
        Some(lines.len())
    }

    /// Whether the folder has a file; a path out of it names none.
    pub(super) fn has(&self, path: &str) -> bool {
        is_within(path) && self.dir.join(path).symlink_metadata().is_ok()
    }

    /// Where a file of the folder is; a path out of it stays as it is.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        if is_within(path) { self.dir.join(path) } else { PathBuf::from(path) }
    }

    /// The finding that answers a question.
    pub(super) fn answer(&self, question: usize) -> Option<&Finding> {
        self.conclusions.findings.iter().find(|finding| finding.answers && finding.question == question)
    }
}
