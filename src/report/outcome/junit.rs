//! The outcome of a check as JUnit XML: a test case for each gate.

use quick_junit::{TestCase, TestCaseStatus, TestSuite};

use super::{Gate, Outcome, Standing};
use crate::report::junit;
use crate::text::one_line;

/// The name of the whole, and of what its gates belong to.
const NAME: &str = "needk8s check";

/// Lays the outcome out. A gate that is waived, or whose failure is only reported, is skipped and says so.
pub fn render(outcome: &Outcome) -> String {
    let mut suite = TestSuite::new(NAME);
    suite.add_test_cases(outcome.gates.iter().map(|gate| case(outcome, gate)));
    junit::document(NAME, [suite])
}

fn case(outcome: &Outcome, gate: &Gate) -> TestCase {
    let said = one_line(&gate.said());
    let status = match &gate.standing {
        Standing::Holds => TestCaseStatus::success(),
        Standing::Waived(waiver) => junit::skipped(&format!(
            "waived until {} ({}): {said}",
            one_line(&waiver.until),
            one_line(&waiver.reason)
        )),
        Standing::Fails if outcome.report_only => junit::skipped(&format!("only reported: {said}")),
        Standing::Fails => {
            let mut status = junit::failed(&said);
            status.set_type(gate.name.word()).set_description(shown_at(outcome, gate));
            status
        }
    };
    let mut case = TestCase::new(gate.name.word(), status);
    case.set_classname(NAME);
    case
}

/// Each reason with its line.
fn shown_at(outcome: &Outcome, gate: &Gate) -> String {
    let lines = gate.because.iter();
    let lines = lines.map(|because| format!("{}: {}", outcome.place_of(because), one_line(&because.text)));
    lines.collect::<Vec<_>>().join("\n")
}
