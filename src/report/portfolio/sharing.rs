//! Sharing in words and sums.

use super::{Portfolio, grouped, points, systems};
use crate::portfolio::{Joined, Share, System};
use crate::rulebook::Sharing;
use crate::text::{list, upper_first};

/// One line of the arithmetic: what it is, the sum as it is done, and what it comes to.
pub(super) struct SumLine {
    pub(super) what: String,
    pub(super) sum: String,
    pub(super) total: i64,
}

/// Sharing in all its figures, for all systems or one group.
pub(super) struct Arithmetic {
    /// The group; nothing for all systems.
    pub(super) group: Option<String>,
    pub(super) lines: Vec<SumLine>,
    /// What follows.
    pub(super) verdict: String,
    /// The systems for which sharing pays, some of them by name.
    pub(super) named: Option<String>,
}

/// So many systems are named.
const NAMED: usize = 24;

impl Portfolio<'_> {
    /// The sentence for those who did not ask: that sharing would change the answer, where it would.
    pub(super) fn sharing_changes(&self) -> Option<String> {
        let sharing = self.rulebook.sharing()?;
        let (_, joined) = self.totals.shares.all.gaining().filter(|(_, joined)| joined.saves() > 0)?;
        let subject = &self.rulebook.side(crate::rulebook::Leaning::With).name;
        Some(format!(
            "That is one platform for each. With {}, {} would save {} in all, running it once included, as far as they can \
             run in one place; for them {subject} would be the answer then.",
            sharing.called,
            systems(joined.own.systems),
            points(joined.saves())
        ))
    }

    /// The arithmetic for all systems, and for each group where there are groups.
    pub(super) fn arithmetic(&self) -> Vec<Arithmetic> {
        let Some(sharing) = self.rulebook.sharing() else { return Vec::new() };
        let shares = &self.totals.shares;
        let mut all = vec![self.sums(sharing, None, &shares.all)];
        if shares.groups.len() > 1 {
            let groups = shares.groups.iter();
            all.extend(groups.map(|(name, share)| self.sums(sharing, Some(name.clone()), share)));
            if shares.ungrouped > 0 {
                let verdict =
                    format!("{} are in the sum of all only.", upper_first(&systems(shares.ungrouped)));
                all.push(Arithmetic {
                    group: Some("Further groups".to_owned()),
                    lines: Vec::new(),
                    verdict,
                    named: None,
                });
            }
        }
        all
    }

    fn sums(&self, sharing: &Sharing, group: Option<String>, share: &Share) -> Arithmetic {
        let mut lines = vec![SumLine {
            what: format!("One each: the best for each of {}", systems(share.each.systems)),
            sum: String::new(),
            total: share.each.points,
        }];
        let mut add = |what: String, (platform, joined): (usize, Joined)| {
            let platform = self.rulebook.platforms()[platform].in_sentence();
            let (run, tenants) = (grouped(joined.run), grouped(joined.tenants.points));
            let mut sum =
                format!("{run} to run {platform} once + {tenants} for {}", systems(joined.own.systems));
            let apart = share.each.systems - joined.own.systems;
            if apart > 0 {
                sum += &format!(
                    " + {} for the {} that {} apart",
                    grouped(share.each.points - joined.own.points),
                    grouped(apart as i64),
                    if apart == 1 { "stays" } else { "stay" }
                );
            }
            lines.push(SumLine { what, sum, total: share.each.points - joined.saves() });
        };
        if let Some(able) = share.able() {
            add(format!("{}, all that can", upper_first(&sharing.called)), able);
        }
        if let Some(gaining) = share.gaining() {
            add(format!("{}, only those that gain by it", upper_first(&sharing.called)), gaining);
        }
        let named = self.named(group.as_deref(), share);
        Arithmetic { group, verdict: follows(share), lines, named }
    }

    /// "Those are a, b and 3 more."
    fn named(&self, group: Option<&str>, share: &Share) -> Option<String> {
        let (platform, _) = share.gaining().filter(|(_, joined)| joined.saves() > 0)?;
        let gains = |system: &&System| {
            system.gains >> platform & 1 == 1 && group.is_none_or(|group| system.group == group)
        };
        let mut names: Vec<String> =
            self.systems.iter().filter(gains).map(|system| system.name.clone()).collect();
        names.sort();
        if names.len() > NAMED {
            let more = names.len() - NAMED;
            names.truncate(NAMED);
            names.push(format!("{} more", grouped(more as i64)));
        }
        let are = if names.len() == 1 { "That is" } else { "Those are" };
        (!names.is_empty()).then(|| format!("{are} {}.", list(&names, "and")))
    }
}

fn follows(share: &Share) -> String {
    if share.able().is_none() {
        return "None of them can share.".to_owned();
    }
    let Some((_, joined)) = share.gaining() else {
        return "Sharing does not pay: none of them has less to carry as a tenant than by itself.".to_owned();
    };
    let gain = joined.own.points - joined.tenants.points;
    let sharing = systems(joined.own.systems);
    match joined.saves() {
        saved @ 1.. => format!(
            "Sharing pays for {sharing}: together they save {}, and it would pay as long as running it takes less than {}.",
            points(saved),
            points(gain)
        ),
        _ => format!(
            "Sharing does not pay: {sharing} would save {} as tenants, and running it takes {}.",
            points(gain),
            points(joined.run)
        ),
    }
}
