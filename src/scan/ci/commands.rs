//! Commands that deploy, and where in a text they are run rather than spoken of.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::super::manifest;
use super::super::patterns;

/// Bytes of a line that are searched for commands.
const LONGEST_LINE: usize = 4096;

/// Commands, of which ` * ` stands for options between their words and ` ** ` for anything; made ready when they are first
/// looked for.
pub(super) struct Commands<'t> {
    words: &'t [String],
    ready: OnceLock<Option<Ready>>,
}

struct Ready {
    heads: AhoCorasick,
    /// The command of each head as it is said, and what must follow the head in the same line.
    all: Vec<(String, Option<Tail>)>,
}

/// The words after a head.
struct Tail {
    words: String,
    /// Only options may stand before them.
    after_options: bool,
}

impl<'t> Commands<'t> {
    pub(super) fn new(words: &'t [String]) -> Self {
        Self { words, ready: OnceLock::new() }
    }

    /// What every line has in which one of these commands stands.
    pub(super) fn heads(words: &[String]) -> impl Iterator<Item = &str> {
        words.iter().map(|words| parted(words).map_or(words.as_str(), |(head, _, _)| head))
    }

    /// The command in a line, when it stands there as whole words.
    pub(super) fn find(&self, line: &str) -> Option<&str> {
        // Every head is held against all that follows it.
        let line = begin(line);
        let ready = self.ready.get_or_init(|| Ready::new(self.words)).as_ref()?;
        let heads = ready.heads.find_overlapping_iter(line).filter(|head| is_whole(line, head.range()));
        let met = heads.filter(|head| {
            let tail = ready.all.get(head.pattern().as_usize()).and_then(|(_, tail)| tail.as_ref());
            tail.is_none_or(|tail| tail.follows(line, head.range()))
        });
        // What the table names first tells most.
        let first = met.map(|head| head.pattern().as_usize()).min()?;
        ready.all.get(first).map(|(said, _)| said.as_str())
    }
}

impl Tail {
    /// Whether these words belong to a head that stands in a line.
    fn follows(&self, line: &str, head: Range<usize>) -> bool {
        let rest = &line[head.end..];
        rest.match_indices(&self.words).any(|(start, words)| {
            let part = start..start + words.len();
            let is_verb =
                || are_only_options(&line[head.clone()], &rest[..start]) && !goes_on(&rest[part.end..]);
            is_whole(rest, part.clone()) && (!self.after_options || is_verb())
        })
    }
}

impl Ready {
    fn new(words: &[String]) -> Option<Self> {
        let all = words.iter().map(|words| match parted(words) {
            Some((head, after_options, tail)) => {
                (format!("{head} {tail}"), Some(Tail { words: tail.to_owned(), after_options }))
            }
            None => (words.clone(), None),
        });
        Some(Self { heads: patterns::searcher(Commands::heads(words))?, all: all.collect() })
    }
}

/// The head and the tail of a command, and whether only options may stand between them.
fn parted(words: &str) -> Option<(&str, bool, &str)> {
    let anything = words.split_once(" ** ").map(|(head, tail)| (head, false, tail));
    anything.or_else(|| words.split_once(" * ").map(|(head, tail)| (head, true, tail)))
}

/// Whether nothing but options with their values stands after a head: what is said to another verb is no verb, as in
/// `terraform plan -out apply`. What a variable stands for may be options.
fn are_only_options(head: &str, between: &str) -> bool {
    let mut is_value = head.split(' ').next_back().is_some_and(|last| last.starts_with('-'));
    let mut is_open = false;
    let fits = between.split_whitespace().all(|word| {
        let word = word.trim_matches(['"', '\'', ',', '[', ']']);
        let was_open = is_open;
        is_open = (is_open || word.contains("{{") || word.contains("$(")) && !word.ends_with(['}', ')']);
        let is_option = word.starts_with('-');
        let fits = word.is_empty() || is_option || is_value || was_open || word.contains('$');
        is_value = is_option && !word.contains('=');
        fits
    });
    fits && (between.is_empty() || between.ends_with([' ', '\t', '"', '\'']))
}

