//! How much of one kind a scan keeps of a whole tree.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::source::Source;

/// So much as is left for all files together.
pub(crate) struct Budget {
    most: usize,
    /// What is counted as one in words.
    unit: usize,
    used: AtomicUsize,
    what: &'static str,
}

/// MiB of files of one kind, such as Dockerfiles, that are read of a tree: more than any known repository has.
const LARGEST_KIND: usize = 4;

impl Budget {
    pub(crate) const fn new(most: usize, what: &'static str) -> Self {
        Self { most, unit: 1, used: AtomicUsize::new(0), what }
    }

    /// The bytes of all files of one kind; `what` says of which, after "MiB of".
    pub(crate) const fn of_kind(what: &'static str) -> Self {
        Self { unit: 1 << 20, ..Self::new(LARGEST_KIND << 20, what) }
    }

    /// Whether so many more may be kept.
    pub(crate) fn take(&self, number: usize) -> bool {
        self.used.fetch_add(number, Ordering::Relaxed).saturating_add(number) <= self.most
    }

    /// Whether there was more than may be kept, so that nothing else need be looked for.
    pub(crate) fn is_spent(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.most
    }

    /// The text of a file, if there is enough left for it.
    pub(crate) fn text(&self, source: &(impl Source + ?Sized), path: &str) -> Option<Arc<str>> {
        let text = (!self.is_spent()).then(|| source.text(path).ok()).flatten()?;
        self.take(text.len()).then_some(text)
    }

    /// Says in the result that it was not enough, if it was not.
    pub(crate) fn tell(&self, source: &(impl Source + ?Sized)) {
        if self.is_spent() {
            source.left_out(
                ".",
                &format!(
                    "there are more than {} {}; the others are left out",
                    self.most / self.unit,
                    self.what
                ),
            );
        }
    }
}
