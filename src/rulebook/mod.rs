//! The rulebook: questions, criteria, matrix, platforms, problems and learning path, valid by construction.

mod case;
mod classes;
mod clauses;
mod condition;
mod layers;
mod parse;
mod promise;
pub mod shape;
mod value;
mod values;

pub use case::{Case, Confidence};
pub use classes::Classes;
pub use clauses::{all_of, any_of, either};
pub use condition::{Accepts, Condition, Reading, Test, Truth};
pub use layers::{Act, Between, Change, Difference, Item, Layer, LayerFiles, Places, Turn, Variants};
pub use promise::{Keeps, Over, Promise, Rise};
pub use value::{
    Choice, Count, FlagSay, Growth, Kind, OptionSet, Question, Shares, UNKNOWN, Value, ValueError, is_range,
};
pub use values::Values;

pub(crate) use layers::deciding;
pub(crate) use parse::{read_answer, read_answer_table};
pub(crate) use value::question_meant;

use serde::{Deserialize, Serialize};

use crate::document::{FaultLog, Faults, Located, SourceFile, digest};
use crate::text::{lower_first, upper_first};

/// Everything that is said about a domain, checked: every index points to something, every cell is there, the bands
/// cover all margins. Lists keep the order of the files.
///
/// It is serialized for the program that ships with it; what is exported has a shape of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rulebook {
    #[serde(skip)]
    pub(crate) files: Vec<SourceFile>,
    pub(crate) digest: String,
    #[serde(skip)]
    pub(crate) layers: Vec<Layer>,
    #[serde(skip)]
    pub(crate) changes: Vec<Change>,
    /// Whether it is the one that the program ships with, layers or not.
    pub(crate) is_shipped: bool,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) subject: usize,
    pub(crate) effort_price: Constant,
    pub(crate) shortfall_price: Constant,
    pub(crate) decided_from: Constant,
    pub(crate) undecided: Undecided,
    pub(crate) with: Side,
    pub(crate) without: Side,
    pub(crate) hedge: Side,
    pub(crate) bands: Vec<Band>,
    pub(crate) groups: Vec<Group>,
    pub(crate) questions: Vec<Question>,
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) aspects: Vec<Aspect>,
    pub(crate) families: Vec<Family>,
    pub(crate) duties: Vec<Duty>,
    pub(crate) platforms: Vec<Platform>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) steps: Vec<Step>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) promises: Vec<Promise>,
    pub(crate) sharing: Option<Sharing>,
    pub(crate) sources: Vec<Source>,
    pub(crate) cases: Vec<Case>,
}

/// A number of the model and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constant {
    /// The number.
    pub value: i64,
    /// Why it is this one.
    pub because: String,
}

/// What is said while too little is known for a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// The verdict's name.
    pub name: String,
    /// The answer in one line, with `{possible}` for the verdicts that are possible and `{leaning}` for the one that what
    /// is known leans to.
    pub headline: String,
    /// What it means.
    pub meaning: String,
}

/// The verdict, and the side, while too little is known for one: no band or side of a rulebook is called so.
pub const UNDECIDED: &str = "undecided";

/// One of the three answers to the rulebook's question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The id in results.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
    /// The heading of the arguments for it when the verdict goes against it.
    pub case: String,
}

/// Which of the three sides a band belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Leaning {
    /// Something outside the subject family.
    Without,
    /// Either.
    Hedge,
    /// A platform of the subject family.
    With,
}

impl Leaning {
    /// All of them, from the least margin up.
    pub const ALL: [Self; 3] = [Self::Without, Self::Hedge, Self::With];

    /// The answer that contradicts this one; either contradicts none.
    pub fn opposite(self) -> Self {
        match self {
            Self::Without => Self::With,
            Self::Hedge => Self::Hedge,
            Self::With => Self::Without,
        }
    }
}

/// What a verdict says to some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// The answer in one line, with the same placeholders as the usual one.
    pub text: String,
    /// To whom it is said.
    pub when: Condition,
    /// Whether it is said only where the recommended platform is what runs today.
    pub in_use: bool,
    /// Whether it advises to stay with what runs today, so that nothing is to be done first.
    pub stays: bool,
}

