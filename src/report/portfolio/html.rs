//! A portfolio as one page: complete in itself, without a script, its table sorted by the style sheet.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use maud::{Markup, html};

use super::{BROKEN_OFF, Order, Portfolio, grouped, points, systems as counted_systems};
use crate::portfolio::System;
use crate::report::html::{STYLE as BASE_STYLE, footer, page, part, signed, tone_of as tone};
use crate::rulebook::Leaning;
use crate::text::{counted, upper_first};

const STYLE: &str = include_str!("style.css");
/// So many systems have a row, the first by the order that was asked for.
const MOST_ROWS: usize = 2_000;
/// Pixels of the height of the map.
const MAP: f64 = 420.0;

/// What is written in another way in the address of a page.
const IN_A_PATH: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// The orders that a reader can choose.
const ORDERS: [(&str, Order); 5] = [
    ("Margin", Order::Margin),
    ("Name", Order::Name),
    ("Verdict", Order::Verdict),
    ("Least sure", Order::Sureness),
    ("Nearest to turning", Order::Nearest),
];

pub(super) fn render(portfolio: &Portfolio<'_>) -> String {
    let style = format!("{BASE_STYLE}{STYLE}{}", order_style(portfolio));
    let title = format!("{} {}", portfolio.rulebook.title(), counted_systems(portfolio.all()));
    page(&title, &style, &body(portfolio))
}

/// For each order, the place of each row in it.
fn order_style(portfolio: &Portfolio<'_>) -> String {
    let shown = portfolio.systems.len().min(MOST_ROWS);
    let mut places = vec![[0_usize; ORDERS.len()]; shown];
    for (column, (_, order)) in ORDERS.iter().enumerate() {
        let mut rows: Vec<usize> = (0..shown).collect();
        rows.sort_by(|one, other| order.compare(&portfolio.systems[*one], &portfolio.systems[*other]));
        for (place, row) in rows.into_iter().enumerate() {
            places[row][column] = place;
        }
    }
    let mut style = String::new();
    for (row, places) in places.iter().enumerate() {
        let _ = write!(style, "#s{row}{{");
        for (column, place) in places.iter().enumerate() {
            let _ = write!(style, "--o{column}:{place};");
        }
        style.push_str("}\n");
    }
    style
}

