//! How much of one kind a scan keeps of a whole tree.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::source::Source;

/// The bytes of a text, or what it counts for its lines and as a file if that is more.
pub(crate) fn weight(text: &str) -> usize {
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    text.len().max(BYTES_OF_A_LINE * lines).max(BYTES_OF_A_FILE)
}

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
/// What a line counts at least: short ones take as long as usual ones.
const BYTES_OF_A_LINE: usize = 16;
/// What a file counts at least.
const BYTES_OF_A_FILE: usize = 256;
/// Files that are read at a time, of which the last ones may turn out to be too many.
const AT_A_TIME: usize = 1_000;

impl Budget {
    pub(crate) const fn new(most: usize, what: &'static str) -> Self {
        Self { most, unit: 1, used: AtomicUsize::new(0), what }
    }

    /// The bytes of all files of one kind; `what` says of which, after "MiB of".
    pub(crate) const fn of_kind(what: &'static str) -> Self {
        Self { unit: 1 << 20, ..Self::new(LARGEST_KIND << 20, what) }
    }

    /// Whether one more text may be read.
    pub(crate) fn take_text(&self, text: &str) -> bool {
        self.take(weight(text))
    }

    /// Whether so many more may be kept.
    pub(crate) fn take(&self, number: usize) -> bool {
        self.used.fetch_add(number, Ordering::Relaxed).saturating_add(number) <= self.most
    }

    /// Whether there was more than may be kept, so that nothing else need be looked for.
    pub(crate) fn is_spent(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.most
    }

    /// Leaves out the files, from the first on that there is too little left for: the same ones whichever thread reads first.
    pub(crate) fn cut<T: Sync>(
        &self,
        source: &impl Source,
        files: &mut Vec<T>,
        path: impl Fn(&T) -> &str + Sync,
    ) {
        let mut kept = 0;
        for some in files.chunks(AT_A_TIME) {
            let weight = |file: &T| source.text(path(file)).map_or(0, |text| weight(&text));
            let weights: Vec<usize> = some.par_iter().map(weight).collect();
            kept += weights.into_iter().take_while(|weight| self.take(*weight)).count();
            if self.is_spent() {
                break;
            }
        }
        files.truncate(kept);
        self.tell(source);
    }

    /// The text of a file, if there is enough left for it.
    pub(crate) fn text(&self, source: &impl Source, path: &str) -> Option<Arc<str>> {
        let text = (!self.is_spent()).then(|| source.text(path).ok()).flatten()?;
        self.take_text(&text).then_some(text)
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
