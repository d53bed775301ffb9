//! How far a portfolio is, for whoever waits at a terminal.

use std::time::Duration;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use super::feed::Source;
use super::is_watched;

/// A bar with rate and remaining time; nothing where nobody would see it.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn new(sources: &[Source], streams_to_stdout: bool) -> Self {
        if !is_watched(streams_to_stdout) {
            return Self(None);
        }
        let length = |source: &Source| match source {
            Source::Stream(path) => {
                path.metadata().ok().filter(std::fs::Metadata::is_file).map(|found| found.len())
            }
            Source::Record(..) | Source::Repository(_) => Some(ONE),
            Source::Refused(_) => Some(0),
        };
        let total: Option<u64> = sources.iter().map(length).sum();
        let bar = match total {
            Some(total) => {
                // A message that is wider than the terminal is cut, so that the line stays one.
                ProgressBar::new(total).with_style(style("{bar:12} {percent:>3} %{wide_msg}"))
            }
            None => ProgressBar::new_spinner().with_style(style("{spinner}{wide_msg}")),
        };
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(Some(bar))
    }

    /// So many bytes are done, and so many systems in all.
    pub(super) fn advance(&self, bytes: u64, systems: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
            let seconds = bar.elapsed().as_secs_f64().max(0.001);
            let rate = HumanCount((systems as f64 / seconds) as u64);
            let left = match bar.length() {
                Some(_) => format!(", {} left", HumanDuration(bar.eta())),
                None => String::new(),
            };
            bar.set_message(format!("  {} systems, {rate} a second{left}", HumanCount(systems)));
        }
    }

    /// Does something that writes beside it.
    pub(super) fn pause(&self, work: impl FnOnce()) {
        match &self.0 {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// What a record or a repository counts for, beside the bytes of files.
pub(super) const ONE: u64 = 10_000;

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
