//! The report as one page that is complete in itself: no script, no request, nothing that a text can break out of.

mod appendix;
mod charts;
mod matrix;

pub(super) use charts::signed;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::content::{Contents, PlatformRow, Provenance};
use super::explained::Again;
use super::phrases;
use crate::precedents::Precedent;
use crate::rulebook::Leaning;
use crate::text::{list, safe_lines, upper_first};

/// The style sheet that all pages share.
pub(super) const STYLE: &str = include_str!("style.css");

/// Lays the report out as a page; `date` is the day of the decision, as YYYY-MM-DD.
pub fn render(contents: &Contents<'_>, date: &str) -> String {
    let title = format!("{} {}", contents.rulebook.title(), contents.headline);
    page(&title, STYLE, &body(contents, date))
}

/// A whole page. Nothing is loaded, and only its own style sheet holds (<https://www.w3.org/TR/CSP3/>).
pub(super) fn page(title: &str, style: &str, body: &Markup) -> String {
    let digest = STANDARD.encode(Sha256::digest(style));
    let policy =
        format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    safe_lines(&page.into_string())
}

fn body(contents: &Contents<'_>, date: &str) -> Markup {
    html! {
        a.skip href="#sum" { "Skip to the figures" }
        (charts::hatching())
        header class={ "answer " (tone(contents)) } {
            p.eyebrow { (contents.rulebook.title()) }
            h1 { (contents.headline) }
            @for why in &contents.brief.why { p.lead { (why) } }
            (remarks(contents))
        }
        main {
            (sureness(contents))
            (sum(contents))
            div.pair {
                (again(contents))
                (first(contents))
            }
            (balance(contents))
            (precedents(contents))
            (ledger(contents))
            (courses(contents))
            (matrix::section(contents))
            (appendix::section(contents))
        }
        (footer(date, "", &contents.provenance))
    }
}

/// When and by which rules a page was made, and what else there is to say of that.
pub(super) fn footer(date: &str, remark: &str, provenance: &Provenance) -> Markup {
    html! {
        footer {
            p {
                time datetime=(date) { (date) }
                @if !remark.is_empty() { " · " (remark) }
                " · Rulebook " (provenance.named())
                " · " span.digest { "sha256 " (provenance.digest) }
            }
            @for (layer, digest) in provenance.told_layers() {
                p { (layer) " · " span.digest { "sha256 " (digest) } }
            }
        }
    }
}

/// How the answer is set off; the words say the same.
fn tone(contents: &Contents<'_>) -> &'static str {
    tone_of(if contents.is_undecided() {
        Leaning::Hedge
    } else {
        contents.assessment.leaning(contents.rulebook)
    })
}

/// How a side is set off.
pub(super) fn tone_of(side: Leaning) -> &'static str {
    match side {
        Leaning::Without => "without",
        Leaning::Hedge => "hedge",
        Leaning::With => "with",
    }
}

/// A part of the page with its heading, which names it for those who hear it.
pub(super) fn part(id: &str, heading: &str, inside: Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (heading) }
            (inside)
        }
    }
}

fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Markup {
    html! { ul { @for text in texts { li { (text.as_ref()) } } } }
}

/// A title with the address behind it.
fn link(title: &str, url: Option<&str>) -> Markup {
    match url.filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
        Some(url) => html! { a href=(url) rel="noreferrer" { (title) } },
        None => html! { (title) },
    }
}

fn sources(contents: &Contents<'_>, sources: &[usize]) -> Markup {
    html! {
        ul.sources {
            @for index in sources {
                @let source = &contents.rulebook.sources()[*index];
                li { (link(&source.title, source.url.as_deref())) }
            }
        }
    }
}

