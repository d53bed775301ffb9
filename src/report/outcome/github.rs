//! The outcome of a check for GitHub Actions: remarks beside lines, and a summary of the job.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use super::{Gate, Outcome, Place, Standing, State, address, signed, status};
use crate::report::markdown::escape;
use crate::text::{one_line, shortened};

/// How much weight a remark has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It fails the check.
    Error,
    /// It would, were it not waived or only reported.
    Warning,
    /// It is worth knowing.
    Notice,
}

impl Level {
    /// The word of the command.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A remark beside a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Its weight.
    pub level: Level,
    /// Where, from the root of the repository.
    pub place: Place,
    /// A few words above it.
    pub title: String,
    /// What it says.
    pub message: String,
}

/// GitHub shows no more of one level and step.
const MOST_ANNOTATIONS: usize = 10;

/// One for each reason why a gate does not hold, at its line; none when all is well and nothing has changed.
pub fn annotations(outcome: &Outcome) -> Vec<Annotation> {
    let of_gates = outcome.gates.iter().filter(|gate| gate.standing != Standing::Holds).flat_map(|gate| {
        gate.because.iter().map(move |because| Annotation {
            level: if gate.passes() || outcome.report_only { Level::Warning } else { Level::Error },
            place: outcome.place_of(because).clone(),
            title: format!("needk8s: {}", title(gate)),
            message: because.text.clone(),
        })
    });
    let remarks = outcome.remarks.iter().map(|remark| Annotation {
        level: Level::Notice,
        place: outcome.record.clone(),
        title: "needk8s".to_owned(),
        message: remark.clone(),
    });
    of_gates.take(MOST_ANNOTATIONS).chain(remarks).collect()
}

fn title(gate: &Gate) -> String {
    match &gate.standing {
        Standing::Waived(waiver) => format!("{}, waived until {}", gate.name.word(), waiver.until),
        _ => gate.name.word().to_owned(),
    }
}

/// Where a file of the repository can be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// What stands before its path.
    pub before: Option<String>,
}

impl Links {
    /// Those of a run on GitHub, as its variables tell; none where one of them is no part of an address.
    pub fn of_run(server: &str, repository: &str, commit: &str) -> Self {
        let is_plain = |text: &str, more: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        let is_fine = server.strip_prefix("https://").is_some_and(|host| is_plain(host, ".-:"))
            && is_plain(repository, "._-/")
            && is_plain(commit, "");
        Self { before: is_fine.then(|| format!("{server}/{repository}/blob/{commit}/")) }
    }

    /// A place as Markdown.
    fn link(&self, place: &Place) -> String {
        let name = escape(&place.to_string());
        let Some(before) = &self.before else { return name };
        let path = address(&place.path);
        let line = if place.line > 0 { format!("#L{}", place.line) } else { String::new() };
        format!("[{name}](<{before}{path}{line}>)")
    }
}

/// Letters of a reason in a table.
const LONGEST_REASON: usize = 400;
/// Movers that are named.
const MOST_MOVES: usize = 4;

/// Status, then and now, what moved it, the gates, and a link to the record: at most 25 lines of Markdown.
pub fn summary(outcome: &Outcome, links: &Links) -> String {
    let mut out = String::new();
    // Writing into a String has no way to fail.
    let _ = write_summary(&mut out, outcome, links);
    out
}

fn write_summary(out: &mut String, outcome: &Outcome, links: &Links) -> std::fmt::Result {
    writeln!(out, "## needk8s check: {}\n\n{}\n", status(outcome), escape(&outcome.headline))?;
    writeln!(out, "| | verdict | platform | margin |\n| --- | --- | --- | ---: |")?;
    if let Some(then) = &outcome.then {
        let on = then.date.as_ref().map_or(String::new(), |date| format!(" ({})", escape(date)));
        writeln!(out, "| recorded{on} | {}", row(then))?;
    }
    writeln!(out, "| now | {}", row(&outcome.now))?;
    if !outcome.moved_by.is_empty() {
        let moved = outcome.moved_by.iter().take(MOST_MOVES);
        let mut moved: Vec<String> = moved.map(|moved| cell(&moved.text)).collect();
        if outcome.moved_by.len() > MOST_MOVES {
            moved.push(format!("{} more", outcome.moved_by.len() - MOST_MOVES));
        }
        let by = if outcome.has_moved() { "Moved by" } else { "Would move it:" };
        writeln!(out, "\n{by} {}.", moved.join("; "))?;
    }
    writeln!(out, "\n| gate | | why |\n| --- | --- | --- |")?;
    for gate in &outcome.gates {
        let standing = match &gate.standing {
            Standing::Holds => "holds".to_owned(),
            Standing::Fails => "**fails**".to_owned(),
            Standing::Waived(waiver) => {
                format!("waived until {}: {}", escape(&waiver.until), cell(&waiver.reason))
            }
        };
        writeln!(out, "| {} | {standing} | {} |", gate.name.word(), cell(&gate.said()))?;
    }
    if !outcome.remarks.is_empty() {
        writeln!(out, "\n{}", cell(&outcome.remarks.join("; ")))?;
    }
    writeln!(out, "\nRecord: {}", links.link(&outcome.record))
}

fn row(state: &State) -> String {
    let margin = state.margin.map_or("none recorded".to_owned(), signed);
    let platform = state.platform.as_deref().unwrap_or("none");
    format!("{} | {} | {margin} |", escape(&state.verdict), escape(platform))
}

/// A text on one line of a table.
fn cell(text: &str) -> String {
    escape(&shortened(&one_line(text), LONGEST_REASON))
}
