//! People who know some answers, and how many questions they are asked.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::Path;

use needk8s::answers::Answers;
use needk8s::interview::{
    Ask, FileOrder, Interview, Next, Order, Outcome, Pick, Prompts, Reply, Session, Situation, SoFar, Tone,
};
use needk8s::rulebook::{Case, Classes, Kind, OptionSet, Question, Rulebook, Truth, Value};

use crate::numbers::Numbers;

/// What somebody knows: an answer for each question, or nothing.
pub(crate) type Known = Vec<Option<Value>>;

/// Any answers: every class of answers is as frequent as the others.
pub(crate) fn uniform(rulebook: &Rulebook, numbers: &mut Numbers) -> Known {
    let classes = Classes::of_rulebook(rulebook);
    classes.iter().map(|classes| Some(classes.sample(numbers.below(classes.len())))).collect()
}

/// Answers as frequent as among the published decisions, those included that go without saying; any answer to a question
/// that none of them states.
pub(crate) fn like_the_cases(rulebook: &Rulebook, numbers: &mut Numbers) -> Known {
    let any = uniform(rulebook, numbers);
    let drawn = rulebook.questions().iter().map(|question| draw(question, numbers));
    drawn.collect::<Known>().into_iter().zip(any).map(|(drawn, any)| drawn.or(any)).collect()
}

/// An answer as often as it occurs.
fn draw(question: &Question, numbers: &mut Numbers) -> Option<Value> {
    let shares = &question.shares;
    let mut below = |all: u64| numbers.below(usize::try_from(all.max(1)).expect("a small number")) as u64;
    if let Kind::Choices(_) = question.kind {
        let options = shares.by_value.iter().filter(|(_, stated)| below(shares.stated) < *stated);
        let sets = options.filter_map(|(value, _)| match value {
            Value::Choices(set) => Some(*set),
            _ => None,
        });
        return sets.reduce(OptionSet::union).map(Value::Choices);
    }
    let mut left = below(shares.count(|_| true));
    let mut all = shares.by_value.iter().chain(&shares.unsaid);
    let such = all.find(|(_, stated)| {
        let found = left < *stated;
        left = left.saturating_sub(*stated);
        found
    });
    such.map(|(value, _)| *value)
}

/// The same answers, and the usual ones where nobody mentions them.
pub(crate) fn with_the_usual(rulebook: &Rulebook, known: &Known) -> Known {
    let usual = rulebook.questions().iter().map(|question| question.shares.unsaid.map(|(value, _)| value));
    known.iter().zip(usual).map(|(given, usual)| given.or(usual)).collect()
}

/// What the cases state.
pub(crate) fn cases(rulebook: &Rulebook) -> Vec<Known> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("tests/cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let own = paths.iter().map(|path| stated(rulebook, &std::fs::read_to_string(path).expect("a case")));
    let answers =
        |case: &Case| (0..rulebook.questions().len()).map(|question| case.answer(question)).collect();
    own.chain(rulebook.cases().iter().map(answers)).map(|known| askable(rulebook, known)).collect()
}

/// The same answers without those that nobody is asked for, since what it depends on is not known.
fn askable(rulebook: &Rulebook, known: Known) -> Known {
    let readings = rulebook.readings(|question| known[question]);
    let is_asked = |question: &Question| {
        question.ask_when.as_ref().is_none_or(|condition| condition.truth(&readings) == Truth::True)
    };
    let questions = rulebook.questions().iter();
    known.iter().zip(questions).map(|(value, question)| value.filter(|_| is_asked(question))).collect()
}

