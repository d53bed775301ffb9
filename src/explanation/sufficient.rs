//! A sufficient reason: a smallest set of given answers that forces the verdict, whatever the others are.
//!
//! Smallest sets are found by their opposite (implicit hitting sets; Marques-Silva and Ignatiev, AAAI 2022): every set
//! of other answers with another verdict must differ from the given ones in at least one answer of the reason. The
//! sets that meet all that are known are tried; where one does not force the verdict, one more becomes known. Of several,
//! those are looked at first that bounds leave the least open.

use std::ops::ControlFlow;

use super::Engine;
use super::goals::Beyond;
use super::model::Frame;
use super::search::{End, Reach, Search};
use super::situation::Change;
use crate::rulebook::Values;

/// Questions beyond these always count as part of a reason.
const MOST_QUESTIONS: usize = 128;
/// Of so many sets that may force the verdict the likeliest is looked at first.
const MOST_CANDIDATES: usize = 6;
/// Sets of options are not widened where others, widened before, make more boxes than so many.
const MOST_BOXES: usize = 2_048;
/// The part of the budget that may be spent on whether one more set may force the verdict, or one more answer can be left
/// out or take other values.
const PART: u64 = 16;

/// Given answers that force the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SufficientReason {
    /// The answers, each widened to all values that, with the others, still force it.
    pub answers: Vec<Values>,
    /// Whether no smaller set of given answers forces it; otherwise the search ran out of its budget.
    pub smallest: bool,
}

/// Whether a box of answers can have another verdict.
enum Escape {
    Yes,
    No,
    Unknown,
}

impl Engine {
    /// The smallest set of given answers that forces the verdict with this band; `None` when even all of them, with which
    /// `root` is left, do not. `known` are some sets of changes that lead to another verdict.
    pub(super) fn sufficient_reason(
        &self,
        search: &mut Search<'_>,
        classes: &[Option<usize>],
        root: &Frame,
        band: usize,
        known: &[&Vec<Change>],
    ) -> Option<SufficientReason> {
        let given = self.applicable(root, |question| classes[question].is_some());
        // It is sought where nothing else is open, so that there is time for more, and on two cores.
        let mut force = Force { engine: self, search, band, classes, known, left: 9 * self.budget };
        if !matches!(force.escape(root, force.left), Escape::No) {
            return None;
        }
        let (set, smallest) = force.smallest(&given);
        force.left = self.budget;
        let answers = force.widen(&set);
        Some(SufficientReason { answers, smallest })
    }
}

/// A set of given answers that may force the verdict.
struct Candidate {
    /// By how far margins may lie beyond the band.
    beyond: i64,
    set: u128,
    frame: Frame,
}

struct Force<'f, 'm> {
    engine: &'f Engine,
    search: &'f mut Search<'m>,
    band: usize,
    classes: &'f [Option<usize>],
    known: &'f [&'f Vec<Change>],
    /// The boxes that may still be looked at.
    left: u64,
}

impl Force<'_, '_> {
    /// Whether anything in a box has another verdict, as far as so many boxes tell; if so, the search keeps it.
    fn escape(&mut self, frame: &Frame, boxes: u64) -> Escape {
        let before = self.search.spent;
        self.search.allow(boxes.min(self.left));
        let mut escape = Escape::No;
        for goal in [Beyond::above(self.band), Beyond::below(self.band)] {
            match self.search.run_in_halves(frame, &goal) {
                End::Found => {
                    escape = Escape::Yes;
                    break;
                }
                End::Exhausted => {}
                End::OutOfBudget => escape = Escape::Unknown,
            }
        }
        self.left = self.left.saturating_sub(self.search.spent - before);
        escape
    }

    /// The box in which only these questions are answered.
    fn fixed(&self, questions: &[usize]) -> Frame {
        let mut classes = vec![None; self.classes.len()];
        questions.iter().for_each(|question| classes[*question] = self.classes[*question]);
        self.engine.completions(&classes)
    }

