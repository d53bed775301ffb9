//! The report for people at a terminal: the answer on one screen, or everything in the order in which one would read it.

use comfy_table::{CellAlignment, ColumnConstraint, Table, Width};
use textwrap::core::display_width;

pub use super::page::{Ink, Layout, Page};

use super::content::{Availability, Contents, NextStep, PlatformRow, Sum};
use super::explained::{Open, Reason};
use super::phrases;
use crate::rulebook::Leaning;
use crate::text::counted;

/// Lays the report out as text.
pub fn render(contents: &Contents<'_>, layout: Layout) -> String {
    if layout.verbose {
        let mut page = Page::new(layout);
        everything(contents, &mut page);
        return page.finish();
    }
    let mut screens = ROOM.iter().map(|room| screen(contents, layout, room));
    let fitting = screens.find(|shown| shown.lines().count() <= layout.lines);
    // Where it does not fit, it is scrolled anyway; above offers, the less the better.
    let otherwise = if layout.next { &SCROLLED } else { &BARE };
    fitting.unwrap_or_else(|| screen(contents, layout, otherwise))
}

/// The answer in one line.
pub fn line(contents: &Contents<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.line(&contents.brief.line);
    page.finish()
}

/// What to run next, in a line.
pub fn next(contents: &Contents<'_>) -> String {
    format!("{NEXT} {}", contents.brief.next.join(phrases::BETWEEN_COMMANDS))
}

/// What stands before it: the program's name ends it.
const NEXT: &str = "Next: needk8s";

/// How much of what a screen may leave out is shown.
struct Room {
    /// How many lines the words for what a platform lacks may take.
    words: usize,
    again: usize,
    /// Whether it is said which answers, not given yet, would turn it.
    unless: bool,
    first: usize,
    like: usize,
    /// Whether the answers that do not count are named.
    aside: bool,
    /// On how many sides the figures stand apart from the rest.
    gaps: usize,
    /// Whether the answer stands apart from how sure it is.
    apart: bool,
    /// Whether it is said why effort costs what it does.
    price: bool,
}

/// Everything.
const WHOLE: Room = Room {
    words: 2,
    again: 3,
    unless: true,
    first: 2,
    like: 1,
    aside: true,
    gaps: 2,
    apart: true,
    price: true,
};
/// One of each.
const SINGLE: Room = Room { words: 1, again: 1, first: 1, ..WHOLE };
/// Without what others decided.
const ALONE: Room = Room { like: 0, ..SINGLE };
/// The answer, how sure it is, and what it rests on.
const LEAST: Room = Room { gaps: 0, apart: false, aside: false, price: false, ..ALONE };
/// Without anything that is not about the present.
const BARE: Room = Room { first: 0, again: 0, unless: false, ..LEAST };
/// What is shown where even the least does not fit.
const SCROLLED: Room = Room { gaps: 1, ..ALONE };

/// From everything down to as little as makes sense.
const ROOM: [Room; 15] = [
    WHOLE,
    Room { again: 2, ..WHOLE },
    Room { again: 2, first: 1, ..WHOLE },
    Room { again: 1, first: 1, ..WHOLE },
    SINGLE,
    Room { gaps: 1, ..SINGLE },
    Room { gaps: 0, ..SINGLE },
    Room { gaps: 0, aside: false, ..SINGLE },
    SCROLLED,
    Room { gaps: 1, aside: false, ..ALONE },
    Room { gaps: 0, aside: false, ..ALONE },
    Room { apart: true, ..LEAST },
    LEAST,
    Room { first: 0, ..LEAST },
    Room { first: 0, again: 0, ..LEAST },
];

