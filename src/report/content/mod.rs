//! The content of a report: sentences from the rulebook, figures from the assessment, nothing decided here.
//!
//! Every sentence is composed once, here; the formats only lay it out.

mod advice;
mod along;
mod balance;
mod brief;
mod ledger;
mod reasons;

pub use advice::{NextStep, NextStepKind};
pub use along::{Course, Stretch};
pub use balance::Balance;
pub use brief::{Brief, Sum};
pub use ledger::LedgerLine;

use std::cell::OnceCell;

use super::explained::{Explained, Turn, explained, turns};
use super::phrases;
use crate::answers::{Answers, Origin};
use crate::assessment::{About, Assessment, Shortfall};
use crate::explanation::{Explanation, How, Outlook, Share, Status};
use crate::policy::Moved;
use crate::precedents::Precedents;
use crate::prepared::Prepared;
use crate::rulebook::{Band, Change, Kind, Layer, Leaning, Platform, Problem, Reading, Rulebook, UNDECIDED};
use crate::text::{list, lower_first};

/// Where the figures come from, so that a result can be repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The rulebook's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its files, and of those of its layers.
    pub digest: String,
    /// What stands on top of it.
    pub layers: Vec<LayerName>,
    /// What that has moved in this result.
    pub moved: Option<Moved>,
}

/// Rules of one's own on top of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LayerName {
    /// The name.
    pub name: String,
    /// The version, if it has one.
    pub version: Option<String>,
    /// The SHA-256 of its files.
    pub digest: String,
}

impl Provenance {
    /// The rules by name and version: "needk8s 2.0.0 + acme-policy 1.2".
    pub fn named(&self) -> String {
        let layers = self.layers.iter().map(|layer| match &layer.version {
            Some(version) => format!("{} {version}", layer.name),
            None => layer.name.clone(),
        });
        [format!("{} {}", self.name, self.version)].into_iter().chain(layers).collect::<Vec<_>>().join(" + ")
    }

    /// The layers one by one, each with what identifies it: "acme-policy 1.2 (sha256 …)".
    pub fn told_layers(&self) -> impl Iterator<Item = (String, &str)> {
        self.layers.iter().map(|layer| {
            let version = layer.version.as_deref().map_or(String::new(), |version| format!(" {version}"));
            (format!("{}{version}", layer.name), layer.digest.as_str())
        })
    }
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
    /// The same as a clause: "you deploy 4 services of your own"; empty where it is not known.
    pub clause: String,
    /// Where it came from.
    pub origin: String,
    /// Whether the other answers make it irrelevant.
    pub irrelevant: bool,
}

/// Answers that do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The names of their questions.
    pub names: Vec<String>,
    /// The answers that rule these questions out, as a clause.
    pub because: String,
}

/// Two sources that say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The whole sentence.
    pub text: String,
    /// Whether a person overrode something on purpose, which is no contradiction.
    pub on_purpose: bool,
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

impl PlatformRow {
    /// Whether it lacks what must be had.
    pub fn lacks_a_must(&self) -> bool {
        self.shortfalls.iter().any(|shortfall| shortfall.must)
    }
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
    /// Points of burden; none where it is only something that must be had.
    pub points: i64,
    /// Whether it must be had.
    pub must: bool,
    /// What the platform has instead.
    pub label: String,
    /// What was asked for.
    pub asked: String,
    /// Both, as a sentence without the platform.
    pub text: String,
}

