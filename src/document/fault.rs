//! What is wrong with a file, where, and what would be right.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Entry, Span};
use crate::text::{line_of, shortened};

/// A file as it was read: the name to show and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The name that messages show.
    pub name: String,
    /// The whole text.
    pub text: Cow<'static, str>,
    /// What the text says as it was read when the program was built, where it is one that the program ships with.
    built: Option<&'static [u8]>,
}

impl SourceFile {
    /// A file under the name that messages show.
    pub fn new(name: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), text: text.into(), built: None }
    }

    /// A file that the program ships with.
    pub(crate) fn shipped(name: &str, text: &'static str, built: &'static [u8]) -> Self {
        Self { built: Some(built), ..Self::new(name, text) }
    }

    /// What the file says, where it was read when the program was built and has not been changed since.
    pub(crate) fn read_when_built(&self) -> Option<Vec<Entry<'static>>> {
        match self.text {
            Cow::Borrowed(_) => postcard::from_bytes(self.built?).ok(),
            Cow::Owned(_) => None,
        }
    }
}

/// The SHA-256 of files with their names, in their order.
pub(crate) fn digest(files: &[SourceFile]) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.name.rsplit(['/', '\\']).next().unwrap_or_default());
        hasher.update([0]);
        hasher.update(file.text.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The index of the file.
    pub file: usize,
    /// The bytes to underline.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// What it comes of.
    pub kind: FaultKind,
}

impl Fault {
    /// A mistake in its place.
    pub fn new(file: usize, span: Span, message: String, help: Option<String>) -> Self {
        Self { file, span, message, help, kind: FaultKind::OfPlace }
    }
}

/// What a mistake comes of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// What stands in its place, or in a few.
    OfPlace,
    /// The whole of all rules, which no few places cause.
    OfAll,
}

/// All mistakes that were found, with the files they are in; never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// The files, as the faults number them.
    pub files: Vec<SourceFile>,
    /// The mistakes, in the order of files and places.
    pub faults: Vec<Fault>,
}

/// How many faults are shown one by one; a file of another kind altogether would fill the screen for nothing.
const SHOWN: usize = 20;
/// How many faults of all files are kept; what is beyond is not even counted.
const KEPT: usize = 1_000;
/// Letters of a message: it quotes what somebody wrote.
const LONGEST_MESSAGE: usize = 300;
/// Letters of a word that may be a slip for another one.
const LONGEST_SLIP: usize = 64;
/// How much of a very long line is shown around the mistake, in bytes each side.
const LINE_WINDOW: usize = 120;

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            self.write_one(f, fault)?;
        }
        if self.faults.len() > SHOWN {
            let least = if self.faults.len() < KEPT { "" } else { "at least " };
            write!(f, "\nand {least}{} more faults", self.faults.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl Faults {
    fn write_one(&self, f: &mut fmt::Formatter<'_>, fault: &Fault) -> fmt::Result {
        let Some(file) = self.files.get(fault.file) else { return writeln!(f, "error: {}", fault.message) };
        let (line_number, source, span) = excerpt(&file.text, &fault.span);
        let mut group = Level::ERROR.primary_title(fault.message.as_str()).element(
            Snippet::source(source)
                .line_start(line_number)
                .path(file.name.as_str())
                .annotation(AnnotationKind::Primary.span(span)),
        );
        if let Some(help) = &fault.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        writeln!(f, "{}", Renderer::plain().render(&[group]))
    }
}

impl std::error::Error for Faults {}

/// The line in which the span starts (cut to a window when it is very long), its number, and the span within it.
fn excerpt<'t>(text: &'t str, span: &Span) -> (usize, &'t str, Span) {
    let at = text.floor_char_boundary(span.start);
    let line_start = text[..at].rfind('\n').map_or(0, |index| index + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |index| at + index);
    let number = line_of(text.as_bytes(), line_start);
    let (mut from, mut to) = (line_start, line_end);
    if line_end - line_start > 4 * LINE_WINDOW {
        from = text.floor_char_boundary(at.saturating_sub(LINE_WINDOW).max(line_start));
        to = text.floor_char_boundary((at + LINE_WINDOW).min(line_end));
    }
    let end = text.floor_char_boundary(span.end).clamp(at, to.max(at));
    (number, &text[from..to.max(from)], at - from..end - from)
}

/// Collects the faults of one file while it is read, so that all of them are reported at once.
pub(crate) struct FaultLog<'c> {
    file: usize,
    collected: &'c RefCell<Vec<Fault>>,
}

