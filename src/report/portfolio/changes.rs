//! Two results of a portfolio side by side: which systems moved, and by which answers or rules.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::json::SCHEMA;
use crate::document::marks;
use crate::portfolio::Judge;
use crate::report::Format;
use crate::report::markdown::escape;
use crate::report::text::{Layout, Page};
use crate::rulebook::{Rulebook, UNKNOWN, Value};
use crate::text::{counted, list, one_line};

/// A result that was written earlier.
#[derive(Debug, Clone, Default)]
pub struct Before {
    title: String,
    /// Name, version and digest of the rules.
    rules: Option<(String, String, String)>,
    systems: BTreeMap<String, Row>,
    /// The number of the last one of those that are called alike.
    alike: BTreeMap<String, usize>,
    /// Verdicts, platforms and terms, which many systems share.
    words: HashSet<Rc<str>>,
}

#[derive(Debug, Clone, Default)]
struct Row {
    verdict: Rc<str>,
    platform: Rc<str>,
    margin: i64,
    /// The answers as postcard writes them, in a sixth of the room: there may be very many systems. `None` where they were not
    /// kept.
    answers: Option<Box<[u8]>>,
    terms: Box<[(Rc<str>, i64)]>,
}

impl Row {
    fn answers(&self) -> Option<Vec<Option<Value>>> {
        postcard::from_bytes(self.answers.as_deref()?).ok()
    }

    fn points(&self, term: &str) -> i64 {
        self.terms.iter().find(|(id, _)| **id == *term).map_or(0, |(_, points)| *points)
    }

    /// What a step from one to another tells.
    fn end(&self) -> Self {
        let [verdict, platform] = [&self.verdict, &self.platform].map(Rc::clone);
        Self { verdict, platform, margin: self.margin, ..Self::default() }
    }
}

/// What is wrong with systems that were not assessed.
const NO_RESULT: &str =
    "a system without its result; `needk8s portfolio --format jsonl --keep-answers` finds it";

/// Keys, values and separators of a result that is one JSON text: all of it is in memory at once.
const MOST_MARKS: usize = 2_000_000;
const TOO_MUCH: &str = "it has more keys and values than are read at once; of what `needk8s portfolio --format jsonl --keep-answers` writes any number is";

/// Whether a text is a result as JSON, found out without keeping what is in it.
fn is_whole(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    text.trim_start().starts_with('{')
        && serde_json::from_str::<Head>(text).is_ok_and(|head| head.schema == SCHEMA)
}

impl Before {
    /// Reads a result: JSON, lines of JSON, or a table. `None` where a text is none.
    ///
    /// # Errors
    /// What is wrong with a text that looks like one.
    pub fn read(rulebook: &Rulebook, title: String, text: &str) -> Result<Option<Self>, String> {
        let mut before = Self { title, ..Self::default() };
        if is_whole(text) {
            if marks(text) > MOST_MARKS {
                return Err(TOO_MUCH.to_owned());
            }
            let whole: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
            let of = |key: &str| whole["rulebook"][key].as_str().map(one_line);
            before.rules = of("name")
                .zip(of("version"))
                .zip(of("digest"))
                .map(|((name, version), digest)| (name, version, digest));
            let systems = whole["systems"].as_array().ok_or("the portfolio has no systems")?;
            systems.iter().for_each(|system| before.add(rulebook, system));
            return Ok(Some(before));
        }
        if text.starts_with("{\"name\":") {
            let lines: Vec<(usize, &str)> =
                text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
            for (number, line) in &lines {
                let system: Json =
                    serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
                match (system.get("leaning"), lines.len()) {
                    (Some(_), _) => {}
                    // It may be the answers of a single system.
                    (None, 1) => return Ok(None),
                    (None, _) => return Err(format!("line {}: {NO_RESULT}", number + 1)),
                }
                before.add(rulebook, &system);
            }
            return Ok(Some(before));
        }
        let head = text.lines().next().unwrap_or_default();
        let begins =
            |delimiter: &u8| head.starts_with(&super::COLUMNS.join(&char::from(*delimiter).to_string()));
        let delimiter = super::DELIMITERS.into_iter().find(begins);
        let Some(delimiter) = delimiter else { return Ok(None) };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let heads = reader.headers().map_err(|error| error.to_string())?.clone();
        let has_answers = heads.iter().any(|head| rulebook.question(head).is_some());
        for row in reader.records() {
            let row = row.map_err(|error| error.to_string())?;
            let mut system = json!({});
            let mut answers = json!({});
            for (head, cell) in heads.iter().zip(&row).filter(|(_, cell)| !cell.is_empty()) {
                match (head, rulebook.question(head)) {
                    ("margin", _) => system[head] = json!(cell.parse::<i64>().unwrap_or_default()),
                    (_, Some(_)) => answers[head] = json!(cell),
                    _ => system[head] = json!(cell),
                }
            }
            if has_answers {
                system["answers"] = answers;
            }
            before.add(rulebook, &system);
        }
        Ok(Some(before))
    }

