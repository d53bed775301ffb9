//! Another question, answered by another rulebook with the same program: nothing of the shipped subject is left in it.

use crate::model::BROKER;
use crate::program::Program;

/// Words of the shipped subject; the name of the program and of its files is no such word.
const FOREIGN: [&str; 12] = [
    "kubernetes",
    "k8s",
    "k3s",
    "docker",
    "compose",
    "container",
    "cluster",
    "helm",
    "swarm",
    "microservice",
    "deploy",
    "gpu",
];

/// Holds that a text speaks of nothing but its own rulebook.
pub(crate) fn speaks_of_nothing_else(text: &str) {
    let own = text.to_lowercase().replace("needk8s", "");
    for word in FOREIGN {
        let line = own.lines().find(|line| line.contains(word));
        assert_eq!(line, None, "`{word}` is a word of another subject");
    }
}

fn program() -> Program {
    let revised = BROKER.replace("weight = 2", "weight = 9").replace("above = 3", "above = 5");
    let situation = "[answers]\nconsumers = 4\n[expect]\nverdict = [\"yes\"]\n";
    Program::new()
        .file("broker.toml", BROKER)
        .file("revised.toml", revised)
        .file("four.toml", situation)
        .file("nine.toml", "consumers = 9\n")
}

#[test]
fn every_command_speaks_of_its_own_rulebook_only() {
    let program = program();
    for (command, words) in [
        ("--consumers 9", "Yes: A broker."),
        ("--consumers 2", "No: A queue table does."),
        ("--consumers 9 -v", "Many consumers"),
        ("--consumers 9 --format markdown", "A broker"),
        ("--consumers 9 --format json", "many-consumers"),
        ("--consumers 9 --format html", "Do I need a message broker?"),
        ("why broker --consumers 9", "polling"),
        ("what-if --consumers 2 --answers nine.toml", "consumers"),
        ("compare --consumers 9", "A queue table"),
        ("explain consumers", "--consumers"),
        ("explain many-consumers", "Many consumers"),
        ("explain broker", "A broker."),
        ("explain fan-out", "Polling"),
        ("questions", "How many consumers?"),
        ("rules list", "many-consumers"),
        ("rules show many-consumers", "fan-out"),
        ("rules export", "fan-out"),
        ("rules export --format toml", "fan-out"),
        ("rules test four.toml", "all as expected"),
        ("rules check -v", "unreached-verdict"),
    ] {
        let run = program.run(&format!("{command} --rules broker.toml"));
        assert!([0, 1].contains(&run.code), "{command}: {run:?}");
        assert!(run.stdout.contains(words), "{command}: {}", run.stdout);
        speaks_of_nothing_else(&format!("{}{}", run.stdout, run.stderr));
    }
}

#[test]
fn two_versions_of_it_are_held_against_each_other() {
    let run = program().run("rules diff broker.toml revised.toml --cases four.toml").ok();
    for words in [
        "many-consumers.demands.fan-out.weight: 2 → 9 (revised.toml:94)",
        "four: yes → no (+1 → -3), broker → queue-table",
        "1 by criterion.many-consumers.when (revised.toml:93):",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    speaks_of_nothing_else(&run.stdout);
}

#[test]
fn its_decision_is_recorded_and_checked() {
    let program = program();
    program.run("--rules broker.toml --consumers 9 --save").ok();
    let run = program.run("check").ok();
    speaks_of_nothing_else(&format!("{}{}", run.stdout, run.stderr));
    program.run("--rules broker.toml --consumers 9 -o decision.md --format markdown").ok();
    speaks_of_nothing_else(&program.read("decision.md"));
}
