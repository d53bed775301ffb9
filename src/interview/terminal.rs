//! Prompts on a terminal, by `dialoguer`, on standard error.
//!
//! `dialoguer` counts the lines of a list by its items. So that it counts right on a narrow terminal, it gets the rows by
//! number, and [`Rows`] lays each out on lines that fit.

use std::cell::Cell;
use std::fmt;
use std::io::{self, IsTerminal as _};

use dialoguer::console::{Style, Term, is_dumb};
use dialoguer::theme::Theme;
use dialoguer::{Confirm, Input, MultiSelect, Select};

use super::{Ask, Plain, Prompts, Reply, Tone, plain, words};
use crate::rulebook::{Kind, OptionSet, Value};
use crate::text::{one_line, safe_lines};

/// The exit status after Ctrl-C.
pub const INTERRUPTED: i32 = 130;

/// Lines longer than this are hard to read on any terminal.
const WIDEST: usize = 80;
/// On less than this `dialoguer` cannot draw.
const NARROWEST: usize = 20;

/// Whether there is a person to ask: all three standard streams are terminals.
pub fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Prompts for the terminal at hand: lists and keys, or plain lines where it can do no more (`TERM=dumb`). From here on
/// Ctrl-C ends the program with [`INTERRUPTED`] and leaves the terminal as it was.
pub fn open_terminal() -> Box<dyn Prompts> {
    interrupt::leave_the_terminal_intact();
    let term = Term::stderr();
    let width = width(&term);
    if is_dumb() || (cfg!(unix) && std::env::var_os("TERM").is_none()) || width < NARROWEST {
        Box::new(Plain::new(io::stdin().lock(), io::stderr(), width))
    } else {
        Box::new(Terminal { term, told_keys: false })
    }
}

/// The columns to use: one less than there are, because some terminals wrap a full line.
fn width(term: &Term) -> usize {
    usize::from(term.size().1).saturating_sub(1).min(WIDEST)
}

/// Prompts with lists to move in.
#[derive(Debug)]
pub struct Terminal {
    term: Term,
    told_keys: bool,
}

impl Terminal {
    fn bold(&self) -> Style {
        Style::new().for_stderr().bold()
    }

    fn write(&self, first: &str, rest: &str, style: &Style, text: &str) -> io::Result<()> {
        for line in words::wrapped(width(&self.term), first, rest, &safe_lines(text)) {
            self.term.write_line(&style.apply_to(line).to_string())?;
        }
        Ok(())
    }

    fn plain(&self, text: &str) -> io::Result<()> {
        self.write("", "", &Style::new(), text)
    }

    /// What was replied, left on the screen where the list was.
    fn note(&self, text: &str) -> io::Result<()> {
        self.write("> ", "    ", &Style::new(), &one_line(text))
    }

