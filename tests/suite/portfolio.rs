//! Many systems at once: judged as each alone is.

use needk8s::assessment::assess;
use needk8s::portfolio::{Judge, Judgement};
use needk8s::rulebook::{Kind, OptionSet, Question, Rulebook, Value};

use crate::cases::rulebook;
use crate::drafts::random_rulebook;
use crate::fleet;
use crate::numbers::Numbers;
use crate::program::Program;

/// Any answer to a question; numbers near where rules draw their lines as often as far from them.
fn any_answer(question: &Question, numbers: &mut Numbers) -> Value {
    match &question.kind {
        Kind::Flag(_) => Value::Flag(numbers.once_in(2)),
        Kind::Choice(options) => Value::Choice(numbers.below(options.len())),
        Kind::Choices(options) => Value::Choices(OptionSet(numbers.below(1 << options.len()) as u64)),
        Kind::Count(count) => {
            let most = [4, 20, 100, usize::MAX >> 1][numbers.below(4)] as u64;
            Value::Count(count.min + numbers.below((count.max - count.min).min(most) as usize + 1) as u64)
        }
    }
}

/// What the full assessment says.
fn assessed(rulebook: &Rulebook, values: &[Option<Value>]) -> Judgement {
    let assessment = assess(rulebook, rulebook.readings(|question| values[question]));
    Judgement::of(rulebook, &assessment)
}

fn agrees(rulebook: &Rulebook, numbers: &mut Numbers, sets: usize) {
    let judge = Judge::new(rulebook);
    let mut scratch = judge.scratch();
    for number in 0..sets {
        // From all answered to nothing answered.
        let unknown_in_ten = number % 11;
        let values: Vec<Option<Value>> = rulebook
            .questions()
            .iter()
            .map(|question| {
                let value = any_answer(question, numbers);
                (numbers.below(10) >= unknown_in_ten).then_some(value)
            })
            .collect();
        assert_eq!(judge.judge(&values, &mut scratch), assessed(rulebook, &values), "{values:?}");
    }
}

#[test]
fn ten_thousand_sets_of_answers_are_judged_as_the_assessment_does() {
    agrees(&rulebook(), &mut Numbers(14), 10_000);
}

#[test]
fn other_rulebooks_are_judged_as_the_assessment_does() {
    let mut numbers = Numbers(15);
    let rulebooks: Vec<Rulebook> = (0..400).filter_map(|_| random_rulebook(&mut numbers)).collect();
    assert!(rulebooks.len() > 100);
    for rulebook in &rulebooks {
        agrees(rulebook, &mut numbers, 100);
    }
}

/// Three hundred systems, made from the published decisions.
fn board() -> String {
    fleet::of_precedents(&rulebook(), 300, &mut Numbers(300))
}

#[test]
fn three_hundred_systems_are_assessed() {
    let program = Program::new().file("fleet.jsonl", board());
    // For those who want to read it.
    std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("fleet.jsonl"), board())
        .expect("a file");
    let run = program.run("portfolio fleet.jsonl");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Read 300, assessed 300, refused 0."), "{}", run.stderr);
}
