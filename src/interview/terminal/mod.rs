//! Prompts on a terminal that can move its cursor, on standard error: lists to move in, lines to type on.
//!
//! A prompt is drawn as a whole whenever something changes, and its cursor stands where the person is: that is what screen
//! readers follow. What was said before stays above it.

mod frame;
mod line;

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use dialoguer::console::{Style, Term, is_dumb};

use super::keys::Key;
use super::tty::{Event, Held, Input};
use super::{Ask, Pick, Plain, Prompts, Reply, Tone, plain, tty, words};
use crate::rulebook::{Kind, OptionSet, Value};
use crate::text::{one_line, safe_lines};
use frame::{Body, Frame, Laid, Look, Row};
use line::Line;

/// Lines longer than this are hard to read on any terminal.
const WIDEST: usize = 80;
/// No screen shows more of what was said.
const KEPT: usize = 200;

/// Whether there is a person to ask: all three standard streams are terminals.
pub fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Prompts for the terminal at hand: lists and keys, or numbered lines where it can do no more (`TERM=dumb`) or `accessible`
/// ones are wanted. Signals end the program with [`super::LEFT`] and leave the terminal as it was.
///
/// # Errors
/// When the terminal cannot be read.
pub fn open_terminal(accessible: bool) -> io::Result<Box<dyn Prompts>> {
    if accessible || is_dumb() || (cfg!(unix) && std::env::var_os("TERM").is_none()) {
        let held = Held::new(false);
        return Ok(Box::new(Plain::on_terminal(held, size().0)));
    }
    Ok(Box::new(Terminal {
        held: Held::new(true),
        input: Input::new(),
        said: Vec::new(),
        drawn: None,
        answered_by_key: false,
    }))
}

/// The columns and lines to use: one column less than there are, because some terminals wrap a full line.
fn size() -> (usize, usize) {
    let (rows, columns) = Term::stderr().size();
    let or = |cells: u16, default: usize| if cells == 0 { default } else { usize::from(cells) };
    (or(columns, WIDEST).saturating_sub(1).clamp(1, WIDEST), or(rows, 24))
}

/// Prompts to move in.
#[derive(Debug)]
struct Terminal {
    #[expect(dead_code, reason = "gives the terminal back when it is dropped")]
    held: Held,
    input: Input,
    /// What was said, to be shown again when the size changes.
    said: Vec<(Saying, String)>,
    /// The prompt on the screen.
    drawn: Option<Drawn>,
    /// Whether the question before was answered by a key alone.
    answered_by_key: bool,
}

/// Many press Enter after a key that answers by itself. Within so long it is not meant for the next question, which nobody
/// has read yet.
const HABIT: Duration = Duration::from_millis(1500);

/// An Enter that is not meant for what is shown.
struct Beside {
    told: &'static str,
    /// When it is meant all the same.
    until: Option<Instant>,
}

impl Beside {
    /// What is told to whoever presses this key, if it is such an Enter.
    fn tells(self, key: &Key) -> Option<&'static str> {
        let is_beside = *key == Key::Enter && self.until.is_none_or(|until| Instant::now() < until);
        is_beside.then_some(self.told)
    }
}

/// How a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saying {
    Told(Tone),
    /// What the person replied.
    Chosen,
}

#[derive(Debug, Clone, Copy)]
struct Drawn {
    /// The line of the cursor.
    cursor: usize,
    size: (usize, usize),
}

/// What a prompt says around the rows or the line.
#[derive(Debug, Default)]
struct Around<'a> {
    heading: String,
    prompt: &'a str,
    help: &'a str,
    hints: &'a [String],
    explained: &'a str,
    leaning: &'a str,
    keys: String,
    /// Letters that are replies.
    letters: String,
}

/// What came of a list.
enum Picked {
    Row(usize),
    /// The rows that are marked.
    Marked,
    Reply(Reply),
    /// Out of here.
    Escape,
}

impl Terminal {
    /// Draws a prompt over the one on the screen; `again` on an empty screen.
    fn draw(&mut self, frame: &Frame<'_>, again: bool) -> io::Result<()> {
        let size = size();
        let laid = frame.lay_out(size.0, size.1);
        let mut text = "\u{1b}[?25l".to_owned();
        match self.drawn {
            Some(drawn) if again || drawn.size != size => text += &self.screen(&laid, size),
            Some(drawn) => text += &erasing(drawn.cursor),
            None => {}
        }
        let lines: Vec<String> = laid.lines.iter().map(|(look, line)| styled(*look, line)).collect();
        text += &lines.join("\r\n");
        let (row, column) = laid.cursor;
        let below = laid.lines.len() - 1 - row;
        text += "\r";
        if below > 0 {
            text += &format!("\u{1b}[{below}A");
        }
        if column > 0 {
            text += &format!("\u{1b}[{column}C");
        }
        text += "\u{1b}[?25h";
        self.drawn = Some(Drawn { cursor: row, size });
        tty::write(&text, below)
    }

