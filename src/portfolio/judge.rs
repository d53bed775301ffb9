//! A rulebook compiled for judging: what is known of a question selects a row of bits, the rows of all questions together
//! tell which criteria hold, and these add up.

use super::terms::{States, Wanted, reading, terms};
use crate::assessment::Assessment;
use crate::rulebook::{Classes, Condition, Leaning, OptionSet, Reading, Rulebook, Truth, Value};

/// Bits are worked on in groups of so many words, platforms in groups of so many lanes.
const WORDS: usize = 4;
const LANES: usize = 8;

type Chunk = [u64; WORDS];
type Lanes = [i16; LANES];

/// Sets of more options than this have too many subsets to list.
const MOST_LISTED: usize = 12;

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
#[derive(Debug)]
pub struct Judge {
    classes: Vec<Classes>,
    questions: Vec<Asked>,
    /// For each state of each question, the alternatives that it leaves possible.
    rows: Vec<Chunk>,
    /// Chunks of a row.
    chunks: usize,
    /// The criterion of each alternative; those of one criterion follow one another.
    criterion_of: Vec<u32>,
    /// Where the alternatives of criteria end; those by which questions do not apply come after.
    ends: usize,
    /// Criteria whose conditions have too many alternatives.
    complex: Vec<(usize, Condition)>,
    effects: Vec<Effect>,
    /// For each demand, what each platform lacks of it.
    gaps: Vec<Lanes>,
    aspects: usize,
    groups: usize,
    platforms: Vec<Platform>,
    base_price: i64,
    shortfall_price: i64,
    /// The greatest margin of each band but the last.
    ends_of_bands: Vec<i64>,
}

/// How what is known of one question becomes a state.
#[derive(Debug)]
struct Asked {
    states: States,
    /// Where the rows of its states start.
    start: usize,
    /// The alternatives by which it does not apply.
    aside: Option<Aside>,
    known: Known,
}

#[derive(Debug)]
enum Aside {
    /// Any of these bits.
    Bits(Vec<u64>),
    Complex(Condition),
}

/// From a value to its class.
#[derive(Debug)]
enum Known {
    Flag([u16; 2]),
    Options(Vec<u16>),
    /// The least number of each class.
    Starts(Vec<u64>),
    Sets(Vec<u16>),
    /// Sets of many options are looked up.
    ManySets,
}

/// What a criterion does when it holds.
#[derive(Debug, Default)]
struct Effect {
    price: i64,
    /// Points of effort by platform.
    familiarity: Vec<(usize, i64)>,
    /// The aspect of each demand, and where its lanes start.
    demands: Vec<(usize, usize)>,
    /// Platforms taken off the table, a bit each, by what can be lifted as a whole and by what cannot.
    leaves: u64,
    removes: u64,
    /// Platforms that miss a must.
    misses: u64,
}

#[derive(Debug)]
struct Platform {
    effort: i64,
    is_subject: bool,
}

/// Room to judge in. One is enough for any number of sets of answers, one after another.
#[derive(Debug, Clone)]
pub struct Scratch {
    states: Vec<u16>,
    readings: Vec<Reading>,
    bits: Vec<Chunk>,
    short: Vec<Lanes>,
    sums: Vec<[i32; LANES]>,
    familiarity: Vec<i64>,
    touched: Vec<u16>,
    is_touched: Vec<bool>,
}

/// What has been added up.
#[derive(Clone, Copy)]
struct Sum {
    price: i64,
    leaves: u64,
    removes: u64,
    misses: u64,
}

/// A platform in the order in which the best is looked for.
type Rank = (bool, i64, i64, usize);

impl Judge {
    /// Compiles a rulebook.
    pub fn new(rulebook: &Rulebook) -> Self {
        let classes = Classes::of_rulebook(rulebook);
        let platforms = rulebook.platforms();
        let mut judge = Self {
            questions: Vec::new(),
            rows: Vec::new(),
            chunks: 0,
            criterion_of: Vec::new(),
            ends: 0,
            complex: Vec::new(),
            effects: Vec::new(),
            gaps: Vec::new(),
            aspects: rulebook.aspects().len(),
            groups: platforms.len().div_ceil(LANES),
            platforms: (0..platforms.len())
                .map(|platform| Platform {
                    effort: platforms[platform].effort,
                    is_subject: rulebook.is_subject(platform),
                })
                .collect(),
            base_price: rulebook.effort_price().value,
            shortfall_price: rulebook.shortfall_price().value,
            ends_of_bands: rulebook.bands().iter().filter_map(|band| band.to).collect(),
            classes,
        };
        for criterion in 0..rulebook.criteria().len() {
            judge.add_effect(rulebook, criterion);
        }
        judge.add_conditions(rulebook);
        judge
    }

