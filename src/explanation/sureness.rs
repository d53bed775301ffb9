//! How sure a verdict is: of all the ways in which the open questions may be answered, weighted by how often each answer
//! occurs, in how many the side stays, and how many come to each verdict.
//!
//! Boxes of answers are split, the heaviest first, until bounds tell what each comes to. From what is left when the
//! budget is used up, answers are drawn, from each box by its weight and with the same random numbers every time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::Engine;
use super::model::{Frame, Model, first_of, values_in};
use super::search::{Reach, Search};
use super::situation::Situation;
use super::turning::Found;
use crate::rulebook::{Condition, Leaning, Rulebook, Values};

/// A share of all the ways in which open questions may be answered, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// As little as there is.
    pub const LEAST: Self = Self(1);
    /// All of them.
    pub const WHOLE: Self = Self(MILLION);

    /// The nearest millionth; what is neither nothing nor everything stays so.
    fn of(part: f64) -> Self {
        let millionths = (part * f64::from(MILLION)).round();
        match part {
            _ if part <= 0.0 => Self::NONE,
            _ if part >= 1.0 => Self::WHOLE,
            _ => Self((millionths as u32).clamp(1, MILLION - 1)),
        }
    }

    /// As a fraction of 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(MILLION)
    }

    /// Of 100, rounded down, so that 100 means all of them.
    pub fn percent(self) -> u8 {
        (self.0 / (MILLION / 100)) as u8
    }

    /// Both shares together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self((self.0 + other.0).min(MILLION))
    }
}

impl fmt::Display for Share {
    /// "97 in 100".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            0 => f.write_str("fewer than 1 in 100"),
            percent => write!(f, "{percent} in 100"),
        }
    }
}

const MILLION: u32 = 1_000_000;

/// How sure it is that something stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sureness {
    /// The share of ways in which it does.
    pub share: Share,
    /// Proved bounds on that share.
    pub least: Share,
    /// No more than this.
    pub most: Share,
    /// How the share was found.
    pub how: How,
}

/// How a share was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// All ways were looked through.
    Proved,
    /// Bounds that are proved lie no more than two of a hundred apart.
    Between,
    /// From answers that were drawn at random, with the same random numbers every time.
    Estimate,
}

impl How {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Between => "between",
            Self::Estimate => "estimate",
        }
    }
}

/// Answers to open questions after which the verdict takes another side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unless {
    /// The answers, one entry for each question; any combination of them will do.
    pub changes: Vec<Values>,
    /// How often such answers occur among all answers to these questions.
    pub share: Share,
}

impl Unless {
    /// The answers as a clause that completes "if …".
    pub fn say(&self, rulebook: &Rulebook) -> String {
        self.condition(rulebook).say(rulebook.questions())
    }

    /// The answers as a condition.
    pub fn condition(&self, rulebook: &Rulebook) -> Condition {
        let condition = |values: &Values| values.condition(&rulebook.questions()[values.question()]);
        match self.changes.as_slice() {
            [only] => condition(only),
            several => Condition::All(several.iter().map(condition).collect()),
        }
    }
}

/// What the open answers come to, by how often they occur.
pub(super) struct Prospect {
    pub(super) sureness: Sureness,
    /// The share of the verdict of each band.
    pub(super) bands: Vec<Share>,
    /// Where the verdict of every box was proved, the questions that boxes were split by, a flag each: no other decides it.
    pub(super) split_by: Option<Vec<bool>>,
}

/// How many of the boxes that a query may look at are spent on proving.
const PART: u64 = 8;
/// More boxes than this say hardly more.
const MOST_BOXES: u64 = 20_000;
/// The part of these boxes that shows whether the others are worth their time, and the weight that may still be torn then.
const TRIAL: u64 = 8;
const HOPELESS: f64 = 0.75;
/// How many sets of answers are drawn when nothing is proved.
const DRAWS: f64 = 1_000.0;
const LEAST_DRAWS: f64 = 50.0;
/// Bounds as near as this tell enough.
const NEAR: f64 = 0.02;

/// A box that may come to several verdicts.
struct Heavy {
    weight: f64,
    /// The verdicts, a bit for each band.
    bands: u64,
    /// The two platforms that the greatest margin rests on.
    pair: (usize, usize),
    frame: Frame,
}