    /// Tells once which keys there are.
    fn tell_keys(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.told_keys, true) {
            self.plain(words::KEYS)?;
        }
        Ok(())
    }

    /// A list in which one row is chosen; nothing when the person left.
    fn list(&mut self, rows: &Rows, at: usize) -> io::Result<Option<usize>> {
        loop {
            let select = Select::with_theme(rows).items(rows.numbers()).default(at).report(false);
            let select = match rows.page() {
                Some(page) => select.with_prompt("").report(false).max_length(page),
                None => select,
            };
            match self.reached(|| select.interact_on_opt(&self.term))? {
                Some(row) => return Ok(Some(row)),
                None if self.wants_to_leave()? => return Ok(None),
                None => {}
            }
        }
    }

    /// Asks before a stray Esc ends it all.
    fn wants_to_leave(&mut self) -> io::Result<bool> {
        Ok(self.confirm(words::LEAVE, true)?.unwrap_or(true))
    }

    /// The result of a prompt. After Ctrl-C there is none.
    fn reached<T>(&self, prompt: impl FnOnce() -> dialoguer::Result<Option<T>>) -> io::Result<Option<T>> {
        let _quiet = interrupt::without_echo();
        match prompt().map_err(io::Error::from) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupt::stop(),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.term.show_cursor()?;
                Ok(None)
            }
            other => other,
        }
    }

    /// The rows under the options.
    fn others(ask: &Ask<'_>) -> Vec<(&'static str, Reply)> {
        let skip = if ask.current.is_some() { words::KEEP } else { words::SKIP };
        let mut others =
            vec![(words::UNKNOWN, Reply::Unknown), (words::WHY, Reply::Why), (skip, Reply::Skip)];
        if ask.can_go_back {
            others.push((words::BACK, Reply::Back));
        }
        others
    }

    fn ask_one(&mut self, ask: &Ask<'_>, labels: &[&str]) -> io::Result<Reply> {
        let others = Self::others(ask);
        let rows = Rows::new(&self.term, labels, &others);
        let at = match ask.current {
            Some(Some(Value::Choice(option))) => option,
            Some(Some(Value::Flag(flag))) => usize::from(!flag),
            Some(None) => labels.len(),
            _ => 0,
        };
        let Some(row) = self.list(&rows, at)? else { return Ok(Reply::Leave) };
        Ok(match (row.checked_sub(labels.len()), &ask.question.kind) {
            (Some(other), _) => others[other].1,
            (None, Kind::Flag(_)) => Reply::Value(Value::Flag(row == 0)),
            (None, _) => Reply::Value(Value::Choice(row)),
        })
    }

    fn ask_any(&mut self, ask: &Ask<'_>, labels: &[&str]) -> io::Result<Reply> {
        let mut others = Self::others(ask);
        others.insert(0, (words::NONE, Reply::Value(Value::Choices(OptionSet::default()))));
        let rows = Rows::new(&self.term, labels, &others);
        let marked = match ask.current {
            Some(Some(Value::Choices(set))) => set,
            _ => OptionSet::default(),
        };
        let marks: Vec<bool> = (0..labels.len()).map(|option| marked.contains(option)).collect();
        self.plain(words::MARKS)?;
        let chosen = loop {
            let select = MultiSelect::with_theme(&rows).items(rows.numbers()).defaults(&marks).report(false);
            let select = match rows.page() {
                Some(page) => select.with_prompt("").max_length(page),
                None => select,
            };
            match self.reached(|| select.interact_on_opt(&self.term))? {
                Some(chosen) => break chosen,
                None if self.wants_to_leave()? => return Ok(Reply::Leave),
                None => {}
            }
        };
        let options = chosen.into_iter().filter(|row| *row < labels.len());
        let marked = options.map(OptionSet::of).fold(OptionSet::default(), OptionSet::union);
        let row = rows.active.get();
        Ok(match row.checked_sub(labels.len()) {
            Some(other) => others[other].1,
            None if marked.is_empty() => Reply::Value(Value::Choices(OptionSet::of(row))),
            None => Reply::Value(Value::Choices(marked)),
        })
    }

    fn ask_line(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        self.plain(&words::typing(ask))?;
        let initial = match ask.current {
            Some(Some(value)) => ask.question.spell(value),
            _ => String::new(),
        };
        loop {
            let Some(line) = self.line(&initial)? else { return Ok(Reply::Leave) };
            match plain::typed(ask.question, line.trim()) {
                Ok(reply) => return Ok(reply),
                Err(trouble) => {
                    self.note(&line)?;
                    self.plain(&trouble)?;
                }
            }
        }
    }

    /// A line that is typed, and cleared when it is complete.
    fn line(&self, initial: &str) -> io::Result<Option<String>> {
        let input = Input::<String>::with_theme(&Marker).allow_empty(true).report(false);
        self.reached(|| input.with_initial_text(initial).interact_text_on(&self.term).map(Some))
    }
}

