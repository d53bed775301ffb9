//! The page: complete in itself, well formed, and nothing breaks out of its text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use needk8s::answers::{Answers, Given, Origin};
use needk8s::assessment::assess;
use needk8s::document::SourceFile;
use needk8s::prepared::Prepared;
use needk8s::report::{Contents, Provenance, html};
use needk8s::rulebook::{Rulebook, Value};
use scraper::{ElementRef, Html, Selector};
use sha2::{Digest, Sha256};

use crate::cases::{rulebook, some};
use crate::program::Program;

const DATE: &str = "2026-11-25";

fn page(prepared: &Prepared<'_>, answers: &Answers) -> String {
    let rulebook = prepared.rulebook;
    let assessment = assess(rulebook, answers.readings(rulebook));
    let explanation = prepared.engine().explain(rulebook, &answers.values(), &assessment);
    html::render(&Contents::new(prepared, answers, &assessment, &explanation, Provenance::default()), DATE)
}

/// The pages of some cases, with the ids of the cases; made once for all tests.
fn pages() -> &'static [(String, String)] {
    static PAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let rulebook = rulebook();
        let prepared = Prepared::new(&rulebook);
        let made = |case: crate::cases::Case| (page(&prepared, &case.answers(&rulebook)), case.id);
        some().into_iter().step_by(4).map(made).map(|(page, id)| (id, page)).collect()
    });
    &PAGES
}

fn elements(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    page.root_element().descendants().filter_map(ElementRef::wrap)
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    for (id, source) in pages() {
        let page = Html::parse_document(source);
        for element in elements(&page) {
            let name = element.value().name();
            assert!(
                !["script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"]
                    .contains(&name),
                "{id}: <{name}>"
            );
            for (attribute, value) in element.value().attrs() {
                assert!(
                    !attribute.starts_with("on") && !["style", "src", "srcset"].contains(&attribute),
                    "{id}: {attribute}"
                );
                if attribute == "href" {
                    let known = ["https://", "http://", "#"].iter().any(|start| value.starts_with(start));
                    assert!(name == "a" && known, "{id}: {value}");
                }
            }
        }
        let style = all(&page, "style");
        assert_eq!(style.len(), 1);
        let style = style[0].text().collect::<String>();
        assert!(
            !style.contains("@import") && style.matches("url(").count() == style.matches("url(#").count()
        );
        let digest = STANDARD.encode(Sha256::digest(style));
        let policy = all(&page, "meta[http-equiv=Content-Security-Policy]")[0]
            .attr("content")
            .expect("a policy")
            .to_owned();
        assert_eq!(
            policy,
            format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
        );
    }
}

#[test]
fn a_page_is_well_formed_and_every_reference_leads_somewhere() {
    for (id, source) in pages() {
        let page = Html::parse_document(source);
        assert!(page.errors.is_empty(), "{id}: {:?}", page.errors);
        let mut ids = BTreeSet::new();
        for element in elements(&page) {
            if let Some(own) = element.value().id() {
                assert!(ids.insert(own.to_owned()), "{id}: {own} twice");
            }
        }
        for element in elements(&page) {
            for reference in ["popovertarget", "aria-labelledby"] {
                if let Some(target) = element.attr(reference) {
                    assert!(ids.contains(target), "{id}: {reference}={target}");
                }
            }
            if let Some(target) = element.attr("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(target), "{id}: #{target}");
            }
        }
    }
}

#[test]
fn a_page_can_be_heard() {
    for (id, source) in pages() {
        let page = Html::parse_document(source);
        assert_eq!(all(&page, "h1").len(), 1, "{id}");
        assert_eq!((all(&page, "main").len(), all(&page, "html[lang]").len()), (1, 1), "{id}");
        // What is behind a cell is a dialogue of its own.
        let mut level = 0;
        for heading in all(&page, "h1, h2, h3, h4")
            .into_iter()
            .filter(|heading| heading.value().id().is_none_or(|id| !id.starts_with("cell-")))
        {
            let own = heading.value().name()[1..].parse::<u32>().expect("a level");
            assert!(own <= level + 1, "{id}: {} is an h{own} under an h{level}", text(heading));
            assert!(!text(heading).is_empty(), "{id}");
            level = own;
        }
        for header in all(&page, "th") {
            assert!(header.attr("scope").is_some(), "{id}: {}", text(header));
        }
        for picture in all(&page, "svg") {
            let is_named = picture.attr("role") == Some("img") && picture.attr("aria-labelledby").is_some();
            assert!(picture.attr("aria-hidden") == Some("true") || is_named, "{id}");
        }
        for button in all(&page, "button") {
            assert!(text(button).chars().any(char::is_alphabetic), "{id}: {}", text(button));
        }
    }
}

