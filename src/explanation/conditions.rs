//! Conditions on the answers in a box: whether they hold in all, in some or in none of them.

use std::ops::Range;

use super::model::{ANSWERED, Frame, UNANSWERED};
use crate::rulebook::{Accepts, Classes, Condition, OptionSet};

/// What may be the case in a box, a bit each.
pub(super) mod may {
    /// The condition may be true.
    pub(in crate::explanation) const HOLD: u8 = 1;
    /// It may be otherwise: false or unknown.
    pub(in crate::explanation) const NOT_HOLD: u8 = 2;
    /// It may be false.
    pub(in crate::explanation) const FAIL: u8 = 4;
    /// It may be otherwise: true or unknown.
    pub(in crate::explanation) const NOT_FAIL: u8 = 8;
}

/// A condition over variables.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Unless(Box<Tree>),
    /// One of these variables of a question has a value in its mask. Whether the question is answered is the value of
    /// the first variable of all.
    Test {
        question: usize,
        answered: usize,
        parts: Vec<(usize, u64)>,
    },
}

impl Tree {
    pub(super) fn compile(condition: &Condition, model: &Vocabulary<'_>) -> Self {
        match condition {
            Condition::All(parts) => Self::All(parts.iter().map(|part| Self::compile(part, model)).collect()),
            Condition::Any(parts) => Self::Any(parts.iter().map(|part| Self::compile(part, model)).collect()),
            Condition::Not(part) => Self::Not(Box::new(Self::compile(part, model))),
            Condition::Unless(part) => Self::Unless(Box::new(Self::compile(part, model))),
            Condition::Test(test) => {
                let (question, answered) = (test.question, model.variables_of[test.question].start);
                Self::Test { question, answered, parts: model.parts(question, test.accepts) }
            }
        }
    }

    pub(super) fn evaluate(&self, frame: &Frame) -> u8 {
        match self {
            Self::All(parts) => {
                let (mut all, none) = (may::HOLD | may::NOT_FAIL, may::NOT_HOLD | may::FAIL);
                for part in parts {
                    let part = part.evaluate(frame);
                    all = (all & part & !none) | ((all | part) & none);
                    if all == none {
                        break;
                    }
                }
                all
            }
            Self::Any(parts) => {
                let (mut any, all) = (may::NOT_HOLD | may::FAIL, may::HOLD | may::NOT_FAIL);
                for part in parts {
                    let part = part.evaluate(frame);
                    any = (any & part & !all) | ((any | part) & all);
                    if any == all {
                        break;
                    }
                }
                any
            }
            Self::Not(part) => {
                let part = part.evaluate(frame);
                ((part & (may::HOLD | may::NOT_HOLD)) << 2) | ((part & (may::FAIL | may::NOT_FAIL)) >> 2)
            }
            Self::Unless(part) => {
                let part = part.evaluate(frame);
                let (holds, fails) = (part & may::NOT_HOLD != 0, part & may::HOLD != 0);
                (u8::from(holds) * (may::HOLD | may::NOT_FAIL))
                    | (u8::from(fails) * (may::NOT_HOLD | may::FAIL))
            }
            Self::Test { question, answered, parts } => {
                let (applies, answered) = (frame.asks[*question], frame.domains[*answered]);
                let (mut pass, mut miss) = (false, true);
                for (variable, mask) in parts {
                    let domain = frame.domains[*variable];
                    pass |= domain & mask != 0;
                    miss &= domain & !mask != 0;
                }
                if (applies, answered) == (may::HOLD | may::NOT_FAIL, ANSWERED) {
                    return (u8::from(pass) * (may::HOLD | may::NOT_FAIL))
                        | (u8::from(miss) * (may::NOT_HOLD | may::FAIL));
                }
                let (known, unknown) = (answered & ANSWERED != 0, answered & UNANSWERED != 0);
                let (counts, aside) = (applies & may::NOT_FAIL != 0, applies & may::FAIL != 0);
                let hold = counts && known && pass;
                let fail = aside || known && miss;
                let not_hold = aside || unknown || miss;
                let not_fail = counts && (unknown || pass);
                (u8::from(hold) * may::HOLD)
                    | (u8::from(not_hold) * may::NOT_HOLD)
                    | (u8::from(fail) * may::FAIL)
                    | (u8::from(not_fail) * may::NOT_FAIL)
            }
        }
    }

    pub(super) fn visit(&self, see: &mut impl FnMut(usize, &[(usize, u64)])) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(see)),
            Self::Not(part) | Self::Unless(part) => part.visit(see),
            Self::Test { question, parts, .. } => see(*question, parts),
        }
    }

    /// The variables that it looks at, and the questions.
    pub(super) fn reads(&self) -> (Vec<usize>, Vec<usize>) {
        let (mut variables, mut questions) = (Vec::new(), Vec::new());
        self.visit(&mut |question, parts| {
            questions.push(question);
            variables.extend(parts.iter().map(|(variable, _)| *variable));
        });
        variables.sort_unstable();
        variables.dedup();
        questions.sort_unstable();
        questions.dedup();
        (variables, questions)
    }
}

/// What is needed to translate tests.
pub(super) struct Vocabulary<'a> {
    pub(super) classes: &'a [Classes],
    pub(super) variables_of: &'a [Range<usize>],
    /// The groups of options of each question that takes sets.
    pub(super) atoms: &'a [Vec<OptionSet>],
}

impl Vocabulary<'_> {
    fn parts(&self, question: usize, accepts: Accepts) -> Vec<(usize, u64)> {
        let first = self.variables_of[question].start + 1;
        if let Accepts::Includes(wanted) = accepts {
            let hit =
                |(index, atom): (usize, &OptionSet)| atom.intersects(wanted).then_some((first + index, 2));
            return self.atoms[question].iter().enumerate().filter_map(hit).collect();
        }
        let classes = &self.classes[question];
        let passing = (0..classes.len()).filter(|class| accepts.admits(classes.sample(*class)));
        vec![(first, passing.fold(0, |mask, class| mask | 1 << class))]
    }
}
