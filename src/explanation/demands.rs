//! What the demands of one aspect come to in a box, by which of them hold for certain and which may. Boxes that differ in
//! something else have it in common, so that it is worked out once.

use std::collections::HashMap;
use std::ops::Range;

use super::bounds::{Way, above, add, each_bit, raise};
use super::model::{Frame, Model, Owner, ROW, Row, Row32};

/// So many states are kept; when there are more, all of them are forgotten.
const MOST_STATES: usize = 4_096;

/// The states that were met.
#[derive(Debug, Clone, Default)]
pub(super) struct Demands {
    states: Vec<State>,
    places: HashMap<Vec<u8>, usize>,
    key: Vec<u8>,
    /// The place of the present state of each aspect.
    now: Vec<usize>,
}

/// Which demands of an aspect hold for certain, and which may.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// What each platform lacks for certain.
    pub(super) held: Vec<Row>,
    /// What may count beside it, variable by variable.
    pub(super) open: Vec<Open>,
    /// What the open demands may add to differences, by the way, the platform from which they are taken, and the row.
    excesses: Vec<Option<Box<Excess>>>,
}

/// A demand that may or may not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) criterion: usize,
    pub(super) rows: usize,
    pub(super) owner: usize,
    /// The values of the owner with which it may, the last bit for none of them.
    values: u64,
}

/// What open demands may add to the differences between the platforms of a row and one platform.
#[derive(Debug, Clone)]
pub(super) struct Excess {
    /// With some value of each of several variables.
    pub(super) lacks: Row,
    /// And with single values: the variable, the value.
    pub(super) shares: Vec<(usize, usize, Row)>,
}

impl Demands {
    /// Takes the states of all aspects in a frame.
    pub(super) fn take(&mut self, model: &Model, frame: &Frame) {
        if self.states.len() > MOST_STATES {
            self.states.clear();
            self.places.clear();
        }
        self.now.clear();
        for (aspect, needs) in model.needs.iter().enumerate() {
            self.key.clear();
            self.key.extend(aspect.to_ne_bytes());
            let level =
                |criterion: usize| u8::from(frame.may_hold(criterion)) + u8::from(frame.must_hold(criterion));
            self.key.extend(needs.iter().map(|need| level(need.criterion)));
            let place = self.places.get(&self.key).copied().unwrap_or_else(|| {
                self.states.push(State::new(model, frame, aspect));
                self.places.insert(self.key.clone(), self.states.len() - 1);
                self.states.len() - 1
            });
            self.now.push(place);
        }
    }

    /// The present states of all aspects.
    pub(super) fn all(&self) -> impl Iterator<Item = &State> {
        self.now.iter().map(|place| &self.states[*place])
    }

    /// What open demands may add to differences from the platform in lane `anchor`, aspect by aspect.
    pub(super) fn excesses(
        &mut self,
        model: &Model,
        way: Way,
        anchor: usize,
        row: usize,
        mut see: impl FnMut(&Excess),
    ) {
        let at = (anchor * model.rows + row) * 2 + usize::from(way == Way::Above);
        for place in &self.now {
            let state = &mut self.states[*place];
            if state.open.is_empty() {
                continue;
            }
            if state.excesses[at].is_none() {
                state.excesses[at] = Some(Box::new(state.excess(model, way, anchor, row)));
            }
            state.excesses[at].as_deref().into_iter().for_each(&mut see);
        }
    }
}

impl State {
    fn new(model: &Model, frame: &Frame, aspect: usize) -> Self {
        let needs = &model.needs[aspect];
        let mut held = vec![[0; ROW]; model.rows];
        for need in needs.iter().filter(|need| frame.must_hold(need.criterion)) {
            held.iter_mut().zip(&model.gaps[need.rows..]).for_each(|(held, gap)| raise(held, gap));
        }
        // What asks no more of anything than is certain is of no account.
        let counts = |rows: usize| {
            held.iter().zip(&model.gaps[rows..]).any(|(held, gap)| above(gap, held) != [0; ROW])
        };
        let open = needs.iter().filter(|need| frame.is_open(need.criterion) && counts(need.rows));
        let open: Vec<Open> = open
            .map(|need| {
                let Owner { variable, values, without } = model.owners[need.criterion];
                let none = model.slots[variable + 1] - model.slots[variable] - 1;
                let values = values | u64::from(without).checked_shl(none as u32).unwrap_or(0);
                Open { criterion: need.criterion, rows: need.rows, owner: variable, values }
            })
            .collect();
        let kept = if open.is_empty() { 0 } else { 2 * model.efforts.len() * model.rows };
        Self { held, open, excesses: vec![None; kept] }
    }

