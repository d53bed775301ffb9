//! Questions that are never asked, and questions and options that make no difference.

use super::finding::{Check, Finding, Subject};
use super::{Desk, whatever};
use crate::explanation::{Further, Proof};
use crate::rulebook::{Accepts, Condition, Kind, OptionSet, Question, Rulebook, Value};
use crate::text::list;

pub(super) fn check(desk: &Desk<'_>) -> Vec<Finding> {
    let rulebook = desk.rulebook;
    let tests = tests(rulebook);
    let mut findings = Vec::new();
    for (index, question) in rulebook.questions().iter().enumerate() {
        if let Some(boxes) = never_asked(desk, index) {
            findings.push(Finding {
                check: Check::NeverAsked,
                subject: Subject::new("question", &question.id).inside(&["ask-when"]),
                message: format!("no answers lead to the question “{}”", question.prompt),
                shown_by: whatever(boxes),
                help: Some("its `ask-when` asks for answers that cannot be given together".to_owned()),
                place: None,
            });
        }
        if tests[index].is_empty() {
            findings.push(inert_question(question));
        } else {
            findings.extend(inert_options(rulebook, index, &tests[index]));
        }
    }
    findings
}

fn never_asked(desk: &Desk<'_>, question: usize) -> Option<u64> {
    let asked = desk.rulebook.questions().iter().take(question);
    let place = asked.filter(|question| question.ask_when.is_some()).count();
    desk.rulebook.questions()[question].ask_when.as_ref()?;
    let asked = desk.prover.further(Further(place));
    match desk.prover.answers(&[asked], &[], false, desk.budget.conditions) {
        Proof::None(boxes) => Some(boxes),
        _ => None,
    }
}

fn inert_question(question: &Question) -> Finding {
    Finding {
        check: Check::InertQuestion,
        subject: Subject::new("question", &question.id),
        message: format!("nothing in the rules looks at “{}”", question.prompt),
        shown_by: "no condition of a criterion, a question or a text names it".to_owned(),
        help: Some("remove it, or let a criterion depend on it".to_owned()),
        place: None,
    }
}

/// What all conditions of a rulebook, those of texts as well, ask of each question.
fn tests(rulebook: &Rulebook) -> Vec<Vec<Accepts>> {
    let mut tests = vec![Vec::new(); rulebook.questions().len()];
    let mut read = |condition: &Condition| {
        condition.visit_tests(&mut |test| tests[test.question].push(test.accepts));
    };
    rulebook.criteria().iter().for_each(|criterion| read(&criterion.when));
    rulebook.questions().iter().filter_map(|question| question.ask_when.as_ref()).for_each(&mut read);
    rulebook.problems().iter().for_each(|problem| read(&problem.when));
    rulebook.steps().iter().for_each(|step| read(&step.when));
    rulebook.aspects().iter().flat_map(|aspect| &aspect.cells).for_each(|cell| read(&cell.remedy_when));
    for platform in rulebook.platforms() {
        platform.claims().for_each(|(_, claim)| read(&claim.when));
        platform.in_use.iter().for_each(&mut read);
    }
    let headlines = rulebook.bands().iter().flat_map(|band| &band.headline_where);
    headlines.for_each(|headline| read(&headline.when));
    tests
}

/// Options that no condition names, where there are others like them; a published decision that states one tells it apart.
fn inert_options(rulebook: &Rulebook, index: usize, tests: &[Accepts]) -> Option<Finding> {
    let question = &rulebook.questions()[index];
    let stated = rulebook.cases().iter().filter_map(|case| case.answer(index));
    let stated = stated.fold(OptionSet::default(), |all, value| match value {
        Value::Choice(option) => all.union(OptionSet::of(option)),
        Value::Choices(set) => all.union(set),
        _ => all,
    });
    let options = question.options();
    let unstated = |option: &usize| !stated.contains(*option);
    let passed = |option: usize| -> Vec<bool> {
        let value = match question.kind {
            Kind::Choices(_) => Value::Choices(OptionSet::of(option)),
            _ => Value::Choice(option),
        };
        tests.iter().map(|test| test.admits(value)).collect()
    };
    let name = |option: usize| format!("`{}`", options[option].id);
    // One option that no condition names is the answer to which nothing applies.
    let unseen: Vec<usize> = (0..options.len()).filter(|option| !passed(*option).contains(&true)).collect();
    let least = if matches!(question.kind, Kind::Choices(_)) { 1 } else { 2 };
    let inert: Vec<String> = match unseen.len() >= least {
        true => unseen.into_iter().filter(unstated).map(name).collect(),
        false => Vec::new(),
    };
    if inert.is_empty() {
        return None;
    }
    let (is, option) = if inert.len() == 1 { ("makes", "option") } else { ("make", "options") };
    Some(Finding {
        check: Check::InertOption,
        subject: Subject::new("question", &question.id),
        message: format!("the {option} {} of `{}` {is} no difference", list(&inert, "and"), question.id),
        shown_by: "no condition names it, and no published decision states it".to_owned(),
        help: None,
        place: None,
    })
}
