//! Verdicts that no answers reach, and platforms that can never be recommended.

use rayon::prelude::*;

use super::finding::{Check, Finding, Subject};
use super::{Desk, Witness, whatever};
use crate::explanation::{AnswerSet, Proof};

/// What was found out about what answers can lead to.
#[derive(Default)]
pub(super) struct Results {
    pub(super) findings: Vec<Finding>,
    pub(super) witnesses: Vec<Witness>,
    /// What was neither met nor ruled out.
    pub(super) undecided: Vec<(Subject, u64)>,
}

/// How many sets of answers are drawn before anything is searched for.
const DRAWS: usize = 3_000;

/// Answers that lead to each verdict, and to each platform, among the published decisions and those that are drawn.
fn met(desk: &Desk<'_>) -> (Vec<Option<AnswerSet>>, Vec<Option<AnswerSet>>) {
    let rulebook = desk.rulebook;
    let (mut bands, mut platforms) =
        (vec![None; rulebook.bands().len()], vec![None; rulebook.platforms().len()]);
    let questions = 0..rulebook.questions().len();
    let published = rulebook.cases().iter();
    let published = published.map(|case| questions.clone().map(|question| case.answer(question)).collect());
    for answers in published.chain(desk.prover.draws().take(DRAWS)) {
        if bands.iter().chain(&platforms).all(Option::is_some) {
            break;
        }
        let assessment = desk.assess(&answers);
        bands[assessment.band].get_or_insert_with(|| answers.clone());
        platforms[assessment.recommendation].get_or_insert(answers);
    }
    (bands, platforms)
}

pub(super) fn check(desk: &Desk<'_>) -> Results {
    let rulebook = desk.rulebook;
    let (bands, others) = met(desk);
    let verdicts = (0..rulebook.bands().len()).into_par_iter().map(|band| {
        let subject = Subject::new("band", &rulebook.bands()[band].id);
        let message = format!("no answers lead to the verdict “{}”", rulebook.bands()[band].name);
        let is_it = |answers: &AnswerSet| desk.assess(answers).band == band;
        let proof = match &bands[band] {
            Some(answers) => Proof::Found(answers.clone()),
            None => desk.prover.verdict(1 << band, None, desk.budget.results),
        };
        one(Check::UnreachedVerdict, subject, message, proof, &is_it)
    });
    let verdicts: Vec<Results> = verdicts.collect();
    // What is ruled out for good is meant never to be recommended.
    let is_ruled_out = |platform: &usize| {
        let mut criteria = rulebook.criteria().iter().filter(|criterion| criterion.is_unconditional());
        criteria.any(|criterion| criterion.removes.contains(platform))
    };
    let platforms: Vec<usize> =
        (0..rulebook.platforms().len()).filter(|platform| !is_ruled_out(platform)).collect();
    let platforms = platforms.into_par_iter().map(|platform| {
        let subject = Subject::new("platform", &rulebook.platforms()[platform].id);
        let name = rulebook.platforms()[platform].in_sentence();
        let message = format!("whatever is answered, {name} is never recommended");
        let is_it = |answers: &AnswerSet| desk.assess(answers).recommendation == platform;
        let proof = match &others[platform] {
            Some(answers) => Proof::Found(answers.clone()),
            None => desk.prover.recommendation(platform, desk.budget.results),
        };
        one(Check::NeverRecommended, subject, message, proof, &is_it)
    });
    let platforms: Vec<Results> = platforms.collect();
    let mut all = Results::default();
    for results in verdicts.into_iter().chain(platforms) {
        all.findings.extend(results.findings);
        all.witnesses.extend(results.witnesses);
        all.undecided.extend(results.undecided);
    }
    all
}

fn one(
    check: Check,
    subject: Subject,
    message: String,
    proof: Proof<AnswerSet>,
    is_it: &impl Fn(&AnswerSet) -> bool,
) -> Results {
    let mut results = Results::default();
    match proof {
        Proof::Found(answers) => {
            let answers = super::fewest(answers, is_it);
            results.witnesses.push(Witness { subject, answers });
        }
        Proof::Open(boxes) => results.undecided.push((subject, boxes)),
        Proof::None(boxes) => results.findings.push(Finding {
            check,
            subject,
            message,
            shown_by: whatever(boxes),
            help: None,
            place: None,
        }),
    }
    results
}
