//! One platform for many systems beside one for each: what is run once, and what each system still has to do.
//!
//! Of a system that shares, its own answers are judged as those of a tenant, as the rulebook says (its table `sharing`); the
//! effort of what is shared is added once, at the price of the team to which it costs most.

use std::collections::BTreeMap;

use crate::assessment::{Assessment, assess};
use crate::rulebook::{Reading, Rulebook, Truth, Value};

/// What sharing does to one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The burden of its own best platform.
    own: i64,
    /// Its burden as a tenant; `None` where it cannot share.
    tenant: Option<i64>,
    /// For each platform that could be shared, what running it costs at the price of this system's team.
    runs: Vec<Option<i64>>,
}

impl Part {
    /// What sharing does to a system with these answers; `None` where the rules know of no sharing.
    pub fn of(rulebook: &Rulebook, values: &[Option<Value>], assessment: &Assessment) -> Option<Self> {
        let sharing = rulebook.sharing()?;
        let runs = |platform: usize| {
            let standing = &assessment.standings[platform];
            let is_one = rulebook.is_subject(platform) && platform != sharing.platform;
            (is_one && standing.is_available()).then_some(assessment.effort_price * standing.effort)
        };
        let own = &assessment.standings[assessment.recommendation];
        Some(Self {
            own: own.burden,
            tenant: Self::as_tenant(rulebook, values, assessment),
            runs: (0..assessment.standings.len()).map(runs).collect(),
        })
    }

    /// The platforms that it could share with less to carry than by itself, a bit each.
    pub fn gains(&self) -> u64 {
        let gains = self.tenant.is_some_and(|tenant| tenant < self.own);
        let platforms = self.runs.iter().take(64).enumerate().filter(|(_, run)| gains && run.is_some());
        platforms.fold(0, |bits, (platform, _)| bits | 1 << platform)
    }

    fn as_tenant(rulebook: &Rulebook, values: &[Option<Value>], assessment: &Assessment) -> Option<i64> {
        let sharing = rulebook.sharing()?;
        if sharing.when.truth(&assessment.readings) != Truth::True {
            return None;
        }
        let mut values = values.to_vec();
        for (question, value) in &sharing.answers {
            *values.get_mut(*question)? = Some(*value);
        }
        let readings: Vec<Reading> = rulebook.readings(|question| values[question]);
        let tenant = assess(rulebook, readings);
        let standing = tenant.standings.get(sharing.platform)?;
        // What it must have and a tenant cannot, keeps it by itself, unless it has to do without anyway.
        let worse = standing.misses.len() > assessment.standings[assessment.recommendation].misses.len();
        (standing.is_available() && !worse).then_some(standing.burden)
    }
}

/// What sharing comes to, for all systems and for each group.
#[derive(Debug, Clone, Default)]
pub struct Shares {
    /// All systems.
    pub all: Share,
    /// By group.
    pub groups: BTreeMap<String, Share>,
    /// How many systems are of groups beyond the most that are told apart.
    pub ungrouped: usize,
}

/// So many groups are told apart.
const MOST_GROUPS: usize = 2_000;

/// The sum of some systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// All of them, each with its own best platform.
    pub each: Sum,
    /// For each platform that could be run for many, those that can share it, if all of them do.
    able: Vec<Joined>,
    /// Those of them that gain by it.
    gaining: Vec<Joined>,
}

/// A number of systems and a sum of burdens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub systems: usize,
    /// Points.
    pub points: i64,
}

/// Some systems that share one platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// What they come to by themselves.
    pub own: Sum,
    /// What they come to as tenants, without what they share.
    pub tenants: Sum,
    /// What running it costs the team to which it costs most.
    pub run: i64,
}

impl Joined {
    fn join(&mut self, other: Self) {
        self.own.join(other.own);
        self.tenants.join(other.tenants);
        self.run = self.run.max(other.run);
    }

    /// What all of it comes to: run once, and every tenant.
    pub fn total(&self) -> i64 {
        self.run + self.tenants.points
    }

    /// What is saved by it; below zero, what it costs more.
    pub fn saves(&self) -> i64 {
        self.own.points - self.total()
    }
}

impl Sum {
    fn join(&mut self, other: Self) {
        self.systems += other.systems;
        self.points += other.points;
    }
}

impl Share {
    fn of(part: &Part) -> Self {
        let one = |points: i64| Sum { systems: 1, points };
        let joined = |gaining: bool| -> Vec<Joined> {
            let tenant = part.tenant.filter(|tenant| !gaining || *tenant < part.own);
            let of = |run: &Option<i64>| match tenant.zip(*run) {
                Some((tenant, run)) => Joined { own: one(part.own), tenants: one(tenant), run },
                None => Joined::default(),
            };
            part.runs.iter().map(of).collect()
        };
        Self { each: one(part.own), able: joined(false), gaining: joined(true) }
    }

    fn join(&mut self, other: &Self) {
        let join = |to: &mut Vec<Joined>, from: &Vec<Joined>| {
            to.resize(to.len().max(from.len()), Joined::default());
            to.iter_mut().zip(from).for_each(|(to, from)| to.join(*from));
        };
        self.each.join(other.each);
        join(&mut self.able, &other.able);
        join(&mut self.gaining, &other.gaining);
    }

    /// As many systems as can, on the platform that most of them can share, and of several the one at the least cost.
    pub fn able(&self) -> Option<(usize, Joined)> {
        let rank = |joined: &Joined| (joined.own.systems, joined.saves());
        best(&self.able, rank)
    }

    /// Those systems that gain, on the platform with which all of them together gain most.
    pub fn gaining(&self) -> Option<(usize, Joined)> {
        best(&self.gaining, Joined::saves)
    }

    /// Whether sharing costs less than one each, for those who gain by it.
    pub fn pays(&self) -> bool {
        self.gaining().is_some_and(|(_, joined)| joined.saves() > 0)
    }
}

/// The platform of the greatest rank, the first of several; nothing where nobody shares any.
fn best<R: Ord>(joined: &[Joined], rank: impl Fn(&Joined) -> R) -> Option<(usize, Joined)> {
    let some = joined.iter().copied().enumerate().filter(|(_, joined)| joined.own.systems > 0);
    some.rev().max_by_key(|(_, joined)| rank(joined))
}

impl Shares {
    pub(super) fn add(&mut self, group: &str, part: &Part) {
        let share = Share::of(part);
        self.all.join(&share);
        if !group.is_empty() {
            self.join_group(group, &share);
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.all.join(&other.all);
        self.ungrouped += other.ungrouped;
        for (group, share) in &other.groups {
            self.join_group(group, share);
        }
    }

    fn join_group(&mut self, group: &str, share: &Share) {
        if let Some(own) = self.groups.get_mut(group) {
            own.join(share);
        } else if self.groups.len() < MOST_GROUPS {
            self.groups.insert(group.to_owned(), share.clone());
        } else {
            self.ungrouped += share.each.systems;
        }
    }
}
