//! What is said to be possible is what trying every completion finds.

use needk8s::assessment::assess;
use needk8s::explanation::{Engine, Explanation, Extent, How, Share, Status, Sureness};
use needk8s::rulebook::{Classes, Kind, OptionSet, Rulebook, Value};

use crate::cases::{rulebook, some};
use crate::drafts::some_answers;
use crate::numbers::Numbers;

/// Values of a question on both sides of every threshold of the rules.
fn values(rulebook: &Rulebook, question: usize) -> Vec<Value> {
    match &rulebook.questions()[question].kind {
        Kind::Flag(_) => vec![Value::Flag(false), Value::Flag(true)],
        Kind::Choice(options) => (0..options.len()).map(Value::Choice).collect(),
        Kind::Choices(options) => {
            (0..1_u64 << options.len()).map(|set| Value::Choices(OptionSet(set))).collect()
        }
        Kind::Count(_) => {
            let classes = &Classes::of_rulebook(rulebook)[question];
            (0..classes.len()).map(|class| classes.sample(class)).collect()
        }
    }
}

/// The band of what is known.
fn band(rulebook: &Rulebook, given: &[Option<Value>]) -> usize {
    assess(rulebook, rulebook.readings(|question| given[question])).band
}

/// Margins and bands of every completion.
fn tried(rulebook: &Rulebook, values_of: &[Option<Value>]) -> (i64, i64, Vec<usize>) {
    let open: Vec<usize> = (0..values_of.len()).filter(|question| values_of[*question].is_none()).collect();
    let choices: Vec<Vec<Value>> = open.iter().map(|question| values(rulebook, *question)).collect();
    let mut at = vec![0; open.len()];
    let (mut least, mut most, mut bands) = (i64::MAX, i64::MIN, Vec::new());
    loop {
        let mut filled = values_of.to_vec();
        for (place, question) in open.iter().enumerate() {
            filled[*question] = Some(choices[place][at[place]]);
        }
        let assessment = assess(rulebook, rulebook.readings(|question| filled[question]));
        least = least.min(assessment.margin);
        most = most.max(assessment.margin);
        bands.push(assessment.band);
        let Some(place) = (0..open.len()).find(|place| at[*place] + 1 < choices[*place].len()) else { break };
        at[place] += 1;
        at[..place].fill(0);
    }
    bands.sort_unstable();
    bands.dedup();
    (least, most, bands)
}

#[test]
fn what_is_possible_agrees_with_trying_everything() {
    let rulebook = rulebook();
    let engine = Engine::with_budget(&rulebook, 1_000_000);
    let small = Engine::with_budget(&rulebook, 5);
    let questions = rulebook.questions().len();
    let mut numbers = Numbers(1);
    for round in 0..150 {
        let mut given: Vec<Option<Value>> = (0..questions)
            .map(|question| {
                let values = values(&rulebook, question);
                Some(values[numbers.below(values.len())])
            })
            .collect();
        // Two open questions, and a third when the others leave few completions to try.
        for _ in 0..2 + round % 2 {
            given[numbers.below(questions)] = None;
        }
        let (least, most, bands) = tried(&rulebook, &given);
        let band = band(&rulebook, &given);
        let outlook = engine.outlook(&given, band);
        assert!(outlook.proved, "round {round}");
        assert_eq!((outlook.margins, &outlook.verdicts), ((least, most), &bands), "round {round}: {given:?}");
        assert_eq!(outlook.status == Status::Settled, bands == [band], "round {round}");
        let bounds = small.outlook(&given, band);
        assert!(bounds.margins.0 <= least && most <= bounds.margins.1, "round {round}: {bounds:?}");
        assert!(bands.iter().all(|band| bounds.verdicts.contains(band)), "round {round}: {bounds:?}");
    }
}

#[test]
fn a_full_set_of_answers_is_settled_and_as_sure_as_can_be() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let mut numbers = Numbers(2);
    for _ in 0..200 {
        let given: Vec<Option<Value>> = (0..rulebook.questions().len())
            .map(|question| {
                let values = values(&rulebook, question);
                Some(values[numbers.below(values.len())])
            })
            .collect();
        let outlook = engine.outlook(&given, band(&rulebook, &given));
        let Sureness { share, how, .. } = outlook.sureness;
        assert_eq!(
            (outlook.status, share, how, outlook.proved),
            (Status::Settled, Share::WHOLE, How::Proved, true)
        );
    }
}

#[test]
fn what_follows_from_one_answer_is_estimated_the_same_every_time() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let mut given = vec![None; rulebook.questions().len()];
    given[rulebook.question("services").expect("a question")] = Some(Value::Count(3));
    let outlook = engine.outlook(&given, band(&rulebook, &given));
    assert_eq!(outlook.sureness.how, How::Estimate);
    assert_ne!(outlook.status, Status::Settled);
    assert_eq!(outlook, engine.outlook(&given, band(&rulebook, &given)));
    let all: f64 = outlook.shares.iter().map(|share| share.fraction()).sum();
    assert!((all - 1.0).abs() < 1e-4, "{:?}", outlook.shares);
}

#[test]
fn every_case_is_within_what_was_possible_with_a_few_of_its_answers_open() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let mut numbers = Numbers(3);
    let mut proved = 0;
    for case in some() {
        let answers = case.answers(&rulebook);
        let questions = 0..rulebook.questions().len();
        // What a case does not tell is made up, so that only what is opened is open.
        let whole: Vec<Option<Value>> = questions
            .map(|question| {
                let values = values(&rulebook, question);
                answers.value(question).or(Some(values[numbers.below(values.len())]))
            })
            .collect();
        let mut open = whole.clone();
        (0..4).for_each(|_| open[numbers.below(whole.len())] = None);
        let outlook = |given: &[Option<Value>]| engine.outlook(given, band(&rulebook, given));
        let (before, after) = (outlook(&open), outlook(&whole));
        assert!(after.proved, "{}", case.id);
        // Bounds may be wider for more answers; what is proved may not.
        if before.proved {
            proved += 1;
            assert!(
                before.margins.0 <= after.margins.0 && after.margins.1 <= before.margins.1,
                "{}",
                case.id
            );
            assert!(before.verdicts.contains(&after.verdicts[0]), "{}", case.id);
        }
    }
    assert!(proved > some().len() / 2, "only {proved} cases are proved");
}

#[test]
fn a_page_is_told_all_but_what_it_does_not_show() {
    let rulebook = rulebook();
    let engine = Engine::with_budget(&rulebook, 50);
    let classes = Classes::of_rulebook(&rulebook);
    let mut numbers = Numbers(4);
    let (mut reasons, mut undecided) = (0, 0);
    for unknown_in_ten in [0, 2, 5, 9].repeat(8) {
        let values = some_answers(&mut numbers, &classes, unknown_in_ten);
        let assessment = assess(&rulebook, rulebook.readings(|question| values[question]));
        let whole = engine.explain(&rulebook, &values, &assessment);
        reasons += usize::from(whole.sufficient_reason.is_some());
        let mut shown = Explanation { sufficient_reason: None, slack: Vec::new(), ..whole };
        if shown.outlook.status == Status::Undecided {
            undecided += 1;
            shown = Explanation { unless: Vec::new(), turning_points: Vec::new(), ..shown };
        }
        assert_eq!(engine.explain_to(Extent::Page, &rulebook, &values, &assessment), shown);
    }
    assert!(reasons > 0 && undecided > 0, "{reasons} {undecided}");
}
