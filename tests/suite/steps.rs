//! No cliffs and no backward steps: a stronger need never weakens the case for the subject, more capacity never does, and one
//! step of a number moves the margin by no more than the middle band is wide. Exceptions stand in the rulebook.

use needk8s::assessment::{Assessment, assess};
use needk8s::review::covers;
use needk8s::rulebook::{Classes, Kind, Leaning, Rulebook, Value};

use crate::cases::{Case, all, rulebook};
use crate::numbers::Numbers;
use crate::respondents::{Known, uniform};

/// What asks more of a platform, or lets somebody run more of one, the further its answer is down the list.
const RISING: [&str; 23] = [
    "services",
    "servers",
    "developers",
    "teams",
    "tenants",
    "operations",
    "experience",
    "budget",
    "uptime",
    "deploys",
    "recovery",
    "release-pace",
    "compliance",
    "secrets",
    "lock-in",
    "load",
    "gpus",
    "training",
    "autoscaling",
    "isolation",
    "model-versions",
    "queueing",
    "feature-store",
];

struct Steps<'a> {
    rulebook: &'a Rulebook,
    classes: Vec<Classes>,
    /// The width of the middle band.
    width: i64,
}

impl<'a> Steps<'a> {
    fn of(rulebook: &'a Rulebook) -> Self {
        let hedge =
            rulebook.bands().iter().find(|band| band.leaning == Leaning::Hedge).expect("a middle band");
        let width = hedge.to.expect("an end") - hedge.from.expect("a beginning") + 1;
        Self { rulebook, classes: Classes::of_rulebook(rulebook), width }
    }

    fn question(&self, id: &str) -> usize {
        self.rulebook.question(id).unwrap_or_else(|| panic!("no question {id}"))
    }

    /// One value of each class of answers, the weakest need first.
    fn values(&self, question: usize) -> Vec<Value> {
        let mut values: Vec<Value> =
            (0..self.classes[question].len()).map(|class| self.classes[question].sample(class)).collect();
        values.sort_by_key(|value| match value {
            Value::Flag(flag) => u64::from(*flag),
            Value::Choice(option) => *option as u64,
            Value::Count(number) => *number,
            Value::Choices(_) => 0,
        });
        values
    }

    fn assess(&self, known: &Known) -> Assessment {
        assess(self.rulebook, self.rulebook.readings(|question| known[question]))
    }

    /// Tries one step of one answer, the others kept.
    fn try_step(&self, known: &Known, question: usize, [weaker, stronger]: [Value; 2]) -> Result<(), String> {
        let with = |value: Value| {
            let mut known = known.clone();
            known[question] = Some(value);
            known
        };
        let (before, after) = (with(weaker), with(stronger));
        if !self.is_possible(&before) || !self.is_possible(&after) {
            return Ok(());
        }
        let [before, after] = [&before, &after].map(|known| self.assess(known));
        if before.decided_by.is_some() || after.decided_by.is_some() {
            return Ok(());
        }
        let moved = after.margin - before.margin;
        let number = matches!(self.rulebook.questions()[question].kind, Kind::Count(_));
        let backwards = moved < 0;
        let cliff = number && moved.abs() > self.width;
        if !(backwards || cliff) || self.is_excepted(question, &before, &after) {
            return Ok(());
        }
        let question = &self.rulebook.questions()[question];
        let platforms = |assessment: &Assessment| {
            let id = |platform: usize| self.rulebook.platforms()[platform].id.as_str();
            format!("{} or {}", id(assessment.best_without), id(assessment.best_with))
        };
        let (from, to) = (question.spell(weaker), question.spell(stronger));
        Err(format!(
            "{} {from} → {to}: {:+} ({}) → {:+} ({})",
            question.id,
            before.margin,
            platforms(&before),
            after.margin,
            platforms(&after)
        ))
    }

    /// No team is smaller than two people.
    fn is_possible(&self, known: &Known) -> bool {
        match ["teams", "developers"].map(|id| known[self.question(id)]) {
            [Some(Value::Count(teams)), Some(Value::Count(developers))] => 2 * teams <= developers.max(2),
            _ => true,
        }
    }

    fn is_excepted(&self, question: usize, before: &Assessment, after: &Assessment) -> bool {
        let exceptions = self.rulebook.exceptions().iter();
        exceptions
            .filter(|exception| exception.questions.is_empty() || exception.questions.contains(&question))
            .any(|exception| covers(exception, before, after))
    }
}

fn known(rulebook: &Rulebook, case: &Case) -> Known {
    let answers = case.answers(rulebook);
    answers.values()
}

#[test]
fn every_step_of_every_situation_leads_the_right_way_and_not_too_far() {
    let rulebook = rulebook();
    let steps = Steps::of(&rulebook);
    let mut wrong = Vec::new();
    for case in all() {
        let known = known(&rulebook, &case);
        for id in RISING {
            let question = steps.question(id);
            for step in steps.values(question).windows(2) {
                if let Err(message) = steps.try_step(&known, question, [step[0], step[1]]) {
                    wrong.push(format!("{}: {message}", case.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} steps\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_step_from_random_answers_leads_backwards_or_too_far() {
    let rulebook = rulebook();
    let steps = Steps::of(&rulebook);
    let mut numbers = Numbers(23);
    let mut wrong = Vec::new();
    for _ in 0..10_000 {
        // Some know everything, some next to nothing.
        let unknown = numbers.below(4);
        let known: Known = uniform(&rulebook, &mut numbers)
            .into_iter()
            .map(|value| value.filter(|_| numbers.below(4) >= unknown))
            .collect();
        for _ in 0..4 {
            let question = steps.question(RISING[numbers.below(RISING.len())]);
            let values = steps.values(question);
            let at = numbers.below(values.len() - 1);
            if let Err(message) = steps.try_step(&known, question, [values[at], values[at + 1]]) {
                let questions = rulebook.questions().iter().zip(&known);
                let told = questions.filter_map(|(question, value)| {
                    Some(format!("{}={}", question.id, question.spell((*value)?)))
                });
                wrong.push(format!("{message}: {}", told.collect::<Vec<_>>().join(" ")));
            }
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{} steps\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let rulebook = rulebook();
    let ids: Vec<&str> = rulebook.exceptions().iter().map(|exception| exception.id.as_str()).collect();
    assert!(ids.len() <= 8, "{ids:?}");
    assert!(rulebook.exceptions().iter().all(|exception| exception.because.len() > 60));
}
