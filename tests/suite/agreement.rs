//! How often the verdicts agree with people who published what was right for them.

use needk8s::rulebook::Leaning;

use crate::cases::{Case, Confidence, Outcome, all, rulebook};

#[derive(Default, Clone, Copy)]
struct Row {
    cases: usize,
    right: usize,
    hedged: usize,
    wrong: usize,
    false_subject: usize,
}

impl Row {
    fn count(&mut self, outcome: Outcome, leaning: Leaning) {
        self.cases += 1;
        match (outcome, leaning) {
            (Outcome::Borderline, Leaning::Hedge)
            | (Outcome::KubernetesRight, Leaning::With)
            | (Outcome::SimplerRight, Leaning::Without) => self.right += 1,
            (_, Leaning::Hedge) => self.hedged += 1,
            (Outcome::SimplerRight, Leaning::With) => {
                self.wrong += 1;
                self.false_subject += 1;
            }
            _ => self.wrong += 1,
        }
    }

    fn line(&self, name: &str) -> String {
        let share = 100 * self.right / self.cases.max(1);
        let Self { cases, right, hedged, wrong, false_subject } = self;
        format!("| {name} | {cases} | {right} ({share} %) | {hedged} | {wrong} | {false_subject} |")
    }
}

fn table() -> (Vec<String>, Row) {
    let rulebook = rulebook();
    let (mut high, mut clear, mut borderline) = (Row::default(), Row::default(), Row::default());
    for case in all() {
        let Some(outcome) = case.outcome else { continue };
        let leaning = case.assess(&rulebook).leaning(&rulebook);
        if outcome == Outcome::Borderline {
            borderline.count(outcome, leaning);
            continue;
        }
        clear.count(outcome, leaning);
        if case.confidence == Some(Confidence::High) {
            high.count(outcome, leaning);
        }
    }
    let lines = vec![
        "| published cases | number | met | hedged | wrong side | of these \"Kubernetes\" where simpler was right |".to_owned(),
        "| --- | ---: | ---: | ---: | ---: | ---: |".to_owned(),
        high.line("clear, high confidence"),
        clear.line("clear, all"),
        borderline.line("borderline (met by a hedge)"),
    ];
    (lines, high)
}

#[test]
#[expect(clippy::print_stdout, reason = "the README names this test as the command that prints the table")]
fn the_readme_shows_the_table_of_agreement_as_it_is() {
    let (lines, _) = table();
    println!("{}", lines.join("\n"));
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&lines.join("\n")), "the README should have:\n{}", lines.join("\n"));
}

#[test]
#[expect(clippy::print_stdout, reason = "the README names this test as the command that prints the misses")]
fn the_readme_names_every_miss() {
    let readme = include_str!("../../README.md");
    let misses: Vec<Case> = all().into_iter().filter(|case| case.disagrees.is_some()).collect();
    for case in misses {
        let line = format!("| {} | {} |", case.id, case.disagrees.unwrap_or_default());
        println!("{line}");
        assert!(readme.contains(&line), "the README should have: {line}");
    }
}

#[test]
fn most_clear_cases_are_met_and_kubernetes_is_hardly_ever_recommended_wrongly() {
    let (_, high) = table();
    assert!(100 * high.right >= 75 * high.cases, "{} of {}", high.right, high.cases);
    assert!(high.false_subject <= 1, "{}", high.false_subject);
}
