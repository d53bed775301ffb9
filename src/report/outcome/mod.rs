//! What a check comes to, put together once: which gates hold, what was decided, what is true now, and what moved it.
//! Each format only lays it out.

mod github;
mod junit;
mod sarif;
mod text;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

pub use github::{Annotation, Level, Links, annotations, summary};
pub use junit::render as junit;
pub use sarif::render as sarif;
pub use text::{line, lines};

pub use crate::facts::Place;

/// Something that a check insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateName {
    /// The recorded verdict is the one that the answers lead to now.
    Decision,
    /// The margin has not moved towards another verdict.
    NoWorse,
    /// The repository contradicts no recorded answer.
    Answers,
    /// What answers rest on is still in the repository.
    Evidence,
    /// The verdict is one of those that are expected.
    Expect,
    /// The verdict is none of those that are not wanted.
    FailOn,
    /// Nothing unknown can change the verdict.
    Require,
    /// The side holds against wrong figures.
    MinSteadiness,
}

impl GateName {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Decision,
        Self::NoWorse,
        Self::Answers,
        Self::Evidence,
        Self::Expect,
        Self::FailOn,
        Self::Require,
        Self::MinSteadiness,
    ];

    /// The word by which a waiver and every output name it; those that a flag asks for have the name of the flag.
    pub fn word(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::NoWorse => "no-worse",
            Self::Answers => "answers",
            Self::Evidence => "evidence",
            Self::Expect => "expect",
            Self::FailOn => "fail-on",
            Self::Require => "require",
            Self::MinSteadiness => "min-steadiness",
        }
    }

    /// The gate with this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| gate.word() == word)
    }

    /// What it insists on, as a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Decision => "The recorded verdict is the one that the answers lead to now.",
            Self::NoWorse => "The margin has not moved towards another verdict since it was recorded.",
            Self::Answers => "The repository contradicts no recorded answer.",
            Self::Evidence => "What recorded answers rest on is still in the repository.",
            Self::Expect => "The verdict is one of those that are expected.",
            Self::FailOn => "The verdict is none of those that are not wanted.",
            Self::Require => "Nothing unknown can change the verdict.",
            Self::MinSteadiness => "The side of the verdict holds although figures of the rules may be off.",
        }
    }
}

/// How a gate fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Which it is.
    pub name: GateName,
    /// Whether it holds.
    pub standing: Standing,
    /// Why, in sentences without a full stop.
    pub because: Vec<Because>,
}

/// Whether a gate holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Holds,
    /// It does not, and somebody has said that it need not for a while.
    Waived(Waiver),
    /// It does not.
    Fails,
}

/// Leave for a gate to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The gate.
    pub gate: GateName,
    /// Why it may.
    pub reason: String,
    /// The last day on which it may, as YYYY-MM-DD.
    pub until: String,
}

/// A reason, and the line that shows it, from the root of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The reason.
    pub text: String,
    /// Where it is to be seen.
    pub place: Option<Place>,
}

impl Gate {
    /// A gate that holds if nothing speaks against it.
    pub fn new(name: GateName, against: Vec<Because>, holds: String) -> Self {
        if against.is_empty() {
            return Self { name, standing: Standing::Holds, because: vec![Because::of(holds)] };
        }
        Self { name, standing: Standing::Fails, because: against }
    }

    /// Whether it lets a check pass.
    pub fn passes(&self) -> bool {
        self.standing != Standing::Fails
    }

    /// All reasons in one text.
    pub fn said(&self) -> String {
        self.because.iter().map(|because| because.text.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// The same gate in the light of the waivers: one that fails is waived by one that has not ended on `today`, and says of
    /// those that have since when.
    #[must_use]
    pub fn waived(mut self, waivers: &[Waiver], today: &str) -> Self {
        if self.passes() {
            return self;
        }
        let of_this = waivers.iter().filter(|waiver| waiver.gate == self.name);
        // Dates in this form sort as they follow one another.
        let Some(last) = of_this.max_by(|one, other| one.until.cmp(&other.until)) else { return self };
        if last.until.as_str() >= today {
            self.standing = Standing::Waived(last.clone());
        } else {
            self.because.push(Because::of(format!(
                "its waiver ({}) has ended: {} was its last day",
                last.reason, last.until
            )));
        }
        self
    }
}

impl Because {
    /// A reason that no line shows.
    pub fn of(text: String) -> Self {
        Self { text, place: None }
    }
}

/// What was decided, or is true now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct State {
    /// The day of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The id of the verdict.
    pub verdict: String,
    /// The id of the platform; none while it is undecided.
    pub platform: Option<String>,
    /// The margin; none in a record that was made without it.
    pub margin: Option<i64>,
}

/// Something that moved the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The id of a question, or `rulebook`.
    pub what: String,
    /// What it was and is: "`services`: 3 (needk8s.toml:5), now 7 (compose.yaml:2)".
    pub text: String,
    /// Where what is true now is to be seen, from the root of the repository.
    pub place: Option<Place>,
}

