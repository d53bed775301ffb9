//! `needk8s check`: does the recorded decision still stand?

use super::args::Gates;
use super::decision::{Decision, FILE};
use super::output::say;
use crate::explanation::Status;
use crate::report::Contents;
use crate::rulebook::Rulebook;
use crate::text::list;

/// What a check has found, in sentences.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Every reason why it fails; none when all is well.
    pub(super) failures: Vec<String>,
    /// What is worth knowing all the same.
    pub(super) remarks: Vec<String>,
}

/// Holds what is known against the recorded decision and the gates.
pub(super) fn findings(contents: &Contents<'_>, decision: Option<&Decision>, gates: &Gates) -> Findings {
    let mut findings = Findings { failures: failures(contents, decision, gates), remarks: Vec::new() };
    if let Some((decision, come_true)) =
        decision.and_then(|decision| Some((decision, come_true(contents, decision)?)))
    {
        let moved = decision.band != contents.assessment.band;
        if moved { &mut findings.failures } else { &mut findings.remarks }.push(come_true);
    }
    findings
}

/// The recorded turning points that have come true since, as a sentence.
fn come_true(contents: &Contents<'_>, decision: &Decision) -> Option<String> {
    let questions = contents.rulebook.questions();
    let such = decision.revisit.iter().filter(|condition| contents.assessment.satisfies(condition));
    let said: Vec<String> = such.map(|condition| condition.say(questions)).collect();
    if said.is_empty() {
        return None;
    }
    let date = decision.date.as_ref().map_or("the decision".to_owned(), |date| date.clone());
    Some(format!("since {date} this has come true: {}", said.join("; ")))
}

fn failures(contents: &Contents<'_>, decision: Option<&Decision>, gates: &Gates) -> Vec<String> {
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
        failures.push(unsettled(contents));
    }
    if let Some(least) = gates.steadiness {
        failures.extend(unsteady(contents, least));
    }
    failures
}

/// What is still possible, and which answers would tell.
fn unsettled(contents: &Contents<'_>) -> String {
    let rulebook = contents.rulebook;
    let possible: Vec<&str> =
        contents.outlook.verdicts.iter().map(|band| rulebook.bands()[*band].id.as_str()).collect();
    let named = |can_change: Option<bool>| -> Vec<&str> {
        let such = contents.explanation.open_questions.iter().filter(|open| open.can_change == can_change);
        such.map(|open| rulebook.questions()[open.question].id.as_str()).collect()
    };
    let (can, may) = (named(Some(true)), named(None));
    let mut told = format!("the verdict is not settled: it can still be {}", list(&possible, "or"));
    if !can.is_empty() {
        told.push_str(&format!("; it hangs on {}", can.join(", ")));
    }
    if !may.is_empty() {
        told.push_str(&format!("; it may hang on {} (not proved)", may.join(", ")));
    }
    told
}

fn unsteady(contents: &Contents<'_>, least: u8) -> Option<String> {
    let percent = contents.explanation.steadiness.percent;
    (percent < least).then(|| {
        let fragile = contents.explained.fragile.as_ref();
        let fragile = fragile.map_or(String::new(), |fragile| format!("; most fragile is {}", fragile.text));
        format!("the side of the verdict holds only while figures are off by no more than {percent} %, {least} % are asked for{fragile}")
    })
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
pub(super) fn announce(contents: &Contents<'_>, findings: &Findings, recorded: bool, in_actions: bool) {
    let Findings { failures, remarks } = findings;
    if failures.is_empty() {
        let standing = if recorded { "the decision stands" } else { "every gate holds" };
        say(&format!("check: {standing}. {}", contents.headline));
    }
    for line in failures.iter().chain(remarks) {
        say(&format!("check: {line}"));
    }
    if in_actions {
        let (level, mut message) = match failures.as_slice() {
            [] => ("notice", contents.headline.clone()),
            failures => ("error", failures.join("; ")),
        };
        for remark in remarks {
            message.push_str(&format!("; {remark}"));
        }
        say(&format!("::{level} file={FILE},title=needk8s::{}", workflow_data(&message)));
    }
}

/// A message as a GitHub workflow command takes it.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
fn workflow_data(message: &str) -> String {
    message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
