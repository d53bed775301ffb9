//! Rulebook + readings → which criteria hold, what every platform would burden, the margin, the verdict.
//!
//! The formulas are those of the README's section on the model; all arithmetic is on integers, so a result is exact and
//! can be added up by hand.

use crate::rulebook::{Condition, Demand, Leaning, Must, Reading, Rulebook, Truth};

/// Everything that follows from a set of answers, decided once. Explanations and reports read it and judge nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// What is known of each question.
    pub readings: Vec<Reading>,
    /// The truth of each criterion.
    pub truths: Vec<Truth>,
    /// What a point of effort costs this team.
    pub effort_price: i64,
    /// One for each platform, in the rulebook's order.
    pub standings: Vec<Standing>,
    /// All platforms: the recommended one, then the available ones, each part with those first that miss no must, and
    /// from the least burden up.
    pub ranking: Vec<usize>,
    /// The best platform of the subject family: of those that miss no must, or of all where each misses one.
    pub best_with: usize,
    /// The best platform outside it, likewise.
    pub best_without: usize,
    /// Burden of the best platform without the subject minus burden of the best one with it.
    pub margin: i64,
    /// The index of the verdict's band.
    pub band: usize,
    /// The constraint that leaves only one side, when there is one; it is the verdict then, and the margin is the one that
    /// the platforms would have without it.
    pub decided_by: Option<usize>,
    /// The platform to take: that of least burden of the best of both sides, as far as they are available.
    pub recommendation: usize,
    /// The margin, term by term.
    pub ledger: Vec<Term>,
}

/// How one platform fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The constraints that take it off the table.
    pub removed_by: Vec<usize>,
    /// Its effort for this team.
    pub effort: i64,
    /// Effort at this team's price plus all shortfalls.
    pub burden: i64,
    /// What it lacks, the most first.
    pub shortfalls: Vec<Shortfall>,
    /// What it must have and has not, in the order of the matrix.
    pub misses: Vec<Miss>,
}

impl Standing {
    /// Whether no constraint takes it off the table.
    pub fn is_available(&self) -> bool {
        self.removed_by.is_empty()
    }
}

/// A must that a platform does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The index of the aspect.
    pub aspect: usize,
    /// The platform's level.
    pub level: u8,
    /// The level that it must have.
    pub must: u8,
    /// The criteria that say so.
    pub criteria: Vec<usize>,
}

/// What a platform lacks of one aspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// The index of the aspect.
    pub aspect: usize,
    /// The platform's level.
    pub level: u8,
    /// The demanded level that the most points follow from.
    pub demanded: u8,
    /// Points of burden.
    pub points: i64,
    /// The criteria whose demands it does not meet.
    pub criteria: Vec<usize>,
}

/// One term of the margin: positive ones speak for the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Points of margin.
    pub points: i64,
    /// What it is about.
    pub about: About,
}

/// What a term of the ledger is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Shortfalls in one aspect.
    Aspect(usize),
    /// The difference of effort at the base price.
    Effort,
    /// What one criterion adds to the price of effort.
    Price(usize),
    /// What one criterion changes in the effort of families and platforms.
    Familiarity(usize),
    /// What the least possible price and effort (1 and 0) change.
    Floor,
}

/// What the criteria that hold amount to: all that the platforms are measured by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) effort_price: i64,
    /// Points of effort per platform.
    pub(crate) familiarity: Vec<i64>,
    /// Demands per aspect, with the criterion that raises each.
    pub(crate) demands: Vec<Vec<(usize, Demand)>>,
    /// Musts, with the criterion that states each.
    pub(crate) musts: Vec<(usize, Must)>,
}

impl Load {
    /// Sums up the criteria for which `holds` is true.
    pub(crate) fn of(rulebook: &Rulebook, holds: impl Fn(usize) -> bool) -> Self {
        let mut raw_price = rulebook.effort_price().value;
        let mut familiarity = vec![0; rulebook.platforms().len()];
        let mut musts = Vec::new();
        let mut demands = vec![Vec::new(); rulebook.aspects().len()];
        for (index, criterion) in rulebook.criteria().iter().enumerate().filter(|(index, _)| holds(*index)) {
            raw_price += criterion.effort;
            for (platform, sum) in familiarity.iter_mut().enumerate() {
                *sum += rulebook.familiarity(index, platform);
            }
            musts.extend(criterion.musts.iter().map(|must| (index, *must)));
            for demand in &criterion.demands {
                demands[demand.aspect].push((index, *demand));
            }
        }
        Self { effort_price: raw_price.max(1), familiarity, demands, musts }
    }

