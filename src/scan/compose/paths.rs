//! Paths of the repository as text, with `/` between their parts and without `.` and `..`.

pub(super) use super::super::paths::{folder as parent, join};

/// The last part.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// How many folders a file is in.
pub(super) fn depth(path: &str) -> usize {
    path.matches('/').count()
}
