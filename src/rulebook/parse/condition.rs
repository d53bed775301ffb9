//! Conditions as rule files write them: `{ services = { above = 5 }, location = ["hybrid", "edge"] }`.

use crate::document::{Entry, FaultLog, Located, Node, Span};
use crate::rulebook::value::{Kind, OptionSet, Question};
use crate::rulebook::{Accepts, Condition, Test};

use super::shown;

/// Deeper conditions help nobody, and a stranger's file must not exhaust the stack.
const MAX_DEPTH: usize = 16;

/// Reads a condition on the questions in `questions`; a fault is noted and an always-true condition stands in.
pub(in crate::rulebook) fn read(
    value: &Located<'_>,
    questions: &[Question],
    log: &FaultLog<'_>,
) -> Condition {
    let reader = ConditionReader { questions, log };
    reader.condition(value, 0).unwrap_or(Condition::All(Vec::new()))
}

struct ConditionReader<'a> {
    questions: &'a [Question],
    log: &'a FaultLog<'a>,
}

impl ConditionReader<'_> {
    fn condition(&self, value: &Located<'_>, depth: usize) -> Option<Condition> {
        let Node::Table(entries) = &value.node else {
            return self.wrong(&value.span, "a condition is a table such as { question = \"value\" }");
        };
        if depth > MAX_DEPTH {
            return self.wrong(&value.span, "conditions are nested too deeply");
        }
        if entries.is_empty() {
            return self.wrong(&value.span, "an empty condition says nothing");
        }
        let mut parts = entries.iter().filter_map(|entry| self.part(entry, depth)).collect::<Vec<_>>();
        if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
    }

    fn part(&self, entry: &Entry<'_>, depth: usize) -> Option<Condition> {
        match entry.key.as_ref() {
            "all" => Some(Condition::All(self.conditions(&entry.value, depth)?)),
            "any" => Some(Condition::Any(self.conditions(&entry.value, depth)?)),
            "not" => Some(Condition::Not(Box::new(self.condition(&entry.value, depth + 1)?))),
            "unless" => Some(Condition::Unless(Box::new(self.condition(&entry.value, depth + 1)?))),
            id => {
                let Some(question) = self.questions.iter().position(|question| question.id == id) else {
                    let known = self.questions.iter().map(|question| question.id.as_str());
                    self.log.unknown(entry.key_span.clone(), "question", id, known);
                    return None;
                };
                let accepts = self.accepts(&self.questions[question], &entry.value)?;
                Some(Condition::Test(Test { question, accepts }))
            }
        }
    }

    fn conditions(&self, value: &Located<'_>, depth: usize) -> Option<Vec<Condition>> {
        match &value.node {
            Node::List(items) if !items.is_empty() => {
                Some(items.iter().filter_map(|item| self.condition(item, depth + 1)).collect())
            }
            _ => self.wrong(&value.span, "`all` and `any` take a list of conditions"),
        }
    }

    fn accepts(&self, question: &Question, value: &Located<'_>) -> Option<Accepts> {
        match (&question.kind, &value.node) {
            (Kind::Flag(_), Node::Flag(flag)) => Some(Accepts::Flag(*flag)),
            (Kind::Flag(_), _) => self.wrong(&value.span, &format!("`{}` is true or false", question.id)),
            (Kind::Count(count), node) => {
                let (min, max) = (count.min, count.max);
                let (from, to) = match node {
                    Node::Integer(_) => {
                        let exactly = self.number(value, min, max)?;
                        (exactly, exactly)
                    }
                    Node::Table(entries) => self.bounds(question, entries, &value.span, (min, max))?,
                    _ => return self.wrong(&value.span, "a count is compared as 5 or { above = 5 }"),
                };
                if from > to || from > max || to < min {
                    return self.wrong(&value.span, &format!("no answer to `{}` is like that", question.id));
                }
                Some(Accepts::Between(from, to))
            }
            (Kind::Choice(options), Node::Table(entries)) => {
                if !question.ordered {
                    let message =
                        format!("the options of `{}` have no order; list them instead", question.id);
                    return self.wrong(&value.span, &message);
                }
                let bounds = (0, options.len().saturating_sub(1) as u64);
                let (from, to) = self.bounds(question, entries, &value.span, bounds)?;
                if from > to {
                    return self.wrong(&value.span, &format!("no answer to `{}` is like that", question.id));
                }
                Some(Accepts::OneOf(OptionSet::range(from as usize, to as usize)))
            }
            (Kind::Choice(_), _) => Some(Accepts::OneOf(self.options(question, value)?)),
            (Kind::Choices(_), Node::Table(entries)) => match entries.as_slice() {
                [entry] if entry.key == "includes" => {
                    Some(Accepts::Includes(self.options(question, &entry.value)?))
                }
                _ => self
                    .wrong(&value.span, "write { includes = \"option\" } or { includes = [\"a\", \"b\"] }"),
            },
            (Kind::Choices(_), _) => self.wrong(
                &value.span,
                &format!("`{}` takes several options: write {{ includes = … }}", question.id),
            ),
        }
    }

    fn options(&self, question: &Question, value: &Located<'_>) -> Option<OptionSet> {
        match &value.node {
            Node::Text(id) => Some(OptionSet::of(self.option(question, id, &value.span)?)),
            Node::List(items) if !items.is_empty() => items
                .iter()
                .try_fold(OptionSet::default(), |set, item| Some(set.union(self.options(question, item)?))),
            _ => self.wrong(&value.span, &format!("`{}` takes {}", question.id, question.takes())),
        }
    }

    fn option(&self, question: &Question, id: &str, span: &Span) -> Option<usize> {
        question
            .option(id)
            .map_err(|error| self.log.fault(span.clone(), error.message, Some(error.help)))
            .ok()
    }

    /// `{ above = 5 }` and its kin over numbers, or over the positions of ordered options.
    fn bounds(
        &self,
        question: &Question,
        entries: &[Entry<'_>],
        span: &Span,
        (min, max): (u64, u64),
    ) -> Option<(u64, u64)> {
        let (mut from, mut to) = (min, max);
        if entries.is_empty() {
            return self.wrong(span, "say above, below, at-least or at-most");
        }
        for entry in entries {
            let bound = match &question.kind {
                Kind::Choice(_) => match &entry.value.node {
                    Node::Text(id) => self.option(question, id, &entry.value.span)? as u64,
                    _ => {
                        return self.wrong(
                            &entry.value.span,
                            &format!("`{}` takes {}", question.id, question.takes()),
                        );
                    }
                },
                _ => self.number(&entry.value, min, max)?,
            };
            match entry.key.as_ref() {
                "above" => from = from.max(bound.saturating_add(1)),
                "at-least" => from = from.max(bound),
                "below" if bound == 0 => return self.wrong(&entry.value.span, "nothing is below this"),
                "below" => to = to.min(bound - 1),
                "at-most" => to = to.min(bound),
                other => {
                    let known = ["above", "at-least", "below", "at-most"];
                    self.log.unknown(entry.key_span.clone(), "comparison", other, known);
                    return None;
                }
            }
        }
        Some((from, to))
    }

    fn number(&self, value: &Located<'_>, min: u64, max: u64) -> Option<u64> {
        match value.node {
            Node::Integer(number) if u64::try_from(number).is_ok_and(|n| (min..=max).contains(&n)) => {
                Some(number.unsigned_abs())
            }
            _ => {
                let message =
                    format!("a whole number from {min} to {max} is expected, not {}", shown(&value.node));
                self.wrong(&value.span, &message)
            }
        }
    }

    fn wrong<T>(&self, span: &Span, message: &str) -> Option<T> {
        self.log.fault(span.clone(), message.to_owned(), None);
        None
    }
}
