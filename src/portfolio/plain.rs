//! Lines of JSON as programs write them: nothing but names and answers, and no escapes. They are read without looking for
//! what JSON could be as well; every other line is left to the library that knows all of it.

use super::record::{Form, Habits, Key, Record};
use crate::rulebook::{Kind, OptionSet, Value};

/// A word, and how JSON writes it.
#[derive(Debug)]
pub(super) struct Word {
    text: Box<str>,
    quoted: Box<str>,
    /// The first bytes of `quoted`, by which most words are told apart at once, and which bits they are.
    head: u64,
    mask: u64,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let quoted = serde_json::Value::from(text).to_string().into_boxed_str();
        let mask = u64::MAX >> (64 - 8 * quoted.len().min(8));
        Self { text: text.into(), head: head(&quoted) & mask, mask, quoted }
    }

    pub(super) fn is(&self, text: &str) -> bool {
        *self.text == *text
    }
}

/// The first eight bytes, and nothing where there are no more.
fn head(text: &str) -> u64 {
    let bytes = text.as_bytes().first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(text.bytes()).for_each(|(byte, own)| *byte = own);
        bytes
    });
    u64::from_le_bytes(bytes)
}

/// What is left of a line.
struct Rest<'l>(&'l str);

impl<'l> Rest<'l> {
    fn take(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Takes a sign, and the spaces after it that some programs write.
    fn take_sign(&mut self, sign: char) -> Option<()> {
        self.0 = self.0.strip_prefix(sign)?;
        while let Some(rest) = self.0.strip_prefix(' ') {
            self.0 = rest;
        }
        Some(())
    }

    /// Takes the one of these words that is next.
    fn take_one<T: Copy>(&mut self, words: &[(Word, T)]) -> Option<T> {
        let next = head(self.0);
        // All are looked at: how many there are is easier to foresee than which of them it is.
        let likely = words
            .iter()
            .rev()
            .fold(None, |found, one| if next & one.0.mask == one.0.head { Some(one) } else { found });
        let (word, meaning) = likely?;
        if self.take(&word.quoted).is_some() {
            return Some(*meaning);
        }
        words.iter().find_map(|(word, meaning)| self.take(&word.quoted).map(|()| *meaning))
    }

    fn take_number(&mut self) -> Option<u64> {
        const MOST_DIGITS: usize = 18;
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(digits)?;
        if digits > MOST_DIGITS || digits > 1 && number.starts_with('0') {
            return None;
        }
        self.0 = rest;
        number.parse().ok()
    }

    /// A text without escapes.
    fn take_text(&mut self) -> Option<&'l str> {
        self.take("\"")?;
        let is_special = |byte: u8| matches!(byte, b'"' | b'\\' | ..b' ');
        let (text, rest) = self.0.split_at_checked(self.0.bytes().position(is_special)?)?;
        self.0 = rest;
        self.take("\"")?;
        Some(text)
    }
}

impl Form<'_> {
    /// Reads a line as programs write it; `None` where it is another one, which may leave anything in the record.
    pub(super) fn read_plain(&self, line: &str, record: &mut Record, habits: &mut Habits) -> Option<()> {
        let mut rest = Rest(line);
        let mut last = self.words.len();
        rest.take_sign('{')?;
        loop {
            let expected = usize::from(habits.after[last]);
            let word = match rest.take(&self.words[expected].0.quoted) {
                Some(()) => expected,
                // Where some answers are left out, the next is mostly one of those that come soon.
                None => {
                    let mut others = (last + 1..self.words.len()).chain(0..=last.min(self.words.len() - 1));
                    others.find(|word| rest.take(&self.words[*word].0.quoted).is_some())?
                }
            };
            habits.after[last] = word as u16;
            last = word;
            rest.take_sign(':')?;
            match self.words[word].1 {
                Key::Question(question) => {
                    record.see(question).then_some(())?;
                    record.values[question] = self.take_answer(question, &mut rest)?;
                }
                Key::Name => put(&mut record.name, rest.take_text()?),
                Key::Path => put(&mut record.path, rest.take_text()?),
                Key::Group => put(&mut record.group, rest.take_text()?),
                Key::Answers | Key::Other => return None,
            }
            if rest.take_sign(',').is_none() {
                return (rest.0 == "}").then_some(());
            }
        }
    }

    fn take_answer(&self, question: usize, rest: &mut Rest<'_>) -> Option<Option<Value>> {
        let words = &self.spelled[question];
        if rest.take("null").is_some() {
            return Some(None);
        }
        Some(Some(match &self.rulebook.questions()[question].kind {
            Kind::Flag(_) if rest.take("true").is_some() => Value::Flag(true),
            Kind::Flag(_) if rest.take("false").is_some() => Value::Flag(false),
            Kind::Flag(_) | Kind::Choice(_) => rest.take_one(words)?,
            Kind::Count(count) => {
                let number = rest.take_number()?;
                Value::Count((count.min..=count.max).contains(&number).then_some(number)?)
            }
            Kind::Choices(_) if rest.take_sign('[').is_none() => rest.take_one(words)?,
            Kind::Choices(_) => Value::Choices(Self::take_set(words, rest)?),
        }))
    }

    /// Takes what comes after the bracket that opens a list.
    fn take_set(words: &[(Word, Value)], rest: &mut Rest<'_>) -> Option<OptionSet> {
        let mut set = OptionSet::default();
        if rest.take("]").is_some() {
            return Some(set);
        }
        loop {
            let Value::Choices(one) = rest.take_one(words)? else { return None };
            set = set.union(one);
            if rest.take_sign(',').is_none() {
                return rest.take("]").map(|()| set);
            }
        }
    }
}

