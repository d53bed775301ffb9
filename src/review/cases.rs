//! Published decisions that the rules cannot tell apart and that went different ways.

use super::Desk;
use super::finding::{Check, Finding, Subject};
use crate::rulebook::{Case, Leaning};

pub(super) fn check(desk: &Desk<'_>) -> Vec<Finding> {
    let rulebook = desk.rulebook;
    let cases = rulebook.cases();
    let classes = |case: &Case| -> Vec<Option<usize>> {
        (0..rulebook.questions().len())
            .map(|question| case.answer(question).map(|value| desk.prover.classes(question).class_of(value)))
            .collect()
    };
    let known: Vec<Vec<Option<usize>>> = cases.iter().map(classes).collect();
    let clear = |case: usize| cases[case].outcome != Leaning::Hedge;
    let mut findings = Vec::new();
    for one in (0..cases.len()).filter(|case| clear(*case)) {
        for other in (one + 1..cases.len()).filter(|case| clear(*case)) {
            let explained = cases[one].disagrees.is_some() || cases[other].disagrees.is_some();
            if known[one] == known[other] && cases[one].outcome != cases[other].outcome && !explained {
                findings.push(contradiction(desk, &cases[one], &cases[other]));
            }
        }
    }
    findings
}

fn contradiction(desk: &Desk<'_>, one: &Case, other: &Case) -> Finding {
    let outcome = |case: &Case| format!("`{}` ({})", case.id, desk.rulebook.outcome_id(case.outcome));
    Finding {
        check: Check::ContradictingCases,
        subject: Subject::new("case", &other.id),
        message: format!("{} and {} have the same answers", outcome(one), outcome(other)),
        shown_by: "no condition tells their answers apart, so one of them is always judged wrongly"
            .to_owned(),
        help: Some(
            "say in `disagrees` why the rules miss one, or ask for what made the difference".to_owned(),
        ),
        place: None,
    }
}
