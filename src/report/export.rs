//! The whole rulebook as the engine uses it, as JSON: enough to recompute every verdict with the published formulas.

use serde_json::{Value as Json, json};

use super::content::Provenance;
use super::{cases, json};
use crate::rulebook::{
    Accepts, Aspect, Band, Claim, Condition, Criterion, Headline, Kind, LEVELS, Leaning, Must, Platform,
    Problem, Question, Rulebook, Sharing, Step, Test, Value,
};

/// The name and version of the shape.
pub const SCHEMA: &str = "needk8s.rulebook.export/1";

/// The rulebook as JSON.
pub fn render(rulebook: &Rulebook, provenance: &Provenance) -> String {
    let export = Export { rulebook };
    let side = |leaning: Leaning| {
        let side = rulebook.side(leaning);
        json!({ "id": side.id, "name": side.name, "case": side.case })
    };
    json::pretty(&json!({
        "schema": SCHEMA,
        "rulebook": json::RulebookName::of(provenance),
        "title": rulebook.title(),
        "subject": rulebook.families()[rulebook.subject()].id,
        "constants": {
            "effort-price": rulebook.effort_price().value,
            "shortfall-price": rulebook.shortfall_price().value,
            "least-effort-price": 1,
            "least-effort": 0,
        },
        "because": {
            "effort-price": rulebook.effort_price().because,
            "shortfall-price": rulebook.shortfall_price().because,
        },
        "levels": LEVELS,
        "sides": { "without": side(Leaning::Without), "hedge": side(Leaning::Hedge), "with": side(Leaning::With) },
        "bands": rulebook.bands().iter().map(|band| export.band(band)).collect::<Vec<_>>(),
        "groups": rulebook.groups().iter().map(|group| json!({ "id": group.id, "title": group.title })).collect::<Vec<_>>(),
        "questions": rulebook.questions().iter().map(|question| export.question(question)).collect::<Vec<_>>(),
        "criteria": rulebook.criteria().iter().map(|criterion| export.criterion(criterion)).collect::<Vec<_>>(),
        "families": rulebook.families().iter().map(|family| json!({ "id": family.id, "name": family.name })).collect::<Vec<_>>(),
        "platforms": rulebook.platforms().iter().map(|platform| export.platform(platform)).collect::<Vec<_>>(),
        "aspects": rulebook.aspects().iter().map(|aspect| export.aspect(aspect)).collect::<Vec<_>>(),
        "problems": rulebook.problems().iter().map(|problem| export.problem(problem)).collect::<Vec<_>>(),
        "steps": rulebook.steps().iter().map(|step| export.step(step)).collect::<Vec<_>>(),
        "sharing": rulebook.sharing().map(|sharing| export.sharing(sharing)),
        "cases": rulebook.cases().iter().map(|case| json!(cases::stated(rulebook, case))).collect::<Vec<_>>(),
        "sources": (0..rulebook.sources().len()).map(|index| json!(json::source(rulebook, index))).collect::<Vec<_>>(),
    }))
}

struct Export<'a> {
    rulebook: &'a Rulebook,
}