    /// An empty screen with the end of what was said, as far as there is space above the prompt.
    fn screen(&self, laid: &Laid, (width, height): (usize, usize)) -> String {
        let lines: Vec<String> =
            self.said.iter().flat_map(|(saying, text)| saying.lines(width, text)).collect();
        let space = height.saturating_sub(laid.lines.len());
        let tail = &lines[lines.len().saturating_sub(space)..];
        tail.iter().fold("\u{1b}[H\u{1b}[2J".to_owned(), |text, line| text + line + "\r\n")
    }

    /// Takes the prompt off the screen.
    fn erase(&mut self) -> io::Result<()> {
        match self.drawn.take() {
            Some(drawn) => tty::write(&erasing(drawn.cursor), 0),
            None => Ok(()),
        }
    }

    fn tell(&mut self, saying: Saying, text: &str) -> io::Result<()> {
        let lines = saying.lines(size().0, text);
        if self.said.len() >= KEPT {
            self.said.remove(0);
        }
        self.said.push((saying, text.to_owned()));
        tty::write(&lines.iter().fold(String::new(), |text, line| text + line + "\r\n"), 0)
    }

    /// What a person does next while `frame` is shown; the frame is drawn again as often as the screen needs it.
    fn next(&mut self, frame: &Frame<'_>) -> io::Result<Key> {
        self.draw(frame, false)?;
        loop {
            match self.input.next() {
                Event::Key(key) => return Ok(key),
                Event::Redraw => self.draw(frame, true)?,
                Event::End => return Ok(Key::Escape),
            }
        }
    }

    /// Has a row chosen, or rows marked.
    fn pick(&mut self, around: &Around<'_>, rows: &mut [Row], at: usize) -> io::Result<Picked> {
        self.input.forget();
        let picked = self.pick_until(around, rows, at);
        self.erase()?;
        picked
    }

    fn pick_until(&mut self, around: &Around<'_>, rows: &mut [Row], at: usize) -> io::Result<Picked> {
        let (mut active, mut number, mut notice) = (at.min(rows.len().saturating_sub(1)), String::new(), "");
        let (mut beside, mut before) = (self.habit(), active);
        loop {
            let key = self.next(&around.frame(Body::Rows { rows: &*rows, active }, notice))?;
            notice = beside.take().and_then(|beside| beside.tells(&key)).unwrap_or_default();
            if !notice.is_empty() {
                continue;
            }
            if !matches!(key, Key::Char('0'..='9')) {
                number.clear();
            }
            if number.is_empty() {
                before = active;
            }
            let last = rows.len() - 1;
            let chosen = match key {
                Key::Up | Key::Ctrl('p') => {
                    active = active.checked_sub(1).unwrap_or(last);
                    continue;
                }
                Key::Down | Key::Ctrl('n' | 'i') => {
                    active = if active == last { 0 } else { active + 1 };
                    continue;
                }
                Key::Home | Key::PageUp => {
                    active = 0;
                    continue;
                }
                Key::End | Key::PageDown => {
                    active = last;
                    continue;
                }
                Key::Enter if rows.iter().any(|row| row.marked == Some(true)) => return Ok(Picked::Marked),
                Key::Enter => return Ok(Picked::Row(active)),
                Key::Char(' ') if rows[active].marked.is_some() => active,
                Key::Escape => return Ok(Picked::Escape),
                Key::Ctrl('d') | Key::Char('q') => return Ok(Picked::Reply(Reply::Leave)),
                Key::Char(digit @ '0'..='9') => match numbered(rows, &mut number, digit) {
                    Numbered::Row(row) => row,
                    Numbered::Begun(row) => {
                        active = row.unwrap_or(active);
                        continue;
                    }
                    Numbered::None => {
                        // The mark is not where the number began, and Enter does not take what was not typed.
                        (active, notice) = (before, words::NO_SUCH_ROW);
                        beside = Some(Beside { told: notice, until: None });
                        continue;
                    }
                },
                Key::Char(letter) => match rows.iter().position(|row| row.is_at(letter)) {
                    Some(row) => row,
                    None => match around.reply(letter) {
                        Some(reply) => {
                            self.answered_by_key = true;
                            return Ok(Picked::Reply(reply));
                        }
                        None => {
                            notice = words::NO_SUCH_KEY;
                            continue;
                        }
                    },
                },
                Key::Paste(_) => {
                    notice = words::PASTED;
                    continue;
                }
                _ => {
                    notice = words::NO_SUCH_KEY;
                    continue;
                }
            };
            active = chosen;
            if rows[chosen].marked.is_none() {
                self.answered_by_key = true;
                return Ok(Picked::Row(chosen));
            }
            mark(rows, chosen);
        }
    }