/// Whether a word goes on: `apply` in `apply.plan` and `apply/`.
fn goes_on(after: &str) -> bool {
    let rest = after.strip_prefix(['.', '/', '=']);
    after.starts_with('/') || rest.is_some_and(|rest| rest.starts_with(|c: char| !c.is_whitespace()))
}

/// As much of a line as is searched.
pub(super) fn begin(line: &str) -> &str {
    &line[..line.floor_char_boundary(LONGEST_LINE)]
}

/// Whether a part of a line is no part of a longer word; where it ends with a sign, as in `HelmDeploy@`, any may follow.
pub(super) fn is_whole(line: &str, part: Range<usize>) -> bool {
    let inside_a_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let (before, after, part) = (&line[..part.start], &line[part.end..], &line[part]);
    let goes_on_before = before.ends_with(inside_a_word) && part.starts_with(inside_a_word);
    let goes_on_after = after.starts_with(inside_a_word) && part.ends_with(inside_a_word);
    !goes_on_before && !goes_on_after
}

/// The lines of a text, from 1, that have one of some words.
pub(super) fn lines_with<'t>(text: &'t str, words: &AhoCorasick) -> Vec<(usize, &'t str)> {
    let mut lines = Vec::new();
    let (mut counted, mut number) = (0, 1);
    while let Some(found) = words.find(&text[counted..]) {
        let at = counted + found.start();
        number += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..at]).count();
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end);
        lines.push((number, text[start..end].trim_end_matches('\r')));
        if end == text.len() {
            break;
        }
        (counted, number) = (end + 1, number + 1);
    }
    lines
}

/// Lines of one command that are looked at.
const MOST_CONTINUED: usize = 30;

/// The lines of a command from one on, which goes on where a line ends with a backslash.
pub(super) fn continued<'t>(lines: &[&'t str], first: usize) -> impl Iterator<Item = &'t str> {
    let mut goes_on = true;
    let lines = lines.get(first..).unwrap_or_default().iter().copied();
    lines.take_while(move |line| std::mem::replace(&mut goes_on, line.ends_with('\\'))).take(MOST_CONTINUED)
}

/// Comments, and names of steps, only speak of a command.
pub(super) fn only_describes(line: &str) -> bool {
    let line = line.trim_start();
    let command = line.trim_start_matches("- ").trim_start();
    let command =
        command.strip_prefix("run:").unwrap_or(command).trim_start().trim_start_matches(['@', '"', '\'']);
    let says = ["echo ", "printf ", "echo\t"].iter().any(|word| command.starts_with(word));
    let does_more = ["&&", "| ", "; "].iter().any(|end| command.contains(end));
    line.starts_with(['#', '/'])
        || says && !does_more
        || manifest::entry(line)
            .is_some_and(|entry| matches!(entry.key, "name" | "description" | "if" | "title"))
}

/// The folder that a line changes to: `cd web`, `pushd web`.
pub(super) fn folder_entered(line: &str) -> Option<&str> {
    after_words(line, &["cd", "pushd"])
}

/// The folder that a command is given: `--cwd web`, `--source web`, `--prefix web`, `--config web/fly.toml`, `kubectl apply -k web/k8s`.
pub(super) fn folder_given<'l>(line: &'l str, appliers: &[String]) -> Option<&'l str> {
    let is_applied = appliers.iter().any(|program| line.contains(&format!("{program} ")));
    let files: &[&str] =
        if is_applied { &["-f", "--filename", "-k", "--kustomize"] } else { &["--config", "-c"] };
    let folder = after_words(line, &["--cwd", "--prefix", "--working-dir", "--dir", "--source"]);
    folder.or_else(|| {
        let path = after_words(line, files)?;
        let last = path.rsplit('/').next().unwrap_or(path);
        Some(if last.contains('.') { path.rsplit_once('/').map_or("", |(folder, _)| folder) } else { path })
    })
}

/// What a command gives to a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Given {
    /// A file or folder as it is written; what a variable stands for is a star.
    pub(in super::super) path: String,
    /// Folders below as well.
    pub(in super::super) is_recursive: bool,
    /// What the kustomization in it says, and nothing else.
    pub(in super::super) is_kustomized: bool,
}

