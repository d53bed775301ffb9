//! The outcome of a check for people who read a log: one line when it holds.

use super::{Because, Outcome, State, names, signed};
use crate::rulebook::UNDECIDED;
use crate::text::{counted, list, one_line};

/// The first line: whether it passes, and the answer.
pub fn line(outcome: &Outcome) -> String {
    if !outcome.holds() {
        let failing = names(outcome.failing());
        return match outcome.report_only {
            true => format!("would fail ({failing}), and passes, as it only reports"),
            false => format!("failed ({failing})"),
        };
    }
    let waived: Vec<&str> = outcome.waived().map(|(gate, _)| gate.name.word()).collect();
    let standing = match (outcome.then.is_some(), waived.as_slice()) {
        (true, []) => "the decision stands".to_owned(),
        (false, []) => "every gate holds".to_owned(),
        (_, waived) => {
            format!("passes with {} ({})", counted(waived.len(), "waiver", "waivers"), list(waived, "and"))
        }
    };
    let assumes = outcome.assumes.as_ref().map_or(String::new(), |assumes| format!(" {}", sentence(assumes)));
    one_line(&format!("{standing}. {}{assumes}", outcome.headline))
}

/// All of it: what failed with what was decided, what is true now, and what moved it; what is waived; remarks.
pub fn lines(outcome: &Outcome) -> Vec<String> {
    let mut lines = vec![line(outcome)];
    if !outcome.holds() {
        if let Some(then) = &outcome.then {
            let on = then.date.as_ref().map_or(String::new(), |date| format!(" on {date}"));
            let verb = if then.verdict == UNDECIDED { "recorded" } else { "decided" };
            lines.push(format!("{verb}{on}: {}", state(then)));
        }
        lines.push(format!("now: {}", state(&outcome.now)));
        if !outcome.moved_by.is_empty() {
            let moved: Vec<&str> = outcome.moved_by.iter().map(|moved| moved.text.as_str()).collect();
            let by = if outcome.has_moved() { "moved by" } else { "would move it" };
            lines.push(format!("{by}: {}", moved.join("; ")));
        }
        for gate in outcome.failing() {
            let word = gate.name.word();
            lines.extend(gate.because.iter().map(|Because { text, .. }| format!("{word}: {text}")));
        }
    }
    for (gate, waiver) in outcome.waived() {
        let word = gate.name.word();
        let said = gate.said();
        lines.push(format!("{word}: waived until {} ({}): {said}", waiver.until, waiver.reason));
    }
    lines.extend(outcome.remarks.iter().cloned());
    lines.iter().map(|line| one_line(line)).collect()
}

/// "not-yet, paas, margin -8"
fn state(state: &State) -> String {
    let mut said = state.verdict.clone();
    if let Some(platform) = &state.platform {
        said.push_str(&format!(", {platform}"));
    }
    match state.margin {
        Some(margin) => format!("{said}, margin {}", signed(margin)),
        None => format!("{said}, no margin recorded"),
    }
}

/// A clause with a capital and a full stop.
fn sentence(text: &str) -> String {
    format!("{}.", crate::text::upper_first(text))
}
