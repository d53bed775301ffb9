//! Situations as data: `tests/cases/*.toml`, one a file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use needk8s::answers::{Answers, Given, Origin};
use needk8s::assessment::{Assessment, assess};
use needk8s::rulebook::{Leaning, Rulebook};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    #[serde(skip)]
    pub(crate) id: String,
    #[expect(dead_code, reason = "read by people")]
    pub(crate) title: String,
    #[expect(dead_code, reason = "read by people")]
    pub(crate) summary: String,
    pub(crate) source: Option<Source>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) confidence: Option<Confidence>,
    #[expect(dead_code, reason = "read by people")]
    pub(crate) ran: Option<String>,
    pub(crate) disagrees: Option<String>,
    pub(crate) answers: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(crate) expect: Expect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) title: String,
    pub(crate) url: String,
    #[expect(dead_code, reason = "read by people")]
    pub(crate) year: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    KubernetesRight,
    SimplerRight,
    Borderline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Confidence {
    High,
    Medium,
    Low,
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

/// All cases, in the order of their names.
pub(crate) fn all() -> Vec<Case> {
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

/// Whether a verdict of this side meets what the publisher says was right.
pub(crate) fn meets(outcome: Outcome, leaning: Leaning) -> bool {
    match outcome {
        Outcome::KubernetesRight => leaning == Leaning::With,
        Outcome::SimplerRight => leaning == Leaning::Without,
        Outcome::Borderline => leaning == Leaning::Hedge,
    }
}

#[test]
fn every_published_case_names_its_source_and_its_outcome() {
    let published: Vec<Case> = all().into_iter().filter(|case| case.source.is_some()).collect();
    assert_eq!(published.len(), 43);
    for case in published {
        let source = case.source.expect("a source");
        assert!(source.url.starts_with("https://") && !source.title.is_empty(), "{}", case.id);
        assert!(case.outcome.is_some() && case.confidence.is_some(), "{}", case.id);
    }
}

#[test]
fn a_case_says_why_the_rules_disagree_with_it_exactly_when_they_do() {
    let rulebook = rulebook();
    for case in all() {
        let Some(outcome) = case.outcome else { continue };
        let assessment = case.assess(&rulebook);
        let band = &rulebook.bands()[assessment.band].id;
        assert_eq!(
            meets(outcome, assessment.leaning(&rulebook)),
            case.disagrees.is_none(),
            "{}: {outcome:?}, the verdict is {band} with {:+}",
            case.id,
            assessment.margin
        );
    }
}

#[test]
fn plain_situations_get_the_verdict_and_the_platform_that_one_would_expect() {
    let rulebook = rulebook();
    let mut plain = 0;
    for case in all() {
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
