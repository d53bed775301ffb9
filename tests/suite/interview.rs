//! The questionnaire, answered by a script.

use std::collections::VecDeque;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use needk8s::answers::{Answers, Given, Origin, Reach};
use needk8s::document::SourceFile;
use needk8s::explanation::Engine;
use needk8s::interview::{
    Adaptive, Ask, FileOrder, Interview, Next, Order, Outcome, Pick, Plain, Prompts, Reply, Session,
    Situation, SoFar, Tone, Wish, leaning, offer,
};
use needk8s::rulebook::{Kind, OptionSet, Reading, Rulebook, Value};

use crate::shop::RULES;

const PARCELS: usize = 0;
const SIZE: usize = 1;
const LIFT: usize = 2;
const SHIFTS: usize = 3;

fn rulebook() -> Rulebook {
    let file = SourceFile::new("shop.toml", RULES);
    Rulebook::parse(vec![file]).unwrap_or_else(|faults| panic!("{faults}"))
}

fn count(number: u64) -> Reply {
    Reply::Value(Value::Count(number))
}
fn size(option: usize) -> Reply {
    Reply::Value(Value::Choice(option))
}
fn day() -> Reply {
    Reply::Value(Value::Choices(OptionSet::of(0)))
}

/// One step of a script.
enum Line {
    /// The id of the question that is expected, and the reply.
    Asked(&'static str, Reply),
    /// The row to choose, by a part of its text.
    Row(&'static str),
    /// A letter where a row is to be chosen.
    Instead(Reply),
    Confirm(bool),
    Path(&'static str),
}
use Line::{Asked, Confirm, Instead, Row};

/// Answers as the script says, leaves at its end, and notes what it heard.
#[derive(Default)]
struct Script {
    lines: VecDeque<Line>,
    heard: String,
}

fn script(lines: impl IntoIterator<Item = Line>) -> Script {
    Script { lines: lines.into_iter().collect(), heard: String::new() }
}

impl Script {
    fn heard(&self, text: &str) -> bool {
        self.heard.contains(text)
    }
    fn hear(&mut self, text: &str) {
        self.heard.push_str(text);
        self.heard.push('\n');
    }
}

impl Prompts for Script {
    fn say(&mut self, _: Tone, text: &str) -> io::Result<()> {
        self.hear(text);
        Ok(())
    }

    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        let progress =
            ask.progress.map_or(String::new(), |progress| format!("{} of {}", progress.number, progress.of));
        self.hear(&format!("[{}] {} {progress}", ask.group, ask.question.id));
        self.hear(ask.leaning.unwrap_or_default());
        self.hear(ask.explained.unwrap_or_default());
        match self.lines.pop_front() {
            None => Ok(Reply::Leave),
            Some(Asked(id, reply)) => {
                assert_eq!(ask.question.id, id, "{}", self.heard);
                Ok(reply)
            }
            Some(_) => panic!("asked {} too many:\n{}", ask.question.id, self.heard),
        }
    }

    fn choose(&mut self, rows: &[String], _: usize, also: &[Reply]) -> io::Result<Pick> {
        self.hear(&rows.join("\n"));
        match self.lines.pop_front() {
            None => Ok(Pick::Reply(Reply::Leave)),
            Some(Row(part)) => {
                let row = rows.iter().position(|row| row.contains(part));
                Ok(Pick::Row(row.unwrap_or_else(|| panic!("no {part} in {rows:?}"))))
            }
            Some(Instead(reply)) => {
                assert!(also.contains(&reply), "{reply:?} is not offered:\n{}", self.heard);
                Ok(Pick::Reply(reply))
            }
            Some(_) => panic!("a choice that the script does not know:\n{}", self.heard),
        }
    }

    fn confirm(&mut self, prompt: &str, _: bool) -> io::Result<Option<bool>> {
        self.hear(prompt);
        match self.lines.pop_front() {
            None => Ok(None),
            Some(Confirm(yes)) => Ok(Some(yes)),
            Some(_) => panic!("a confirmation that the script does not know: {prompt}"),
        }
    }

    fn path(&mut self, prompt: &str, _: &str) -> io::Result<Option<String>> {
        self.hear(prompt);
        match self.lines.pop_front() {
            None => Ok(None),
            Some(Line::Path(path)) => Ok(Some(path.to_owned())),
            Some(_) => panic!("a path that the script does not know: {prompt}"),
        }
    }
}

/// One interview; `Err` holds the outcome's absence.
fn hold(script: &mut Script, known: &[(usize, Option<Value>)], session: &mut Session) -> Option<Answers> {
    hold_in(script, known, session, &FileOrder)
}

fn hold_in(
    script: &mut Script,
    known: &[(usize, Option<Value>)],
    session: &mut Session,
    order: &dyn Order,
) -> Option<Answers> {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let mut answers = Answers::none(&rulebook);
    for (question, value) in known {
        answers.add(*question, Given { value: *value, origin: Origin::Flag("flag".to_owned()) });
    }
    let interview = Interview {
        rulebook: &rulebook,
        order,
        leaning: &|answers| leaning(&rulebook, &engine, answers),
        so_far: &|_| SoFar {
            headline: "Shelf: Board.".to_owned(),
            turns: vec!["many parcels come".to_owned()],
        },
        hints: &[],
        record: None,
    };
    let outcome = interview.run(answers, session, script).expect("a script does not fail");
    assert!(script.lines.is_empty(), "the script has lines left:\n{}", script.heard);
    match outcome {
        Outcome::Finished(answers) => Some(answers),
        Outcome::Left => None,
    }
}

fn finished(lines: impl IntoIterator<Item = Line>) -> (Answers, Script) {
    let mut script = script(lines);
    let answers = hold(&mut script, &[], &mut Session::nowhere());
    (answers.expect("the interview is finished"), script)
}

#[test]
fn asks_in_order_and_only_what_applies() {
    let (answers, script) =
        finished([Asked("parcels", count(7)), Asked("size", size(0)), Asked("shifts", day())]);
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert_eq!(answers.value(SIZE), Some(Value::Choice(0)));
    assert!(answers.given(LIFT).is_none());
    assert!(script.heard("[Goods] parcels 1 of 4"), "{}", script.heard);
    assert!(script.heard("[People] shifts 3 of 3"), "{}", script.heard);
}

#[test]
fn an_answer_opens_the_question_that_hangs_on_it() {
    let (_, script) = finished([
        Asked("parcels", count(7)),
        Asked("size", size(1)),
        Asked("lift", Reply::Value(Value::Flag(true))),
        Asked("shifts", day()),
    ]);
    assert!(script.heard("lift 3 of 4"), "{}", script.heard);
}

#[test]
fn why_explains_and_asks_again() {
    let (_, script) = finished([
        Asked("parcels", Reply::Why),
        Asked("parcels", count(7)),
        Asked("size", size(0)),
        Asked("shifts", day()),
    ]);
    assert!(script.heard("Parcels need space."));
}

#[test]
fn unknown_is_an_answer() {
    let (answers, script) =
        finished([Asked("parcels", Reply::Unknown), Asked("size", size(0)), Asked("shifts", day())]);
    assert_eq!(answers.given(PARCELS).map(|given| given.value), Some(None));
    assert!(script.heard("size 2 of 4"), "{}", script.heard);
}

#[test]
fn going_back_leads_to_the_question_asked_before_and_on_to_where_it_was() {
    let (answers, script) = finished([
        Asked("parcels", count(7)),
        Asked("size", size(0)),
        Asked("shifts", Reply::Back),
        Asked("size", Reply::Back),
        Asked("parcels", count(8)),
        Asked("shifts", day()),
    ]);
    assert_eq!(answers.value(PARCELS), Some(Value::Count(8)));
    assert_eq!(answers.value(SIZE), Some(Value::Choice(0)));
    assert_eq!(script.heard.matches("parcels 1 of").count(), 2);
}

#[test]
fn a_changed_answer_makes_others_irrelevant() {
    let (answers, script) = finished([
        Asked("parcels", count(7)),
        Asked("size", size(1)),
        Asked("lift", Reply::Value(Value::Flag(true))),
        Asked("shifts", Reply::Back),
        Asked("lift", Reply::Back),
        Asked("size", size(0)),
        Asked("shifts", Reply::Back),
        Asked("size", size(0)),
        Asked("shifts", day()),
    ]);
    assert_eq!(answers.value(SIZE), Some(Value::Choice(0)));
    assert!(script.heard("shifts 3 of 3") && !script.heard("Lift: yes"), "{}", script.heard);
}

#[test]
fn the_review_changes_an_answer_and_what_follows_from_it_is_asked() {
    let (answers, script) = finished([
        Asked("parcels", count(7)),
        Asked("size", size(0)),
        Asked("shifts", Reply::Review),
        Row("Size: Small"),
        Asked("size", size(1)),
        Row("Parcels: 7"),
        Asked("parcels", Reply::Back),
        Row("Go on"),
        Asked("shifts", day()),
        Asked("lift", Reply::Unknown),
    ]);
    assert_eq!(answers.value(SIZE), Some(Value::Choice(1)));
    assert_eq!(answers.given(LIFT).map(|given| given.value), Some(None));
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert!(script.heard("Size: Large"), "{}", script.heard);
}

#[test]
fn the_review_leads_to_the_result_at_any_time() {
    let (answers, _) = finished([Asked("parcels", count(7)), Asked("size", Reply::Review), Row("Stop here")]);
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert!(answers.given(SIZE).is_none());
}

#[test]
fn answers_can_be_changed_after_the_result() {
    let (answers, _) = finished([Asked("parcels", count(7)), Asked("size", size(0)), Asked("shifts", day())]);
    let rulebook = rulebook();
    let interview = Interview {
        rulebook: &rulebook,
        order: &FileOrder,
        leaning: &|_| String::new(),
        so_far: &|_| SoFar { headline: "Shelf: Board.".to_owned(), turns: Vec::new() },
        hints: &[],
        record: None,
    };
    let mut changes = script([Row("Parcels: 7"), Asked("parcels", count(9)), Row("Done")]);
    let outcome = interview.review(answers, &mut Session::nowhere(), &mut changes).expect("no failure");
    let Outcome::Finished(answers) = outcome else { panic!("nobody leaves") };
    assert_eq!(answers.value(PARCELS), Some(Value::Count(9)));
}

#[test]
fn what_is_known_is_folded_into_a_line_and_not_asked() {
    let mut script = script([Asked("size", size(0))]);
    let known = [(PARCELS, Some(Value::Count(7))), (SHIFTS, None)];
    let answers = hold(&mut script, &known, &mut Session::nowhere()).expect("finished");
    assert_eq!(answers.given(PARCELS).map(|given| &given.origin), Some(&Origin::Flag("flag".to_owned())));
    let line = "Known already: Parcels: 7 (--flag) · Shifts: I don't know (--flag)\n";
    assert!(script.heard.starts_with(line), "{}", script.heard);
    assert!(script.heard("size 1 of 2"), "{}", script.heard);
}

#[test]
fn where_it_leans_is_said_from_the_third_answer_on() {
    let (_, script) = finished([
        Asked("parcels", count(101)),
        Asked("size", size(1)),
        Asked("lift", Reply::Value(Value::Flag(true))),
        Asked("shifts", day()),
    ]);
    assert_eq!(
        script.heard.matches("a warehouse no ▕░░░░░░░█▏ yes · almost certainly · Hall").count(),
        1,
        "{}",
        script.heard
    );
}

#[test]
fn an_order_of_its_own_asks_what_it_wants_and_offers_to_stop() {
    let order = |situation: &Situation<'_>| match situation.open {
        [only] => Next::Settled { question: *only, wholly: true },
        [.., last] => Next::Ask(*last),
        [] => panic!("nothing is open"),
    };
    let asked = || [Asked("shifts", day()), Asked("size", size(0))];
    let mut stops = script(asked().into_iter().chain([Row("Stop")]));
    let answers = hold_in(&mut stops, &[], &mut Session::nowhere(), &order).expect("finished");
    assert!(answers.given(PARCELS).is_none());
    let said = "Shelf: Board. Nothing you have not answered can change this: 1 question is left.";
    assert!(stops.heard(said), "{}", stops.heard);

    let mut goes_on = script(asked().into_iter().chain([Row("Answer the rest"), Asked("parcels", count(7))]));
    assert!(hold_in(&mut goes_on, &[], &mut Session::nowhere(), &order).is_some());
}

#[test]
fn where_it_is_offered_to_stop_one_can_go_back_and_look_over() {
    let order = |situation: &Situation<'_>| match situation.open {
        [only] => Next::Settled { question: *only, wholly: true },
        [.., last] => Next::Ask(*last),
        [] => panic!("nothing is open"),
    };
    let mut script = script([
        Asked("shifts", day()),
        Asked("size", size(0)),
        Instead(Reply::Back),
        Asked("size", size(0)),
        Instead(Reply::Review),
        Row("Go on"),
        Row("Stop here"),
    ]);
    assert!(hold_in(&mut script, &[], &mut Session::nowhere(), &order).is_some());
}

