//! What is said without a source, and sources that nothing cites.

use super::finding::{Check, Finding, Subject};
use crate::rulebook::{Claim, PRODUCTS_WHERE, Rulebook};
use crate::text::shortened;

/// Letters of a claim that a message quotes.
const QUOTED: usize = 60;

pub(super) fn check(rulebook: &Rulebook) -> Vec<Finding> {
    let mut cited = vec![false; rulebook.sources().len()];
    let mut findings = Vec::new();
    // A rulebook that cites nothing at all does not keep sources.
    let keeps_sources = !cited.is_empty();
    for (subject, what, sources) in claims(rulebook) {
        sources.iter().for_each(|source| cited[*source] = true);
        if sources.is_empty() && keeps_sources {
            findings.push(Finding {
                check: Check::WithoutSource,
                subject,
                message: format!("no source is given for {what}"),
                shown_by: "`sources` is missing or empty".to_owned(),
                help: Some("name what it rests on, and be it your own judgement".to_owned()),
                place: None,
            });
        }
    }
    let uncited = (0..cited.len()).filter(|source| !cited[*source]);
    findings.extend(uncited.map(|source| {
        let source = &rulebook.sources()[source];
        Finding {
            check: Check::UncitedSource,
            subject: Subject::new("source", &source.id),
            message: format!("nothing cites “{}”", source.title),
            shown_by: "it stands in no list of sources".to_owned(),
            help: Some("cite it, or remove it".to_owned()),
            place: None,
        }
    }));
    findings
}

/// Everything that is claimed, what it is in a few words, and its sources.
fn claims(rulebook: &Rulebook) -> Vec<(Subject, String, &[usize])> {
    let mut claims: Vec<(Subject, String, &[usize])> = Vec::new();
    for criterion in rulebook.criteria() {
        let what = format!("“{}”", criterion.statement);
        claims.push((Subject::new("criterion", &criterion.id), what, &criterion.sources));
    }
    for aspect in rulebook.aspects() {
        for (cell, platform) in aspect.cells.iter().zip(rulebook.platforms()) {
            let subject = Subject::new("aspect", &aspect.id).inside(&["cells", &platform.id]);
            let what = format!("“{}” of {}", aspect.name, platform.in_sentence());
            claims.push((subject, what, &cell.sources));
        }
    }
    for platform in rulebook.platforms() {
        let subject = || Subject::new("platform", &platform.id);
        claims.push((subject(), format!("what {} is", platform.in_sentence()), &platform.sources));
        // The name of a product needs no source; what it cites is cited.
        let needs_source = |key: &str, claim: &Claim| key != PRODUCTS_WHERE || !claim.sources.is_empty();
        for (key, claim) in platform.claims().filter(|(key, claim)| needs_source(key, claim)) {
            let what = format!("“{}”", shortened(&claim.text, QUOTED));
            claims.push((subject().inside(&[key]), what, &claim.sources));
        }
    }
    for problem in rulebook.problems() {
        claims.push((Subject::new("problem", &problem.id), format!("“{}”", problem.title), &problem.sources));
    }
    for step in rulebook.steps() {
        claims.push((Subject::new("step", &step.id), format!("“{}”", step.title), &step.sources));
    }
    claims
}
