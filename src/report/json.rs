//! The report for programs: the wire shapes of `needk8s.assessment/1`, kept apart from the inner types.

use serde::Serialize;

use super::cases::{OddsShape, PrecedentShape, odds_shape, precedent_shape};
use super::content::{Availability, Contents, LayerName, Provenance};
use super::explained;
use super::outcome::{self, Outcome};
use crate::explanation::{MOST_CHANGES, Status, Target};
use crate::rulebook::Rulebook;

/// The name and version of the shape.
pub const SCHEMA: &str = "needk8s.assessment/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rulebook: RulebookName<'a>,
    headline: &'a str,
    verdict: &'a str,
    side: &'a str,
    status: &'static str,
    leaning: Leaning<'a>,
    sureness: Sureness,
    unless: Vec<Unless>,
    margin: i64,
    possible_margins: [i64; 2],
    possible_verdicts: Vec<&'a str>,
    verdict_shares: serde_json::Map<String, serde_json::Value>,
    possible_proved: bool,
    gives_up: Vec<Miss<'a>>,
    sufficient_reasons: Vec<Reason<'a>>,
    turning_points: Vec<Turn<'a>>,
    slack: Vec<Said<'a>>,
    steadiness: Steadiness<'a>,
    open_questions: Vec<Open<'a>>,
    effort_price: i64,
    decided_by: Option<&'a str>,
    recommendation: Recommendation<'a>,
    answers: Vec<Answer<'a>>,
    contradictions: Vec<&'a str>,
    criteria: Vec<&'a str>,
    platforms: Vec<Platform<'a>>,
    ledger: Vec<Term<'a>>,
    opposing_case: &'a [String],
    problems: Vec<Problem<'a>>,
    unknown: Vec<&'a str>,
    next_steps: Vec<Step<'a>>,
    precedents: Vec<PrecedentShape<'a>>,
    odds: Option<OddsShape<'a>>,
    sources: Vec<Source<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<outcome::Shape<'a>>,
}

#[derive(Serialize)]
pub(super) struct RulebookName<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) digest: &'a str,
    #[serde(skip_serializing_if = "<[LayerName]>::is_empty")]
    layers: &'a [LayerName],
}

impl<'a> RulebookName<'a> {
    pub(super) fn of(provenance: &'a Provenance) -> Self {
        let Provenance { name, version, digest, layers, .. } = provenance;
        Self { name, version, digest, layers }
    }
}

/// What rules of one's own have moved.
#[derive(Serialize)]
struct Policy<'a> {
    from: PolicyOutcome<'a>,
    to: PolicyOutcome<'a>,
    by: Vec<String>,
    text: String,
}

#[derive(Serialize)]
struct PolicyOutcome<'a> {
    verdict: &'a str,
    platform: &'a str,
}

fn policy<'a>(contents: &'a Contents<'_>) -> Option<Policy<'a>> {
    let moved = contents.provenance.moved.as_ref()?;
    let outcome = |outcome: &'a crate::policy::Outcome| PolicyOutcome {
        verdict: &outcome.verdict.0,
        platform: &outcome.platform.0,
    };
    Some(Policy {
        from: outcome(&moved.from),
        to: outcome(&moved.to),
        by: moved.by.iter().map(crate::rulebook::Change::name).collect(),
        text: contents.moved()?,
    })
}

#[derive(Serialize)]
struct Leaning<'a> {
    verdict: &'a str,
    side: &'a str,
    platform: &'a str,
}

#[derive(Serialize)]
struct Sureness {
    percent: u8,
    share: f64,
    least: f64,
    most: f64,
    how: &'static str,
}

#[derive(Serialize)]
struct Unless {
    when: serde_json::Value,
    text: String,
    share: f64,
}

#[derive(Serialize)]
struct Miss<'a> {
    aspect: &'a str,
    level: u8,
    must: u8,
    criteria: Vec<&'a str>,
}

#[derive(Serialize)]
struct Reason<'a> {
    text: &'a str,
    answers: Vec<Values<'a>>,
    smallest: bool,
}

#[derive(Serialize)]
struct Values<'a> {
    id: &'a str,
    values: serde_json::Value,
    text: &'a str,
}

