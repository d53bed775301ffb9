//! A portfolio for programs: `needk8s.portfolio/1`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::Portfolio;
use crate::assessment::{About, Term};
use crate::portfolio::{Deciding, Drive, Joined, Share, System};
use crate::report::json::RulebookName;
use crate::rulebook::{Rulebook, UNDECIDED, Value};

/// The schema of the document.
pub(super) const SCHEMA: &str = "needk8s.portfolio/1";

pub(super) fn render(portfolio: &Portfolio<'_>) -> String {
    let rulebook = portfolio.rulebook;
    let bands =
        rulebook.bands().iter().map(|band| band.id.as_str()).zip(portfolio.totals.bands.iter().copied());
    let undecided = [(UNDECIDED, portfolio.totals.undecided)];
    let platform = |platform: usize| rulebook.platforms()[platform].id.as_str();
    let drives = |drives: Vec<(usize, &Drive)>, id: &dyn Fn(usize) -> String| -> Vec<Json> {
        drives.into_iter().map(|(index, drive)| driver(rulebook, id(index), drive)).collect()
    };
    let counts = portfolio.counts;
    let document = Document {
        schema: SCHEMA,
        rulebook: RulebookName::of(&portfolio.provenance),
        date: &portfolio.date,
        counts: json!({
            "read": counts.read,
            "assessed": counts.assessed,
            "refused": counts.refused,
            "left_out": counts.left_out,
            "interrupted": portfolio.interrupted,
        }),
        headline: portfolio.headline(),
        verdicts: bands.chain(undecided).collect(),
        not_fully_answered: portfolio.totals.unsaid,
        platforms: portfolio.platforms().into_iter().map(|(at, number)| (platform(at), number)).collect(),
        needs: drives(portfolio.totals.needs(), &|aspect| rulebook.aspects()[aspect].id.clone()),
        brakes: drives(portfolio.totals.brakes(), &|criterion| rulebook.criteria()[criterion].id.clone()),
        nearest: portfolio.nearest(20).into_iter().map(|system| system.name.as_str()).collect(),
        sharing: rulebook.sharing().map(|_| {
            let groups = &portfolio.totals.shares.groups;
            let groups: Map<String, Json> =
                groups.iter().map(|(name, share)| (name.clone(), shared(rulebook, share))).collect();
            json!({ "all": shared(rulebook, &portfolio.totals.shares.all), "groups": groups })
        }),
        systems: portfolio.systems.iter().map(|system| shape(rulebook, system)).collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

#[derive(Serialize)]
struct Document<'d> {
    schema: &'static str,
    rulebook: RulebookName<'d>,
    date: &'d str,
    counts: Json,
    headline: String,
    verdicts: BTreeMap<&'d str, usize>,
    not_fully_answered: usize,
    platforms: BTreeMap<&'d str, usize>,
    needs: Vec<Json>,
    brakes: Vec<Json>,
    nearest: Vec<&'d str>,
    sharing: Option<Json>,
    systems: Vec<Shape<'d>>,
}

#[derive(Serialize)]
struct Shape<'d> {
    name: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'d str>,
    place: &'d str,
    verdict: Option<&'d str>,
    leaning: &'d str,
    sureness: Option<u8>,
    margin: i64,
    platform: &'d str,
    deciding: Json,
    open: usize,
    unknown: Vec<&'d str>,
    distance: i64,
    turn: Option<Json>,
    need: i64,
    cost: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_date: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Map<String, Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<Vec<Json>>,
}

fn shape<'d>(rulebook: &'d Rulebook, system: &'d System) -> Shape<'d> {
    let question = |question: usize| rulebook.questions()[question].id.as_str();
    let judgement = &system.judgement;
    let turn = system.turn.as_ref().map(|turn| {
        let asked = &rulebook.questions()[turn.values.question()];
        json!({
            "to": rulebook.side(turn.to).id,
            "when": turn.values.condition(asked).written(rulebook.questions()),
        })
    });
    Shape {
        name: &system.name,
        group: Some(system.group.as_str()).filter(|group| !group.is_empty()),
        place: &system.place,
        verdict: system.verdict(rulebook),
        leaning: &rulebook.bands()[judgement.band].id,
        sureness: system.outlook.map(|sure| sure.percent),
        margin: judgement.margin,
        platform: &rulebook.platforms()[judgement.recommendation].id,
        deciding: match system.reason {
            Deciding::Constraint(index) => {
                json!({ "constraint": index.map(|index| rulebook.criteria()[index].id.as_str()) })
            }
            Deciding::Term(term) => self::term(rulebook, term),
            Deciding::Nothing => Json::Null,
        },
        open: judgement.open,
        unknown: system.unknown.iter().map(|open| question(*open)).collect(),
        distance: system.distance,
        turn,
        need: system.need,
        cost: system.cost,
        out_of_date: system.out_of_date.as_deref(),
        page: system.page.as_deref(),
        answers: system.detail.as_ref().map(|detail| answers(rulebook, &detail.values)),
        terms: system
            .detail
            .as_ref()
            .map(|detail| detail.terms.iter().map(|term| self::term(rulebook, *term)).collect()),
    }
}

fn term(rulebook: &Rulebook, Term { points, about }: Term) -> Json {
    let (kind, id) = match about {
        About::Aspect(aspect) => ("aspect", rulebook.aspects()[aspect].id.as_str()),
        About::Price(criterion) => ("price", rulebook.criteria()[criterion].id.as_str()),
        About::Familiarity(criterion) => ("familiarity", rulebook.criteria()[criterion].id.as_str()),
        About::Effort => ("effort", "effort-price"),
        About::Floor => ("floor", "floor"),
    };
    json!({ "kind": kind, "id": id, "points": points })
}

fn answers(rulebook: &Rulebook, values: &[Option<Value>]) -> Map<String, Json> {
    let answer = |(question, value): (usize, &Option<Value>)| {
        let question = &rulebook.questions()[question];
        let value = match (*value)? {
            Value::Flag(flag) => json!(flag),
            Value::Count(number) => json!(number),
            Value::Choices(set) => {
                set.iter().filter_map(|option| Some(json!(question.options().get(option)?.id))).collect()
            }
            choice => json!(question.spell(choice)),
        };
        Some((question.id.clone(), value))
    };
    values.iter().enumerate().filter_map(answer).collect()
}

fn driver(rulebook: &Rulebook, id: String, drive: &Drive) -> Json {
    let criterion =
        |(index, number): (&usize, &usize)| (rulebook.criteria()[*index].id.clone(), json!(number));
    let because: Map<String, Json> = drive.because.iter().map(criterion).collect();
    json!({
        "id": id,
        "systems": drive.systems,
        "points": drive.points,
        "musts": drive.musts,
        "because": because,
    })
}

fn shared(rulebook: &Rulebook, share: &Share) -> Json {
    let joined = |joined: Option<(usize, Joined)>| {
        joined.map(|(platform, joined)| {
            json!({
                "systems": joined.own.systems,
                "one_each": joined.own.points,
                "tenants": joined.tenants.points,
                "platform": rulebook.platforms()[platform].id,
                "run": joined.run,
                "saves": joined.saves(),
            })
        })
    };
    json!({
        "systems": share.each.systems,
        "one_each": share.each.points,
        "all_that_can": joined(share.able()),
        "those_that_gain": joined(share.gaining()),
        "pays": share.pays(),
    })
}