/// A range of margins and the verdict it stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The verdict's id.
    pub id: String,
    /// The verdict's name.
    pub name: String,
    /// The side it takes.
    pub leaning: Leaning,
    /// The least margin in it; `None` in the first band.
    pub from: Option<i64>,
    /// The greatest margin in it; `None` in the last band.
    pub to: Option<i64>,
    /// The answer in one line, with `{best}`, `{with}` and `{without}` for platforms.
    pub headline: String,
    /// What to say instead, the first that holds.
    pub headline_where: Vec<Headline>,
    /// What the verdict means.
    pub meaning: String,
    /// Why the band ends where it does.
    pub because: String,
}

/// A group of questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The id that questions name.
    pub id: String,
    /// Its heading.
    pub title: String,
}

/// What kind of argument a criterion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CriterionSide {
    /// Speaks against the subject by making effort dearer.
    Overkill,
    /// Speaks for the subject by demanding something.
    Essential,
    /// Says who will run it.
    Capacity,
    /// Says what is possible at all.
    Constraint,
}

impl CriterionSide {
    /// All sides with the word that rule files use.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Overkill, "overkill"),
        (Self::Essential, "essential"),
        (Self::Capacity, "capacity"),
        (Self::Constraint, "constraint"),
    ];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(side, _)| *side == self).map_or("", |(_, word)| word)
    }
}

/// What a criterion asks of an aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Demand {
    /// The index of the aspect.
    pub aspect: usize,
    /// The lowest level that satisfies it, 0 to 4.
    pub level: u8,
    /// Points for each level that is missing.
    pub weight: i64,
}

impl Demand {
    /// What a platform of this level lacks of it, in points.
    pub fn lacks(&self, level: u8) -> i64 {
        self.weight * i64::from(self.level.saturating_sub(level))
    }
}

/// A level that the system must have, whatever it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Must {
    /// The index of the aspect.
    pub aspect: usize,
    /// The lowest level that meets it, 1 to 4.
    pub level: u8,
}

/// Whose effort a criterion changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Whose {
    /// That of all platforms of a family, by its index.
    Family(usize),
    /// That of one platform, by its index.
    Platform(usize),
}

/// A statement about the situation and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The id.
    pub id: String,
    /// What kind of argument it is.
    pub side: CriterionSide,
    /// One of the source tutorial's own criteria.
    pub tutorial: bool,
    /// The statement.
    pub statement: String,
    /// When it holds.
    pub when: Condition,
    /// Points added to the effort price.
    pub effort: i64,
    /// Points added to the effort of the platforms of a family, or of one platform.
    pub familiarity: Vec<(Whose, i64)>,
    /// What it asks of the platforms.
    pub demands: Vec<Demand>,
    /// What the platforms must have: one that misses any of these is compared, ranked and recommended only where no
    /// platform of its side has all that must be had.
    pub musts: Vec<Must>,
    /// Platforms that it takes off the table.
    pub removes: Vec<usize>,
    /// The one family that it leaves.
    pub leaves: Option<usize>,
    /// What goes wrong without it.
    pub because: String,
    /// Where the statement is too simple.
    pub nuance: Option<String>,
    /// Why its numbers are what they are.
    pub figures: Option<String>,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

impl Criterion {
    /// Whether it has no condition at all, as a constraint that is meant to hold for good.
    pub fn is_unconditional(&self) -> bool {
        self.when == Condition::All(Vec::new())
    }
}

/// One row of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aspect {
    /// The id.
    pub id: String,
    /// The row's name.
    pub name: String,
    /// What is rated.
    pub rated: String,
    /// What lacking it means.
    pub short_of: Option<String>,
    /// What a demand of each level asks for.
    pub asks: Asks,
    /// What comes of lacking it and doing nothing about it.
    pub harm: Harm,
    /// One of the source tutorial's own rows.
    pub tutorial: bool,
    /// One cell per platform.
    pub cells: Vec<Cell>,
}

