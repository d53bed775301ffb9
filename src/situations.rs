//! Situations with what is expected of them: answers in, verdict, side, platform, criteria and words out.

use std::cell::RefCell;

use crate::answers::{Answers, Given, Origin};
use crate::assessment::{Assessment, assess};
use crate::document::{Fault, FaultLog, Faults, Reader, SourceFile, Word, read_toml};
use crate::rulebook::{Leaning, Rulebook, read_answer_table};
use crate::text::line_of;

/// A situation as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// The name: its id, or that of its file.
    pub name: String,
    /// What is answered.
    pub answers: Answers,
    /// What is expected.
    pub expect: Expect,
}

/// What is expected; nothing is asked of what is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expect {
    /// The verdict is of one of these bands.
    pub verdict: Vec<usize>,
    /// It is on one of these sides.
    pub side: Vec<Leaning>,
    /// One of these platforms is recommended.
    pub platform: Vec<usize>,
    /// These criteria hold.
    pub holds: Vec<usize>,
    /// These do not.
    pub fails: Vec<usize>,
    /// These words stand in the result.
    pub says: Vec<String>,
}

/// Reads the situations of a file: one, or several as `[[case]]`.
///
/// # Errors
/// Every fault that was found, each with its place.
pub fn read(rulebook: &Rulebook, file: SourceFile, name: &str) -> Result<Vec<Situation>, Faults> {
    let collected = RefCell::new(Vec::new());
    let situations = {
        let log = FaultLog::new(0, &collected);
        let document = read_toml(&file.text, &log);
        let whole = Reader::new(&document, 0..0, "the file", &log);
        let several: Vec<Reader<'_>> = whole.tables("case", "the case").collect();
        if several.is_empty() {
            let situation = one(rulebook, &whole, &file, name.to_owned());
            whole.finish();
            vec![situation]
        } else {
            let each = several.into_iter().map(|table| {
                let name = table.required_text("id");
                let situation = one(rulebook, &table, &file, name);
                table.finish();
                situation
            });
            let situations = each.collect();
            whole.finish();
            situations
        }
    };
    let mut faults: Vec<Fault> = collected.into_inner();
    if faults.is_empty() {
        return Ok(situations);
    }
    faults.sort_by_key(|fault| fault.span.start);
    Err(Faults { files: vec![file], faults })
}

fn one(rulebook: &Rulebook, table: &Reader<'_>, file: &SourceFile, name: String) -> Situation {
    // Read by people.
    let _ = (table.text("title"), table.text("summary"));
    let mut answers = Answers::none(rulebook);
    let entries = table.map("answers");
    if entries.is_empty() {
        table.log().fault(table.span(), "the case has no answers".to_owned(), None);
    }
    for read in read_answer_table(rulebook.questions(), entries, table.log()) {
        let origin =
            Origin::File { name: file.name.clone(), line: line_of(file.text.as_bytes(), read.span.start) };
        answers.add(read.question, Given { value: read.value, origin });
    }
    let expect = table.table("expect").map_or_else(Expect::default, |expected| {
        let expect = expect(rulebook, &expected);
        expected.finish();
        expect
    });
    Situation { name, answers, expect }
}

fn expect(rulebook: &Rulebook, table: &Reader<'_>) -> Expect {
    let ids = |key: &'static str, what: &str, known: Vec<&str>| -> Vec<usize> {
        let find = |word: Word<'_>| table.log().find(word.span, what, word.text, known.iter().copied());
        table.words(key).filter_map(find).collect()
    };
    let criteria = || rulebook.criteria().iter().map(|criterion| criterion.id.as_str()).collect();
    let sides = Leaning::ALL.map(|leaning| rulebook.side(leaning).id.as_str());
    Expect {
        verdict: ids("verdict", "verdict", rulebook.bands().iter().map(|band| band.id.as_str()).collect()),
        side: ids("side", "side", sides.to_vec()).into_iter().map(|side| Leaning::ALL[side]).collect(),
        platform: ids(
            "platform",
            "platform",
            rulebook.platforms().iter().map(|platform| platform.id.as_str()).collect(),
        ),
        holds: ids("holds", "criterion", criteria()),
        fails: ids("holds-not", "criterion", criteria()),
        says: table.words("says").map(|word| word.text.to_owned()).collect(),
    }
}

impl Situation {
    /// A published decision, of which its own side is expected, or another one where it says why.
    pub fn published(rulebook: &Rulebook) -> Vec<Self> {
        let of = |case: &crate::rulebook::Case| {
            let mut answers = Answers::none(rulebook);
            for (question, value) in &case.answers {
                answers.add(*question, Given { value: Some(*value), origin: Origin::Prompt });
            }
            let side =
                Leaning::ALL.into_iter().filter(|side| (*side == case.outcome) == case.disagrees.is_none());
            let expect = Expect { side: side.collect(), ..Expect::default() };
            Self { name: case.id.clone(), answers, expect }
        };
        rulebook.cases().iter().map(of).collect()
    }

