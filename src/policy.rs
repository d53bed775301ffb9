//! What rules of one's own change in a result: the same answers without them, and the few changes that make the difference.

use crate::answers::{Answers, Given};
use crate::assessment::{Assessment, assess};
use crate::rulebook::{Change, Rulebook, Variants};

/// How often a rulebook is put together to find out what makes the difference; each time takes some milliseconds.
const MOST_TRIES: usize = 200;

/// A rulebook with layers, and what is beneath them.
pub struct Policy<'r> {
    rulebook: &'r Rulebook,
    variants: Variants<'r>,
    beneath: Rulebook,
}

/// A verdict and the platform that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The id of the verdict's band, and its name.
    pub verdict: (String, String),
    /// The id of its side, and its name.
    pub side: (String, String),
    /// The id of the platform, and its name within a sentence.
    pub platform: (String, String),
    /// The margin.
    pub margin: i64,
}

impl Outcome {
    /// What rules make of answers.
    pub fn of(rulebook: &Rulebook, answers: &Answers) -> Self {
        Self::said_by(rulebook, &assess(rulebook, answers.readings(rulebook)))
    }

    fn said_by(rulebook: &Rulebook, assessment: &Assessment) -> Self {
        let band = &rulebook.bands()[assessment.band];
        let side = rulebook.side(assessment.leaning(rulebook));
        let platform = &rulebook.platforms()[assessment.recommendation];
        Self {
            verdict: (band.id.clone(), band.name.clone()),
            side: (side.id.clone(), side.name.clone()),
            platform: (platform.id.clone(), platform.in_sentence().to_owned()),
            margin: assessment.margin,
        }
    }

    /// Whether both are the same advice, by whatever margin.
    pub fn is_like(&self, other: &Self) -> bool {
        self.is_like_verdict(other) && self.platform.0 == other.platform.0
    }

    fn is_like_verdict(&self, other: &Self) -> bool {
        self.verdict.0 == other.verdict.0 && self.side.0 == other.side.0
    }

    /// Whether rules in between that say `other` make the difference from `from` to this: of the verdict, or of the platform
    /// where the verdict stays.
    pub fn comes_of(&self, from: &Self, other: &Self) -> bool {
        match self.is_like_verdict(from) {
            true => self.platform.0 == other.platform.0,
            false => self.is_like_verdict(other),
        }
    }
}

/// That layers have moved a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What it would be without them.
    pub from: Outcome,
    /// What it is.
    pub to: Outcome,
    /// Changes that make the difference: with these alone the result is the same, and without any of them it is not. All of
    /// them where that takes too many tries to find out.
    pub by: Vec<Change>,
}

impl Moved {
    /// Whether the verdict is another one, not only the platform.
    pub fn is_other_verdict(&self) -> bool {
        self.from.verdict != self.to.verdict
    }
}

impl<'r> Policy<'r> {
    /// Takes the layers of a rulebook off. Nothing where it has none.
    pub fn new(rulebook: &'r Rulebook) -> Option<Self> {
        let variants = Variants::new(rulebook)?;
        let beneath = variants.with(&|_| false)?;
        Some(Self { rulebook, variants, beneath })
    }

    /// What the layers have moved in the assessment of these answers; nothing where it is the same without them.
    pub fn moved(&self, answers: &Answers, assessment: &Assessment) -> Option<Moved> {
        let to = Outcome::said_by(self.rulebook, assessment);
        let from = self.outcome_of(&self.beneath, answers);
        if from.is_like(&to) {
            return None;
        }
        let changes = self.rulebook.changes();
        let moves = |variant: &Rulebook| to.comes_of(&from, &self.outcome_of(variant, answers));
        let by = self.variants.deciding(changes, MOST_TRIES, &moves).unwrap_or_else(|| changes.to_vec());
        Some(Moved { from, to, by })
    }

    /// What the same answers come to by other rules; what these do not ask is left aside.
    fn outcome_of(&self, rulebook: &Rulebook, answers: &Answers) -> Outcome {
        let mut carried = Answers::none(rulebook);
        carry(answers, self.rulebook, &mut carried, rulebook);
        Outcome::of(rulebook, &carried)
    }
}

/// Adds answers to the questions of one rulebook to those of another.
pub(crate) fn carry(answers: &Answers, from: &Rulebook, carried: &mut Answers, to: &Rulebook) {
    for (index, question) in from.questions().iter().enumerate() {
        let (Some(given), Some(own)) = (answers.given(index), to.question(&question.id)) else { continue };
        let value =
            given.value.and_then(|value| to.questions()[own].parse(&question.spell(value)).ok()).flatten();
        carried.add(own, Given { value, origin: given.origin.clone() });
    }
}
