//! How steady the verdict's side is against errors in the rulebook's own figures.

use crate::assessment::Assessment;
use crate::rulebook::{CriterionSide, Demand, Leaning, Must, Rulebook, Whose};

/// How far figures may be off before the verdict changes side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steadiness {
    /// The largest whole percentage by which every effort and every shortfall of every platform may be wrong at once,
    /// each in the worst direction, without a change of side; at most 100, and 100 where a constraint decides.
    pub percent: u8,
    /// The single figure whose smallest change would change the side; `None` when none within its range does.
    pub fragile: Option<Fragile>,
}

/// A figure and the nearest value with which the verdict changes side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragile {
    /// Which one.
    pub figure: Figure,
    /// Its value in the rulebook.
    pub now: i64,
    /// The value that would do it.
    pub then: i64,
    /// The side that the verdict would take.
    pub side: Leaning,
}

/// A figure of the rulebook; numbers are indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The level of a platform in an aspect.
    Cell {
        /// The aspect.
        aspect: usize,
        /// The platform.
        platform: usize,
    },
    /// The level that a criterion demands of an aspect.
    Level {
        /// The criterion.
        criterion: usize,
        /// The aspect.
        aspect: usize,
    },
    /// The weight of a demand.
    Weight {
        /// The criterion.
        criterion: usize,
        /// The aspect.
        aspect: usize,
    },
    /// What a platform costs to run.
    Effort(usize),
    /// What a criterion adds to the price of effort.
    Price(usize),
    /// The level that must be had of an aspect by a criterion.
    Must {
        /// The criterion.
        criterion: usize,
        /// The aspect.
        aspect: usize,
    },
    /// What a criterion adds to the effort of a family or a platform.
    Familiarity {
        /// The criterion.
        criterion: usize,
        /// Whose effort it is.
        whose: Whose,
    },
    /// The base of the effort price.
    EffortPrice,
    /// The price of a point of shortfall.
    ShortfallPrice,
}

/// Levels end here, and a change of more than this is no error but another opinion.
const MOST_CHANGE: i64 = 10;
const LEVELS: std::ops::RangeInclusive<i64> = 0..=4;

/// How steady the side of an assessment's verdict is.
///
/// If every burden is wrong by the share *e*, the margin moves by at most *e* times the sum of the two burdens that it is
/// made of: to that of the nearest verdict of another side it is `distance / (B(best with) + B(best without))`.
pub(super) fn steadiness(rulebook: &Rulebook, assessment: &Assessment) -> Steadiness {
    if assessment.decided_by.is_some() {
        return Steadiness { percent: 100, fragile: None };
    }
    let side = assessment.leaning(rulebook);
    let burden = |platform: usize| assessment.standings[platform].burden;
    let sum = burden(assessment.best_with) + burden(assessment.best_without);
    let distances = rulebook.bands().iter().filter(|band| band.leaning != side).filter_map(|band| {
        match (band.from, band.to) {
            (Some(from), _) if from > assessment.margin => Some(from - assessment.margin),
            (_, Some(to)) if to < assessment.margin => Some(assessment.margin - to),
            _ => None,
        }
    });
    // The largest whole number below the share at which the margin gets there.
    let percent =
        distances.min().map_or(100, |distance| (100 * distance - 1).div_euclid(sum.max(1)).clamp(0, 100));
    Steadiness { percent: percent as u8, fragile: Weights::new(rulebook, assessment).most_fragile(side) }
}

/// What the burdens are made of, ready for one figure to change.
struct Weights<'a> {
    rulebook: &'a Rulebook,
    available: Vec<usize>,
    base: i64,
    /// The criteria that hold and change the price, with their points.
    prices: Vec<(usize, i64)>,
    familiarities: Vec<(usize, Whose, i64)>,
    shortfall_price: i64,
    efforts: Vec<i64>,
    /// Demands by aspect, with the criterion.
    demands: Vec<Vec<(usize, Demand)>>,
    /// Musts, with the criterion.
    musts: Vec<(usize, Must)>,
    /// What each platform lacks, and whether it misses a must.
    lacks: Vec<i64>,
    misses: Vec<bool>,
}

/// The figures that one try works with.
struct Try {
    raw_price: i64,
    shortfall_price: i64,
    /// A figure that a must depends on, and its value.
    figure: Option<(Figure, i64)>,
}