impl Prompts for Terminal {
    fn say(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        match tone {
            Tone::Heading => {
                self.term.write_line("")?;
                self.write("", "", &self.bold(), text)
            }
            Tone::Text | Tone::Trouble => self.plain(text),
            Tone::Aside => self.write("  ", "    ", &Style::new(), text),
        }
    }

    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        self.tell_keys()?;
        self.term.write_line("")?;
        self.plain(&words::heading(ask))?;
        self.write("", "", &self.bold(), &ask.question.prompt)?;
        for hint in ask.hints {
            self.say(Tone::Aside, hint)?;
        }
        let labels: Vec<&str> = ask.question.options().iter().map(|option| option.label.as_str()).collect();
        let reply = match &ask.question.kind {
            Kind::Flag(_) => self.ask_one(ask, &[words::YES, words::NO]),
            Kind::Choice(_) => self.ask_one(ask, &labels),
            Kind::Choices(_) => self.ask_any(ask, &labels),
            Kind::Count(_) => self.ask_line(ask),
        }?;
        self.note(&words::replied(ask, reply))?;
        Ok(reply)
    }

    fn choose(&mut self, rows: &[String], at: usize) -> io::Result<Option<usize>> {
        self.tell_keys()?;
        let labels: Vec<&str> = rows.iter().map(String::as_str).collect();
        let chosen = self.list(&Rows::new(&self.term, &labels, &[]), at)?;
        if let Some(row) = chosen {
            self.note(labels[row])?;
        }
        Ok(chosen)
    }

    fn confirm(&mut self, prompt: &str, default: bool) -> io::Result<Option<bool>> {
        self.plain(prompt)?;
        let confirm = Confirm::with_theme(&Marker).default(default).report(false);
        let reply = self.reached(|| confirm.interact_on_opt(&self.term))?;
        if let Some(yes) = reply {
            self.note(if yes { words::YES } else { words::NO })?;
        }
        Ok(reply)
    }

    fn path(&mut self, prompt: &str, default: &str) -> io::Result<Option<String>> {
        self.plain(prompt)?;
        let line = self.line(default)?;
        if let Some(line) = &line {
            self.note(line)?;
        }
        Ok(line.map(|line| line.trim().to_owned()))
    }
}

/// The look of a list whose items are the numbers of these rows.
struct Rows {
    term: Term,
    rows: Vec<String>,
    /// The rows from here on are no options.
    others_from: usize,
    /// The row that the person is on.
    active: Cell<usize>,
}

impl Rows {
    fn new(term: &Term, labels: &[&str], others: &[(&str, Reply)]) -> Self {
        let others_from = labels.len();
        let rows =
            labels.iter().chain(others.iter().map(|(label, _)| label)).map(|row| one_line(row)).collect();
        Self { term: term.clone(), rows, others_from, active: Cell::new(0) }
    }

    fn numbers(&self) -> Vec<String> {
        (0..self.rows.len()).map(|row| row.to_string()).collect()
    }

    /// How many rows make a page, where not all of them fit the screen.
    fn page(&self) -> Option<usize> {
        let height = usize::from(self.term.size().0).saturating_sub(2);
        let lines: Vec<usize> = (0..self.rows.len()).map(|row| self.lay_out(row, "  ", true).len()).collect();
        let fits = |page: &usize| lines.chunks(*page).all(|rows| rows.iter().sum::<usize>() <= height);
        let page = (1..=lines.len()).rev().find(fits).unwrap_or(1);
        (page < lines.len()).then_some(page)
    }

    /// The lines of a row; an empty one sets the others apart from the options.
    fn lay_out(&self, row: usize, mark: &str, multiple: bool) -> Vec<String> {
        let gap = (row == self.others_from && row > 0).then(String::new);
        let hanging = if multiple && row < self.others_from { "        " } else { "    " };
        gap.into_iter().chain(words::wrapped(width(&self.term), mark, hanging, &self.rows[row])).collect()
    }

    fn draw(
        &self,
        f: &mut dyn fmt::Write,
        row: usize,
        mark: &str,
        multiple: bool,
        active: bool,
    ) -> fmt::Result {
        let style = if active { Style::new().for_stderr().bold() } else { Style::new() };
        for (index, line) in self.lay_out(row, mark, multiple).iter().enumerate() {
            let end = if index > 0 { "\n" } else { "" };
            write!(f, "{end}{}", style.apply_to(line))?;
        }
        if active {
            self.active.set(row);
        }
        Ok(())
    }
}

