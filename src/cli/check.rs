//! `needk8s check`: does the recorded decision still stand?

use super::args::Gates;
use super::decision::{Decision, FILE};
use super::output::say;
use crate::explanation::Status;
use crate::report::Contents;
use crate::rulebook::Rulebook;

/// Every reason why the check fails, as sentences; none when all is well.
pub(super) fn failures(contents: &Contents<'_>, decision: Option<&Decision>, gates: &Gates) -> Vec<String> {
    let rulebook = contents.rulebook;
    let band = contents.assessment.band;
    let name = |band: usize| rulebook.bands()[band].id.as_str();
    let names = |bands: &[usize]| bands.iter().map(|band| name(*band)).collect::<Vec<_>>().join(",");
    let mut failures = Vec::new();
    if let Some(decision) = decision.filter(|decision| decision.band != band) {
        let date = decision.date.as_ref().map_or(String::new(), |date| format!(" on {date}"));
        failures.push(format!(
            "the verdict was {} when it was recorded{date} and is {} now{}",
            name(decision.band),
            name(band),
            cause(rulebook, decision)
        ));
    }
    if !gates.expect.is_empty() && !gates.expect.contains(&band) {
        failures.push(format!("the verdict is {}, expected was {}", name(band), names(&gates.expect)));
    }
    if gates.fail_on.contains(&band) {
        failures.push(format!("the verdict is {}", name(band)));
    }
    if gates.settled && contents.outlook.status != Status::Settled {
        let possible = names(&contents.outlook.verdicts);
        let open: Vec<&str> =
            contents.unknown.iter().map(|question| rulebook.questions()[*question].id.as_str()).collect();
        failures.push(format!(
            "the verdict is not settled: it can still be {possible}; not answered: {}",
            open.join(", ")
        ));
    }
    failures
}

/// Whether the rules have changed since the decision.
fn cause(rulebook: &Rulebook, decision: &Decision) -> String {
    match &decision.rulebook {
        Some((name, version)) if name != rulebook.name() || version != rulebook.version() => {
            format!(
                " (decided with the rulebook {name} {version}, assessed with {} {})",
                rulebook.name(),
                rulebook.version()
            )
        }
        _ => " (the rulebook is the same, the answers have changed)".to_owned(),
    }
}

/// Says what failed, or that all is well, to people and to GitHub Actions.
pub(super) fn announce(contents: &Contents<'_>, failures: &[String], recorded: bool, in_actions: bool) {
    if failures.is_empty() {
        let standing = if recorded { "the decision stands" } else { "every gate holds" };
        say(&format!("check: {standing}. {}", contents.headline));
    }
    for failure in failures {
        say(&format!("check: {failure}"));
    }
    if in_actions {
        let (level, message) = match failures {
            [] => ("notice", contents.headline.clone()),
            failures => ("error", failures.join("; ")),
        };
        say(&format!("::{level} file={FILE},title=needk8s::{}", workflow_data(&message)));
    }
}

/// A message as a GitHub workflow command takes it.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
fn workflow_data(message: &str) -> String {
    message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
