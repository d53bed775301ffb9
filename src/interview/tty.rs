//! The terminal as a device: its settings, the signals that concern it, and what is typed. Whatever ends or stops the
//! program, the terminal is given back as it was found.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use dialoguer::console::is_dumb;

use super::keys::{Key, Keys};
use crate::text::ascii;

/// The exit status of whoever leaves without a result.
pub const LEFT: i32 = 130;

/// What happens at a terminal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    Key(Key),
    /// Its size has changed, or the program goes on after a stop: nothing on the screen is certain.
    Redraw,
    /// Nobody is there any more.
    End,
}

/// Whether keys arrive one by one, unechoed.
static BY_KEYS: AtomicBool = AtomicBool::new(false);
/// How many lines there are below the cursor that belong to a prompt.
static BELOW: AtomicUsize = AtomicUsize::new(0);
/// What to say to somebody who leaves at once.
static FAREWELL: Mutex<String> = Mutex::new(String::new());
/// Whoever writes holds it.
static PEN: Mutex<()> = Mutex::new(());

/// A pen that is held for longer waits for a terminal that takes no more.
const PATIENCE: Duration = Duration::from_millis(100);

/// The terminal, as long as a questionnaire needs it.
#[derive(Debug)]
pub(super) struct Held;

impl Held {
    /// From now on signals and panics give the terminal back; with `by_keys`, keys arrive one by one.
    pub(super) fn new(by_keys: bool) -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            system::remember();
            system::watch_signals();
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                give_back(true);
                hook(info);
            }));
        });
        BY_KEYS.store(by_keys, Ordering::SeqCst);
        take();
        Self
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        give_back(false);
        BY_KEYS.store(false, Ordering::SeqCst);
    }
}