#[derive(Serialize)]
struct Turn<'a> {
    to: &'a str,
    kind: &'static str,
    complete_to: usize,
    total: usize,
    text: &'a str,
    sets: Vec<Set<'a>>,
}

#[derive(Serialize)]
struct Set<'a> {
    when: serde_json::Value,
    text: &'a str,
    grows: bool,
}

#[derive(Serialize)]
struct Said<'a> {
    id: &'a str,
    when: serde_json::Value,
    text: &'a str,
}

#[derive(Serialize)]
struct Steadiness<'a> {
    percent: u8,
    text: &'a str,
    fragile: Option<Fragile<'a>>,
}

#[derive(Serialize)]
struct Fragile<'a> {
    figure: &'static str,
    of: &'a [String],
    now: i64,
    then: i64,
    to: &'a str,
    text: &'a str,
    because: &'a str,
}

#[derive(Serialize)]
struct Open<'a> {
    id: &'a str,
    can_change: Option<bool>,
    spread: i64,
}

#[derive(Serialize)]
struct Recommendation<'a> {
    platform: Option<&'a str>,
    alternatives: Vec<&'a str>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    value: serde_json::Value,
    origin: &'a str,
    applies: bool,
}

#[derive(Serialize)]
struct Platform<'a> {
    id: &'a str,
    name: &'a str,
    family: &'a str,
    available: bool,
    removed_by: Vec<&'a str>,
    effort: i64,
    burden: i64,
    shortfalls: Vec<Shortfall<'a>>,
    misses: Vec<Miss<'a>>,
}

#[derive(Serialize)]
struct Shortfall<'a> {
    aspect: &'a str,
    level: u8,
    demanded: u8,
    points: i64,
}

#[derive(Serialize)]
struct Term<'a> {
    points: i64,
    kind: &'static str,
    id: &'a str,
    text: String,
}

#[derive(Serialize)]
struct Problem<'a> {
    id: &'a str,
    title: &'a str,
    covered: Option<&'a str>,
    remedy: &'a str,
}

#[derive(Serialize)]
struct Step<'a> {
    kind: &'static str,
    id: &'a str,
    title: &'a str,
    text: &'a str,
    read: Vec<Page<'a>>,
}

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
pub(super) struct Source<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) url: Option<&'a str>,
}

pub(super) fn source(rulebook: &Rulebook, index: usize) -> Source<'_> {
    let source = &rulebook.sources()[index];
    Source { id: &source.id, title: &source.title, url: source.url.as_deref() }
}

/// An answer as an answers file would have it.
pub(super) fn answer_value(rulebook: &Rulebook, question: usize, spelled: Option<&str>) -> serde_json::Value {
    use crate::rulebook::{Kind, UNKNOWN, Value};
    use serde_json::json;
    let question = &rulebook.questions()[question];
    match spelled.and_then(|text| question.parse(text).ok()).flatten() {
        None => json!(UNKNOWN),
        Some(Value::Flag(flag)) => json!(flag),
        Some(Value::Count(number)) => json!(number),
        Some(Value::Choice(_)) => json!(spelled),
        Some(Value::Choices(set)) => match &question.kind {
            Kind::Choices(options) => json!(set.iter().map(|option| &options[option].id).collect::<Vec<_>>()),
            _ => json!(spelled),
        },
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Settled => "settled",
        Status::Leaning => "leaning",
        Status::Undecided => "undecided",
    }
}

/// The report as JSON, with a line break at its end.
pub fn render(contents: &Contents<'_>) -> String {
    render_with(contents, None)
}

/// The same with what a check comes to.
pub fn render_checked(contents: &Contents<'_>, outcome: &Outcome) -> String {
    render_with(contents, Some(outcome))
}