/// What a demand of each level asks for, in words that complete "you asked for …".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks([Option<String>; 4]);

impl Asks {
    /// The words for a level from 1 to 4.
    pub fn of(&self, level: u8) -> Option<&str> {
        self.0.get(usize::from(level.checked_sub(1)?))?.as_deref()
    }

    pub(crate) fn set(&mut self, level: u8, text: &str) {
        if let Some(slot) = level.checked_sub(1).and_then(|at| self.0.get_mut(usize::from(at))) {
            *slot = Some(text.to_owned());
        }
    }
}

/// How well one platform covers one aspect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// 0 none, 1 manual, 2 basic, 3 built-in, 4 automatic.
    pub level: u8,
    /// The cell in a few words.
    pub label: String,
    /// The source tutorial's words, where it has this cell.
    pub claimed: Option<String>,
    /// What is true, precisely.
    pub note: String,
    /// How to get by on this platform.
    pub remedy: Option<String>,
    /// When that is worth saying.
    pub remedy_when: Condition,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

/// The names of the levels, from 0.
pub const LEVELS: [&str; 5] = ["none", "manual", "basic", "built-in", "automatic"];

/// A kind of platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    /// The id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What comes of skipping a piece of advice, the worst first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Harm {
    /// What hurts already goes on hurting.
    Pain,
    /// Data is lost.
    Data,
    /// Everything stands still when one part fails.
    Outage,
    /// Somebody gets in.
    Security,
    /// Work is harder than it need be.
    #[default]
    Convenience,
}

impl Harm {
    /// All of them with the word that rule files use.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Pain, "pain"),
        (Self::Data, "data"),
        (Self::Outage, "outage"),
        (Self::Security, "security"),
        (Self::Convenience, "convenience"),
    ];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(harm, _)| *harm == self).map_or("", |(_, word)| word)
    }
}

/// A sentence and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// When it concerns the reader.
    pub when: Condition,
    /// What comes of ignoring it.
    pub harm: Harm,
    /// Of something to do: the aspects whose remedies it makes needless.
    pub helps: Vec<usize>,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

/// The key of names of products, which are no claims by themselves.
pub(crate) const PRODUCTS_WHERE: &str = "products-where";

/// What one takes on with each of several platforms, which name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// The id.
    pub id: String,
    /// What it is.
    pub claim: Claim,
}

/// Something that can run the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Platform {
    /// The id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Other names that people type.
    pub aliases: Vec<String>,
    /// The products by which people know it.
    pub products: Option<String>,
    /// What to name instead of them where that holds; the first of these counts.
    pub products_where: Vec<Claim>,
    /// When it is what runs today; nothing where no answer tells.
    pub in_use: Option<Condition>,
    /// Its name within a sentence, where that is another: "a PaaS", "serverless containers".
    pub called: Option<String>,
    /// Whether its name is a plural.
    pub plural: bool,
    /// The index of its family.
    pub family: usize,
    /// One of the source tutorial's three columns.
    pub tutorial: bool,
    /// What it costs to run, 0 to 10.
    pub effort: i64,
    /// What it is.
    pub summary: String,
    /// Why the effort is what it is.
    pub effort_because: String,
    /// What one takes on with it, first what others have as well.
    pub takes_on: Vec<Claim>,
    /// Licence, life cycle, limits.
    pub caveats: Vec<Claim>,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

/// One of the problems that the subject is said to solve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What happens.
    pub scenario: String,
    /// How it goes without the subject.
    pub without: String,
    /// How it goes with it.
    pub with: String,
    /// The simplest remedy short of it.
    pub remedy: String,
    /// What is commonly claimed.
    pub commonly: String,
    /// Indices of the aspects it is about.
    pub aspects: Vec<usize>,
    /// When it is the reader's own problem.
    pub when: Condition,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

/// What becomes of a system when many share what one of them, or somebody else, runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sharing {
    /// The platform that each of them has then.
    pub platform: usize,
    /// The answers that say so.
    pub answers: Vec<(usize, Value)>,
    /// Which systems can share.
    pub when: Condition,
    /// What it is called in a sentence.
    pub called: String,
    /// What the sum leaves out.
    pub because: String,
}