/// One of the reader's own problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemRow {
    /// The index of the problem.
    pub problem: usize,
    /// How the recommended platform covers it, when it lacks nothing of what the answers demand here.
    pub covered: Option<String>,
    /// What helps on the recommended platform.
    pub remedy: String,
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
    /// The answer on one screen.
    pub brief: Brief,
    prepared: &'a Prepared<'a>,
    precedents: OnceCell<Precedents>,
    turns: OnceCell<Vec<Turn>>,
    /// Name, version and digest of the rulebook.
    pub provenance: Provenance,
    /// The answer in one line.
    pub headline: String,
    /// Whether it advises to stay with what runs today.
    pub stays: bool,
    /// What the verdict means.
    pub meaning: String,
    /// How sure it is, as the beginning of a sentence.
    pub certainty: String,
    /// The constraint that decides, as a sentence.
    pub decided_by: Option<String>,
    /// The answers that were given.
    pub answers: Vec<Answer>,
    /// All that is known, and from where.
    pub known: Answers,
    /// What contradicts what.
    pub contradictions: Vec<Contradiction>,
    /// Answers that would matter and do not count, since other answers rule their questions out.
    pub ignored: Vec<Ignored>,
    /// The names of the questions that apply and have no answer.
    pub unknown: Vec<usize>,
    /// The ledger.
    pub ledger: Vec<LedgerLine>,
    /// What the margin comes to, in a sentence.
    pub margin_said: String,
    /// The heading of the opposing case.
    pub opposing_title: String,
    /// The strongest arguments against the verdict, in full sentences.
    pub opposing: Vec<String>,
    /// The platforms, best first.
    pub platforms: Vec<PlatformRow>,
    /// The reader's own problems.
    pub problems: Vec<ProblemRow>,
    /// The criteria that moved the margin, each with the side it speaks for.
    pub drivers: Vec<String>,
    /// What is good and bad about taking the recommended platform.
    pub balance: Balance,
    /// The state of the recommended platform: licence, life cycle, limits.
    pub caveats: Vec<String>,
    /// What to do next.
    pub next_steps: Vec<NextStep>,
    /// The indices of the sources that all of this rests on.
    pub sources: Vec<usize>,
}

impl<'a> Contents<'a> {
    /// Puts the content of a report together.
    pub fn new(
        prepared: &'a Prepared<'a>,
        answers: &Answers,
        assessment: &'a Assessment,
        explanation: &'a Explanation,
        provenance: Provenance,
    ) -> Self {
        let rulebook = prepared.rulebook;
        let outlook = &explanation.outlook;
        let writer = Writer { rulebook, assessment, outlook };
        let mut contents = Self {
            rulebook,
            assessment,
            explanation,
            outlook,
            brief: Brief::default(),
            prepared,
            precedents: OnceCell::new(),
            turns: OnceCell::new(),
            explained: explained(rulebook, assessment, explanation),
            provenance,
            headline: writer.headline(),
            stays: writer.stays(),
            meaning: if outlook.status == Status::Undecided {
                rulebook.undecided().meaning.clone()
            } else {
                rulebook.bands()[assessment.band].meaning.clone()
            },
            certainty: writer.certainty(),
            decided_by: writer.decided_by(),
            answers: writer.answers(answers),
            known: answers.clone(),
            contradictions: writer.contradictions(answers),
            ignored: Vec::new(),
            unknown: writer.unknown(),
            ledger: assessment.ledger.iter().map(|term| writer.ledger_line(term)).collect(),
            margin_said: writer.margin_said(),
            opposing_title: writer.opposing_title(),
            opposing: writer.opposing(),
            platforms: assessment.ranking.iter().map(|platform| writer.platform_row(*platform)).collect(),
            problems: writer.problems(),
            drivers: writer.drivers(),
            balance: writer.balance(),
            caveats: writer.caveats(),
            next_steps: writer.next_steps(),
            sources: Vec::new(),
        };
        contents.ignored = writer.ignored(answers);
        contents.brief = writer.brief(&contents);
        contents.brief.why.extend(contents.moved());
        contents.sources = writer.sources(&contents);
        contents
    }

    /// The name of a platform.
    pub fn platform_name(&self, platform: usize) -> &str {
        &self.rulebook.platforms()[platform].name
    }

    /// The id of the verdict, wherever one is stored, printed or compared.
    pub fn verdict(&self) -> &str {
        if self.is_undecided() { UNDECIDED } else { &self.rulebook.bands()[self.assessment.band].id }
    }

    /// The id of the side of the verdict.
    pub fn side(&self) -> &str {
        if self.is_undecided() { UNDECIDED } else { self.leaning_side() }
    }

    /// The id of the side that what is known leans to.
    pub fn leaning_side(&self) -> &str {
        &self.rulebook.side(self.assessment.leaning(self.rulebook)).id
    }