fn screen(contents: &Contents<'_>, layout: Layout, room: &Room) -> String {
    let mut page = Page::new(layout);
    opening(contents, room, &mut page);
    if room.gaps > 0 {
        page.gap();
    }
    let rows: Vec<&Sum> = contents.brief.sums.iter().filter(|sum| room.gaps > 0 || !sum.is_aside).collect();
    sums(contents, &rows, room.words, &mut page);
    if room.gaps > 1 {
        page.gap();
    }
    let brief = &contents.brief;
    page.labelled("Think again when", &again(contents, room.again, room.unless));
    page.labelled("Do first", &numbered(&brief.first[..brief.first.len().min(room.first)]));
    page.labelled("Like you", &unmarked(&brief.like[..brief.like.len().min(room.like)]));
    if layout.next {
        page.labelled(NEXT, &unmarked(&[brief.next.join(phrases::BETWEEN_COMMANDS)]));
    }
    page.finish()
}

fn opening(contents: &Contents<'_>, room: &Room, page: &mut Page) {
    let ink = match contents.assessment.leaning(contents.rulebook) {
        _ if contents.is_undecided() => Ink::Yellow,
        Leaning::Without => Ink::Green,
        Leaning::Hedge => Ink::Yellow,
        Leaning::With => Ink::Cyan,
    };
    page.inked(ink, &contents.headline);
    let why = &contents.brief.why;
    let told = if room.price { why.len() } else { why.len().min(1) };
    page.paragraph(0, &why[..told].join(" "));
    for contradiction in contents.contradictions.iter().filter(|contradiction| !contradiction.on_purpose) {
        page.paragraph(0, &format!("{}.", contradiction.text));
    }
    if room.aside && !contents.ignored.is_empty() {
        page.paragraph(0, &ignored(contents, page.layout().verbose));
    }
    if room.aside && !contents.provenance.layers.is_empty() && contents.provenance.moved.is_none() {
        page.paragraph(0, &phrases::by_rules(&contents.provenance.named()));
    }
    if room.apart {
        page.gap();
    }
    page.labelled("How sure", &unmarked(&[contents.brief.sure.join(" ")]));
    page.labelled("Answer next", &unmarked(contents.brief.ask.as_slice()));
}

