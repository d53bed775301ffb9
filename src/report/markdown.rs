//! The report as a decision record in the shape of MADR (<https://adr.github.io/madr/>), complete in itself.

use std::fmt::Write as _;

use super::content::{Availability, Contents, NextStepKind, PlatformRow};
use super::text::say_open;
use crate::rulebook::{LEVELS, Leaning};

/// A text as Markdown that shows exactly this text on one line: nothing in it becomes markup, a link, a mention, a
/// reference or HTML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in crate::text::one_line(text).chars() {
        match c {
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

pub(super) fn link(title: &str, url: &str) -> String {
    format!("[{}](<{url}>)", escape(title))
}

/// Lays the report out as Markdown; `date` is the day of the decision, as YYYY-MM-DD.
pub fn render(contents: &Contents<'_>, date: &str) -> String {
    let mut out = String::new();
    // Writing into a String has no way to fail.
    let _ = write_record(&mut out, contents, date);
    out
}

fn write_record(out: &mut String, contents: &Contents<'_>, date: &str) -> std::fmt::Result {
    let rulebook = contents.rulebook;
    writeln!(out, "# {} {}\n", escape(rulebook.title()), escape(&contents.headline))?;
    writeln!(
        out,
        "* Status: {}",
        if contents.is_undecided() { "draft: too little is known" } else { "proposed" }
    )?;
    writeln!(out, "* Date: {date}")?;
    writeln!(
        out,
        "* Rulebook: {} {} (sha256 `{}`)\n",
        escape(&contents.provenance.name),
        escape(&contents.provenance.version),
        contents.provenance.digest
    )?;
    context(out, contents)?;
    drivers(out, contents)?;
    options(out, contents)?;
    outcome(out, contents)?;
    pros_and_cons(out, contents)?;
    more(out, contents)
}

fn context(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Context and Problem Statement\n")?;
    writeln!(out, "{} The situation, as it was answered:\n", escape(contents.rulebook.title()))?;
    writeln!(out, "| Question | Answer | From |\n| --- | --- | --- |")?;
    for answer in &contents.answers {
        let question = &contents.rulebook.questions()[answer.question];
        let aside = if answer.irrelevant { " (does not apply)" } else { "" };
        writeln!(
            out,
            "| {} | {}{aside} | {} |",
            escape(&question.prompt),
            escape(&answer.described),
            escape(&answer.origin)
        )?;
    }
    writeln!(out)?;
    if let Some(summary) = &contents.explained.open_summary {
        writeln!(out, "Not known. {}\n", escape(summary))?;
        let open = contents.explained.open.iter().filter(|open| open.can_change != Some(false));
        let open: Vec<String> =
            open.map(|open| format!("* {}: {}\n", escape(&open.name), say_open(open))).collect();
        if !open.is_empty() {
            writeln!(out, "{}", open.concat())?;
        }
    }
    for contradiction in &contents.contradictions {
        writeln!(out, "Contradiction: {}.\n", escape(&contradiction.text))?;
    }
    Ok(())
}

fn drivers(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Decision Drivers\n")?;
    let mut any = false;
    for (index, criterion) in contents.rulebook.criteria().iter().enumerate() {
        if !contents.assessment.holds(index) {
            continue;
        }
        any = true;
        write!(
            out,
            "* **{}** ({}): {}",
            escape(&criterion.statement),
            criterion.side.word(),
            escape(&criterion.because)
        )?;
        if let Some(nuance) = &criterion.nuance {
            write!(out, " {}", escape(nuance))?;
        }
        writeln!(out)?;
    }
    if !any {
        writeln!(out, "None of the criteria is known to hold.")?;
    }
    writeln!(out)?;
    for row in &contents.problems {
        let problem = &contents.rulebook.problems()[row.problem];
        writeln!(
            out,
            "* **{}**: {} {}",
            escape(&problem.title),
            escape(&problem.scenario),
            escape(&row.remedy)
        )?;
        if let Some(covered) = &row.covered {
            writeln!(out, "  {}", escape(covered))?;
        }
        writeln!(out, "  Commonly claimed: {}", escape(&problem.commonly))?;
    }
    if !contents.problems.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn options(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Considered Options\n")?;
    for row in &contents.platforms {
        let name = escape(contents.platform_name(row.platform));
        match &row.availability {
            Availability::Available => writeln!(out, "* {name}")?,
            Availability::Removed(because) => {
                writeln!(out, "* {name} (off the table: {})", escape(&because.join("; ")))?
            }
        }
    }
    writeln!(out)
}

fn outcome(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    let assessment = contents.assessment;
    writeln!(out, "## Decision Outcome\n")?;
    let chosen = escape(contents.platform_name(assessment.recommendation));
    if contents.is_undecided() {
        writeln!(out, "No option is chosen yet. {}\n", escape(&contents.headline))?;
    } else {
        writeln!(out, "Chosen option: **{chosen}**, because {}\n", escape(&lead_in(&contents.meaning)))?;
    }
    writeln!(out, "{}\n", escape(&contents.certainty))?;
    if let Some(decided_by) = &contents.decided_by {
        writeln!(out, "{}\n", escape(decided_by))?;
    }
    let (with, without) =
        (contents.platform_name(assessment.best_with), contents.platform_name(assessment.best_without));
    writeln!(out, "The margin between {} and {}, term by term:\n", escape(without), escape(with))?;
    writeln!(out, "| Points | Term | Reason |\n| ---: | --- | --- |")?;
    for line in &contents.ledger {
        writeln!(out, "| {:+} | {} | {} |", line.points, escape(&line.title), escape(&line.reason))?;
    }
    writeln!(
        out,
        "| **{:+}** | **Margin** | above zero speaks for {} |\n",
        assessment.margin,
        escape(&contents.rulebook.side(Leaning::With).name)
    )?;

    decides(out, contents)?;
    turns(out, contents)?;

    writeln!(out, "### Consequences\n")?;
    let standing = &assessment.standings[assessment.recommendation];
    let platform = &contents.rulebook.platforms()[assessment.recommendation];
    writeln!(
        out,
        "* Good, because its burden is the least: {} points, {} of effort at {} each.",
        standing.burden, standing.effort, assessment.effort_price
    )?;
    for shortfall in &standing.shortfalls {
        let aspect = &contents.rulebook.aspects()[shortfall.aspect];
        let cell = &aspect.cells[assessment.recommendation];
        writeln!(
            out,
            "* Bad, because {}: {}",
            escape(aspect.short_of.as_deref().unwrap_or(&cell.label)),
            escape(&cell.note)
        )?;
    }
    for claim in platform.takes_on.iter().filter(|claim| assessment.satisfies(&claim.when)) {
        writeln!(out, "* Bad, because one takes this on: {}", escape(&claim.text))?;
    }
    for claim in platform.caveats.iter().filter(|claim| assessment.satisfies(&claim.when)) {
        writeln!(out, "* Neutral: {}", escape(&claim.text))?;
    }
    writeln!(out)?;
    next_steps(out, contents)?;

    writeln!(out, "### Confirmation\n")?;
    writeln!(
        out,
        "`needk8s check` assesses the recorded answers again and fails when the verdict has moved; it names the changes \
         above that have come true since.\n"
    )
}

/// What the verdict hangs on, and what each answer may be.
fn decides(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    let explained = &contents.explained;
    writeln!(out, "### What It Hangs On\n")?;
    match &explained.reason {
        None => writeln!(out, "No set of the answers given decides it yet.\n")?,
        Some(reason) if reason.answers.is_empty() => writeln!(out, "{}.\n", escape(&reason.title))?,
        Some(reason) => {
            writeln!(out, "{}:\n", escape(&reason.title))?;
            for answer in &reason.answers {
                writeln!(out, "* {}", escape(&answer.text))?;
            }
            writeln!(out)?;
        }
    }
    writeln!(out, "{}", escape(&explained.steady))?;
    if let Some(fragile) = &explained.fragile {
        writeln!(out, "What the rules say for that figure: {}", escape(&fragile.because))?;
    }
    if !explained.slack.is_empty() {
        writeln!(out, "\nWhat each answer may be, the others kept, without another verdict:\n")?;
    }
    for answer in explained.slack.iter().filter(|answer| !answer.anything) {
        writeln!(out, "* {}: {}", escape(&answer.name), escape(&answer.text))?;
    }
    let anything = explained.anything_goes();
    if !anything.is_empty() {
        writeln!(out, "* Anything: {}", escape(&anything.join(", ")))?;
    }
    writeln!(out)
}

fn turns(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### What Would Change It\n")?;
    for sentence in contents.explained.revisit.iter().filter(|_| !contents.is_undecided()) {
        writeln!(out, "{}\n", escape(sentence))?;
    }
    for turn in contents.explained.turns.iter().filter(|turn| !turn.repeats) {
        writeln!(out, "**{}**: {}.\n", escape(&turn.title), escape(&turn.scope))?;
        for line in &turn.grouped {
            writeln!(out, "* when {}", escape(line))?;
        }
        if turn.left_out > 0 {
            writeln!(out, "* ({} more with `--format json`)", turn.left_out)?;
        }
        if !turn.grouped.is_empty() {
            writeln!(out)?;
        }
    }
    Ok(())
}

fn next_steps(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    if contents.next_steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Next Steps\n")?;
    for (number, step) in
        contents.next_steps.iter().filter(|step| step.kind != NextStepKind::TakesOn).enumerate()
    {
        let first = if step.kind == NextStepKind::LearnFirst { " (needed first)" } else { "" };
        let read: Vec<String> = step.read.iter().map(|(title, url)| link(title, url)).collect();
        let read = if read.is_empty() { String::new() } else { format!(" Read: {}.", read.join(", ")) };
        writeln!(out, "{}. **{}**{first}: {}{read}", number + 1, escape(&step.title), escape(&step.text))?;
    }
    writeln!(out)
}

/// The sentence as it goes on after "because": its first letter small, unless it starts with a name.
fn lead_in(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if sentence.starts_with("The ") || sentence.starts_with("Something ") => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}

fn pros_and_cons(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## Pros and Cons of the Options\n")?;
    for row in &contents.platforms {
        option(out, contents, row)?;
    }
    writeln!(out, "### {}\n", escape(&contents.opposing_title))?;
    for argument in &contents.opposing {
        writeln!(out, "* {}", escape(argument))?;
    }
    if contents.opposing.is_empty() {
        writeln!(out, "Nothing that is known speaks for it.")?;
    }
    writeln!(out)
}

fn option(out: &mut String, contents: &Contents<'_>, row: &PlatformRow) -> std::fmt::Result {
    let platform = &contents.rulebook.platforms()[row.platform];
    writeln!(out, "### {}\n", escape(&platform.name))?;
    writeln!(out, "{} Effort {}, burden {}.\n", escape(&platform.summary), row.effort, row.burden)?;
    if let Availability::Removed(because) = &row.availability {
        writeln!(out, "* Bad, because it is off the table: {}", escape(&because.join("; ")))?;
    }
    for shortfall in &row.shortfalls {
        let level = |level: u8| LEVELS[usize::from(level.min(4))];
        writeln!(
            out,
            "* Bad, because of {} ({} points): {}, {} is needed",
            escape(&shortfall.name),
            shortfall.points,
            level(shortfall.level),
            level(shortfall.demanded)
        )?;
    }
    if row.shortfalls.is_empty() {
        writeln!(out, "* Good, because it lacks nothing that these answers demand")?;
    }
    writeln!(out)
}

fn more(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## More Information\n")?;
    writeln!(out, "Sources:\n")?;
    for index in &contents.sources {
        let source = &contents.rulebook.sources()[*index];
        match &source.url {
            Some(url) => writeln!(out, "* {}", link(&source.title, url))?,
            None => writeln!(out, "* {}", escape(&source.title))?,
        }
    }
    Ok(())
}
