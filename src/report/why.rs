//! "Why not this one?": what separates a platform from the recommended one, in words.

use std::fmt::Write as _;

use serde::Serialize;

use super::content::Provenance;
use super::explained::{condition_of, say_changes, say_points};
use super::json::{RulebookName, Source, pretty, source};
use super::markdown::{escape, link};
use super::phrases;
use super::text::{Layout, Page};
use super::{Format, explained::say_values};
use crate::assessment::{About, Assessment, Miss};
use crate::explanation::{Contrast, Gap, Missing, Removal};
use crate::rulebook::{Leaning, Reading, Rulebook, Values, any_of};
use crate::text::{counted, list, lower_first, upper_first};

/// The name and version of the shape in JSON.
pub const SCHEMA: &str = "needk8s.why/1";

/// What to tell about a platform.
#[derive(Debug, Clone, Copy)]
pub struct Why<'a> {
    /// The rulebook.
    pub rulebook: &'a Rulebook,
    /// The assessment.
    pub assessment: &'a Assessment,
    /// The platform that was asked about.
    pub asked: usize,
    /// What separates it from the recommended one; where it is the recommended one, what separates the runner-up from
    /// it. `None` when everything else is ruled out.
    pub contrast: Option<&'a Contrast>,
}

/// Lays the answer out in a format.
pub fn render(why: Why<'_>, provenance: &Provenance, format: Format, layout: Layout) -> String {
    match format {
        Format::Text | Format::Html => text(why, layout),
        Format::Markdown => markdown(why),
        Format::Json => json(why, provenance),
    }
}

/// One term in words.
struct Told {
    points: i64,
    title: String,
    /// What it is made of, sentence by sentence.
    sentences: Vec<String>,
    sources: Vec<usize>,
}

