//! A few words that are known beforehand, each found at once.

/// What words stand for.
///
/// A table with at least four times as many places as words. A word stands at the place that its ends come to, or where that is
/// taken at the next one that is free.
#[derive(Debug, Clone)]
pub(super) struct Words<T> {
    table: Vec<Option<Entry<T>>>,
    words: Vec<String>,
}

/// It is small, so that all tables together stay near the processor.
#[derive(Debug, Clone)]
struct Entry<T> {
    ends: Ends,
    length: u32,
    /// Its place among the words.
    word: u32,
    value: T,
}

/// The first letters of a word and its last ones: all that there is to a word of up to 16 bytes, beside its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
}

/// A longer word is more than its ends.
const ENDS: usize = 16;

impl Ends {
    #[inline(always)]
    fn of(word: &str) -> Self {
        let bytes = word.as_bytes();
        let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
                }
                _ => (bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
            },
        };
        Self { first, last }
    }

    /// A number that differs between most words of one length, and in its lower bits as well.
    fn mixed(self, length: usize) -> usize {
        let ends = self.first ^ self.last.rotate_left(29) ^ length as u64;
        (ends.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
    }
}

impl<T> Words<T> {
    /// What a word stands for.
    #[inline(always)]
    pub(super) fn get(&self, word: &str) -> Option<&T> {
        let (ends, length) = (Ends::of(word), word.len());
        let mut place = ends.mixed(length);
        loop {
            let entry = self.table[place & (self.table.len() - 1)].as_ref()?;
            if entry.ends == ends
                && entry.length as usize == length
                && (length <= ENDS || self.words[entry.word as usize] == word)
            {
                return Some(&entry.value);
            }
            place += 1;
        }
    }

    /// Adds a word that is not there, which takes a free place.
    fn add(&mut self, word: String, value: T) {
        let ends = Ends::of(&word);
        let from = ends.mixed(word.len());
        let mut following = (from..).map(|place| place & (self.table.len() - 1));
        if let Some(place) = following.find(|place| self.table[*place].is_none()) {
            let (length, number) = (word.len() as u32, self.words.len() as u32);
            self.table[place] = Some(Entry { ends, length, word: number, value });
            self.words.push(word);
        }
    }
}

impl<T> FromIterator<(String, T)> for Words<T> {
    /// Of two that are the same word, the first counts.
    fn from_iter<I: IntoIterator<Item = (String, T)>>(words: I) -> Self {
        let words: Vec<(String, T)> = words.into_iter().collect();
        let places = (words.len() * 4).next_power_of_two();
        let mut table = Self { table: (0..places).map(|_| None).collect(), words: Vec::new() };
        for (word, value) in words {
            if table.get(&word).is_none() {
                table.add(word, value);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_and_nothing_that_is_like_it() {
        let known =
            ["", "a", "none", "99.9", "one-server", "other-platform-run-by-others", "a", "none-of-these"];
        let words: Words<usize> =
            known.iter().enumerate().map(|(number, word)| ((*word).to_owned(), number)).collect();
        for (number, word) in known.iter().enumerate() {
            let first = known.iter().position(|other| other == word);
            assert_eq!(words.get(word), first.as_ref(), "{number}: {word}");
        }
        let strange =
            ["b", "non", "nones", "9.99", "one-serve", "other-platform-ran-by-others", "one-of-these"];
        for word in strange {
            assert_eq!(words.get(word), None, "{word}");
        }
        assert_eq!(Words::<usize>::from_iter([]).get(""), None);
    }
}
