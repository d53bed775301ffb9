//! Precedents and odds: by hand on a rulebook about something else, and on the published decisions.

use needk8s::assessment::assess;
use needk8s::builtin::builtin_files;
use needk8s::document::SourceFile;
use needk8s::explanation::Engine;
use needk8s::precedents::{Precedents, nearest, verdict};
use needk8s::prepared::Prepared;
use needk8s::rulebook::{Leaning, Reading, Rulebook, Value};

use crate::cases::rulebook;
use crate::model::BROKER;
use crate::program::Program;

fn broker(cases: &str) -> Result<Rulebook, String> {
    let file = SourceFile::new("broker.toml", format!("{BROKER}{cases}"));
    Rulebook::parse(vec![file]).map_err(|faults| faults.to_string())
}

fn case(id: &str, outcome: &str, consumers: u64) -> String {
    format!(
        "[[case]]\nid = \"{id}\"\nwho = \"Somebody\"\ntitle = \"How it went\"\noutcome = \"{outcome}\"\n\
         confidence = \"high\"\nran = \"What they had\"\nreason = \"It did.\"\nanswers = {{ consumers = {consumers} }}\n"
    )
}

fn known(consumers: u64) -> Vec<Reading> {
    vec![Reading::Known(Value::Count(consumers))]
}

#[test]
fn the_nearest_number_comes_first_and_what_differs_is_said() {
    let cases = [("two", 2), ("eight", 8), ("fifty", 50)].map(|(id, number)| case(id, "table-right", number));
    let rulebook = broker(&cases.concat()).expect("a rulebook");
    let near = nearest(&rulebook, &known(10), &[4]);
    // By hand: 8 is eight tenths of 10, which gives (1 + 4) × (2 × 80 − 100) = 300; 2 and 50 are too far away to agree.
    let found: Vec<(&str, i64)> = near
        .iter()
        .map(|precedent| (rulebook.cases()[precedent.case].id.as_str(), precedent.nearness))
        .collect();
    assert_eq!(found, [("eight", 300)]);
    assert_eq!((near[0].agreeing.as_slice(), near[0].differing.as_slice()), (&[0][..], &[][..]));
}

#[test]
fn what_agrees_with_little_of_what_is_known_is_not_named() {
    let cases = [("six", 6), ("seven", 7)].map(|(id, number)| case(id, "table-right", number));
    let rulebook = broker(&cases.concat()).expect("a rulebook");
    let precedents = Precedents::of(&Prepared::new(&rulebook), &assess(&rulebook, known(10)), &[4]);
    // By hand: of the weight 5 that is known, 6 of 10 leaves a fifth, 100, and 7 of 10 two fifths, 200; a quarter is 125.
    let named: Vec<i64> = precedents.nearest.iter().map(|precedent| precedent.nearness).collect();
    assert_eq!(named, [200]);
}

#[test]
fn odds_count_what_the_present_rules_put_into_a_band_and_are_left_out_below_ten() {
    let of = |number: usize| {
        let mut cases: String =
            (0..number).map(|index| case(&format!("n{index}"), "table-right", 3)).collect();
        cases += &case("yes", "broker-right", 4);
        cases += &case("either", "borderline", 1);
        broker(&cases).expect("a rulebook")
    };
    let rulebook = of(9);
    let no = Prepared::new(&rulebook).odds()[0];
    assert_eq!((no.without, no.either, no.with), (9, 1, 0));
    let precedents = |rulebook: &Rulebook, consumers: u64| {
        Precedents::of(&Prepared::new(rulebook), &assess(rulebook, known(consumers)), &[4])
    };
    assert_eq!(precedents(&rulebook, 2).odds, Some(no));
    assert_eq!(precedents(&rulebook, 9).odds, None);
    assert_eq!(precedents(&of(8), 2).odds, None);
    assert_eq!(precedents(&rulebook, 2).nearest.len(), 3);
}

