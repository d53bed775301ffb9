//! The explanation in words: what decides the verdict, what would change it, how steady it is, what to ask next.

use crate::assessment::Assessment;
use crate::explanation::{
    Explanation, Figure, Fragile, OpenQuestion, Status, Target, TurningPoint, TurningPoints,
};
use crate::rulebook::{Condition, Leaning, Reading, Rulebook, Values, all_of, either};
use crate::text::{counted, lower_first, upper_first};

/// The whole explanation, sentence by sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What alone decides the verdict; `None` while several verdicts are possible.
    pub reason: Option<Reason>,
    /// What is worth watching, for each direction.
    pub again: Vec<Again>,
    /// What each answer may be, the others kept, without a change of verdict.
    pub slack: Vec<Said>,
    /// How far the figures of the rules may be off, as a clause.
    pub steady: String,
    /// The figure that matters most.
    pub fragile: Option<FragileFigure>,
    /// What is not known, those first that can change the verdict and move the margin most.
    pub open: Vec<Open>,
    /// The names of the questions that can still change the verdict, the most useful first.
    pub ask_next: Vec<String>,
    /// What that comes to, in a sentence; nothing where every question is answered.
    pub open_summary: Option<String>,
}

impl Explained {
    /// Which answers may not be others, what others may be, and which are without effect, a sentence or line each.
    pub fn leeway(&self) -> Vec<String> {
        let of = |scope: Scope| self.slack.iter().filter(move |answer| answer.scope == scope);
        let named = |lead: &str, scope: Scope| {
            let names: Vec<&str> = of(scope).map(|answer| answer.name.as_str()).collect();
            (!names.is_empty()).then(|| format!("{lead}: {}", names.join(", ")))
        };
        let some = of(Scope::Some).map(|answer| format!("{} may be {}", answer.name, answer.text));
        let first = named("Only as answered", Scope::One);
        first.into_iter().chain(some).chain(named("Any answer would do", Scope::All)).collect()
    }
}

/// What would bring another answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The answer that it would bring: "Kubernetes", "something simpler", or the name of a verdict.
    pub to: String,
    /// Each of these would do it; clauses that complete "when …", likely growth first.
    pub when: Vec<String>,
}

/// Given answers that force the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// "These 3 of 15 answers alone decide it"
    pub title: String,
    /// The answers, each widened as far as it goes.
    pub answers: Vec<Said>,
}

/// Something that is said of the answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The index of the question.
    pub question: usize,
    /// Its name.
    pub name: String,
    /// The answers as a condition.
    pub when: Condition,
    /// A clause that completes "when …", or, of slack, the answers themselves.
    pub text: String,
    /// How many of the answers there are.
    pub scope: Scope,
}

/// How much of all possible answers a set of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One.
    One,
    /// Several.
    Some,
    /// All.
    All,
}

/// What would lead to one verdict or side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Where it leads.
    pub target: Target,
    /// The id of the verdict or side.
    pub to: String,
    /// Its name in a heading.
    pub title: String,
    /// How complete the list is, in a sentence.
    pub scope: String,
    /// Every set of changes.
    pub sets: Vec<Set>,
    /// The same for a reader: sets that share a change stand together.
    pub grouped: Vec<String>,
    /// How many sets a shortened list leaves out.
    pub left_out: usize,
    /// Whether another target says the same.
    pub repeats: bool,
}

/// One set of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// All of them together.
    pub when: Condition,
    /// The same in words.
    pub text: String,
    /// Whether growth brings them.
    pub grows: bool,
}

/// The figure whose smallest change would change the side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FragileFigure {
    /// What kind of figure it is: `level`, `demand`, `weight`, `effort`, `price`, `familiarity`, `effort-price` or
    /// `shortfall-price`.
    pub kind: &'static str,
    /// The ids of what it belongs to.
    pub of: Vec<String>,
    /// Its value.
    pub now: i64,
    /// The nearest value that would change the side.
    pub then: i64,
    /// The id of that side.
    pub to: String,
    /// "the level of Compose in Rolling updates (1; at 2 …)"
    pub text: String,
    /// What the rulebook says for the figure.
    pub because: String,
}

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its index.
    pub question: usize,
    /// Its name.
    pub name: String,
    /// Whether its answer can change the verdict; `None` where that is not proved.
    pub can_change: Option<bool>,
    /// How far it can move the margin, the others as they are.
    pub spread: i64,
}

