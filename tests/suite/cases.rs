//! Situations as data: `tests/cases/*.toml`, one a file, and the published decisions of the rulebook.

use std::collections::BTreeMap;
use std::path::PathBuf;

use needk8s::answers::{Answers, Given, Origin};
use needk8s::assessment::{Assessment, assess};
use needk8s::rulebook::{OptionSet, Question, Rulebook, Value};
use serde::Deserialize;

use crate::program::Program;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    #[serde(skip)]
    pub(crate) id: String,
    #[expect(dead_code, reason = "read by people")]
    pub(crate) title: String,
    #[expect(dead_code, reason = "read by people")]
    pub(crate) summary: String,
    pub(crate) answers: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(crate) expect: Expect,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expect {
    pub(crate) verdict: Vec<String>,
    pub(crate) platform: Vec<String>,
    pub(crate) holds: Vec<String>,
}

pub(crate) fn rulebook() -> Rulebook {
    Rulebook::builtin().unwrap_or_else(|faults| panic!("{faults}"))
}

/// Situations of our own, in the order of their names, and after them the published ones.
pub(crate) fn all() -> Vec<Case> {
    own().into_iter().chain(published(&rulebook())).collect()
}

/// Situations of our own and some of the published ones: enough where each takes long.
pub(crate) fn some() -> Vec<Case> {
    own().into_iter().chain(published(&rulebook()).step_by(6)).collect()
}

fn own() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a case");
            let mut case: Case =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            case.id = path.file_stem().expect("a name").to_string_lossy().into_owned();
            case
        })
        .collect()
}

fn published(rulebook: &Rulebook) -> impl Iterator<Item = Case> {
    rulebook.cases().iter().map(|case| Case {
        id: case.id.clone(),
        title: case.title.clone(),
        summary: case.reason.clone(),
        answers: case
            .answers
            .iter()
            .map(|(question, value)| answer(&rulebook.questions()[*question], *value))
            .collect(),
        expect: Expect::default(),
    })
}

/// An answer as a file has it.
fn answer(question: &Question, value: Value) -> (String, toml::Value) {
    let ids = |set: OptionSet| set.iter().map(|option| question.options()[option].id.clone());
    let written = match value {
        Value::Flag(flag) => flag.into(),
        Value::Count(number) => i64::try_from(number).expect("a number of TOML").into(),
        Value::Choice(_) => question.spell(value).into(),
        Value::Choices(set) => ids(set).collect::<Vec<_>>().into(),
    };
    (question.id.clone(), written)
}

impl Case {
    pub(crate) fn answers(&self, rulebook: &Rulebook) -> Answers {
        let mut answers = Answers::none(rulebook);
        for (id, value) in &self.answers {
            let question = rulebook.question(id).unwrap_or_else(|| panic!("{}: no question {id}", self.id));
            let text = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Array(items) => {
                    items.iter().map(|item| item.as_str().expect("an option")).collect::<Vec<_>>().join(",")
                }
                other => other.to_string(),
            };
            let value = rulebook.questions()[question]
                .parse(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", self.id));
            answers.add(question, Given { value, origin: Origin::Prompt });
        }
        answers
    }

    pub(crate) fn assess(&self, rulebook: &Rulebook) -> Assessment {
        let answers = self.answers(rulebook);
        assess(rulebook, rulebook.readings(|question| answers.value(question)))
    }
}

#[test]
fn plain_situations_get_the_verdict_and_the_platform_that_one_would_expect() {
    let rulebook = rulebook();
    let mut plain = 0;
    for case in own() {
        let assessment = case.assess(&rulebook);
        let verdict = &rulebook.bands()[assessment.band].id;
        let platform = &rulebook.platforms()[assessment.recommendation].id;
        let Expect { verdict: verdicts, platform: platforms, holds } = &case.expect;
        plain += usize::from(!verdicts.is_empty());
        assert!(
            verdicts.is_empty() || verdicts.contains(verdict),
            "{}: {verdict} ({:+})",
            case.id,
            assessment.margin
        );
        assert!(platforms.is_empty() || platforms.contains(platform), "{}: {platform}", case.id);
        for id in holds {
            let criterion = rulebook.criteria().iter().position(|criterion| criterion.id == *id);
            let criterion = criterion.unwrap_or_else(|| panic!("{}: no criterion {id}", case.id));
            assert!(assessment.holds(criterion), "{}: {id} does not hold", case.id);
        }
    }
    assert!(plain >= 13, "{plain} plain situations");
}

