//! What the systems of a portfolio come to, one by one and all together.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::judge::{Judge, Judgement, Scratch};
use super::sharing::{Part, Shares};
use crate::answers::Answers;
use crate::assessment::{About, Assessment, Term, assess};
use crate::prepared::Prepared;
use crate::rulebook::{Growth, Leaning, Reading, Rulebook, UNDECIDED, Value, Values};

/// One system and what is known of it after its assessment: enough to rank it and to say why.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    /// What it is called.
    pub name: String,
    /// The group that it belongs to; empty where it belongs to none.
    pub group: String,
    /// Where its answers stand: "fleet.csv:12".
    pub place: String,
    /// What its answers come to.
    pub judgement: Judgement,
    /// How sure that is; `None` where that was not asked for and something is open.
    pub outlook: Option<Sure>,
    /// What decides it.
    pub reason: Deciding,
    /// The open questions that move the margin most, at most three.
    pub unknown: Vec<usize>,
    /// Points of margin until it changes sides.
    pub distance: i64,
    /// The change of one answer that turns its side.
    pub turn: Option<Turn>,
    /// What is missing without the subject and not with it, in points.
    pub need: i64,
    /// What the subject costs more to run, in points.
    pub cost: i64,
    /// Why its recorded decision is out of date, where it has one that is.
    pub out_of_date: Option<String>,
    /// Whether it has a recorded decision.
    pub has_record: bool,
    /// The platforms that it would gain by sharing, a bit each.
    pub gains: u64,
    /// Whether nothing is known of it.
    pub is_blank: bool,
    /// The name of its page, where it has one.
    pub page: Option<String>,
    /// Its answers and the terms of its margin, where they are asked for.
    pub detail: Option<Box<Detail>>,
}

/// The answers of a system, and the terms of its margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// The answer to each question.
    pub values: Vec<Option<Value>>,
    /// The terms, which add up to the margin.
    pub terms: Vec<Term>,
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sure {
    /// Of 100 ways to answer what is open, in how many the side stays.
    pub percent: u8,
    /// Whether that is enough for a verdict.
    pub is_decided: bool,
}

/// What decides a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deciding {
    /// A constraint leaves one side only: its criterion.
    Constraint(Option<usize>),
    /// The strongest term in the direction of the verdict.
    Term(Term),
    /// Nothing is known that weighs.
    Nothing,
}

/// An answer that would turn the side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The answers that do.
    pub values: Values,
    /// The side that it turns to.
    pub to: Leaning,
}

/// A turn and how unlikely and far it is: against growth, steps, question; the side and the classes.
type Nearest = ((bool, usize, usize), usize, Leaning, Vec<usize>);

/// What is asked of a survey.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// Whether to find out how sure the verdicts of incomplete answers are.
    pub sureness: bool,
    /// Whether to keep answers and terms.
    pub detail: bool,
}

/// Assesses systems, one after another.
#[derive(Debug)]
pub struct Surveyor<'r> {
    prepared: &'r Prepared<'r>,
    judge: &'r Judge,
    asked: Asked,
    scratch: Scratch,
    changed: Vec<Option<Value>>,
    /// How sure some states are, by the class of each answer and the band.
    known: HashMap<(Vec<Option<usize>>, usize), Sure>,
    /// What some sets of answers come to, apart from how the system is called.
    surveyed: HashMap<Vec<Option<Value>>, (System, Arc<Assessment>)>,
}

/// So many states, and sets of answers, are remembered.
const MOST_KNOWN: usize = 2_000;
const MOST_SURVEYED: usize = 1_000;

impl<'r> Surveyor<'r> {
    /// Makes ready.
    pub fn new(prepared: &'r Prepared<'r>, judge: &'r Judge, asked: Asked) -> Self {
        Self {
            prepared,
            judge,
            asked,
            scratch: judge.scratch(),
            changed: Vec::new(),
            known: HashMap::new(),
            surveyed: HashMap::new(),
        }
    }

