//! Chunks of records, worked on by all cores and delivered in the order of the input, with no more in memory than a chunk for
//! each core.

use std::sync::{Condvar, Mutex, PoisonError};

use super::feed::{Feed, Piece};

/// Work on one piece after another, whose results are delivered in order.
pub(super) trait Work: Send {
    /// What becomes of a piece; it is used again for the next one.
    type Batch: Default + Send;

    /// Works on a piece.
    fn work(&mut self, piece: Piece, bytes: &[u8], batch: &mut Self::Batch);
}

/// The order of deliveries.
struct Turn<D> {
    next: u64,
    deliver: D,
}

/// Runs until the input ends: each of the workers takes a piece, works on it, and waits for its turn to deliver.
pub(super) fn run<W: Work>(
    feed: &mut Feed<'_>,
    workers: Vec<W>,
    deliver: impl FnMut(&mut W::Batch) + Send,
) -> Vec<W> {
    let feed = Mutex::new((0_u64, feed));
    let turn = Mutex::new(Turn { next: 0, deliver });
    let turned = Condvar::new();
    let run = |mut worker: W| {
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
            let mut now = turn.lock().unwrap_or_else(PoisonError::into_inner);
            while now.next != number {
                now = turned.wait(now).unwrap_or_else(PoisonError::into_inner);
            }
            (now.deliver)(&mut batch);
            now.next += 1;
            turned.notify_all();
        }
    };
    let run = &run;
    std::thread::scope(|scope| {
        let running: Vec<_> = workers.into_iter().map(|worker| scope.spawn(move || run(worker))).collect();
        running.into_iter().filter_map(|running| running.join().ok()).collect()
    })
}
