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
    /// Whether that is one of the subject family.
    own_is_subject: bool,
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
            own_is_subject: rulebook.is_subject(assessment.recommendation),
            tenant: Self::as_tenant(rulebook, values, assessment),
            runs: (0..assessment.standings.len()).map(runs).collect(),
        })
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
const MOST_GROUPS: usize = 10_000;

/// The sum of some systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// All of them, each with its own best platform.
    pub each: Sum,
    /// How many of these have one of the subject family.
    pub each_is_subject: usize,
    /// Those that can share, if all of them do.
    pub able: Joined,
    /// Those that gain by it.
    pub gaining: Joined,
}

/// A number of systems and a sum of burdens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub systems: usize,
    /// Points.
    pub points: i64,
}

/// Some systems that share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined {
    /// What they come to by themselves.
    pub own: Sum,
    /// What they come to as tenants, without what they share.
    pub tenants: Sum,
    /// For each platform, what running it costs the team to which it costs most; `None` where one of the teams cannot.
    runs: Vec<Option<i64>>,
}

impl Joined {
    fn add(&mut self, part: &Part, tenant: i64) {
        self.own.add(part.own);
        self.tenants.add(tenant);
        self.join_runs(&part.runs);
    }

    fn join(&mut self, other: &Self) {
        self.own.join(other.own);
        self.tenants.join(other.tenants);
        self.join_runs(&other.runs);
    }

    fn join_runs(&mut self, runs: &[Option<i64>]) {
        if self.runs.is_empty() {
            self.runs = runs.to_vec();
            return;
        }
        for (most, own) in self.runs.iter_mut().zip(runs) {
            *most = most.zip(*own).map(|(most, own)| most.max(own));
        }
    }

    /// The platform that is run for all, at the least cost, and that cost.
    pub fn run(&self) -> Option<(usize, i64)> {
        let runs = self.runs.iter().enumerate().filter_map(|(platform, cost)| Some((platform, (*cost)?)));
        runs.min_by_key(|(platform, cost)| (*cost, *platform))
    }

    /// What all of it comes to: run once, and every tenant.
    pub fn total(&self) -> Option<i64> {
        self.run().map(|(_, cost)| cost + self.tenants.points)
    }

    /// What is saved by it; below zero, what it costs more.
    pub fn saves(&self) -> Option<i64> {
        self.total().map(|total| self.own.points - total)
    }
}

impl Sum {
    fn add(&mut self, points: i64) {
        self.join(Self { systems: 1, points });
    }

    fn join(&mut self, other: Self) {
        self.systems += other.systems;
        self.points += other.points;
    }
}

impl Share {
    fn add(&mut self, part: &Part) {
        self.each.add(part.own);
        self.each_is_subject += usize::from(part.own_is_subject);
        if let Some(tenant) = part.tenant {
            self.able.add(part, tenant);
            if tenant < part.own {
                self.gaining.add(part, tenant);
            }
        }
    }

    fn join(&mut self, other: &Self) {
        self.each.join(other.each);
        self.each_is_subject += other.each_is_subject;
        self.able.join(&other.able);
        self.gaining.join(&other.gaining);
    }

    /// Whether sharing costs less than one each, for those who gain by it.
    pub fn pays(&self) -> bool {
        self.gaining.saves().is_some_and(|saved| saved > 0)
    }
}

impl Shares {
    pub(super) fn add(&mut self, group: &str, part: &Part) {
        let mut share = Share::default();
        share.add(part);
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
