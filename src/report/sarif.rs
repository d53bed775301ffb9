//! What all documents in SARIF 2.1.0 have in common
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use serde_sarif::sarif::{
    ArtifactLocation, Location, PhysicalLocation, Region, ReportingDescriptor, Result, Run, Sarif, Tool,
    ToolComponent,
};

use super::json::pretty;
use super::outcome::address;
use crate::text::one_line;

/// Where the schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A run of this program: the rules that it went by, and what it found.
pub(super) fn run(rules: Vec<ReportingDescriptor>, results: Vec<Result>) -> Run {
    let driver = ToolComponent::builder()
        .name("needk8s".to_owned())
        .version(env!("CARGO_PKG_VERSION").to_owned())
        .rules(rules)
        .build();
    Run::builder().tool(Tool::builder().driver(driver).build()).results(results).build()
}

/// The document of a run.
pub(super) fn document(run: Run) -> String {
    let sarif = Sarif::builder()
        .schema(SCHEMA.to_owned())
        .version(serde_json::Value::from("2.1.0"))
        .runs(vec![run])
        .build();
    pretty(&sarif)
}

/// A file by its path; one that is named from the root of the machine is an address by itself.
pub(super) fn file(path: &str) -> ArtifactLocation {
    let uri = address(&one_line(path));
    let uri = if path.starts_with('/') { format!("file://{uri}") } else { uri };
    ArtifactLocation::builder().uri(uri).build()
}

/// A whole line, from 1; none for 0, which stands for a whole file.
pub(super) fn line(number: usize) -> Option<Region> {
    let number = i64::try_from(number).ok().filter(|number| *number > 0)?;
    Some(Region::builder().start_line(number).build())
}

/// A place in a file.
pub(super) fn location(file: ArtifactLocation, region: Option<Region>) -> Location {
    let mut physical = PhysicalLocation::builder().artifact_location(file).build();
    physical.region = region;
    Location::builder().physical_location(physical).build()
}
