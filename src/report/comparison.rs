//! Two results side by side: what changed, and which answers did it.

use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::Format;
use super::text::{Layout, Page};
use crate::answers::Answers;
use crate::assessment::{Assessment, assess};
use crate::explanation::{Engine, Status};
use crate::rulebook::{Rulebook, UNDECIDED, UNKNOWN, Value};

/// One of the results.
#[derive(Debug)]
pub struct Side {
    title: String,
    values: Vec<Option<Value>>,
    assessment: Assessment,
    /// The side of the verdict stays in so many of 100 ways to answer what is open.
    sureness: u8,
    decided: bool,
    /// The verdict that was written down with it, by the word for it.
    recorded: Option<String>,
}

impl Side {
    /// Assesses answers; `recorded` is the verdict that came with them, if one did.
    pub fn new(
        rulebook: &Rulebook,
        engine: &Engine,
        title: String,
        answers: &Answers,
        recorded: Option<String>,
    ) -> Self {
        let assessment = assess(rulebook, answers.readings(rulebook));
        let outlook = engine.outlook(&answers.values(), assessment.band);
        Self {
            title,
            values: (0..rulebook.questions().len()).map(|question| answers.value(question)).collect(),
            assessment,
            sureness: outlook.sureness.share.percent(),
            decided: outlook.status != Status::Undecided,
            recorded,
        }
    }
}

/// Two results of one rulebook.
#[derive(Debug)]
pub struct Comparison<'a> {
    rulebook: &'a Rulebook,
    sides: [Side; 2],
    changes: Vec<Change>,
}

/// An answer that differs.
#[derive(Debug)]
struct Change {
    question: usize,
    /// Whether it alone leads from the first verdict to the second.
    alone: bool,
}

impl<'a> Comparison<'a> {
    /// Holds two results against each other.
    pub fn new(rulebook: &'a Rulebook, sides: [Side; 2]) -> Self {
        let [before, after] = &sides;
        let moved = before.assessment.band != after.assessment.band;
        let alone = |question: usize| {
            let value = |other: usize| if other == question { &after.values } else { &before.values }[other];
            assess(rulebook, rulebook.readings(value)).band == after.assessment.band
        };
        let differs = |question: &usize| before.values[*question] != after.values[*question];
        let changes = (0..rulebook.questions().len())
            .filter(differs)
            .map(|question| Change { question, alone: moved && alone(question) })
            .collect();
        Self { rulebook, sides, changes }
    }

    /// The comparison in a format.
    pub fn render(&self, format: Format, layout: Layout) -> String {
        match format {
            Format::Text | Format::Html => self.text(layout),
            Format::Markdown => self.markdown(),
            Format::Json => self.json(),
        }
    }

    fn verdict(&self, side: &Side) -> &str {
        if side.decided { &self.rulebook.bands()[side.assessment.band].id } else { UNDECIDED }
    }

    fn platform(&self, side: &Side) -> &str {
        &self.rulebook.platforms()[side.assessment.recommendation].name
    }

    fn spelled(&self, side: &Side, question: usize) -> String {
        side.values[question]
            .map_or(UNKNOWN.to_owned(), |value| self.rulebook.questions()[question].spell(value))
    }

    /// What each row says of both.
    fn rows(&self) -> Vec<[String; 3]> {
        let row = |name: &str, say: &dyn Fn(&Side) -> String| {
            [name.to_owned(), say(&self.sides[0]), say(&self.sides[1])]
        };
        let mut rows = vec![
            row("verdict", &|side| self.verdict(side).to_owned()),
            row("platform", &|side| self.platform(side).to_owned()),
            row("margin", &|side| format!("{:+}", side.assessment.margin)),
            row("how sure", &|side| format!("{} in 100", side.sureness)),
        ];
        if self.sides.iter().any(|side| side.recorded.is_some()) {
            rows.push(row("recorded", &|side| side.recorded.clone().unwrap_or_default()));
        }
        for change in &self.changes {
            let id = &self.rulebook.questions()[change.question].id;
            rows.push(row(id, &|side| self.spelled(side, change.question)));
        }
        rows
    }

    /// What moved the verdict, in a sentence.
    fn cause(&self) -> String {
        let [before, after] = &self.sides;
        let ids = |changes: &[&Change]| {
            let ids: Vec<String> = changes
                .iter()
                .map(|change| format!("`{}`", self.rulebook.questions()[change.question].id))
                .collect();
            crate::text::list(&ids, "or")
        };
        if self.verdict(before) == self.verdict(after) {
            let platform = self.platform(before) == self.platform(after);
            let stays = if platform { "The verdict and the platform stay." } else { "The verdict stays." };
            return stays.to_owned();
        }
        if before.assessment.band == after.assessment.band {
            return "It leans the same way; only how sure that is has changed.".to_owned();
        }
        let alone: Vec<&Change> = self.changes.iter().filter(|change| change.alone).collect();
        match (self.changes.as_slice(), alone.as_slice()) {
            ([], _) => "The verdict moves though no answer differs.".to_owned(),
            ([_], _) => "The verdict moves.".to_owned(),
            (_, []) => "The verdict moves by several of the changes together.".to_owned(),
            (_, alone) => format!("The verdict moves by {} alone.", ids(alone)),
        }
    }

    fn text(&self, layout: Layout) -> String {
        let mut page = Page::new(layout);
        let mut table = Table::new();
        table.set_header(["", &self.sides[0].title, &self.sides[1].title]);
        for row in self.rows() {
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_cell_alignment(CellAlignment::Left);
        }
        page.table(&mut table, None);
        page.gap();
        page.paragraph(0, &self.cause());
        page.finish()
    }

    fn markdown(&self) -> String {
        let cell = |text: &str| super::markdown::escape(text);
        let mut text = format!(
            "| | {} | {} |\n| --- | --- | --- |\n",
            cell(&self.sides[0].title),
            cell(&self.sides[1].title)
        );
        for [name, before, after] in self.rows() {
            text += &format!("| {} | {} | {} |\n", cell(&name), cell(&before), cell(&after));
        }
        text + "\n" + &self.cause() + "\n"
    }

    fn json(&self) -> String {
        let shape = |side: &Side| SideShape {
            title: side.title.clone(),
            verdict: self.verdict(side).to_owned(),
            leaning: self.rulebook.bands()[side.assessment.band].id.clone(),
            platform: self.rulebook.platforms()[side.assessment.recommendation].id.clone(),
            margin: side.assessment.margin,
            sureness: side.sureness,
            recorded: side.recorded.clone(),
        };
        let document = Document {
            schema: "needk8s.comparison/1",
            before: shape(&self.sides[0]),
            after: shape(&self.sides[1]),
            changes: self
                .changes
                .iter()
                .map(|change| ChangeShape {
                    question: self.rulebook.questions()[change.question].id.clone(),
                    before: self.spelled(&self.sides[0], change.question),
                    after: self.spelled(&self.sides[1], change.question),
                    moves_alone: change.alone,
                })
                .collect(),
        };
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    before: SideShape,
    after: SideShape,
    changes: Vec<ChangeShape>,
}

#[derive(Serialize)]
struct SideShape {
    title: String,
    verdict: String,
    leaning: String,
    platform: String,
    margin: i64,
    sureness: u8,
    recorded: Option<String>,
}

#[derive(Serialize)]
struct ChangeShape {
    question: String,
    before: String,
    after: String,
    moves_alone: bool,
}
