//! Aspects that nobody demands; demands and musts that no platform meets, that all meet, or that never count.

use super::finding::{Check, Finding, Subject};
use super::{Desk, whatever};
use crate::explanation::Proof;
use crate::rulebook::{Criterion, Demand, Rulebook};
use crate::text::list;

pub(super) fn check(desk: &Desk<'_>) -> Vec<Finding> {
    let rulebook = desk.rulebook;
    let demands = (0..rulebook.criteria().len()).flat_map(|criterion| {
        rulebook.criteria()[criterion].demands.iter().map(move |demand| (criterion, *demand))
    });
    let demands: Vec<(usize, Demand)> = demands.collect();
    let mut findings = undemanded(rulebook);
    for (criterion, demand) in demands.iter().copied() {
        let gaps = gaps(rulebook, demand);
        if !gaps.contains(&0) {
            findings.push(unmet_demand(rulebook, criterion, demand));
        }
        findings.extend(shadowed(desk, &demands, criterion, demand));
    }
    findings.extend(unmet_musts(rulebook));
    findings
}

/// What each platform lacks of a demand.
fn gaps(rulebook: &Rulebook, demand: Demand) -> Vec<i64> {
    let cells = rulebook.aspects()[demand.aspect].cells.iter();
    cells.map(|cell| demand.lacks(cell.level)).collect()
}

fn undemanded(rulebook: &Rulebook) -> Vec<Finding> {
    let is_demanded = |aspect: usize| {
        rulebook.criteria().iter().any(|criterion| {
            criterion.demands.iter().any(|demand| demand.aspect == aspect)
                || criterion.musts.iter().any(|must| must.aspect == aspect)
        })
    };
    let undemanded = (0..rulebook.aspects().len()).filter(|aspect| !is_demanded(*aspect));
    undemanded
        .map(|aspect| Finding {
            check: Check::UndemandedAspect,
            subject: Subject::new("aspect", &rulebook.aspects()[aspect].id),
            message: format!("no criterion demands anything of “{}”", rulebook.aspects()[aspect].name),
            shown_by: "it stands among no criterion's demands and musts".to_owned(),
            help: Some("its levels change no result; demand it somewhere, or remove it".to_owned()),
            place: None,
        })
        .collect()
}

fn subject(rulebook: &Rulebook, criterion: &Criterion, key: &str, aspect: usize) -> Subject {
    Subject::new("criterion", &criterion.id).inside(&[key, &rulebook.aspects()[aspect].id])
}

/// "level 3 of “Rolling updates”"
fn asked(rulebook: &Rulebook, aspect: usize, level: u8) -> String {
    format!("level {level} of “{}”", rulebook.aspects()[aspect].name)
}

/// "the highest level is 2"
fn highest(rulebook: &Rulebook, aspect: usize) -> String {
    let levels = rulebook.aspects()[aspect].cells.iter().map(|cell| cell.level);
    format!("the highest level that a platform has is {}", levels.max().unwrap_or_default())
}

fn unmet_demand(rulebook: &Rulebook, criterion: usize, demand: Demand) -> Finding {
    let subject = subject(rulebook, &rulebook.criteria()[criterion], "demands", demand.aspect);
    let help = "it counts against all platforms; ask for a level that one of them has";
    unmet(rulebook, Check::UnmetDemand, subject, (demand.aspect, demand.level), help)
}

fn unmet_musts(rulebook: &Rulebook) -> Vec<Finding> {
    let musts = rulebook
        .criteria()
        .iter()
        .flat_map(|criterion| criterion.musts.iter().map(move |must| (criterion, must)));
    let missed = musts
        .filter(|(_, must)| rulebook.aspects()[must.aspect].cells.iter().all(|cell| cell.level < must.level));
    missed
        .map(|(criterion, must)| {
            let subject = subject(rulebook, criterion, "musts", must.aspect);
            let help = "a must that nothing meets is always given up";
            unmet(rulebook, Check::UnmetMust, subject, (must.aspect, must.level), help)
        })
        .collect()
}

fn unmet(
    rulebook: &Rulebook,
    check: Check,
    subject: Subject,
    (aspect, level): (usize, u8),
    help: &str,
) -> Finding {
    Finding {
        check,
        subject,
        message: format!("no platform has {}", asked(rulebook, aspect, level)),
        shown_by: highest(rulebook, aspect),
        help: Some(help.to_owned()),
        place: None,
    }
}

/// A demand beside which, whenever it is raised, another one asks at least as much of every platform that lacks something.
fn shadowed(
    desk: &Desk<'_>,
    demands: &[(usize, Demand)],
    criterion: usize,
    demand: Demand,
) -> Option<Finding> {
    let rulebook = desk.rulebook;
    let own = gaps(rulebook, demand);
    if own.iter().all(|gap| *gap == 0) {
        return None;
    }
    let covers = |(other, of_other): &&(usize, Demand)| {
        *other != criterion
            && of_other.aspect == demand.aspect
            && gaps(rulebook, *of_other).iter().zip(&own).all(|(theirs, own)| theirs >= own)
    };
    let others: Vec<usize> = demands.iter().filter(covers).map(|(other, _)| *other).collect();
    if others.is_empty() {
        return None;
    }
    let conditions: Vec<_> = others.iter().map(|other| desk.prover.criterion(*other)).collect();
    let holds = [desk.prover.criterion(criterion)];
    let Proof::None(boxes) = desk.prover.answers(&holds, &conditions, false, desk.budget.conditions) else {
        return None;
    };
    // One that never holds is reported as such.
    if matches!(desk.prover.answers(&holds, &[], false, desk.budget.conditions), Proof::None(_)) {
        return None;
    }
    let alone = |other: &usize| {
        let condition = [desk.prover.criterion(*other)];
        matches!(desk.prover.answers(&holds, &condition, false, desk.budget.conditions), Proof::None(_))
    };
    let by: Vec<usize> = match others.iter().copied().find(|other| alone(other)) {
        Some(other) => vec![other],
        None => others,
    };
    let by: Vec<String> = by.iter().map(|other| format!("`{}`", rulebook.criteria()[*other].id)).collect();
    Some(Finding {
        check: Check::ShadowedDemand,
        subject: subject(rulebook, &rulebook.criteria()[criterion], "demands", demand.aspect),
        message: format!(
            "{} (weight {}) never counts: {} asks for as much whenever it is asked for",
            asked(rulebook, demand.aspect, demand.level),
            demand.weight,
            list(&by, "or")
        ),
        shown_by: whatever(boxes),
        help: Some("remove it, or give it a higher level or weight".to_owned()),
        place: None,
    })
}
