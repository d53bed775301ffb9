//! What files may be for by their paths: each path is held once against the patterns of all tables.

use super::patterns::PathPatterns;
use super::tables::{FileSign, Tables};

/// A table in which a path fits a pattern, with the number of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Use {
    /// `[[own.push]]`
    Push(usize),
    /// `[[ci.system]]`
    System(usize),
    /// `[ci]`: commands that deploy may be written down in it.
    Script,
    /// `[[ci.sign]]`
    Deploys(usize),
    /// `[[seen]]`
    Seen(usize),
    /// `[[kubernetes.made_for_sign]]`
    MadeFor(usize),
    /// `[[kubernetes.delivery_sign]]`
    Delivers(usize),
    /// `[[kubernetes.shared_sign]]`
    Shared(usize),
    /// `[[kubernetes.offer_sign]]`
    Offers(usize),
    /// `[[kubernetes.autoscaling_sign]]`
    Autoscales(usize),
    /// `[[retired.sign]]`
    Retired(usize),
}

/// The patterns of all tables.
pub(crate) struct Uses(PathPatterns<Use>);

impl Uses {
    pub(crate) fn new(tables: &Tables) -> Self {
        let systems = tables.ci.system.iter().enumerate();
        let systems = systems.map(|(row, system)| (Use::System(row), &system.paths));
        let deploys = tables.ci.sign.iter().enumerate();
        let deploys = deploys.map(|(row, sign)| (Use::Deploys(row), &sign.paths));
        let signs = file_signs(tables).map(|(of, sign)| (of, &sign.paths));
        let pushes = tables.own.push.iter().enumerate();
        let pushes = pushes.map(|(row, push)| (Use::Push(row), &push.files));
        let scripts = [(Use::Script, &tables.ci.scripts)];
        let all = scripts.into_iter().chain(pushes).chain(systems).chain(deploys).chain(signs);
        Self(PathPatterns::new(all.flat_map(|(of, paths)| paths.iter().map(move |path| (path.as_str(), of)))))
    }

    /// All that a file may be for, in order.
    pub(crate) fn of(&self, path: &str) -> Vec<Use> {
        let mut uses = self.0.all(path);
        uses.sort_unstable();
        uses.dedup();
        // There is one of each file.
        uses.shrink_to_fit();
        uses
    }
}

/// The rows of all tables of signs that have no other form.
pub(crate) fn file_signs(tables: &Tables) -> impl Iterator<Item = (Use, &FileSign)> {
    type Table<'t> = (&'t [FileSign], fn(usize) -> Use);
    let kubernetes = &tables.kubernetes;
    let all: [Table<'_>; 7] = [
        (&tables.seen, Use::Seen),
        (&kubernetes.made_for_sign, Use::MadeFor),
        (&kubernetes.delivery_sign, Use::Delivers),
        (&kubernetes.shared_sign, Use::Shared),
        (&kubernetes.offer_sign, Use::Offers),
        (&kubernetes.autoscaling_sign, Use::Autoscales),
        (&tables.retired.sign, Use::Retired),
    ];
    all.into_iter().flat_map(|(signs, of)| signs.iter().enumerate().map(move |(row, sign)| (of(row), sign)))
}
