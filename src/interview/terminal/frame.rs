//! What a prompt shows, on lines that fit the terminal.

use dialoguer::console::truncate_str;

use super::line::Line;
use crate::interview::words;
use crate::text::{one_line, safe_lines};

/// A prompt.
#[derive(Debug, Default)]
pub(super) struct Frame<'a> {
    pub(super) heading: &'a str,
    pub(super) prompt: &'a str,
    /// What stands under the prompt.
    pub(super) help: &'a str,
    pub(super) hints: &'a [String],
    /// Why it is asked, where somebody wants to know.
    pub(super) explained: &'a str,
    pub(super) body: Body<'a>,
    /// What was wrong with the last key.
    pub(super) notice: &'a str,
    /// Where it leans.
    pub(super) leaning: &'a str,
    pub(super) keys: &'a str,
}

/// What is answered in.
#[derive(Debug)]
pub(super) enum Body<'a> {
    /// One of these.
    Rows { rows: &'a [Row], active: usize },
    /// A line.
    Line(&'a Line),
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self::Rows { rows: &[], active: 0 }
    }
}

/// A row to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// What to press for it.
    pub(super) key: String,
    /// Whether it is marked, where several can be.
    pub(super) marked: Option<bool>,
    /// Whether no other row can be marked beside it.
    pub(super) alone: bool,
    pub(super) label: String,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Faint,
}

/// A prompt on lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Laid {
    pub(super) lines: Vec<(Look, String)>,
    /// The line and the column of the cursor.
    pub(super) cursor: (usize, usize),
}

/// So many lines of the body are shown before anything but blank lines gives way.
const BODY: usize = 7;

/// A part of a frame, and how soon it gives way on a low screen: the highest first, 0 never.
struct Part {
    gives_way: u8,
    lines: Vec<(Look, String)>,
}

impl Frame<'_> {
    /// Lays the prompt out on at most `height` lines of `width` columns.
    pub(super) fn lay_out(&self, width: usize, height: usize) -> Laid {
        let (width, height) = (width.max(1), height.max(1));
        let part = |gives_way, look, indent: &str, text: &str| {
            let indent = if width < 24 { "" } else { indent };
            let lines = match text {
                "" => Vec::new(),
                text => words::wrapped(width, indent, indent, &safe_lines(text)),
            };
            Part { gives_way, lines: lines.into_iter().map(|line| (look, line)).collect() }
        };
        let gap = || Part { gives_way: 9, lines: vec![(Look::Plain, String::new())] };
        let (body, active, column) = self.body(width);
        let mut above = vec![gap(), part(7, Look::Faint, "", self.heading)];
        above.push(part(0, Look::Strong, "", self.prompt));
        above.push(part(4, Look::Plain, "", self.help));
        above.extend(self.hints.iter().map(|hint| part(5, Look::Plain, "  ", hint)));
        above.push(part(2, Look::Plain, "  ", self.explained));
        above.push(gap());
        if self.heading.is_empty() && self.prompt.is_empty() {
            // What was said before stands right above.
            above.clear();
        }
        let mut below = vec![part(1, Look::Strong, "", self.notice), gap()];
        below.push(part(8, Look::Plain, "", self.leaning));
        below.push(part(3, Look::Faint, "", self.keys));

        let count = |parts: &[Part]| parts.iter().map(|part| part.lines.len()).sum::<usize>();
        while count(&above) + count(&below) + body.len().min(BODY) > height {
            let parts = above.iter_mut().chain(&mut below).filter(|part| !part.lines.is_empty());
            match parts.max_by_key(|part| part.gives_way).filter(|part| part.gives_way > 0) {
                Some(part) => part.lines.clear(),
                None => break,
            }
        }
        let mut lines: Vec<(Look, String)> = above.into_iter().flat_map(|part| part.lines).collect();
        let below: Vec<(Look, String)> = below.into_iter().flat_map(|part| part.lines).collect();
        let least = active.len().min(body.len()).max(1);
        lines.truncate(height.saturating_sub(least + below.len()));
        let space = height.saturating_sub(lines.len() + below.len()).max(1);
        let (window, first) = windowed(body, &active, space);
        let cursor = (lines.len() + active.start - first, column);
        lines.extend(window);
        lines.extend(below);
        let fits = |(look, line): (Look, String)| (look, truncate_str(&line, width, "").into_owned());
        Laid { lines: lines.into_iter().map(fits).collect(), cursor }
    }

    /// The lines of the body, those that the cursor is in, and its column.
    fn body(&self, width: usize) -> (Vec<(Look, String)>, std::ops::Range<usize>, usize) {
        match &self.body {
            Body::Line(line) => {
                let (text, column) = line.visible(width.saturating_sub(2).max(1));
                (vec![(Look::Plain, format!("> {text}"))], 0..1, (column + 2).min(width - 1))
            }
            Body::Rows { rows, active } => {
                let widest = rows.iter().map(|row| row.key.len()).max().unwrap_or(0);
                let (mut lines, mut range) = (Vec::new(), 0..0);
                for (index, row) in rows.iter().enumerate() {
                    let is_active = index == *active;
                    let begin = lines.len();
                    let look = if is_active { Look::Strong } else { Look::Plain };
                    lines.extend(row.lines(width, widest, is_active).into_iter().map(|line| (look, line)));
                    if is_active {
                        range = begin..lines.len();
                    }
                }
                (lines, range, 0)
            }
        }
    }
}

