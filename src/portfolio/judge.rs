//! A rulebook compiled for judging: what is known of a question selects a row of bits, the rows of all questions together
//! tell which criteria hold and what they demand, and these add up.

use std::collections::BTreeSet;

use super::terms::{States, Term, Wanted, reading, terms};
use crate::assessment::Assessment;
use crate::rulebook::{
    Cell, Classes, Condition, Demand, Kind, Leaning, OptionSet, Reading, Rulebook, Truth, Value,
};

/// Platforms are worked on in groups of so many lanes.
const LANES: usize = 8;

type Lanes<T> = [T; LANES];

/// A rulebook has no more platforms than these have lanes.
const MOST_GROUPS: usize = 8;

/// Bits are joined so many words at once.
const WORDS: usize = 4;

type Block = [u64; WORDS];

/// So many demands of an aspect are looked up together.
const TOGETHER: usize = 4;

/// Numbers up to this, and sets of so few options, have their class in a table; the class of others is looked for.
const MOST_LISTED: u64 = 1 << 12;

/// What a set of answers comes to: that of [`assess`](crate::assessment::assess), without the reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// The index of the band of what is known: the verdict where nothing is open, else what the answers lean to.
    pub band: usize,
    /// Burden of the best platform without the subject minus burden of the best one with it.
    pub margin: i64,
    /// The platform to take.
    pub recommendation: usize,
    /// The platforms whose burdens make the margin.
    pub best_with: usize,
    /// The one outside the subject family.
    pub best_without: usize,
    /// Whether constraints leave only one side, which is the verdict then.
    pub is_forced: bool,
    /// How many questions may apply and have no answer.
    pub open: usize,
}

/// A rulebook that judges sets of answers one after another.
///
/// Almost nothing is decided on the way: rows are joined and added whether they matter or not, which is no more work than to
/// find out, and holds no surprise for the processor.
#[derive(Debug)]
pub struct Judge {
    classes: Vec<Classes>,
    questions: Vec<Asked>,
    /// Those that always apply, and the others in their order, each with when it does not.
    unconditional: Vec<usize>,
    conditional: Vec<(usize, Joint)>,
    /// For each state of each question, what is demanded and which alternatives are ruled out, a bit each.
    rows: Vec<Block>,
    /// Blocks of a row, and those of them that have bits of demands.
    blocks: usize,
    demanding: usize,
    /// The alternatives of criteria that look at several questions, a bit each, and what is demanded where one is left.
    alternatives: Vec<u64>,
    joint_rows: Vec<Block>,
    /// What is demanded whatever is answered.
    always: Vec<Block>,
    /// Such of these criteria as do more than demand. They have states as questions have, and follow them.
    joint: Vec<Joint>,
    /// Those that have too many alternatives, by their place among all that have states.
    complex: Vec<(usize, Vec<Block>)>,
    /// What adds something without regard to platforms.
    summed: Vec<Source>,
    sums: Vec<Sum>,
    /// What adds points of effort, and what they are by platform.
    familiar: Vec<Source>,
    points: Vec<Lanes<i32>>,
    /// For each aspect, its demands, some of them together.
    demands: Vec<Vec<Demands>>,
    /// What platforms lack of them.
    gaps: Vec<Lanes<i16>>,
    groups: usize,
    efforts: Vec<i64>,
    /// The platforms with and without the subject, a bit each.
    subjects: u64,
    others: u64,
    base_price: i64,
    shortfall_price: i64,
    /// The greatest margin of each band but the last.
    ends_of_bands: Vec<i64>,
}

/// How what is known of one question becomes a state.
#[derive(Debug)]
struct Asked {
    states: States,
    /// Where its states start among those of all questions.
    start: usize,
    /// The class of each value, as far as they are listed.
    listed: Vec<u16>,
}

/// A condition that looks at several questions.
#[derive(Debug, Clone)]
enum Joint {
    /// Any of these alternatives is left.
    Listed(Alternatives),
    /// It has too many of them, and is looked at as it stands: whether it comes out so.
    Complex(Condition, Truth),
}

/// Alternatives that stand side by side in one word.
#[derive(Debug, Clone, Copy)]
struct Alternatives {
    word: usize,
    mask: u64,
}

