//! The questionnaire is short, and its shortness changes no result.

use std::sync::LazyLock;

use needk8s::assessment::assess;
use needk8s::explanation::Engine;
use needk8s::interview::{Adaptive, FileOrder, Next, Order, Situation};
use needk8s::rulebook::{Classes, Rulebook};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::cases::rulebook;
use crate::numbers::Numbers;
use crate::respondents::{
    Known, Walk, cases, like_the_cases, questions_until_settled, questions_until_sure, uniform,
};

fn result(rulebook: &Rulebook, known: &Known) -> (usize, usize) {
    let assessment = assess(rulebook, rulebook.readings(|question| known[question]));
    (assessment.band, assessment.recommendation)
}

/// Some of the cases, and some random people of both kinds.
fn sample(rulebook: &Rulebook) -> Vec<Known> {
    let cases = cases(rulebook);
    let mut numbers = Numbers(7);
    let random: Vec<Known> = (0..8)
        .flat_map(|_| [uniform(rulebook, &mut numbers), like_the_cases(rulebook, &mut numbers)])
        .collect();
    cases.into_iter().step_by(8).chain(random).collect()
}

/// How they go through the adaptive order until it is proved, made once for all tests.
fn walks() -> &'static [(Known, Walk)] {
    static WALKS: LazyLock<Vec<(Known, Walk)>> = LazyLock::new(|| {
        let rulebook = rulebook();
        let engine = Engine::new(&rulebook);
        let walk = |known: Known| {
            let walk = questions_until_settled(&rulebook, &Adaptive::new(&rulebook, &engine), &known);
            (known, walk)
        };
        sample(&rulebook).into_par_iter().map(walk).collect()
    });
    &WALKS
}

/// The rulebook's order, which stops only when `adaptive` would have it proved.
fn settling_file_order(adaptive: &Adaptive<'_>) -> impl Order {
    |situation: &Situation<'_>| match adaptive.settled(situation) {
        Some(wholly) => Next::Settled { question: situation.open[0], wholly },
        None => FileOrder.next(situation),
    }
}

#[test]
fn the_adaptive_order_asks_no_more_than_the_rulebook_s_on_average_and_neither_changes_a_result() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let adaptive = Adaptive::new(&rulebook, &engine);
    let file = settling_file_order(&adaptive);
    let (mut asked, mut asked_in_file_order) = (0, 0);
    for (number, (known, walk)) in walks().iter().enumerate() {
        let in_file_order = questions_until_settled(&rulebook, &file, known);
        for walk in [walk, &in_file_order] {
            let answers: Known = walk.answers.values();
            assert_eq!(result(&rulebook, &answers), result(&rulebook, known), "respondent {number}");
        }
        asked += walk.asked;
        asked_in_file_order += in_file_order.asked;
    }
    assert!(
        asked <= asked_in_file_order,
        "{asked} questions, {asked_in_file_order} in the order of the file"
    );
}

#[test]
fn what_is_said_to_be_wholly_settled_holds_whatever_was_left_open() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let adaptive = Adaptive::new(&rulebook, &engine);
    let (mut numbers, mut wholly) = (Numbers(9), 0);
    // Few come to an end with nothing left that could change anything.
    for _ in 0..60 {
        // Somebody who does not know a fifth of it.
        let known: Known = uniform(&rulebook, &mut numbers)
            .into_iter()
            .map(|value| value.filter(|_| numbers.below(5) > 0))
            .collect();
        let Walk { answers, wholly: true, .. } = questions_until_settled(&rulebook, &adaptive, &known) else {
            continue;
        };
        wholly += 1;
        for _ in 0..200 {
            let other = uniform(&rulebook, &mut numbers);
            let filled: Known = answers
                .values()
                .iter()
                .zip(other)
                .map(|(given, other)| given.or_else(|| other.filter(|_| numbers.below(4) > 0)))
                .collect();
            assert_eq!(result(&rulebook, &filled), result(&rulebook, &answers.values()));
        }
        if wholly == 3 {
            return;
        }
    }
    panic!("{wholly} of 60 were wholly settled");
}

/// All that `values` become when each of the open questions is answered or not.
fn completions(classes: &[Classes], values: &Known, open: &[usize]) -> Vec<Known> {
    open.iter().fold(vec![values.clone()], |sets, question| {
        let answers = || {
            (0..classes[*question].len()).map(|class| Some(classes[*question].sample(class))).chain([None])
        };
        let with = |set: &Known, answer| {
            let mut set = set.clone();
            set[*question] = answer;
            set
        };
        sets.iter().flat_map(|set| answers().map(move |answer| with(set, answer))).collect()
    })
}

#[test]
fn closed_is_what_trying_every_answer_and_none_finds() {
    let rulebook = rulebook();
    let classes = Classes::of_rulebook(&rulebook);
    let engine = Engine::with_budget(&rulebook, 1_000_000);
    let mut numbers = Numbers(11);
    let (mut closed, mut rounds) = (0, 0);
    while rounds < 150 {
        let mut values = uniform(&rulebook, &mut numbers);
        // Some stay unknown for good, two or three are open.
        for _ in 0..3 {
            values[numbers.below(classes.len())] = None;
        }
        let mut open: Vec<usize> = (0..2 + rounds % 2).map(|_| numbers.below(classes.len())).collect();
        open.dedup();
        if open.iter().map(|question| classes[*question].len() + 1).product::<usize>() > 600 {
            continue;
        }
        rounds += 1;
        open.iter().for_each(|question| values[*question] = None);
        let (band, recommendation) = result(&rulebook, &values);
        let stays = completions(&classes, &values, &open)
            .iter()
            .all(|set| result(&rulebook, set) == (band, recommendation));
        assert_eq!(
            engine.is_closed_to(&values, &open, band, recommendation),
            stays,
            "{values:?}, open {open:?}"
        );
        closed += usize::from(stays);
    }
    assert!((20..130).contains(&closed), "{closed} of 150 are closed");
}

#[test]
fn subjects_come_in_the_rulebook_s_order_and_are_not_left_and_taken_up_again_without_need() {
    let rulebook = rulebook();
    let (mut people, mut returns) = (0, 0);
    for (_, walk) in walks() {
        // Who stops when it is sure is asked the same until then.
        let asked = &walk.order[..walk.until_sure];
        let groups: Vec<usize> = asked.iter().map(|question| rulebook.questions()[*question].group).collect();
        people += 1;
        returns += groups.windows(2).filter(|pair| pair[1] < pair[0]).count();
    }
    assert!(returns <= people, "{returns} returns to a subject for {people} people");
}

#[test]
fn of_people_who_stop_when_it_is_said_to_be_sure_few_would_have_had_another_result() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let adaptive = Adaptive::new(&rulebook, &engine);
    let side = |known: &Known| rulebook.bands()[result(&rulebook, known).0].leaning;
    let mut numbers = Numbers(8);
    let people = 40;
    let others = (0..people).filter(|_| {
        let known = like_the_cases(&rulebook, &mut numbers);
        let walk = questions_until_sure(&rulebook, &adaptive, &known);
        // Some stop since what is left tells little, without being sure.
        walk.sure && side(&walk.answers.values()) != side(&known)
    });
    // It is sure in 95 of 100; of 40, more than 5 would be others once in seventy times.
    let others = others.count();
    assert!(others <= 5, "{others} of {people}");
}
