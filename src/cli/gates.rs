//! The gates of `needk8s check` that flags ask for. One holds if it holds for every verdict that is possible, or, where a sureness is given, for
//! verdicts that together make up that share of all ways to answer the open questions.

use super::decision::Decision;
use crate::explanation::{OpenQuestion, Share, Status};
use crate::report::Contents;
use crate::report::outcome::{Because, Gate, GateName, signed};
use crate::rulebook::Leaning;
use crate::text::list;

/// What `check` insists on.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// The verdict must be one of these bands.
    pub(super) expect: Vec<usize>,
    /// The verdict must be none of these bands.
    pub(super) fail_on: Vec<usize>,
    /// Nothing unknown may be able to change the verdict.
    pub(super) settled: bool,
    /// The verdict's side must hold even if every figure is off by so many per cent.
    pub(super) steadiness: Option<u8>,
    /// The margin must not have moved towards another verdict since it was recorded.
    pub(super) no_worse: bool,
    /// For how many of 100 ways to answer the open questions a gate must hold; for all of them where this is not given.
    pub(super) sureness: Option<u8>,
}

impl Gates {
    /// Whether there is one.
    pub(super) fn is_any(&self) -> bool {
        !self.expect.is_empty()
            || !self.fail_on.is_empty()
            || self.settled
            || self.steadiness.is_some()
            || self.no_worse
    }

    /// Every gate that is asked for, and how it fares.
    pub(super) fn held(&self, contents: &Contents<'_>, decision: Option<&Decision>) -> Vec<Gate> {
        let gate = |name, against: Option<String>, holds: String| {
            Gate::new(name, against.map(Because::of).into_iter().collect(), holds)
        };
        let mut gates = Vec::new();
        if self.no_worse {
            let (against, holds) = no_worse(contents, decision);
            gates.push(gate(GateName::NoWorse, against, holds));
        }
        let of_possible = match self.sureness {
            Some(sureness) => {
                format!("in at least {sureness} of 100 ways to answer what is open, the verdict")
            }
            None => "every possible verdict".to_owned(),
        };
        if !self.expect.is_empty() {
            let expected = list(&names(contents, &self.expect), "or");
            let unexpected = |band: usize| !self.expect.contains(&band);
            let against = self.verdict(contents, unexpected, &format!(", expected was {expected}"));
            gates.push(gate(GateName::Expect, against, format!("{of_possible} is {expected}")));
        }
        if !self.fail_on.is_empty() {
            let unwanted = list(&names(contents, &self.fail_on), "or");
            let against = self.verdict(contents, |band| self.fail_on.contains(&band), "");
            gates.push(gate(
                GateName::FailOn,
                against,
                format!("{of_possible} is something else than {unwanted}"),
            ));
        }
        if self.settled {
            let holds = "nothing that is unknown can change the verdict, or as seldom as is allowed";
            let exactly = "nothing that is unknown can change the verdict";
            let holds = if self.sureness.is_some() { holds } else { exactly };
            gates.push(gate(GateName::Require, self.unsettled(contents), holds.to_owned()));
        }
        if let Some(least) = self.steadiness {
            let percent = contents.explanation.steadiness.percent;
            let holds = format!("steadiness is {percent} %, and {least} % is required");
            gates.push(gate(GateName::MinSteadiness, self.unsteady(contents, least), holds));
        }
        gates
    }

    /// That the verdict is one that is not wanted, or can still be.
    fn verdict(
        &self,
        contents: &Contents<'_>,
        unwanted: impl Fn(usize) -> bool,
        wanted: &str,
    ) -> Option<String> {
        if !contents.is_undecided() && unwanted(contents.assessment.band) {
            return Some(format!("the verdict is {}{wanted}", contents.verdict()));
        }
        let (possible, share) = possible(contents, unwanted);
        if possible.is_empty() || self.tolerates(share) {
            return None;
        }
        Some(format!(
            "the verdict {}{}{wanted}{}",
            if contents.is_undecided() { "is undecided and can still be " } else { "can still be " },
            said(contents, &possible, share),
            settled_by(contents)
        ))
    }

    fn unsettled(&self, contents: &Contents<'_>) -> Option<String> {
        let (possible, share) = possible(contents, |band| band != contents.assessment.band);
        let settled = contents.outlook.status == Status::Settled
            || contents.outlook.status == Status::Leaning && self.tolerates(share);
        (!settled).then(|| {
            let said = said(contents, &possible, share);
            format!("the verdict is not settled: it can still be {said}{}", settled_by(contents))
        })
    }

