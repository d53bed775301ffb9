//! What a review of a rulebook comes to, in each format.

mod json;
mod junit;
mod sarif;
mod text;

pub use json::{SCHEMA, render as json};
pub use junit::render as junit;
pub use sarif::render as sarif;
pub use text::render as text;

use crate::review::{Kept, Standing};
use crate::rulebook::Rulebook;
use crate::text::{counted, list};

/// How a promise fared, in a word and a sentence.
fn said(rulebook: &Rulebook, kept: &Kept) -> (&'static str, String) {
    let boxes = |boxes: u64| counted(boxes as usize, "box", "boxes");
    match &kept.standing {
        Standing::Proved { boxes: spent } => {
            ("proved", format!("over all answers, in {} of answers", boxes(*spent)))
        }
        Standing::ByConstruction => {
            ("proved", "by the order in which platforms are compared: musts come before costs".to_owned())
        }
        Standing::Broken(example) => ("broken", example.say(rulebook)),
        Standing::NotProved { boxes: spent, draws, open, parts } => {
            let open: Vec<String> = open.iter().map(|part| part.say(rulebook)).collect();
            let said = format!(
                "{} of {parts} parts not proved within {} (no counter-example among {draws} random answers for each): {}",
                open.len(),
                boxes(*spent),
                list(&open, "and")
            );
            ("not proved", said)
        }
    }
}
