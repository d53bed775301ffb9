//! What the demands of one aspect come to in a box, by which of them hold for certain and which may. Boxes that differ in
//! something else have it in common, so that it is worked out once.

use std::collections::HashMap;

use super::bounds::{Way, above, add, each_bit, raise};
use super::model::{Frame, Model, ROW, Row, Row32};

/// Averages are told in such parts of a point.
const PARTS: i32 = 64;
/// So many states are kept; when there are more, all of them are forgotten.
const MOST_STATES: usize = 200;

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
    /// What may count beside it.
    pub(super) open: Vec<Open>,
    /// The variables that they change with, if they are few.
    pub(super) owners: Vec<Owner>,
    /// What the open demands may add to differences, by the way, the platform from which they are taken, and the row.
    excesses: Vec<Option<Box<Excess>>>,
}

/// A demand that may or may not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) criterion: usize,
    pub(super) rows: usize,
}

/// A variable that demands change with, and what its values say of them.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) variable: usize,
    says: Vec<Said>,
}

/// What some values of a variable say alike of the open demands: which may count and which do, a bit each.
#[derive(Debug, Clone, Copy)]
struct Said {
    /// A bit each, the last one for none of them.
    values: u64,
    may: u8,
    must: u8,
}

/// Where more demands of one aspect are open, bounds gain little by what values say of them.
const MOST_OPEN: usize = 4;

impl Owner {
    /// Those of some demands.
    fn all(model: &Model, open: &[Open]) -> Vec<Self> {
        let links = open.iter().flat_map(|open| &model.links[open.criterion]);
        let mut variables: Vec<usize> = links.map(|link| link.variable).collect();
        variables.sort_unstable();
        variables.dedup();
        variables.into_iter().map(|variable| Self::new(model, variable, open)).collect()
    }

    fn new(model: &Model, variable: usize, open: &[Open]) -> Self {
        let mut says: Vec<Said> = Vec::new();
        for value in 0..model.slots[variable + 1] - model.slots[variable] {
            let (mut may, mut must) = (u8::MAX, 0);
            for (at, open) in open.iter().enumerate() {
                let links = &model.links[open.criterion];
                let Some(link) = links.iter().find(|link| link.variable == variable) else { continue };
                may &= !(u8::from(link.may >> value & 1 == 0) << at);
                must |= u8::from(link.must >> value & 1 == 1) << at;
            }
            match says.iter_mut().find(|said| (said.may, said.must) == (may, must)) {
                Some(said) => said.values |= 1 << value,
                None => says.push(Said { values: 1 << value, may, must }),
            }
        }
        Self { variable, says }
    }
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
        let open: Vec<Open> = open.map(|need| Open { criterion: need.criterion, rows: need.rows }).collect();
        let owners = if open.len() > MOST_OPEN { Vec::new() } else { Owner::all(model, &open) };
        let kept = if open.is_empty() { 0 } else { 2 * model.efforts.len() * model.rows };
        Self { held, open, owners, excesses: vec![None; kept] }
    }

    /// What the demands come to at most is worked out for each value of each variable, and for each platform charged to
    /// the values of the one variable that leaves the least of it on average, so that no variable is held to several of
    /// its values at once.
    fn excess(&self, model: &Model, way: Way, anchor: usize, row: usize) -> Excess {
        let most = |said: Option<&Said>| self.most(model, (way, anchor, row), said);
        let most_of_all = most(None);
        let mut averages: Row32 = most_of_all.map(|points| PARTS * i32::from(points));
        let mut charged: [Option<usize>; ROW] = [None; ROW];
        let mut rows: Vec<Vec<(u64, Row)>> = Vec::with_capacity(self.owners.len());
        for (at, owner) in self.owners.iter().enumerate() {
            let by_value = owner.says.iter().map(|said| (said.values, most(Some(said))));
            let by_value: Vec<(u64, Row)> = by_value.collect();
            let slots: u32 = by_value.iter().map(|(values, _)| values.count_ones()).sum();
            for column in 0..ROW {
                let points = |(values, row): &(u64, Row)| values.count_ones() as i32 * i32::from(row[column]);
                let average = PARTS * by_value.iter().map(points).sum::<i32>() / slots as i32;
                if average < averages[column] {
                    (averages[column], charged[column]) = (average, Some(at));
                }
            }
            rows.push(by_value);
        }
        let least: Row = std::array::from_fn(|column| {
            let by_value = |at: usize| rows[at].iter().map(|(_, row)| row[column]).min();
            charged[column].and_then(by_value).unwrap_or(most_of_all[column])
        });
        let mut shares = Vec::new();
        for (at, (owner, by_value)) in self.owners.iter().zip(&rows).enumerate() {
            for (values, most) in by_value {
                let own = |column: usize| charged[column] == Some(at);
                let share: Row =
                    std::array::from_fn(|column| if own(column) { most[column] - least[column] } else { 0 });
                if share != [0; ROW] {
                    each_bit(*values, |value| shares.push((owner.variable, value, share)));
                }
            }
        }
        let base = apart(way, &self.held[row], self.held[anchor / ROW][anchor % ROW]);
        Excess { lacks: std::array::from_fn(|column| least[column] - base[column]), shares }
    }

    /// The most that the platforms of a row may lack more than the anchor, or less, with what some values say of the open
    /// demands.
    ///
    /// In one aspect the largest shortfall counts. Let the demand that counts for a platform be *d*: the anchor lacks
    /// at least what it lacks of *d*, so that their difference is at most that in *d* alone.
    fn most(&self, model: &Model, (way, anchor, row): (Way, usize, usize), said: Option<&Said>) -> Row {
        let mut held = self.held[row];
        let mut anchored = self.held[anchor / ROW][anchor % ROW];
        let gaps =
            |open: &Open| (&model.gaps[open.rows + row], model.gaps[open.rows + anchor / ROW][anchor % ROW]);
        let holds = |at: usize| said.is_some_and(|said| said.must >> at & 1 == 1);
        let may_hold = |at: usize| said.is_none_or(|said| said.may >> at & 1 == 1);
        for (_, open) in self.open.iter().enumerate().filter(|(at, _)| holds(*at)) {
            let (own, of_anchor) = gaps(open);
            raise(&mut held, own);
            anchored = anchored.max(of_anchor);
        }
        let mut most = apart(way, &held, anchored);
        for (_, open) in self.open.iter().enumerate().filter(|(at, _)| may_hold(*at)) {
            let (own, of_anchor) = gaps(open);
            let excess = std::array::from_fn(|column| match way {
                Way::Above => own[column].wrapping_sub(of_anchor.max(anchored)),
                Way::Below => of_anchor.wrapping_sub(own[column].max(held[column])),
            });
            raise(&mut most, &excess);
        }
        most
    }
}

/// How far the figures of a row lie apart from another one.
fn apart(way: Way, row: &Row, other: i16) -> Row {
    row.map(|own| match way {
        Way::Above => own.wrapping_sub(other),
        Way::Below => other.wrapping_sub(own),
    })
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
