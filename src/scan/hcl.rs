//! The outline of an HCL file: which blocks and attributes it has. An own reader, because a parser that descends into
//! itself ends the program when a stranger nests expressions deeply enough, and one that is strict loses a file for a
//! mistake that does not matter here.

use std::iter::Peekable;
use std::str::Chars;

/// A block that is opened, or an attribute that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The words of the blocks (and objects) around it, and its own: `["provider", "aws"]`.
    pub(crate) path: Vec<String>,
    /// The value of an attribute when it is a plain string; empty for any other expression; none for a block.
    pub(crate) value: Option<String>,
    /// Its line.
    pub(crate) line: usize,
}

/// What stands deeper is of no interest, and would only cost memory.
const DEEPEST: usize = 5;

/// Statements of one file; what comes after them is not read.
pub(crate) const MOST_STATEMENTS: usize = 20_000;
/// Bytes of a word: it is repeated in all that is said below it.
const LONGEST_WORD: usize = 256;
/// Braces within one another that are told apart.
const MOST_OPEN: usize = 1_000;
/// Values of a file in the JSON form.
const MOST_VALUES: usize = 100_000;

/// The statements of a file in HCL.
pub(crate) fn statements(text: &str) -> Vec<Statement> {
    let mut outline = Outline::default();
    let tokens = Tokens { chars: text.chars().peekable(), line: 1 };
    for (token, line) in tokens {
        outline.take(token, line);
        if outline.found.len() >= MOST_STATEMENTS {
            break;
        }
    }
    outline.found
}

