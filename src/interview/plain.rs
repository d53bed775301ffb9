//! Prompts as lines of text, for terminals that can do nothing else: numbered options, typed replies.

use std::io::{self, BufRead, StdinLock, Write};

use super::tty::Held;
use super::{Ask, Pick, Prompts, Reply, Tone, tty, words};
use crate::rulebook::{Kind, OptionSet, Question, Value, is_range};
use crate::text::{one_line, safe_lines};

/// The most of a line that is looked at; the rest of it is thrown away.
const MAX_LINE: u64 = 4096;

/// Prompts that read lines from `input` and write lines to `output`.
#[derive(Debug)]
pub struct Plain<R, W> {
    input: R,
    output: W,
    width: usize,
    /// The terminal that both are, if they are one.
    held: Option<Held>,
}

impl Plain<StdinLock<'static>, Talk> {
    /// Prompts on the lines of a terminal.
    pub(super) fn on_terminal(held: Held, width: usize) -> Self {
        Self { input: io::stdin().lock(), output: Talk, width, held: Some(held) }
    }
}

/// Standard error, written to as a terminal.
#[derive(Debug)]
pub struct Talk;

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        tty::write(&String::from_utf8_lossy(bytes), 0)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<R: BufRead, W: Write> Plain<R, W> {
    /// Prompts on lines of at most `width` columns.
    pub fn new(input: R, output: W, width: usize) -> Self {
        Self { input, output, width, held: None }
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) -> io::Result<()> {
        for line in words::wrapped(self.width, first, rest, &safe_lines(text)) {
            self.output.write_all(format!("{line}\n").as_bytes())?;
        }
        Ok(())
    }

    /// One typed line without its end; nothing at the end of input.
    fn line(&mut self) -> io::Result<Option<String>> {
        self.output.write_all(b"> ")?;
        self.output.flush()?;
        let mut bytes = Vec::new();
        io::Read::take(&mut self.input, MAX_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            writeln!(self.output)?;
            return Ok(None);
        }
        if bytes.len() as u64 == MAX_LINE && !bytes.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }

    /// Nothing that was typed before a prompt answers it.
    fn forget_typed(&mut self) {
        if self.held.is_some() {
            tty::forget_lines();
        }
    }

    fn numbered<'t>(&mut self, rows: impl Iterator<Item = &'t str>) -> io::Result<()> {
        for (index, row) in rows.enumerate() {
            let number = format!("{:>3} ", index + 1);
            self.wrapped(&number, "    ", &one_line(row))?;
        }
        Ok(())
    }
}

impl<R: BufRead, W: Write> Prompts for Plain<R, W> {
    fn say(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        match tone {
            Tone::Heading => {
                writeln!(self.output)?;
                self.wrapped("", "", text)
            }
            Tone::Text | Tone::Trouble => self.wrapped("", "", text),
            Tone::Aside => self.wrapped("  ", "    ", text),
        }
    }

    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        self.forget_typed();
        self.say(Tone::Heading, &words::heading(ask))?;
        if let Some(leaning) = ask.leaning {
            self.say(Tone::Aside, leaning)?;
        }
        self.say(Tone::Text, &ask.question.prompt)?;
        self.say(Tone::Text, &ask.question.help)?;
        for hint in ask.hints {
            self.say(Tone::Aside, hint)?;
        }
        if let Some(explained) = ask.explained {
            self.say(Tone::Text, explained)?;
        }
        self.numbered(ask.question.options().iter().map(|option| option.label.as_str()))?;
        if let Some(value) = ask.current {
            self.say(Tone::Aside, &format!("{}: {}", words::NOW, words::described(ask.question, value)))?;
        }
        self.say(Tone::Aside, &words::typing(ask))?;
        loop {
            let Some(line) = self.line()? else { return Ok(Reply::Leave) };
            match typed(ask.question, &line) {
                _ if line.is_empty() && ask.current.is_some() => {
                    return Ok(ask.current.flatten().map_or(Reply::Unknown, Reply::Value));
                }
                Ok(reply) => return Ok(reply),
                Err(trouble) => self.say(Tone::Trouble, &trouble)?,
            }
        }
    }

    fn choose(&mut self, rows: &[String], at: usize, also: &[Reply]) -> io::Result<Pick> {
        self.forget_typed();
        self.numbered(rows.iter().map(String::as_str))?;
        self.say(Tone::Aside, &words::number_or(at + 1, also))?;
        loop {
            let Some(line) = self.line()? else { return Ok(Pick::Reply(Reply::Leave)) };
            match (line.parse::<usize>(), words::letter(&line)) {
                _ if line.is_empty() => return Ok(Pick::Row(at)),
                (Ok(number), _) if (1..=rows.len()).contains(&number) => return Ok(Pick::Row(number - 1)),
                (_, Some(reply)) if reply == Reply::Leave || also.contains(&reply) => {
                    return Ok(Pick::Reply(reply));
                }
                _ => self.say(Tone::Trouble, words::NUMBER_PLEASE)?,
            }
        }
    }

    fn confirm(&mut self, prompt: &str, default: bool) -> io::Result<Option<bool>> {
        self.forget_typed();
        let keys = if default { "[Y/n]" } else { "[y/N]" };
        self.say(Tone::Text, &format!("{prompt} {keys}"))?;
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            match line.to_lowercase().as_str() {
                "" => return Ok(Some(default)),
                "y" | "yes" => return Ok(Some(true)),
                "n" | "no" => return Ok(Some(false)),
                _ => self.say(Tone::Trouble, words::YES_OR_NO)?,
            }
        }
    }

    fn path(&mut self, prompt: &str, default: &str) -> io::Result<Option<String>> {
        self.forget_typed();
        self.say(Tone::Text, &format!("{prompt} [{default}]"))?;
        let line = self.line()?;
        Ok(line.map(|line| if line.is_empty() { default.to_owned() } else { line }))
    }

    fn promise(&mut self, farewell: &str) {
        if self.held.is_some() {
            tty::promise(farewell);
        }
    }
}

/// What a typed line says: the number of an option, a value as in a file, or one of the letters.
pub(super) fn typed(question: &Question, line: &str) -> Result<Reply, String> {
    if let Some(reply) = words::letter(line) {
        return Ok(reply);
    }
    let trouble = || words::not_accepted(question);
    let options = question.options().len();
    let option = |word: &str| match word.parse::<usize>() {
        Ok(number) if (1..=options).contains(&number) => Some(number - 1),
        _ => question.option_typed(word).map(|(option, _)| option),
    };
    let value = match &question.kind {
        _ if line.is_empty() => None,
        Kind::Choice(_) => option(line).map(Value::Choice),
        Kind::Choices(_) if line == "0" || line == "none" => Some(Value::Choices(OptionSet::default())),
        Kind::Choices(_) => {
            let marked = line.split([' ', ',']).filter(|word| !word.is_empty());
            let set = marked.map(|word| option(word).map(OptionSet::of)).collect::<Option<Vec<_>>>();
            let set = set.map(|set| set.into_iter().fold(OptionSet::default(), OptionSet::union));
            set.filter(|set| !set.is_empty()).map(Value::Choices)
        }
        Kind::Flag(_) => question.parse(&line.to_lowercase()).ok().flatten(),
        Kind::Count(_) if is_range(line) => return Err(words::RANGE.to_owned()),
        Kind::Count(_) => question.parse(line).ok().flatten(),
    };
    value.map(Reply::Value).ok_or_else(trouble)
}
