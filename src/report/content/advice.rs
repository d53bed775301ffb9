//! What to do next, the most harmful omission first, and what to learn.

use super::{ProblemRow, Writer};
use crate::assessment::Shortfall;
use crate::rulebook::{Claim, Harm, Leaning, Problem, Step};
use crate::text::{first_sentence, list, lower_first};

/// What a next step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStepKind {
    /// A remedy for something that the recommended platform lacks.
    Remedy,
    /// A duty that comes with the recommended platform.
    TakesOn,
    /// A step of the learning path that the reader's own demands need first.
    LearnFirst,
    /// A later step of the learning path.
    Learn,
}

impl NextStepKind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Remedy => "remedy",
            Self::TakesOn => "takes-on",
            Self::LearnFirst => "learn-first",
            Self::Learn => "learn",
        }
    }

    /// Whether it is something to read.
    pub fn is_learning(self) -> bool {
        matches!(self, Self::LearnFirst | Self::Learn)
    }
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// What it is.
    pub kind: NextStepKind,
    /// The id of the aspect, platform or step.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// What to do.
    pub text: String,
    /// What comes of leaving it.
    pub harm: Harm,
    /// Where to read, best first: title and address.
    pub read: Vec<(String, String)>,
}

impl NextStep {
    /// What to do, in a sentence.
    pub fn short(&self) -> &str {
        first_sentence(&self.text)
    }
}

impl Writer<'_> {
    /// What to do on the recommended platform, the most harmful omission first, and, where the subject is or may become
    /// the answer, what to learn.
    pub(super) fn next_steps(&self) -> Vec<NextStep> {
        let recommended = self.assessment.recommendation;
        let mut steps = self.remedies(recommended);
        steps.extend(self.duties(recommended));
        steps.sort_by_key(|step| step.harm);
        if self.assessment.leaning(self.rulebook) != Leaning::Without {
            steps.extend(self.learning());
        }
        steps
    }

    /// How to get by with what a platform lacks, as far as nothing that has to be done anyway helps there.
    fn remedies(&self, platform: usize) -> Vec<NextStep> {
        let remedy = |shortfall: &Shortfall| {
            let row = &self.rulebook.aspects()[shortfall.aspect];
            let cell = &row.cells[platform];
            Some(NextStep {
                kind: NextStepKind::Remedy,
                id: row.id.clone(),
                title: row.name.clone(),
                text: cell.remedy.clone().filter(|_| self.assessment.satisfies(&cell.remedy_when))?,
                harm: row.harm,
                read: Vec::new(),
            })
        };
        let helped = |shortfall: &&Shortfall| {
            self.taken_on(platform).any(|claim| claim.helps.contains(&shortfall.aspect))
        };
        let shortfalls = self.assessment.standings[platform].shortfalls.iter();
        shortfalls.filter(|shortfall| !helped(shortfall)).filter_map(remedy).collect()
    }

    /// What one takes on with a platform.
    pub(super) fn taken_on(&self, platform: usize) -> impl Iterator<Item = &Claim> {
        self.platform(platform).takes_on.iter().filter(|claim| self.assessment.satisfies(&claim.when))
    }

    fn duties(&self, platform: usize) -> Vec<NextStep> {
        let own = self.taken_on(platform);
        let platform = self.platform(platform);
        let duty = |claim: &Claim| NextStep {
            kind: NextStepKind::TakesOn,
            id: platform.id.clone(),
            title: platform.name.clone(),
            text: claim.text.clone(),
            harm: claim.harm,
            read: Vec::new(),
        };
        own.map(duty).collect()
    }

    /// What is to be known about the recommended platform.
    pub(super) fn caveats(&self) -> Vec<String> {
        let caveats = self.platform(self.assessment.recommendation).caveats.iter();
        caveats
            .filter(|claim| self.assessment.satisfies(&claim.when))
            .map(|claim| claim.text.clone())
            .collect()
    }

    /// The learning path: first what the reader's own demands need, each part in the order of the path.
    fn learning(&self) -> Vec<NextStep> {
        let needed = |step: &&Step| {
            step.aspects.iter().any(|aspect| self.assessment.demanded_level(self.rulebook, *aspect) > 0)
        };
        let own = self.rulebook.steps().iter().filter(|step| self.assessment.satisfies(&step.when));
        let (first, later): (Vec<&Step>, Vec<&Step>) = own.partition(needed);
        let step = |kind: NextStepKind| {
            move |step: &Step| NextStep {
                kind,
                id: step.id.clone(),
                title: step.title.clone(),
                text: step.teaches.clone(),
                harm: Harm::default(),
                read: step.read.iter().map(|page| (page.title.clone(), page.url.clone())).collect(),
            }
        };
        let mut steps: Vec<NextStep> = first.into_iter().map(step(NextStepKind::LearnFirst)).collect();
        steps.extend(later.into_iter().map(step(NextStepKind::Learn)));
        steps
    }

    pub(super) fn problems(&self) -> Vec<ProblemRow> {
        self.own_problems()
            .map(|(index, problem)| ProblemRow {
                problem: index,
                covered: self.covered(problem),
                remedy: self.helps(problem),
            })
            .filter(|row| row.covered.is_some() || !row.remedy.is_empty())
            .collect()
    }

    /// How the recommended platform meets what is demanded of the aspects of a problem, when it lacks nothing of it.
    fn covered(&self, problem: &Problem) -> Option<String> {
        let recommended = self.assessment.recommendation;
        let shortfalls = &self.assessment.standings[recommended].shortfalls;
        if shortfalls.iter().any(|shortfall| problem.aspects.contains(&shortfall.aspect)) {
            return None;
        }
        let demanded = problem
            .aspects
            .iter()
            .filter(|aspect| self.assessment.demanded_level(self.rulebook, **aspect) > 0);
        let means: Vec<String> = demanded
            .map(|aspect| {
                let row = &self.rulebook.aspects()[*aspect];
                format!("{} ({})", lower_first(&row.name), lower_first(&row.cells[recommended].label))
            })
            .collect();
        let platform = self.platform(recommended);
        let has = platform.verb("has", "have");
        (!means.is_empty()).then(|| {
            format!("{} {has} what your answers call for: {}.", platform.at_start(), list(&means, "and"))
        })
    }

    /// What helps against a problem on the recommended platform: the remedies for what it lacks there.
    fn helps(&self, problem: &Problem) -> String {
        let recommended = self.assessment.recommendation;
        let mut said: Vec<&str> = Vec::new();
        for aspect in &problem.aspects {
            let cell = &self.rulebook.aspects()[*aspect].cells[recommended];
            let lacks = self.assessment.standings[recommended].shortfalls.iter();
            let lacks = lacks.into_iter().any(|shortfall| shortfall.aspect == *aspect);
            match &cell.remedy {
                Some(remedy) if lacks && self.assessment.satisfies(&cell.remedy_when) => said.push(remedy),
                _ => {}
            }
        }
        match said.as_slice() {
            [] if self.rulebook.is_subject(recommended) => problem.with.clone(),
            said => said.join(" "),
        }
    }
}
