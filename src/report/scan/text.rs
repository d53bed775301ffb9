//! The report of a scan for people at a terminal.

use super::{Scan, brief, groups, shown_places};
use crate::report::text::{Ink, Layout, Page};
use crate::text::{counted, list};

/// What is said of a folder without any of the formats.
pub(super) const NOTHING: &str = "Nothing recognised here.";
/// How many facts of one kind a short report shows.
const SHORT: usize = 12;
/// How many places of each.
const SHORT_PLACES: usize = 2;
/// How many of the files that could not be read.
const SHORT_UNREAD: usize = 5;

pub(super) fn render(scan: &Scan<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.paragraph(0, &format!("What {} says", scan.folder));
    if !layout.verbose {
        brief::put(scan, &mut page);
        return page.finish();
    }
    facts(scan, &mut page);
    unread(scan, &mut page);
    answers(scan, &mut page);
    conflicts(scan, &mut page);
    open(scan, &mut page);
    outcome(scan, &mut page);
    page.finish()
}

/// Items as far as a short report shows them.
fn listed(page: &mut Page, short: usize, items: &[String]) {
    let shown = if page.layout().verbose || items.len() == short + 1 { items.len() } else { short };
    for item in items.iter().take(shown) {
        page.item("-", item);
    }
    if items.len() > shown {
        page.paragraph(4, &format!("({} with --verbose)", counted(items.len() - shown, "more", "more")));
    }
}

fn facts(scan: &Scan<'_>, page: &mut Page) {
    let groups = groups::of(scan.facts);
    if groups.is_empty() {
        page.gap();
        page.paragraph(0, NOTHING);
    }
    for group in groups {
        page.heading(group.title);
        for line in &group.summary {
            page.paragraph(2, line);
        }
        let most = if page.layout().verbose { usize::MAX - 1 } else { SHORT_PLACES };
        let shown = |item: &super::Item| format!("{} ({})", item.text, shown_places(&item.places, most));
        let items: Vec<String> = group.items.iter().map(shown).collect();
        listed(page, SHORT, &items);
    }
}

fn unread(scan: &Scan<'_>, page: &mut Page) {
    if let Some(excluded) = scan.excluded() {
        page.gap();
        page.paragraph(0, &excluded);
    }
    let unread = scan.unread();
    if !unread.is_empty() {
        page.heading("Not read");
        listed(page, SHORT_UNREAD, &unread);
    }
}

fn answers(scan: &Scan<'_>, page: &mut Page) {
    let (answers, hints) = (scan.findings(true), scan.findings(false));
    if !answers.is_empty() {
        page.heading("Answers found");
    }
    for finding in answers {
        let text = format!("{} ({})", scan.described(finding), finding.sureness.word());
        let text = page.ink(Ink::Bold, &text);
        page.item("-", &text);
        reasons(scan, page, finding);
    }
    if !hints.is_empty() {
        page.heading("Hints, which are no answers");
    }
    for finding in hints {
        page.item("-", &format!("{} ({})", scan.described(finding), finding.sureness.word()));
        reasons(scan, page, finding);
    }
}

fn reasons(scan: &Scan<'_>, page: &mut Page, finding: &crate::facts::Finding) {
    page.paragraph(4, &finding.says());
    let most = if page.layout().verbose { usize::MAX - 1 } else { SHORT_PLACES };
    page.paragraph(4, &shown_places(finding.evidence.iter().map(|seen| &seen.place), most));
    let sources = if page.layout().verbose { finding.sources.as_slice() } else { &[] };
    for index in sources {
        let source = &scan.contents.rulebook.sources()[*index];
        let url = source.url.as_ref().map_or(String::new(), |url| format!(", {url}"));
        page.paragraph(4, &format!("Source: {}{url}", source.title));
    }
}

fn conflicts(scan: &Scan<'_>, page: &mut Page) {
    let conflicts = scan.conflicts();
    if !conflicts.is_empty() {
        page.heading("Contradictions");
        listed(page, usize::MAX - 1, &conflicts);
    }
}

pub(super) fn open(scan: &Scan<'_>, page: &mut Page) {
    if scan.open.is_empty() {
        return;
    }
    page.heading("Still open");
    let (ids, others) = scan.open_ids();
    let mut open: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    if others > 0 {
        open.push(format!("{others} that depend on others or are details"));
    }
    page.paragraph(2, &format!("{}.", list(&open, "and")));
    page.paragraph(2, &format!("To be asked no more than these: needk8s --scan {}", scan.folder));
}

pub(super) fn outcome(scan: &Scan<'_>, page: &mut Page) {
    page.heading("What it comes to so far");
    if scan.contents.answers.is_empty() {
        page.paragraph(2, "Nothing that was found answers a question, so there is no recommendation yet.");
        return;
    }
    page.paragraph(2, &scan.contents.headline);
    page.paragraph(2, &format!("{}.", scan.contents.certainty));
}