impl Export<'_> {
    fn sources(&self, sources: &[usize]) -> Vec<&str> {
        sources.iter().map(|source| self.rulebook.sources()[*source].id.as_str()).collect()
    }

    fn aspect_ids(&self, aspects: &[usize]) -> Vec<&str> {
        aspects.iter().map(|aspect| self.rulebook.aspects()[*aspect].id.as_str()).collect()
    }

    fn band(&self, band: &Band) -> Json {
        let headline = |headline: &Headline| json!({ "text": headline.text, "when": self.condition(&headline.when), "in-use": headline.in_use, "stays": headline.stays });
        let headlines: Vec<Json> = band.headline_where.iter().map(headline).collect();
        json!({
            "id": band.id, "name": band.name, "side": self.rulebook.side(band.leaning).id,
            "at-least": band.from, "at-most": band.to,
            "headline": band.headline, "headline-where": headlines, "meaning": band.meaning, "because": band.because,
        })
    }

    fn question(&self, question: &Question) -> Json {
        let mut json = json!({
            "id": question.id, "group": self.rulebook.groups()[question.group].id, "name": question.name,
            "prompt": question.prompt, "help": question.help, "why": question.why,
            "ordered": question.ordered, "detail": question.detail, "past": question.past, "kin": question.kin,
            "ask-when": question.ask_when.as_ref().map(|condition| self.condition(condition)),
        });
        let (kind, more) = match &question.kind {
            Kind::Flag(_) => ("flag", None),
            Kind::Choice(_) => ("choice", None),
            Kind::Choices(_) => ("choices", None),
            Kind::Count(count) => ("count", Some(count)),
        };
        json["kind"] = json!(kind);
        if let Some(count) = more {
            json["min"] = json!(count.min);
            json["max"] = json!(count.max);
        } else if !question.options().is_empty() {
            let options =
                question.options().iter().map(|option| json!({ "id": option.id, "label": option.label }));
            json["options"] = options.collect();
        }
        json
    }

    /// A condition in the language of the rule files, one test a table, ranges spelled out.
    fn condition(&self, condition: &Condition) -> Json {
        let list = |parts: &[Condition]| parts.iter().map(|part| self.condition(part)).collect::<Vec<_>>();
        match condition {
            Condition::All(parts) => json!({ "all": list(parts) }),
            Condition::Any(parts) => json!({ "any": list(parts) }),
            Condition::Not(part) => json!({ "not": self.condition(part) }),
            Condition::Unless(part) => json!({ "unless": self.condition(part) }),
            Condition::Test(Test { question, accepts }) => {
                let question = &self.rulebook.questions()[*question];
                let value = match accepts {
                    Accepts::Flag(flag) => json!(flag),
                    Accepts::OneOf(options) => {
                        json!(
                            options
                                .iter()
                                .map(|option| question.spell(Value::Choice(option)))
                                .collect::<Vec<_>>()
                        )
                    }
                    Accepts::Includes(options) => {
                        let ids: Vec<String> =
                            options.iter().map(|option| question.options()[option].id.clone()).collect();
                        json!({ "includes": ids })
                    }
                    Accepts::Between(from, to) => json!({ "at-least": from, "at-most": to }),
                };
                json!({ question.id.as_str(): value })
            }
        }
    }

    fn criterion(&self, criterion: &Criterion) -> Json {
        let family = |index: usize| self.rulebook.families()[index].id.as_str();
        let familiarity: serde_json::Map<String, Json> = criterion
            .familiarity
            .iter()
            .map(|(whose, points)| (self.rulebook.whose_id(*whose).to_owned(), json!(points)))
            .collect();
        let demands: serde_json::Map<String, Json> = criterion
            .demands
            .iter()
            .map(|demand| {
                let aspect = &self.rulebook.aspects()[demand.aspect].id;
                (aspect.clone(), json!({ "level": demand.level, "weight": demand.weight }))
            })
            .collect();
        let must = |must: &Must| (self.rulebook.aspects()[must.aspect].id.clone(), json!(must.level));
        let musts: serde_json::Map<String, Json> = criterion.musts.iter().map(must).collect();
        let removes: Vec<&str> = criterion
            .removes
            .iter()
            .map(|platform| self.rulebook.platforms()[*platform].id.as_str())
            .collect();
        json!({
            "id": criterion.id, "side": criterion.side.word(), "tutorial": criterion.tutorial,
            "statement": criterion.statement, "when": self.condition(&criterion.when), "effort": criterion.effort,
            "familiarity": familiarity, "demands": demands, "musts": musts, "removes": removes,
            "leaves": criterion.leaves.map(family),
            "because": criterion.because, "nuance": criterion.nuance, "figures": criterion.figures,
            "sources": self.sources(&criterion.sources),
        })
    }

    fn claims(&self, claims: &[Claim]) -> Vec<Json> {
        claims
            .iter()
            .map(|claim| {
                json!({ "text": claim.text, "when": self.condition(&claim.when), "harm": claim.harm.word(),
                "helps": self.aspect_ids(&claim.helps), "sources": self.sources(&claim.sources) })
            })
            .collect()
    }

    fn platform(&self, platform: &Platform) -> Json {
        json!({
            "id": platform.id, "name": platform.name, "aliases": platform.aliases, "products": platform.products,
            "products-where": self.claims(&platform.products_where),
            "in-use": platform.in_use.as_ref().map(|in_use| self.condition(in_use)),
            "called": platform.called, "plural": platform.plural, "family": self.rulebook.families()[platform.family].id,
            "tutorial": platform.tutorial, "effort": platform.effort, "summary": platform.summary,
            "effort-because": platform.effort_because, "takes-on": self.claims(&platform.takes_on),
            "caveats": self.claims(&platform.caveats), "sources": self.sources(&platform.sources),
        })
    }

    fn aspect(&self, aspect: &Aspect) -> Json {
        let cells: serde_json::Map<String, Json> = aspect
            .cells
            .iter()
            .zip(self.rulebook.platforms())
            .map(|(cell, platform)| {
                let json = json!({
                    "level": cell.level, "label": cell.label, "claimed": cell.claimed, "note": cell.note,
                    "remedy": cell.remedy, "remedy-when": self.condition(&cell.remedy_when), "sources": self.sources(&cell.sources),
                });
                (platform.id.clone(), json)
            })
            .collect();
        json!({
            "id": aspect.id, "name": aspect.name, "rated": aspect.rated, "harm": aspect.harm.word(),
            "asks": (1..=4).filter_map(|level| Some((level.to_string(), json!(aspect.asks.of(level)?)))).collect::<serde_json::Map<_, _>>(),
            "tutorial": aspect.tutorial, "cells": cells,
        })
    }

    fn problem(&self, problem: &Problem) -> Json {
        json!({
            "id": problem.id, "title": problem.title, "scenario": problem.scenario, "without": problem.without,
            "with": problem.with, "remedy": problem.remedy, "commonly": problem.commonly,
            "aspects": self.aspect_ids(&problem.aspects), "when": self.condition(&problem.when),
            "sources": self.sources(&problem.sources),
        })
    }

    fn sharing(&self, sharing: &Sharing) -> Json {
        let answer = |(question, value): &(usize, Value)| {
            let question = &self.rulebook.questions()[*question];
            (question.id.clone(), json!(question.spell(*value)))
        };
        json!({
            "platform": self.rulebook.platforms()[sharing.platform].id,
            "answers": sharing.answers.iter().map(answer).collect::<serde_json::Map<_, _>>(),
            "when": self.condition(&sharing.when), "called": sharing.called, "because": sharing.because,
        })
    }

    fn step(&self, step: &Step) -> Json {
        let read: Vec<Json> =
            step.read.iter().map(|page| json!({ "title": page.title, "url": page.url })).collect();
        json!({
            "id": step.id, "title": step.title, "covers": step.covers, "teaches": step.teaches, "read": read,
            "when": self.condition(&step.when),
            "aspects": self.aspect_ids(&step.aspects), "sources": self.sources(&step.sources),
        })
    }
}
