//! JSON: every output keeps its published schema, and anyone can recompute a verdict from the exported rulebook.

use std::sync::LazyLock;

use serde_json::Value;

use crate::cases::some;
use crate::program::Program;

pub(crate) fn schema(text: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(text).expect("a schema in JSON");
    jsonschema::validator_for(&schema).expect("a valid schema")
}

pub(crate) fn hold(schema: &jsonschema::Validator, instance: &Value, what: &str) {
    let errors: Vec<String> =
        schema.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{what}: {}", errors.join("\n"));
}

/// The assessment of every case, made once for all tests.
fn assessments() -> &'static [(String, Value)] {
    static ASSESSMENTS: LazyLock<Vec<(String, Value)>> = LazyLock::new(assess_all);
    &ASSESSMENTS
}

fn assess_all() -> Vec<(String, Value)> {
    some()
        .into_iter()
        .map(|case| {
            let answers = serde_json::to_string(&case.answers).expect("answers");
            let run =
                Program::new().file("answers.json", answers).run("--answers answers.json --format json").ok();
            (case.id, run.json())
        })
        .collect()
}

#[test]
fn every_case_gives_json_that_keeps_the_schema_and_adds_up() {
    let schema = schema(include_str!("../schema/assessment.schema.json"));
    for (id, assessment) in assessments() {
        hold(&schema, assessment, id);
        let points =
            assessment["ledger"].as_array().expect("terms").iter().map(|term| term["points"].as_i64());
        let sum: i64 = points.map(|points| points.expect("whole points")).sum();
        assert_eq!(Some(sum), assessment["margin"].as_i64(), "{id}");
    }
}

#[test]
fn the_export_keeps_its_schema_and_says_what_becomes_of_those_who_share() {
    let schema = schema(include_str!("../schema/export.schema.json"));
    let export = Program::new().run("rules export --format json").ok().json();
    hold(&schema, &export, "the shipped rules");
    assert!(export["sharing"]["platform"].is_string(), "{}", export["sharing"]);
    let broker = Program::new().file("broker.toml", crate::model::BROKER);
    let export = broker.run("rules export --format json --rules broker.toml").ok().json();
    hold(&schema, &export, "another rulebook");
    assert!(export["sharing"].is_null());
}

#[test]
fn the_verdict_can_be_recomputed_from_the_exported_rulebook() {
    let rulebook = Program::new().run("rules export --format json").ok().json();
    for (id, assessment) in assessments() {
        let recomputed = recompute(&rulebook, assessment);
        assert_eq!(recomputed.0, assessment["margin"], "{id}");
        if assessment["decided_by"].is_null() {
            assert_eq!(recomputed.1, assessment["leaning"]["verdict"], "{id}");
        }
        assert_eq!(rulebook["rulebook"], assessment["rulebook"], "{id}");
    }
}

/// Margin and verdict, from nothing but the exported rulebook and the criteria that are said to hold.
fn recompute(rulebook: &Value, assessment: &Value) -> (Value, Value) {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    let holding = items(&assessment["criteria"]);
    let criteria: Vec<Value> = items(&rulebook["criteria"])
        .into_iter()
        .filter(|criterion| holding.contains(&criterion["id"]))
        .collect();
    let price = (number(&rulebook["constants"]["effort-price"])
        + criteria.iter().map(|criterion| number(&criterion["effort"])).sum::<i64>())
    .max(1);
    let lifted = !assessment["decided_by"].is_null();
    let best = |subject: bool, all_lifted: bool| {
        items(&rulebook["platforms"])
            .iter()
            .filter(|platform| (platform["family"] == rulebook["subject"]) == subject)
            .filter(|platform| {
                criteria.iter().all(|criterion| {
                    (all_lifted || !items(&criterion["removes"]).contains(&platform["id"]))
                        && (lifted
                            || criterion["leaves"].is_null()
                            || criterion["leaves"] == platform["family"])
                })
            })
            .map(|platform| {
                let id = platform["id"].as_str().expect("an id");
                let family = platform["family"].as_str().expect("a family");
                let own = if id == family { vec![family] } else { vec![family, id] };
                let familiarity: i64 = criteria
                    .iter()
                    .flat_map(|criterion| own.iter().map(|whose| number(&criterion["familiarity"][*whose])))
                    .sum();
                let misses = items(&rulebook["aspects"]).iter().any(|aspect| {
                    let level = number(&aspect["cells"][id]["level"]);
                    let aspect = aspect["id"].as_str().expect("an id");
                    criteria.iter().any(|criterion| level < number(&criterion["musts"][aspect]))
                });
                let shortfalls: i64 = items(&rulebook["aspects"])
                    .iter()
                    .map(|aspect| {
                        let level = number(&aspect["cells"][id]["level"]);
                        let aspect = aspect["id"].as_str().expect("an id");
                        let lacks = criteria.iter().map(|criterion| {
                            let demand = &criterion["demands"][aspect];
                            number(&demand["weight"]) * (number(&demand["level"]) - level).max(0)
                        });
                        lacks.max().unwrap_or(0)
                    })
                    .sum();
                let burden = price * (number(&platform["effort"]) + familiarity).max(0)
                    + number(&rulebook["constants"]["shortfall-price"]) * shortfalls;
                (misses, burden)
            })
            .min()
            .map(|(_, burden)| burden)
    };
    // Where constraints empty a side, those that leave a family are lifted, and then those that name platforms.
    let sides = |all_lifted: bool| Some((best(false, all_lifted)?, best(true, all_lifted)?));
    let (without, with) = sides(false).or_else(|| sides(true)).expect("a platform on each side");
    let margin = without - with;
    let bands = items(&rulebook["bands"]);
    let band = bands.iter().find(|band| {
        band["at-least"].as_i64().is_none_or(|least| margin >= least)
            && band["at-most"].as_i64().is_none_or(|most| margin <= most)
    });
    (margin.into(), band.expect("a band")["id"].clone())
}

#[test]
fn why_keeps_its_schema_for_every_platform() {
    let schema = schema(include_str!("../schema/why.schema.json"));
    for case in ["mid-size-saas", "chart-only-software", "homelab"] {
        let answers =
            std::fs::read_to_string(format!("{}/tests/cases/{case}.toml", env!("CARGO_MANIFEST_DIR")));
        let program = Program::new().file("answers.toml", answers.expect("a case"));
        for platform in crate::cases::rulebook().platforms() {
            let why =
                program.run(&format!("why {} --answers answers.toml --format json", platform.id)).ok().json();
            hold(&schema, &why, &format!("{case}: {}", platform.id));
        }
    }
}

#[test]
fn the_matrix_has_json_too() {
    let matrix = Program::new().run("compare --all --services 40 --format json").ok().json();
    assert_eq!(matrix["schema"], "needk8s.matrix/1");
    assert_eq!(matrix["aspects"].as_array().map(Vec::len), Some(25));
}

#[test]
fn published_decisions_keep_their_schema_with_answers_and_without() {
    let schema = schema(include_str!("../schema/cases.schema.json"));
    for arguments in ["", "--near --services 3", "--misses", "incident-io"] {
        let cases = Program::new().run(&format!("cases {arguments} --format json")).ok().json();
        hold(&schema, &cases, arguments);
    }
}
