//! One set of answers and what becomes of it when a few of them change.
//!
//! Only what a change touches is computed anew: the criteria that flip with it, and the aspects that these ask for.

use super::bounds::Outcome;
use super::model::{Frame, Model, ROW};

/// A question and the class of its new answer.
pub(super) type Change = (usize, usize);

/// A set of answers, each of them a class or unknown, ready for changes.
#[derive(Debug, Clone)]
pub(super) struct Situation<'m> {
    pub(super) model: &'m Model,
    pub(super) classes: Vec<Option<usize>>,
    pub(super) frame: Frame,
    /// For each question and class, the criteria that flip when the answer alone changes to it.
    flips: Vec<Vec<Vec<usize>>>,
    holds: Vec<bool>,
    price: i64,
    familiarity: Vec<i64>,
    /// What each platform lacks, by aspect and summed up.
    short: Vec<[i16; ROW]>,
    sums: Vec<[i32; ROW]>,
    scratch: Scratch,
}

#[derive(Debug, Clone)]
struct Scratch {
    frame: Frame,
    flipped: Vec<bool>,
    list: Vec<usize>,
    aspects: Vec<bool>,
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
        let mut familiarity = vec![0; model.family_count()];
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
                familiarity: familiarity.clone(),
                sums: vec![[0; ROW]; model.rows],
            },
            frame,
            flips: Vec::new(),
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
        situation.flips = (0..model.classes.len())
            .map(|question| {
                (0..model.classes[question].len()).map(|class| situation.flips_of(question, class)).collect()
            })
            .collect();
        situation
    }

    fn flips_of(&mut self, question: usize, class: usize) -> Vec<usize> {
        if self.classes[question] == Some(class) {
            return Vec::new();
        }
        self.apply(&[(question, class)]);
        std::mem::take(&mut self.scratch.list)
    }

    /// What one question's answer alone flips.
    pub(super) fn flips(&self, (question, class): Change) -> &[usize] {
        &self.flips[question][class]
    }

    pub(super) fn holds(&self, criterion: usize) -> bool {
        self.holds[criterion]
    }

    /// The platforms that are off the table by name as it stands, a bit each.
    pub(super) fn removed_now(&self) -> u64 {
        let holds = self.model.constraints.iter().filter(|criterion| self.holds[**criterion]);
        holds.fold(0, |removed, criterion| removed | self.model.effects[*criterion].removes)
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

    /// The outcome as it stands.
    pub(super) fn outcome(&mut self) -> Outcome {
        self.after(&[])
    }

    /// The outcome after some answers have changed.
    pub(super) fn after(&mut self, changes: &[Change]) -> Outcome {
        self.flip(changes);
        let outcome = self.conclude();
        self.restore();
        outcome
    }

    fn flip(&mut self, changes: &[Change]) {
        let tied = |(index, (question, _)): (usize, &Change)| {
            changes[index + 1..].iter().any(|(other, _)| self.model.are_tied(*question, *other))
        };
        if changes.iter().enumerate().any(tied) {
            self.apply(changes);
        } else {
            self.scratch.list.clear();
            for (question, class) in changes {
                self.scratch.list.extend_from_slice(&self.flips[*question][*class]);
            }
        }
        let Scratch { list, flipped, aspects, familiarity, sums, .. } = &mut self.scratch;
        familiarity.copy_from_slice(&self.familiarity);
        sums.copy_from_slice(&self.sums);
        for criterion in list.iter() {
            flipped[*criterion] = true;
            let effect = &self.model.effects[*criterion];
            let sign = if self.holds[*criterion] { -1 } else { 1 };
            familiarity.iter_mut().zip(&effect.familiarity).for_each(|(sum, points)| *sum += sign * points);
            self.model.demands_of[*criterion].iter().for_each(|(aspect, _)| aspects[*aspect] = true);
        }
        for index in 0..self.scratch.list.len() {
            for (aspect, _) in &self.model.demands_of[self.scratch.list[index]] {
                let aspect = *aspect;
                if !std::mem::replace(&mut self.scratch.aspects[aspect], false) {
                    continue;
                }
                for row in 0..self.model.rows {
                    let short = self.lacks(aspect, row);
                    add(&mut self.scratch.sums[row], &self.short[aspect * self.model.rows + row], -1);
                    add(&mut self.scratch.sums[row], &short, 1);
                }
            }
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

    fn scratch_price(&self) -> i64 {
        let Scratch { list, .. } = &self.scratch;
        let change = |criterion: &usize| {
            let effort = self.model.effects[*criterion].effort;
            if self.holds[*criterion] { -effort } else { effort }
        };
        (self.price + list.iter().map(change).sum::<i64>()).max(1)
    }

    fn removed(&self) -> (u64, u64) {
        let holds = |criterion: &&usize| self.holds[**criterion] != self.scratch.flipped[**criterion];
        self.model.constraints.iter().filter(holds).fold((0, 0), |(by_name, by_family), criterion| {
            let effect = &self.model.effects[*criterion];
            (by_name | effect.removes, by_family | effect.leaves)
        })
    }

    fn rank(&self, lane: usize, price: i64) -> (i64, i64, usize) {
        let effort = (self.model.efforts[lane] + self.scratch.familiarity[self.model.families[lane]]).max(0);
        let lacks = i64::from(self.scratch.sums[lane / ROW][lane % ROW]);
        let platform = self.model.platform_at[lane].unwrap_or(usize::MAX);
        (price * effort + self.model.shortfall_price * lacks, effort, platform)
    }

    fn conclude(&self) -> Outcome {
        let price = self.scratch_price();
        let (by_name, by_family) = self.removed();
        self.model.conclude(by_name, by_family, |lane| self.rank(lane, price))
    }
}

fn add(sums: &mut [i32; ROW], row: &[i16; ROW], sign: i32) {
    for column in 0..ROW {
        sums[column] += sign * i32::from(row[column]);
    }
}
