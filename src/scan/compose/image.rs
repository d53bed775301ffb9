//! The references of images: what they are called, without registry and tag.

use crate::facts::without_tag;

/// A reference in the form that Docker would use, where variables without a value left gaps; none if no name is left.
pub(super) fn tidy(resolved: &str) -> Option<String> {
    let parts: Vec<&str> = resolved.trim().split('/').filter(|part| !part.is_empty()).collect();
    let joined = parts.join("/");
    let tidy = joined.trim_end_matches([':', '@', '-']);
    (!base_name(tidy).is_empty()).then(|| tidy.to_owned())
}

/// The last part of the path of a reference, without tag and digest.
pub(super) fn base_name(reference: &str) -> &str {
    let last = without_tag(reference);
    last.rsplit_once('/').map_or(last, |(_, name)| name)
}

/// The part before the base name, without a registry; none for the official images.
pub(super) fn namespace(reference: &str) -> Option<&str> {
    let (before, _) = without_tag(reference).rsplit_once('/')?;
    match before.split_once('/') {
        Some((first, rest)) if is_registry(first) => Some(rest),
        None if before == "library" || before == "docker.io" => None,
        _ => Some(before).filter(|before| *before != "docker.io/library"),
    }
}

fn is_registry(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}
