//! Reads what a repository already says.

mod ci;
mod compose;
mod dockerfile;
mod hcl;
mod kubernetes;
mod manifest;
mod ml;
mod paths;
mod patterns;
mod progress;
mod rules;
mod source;
mod tables;
mod terraform;
mod tree;

use std::path::Path;
use std::time::SystemTime;

use crate::facts::{self, Facts};
pub use progress::Progress;
pub use rules::Rules;

/// Reads all facts of a folder. `now` is what the history is counted back from.
pub fn read(dir: &Path, rules: &Rules, now: SystemTime, progress: &Progress) -> std::io::Result<Facts> {
    let _ = (dir, rules, now, progress);
    Ok(Facts::default())
}
