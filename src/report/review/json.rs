//! A review for programs.

use serde_json::{Value as Json, json};

use super::said;
use crate::explanation::AnswerSet;
use crate::report::Provenance;
use crate::report::json::pretty;
use crate::review::{Finding, Influence, Influences, Kept, Review, Standing};
use crate::rulebook::Rulebook;

/// The name and version of the shape.
pub const SCHEMA: &str = "needk8s.review/1";

/// The review as JSON, with what weighs most where that was asked for.
pub fn render(
    rulebook: &Rulebook,
    review: &Review,
    influences: Option<&Influences>,
    provenance: &Provenance,
) -> String {
    let answers = |answers: &AnswerSet| spelled(rulebook, answers);
    let mut document = json!({
        "schema": SCHEMA,
        "rulebook": { "name": provenance.name, "version": provenance.version, "digest": provenance.digest },
        "clean": review.is_clean(),
        "warnings": review.findings.iter().map(finding).collect::<Vec<_>>(),
        "promises": review.promises.iter().map(|kept| promise(rulebook, kept)).collect::<Vec<_>>(),
        "reached": review.witnesses.iter().map(|witness| {
            json!({ "subject": witness.subject.to_string(), "answers": answers(&witness.answers) })
        }).collect::<Vec<_>>(),
        "undecided": review.undecided.iter().map(|(subject, boxes)| {
            json!({ "subject": subject.to_string(), "boxes": boxes })
        }).collect::<Vec<_>>(),
    });
    if let Some(Influences { agreement, cases, questions, criteria }) = influences {
        let all = |of: &[Influence]| of.iter().map(influence).collect::<Vec<_>>();
        document["influence"] = json!({
            "cases": cases, "clear": agreement.cases, "right": agreement.right,
            "questions": all(questions), "criteria": all(criteria),
        });
    }
    pretty(&document)
}

fn influence(influence: &Influence) -> Json {
    let Influence { subject, moves, decides, agreement } = influence;
    json!({
        "id": subject.id, "moves": moves.found, "moves-at-most": moves.at_most,
        "decides": decides, "right-without": agreement.right,
    })
}

fn finding(finding: &Finding) -> Json {
    json!({
        "check": finding.check.word(), "subject": finding.subject.to_string(), "message": finding.message,
        "shown-by": finding.shown_by, "help": finding.help,
        "file": finding.place.as_ref().map(|place| &place.file), "line": finding.place.as_ref().map(|place| place.line),
    })
}

fn promise(rulebook: &Rulebook, kept: &Kept) -> Json {
    let promise = &rulebook.promises()[kept.promise];
    let (word, how) = said(rulebook, kept);
    let mut json = json!({ "id": promise.id, "says": promise.says, "standing": word, "how": how });
    if let Standing::Broken(example) = &kept.standing {
        json["counter-example"] = json!({
            "before": spelled(rulebook, &example.before), "after": spelled(rulebook, &example.after),
            "margins": [example.margins.0, example.margins.1],
            "verdicts": [rulebook.bands()[example.bands.0].id, rulebook.bands()[example.bands.1].id],
        });
    }
    json
}

/// The answers by question, as texts.
fn spelled(rulebook: &Rulebook, answers: &AnswerSet) -> Json {
    let given = rulebook.questions().iter().zip(answers);
    let given =
        given.filter_map(|(question, value)| Some((question.id.clone(), json!(question.spell((*value)?)))));
    Json::Object(given.collect())
}