fn render_with(contents: &Contents<'_>, outcome: Option<&Outcome>) -> String {
    let rulebook = contents.rulebook;
    let assessment = contents.assessment;
    let platform_id = |platform: usize| rulebook.platforms()[platform].id.as_str();
    let band_id = |band: usize| rulebook.bands()[band].id.as_str();
    let criterion_id = |criterion: usize| rulebook.criteria()[criterion].id.as_str();
    let precedents = contents.precedents();
    let document = Document {
        schema: SCHEMA,
        rulebook: RulebookName::of(&contents.provenance),
        headline: &contents.headline,
        verdict: contents.verdict(),
        side: contents.side(),
        status: status(contents.outlook.status),
        leaning: Leaning {
            verdict: band_id(assessment.band),
            side: contents.leaning_side(),
            platform: platform_id(assessment.recommendation),
        },
        sureness: sureness(contents.outlook.sureness),
        unless: contents.explanation.unless.iter().map(|unless| said_unless(rulebook, unless)).collect(),
        margin: assessment.margin,
        possible_margins: [contents.outlook.margins.0, contents.outlook.margins.1],
        possible_verdicts: contents.outlook.verdicts.iter().map(|band| band_id(*band)).collect(),
        verdict_shares: contents
            .outlook
            .verdicts
            .iter()
            .zip(&contents.outlook.shares)
            .map(|(band, share)| (band_id(*band).to_owned(), share.fraction().into()))
            .collect(),
        possible_proved: contents.outlook.proved,
        gives_up: misses(rulebook, assessment.gives_up()),
        sufficient_reasons: sufficient_reasons(contents),
        turning_points: turning_points(contents),
        slack: slack(contents),
        steadiness: steadiness(contents),
        open_questions: open_questions(contents),
        effort_price: assessment.effort_price,
        decided_by: assessment.decided_by.map(criterion_id),
        recommendation: Recommendation {
            platform: (!contents.is_undecided()).then(|| platform_id(assessment.recommendation)),
            alternatives: assessment.alternatives(rulebook).into_iter().map(platform_id).collect(),
        },
        answers: contents
            .answers
            .iter()
            .map(|answer| Answer {
                id: &rulebook.questions()[answer.question].id,
                value: answer_value(rulebook, answer.question, answer.value.as_deref()),
                origin: &answer.origin,
                applies: !answer.irrelevant,
            })
            .collect(),
        contradictions: contents
            .contradictions
            .iter()
            .map(|contradiction| contradiction.text.as_str())
            .collect(),
        criteria: (0..rulebook.criteria().len())
            .filter(|index| assessment.holds(*index))
            .map(criterion_id)
            .collect(),
        platforms: contents
            .platforms
            .iter()
            .map(|row| Platform {
                id: platform_id(row.platform),
                name: &rulebook.platforms()[row.platform].name,
                family: &rulebook.families()[rulebook.platforms()[row.platform].family].id,
                available: row.availability == Availability::Available,
                removed_by: assessment.standings[row.platform]
                    .removed_by
                    .iter()
                    .map(|index| criterion_id(*index))
                    .collect(),
                effort: row.effort,
                burden: row.burden,
                shortfalls: row
                    .shortfalls
                    .iter()
                    .filter(|shortfall| shortfall.points > 0)
                    .map(|shortfall| Shortfall {
                        aspect: &shortfall.aspect,
                        level: shortfall.level,
                        demanded: shortfall.demanded,
                        points: shortfall.points,
                    })
                    .collect(),
                misses: misses(rulebook, &assessment.standings[row.platform].misses),
            })
            .collect(),
        ledger: contents
            .ledger
            .iter()
            .map(|line| Term {
                points: line.points,
                kind: line.kind,
                id: &line.id,
                text: format!("{}: {}.", line.title, line.reason),
            })
            .collect(),
        opposing_case: &contents.opposing,
        problems: contents
            .problems
            .iter()
            .map(|row| Problem {
                id: &rulebook.problems()[row.problem].id,
                title: &rulebook.problems()[row.problem].title,
                covered: row.covered.as_deref(),
                remedy: &row.remedy,
            })
            .collect(),
        unknown: contents
            .unknown
            .iter()
            .map(|question| rulebook.questions()[*question].id.as_str())
            .collect(),
        next_steps: contents
            .next_steps
            .iter()
            .map(|step| Step {
                kind: step.kind.word(),
                id: &step.id,
                title: &step.title,
                text: &step.text,
                read: step.read.iter().map(|(title, url)| Page { title, url }).collect(),
            })
            .collect(),
        precedents: precedents.nearest.iter().map(|precedent| precedent_shape(rulebook, precedent)).collect(),
        odds: precedents.odds.map(|odds| odds_shape(rulebook, odds)),
        sources: contents.sources.iter().map(|index| source(rulebook, *index)).collect(),
        policy: policy(contents),
        outcome: outcome.map(outcome::shape),
    };
    pretty(&document)
}

