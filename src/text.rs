//! Texts from strangers, made fit to print.

/// Whether a character could steer a terminal or reorder what is read: control characters and the marks that turn the
/// direction of text (Unicode Standard Annex 9).
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The text on one line with every unsafe character replaced by a visible mark.
pub fn one_line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\r' => safe.push(' '),
            c if is_unsafe(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// The text with its lines kept and every other unsafe character replaced by a visible mark.
pub fn safe_lines(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The text with a capital at its start.
pub fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The text as it goes on within a sentence: without the capital at its start, unless the first word is a name or an
/// abbreviation, as further capitals in it tell.
pub fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let word = letters.as_str().split(' ').next().unwrap_or_default();
    if word.is_empty() || word.chars().any(|c| c.is_uppercase() || c.is_ascii_digit()) {
        return text.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// "1 service", "2 services": a number with the right form of its noun.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// "a", "a and b", "a, b and c".
pub fn list<T: AsRef<str>>(items: &[T], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [head @ .., tail] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", head.join(", "), tail.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_survives() {
        let hostile: String = ('\0'..='\u{2fff}').collect();
        assert!(!one_line(&hostile).chars().any(is_unsafe));
        assert!(!safe_lines(&hostile).chars().any(|c| is_unsafe(c) && c != '\n'));
    }

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(list(&["a", "b", "c"], "and"), "a, b and c");
        assert_eq!(list(&["a"], "or"), "a");
    }
}