/// A fair order: everything but parcels and lift is beside the point.
fn fair(situation: &Situation<'_>) -> Next {
    let question = situation.open[0];
    match situation.readings[PARCELS] {
        Reading::Unknown => Next::Ask(question),
        _ => Next::Settled { question, wholly: situation.later.is_empty() },
    }
}

#[test]
fn what_may_follow_and_what_was_left_open_is_said_when_it_is_settled() {
    let mut stops = script([Asked("parcels", count(7)), Row("Stop")]);
    assert!(hold_in(&mut stops, &[], &mut Session::nowhere(), &fair).is_some());
    let said = "The questions that are left cannot change this; your \"I don't know\"s can: at most 3 questions are left.";
    assert!(stops.heard(said), "{}", stops.heard);
}

#[test]
fn whoever_goes_on_is_not_asked_again_until_an_answer_is_changed() {
    let mut goes_on = script([
        Asked("parcels", count(7)),
        Row("Answer the rest"),
        Asked("size", size(0)),
        Asked("shifts", Reply::Back),
        Asked("size", Reply::Back),
        Asked("parcels", count(8)),
        Row("Answer the rest"),
        Asked("shifts", day()),
    ]);
    assert!(hold_in(&mut goes_on, &[], &mut Session::nowhere(), &fair).is_some());
    assert_eq!(goes_on.heard.matches("Stop here").count(), 2, "{}", goes_on.heard);
}