    fn add_effect(&mut self, rulebook: &Rulebook, index: usize) {
        let criterion = &rulebook.criteria()[index];
        let platforms = rulebook.platforms();
        let mask = |such: &dyn Fn(usize) -> bool| {
            (0..platforms.len()).filter(|platform| such(*platform)).fold(0, |mask, at| mask | 1_u64 << at)
        };
        let off = mask(&|platform| {
            let other = criterion.leaves.is_some_and(|left| left != platforms[platform].family);
            other || criterion.removes.contains(&platform)
        });
        // A constraint that leaves a family is lifted as a whole.
        let (leaves, removes) = if criterion.leaves.is_some() { (off, 0) } else { (0, off) };
        let familiarity = (0..platforms.len())
            .map(|platform| (platform, rulebook.familiarity(index, platform)))
            .filter(|(_, points)| *points != 0);
        let mut effect = Effect {
            price: criterion.effort,
            familiarity: familiarity.collect(),
            demands: Vec::new(),
            leaves,
            removes,
            misses: mask(&|platform| !rulebook.meets_musts(index, platform)),
        };
        for demand in &criterion.demands {
            let lacks = |platform: usize| {
                let Some(cell) = rulebook.aspects()[demand.aspect].cells.get(platform) else { return 0 };
                demand.weight * i64::from(demand.level.saturating_sub(cell.level))
            };
            let lane = |platform: usize| i16::try_from(lacks(platform)).unwrap_or(i16::MAX);
            let start = self.gaps.len();
            self.gaps.extend((0..self.groups).map(|group| {
                std::array::from_fn(|column| match group * LANES + column {
                    platform if platform < platforms.len() => lane(platform),
                    _ => 0,
                })
            }));
            effect.demands.push((demand.aspect, start));
        }
        self.effects.push(effect);
    }

    /// Lists the alternatives of all conditions, and notes for each state of each question which of them it leaves.
    fn add_conditions(&mut self, rulebook: &Rulebook) {
        let all = self.classes.len();
        let mut listed = Vec::new();
        for (index, criterion) in rulebook.criteria().iter().enumerate() {
            match terms(&criterion.when, Wanted::True, &self.classes, all) {
                Some(terms) => {
                    self.criterion_of.extend(terms.iter().map(|_| index as u32));
                    listed.extend(terms);
                }
                None => self.complex.push((index, criterion.when.clone())),
            }
        }
        self.ends = listed.len();
        let asides: Vec<Option<Result<std::ops::Range<usize>, &Condition>>> = rulebook
            .questions()
            .iter()
            .enumerate()
            .map(|(question, asked)| {
                let condition = asked.ask_when.as_ref()?;
                Some(match terms(condition, Wanted::False, &self.classes, question) {
                    Some(terms) => {
                        let start = listed.len();
                        listed.extend(terms);
                        Ok(start..listed.len())
                    }
                    None => Err(condition),
                })
            })
            .collect();
        self.chunks = listed.len().div_ceil(64 * WORDS).max(1);
        for (question, aside) in asides.into_iter().enumerate() {
            let states = States { classes: self.classes[question].len() };
            let start = self.rows.len();
            for state in 0..states.number() {
                let mut row = vec![0_u64; self.chunks * WORDS];
                for (bit, term) in listed.iter().enumerate() {
                    let own = term.0.iter().find(|(asked, _)| *asked == question);
                    if own.is_none_or(|(_, admitted)| admitted.contains(state)) {
                        row[bit / 64] |= 1 << (bit % 64);
                    }
                }
                self.rows.extend(row.chunks_exact(WORDS).map(|words| std::array::from_fn(|at| words[at])));
            }
            let aside = aside.map(|aside| match aside {
                Ok(bits) => {
                    let mut mask = vec![0_u64; self.chunks * WORDS];
                    bits.for_each(|bit| mask[bit / 64] |= 1 << (bit % 64));
                    Aside::Bits(mask)
                }
                Err(condition) => Aside::Complex(condition.clone()),
            });
            let known = Known::of(&self.classes[question], rulebook.questions()[question].options().len());
            self.questions.push(Asked { states, start, aside, known });
        }
    }

