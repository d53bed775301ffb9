//! Chunks of records, worked on by all cores and delivered in the order of the input, with no more in memory than a few chunks
//! for each core.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

use super::feed::{Feed, Piece};

/// Work on one piece after another, whose results are delivered in order.
pub(super) trait Work: Send {
    /// What becomes of a piece; it is used again for a later one.
    type Batch: Default + Send;

    /// Works on a piece.
    fn work(&mut self, piece: Piece, bytes: &[u8], batch: &mut Self::Batch);
}

/// A worker that is so many batches ahead of the slowest one, for each worker, waits for it.
const AHEAD: usize = 2;

/// Batches on their way to delivery.
struct Outbox<B, D> {
    /// The number of the one to be delivered next.
    next: u64,
    /// Those that are done before their turn.
    early: BTreeMap<u64, B>,
    /// Those that have been delivered, to be used again.
    spare: Vec<B>,
    deliver: D,
}

impl<B: Default, D: FnMut(&mut B)> Outbox<B, D> {
    /// Takes a batch, delivers all whose turn it is, and gives one for the next piece.
    fn exchange(&mut self, number: u64, batch: B) -> B {
        self.early.insert(number, batch);
        while let Some(mut batch) = self.early.remove(&self.next) {
            (self.deliver)(&mut batch);
            self.next += 1;
            self.spare.push(batch);
        }
        self.spare.pop().unwrap_or_default()
    }
}

/// Runs until the input ends: each of so many workers takes a piece, works on it, and goes on with the next one. Each is
/// made by its own thread, so that no two of them write to the same lines of memory; one of them by this thread, which does
/// all of it where there can be no others.
pub(super) fn run<W: Work>(
    feed: &mut Feed<'_>,
    workers: usize,
    worker: impl Fn() -> W + Sync,
    deliver: impl FnMut(&mut W::Batch) + Send,
) -> Vec<W> {
    let most = AHEAD * workers;
    let feed = Mutex::new((0_u64, feed));
    let outbox = Mutex::new(Outbox { next: 0, early: BTreeMap::new(), spare: Vec::new(), deliver });
    let delivered = Condvar::new();
    let run = || {
        let mut worker = worker();
        let mut bytes = Vec::new();
        let mut batch = W::Batch::default();
        loop {
            let (number, piece) = {
                let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(piece) = feed.1.next(&mut bytes) else { return worker };
                feed.0 += 1;
                (feed.0 - 1, piece)
            };
            worker.work(piece, &bytes, &mut batch);
            let mut outbox = outbox.lock().unwrap_or_else(PoisonError::into_inner);
            while outbox.early.len() >= most && outbox.next != number {
                outbox = delivered.wait(outbox).unwrap_or_else(PoisonError::into_inner);
            }
            batch = outbox.exchange(number, batch);
            drop(outbox);
            delivered.notify_all();
        }
    };
    std::thread::scope(|scope| {
        let begin = |_| std::thread::Builder::new().spawn_scoped(scope, run).ok();
        let others: Vec<_> = (1..workers).filter_map(begin).collect();
        let own = run();
        others.into_iter().filter_map(|other| other.join().ok()).chain([own]).collect()
    })
}
