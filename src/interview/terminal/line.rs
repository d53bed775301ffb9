//! A line that is being typed.

use unicode_width::UnicodeWidthChar as _;

use crate::interview::keys::Key;

/// No answer and no path is longer.
const LONGEST: usize = 1000;

/// The characters of a line, and where the next one goes.
#[derive(Debug, Default)]
pub(super) struct Line {
    chars: Vec<char>,
    at: usize,
}

impl Line {
    pub(super) fn of(text: &str) -> Self {
        let mut line = Self::default();
        line.insert(text);
        line
    }

    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// Inserts the first line of a text, without what could steer a terminal.
    pub(super) fn insert(&mut self, text: &str) {
        let printable = |c: &char| !crate::text::is_unsafe(*c) && c.width().is_some();
        let first = text.split(['\n', '\r']).next().unwrap_or_default();
        for c in first.chars().filter(printable) {
            if self.chars.len() < LONGEST {
                self.chars.insert(self.at, c);
                self.at += 1;
            }
        }
    }

    /// Does what a key means within a line; whether it means anything.
    pub(super) fn edit(&mut self, key: &Key) -> bool {
        match key {
            Key::Char(c) => self.insert(&c.to_string()),
            Key::Paste(text) => self.insert(text.trim_start()),
            Key::Left | Key::Ctrl('b') => self.at = self.at.saturating_sub(1),
            Key::Right | Key::Ctrl('f') => self.at = (self.at + 1).min(self.chars.len()),
            Key::Home | Key::Ctrl('a') => self.at = 0,
            Key::End | Key::Ctrl('e') => self.at = self.chars.len(),
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.chars.remove(self.at);
            }
            Key::Delete if self.at < self.chars.len() => drop(self.chars.remove(self.at)),
            Key::Ctrl('u') => drop(self.chars.drain(..std::mem::take(&mut self.at))),
            Key::Ctrl('k') => self.chars.truncate(self.at),
            Key::Ctrl('w') => {
                let head = &self.chars[..self.at];
                let words = head.iter().rposition(|c| !c.is_whitespace()).map_or(0, |end| end + 1);
                let start = head[..words].iter().rposition(|c| c.is_whitespace()).map_or(0, |gap| gap + 1);
                self.chars.drain(start..self.at);
                self.at = start;
            }
            Key::Backspace | Key::Delete => {}
            _ => return false,
        }
        true
    }

    /// What fits `width` columns of it, and the column of the cursor there.
    pub(super) fn visible(&self, width: usize) -> (String, usize) {
        let columns = |c: &char| c.width().unwrap_or(0);
        let (mut start, mut before) = (self.at, 0);
        while start > 0 && before + columns(&self.chars[start - 1]) < width {
            start -= 1;
            before += columns(&self.chars[start]);
        }
        let mut taken = 0;
        let fits = self.chars[start..].iter().take_while(|c| {
            taken += columns(c);
            taken < width
        });
        (fits.collect(), before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_a_line_as_they_do_in_a_shell() {
        let mut line = Line::of("12 apples");
        for key in [Key::Ctrl('w'), Key::Char('x'), Key::Home, Key::Delete, Key::Right, Key::Backspace] {
            line.edit(&key);
        }
        assert_eq!(line.text(), " x");
        line.edit(&Key::End);
        line.edit(&Key::Ctrl('u'));
        line.edit(&Key::Paste("40\ny\n".to_owned()));
        assert_eq!(line.text(), "40");
        assert!(!line.edit(&Key::Up));
    }

    #[test]
    fn a_long_line_shows_where_it_is_edited() {
        let mut line = Line::of("語語語語end");
        assert_eq!(line.visible(6), ("語end".to_owned(), 5));
        line.edit(&Key::Home);
        assert_eq!(line.visible(6), ("語語".to_owned(), 0));
    }
}