    /// The effort of a platform for this team: never below 0.
    pub(crate) fn effort(&self, rulebook: &Rulebook, platform: usize) -> i64 {
        (rulebook.platforms()[platform].effort + self.familiarity[platform]).max(0)
    }

    /// What a platform lacks of an aspect: the largest of what the single demands lack, before the price.
    pub(crate) fn shortfall(&self, rulebook: &Rulebook, platform: usize, aspect: usize) -> i64 {
        let level = rulebook.aspects()[aspect].cells[platform].level;
        self.demands[aspect].iter().map(|(_, demand)| demand.lacks(level)).max().unwrap_or(0)
    }

    /// What a platform must have and has not, in the order of the matrix.
    fn misses(&self, rulebook: &Rulebook, platform: usize) -> Vec<Miss> {
        let mut misses: Vec<Miss> = Vec::new();
        for (criterion, Must { aspect, level: must }) in self.musts.iter().copied() {
            let level = rulebook.aspects()[aspect].cells[platform].level;
            if level >= must {
                continue;
            }
            match misses.iter_mut().find(|miss| miss.aspect == aspect) {
                Some(miss) => {
                    miss.must = miss.must.max(must);
                    miss.criteria.push(criterion);
                }
                None => misses.push(Miss { aspect, level, must, criteria: vec![criterion] }),
            }
        }
        misses.sort_by_key(|miss| miss.aspect);
        misses
    }
}

/// Assesses what is known. The result is exact for the criteria that are known to hold; those that depend on unknown
/// answers do not count.
pub fn assess(rulebook: &Rulebook, readings: Vec<Reading>) -> Assessment {
    let truths: Vec<Truth> =
        rulebook.criteria().iter().map(|criterion| criterion.when.truth(&readings)).collect();
    let holds = |criterion: usize| truths[criterion] == Truth::True;
    let load = Load::of(rulebook, holds);
    let constraints: Vec<usize> = constraints(rulebook).filter(|criterion| holds(*criterion)).collect();
    let standings: Vec<Standing> = (0..rulebook.platforms().len())
        .map(|platform| standing(rulebook, &load, &constraints, platform))
        .collect();
    let table = Table { rulebook, standings: &standings };

    let available = |platform: usize| standings[platform].is_available();
    let comparison = Comparison::choose(rulebook, &table, &holds);
    let best = (table.best(true, available), table.best(false, available));
    let decided_by = match best {
        (Some(_), Some(_)) | (None, None) => None,
        (Some(_), None) => Some(Leaning::With),
        (None, Some(_)) => Some(Leaning::Without),
    };
    let margin = standings[comparison.without].burden - standings[comparison.with].burden;
    let band = match decided_by {
        Some(Leaning::With) => rulebook.bands().len() - 1,
        Some(_) => 0,
        None => rulebook.band_of(margin),
    };
    let recommendation = [best.0, best.1].into_iter().flatten().min_by_key(|platform| table.cost(*platform));
    let recommendation = recommendation.unwrap_or(comparison.with);
    let mut ranking: Vec<usize> = (0..standings.len()).collect();
    ranking
        .sort_by_key(|platform| (*platform != recommendation, !available(*platform), table.order(*platform)));
    Assessment {
        ledger: ledger(rulebook, &load, &holds, &comparison, margin),
        effort_price: load.effort_price,
        best_with: comparison.with,
        best_without: comparison.without,
        margin,
        band,
        decided_by: decided_by.and_then(|side| deciding(rulebook, &constraints, &standings, side)),
        recommendation,
        ranking,
        standings,
        truths,
        readings,
    }
}

impl Assessment {
    /// The side of the verdict.
    pub fn leaning(&self, rulebook: &Rulebook) -> Leaning {
        rulebook.bands()[self.band].leaning
    }

    /// What the system must have and the recommended platform has not: no available platform of its side has all of it.
    pub fn gives_up(&self) -> &[Miss] {
        &self.standings[self.recommendation].misses
    }

    /// Whether a criterion is known to hold.
    pub fn holds(&self, criterion: usize) -> bool {
        self.truths.get(criterion) == Some(&Truth::True)
    }

    /// Whether a condition is known to hold.
    pub fn satisfies(&self, condition: &Condition) -> bool {
        condition.truth(&self.readings) == Truth::True
    }

