//! How long an answer takes: the parts of it in process, the full explanation of random answers, how its cost grows with
//! the rulebook, and the whole command beside an empty Rust program in the same run. `cargo bench --bench answer` prints
//! medians and 99th percentiles.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../suite/drafts.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod drafts;
mod measure;
#[path = "../suite/numbers.rs"]
mod numbers;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use needk8s::assessment::assess;
use needk8s::builtin::builtin_files;
use needk8s::document::SourceFile;
use needk8s::explanation::Engine;
use needk8s::prepared::Prepared;
use needk8s::rulebook::{Classes, Rulebook, Value};

use drafts::{Size, rulebook_of, some_answers};
use measure::{measure, millis};
use numbers::Numbers;

const THREE: [&str; 3] = ["--services=12", "--developers=8", "--location=one-cloud"];
const ANSWERS: &str = "tests/cases/start-up-of-three.toml";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rulebook = Rulebook::builtin()?;
    let full: Vec<Option<Value>> =
        rulebook.questions().iter().map(|question| question.parse(first(question)).ok()?).collect();
    let half: Vec<Option<Value>> =
        full.iter().enumerate().map(|(index, value)| value.filter(|_| index % 2 == 0)).collect();
    let engine = Engine::new(&rulebook);
    let band =
        |given: &[Option<Value>]| assess(&rulebook, rulebook.readings(|question| given[question])).band;

    measure("take the shipped rulebook", 300, || drop(black_box(Rulebook::builtin())));
    measure("read and check the same", 300, || drop(black_box(Rulebook::parse(texts()))));
    measure("assess a full set of answers", 3_000, || {
        drop(black_box(assess(&rulebook, rulebook.readings(|question| full[question]))));
    });
    measure("compile, judge what is published", 300, || {
        drop(black_box(Prepared::new(&rulebook).odds().to_vec()))
    });
    measure("compile the engine", 300, || drop(black_box(Engine::new(&rulebook))));
    measure("outlook, all answered", 1_000, || drop(black_box(engine.outlook(&full, band(&full)))));
    measure("outlook, half answered", 300, || drop(black_box(engine.outlook(&half, band(&half)))));

    println!("\nfull explanation of 1,000 random sets of answers");
    let all = explanations("all answered", &rulebook, &drawn(&rulebook, 0, 1_000));
    let some = explanations("half of the answers unknown", &rulebook, &drawn(&rulebook, 5, 1_000));
    println!("{:<32} {:>9.2} times the median of all answered", "", some.as_secs_f64() / all.as_secs_f64());
    explanations("eight of ten unknown", &rulebook, &drawn(&rulebook, 8, 1_000));
    println!("\nfull explanation of the published decisions");
    explanations("as published", &rulebook, &published(&rulebook));
    println!("\nfull explanation of 100 random sets of answers, all answered, random rulebooks");
    growth();
    println!();

    let folder = tempfile::tempdir()?;
    let empty = folder.path().join("empty");
    std::fs::write(folder.path().join("empty.rs"), "fn main() {}")?;
    let built =
        Command::new("rustc").arg("-O").arg(folder.path().join("empty.rs")).arg("-o").arg(&empty).status()?;
    if !built.success() {
        return Err("the empty program does not compile".into());
    }
    let program = Path::new(env!("CARGO_BIN_EXE_needk8s"));
    let nothing = measure("an empty program", 300, || run(&empty, &[]));
    for (name, all_args) in [
        ("three answers", vec![THREE.map(str::to_owned).to_vec()]),
        ("twelve open", vec![vec!["--answers".to_owned(), ANSWERS.to_owned()]]),
        (
            "all answered at random",
            drawn(&rulebook, 0, 300).iter().map(|set| flags(&rulebook, set)).collect(),
        ),
    ] {
        let mut next = all_args.iter().cycle();
        let mut whole = || next.next().into_iter().for_each(|args| run(program, args));
        let whole = measure(&format!("the command, {name}"), 300, &mut whole);
        println!("{:<32} {:>9.3} ms more than empty", "", millis(whole.saturating_sub(nothing)));
    }
    Ok(())
}

