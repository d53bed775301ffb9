//! What each platform has of each aspect, as a heat map; what stands behind a cell opens without a script.

use maud::{Markup, html};

use super::{link, part};
use crate::report::content::{Availability, Contents};
use crate::rulebook::Rulebook;
use crate::text::counted;

pub(super) fn section(contents: &Contents<'_>) -> Markup {
    let map = Map { contents, rulebook: contents.rulebook };
    part("matrix", "What each platform has", map.show())
}

struct Map<'a> {
    contents: &'a Contents<'a>,
    rulebook: &'a Rulebook,
}

impl Map<'_> {
    fn show(&self) -> Markup {
        let (demanded, others): (Vec<usize>, Vec<usize>) =
            (0..self.rulebook.aspects().len()).partition(|aspect| self.demanded(*aspect) > 0);
        html! {
            (self.legend())
            div.wide tabindex="0" role="region" aria-labelledby="matrix-title" {
                table.heat {
                    thead { tr {
                        th scope="col" { "Aspect" }
                        th scope="col" { "Asked for" }
                        @for row in &self.contents.platforms {
                            th.platform scope="col" {
                                span { (self.contents.platform_name(row.platform)) }
                                @if row.availability != Availability::Available { span.aside { " ruled out" } }
                            }
                        }
                    } }
                    @if !demanded.is_empty() { (self.rows("What your answers call for", &demanded)) }
                    @if !others.is_empty() { (self.rows("What they do not call for", &others)) }
                }
            }
            div.notes {
                @for aspect in demanded.iter().chain(&others) {
                    @for row in &self.contents.platforms { (self.note(*aspect, row.platform)) }
                }
            }
        }
    }

    fn legend(&self) -> Markup {
        let levels = crate::rulebook::LEVELS;
        html! {
            p.legend {
                @for (level, name) in levels.iter().enumerate() {
                    span.key { span class={ "swatch level-" (level) } { (level) } " " (name) } " "
                }
                span.key { span.swatch.short { "−" } " less than your answers call for, in points" }
            }
            p.hint { "Choose a cell for its note and sources." }
        }
    }

    fn rows(&self, heading: &str, aspects: &[usize]) -> Markup {
        html! {
            tbody {
                tr.group { th scope="rowgroup" colspan=(self.contents.platforms.len() + 2) { span { (heading) } } }
                @for aspect in aspects {
                    @let demanded = self.demanded(*aspect);
                    tr {
                        th scope="row" { (self.rulebook.aspects()[*aspect].name) }
                        td.asked { @if demanded > 0 { (demanded) } @else { "–" } }
                        @for row in &self.contents.platforms { (self.cell(*aspect, row.platform)) }
                    }
                }
            }
        }
    }

    fn cell(&self, aspect: usize, platform: usize) -> Markup {
        let row = &self.rulebook.aspects()[aspect];
        let cell = &row.cells[platform];
        let points = self.points(aspect, platform);
        html! {
            td class={ "level-" (cell.level.min(4)) @if points > 0 { " short" } } {
                button type="button" popovertarget=(id(aspect, platform)) {
                    (cell.level)
                    span.unseen { ", " (cell.label) ": " (self.contents.platform_name(platform)) ", " (row.name) }
                    @if points > 0 { span.lack { " −" (points) } }
                }
            }
        }
    }

    fn note(&self, aspect: usize, platform: usize) -> Markup {
        let row = &self.rulebook.aspects()[aspect];
        let cell = &row.cells[platform];
        let demanded = self.demanded(aspect);
        let points = self.points(aspect, platform);
        let title = format!("{}-title", id(aspect, platform));
        html! {
            div.note popover id=(id(aspect, platform)) role="dialog" aria-labelledby=(title) {
                h3 id=(title) { (row.name) ": " (self.contents.platform_name(platform)) }
                p { span class={ "swatch level-" (cell.level.min(4)) } { (cell.level) } " " strong { (cell.label) } }
                p { (cell.note) }
                @if demanded > 0 {
                    p {
                        "Your answers call for " (row.asked(demanded)) " (" (demanded) ")"
                        @if points > 0 {
                            ": short by " (counted(usize::try_from(points).unwrap_or_default(), "point", "points"))
                        }
                        "."
                    }
                }
                @if let Some(claimed) = &cell.claimed { p { "Commonly claimed: " (claimed) "." } }
                @if let (Some(remedy), true) = (&cell.remedy, points > 0) { p { "What helps: " (remedy) } }
                ul.sources {
                    @for source in &cell.sources {
                        @let source = &self.rulebook.sources()[*source];
                        li { (link(&source.title, source.url.as_deref())) }
                    }
                }
                button.close type="button" popovertarget=(id(aspect, platform)) popovertargetaction="hide" { "Close" }
            }
        }
    }

    fn demanded(&self, aspect: usize) -> u8 {
        self.contents.assessment.demanded_level(self.rulebook, aspect)
    }

    fn points(&self, aspect: usize, platform: usize) -> i64 {
        let shortfalls = &self.contents.assessment.standings[platform].shortfalls;
        shortfalls.iter().find(|shortfall| shortfall.aspect == aspect).map_or(0, |shortfall| shortfall.points)
    }
}

fn id(aspect: usize, platform: usize) -> String {
    format!("cell-{aspect}-{platform}")
}