    /// In one aspect the largest shortfall counts. Let the demand that counts for a platform be *d*: the anchor lacks
    /// at least what it lacks of *d*, so that their difference is at most that in *d* alone. Of the demands that may
    /// count in one aspect, what exceeds the second largest variable's is charged to the largest variable's values, so
    /// that a variable is not held to several of its values at once.
    fn excess(&self, model: &Model, way: Way, anchor: usize, row: usize) -> Excess {
        let held = self.held[row];
        let anchored = self.held[anchor / ROW][anchor % ROW];
        let base: Row = std::array::from_fn(|column| match way {
            Way::Above => held[column].wrapping_sub(anchored),
            Way::Below => anchored.wrapping_sub(held[column]),
        });
        let excess = |need: &Open| -> Row {
            let gaps = &model.gaps[need.rows + row];
            let anchor_gap = model.gaps[need.rows + anchor / ROW][anchor % ROW];
            let most = anchor_gap.max(anchored);
            std::array::from_fn(|column| match way {
                Way::Above => gaps[column].wrapping_sub(most),
                Way::Below => anchor_gap.wrapping_sub(gaps[column].max(held[column])),
            })
        };
        let needs = &self.open;
        let excesses: Vec<Row> = needs.iter().map(excess).collect();
        let (mut first, mut second) = (base, base);
        for group in groups(needs) {
            let mut largest = excesses[group.start];
            excesses[group.start + 1..group.end].iter().for_each(|other| raise(&mut largest, other));
            for column in 0..ROW {
                second[column] = second[column].max(first[column].min(largest[column]));
                first[column] = first[column].max(largest[column]);
            }
        }
        let mut shares = Vec::new();
        for group in groups(needs).filter(|_| first != second) {
            let owner = needs[group.start].owner;
            let own = u64::MAX >> (64 - (model.slots[owner + 1] - model.slots[owner]));
            for at in group.clone() {
                if above(&excesses[at], &second) == [0; ROW] {
                    continue;
                }
                each_bit(needs[at].values & own, |value| {
                    // Of several demands that count with the same value, the largest does.
                    let mut known = second;
                    for other in group.start..at {
                        if needs[other].values >> value & 1 == 1 {
                            raise(&mut known, &excesses[other]);
                        }
                    }
                    shares.push((owner, value, above(&excesses[at], &known)));
                });
            }
        }
        Excess { lacks: above(&second, &base), shares }
    }
}

/// What values of variables contribute to a bound.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    pub(super) by_slot: Vec<Row32>,
    /// For each variable, the slots that contribute anything, a bit each from its first.
    pub(super) touched: Vec<u64>,
}

impl Shares {
    pub(super) fn new(model: &Model) -> Self {
        let slots = model.slots.last().copied().unwrap_or_default();
        Self { by_slot: vec![[0; ROW]; slots], touched: vec![0; model.variables.len()] }
    }

    pub(super) fn clear(&mut self) {
        self.touched.fill(0);
    }

    pub(super) fn add(&mut self, model: &Model, (variable, value, row): &(usize, usize, Row)) {
        let share = &mut self.by_slot[model.slots[*variable] + value];
        if self.touched[*variable] >> value & 1 == 0 {
            self.touched[*variable] |= 1 << value;
            *share = [0; ROW];
        }
        add(share, row);
    }
}

/// The stretches of demands with one owner.
fn groups(needs: &[Open]) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    needs.chunk_by(|a, b| a.owner == b.owner).map(move |group| {
        end += group.len();
        end - group.len()..end
    })
}