    /// A smallest forcing set, and whether it is proved to be one.
    fn smallest(&mut self, given: &[usize]) -> (Vec<usize>, bool) {
        let mut conflicts = self.known_conflicts(given);
        let mut size = 0;
        loop {
            size = least_to_meet(&conflicts, size);
            let (mut is_refuted, mut has_learnt) = (true, false);
            let candidates = match self.candidates(given, &mut conflicts, size) {
                ControlFlow::Break(set) => return (questions(given, set), given.len() <= MOST_QUESTIONS),
                ControlFlow::Continue(candidates) => candidates,
            };
            for Candidate { set, frame, .. } in candidates {
                if !meets(set, &conflicts) {
                    continue;
                }
                match self.escape(&frame, self.left / 2) {
                    Escape::No => return (questions(given, set), given.len() <= MOST_QUESTIONS),
                    Escape::Yes => match self.differences(given) {
                        0 => return (given.to_vec(), false),
                        conflict => {
                            learn(&mut conflicts, conflict);
                            has_learnt = true;
                        }
                    },
                    Escape::Unknown => is_refuted = false,
                }
            }
            if !is_refuted && (self.left == 0 || !has_learnt) {
                let thinned = self.thinned(given);
                // None is smaller than what meets all that must be met.
                let is_smallest = thinned.len() == size as usize && given.len() <= MOST_QUESTIONS;
                return (thinned, is_smallest);
            }
        }
    }

    /// Sets of so many given answers that meet all conflicts and of which no escape is soon found, those that bounds leave
    /// the least open first; breaks with one that is found to force the verdict. Conflicts that are found on the way are
    /// added.
    fn candidates(
        &mut self,
        given: &[usize],
        conflicts: &mut Vec<u128>,
        size: u32,
    ) -> ControlFlow<u128, Vec<Candidate>> {
        let mut candidates: Vec<Candidate> = Vec::new();
        while candidates.len() < MOST_CANDIDATES {
            let tried: Vec<u128> = candidates.iter().map(|candidate| candidate.set).collect();
            let Some(set) = meet(conflicts, size, &tried) else { break };
            match self.soon_escapes(given, set, conflicts) {
                Escape::No => return ControlFlow::Break(set),
                Escape::Yes => candidates.retain(|candidate| meets(candidate.set, conflicts)),
                Escape::Unknown => {
                    let frame = self.fixed(&questions(given, set));
                    candidates.push(Candidate { beyond: self.beyond(&frame), set, frame });
                }
            }
        }
        candidates.sort_by_key(|candidate| candidate.beyond);
        ControlFlow::Continue(candidates)
    }

    /// Whether a few boxes tell that there is an escape from a set. What it must meet is added to the conflicts, then the same
    /// with these questions in the set, until there is nothing that they have not in common.
    fn soon_escapes(&mut self, given: &[usize], mut set: u128, conflicts: &mut Vec<u128>) -> Escape {
        let (mut told, mut boxes) = (Escape::Unknown, self.engine.budget / PART);
        loop {
            match (self.escape(&self.fixed(&questions(given, set)), boxes), &told) {
                (Escape::Yes, _) => {}
                (Escape::No, Escape::Unknown) => return Escape::No,
                _ => return told,
            }
            let conflict = self.differences(given);
            if conflict == 0 {
                return told;
            }
            learn(conflicts, conflict);
            set |= conflict;
            (told, boxes) = (Escape::Yes, 1);
        }
    }

    /// By how far the margins in a box may lie beyond the band, by its bounds.
    fn beyond(&mut self, frame: &Frame) -> i64 {
        let model = &self.engine.model;
        let Reach { margins: (least, most), .. } = self.search.reach(&mut frame.clone());
        let (from, to) = model.margins_of(1 << self.band);
        most.saturating_sub(to).max(0).saturating_add(from.saturating_sub(least).max(0))
    }

    /// In which given answers the known sets differ, each as bits.
    fn known_conflicts(&self, given: &[usize]) -> Vec<u128> {
        let place = |question: usize| given.iter().position(|other| *other == question);
        let mut conflicts: Vec<u128> = self
            .known
            .iter()
            .map(|set| {
                let places = set.iter().filter_map(|(question, _)| place(*question));
                places.filter(|at| *at < MOST_QUESTIONS).fold(0, |bits, at| bits | 1 << at)
            })
            .filter(|bits| *bits != 0)
            .collect();
        conflicts.sort_unstable_by_key(|bits| (bits.count_ones(), *bits));
        conflicts.dedup();
        let mut least = Vec::new();
        conflicts.into_iter().for_each(|conflict| learn(&mut least, conflict));
        least
    }

    /// All given answers but those that can be shown not to be needed, one after the other.
    fn thinned(&mut self, given: &[usize]) -> Vec<usize> {
        self.left = self.engine.budget;
        let mut kept = given.to_vec();
        for question in given {
            let without: Vec<usize> = kept.iter().copied().filter(|other| other != question).collect();
            if matches!(self.escape(&self.fixed(&without), self.engine.budget / PART), Escape::No) {
                kept = without;
            }
        }
        kept
    }