/// What a check comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Every gate that was asked for or goes without saying, in the order of [`GateName::ALL`].
    pub gates: Vec<Gate>,
    /// Whether failures are only reported.
    pub report_only: bool,
    /// What was decided, if anything was recorded.
    pub then: Option<State>,
    /// What is true now.
    pub now: State,
    /// The answer of now, in one line.
    pub headline: String,
    /// What moved the verdict, or would if it were taken for true.
    pub moved_by: Vec<Move>,
    /// What the verdict assumes of what is not known.
    pub assumes: Option<String>,
    /// What is worth knowing although it fails nothing.
    pub remarks: Vec<String>,
    /// The record, from the root of the repository, at the line of the verdict.
    pub record: Place,
}

impl Outcome {
    /// Whether every gate holds or is waived.
    pub fn holds(&self) -> bool {
        self.gates.iter().all(Gate::passes)
    }

    /// Whether the check passes: the exit status says the same.
    pub fn passed(&self) -> bool {
        self.report_only || self.holds()
    }

    /// Whether the verdict is another one than was recorded; if not, what is told of as a mover only would move it.
    fn has_moved(&self) -> bool {
        self.then.as_ref().is_none_or(|then| then.verdict != self.now.verdict)
    }

    /// The gates that do not hold and are not waived.
    pub fn failing(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| !gate.passes())
    }

    /// The gates that do not hold and are waived, each with its waiver.
    pub fn waived(&self) -> impl Iterator<Item = (&Gate, &Waiver)> {
        self.gates.iter().filter_map(|gate| match &gate.standing {
            Standing::Waived(waiver) => Some((gate, waiver)),
            _ => None,
        })
    }

    /// Where a reason is shown: at its own line, else at that of the recorded verdict.
    pub fn place_of<'a>(&'a self, because: &'a Because) -> &'a Place {
        because.place.as_ref().unwrap_or(&self.record)
    }
}

/// What it comes to in a word, for a heading.
fn status(outcome: &Outcome) -> &'static str {
    match (outcome.holds(), outcome.report_only) {
        (true, _) => "passed",
        (false, true) => "passed, as it only reports",
        (false, false) => "failed",
    }
}

/// A margin with its sign, as it speaks for one side or the other.
pub fn signed(margin: i64) -> String {
    if margin == 0 { "0".to_owned() } else { format!("{margin:+}") }
}

/// What a path has that an address has to write otherwise; `/` stands between its parts.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path as a part of an address.
pub(super) fn address(path: &str) -> String {
    utf8_percent_encode(path, ENCODED).to_string()
}

/// The names of gates as a list: "decision and evidence".
fn names<'g>(gates: impl Iterator<Item = &'g Gate>) -> String {
    let names: Vec<&str> = gates.map(|gate| gate.name.word()).collect();
    crate::text::list(&names, "and")
}

#[derive(Serialize)]
pub(super) struct Shape<'a> {
    passed: bool,
    report_only: bool,
    gates: Vec<GateShape<'a>>,
    then: Option<&'a State>,
    now: &'a State,
    moved_by: Vec<MoveShape<'a>>,
    assumes: Option<&'a str>,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct GateShape<'a> {
    name: &'static str,
    passed: bool,
    because: String,
    waiver: Option<WaiverShape<'a>>,
    places: Vec<PlaceShape<'a>>,
}

#[derive(Serialize)]
struct WaiverShape<'a> {
    reason: &'a str,
    until: &'a str,
}

#[derive(Serialize)]
struct PlaceShape<'a> {
    file: &'a str,
    line: Option<usize>,
}

#[derive(Serialize)]
struct MoveShape<'a> {
    what: &'a str,
    text: &'a str,
    place: Option<PlaceShape<'a>>,
}

impl<'a> PlaceShape<'a> {
    fn of(place: &'a Place) -> Self {
        Self { file: &place.path, line: Some(place.line).filter(|line| *line > 0) }
    }
}

/// The outcome as a part of the JSON of an assessment.
pub(super) fn shape(outcome: &Outcome) -> Shape<'_> {
    Shape {
        passed: outcome.passed(),
        report_only: outcome.report_only,
        gates: outcome
            .gates
            .iter()
            .map(|gate| GateShape {
                name: gate.name.word(),
                passed: gate.passes(),
                because: gate.said(),
                waiver: match &gate.standing {
                    Standing::Waived(Waiver { reason, until, .. }) => Some(WaiverShape { reason, until }),
                    _ => None,
                },
                places: gate
                    .because
                    .iter()
                    .filter_map(|because| because.place.as_ref())
                    .map(PlaceShape::of)
                    .collect(),
            })
            .collect(),
        then: outcome.then.as_ref(),
        now: &outcome.now,
        moved_by: outcome
            .moved_by
            .iter()
            .map(|moved| MoveShape {
                what: &moved.what,
                text: &moved.text,
                place: moved.place.as_ref().map(PlaceShape::of),
            })
            .collect(),
        assumes: outcome.assumes.as_deref(),
        remarks: &outcome.remarks,
    }
}
