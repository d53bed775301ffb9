//! Every sentence of many results, read for the faults that joined clauses have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use needk8s::answers::{Answers, Given, Origin};
use needk8s::assessment::assess;
use needk8s::explanation::Engine;
use needk8s::interview;
use needk8s::prepared::Prepared;
use needk8s::report::text::{self, Layout};
use needk8s::report::{Contents, Provenance, markdown};
use needk8s::rulebook::Rulebook;
use needk8s::text::is_unsafe;
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use regex::Regex;

use crate::cases::rulebook;
use crate::numbers::Numbers;
use crate::respondents::{Known, like_the_cases, uniform};

/// Many results, as varied as answers can be: any answers or usual ones, all of them or few.
fn results<R: Send>(
    rulebook: &Rulebook,
    number: usize,
    read: impl Fn(usize, &Contents<'_>) -> R + Sync,
) -> Vec<R> {
    // What is not proved within so few boxes is said as such, and goes through the same sentences.
    let (engine, prepared) = (Engine::with_budget(rulebook, 12), Prepared::new(rulebook));
    let mut numbers = Numbers(7);
    let mut drawn = |round: usize| {
        let known = match round % 2 {
            0 => uniform(rulebook, &mut numbers),
            _ => like_the_cases(rulebook, &mut numbers),
        };
        forgetting(known, round % 5, &mut numbers)
    };
    let drawn: Vec<Known> = (0..number).map(&mut drawn).collect();
    let result = |(index, known): (usize, Known)| {
        let mut answers = Answers::none(rulebook);
        for (question, value) in known.into_iter().enumerate().filter(|(_, value)| value.is_some()) {
            answers.add(question, Given { value, origin: Origin::Prompt });
        }
        let assessment = assess(rulebook, answers.readings(rulebook));
        let explanation = engine.explain(rulebook, &answers.values(), &assessment);
        read(index, &Contents::new(&prepared, &answers, &assessment, &explanation, Provenance::default()))
    };
    drawn.into_par_iter().enumerate().map(result).collect()
}

/// Without some of the answers: `share` quarters of them.
fn forgetting(known: Known, share: usize, numbers: &mut Numbers) -> Known {
    known.into_iter().map(|value| value.filter(|_| numbers.below(4) >= share)).collect()
}

/// A kind of fault: its name, what shows it, and what looks like it and is none.
struct Fault {
    name: &'static str,
    shown_by: Regex,
    unless: &'static [&'static str],
}

fn faults() -> Vec<Fault> {
    let fault = |name, pattern: &str, unless| Fault {
        name,
        shown_by: Regex::new(pattern).expect("a pattern"),
        unless,
    };
    let one =
        "point|need|way|question|service|server|team|answer|decision|machine|host|other way|smaller need";
    vec![
        fault("one of many", &format!(r"(^|[^\w.,+-])1 ({one})s\b"), &[]),
        fault("many as one", &format!(r"\b([02-9]|[1-9]\d+) ({one})($|[ .,;:)])"), &[]),
        fault("one other of many", r"\b1 (others|people|more needs)\b", &[]),
        fault("none counted", r"\b0 (services|servers|needs|questions|ways|more)\b", &[]),
        fault("whose number", r"[:(] ?\d+ or \d+[.)]", &[]),
        fault("a placeholder", r"\{[a-z-]*\}", &[]),
        fault(
            "punctuation",
            r"[,;:.] ?[,;.]|\.{2}| [,.;:](\s|$)|\(\)",
            &["...", "etc.", "e.g.,", " .env", "..=", ".gitignore"],
        ),
        fault(
            "a small letter at a start",
            r"[a-z)]\. [a-z]",
            &[". k3s", ". kubectl", ". systemd", ". etcd", "e.g. ", "etc. ", "vs. "],
        ),
        fault("a before a vowel", r"\b[Aa] [aeio]\w", &[" a one", "A one"]),
        fault("an before a consonant", r"\b[Aa]n [bcdfgjkpqtvwyz]\w", &[]),
        fault("a telegram", r"(^|\. )Unless |\bis short \(|\bhave to:", &[]),
        fault("a joint of too many", r"\b(and and|or or|and or|, and,|and;|or;)\b", &[]),
    ]
}

/// The faults of a line.
fn found(faults: &[Fault], line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for fault in faults {
        let hits = fault.shown_by.find_iter(line).map(|hit| {
            let from = line.floor_char_boundary(hit.start().saturating_sub(3));
            &line[from..line.ceil_char_boundary((hit.end() + 6).min(line.len()))]
        });
        let real = hits.into_iter().find(|hit| !fault.unless.iter().any(|unless| hit.contains(unless)));
        found.extend(real.map(|hit| format!("{}: …{hit}…", fault.name)));
    }
    let words: Vec<&str> = line.split(' ').collect();
    let doubled = |pair: &&[&str]| pair[0] == pair[1] && pair[0].chars().any(char::is_alphabetic);
    found.extend(words.windows(2).find(doubled).map(|pair| format!("doubled: {}", pair.join(" "))));
    found.extend(line.chars().find(|c| is_unsafe(*c)).map(|c| format!("unsafe: {c:?}")));
    found
}