#[test]
fn it_is_offered_to_stop_when_it_is_sure_and_again_when_it_is_proved() {
    let order = |situation: &Situation<'_>| match situation.open {
        [question, _, _, ..] => Next::Ask(*question),
        [question, _] => Next::Sure(*question),
        [question] => Next::Settled { question: *question, wholly: true },
        [] => panic!("nothing is open"),
    };
    let begin = || [Asked("parcels", count(7))];
    let mut stops = script(begin().into_iter().chain([Row("Stop")]));
    assert!(hold_in(&mut stops, &[], &mut Session::nowhere(), &order).is_some());
    let said = "Shelf: Board. In at least 95 of 100 ways to answer what is left (at most 3 questions), it stays so. It turns if many parcels come.";
    assert!(stops.heard(said), "{}", stops.heard);

    let rest = [Row("Answer what could still change it"), Asked("size", size(0)), Row("Stop")];
    let mut goes_on = script(begin().into_iter().chain(rest));
    assert!(hold_in(&mut goes_on, &[], &mut Session::nowhere(), &order).is_some());
    assert!(goes_on.heard("Nothing you have not answered can change this: 1 question is left."));
}

#[test]
fn it_is_offered_to_stop_when_what_is_left_tells_little() {
    let order = |situation: &Situation<'_>| match situation.open {
        [question, _, _, ..] => Next::Ask(*question),
        [question, ..] => Next::TellsLittle(*question),
        [] => panic!("nothing is open"),
    };
    let mut stops = script([Asked("parcels", count(7)), Row("Stop")]);
    assert!(hold_in(&mut stops, &[], &mut Session::nowhere(), &order).is_some());
    let said = "Shelf: Board. None of what is left to ask (at most 3 questions) would tell much by itself. It turns if many parcels come.";
    assert!(stops.heard(said), "{}", stops.heard);

    let rest = [Row("Answer what could still change it"), Asked("size", size(0)), Asked("shifts", day())];
    let mut goes_on = script([Asked("parcels", count(7))].into_iter().chain(rest));
    assert!(hold_in(&mut goes_on, &[], &mut Session::nowhere(), &order).is_some());
    assert_eq!(goes_on.heard.matches("much by itself").count(), 1, "it is offered once");
}

