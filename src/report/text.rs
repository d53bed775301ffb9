//! The report for people at a terminal: the answer first, then the reasons, plain when it is piped.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use textwrap::{Options, WordSplitter};

use super::content::{Availability, Contents, NextStepKind, PlatformRow};
use super::explained::{Open, Reason};
use crate::rulebook::{LEVELS, Leaning};
use crate::text::{counted, list};

/// How to lay out a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to use colours.
    pub colour: bool,
    /// Whether to show everything.
    pub verbose: bool,
}

impl Layout {
    /// Plain text of the usual width.
    pub const PLAIN: Self = Self { width: 80, colour: false, verbose: false };
}

/// Ways to set off words; only the terminal's own colours, so that they suit any background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Bold.
    Bold,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Cyan.
    Cyan,
}

/// A text on its way to the terminal, line by line.
pub struct Page {
    layout: Layout,
    out: String,
}

impl Page {
    /// An empty page.
    pub fn new(layout: Layout) -> Self {
        Self { layout: Layout { width: layout.width.clamp(20, 100), ..layout }, out: String::new() }
    }

    /// The finished text.
    pub fn finish(self) -> String {
        self.out
    }

    /// The layout of the page.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The words in an ink, where colours are wanted.
    pub fn ink(&self, ink: Ink, text: &str) -> String {
        if !self.layout.colour {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Bold => "1",
            Ink::Green => "1;32",
            Ink::Yellow => "1;33",
            Ink::Cyan => "1;36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A heading after an empty line.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.title(text);
    }

    /// A title at the head of the page.
    pub fn title(&mut self, text: &str) {
        for line in textwrap::wrap(text, self.layout.width) {
            let line = self.ink(Ink::Bold, &line);
            self.line(&line);
        }
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.out.push('\n');
    }

    /// One line as it is.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A paragraph, wrapped, indented by `indent` columns.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        let blank = " ".repeat(indent);
        self.wrapped(&blank, &blank, text);
    }

    /// An item of a list: a mark, then the text, wrapped under itself.
    pub fn item(&mut self, mark: &str, text: &str) {
        let hanging = " ".repeat(2 + textwrap::core::display_width(mark) + 1);
        self.wrapped(&format!("  {mark} "), &hanging, text);
    }

    /// A paragraph whose first line starts with `first` and whose others with `rest`.
    pub fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(self.layout.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.line(&line);
        }
    }

    /// A table without frame, indented by two columns.
    pub fn table(&mut self, table: &mut Table) {
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.layout.width).unwrap_or(80));
        let shown = table.to_string();
        for line in shown.lines() {
            self.line(&format!(" {line}"));
        }
    }
}

/// A bar of `value` out of `most`, at most `columns` wide.
pub fn bar(value: i64, most: i64, columns: usize) -> String {
    let (value, most) = (value.max(0) as u128, most.max(1) as u128);
    let eighths = (value * 8 * columns as u128).div_ceil(most) as usize;
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8) {
        bar.push_str(part);
    }
    bar
}

/// Lays the report out as text.
pub fn render(contents: &Contents<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    opening(contents, &mut page);
    ledger(contents, &mut page);
    platforms(contents, &mut page);
    decides(contents, &mut page);
    problems(contents, &mut page);
    opposing(contents, &mut page);
    unknown(contents, &mut page);
    next_steps(contents, &mut page);
    if layout.verbose {
        turns(contents, &mut page);
        slack(contents, &mut page);
        answers(contents, &mut page);
        sources(contents, &mut page);
    } else {
        page.gap();
        page.paragraph(0, "Everything, with sources: --verbose. As a decision record: -o decision.md.");
    }
    page.finish()
}

fn opening(contents: &Contents<'_>, page: &mut Page) {
    let ink = match contents.assessment.leaning(contents.rulebook) {
        _ if contents.is_undecided() => Ink::Yellow,
        Leaning::Without => Ink::Green,
        Leaning::Hedge => Ink::Yellow,
        Leaning::With => Ink::Cyan,
    };
    for line in textwrap::wrap(&contents.headline, page.layout().width) {
        let line = page.ink(ink, &line);
        page.line(&line);
    }
    page.gap();
    if !contents.is_undecided() {
        page.paragraph(0, &contents.meaning);
    }
    if let Some(decided_by) = &contents.decided_by {
        page.paragraph(0, decided_by);
    }
    page.paragraph(0, &contents.certainty);
    for contradiction in &contents.contradictions {
        page.paragraph(0, &format!("Contradiction: {}.", contradiction.text));
    }
    for answer in contents.answers.iter().filter(|answer| answer.irrelevant && answer.value.is_some()) {
        let question = &contents.rulebook.questions()[answer.question];
        page.paragraph(0, &format!("Left aside: `{}` does not apply to the other answers.", question.id));
    }
}

