//! Criteria that can never or always hold, and those from which nothing follows.

use super::finding::{Check, Finding, Subject};
use super::{Desk, whatever};
use crate::explanation::Proof;
use crate::rulebook::Criterion;

pub(super) fn check(desk: &Desk<'_>) -> Vec<Finding> {
    let criteria = desk.rulebook.criteria();
    (0..criteria.len())
        .flat_map(|index| {
            let own = desk.prover.criterion(index);
            let never = match desk.prover.answers(&[own], &[], false, desk.budget.conditions) {
                Proof::None(boxes) => Some((Check::NeverHolds, boxes)),
                _ => None,
            };
            let always = || match desk.prover.answers(&[], &[own], true, desk.budget.conditions) {
                Proof::None(boxes) => Some((Check::AlwaysHolds, boxes)),
                _ => None,
            };
            let criterion = &criteria[index];
            let of_truth = never.or_else(always).map(|(check, boxes)| about_truth(criterion, check, boxes));
            [of_truth.filter(|_| !criterion.is_unconditional()), about_effect(criterion)]
        })
        .flatten()
        .collect()
}

fn about_truth(criterion: &Criterion, check: Check, boxes: u64) -> Finding {
    let (message, help) = match check {
        Check::NeverHolds => (
            format!("no answers make “{}” true", criterion.statement),
            "its `when` contradicts itself, or asks for answers to questions that are not asked then",
        ),
        _ => (
            format!("“{}” is true whatever is answered", criterion.statement),
            "what always holds belongs into the constants, the efforts or the cells",
        ),
    };
    Finding {
        check,
        subject: Subject::new("criterion", &criterion.id).inside(&["when"]),
        message,
        shown_by: whatever(boxes),
        help: Some(help.to_owned()),
        place: None,
    }
}

/// A criterion without effort, familiarity, demands, musts and constraints.
fn about_effect(criterion: &Criterion) -> Option<Finding> {
    let changes = criterion.effort != 0
        || !criterion.familiarity.is_empty()
        || !criterion.demands.is_empty()
        || !criterion.musts.is_empty()
        || !criterion.removes.is_empty()
        || criterion.leaves.is_some();
    (!changes).then(|| Finding {
        check: Check::ChangesNothing,
        subject: Subject::new("criterion", &criterion.id),
        message: format!("nothing follows when “{}” is true", criterion.statement),
        shown_by:
            "it has no effort, no familiarity, no demands, no musts and takes no platform off the table"
                .to_owned(),
        help: None,
        place: None,
    })
}