/// Something whose state selects a row.
#[derive(Debug, Clone, Copy)]
struct Source {
    place: usize,
    /// Its first row.
    start: usize,
}

/// Some demands of one aspect, whose bits select a row.
#[derive(Debug, Clone, Copy)]
struct Demands {
    word: usize,
    shift: usize,
    mask: u64,
    /// Their first row.
    start: usize,
}

/// What criteria do when they hold.
#[derive(Debug, Clone, Default)]
struct Effect {
    sum: Sum,
    /// Points of effort by platform.
    familiarity: Vec<i32>,
    /// What they demand.
    demands: BTreeSet<Lack>,
}

/// A demand: its aspect, and what each platform lacks of it.
type Lack = (usize, Vec<i16>);

/// What is added up without regard to platforms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    price: i64,
    /// Platforms taken off the table, a bit each, by what can be lifted as a whole and by what cannot.
    leaves: u64,
    removes: u64,
    /// Platforms that miss a must.
    misses: u64,
}

impl Sum {
    fn join(&mut self, other: &Self) {
        self.price += other.price;
        self.leaves |= other.leaves;
        self.removes |= other.removes;
        self.misses |= other.misses;
    }
}

impl Effect {
    fn join(mut self, other: &Self) -> Self {
        self.sum.join(&other.sum);
        let points = self.familiarity.len().max(other.familiarity.len());
        self.familiarity.resize(points, 0);
        self.familiarity.iter_mut().zip(&other.familiarity).for_each(|(sum, points)| *sum += points);
        self.demands.extend(other.demands.iter().cloned());
        self
    }
}

/// Room to judge in. One is enough for any number of sets of answers, one after another.
#[derive(Debug, Clone)]
pub struct Scratch {
    states: Vec<u16>,
    readings: Vec<Reading>,
    bits: Vec<Block>,
}

/// A platform in the order in which the best is looked for: whether it misses a must, its burden, its effort, and its
/// number, the weightiest first, as one number that is compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u128);

impl Rank {
    const MISSES: u128 = 1 << 127;

    /// Neither a burden nor an effort is below 0, and an effort is far below what 32 bits hold.
    fn new(misses: bool, burden: i64, effort: i64, platform: usize) -> Self {
        let misses = if misses { Self::MISSES } else { 0 };
        Self(
            misses
                | u128::from(burden.unsigned_abs()) << 40
                | u128::from(effort as u32) << 8
                | platform as u128,
        )
    }

    /// The same without regard to musts.
    fn cost(self) -> u128 {
        self.0 & !Self::MISSES
    }

    fn burden(self) -> i64 {
        (self.cost() >> 40) as i64
    }

    fn platform(self) -> usize {
        (self.0 & 0xff) as usize
    }
}

impl Judge {
    /// Compiles a rulebook.
    pub fn new(rulebook: &Rulebook) -> Self {
        let platforms = rulebook.platforms();
        let mut judge = Self {
            classes: Classes::of_rulebook(rulebook),
            questions: Vec::new(),
            unconditional: Vec::new(),
            conditional: Vec::new(),
            rows: Vec::new(),
            blocks: 0,
            demanding: 0,
            alternatives: Vec::new(),
            joint_rows: Vec::new(),
            always: Vec::new(),
            joint: Vec::new(),
            complex: Vec::new(),
            summed: Vec::new(),
            sums: Vec::new(),
            familiar: Vec::new(),
            points: Vec::new(),
            demands: Vec::new(),
            gaps: Vec::new(),
            groups: groups_of(platforms.len()),
            efforts: platforms.iter().map(|platform| platform.effort).collect(),
            subjects: mask(platforms.len(), |platform| rulebook.is_subject(platform)),
            others: mask(platforms.len(), |platform| !rulebook.is_subject(platform)),
            base_price: rulebook.effort_price().value,
            shortfall_price: rulebook.shortfall_price().value,
            ends_of_bands: rulebook.bands().iter().filter_map(|band| band.to).collect(),
        };
        let effects: Vec<Effect> =
            (0..rulebook.criteria().len()).map(|criterion| effect(rulebook, criterion)).collect();
        let lacks = judge.add_demands(&effects);
        judge.add_conditions(rulebook, &effects, &lacks);
        judge
    }