fn stated(rulebook: &Rulebook, text: &str) -> Known {
    let case: toml::Table = toml::from_str(text).expect("a case");
    let mut known = vec![None; rulebook.questions().len()];
    for (id, value) in case["answers"].as_table().expect("answers") {
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(items) => {
                items.iter().map(|item| item.as_str().expect("an option")).collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        let question = rulebook.question(id).expect("a question");
        known[question] = rulebook.questions()[question].parse(&text).expect("an answer");
    }
    known
}

/// The rulebook's order, which stops as soon as `adaptive` would.
pub(crate) fn stopping_file_order(adaptive: &impl Order) -> impl Order {
    |situation: &Situation<'_>| match adaptive.next(situation) {
        Next::Settled { wholly, .. } => Next::Settled { question: situation.open[0], wholly },
        Next::Sure(_) => Next::Sure(situation.open[0]),
        Next::TellsLittle(_) => Next::TellsLittle(situation.open[0]),
        Next::Ask(_) => FileOrder.next(situation),
    }
}

/// How an interview went.
#[allow(dead_code, reason = "tests and the benchmark read different parts")]
pub(crate) struct Walk {
    pub(crate) asked: usize,
    /// The questions, in their order.
    pub(crate) order: Vec<usize>,
    /// So many were asked before it was first sure, told little or was proved; all where it never was.
    pub(crate) until_sure: usize,
    /// It was said to be sure, or proved.
    pub(crate) sure: bool,
    pub(crate) settled: bool,
    /// Nothing that was not answered could matter any more.
    pub(crate) wholly: bool,
    pub(crate) answers: Answers,
}

/// Asks somebody what they know, who stops as soon as it is sure.
pub(crate) fn questions_until_sure(rulebook: &Rulebook, order: &dyn Order, known: &Known) -> Walk {
    walk(rulebook, order, known, true)
}

/// Asks somebody what they know, who stops when it is proved.
pub(crate) fn questions_until_settled(rulebook: &Rulebook, order: &dyn Order, known: &Known) -> Walk {
    walk(rulebook, order, known, false)
}

fn walk(rulebook: &Rulebook, order: &dyn Order, known: &Known, stops_when_sure: bool) -> Walk {
    let (last, until_sure) = (Cell::new(None), Cell::new(None));
    let asked = RefCell::new(Vec::new());
    let noted = |situation: &Situation<'_>| {
        let next = order.next(situation);
        if !matches!(next, Next::Ask(_)) {
            until_sure.set(until_sure.get().or(Some(asked.borrow().len())));
        }
        let next = match next {
            Next::Sure(question) | Next::TellsLittle(question) if !stops_when_sure => Next::Ask(question),
            next => next,
        };
        last.set(Some(next));
        next
    };
    let interview = Interview {
        rulebook,
        order: &noted,
        leaning: &|_| String::new(),
        so_far: &|_| SoFar { headline: "Shelf: Board.".to_owned(), turns: Vec::new() },
        hints: &[],
        record: None,
    };
    let mut person = Person { rulebook, known, order: &asked };
    let outcome = interview.run(Answers::none(rulebook), &mut Session::nowhere(), &mut person);
    let Ok(Outcome::Finished(answers)) = outcome else { panic!("nobody leaves") };
    let settled = matches!(last.get(), Some(Next::Settled { .. }));
    let sure = settled || matches!(last.get(), Some(Next::Sure(_)));
    let wholly = matches!(last.get(), Some(Next::Settled { wholly: true, .. }));
    let order = asked.take();
    let until_sure = until_sure.get().unwrap_or(order.len());
    Walk { asked: order.len(), order, until_sure, sure, settled, wholly, answers }
}

struct Person<'a> {
    rulebook: &'a Rulebook,
    known: &'a Known,
    order: &'a RefCell<Vec<usize>>,
}

impl Prompts for Person<'_> {
    fn say(&mut self, _: Tone, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        let question = self.rulebook.question(&ask.question.id).expect("a question of the rulebook");
        self.order.borrow_mut().push(question);
        Ok(self.known[question].map_or(Reply::Unknown, Reply::Value))
    }

    /// Stops where that is offered.
    fn choose(&mut self, _: &[String], _: usize, _: &[Reply]) -> io::Result<Pick> {
        Ok(Pick::Row(0))
    }

    fn confirm(&mut self, _: &str, _: bool) -> io::Result<Option<bool>> {
        Ok(Some(true))
    }

    fn path(&mut self, _: &str, _: &str) -> io::Result<Option<String>> {
        Ok(None)
    }
}
