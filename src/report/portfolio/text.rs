//! A portfolio for people at a terminal.

use comfy_table::{CellAlignment, ColumnConstraint, Table, Width};
use textwrap::core::display_width;

use super::{BROKEN_OFF, Portfolio, grouped};
use crate::report::text::{Ink, Layout, Page};
use crate::text::shortened;

/// How many rows of each list a first look shows.
const FEW: usize = 5;
const ROWS: usize = 20;

pub(super) fn render(portfolio: &Portfolio<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.inked(Ink::Bold, &portfolio.headline());
    if portfolio.interrupted {
        page.paragraph(0, BROKEN_OFF);
    }
    if let (Some(sharing), false) = (portfolio.sharing_changes(), portfolio.shared) {
        page.paragraph(0, &format!("{sharing} See --shared."));
    }
    if !portfolio.provenance.layers.is_empty() {
        page.paragraph(0, &format!("By {}.", portfolio.provenance.named()));
    }
    if portfolio.all() == 0 {
        return page.finish();
    }
    page.gap();
    totals(portfolio, &mut page);
    drivers(portfolio, layout.verbose, &mut page);
    nearest(portfolio, layout.verbose, &mut page);
    out_of_date(portfolio, layout.verbose, &mut page);
    if portfolio.shared {
        shared(portfolio, &mut page);
    }
    if portfolio.group.is_some() && portfolio.has_groups() {
        groups(portfolio, &mut page);
    }
    systems(portfolio, layout, &mut page);
    page.finish()
}

/// Columns for what a row is about.
const NAME: u16 = 34;
/// With less than that for a text, it has no column.
const LEAST_TEXT: usize = 16;

/// Makes a table of some rows; the columns of `figures` are aligned to the right. Where there is little room, each row is an
/// item, with the heads before its cells; a column without a head is only for the eye.
fn table(page: &mut Page, header: &[&str], rows: Vec<Vec<String>>, figures: std::ops::Range<usize>) {
    if !has_room(page, header, &rows, &figures) {
        return rows.iter().for_each(|row| row_as_item(page, header, row));
    }
    let mut table = Table::new();
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    for column in figures {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(NAME)));
    }
    page.table(&mut table, None);
}

/// Whether a table can have all figures whole and a column of words for each text.
fn has_room(page: &Page, header: &[&str], rows: &[Vec<String>], figures: &std::ops::Range<usize>) -> bool {
    const BETWEEN: usize = 2;
    let least = |column: usize| {
        let cells = rows.iter().map(|row| row[column].as_str()).chain([header[column]]);
        let width = cells.map(display_width).max().unwrap_or_default();
        BETWEEN + if figures.contains(&column) { width } else { width.min(LEAST_TEXT) }
    };
    (0..header.len()).map(least).sum::<usize>() < page.layout().width
}

/// A row where there is no room for a table.
fn row_as_item(page: &mut Page, header: &[impl AsRef<str>], row: &[String]) {
    let told = header.iter().map(AsRef::as_ref).zip(row).skip(1);
    let told = told.filter(|(head, cell)| !head.is_empty() && !cell.is_empty());
    let told: Vec<String> = told.map(|(head, cell)| format!("{head} {cell}")).collect();
    page.item("-", &format!("{}: {}", row[0], told.join(", ")));
}

fn totals(portfolio: &Portfolio<'_>, page: &mut Page) {
    const BAR: usize = 24;
    let all = portfolio.all().max(1);
    let row = |page: &Page, name: &str, number: usize| {
        let share = match 100 * number / all {
            0 => "<1 %".to_owned(),
            _ => format!("{} %", (200 * number + all) / (2 * all)),
        };
        vec![name.to_owned(), grouped(number as i64), share, page.bar(number as i64, all as i64, BAR)]
    };
    let verdicts = portfolio.verdicts();
    let rows = verdicts.iter().map(|(name, _, number)| row(page, name, *number)).collect();
    table(page, &["verdict", "systems", "share", ""], rows, 1..3);
    page.gap();
    let platforms = portfolio.named_platforms();
    let rows = platforms.iter().map(|(name, _, number)| row(page, name, *number)).collect();
    table(page, &[portfolio.platform_head(), "systems", "share", ""], rows, 1..3);
}

fn drivers(portfolio: &Portfolio<'_>, verbose: bool, page: &mut Page) {
    let most = if verbose { usize::MAX } else { FEW };
    let subject = &portfolio.rulebook.side(crate::rulebook::Leaning::With).name;
    let needs = portfolio.needs(most);
    if !needs.is_empty() {
        page.heading(&format!("What drives the need for {subject}"));
        let rows = needs.iter().map(|row| {
            let musts = if row.musts > 0 { grouped(row.musts as i64) } else { String::new() };
            let because = row.because.first().cloned().unwrap_or_default();
            vec![
                row.name.clone(),
                grouped(row.systems as i64),
                format!("+{}", grouped(row.points)),
                musts,
                because,
            ]
        });
        table(page, &["", "counts in", "points", "a must for", "mostly because"], rows.collect(), 1..4);
    }
    let brakes = portfolio.brakes(most);
    if !brakes.is_empty() {
        page.heading(&format!("What speaks against {subject}"));
        let rows =
            brakes.iter().map(|row| vec![row.name.clone(), grouped(row.systems as i64), grouped(row.points)]);
        table(page, &["", "systems", "points"], rows.collect(), 1..3);
    }
}