/// How many terms a short report shows; the others are summed up, so that the column still adds up.
const SHORT_LEDGER: usize = 5;

fn ledger(contents: &Contents<'_>, page: &mut Page) {
    let (with, without) = (contents.assessment.best_with, contents.assessment.best_without);
    page.heading(&format!("Why: {} or {}", contents.platform_name(without), contents.platform_name(with)));
    if contents.is_undecided() && !page.layout().verbose {
        page.paragraph(2, "Too little is known for a single figure. What is known so far:");
    }
    let shown = if page.layout().verbose { contents.ledger.len() } else { SHORT_LEDGER };
    let (first, rest) = contents.ledger.split_at(shown.min(contents.ledger.len()));
    // One other term takes as much room as the line that would sum it up.
    let (first, rest) = if rest.len() == 1 { (contents.ledger.as_slice(), &[][..]) } else { (first, rest) };
    for line in first {
        let text = if page.layout().verbose {
            format!("{}: {}.", line.title, line.reason)
        } else {
            line.short.clone()
        };
        page.wrapped(&format!("{:>+6}  ", line.points), "        ", &text);
    }
    if !rest.is_empty() {
        let sum: i64 = rest.iter().map(|line| line.points).sum();
        page.line(&format!("{sum:>+6}  {} smaller terms together", rest.len()));
    }
    if contents.ledger.is_empty() {
        page.line("        nothing known speaks for either");
    }
    let band = &contents.rulebook.bands()[contents.assessment.band];
    let range = match (band.from, band.to) {
        (None, Some(to)) => format!("{to:+} or less"),
        (Some(from), None) => format!("{from:+} or more"),
        (Some(from), Some(to)) => format!("{from:+} to {to:+}"),
        (None, None) => "any margin".to_owned(),
    };
    let sum = match (contents.is_undecided(), &contents.decided_by) {
        (true, _) => "so far".to_owned(),
        (_, Some(_)) => "the margin if the constraint were lifted".to_owned(),
        _ => format!(
            "the margin: {} is {range}; above zero speaks for {}",
            band.name.to_lowercase(),
            contents.rulebook.side(Leaning::With).name
        ),
    };
    page.wrapped(&format!("{:>6}  ", format!("={:+}", contents.assessment.margin)), "        ", &sum);
}

fn platforms(contents: &Contents<'_>, page: &mut Page) {
    page.heading("Platforms, the least burden first");
    let available: Vec<&PlatformRow> =
        contents.platforms.iter().filter(|row| row.availability == Availability::Available).collect();
    let most = available.iter().map(|row| row.burden).max().unwrap_or(1);
    let shown = if page.layout().verbose { available.len() } else { 3 };
    let narrow = page.layout().width < 70;
    let mut table = Table::new();
    table.set_header(if narrow {
        vec!["", "burden", "effort"]
    } else {
        vec!["", "burden", "", "effort", "lacks (points)"]
    });
    for row in available.iter().take(shown) {
        let name = contents.platform_name(row.platform).to_owned();
        let (burden, effort) = (row.burden.to_string(), row.effort.to_string());
        if narrow {
            table.add_row(vec![name, burden, effort]);
        } else {
            table.add_row(vec![
                name,
                burden,
                bar(row.burden, most, 12),
                effort,
                lacks(row, page.layout().verbose),
            ]);
        }
    }
    let numbers: &[usize] = if narrow { &[1, 2] } else { &[1, 3] };
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if !narrow && let Some(column) = table.column_mut(2) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(12)));
    }
    page.table(&mut table);
    let rest: Vec<&str> =
        available.iter().skip(shown).map(|row| contents.platform_name(row.platform)).collect();
    if !rest.is_empty() {
        page.paragraph(2, &format!("Then {}.", list(&rest, "and")));
    }
    if !page.layout().verbose {
        let gone = contents.platforms.iter().filter(|row| row.availability != Availability::Available);
        let gone: Vec<&str> = gone.map(|row| contents.platform_name(row.platform)).collect();
        if !gone.is_empty() {
            page.paragraph(2, &format!("Off the table: {}.", list(&gone, "and")));
        }
        return;
    }
    let removed: Vec<String> = contents
        .platforms
        .iter()
        .filter_map(|row| match &row.availability {
            Availability::Removed(because) => {
                Some((contents.platform_name(row.platform), because.join("; ")))
            }
            Availability::Available => None,
        })
        .fold(Vec::<(String, Vec<&str>)>::new(), |mut groups, (name, because)| {
            match groups.iter_mut().find(|(other, _)| *other == because) {
                Some((_, names)) => names.push(name),
                None => groups.push((because, vec![name])),
            }
            groups
        })
        .into_iter()
        .map(|(because, names)| format!("Off the table: {} ({because}).", list(&names, "and")))
        .collect();
    for line in removed {
        page.paragraph(2, &line);
    }
}