/// Says what whoever leaves at once is told.
pub(super) fn promise(farewell: &str) {
    farewell.clone_into(&mut FAREWELL.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Writes to standard error as a whole; `below` lines of what is there stand under the cursor.
pub(super) fn write(text: &str, below: usize) -> io::Result<()> {
    let _pen = pen();
    BELOW.store(below, Ordering::SeqCst);
    let mut stderr = io::stderr().lock();
    if writes_utf8() {
        stderr.write_all(text.as_bytes())?;
    } else {
        stderr.write_all(ascii(text).as_bytes())?;
    }
    stderr.flush()
}

fn writes_utf8() -> bool {
    static WRITES: OnceLock<bool> = OnceLock::new();
    *WRITES.get_or_init(|| crate::text::writes_utf8(|name| std::env::var(name).ok()))
}

/// The pen, unless it cannot be had.
fn pen() -> Option<MutexGuard<'static, ()>> {
    let begin = Instant::now();
    loop {
        match PEN.try_lock() {
            Ok(pen) => return Some(pen),
            Err(TryLockError::Poisoned(pen)) => return Some(pen.into_inner()),
            Err(TryLockError::WouldBlock) if begin.elapsed() > PATIENCE => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn take() {
    if BY_KEYS.load(Ordering::SeqCst) {
        system::by_keys();
        // Pasted text is marked as such.
        let _ = write("\u{1b}[?2004h", 0);
    }
}

/// Puts everything back; `below` the prompt where that is unfinished.
fn give_back(below: bool) {
    if !BY_KEYS.load(Ordering::SeqCst) {
        return;
    }
    let lines = BELOW.load(Ordering::SeqCst);
    let down = if lines > 0 { format!("\u{1b}[{lines}B") } else { String::new() };
    let end = if below { format!("{down}\r\n") } else { String::new() };
    let _ = write(&format!("{end}\u{1b}[?2004l\u{1b}[?25h"), 0);
    system::as_before();
}

/// Ends the program for somebody who leaves at once.
fn leave() -> ! {
    static LEAVING: AtomicBool = AtomicBool::new(false);
    if LEAVING.swap(true, Ordering::SeqCst) {
        loop {
            std::thread::park();
        }
    }
    let by_keys = BY_KEYS.load(Ordering::SeqCst);
    give_back(true);
    let farewell = FAREWELL.lock().unwrap_or_else(PoisonError::into_inner);
    let gap = if by_keys || is_dumb() { "" } else { "\n" };
    let end = if farewell.is_empty() { "" } else { "\n" };
    let _ = write(&format!("{gap}{farewell}{end}"), 0);
    std::process::exit(LEFT)
}

/// What comes from the keyboard, and from the signals that a prompt has to know of.
#[derive(Debug)]
pub(super) struct Input {
    keys: Keys,
    arrivals: Receiver<Arrival>,
    /// Whether nobody is there any more.
    has_ended: bool,
}

enum Arrival {
    Bytes(Vec<u8>),
    Redraw,
    End,
}

/// Where arrivals go.
static ARRIVE: Mutex<Option<Sender<Arrival>>> = Mutex::new(None);

/// Escape alone is a key when nothing follows for so long.
const KEY: Duration = Duration::from_millis(40);
/// What was typed or pasted before has arrived when nothing comes for so long.
const QUIET: Duration = Duration::from_millis(20);

impl Input {
    /// Reads what is typed, on a thread of its own: a key is not the only thing to wait for.
    pub(super) fn new() -> Self {
        let (sender, arrivals) = channel();
        *ARRIVE.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender.clone());
        let read = move || {
            loop {
                let arrival = match system::read() {
                    Ok(bytes) if bytes.is_empty() => Arrival::End,
                    Ok(bytes) => Arrival::Bytes(bytes),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => Arrival::End,
                };
                let is_over = matches!(arrival, Arrival::End);
                if sender.send(arrival).is_err() || is_over {
                    return;
                }
            }
        };
        // Where no thread is to be had, nobody can be asked.
        let has_ended = std::thread::Builder::new().spawn(read).is_err();
        Self { keys: Keys::default(), arrivals, has_ended }
    }

    /// Nothing that was typed until now counts.
    pub(super) fn forget(&mut self) {
        system::flush();
        self.keys.clear();
        for _ in 0..50 {
            match self.arrivals.recv_timeout(QUIET) {
                Ok(Arrival::Bytes(_) | Arrival::Redraw) => {}
                Ok(Arrival::End) => self.has_ended = true,
                Err(_) => return,
            }
        }
    }

    /// Waits for what happens next.
    pub(super) fn next(&mut self) -> Event {
        loop {
            if let Some(key) = self.keys.next() {
                return Event::Key(key);
            }
            if self.has_ended {
                return Event::End;
            }
            let arrival = if self.keys.is_within_a_key() {
                self.arrivals.recv_timeout(KEY)
            } else {
                self.arrivals.recv().map_err(RecvTimeoutError::from)
            };
            match arrival {
                Ok(Arrival::Bytes(bytes)) => self.keys.push(&bytes),
                Ok(Arrival::Redraw) => return Event::Redraw,
                Ok(Arrival::End) | Err(RecvTimeoutError::Disconnected) => self.has_ended = true,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(key) = self.keys.next_at_rest() {
                        return Event::Key(key);
                    }
                }
            }
        }
    }
}

/// Tells a prompt that nothing on the screen is certain.
#[cfg_attr(not(unix), expect(dead_code, reason = "there are no such signals"))]
fn redraw() {
    if let Some(sender) = ARRIVE.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        // Nobody waits any more when it fails.
        let _ = sender.send(Arrival::Redraw);
    }
}

/// Throws away the lines that were typed and not read.
pub(super) fn forget_lines() {
    for _ in 0..2 {
        system::flush();
        std::thread::sleep(QUIET);
    }
    system::flush();
}

#[cfg(unix)]
mod system {
    use std::io::{self, Read as _};
    use std::sync::OnceLock;

    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr,
    };
    use signal_hook::consts::{
        SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
        SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
    };
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::{give_back, leave, redraw, take};

    /// The settings of the terminal before the first prompt.
    static BEFORE: OnceLock<Termios> = OnceLock::new();

    pub(super) fn remember() {
        if let Ok(termios) = tcgetattr(io::stdin()) {
            BEFORE.get_or_init(|| termios);
        }
    }

    pub(super) fn as_before() {
        if let Some(before) = BEFORE.get() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }

    /// Keys arrive one by one and are not shown; signals from the keyboard stay.
    pub(super) fn by_keys() {
        let Some(before) = BEFORE.get() else { return };
        let mut settings = before.clone();
        settings.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN);
        settings.special_codes[SpecialCodeIndex::VMIN] = 1;
        settings.special_codes[SpecialCodeIndex::VTIME] = 0;
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &settings);
    }

    /// What was typed; nothing when nobody is there any more.
    pub(super) fn read() -> io::Result<Vec<u8>> {
        let mut bytes = [0; 1024];
        let length = io::stdin().lock().read(&mut bytes)?;
        Ok(bytes[..length].to_vec())
    }

    pub(super) fn flush() {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    }

    /// Handles what ends, stops and continues the program, on a thread of its own.
    pub(super) fn watch_signals() {
        // All that would end the program, and those that stop and continue it.
        const ENDING: [i32; 12] = [
            SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU,
            SIGXFSZ, SIGIO,
        ];
        let Ok(mut signals) = Signals::new(ENDING.into_iter().chain([SIGTSTP, SIGCONT, SIGWINCH])) else {
            return;
        };
        let watch = move || {
            for signal in signals.forever() {
                match signal {
                    SIGWINCH => redraw(),
                    SIGTSTP => {
                        give_back(true);
                        let _ = emulate_default_handler(SIGTSTP);
                    }
                    SIGCONT => {
                        take();
                        redraw();
                    }
                    _ => leave(),
                }
            }
        };
        // Where no thread is to be had, signals do what they do anyway.
        let _ = std::thread::Builder::new().spawn(watch);
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use dialoguer::console::{Key, Term};

    /// What was typed, as other terminals send it.
    pub(super) fn read() -> io::Result<Vec<u8>> {
        Ok(match Term::stderr().read_key()? {
            Key::Char(c) => c.to_string().into_bytes(),
            Key::Enter => b"\r".to_vec(),
            Key::Escape => b"\x1b".to_vec(),
            Key::Backspace => b"\x7f".to_vec(),
            Key::Del => b"\x1b[3~".to_vec(),
            Key::ArrowUp => b"\x1b[A".to_vec(),
            Key::ArrowDown => b"\x1b[B".to_vec(),
            Key::ArrowRight => b"\x1b[C".to_vec(),
            Key::ArrowLeft => b"\x1b[D".to_vec(),
            Key::Home => b"\x1b[H".to_vec(),
            Key::End => b"\x1b[F".to_vec(),
            Key::PageUp => b"\x1b[5~".to_vec(),
            Key::PageDown => b"\x1b[6~".to_vec(),
            Key::CtrlC => super::leave(),
            _ => b"\0".to_vec(),
        })
    }

    pub(super) fn remember() {}
    pub(super) fn as_before() {}
    pub(super) fn by_keys() {}
    pub(super) fn flush() {}
    pub(super) fn watch_signals() {}
}