impl Row {
    fn lines(&self, width: usize, widest: usize, active: bool) -> Vec<String> {
        let pointer = if active { ">" } else { " " };
        let mark = match self.marked {
            None => "",
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
        };
        let first = format!("{pointer} {:>widest$}  {mark}", self.key);
        let rest = if width < 24 { "  ".to_owned() } else { " ".repeat(first.len()) };
        words::wrapped(width, &first, &rest, &one_line(&self.label))
    }
}

/// As many lines as there is space for, around those that are active, and the number of the first.
fn windowed(
    body: Vec<(Look, String)>,
    active: &std::ops::Range<usize>,
    space: usize,
) -> (Vec<(Look, String)>, usize) {
    if body.len() <= space {
        return (body, 0);
    }
    if active.end == body.len() && space > active.len() + 1 {
        // The last row comes before the first one, too: where the marked row is the last one, the first ones can be read.
        let last = body.len() - active.len();
        let mut window = body[..space - active.len() - 1].to_vec();
        window.push((Look::Faint, words::MORE.to_owned()));
        window.extend_from_slice(&body[last..]);
        return (window, body.len() - space);
    }
    let before = space.saturating_sub(active.len()) / 2;
    let first = active.start.saturating_sub(before).min(body.len() - space);
    let end = first + space;
    let more = || (Look::Faint, words::MORE.to_owned());
    let mut window = body[first..end].to_vec();
    if space > active.len() + 1 {
        if first > 0 && active.start > first {
            window[0] = more();
        }
        if end < body.len() && active.end < end {
            window[space - 1] = more();
        }
    }
    (window, first)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn rows(count: usize) -> Vec<Row> {
        let label = |number| format!("an option with some words 語語 {number}");
        (1..=count)
            .map(|number| Row { key: number.to_string(), marked: None, alone: false, label: label(number) })
            .collect()
    }

    #[test]
    fn every_size_shows_the_row_that_the_cursor_is_on_and_no_more_than_fits() {
        let rows = rows(11);
        let hints = ["Found: something (compose.yaml:3)".to_owned()];
        for height in 1..30 {
            for width in [1, 2, 5, 11, 29, 79] {
                for active in 0..rows.len() {
                    let frame = Frame {
                        heading: "What it is",
                        prompt: "Which of these words is it?",
                        help: "The one that you would say.",
                        hints: &hints,
                        explained: "Words matter.",
                        body: Body::Rows { rows: &rows, active },
                        notice: "Choose one.",
                        leaning: "leaning no",
                        keys: "1-9 choose",
                    };
                    let laid = frame.lay_out(width, height);
                    assert!(laid.lines.len() <= height, "{width}x{height}: {laid:?}");
                    assert!(laid.lines.iter().all(|(_, line)| line.width() <= width), "{laid:?}");
                    let (_, at) = &laid.lines[laid.cursor.0];
                    assert!(at.starts_with('>'), "{width}x{height} {active}: {laid:?}");
                }
            }
        }
    }

    #[test]
    fn the_last_row_stands_beside_the_first_ones() {
        let rows = rows(11);
        let frame =
            Frame { prompt: "Which?", body: Body::Rows { rows: &rows, active: 10 }, ..Frame::default() };
        let laid = frame.lay_out(60, 5);
        let lines: Vec<&str> = laid.lines.iter().map(|(_, line)| line.trim_start()).collect();
        assert!(lines[1].starts_with("1 ") && lines[2].starts_with("2 "), "{lines:?}");
        assert!(lines[3] == "…" && lines[4].starts_with("> 11"), "{lines:?}");
        assert_eq!(laid.cursor.0, 4);
    }

    #[test]
    fn a_list_alone_stands_right_under_what_was_said() {
        let rows = rows(2);
        let frame =
            Frame { body: Body::Rows { rows: &rows, active: 0 }, keys: "1-2 choose", ..Frame::default() };
        let lines = frame.lay_out(60, 24).lines;
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].1.starts_with("> 1"), "{lines:?}");
    }

    #[test]
    fn a_low_screen_gives_up_what_matters_least() {
        let rows = rows(3);
        let shown = |height| {
            let frame = Frame {
                heading: "What it is",
                prompt: "Which?",
                help: "Any.",
                body: Body::Rows { rows: &rows, active: 2 },
                leaning: "leaning no",
                keys: "1-3 choose",
                ..Frame::default()
            };
            let lines = frame.lay_out(60, height).lines;
            lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>()
        };
        assert_eq!(shown(24).len(), 11);
        assert_eq!(shown(6)[0], "Which?");
        assert_eq!(shown(6)[5], "1-3 choose");
        assert_eq!(shown(2), ["Which?", "> 3  an option with some words 語語 3"]);
        assert_eq!(shown(1), ["> 3  an option with some words 語語 3"]);
    }
}