    /// Gives each demand a bit, and lists what platforms lack of those of an aspect, whichever of them are made.
    fn add_demands(&mut self, effects: &[Effect]) -> Vec<Option<Lack>> {
        let lacks: BTreeSet<&Lack> = effects.iter().flat_map(|effect| &effect.demands).collect();
        let lacks: Vec<&Lack> = lacks.into_iter().collect();
        let mut bits = Vec::new();
        for of_aspect in lacks.chunk_by(|one, next| one.0 == next.0) {
            let mut all = Vec::new();
            for some in of_aspect.chunks(TOGETHER) {
                let start = self.gaps.len() / self.groups;
                all.push(Demands {
                    word: bits.len() / 64,
                    shift: bits.len() % 64,
                    mask: (1 << some.len()) - 1,
                    start,
                });
                for made in 0..1_usize << some.len() {
                    let made = some.iter().enumerate().filter(|(at, _)| made >> at & 1 == 1);
                    let gaps = made.fold(Vec::new(), |most, (_, (_, gaps))| greatest(most, gaps));
                    self.gaps.extend(lanes(self.groups, &gaps));
                }
                bits.extend(some.iter().map(|lack| Some((*lack).clone())));
                // None of them stand in two words.
                bits.resize(bits.len().next_multiple_of(TOGETHER), None);
            }
            self.demands.push(all);
        }
        bits
    }

    /// Numbers the alternatives of all conditions, and notes for each state of everything what it comes to. Nothing is an
    /// alternative to the bits of demands, which come first.
    fn add_conditions(&mut self, rulebook: &Rulebook, effects: &[Effect], lacks: &[Option<Lack>]) {
        let all = self.classes.len();
        let mut always = Effect::default();
        let mut joint = Vec::new();
        let mut singles: Vec<Vec<(usize, Vec<Term>)>> = vec![Vec::new(); all];
        let mut listed = vec![Term::default(); lacks.len()];
        for (index, criterion) in rulebook.criteria().iter().enumerate() {
            match terms(&criterion.when, Wanted::True, &self.classes, all) {
                None => joint.push((Joint::Complex(criterion.when.clone(), Truth::True), index)),
                Some(terms) if terms.iter().any(|term| term.0.is_empty()) => {
                    always = always.join(&effects[index]);
                }
                Some(terms) => match only_question(&terms) {
                    Some(question) => singles[question].push((index, terms)),
                    None => joint.push((Joint::Listed(Alternatives::add(terms, &mut listed)), index)),
                },
            }
        }
        let mut asides = Vec::new();
        for (question, asked) in rulebook.questions().iter().enumerate() {
            let terms = |condition| terms(condition, Wanted::False, &self.classes, question);
            asides.push(asked.ask_when.as_ref().map(|condition| match terms(condition) {
                Some(terms) => Joint::Listed(Alternatives::add(terms, &mut listed)),
                None => Joint::Complex(condition.clone(), Truth::False),
            }));
        }
        self.blocks = listed.len().div_ceil(64 * WORDS).max(1);
        self.demanding = lacks.len().div_ceil(64 * WORDS).max(1);
        let demanded = |effect: &Effect, bit: usize| {
            lacks.get(bit).and_then(Option::as_ref).is_some_and(|lack| effect.demands.contains(lack))
        };
        for (question, aside) in asides.into_iter().enumerate() {
            let states = States { classes: self.classes[question].len() };
            let effect = |state: usize| {
                let holds = |terms: &[Term]| terms.iter().any(|term| term.admits(question, state));
                let holding = singles[question].iter().filter(|(_, terms)| holds(terms));
                holding.fold(Effect::default(), |all, (index, _)| all.join(&effects[*index]))
            };
            let by_state: Vec<Effect> = (0..states.number()).map(effect).collect();
            let start = self.rows.len() / self.blocks;
            for (state, effect) in by_state.iter().enumerate() {
                let rules_out =
                    |bit: usize| listed.get(bit).is_some_and(|term| !term.admits(question, state));
                self.rows.extend(row(self.blocks, |bit| demanded(effect, bit) || rules_out(bit)));
            }
            self.add_source(question, &by_state);
            let listed = listed_classes(&rulebook.questions()[question].kind, &self.classes[question]);
            self.questions.push(Asked { states, start, listed });
            match aside {
                Some(aside) => self.conditional.push((question, aside)),
                None => self.unconditional.push(question),
            }
        }
        self.always = row(self.blocks, |bit| demanded(&always, bit));
        self.alternatives = vec![0; self.blocks * WORDS];
        self.joint_rows = vec![[0; WORDS]; self.demanding * self.blocks * WORDS * 64];
        for (condition, index) in joint {
            let effect = effects[index].clone();
            let own = row(self.demanding, |bit| demanded(&effect, bit));
            let place = all + self.joint.len();
            let is_complex = match &condition {
                Joint::Listed(Alternatives { word, mask }) => {
                    self.alternatives[*word] |= mask;
                    for bit in bits_of(*mask) {
                        let start = (word * 64 + bit) * self.demanding;
                        self.joint_rows[start..][..self.demanding].copy_from_slice(&own);
                    }
                    false
                }
                Joint::Complex(..) => true,
            };
            if is_complex || effect.sum != Sum::default() || !effect.familiarity.is_empty() {
                self.joint.push(condition);
                self.add_source(place, &[Effect::default(), effect]);
            }
            if is_complex {
                self.complex.push((place, own));
            }
        }
        // What has a single state is always in it.
        self.add_source(all + self.joint.len(), &[always]);
    }

