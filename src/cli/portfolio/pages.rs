//! A page for each system.

use std::path::{Path, PathBuf};

use crate::answers::{Answers, Given, Origin};
use crate::assessment::Assessment;
use crate::cli::output::{shown, write_whole};
use crate::cli::program::today;
use crate::portfolio::System;
use crate::prepared::Prepared;
use crate::report::{Contents, Provenance, html};
use crate::rulebook::Value;

/// Writes single reports into a folder.
pub(super) struct Pages<'p> {
    prepared: &'p Prepared<'p>,
    folder: &'p Path,
    provenance: Provenance,
    date: String,
}

impl<'p> Pages<'p> {
    pub(super) fn new(prepared: &'p Prepared<'p>, folder: &'p Path, provenance: Provenance) -> Self {
        Self { prepared, folder, provenance, date: today() }
    }

    /// Writes the page of a system, and notes its name.
    pub(super) fn write(
        &self,
        system: &mut System,
        values: &[Option<Value>],
        answers: Option<&Answers>,
        assessment: &Assessment,
    ) -> Result<(), String> {
        let told;
        let answers = match answers {
            Some(answers) => answers,
            None => {
                told = self.told(system, values);
                &told
            }
        };
        let rulebook = self.prepared.rulebook;
        let explanation = self.prepared.engine().explain(rulebook, &answers.values(), assessment);
        let contents =
            Contents::new(self.prepared, answers, assessment, &explanation, self.provenance.clone());
        let name = file_name(system);
        write_whole(&self.folder.join(&name), &html::render(&contents, &self.date))
            .map_err(|stop| stop.0.trim_end().trim_start_matches("error: ").to_owned())?;
        system.page = Some(name);
        Ok(())
    }

    fn told(&self, system: &System, values: &[Option<Value>]) -> Answers {
        let (file, line) = system.place.rsplit_once(':').unwrap_or((&system.place, "1"));
        let line = line.parse().unwrap_or(1);
        let mut answers = Answers::none(self.prepared.rulebook);
        for (question, value) in values.iter().enumerate().filter(|(_, value)| value.is_some()) {
            let origin = Origin::File { name: file.to_owned(), line };
            answers.add(question, Given { value: *value, origin });
        }
        answers
    }
}

/// A name for the page that no other system has: its own in plain letters, and a digest of where it stands.
fn file_name(system: &System) -> String {
    use sha2::{Digest, Sha256};
    const LONGEST: usize = 60;
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let plain: String = system.name.chars().take(LONGEST).map(letter).collect();
    let digest = Sha256::digest(format!("{}\0{}", system.place, system.name));
    let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{digest}.html", plain.trim_matches('-'))
}

/// How the folder of pages is written in a page at `output`: relative to it, where both lie in one place.
pub(in crate::cli) fn linked(pages: &Path, output: Option<&Path>) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let from = match output.and_then(Path::parent) {
        Some(parent) if !parent.as_os_str().is_empty() => whole(parent),
        _ => whole(Path::new(".")),
    };
    let to = whole(pages);
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| "..");
    let down: PathBuf = to.components().skip(common).collect();
    let mut parts: Vec<String> = up.map(str::to_owned).collect();
    parts.extend(down.iter().map(|part| shown(Path::new(part))));
    parts.join("/")
}
