//! What all commands build on: what is known, what follows from it, and where the result goes.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::args::{Plan, Short};
use super::decision::{self, Recorded};
use super::exit::{ExitCode, Stop};
use super::input;
use super::output::{above, fitted, is_of_system, layout, print, print_long, say, shown, write_whole};
use super::rulebooks::Named;
use super::scanned::{Scanned, Scanner};
use crate::answers::{Answers, Given, Origin};
use crate::assessment::{Assessment, assess};
use crate::document::digest;
use crate::explanation::{Engine, Explanation, Extent};
use crate::interview::{Session, unsaved};
use crate::policy::Policy;
use crate::prepared::Prepared;
use crate::report::text::Layout;
use crate::report::{Contents, Format, LayerName, Provenance, html, json, markdown, text};
use crate::rulebook::{Layer, Rulebook, Value};

/// A run of the program: the rules it goes by and what was typed.
pub(super) struct Program<'a> {
    pub(super) rulebook: &'a Rulebook,
    /// Where the rules are that are not built in.
    pub(super) rules: &'a [Named],
    pub(super) plan: &'a Plan,
    pub(super) prepared: &'a Prepared<'a>,
    policy: OnceCell<Option<Policy<'a>>>,
}

/// Everything that is known without asking.
pub(super) struct Known {
    /// What all sources say.
    pub(super) answers: Answers,
    /// What they say without the scan.
    pub(super) told: Answers,
    /// What the record says beside answers.
    pub(super) recorded: Recorded,
    pub(super) scanned: Option<Scanned>,
}

impl<'a> Program<'a> {
    pub(super) fn new(prepared: &'a Prepared<'a>, rules: &'a [Named], plan: &'a Plan) -> Self {
        Self { rulebook: prepared.rulebook, rules, plan, prepared, policy: OnceCell::new() }
    }

