//! One set of answers and what becomes of it when a few of them change.
//!
//! Only what a change touches is computed anew: the criteria that flip with it, and the aspects that these ask for.

use std::sync::Arc;

use super::model::{Frame, Model, ROW};
use super::outcome::{Out, Outcome};

/// A question and the class of its new answer.
pub(super) type Change = (usize, usize);

/// A set of answers, each of them a class or unknown, ready for changes.
#[derive(Debug, Clone)]
pub(super) struct Situation<'m> {
    pub(super) model: &'m Model,
    pub(super) classes: Vec<Option<usize>>,
    pub(super) frame: Frame,
    /// For each question and class, what follows when the answer alone changes to it.
    singles: Arc<Vec<Vec<Single>>>,
    holds: Vec<bool>,
    price: i64,
    out: Out,
    familiarity: Vec<i64>,
    /// What each platform lacks, by aspect and summed up.
    short: Vec<[i16; ROW]>,
    sums: Vec<[i32; ROW]>,
    scratch: Scratch,
}

/// What follows from the change of one answer.
#[derive(Debug, Clone, Default)]
struct Single {
    /// The criteria that flip.
    flips: Vec<usize>,
    /// Points added to the effort price, and to the effort of kinds of platforms.
    price: i64,
    familiarity: Vec<i64>,
    /// Whether a constraint is among the criteria.
    constrains: bool,
    /// What is added to the shortfalls: the sums, and aspect by aspect.
    sums: Vec<[i32; ROW]>,
    by_aspect: Vec<(usize, Vec<[i32; ROW]>)>,
    /// The aspects, a bit each; those beyond the last bit share bits.
    aspects: u128,
}

/// What hangs on both of two questions: some answers to them change it.
#[derive(Debug)]
pub(super) struct Shared {
    /// Whether these questions apply, which may hang on one of them alone.
    asks: Vec<usize>,
    /// Whether these criteria hold.
    criteria: Vec<usize>,
}

impl Shared {
    /// Whether no criterion hangs on both.
    pub(super) fn is_empty(&self) -> bool {
        self.criteria.is_empty()
    }
}

fn bit(aspect: usize) -> u128 {
    1 << (aspect % 128)
}

#[derive(Debug, Clone)]
struct Scratch {
    frame: Frame,
    flipped: Vec<bool>,
    list: Vec<usize>,
    aspects: Vec<bool>,
    price: i64,
    out: Out,
    familiarity: Vec<i64>,
    sums: Vec<[i32; ROW]>,
}

impl<'m> Situation<'m> {
    pub(super) fn new(model: &'m Model, classes: Vec<Option<usize>>) -> Self {
        let frame = model.situation(&classes);
        let holds: Vec<bool> = (0..model.effects.len()).map(|criterion| frame.may_hold(criterion)).collect();
        let held =
            || holds.iter().enumerate().filter(|(_, holds)| **holds).map(|(index, _)| &model.effects[index]);
        let price = model.base_price + held().map(|effect| effect.effort).sum::<i64>();
        let mut familiarity = vec![0; model.kind_count];
        for effect in held() {
            familiarity.iter_mut().zip(&effect.familiarity).for_each(|(sum, points)| *sum += points);
        }
        let mut situation = Self {
            model,
            classes,
            scratch: Scratch {
                frame: frame.clone(),
                flipped: vec![false; holds.len()],
                list: Vec::new(),
                aspects: vec![false; model.needs.len()],
                price,
                out: Out::default(),
                familiarity: familiarity.clone(),
                sums: vec![[0; ROW]; model.rows],
            },
            frame,
            singles: Arc::default(),
            out: Out::default(),
            short: vec![[0; ROW]; model.rows * model.needs.len()],
            sums: vec![[0; ROW]; model.rows],
            holds,
            price,
            familiarity,
        };
        for aspect in 0..model.needs.len() {
            for row in 0..model.rows {
                let short = situation.lacks(aspect, row);
                situation.short[aspect * model.rows + row] = short;
                add(&mut situation.sums[row], &short, 1);
            }
        }
        situation.out = situation.out();
        let singles = (0..model.classes.len())
            .map(|question| {
                (0..model.classes[question].len()).map(|class| situation.single((question, class))).collect()
            })
            .collect();
        situation.singles = Arc::new(singles);
        situation
    }