    /// The burden of one platform minus that of another, term by term; the terms add up to the difference exactly.
    pub fn separation(&self, rulebook: &Rulebook, platform: usize, from: usize) -> Vec<Term> {
        let holds = |criterion: usize| self.holds(criterion);
        let compared = Comparison { with: from, without: platform };
        let difference = self.standings[platform].burden - self.standings[from].burden;
        ledger(rulebook, &Load::of(rulebook, holds), &holds, &compared, difference)
    }

    /// The criteria that hold and demand something of an aspect.
    pub fn demanding(&self, rulebook: &Rulebook, aspect: usize) -> Vec<usize> {
        let demands =
            |criterion: &usize| rulebook.criteria()[*criterion].demands.iter().any(|d| d.aspect == aspect);
        (0..rulebook.criteria().len()).filter(|criterion| self.holds(*criterion)).filter(demands).collect()
    }

    /// The highest level that the criteria that hold demand of an aspect; 0 when nothing is demanded.
    pub fn demanded_level(&self, rulebook: &Rulebook, aspect: usize) -> u8 {
        let demands = self
            .demanding(rulebook, aspect)
            .into_iter()
            .flat_map(|index| &rulebook.criteria()[index].demands);
        demands.filter(|demand| demand.aspect == aspect).map(|demand| demand.level).max().unwrap_or(0)
    }

    /// The available platforms beside the recommended one, best first; a hedge names the best of the other side first.
    pub fn alternatives(&self, rulebook: &Rulebook) -> Vec<usize> {
        let mut rest: Vec<usize> = self
            .ranking
            .iter()
            .copied()
            .filter(|platform| *platform != self.recommendation && self.standings[*platform].is_available())
            .collect();
        if self.leaning(rulebook) == Leaning::Hedge {
            let other = !rulebook.is_subject(self.recommendation);
            rest.sort_by_key(|platform| rulebook.is_subject(*platform) != other);
        }
        rest
    }
}

/// The criteria that take platforms off the table.
fn constraints(rulebook: &Rulebook) -> impl Iterator<Item = usize> {
    let constrains = |index: &usize| {
        rulebook.criteria()[*index].leaves.is_some() || !rulebook.criteria()[*index].removes.is_empty()
    };
    (0..rulebook.criteria().len()).filter(constrains)
}

fn standing(rulebook: &Rulebook, load: &Load, constraints: &[usize], platform: usize) -> Standing {
    let family = rulebook.platforms()[platform].family;
    let removes = |index: &usize| {
        let criterion = &rulebook.criteria()[*index];
        criterion.removes.contains(&platform) || criterion.leaves.is_some_and(|left| left != family)
    };
    let removed_by = constraints.iter().copied().filter(removes).collect();
    let price = rulebook.shortfall_price().value;
    let mut shortfalls: Vec<Shortfall> = rulebook
        .aspects()
        .iter()
        .enumerate()
        .filter_map(|(aspect, row)| {
            let level = row.cells[platform].level;
            let unmet = load.demands[aspect].iter().filter(|(_, demand)| demand.lacks(level) > 0);
            let (_, most) = unmet.clone().max_by_key(|(_, demand)| (demand.lacks(level), demand.level))?;
            let mut criteria: Vec<usize> = unmet.map(|(criterion, _)| *criterion).collect();
            criteria
                .sort_by_key(|criterion| std::cmp::Reverse(strength(rulebook, *criterion, aspect, level)));
            Some(Shortfall {
                aspect,
                level,
                demanded: most.level,
                points: price * most.lacks(level),
                criteria,
            })
        })
        .collect();
    shortfalls.sort_by_key(|shortfall| std::cmp::Reverse(shortfall.points));
    let effort = load.effort(rulebook, platform);
    // Effort at this team's price plus all shortfalls.
    let burden =
        load.effort_price * effort + shortfalls.iter().map(|shortfall| shortfall.points).sum::<i64>();
    Standing { removed_by, effort, burden, shortfalls, misses: load.misses(rulebook, platform) }
}

fn strength(rulebook: &Rulebook, criterion: usize, aspect: usize, level: u8) -> i64 {
    let demands = rulebook.criteria()[criterion].demands.iter().filter(|demand| demand.aspect == aspect);
    demands.map(|demand| demand.lacks(level)).max().unwrap_or(0)
}

/// The platforms with their standings, for choosing the best.
struct Table<'a> {
    rulebook: &'a Rulebook,
    standings: &'a [Standing],
}

