//! Proofs and counter-examples over all answers there are, complete or not: whether conditions can hold, which verdicts and
//! platforms can be reached, and how far a change of one answer, or of one criterion, can move the margin.

use std::borrow::Cow;

use super::bounds::{Measure, Sides, Way};
use super::model::{Frame, Model, ROW, UNANSWERED, first_of, values_in};
use super::outcome::Outcome;
use super::pairs::{self, Change, Claim, PairSearch, Twin};
use super::search::{self, Goal, Promise, Search, Seen};
use super::sureness::Numbers;
use crate::rulebook::{Classes, Condition, OptionSet, Rulebook, Value};

/// A set of answers: a value or none for each question.
pub type AnswerSet = Vec<Option<Value>>;

/// How a search ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof<T> {
    /// There is no such thing, whatever is answered; so many boxes of answers were looked at.
    None(u64),
    /// There is one.
    Found(T),
    /// So many boxes were looked at without an end.
    Open(u64),
}

/// A condition that a prover was made with, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Further(pub usize);

/// A change of one point, everything else kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// The answer to a question goes from one value to another.
    Answer {
        /// The index of the question.
        question: usize,
        /// Before.
        from: Value,
        /// After.
        to: Value,
    },
    /// A criterion that holds is counted, which was not counted before.
    Counted(usize),
}

/// What is claimed of the margin before and after a change. Answers with which constraints leave only one side are not
/// counted.
#[derive(Debug, Clone)]
pub struct MarginClaim {
    /// The change.
    pub moved: Moved,
    /// The margin moves by no less than the first and no more than the second.
    pub within: (i64, i64),
    /// Where it moves by more, it does not go from below the first of these to above the second, or back.
    pub across: Option<(i64, i64)>,
    /// Conditions that hold before and after.
    pub when: Vec<Further>,
    /// Where it is not claimed: a condition that holds before or after, and whether it is so only where the best platform
    /// with the subject takes less effort than the best without it, before or after.
    pub unless: Vec<(Further, bool)>,
}

/// A rulebook, and conditions on its answers, made ready for proofs.
#[derive(Debug)]
pub struct Prover {
    model: Model,
    criteria: usize,
    /// The groups of options of each question that takes sets.
    atoms: Vec<Vec<OptionSet>>,
}

impl Prover {
    /// Compiles a rulebook, and `further` conditions that searches may ask for.
    pub fn new(rulebook: &Rulebook, further: &[&Condition]) -> Self {
        let model = Model::with_conditions(rulebook, further);
        let atoms = rulebook.questions().iter().zip(&model.classes);
        let atoms = atoms.map(|(question, classes)| classes.atoms(question.options().len())).collect();
        Self { model, criteria: rulebook.criteria().len(), atoms }
    }

    /// The classes that its conditions cut the answers to a question into.
    pub fn classes(&self, question: usize) -> &Classes {
        &self.model.classes[question]
    }

    /// The place of a further condition among those of the criteria.
    fn place(&self, further: Further) -> usize {
        self.criteria + further.0
    }

    /// The place of the condition of a criterion; it can be asked for as well.
    pub fn criterion(&self, criterion: usize) -> Known {
        Known(criterion)
    }

    /// The same for a further condition.
    pub fn further(&self, further: Further) -> Known {
        Known(self.place(further))
    }

    /// Answers with which all of the first conditions hold, and none of the second; complete ones only, or any.
    pub fn answers(
        &self,
        holding: &[Known],
        failing: &[Known],
        complete: bool,
        budget: u64,
    ) -> Proof<AnswerSet> {
        let root = if complete { self.model.frame() } else { self.model.anything() };
        let mut waiting = vec![root];
        let mut boxes = 0;
        while let Some(frame) = waiting.pop() {
            boxes += 1;
            if boxes > budget {
                return Proof::Open(budget);
            }
            let can = holding.iter().all(|condition| frame.may_hold(condition.0))
                && failing.iter().all(|condition| !frame.must_hold(condition.0));
            if !can {
                continue;
            }
            let open = holding.iter().chain(failing).find(|condition| frame.is_open(condition.0));
            let Some(open) = open else { return Proof::Found(self.answers_of(&frame)) };
            let helpers = self.model.helpers[open.0].iter().map(|(variable, _)| *variable);
            let Some(variable) =
                helpers.into_iter().find(|variable| frame.domains[*variable].count_ones() > 1)
            else {
                continue;
            };
            let domain = frame.domains[variable];
            for value in values_in(domain).collect::<Vec<_>>().into_iter().rev() {
                let mut part = frame.clone();
                self.model.narrow(&mut part, variable, value);
                waiting.push(part);
            }
        }
        Proof::None(boxes)
    }

