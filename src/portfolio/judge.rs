//! A rulebook compiled for judging: what is known of a question selects a row of bits, the rows of all questions together
//! tell which criteria hold, and these add up.

use super::terms::{States, Term, Wanted, reading, terms};
use crate::assessment::Assessment;
use crate::rulebook::{Classes, Condition, Leaning, OptionSet, Reading, Rulebook, Truth, Value};

/// Platforms are worked on in groups of so many lanes.
const LANES: usize = 8;

type Lanes<T> = [T; LANES];

/// As many groups as the most platforms of a rulebook fill.
const MOST_GROUPS: usize = 8;

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
    /// For each state of each question, the alternatives that it leaves possible, a bit each.
    rows: Vec<u64>,
    /// Words of a row.
    words: usize,
    /// The criterion of each alternative; those of one criterion follow one another.
    criterion_of: Vec<u32>,
    /// Where the alternatives of criteria end; those by which questions do not apply come after.
    ends: usize,
    /// Criteria whose conditions have too many alternatives.
    complex: Vec<(usize, Condition)>,
    /// What holds whatever is answered.
    always: Effect,
    /// For each state of each question, what the criteria come to that look at nothing else.
    by_state: Vec<Effect>,
    /// What each of the other criteria does.
    effects: Vec<Effect>,
    /// What platforms lack of demands.
    gaps: Vec<Lanes<i16>>,
    /// Points of effort by platform.
    familiarity: Vec<Lanes<i32>>,
    aspects: usize,
    groups: usize,
    efforts: Vec<i64>,
    is_subject: Vec<bool>,
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
    /// The alternatives by which it does not apply.
    aside: Option<Aside>,
    known: Known,
}

#[derive(Debug)]
enum Aside {
    /// Any of these bits of these words.
    Bits(Vec<(usize, u64)>),
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

/// What a criterion does when it holds, or several together.
#[derive(Debug, Clone, Default)]
struct Effect {
    price: i64,
    /// Where its points of effort start, if it has any.
    familiarity: Option<u32>,
    /// The aspect of each demand, and where what platforms lack of it starts.
    demands: Vec<(u32, u32)>,
    /// Whether it has points of effort or demands.
    is_rich: bool,
    /// Platforms taken off the table, a bit each, by what can be lifted as a whole and by what cannot.
    leaves: u64,
    removes: u64,
    /// Platforms that miss a must.
    misses: u64,
}

/// Room to judge in. One is enough for any number of sets of answers, one after another.
#[derive(Debug, Clone)]
pub struct Scratch {
    states: Vec<u16>,
    readings: Vec<Reading>,
    bits: Vec<u64>,
    short: Vec<Lanes<i16>>,
    familiarity: Vec<Lanes<i32>>,
    touched: Vec<u32>,
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
        let classes = Classes::of_rulebook(rulebook);
        let platforms = rulebook.platforms();
        let mut judge = Self {
            questions: Vec::new(),
            rows: Vec::new(),
            words: 0,
            criterion_of: Vec::new(),
            ends: 0,
            complex: Vec::new(),
            always: Effect::default(),
            by_state: Vec::new(),
            effects: Vec::new(),
            gaps: Vec::new(),
            familiarity: Vec::new(),
            aspects: rulebook.aspects().len(),
            groups: match platforms.len().div_ceil(LANES) {
                few @ ..=4 => few.max(1),
                _ => MOST_GROUPS,
            },
            efforts: platforms.iter().map(|platform| platform.effort).collect(),
            is_subject: (0..platforms.len()).map(|platform| rulebook.is_subject(platform)).collect(),
            base_price: rulebook.effort_price().value,
            shortfall_price: rulebook.shortfall_price().value,
            ends_of_bands: rulebook.bands().iter().filter_map(|band| band.to).collect(),
            classes,
        };
        judge.effects =
            (0..rulebook.criteria().len()).map(|criterion| judge.effect(rulebook, criterion)).collect();
        judge.add_conditions(rulebook);
        judge
    }

