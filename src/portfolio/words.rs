//! A few words that are known beforehand, each found at once.

/// What words stand for.
///
/// They are numbered, and a table with at least four times as many places as words has their numbers. A word stands at the
/// place that its ends come to, or where that is taken at the next one that is free.
#[derive(Debug, Clone)]
pub(super) struct Words<T> {
    table: Vec<Option<u16>>,
    entries: Vec<Entry<T>>,
    words: Vec<String>,
}

/// It is small, so that all of them together stay near the processor.
#[derive(Debug, Clone)]
struct Entry<T> {
    ends: Ends,
    length: u32,
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
        self.number(Ends::of(word), word).map(|number| &self.entries[number].value)
    }

    /// The same where words mostly follow each other as they did before.
    #[inline(always)]
    pub(super) fn get_next(&self, word: &str, order: &mut Order) -> Option<&T> {
        let ends = Ends::of(word);
        let guess = usize::from(order.next[order.last]);
        let number = if self.is(guess, ends, word) { guess } else { self.number(ends, word)? };
        order.next[order.last] = number as u16;
        order.last = number;
        Some(&self.entries[number].value)
    }

    /// Whether a word is the one of a number.
    #[inline(always)]
    fn is(&self, number: usize, ends: Ends, word: &str) -> bool {
        let (entry, length) = (&self.entries[number], word.len());
        entry.ends == ends
            && entry.length as usize == length
            && (length <= ENDS || self.words[number] == word)
    }

    #[inline(always)]
    fn number(&self, ends: Ends, word: &str) -> Option<usize> {
        let mut place = ends.mixed(word.len());
        loop {
            let number = usize::from(self.table[place & (self.table.len() - 1)]?);
            if self.is(number, ends, word) {
                return Some(number);
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
            self.table[place] = Some(self.words.len() as u16);
            self.entries.push(Entry { ends, length: word.len() as u32, value });
            self.words.push(word);
        }
    }
}

/// Which word followed each when it was met last: lines of one source have their keys in one order.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    next: Vec<u16>,
    last: usize,
}

impl Order {
    /// Goes on with the first of some of these words.
    pub(super) fn begin<T>(&mut self, words: &Words<T>) {
        self.next.resize(words.words.len(), 0);
        self.last = 0;
    }
}

impl<T> FromIterator<(String, T)> for Words<T> {
    /// Of two that are the same word, the first counts.
    fn from_iter<I: IntoIterator<Item = (String, T)>>(words: I) -> Self {
        let words: Vec<(String, T)> = words.into_iter().collect();
        let places = (words.len() * 4).next_power_of_two();
        let mut table = Self { table: vec![None; places], entries: Vec::new(), words: Vec::new() };
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

    #[test]
    fn words_are_found_in_the_order_of_before_and_in_any_other() {
        let words: Words<usize> =
            ["name", "purpose", "state", "given-by-others"].map(str::to_owned).into_iter().zip(0..).collect();
        let mut order = Order::default();
        for line in ["name purpose state", "name purpose state", "state other name", "given-by-others name"] {
            order.begin(&words);
            for word in line.split(' ') {
                assert_eq!(words.get_next(word, &mut order), words.get(word), "{word} in {line}");
            }
        }
    }
}
