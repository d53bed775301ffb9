//! From arguments to an exit code.

use std::ffi::OsString;

use super::args;
use super::commands;
use super::exit::{ExitCode, Stop};
use super::input;
<<<<<<< HEAD
use super::output::{can_ask, layout, print, say, shown, write_whole};
use super::scanned::{Scanned, Scanner};
use crate::answers::{Answers, Given, Origin};
use crate::assessment::{Assessment, assess};
use crate::document::did_you_mean;
use crate::explanation::{Engine, Explanation};
use crate::interview::{self, Adaptive, FileOrder, Interview, Outcome, Prompts, Session};
use crate::report::text::Layout;
use crate::report::why::{self, Why};
use crate::report::{
    Contents, Format, Provenance, export, json, markdown, matrix, reference, scan as scan_report, text,
};
use crate::rulebook::{Reading, Rulebook, Value};
=======
use super::output::{layout, print, say};
use super::program::Program;
>>>>>>> main

/// Runs the program and says how it ended. `args` starts with the program's own name.
pub fn run(args: Vec<OsString>) -> ExitCode {
    match try_run(&args) {
        Ok(code) => code,
        Err(Stop::Unread) => ExitCode::Done,
        Err(Stop::Wrong(message)) => {
            say(crate::text::safe_lines(&message).trim_end());
            ExitCode::WrongInput
        }
    }
}

fn try_run(args: &[OsString]) -> Result<ExitCode, Stop> {
    let rules = args::rules_path(args);
    let rulebook = input::read_rulebook(rules.as_deref())?;
    if let Some(id) = args::reserved_question(&rulebook) {
        return Err(Stop::wrong(format!(
            "the question `{id}` would hide the flag --{id}; give it another id"
        )));
    }
    let matches = match args::command(&rulebook).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => return Err(Stop::Wrong(error.render().to_string())),
        Err(help) => {
            let help = help.render();
            let text = if layout(false).colour { help.ansi().to_string() } else { help.to_string() };
            return print(&text).map(|()| ExitCode::Done);
        }
    };
<<<<<<< HEAD
    let plan = args::plan(&rulebook, &matches).map_err(Stop::wrong)?;
    let program =
        Program { rulebook: &rulebook, rules: rules.as_deref(), plan: &plan, engine: OnceCell::new() };
    match &plan.action {
        Action::Assess { no_input, all, save } => program.assess(!no_input && can_ask(), *all, *save),
        Action::Check(gates) => program.check(gates),
        Action::Scan => program.scan(),
        Action::Compare { all } => program.compare(*all),
        Action::Explain(ids) => program.explain(ids),
        Action::Why(platform) => program.why(platform),
        Action::Learn => program.learn(),
        Action::ExportRules => {
            print(&export::render(&rulebook, &program.provenance())).map(|()| ExitCode::Done)
        }
        Action::Completions(shell) => program.completions(*shell),
        Action::Man => program.man(),
    }
}

struct Program<'a> {
    rulebook: &'a Rulebook,
    /// Where the rulebook is, unless it is the built-in one.
    rules: Option<&'a Path>,
    plan: &'a Plan,
    engine: OnceCell<Engine>,
}

/// Everything that is known without asking.
struct Known {
    /// What all sources say.
    answers: Answers,
    /// What they say without the scan.
    told: Answers,
    recorded: Option<Decision>,
    scanned: Option<Scanned>,
}

