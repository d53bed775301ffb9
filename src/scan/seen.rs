//! Formats that are not read and say something all the same: they are named, so that nobody takes silence for absence.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::ci::searcher;
use super::facts::{PathClass, Seen};
use super::patterns::{self, PathPatterns};
use super::source::{Listed, Source};
use super::tables::FileSign;

/// The first file of each format, outside the code of others, and how many there are.
pub(crate) fn read(source: &impl Source, table: &[FileSign]) -> Vec<Seen> {
    let reader = Reader::new(table);
    let counts = |file: &&Listed| !matches!(file.class, PathClass::Vendor | PathClass::Generated);
    let files = source.files().par_iter().filter(counts);
    let found: Vec<(usize, &str)> =
        files.filter_map(|file| Some((reader.format(source, file)?, file.path.as_str()))).collect();
    let mut formats: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (index, path) in found {
        let (first, count) = formats.entry(&table[index].says).or_insert((path, 0));
        *first = path.min(*first);
        *count += 1;
    }
    let seen = formats.into_iter();
    seen.map(|(format, (path, count))| Seen { format: format.to_owned(), path: path.to_owned(), count })
        .collect()
}

struct Reader<'t> {
    table: &'t [FileSign],
    paths: PathPatterns<usize>,
    /// The words of each sign, ready to be searched for.
    words: Vec<Option<AhoCorasick>>,
    /// All words of the signs that a path can be of together: most texts have none of them, and are searched once.
    gates: Mutex<HashMap<Vec<usize>, Option<Arc<AhoCorasick>>>>,
}

impl<'t> Reader<'t> {
    fn new(table: &'t [FileSign]) -> Self {
        let signs = table.iter().enumerate();
        let paths = signs.flat_map(|(index, sign)| sign.paths.iter().map(move |path| (path.as_str(), index)));
        Self {
            table,
            paths: PathPatterns::new(paths),
            words: table.iter().map(|sign| searcher(&sign.words)).collect(),
            gates: Mutex::default(),
        }
    }

    /// The first format that a file has.
    fn format(&self, source: &impl Source, file: &Listed) -> Option<usize> {
        let mut possible: Vec<usize> = self.paths.all(&file.path).collect();
        possible.sort_unstable();
        possible.dedup();
        let by_path = possible.iter().position(|index| self.table[*index].words.is_empty());
        let (by_words, by_path) = match by_path {
            Some(first) => (&possible[..first], Some(possible[first])),
            None => (possible.as_slice(), None),
        };
        let by_words = || {
            let gate = self.gate(by_words)?;
            let text = source.text(&file.path).ok()?;
            let has =
                |index: &&usize| self.words[**index].as_ref().is_some_and(|words| words.is_match(&*text));
            gate.is_match(&*text).then(|| by_words.iter().find(has).copied()).flatten()
        };
        by_words().or(by_path)
    }

    fn gate(&self, signs: &[usize]) -> Option<Arc<AhoCorasick>> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = gates.get(signs) {
            return known.clone();
        }
        let words = signs.iter().flat_map(|index| self.table[*index].words.iter());
        let gate = if signs.is_empty() { None } else { patterns::gate(words).map(Arc::new) };
        gates.entry(signs.to_vec()).or_insert(gate).clone()
    }
}
