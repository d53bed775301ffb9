//! Many systems in one report: totals, what drives them, which are near to turning, and a table of all.

mod changes;
mod html;
mod json;
mod lines;
mod markdown;
mod sharing;
mod text;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Provenance;
use super::text::Layout;
use crate::assessment::{About, Term};
use crate::portfolio::{Deciding, Drive, System, Totals};
use crate::rulebook::{Leaning, Rulebook, UNDECIDED};
use crate::text::{counted, list, lower_first, upper_first};

pub use changes::{Before, Changes};
pub use lines::{COLUMNS, DELIMITERS, Line, Lines, kept};

/// How many records there were, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that were read.
    pub read: u64,
    /// Those that were assessed and are in the result.
    pub assessed: u64,
    /// Those that could not be assessed, and files that could not be read.
    pub refused: u64,
    /// Those that a filter leaves out.
    pub left_out: u64,
    /// Those with open questions of which it was not asked whether they are undecided.
    pub unsaid: u64,
}

impl Counts {
    /// Whether there is nothing that a result could tell.
    pub fn says_nothing(&self) -> bool {
        self.assessed + self.left_out == 0
    }

    /// What is to be asked for where only leanings are told.
    pub fn say_unsaid(&self) -> Option<String> {
        let has = if self.unsaid == 1 { "has" } else { "have" };
        (self.unsaid > 0).then(|| {
            format!(
                "{} {has} open questions, and a leaning for a verdict: --sureness always tells which of these are decided.",
                systems(self.unsaid as usize)
            )
        })
    }

    /// "Read 300, assessed 298, refused 2."
    pub fn say(&self) -> String {
        let number = |number: u64| grouped(number as i64);
        let left_out = match self.left_out {
            0 => String::new(),
            number_of => format!(", left out by --filter {}", number(number_of)),
        };
        format!(
            "Read {}, assessed {}{left_out}, refused {}.",
            number(self.read),
            number(self.assessed),
            number(self.refused)
        )
    }
}

/// The order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The greatest margin first: those with the strongest case for the subject.
    #[default]
    Margin,
    /// By name.
    Name,
    /// From the first band to the last, the undecided ones after them.
    Verdict,
    /// The least sure first.
    Sureness,
    /// Those first that a point or two would turn.
    Nearest,
    /// By group, and in each by margin.
    Group,
    /// As they were read.
    Input,
}

impl Order {
    /// All of them by the word of the flag.
    pub const ALL: [(&'static str, Self); 7] = [
        ("margin", Self::Margin),
        ("name", Self::Name),
        ("verdict", Self::Verdict),
        ("sureness", Self::Sureness),
        ("nearest", Self::Nearest),
        ("group", Self::Group),
        ("input", Self::Input),
    ];

    /// Puts systems into this order.
    pub fn sort(self, systems: &mut [System]) {
        systems.sort_by(|one, other| self.compare(one, other));
    }

    /// Which of two systems comes first; those that are equal keep their order.
    fn compare(self, one: &System, other: &System) -> Ordering {
        let margin = |system: &System| std::cmp::Reverse(system.judgement.margin);
        let band = |system: &System| system.decided().unwrap_or(usize::MAX);
        let percent = |system: &System| system.outlook.map_or(0, |sure| sure.percent);
        let by_margin = margin(one).cmp(&margin(other));
        match self {
            Self::Input => Ordering::Equal,
            Self::Margin => by_margin,
            Self::Name => one.name.cmp(&other.name),
            Self::Verdict => band(one).cmp(&band(other)).then(by_margin),
            Self::Sureness => percent(one).cmp(&percent(other)).then(by_margin),
            Self::Nearest => {
                let rank = |system: &System| (!can_turn(system), system.distance);
                rank(one).cmp(&rank(other))
            }
            Self::Group => one.group.cmp(&other.group).then(by_margin),
        }
    }
}

/// Whether a system has a verdict that something near could turn.
fn can_turn(system: &System) -> bool {
    !system.judgement.is_forced && system.outlook.is_none_or(|sure| sure.is_decided)
}

/// A portfolio as it is reported.
#[derive(Debug)]
pub struct Portfolio<'a> {
    /// The rules.
    pub rulebook: &'a Rulebook,
    /// The systems in the order of the table.
    pub systems: Vec<System>,
    /// What all of them come to.
    pub totals: Totals,
    /// What became of the records.
    pub counts: Counts,
    /// Whether to show the arithmetic of sharing.
    pub shared: bool,
    /// Whether results are told by group, and what groups are called.
    pub group: Option<String>,
    /// Where the pages of systems are, as a page of the report names them.
    pub pages: Option<String>,
    /// The rules that were used.
    pub provenance: Provenance,
    /// The day, as YYYY-MM-DD.
    pub date: String,
    /// Whether it was broken off.
    pub interrupted: bool,
}

