//! Writing: standard streams, and files that appear whole or not at all.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::exit::Stop;
use crate::folder::{LEADS_OUT, is_from_here};
use crate::report::outcome::Annotation;
use crate::report::text::Layout;
use crate::text::{one_line, safe_lines, visible, wrapped};

/// Writes a result to standard output. That nobody reads it any more is no failure: what the program is run for may be its
/// exit status, or the record.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    write_to(io::stdout().lock(), text)
        .map_err(|error| Stop::wrong(format!("cannot write the result: {error}")))
}

fn write_to(mut stream: impl Write, text: &str) -> io::Result<()> {
    let text = without_workflow_commands(text);
    unread_is_fine(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
}

/// Whether what is written to standard output is read by a machine that obeys words in it.
pub(super) fn is_obeyed() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"].into_iter().any(is_set)
}

/// Writes a line to standard error; talk that nobody reads is no failure.
pub(super) fn say(text: &str) {
    let text = safe_lines(text);
    let width = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    let text =
        if io::stderr().is_terminal() { fitted(&text, width.unwrap_or(Layout::PLAIN.width)) } else { text };
    let _ = write_to(io::stderr().lock(), &format!("{text}\n"));
}

/// The text on lines of so many columns, broken between words. What is set in, or quotes a line by its number,
/// stays as it is.
pub(super) fn fitted(text: &str, width: usize) -> String {
    let options =
        || textwrap::Options::new(width.max(20)).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let is_quoted = |line: &str| line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(" |");
    let line = |line: &str| match line.starts_with(' ') || is_quoted(line) {
        true => line.to_owned(),
        false => wrapped(line, options()).join("\n"),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

/// Says something to GitHub's runner, which shows it beside the line and in the summary of the run.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
pub(super) fn annotate(annotation: &Annotation) {
    let data =
        |text: &str| broken(&safe_lines(text)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let Annotation { level, place, title, message } = annotation;
    let line = if place.line > 0 { format!(",line={}", place.line) } else { String::new() };
    let (file, title) = (property(&place.path), property(title));
    let level = level.word();
    let _ = writeln!(io::stderr(), "::{level} file={file}{line},title={title}::{}", data(message));
}

/// The text with nothing unseen in it, and for whoever obeys what stands in its log without anything that it would take
/// for a command: words from a repository may stand in it.
pub(super) fn without_workflow_commands(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    if !is_obeyed() || !(text.contains("::") || text.contains("##")) {
        return text;
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let is_command = line.trim_start().starts_with("::");
        let line = broken(line);
        if is_command { line.replacen("::", ": :", 1) } else { line }
    });
    Cow::Owned(lines.collect())
}

/// The text without `##[…]`, `##vso[…]` and `##teamcity[…]`, which are obeyed wherever they stand.
fn broken(text: &str) -> String {
    let commands = ["##[", "##vso[", "##teamcity["];
    commands.into_iter().fold(text.to_owned(), |text, command| {
        if text.contains(command) { text.replace(command, &format!("# {}", &command[1..])) } else { text }
    })
}

/// Replaces a file as a whole: the text goes to a new file beside it, which then takes its name. A symbolic link is
/// followed, so that the file it points to is replaced and the link stays, but not out of here where the path begins here:
/// it may be a stranger's, in a repository. A pipe, a device, and a file that is open already (`/dev/stdout`) are written
/// to.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), Stop> {
    let mut target = Target::open(path)?;
    let text = if target.is_stream() { without_workflow_commands(text) } else { visible(text) };
    let written = unread_is_fine(target.write_all(text.as_bytes()));
    written.map_err(|error| cannot_write(path, &error))?;
    target.finish(path)
}

fn cannot_write(path: &Path, error: &io::Error) -> Stop {
    let error = error.to_string();
    // The name of the file beside it is nobody's business.
    let said = error.split_once(" at path ").map_or(error.as_str(), |(said, _)| said);
    Stop::wrong(format!("cannot write {}: {said}", shown(path)))
}

/// Where a result is written to, piece by piece; a file takes its name when it is whole.
pub(super) enum Target {
    /// A stream, which has no name to take.
    Stream(Box<dyn Write + Send>),
    /// A new file beside the one that it replaces.
    File(Box<Replacement>),
}

/// A file that is to take the place of another.
pub(super) struct Replacement {
    file: tempfile::NamedTempFile,
    to: PathBuf,
    existing: Option<std::fs::Metadata>,
}

impl Target {
    /// Opens what is at a path, or a new file that is to take its name.
    pub(super) fn open(path: &Path) -> Result<Self, Stop> {
        let fail = |error: io::Error| cannot_write(path, &error);
        let existing = path.metadata().ok();
        if let Some(stream) = existing.as_ref().and_then(stream_of) {
            return Ok(Self::Stream(stream));
        }
        if existing.as_ref().is_some_and(|found| found.is_dir()) {
            return Err(Stop::wrong(format!("{} is a directory, not a file to write to", shown(path))));
        }
        if existing.as_ref().is_some_and(|found| !found.is_file()) || is_of_system(path) {
            return Ok(Self::Stream(Box::new(open_stream(path).map_err(fail)?)));
        }
        let to = match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => path.canonicalize().map_err(fail)?,
            _ => path.to_path_buf(),
        };
        if is_from_here(path) && leads_out(&to).map_err(fail)? {
            return Err(Stop::wrong(format!("cannot write {}: {LEADS_OUT}", shown(path))));
        }
        let folder = match to.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".needk8s-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // An ordinary new file, less what the user's mask takes away; tempfile's own default is for secrets.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(&folder).map_err(fail)?;
        Ok(Self::File(Box::new(Replacement { file, to, existing })))
    }

    /// Whether others read what is written as it comes.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    /// Ends it: a file takes its name.
    pub(super) fn finish(self, path: &Path) -> Result<(), Stop> {
        let fail = |error: io::Error| cannot_write(path, &error);
        let Replacement { file, to, existing } = match self {
            Self::Stream(mut stream) => return unread_is_fine(stream.flush()).map_err(fail),
            Self::File(replacement) => *replacement,
        };
        if let Some(existing) = existing {
            file.as_file().set_permissions(existing.permissions()).map_err(fail)?;
        }
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&to).map_err(|error| fail(error.error))?;
        Ok(())
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.write(bytes),
            Self::File(replacement) => replacement.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::File(replacement) => replacement.file.flush(),
        }
    }
}