fn sureness(sureness: crate::explanation::Sureness) -> Sureness {
    Sureness {
        percent: sureness.share.percent(),
        share: sureness.share.fraction(),
        least: sureness.least.fraction(),
        most: sureness.most.fraction(),
        how: sureness.how.word(),
    }
}

fn said_unless(rulebook: &Rulebook, unless: &crate::explanation::Unless) -> Unless {
    let condition = unless.condition(rulebook);
    Unless {
        when: condition.written(rulebook.questions()),
        text: condition.say(rulebook.questions()),
        share: unless.share.fraction(),
    }
}

fn misses<'a>(rulebook: &'a Rulebook, misses: &[crate::assessment::Miss]) -> Vec<Miss<'a>> {
    let miss = |miss: &crate::assessment::Miss| Miss {
        aspect: &rulebook.aspects()[miss.aspect].id,
        level: miss.level,
        must: miss.must,
        criteria: miss.criteria.iter().map(|index| rulebook.criteria()[*index].id.as_str()).collect(),
    };
    misses.iter().map(miss).collect()
}

fn sufficient_reasons<'a>(contents: &'a Contents<'_>) -> Vec<Reason<'a>> {
    let questions = contents.rulebook.questions();
    let smallest = contents.explanation.sufficient_reason.as_ref().is_some_and(|reason| reason.smallest);
    let reason = |reason: &'a explained::Reason| Reason {
        text: &reason.title,
        smallest,
        answers: reason
            .answers
            .iter()
            .map(|said| Values {
                id: &questions[said.question].id,
                values: said.when.written(questions),
                text: &said.text,
            })
            .collect(),
    };
    contents.explained.reason.iter().map(reason).collect()
}

fn turning_points<'a>(contents: &'a Contents<'_>) -> Vec<Turn<'a>> {
    let questions = contents.rulebook.questions();
    let turns = contents.turns().iter();
    turns
        .map(|turn| Turn {
            to: &turn.to,
            kind: match turn.target {
                Target::Verdict(_) => "verdict",
                Target::Side(_) => "side",
            },
            complete_to: MOST_CHANGES,
            total: turn.sets.len(),
            text: &turn.scope,
            sets: turn
                .sets
                .iter()
                .map(|set| Set { when: set.when.written(questions), text: &set.text, grows: set.grows })
                .collect(),
        })
        .collect()
}

fn slack<'a>(contents: &'a Contents<'_>) -> Vec<Said<'a>> {
    let questions = contents.rulebook.questions();
    let said = |said: &'a explained::Said| Said {
        id: &questions[said.question].id,
        when: said.when.written(questions),
        text: &said.text,
    };
    contents.explained.slack.iter().map(said).collect()
}

fn steadiness<'a>(contents: &'a Contents<'_>) -> Steadiness<'a> {
    Steadiness {
        percent: contents.explanation.steadiness.percent,
        text: &contents.explained.steady,
        fragile: contents.explained.fragile.as_ref().map(|fragile| Fragile {
            figure: fragile.kind,
            of: &fragile.of,
            now: fragile.now,
            then: fragile.then,
            to: &fragile.to,
            text: &fragile.text,
            because: &fragile.because,
        }),
    }
}

fn open_questions<'a>(contents: &'a Contents<'_>) -> Vec<Open<'a>> {
    let questions = contents.rulebook.questions();
    let open = contents.explained.open.iter();
    open.map(|open| Open {
        id: &questions[open.question].id,
        can_change: open.can_change,
        spread: open.spread,
    })
    .collect()
}

/// Any value as indented JSON with a line break at its end.
pub fn pretty(value: &impl Serialize) -> String {
    // Serialising plain structs of texts and numbers into memory has no way to fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
