//! What decides a verdict, what would change it, how steady it is, and what is still possible.
//!
//! The engine compiles a rulebook once. Answers enter as classes that no condition tells apart, and branch and bound
//! over boxes of answers finds what they can come to; nothing is sampled. A budget of boxes, which is the same on
//! every machine, ends a search that grows too large: bounds take its place then, and the result says so.

mod bounds;
mod climb;
mod closed;
mod compile;
mod conditions;
mod contrast;
mod demands;
mod efforts;
mod goals;
mod model;
mod musts;
mod open;
mod outcome;
mod outlook;
mod pairs;
mod prover;
mod revisit;
mod search;
mod shift;
mod situation;
mod steadiness;
mod sufficient;
mod sureness;
mod telling;
mod turning;

use crate::assessment::Assessment;
use crate::rulebook::{Rulebook, Value, Values};
use model::{Frame, Model};
use search::Search;
use situation::Situation;

pub use contrast::{Contrast, Gap, Missing, Removal};
pub use open::OpenQuestion;
pub use outlook::{Outlook, Status};
pub use prover::{AnswerSet, Further, Known, MarginClaim, Moved, Proof, Prover};
pub use steadiness::{Figure, Fragile, Steadiness};
pub use sufficient::SufficientReason;
pub use sureness::{How, Share, Sureness, Unless};
pub use telling::Telling;
pub use turning::{MOST_CHANGES, Target, TurningPoint, TurningPoints};

/// How many boxes of answers one query may look at: some milliseconds.
pub const DEFAULT_BUDGET: u64 = 2_000;

/// Everything that explains one assessment. All of it is exact unless it says that it is not proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What is still possible.
    pub outlook: Outlook,
    /// The answers to open questions that would turn the side, the likeliest first.
    pub unless: Vec<Unless>,
    /// A smallest set of given answers that forces the verdict; `None` while other verdicts are possible, or where it is not
    /// asked for.
    pub sufficient_reason: Option<SufficientReason>,
    /// What would move the verdict, target by target.
    pub turning_points: Vec<TurningPoints>,
    /// For each given answer that counts, the values with which the verdict stays, the others kept.
    pub slack: Vec<Values>,
    /// How far the rulebook's figures may be off.
    pub steadiness: Steadiness,
    /// For each question, points of margin between its least and its most favourable answer, the others as they are.
    pub spreads: Vec<i64>,
    /// The questions without an answer that may apply, those that can change the verdict and move the margin most first.
    pub open_questions: Vec<OpenQuestion>,
}

/// How much of an explanation is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// What a page needs: of a result that is undecided not what would change it, and of none which answers force it or what
    /// each may be.
    Page,
    /// What a verdict's name needs: what is still possible, not what would change it, nor which open questions can.
    Outlook,
}

impl Extent {
    /// Whether it takes in what would change a result that is known so well.
    pub fn has_changes(self, status: Status) -> bool {
        match self {
            Self::Whole => true,
            Self::Page => status != Status::Undecided,
            Self::Outlook => false,
        }
    }
}

/// What would change a result.
#[derive(Debug, Default)]
struct Changes {
    unless: Vec<Unless>,
    sufficient_reason: Option<SufficientReason>,
    turning_points: Vec<TurningPoints>,
    slack: Vec<Values>,
}

/// A rulebook made ready for explanations.
#[derive(Debug)]
pub struct Engine {
    model: Model,
    budget: u64,
}

impl Engine {
    /// Compiles a rulebook.
    pub fn new(rulebook: &Rulebook) -> Self {
        Self::with_budget(rulebook, DEFAULT_BUDGET)
    }

    /// Compiles a rulebook for queries of at most `budget` boxes each.
    pub fn with_budget(rulebook: &Rulebook, budget: u64) -> Self {
        Self { model: Model::new(rulebook), budget }
    }

    /// Explains an assessment of `values` by the rulebook that the engine was made from.
    pub fn explain(
        &self,
        rulebook: &Rulebook,
        values: &[Option<Value>],
        assessment: &Assessment,
    ) -> Explanation {
        self.explain_to(Extent::Whole, rulebook, values, assessment)
    }

