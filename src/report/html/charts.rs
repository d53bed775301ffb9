//! Pictures of figures. Lengths along the page are percentages, so that words keep their size on every screen.

use maud::{Markup, html};

use crate::report::content::{Contents, Course, LedgerLine, Stretch};
use crate::rulebook::{Band, Kind, Leaning};

/// Pixels of a bar's height.
const BAR: u32 = 22;
/// Pixels of the height of a course, of the room for words above and below it.
const COURSE: f64 = 190.0;
const ABOVE: f64 = 18.0;
const BELOW: f64 = 24.0;
/// How many numbers a course has room for along its foot.
const LABELS: usize = 12;

/// The pattern of what is missing, so that it is told apart without colours. It is not drawn by itself.
pub(super) fn hatching() -> Markup {
    html! {
        svg.defs width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" {
                    rect.ground width="6" height="6" {}
                    rect.line width="2.5" height="6" {}
                }
            }
        }
    }
}

fn percent(part: i64, whole: i64) -> f64 {
    100.0 * part.max(0) as f64 / whole.max(1) as f64
}

fn in_percent(share: f64) -> String {
    format!("{share:.2}%")
}

/// The compared totals as bars of two parts.
pub(super) fn totals(contents: &Contents<'_>) -> Markup {
    let sums = &contents.brief.sums;
    let most = sums.iter().map(|sum| sum.total).max().unwrap_or(1);
    html! {
        figure.totals {
            ul.bars {
                @for sum in sums {
                    @let effort = sum.total - sum.missing;
                    @let width = percent(effort, most);
                    li.best[sum.platform == contents.assessment.recommendation] {
                        span.name { (contents.platform_name(sum.platform)) }
                        svg width="100%" height=(BAR) aria-hidden="true" focusable="false" {
                            rect.effort x="0" y="0" width=(in_percent(width)) height=(BAR) {}
                            rect.missing x=(in_percent(width)) y="0" width=(in_percent(percent(sum.missing, most)))
                                height=(BAR) {}
                        }
                        span.total { (sum.total) }
                    }
                }
            }
            figcaption {
                span.key { svg width="14" height="14" aria-hidden="true" focusable="false" { rect.effort width="14" height="14" {} } " effort × what it costs you" }
                " "
                span.key { svg width="14" height="14" aria-hidden="true" focusable="false" { rect.missing width="14" height="14" {} } " what is missing" }
            }
        }
    }
}

/// The margin term by term, as bars to either side.
pub(super) fn ledger(contents: &Contents<'_>) -> Markup {
    let margin = contents.assessment.margin;
    let side = |leaning: Leaning| contents.rulebook.side(leaning).name.as_str();
    let lines = contents.ledger.iter().map(|line| line.points);
    let most = lines.chain([margin]).map(i64::abs).max().unwrap_or(1);
    let line = |line: &LedgerLine| {
        html! {
            li {
                div.term { strong { (line.title) } p { (line.reason) "." } }
                (to_either_side(line.points, most))
                span.points { (signed(line.points)) }
            }
        }
    };
    html! {
        figure.ledger {
            div.sides aria-hidden="true" {
                span.towards-without { "← " (side(Leaning::Without)) }
                span.towards-with { (side(Leaning::With)) " →" }
            }
            ol {
                @for each in &contents.ledger { (line(each)) }
                li.result {
                    div.term { strong { "Sum" } p { (contents.margin_said) "." } }
                    (to_either_side(margin, most))
                    span.points { (signed(margin)) }
                }
            }
        }
    }
}

fn to_either_side(points: i64, most: i64) -> Markup {
    let width = percent(points.saturating_abs(), most) / 2.0;
    let (class, start) = if points < 0 { ("without", 50.0 - width) } else { ("with", 50.0) };
    html! {
        svg width="100%" height=(BAR) aria-hidden="true" focusable="false" {
            rect class=(class) x=(in_percent(start)) y="3" width=(in_percent(width)) height=(BAR - 6) {}
            line.zero x1="50%" x2="50%" y1="0" y2=(BAR) {}
        }
    }
}

/// A number with its sign, and a true minus.
pub(in crate::report) fn signed(points: i64) -> String {
    match points {
        0 => "0".to_owned(),
        points if points < 0 => format!("\u{2212}{}", points.unsigned_abs()),
        points => format!("+{points}"),
    }
}

/// Where margins stand in the picture of a course.
struct Scale {
    least: i64,
    most: i64,
}

impl Scale {
    fn of(course: &Course) -> Self {
        let margins = || course.stretches.iter().map(|stretch| stretch.margin);
        let least = margins().min().unwrap_or_default().min(0);
        let most = margins().max().unwrap_or_default().max(0);
        let room = (most.saturating_sub(least) / 8).max(2);
        Self { least: least.saturating_sub(room), most: most.saturating_add(room) }
    }

    /// The bands that are in the picture, each with its upper edge and its height.
    fn bands<'r>(&self, contents: &'r Contents<'_>) -> Vec<(&'r Band, f64, f64)> {
        let (least, most) = (self.least as f64, self.most as f64);
        let seen = |band: &'r Band| {
            // Margins are whole numbers: a verdict ends half a point beyond its last one.
            let upper = band.to.map_or(most, |to| to as f64 + 0.5).min(most);
            let lower = band.from.map_or(least, |from| from as f64 - 0.5).max(least);
            (upper > lower).then(|| (band, self.y(upper), self.y(lower) - self.y(upper)))
        };
        contents.rulebook.bands().iter().filter_map(seen).collect()
    }

    /// Pixels from the top.
    fn y(&self, margin: f64) -> f64 {
        let share = (self.most as f64 - margin) / (self.most as f64 - self.least as f64);
        ABOVE + share * (COURSE - ABOVE - BELOW)
    }
}

