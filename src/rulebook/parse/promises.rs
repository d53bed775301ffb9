//! `[[promise]]` → [`Promise`].

use super::answers::read_answer;
use super::criteria::side_named;
use super::{Section, condition, shown};
use crate::document::{Entry, FaultLog, Located, Node, Reader, Word};
use crate::rulebook::promise::{Keeps, Over, Promise, Rise};
use crate::rulebook::{Band, Condition, Criterion, Exception, Question, Value};

/// What promises refer to.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) questions: &'a [Question],
    pub(super) criteria: &'a [Criterion],
    pub(super) bands: &'a [Band],
    pub(super) exceptions: &'a [Exception],
}

pub(super) fn build(section: &Section<'_>, names: Names<'_>) -> Vec<Promise> {
    section.build(|table, id| {
        let over = names.over(table);
        let promise = Promise {
            id,
            says: table.required_text("says"),
            when: table.get("when").map_or(Condition::All(Vec::new()), |value| {
                condition::read(value, names.questions, table.log())
            }),
            keeps: names.keeps(table, &over),
            exceptions: names.exceptions(table),
            over,
        };
        if promise.over == Over::Each && !promise.exceptions.is_empty() {
            let help = Some("say it with `when = { not = … }`".to_owned());
            table.log().fault(table.span(), "only a promise about a margin has exceptions".to_owned(), help);
        }
        promise
    })
}