impl Why<'_> {
    fn name(&self, platform: usize) -> &str {
        &self.rulebook.platforms()[platform].name
    }

    fn called(&self, platform: usize) -> &str {
        self.rulebook.platforms()[platform].in_sentence()
    }

    fn recommended(&self) -> usize {
        self.assessment.recommendation
    }

    /// "Kamal is the recommendation"; where two are recommended, "Kamal has the lowest total".
    fn is_recommended(&self, platform: usize) -> String {
        let platform = &self.rulebook.platforms()[platform];
        let is_recommended = match self.assessment.leaning(self.rulebook) {
            Leaning::Hedge => format!("{} the lowest total", platform.verb("has", "have")),
            _ => format!("{} the recommendation", platform.verb("is", "are")),
        };
        format!("{} {is_recommended}", platform.at_start())
    }

    fn title(&self) -> String {
        let word = if self.asked == self.recommended() { "Why" } else { "Why not" };
        format!("{word} {}?", self.name(self.asked))
    }

    /// The answer in a few sentences.
    fn answer(&self) -> String {
        let Some(contrast) = self.contrast else {
            return format!("{}: everything else is ruled out.", self.is_recommended(self.asked));
        };
        let burden = |platform: usize| self.assessment.standings[platform].burden;
        let (mine, theirs) = (burden(contrast.platform), burden(contrast.against));
        let platform = &self.rulebook.platforms()[contrast.platform];
        let (name, against) = (platform.at_start(), self.called(contrast.against));
        let recommended = self.is_recommended(contrast.against);
        if self.asked == self.recommended() {
            return format!(
                "{recommended}. Next best: {}, with {}.",
                platform.in_sentence(),
                difference(mine, theirs, against)
            );
        }
        let lacking: Vec<String> = contrast
            .misses
            .iter()
            .map(|missing| lower_first(&self.rulebook.aspects()[missing.miss.aspect].name))
            .collect();
        match contrast.removed_by.is_empty() {
            true if !lacking.is_empty() => format!(
                "{name} {} short in what you must have: {}; {} {}. {recommended}.",
                platform.verb("falls", "fall"),
                list(&lacking, "and"),
                platform.verb("it comes to", "they come to"),
                difference(mine, theirs, against)
            ),
            true => format!(
                "{recommended}, since {} {} {}.",
                platform.in_sentence(),
                platform.verb("comes to", "come to"),
                difference(mine, theirs, against)
            ),
            false => format!(
                "{name} {} ruled out. If {} not, {} would come to {}, the recommendation.",
                platform.verb("is", "are"),
                platform.verb("it were", "they were"),
                platform.verb("it", "they"),
                difference(mine, theirs, against)
            ),
        }
    }

    /// What is not known yet.
    fn reservation(&self) -> Option<String> {
        let open = self.assessment.readings.iter().filter(|reading| **reading == Reading::Unknown).count();
        (open > 0).then(|| {
            let open = counted(open, "question that applies has", "questions that apply have");
            format!("So far: {open} no answer yet.")
        })
    }

    fn removal(&self, removal: &Removal) -> Told {
        let criterion = &self.rulebook.criteria()[removal.criterion];
        Told {
            points: 0,
            title: criterion.statement.clone(),
            sentences: vec![
                criterion.because.clone(),
                self.when("That ends when", &removal.lifted_by, "No single change of an answer ends that."),
            ],
            sources: criterion.sources.clone(),
        }
    }

    fn missing(&self, missing: &Missing) -> Told {
        let Miss { aspect, must, criteria, .. } = &missing.miss;
        let row = &self.rulebook.aspects()[*aspect];
        let statements: Vec<&str> =
            criteria.iter().map(|index| self.rulebook.criteria()[*index].statement.as_str()).collect();
        let told = format!("You must have {} ({}).", row.asked(*must), statements.join("; "));
        let met = self.when(
            "That is not needed when",
            &missing.met_by,
            "No single change of an answer makes it unnecessary.",
        );
        Told { points: 0, title: row.name.clone(), sentences: vec![told, met], sources: Vec::new() }
    }

    fn when(&self, lead: &str, changes: &[Values], none: &str) -> String {
        match changes {
            [] => none.to_owned(),
            changes => {
                let said: Vec<String> =
                    changes.iter().map(|values| say_values(self.rulebook, values)).collect();
                format!("{lead} {}.", any_of(&said))
            }
        }
    }

    fn gap(&self, contrast: &Contrast, gap: &Gap) -> Told {
        let (title, mut sentences, sources) = self.term(contrast, gap);
        // What makes a term of effort disappear may make everything else worse, and is no advice.
        if let (About::Aspect(_), [_, ..]) = (gap.term.about, gap.closed_by.as_slice()) {
            sentences.push(self.when("This reason disappears when", &gap.closed_by, ""));
        }
        Told { points: gap.term.points, title, sentences, sources }
    }

    /// Title, sentences and sources of a term.
    fn term(&self, contrast: &Contrast, gap: &Gap) -> (String, Vec<String>, Vec<usize>) {
        let rulebook = self.rulebook;
        let (platform, against) = (contrast.platform, contrast.against);
        match gap.term.about {
            About::Aspect(aspect) => self.aspect(aspect, contrast, gap),
            About::Effort => {
                let effort = |platform: usize| rulebook.platforms()[platform].effort;
                let heavier = if gap.term.points > 0 { platform } else { against };
                let efforts = format!(
                    "Effort {} for {}, {} for {}.",
                    effort(platform),
                    self.called(platform),
                    effort(against),
                    self.called(against)
                );
                let because = &rulebook.platforms()[heavier].effort_because;
                let sources = rulebook.platforms()[heavier].sources.clone();
                (
                    "Effort to operate".to_owned(),
                    vec![efforts, format!("{}: {because}", self.name(heavier))],
                    sources,
                )
            }
            About::Price(index) => {
                let criterion = &rulebook.criteria()[index];
                let word = if criterion.effort > 0 { "more" } else { "less" };
                let price = format!("Each point of effort costs you {} {word}.", criterion.effort.abs());
                (
                    criterion.statement.clone(),
                    vec![price, criterion.because.clone()],
                    criterion.sources.clone(),
                )
            }
            About::Familiarity(index) => {
                let criterion = &rulebook.criteria()[index];
                let effort = format!("{}.", phrases::efforts_changed(rulebook, index, [platform, against]));
                (
                    criterion.statement.clone(),
                    vec![effort, criterion.because.clone()],
                    criterion.sources.clone(),
                )
            }
            About::Floor => {
                let why = "A point of effort costs at least 1, and no effort is below 0.".to_owned();
                ("Least effort".to_owned(), vec![why], Vec::new())
            }
        }
    }

    fn aspect(&self, aspect: usize, contrast: &Contrast, gap: &Gap) -> (String, Vec<String>, Vec<usize>) {
        let row = &self.rulebook.aspects()[aspect];
        let worse = if gap.term.points > 0 { contrast.platform } else { contrast.against };
        let label = |platform: usize| lower_first(&row.cells[platform].label);
        let labels = format!(
            "{}: {}; {}: {}.",
            self.name(contrast.platform),
            label(contrast.platform),
            self.name(contrast.against),
            label(contrast.against)
        );
        let statements: Vec<&str> = self
            .demanding(worse, aspect)
            .into_iter()
            .map(|index| self.rulebook.criteria()[index].statement.as_str())
            .collect();
        let demanded = self.assessment.standings[worse].shortfalls.iter();
        let demanded =
            demanded.filter(|shortfall| shortfall.aspect == aspect).map(|shortfall| shortfall.demanded);
        let asked = row.asked(demanded.max().unwrap_or_default());
        let sentences = vec![
            labels,
            format!("Your answers call for {asked} ({}).", statements.join("; ")),
            format!("{}: {}", self.name(worse), row.cells[worse].note),
        ];
        (row.name.clone(), sentences, row.cells[worse].sources.clone())
    }

    /// The criteria whose demands a platform does not meet in an aspect.
    fn demanding(&self, platform: usize, aspect: usize) -> Vec<usize> {
        let shortfalls = &self.assessment.standings[platform].shortfalls;
        let such = shortfalls.iter().filter(|shortfall| shortfall.aspect == aspect);
        such.flat_map(|shortfall| shortfall.criteria.clone()).collect()
    }

    fn ways_title(&self, contrast: &Contrast) -> String {
        let name = self.name(contrast.platform);
        match contrast.ways.len() {
            0 => format!("No change of one or two answers makes {name} the recommendation"),
            1 => format!("What would make {name} the recommendation (one way with up to two changes)"),
            number => {
                format!("What would make {name} the recommendation ({number} ways with up to two changes)")
            }
        }
    }

    fn sources<'t>(&self, told: impl Iterator<Item = &'t Told>) -> Vec<usize> {
        let mut sources: Vec<usize> = told.flat_map(|told| told.sources.clone()).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

/// "61 points in all, 35 more than PaaS"
fn difference(mine: i64, theirs: i64, against: &str) -> String {
    let points = usize::try_from(mine).unwrap_or_default();
    let points = counted(points, "point in all", "points in all");
    match mine - theirs {
        0 => format!(
            "{points}, as many as {against}; a tie goes to less effort, then to the first in the list"
        ),
        more if more > 0 => format!("{points}, {more} more than {against}"),
        less => format!("{points}, {} fewer than {against}", -less),
    }
}

/// Everything that is told, the same for each format.
/// The heading of what must be had and is not there.
const MUSTS: &str = "What you must have and would not have";

struct Parts {
    removals: Vec<Told>,
    misses: Vec<Told>,
    against: Vec<Told>,
    favour: Vec<Told>,
    sources: Vec<usize>,
}

impl Parts {
    fn of(why: Why<'_>, contrast: &Contrast) -> Self {
        let removals: Vec<Told> = contrast.removed_by.iter().map(|removal| why.removal(removal)).collect();
        let told = contrast.gaps.iter().map(|gap| why.gap(contrast, gap));
        let (against, favour): (Vec<Told>, Vec<Told>) = told.partition(|told| told.points > 0);
        let misses = contrast.misses.iter().map(|missing| why.missing(missing)).collect();
        let sources = why.sources(removals.iter().chain(&against).chain(&favour));
        Self { removals, misses, against, favour, sources }
    }
}

fn text(why: Why<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.title(&why.title());
    page.gap();
    page.paragraph(0, &why.answer());
    if let Some(reservation) = why.reservation() {
        page.paragraph(0, &reservation);
    }
    let Some(contrast) = why.contrast else { return page.finish() };
    let parts = Parts::of(why, contrast);
    let name = why.name(contrast.platform);
    for (title, told) in [("Ruled out", &parts.removals), (MUSTS, &parts.misses)] {
        if told.is_empty() {
            continue;
        }
        page.heading(title);
        for told in told {
            page.item(
                "-",
                &format!("{}. {} {}", told.title, told.sentences.join(" "), why.refer(&told.sources)),
            );
        }
    }
    for (title, told) in [
        (format!("What speaks against {name}"), &parts.against),
        (format!("What speaks for {name}"), &parts.favour),
    ] {
        if told.is_empty() {
            continue;
        }
        page.heading(&title);
        for told in told {
            page.wrapped(
                &format!("{:>+6}  ", told.points),
                "        ",
                &format!("{}. {}", told.title, told.sentences[0]),
            );
            for sentence in &told.sentences[1..] {
                page.paragraph(8, sentence);
            }
            page.paragraph(8, &why.refer(&told.sources));
        }
    }
    page.heading(&why.ways_title(contrast));
    let (lines, left_out) = say_points(why.rulebook, &contrast.ways);
    for line in &lines {
        page.wrapped("  - when ", "    ", line);
    }
    if left_out > 0 {
        page.paragraph(4, &format!("({left_out} more with --format json)"));
    }
    if !parts.sources.is_empty() {
        page.heading("Sources");
    }
    for index in &parts.sources {
        let source = &why.rulebook.sources()[*index];
        let url = source.url.as_ref().map_or(String::new(), |url| format!(", {url}"));
        page.item("-", &format!("{}: {}{url}", source.id, source.title));
    }
    page.finish()
}

impl Why<'_> {
    /// "(compose-up, docker-run)"
    fn refer(&self, sources: &[usize]) -> String {
        let ids: Vec<&str> =
            sources.iter().map(|index| self.rulebook.sources()[*index].id.as_str()).collect();
        if ids.is_empty() { String::new() } else { format!("({})", ids.join(", ")) }
    }
}

