//! The content of a report: sentences from the rulebook, figures from the assessment, nothing decided here.

use super::explained::{Explained, explained};
use crate::answers::Answers;
use crate::assessment::{About, Assessment, Shortfall, Term};
use crate::explanation::{Explanation, Outlook, Status};
use crate::rulebook::{Claim, Kind, LEVELS, Leaning, Problem, Reading, Rulebook, Step};
use crate::text::list;

/// Where the figures come from, so that a result can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The rulebook's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its files.
    pub digest: String,
}

/// One answer as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The index of the question.
    pub question: usize,
    /// The value as files and flags spell it; `None` when it is not known.
    pub value: Option<String>,
    /// The value in words.
    pub described: String,
    /// Where it came from.
    pub origin: String,
    /// Whether the other answers make it irrelevant.
    pub irrelevant: bool,
}

/// Two sources that say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The whole sentence.
    pub text: String,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Points of margin.
    pub points: i64,
    /// `aspect`, `effort`, `price`, `familiarity` or `floor`.
    pub kind: &'static str,
    /// The id of the aspect or criterion; of the constant otherwise.
    pub id: String,
    /// The head of the line.
    pub title: String,
    /// The reason.
    pub reason: String,
    /// The same at a glance: the platform without the subject first, the one with it second.
    pub short: String,
}

/// Whether a platform can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// It can.
    Available,
    /// It cannot, because of these statements.
    Removed(Vec<String>),
}

/// One platform of the ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformRow {
    /// The index of the platform.
    pub platform: usize,
    /// Whether it can be chosen.
    pub availability: Availability,
    /// Its effort for this team.
    pub effort: i64,
    /// Its burden.
    pub burden: i64,
    /// What it lacks.
    pub shortfalls: Vec<ShortfallRow>,
}

/// What a platform lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortfallRow {
    /// The id of the aspect.
    pub aspect: String,
    /// Its name.
    pub name: String,
    /// The platform's level.
    pub level: u8,
    /// The demanded level.
    pub demanded: u8,
    /// Points of burden.
    pub points: i64,
}

/// One of the reader's own problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemRow {
    /// The index of the problem.
    pub problem: usize,
    /// How the recommended platform covers it, when it lacks nothing of what the answers demand here.
    pub covered: Option<String>,
    /// What helps: the simplest remedy, or, where the subject is recommended, what it does.
    pub remedy: String,
}

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
    /// Where to read, best first: title and address.
    pub read: Vec<(String, String)>,
}

/// Everything that a report can say.
#[derive(Debug, Clone)]
pub struct Contents<'a> {
    /// The rulebook.
    pub rulebook: &'a Rulebook,
    /// The assessment.
    pub assessment: &'a Assessment,
    /// What explains it.
    pub explanation: &'a Explanation,
    /// What is still possible.
    pub outlook: &'a Outlook,
    /// The explanation in words.
    pub explained: Explained,
    /// Name, version and digest of the rulebook.
    pub provenance: Provenance,
    /// The answer in one line.
    pub headline: String,
    /// What the verdict means.
    pub meaning: String,
    /// How sure it is, in a sentence.
    pub certainty: String,
    /// The constraint that decides, as a sentence.
    pub decided_by: Option<String>,
    /// The answers that were given.
    pub answers: Vec<Answer>,
    /// What contradicts what.
    pub contradictions: Vec<Contradiction>,
    /// The names of the questions that apply and have no answer.
    pub unknown: Vec<usize>,
    /// The ledger.
    pub ledger: Vec<LedgerLine>,
    /// The heading of the opposing case.
    pub opposing_title: String,
    /// The strongest arguments against the verdict, in full sentences.
    pub opposing: Vec<String>,
    /// The platforms, best first.
    pub platforms: Vec<PlatformRow>,
    /// The reader's own problems.
    pub problems: Vec<ProblemRow>,
    /// What to do next.
    pub next_steps: Vec<NextStep>,
    /// The indices of the sources that all of this rests on.
    pub sources: Vec<usize>,
}

