//! What the guide at the top says of the repository as a whole, in its title and its first lines.

use super::facts::Place;
use super::signs::Sign;
use super::source::Source;
use super::tables::{KubernetesTable, RetiredTable};
use super::uses::Use;

/// Lines of a guide that say what the repository is.
const FIRST_LINES: usize = 20;

/// Those lines of all guides at the top, in lower case.
pub(crate) struct Guide(Vec<(Place, String)>);

impl Guide {
    pub(crate) fn of(source: &impl Source) -> Self {
        let guides = source.files().iter().filter(|file| !file.path.contains('/'));
        let guides = guides.filter(|file| file.name().to_ascii_lowercase().starts_with("readme"));
        let mut first = Vec::new();
        for file in guides {
            let Ok(text) = source.text(&file.path) else { continue };
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            first.extend(lines.take(FIRST_LINES).map(|(index, line)| {
                (Place { path: file.path.clone(), line: index + 1 }, line.to_ascii_lowercase())
            }));
        }
        Self(first)
    }

    /// The line that calls the repository a collection of examples.
    pub(crate) fn calls_it_examples(&self, table: &KubernetesTable) -> Option<(Place, String)> {
        self.0.iter().find_map(|(place, line)| {
            let title = is_title(line).then(|| {
                let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
                let is_known = |word: &str| table.example_words.iter().any(|known| known == word);
                let is_home = |before: Option<&&str>| before == Some(&"home");
                let (index, word) = words.iter().enumerate().find(|(_, word)| is_known(word))?;
                (!is_home(index.checked_sub(1).and_then(|before| words.get(before)))).then_some(*word)
            });
            let phrases = || table.example_phrases.iter().map(String::as_str);
            let said = title.flatten().or_else(|| phrases().find(|phrase| line.contains(phrase)))?;
            Some((place.clone(), format!("a guide that speaks of {said}")))
        })
    }

    /// The line that calls it retired.
    fn calls_it_retired(&self, table: &RetiredTable) -> Option<(Place, String)> {
        let said = |line: &str| {
            let phrase = table.phrases.iter().find(|phrase| line.contains(phrase.as_str()));
            let plain = line.replace(['*', '_', '`'], "");
            let begin = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
            let after_subject =
                table.subjects.iter().filter_map(|subject| plain.split_once(subject.as_str()));
            let rests: Vec<&str> = after_subject.map(|(_, rest)| rest).collect();
            let is_state = |state: &&String| {
                begin.starts_with(state.as_str()) && !is_title(line)
                    || rests.iter().any(|rest| follows_soon(rest, state))
            };
            phrase.or_else(|| table.states.iter().find(is_state)).cloned()
        };
        self.0.iter().find_map(|(place, line)| Some((place.clone(), said(line)?)))
    }
}

/// What says that nobody runs or maintains any more what is here: a guide, or what describes the repository to others.
pub(crate) fn retired(guide: &Guide, signs: &[Sign<'_>], table: &RetiredTable) -> Option<(Place, String)> {
    let described = || {
        signs.iter().find_map(|sign| match sign.of {
            Use::Retired(row) => {
                let place = Place { path: sign.file.path.clone(), line: sign.line };
                Some((place, table.sign.get(row)?.says.clone()))
            }
            _ => None,
        })
    };
    guide.calls_it_retired(table).or_else(described)
}

/// Whether words stand near the beginning of a text, so that they speak of what stands before it.
fn follows_soon(text: &str, words: &str) -> bool {
    text.find(words).is_some_and(|at| text[..at].split_whitespace().count() <= MOST_BETWEEN)
}

/// "is currently"
const MOST_BETWEEN: usize = 2;

fn is_title(line: &str) -> bool {
    line.starts_with("# ") || line.starts_with("<h1") || line.starts_with("title:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::rules::Rules;

    fn is_retired(text: &str) -> bool {
        let lines = text.lines().map(|line| (Place::default(), line.to_ascii_lowercase()));
        Guide(lines.collect()).calls_it_retired(&Rules::builtin().tables.retired).is_some()
    }

    #[test]
    fn a_guide_says_that_the_repository_is_retired() {
        for text in [
            "# Shop (archived)",
            "# [DEPRECATED] Shop",
            "> **This repository has been archived.** See acme/new.",
            "**Archived.** Moved to acme/new.",
            "This project is no longer maintained.",
            "This repo is no longer actively maintained.",
            "![status](https://img.shields.io/badge/status-archived-red)",
            "[![Project Status: Abandoned](https://www.repostatus.org/badges/latest/abandoned.svg)](x)",
            "# Notice: Shop is Being Archived",
            "This service was decommissioned in 2023.",
            "> **This repository is currently not maintained.**",
            "This project has moved to https://git.example/acme/shop.",
        ] {
            assert!(is_retired(text), "{text}");
        }
        for text in [
            "# Archived documents: search them",
            "Photos are archived every night.",
            "A fork of x/y, which is no longer maintained.",
            "This repository forks x/y, which is no longer maintained.",
            "This project finds images that are no longer used.",
            "This service has moved to Kubernetes.",
            "repo was previously archived in 2023, then unarchived",
            "This service archives mails.",
            "Version 1 is deprecated.",
            "This project is not maintained by Google.",
            "This repository holds archived manifests of past events.",
        ] {
            assert!(!is_retired(text), "{text}");
        }
    }
}
