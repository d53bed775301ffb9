//! Which compose files are given together: the lists of `-f` and `COMPOSE_FILE` in scripts, CI and documentation.

use super::super::facts::PathClass;
use super::super::source::Listed;
use super::class::matches;
use super::paths::{depth, join, name, parent};
use super::project::Library;
use super::tables::Words;

/// Larger files are no scripts, and more are no help.
const LARGEST: usize = 256 * 1024;
const MOST: usize = 400;

/// A command that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Its files, in their order; none if it goes by the default names.
    pub(super) files: Vec<String>,
    /// The file in which it was found.
    pub(super) from: String,
    /// Whether that file is one that tells how to, other than in documentation.
    pub(super) is_advice: bool,
}

/// All commands of the repository; `known` are the compose files that they can mean.
pub(super) fn runs(library: &mut Library, known: &[String], words: &Words) -> Vec<Run> {
    let mut runs = Vec::new();
    for from in sources(library, words) {
        let Some(text) = library.text(&from.path).filter(|text| text.len() <= LARGEST) else { continue };
        if !text.contains("compose") && !text.contains("COMPOSE") && !text.contains("stack deploy") {
            continue;
        }
        let is_advice =
            from.class != PathClass::Documentation && !is_one_of(&words.command_files, &from.path);
        // A list with a file that is not in the repository is one that the reader is to make up.
        let resolved =
            |files: Vec<String>| files.iter().map(|file| resolve(file, &from.path, known)).collect();
        let found = lists(&text, words).into_iter().filter_map(resolved);
        runs.extend(found.map(|files| Run { files, from: from.path.clone(), is_advice }));
    }
    runs
}

/// The files that can hold commands, the outer ones first.
fn sources<'a>(library: &Library<'a>, words: &Words) -> Vec<&'a Listed> {
    let can_hold = |listed: &&Listed| {
        let is_own = !matches!(listed.class, PathClass::Vendor | PathClass::Generated | PathClass::Test);
        is_own
            && (is_one_of(&words.command_files, &listed.path) || is_one_of(&words.guide_files, &listed.path))
    };
    let mut sources: Vec<&Listed> = library.listed().iter().filter(can_hold).collect();
    sources.sort_by_key(|listed| depth(&listed.path));
    sources.truncate(MOST);
    sources
}

fn is_one_of(patterns: &[String], path: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, if pattern.contains('/') { path } else { name(path) }))
}

/// The compose file that a command means: from the file's folder, from the outermost one, else by its name alone,
/// since scripts run where they were copied to.
fn resolve(file: &str, from: &str, known: &[String]) -> Option<String> {
    let is_known = |path: &String| known.contains(path);
    let near = [join(parent(from), file), join("", file)].into_iter().flatten().find(is_known);
    near.or_else(|| {
        let named: Vec<&String> = known.iter().filter(|path| name(path) == name(file)).collect();
        let least = named.iter().map(|path| depth(path)).min()?;
        let mut shallowest = named.into_iter().filter(|path| depth(path) == least);
        shallowest.next().filter(|_| shallowest.next().is_none()).cloned()
    })
}

/// The lists of a text; an empty one stands for `up` without files.
fn lists(text: &str, words: &Words) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ").replace("\\\r\n", " ");
    let mut lists = Vec::new();
    for line in joined.lines() {
        lists.extend(variable(line));
        let commands = words.commands.iter().flat_map(|command| line.match_indices(command.as_str()));
        let ends = commands.map(|(start, command)| start + command.len());
        let mut starts: Vec<usize> = ends.filter(|end| !line[*end..].starts_with(is_part_of_name)).collect();
        starts.sort_unstable();
        // Lists are also put in variables, or written after a variable that holds the command.
        let is_command = !starts.is_empty();
        if !is_command && line.contains("compose") {
            starts.push(0);
        }
        lists.extend(starts.iter().filter_map(|start| arguments(&line[*start..], is_command)));
    }
    lists
}

fn is_part_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '/')
}

/// The files of one command, up to what it is to do.
fn arguments(rest: &str, is_command: bool) -> Option<Vec<String>> {
    let mut files = Vec::new();
    let is_between =
        |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ',' | '(' | ')');
    let mut tokens = rest.split(is_between).filter(|token| !token.is_empty());
    let mut is_up = false;
    while let Some(token) = tokens.next() {
        match token {
            "-f" | "--file" | "-c" | "--compose-file" => files.extend(tokens.next().and_then(compose_file)),
            "-p" | "--project-name" | "--profile" | "--env-file" | "--project-directory" | "--ansi" => {
                tokens.next();
            }
            "-f=" | "--file=" => files.extend(tokens.next().and_then(compose_file)),
            _ if token.starts_with("-f=") || token.starts_with("--file=") => {
                files.extend(token.split_once('=').and_then(|(_, file)| compose_file(file)));
            }
            _ if token.starts_with(['-', '$', '\\']) => {}
            _ if files.is_empty() && !is_command => {}
            _ => {
                is_up = is_command && token == "up";
                break;
            }
        }
    }
    (is_up || !files.is_empty()).then_some(files)
}

fn compose_file(token: &str) -> Option<String> {
    let token = token.trim_matches(['"', '\'', '`', ';', ')', ',']);
    let is_yaml = (token.ends_with(".yml") || token.ends_with(".yaml")) && !token.contains("://");
    // What a script puts before a path is where it is installed.
    let path = token.rsplit_once("}/").map_or(token, |(_, path)| path);
    let path = if path.starts_with('$') { path.split_once('/').map_or("", |(_, path)| path) } else { path };
    (is_yaml && !path.is_empty()).then(|| path.to_owned())
}

/// The files of `COMPOSE_FILE=a.yml:b.yml`.
fn variable(line: &str) -> Option<Vec<String>> {
    let (_, value) = line.split_once("COMPOSE_FILE")?;
    let value = value.trim_start().strip_prefix(['=', ':'])?.trim_start_matches(['=', ' ', '"', '\'']);
    let value = value.split_whitespace().next()?;
    files_of(value)
}

/// The files of a value of `COMPOSE_FILE`.
pub(super) fn files_of(value: &str) -> Option<Vec<String>> {
    let files: Vec<String> = value.split([':', ';', ',']).filter_map(compose_file).collect();
    (!files.is_empty()).then_some(files)
}