impl<'a> Contents<'a> {
    /// Puts the content of a report together.
    pub fn new(
        rulebook: &'a Rulebook,
        answers: &Answers,
        assessment: &'a Assessment,
        explanation: &'a Explanation,
        provenance: Provenance,
    ) -> Self {
        let outlook = &explanation.outlook;
        let writer = Writer { rulebook, assessment, outlook };
        let mut contents = Self {
            rulebook,
            assessment,
            explanation,
            outlook,
            explained: explained(rulebook, assessment, explanation),
            provenance,
            headline: writer.headline(),
            meaning: rulebook.bands()[assessment.band].meaning.clone(),
            certainty: writer.certainty(),
            decided_by: writer.decided_by(),
            answers: writer.answers(answers),
            contradictions: writer.contradictions(answers),
            unknown: writer.unknown(),
            ledger: assessment.ledger.iter().map(|term| writer.ledger_line(term)).collect(),
            opposing_title: writer.opposing_title(),
            opposing: writer.opposing(),
            platforms: assessment.ranking.iter().map(|platform| writer.platform_row(*platform)).collect(),
            problems: writer.problems(),
            next_steps: writer.next_steps(),
            sources: Vec::new(),
        };
        contents.sources = writer.sources(&contents);
        contents
    }

    /// The name of a platform.
    pub fn platform_name(&self, platform: usize) -> &str {
        &self.rulebook.platforms()[platform].name
    }

    /// Whether too little is known to name one answer.
    pub fn is_undecided(&self) -> bool {
        self.outlook.status == Status::Undecided
    }
}

struct Writer<'a> {
    rulebook: &'a Rulebook,
    assessment: &'a Assessment,
    outlook: &'a Outlook,
}