impl<'c> FaultLog<'c> {
    pub(crate) fn new(file: usize, collected: &'c RefCell<Vec<Fault>>) -> Self {
        Self { file, collected }
    }

    /// Notes a mistake at `span`.
    pub(crate) fn fault(&self, span: Span, message: String, help: Option<String>) {
        self.fault_of(FaultKind::OfPlace, span, message, help);
    }

    /// The same of a kind.
    pub(crate) fn fault_of(&self, kind: FaultKind, span: Span, message: String, help: Option<String>) {
        if self.is_full() {
            return;
        }
        let message = shortened(&message, LONGEST_MESSAGE).into_owned();
        self.collected.borrow_mut().push(Fault { file: self.file, span, message, help, kind });
    }

    fn is_full(&self) -> bool {
        self.collected.borrow().len() >= KEPT
    }

    /// Notes that `given` is none of the `known` words, with the nearest of them.
    pub(crate) fn unknown<'k>(
        &self,
        span: Span,
        what: &str,
        given: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) {
        self.misnamed(span, what, given, |given| did_you_mean(given, known.clone()), known.clone());
    }

    /// The place of `given` among the `known` words; where it is none of them, that is noted.
    pub(crate) fn find<'k>(
        &self,
        span: &Span,
        what: &str,
        given: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Option<usize> {
        let found = known.clone().position(|word| word == given);
        if found.is_none() {
            self.unknown(span.clone(), what, given, known);
        }
        found
    }

    /// The same as [`unknown`](Self::unknown) where `meant` finds the word that was meant.
    pub(crate) fn misnamed<'k>(
        &self,
        span: Span,
        what: &str,
        given: &str,
        meant: impl FnOnce(&str) -> Option<&'k str>,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        if self.is_full() {
            return;
        }
        let help = match meant(given) {
            Some(near) => format!("did you mean `{near}`?"),
            None => match known.into_iter().take(40).map(|word| format!("`{word}`")).collect::<Vec<_>>() {
                words if words.is_empty() => "there is none".to_owned(),
                words => format!("possible: {}", words.join(", ")),
            },
        };
        self.fault(span, format!("there is no {what} `{given}`"), Some(help));
    }
}

/// The known word nearest to `given`, if one is near enough to be a slip.
pub(crate) fn did_you_mean<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if given.len() > LONGEST_SLIP {
        return None;
    }
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&given, &word.to_lowercase()), word))
        .min()
        .filter(|(distance, word)| *distance <= (word.len().max(given.len()) / 3).max(1))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        assert_eq!(did_you_mean("servces", ["services", "servers"]), Some("services"));
        assert_eq!(did_you_mean("colour", ["services", "servers"]), None);
    }

    #[test]
    fn a_fault_shows_file_line_and_column() {
        let files = vec![SourceFile::new("a.toml", "x = 1\nserices = 2\n")];
        let faults = vec![Fault::new(0, 6..13, "no".into(), Some("yes".into()))];
        let shown = Faults { files, faults }.to_string();
        assert!(
            shown.contains("a.toml:2:1") && shown.contains("serices = 2") && shown.contains("help: yes"),
            "{shown}"
        );
    }

    #[test]
    fn a_fault_anywhere_in_any_text_is_shown_without_panic() {
        let text = "ä\nü = \u{1b}[31m\n".repeat(3) + &"ö".repeat(1000);
        for start in 0..text.len() + 2 {
            let files = vec![SourceFile::new("a", text.clone())];
            let faults = vec![Fault::new(0, start..start + 3, "m".into(), None)];
            assert!(!Faults { files, faults }.to_string().contains('\u{1b}'));
        }
    }
}
