//! Conditions that are never met, and the variables by which they are not.

use std::collections::BTreeMap;
use std::rc::Rc;

use memchr::memmem;

use super::super::owner::Home;
use super::super::yaml::{Node, Value};

/// Conditions that are never met, without spaces.
const NEVER: [&str; 4] = ["false", "never()", "0", "''"];
const QUOTES: [char; 2] = ['"', '\''];
/// As many variables of one pipeline are followed.
const MOST_CONSTANTS: usize = 100;
/// Calls within one another of a condition that are looked into.
const DEEPEST: usize = 10;
/// Keys of mappings that set variables.
const HOLD_VARIABLES: [&str; 3] = ["env", "variables", "environment"];

/// Variables that a pipeline sets to one value and never to another.
#[derive(Default)]
pub(super) struct Constants<'t>(BTreeMap<&'t str, Option<&'t str>>);

impl<'t> Constants<'t> {
    /// Those that mappings set, of which no script in the text sets one, and what the repository is called.
    pub(super) fn of_mappings(documents: &'t [Rc<Node>], text: &str, home: &'t Home) -> Self {
        let mut constants = Self::default();
        documents.iter().for_each(|document| constants.look_for(document));
        constants.0.retain(|name, _| assignments(text, name) == 0);
        constants.0.extend(home.variables.iter().map(|(name, value)| (*name, Some(value.as_str()))));
        constants
    }

    /// Those to which a text gives a value in a single place.
    pub(super) fn of_assignments(text: &'t str) -> Self {
        let mut constants = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let (name, value) = (name.trim(), value.trim());
            if value.starts_with(QUOTES) && value.ends_with(QUOTES) {
                constants.set(name, value.trim_matches(QUOTES));
            }
        }
        constants.0.retain(|name, _| assignments(text, name) == 1);
        constants
    }

    fn look_for(&mut self, node: &'t Node) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.look_for(item)),
            Value::Map(map) => map.iter().for_each(|(key, entry)| match HOLD_VARIABLES.contains(&&**key) {
                true => self.set_all(&entry.node),
                false => self.look_for(&entry.node),
            }),
            Value::Null | Value::Text(_) => {}
        }
    }

    /// Sets the variables of a mapping, or of a list of them, where each may also have a name and a value.
    fn set_all(&mut self, node: &'t Node) {
        let text = |key: &str| node.get(key).and_then(|entry| entry.node.text());
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.set_all(item)),
            Value::Map(map) => match (text("name"), text("value")) {
                (Some(name), Some(value)) => self.set(name, value),
                _ => map.iter().for_each(|(name, entry)| {
                    self.set(name, entry.node.text().unwrap_or_default());
                    self.set_all(&entry.node);
                }),
            },
            Value::Null | Value::Text(_) => {}
        }
    }

    fn set(&mut self, name: &'t str, value: &'t str) {
        let is_followed = self.0.contains_key(name) || self.0.len() < MOST_CONSTANTS;
        if name.is_empty() || !is_followed {
            return;
        }
        let is_literal = !value.is_empty() && !value.contains(['$', '{', '(']);
        let value = Some(value).filter(|_| is_literal);
        let known = self.0.entry(name).or_insert(value);
        if *known != value {
            *known = None;
        }
    }

    /// Whether a condition is never met: it is one of these, or a part of it that must be met is.
    pub(super) fn never_meet(&self, condition: &str) -> bool {
        let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
        let terms = || condition.split("&&").map(|term| term.split_whitespace().collect::<String>());
        !condition.contains("||") && terms().any(|term| self.is_never(&term, 0))
    }

    fn is_never(&self, term: &str, depth: usize) -> bool {
        let of = |call: &str| term.strip_prefix(call)?.strip_suffix(')')?.split_once(',');
        let all = term.strip_prefix("and(").and_then(|all| all.strip_suffix(')'));
        if let Some(all) = all {
            return depth < DEEPEST && parts(all).into_iter().any(|part| self.is_never(part, depth + 1));
        }
        if let Some((one, other)) = of("startsWith(").filter(|(one, _)| one.starts_with("github.repository"))
        {
            let pair = self.value(one).zip(self.value(other));
            return pair.is_some_and(|(one, other)| {
                !one.to_ascii_lowercase().starts_with(&other.to_ascii_lowercase())
            });
        }
        NEVER.contains(&term.to_ascii_lowercase().as_str())
            || term.split_once("==").or(of("eq(")).is_some_and(|(one, other)| self.differ(one, other))
            || term.split_once("!=").or(of("ne(")).is_some_and(|(one, other)| self.are_same(one, other))
    }

    pub(super) fn differ(&self, one: &str, other: &str) -> bool {
        let pair = self.value(one).zip(self.value(other));
        // Another repository of the same owner holds the same product.
        let is_of_repository = one.starts_with("github.repository") || one.contains("CI_PROJECT_PATH");
        let compared = |value: &str| match is_of_repository {
            true => value.split('/').next().unwrap_or_default().to_ascii_lowercase(),
            false => value.to_ascii_lowercase(),
        };
        pair.is_some_and(|(one, other)| compared(&one) != compared(&other))
    }

    fn are_same(&self, one: &str, other: &str) -> bool {
        let pair = self.value(one).zip(self.value(other));
        pair.is_some_and(|(one, other)| one.eq_ignore_ascii_case(&other))
    }

    /// What an operand comes to, if that is known: a literal, or a variable by one of its spellings.
    fn value(&self, operand: &str) -> Option<String> {
        let is_quoted = operand.len() > 1 && operand.starts_with(QUOTES) && operand.ends_with(QUOTES);
        let is_plain = matches!(operand.to_ascii_lowercase().as_str(), "true" | "false")
            || operand.starts_with(|c: char| c.is_ascii_digit());
        if is_quoted && !operand.contains('$') || is_plain {
            return Some(operand.trim_matches(QUOTES).to_owned());
        }
        let operand = operand.trim_matches(QUOTES);
        let spelled = ["env.", "variables.", "$", "variables[", "env["];
        if operand.starts_with("github.repository") {
            return self.0.get(operand).copied().flatten().map(str::to_owned);
        }
        let name = spelled.iter().find_map(|start| operand.strip_prefix(start))?;
        let name = name.trim_matches(['{', '}', '(', ')', '[', ']', '"', '\'']);
        self.0.get(name).copied().flatten().map(str::to_owned)
    }
}

/// What stands between the commas of a list, those within brackets aside.
pub(super) fn parts(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

/// How often a text gives a variable a value as scripts do.
fn assignments(text: &str, name: &str) -> usize {
    let rests = memmem::find_iter(text.as_bytes(), name).map(|start| &text[start + name.len()..]);
    let values = rests.filter_map(|rest| rest.trim_start_matches(' ').strip_prefix('='));
    values.filter(|value| !value.starts_with('=')).count()
}