    /// What others published who were in a like situation. Put together when it is asked for, as few formats show it.
    pub fn precedents(&self) -> &Precedents {
        let spreads = &self.explanation.spreads;
        self.precedents.get_or_init(|| Precedents::of(self.prepared, self.assessment, spreads))
    }

    /// What would change it, target by target; put together when it is asked for, as that is much and a page shows none of it.
    pub fn turns(&self) -> &[Turn] {
        self.turns.get_or_init(|| turns(self.rulebook, self.assessment, self.explanation))
    }

    /// Whether some of the platforms that can be had lack what must be had, and stand behind those that do not.
    pub fn some_lack_a_must(&self) -> bool {
        let available = || self.platforms.iter().filter(|row| row.availability == Availability::Available);
        available().any(PlatformRow::lacks_a_must) && !available().all(PlatformRow::lacks_a_must)
    }

    /// What is ruled out, a sentence for each reason: "Ruled out: PaaS and managed Kubernetes (you buy no managed services)."
    pub fn ruled_out(&self) -> Vec<String> {
        let removed = self.platforms.iter().filter_map(|row| match &row.availability {
            Availability::Removed(because) => {
                let because: Vec<String> = because.iter().map(|statement| lower_first(statement)).collect();
                Some((self.platform_name(row.platform), because.join("; ")))
            }
            Availability::Available => None,
        });
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, because) in removed {
            match groups.iter_mut().find(|(other, _)| *other == because) {
                Some((_, names)) => names.push(name),
                None => groups.push((because, vec![name])),
            }
        }
        let said =
            groups.iter().map(|(because, names)| format!("Ruled out: {} ({}).", list(names, "and"), because));
        said.collect()
    }

    /// What rules of one's own have moved, in a sentence.
    pub fn moved(&self) -> Option<String> {
        let moved = self.provenance.moved.as_ref()?;
        let mut of: Vec<usize> = moved.by.iter().map(|change| change.layer).collect();
        of.sort_unstable();
        of.dedup();
        let layers = of.into_iter().filter_map(|layer| self.rulebook.layers().get(layer));
        let layers: Vec<String> = layers.map(Layer::named).collect();
        let (from, to) = match moved.is_other_verdict() {
            true => (moved.from.verdict.1.to_lowercase(), moved.to.verdict.1.to_lowercase()),
            false => (moved.from.platform.1.clone(), moved.to.platform.1.clone()),
        };
        let by: Vec<String> = moved.by.iter().map(Change::name).collect();
        Some(phrases::moved(&layers, self.is_undecided(), &from, &to, &by))
    }

    /// Whether too little is known to name one answer.
    pub fn is_undecided(&self) -> bool {
        self.outlook.status == Status::Undecided
    }
}

pub(super) struct Writer<'a> {
    rulebook: &'a Rulebook,
    assessment: &'a Assessment,
    outlook: &'a Outlook,
}