    fn add(&mut self, rulebook: &Rulebook, system: &Json) {
        let text = |key: &str| system[key].as_str().map(one_line).unwrap_or_default();
        let leaning = text("leaning");
        let verdict = system["verdict"].as_str().map_or_else(|| format!("leans to {leaning}"), one_line);
        let verdict =
            if verdict == crate::rulebook::UNDECIDED { format!("{verdict} ({leaning})") } else { verdict };
        let answers = system["answers"].as_object().and_then(|given| {
            let answer = |question: &crate::rulebook::Question| {
                let text = match given.get(&question.id)? {
                    Json::Array(items) if items.is_empty() => "none".to_owned(),
                    Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
                question.parse(&text).ok().flatten()
            };
            let answers: Vec<Option<Value>> = rulebook.questions().iter().map(answer).collect();
            Some(postcard::to_stdvec(&answers).ok()?.into_boxed_slice())
        });
        let terms = system["terms"].as_array().into_iter().flatten();
        let terms = terms
            .filter_map(|term| Some((self.word(&one_line(term["id"].as_str()?)), term["points"].as_i64()?)));
        let terms = terms.collect();
        let row = Row {
            verdict: self.word(&verdict),
            platform: self.word(&text("platform")),
            margin: system["margin"].as_i64().unwrap_or_default(),
            answers,
            terms,
        };
        let (name, group) = (text("name"), text("group"));
        let name = if group.is_empty() { name } else { format!("{group}/{name}") };
        // Of several that are called alike, each counts.
        let mut unique = name.clone();
        while self.systems.contains_key(&unique) {
            let number = self.alike.entry(name.clone()).or_insert(1);
            *number += 1;
            unique = format!("{name} ({number})");
        }
        self.systems.insert(unique, row);
    }

    /// A word that is kept once.
    fn word(&mut self, word: &str) -> Rc<str> {
        if let Some(known) = self.words.get(word) {
            return Rc::clone(known);
        }
        let word = Rc::from(word);
        self.words.insert(Rc::clone(&word));
        word
    }
}

/// What differs between two results.
#[derive(Debug)]
pub struct Changes<'a> {
    rulebook: &'a Rulebook,
    sides: [Before; 2],
    moved: Vec<Moved>,
    /// Those with another platform or margin and the same verdict.
    shifted: usize,
    added: Vec<String>,
    gone: Vec<String>,
}

#[derive(Debug)]
struct Moved {
    name: String,
    before: Row,
    after: Row,
    because: String,
}

impl<'a> Changes<'a> {
    /// Holds two results against each other.
    pub fn new(rulebook: &'a Rulebook, before: Before, after: Before) -> Self {
        let judge = Judge::new(rulebook);
        let mut changes = Self {
            rulebook,
            moved: Vec::new(),
            shifted: 0,
            added: after.systems.keys().filter(|name| !before.systems.contains_key(*name)).cloned().collect(),
            gone: before.systems.keys().filter(|name| !after.systems.contains_key(*name)).cloned().collect(),
            sides: [before, after],
        };
        let [before, after] = &changes.sides;
        let mut moved = Vec::new();
        for (name, then) in &before.systems {
            let Some(now) = after.systems.get(name) else { continue };
            if then.verdict == now.verdict {
                changes.shifted += usize::from(then.margin != now.margin || then.platform != now.platform);
                continue;
            }
            let because = changes.because(&judge, then, now);
            moved.push(Moved { name: name.clone(), before: then.end(), after: now.end(), because });
        }
        changes.moved = moved;
        changes
    }

