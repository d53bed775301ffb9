//! Which compose files are given together: the lists of `-f` and `COMPOSE_FILE` in scripts, CI and documentation.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::super::budget::Budget;
use super::super::facts::PathClass;
use super::super::paths::is_yaml;
use super::super::source::Listed;
use super::class::matches;
use super::paths::{depth, join, name, parent};
use super::project::Library;
use super::sniff;
use super::tables::Words;

/// Larger files are no scripts, and more are no help.
const LARGEST: usize = 256 * 1024;
const MOST: usize = 400;
/// Commands that are kept, with the files that they name: each is held against each Compose file.
const MOST_KEPT: usize = 4_000;

/// A command that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Its files, in their order; none if it goes by the default names.
    pub(super) files: Vec<String>,
    /// The folder that it changes to before, if it does.
    pub(super) folder: Option<String>,
    /// The file in which it was found.
    pub(super) from: String,
    /// Whether that file is one that tells how to, other than in documentation.
    pub(super) is_advice: bool,
    /// The words after `up`, where it starts something: services, or nothing for all of them.
    pub(super) started: Option<Vec<String>>,
    /// The profiles that it turns on.
    pub(super) profiles: Vec<String>,
}

/// All commands of the repository; `known` are the compose files that they can mean.
pub(super) fn runs(library: &mut Library, known: &[String], words: &Words) -> Vec<Run> {
    let known = Known::of(known);
    let bytes = Budget::of_kind("MiB of guides and scripts that may start Compose");
    let number = Budget::new(MOST_KEPT, "commands that start Compose and files in them");
    let mut runs = Vec::new();
    for from in sources(library, words) {
        if bytes.is_spent() || number.is_spent() {
            break;
        }
        let Some(text) = library.text(&from.path).filter(|text| text.len() <= LARGEST) else { continue };
        let may_start = ["compose", "COMPOSE", "stack deploy"].iter().any(|word| text.contains(word));
        if !may_start || !bytes.take_text(&text) {
            continue;
        }
        let is_advice =
            from.class != PathClass::Documentation && !is_one_of(&words.command_files, &from.path);
        let mut folder = None;
        let of_text = text.lines().find_map(profiles_set);
        for said in lists(&text, words) {
            let (Arguments { files, started, profiles }, is_bare) = match said {
                Said::Enter(entered) => {
                    // A pipeline begins at the top, and a script where it lies or at the top.
                    let here = join(parent(&from.path), &entered);
                    let at_top = || join("", &entered).filter(|folder| library.has_folder(folder));
                    folder = match here {
                        Some(here) if library.has_folder(&here) => Some(here),
                        here => at_top().or(here),
                    };
                    continue;
                }
                Said::List { of, is_bare } => (of, is_bare),
            };
            let profiles = if profiles.is_empty() { of_text.clone().unwrap_or_default() } else { profiles };
            // A list with a file that is not in the repository is one that the reader is to make up.
            let here = folder.as_deref().unwrap_or(parent(&from.path));
            let resolved: Option<Vec<String>> =
                files.iter().map(|file| resolve(library, file, [here, parent(&from.path)], &known)).collect();
            let Some(resolved) = resolved else { continue };
            if is_bare && !resolved.iter().all(|file| known.has(file)) {
                continue;
            }
            let names_files = !resolved.is_empty();
            let files = parts(library, resolved, &known, words);
            // A list of which nothing is left is not the start without a list.
            if names_files && files.is_empty() {
                continue;
            }
            if !number.take(1 + files.len()) {
                break;
            }
            runs.push(Run {
                files,
                folder: folder.clone(),
                from: from.path.clone(),
                is_advice,
                started,
                profiles,
            });
        }
    }
    library.tell(&bytes);
    library.tell(&number);
    runs
}

/// The Compose files that commands can mean.
struct Known<'a> {
    paths: HashSet<&'a str>,
    /// By their names: how deep the outermost one lies, and which it is if it is the only one there.
    outermost: HashMap<&'a str, (usize, Option<&'a str>)>,
}