impl Names<'_> {
    fn over(self, table: &Reader<'_>) -> Over {
        match (table.get("when-rises"), table.get("when-holds")) {
            (None, None) => Over::Each,
            (Some(value), None) => Over::Rises(self.rises(value, table.log())),
            (None, Some(value)) => Over::Counts(self.criteria(value, table.log())),
            (Some(_), Some(second)) => {
                let message = "a promise has `when-rises` or `when-holds`, not both".to_owned();
                table.log().fault(second.span.clone(), message, None);
                Over::Each
            }
        }
    }

    /// `"services"`, `["services", "servers"]`, or with an order of its own `{ location = ["one-cloud", "hybrid"] }`.
    fn rises(self, value: &Located<'_>, log: &FaultLog<'_>) -> Vec<Rise> {
        match &value.node {
            Node::List(items) => items.iter().flat_map(|item| self.rises(item, log)).collect(),
            Node::Text(id) => {
                let Some(question) = self.question(id, value, log) else { return Vec::new() };
                if !Rise::is_natural(&self.questions[question]) {
                    let message = format!("the answers to `{id}` have no order");
                    let help = format!("give one: {{ {id} = [\"first\", \"second\"] }}");
                    log.fault(value.span.clone(), message, Some(help));
                }
                vec![Rise { question, values: Vec::new() }]
            }
            Node::Table(entries) => entries.iter().filter_map(|entry| self.ordered(entry, log)).collect(),
            other => {
                let help = Some("name a question, or several in a list".to_owned());
                log.fault(value.span.clone(), format!("no answer rises by {}", shown(other)), help);
                Vec::new()
            }
        }
    }

    fn ordered(self, entry: &Entry<'_>, log: &FaultLog<'_>) -> Option<Rise> {
        let place = Located { node: Node::Null, span: entry.key_span.clone() };
        let question = self.question(&entry.key, &place, log)?;
        let Node::List(items) = &entry.value.node else {
            log.fault(entry.value.span.clone(), "an order is a list of answers".to_owned(), None);
            return None;
        };
        let values: Vec<Value> = items.iter().filter_map(|item| self.answer(question, item, log)).collect();
        if items.len() < 2 {
            log.fault(entry.value.span.clone(), "an order has two answers or more".to_owned(), None);
        }
        Some(Rise { question, values })
    }

    fn answer(self, question: usize, item: &Located<'_>, log: &FaultLog<'_>) -> Option<Value> {
        match read_answer(&self.questions[question], item) {
            Ok(Some(value)) => Some(value),
            Ok(None) => {
                log.fault(item.span.clone(), "what is not known has no place in an order".to_owned(), None);
                None
            }
            Err(error) => {
                log.fault(item.span.clone(), error.message, Some(error.help));
                None
            }
        }
    }

    fn question(self, id: &str, value: &Located<'_>, log: &FaultLog<'_>) -> Option<usize> {
        log.find(&value.span, "question", id, self.questions.iter().map(|question| question.id.as_str()))
    }

    /// `["solo-developer"]`, or all of a side: `{ side = "overkill" }`.
    fn criteria(self, value: &Located<'_>, log: &FaultLog<'_>) -> Vec<usize> {
        match &value.node {
            Node::List(items) => items.iter().flat_map(|item| self.criteria(item, log)).collect(),
            Node::Text(id) => {
                let known = self.criteria.iter().map(|criterion| criterion.id.as_str());
                log.find(&value.span, "criterion", id, known).into_iter().collect()
            }
            Node::Table(entries) => match entries.as_slice() {
                [Entry { key, value, .. }] if key == "side" => self.of_side(value, log),
                _ => {
                    let help = Some("write { side = \"overkill\" }, or name criteria in a list".to_owned());
                    log.fault(value.span.clone(), "this names no criteria".to_owned(), help);
                    Vec::new()
                }
            },
            other => {
                log.fault(value.span.clone(), format!("{} names no criterion", shown(other)), None);
                Vec::new()
            }
        }
    }

    fn of_side(self, value: &Located<'_>, log: &FaultLog<'_>) -> Vec<usize> {
        let word = match &value.node {
            Node::Text(word) => word.as_ref(),
            _ => "",
        };
        let Some(side) = side_named(word, &value.span, log) else { return Vec::new() };
        (0..self.criteria.len()).filter(|index| self.criteria[*index].side == side).collect()
    }

    /// The one thing that is promised.
    fn keeps(self, table: &Reader<'_>, over: &Over) -> Keeps {
        let (margin, verdict) = (table.word("margin"), table.get("verdict"));
        let recommended = table.word("recommended");
        let promised = [margin.is_some(), verdict.is_some(), recommended.is_some()];
        if promised.into_iter().filter(|promised| *promised).count() != 1 {
            let message = "a promise has exactly one of `margin`, `verdict` and `recommended`".to_owned();
            table.log().fault(table.span(), message, None);
            return Keeps::Musts;
        }
        if margin.is_some() == (*over == Over::Each) {
            let message =
                "a margin moves with `when-rises` or `when-holds`; a verdict and what is recommended are \
                           promised without them"
                    .to_owned();
            table.log().fault(table.span(), message, None);
        }
        if let Some(word) = margin {
            let known = Keeps::MARGINS.iter().map(|(_, name)| *name);
            let found = table.log().find(word.span, "promise of a margin", word.text, known);
            return found.map_or(Keeps::NeverFalls, |index| Keeps::MARGINS[index].0.clone());
        }
        if let Some(value) = verdict {
            return Keeps::Verdict(self.verdicts(value, table.log()));
        }
        if let Some(word) = recommended {
            let known = [Keeps::MEETS_MUSTS].into_iter();
            table.log().find(word.span, "promise of what is recommended", word.text, known);
        }
        Keeps::Musts
    }

    fn verdicts(self, value: &Located<'_>, log: &FaultLog<'_>) -> Vec<usize> {
        match &value.node {
            Node::List(items) => items.iter().flat_map(|item| self.verdicts(item, log)).collect(),
            Node::Text(id) => {
                let known = self.bands.iter().map(|band| band.id.as_str());
                log.find(&value.span, "band", id, known).into_iter().collect()
            }
            other => {
                log.fault(value.span.clone(), format!("{} names no verdict", shown(other)), None);
                Vec::new()
            }
        }
    }

    fn exceptions(self, table: &Reader<'_>) -> Vec<usize> {
        let known = self.exceptions.iter().map(|exception| exception.id.as_str());
        let find = |word: Word<'_>| table.log().find(word.span, "exception", word.text, known.clone());
        table.words("except").filter_map(find).collect()
    }
}

/// Promises about middle bands need one.
pub(super) fn check_middle(promises: &[Promise], bands: &[Band], head: &Reader<'_>) {
    let has_middle = bands.iter().any(|band| band.leaning == crate::rulebook::Leaning::Hedge);
    if !has_middle && promises.iter().any(|promise| promise.keeps == Keeps::NeverJumps) {
        let message = "`never-jumps` is about the middle band, and there is none".to_owned();
        head.log().fault(head.span(), message, None);
    }
}
