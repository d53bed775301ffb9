//! How often the verdicts agree with people who published what was right for them.

use rayon::prelude::*;

use crate::assessment::assess;
use crate::rulebook::{Case, Leaning, Reading, Rulebook};

/// A published decision and what rules make of its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged<'r> {
    /// The decision.
    pub case: &'r Case,
    /// The margin.
    pub margin: i64,
    /// The side of the verdict.
    pub leaning: Leaning,
}

impl Judged<'_> {
    /// Whether it was published that one side was right.
    pub fn is_clear(&self) -> bool {
        self.case.outcome != Leaning::Hedge
    }

    /// Whether the verdict is on the side that was right.
    pub fn is_right(&self) -> bool {
        self.leaning == self.case.outcome
    }
}

/// What rules make of all published decisions.
pub fn judged(rulebook: &Rulebook) -> Vec<Judged<'_>> {
    judged_by(rulebook, rulebook, |case| case.readings(rulebook))
}

/// What `rules`, which differ from the rulebook of the decisions in no question, make of them as they are read by `readings`.
pub fn judged_by<'r>(
    rulebook: &'r Rulebook,
    rules: &Rulebook,
    readings: impl Fn(&Case) -> Vec<Reading> + Sync,
) -> Vec<Judged<'r>> {
    let judge = |case| {
        let assessment = assess(rules, readings(case));
        Judged { case, margin: assessment.margin, leaning: assessment.leaning(rules) }
    };
    rulebook.cases().par_iter().map(judge).collect()
}

/// How some decisions compare to the verdicts on them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// How many there are.
    pub cases: usize,
    /// How many verdicts are on the side that was right.
    pub right: usize,
    /// How many are on neither side, where one was right.
    pub hedged: usize,
    /// How many are on the other side.
    pub wrong: usize,
    /// How many of these recommend the subject where something else was right.
    pub false_subject: usize,
}

impl Agreement {
    /// Of these decisions.
    pub fn of<'a, 'r: 'a>(judged: impl Iterator<Item = &'a Judged<'r>>) -> Self {
        let mut agreement = Self::default();
        for one in judged {
            agreement.cases += 1;
            match one.leaning {
                _ if one.is_right() => agreement.right += 1,
                Leaning::Hedge => agreement.hedged += 1,
                leaning => {
                    agreement.wrong += 1;
                    agreement.false_subject += usize::from(one.is_clear() && leaning == Leaning::With);
                }
            }
        }
        agreement
    }
}

/// Of all pairs of a decision that was right with the subject and one that was right without it, the share in which the
/// former has the greater margin; a tie counts half. In thousandths. It is the area under the ROC curve (Hanley and McNeil,
/// Radiology 143, 1982).
pub fn ranked_right<'a, 'r: 'a>(judged: impl Iterator<Item = &'a Judged<'r>> + Clone) -> usize {
    let margins = |outcome: Leaning| {
        judged.clone().filter(move |one| one.case.outcome == outcome).map(|one| one.margin)
    };
    let pairs = margins(Leaning::With)
        .flat_map(|with| margins(Leaning::Without).map(move |without| (with, without)))
        .collect::<Vec<_>>();
    let halves: usize =
        pairs.iter().map(|(with, without)| usize::from(with > without) + usize::from(with >= without)).sum();
    1000 * halves / (2 * pairs.len().max(1))
}