impl<'a> Known<'a> {
    fn of(paths: &'a [String]) -> Self {
        let mut by_depth: Vec<&str> = paths.iter().map(String::as_str).collect();
        by_depth.sort_by_key(|path| depth(path));
        let mut outermost = HashMap::new();
        for path in by_depth {
            let found = outermost.entry(name(path)).or_insert((depth(path), Some(path)));
            if found.0 == depth(path) && found.1 != Some(path) {
                found.1 = None;
            }
        }
        Self { paths: paths.iter().map(String::as_str).collect(), outermost }
    }

    fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    fn outermost(&self, name: &str) -> Option<&'a str> {
        self.outermost.get(name)?.1
    }
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

/// The file that a command means: from where it is run, from the file's folder, from the outermost one, else by its name
/// alone among the compose files, since scripts run where they were copied to.
fn resolve(library: &Library, file: &str, folders: [&str; 2], known: &Known<'_>) -> Option<String> {
    let [here, beside] = folders;
    let places = [join(here, file), join(beside, file), join("", file)];
    let there = places.into_iter().flatten().find(|path| library.has(path));
    there.or_else(|| known.outermost(name(file)).map(str::to_owned))
}

/// The files of a list without those that have nothing to say: what a command gives to Compose is Compose, whatever it is
/// called and however little of it there is.
fn parts(library: &mut Library, files: Vec<String>, known: &Known<'_>, words: &Words) -> Vec<String> {
    let says_something = |path: &String| {
        known.has(path) || library.text(path).is_some_and(|text| sniff::may_be_a_part(&text, words))
    };
    files.into_iter().filter(says_something).collect()
}

/// What a line says of Compose files.
enum Said {
    /// It changes to a folder.
    Enter(String),
    /// It gives these together, or none of them where it starts what has the default name. A bare list does not say for
    /// what it is, and only counts where all of it is Compose.
    List { of: Arguments, is_bare: bool },
}

/// What one command says up to what it is to do: the files, the words after `up` where it starts something, and the
/// profiles that it turns on.
#[derive(Default)]
struct Arguments {
    files: Vec<String>,
    started: Option<Vec<String>>,
    profiles: Vec<String>,
}

impl From<Vec<String>> for Arguments {
    fn from(files: Vec<String>) -> Self {
        Self { files, ..Self::default() }
    }
}

/// All that a text says of Compose files, in its order.
fn lists(text: &str, words: &Words) -> Vec<Said> {
    let joined = text.replace("\\\n", " ").replace("\\\r\n", " ");
    let mut variables = Variables::of(&joined, words);
    let list = |is_bare| move |files: Vec<String>| Said::List { of: files.into(), is_bare };
    let mut lists = files_of_modules(&joined);
    for line in joined.lines() {
        let line = &*variables.filled_in(line);
        lists.extend(entered(line).map(Said::Enter));
        lists.extend(variable(line).map(list(false)));
        lists.extend(copied(line).map(list(true)));
        let commands = words.commands.iter().flat_map(|command| line.match_indices(command.as_str()));
        let ends = commands.map(|(start, command)| start + command.len());
        let mut starts: Vec<usize> = ends.filter(|end| !line[*end..].starts_with(is_part_of_name)).collect();
        starts.sort_unstable();
        // Lists are also put in variables, or written after a variable that holds the command.
        let is_command = !starts.is_empty();
        let is_bare = !is_command && !line.contains("compose");
        if !is_command
            && (!is_bare || line.contains("-f ") || line.contains("-f=") || line.contains("--file"))
        {
            starts.push(0);
        }
        // A command ends where the next one begins.
        let ends = starts.iter().skip(1).copied().chain([line.len()]);
        let of_line =
            starts.iter().zip(ends).filter_map(|(start, end)| arguments(&line[*start..end], is_command));
        lists.extend(of_line.map(|of| Said::List { of, is_bare }));
    }
    lists
}

/// Variables that hold a command of Compose or files for it, with what they hold.
struct Variables {
    known: HashMap<String, String>,
    /// Bytes that may still be filled in.
    room: usize,
}

/// As many of them are followed.
const MOST_VARIABLES: usize = 50;
/// Bytes of a line in which they are looked for.
const LONGEST_LINE: usize = 4_000;
/// Bytes of what one of them holds.
const LONGEST_VALUE: usize = 1_000;
/// Bytes that they fill in a text in all: what is short may be written often.
const MOST_FILLED_IN: usize = 64 * 1024;

