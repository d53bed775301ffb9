//! `needk8s check`: does the recorded decision still stand?

use std::path::Path;

use super::decision::{DecidedOn, Decision, Evidence, Recorded, Shown};
use super::gates::{self, Gates};
use super::output::{say, shown};
use super::rooted::Rooted;
use super::scanned::Scanned;
use crate::answers::{Answers, Given, Origin};
use crate::explanation::Status;
use crate::facts::{Finding, Place};
use crate::report::Contents;
use crate::report::outcome::{Because, Gate, GateName, Move, Outcome, State};
use crate::rulebook::{Condition, Rulebook, UNDECIDED, UNKNOWN, Value};
use crate::text::{list, one_line};

/// What a check goes by.
pub(super) struct Check<'a> {
    pub(super) contents: &'a Contents<'a>,
    /// The path of the record, and what it says beside answers.
    pub(super) record: &'a Path,
    pub(super) recorded: &'a Recorded,
    pub(super) gates: &'a Gates,
    /// Whether failures are only reported.
    pub(super) report_only: bool,
    /// What all sources say, and what they say without the scan.
    pub(super) answers: &'a Answers,
    pub(super) told: &'a Answers,
    pub(super) scanned: Option<&'a Scanned>,
    /// The verdict's band for any answers.
    pub(super) verdict_of: &'a dyn Fn(&Answers) -> usize,
    /// The day, as YYYY-MM-DD.
    pub(super) today: &'a str,
    pub(super) rooted: &'a Rooted,
}

/// An answer that is another one than was recorded; `None` where there was none, or is none any more.
struct Change {
    question: usize,
    from: Option<Given>,
    to: Option<Given>,
}

/// A recorded answer, and what the repository shows instead.
struct Contradiction<'a> {
    given: &'a Given,
    found: &'a Given,
    finding: &'a Finding,
}

/// When it was recorded: " on 2026-11-23"; nothing where the record does not say.
fn on(decision: &Decision) -> String {
    decision.date.as_ref().map_or(String::new(), |date| format!(" on {}", one_line(date)))
}