impl Engine {
    /// How sure it is that a verdict's side stays, whatever the open answers in a box turn out to be.
    pub(super) fn prospect(&self, root: &Frame, side: Leaning) -> Prospect {
        let mut weighing = Weighing::new(self.search(), (self.budget / PART).min(MOST_BOXES));
        weighing.offer(root.clone(), 1.0);
        weighing.split(weighing.budget / TRIAL);
        if weighing.torn_weight() < HOPELESS {
            weighing.split(weighing.budget);
        }
        let is_proved = weighing.boxes.is_empty() && !weighing.has_left_out;
        weighing.draw();
        weighing.conclude(side, is_proved)
    }

    /// The answers to open questions that turn the side, the likeliest first: single ones, or where there are none, two
    /// together.
    pub(super) fn unless(&self, situation: &Situation<'_>, found: &Found) -> Vec<Unless> {
        let open = |question: usize| situation.classes[question].is_none();
        let sets = found.other_sides(open);
        let smallest = sets.iter().map(Vec::len).min().unwrap_or_default();
        let mut unless: Vec<Unless> = sets
            .into_iter()
            .filter(|set| set.len() == smallest)
            .map(|set| {
                let share = |(question, classes): &(usize, Vec<usize>)| -> f64 {
                    classes.iter().map(|class| self.model.weight(*question, *class)).sum()
                };
                let values = |(question, classes): &(usize, Vec<usize>)| {
                    self.model.classes[*question].values(*question, classes)
                };
                Unless {
                    share: Share::of(set.iter().map(share).product()),
                    changes: set.iter().map(values).collect(),
                }
            })
            .collect();
        unless.sort_by_key(|unless| std::cmp::Reverse(unless.share));
        unless
    }
}

/// A weighing of the answers in a box.
struct Weighing<'m> {
    search: Search<'m>,
    budget: u64,
    /// Those that may come to several sides come first, then the heaviest, whose bits are the greatest number, then the
    /// oldest.
    boxes: BTreeMap<(bool, u64, Reverse<u64>), Heavy>,
    numbers: Numbers,
    count: u64,
    /// The weight that is proved to come to each verdict, and the weights of what was drawn.
    proved: Vec<f64>,
    drawn: Vec<f64>,
    /// The weight of the boxes of which only the side is proved, with that side.
    sided: Vec<(Leaning, f64)>,
    /// The weight that was drawn from boxes that may come to several sides, by side.
    torn: Vec<(Leaning, f64)>,
    /// The questions that boxes were split by, a flag each.
    split_by: Vec<bool>,
    /// Whether boxes were left out that weigh too little for a number.
    has_left_out: bool,
}

impl<'m> Weighing<'m> {
    fn new(search: Search<'m>, budget: u64) -> Self {
        let bands = search.model.bands.len();
        Self {
            budget: budget.max(1),
            boxes: BTreeMap::new(),
            numbers: Numbers::default(),
            count: 0,
            proved: vec![0.0; bands],
            drawn: vec![0.0; bands],
            sided: Vec::new(),
            torn: Vec::new(),
            split_by: vec![false; search.model.classes.len()],
            has_left_out: false,
            search,
        }
    }

