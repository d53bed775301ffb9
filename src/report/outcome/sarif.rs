//! The outcome of a check as SARIF 2.1.0, which code hosts show beside the lines that it names
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde_sarif::sarif::{
    Location, Message, MultiformatMessageString, ReportingDescriptor, Result as Finding, ResultLevel,
    Suppression,
};

use super::{Because, Gate, GateName, Outcome, Place, Standing};
use crate::report::sarif;
use crate::text::one_line;

/// The root of the repository, as the specification names it.
const ROOT: &str = "%SRCROOT%";

/// Lays the outcome out: a rule for each gate, a result for each reason why one does not hold.
pub fn render(outcome: &Outcome) -> String {
    let rules = outcome.gates.iter().map(|gate| rule(gate.name)).collect();
    let failing = outcome.gates.iter().enumerate().filter(|(_, gate)| gate.standing != Standing::Holds);
    let results = failing.flat_map(|(index, gate)| {
        gate.because.iter().map(move |because| result(outcome, index, gate, because))
    });
    sarif::document(sarif::run(rules, results.collect()))
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
    let mut file = sarif::file(&place.path);
    // A file of no repository is named by itself.
    if !place.path.starts_with('/') {
        file.uri_base_id = Some(ROOT.to_owned());
    }
    sarif::location(file, sarif::line(place.line))
}
