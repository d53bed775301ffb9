//! Answers: typed values, where each came from, and what contradicts what.

use std::fmt;

use crate::document::{Entry, FaultLog, Located, Node, Span};
use crate::rulebook::{Kind, Question, Rulebook, UNKNOWN, Value, ValueError};

/// Where an answer came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag(String),
    /// A line of a file of answers.
    File {
        /// The file's name as it was given.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// The questionnaire.
    Prompt,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Environment(variable) => f.write_str(variable),
            Self::Prompt => f.write_str("asked"),
        }
    }
}

/// What one source says about one question; `None` says that it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The answer.
    pub value: Option<Value>,
    /// Its source.
    pub origin: Origin,
}

/// What all sources say, for each question of one rulebook, the strongest source first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    given: Vec<Vec<Given>>,
}

impl Answers {
    /// No answers to any question of `rulebook`.
    pub fn none(rulebook: &Rulebook) -> Self {
        Self { given: vec![Vec::new(); rulebook.questions().len()] }
    }

    /// Adds what a weaker source says.
    pub fn add(&mut self, question: usize, given: Given) {
        if let Some(sources) = self.given.get_mut(question) {
            sources.push(given);
        }
    }

    /// Puts an answer above all others.
    pub fn set(&mut self, question: usize, given: Given) {
        if let Some(sources) = self.given.get_mut(question) {
            sources.retain(|earlier| earlier.origin != given.origin);
            sources.insert(0, given);
        }
    }

    /// Takes back what `origin` said about a question.
    pub fn take_back(&mut self, question: usize, origin: &Origin) {
        if let Some(sources) = self.given.get_mut(question) {
            sources.retain(|given| given.origin != *origin);
        }
    }

    /// The strongest statement about a question.
    pub fn given(&self, question: usize) -> Option<&Given> {
        self.given.get(question)?.first()
    }

    /// The answer to a question, if it has a known one.
    pub fn value(&self, question: usize) -> Option<Value> {
        self.given(question)?.value
    }

    /// The known answers, one place for each question.
    pub fn values(&self) -> Vec<Option<Value>> {
        (0..self.given.len()).map(|question| self.value(question)).collect()
    }

    /// Whether any source says anything, be it that something is not known.
    pub fn is_empty(&self) -> bool {
        self.given.iter().all(Vec::is_empty)
    }

    /// Weaker statements that differ from the strongest: question, strongest, weaker.
    pub fn contradictions(&self) -> impl Iterator<Item = (usize, &Given, &Given)> {
        self.given.iter().enumerate().flat_map(|(question, sources)| {
            let strongest = sources.first();
            sources
                .iter()
                .skip(1)
                .filter_map(move |weaker| strongest.map(|strongest| (question, strongest, weaker)))
                .filter(|(_, strongest, weaker)| weaker.value.is_some() && strongest.value != weaker.value)
        })
    }
}

/// One answer read from a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) question: usize,
    pub(crate) value: Option<Value>,
    pub(crate) span: Span,
}

/// Reads a table of `question-id = value`; every mistake goes to `log`.
pub(crate) fn read_table(rulebook: &Rulebook, entries: &[Entry<'_>], log: &FaultLog<'_>) -> Vec<Read> {
    let mut read = Vec::new();
    for entry in entries {
        let Some(index) = rulebook.question(&entry.key) else {
            let ids = rulebook.questions().iter().map(|question| question.id.as_str());
            log.unknown(entry.key_span.clone(), "question", &entry.key, ids);
            continue;
        };
        match value(&rulebook.questions()[index], &entry.value) {
            Ok(value) => read.push(Read { question: index, value, span: entry.key_span.clone() }),
            Err(error) => log.fault(entry.value.span.clone(), error.message, Some(error.help)),
        }
    }
    read
}

fn value(question: &Question, located: &Located<'_>) -> Result<Option<Value>, ValueError> {
    let mistyped = |node: &Node<'_>| ValueError {
        message: format!("{} is no answer to `{}`", node.kind(), question.id),
        help: format!("it takes {}", question.takes()),
    };
    match (&question.kind, &located.node) {
        (_, Node::Null) => Ok(None),
        (_, Node::Text(text)) if text.trim() == UNKNOWN => Ok(None),
        (Kind::Flag(_), Node::Flag(flag)) => Ok(Some(Value::Flag(*flag))),
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
