//! How often the verdicts agree with people who published what was right for them.
//!
//! `cargo test --test suite agreement -- --nocapture` prints all of it; with `TRYCMD=overwrite` in the environment it is
//! also put into the README.

use std::fmt::Write as _;
use std::path::Path;

use needk8s::agreement::{Agreement, judged, ranked_right};
use needk8s::precedents::is_missed;
use needk8s::prepared::Prepared;
use needk8s::rulebook::{Case, Confidence, Leaning, Rulebook};

use crate::cases::rulebook;

/// Between these lines the README has what is computed here.
const MARKS: [&str; 2] = ["<!-- agreement -->\n", "<!-- /agreement -->\n"];

fn line(agreement: Agreement, name: &str) -> String {
    let Agreement { cases, right, hedged, wrong, false_subject } = agreement;
    let share = 100 * right / cases.max(1);
    format!("| {name} | {cases} | {right} ({share} %) | {hedged} | {wrong} | {false_subject} |\n")
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
    text += &line(Agreement::of(high()), "clear, and said outright");
    text += &line(Agreement::of(clear()), "clear, all");
    text +=
        &line(Agreement::of(judged.iter().filter(|one| !one.is_clear())), "borderline (right is a hedge)");
    text += "\n| verdict | decisions | simpler was right | either | Kubernetes was right |\n\
             | --- | ---: | ---: | ---: | ---: |\n";
    for odds in Prepared::new(rulebook).odds() {
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
        percent(ranked_right(clear())),
        percent(ranked_right(high()))
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
        print!("{}", line(Agreement::of(clear()), &format!("{group}, AUC 0.{:03}", ranked_right(clear()))));
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
    let row = Agreement::of(clear());
    assert!(ranked_right(clear()) >= 810, "{}", ranked_right(clear()));
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
    let prepared = Prepared::new(&rulebook);
    let clear: Vec<(usize, usize)> =
        prepared.odds().iter().map(|odds| (odds.with, odds.with + odds.without)).collect();
    assert!(clear.windows(2).all(|two| two[0].0 * two[1].1 <= two[1].0 * two[0].1), "{clear:?}");
}
