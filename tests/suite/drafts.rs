//! Small rulebooks made at random, answers to them, and slices of the shipped one.

use std::fmt::Write as _;

use needk8s::builtin::builtin_files;
use needk8s::document::{Faults, SourceFile};
use needk8s::rulebook::{Classes, Rulebook, Value};

use crate::numbers::Numbers;

/// How large a rulebook is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) questions: usize,
    pub(crate) criteria: usize,
    pub(crate) aspects: usize,
    pub(crate) platforms: usize,
    /// Of so many criteria, one is a constraint.
    pub(crate) constraints: usize,
}

/// A rulebook of a few questions, criteria, aspects and platforms.
pub(crate) fn random_rulebook(numbers: &mut Numbers) -> Option<Rulebook> {
    let size = Size {
        questions: 3 + numbers.below(3),
        criteria: 3 + numbers.below(6),
        aspects: 2 + numbers.below(3),
        platforms: 3 + numbers.below(3),
        constraints: 3,
    };
    rulebook_of(numbers, size)
}

/// A random rulebook of some size, as rule files spell it; `None` when its constraints could leave no platform.
pub(crate) fn rulebook_of(numbers: &mut Numbers, size: Size) -> Option<Rulebook> {
    let mut text = HEAD.to_owned();
    let _ = write!(
        text,
        "[constants]\neffort-price = {{ value = {}, because = \"b\" }}\nshortfall-price = {{ value = {}, because = \"b\" }}\n",
        numbers.below(4),
        1 + numbers.below(2)
    );
    text += SIDES;
    let kinds: Vec<usize> = (0..size.questions).map(|_| numbers.below(5)).collect();
    for (index, kind) in kinds.iter().enumerate() {
        let ask_when = if index > 0 && numbers.once_in(3) {
            format!("ask-when = {}\n", condition(numbers, &kinds[..index], 1))
        } else {
            String::new()
        };
        let grows = if numbers.once_in(2) { "grows = \"up\"\n" } else { "" };
        let (shares, kind) = with_shares(numbers, *kind);
        let _ = write!(
            text,
            "[[question]]\nid = \"q{index}\"\ngroup = \"all\"\nname = \"n\"\nprompt = \"p\"\nhelp = \"h\"\nwhy = \"w\"\n{ask_when}{grows}{shares}{kind}"
        );
    }
    let Size { aspects, platforms, .. } = size;
    text += "[[family]]\nid = \"plain\"\nname = \"plain\"\n[[family]]\nid = \"subject\"\nname = \"s\"\n[[family]]\nid = \"other\"\nname = \"o\"\n";
    for platform in 0..platforms {
        let family = ["plain", "subject", "other"][platform % 3];
        let _ = write!(
            text,
            "[[platform]]\nid = \"p{platform}\"\nname = \"p\"\nfamily = \"{family}\"\neffort = {}\nsummary = \"s\"\neffort-because = \"b\"\n",
            numbers.below(5)
        );
    }
    for aspect in 0..aspects {
        let _ =
            write!(text, "[[aspect]]\nid = \"a{aspect}\"\nname = \"a\"\nrated = \"r\"\nshort-of = \"s\"\n");
        for platform in 0..platforms {
            let _ = write!(
                text,
                "[aspect.cells.p{platform}]\nlevel = {}\nlabel = \"l\"\nnote = \"n\"\n",
                numbers.below(5)
            );
        }
    }
    for criterion in 0..size.criteria {
        text += &random_criterion(numbers, criterion, &kinds, size);
    }
    Rulebook::parse(vec![SourceFile::new("random.toml", text)]).ok()
}

/// How often the answers to a question of this kind occur, and the rest of the question.
fn with_shares(numbers: &mut Numbers, kind: usize) -> (String, String) {
    let rest = KINDS[kind].to_owned();
    if numbers.once_in(3) {
        return (String::new(), rest);
    }
    match kind {
        0 => {
            let [yes, no, unsaid] = [5, 5, 9].map(|most| numbers.below(most));
            (format!("share = {{ true = {yes}, false = {no} }}\nunsaid = {{ false = {unsaid} }}\n"), rest)
        }
        2 => (format!("share = {{ 1 = {}, 4 = {} }}\n", numbers.below(5), numbers.below(5)), rest),
        _ => {
            let stated = if kind == 4 { "stated = 7\n" } else { "" };
            let shared = |rest: String, option: &str| {
                let id = format!("id = \"{option}\"\n");
                rest.replace(&id, &format!("{id}share = {}\n", numbers.below(5)))
            };
            (stated.to_owned(), ["a", "c"].into_iter().fold(rest, shared))
        }
    }
}