    /// The Enter that belongs to the key that has answered the question before.
    fn habit(&mut self) -> Option<Beside> {
        let until = Instant::now().checked_add(HABIT);
        std::mem::take(&mut self.answered_by_key).then_some(Beside { told: words::NO_NEED_OF_ENTER, until })
    }

    /// Has a line typed. `judge` says what comes of it, or what is wrong with it; nothing when the person left.
    fn type_line<T>(
        &mut self,
        around: &Around<'_>,
        initial: &str,
        judge: impl Fn(&str) -> Result<T, String>,
        letter: impl Fn(char) -> Option<T>,
    ) -> io::Result<Option<T>> {
        self.input.forget();
        let (mut line, mut notice) = (Line::of(initial), String::new());
        let mut beside = self.habit();
        let typed = loop {
            let key = self.next(&around.frame(Body::Line(&line), &notice));
            let key = match key {
                Ok(key) => key,
                Err(error) => break Err(error),
            };
            notice.clear();
            if let Some(told) = beside.take().and_then(|beside| beside.tells(&key)) {
                told.clone_into(&mut notice);
                continue;
            }
            match key {
                Key::Escape | Key::Ctrl('d') => break Ok(None),
                Key::Enter => match judge(line.text().trim()) {
                    Ok(typed) => break Ok(Some(typed)),
                    Err(trouble) => notice = trouble,
                },
                Key::Char(c) if letter(c).is_some() => {
                    self.answered_by_key = true;
                    break Ok(letter(c));
                }
                key if line.edit(&key) => {}
                _ => words::NO_SUCH_KEY.clone_into(&mut notice),
            }
        };
        self.erase()?;
        typed
    }

    fn ask_rows(&mut self, ask: &Ask<'_>, around: &Around<'_>) -> io::Result<Reply> {
        let mut rows = rows(ask);
        let unknown = rows.len() - 1;
        let at = match ask.current {
            Some(Some(Value::Choice(option))) => option,
            Some(Some(Value::Flag(flag))) => usize::from(!flag),
            Some(Some(Value::Choices(set))) => set.iter().next().unwrap_or(unknown - 1),
            _ => unknown,
        };
        Ok(match self.pick(around, &mut rows, at)? {
            Picked::Escape => out_of(ask),
            Picked::Reply(reply) => reply,
            Picked::Row(row) if row == unknown => Reply::Unknown,
            Picked::Row(row) => Reply::Value(match &ask.question.kind {
                Kind::Flag(_) => Value::Flag(row == 0),
                Kind::Choices(options) if row == options.len() => Value::Choices(OptionSet::default()),
                Kind::Choices(_) => Value::Choices(OptionSet::of(row)),
                _ => Value::Choice(row),
            }),
            Picked::Marked => {
                let marked = rows.iter().enumerate().filter(|(_, row)| row.marked == Some(true));
                let set = marked.map(|(row, _)| OptionSet::of(row));
                Reply::Value(Value::Choices(set.fold(OptionSet::default(), OptionSet::union)))
            }
        })
    }

    fn ask_line(&mut self, ask: &Ask<'_>, around: &Around<'_>) -> io::Result<Reply> {
        let initial = match ask.current {
            Some(Some(value)) => ask.question.spell(value),
            _ => String::new(),
        };
        let judge = |line: &str| match line {
            "" => Ok(Reply::Unknown),
            line => plain::typed(ask.question, line),
        };
        let letter = |c: char| if c == 'u' { Some(Reply::Unknown) } else { around.reply(c) };
        Ok(self.type_line(around, &initial, judge, letter)?.unwrap_or(out_of(ask)))
    }

