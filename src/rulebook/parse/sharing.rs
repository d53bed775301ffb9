//! What becomes of systems that share a platform.

use super::{Ids, condition, read_answer_table};
use crate::document::{Node, Reader};
use crate::rulebook::{Condition, Question, Sharing};

/// Reads the table `sharing` of the head; it may be missing.
pub(super) fn read(head: &Reader<'_>, questions: &[Question], platforms: &Ids<'_>) -> Option<Sharing> {
    let table = head.table("sharing")?;
    let platform = platforms.required(&table, "platform");
    let mut answers = Vec::new();
    match table.get("answers").map(|value| (&value.node, value.span.clone())) {
        Some((Node::Table(entries), _)) => {
            let read = read_answer_table(questions, entries, table.log());
            answers.extend(read.into_iter().filter_map(|read| Some((read.question, read.value?))));
        }
        Some((_, span)) => table.log().fault(span, "`answers` must be a table".to_owned(), None),
        None => table.log().fault(
            table.span(),
            "sharing lacks `answers`".to_owned(),
            Some("answers = { question = \"value\" }: what a system answers that shares".to_owned()),
        ),
    }
    let always = Condition::All(Vec::new());
    let sharing = Sharing {
        platform,
        answers,
        when: table.get("when").map_or(always, |value| condition::read(value, questions, table.log())),
        called: table.required_text("called"),
        because: table.required_text("because"),
    };
    table.finish();
    Some(sharing)
}
