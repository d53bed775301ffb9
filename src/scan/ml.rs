//! Machine-learning libraries that Python manifests declare. Lock files are not read: they name what others need.

use std::collections::{BTreeSet, HashSet};

use rayon::prelude::*;
use toml_edit::{Document, Item, Value};

use super::budget::Budget;
use super::facts::{Dependency, Place, Unreadable};
use super::manifest;
use super::paths::{folder, is_yaml, join, may_be_dockerfile};
use super::patterns::Patterns;
use super::source::{Listed, Source};
use super::tables::MlTable;

/// Keys, values and what separates them in one manifest.
const MOST_MARKS: usize = 50_000;
/// Why one that has more is not read.
const TOO_MUCH: &str = "it has more keys and values than are read";
/// Other files that one includes.
const MOST_INCLUDED: usize = 1_000;

/// Reads every manifest; those that are no valid TOML are named.
pub(crate) fn read(source: &impl Source, table: &MlTable) -> (Vec<Dependency>, Vec<Unreadable>) {
    let libraries = table.libraries.iter();
    let libraries = Patterns::new(
        libraries.flat_map(|(kind, names)| names.iter().map(move |name| (name.as_str(), kind.as_str()))),
    );
    let mut manifests = manifests(source);
    let budget = Budget::of_kind("MiB of files that may declare libraries");
    budget.cut(source, &mut manifests, |(file, _)| &file.path);
    let part = |(file, format): &(&Listed, Format)| {
        Some(part(file, &source.text(&file.path).ok()?, *format, &libraries))
    };
    let parts: Vec<_> = manifests.par_iter().filter_map(part).collect();
    let (mut all, mut unreadable) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Ok(found) => all.extend(found),
            Err(reason) => unreadable.push(reason),
        }
    }
    all.sort_by(|a: &Dependency, b| (&a.name, a.class, &a.place).cmp(&(&b.name, b.class, &b.place)));
    all.dedup_by(|next, first| next.name == first.name && next.class == first.class);
    (all, unreadable)
}

/// A way to declare dependencies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Requirements,
    Toml,
    SetupCfg,
    SetupPy,
    Conda,
    Dockerfile,
}

fn format(path: &str, name: &str) -> Option<Format> {
    let name = name.to_ascii_lowercase();
    let in_requirements = path.rsplit('/').nth(1).is_some_and(|folder| folder.starts_with("requirements"));
    match name.as_str() {
        "pyproject.toml" | "pipfile" => Some(Format::Toml),
        "setup.cfg" => Some(Format::SetupCfg),
        "setup.py" => Some(Format::SetupPy),
        _ if (name.ends_with(".txt") || name.ends_with(".in"))
            && (name.contains("requirement") || in_requirements) =>
        {
            Some(Format::Requirements)
        }
        _ if is_yaml(&name) && (name.starts_with("environment") || name.starts_with("conda")) => {
            Some(Format::Conda)
        }
        _ if may_be_dockerfile(&name) => Some(Format::Dockerfile),
        _ => None,
    }
}

/// The manifests by their names, and the files that requirements include whatever they are called.
fn manifests(source: &impl Source) -> Vec<(&Listed, Format)> {
    let files = source.files();
    let mut all: Vec<(&Listed, Format)> =
        files.iter().filter_map(|file| Some((file, format(&file.path, file.name())?))).collect();
    let mut known: BTreeSet<String> = all.iter().map(|(file, _)| file.path.clone()).collect();
    let mut next = 0;
    while let Some((file, form)) = all.get(next).copied() {
        next += 1;
        let Some(text) = (form == Format::Requirements).then(|| source.text(&file.path).ok()).flatten()
        else {
            continue;
        };
        for path in included(&file.path, &text) {
            let index = files.binary_search_by(|file| file.path.as_str().cmp(path.as_str()));
            if let Some(file) = index.ok().and_then(|index| files.get(index))
                && known.insert(path)
            {
                all.push((file, Format::Requirements));
            }
        }
    }
    all
}

/// The paths that a requirements file includes by `-r`, from the scanned folder.
fn included(path: &str, text: &str) -> Vec<String> {
    let options = text.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("-r").or_else(|| line.strip_prefix("--requirement"))
    });
    let options = options.take(MOST_INCLUDED);
    options.filter_map(|file| join(folder(path), file.trim_start_matches(['=', ' ']).trim())).collect()
}

