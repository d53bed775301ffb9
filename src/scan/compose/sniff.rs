//! Tells by the text alone whether a file is compose: most YAML of a repository is not, and parsing costs.

use super::super::paths::lowered;
use super::tables::Words;

/// What a glance at a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Glance {
    pub(super) is_compose: bool,
    /// It may include or extend other files.
    pub(super) refers: bool,
}

/// Looks at a file that has the given name.
pub(super) fn glance(name: &str, text: &str, words: &Words) -> Glance {
    let is_default = words.default_rank(name).is_some();
    let is_named = is_default || lowered(name).contains("compose");
    if !is_named && !text.contains("services:") && !text.contains("services\":") {
        return Glance::default();
    }
    let mut top = Top::default();
    for line in text.lines() {
        top.line(line.trim_ascii_end(), words);
    }
    let by_content = top.has_services && top.has_service_keys;
    let by_name = is_named && (top.has_services || top.has_include);
    let by_default = is_default && top.has_legacy_services;
    Glance {
        is_compose: !top.is_foreign && (by_content || by_name || by_default),
        refers: top.has_include || text.contains("extends:"),
    }
}

/// Whether a file that is laid over others says something: it has sections of Compose, and none of another format.
pub(super) fn may_be_a_part(text: &str, words: &Words) -> bool {
    let keys = text.lines().filter(|line| !line.starts_with([' ', '\t', '#', '-'])).filter_map(key);
    let keys: Vec<&str> = keys.map(|(key, _)| key).collect();
    let is_foreign = |key: &&str| words.foreign_keys.iter().any(|foreign| foreign == key);
    !keys.iter().any(is_foreign) && keys.iter().any(|key| SECTIONS.contains(key))
}

/// The keys at the top of a file of Compose that hold something.
const SECTIONS: [&str; 6] = ["services", "include", "networks", "volumes", "configs", "secrets"];

/// What was seen of the outer levels so far.
#[derive(Default)]
struct Top {
    is_foreign: bool,
    has_services: bool,
    has_include: bool,
    has_service_keys: bool,
    has_legacy_services: bool,
    /// The lines are below the key `services`.
    in_services: bool,
    /// How far the names of the services are indented, once one was seen.
    names_indent: Option<usize>,
}

impl Top {
    fn line(&mut self, line: &str, words: &Words) {
        let line = line.trim_start_matches('\u{feff}');
        let body = line.trim_ascii_start();
        let indent = line.len() - body.len();
        if body.is_empty() || body.starts_with(['#', '{', '%', '<']) && indent > 0 || body.starts_with('#') {
            return;
        }
        match indent {
            0 => self.top_key(body, words),
            _ => self.inner_line(indent, body, words),
        }
    }

    fn top_key(&mut self, body: &str, words: &Words) {
        let Some((key, value)) = key(body) else {
            // A list right below `services:` is that of a pipeline.
            self.has_services &= !(self.in_services && self.names_indent.is_none() && body.starts_with('-'));
            return;
        };
        self.is_foreign |= words.foreign_keys.iter().any(|foreign| foreign == key);
        self.in_services = key == "services";
        self.has_services |=
            self.in_services && (value.is_empty() || value.starts_with(['&', '!', '{', '#']));
        let in_line = self.in_services && value.starts_with('{');
        self.has_service_keys |= in_line && ["image:", "build:"].iter().any(|key| value.contains(key));
        self.has_include |= key == "include";
        self.names_indent = None;
    }

    fn inner_line(&mut self, indent: usize, body: &str, words: &Words) {
        self.has_legacy_services =
            self.has_legacy_services || body.starts_with("image:") || body.starts_with("build:");
        if !self.in_services {
            return;
        }
        let names_indent = *self.names_indent.get_or_insert(indent);
        if indent <= names_indent {
            self.has_services &= !body.starts_with("- ");
        } else if !self.has_service_keys
            && let Some((key, _)) = key(body)
        {
            self.has_service_keys = words.service_keys.iter().any(|known| known == key);
        }
    }
}

/// A key and what stands after it.
fn key(body: &str) -> Option<(&str, &str)> {
    let (key, value) = body.split_once(':')?;
    let is_key = value.is_empty() || value.starts_with([' ', '\t']);
    is_key.then(|| (key.trim_matches(['"', '\'', ' ']), value.trim()))
}