    /// Sets of answers that are drawn at random, always the same ones: some know everything, some next to nothing.
    pub fn draws(&self) -> impl Iterator<Item = AnswerSet> + use<'_> {
        let mut numbers = Numbers::new(3);
        let mut of = move |known: f64| -> AnswerSet {
            let mut one = |question: usize| {
                let is_known = numbers.draw(1.0, [(true, known), (false, 1.0 - known)].into_iter());
                let classes = &self.model.classes[question];
                let class = numbers.below(classes.len());
                is_known.unwrap_or_default().then(|| classes.sample(class))
            };
            (0..self.model.classes.len()).map(&mut one).collect()
        };
        (0..).map(move |at: u32| of(f64::from(1 + at % 4) / 4.0))
    }

    /// Answers with which the verdict is of one of these bands (a bit each) and a condition holds, if one is named.
    pub fn verdict(&self, bands: u64, when: Option<Further>, budget: u64) -> Proof<AnswerSet> {
        let goal = super::goals::AnyOf::new(bands);
        self.search(&mut Within { inner: goal, when: when.map(|when| self.place(when)) }, budget)
    }

    /// Answers with which a platform is recommended.
    pub fn recommendation(&self, platform: usize, budget: u64) -> Proof<AnswerSet> {
        self.search(&mut Recommended { platform }, budget)
    }

    fn search(&self, goal: &mut impl Goal, budget: u64) -> Proof<AnswerSet> {
        let mut search = Search::new(&self.model, budget);
        match search.run(&self.model.anything(), goal) {
            search::End::Found => Proof::Found(self.answers_of(&search.kept)),
            search::End::Exhausted => Proof::None(search.spent),
            search::End::OutOfBudget => Proof::Open(search.spent),
        }
    }

    /// Two sets of answers that break a claim, in at most so many boxes and after so many were drawn at random.
    pub fn counter_example(
        &self,
        claim: &MarginClaim,
        draws: u64,
        budget: u64,
    ) -> Proof<(AnswerSet, AnswerSet)> {
        let model = match claim.moved {
            Moved::Counted(criterion) => Cow::Owned(self.model.setting_apart(criterion)),
            Moved::Answer { .. } => Cow::Borrowed(&self.model),
        };
        let mut search = PairSearch::new(&model, self.pair_claim(claim));
        let root = search.root();
        let both = |twin: &Twin| (self.answers_of(&twin.before), self.answers_of(&twin.after));
        if let Some(drawn) = search.draw(&root, draws) {
            return Proof::Found(both(&drawn));
        }
        search.begin(root);
        match search.go_on(budget) {
            pairs::End::Holds => Proof::None(search.spent),
            pairs::End::Broken(twin) => Proof::Found(both(&twin)),
            pairs::End::Open => Proof::Open(search.spent),
        }
    }

    /// A claim in terms of classes and places.
    fn pair_claim(&self, claim: &MarginClaim) -> Claim {
        let change = match claim.moved {
            Moved::Counted(criterion) => Change::Counting(criterion),
            Moved::Answer { question, from, to } => {
                let class = |value: Value| self.model.classes[question].class_of(value);
                Change::Step { question, from: class(from), to: class(to) }
            }
        };
        let waiver = |(condition, lighter): &(Further, bool)| pairs::Waiver {
            condition: self.place(*condition),
            lighter: *lighter,
        };
        Claim {
            change,
            within: claim.within,
            across: claim.across.into_iter().collect(),
            verdicts: None,
            when: claim.when.iter().map(|when| self.place(*when)).collect(),
            waivers: claim.unless.iter().map(waiver).collect(),
        }
    }

    /// One set of answers in a box. Of several values the last is taken, and no answer where there may be none.
    fn answers_of(&self, frame: &Frame) -> AnswerSet {
        let of = |question: usize| {
            let variables = self.model.variables_of[question].clone();
            if frame.domains[variables.start] & UNANSWERED != 0 {
                return None;
            }
            let lowest: Vec<u64> =
                variables.skip(1).map(|variable| first_of(frame.domains[variable])).collect();
            let classes = &self.model.classes[question];
            if classes.is_of_sets() {
                let has = self.atoms[question].iter().zip(&lowest).filter(|(_, value)| **value != 1);
                let one_of = has.filter_map(|(atom, _)| atom.iter().next());
                let set = one_of.map(OptionSet::of).fold(OptionSet::default(), OptionSet::union);
                return Some(Value::Choices(set));
            }
            Some(classes.sample(lowest[0].trailing_zeros() as usize))
        };
        (0..self.model.classes.len()).map(of).collect()
    }
}

/// A condition that a prover knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known(usize);

/// Another goal, among the answers for which a condition holds.
struct Within<G> {
    inner: G,
    when: Option<usize>,
}

impl<G: Goal> Goal for Within<G> {
    fn promise(&self, model: &Model, frame: &Frame, measure: &mut Measure, sides: Sides) -> Option<Promise> {
        if self.when.is_some_and(|when| !frame.may_hold(when)) {
            return None;
        }
        self.inner.promise(model, frame, measure, sides)
    }

    fn admits(&self, frame: &Frame) -> bool {
        self.when.is_none_or(|when| frame.must_hold(when))
    }

    fn see(&mut self, outcome: &Outcome) -> Seen {
        self.inner.see(outcome)
    }
}

/// Any answers with which a platform is recommended.
struct Recommended {
    platform: usize,
}

impl Goal for Recommended {
    fn promise(&self, model: &Model, _: &Frame, measure: &mut Measure, _: Sides) -> Option<Promise> {
        let own = model.lane_of[self.platform];
        let present = measure.present(model);
        let fields =
            [&model.without, &model.with].map(|side| (side, measure.contenders(model, side, present)));
        let has_it = |(side, field): &(&Vec<usize>, super::musts::Field)| {
            side.contains(&own) && model.is_among(own, field.entrants)
        };
        if !fields.iter().any(has_it) {
            return None;
        }
        let firm = fields.iter().flat_map(|(side, field)| {
            side.iter().copied().filter(|lane| *lane != own && model.is_among(*lane, field.firm))
        });
        let (row, column) = (own / ROW, own % ROW);
        let above =
            firm.map(|lane| (measure.differences(model, Way::Below, lane, row..row + 1)[row][column], lane));
        let (above, rival) = above.collect::<Vec<_>>().into_iter().max().unwrap_or((i64::MIN, own));
        let bound = super::bounds::Bound { margin: above, pair: (own, rival) };
        (above <= 0).then(|| Promise::new(above.saturating_neg(), Way::Below, bound))
    }

    fn see(&mut self, outcome: &Outcome) -> Seen {
        if outcome.recommendation == self.platform { Seen::Wanted } else { Seen::Nothing }
    }
}
