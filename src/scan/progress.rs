//! How far a scan has come, for whoever waits for it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counters that a scan raises while it runs; another thread may show them.
#[derive(Debug, Default)]
pub struct Progress {
    seen: AtomicUsize,
    read: AtomicUsize,
}

impl Progress {
    /// Files and directories seen so far.
    pub fn seen(&self) -> usize {
        self.seen.load(Ordering::Relaxed)
    }

    /// Files read so far.
    pub fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// Counts one more, and says how many were seen before it.
    pub(crate) fn saw_one(&self) -> usize {
        self.seen.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn read_one(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }
}
