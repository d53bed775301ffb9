//! Files that mean something by their paths and by words in them: each text is searched once for the words of all tables.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::facts::PathClass;
use super::patterns::{self, Words};
use super::source::{Listed, Source};
use super::tables::Tables;
use super::uses::{Use, file_signs};

/// A file that is what a row of a table says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sign<'s> {
    pub(crate) file: &'s Listed,
    pub(crate) of: Use,
    /// The first line with one of its words; 0 when it needs none.
    pub(crate) line: usize,
}

/// All of them, in the order of the files; the code of others has none.
pub(crate) fn read<'s>(source: &'s impl Source, tables: &Tables) -> Vec<Sign<'s>> {
    let reader = Reader::new(tables);
    let files = source.files().par_iter().filter(|file| file.class != PathClass::Vendor);
    files.flat_map_iter(|file| reader.signs(source, file)).collect()
}

struct Reader<'t> {
    rows: BTreeMap<Use, Row<'t>>,
    /// How files of the same uses are read: there are few kinds of them.
    plans: Mutex<HashMap<Vec<Use>, Arc<Plan>>>,
}

/// How a file is read.
struct Plan {
    /// What it is by its path alone.
    by_path: Vec<Use>,
    /// What it may be by its text.
    by_text: Vec<Use>,
    /// Finds any word of all of them: most texts have none, and are searched once.
    gate: Option<AhoCorasick>,
}

/// What the text of a file must have, unless there is nothing, and what it must not have.
struct Row<'t> {
    words: Words<'t>,
    without: Words<'t>,
}

impl Row<'_> {
    /// The line by which a text is what the row says.
    fn line(&self, text: &str) -> Option<usize> {
        let first = || self.begin(text).then_some(1);
        let line = if self.words.are_none() { Some(0) } else { first().or_else(|| self.words.line(text)) };
        line.filter(|_| !self.without.are_in(text))
    }

    /// Whether a text begins with one of the words that begin a line.
    fn begin(&self, text: &str) -> bool {
        let words = self.words.all().iter().filter_map(|word| word.strip_prefix('\n'));
        words.into_iter().any(|word| text.starts_with(word))
    }

    /// Whether the path alone says it.
    fn needs_no_text(&self) -> bool {
        self.words.are_none() && self.without.are_none()
    }
}

impl<'t> Reader<'t> {
    fn new(tables: &'t Tables) -> Self {
        let deploys = tables.ci.sign.iter().enumerate();
        let deploys = deploys.map(|(row, sign)| (Use::Deploys(row), &sign.words[..], &sign.without[..]));
        let signs = file_signs(tables).map(|(of, sign)| (of, &sign.words[..], [].as_slice()));
        let row = |words, without| Row { words: Words::new(words), without: Words::new(without) };
        let rows = deploys.chain(signs).map(|(of, words, without)| (of, row(words, without)));
        Self { rows: rows.collect(), plans: Mutex::default() }
    }

    fn signs<'s>(&self, source: &'s impl Source, file: &'s Listed) -> Vec<Sign<'s>> {
        if file.uses.is_empty() {
            return Vec::new();
        }
        let plan = self.plan(&file.uses);
        let by_path = plan.by_path.iter().map(|of| (*of, 0));
        let found = by_path.chain(self.lines(source, file, &plan));
        found.map(|(of, line)| Sign { file, of, line }).collect()
    }

    /// What a file is by its text, each with its line.
    fn lines(&self, source: &impl Source, file: &Listed, plan: &Plan) -> Vec<(Use, usize)> {
        if plan.by_text.is_empty() {
            return Vec::new();
        }
        let Ok(text) = source.text(&file.path) else { return Vec::new() };
        let has_any = plan.gate.as_ref().is_some_and(|gate| gate.is_match(&*text));
        let rows = plan.by_text.iter().map(|of| (*of, &self.rows[of]));
        let rows = rows.filter(|(_, row)| has_any || row.words.are_none() || row.begin(&text));
        rows.filter_map(|(of, row)| Some((of, row.line(&text)?))).collect()
    }

    fn plan(&self, uses: &[Use]) -> Arc<Plan> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = plans.get(uses) {
            return Arc::clone(known);
        }
        let rows = uses.iter().filter_map(|of| Some((*of, self.rows.get(of)?)));
        let (by_path, by_text): (Vec<_>, Vec<_>) = rows.partition(|(_, row)| row.needs_no_text());
        let gate = patterns::gate(by_text.iter().flat_map(|(_, row)| row.words.all()));
        let only_uses = |rows: Vec<(Use, _)>| rows.into_iter().map(|(of, _)| of).collect();
        let plan = Arc::new(Plan { by_path: only_uses(by_path), by_text: only_uses(by_text), gate });
        plans.insert(uses.to_vec(), Arc::clone(&plan));
        plan
    }
}
