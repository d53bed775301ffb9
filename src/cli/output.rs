//! Writing: standard streams, and files that appear whole or not at all.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::exit::Stop;
use crate::report::text::Layout;
use crate::text::one_line;

/// Writes to standard output.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    let text = without_workflow_commands(text);
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| Stop::stream(&error))
}

/// The text as it is, but in GitHub Actions without anything that its runner would take for a command: words from a
/// repository may stand in it.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
fn without_workflow_commands(text: &str) -> Cow<'_, str> {
    let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    if !in_actions || !(text.contains("::") || text.contains("##[")) {
        return Cow::Borrowed(text);
    }
    let broken = text.split_inclusive('\n').map(|line| {
        let is_command = line.trim_start().starts_with("::");
        let line = line.replace("##[", "## [");
        if is_command { line.replacen("::", ": :", 1) } else { line }
    });
    Cow::Owned(broken.collect())
}

/// Writes a line to standard error; talk that nobody reads is no failure.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Replaces a file as a whole: the text goes to a new file beside it, which then takes its name. A symbolic link is
/// followed, so that the file it points to is replaced and the link stays.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), Stop> {
    let fail = |error: io::Error| Stop::wrong(format!("cannot write {}: {error}", shown(path)));
    let target = match path.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => path.canonicalize().map_err(fail)?,
        _ => path.to_path_buf(),
    };
    if target.is_dir() {
        return Err(Stop::wrong(format!("{} is a directory, not a file to write to", shown(path))));
    }
    let existing = target.metadata().ok();
    if existing.as_ref().is_some_and(|meta| !meta.is_file()) {
        // A pipe or a device cannot be replaced, only written to.
        return std::fs::write(&target, text).map_err(fail);
    }
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
    Layout { width, colour: wants_colour(), verbose }
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