/// How many alternatives the one sentence about what to watch names.
const WATCHED: usize = 3;
/// The same where it can turn both ways.
const WATCHED_EACH_WAY: usize = 2;
/// How many lines a target gets, and how many alternatives a line.
const LINES: usize = 6;
const ALTERNATIVES: usize = 6;
/// How many things a clause may name that can be read at once.
const READABLE: usize = 5;
/// How many open questions a summary names.
const ASKED: usize = 5;

/// Puts an explanation into words.
pub(super) fn explained(
    rulebook: &Rulebook,
    assessment: &Assessment,
    explanation: &Explanation,
) -> Explained {
    let writer = Writer { rulebook, assessment, explanation };
    Explained {
        reason: writer.reason(),
        again: writer.again(),
        slack: explanation
            .slack
            .iter()
            .filter(|values| !values.is_empty())
            .map(|values| writer.slack(values))
            .collect(),
        steady: writer.steady(),
        fragile: explanation.steadiness.fragile.as_ref().map(|fragile| writer.fragile(fragile)),
        open: explanation.open_questions.iter().map(|open| writer.open(open)).collect(),
        ask_next: writer.ask_next(),
        open_summary: writer.open_summary(),
    }
}

/// Puts into words what would change the result, target by target.
pub(super) fn turns(rulebook: &Rulebook, assessment: &Assessment, explanation: &Explanation) -> Vec<Turn> {
    let writer = Writer { rulebook, assessment, explanation };
    explanation.turning_points.iter().map(|turning| writer.turn(turning)).collect()
}

/// All changes of a set, as one condition.
pub fn condition_of(rulebook: &Rulebook, point: &TurningPoint) -> Condition {
    let mut parts: Vec<Condition> = point
        .changes
        .iter()
        .map(|values| values.condition(&rulebook.questions()[values.question()]))
        .collect();
    if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) }
}

/// A set of answers to one question in words.
pub(super) fn say_values(rulebook: &Rulebook, values: &Values) -> String {
    values.say(&rulebook.questions()[values.question()])
}

/// A set of changes in words.
pub(super) fn say_changes(rulebook: &Rulebook, changes: &[Values]) -> String {
    let question = |values: &Values| &rulebook.questions()[values.question()];
    match changes {
        [only] => only.say(question(only)),
        several => {
            let clauses: Vec<String> =
                several.iter().map(|values| values.say_beside_others(question(values))).collect();
            all_of(&clauses)
        }
    }
}

/// Sets of changes that share one, or a single set.
struct Group<'e> {
    shared: Option<&'e Values>,
    /// What is to be added to the shared change; the whole set where nothing is shared.
    rest: Vec<Vec<Values>>,
}

/// Sets that share a change, the change shared by most first, in the place of the first of them; single changes and
/// growth stay in front.
fn grouped<'e>(points: &[&'e TurningPoint]) -> Vec<Group<'e>> {
    let mut groups = Vec::new();
    let mut taken = vec![false; points.len()];
    for at in 0..points.len() {
        if taken[at] {
            continue;
        }
        let alike = |values: &Values| {
            let such = |other: &usize| {
                let point = points[*other];
                !taken[*other]
                    && point.changes.len() > 1
                    && point.grows == points[at].grows
                    && point.changes.contains(values)
            };
            (at..points.len()).filter(such).collect::<Vec<usize>>()
        };
        let best = points[at].changes.iter().map(|values| (alike(values), values));
        match best.rev().max_by_key(|(members, _)| members.len()) {
            Some((members, shared)) if members.len() > 1 => {
                let without = |member: &usize| {
                    points[*member].changes.iter().filter(|values| *values != shared).cloned().collect()
                };
                groups.push(Group { shared: Some(shared), rest: members.iter().map(without).collect() });
                members.iter().for_each(|member| taken[*member] = true);
            }
            _ => {
                groups.push(Group { shared: None, rest: vec![points[at].changes.clone()] });
                taken[at] = true;
            }
        }
    }
    groups
}