fn put(label: &mut String, text: &str) {
    label.clear();
    label.push_str(text.trim());
}

#[cfg(test)]
mod tests {
    use arbtest::arbitrary::{Result, Unstructured};
    use arbtest::arbtest;

    use super::*;
    use crate::rulebook::{Question, Rulebook};

    /// What JSON is made of, and what it is spoilt by.
    const PIECES: [&str; 22] = [
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "null",
        "true",
        "0",
        "7",
        "-",
        ".5",
        "e3",
        "\\u0061",
        "\t",
        "é",
        "\u{7f}",
        "\"web\"",
        "99999999999999999999",
    ];

    fn answer(question: &Question, u: &mut Unstructured<'_>) -> Result<String> {
        let mut option = || Ok(format!("\"{}\"", u.choose(question.options())?.id));
        Ok(match question.kind {
            Kind::Choice(_) => option()?,
            Kind::Choices(_) => format!("[{}, {}]", option()?, option()?),
            Kind::Flag(_) => u.choose(&["true", "false", "\"yes\"", "null"])?.to_string(),
            Kind::Count(_) => u.choose(&["0", "1", "42", "5000", "007"])?.to_string(),
        })
    }

    fn line(rulebook: &Rulebook, u: &mut Unstructured<'_>) -> Result<String> {
        let mut members = vec!["\"name\":\" a\"".to_owned()];
        for question in rulebook.questions() {
            if u.ratio(1, 3)? {
                members.push(format!("\"{}\": {}", question.id, answer(question, u)?));
            }
        }
        let mut line = format!("{{{}}}", members.join(u.choose(&[",", ", "])?));
        for _ in 0..u.int_in_range(0..=2)? {
            let at = u.choose_index(line.len() + 1)?;
            if line.is_char_boundary(at) {
                let end = if u.ratio(1, 2)? { at } else { line.ceil_char_boundary(at + 1) };
                line.replace_range(at..end.min(line.len()), u.choose(&PIECES)?);
            }
        }
        Ok(line)
    }

    #[test]
    fn a_line_that_is_read_plainly_says_what_the_library_reads() {
        let rulebook = Rulebook::builtin().expect("the built-in rulebook");
        let form = Form::new(&rulebook, "group");
        let mut read = [0, 0];
        arbtest(|u| {
            let line = line(&rulebook, u)?;
            let (mut plain, mut any) = (Record::of(&rulebook), Record::of(&rulebook));
            let mut habits = Habits { after: vec![0; form.words.len() + 1], ..Habits::default() };
            let is_plain = form.read_plain(&line, &mut plain, &mut habits).is_some();
            read[usize::from(is_plain)] += 1;
            if is_plain {
                let said = form.read_any(&line, &mut any, &mut habits);
                assert_eq!(said, Ok(()), "{line}");
                assert_eq!((plain.values, plain.name), (any.values, any.name), "{line}");
            }
            Ok(())
        })
        .budget_ms(300);
        assert!(read.iter().all(|number| *number > 20), "{read:?}");
    }
}
