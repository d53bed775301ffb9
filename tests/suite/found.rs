//! Answers that were found: the weakest source, a bound or a part, asked for where they are not the whole.

use std::io::Cursor;

use needk8s::answers::{Answers, Given, Origin, Reach};
use needk8s::interview::{FileOrder, Interview, Outcome, Plain, Session, SoFar};
use needk8s::rulebook::{OptionSet, Reading, Rulebook, Value};

fn rulebook() -> Rulebook {
    Rulebook::builtin().expect("a valid rulebook")
}

fn found(value: Value, reach: Reach) -> Given {
    Given { value: Some(value), origin: Origin::Scan { path: "compose.yaml".into(), line: 3, reach } }
}

fn flag(value: Value) -> Given {
    Given { value: Some(value), origin: Origin::Flag("x".into()) }
}

/// How many contradictions there are between what was said and what was found.
fn contradictions(question: &str, said: Value, found: Given) -> usize {
    let rulebook = rulebook();
    let question = rulebook.question(question).expect("a question");
    let mut answers = Answers::none(&rulebook);
    answers.add(question, flag(said));
    answers.add(question, found);
    assert_eq!(answers.value(question), Some(said), "what was said counts");
    answers.contradictions().count()
}

#[test]
fn what_was_said_is_contradicted_only_by_what_leaves_no_room_for_it() {
    let count = |number| Value::Count(number);
    let some = |options: &[usize]| {
        Value::Choices(options.iter().fold(OptionSet::default(), |set, one| set.union(OptionSet::of(*one))))
    };
    for (said, value, reach, expected) in [
        (count(7), count(7), Reach::AtLeast, 0),
        (count(9), count(7), Reach::AtLeast, 0),
        (count(3), count(7), Reach::AtLeast, 1),
        (count(9), count(7), Reach::Exactly, 1),
    ] {
        assert_eq!(contradictions("services", said, found(value, reach)), expected, "{said:?} {value:?}");
    }
    for (said, value, expected) in
        [(some(&[0, 1]), some(&[0]), 0), (some(&[0]), some(&[0, 1]), 1), (some(&[]), some(&[6]), 1)]
    {
        assert_eq!(contradictions("workloads", said, found(value, Reach::Includes)), expected);
    }
}

#[test]
fn a_part_of_an_answer_counts_and_rules_nothing_out() {
    let rulebook = rulebook();
    let question = |id| rulebook.question(id).expect("a question");
    let mut answers = Answers::none(&rulebook);
    let web = Value::Choices(OptionSet::of(0));
    answers.add(question("workloads"), found(web, Reach::Includes));
    let readings = answers.readings(&rulebook);
    assert_eq!(readings[question("workloads")], Reading::Known(web));
    assert_eq!(readings[question("gpus")], Reading::Unknown);
    assert_eq!(answers.values()[question("workloads")], None);
    assert!(answers.is_open(question("workloads")));
    answers.set(question("workloads"), flag(web));
    assert_eq!(answers.readings(&rulebook)[question("gpus")], Reading::DoesNotApply);
}

/// What a person reads when these answers are known and the questionnaire is left at once.
fn asked(known: &[(&str, Given)], hints: &[(&str, &str)], input: &str) -> (String, Option<Answers>) {
    let rulebook = rulebook();
    let question = |id: &str| rulebook.question(id).expect("a question");
    let mut answers = Answers::none(&rulebook);
    known.iter().for_each(|(id, given)| answers.add(question(id), given.clone()));
    let mut beside = vec![Vec::new(); rulebook.questions().len()];
    hints.iter().for_each(|(id, hint)| beside[question(id)].push((*hint).to_owned()));
    let mut shown = Vec::new();
    let mut prompts = Plain::new(Cursor::new(input.as_bytes()), &mut shown, 80);
    let interview = Interview {
        rulebook: &rulebook,
        order: &FileOrder,
        leaning: &|_| String::new(),
        so_far: &|_| SoFar { headline: "Shelf: Board.".to_owned(), turns: Vec::new() },
        hints: &beside,
        record: None,
    };
    let outcome = interview.run(answers, &mut Session::nowhere(), &mut prompts).expect("lines do not fail");
    let answers = match outcome {
        Outcome::Finished(answers) => Some(answers),
        Outcome::Left => None,
    };
    (String::from_utf8(shown).expect("UTF-8"), answers)
}

#[test]
fn an_answer_that_was_found_is_shown_and_not_asked_for() {
    let (shown, _) = asked(&[("services", found(Value::Count(7), Reach::AtLeast))], &[], "production\n");
    assert!(shown.contains("Services of your own: 7 (compose.yaml:3)"), "{shown}");
    assert!(!shown.contains("How many services of your own"), "{shown}");
    assert!(shown.contains("What does the system do"), "{shown}");
}

#[test]
fn a_part_of_an_answer_is_asked_for_with_what_was_found_beside_it() {
    let known = [
        ("purpose", flag(Value::Choice(3))),
        ("services", flag(Value::Count(7))),
        ("workloads", found(Value::Choices(OptionSet::of(0)), Reach::Includes)),
    ];
    let (shown, _) = asked(&known, &[("workloads", "Found: a web server (compose.yaml:3)")], "");
    assert!(!shown.contains("Kinds of work: Web sites"), "{shown}");
    assert!(shown.contains("Found: a web server (compose.yaml:3)"), "{shown}");
    assert!(shown.contains("now: Web sites and APIs"), "{shown}");
}

#[test]
fn a_hint_stands_beside_its_question_alone() {
    let hint = ("services", "Found: one image (compose.yaml:3)");
    let (shown, _) = asked(&[("purpose", flag(Value::Choice(3)))], &[hint], "1\n");
    assert_eq!(shown.matches("Found: one image").count(), 1, "{shown}");
}

#[test]
fn a_path_from_a_repository_does_not_steer_the_terminal() {
    let origin = Origin::Scan { path: "\u{1b}[31mred\n.yaml".into(), line: 0, reach: Reach::Exactly };
    assert!(!origin.to_string().chars().any(needk8s::text::is_unsafe), "{origin}");
}
