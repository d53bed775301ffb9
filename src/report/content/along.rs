//! How the margin moves along each number, everything else as answered.

use super::Contents;
use crate::answers::{Given, Origin};
use crate::assessment::assess;
use crate::rulebook::{Classes, Kind, Reading, Value};

/// The margin along one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The index of the question.
    pub question: usize,
    /// The number that was given.
    pub given: Option<u64>,
    /// All numbers in their order, neighbours of the same margin and verdict together; at least one stretch.
    pub stretches: Vec<Stretch>,
}

/// Neighbouring numbers that come to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The least of them.
    pub from: u64,
    /// The greatest of them.
    pub to: u64,
    /// The numbers in words.
    pub said: String,
    /// Points of margin with any of them.
    pub margin: i64,
    /// The index of the verdict's band with any of them.
    pub band: usize,
    /// Whether the number that was given is one of them.
    pub here: bool,
    /// Whether the verdict is another one than that of the stretch before.
    pub turns: bool,
}

impl Course {
    /// Whether no number moves anything.
    pub fn is_level(&self) -> bool {
        self.stretches.len() == 1
    }
}

impl Contents<'_> {
    /// The margin along every number that is asked for here. Put together when it is asked for, as one format shows it.
    pub fn courses(&self) -> Vec<Course> {
        let classes = Classes::of_rulebook(self.rulebook);
        let applies = |question: &usize| self.assessment.readings[*question] != Reading::DoesNotApply;
        (0..self.rulebook.questions().len())
            .filter(applies)
            .filter_map(|question| self.course(question, &classes[question]))
            .collect()
    }

    fn course(&self, question: usize, classes: &Classes) -> Option<Course> {
        let asked = &self.rulebook.questions()[question];
        let Kind::Count(count) = &asked.kind else { return None };
        let given = match self.assessment.readings[question] {
            Reading::Known(Value::Count(number)) => Some(number),
            _ => None,
        };
        let starts: Vec<u64> = (0..classes.len())
            .map(|class| match classes.sample(class) {
                Value::Count(least) => least,
                _ => count.min,
            })
            .collect();
        // Classes are ordered by their numbers, and the sample of each is its least number.
        let mut found: Vec<(Vec<usize>, Stretch)> = Vec::new();
        for (class, from) in starts.iter().copied().enumerate() {
            let to = starts.get(class + 1).map_or(count.max, |next| next - 1);
            let (margin, band) = self.with_number(question, from);
            let here = given.is_some_and(|number| (from..=to).contains(&number));
            match found.last_mut() {
                Some((members, stretch)) if (stretch.margin, stretch.band) == (margin, band) => {
                    members.push(class);
                    stretch.to = to;
                    stretch.here |= here;
                }
                last => {
                    let turns = last.is_some_and(|(_, before)| before.band != band);
                    let said = String::new();
                    found.push((vec![class], Stretch { from, to, said, margin, band, here, turns }));
                }
            }
        }
        let stretches = found.into_iter().map(|(members, stretch)| Stretch {
            said: classes.values(question, &members).describe(asked),
            ..stretch
        });
        Some(Course { question, given, stretches: stretches.collect() })
    }

    /// The margin and the band with another number, everything else as answered.
    fn with_number(&self, question: usize, number: u64) -> (i64, usize) {
        let mut answers = self.known.clone();
        answers.set(question, Given { value: Some(Value::Count(number)), origin: Origin::Prompt });
        let assessment = assess(self.rulebook, answers.readings(self.rulebook));
        (assessment.margin, assessment.band)
    }
}