    /// Room to judge in.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            states: vec![0; self.classes.len()],
            readings: vec![Reading::Unknown; self.classes.len()],
            bits: vec![[0; WORDS]; self.chunks],
            short: vec![[0; LANES]; self.aspects * self.groups],
            sums: vec![[0; LANES]; self.groups],
            familiarity: vec![0; self.platforms.len()],
            touched: Vec::with_capacity(self.aspects),
            is_touched: vec![false; self.aspects],
        }
    }

    /// The classes of each question's answers.
    pub fn classes(&self) -> &[Classes] {
        &self.classes
    }

    /// Judges what is known of each question.
    pub fn judge(&self, values: &[Option<Value>], scratch: &mut Scratch) -> Judgement {
        for ((asked, value), (state, classes)) in
            self.questions.iter().zip(values).zip(scratch.states.iter_mut().zip(&self.classes))
        {
            *state = match value {
                None => asked.states.unknown() as u16,
                Some(value) => asked.known.class(*value, classes),
            };
        }
        self.judge_states(scratch)
    }

    /// Whether a question has no answer in what was judged last, and may apply.
    pub fn was_open(&self, scratch: &Scratch, question: usize) -> bool {
        usize::from(scratch.states[question]) == self.questions[question].states.unknown()
    }

    /// Whether other answers made a question irrelevant in what was judged last.
    pub fn was_aside(&self, scratch: &Scratch, question: usize) -> bool {
        usize::from(scratch.states[question]) == self.questions[question].states.aside()
    }

    fn judge_states(&self, scratch: &mut Scratch) -> Judgement {
        let open = self.narrow(scratch);
        let sum = self.add_up(scratch);
        self.conclude(scratch, sum, open)
    }

    /// Which alternatives are left by the states of all questions, those set aside that do not apply; returns how many
    /// questions are open.
    fn narrow(&self, scratch: &mut Scratch) -> usize {
        let Scratch { states, bits, readings, .. } = scratch;
        let mut open = 0;
        bits.fill([u64::MAX; WORDS]);
        for (question, asked) in self.questions.iter().enumerate() {
            let is_aside = match &asked.aside {
                None => false,
                Some(Aside::Bits(mask)) => {
                    mask.iter().zip(bits.as_flattened()).any(|(mask, bits)| mask & bits != 0)
                }
                Some(Aside::Complex(condition)) => {
                    (0..question).for_each(|earlier| {
                        readings[earlier] = reading(&self.classes[earlier], usize::from(states[earlier]));
                    });
                    readings[question..].fill(Reading::Unknown);
                    condition.truth(readings) == Truth::False
                }
            };
            if is_aside {
                states[question] = asked.states.aside() as u16;
            }
            let state = usize::from(states[question]);
            open += usize::from(state == asked.states.unknown());
            let at = asked.start + state * self.chunks;
            for (bits, row) in bits.iter_mut().zip(&self.rows[at..at + self.chunks]) {
                for word in 0..WORDS {
                    bits[word] &= row[word];
                }
            }
        }
        open
    }

    fn add_up(&self, scratch: &mut Scratch) -> Sum {
        let mut sum = Sum { price: self.base_price, leaves: 0, removes: 0, misses: 0 };
        scratch.familiarity.fill(0);
        scratch.touched.clear();
        let mut last = u32::MAX;
        for at in 0..self.ends.div_ceil(64) {
            let mut word = scratch.bits[at / WORDS][at % WORDS];
            if self.ends - at * 64 < 64 {
                word &= (1 << (self.ends - at * 64)) - 1;
            }
            while word != 0 {
                let criterion = self.criterion_of[at * 64 + word.trailing_zeros() as usize];
                word &= word - 1;
                if criterion != last {
                    self.add(criterion as usize, scratch, &mut sum);
                    last = criterion;
                }
            }
        }
        if !self.complex.is_empty() {
            for (question, classes) in self.classes.iter().enumerate() {
                scratch.readings[question] = reading(classes, usize::from(scratch.states[question]));
            }
            for (criterion, condition) in &self.complex {
                if condition.truth(&scratch.readings) == Truth::True {
                    self.add(*criterion, scratch, &mut sum);
                }
            }
        }
        sum
    }

    fn add(&self, criterion: usize, scratch: &mut Scratch, sum: &mut Sum) {
        let effect = &self.effects[criterion];
        sum.price += effect.price;
        sum.leaves |= effect.leaves;
        sum.removes |= effect.removes;
        sum.misses |= effect.misses;
        for (platform, points) in &effect.familiarity {
            scratch.familiarity[*platform] += points;
        }
        for (aspect, gaps) in &effect.demands {
            let short = &mut scratch.short[aspect * self.groups..(aspect + 1) * self.groups];
            let gaps = &self.gaps[*gaps..gaps + self.groups];
            if std::mem::replace(&mut scratch.is_touched[*aspect], true) {
                for (short, gaps) in short.iter_mut().zip(gaps) {
                    for lane in 0..LANES {
                        short[lane] = short[lane].max(gaps[lane]);
                    }
                }
            } else {
                scratch.touched.push(*aspect as u16);
                short.copy_from_slice(gaps);
            }
        }
    }

    fn conclude(&self, scratch: &mut Scratch, sum: Sum, open: usize) -> Judgement {
        scratch.sums.fill([0; LANES]);
        for aspect in scratch.touched.iter().map(|aspect| usize::from(*aspect)) {
            scratch.is_touched[aspect] = false;
            let short = &scratch.short[aspect * self.groups..(aspect + 1) * self.groups];
            for (sums, short) in scratch.sums.iter_mut().zip(short) {
                for lane in 0..LANES {
                    sums[lane] += i32::from(short[lane]);
                }
            }
        }
        let price = sum.price.max(1);
        let sums = scratch.sums.as_flattened();
        let rank = |platform: usize| -> Rank {
            let effort = (self.platforms[platform].effort + scratch.familiarity[platform]).max(0);
            let burden = price * effort + self.shortfall_price * i64::from(sums[platform]);
            (sum.misses >> platform & 1 == 1, burden, effort, platform)
        };
        let best = |off: u64| {
            let mut best: [Option<Rank>; 2] = [None; 2];
            for (at, platform) in self.platforms.iter().enumerate() {
                if off >> at & 1 == 0 {
                    let (rank, best) = (rank(at), &mut best[usize::from(platform.is_subject)]);
                    if best.is_none_or(|known| rank < known) {
                        *best = Some(rank);
                    }
                }
            }
            best
        };
        let [without, with] = best(sum.leaves | sum.removes);
        let compared = match (without, with) {
            (Some(without), Some(with)) => Some((without, with)),
            // Where constraints empty a side, those that leave a family are lifted, and then all.
            _ => [sum.removes, 0].into_iter().find_map(|off| {
                let [without, with] = best(off);
                Some((without?, with?))
            }),
        };
        // A side without any platform has no margin.
        let (compared_without, compared_with) = compared.unwrap_or_else(|| (rank(0), rank(0)));
        let margin = compared_without.1 - compared_with.1;
        let (band, is_forced) = match (without, with) {
            (None, Some(_)) => (self.ends_of_bands.len(), true),
            (Some(_), None) => (0, true),
            _ => (self.ends_of_bands.iter().take_while(|to| margin > **to).count(), false),
        };
        let cost = |(_, burden, effort, platform): &Rank| (*burden, *effort, *platform);
        let taken = [with, without].into_iter().flatten().min_by_key(cost).unwrap_or(compared_with);
        Judgement {
            band,
            margin,
            recommendation: taken.3,
            best_with: compared_with.3,
            best_without: compared_without.3,
            is_forced,
            open,
        }
    }
}

