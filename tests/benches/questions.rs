//! How many questions are asked until nothing left to ask can change the result: in the order that adapts to the answers,
//! and in the rulebook's. `cargo bench --bench questions` prints a table, `-- 500` that of fewer people.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../suite/numbers.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod numbers;
#[path = "../suite/respondents.rs"]
mod respondents;

use std::cell::RefCell;
use std::time::Instant;

use needk8s::assessment::assess;
use needk8s::explanation::Engine;
use needk8s::interview::{Adaptive, FileOrder, Order, Situation};
use needk8s::rulebook::{Leaning, Rulebook};
use numbers::Numbers;
use respondents::{
    Known, Walk, cases, like_the_cases, questions_until_settled, questions_until_sure, stopping_file_order,
    uniform, with_the_usual,
};

const RESPONDENTS: usize = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let respondents = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(RESPONDENTS);
    let rulebook = Rulebook::builtin()?;
    let engine = Engine::new(&rulebook);
    let order = Adaptive::new(&rulebook, &engine);
    let times = RefCell::new(Vec::new());
    let adaptive = |situation: &Situation<'_>| {
        let start = Instant::now();
        let next = order.next(situation);
        times.borrow_mut().push(start.elapsed());
        next
    };
    let file = stopping_file_order(&adaptive);
    let cases = cases(&rulebook);
    let mut numbers = Numbers(1);
    let realistic: Vec<Known> = (0..respondents).map(|_| like_the_cases(&rulebook, &mut numbers)).collect();
    let random: Vec<Known> = (0..respondents).map(|_| uniform(&rulebook, &mut numbers)).collect();

    println!(
        "| answers | people | order | until | mean | median | 9 of 10 at most | reached | result changed |"
    );
    println!("| --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |");
    let usual: Vec<Known> = cases.iter().map(|known| with_the_usual(&rulebook, known)).collect();
    let populations = [
        ("the cases", &cases),
        ("the cases, and what goes without saying", &usual),
        ("as frequent as in the cases", &realistic),
        ("all as frequent", &random),
    ];
    for (name, people) in populations {
        for (order_name, order) in [("adaptive", &adaptive as &dyn Order), ("the rulebook's", &file)] {
            for (until, asks) in
                [("95 in 100", questions_until_sure as Asks), ("proved", questions_until_settled)]
            {
                let walks: Vec<Walk> = people.iter().map(|known| asks(&rulebook, order, known)).collect();
                let line = summary(&rulebook, people, &walks, until == "proved");
                println!("| {name} | {} | {order_name} | {until} | {line}", thousands(people.len()));
            }
        }
    }
    let mut times = times.take();
    times.sort_unstable();
    let millis = |part: f64| times[(times.len() as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("\nA step took {:.1} ms, 999 of 1,000 at most {:.1} ms.", millis(0.5), millis(0.999));
    Ok(())
}

type Asks = fn(&Rulebook, &dyn Order, &Known) -> Walk;

/// The figures of some people: what they were asked, and how many would have had another result after all questions.
fn summary(rulebook: &Rulebook, people: &[Known], walks: &[Walk], proved: bool) -> String {
    let mut counts: Vec<usize> = walks.iter().map(|walk| walk.asked).collect();
    counts.sort_unstable();
    let reached = walks.iter().filter(|walk| if proved { walk.settled } else { walk.sure }).count();
    let changed = people.iter().zip(walks).filter(|(known, walk)| {
        let whole = questions_until_settled(rulebook, &FileOrder, known);
        side(rulebook, walk) != side(rulebook, &whole)
    });
    format!(
        "{:.1} | {} | {} | {} % | {:.1} % |",
        counts.iter().sum::<usize>() as f64 / counts.len() as f64,
        counts[counts.len() / 2],
        counts[counts.len() * 9 / 10],
        100 * reached / people.len(),
        100.0 * changed.count() as f64 / people.len() as f64
    )
}

/// The side of the verdict.
fn side(rulebook: &Rulebook, walk: &Walk) -> Leaning {
    rulebook.bands()[assess(rulebook, walk.answers.readings(rulebook)).band].leaning
}

/// "10,000"
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}
