//! How much of one kind a scan keeps of a whole tree.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::source::Source;

/// So much as is left for all files together.
pub(crate) struct Budget {
    most: usize,
    used: AtomicUsize,
    what: &'static str,
}

impl Budget {
    pub(crate) const fn new(most: usize, what: &'static str) -> Self {
        Self { most, used: AtomicUsize::new(0), what }
    }

    /// Whether so many more may be kept.
    pub(crate) fn take(&self, number: usize) -> bool {
        self.used.fetch_add(number, Ordering::Relaxed).saturating_add(number) <= self.most
    }

    /// Whether there was more than may be kept, so that nothing else need be looked for.
    pub(crate) fn is_spent(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.most
    }

    /// Says in the result that it was not enough, if it was not.
    pub(crate) fn tell(&self, source: &(impl Source + ?Sized)) {
        if self.is_spent() {
            source.left_out(
                ".",
                &format!("there are more than {} {}; the others are left out", self.most, self.what),
            );
        }
    }
}
