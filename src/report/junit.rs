//! What all documents in JUnit XML have in common. The format has no standard; what build servers read is written down at
//! <https://github.com/testmoapp/junitxml>.

use quick_junit::{NonSuccessKind, Report, TestCaseStatus, TestSuite};

/// The status of a case that fails.
pub(super) fn failed(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message);
    status
}

/// The status of a case that neither passes nor fails, and says why.
pub(super) fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

/// The document of some suites.
pub(super) fn document(name: &str, suites: impl IntoIterator<Item = TestSuite>) -> String {
    let mut report = Report::new(name);
    report.add_test_suites(suites);
    // Writing into a String has no way to fail.
    report.to_string().unwrap_or_default()
}
