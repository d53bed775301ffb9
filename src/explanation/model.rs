//! The rulebook compiled for searching: answers are small bit sets, demands are rows of numbers.
//!
//! A *box* gives every variable a set of values it may take. For a box the model tells which criteria hold in all,
//! in some or in none of the answers in it; the bounds follow from that.

use std::ops::Range;

use super::conditions::{Tree, may};
use super::sureness::Numbers;
use crate::rulebook::{Classes, Leaning, Value};

/// Platforms are worked on in rows of so many.
pub(super) const ROW: usize = 8;
/// One figure for each of [`ROW`] platforms.
pub(super) type Row = [i16; ROW];
/// The same for sums.
pub(super) type Row32 = [i32; ROW];

/// A value that is asked for inside a question: whether it is answered at all, its class, or whether a set has an
/// option of some group.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) question: usize,
    /// A bit for each value it can take.
    pub(super) all: u64,
    /// The conditions that change with it: questions in their order, criteria.
    pub(super) asks: Vec<usize>,
    pub(super) criteria: Vec<usize>,
    /// What they ask of it: the question or criterion, and the values that pass.
    pub(super) asks_pass: Vec<(usize, u64)>,
    pub(super) criteria_pass: Vec<(usize, u64)>,
    /// What criteria that look at nothing else add to effort, by value; and the values that add anything.
    pub(super) adds: Vec<Adds>,
    pub(super) adding: u64,
    /// The same when the question does not apply, and when it does and is not answered.
    pub(super) adds_aside: Adds,
    pub(super) adds_open: Adds,
}

/// Points of effort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Adds {
    /// Added to the effort price.
    pub(super) price: i64,
    /// Added to the effort of each platform, in rows; empty when there is nothing.
    pub(super) familiarity: Vec<Row32>,
}

/// The value of the first variable of a question when the question is answered, as a bit.
pub(super) const ANSWERED: u64 = 2;
/// The same when it is not.
pub(super) const UNANSWERED: u64 = 1;

/// What the values of a variable say of a criterion, a bit each, the last one for none of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) variable: usize,
    /// Those with which it may hold.
    pub(super) may: u64,
    /// Those with which it holds whatever the other answers are.
    pub(super) must: u64,
}

/// What one criterion does when it holds, apart from demands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) effort: i64,
    /// Points per kind of platform, and for each platform, in rows; empty when there are none.
    pub(super) familiarity: Vec<i64>,
    pub(super) by_lane: Vec<Row32>,
    /// Platforms taken off the table by name, and by leaving another family; a bit for each platform.
    pub(super) removes: u64,
    pub(super) leaves: u64,
    /// Platforms that miss a must.
    pub(super) misses: u64,
}

impl Effect {
    /// All that is taken off the table, a bit for each platform.
    pub(super) fn out(&self) -> u64 {
        self.removes | self.leaves
    }

    pub(super) fn changes_effort(&self) -> bool {
        self.effort != 0 || !self.familiarity.is_empty()
    }
}

/// A demand, as what each platform lacks of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) criterion: usize,
    /// Where its rows start.
    pub(super) rows: usize,
}

/// The compiled rulebook. Platforms are in *lanes*: those outside the subject family first, then the others, each part
/// filled up to full rows.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) classes: Vec<Classes>,
    pub(super) variables: Vec<Variable>,
    pub(super) variables_of: Vec<Range<usize>>,
    /// For each class of a question, a value for each of its variables but the first.
    pub(super) settings: Vec<Vec<Vec<u32>>>,
    /// How often each value of a variable occurs when its question is answered; they come to 1.
    pub(super) weights: Vec<Vec<f64>>,
    /// The same for each class of a question.
    pub(super) class_weights: Vec<Vec<f64>>,
    pub(super) asks: Vec<Option<Tree>>,
    pub(super) conditions: Vec<Tree>,
    /// How many tests of answers the rulebook's conditions have.
    pub(super) tests: usize,
    pub(super) effects: Vec<Effect>,
    /// For each criterion, the variables that it changes with, and the values with which it may hold.
    pub(super) helpers: Vec<Vec<(usize, u64)>>,
    /// For each criterion, what its variables say of it.
    pub(super) links: Vec<Vec<Link>>,
    /// Where the values of each variable start when all values of all variables are counted, and one more for each that
    /// stands for none of them.
    pub(super) slots: Vec<usize>,
    /// Criteria that change effort and are not in the table of a variable.
    pub(super) loose: Vec<usize>,
    pub(super) strangers: Vec<usize>,
    /// Criteria that take platforms off the table or behind others.
    pub(super) constraints: Vec<usize>,
    /// Demands by aspect.
    pub(super) needs: Vec<Vec<Need>>,
    pub(super) gaps: Vec<Row>,
    /// The demands of each criterion: the aspect, and where the rows start.
    pub(super) demands_of: Vec<Vec<(usize, usize)>>,
    /// The criteria that each question has a part in, and the questions that have a part in the same.
    pub(super) touched_by: Vec<Vec<usize>>,
    pub(super) parts: Vec<Vec<bool>>,
    pub(super) tied: Vec<Vec<bool>>,
    pub(super) rows: usize,
    pub(super) lane_of: Vec<usize>,
    pub(super) platform_at: Vec<Option<usize>>,
    pub(super) without: Vec<usize>,
    pub(super) with: Vec<usize>,
    pub(super) efforts: Vec<i64>,
    pub(super) efforts_by_row: Vec<Row32>,
    /// The kind of the platform in each lane: those of one kind are familiar alike, whatever holds.
    pub(super) kinds: Vec<usize>,
    pub(super) kind_count: usize,
    pub(super) base_price: i64,
    pub(super) shortfall_price: i64,
    pub(super) bands: Vec<(Option<i64>, Leaning)>,
    /// Below this share of ways in which the side stays, nothing is decided.
    pub(super) decided_from: f64,
}