    /// Assesses one system. Where its answers come from sources of which some tell only a part, they are given as well.
    pub fn survey(
        &mut self,
        name: String,
        group: String,
        place: String,
        values: &[Option<Value>],
        answers: Option<&Answers>,
    ) -> (System, Arc<Assessment>) {
        // Sources may tell more than the answers do.
        let known = self.surveyed.get(values).filter(|_| answers.is_none()).cloned();
        let (system, assessment) = known.unwrap_or_else(|| {
            let (system, assessment) = self.surveyed_anew(values, answers);
            let surveyed = (system, Arc::new(assessment));
            if answers.is_none() && self.surveyed.len() < MOST_SURVEYED {
                self.surveyed.insert(values.to_vec(), surveyed.clone());
            }
            surveyed
        });
        (System { name, group, place, ..system }, assessment)
    }

    fn surveyed_anew(&mut self, values: &[Option<Value>], answers: Option<&Answers>) -> (System, Assessment) {
        let readings = match answers {
            Some(answers) => answers.readings(self.prepared.rulebook),
            None => self.prepared.rulebook.readings(|question| values[question]),
        };
        let open: Vec<usize> =
            (0..readings.len()).filter(|question| readings[*question] == Reading::Unknown).collect();
        let known: Vec<usize> =
            (0..readings.len()).filter(|question| readings[*question] != Reading::DoesNotApply).collect();
        let assessment = assess(self.prepared.rulebook, readings);
        let judgement = Judgement::of(self.prepared.rulebook, &assessment);
        let whole = answers.map(Answers::values);
        let outlook = self.sure(whole.as_deref().unwrap_or(values), &judgement);
        let (need, cost) = need_and_cost(&assessment);
        let side = judgement.leaning(self.prepared.rulebook);
        let system = System {
            name: String::new(),
            group: String::new(),
            place: String::new(),
            reason: deciding(&assessment, side),
            unknown: self.unknown(values, &open),
            distance: self.distance(&judgement, side),
            turn: if judgement.is_forced { None } else { self.turn(values, &known, side) },
            need,
            cost,
            judgement,
            outlook,
            out_of_date: None,
            has_record: false,
            gains: 0,
            is_blank: values.iter().all(Option::is_none),
            page: None,
            detail: self
                .asked
                .detail
                .then(|| Box::new(Detail { values: values.to_vec(), terms: assessment.ledger.clone() })),
        };
        (system, assessment)
    }

    /// How sure what these answers come to is; nothing where some are open and that was not asked.
    pub fn sure(&mut self, values: &[Option<Value>], judgement: &Judgement) -> Option<Sure> {
        if judgement.open == 0 {
            return Some(Sure { percent: 100, is_decided: true });
        }
        if !self.asked.sureness {
            return None;
        }
        let classes = self.judge.classes().iter().zip(values);
        let state = classes.map(|(classes, value)| value.map(|value| classes.class_of(value))).collect();
        let state = (state, judgement.band);
        if let Some(known) = self.known.get(&state) {
            return Some(*known);
        }
        let engine = self.prepared.engine();
        let sureness = engine.sureness(values, judgement.band);
        let sure = Sure { percent: sureness.share.percent(), is_decided: engine.is_decided(sureness) };
        if self.known.len() < MOST_KNOWN {
            self.known.insert(state, sure);
        }
        Some(sure)
    }

    /// What `values` come to with one answer changed to a class of answers.
    fn with(&mut self, values: &[Option<Value>], question: usize, class: usize) -> Judgement {
        self.changed.clear();
        self.changed.extend_from_slice(values);
        self.changed[question] = Some(self.judge.classes()[question].sample(class));
        self.judge.judge(&self.changed, &mut self.scratch)
    }

    /// The open questions by how far their answers move the margin.
    fn unknown(&mut self, values: &[Option<Value>], open: &[usize]) -> Vec<usize> {
        const NAMED: usize = 3;
        let mut spreads: Vec<(i64, usize)> = Vec::new();
        for question in open.iter().copied() {
            let (mut least, mut most) = (i64::MAX, i64::MIN);
            for class in 0..self.judge.classes()[question].len() {
                let margin = self.with(values, question, class).margin;
                (least, most) = (least.min(margin), most.max(margin));
            }
            spreads.push((most - least, question));
        }
        spreads.sort_by_key(|(spread, question)| (std::cmp::Reverse(*spread), *question));
        spreads
            .into_iter()
            .filter(|(spread, _)| *spread > 0)
            .take(NAMED)
            .map(|(_, question)| question)
            .collect()
    }

