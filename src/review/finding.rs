//! What a review finds, and where it stands.

use std::fmt;

use crate::rulebook::{Places, Rulebook};

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// A criterion that no answers make true.
    NeverHolds,
    /// A criterion that all complete answers make true.
    AlwaysHolds,
    /// A criterion from which nothing follows.
    ChangesNothing,
    /// A question that no answers lead to.
    NeverAsked,
    /// A question that nothing looks at.
    InertQuestion,
    /// Options that nothing tells apart.
    InertOption,
    /// An aspect that no criterion demands.
    UndemandedAspect,
    /// A demand that no platform meets.
    UnmetDemand,
    /// A must that no platform meets.
    UnmetMust,
    /// A demand that never counts beside others.
    ShadowedDemand,
    /// A platform that no answers lead to.
    NeverRecommended,
    /// A verdict that no answers lead to.
    UnreachedVerdict,
    /// Something said without a source.
    WithoutSource,
    /// A source that nothing cites.
    UncitedSource,
    /// Published decisions with the same answers that went different ways.
    ContradictingCases,
    /// An exception that no promise names.
    UnusedException,
    /// A promise that answers break.
    BrokenPromise,
}

impl Check {
    /// All of them with the word by which outputs name them, and what is found.
    pub const ALL: [(Self, &'static str, &'static str); 17] = [
        (Self::NeverHolds, "never-holds", "No answers make the criterion true."),
        (Self::AlwaysHolds, "always-holds", "Whatever is answered, the criterion is true."),
        (Self::ChangesNothing, "changes-nothing", "Nothing follows from the criterion."),
        (Self::NeverAsked, "never-asked", "No answers lead to the question."),
        (Self::InertQuestion, "inert-question", "Nothing in the rules looks at the question."),
        (Self::InertOption, "inert-option", "Nothing in the rules tells the options apart."),
        (Self::UndemandedAspect, "undemanded-aspect", "No criterion demands anything of the aspect."),
        (Self::UnmetDemand, "unmet-demand", "No platform meets the demand."),
        (Self::UnmetMust, "unmet-must", "No platform has what is stated as a must."),
        (Self::ShadowedDemand, "shadowed-demand", "Whenever the demand is raised, another asks for more."),
        (Self::NeverRecommended, "never-recommended", "No answers lead to the platform."),
        (Self::UnreachedVerdict, "unreached-verdict", "No answers lead to the verdict."),
        (Self::WithoutSource, "without-source", "It is said without a source."),
        (Self::UncitedSource, "uncited-source", "Nothing cites the source."),
        (Self::ContradictingCases, "contradicting-cases", "The same answers came out on different sides."),
        (Self::UnusedException, "unused-exception", "No promise names the exception."),
        (Self::BrokenPromise, "broken-promise", "Some answers break the promise."),
    ];

    /// The word by which outputs name it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(check, ..)| *check == self).map_or("", |(_, word, _)| word)
    }

    /// What is found, as a sentence.
    pub fn meaning(self) -> &'static str {
        Self::ALL.iter().find(|(check, ..)| *check == self).map_or("", |(.., meaning)| meaning)
    }
}

/// A part of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The kind of table: `criterion`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The keys that lead to the part within it.
    pub inside: Vec<String>,
}

impl Subject {
    /// A whole table.
    pub fn new(kind: &'static str, id: &str) -> Self {
        Self { kind, id: id.to_owned(), inside: Vec::new() }
    }

    /// A part of it.
    #[must_use]
    pub fn inside(mut self, keys: &[&str]) -> Self {
        self.inside = keys.iter().map(|key| (*key).to_owned()).collect();
        self
    }

    /// Where it stands, or the nearest thing around it.
    pub(super) fn place(&self, places: &Places<'_>) -> Option<Place> {
        let (file, line) = places.line(self.kind, &self.id, &self.inside)?;
        Some(Place { file: file.to_owned(), line })
    }
}

impl fmt::Display for Subject {
    /// "criterion.many-services.demands.gitops"
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.id)?;
        self.inside.iter().try_for_each(|key| write!(f, ".{key}"))
    }
}

/// Something that is well-formed and still wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong, as a sentence.
    pub message: String,
    /// How that is known: the proof, or the answers that show it.
    pub shown_by: String,
    /// What would be right.
    pub help: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A line of a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl Place {
    /// The place that a rulebook knows by the index of a file and a line.
    pub(super) fn of(rulebook: &Rulebook, (file, line): (usize, usize)) -> Self {
        Self { file: rulebook.files()[file].name.clone(), line }
    }
}