fn lacks(row: &PlatformRow, all: bool) -> String {
    const SHORT: usize = 1;
    let shown = if all { row.shortfalls.len() } else { SHORT };
    let mut lacks: Vec<String> = row
        .shortfalls
        .iter()
        .take(shown)
        .map(|shortfall| {
            if all {
                let level = |level: u8| LEVELS[usize::from(level.min(4))];
                format!(
                    "{} {} ({}, {} needed)",
                    shortfall.name,
                    shortfall.points,
                    level(shortfall.level),
                    level(shortfall.demanded)
                )
            } else {
                format!("{} {}", shortfall.name, shortfall.points)
            }
        })
        .collect();
    if row.shortfalls.len() > shown {
        lacks.push(format!("{} more", row.shortfalls.len() - shown));
    }
    if lacks.is_empty() { "nothing".to_owned() } else { lacks.join(", ") }
}

fn problems(contents: &Contents<'_>, page: &mut Page) {
    if contents.problems.is_empty() {
        return;
    }
    page.heading("Your problems, and what helps");
    let verbose = page.layout().verbose;
    let title = |index: usize| contents.rulebook.problems()[index].title.as_str();
    let covered: Vec<&str> =
        contents.problems.iter().filter(|row| row.covered.is_some()).map(|row| title(row.problem)).collect();
    if !covered.is_empty() && !verbose {
        let platform = contents.platform_name(contents.assessment.recommendation);
        page.item(
            "-",
            &format!("{platform} covers what you need against: {}.", list(&covered, "and").to_lowercase()),
        );
    }
    for row in contents.problems.iter().filter(|row| verbose || row.covered.is_none()) {
        let problem = &contents.rulebook.problems()[row.problem];
        if !verbose {
            page.item("-", &format!("{}: {}", problem.title, first_sentence(&row.remedy)));
            continue;
        }
        page.item("-", &format!("{}: {}", problem.title, row.remedy));
        if let Some(covered) = &row.covered {
            page.paragraph(4, covered);
        }
        page.paragraph(
            4,
            &format!("Without {}: {}", contents.rulebook.side(Leaning::With).name, problem.without),
        );
        page.paragraph(4, &format!("With it: {}", problem.with));
        page.paragraph(4, &format!("Commonly claimed: {}", problem.commonly));
    }
}

fn first_sentence(text: &str) -> String {
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text.to_owned(),
    }
}

fn opposing(contents: &Contents<'_>, page: &mut Page) {
    if contents.opposing.is_empty() {
        return;
    }
    page.heading(&contents.opposing_title);
    let shown = if page.layout().verbose { contents.opposing.len() } else { 1 };
    for argument in contents.opposing.iter().take(shown) {
        page.item("-", argument);
    }
    if contents.opposing.len() > shown {
        page.paragraph(
            4,
            &format!(
                "({} with --verbose)",
                counted(contents.opposing.len() - shown, "more argument", "more arguments")
            ),
        );
    }
}

/// What the verdict hangs on: the answers that force it, what to watch, how far the figures may be off.
fn decides(contents: &Contents<'_>, page: &mut Page) {
    let explained = &contents.explained;
    let verbose = page.layout().verbose;
    if contents.is_undecided() && !verbose {
        return;
    }
    page.heading("What it hangs on");
    match &explained.reason {
        Some(reason) => page.item("-", &say_reason(reason, verbose)),
        None => page.item("-", "No set of the answers given decides it yet."),
    }
    if !contents.is_undecided() {
        explained.revisit.iter().for_each(|sentence| page.item("-", sentence));
        if explained.revisit.is_empty() {
            page.item("-", "No change of answers that was found moves the verdict.");
        }
    }
    page.item("-", &explained.steady);
    if let (true, Some(fragile)) = (verbose, &explained.fragile) {
        page.paragraph(4, &fragile.because);
    }
}

/// More answers than this are named only, unless everything is asked for.
const FEW: usize = 4;

fn say_reason(reason: &Reason, verbose: bool) -> String {
    let few = verbose || reason.answers.len() <= FEW;
    let said: Vec<String> = reason
        .answers
        .iter()
        .map(|answer| if few { answer.text.clone() } else { answer.name.clone() })
        .collect();
    match said.is_empty() {
        true => format!("{}.", reason.title),
        false => format!("{}: {}.", reason.title, said.join(if few { "; " } else { ", " })),
    }
}

