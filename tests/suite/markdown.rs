//! Markdown: a decision record that is complete in itself, from which no text breaks out.

use needk8s::report::markdown::escape;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::cases::some;
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

#[test]
fn a_record_has_every_part_of_a_madr() {
    for case in some() {
        let answers = serde_json::to_string(&case.answers).expect("answers");
        let program = Program::new().file("answers.json", answers);
        let record = program.run("--answers answers.json --format markdown").ok().stdout;
        for heading in [
            "# Do I need Kubernetes?",
            "## Context and Problem Statement",
            "## Decision Drivers",
            "## Considered Options",
            "## Decision Outcome",
            "### Consequences",
            "### Confirmation",
            "## Pros and Cons of the Options",
            "## More Information",
        ] {
            assert!(record.lines().any(|line| line.starts_with(heading)), "{}: {heading}", case.id);
        }
        let html = Parser::new_ext(&record, github())
            .filter(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
            .count();
        assert_eq!(html, 0, "{}", case.id);
        let rows: Vec<&str> = record.lines().filter(|line| line.starts_with('|')).collect();
        let cells = |row: &str| row.replace("\\|", "").matches('|').count();
        assert!(
            rows.iter().all(|row| cells(row) == 4),
            "{}: a table row has another number of cells",
            case.id
        );
        assert!(record.contains("sha256 `") && record.contains("(<https://"), "{}", case.id);
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
