//! What of Terraform is switched off: blocks of which there are none by their `count`, for a variable that is false unless
//! somebody says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::hcl::Statement;
use super::paths::folder;
use super::source::Listed;

/// A resource or a module: its file and its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    path: String,
    words: Vec<String>,
}

impl Block {
    /// The block that a statement is about.
    fn of(file: &Listed, statement: &Statement) -> Self {
        let words = match statement.path.first().map(String::as_str) {
            Some("module") => 2,
            _ => 3,
        };
        Self { path: file.path.clone(), words: statement.path.iter().take(words).cloned().collect() }
    }
}

/// When there is something of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Count {
    None,
    /// If this variable is true.
    If(String),
}

/// What switches blocks on and off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Switches {
    counts: BTreeMap<Block, Count>,
    /// Variables that are false by default, each with its folder.
    off: BTreeSet<(String, String)>,
    /// Variables that are given something else anywhere.
    set: BTreeSet<String>,
}

/// Whether a file holds values of variables.
pub(super) fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars")
}

impl Switches {
    /// Those of one file.
    pub(super) fn of(file: &Listed, text: &str, statements: &[Statement]) -> Self {
        let mut switches = Self::default();
        let lines: Vec<&str> = if text.contains("false") || text.contains("count") || is_values(file.name()) {
            text.lines().collect()
        } else {
            Vec::new()
        };
        for statement in statements.iter().filter(|statement| statement.value.is_some()) {
            let path: Vec<&str> = statement.path.iter().map(String::as_str).collect();
            let key = path.last().copied().unwrap_or_default();
            let line = statement.line.checked_sub(1).and_then(|line| lines.get(line)).copied();
            let is = |value: &str| line.is_some_and(|line| expression(line, key) == value);
            match path.as_slice() {
                ["variable", name, "default"] if is("false") => {
                    switches.off.insert((folder(&file.path).to_owned(), (*name).to_owned()));
                }
                ["resource", _, _, "count"] | ["module", _, "count"] => {
                    let count = line.and_then(|line| count(&expression(line, key)));
                    switches.counts.extend(count.map(|count| (Block::of(file, statement), count)));
                }
                ["module", _, name] if !is("false") => {
                    switches.set.insert((*name).to_owned());
                }
                [name] if is_values(file.name()) && !is("false") => {
                    switches.set.insert((*name).to_owned());
                }
                _ => {}
            }
        }
        switches
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.counts.len() + self.off.len() + self.set.len()
    }

    /// These and those of another file.
    pub(super) fn with(mut self, other: &Self) -> Self {
        self.counts.extend(other.counts.iter().map(|(block, count)| (block.clone(), count.clone())));
        self.off.extend(other.off.iter().cloned());
        self.set.extend(other.set.iter().cloned());
        self
    }

    /// The block that a statement is about, if there is a count of it, which stands in the same file.
    pub(super) fn switched(&self, file: &Listed, statement: &Statement) -> Option<Block> {
        (!self.counts.is_empty())
            .then(|| Block::of(file, statement))
            .filter(|block| self.counts.contains_key(block))
    }

    /// Whether there is nothing of a block.
    pub(super) fn are_off(&self, block: &Block) -> bool {
        match self.counts.get(block) {
            None => false,
            Some(Count::None) => true,
            Some(Count::If(name)) => {
                let variable = (folder(&block.path).to_owned(), name.clone());
                self.off.contains(&variable) && !self.set.contains(name)
            }
        }
    }
}

/// What a line gives a key, without spaces and comments.
fn expression(line: &str, key: &str) -> String {
    let value = line.find(key).and_then(|start| line[start + key.len()..].split_once('='));
    let value = value.map_or("", |(_, value)| value);
    let value = value.split(['#', '}']).next().unwrap_or(value);
    value.split("//").next().unwrap_or(value).split_whitespace().collect()
}

fn count(expression: &str) -> Option<Count> {
    if expression == "0" {
        return Some(Count::None);
    }
    let condition = expression.strip_suffix("?1:0")?;
    let condition = condition.strip_suffix("==true").unwrap_or(condition);
    let name = condition.strip_prefix("var.")?;
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    is_name.then(|| Count::If(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::facts::PathClass;
    use super::super::hcl;
    use super::*;

    /// Whether the service of `main.tf` is off, with these files beside it.
    fn is_off(files: &[(&str, &str)]) -> bool {
        let listed = |path: &str| Listed { path: path.to_owned(), class: PathClass::Main, uses: Vec::new() };
        let of = |(path, text): &(&str, &str)| Switches::of(&listed(path), text, &hcl::statements(text));
        let all = files.iter().map(of).fold(Switches::default(), |all, one| all.with(&one));
        let words = ["resource", "aws_ecs_service", "web"].map(str::to_owned).to_vec();
        all.are_off(&Block { path: "main.tf".to_owned(), words })
    }

    #[test]
    fn a_block_is_off_for_a_variable_that_nobody_sets() {
        let service =
            |count: &str| format!("resource \"aws_ecs_service\" \"web\" {{\n  count = {count}\n}}\n");
        let variable = "variable \"deploy\" {\n  type    = bool\n  default = false # for now\n}\n";
        let by_variable = service("var.deploy ? 1 : 0");
        assert!(is_off(&[("main.tf", &service("0"))]));
        assert!(!is_off(&[("main.tf", &service("2"))]));
        assert!(is_off(&[("main.tf", &by_variable), ("variables.tf", variable)]));
        assert!(is_off(&[("main.tf", &by_variable), ("v.tf", "variable \"deploy\" { default = false }\n")]));
        assert!(!is_off(&[
            ("main.tf", &by_variable),
            ("v.tf", "variable \"deploy\" {\n  default = true\n}\n")
        ]));
        assert!(!is_off(&[("main.tf", &by_variable), ("modules/a/variables.tf", variable)]));
        let given = ("prod.tfvars", "deploy = true\n");
        assert!(!is_off(&[("main.tf", &by_variable), ("variables.tf", variable), given]));
        let passed = ("live/main.tf", "module \"app\" {\n  source = \"..\"\n  deploy = true\n}\n");
        assert!(!is_off(&[("main.tf", &by_variable), ("variables.tf", variable), passed]));
    }
}