fn body(portfolio: &Portfolio<'_>) -> Markup {
    let subject = &portfolio.rulebook.side(Leaning::With).name;
    html! {
        a.skip href="#systems" { "Skip to the systems" }
        header.answer.hedge {
            p.eyebrow { (portfolio.rulebook.title()) " " (counted_systems(portfolio.all())) }
            h1 { (portfolio.headline()) }
            @if portfolio.interrupted { p.lead { (BROKEN_OFF) } }
            @if let (Some(sharing), false) = (portfolio.sharing_changes(), portfolio.shared) { p { (sharing) } }
        }
        main {
            (part("verdicts", "How they come out", distribution(portfolio)))
            (part("map", &format!("What {subject} would bring, and what it would cost"), map(portfolio)))
            div.pair {
                (drivers(portfolio))
                (brakes(portfolio))
            }
            (nearest(portfolio))
            (records(portfolio))
            (shared(portfolio))
            (groups(portfolio))
            (part("systems", "The systems", systems(portfolio)))
        }
        (footer(&portfolio.date, &portfolio.counts.say(), &portfolio.provenance))
    }
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn bar(name: &str, number: usize, most: usize, all: usize, class: &str) -> Markup {
    let width = format!("{:.2}%", share(number, most));
    html! {
        li {
            span.name { (name) }
            svg width="100%" height="22" aria-hidden="true" focusable="false" {
                rect class=(class) x="0" y="0" width=(width) height="22" {}
            }
            span.total { (grouped(number as i64)) span.aside { (in_percent(number, all)) } }
        }
    }
}

/// "12 %"
fn in_percent(number: usize, all: usize) -> String {
    if number > 0 && 100 * number < all { "<1 %".to_owned() } else { format!("{:.0} %", share(number, all)) }
}

fn distribution(portfolio: &Portfolio<'_>) -> Markup {
    let all = portfolio.all();
    let verdicts = portfolio.verdicts();
    let most = verdicts.iter().map(|(.., number)| *number).max().unwrap_or(1);
    let platforms = portfolio.named_platforms();
    let most_platforms = platforms.iter().map(|(.., number)| *number).max().unwrap_or(1);
    html! {
        div.pair {
            figure {
                figcaption { "By verdict" }
                ul.bars { @for (name, side, number) in &verdicts { (bar(name, *number, most, all, tone(*side))) } }
            }
            figure {
                figcaption { "By " (portfolio.platform_head()) }
                ul.bars {
                    @for (name, side, number) in &platforms { (bar(name, *number, most_platforms, all, tone(*side))) }
                }
            }
        }
    }
}

/// Where points lie on the map, from 0 to 100.
struct Scale {
    least: i64,
    most: i64,
}

impl Scale {
    /// The middle of the values: the few beyond it stand at the edge.
    fn of(values: impl Iterator<Item = i64>) -> Self {
        let mut values: Vec<i64> = values.collect();
        values.sort_unstable();
        let at = |part: usize| values.get(values.len().saturating_sub(1) * part / 1000).copied().unwrap_or(0);
        Self { least: at(5).min(0), most: at(995).max(1) }
    }

    /// The value that a point stands at: its own, or that of the edge.
    fn shown(&self, value: i64) -> i64 {
        value.clamp(self.least, self.most)
    }

    fn at(&self, value: i64) -> f64 {
        self.beyond(self.shown(value) as f64)
    }

    /// The same for what may lie outside.
    fn beyond(&self, value: f64) -> f64 {
        4.0 + 92.0 * (value - self.least as f64) / (self.most - self.least).max(1) as f64
    }
}

/// What the subject would bring up, what it would cost along: the diagonals are where verdicts change.
fn map(portfolio: &Portfolio<'_>) -> Markup {
    let systems = || portfolio.systems.iter().filter(|system| !system.judgement.is_forced);
    let (across, up) =
        (Scale::of(systems().map(|system| system.cost)), Scale::of(systems().map(|system| system.need)));
    // Those that stand at one place.
    let mut spots: BTreeMap<(i64, i64), Vec<&System>> = BTreeMap::new();
    for system in systems() {
        spots.entry((across.shown(system.cost), up.shown(system.need))).or_default().push(system);
    }
    let is_beyond =
        |system: &System| across.shown(system.cost) != system.cost || up.shown(system.need) != system.need;
    let beyond = systems().filter(|system| is_beyond(system)).count();
    let forced = portfolio.systems.len() - systems().count();
    let subject = &portfolio.rulebook.side(Leaning::With).name;
    let percent = |at: f64| format!("{at:.2}%");
    let y = |value: i64| 100.0 - up.at(value);
    // Where the margin is this, need and cost differ by as much.
    let edges = portfolio.rulebook.bands().windows(2).filter(|pair| pair[0].leaning != pair[1].leaning);
    let edges: Vec<f64> = edges.filter_map(|pair| pair[0].to).map(|to| to as f64 + 0.5).collect();
    let ticks = |scale: &Scale| -> Vec<i64> {
        let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000]
            .into_iter()
            .find(|step| (scale.most - scale.least) / step <= 8)
            .unwrap_or(100_000);
        (scale.least.div_euclid(step)..=scale.most / step)
            .map(|at| at * step)
            .filter(|at| *at >= scale.least)
            .collect()
    };
    html! {
        p {
            "Each circle is a system, or several alike. The higher, the more of what they ask for would be missing without "
            (subject) "; the further right, the more extra work " (subject) " would be to the people who run it. Above the "
            "upper line it is worth that work, below the lower one it is not."
        }
        figure.map {
            span.along aria-hidden="true" { "↑ points that are missing without " (subject) }
            svg width="100%" height=(MAP) role="img" aria-label={ "Need against cost of " (subject) "; the table below has the same figures" } {
                @for tick in ticks(&across) {
                    line.edge x1=(percent(across.at(tick))) x2=(percent(across.at(tick))) y1="0" y2="100%" {}
                    text.tick x=(percent(across.at(tick))) y="99%" { (tick) }
                }
                @for tick in ticks(&up) {
                    line.edge x1="0" x2="100%" y1=(percent(y(tick))) y2=(percent(y(tick))) {}
                    text.tick.side x="4" y=(percent(y(tick))) { (tick) }
                }
                @for edge in &edges {
                    // Beyond both sides, so that the line runs through the whole picture.
                    @let at = |x: i64| 100.0 - up.beyond(x as f64 + edge);
                    @let (from, to) = (across.least - (across.most - across.least), across.most + (across.most - across.least));
                    line.border x1=(percent(across.beyond(from as f64))) x2=(percent(across.beyond(to as f64)))
                        y1=(percent(at(from))) y2=(percent(at(to))) {}
                }
                @for ((x, need), systems) in &spots {
                    @let number = systems.len();
                    @let first = systems[0];
                    @let side = portfolio.rulebook.bands()[first.judgement.band].leaning;
                    circle class={ "spot " (tone(side)) } cx=(percent(across.at(*x))) cy=(percent(y(*need)))
                        r=(format!("{:.1}", (4.0 + 2.2 * (number as f64 - 1.0).sqrt()).min(26.0))) {
                        title { (figures(systems, is_beyond)) }
                    }
                }
            }
            span.along.right aria-hidden="true" { "points of extra work →" }
            figcaption {
                @for side in Leaning::ALL {
                    span.key {
                        svg width="14" height="14" aria-hidden="true" focusable="false" { circle class={ "spot " (tone(side)) } cx="7" cy="7" r="6" {} }
                        " " (upper_first(match side { Leaning::Hedge => "either", side => &portfolio.rulebook.side(side).name }))
                    }
                }
                @if beyond > 0 {
                    (counted(beyond, "system lies", "systems lie")) " beyond the edge, where the circle stands. "
                }
                @if forced > 0 {
                    (counted(forced, "system is", "systems are")) " not shown: one fact decides there, whatever else holds."
                }
            }
        }
    }
}