    /// Where the answers seen last must differ from those given to have another verdict: as little as can be found by
    /// taking differences back one by one.
    fn differences(&mut self, given: &[usize]) -> u128 {
        let model = &self.engine.model;
        let mut seen = self.search.kept.clone();
        let mut differing = 0;
        for (at, question) in given.iter().enumerate().take(MOST_QUESTIONS) {
            let variables = model.variables_of[*question].clone();
            let before = seen.domains[variables.clone()].to_vec();
            let Some(class) = self.classes[*question] else { continue };
            model.put(&mut seen.domains, *question, class);
            if seen.domains[variables.clone()] == before[..] {
                continue;
            }
            model.settle_question(&mut seen, *question);
            if model.outcome(&seen).band == self.band {
                seen.domains[variables].copy_from_slice(&before);
                model.settle_question(&mut seen, *question);
                differing |= 1 << at;
            }
        }
        differing
    }

    /// Widens the answers one after the other to all values with which the set still forces the verdict.
    fn widen(&mut self, set: &[usize]) -> Vec<Values> {
        let model = &self.engine.model;
        let mut widened: Vec<(usize, Vec<usize>)> =
            set.iter().filter_map(|question| Some((*question, vec![self.classes[*question]?]))).collect();
        for at in 0..widened.len() {
            let (question, own) = (widened[at].0, widened[at].1[0]);
            let Some(frames) = self.boxes_without(&widened, question) else { continue };
            let refuted = self.refuted(&widened, question);
            let mut classes = if !model.classes[question].is_of_sets() {
                self.widen_values(&frames, question, own, &refuted)
            } else {
                let mut domains = model.full_domains(question);
                let mut classes = Vec::new();
                self.widen_sets(&frames, question, &refuted, &mut domains, &mut classes);
                classes
            };
            // The answer that was given forces the verdict, even where the budget is too small to find it so again.
            if !classes.contains(&own) {
                classes.push(own);
            }
            classes.sort_unstable();
            widened[at].1 = classes;
        }
        widened
            .into_iter()
            .map(|(question, classes)| model.classes[question].values(question, &classes))
            .collect()
    }

    /// The classes of a question with which a known set of changes leads to another verdict.
    fn refuted(&self, answers: &[(usize, Vec<usize>)], question: usize) -> Vec<usize> {
        let allows = |(other, class): &Change| {
            let answer = answers.iter().find(|(answered, _)| answered == other);
            *other == question || answer.is_none_or(|(_, classes)| classes.contains(class))
        };
        let such = self.known.iter().filter(|set| set.iter().all(allows));
        such.flat_map(|set| set.iter())
            .filter(|(other, _)| *other == question)
            .map(|(_, class)| *class)
            .collect()
    }

    /// The boxes of all answers but that to `question`. Sets of options are not made up of independent parts, so that
    /// each of them has a box of its own; nothing where these would be too many.
    fn boxes_without(&self, answers: &[(usize, Vec<usize>)], question: usize) -> Option<Vec<Frame>> {
        let model = &self.engine.model;
        let sets =
            answers.iter().filter(|(other, _)| *other != question && model.classes[*other].is_of_sets());
        let boxes = sets.fold(1_usize, |boxes, (_, classes)| boxes.saturating_mul(classes.len()));
        if boxes > MOST_BOXES {
            return None;
        }
        let mut frames = vec![model.unsettled()];
        for (other, classes) in answers.iter().filter(|(other, _)| *other != question) {
            let variables = model.variables_of[*other].clone();
            if !model.classes[*other].is_of_sets() {
                let mask = classes.iter().fold(0, |mask, class| mask | model.domains_of(*other, *class)[1]);
                frames.iter_mut().for_each(|frame| frame.domains[variables.end - 1] = mask);
                continue;
            }
            frames = frames
                .iter()
                .flat_map(|frame| {
                    classes.iter().map(|class| {
                        let mut frame = frame.clone();
                        model.put(&mut frame.domains, *other, *class);
                        frame
                    })
                })
                .collect();
        }
        Some(frames)
    }

    /// Whether the verdict is forced in all boxes with these domains of a question.
    fn forced(&mut self, frames: &[Frame], question: usize, domains: &[u64]) -> bool {
        let model = &self.engine.model;
        let variables = model.variables_of[question].clone();
        frames.iter().all(|frame| {
            let mut frame = frame.clone();
            frame.domains[variables.clone()].copy_from_slice(domains);
            model.settle(&mut frame);
            matches!(self.escape(&frame, self.engine.budget / PART), Escape::No)
        })
    }

