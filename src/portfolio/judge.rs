//! A rulebook compiled for judging: what is known of a question selects a row of bits, the rows of all questions together
//! tell which criteria hold and what they demand, and these add up.

use std::collections::BTreeSet;

use super::terms::{States, Term, Wanted, reading, terms};
use crate::assessment::Assessment;
use crate::rulebook::{
    Cell, Classes, Condition, Demand, Kind, Leaning, OptionSet, Reading, Rulebook, Truth, Value,
};

/// Figures of platforms are worked on in groups of so many lanes, as processors do.
const LANES: usize = 4;

type Lanes = [i32; LANES];

/// A rulebook has no more platforms than these have lanes, of which the price of effort takes one.
const MOST_GROUPS: usize = 64 / LANES + 1;

/// The most that code is made for beside that.
const FEW_GROUPS: usize = 6;

/// Bits are joined so many words at once, which is room for the built-in rulebook.
const WORDS: usize = 8;

type Block = [u64; WORDS];

/// The first blocks of all rows, then their second ones, and so on.
type Rows = Vec<Vec<Block>>;

/// So many marks are looked up together.
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
    /// For each state of each question, what it marks: platforms off the table, demands, alternatives that are ruled out.
    rows: Rows,
    /// The alternatives of criteria that look at several questions, a bit each, and what one marks that is left.
    alternatives: Vec<u64>,
    joint_rows: Rows,
    /// What is marked whatever is answered.
    always: Vec<Block>,
    /// Criteria that have too many alternatives, and what they mark.
    complex: Vec<(Condition, usize)>,
    complex_rows: Rows,
    /// The points of effort of each platform and behind them those of its price: at first, and what adds to them.
    first_points: Vec<Lanes>,
    points: Vec<Lanes>,
    /// The questions that add points, by their row, and marks that do.
    adding: Vec<usize>,
    adding_marks: Vec<Marks>,
    /// The demands of each aspect that has few of them, and of each that has more.
    demands: Vec<Marks>,
    many_demands: Vec<Vec<Marks>>,
    /// What platforms lack of them.
    gaps: Vec<Lanes>,
    groups: usize,
    platforms: usize,
    /// The platforms with and without the subject, a bit each.
    subjects: u64,
    others: u64,
    shortfall_price: i64,
    /// The greatest margin of each band but the last.
    ends_of_bands: Vec<i64>,
}

/// How what is known of one question selects a row.
#[derive(Debug)]
struct Asked {
    states: States,
    /// The row of its first state.
    start: usize,
    /// The row where nothing is known, and those of values, as far as they are listed.
    listed: Vec<u32>,
}

/// When a question does not apply.
#[derive(Debug, Clone)]
enum Joint {
    /// Any of these alternatives is left.
    Listed(Alternatives),
    /// It has too many of them, and is looked at as it stands: whether it is false.
    Complex(Condition),
}

/// Alternatives that stand side by side in one word.
#[derive(Debug, Clone, Copy)]
struct Alternatives {
    word: usize,
    mask: u64,
}

/// Some marks that select a row together.
#[derive(Debug, Clone, Copy)]
struct Marks {
    word: usize,
    shift: usize,
    mask: u64,
    /// Their first row.
    start: usize,
}

impl Marks {
    #[inline(always)]
    fn row(self, bits: &[u64]) -> usize {
        self.start + (bits[self.word] >> self.shift & self.mask) as usize
    }
}

/// What criteria do when they hold.
#[derive(Debug, Clone, Default)]
struct Effect {
    /// Platforms that are taken off the table, by what can be lifted as a whole and by what cannot, and those that miss a
    /// must, a bit each.
    masks: [u64; MASKS],
    /// Points of effort by platform, and those of its price.
    points: Vec<i32>,
    /// What they demand.
    demands: BTreeSet<Lack>,
    /// The mark that adds the points, where it is not the state of a question that does.
    mark: Option<usize>,
}

/// A criterion that looks at a single question, and what that has to be.
type Single = (usize, Vec<Term>);

/// The first words of a row are these masks.
const MASKS: usize = 3;