/// Files and folders that one command is known to give to a cluster.
const MOST_AT_ONCE: usize = 100;

/// The files and folders that a command gives to a cluster; none where it does not say which, or too many.
pub(in super::super) fn given_to_a_cluster(command: &str) -> Option<Vec<Given>> {
    let words: Vec<String> = command
        .split([' ', '\t', '"', '\'', '(', ')', ';', '=', ',', '\\'])
        .filter(|word| !word.is_empty())
        .map(with_stars)
        .collect();
    let is_recursive = words.iter().any(|word| matches!(word.as_str(), "-R" | "--recursive"));
    let is_path = |word: &str| !word.starts_with(['-', '|']) && !word.contains("://");
    let given = |path: &str, is_kustomized| Given {
        path: path.trim_start_matches('<').to_owned(),
        is_recursive,
        is_kustomized,
    };
    let options = words.windows(2).filter(|pair| is_path(&pair[1]));
    let mut paths: Vec<Given> = options
        .filter_map(|pair| match pair[0].as_str() {
            "-k" | "--kustomize" | "build" => Some(given(&pair[1], true)),
            "-f" | "--filename" | "<" => Some(given(&pair[1], false)),
            _ => None,
        })
        .collect();
    let is_file = |word: &&String| [".yaml", ".yml", ".json", ".j2"].iter().any(|end| word.ends_with(end));
    for file in words.iter().filter(is_file).filter(|word| is_path(word)) {
        if paths.len() > MOST_AT_ONCE {
            return None;
        }
        if !paths.iter().any(|known| known.path == *file) {
            paths.push(given(file, false));
        }
    }
    let is_from_elsewhere = words.iter().any(|word| word.contains("://"));
    (!paths.is_empty() || is_from_elsewhere).then_some(paths).filter(|paths| paths.len() <= MOST_AT_ONCE)
}

/// A word with a star for what variables and templates stand for.
fn with_stars(word: &str) -> String {
    let mut written = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(start) = rest.find(['$', '{']) {
        written.push_str(&rest[..start]);
        written.push('*');
        let variable = rest[start..].trim_start_matches(['$', '{']);
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let is_open = rest[start..].contains('{');
        let end = match is_open {
            true => variable.find('}').unwrap_or(variable.len()),
            false => variable.find(|c: char| !is_name(c) || c == '.').unwrap_or(variable.len()),
        };
        rest = variable[end..].trim_start_matches('}');
    }
    written.push_str(rest);
    written
}

/// The word after one of some words, or behind it and `=`, as a path without its quotes.
fn after_words<'l>(line: &'l str, words: &[&str]) -> Option<&'l str> {
    let mut all = begin(line).split([' ', '\t', '"', '\'', '(', ')', ';']).filter(|word| !word.is_empty());
    while let Some(word) = all.next() {
        let value = match word.split_once('=') {
            Some((option, value)) if words.contains(&option) => Some(value),
            _ if words.contains(&word) => all.next(),
            _ => None,
        };
        if let Some(value) = value.filter(|value| !value.starts_with(['/', '-', '~', '$'])) {
            return Some(value.trim_end_matches('/'));
        }
    }
    None
}

/// The lines, from 1, of here-documents that are only written into a file of no commands: `cat <<END > notes.md`. What a
/// shell or another machine is given is run.
pub(super) fn written_down(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    if memmem::find(text.as_bytes(), b"<<").is_none() {
        return ranges;
    }
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let Some(end) = end_of_text(begin(line)) else { continue };
        let last = lines.by_ref().find(|(_, line)| line.trim() == end);
        ranges.push(number + 1..last.map_or(usize::MAX, |(number, _)| number));
    }
    ranges
}

