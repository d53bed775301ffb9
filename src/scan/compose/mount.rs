//! What a service mounts, in the short form (`./data:/data:ro`) or in the long one.

use super::super::yaml::Node;
use super::paths::name;
use super::variables::Variables;

/// A volume, directory or file of a service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Mount {
    /// The name of a volume or a path; empty for an anonymous volume.
    pub(super) source: String,
    /// The path in the container.
    pub(super) target: String,
    pub(super) read_only: bool,
    /// In memory, from an image, or otherwise nothing that is kept.
    pub(super) passing: bool,
}

impl Mount {
    /// Reads an item of `volumes`, without replacing variables.
    pub(super) fn of(item: &Node) -> Option<Self> {
        match item.text() {
            Some(text) => Some(Self::short(text)),
            None => Self::long(item),
        }
    }

    fn short(text: &str) -> Self {
        let mut parts = split(text).into_iter();
        let first = parts.next().unwrap_or_default().to_owned();
        let Some(target) = parts.next() else { return Self { target: first, ..Self::default() } };
        let read_only = parts.next().is_some_and(|options| options.split(',').any(|option| option == "ro"));
        Self { source: first, target: target.to_owned(), read_only, passing: false }
    }

    fn long(item: &Node) -> Option<Self> {
        let text = |key: &str| item.get(key).and_then(|entry| entry.node.text());
        Some(Self {
            source: text("source").or(text("src")).unwrap_or_default().to_owned(),
            target: text("target").or(text("destination"))?.to_owned(),
            read_only: text("read_only") == Some("true"),
            passing: matches!(text("type"), Some("tmpfs" | "npipe" | "image")),
        })
    }

    /// The same with its variables replaced. A source that is a variable without a value is still one.
    pub(super) fn resolved(self, variables: &Variables) -> Self {
        let source = Some(variables.resolve(&self.source).into_owned()).filter(|source| !source.is_empty());
        let source = source.unwrap_or(self.source);
        let target = variables.resolve(&self.target).into_owned();
        Self { source, target, read_only: self.read_only, passing: self.passing }
    }

    pub(super) fn is_docker_socket(&self) -> bool {
        let is_socket = |path: &str| ["/docker.sock", "/podman.sock"].iter().any(|end| path.ends_with(end));
        is_socket(&self.source) || is_socket(&self.target)
    }

    /// Whether the source is a path, not the name of a volume.
    pub(super) fn is_bind(&self) -> bool {
        self.source.starts_with(['.', '/', '~', '$']) || self.source.contains('/')
    }

    /// Whether the source is a file by its name.
    pub(super) fn is_file(&self) -> bool {
        name(&self.source).rfind('.').is_some_and(|dot| dot > 0)
    }

    /// Whether the source belongs to the machine, not to the product.
    pub(super) fn is_of_system(&self) -> bool {
        let folders = ["etc", "dev", "sys", "proc", "run", "var/run", "lib/modules", "tmp"];
        let Some(path) = self.source.strip_prefix('/') else { return false };
        let is_below = |folder: &&str| path == *folder || path.starts_with(&format!("{folder}/"));
        path.is_empty() || folders.iter().any(is_below)
    }
}

/// The parts between colons, those within `${…}` excepted.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut open) = (Vec::new(), 0, 0usize);
    for (index, letter) in text.char_indices() {
        match letter {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            ':' if open == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