/// A demand: its aspect, and what each platform lacks of it.
type Lack = (usize, Vec<i32>);

impl Effect {
    fn join(mut self, other: &Self) -> Self {
        self.masks.iter_mut().zip(other.masks).for_each(|(mask, other)| *mask |= other);
        self.points = both(self.points, &other.points, |one, other| one + other);
        self.demands.extend(other.demands.iter().cloned());
        self
    }

    fn adds(&self) -> bool {
        self.points.iter().any(|points| *points != 0)
    }

    /// Whether it makes a mark, some of which stand for demands.
    fn marks(&self, mark: usize, lacks: &[Option<Lack>]) -> bool {
        let is_off = self.masks.get(mark / 64).is_some_and(|mask| mask >> (mark % 64) & 1 == 1);
        let lack = lacks.get(mark).and_then(Option::as_ref);
        is_off || self.mark == Some(mark) || lack.is_some_and(|lack| self.demands.contains(lack))
    }
}

/// Room to judge in. One is enough for any number of sets of answers, one after another.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// The row of each question.
    rows: Vec<u32>,
    readings: Vec<Reading>,
    bits: Vec<Block>,
}

/// A platform in the order in which the best is looked for: whether it misses a must, its burden, its effort, and its
/// number, the weightiest first, as one number that is compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u128);

impl Rank {
    const MISSES: u64 = 1 << 63;

    /// Neither a burden nor an effort is below 0, and an effort is far below what 32 bits hold.
    fn new(misses: bool, burden: i64, effort: i32, platform: usize) -> Self {
        let burden = burden as u64 | u64::from(misses) << 63;
        Self(u128::from(burden) << 64 | u128::from(u64::from(effort as u32) << 32 | platform as u64))
    }

    /// The same without regard to musts.
    fn cost(self) -> u128 {
        self.0 & !(u128::from(Self::MISSES) << 64)
    }

    fn burden(self) -> i64 {
        (self.cost() >> 64) as i64
    }

