//! What the rulebook knows beside its questions and criteria: platforms, matrix, problems, learning path, sources.

use super::verdict::MAX_FIGURE;
use super::{Ids, Section, condition};
use crate::document::Reader;
use crate::rulebook::value::Question;
use crate::rulebook::{Aspect, Cell, Claim, Condition, Family, Group, Page, Platform, Problem, Source, Step};

pub(super) fn groups(section: Section<'_>) -> Vec<Group> {
    section.build(|table, id| Group { id, title: table.required_text("title") })
}

pub(super) fn families(section: Section<'_>) -> Vec<Family> {
    section.build(|table, id| Family { id, name: table.required_text("name") })
}

pub(super) fn sources(section: Section<'_>) -> Vec<Source> {
    section.build(|table, id| Source {
        id,
        title: table.required_text("title"),
        url: url(table),
        checked: table.required_text("checked"),
    })
}

/// An address that a report can link to without harm.
pub(super) fn url(table: &Reader<'_>) -> Option<String> {
    let word = table.word("url")?;
    let safe = word.text.starts_with("https://") || word.text.starts_with("http://");
    if !safe || word.text.chars().any(|c| c.is_whitespace() || "<>\"()".contains(c)) {
        let help = "an address starts with https:// and has no blanks, quotes or brackets".to_owned();
        table.log().fault(word.span.clone(), "this is no web address".to_owned(), Some(help));
    }
    Some(word.text.to_owned())
}

fn claims(table: &Reader<'_>, key: &'static str, sources: &Ids) -> Vec<Claim> {
    table
        .tables(key, "the claim")
        .into_iter()
        .map(|claim| {
            let built =
                Claim { text: claim.required_text("text"), sources: sources.resolve_list(&claim, "sources") };
            claim.finish();
            built
        })
        .collect()
}

pub(super) fn platforms(section: Section<'_>, families: &Ids, sources: &Ids) -> Vec<Platform> {
    section.build(|table, id| Platform {
        id,
        name: table.required_text("name"),
        family: families.required(table, "family"),
        tutorial: table.flag("tutorial"),
        effort: table.required_integer("effort", 0..=MAX_FIGURE),
        summary: table.required_text("summary"),
        effort_because: table.required_text("effort-because"),
        takes_on: claims(table, "takes-on", sources),
        caveats: claims(table, "caveats", sources),
        sources: sources.resolve_list(table, "sources"),
    })
}

pub(super) fn aspects(section: Section<'_>, platforms: &Ids, sources: &Ids) -> Vec<Aspect> {
    section.build(|table, id| Aspect {
        name: table.required_text("name"),
        rated: table.required_text("rated"),
        short_of: table.required_text("short-of"),
        tutorial: table.flag("tutorial"),
        cells: cells(table, &id, platforms, sources),
        id,
    })
}

/// One cell for every platform, in the order of the platforms.
fn cells(table: &Reader<'_>, aspect: &str, platforms: &Ids, sources: &Ids) -> Vec<Cell> {
    let mut cells: Vec<Option<Cell>> = platforms.names.iter().map(|_| None).collect();
    for entry in table.map("cells") {
        let platform = platforms.resolve(&entry.key, &entry.key_span, table.log());
        let Some(reader) = Reader::of(&entry.value, "the cell", table.log()) else { continue };
        let cell = Cell {
            level: reader.required_integer("level", 0..=4) as u8,
            label: reader.required_text("label"),
            claimed: reader.text("claimed"),
            note: reader.required_text("note"),
            remedy: reader.text("remedy"),
            sources: sources.resolve_list(&reader, "sources"),
        };
        reader.finish();
        if let Some(slot) = platform.and_then(|platform| cells.get_mut(platform)) {
            *slot = Some(cell);
        }
    }
    for (cell, platform) in cells.iter().zip(&platforms.names) {
        if cell.is_none() {
            let help = format!("add [aspect.cells.{platform}]");
            table.log().fault(table.span(), format!("`{aspect}` has no cell for `{platform}`"), Some(help));
        }
    }
    cells.into_iter().flatten().collect()
}

pub(super) fn problems(
    section: Section<'_>,
    questions: &[Question],
    aspects: &Ids,
    sources: &Ids,
) -> Vec<Problem> {
    section.build(|table, id| Problem {
        id,
        title: table.required_text("title"),
        scenario: table.required_text("scenario"),
        without: table.required_text("without"),
        with: table.required_text("with"),
        remedy: table.required_text("remedy"),
        commonly: table.required_text("commonly"),
        aspects: aspects.resolve_list(table, "aspects"),
        when: table
            .get("when")
            .map_or(Condition::All(Vec::new()), |value| condition::read(value, questions, table.log())),
        sources: sources.resolve_list(table, "sources"),
    })
}

pub(super) fn steps(section: Section<'_>, aspects: &Ids, sources: &Ids) -> Vec<Step> {
    section.build(|table, id| Step {
        id,
        title: table.required_text("title"),
        covers: table.required_text("covers"),
        teaches: table.required_text("teaches"),
        read: pages(table),
        aspects: aspects.resolve_list(table, "aspects"),
        sources: sources.resolve_list(table, "sources"),
    })
}

fn pages(table: &Reader<'_>) -> Vec<Page> {
    table
        .tables("read", "the page")
        .into_iter()
        .map(|page| {
            let built = Page { title: page.required_text("title"), url: url(&page).unwrap_or_default() };
            page.finish();
            built
        })
        .collect()
}
