//! The comparison matrix, with the reader's own demands marked when there are answers.

use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::markdown::escape;
use super::text::{Layout, Page};
use super::{Format, json};
use crate::assessment::Assessment;
use crate::rulebook::{LEVELS, Rulebook};

/// Which part of the matrix to show, and for whom.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// The rulebook.
    pub rulebook: &'a Rulebook,
    /// The assessment of the reader's answers, when there are any.
    pub assessment: Option<&'a Assessment>,
    /// Every platform and aspect, or the source tutorial's own rows and columns.
    pub all: bool,
    /// These platforms, in this order; where there are none, those that `all` says.
    pub platforms: &'a [usize],
}

impl Selection<'_> {
    fn platforms(&self) -> Vec<usize> {
        if !self.platforms.is_empty() {
            return self.platforms.to_vec();
        }
        (0..self.rulebook.platforms().len())
            .filter(|index| self.all || self.rulebook.platforms()[*index].tutorial)
            .collect()
    }

    /// The aspects to show: those of the selection, and any other that is demanded.
    fn aspects(&self) -> Vec<usize> {
        (0..self.rulebook.aspects().len())
            .filter(|index| self.all || self.rulebook.aspects()[*index].tutorial || self.demanded(*index) > 0)
            .collect()
    }

    fn demanded(&self, aspect: usize) -> u8 {
        self.assessment.map_or(0, |assessment| assessment.demanded_level(self.rulebook, aspect))
    }

    fn points(&self, platform: usize, aspect: usize) -> i64 {
        let shortfalls = self.assessment.map(|assessment| &assessment.standings[platform].shortfalls);
        shortfalls
            .and_then(|all| all.iter().find(|shortfall| shortfall.aspect == aspect))
            .map_or(0, |shortfall| shortfall.points)
    }
}

/// Lays the matrix out in a format.
pub fn render(selection: Selection<'_>, format: Format, layout: Layout) -> String {
    match format {
        Format::Json => render_json(selection),
        Format::Markdown => render_markdown(selection),
        Format::Text | Format::Html => render_text(selection, layout),
    }
}

fn render_text(selection: Selection<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    let (platforms, aspects) = (selection.platforms(), selection.aspects());
    let rulebook = selection.rulebook;
    if selection.all || layout.width < 20 * platforms.len() {
        levels_table(selection, &platforms, &aspects, &mut page);
    } else {
        let mut table = Table::new();
        let names = platforms.iter().map(|platform| rulebook.platforms()[*platform].name.clone());
        table.set_header(std::iter::once(String::new()).chain(names));
        for aspect in &aspects {
            let row = &rulebook.aspects()[*aspect];
            let cells = platforms.iter().map(|platform| {
                let cell = &row.cells[*platform];
                let points = selection.points(*platform, *aspect);
                let lacks = if points > 0 { format!(" [lacks {points}]") } else { String::new() };
                format!("{} {}{lacks}", cell.level, cell.label)
            });
            table.add_row(std::iter::once(marked(selection, *aspect)).chain(cells));
        }
        page.table(&mut table, None);
    }
    page.gap();
    page.paragraph(0, &legend(selection));
    page.paragraph(0, "Any row in full: needk8s explain ROW, for example: needk8s explain rolling-updates.");
    page.finish()
}

/// Levels only, with numbered columns, so that many platforms fit a narrow terminal.
fn levels_table(selection: Selection<'_>, platforms: &[usize], aspects: &[usize], page: &mut Page) {
    let rulebook = selection.rulebook;
    for (number, platform) in platforms.iter().enumerate() {
        let available =
            selection.assessment.is_none_or(|assessment| assessment.standings[*platform].is_available());
        let aside = if available { "" } else { " (off the table)" };
        page.line(&format!("  {:>2} {}{aside}", letter(number), rulebook.platforms()[*platform].name));
    }
    page.gap();
    let mut table = Table::new();
    table.set_header(std::iter::once(String::new()).chain((0..platforms.len()).map(letter)));
    for aspect in aspects {
        let cells = platforms.iter().map(|platform| {
            let level = rulebook.aspects()[*aspect].cells[*platform].level;
            let short = if selection.points(*platform, *aspect) > 0 { "!" } else { "" };
            format!("{level}{short}")
        });
        table.add_row(std::iter::once(marked(selection, *aspect)).chain(cells));
    }
    let effort = platforms.iter().map(|platform| {
        selection
            .assessment
            .map_or(rulebook.platforms()[*platform].effort, |assessment| {
                assessment.standings[*platform].effort
            })
            .to_string()
    });
    table.add_row(std::iter::once("effort".to_owned()).chain(effort));
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    for column in 1..=platforms.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
    page.table(&mut table, None);
}