fn turns(contents: &Contents<'_>, page: &mut Page) {
    page.heading("What would change it");
    for turn in contents.explained.turns.iter().filter(|turn| !turn.repeats) {
        page.wrapped("  ", "  ", &format!("{}: {}.", turn.title, turn.scope));
        for line in &turn.grouped {
            page.wrapped("  - when ", "    ", line);
        }
        if turn.left_out > 0 {
            page.paragraph(4, &format!("({} more in JSON)", turn.left_out));
        }
    }
}

/// What each answer may be. Those that may be anything are named together.
fn slack(contents: &Contents<'_>, page: &mut Page) {
    let slack = &contents.explained.slack;
    if slack.is_empty() {
        return;
    }
    page.heading("What each answer may be, the others kept");
    for answer in slack.iter().filter(|answer| !answer.anything) {
        page.item("-", &format!("{}: {}", answer.name, answer.text));
    }
    let anything = contents.explained.anything_goes();
    if !anything.is_empty() {
        page.item("-", &format!("Anything: {}", anything.join(", ")));
    }
}

fn unknown(contents: &Contents<'_>, page: &mut Page) {
    let Some(summary) = &contents.explained.open_summary else { return };
    page.heading("Not known");
    page.paragraph(2, summary);
    if !page.layout().verbose {
        return;
    }
    for open in contents.explained.open.iter().filter(|open| open.can_change != Some(false)) {
        page.item("-", &format!("{}: {}", open.name, say_open(open)));
    }
}

/// What the answer to an open question can do.
pub(super) fn say_open(open: &Open) -> String {
    let changes = match open.can_change {
        Some(true) => "can change the verdict",
        Some(false) => "cannot change the verdict",
        None => "may change the verdict (not proved)",
    };
    match usize::try_from(open.spread).unwrap_or_default() {
        0 => format!("{changes}, together with others or by a constraint"),
        points => format!(
            "{changes}; by itself it moves the margin by up to {}",
            counted(points, "point", "points")
        ),
    }
}

fn next_steps(contents: &Contents<'_>, page: &mut Page) {
    if contents.next_steps.is_empty() {
        return;
    }
    let verbose = page.layout().verbose;
    let part = |page: &mut Page, title: &str, kinds: &[NextStepKind], short: usize, titled: bool| {
        let steps: Vec<_> = contents.next_steps.iter().filter(|step| kinds.contains(&step.kind)).collect();
        if steps.is_empty() {
            return;
        }
        page.heading(title);
        let shown = if verbose { steps.len() } else { short.min(steps.len()) };
        for (number, step) in steps.iter().take(shown).enumerate() {
            let said = if verbose { step.text.clone() } else { first_sentence(&step.text) };
            let text = if titled { format!("{}: {said}", step.title) } else { said };
            page.item(&format!("{}.", number + 1), &text);
            if verbose {
                for (title, url) in &step.read {
                    page.paragraph(5, &format!("{title}: {url}"));
                }
            }
        }
        if steps.len() > shown {
            page.paragraph(5, &format!("({} with --verbose)", counted(steps.len() - shown, "more", "more")));
        }
    };
    let recommended = contents.platform_name(contents.assessment.recommendation);
    part(page, &format!("Next, on {recommended}"), &[NextStepKind::Remedy], 2, true);
    part(page, "What you take on", &[NextStepKind::TakesOn], 2, false);
    if verbose {
        part(page, "Learn first, for your demands", &[NextStepKind::LearnFirst], 8, true);
        part(page, "Then learn", &[NextStepKind::Learn], 8, true);
        return;
    }
    let first = contents.next_steps.iter().filter(|step| step.kind == NextStepKind::LearnFirst);
    let first: Vec<String> = first.map(|step| step.title.to_lowercase()).collect();
    if !first.is_empty() {
        page.heading("Learn first, for your demands");
        page.paragraph(2, &format!("{} (needk8s learn).", list(&first, "then")));
    }
}

fn answers(contents: &Contents<'_>, page: &mut Page) {
    page.heading("Answers");
    for answer in &contents.answers {
        let question = &contents.rulebook.questions()[answer.question];
        let aside = if answer.irrelevant { "; does not apply" } else { "" };
        page.item("-", &format!("{}: {} ({}{aside})", question.name, answer.described, answer.origin));
    }
    let provenance = &contents.provenance;
    page.paragraph(
        0,
        &format!("Rulebook {} {} (sha256 {})", provenance.name, provenance.version, provenance.digest),
    );
}

fn sources(contents: &Contents<'_>, page: &mut Page) {
    page.heading("Sources");
    for source in &contents.sources {
        let source = &contents.rulebook.sources()[*source];
        let url = source.url.as_ref().map_or(String::new(), |url| format!(", {url}"));
        page.item("-", &format!("{}: {}{url}", source.id, source.title));
    }
}