fn random_criterion(numbers: &mut Numbers, index: usize, kinds: &[usize], size: Size) -> String {
    let Size { aspects, platforms, constraints, .. } = size;
    let when = condition(numbers, kinds, 2);
    let head =
        format!("[[criterion]]\nid = \"c{index}\"\nstatement = \"s\"\nbecause = \"b\"\nwhen = {when}\n");
    if numbers.once_in(constraints) {
        let removed = numbers.below(platforms);
        let what = if numbers.once_in(3) {
            "leaves = \"subject\"".to_owned()
        } else {
            format!("removes = [\"p{removed}\"]")
        };
        return format!("{head}side = \"constraint\"\n{what}\n{}", musts(numbers, aspects));
    }
    let effort = numbers.below(7) as i64 - 2;
    let familiarity = if numbers.once_in(3) {
        let family = ["plain", "subject", "other"][numbers.below(3)];
        let (of_family, of_platform) = (numbers.below(5) as i64 - 2, numbers.below(5) as i64 - 2);
        format!("familiarity = {{ {family} = {of_family}, p{} = {of_platform} }}\n", numbers.below(platforms))
    } else {
        String::new()
    };
    let musts = musts(numbers, aspects);
    let mut demands: Vec<String> = Vec::new();
    for aspect in 0..aspects {
        if numbers.once_in(aspects.max(4) / 2) {
            let (level, weight) = (1 + numbers.below(4), 1 + numbers.below(3));
            demands.push(format!("a{aspect} = {{ level = {level}, weight = {weight} }}"));
        }
    }
    format!(
        "{head}side = \"essential\"\neffort = {effort}\n{familiarity}{musts}demands = {{ {} }}\n",
        demands.join(", ")
    )
}

fn musts(numbers: &mut Numbers, aspects: usize) -> String {
    if !numbers.once_in(3) {
        return String::new();
    }
    format!("musts = {{ a{} = {} }}\n", numbers.below(aspects), 1 + numbers.below(4))
}

fn condition(numbers: &mut Numbers, kinds: &[usize], depth: usize) -> String {
    if depth > 0 && numbers.once_in(2) {
        let parts = [condition(numbers, kinds, depth - 1), condition(numbers, kinds, depth - 1)];
        return match numbers.below(4) {
            0 => format!("{{ all = [{}] }}", parts.join(", ")),
            1 => format!("{{ any = [{}] }}", parts.join(", ")),
            2 => format!("{{ unless = {} }}", parts[0]),
            _ => format!("{{ not = {} }}", parts[0]),
        };
    }
    let question = numbers.below(kinds.len());
    let test = match kinds[question] {
        0 => ["true", "false"][numbers.below(2)].to_owned(),
        1 => ["\"a\"", "[\"a\", \"c\"]", "\"b\""][numbers.below(3)].to_owned(),
        2 => format!("{{ {} = {} }}", ["above", "at-most"][numbers.below(2)], numbers.below(4)),
        3 => ["{ at-least = \"b\" }", "{ at-most = \"b\" }", "\"c\""][numbers.below(3)].to_owned(),
        _ => ["{ includes = \"a\" }", "{ includes = [\"b\", \"c\"] }"][numbers.below(2)].to_owned(),
    };
    format!("{{ q{question} = {test} }}")
}

const HEAD: &str = r#"
schema = "needk8s.rulebook/1"
name = "random"
version = "1"
title = "?"
subject = "subject"
[[group]]
id = "all"
title = "All"
"#;

const SIDES: &str = r#"
[sides]
with = { id = "with", name = "with", case = "c" }
without = { id = "without", name = "without", case = "c" }
hedge = { id = "hedge", name = "hedge", case = "c" }
[[band]]
id = "never"
name = "n"
side = "without"
at-most = -7
headline = "h"
meaning = "m"
because = "b"
[[band]]
id = "hardly"
name = "n"
side = "without"
at-least = -6
at-most = -3
headline = "h"
meaning = "m"
because = "b"
[[band]]
id = "either"
name = "n"
side = "hedge"
at-least = -2
at-most = 2
headline = "h"
meaning = "m"
because = "b"
[[band]]
id = "always"
name = "n"
side = "with"
at-least = 3
headline = "h"
meaning = "m"
because = "b"
"#;

const KINDS: [&str; 5] = [
    "kind = \"flag\"\n[question.say]\nyes = \"y\"\nno = \"n\"\n",
    "kind = \"choice\"\n[[question.option]]\nid = \"a\"\nlabel = \"a\"\nsay = \"a\"\n[[question.option]]\nid = \"b\"\nlabel = \"b\"\nsay = \"b\"\n[[question.option]]\nid = \"c\"\nlabel = \"c\"\nsay = \"c\"\n",
    "kind = \"count\"\nmin = 0\nmax = 4\nunit = \"u\"\n[question.say]\nabove = \"a {n}\"\nat-most = \"m {n}\"\nexactly = \"e {n}\"\n",
    "kind = \"choice\"\nordered = true\n[[question.option]]\nid = \"a\"\nlabel = \"a\"\nsay = \"a\"\n[[question.option]]\nid = \"b\"\nlabel = \"b\"\nsay = \"b\"\n[[question.option]]\nid = \"c\"\nlabel = \"c\"\nsay = \"c\"\n",
    "kind = \"choices\"\n[[question.option]]\nid = \"a\"\nlabel = \"a\"\nsay = \"a\"\n[[question.option]]\nid = \"b\"\nlabel = \"b\"\nsay = \"b\"\n[[question.option]]\nid = \"c\"\nlabel = \"c\"\nsay = \"c\"\n",
];

