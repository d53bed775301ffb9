//! How many questions are asked until nothing left to ask can change the result: in the order that adapts to the answers,
//! and in the rulebook's. `cargo bench --bench questions` prints the table of the README.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../suite/respondents.rs"]
mod respondents;

use std::time::Duration;

use needk8s::interview::{Adaptive, Order};
use needk8s::rulebook::Rulebook;
use respondents::{
    Known, Numbers, cases, like_the_cases, questions_until_settled, stopping_file_order, uniform,
};

const RESPONDENTS: usize = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rulebook = Rulebook::builtin()?;
    let adaptive = Adaptive::new(&rulebook);
    let file = stopping_file_order(&adaptive);
    let cases = cases(&rulebook);
    let mut numbers = Numbers(1);
    let realistic: Vec<Known> =
        (0..RESPONDENTS).map(|_| like_the_cases(&rulebook, &cases, &mut numbers)).collect();
    let random: Vec<Known> = (0..RESPONDENTS).map(|_| uniform(&rulebook, &mut numbers)).collect();

    println!("| respondents | order | mean | median | 9 of 10 at most | settled before the end |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    let mut slowest = Duration::ZERO;
    let populations = [
        ("the cases", &cases),
        ("answers as frequent as in the cases", &realistic),
        ("any answers", &random),
    ];
    for (name, people) in populations {
        for (order_name, order) in [("adaptive", &adaptive as &dyn Order), ("the rulebook's", &file)] {
            let mut counts = Vec::new();
            let mut settled = 0;
            for known in people {
                let walk = questions_until_settled(&rulebook, order, known);
                counts.push(walk.asked);
                settled += usize::from(walk.settled);
                slowest = slowest.max(walk.slowest);
            }
            counts.sort_unstable();
            let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
            println!(
                "| {} {name} | {order_name} | {mean:.1} | {} | {} | {} % |",
                thousands(people.len()),
                counts[counts.len() / 2],
                counts[counts.len() * 9 / 10],
                100 * settled / people.len()
            );
        }
    }
    println!("\nThe slowest step took {:.1} ms.", slowest.as_secs_f64() * 1e3);
    Ok(())
}

/// "10,000"
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}
