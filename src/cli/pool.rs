//! The threads that work is spread over.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the system gives no threads for all cores, as where it limits their number.
static ALONE: AtomicBool = AtomicBool::new(false);

/// Begins the threads of all cores. The thread that calls it takes part in the work, so that it need not wait for others to
/// wake up, and does all of it where there can be no others.
pub(super) fn begin() {
    if rayon::ThreadPoolBuilder::new().use_current_thread().build_global().is_err() {
        ALONE.store(true, Ordering::Relaxed);
    }
}

/// How many threads may work at once.
pub(super) fn cores() -> usize {
    if ALONE.load(Ordering::Relaxed) { 1 } else { rayon::current_num_threads() }
}