fn part(
    file: &Listed,
    text: &str,
    format: Format,
    libraries: &Patterns<&str>,
) -> Result<Vec<Dependency>, Unreadable> {
    let declared = match format {
        Format::Requirements => requirements(text),
        Format::Toml => toml(text).map_err(|reason| Unreadable::new(file.path.clone(), reason))?,
        Format::SetupCfg => setup_cfg(text),
        Format::SetupPy => setup_py(text),
        Format::Conda => conda(text),
        Format::Dockerfile => installed(text),
    };
    if declared.len() > MOST_MARKS {
        return Err(Unreadable::new(file.path.clone(), TOO_MUCH));
    }
    let known = declared.into_iter().filter_map(|(requirement, line)| {
        let name = normalised(requirement)?;
        let kind = libraries.first(&name)?.to_owned();
        Some(Dependency { name, kind, place: Place { path: file.path.clone(), line }, class: file.class })
    });
    // A name that a file repeats says nothing more.
    let mut seen = HashSet::new();
    Ok(known.filter(|found| seen.insert(found.name.clone())).collect())
}

/// The name at the start of a requirement, as PyPI writes it. With the extra that changes what it is: `ray[serve]`.
fn normalised(requirement: &str) -> Option<String> {
    let requirement = requirement.trim();
    let end = requirement.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'));
    let name = requirement.get(..end.unwrap_or(requirement.len()))?.trim_end_matches(['.', '_', '-']);
    let parts = name.split(['.', '_', '-']).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

type Declared<'t> = Vec<(&'t str, usize)>;

fn requirements(text: &str) -> Declared<'_> {
    let lines = text.lines().zip(1..).map(|(line, number)| (line.trim(), number));
    lines.filter(|(line, _)| !line.starts_with(['#', '-'])).collect()
}

/// `dependencies:` of conda, with those that it leaves to pip.
fn conda(text: &str) -> Declared<'_> {
    let items =
        text.lines().zip(1..).filter_map(|(line, number)| Some((line.trim().strip_prefix('-')?, number)));
    items
        .map(|(item, line)| (manifest::unquoted(item.trim()), line))
        .map(|(item, line)| (channel_off(item), line))
        .collect()
}

/// `conda-forge::numpy` without its channel.
fn channel_off(item: &str) -> &str {
    item.rsplit("::").next().unwrap_or(item)
}

/// The indented lines of a `setup.cfg`, and what stands behind an equals sign.
fn setup_cfg(text: &str) -> Declared<'_> {
    let mut required = false;
    let mut all = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let continues = line.starts_with([' ', '\t']);
        if let Some(section) = line.strip_prefix('[') {
            required = section.starts_with("options.extras_require");
        } else if continues && required {
            all.push((line.trim(), number));
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !continues) {
            let extra = required && !key.trim().is_empty();
            required = extra || matches!(key.trim(), "install_requires" | "setup_requires" | "tests_require");
            if required {
                all.push((value.trim(), number));
            }
        }
    }
    all
}

/// The strings of a program that stand in what is called after requirements: `install_requires=["x"]`, `EXTRAS = {…}`.
fn setup_py(text: &str) -> Declared<'_> {
    let mut all = Vec::new();
    let mut scan = Scan { text, at: 0, line: 1 };
    // Whether the names around what is read speak of requirements, from the outermost bracket in.
    let mut around: Vec<bool> = Vec::new();
    let (mut word, mut named) = ("", false);
    while let Some((token, line)) = scan.next() {
        let inside = around.last().copied().unwrap_or(false);
        match token {
            Token::Word(text) => word = text,
            Token::Text(text) if named || inside => all.push((text, line)),
            Token::Text(_) => {}
            Token::Sign('=') => named = speaks_of_requirements(word),
            Token::Sign('(' | '[' | '{') => {
                // `REQUIRED.append("x")`, `extras.update(…)`
                around.push(named || inside || speaks_of_requirements(word));
                named = false;
            }
            Token::Sign(')' | ']' | '}') => {
                around.pop();
                named = false;
            }
            Token::Sign(',') => named = false,
            Token::LineEnd if around.is_empty() => (word, named) = ("", false),
            Token::Sign(_) | Token::LineEnd => {}
        }
    }
    all
}

fn speaks_of_requirements(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["requir", "depend", "extras", "deps"].iter().any(|part| word.contains(part))
}

enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Sign(char),
    LineEnd,
}

