//! The answer on one screen: why, how sure, the sum, when to think again, what to do first.

use super::{Contents, ShortfallRow, Writer};
use crate::explanation::Status;
use crate::precedents::Precedent;
use crate::report::cases;
use crate::report::explained::Again;
use crate::report::phrases;
use crate::rulebook::Leaning;
use crate::text::{list, lower_first};

/// What fits one screen, each part in full sentences or rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brief {
    /// The answer in one line, with what it assumes.
    pub line: String,
    /// Why, in terms of what was answered.
    pub why: Vec<String>,
    /// How sure it is.
    pub sure: Vec<String>,
    /// The compared platforms and the runner-up, the recommended one first.
    pub sums: Vec<Sum>,
    /// When to think again.
    pub again: Vec<Again>,
    /// What is not answered and would turn it, as a clause that completes "when …".
    pub unless: Option<String>,
    /// What to do first; nothing while too little is known.
    pub first: Vec<String>,
    /// What to answer next, in a sentence, while too little is known.
    pub ask: Option<String>,
    /// The published decisions nearest to the answers, with what came of them.
    pub like: Vec<String>,
    /// What to run next.
    pub next: Vec<String>,
}

/// One platform's figures: effort × price + missing = total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The index of the platform.
    pub platform: usize,
    /// Its effort for this team.
    pub effort: i64,
    /// What a point of effort costs this team.
    pub price: i64,
    /// Points for what is missing.
    pub missing: i64,
    /// The total.
    pub total: i64,
    /// What is missing, in words: what must be had first, then the most points.
    pub lacks: Vec<String>,
    /// Whether any of it must be had.
    pub lacks_a_must: bool,
    /// Whether a constraint rules it out.
    pub ruled_out: bool,
    /// Whether it is told of for one reason: it runs today.
    pub is_aside: bool,
}