    fn single(&mut self, change: Change) -> Single {
        let (question, class) = change;
        if self.classes[question] == Some(class) {
            return Single { sums: vec![[0; ROW]; self.model.rows], ..Single::default() };
        }
        self.apply(&[change]);
        self.flip_listed();
        let list = self.scratch.list.clone();
        let mut aspects: Vec<usize> = list
            .iter()
            .flat_map(|criterion| &self.model.demands_of[*criterion])
            .map(|(aspect, _)| *aspect)
            .collect();
        aspects.sort_unstable();
        aspects.dedup();
        let difference = |aspect: usize, row: usize| {
            let (then, now) = (self.lacks(aspect, row), self.short[aspect * self.model.rows + row]);
            let mut difference = [0; ROW];
            add(&mut difference, &then, 1);
            add(&mut difference, &now, -1);
            difference
        };
        let by_aspect = aspects
            .iter()
            .map(|aspect| (*aspect, (0..self.model.rows).map(|row| difference(*aspect, row)).collect()));
        let by_aspect: Vec<(usize, Vec<[i32; ROW]>)> = by_aspect.collect();
        let sums = self.scratch.sums.iter().zip(&self.sums).map(|(then, now)| {
            let mut difference = *then;
            difference.iter_mut().zip(now).for_each(|(then, now)| *then -= now);
            difference
        });
        let familiarity =
            self.scratch.familiarity.iter().zip(&self.familiarity).map(|(then, now)| then - now);
        let familiarity: Vec<i64> = familiarity.collect();
        let single = Single {
            price: self.scratch.price - self.price,
            familiarity: if familiarity.iter().all(|points| *points == 0) { Vec::new() } else { familiarity },
            constrains: list.iter().any(|criterion| self.model.constraints.contains(criterion)),
            sums: sums.collect(),
            aspects: aspects.iter().fold(0, |bits, aspect| bits | bit(*aspect)),
            by_aspect,
            flips: list,
        };
        self.restore();
        single
    }

    /// What one question's answer alone flips.
    pub(super) fn flips(&self, (question, class): Change) -> &[usize] {
        &self.singles[question][class].flips
    }

    /// Puts the changes into the scratch frame and lists the criteria that flip.
    fn apply(&mut self, changes: &[Change]) {
        let Scratch { frame, list, .. } = &mut self.scratch;
        list.clear();
        frame.copy_from(&self.frame);
        for (question, class) in changes {
            self.model.put(&mut frame.domains, *question, *class);
        }
        for (question, _) in changes {
            self.model.settle_question(frame, *question);
        }
        for (question, _) in changes {
            for criterion in &self.model.touched_by[*question] {
                if frame.may_hold(*criterion) != self.holds[*criterion] && !list.contains(criterion) {
                    list.push(*criterion);
                }
            }
        }
    }