    /// Takes the reply to a question that is asked again off the screen, and returns it.
    fn take_back(&mut self, ask: &Ask<'_>) -> io::Result<Option<String>> {
        let begins = format!("{}: ", ask.question.name);
        let is_reply =
            |(saying, text): &(Saying, String)| *saying == Saying::Chosen && text.starts_with(&begins);
        let Some(at) = self.said.iter().rposition(is_reply) else { return Ok(None) };
        let (width, height) = size();
        let lines = |said: &[(Saying, String)]| -> Vec<String> {
            said.iter().flat_map(|(saying, text)| saying.lines(width, text)).collect()
        };
        let old = lines(&self.said[at..]).len();
        let (_, reply) = self.said.remove(at);
        let begin = if old < height { erasing(old) } else { "\u{1b}[H\u{1b}[2J".to_owned() };
        let kept = lines(&self.said[at..]);
        let kept = &kept[kept.len().saturating_sub(height)..];
        tty::write(&kept.iter().fold(begin, |text, line| text + line + "\r\n"), 0)?;
        Ok(Some(reply))
    }
}

/// What Escape means at a question: back to the list where an answer is being changed, else out of the questionnaire.
fn out_of(ask: &Ask<'_>) -> Reply {
    if ask.progress.is_none() { Reply::Back } else { Reply::Leave }
}

/// Marks a row or takes its mark back; what stands alone takes all other marks back, and they take back its own.
fn mark(rows: &mut [Row], chosen: usize) {
    let alone = rows[chosen].alone;
    for (index, row) in rows.iter_mut().enumerate() {
        row.marked = match row.marked {
            Some(marked) if index == chosen => Some(!marked),
            Some(_) if alone || row.alone => Some(false),
            marked => marked,
        };
    }
}

/// The rows of a question; the last is "I don't know".
fn rows(ask: &Ask<'_>) -> Vec<Row> {
    let none = ask.question.none_of_them();
    let marks = match (&ask.question.kind, ask.current) {
        (Kind::Choices(_), Some(Some(Value::Choices(set)))) => Some(set),
        (Kind::Choices(_), _) => Some(OptionSet::default()),
        _ => None,
    };
    let options = ask.question.options().iter().enumerate();
    let mut rows: Vec<Row> = options
        .map(|(index, option)| {
            let key = (index + 1).to_string();
            let row = Row::new(&key, &option.label, marks.map(|set| set.contains(index)));
            Row { alone: none == Some(index), ..row }
        })
        .collect();
    match &ask.question.kind {
        Kind::Flag(_) => rows.extend([Row::new("y", words::YES, None), Row::new("n", words::NO, None)]),
        Kind::Choices(_) if none.is_none() => rows.push(Row::new("0", words::NONE, None)),
        Kind::Choices(_) | Kind::Choice(_) | Kind::Count(_) => {}
    }
    rows.push(Row::new("u", words::UNKNOWN, None));
    rows
}

impl Row {
    fn new(key: &str, label: &str, marked: Option<bool>) -> Self {
        Self { key: key.to_owned(), label: label.to_owned(), marked, alone: false }
    }

    fn is_at(&self, letter: char) -> bool {
        self.key.len() == 1 && self.key.starts_with(letter.to_ascii_lowercase())
    }
}

/// What a digit means.
enum Numbered {
    Row(usize),
    /// More digits may follow; this is the row so far.
    Begun(Option<usize>),
    None,
}

fn numbered(rows: &[Row], number: &mut String, digit: char) -> Numbered {
    number.push(digit);
    let row = rows.iter().position(|row| row.key == *number);
    // Yes and no are the first row and the second.
    let row = row.or_else(|| {
        let nth = number.parse::<usize>().ok()?.checked_sub(1)?;
        rows.get(nth).filter(|row| ["y", "n"].contains(&row.key.as_str())).map(|_| nth)
    });
    if rows.iter().any(|row| row.key.len() > number.len() && row.key.starts_with(number.as_str())) {
        return Numbered::Begun(row);
    }
    number.clear();
    row.map_or(Numbered::None, Numbered::Row)
}

impl<'a> Around<'a> {
    fn of(ask: &'a Ask<'_>) -> Self {
        Self {
            heading: words::heading(ask),
            prompt: &ask.question.prompt,
            help: &ask.question.help,
            hints: ask.hints,
            explained: ask.explained.unwrap_or_default(),
            leaning: ask.leaning.unwrap_or_default(),
            keys: words::keys(ask),
            letters: format!("?{}", letters_of(&words::replies(ask))),
        }
    }

    /// What a letter stands for here.
    fn reply(&self, letter: char) -> Option<Reply> {
        if self.letters.contains(letter) { words::letter(&letter.to_string()) } else { None }
    }

    fn frame<'f>(&'f self, body: Body<'f>, notice: &'f str) -> Frame<'f> {
        Frame {
            heading: &self.heading,
            prompt: self.prompt,
            help: self.help,
            hints: self.hints,
            explained: self.explained,
            body,
            notice,
            leaning: self.leaning,
            keys: &self.keys,
        }
    }
}