#[test]
fn a_change_in_the_review_asks_again_what_matters_again() {
    let mut reopens = script([
        Asked("parcels", count(7)),
        Row("Answer the rest"),
        Asked("size", Reply::Review),
        Row("Parcels: 7"),
        Asked("parcels", Reply::Unknown),
        Row("Go on"),
        Asked("size", size(0)),
        Row("Stop"),
    ]);
    let order = |situation: &Situation<'_>| match situation.open {
        [question] => Next::Settled { question: *question, wholly: false },
        _ => fair(situation),
    };
    assert!(hold_in(&mut reopens, &[], &mut Session::nowhere(), &order).is_some());
}

#[test]
fn the_adaptive_order_settles_it_and_asks_for_details_last() {
    let text = RULES.replace("id = \"size\"\n", "id = \"size\"\ndetail = true\n");
    let file = SourceFile::new("shop.toml", text);
    let rulebook = Rulebook::parse(vec![file]).unwrap_or_else(|faults| panic!("{faults}"));
    let engine = Engine::new(&rulebook);
    let adaptive = Adaptive::new(&rulebook, &engine);
    let mut goes_on = script([
        Asked("parcels", count(7)),
        Row("Answer the rest"),
        Asked("shifts", day()),
        Asked("size", size(0)),
    ]);
    assert!(hold_in(&mut goes_on, &[], &mut Session::nowhere(), &adaptive).is_some());
    let said = "Shelf: Board. Nothing you have not answered can change this: at most 3 questions are left.";
    assert!(goes_on.heard(said), "{}", goes_on.heard);

    let mut does_not_know = script([Asked("parcels", Reply::Unknown), Row("Stop")]);
    assert!(hold_in(&mut does_not_know, &[], &mut Session::nowhere(), &adaptive).is_some());
    let said = "Shelf: Board. The questions that are left cannot change this; your \"I don't know\"s can";
    assert!(does_not_know.heard(said), "{}", does_not_know.heard);
}