/// A text of the program's own, in which words between backticks are typed.
fn typed(text: &str) -> Markup {
    html! {
        @for (number, piece) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

fn remarks(contents: &Contents<'_>) -> Markup {
    html! {
        @for contradiction in contents.contradictions.iter().filter(|found| !found.on_purpose) {
            p { (contradiction.text) "." }
        }
        @if !contents.ignored.is_empty() { p { (phrases::ignored(&contents.ignored)) } }
    }
}

fn sureness(contents: &Contents<'_>) -> Markup {
    let summary = contents.explained.open_summary.as_ref();
    part(
        "sure",
        "How sure",
        html! {
            (texts(&contents.brief.sure))
            @if let (Some(summary), true) = (summary, contents.is_undecided()) { p { (summary) } }
        },
    )
}

fn sum(contents: &Contents<'_>) -> Markup {
    let price = contents.assessment.effort_price;
    let shown = |row: &PlatformRow| contents.brief.sums.iter().any(|sum| sum.platform == row.platform);
    let lacks_a_must = contents.platforms.iter().any(|row| row.lacks_a_must() && shown(row));
    part(
        "sum",
        "What each would cost you",
        html! {
            p { (phrases::total_is(price, lacks_a_must)) }
            (charts::totals(contents))
            div.wide tabindex="0" role="region" aria-labelledby="sum-title" {
                table.sums {
                    thead { tr {
                        th scope="col" { "Platform" }
                        th.figure scope="col" { "Effort × cost" }
                        th.figure scope="col" { "+ missing" }
                        th.figure scope="col" { "= total" }
                        th scope="col" { "What is missing" }
                    } }
                    tbody {
                        @for sum in &contents.brief.sums {
                            tr.best[sum.platform == contents.assessment.recommendation] {
                                th scope="row" { (contents.platform_name(sum.platform)) }
                                td.figure { (sum.effort) " × " (sum.price) }
                                td.figure { "+ " (sum.missing) }
                                td.figure { "= " (sum.total) }
                                td {
                                    @if sum.ruled_out { (phrases::RULED_OUT) }
                                    @else if sum.lacks.is_empty() { (phrases::NOTHING) }
                                    @else { (list(&sum.lacks, "and")) }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn again(contents: &Contents<'_>) -> Markup {
    let again = &contents.brief.again;
    let several = again.len() > 1;
    let direction = |direction: &Again| {
        html! {
            @if several { h3 { (upper_first(&direction.to)) ", when" } }
            (texts(&direction.when))
        }
    };
    let unless = contents.brief.unless.as_ref();
    html! {
        @if !again.is_empty() || unless.is_some() {
            (part("again", "Think again when", html! {
                @for each in again { (direction(each)) }
                @if let Some(unless) = unless {
                    @if several { h3 { "It turns, when" } }
                    (texts([unless]))
                }
            }))
        }
    }
}

fn first(contents: &Contents<'_>) -> Markup {
    let recommended = &contents.rulebook.platforms()[contents.assessment.recommendation];
    html! {
        @if !contents.brief.first.is_empty() {
            (part("first", &phrases::do_first(recommended.in_sentence()), html! {
                ol { @for step in &contents.brief.first { li { (step) } } }
            }))
        }
    }
}

fn balance(contents: &Contents<'_>) -> Markup {
    let balance = &contents.balance;
    let recommended = &contents.rulebook.platforms()[contents.assessment.recommendation];
    let side = |heading: &str, because: &[String]| {
        html! {
            @if !because.is_empty() {
                div {
                    h3 { (heading) }
                    (texts(because.iter().map(|clause| upper_first(clause))))
                }
            }
        }
    };
    part(
        "balance",
        &format!("What follows from {}", recommended.in_sentence()),
        html! {
            div.pair {
                (side("Good", &balance.good))
                (side("Bad", &balance.bad))
                (side("To know", &balance.neutral))
            }
        },
    )
}

fn precedents(contents: &Contents<'_>) -> Markup {
    let precedents = contents.precedents();
    let names = |questions: &[usize]| {
        let names = questions.iter().map(|question| contents.rulebook.questions()[*question].name.as_str());
        names.take(6).collect::<Vec<_>>().join(", ")
    };
    let told = |precedent: &Precedent, said: &str| {
        let case = &contents.rulebook.cases()[precedent.case];
        html! {
            li {
                p { strong { (said) } " " (case.reason) }
                dl.alike {
                    @if !precedent.agreeing.is_empty() { dt { "Alike" } dd { (names(&precedent.agreeing)) } }
                    @if !precedent.differing.is_empty() {
                        dt { "Different" } dd { (names(&precedent.differing)) }
                    }
                }
                p.source { (link(&case.title, case.url.as_deref())) }
            }
        }
    };
    html! {
        @if !precedents.nearest.is_empty() {
            (part("precedents", "Published decisions most like this", html! {
                ul.cards {
                    @for (precedent, said) in precedents.nearest.iter().zip(&contents.brief.like) {
                        (told(precedent, said))
                    }
                }
            }))
        }
    }
}

fn ledger(contents: &Contents<'_>) -> Markup {
    let name = |platform: usize| contents.rulebook.platforms()[platform].in_sentence();
    let assessment = contents.assessment;
    let heading = phrases::compared(
        name(assessment.best_without),
        name(assessment.best_with),
        &contents.rulebook.side(Leaning::With).name,
    );
    part("ledger", &heading, charts::ledger(contents))
}

fn courses(contents: &Contents<'_>) -> Markup {
    let (moving, level): (Vec<_>, Vec<_>) =
        contents.courses().into_iter().partition(|course| !course.is_level());
    let name = |question: usize| contents.rulebook.questions()[question].name.as_str();
    let level: Vec<&str> = level.iter().map(|course| name(course.question)).collect();
    html! {
        @if !moving.is_empty() || !level.is_empty() {
            (part("along", "How the margin moves along each number", html! {
                p {
                    "Everything else stays as answered. Above 0 favours "
                    (contents.rulebook.side(Leaning::With).name) "."
                }
                div.charts { @for course in &moving { (charts::course(contents, course)) } }
                @if !level.is_empty() { p { "Without effect here: " (level.join(", ")) "." } }
            }))
        }
    }
}