#[test]
fn the_answer_comes_first_and_every_part_is_there() {
    for (id, source) in pages() {
        let page = Html::parse_document(source);
        let sections: Vec<&str> = all(&page, "main > section, main > .pair > section")
            .iter()
            .filter_map(|part| part.value().id())
            .collect();
        for part in ["sure", "sum", "balance", "ledger", "along", "matrix", "appendix"] {
            assert!(sections.contains(&part), "{id}: no {part} in {sections:?}");
        }
        let first = all(&page, "h1, h2")[0];
        assert_eq!(first.value().name(), "h1", "{id}");
        assert_eq!(text(first), text(all(&page, "header.answer > h1")[0]), "{id}");
    }
}

#[test]
fn the_ledger_adds_up_to_its_sum() {
    let number = |text: &str| text.replace('\u{2212}', "-").parse::<i64>().expect("a number");
    for (id, source) in pages() {
        let page = Html::parse_document(source);
        let points: Vec<i64> =
            all(&page, ".ledger .points").into_iter().map(|points| number(&text(points))).collect();
        let (sum, terms) = points.split_last().expect("a sum");
        assert_eq!(*sum, terms.iter().sum::<i64>(), "{id}");
    }
}

#[test]
fn every_cell_has_its_note_and_sources() {
    let rulebook = rulebook();
    let (_, source) = &pages()[0];
    let page = Html::parse_document(source);
    let notes: BTreeMap<&str, ElementRef<'_>> =
        all(&page, "[popover]").into_iter().filter_map(|note| Some((note.value().id()?, note))).collect();
    assert_eq!(notes.len(), rulebook.aspects().len() * rulebook.platforms().len());
    for (aspect, row) in rulebook.aspects().iter().enumerate() {
        for (platform, cell) in row.cells.iter().enumerate() {
            let note = notes[format!("cell-{aspect}-{platform}").as_str()];
            let shown = text(note);
            assert!(shown.contains(&cell.label) && shown.contains(cell.note.trim()), "{shown}");
            let links = note.select(&Selector::parse(".sources li").expect("a selector")).count();
            assert_eq!(links, cell.sources.len(), "{shown}");
        }
    }
}

#[test]
fn a_number_keeps_the_verdict_exactly_where_its_course_says_so() {
    let rulebook = rulebook();
    let prepared = Prepared::new(&rulebook);
    for case in some().into_iter().step_by(4) {
        let answers = case.answers(&rulebook);
        let assessment = assess(&rulebook, answers.readings(&rulebook));
        let explanation = prepared.engine().explain(&rulebook, &answers.values(), &assessment);
        let contents = Contents::new(&prepared, &answers, &assessment, &explanation, Provenance::default());
        for course in contents.courses() {
            let name = &rulebook.questions()[course.question].id;
            let here: Vec<_> = course.stretches.iter().filter(|stretch| stretch.here).collect();
            assert_eq!(here.len(), usize::from(course.given.is_some()), "{}: {name}", case.id);
            for pair in course.stretches.windows(2) {
                assert_eq!(pair[0].to + 1, pair[1].from, "{}: {name}", case.id);
                assert_eq!(pair[0].band != pair[1].band, pair[1].turns, "{}: {name}", case.id);
                assert_ne!(
                    (pair[0].margin, pair[0].band),
                    (pair[1].margin, pair[1].band),
                    "{}: {name}",
                    case.id
                );
            }
            let Some(slack) = explanation.slack.iter().find(|slack| slack.question() == course.question)
            else {
                continue;
            };
            for stretch in &course.stretches {
                for number in [stretch.from, stretch.to] {
                    let stays = stretch.band == assessment.band;
                    assert_eq!(slack.contains(Value::Count(number)), stays, "{}: {name} {number}", case.id);
                }
            }
            for stretch in here {
                assert_eq!(
                    (stretch.margin, stretch.band),
                    (assessment.margin, assessment.band),
                    "{}: {name}",
                    case.id
                );
            }
        }
    }
}

/// Everything that has ever ended a text, an attribute, a comment, a style sheet or a script.
const HOSTILE: &str = "</p></li></td></title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>\
     \"'`--><!--]]>&lt;&#60;{{x}}${y}\u{0}\u{1b}[31m\u{202e}<svg/onload=alert(1)>";

/// The keys of rule files whose texts are shown.
const SHOWN: [&str; 33] = [
    "title",
    "name",
    "headline",
    "meaning",
    "because",
    "case",
    "prompt",
    "help",
    "why",
    "label",
    "say",
    "statement",
    "nuance",
    "figures",
    "note",
    "claimed",
    "remedy",
    "rated",
    "summary",
    "effort-because",
    "text",
    "scenario",
    "without",
    "with",
    "commonly",
    "covers",
    "teaches",
    "who",
    "ran",
    "reason",
    "products",
    "unit",
    "checked",
];

