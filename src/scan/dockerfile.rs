//! Dockerfiles: their base images, and whether they check the health of what they run.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::budget::Budget;
use super::facts::{Dockerfile, PathClass};
use super::paths::{Paths, may_be_dockerfile};
use super::patterns::Patterns;
use super::reference::without_credentials;
use super::source::{Listed, Source};
use super::tables::DockerfileTable;

/// Bytes of the name of an image, and of an argument, which is a part of one.
const LONGEST: usize = 4096;
/// More than any Dockerfile has.
const MOST_INSTRUCTIONS: usize = 10_000;
const MOST_HEREDOCS: usize = 100;
const MOST_BASES: usize = 1_000;
const MOST_ARGUMENTS: usize = 1_000;

/// The base images that mean something.
struct BaseImages {
    accelerators: Patterns<()>,
    windows: Patterns<()>,
}

/// Reads every Dockerfile.
pub(crate) fn read(source: &impl Source, paths: &Paths, table: &DockerfileTable) -> Vec<Dockerfile> {
    let known = BaseImages {
        accelerators: Patterns::any_of(&table.accelerators),
        windows: Patterns::any_of(&table.windows),
    };
    let candidates = source.files().iter().filter(|file| may_be_dockerfile(file.name()));
    let mut candidates: Vec<&Listed> = candidates.collect();
    Budget::of_kind("MiB of Dockerfiles").cut(source, &mut candidates, |file| &file.path);
    let found = candidates.into_par_iter().filter_map(|file| {
        let text = source.text(&file.path).ok()?;
        parse(source, file, &text, paths, &known)
    });
    found.collect()
}

/// The facts of a text, if it is a Dockerfile: its first instruction is `FROM`, or `ARG` before it.
fn parse(
    source: &impl Source,
    file: &Listed,
    text: &str,
    paths: &Paths,
    known: &BaseImages,
) -> Option<Dockerfile> {
    let instructions = instructions(text);
    let first_of_all = instructions.iter().find(|instruction| instruction.word != "ARG")?;
    if first_of_all.word != "FROM" {
        return None;
    }
    if instructions.len() >= MOST_INSTRUCTIONS {
        source.left_out(&file.path, &format!("it has more than {MOST_INSTRUCTIONS} instructions"));
    }
    let (bases, complete) = bases(&instructions);
    if !complete {
        source.left_out(
            &file.path,
            &format!("its arguments grow beyond {LONGEST} bytes, or it has more than {MOST_BASES} stages"),
        );
    }
    let accelerator = bases.iter().find(|(image, _)| known.accelerators.fit(image)).cloned();
    let windows = bases.iter().find(|(image, _)| known.windows.fit(image)).cloned();
    let healthcheck = instructions.iter().rfind(|instruction| instruction.word == "HEALTHCHECK");
    let healthcheck = healthcheck.filter(|check| !check.rest.eq_ignore_ascii_case("none"));
    Some(Dockerfile {
        path: file.path.clone(),
        class: class(file, paths),
        bases,
        accelerator,
        windows,
        healthcheck: healthcheck.map(|check| check.line),
    })
}

/// What the last stage of a Dockerfile builds on.
#[derive(Debug)]
pub(super) struct BuiltOn {
    pub(super) image: String,
    /// There is no other stage, and all that it takes in is settings by its name, or goes where settings are.
    pub(super) adds_only_settings: bool,
    /// It takes in something that is none.
    pub(super) takes_sources: bool,
}

impl BuiltOn {
    /// Settings are known by the ends of their names (`ends`), or by where they go (`folders`).
    pub(super) fn of(text: &str, ends: &[String], folders: &[String]) -> Option<Self> {
        let instructions = instructions(text);
        let of = |word: &'static str| instructions.iter().filter(move |instruction| instruction.word == word);
        let from = of("FROM").next_back()?;
        let image = from.rest.split_whitespace().find(|word| !word.starts_with("--"))?;
        let mut taken = of("COPY").chain(of("ADD"));
        let is_code = of("WORKDIR").chain(of("CMD")).next().is_some();
        let is_one_stage = of("FROM").count() == 1;
        let takes_sources = taken.any(|taken| !takes_settings(&taken.rest, ends, folders));
        let adds_only_settings = is_one_stage && !is_code && !takes_sources;
        // A variable at the end only chooses the version.
        let image = image.split_once(":$").map_or(image, |(image, _)| image);
        (!image.contains('$')).then(|| Self { image: image.to_owned(), adds_only_settings, takes_sources })
    }
}