/// A set of answers in the making: a set of values for each variable and what follows for the conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) domains: Vec<u64>,
    pub(super) asks: Vec<u8>,
    pub(super) criteria: Vec<u8>,
    /// How far the best platform of the other side may be above that in a lane where this one is the best of its own, at
    /// most: what was found out about boxes around this one.
    pub(super) limits: Vec<i64>,
}

impl Frame {
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.domains.copy_from_slice(&other.domains);
        self.asks.copy_from_slice(&other.asks);
        self.criteria.copy_from_slice(&other.criteria);
        self.limits.copy_from_slice(&other.limits);
    }

    pub(super) fn may_hold(&self, criterion: usize) -> bool {
        self.criteria[criterion] & may::HOLD != 0
    }

    pub(super) fn must_hold(&self, criterion: usize) -> bool {
        self.criteria[criterion] & may::NOT_HOLD == 0
    }

    pub(super) fn is_open(&self, criterion: usize) -> bool {
        self.criteria[criterion] & (may::HOLD | may::NOT_HOLD) == may::HOLD | may::NOT_HOLD
    }

    pub(super) fn may_apply(&self, question: usize) -> bool {
        self.asks[question] & may::NOT_FAIL != 0
    }

    pub(super) fn may_be_aside(&self, question: usize) -> bool {
        self.asks[question] & may::FAIL != 0
    }
}

impl Model {
    /// The lanes of the platforms in the subject family, or of those outside it.
    pub(super) fn side(&self, with: bool) -> &[usize] {
        if with { &self.with } else { &self.without }
    }

    /// Whether the platform in a lane is in a set, a bit for each platform.
    pub(super) fn is_among(&self, lane: usize, platforms: u64) -> bool {
        self.platform_at[lane].is_some_and(|platform| platforms >> platform & 1 == 1)
    }

    /// Whether two questions have a part in the same criterion, so that changes of both do not simply add up.
    pub(super) fn are_tied(&self, question: usize, other: usize) -> bool {
        self.tied[question][other]
    }

    /// Whether it depends on a question which others apply.
    pub(super) fn decides_what_applies(&self, question: usize) -> bool {
        self.variables[self.variables_of[question].clone()].iter().any(|variable| !variable.asks.is_empty())
    }

    /// The criteria that may change when the answer to a question goes from one class to another.
    pub(super) fn changing(&self, question: usize, from: usize, to: usize) -> Vec<usize> {
        let [from, to] = [from, to].map(|class| {
            let mut domains = vec![0; self.variables.len()];
            self.put(&mut domains, question, class);
            domains
        });
        let passes = |domains: &[u64], parts: &[(usize, u64)]| {
            parts.iter().any(|(variable, mask)| domains[*variable] & mask != 0)
        };
        // Questions that one of the two may set aside and the other not.
        let mut moved = vec![false; self.asks.len()];
        let tells = |tree: &Tree, moved: &[bool]| {
            let mut tells = false;
            tree.visit(&mut |tested, parts| {
                tells |= moved[tested] || tested == question && passes(&from, parts) != passes(&to, parts);
            });
            tells
        };
        for asked in 0..self.asks.len() {
            moved[asked] = self.asks[asked].as_ref().is_some_and(|tree| tells(tree, &moved));
        }
        (0..self.conditions.len()).filter(|condition| tells(&self.conditions[*condition], &moved)).collect()
    }

    /// Whether a criterion changes with a question.
    pub(super) fn has_part(&self, question: usize, criterion: usize) -> bool {
        self.parts[question][criterion]
    }

