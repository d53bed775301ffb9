//! How much the answer to a question would tell: what a questionnaire asks next.

use std::collections::HashMap;

use super::Engine;
use super::sureness::Numbers;
use crate::rulebook::{Leaning, Value};

/// So many sets of answers are drawn; with them, what is told is known to about a hundredth of a bit.
const DRAWS: usize = 400;

/// What answers to open questions would tell about the side of the verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    /// How uncertain the side is, in bits (Shannon, Bell System Technical Journal 27, 1948).
    pub uncertainty: f64,
    /// For each question asked about, by how many bits its answer reduces that on average.
    pub questions: Vec<(usize, f64)>,
}

impl Engine {
    /// What the answers to `questions` would tell, given a value or none for each question. Answers are drawn as often
    /// as they occur, with the same random numbers every time.
    pub fn telling(&self, values: &[Option<Value>], questions: &[usize]) -> Telling {
        let root = self.completions(&self.model.classes_of(values));
        let mut numbers = Numbers::default();
        let mut frame = root.clone();
        let mut whole = [0; SIDES];
        let mut parts: Vec<HashMap<Vec<u64>, [u32; SIDES]>> = vec![HashMap::new(); questions.len()];
        for _ in 0..DRAWS {
            frame.copy_from(&root);
            self.model.draw(&mut frame, &mut numbers);
            let side = index(self.model.bands[self.model.outcome(&frame).band].1);
            whole[side] += 1;
            for (question, part) in questions.iter().zip(&mut parts) {
                let answer = frame.domains[self.model.variables_of[*question].clone()].to_vec();
                part.entry(answer).or_default()[side] += 1;
            }
        }
        let uncertainty = entropy(&whole);
        let told = |part: &HashMap<Vec<u64>, [u32; SIDES]>| {
            let rest = part.values().map(|sides| f64::from(sides.iter().sum::<u32>()) * entropy(sides));
            let sides = whole.iter().filter(|count| **count > 0).count();
            // A small sample seems to tell more than it does (Miller, Information Theory in Psychology, 1955).
            let bias = (part.len().saturating_sub(1) * sides.saturating_sub(1)) as f64
                / (2.0 * std::f64::consts::LN_2 * DRAWS as f64);
            (uncertainty - rest.sum::<f64>() / DRAWS as f64 - bias).max(0.0)
        };
        Telling { uncertainty, questions: questions.iter().copied().zip(parts.iter().map(told)).collect() }
    }
}

const SIDES: usize = 3;

fn index(side: Leaning) -> usize {
    match side {
        Leaning::Without => 0,
        Leaning::Hedge => 1,
        Leaning::With => 2,
    }
}

/// The entropy of what was counted, in bits.
fn entropy(counts: &[u32; SIDES]) -> f64 {
    let all = f64::from(counts.iter().sum::<u32>());
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / all);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}