impl Program<'_> {
    fn provenance(&self) -> Provenance {
        Provenance {
            name: self.rulebook.name().to_owned(),
            version: self.rulebook.version().to_owned(),
            digest: digest(self.rulebook),
        }
    }

    /// Everything that is known without asking: flags, file, environment, recorded answers, scan, strongest first.
    fn known(&self) -> Result<Known, Stop> {
        let mut answers = Answers::none(self.rulebook);
        for (question, value) in &self.plan.flags {
            let origin = Origin::Flag(self.rulebook.questions()[*question].id.clone());
            answers.add(*question, Given { value: *value, origin });
        }
        if let Some(path) = &self.plan.answers_file {
            input::read_answers(self.rulebook, path, &mut answers)?;
        }
        input::read_environment(self.rulebook, &mut answers)?;
        let path = self.record_path();
        let recorded = match path.symlink_metadata() {
            Ok(_) => decision::read(self.rulebook, &path, &mut answers)?,
            Err(_) => None,
        };
        let told = answers.clone();
        let dir = self.plan.scan.as_deref();
        let scanned = dir.map(|dir| self.scanner(dir).scan()).transpose()?;
        if let Some(scanned) = &scanned {
            scanned.add_to(&mut answers);
        }
        Ok(Known { answers, told, recorded, scanned })
    }

    fn scanner<'p>(&'p self, dir: &'p Path) -> Scanner<'p> {
        Scanner { rulebook: self.rulebook, rules: self.rules, dir, now: now().into() }
    }

    /// Where the decision is recorded: beside what is scanned when that is what was asked for, else here.
    fn record_path(&self) -> PathBuf {
        match (&self.plan.action, &self.plan.scan) {
            (Action::Scan, Some(dir)) if dir.as_os_str() != "." => dir.join(decision::FILE),
            _ => PathBuf::from(decision::FILE),
        }
    }

    fn assess(&self, ask: bool, all: bool, save: bool) -> Result<ExitCode, Stop> {
        let known = self.known()?;
        if ask {
            return self.interview(known, all, save);
        }
        let Known { answers, scanned, .. } = known;
        if answers.is_empty() {
            return Err(self.nothing_known());
        }
        self.conclude(&answers, None)?;
        if save {
            self.record(&answers, scanned.as_ref())?;
        }
        Ok(ExitCode::Done)
    }

    fn scan(&self) -> Result<ExitCode, Stop> {
        let Known { answers, scanned, .. } = self.known()?;
        let Some(scanned) = scanned else { return Ok(ExitCode::Done) };
        let (assessment, explanation) = self.judge(&answers);
        let contents = Contents::new(self.rulebook, &answers, &assessment, &explanation, self.provenance());
        let report = scan_report::Scan {
            folder: &scanned.folder,
            facts: &scanned.facts,
            conclusions: &scanned.conclusions,
            contents: &contents,
            open: (0..self.rulebook.questions().len())
                .filter(|question| answers.is_open(*question))
                .filter(|question| assessment.readings[*question] != Reading::DoesNotApply)
                .collect(),
        };
        let format = self.plan.format.unwrap_or(Format::Text);
        match &self.plan.output {
            None => print(&scan_report::render(&report, format, layout(self.plan.verbose)))?,
            Some(path) => {
                let layout = Layout { verbose: self.plan.verbose, ..Layout::PLAIN };
                write_whole(path, &scan_report::render(&report, format, layout))?;
                say(&format!("{} Written to {}.", contents.headline, shown(path)));
            }
        }
        Ok(ExitCode::Done)
    }

    /// Asks what is not known, shows the result, and offers to keep it.
    fn interview(&self, known: Known, all: bool, save: bool) -> Result<ExitCode, Stop> {
        let mut prompts = interview::open_terminal();
        let Some(known) = self.settle(known, &mut *prompts)? else { return Ok(ExitCode::Done) };
        let scanned = known.scanned.as_ref();
        let mut session = Session::of_working_directory(self.rulebook);
        let adaptive = Adaptive::new(self.rulebook);
        let interview = Interview {
            rulebook: self.rulebook,
            order: if all { &FileOrder } else { &adaptive },
            leaning: &|assessment| interview::leaning(self.rulebook, assessment),
            hints: &scanned.map(|scanned| scanned.hints(self.rulebook)).unwrap_or_default(),
        };
        let Outcome::Finished(answers) =
            interview.run(known.answers, &mut session, &mut *prompts).map_err(broke_off)?
        else {
            return Ok(ExitCode::Done);
        };
        if answers.is_empty() {
            return Err(self.nothing_known());
        }
        self.conclude(&answers, None)?;
        if save {
            self.record(&answers, scanned)?;
        }
        let keep = interview::offer_to_save(&mut *prompts, Path::new(decision::FILE), "decision.md")
            .map_err(broke_off)?;
        if let Some(report) = &keep.report {
            self.conclude(&answers, Some(Path::new(report)))?;
        }
        if keep.answers && !save {
            self.record(&answers, scanned)?;
        }
        session.discard().map_err(broke_off)?;
        Ok(ExitCode::Done)
    }

    /// Has a person settle what the scan could not, and takes the answers that follow. Nothing when the person left.
    fn settle(&self, known: Known, prompts: &mut dyn Prompts) -> Result<Option<Known>, Stop> {
        let (Some(scanned), Some(dir)) = (known.scanned, self.plan.scan.as_deref()) else {
            return Ok(Some(Known { scanned: None, ..known }));
        };
        let Some(scanned) = self.scanner(dir).settle(scanned, prompts).map_err(broke_off)? else {
            return Ok(None);
        };
        let scanned = scanned?;
        let mut answers = known.told.clone();
        scanned.add_to(&mut answers);
        Ok(Some(Known { answers, scanned: Some(scanned), ..known }))
    }

    /// Judges the answers and delivers the report (to `report` where that is named).
    fn conclude(&self, answers: &Answers, report: Option<&Path>) -> Result<(), Stop> {
        let (assessment, explanation) = self.judge(answers);
        let contents = Contents::new(self.rulebook, answers, &assessment, &explanation, self.provenance());
        match report {
            Some(path) => {
                let format =
                    path.extension().and_then(std::ffi::OsStr::to_str).and_then(Format::of_extension);
                let text = self.render_as(format.unwrap_or(Format::Markdown), &contents, Layout::PLAIN);
                write_whole(path, &text)?;
                say(&format!("Written to {}.", shown(path)));
            }
            None => self.deliver(&contents)?,
        }
        Ok(())
    }

    fn record(&self, answers: &Answers, scanned: Option<&Scanned>) -> Result<(), Stop> {
        let (assessment, explanation) = self.judge(answers);
        let record = Record {
            rulebook: self.rulebook,
            answers,
            assessment: &assessment,
            explanation: &explanation,
            evidence: scanned.map(|scanned| &scanned.conclusions),
            now: now(),
        };
        record.write(Path::new(decision::FILE))?;
        say(&format!("Recorded in {}.", decision::FILE));
        let partial = |question: &usize| answers.given(*question).is_some_and(Given::is_partial);
        for question in (0..self.rulebook.questions().len()).filter(partial) {
            let id = &self.rulebook.questions()[question].id;
            say(&format!("Look over `{id}`: it has what the scan found, which may not be all."));
        }
        Ok(())
    }

    fn assessment(&self, answers: &Answers) -> Assessment {
        assess(self.rulebook, answers.readings(self.rulebook))
    }

    fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| Engine::new(self.rulebook))
    }

    /// Every answer as it is assessed, those of which only a part is known as well.
    fn stated(&self, answers: &Answers) -> Vec<Option<Value>> {
        (0..self.rulebook.questions().len()).map(|question| answers.value(question)).collect()
    }

    fn judge(&self, answers: &Answers) -> (Assessment, Explanation) {
        let assessment = self.assessment(answers);
        let (values, stated) = (answers.values(), self.stated(answers));
        let explanation = self.engine().explain(self.rulebook, &values, &assessment);
        if values == stated {
            return (assessment, explanation);
        }
        // What may still come depends on what is open; what would change the verdict, on what it was assessed by.
        let (turning_points, slack) = self.engine().changes(self.rulebook, &stated, assessment.band);
        (assessment, Explanation { turning_points, slack, ..explanation })
    }

    /// Writes the report to the file that was named, else to standard output.
    fn deliver(&self, contents: &Contents<'_>) -> Result<(), Stop> {
        match &self.plan.output {
            None => print(&self.render(contents, layout(self.plan.verbose))),
            Some(path) => {
                write_whole(
                    path,
                    &self.render(contents, Layout { verbose: self.plan.verbose, ..Layout::PLAIN }),
                )?;
                say(&format!("{} Written to {}.", contents.headline, shown(path)));
                Ok(())
            }
        }
    }

    fn render(&self, contents: &Contents<'_>, layout: Layout) -> String {
        self.render_as(self.plan.format.unwrap_or(Format::Text), contents, layout)
    }

    fn render_as(&self, format: Format, contents: &Contents<'_>, layout: Layout) -> String {
        match format {
            Format::Text => text::render(contents, layout),
            Format::Markdown => markdown::render(contents, &today()),
            Format::Json => json::render(contents),
        }
    }

    fn check(&self, gates: &Gates) -> Result<ExitCode, Stop> {
        let Known { answers, told, recorded, scanned } = self.known()?;
        if answers.is_empty() {
            return Err(self.nothing_known());
        }
        if recorded.is_none() && !gates.is_any() {
            return Err(Stop::wrong(format!(
                "there is nothing to check against: {} records no decision and no gate is given\n\n\
                 Record one with `needk8s --save`, or give a gate: --expect, --fail-on, --require settled or \
                 --min-steadiness.",
                decision::FILE
            )));
        }
        let (assessment, explanation) = self.judge(&answers);
        let contents = Contents::new(self.rulebook, &answers, &assessment, &explanation, self.provenance());
        let findings = Check {
            contents: &contents,
            decision: recorded.as_ref(),
            gates,
            answers: &answers,
            told: &told,
            scanned: scanned.as_ref(),
            verdict_of: &|answers| self.assessment(answers).band,
        }
        .findings();
        self.deliver(&contents)?;
        let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        check::announce(&contents, &findings, recorded.is_some(), in_actions);
        scanned.iter().for_each(check::announce_unread);
        if let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
            append(Path::new(&summary), &markdown::render(&contents, &today()))?;
        }
        Ok(if findings.failures.is_empty() { ExitCode::Done } else { ExitCode::Fails })
    }

    fn nothing_known(&self) -> Stop {
        let example: Vec<String> = self
            .rulebook
            .questions()
            .iter()
            .filter(|question| question.ask_when.is_none())
            .take(3)
            .map(|question| {
                let sample = match question.options().first() {
                    Some(option) => option.id.clone(),
                    None => "1".to_owned(),
                };
                format!("--{} {sample}", question.id)
            })
            .collect();
        Stop::wrong(format!(
            "no answers are known and nobody can be asked\n\n\
             Answer with flags (needk8s {}), with --answers FILE, with {}… variables,\n\
             with a {} in this directory, with --scan DIR, or run needk8s in a terminal. All questions: needk8s --help.",
            example.join(" "),
            input::VARIABLE_PREFIX,
            decision::FILE
        ))
    }

    fn compare(&self, all: bool) -> Result<ExitCode, Stop> {
        let answers = self.known()?.answers;
        let assessment = (!answers.is_empty()).then(|| self.assessment(&answers));
        let selection = matrix::Selection { rulebook: self.rulebook, assessment: assessment.as_ref(), all };
        let format = self.plan.format.unwrap_or(Format::Text);
        match &self.plan.output {
            None => print(&matrix::render(selection, format, layout(false)))?,
            Some(path) => {
                write_whole(path, &matrix::render(selection, format, Layout::PLAIN))?;
                say(&format!("Written to {}.", shown(path)));
            }
        }
        Ok(ExitCode::Done)
    }

    fn explain(&self, ids: &[String]) -> Result<ExitCode, Stop> {
        let mut explained = Vec::new();
        for id in ids {
            let text = reference::explain(self.rulebook, id, layout(false)).ok_or_else(|| {
                let help = match did_you_mean(id, reference::ids(self.rulebook)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "questions, criteria, aspects, platforms, problems, steps, verdicts and sources can be explained; \
                             needk8s rules export lists them all"
                        .to_owned(),
                };
                Stop::wrong(format!("the rulebook has nothing called `{}`; {help}", crate::text::one_line(id)))
            })?;
            explained.push(text);
        }
        print(&explained.join("\n"))?;
        Ok(ExitCode::Done)
    }

    /// What separates a platform from the recommended one, or, where it is that one, the runner-up from it.
    fn why(&self, platform: &str) -> Result<ExitCode, Stop> {
        let asked = self.platform(platform)?;
        let answers = self.known()?.answers;
        if answers.is_empty() {
            return Err(self.nothing_known());
        }
        let assessment = self.assessment(&answers);
        let recommended = assessment.recommendation;
        let runner_up = || {
            let others = assessment.ranking.iter().filter(|platform| **platform != recommended);
            others.copied().find(|platform| assessment.standings[*platform].is_available())
        };
        let compared = if asked == recommended { runner_up() } else { Some(asked) };
        let contrast = compared.map(|platform| {
            self.engine().contrast(
                self.rulebook,
                &self.stated(&answers),
                &assessment,
                (platform, recommended),
            )
        });
        let told =
            Why { rulebook: self.rulebook, assessment: &assessment, asked, contrast: contrast.as_ref() };
        let format = self.plan.format.unwrap_or(Format::Text);
        let render = |layout| why::render(told, &self.provenance(), format, layout);
        match &self.plan.output {
            None => print(&render(layout(false)))?,
            Some(path) => {
                write_whole(path, &render(Layout::PLAIN))?;
                say(&format!("Written to {}.", shown(path)));
            }
        }
        Ok(ExitCode::Done)
    }

    /// The platform with this id or name.
    fn platform(&self, given: &str) -> Result<usize, Stop> {
        let platforms = self.rulebook.platforms();
        self.rulebook.platform(given).ok_or_else(|| {
            let ids = || platforms.iter().map(|platform| platform.id.as_str());
            let names = platforms.iter().map(|platform| platform.name.as_str());
            let help = match did_you_mean(given, ids()).or_else(|| did_you_mean(given, names)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("possible: {}", ids().collect::<Vec<_>>().join(", ")),
            };
            Stop::wrong(format!("there is no platform `{}`; {help}", crate::text::one_line(given)))
        })
    }

    fn learn(&self) -> Result<ExitCode, Stop> {
        let answers = self.known()?.answers;
        let assessment = (!answers.is_empty()).then(|| self.assessment(&answers));
        print(&reference::learn(self.rulebook, assessment.as_ref(), layout(false)))?;
        Ok(ExitCode::Done)
    }

    fn completions(&self, shell: clap_complete::Shell) -> Result<ExitCode, Stop> {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut args::command(self.rulebook), "needk8s", &mut script);
        print(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::Done)
    }

    fn man(&self) -> Result<ExitCode, Stop> {
        let mut page = Vec::new();
        clap_mangen::Man::new(args::command(self.rulebook))
            .render(&mut page)
            .map_err(|error| Stop::stream(&error))?;
        print(&String::from_utf8_lossy(&page))?;
        Ok(ExitCode::Done)
    }
}

fn broke_off(error: std::io::Error) -> Stop {
    Stop::wrong(format!("the questionnaire broke off: {error}"))
}

/// Adds a text to the end of a file that others add to as well.
fn append(path: &Path, text: &str) -> Result<(), Stop> {
    use std::io::Write;
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Stop::wrong(format!("cannot write {}: {error}", shown(path))))
}

/// The SHA-256 of all rule files with their names, in their order.
fn digest(rulebook: &Rulebook) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for file in rulebook.files() {
        hasher.update(file.name.rsplit(['/', '\\']).next().unwrap_or_default());
        hasher.update([0]);
        hasher.update(&file.text);
        hasher.update([0]);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Today in UTC, as YYYY-MM-DD; `SOURCE_DATE_EPOCH` stands in for the clock where results must be repeatable
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn today() -> String {
    let (year, month, day) = now().to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

fn now() -> time::OffsetDateTime {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    fixed
        .and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or_else(time::OffsetDateTime::now_utc)
=======
    let (command, typed) = commands::chosen(&matches);
    let plan = args::plan(&rulebook, &matches, typed).map_err(Stop::wrong)?;
    (command.run)(&Program::new(&rulebook, rules.as_deref(), &plan), typed)
>>>>>>> main
}
