//! The report of a scan as Markdown in which nothing from a repository becomes markup.

use std::fmt::Write as _;

use super::{Scan, groups, shown_places};
use crate::report::markdown::escape;

/// How many places of one fact a table shows.
const MOST: usize = 12;

pub(super) fn render(scan: &Scan<'_>) -> String {
    let mut out = String::new();
    // Writing into a String has no way to fail.
    let _ = write_report(&mut out, scan);
    out
}

fn write_report(out: &mut String, scan: &Scan<'_>) -> std::fmt::Result {
    writeln!(out, "# What {} says\n", escape(scan.folder))?;
    for group in groups::of(scan.facts) {
        writeln!(out, "## {}\n", group.title)?;
        for line in &group.summary {
            writeln!(out, "{}\n", escape(line))?;
        }
        let items = group.items.iter().map(|item| vec![item.text.clone(), shown_places(&item.places, MOST)]);
        table(out, ["Fact", "Where"], items)?;
    }
    list(out, "Not read", &scan.unread())?;
    for (title, answering) in [("Answers found", true), ("Hints, which are no answers", false)] {
        let findings = scan.findings(answering);
        if findings.is_empty() {
            continue;
        }
        writeln!(out, "## {title}\n")?;
        let rows = findings.into_iter().map(|finding| {
            let places: Vec<String> = finding.evidence.iter().map(|seen| seen.place.to_string()).collect();
            vec![
                scan.described(finding),
                finding.sureness.word().to_owned(),
                finding.says(),
                places.join(", "),
            ]
        });
        table(out, ["Answer", "Sureness", "Why", "Where"], rows)?;
    }
    list(out, "Contradictions", &scan.conflicts())?;
    let (ids, others) = scan.open_ids();
    let mut open: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    if others > 0 {
        open.push(format!("{others} that depend on others or are details"));
    }
    list(out, "Still open", &open)?;
    writeln!(out, "## What it comes to so far\n")?;
    if scan.contents.answers.is_empty() {
        return writeln!(
            out,
            "Nothing that was found answers a question, so there is no recommendation yet."
        );
    }
    writeln!(out, "{}\n\n{}.", escape(&scan.contents.headline), escape(&scan.contents.certainty))
}

fn table<const N: usize>(
    out: &mut String,
    head: [&str; N],
    rows: impl Iterator<Item = Vec<String>>,
) -> std::fmt::Result {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(N))?;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    writeln!(out)
}

fn list(out: &mut String, title: &str, items: &[String]) -> std::fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {title}\n")?;
    for item in items {
        writeln!(out, "* {}", escape(item))?;
    }
    writeln!(out)
}
