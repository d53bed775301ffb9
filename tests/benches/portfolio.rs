//! A million sets of answers: how long they take beside merely parsing the same lines into a struct, on one core and on two,
//! and how much memory. `cargo bench --bench portfolio` makes them from a seed; a number after `--` makes another number.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../suite/fleet.rs"]
mod fleet;
#[path = "../suite/numbers.rs"]
mod numbers;

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use needk8s::portfolio::{Form, Judge, Record, Unknown};
use needk8s::rulebook::Rulebook;
use serde::Deserialize;

use numbers::Numbers;

type Failure = Box<dyn std::error::Error>;

/// The answers of one line, as somebody would write it who only wants to read them.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "they are only read")]
struct Answers<'l> {
    #[serde(borrow)]
    name: &'l str,
    purpose: Option<Purpose>,
    services: Option<u64>,
    workloads: Option<Vec<Workloads>>,
    today: Option<Today>,
    pains: Option<Vec<Pains>>,
    location: Option<Location>,
    servers: Option<u64>,
    managed_services: Option<bool>,
    given: Option<Given>,
    autoscaling: Option<bool>,
    load: Option<Load>,
    state: Option<State>,
    developers: Option<u64>,
    teams: Option<u64>,
    operations: Option<Operations>,
    experience: Option<Experience>,
    budget: Option<Budget>,
    uptime: Option<Uptime>,
    deploys: Option<Deploys>,
    recovery: Option<Recovery>,
    release_pace: Option<ReleasePace>,
    compliance: Option<Compliance>,
    isolation: Option<bool>,
    tenants: Option<u64>,
    secrets: Option<Secrets>,
    lock_in: Option<LockIn>,
    gpus: Option<Gpus>,
    training: Option<Training>,
    queueing: Option<bool>,
    model_versions: Option<bool>,
    pipelines: Option<Pipelines>,
    feature_store: Option<bool>,
    protocols: Option<Protocols>,
    customers_install: Option<bool>,
    packaged_software: Option<PackagedSoftware>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Purpose {
    #[serde(rename = "personal")]
    Personal,
    #[serde(rename = "development-only")]
    DevelopmentOnly,
    #[serde(rename = "prototype")]
    Prototype,
    #[serde(rename = "production")]
    Production,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Workloads {
    #[serde(rename = "web")]
    Web,
    #[serde(rename = "worker")]
    Worker,
    #[serde(rename = "scheduled-jobs")]
    ScheduledJobs,
    #[serde(rename = "ml-serving")]
    MlServing,
    #[serde(rename = "ml-training")]
    MlTraining,
    #[serde(rename = "data-pipeline")]
    DataPipeline,
    #[serde(rename = "stateful")]
    Stateful,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Today {
    #[serde(rename = "nothing-yet")]
    NothingYet,
    #[serde(rename = "one-server")]
    OneServer,
    #[serde(rename = "vms")]
    Vms,
    #[serde(rename = "compose")]
    Compose,
    #[serde(rename = "paas")]
    Paas,
    #[serde(rename = "container-service")]
    ContainerService,
    #[serde(rename = "functions")]
    Functions,
    #[serde(rename = "swarm-nomad-mesos")]
    SwarmNomadMesos,
    #[serde(rename = "kubernetes")]
    Kubernetes,
    #[serde(rename = "ml-service")]
    MlService,
    #[serde(rename = "hpc")]
    Hpc,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Pains {
    #[serde(rename = "price")]
    Price,
    #[serde(rename = "deployments")]
    Deployments,
    #[serde(rename = "scaling")]
    Scaling,
    #[serde(rename = "upkeep")]
    Upkeep,
    #[serde(rename = "limits")]
    Limits,
    #[serde(rename = "reliability")]
    Reliability,
    #[serde(rename = "speed")]
    Speed,
    #[serde(rename = "none")]
    None,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Location {
    #[serde(rename = "one-server")]
    OneServer,
    #[serde(rename = "one-cloud")]
    OneCloud,
    #[serde(rename = "on-premises")]
    OnPremises,
    #[serde(rename = "edge")]
    Edge,
    #[serde(rename = "hybrid")]
    Hybrid,
    #[serde(rename = "multi-cloud")]
    MultiCloud,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Given {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "cluster")]
    Cluster,
    #[serde(rename = "other-platform-run-by-others")]
    OtherPlatformRunByOthers,
    #[serde(rename = "prescribed")]
    Prescribed,
    #[serde(rename = "forbidden")]
    Forbidden,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Load {
    #[serde(rename = "steady")]
    Steady,
    #[serde(rename = "predictable-peaks")]
    PredictablePeaks,
    #[serde(rename = "unpredictable-spikes")]
    UnpredictableSpikes,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum State {
    #[serde(rename = "stateless")]
    Stateless,
    #[serde(rename = "managed-database")]
    ManagedDatabase,
    #[serde(rename = "volumes")]
    Volumes,
    #[serde(rename = "clustered-storage")]
    ClusteredStorage,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Operations {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "part-time")]
    PartTime,
    #[serde(rename = "dedicated")]
    Dedicated,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Experience {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "some")]
    Some,
    #[serde(rename = "production")]
    Production,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Budget {
    #[serde(rename = "tight")]
    Tight,
    #[serde(rename = "normal")]
    Normal,
    #[serde(rename = "ample")]
    Ample,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Uptime {
    #[serde(rename = "best-effort")]
    BestEffort,
    #[serde(rename = "99")]
    N99,
    #[serde(rename = "99.9")]
    N999,
    #[serde(rename = "99.99")]
    N9999,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Deploys {
    #[serde(rename = "downtime-ok")]
    DowntimeOk,
    #[serde(rename = "brief-gap")]
    BriefGap,
    #[serde(rename = "zero-downtime")]
    ZeroDowntime,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Recovery {
    #[serde(rename = "by-hand")]
    ByHand,
    #[serde(rename = "restart-container")]
    RestartContainer,
    #[serde(rename = "replace-machine")]
    ReplaceMachine,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum ReleasePace {
    #[serde(rename = "monthly")]
    Monthly,
    #[serde(rename = "weekly")]
    Weekly,
    #[serde(rename = "daily")]
    Daily,
    #[serde(rename = "many-per-day")]
    ManyPerDay,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Compliance {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "some")]
    Some,
    #[serde(rename = "strict")]
    Strict,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Secrets {
    #[serde(rename = "env-files")]
    EnvFiles,
    #[serde(rename = "managed")]
    Managed,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum LockIn {
    #[serde(rename = "accepted")]
    Accepted,
    #[serde(rename = "easy-exit")]
    EasyExit,
    #[serde(rename = "required")]
    Required,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Gpus {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "one-machine")]
    OneMachine,
    #[serde(rename = "shared-pool")]
    SharedPool,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Training {
    #[serde(rename = "one-machine")]
    OneMachine,
    #[serde(rename = "several-machines")]
    SeveralMachines,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Pipelines {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "tool-neutral")]
    ToolNeutral,
    #[serde(rename = "argo-or-kubeflow")]
    ArgoOrKubeflow,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Protocols {
    #[serde(rename = "http-only")]
    HttpOnly,
    #[serde(rename = "other")]
    Other,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum PackagedSoftware {
    #[serde(rename = "portable")]
    Portable,
    #[serde(rename = "chart-only")]
    ChartOnly,
}

/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;
const RUNS: usize = 5;

fn main() -> Result<(), Failure> {
    let systems = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(1_000_000);
    let rulebook = Rulebook::builtin()?;
    let folder = tempfile::tempdir()?;
    for (name, unknown_in_ten) in [("all answered", 0), ("three of ten unknown", 3)] {
        let lines = folder.path().join("systems.jsonl");
        write_lines(&rulebook, &lines, systems, unknown_in_ten)?;
        println!("\n{systems} systems, {name}: {} MB of JSON Lines", lines.metadata()?.len() >> 20);
        let mut shares = Vec::new();
        for cores in [1, 2] {
            let (mut parsed, mut judged) = (Took::default(), Took::default());
            let mut peak = 0;
            // In turns, so that whatever else runs on the machine is in the way of both.
            for _ in 0..RUNS {
                parsed.run(|| parse(&lines, cores))?;
                judged.run(|| command(&lines, cores, &mut peak))?;
            }
            let processor = judged.processor / parsed.processor;
            let (parsed, judged) = (parsed.time, judged.time);
            let rate = systems as f64 / judged.as_secs_f64();
            let ratio = judged.as_secs_f64() / parsed.as_secs_f64();
            println!(
                "{cores} of the cores: parsed in {:>6.2} s, parsed, judged and written in {:>6.2} s",
                parsed.as_secs_f64(),
                judged.as_secs_f64()
            );
            println!(
                "    {ratio:>9.2} times merely parsing (1.5 at most); {processor:.2} times the processor's time"
            );
            println!(
                "    {rate:>9.0} systems a second ({:.1} times DuckDB with one CASE, 640,000 on one core;",
                rate / 640_000.0
            );
            println!(
                "              {:.1} times datalogic, 610,000; {:.1} times CEL, 119,000; {:.1} times rule engines, 108,000)",
                rate / 610_000.0,
                rate / 119_000.0,
                rate / 108_000.0
            );
            println!("    {:>9.1} MB of memory at most (32 at most)", peak as f64 / 1024.0);
            shares.push(judged);
        }
        println!(
            "two cores are {:.2} times as fast as one (1.6 at least)",
            shares[0].as_secs_f64() / shares[1].as_secs_f64()
        );
        parts(&rulebook, &lines)?;
    }
    Ok(())
}

fn write_lines(
    rulebook: &Rulebook,
    path: &Path,
    systems: usize,
    unknown_in_ten: usize,
) -> Result<(), Failure> {
    let mut numbers = Numbers(14);
    let mut file = BufWriter::new(File::create(path)?);
    let mut line = String::new();
    for number in 0..systems {
        line.clear();
        fleet::line(rulebook, number, unknown_in_ten, &mut numbers, &mut line);
        file.write_all(line.as_bytes())?;
    }
    Ok(file.flush()?)
}

/// Seconds that processors have worked for this program and those that it has run to their end, in all.
fn processor() -> f64 {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = told.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// What the shortest of some runs took.
struct Took {
    time: Duration,
    /// Seconds of processors.
    processor: f64,
}

impl Default for Took {
    fn default() -> Self {
        Self { time: Duration::MAX, processor: f64::INFINITY }
    }
}

impl Took {
    fn run(&mut self, run: impl FnOnce() -> Result<Duration, Failure>) -> Result<(), Failure> {
        let before = processor();
        self.time = self.time.min(run()?);
        self.processor = self.processor.min(processor() - before);
        Ok(())
    }
}

/// Merely parses all lines, chunk by chunk, on so many cores.
fn parse(path: &Path, cores: usize) -> Result<Duration, Failure> {
    let start = Instant::now();
    let feed = Mutex::new((File::open(path)?, Vec::new()));
    let next = |bytes: &mut Vec<u8>| -> std::io::Result<bool> {
        let Ok(mut feed) = feed.lock() else { return Ok(false) };
        let (file, rest) = &mut *feed;
        bytes.clear();
        bytes.append(rest);
        let before = bytes.len();
        bytes.resize(before + CHUNK, 0);
        let read = file.read(&mut bytes[before..])?;
        bytes.truncate(before + read);
        if let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') {
            rest.extend_from_slice(&bytes[end + 1..]);
            bytes.truncate(end + 1);
        }
        Ok(!bytes.is_empty())
    };
    std::thread::scope(|scope| {
        let work = || -> Result<usize, String> {
            let (mut bytes, mut number) = (Vec::new(), 0);
            while next(&mut bytes).map_err(|error| error.to_string())? {
                let text = std::str::from_utf8(&bytes).map_err(|error| error.to_string())?;
                for line in text.lines() {
                    let answers: Answers<'_> =
                        serde_json::from_str(line).map_err(|error| error.to_string())?;
                    black_box(&answers);
                    number += 1;
                }
            }
            Ok(number)
        };
        let running: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for run in running {
            run.join().map_err(|_| "a thread failed")??;
        }
        Ok::<(), Failure>(())
    })?;
    Ok(start.elapsed())
}

/// The whole command on so many cores; notes the most memory that it took, in KiB.
fn command(path: &Path, cores: usize, peak: &mut u64) -> Result<Duration, Failure> {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_needk8s"))
        .args(["portfolio", "--format", "jsonl", "-o", "/dev/null"])
        .arg(path)
        .env("RAYON_NUM_THREADS", cores.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    loop {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let most = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.and_then(|most| most.split_whitespace().next()?.parse().ok());
        *peak = (*peak).max(most.unwrap_or(0));
        if let Some(ended) = child.try_wait()? {
            let time = start.elapsed();
            return if ended.success() { Ok(time) } else { Err("the command fails".into()) };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What one line takes in its parts, on one core.
fn parts(rulebook: &Rulebook, path: &Path) -> Result<(), Failure> {
    const SOME: usize = 50_000;
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().take(SOME).collect();
    let (form, judge) = (Form::new(rulebook, "group"), Judge::new(rulebook));
    let (mut record, mut unknown, mut scratch) = (Record::of(rulebook), Unknown::default(), judge.scratch());
    let mut sets = Vec::new();
    let start = Instant::now();
    for line in &lines {
        form.read_line(line, &mut record, &mut unknown)?;
    }
    let read = start.elapsed();
    for line in lines.iter().take(1_000) {
        form.read_line(line, &mut record, &mut unknown)?;
        sets.push(record.values.clone());
    }
    let start = Instant::now();
    for number in 0..lines.len() {
        black_box(judge.judge(&sets[number % sets.len()], &mut scratch));
    }
    let judged = start.elapsed();
    let each = |time: Duration| time.as_nanos() as f64 / lines.len() as f64;
    println!("a line: read in {:.0} ns, judged in {:.0} ns", each(read), each(judged));
    Ok(())
}
