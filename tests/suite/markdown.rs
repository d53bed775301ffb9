//! Markdown: a decision record that is complete in itself, from which no text breaks out.

use std::sync::LazyLock;

use needk8s::assessment::assess;
use needk8s::prepared::Prepared;
use needk8s::report::markdown::{self, escape};
use needk8s::report::{Contents, Provenance};
use needk8s::rulebook::Leaning;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::cases::{Case, all, rulebook, some};
use crate::program::Program;

/// What GitHub adds to CommonMark.
fn github() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// What a reader sees of a paragraph, and whether it is nothing but text.
fn seen(markdown: &str) -> (String, bool) {
    let mut text = String::new();
    let mut plain = true;
    for event in Parser::new_ext(markdown, github()) {
        match event {
            Event::Text(part) => text.push_str(&part),
            Event::Start(Tag::Paragraph) | Event::End(_) => {}
            _ => plain = false,
        }
    }
    (text, plain)
}

#[test]
fn every_character_shows_as_itself() {
    for c in ('!'..='~').chain(['ä', '\u{202e}', '😀']) {
        for text in
            [format!("a{c}b"), format!("a{c}{c}b"), format!("a {c}b{c} c"), format!("a [{c}](x) <{c}>")]
        {
            let (shown, plain) = seen(&format!("x {}", escape(&text)));
            let expected = format!("x {}", needk8s::text::one_line(&text));
            assert!(plain && shown == expected, "{text:?} shows as {shown:?} by {:?}", escape(&text));
        }
    }
}

#[test]
fn hostile_texts_stay_texts() {
    let texts = [
        "<script>alert(1)</script>",
        "![x](javascript:alert(1))",
        "line\n\n# heading\n- item",
        "a | b | c",
        "`code` **bold** __x__ ~~y~~ $z$ @everyone #1 &lt;",
        "[^1]: note <!-- c -->",
    ];
    for text in texts {
        let (shown, plain) = seen(&format!("x {}", escape(text)));
        assert!(plain, "{text:?} becomes {}", escape(text));
        assert_eq!(shown, format!("x {}", needk8s::text::one_line(text)));
    }
}

/// The record of a case, and whether it is undecided.
fn record(prepared: &Prepared<'_>, case: &Case) -> (bool, String) {
    let rulebook = prepared.rulebook;
    let answers = case.answers(rulebook);
    let assessment = assess(rulebook, answers.readings(rulebook));
    let explanation = prepared.engine().explain(rulebook, &answers.values(), &assessment);
    let contents = Contents::new(prepared, &answers, &assessment, &explanation, Provenance::default());
    (contents.is_undecided(), markdown::render(&contents, "2026-11-25"))
}

/// The records of some cases, with the ids of the cases; made once for all tests.
fn records() -> &'static [(String, String)] {
    static RECORDS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let rulebook = rulebook();
        let prepared = Prepared::new(&rulebook);
        some().into_iter().map(|case| (case.id.clone(), record(&prepared, &case).1)).collect()
    });
    &RECORDS
}

#[test]
fn a_record_has_every_part_of_a_madr() {
    for (id, record) in records() {
        let matter = record.split("---\n").nth(1).expect("front matter");
        for key in
            ["status: proposed", "date: ", "decision-makers:", "consulted:", "informed:", "supersedes:"]
        {
            assert!(matter.lines().any(|line| line.starts_with(key)), "{id}: {key}");
        }
        for heading in [
            "# Do I need Kubernetes?",
            "## Context and Problem Statement",
            "## Decision Drivers",
            "## Considered Options",
            "## Decision Outcome",
            "### Consequences",
            "### Confirmation",
            "## When to Look Again",
            "## More Information",
        ] {
            assert!(record.lines().any(|line| line.starts_with(heading)), "{id}: {heading}");
        }
        assert!(record.contains("sha256 `") && record.contains("(<https://"), "{id}");
    }
}

#[test]
fn a_record_holds_no_html_but_marks_and_the_fold() {
    for (id, record) in records() {
        let matter_ends = record.match_indices("---\n").nth(1).expect("front matter").0 + 4;
        for event in Parser::new_ext(&record[matter_ends..], github()) {
            if let Event::Html(html) | Event::InlineHtml(html) = event {
                let known = ["<!-- needk8s:", "<!-- /needk8s -->", "<details>", "</details>", "<summary>"];
                assert!(known.iter().any(|known| html.trim().starts_with(known)), "{id}: {html}");
            }
        }
        for table in record.split("\n\n").filter(|block| block.starts_with('|')) {
            let cells: Vec<usize> =
                table.lines().map(|row| row.replace("\\|", "").matches('|').count()).collect();
            assert!(cells.iter().all(|number| *number == cells[0]), "{id}: {table}");
        }
    }
}

