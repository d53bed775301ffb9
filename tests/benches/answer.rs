//! How long an answer takes: the parts of it in process, and the whole command beside an empty Rust program in the same
//! run. `cargo bench` prints medians and 99th percentiles.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use needk8s::assessment::assess;
use needk8s::explanation::Engine;
use needk8s::rulebook::{Rulebook, Value};

const ANSWERS: &str = "tests/cases/start-up-of-three.toml";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rulebook = Rulebook::builtin()?;
    let full: Vec<Option<Value>> =
        rulebook.questions().iter().map(|question| question.parse(first(question)).ok()?).collect();
    let half: Vec<Option<Value>> =
        full.iter().enumerate().map(|(index, value)| value.filter(|_| index % 2 == 0)).collect();
    let engine = Engine::new(&rulebook);

    measure("read and check the rulebook", 300, || drop(black_box(Rulebook::builtin())));
    measure("assess a full set of answers", 3_000, || {
        drop(black_box(assess(&rulebook, rulebook.readings(|question| full[question]))));
    });
    measure("compile the engine", 300, || drop(black_box(Engine::new(&rulebook))));
    measure("outlook, all answered", 1_000, || drop(black_box(engine.outlook(&full))));
    measure("outlook, half answered", 300, || drop(black_box(engine.outlook(&half))));

    let folder = tempfile::tempdir()?;
    let empty = folder.path().join("empty");
    std::fs::write(folder.path().join("empty.rs"), "fn main() {}")?;
    let built =
        Command::new("rustc").arg("-O").arg(folder.path().join("empty.rs")).arg("-o").arg(&empty).status()?;
    if !built.success() {
        return Err("the empty program does not compile".into());
    }
    let nothing = measure("an empty program", 300, || run(&empty, &[]));
    let whole = measure("the whole command", 300, || {
        run(Path::new(env!("CARGO_BIN_EXE_needk8s")), &["--answers", ANSWERS])
    });
    println!("{:<32} {:>9.3} ms", "start to answer, more than empty", millis(whole.saturating_sub(nothing)));
    Ok(())
}

/// Some answer to a question.
fn first(question: &needk8s::rulebook::Question) -> &str {
    question
        .options()
        .last()
        .map_or(if question.takes().starts_with("true") { "true" } else { "7" }, |option| &option.id)
}

fn run(program: &Path, args: &[&str]) {
    let mut command = Command::new(program);
    command.args(args).env("CI", "true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().is_ok_and(|status| status.success()), "{} fails", program.display());
}

/// Prints the median and the 99th percentile of many runs, and returns the median.
fn measure(name: &str, runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times[runs / 2];
    println!("{name:<32} {:>9.3} ms   99 %: {:>9.3} ms", millis(median), millis(times[runs * 99 / 100]));
    median
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
