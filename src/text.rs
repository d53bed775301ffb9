//! Texts from strangers, made fit to print.

use std::borrow::Cow;

/// Whether a character could steer a terminal, reorder what is read, or stand in it unseen.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_unseen(c)
}

/// Whether a text of any number of lines holds such a character.
pub fn has_unsafe(text: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    !text.bytes().all(is_plain) && text.chars().any(|c| is_unsafe(c) && c != '\n')
}

/// Whether a character takes no room, looks like none, or turns the direction of those around it: what Unicode Standard
/// Annex 44 calls ignorable by default, the marks of Annex 9, separators of lines, letters that are blank, and what is no
/// character (23.7), of which XML cannot hold some.
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The text with every character that would stand in it unseen replaced by a visible mark.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(is_unseen, "\u{fffd}"))
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
    let article = first == 'A' && letters.as_str().starts_with(' ');
    if (word.is_empty() && !article) || word.chars().any(|c| c.is_uppercase() || c.is_ascii_digit()) {
        return text.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}

/// The number of the line in which a byte of a text stands, from 1.
pub fn line_of(text: &[u8], at: usize) -> usize {
    text.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// Whether a locale, as the environment names it, writes UTF-8. Where it names none, terminals mostly do.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02>
pub fn writes_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|name| !name.is_empty());
    named.is_none_or(|name| name.to_lowercase().replace('-', "").contains("utf8"))
}

/// The lines of a text, none of which begins with the sign of per cent of a number on the line before.
pub fn wrapped<'o>(text: &str, options: impl Into<textwrap::Options<'o>>) -> Vec<String> {
    let (apart, tied) = (" %", "\u{a0}%");
    let text = text.replace(apart, tied);
    textwrap::wrap(&text, options).iter().map(|line| line.replace(tied, apart)).collect()
}

/// The text for a terminal that writes ASCII only, each character on as many columns as before.
pub fn ascii(text: &str) -> String {
    use unicode_width::UnicodeWidthChar as _;
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => plain.push(c),
            '\u{a0}' => plain.push(' '),
            '…' => plain.push('.'),
            '·' | '│' | '┆' | '║' | '╎' | '▏' | '▕' => plain.push('|'),
            '–' | '—' | '─' | '−' | '═' | '╌' => plain.push('-'),
            '‘' | '’' => plain.push('\''),
            '“' | '”' => plain.push('"'),
            '✓' | '•' => plain.push('*'),
            '×' => plain.push('x'),
            '→' => plain.push('>'),
            '░' => plain.push('.'),
            '\u{2580}'..='\u{259f}' => plain.push('#'),
            '\u{2500}'..='\u{257f}' => plain.push('+'),
            c => plain.extend(std::iter::repeat_n('?', c.width().unwrap_or(0))),
        }
    }
    plain
}

/// The text, or its beginning and a sign that there is more, in at most so many letters.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most.saturating_sub(1)) {
        Some((end, last)) if end + last.len_utf8() < text.len() => Cow::Owned(format!("{}…", &text[..end])),
        _ => Cow::Borrowed(text),
    }
}

/// "1 service", "2 services": a number with the right form of its noun.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// "a", "a and b", "a, b and c"; "a and b, and c" where an item is a list by itself.
pub fn list<T: AsRef<str>>(items: &[T], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [head @ .., tail] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            let is_list = |item: &&str| item.contains(&format!(" {last} "));
            let comma = if head.iter().any(is_list) || is_list(&tail.as_ref()) { "," } else { "" };
            format!("{}{comma} {last} {}", head.join(", "), tail.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_survives() {
        let hostile: String = ('\0'..='\u{2fff}').chain('\u{e0000}'..='\u{e0fff}').collect();
        assert!(!one_line(&hostile).chars().any(is_unsafe));
        assert!(!safe_lines(&hostile).chars().any(|c| is_unsafe(c) && c != '\n'));
        assert!(!visible(&hostile).contains(is_unseen));
        assert_eq!(visible("we\u{200b}b \u{3164}ä"), "we\u{fffd}b \u{fffd}ä");
        assert_eq!(visible("\u{fdd0}\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}"), "\u{fffd}".repeat(5));
    }

    #[test]
    fn the_locale_decides_whether_there_is_more_than_ascii() {
        let of = |set: &'static [(&'static str, &'static str)]| {
            writes_utf8(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(of(&[]) && of(&[("LANG", "de_DE.UTF-8")]) && of(&[("LC_ALL", ""), ("LANG", "C.utf8")]));
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]) && !of(&[("LC_CTYPE", "de_DE@euro")]));
        assert_eq!(ascii("✓ “no” ▕██░▏ 語 · 3 × 4…"), "* \"no\" |##.| ?? | 3 x 4.");
    }

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(list(&["a", "b", "c"], "and"), "a, b and c");
        assert_eq!(list(&["a"], "or"), "a");
        assert_eq!(list(&["jobs and schedules", "secrets"], "and"), "jobs and schedules, and secrets");
        let lowered = ["A role", "A/B tests", "GPU sharing", "R 4", "Rights"].map(lower_first);
        assert_eq!(lowered, ["a role", "A/B tests", "GPU sharing", "R 4", "rights"]);
    }
}
