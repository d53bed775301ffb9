//! What the rulebook knows beside its questions and criteria: platforms, matrix, problems, learning path, sources.

use super::verdict::MAX_FIGURE;
use super::{Ids, Section, condition, is_id};
use crate::document::{Reader, Word, word};
use crate::rulebook::value::Question;
use crate::rulebook::{
    Asks, Aspect, Cell, Claim, Condition, Duty, Exception, Family, Group, Harm, PRODUCTS_WHERE, Page,
    Platform, Problem, Source, Step,
};

/// What the texts of a section may refer to.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) questions: &'a [Question],
    pub(super) families: &'a Ids<'a>,
    pub(super) duties: &'a Ids<'a>,
    pub(super) platforms: &'a Ids<'a>,
    pub(super) aspects: &'a Ids<'a>,
    pub(super) sources: &'a Ids<'a>,
}

impl Names<'_> {
    /// The condition at `key`; one that always holds where there is none.
    pub(super) fn condition(&self, table: &Reader<'_>, key: &'static str) -> Condition {
        table
            .get(key)
            .map_or(Condition::All(Vec::new()), |value| condition::read(value, self.questions, table.log()))
    }
}

pub(super) fn groups(section: &Section<'_>) -> Vec<Group> {
    section.build(|table, id| Group { id, title: table.required_text("title") })
}

pub(super) fn families(section: &Section<'_>) -> Vec<Family> {
    section.build(|table, id| Family { id, name: table.required_text("name") })
}