fn markdown(why: Why<'_>) -> String {
    let mut out = String::new();
    // Writing into a String has no way to fail.
    let _ = write_markdown(&mut out, why);
    out
}

fn write_markdown(out: &mut String, why: Why<'_>) -> std::fmt::Result {
    writeln!(out, "# {}\n\n{}\n", escape(&why.title()), escape(&why.answer()))?;
    if let Some(reservation) = why.reservation() {
        writeln!(out, "{}\n", escape(&reservation))?;
    }
    let Some(contrast) = why.contrast else { return Ok(()) };
    let parts = Parts::of(why, contrast);
    for (title, told) in [("Ruled out", &parts.removals), (MUSTS, &parts.misses)] {
        if told.is_empty() {
            continue;
        }
        writeln!(out, "## {title}\n")?;
        for told in told {
            writeln!(out, "* **{}**. {}", escape(&told.title), escape(&told.sentences.join(" ")))?;
        }
        writeln!(out)?;
    }
    let name = escape(why.name(contrast.platform));
    for (title, told) in [("against", &parts.against), ("for", &parts.favour)] {
        if told.is_empty() {
            continue;
        }
        writeln!(out, "## What speaks {title} {name}\n\n| Points | Term | Reason |\n| ---: | --- | --- |")?;
        for told in told {
            let reason = format!("{} {}", told.sentences.join(" "), why.refer(&told.sources));
            writeln!(out, "| {:+} | {} | {} |", told.points, escape(&told.title), escape(reason.trim_end()))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "## {}\n", escape(&why.ways_title(contrast)))?;
    let (lines, left_out) = say_points(why.rulebook, &contrast.ways);
    for line in &lines {
        writeln!(out, "* when {}", escape(line))?;
    }
    if left_out > 0 {
        writeln!(out, "* ({left_out} more with `--format json`)")?;
    }
    writeln!(out, "{}## Sources\n", if lines.is_empty() { "" } else { "\n" })?;
    for index in &parts.sources {
        let source = &why.rulebook.sources()[*index];
        let title = format!("{}: {}", source.id, source.title);
        match &source.url {
            Some(url) => writeln!(out, "* {}", link(&title, url))?,
            None => writeln!(out, "* {}", escape(&title))?,
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rulebook: RulebookName<'a>,
    asked: &'a str,
    recommended: &'a str,
    answer: String,
    compared: Option<Compared<'a>>,
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct Compared<'a> {
    platform: &'a str,
    against: &'a str,
    burden: i64,
    burden_against: i64,
    removed_by: Vec<Constraint<'a>>,
    misses: Vec<Must<'a>>,
    terms: Vec<Term<'a>>,
    ways: Vec<Way>,
}

#[derive(Serialize)]
struct Constraint<'a> {
    id: &'a str,
    text: String,
    lifted_by: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Must<'a> {
    aspect: &'a str,
    level: u8,
    must: u8,
    met_by: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Term<'a> {
    points: i64,
    kind: &'static str,
    id: &'a str,
    criteria: Vec<&'a str>,
    text: String,
    sources: Vec<&'a str>,
    closed_by: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    id: &'a str,
    when: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct Way {
    when: serde_json::Value,
    text: String,
    grows: bool,
}

fn json(why: Why<'_>, provenance: &Provenance) -> String {
    let platform_id = |platform: usize| why.rulebook.platforms()[platform].id.as_str();
    let sources = why.contrast.map_or(Vec::new(), |contrast| Parts::of(why, contrast).sources);
    pretty(&Document {
        schema: SCHEMA,
        rulebook: RulebookName::of(provenance),
        asked: platform_id(why.asked),
        recommended: platform_id(why.recommended()),
        answer: why.answer(),
        compared: why.contrast.map(|contrast| why.compared(contrast)),
        sources: sources.into_iter().map(|index| source(why.rulebook, index)).collect(),
    })
}

impl<'a> Why<'a> {
    fn compared(self, contrast: &'a Contrast) -> Compared<'a> {
        let platform_id = |platform: usize| self.rulebook.platforms()[platform].id.as_str();
        let burden = |platform: usize| self.assessment.standings[platform].burden;
        let questions = self.rulebook.questions();
        Compared {
            platform: platform_id(contrast.platform),
            against: platform_id(contrast.against),
            burden: burden(contrast.platform),
            burden_against: burden(contrast.against),
            removed_by: contrast
                .removed_by
                .iter()
                .map(|removal| Constraint {
                    id: &self.rulebook.criteria()[removal.criterion].id,
                    text: self.removal(removal).sentences.join(" "),
                    lifted_by: self.changes(&removal.lifted_by),
                })
                .collect(),
            misses: contrast
                .misses
                .iter()
                .map(|missing| Must {
                    aspect: &self.rulebook.aspects()[missing.miss.aspect].id,
                    level: missing.miss.level,
                    must: missing.miss.must,
                    met_by: self.changes(&missing.met_by),
                })
                .collect(),
            terms: contrast.gaps.iter().map(|gap| self.wire_term(contrast, gap)).collect(),
            ways: contrast
                .ways
                .iter()
                .map(|way| Way {
                    when: condition_of(self.rulebook, way).written(questions),
                    text: say_changes(self.rulebook, &way.changes),
                    grows: way.grows,
                })
                .collect(),
        }
    }

    fn wire_term(self, contrast: &'a Contrast, gap: &'a Gap) -> Term<'a> {
        let rulebook = self.rulebook;
        let criterion = |index: usize| rulebook.criteria()[index].id.as_str();
        let worse = if gap.term.points > 0 { contrast.platform } else { contrast.against };
        let (kind, id, criteria) = match gap.term.about {
            About::Aspect(aspect) => {
                let criteria = self.demanding(worse, aspect).into_iter().map(criterion).collect();
                ("aspect", rulebook.aspects()[aspect].id.as_str(), criteria)
            }
            About::Effort => ("effort", "effort-price", Vec::new()),
            About::Price(index) => ("price", criterion(index), vec![criterion(index)]),
            About::Familiarity(index) => ("familiarity", criterion(index), vec![criterion(index)]),
            About::Floor => ("floor", "floor", Vec::new()),
        };
        let told = self.gap(contrast, gap);
        Term {
            points: gap.term.points,
            kind,
            id,
            criteria,
            text: format!("{}. {}", upper_first(&told.title), told.sentences.join(" ")),
            sources: told.sources.iter().map(|index| rulebook.sources()[*index].id.as_str()).collect(),
            closed_by: self.changes(&gap.closed_by),
        }
    }

    fn changes(self, changes: &[Values]) -> Vec<Change<'a>> {
        let questions = self.rulebook.questions();
        let change = |values: &Values| {
            let question = &questions[values.question()];
            Change {
                id: &question.id,
                when: values.condition(question).written(questions),
                text: values.say(question),
            }
        };
        changes.iter().map(change).collect()
    }
}
