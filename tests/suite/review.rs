//! What a review of rules finds: rulebooks with one flaw each, and promises that are kept or broken.

use std::fmt::Write as _;
use std::path::Path;

use needk8s::answers::Origin;
use needk8s::assessment::{Assessment, assess};
use needk8s::builtin::STARTER;
use needk8s::document::SourceFile;
use needk8s::explanation::{AnswerSet, Moved};
use needk8s::review::{Budget, Check, Influence, Influences, Part, Reach, Review, Standing, breaks_margin};
use needk8s::rulebook::{Kind, LayerFiles, Over, Question, Rulebook, Value};
use needk8s::situations::{Situation, read};

use crate::cases::rulebook;
use crate::drafts::{Size, rulebook_of};
use crate::exact::values;
use crate::model::BROKER;
use crate::numbers::Numbers;
use crate::program::Program;

const SMALL: Budget = Budget { conditions: 2_000, results: 500, promises: 500, draws: 50 };

fn parsed(text: &str) -> Rulebook {
    let file = SourceFile::new("broker.toml", text.to_owned());
    Rulebook::parse(vec![file]).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The words of what a review of the broker's rules finds when `more` is added to them, with what it is about.
fn found(more: &str) -> Vec<String> {
    let rulebook = parsed(&format!("{BROKER}{more}"));
    let findings = Review::of(&rulebook, SMALL).findings;
    findings.iter().map(|finding| format!("{} {}", finding.check.word(), finding.subject)).collect()
}

fn flag(id: &str, more: &str) -> String {
    format!(
        "[[question]]\nid = \"{id}\"\ngroup = \"all\"\nname = \"N\"\nprompt = \"P?\"\nhelp = \"H.\"\nwhy = \"W.\"\n\
         kind = \"flag\"\nsay = {{ yes = \"it is\", no = \"it is not\" }}\n{more}\n"
    )
}

fn criterion(id: &str, rest: &str) -> String {
    format!(
        "[[criterion]]\nid = \"{id}\"\nside = \"essential\"\nstatement = \"S\"\nbecause = \"B.\"\n{rest}\n"
    )
}

const DEMAND: &str = "demands = { fan-out = { level = 3, weight = 1 } }";

#[test]
fn an_unrelated_rulebook_without_flaws_is_clean() {
    assert_eq!(found(""), ["unreached-verdict band.either"]);
}

#[test]
fn each_flaw_is_found_and_nothing_else() {
    let middle = "unreached-verdict band.either".to_owned();
    let of = |more: &str| -> Vec<String> { found(more).into_iter().filter(|one| *one != middle).collect() };
    let never = criterion(
        "never",
        &format!("when = {{ all = [{{ consumers = 1 }}, {{ consumers = 2 }}] }}\n{DEMAND}"),
    );
    assert_eq!(of(&never), ["never-holds criterion.never.when"]);
    let always = criterion(
        "always",
        "when = { any = [{ consumers = { at-most = 2 } }, { consumers = { above = 2 } }] }\nfamiliarity = { table = 1 }",
    );
    assert_eq!(of(&always), ["always-holds criterion.always.when"]);
    let idle = criterion("idle", "when = { consumers = 1 }\ndemands = {}");
    assert_eq!(of(&idle), ["changes-nothing criterion.idle"]);
    assert_eq!(of(&flag("aside", "")), ["inert-question question.aside"]);
    let unasked = flag("unasked", "ask-when = { all = [{ consumers = 1 }, { consumers = 2 }] }");
    let used = criterion(
        "used",
        &format!("when = {{ any = [{{ unasked = true }}, {{ consumers = 9 }}] }}\n{}", "effort = 1"),
    );
    assert_eq!(of(&format!("{unasked}{used}")), ["never-asked question.unasked.ask-when"]);
    let shadowed = criterion("shadowed", &format!("when = {{ consumers = {{ above = 10 }} }}\n{DEMAND}"));
    assert_eq!(of(&shadowed), ["shadowed-demand criterion.shadowed.demands.fan-out"]);
    let unused = "[[exception]]\nid = \"unused\"\nbecause = \"B.\"\n";
    assert_eq!(of(unused), ["unused-exception exception.unused"]);
    let aspect = "[[aspect]]\nid = \"extra\"\nname = \"Extra\"\nrated = \"r\"\nshort-of = \"s\"\n\
                  [aspect.cells.queue-table]\nlevel = 1\nlabel = \"L\"\nnote = \"N.\"\n\
                  [aspect.cells.broker]\nlevel = 2\nlabel = \"L\"\nnote = \"N.\"\n";
    assert_eq!(of(aspect), ["undemanded-aspect aspect.extra"]);
    let high = criterion(
        "high",
        "when = { consumers = { above = 20 } }\ndemands = { extra = { level = 4, weight = 1 } }\nmusts = { extra = 3 }",
    );
    assert_eq!(
        of(&format!("{aspect}{high}")),
        ["unmet-demand criterion.high.demands.extra", "unmet-must criterion.high.musts.extra"]
    );
    let dear = "[[platform]]\nid = \"dear\"\nname = \"Dear\"\nfamily = \"broker\"\neffort = 9\nsummary = \"S.\"\neffort-because = \"B.\"\n";
    let with_cell = BROKER.replace(
        "[aspect.cells.broker]",
        "[aspect.cells.dear]\nlevel = 4\nlabel = \"L\"\nnote = \"N.\"\n[aspect.cells.broker]",
    );
    let review = Review::of(&parsed(&format!("{with_cell}{dear}")), SMALL);
    assert!(
        review.findings.iter().any(|one| one.check == Check::NeverRecommended && one.subject.id == "dear")
    );
    assert!(review.findings.iter().all(|one| one.place.is_some()), "{:?}", review.findings);
}

#[test]
fn options_that_nothing_tells_apart_are_found() {
    let choice = "[[question]]\nid = \"habit\"\ngroup = \"all\"\nname = \"N\"\nprompt = \"P?\"\nhelp = \"H.\"\nwhy = \"W.\"\nkind = \"choice\"\n";
    let option =
        |id: &str| format!("[[question.option]]\nid = \"{id}\"\nlabel = \"L\"\nsay = \"you have {id}\"\n");
    let options: String = ["one", "two", "three"].map(option).concat();
    let used = criterion("used", &format!("when = {{ habit = \"one\" }}\n{DEMAND}\neffort = 1"));
    assert!(
        found(&format!("{choice}{options}{used}")).contains(&"inert-option question.habit".to_owned()),
        "two and three are the same to all conditions"
    );
    let both = criterion("both", "when = { habit = \"two\" }\neffort = 1");
    assert!(
        !found(&format!("{choice}{options}{used}{both}")).contains(&"inert-option question.habit".to_owned())
    );
}

#[test]
fn what_is_ruled_out_for_good_is_meant_to_be() {
    let third = "[[platform]]\nid = \"third\"\nname = \"T\"\nfamily = \"table\"\neffort = 1\nsummary = \"S.\"\neffort-because = \"B.\"\n";
    let with_cell = BROKER.replace(
        "[aspect.cells.broker]",
        "[aspect.cells.third]\nlevel = 1\nlabel = \"L\"\nnote = \"N.\"\n[aspect.cells.broker]",
    );
    let banned = "[[criterion]]\nid = \"banned\"\nside = \"constraint\"\nstatement = \"S\"\nremoves = [\"third\"]\nbecause = \"B.\"\n";
    let review = Review::of(&parsed(&format!("{with_cell}{third}{banned}")), SMALL);
    let about: Vec<&str> = review.findings.iter().map(|finding| finding.subject.id.as_str()).collect();
    assert_eq!(about, ["either"]);
}

#[test]
fn decisions_with_the_same_answers_that_went_different_ways_are_found() {
    let case = |id: &str, outcome: &str, more: &str| {
        format!(
            "[[case]]\nid = \"{id}\"\nwho = \"W\"\ntitle = \"T\"\noutcome = \"{outcome}\"\nconfidence = \"high\"\n\
             ran = \"R\"\nreason = \"B.\"\nanswers = {{ consumers = 9 }}\n{more}"
        )
    };
    let (one, other) = (case("one", "broker-right", ""), case("other", "table-right", ""));
    let contradicts = "contradicting-cases case.other".to_owned();
    assert!(found(&format!("{one}{other}")).contains(&contradicts));
    let explained = case("other", "table-right", "disagrees = \"They had no time.\"\n");
    assert!(!found(&format!("{one}{explained}")).contains(&contradicts), "it says why");
    let borderline = case("other", "borderline", "");
    assert!(!found(&format!("{one}{borderline}")).contains(&contradicts), "it went no way");
}

#[test]
fn a_finding_points_at_the_layer_that_wrote_the_thing() {
    let layer = |path: &str, text: &str| {
        let file = SourceFile::new(path, text.to_owned());
        LayerFiles { path: path.to_owned(), files: vec![file] }
    };
    let idle = "extends = \"broker\"\n\n[[criterion]]\nid = \"many-consumers\"\n\nwhen = { all = [{ consumers = 1 }, { consumers = 2 }] }\n";
    let aside = format!("extends = \"broker\"\n{}", flag("aside", ""));
    let text = "[[criterion]]\nid = \"many-consumers\"\nbecause = \"It is so.\"\n";
    let layers = vec![
        layer("base.toml", BROKER),
        layer("a.toml", idle),
        layer("b.toml", &aside),
        layer("c.toml", text),
    ];
    let rulebook = Rulebook::layered(layers).unwrap_or_else(|faults| panic!("{faults}"));
    let findings = Review::of(&rulebook, SMALL).findings;
    let place = |check: Check| {
        let finding = findings.iter().find(|finding| finding.check == check).expect("a finding");
        finding.place.as_ref().map(|place| (place.file.as_str(), place.line)).expect("a place")
    };
    assert_eq!(place(Check::NeverHolds), ("a.toml", 6), "a later layer writes another key");
    assert_eq!(place(Check::InertQuestion), ("b.toml", 3));
    assert_eq!(place(Check::UnreachedVerdict).0, "base.toml");
}

#[test]
fn what_weighs_most_is_ranked_with_what_is_proved() {
    let rulebook = parsed(BROKER);
    let influences = Influences::of(&rulebook);
    // The demand takes two levels of weight 2 from the table, and the broker has them.
    let exactly = |points: i64| Reach { found: points, at_most: Some(points) };
    let weights = |all: &[Influence]| -> Vec<(String, Reach)> {
        all.iter().map(|one| (one.subject.id.clone(), one.moves)).collect()
    };
    assert_eq!(weights(&influences.questions), [("consumers".to_owned(), exactly(4))]);
    assert_eq!(weights(&influences.criteria), [("many-consumers".to_owned(), exactly(4))]);
}

#[test]
fn what_decides_a_published_decision_is_counted_and_missed_without_it() {
    let case = "[[case]]\nid = \"one\"\nwho = \"W\"\ntitle = \"T\"\noutcome = \"broker-right\"\nconfidence = \"high\"\n\
                ran = \"R\"\nreason = \"B.\"\nanswers = { consumers = 9 }\n";
    let rulebook = parsed(&format!("{BROKER}{case}"));
    let influences = Influences::of(&rulebook);
    assert_eq!((influences.cases, influences.agreement.right), (1, 1));
    for one in influences.questions.iter().chain(&influences.criteria) {
        assert_eq!((one.decides, one.agreement.right), (1, 0), "{}", one.subject);
    }
}

#[test]
fn coverage_is_told_to_programs() {
    let situation = "[answers]\nconsumers = 4\n";
    let program = Program::new().file("broker.toml", BROKER).file("four.toml", situation);
    let json = program.run("rules test four.toml --rules broker.toml --format json").ok().json();
    assert_eq!(json["schema"], "needk8s.rules.test/1");
    let missing =
        |kind: &str| (json["coverage"][kind]["all"].clone(), json["coverage"][kind]["missing"].clone());
    assert_eq!(missing("criteria"), (1.into(), serde_json::json!([])));
    assert_eq!(missing("verdicts"), (3.into(), serde_json::json!(["no", "either"])));
    assert_eq!(missing("cells"), (2.into(), serde_json::json!([])));
}

#[test]
fn sources_are_asked_for_and_have_to_be_cited() {
    let source = "[[source]]\nid = \"book\"\ntitle = \"A book\"\nchecked = \"read\"\n";
    let found = found(source);
    assert!(found.contains(&"uncited-source source.book".to_owned()), "{found:?}");
    assert!(found.contains(&"without-source criterion.many-consumers".to_owned()), "{found:?}");
}

#[test]
fn what_a_products_name_and_what_is_in_use_cite_and_ask_counts() {
    let source = "[[source]]\nid = \"book\"\ntitle = \"A book\"\nchecked = \"read\"\n";
    let names = "products-where = [{ text = \"X\", when = { aside = true }, sources = [\"book\"] }, { text = \"Y\", when = { aside = false } }]\nin-use = { today = true }\nsummary = \"A table.\"";
    let rules = BROKER.replace("summary = \"A table.\"", names);
    let rulebook = parsed(&format!("{rules}{source}{}{}", flag("aside", ""), flag("today", "")));
    let findings = Review::of(&rulebook, SMALL).findings;
    let wrong = |check| findings.iter().any(|one| one.check == check);
    assert!(!wrong(Check::UncitedSource) && !wrong(Check::InertQuestion), "{findings:?}");
    let unsaid = findings.iter().filter(|one| one.check == Check::WithoutSource);
    assert!(!unsaid.into_iter().any(|one| one.subject.to_string().contains("products")), "{findings:?}");
}

const RISES: &str = "[[promise]]\nid = \"rises\"\nsays = \"More consumers never weaken the case.\"\nwhen-rises = \"consumers\"\n";

#[test]
fn a_promise_is_proved_or_refuted_by_answers_that_do_break_it() {
    let standing = |margin: &str| {
        let rulebook = parsed(&format!("{BROKER}{RISES}margin = \"{margin}\"\n"));
        (Review::of(&rulebook, SMALL).promises.remove(0).standing, rulebook)
    };
    assert!(matches!(standing("never-falls").0, Standing::Proved { .. }));
    for margin in ["never-rises", "never-jumps"] {
        let (standing, rulebook) = standing(margin);
        let Standing::Broken(example) = standing else { panic!("{margin}: {standing:?}") };
        let margin_of =
            |answers: &[Option<_>]| assess(&rulebook, rulebook.readings(|question| answers[question])).margin;
        assert!(matches!(example.part, Part::Move(Moved::Answer { question: 0, .. })));
        assert_eq!((margin_of(&example.before), margin_of(&example.after)), example.margins);
        assert_eq!(example.margins, (-3, 1));
    }
}

#[test]
fn exceptions_and_conditions_take_answers_out_of_a_promise() {
    let excepted = "[[exception]]\nid = \"fourth\"\nwhen = { consumers = 4 }\nbecause = \"B.\"\n";
    for more in
        [format!("except = [\"fourth\"]\n{excepted}"), "when = { consumers = { above = 3 } }\n".to_owned()]
    {
        let rulebook = parsed(&format!("{BROKER}{RISES}margin = \"never-rises\"\n{more}"));
        let standing = Review::of(&rulebook, SMALL).promises.remove(0).standing;
        assert!(matches!(standing, Standing::Proved { .. }), "{more}: {standing:?}");
    }
}

#[test]
fn a_promise_about_verdicts_is_proved_or_refuted() {
    let standing = |verdict: &str| {
        let promise = format!(
            "[[promise]]\nid = \"few\"\nsays = \"S.\"\nwhen = {{ consumers = {{ at-most = 4 }} }}\nverdict = {verdict}\n"
        );
        Review::of(&parsed(&format!("{BROKER}{promise}")), SMALL).promises.remove(0).standing
    };
    assert!(matches!(standing("[\"no\", \"yes\"]"), Standing::Proved { .. }));
    let Standing::Broken(example) = standing("\"no\"") else { panic!("not broken") };
    assert_eq!(example.margins, (1, 1));
}

#[test]
fn a_promise_that_makes_no_sense_is_a_fault() {
    for (promise, words) in [
        ("when-rises = \"consumer\"\nmargin = \"never-falls\"", "did you mean `consumers`?"),
        ("when-rises = \"consumers\"\nmargin = \"falls\"", "never-falls"),
        ("when-rises = \"consumers\"\nverdict = \"no\"", "a margin moves with"),
        ("says-more = 1\nmargin = \"never-falls\"", "says-more"),
    ] {
        let text = format!("{BROKER}[[promise]]\nid = \"p\"\nsays = \"S.\"\n{promise}\n");
        let program = Program::new().file("broker.toml", &text);
        program.run("rules check --rules broker.toml").refused(&[words]);
    }
}

#[test]
fn conditions_of_promises_cut_answers_into_no_more_classes_than_proofs_can_carry() {
    let even = |number: usize| format!("{{ consumers = {} }}", 2 * number);
    let any = (1..60).map(even).collect::<Vec<_>>().join(", ");
    let promise = format!("{RISES}margin = \"never-falls\"\nwhen = {{ any = [{any}] }}\n");
    let exception = format!("[[exception]]\nid = \"e\"\nbecause = \"B.\"\nwhen = {{ any = [{any}] }}\n");
    for more in [promise, exception] {
        let program = Program::new().file("broker.toml", format!("{BROKER}{more}"));
        let run = program.run("rules check --rules broker.toml");
        run.refused(&["conditions tell too many answers to `consumers` apart", "at most 63 ranges"]);
    }
}

/// The broker's rules with so many questions that take sets, of which each of eight options tells by itself.
fn with_sets(questions: usize) -> String {
    let question = |at: usize| {
        let option = |index| format!("[[question.option]]\nid = \"o{index}\"\nlabel = \"L\"\nsay = \"s\"\n");
        let options = (0..8).map(option).collect::<String>();
        let words =
            "name = \"S\"\nprompt = \"S?\"\nhelp = \"Some.\"\nwhy = \"It counts.\"\nkind = \"choices\"";
        format!("[[question]]\nid = \"s{at}\"\ngroup = \"all\"\n{words}\n{options}")
    };
    let criterion = |at: usize, index: usize| {
        let next = (at + 1) % questions;
        let of = |at: usize| format!("s{at} = {{ includes = [\"o{index}\"] }}");
        let when = format!("when = {{ any = [{{ {} }}, {{ {} }}] }}", of(at), of(next));
        let words = "statement = \"S\"\nbecause = \"b\"\nside = \"overkill\"\neffort = 1";
        format!("[[criterion]]\nid = \"c{at}-{index}\"\n{words}\n{when}\n")
    };
    let criteria = (0..questions).flat_map(|at| (0..8).map(move |index| criterion(at, index)));
    let questions = (0..questions).map(question);
    format!("{BROKER}{}{}", questions.collect::<String>(), criteria.collect::<String>())
}

#[test]
fn what_sets_of_options_multiply_is_bounded() {
    let run = |questions| {
        let program = Program::new().file("sets.toml", with_sets(questions));
        program.run("--rules sets.toml --no-input --consumers 3 --format json")
    };
    run(3).refused(&["kinds of answers apart, at most 600 are weighed"]);
    run(2).ok();
}

#[test]
fn the_shipped_rules_are_clean_and_make_promises() {
    let rulebook = rulebook();
    let review = Review::of(&rulebook, Budget { draws: 50, results: 200, ..Budget::default() });
    assert!(review.is_clean(), "{:#?}", review.findings);
    assert!(rulebook.promises().len() >= 12);
    let proved = review
        .promises
        .iter()
        .filter(|kept| matches!(kept.standing, Standing::Proved { .. } | Standing::ByConstruction));
    assert!(proved.count() >= 8, "{:#?}", review.promises);
}

#[test]
fn the_starter_that_people_get_is_clean() {
    let rulebook = layered(STARTER);
    let review = Review::of(&rulebook, Budget { draws: 300, ..SMALL });
    assert!(review.is_clean(), "{:#?}", review.findings);
}

#[test]
fn a_promise_that_a_layer_breaks_names_what_breaks_it() {
    let layer = "name = \"own\"\n[[criterion]]\nid = \"ample-budget\"\neffort = -2\n[[criterion]]\nid = \"no-nomad\"\n\
                 side = \"constraint\"\nstatement = \"No Nomad\"\nremoves = [\"nomad\"]\nbecause = \"Ours.\"\n";
    let findings = Review::of(&layered(layer), Budget { promises: 1, draws: 2_000, ..SMALL }).findings;
    let broken: Vec<_> = findings.iter().filter(|one| one.check == Check::BrokenPromise).collect();
    assert!(!broken.is_empty(), "{findings:#?}");
    for finding in broken {
        let help = finding.help.as_deref().unwrap_or_default();
        assert!(help.starts_with("it comes of criterion.no-nomad; change that,"), "{help}");
        let place = finding.place.as_ref().map(|place| (place.file.as_str(), place.line));
        assert_eq!(place, Some(("own.toml", 5)), "{}", finding.subject);
    }
}

/// The shipped rules with a layer on top.
fn layered(text: &str) -> Rulebook {
    let file = SourceFile::new("own.toml", text.to_owned());
    let layer = LayerFiles { path: "own.toml".to_owned(), files: vec![file] };
    Rulebook::layered(vec![layer]).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn another_rulebook_is_checked_by_the_same_program() {
    let program = Program::new().file("broker.toml", format!("{BROKER}{RISES}margin = \"never-falls\"\n"));
    let run = program.run("rules check --rules broker.toml");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("warning[unreached-verdict]"), "{}", run.stdout);
    assert!(run.stdout.contains("proved: More consumers never weaken the case."), "{}", run.stdout);
    let json = program.run("rules check --rules broker.toml --format json").json();
    assert_eq!(json["promises"][0]["standing"], "proved");
    let sarif = program.run("rules check --rules broker.toml --format sarif").json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unreached-verdict");
    assert!(program.run("rules check --rules broker.toml --format junit").stdout.contains("<testsuite"));
}

#[test]
fn our_situations_and_the_published_ones_come_out_as_expected() {
    let rulebook = rulebook();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut situations = Situation::published(&rulebook);
    for entry in std::fs::read_dir(folder).expect("tests/cases") {
        let path = entry.expect("an entry").path();
        let file =
            SourceFile::new(path.display().to_string(), std::fs::read_to_string(&path).expect("a case"));
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        situations.extend(read(&rulebook, file, &name).unwrap_or_else(|faults| panic!("{faults}")));
    }
    for situation in &situations {
        let assessment = situation.assess(&rulebook);
        let differences = situation.differences(&rulebook, &assessment, "");
        assert!(differences.is_empty(), "{}: {differences:?}", situation.name);
    }
}

#[test]
fn each_answer_of_a_situation_knows_its_line() {
    let text = "[[case]]\nid = \"one\"\n[case.answers]\n\nconsumers = 4\n".to_owned();
    let file = SourceFile::new("one.toml", text);
    let situations = read(&parsed(BROKER), file, "one").unwrap_or_else(|faults| panic!("{faults}"));
    let origin = &situations[0].answers.given(0).expect("an answer").origin;
    assert_eq!(*origin, Origin::File { name: "one.toml".to_owned(), line: 5 });
}

#[test]
fn rules_are_tested_by_situations_and_differences_are_told() {
    let right = "[answers]\nconsumers = 4\n[expect]\nverdict = [\"yes\"]\nside = [\"broker\"]\nplatform = [\"broker\"]\nholds = [\"many-consumers\"]\n";
    let wrong = "[[case]]\nid = \"few\"\n[case.answers]\nconsumers = 2\n[case.expect]\nverdict = [\"yes\"]\nholds = [\"many-consumers\"]\nsays = [\"no such words\"]\n";
    let program =
        Program::new().file("broker.toml", BROKER).file("cases/right.toml", right).file("wrong.toml", wrong);
    let run = program.run("rules test cases --rules broker.toml").ok();
    assert!(run.stdout.contains("1 situation, all as expected."), "{}", run.stdout);
    let run = program.run("rules test cases wrong.toml -v --rules broker.toml");
    assert_eq!(run.code, 1, "{run:?}");
    for words in [
        "verdict is no (margin -3), not yes",
        "criterion many-consumers does not hold",
        "no such words",
        "either",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    assert!(
        program.run("rules test wrong.toml --rules broker.toml --format junit").stdout.contains("<failure")
    );
    let slip = "[answers]\nconsumers = 4\n[expect]\nverdict = [\"yess\"]\n";
    Program::new()
        .file("broker.toml", BROKER)
        .file("slip.toml", slip)
        .run("rules test slip.toml --rules broker.toml")
        .refused(&["did you mean `yes`?", "slip.toml:4"]);
}

const SIZE: Size = Size { questions: 3, criteria: 6, aspects: 2, platforms: 5, constraints: 5 };

/// A small random rulebook with promises about its questions and its criteria; some of them have a condition and an exception.
fn with_promises(numbers: &mut Numbers) -> Option<Rulebook> {
    let rulebook = rulebook_of(numbers, SIZE)?;
    let mut text = rulebook.files()[0].text.to_string();
    let whens: Vec<String> =
        text.lines().filter(|line| line.starts_with("when = ")).map(str::to_owned).collect();
    for lighter in [true, false] {
        let when = &whens[numbers.below(whens.len())];
        let _ = write!(
            text,
            "[[exception]]\nid = \"e-{lighter}\"\nbecause = \"b\"\n{when}\nwhere-subject-is-lighter = {lighter}\n"
        );
    }
    let is_natural =
        |question: &&Question| question.ordered || matches!(question.kind, Kind::Flag(_) | Kind::Count(_));
    let rises = rulebook.questions().iter().filter(is_natural);
    let rises = rises.map(|question| format!("when-rises = \"{}\"", question.id));
    let holds = rulebook.criteria().iter().map(|criterion| format!("when-holds = \"{}\"", criterion.id));
    for (index, over) in rises.chain(holds).enumerate() {
        for margin in ["never-falls", "never-rises", "never-jumps"] {
            let more = match numbers.below(4) {
                0 => whens[numbers.below(whens.len())].clone(),
                1 => "except = [\"e-true\", \"e-false\"]".to_owned(),
                _ => String::new(),
            };
            let _ = write!(
                text,
                "[[promise]]\nid = \"p{index}-{margin}\"\nsays = \"S.\"\n{over}\nmargin = \"{margin}\"\n{more}\n"
            );
        }
    }
    Some(parsed(&text))
}

/// All sets of answers to a small rulebook, complete or not.
fn all_answers(rulebook: &Rulebook) -> Vec<AnswerSet> {
    rulebook.questions().iter().fold(vec![Vec::new()], |sets, question| {
        let values: Vec<Option<Value>> =
            std::iter::once(None).chain(values(&question.kind).into_iter().map(Some)).collect();
        let with =
            |set: AnswerSet| values.clone().into_iter().map(move |value| [set.as_slice(), &[value]].concat());
        sets.into_iter().flat_map(with).collect()
    })
}

/// All changes that a promise speaks of, with the answers before and after each.
fn moves(rulebook: &Rulebook, over: &Over) -> Vec<(Moved, AnswerSet, AnswerSet)> {
    let all = all_answers(rulebook);
    let stepped = |question: usize, from: Value, to: Value| {
        all.iter().filter(move |answers| answers[question] == Some(from)).map(move |before| {
            let mut after = before.clone();
            after[question] = Some(to);
            (Moved::Answer { question, from, to }, before.clone(), after)
        })
    };
    match over {
        Over::Rises(rises) => rises
            .iter()
            .flat_map(|rise| {
                let values = values(&rulebook.questions()[rise.question].kind);
                values.windows(2).flat_map(|two| stepped(rise.question, two[0], two[1])).collect::<Vec<_>>()
            })
            .collect(),
        Over::Counts(criteria) => criteria
            .iter()
            .flat_map(|criterion| {
                all.iter().map(|answers| (Moved::Counted(*criterion), answers.clone(), answers.clone()))
            })
            .collect(),
        Over::Each => Vec::new(),
    }
}

#[test]
fn what_is_proved_of_a_margin_holds_for_all_answers_of_small_rulebooks() {
    let mut numbers = Numbers(31);
    let budget = Budget { conditions: 1, results: 1, promises: 1_000, draws: 5 };
    let (mut proved, mut broken) = (0, 0);
    for rulebook in (0..24).filter_map(|_| with_promises(&mut numbers)) {
        for kept in Review::of(&rulebook, budget).promises {
            let promise = &rulebook.promises()[kept.promise];
            let breaks = |moved: Moved, before: &AnswerSet, after: &AnswerSet| {
                breaks_margin(&rulebook, promise, moved, before, after)
            };
            match kept.standing {
                Standing::Proved { .. } => {
                    proved += 1;
                    let moves = moves(&rulebook, &promise.over);
                    let wrong = moves.iter().find(|(moved, before, after)| breaks(*moved, before, after));
                    assert_eq!(wrong, None, "{} of\n{}", promise.id, rulebook.files()[0].text);
                }
                Standing::Broken(example) => {
                    broken += 1;
                    let Part::Move(moved) = example.part else { panic!("{example:?}") };
                    assert!(breaks(moved, &example.before, &example.after), "{example:?}");
                }
                Standing::NotProved { .. } | Standing::ByConstruction => {}
            }
        }
    }
    assert!(proved > 100 && broken > 100, "{proved} {broken}");
}

#[test]
fn what_no_answers_lead_to_is_what_trying_all_answers_never_meets() {
    let mut numbers = Numbers(37);
    let budget = Budget { conditions: 1_000, results: 1_000, promises: 1_000, draws: 0 };
    let checks = [
        Check::NeverHolds,
        Check::AlwaysHolds,
        Check::NeverAsked,
        Check::UnreachedVerdict,
        Check::NeverRecommended,
    ];
    let mut met = [0; 5];
    for rulebook in (0..60).filter_map(|_| rulebook_of(&mut numbers, SIZE)) {
        let review = Review::of(&rulebook, budget);
        assert_eq!(review.undecided, []);
        let all = all_answers(&rulebook);
        let assessments: Vec<Assessment> = all
            .iter()
            .map(|answers| assess(&rulebook, rulebook.readings(|question| answers[question])))
            .collect();
        let never = |such: &dyn Fn(&Assessment) -> bool| !assessments.iter().any(such);
        let is_complete = |answers: &AnswerSet| answers.iter().all(Option::is_some);
        let complete = || all.iter().zip(&assessments).filter(|(answers, _)| is_complete(answers));
        let criteria = rulebook.criteria().iter().enumerate();
        let mut expected: Vec<(Check, String)> = Vec::new();
        for (index, criterion) in criteria {
            if never(&|assessment| assessment.holds(index)) {
                expected.push((Check::NeverHolds, criterion.id.clone()));
            } else if complete().all(|(_, assessment)| assessment.holds(index)) {
                expected.push((Check::AlwaysHolds, criterion.id.clone()));
            }
        }
        for question in rulebook.questions() {
            if let Some(ask_when) = &question.ask_when
                && never(&|assessment| assessment.satisfies(ask_when))
            {
                expected.push((Check::NeverAsked, question.id.clone()));
            }
        }
        let bands = rulebook.bands().iter().enumerate();
        let bands = bands.filter(|(index, _)| never(&|assessment| assessment.band == *index));
        expected.extend(bands.map(|(_, band)| (Check::UnreachedVerdict, band.id.clone())));
        let platforms = rulebook.platforms().iter().enumerate();
        let platforms =
            platforms.filter(|(index, _)| never(&|assessment| assessment.recommendation == *index));
        expected.extend(platforms.map(|(_, platform)| (Check::NeverRecommended, platform.id.clone())));
        let found = review.findings.iter().filter(|finding| checks.contains(&finding.check));
        let mut found: Vec<(Check, String)> =
            found.map(|finding| (finding.check, finding.subject.id.clone())).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{}", rulebook.files()[0].text);
        for (met, check) in met.iter_mut().zip(checks) {
            *met += found.iter().filter(|(found, _)| *found == check).count();
        }
    }
    assert!(met.iter().all(|met| *met > 0), "{met:?}");
}