pub(super) fn sources(section: &Section<'_>) -> Vec<Source> {
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

/// `harm = "pain"`, `"data"`, `"outage"`, `"security"` or `"convenience"`, which is what it is when nothing is said.
fn harm(table: &Reader<'_>) -> Harm {
    let Some(word) = table.word("harm") else { return Harm::default() };
    let known = Harm::ALL.iter().map(|(_, name)| *name);
    table.log().find(word.span, "harm", word.text, known).map_or(Harm::default(), |index| Harm::ALL[index].0)
}

pub(super) fn claims(table: &Reader<'_>, key: &'static str, names: Names<'_>) -> Vec<Claim> {
    table
        .tables(key, "the claim")
        .map(|table| {
            let built = claim(&table, names);
            table.finish();
            built
        })
        .collect()
}

fn claim(table: &Reader<'_>, names: Names<'_>) -> Claim {
    Claim {
        text: table.required_text("text"),
        when: names.condition(table, "when"),
        harm: harm(table),
        helps: names.aspects.resolve_list(table, "helps"),
        sources: names.sources.resolve_list(table, "sources"),
    }
}

pub(super) fn duties(section: &Section<'_>, names: Names<'_>) -> Vec<Duty> {
    section.build(|table, id| Duty { id, claim: claim(table, names) })
}

/// The duties that a platform names, and what one takes on with it alone.
fn takes_on(table: &Reader<'_>, duties: &[Duty], names: Names<'_>) -> Vec<Claim> {
    let shared =
        names.duties.resolve_list(table, "duties").into_iter().map(|duty| duties[duty].claim.clone());
    shared.chain(claims(table, "takes-on", names)).collect()
}

pub(super) fn platforms(section: &Section<'_>, duties: &[Duty], names: Names<'_>) -> Vec<Platform> {
    let mut taken: Vec<String> = section.ids.names.iter().map(|id| (*id).to_owned()).collect();
    section.build(|table, id| Platform {
        id,
        name: table.required_text("name"),
        aliases: aliases(table, &mut taken),
        products: table.text("products"),
        products_where: claims(table, PRODUCTS_WHERE, names),
        in_use: table.get("in-use").map(|_| names.condition(table, "in-use")),
        called: table.text("called"),
        plural: table.flag("plural"),
        family: names.families.required(table, "family"),
        tutorial: table.flag("tutorial"),
        effort: table.required_integer("effort", 0..=MAX_FIGURE),
        summary: table.required_text("summary"),
        effort_because: table.required_text("effort-because"),
        takes_on: takes_on(table, duties, names),
        caveats: claims(table, "caveats", names),
        sources: names.sources.resolve_list(table, "sources"),
    })
}

/// Other names of a platform, each of one platform only.
fn aliases(table: &Reader<'_>, taken: &mut Vec<String>) -> Vec<String> {
    let mut aliases = Vec::new();
    for alias in table.words("aliases") {
        if !is_id(alias.text) {
            let help = "an alias is made of lower-case letters, digits, `.` and `-`".to_owned();
            table.log().fault(alias.span.clone(), format!("`{}` is no alias", alias.text), Some(help));
        } else if taken.iter().any(|other| other == alias.text) {
            table.log().fault(alias.span.clone(), format!("`{}` already names a platform", alias.text), None);
        } else {
            taken.push(alias.text.to_owned());
            aliases.push(alias.text.to_owned());
        }
    }
    aliases
}

pub(super) fn aspects(section: &Section<'_>, names: Names<'_>) -> Vec<Aspect> {
    section.build(|table, id| Aspect {
        name: table.required_text("name"),
        rated: table.required_text("rated"),
        short_of: table.text("short-of"),
        asks: asks(table),
        harm: harm(table),
        tutorial: table.flag("tutorial"),
        cells: cells(table, &id, names),
        id,
    })
}

/// `asks = { 2 = "…", 3 = "…" }`
fn asks(table: &Reader<'_>) -> Asks {
    let mut asks = Asks::default();
    for entry in table.map("asks") {
        let level = entry.key.parse::<u8>().ok().filter(|level| (1..=4).contains(level));
        match (level, word("asks", &entry.value, table.log())) {
            (None, _) => {
                let help = "write asks = { 2 = \"…\", 3 = \"…\" }".to_owned();
                let message = format!("`{}` is no level that can be asked for (1 to 4)", entry.key);
                table.log().fault(entry.key_span.clone(), message, Some(help));
            }
            (Some(level), Some(text)) => asks.set(level, text.text),
            (Some(_), None) => {}
        }
    }
    asks
}

/// One cell for every platform, in the order of the platforms.
fn cells(table: &Reader<'_>, aspect: &str, names: Names<'_>) -> Vec<Cell> {
    let mut cells: Vec<Option<Cell>> = names.platforms.names.iter().map(|_| None).collect();
    for entry in table.map("cells") {
        let platform = names.platforms.resolve(&entry.key, &entry.key_span, table.log());
        let Some(reader) = Reader::of(&entry.value, "the cell", table.log()) else { continue };
        let cell = Cell {
            level: reader.required_integer("level", 0..=4) as u8,
            label: reader.required_text("label"),
            claimed: reader.text("claimed"),
            note: reader.required_text("note"),
            remedy: reader.text("remedy"),
            remedy_when: names.condition(&reader, "remedy-when"),
            sources: names.sources.resolve_list(&reader, "sources"),
        };
        reader.finish();
        if let Some(slot) = platform.and_then(|platform| cells.get_mut(platform)) {
            *slot = Some(cell);
        }
    }
    for (cell, platform) in cells.iter().zip(&names.platforms.names) {
        if cell.is_none() {
            let help = format!("add [aspect.cells.{platform}]");
            table.log().fault(table.span(), format!("`{aspect}` has no cell for `{platform}`"), Some(help));
        }
    }
    cells.into_iter().flatten().collect()
}

pub(super) fn problems(section: &Section<'_>, names: Names<'_>) -> Vec<Problem> {
    section.build(|table, id| Problem {
        id,
        title: table.required_text("title"),
        scenario: table.required_text("scenario"),
        without: table.required_text("without"),
        with: table.required_text("with"),
        remedy: table.required_text("remedy"),
        commonly: table.required_text("commonly"),
        aspects: names.aspects.resolve_list(table, "aspects"),
        when: names.condition(table, "when"),
        sources: names.sources.resolve_list(table, "sources"),
    })
}

pub(super) fn exceptions(section: &Section<'_>, names: Names<'_>) -> Vec<Exception> {
    section.build(|table, id| Exception {
        id,
        questions: questions(table, names),
        when: names.condition(table, "when"),
        where_subject_is_lighter: table.flag("where-subject-is-lighter"),
        because: table.required_text("because"),
    })
}

/// The questions whose ids stand at `questions`.
fn questions(table: &Reader<'_>, names: Names<'_>) -> Vec<usize> {
    let ids = names.questions.iter().map(|question| question.id.as_str());
    let resolve = |word: Word<'_>| table.log().find(word.span, "question", word.text, ids.clone());
    table.words("questions").filter_map(resolve).collect()
}

pub(super) fn steps(section: &Section<'_>, names: Names<'_>) -> Vec<Step> {
    section.build(|table, id| Step {
        id,
        title: table.required_text("title"),
        covers: table.required_text("covers"),
        teaches: table.required_text("teaches"),
        read: pages(table),
        when: names.condition(table, "when"),
        aspects: names.aspects.resolve_list(table, "aspects"),
        sources: names.sources.resolve_list(table, "sources"),
    })
}

fn pages(table: &Reader<'_>) -> Vec<Page> {
    table
        .tables("read", "the page")
        .map(|page| {
            let built = Page { title: page.required_text("title"), url: url(&page).unwrap_or_default() };
            page.finish();
            built
        })
        .collect()
}