/// The statements of a file in the JSON form.
pub(crate) fn json(text: &str) -> Option<Vec<Statement>> {
    if crate::document::marks(text) > MOST_VALUES {
        return None;
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(text) {
        outline_of_json(&value, &mut Vec::new(), &mut found);
    }
    Some(found)
}

fn outline_of_json(value: &serde_json::Value, path: &mut Vec<String>, found: &mut Vec<Statement>) {
    if path.len() > DEEPEST || found.len() >= MOST_STATEMENTS {
        return;
    }
    match value {
        serde_json::Value::Object(entries) => {
            if !path.is_empty() {
                found.push(Statement { path: path.clone(), value: None, line: 0 });
            }
            for (key, value) in entries {
                path.push(begin(key).to_owned());
                outline_of_json(value, path, found);
                path.pop();
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| outline_of_json(item, path, found)),
        other => {
            let value = other.as_str().unwrap_or_default().to_owned();
            found.push(Statement { path: path.clone(), value: Some(value), line: 0 });
        }
    }
}

/// As much of a word as is kept.
fn begin(word: &str) -> &str {
    &word[..word.floor_char_boundary(LONGEST_WORD)]
}

#[derive(Debug, PartialEq)]
enum Token {
    /// A name, or a string without its quotes.
    Word(String, Quoted),
    Open,
    Close,
    /// `=` or `:`.
    Sets,
    EndOfLine,
    /// Anything that makes a value more than a plain string.
    Other,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum Quoted {
    Yes,
    No,
}

/// Follows the braces.
#[derive(Default)]
struct Outline {
    /// The words of each open brace; nothing for those within expressions.
    open: Vec<Vec<String>>,
    /// How many more are open.
    deeper: usize,
    words: Vec<String>,
    /// The words and the line of an attribute whose value is being read, and that value as long as it is one string.
    attribute: Option<(Vec<String>, usize, Option<String>, bool)>,
    line: usize,
    found: Vec<Statement>,
}

impl Outline {
    fn take(&mut self, token: Token, line: usize) {
        match token {
            Token::Word(word, quoted) => self.word(word, quoted, line),
            Token::Sets if self.attribute.is_none() => {
                self.attribute = Some((std::mem::take(&mut self.words), self.line, None, true));
            }
            Token::Open => self.open(line),
            Token::Close => self.close(),
            Token::EndOfLine => {
                self.end_attribute();
                self.words.clear();
            }
            Token::Sets | Token::Other => {
                if let Some((.., plain)) = &mut self.attribute {
                    *plain = false;
                }
            }
        }
    }

    fn word(&mut self, word: String, quoted: Quoted, line: usize) {
        match &mut self.attribute {
            Some((_, _, value @ None, _)) if quoted == Quoted::Yes => *value = Some(word),
            Some((.., plain)) => *plain = false,
            None => {
                if self.words.is_empty() {
                    self.line = line;
                }
                // One too many is as good as any number.
                if self.words.len() <= DEEPEST {
                    self.words.push(begin(&word).to_owned());
                }
            }
        }
    }

    /// A brace opens a block after words, or an object after `name =`: both are read as words around what is in them.
    fn open(&mut self, line: usize) {
        let (words, line) = match self.attribute.take() {
            Some((words, line, None, true)) => (words, line),
            Some(_) => (Vec::new(), line),
            None => (std::mem::take(&mut self.words), self.line),
        };
        if self.open.len() >= MOST_OPEN {
            self.deeper += 1;
            return;
        }
        self.open.push(words);
        self.say(Vec::new(), None, line);
    }

    fn close(&mut self) {
        self.end_attribute();
        self.words.clear();
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.open.pop();
        }
    }

    fn end_attribute(&mut self) {
        if let Some((words, line, value, plain)) = self.attribute.take() {
            let value = value.filter(|_| plain).unwrap_or_default();
            self.say(words, Some(value), line);
        }
    }

    fn say(&mut self, words: Vec<String>, value: Option<String>, line: usize) {
        if self.open.len() > DEEPEST {
            return;
        }
        let nameless = self.open.iter().any(Vec::is_empty);
        let depth: usize = self.open.iter().map(Vec::len).sum::<usize>() + words.len();
        if !nameless && depth <= DEEPEST {
            let path = self.open.iter().flatten().cloned().chain(words).collect();
            self.found.push(Statement { path, value, line });
        }
    }
}

struct Tokens<'t> {
    chars: Peekable<Chars<'t>>,
    line: usize,
}

impl Iterator for Tokens<'_> {
    type Item = (Token, usize);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.line;
            let token = match self.step()? {
                '\n' | ',' | ';' => Token::EndOfLine,
                c if c.is_whitespace() => continue,
                '#' => self.comment(),
                '/' if self.chars.peek() == Some(&'/') => self.comment(),
                '/' if self.chars.peek() == Some(&'*') => {
                    self.block_comment();
                    continue;
                }
                '"' => Token::Word(self.string(), Quoted::Yes),
                '<' if self.chars.peek() == Some(&'<') => self.heredoc(),
                '{' => Token::Open,
                '}' => Token::Close,
                '=' | ':' => Token::Sets,
                c if is_name(c) => Token::Word(self.name(c), Quoted::No),
                _ => Token::Other,
            };
            return Some((token, line));
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

impl Tokens<'_> {
    fn step(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn comment(&mut self) -> Token {
        while self.step().is_some_and(|c| c != '\n') {}
        Token::EndOfLine
    }

    fn block_comment(&mut self) {
        let mut last = ' ';
        self.step();
        while let Some(c) = self.step() {
            if last == '*' && c == '/' {
                return;
            }
            last = c;
        }
    }

    /// The rest of a string, with whatever stands in its `${ }`, which may hold strings again.
    fn string(&mut self) -> String {
        let mut text = String::new();
        let mut within = vec!['"'];
        while let Some(c) = self.step() {
            let in_string = within.last() == Some(&'"');
            match c {
                '\n' if in_string => break,
                '\\' if in_string => text.extend(self.step()),
                '"' if in_string => drop(within.pop()),
                '$' | '%' if in_string && self.chars.peek() == Some(&'{') => within.extend(self.step()),
                '"' | '{' if !in_string => within.push(c),
                '}' if !in_string => drop(within.pop()),
                _ => {}
            }
            if within.is_empty() {
                break;
            }
            text.push(c);
        }
        text
    }

    fn heredoc(&mut self) -> Token {
        self.step();
        let mut end = String::new();
        while let Some(c) = self.step().filter(|c| *c != '\n') {
            end.push(c);
        }
        let end = end.trim_start_matches('-').trim();
        let mut line = String::new();
        while let Some(c) = self.step() {
            if c != '\n' {
                line.push(c);
            } else if line.trim() == end {
                break;
            } else {
                line.clear();
            }
        }
        Token::EndOfLine
    }

    fn name(&mut self, first: char) -> String {
        let mut name = String::from(first);
        while let Some(c) = self.chars.next_if(|c| is_name(*c)) {
            name.push(c);
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Vec<(String, Option<String>, usize)> {
        statements(text).into_iter().map(|s| (s.path.join("."), s.value, s.line)).collect()
    }

    fn block(path: &str, line: usize) -> (String, Option<String>, usize) {
        (path.to_owned(), None, line)
    }

    fn attribute(path: &str, value: &str, line: usize) -> (String, Option<String>, usize) {
        (path.to_owned(), Some(value.to_owned()), line)
    }

    #[test]
    fn blocks_and_objects_are_words_around_what_is_in_them() {
        let text = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n    }\n    google = \"~> 4\"\n  }\n}\nprovider aws {}\n";
        assert_eq!(
            outline(text),
            [
                block("terraform", 1),
                block("terraform.required_providers", 2),
                block("terraform.required_providers.aws", 3),
                attribute("terraform.required_providers.aws.source", "hashicorp/aws", 4),
                attribute("terraform.required_providers.google", "~> 4", 6),
                block("provider.aws", 9),
            ]
        );
    }

    #[test]
    fn comments_strings_and_here_documents_hide_braces() {
        let text = "/* { */ # {\n// {\nx = \"{ ${f(\"${g}}\")} {\"\ny = <<-EOT\n  {\n  EOT\nresource \"a\" \"b\" {}\n";
        assert_eq!(outline(text).last(), Some(&block("resource.a.b", 7)));
    }

    #[test]
    fn an_expression_is_no_plain_string() {
        assert_eq!(outline("a = \"x\" == b\n"), [attribute("a", "", 1)]);
        assert_eq!(outline("a = f({\n b = \"x\"\n})\nc = \"d\"\n").last(), Some(&attribute("c", "d", 4)));
    }

    #[test]
    fn a_long_word_is_not_repeated_as_a_whole() {
        let long = "ä".repeat(500_000);
        let sum =
            |found: Vec<Statement>| found.iter().flat_map(|one| &one.path).map(String::len).sum::<usize>();
        let attributes = "a = 1\n".repeat(MOST_STATEMENTS);
        let words = sum(statements(&format!("resource \"{long}\" \"y\" {{\n{attributes}}}\n")));
        let entries: Vec<String> = (0..10_000).map(|number| format!("\"{number}\":1")).collect();
        let keys = sum(json(&format!("{{\"{long}\":{{{}}}}}", entries.join(","))).expect("values"));
        assert!(words.max(keys) < 2 * LONGEST_WORD * MOST_STATEMENTS);
    }

    #[test]
    fn deep_nesting_is_followed_without_end() {
        let text = "a {\n".repeat(200_000);
        assert!(statements(&text).len() <= DEEPEST);
    }
}