/// A, B, … Z, AA, AB, …
fn letter(number: usize) -> String {
    let last = char::from(b'A' + (number % 26) as u8);
    match number / 26 {
        0 => last.to_string(),
        more => letter(more - 1) + &last.to_string(),
    }
}

fn marked(selection: Selection<'_>, aspect: usize) -> String {
    let row = &selection.rulebook.aspects()[aspect];
    match selection.demanded(aspect) {
        0 => row.name.clone(),
        level => format!("{} *{level}", row.name),
    }
}

fn legend(selection: Selection<'_>) -> String {
    let levels: Vec<String> =
        LEVELS.iter().enumerate().map(|(level, name)| format!("{level} {name}")).collect();
    let marks = match (selection.assessment.is_some(), selection.all) {
        (false, _) => "",
        (true, true) => {
            " A star: your answers demand this level. An exclamation mark: the platform falls short of it."
        }
        (true, false) => {
            " A star: your answers demand this level; what a platform lacks of it is given in points."
        }
    };
    format!("Levels: {}.{marks}", levels.join(", "))
}

fn render_markdown(selection: Selection<'_>) -> String {
    let rulebook = selection.rulebook;
    let platforms = selection.platforms();
    let mut out = String::from("| Aspect |");
    for platform in &platforms {
        out += &format!(" {} |", escape(&rulebook.platforms()[*platform].name));
    }
    out += "\n| --- |";
    out += &" --- |".repeat(platforms.len());
    for aspect in selection.aspects() {
        let row = &rulebook.aspects()[aspect];
        let demanded = match selection.demanded(aspect) {
            0 => String::new(),
            level => format!(" (demanded: {level})"),
        };
        out += &format!("\n| {}{demanded} |", escape(&row.name));
        for platform in &platforms {
            let cell = &row.cells[*platform];
            let lacks = match selection.points(*platform, aspect) {
                0 => String::new(),
                points => format!(", **lacks {points}**"),
            };
            out += &format!(" {} {}{lacks} |", cell.level, escape(&cell.label));
        }
    }
    out += &format!("\n\n{}\n", escape(&legend(selection)));
    out
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rulebook: [String; 2],
    levels: [&'static str; 5],
    platforms: Vec<Column<'a>>,
    aspects: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    id: &'a str,
    name: &'a str,
    effort: i64,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    demanded: u8,
    cells: Vec<Cell<'a>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    platform: &'a str,
    level: u8,
    label: &'a str,
    note: &'a str,
    claimed: Option<&'a str>,
    remedy: Option<&'a str>,
    shortfall: i64,
    sources: Vec<&'a str>,
}

fn render_json(selection: Selection<'_>) -> String {
    let rulebook = selection.rulebook;
    let platforms = selection.platforms();
    let id = |platform: usize| rulebook.platforms()[platform].id.as_str();
    let cell = |aspect: usize, platform: usize| {
        let cell = &rulebook.aspects()[aspect].cells[platform];
        Cell {
            platform: id(platform),
            level: cell.level,
            label: &cell.label,
            note: &cell.note,
            claimed: cell.claimed.as_deref(),
            remedy: cell.remedy.as_deref(),
            shortfall: selection.points(platform, aspect),
            sources: cell.sources.iter().map(|source| rulebook.sources()[*source].id.as_str()).collect(),
        }
    };
    json::pretty(&Document {
        schema: "needk8s.matrix/1",
        rulebook: [rulebook.full_name(), rulebook.full_version()],
        levels: LEVELS,
        platforms: platforms
            .iter()
            .map(|platform| {
                let platform = &rulebook.platforms()[*platform];
                Column { id: &platform.id, name: &platform.name, effort: platform.effort }
            })
            .collect(),
        aspects: selection
            .aspects()
            .into_iter()
            .map(|aspect| Row {
                id: &rulebook.aspects()[aspect].id,
                name: &rulebook.aspects()[aspect].name,
                demanded: selection.demanded(aspect),
                cells: platforms.iter().map(|platform| cell(aspect, *platform)).collect(),
            })
            .collect(),
    })
}