    fn effect(&mut self, rulebook: &Rulebook, index: usize) -> Effect {
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
        let mut familiarity = None;
        if !criterion.familiarity.is_empty() {
            let points = |platform: usize| rulebook.familiarity(index, platform) as i32;
            familiarity = Some(self.familiarity.len() as u32);
            self.familiarity.extend(lanes(self.groups, platforms.len(), points));
        }
        let mut demands = Vec::new();
        for demand in &criterion.demands {
            let cells = &rulebook.aspects()[demand.aspect].cells;
            let lacks = |platform: usize| {
                let missing = i64::from(demand.level.saturating_sub(cells[platform].level));
                i16::try_from(demand.weight * missing).unwrap_or(i16::MAX)
            };
            demands.push((demand.aspect as u32, self.gaps.len() as u32));
            self.gaps.extend(lanes(self.groups, platforms.len(), lacks));
        }
        let misses = mask(&|platform| !rulebook.meets_musts(index, platform));
        let is_rich = familiarity.is_some() || !demands.is_empty();
        Effect { price: criterion.effort, familiarity, demands, is_rich, leaves, removes, misses }
    }

    /// What several criteria do together.
    fn together(&mut self, criteria: &[usize]) -> Effect {
        let mut all = Effect::default();
        for criterion in criteria {
            let one = self.effects[*criterion].clone();
            all.price += one.price;
            all.leaves |= one.leaves;
            all.removes |= one.removes;
            all.misses |= one.misses;
            all.is_rich |= one.is_rich;
            if let Some(start) = one.familiarity {
                let own = self.familiarity[start as usize..][..self.groups].to_vec();
                match all.familiarity {
                    Some(sum) => {
                        let sums = self.familiarity[sum as usize..].iter_mut().flatten();
                        sums.zip(own.as_flattened()).for_each(|(sum, points)| *sum += points);
                    }
                    None => {
                        all.familiarity = Some(self.familiarity.len() as u32);
                        self.familiarity.extend(own);
                    }
                }
            }
            for (aspect, start) in one.demands {
                let own = self.gaps[start as usize..][..self.groups].to_vec();
                match all.demands.iter().find(|(known, _)| *known == aspect) {
                    Some((_, most)) => {
                        let most = self.gaps[*most as usize..].iter_mut().flatten();
                        most.zip(own.as_flattened()).for_each(|(most, gap)| *most = (*most).max(*gap));
                    }
                    None => {
                        all.demands.push((aspect, self.gaps.len() as u32));
                        self.gaps.extend(own);
                    }
                }
            }
        }
        all
    }