#[test]
fn going_back_shows_what_was_shown_and_returns_to_where_it_was() {
    let order = |situation: &Situation<'_>| match situation.readings[PARCELS] {
        Reading::Known(Value::Count(7)) if situation.open.contains(&SHIFTS) => Next::Ask(SHIFTS),
        _ => Next::Ask(situation.open[0]),
    };
    let mut script = script([
        Asked("parcels", count(7)),
        Asked("shifts", Reply::Back),
        Asked("parcels", count(8)),
        Asked("shifts", day()),
        Asked("size", size(0)),
    ]);
    assert!(hold_in(&mut script, &[], &mut Session::nowhere(), &order).is_some());
    assert!(script.heard("shifts 2 of 4"), "{}", script.heard);
}

/// Answers at random, goes back now and then, and looks at what it is asked.
struct Wanderer {
    seed: u64,
    /// No machine learning: of the workloads, the ones that other questions hang on are left out.
    marks: u64,
    asked: Vec<usize>,
    /// Whether they go on where it is offered to stop.
    goes_on: bool,
}

impl Wanderer {
    fn without_machine_learning(rulebook: &Rulebook, seed: u64) -> Self {
        let workloads = &rulebook.questions()[rulebook.question("workloads").expect("a question")];
        let other = |id: &str| !id.starts_with("ml-") && id != "data-pipeline";
        let plain = workloads.options().iter().enumerate().filter(|(_, option)| other(&option.id));
        let marks = plain.map(|(index, _)| 1 << index).sum();
        Self { seed, marks, asked: Vec::new(), goes_on: true }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % bound
    }

    /// Holds a whole interview in this order.
    fn walk(&mut self, rulebook: &Rulebook, order: &dyn Order) {
        let interview = Interview {
            rulebook,
            order,
            leaning: &|_| String::new(),
            so_far: &|_| SoFar { headline: "Shelf: Board.".to_owned(), turns: Vec::new() },
            hints: &[],
            record: None,
        };
        let outcome = interview.run(Answers::none(rulebook), &mut Session::nowhere(), self);
        assert!(matches!(outcome, Ok(Outcome::Finished(_))));
    }
}

impl Prompts for Wanderer {
    fn say(&mut self, _: Tone, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply> {
        let progress = ask.progress.expect("nothing is changed at the end");
        assert!(progress.of >= progress.number, "{progress:?}");
        assert_eq!(ask.can_go_back, progress.number > 1);
        let question = rulebook_of_the_program().question(&ask.question.id).expect("a question");
        if !self.asked.contains(&question) {
            self.asked.push(question);
        }
        assert!(self.asked.len() < 1000, "the questionnaire does not end");
        let reply = match self.below(12) {
            0 => Reply::Unknown,
            1 => Reply::Why,
            2 => Reply::Back,
            _ => Reply::Value(match &ask.question.kind {
                Kind::Flag(_) => Value::Flag(self.below(2) == 0),
                Kind::Choice(options) => Value::Choice(self.below(options.len() as u64) as usize),
                Kind::Choices(options) => Value::Choices(OptionSet(
                    self.below(1 << options.len())
                        & if ask.question.id == "workloads" { self.marks } else { !0 },
                )),
                Kind::Count(count) => Value::Count(count.min + self.below(count.max - count.min + 1)),
            }),
        };
        Ok(reply)
    }

    fn choose(&mut self, rows: &[String], _: usize, _: &[Reply]) -> io::Result<Pick> {
        let goes_on = rows.iter().position(|row| row == "Go on with the questions");
        Ok(Pick::Row(goes_on.filter(|_| self.goes_on).unwrap_or(0)))
    }
    fn confirm(&mut self, _: &str, _: bool) -> io::Result<Option<bool>> {
        Ok(Some(true))
    }
    fn path(&mut self, _: &str, _: &str) -> io::Result<Option<String>> {
        Ok(None)
    }
}

/// The default rulebook.
fn rulebook_of_the_program() -> &'static Rulebook {
    static RULEBOOK: OnceLock<Rulebook> = OnceLock::new();
    RULEBOOK.get_or_init(|| Rulebook::builtin().expect("the default rulebook is valid"))
}

#[test]
fn whoever_has_no_machine_learning_is_asked_at_most_sixteen_questions_and_thirteen_of_detail() {
    let rulebook = rulebook_of_the_program();
    let (mut most, mut most_of_detail) = (0, 0);
    for seed in 0..300 {
        let mut person = Wanderer::without_machine_learning(rulebook, seed);
        person.walk(rulebook, &FileOrder);
        let of_detail = person.asked.iter().filter(|asked| rulebook.questions()[**asked].detail).count();
        most = most.max(person.asked.len() - of_detail);
        most_of_detail = most_of_detail.max(of_detail);
    }
    assert!(most <= 16, "{most} questions");
    assert!(most_of_detail <= 13, "{most_of_detail} questions of detail");
}