/// The figures of some platforms, as a sum that can be done by hand.
fn sums(contents: &Contents<'_>, rows: &[&Sum], lines: usize, page: &mut Page) {
    let header = ["", "effort×cost", "+missing", "=total", "what is missing"];
    let name = |sum: &Sum| contents.platform_name(sum.platform).to_owned();
    let names = rows.iter().map(|sum| display_width(&name(sum))).max().unwrap_or_default();
    let figures: usize = header[1..4].iter().map(|text| display_width(text)).sum();
    // Each column has a blank on either side.
    let room = page.layout().width.saturating_sub(names + figures + 2 * header.len() + 2);
    let narrow = room < display_width(header[4]);
    if names + figures + 2 * 4 + 2 > page.layout().width {
        return sums_in_lines(contents, rows, page);
    }
    // Lines that break between words are not full.
    let room = lines * room - (lines - 1) * (room / 3);
    let columns = if narrow { 4 } else { 5 };
    let mut table = Table::new();
    table.set_header(header[..columns].to_vec());
    for sum in rows {
        let figures = [
            name(sum),
            format!("{} × {}", sum.effort, sum.price),
            format!("+ {}", sum.missing),
            format!("= {}", sum.total),
            lacks(contents, sum, room),
        ];
        table.add_row(figures[..columns].to_vec());
    }
    for column in 0..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
            if column.index > 0 {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    page.table(&mut table, Some(0));
    for sum in rows.iter().filter(|sum| narrow && (sum.ruled_out || !sum.lacks.is_empty())) {
        page.paragraph(2, &format!("{}: {}", name(sum), lacks(contents, sum, usize::MAX)));
    }
}

/// The same where there is no room for columns.
fn sums_in_lines(contents: &Contents<'_>, rows: &[&Sum], page: &mut Page) {
    page.wrapped("  ", "    ", "effort × cost + missing = total");
    for sum in rows {
        let Sum { effort, price, missing, total, .. } = sum;
        let figures = format!("{effort} × {price} + {missing} = {total}");
        let lacks = match sum.lacks.is_empty() && !sum.ruled_out {
            true => String::new(),
            false => format!("; {}", lacks(contents, sum, usize::MAX)),
        };
        let name = contents.platform_name(sum.platform);
        page.wrapped("  ", "    ", &format!("{name}: {figures}{lacks}"));
    }
}

/// What is missing, as many words as there is room for; at least one need by its name.
fn lacks(contents: &Contents<'_>, sum: &Sum, room: usize) -> String {
    if sum.ruled_out {
        return phrases::RULED_OUT.to_owned();
    }
    let all = sum.lacks.len();
    let said = |names: &[String]| match all - names.len() {
        0 => names.join(", "),
        more => format!("{}, {more} more", names.join(", ")),
    };
    let most = (1..=all).rev().map(|number| said(&sum.lacks[..number]));
    // A shorter name stands for a heavier one, but nothing stands for a must, nor for what the sentence above names.
    let may_stand = match () {
        () if sum.lacks_a_must => 1,
        () if sum.platform == contents.assessment.best_without => phrases::NAMED,
        () => all,
    };
    let single = sum.lacks.iter().take(may_stand).map(|name| said(std::slice::from_ref(name)));
    match most.chain(single).find(|said| display_width(said) <= room) {
        Some(said) => said,
        None => match sum.lacks.as_slice() {
            [] => phrases::NOTHING.to_owned(),
            [first, ..] if all == 1 || sum.lacks_a_must => said(std::slice::from_ref(first)),
            several => counted(several.len(), "need", "needs"),
        },
    }
}

/// The answers that do not count, or, where not all are wanted, how many there are of more than a few.
fn ignored(contents: &Contents<'_>, all: bool) -> String {
    const FEW: usize = 3;
    let count = contents.ignored.iter().map(|ignored| ignored.names.len()).sum();
    if all || count <= FEW { phrases::ignored(&contents.ignored) } else { phrases::many_ignored(count) }
}

/// What to watch, a line each, what is not answered last; where it leads in two directions, with the direction.
fn again(contents: &Contents<'_>, most: usize, with_unless: bool) -> Vec<(String, String)> {
    let (again, unless) = (&contents.brief.again, &contents.brief.unless);
    let each = if again.len() > 1 { most.min(1) } else { most };
    let mut lines = Vec::new();
    for direction in again {
        let (first, others) = direction.when.split_at(direction.when.len().min(1));
        // What is long is likely to take several things at once, and can wait for the full list.
        let short = others.iter().filter(|when| when.len() <= SHORT);
        for when in first.iter().chain(short).take(each) {
            let line = match again.len() {
                1 => when.clone(),
                _ => format!("{when} (then {})", direction.to),
            };
            lines.push(line);
        }
    }
    lines.extend(unless.clone().filter(|_| with_unless));
    lines.into_iter().map(|line| ("- ".to_owned(), line)).collect()
}

/// A clause of at most two lines.
const SHORT: usize = 120;

fn numbered(steps: &[String]) -> Vec<(String, &String)> {
    steps.iter().enumerate().map(|(number, step)| (format!("{}. ", number + 1), step)).collect()
}

fn unmarked(texts: &[String]) -> Vec<(String, &String)> {
    texts.iter().map(|text| (String::new(), text)).collect()
}

fn everything(contents: &Contents<'_>, page: &mut Page) {
    opening(contents, &WHOLE, page);
    platforms(contents, page);
    ledger(contents, page);
    missing(contents, page);
    next_steps(contents, page);
    turns(contents, page);
    firmness(contents, page);
    unknown(contents, page);
    problems(contents, page);
    opposing(contents, page);
    precedents(contents, page);
    caveats(contents, page);
    learning(contents, page);
    answers(contents, page);
    sources(contents, page);
}

/// All platforms by total, each with what it lacks, and those that are ruled out with the reason.
fn platforms(contents: &Contents<'_>, page: &mut Page) {
    page.heading(&phrases::platforms_by_total(contents.some_lack_a_must()));
    let available: Vec<&PlatformRow> =
        contents.platforms.iter().filter(|row| row.availability == Availability::Available).collect();
    let most = available.iter().map(|row| row.burden).max().unwrap_or(1);
    let price = contents.assessment.effort_price;
    let narrow = page.layout().width < 70;
    let mut table = Table::new();
    table.set_header(vec!["", "effort × cost", "+ missing", "= total", ""]);
    for row in &available {
        let mut cells = vec![
            contents.platform_name(row.platform).to_owned(),
            format!("{} × {price}", row.effort),
            format!("+ {}", row.burden - price * row.effort),
            format!("= {}", row.burden),
        ];
        if !narrow {
            cells.push(page.bar(row.burden, most, 16));
        }
        table.add_row(cells);
    }
    for column in 1..=3 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if !narrow && let Some(column) = table.column_mut(4) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(18)));
    }
    page.table(&mut table, Some(0));
    for line in contents.ruled_out() {
        page.paragraph(2, &line);
    }
}