    /// Adds something with the effect of each of its states.
    fn add_source(&mut self, place: usize, by_state: &[Effect]) {
        if by_state.iter().any(|effect| effect.sum != Sum::default()) {
            self.summed.push(Source { place, start: self.sums.len() });
            self.sums.extend(by_state.iter().map(|effect| effect.sum));
        }
        if by_state.iter().any(|effect| !effect.familiarity.is_empty()) {
            self.familiar.push(Source { place, start: self.points.len() / self.groups });
            self.points.extend(by_state.iter().flat_map(|effect| lanes(self.groups, &effect.familiarity)));
        }
    }

    /// Room to judge in.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            states: vec![0; self.questions.len() + self.joint.len() + 1],
            readings: vec![Reading::Unknown; self.classes.len()],
            bits: vec![[0; WORDS]; self.blocks],
        }
    }

    /// The classes of each question's answers.
    pub fn classes(&self) -> &[Classes] {
        &self.classes
    }

    /// Judges what is known of each question.
    pub fn judge(&self, values: &[Option<Value>], scratch: &mut Scratch) -> Judgement {
        let open = self.find_states(values, scratch);
        self.add_up(scratch, open)
    }

    /// Finds the state of everything that has one and all that is demanded; how many questions are open.
    fn find_states(&self, values: &[Option<Value>], scratch: &mut Scratch) -> usize {
        let known = self.questions.iter().zip(&self.classes).zip(values);
        for (state, ((asked, classes), value)) in scratch.states.iter_mut().zip(known) {
            *state = value.map_or(asked.states.unknown(), |value| asked.class(value, classes)) as u16;
        }
        for (block, bits) in scratch.bits.iter_mut().enumerate() {
            let rows = self.unconditional.iter().map(|question| self.row(*question, &scratch.states));
            *bits = rows.fold(self.always[block], |bits, row| joined(bits, &row[block]));
        }
        for (question, aside) in &self.conditional {
            if self.holds(aside, *question, scratch) {
                scratch.states[*question] = self.questions[*question].states.aside() as u16;
            }
            join(&mut scratch.bits, self.row(*question, &scratch.states));
        }
        for (word, alternatives) in self.alternatives.iter().enumerate() {
            for bit in bits_of(alternatives & !scratch.bits.as_flattened()[word]) {
                join(&mut scratch.bits, self.joint_row(word * 64 + bit));
            }
        }
        let questions = self.questions.len();
        for (at, condition) in self.joint.iter().enumerate() {
            scratch.states[questions + at] = self.holds(condition, questions, scratch).into();
        }
        for (place, row) in &self.complex {
            if scratch.states[*place] == 1 {
                join(&mut scratch.bits, row);
            }
        }
        let is_open = |(state, asked): &(&u16, &Asked)| usize::from(**state) == asked.states.unknown();
        scratch.states.iter().zip(&self.questions).filter(is_open).count()
    }

    /// What a question comes to in its state.
    #[inline(always)]
    fn row(&self, question: usize, states: &[u16]) -> &[Block] {
        let row = self.questions[question].start + usize::from(states[question]);
        &self.rows[row * self.blocks..][..self.blocks]
    }

    /// What an alternative demands, as far as anything can be demanded.
    #[inline(always)]
    fn joint_row(&self, bit: usize) -> &[Block] {
        &self.joint_rows[bit * self.demanding..][..self.demanding]
    }

    /// Whether a condition on the questions before one holds.
    #[inline(always)]
    fn holds(&self, condition: &Joint, before: usize, scratch: &mut Scratch) -> bool {
        match condition {
            Joint::Listed(Alternatives { word, mask }) => {
                let ruled_out = scratch.bits.as_flattened()[*word];
                !ruled_out & mask != 0
            }
            Joint::Complex(condition, wanted) => self.truth(condition, before, scratch) == *wanted,
        }
    }

    #[cold]
    fn truth(&self, condition: &Condition, before: usize, scratch: &mut Scratch) -> Truth {
        let Scratch { readings, states, .. } = scratch;
        for (earlier, classes) in self.classes[..before].iter().enumerate() {
            readings[earlier] = reading(classes, usize::from(states[earlier]));
        }
        readings[before..].fill(Reading::Unknown);
        condition.truth(readings)
    }

    /// Adds up what everything comes to in its state.
    fn add_up(&self, scratch: &Scratch, open: usize) -> Judgement {
        match self.groups {
            1 => self.add_up_groups::<1>(scratch, open),
            2 => self.add_up_groups::<2>(scratch, open),
            3 => self.add_up_groups::<3>(scratch, open),
            4 => self.add_up_groups::<4>(scratch, open),
            _ => self.add_up_groups::<MOST_GROUPS>(scratch, open),
        }
    }

    /// The same for a number of groups that is known to the compiler, which then keeps their sums in registers.
    fn add_up_groups<const GROUPS: usize>(&self, scratch: &Scratch, open: usize) -> Judgement {
        let row = |source: &Source| source.start + usize::from(scratch.states[source.place]);
        let mut sum = Sum { price: self.base_price, ..Sum::default() };
        self.summed.iter().for_each(|source| sum.join(&self.sums[row(source)]));
        let mut familiarity = [[0; LANES]; GROUPS];
        let points = self.points.as_chunks::<GROUPS>().0;
        self.familiar.iter().for_each(|source| add(&mut familiarity, &points[row(source)]));
        let mut short = [[0; LANES]; GROUPS];
        let (bits, gaps) = (scratch.bits.as_flattened(), self.gaps.as_chunks::<GROUPS>().0);
        for demands in &self.demands {
            let mut most = [[0; LANES]; GROUPS];
            for Demands { word, shift, mask, start } in demands {
                raise(&mut most, &gaps[start + (bits[*word] >> shift & mask) as usize]);
            }
            add(&mut short, &most);
        }
        self.conclude(sum, familiarity.as_flattened(), short.as_flattened(), open)
    }

    fn conclude(&self, sum: Sum, familiarity: &[i32], short: &[i32], open: usize) -> Judgement {
        let price = sum.price.max(1);
        let rank = |platform: usize| {
            let effort = (self.efforts[platform] + i64::from(familiarity[platform])).max(0);
            let burden = price * effort + self.shortfall_price * i64::from(short[platform]);
            Rank::new(sum.misses >> platform & 1 == 1, burden, effort, platform)
        };
        let best = |side: u64| bits_of(side).map(rank).min();
        // The best of each side among those that are not off the table.
        let bests = |off: u64| (best(self.others & !off), best(self.subjects & !off));
        let (without, with) = bests(sum.leaves | sum.removes);
        let compared = match (without, with) {
            (Some(without), Some(with)) => Some((without, with)),
            // Where constraints empty a side, those that leave a family are lifted, and then all.
            _ => [sum.removes, 0].into_iter().find_map(|off| {
                let (without, with) = bests(off);
                Some((without?, with?))
            }),
        };
        // A side without any platform has no margin.
        let (compared_without, compared_with) = compared.unwrap_or_else(|| (rank(0), rank(0)));
        let margin = compared_without.burden() - compared_with.burden();
        let (band, is_forced) = match (without, with) {
            (None, Some(_)) => (self.ends_of_bands.len(), true),
            (Some(_), None) => (0, true),
            _ => (self.ends_of_bands.iter().filter(|to| margin > **to).count(), false),
        };
        let taken =
            [with, without].into_iter().flatten().min_by_key(|rank| rank.cost()).unwrap_or(compared_with);
        Judgement {
            band,
            margin,
            recommendation: taken.platform(),
            best_with: compared_with.platform(),
            best_without: compared_without.platform(),
            is_forced,
            open,
        }
    }
}