impl Known {
    fn of(classes: &Classes, options: usize) -> Self {
        let class = |value: Value| classes.class_of(value) as u16;
        match classes.sample(0) {
            Value::Flag(_) => Self::Flag([class(Value::Flag(false)), class(Value::Flag(true))]),
            Value::Choice(_) => {
                Self::Options((0..options).map(|option| class(Value::Choice(option))).collect())
            }
            Value::Count(_) => {
                let start = |at: usize| match classes.sample(at) {
                    Value::Count(start) => start,
                    _ => 0,
                };
                Self::Starts((0..classes.len()).map(start).collect())
            }
            Value::Choices(_) if options <= MOST_LISTED => {
                Self::Sets((0..1_u64 << options).map(|set| class(Value::Choices(OptionSet(set)))).collect())
            }
            Value::Choices(_) => Self::ManySets,
        }
    }

    fn class(&self, value: Value, classes: &Classes) -> u16 {
        match (self, value) {
            (Self::Flag(of), Value::Flag(flag)) => of[usize::from(flag)],
            (Self::Options(of), Value::Choice(option)) => of.get(option).copied().unwrap_or_default(),
            (Self::Starts(starts), Value::Count(number)) => {
                starts.partition_point(|start| *start <= number).saturating_sub(1) as u16
            }
            (Self::Sets(of), Value::Choices(set)) => of.get(set.0 as usize).copied().unwrap_or_default(),
            (_, value) => classes.class_of(value) as u16,
        }
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
