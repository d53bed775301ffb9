//! Which turning points are worth watching: those to the other side, else those to the nearest verdict on the way there.

use super::{Explanation, Target, TurningPoints};
use crate::rulebook::{Leaning, Rulebook};

impl Explanation {
    /// What would move the verdict with this band, as far as somebody who took the decision wants to know: to the other
    /// side; where no change leads there, to the nearest verdict in its direction. A hedge has two other sides.
    pub fn to_watch(&self, rulebook: &Rulebook, band: usize) -> Vec<&TurningPoints> {
        match rulebook.bands()[band].leaning {
            Leaning::Without => self.towards(rulebook, band, Leaning::With).into_iter().collect(),
            Leaning::With => self.towards(rulebook, band, Leaning::Without).into_iter().collect(),
            Leaning::Hedge => [Leaning::With, Leaning::Without]
                .into_iter()
                .filter_map(|side| self.towards(rulebook, band, side))
                .collect(),
        }
    }

    fn towards(&self, rulebook: &Rulebook, band: usize, side: Leaning) -> Option<&TurningPoints> {
        let mut on_the_way: Vec<usize> = match side {
            Leaning::With => (band + 1..rulebook.bands().len()).collect(),
            _ => (0..band).rev().collect(),
        };
        on_the_way.retain(|band| rulebook.bands()[*band].leaning != side);
        let targets = std::iter::once(Target::Side(side)).chain(on_the_way.into_iter().map(Target::Verdict));
        targets.filter_map(|target| self.to(target)).find(|turning| !turning.points.is_empty())
    }

    fn to(&self, target: Target) -> Option<&TurningPoints> {
        self.turning_points.iter().find(|turning| turning.target == target)
    }
}