#[test]
fn the_adaptive_order_ends_whatever_is_answered_and_skipped_and_taken_back() {
    let rulebook = rulebook_of_the_program();
    let engine = Engine::new(rulebook);
    let adaptive = Adaptive::new(rulebook, &engine);
    for seed in 0..20 {
        Wanderer::without_machine_learning(rulebook, seed).walk(rulebook, &adaptive);
    }
}

#[test]
fn nobody_is_asked_more_than_sixteen_questions_without_being_asked_whether_to_go_on() {
    let rulebook = rulebook_of_the_program();
    let engine = Engine::new(rulebook);
    let adaptive = Adaptive::new(rulebook, &engine);
    for seed in 0..10 {
        let mut person = Wanderer { goes_on: false, ..Wanderer::without_machine_learning(rulebook, seed) };
        person.walk(rulebook, &adaptive);
        assert!(person.asked.len() <= 16, "{} questions", person.asked.len());
    }
}

/// A state directory of its own for one test.
struct State(PathBuf);

impl State {
    fn new(test: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("needk8s-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        Self(directory)
    }
    fn session(&self) -> Session {
        Session::new(&self.0, Path::new("/srv/shop"), &rulebook())
    }
    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join("needk8s/drafts")).expect("drafts");
        entries.map(|entry| entry.expect("entry").path()).collect()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn whoever_leaves_can_go_on_later() {
    let state = State::new("resume");
    let mut leaves = script([Asked("parcels", count(7)), Asked("size", Reply::Unknown)]);
    assert!(hold(&mut leaves, &[], &mut state.session()).is_none());
    assert!(leaves.heard("2 answers are kept."), "{}", leaves.heard);

    let mut goes_on =
        script([Confirm(true), Asked("shifts", Reply::Back), Asked("size", size(0)), Asked("shifts", day())]);
    let mut session = state.session();
    let answers = hold(&mut goes_on, &[], &mut session).expect("finished");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert!(goes_on.heard("2 answers") && goes_on.heard("shifts 3 of 3"), "{}", goes_on.heard);
    session.discard().expect("removed");
    assert!(state.files().is_empty());
}

#[test]
fn every_answer_survives_a_draft() {
    let state = State::new("every-answer");
    let replies = [
        Asked("parcels", count(500)),
        Asked("size", size(1)),
        Asked("lift", Reply::Value(Value::Flag(false))),
        Asked("shifts", Reply::Value(Value::Choices(OptionSet::first(2)))),
    ];
    assert!(hold(&mut script(replies), &[], &mut state.session()).is_some());
    let answers = hold(&mut script([Confirm(true)]), &[], &mut state.session()).expect("finished");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(500)));
    assert_eq!(answers.value(SIZE), Some(Value::Choice(1)));
    assert_eq!(answers.value(LIFT), Some(Value::Flag(false)));
    assert_eq!(answers.value(SHIFTS), Some(Value::Choices(OptionSet::first(2))));
}

#[test]
fn a_refused_draft_stays_until_there_is_a_new_answer() {
    let state = State::new("refused");
    assert!(hold(&mut script([Asked("parcels", count(7))]), &[], &mut state.session()).is_none());
    assert!(hold(&mut script([Confirm(false)]), &[], &mut state.session()).is_none());
    assert!(
        hold(&mut script([Confirm(false), Asked("parcels", count(8))]), &[], &mut state.session()).is_none()
    );
    let mut again = script([Confirm(true), Asked("size", Reply::Leave)]);
    assert!(hold(&mut again, &[], &mut state.session()).is_none());
    assert!(!again.heard("parcels 1 of") && again.heard("size 2 of"), "{}", again.heard);
}

#[test]
fn flags_are_stronger_than_a_draft() {
    let state = State::new("flags");
    assert!(hold(&mut script([Asked("parcels", count(7))]), &[], &mut state.session()).is_none());
    let known = [(PARCELS, Some(Value::Count(9)))];
    let mut session = state.session();
    let mut script = script([Asked("size", size(0)), Asked("shifts", day())]);
    let answers = hold(&mut script, &known, &mut session).expect("finished");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(9)));
}

