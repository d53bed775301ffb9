//! Which few of many changes make a difference.

use std::cell::Cell;

/// A set of `items` that `is_there` needs, none of which can be left out, by halving: Junker, "QuickXplain" (AAAI 2004).
fn needed(is_there: &dyn Fn(&[usize]) -> bool, items: &[usize]) -> Vec<usize> {
    fn of(
        is_there: &dyn Fn(&[usize]) -> bool,
        before: &[usize],
        is_news: bool,
        items: &[usize],
    ) -> Vec<usize> {
        if is_news && is_there(before) {
            return Vec::new();
        }
        if items.len() <= 1 {
            return items.to_vec();
        }
        let (first, second) = items.split_at(items.len() / 2);
        let of_second = of(is_there, &[before, first].concat(), true, second);
        let of_first = of(is_there, &[before, &of_second].concat(), !of_second.is_empty(), first);
        [of_first, of_second].concat()
    }
    of(is_there, &[], false, items)
}

/// The few of `all` changes that make a difference: with these alone `is_there` holds, and without any of them it does not.
/// Nothing where that is not found out in so many tries.
pub(crate) fn deciding(
    is_there: &dyn Fn(&[usize]) -> bool,
    all: usize,
    most_tries: usize,
) -> Option<Vec<usize>> {
    let tries = Cell::new(0);
    let is_there = |wanted: &[usize]| {
        tries.set(tries.get() + 1);
        tries.get() <= most_tries && is_there(wanted)
    };
    let mut few = needed(&is_there, &(0..all).collect::<Vec<_>>());
    few.sort_unstable();
    // Where changes undo one another, halves can mislead; what is named is tried.
    is_there(&few).then_some(few)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_found_and_nothing_else() {
        let all: Vec<usize> = (0..20).collect();
        let found = |needs: &[usize]| {
            let mut found = needed(&|has| needs.iter().all(|need| has.contains(need)), &all);
            found.sort_unstable();
            found
        };
        assert_eq!(found(&[7]), [7]);
        assert_eq!(found(&[0, 13, 19]), [0, 13, 19]);
    }
}
