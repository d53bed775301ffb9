//! How many questions are asked until nothing left to ask can change the result: in the order that adapts to the answers,
//! and in the rulebook's. `cargo bench --bench questions` prints the table of the README, `-- 500` that of fewer people.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../suite/numbers.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod numbers;
#[path = "../suite/respondents.rs"]
mod respondents;

use std::cell::RefCell;
use std::time::Instant;

use needk8s::assessment::assess;
use needk8s::interview::{Adaptive, FileOrder, Order, Situation};
use needk8s::rulebook::Rulebook;
use numbers::Numbers;
use respondents::{
    Known, Walk, cases, like_the_cases, questions_until_settled, stopping_file_order, uniform,
};

const RESPONDENTS: usize = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let respondents = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(RESPONDENTS);
    let rulebook = Rulebook::builtin()?;
    let order = Adaptive::new(&rulebook);
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
    let realistic: Vec<Known> =
        (0..respondents).map(|_| like_the_cases(&rulebook, &cases, &mut numbers)).collect();
    let random: Vec<Known> = (0..respondents).map(|_| uniform(&rulebook, &mut numbers)).collect();

    println!("| answers | people | order | mean | median | 9 of 10 at most | settled before the end |");
    println!("| --- | ---: | --- | ---: | ---: | ---: | ---: |");
    let populations =
        [("the cases", &cases), ("as frequent as in the cases", &realistic), ("all as frequent", &random)];
    let mut changed = 0;
    for (name, people) in populations {
        for (order_name, order) in [("adaptive", &adaptive as &dyn Order), ("the rulebook's", &file)] {
            let mut counts = Vec::new();
            let mut settled = 0;
            for known in people {
                let walk = questions_until_settled(&rulebook, order, known);
                counts.push(walk.asked);
                settled += usize::from(walk.settled);
                let whole = questions_until_settled(&rulebook, &FileOrder, known);
                changed += usize::from(result(&rulebook, &walk) != result(&rulebook, &whole));
            }
            counts.sort_unstable();
            let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
            println!(
                "| {name} | {} | {order_name} | {mean:.1} | {} | {} | {} % |",
                thousands(people.len()),
                counts[counts.len() / 2],
                counts[counts.len() * 9 / 10],
                100 * settled / people.len()
            );
        }
    }
    let mut times = times.take();
    times.sort_unstable();
    let millis = |part: f64| times[(times.len() as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "\nStopping changed {changed} results. A step took {:.1} ms, 999 of 1,000 at most {:.1} ms.",
        millis(0.5),
        millis(0.999)
    );
    Ok(())
}

/// Verdict and recommended platform.
fn result(rulebook: &Rulebook, walk: &Walk) -> (usize, usize) {
    let assessment = assess(rulebook, walk.answers.readings(rulebook));
    (assessment.band, assessment.recommendation)
}

/// "10,000"
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}