#[test]
fn every_verdict_is_reached_by_a_case() {
    let rulebook = rulebook();
    let mut reached: Vec<usize> = all().iter().map(|case| case.assess(&rulebook).band).collect();
    reached.sort_unstable();
    reached.dedup();
    assert_eq!(reached.len(), rulebook.bands().len());
}

#[test]
fn only_products_that_suit_the_answers_are_named() {
    let told = |case: &str, flags: &str| {
        let file = format!("{}/tests/cases/{case}.toml", env!("CARGO_MANIFEST_DIR"));
        Program::new().run(&format!("-q --answers {file} {flags}")).ok().stdout
    };
    let container_service = "nine-services-on-a-container-service";
    assert!(told(container_service, "").contains("(Cloud Run, ECS on Fargate"));
    assert!(told(container_service, "--protocols other").contains("(ECS behind a network load balancer"));
    assert!(told("start-up-of-three", "").contains("(Heroku, Render"));
    assert!(told("start-up-of-three", "--today paas").contains("(what you have today)"));
    let given = told("start-up-of-three", "--given other-platform-run-by-others --location on-premises");
    assert!(given.contains("a PaaS (the platform that others run for you)"), "{given}");
}

#[test]
fn a_rule_that_forbids_it_is_the_fact_that_decides() {
    let flags = "--no-input --services 60 --given forbidden --location on-premises --managed-services=no";
    let told = Program::new().run(flags).ok().stdout;
    assert!(told.contains("One fact decides this: a rule forbids Kubernetes."), "{told}");
}

/// A regulated system of eleven services on nine machines that nobody runs.
const UNATTENDED: &str = "--no-input --purpose production --services 11 --workloads web,worker,scheduled-jobs \
     --location on-premises --managed-services=no --servers 9 --developers 10 --teams 2 --operations none \
     --experience none --state clustered-storage --uptime 99.9 --recovery replace-machine --compliance strict";

#[test]
fn a_platform_that_lacks_most_needs_is_not_said_to_meet_them() {
    let told = Program::new().run(UNATTENDED).ok().stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains(" needs that follow from your answers (not ") && told.contains("), but takes effort "),
        "{told}"
    );
    assert!(!told.contains("needs except"), "{told}");
}

#[test]
fn what_one_does_anyway_is_not_advised_again() {
    let told = Program::new().run(&format!("{UNATTENDED} -v")).ok().stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(told.matches("rehearse the restore").count(), 1, "{told}");
}

#[test]
fn a_side_that_is_likelier_than_the_leaning_is_named() {
    let flags = "--no-input --purpose production --operations dedicated --experience none --location one-cloud \
                 --managed-services --workloads web,worker";
    let told = Program::new().run(flags).ok().stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.starts_with("Probably something simpler: Docker Compose. "), "{told}");
    assert!(told.contains(" as the answers lean so far, with "), "{told}");
    assert!(told.contains(" in 100 for something simpler, "), "{told}");
}

/// What the program tells of a situation.
fn told_of(case: &str, further: &str) -> String {
    let answers = format!("{}/tests/cases/{case}.toml", env!("CARGO_MANIFEST_DIR"));
    Program::new().run(&format!("--no-input --answers {answers} {further}")).ok().stdout
}

#[test]
fn where_most_ways_lead_to_a_toss_up_the_headline_says_so() {
    let told = told_of("voice-carrier", "");
    assert!(told.starts_with("Probably borderline: "), "{told}");
    assert!(told.contains(" in 100 for a toss-up, "), "{told}");
}

#[test]
fn one_server_is_not_said_to_outlive_itself() {
    let told = told_of("four-nines-on-one-server", "");
    assert!(told.contains("cannot outlive itself"), "{told}");
}

#[test]
fn a_fact_that_decides_is_the_first_driver_of_a_record() {
    let told = told_of("graded-thesis", "--format markdown");
    let drivers = told.split("## Decision Drivers").nth(1).unwrap_or_default().trim_start();
    assert!(drivers.lines().next().is_some_and(|first| first.ends_with(": decides by itself")), "{drivers}");
}