    /// Points of margin until the side changes.
    fn distance(&self, judgement: &Judgement, side: Leaning) -> i64 {
        let mut of_side = self.prepared.rulebook.bands().iter().filter(|band| band.leaning == side);
        let from = of_side.clone().next().and_then(|band| band.from);
        let to = of_side.next_back().and_then(|band| band.to);
        let down = from.map(|from| judgement.margin - from + 1);
        let up = to.map(|to| to - judgement.margin + 1);
        [down, up].into_iter().flatten().min().unwrap_or(i64::MAX).max(1)
    }

    /// The answer that turns the side, of all the likeliest: in the direction in which systems grow, and as few steps away
    /// as there are.
    fn turn(&mut self, values: &[Option<Value>], known: &[usize], side: Leaning) -> Option<Turn> {
        let mut best: Option<Nearest> = None;
        for question in known.iter().copied() {
            let Some(value) = values[question] else { continue };
            let own = self.judge.classes()[question].class_of(value);
            let grows = self.prepared.rulebook.questions()[question].grows;
            let mut by_side: BTreeMap<Leaning, Vec<usize>> = BTreeMap::new();
            for class in (0..self.judge.classes()[question].len()).filter(|class| *class != own) {
                let to = self.with(values, question, class).leaning(self.prepared.rulebook);
                if to != side {
                    by_side.entry(to).or_default().push(class);
                }
            }
            for (to, classes) in by_side {
                let against = |class: &usize| match grows {
                    Some(Growth::Up) => *class < own,
                    Some(Growth::Down) => *class > own,
                    None => true,
                };
                let (shrinking, growing): (Vec<usize>, Vec<usize>) = classes.into_iter().partition(against);
                for (is_unlikely, classes) in [(false, growing), (true, shrinking)] {
                    let Some(steps) = classes.iter().map(|class| class.abs_diff(own)).min() else { continue };
                    let rank = (is_unlikely, steps, question);
                    if best.as_ref().is_none_or(|(known, ..)| rank < *known) {
                        best = Some((rank, question, to, classes));
                    }
                }
            }
        }
        let (_, question, to, classes) = best?;
        Some(Turn { values: self.judge.classes()[question].values(question, &classes), to })
    }
}

/// What the best platform without the subject lacks more than the best one with it, and what that takes more effort.
fn need_and_cost(assessment: &Assessment) -> (i64, i64) {
    let (with, without) =
        (&assessment.standings[assessment.best_with], &assessment.standings[assessment.best_without]);
    let effort = assessment.effort_price * (with.effort - without.effort);
    (assessment.margin + effort, effort)
}

fn deciding(assessment: &Assessment, side: Leaning) -> Deciding {
    if let Some(criterion) = assessment.decided_by {
        return Deciding::Constraint(Some(criterion));
    }
    let speaks_for = side == Leaning::With || side == Leaning::Hedge && assessment.margin > 0;
    let such = |term: &&Term| (term.points > 0) == speaks_for;
    let told = |term: &&Term| !matches!(term.about, About::Effort | About::Floor);
    let terms = || assessment.ledger.iter().filter(such);
    let strongest = terms().find(told).or_else(|| terms().next());
    strongest.map_or(Deciding::Nothing, |term| Deciding::Term(*term))
}

impl System {
    /// The index of the verdict's band; `None` where it is undecided, or where that is not known.
    pub fn decided(&self) -> Option<usize> {
        self.outlook.filter(|outlook| outlook.is_decided).map(|_| self.judgement.band)
    }

    /// The verdict's id; `None` where something is open and nobody asked how sure it is.
    pub fn verdict<'r>(&self, rulebook: &'r Rulebook) -> Option<&'r str> {
        let outlook = self.outlook?;
        Some(if outlook.is_decided { &rulebook.bands()[self.judgement.band].id } else { UNDECIDED })
    }
}

/// What all systems of a portfolio come to.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How many there are.
    pub systems: usize,
    /// How many of each verdict, by the index of its band.
    pub bands: Vec<usize>,
    /// How many are undecided.
    pub undecided: usize,
    /// For how many it is not known whether they are.
    pub unsaid: usize,
    /// What these lean to, by the index of the band.
    pub leanings: Vec<usize>,
    /// Of how many nothing is known, so that no platform is recommended.
    pub blank: usize,
    /// How many are recommended each platform.
    pub platforms: Vec<usize>,
    /// What each aspect says for the subject.
    pub aspects: Vec<Drive>,
    /// What each criterion says against it by making effort dearer, or changes in it.
    pub criteria: Vec<Drive>,
    /// How many have a recorded decision.
    pub records: usize,
    /// What sharing would come to, for all and by group.
    pub shares: Shares,
}

