//! A few words that are known beforehand, each found at once.

/// What words stand for.
///
/// A table with at least four places for each word. A word stands at the place that its ends come to, or where that is
/// taken at the next one that is free.
#[derive(Debug, Clone)]
pub(super) struct Words<T>(Vec<Option<Entry<T>>>);

#[derive(Debug, Clone)]
struct Entry<T> {
    ends: Ends,
    word: String,
    value: T,
}

/// The first letters of a word, its last ones, and its length: all that there is to a word of up to 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

impl Ends {
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
        Self { first, last, length: bytes.len() }
    }

    /// A number that differs between most words, and in its lower bits as well.
    fn mixed(self) -> usize {
        let ends = self.first ^ self.last.rotate_left(29) ^ self.length as u64;
        (ends.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
    }
}

impl<T> Words<T> {
    /// What a word stands for.
    #[inline(always)]
    pub(super) fn get(&self, word: &str) -> Option<&T> {
        let ends = Ends::of(word);
        let mut place = ends.mixed();
        loop {
            let entry = self.0[place & (self.0.len() - 1)].as_ref()?;
            if entry.ends == ends && (word.len() <= 16 || entry.word == word) {
                return Some(&entry.value);
            }
            place += 1;
        }
    }
}

impl<T> FromIterator<(String, T)> for Words<T> {
    /// Of two that are the same word, the first counts.
    fn from_iter<I: IntoIterator<Item = (String, T)>>(words: I) -> Self {
        let words: Vec<(String, T)> = words.into_iter().collect();
        let places = (words.len() * 4).next_power_of_two();
        let mut table = Self((0..places).map(|_| None).collect());
        for (word, value) in words {
            if table.get(&word).is_none() {
                let ends = Ends::of(&word);
                let from = ends.mixed();
                let mut following = (from..).map(|place| place & (places - 1));
                if let Some(place) = following.find(|place| table.0[*place].is_none()) {
                    table.0[place] = Some(Entry { ends, word, value });
                }
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
