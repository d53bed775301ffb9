//! Open questions: which of them can still change the result, and how far each moves the margin.

use super::Engine;
use super::goals::{OtherPlatform, Pivot};
use super::model::Frame;
use super::outlook::Ends;
use super::search::{End, Search};
use super::situation::Situation;

/// A question without an answer that may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Its index.
    pub question: usize,
    /// Whether there are answers to the other open questions with which its answer decides the verdict; `None` when
    /// that is not proved either way.
    pub can_change: Option<bool>,
    /// Points of margin between its least and its most favourable answer, the others as they are known now.
    pub spread: i64,
}

impl Engine {
    pub(super) fn spreads_of(&self, situation: &mut Situation<'_>) -> Vec<i64> {
        (0..self.model.classes.len()).map(|question| self.spread(situation, question)).collect()
    }

    /// Points of margin between the least and the most favourable answer to a question, the others as they are.
    pub(super) fn spread(&self, situation: &mut Situation<'_>, question: usize) -> i64 {
        let margins =
            (0..self.model.classes[question].len()).map(|class| situation.after(&[(question, class)]).margin);
        let (least, most) =
            margins.fold((i64::MAX, i64::MIN), |(least, most), margin| (least.min(margin), most.max(margin)));
        most - least
    }

    /// Whether the answer to a question can decide the verdict, given the box of all that is open.
    pub(super) fn can_change(
        &self,
        search: &mut Search<'_>,
        root: &Frame,
        question: usize,
        ends: &Ends,
    ) -> Option<bool> {
        if self.decides_on_the_way(search, question, ends) {
            return Some(true);
        }
        match search.run(root, &mut Pivot::new(question)) {
            End::Found => Some(true),
            End::Exhausted => Some(false),
            End::OutOfBudget => None,
        }
    }

    /// Goes from the answers with the least margin to those with the greatest, one question at a time, and sees whether
    /// somewhere on the way the answer to `question` decides.
    fn decides_on_the_way(&self, search: &mut Search<'_>, question: usize, ends: &Ends) -> bool {
        let own = self.model.variables_of[question].clone();
        let mut at = ends.least.clone();
        for other in (0..self.model.classes.len()).filter(|other| *other != question) {
            let variables = self.model.variables_of[other].clone();
            if at.domains[variables.clone()] == ends.most.domains[variables.clone()] {
                continue;
            }
            at.domains[variables.clone()].copy_from_slice(&ends.most.domains[variables]);
            self.model.settle_question(&mut at, other);
            let here = search.outcome(&at);
            let kept = at.domains[own.clone()].to_vec();
            let mut decides = false;
            for end in [&ends.least, &ends.most] {
                at.domains[own.clone()].copy_from_slice(&end.domains[own.clone()]);
                self.model.settle_question(&mut at, question);
                decides |= here.band != search.outcome(&at).band;
            }
            at.domains[own.clone()].copy_from_slice(&kept);
            self.model.settle_question(&mut at, question);
            if decides {
                return true;
            }
        }
        false
    }

    /// Whether every completion leads to this platform.
    pub(super) fn leads_to(&self, search: &mut Search<'_>, root: &Frame, platform: usize) -> Option<bool> {
        match search.run(root, &mut OtherPlatform::new(platform)) {
            End::Found => Some(false),
            End::Exhausted => Some(true),
            End::OutOfBudget => None,
        }
    }
}