    fn platform(self) -> usize {
        self.0 as u32 as usize
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
            alternatives: Vec::new(),
            joint_rows: Vec::new(),
            always: Vec::new(),
            complex: Vec::new(),
            complex_rows: Vec::new(),
            first_points: Vec::new(),
            points: Vec::new(),
            adding: Vec::new(),
            adding_marks: Vec::new(),
            demands: Vec::new(),
            many_demands: Vec::new(),
            gaps: Vec::new(),
            groups: groups_of(platforms.len() + 1),
            platforms: platforms.len(),
            subjects: mask(platforms.len(), |platform| rulebook.is_subject(platform)),
            others: mask(platforms.len(), |platform| !rulebook.is_subject(platform)),
            shortfall_price: rulebook.shortfall_price().value,
            ends_of_bands: rulebook.bands().iter().filter_map(|band| band.to).collect(),
        };
        let effects: Vec<Effect> =
            (0..rulebook.criteria().len()).map(|criterion| effect(rulebook, criterion)).collect();
        let lacks = judge.add_demands(&effects);
        judge.add_conditions(rulebook, effects, &lacks);
        judge
    }

    /// Gives each demand a mark, and lists what platforms lack of those of an aspect, whichever of them are made. The marks
    /// with the demands that they stand for.
    fn add_demands(&mut self, effects: &[Effect]) -> Vec<Option<Lack>> {
        let lacks: BTreeSet<&Lack> = effects.iter().flat_map(|effect| &effect.demands).collect();
        let lacks: Vec<&Lack> = lacks.into_iter().collect();
        let mut marks = vec![None; MASKS * 64];
        for of_aspect in lacks.chunk_by(|one, next| one.0 == next.0) {
            let mut all = Vec::new();
            for some in of_aspect.chunks(TOGETHER) {
                let figures: Vec<&[i32]> = some.iter().map(|lack| lack.1.as_slice()).collect();
                all.push(look_up(&mut self.gaps, self.groups, marks.len(), &figures, i32::max));
                marks.extend(some.iter().map(|lack| Some((*lack).clone())));
                // None of them stand in two words.
                marks.resize(marks.len().next_multiple_of(TOGETHER), None);
            }
            match all[..] {
                [few] => self.demands.push(few),
                _ => self.many_demands.push(all),
            }
        }
        marks
    }

    /// Numbers the alternatives of all conditions, and notes what all comes to. Nothing is an alternative to other marks,
    /// which come first.
    fn add_conditions(&mut self, rulebook: &Rulebook, mut effects: Vec<Effect>, lacks: &[Option<Lack>]) {
        let all = self.classes.len();
        let mut always = Effect { points: first_points(rulebook), ..Effect::default() };
        let mut joint = Vec::new();
        let mut singles: Vec<Vec<Single>> = vec![Vec::new(); all];
        for (index, criterion) in rulebook.criteria().iter().enumerate() {
            match terms(&criterion.when, Wanted::True, &self.classes, all) {
                Some(terms) if terms.iter().any(|term| term.0.is_empty()) => {
                    always = always.join(&effects[index]);
                }
                terms => match terms.as_deref().and_then(only_question) {
                    Some(question) => singles[question].push((index, terms.unwrap_or_default())),
                    None => joint.push((index, terms)),
                },
            }
        }
        let mut listed = vec![Term::default(); lacks.len()];
        let adding: Vec<usize> =
            joint.iter().map(|(index, _)| *index).filter(|index| effects[*index].adds()).collect();
        let mut adding_marks = Vec::new();
        for some in adding.chunks(TOGETHER) {
            adding_marks.push((listed.len(), some));
            for index in some {
                effects[*index].mark = Some(listed.len());
                listed.push(Term::default());
            }
            listed.resize(listed.len().next_multiple_of(TOGETHER), Term::default());
        }
        let marking = blocks_of(listed.len());
        self.complex_rows = vec![Vec::new(); marking];
        let mut joint_marks = Vec::new();
        for (index, terms) in joint {
            match terms {
                Some(terms) => joint_marks.push((index, Alternatives::add(terms, &mut listed))),
                None => {
                    let when = rulebook.criteria()[index].when.clone();
                    self.complex.push((when, self.complex_rows[0].len()));
                    push(&mut self.complex_rows, |mark| effects[index].marks(mark, lacks));
                }
            }
        }
        for (question, asked) in rulebook.questions().iter().enumerate() {
            let terms = |condition| terms(condition, Wanted::False, &self.classes, question);
            match &asked.ask_when {
                None => self.unconditional.push(question),
                Some(condition) => {
                    let aside = match terms(condition) {
                        Some(terms) => Joint::Listed(Alternatives::add(terms, &mut listed)),
                        None => Joint::Complex(condition.clone()),
                    };
                    self.conditional.push((question, aside));
                }
            }
        }
        let blocks = blocks_of(listed.len());
        self.rows = vec![Vec::new(); blocks];
        self.add_questions(rulebook, &singles, &listed, &effects, lacks);
        for (first, some) in adding_marks {
            let figures: Vec<&[i32]> = some.iter().map(|index| effects[*index].points.as_slice()).collect();
            let marks = look_up(&mut self.points, self.groups, first, &figures, |one, other| one + other);
            self.adding_marks.push(marks);
        }
        self.first_points = lanes(self.groups, &always.points);
        self.always = row(blocks, |mark| always.marks(mark, lacks));
        self.alternatives = vec![0; blocks * WORDS];
        self.joint_rows = vec![vec![[0; WORDS]; blocks * WORDS * 64]; marking];
        for (index, Alternatives { word, mask }) in joint_marks {
            self.alternatives[word] |= mask;
            let own = row(marking, |mark| effects[index].marks(mark, lacks));
            for bit in bits_of(mask) {
                self.joint_rows.iter_mut().zip(&own).for_each(|(rows, own)| rows[word * 64 + bit] = *own);
            }
        }
    }

    /// Notes for each state of each question what it comes to.
    fn add_questions(
        &mut self,
        rulebook: &Rulebook,
        singles: &[Vec<Single>],
        alternatives: &[Term],
        effects: &[Effect],
        lacks: &[Option<Lack>],
    ) {
        for (question, asked) in rulebook.questions().iter().enumerate() {
            let states = States { classes: self.classes[question].len() };
            let start = self.rows[0].len();
            let mut adds = false;
            for state in 0..states.number() {
                let holds = |terms: &[Term]| terms.iter().any(|term| term.admits(question, state));
                let holding = singles[question].iter().filter(|(_, terms)| holds(terms));
                let effect = holding.fold(Effect::default(), |all, (index, _)| all.join(&effects[*index]));
                let rules_out =
                    |mark: usize| alternatives.get(mark).is_some_and(|term| !term.admits(question, state));
                push(&mut self.rows, |mark| effect.marks(mark, lacks) || rules_out(mark));
                self.points.extend(lanes(self.groups, &effect.points));
                adds |= effect.adds();
            }
            self.adding.extend(adds.then_some(question));
            let listed = listed_rows(&asked.kind, &self.classes[question], start);
            self.questions.push(Asked { states, start, listed });
        }
    }

    /// Room to judge in.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            rows: vec![0; self.questions.len()],
            readings: vec![Reading::Unknown; self.classes.len()],
            bits: self.always.clone(),
        }
    }

    /// The classes of each question's answers.
    pub fn classes(&self) -> &[Classes] {
        &self.classes
    }

    /// Judges what is known of each question.
    pub fn judge(&self, values: &[Option<Value>], scratch: &mut Scratch) -> Judgement {
        let open = self.find_marks(values, scratch);
        match self.groups {
            1 => self.add_up::<1>(scratch, open),
            2 => self.add_up::<2>(scratch, open),
            3 => self.add_up::<3>(scratch, open),
            4 => self.add_up::<4>(scratch, open),
            5 => self.add_up::<5>(scratch, open),
            FEW_GROUPS => self.add_up::<FEW_GROUPS>(scratch, open),
            _ => self.add_up::<MOST_GROUPS>(scratch, open),
        }
    }

    /// Finds the row of each question and all that is marked; how many questions are open.
    fn find_marks(&self, values: &[Option<Value>], scratch: &mut Scratch) -> usize {
        let known = self.questions.iter().zip(&self.classes).zip(values);
        let mut open = 0;
        for (row, ((asked, classes), value)) in scratch.rows.iter_mut().zip(known) {
            *row = asked.row(*value, classes);
            open += usize::from(value.is_none());
        }
        for ((bits, always), rows) in scratch.bits.iter_mut().zip(&self.always).zip(&self.rows) {
            let rows = self.unconditional.iter().map(|question| &rows[scratch.rows[*question] as usize]);
            *bits = rows.fold(*always, joined);
        }
        for (question, aside) in &self.conditional {
            let is_aside = match aside {
                Joint::Listed(Alternatives { word, mask }) => !scratch.bits.as_flattened()[*word] & mask != 0,
                Joint::Complex(condition) => self.truth(condition, *question, scratch) == Truth::False,
            };
            if is_aside {
                let Asked { start, states, .. } = self.questions[*question];
                open -= usize::from(values[*question].is_none());
                scratch.rows[*question] = (start + states.aside()) as u32;
            }
            join(&mut scratch.bits, &self.rows, scratch.rows[*question] as usize);
        }
        for (word, alternatives) in self.alternatives.iter().enumerate() {
            for bit in bits_of(alternatives & !scratch.bits.as_flattened()[word]) {
                join(&mut scratch.bits, &self.joint_rows, word * 64 + bit);
            }
        }
        for (condition, row) in &self.complex {
            if self.truth(condition, self.questions.len(), scratch) == Truth::True {
                join(&mut scratch.bits, &self.complex_rows, *row);
            }
        }
        open
    }

    #[cold]
    fn truth(&self, condition: &Condition, before: usize, scratch: &mut Scratch) -> Truth {
        let Scratch { readings, rows, .. } = scratch;
        for (earlier, classes) in self.classes[..before].iter().enumerate() {
            readings[earlier] = reading(classes, rows[earlier] as usize - self.questions[earlier].start);
        }
        readings[before..].fill(Reading::Unknown);
        condition.truth(readings)
    }

    /// Adds up what all that is marked comes to, for a number of groups that is known to the compiler, which then keeps
    /// their sums in registers.
    fn add_up<const GROUPS: usize>(&self, scratch: &Scratch, open: usize) -> Judgement {
        let bits = scratch.bits.as_flattened();
        let table = self.points.as_chunks::<GROUPS>().0;
        let first = self.first_points.as_chunks::<GROUPS>().0[0];
        let rows = self.adding.iter().map(|question| scratch.rows[*question] as usize);
        let points = rows.fold(first, |points, row| added(points, &table[row]));
        let points =
            self.adding_marks.iter().fold(points, |points, marks| added(points, &table[marks.row(bits)]));
        let table = self.gaps.as_chunks::<GROUPS>().0;
        let nothing = [[0; LANES]; GROUPS];
        let short = self.demands.iter().fold(nothing, |short, marks| added(short, &table[marks.row(bits)]));
        let short = self.many_demands.iter().fold(short, |short, demands| {
            let most = demands.iter().fold(nothing, |most, marks| raised(most, &table[marks.row(bits)]));
            added(short, &most)
        });
        self.conclude(bits, points.as_flattened(), short.as_flattened(), open)
    }

    fn conclude(&self, bits: &[u64], points: &[i32], short: &[i32], open: usize) -> Judgement {
        let [leaves, removes, misses] = *bits.first_chunk::<MASKS>().unwrap_or(&[0; MASKS]);
        let price = i64::from(points[self.platforms].max(1));
        let rank = |platform: usize| {
            let effort = points[platform].max(0);
            let burden = price * i64::from(effort) + self.shortfall_price * i64::from(short[platform]);
            Rank::new(misses >> platform & 1 == 1, burden, effort, platform)
        };
        let best = |side: u64| bits_of(side).map(rank).min();
        // The best of each side among those that are not off the table.
        let bests = |off: u64| (best(self.others & !off), best(self.subjects & !off));
        let (without, with) = bests(leaves | removes);
        let compared = match (without, with) {
            (Some(without), Some(with)) => Some((without, with)),
            // Where constraints empty a side, those that leave a family are lifted, and then all.
            _ => [removes, 0].into_iter().find_map(|off| {
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
    let lack = |demand: &Demand| {
        let lack = |cell: &Cell| i32::try_from(demand.lacks(cell.level)).unwrap_or(i32::MAX);
        (demand.aspect, rulebook.aspects()[demand.aspect].cells.iter().map(lack).collect())
    };
    Effect {
        masks: [leaves, removes, misses],
        points: (0..platforms.len()).map(points).chain([criterion.effort as i32]).collect(),
        demands: criterion.demands.iter().map(lack).collect(),
        mark: None,
    }
}

/// The points of effort of each platform and of its price that no criterion has changed.
fn first_points(rulebook: &Rulebook) -> Vec<i32> {
    let efforts = rulebook.platforms().iter().map(|platform| platform.effort);
    efforts.chain([rulebook.effort_price().value]).map(|points| points as i32).collect()
}

/// How many groups so many figures take; what is made for more than a few is made for all.
fn groups_of(figures: usize) -> usize {
    let groups = figures.div_ceil(LANES);
    if groups > FEW_GROUPS { MOST_GROUPS } else { groups }
}

/// How many blocks so many bits take.
fn blocks_of(bits: usize) -> usize {
    bits.div_ceil(64 * WORDS)
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

/// Adds a row.
fn push(rows: &mut Rows, is_set: impl Fn(usize) -> bool) {
    let row = row(rows.len(), is_set);
    rows.iter_mut().zip(row).for_each(|(rows, block)| rows.push(block));
}

/// Joins the blocks of a row to bits, as far as it has any.
#[inline(always)]
fn join(bits: &mut [Block], rows: &[Vec<Block>], row: usize) {
    bits.iter_mut().zip(rows).for_each(|(bits, rows)| *bits = joined(*bits, &rows[row]));
}

#[inline(always)]
fn joined(bits: Block, row: &Block) -> Block {
    std::array::from_fn(|word| bits[word] | row[word])
}

/// The sums of figures side by side; the bounds of a rulebook keep them far from overflow.
#[inline(always)]
fn added<const GROUPS: usize>(mut sums: [Lanes; GROUPS], figures: &[Lanes; GROUPS]) -> [Lanes; GROUPS] {
    for group in 0..GROUPS {
        for lane in 0..LANES {
            sums[group][lane] = sums[group][lane].wrapping_add(figures[group][lane]);
        }
    }
    sums
}

#[inline(always)]
fn raised<const GROUPS: usize>(mut most: [Lanes; GROUPS], figures: &[Lanes; GROUPS]) -> [Lanes; GROUPS] {
    for group in 0..GROUPS {
        for lane in 0..LANES {
            most[group][lane] = most[group][lane].max(figures[group][lane]);
        }
    }
    most
}

/// Figures joined one by one with others that stand for the same.
fn both(mut figures: Vec<i32>, others: &[i32], join: impl Fn(i32, i32) -> i32) -> Vec<i32> {
    figures.resize(figures.len().max(others.len()), 0);
    figures.iter_mut().zip(others).for_each(|(figure, other)| *figure = join(*figure, *other));
    figures
}

/// A figure for each platform, in groups that are filled up with nothing.
fn lanes(groups: usize, figures: &[i32]) -> Vec<Lanes> {
    let lane = |at: usize| figures.get(at).copied().unwrap_or_default();
    (0..groups).map(|group| std::array::from_fn(|column| lane(group * LANES + column))).collect()
}

/// Adds rows to a table: what the figures of some marks come to, whichever of the marks are made. The first of these marks
/// has the number `first`.
fn look_up(
    table: &mut Vec<Lanes>,
    groups: usize,
    first: usize,
    figures: &[&[i32]],
    join: fn(i32, i32) -> i32,
) -> Marks {
    let mask = (1 << figures.len()) - 1;
    let marks = Marks { word: first / 64, shift: first % 64, mask, start: table.len() / groups };
    for made in 0..=mask {
        let made = bits_of(made).map(|at| figures[at]);
        table.extend(lanes(groups, &made.fold(Vec::new(), |all, figures| both(all, figures, join))));
    }
    marks
}

/// The question that all alternatives look at, where it is a single one.
fn only_question(terms: &[Term]) -> Option<usize> {
    let mut questions = terms.iter().flat_map(|term| &term.0).map(|(question, _)| *question);
    // A condition that never holds is put with any.
    let Some(first) = questions.next() else { return Some(0) };
    questions.all(|question| question == first).then_some(first)
}

/// The row where nothing is known, and that of each value from the first, as far as they are listed.
fn listed_rows(kind: &Kind, classes: &Classes, start: usize) -> Vec<u32> {
    let class = |value: Value| classes.class_of(value);
    let unknown = States { classes: classes.len() }.unknown();
    let known: Vec<usize> = match kind {
        Kind::Flag(_) => vec![class(Value::Flag(false)), class(Value::Flag(true))],
        Kind::Choice(options) => (0..options.len()).map(|option| class(Value::Choice(option))).collect(),
        Kind::Count(count) => {
            (0..=count.max.min(MOST_LISTED)).map(|number| class(Value::Count(number))).collect()
        }
        Kind::Choices(options) if MOST_LISTED >> options.len() > 0 => {
            (0..1 << options.len()).map(|set| class(Value::Choices(OptionSet(set)))).collect()
        }
        Kind::Choices(_) => Vec::new(),
    };
    [unknown].into_iter().chain(known).map(|state| (start + state) as u32).collect()
}

impl Asked {
    /// What is unknown is a place of the list as well: to look it up costs less than to guess.
    #[inline(always)]
    fn row(&self, value: Option<Value>, classes: &Classes) -> u32 {
        let place = value.map_or(0, |value| {
            let place = match value {
                Value::Flag(flag) => u64::from(flag),
                Value::Choice(option) => option as u64,
                Value::Count(number) => number,
                Value::Choices(set) => set.0,
            };
            place.saturating_add(1)
        });
        let listed = usize::try_from(place).ok().and_then(|place| self.listed.get(place));
        let found = || value.map_or(0, |value| (self.start + classes.class_of(value)) as u32);
        listed.copied().unwrap_or_else(found)
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
