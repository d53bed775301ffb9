//! The margin term by term, and the strongest terms against the verdict as arguments.

use super::Writer;
use crate::assessment::{About, Term};
use crate::report::phrases;
use crate::rulebook::Leaning;
use crate::text::lower_first;

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Points of margin.
    pub points: i64,
    /// `aspect`, `effort`, `price`, `familiarity` or `floor`.
    pub kind: &'static str,
    /// The id of the aspect or criterion; of the constant otherwise.
    pub id: String,
    /// The head of the line.
    pub title: String,
    /// The reason.
    pub reason: String,
    /// The same at a glance.
    pub short: String,
}

impl Writer<'_> {
    pub(super) fn ledger_line(&self, term: &Term) -> LedgerLine {
        let (with, without) = (self.assessment.best_with, self.assessment.best_without);
        let line = |kind, id: &str, title: &str, reason: String, short: String| LedgerLine {
            points: term.points,
            kind,
            id: id.to_owned(),
            title: title.to_owned(),
            reason,
            short,
        };
        match term.about {
            About::Aspect(aspect) => {
                let row = &self.rulebook.aspects()[aspect];
                let cell = |platform: usize| {
                    format!("{}: {}", self.platform(platform).name, lower_first(&row.cells[platform].label))
                };
                let asked = row.asked(self.assessment.demanded_level(self.rulebook, aspect));
                let reason = format!(
                    "{}; {}. Your answers call for {asked} ({})",
                    cell(without),
                    cell(with),
                    self.demanded_by(aspect)
                );
                let label = |platform: usize| lower_first(&row.cells[platform].label);
                let short = format!("{}: {} against {}", row.name, label(without), label(with));
                line("aspect", &row.id, &row.name, reason, short)
            }
            About::Effort => {
                let effort = |platform: usize| self.rulebook.platforms()[platform].effort;
                let word = if effort(without) < effort(with) { "Less" } else { "More" };
                let title = format!("{word} to operate");
                let short = format!("{title}: effort {} against {}", effort(without), effort(with));
                let reason = format!(
                    "effort {} for {}, {} for {}",
                    effort(without),
                    self.platform(without).in_sentence(),
                    effort(with),
                    self.platform(with).in_sentence()
                );
                line("effort", "effort-price", &title, reason, short)
            }
            About::Price(criterion) => {
                let criterion = &self.rulebook.criteria()[criterion];
                let word = if criterion.effort > 0 { "more" } else { "less" };
                let reason = format!("each point of effort weighs {} {word}", criterion.effort.abs());
                let short = format!("{} ({reason})", criterion.statement);
                line("price", &criterion.id, &criterion.statement, reason, short)
            }
            About::Familiarity(index) => {
                let criterion = &self.rulebook.criteria()[index];
                let reason = self.efforts_changed(index);
                let short = format!("{} ({reason})", criterion.statement);
                line("familiarity", &criterion.id, &criterion.statement, reason, short)
            }
            About::Floor => {
                let reason = "a point of effort weighs at least 1, and no effort is below 0".to_owned();
                let short = format!("Least effort ({reason})");
                line("floor", "floor", "Least effort", reason, short)
            }
        }
    }

    /// What calls for an aspect, the highest demands first: "Fifteen services or more; A platform team; 3 more".
    fn demanded_by(&self, aspect: usize) -> String {
        const NAMED: usize = 3;
        let mut demanding = self.assessment.demanding(self.rulebook, aspect);
        demanding.sort_by_key(|index| {
            let demands = self.rulebook.criteria()[*index].demands.iter();
            let of_aspect = demands.filter(|demand| demand.aspect == aspect);
            std::cmp::Reverse(of_aspect.map(|demand| demand.level).max())
        });
        let statement = |index: &usize| self.rulebook.criteria()[*index].statement.clone();
        let more = demanding.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("{more} more"));
        demanding.iter().take(NAMED).map(statement).chain(more).collect::<Vec<_>>().join("; ")
    }

    /// "+2 effort for k3s, +1 for Nomad": what a criterion changes for the compared platforms.
    fn efforts_changed(&self, criterion: usize) -> String {
        let compared = [self.assessment.best_without, self.assessment.best_with];
        phrases::efforts_changed(self.rulebook, criterion, compared)
    }

    /// "it is not yet from -15 to -6; above 0 speaks for Kubernetes"
    pub(super) fn margin_said(&self) -> String {
        let band = &self.rulebook.bands()[self.assessment.band];
        let range = match (band.from, band.to) {
            (None, Some(to)) => format!("{to:+} or less"),
            (Some(from), None) => format!("{from:+} or more"),
            (Some(from), Some(to)) => format!("{from:+} to {to:+}"),
            (None, None) => "any sum".to_owned(),
        };
        if self.assessment.decided_by.is_some() {
            return "the margin, if that one fact were otherwise".to_owned();
        }
        format!(
            "the margin: \u{201c}{}\u{201d} is {range}; above 0 would favour {}",
            lower_first(&band.name),
            self.rulebook.side(Leaning::With).name
        )
    }

    pub(super) fn opposing_title(&self) -> String {
        let against = self.assessment.leaning(self.rulebook).opposite();
        self.rulebook.side(against).case.clone()
    }

    /// The strongest terms of the ledger against the verdict, as sentences; for a hedge, the strongest of either side.
    pub(super) fn opposing(&self) -> Vec<String> {
        const MOST: usize = 5;
        let leaning = self.assessment.leaning(self.rulebook);
        let against = |term: &&Term| match leaning {
            Leaning::Without => term.points > 0,
            Leaning::With => term.points < 0,
            Leaning::Hedge => true,
        };
        let mut said: Vec<String> = Vec::new();
        for sentence in self.assessment.ledger.iter().filter(against).filter_map(|term| self.argument(term)) {
            if !said.contains(&sentence) && said.len() < MOST {
                said.push(sentence);
            }
        }
        said
    }

    /// A term as an argument: what one platform has and the other has not, or why its effort weighs what it does.
    fn argument(&self, term: &Term) -> Option<String> {
        let (with, without) = (self.assessment.best_with, self.assessment.best_without);
        let (better, worse) = if term.points > 0 { (with, without) } else { (without, with) };
        match term.about {
            About::Aspect(aspect) => {
                let row = &self.rulebook.aspects()[aspect];
                let shortfalls = &self.assessment.standings[worse].shortfalls;
                let shortfall = shortfalls.iter().find(|shortfall| shortfall.aspect == aspect)?;
                let because = shortfall.criteria.iter().find_map(|index| self.because_of(*index, aspect));
                Some(format!(
                    "{}: your answers call for {}.{} {}: {} {}: {}.",
                    row.name,
                    row.asked(shortfall.demanded),
                    because.map_or(String::new(), |because| format!(" {because}")),
                    self.platform(better).name,
                    row.cells[better].note,
                    self.platform(worse).name,
                    lower_first(&row.cells[worse].label),
                ))
            }
            About::Effort => {
                let platform = self.platform(worse);
                Some(format!(
                    "{} {} effort {} against {}. {}",
                    platform.at_start(),
                    platform.verb("takes", "take"),
                    platform.effort,
                    self.platform(better).effort,
                    platform.effort_because
                ))
            }
            About::Price(index) => {
                let criterion = &self.rulebook.criteria()[index];
                // People who lighten the work are no reason for the platform that needs less of it, nor the reverse.
                let natural = (criterion.effort > 0) == (term.points < 0);
                natural.then(|| format!("{}. {}", criterion.statement, criterion.because))
            }
            About::Familiarity(index) => {
                let criterion = &self.rulebook.criteria()[index];
                Some(format!(
                    "{} ({}). {}",
                    criterion.statement,
                    self.efforts_changed(index),
                    criterion.because
                ))
            }
            About::Floor => None,
        }
    }

    /// Why a criterion demands an aspect, where its reason is about that alone.
    fn because_of(&self, criterion: usize, aspect: usize) -> Option<&str> {
        let criterion = &self.rulebook.criteria()[criterion];
        let alone = criterion.demands.iter().all(|demand| demand.aspect == aspect);
        alone.then_some(criterion.because.as_str())
    }
}