impl<'a> Weights<'a> {
    fn new(rulebook: &'a Rulebook, assessment: &Assessment) -> Self {
        let holding: Vec<usize> =
            (0..rulebook.criteria().len()).filter(|criterion| assessment.holds(*criterion)).collect();
        let criteria = || holding.iter().map(|index| (*index, &rulebook.criteria()[*index]));
        let mut demands = vec![Vec::new(); rulebook.aspects().len()];
        for (index, criterion) in criteria() {
            criterion.demands.iter().for_each(|demand| demands[demand.aspect].push((index, *demand)));
        }
        let mut weights = Self {
            rulebook,
            available: (0..rulebook.platforms().len())
                .filter(|platform| assessment.standings[*platform].is_available())
                .collect(),
            base: rulebook.effort_price().value,
            prices: criteria()
                .filter(|(_, criterion)| criterion.side != CriterionSide::Constraint || criterion.effort != 0)
                .map(|(index, criterion)| (index, criterion.effort))
                .filter(|(_, effort)| *effort != 0)
                .collect(),
            familiarities: criteria()
                .flat_map(|(index, criterion)| {
                    criterion.familiarity.iter().map(move |(whose, points)| (index, *whose, *points))
                })
                .collect(),
            shortfall_price: rulebook.shortfall_price().value,
            efforts: rulebook.platforms().iter().map(|platform| platform.effort).collect(),
            demands,
            musts: criteria()
                .flat_map(|(index, criterion)| criterion.musts.iter().map(move |must| (index, *must)))
                .collect(),
            lacks: Vec::new(),
            misses: assessment.standings.iter().map(|standing| !standing.misses.is_empty()).collect(),
        };
        weights.lacks = (0..rulebook.platforms().len())
            .map(|platform| (0..rulebook.aspects().len()).map(|aspect| weights.lack(platform, aspect)).sum())
            .collect();
        weights
    }

    fn level(&self, platform: usize, aspect: usize) -> i64 {
        i64::from(self.rulebook.aspects()[aspect].cells[platform].level)
    }

    fn lack(&self, platform: usize, aspect: usize) -> i64 {
        self.lack_at(self.level(platform, aspect), aspect, None)
    }

    /// What a platform of a level lacks of an aspect, one demand taken as another.
    fn lack_at(&self, level: i64, aspect: usize, instead: Option<(usize, i64, i64)>) -> i64 {
        let lack = |(position, (_, demand)): (usize, &(usize, Demand))| {
            let (wanted, weight) = match instead {
                Some((changed, wanted, weight)) if changed == position => (wanted, weight),
                _ => (i64::from(demand.level), demand.weight),
            };
            weight * (wanted - level).max(0)
        };
        self.demands[aspect].iter().enumerate().map(lack).max().unwrap_or(0)
    }

    fn raw_price(&self) -> i64 {
        self.base + self.prices.iter().map(|(_, points)| points).sum::<i64>()
    }

    fn familiarity(&self, platform: usize) -> i64 {
        let such = self.familiarities.iter().filter(|(_, whose, _)| self.is_of(platform, *whose));
        such.map(|(.., points)| points).sum()
    }

    fn is_of(&self, platform: usize, whose: Whose) -> bool {
        match whose {
            Whose::Family(family) => self.rulebook.platforms()[platform].family == family,
            Whose::Platform(own) => own == platform,
        }
    }

    /// Whether a platform misses a must when one figure has another value.
    fn misses(&self, platform: usize, figure: Option<(Figure, i64)>) -> bool {
        let Some((figure, value)) = figure else { return self.misses[platform] };
        self.musts.iter().any(|(criterion, must)| {
            let own = Figure::Must { criterion: *criterion, aspect: must.aspect };
            let cell = Figure::Cell { aspect: must.aspect, platform };
            let needed = if figure == own { value } else { i64::from(must.level) };
            let level = if figure == cell { value } else { self.level(platform, must.aspect) };
            level < needed
        })
    }

    /// The side of the verdict when each platform's effort and shortfalls are what `figures` says.
    fn side(&self, with: &Try, figures: impl Fn(usize) -> (i64, i64)) -> Leaning {
        let price = with.raw_price.max(1);
        let best = |subject: bool| {
            let such =
                self.available.iter().filter(|platform| self.rulebook.is_subject(**platform) == subject);
            such.map(|platform| {
                let (effort, lacks) = figures(*platform);
                let burden = price * effort.max(0) + with.shortfall_price * lacks;
                (self.misses(*platform, with.figure), burden)
            })
            .min()
            .map_or(0, |(_, burden)| burden)
        };
        self.rulebook.bands()[self.rulebook.band_of(best(false) - best(true))].leaning
    }