/// The tokens of a program in Python, as far as they matter here.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Scan<'t> {
    fn next(&mut self) -> Option<(Token<'t>, usize)> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let first = rest.chars().next()?;
            let line = self.line;
            let end = match first {
                '\n' => {
                    self.line += 1;
                    self.at += 1;
                    return Some((Token::LineEnd, line));
                }
                '#' => rest.find('\n').unwrap_or(rest.len()),
                '"' | '\'' => {
                    let (text, end) = quoted(rest, first);
                    self.at += end;
                    self.line += rest[..end].matches('\n').count();
                    return Some((Token::Text(text), line));
                }
                c if c.is_alphabetic() || c == '_' => {
                    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                    self.at += end;
                    return Some((Token::Word(&rest[..end]), line));
                }
                c if c.is_whitespace() => c.len_utf8(),
                c => {
                    self.at += c.len_utf8();
                    return Some((Token::Sign(c), line));
                }
            };
            self.at += end;
        }
    }
}

/// The string at the start of a text, and where it ends.
fn quoted(rest: &str, quote: char) -> (&str, usize) {
    let long: String = std::iter::repeat_n(quote, 3).collect();
    if let Some(inner) = rest.strip_prefix(long.as_str()) {
        let end = inner.find(long.as_str()).unwrap_or(inner.len());
        return (&inner[..end], (end + 6).min(rest.len()));
    }
    let inner = &rest[1..];
    let mut is_escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            '\\' => is_escaped = !is_escaped,
            '\n' => return (&inner[..at], at + 1),
            c if c == quote && !is_escaped => return (&inner[..at], at + 2),
            _ => is_escaped = false,
        }
    }
    (inner, rest.len())
}

/// What the steps of a Dockerfile install for Python.
fn installed(text: &str) -> Declared<'_> {
    let mut all = Vec::new();
    let mut installs = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        for step in line.split("&&").flat_map(|step| step.split(';')) {
            let fitting = INSTALLERS.iter().filter(|words| words.len() <= step.len());
            let start = fitting.into_iter().find_map(|words| Some(step.find(words)? + words.len()));
            installs = installs && step.as_ptr() == line.as_ptr() || start.is_some();
            if installs {
                let words = step[start.unwrap_or(0)..].split_whitespace();
                let words = words.map(|word| word.trim_matches(['"', '\'', '\\']));
                let names = words.filter(|word| !word.starts_with('-') && !word.is_empty());
                // One more than is read tells that there are more.
                all.extend(names.map(|word| (word, number)).take((MOST_MARKS + 1).saturating_sub(all.len())));
            }
        }
        installs &= line.ends_with('\\');
    }
    all
}

/// Commands that install libraries for Python.
const INSTALLERS: [&str; 7] = [
    "pip install",
    "pip3 install",
    "uv add",
    "poetry add",
    "conda install",
    "mamba install",
    "micromamba install",
];

/// The dependencies of `pyproject.toml` by PEP 621 and 735, Poetry, PDM and uv, and of a Pipfile.
fn toml(text: &str) -> Result<Declared<'_>, String> {
    if crate::document::marks(text) > MOST_MARKS {
        return Err(TOO_MUCH.to_owned());
    }
    if let Some(reason) = crate::document::too_much(text) {
        return Err(format!("its {reason}"));
    }
    let document = Document::parse(text)
        .map_err(|error| format!("it is no TOML: {}", first_sentence(error.message())))?;
    let lines = Lines::new(text);
    let mut all = Vec::new();
    for path in [
        &["project", "dependencies"][..],
        &["project", "optional-dependencies"],
        &["dependency-groups"],
        &["build-system", "requires"],
        &["tool", "poetry", "dependencies"],
        &["tool", "poetry", "dev-dependencies"],
        &["tool", "poetry", "group"],
        &["tool", "pdm", "dev-dependencies"],
        &["tool", "uv", "dev-dependencies"],
        &["tool", "pixi", "dependencies"],
        &["tool", "pixi", "pypi-dependencies"],
        &["packages"],
        &["dev-packages"],
    ] {
        let item = path.iter().try_fold(document.as_item(), |item, key| item.get(key));
        if let Some(item) = item {
            names(item, text, &lines, &mut all);
        }
    }
    Ok(all)
}

fn first_sentence(message: &str) -> &str {
    message.lines().next().unwrap_or(message)
}

