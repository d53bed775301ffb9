//! Writing: standard streams, and files that appear whole or not at all.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::exit::Stop;
use crate::report::text::Layout;
use crate::text::{one_line, safe_lines, visible};

/// Writes a result to standard output. That nobody reads it any more is no failure: what the program is run for may be its
/// exit status, or the record.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    write_to(io::stdout().lock(), text)
        .map_err(|error| Stop::wrong(format!("cannot write the result: {error}")))
}

fn write_to(mut stream: impl Write, text: &str) -> io::Result<()> {
    let text = without_workflow_commands(text);
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a line to standard error; talk that nobody reads is no failure.
pub(super) fn say(text: &str) {
    let _ = write_to(io::stderr().lock(), &format!("{}\n", safe_lines(text)));
}

/// Says something to GitHub's runner. `level` is `notice` or `error`; the message goes to the summary of the run.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
pub(super) fn annotate(level: &str, file: &str, message: &str) {
    let data =
        |text: &str| broken(&safe_lines(text)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let file = data(file).replace(':', "%3A").replace(',', "%2C");
    let _ = writeln!(io::stderr(), "::{level} file={file},title=needk8s::{}", data(message));
}

/// The text with nothing unseen in it, and for whoever obeys what stands in its log without anything that it would take
/// for a command: words from a repository may stand in it.
fn without_workflow_commands(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let obeys = ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"].into_iter().any(is_set);
    if !obeys || !(text.contains("::") || text.contains("##")) {
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
/// followed, so that the file it points to is replaced and the link stays. A pipe, a device, and a file that is open
/// already (`/dev/stdout`) are written to.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), Stop> {
    let fail = |error: io::Error| Stop::wrong(format!("cannot write {}: {error}", shown(path)));
    let text = visible(text);
    let existing = path.metadata().ok();
    if let Some(stream) = existing.as_ref().and_then(stream_of) {
        return write_to(stream, &text).map_err(fail);
    }
    if existing.as_ref().is_some_and(|found| found.is_dir()) {
        return Err(Stop::wrong(format!("{} is a directory, not a file to write to", shown(path))));
    }
    if existing.as_ref().is_some_and(|found| !found.is_file()) || is_of_system(path) {
        let file = std::fs::File::options().append(true).open(path).map_err(fail)?;
        return write_to(file, &text).map_err(fail);
    }
    let target = match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => path.canonicalize().map_err(fail)?,
        _ => path.to_path_buf(),
    };
    let folder = match target.parent() {
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
    let mut file = builder.tempfile_in(&folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions()).map_err(fail)?;
    }
    file.as_file().sync_all().map_err(fail)?;
    file.persist(&target).map_err(|error| fail(error.error))?;
    Ok(())
}

/// Whether a path is a name that the system gives to what is open, or to a device.
pub(super) fn is_of_system(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// The standard stream that a file is, if it is one: by its own name it may not be opened again (a socket), or only at its
/// beginning (a log that others add to).
#[cfg(unix)]
fn stream_of(found: &std::fs::Metadata) -> Option<Box<dyn Write>> {
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
fn stream_of(_: &std::fs::Metadata) -> Option<Box<dyn Write>> {
    None
}

/// A path in a message: nothing in it can steer the terminal.
pub(super) fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// How to lay out text on standard output: for the terminal's width and colours, plain when it is piped.
pub(super) fn layout(verbose: bool) -> Layout {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return Layout { verbose, ..Layout::PLAIN };
    }
    let width = terminal_size::terminal_size_of(&stdout)
        .map_or(Layout::PLAIN.width, |(width, _)| usize::from(width.0));
    Layout { width, colour: wants_colour(), verbose, ..Layout::PLAIN }
}

/// Whether the user wants colours on a terminal (<https://no-color.org>).
fn wants_colour() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Why nobody can be asked; nothing when a person sits at a terminal.
pub(super) fn nobody_to_ask() -> Option<&'static str> {
    match () {
        () if !io::stdin().is_terminal() => Some("standard input is no terminal"),
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
