//! What differs between two rulebooks, and which lines decide what comes out differently.

use needk8s::document::SourceFile;
use needk8s::revision::{Revision, Trial};
use needk8s::rulebook::{Between, LayerFiles, Rulebook, Turn};

use crate::model::BROKER;
use crate::numbers::Numbers;

fn rules(texts: &[&str]) -> Rulebook {
    let layer = |(index, text): (usize, &&str)| {
        let name = format!("{index}.toml");
        let file = SourceFile::new(name.clone(), (*text).to_owned());
        LayerFiles { path: name, files: vec![file] }
    };
    Rulebook::layered(texts.iter().enumerate().map(layer).collect())
        .unwrap_or_else(|faults| panic!("{faults}"))
}

/// The names of what differs, with what has become of it.
fn differences(older: &Rulebook, newer: &Rulebook) -> Vec<(String, Turn)> {
    let between = Between::new(older, newer).expect("rulebooks of files");
    between.differences().iter().map(|one| (one.name(), one.turn)).collect()
}

const DEMAND: &str = "criterion.many-consumers.demands.fan-out";

#[test]
fn each_key_that_is_another_is_named_with_what_it_was() {
    let newer = BROKER
        .replace("level = 3, weight = 2", "level = 2, weight = 7")
        .replace("above = 3 }", "above = 5 }")
        .replace("A table.", "A table in the database.")
        .replace("at-least = 1", "at-least = 1 # the same");
    let (older, newer) = (rules(&[BROKER]), rules(&[&newer]));
    let between = Between::new(&older, &newer).expect("rulebooks of files");
    let told: Vec<_> = between
        .differences()
        .iter()
        .map(|one| {
            (
                one.name(),
                one.noun.as_str(),
                one.before.as_deref().unwrap_or(""),
                one.after.as_deref().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("platform.queue-table.summary".to_owned(), "text", "A table.", "A table in the database."),
            (format!("{DEMAND}.level"), "level", "3", "2"),
            (format!("{DEMAND}.weight"), "weight", "2", "7"),
            (
                "criterion.many-consumers.when".to_owned(),
                "condition",
                "{ consumers = { above = 3 } }",
                "{ consumers = { above = 5 } }"
            ),
        ]
    );
    assert_eq!(differences(&older, &older), []);
}

#[test]
fn what_belongs_to_a_new_item_comes_with_it() {
    let layer = "[[platform]]\nid = \"openshift\"\nlike = \"given-cluster\"\nname = \"OpenShift\"\n";
    let (older, newer) = (rules(&[""]), rules(&[layer]));
    assert_eq!(differences(&older, &newer), [("platform.openshift".to_owned(), Turn::Added)]);
    assert_eq!(differences(&newer, &older), [("platform.openshift".to_owned(), Turn::Removed)]);
    let between = Between::new(&older, &newer).expect("rulebooks of files");
    let with = &between.differences()[0].with;
    assert!(with.contains(&"aspect.secrets.cells.openshift".to_owned()), "{with:?}");
    assert!(with.contains(&"platform.supported-kubernetes.aliases.openshift".to_owned()), "{with:?}");
}

#[test]
fn another_order_is_a_difference_of_its_own() {
    let both = |one: &str, other: &str| {
        let flag = |id: &str| {
            format!(
                "[[question]]\nid = \"{id}\"\ngroup = \"all\"\nname = \"N\"\nprompt = \"P?\"\nhelp = \"H.\"\nwhy = \"W.\"\n\
                 kind = \"flag\"\nsay = {{ yes = \"it is\", no = \"it is not\" }}\n"
            )
        };
        rules(&[&format!("{BROKER}{}{}", flag(one), flag(other))])
    };
    assert_eq!(differences(&both("a", "b"), &both("b", "a")), [("question".to_owned(), Turn::Reordered)]);
}

/// With none of the differences the rules in between judge as the older ones, with all of them as the newer ones.
#[test]
fn what_lies_between_begins_as_the_older_rules_and_ends_as_the_newer_ones() {
    let policy = include_str!("../commands/layers.in/policy.toml");
    let (older, newer) =
        (rules(&[""]), rules(&[policy, "[[aspect]]\nid = \"secrets\"\ncells.compose.level = 1\n"]));
    let between = Between::new(&older, &newer).expect("rulebooks of files");
    let all: Vec<usize> = (0..between.differences().len()).collect();
    for (wanted, rules) in [(Vec::new(), &older), (all.clone(), &newer)] {
        let made = between.with(&wanted).expect("a rulebook");
        assert_eq!(made.questions(), rules.questions());
        assert_eq!(made.criteria(), rules.criteria());
        assert_eq!(made.platforms(), rules.platforms());
        assert_eq!(made.aspects(), rules.aspects());
    }
    // Any part of them is a rulebook or none, and never ends the program.
    let mut numbers = Numbers(7);
    for _ in 0..20 {
        let some: Vec<usize> = all.iter().copied().filter(|_| numbers.below(2) == 0).collect();
        drop(between.with(&some));
    }
}

#[test]
fn what_decides_a_case_does_so_alone_and_nothing_of_it_can_be_left_out() {
    let (older, newer) = (
        rules(&[""]),
        rules(&[
            "constants.effort-price.value = 3\n[[criterion]]\nid = \"many-services\"\ndemands.service-discovery.weight = 7\n[[platform]]\nid = \"k3s\"\nsummary = \"Small.\"\n",
        ]),
    );
    let revision = Revision::new(&older, &newer).expect("rulebooks of files");
    let trials = Trial::published(&older, &newer);
    let shifts = revision.shifts(&trials);
    assert!(shifts.moved.len() > 10 && shifts.all == older.cases().len(), "{}", shifts.moved.len());
    let text = revision.differences().iter().position(|one| one.noun == "text").expect("the summary");
    for shift in &shifts.moved {
        let by = shift.by.as_ref().expect("found out");
        assert!(!by.is_empty() && !by.contains(&text), "{}: {by:?}", shift.name);
        let trial: Vec<Trial> = trials.iter().filter(|trial| trial.name == shift.name).cloned().collect();
        assert_eq!(revision.shifts(&trial).moved, std::slice::from_ref(shift));
    }
}

#[test]
fn rulebooks_that_ask_nothing_in_common_are_tried_by_no_situation() {
    let (older, newer) = (rules(&[BROKER]), rules(&[""]));
    let revision = Revision::new(&older, &newer).expect("rulebooks of files");
    assert_eq!(revision.shifts(&Trial::published(&older, &newer)).all, 0);
}