/// The figures of what stands at one place; at the edge they may differ.
fn figures(systems: &[&System], is_beyond: impl Fn(&System) -> bool) -> String {
    const TOLD: usize = 8;
    let mut alike: Vec<Vec<&System>> = Vec::new();
    let mut places: HashMap<(i64, i64), usize> = HashMap::new();
    for system in systems {
        let place = *places.entry((system.need, system.cost)).or_insert(alike.len());
        match alike.get_mut(place) {
            Some(others) => others.push(system),
            None => alike.push(vec![system]),
        }
    }
    let more = alike.iter().skip(TOLD).map(Vec::len).sum::<usize>();
    let told = alike.iter().take(TOLD).map(|systems| {
        let System { need, cost, .. } = systems[0];
        let beyond = if is_beyond(systems[0]) { ", beyond the edge" } else { "" };
        format!("{}: {need} missing against {cost} of work{beyond}", names(systems))
    });
    told.chain((more > 0).then(|| format!("{more} more"))).collect::<Vec<String>>().join("; ")
}

fn names(systems: &[&System]) -> String {
    const NAMED: usize = 4;
    let mut names: Vec<&str> = systems.iter().take(NAMED).map(|system| system.name.as_str()).collect();
    let more;
    if systems.len() > NAMED {
        more = format!("{} more", systems.len() - NAMED);
        names.push(&more);
    }
    names.join(", ")
}