fn unread_is_fine(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Whether the folder of a file is elsewhere than below the one where the program runs.
fn leads_out(to: &Path) -> io::Result<bool> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(!folder.canonicalize()?.starts_with(Path::new(".").canonicalize()?))
}

/// Opens a pipe or a device to write to; a pipe from which nobody reads would keep the program waiting.
#[cfg(unix)]
fn open_stream(path: &Path) -> io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK;
    let file =
        std::fs::File::options().append(true).custom_flags(flags.bits().cast_signed()).open(path).map_err(
            |error| match error.raw_os_error() {
                Some(code) if code == rustix::io::Errno::NXIO.raw_os_error() => {
                    io::Error::new(error.kind(), "nobody reads from it")
                }
                _ => error,
            },
        )?;
    let flags = rustix::fs::fcntl_getfl(&file)? - flags;
    rustix::fs::fcntl_setfl(&file, flags)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_stream(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::options().append(true).open(path)
}

/// Whether a path is a name that the system gives to what is open, or to a device.
pub(super) fn is_of_system(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// The standard stream that a file is, if it is one: by its own name it may not be opened again (a socket), or only at its
/// beginning (a log that others add to).
#[cfg(unix)]
fn stream_of(found: &std::fs::Metadata) -> Option<Box<dyn Write + Send>> {
    use std::os::unix::fs::MetadataExt;
    let is_same = |stream: rustix::fd::BorrowedFd<'_>| {
        rustix::fs::fstat(stream).is_ok_and(|open| open.st_dev == found.dev() && open.st_ino == found.ino())
    };
    if is_same(rustix::fd::AsFd::as_fd(&io::stdout())) {
        Some(Box::new(io::stdout()))
    } else if is_same(rustix::fd::AsFd::as_fd(&io::stderr())) {
        Some(Box::new(io::stderr()))
    } else {
        None
    }
}