/// The letters to leave, and for these replies.
fn letters_of(also: &[Reply]) -> String {
    let letters = also.iter().filter_map(|reply| match reply {
        Reply::Back => Some('b'),
        Reply::Review => Some('r'),
        _ => None,
    });
    std::iter::once('q').chain(letters).collect()
}

impl Saying {
    /// The text on lines of at most `width` columns.
    fn lines(self, width: usize, text: &str) -> Vec<String> {
        let style = match self {
            Self::Told(Tone::Heading | Tone::Trouble) => Look::Strong,
            Self::Told(_) | Self::Chosen => Look::Plain,
        };
        let (first, rest) = match self {
            Self::Told(Tone::Aside) => ("  ", "    "),
            Self::Chosen => (words::CHOSEN, "    "),
            Self::Told(_) => ("", ""),
        };
        let text = if self == Self::Chosen { one_line(text) } else { safe_lines(text) };
        let gap = (self == Self::Told(Tone::Heading)).then(String::new);
        let lines = words::wrapped(width, first, rest, &text);
        gap.into_iter().chain(lines.iter().map(|line| styled(style, line))).collect()
    }
}

fn styled(look: Look, line: &str) -> String {
    let style = Style::new().for_stderr();
    let style = match look {
        Look::Plain => style,
        Look::Strong => style.bold(),
        Look::Faint => style.dim(),
    };
    style.apply_to(line).to_string()
}

/// Goes from the line of the cursor to the beginning of the prompt and clears it.
fn erasing(cursor: usize) -> String {
    let up = if cursor > 0 { format!("\u{1b}[{cursor}A") } else { String::new() };
    format!("{up}\r\u{1b}[J")
}

impl Prompts for Terminal {
    fn say(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        self.tell(Saying::Told(tone), text)
    }

    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        let earlier = if ask.progress.is_some() { self.take_back(ask)? } else { None };
        let around = Around::of(ask);
        let reply = match &ask.question.kind {
            Kind::Count(_) => self.ask_line(ask, &around),
            _ => self.ask_rows(ask, &around),
        }?;
        // Whoever does not answer it again leaves the answer as it is.
        if let Some(chosen) = words::replied(ask, reply).or(earlier) {
            self.tell(Saying::Chosen, &chosen)?;
        }
        Ok(reply)
    }

    fn choose(&mut self, rows: &[String], at: usize, also: &[Reply]) -> io::Result<Pick> {
        let label = |(index, label): (usize, &String)| Row::new(&(index + 1).to_string(), label, None);
        let mut shown: Vec<Row> = rows.iter().enumerate().map(label).collect();
        let around =
            Around { keys: words::keys_of_rows(also), letters: letters_of(also), ..Around::default() };
        Ok(match self.pick(&around, &mut shown, at)? {
            Picked::Row(row) => {
                self.tell(Saying::Chosen, &rows[row])?;
                Pick::Row(row)
            }
            Picked::Reply(reply) => Pick::Reply(reply),
            Picked::Marked | Picked::Escape => Pick::Reply(Reply::Leave),
        })
    }

    fn printed(&mut self, text: &str) {
        self.said.push((Saying::Told(Tone::Text), text.trim_end().to_owned()));
    }

    fn confirm(&mut self, prompt: &str, default: bool) -> io::Result<Option<bool>> {
        let mut rows = [Row::new("y", words::YES, None), Row::new("n", words::NO, None)];
        let around =
            Around { prompt, keys: words::CONFIRM.to_owned(), letters: letters_of(&[]), ..Around::default() };
        match self.pick(&around, &mut rows, usize::from(!default))? {
            Picked::Row(row) => {
                let answer = if row == 0 { words::YES } else { words::NO };
                self.tell(Saying::Chosen, &format!("{prompt} {answer}"))?;
                Ok(Some(row == 0))
            }
            _ => Ok(None),
        }
    }

    fn path(&mut self, prompt: &str, default: &str) -> io::Result<Option<String>> {
        let around = Around { prompt, keys: words::PATH.to_owned(), ..Around::default() };
        let path = self.type_line(&around, default, |line| Ok(line.to_owned()), |_| None)?;
        if let Some(path) = &path {
            self.tell(Saying::Chosen, &format!("{prompt}: {path}"))?;
        }
        Ok(path)
    }

    fn promise(&mut self, farewell: &str) {
        tty::promise(farewell);
    }
}