/// Strings in arrays, and keys of tables of versions: both are names. What is neither is descended into.
fn names<'t>(item: &Item, text: &'t str, lines: &Lines, all: &mut Declared<'t>) {
    match item {
        Item::Value(Value::Array(array)) => {
            let spans = array.iter().filter(|value| value.is_str()).filter_map(Value::span);
            all.extend(spans.filter_map(|span| {
                Some((manifest::unquoted(text.get(span.clone())?), lines.of(span.start)))
            }));
        }
        item => {
            let Some(table) = item.as_table_like() else { return };
            for (key, value) in table.iter() {
                if value.is_array() || value.is_table() {
                    names(value, text, lines, all);
                }
                let span = table.key(key).and_then(|key| key.span());
                all.extend(span.and_then(|span| {
                    Some((manifest::unquoted(text.get(span.clone())?), lines.of(span.start)))
                }));
            }
        }
    }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(position, _)| position).collect())
    }

    fn of(&self, position: usize) -> usize {
        self.0.partition_point(|end| *end < position) + 1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::paths::Paths;
    use super::super::source::Texts;
    use super::super::tables::Tables;
    use super::*;

    fn found(texts: &[(&str, &str)]) -> Vec<(String, String, usize)> {
        let table = MlTable {
            libraries: BTreeMap::from([
                ("training".to_owned(), vec!["torch".to_owned(), "scikit-learn".to_owned()]),
                ("serving".to_owned(), vec!["vllm".to_owned()]),
            ]),
        };
        let source = Texts::new(texts, &Paths::new(&Tables::default()));
        let (all, _) = read(&source, &table);
        all.into_iter().map(|found| (found.name, found.place.path, found.place.line)).collect()
    }

    fn one(name: &str, path: &str, line: usize) -> Vec<(String, String, usize)> {
        vec![(name.to_owned(), path.to_owned(), line)]
    }

    #[test]
    fn requirements_include_others() {
        let texts = [
            ("requirements.txt", "-r deps/base.list\nflask\n"),
            ("deps/base.list", "# torch\nScikit_Learn[x]>=1 ; x\n"),
        ];
        assert_eq!(found(&texts), one("scikit-learn", "deps/base.list", 2));
        assert!(found(&[("requirements.txt", "-r ../../etc/passwd\n-r requirements.txt\n")]).is_empty());
    }

    #[test]
    fn a_pyproject_declares_in_several_ways() {
        for text in [
            "[project]\ndependencies = [\n \"torch>=2\",\n]\n",
            "[project.optional-dependencies]\ngpu = [\n \"torch>=2\"]\n",
            "[dependency-groups]\nx = [{include-group = \"y\"},\n'torch']\n",
            "[tool.poetry.dependencies]\npython = \"^3\"\ntorch = \"^2\"\n",
            "[tool.poetry.group.gpu.dependencies]\na = 1\ntorch = { version = \"2\" }\n",
        ] {
            assert_eq!(found(&[("pyproject.toml", text)]), one("torch", "pyproject.toml", 3), "{text}");
        }
    }

    #[test]
    fn the_older_ways_count_too() {
        assert_eq!(
            found(&[("setup.cfg", "[options]\ninstall_requires =\n  torch\n")]),
            one("torch", "setup.cfg", 3)
        );
        assert_eq!(
            found(&[("setup.py", "setup(install_requires=[\"a\", \"torch==1\"])")]),
            one("torch", "setup.py", 1)
        );
        let conda = "dependencies:\n  - pip\n  - pip:\n    - vllm==1\n";
        assert_eq!(found(&[("environment.yml", conda)]), one("vllm", "environment.yml", 4));
        assert_eq!(found(&[("Pipfile", "[packages]\ntorch = \"*\"\n")]), one("torch", "Pipfile", 2));
    }

    #[test]
    fn only_what_is_required_is_declared() {
        let text = "setup(\n    name='torch',\n    description='torch for all',\n    install_requires=[\n        'numpy',\n        'torch',\n    ],\n)\n";
        assert_eq!(found(&[("setup.py", text)]), one("torch", "setup.py", 6));
        assert_eq!(found(&[("setup.py", "REQUIRED = [\n 'torch']\n")]), one("torch", "setup.py", 2));
        let extras = "setup(extras_require={\n 'gpu': ['vllm>=1'],\n}, author='torch')\n";
        assert_eq!(found(&[("setup.py", extras)]), one("vllm", "setup.py", 2));
    }

    #[test]
    fn what_a_dockerfile_installs_is_declared() {
        let text = "FROM x\nRUN apt install torch && pip install --no-cache-dir \\\n    numpy \\\n    vllm[x]==1\nCMD torch\n";
        assert_eq!(found(&[("Dockerfile", text)]), one("vllm", "Dockerfile", 4));
    }

    #[test]
    fn a_lock_file_declares_nothing() {
        assert!(
            found(&[("poetry.lock", "[[package]]\nname = \"torch\"\n"), ("Pipfile.lock", "torch")])
                .is_empty()
        );
    }
}