/// Goes on with a draft of 7 large parcels where `origin` says 9, and takes over what the draft has besides.
fn goes_on_where_it_is_said(origin: Origin, recorded: SystemTime, test: &str) -> (Answers, String) {
    let state = State::new(test);
    hold(&mut script([Asked("parcels", count(7)), Asked("size", size(1))]), &[], &mut state.session());
    let rulebook = rulebook();
    let mut answers = Answers::none(&rulebook);
    answers.add(PARCELS, Given { value: Some(Value::Count(9)), origin });
    let interview = Interview {
        rulebook: &rulebook,
        order: &FileOrder,
        leaning: &|_| String::new(),
        so_far: &|_| SoFar::default(),
        hints: &[],
        record: Some(("needk8s.toml".to_owned(), recorded)),
    };
    let mut script = script([Confirm(true), Asked("lift", Reply::Unknown), Asked("shifts", day())]);
    let outcome = interview.run(answers, &mut state.session(), &mut script).expect("no failure");
    let Outcome::Finished(answers) = outcome else { panic!("nobody leaves: {}", script.heard) };
    (answers, script.heard)
}

#[test]
fn what_is_given_now_counts_more_than_a_draft() {
    let file = Origin::File { name: "other.toml".to_owned(), line: 3 };
    let (answers, heard) = goes_on_where_it_is_said(file, SystemTime::UNIX_EPOCH, "given-in-a-file");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(9)));
    assert_eq!(answers.value(SIZE), Some(Value::Choice(1)));
    let said = "said otherwise, and what is given now counts: Parcels: 7, now 9 (other.toml:3).";
    assert!(heard.contains(said) && heard.contains("It has 1 other answer. Take it over?"), "{heard}");
}

#[test]
fn what_a_scan_has_found_counts_less_than_a_draft() {
    let scan = Origin::Scan { path: "compose.yaml".to_owned(), line: 1, reach: Reach::Exactly };
    let (answers, heard) = goes_on_where_it_is_said(scan, SystemTime::UNIX_EPOCH, "found");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert!(heard.contains("has 2 answers. Go on with it?"), "{heard}");
}

#[test]
fn of_a_draft_and_a_record_the_newer_one_counts() {
    let record = || Origin::File { name: "needk8s.toml".to_owned(), line: 3 };
    let (answers, heard) = goes_on_where_it_is_said(record(), SystemTime::UNIX_EPOCH, "older-record");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert!(heard.contains("has 2 answers. Go on with it?"), "{heard}");
    let later = SystemTime::now() + Duration::from_secs(3600);
    let (answers, heard) = goes_on_where_it_is_said(record(), later, "newer-record");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(9)));
    assert!(heard.contains("Parcels: 7, now 9 (needk8s.toml:3)"), "{heard}");
}

#[test]
fn drafts_of_other_directories_are_not_offered() {
    let state = State::new("other-directory");
    assert!(hold(&mut script([Asked("parcels", count(7))]), &[], &mut state.session()).is_none());
    let mut elsewhere = Session::new(&state.0, Path::new("/srv/other"), &rulebook());
    assert!(hold(&mut script([Asked("parcels", Reply::Leave)]), &[], &mut elsewhere).is_none());
}

#[test]
fn a_corrupt_draft_is_reported_and_put_aside() {
    for (name, corrupt) in [
        ("syntax", &b"directory = \"/srv/shop\"\n[answers\n"[..]),
        ("not-text", b"\xff\xfe\x1b[31m"),
        ("stranger", b"directory = \"/elsewhere\"\n[answers]\n"),
        ("empty", b""),
        ("answers", b"directory = \"/srv/shop\"\nanswers = 7\n"),
    ] {
        let state = State::new(name);
        assert!(hold(&mut script([Asked("parcels", count(7))]), &[], &mut state.session()).is_none());
        let file = state.files().pop().expect("a draft");
        std::fs::write(&file, corrupt).expect("written");
        let mut script = script([Asked("parcels", count(8))]);
        assert!(hold(&mut script, &[], &mut state.session()).is_none());
        let trouble: Vec<&str> = script.heard.lines().filter(|line| line.contains("are ignored")).collect();
        assert_eq!(trouble.len(), 1, "{name}: {}", script.heard);
        assert!(!script.heard("\u{1b}"));
        assert_eq!(std::fs::read(file.with_extension("unreadable")).expect("put aside"), corrupt);
    }
}

#[test]
fn answers_that_no_longer_fit_are_left_out() {
    let state = State::new("no-fit");
    assert!(hold(&mut script([Asked("parcels", count(7))]), &[], &mut state.session()).is_none());
    let file = state.files().pop().expect("a draft");
    let text = std::fs::read_to_string(&file).expect("read") + "\"size\" = \"huge\"\n\"gone\" = 1\n";
    std::fs::write(&file, text).expect("written");
    let mut script = script([Confirm(true), Asked("size", Reply::Leave)]);
    assert!(hold(&mut script, &[], &mut state.session()).is_none());
    assert!(script.heard("left out") && script.heard("1 answer."), "{}", script.heard);
}

