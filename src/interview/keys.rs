//! Keys, from the bytes that a terminal sends for them.

/// What a person did at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Enter,
    Escape,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// Ctrl and a letter.
    Ctrl(char),
    /// Text that was pasted as one.
    Paste(String),
    /// A key that means nothing here.
    Other,
}

/// The most bytes that one key or paste may take; the rest of a longer paste is thrown away.
const MOST: usize = 1 << 16;

const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Bytes that have arrived and are no keys yet.
#[derive(Debug, Default)]
pub(super) struct Keys {
    bytes: Vec<u8>,
}

impl Keys {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Whether a key has begun and not ended; Escape alone looks so as well.
    pub(super) fn is_within_a_key(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// The next key that is complete.
    pub(super) fn next(&mut self) -> Option<Key> {
        let (key, length) = match read(&self.bytes) {
            Some(read) => read,
            None if self.bytes.len() > MOST => (Key::Other, self.bytes.len()),
            None => return None,
        };
        self.bytes.drain(..length);
        Some(key)
    }

    /// The next key when nothing more will come: Escape is a key now, and what never became one is none.
    pub(super) fn next_at_rest(&mut self) -> Option<Key> {
        if let Some(key) = self.next() {
            return Some(key);
        }
        let key = match self.bytes.as_slice() {
            [] => return None,
            [0x1b] => Key::Escape,
            // The end of a paste may be long in coming.
            bytes if bytes.starts_with(PASTE_BEGINS) => return None,
            _ => Key::Other,
        };
        self.bytes.clear();
        Some(key)
    }
}

/// A key and how many bytes it took; nothing when more are needed.
fn read(bytes: &[u8]) -> Option<(Key, usize)> {
    let key = match *bytes.first()? {
        b'\r' | b'\n' => Key::Enter,
        0x7f | 0x08 => Key::Backspace,
        0x1b => return read_escape(bytes),
        byte @ 0x01..=0x1a => Key::Ctrl(char::from(byte - 1 + b'a')),
        byte if byte < 0x20 => Key::Other,
        byte if byte.is_ascii() => Key::Char(char::from(byte)),
        byte => return read_wide(bytes, byte),
    };
    Some((key, 1))
}

/// A character of several bytes.
fn read_wide(bytes: &[u8], first: u8) -> Option<(Key, usize)> {
    let length = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((Key::Other, 1)),
    };
    let ends = bytes.iter().skip(1).take(length - 1).position(|byte| byte & 0xc0 != 0x80);
    if let Some(at) = ends {
        return Some((Key::Other, at + 1));
    }
    let text = std::str::from_utf8(bytes.get(..length)?).ok();
    Some((text.and_then(|text| text.chars().next()).map_or(Key::Other, Key::Char), length))
}

/// What begins with Escape: a key of its own, a sequence (ECMA-48, 5.4), or Alt and a key.
fn read_escape(bytes: &[u8]) -> Option<(Key, usize)> {
    match *bytes.get(1)? {
        b'[' if bytes.starts_with(PASTE_BEGINS) => {
            let rest = &bytes[PASTE_BEGINS.len()..];
            let end = rest.windows(PASTE_ENDS.len()).position(|window| window == PASTE_ENDS)?;
            let text = String::from_utf8_lossy(&rest[..end]).into_owned();
            Some((Key::Paste(text), PASTE_BEGINS.len() + end + PASTE_ENDS.len()))
        }
        b'[' => {
            let end = 2 + bytes[2..].iter().position(|byte| !(0x20..=0x3f).contains(byte))?;
            let parameters = &bytes[2..end];
            Some((sequence(parameters, bytes[end]), end + 1))
        }
        b'O' => Some((sequence(&[], *bytes.get(2)?), 3)),
        0x1b => Some((Key::Escape, 1)),
        _ => Some((Key::Other, 2)),
    }
}

fn sequence(parameters: &[u8], last: u8) -> Key {
    match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'~' => match parameters.split(|byte| *byte == b';').next() {
            Some(b"1" | b"7") => Key::Home,
            Some(b"3") => Key::Delete,
            Some(b"4" | b"8") => Key::End,
            Some(b"5") => Key::PageUp,
            Some(b"6") => Key::PageDown,
            _ => Key::Other,
        },
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut keys = Keys::default();
        let mut read = Vec::new();
        // Byte by byte: a terminal may send them so.
        for byte in bytes {
            keys.push(&[*byte]);
            read.extend(std::iter::from_fn(|| keys.next()));
        }
        read.extend(std::iter::from_fn(|| keys.next_at_rest()));
        read
    }

    #[test]
    fn what_a_terminal_sends_is_read_as_the_key_that_was_pressed() {
        use Key::{Char, Ctrl, Delete, Down, Enter, Escape, Home, Other, Paste, Up};
        for (bytes, read) in [
            (&b"a\r"[..], vec![Char('a'), Enter]),
            ("é語".as_bytes(), vec![Char('é'), Char('語')]),
            (b"\x1b[A\x1bOB\x1b[1;5A", vec![Up, Down, Up]),
            (b"\x1b[H\x1b[1~\x1b[3~", vec![Home, Home, Delete]),
            (b"\x1b", vec![Escape]),
            (b"\x1b\x1b[B", vec![Escape, Down]),
            (b"\x1bx\x1b[99;99Z", vec![Other, Other]),
            (b"\x04\x15", vec![Ctrl('d'), Ctrl('u')]),
            (b"\x1b[200~1\n2\x1b[201~3", vec![Paste("1\n2".to_owned()), Char('3')]),
            (b"\xff\xc3a", vec![Other, Other, Char('a')]),
            (b"\x1b[", vec![Other]),
        ] {
            assert_eq!(keys(bytes), read, "{bytes:?}");
        }
    }

    #[test]
    fn a_paste_without_an_end_takes_no_more_than_its_share() {
        let mut keys = Keys::default();
        keys.push(PASTE_BEGINS);
        keys.push(&vec![b'x'; 2 * MOST]);
        assert_eq!(keys.next(), Some(Key::Other));
        assert!(!keys.is_within_a_key());
    }
}
