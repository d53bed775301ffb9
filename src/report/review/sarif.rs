//! A review as SARIF 2.1.0: a rule for each check, a result for each warning
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, Region,
    ReportingDescriptor, Result as Warning, ResultLevel, Run, Sarif, Tool, ToolComponent,
};

use crate::report::outcome::address;
use crate::review::{Check, Finding, Place, Review};
use crate::text::one_line;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Lays a review out.
pub fn render(review: &Review) -> String {
    let rules = Check::ALL.iter().map(|(_, word, meaning)| {
        ReportingDescriptor::builder()
            .id((*word).to_owned())
            .short_description(MultiformatMessageString::builder().text((*meaning).to_owned()).build())
            .build()
    });
    let driver = ToolComponent::builder()
        .name("needk8s".to_owned())
        .version(env!("CARGO_PKG_VERSION").to_owned())
        .rules(rules.collect::<Vec<_>>())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(review.findings.iter().map(warning).collect::<Vec<_>>())
        .build();
    let sarif = Sarif::builder()
        .schema(SCHEMA.to_owned())
        .version(serde_json::Value::from("2.1.0"))
        .runs(vec![run])
        .build();
    // Values of these types have nothing that JSON cannot say.
    let mut text = serde_json::to_string_pretty(&sarif).unwrap_or_default();
    text.push('\n');
    text
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
    let file = ArtifactLocation::builder().uri(address(&one_line(&place.file))).build();
    let mut physical = PhysicalLocation::builder().artifact_location(file).build();
    physical.region = i64::try_from(place.line).ok().map(|line| Region::builder().start_line(line).build());
    Location::builder().physical_location(physical).build()
}
