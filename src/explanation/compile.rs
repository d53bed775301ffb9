//! Compiles a rulebook for searching.
//!
//! Answers become values of variables and conditions become trees over them; demands become rows of what each platform
//! lacks. Then every variable is told which conditions change with it, and what its values say of each criterion, so
//! that bounds can hold it to one value at a time.

use std::ops::Range;

use super::conditions::{Tree, Vocabulary, may};
use super::model::{
    ANSWERED, Adds, Effect, Frame, Link, Model, Need, ROW, Row32, UNANSWERED, Variable, values_in,
};
use crate::rulebook::{Classes, Condition, CriterionSide, OptionSet, Rulebook, Value};

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
            if classes.is_of_sets() {
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
            tests: rulebook.count_tests(),
            effects: Vec::new(),
            helpers: vec![Vec::new(); conditions],
            links: Vec::new(),
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
            let criteria: Vec<usize> = such.collect();
            let asks = moved.iter().filter_map(|asked| Some((*asked, self.asks[*asked].as_ref()?)));
            let asks_pass = passes(asks, index);
            let conditions = criteria.iter().map(|criterion| (*criterion, &self.conditions[*criterion]));
            let criteria_pass = passes(conditions, index);
            let variable = &mut self.variables[index];
            (variable.asks, variable.asks_pass) = (moved, asks_pass);
            (variable.criteria, variable.criteria_pass) = (criteria, criteria_pass);
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

    /// Notes what the values of variables say of each criterion, and sums up the efforts that follow from the value of one
    /// variable alone.
    fn tabulate(&mut self) {
        let mut frame = self.anything();
        for index in 0..self.conditions.len() {
            let (variables, _) = self.conditions[index].reads();
            let links = variables.iter().map(|variable| self.link_between(&mut frame, index, *variable));
            let links = links.collect();
            self.links.push(links);
            match variables[..] {
                _ if !self.effects[index].changes_effort() => {}
                [only] => self.add_to_table(&mut frame, index, only, 1),
                _ => self.loose.push(index),
            }
        }
        for (index, variable) in self.variables.iter().enumerate() {
            let mut helping = vec![0; variable.criteria.len()];
            for value in values_in(variable.all) {
                let mut narrowed = frame.clone();
                self.narrow(&mut narrowed, index, value);
                for (mask, criterion) in helping.iter_mut().zip(&variable.criteria) {
                    *mask |= if narrowed.may_hold(*criterion) { value } else { 0 };
                }
            }
            for (criterion, mask) in variable.criteria.iter().zip(helping) {
                self.helpers[*criterion].push((index, mask));
            }
        }
    }

    /// Adds the effort of a criterion that hangs on one variable alone to what is added with each of its values, so many
    /// times.
    fn add_to_table(&mut self, frame: &mut Frame, criterion: usize, variable: usize, times: i64) {
        let (holding, _) = self.holding(frame, criterion, variable);
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

    /// What the values of a variable say of a criterion.
    fn link_between(&self, frame: &mut Frame, criterion: usize, variable: usize) -> Link {
        let (aside, unanswered) = self.holds_without(frame, criterion, variable);
        let none = 1 << (self.slots[variable + 1] - self.slots[variable] - 1);
        let (may, must) = self.holding(frame, criterion, variable);
        Link { variable, may: may | if aside || unanswered { none } else { 0 }, must }
    }

    /// The values of a variable with which a criterion may hold when its question applies, and those with which it does
    /// whatever the other answers are.
    fn holding(&self, frame: &mut Frame, criterion: usize, variable: usize) -> (u64, u64) {
        let (domain, question) = (frame.domains[variable], self.variables[variable].question);
        let start = self.variables_of[question].start;
        let answered = std::mem::replace(&mut frame.domains[start], ANSWERED);
        let asked = std::mem::replace(&mut frame.asks[question], may::HOLD | may::NOT_FAIL);
        let (mut may, mut must) = (0, 0);
        for value in values_in(domain) {
            frame.domains[variable] = value;
            let result = self.conditions[criterion].evaluate(frame);
            may |= if result & may::HOLD != 0 { value } else { 0 };
            must |= if result & may::NOT_HOLD == 0 { value } else { 0 };
        }
        frame.domains[variable] = domain;
        (frame.asks[question], frame.domains[start]) = (asked, answered);
        (may, must)
    }
}

/// How often each value of each variable occurs. One that no published decision states counts as half a decision, so that
/// nothing is impossible (Jeffreys, Proceedings of the Royal Society A 186, 1946).
fn weights(rulebook: &Rulebook, classes: &[Classes], atoms: &[Vec<OptionSet>]) -> Vec<Vec<f64>> {
    let mut weights = Vec::new();
    for ((question, classes), atoms) in rulebook.questions().iter().zip(classes).zip(atoms) {
        let shares = &question.shares;
        // Whether it is answered at all is never left to chance.
        weights.push(vec![1.0, 1.0]);
        if classes.is_of_sets() {
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

/// What conditions ask of a variable: the values that pass, with the number of the condition.
fn passes<'t>(trees: impl Iterator<Item = (usize, &'t Tree)>, variable: usize) -> Vec<(usize, u64)> {
    let mut passes = Vec::new();
    for (number, tree) in trees {
        tree.visit(&mut |_, parts| {
            let own = parts.iter().filter(|(tested, _)| *tested == variable);
            passes.extend(own.map(|(_, values)| (number, *values)));
        });
    }
    passes
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
            asks_pass: Vec::new(),
            criteria_pass: Vec::new(),
            adds: Vec::new(),
            adding: 0,
            adds_aside: Adds::default(),
            adds_open: Adds::default(),
        }
    }
}