/// Sets of changes for a reader, those that share a change on one line, and how many sets are left out.
pub(super) fn say_points(rulebook: &Rulebook, points: &[TurningPoint]) -> (Vec<String>, usize) {
    let groups = grouped(&readable(rulebook, conceivable(rulebook, points)));
    let shown = &groups[..groups.len().min(LINES)];
    let said: usize = shown.iter().map(|group| group.rest.len()).sum();
    let lines = shown.iter().map(|group| say_group(rulebook, group));
    (lines.collect(), points.len() - said)
}

/// Whether what was before the decision is changed.
fn changes_the_past(rulebook: &Rulebook, point: &TurningPoint) -> bool {
    point.changes.iter().any(|values| rulebook.questions()[values.question()].past)
}

/// The points that can come about: what was before the decision does not change, and another system is not this one; all of
/// them where there are no such.
fn conceivable<'e>(rulebook: &Rulebook, points: &'e [TurningPoint]) -> Vec<&'e TurningPoint> {
    let future: Vec<&TurningPoint> =
        points.iter().filter(|point| !changes_the_past(rulebook, point)).collect();
    let own: Vec<&TurningPoint> = future.iter().copied().filter(|point| !point.uproots).collect();
    [own, future].into_iter().find(|points| !points.is_empty()).unwrap_or_else(|| points.iter().collect())
}

/// The points that can be read at once; all of them where none can.
fn readable<'e>(rulebook: &Rulebook, points: Vec<&'e TurningPoint>) -> Vec<&'e TurningPoint> {
    let is_readable = |point: &&TurningPoint| {
        let parts = |values: &Values| values.parts(&rulebook.questions()[values.question()]);
        point.changes.iter().map(parts).sum::<usize>() <= READABLE
    };
    let readable: Vec<&TurningPoint> = points.iter().copied().filter(is_readable).collect();
    if readable.is_empty() { points } else { readable }
}

/// Whether a clause has several parts, so that others beside it would be read wrongly.
fn has_parts(clause: &str) -> bool {
    [", ", " and ", " or "].iter().any(|joint| clause.contains(joint))
}

/// A group as a clause; a few plain ones of what may come to its shared change stand for all.
fn say_few(rulebook: &Rulebook, group: &Group<'_>) -> String {
    let (plain, others): (Vec<String>, Vec<String>) = group
        .rest
        .iter()
        .map(|changes| say_changes(rulebook, changes))
        .partition(|clause| !has_parts(clause));
    let mut rest = if plain.is_empty() { others } else { plain };
    rest.truncate(if has_parts(&rest[0]) { 1 } else { WATCHED });
    say_together(rulebook, group.shared, &rest)
}

fn say_together(rulebook: &Rulebook, shared: Option<&Values>, rest: &[String]) -> String {
    let Some(shared) = shared else { return rest.concat() };
    let shared = shared.say_beside_others(&rulebook.questions()[shared.question()]);
    match rest {
        [only] => all_of(&[shared, only.clone()]),
        several => all_of(&[shared, format!("either {}", either(several))]),
    }
}

/// A group as a clause, with all that may come to its shared change as far as there is room.
fn say_group(rulebook: &Rulebook, group: &Group<'_>) -> String {
    let room = if group.rest.len() == ALTERNATIVES + 1 { ALTERNATIVES + 1 } else { ALTERNATIVES };
    let rest: Vec<String> =
        group.rest.iter().take(room).map(|changes| say_changes(rulebook, changes)).collect();
    if group.rest.len() <= WATCHED && (rest.len() == 1 || !rest.iter().any(|clause| has_parts(clause))) {
        return say_together(rulebook, group.shared, &rest);
    }
    let Some(shared) = group.shared else { return rest.concat() };
    let shared = say_values(rulebook, shared);
    let more = match group.rest.len() - rest.len() {
        0 => String::new(),
        more => format!("; or one of {more} others"),
    };
    format!("{shared}, and one of these as well: {}{more}", rest.join("; "))
}