    /// The side when one figure is changed.
    fn side_with(&self, figure: Figure, value: i64) -> Leaning {
        let in_musts = matches!(figure, Figure::Cell { .. } | Figure::Must { .. });
        let usual = Try {
            raw_price: self.raw_price(),
            shortfall_price: self.shortfall_price,
            figure: in_musts.then_some((figure, value)),
        };
        let effort = |platform: usize| self.efforts[platform] + self.familiarity(platform);
        let figures = |platform: usize| (effort(platform), self.lacks[platform]);
        match figure {
            Figure::Cell { aspect, platform: changed } => self.side(&usual, |platform| {
                let (effort, lacks) = figures(platform);
                let now = if platform == changed {
                    self.lack_at(value, aspect, None) - self.lack(platform, aspect)
                } else {
                    0
                };
                (effort, lacks + now)
            }),
            Figure::Level { criterion, aspect } | Figure::Weight { criterion, aspect } => {
                let Some(position) = self.demands[aspect].iter().position(|(of, _)| *of == criterion) else {
                    return self.side(&usual, figures);
                };
                let demand = self.demands[aspect][position].1;
                let (level, weight) = match figure {
                    Figure::Level { .. } => (value, demand.weight),
                    _ => (i64::from(demand.level), value),
                };
                self.side(&usual, |platform| {
                    let (effort, lacks) = figures(platform);
                    let here = self.level(platform, aspect);
                    let then = self.lack_at(here, aspect, Some((position, level, weight)));
                    (effort, lacks + then - self.lack_at(here, aspect, None))
                })
            }
            Figure::Effort(changed) => self.side(&usual, |platform| {
                let (effort, lacks) = figures(platform);
                (if platform == changed { effort + value - self.efforts[platform] } else { effort }, lacks)
            }),
            Figure::Price(criterion) => {
                let now =
                    self.prices.iter().find(|(of, _)| *of == criterion).map_or(0, |(_, points)| *points);
                self.side(&Try { raw_price: usual.raw_price + value - now, ..usual }, figures)
            }
            Figure::Must { .. } => self.side(&usual, figures),
            Figure::Familiarity { criterion, whose } => {
                let same = |(of, to, _): &&(usize, Whose, i64)| *of == criterion && *to == whose;
                let now = self.familiarities.iter().find(same).map_or(0, |(.., points)| *points);
                self.side(&usual, |platform| {
                    let (effort, lacks) = figures(platform);
                    (if self.is_of(platform, whose) { effort + value - now } else { effort }, lacks)
                })
            }
            Figure::EffortPrice => {
                self.side(&Try { raw_price: usual.raw_price + value - self.base, ..usual }, figures)
            }
            Figure::ShortfallPrice => self.side(&Try { shortfall_price: value, ..usual }, figures),
        }
    }

    /// Every figure that enters the burdens, with its value and its range.
    fn figures(&self) -> Vec<(Figure, i64, std::ops::RangeInclusive<i64>)> {
        let any = i64::MIN..=i64::MAX;
        let mut figures = Vec::new();
        let asked = |aspect: &usize| {
            !self.demands[*aspect].is_empty() || self.musts.iter().any(|(_, must)| must.aspect == *aspect)
        };
        for aspect in (0..self.demands.len()).filter(asked) {
            for platform in &self.available {
                let cell = Figure::Cell { aspect, platform: *platform };
                figures.push((cell, self.level(*platform, aspect), LEVELS));
            }
            for (criterion, demand) in &self.demands[aspect] {
                let (criterion, level) = (*criterion, i64::from(demand.level));
                figures.push((Figure::Level { criterion, aspect }, level, LEVELS));
                figures.push((Figure::Weight { criterion, aspect }, demand.weight, 0..=i64::MAX));
            }
        }
        let efforts = self.available.iter().map(|p| (Figure::Effort(*p), self.efforts[*p], 0..=10));
        figures.extend(efforts);
        figures.extend(self.prices.iter().map(|(of, points)| (Figure::Price(*of), *points, any.clone())));
        figures.extend(self.musts.iter().map(|(criterion, must)| {
            let figure = Figure::Must { criterion: *criterion, aspect: must.aspect };
            (figure, i64::from(must.level), LEVELS)
        }));
        figures.extend(self.familiarities.iter().map(|(criterion, whose, points)| {
            (Figure::Familiarity { criterion: *criterion, whose: *whose }, *points, any.clone())
        }));
        figures.push((Figure::EffortPrice, self.base, 0..=i64::MAX));
        figures.push((Figure::ShortfallPrice, self.shortfall_price, 1..=i64::MAX));
        figures
    }

    /// The figure with the smallest change that changes the side; of several, the first in the order of the rulebook.
    fn most_fragile(&self, side: Leaning) -> Option<Fragile> {
        let figures = self.figures();
        for change in 1..=MOST_CHANGE {
            for (figure, now, range) in &figures {
                for then in [now - change, now + change].into_iter().filter(|then| range.contains(then)) {
                    let other = self.side_with(*figure, then);
                    if other != side {
                        return Some(Fragile { figure: *figure, now: *now, then, side: other });
                    }
                }
            }
        }
        None
    }
}