    fn model(&self) -> &'m Model {
        self.search.model
    }

    /// Takes in a box: what it comes to is proved, or it waits to be split.
    fn offer(&mut self, mut frame: Frame, weight: f64) {
        if weight <= 0.0 {
            self.has_left_out = true;
            return;
        }
        let Reach { margins, sides, pair } = self.search.reach(&mut frame);
        let bands = self.model().possible(margins, sides);
        if bands.is_power_of_two() {
            self.proved[bands.trailing_zeros() as usize] += weight;
            return;
        }
        let torn = self.model().side_of(bands).is_none();
        self.count += 1;
        let rank = (torn, weight.to_bits(), Reverse(self.count));
        self.boxes.insert(rank, Heavy { weight, bands, pair, frame });
    }

    /// The weight of the boxes that may come to several sides.
    fn torn_weight(&self) -> f64 {
        self.boxes.iter().filter(|((torn, ..), _)| *torn).map(|(_, heavy)| heavy.weight).sum()
    }

    /// Splits boxes until so many were met or nothing is left.
    fn split(&mut self, boxes: u64) {
        while self.count < boxes {
            let Some((_, heavy)) = self.boxes.pop_last() else { break };
            let Some(variable) = self.search.weightiest(&heavy.frame, heavy.pair) else {
                // Where nothing is open, all answers come to the same.
                let band = self.model().outcome(&heavy.frame).band;
                self.proved[band] += heavy.weight;
                continue;
            };
            let question = self.model().variables[variable].question;
            self.split_by[question] = true;
            let total = self.model().weight_of(variable, heavy.frame.domains[variable]);
            for values in self.model().groups(&[&heavy.frame], variable) {
                let mut frame = heavy.frame.clone();
                self.model().narrow(&mut frame, variable, first_of(values));
                self.offer(frame, heavy.weight * self.model().weight_of(variable, values) / total);
            }
        }
    }

    /// Draws sets of answers from the boxes that are left, as many from each as it weighs.
    fn draw(&mut self) {
        let left: Vec<Heavy> = std::mem::take(&mut self.boxes).into_values().rev().collect();
        let weight: f64 = left.iter().map(|heavy| heavy.weight).sum();
        let draws = (DRAWS * weight).max(LEAST_DRAWS).ceil();
        let mut frame = self.model().frame();
        for heavy in left {
            let side = self.model().side_of(heavy.bands);
            if let Some(side) = side {
                self.sided.push((side, heavy.weight));
            }
            let number = (draws * heavy.weight / weight).ceil().max(1.0);
            for _ in 0..number as u64 {
                frame.copy_from(&heavy.frame);
                self.search.model.draw(&mut frame, &mut self.numbers);
                let band = self.model().outcome(&frame).band;
                self.drawn[band] += heavy.weight / number;
                if side.is_none() {
                    self.torn.push((self.model().bands[band].1, heavy.weight / number));
                }
            }
        }
    }

    fn conclude(self, side: Leaning, is_proved: bool) -> Prospect {
        let model = self.search.model;
        let of_side = |weights: &[(Leaning, f64)], wanted: bool| -> f64 {
            weights.iter().filter(|(other, _)| (*other == side) == wanted).map(|(_, weight)| weight).sum()
        };
        let proved = |wanted: bool| -> f64 {
            let such = self.proved.iter().zip(&model.bands).filter(|(_, band)| (band.1 == side) == wanted);
            such.map(|(weight, _)| weight).sum::<f64>() + of_side(&self.sided, wanted)
        };
        let (stays, turns) = (proved(true), proved(false));
        let (drawn, other) = (of_side(&self.torn, true), of_side(&self.torn, false));
        let all = stays + turns + drawn + other;
        let share = |part: f64| if part >= all { Share::WHOLE } else { Share::of(part / all) };
        let (least, most) = (share(stays), share(all - turns));
        let how = match () {
            () if self.torn.is_empty() => How::Proved,
            () if most.fraction() - least.fraction() <= NEAR => How::Between,
            () => How::Estimate,
        };
        // What is still open leaves something open.
        let drawn = share(stays + drawn).clamp(least, most);
        let bands =
            self.proved.iter().zip(&self.drawn).map(|(proved, drawn)| share(proved + drawn)).collect();
        let split_by = is_proved.then_some(self.split_by);
        Prospect { sureness: Sureness { share: drawn, least, most, how }, bands, split_by }
    }
}

impl Model {
    /// Gives every variable of a box one of its values, each as often as it occurs.
    pub(super) fn draw(&self, frame: &mut Frame, numbers: &mut Numbers) {
        for variable in 0..frame.domains.len() {
            let domain = frame.domains[variable];
            if domain.is_power_of_two() {
                continue;
            }
            let weighed = values_in(domain).map(|value| (value, self.weight_of(variable, value)));
            let drawn = numbers.draw(self.weight_of(variable, domain), weighed);
            frame.domains[variable] = drawn.unwrap_or(domain);
        }
        self.settle_open(frame);
    }
}

/// Random numbers from 0 to 1 that are the same every time (SplitMix64; Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Default)]
pub(super) struct Numbers(u64);

impl Numbers {
    /// Those that a seed fixes.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Draws one of several things as often as it weighs, of `total`; the last one where rounding leaves none.
    pub(super) fn draw<T>(&mut self, total: f64, weighed: impl Iterator<Item = (T, f64)>) -> Option<T> {
        let mut rest = self.next() * total;
        let mut drawn = None;
        for (thing, weight) in weighed {
            drawn = Some(thing);
            rest -= weight;
            if rest < 0.0 {
                break;
            }
        }
        drawn
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.draw(end as f64, (0..end).map(|number| (number, 1.0))).unwrap_or_default()
    }

    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