    /// The frame of one set of answers: a class for each question or nothing.
    pub(super) fn situation(&self, classes: &[Option<usize>]) -> Frame {
        let mut frame = self.unsettled();
        for domain in &mut frame.domains {
            *domain = first_of(*domain);
        }
        for (question, class) in classes.iter().enumerate() {
            match class {
                Some(class) => self.put(&mut frame.domains, question, *class),
                None => frame.domains[self.variables_of[question].start] = UNANSWERED,
            }
        }
        self.settle(&mut frame);
        frame
    }

    /// Evaluates anew what changes with a question; the frame is another box now.
    pub(super) fn settle_question(&self, frame: &mut Frame, question: usize) {
        frame.limits.fill(i64::MAX);
        self.settle_asks(frame, question);
        for criterion in &self.touched_by[question] {
            frame.criteria[*criterion] = self.conditions[*criterion].evaluate(frame);
        }
    }

    /// The frame of all sets of answers, complete or not.
    pub(super) fn anything(&self) -> Frame {
        let mut frame = self.unsettled();
        for variables in &self.variables_of {
            frame.domains[variables.start] = ANSWERED | UNANSWERED;
        }
        self.settle(&mut frame);
        frame
    }

    /// The frame of all complete sets of answers.
    pub(super) fn frame(&self) -> Frame {
        let mut frame = self.unsettled();
        self.settle(&mut frame);
        frame
    }

    /// The same before any condition is evaluated.
    pub(super) fn unsettled(&self) -> Frame {
        let domain = |(index, variable): (usize, &Variable)| {
            if self.variables_of[variable.question].start == index { ANSWERED } else { variable.all }
        };
        Frame {
            domains: self.variables.iter().enumerate().map(domain).collect(),
            asks: vec![0; self.asks.len()],
            criteria: vec![0; self.conditions.len()],
            limits: vec![i64::MAX; self.efforts.len()],
        }
    }

    /// Evaluates every condition of a frame anew; it is another box now.
    pub(super) fn settle(&self, frame: &mut Frame) {
        frame.limits.fill(i64::MAX);
        for question in 0..self.asks.len() {
            frame.asks[question] = self.applies(frame, question);
        }
        for criterion in 0..self.conditions.len() {
            frame.criteria[criterion] = self.conditions[criterion].evaluate(frame);
        }
    }

    /// Evaluates the conditions anew that were open before a part of a box was taken.
    pub(super) fn settle_open(&self, frame: &mut Frame) {
        for question in 0..self.asks.len() {
            if frame.may_apply(question) && frame.may_be_aside(question) {
                frame.asks[question] = self.applies(frame, question);
            }
        }
        for criterion in 0..self.conditions.len() {
            if frame.is_open(criterion) {
                frame.criteria[criterion] = self.conditions[criterion].evaluate(frame);
            }
        }
    }

    fn applies(&self, frame: &Frame, question: usize) -> u8 {
        let always = may::HOLD | may::NOT_FAIL;
        self.asks[question].as_ref().map_or(always, |tree| tree.evaluate(frame))
    }

    /// Leaves a part of a variable's domain.
    pub(super) fn narrow(&self, frame: &mut Frame, variable: usize, domain: u64) {
        frame.domains[variable] = domain;
        let Variable { asks, criteria, .. } = &self.variables[variable];
        for question in asks {
            frame.asks[*question] = self.applies(frame, *question);
        }
        for criterion in criteria {
            frame.criteria[*criterion] = self.conditions[*criterion].evaluate(frame);
        }
    }

    /// The values of a variable in boxes that are split together, in groups: which one of a group it has makes no difference
    /// in any of them.
    pub(super) fn groups(&self, frames: &[&Frame], variable: usize) -> Vec<u64> {
        let Variable { question, asks_pass, criteria_pass, .. } = &self.variables[variable];
        let domain = frames.iter().fold(u64::MAX, |domain, frame| domain & frame.domains[variable]);
        if variable == self.variables_of[*question].start {
            return values_in(domain).collect();
        }
        let asks = asks_pass.iter().filter(|(asked, _)| {
            frames.iter().any(|frame| frame.may_apply(*asked) && frame.may_be_aside(*asked))
        });
        let criteria = criteria_pass
            .iter()
            .filter(|(criterion, _)| frames.iter().any(|frame| frame.is_open(*criterion)));
        let passes: Vec<u64> = asks.chain(criteria).map(|(_, passes)| *passes).collect();
        let mut left = domain;
        let group = || {
            let first = Some(first_of(left)).filter(|first| *first != 0)?;
            let like_first =
                |group, passes: &u64| group & if passes & first != 0 { *passes } else { !passes };
            let group = passes.iter().fold(left, like_first);
            left &= !group;
            Some(group)
        };
        std::iter::from_fn(group).collect()
    }

    /// Evaluates anew which questions apply after one was answered otherwise.
    pub(super) fn settle_asks(&self, frame: &mut Frame, question: usize) {
        self.asked_by(question).for_each(|asked| self.settle_ask(frame, asked));
    }