impl Alternatives {
    /// Adds alternatives, of which there are never more than a word has bits, to all others.
    fn add(terms: Vec<Term>, listed: &mut Vec<Term>) -> Self {
        if listed.len() % 64 + terms.len() > 64 {
            listed.resize(listed.len().next_multiple_of(64), Term::default());
        }
        let (word, first) = (listed.len() / 64, listed.len() % 64);
        let mask = (first..first + terms.len()).fold(0, |mask, bit| mask | 1 << bit);
        listed.extend(terms);
        Self { word, mask }
    }
}

/// What one criterion does.
fn effect(rulebook: &Rulebook, index: usize) -> Effect {
    let criterion = &rulebook.criteria()[index];
    let platforms = rulebook.platforms();
    let off = mask(platforms.len(), |platform| {
        let other = criterion.leaves.is_some_and(|left| left != platforms[platform].family);
        other || criterion.removes.contains(&platform)
    });
    // A constraint that leaves a family is lifted as a whole.
    let (leaves, removes) = if criterion.leaves.is_some() { (off, 0) } else { (0, off) };
    let misses = mask(platforms.len(), |platform| !rulebook.meets_musts(index, platform));
    let points = |platform: usize| rulebook.familiarity(index, platform) as i32;
    let familiarity = match criterion.familiarity.is_empty() {
        true => Vec::new(),
        false => (0..platforms.len()).map(points).collect(),
    };
    let lack = |demand: &Demand| {
        let lack = |cell: &Cell| i16::try_from(demand.lacks(cell.level)).unwrap_or(i16::MAX);
        (demand.aspect, rulebook.aspects()[demand.aspect].cells.iter().map(lack).collect())
    };
    let sum = Sum { price: criterion.effort, leaves, removes, misses };
    Effect { sum, familiarity, demands: criterion.demands.iter().map(lack).collect() }
}