    fn has_other_rules(&self) -> bool {
        let [before, after] = &self.sides;
        before.rules.is_some() && after.rules.is_some() && before.rules != after.rules
    }

    /// What moved a system.
    fn because(&self, judge: &Judge, then: &Row, now: &Row) -> String {
        let Some((old, new)) = then.answers().zip(now.answers()) else {
            return "by what cannot be told: the answers were not kept (--format json, or --keep-answers)"
                .to_owned();
        };
        let differing: Vec<usize> =
            (0..old.len()).filter(|question| old[*question] != new[*question]).collect();
        if differing.is_empty() {
            return self.by_rules(then, now);
        }
        let mut scratch = judge.scratch();
        let band = |values: &[Option<Value>], scratch: &mut _| judge.judge(values, scratch).band;
        let (from, to) = (band(&old, &mut scratch), band(&new, &mut scratch));
        let alone = |question: &&usize| {
            let mut values = old.clone();
            values[**question] = new[**question];
            band(&values, &mut judge.scratch()) == to
        };
        let said = |question: &usize| {
            let asked = &self.rulebook.questions()[*question];
            let spelled = |value: Option<Value>| value.map_or(UNKNOWN.to_owned(), |value| asked.spell(value));
            format!("{} {} → {}", asked.id, spelled(old[*question]), spelled(new[*question]))
        };
        let all: Vec<String> = differing.iter().map(said).collect();
        let also = if self.has_other_rules() { ", and the rules have changed" } else { "" };
        if from == to {
            // The same band of what is known: only how sure that is has changed.
            return format!("{}: it leans as before, and how sure that is has changed{also}", all.join(", "));
        }
        let alone: Vec<String> = differing.iter().filter(alone).map(said).collect();
        match (all.len(), alone.as_slice()) {
            (1, _) => format!("{}{also}", all[0]),
            (_, []) => format!("{} together{also}", list(&all, "and")),
            (_, alone) => format!("{} alone{also}", list(alone, "or")),
        }
    }