    /// The questions that may apply or not after one was answered otherwise.
    pub(super) fn asked_by(&self, question: usize) -> impl Iterator<Item = usize> {
        let variables = &self.variables[self.variables_of[question].clone()];
        variables.iter().flat_map(|variable| variable.asks.iter().copied())
    }

    /// Evaluates anew whether a question applies.
    pub(super) fn settle_ask(&self, frame: &mut Frame, asked: usize) {
        frame.asks[asked] = self.applies(frame, asked);
    }

    /// Whether a criterion holds in a frame of one set of answers, of which only the questions that apply are settled.
    pub(super) fn is_true(&self, frame: &Frame, criterion: usize) -> bool {
        self.conditions[criterion].evaluate(frame) & may::HOLD != 0
    }

    /// Fixes a question to one class, without evaluating the conditions.
    pub(super) fn put(&self, domains: &mut [u64], question: usize, class: usize) {
        let variables = self.variables_of[question].clone();
        domains[variables.start] = ANSWERED;
        for (variable, value) in variables.skip(1).zip(&self.settings[question][class]) {
            domains[variable] = 1 << value;
        }
    }

    /// The domains of a question's variables when its answer may be any.
    pub(super) fn full_domains(&self, question: usize) -> Vec<u64> {
        let variables = self.variables_of[question].clone().skip(1);
        std::iter::once(ANSWERED).chain(variables.map(|variable| self.variables[variable].all)).collect()
    }

    /// The domains of a question's variables when its answer is of one class.
    pub(super) fn domains_of(&self, question: usize, class: usize) -> Vec<u64> {
        let values = self.settings[question][class].iter().map(|value| 1 << value);
        std::iter::once(ANSWERED).chain(values).collect()
    }

    /// The class of the answer to a question with one complete set of answers; of sets of options, one that is near to it.
    pub(super) fn class_near(&self, frame: &Frame, question: usize) -> usize {
        let own = &frame.domains[self.variables_of[question].clone()][1..];
        let alike = |class: &usize| {
            let values = self.settings[question][*class].iter().zip(own);
            values.filter(|(value, domain)| 1 << **value == **domain).count()
        };
        (0..self.classes[question].len()).max_by_key(alike).unwrap_or_default()
    }

    /// The values that a variable may take in a frame while its question counts; whether the question may be set aside,
    /// and whether it may be open and count.
    pub(super) fn states(&self, frame: &Frame, variable: usize) -> (u64, bool, bool) {
        let question = self.variables[variable].question;
        let answered = frame.domains[self.variables_of[question].start];
        let counts = frame.may_apply(question);
        let values = if counts && answered & ANSWERED != 0 { frame.domains[variable] } else { 0 };
        (values, frame.may_be_aside(question), counts && answered & UNANSWERED != 0)
    }

    /// How often a variable has one of these values.
    pub(super) fn weight_of(&self, variable: usize, values: u64) -> f64 {
        values_in(values).map(|value| self.weights[variable][value.trailing_zeros() as usize]).sum()
    }

    /// How often a question that is answered has an answer of this class.
    pub(super) fn weight(&self, question: usize, class: usize) -> f64 {
        self.class_weights[question][class]
    }

    /// Draws a class of answers as often as it occurs.
    pub(super) fn draw_class(&self, question: usize, numbers: &mut Numbers) -> usize {
        numbers.draw(1.0, self.class_weights[question].iter().copied().enumerate()).unwrap_or_default()
    }

    /// The side of all these bands, a bit each, if it is one.
    pub(super) fn side_of(&self, bands: u64) -> Option<Leaning> {
        let side = self.bands.get(bands.trailing_zeros() as usize)?.1;
        (bands & !self.bands_of(side) == 0).then_some(side)
    }

    /// The class of each answer's value, for those questions that have one.
    pub(super) fn classes_of(&self, values: &[Option<Value>]) -> Vec<Option<usize>> {
        self.classes
            .iter()
            .enumerate()
            .map(|(question, classes)| {
                values.get(question).copied().flatten().map(|value| classes.class_of(value))
            })
            .collect()
    }
}

/// The first value in a domain; none of an empty one.
pub(super) fn first_of(domain: u64) -> u64 {
    domain & domain.wrapping_neg()
}

/// The positions of the bits that are set.
pub(super) fn bits(mask: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |bit| mask >> bit & 1 == 1)
}

/// The values in a domain, a bit each, from the lowest up.
pub(super) fn values_in(domain: u64) -> impl Iterator<Item = u64> {
    let lowest = |left: &u64| Some(first_of(*left)).filter(|value| *value != 0);
    std::iter::successors(Some(domain), |left| Some(left & left.wrapping_sub(1)))
        .map_while(move |left| lowest(&left))
}