impl Theme for Rows {
    fn format_select_prompt(&self, _: &mut dyn fmt::Write, _: &str) -> fmt::Result {
        Ok(())
    }

    fn format_multi_select_prompt(&self, _: &mut dyn fmt::Write, _: &str) -> fmt::Result {
        Ok(())
    }

    fn format_select_prompt_item(&self, f: &mut dyn fmt::Write, item: &str, active: bool) -> fmt::Result {
        let row = item.parse().map_err(|_| fmt::Error)?;
        self.draw(f, row, if active { "> " } else { "  " }, false, active)
    }

    fn format_multi_select_prompt_item(
        &self,
        f: &mut dyn fmt::Write,
        item: &str,
        checked: bool,
        active: bool,
    ) -> fmt::Result {
        let row = item.parse().map_err(|_| fmt::Error)?;
        let mark = match (active, checked) {
            _ if row >= self.others_from => {
                return self.draw(f, row, if active { "> " } else { "  " }, true, active);
            }
            (true, true) => "> [x] ",
            (true, false) => "> [ ] ",
            (false, true) => "  [x] ",
            (false, false) => "  [ ] ",
        };
        self.draw(f, row, mark, true, active)
    }
}

/// The look of a line to type on.
struct Marker;

impl Theme for Marker {
    fn format_input_prompt(&self, f: &mut dyn fmt::Write, _: &str, _: Option<&str>) -> fmt::Result {
        f.write_str("> ")
    }
}

/// Ctrl-C. `dialoguer` hides the cursor while a list is shown, and the terminal is raw while it waits for a key; a signal
/// in between would leave it so.
mod interrupt {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use dialoguer::console::{Term, is_dumb};

    use super::INTERRUPTED;
    pub(super) use settings::without_echo;

    /// A read that a signal interrupts ends within this time.
    const GRACE: Duration = Duration::from_millis(50);

    /// From now on an interrupt restores the terminal and ends the program.
    pub(super) fn leave_the_terminal_intact() {
        settings::remember();
        // The thread that waits for a key changes the settings of the terminal when the signal wakes it, and then stops by
        // itself. The handler steps in where that does not happen.
        let handler = || {
            std::thread::sleep(GRACE);
            stop()
        };
        // Only a second call in one program fails; the first handler does the same.
        let _ = ctrlc::try_set_handler(handler);
    }

    /// Restores the terminal and ends the program.
    pub(super) fn stop() -> ! {
        static STOPPING: AtomicBool = AtomicBool::new(false);
        if STOPPING.swap(true, Ordering::SeqCst) {
            loop {
                std::thread::park();
            }
        }
        settings::restore();
        let term = Term::stderr();
        if term.is_term() && !is_dumb() {
            let _ = term.show_cursor();
        }
        let _ = term.write_line("");
        std::process::exit(INTERRUPTED)
    }

    #[cfg(unix)]
    mod settings {
        use std::io;
        use std::sync::OnceLock;

        use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

        /// The settings of the terminal before the first prompt.
        static BEFORE: OnceLock<Termios> = OnceLock::new();

        pub(super) fn remember() {
            if let Ok(termios) = tcgetattr(io::stdin()) {
                BEFORE.get_or_init(|| termios);
            }
        }

        pub(super) fn restore() {
            if let Some(termios) = BEFORE.get() {
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, termios);
            }
        }

        /// Keys that arrive while a list is drawn again would be shown in the middle of it; until the guard is dropped
        /// they are not.
        pub(in super::super) fn without_echo() -> Quiet {
            if let Some(termios) = BEFORE.get() {
                let mut quiet = termios.clone();
                quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, &quiet);
            }
            Quiet
        }

        /// Puts the settings back.
        pub(in super::super) struct Quiet;

        impl Drop for Quiet {
            fn drop(&mut self) {
                restore();
            }
        }
    }

    #[cfg(not(unix))]
    mod settings {
        pub(super) fn remember() {}
        pub(super) fn restore() {}
        pub(in super::super) fn without_echo() {}
    }
}