/// What a result says, a line each and none of them broken: the record, and what other formats say beside it. Addresses,
/// commands and marks are no sentences, and neither are the titles of sources.
fn said(contents: &Contents<'_>) -> Vec<String> {
    static NO_SENTENCE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"<[^>]*>|`[^`]*`|\[[^]]*\]\(").expect("a pattern"));
    let record = markdown::render(contents, "2026-11-25");
    let (record, _) = record.split_once("### Sources").unwrap_or((&record, ""));
    let mut said: Vec<String> =
        record.lines().map(|line| NO_SENTENCE.replace_all(line, "").replace('\\', "")).collect();
    said.push(contents.headline.clone());
    said.extend(contents.brief.ask.clone());
    for row in &contents.problems {
        said.extend(row.covered.clone());
        said.push(row.remedy.clone());
    }
    said
}

#[test]
fn faults_are_found_where_they_are() {
    let faults = faults();
    let faulty = [
        "It takes 1 points of it.",
        "2 way to do it.",
        "There is 1 others.",
        "You deploy 0 services.",
        "Upkeep (2 or 5).",
        "Take {best}.",
        "It is so,.",
        "It is so. it is not.",
        "Take a edge.",
        "Take an cluster.",
        "So it is. Unless it is not.",
        "Take the the next.",
        "Take \u{7}.",
    ];
    for line in faulty {
        assert!(!found(&faults, line).is_empty(), "{line}");
    }
    for line in ["It takes 1 point, 2 points or 11 services.", "In 1.5 ways.", "A CD, an EU."] {
        assert_eq!(found(&faults, line), Vec::<String>::new(), "{line}");
    }
}

/// What is read of a result.
struct Written {
    lines: Vec<String>,
    /// Of some, the page, and what of it is above the offers on a small screen.
    page: Option<(String, String)>,
}

/// What stays of a screen of 24 lines.
const ABOVE_OFFERS: usize = 24 - interview::OFFER_LINES;

/// A thousand results, made once for all tests.
fn written() -> &'static [Written] {
    static WRITTEN: LazyLock<Vec<Written>> = LazyLock::new(|| {
        let rulebook = rulebook();
        let read = |index: usize, contents: &Contents<'_>| {
            nothing_is_said_to_lack_what_it_has(&rulebook, contents);
            let above = Layout { lines: ABOVE_OFFERS, next: false, ..Layout::PLAIN };
            let page = || (text::render(contents, Layout::PLAIN), text::render(contents, above));
            Written { lines: said(contents), page: (index < 120).then(page) }
        };
        results(&rulebook, 1_000, read)
    });
    &WRITTEN
}

#[test]
fn a_thousand_results_are_written_without_the_usual_faults() {
    let rulebook = rulebook();
    let (faults, agreement) = (faults(), agreement(&rulebook));
    // Sentences recur, so each is read once.
    let lines: BTreeSet<&str> =
        written().iter().flat_map(|result| &result.lines).map(String::as_str).collect();
    let mut wrong: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for line in &lines {
        let disagree = agreement.iter().find(|pattern| pattern.is_match(line));
        for fault in found(&faults, line).into_iter().chain(disagree.map(|one| format!("verb: {one}"))) {
            wrong.entry(fault).or_insert_with(|| (0, line)).0 += 1;
        }
    }
    let told: Vec<String> =
        wrong.iter().map(|(fault, (times, line))| format!("{times} × {fault}\n    {line}")).collect();
    assert!(told.is_empty(), "{} of {} lines:\n{}", told.len(), lines.len(), told.join("\n"));
}

/// What would be a verb in the wrong number after the name of a platform.
fn agreement(rulebook: &Rulebook) -> Vec<Regex> {
    let verbs = |plural: bool| match plural {
        true => "is|meets|takes|has|costs|lacks|falls",
        false => "are|meet|take|have|cost|lack|fall",
    };
    let pattern = |name: String, plural| {
        Regex::new(&format!(r"(^|\. |- |: ){} ({})\b", regex::escape(&name), verbs(plural)))
            .expect("a pattern")
    };
    rulebook.platforms().iter().map(|platform| pattern(platform.at_start(), platform.plural)).collect()
}

fn nothing_is_said_to_lack_what_it_has(rulebook: &Rulebook, contents: &Contents<'_>) {
    for row in &contents.platforms {
        for shortfall in &row.shortfalls {
            let aspect = rulebook.aspects().iter().find(|aspect| aspect.id == shortfall.aspect);
            let cell = &aspect.expect("an aspect").cells[row.platform];
            assert_eq!((shortfall.level, &shortfall.label), (cell.level, &cell.label));
            assert!(shortfall.level < shortfall.demanded, "{shortfall:?}");
            assert!(shortfall.points > 0 || shortfall.must, "{shortfall:?}");
        }
    }
    for sum in &contents.brief.sums {
        assert_eq!(sum.total, sum.effort * sum.price + sum.missing);
        assert!(sum.missing == 0 || !sum.lacks.is_empty(), "{sum:?}");
    }
}

#[test]
fn every_result_names_what_to_run_next_and_leaves_room_for_offers() {
    for (page, above) in written().iter().filter_map(|result| result.page.as_ref()) {
        assert!(page.contains("\nNext: needk8s "), "{page}");
        let lines = above.lines().count();
        assert!(lines <= ABOVE_OFFERS, "{lines} lines above offers:\n{above}");
    }
}
