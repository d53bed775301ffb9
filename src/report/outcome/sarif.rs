//! The outcome of a check as SARIF 2.1.0, which code hosts show beside the lines that it names
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, Region,
    ReportingDescriptor, Result as Finding, ResultLevel, Run, Sarif, Suppression, Tool, ToolComponent,
};

use super::{Because, Gate, GateName, Outcome, Place, Standing, address};
use crate::text::one_line;

/// The root of the repository, as the specification names it.
const ROOT: &str = "%SRCROOT%";
/// Where the schema is published.
pub(in crate::report) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Lays the outcome out: a rule for each gate, a result for each reason why one does not hold.
pub fn render(outcome: &Outcome) -> String {
    let rules = outcome.gates.iter().map(|gate| rule(gate.name)).collect::<Vec<_>>();
    let driver = ToolComponent::builder()
        .name("needk8s".to_owned())
        .version(env!("CARGO_PKG_VERSION").to_owned())
        .rules(rules)
        .build();
    let failing = outcome.gates.iter().enumerate().filter(|(_, gate)| gate.standing != Standing::Holds);
    let results = failing.flat_map(|(index, gate)| {
        gate.because.iter().map(move |because| result(outcome, index, gate, because))
    });
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(results.collect::<Vec<_>>())
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

fn rule(gate: GateName) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(gate.word().to_owned())
        .short_description(MultiformatMessageString::builder().text(gate.meaning().to_owned()).build())
        .build()
}

fn result(outcome: &Outcome, index: usize, gate: &Gate, because: &Because) -> Finding {
    let level = match gate.standing {
        Standing::Fails if !outcome.report_only => ResultLevel::Error,
        _ => ResultLevel::Warning,
    };
    let mut result = Finding::builder()
        .rule_id(gate.name.word().to_owned())
        .rule_index(i64::try_from(index).unwrap_or_default())
        .level(level)
        .message(Message::builder().text(one_line(&because.text)).build())
        .locations(vec![location(outcome.place_of(because))])
        .build();
    if let Standing::Waived(waiver) = &gate.standing {
        let suppression = Suppression::builder()
            .kind(serde_json::Value::from("external"))
            .status(serde_json::Value::from("accepted"))
            .justification(format!("until {}: {}", one_line(&waiver.until), one_line(&waiver.reason)))
            .build();
        result.suppressions = Some(vec![suppression]);
    }
    result
}

fn location(place: &Place) -> Location {
    let uri = address(&one_line(&place.path));
    // A file of no repository is named by itself.
    let file = match place.path.starts_with('/') {
        true => ArtifactLocation::builder().uri(format!("file://{uri}")).build(),
        false => ArtifactLocation::builder().uri(uri).uri_base_id(ROOT.to_owned()).build(),
    };
    let mut physical = PhysicalLocation::builder().artifact_location(file).build();
    physical.region = i64::try_from(place.line)
        .ok()
        .filter(|line| *line > 0)
        .map(|line| Region::builder().start_line(line).build());
    Location::builder().physical_location(physical).build()
}