#[cfg(not(unix))]
fn stream_of(_: &std::fs::Metadata) -> Option<Box<dyn Write + Send>> {
    None
}

/// A path in a message: nothing in it can steer the terminal.
pub(super) fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// When to use colours and links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Colour {
    /// On a terminal that has them, unless the environment says otherwise.
    #[default]
    Auto,
    /// Whatever the output is.
    Always,
    /// Nowhere.
    Never,
}

impl Colour {
    /// All of them by the word of the flag.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
}

/// How to lay out text on standard output: for the terminal's width, colours and links, plain when it is piped.
pub(super) fn layout(verbose: bool, colour: Colour) -> Layout {
    let stdout = io::stdout();
    let width = match stdout.is_terminal() {
        true => terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0)),
        false => None,
    };
    let wanted = match colour {
        Colour::Auto => stdout.is_terminal() && wants_colour(),
        Colour::Always => true,
        Colour::Never => false,
    };
    Layout {
        width: width.unwrap_or(Layout::PLAIN.width),
        lines: Layout::PLAIN.lines,
        next: true,
        colour: wanted,
        links: wanted && stdout.is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        ascii: !shows_unicode(),
        verbose,
    }
}

/// The same for a text that so many lines are to have room beneath, on a terminal of this height.
pub(super) fn above(beneath: usize, layout: Layout) -> Layout {
    let rows = terminal_rows().map_or(layout.lines, |rows| rows.saturating_sub(beneath));
    Layout { lines: layout.lines.min(rows), ..layout }
}

fn terminal_rows() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| usize::from(height.0))
}

/// Whether the user wants colours on a terminal (<https://no-color.org>).
fn wants_colour() -> bool {
    !has("NO_COLOR") && !is_dumb()
}

fn has(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale can show more than ASCII; one that nothing is said of can
/// (<https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html>).
fn shows_unicode() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Writes a result to standard output; one that is longer than the terminal is high goes through the pager that
/// the user has chosen (`$PAGER`), as with git, where `may_page`.
pub(super) fn print_long(text: &str, may_page: bool) -> Result<(), Stop> {
    let is_long = terminal_rows().is_some_and(|rows| text.lines().count() >= rows);
    let pager = std::env::var("PAGER").unwrap_or_default();
    let can_page = io::stdout().is_terminal() && !is_dumb() && !pager.trim().is_empty() && pager != "cat";
    if may_page && is_long && can_page && paged(&pager, text) {
        return Ok(());
    }
    print(text)
}

/// Shows a text in a pager; false when that could not be started. The user's command is run by the shell, as it may have
/// options.
fn paged(pager: &str, text: &str) -> bool {
    const NOT_FOUND: i32 = 127;
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg(pager).stdin(std::process::Stdio::piped());
    if !has("LESS") {
        // Leave at once what fits, keep colours, and leave the text on the screen.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return false };
    // An interrupt is the pager's, which holds the terminal; it must not end what waits for it.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, std::sync::Arc::default());
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever has read enough leaves before the end.
        let _ = write_to(&mut stdin, text);
    }
    child.wait().is_ok_and(|status| status.code() != Some(NOT_FOUND))
}

/// Why nobody can be asked; nothing when a person sits at a terminal.
pub(super) fn nobody_to_ask() -> Option<&'static str> {
    match () {
        () if !io::stdin().is_terminal() => Some("standard input is not a terminal"),
        () if !io::stdout().is_terminal() => Some("the output goes to a file or a pipe"),
        () if !io::stderr().is_terminal() => Some("standard error goes to a file or a pipe"),
        () if is_set("CI") => Some("CI is set"),
        () => None,
    }
}

/// Whether a variable of the environment is set, and not to nothing, 0, no or false.
pub(super) fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| {
        let value = value.to_string_lossy().to_lowercase();
        !["", "0", "no", "false"].contains(&value.as_str())
    })
}
