//! Sharing in words and sums.

use super::{Portfolio, grouped, points};
use crate::portfolio::{Joined, Share};
use crate::rulebook::Sharing;
use crate::text::counted;

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
}

impl Portfolio<'_> {
    /// The sentence for those who did not ask: that sharing would change the answer, where it would.
    pub(super) fn sharing_changes(&self) -> Option<String> {
        let sharing = self.rulebook.sharing()?;
        let share = &self.totals.shares.all;
        let saved = share.gaining.saves().filter(|saved| *saved > 0)?;
        let subject = &self.rulebook.side(crate::rulebook::Leaning::With).name;
        Some(format!(
            "This is one platform for each. With {}, {} would gain {} in all, running it once included: for them the answer \
             would be {subject} then. See --shared.",
            sharing.called,
            counted(share.gaining.own.systems, "system", "systems"),
            points(saved)
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
        }
        all
    }

    fn sums(&self, sharing: &Sharing, group: Option<String>, share: &Share) -> Arithmetic {
        let systems = |number: usize| counted(number, "system", "systems");
        let mut lines = vec![SumLine {
            what: format!("One each: the best for each of {}", systems(share.each.systems)),
            sum: String::new(),
            total: share.each.points,
        }];
        let mut joined = |what: String, joined: &Joined| {
            let Some((platform, run)) = joined.run() else { return };
            let apart = share.each.points - joined.own.points;
            let platform = self.rulebook.platforms()[platform].in_sentence();
            let tenants = joined.tenants.points;
            let mut sum = format!(
                "{} to run {platform} once + {} for {}",
                grouped(run),
                grouped(tenants),
                systems(joined.own.systems)
            );
            if share.each.systems > joined.own.systems {
                sum += &format!(
                    " + {} for the {} that stay apart",
                    grouped(apart),
                    share.each.systems - joined.own.systems
                );
            }
            lines.push(SumLine { what, sum, total: run + tenants + apart });
        };
        joined(format!("{}, all that can", crate::text::upper_first(&sharing.called)), &share.able);
        if share.gaining.own.systems < share.able.own.systems {
            joined("Only those that gain by it".to_owned(), &share.gaining);
        }
        Arithmetic { group, verdict: self.follows(share), lines }
    }

    fn follows(&self, share: &Share) -> String {
        let (able, gaining) = (&share.able, &share.gaining);
        if able.own.systems == 0 {
            return "None of them can share.".to_owned();
        }
        if able.run().is_none() {
            return "No platform could be run for all that would share.".to_owned();
        }
        let Some((saved, (_, run))) = gaining.saves().zip(gaining.run()) else {
            return "Sharing does not pay: no system has less to carry as a tenant than by itself."
                .to_owned();
        };
        let gain = gaining.own.points - gaining.tenants.points;
        match saved {
            1.. => format!(
                "Sharing pays for {}: together they save {}, and it would still pay if running it took {} times as much.",
                counted(gaining.own.systems, "system", "systems"),
                points(saved),
                gain / run.max(1),
            ),
            _ => format!(
                "Sharing does not pay: {} would save {} as tenants, and running it costs {}.",
                counted(gaining.own.systems, "system", "systems"),
                points(gain),
                run,
            ),
        }
    }
}
