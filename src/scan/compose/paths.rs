//! Paths of the repository as text, with `/` between their parts and without `.` and `..`.

/// The folder that a file is in; empty for the outermost one.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The last part.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// How many folders a file is in.
pub(super) fn depth(path: &str) -> usize {
    path.matches('/').count()
}

/// What a relative path means in a folder; none if it leads out of the repository.
pub(super) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