    /// Those sets of changes after which every question that applies is still answered, so that they show what a complete
    /// set of answers comes to.
    pub(super) fn known_escapes<'c>(
        &self,
        root: &Frame,
        sets: impl Iterator<Item = &'c Vec<Change>>,
    ) -> Vec<&'c Vec<Change>> {
        let open = |question: usize| self.classes[question].is_none();
        let everything = !(0..self.classes.len()).any(open);
        if !everything && (0..self.classes.len()).any(|question| open(question) && root.may_apply(question)) {
            return Vec::new();
        }
        let opens = |(question, _): &Change| !everything && self.model.decides_what_applies(*question);
        sets.filter(|set| !set.iter().any(opens)).collect()
    }

    /// The outcome as it stands.
    pub(super) fn outcome(&mut self) -> Outcome {
        self.after(&[])
    }

    /// The outcome after some answers have changed.
    pub(super) fn after(&mut self, changes: &[Change]) -> Outcome {
        let tied = |(index, (question, _)): (usize, &Change)| {
            changes[index + 1..].iter().any(|(other, _)| self.model.are_tied(*question, *other))
        };
        if changes.iter().enumerate().any(tied) {
            self.list_tied(changes);
            self.after_listed()
        } else {
            self.sum_of(changes)
        }
    }

    /// What hangs on both of two questions.
    pub(super) fn shared(&mut self, first: usize, second: usize) -> Shared {
        let (model, frame) = (self.model, &mut self.scratch.frame);
        frame.copy_from(&self.frame);
        for question in [first, second] {
            let domains = &mut frame.domains[model.variables_of[question].clone()];
            domains.iter_mut().zip(model.full_domains(question)).for_each(|(domain, full)| *domain |= full);
        }
        let mut asks: Vec<usize> = [first, second].into_iter().flat_map(|own| model.asked_by(own)).collect();
        asks.sort_unstable();
        asks.dedup();
        asks.retain(|asked| {
            model.settle_ask(frame, *asked);
            frame.may_apply(*asked) && frame.may_be_aside(*asked)
        });
        let both = model.touched_by[first].iter().filter(|criterion| model.has_part(second, **criterion));
        let is_open = |criterion: &usize| {
            frame.criteria[*criterion] = model.conditions[*criterion].evaluate(frame);
            frame.is_open(*criterion)
        };
        let criteria = both.copied().filter(is_open).collect();
        frame.copy_from(&self.frame);
        Shared { asks, criteria }
    }

    /// What the tests of all that is shared make of a new answer.
    pub(super) fn tells(&self, shared: &Shared, (question, class): Change) -> Vec<bool> {
        let model = self.model;
        let start = model.variables_of[question].start;
        let domains = model.domains_of(question, class);
        let asks = shared.asks.iter().filter_map(|asked| model.asks[*asked].as_ref());
        let criteria = shared.criteria.iter().map(|criterion| &model.conditions[*criterion]);
        let mut tells = Vec::new();
        for tree in asks.chain(criteria) {
            tree.visit(&mut |tested, parts| {
                if tested == question {
                    tells.push(parts.iter().any(|(variable, mask)| domains[variable - start] & mask != 0));
                }
            });
        }
        tells
    }

    /// Takes two changes of answers to questions that share so much. Tells whether they flip what each of them flips alone,
    /// and nothing else; if not, what flips is listed.
    pub(super) fn adds_up(&mut self, pair: &[Change; 2], shared: &Shared) -> bool {
        if shared.is_empty() {
            return true;
        }
        let Scratch { frame, list, .. } = &mut self.scratch;
        let [one, other] = pair.map(|(question, class)| &self.singles[question][class].flips);
        pair.iter().for_each(|(question, class)| self.model.put(&mut frame.domains, *question, *class));
        shared.asks.iter().for_each(|asked| self.model.settle_ask(frame, *asked));
        list.clear();
        let mut adds_up = true;
        for criterion in &shared.criteria {
            let flips = self.model.is_true(frame, *criterion) != self.holds[*criterion];
            let flip_alone = [one, other].map(|flips| flips.contains(criterion));
            adds_up &= flip_alone != [true; 2] && flips == flip_alone.contains(&true);
            if flips {
                list.push(*criterion);
            }
        }
        if !adds_up {
            list.extend(one.iter().chain(other).filter(|criterion| !shared.criteria.contains(criterion)));
        }
        adds_up
    }

    /// The outcome after the changes of which was listed what flips with them.
    pub(super) fn after_listed(&mut self) -> Outcome {
        self.flip_listed();
        let outcome = self.conclude();
        self.restore();
        outcome
    }

    /// The outcome after changes that add up.
    pub(super) fn sum_of(&mut self, changes: &[Change]) -> Outcome {
        self.add_up(changes);
        let outcome = self.conclude();
        self.restore();
        outcome
    }

    /// Lists what flips with changes of which some are tied: a criterion that only one of them has a part in flips as it
    /// does with that one alone, the others are evaluated.
    fn list_tied(&mut self, changes: &[Change]) {
        let Scratch { frame, list, .. } = &mut self.scratch;
        let parts = |criterion: usize| {
            changes.iter().filter(|(question, _)| self.model.has_part(*question, criterion)).count()
        };
        list.clear();
        frame.copy_from(&self.frame);
        for (question, class) in changes {
            self.model.put(&mut frame.domains, *question, *class);
            let single = &self.singles[*question][*class];
            list.extend(single.flips.iter().copied().filter(|criterion| parts(*criterion) == 1));
        }
        for (question, _) in changes {
            self.model.settle_asks(frame, *question);
        }
        for (index, (question, _)) in changes.iter().enumerate() {
            for criterion in self.model.touched_by[*question].iter().copied() {
                let earlier =
                    changes[..index].iter().any(|(other, _)| self.model.has_part(*other, criterion));
                if !earlier
                    && parts(criterion) > 1
                    && self.model.is_true(frame, criterion) != self.holds[criterion]
                {
                    list.push(criterion);
                }
            }
        }
    }

    /// Adds up what single changes do; only aspects that several of them touch are computed anew.
    fn add_up(&mut self, changes: &[Change]) {
        let (mut seen, mut shared, mut constrains) = (0, 0, false);
        let Scratch { list, familiarity, sums, price, out, .. } = &mut self.scratch;
        list.clear();
        *price = self.price;
        *out = self.out;
        familiarity.copy_from_slice(&self.familiarity);
        sums.copy_from_slice(&self.sums);
        for (question, class) in changes {
            let single = &self.singles[*question][*class];
            shared |= seen & single.aspects;
            seen |= single.aspects;
            constrains |= single.constrains;
            *price += single.price;
            familiarity.iter_mut().zip(&single.familiarity).for_each(|(sum, points)| *sum += points);
        }
        if shared == 0 && !constrains {
            for (question, class) in changes {
                let single = &self.singles[*question][*class];
                sums.iter_mut().zip(&single.sums).for_each(|(sums, row)| add_wide(sums, row));
            }
            return;
        }
        for (question, class) in changes {
            let single = &self.singles[*question][*class];
            for criterion in &single.flips {
                self.scratch.flipped[*criterion] = true;
                self.scratch.list.push(*criterion);
            }
            for (aspect, rows) in &single.by_aspect {
                if shared & bit(*aspect) != 0 {
                    self.scratch.aspects[*aspect] = true;
                } else {
                    self.scratch.sums.iter_mut().zip(rows).for_each(|(sums, row)| add_wide(sums, row));
                }
            }
        }
        for (question, class) in changes {
            for at in 0..self.singles[*question][*class].by_aspect.len() {
                self.add_anew(self.singles[*question][*class].by_aspect[at].0);
            }
        }
        if constrains {
            self.scratch.out = self.out();
        }
    }

    /// Takes the criteria that are listed as flipped.
    fn flip_listed(&mut self) {
        let Scratch { list, flipped, aspects, familiarity, sums, price, .. } = &mut self.scratch;
        familiarity.copy_from_slice(&self.familiarity);
        sums.copy_from_slice(&self.sums);
        *price = self.price;
        for criterion in list.iter() {
            flipped[*criterion] = true;
            let effect = &self.model.effects[*criterion];
            let sign = if self.holds[*criterion] { -1 } else { 1 };
            *price += sign * effect.effort;
            familiarity.iter_mut().zip(&effect.familiarity).for_each(|(sum, points)| *sum += sign * points);
            self.model.demands_of[*criterion].iter().for_each(|(aspect, _)| aspects[*aspect] = true);
        }
        for index in 0..self.scratch.list.len() {
            for (aspect, _) in &self.model.demands_of[self.scratch.list[index]] {
                self.add_anew(*aspect);
            }
        }
        self.scratch.out = self.out();
    }

    /// Adds what is lacked of an aspect now to the sums, in place of what was lacked, if that is still to be done.
    fn add_anew(&mut self, aspect: usize) {
        if !std::mem::replace(&mut self.scratch.aspects[aspect], false) {
            return;
        }
        for row in 0..self.model.rows {
            let short = self.lacks(aspect, row);
            add(&mut self.scratch.sums[row], &self.short[aspect * self.model.rows + row], -1);
            add(&mut self.scratch.sums[row], &short, 1);
        }
    }

    fn restore(&mut self) {
        let Scratch { list, flipped, .. } = &mut self.scratch;
        list.iter().for_each(|criterion| flipped[*criterion] = false);
    }

    fn lacks(&self, aspect: usize, row: usize) -> [i16; ROW] {
        let mut short = [0; ROW];
        for need in &self.model.needs[aspect] {
            if self.holds[need.criterion] != self.scratch.flipped[need.criterion] {
                let gaps = &self.model.gaps[need.rows + row];
                for column in 0..ROW {
                    short[column] = short[column].max(gaps[column]);
                }
            }
        }
        short
    }

    fn out(&self) -> Out {
        let holds = |criterion: &&usize| self.holds[**criterion] != self.scratch.flipped[**criterion];
        let mut out = Out::default();
        self.model
            .constraints
            .iter()
            .filter(holds)
            .for_each(|criterion| out.add(&self.model.effects[*criterion]));
        out
    }

    fn conclude(&self) -> Outcome {
        let Scratch { out, price, familiarity, sums, .. } = &self.scratch;
        self.model.conclude(*out, *price, familiarity, sums)
    }
}

fn add_wide(sums: &mut [i32; ROW], row: &[i32; ROW]) {
    for column in 0..ROW {
        sums[column] += row[column];
    }
}

fn add(sums: &mut [i32; ROW], row: &[i16; ROW], sign: i32) {
    for column in 0..ROW {
        sums[column] += sign * i32::from(row[column]);
    }
}
