//! The model: the ledger adds up, ignorance earns nothing, and the core knows no domain.

use needk8s::assessment::assess;
use needk8s::document::SourceFile;
use needk8s::rulebook::{CriterionSide, Leaning, Rulebook, Truth};

use crate::cases::{all, rulebook};

#[test]
fn the_ledger_adds_up_to_the_margin_in_every_case() {
    let rulebook = rulebook();
    for case in all() {
        let assessment = case.assess(&rulebook);
        let sum: i64 = assessment.ledger.iter().map(|term| term.points).sum();
        assert_eq!(sum, assessment.margin, "{}", case.id);
    }
}

#[test]
fn verdict_and_recommendation_never_contradict_each_other() {
    let rulebook = rulebook();
    for case in all() {
        let assessment = case.assess(&rulebook);
        match assessment.leaning(&rulebook) {
            Leaning::Without => assert!(!rulebook.is_subject(assessment.recommendation), "{}", case.id),
            Leaning::With => assert!(rulebook.is_subject(assessment.recommendation), "{}", case.id),
            Leaning::Hedge => {}
        }
    }
}

#[test]
fn nothing_known_is_no_strong_verdict() {
    let rulebook = rulebook();
    let assessment = assess(&rulebook, rulebook.readings(|_| None));
    for (criterion, truth) in rulebook.criteria().iter().zip(&assessment.truths) {
        assert!(
            *truth != Truth::True || criterion.side == CriterionSide::Constraint,
            "{} holds",
            criterion.id
        );
    }
    let band = assessment.band;
    assert!(band > 0 && band + 1 < rulebook.bands().len(), "{}", rulebook.bands()[band].id);
}

/// A rulebook about something else altogether.
pub(crate) const BROKER: &str = r#"
schema = "needk8s.rulebook/1"
extends = false
name = "broker"
version = "1"
title = "Do I need a message broker?"
subject = "broker"
[constants]
effort-price = { value = 1, because = "one" }
shortfall-price = { value = 1, because = "one" }
[sides]
with = { id = "broker", name = "a broker", case = "The case for a broker" }
without = { id = "table", name = "a table", case = "The case for a table" }
hedge = { id = "either", name = "either", case = "Either" }
[[band]]
id = "no"
name = "No"
side = "table"
at-most = -1
headline = "No: {best} does."
meaning = "A table is enough."
because = "less than nothing"
[[band]]
id = "either"
name = "Either"
side = "either"
at-least = 0
at-most = 0
headline = "Either."
meaning = "Both will do."
because = "zero"
[[band]]
id = "yes"
name = "Yes"
side = "broker"
at-least = 1
headline = "Yes: {best}."
meaning = "A broker is needed."
because = "more than nothing"
[[group]]
id = "all"
title = "All"
[[question]]
id = "consumers"
group = "all"
name = "Consumers"
prompt = "How many consumers?"
help = "Count them."
why = "It decides."
kind = "count"
unit = "consumers"
[question.say]
above = "you have more than {n} consumers"
at-most = "you have {n} consumers or fewer"
exactly = "you have {n} consumers"
[[family]]
id = "table"
name = "A table"
[[family]]
id = "broker"
name = "A broker"
[[platform]]
id = "queue-table"
name = "A queue table"
family = "table"
effort = 1
summary = "A table."
effort-because = "It is there."
[[platform]]
id = "broker"
name = "A broker"
family = "broker"
effort = 4
summary = "A broker."
effort-because = "It has to be run."
[[aspect]]
id = "fan-out"
name = "Fan-out"
rated = "many consumers"
short-of = "polling"
[aspect.cells.queue-table]
level = 1
label = "Polling"
note = "Each consumer polls."
[aspect.cells.broker]
level = 4
label = "Pushed"
note = "Each consumer is served."
[[criterion]]
id = "many-consumers"
side = "essential"
statement = "Many consumers"
when = { consumers = { above = 3 } }
demands = { fan-out = { level = 3, weight = 2 } }
because = "Polling does not scale."
"#;

#[test]
fn the_engine_answers_another_question_from_another_rulebook() {
    let file = SourceFile::new("broker.toml", BROKER);
    let rulebook = Rulebook::parse(vec![file]).unwrap_or_else(|faults| panic!("{faults}"));
    let verdict = |consumers: &str| {
        let value = rulebook.questions()[0].parse(consumers).expect("a number");
        let assessment = assess(&rulebook, rulebook.readings(|_| value));
        (rulebook.bands()[assessment.band].id.as_str(), assessment.margin)
    };
    // By hand: 1 × 1 − 1 × 4 = −3 without the demand, and 2 × (3 − 1) = 4 more with it.
    assert_eq!(verdict("3"), ("no", -3));
    assert_eq!(verdict("4"), ("yes", 1));
}

#[test]
fn the_core_says_no_word_about_the_domain() {
    let core = ["rulebook", "explanation", "document", "review"].map(|folder| format!("src/{folder}"));
    let mut files: Vec<std::path::PathBuf> = ["answers", "assessment", "precedents", "situations"]
        .map(|file| format!("src/{file}.rs").into())
        .to_vec();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<std::path::PathBuf> = core.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for file in files {
        let text = std::fs::read_to_string(root.join(&file)).expect("a source file");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n").to_lowercase().replace("needk8s", "");
        for word in ["kubernetes", "compose", "docker", "container", "cluster", "k8s"] {
            assert!(!code.contains(word), "{} says {word}", file.display());
        }
    }
}
