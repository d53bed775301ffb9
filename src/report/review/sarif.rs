//! A review as SARIF 2.1.0: a rule for each check, a result for each warning
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde_sarif::sarif::{
    Location, Message, MultiformatMessageString, ReportingDescriptor, Result as Warning, ResultLevel,
};

use crate::report::sarif;
use crate::review::{Check, Finding, Place, Review};
use crate::text::one_line;

/// Lays a review out.
pub fn render(review: &Review) -> String {
    let rules = Check::ALL.iter().map(|(_, word, meaning)| {
        ReportingDescriptor::builder()
            .id((*word).to_owned())
            .short_description(MultiformatMessageString::builder().text((*meaning).to_owned()).build())
            .build()
    });
    let results = review.findings.iter().map(warning).collect();
    sarif::document(sarif::run(rules.collect(), results))
}

fn warning(finding: &Finding) -> Warning {
    let index = Check::ALL.iter().position(|(check, ..)| *check == finding.check).unwrap_or_default();
    let text = format!("{}: {} ({})", finding.subject, finding.message, finding.shown_by);
    Warning::builder()
        .rule_id(finding.check.word().to_owned())
        .rule_index(i64::try_from(index).unwrap_or_default())
        .level(ResultLevel::Warning)
        .message(Message::builder().text(one_line(&text)).build())
        .locations(finding.place.iter().map(location).collect::<Vec<_>>())
        .build()
}

fn location(place: &Place) -> Location {
    sarif::location(sarif::file(&place.file), sarif::line(place.line))
}