/// How many groups so many platforms take. What is made for more than half of all groups is made for all.
fn groups_of(platforms: usize) -> usize {
    let groups = platforms.div_ceil(LANES);
    if groups > MOST_GROUPS / 2 { MOST_GROUPS } else { groups }
}

/// The bits of those platforms that are such.
fn mask(platforms: usize, such: impl Fn(usize) -> bool) -> u64 {
    (0..platforms).filter(|platform| such(*platform)).fold(0, |mask, platform| mask | 1 << platform)
}

/// The places of the bits that are set.
fn bits_of(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (mask != 0).then_some(mask.trailing_zeros() as usize);
        mask &= mask.wrapping_sub(1);
        place
    })
}

/// A row of bits.
fn row(blocks: usize, is_set: impl Fn(usize) -> bool) -> Vec<Block> {
    let word = |word| (0..64).fold(0, |bits, bit| bits | u64::from(is_set(word * 64 + bit)) << bit);
    (0..blocks).map(|block| std::array::from_fn(|at| word(block * WORDS + at))).collect()
}

/// Joins the blocks of a row to bits.
#[inline(always)]
fn join(bits: &mut [Block], row: &[Block]) {
    bits.iter_mut().zip(row).for_each(|(bits, row)| *bits = joined(*bits, row));
}