impl Table<'_> {
    /// Less burden, then less effort, then the order of the rulebook.
    fn cost(&self, platform: usize) -> (i64, i64, usize) {
        (self.standings[platform].burden, self.standings[platform].effort, platform)
    }

    /// What misses a must stands behind whatever misses none, however cheap it is.
    fn order(&self, platform: usize) -> (bool, (i64, i64, usize)) {
        (!self.standings[platform].misses.is_empty(), self.cost(platform))
    }

    /// The best platform inside or outside the subject family among those that `admits` lets through.
    fn best(&self, subject: bool, admits: impl Fn(usize) -> bool) -> Option<usize> {
        let side =
            (0..self.standings.len()).filter(|platform| self.rulebook.is_subject(*platform) == subject);
        side.filter(|platform| admits(*platform)).min_by_key(|platform| self.order(*platform))
    }
}

/// The two platforms whose burdens make the margin.
struct Comparison {
    with: usize,
    without: usize,
}

impl Comparison {
    /// The best available platform of each side. Where constraints empty a side, those that leave a single family are
    /// lifted; where that does not help, all of them.
    fn choose(rulebook: &Rulebook, table: &Table<'_>, holds: &impl Fn(usize) -> bool) -> Self {
        let none = |_: usize| false;
        let leaving = |criterion: usize| holds(criterion) && rulebook.criteria()[criterion].leaves.is_some();
        Self::among(table, none, none)
            .or_else(|| Self::among(table, leaving, none))
            .or_else(|| Self::among(table, leaving, holds))
            .unwrap_or(Self { with: 0, without: 0 })
    }

    fn among(
        table: &Table<'_>,
        lifted: impl Fn(usize) -> bool,
        also: impl Fn(usize) -> bool,
    ) -> Option<Self> {
        let admits = |platform: usize| {
            table.standings[platform]
                .removed_by
                .iter()
                .all(|criterion| lifted(*criterion) || also(*criterion))
        };
        Some(Self { with: table.best(true, admits)?, without: table.best(false, admits)? })
    }
}

/// The constraint that best explains why only `side` is left: the one that alone takes most platforms of the other side,
/// one that leaves a family first; where none does, the first that holds.
fn deciding(
    rulebook: &Rulebook,
    constraints: &[usize],
    standings: &[Standing],
    side: Leaning,
) -> Option<usize> {
    let alone_takes = |criterion: &usize| {
        let taken = |platform: &usize| {
            rulebook.is_subject(*platform) != (side == Leaning::With)
                && standings[*platform].removed_by == [*criterion]
        };
        (0..standings.len()).filter(taken).count()
    };
    let leaves = |criterion: &usize| rulebook.criteria()[*criterion].leaves.is_some();
    let weight = |criterion: &&usize| (leaves(criterion), alone_takes(criterion));
    constraints.iter().rev().max_by_key(weight).copied()
}

/// The margin of the two platforms, term by term; the terms add up to it exactly.
fn ledger(
    rulebook: &Rulebook,
    load: &Load,
    holds: &impl Fn(usize) -> bool,
    compared: &Comparison,
    margin: i64,
) -> Vec<Term> {
    let Comparison { with, without } = *compared;
    let mut terms: Vec<Term> = (0..rulebook.aspects().len())
        .map(|aspect| Term {
            points: rulebook.shortfall_price().value
                * (load.shortfall(rulebook, without, aspect) - load.shortfall(rulebook, with, aspect)),
            about: About::Aspect(aspect),
        })
        .collect();
    let platforms = rulebook.platforms();
    let difference = platforms[without].effort - platforms[with].effort;
    terms.push(Term { points: rulebook.effort_price().value * difference, about: About::Effort });
    for (index, criterion) in rulebook.criteria().iter().enumerate().filter(|(index, _)| holds(*index)) {
        terms.push(Term { points: criterion.effort * difference, about: About::Price(index) });
        let familiarity = |platform: usize| rulebook.familiarity(index, platform);
        let points = load.effort_price * (familiarity(without) - familiarity(with));
        terms.push(Term { points, about: About::Familiarity(index) });
    }
    let sum: i64 = terms.iter().map(|term| term.points).sum();
    terms.push(Term { points: margin - sum, about: About::Floor });
    terms.retain(|term| term.points != 0);
    terms.sort_by_key(|term| std::cmp::Reverse(term.points.abs()));
    terms
}
