//! A review as JUnit XML: a test case for each check and for each promise.

use quick_junit::{TestCase, TestCaseStatus, TestSuite};

use super::said;
use crate::report::junit;
use crate::review::{Check, Review, Standing};
use crate::rulebook::Rulebook;
use crate::text::one_line;

/// Lays a review out.
pub fn render(rulebook: &Rulebook, review: &Review) -> String {
    let mut checks = TestSuite::new("rules");
    for (check, word, meaning) in Check::ALL {
        let found: Vec<String> = review
            .findings
            .iter()
            .filter(|finding| finding.check == check)
            .map(|finding| format!("{}: {}", finding.subject, one_line(&finding.message)))
            .collect();
        let mut status = TestCaseStatus::success();
        if !found.is_empty() {
            status = junit::failed(meaning);
            status.set_description(found.join("\n"));
        }
        checks.add_test_case(TestCase::new(word, status));
    }
    let mut promises = TestSuite::new("promises");
    for kept in &review.promises {
        let (_, how) = said(rulebook, kept);
        let status = match kept.standing {
            Standing::Proved { .. } | Standing::ByConstruction => TestCaseStatus::success(),
            Standing::Broken(_) => junit::failed(&one_line(&how)),
            Standing::NotProved { .. } => junit::skipped(&one_line(&how)),
        };
        promises.add_test_case(TestCase::new(rulebook.promises()[kept.promise].id.clone(), status));
    }
    junit::document("needk8s rules check", [checks, promises])
}
