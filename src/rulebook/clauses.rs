//! Clauses of the rulebook joined into sentences as a writer would: what they share is said once.
//!
//! Only words of plain English are known here, none of any domain.

use crate::text::list;

/// Where a shared beginning must not end, since the next word belongs to it.
const LEADING: [&str; 11] = ["a", "an", "the", "in", "on", "at", "by", "with", "of", "to", "from"];
/// Subjects that a following clause may do without.
const SUBJECTS: [&str; 4] = ["you", "it", "they", "we"];
/// After these a clause that lacks its subject would be read as their object.
const AUXILIARIES: [&str; 11] =
    ["may", "must", "can", "cannot", "should", "do", "does", "will", "would", "could", "might"];
/// Words that deny what follows them.
const DENIALS: [&str; 4] = ["not", "no", "nor", "cannot"];

/// Clauses about one thing, joined by "or" or "and": "it runs in one cloud or in several clouds".
pub(super) fn joined(clauses: &[String], word: &str) -> String {
    let mut said: Vec<String> = Vec::with_capacity(clauses.len());
    let mut rest = clauses;
    while let Some((head, others)) = rest.split_first() {
        let alike = others.iter().take_while(|other| shared_words(head, other) > 0).count();
        let shared = others[..alike].iter().map(|other| shared_words(head, other)).min().unwrap_or_default();
        said.push(head.clone());
        let without = |clause: &String| clause.splitn(shared + 1, ' ').last().unwrap_or_default().to_owned();
        said.extend(others[..alike].iter().map(without));
        rest = &others[alike..];
    }
    list(&said, word)
}

/// Clauses each of which denies something, all of them true: "it does not run here or there", "you have no time and
/// want no help".
pub(super) fn none_of(denials: &[String]) -> String {
    let denied = |one: &String, other: &String| {
        one.split(' ').take(shared_words(one, other)).any(|word| DENIALS.contains(&word))
    };
    let all_alike = denials.windows(2).all(|pair| denied(&pair[0], &pair[1]));
    if all_alike { joined(denials, "or") } else { all_of(denials) }
}

/// With how many words two clauses begin alike, up to where the second can go on without them; a single one must be
/// their subject.
fn shared_words(first: &str, second: &str) -> usize {
    // What is restricted cannot be cut without tearing the restriction off.
    if [first, second].iter().any(|clause| [", but ", ", unless "].iter().any(|joint| clause.contains(joint)))
    {
        return 0;
    }
    let alike = first.split(' ').zip(second.split(' ')).take_while(|(one, other)| one == other);
    let mut shared: Vec<&str> = alike.map(|(word, _)| word).collect();
    while shared.last().is_some_and(|word| LEADING.contains(word)) {
        shared.pop();
    }
    // A word before a comma is the same word: what is left would begin with it.
    let next =
        |clause: &str| clause.split(' ').nth(shared.len()).map(|word| word.trim_end_matches(',').to_owned());
    match shared.as_slice() {
        _ if shared.len() == second.split(' ').count() => 0,
        _ if second.contains(',') && next(first) == next(second) => 0,
        [subject] => usize::from(carries_on(first, subject)),
        _ => shared.len(),
    }
}

/// Clauses about different things that hold together: "you deploy more than 5 services and need auto-scaling".
pub fn all_of(clauses: &[String]) -> String {
    // What begins with "either" goes last, where nothing can be read as part of its last alternative.
    let (alternatives, mut clauses): (Vec<&String>, Vec<&String>) =
        clauses.iter().partition(|clause| clause.starts_with("either "));
    clauses.extend(&alternatives);
    let clauses: Vec<String> = clauses.into_iter().cloned().collect();
    let said = without_repeated_subjects(&clauses);
    if alternatives.len() > 1 { said.join(", and ") } else { list(&said, "and") }
}

/// Short alternatives: "you run it, need more or want less".
pub fn either(alternatives: &[String]) -> String {
    list(&without_repeated_subjects(alternatives), "or")
}

/// Alternatives, each of which may have an "and" or an "or" of its own.
pub fn any_of(alternatives: &[String]) -> String {
    without_repeated_subjects(alternatives).join(", or ")
}

fn without_repeated_subjects(clauses: &[String]) -> Vec<String> {
    let mut said = Vec::with_capacity(clauses.len());
    for (index, clause) in clauses.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| clauses[before].as_str());
        said.push(match clause.split_once(' ') {
            Some((subject, rest)) if before.is_some_and(|before| carries_on(before, subject)) => {
                rest.to_owned()
            }
            _ => clause.clone(),
        });
    }
    said
}

/// Whether what follows a clause is still read with this subject.
fn carries_on(clause: &str, subject: &str) -> bool {
    let mut words = clause.split(' ');
    SUBJECTS.contains(&subject)
        && words.next() == Some(subject)
        && words.next().is_some_and(|verb| !AUXILIARIES.contains(&verb))
        && !words.any(|word| word == "not" || SUBJECTS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(clauses: &[&str]) -> Vec<String> {
        clauses.iter().map(|clause| (*clause).to_owned()).collect()
    }

    #[test]
    fn what_clauses_share_is_said_once() {
        let said = |clauses: &[&str]| joined(&texts(clauses), "or");
        assert_eq!(said(&["it runs in one cloud", "it runs on rails"]), "it runs in one cloud or on rails");
        assert_eq!(said(&["it is a toy", "it is a tool"]), "it is a toy or a tool");
        assert_eq!(said(&["you have none", "some are yours"]), "you have none or some are yours");
        assert_eq!(said(&["you need 1", "you need 1"]), "you need 1 or you need 1");
        assert_eq!(said(&["x is one", "it runs here", "it runs there"]), "x is one, it runs here or there");
        assert_eq!(said(&["it runs on a", "it runs on b", "it runs in c"]), "it runs on a, on b or in c");
        assert_eq!(
            said(&["it hurts here, but not there", "it hurts there, but not here"]),
            "it hurts here, but not there or it hurts there, but not here"
        );
        assert_eq!(said(&["you serve jobs", "you train jobs"]), "you serve jobs or train jobs");
    }

    #[test]
    fn a_subject_is_said_once_where_nothing_comes_between() {
        let said = |clauses: &[&str]| all_of(&texts(clauses));
        assert_eq!(said(&["you run jobs", "you need more"]), "you run jobs and need more");
        assert_eq!(said(&["you run jobs", "your load is high"]), "you run jobs and your load is high");
        assert_eq!(said(&["you do not run jobs", "you need more"]), "you do not run jobs and you need more");
        assert_eq!(said(&["you may run jobs", "you need more"]), "you may run jobs and you need more");
        let denied = |clauses: &[&str]| none_of(&texts(clauses));
        assert_eq!(
            denied(&["it does not run here", "it does not run there"]),
            "it does not run here or there"
        );
        assert_eq!(
            denied(&["you run no jobs", "you train no models"]),
            "you run no jobs and train no models"
        );
        assert_eq!(any_of(&texts(&["you run jobs", "you need more"])), "you run jobs, or need more");
    }
}
