//! A table of `question-id = value` → values.

use crate::document::{Entry, FaultLog, Located, Node, Span};
use crate::rulebook::value::{Kind, Question, UNKNOWN, Value, ValueError, question_meant};

/// One answer read from a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadAnswer {
    pub(crate) question: usize,
    pub(crate) value: Option<Value>,
    pub(crate) span: Span,
}

/// Reads a table of answers to `questions`; every mistake goes to `log`.
pub(crate) fn read_answer_table(
    questions: &[Question],
    entries: &[Entry<'_>],
    log: &FaultLog<'_>,
) -> Vec<ReadAnswer> {
    let mut read = Vec::new();
    for entry in entries {
        let Some(index) = questions.iter().position(|question| question.id == entry.key) else {
            let ids = questions.iter().map(|question| question.id.as_str());
            let meant = |given: &str| question_meant(questions, given);
            log.misnamed(entry.key_span.clone(), "question", &entry.key, meant, ids);
            continue;
        };
        match read_answer(&questions[index], &entry.value) {
            Ok(value) => read.push(ReadAnswer { question: index, value, span: entry.key_span.clone() }),
            Err(error) => log.fault(entry.value.span.clone(), error.message, Some(error.help)),
        }
    }
    read
}

/// Reads one answer; `None` is [`UNKNOWN`].
pub(crate) fn read_answer(question: &Question, located: &Located<'_>) -> Result<Option<Value>, ValueError> {
    let mistyped = |node: &Node<'_>| ValueError {
        message: format!("`{}` cannot be {}", question.id, node.kind()),
        help: format!("it takes {}", question.takes()),
    };
    match (&question.kind, &located.node) {
        (_, Node::Null) => Ok(None),
        (_, Node::Text(text)) if text.trim() == UNKNOWN => Ok(None),
        (Kind::Flag(_), Node::Flag(flag)) => Ok(Some(Value::Flag(*flag))),
        (Kind::Flag(_), Node::Text(text)) => question.parse(text),
        (Kind::Choice(_), Node::Text(text)) => Ok(Some(Value::Choice(question.option(text)?))),
        (Kind::Choice(_), Node::Integer(number)) => {
            Ok(Some(Value::Choice(question.option(&number.to_string())?)))
        }
        (Kind::Choice(_), Node::Number(number)) => Ok(Some(Value::Choice(question.option(number)?))),
        (Kind::Choices(_), Node::Text(text)) => question.parse(text),
        (Kind::Choices(_), Node::List(items)) => {
            let ids = items
                .iter()
                .map(|item| match &item.node {
                    Node::Text(text) => Ok(text.as_ref()),
                    other => Err(mistyped(other)),
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Some(Value::Choices(question.option_set(ids)?)))
        }
        (Kind::Count(_), Node::Integer(number)) => question.parse(&number.to_string()),
        (Kind::Count(_), Node::Number(number)) => question.parse(number),
        (_, other) => Err(mistyped(other)),
    }
}