impl Writer<'_> {
    pub(super) fn brief(&self, contents: &Contents<'_>) -> Brief {
        let precedents = contents.precedents();
        let cases_of = self.rulebook.cases();
        let undecided = contents.is_undecided();
        let (sure, again, unless) = match undecided {
            true => (vec![format!("{}.", contents.certainty)], Vec::new(), Vec::new()),
            false => (self.sure(contents), contents.explained.again.clone(), self.unless(contents)),
        };
        let side = (!undecided).then(|| self.assessment.leaning(self.rulebook));
        let precedent =
            |precedent: &Precedent| cases::precedent(self.rulebook, &cases_of[precedent.case], side);
        Brief {
            why: self.why(undecided),
            sure,
            like: precedents.nearest.iter().map(precedent).collect(),
            sums: self.sums(),
            again,
            line: match self.outlook.status {
                Status::Leaning => phrases::assuming(&contents.headline, &unless, &self.share()),
                Status::Settled | Status::Undecided => contents.headline.clone(),
            },
            unless: (!unless.is_empty())
                .then(|| format!("{} (not answered)", phrases::either_turns(&unless))),
            first: if undecided || self.stays() { Vec::new() } else { self.first(contents) },
            ask: Some(contents.explained.ask_next.join(", ")).filter(|names| undecided && !names.is_empty()),
            next: self.next(),
        }
    }

    /// How many answers are open, how far estimates may be off, how often such a verdict was right.
    fn sure(&self, contents: &Contents<'_>) -> Vec<String> {
        // Where one fact decides, it tells nothing how other answers of the same band turned out.
        let odds = contents.precedents().odds.filter(|_| self.assessment.decided_by.is_none());
        let odds = odds.map(|odds| cases::odds(self.rulebook, odds));
        let here = format!("{}; {}.", contents.certainty, contents.explained.steady);
        std::iter::once(here).chain(odds).collect()
    }

    fn why(&self, undecided: bool) -> Vec<String> {
        self.decided_by().map_or_else(|| self.compared(undecided), |decided| vec![decided])
    }

    fn compared(&self, undecided: bool) -> Vec<String> {
        let (with, without) = (self.assessment.best_with, self.assessment.best_without);
        let leaning = self.probable().unwrap_or_else(|| self.assessment.leaning(self.rulebook));
        match leaning {
            Leaning::Without => {
                let why = self.meets_with_less_effort(without, with, undecided);
                [Some(why), self.price_told(), self.tie()].into_iter().flatten().collect()
            }
            Leaning::With => {
                [Some(self.gain_despite_effort(with, without)), self.tie()].into_iter().flatten().collect()
            }
            Leaning::Hedge => {
                let meaning = || self.rulebook.bands()[self.assessment.band].meaning.clone();
                let close = (!undecided && !self.stays()).then(meaning);
                std::iter::once(self.gain_against_effort(without, with)).chain(close).collect()
            }
        }
    }

    /// "Kamal meets your needs except a and b, and takes effort 3, against 6 for k3s."
    fn meets_with_less_effort(&self, light: usize, heavy: usize, undecided: bool) -> String {
        let platform = self.platform(light);
        let aspects = 0..self.rulebook.aspects().len();
        let is_demanded = |aspect: &usize| self.assessment.demanded_level(self.rulebook, *aspect) > 0;
        let needs = aspects.filter(is_demanded).count();
        let lacks = self.lacks(light);
        let names = named(&lacks.iter().map(phrases::missing).collect::<Vec<String>>());
        let (start, verb) = (platform.at_start(), platform.verb("meets", "meet"));
        let meets = match needs {
            0 => format!("Your answers call for nothing special. {start}"),
            needs if 2 * lacks.len() > needs && lacks.len() > phrases::NAMED => {
                let met = needs.saturating_sub(lacks.len());
                format!("{start} {}, but", phrases::meets_few(verb, met, needs, &names))
            }
            _ => {
                const BASIC: u8 = 2;
                let in_part = lacks.iter().all(|lack| lack.level >= BASIC);
                format!("{start} {}, and", phrases::meets(verb, &names, in_part, undecided))
            }
        };
        let effort = |platform: usize| self.assessment.standings[platform].effort;
        format!(
            "{meets} {} {}, against {} for {}.",
            platform.verb("takes", "take"),
            phrases::effort(effort(light)),
            effort(heavy),
            self.platform(heavy).in_sentence()
        )
    }

    /// Another platform that comes to the same total as the recommended one, and why that one stands first.
    fn tie(&self) -> Option<String> {
        if self.stays() {
            return None;
        }
        let best = self.assessment.recommendation;
        let standing = |platform: usize| &self.assessment.standings[platform];
        let is_tied = |platform: &&usize| {
            **platform != best
                && standing(**platform).is_available()
                && standing(**platform).misses.len() == standing(best).misses.len()
                && standing(**platform).burden == standing(best).burden
        };
        let tied = *self.assessment.ranking.iter().find(is_tied)?;
        let start = self.platform(tied).at_start();
        let comes = self.platform(tied).verb("comes", "come");
        Some(match standing(tied).effort == standing(best).effort {
            true => format!("{start} {comes} to the same in all: take the one that your people know."),
            false => format!("{start} {comes} to the same total with more effort."),
        })
    }

    /// What `heavy` would add, and what that would cost over `light`.
    fn gain_against_effort(&self, light: usize, heavy: usize) -> String {
        let platform = self.platform(heavy);
        let effort = |platform: usize| self.assessment.standings[platform].effort;
        let gain = self.gains(heavy, light);
        let start = platform.at_start();
        let adds = match gain.is_empty() {
            true => format!("{start} would add nothing that your answers call for"),
            false => format!("{start} would add {}", named(&gain)),
        };
        format!(
            "{adds}, at effort {} against {} for {}.",
            effort(heavy),
            effort(light),
            self.platform(light).in_sentence()
        )
    }

    /// What `heavy` has and nothing simpler has, and that it is worth its effort.
    fn gain_despite_effort(&self, heavy: usize, light: usize) -> String {
        let (platform, other) = (self.platform(heavy), self.platform(light));
        let effort = |platform: usize| self.assessment.standings[platform].effort;
        let gain = self.gains(heavy, light);
        let efforts = match effort(heavy) - effort(light) {
            more if more > 0 => {
                format!("that is worth effort {} instead of {}", effort(heavy), effort(light))
            }
            0 => format!("and it takes no more effort ({0} against {0})", effort(heavy)),
            _ => format!("and it takes less effort ({} against {})", effort(heavy), effort(light)),
        };
        if gain.is_empty() {
            return format!("{} {} less in all.", platform.at_start(), platform.verb("costs", "cost"));
        }
        format!(
            "{} {} {}, which {}, the best of the rest, {}; {efforts}.",
            platform.at_start(),
            platform.verb("has", "have"),
            named(&gain),
            other.in_sentence(),
            other.verb("lacks", "lack"),
        )
    }

    /// What one platform has of what the answers call for and the other has not, by the names and in the order in which
    /// it is said to be missing.
    fn gains(&self, platform: usize, over: usize) -> Vec<String> {
        let has = |lack: &&ShortfallRow| {
            let aspect = self.rulebook.aspects().iter().find(|aspect| aspect.id == lack.aspect);
            aspect.is_some_and(|aspect| aspect.cells[platform].level >= lack.demanded)
        };
        self.lacks(over).iter().filter(has).map(|lack| lower_first(&lack.name)).collect()
    }

    /// Why effort weighs what it does for this team.
    fn price_told(&self) -> Option<String> {
        let mut dearer: Vec<(i64, usize)> = (0..self.rulebook.criteria().len())
            .filter(|index| self.assessment.holds(*index))
            .map(|index| (self.rulebook.criteria()[index].effort, index))
            .filter(|(points, _)| *points > 0)
            .collect();
        dearer.sort_by_key(|(points, index)| (-points, *index));
        let mut said: Vec<String> = Vec::new();
        for told in dearer.into_iter().filter_map(|(_, index)| self.told(index)) {
            if !said.contains(&told) && said.len() < phrases::NAMED {
                said.push(told);
            }
        }
        let price = self.assessment.effort_price;
        (!said.is_empty())
            .then(|| format!("A point of effort costs you {price}, since {}.", list(&said, "and")))
    }

    /// The compared platforms, the runner-up, and what runs today.
    fn sums(&self) -> Vec<Sum> {
        let assessment = self.assessment;
        let mut shown = vec![assessment.recommendation];
        let compared = [assessment.best_without, assessment.best_with].map(|best| self.contender(best));
        let runner_up = assessment.ranking.iter().find(|platform| {
            **platform != assessment.recommendation && assessment.standings[**platform].is_available()
        });
        // What runs today is what any move is compared with.
        let platforms = 0..self.rulebook.platforms().len();
        let in_use = platforms.filter(|platform| self.platform(*platform).is_in_use(&assessment.readings));
        for platform in compared.iter().chain(runner_up) {
            if !shown.contains(platform) {
                shown.push(*platform);
            }
        }
        let aside: Vec<usize> = in_use.filter(|platform| !shown.contains(platform)).collect();
        shown.extend(&aside);
        let place = |platform: &usize| assessment.ranking.iter().position(|other| other == platform);
        shown.sort_by_key(|platform| place(platform));
        let sum = |platform| Sum { is_aside: aside.contains(&platform), ..self.sum(platform) };
        shown.into_iter().map(sum).collect()
    }

    /// The best of a side; where that is out for a reason of its own, the best that only what decides keeps out.
    fn contender(&self, best: usize) -> usize {
        let Some(decides) = self.assessment.decided_by else { return best };
        let is_such = |platform: &&usize| {
            self.rulebook.is_subject(**platform) == self.rulebook.is_subject(best)
                && self.assessment.standings[**platform].removed_by == [decides]
        };
        let is_out = !self.assessment.standings[best].is_available();
        let other = self.assessment.ranking.iter().find(|platform| is_out && is_such(platform));
        other.copied().unwrap_or(best)
    }

    pub(super) fn sum(&self, platform: usize) -> Sum {
        let standing = &self.assessment.standings[platform];
        let price = self.assessment.effort_price;
        let lacks = self.lacks(platform);
        Sum {
            platform,
            effort: standing.effort,
            price,
            missing: standing.burden - price * standing.effort,
            total: standing.burden,
            lacks_a_must: lacks.iter().any(|lack| lack.must),
            lacks: lacks.iter().map(phrases::missing).collect(),
            ruled_out: !standing.is_available(),
            is_aside: false,
        }
    }

    fn first(&self, contents: &Contents<'_>) -> Vec<String> {
        const STEPS: usize = 2;
        let steps = contents.next_steps.iter().filter(|step| !step.kind.is_learning());
        steps.take(STEPS).map(|step| step.short().to_owned()).collect()
    }

    fn next(&self) -> Vec<String> {
        let assessment = self.assessment;
        let other = match assessment.recommendation == assessment.best_with {
            true => assessment.best_without,
            false => assessment.best_with,
        };
        let other = self.contender(other);
        phrases::next_commands(&self.platform(other).id)
    }
}

/// "a, b and 3 more"
fn named(items: &[String]) -> String {
    let mut said: Vec<String> = items.iter().take(phrases::NAMED).cloned().collect();
    if items.len() > phrases::NAMED {
        said.push(format!("{} more", items.len() - phrases::NAMED));
    }
    list(&said, "and")
}
