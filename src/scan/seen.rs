//! Formats that are not read and say something all the same: they are named, so that nobody takes silence for absence.

use std::collections::BTreeMap;

use super::facts::{PathClass, Seen};
use super::signs::Sign;
use super::tables::FileSign;
use super::uses::Use;

/// The first file of each format, outside of what programs have written, and how many there are. A file is of the first
/// format that it fits.
pub(crate) fn read(signs: &[Sign<'_>], table: &[FileSign]) -> Vec<Seen> {
    let counts = signs.iter().filter(|sign| sign.file.class != PathClass::Generated);
    let formats = counts.filter_map(|sign| match sign.of {
        Use::Seen(row) => Some((sign.file.path.as_str(), row)),
        _ => None,
    });
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, row) in formats {
        let known = first.entry(path).or_insert(row);
        *known = row.min(*known);
    }
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for (path, row) in first {
        let format = &table[row].says;
        let new = || Seen { format: format.clone(), path: path.to_owned(), count: 0 };
        seen.entry(format).or_insert_with(new).count += 1;
    }
    seen.into_values().collect()
}
