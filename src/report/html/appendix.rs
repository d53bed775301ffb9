//! The working behind the answer, each part folded.

use maud::{Markup, html};

use super::{link, part, sources, texts, typed};
use crate::report::content::{Availability, Contents, NextStep};
use crate::report::phrases;
use crate::report::text::say_open;
use crate::text::upper_first;

pub(super) fn section(contents: &Contents<'_>) -> Markup {
    let explained = &contents.explained;
    let recommended = contents.rulebook.platforms()[contents.assessment.recommendation].in_sentence();
    part(
        "appendix",
        "Appendix",
        html! {
            (fold("Answers", answers(contents)))
            @if let Some(summary) = &explained.open_summary {
                (fold("Not known", html! {
                    p { (summary) }
                    ul {
                        @for open in explained.open.iter().filter(|open| open.can_change != Some(false)) {
                            li { (open.name) ": " (say_open(open)) "." }
                        }
                    }
                }))
            }
            (fold("All platforms by total", platforms(contents)))
            (fold("How firm it is", firmness(contents)))
            (fold("What would change it", turns(contents)))
            @if !contents.opposing.is_empty() { (fold(&contents.opposing_title, texts(&contents.opposing))) }
            (steps(contents))
            @if !contents.problems.is_empty() { (fold("Typical problems", problems(contents))) }
            @if !contents.caveats.is_empty() {
                (fold(&format!("Good to know about {recommended}"), texts(&contents.caveats)))
            }
            (fold("Confirmation", html! { p { (typed(phrases::CONFIRMATION)) } }))
            (fold("Sources", sources(contents, &contents.sources)))
        },
    )
}

fn fold(heading: &str, inside: Markup) -> Markup {
    html! {
        details {
            summary { h3 { (heading) } }
            (inside)
        }
    }
}

fn answers(contents: &Contents<'_>) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Answers" {
            table {
                thead { tr {
                    th scope="col" { "Question" }
                    th scope="col" { "Answer" }
                    th scope="col" { "From" }
                } }
                tbody {
                    @for answer in &contents.answers {
                        tr {
                            th scope="row" { (contents.rulebook.questions()[answer.question].prompt) }
                            td { (answer.described) @if answer.irrelevant { " (ignored)" } }
                            td { (answer.origin) }
                        }
                    }
                }
            }
        }
        @if !contents.contradictions.is_empty() {
            (texts(contents.contradictions.iter().map(|found| found.text.as_str())))
        }
    }
}

fn platforms(contents: &Contents<'_>) -> Markup {
    let price = contents.assessment.effort_price;
    html! {
        @for row in &contents.platforms {
            @let platform = &contents.rulebook.platforms()[row.platform];
            div.platform {
                h4 { (platform.name) }
                p.figures {
                    (row.effort) " × " (price) " + " (row.burden - price * row.effort) " = " (row.burden)
                }
                p { (platform.summary) }
                ul {
                    @if let Availability::Removed(because) = &row.availability {
                        li { "Ruled out: " (because.join("; ")) "." }
                    }
                    @for shortfall in &row.shortfalls { li { (phrases::lack(shortfall)) } }
                    @if row.shortfalls.is_empty() { li { (upper_first(phrases::LACKS_NOTHING)) } }
                }
            }
        }
    }
}

fn firmness(contents: &Contents<'_>) -> Markup {
    let explained = &contents.explained;
    html! {
        @if let Some(reason) = &explained.reason {
            p { (reason.title) @if reason.answers.is_empty() { "." } @else { ":" } }
            @if !reason.answers.is_empty() {
                (texts(reason.answers.iter().map(|answer| answer.text.as_str())))
            }
        }
        p { (upper_first(&explained.steady)) "." }
        @if let Some(fragile) = &explained.fragile {
            p { "Weakest estimate: " (fragile.text) ". " (fragile.because) }
        }
        (texts(explained.leeway()))
    }
}

fn turns(contents: &Contents<'_>) -> Markup {
    html! {
        @for turn in contents.turns().iter().filter(|turn| !turn.repeats) {
            h4 { (turn.title) }
            p { (turn.scope) "." }
            @if !turn.grouped.is_empty() {
                ul {
                    @for line in &turn.grouped { li { "when " (line) } }
                    @if turn.left_out > 0 { li { (turn.left_out) " more with " code { "--format json" } } }
                }
            }
        }
    }
}

fn steps(contents: &Contents<'_>) -> Markup {
    let (learning, doing): (Vec<&NextStep>, Vec<&NextStep>) =
        contents.next_steps.iter().partition(|step| step.kind.is_learning());
    let recommended = contents.rulebook.platforms()[contents.assessment.recommendation].in_sentence();
    let step = |step: &NextStep| {
        html! {
            li {
                strong { (step.title) } ": " (step.text)
                @if !step.read.is_empty() {
                    ul.sources { @for (title, url) in &step.read { li { (link(title, Some(url))) } } }
                }
            }
        }
    };
    html! {
        @if !doing.is_empty() {
            (fold(&phrases::do_first(recommended), html! { ol { @for each in doing { (step(each)) } } }))
        }
        @if !learning.is_empty() {
            (fold("Learn in this order", html! { ol { @for each in learning { (step(each)) } } }))
        }
    }
}

fn problems(contents: &Contents<'_>) -> Markup {
    html! {
        @for row in &contents.problems {
            @let problem = &contents.rulebook.problems()[row.problem];
            h4 { (problem.title) }
            @if let Some(covered) = &row.covered { p { (covered) } }
            @if !row.remedy.is_empty() { p { (row.remedy) } }
            p { "Commonly claimed: " (problem.commonly) }
        }
    }
}