struct Writer<'a> {
    rulebook: &'a Rulebook,
    assessment: &'a Assessment,
    explanation: &'a Explanation,
}

impl Writer<'_> {
    fn name(&self, question: usize) -> &str {
        &self.rulebook.questions()[question].name
    }

    fn band_name(&self, band: usize) -> String {
        self.rulebook.bands()[band].name.to_lowercase()
    }

    fn said(&self, values: &Values) -> Said {
        let question = &self.rulebook.questions()[values.question()];
        Said {
            question: values.question(),
            name: question.name.clone(),
            when: values.condition(question),
            text: values.say(question),
            scope: match (values.is_everything(), values.is_single()) {
                (true, _) => Scope::All,
                (_, true) => Scope::One,
                _ => Scope::Some,
            },
        }
    }

    /// The same, by the question's name alone where there would be too much to name.
    fn said_briefly(&self, values: &Values) -> Said {
        let said = self.said(values);
        if values.parts(&self.rulebook.questions()[values.question()]) <= READABLE {
            return said;
        }
        Said { text: format!("{} as answered", lower_first(&said.name)), ..said }
    }

    fn slack(&self, values: &Values) -> Said {
        let text = values.describe(&self.rulebook.questions()[values.question()]);
        Said { text, ..self.said(values) }
    }

    fn reason(&self) -> Option<Reason> {
        let reason = self.explanation.sufficient_reason.as_ref()?;
        let known =
            self.assessment.readings.iter().filter(|reading| matches!(reading, Reading::Known(_))).count();
        let answers: Vec<Said> = reason
            .answers
            .iter()
            .filter(|values| !values.is_everything())
            .map(|values| self.said_briefly(values))
            // Where any answer will do, nothing is said.
            .filter(|said| !said.text.is_empty())
            .collect();
        let title = match (answers.len(), reason.smallest) {
            (0, _) => "Whatever is answered, the answer is this one".to_owned(),
            (1, _) => "One answer alone decides it".to_owned(),
            (number, true) if number == known => format!("It takes all {number} answers to decide it"),
            (number, true) => format!("These {number} of {known} answers alone decide it"),
            (number, false) => format!("These {number} of {known} answers decide it (fewer may do)"),
        };
        Some(Reason { title, answers })
    }

    fn again(&self) -> Vec<Again> {
        let band = self.assessment.band;
        let watched = self.explanation.to_watch(self.rulebook, band);
        let lines = if watched.len() > 1 { WATCHED_EACH_WAY } else { WATCHED };
        watched
            .into_iter()
            .map(|turning| self.watch(turning, lines))
            .filter(|again| !again.when.is_empty())
            .collect()
    }

    fn watch(&self, turning: &TurningPoints, lines: usize) -> Again {
        let points = turning.points.iter().filter(|point| self.is_worth_watching(point)).collect();
        let points = readable(self.rulebook, points);
        // What growth brings, else what leaves it the same system.
        let such = |likely: fn(&TurningPoint) -> bool| -> Vec<&TurningPoint> {
            points.iter().copied().filter(|point| likely(point)).collect()
        };
        let likely = [such(|point| point.grows), such(|point| !point.uproots)];
        let likely = likely.iter().find(|points| !points.is_empty()).unwrap_or(&points);
        let groups = grouped(likely);
        let when = groups.iter().take(lines).map(|group| say_few(self.rulebook, group)).collect();
        let to = match turning.target {
            Target::Verdict(band) => self.band_name(band),
            Target::Side(side) => self.rulebook.side(side).name.clone(),
        };
        Again { to, when }
    }

    /// What was before the decision is not. Where open questions can turn it, they are what is near: they are said by
    /// themselves, and beside them neither what takes many changes nor what would be another system.
    fn is_worth_watching(&self, point: &TurningPoint) -> bool {
        const FEW: usize = 2;
        // A number that is further away tells nobody when to look again.
        const TIMES: u64 = 5;
        let is_near = |values: &Values| match self.assessment.readings[values.question()] {
            Reading::Known(value) => values.is_within(TIMES, value),
            _ => true,
        };
        if changes_the_past(self.rulebook, point) || !point.changes.iter().all(is_near) {
            return false;
        }
        let is_known =
            |values: &Values| matches!(self.assessment.readings[values.question()], Reading::Known(_));
        self.explanation.unless.is_empty()
            || (point.changes.len() <= FEW && !point.uproots && point.changes.iter().all(is_known))
    }

    /// What it would be when a turning point has come true.
    fn turned(&self, target: Target) -> String {
        let only = match target {
            Target::Verdict(band) => Some(band),
            Target::Side(side) => self.only_band(side),
        };
        match (only, target) {
            (None, Target::Side(side)) => format!("the answer would be {}", self.rulebook.side(side).name),
            (band, _) => format!("it would be {}", band.map_or(String::new(), |band| self.band_name(band))),
        }
    }

    /// The only verdict of a side, where there is just one.
    fn only_band(&self, side: Leaning) -> Option<usize> {
        let mut bands =
            (0..self.rulebook.bands().len()).filter(|band| self.rulebook.bands()[*band].leaning == side);
        bands.next().filter(|_| bands.next().is_none())
    }

    fn turn(&self, turning: &TurningPoints) -> Turn {
        let (to, title, repeats) = match turning.target {
            Target::Verdict(band) => {
                let band = &self.rulebook.bands()[band];
                (band.id.clone(), band.name.clone(), false)
            }
            Target::Side(side) => {
                let name = &self.rulebook.side(side).name;
                let same = |other: &TurningPoints| {
                    matches!(other.target, Target::Verdict(_)) && other.points == turning.points
                };
                let repeats =
                    self.only_band(side).is_some() || self.explanation.turning_points.iter().any(same);
                (self.rulebook.side(side).id.clone(), upper_first(name), repeats)
            }
        };
        let (grouped, left_out) = say_points(self.rulebook, &turning.points);
        Turn {
            target: turning.target,
            to,
            title,
            scope: scope(turning),
            sets: turning.points.iter().map(|point| self.set(point)).collect(),
            grouped,
            left_out,
            repeats,
        }
    }

    fn set(&self, point: &TurningPoint) -> Set {
        Set {
            when: condition_of(self.rulebook, point),
            text: say_changes(self.rulebook, &point.changes),
            grows: point.grows,
        }
    }

    fn steady(&self) -> String {
        if self.assessment.decided_by.is_some() {
            return "one fact alone decides it, whatever our estimates are".to_owned();
        }
        let hedged = self.assessment.leaning(self.rulebook) == Leaning::Hedge;
        match (self.explanation.steadiness.percent, hedged) {
            (0, true) => "an error of 1 % in our estimates would decide it".to_owned(),
            (0, false) => "an error of 1 % in our estimates would turn it".to_owned(),
            (percent, true) => format!("it stays close while our estimates are within {percent} %"),
            (percent, false) => format!("estimates have {percent} % to spare"),
        }
    }

    fn fragile(&self, fragile: &Fragile) -> FragileFigure {
        let (kind, of, what, because) = self.figure(fragile.figure);
        let would = self.turned(Target::Side(fragile.side));
        FragileFigure {
            kind,
            of,
            now: fragile.now,
            then: fragile.then,
            to: self.rulebook.side(fragile.side).id.clone(),
            text: format!("{what} ({}; at {} {would})", fragile.now, fragile.then),
            because,
        }
    }

    /// The kind of a figure, what it belongs to, its name in a sentence, and what the rulebook says for it.
    fn figure(&self, figure: Figure) -> (&'static str, Vec<String>, String, String) {
        let rulebook = self.rulebook;
        let aspect = |index: usize| &rulebook.aspects()[index];
        let within = |index: usize| lower_first(&aspect(index).name);
        let platform = |index: usize| &rulebook.platforms()[index];
        let criterion = |index: usize| &rulebook.criteria()[index];
        let reason = |index: usize| {
            let criterion = criterion(index);
            criterion.figures.clone().unwrap_or_else(|| criterion.because.clone())
        };
        match figure {
            Figure::Cell { aspect: row, platform: column } => {
                let cell = &aspect(row).cells[column];
                let what = format!("the level of {} in {}", platform(column).in_sentence(), within(row));
                let because = format!("{}: {}", cell.label, cell.note);
                ("level", vec![aspect(row).id.clone(), platform(column).id.clone()], what, because)
            }
            Figure::Level { criterion: index, aspect: row } => {
                let what =
                    format!("the level of {} that “{}” asks for", within(row), criterion(index).statement);
                ("demand", vec![criterion(index).id.clone(), aspect(row).id.clone()], what, reason(index))
            }
            Figure::Weight { criterion: index, aspect: row } => {
                let what = format!("the weight of {} in “{}”", within(row), criterion(index).statement);
                ("weight", vec![criterion(index).id.clone(), aspect(row).id.clone()], what, reason(index))
            }
            Figure::Effort(index) => {
                let what = format!("the effort of {}", platform(index).in_sentence());
                ("effort", vec![platform(index).id.clone()], what, platform(index).effort_because.clone())
            }
            Figure::Price(index) => {
                let what = format!("what “{}” adds to the price of effort", criterion(index).statement);
                ("price", vec![criterion(index).id.clone()], what, reason(index))
            }
            Figure::Familiarity { criterion: index, whose } => {
                let (id, name) = (rulebook.whose_id(whose).to_owned(), rulebook.whose_name(whose));
                let what = format!("what “{}” adds to the effort of {name}", criterion(index).statement);
                ("familiarity", vec![criterion(index).id.clone(), id], what, reason(index))
            }
            Figure::Must { criterion: index, aspect: row } => {
                let what = format!(
                    "the level of {} that is a must for “{}”",
                    within(row),
                    criterion(index).statement
                );
                ("must", vec![criterion(index).id.clone(), aspect(row).id.clone()], what, reason(index))
            }
            Figure::EffortPrice => {
                let because = rulebook.effort_price().because.clone();
                ("effort-price", Vec::new(), "what a point of effort costs to begin with".to_owned(), because)
            }
            Figure::ShortfallPrice => {
                let because = rulebook.shortfall_price().because.clone();
                ("shortfall-price", Vec::new(), "the weight of what is missing".to_owned(), because)
            }
        }
    }

    fn open(&self, open: &OpenQuestion) -> Open {
        Open {
            question: open.question,
            name: self.name(open.question).to_owned(),
            can_change: open.can_change,
            spread: open.spread,
        }
    }

    fn ask_next(&self) -> Vec<String> {
        let open = self.explanation.open_questions.iter().filter(|open| open.can_change == Some(true));
        open.take(ASKED).map(|open| self.name(open.question).to_owned()).collect()
    }

    fn open_summary(&self) -> Option<String> {
        let open = &self.explanation.open_questions;
        if open.is_empty() {
            return None;
        }
        let names = |such: &dyn Fn(Option<bool>) -> bool| -> Vec<String> {
            let such = open.iter().filter(|open| such(open.can_change));
            such.map(|open| lower_first(self.name(open.question))).collect()
        };
        if self.explanation.outlook.status == Status::Settled {
            return Some(format!("Open, and without effect on the answer: {}.", names(&|_| true).join(", ")));
        }
        let mut said = Vec::new();
        let can = names(&|can| can == Some(true));
        if !can.is_empty() {
            let more = match can.len().saturating_sub(ASKED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            said.push(format!(
                "Open, the most useful first: {}{more}.",
                can[..can.len().min(ASKED)].join(", ")
            ));
        }
        let may = names(&|can| can.is_none());
        if !may.is_empty() {
            said.push(format!("Open, and probably without effect: {}.", may.join(", ")));
        }
        let cannot = names(&|can| can == Some(false));
        if !cannot.is_empty() {
            said.push(format!("Open, and without effect: {}.", cannot.join(", ")));
        }
        Some(said.join(" "))
    }
}

/// How many ways there are, and of which kind.
fn scope(turning: &TurningPoints) -> String {
    match turning.points.len() {
        0 => "no change of one or two answers leads there".to_owned(),
        number => format!("{} with one or two changed answers", counted(number, "way", "ways")),
    }
}
