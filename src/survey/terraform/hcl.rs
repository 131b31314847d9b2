//! The blocks of an HCL file and their literal attributes; expressions are skipped, not evaluated.

use std::collections::BTreeMap;

/// A block at the top level.
pub struct Block {
    /// `resource`, `module`, …
    pub keyword: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Line, from 1.
    pub line: usize,
    attributes: BTreeMap<String, String>,
}

impl Block {
    /// The value of an attribute of the block itself, where it is a plain string or number.
    pub fn literal(&self, name: &str) -> Option<String> {
        self.attributes.get(&name.to_ascii_lowercase()).cloned()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
    NewLine,
}

/// All top-level blocks of `text`.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut lexer = Lexer { rest: text, line: 1 };
    let mut blocks = Vec::new();
    let mut head: Vec<(Token, usize)> = Vec::new();
    while let Some((token, line)) = lexer.next() {
        match token {
            Token::NewLine => head.clear(),
            Token::Sign('{') => {
                let attributes = attributes(&mut lexer);
                blocks.extend(block(&head, attributes));
                head.clear();
            }
            token @ (Token::Word(_) | Token::Text(_) | Token::Sign(_)) => head.push((token, line)),
        }
    }
    blocks
}

fn block(head: &[(Token, usize)], attributes: BTreeMap<String, String>) -> Option<Block> {
    let ((Token::Word(keyword), line), labels) = head.split_first()? else { return None };
    let labels = labels
        .iter()
        .filter_map(|(token, _)| match token {
            Token::Word(text) | Token::Text(text) => Some(text.clone()),
            Token::Sign(_) | Token::NewLine => None,
        })
        .collect();
    Some(Block { keyword: keyword.clone(), labels, line: *line, attributes })
}

/// Reads up to the bracket that closes the block; attributes of inner blocks and maps are left out.
fn attributes(lexer: &mut Lexer<'_>) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    let mut depth = 1_usize;
    let mut line: Vec<Token> = Vec::new();
    while let Some((token, _)) = lexer.next() {
        match token {
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}' | ']' | ')') => depth -= 1,
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::NewLine => {}
        }
        let ends = token == Token::NewLine || depth == 0;
        if !ends {
            line.push(token);
            continue;
        }
        if let [Token::Word(name), Token::Sign('='), Token::Text(value) | Token::Word(value)] =
            line.as_slice()
            && depth <= 1
            && !value.contains('.')
                | value.starts_with(|letter: char| letter.is_ascii_digit())
                | matches!(line[2], Token::Text(_))
        {
            attributes.insert(name.to_ascii_lowercase(), value.clone());
        }
        line.clear();
        if depth == 0 {
            break;
        }
    }
    attributes
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<(Token, usize)> {
        loop {
            let first = self.rest.chars().next()?;
            let line = self.line;
            if first == '\n' {
                self.take(1);
                return Some((Token::NewLine, line));
            }
            if first.is_whitespace() {
                self.take(first.len_utf8());
            } else if first == '#' || self.rest.starts_with("//") {
                self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.take(self.rest.find("*/").map_or(self.rest.len(), |end| end + 2));
            } else if self.rest.starts_with("<<") {
                self.heredoc();
                return Some((Token::Sign('<'), line));
            } else if first == '"' {
                return Some((Token::Text(self.string()), line));
            } else if first.is_alphanumeric() || first == '_' {
                return Some((Token::Word(self.word()), line));
            } else {
                self.take(first.len_utf8());
                return Some((Token::Sign(first), line));
            }
        }
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn word(&mut self) -> String {
        let inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
        let length = self.rest.find(|letter: char| !inside(letter)).unwrap_or(self.rest.len());
        self.take(length).to_owned()
    }

    /// A quoted string; quotes inside `${…}` do not end it.
    fn string(&mut self) -> String {
        let mut depth = 0_usize;
        let mut escaped = false;
        let mut before = ' ';
        let mut end = self.rest.len();
        for (at, letter) in self.rest.char_indices().skip(1) {
            if letter == '{' && (before == '$' || before == '%' || depth > 0) {
                depth += 1;
            } else if letter == '}' && depth > 0 {
                depth -= 1;
            } else if depth == 0 && (letter == '\n' || (letter == '"' && !escaped)) {
                end = at;
                break;
            }
            escaped = letter == '\\' && !escaped;
            before = letter;
        }
        let text = self.rest[1..end].to_owned();
        let closing = usize::from(self.rest[end..].starts_with('"'));
        self.take(end + closing);
        text
    }

    /// Skips a heredoc up to the line that holds only its word.
    fn heredoc(&mut self) {
        let first = self.rest.lines().next().unwrap_or_default();
        let word = first.trim_start_matches('<').trim_start_matches('-').trim().to_owned();
        let mut length = first.len();
        for line in self.rest[first.len()..].split_inclusive('\n') {
            length += line.len();
            if !word.is_empty() && line.trim() == word {
                length -= usize::from(line.ends_with('\n'));
                break;
            }
        }
        self.take(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "([a-z\"{}=#/*<\\-\\n $\\\\]|EOT|é){0,60}") {
            let _ = blocks(&text);
        }
    }
}