    /// The rules that weigh otherwise than they did.
    fn by_rules(&self, then: &Row, now: &Row) -> String {
        const NAMED: usize = 4;
        let mut ids: Vec<&str> = then.terms.iter().chain(&now.terms).map(|(id, _)| &**id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut differing: Vec<(&str, i64, i64)> = ids
            .into_iter()
            .map(|id| (id, then.points(id), now.points(id)))
            .filter(|(_, then, now)| then != now)
            .collect();
        differing.sort_by_key(|(_, then, now)| std::cmp::Reverse((now - then).abs()));
        let said: Vec<String> =
            differing.iter().take(NAMED).map(|(id, then, now)| format!("{id} {then:+} → {now:+}")).collect();
        match said.is_empty() {
            true => "the rules: no answer differs".to_owned(),
            false => format!("the rules: {}", said.join(", ")),
        }
    }

    /// What changed, in a sentence.
    fn headline(&self) -> String {
        let both = self.sides[0].systems.len() - self.gone.len();
        let mut text = format!("{} of {} moved to another verdict", self.moved.len(), super::systems(both));
        let mut rest = Vec::new();
        if self.shifted > 0 {
            rest.push(format!("{} moved within their verdict", self.shifted));
        }
        if !self.added.is_empty() {
            rest.push(counted(self.added.len(), "is new", "are new"));
        }
        if !self.gone.is_empty() {
            rest.push(counted(self.gone.len(), "is gone", "are gone"));
        }
        if !rest.is_empty() {
            text += &format!("; {}", list(&rest, "and"));
        }
        text + "."
    }

    /// That systems have other names because they were named from another folder.
    fn hint(&self) -> Option<String> {
        let added: HashSet<&str> = self.added.iter().map(String::as_str).collect();
        let longer: HashMap<&str, &str> =
            self.added.iter().flat_map(|added| ends(added).map(move |end| (end, added.as_str()))).collect();
        let pair = self.gone.iter().find_map(|gone| {
            let shorter = ends(gone).find(|end| added.contains(end));
            Some((gone, longer.get(gone.as_str()).copied().or(shorter)?))
        });
        let (gone, added) = pair?;
        Some(format!(
            "`{gone}` and `{added}` look like one system: a system is named by its path as it was typed, so name the same \
             paths from the same folder both times."
        ))
    }

    fn rules(&self) -> Option<String> {
        let [before, after] = &self.sides;
        let (before, after) = before.rules.as_ref().zip(after.rules.as_ref())?;
        let said = |(name, version, digest): &(String, String, String)| {
            format!("{name} {version} ({})", digest.get(..8).unwrap_or_default())
        };
        (before != after).then(|| format!("The rules changed: {} → {}.", said(before), said(after)))
    }

    fn step(moved: &Moved) -> String {
        format!(
            "{} → {} (margin {:+} → {:+}, {} → {})",
            moved.before.verdict,
            moved.after.verdict,
            moved.before.margin,
            moved.after.margin,
            moved.before.platform,
            moved.after.platform
        )
    }

    /// The changes in a format.
    pub fn render(&self, format: Format, layout: Layout) -> String {
        match format {
            Format::Text | Format::Html => self.text(layout),
            Format::Markdown => self.markdown(),
            Format::Json => self.json(),
        }
    }

    fn text(&self, layout: Layout) -> String {
        let mut page = Page::new(layout);
        page.title(&self.headline());
        if let Some(rules) = self.rules() {
            page.paragraph(0, &rules);
        }
        if let Some(hint) = self.hint() {
            page.paragraph(0, &hint);
        }
        for moved in &self.moved {
            page.item("-", &format!("{}: {}; {}.", moved.name, Self::step(moved), moved.because));
        }
        for (names, what) in [(&self.added, "New"), (&self.gone, "Gone")] {
            if !names.is_empty() {
                page.item("-", &format!("{what}: {}", names.join(", ")));
            }
        }
        page.finish()
    }

    fn markdown(&self) -> String {
        let mut out = format!("{}\n\n", escape(&self.headline()));
        if let Some(rules) = self.rules() {
            let _ = write!(out, "{}\n\n", escape(&rules));
        }
        if let Some(hint) = self.hint() {
            let _ = write!(out, "{}\n\n", escape(&hint));
        }
        for moved in &self.moved {
            let _ = writeln!(
                out,
                "- {}: {}; {}",
                escape(&moved.name),
                escape(&Self::step(moved)),
                escape(&moved.because)
            );
        }
        for (names, what) in [(&self.added, "New"), (&self.gone, "Gone")] {
            if !names.is_empty() {
                let _ = writeln!(out, "- {what}: {}", escape(&names.join(", ")));
            }
        }
        out
    }

    fn json(&self) -> String {
        let side =
            |row: &Row| json!({ "verdict": *row.verdict, "margin": row.margin, "platform": *row.platform });
        let moved: Vec<Json> = self
            .moved
            .iter()
            .map(|moved| {
                json!({
                    "name": moved.name,
                    "before": side(&moved.before),
                    "after": side(&moved.after),
                    "because": moved.because,
                })
            })
            .collect();
        let document = json!({
            "schema": "needk8s.portfolio-changes/1",
            "before": self.sides[0].title,
            "after": self.sides[1].title,
            "rules_changed": self.has_other_rules(),
            "moved": moved,
            "shifted": self.shifted,
            "new": self.added,
            "gone": self.gone,
        });
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}

/// The ends of a path that begin with one of its folders or files, but for the whole.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices(['/', '\\']).map(|(at, _)| &path[at + 1..])
}