    /// The values of a question with which the verdict stays forced: all of them at once, less those that are found to
    /// speak against it.
    fn widen_values(
        &mut self,
        frames: &[Frame],
        question: usize,
        own: usize,
        refuted: &[usize],
    ) -> Vec<usize> {
        let model = &self.engine.model;
        let variable = model.variables_of[question].end - 1;
        let domains = model.full_domains(question);
        let mut left = refuted.iter().fold(domains[1] & !(1 << own), |left, class| left & !(1 << class));
        let mut good = 1 << own;
        while left != 0 {
            if self.forced(frames, question, &[domains[0], left]) {
                good |= left;
                break;
            }
            // Where nothing was found, the search ran out of its budget: the values are given up.
            let found = self.search.kept.domains[variable] & left;
            left = if found == 0 { 0 } else { left & !found };
        }
        (0..model.classes[question].len()).filter(|class| good >> class & 1 == 1).collect()
    }

    /// The same for a question that takes sets of options: in halves, by whether an option is in the set.
    fn widen_sets(
        &mut self,
        frames: &[Frame],
        question: usize,
        refuted: &[usize],
        domains: &mut Vec<u64>,
        good: &mut Vec<usize>,
    ) {
        let model = &self.engine.model;
        let inside = |class: &usize| {
            let own = model.domains_of(question, *class);
            own.iter().zip(domains.iter()).all(|(own, domain)| own & domain != 0)
        };
        let classes: Vec<usize> = (0..model.classes[question].len()).filter(inside).collect();
        let bad = classes.iter().filter(|class| refuted.contains(class)).count();
        if bad == classes.len() {
            return;
        }
        if bad == 0 && self.forced(frames, question, domains) {
            return good.extend(classes);
        }
        let Some(open) = domains.iter().position(|domain| !domain.is_power_of_two()) else { return };
        for half in [1, 2] {
            domains[open] = half;
            self.widen_sets(frames, question, refuted, domains, good);
        }
        domains[open] = 3;
    }
}

fn members(set: u128) -> impl Iterator<Item = usize> {
    (0..MOST_QUESTIONS).filter(move |at| set >> at & 1 == 1)
}

/// The questions of a set of given answers, with those that always count.
fn questions(given: &[usize], set: u128) -> Vec<usize> {
    let always = &given[given.len().min(MOST_QUESTIONS)..];
    members(set).map(|at| given[at]).chain(always.iter().copied()).collect()
}

/// Adds a conflict to others, of which none is part of another.
fn learn(conflicts: &mut Vec<u128>, conflict: u128) {
    if conflicts.iter().all(|known| known & conflict != *known) {
        conflicts.retain(|known| known & conflict != conflict);
        conflicts.push(conflict);
    }
}

/// Whether a set has a member in each of these.
fn meets(set: u128, conflicts: &[u128]) -> bool {
    conflicts.iter().all(|conflict| conflict & set != 0)
}

/// How many members a set has at least that has one in each of `sets`, where it is known that there are no fewer than so many.
fn least_to_meet(sets: &[u128], known: u32) -> u32 {
    (known..u128::BITS).find(|most| meet(sets, *most, &[]).is_some()).unwrap_or(u128::BITS)
}

/// A set of no more than so many members that has one in each of `sets`, other than those that are `known`; of several, the
/// one with the first members.
fn meet(sets: &[u128], most: u32, known: &[u128]) -> Option<u128> {
    extend(sets, 0, 0, most, known)
}

fn extend(sets: &[u128], chosen: u128, banned: u128, most: u32, known: &[u128]) -> Option<u128> {
    let unmet = || sets.iter().copied().filter(|set| set & chosen == 0);
    // Sets without a common member need a member each.
    let (mut apart, mut taken) = (0, 0);
    for set in unmet() {
        if set & taken == 0 {
            apart += 1;
            taken |= set;
        }
    }
    if chosen.count_ones() + apart > most {
        return None;
    }
    let Some(next) = unmet().map(|set| set & !banned).min_by_key(|set| set.count_ones()) else {
        return Some(chosen).filter(|chosen| !known.contains(chosen));
    };
    let mut banned = banned;
    members(next).find_map(|at| {
        let met = extend(sets, chosen | 1 << at, banned, most, known);
        banned |= 1 << at;
        met
    })
}
