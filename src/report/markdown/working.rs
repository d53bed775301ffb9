//! The working behind a record: all answers, the sum term by term, what each option lacks, sources. Folded.

use std::fmt::Write as _;

use super::{escape, link};
use crate::report::content::{Availability, Contents};
use crate::report::phrases;
use crate::report::text::say_open;
use crate::rulebook::Leaning;
use crate::text::upper_first;

pub(super) fn write(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "## More Information\n\n<details>\n<summary>{}</summary>\n", phrases::WORKING)?;
    answers(out, contents)?;
    ledger(out, contents)?;
    options(out, contents)?;
    firmness(out, contents)?;
    turns(out, contents)?;
    steps(out, contents)?;
    opposing(out, contents)?;
    precedents(out, contents)?;
    sources(out, contents)?;
    writeln!(out, "</details>")
}

fn answers(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### Answers\n\n| Question | Answer | From |\n| --- | --- | --- |")?;
    for answer in &contents.answers {
        let question = &contents.rulebook.questions()[answer.question];
        let aside = if answer.irrelevant { " (ignored)" } else { "" };
        writeln!(
            out,
            "| {} | {}{aside} | {} |",
            escape(&question.prompt),
            escape(&answer.described),
            escape(&answer.origin)
        )?;
    }
    writeln!(out)?;
    let open = contents.explained.open.iter().filter(|open| open.can_change != Some(false));
    let open: Vec<String> =
        open.map(|open| format!("* {}: {}\n", escape(&open.name), say_open(open))).collect();
    if !open.is_empty() {
        writeln!(out, "Not answered:\n\n{}", open.concat())?;
    }
    for contradiction in &contents.contradictions {
        writeln!(out, "* {}", escape(&contradiction.text))?;
    }
    if !contents.contradictions.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn ledger(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    let name = |platform: usize| contents.rulebook.platforms()[platform].in_sentence();
    let assessment = contents.assessment;
    let heading = phrases::compared(
        name(assessment.best_without),
        name(assessment.best_with),
        &contents.rulebook.side(Leaning::With).name,
    );
    writeln!(out, "### {}\n\n| Points | Term | Reason |\n| ---: | --- | --- |", escape(&heading))?;
    for line in &contents.ledger {
        writeln!(out, "| {:+} | {} | {} |", line.points, escape(&line.title), escape(&line.reason))?;
    }
    writeln!(out, "| **{:+}** | **Sum** | {} |\n", assessment.margin, escape(&contents.margin_said))
}

fn options(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### What each option lacks\n")?;
    for row in &contents.platforms {
        let platform = &contents.rulebook.platforms()[row.platform];
        writeln!(out, "**{}**: {}\n", escape(&platform.name), escape(&platform.summary))?;
        if let Availability::Removed(because) = &row.availability {
            writeln!(out, "* Ruled out: {}", escape(&because.join("; ")))?;
        }
        for shortfall in &row.shortfalls {
            writeln!(out, "* {}", escape(&phrases::lack(shortfall)))?;
        }
        if row.shortfalls.is_empty() {
            writeln!(out, "* {}", phrases::LACKS_NOTHING)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn firmness(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    let explained = &contents.explained;
    writeln!(out, "### How firm it is\n")?;
    if let Some(reason) = &explained.reason {
        writeln!(out, "{}:\n", escape(&reason.title))?;
        for answer in &reason.answers {
            writeln!(out, "* {}", escape(&answer.text))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}.", escape(&upper_first(&explained.steady)))?;
    if let Some(fragile) = &explained.fragile {
        writeln!(out, "Weakest estimate: {}. {}", escape(&fragile.text), escape(&fragile.because))?;
    }
    writeln!(out)?;
    for line in explained.leeway() {
        writeln!(out, "* {}", escape(&line))?;
    }
    writeln!(out)
}

fn turns(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### What would change it\n")?;
    for turn in contents.turns().iter().filter(|turn| !turn.repeats) {
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

fn steps(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    if contents.next_steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Next steps\n")?;
    for (number, step) in contents.next_steps.iter().enumerate() {
        let read: Vec<String> = step.read.iter().map(|(title, url)| link(title, url)).collect();
        let read = if read.is_empty() { String::new() } else { format!(" Read: {}.", read.join(", ")) };
        writeln!(out, "{}. **{}**: {}{read}", number + 1, escape(&step.title), escape(&step.text))?;
    }
    writeln!(out)
}

fn opposing(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "### {}\n", escape(&contents.opposing_title))?;
    for argument in &contents.opposing {
        writeln!(out, "* {}", escape(argument))?;
    }
    if contents.opposing.is_empty() {
        writeln!(out, "Nothing that is known speaks for it.")?;
    }
    writeln!(out)
}

fn precedents(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    if contents.brief.like.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Published decisions most like this\n")?;
    for precedent in &contents.brief.like {
        writeln!(out, "* {}", escape(precedent))?;
    }
    writeln!(out)
}

fn sources(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(
        out,
        "### Sources\n\nRulebook: {} (sha256 `{}`)\n",
        escape(&contents.provenance.named()),
        contents.provenance.digest
    )?;
    for (layer, digest) in contents.provenance.told_layers() {
        writeln!(out, "{} (sha256 `{digest}`)\n", escape(&layer))?;
    }
    for index in &contents.sources {
        let source = &contents.rulebook.sources()[*index];
        match &source.url {
            Some(url) => writeln!(out, "* {}", link(&source.title, url))?,
            None => writeln!(out, "* {}", escape(&source.title))?,
        }
    }
    writeln!(out)
}