    /// Lists the alternatives of all conditions, and notes for each state of each question which of them it leaves.
    fn add_conditions(&mut self, rulebook: &Rulebook) {
        let all = self.classes.len();
        let mut listed = Vec::new();
        let mut always = Vec::new();
        let mut singles: Vec<Vec<(usize, Vec<Term>)>> = vec![Vec::new(); all];
        for (index, criterion) in rulebook.criteria().iter().enumerate() {
            let Some(terms) = terms(&criterion.when, Wanted::True, &self.classes, all) else {
                self.complex.push((index, criterion.when.clone()));
                continue;
            };
            if terms.iter().any(|term| term.0.is_empty()) {
                always.push(index);
            } else if let Some(question) = only_question(&terms) {
                singles[question].push((index, terms));
            } else {
                self.criterion_of.extend(terms.iter().map(|_| index as u32));
                listed.extend(terms);
            }
        }
        self.always = self.together(&always);
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
        self.words = listed.len().div_ceil(64).max(1);
        for (question, aside) in asides.into_iter().enumerate() {
            let states = States { classes: self.classes[question].len() };
            let start = self.by_state.len();
            for state in 0..states.number() {
                let mut row = vec![0_u64; self.words];
                for (bit, term) in listed.iter().enumerate() {
                    if term.admits(question, state) {
                        row[bit / 64] |= 1 << (bit % 64);
                    }
                }
                self.rows.extend(row);
                let holds =
                    |(_, terms): &&(usize, Vec<Term>)| terms.iter().any(|term| term.admits(question, state));
                let holding: Vec<usize> =
                    singles[question].iter().filter(holds).map(|(index, _)| *index).collect();
                let effect = self.together(&holding);
                self.by_state.push(effect);
            }
            let aside = aside.map(|aside| match aside {
                Ok(bits) => {
                    let mut mask = vec![0_u64; self.words];
                    bits.for_each(|bit| mask[bit / 64] |= 1 << (bit % 64));
                    Aside::Bits(mask.into_iter().enumerate().filter(|(_, mask)| *mask != 0).collect())
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
            bits: vec![0; self.words],
            short: vec![[0; LANES]; self.aspects * self.groups],
            familiarity: vec![[0; LANES]; self.groups],
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
        // The number of groups is known to the compiler, so that platforms are worked on side by side.
        match self.groups {
            1 => self.judge_in::<1>(values, scratch),
            2 => self.judge_in::<2>(values, scratch),
            3 => self.judge_in::<3>(values, scratch),
            4 => self.judge_in::<4>(values, scratch),
            _ => self.judge_in::<MOST_GROUPS>(values, scratch),
        }
    }

    fn judge_in<const G: usize>(&self, values: &[Option<Value>], scratch: &mut Scratch) -> Judgement {
        let mut sum = Sum { price: self.base_price, leaves: 0, removes: 0, misses: 0 };
        scratch.familiarity.fill([0; LANES]);
        scratch.touched.clear();
        scratch.bits.fill(u64::MAX);
        let mut open = 0;
        self.add::<G>(&self.always, scratch, &mut sum);
        for (question, (asked, value)) in self.questions.iter().zip(values).enumerate() {
            let state = match value {
                _ if self.is_aside(question, asked, scratch) => asked.states.aside(),
                None => asked.states.unknown(),
                Some(value) => usize::from(asked.known.class(*value, &self.classes[question])),
            };
            scratch.states[question] = state as u16;
            open += usize::from(state == asked.states.unknown());
            let at = asked.start + state;
            let row = &self.rows[at * self.words..(at + 1) * self.words];
            scratch.bits.iter_mut().zip(row).for_each(|(bits, row)| *bits &= row);
            self.add::<G>(&self.by_state[at], scratch, &mut sum);
        }
        self.add_joint::<G>(scratch, &mut sum);
        self.conclude::<G>(scratch, sum, open)
    }

    /// Whether the answers so far make a question irrelevant.
    fn is_aside(&self, question: usize, asked: &Asked, scratch: &mut Scratch) -> bool {
        match &asked.aside {
            None => false,
            Some(Aside::Bits(masks)) => masks.iter().any(|(word, mask)| scratch.bits[*word] & mask != 0),
            Some(Aside::Complex(condition)) => {
                let Scratch { readings, states, .. } = scratch;
                for earlier in 0..question {
                    readings[earlier] = reading(&self.classes[earlier], usize::from(states[earlier]));
                }
                readings[question..].fill(Reading::Unknown);
                condition.truth(readings) == Truth::False
            }
        }
    }

    /// Adds the criteria that look at several questions.
    fn add_joint<const G: usize>(&self, scratch: &mut Scratch, sum: &mut Sum) {
        let mut last = u32::MAX;
        for at in 0..self.ends.div_ceil(64) {
            let mut word = scratch.bits[at];
            if self.ends - at * 64 < 64 {
                word &= (1 << (self.ends - at * 64)) - 1;
            }
            while word != 0 {
                let criterion = self.criterion_of[at * 64 + word.trailing_zeros() as usize];
                word &= word - 1;
                if criterion != last {
                    self.add::<G>(&self.effects[criterion as usize], scratch, sum);
                    last = criterion;
                }
            }
        }
        if self.complex.is_empty() {
            return;
        }
        for (question, classes) in self.classes.iter().enumerate() {
            scratch.readings[question] = reading(classes, usize::from(scratch.states[question]));
        }
        for (criterion, condition) in &self.complex {
            if condition.truth(&scratch.readings) == Truth::True {
                self.add::<G>(&self.effects[*criterion], scratch, sum);
            }
        }
    }

    #[inline]
    fn add<const G: usize>(&self, effect: &Effect, scratch: &mut Scratch, sum: &mut Sum) {
        sum.price += effect.price;
        sum.leaves |= effect.leaves;
        sum.removes |= effect.removes;
        sum.misses |= effect.misses;
        if effect.is_rich {
            self.add_rows::<G>(effect, scratch);
        }
    }

    fn add_rows<const G: usize>(&self, effect: &Effect, scratch: &mut Scratch) {
        if let Some(start) = effect.familiarity {
            let points = self.familiarity[start as usize..].first_chunk::<G>();
            let sums = scratch.familiarity.first_chunk_mut::<G>();
            for (sums, points) in sums.into_iter().flatten().zip(points.into_iter().flatten()) {
                // The bounds of a rulebook keep these far from overflow; without a check they go side by side.
                for lane in 0..LANES {
                    sums[lane] = sums[lane].wrapping_add(points[lane]);
                }
            }
        }
        for (aspect, start) in &effect.demands {
            let aspect_at = *aspect as usize;
            let short = scratch.short[aspect_at * G..].first_chunk_mut::<G>();
            let gaps = self.gaps[*start as usize..].first_chunk::<G>();
            let Some((short, gaps)) = short.zip(gaps) else { continue };
            if std::mem::replace(&mut scratch.is_touched[aspect_at], true) {
                for group in 0..G {
                    for lane in 0..LANES {
                        short[group][lane] = short[group][lane].max(gaps[group][lane]);
                    }
                }
            } else {
                scratch.touched.push(*aspect);
                *short = *gaps;
            }
        }
    }

    fn conclude<const G: usize>(&self, scratch: &mut Scratch, sum: Sum, open: usize) -> Judgement {
        let Scratch { short, touched, is_touched, familiarity, .. } = scratch;
        let mut sums = [[0_i32; LANES]; G];
        for aspect in touched.iter().map(|aspect| *aspect as usize) {
            is_touched[aspect] = false;
            let Some(short) = short[aspect * G..].first_chunk::<G>() else { continue };
            for group in 0..G {
                for lane in 0..LANES {
                    sums[group][lane] = sums[group][lane].wrapping_add(i32::from(short[group][lane]));
                }
            }
        }
        let price = sum.price.max(1);
        let (sums, familiarity) = (sums.as_flattened(), familiarity.as_flattened());
        let rank = |platform: usize| {
            let effort = (self.efforts[platform] + i64::from(familiarity[platform])).max(0);
            let burden = price * effort + self.shortfall_price * i64::from(sums[platform]);
            Rank::new(sum.misses >> platform & 1 == 1, burden, effort, platform)
        };
        const NONE: Rank = Rank(u128::MAX);
        let best = |off: u64| {
            let mut best = [NONE; 2];
            for (at, is_subject) in self.is_subject.iter().enumerate() {
                if off >> at & 1 == 0 {
                    let best = &mut best[usize::from(*is_subject)];
                    *best = rank(at).min(*best);
                }
            }
            best.map(|best| Some(best).filter(|best| *best != NONE))
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
        let margin = compared_without.burden() - compared_with.burden();
        let (band, is_forced) = match (without, with) {
            (None, Some(_)) => (self.ends_of_bands.len(), true),
            (Some(_), None) => (0, true),
            _ => (self.ends_of_bands.iter().take_while(|to| margin > **to).count(), false),
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

/// A figure for each platform, in groups that are filled up with nothing.
fn lanes<T: Default>(groups: usize, platforms: usize, of: impl Fn(usize) -> T) -> Vec<Lanes<T>> {
    let lane = |platform: usize| if platform < platforms { of(platform) } else { T::default() };
    (0..groups).map(|group| std::array::from_fn(|column| lane(group * LANES + column))).collect()
}

/// The question that all alternatives look at, where it is a single one.
fn only_question(terms: &[Term]) -> Option<usize> {
    let mut questions = terms.iter().flat_map(|term| &term.0).map(|(question, _)| *question);
    // A condition that never holds is put with any.
    let Some(first) = questions.next() else { return Some(0) };
    questions.all(|question| question == first).then_some(first)
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
