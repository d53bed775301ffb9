//! The words that a result uses for its own figures, each explained as one would to a colleague.

use crate::rulebook::{Leaning, Rulebook};

/// A word of a result and what it means.
struct Term {
    id: &'static str,
    /// `{with}` and `{without}` stand for the names of the two sides, `{base}` for the price of a point of effort to a team
    /// of which nothing is known, `{decided}` for the share from which on an answer is given, `{verdict}` for the id of one.
    meaning: &'static str,
}

const TERMS: [Term; 18] = [
    Term {
        id: "answer",
        meaning: "What you said, what a file says or what a scan found. What is not answered counts for nobody.",
    },
    Term {
        id: "effort",
        meaning: "How much work a platform is to set up and to keep running, from 1 (lightest) to 10, more or less \
                  where your people know it or do not.",
    },
    Term {
        id: "cost",
        meaning: "What one point of effort costs your team. It starts at {base}; every reason against extra work that \
                  holds for you adds to it, people for that work take from it, and it is never below 1.",
    },
    Term {
        id: "missing",
        meaning: "What your answers call for and a platform does not have: for each need, its weight times the levels \
                  that the platform is below it.",
    },
    Term {
        id: "level",
        meaning: "What a platform offers in one respect, from 0 (none) to 4 (complete and built in).",
    },
    Term {
        id: "weight",
        meaning: "How many points a need is worth for each level by which a platform falls short of it.",
    },
    Term {
        id: "must",
        meaning: "A need that nothing makes up for. A platform that lacks one comes after all that lack none, whatever \
                  their totals.",
    },
    Term {
        id: "total",
        meaning: "Effort × cost + missing. The platform with the lowest total is the one to take.",
    },
    Term {
        id: "ruled-out",
        meaning: "Your answers leave this platform no way, whatever its total: it does not run where you have to run, for example.",
    },
    Term {
        id: "margin",
        meaning: "The lowest total of {without} minus the lowest total of {with}. Above 0 speaks for {with}. The verdict \
                  is the range in which it lies: `needk8s explain {verdict}`, for example.",
    },
    Term {
        id: "verdict",
        meaning: "The answer in a word. Each has a range of the margin, unless one fact decides alone.",
    },
    Term {
        id: "toss-up",
        meaning: "The platforms of both sides come to nearly the same. What your people know may decide; no rule does.",
    },
    Term {
        id: "undecided",
        meaning: "Open answers can still turn the side in too many ways. What to answer next is named beside it.",
    },
    Term {
        id: "leaning",
        meaning: "The verdict that the answers so far come to, while others are still possible.",
    },
    Term {
        id: "sureness",
        meaning: "In how many of 100 ways to answer the open questions the answer stays on its side, likelier answers \
                  counted for more. Below {decided} there is no verdict yet.",
    },
    Term {
        id: "steadiness",
        meaning: "By how many percent all our estimates (levels, weights, efforts) may be off, each in the worst \
                  direction, before the answer changes side.",
    },
    Term {
        id: "odds",
        meaning: "Of the published decisions to which these rules give the same verdict: how often each side turned out \
                  right. `needk8s cases` lists them.",
    },
    Term {
        id: "precedent",
        meaning: "A published decision of people whose answers are like yours, with how it went.",
    },
];

/// The ids of all words.
pub(super) fn ids() -> Vec<&'static str> {
    TERMS.iter().map(|term| term.id).collect()
}

/// What a word means, or nothing where it is none of a result's.
pub(super) fn meaning(rulebook: &Rulebook, id: &str) -> Option<String> {
    let term = TERMS.iter().find(|term| term.id == id)?;
    let bands = rulebook.bands();
    let verdict = bands.iter().find(|band| band.leaning == Leaning::Hedge).or(bands.first())?;
    Some(
        term.meaning
            .replace("{without}", &rulebook.side(Leaning::Without).name)
            .replace("{with}", &rulebook.side(Leaning::With).name)
            .replace("{verdict}", &verdict.id)
            .replace("{base}", &rulebook.effort_price().value.to_string())
            .replace("{decided}", &rulebook.decided_from().value.to_string()),
    )
}