impl Writer<'_> {
    fn platform(&self, platform: usize) -> &Platform {
        &self.rulebook.platforms()[platform]
    }

    /// What a demand of this level asks for.
    fn asked(&self, aspect: usize, level: u8) -> String {
        self.rulebook.aspects()[aspect].asked(level)
    }

    fn headline(&self) -> String {
        let band = &self.rulebook.bands()[self.assessment.band];
        let given_up: Vec<String> =
            self.assessment.gives_up().iter().map(|miss| self.asked(miss.aspect, miss.must)).collect();
        let best = self.with_products(self.assessment.recommendation);
        let told = if given_up.is_empty() {
            self.told_by(band)
        } else {
            phrases::doing_without(&band.name, &given_up, &best)
        };
        if self.outlook.status != Status::Undecided {
            return told;
        }
        if let Some(side) = self.probable() {
            return phrases::probably(&self.told_of(side));
        }
        let undecided = &self.rulebook.undecided().headline;
        undecided
            .replace("{possible}", &self.range())
            .replace("{leaning}", &self.leaning(band))
            .replace("{best}", self.platform(self.assessment.recommendation).in_sentence())
    }

    /// What a side comes to, within a sentence: the middle one has a verdict, the others a platform.
    fn told_of(&self, side: Leaning) -> String {
        let named = |best: usize| format!("{}: {}.", self.rulebook.side(side).name, self.with_products(best));
        match side {
            Leaning::With => named(self.assessment.best_with),
            Leaning::Without => named(self.assessment.best_without),
            Leaning::Hedge => {
                let mut bands = self.rulebook.bands().iter();
                let middle = bands.find(|band| band.leaning == side);
                middle.map_or(String::new(), |middle| lower_first(&self.told_by(middle)))
            }
        }
    }

    /// The side to which as many ways to answer the rest lead as a decision asks for, where what is known leans to another.
    fn probable(&self) -> Option<Leaning> {
        let (share, side) = self.likelier()?;
        (i64::from(share) >= self.rulebook.decided_from().value).then_some(side)
    }

    /// Whether the headline advises to stay with what runs today.
    fn stays(&self) -> bool {
        let best = self.platform(self.assessment.recommendation);
        self.rulebook.bands()[self.assessment.band].stays(best, &self.assessment.readings)
    }

    fn told_by(&self, band: &Band) -> String {
        let best = self.platform(self.assessment.recommendation);
        band.headline_for(best, &self.assessment.readings)
            .replace("{best}", &best.with_products(&self.assessment.readings))
            .replace("{with}", &self.with_products(self.assessment.best_with))
            .replace("{without}", &self.with_products(self.assessment.best_without))
    }

    /// A platform with those of its products that suit the answers.
    fn with_products(&self, platform: usize) -> String {
        self.platform(platform).with_products(&self.assessment.readings)
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

    /// How sure the side is, whatever is not known.
    fn certainty(&self) -> String {
        let open = self.unknown().len();
        match self.outlook.status {
            Status::Settled => phrases::settled(open),
            Status::Leaning => phrases::sure(&self.share(), self.side_name(), open),
            Status::Undecided => {
                let likelier = self.likelier();
                let likelier = likelier.map(|(share, side)| (share, &*self.rulebook.side(side).name));
                phrases::leaning(&self.share(), self.side_name(), likelier, open)
            }
        }
    }

    /// The name of the side that what is known leans to.
    fn side_name(&self) -> &str {
        &self.rulebook.side(self.assessment.leaning(self.rulebook)).name
    }

    /// What the answers so far lean to, and the side to which the rest is likelier to lead, if that is another.
    fn leaning(&self, band: &Band) -> String {
        let leaning = band.name.to_lowercase();
        match self.likelier() {
            Some((share, side)) if share > 50 => {
                phrases::leaning_elsewhere(&leaning, &self.rulebook.side(side).name)
            }
            _ => leaning,
        }
    }

    /// The share of the side that is likelier than the one that what is known leans to, if one is.
    fn likelier(&self) -> Option<(u8, Leaning)> {
        let share = |side: Leaning| {
            let shares = self.outlook.verdicts.iter().zip(&self.outlook.shares);
            let own = shares.filter(|(band, _)| self.rulebook.bands()[**band].leaning == side);
            own.fold(Share::NONE, |all, (_, share)| all.and(*share)).percent()
        };
        let likeliest = Leaning::ALL.into_iter().max_by_key(|side| share(*side))?;
        let is_likelier = share(likeliest) > share(self.rulebook.bands()[self.assessment.band].leaning);
        is_likelier.then(|| (share(likeliest), likeliest))
    }

    /// "about 97 in 100"
    fn share(&self) -> String {
        let sureness = &self.outlook.sureness;
        let about = if sureness.how == How::Proved { "" } else { "about " };
        format!("{about}{}", sureness.share)
    }

    /// What would have to be answered for another side: "a vendor ships only a chart"; the likeliest first.
    fn unless(&self, contents: &Contents<'_>) -> Vec<String> {
        let unless = contents.explanation.unless.iter();
        unless.map(|unless| unless.say(self.rulebook)).collect()
    }

    fn decided_by(&self) -> Option<String> {
        let criterion = &self.rulebook.criteria()[self.assessment.decided_by?];
        let fact =
            self.told(self.assessment.decided_by?).unwrap_or_else(|| lower_first(&criterion.statement));
        Some(phrases::one_fact(&fact, &criterion.because))
    }

    fn answers(&self, answers: &Answers) -> Vec<Answer> {
        let shown = |(index, reading): (usize, &Reading)| {
            let given = answers.given(index)?;
            let question = &self.rulebook.questions()[index];
            Some(Answer {
                question: index,
                value: given.value.map(|value| question.spell(value)),
                described: given.value.map_or("not known".to_owned(), |value| question.describe(value)),
                clause: given.value.map_or(String::new(), |value| self.clause(index, value)),
                origin: given.origin.to_string(),
                irrelevant: *reading == Reading::DoesNotApply,
            })
        };
        self.assessment.readings.iter().enumerate().filter_map(shown).collect()
    }

    /// The answers that do not count, unless they say no more than what rules them out: a prototype has promised no uptime.
    fn ignored(&self, answers: &Answers) -> Vec<Ignored> {
        let questions = self.rulebook.questions().iter().enumerate();
        let ruled_out = questions.filter(|(index, question)| {
            let value = answers.value(*index);
            self.assessment.readings[*index] == Reading::DoesNotApply
                && value.is_some_and(|value| !question.is_least(value))
        });
        let mut ignored: Vec<Ignored> = Vec::new();
        for (index, question) in ruled_out {
            let because = self.unasked(index);
            match ignored.iter_mut().find(|other| other.because == because) {
                Some(other) => other.names.push(question.name.clone()),
                None => ignored.push(Ignored { names: vec![question.name.clone()], because }),
            }
        }
        ignored
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
                        "{}: {} ({}) instead of {} ({})",
                        question.id,
                        spelled(strongest.value),
                        strongest.origin,
                        spelled(weaker.value),
                        weaker.origin
                    ),
                    on_purpose: matches!(strongest.origin, Origin::Flag(_) | Origin::Prompt),
                }
            })
            .collect()
    }

    fn unknown(&self) -> Vec<usize> {
        let open = |(index, reading): (usize, &Reading)| (*reading == Reading::Unknown).then_some(index);
        self.assessment.readings.iter().enumerate().filter_map(open).collect()
    }

    fn platform_row(&self, platform: usize) -> PlatformRow {
        let standing = &self.assessment.standings[platform];
        let statement = |index: &usize| self.rulebook.criteria()[*index].statement.clone();
        PlatformRow {
            platform,
            availability: match standing.removed_by.as_slice() {
                [] => Availability::Available,
                removed_by => Availability::Removed(removed_by.iter().map(statement).collect()),
            },
            effort: standing.effort,
            burden: standing.burden,
            shortfalls: self.lacks(platform),
        }
    }

    /// What a platform lacks: what must be had first, then the most points first.
    fn lacks(&self, platform: usize) -> Vec<ShortfallRow> {
        let standing = &self.assessment.standings[platform];
        let row = |aspect: usize, demanded: u8, points: i64| {
            let row = &self.rulebook.aspects()[aspect];
            let cell = &row.cells[platform];
            ShortfallRow {
                aspect: row.id.clone(),
                name: row.name.clone(),
                level: cell.level,
                demanded,
                points,
                must: standing.misses.iter().any(|miss| miss.aspect == aspect),
                label: cell.label.clone(),
                asked: row.asked(demanded),
                text: format!("{}; your answers call for {}", lower_first(&cell.label), row.asked(demanded)),
            }
        };
        let points_of =
            |aspect: usize| standing.shortfalls.iter().find(|shortfall| shortfall.aspect == aspect);
        let mut rows: Vec<ShortfallRow> = standing
            .misses
            .iter()
            .map(|miss| match points_of(miss.aspect) {
                Some(shortfall) => row(miss.aspect, shortfall.demanded.max(miss.must), shortfall.points),
                None => row(miss.aspect, miss.must, 0),
            })
            .collect();
        let missed =
            |shortfall: &&Shortfall| standing.misses.iter().any(|miss| miss.aspect == shortfall.aspect);
        let others = standing.shortfalls.iter().filter(|shortfall| !missed(shortfall));
        rows.extend(others.map(|shortfall| row(shortfall.aspect, shortfall.demanded, shortfall.points)));
        rows
    }

    fn own_problems(&self) -> impl Iterator<Item = (usize, &Problem)> {
        self.rulebook
            .problems()
            .iter()
            .enumerate()
            .filter(|(_, problem)| self.assessment.satisfies(&problem.when))
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