impl Variables {
    /// Those that a script or a Makefile sets: `FILE := a.yml`, `export FILES="-f a.yml -f b.yml"`, `BOTH = $(A) $(B)`.
    fn of(text: &str, words: &Words) -> Self {
        let mut variables = Self { known: HashMap::new(), room: MOST_FILLED_IN };
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let name = name.trim_end_matches([':', '?', ' ']).trim_start();
            let name = name.strip_prefix("export ").unwrap_or(name);
            let is_name = !name.is_empty() && name.chars().all(is_part_of_variable);
            if !is_name || value.len() > LONGEST_VALUE || variables.known.len() >= MOST_VARIABLES {
                continue;
            }
            let value = variables.filled_in(value.trim().trim_matches(['"', '\'']));
            let value = value.trim();
            let is_list = LISTING.iter().any(|option| value.starts_with(option)) || value.starts_with("-f ");
            let is_file = is_yaml(value) && !value.contains(' ');
            let is_command = words.commands.iter().any(|command| command == value);
            if (is_list || is_file || is_command) && !value.contains('$') && value.len() <= LONGEST_VALUE {
                variables.known.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        variables
    }

    /// A line with what variables hold in their place, as far as there is room.
    fn filled_in<'l>(&mut self, line: &'l str) -> Cow<'l, str> {
        if !line.contains('$') {
            return line.into();
        }
        let line = in_braces(line);
        let mut parts = line.split('$');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let known = named(part).and_then(|(name, rest)| Some((self.known.get(name)?, rest)));
            match known.filter(|(value, _)| value.len() < self.room && filled.len() <= LONGEST_LINE) {
                Some((value, rest)) => {
                    self.room -= value.len() + 1;
                    filled.extend([value, " ", rest]);
                }
                None => filled.extend(["$", part]),
            }
        }
        filled.into()
    }
}

/// The variable that is named right after a `$`, and what follows: `{NAME}…` or `NAME …`.
fn named(part: &str) -> Option<(&str, &str)> {
    match part.strip_prefix('{') {
        Some(braced) => braced.split_once('}'),
        None => part.split_once(' '),
    }
}

fn is_part_of_variable(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// `$(NAME)`, as Make writes it, as `${NAME}`, as shells do.
fn in_braces(line: &str) -> String {
    let mut parts = line.split("$(");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((name, rest)) if name.chars().all(is_part_of_variable) => {
                written.push_str(&format!("${{{name}}}{rest}"));
            }
            _ => {
                written.push_str("$(");
                written.push_str(part);
            }
        }
    }
    written
}

/// The files that a module of Ansible for Compose is given, as a list.
fn files_of_modules(text: &str) -> Vec<Said> {
    let mut lists = Vec::new();
    let mut lines = text.lines().skip_while(|line| !line.contains("docker_compose")).peekable();
    while let Some(line) = lines.next() {
        let Some(same_line) = line.trim().strip_prefix("files:") else { continue };
        let file = |item: &str| compose_file(item.trim().trim_matches(['"', '\'']));
        let mut files: Vec<String> =
            same_line.trim().trim_matches(['[', ']']).split(',').filter_map(file).collect();
        while let Some(item) = lines.peek().and_then(|line| line.trim().strip_prefix("- ")) {
            files.extend(file(item));
            lines.next();
        }
        if !files.is_empty() {
            lists.push(Said::List { of: files.into(), is_bare: true });
        }
    }
    lists
}

/// The folder of the repository that a line changes to.
fn entered(line: &str) -> Option<String> {
    let before = line.find("cd ").filter(|at| !line[..*at].ends_with(|c: char| c.is_alphanumeric()))?;
    let folder = line[before + 3..].split([' ', ';', '&', '`', '"', '\'', ')']).next()?.trim_end_matches('/');
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    (!folder.is_empty() && !folder.starts_with('/') && folder.chars().all(is_plain))
        .then(|| folder.to_owned())
}

fn is_part_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '/')
}

/// Options that a file follows in the same word.
const LISTING: [&str; 4] = ["-f=", "--file=", "-c=", "--compose-file="];

/// The files that a line copies to another machine, which are then started there by their default name.
fn copied(line: &str) -> Option<Vec<String>> {
    let is_copy = ["scp ", "rsync ", "source:"].iter().any(|word| line.contains(word));
    let words = line.split([' ', '"', '\'', ',']).filter(|word| !word.contains(':'));
    let files: Vec<String> = words.filter(|_| is_copy).filter_map(compose_file).collect();
    (!files.is_empty()).then_some(files)
}

