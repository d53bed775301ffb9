//! A review for people at a terminal: what is wrong first, then the promises.

use comfy_table::{CellAlignment, Table};

use super::said;
use crate::report::text::{Layout, Page};
use crate::review::{Finding, Influence, Influences, Reach, Review, Standing, spelled};
use crate::rulebook::Rulebook;
use crate::text::{counted, upper_first};

/// Lays a review out; all of it where the layout is verbose.
pub fn render(
    rulebook: &Rulebook,
    review: &Review,
    influences: Option<&Influences>,
    layout: Layout,
) -> String {
    let mut page = Page::new(layout);
    for finding in &review.findings {
        one(finding, &mut page);
    }
    promises(rulebook, review, &mut page);
    if !review.undecided.is_empty() {
        page.heading("Neither met nor ruled out");
        for (subject, boxes) in &review.undecided {
            page.paragraph(
                2,
                &format!("{subject}: no answers found in {}", counted(*boxes as usize, "box", "boxes")),
            );
        }
    }
    if layout.verbose {
        page.heading("Answers that lead to each verdict and platform");
        for witness in &review.witnesses {
            page.paragraph(2, &format!("{}: {}", witness.subject, spelled(rulebook, &witness.answers)));
        }
    }
    if let Some(influences) = influences {
        weights(influences, &mut page);
    }
    page.line("");
    page.line(&summary(review));
    page.finish()
}

fn one(finding: &Finding, page: &mut Page) {
    let Finding { check, subject, message, shown_by, help, place } = finding;
    page.paragraph(0, &format!("warning[{}]: {}", check.word(), message));
    match place {
        Some(place) => page.paragraph(2, &format!("--> {}:{} ({subject})", place.file, place.line)),
        None => page.paragraph(2, &format!("--> {subject}")),
    }
    page.paragraph(2, &format!("{}.", upper_first(shown_by)));
    if let Some(help) = help {
        page.paragraph(2, &format!("help: {help}"));
    }
    page.line("");
}

fn promises(rulebook: &Rulebook, review: &Review, page: &mut Page) {
    if review.promises.is_empty() {
        return;
    }
    page.heading("Promises");
    for kept in &review.promises {
        let promise = &rulebook.promises()[kept.promise];
        let (word, how) = said(rulebook, kept);
        let is_plain = matches!(kept.standing, Standing::Proved { .. } | Standing::ByConstruction);
        let line = match is_plain && !page.layout().verbose {
            true => format!("{word}: {}", promise.says),
            false => format!("{word}: {} [{}] {}.", promise.says, promise.id, upper_first(&how)),
        };
        page.paragraph(2, &line);
    }
}

/// What weighs most, as two tables.
fn weights(influences: &Influences, page: &mut Page) {
    let Influences { agreement, cases, questions, criteria } = influences;
    let counts = *cases > 0;
    page.heading("What weighs most");
    page.paragraph(
        2,
        "How far each can move the margin while all else stays (12-15: 12 was found, and more than 15 is ruled out but where \
         constraints leave only one side).",
    );
    if counts {
        let (clear, right) = (agreement.cases, agreement.right);
        page.paragraph(
            2,
            &format!(
                "Without it: how many of {cases} published decisions come out on another side, and how many of {clear} clear ones \
                 come out right, which are {right} with it."
            ),
        );
    }
    for (kind, all) in [("question", questions), ("criterion", criteria)] {
        page.gap();
        let mut table = Table::new();
        let columns = if counts { 5 } else { 2 };
        table.set_header([kind, "moves", "decides", "right", ""].into_iter().take(columns));
        for one in all {
            table.add_row(row(one, agreement.right).into_iter().take(columns));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        page.table(&mut table, None);
    }
}

fn row(influence: &Influence, right: usize) -> [String; 5] {
    let Influence { subject, moves, decides, agreement } = influence;
    let change = match agreement.right as i64 - right as i64 {
        0 => String::new(),
        change => format!("{change:+}"),
    };
    let moves = match moves {
        Reach { found, at_most: Some(most) } if most == found => found.to_string(),
        Reach { found, at_most: Some(most) } => format!("{found}-{most}"),
        Reach { found, at_most: None } => format!("{found} or more"),
    };
    [subject.id.clone(), moves, decides.to_string(), agreement.right.to_string(), change]
}

/// "No warnings. 14 of 17 promises proved, 3 not proved, none broken."
fn summary(review: &Review) -> String {
    let count =
        |such: &dyn Fn(&Standing) -> bool| review.promises.iter().filter(|kept| such(&kept.standing)).count();
    let proved = count(&|standing| matches!(standing, Standing::Proved { .. } | Standing::ByConstruction));
    let open = count(&|standing| matches!(standing, Standing::NotProved { .. }));
    let broken = count(&|standing| matches!(standing, Standing::Broken(_)));
    let warnings = review.findings.len();
    let warnings =
        if warnings == 0 { "No warnings".to_owned() } else { counted(warnings, "warning", "warnings") };
    match review.promises.len() {
        0 => format!("{warnings}. The rulebook makes no promises."),
        all => format!(
            "{warnings}. Of {}, {proved} proved, {open} not proved in full, {broken} broken.",
            counted(all, "promise", "promises")
        ),
    }
}
