//! Patterns of names: `*` stands for anything, `/` included, and case does not matter.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use indexmap::IndexMap;
use memchr::memmem;

use super::paths::lowered;

/// Patterns, each with all that it stands for, made ready to be asked often.
pub(crate) struct Patterns<T> {
    exact: HashMap<String, Vec<T>>,
    wild: Vec<(Wild, Vec<T>)>,
    /// The longest piece of each pattern with a star: only a text that has it can fit.
    pieces: Option<AhoCorasick>,
}

impl<T: Copy> Patterns<T> {
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let mut exact: HashMap<String, Vec<T>> = HashMap::new();
        let mut wild: IndexMap<String, Vec<T>> = IndexMap::new();
        for (pattern, meaning) in patterns {
            let pattern = pattern.to_ascii_lowercase();
            match pattern.contains('*') {
                true => wild.entry(pattern).or_default().push(meaning),
                false => exact.entry(pattern).or_default().push(meaning),
            }
        }
        let wild = wild.into_iter().filter_map(|(pattern, all)| Some((Wild::new(&pattern)?, all)));
        let wild: Vec<(Wild, Vec<T>)> = wild.collect();
        let pieces = searcher(wild.iter().map(|(pattern, _)| pattern.longest_piece()));
        Self { exact, wild, pieces }
    }

    /// What the patterns that fit a text in lower case stand for, the exact ones first.
    fn fitting(&self, text: &str) -> impl Iterator<Item = T> {
        let exact = self.exact.get(text).into_iter();
        let wild = self.possible(text).into_iter().filter_map(|index| self.wild.get(index));
        exact.chain(wild.filter(move |(wild, _)| wild.fits(text)).map(|(_, all)| all)).flatten().copied()
    }

    /// The patterns with a star of which the text has a piece.
    fn possible(&self, text: &str) -> Vec<usize> {
        let pieces = self.pieces.iter().flat_map(|pieces| pieces.find_overlapping_iter(text));
        let mut possible: Vec<usize> = pieces.map(|piece| piece.pattern().as_usize()).collect();
        possible.sort_unstable();
        possible.dedup();
        possible
    }

    /// What the first pattern that fits stands for.
    pub(crate) fn first(&self, text: &str) -> Option<T> {
        self.fitting(&lowered(text)).next()
    }
}

impl Patterns<()> {
    /// Patterns of which it only matters whether one fits.
    pub(crate) fn any_of(patterns: &[String]) -> Self {
        Self::new(patterns.iter().map(|pattern| (pattern.as_str(), ())))
    }

    pub(crate) fn fit(&self, text: &str) -> bool {
        self.first(text).is_some()
    }
}

/// Patterns of paths: those without a `/` speak of the last part only, the others of the whole path with a `/` before it.
pub(crate) struct PathPatterns<T> {
    names: Patterns<T>,
    paths: Patterns<T>,
}

impl<T: Copy> PathPatterns<T> {
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let (paths, names): (Vec<_>, Vec<_>) =
            patterns.into_iter().partition(|(pattern, _)| pattern.contains('/'));
        Self { names: Patterns::new(names), paths: Patterns::new(paths) }
    }

    /// What the patterns that fit stand for.
    pub(crate) fn all(&self, path: &str) -> Vec<T> {
        let mut whole = String::with_capacity(1 + path.len());
        whole.push('/');
        whole.push_str(path);
        whole.make_ascii_lowercase();
        let name = whole.rfind('/').map_or(0, |slash| slash + 1);
        let mut found: Vec<T> = self.names.fitting(&whole[name..]).collect();
        found.extend(self.paths.fitting(&whole));
        found
    }
}

/// Words that are searched for in many texts, made ready when that is first done.
pub(crate) struct Words<'t> {
    words: &'t [String],
    searcher: OnceLock<Option<AhoCorasick>>,
}

impl<'t> Words<'t> {
    pub(crate) fn new(words: &'t [String]) -> Self {
        Self { words, searcher: OnceLock::new() }
    }

    pub(crate) fn all(&self) -> &'t [String] {
        self.words
    }

    pub(crate) fn are_none(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether any of them is in a text.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.searcher().is_some_and(|searcher| searcher.is_match(text))
    }

    /// The first line with one of them, from 1; of a word that begins with a line break, the line after it.
    pub(crate) fn line(&self, text: &str) -> Option<usize> {
        let found = self.searcher()?.find(text)?;
        let before = &text.as_bytes()[..text.len().min(found.start() + 1)];
        Some(memchr::memchr_iter(b'\n', before).count() + 1)
    }

    fn searcher(&self) -> Option<&AhoCorasick> {
        let make = || if self.are_none() { None } else { searcher(self.words) };
        self.searcher.get_or_init(make).as_ref()
    }
}

/// Finds all of some words at once. The automaton that is made soonest: most scans are over before a faster one pays.
pub(crate) fn searcher<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Option<AhoCorasick> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(words).ok()
}

/// Tells as fast as can be whether there is any of some words: of this kind it looks at many letters at once.
pub(crate) fn gate<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Option<AhoCorasick> {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostFirst).build(words).ok()
}

/// A pattern with at least one star, in lower case.
struct Wild {
    first: String,
    middle: Vec<String>,
    last: String,
}

impl Wild {
    fn new(pattern: &str) -> Option<Self> {
        let (first, rest) = pattern.split_once('*')?;
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let middle = middle.split('*').filter(|piece| !piece.is_empty()).map(str::to_owned).collect();
        Some(Self { first: first.to_owned(), middle, last: last.to_owned() })
    }

    fn longest_piece(&self) -> &str {
        let pieces = self.middle.iter().chain([&self.first, &self.last]);
        pieces.max_by_key(|piece| piece.len()).map_or("", String::as_str)
    }

    /// Whether a text in lower case is what the pattern says.
    fn fits(&self, text: &str) -> bool {
        let ends =
            text.strip_prefix(self.first.as_str()).and_then(|text| text.strip_suffix(self.last.as_str()));
        let Some(mut left) = ends else { return false };
        for piece in &self.middle {
            let Some(found) = memmem::find(left.as_bytes(), piece.as_bytes()) else { return false };
            left = &left[found + piece.len()..];
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, text: &str) -> bool {
        Patterns::new([(pattern, ())]).fit(text)
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in [
            ("nvidia/cuda*", "nvidia/cuda:12.4"),
            ("*/cuda:*", "nvcr.io/nvidia/cuda:12"),
            ("a*b*c", "aXbYc"),
            ("*", ""),
            ("Test", "test"),
            ("a*a", "aa"),
        ] {
            assert!(fit(pattern, text), "{pattern} should fit {text}");
        }
        for (pattern, text) in [("a*a", "a"), ("test", "tests"), ("*-test", "test"), ("a*b*c", "acb")] {
            assert!(!fit(pattern, text), "{pattern} should not fit {text}");
        }
    }

    #[test]
    fn words_are_found_in_the_line_that_they_stand_in() {
        let words = ["b".to_owned(), "\n- c".to_owned()];
        let words = Words::new(&words);
        assert_eq!(words.line("a\nb"), Some(2));
        assert_eq!(words.line("a\n- c"), Some(2));
        assert_eq!(words.line("a"), None);
    }

    #[test]
    fn a_pattern_without_a_slash_speaks_of_the_name() {
        let patterns = PathPatterns::new([("*.yml", 1), ("/ci/*.yml", 2), ("*/ci/*", 3)]);
        assert_eq!(patterns.all("ci/a.yml"), [1, 2, 3]);
        assert_eq!(patterns.all("x/ci/a.yml"), [1, 3]);
    }
}
