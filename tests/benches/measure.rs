//! Times of many runs.

use std::time::{Duration, Instant};

/// Prints the median and the 99th percentile of many runs, and returns the median.
pub(crate) fn measure(name: &str, runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let (median, late) = (times[runs / 2], times[runs * 99 / 100]);
    println!("{name:<32} {:>9.3} ms   99 %: {:>9.3} ms", millis(median), millis(late));
    median
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