    /// Where the rules are, the rulebook first.
    pub(super) fn rules(&self) -> &'a [Named] {
        self.rules
    }

    /// Where figures come from that are not those of one result.
    pub(super) fn provenance(&self) -> Provenance {
        let rulebook = self.rulebook;
        let layer = |layer: &Layer| LayerName {
            name: layer.name.clone(),
            version: layer.version.clone(),
            digest: digest(&rulebook.files()[layer.files.clone()]),
        };
        Provenance {
            name: rulebook.name().to_owned(),
            version: rulebook.version().to_owned(),
            digest: rulebook.digest().to_owned(),
            layers: rulebook.layers().iter().map(layer).collect(),
            moved: None,
        }
    }

    /// The same for the result of some answers, with what rules of the user's own have moved in it.
    pub(super) fn provenance_of(&self, answers: &Answers, assessment: &Assessment) -> Provenance {
        let policy = self.policy.get_or_init(|| Policy::new(self.rulebook));
        let moved = policy.as_ref().and_then(|policy| policy.moved(answers, assessment));
        Provenance { moved, ..self.provenance() }
    }

    /// Everything that is known without asking: flags, file, environment, recorded answers, scan, strongest first.
    pub(super) fn known(&self) -> Result<Known, Stop> {
        self.known_with_record_in(None)
    }

    /// The same with the record of another folder than the working directory.
    pub(super) fn known_with_record_in(&self, folder: Option<&Path>) -> Result<Known, Stop> {
        let mut answers = Answers::none(self.rulebook);
        for (question, value) in &self.plan.flags {
            let origin = Origin::Flag(self.rulebook.questions()[*question].id.clone());
            answers.add(*question, Given { value: *value, origin });
        }
        if let Some(path) = &self.plan.answers_file {
            input::read_answers(self.rulebook, path, &mut answers)?;
        }
        input::read_environment(self.rulebook, &mut answers)?;
        let path = match folder {
            Some(folder) if folder.as_os_str() != "." => folder.join(decision::FILE),
            _ => self.record_path(),
        };
        let mut exclude = self.plan.exclude.clone();
        let recorded = match path.symlink_metadata() {
            Ok(_) => decision::read(self.rulebook, &path, &mut answers, &mut exclude)?,
            Err(error) if self.plan.config.is_some() => {
                return Err(Stop::wrong(format!("cannot read {}: {error}", shown(&path))));
            }
            Err(_) => Recorded::default(),
        };
        if !recorded.unread.is_empty() {
            say(&format!("{} has keys that are not read: {}", shown(&path), recorded.unread.join(", ")));
        }
        let told = answers.clone();
        let dir = self.plan.scan.as_deref();
        let scanned = dir.map(|dir| self.scanner(dir, exclude).scan()).transpose()?;
        if let Some(scanned) = &scanned {
            scanned.add_to(&mut answers);
        }
        Ok(Known { answers, told, recorded, scanned })
    }

    /// Where the decision is recorded.
    pub(super) fn record_path(&self) -> PathBuf {
        record_at(self.plan.config.as_deref())
    }

    pub(super) fn scanner<'p>(&'p self, dir: &'p Path, exclude: Vec<String>) -> Scanner<'p> {
        Scanner { rulebook: self.rulebook, rules: self.rules, dir, exclude, now: now().into() }
    }

    /// The error of a run that has nothing to go by, and why nobody is asked.
    pub(super) fn nothing_known(&self, why: Option<&str>) -> Stop {
        let none = match (&self.plan.answers_file, &self.plan.scan) {
            (Some(file), None) => format!(
                "no answers: {} answers no question yet (a line of a template counts once its # is gone)",
                shown(file)
            ),
            (_, Some(dir)) => format!("no answers: the scan of {} found none", shown(dir)),
            (None, None) => "no answers".to_owned(),
        };
        let why = why.map_or(String::new(), |why| format!(", and {why}"));
        let kept = Session::of_working_directory(self.rulebook).kept(self.rulebook);
        let ways = format!(
            "Answer with flags (needk8s {}), with --answers\u{a0}FILE, with {}…\u{a0}variables, with a {} here or in a \
             parent folder of the repository, with --scan\u{a0}DIR, or run needk8s in a terminal. All questions: \
             needk8s\u{a0}questions.",
            super::args::example(self.rulebook),
            input::VARIABLE_PREFIX,
            decision::FILE
        );
        let said = [(kept > 0).then(|| unsaved(kept)), Some(ways)].into_iter().flatten();
        let said: Vec<String> = said.map(|text| fitted(&text, Layout::PLAIN.width)).collect();
        Stop::wrong(format!("{none}{why}\n\n{}", said.join("\n\n")))
    }

    pub(super) fn engine(&self) -> &Engine {
        self.prepared.engine()
    }

    pub(super) fn assessment(&self, answers: &Answers) -> Assessment {
        assess(self.rulebook, answers.readings(self.rulebook))
    }

    /// Every answer as it is assessed, those of which only a part is known as well.
    pub(super) fn stated(&self, answers: &Answers) -> Vec<Option<Value>> {
        (0..self.rulebook.questions().len()).map(|question| answers.value(question)).collect()
    }

    pub(super) fn judge(&self, answers: &Answers, extent: Extent) -> (Assessment, Explanation) {
        let assessment = self.assessment(answers);
        let (values, stated) = (answers.values(), self.stated(answers));
        let explanation = self.engine().explain_to(extent, self.rulebook, &values, &assessment);
        if values == stated || !extent.has_changes(explanation.outlook.status) {
            return (assessment, explanation);
        }
        // What may still come depends on what is open; what would change the verdict, on what it was assessed by.
        let (turning_points, slack) = self.engine().changes(extent, self.rulebook, &stated, assessment.band);
        (assessment, Explanation { turning_points, slack, ..explanation })
    }

    /// Judges the answers, and does something with the content of a report on them.
    pub(super) fn with_contents<T>(&self, answers: &Answers, use_it: impl FnOnce(&Contents<'_>) -> T) -> T {
        self.with_contents_to(answers, Extent::Whole, use_it)
    }

    /// The same with no more than what is asked for shows.
    pub(super) fn with_asked<T>(&self, answers: &Answers, use_it: impl FnOnce(&Contents<'_>) -> T) -> T {
        let is_page = !self.plan.verbose && matches!(self.plan.format, None | Some(Format::Text));
        let extent = match self.plan.short {
            Some(Short::Word) if self.plan.output.is_none() => Extent::Outlook,
            _ if is_page => Extent::Page,
            _ => Extent::Whole,
        };
        self.with_contents_to(answers, extent, use_it)
    }

    fn with_contents_to<T>(
        &self,
        answers: &Answers,
        extent: Extent,
        use_it: impl FnOnce(&Contents<'_>) -> T,
    ) -> T {
        let (assessment, explanation) = self.judge(answers, extent);
        let provenance = self.provenance_of(answers, &assessment);
        use_it(&Contents::new(self.prepared, answers, &assessment, &explanation, provenance))
    }

    /// Writes a text to the file that was named, else to standard output.
    pub(super) fn put(&self, text: &str) -> Result<(), Stop> {
        let Some(path) = &self.plan.output else { return print(text) };
        write_whole(path, text)?;
        say(&format!("Written to {}.", shown(path)));
        Ok(())
    }

    /// Writes the report to the file that was named, else to standard output.
    pub(super) fn deliver(&self, contents: &Contents<'_>) -> Result<(), Stop> {
        self.deliver_in(contents, self.layout(self.plan.verbose))
    }

    /// The same where so many lines follow on the same screen. Returns what was printed, without colours.
    pub(super) fn deliver_above(&self, beneath: usize, contents: &Contents<'_>) -> Result<String, Stop> {
        // What can be done next is offered there.
        let layout = Layout { next: false, ..above(beneath, self.layout(self.plan.verbose)) };
        self.deliver_in(contents, layout)?;
        Ok(match self.plan.output {
            Some(_) => String::new(),
            None => self.render(contents, Layout { colour: false, links: false, ..layout }),
        })
    }

    fn deliver_in(&self, contents: &Contents<'_>, layout: Layout) -> Result<(), Stop> {
        match &self.plan.output {
            None => self.print(&self.render(contents, layout)),
            Some(path) => {
                self.write_report(contents, path, self.plan.format.unwrap_or(Format::Text), self.plan.force)?;
                say(&format!("{} Written to {}.", contents.headline, shown(path)));
                Ok(())
            }
        }
    }

    /// Writes the report to a file. In a record that is there already, what people wrote is kept.
    pub(super) fn write_report(
        &self,
        contents: &Contents<'_>,
        path: &Path,
        format: Format,
        force: bool,
    ) -> Result<(), Stop> {
        let layout = Layout { verbose: self.plan.verbose, ..Layout::PLAIN };
        let fresh = self.render_as(format, contents, layout);
        let existing = match format {
            Format::Markdown => existing_text(path)?,
            _ => None,
        };
        let Some(existing) = existing else { return write_whole(path, &fresh) };
        let kept = markdown::update(&existing, &fresh, force).map_err(|trouble| {
            Stop::wrong(format!(
                "{} is not written to: {trouble}\n\nname another file, or replace what is the program's own with --force",
                shown(path)
            ))
        })?;
        write_whole(path, &kept.text)?;
        if let Some(status) = kept.status_of_old_outcome {
            let status = crate::text::one_line(&status);
            say(&format!("The outcome has changed, and the status is still `{status}`: decide again."));
        }
        Ok(())
    }

    /// How to lay out text on standard output.
    pub(super) fn layout(&self, verbose: bool) -> Layout {
        layout(verbose, self.plan.colour)
    }

    /// Writes a result to standard output, through a pager where it is long.
    pub(super) fn print(&self, text: &str) -> Result<(), Stop> {
        print_long(text, self.plan.pager)
    }

    fn render(&self, contents: &Contents<'_>, layout: Layout) -> String {
        match self.plan.short {
            Some(Short::Word) => return format!("{}\n", contents.verdict()),
            Some(Short::Line) => return text::line(contents, layout),
            None => {}
        }
        self.render_as(self.plan.format.unwrap_or(Format::Text), contents, layout)
    }

    pub(super) fn render_as(&self, format: Format, contents: &Contents<'_>, layout: Layout) -> String {
        match format {
            Format::Text => text::render(contents, layout),
            Format::Markdown => markdown::render(contents, &today()),
            Format::Json => json::render(contents),
            Format::Html => html::render(contents, &today()),
        }
    }

    /// The format of something that is no report of an assessment.
    pub(super) fn format_of_list(&self) -> Result<Format, Stop> {
        match self.plan.format.unwrap_or(Format::Text) {
            format if format.suits_lists() => Ok(format),
            _ => Err(Stop::wrong(
                "a page (html) is made of an assessment only: needk8s -o report.html; here use .md, .json or .txt",
            )),
        }
    }

    /// Writes what `render` makes to the file that was named, else to standard output.
    pub(super) fn show(&self, render: impl Fn(Format, Layout) -> String) -> Result<ExitCode, Stop> {
        let format = self.format_of_list()?;
        match &self.plan.output {
            None => self.print(&render(format, self.layout(false)))?,
            Some(path) => {
                write_whole(path, &render(format, Layout::PLAIN))?;
                say(&format!("Written to {}.", shown(path)));
            }
        }
        Ok(ExitCode::Done)
    }
}

/// Where the decision is recorded: the file that was named, else the nearest one from here up to the root of the repository,
/// else one in the working directory.
pub(super) fn record_at(config: Option<&Path>) -> PathBuf {
    if let Some(config) = config {
        return config.to_path_buf();
    }
    let here = PathBuf::from(decision::FILE);
    let Ok(folder) = std::env::current_dir() else { return here };
    let mut up = PathBuf::new();
    for folder in folder.ancestors() {
        if folder.join(decision::FILE).symlink_metadata().is_ok() {
            return up.join(decision::FILE);
        }
        if folder.join(".git").symlink_metadata().is_ok() {
            break;
        }
        up.push("..");
    }
    here
}

/// The text of a file that is to be brought up to date; nothing where there is none, or no ordinary one.
fn existing_text(path: &Path) -> Result<Option<String>, Stop> {
    match path.metadata() {
        Ok(meta) if meta.is_file() && meta.len() > 0 && !is_of_system(path) => {
            input::read_report(path).map(Some)
        }
        _ => Ok(None),
    }
}

/// Today in UTC, as YYYY-MM-DD; `SOURCE_DATE_EPOCH` stands in for the clock where results must be repeatable
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
pub(super) fn today() -> String {
    day_of(now())
}

/// The day of a moment, as YYYY-MM-DD.
pub(super) fn day_of(moment: time::OffsetDateTime) -> String {
    let (year, month, day) = moment.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

pub(super) fn now() -> time::OffsetDateTime {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    fixed
        .and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or_else(time::OffsetDateTime::now_utc)
}