/// Whether what a `COPY` or `ADD` takes in are settings.
fn takes_settings(rest: &str, ends: &[String], folders: &[String]) -> bool {
    let words = rest.split(|letter: char| letter.is_whitespace() || matches!(letter, '[' | ']' | ',' | '"'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && !word.starts_with("--chown")).collect();
    let [sources @ .., target] = words.as_slice() else { return false };
    let is_of_settings =
        |source: &&str| ends.iter().any(|end| source.to_ascii_lowercase().ends_with(end.as_str()));
    folders.iter().any(|folder| target.starts_with(folder.as_str())) || sources.iter().all(is_of_settings)
}

/// The class of its directories, or else of its name: a `Dockerfile.dev` beside the real one is for development.
fn class(file: &Listed, paths: &Paths) -> PathClass {
    match file.class {
        PathClass::Main => paths.class_of_name(file.name()),
        class => class,
    }
}

/// An instruction with its continuation lines joined.
struct Instruction {
    word: String,
    rest: String,
    line: usize,
}

fn instructions(text: &str) -> Vec<Instruction> {
    let escape = if escapes_with_backtick(text) { '`' } else { '\\' };
    let mut lines = text.lines().enumerate();
    let mut all = Vec::new();
    while let Some((index, line)) = lines.next().filter(|_| all.len() < MOST_INSTRUCTIONS) {
        if is_comment_or_blank(line) {
            continue;
        }
        let mut whole = line.trim().to_owned();
        while whole.ends_with(escape) {
            whole.pop();
            match lines.find(|(_, next)| !is_comment_or_blank(next)) {
                Some((_, next)) => whole.push_str(next.trim()),
                None => break,
            }
        }
        for end in heredocs(&whole) {
            lines.find(|(_, line)| line.trim_start_matches('\t') == end);
        }
        let (word, rest) = whole.split_once(char::is_whitespace).unwrap_or((&whole, ""));
        all.push(Instruction {
            word: word.to_ascii_uppercase(),
            rest: rest.trim().to_owned(),
            line: index + 1,
        });
    }
    all
}

fn is_comment_or_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// Parser directives are the comments at the very top.
fn escapes_with_backtick(text: &str) -> bool {
    let directives = text.lines().map_while(|line| line.trim().strip_prefix('#')?.split_once('='));
    directives
        .into_iter()
        .any(|(name, value)| name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`")
}

/// The words that end the here-documents of an instruction.
fn heredocs(instruction: &str) -> Vec<String> {
    let can_have_some = ["RUN", "COPY", "ADD"]
        .iter()
        .any(|word| instruction.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
    if !can_have_some {
        return Vec::new();
    }
    let words = instruction.split("<<").skip(1).filter(|word| !word.starts_with('<'));
    let ends = words.map(|word| {
        let word = word.trim_start_matches('-').trim_start_matches(['"', '\'']);
        word.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    });
    let ends = ends.filter(|end: &String| end.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    ends.take(MOST_HEREDOCS).collect()
}

/// The images that stages start from, without those that are stages themselves; and whether these are all.
fn bases(instructions: &[Instruction]) -> (Vec<(String, usize)>, bool) {
    let mut arguments = Arguments::default();
    let mut stages = HashSet::new();
    let mut bases = Vec::new();
    for instruction in instructions {
        match instruction.word.as_str() {
            "ARG" if stages.is_empty() && bases.is_empty() => arguments.declare(&instruction.rest),
            "FROM" if stages.len().max(bases.len()) >= MOST_BASES => return (bases, false),
            "FROM" => {
                let mut words = instruction.rest.split_whitespace().skip_while(|word| word.starts_with("--"));
                let Some(image) = words.next() else { continue };
                let is_stage = image == "scratch" || stages.contains(&image.to_ascii_lowercase());
                let unquoted = image.replace(['"', '\''], "");
                if !is_stage && let Some(image) = arguments.interpolate(&unquoted) {
                    bases.push((without_credentials(&image), instruction.line));
                }
                let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
                stages.extend(words.next().filter(|_| named).map(str::to_ascii_lowercase));
            }
            _ => {}
        }
    }
    (bases, !arguments.grew)
}

/// The arguments before the first stage. Each may be made of others, and so of more text than there is.
#[derive(Default)]
struct Arguments {
    values: HashMap<String, String>,
    /// Whether something was left out because it was too long, or one too many.
    grew: bool,
}

impl Arguments {
    fn declare(&mut self, arguments: &str) {
        for argument in arguments.split_whitespace() {
            let Some((name, value)) = argument.split_once('=') else { continue };
            let value = self.interpolate(value.trim_matches(['"', '\'']));
            if let Some(value) = value.filter(|_| self.values.len() < MOST_ARGUMENTS) {
                self.values.insert(name.to_owned(), value);
            } else {
                self.grew = true;
            }
        }
    }

    /// The text with `$NAME`, `${NAME}` and `${NAME:-default}` replaced; what has no default stays as it is written.
    /// Nothing when it is longer than any name.
    fn interpolate(&mut self, text: &str) -> Option<String> {
        let mut result = String::new();
        let mut left = text;
        while let Some((before, after)) = left.split_once('$').filter(|_| result.len() <= LONGEST) {
            result.push_str(before);
            let (variable, rest) = variable(after);
            match value(variable, &self.values) {
                Some(value) => result.push_str(value),
                None => result.push_str(&left[before.len()..left.len() - rest.len()]),
            }
            left = rest;
        }
        result.push_str(left);
        self.grew |= result.len() > LONGEST;
        (result.len() <= LONGEST).then_some(result)
    }
}

/// The variable after a `$`, without its braces, and what follows it.
fn variable(after: &str) -> (&str, &str) {
    match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        Some(split) => split,
        None => {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
            after.split_at(end)
        }
    }
}

fn value<'v>(variable: &'v str, defaults: &'v HashMap<String, String>) -> Option<&'v str> {
    let (name, default) = match variable.split_once(":-").or_else(|| variable.split_once('-')) {
        Some((name, default)) => (name, Some(default)),
        None => (variable, None),
    };
    defaults.get(name).map(String::as_str).filter(|value| !value.is_empty()).or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(text: &str) -> Vec<(String, usize)> {
        bases(&instructions(text)).0
    }

    fn only(image: &str, line: usize) -> Vec<(String, usize)> {
        vec![(image.to_owned(), line)]
    }

    #[test]
    fn an_argument_before_the_first_stage_gives_the_image_its_tag() {
        let text =
            "ARG TAG=3.12\nARG NAME=\"python\"\nFROM --platform=$BUILDPLATFORM ${NAME}:$TAG-slim AS app\n";
        assert_eq!(images(text), only("python:3.12-slim", 3));
        assert_eq!(images("FROM ${BASE:-alpine}\n"), only("alpine", 1));
        assert_eq!(images("FROM ${BASE}:1\n"), only("${BASE}:1", 1));
    }

    #[test]
    fn an_argument_that_doubles_itself_ends_and_is_said() {
        let text = format!("ARG A=xxxxxxxxxx\n{}FROM $A\nFROM b\n", "ARG A=$A$A$A$A\n".repeat(40));
        assert_eq!(bases(&instructions(&text)), (vec![(images("ARG A=xxxxxxxxxx\nARG A=$A$A$A$A\nARG A=$A$A$A$A\nARG A=$A$A$A$A\nARG A=$A$A$A$A\nFROM $A")[0].0.clone(), 42), ("b".to_owned(), 43)], false));
    }

    #[test]
    fn an_image_has_no_quotes() {
        assert_eq!(images("FROM \"${UNSET:-rocm/pytorch}\":latest\n"), only("rocm/pytorch:latest", 1));
        assert_eq!(images("FROM 'alpine' AS x\n"), only("alpine", 1));
    }

    #[test]
    fn a_stage_is_no_base_image() {
        let text = "FROM golang:1 as Build\nFROM scratch AS empty\nFROM build\nFROM empty\n";
        assert_eq!(images(text), only("golang:1", 1));
    }

    #[test]
    fn here_documents_and_continuations_hide_what_looks_like_an_instruction() {
        let text = "FROM a\nRUN <<EOF\nFROM b\nEOF\nRUN x && \\\n# FROM c\n\nFROM d\nFROM e\n";
        assert_eq!(images(text), vec![("a".to_owned(), 1), ("e".to_owned(), 9)]);
    }

    #[test]
    fn here_documents_of_one_instruction_are_not_without_end() {
        assert_eq!(heredocs(&format!("RUN {}", "<<a ".repeat(10_000))).len(), MOST_HEREDOCS);
    }

    #[test]
    fn a_directive_changes_the_escape() {
        let text = "# escape=`\nFROM a `\n  AS b\nRUN dir C:\\\nFROM b\n";
        assert_eq!(images(text), only("a", 2));
    }
}