/// The shipped rule files as if they were somebody's own.
fn texts() -> Vec<SourceFile> {
    let own = |file: SourceFile| SourceFile::new(file.name, file.text.into_owned());
    builtin_files().into_iter().map(own).collect()
}

/// Answers as they are typed.
fn flags(rulebook: &Rulebook, set: &[Option<Value>]) -> Vec<String> {
    let answered = rulebook.questions().iter().zip(set);
    answered
        .filter_map(|(question, value)| Some(format!("--{}={}", question.id, question.spell((*value)?))))
        .collect()
}

/// Random sets of answers, of which some are unknown.
fn drawn(rulebook: &Rulebook, unknown_in_ten: usize, number: usize) -> Vec<Vec<Option<Value>>> {
    let classes = Classes::of_rulebook(rulebook);
    let mut numbers = Numbers(1);
    (0..number).map(|_| some_answers(&mut numbers, &classes, unknown_in_ten)).collect()
}

/// What each published decision states.
fn published(rulebook: &Rulebook) -> Vec<Vec<Option<Value>>> {
    let questions = 0..rulebook.questions().len();
    rulebook
        .cases()
        .iter()
        .map(|case| questions.clone().map(|question| case.answer(question)).collect())
        .collect()
}

/// Explains sets of answers, and returns the median.
fn explanations(name: &str, rulebook: &Rulebook, sets: &[Vec<Option<Value>>]) -> Duration {
    let engine = Engine::new(rulebook);
    let mut unproved = 0;
    let mut next = sets.iter();
    let median = measure(name, sets.len(), || {
        let Some(values) = next.next() else { return };
        let assessment = assess(rulebook, rulebook.readings(|question| values[question]));
        let explanation = black_box(engine.explain(rulebook, values, &assessment));
        let reason = explanation.sufficient_reason.as_ref().is_none_or(|reason| reason.smallest);
        let open = explanation.open_questions.iter().all(|open| open.can_change.is_some());
        unproved += usize::from(!(explanation.outlook.proved && reason && open));
    });
    println!(
        "{:<32} {:>9.1} % have a statement that is not proved",
        "",
        100.0 * unproved as f64 / sets.len() as f64
    );
    median
}

/// How the cost grows with the number of questions, criteria and platforms.
fn growth() {
    let usual = Size { questions: 20, criteria: 50, aspects: 25, platforms: 11, constraints: 8 };
    let sizes = [
        ("10 questions", Size { questions: 10, ..usual }),
        ("20 questions", usual),
        ("40 questions", Size { questions: 40, ..usual }),
        ("25 criteria", Size { criteria: 25, ..usual }),
        ("50 criteria", usual),
        ("100 criteria", Size { criteria: 100, ..usual }),
        ("3 platforms", Size { platforms: 3, ..usual }),
        ("11 platforms", usual),
        ("30 platforms", Size { platforms: 30, ..usual }),
    ];
    for (name, size) in sizes {
        let mut numbers = Numbers(3);
        let made = (0..1_000).find_map(|_| rulebook_of(&mut numbers, size));
        match made {
            Some(rulebook) => drop(explanations(name, &rulebook, &drawn(&rulebook, 0, 100))),
            None => println!("{name:<32} no valid rulebook in 1,000 tries"),
        }
    }
}

/// Some answer to a question.
fn first(question: &needk8s::rulebook::Question) -> &str {
    question
        .options()
        .last()
        .map_or(if question.takes().starts_with("true") { "true" } else { "7" }, |option| &option.id)
}

fn run(program: &Path, args: &[String]) {
    let mut command = Command::new(program);
    command.args(args).env("CI", "true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().is_ok_and(|status| status.success()), "{} fails", program.display());
}