/// Where the rules do not keep what promises that name it say of all other answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    /// The id.
    pub id: String,
    /// The indices of the questions whose answer changes; all when empty.
    pub questions: Vec<usize>,
    /// The answers, before or after, for which it is one.
    pub when: Condition,
    /// Whether it is one only where a platform with the subject takes less effort than one without it, both of which are the
    /// best of their side before or after.
    pub where_subject_is_lighter: bool,
    /// Why it is right nevertheless.
    pub because: String,
}

/// One step of the learning path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it covers.
    pub covers: String,
    /// What one can do after it.
    pub teaches: String,
    /// What to read, best first.
    pub read: Vec<Page>,
    /// When it concerns the reader.
    pub when: Condition,
    /// Demands on these aspects make it needed first.
    pub aspects: Vec<usize>,
    /// Indices of sources.
    pub sources: Vec<usize>,
}

/// A page to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// What a claim rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its address, where it has one.
    pub url: Option<String>,
    /// How far it was checked: read, part, older, address.
    pub checked: String,
}

impl Platform {
    /// Its name within a sentence.
    pub fn in_sentence(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.name)
    }

    /// Its name at the start of a sentence.
    pub fn at_start(&self) -> String {
        self.called.as_deref().map_or_else(|| self.name.clone(), upper_first)
    }

    /// The form of a verb that goes with its name.
    pub fn verb<'w>(&self, one: &'w str, many: &'w str) -> &'w str {
        if self.plural { many } else { one }
    }

    /// All that is claimed of it, by the key that it stands under.
    pub fn claims(&self) -> impl Iterator<Item = (&'static str, &Claim)> {
        let lists = [
            (PRODUCTS_WHERE, &self.products_where),
            ("takes-on", &self.takes_on),
            ("caveats", &self.caveats),
        ];
        lists.into_iter().flat_map(|(key, claims)| claims.iter().map(move |claim| (key, claim)))
    }

    /// Whether it is what runs today, as far as is known.
    pub fn is_in_use(&self, readings: &[Reading]) -> bool {
        self.in_use.as_ref().is_some_and(|in_use| in_use.truth(readings) == Truth::True)
    }

    /// Its name within a sentence, and those of its products that suit the answers.
    pub fn with_products(&self, readings: &[Reading]) -> String {
        let name = self.in_sentence();
        match first_that_holds(&self.products_where, readings).or(self.products.as_deref()) {
            Some(products) if products != name => {
                let others = products.strip_prefix(name).and_then(|rest| rest.strip_prefix(", "));
                format!("{name} ({})", others.unwrap_or(products))
            }
            _ => name.to_owned(),
        }
    }
}

impl Band {
    /// The answer in one line for somebody of whom so much is known, and for whom this platform is the best.
    pub fn headline_for(&self, best: &Platform, readings: &[Reading]) -> &str {
        self.special_headline(best, readings).map_or(&self.headline, |headline| &headline.text)
    }

    /// Whether such a person is best off with what runs today.
    pub fn stays(&self, best: &Platform, readings: &[Reading]) -> bool {
        self.special_headline(best, readings).is_some_and(|headline| headline.stays)
    }

    fn special_headline(&self, best: &Platform, readings: &[Reading]) -> Option<&Headline> {
        let is_said = |headline: &&Headline| {
            headline.when.truth(readings) == Truth::True && (!headline.in_use || best.is_in_use(readings))
        };
        self.headline_where.iter().find(is_said)
    }
}

/// The text of the first of some claims that holds for certain.
fn first_that_holds<'c>(claims: &'c [Claim], readings: &[Reading]) -> Option<&'c str> {
    let claim = claims.iter().find(|claim| claim.when.truth(readings) == Truth::True);
    claim.map(|claim| claim.text.as_str())
}

impl Aspect {
    /// What a demand of this level asks for, in words that complete "you asked for …".
    pub fn asked(&self, level: u8) -> String {
        self.asks.of(level).map_or_else(|| lower_first(&self.name), str::to_owned)
    }
}

