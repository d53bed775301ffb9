//! The report as a decision record in the shape of MADR 4 (<https://adr.github.io/madr/>): one page, with the working folded
//! beneath it.

mod record;
mod working;

use std::fmt::Write as _;

pub use record::{Kept, NotOurs, update};

use super::content::{Availability, Contents};
use super::explained::Again;
use super::phrases;
use crate::rulebook::Leaning;
use crate::text::{counted, list, upper_first};
use record::Section;

/// A text as Markdown that shows exactly this text on one line: nothing in it becomes markup, a link, a mention, a
/// reference or HTML. The `@` of an address is a wide one.
pub fn escape(text: &str) -> String {
    let text = crate::text::one_line(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        match c {
            '.' if ends_with_www(before) => escaped.push_str("\\."),
            ':' if after.starts_with("//") => escaped.push_str("\\:"),
            '@' if is_address(before, after) => escaped.push('＠'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Whether a dot that follows makes a link of it: `www.`
/// <https://github.github.com/gfm/#autolinks-extension->
fn ends_with_www(before: &str) -> bool {
    let last = before.len().checked_sub(3).and_then(|start| before.as_bytes().get(start..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(b"www"))
}

/// Whether an `@` between them makes an address, which becomes a link however it is escaped.
fn is_address(before: &str, after: &str) -> bool {
    let mut domain =
        after.chars().take(255).take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'))
        && domain.next().is_some_and(|first| first != '.')
        && domain.any(|c| c == '.')
}

pub(super) fn link(title: &str, url: &str) -> String {
    format!("[{}](<{url}>)", escape(title))
}

/// Lays the report out as a new record; `date` is the day of the decision, as YYYY-MM-DD.
pub fn render(contents: &Contents<'_>, date: &str) -> String {
    record::new(&sections(contents), date)
}

/// The parts of a record, in their order.
fn sections(contents: &Contents<'_>) -> Vec<Section> {
    type Write = fn(&mut String, &Contents<'_>) -> std::fmt::Result;
    let parts: [(&'static str, Write); 9] = [
        ("title", title),
        ("context", context),
        ("drivers", drivers),
        ("options", options),
        ("outcome", outcome),
        ("consequences", consequences),
        ("confirmation", confirmation),
        ("look-again", look_again),
        ("working", working::write),
    ];
    parts
        .into_iter()
        .map(|(id, write)| {
            let mut body = String::new();
            // Writing into a String has no way to fail.
            let _ = write(&mut body, contents);
            Section { id, body: body.trim_end().to_owned() }
        })
        .collect()
}

fn title(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "# {} {}", escape(contents.rulebook.title()), escape(&contents.headline))
}

/// How many answers the context names; the others are in the working.
const NAMED_ANSWERS: usize = 6;

fn context(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Context and Problem Statement\n")?;
    let told: Vec<String> = contents
        .answers
        .iter()
        .filter(|answer| !answer.irrelevant && answer.value.is_some())
        .filter(|answer| !answer.clause.is_empty())
        .map(|answer| answer.clause.clone())
        .collect();
    let shown = told.len().min(NAMED_ANSWERS);
    let more = match told.len() - shown {
        0 => String::new(),
        more => format!(" {} in the working.", counted(more, "more answer is", "more answers are")),
    };
    let told = match shown {
        0 => String::new(),
        _ => format!(" {}.", escape(&upper_first(&told[..shown].join("; ")))),
    };
    writeln!(out, "{}{told}{more}", escape(contents.rulebook.title()))?;
    if let Some(summary) = &contents.explained.open_summary {
        writeln!(out, "\n{}", escape(summary))?;
    }
    Ok(())
}

fn drivers(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Decision Drivers\n")?;
    for driver in &contents.drivers {
        writeln!(out, "* {}", escape(driver))?;
    }
    if contents.drivers.is_empty() {
        writeln!(out, "Nothing that is known speaks for either side.")?;
    }
    Ok(())
}

/// How many options the page gives with their totals; the others are in the working.
const NAMED_OPTIONS: usize = 6;

fn options(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    let price = contents.assessment.effort_price;
    writeln!(out, "## Considered Options\n\n{}\n", escape(&phrases::total_is(price, false)))?;
    let on_the_table = || contents.platforms.iter().filter(|row| row.availability == Availability::Available);
    for row in on_the_table().take(NAMED_OPTIONS) {
        let missing = row.burden - price * row.effort;
        let musts: Vec<&str> =
            row.shortfalls.iter().filter(|row| row.must).map(|row| row.name.as_str()).collect();
        writeln!(
            out,
            "* {}: {} ({} × {price} + {missing}){}",
            escape(contents.platform_name(row.platform)),
            row.burden,
            row.effort,
            escape(&phrases::behind_for(&musts))
        )?;
    }
    let more: Vec<&str> =
        on_the_table().skip(NAMED_OPTIONS).map(|row| contents.platform_name(row.platform)).collect();
    if !more.is_empty() {
        writeln!(out, "* Behind these: {}.", escape(&list(&more, "and")))?;
    }
    for line in contents.ruled_out() {
        writeln!(out, "* {}", escape(&line))?;
    }
    Ok(())
}

fn outcome(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Decision Outcome\n")?;
    let name = |platform: usize| escape(contents.platform_name(platform));
    let assessment = contents.assessment;
    let why = escape(&contents.brief.why.join(" "));
    match assessment.leaning(contents.rulebook) {
        _ if contents.is_undecided() => {
            writeln!(out, "Open: no option is chosen. {}", escape(&contents.headline))?;
        }
        _ if contents.stays => {
            writeln!(out, "Chosen option: **what runs today**. {} {why}", escape(&contents.headline))?
        }
        Leaning::Hedge => writeln!(
            out,
            "Open between two: **{}** and **{}**. {why}",
            name(assessment.best_without),
            name(assessment.best_with)
        )?,
        _ => writeln!(out, "Chosen option: **{}**. {why}", name(assessment.recommendation))?,
    }
    writeln!(out, "\n{}", escape(&contents.brief.sure.join(" ")))
}

fn consequences(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### Consequences\n")?;
    let assessment = contents.assessment;
    let best = &contents.rulebook.platforms()[assessment.recommendation];
    let name = escape(best.in_sentence());
    match assessment.leaning(contents.rulebook) {
        _ if contents.is_undecided() => writeln!(out, "Of {name}, the lowest in total:\n")?,
        _ if contents.stays && best.is_in_use(&assessment.readings) => {}
        _ if contents.stays => writeln!(out, "Of a move to {name}, which is not what runs today:\n")?,
        Leaning::Hedge => writeln!(out, "Of {name}, the lowest in total:\n")?,
        _ => {}
    }
    for good in &contents.balance.good {
        writeln!(out, "* Good, because {}", escape(good))?;
    }
    for bad in &contents.balance.bad {
        writeln!(out, "* Bad, because {}", escape(bad))?;
    }
    for neutral in &contents.balance.neutral {
        writeln!(out, "* Neutral: {}", escape(neutral))?;
    }
    Ok(())
}

fn confirmation(out: &mut String, _: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### Confirmation\n\n{}", phrases::CONFIRMATION)
}

fn look_again(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## When to Look Again\n")?;
    let brief = &contents.brief;
    for Again { to, when } in &brief.again {
        for when in when {
            writeln!(out, "* When {}; then the answer would be {}.", escape(when), escape(to))?;
        }
    }
    if let Some(unless) = &brief.unless {
        writeln!(out, "* When {}.", escape(unless))?;
    } else if let Some(ask) = &brief.ask {
        writeln!(out, "* When more is known: first {}.", escape(ask))?;
    } else if brief.again.is_empty() {
        writeln!(out, "No change of one or two answers was found that would bring another answer.")?;
    }
    if !brief.first.is_empty() {
        writeln!(out, "\nTo do first: {}", escape(&list(&brief.first, "Then:")))?;
    }
    Ok(())
}
