//! The head of a rulebook: its name, its constants, its sides and its bands.

use super::availability::MAX_BITS;
use super::knowledge::Names;
use super::{SCHEMA, Section};
use crate::document::Reader;
use crate::rulebook::{Band, Constant, Headline, Leaning, Side, UNDECIDED, Undecided};

/// Figures beyond this are slips; the bound keeps every sum far from overflow.
pub(super) const MAX_FIGURE: i64 = 1_000;
const MAX_MARGIN: i64 = 1_000_000_000;

pub(super) struct Verdicts {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) title: String,
    pub(super) subject: usize,
    pub(super) effort_price: Constant,
    pub(super) shortfall_price: Constant,
    pub(super) decided_from: Constant,
    pub(super) undecided: Undecided,
    pub(super) with: Side,
    pub(super) without: Side,
    pub(super) hedge: Side,
    pub(super) bands: Vec<Band>,
}

pub(super) fn build(head: &Reader<'_>, bands: &Section<'_>, known: Names<'_>) -> Verdicts {
    if let Some(schema) = head.required_word("schema")
        && schema.text != SCHEMA
    {
        let message = format!("this program reads the schema `{SCHEMA}`, not `{}`", schema.text);
        head.log().fault(schema.span.clone(), message, None);
    }
    // That it stands by itself is known by whoever reads it as a whole.
    head.flag("extends");
    let constants = head.required_table("constants");
    let read = |table: Reader<'_>, least: i64, most: i64| {
        let constant = Constant {
            value: table.required_integer("value", least..=most),
            because: table.required_text("because"),
        };
        table.finish();
        constant
    };
    let constant = |key: &'static str, least: i64| {
        let table = constants.as_ref().and_then(|constants| constants.required_table(key));
        table.map_or(Constant { value: 1, because: String::new() }, |table| read(table, least, MAX_FIGURE))
    };
    let (effort_price, shortfall_price) = (constant("effort-price", 0), constant("shortfall-price", 1));
    let decided_from = constants.as_ref().and_then(|constants| constants.table("decided-from"));
    let decided_from = decided_from.map_or_else(two_thirds, |table| read(table, 0, 100));
    if let Some(constants) = constants {
        constants.finish();
    }
    let sides = head.required_table("sides");
    let side = |key: &'static str| {
        let read = sides.as_ref().and_then(|sides| sides.required_table(key));
        read.map_or(Side { id: String::new(), name: String::new(), case: String::new() }, |table| {
            let side = Side {
                id: table.required_text("id"),
                name: table.required_text("name"),
                case: table.required_text("case"),
            };
            table.finish();
            side
        })
    };
    let (with, without, hedge) = (side("with"), side("without"), side("hedge"));
    if [&with, &without, &hedge].into_iter().any(|side| side.id == UNDECIDED) {
        head.log().fault(head.span(), format!("no side can be called `{UNDECIDED}`"), None);
    }
    let undecided = head.table("undecided").map_or_else(too_little, |table| {
        let undecided = Undecided {
            name: table.required_text("name"),
            headline: table.required_text("headline"),
            meaning: table.required_text("meaning"),
        };
        table.finish();
        undecided
    });
    if let Some(sides) = sides {
        sides.finish();
    }
    let names = [(Leaning::Without, &without.id), (Leaning::Hedge, &hedge.id), (Leaning::With, &with.id)];
    let last = bands.tables.len().saturating_sub(1);
    let mut position = 0;
    let mut before: Option<(i64, Leaning)> = None;
    let bands = bands.build(|table, id| {
        let band = Band {
            headline_where: headlines(table, known),
            ..band(table, id, &names, position == 0, position == last)
        };
        check_order(table, &band, before);
        check_side(table, &band);
        before = Some((band.to.unwrap_or(MAX_MARGIN), band.leaning));
        position += 1;
        band
    });
    if bands.len() > MAX_BITS {
        head.log().fault(head.span(), format!("there are more than {MAX_BITS} bands"), None);
    }
    if let (Some(first), Some(last)) = (bands.first(), bands.last())
        && (first.leaning != Leaning::Without || last.leaning != Leaning::With)
    {
        let message =
            format!("the first band must be of side `{}` and the last of `{}`", without.id, with.id);
        head.log().fault(head.span(), message, None);
    }
    Verdicts {
        name: head.required_text("name"),
        version: head.required_text("version"),
        title: head.required_text("title"),
        subject: known.families.required(head, "subject"),
        effort_price,
        shortfall_price,
        decided_from,
        undecided,
        with,
        without,
        hedge,
        bands,
    }
}