#[inline(always)]
fn joined(bits: Block, row: &Block) -> Block {
    std::array::from_fn(|word| bits[word] | row[word])
}

/// Adds figures side by side; the bounds of a rulebook keep them far from overflow.
#[inline(always)]
fn add<T: Copy + Into<i32>, const GROUPS: usize>(
    sums: &mut [Lanes<i32>; GROUPS],
    figures: &[Lanes<T>; GROUPS],
) {
    for group in 0..GROUPS {
        for lane in 0..LANES {
            sums[group][lane] = sums[group][lane].wrapping_add(figures[group][lane].into());
        }
    }
}

#[inline(always)]
fn raise<const GROUPS: usize>(most: &mut [Lanes<i16>; GROUPS], figures: &[Lanes<i16>; GROUPS]) {
    for group in 0..GROUPS {
        for lane in 0..LANES {
            most[group][lane] = most[group][lane].max(figures[group][lane]);
        }
    }
}

/// The greatest of figures that stand for the same.
fn greatest(mut most: Vec<i16>, other: &[i16]) -> Vec<i16> {
    most.resize(most.len().max(other.len()), 0);
    most.iter_mut().zip(other).for_each(|(most, other)| *most = (*most).max(*other));
    most
}

/// A figure for each platform, in groups that are filled up with nothing.
fn lanes<T: Copy + Default>(groups: usize, figures: &[T]) -> Vec<Lanes<T>> {
    let lane = |platform: usize| figures.get(platform).copied().unwrap_or_default();
    (0..groups).map(|group| std::array::from_fn(|column| lane(group * LANES + column))).collect()
}

/// The question that all alternatives look at, where it is a single one.
fn only_question(terms: &[Term]) -> Option<usize> {
    let mut questions = terms.iter().flat_map(|term| &term.0).map(|(question, _)| *question);
    // A condition that never holds is put with any.
    let Some(first) = questions.next() else { return Some(0) };
    questions.all(|question| question == first).then_some(first)
}

/// The class of each value from the first, as far as they are listed.
fn listed_classes(kind: &Kind, classes: &Classes) -> Vec<u16> {
    let class = |value: Value| classes.class_of(value) as u16;
    match kind {
        Kind::Flag(_) => vec![class(Value::Flag(false)), class(Value::Flag(true))],
        Kind::Choice(options) => (0..options.len()).map(|option| class(Value::Choice(option))).collect(),
        Kind::Count(count) => {
            (0..=count.max.min(MOST_LISTED)).map(|number| class(Value::Count(number))).collect()
        }
        Kind::Choices(options) if MOST_LISTED >> options.len() > 0 => {
            (0..1 << options.len()).map(|set| class(Value::Choices(OptionSet(set)))).collect()
        }
        Kind::Choices(_) => Vec::new(),
    }
}

impl Asked {
    fn class(&self, value: Value, classes: &Classes) -> usize {
        let place = match value {
            Value::Flag(flag) => u64::from(flag),
            Value::Choice(option) => option as u64,
            Value::Count(number) => number,
            Value::Choices(set) => set.0,
        };
        let listed = usize::try_from(place).ok().and_then(|place| self.listed.get(place));
        listed.map_or_else(|| classes.class_of(value), |class| usize::from(*class))
    }
}

impl Judgement {
    /// What an assessment says, without the reasons.
    pub fn of(rulebook: &Rulebook, assessment: &Assessment) -> Self {
        let is_left = |subject: bool| {
            let mut standings = assessment.standings.iter().enumerate();
            standings.any(|(at, standing)| rulebook.is_subject(at) == subject && standing.is_available())
        };
        Self {
            band: assessment.band,
            margin: assessment.margin,
            recommendation: assessment.recommendation,
            best_with: assessment.best_with,
            best_without: assessment.best_without,
            is_forced: is_left(true) != is_left(false),
            open: assessment.readings.iter().filter(|reading| **reading == Reading::Unknown).count(),
        }
    }

    /// The side of the band.
    pub fn leaning(&self, rulebook: &Rulebook) -> Leaning {
        rulebook.bands()[self.band].leaning
    }
}