impl Rulebook {
    /// Reads and checks a rulebook from its files.
    ///
    /// # Errors
    /// Every fault that was found, each with its place.
    pub fn parse(files: Vec<SourceFile>) -> Result<Self, Faults> {
        parse::parse(files)
    }

    /// Reads layers on top of the shipped rules, or of the first of them where that is a rulebook of its own.
    ///
    /// # Errors
    /// Every fault that was found, each with its place.
    pub(crate) fn layered_on(shipped: Vec<SourceFile>, layers: Vec<LayerFiles>) -> Result<Self, Faults> {
        layers::read(shipped, layers)
    }

    /// It is what these files say.
    fn of(files: Vec<SourceFile>, rulebook: Self) -> Self {
        Self { digest: digest(&files), files, ..rulebook }
    }

    /// The layers on top of it, in their order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }
    /// What the layers have changed, in their order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
    /// Whether the rules that the program ships with are beneath it.
    pub fn is_shipped(&self) -> bool {
        self.is_shipped
    }
    /// Its name and those of its layers: "needk8s + acme-policy".
    pub fn full_name(&self) -> String {
        let layers = self.layers.iter().map(|layer| layer.name.as_str());
        [self.name.as_str()].into_iter().chain(layers).collect::<Vec<_>>().join(" + ")
    }
    /// Its version and those of its layers: "2.0.0 + 1.2"; `-` stands for none.
    pub fn full_version(&self) -> String {
        let layers = self.layers.iter().map(|layer| layer.version.as_deref().unwrap_or("-"));
        [self.version.as_str()].into_iter().chain(layers).collect::<Vec<_>>().join(" + ")
    }

