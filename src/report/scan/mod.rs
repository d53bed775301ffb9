//! What a scan found: every fact with its line, the answers that follow, what stays open, and what it all comes to.

mod brief;
mod groups;
mod json;
mod markdown;
mod text;

use super::text::Layout;
use super::{Contents, Format};
use crate::facts::{Conclusions, Facts, Finding, Place};
use crate::text::{counted, list, one_line, shortened};

/// Patterns of what is left out that are shown, and letters of each.
const MOST_PATTERNS: usize = 20;
const LONGEST_PATTERN: usize = 100;

/// Everything that the report of a scan can say.
pub struct Scan<'a> {
    /// The folder, as it was named.
    pub folder: &'a str,
    /// What was read.
    pub facts: &'a Facts,
    /// What follows.
    pub conclusions: &'a Conclusions,
    /// The assessment of all that is known.
    pub contents: &'a Contents<'a>,
    /// The indices of the questions that still have no answer, or only a part of one.
    pub open: Vec<usize>,
}

/// Facts of one kind.
struct Group {
    title: &'static str,
    /// What can be said of all of them.
    summary: Vec<String>,
    items: Vec<Item>,
}

/// One fact, and everywhere it stands.
struct Item {
    text: String,
    places: Vec<Place>,
}

/// "a:1", "a:1 and b:2", "a:1, b:2 and 7 more": the first places, each once.
fn shown_places<'p>(places: impl IntoIterator<Item = &'p Place>, most: usize) -> String {
    let mut shown: Vec<String> = Vec::new();
    for place in places.into_iter().map(Place::to_string) {
        if !shown.contains(&place) {
            shown.push(place);
        }
    }
    if shown.len() > most + 1 {
        let more = format!("{} more", shown.len() - most);
        shown.truncate(most);
        shown.push(more);
    }
    list(&shown, "and")
}

/// The report in one of the formats.
pub fn render(scan: &Scan<'_>, format: Format, layout: Layout) -> String {
    match format {
        Format::Text | Format::Html => text::render(scan, layout),
        Format::Markdown => markdown::render(scan),
        Format::Json => json::render(scan),
    }
}

impl Scan<'_> {
    /// "Services of your own: 3 or more"
    fn described(&self, finding: &Finding) -> String {
        use crate::answers::Reach;
        let question = &self.contents.rulebook.questions()[finding.question];
        let more = match finding.reach {
            Reach::Exactly => "",
            Reach::AtLeast => ", or more",
            Reach::Includes => ", and perhaps others",
        };
        format!("{}: {}{more}", question.name, question.describe(finding.value))
    }

    /// The findings that answer, or those that do not.
    fn findings(&self, answering: bool) -> Vec<&Finding> {
        self.conclusions.findings.iter().filter(|finding| finding.answers == answering).collect()
    }

    /// What cannot both be so, with both places.
    fn conflicts(&self) -> Vec<String> {
        let told = |finding: &Finding| {
            let question = &self.contents.rulebook.questions()[finding.question];
            format!("{} by {}", question.spell(finding.value), finding.place())
        };
        let conflicts = self.conclusions.conflicts.iter();
        conflicts
            .filter_map(|conflict| {
                let first = self.conclusions.findings.get(conflict.first)?;
                let second = self.conclusions.findings.get(conflict.second)?;
                let outcome = if first.answers { "the surer counts" } else { "neither counts" };
                let id = &self.contents.rulebook.questions()[first.question].id;
                Some(format!("`{id}` is {} and {}; {outcome}", told(first), told(second)))
            })
            .chain(self.contents.contradictions.iter().map(|contradiction| contradiction.text.clone()))
            .collect()
    }

    /// What was not read, with the reasons.
    fn unread(&self) -> Vec<String> {
        let unread = self.facts.unreadable.iter();
        unread
            .map(|file| one_line(&format!("{}: could not read, because {}", file.named(), file.reason)))
            .collect()
    }

    /// What was not to be looked at.
    fn excluded(&self) -> Option<String> {
        let excluded = self.facts.excluded.as_ref()?;
        let shown = excluded.patterns.iter().take(MOST_PATTERNS);
        let mut patterns: Vec<String> =
            shown.map(|pattern| one_line(&shortened(pattern, LONGEST_PATTERN))).collect();
        let more = excluded.patterns.len() - patterns.len();
        patterns.extend((more > 0).then(|| format!("and {more} more")));
        Some(format!(
            "Left out as you said ({}): {}.",
            patterns.join(", "),
            counted(excluded.count, "file", "files")
        ))
    }

    /// What is still unanswered: the questions that anybody is asked, and how many others there are.
    fn open_ids(&self) -> (Vec<&str>, usize) {
        let questions = self.open.iter().map(|question| &self.contents.rulebook.questions()[*question]);
        let ids: Vec<&str> = questions
            .filter(|question| question.ask_when.is_none() && !question.detail)
            .map(|question| question.id.as_str())
            .collect();
        let others = self.open.len() - ids.len();
        (ids, others)
    }
}