    /// What the rules make of it.
    pub fn assess(&self, rulebook: &Rulebook) -> Assessment {
        assess(rulebook, self.answers.readings(rulebook))
    }

    /// How the result differs from what is expected, a clause each; `said` is the result as text.
    pub fn differences(&self, rulebook: &Rulebook, assessment: &Assessment, said: &str) -> Vec<String> {
        let expect = &self.expect;
        let mut differences = Vec::new();
        let mut differs = |what: &str, is: &str, expected: Vec<&str>, agrees: bool| {
            if !expected.is_empty() && !agrees {
                let expected = crate::text::list(&expected, "or");
                differences.push(format!("{what} is {is} (margin {:+}), not {expected}", assessment.margin));
            }
        };
        let band = |band: usize| rulebook.bands()[band].id.as_str();
        let bands = expect.verdict.iter().map(|one| band(*one)).collect();
        differs("verdict", band(assessment.band), bands, expect.verdict.contains(&assessment.band));
        let side = |leaning: Leaning| rulebook.side(leaning).id.as_str();
        let leaning = assessment.leaning(rulebook);
        let sides = expect.side.iter().map(|one| side(*one)).collect();
        differs("side", side(leaning), sides, expect.side.contains(&leaning));
        let platform = |platform: usize| rulebook.platforms()[platform].id.as_str();
        let platforms = expect.platform.iter().map(|one| platform(*one)).collect();
        let recommended = assessment.recommendation;
        differs("platform", platform(recommended), platforms, expect.platform.contains(&recommended));
        for (criteria, wanted, words) in
            [(&expect.holds, true, "does not hold"), (&expect.fails, false, "holds")]
        {
            let wrong = criteria.iter().filter(|criterion| assessment.holds(**criterion) != wanted);
            differences.extend(
                wrong.map(|criterion| format!("criterion {} {words}", rulebook.criteria()[*criterion].id)),
            );
        }
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let missing = expect.says.iter().filter(|words| !said.contains(words.as_str()));
        differences.extend(missing.map(|words| format!("the result does not say “{words}”")));
        differences
    }
}

/// What situations exercise, and what none does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Kinds of things with how many there are and which ones no situation exercises.
    pub kinds: Vec<(&'static str, usize, Vec<String>)>,
}

impl Coverage {
    /// The coverage of what these assessments and answers exercise. A cell is exercised where its row is demanded and its
    /// platform is on the table.
    pub fn of(rulebook: &Rulebook, tried: &[(&Situation, Assessment)]) -> Self {
        let any = |such: &dyn Fn(&Situation, &Assessment) -> bool| {
            tried.iter().any(|(situation, assessment)| such(situation, assessment))
        };
        let criteria = rulebook.criteria().iter().enumerate();
        let criteria = criteria.filter(|(index, _)| !any(&|_, assessment| assessment.holds(*index)));
        let mut options = Vec::new();
        let mut all_options = 0;
        for (index, question) in rulebook.questions().iter().enumerate() {
            for (at, option) in question.options().iter().enumerate() {
                all_options += 1;
                let has = |situation: &Situation| match situation.answers.value(index) {
                    Some(crate::rulebook::Value::Choice(chosen)) => chosen == at,
                    Some(crate::rulebook::Value::Choices(set)) => set.contains(at),
                    _ => false,
                };
                if !any(&|situation, _| has(situation)) {
                    options.push(format!("{}={}", question.id, option.id));
                }
            }
        }
        let mut cells = Vec::new();
        for (row, aspect) in rulebook.aspects().iter().enumerate() {
            let demanded: Vec<&Assessment> = tried
                .iter()
                .map(|(_, assessment)| assessment)
                .filter(|assessment| assessment.demanded_level(rulebook, row) > 0)
                .collect();
            for (index, platform) in rulebook.platforms().iter().enumerate() {
                if !demanded.iter().any(|assessment| assessment.standings[index].is_available()) {
                    cells.push(format!("{}.{}", aspect.id, platform.id));
                }
            }
        }
        let bands = rulebook.bands().iter().enumerate();
        let bands = bands.filter(|(index, _)| !any(&|_, assessment| assessment.band == *index));
        let all_cells = rulebook.aspects().len() * rulebook.platforms().len();
        Self {
            kinds: vec![
                ("criteria", rulebook.criteria().len(), criteria.map(|(_, one)| one.id.clone()).collect()),
                ("options", all_options, options),
                ("cells", all_cells, cells),
                ("verdicts", rulebook.bands().len(), bands.map(|(_, one)| one.id.clone()).collect()),
            ],
        }
    }
}