/// What stands for the platform of a system of which nothing is known.
const NO_ANSWERS: &str = "no answers";

/// What stands in a report that was broken off.
const BROKEN_OFF: &str = "Broken off: these are the systems that were read until then.";

/// The formats of a portfolio that come when all of it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// For people at a terminal.
    Text,
    /// For documents.
    Markdown,
    /// For programs.
    Json,
    /// For a browser.
    Html,
}

impl Portfolio<'_> {
    /// The portfolio in a format.
    pub fn render(&self, shape: Shape, layout: Layout) -> String {
        match shape {
            Shape::Text => text::render(self, layout),
            Shape::Markdown => markdown::render(self),
            Shape::Json => json::render(self),
            Shape::Html => html::render(self),
        }
    }

    fn all(&self) -> usize {
        self.totals.systems
    }

    /// How many systems came out on a side.
    fn of_side(&self, side: Leaning, numbers: &[usize]) -> usize {
        let bands = self.rulebook.bands().iter().zip(numbers);
        bands.filter(|(band, _)| band.leaning == side).map(|(_, number)| number).sum()
    }

    /// All in one line.
    pub fn line(&self) -> String {
        format!("{}\n", self.headline())
    }

    /// The answer for all of them in a sentence.
    fn headline(&self) -> String {
        let name = |side: Leaning| self.rulebook.side(side).name.as_str();
        let number = |number: usize| grouped(number as i64);
        let of = |side: Leaning| self.of_side(side, &self.totals.bands);
        let all = systems(self.all());
        if self.all() == 0 {
            return "No system was assessed.".to_owned();
        }
        if self.totals.unsaid == self.all() {
            let leaning = |side: Leaning| number(self.of_side(side, &self.totals.leanings));
            let lean = if self.of_side(Leaning::With, &self.totals.leanings) == 1 { "leans" } else { "lean" };
            return format!(
                "None of {all} is fully answered: {} {lean} to {}, {} to {}, {} could go either way.",
                leaning(Leaning::With),
                name(Leaning::With),
                leaning(Leaning::Without),
                name(Leaning::Without),
                leaning(Leaning::Hedge),
            );
        }
        let mut text = format!(
            "{} is the answer for {} of {all}, {} for {}",
            upper_first(name(Leaning::With)),
            number(of(Leaning::With)),
            name(Leaning::Without),
            number(of(Leaning::Without)),
        );
        let mut rest = Vec::new();
        for (some, one, several) in [
            (of(Leaning::Hedge), "could go either way", "could go either way"),
            (self.totals.undecided, "says too little for a verdict", "say too little for a verdict"),
            (
                self.totals.unsaid,
                "is not fully answered, and only leans",
                "are not fully answered, and only lean",
            ),
        ] {
            if some > 0 {
                rest.push(format!("{} {}", number(some), if some == 1 { one } else { several }));
            }
        }
        if !rest.is_empty() {
            text += &format!("; {}", list(&rest, "and"));
        }
        text + "."
    }

    /// What the numbers of platforms count.
    fn platform_head(&self) -> &'static str {
        if self.totals.undecided > 0 { "platform so far" } else { "platform" }
    }

    /// The verdicts with their numbers, the undecided ones last; those that nobody has are left out.
    fn verdicts(&self) -> Vec<(String, Leaning, usize)> {
        let bands = self.rulebook.bands().iter();
        let mut verdicts: Vec<(String, Leaning, usize)> = bands
            .clone()
            .zip(&self.totals.bands)
            .map(|(band, number)| (band.name.clone(), band.leaning, *number))
            .collect();
        verdicts.push((self.rulebook.undecided().name.clone(), Leaning::Hedge, self.totals.undecided));
        let leanings = bands.zip(&self.totals.leanings);
        verdicts.extend(
            leanings.map(|(band, number)| {
                (format!("Leans to {}", lower_first(&band.name)), band.leaning, *number)
            }),
        );
        verdicts.retain(|(.., number)| *number > 0);
        verdicts
    }

    /// The recommended platforms with their numbers, the most frequent first.
    fn platforms(&self) -> Vec<(usize, usize)> {
        let mut platforms: Vec<(usize, usize)> =
            self.totals.platforms.iter().copied().enumerate().filter(|(_, number)| *number > 0).collect();
        platforms.sort_by_key(|(platform, number)| (std::cmp::Reverse(*number), *platform));
        platforms
    }

    /// The same by name, with the side of each, and of how many nothing is known.
    fn named_platforms(&self) -> Vec<(String, Leaning, usize)> {
        let named = self.platforms().into_iter().map(|(platform, number)| {
            let side = if self.rulebook.is_subject(platform) { Leaning::With } else { Leaning::Without };
            (self.rulebook.platforms()[platform].name.clone(), side, number)
        });
        let blank = self.totals.blank;
        named.chain((blank > 0).then(|| (NO_ANSWERS.to_owned(), Leaning::Hedge, blank))).collect()
    }

    /// What drives the need, the strongest first.
    fn needs(&self, most: usize) -> Vec<DriverRow> {
        let needs = self.totals.needs();
        let row = |(aspect, drive): &(usize, &Drive)| {
            let mut because: Vec<(&usize, &usize)> = drive.because.iter().collect();
            because.sort_by_key(|(criterion, number)| (std::cmp::Reverse(**number), **criterion));
            DriverRow {
                name: self.rulebook.aspects()[*aspect].name.clone(),
                systems: drive.systems,
                points: drive.points,
                musts: drive.musts,
                because: because
                    .into_iter()
                    .take(2)
                    .map(|(criterion, number)| {
                        format!("{} ({number})", self.rulebook.criteria()[*criterion].statement)
                    })
                    .collect(),
            }
        };
        needs.iter().take(most).map(row).collect()
    }

    /// What speaks against the subject, the strongest first.
    fn brakes(&self, most: usize) -> Vec<DriverRow> {
        let row = |(criterion, drive): &(usize, &Drive)| DriverRow {
            name: self.rulebook.criteria()[*criterion].statement.clone(),
            systems: drive.systems,
            points: drive.points,
            musts: 0,
            because: Vec::new(),
        };
        self.totals.brakes().iter().take(most).map(row).collect()
    }

    /// The systems that least would turn, nearest first.
    fn nearest(&self, most: usize) -> Vec<&System> {
        let mut near: Vec<&System> =
            self.systems.iter().filter(|system| can_turn(system) && system.turn.is_some()).collect();
        near.sort_by(|one, other| (one.distance, &one.name).cmp(&(other.distance, &other.name)));
        near.truncate(most);
        near
    }

    /// "2 points from Kubernetes, when you deploy more than 29 services"
    fn turn(&self, system: &System) -> String {
        let Some(turn) = &system.turn else { return String::new() };
        let question = &self.rulebook.questions()[turn.values.question()];
        let to = match turn.to {
            Leaning::Hedge => "a toss-up".to_owned(),
            side => self.rulebook.side(side).name.clone(),
        };
        format!("{} from the line; {to} when {}", points(system.distance), turn.values.say(question))
    }

    /// The systems whose recorded decisions are out of date, each with why.
    fn out_of_date(&self) -> Vec<(&System, &str)> {
        self.systems.iter().filter_map(|system| Some((system, system.out_of_date.as_deref()?))).collect()
    }

    /// How many decisions are recorded and out of date; nothing where none is recorded.
    fn recorded(&self) -> Option<String> {
        let records = self.totals.records;
        let have = if records == 1 { "has" } else { "have" };
        let outdated = match self.out_of_date().len() {
            0 => "none is out of date".to_owned(),
            number => counted(number, "is out of date", "are out of date"),
        };
        (records > 0).then(|| format!("{} {have} a recorded decision; {outdated}.", systems(records)))
    }

    /// The word for a verdict in a table.
    fn verdict(&self, system: &System) -> String {
        match system.verdict(self.rulebook) {
            Some(UNDECIDED) => {
                let leaning = &self.rulebook.bands()[system.judgement.band].name;
                format!("{} ({})", self.rulebook.undecided().name, lower_first(leaning))
            }
            Some(_) => self.rulebook.bands()[system.judgement.band].name.clone(),
            None => format!("Leans to {}", lower_first(&self.rulebook.bands()[system.judgement.band].name)),
        }
    }

    fn sure(system: &System) -> String {
        system.outlook.map_or(String::new(), |sure| format!("{} %", sure.percent))
    }

    fn platform(&self, system: &System) -> &str {
        if system.is_blank {
            return NO_ANSWERS;
        }
        &self.rulebook.platforms()[system.judgement.recommendation].name
    }

    /// What decides a system's verdict, at a glance.
    fn reason(&self, system: &System) -> String {
        let criterion = |criterion: usize| self.rulebook.criteria()[criterion].statement.clone();
        match system.reason {
            Deciding::Constraint(Some(index)) => format!("{} (decides alone)", criterion(index)),
            Deciding::Constraint(None) => "only one side is left".to_owned(),
            Deciding::Nothing => "nothing weighs".to_owned(),
            Deciding::Term(Term { points, about }) => {
                let what = match about {
                    About::Aspect(aspect) => self.rulebook.aspects()[aspect].name.clone(),
                    About::Price(index) | About::Familiarity(index) => criterion(index),
                    About::Effort if points < 0 => "More to operate".to_owned(),
                    About::Effort => "Less to operate".to_owned(),
                    About::Floor => "Least effort".to_owned(),
                };
                format!("{what} ({points:+})")
            }
        }
    }

    /// What is open: how many questions, and those that move most.
    fn unknown(&self, system: &System, most: usize) -> String {
        let names: Vec<&str> = system
            .unknown
            .iter()
            .take(most)
            .map(|question| self.rulebook.questions()[*question].name.as_str())
            .collect();
        match (system.judgement.open, names.is_empty()) {
            (0, _) => String::new(),
            (open, true) => open.to_string(),
            (open, false) => format!("{open}: {}", names.join(", ")),
        }
    }

    /// The verdicts by group: its name, and how many of each.
    fn groups(&self) -> Vec<GroupRow<'_>> {
        let mut groups: BTreeMap<&str, GroupRow<'_>> = BTreeMap::new();
        for system in &self.systems {
            let row = groups.entry(&system.group).or_default();
            row.name = &system.group;
            row.systems += 1;
            match system.decided().map(|band| self.rulebook.bands()[band].leaning) {
                Some(Leaning::With) => row.with += 1,
                Some(Leaning::Without) => row.without += 1,
                Some(Leaning::Hedge) => row.either += 1,
                None => row.open += 1,
            }
        }
        groups.into_values().collect()
    }

    /// Whether systems belong to groups.
    fn has_groups(&self) -> bool {
        self.systems.iter().any(|system| !system.group.is_empty())
    }

    fn group_name(name: &str) -> &str {
        if name.is_empty() { "(no group)" } else { name }
    }
}

/// What one thing does to all margins.
struct DriverRow {
    name: String,
    systems: usize,
    points: i64,
    musts: usize,
    because: Vec<String>,
}

/// A group of systems.
#[derive(Default)]
struct GroupRow<'a> {
    name: &'a str,
    systems: usize,
    without: usize,
    either: usize,
    with: usize,
    open: usize,
}

/// "1,234,567"
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// "1 point", "1,200 points"
fn points(points: i64) -> String {
    let word = if points == 1 { "point" } else { "points" };
    format!("{} {word}", grouped(points))
}

/// "1 system", "1,200 systems"
fn systems(number: usize) -> String {
    let word = if number == 1 { "system" } else { "systems" };
    format!("{} {word}", grouped(number as i64))
}