fn pixels(length: f64) -> String {
    format!("{length:.1}")
}

/// The margin along a number: the verdicts as stripes, the numbers from left to right, what was given and where the
/// verdict turns marked.
pub(super) fn course(contents: &Contents<'_>, course: &Course) -> Markup {
    let name = contents.rulebook.questions()[course.question].name.as_str();
    let id = format!("along-{}", course.question);
    html! {
        figure.course {
            figcaption id=(id) { (name) }
            div.plot {
                svg width="100%" height=(COURSE) role="img" aria-labelledby=(id) { (picture(contents, course)) }
                svg width="100%" height=(COURSE) aria-hidden="true" focusable="false" {
                    (names_of_stripes(contents, &Scale::of(course)))
                }
            }
            p.turns { (turns(contents, course)) }
            details {
                summary { "Figures" }
                (figures(contents, course, name))
            }
        }
    }
}

fn picture(contents: &Contents<'_>, course: &Course) -> Markup {
    let scale = Scale::of(course);
    let number = course.stretches.len();
    let at = |edge: usize| in_percent(100.0 * edge as f64 / number as f64);
    let middle = |index: usize| in_percent(100.0 * (index as f64 + 0.5) / number as f64);
    let step = number.div_ceil(LABELS);
    let shown = |index: usize, stretch: &Stretch| index.is_multiple_of(step) || stretch.here;
    let foot = COURSE - BELOW;
    html! {
        (stripes(contents, &scale))
        line.zero x1="0" x2="100%" y1=(pixels(scale.y(0.0))) y2=(pixels(scale.y(0.0))) {}
        @for (index, stretch) in course.stretches.iter().enumerate() {
            @let y = scale.y(stretch.margin as f64);
            @if stretch.here {
                rect.here x=(at(index)) width=(in_percent(100.0 / number as f64)) y=(pixels(ABOVE)) height=(pixels(foot - ABOVE)) {}
            }
            @if stretch.turns { line.turn x1=(at(index)) x2=(at(index)) y1=(pixels(ABOVE)) y2=(pixels(foot)) {} }
            @if let Some(before) = index.checked_sub(1).and_then(|before| course.stretches.get(before)) {
                line.margin x1=(at(index)) x2=(at(index)) y1=(pixels(scale.y(before.margin as f64))) y2=(pixels(y)) {}
            }
            line.margin x1=(at(index)) x2=(at(index + 1)) y1=(pixels(y)) y2=(pixels(y)) {}
        }
        @for (index, stretch) in course.stretches.iter().enumerate() {
            @let y = scale.y(stretch.margin as f64);
            @if shown(index, stretch) {
                text.value x=(middle(index)) y=(pixels(y - if stretch.here { 9.0 } else { 6.0 })) { (signed(stretch.margin)) }
                text.number x=(middle(index)) y=(pixels(COURSE - 8.0)) { (numbers(contents, course, stretch)) }
            }
            @if stretch.here { circle.given cx=(middle(index)) cy=(pixels(y)) r="5" {} }
        }
    }
}

/// The verdicts as stripes across the picture, as far as it reaches.
fn stripes(contents: &Contents<'_>, scale: &Scale) -> Markup {
    html! {
        @for (band, top, height) in scale.bands(contents) {
            rect class={ "stripe " (super::tone_of(band.leaning)) } x="0" width="100%" y=(pixels(top)) height=(pixels(height)) {}
            line.edge x1="0" x2="100%" y1=(pixels(top)) y2=(pixels(top)) {}
        }
    }
}

/// Their names beside it, where there is room for them.
fn names_of_stripes(contents: &Contents<'_>, scale: &Scale) -> Markup {
    const LINE: f64 = 11.0;
    html! {
        @for (band, top, height) in scale.bands(contents) {
            @if height >= LINE { text.band x="6" y=(pixels(top + height / 2.0 + 4.0)) { (band.name) } }
        }
    }
}

/// "1", "2–5", "30+"
fn numbers(contents: &Contents<'_>, course: &Course, stretch: &Stretch) -> String {
    let Kind::Count(count) = &contents.rulebook.questions()[course.question].kind else {
        return String::new();
    };
    match (stretch.from, stretch.to) {
        (from, to) if from == to => from.to_string(),
        (from, to) if to == count.max => format!("{from}+"),
        (from, to) => format!("{from}\u{2013}{to}"),
    }
}

/// What was given, and where the verdict turns.
fn turns(contents: &Contents<'_>, course: &Course) -> Markup {
    let band = |stretch: &Stretch| contents.rulebook.bands()[stretch.band].name.to_lowercase();
    let turning = course.stretches.windows(2).filter(|pair| pair[1].turns);
    html! {
        @match course.given {
            Some(given) => span { span.dot aria-hidden="true" { "●" } " you: " (given) },
            None => span { "not answered" },
        }
        @for pair in turning {
            " " span { span.dash aria-hidden="true" { "┆" } " from " (pair[1].from) ": " (band(&pair[1])) }
        }
    }
}

fn figures(contents: &Contents<'_>, course: &Course, name: &str) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (name) }
                th.figure scope="col" { "Margin" }
                th scope="col" { "Answer" }
            } }
            tbody {
                @for stretch in &course.stretches {
                    tr.best[stretch.here] {
                        th scope="row" { (stretch.said) @if stretch.here { " (you)" } }
                        td.figure { (signed(stretch.margin)) }
                        td { (contents.rulebook.bands()[stretch.band].name) }
                    }
                }
            }
        }
    }
}
