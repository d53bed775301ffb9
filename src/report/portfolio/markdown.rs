//! A portfolio for documents.

use std::fmt::Write as _;

use super::{BROKEN_OFF, Portfolio, grouped};
use crate::report::markdown::escape;
use crate::rulebook::Leaning;
use crate::text::upper_first;

/// So many systems have a row.
const MOST: usize = 2_000;

pub(super) fn render(portfolio: &Portfolio<'_>) -> String {
    let mut out =
        format!("# {}\n\n{}\n\n", escape(portfolio.rulebook.title()), escape(&portfolio.headline()));
    if portfolio.interrupted {
        let _ = write!(out, "{BROKEN_OFF}\n\n");
    }
    if let (Some(sharing), false) = (portfolio.sharing_changes(), portfolio.shared) {
        let _ = write!(out, "{}\n\n", escape(&sharing));
    }
    let number = |number: usize| grouped(number as i64);
    let rows = portfolio.verdicts().into_iter().map(|(name, _, of)| vec![name, number(of)]);
    table(&mut out, &["Verdict", "Systems:"], rows);
    let platforms = portfolio.named_platforms().into_iter();
    table(
        &mut out,
        &[&upper_first(portfolio.platform_head()), "Systems:"],
        platforms.map(|(name, _, of)| vec![name, number(of)]),
    );
    let subject = &portfolio.rulebook.side(Leaning::With).name;
    let _ = write!(out, "## What drives the need for {}\n\n", escape(subject));
    let needs = portfolio.needs(10);
    let rows = needs.iter().map(|row| {
        let because = row.because.join("; ");
        vec![row.name.clone(), number(row.systems), grouped(row.points), number(row.musts), because]
    });
    table(&mut out, &["", "Counts in:", "Points:", "A must for:", "Mostly because"], rows);
    let _ = write!(out, "## What speaks against {}\n\n", escape(subject));
    let brakes = portfolio.brakes(10);
    let rows = brakes.iter().map(|row| vec![row.name.clone(), number(row.systems), grouped(row.points)]);
    table(&mut out, &["", "Systems:", "Points:"], rows);
    let nearest = portfolio.nearest(10);
    if !nearest.is_empty() {
        out += "## Nearest to changing sides\n\n";
        for system in nearest {
            let verdict = portfolio.verdict(system);
            let _ = writeln!(
                out,
                "- {} ({}): {}.",
                escape(&system.name),
                escape(&verdict),
                escape(&portfolio.turn(system))
            );
        }
        out += "\n";
    }
    if let Some(recorded) = portfolio.recorded() {
        let dated = portfolio.out_of_date();
        let _ = write!(out, "## Recorded decisions\n\n{recorded}\n\n");
        for (system, why) in &dated {
            let _ = writeln!(out, "- {}: {}", escape(&system.name), escape(why));
        }
        out += if dated.is_empty() { "" } else { "\n" };
    }
    if portfolio.shared {
        shared(portfolio, &mut out);
    }
    if portfolio.group.is_some() && portfolio.has_groups() {
        let _ = write!(out, "## By {}\n\n", escape(portfolio.group.as_deref().unwrap_or("group")));
        let rows = portfolio.groups().into_iter().map(|row| {
            let figures = [row.systems, row.without, row.either, row.with, row.open];
            let name = Portfolio::group_name(row.name).to_owned();
            std::iter::once(name).chain(figures.map(number)).collect()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let simpler = format!("{}:", portfolio.rulebook.side(Leaning::Without).name);
        let with = format!("{subject}:");
        table(&mut out, &["", "Systems:", &simpler, "either:", &with, "undecided:"], rows.into_iter());
    }
    out += "## Systems\n\n";
    let rows = portfolio.systems.iter().take(MOST).map(|system| {
        vec![
            system.name.clone(),
            system.group.clone(),
            portfolio.verdict(system),
            Portfolio::sure(system),
            format!("{:+}", system.judgement.margin),
            portfolio.platform(system).to_owned(),
            portfolio.reason(system),
            portfolio.unknown(system, 3),
        ]
    });
    let header = ["System", "Group", "Verdict", "Sure:", "Margin:", "Platform", "Deciding", "Open"];
    table(&mut out, &header, rows);
    if portfolio.systems.len() > MOST {
        let _ = write!(out, "And {} more.\n\n", number(portfolio.systems.len() - MOST));
    }
    let _ = writeln!(
        out,
        "{} {}, rulebook {} (sha256 {}).",
        escape(&portfolio.counts.say()),
        portfolio.date,
        escape(&portfolio.provenance.named()),
        portfolio.provenance.digest
    );
    out
}

/// Adds a table; a head that ends in a colon is one of figures.
fn table(out: &mut String, header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        *out += "None.\n\n";
        return;
    }
    let heads: Vec<String> = header.iter().map(|head| escape(head.trim_end_matches(':'))).collect();
    let lines = header.iter().map(|head| if head.ends_with(':') { "---:" } else { "---" });
    let _ = writeln!(out, "| {} |\n| {} |", heads.join(" | "), lines.collect::<Vec<_>>().join(" | "));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    *out += "\n";
}

fn shared(portfolio: &Portfolio<'_>, out: &mut String) {
    let Some(sharing) = portfolio.rulebook.sharing() else { return };
    let _ = write!(out, "## Shared by many\n\n{}\n\n", escape(&sharing.because));
    for sums in portfolio.arithmetic() {
        if let Some(group) = &sums.group {
            let _ = write!(out, "### {}\n\n", escape(group));
        }
        for line in &sums.lines {
            let sum = if line.sum.is_empty() { String::new() } else { format!(": {}", line.sum) };
            let _ = writeln!(out, "- {}{} = {}", escape(&line.what), escape(&sum), grouped(line.total));
        }
        let _ = write!(out, "\n{}\n\n", escape(&sums.verdict));
        if let Some(named) = &sums.named {
            let _ = write!(out, "{}\n\n", escape(named));
        }
    }
}
