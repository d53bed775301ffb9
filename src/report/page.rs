//! A page of text on its way to a terminal: width, colours, links, and what its locale can show.

use std::borrow::Cow;

use comfy_table::{ContentArrangement, Table, presets};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use crate::text::wrapped;

/// How to lay out a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// Lines that a result takes at most, if it can be said in so few.
    pub lines: usize,
    /// Whether a page ends with what to run next.
    pub next: bool,
    /// Whether to use colours.
    pub colour: bool,
    /// Whether the terminal makes links of addresses that are behind a text (OSC 8).
    pub links: bool,
    /// Whether only ASCII can be shown.
    pub ascii: bool,
    /// Whether to show everything.
    pub verbose: bool,
}

impl Layout {
    /// Plain text for a terminal of the usual size, less the line where the next command is typed.
    pub const PLAIN: Self =
        Self { width: 80, lines: 23, next: true, colour: false, links: false, ascii: false, verbose: false };
}

/// Ways to set off words; only the terminal's own colours, so that they suit any background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Bold.
    Bold,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Cyan.
    Cyan,
}

/// A text on its way to the terminal, line by line.
pub struct Page {
    layout: Layout,
    out: String,
}

/// Where texts beside a label begin, and from which width on there is room for labels.
const LABEL: usize = 18;
const ROOM_FOR_LABELS: usize = 60;

impl Page {
    /// An empty page.
    pub fn new(layout: Layout) -> Self {
        Self { layout: Layout { width: layout.width.clamp(20, 100), ..layout }, out: String::new() }
    }

    /// The finished text.
    pub fn finish(self) -> String {
        match self.layout.ascii {
            true => in_ascii(&self.out),
            false => self.out,
        }
    }

    /// The layout of the page.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The words in an ink, where colours are wanted.
    pub fn ink(&self, ink: Ink, text: &str) -> String {
        if !self.layout.colour {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Bold => "1",
            Ink::Green => "1;32",
            Ink::Yellow => "1;33",
            Ink::Cyan => "1;36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A title with an address: behind it where the terminal makes that a link, after it elsewhere. The address is one
    /// that a rule file may have (`https://…` without blanks or quotes).
    pub fn link(&self, title: &str, url: &str) -> String {
        match self.layout.links {
            // <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>
            true => format!("\u{1b}]8;;{url}\u{1b}\\{title}\u{1b}]8;;\u{1b}\\"),
            false => format!("{title}: {url}"),
        }
    }

    /// A heading after an empty line.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.title(text);
    }

    /// A title at the head of the page.
    pub fn title(&mut self, text: &str) {
        self.inked(Ink::Bold, text);
    }

    /// A paragraph in an ink.
    pub fn inked(&mut self, ink: Ink, text: &str) {
        for line in wrapped(text, self.layout.width) {
            let line = self.ink(ink, &line);
            self.line(&line);
        }
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.out.push('\n');
    }

    /// One line as it is.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A paragraph, wrapped, indented by `indent` columns.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        let blank = " ".repeat(indent);
        self.wrapped(&blank, &blank, text);
    }

    /// An item of a list: a mark, then the text, wrapped under itself.
    pub fn item(&mut self, mark: &str, text: &str) {
        let hanging = " ".repeat(2 + display_width(mark) + 1);
        self.wrapped(&format!("  {mark} "), &hanging, text);
    }

    /// A label at the left and texts beside it, or under it where there is little room; nothing without texts. Each text
    /// has a mark before it, which may be empty.
    pub fn labelled<T: AsRef<str>>(&mut self, label: &str, texts: &[(String, T)]) {
        if texts.is_empty() {
            return;
        }
        let name = self.ink(Ink::Bold, label);
        let (mut first, indent) = match self.layout.width < ROOM_FOR_LABELS {
            true => {
                self.line(&name);
                ("  ".to_owned(), 2)
            }
            false => {
                let padding = " ".repeat(LABEL.saturating_sub(display_width(label)).max(1));
                (format!("{name}{padding}"), LABEL)
            }
        };
        let blank = " ".repeat(indent);
        for (mark, text) in texts {
            let hanging = " ".repeat(indent + display_width(mark));
            self.wrapped(&format!("{first}{mark}"), &hanging, text.as_ref());
            first.clone_from(&blank);
        }
    }

    /// A paragraph whose first line starts with `first` and whose others with `rest`.
    pub fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(self.layout.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in wrapped(text, options) {
            self.line(&line);
        }
    }

    /// A table without frame, indented by two columns. Its header is bold, and so is the row `bold`, counted from the
    /// first under the header; colours come only now, since a table pads its cells by their bytes.
    pub fn table(&mut self, table: &mut Table, bold: Option<usize>) {
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.layout.width.saturating_sub(1)).unwrap_or(80));
        let header = usize::from(table.header().is_some());
        let shown = table.to_string();
        for (number, line) in shown.lines().enumerate() {
            let line = format!(" {}", line.trim_end());
            let is_bold = number < header || bold.is_some_and(|row| number == row + header);
            let line = if is_bold { self.ink(Ink::Bold, &line) } else { line };
            self.line(&line);
        }
    }

    /// A bar of `value` out of `most`, at most `columns` wide.
    pub fn bar(&self, value: i64, most: i64, columns: usize) -> String {
        let (value, most) = (value.max(0) as u128, most.max(1) as u128);
        let parts = if self.layout.ascii { 1 } else { 8 };
        let filled = (value * parts * columns as u128).div_ceil(most) as usize;
        if self.layout.ascii {
            return "#".repeat(filled);
        }
        let mut bar = "█".repeat(filled / 8);
        if let Some(part) = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(filled % 8) {
            bar.push_str(part);
        }
        bar
    }
}

/// The text in ASCII, for a terminal whose locale has nothing else.
fn in_ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii() => Cow::Owned(c.to_string()),
            '×' => Cow::Borrowed("x"),
            '–' | '—' | '−' | '·' | '•' | '‐' | '‑' => Cow::Borrowed("-"),
            '“' | '”' | '„' => Cow::Borrowed("\""),
            '‘' | '’' => Cow::Borrowed("'"),
            '…' => Cow::Borrowed("..."),
            '→' => Cow::Borrowed(">"),
            '\u{a0}' | '\u{202f}' => Cow::Borrowed(" "),
            '█' | '▓' | '▒' => Cow::Borrowed("#"),
            _ => Cow::Borrowed("?"),
        })
        .collect()
}