fn ledger(contents: &Contents<'_>, page: &mut Page) {
    let (with, without) = (contents.assessment.best_with, contents.assessment.best_without);
    let name = |platform: usize| contents.rulebook.platforms()[platform].in_sentence();
    page.heading(&phrases::compared(name(without), name(with), &contents.rulebook.side(Leaning::With).name));
    for line in &contents.ledger {
        page.wrapped(
            &format!("{:>+6}  ", line.points),
            "        ",
            &format!("{}: {}.", line.title, line.reason),
        );
    }
    if contents.ledger.is_empty() {
        page.line("        nothing known speaks for either");
    }
    page.wrapped(
        &format!("{:>6}  ", format!("={:+}", contents.assessment.margin)),
        "        ",
        &contents.margin_said,
    );
}

/// What the recommended platform lacks.
fn missing(contents: &Contents<'_>, page: &mut Page) {
    let recommended = contents.assessment.recommendation;
    let Some(row) = contents.platforms.iter().find(|row| row.platform == recommended) else { return };
    if row.shortfalls.is_empty() {
        return;
    }
    let platform = &contents.rulebook.platforms()[recommended];
    page.heading(&format!("What {} {}", platform.in_sentence(), platform.verb("lacks", "lack")));
    for shortfall in &row.shortfalls {
        page.item("-", &phrases::lack(shortfall));
    }
}

fn next_steps(contents: &Contents<'_>, page: &mut Page) {
    let steps = contents.next_steps.iter().filter(|step| !step.kind.is_learning());
    let recommended = &contents.rulebook.platforms()[contents.assessment.recommendation];
    let mut steps = steps.enumerate().peekable();
    if steps.peek().is_none() {
        return;
    }
    page.heading(&phrases::do_first(recommended.in_sentence()));
    for (number, step) in steps {
        page.item(&format!("{}.", number + 1), &step.text);
    }
}

fn learning(contents: &Contents<'_>, page: &mut Page) {
    let steps: Vec<&NextStep> = contents.next_steps.iter().filter(|step| step.kind.is_learning()).collect();
    if steps.is_empty() {
        return;
    }
    page.heading("Learn in this order");
    for (number, step) in steps.iter().enumerate() {
        page.item(&format!("{}.", number + 1), &format!("{}: {}", step.title, step.text));
        for (title, url) in &step.read {
            let link = page.link(title, url);
            page.paragraph(5, &link);
        }
    }
}

fn problems(contents: &Contents<'_>, page: &mut Page) {
    if contents.problems.is_empty() {
        return;
    }
    page.heading("Typical problems");
    for row in &contents.problems {
        let problem = &contents.rulebook.problems()[row.problem];
        let said = [row.covered.as_deref().unwrap_or_default(), &row.remedy].join(" ");
        page.item("-", &format!("{}: {}", problem.title, said.trim()));
        page.paragraph(4, &format!("Commonly claimed: {}", problem.commonly));
    }
}

fn opposing(contents: &Contents<'_>, page: &mut Page) {
    if contents.opposing.is_empty() {
        return;
    }
    page.heading(&contents.opposing_title);
    for argument in &contents.opposing {
        page.item("-", argument);
    }
}

