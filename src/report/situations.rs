//! How situations came out, in each format.

use quick_junit::{TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use super::json::pretty;
use super::junit as common;
use super::text::{Layout, Page};
use crate::situations::{Coverage, Situation};
use crate::text::counted;

/// The name and version of the shape in JSON.
pub const SCHEMA: &str = "needk8s.rules.test/1";
/// What the whole is called.
const NAME: &str = "needk8s rules test";

/// One situation and how its result differs from what is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried<'s> {
    /// The situation.
    pub situation: &'s Situation,
    /// The id of the verdict.
    pub verdict: String,
    /// The differences, a clause each.
    pub differences: Vec<String>,
}

/// For people: what differs, then what was exercised; what was not as well where the layout is verbose.
pub fn text(tried: &[Tried<'_>], coverage: &Coverage, layout: Layout) -> String {
    let mut page = Page::new(layout);
    let failed: Vec<&Tried<'_>> = tried.iter().filter(|one| !one.differences.is_empty()).collect();
    for one in &failed {
        page.line(&format!("{}:", one.situation.name));
        one.differences.iter().for_each(|difference| page.paragraph(2, difference));
    }
    let result = match failed.len() {
        0 => format!("{}, all as expected.", counted(tried.len(), "situation", "situations")),
        wrong => format!("{}, {wrong} not as expected.", counted(tried.len(), "situation", "situations")),
    };
    page.line(&result);
    let covered: Vec<String> = coverage
        .kinds
        .iter()
        .map(|(kind, all, missing)| format!("{} of {all} {kind}", all - missing.len()))
        .collect();
    page.paragraph(0, &format!("Exercised: {}.", covered.join(", ")));
    if layout.verbose {
        for (kind, _, missing) in coverage.kinds.iter().filter(|(.., missing)| !missing.is_empty()) {
            page.heading(&format!("No situation exercises these {kind}"));
            page.paragraph(2, &missing.join(", "));
        }
    }
    page.finish()
}

/// For programs.
pub fn json(tried: &[Tried<'_>], coverage: &Coverage) -> String {
    let situations = tried.iter().map(|one| {
        json!({ "name": one.situation.name, "verdict": one.verdict, "agrees": one.differences.is_empty(), "differences": one.differences })
    });
    let kinds = coverage
        .kinds
        .iter()
        .map(|(kind, all, missing)| ((*kind).to_owned(), json!({ "all": all, "missing": missing })));
    pretty(&json!({
        "schema": SCHEMA,
        "situations": situations.collect::<Vec<_>>(),
        "coverage": kinds.collect::<serde_json::Map<_, _>>(),
    }))
}

/// For build servers: a test case for each situation.
pub fn junit(tried: &[Tried<'_>]) -> String {
    let mut suite = TestSuite::new(NAME);
    for one in tried {
        let status = match one.differences.is_empty() {
            true => TestCaseStatus::success(),
            false => common::failed(&one.differences.join("; ")),
        };
        suite.add_test_case(TestCase::new(one.situation.name.clone(), status));
    }
    common::document(NAME, [suite])
}