/// What one thing does to the margins of many systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drive {
    /// In how many systems it moves the margin.
    pub systems: usize,
    /// Points of margin, all systems together.
    pub points: i64,
    /// How many say that they must have it.
    pub musts: usize,
    /// By which criteria, and in how many systems.
    pub because: BTreeMap<usize, usize>,
}

impl Totals {
    /// Nothing yet.
    pub fn of(rulebook: &Rulebook) -> Self {
        Self {
            bands: vec![0; rulebook.bands().len()],
            leanings: vec![0; rulebook.bands().len()],
            platforms: vec![0; rulebook.platforms().len()],
            aspects: vec![Drive::default(); rulebook.aspects().len()],
            criteria: vec![Drive::default(); rulebook.criteria().len()],
            ..Self::default()
        }
    }

    /// Adds one system.
    pub fn add(
        &mut self,
        rulebook: &Rulebook,
        system: &System,
        assessment: &Assessment,
        part: Option<&Part>,
    ) {
        self.systems += 1;
        match system.outlook {
            Some(Sure { is_decided: true, .. }) => self.bands[system.judgement.band] += 1,
            Some(_) => self.undecided += 1,
            None => {
                self.unsaid += 1;
                self.leanings[system.judgement.band] += 1;
            }
        }
        match system.is_blank {
            true => self.blank += 1,
            false => self.platforms[system.judgement.recommendation] += 1,
        }
        self.records += usize::from(system.has_record);
        for Term { points, about } in &assessment.ledger {
            let drive = match about {
                About::Aspect(aspect) => &mut self.aspects[*aspect],
                About::Price(criterion) | About::Familiarity(criterion) => &mut self.criteria[*criterion],
                About::Effort | About::Floor => continue,
            };
            drive.systems += 1;
            drive.points += points;
            if let About::Aspect(aspect) = about {
                for criterion in assessment.demanding(rulebook, *aspect) {
                    *drive.because.entry(criterion).or_default() += 1;
                }
            }
        }
        let mut must_have: Vec<usize> = (0..rulebook.criteria().len())
            .filter(|criterion| assessment.holds(*criterion))
            .flat_map(|criterion| rulebook.criteria()[criterion].musts.iter().map(|must| must.aspect))
            .collect();
        must_have.sort_unstable();
        must_have.dedup();
        for aspect in must_have {
            self.aspects[aspect].musts += 1;
        }
        if let Some(part) = part {
            self.shares.add(&system.group, part);
        }
    }

    /// Adds what other systems come to.
    pub fn join(&mut self, other: &Self) {
        let add = |to: &mut Vec<usize>, from: &Vec<usize>| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        };
        self.systems += other.systems;
        self.undecided += other.undecided;
        self.unsaid += other.unsaid;
        self.records += other.records;
        self.blank += other.blank;
        add(&mut self.bands, &other.bands);
        add(&mut self.leanings, &other.leanings);
        add(&mut self.platforms, &other.platforms);
        let drives = self.aspects.iter_mut().zip(&other.aspects);
        for (own, drive) in drives.chain(self.criteria.iter_mut().zip(&other.criteria)) {
            own.systems += drive.systems;
            own.points += drive.points;
            own.musts += drive.musts;
            for (criterion, number) in &drive.because {
                *own.because.entry(*criterion).or_default() += number;
            }
        }
        self.shares.join(&other.shares);
    }

    /// The aspects that speak most for the subject, the strongest first.
    pub fn needs(&self) -> Vec<(usize, &Drive)> {
        let mut needs: Vec<(usize, &Drive)> =
            self.aspects.iter().enumerate().filter(|(_, drive)| drive.points > 0).collect();
        needs.sort_by_key(|(aspect, drive)| (std::cmp::Reverse(drive.points), *aspect));
        needs
    }

    /// The criteria that speak most against it, the strongest first.
    pub fn brakes(&self) -> Vec<(usize, &Drive)> {
        let mut brakes: Vec<(usize, &Drive)> =
            self.criteria.iter().enumerate().filter(|(_, drive)| drive.points < 0).collect();
        brakes.sort_by_key(|(criterion, drive)| (drive.points, *criterion));
        brakes
    }
}