    /// The SHA-256 of its files.
    pub fn digest(&self) -> &str {
        &self.digest
    }
    /// The files it was read from.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// The question it answers.
    pub fn title(&self) -> &str {
        &self.title
    }
    /// The index of the family that the question is about.
    pub fn subject(&self) -> usize {
        self.subject
    }
    /// The base of the effort price.
    pub fn effort_price(&self) -> &Constant {
        &self.effort_price
    }
    /// The price of a point of shortfall.
    pub fn shortfall_price(&self) -> &Constant {
        &self.shortfall_price
    }
    /// How sure it must be that a verdict's side stays, of 100, for it to count as decided.
    pub fn decided_from(&self) -> &Constant {
        &self.decided_from
    }
    /// What is said below that.
    pub fn undecided(&self) -> &Undecided {
        &self.undecided
    }
    /// Where steps of the answers may move the margin in a way that they never do otherwise.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }
    /// What the rules keep whatever is answered.
    pub fn promises(&self) -> &[Promise] {
        &self.promises
    }
    /// The conditions of all promises, and after them those of all exceptions.
    pub(crate) fn promised_conditions(&self) -> Vec<&Condition> {
        let promises = self.promises.iter().map(|promise| &promise.when);
        promises.chain(self.exceptions.iter().map(|exception| &exception.when)).collect()
    }
    /// What becomes of systems that share a platform; nothing where the rules know of none.
    pub fn sharing(&self) -> Option<&Sharing> {
        self.sharing.as_ref()
    }
    /// The bands, from the least margin up.
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }
    /// The groups of questions.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }
    /// The questions.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }
    /// The criteria.
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }
    /// The rows of the matrix.
    pub fn aspects(&self) -> &[Aspect] {
        &self.aspects
    }

    /// What one takes on with each of several platforms; those that name it have it among their own.
    pub fn duties(&self) -> &[Duty] {
        &self.duties
    }

    /// The families.
    pub fn families(&self) -> &[Family] {
        &self.families
    }
    /// The platforms.
    pub fn platforms(&self) -> &[Platform] {
        &self.platforms
    }
    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
    /// The learning path.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
    /// The sources.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many tests of answers the conditions of criteria have, and those of when questions are asked.
    pub(crate) fn count_tests(&self) -> usize {
        let criteria = self.criteria.iter().map(|criterion| &criterion.when);
        let asked = self.questions.iter().filter_map(|question| question.ask_when.as_ref());
        criteria.chain(asked).map(Condition::count_tests).sum()
    }

    /// The published decisions.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The word for a side that was right, as rule files and results have it: the side's id and `-right`, or
    /// `borderline` where it could have gone either way.
    pub fn outcome_id(&self, outcome: Leaning) -> String {
        match outcome {
            Leaning::Hedge => "borderline".to_owned(),
            clear => format!("{}-right", self.side(clear).id),
        }
    }

    /// Reads a condition on the questions of this rulebook; a fault goes to `log` and a condition that always holds
    /// stands in.
    pub(crate) fn read_condition(&self, value: &Located<'_>, log: &FaultLog<'_>) -> Condition {
        parse::read_condition(value, &self.questions, log)
    }

    /// The index of the question with this id.
    pub fn question(&self, id: &str) -> Option<usize> {
        self.questions.iter().position(|question| question.id == id)
    }

    /// The id of whose effort is changed.
    pub fn whose_id(&self, whose: Whose) -> &str {
        match whose {
            Whose::Family(family) => &self.families[family].id,
            Whose::Platform(platform) => &self.platforms[platform].id,
        }
    }

    /// The name of whose effort is changed.
    pub fn whose_name(&self, whose: Whose) -> &str {
        match whose {
            Whose::Family(family) => &self.families[family].name,
            Whose::Platform(platform) => &self.platforms[platform].name,
        }
    }

    /// Points that a criterion adds to the effort of a platform, as one of its family and by itself.
    pub fn familiarity(&self, criterion: usize, platform: usize) -> i64 {
        let family = self.platforms[platform].family;
        let own = [Whose::Family(family), Whose::Platform(platform)];
        let entries = self.criteria[criterion].familiarity.iter();
        entries.filter(|(whose, _)| own.contains(whose)).map(|(_, points)| points).sum()
    }

    /// Whether a platform has what a criterion says that it must have.
    pub fn meets_musts(&self, criterion: usize, platform: usize) -> bool {
        let meets = |must: &Must| self.aspects[must.aspect].cells[platform].level >= must.level;
        self.criteria[criterion].musts.iter().all(meets)
    }

    /// The index of the platform that somebody means by an id, a name or an alias, in any case.
    pub fn platform(&self, meant: &str) -> Option<usize> {
        let spelled = |name: &str| name.trim().to_lowercase().replace([' ', '_'], "-");
        let meant = spelled(meant);
        self.platforms.iter().position(|platform| {
            let names = [&platform.id, &platform.name].into_iter().chain(&platform.aliases);
            names.into_iter().any(|name| spelled(name) == meant)
        })
    }

    /// Whether a platform is of the family that the question is about.
    pub fn is_subject(&self, platform: usize) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.family == self.subject)
    }

    /// The texts of a side.
    pub fn side(&self, leaning: Leaning) -> &Side {
        match leaning {
            Leaning::Without => &self.without,
            Leaning::Hedge => &self.hedge,
            Leaning::With => &self.with,
        }
    }

    /// The index of the band with this id.
    pub fn band(&self, id: &str) -> Option<usize> {
        self.bands.iter().position(|band| band.id == id)
    }

    /// The index of the band that a margin falls in.
    pub fn band_of(&self, margin: i64) -> usize {
        self.bands.iter().position(|band| band.to.is_none_or(|to| margin <= to)).unwrap_or_default()
    }

    /// What is known of each question once the conditions under which it applies are taken into account: an answer to
    /// a question that does not apply is left aside.
    pub fn readings(&self, answer: impl Fn(usize) -> Option<Value>) -> Vec<Reading> {
        let mut readings = vec![Reading::Unknown; self.questions.len()];
        for (index, question) in self.questions.iter().enumerate() {
            let applies =
                question.ask_when.as_ref().map_or(Truth::True, |condition| condition.truth(&readings));
            readings[index] = match (applies, answer(index)) {
                (Truth::False, _) => Reading::DoesNotApply,
                (_, Some(value)) => Reading::Known(value),
                (_, None) => Reading::Unknown,
            };
        }
        readings
    }
}