/// Words that a reader sees above the fold.
fn words_above_the_fold(record: &str) -> usize {
    let page = record.split("<details>").next().unwrap_or_default();
    let words = Parser::new_ext(page, github()).map(|event| match event {
        Event::Text(text) | Event::Code(text) => text.split_whitespace().count(),
        _ => 0,
    });
    words.sum()
}

#[test]
fn a_record_is_one_page() {
    for (id, record) in records() {
        let words = words_above_the_fold(record);
        assert!(words <= 700, "{id} has {words} words");
    }
}

#[test]
fn a_borderline_result_is_recorded_as_open_unless_it_says_to_stay() {
    let rulebook = rulebook();
    let prepared = Prepared::new(&rulebook);
    let hedged = all().into_iter().filter(|case| case.assess(&rulebook).leaning(&rulebook) == Leaning::Hedge);
    let recorded = hedged.map(|case| record(&prepared, &case)).filter(|(undecided, _)| !undecided);
    let (staying, open): (Vec<String>, Vec<String>) =
        recorded.map(|(_, record)| record).partition(|record| record.contains("so stay where you are"));
    assert!(!staying.is_empty() && !open.is_empty());
    for record in staying {
        assert!(
            record.contains("Chosen option: **what runs today**") && !record.contains("Open between"),
            "{record}"
        );
    }
    for record in open {
        assert!(record.contains("Open between two:") && !record.contains("Chosen option"), "{record}");
    }
}

const SMALL: &str = "--purpose production --location one-cloud --developers 6 --no-input";

#[test]
fn writing_again_keeps_what_people_wrote() {
    let program = Program::new();
    program.run(&format!("{SMALL} --services 2 -o 0007.md")).ok();
    let first = program.read("0007.md");
    let theirs = first
        .replace("status: proposed", "status: accepted")
        .replace("decision-makers: []", "decision-makers: [A, B]\nticket: 17")
        .replace("date: ", "date: 2020-01-01 # ")
        + "\nPolicy 12 wants the shared platform; see 0003.\n";
    let theirs = theirs.replacen("<!-- needk8s:drivers", "We talked to finance.\n\n<!-- needk8s:drivers", 1);
    let program = program.file("0007.md", theirs.clone());
    let run = program.run(&format!("{SMALL} --services 60 --packaged-software chart-only -o 0007.md")).ok();
    let second = program.read("0007.md");
    for kept in
        ["status: accepted", "decision-makers: [A, B]\nticket: 17", "We talked to finance.", "Policy 12"]
    {
        assert!(second.contains(kept), "{kept} is gone from\n{second}");
    }
    assert!(!second.contains("2020-01-01"), "{second}");
    assert!(second.contains("deploy 60 services") && !second.contains("deploy 2 services"), "{second}");
    assert!(run.stderr.contains("still `accepted`"), "{}", run.stderr);
    program.run(&format!("{SMALL} --services 60 --packaged-software chart-only -o 0007.md")).ok();
    assert_eq!(program.read("0007.md"), second, "writing the same again changes nothing");
}

#[test]
fn a_record_without_its_marks_is_left_alone() {
    let fresh = Program::new().run(&format!("{SMALL} --format markdown")).ok().stdout;
    let section = |id: &str| {
        let begin = fresh.find(&format!("<!-- needk8s:{id}")).expect("a section");
        let end = begin + fresh[begin..].find("<!-- /needk8s -->\n").expect("its end") + 18;
        fresh[begin..end].to_owned()
    };
    let edited = fresh.replacen("## Decision Drivers\n", "## Decision Drivers\n\n* Finance said no\n", 1);
    let without = fresh.replace(&section("options"), "");
    for (text, message) in [
        ("# A record by hand\n".to_owned(), "none of the marks"),
        (edited, "edited between their marks: drivers"),
        (without, "marks of these sections are gone: options"),
    ] {
        let program = Program::new().file("d.md", text.clone());
        program.run(&format!("{SMALL} -o d.md")).refused(&[message, "--force"]);
        assert_eq!(program.read("d.md"), text);
        program.run(&format!("{SMALL} -o d.md --force")).ok();
        assert!(program.read("d.md").contains("## Considered Options"));
    }
}

#[test]
fn nothing_becomes_a_link_by_itself() {
    let texts = [
        ("www.evil.example", "x www\\.evil.example"),
        ("a.WWW.evil.example", "x a.WWW\\.evil.example"),
        ("http://evil.example/www.x", "x http\\://evil.example/www\\.x"),
        ("FTP://evil.example", "x FTP\\://evil.example"),
        ("mailto:me@evil.example", "x mailto:me＠evil.example"),
        ("app@sha256:00", "x app&#64;sha256:00"),
        ("@scope/package.json", "x &#64;scope/package.json"),
    ];
    for (text, expected) in texts {
        let escaped = format!("x {}", escape(text));
        assert_eq!(escaped, expected);
        let (shown, plain) = seen(&escaped);
        assert!(plain && shown.replace('＠', "@") == format!("x {text}"), "{shown}");
    }
}