/// The word that ends the text which a line writes down.
fn end_of_text(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("<<")?;
    let after = after.trim_start_matches('-').trim_start();
    let end = after.split([' ', '\t', ';', '|', '>', ')']).next()?.trim_matches(['"', '\'']);
    let mut words = before.split(|c: char| !c.is_ascii_alphanumeric());
    let is_written = words.any(|word| matches!(word, "cat" | "tee"));
    let is_run = [".sh", "| ", ".bash"].iter().any(|sign| line.contains(sign));
    (is_written && !is_run && !end.is_empty() && !end.starts_with('<')).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_words_with_their_numbers() {
        let words = patterns::searcher(["b", "d"]).expect("words");
        assert_eq!(lines_with("a\nb b\r\nc\nxd\n", &words), [(2, "b b"), (4, "xd")]);
        assert_eq!(lines_with("d", &words), [(1, "d")]);
        assert_eq!(lines_with("", &words), []);
    }

    #[test]
    fn a_command_goes_on_where_its_lines_say_so_but_not_without_end() {
        assert_eq!(continued(&["a \\", "b", "c"], 0).collect::<Vec<_>>(), ["a \\", "b"]);
        assert_eq!(continued(&["a \\"; 100], 0).count(), MOST_CONTINUED);
    }

    #[test]
    fn what_is_said_to_another_verb_is_no_verb() {
        let words = ["terraform * apply", "kubectl * patch", "docker -c ** up", "git push ** dokku@"]
            .map(str::to_owned);
        let commands = Commands::new(&words);
        for run in [
            "terraform apply",
            "terraform -chdir=infra apply -auto-approve",
            "terraform -chdir infra apply; date",
            "terraform ${{ inputs.flags }} apply",
            "kubectl --context \"$X\" -n shop patch x",
            "[\"kubectl\", \"patch\"]",
            "docker -c prod compose up",
            "git push ssh://dokku@host/x",
            "kubectl get x && kubectl patch y",
        ] {
            assert!(commands.find(run).is_some(), "{run}");
        }
        for other in [
            "terraform plan -out=apply.tfplan",
            "terraform plan -out apply",
            "terraform -chdir=x plan apply",
            "kubectl get configmap patch",
            "kubectl -f patch/x.yaml",
            "kubectl diff | grep patch",
        ] {
            assert_eq!(commands.find(other), None, "{other}");
        }
    }

    #[test]
    fn a_command_says_what_it_gives_to_a_cluster() {
        let paths = |command: &str| {
            let given = given_to_a_cluster(command).unwrap_or_default();
            given.into_iter().map(|given| given.path).collect::<Vec<_>>()
        };
        assert_eq!(paths("kubectl apply -f k8s/ -n shop"), ["k8s/"]);
        assert_eq!(paths("kubectl apply --filename=a.yaml,b.yaml"), ["a.yaml", "b.yaml"]);
        assert_eq!(paths("kubectl apply -k overlays/${{ inputs.stage }}"), ["overlays/*"]);
        assert_eq!(paths("kubectl apply -k \"overlays/$STAGE\""), ["overlays/*"]);
        assert_eq!(paths("kustomize build k8s/prod | kubectl apply -f -"), ["k8s/prod"]);
        assert_eq!(paths("envsubst < k8s/web.yaml | kubectl apply -f -"), ["k8s/web.yaml"]);
        assert_eq!(given_to_a_cluster("kubectl apply -f -"), None);
        let many: String = (0..=MOST_AT_ONCE).map(|number| format!(" -f {number}.yaml")).collect();
        assert_eq!(given_to_a_cluster(&format!("kubectl apply{many}")), None);
        assert_eq!(given_to_a_cluster("kubectl apply -f https://x/y.yaml"), Some(Vec::new()));
    }

    #[test]
    fn a_text_that_is_written_into_a_file_is_not_run() {
        let notes = "cat <<'END' > notes.md\nhelm upgrade x\nEND\nhelm upgrade y\n";
        assert_eq!(written_down(notes).into_iter().flatten().collect::<Vec<_>>(), [2]);
        let none: [Range<usize>; 0] = [];
        for run in [
            "ssh host <<END\nship\nEND\n",
            "cat <<END | ssh host\nship\nEND\n",
            "cat > x.sh <<END\nship\nEND\n",
        ] {
            assert_eq!(written_down(run), none, "{run}");
        }
    }
}