#[test]
fn an_interview_goes_on_where_answers_cannot_be_kept() {
    let state = State::new("unwritable");
    std::fs::write(&state.0, "a file where a directory should be").expect("written");
    let mut script = script([Asked("parcels", count(7)), Asked("size", size(0)), Asked("shifts", day())]);
    assert!(hold(&mut script, &[], &mut state.session()).is_some());
    assert_eq!(script.heard.matches("cannot be kept").count(), 1, "{}", script.heard);
    let _ = std::fs::remove_file(&state.0);
}

#[test]
fn offers_at_the_end_write_nothing() {
    let file = Path::new("no-such-file.toml");
    let wish = |lines: Vec<Line>, file: &Path| {
        let mut script = script(lines);
        let wish = offer(&mut script, file, "decision.md", false).expect("a script does not fail");
        assert!(script.lines.is_empty(), "{}", script.heard);
        wish
    };
    assert_eq!(wish(vec![Row("Save")], file), Wish::Save);
    assert_eq!(wish(vec![Row("Change")], file), Wish::Change);
    assert_eq!(wish(vec![], file), Wish::Done);
    let report = Wish::Report("decision.md".to_owned());
    assert_eq!(wish(vec![Row("Write"), Line::Path("decision.md")], file), report);
    let is_there = Path::new("Cargo.toml");
    assert_eq!(wish(vec![Row("Save"), Confirm(false), Row("Done")], is_there), Wish::Done);
    assert_eq!(wish(vec![Row("Save"), Confirm(true)], is_there), Wish::Save);
    let careful = vec![Row("Write"), Line::Path("Cargo.toml"), Confirm(false), Line::Path(""), Row("Done")];
    assert_eq!(wish(careful, file), Wish::Done);
    assert!(!file.exists());
}

/// The whole questionnaire on plain lines.
fn typed(input: &str, width: usize) -> (Option<Answers>, String) {
    let rulebook = rulebook();
    let engine = Engine::new(&rulebook);
    let mut shown = Vec::new();
    let mut prompts = Plain::new(Cursor::new(input.as_bytes()), &mut shown, width);
    let interview = Interview {
        rulebook: &rulebook,
        order: &FileOrder,
        leaning: &|answers| leaning(&rulebook, &engine, answers),
        so_far: &|_| SoFar {
            headline: "Shelf: Board.".to_owned(),
            turns: vec!["many parcels come".to_owned()],
        },
        hints: &[],
        record: None,
    };
    let outcome = interview.run(Answers::none(&rulebook), &mut Session::nowhere(), &mut prompts);
    let answers = match outcome.expect("lines do not fail") {
        Outcome::Finished(answers) => Some(answers),
        Outcome::Left => None,
    };
    (answers, String::from_utf8(shown).expect("text"))
}

#[test]
fn plain_lines_take_numbers_ids_and_letters() {
    let (answers, shown) = typed("0\n501\nseven\n\n?\n7\nb\n\nlarge\nY\n1, 2\n\n", 40);
    let answers = answers.expect("finished");
    assert_eq!(answers.value(PARCELS), Some(Value::Count(7)));
    assert_eq!(answers.value(SIZE), Some(Value::Choice(1)));
    assert_eq!(answers.value(LIFT), Some(Value::Flag(true)));
    assert_eq!(answers.value(SHIFTS), Some(Value::Choices(OptionSet::first(2))));
    assert_eq!(shown.matches("Please type a whole number").count(), 4, "{shown}");
    assert!(shown.contains("Parcels need space."));
    assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");
}

#[test]
fn no_text_steers_the_terminal() {
    let hostile: String = ('\0'..='\u{2fff}').filter(|c| *c != '\n').collect();
    let mut shown = Vec::new();
    let mut prompts = Plain::new(Cursor::new(b"1\n"), &mut shown, 40);
    prompts.say(Tone::Heading, &hostile).expect("written");
    prompts.choose(&[hostile], 0, &[]).expect("written");
    let shown = String::from_utf8(shown).expect("text");
    assert!(!shown.chars().any(|c| c != '\n' && needk8s::text::is_unsafe(c)));
}

#[test]
fn plain_lines_end_with_the_input() {
    let (answers, shown) = typed("7\n", 80);
    assert!(answers.is_none());
    assert!(shown.ends_with("> \n"), "{shown}");
}

#[test]
fn hostile_lines_do_no_harm() {
    let (answers, shown) = typed(&format!("{}\n\u{1b}[2J\u{7}\n7\nq\n", "9".repeat(100_000)), 80);
    assert!(answers.is_none());
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'), "{shown}");
    assert_eq!(shown.matches("from 1 to 500").count(), 2, "{shown}");
}