fn precedents(contents: &Contents<'_>, page: &mut Page) {
    if contents.brief.like.is_empty() {
        return;
    }
    page.heading("Published decisions most like yours (needk8s cases)");
    for precedent in &contents.brief.like {
        page.item("-", precedent);
    }
}

/// The state of the recommended platform: licence, life cycle, limits.
fn caveats(contents: &Contents<'_>, page: &mut Page) {
    if contents.caveats.is_empty() {
        return;
    }
    let recommended = &contents.rulebook.platforms()[contents.assessment.recommendation];
    page.heading(&format!("Good to know about {}", recommended.in_sentence()));
    for caveat in &contents.caveats {
        page.item("-", caveat);
    }
}

/// How firm the verdict is: the answers that force it, how far the figures may be off.
fn firmness(contents: &Contents<'_>, page: &mut Page) {
    let explained = &contents.explained;
    page.heading("How firm is this?");
    if let Some(reason) = &explained.reason {
        page.item("-", &say_reason(reason));
    }
    if let Some(fragile) = &explained.fragile {
        page.item("-", &format!("Weakest estimate: {}. {}", fragile.text, fragile.because));
    }
    explained.leeway().iter().for_each(|line| page.item("-", line));
}

fn say_reason(reason: &Reason) -> String {
    let said: Vec<&str> = reason.answers.iter().map(|answer| answer.text.as_str()).collect();
    match said.is_empty() {
        true => format!("{}.", reason.title),
        false => format!("{}: {}.", reason.title, said.join("; ")),
    }
}

fn turns(contents: &Contents<'_>, page: &mut Page) {
    page.heading("Think again when");
    for turn in contents.turns().iter().filter(|turn| !turn.repeats) {
        page.wrapped("  ", "  ", &format!("{}: {}.", turn.title, turn.scope));
        for line in &turn.grouped {
            page.wrapped("  - ", "    ", line);
        }
        if turn.left_out > 0 {
            page.paragraph(4, &format!("({} more with --format json)", turn.left_out));
        }
    }
}

fn unknown(contents: &Contents<'_>, page: &mut Page) {
    let Some(summary) = &contents.explained.open_summary else { return };
    page.heading("Not known");
    page.paragraph(2, summary);
    for open in contents.explained.open.iter().filter(|open| open.can_change != Some(false)) {
        page.item("-", &format!("{}: {}", open.name, say_open(open)));
    }
}

/// What the answer to an open question can do.
pub(super) fn say_open(open: &Open) -> String {
    let changes = match open.can_change {
        Some(true) => "can change the answer",
        Some(false) => "makes no difference",
        None => "may make a difference",
    };
    match usize::try_from(open.spread).unwrap_or_default() {
        0 => format!("{changes}, together with others"),
        points => format!(
            "{changes}; by itself it moves the margin by up to {}",
            counted(points, "point", "points")
        ),
    }
}

fn answers(contents: &Contents<'_>, page: &mut Page) {
    page.heading("Your answers");
    for answer in &contents.answers {
        let question = &contents.rulebook.questions()[answer.question];
        let aside = if answer.irrelevant { "; ignored" } else { "" };
        page.item("-", &format!("{}: {} ({}{aside})", question.name, answer.described, answer.origin));
    }
    for contradiction in contents.contradictions.iter().filter(|contradiction| contradiction.on_purpose) {
        page.item("-", &contradiction.text);
    }
    let provenance = &contents.provenance;
    page.paragraph(0, &format!("Rulebook {} (sha256 {})", provenance.named(), provenance.digest));
    for (layer, digest) in provenance.told_layers() {
        page.paragraph(2, &format!("{layer} (sha256 {digest})"));
    }
}

fn sources(contents: &Contents<'_>, page: &mut Page) {
    page.heading("Sources");
    for source in &contents.sources {
        let source = &contents.rulebook.sources()[*source];
        let title = source.url.as_ref().map_or(source.title.clone(), |url| page.link(&source.title, url));
        page.item("-", &title);
    }
}