/// Control characters are refused in rule files; names of files bring them.
fn spoil(value: &mut toml::Value, key: &str) {
    match value {
        toml::Value::String(text) if SHOWN.contains(&key) => {
            text.extend(HOSTILE.chars().filter(|c| !needk8s::text::is_unsafe(*c)));
        }
        toml::Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, key)),
        toml::Value::Table(table) => table.iter_mut().for_each(|(key, value)| spoil(value, key)),
        _ => {}
    }
}

/// Elements with the names of their attributes, in their order.
fn structure(page: &Html) -> Vec<String> {
    elements(page)
        .map(|element| {
            let attributes: BTreeSet<&str> = element.value().attrs().map(|(name, _)| name).collect();
            format!("{} {attributes:?}", element.value().name())
        })
        .collect()
}

#[test]
fn hostile_texts_change_nothing_but_the_text() {
    let plain = rulebook();
    let spoiled: Vec<SourceFile> = plain
        .files()
        .iter()
        .map(|file| {
            let mut table: toml::Value = toml::from_str(&file.text).expect("a rule file");
            spoil(&mut table, "");
            SourceFile::new(file.name.clone(), toml::to_string(&table).expect("a rule file"))
        })
        .collect();
    let spoiled = Rulebook::parse(spoiled).unwrap_or_else(|faults| panic!("{faults}"));
    let prepared = [&plain, &spoiled].map(Prepared::new);
    for case in some().into_iter().step_by(15) {
        let answers = case.answers(&plain);
        let mut told = Answers::none(&plain);
        for question in 0..plain.questions().len() {
            if let Some(given) = answers.given(question) {
                let origin = Origin::File { name: HOSTILE.to_owned(), line: 1 };
                told.add(question, Given { value: given.value, origin });
            }
        }
        let honest = Html::parse_document(&page(&prepared[0], &answers));
        let source = page(&prepared[1], &told);
        assert!(!source.chars().any(|c| needk8s::text::is_unsafe(c) && c != '\n'), "{}", case.id);
        let hostile = Html::parse_document(&source);
        assert_eq!(structure(&honest), structure(&hostile), "{}", case.id);
        assert!(text(all(&hostile, "h1")[0]).contains("<script>alert(1)</script>"), "{}", case.id);
    }
}

const ANSWERS: &str = "--services 3 --developers 2 --purpose production --no-input";

#[test]
fn a_page_is_written_by_its_name_and_printed_by_its_format() {
    let program = Program::new();
    program.run(&format!("{ANSWERS} -o report.html")).ok();
    let written = program.read("report.html");
    assert!(written.starts_with("<!DOCTYPE html>"), "{written}");
    assert_eq!(program.run(&format!("{ANSWERS} --format html")).ok().stdout.trim_end(), written.trim_end());
}

#[test]
fn lists_are_no_pages() {
    Program::new().run("compare docker compose -o matrix.html").refused(&["html", "-o report.html"]);
    Program::new().run("compare docker compose --format html").refused(&["html"]);
}

/// The colours of one scheme, by name.
fn colours(style: &str) -> BTreeMap<&str, [f64; 3]> {
    let declared = style.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    declared
        .map(|(name, value)| {
            let channel = |at: usize| {
                let level = u8::from_str_radix(&value[at..at + 2], 16).expect("a colour");
                let level = f64::from(level) / 255.0;
                if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
            };
            (name, [channel(0), channel(2), channel(4)])
        })
        .collect()
}

/// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |colour: [f64; 3]| 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2] + 0.05;
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[test]
fn colours_keep_the_contrast_of_wcag_aa() {
    let (_, source) = &pages()[0];
    let style = &source[source.find("<style>").expect("a style")..source.find("</style>").expect("its end")];
    let dark = style.find("@media screen and (prefers-color-scheme: dark)").expect("a dark scheme");
    let words = [
        ("ink", vec!["page", "raised", "without-wash", "hedge-wash", "with-wash"]),
        ("muted", vec!["page", "raised", "without-wash", "hedge-wash", "with-wash"]),
        ("link", vec!["page", "raised"]),
        ("without", vec!["without-wash"]),
        ("hedge", vec!["hedge-wash"]),
        ("with", vec!["with-wash"]),
        ("on-level", vec!["level-0", "level-1", "level-2", "level-3"]),
        ("on-level-4", vec!["level-4"]),
    ];
    let shapes = [
        ("missing", vec!["page", "hatch", "level-0", "level-1"]),
        ("with", vec!["page"]),
        ("without", vec!["page"]),
        ("hedge", vec!["page"]),
    ];
    for colours in [colours(&style[..dark]), colours(&style[dark..])] {
        for (least, pairs) in [(4.5, words.as_slice()), (3.0, shapes.as_slice())] {
            for (front, backs) in pairs {
                for back in backs {
                    let found = contrast(colours[front], colours[*back]);
                    assert!(found >= least, "{front} on {back}: {found:.2}");
                }
            }
        }
    }
}
