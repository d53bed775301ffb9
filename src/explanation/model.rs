//! The rulebook compiled for searching: answers are small bit sets, demands are rows of numbers.
//!
//! A *box* gives every variable a set of values it may take. For a box the model tells which criteria hold in all,
//! in some or in none of the answers in it; the bounds follow from that.

use std::ops::Range;

use super::conditions::{Tree, Vocabulary, may};
use super::sureness::Numbers;
use crate::rulebook::{Classes, Condition, CriterionSide, Leaning, OptionSet, Rulebook, Value};

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

impl Adds {
    fn add(&mut self, effect: &Effect, times: i64) {
        self.price += times * effect.effort;
        if !effect.by_lane.is_empty() {
            self.familiarity.resize(effect.by_lane.len(), [0; ROW]);
            let sums = self.familiarity.iter_mut().flatten().zip(effect.by_lane.iter().flatten());
            sums.for_each(|(sum, points)| *sum += times as i32 * points);
        }
    }
}

/// The value of the first variable of a question when the question is answered, as a bit.
pub(super) const ANSWERED: u64 = 2;
/// The same when it is not.
pub(super) const UNANSWERED: u64 = 1;

/// The variable that a criterion is counted under.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    pub(super) variable: usize,
    /// The values with which the criterion may hold.
    pub(super) values: u64,
    /// Whether it may hold while the variable's question is set aside or not answered.
    pub(super) without: bool,
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

    fn changes_effort(&self) -> bool {
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
    settings: Vec<Vec<Vec<u32>>>,
    /// How often each value of a variable occurs when its question is answered; they come to 1.
    weights: Vec<Vec<f64>>,
    /// The same for each class of a question.
    class_weights: Vec<Vec<f64>>,
    asks: Vec<Option<Tree>>,
    conditions: Vec<Tree>,
    pub(super) effects: Vec<Effect>,
    /// The variable that each criterion is counted under.
    pub(super) owners: Vec<Owner>,
    /// For each criterion, the variables that it changes with, and the values with which it may hold.
    pub(super) helpers: Vec<Vec<(usize, u64)>>,
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
    parts: Vec<Vec<bool>>,
    tied: Vec<Vec<bool>>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub(super) fn new(rulebook: &Rulebook) -> Self {
        Self::with_conditions(rulebook, &[])
    }

    /// The same with further conditions, which stand behind the criteria as criteria that change nothing: searches can
    /// ask whether they hold.
    pub(super) fn with_conditions(rulebook: &Rulebook, further: &[&Condition]) -> Self {
        let classes = Classes::of_rulebook_and(rulebook, further);
        let atoms: Vec<Vec<OptionSet>> = rulebook
            .questions()
            .iter()
            .zip(&classes)
            .map(|(question, classes)| classes.atoms(question.options().len()))
            .collect();
        let mut variables: Vec<Variable> = Vec::new();
        let mut variables_of = Vec::new();
        let mut settings = Vec::new();
        for (question, (classes, atoms)) in classes.iter().zip(&atoms).enumerate() {
            let start = variables.len();
            let mut add = |all: u64| variables.push(Variable::new(question, all));
            add(UNANSWERED | ANSWERED);
            if let Value::Choices(_) = classes.sample(0) {
                atoms.iter().for_each(|_| add(3));
            } else {
                add(u64::MAX >> (64 - classes.len().clamp(1, 64)));
            }
            variables_of.push(start..variables.len());
            settings.push((0..classes.len()).map(|class| setting(classes, atoms, class)).collect());
        }
        let vocabulary = Vocabulary { classes: &classes, variables_of: &variables_of, atoms: &atoms };
        let asks = rulebook.questions().iter().map(|question| {
            question.ask_when.as_ref().map(|condition| Tree::compile(condition, &vocabulary))
        });
        let asks = asks.collect();
        let whens = rulebook.criteria().iter().map(|criterion| &criterion.when);
        let conditions = whens.chain(further.iter().copied());
        let conditions = conditions.map(|condition| Tree::compile(condition, &vocabulary)).collect();
        let mut model = Self::figures(rulebook, further.len());
        model.weights = weights(rulebook, &classes, &atoms);
        model.class_weights = class_weights(&model.weights, &variables_of, &classes, &atoms);
        model.asks = asks;
        model.conditions = conditions;
        model.classes = classes;
        model.slots = starts(&variables);
        model.variables = variables;
        model.variables_of = variables_of;
        model.settings = settings;
        model.link();
        model.tabulate();
        model.tie();
        model
    }

    /// The parts that have nothing to do with answers.
    fn figures(rulebook: &Rulebook, further: usize) -> Self {
        let platforms = rulebook.platforms();
        let conditions = rulebook.criteria().len() + further;
        let side = |subject: bool| {
            (0..platforms.len()).filter(move |platform| rulebook.is_subject(*platform) == subject)
        };
        let rows_without = side(false).count().div_ceil(ROW);
        let rows = rows_without + side(true).count().div_ceil(ROW);
        let mut lane_of = vec![0; platforms.len()];
        let mut platform_at = vec![None; rows * ROW];
        let seats = (0..).zip(side(false)).chain((rows_without * ROW..).zip(side(true)));
        for (lane, platform) in seats {
            lane_of[platform] = lane;
            platform_at[lane] = Some(platform);
        }
        let mut model = Self {
            classes: Vec::new(),
            variables: Vec::new(),
            variables_of: Vec::new(),
            settings: Vec::new(),
            weights: Vec::new(),
            class_weights: Vec::new(),
            asks: Vec::new(),
            conditions: Vec::new(),
            effects: Vec::new(),
            owners: Vec::new(),
            helpers: vec![Vec::new(); conditions],
            slots: Vec::new(),
            loose: Vec::new(),
            strangers: Vec::new(),
            constraints: Vec::new(),
            needs: vec![Vec::new(); rulebook.aspects().len()],
            gaps: Vec::new(),
            demands_of: vec![Vec::new(); conditions],
            touched_by: Vec::new(),
            parts: Vec::new(),
            tied: Vec::new(),
            rows,
            without: side(false).map(|platform| lane_of[platform]).collect(),
            with: side(true).map(|platform| lane_of[platform]).collect(),
            efforts: platform_at
                .iter()
                .map(|at| at.map_or(0, |platform| platforms[platform].effort))
                .collect(),
            efforts_by_row: Vec::new(),
            kinds: Vec::new(),
            kind_count: 0,
            lane_of,
            platform_at,
            base_price: rulebook.effort_price().value,
            shortfall_price: rulebook.shortfall_price().value,
            bands: rulebook.bands().iter().map(|band| (band.to, band.leaning)).collect(),
            decided_from: rulebook.decided_from().value as f64 / 100.0,
        };
        model.efforts_by_row = in_rows(&model.efforts);
        let kinds = kinds(rulebook);
        model.kind_count = kinds.iter().max().map_or(1, |most| most + 1);
        model.kinds = model.platform_at.iter().map(|at| at.map_or(0, |platform| kinds[platform])).collect();
        for index in 0..rulebook.criteria().len() {
            model.add_criterion(rulebook, index);
        }
        model.effects.resize(conditions, Effect::default());
        model
    }

    fn add_criterion(&mut self, rulebook: &Rulebook, index: usize) {
        let criterion = &rulebook.criteria()[index];
        let mut familiarity = Vec::new();
        if !criterion.familiarity.is_empty() {
            familiarity = vec![0; self.kind_count];
            for (platform, lane) in self.lane_of.iter().enumerate() {
                familiarity[self.kinds[*lane]] = rulebook.familiarity(index, platform);
            }
            self.strangers.push(index);
        }
        let by_lane: Vec<i64> =
            self.kinds.iter().map(|kind| familiarity.get(*kind).copied().unwrap_or_default()).collect();
        let by_lane = if familiarity.is_empty() { Vec::new() } else { in_rows(&by_lane) };
        let mask = |wanted: &dyn Fn(usize) -> bool| {
            let such = (0..rulebook.platforms().len()).filter(|platform| wanted(*platform));
            such.fold(0_u64, |mask, platform| mask | 1 << platform)
        };
        let (mut removes, mut leaves) = (0, 0);
        if criterion.side == CriterionSide::Constraint {
            let by_name = mask(&|platform| criterion.removes.contains(&platform));
            let by_family = mask(&|platform| {
                criterion.leaves.is_some_and(|left| left != rulebook.platforms()[platform].family)
            });
            // A constraint that leaves a family is lifted as a whole.
            (removes, leaves) =
                if criterion.leaves.is_some() { (0, by_name | by_family) } else { (by_name, 0) };
        }
        let misses = mask(&|platform| !rulebook.meets_musts(index, platform));
        if criterion.side == CriterionSide::Constraint || misses != 0 {
            self.constraints.push(index);
        }
        self.effects.push(Effect { effort: criterion.effort, familiarity, by_lane, removes, leaves, misses });
        for demand in &criterion.demands {
            let cells = &rulebook.aspects()[demand.aspect].cells;
            let lacks = |platform: usize| demand.lacks(cells[platform].level);
            let rows = self.gaps.len();
            for row in 0..self.rows {
                let lane = |column: usize| self.platform_at[row * ROW + column].map_or(0, lacks) as i16;
                self.gaps.push(std::array::from_fn(lane));
            }
            if self.gaps[rows..].iter().flatten().any(|gap| *gap != 0) {
                self.needs[demand.aspect].push(Need { criterion: index, rows });
                self.demands_of[index].push((demand.aspect, rows));
            }
        }
    }

    /// Notes for each variable which conditions change with it.
    fn link(&mut self) {
        let reads_asks: Vec<(Vec<usize>, Vec<usize>)> =
            self.asks.iter().map(|tree| tree.as_ref().map(Tree::reads).unwrap_or_default()).collect();
        let reads_conditions: Vec<(Vec<usize>, Vec<usize>)> =
            self.conditions.iter().map(Tree::reads).collect();
        for index in 0..self.variables.len() {
            let question = self.variables[index].question;
            let whole = index == self.variables_of[question].start;
            let touches = |reads: &(Vec<usize>, Vec<usize>), moved: &[usize]| {
                let direct = if whole { reads.1.contains(&question) } else { reads.0.contains(&index) };
                direct || reads.1.iter().any(|question| moved.contains(question))
            };
            let mut moved = Vec::new();
            for (asked, reads) in reads_asks.iter().enumerate() {
                if touches(reads, &moved) {
                    moved.push(asked);
                }
            }
            let such =
                (0..self.conditions.len()).filter(|criterion| touches(&reads_conditions[*criterion], &moved));
            self.variables[index].criteria = such.collect();
            self.variables[index].asks = moved;
        }
    }

    /// Notes for each question which criteria it has a part in, and with which questions it shares one.
    fn tie(&mut self) {
        let touched = |variables: &Range<usize>| {
            let mut criteria: Vec<usize> = self.variables[variables.clone()]
                .iter()
                .flat_map(|variable| &variable.criteria)
                .copied()
                .collect();
            criteria.sort_unstable();
            criteria.dedup();
            criteria
        };
        self.touched_by = self.variables_of.iter().map(touched).collect();
        let part = |criteria: &Vec<usize>| {
            let mut part = vec![false; self.conditions.len()];
            criteria.iter().for_each(|criterion| part[*criterion] = true);
            part
        };
        self.parts = self.touched_by.iter().map(part).collect();
        let shares =
            |a: &Vec<usize>, b: &Vec<usize>| a.iter().any(|criterion| b.binary_search(criterion).is_ok());
        self.tied =
            self.touched_by.iter().map(|a| self.touched_by.iter().map(|b| shares(a, b)).collect()).collect();
    }

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
            *domain &= domain.wrapping_neg();
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

    /// Puts every criterion under one variable, and sums up the efforts that follow from the value of one variable alone.
    fn tabulate(&mut self) {
        let mut frame = self.anything();
        for index in 0..self.conditions.len() {
            let (variables, _) = self.conditions[index].reads();
            let open = self.conditions[index].evaluate(&frame) & may::HOLD != 0;
            let masks =
                variables.iter().map(|variable| (*variable, self.holding(&mut frame, index, *variable)));
            let narrowest = masks.min_by_key(|(_, mask)| mask.count_ones()).filter(|_| open);
            let (variable, values) = narrowest.unwrap_or((0, u64::MAX));
            let (aside, unanswered) = self.holds_without(&mut frame, index, variable);
            self.owners.push(Owner { variable, values, without: aside || unanswered });
            if !self.effects[index].changes_effort() {
                continue;
            }
            match variables[..] {
                [only] => self.add_to_table(&mut frame, index, only, 1),
                _ => self.loose.push(index),
            }
        }
        let owners = &self.owners;
        self.needs.iter_mut().for_each(|needs| needs.sort_by_key(|need| owners[need.criterion].variable));
        for (index, variable) in self.variables.iter().enumerate() {
            for criterion in &variable.criteria {
                let mut mask = 0;
                for value in values_in(variable.all) {
                    let mut narrowed = frame.clone();
                    self.narrow(&mut narrowed, index, value);
                    mask |= if narrowed.may_hold(*criterion) { value } else { 0 };
                }
                self.helpers[*criterion].push((index, mask));
            }
        }
    }

    /// Adds the effort of a criterion that hangs on one variable alone to what is added with each of its values, so many
    /// times.
    fn add_to_table(&mut self, frame: &mut Frame, criterion: usize, variable: usize, times: i64) {
        let holding = self.owners[criterion].values;
        let (aside, unanswered) = self.holds_without(frame, criterion, variable);
        let effect = &self.effects[criterion];
        let variable = &mut self.variables[variable];
        variable.adds.resize(variable.all.count_ones() as usize, Adds::default());
        let holds = |value: &usize| holding >> value & 1 == 1;
        for value in (0..variable.adds.len()).filter(holds) {
            variable.adds[value].add(effect, times);
            variable.adding |= 1 << value;
        }
        if aside {
            variable.adds_aside.add(effect, times);
        }
        if unanswered {
            variable.adds_open.add(effect, times);
        }
    }

    /// The same model, but that the effort of one criterion counts where a frame says that it holds, whatever the answers
    /// are: it can be left out of a frame with whose answers it holds.
    pub(super) fn setting_apart(&self, criterion: usize) -> Self {
        let mut model = self.clone();
        let (variables, _) = self.conditions[criterion].reads();
        if let ([only], true) = (&variables[..], self.effects[criterion].changes_effort()) {
            model.add_to_table(&mut self.anything(), criterion, *only, -1);
            model.loose.push(criterion);
        }
        model
    }

    /// Whether a criterion may hold while a variable's question is set aside, and while it is not answered.
    fn holds_without(&self, frame: &mut Frame, criterion: usize, variable: usize) -> (bool, bool) {
        let question = self.variables[variable].question;
        let start = self.variables_of[question].start;
        let (asked, answered) = (frame.asks[question], frame.domains[start]);
        let may_hold = |frame: &Frame| self.conditions[criterion].evaluate(frame) & may::HOLD != 0;
        frame.asks[question] = may::NOT_HOLD | may::FAIL;
        let aside = may_hold(frame);
        (frame.asks[question], frame.domains[start]) = (may::HOLD | may::NOT_FAIL, UNANSWERED);
        let unanswered = may_hold(frame);
        (frame.asks[question], frame.domains[start]) = (asked, answered);
        (aside, unanswered)
    }

    /// The values of a variable with which a criterion may hold, when its question applies.
    fn holding(&self, frame: &mut Frame, criterion: usize, variable: usize) -> u64 {
        let (domain, question) = (frame.domains[variable], self.variables[variable].question);
        let start = self.variables_of[question].start;
        let answered = std::mem::replace(&mut frame.domains[start], ANSWERED);
        let asked = std::mem::replace(&mut frame.asks[question], may::HOLD | may::NOT_FAIL);
        let mut mask = 0;
        for value in values_in(domain) {
            frame.domains[variable] = value;
            let result = self.conditions[criterion].evaluate(frame);
            mask |= if result & may::HOLD != 0 { value } else { 0 };
        }
        frame.domains[variable] = domain;
        (frame.asks[question], frame.domains[start]) = (asked, answered);
        mask
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

    /// Evaluates anew which questions apply after one was answered otherwise.
    pub(super) fn settle_asks(&self, frame: &mut Frame, question: usize) {
        for variable in self.variables_of[question].clone() {
            for asked in &self.variables[variable].asks {
                frame.asks[*asked] = self.applies(frame, *asked);
            }
        }
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

/// The values in a domain, a bit each, from the lowest up.
pub(super) fn values_in(domain: u64) -> impl Iterator<Item = u64> {
    let lowest = |left: &u64| Some(left & left.wrapping_neg()).filter(|value| *value != 0);
    std::iter::successors(Some(domain), |left| Some(left & left.wrapping_sub(1)))
        .map_while(move |left| lowest(&left))
}

/// How often each value of each variable occurs. One that no published decision states counts as half a decision, so that
/// nothing is impossible (Jeffreys, Proceedings of the Royal Society A 186, 1946).
fn weights(rulebook: &Rulebook, classes: &[Classes], atoms: &[Vec<OptionSet>]) -> Vec<Vec<f64>> {
    let mut weights = Vec::new();
    for ((question, classes), atoms) in rulebook.questions().iter().zip(classes).zip(atoms) {
        let shares = &question.shares;
        // Whether it is answered at all is never left to chance.
        weights.push(vec![1.0, 1.0]);
        if let Value::Choices(_) = classes.sample(0) {
            let has = |option: usize| {
                let stated = shares.count(|value| value == Value::Choices(OptionSet::of(option)));
                (stated as f64 + 0.5) / (shares.stated as f64 + 1.0)
            };
            for atom in atoms {
                let none: f64 = atom.iter().map(|option| 1.0 - has(option)).product();
                weights.push(vec![none, 1.0 - none]);
            }
            continue;
        }
        let stated = |class: usize| {
            let stated = shares.count(|value| classes.class_of(value) == class);
            if stated == 0 { 0.5 } else { stated as f64 }
        };
        let stated: Vec<f64> = (0..classes.len()).map(stated).collect();
        let all: f64 = stated.iter().sum();
        weights.push(stated.into_iter().map(|stated| stated / all).collect());
    }
    weights
}

/// How often each class of answers occurs. Of sets, several make up a class: they are joined option group by option group.
fn class_weights(
    weights: &[Vec<f64>],
    variables_of: &[Range<usize>],
    classes: &[Classes],
    atoms: &[Vec<OptionSet>],
) -> Vec<Vec<f64>> {
    let of_question = |(question, classes): (usize, &Classes)| {
        let variables = variables_of[question].start + 1..variables_of[question].end;
        let Value::Choices(none) = classes.sample(0) else { return weights[variables.start].clone() };
        let mut by_class = vec![0.0; classes.len()];
        by_class[classes.class_of(Value::Choices(none))] = 1.0;
        for (atom, variable) in atoms[question].iter().zip(variables) {
            let mut joined = vec![0.0; classes.len()];
            for (class, weight) in by_class.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                let Value::Choices(set) = classes.sample(class) else { continue };
                joined[class] += weight * weights[variable][0];
                joined[classes.class_of(Value::Choices(set.union(*atom)))] += weight * weights[variable][1];
            }
            by_class = joined;
        }
        by_class
    };
    classes.iter().enumerate().map(of_question).collect()
}

/// A number for each platform, the same for those whose effort every criterion changes alike.
fn kinds(rulebook: &Rulebook) -> Vec<usize> {
    let familiar = |platform: usize| -> Vec<i64> {
        (0..rulebook.criteria().len()).map(|criterion| rulebook.familiarity(criterion, platform)).collect()
    };
    let mut known: Vec<Vec<i64>> = Vec::new();
    let mut kind = |platform: usize| {
        let familiar = familiar(platform);
        let at = known.iter().position(|known| *known == familiar);
        at.unwrap_or_else(|| {
            known.push(familiar);
            known.len() - 1
        })
    };
    (0..rulebook.platforms().len()).map(&mut kind).collect()
}

/// Figures of lanes in rows.
fn in_rows(figures: &[i64]) -> Vec<Row32> {
    let row = |row: &[i64]| std::array::from_fn(|column| row[column] as i32);
    figures.chunks(ROW).map(row).collect()
}

fn starts(variables: &[Variable]) -> Vec<usize> {
    let mut next = 0;
    let mut starts = vec![next];
    for variable in variables {
        next += variable.all.count_ones() as usize + 1;
        starts.push(next);
    }
    starts
}

fn setting(classes: &Classes, atoms: &[OptionSet], class: usize) -> Vec<u32> {
    match classes.sample(class) {
        Value::Choices(set) => atoms.iter().map(|atom| u32::from(atom.intersects(set))).collect(),
        _ => vec![class as u32],
    }
}

impl Variable {
    fn new(question: usize, all: u64) -> Self {
        Self {
            question,
            all,
            asks: Vec::new(),
            criteria: Vec::new(),
            adds: Vec::new(),
            adding: 0,
            adds_aside: Adds::default(),
            adds_open: Adds::default(),
        }
    }
}