    /// That the side does not hold against wrong figures, or not for all answers that are open.
    fn unsteady(&self, contents: &Contents<'_>, least: u8) -> Option<String> {
        let percent = contents.explanation.steadiness.percent;
        if percent < least {
            let fragile = contents.explained.fragile.as_ref();
            let fragile =
                fragile.map_or(String::new(), |fragile| format!("; most fragile is {}", fragile.text));
            return Some(format!("steadiness is {percent} %, below the required {least} %{fragile}"));
        }
        let side = contents.assessment.leaning(contents.rulebook);
        let bands = contents.rulebook.bands();
        let (possible, share) = possible(contents, |band| bands[band].leaning != side);
        if possible.is_empty() || self.tolerates(share) {
            return None;
        }
        Some(format!(
            "figures that are off by {least} % do not change the side of the verdict, open answers do: it can still be {}{}",
            said(contents, &possible, share),
            settled_by(contents)
        ))
    }

    /// Whether verdicts of this share may come about without a gate failing.
    fn tolerates(&self, share: Share) -> bool {
        self.sureness.is_some_and(|sureness| share.fraction() <= 1.0 - f64::from(sureness) / 100.0)
    }
}

/// Why the margin is worse than the recorded one, if it is, and what to say if it is not. For a verdict of one side, worse is
/// what leads towards the other; a toss-up is between both and has no worse.
fn no_worse(contents: &Contents<'_>, decision: Option<&Decision>) -> (Option<String>, String) {
    let missing = |what: &str| (Some(format!("{what}; `needk8s --save` records one")), String::new());
    let Some(decision) = decision else {
        return missing("no decision is recorded, so there is no margin to hold to");
    };
    let Some(then) = decision.margin else { return missing("the record has no margin to hold to") };
    let Some(band) = decision.verdict else {
        return missing("the record is undecided, so there is no margin to hold to");
    };
    let now = contents.assessment.margin;
    let rulebook = contents.rulebook;
    let by_others = decision.other_rules(rulebook).map_or(String::new(), |others| format!(", {others}"));
    let worse_by = match rulebook.bands()[band].leaning {
        Leaning::Without => now - then,
        Leaning::With => then - now,
        Leaning::Hedge => 0,
    };
    let (before, after) = (signed(then), signed(now));
    let said = match worse_by {
        0 if then == now => format!("the margin is {after}, as it was recorded"),
        0 => format!("the margin was {before} and is {after}; a toss-up has no worse{by_others}"),
        worse if worse > 0 => {
            let points =
                crate::text::counted(usize::try_from(worse).unwrap_or(usize::MAX), "point", "points");
            format!(
                "the margin was {before} when it was recorded and is {after} now, {points} nearer to the other side{by_others}"
            )
        }
        _ => format!("the margin was {before} and is {after}, further from the other side"),
    };
    if worse_by > 0 { (Some(said), String::new()) } else { (None, said) }
}

/// The possible verdicts of which something is so, and how often one of them comes about.
fn possible(contents: &Contents<'_>, such: impl Fn(usize) -> bool) -> (Vec<usize>, Share) {
    let outlook = contents.outlook;
    let possible = outlook.verdicts.iter().zip(&outlook.shares).filter(|(band, _)| such(**band));
    possible.fold((Vec::new(), Share::NONE), |(mut bands, share), (band, own)| {
        bands.push(*band);
        (bands, share.and(*own))
    })
}

fn names<'c>(contents: &'c Contents<'_>, bands: &[usize]) -> Vec<&'c str> {
    bands.iter().map(|band| contents.rulebook.bands()[*band].id.as_str()).collect()
}

/// "recommended or essential (4 in 100)"
fn said(contents: &Contents<'_>, bands: &[usize], share: Share) -> String {
    let names = list(&names(contents, bands), "or");
    if share == Share::WHOLE { names } else { format!("{names} ({share})") }
}

/// How many questions a message names.
const MOST_NAMED: usize = 6;

/// Which answers would settle the verdict: "; answer `services` and `uptime` to settle it".
pub(super) fn settled_by(contents: &Contents<'_>) -> String {
    let open = &contents.explanation.open_questions;
    let those = |such: fn(&OpenQuestion) -> bool| -> Vec<String> {
        let questions = contents.rulebook.questions();
        let such = open.iter().filter(|open| such(open));
        such.map(|open| format!("`{}`", questions[open.question].id)).collect()
    };
    let mut ids = those(|open| open.can_change == Some(true));
    if ids.is_empty() {
        ids = those(|open| open.can_change.is_none());
    }
    let more = ids.len().saturating_sub(MOST_NAMED);
    ids.truncate(MOST_NAMED);
    if more > 0 {
        ids.push(format!("{more} more"));
    }
    match ids.as_slice() {
        [] => String::new(),
        ids => format!("; answer {} to settle it", list(ids, "and")),
    }
}