impl Writer<'_> {
    fn platform(&self, platform: usize) -> &str {
        &self.rulebook.platforms()[platform].name
    }

    fn headline(&self) -> String {
        let band = &self.rulebook.bands()[self.assessment.band];
        let told = band
            .headline
            .replace("{best}", self.platform(self.assessment.recommendation))
            .replace("{with}", self.platform(self.assessment.best_with))
            .replace("{without}", self.platform(self.assessment.best_without));
        if self.outlook.status != Status::Undecided {
            return told;
        }
        format!("Undecided so far: {}, leaning to {}.", self.range(), band.name.to_lowercase())
    }

    /// "anything from overkill to recommended"
    fn range(&self) -> String {
        let name = |band: Option<&usize>| {
            band.and_then(|band| self.rulebook.bands().get(*band))
                .map_or(String::new(), |band| band.name.to_lowercase())
        };
        let possible = &self.outlook.verdicts;
        match possible.len() {
            0 | 1 => name(possible.first()),
            2 => format!("{} or {}", name(possible.first()), name(possible.last())),
            _ => format!("anything from {} to {}", name(possible.first()), name(possible.last())),
        }
    }

    fn certainty(&self) -> String {
        let known =
            self.assessment.readings.iter().filter(|reading| matches!(reading, Reading::Known(_))).count();
        let open = self.unknown().len();
        match self.outlook.status {
            Status::Settled if open == 0 => "Settled: every question that applies is answered.".to_owned(),
            Status::Settled => format!(
                "Settled: none of the {} can change the verdict.",
                crate::text::counted(open, "unanswered question", "unanswered questions")
            ),
            Status::Leaning => format!(
                "Leaning: the {} given rule out {} % of the margin's spread; what is unknown {} {}.",
                crate::text::counted(known, "answer", "answers"),
                self.outlook.coverage.percent(),
                if self.outlook.proved { "leaves" } else { "leaves at most" },
                self.range()
            ),
            Status::Undecided => format!(
                "The {} given rule out {} of the margin's spread; {} {:+} to {:+}.",
                crate::text::counted(known, "answer", "answers"),
                match self.outlook.coverage.percent() {
                    0 => "hardly any".to_owned(),
                    percent => format!("only {percent} %"),
                },
                if self.outlook.proved {
                    "the margin can still be anything from"
                } else {
                    "the margin stays within"
                },
                self.outlook.margins.0,
                self.outlook.margins.1
            ),
        }
    }

    fn decided_by(&self) -> Option<String> {
        let criterion = &self.rulebook.criteria()[self.assessment.decided_by?];
        Some(format!("A constraint decides this: {}. {}", criterion.statement, criterion.because))
    }

    fn answers(&self, answers: &Answers) -> Vec<Answer> {
        let shown = |(index, reading): (usize, &Reading)| {
            let given = answers.given(index)?;
            let question = &self.rulebook.questions()[index];
            Some(Answer {
                question: index,
                value: given.value.map(|value| question.spell(value)),
                described: given.value.map_or("not known".to_owned(), |value| question.describe(value)),
                origin: given.origin.to_string(),
                irrelevant: *reading == Reading::DoesNotApply,
            })
        };
        self.assessment.readings.iter().enumerate().filter_map(shown).collect()
    }

    fn contradictions(&self, answers: &Answers) -> Vec<Contradiction> {
        answers
            .contradictions()
            .map(|(question, strongest, weaker)| {
                let question = &self.rulebook.questions()[question];
                let spelled =
                    |value: Option<_>| value.map_or("unknown".to_owned(), |value| question.spell(value));
                Contradiction {
                    text: format!(
                        "`{}` is {} by {} and {} by {}; the first counts",
                        question.id,
                        spelled(strongest.value),
                        strongest.origin,
                        spelled(weaker.value),
                        weaker.origin
                    ),
                }
            })
            .collect()
    }

    fn unknown(&self) -> Vec<usize> {
        let open = |(index, reading): (usize, &Reading)| (*reading == Reading::Unknown).then_some(index);
        self.assessment.readings.iter().enumerate().filter_map(open).collect()
    }

    fn ledger_line(&self, term: &Term) -> LedgerLine {
        let (with, without) = (self.assessment.best_with, self.assessment.best_without);
        let efforts = || {
            let effort = |platform: usize| self.rulebook.platforms()[platform].effort;
            format!(
                "{} takes {} of effort, {} {}",
                self.platform(without),
                effort(without),
                self.platform(with),
                effort(with)
            )
        };
        let line = |kind, id: &str, title: &str, reason: String| LedgerLine {
            points: term.points,
            kind,
            id: id.to_owned(),
            title: title.to_owned(),
            short: format!("{title} ({reason})"),
            reason,
        };
        match term.about {
            About::Aspect(aspect) => {
                let row = &self.rulebook.aspects()[aspect];
                let cell = |platform: usize| {
                    let cell = &row.cells[platform];
                    format!("{}: {}", self.platform(platform), LEVELS[usize::from(cell.level.min(4))])
                };
                let demanded = self.assessment.demanding(self.rulebook, aspect);
                let because: Vec<&str> = demanded
                    .iter()
                    .map(|index| self.rulebook.criteria()[*index].statement.as_str())
                    .collect();
                let reason =
                    format!("{}; {}. Asked for by: {}", cell(without), cell(with), because.join("; "));
                let level = |platform: usize| LEVELS[usize::from(row.cells[platform].level.min(4))];
                let short = format!("{}: {} or {}", row.name, level(without), level(with));
                LedgerLine { short, ..line("aspect", &row.id, &row.name, reason) }
            }
            About::Effort => {
                let effort = |platform: usize| self.rulebook.platforms()[platform].effort;
                let short = format!("Operating effort: {} or {}", effort(without), effort(with));
                LedgerLine { short, ..line("effort", "effort-price", "Operating effort", efforts()) }
            }
            About::Price(criterion) => {
                let criterion = &self.rulebook.criteria()[criterion];
                let word = if criterion.effort > 0 { "dearer" } else { "cheaper" };
                let reason = format!("makes each point of effort {} {word}", criterion.effort.abs());
                line("price", &criterion.id, &criterion.statement, reason)
            }
            About::Familiarity(criterion) => {
                let criterion = &self.rulebook.criteria()[criterion];
                let changes: Vec<String> = criterion
                    .familiarity
                    .iter()
                    .map(|(whose, points)| format!("{} {points:+}", self.rulebook.whose_name(*whose)))
                    .collect();
                line(
                    "familiarity",
                    &criterion.id,
                    &criterion.statement,
                    format!("changes effort: {}", changes.join(", ")),
                )
            }
            About::Floor => {
                let reason = "a point of effort costs at least 1, and no effort is below 0".to_owned();
                line("floor", "floor", "Least effort", reason)
            }
        }
    }

    fn opposing_title(&self) -> String {
        let against = match self.assessment.leaning(self.rulebook) {
            Leaning::Without => Leaning::With,
            Leaning::Hedge => Leaning::Hedge,
            Leaning::With => Leaning::Without,
        };
        self.rulebook.side(against).case.clone()
    }

    /// The strongest terms of the ledger against the verdict, as sentences; for a hedge, the strongest of either side.
    fn opposing(&self) -> Vec<String> {
        const MOST: usize = 5;
        let leaning = self.assessment.leaning(self.rulebook);
        let against = |term: &&Term| match leaning {
            Leaning::Without => term.points > 0,
            Leaning::With => term.points < 0,
            Leaning::Hedge => true,
        };
        let mut said: Vec<String> = Vec::new();
        for term in self.assessment.ledger.iter().filter(against) {
            let sentence = self.argument(term);
            if !sentence.is_empty() && !said.contains(&sentence) && said.len() < MOST {
                said.push(sentence);
            }
        }
        said
    }

    /// A term as an argument: which criterion, what goes wrong, what the platforms do about it.
    fn argument(&self, term: &Term) -> String {
        let (with, without) = (self.assessment.best_with, self.assessment.best_without);
        match term.about {
            About::Aspect(aspect) => {
                let row = &self.rulebook.aspects()[aspect];
                let (better, worse) = if term.points > 0 { (with, without) } else { (without, with) };
                let because = self.assessment.standings[worse]
                    .shortfalls
                    .iter()
                    .find(|shortfall| shortfall.aspect == aspect)
                    .and_then(|shortfall| shortfall.criteria.first())
                    .map(|index| self.rulebook.criteria()[*index].because.clone())
                    .unwrap_or_default();
                format!(
                    "{}: {} means {}. {} {}: {}",
                    row.name,
                    self.platform(worse),
                    row.short_of.as_deref().unwrap_or(&row.cells[worse].label),
                    because,
                    self.platform(better),
                    row.cells[better].note
                )
            }
            About::Effort => {
                let dearer = if term.points > 0 { without } else { with };
                let platform = &self.rulebook.platforms()[dearer];
                format!("Operating effort: {} means work. {}", platform.name, platform.effort_because)
            }
            About::Price(index) | About::Familiarity(index) => {
                let criterion = &self.rulebook.criteria()[index];
                format!("{}. {}", criterion.statement, criterion.because)
            }
            About::Floor => String::new(),
        }
    }

    fn platform_row(&self, platform: usize) -> PlatformRow {
        let standing = &self.assessment.standings[platform];
        let statement = |index: &usize| self.rulebook.criteria()[*index].statement.clone();
        let shortfall = |shortfall: &Shortfall| {
            let row = &self.rulebook.aspects()[shortfall.aspect];
            ShortfallRow {
                aspect: row.id.clone(),
                name: row.name.clone(),
                level: shortfall.level,
                demanded: shortfall.demanded,
                points: shortfall.points,
            }
        };
        PlatformRow {
            platform,
            availability: match standing.removed_by.as_slice() {
                [] => Availability::Available,
                removed_by => Availability::Removed(removed_by.iter().map(statement).collect()),
            },
            effort: standing.effort,
            burden: standing.burden,
            shortfalls: standing.shortfalls.iter().map(shortfall).collect(),
        }
    }

    fn own_problems(&self) -> impl Iterator<Item = (usize, &Problem)> {
        self.rulebook
            .problems()
            .iter()
            .enumerate()
            .filter(|(_, problem)| self.assessment.satisfies(&problem.when))
    }

    fn problems(&self) -> Vec<ProblemRow> {
        let with = self.rulebook.is_subject(self.assessment.recommendation);
        let remedy = |problem: &Problem| if with { problem.with.clone() } else { problem.remedy.clone() };
        let row = |(index, problem)| ProblemRow {
            problem: index,
            covered: self.covered(problem),
            remedy: remedy(problem),
        };
        self.own_problems().map(row).collect()
    }

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
                format!("{} ({})", row.name.to_lowercase(), row.cells[recommended].label)
            })
            .collect();
        (!means.is_empty())
            .then(|| format!("{} meets what you demand: {}.", self.platform(recommended), means.join(", ")))
    }

    fn next_steps(&self) -> Vec<NextStep> {
        let recommended = self.assessment.recommendation;
        let mut steps: Vec<NextStep> = self.remedies(recommended);
        if self.assessment.leaning(self.rulebook) == Leaning::Without {
            if steps.is_empty() {
                steps = self.duties(recommended);
            }
        } else {
            let with =
                if self.rulebook.is_subject(recommended) { recommended } else { self.assessment.best_with };
            steps.extend(self.duties(with));
            steps.extend(self.learning());
        }
        steps
    }

    /// How to get by with what a platform lacks.
    fn remedies(&self, platform: usize) -> Vec<NextStep> {
        let remedy = |shortfall: &Shortfall| {
            let row = &self.rulebook.aspects()[shortfall.aspect];
            let cell = &row.cells[platform];
            Some(NextStep {
                kind: NextStepKind::Remedy,
                id: row.id.clone(),
                title: row.name.clone(),
                text: cell.remedy.clone().filter(|_| self.assessment.satisfies(&cell.remedy_when))?,
                read: Vec::new(),
            })
        };
        self.assessment.standings[platform].shortfalls.iter().filter_map(remedy).collect()
    }

    fn duties(&self, platform: usize) -> Vec<NextStep> {
        let platform = &self.rulebook.platforms()[platform];
        let duty = |claim: &Claim| NextStep {
            kind: NextStepKind::TakesOn,
            id: platform.id.clone(),
            title: platform.name.clone(),
            text: claim.text.clone(),
            read: Vec::new(),
        };
        let own = platform.takes_on.iter().filter(|claim| self.assessment.satisfies(&claim.when));
        own.map(duty).collect()
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
                read: step.read.iter().map(|page| (page.title.clone(), page.url.clone())).collect(),
            }
        };
        let mut steps: Vec<NextStep> = first.into_iter().map(step(NextStepKind::LearnFirst)).collect();
        steps.extend(later.into_iter().map(step(NextStepKind::Learn)));
        steps
    }

    /// Every source behind something that the report says.
    fn sources(&self, contents: &Contents<'_>) -> Vec<usize> {
        let rulebook = self.rulebook;
        let mut used: Vec<usize> = Vec::new();
        for (index, criterion) in rulebook.criteria().iter().enumerate() {
            if self.assessment.holds(index) {
                used.extend(&criterion.sources);
            }
        }
        let compared =
            [self.assessment.best_with, self.assessment.best_without, self.assessment.recommendation];
        for platform in compared {
            let platform_rules = &rulebook.platforms()[platform];
            used.extend(&platform_rules.sources);
            for shortfall in &self.assessment.standings[platform].shortfalls {
                used.extend(&rulebook.aspects()[shortfall.aspect].cells[platform].sources);
            }
            if contents
                .next_steps
                .iter()
                .any(|step| step.kind == NextStepKind::TakesOn && step.id == platform_rules.id)
            {
                used.extend(platform_rules.takes_on.iter().flat_map(|claim| &claim.sources));
            }
        }
        for term in &self.assessment.ledger {
            if let About::Aspect(aspect) = term.about {
                used.extend(
                    compared.iter().flat_map(|platform| &rulebook.aspects()[aspect].cells[*platform].sources),
                );
            }
        }
        used.extend(self.own_problems().flat_map(|(_, problem)| &problem.sources));
        for step in rulebook.steps() {
            if contents.next_steps.iter().any(|next| next.id == step.id) {
                used.extend(&step.sources);
            }
        }
        used.sort_unstable();
        used.dedup();
        used
    }
}

/// The values that a question takes, for help texts: ids, or a range.
pub(crate) fn possible_values(kind: &Kind) -> String {
    match kind {
        Kind::Flag(_) => "true or false".to_owned(),
        Kind::Choice(options) | Kind::Choices(options) => {
            list(&options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>(), "or")
        }
        Kind::Count(count) => format!("{} to {}", count.min, count.max),
    }
}