    /// The same, as far as it is asked for.
    pub fn explain_to(
        &self,
        extent: Extent,
        rulebook: &Rulebook,
        values: &[Option<Value>],
        assessment: &Assessment,
    ) -> Explanation {
        let classes = self.model.classes_of(values);
        let root = self.completions(&classes);
        let band = assessment.band;
        let open = self.applicable(&root, |question| classes[question].is_none());
        let span_and_deciding = || {
            let span = self.span(&root);
            let deciding = self.met_deciding(&root, &open, &span.met);
            (span, deciding)
        };
        let prospect = || self.prospect(&root, self.model.bands[band].1);
        let (prospect, (span, deciding)) = rayon::join(prospect, span_and_deciding);
        let split_by = prospect.split_by.clone();
        let outlook = self.outlook_of(&span, prospect, band);
        let can_change = || match extent {
            _ if span.is_settled() => vec![Some(false); open.len()],
            Extent::Outlook => vec![None; open.len()],
            _ => self.can_change(&classes, &root, span.bands, &open, &deciding, split_by.as_deref()),
        };
        let around = || {
            let mut situation = Situation::new(&self.model, classes.clone());
            let spreads = self.spreads_of(&mut situation);
            let changes = extent
                .has_changes(outlook.status)
                .then(|| self.changes_around(extent, rulebook, &mut situation, &root, &outlook, band));
            (spreads, changes.unwrap_or_default())
        };
        let (can_change, (spreads, changes)) = rayon::join(can_change, around);
        Explanation {
            unless: changes.unless,
            sufficient_reason: changes.sufficient_reason,
            turning_points: changes.turning_points,
            slack: changes.slack,
            steadiness: steadiness::steadiness(rulebook, assessment),
            open_questions: OpenQuestion::sorted(&open, &can_change, &spreads),
            spreads,
            outlook,
        }
    }

    /// What would change the result of what is known.
    fn changes_around(
        &self,
        extent: Extent,
        rulebook: &Rulebook,
        situation: &mut Situation<'_>,
        root: &Frame,
        outlook: &Outlook,
        band: usize,
    ) -> Changes {
        let found = turning::find(situation);
        let sufficient_reason = match outlook.status {
            Status::Settled if extent == Extent::Whole => {
                let known = situation.known_escapes(root, found.sets());
                self.sufficient_reason(&mut self.search(), &situation.classes, root, band, &known)
            }
            _ => None,
        };
        Changes {
            sufficient_reason,
            slack: self.slack(extent, situation, root, band),
            unless: self.unless(situation, &found),
            turning_points: found.summed_up(rulebook, situation),
        }
    }

    /// The band of what is known, as an assessment has it.
    pub fn band(&self, values: &[Option<Value>]) -> usize {
        let frame = self.model.situation(&self.model.classes_of(values));
        self.model.outcome(&frame).band
    }

    /// What would move the verdict with this band, target by target, and the slack of each given answer; no more than
    /// that of all that [`explain_to`](Self::explain_to) tells.
    pub fn changes(
        &self,
        extent: Extent,
        rulebook: &Rulebook,
        values: &[Option<Value>],
        band: usize,
    ) -> (Vec<TurningPoints>, Vec<Values>) {
        let classes = self.model.classes_of(values);
        let root = self.completions(&classes);
        let mut situation = Situation::new(&self.model, classes);
        let turning_points = turning::find(&mut situation).summed_up(rulebook, &situation);
        (turning_points, self.slack(extent, &mut situation, &root, band))
    }

    /// The answers to open questions that would turn the side, the likeliest first; no more than that of all that
    /// [`explain`](Self::explain) tells.
    pub fn turns(&self, values: &[Option<Value>]) -> Vec<Unless> {
        let mut situation = Situation::new(&self.model, self.model.classes_of(values));
        let found = turning::find(&mut situation);
        self.unless(&situation, &found)
    }

    /// For each question, points of margin between its least and its most favourable answer, the others as in `values`.
    pub fn spreads(&self, values: &[Option<Value>]) -> Vec<i64> {
        self.spreads_of(&mut Situation::new(&self.model, self.model.classes_of(values)))
    }

    /// The smallest sets of one or two answer changes after which `platform` is recommended; all of them.
    pub fn ways_to(
        &self,
        rulebook: &Rulebook,
        values: &[Option<Value>],
        platform: usize,
    ) -> Vec<TurningPoint> {
        turning::ways_to(rulebook, &mut Situation::new(&self.model, self.model.classes_of(values)), platform)
    }

    /// For each given answer the values with which the verdict stays; nothing where it is not asked for.
    fn slack(&self, extent: Extent, situation: &mut Situation<'_>, root: &Frame, band: usize) -> Vec<Values> {
        if extent != Extent::Whole {
            return Vec::new();
        }
        let given: Vec<usize> = self.applicable(root, |question| situation.classes[question].is_some());
        given
            .into_iter()
            .map(|question| {
                let stays = |class: &usize| situation.after(&[(question, *class)]).band == band;
                let classes: Vec<usize> = (0..self.model.classes[question].len()).filter(stays).collect();
                self.model.classes[question].values(question, &classes)
            })
            .collect()
    }

    /// The questions that may apply in a box, and of which something else holds.
    fn applicable(&self, root: &Frame, such: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.model.classes.len())
            .filter(|question| root.may_apply(*question) && such(*question))
            .collect()
    }

    fn search(&self) -> Search<'_> {
        Search::new(&self.model, self.budget)
    }

    /// The frame of all complete sets of answers that agree with those given, each by its class.
    fn completions(&self, classes: &[Option<usize>]) -> Frame {
        let mut frame = self.model.unsettled();
        for (question, class) in classes.iter().enumerate() {
            if let Some(class) = class {
                self.model.put(&mut frame.domains, question, *class);
            }
        }
        self.model.settle(&mut frame);
        frame
    }
}