fn two_thirds() -> Constant {
    let because =
        "Of three ways in which the open questions may be answered, two give the same side.".to_owned();
    Constant { value: 67, because }
}

fn too_little() -> Undecided {
    Undecided {
        name: "Undecided".to_owned(),
        headline: "Not enough is known: {possible}, leaning to {leaning}.".to_owned(),
        meaning: "Too little is known: open answers can still turn the result.".to_owned(),
    }
}

fn headlines(table: &Reader<'_>, known: Names<'_>) -> Vec<Headline> {
    let headlines = table.tables("headline-where", "the headline");
    let built = headlines.map(|headline| {
        let built = Headline {
            text: headline.required_text("text"),
            when: known.condition(&headline, "when"),
            in_use: headline.flag("in-use"),
            stays: headline.flag("stays"),
        };
        headline.finish();
        built
    });
    built.collect()
}

fn band(table: &Reader<'_>, id: String, sides: &[(Leaning, &String)], first: bool, last: bool) -> Band {
    if id == UNDECIDED {
        table.log().fault(table.span(), format!("no band can be called `{UNDECIDED}`"), None);
    }
    let leaning = table.required_word("side").map_or(Leaning::Hedge, |word| {
        let found = sides.iter().find(|(_, id)| *id == word.text);
        if found.is_none() {
            table.log().unknown(
                word.span.clone(),
                "side",
                word.text,
                sides.iter().map(|(_, id)| id.as_str()),
            );
        }
        found.map_or(Leaning::Hedge, |(leaning, _)| *leaning)
    });
    let bound = |key: &'static str, open: bool| {
        let value = table.integer(key, -MAX_MARGIN..=MAX_MARGIN);
        match (value, open) {
            (Some(_), true) => {
                table.log().fault(
                    table.span(),
                    format!("`{key}` would leave margins beyond it without a verdict"),
                    None,
                );
                None
            }
            (None, false) => {
                table.log().fault(table.span(), format!("the band lacks `{key}`"), None);
                Some(0)
            }
            (value, _) => value,
        }
    };
    Band {
        name: table.required_text("name"),
        leaning,
        from: bound("at-least", first),
        to: bound("at-most", last),
        headline: table.required_text("headline"),
        headline_where: Vec::new(),
        meaning: table.required_text("meaning"),
        because: table.required_text("because"),
        id,
    }
}

/// Bands must follow one another without a gap, without an overlap, and from the one side to the other.
fn check_order(table: &Reader<'_>, band: &Band, before: Option<(i64, Leaning)>) {
    if let (Some(from), Some(to)) = (band.from, band.to)
        && from > to
    {
        table.log().fault(table.span(), format!("the band runs from {from} down to {to}"), None);
    }
    let Some((end, leaning)) = before else { return };
    if let Some(from) = band.from
        && from != end + 1
    {
        let wrong = if from > end { "leaves a gap after" } else { "overlaps" };
        let message = format!("the band {wrong} the one before it, which ends at {end}");
        table.log().fault(table.span(), message, Some(format!("write at-least = {}", end + 1)));
    }
    if band.leaning < leaning {
        table.log().fault(table.span(), "bands must go from one side to the other".to_owned(), None);
    }
}

/// The side of a verdict and the platform with the least burden must not contradict each other.
fn check_side(table: &Reader<'_>, band: &Band) {
    let (wrong, bound) = match band.leaning {
        Leaning::Without => (band.to.is_none_or(|to| to >= 0), "at-most = -1 or less"),
        Leaning::With => (band.from.is_none_or(|from| from <= 0), "at-least = 1 or more"),
        Leaning::Hedge => (false, ""),
    };
    if wrong {
        let message = "the band takes one side at margins that are even or speak for the other".to_owned();
        table.log().fault(
            table.span(),
            message,
            Some(format!("it needs {bound}; the middle takes the rest")),
        );
    }
}