impl Check<'_> {
    /// Holds what is known against the recorded decision and the gates.
    pub(super) fn outcome(&self) -> Outcome {
        let contradicted = self.contradicted();
        let moved_by = self.moved_by(&contradicted);
        let decision = self.recorded.decision.as_ref();
        let mut gates = Vec::new();
        let mut remarks = Vec::new();
        if let Some(decision) = decision {
            let gate = self.decision_gate(decision, &moved_by);
            if gate.passes() {
                remarks.extend(come_true(self.contents, decision).map(|(said, _)| said));
                remarks.extend(self.other_platform(decision));
            }
            gates.push(gate);
        }
        if let Some(scanned) = self.scanned {
            gates.push(self.answers_gate(&contradicted));
            gates.push(self.evidence_gate(scanned));
        }
        gates.extend(self.gates.held(self.contents, decision));
        gates.sort_by_key(|gate| gate.name);
        let waivers = &self.recorded.waivers;
        let has_ended = |gate: &Gate| {
            waivers.iter().any(|waiver| waiver.gate == gate.name && waiver.until.as_str() < self.today)
        };
        for gate in gates.iter().filter(|gate| gate.passes() && has_ended(gate)) {
            remarks.push(format!(
                "`{}` holds again, and its waiver has ended: it can go from {}",
                gate.name.word(),
                shown(self.record)
            ));
        }
        Outcome {
            gates: gates.into_iter().map(|gate| gate.waived(waivers, self.today)).collect(),
            report_only: self.report_only,
            then: decision.map(|decision| self.then(decision)),
            now: self.now(),
            headline: self.contents.headline.clone(),
            moved_by,
            assumes: self.assumes(),
            remarks,
            record: self.rooted.place(self.record, decision.map_or(0, |decision| decision.line)),
        }
    }

    fn then(&self, decision: &Decision) -> State {
        State {
            date: decision.date.as_deref().map(one_line),
            verdict: decision.verdict.map_or(UNDECIDED, |band| self.name(band)).to_owned(),
            platform: decision.platform.as_deref().map(one_line),
            margin: decision.margin,
        }
    }

    fn now(&self) -> State {
        let Contents { rulebook, assessment, .. } = self.contents;
        let platform = || rulebook.platforms()[assessment.recommendation].id.clone();
        State {
            date: None,
            verdict: self.contents.verdict().to_owned(),
            platform: (!self.contents.is_undecided()).then(platform),
            margin: Some(assessment.margin),
        }
    }

    /// Whether the recorded verdict is that of now; if not, what has come true since is a reason, too.
    fn decision_gate(&self, decision: &Decision, moved_by: &[Move]) -> Gate {
        let fallen = self.fallen(decision, moved_by).map(|text| {
            let place = moved_by.first().and_then(|moved| moved.place.clone());
            let come_true = come_true(self.contents, decision);
            let come_true =
                come_true.map(|(text, conditions)| Because { text, place: self.shown_by(&conditions) });
            [Some(Because { text, place }), come_true].into_iter().flatten().collect()
        });
        let verdict = decision.verdict.map_or(UNDECIDED, |band| self.name(band));
        let on = on(decision);
        Gate::new(
            GateName::Decision,
            fallen.unwrap_or_default(),
            format!("{verdict} was recorded{on} and is the verdict now"),
        )
    }

    /// Why the recorded decision does not stand.
    fn fallen(&self, decision: &Decision, moved_by: &[Move]) -> Option<String> {
        let contents = self.contents;
        let on = on(decision);
        let possible = || list(&self.possible(), "or");
        let what =
            moved_by.iter().filter(|moved| moved.what != ANSWERS).map(|moved| match moved.what.as_str() {
                RULEBOOK => "other rules".to_owned(),
                id => format!("`{id}`"),
            });
        let by = match what.collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            what => format!(", by {}", list(what, "and")),
        };
        match decision.verdict {
            None if contents.is_undecided() => Some(format!(
                "not decided yet: the record{on} is undecided, and it can still be {}{}",
                possible(),
                gates::settled_by(contents)
            )),
            None => Some(format!(
                "not decided yet: the record{on} is undecided; what is known now gives {}, which `needk8s --save` records",
                contents.verdict()
            )),
            Some(band) if contents.is_undecided() => Some(format!(
                "the verdict was {} when it was recorded{on} and is undecided now{by}: it can still be {}{}",
                self.name(band),
                possible(),
                gates::settled_by(contents)
            )),
            Some(band) if band != contents.assessment.band => Some(format!(
                "the verdict was {} when it was recorded{on} and is {} now{by}",
                self.name(band),
                contents.verdict()
            )),
            Some(_) => None,
        }
    }

    fn possible(&self) -> Vec<&str> {
        self.contents.outlook.verdicts.iter().map(|band| self.name(*band)).collect()
    }

    /// What the verdict assumes of questions that are open, and how sure it is.
    fn assumes(&self) -> Option<String> {
        let contents = self.contents;
        if contents.outlook.status != Status::Leaning {
            return None;
        }
        let unless = contents.explanation.unless.iter();
        let mut turns: Vec<String> = unless.map(|unless| unless.say(contents.rulebook)).collect();
        let sureness = contents.outlook.sureness;
        if turns.is_empty() {
            let by = gates::settled_by(contents);
            return Some(format!("it is not settled, and can still be {}{by}", list(&self.possible(), "or")));
        }
        let others = match turns.len().saturating_sub(MOST_ASSUMED) {
            0 => String::new(),
            1 => ", or another answer turns it".to_owned(),
            others => format!(", or one of {others} other answers turns it"),
        };
        turns.truncate(MOST_ASSUMED);
        let unless = turns.join("; or ");
        Some(format!("this holds ({}), unless {unless}{others}", sureness.share))
    }

    /// That another platform is recommended than was recorded, which is no other decision.
    fn other_platform(&self, decision: &Decision) -> Option<String> {
        let now = &self.contents.rulebook.platforms()[self.contents.assessment.recommendation].id;
        let recorded = decision.platform.as_ref().filter(|recorded| *recorded != now)?;
        Some(format!("the platform was {} when it was recorded and is {now} now", one_line(recorded)))
    }

    /// Whether what the record rests on is still to be seen.
    fn evidence_gate(&self, scanned: &Scanned) -> Gate {
        let evidence = self.recorded.decision.as_ref().map_or(&[][..], |decision| &decision.evidence);
        let rests = |evidence: &&Evidence| self.told.value(evidence.question) == Some(evidence.value);
        let against = if scanned.found_nothing() {
            vec![Because::of(format!(
                "nothing was read in {}: it has no file that a scan knows, so it supports no answer",
                scanned.folder
            ))]
        } else {
            evidence.iter().filter(rests).flat_map(|evidence| self.lost(scanned, evidence)).collect()
        };
        let holds = match evidence.is_empty() {
            true => "no recorded answer rests on what was scanned",
            false => "what recorded answers rest on is still there",
        };
        Gate::new(GateName::Evidence, against, holds.to_owned())
    }

    /// The files that showed an answer when it was recorded and show it no longer, or in fewer lines. An answer that is
    /// found all the same is supported.
    fn lost(&self, scanned: &Scanned, evidence: &Evidence) -> Vec<Because> {
        if scanned.answer(evidence.question).is_some_and(|finding| finding.value == evidence.value) {
            return Vec::new();
        }
        let id = &self.contents.rulebook.questions()[evidence.question].id;
        let mut paths: Vec<&str> = evidence.lines.iter().map(|line| line.place.path.as_str()).collect();
        paths.dedup();
        let lost = |path: &str| {
            let lines: Vec<&Shown> = evidence.lines.iter().filter(|line| line.place.path == path).collect();
            let (then, now) = (lines.len(), scanned.shows(evidence.question, path)?);
            let is_there = scanned.has(path);
            let why = match now {
                0 if is_there => "no longer shows it".to_owned(),
                0 => "is gone".to_owned(),
                now if now < then => format!("shows only {now} of these {then} now"),
                _ => return None,
            };
            let found: Vec<Place> = lines.iter().map(|line| self.found_at(scanned, &line.place)).collect();
            let said: Vec<String> = found.iter().map(|place| one_line(&place.to_string())).collect();
            let file = one_line(&found.first()?.path);
            let text = format!("`{id}` rests on {}, and {file} {why}", said.join(", "));
            let place = match is_there {
                true => found.into_iter().next(),
                false => lines.first().map(|line| self.rooted.place(self.record, line.recorded_at)),
            };
            Some(Because { text, place })
        };
        paths.into_iter().filter_map(lost).collect()
    }

    fn name(&self, band: usize) -> &str {
        &self.contents.rulebook.bands()[band].id
    }

    /// A line of the scanned folder.
    fn found_at(&self, scanned: &Scanned, place: &Place) -> Place {
        self.rooted.place(&scanned.path(&place.path), place.line)
    }

    /// The line that says an answer.
    fn place_of(&self, given: &Given) -> Option<Place> {
        match &given.origin {
            Origin::File { name, line } => Some(self.rooted.place(Path::new(name), *line)),
            Origin::Scan { path, line, .. } => {
                let place = Place { path: path.clone(), line: *line };
                self.scanned.map(|scanned| self.found_at(scanned, &place))
            }
            Origin::Flag(_) | Origin::Environment(_) | Origin::Prompt => None,
        }
    }

    /// The line of the first answer that conditions speak of.
    fn shown_by(&self, conditions: &[&Condition]) -> Option<Place> {
        let questions = conditions.iter().flat_map(|condition| condition.questions());
        questions.filter_map(|question| self.answers.given(question)).find_map(|given| self.place_of(given))
    }

    /// What moved the verdict since it was recorded: answers that differ from the record or that the scan found beside it,
    /// those first that do it alone; the rules; or what was changed in the record itself. Where the verdict has not moved,
    /// what would move it if the repository is right.
    fn moved_by(&self, contradicted: &[Contradiction<'_>]) -> Vec<Move> {
        let Some(decision) = &self.recorded.decision else { return Vec::new() };
        let Some(band) = decision.verdict else { return Vec::new() };
        let contents = self.contents;
        if band == contents.assessment.band && !contents.is_undecided() {
            return self.would_move(contradicted);
        }
        let changes = self.changes(decision);
        let back = |taken_back: &[&Change]| (self.verdict_of)(&self.without(taken_back)) == band;
        let all: Vec<&Change> = changes.iter().collect();
        if !all.is_empty() && back(&all) {
            let alone: Vec<&Change> = all.iter().copied().filter(|one| back(&[one])).collect();
            let movers = if alone.is_empty() { all } else { alone };
            return movers.into_iter().map(|change| self.moved(change)).collect();
        }
        let mut moves = Vec::new();
        if let Some(others) = decision.other_rules(contents.rulebook) {
            moves.push(Move {
                what: RULEBOOK.to_owned(),
                text: format!("other rules ({others})"),
                place: None,
            });
        }
        moves.extend(changes.iter().map(|change| self.moved(change)));
        if decision.decided_on.is_none() {
            moves.extend(self.come_true_by(decision));
        }
        if moves.is_empty() {
            let text = "answers were changed in the record itself (the rulebook is the same)".to_owned();
            moves.push(Move { what: ANSWERS.to_owned(), text, place: None });
        }
        moves
    }

    /// The answers that are not those of the record.
    fn changes(&self, decision: &Decision) -> Vec<Change> {
        let record = shown(self.record);
        let questions = 0..self.contents.rulebook.questions().len();
        if let Some(DecidedOn { answers: then, line }) = &decision.decided_on {
            let change = |question: usize| {
                let from = then.iter().find(|(answered, _)| *answered == question);
                let origin = Origin::File { name: record.clone(), line: *line };
                let from = from.map(|(_, value)| Given { value: *value, origin });
                let to = self.answers.given(question).cloned();
                let value = |given: &Option<Given>| given.as_ref().and_then(|given| given.value);
                (value(&from) != value(&to)).then_some(Change { question, from, to })
            };
            return questions.filter_map(change).collect();
        }
        let is_record = |given: &Given| matches!(&given.origin, Origin::File { name, .. } if *name == record);
        let overridden = self.told.differences().filter(|(_, _, weaker)| is_record(weaker));
        let overridden = overridden.map(|(question, to, from)| Change {
            question,
            from: Some(from.clone()),
            to: Some(to.clone()),
        });
        let found = questions.filter(|question| self.told.given(*question).is_none());
        let found = found.filter_map(|question| {
            let to = Some(self.answers.given(question)?.clone());
            Some(Change { question, from: None, to })
        });
        overridden.chain(found).collect()
    }

    /// The answers as they were recorded, where changes are taken back.
    fn without(&self, changes: &[&Change]) -> Answers {
        let mut answers = self.answers.clone();
        for Change { question, from, .. } in changes {
            while let Some(given) = answers.given(*question).cloned() {
                answers.take_back(*question, &given.origin);
            }
            if let Some(from) = from {
                answers.set(*question, from.clone());
            }
        }
        answers
    }

    /// "`services`: 3 (needk8s.toml:5), now 7 (compose.yaml:2)"
    fn moved(&self, change: &Change) -> Move {
        let id = &self.contents.rulebook.questions()[change.question].id;
        let spelled = |given: &Option<Given>| match given {
            Some(given) => self.spelled(change.question, given),
            None => "not answered".to_owned(),
        };
        let text = format!("`{id}`: {}, now {}", spelled(&change.from), spelled(&change.to));
        let place = change.to.as_ref().or(change.from.as_ref()).and_then(|given| self.place_of(given));
        Move { what: id.clone(), text, place }
    }

    /// "7 (compose.yaml:2)"
    fn spelled(&self, question: usize, given: &Given) -> String {
        let question = &self.contents.rulebook.questions()[question];
        let value = given.value.map_or(UNKNOWN.to_owned(), |value: Value| question.spell(value));
        match self.place_of(given).filter(|_| matches!(given.origin, Origin::Scan { .. })) {
            Some(place) => format!("{value} ({})", one_line(&place.to_string())),
            None => format!("{value} ({})", given.origin),
        }
    }

    /// The answers of which a recorded condition has come true: all that can be told of what moved a verdict whose answers
    /// were not kept.
    fn come_true_by(&self, decision: &Decision) -> Vec<Move> {
        let conditions = come_true(self.contents, decision).map_or(Vec::new(), |(_, conditions)| conditions);
        let mut questions: Vec<usize> =
            conditions.iter().flat_map(|condition| condition.questions()).collect();
        questions.sort_unstable();
        questions.dedup();
        let moves = questions.into_iter().filter_map(|question| {
            let given = self.answers.given(question)?;
            let id = &self.contents.rulebook.questions()[question].id;
            let text = format!("`{id}`: now {}", self.spelled(question, given));
            Some(Move { what: id.clone(), text, place: self.place_of(given) })
        });
        moves.collect()
    }

    /// What would move the verdict if what was found were taken for true.
    fn would_move(&self, contradicted: &[Contradiction<'_>]) -> Vec<Move> {
        let all: Vec<&Contradiction<'_>> = contradicted.iter().collect();
        let then = self.taking(&all);
        if all.is_empty() || then == self.contents.assessment.band {
            return Vec::new();
        }
        let alone: Vec<&Contradiction<'_>> =
            all.iter().copied().filter(|one| self.taking(&[one]) == then).collect();
        let movers = if alone.is_empty() { all } else { alone };
        movers
            .into_iter()
            .map(|Contradiction { given, found, finding }| {
                let (from, to) = (Some((*given).clone()), Some((*found).clone()));
                self.moved(&Change { question: finding.question, from, to })
            })
            .collect()
    }

    /// The verdict if what was found is taken for what was answered.
    fn taking(&self, found: &[&Contradiction<'_>]) -> usize {
        let mut answers = self.answers.clone();
        for Contradiction { finding, found, .. } in found {
            answers.set(finding.question, (*found).clone());
        }
        (self.verdict_of)(&answers)
    }

    /// The answers that the repository contradicts. What was found already when the decision was recorded is no news.
    fn contradicted(&self) -> Vec<Contradiction<'_>> {
        let known = |finding: &Finding| {
            let decision = self.recorded.decision.as_ref();
            decision.is_some_and(|decision| decision.has_found(finding.question, finding.value))
        };
        self.answers
            .contradictions()
            .filter(|(_, _, weaker)| matches!(weaker.origin, Origin::Scan { .. }))
            .filter_map(|(question, given, found)| {
                let finding = self.scanned?.answer(question)?;
                Some(Contradiction { given, found, finding })
            })
            .filter(|contradiction| !known(contradiction.finding))
            .collect()
    }

    /// Which answers the repository contradicts, by which lines, and whether that would move the verdict.
    fn answers_gate(&self, contradicted: &[Contradiction<'_>]) -> Gate {
        let rulebook = self.contents.rulebook;
        let told = contradicted.iter().map(|Contradiction { given, finding, found }| {
            let question = &rulebook.questions()[finding.question];
            let answer = given.value.map_or(UNKNOWN.to_owned(), |value| question.spell(value));
            let place = self.place_of(found);
            Because {
                text: format!(
                    "`{}` is {answer} by {}, but {} shows {}: {}",
                    question.id,
                    given.origin,
                    place.as_ref().unwrap_or(&finding.place()),
                    question.spell(finding.value),
                    finding.says().trim_end_matches('.')
                ),
                place,
            }
        });
        let mut against: Vec<Because> = told.collect();
        if !contradicted.is_empty() {
            let place = contradicted.first().and_then(|first| self.place_of(first.found));
            against.push(Because { text: self.effect(contradicted), place });
        }
        let holds =
            "nothing that the scan found contradicts an answer, beside what was known when it was recorded";
        let plain = "nothing that the scan found contradicts an answer";
        let has_known = self.recorded.decision.as_ref().is_some_and(|decision| !decision.evidence.is_empty());
        Gate::new(GateName::Answers, against, (if has_known { holds } else { plain }).to_owned())
    }

    /// Whether taking what was found for what was answered moves the verdict, and which of it does.
    fn effect(&self, contradicted: &[Contradiction<'_>]) -> String {
        let all: Vec<&Contradiction<'_>> = contradicted.iter().collect();
        let now = self.contents.assessment.band;
        let then = self.taking(&all);
        if then == now {
            return format!("with what was found the verdict stays {}", self.name(now));
        }
        let alone = all.iter().filter(|one| self.taking(&[**one]) == then);
        let alone = ids(self.contents.rulebook, alone.map(|one| one.finding.question));
        let by = if alone.is_empty() { "together".to_owned() } else { format!("by {alone} alone") };
        format!("with what was found the verdict moves from {} to {}, {by}", self.name(now), self.name(then))
    }
}

/// What moved a verdict where it is not one answer: other rules, or answers that cannot be told apart.
const RULEBOOK: &str = "rulebook";
const ANSWERS: &str = "answers";

/// No more turning points than this are told at once.
const MOST_SAID: usize = 8;

/// The recorded turning points that have come true since, as a sentence and as they are.
fn come_true<'d>(contents: &Contents<'_>, decision: &'d Decision) -> Option<(String, Vec<&'d Condition>)> {
    let questions = contents.rulebook.questions();
    let such = decision.revisit.iter().filter(|condition| contents.assessment.satisfies(condition));
    let such: Vec<&Condition> = such.collect();
    let mut said: Vec<String> = such.iter().map(|condition| condition.say(questions)).collect();
    said.dedup();
    if said.is_empty() {
        return None;
    }
    let more = said.len().saturating_sub(MOST_SAID);
    said.truncate(MOST_SAID);
    if more > 0 {
        said.push(format!("{more} more"));
    }
    let date = decision.date.as_deref().map_or("the decision".to_owned(), one_line);
    Some((format!("since {date} this has come true: {}", said.join("; ")), such))
}

/// How many answers that would turn the side are named.
const MOST_ASSUMED: usize = 1;

/// The ids of questions, as a list.
fn ids(rulebook: &Rulebook, questions: impl Iterator<Item = usize>) -> String {
    questions
        .map(|question| format!("`{}`", rulebook.questions()[question].id))
        .collect::<Vec<_>>()
        .join(", ")
}

/// How many unread files a check names.
const UNREAD: usize = 5;

/// Says what the scan could not read: it may hide what the check looks for.
pub(super) fn announce_unread(scanned: &Scanned) {
    let unread = &scanned.facts.unreadable;
    for file in unread.iter().take(UNREAD) {
        say(&one_line(&format!("check: could not read {}, because {}", file.named(), file.reason)));
    }
    let more: usize = unread.iter().skip(UNREAD).map(|file| 1 + file.others).sum();
    if more > 0 {
        say(&format!("check: {more} more could not be read: needk8s scan --verbose"));
    }
}
