//! `[[case]]` → [`Case`].

use super::Section;
use super::answers::read_answer_table;
use super::knowledge::url;
use crate::document::Reader;
use crate::rulebook::case::{Case, Confidence};
use crate::rulebook::{Leaning, Rulebook};

/// Years outside these are slips.
const YEARS: std::ops::RangeInclusive<i64> = 1970..=2999;

/// `rulebook` is all the rest, which the cases refer to.
pub(super) fn build(section: &Section<'_>, rulebook: &Rulebook) -> Vec<Case> {
    let outcomes = Leaning::ALL.map(|leaning| (leaning, rulebook.outcome_id(leaning)));
    section.build(|table, id| Case {
        id,
        who: table.required_text("who"),
        year: table.integer("year", YEARS).and_then(|year| u16::try_from(year).ok()),
        title: table.required_text("title"),
        url: url(table),
        outcome: outcome(table, &outcomes),
        confidence: confidence(table),
        group: table.text("group"),
        ran: table.required_text("ran"),
        reason: table.required_text("reason"),
        disagrees: table.text("disagrees"),
        answers: answers(table, rulebook),
    })
}

fn outcome(table: &Reader<'_>, outcomes: &[(Leaning, String)]) -> Leaning {
    let Some(word) = table.required_word("outcome") else { return Leaning::Hedge };
    let known = outcomes.iter().map(|(_, id)| id.as_str());
    let found = table.log().find(word.span, "outcome", word.text, known);
    found.map_or(Leaning::Hedge, |index| outcomes[index].0)
}

fn confidence(table: &Reader<'_>) -> Confidence {
    let Some(word) = table.required_word("confidence") else { return Confidence::Low };
    let known = Confidence::ALL.iter().map(|(_, name)| *name);
    let found = table.log().find(word.span, "confidence", word.text, known);
    found.map_or(Confidence::Low, |index| Confidence::ALL[index].0)
}

/// What a publication states; what it does not say is left out, not called unknown.
fn answers(table: &Reader<'_>, rulebook: &Rulebook) -> Vec<(usize, crate::rulebook::Value)> {
    let mut read = read_answer_table(rulebook.questions(), table.map("answers"), table.log());
    if read.is_empty() {
        table.log().fault(table.span(), "the case has no answers".to_owned(), None);
    }
    read.sort_by_key(|read| read.question);
    read.into_iter()
        .filter_map(|read| {
            if read.value.is_none() {
                let help = "leave out what the publication does not state".to_owned();
                table.log().fault(read.span, "a case has only known answers".to_owned(), Some(help));
            }
            Some((read.question, read.value?))
        })
        .collect()
}
