//! The gates of `needk8s check`. One holds if it holds for every verdict that is possible, or, where a sureness is given, for
//! verdicts that together make up that share of all ways to answer the open questions.

use crate::explanation::{OpenQuestion, Share, Status};
use crate::report::Contents;
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
    /// For how many of 100 ways to answer the open questions a gate must hold; for all of them where this is not given.
    pub(super) sureness: Option<u8>,
}

impl Gates {
    /// Whether there is one.
    pub(super) fn is_any(&self) -> bool {
        !self.expect.is_empty() || !self.fail_on.is_empty() || self.settled || self.steadiness.is_some()
    }

    /// Every gate that does not hold, as sentences.
    pub(super) fn failures(&self, contents: &Contents<'_>) -> Vec<String> {
        let mut failures = Vec::new();
        if !self.expect.is_empty() {
            let expected = list(&names(contents, &self.expect), "or");
            let unexpected = |band: usize| !self.expect.contains(&band);
            failures.extend(self.verdict(contents, unexpected, &format!(", expected was {expected}")));
        }
        failures.extend(self.verdict(contents, |band| self.fail_on.contains(&band), ""));
        if self.settled {
            failures.extend(self.unsettled(contents));
        }
        if let Some(least) = self.steadiness {
            failures.extend(self.unsteady(contents, least));
        }
        failures
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
            return Some(format!(
                "the side of the verdict holds only while figures are off by no more than {percent} %, {least} % are \
                 asked for{fragile}"
            ));
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
