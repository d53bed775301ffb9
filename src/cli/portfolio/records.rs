//! Where one record of a stream ends and the next begins, so that chunks of whole records can be read side by side.

use super::feed::reader_of;
use crate::report::portfolio::DELIMITERS;

/// How records follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Each is a line.
    Lines,
    /// Each is a row of a table with this byte between its cells; a quoted cell may have lines of its own.
    Rows(u8),
}

/// Where in a row a byte stands (RFC 4180, as the crate `csv` reads it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quote within quotes: its end, or half of a doubled one.
    Quote,
}

/// Looks through the bytes of a stream, piece by piece.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scan {
    at: At,
    /// Where the last whole record ends among the bytes seen.
    end: Option<usize>,
    seen: usize,
    /// What separates the cells of the row that has no end yet, so many times.
    separators: usize,
}

impl Scan {
    /// Looks at the bytes that have been added, and says where the last whole record ends.
    pub(super) fn last_end(&mut self, ends: Ends, bytes: &[u8]) -> Option<usize> {
        self.look(ends, bytes, false)
    }

    /// The same for the first record.
    pub(super) fn first_end(&mut self, ends: Ends, bytes: &[u8]) -> Option<usize> {
        self.look(ends, bytes, true)
    }

    /// Whether what was seen ends within quotes.
    pub(super) fn is_quoted(&self) -> bool {
        self.at == At::Quoted
    }

    /// How many cells the row has by now that has no end yet.
    pub(super) fn cells(&self) -> usize {
        self.separators + 1
    }

    /// Goes on where the bytes that were seen are no longer there.
    pub(super) fn forget(&mut self) {
        (self.end, self.seen) = (None, 0);
    }

    fn look(&mut self, ends: Ends, bytes: &[u8], first: bool) -> Option<usize> {
        let new = &bytes[self.seen..];
        let found = match ends {
            Ends::Lines if first => memchr::memchr(b'\n', new),
            Ends::Lines => memchr::memrchr(b'\n', new),
            Ends::Rows(delimiter) => self.row_end(delimiter, new, first),
        };
        if let Some(found) = found {
            self.end = Some(self.seen + found + 1);
        }
        self.seen = bytes.len();
        self.end
    }

    fn row_end(&mut self, delimiter: u8, bytes: &[u8], first: bool) -> Option<usize> {
        let mut end = None;
        let mut place = 0;
        while let Some(byte) = bytes.get(place) {
            if self.at == At::Quoted {
                // Nothing but a quote counts here.
                let Some(quote) = memchr::memchr(b'"', &bytes[place..]) else { break };
                place += quote + 1;
                self.at = At::Quote;
                continue;
            }
            self.at = match (self.at, *byte) {
                (_, b'\n') => {
                    end = Some(place);
                    self.separators = 0;
                    if first {
                        return end;
                    }
                    At::Start
                }
                (_, byte) if byte == delimiter => {
                    self.separators += 1;
                    At::Start
                }
                (At::Start | At::Quote, b'"') => At::Quoted,
                // A row may also end in a carriage return alone.
                (_, b'\r') => {
                    self.separators = 0;
                    At::Start
                }
                _ => At::Plain,
            };
            place += 1;
        }
        end
    }
}

/// The byte between the cells of a table, by its first line: that which leaves most heads that are known, or the most
/// frequent of those that are used.
pub(super) fn delimiter(head: &[u8], is_known: impl Fn(&str) -> bool) -> u8 {
    let known = |byte: u8| {
        let end = Scan::default().first_end(Ends::Rows(byte), head).unwrap_or(head.len());
        let mut row = csv::ByteRecord::new();
        let is_read = reader_of(&head[..end], byte).read_byte_record(&mut row).is_ok();
        let heads = row.iter().filter(|_| is_read).filter_map(|head| std::str::from_utf8(head).ok());
        heads.filter(|head| is_known(head)).count()
    };
    let counted = |byte: u8| {
        let (mut quoted, mut number) = (false, 0);
        for other in head.iter().copied() {
            match other {
                b'\n' if !quoted => break,
                b'"' => quoted = !quoted,
                _ => number += usize::from(!quoted && other == byte),
            }
        }
        number
    };
    // Of equals the last one is the greatest.
    let usual_last = DELIMITERS.into_iter().rev();
    usual_last.max_by_key(|byte| (known(*byte), counted(*byte))).unwrap_or(DELIMITERS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where rows end, found with pieces of so many bytes.
    fn ends(text: &str, piece: usize) -> Vec<usize> {
        let (mut ends, mut start) = (Vec::new(), 0);
        while start < text.len() {
            let mut scan = Scan::default();
            let rest = &text.as_bytes()[start..];
            let lengths = (1..).map(|number| (number * piece).min(rest.len()));
            let found = lengths
                .take(rest.len().div_ceil(piece))
                .find_map(|length| scan.first_end(Ends::Rows(b','), &rest[..length]));
            let Some(end) = found else { break };
            start += end;
            ends.push(start);
        }
        ends
    }

    #[test]
    fn rows_end_where_the_library_sees_them_end() {
        let texts = [
            "a,b\nc,d\n",
            "a,\"b\nc\"\nd,e\n",
            "a,\"b\"\"\nc\",d\ne,f\n",
            "5\" disk,x\ny,\"z\"\n",
            "\"a\"b\",c\nd\n",
            "a,b\r\nc,\"d\r\ne\"\r\n",
            "\"\",\"\"\n\"\n\"\n",
        ];
        for text in texts {
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let number = reader.byte_records().count();
            for piece in [1, 2, 3, 100] {
                let found = ends(text, piece);
                assert_eq!(found.len(), number, "{text:?} in pieces of {piece}: {found:?}");
                assert_eq!(found.last(), Some(&text.len()), "{text:?}");
            }
        }
    }

    #[test]
    fn the_first_line_tells_what_separates() {
        let is_known = |head: &str| matches!(head, "name" | "services");
        let delimiter = |head: &str| delimiter(head.as_bytes(), is_known);
        assert_eq!(delimiter("name;services;uptime\na,b,c,d,e"), b';');
        assert_eq!(delimiter("name,\"a;b;c;d\"\n"), b',');
        assert_eq!(delimiter("name\tservices\n"), b'\t');
        assert_eq!(delimiter("name"), b',');
        assert_eq!(delimiter("name,services,a;=1;b;c\n"), b',');
        assert_eq!(delimiter("a|b;c"), b';');
        assert_eq!(delimiter("services,\"a\nb;c;d\"\nname;services\n"), b',');
    }
}
