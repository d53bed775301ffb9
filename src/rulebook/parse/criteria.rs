//! `[[criterion]]` → [`Criterion`].

use super::knowledge::Names;
use super::verdict::MAX_FIGURE;
use super::{Ids, Section, condition, shown};
use crate::document::{Entry, FaultLog, Node, Reader, Span};
use crate::rulebook::{Condition, Criterion, CriterionSide, Demand, Must, Whose};

pub(super) fn build(section: &Section<'_>, names: Names<'_>) -> Vec<Criterion> {
    section.build(|table, id| criterion(table, id, names))
}

fn criterion(table: &Reader<'_>, id: String, names: Names<'_>) -> Criterion {
    let side = side(table);
    let removes = names.platforms.resolve_list(table, "removes");
    let leaves = table.word("leaves").and_then(|word| names.families.resolve_word(word, table.log()));
    // What is misspelled is told where it stands, and only there.
    let names_any = |key| {
        table.get(key).is_some_and(|value| !matches!(&value.node, Node::List(items) if items.is_empty()))
    };
    if side == CriterionSide::Constraint {
        if !names_any("removes") && !names_any("leaves") {
            let message = "a constraint `removes` platforms or `leaves` one family".to_owned();
            table.log().fault(table.span(), message, None);
        }
    } else if !removes.is_empty() || leaves.is_some() {
        let message = "only a criterion of side `constraint` takes platforms off the table".to_owned();
        table.log().fault(table.span(), message, None);
    }
    let when = table.get("when");
    // What is ruled out for everybody needs no condition.
    if when.is_none() && side != CriterionSide::Constraint {
        table.log().fault(table.span(), "the criterion lacks `when`".to_owned(), None);
    }
    Criterion {
        side,
        tutorial: table.flag("tutorial"),
        statement: table.required_text("statement"),
        when: when
            .map_or(Condition::All(Vec::new()), |value| condition::read(value, names.questions, table.log())),
        effort: table.integer("effort", -MAX_FIGURE..=MAX_FIGURE).unwrap_or(0),
        familiarity: familiarity(table, names),
        demands: demands(table, names.aspects),
        musts: musts(table, names.aspects),
        removes,
        leaves,
        because: table.required_text("because"),
        nuance: table.text("nuance"),
        figures: table.text("figures"),
        sources: names.sources.resolve_list(table, "sources"),
        id,
    }
}

fn side(table: &Reader<'_>) -> CriterionSide {
    let word = table.required_word("side");
    word.and_then(|word| side_named(word.text, word.span, table.log())).unwrap_or(CriterionSide::Essential)
}

/// The side of criteria that a word names.
pub(super) fn side_named(word: &str, span: &Span, log: &FaultLog<'_>) -> Option<CriterionSide> {
    let known = CriterionSide::ALL.iter().map(|(_, name)| *name);
    log.find(span, "side", word, known).map(|index| CriterionSide::ALL[index].0)
}

/// Points by the id of a family or a platform; where both are called the same, the family is meant.
fn familiarity(table: &Reader<'_>, names: Names<'_>) -> Vec<(Whose, i64)> {
    let points = |entry: &Entry<'_>| match entry.value.node {
        Node::Integer(points) if (-MAX_FIGURE..=MAX_FIGURE).contains(&points) => Some(points),
        ref other => {
            let message = format!("points are whole numbers, not {}", shown(other));
            table.log().fault(entry.value.span.clone(), message, None);
            None
        }
    };
    let whose = |entry: &Entry<'_>| {
        let Names { families, platforms, .. } = names;
        let family = families.index.get(entry.key.as_ref()).copied().map(Whose::Family);
        let whose = family.or_else(|| platforms.index.get(entry.key.as_ref()).copied().map(Whose::Platform));
        if whose.is_none() {
            let ids = families.names.iter().chain(&platforms.names).copied();
            table.log().unknown(entry.key_span.clone(), "family or platform", &entry.key, ids);
        }
        whose
    };
    table.map("familiarity").iter().filter_map(|entry| Some((whose(entry)?, points(entry)?))).collect()
}

fn musts(table: &Reader<'_>, aspects: &Ids<'_>) -> Vec<Must> {
    let level = |entry: &Entry<'_>| match entry.value.node {
        Node::Integer(level @ 1..=4) => Some(level as u8),
        ref other => {
            let message = format!("a must is a level from 1 to 4, not {}", shown(other));
            table.log().fault(entry.value.span.clone(), message, None);
            None
        }
    };
    let must = |entry: &Entry<'_>| {
        let aspect = aspects.resolve(&entry.key, &entry.key_span, table.log());
        Some(Must { level: level(entry)?, aspect: aspect? })
    };
    table.map("musts").iter().filter_map(must).collect()
}

fn demands(table: &Reader<'_>, aspects: &Ids<'_>) -> Vec<Demand> {
    table
        .map("demands")
        .iter()
        .filter_map(|entry| {
            let aspect = aspects.resolve(&entry.key, &entry.key_span, table.log());
            let demand = Reader::of(&entry.value, "the demand", table.log())?;
            let level = demand.required_integer("level", 1..=4) as u8;
            let weight = demand.required_integer("weight", 1..=MAX_FIGURE);
            demand.finish();
            Some(Demand { aspect: aspect?, level, weight })
        })
        .collect()
}