/// The shipped rule files as tables.
fn shipped_tables() -> Vec<toml::Table> {
    builtin_files().iter().map(|file| file.text.parse().expect("the shipped files are TOML")).collect()
}

/// The rulebook that tables spell.
fn parsed(tables: &[toml::Table]) -> Result<Rulebook, Faults> {
    let file =
        |(index, table): (usize, &toml::Table)| SourceFile::new(format!("{index}.toml"), table.to_string());
    Rulebook::parse(tables.iter().enumerate().map(file).collect())
}

/// The shipped rulebook with a few of its questions only, and the criteria that ask for nothing else.
pub(crate) fn slice(numbers: &mut Numbers, questions: usize) -> Rulebook {
    let mut tables = shipped_tables();
    let ids: Vec<String> = list(&tables, "question").iter().map(|question| word(question, "id")).collect();
    let mut kept: Vec<String> = Vec::new();
    while kept.len() < questions {
        let id = ids[numbers.below(ids.len())].clone();
        add_with_its_gates(&tables, &id, &mut kept);
    }
    for table in &mut tables {
        // What it is made of may be cut away.
        table.remove("sharing");
        keep(table, "question", |question| kept.contains(&word(question, "id")));
        keep(table, "criterion", |criterion| {
            asked_by(&criterion["when"], &ids).iter().all(|id| kept.contains(id))
        });
        keep(table, "case", |_| false);
        keep(table, "promise", |_| false);
        keep(table, "duty", |_| false);
        keep(table, "problem", |problem| asked_by(&problem["when"], &ids).iter().all(|id| kept.contains(id)));
        let concerns = |value: &toml::Value| {
            let asked = value.get("when").map(|when| asked_by(when, &ids)).unwrap_or_default();
            asked.iter().all(|id| kept.contains(id))
        };
        keep(table, "step", concerns);
        keep(table, "exception", |exception| {
            let named = exception.get("questions").and_then(|questions| questions.as_array());
            let known = |id: &toml::Value| id.as_str().is_some_and(|id| kept.iter().any(|kept| kept == id));
            concerns(exception) && named.is_none_or(|ids| ids.iter().all(known))
        });
        for platform in table.get_mut("platform").and_then(toml::Value::as_array_mut).into_iter().flatten() {
            let platform = platform.as_table_mut().expect("a platform");
            keep(platform, "duties", |_| false);
            keep(platform, "takes-on", concerns);
            keep(platform, "caveats", concerns);
            keep(platform, "products-where", concerns);
            if !platform
                .get("in-use")
                .is_none_or(|when| asked_by(when, &ids).iter().all(|id| kept.contains(id)))
            {
                platform.remove("in-use");
            }
        }
        for band in table.get_mut("band").and_then(toml::Value::as_array_mut).into_iter().flatten() {
            keep(band.as_table_mut().expect("a band"), "headline-where", concerns);
        }
    }
    parsed(&tables).unwrap_or_else(|faults| panic!("{faults}"))
}

fn add_with_its_gates(tables: &[toml::Table], id: &str, kept: &mut Vec<String>) {
    if kept.iter().any(|known| known == id) {
        return;
    }
    let questions = list(tables, "question");
    let ids: Vec<String> = questions.iter().map(|question| word(question, "id")).collect();
    if let Some(gate) =
        questions.iter().find(|question| word(question, "id") == id).and_then(|q| q.get("ask-when"))
    {
        asked_by(gate, &ids).iter().for_each(|gate| add_with_its_gates(tables, gate, kept));
    }
    kept.push(id.to_owned());
}

fn list<'t>(tables: &'t [toml::Table], key: &str) -> Vec<&'t toml::Value> {
    tables.iter().filter_map(|table| table.get(key)?.as_array()).flatten().collect()
}

fn word(table: &toml::Value, key: &str) -> String {
    table[key].as_str().unwrap_or_default().to_owned()
}

fn keep(table: &mut toml::Table, key: &str, such: impl Fn(&toml::Value) -> bool) {
    if let Some(toml::Value::Array(items)) = table.get_mut(key) {
        items.retain(such);
    }
}

/// The questions that a condition asks for.
fn asked_by(condition: &toml::Value, ids: &[String]) -> Vec<String> {
    match condition {
        toml::Value::Table(table) => table
            .iter()
            .flat_map(|(key, value)| {
                let own = ids.contains(key).then(|| key.clone());
                own.into_iter().chain(asked_by(value, ids)).collect::<Vec<_>>()
            })
            .collect(),
        toml::Value::Array(items) => items.iter().flat_map(|item| asked_by(item, ids)).collect(),
        _ => Vec::new(),
    }
}

/// A random answer to each question, some of them not known.
pub(crate) fn some_answers(
    numbers: &mut Numbers,
    classes: &[Classes],
    unknown_in_ten: usize,
) -> Vec<Option<Value>> {
    let answer = |classes: &Classes| {
        let value = classes.sample(numbers.below(classes.len()));
        (numbers.below(10) >= unknown_in_ten).then_some(value)
    };
    classes.iter().map(answer).collect()
}