/// The words that follow `up` in the same command, without options; what is no plain word ends them.
fn words_started<'t>(tokens: impl Iterator<Item = &'t str>) -> Vec<String> {
    let is_plain = |token: &&str| !token.starts_with(['#', '&', '|', ';', '>', '<']);
    let mut words = Vec::new();
    for token in tokens.take_while(is_plain).filter(|token| !token.starts_with('-')) {
        words.push(token.trim_end_matches(';').to_owned());
        if token.ends_with(';') {
            break;
        }
    }
    words
}

/// Reads them, where there are any.
fn arguments(rest: &str, is_command: bool) -> Option<Arguments> {
    let (mut files, mut profiles) = (Vec::new(), Vec::new());
    let is_between =
        |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ',' | '(' | ')');
    let mut tokens = rest.split(is_between).filter(|token| !token.is_empty());
    let (mut is_up, mut is_plain) = (false, true);
    let mut started = None;
    while let Some(token) = tokens.next() {
        is_plain &= !["-f", "--file"].iter().any(|option| token.starts_with(option));
        match token {
            "-f" | "--file" | "-c" | "--compose-file" => files.extend(tokens.next().and_then(compose_file)),
            "--profile" => profiles.extend(tokens.next().and_then(profiles_of).unwrap_or_default()),
            "-p" | "--project-name" | "--env-file" | "--project-directory" | "--ansi" => {
                tokens.next();
            }
            _ if token.starts_with("--profile=") => {
                let profile = token.split_once('=').and_then(|(_, profile)| profiles_of(profile));
                profiles.extend(profile.unwrap_or_default());
            }
            "-f=" | "--file=" => files.extend(tokens.next().and_then(compose_file)),
            _ if LISTING.iter().any(|option| token.starts_with(option)) => {
                files.extend(token.split_once('=').and_then(|(_, file)| compose_file(file)));
            }
            _ if token.starts_with(['-', '$', '\\']) => {}
            _ if files.is_empty() && !is_command => {}
            _ => {
                is_up = is_command && is_plain && token == "up";
                started = (is_command && token == "up").then(|| words_started(tokens.by_ref()));
                break;
            }
        }
    }
    (is_up || !files.is_empty()).then_some(Arguments { files, started, profiles })
}

/// The profiles of `COMPOSE_PROFILES=a,b`.
fn profiles_set(line: &str) -> Option<Vec<String>> {
    let (_, value) =
        line.split_once("COMPOSE_PROFILES").filter(|(before, _)| !before.trim_start().starts_with('#'))?;
    let value = value.trim_start().strip_prefix(['=', ':'])?.trim_start_matches(['=', ' ', '"', '\'']);
    profiles_of(value.split([' ', '"', '\'']).next()?)
}

/// The names in a list of profiles; none where a variable or the reader is to fill it in.
fn profiles_of(list: &str) -> Option<Vec<String>> {
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let names: Vec<String> = list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    (!names.is_empty() && names.iter().all(|name| is_name(name))).then_some(names)
}

fn compose_file(token: &str) -> Option<String> {
    let token = token.trim_matches(['"', '\'', '`', ';', ')', ',']);
    let is_file = is_yaml(token) && !token.contains("://");
    // What a script puts before a path is where it is installed.
    let path = token.rsplit_once("}/").map_or(token, |(_, path)| path);
    let path = if path.starts_with('$') { path.split_once('/').map_or("", |(_, path)| path) } else { path };
    (is_file && !path.is_empty()).then(|| path.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_variables_fill_in_ends_however_often_they_are_written() {
        let known = HashMap::from([("A".to_owned(), "-f a.yml ".repeat(100))]);
        let mut variables = Variables { known, room: MOST_FILLED_IN };
        let line = format!("docker compose {}up", "$A ".repeat(20));
        let filled: usize = (0..1_000).map(|_| variables.filled_in(&line).len()).sum();
        assert!(filled > 1_000 * line.len() && filled <= 1_000 * line.len() + MOST_FILLED_IN, "{filled}");
        assert_eq!(variables.filled_in(&line), line);
    }
}