fn nearest(portfolio: &Portfolio<'_>, verbose: bool, page: &mut Page) {
    let nearest = portfolio.nearest(if verbose { 4 * FEW } else { FEW });
    if nearest.is_empty() {
        return;
    }
    page.heading("Nearest to changing sides");
    for system in nearest {
        page.item(
            "-",
            &format!("{} ({}): {}.", system.name, portfolio.verdict(system), portfolio.turn(system)),
        );
    }
}

fn out_of_date(portfolio: &Portfolio<'_>, verbose: bool, page: &mut Page) {
    let Some(recorded) = portfolio.recorded() else { return };
    let dated = portfolio.out_of_date();
    page.heading("Recorded decisions");
    page.paragraph(0, &recorded);
    let most = if verbose { usize::MAX } else { 2 * FEW };
    for (system, why) in dated.iter().take(most) {
        page.item("-", &format!("{}: {why}", system.name));
    }
    if dated.len() > most {
        page.paragraph(4, &format!("and {} more (-v)", dated.len() - most));
    }
}

fn shared(portfolio: &Portfolio<'_>, page: &mut Page) {
    let arithmetic = portfolio.arithmetic();
    page.heading("Shared by many");
    let Some(sharing) = portfolio.rulebook.sharing() else {
        page.paragraph(0, "These rules do not say what becomes of systems that share a platform.");
        return;
    };
    page.paragraph(0, &sharing.because);
    for sums in arithmetic {
        if let Some(group) = &sums.group {
            page.gap();
            page.title(group);
        }
        for line in &sums.lines {
            let sum = if line.sum.is_empty() { String::new() } else { format!(": {}", line.sum) };
            page.item("-", &format!("{}{sum} = {}.", line.what, grouped(line.total)));
        }
        let named = sums.named.as_deref().filter(|_| page.layout().verbose);
        page.paragraph(
            0,
            &[Some(sums.verdict.as_str()), named].into_iter().flatten().collect::<Vec<_>>().join(" "),
        );
    }
}

fn groups(portfolio: &Portfolio<'_>, page: &mut Page) {
    page.heading(&format!("By {}", portfolio.group.as_deref().unwrap_or("group")));
    let side = |side| portfolio.rulebook.side(side).name.clone();
    let (with, without) = (side(crate::rulebook::Leaning::With), side(crate::rulebook::Leaning::Without));
    let number = |number: usize| if number == 0 { String::new() } else { number.to_string() };
    let rows = portfolio.groups().into_iter().map(|row| {
        let name = shortened(Portfolio::group_name(row.name), usize::from(NAME)).into_owned();
        let numbers = [row.without, row.either, row.with, row.open].map(number);
        [name, row.systems.to_string()].into_iter().chain(numbers).collect()
    });
    let header = ["", "systems", &without, "either", &with, "undecided"];
    table(page, &header, rows.collect(), 1..6);
}

fn systems(portfolio: &Portfolio<'_>, layout: Layout, page: &mut Page) {
    let shown = if layout.verbose { portfolio.systems.len() } else { ROWS.min(portfolio.systems.len()) };
    if shown == 0 {
        return;
    }
    page.heading("Systems");
    let rows: Vec<[String; 5]> = portfolio.systems[..shown]
        .iter()
        .map(|system| {
            [
                shortened(&system.name, usize::from(NAME)).into_owned(),
                portfolio.verdict(system),
                Portfolio::sure(system),
                format!("{:+}", system.judgement.margin),
                portfolio.platform(system).to_owned(),
            ]
        })
        .collect();
    let header = ["system", "verdict", "sure", "margin", "platform"].map(str::to_owned);
    let width = |column: usize| {
        rows.iter().chain([&header]).map(|row| display_width(&row[column])).max().unwrap_or(0)
    };
    let mut widths: [usize; 5] = std::array::from_fn(width);
    let others: usize = widths[1..].iter().sum::<usize>() + 2 * widths.len();
    let room = page.layout().width.saturating_sub(others);
    let is_table = room >= widths[0].min(LEAST_TEXT);
    widths[0] = widths[0].min(room);
    let line = |row: &[String; 5]| {
        let cell = |column: usize| {
            let text = shortened(&row[column], widths[column]);
            let blank = " ".repeat(widths[column].saturating_sub(display_width(&text)));
            if (2..4).contains(&column) { format!("{blank}{text}") } else { format!("{text}{blank}") }
        };
        format!("  {}", [0, 1, 2, 3, 4].map(cell).join("  "))
    };
    if is_table {
        let head = page.ink(Ink::Bold, &line(&header));
        page.line(&head);
    }
    // What decides it and what is open stand below, where there is room for words.
    for (row, system) in rows.iter().zip(&portfolio.systems) {
        if is_table {
            page.line(&line(row));
        } else {
            row_as_item(page, &header, row);
        }
        let open = portfolio.unknown(system, 3);
        let open = if open.is_empty() { open } else { format!("; open {open}") };
        let group = if system.group.is_empty() { String::new() } else { format!("{}; ", system.group) };
        page.paragraph(6, &format!("{group}{}{open}", portfolio.reason(system)));
    }
    if shown < portfolio.systems.len() {
        let rest = portfolio.systems.len() - shown;
        page.paragraph(
            2,
            &format!("and {} more: -v, -o FILE.html or -o FILE.csv shows all", grouped(rest as i64)),
        );
    }
}
