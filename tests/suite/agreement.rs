//! How often the verdicts agree with people who published what was right for them.
//!
//! `cargo test --test suite agreement -- --nocapture` prints all of it; with `TRYCMD=overwrite` in the environment it is
//! also put into the README.

use std::fmt::Write as _;
use std::path::Path;

use needk8s::precedents::{is_missed, odds, verdict};
use needk8s::rulebook::{Case, Confidence, Leaning, Rulebook};

use crate::cases::rulebook;

/// Between these lines the README has what is computed here.
const MARKS: [&str; 2] = ["<!-- agreement -->\n", "<!-- /agreement -->\n"];

/// A published decision and what the rules make of its answers.
struct Judged<'a> {
    case: &'a Case,
    margin: i64,
    leaning: Leaning,
}

impl Judged<'_> {
    fn is_clear(&self) -> bool {
        self.case.outcome != Leaning::Hedge
    }

    fn is_right(&self) -> bool {
        self.leaning == self.case.outcome
    }
}

fn judged(rulebook: &Rulebook) -> Vec<Judged<'_>> {
    let judge = |case| {
        let assessment = verdict(rulebook, case);
        Judged { case, margin: assessment.margin, leaning: assessment.leaning(rulebook) }
    };
    rulebook.cases().iter().map(judge).collect()
}

#[derive(Default, Clone, Copy)]
struct Row {
    cases: usize,
    right: usize,
    hedged: usize,
    wrong: usize,
    false_subject: usize,
}

impl Row {
    fn of<'a>(judged: impl Iterator<Item = &'a Judged<'a>>) -> Self {
        let mut row = Self::default();
        for one in judged {
            row.cases += 1;
            match one.leaning {
                _ if one.is_right() => row.right += 1,
                Leaning::Hedge => row.hedged += 1,
                leaning => {
                    row.wrong += 1;
                    row.false_subject += usize::from(one.is_clear() && leaning == Leaning::With);
                }
            }
        }
        row
    }

    fn line(&self, name: &str) -> String {
        let share = 100 * self.right / self.cases.max(1);
        let Self { cases, right, hedged, wrong, false_subject } = self;
        format!("| {name} | {cases} | {right} ({share} %) | {hedged} | {wrong} | {false_subject} |\n")
    }
}

/// Of all pairs of a decision that was right with the subject and one that was right without it, the share in which the
/// former has the greater margin; a tie counts half. In thousandths.
fn auc<'a>(judged: impl Iterator<Item = &'a Judged<'a>> + Clone) -> usize {
    let margins = |outcome: Leaning| {
        judged.clone().filter(move |one| one.case.outcome == outcome).map(|one| one.margin)
    };
    let pairs = margins(Leaning::With)
        .flat_map(|with| margins(Leaning::Without).map(move |without| (with, without)))
        .collect::<Vec<_>>();
    let halves: usize =
        pairs.iter().map(|(with, without)| usize::from(with > without) + usize::from(with >= without)).sum();
    1000 * halves / (2 * pairs.len().max(1))
}

/// The part of the README that is computed.
fn computed(rulebook: &Rulebook) -> String {
    let judged = judged(rulebook);
    let clear = || judged.iter().filter(|one| one.is_clear());
    let high = || clear().filter(|one| one.case.confidence == Confidence::High);
    let mut text = String::from(
        "| published decisions | number | right | hedged | wrong side | of these \"Kubernetes\" where simpler was right |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    text += &Row::of(high()).line("clear, and said outright");
    text += &Row::of(clear()).line("clear, all");
    text += &Row::of(judged.iter().filter(|one| !one.is_clear())).line("borderline (right is a hedge)");
    text += "\n| verdict | decisions | simpler was right | either | Kubernetes was right |\n\
             | --- | ---: | ---: | ---: | ---: |\n";
    for odds in odds(rulebook) {
        let name = &rulebook.bands()[odds.band].name;
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} |",
            odds.total(),
            odds.without,
            odds.either,
            odds.with
        );
    }
    let percent = |thousandths: usize| format!("{}.{} %", thousandths / 10, thousandths % 10);
    let _ = writeln!(
        text,
        "\nOf two clear decisions that went different ways, the one for Kubernetes has the greater margin in {} of all pairs, and\n\
         in {} where both are said outright.",
        percent(auc(clear())),
        percent(auc(high()))
    );
    text
}

#[test]
#[expect(clippy::print_stdout, reason = "the README names this test as the command that prints it")]
fn the_readme_says_how_often_the_rules_are_right() {
    let expected = computed(&rulebook());
    println!("{expected}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("the README");
    let (before, rest) = readme.split_once(MARKS[0]).expect("the first mark");
    let (shown, after) = rest.split_once(MARKS[1]).expect("the second mark");
    if shown != expected && std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
        let written = format!("{before}{}{expected}{}{after}", MARKS[0], MARKS[1]);
        std::fs::write(&path, written).expect("the README can be written");
        return;
    }
    assert_eq!(shown, expected, "TRYCMD=overwrite cargo test --test suite agreement");
}

#[test]
#[expect(clippy::print_stdout, reason = "who calibrates reads it")]
fn decisions_part_by_part() {
    let rulebook = rulebook();
    let judged = judged(&rulebook);
    let mut groups: Vec<&str> = judged.iter().filter_map(|one| one.case.group.as_deref()).collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        let clear =
            || judged.iter().filter(move |one| one.is_clear() && one.case.group.as_deref() == Some(group));
        print!("{}", Row::of(clear()).line(&format!("{group}, AUC 0.{:03}", auc(clear()))));
    }
    for one in judged.iter().filter(|one| !one.is_right()) {
        let outcome = rulebook.outcome_id(one.case.outcome);
        println!("{:28} {outcome:17} {:7} {:+}", one.case.id, one.case.confidence.word(), one.margin);
    }
}

#[test]
fn most_clear_cases_are_met_and_kubernetes_is_hardly_ever_recommended_wrongly() {
    let rulebook = rulebook();
    let judged = judged(&rulebook);
    let clear = || judged.iter().filter(|one| one.is_clear());
    let row = Row::of(clear());
    assert!(auc(clear()) >= 810, "{}", auc(clear()));
    assert!(row.right >= 73, "{} of {}", row.right, row.cases);
    assert!(row.false_subject <= 6, "{}", row.false_subject);
}

#[test]
fn seventy_seven_clear_decisions_were_new_to_the_first_rules() {
    let rulebook = rulebook();
    let new = |case: &&Case| {
        case.outcome != Leaning::Hedge && case.group.as_deref().is_some_and(|group| group != "calibrated-1")
    };
    assert_eq!(rulebook.cases().iter().filter(new).count(), 77);
}

#[test]
fn the_rules_miss_a_decision_exactly_where_it_says_why() {
    let rulebook = rulebook();
    let ids = |such: &dyn Fn(&Case) -> bool| -> Vec<&str> {
        rulebook.cases().iter().filter(|case| such(case)).map(|case| case.id.as_str()).collect()
    };
    assert_eq!(ids(&|case| is_missed(&rulebook, case)), ids(&|case| case.disagrees.is_some()));
}

#[test]
fn the_higher_the_verdict_the_more_often_kubernetes_was_right() {
    let rulebook = rulebook();
    let clear: Vec<(usize, usize)> =
        odds(&rulebook).iter().map(|odds| (odds.with, odds.with + odds.without)).collect();
    assert!(clear.windows(2).all(|two| two[0].0 * two[1].1 <= two[1].0 * two[0].1), "{clear:?}");
}