fn drivers(portfolio: &Portfolio<'_>) -> Markup {
    let needs = portfolio.needs(8);
    let most = needs.iter().map(|row| row.points).max().unwrap_or(1);
    let subject = &portfolio.rulebook.side(Leaning::With).name;
    html! {
        @if !needs.is_empty() {
            (part("needs", &format!("What drives the need for {subject}"), html! {
                ul.bars.drives {
                    @for row in &needs {
                        li {
                            span.name { (row.name) }
                            svg width="100%" height="16" aria-hidden="true" focusable="false" {
                                rect.with x="0" y="0" width=(format!("{:.2}%", 100.0 * row.points as f64 / most as f64)) height="16" {}
                            }
                            span.total { (grouped(row.points)) }
                            span.told {
                                "counts in " (counted_systems(row.systems))
                                @if row.musts > 0 { ", a must for " (row.musts) }
                                @if !row.because.is_empty() { ": " (row.because.join(", ")) }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn brakes(portfolio: &Portfolio<'_>) -> Markup {
    let brakes = portfolio.brakes(8);
    let most = brakes.iter().map(|row| -row.points).max().unwrap_or(1);
    let subject = &portfolio.rulebook.side(Leaning::With).name;
    html! {
        @if !brakes.is_empty() {
            (part("brakes", &format!("What speaks against {subject}"), html! {
                ul.bars.drives {
                    @for row in &brakes {
                        li {
                            span.name { (row.name) }
                            svg width="100%" height="16" aria-hidden="true" focusable="false" {
                                rect.without x="0" y="0" width=(format!("{:.2}%", -100.0 * row.points as f64 / most as f64)) height="16" {}
                            }
                            span.total { (signed(row.points)) }
                            span.told { "counts in " (counted_systems(row.systems)) }
                        }
                    }
                }
            }))
        }
    }
}

fn nearest(portfolio: &Portfolio<'_>) -> Markup {
    let nearest = portfolio.nearest(8);
    html! {
        @if !nearest.is_empty() {
            (part("nearest", "Nearest to changing sides", html! {
                ul {
                    @for system in nearest {
                        li { (linked(portfolio, system)) " (" (portfolio.verdict(system)) "): " (portfolio.turn(system)) "." }
                    }
                }
            }))
        }
    }
}

fn records(portfolio: &Portfolio<'_>) -> Markup {
    html! {
        @if let Some(recorded) = portfolio.recorded() {
            (part("records", "Recorded decisions", html! {
                p { (recorded) }
                ul { @for (system, why) in portfolio.out_of_date() { li { (linked(portfolio, system)) ": " (why) } } }
            }))
        }
    }
}

fn shared(portfolio: &Portfolio<'_>) -> Markup {
    let Some(sharing) = portfolio.rulebook.sharing().filter(|_| portfolio.shared) else { return html! {} };
    part(
        "shared",
        "Shared by many",
        html! {
            p { (sharing.because) }
            @for sums in portfolio.arithmetic() {
                @if let Some(group) = &sums.group { h3 { (group) } }
                table {
                    tbody {
                        @for line in &sums.lines {
                            tr { th scope="row" { (line.what) } td { (line.sum) } td.figure { (points(line.total)) } }
                        }
                    }
                }
                p { (sums.verdict) @if let Some(named) = &sums.named { " " (named) } }
            }
        },
    )
}

fn groups(portfolio: &Portfolio<'_>) -> Markup {
    let side = |side| &portfolio.rulebook.side(side).name;
    html! {
        @if let (Some(by), true) = (&portfolio.group, portfolio.has_groups()) {
            (part("groups", &format!("By {by}"), html! {
                div.wide tabindex="0" role="region" aria-labelledby="groups-title" {
                    table {
                        thead { tr {
                            th scope="col" { (upper_first(by)) }
                            th.figure scope="col" { "Systems" }
                            th.figure scope="col" { (upper_first(side(Leaning::Without))) }
                            th.figure scope="col" { "Either" }
                            th.figure scope="col" { (upper_first(side(Leaning::With))) }
                            th.figure scope="col" { "Undecided" }
                        } }
                        tbody {
                            @for row in portfolio.groups() {
                                tr {
                                    th scope="row" { (Portfolio::group_name(row.name)) }
                                    @for number in [row.systems, row.without, row.either, row.with, row.open] { td.figure { (number) } }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// The name of a system, which leads to its page where it has one.
fn linked(portfolio: &Portfolio<'_>, system: &System) -> Markup {
    match portfolio.pages.as_ref().zip(system.page.as_ref()) {
        Some((folder, page)) => {
            let folder = percent_encoding::utf8_percent_encode(folder, IN_A_PATH).to_string();
            // A folder here may be called like a scheme.
            let start = if folder.is_empty() || folder.starts_with(['/', '.']) { "" } else { "./" };
            let between = if folder.is_empty() { "" } else { "/" };
            html! { a href={ (start) (folder) (between) (page) } { (system.name) } }
        }
        None => html! { (system.name) },
    }
}

fn systems(portfolio: &Portfolio<'_>) -> Markup {
    let (rows, others) = portfolio.systems.split_at(portfolio.systems.len().min(MOST_ROWS));
    let has_groups = portfolio.has_groups();
    html! {
        fieldset.orders {
            legend { "Sorted by" }
            @for (number, (name, _)) in ORDERS.iter().enumerate() {
                label { input type="radio" name="order" value=(number) checked[number == 0]; " " (name) }
            }
        }
        div.wide tabindex="0" role="region" aria-labelledby="systems-title" {
            table.systems role="table" {
                thead role="rowgroup" { tr role="row" {
                    @for (name, class) in [("System", ""), ("Verdict", ""), ("Sure", "figure"), ("Margin", "figure"), ("Platform", ""), ("Deciding", ""), ("Open", "")] {
                        th class=(class) scope="col" role="columnheader" { (name) }
                    }
                } }
                tbody role="rowgroup" {
                    @for (row, system) in rows.iter().enumerate() {
                        @let side = portfolio.rulebook.bands()[system.judgement.band].leaning;
                        tr id={ "s" (row) } role="row" {
                            th scope="row" role="rowheader" {
                                (linked(portfolio, system))
                                @if has_groups && !system.group.is_empty() { span.aside { (system.group) } }
                            }
                            td role="cell" { span class={ "verdict " (if system.decided().is_some() { tone(side) } else { "hedge" }) } { (portfolio.verdict(system)) } }
                            td.figure role="cell" { (Portfolio::sure(system)) }
                            td.figure role="cell" { (signed(system.judgement.margin)) }
                            td role="cell" { (portfolio.platform(system)) }
                            td role="cell" { (portfolio.reason(system)) }
                            td role="cell" { (portfolio.unknown(system, 3)) }
                        }
                    }
                }
            }
        }
        @if !others.is_empty() {
            p { "And " (grouped(others.len() as i64)) " more, which a table (CSV) has." }
            @if portfolio.pages.is_some() {
                details {
                    summary { "Their pages" }
                    ul { @for system in others { li { (linked(portfolio, system)) } } }
                }
            }
        }
    }
}
