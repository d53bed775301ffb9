//! Formats that are not read and say something all the same: they are named, so that nobody takes silence for absence.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::ci::searcher;
use super::facts::{PathClass, Seen};
use super::patterns::PathPatterns;
use super::source::{Listed, Source};
use super::tables::FileSign;

/// The first file of each format, outside the code of others, and how many there are.
pub(crate) fn read(source: &impl Source, table: &[FileSign]) -> Vec<Seen> {
    let signs = table.iter().enumerate();
    let patterns = signs.flat_map(|(index, sign)| sign.paths.iter().map(move |path| (path.as_str(), index)));
    let patterns = PathPatterns::new(patterns);
    let searchers: Vec<_> = table.iter().map(|sign| searcher(&sign.words)).collect();
    let counts = |file: &&Listed| !matches!(file.class, PathClass::Vendor | PathClass::Generated);
    let files = source.files().par_iter().filter(counts);
    let found: Vec<(&str, &str)> = files
        .flat_map_iter(|file| {
            let fits = |index: &usize| {
                let says = |text: &str| searchers[*index].as_ref().is_none_or(|words| words.is_match(text));
                table[*index].words.is_empty() || source.text(&file.path).is_ok_and(|text| says(&text))
            };
            let mut all: Vec<usize> = patterns.all(&file.path).collect();
            all.sort_unstable();
            all.dedup();
            all.into_iter().find(fits).map(|index| (table[index].says.as_str(), file.path.as_str()))
        })
        .collect();
    let mut formats: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (format, path) in found {
        let (first, count) = formats.entry(format).or_insert((path, 0));
        *first = path.min(*first);
        *count += 1;
    }
    let seen = formats.into_iter();
    seen.map(|(format, (path, count))| Seen { format: format.to_owned(), path: path.to_owned(), count })
        .collect()
}
