//! What is wrong with rules, for other programs: JSON for editors, SARIF for code review.

use serde::Serialize;
use serde_sarif::sarif::{
    Location, Message, Region as SarifRegion, ReportingDescriptor, Result as SarifResult, ResultLevel,
};

use super::json::pretty;
use super::sarif as common;
use crate::document::{Faults, Span};
use crate::text::{line_of, one_line};

/// The name and version of the shape.
pub const SCHEMA: &str = "needk8s.faults/1";
/// The rule that everything breaks that cannot be read.
const FAULT: &str = "fault";

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rules cannot be used.
    Error,
    /// They can, and mean something else than they should.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something about rules, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The id of the rule that it breaks.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Where it stands, if it stands anywhere.
    pub place: Option<Region>,
}

/// A stretch of a file, from the first character to the one after the last; lines and columns (in characters) from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Region {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The last line.
    pub end_line: usize,
    /// The column after the end.
    pub end_column: usize,
}

impl Region {
    /// The place of some bytes of a text.
    pub fn of(file: &str, text: &str, span: &Span) -> Self {
        let at = |byte: usize| {
            let before = &text[..text.floor_char_boundary(byte)];
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            (line_of(before.as_bytes(), before.len()), before[start..].chars().count() + 1)
        };
        let ((line, column), (end_line, end_column)) = (at(span.start), at(span.end.max(span.start)));
        Self { file: one_line(file), line, column, end_line, end_column }
    }
}

/// The faults of rule files as findings.
pub fn findings(faults: &Faults) -> Vec<Finding> {
    let finding = |fault: &crate::document::Fault| {
        let file = faults.files.get(fault.file);
        Finding {
            severity: Severity::Error,
            rule: FAULT.to_owned(),
            message: one_line(&fault.message),
            help: fault.help.as_deref().map(one_line),
            place: file.map(|file| Region::of(&file.name, &file.text, &fault.span)),
        }
    };
    faults.faults.iter().map(finding).collect()
}

/// Findings as JSON.
pub fn json(findings: &[Finding]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'a str,
        findings: &'a [Finding],
    }
    pretty(&Document { schema: SCHEMA, findings })
}

/// Findings as SARIF 2.1.0, which code hosts show beside the lines that it names
/// (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
pub fn sarif(findings: &[Finding]) -> String {
    let mut rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let rules = rules.into_iter().map(|id| ReportingDescriptor::builder().id(id.to_owned()).build());
    let mut run = common::run(rules.collect(), findings.iter().map(result).collect());
    run.column_kind = Some(serde_json::Value::from("unicodeCodePoints"));
    common::document(run)
}

fn result(finding: &Finding) -> SarifResult {
    let level = match finding.severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    };
    let text = match &finding.help {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    };
    SarifResult::builder()
        .rule_id(finding.rule.clone())
        .level(level)
        .message(Message::builder().text(text).build())
        .locations(finding.place.iter().map(location).collect::<Vec<_>>())
        .build()
}

fn location(region: &Region) -> Location {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let stretch = SarifRegion::builder()
        .start_line(number(region.line))
        .start_column(number(region.column))
        .end_line(number(region.end_line))
        .end_column(number(region.end_column))
        .build();
    common::location(common::file(&region.file), Some(stretch))
}