#[test]
fn a_rulebook_without_published_decisions_says_nothing_of_them() {
    let program = Program::new().file("broker.toml", BROKER);
    let result = program.run("--rules broker.toml --consumers 9 --format json").ok().json();
    assert_eq!(result["precedents"].as_array().map(Vec::len), Some(0));
    assert!(result["odds"].is_null());
    let told = program.run("--rules broker.toml --consumers 9 --verbose").ok().stdout;
    assert!(!told.contains("ublished"), "{told}");
    program.run("--rules broker.toml cases").refused(&["this rulebook has no published decisions"]);
}

#[test]
fn every_fault_of_a_published_decision_is_told_in_its_place() {
    let text = "[[case]]\nid = \"one\"\nwho = \"Somebody\"\nyear = 12\ntitle = \"How it went\"\nurl = \"ftp://a\"\n\
                outcome = \"tables-right\"\nconfidence = \"hihg\"\nran = \"\"\nwhy = \"It did.\"\n\
                answers = { consumer = 3, consumers = \"unknown\" }\n";
    let faults = broker(text).expect_err("faults");
    for expected in [
        "`year` is 12",
        "this is no web address",
        "did you mean `table-right`?",
        "did you mean `high`?",
        "`ran` is empty",
        "the case lacks `reason`",
        "`why`",
        "did you mean `consumers`?",
        "a case has only known answers",
    ] {
        assert!(faults.contains(expected), "{expected} is not told:\n{faults}");
    }
}

#[test]
fn the_shipped_decisions_are_valid_and_the_same_whether_read_now_or_when_the_program_was_built() {
    let now = Rulebook::parse(builtin_files()).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(now.cases(), rulebook().cases());
    assert_eq!(now.cases().len(), 134);
    let outcomes =
        Leaning::ALL.map(|leaning| now.cases().iter().filter(|case| case.outcome == leaning).count());
    assert_eq!(outcomes, [57, 21, 56]);
}

#[test]
fn nothing_is_nearer_to_a_published_decision_than_itself() {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    for (index, case) in rulebook.cases().iter().enumerate() {
        let values: Vec<Option<Value>> =
            (0..rulebook.questions().len()).map(|question| case.answer(question)).collect();
        let near = nearest(&rulebook, &case.readings(&rulebook), &engine.spreads(&values));
        let own = near.iter().find(|precedent| precedent.case == index).expect("it shares its own answers");
        assert_eq!(own.nearness, near[0].nearness, "{}", case.id);
        assert!(own.differing.is_empty(), "{}", case.id);
    }
}

#[test]
fn decisions_about_another_kind_of_work_are_not_called_alike() {
    let rulebook = rulebook();
    let prepared = Prepared::new(&rulebook);
    let workloads = rulebook.question("workloads").expect("a question");
    for case in rulebook.cases() {
        let values: Vec<Option<Value>> =
            (0..rulebook.questions().len()).map(|question| case.answer(question)).collect();
        let assessment = assess(&rulebook, case.readings(&rulebook));
        for precedent in Precedents::of(&prepared, &assessment, &prepared.engine().spreads(&values)).nearest {
            let other = &rulebook.cases()[precedent.case];
            let told = (case.answer(workloads), other.answer(workloads));
            if let (Some(Value::Choices(ours)), Some(Value::Choices(theirs))) = told {
                assert!(ours.intersects(theirs), "{} and {}", case.id, other.id);
            }
        }
    }
}

#[test]
fn a_result_names_three_precedents_and_the_odds_of_its_band() {
    let rulebook = rulebook();
    let answers = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/start-up-of-three.toml");
    let result = Program::new().run_args(&["--answers", answers, "--format", "json"]).ok().json();
    let precedents = result["precedents"].as_array().expect("precedents");
    assert_eq!(precedents.len(), 3);
    assert!(precedents.iter().all(|precedent| precedent["agreeing"][0].is_string()), "{precedents:?}");
    let band = rulebook.bands().iter().position(|band| result["odds"]["verdict"] == band.id.as_str());
    let counted = rulebook.cases().iter().filter(|case| Some(verdict(&rulebook, case).band) == band).count();
    assert_eq!(result["odds"]["total"], counted);
}
