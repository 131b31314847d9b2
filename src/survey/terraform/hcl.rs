//! The blocks of an HCL file and their literal attributes; expressions are skipped, not evaluated.

use std::collections::BTreeMap;

/// A block.
#[derive(Debug)]
pub struct Block {
    /// `resource`, `module`, …
    pub keyword: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Line, from 1.
    pub line: usize,
    attributes: BTreeMap<String, Attribute>,
    inner: Vec<Self>,
}

/// A setting of a block.
#[derive(Debug)]
pub struct Attribute {
    /// The value, where it is a plain string, number or truth value; none for what has to be computed.
    pub literal: Option<String>,
    /// Line, from 1.
    pub line: usize,
}

impl Block {
    /// The value of an attribute of the block itself, where it is a plain string or number.
    pub fn literal(&self, name: &str) -> Option<String> {
        self.attributes.get(&name.to_ascii_lowercase())?.literal.clone()
    }

    /// The attribute at `path`, names of inner blocks before it with `/` between them.
    pub fn attribute(&self, path: &str) -> Option<&Attribute> {
        match path.split_once('/') {
            Some((block, rest)) => self.blocks(block).find_map(|inner| inner.attribute(rest)),
            None => self.attributes.get(&path.to_ascii_lowercase()),
        }
    }

    /// Inner blocks called `keyword`, those that `dynamic` makes included.
    pub fn blocks<'a, 'k>(&'a self, keyword: &'k str) -> impl Iterator<Item = &'a Self> + use<'a, 'k> {
        self.inner.iter().filter(move |inner| {
            inner.keyword == keyword || inner.labels.iter().any(|label| label == keyword)
        })
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
    // A closing brace that nothing opened ends a body too.
    while !lexer.rest.is_empty() {
        blocks.extend(body(&mut lexer, 0).1);
    }
    blocks
}

/// Deeper nesting than this is skipped.
const MAX_DEPTH: usize = 50;

/// Reads up to the brace that closes the body.
fn body(lexer: &mut Lexer<'_>, depth: usize) -> (BTreeMap<String, Attribute>, Vec<Block>) {
    let (mut attributes, mut inner) = (BTreeMap::new(), Vec::new());
    let mut line: Vec<(Token, usize)> = Vec::new();
    while let Some((token, number)) = lexer.next() {
        match token {
            Token::Sign('}') => break,
            Token::NewLine => end_of_line(&mut line, &mut attributes),
            Token::Sign('{')
                if depth < MAX_DEPTH && !line.iter().any(|(token, _)| *token == Token::Sign('=')) =>
            {
                let (settings, blocks) = body(lexer, depth + 1);
                inner.extend(block(&line, settings, blocks));
                line.clear();
            }
            Token::Sign('{' | '[' | '(') => {
                skip(lexer);
                line.push((token, number));
            }
            Token::Sign(_) | Token::Word(_) | Token::Text(_) => line.push((token, number)),
        }
    }
    end_of_line(&mut line, &mut attributes);
    (attributes, inner)
}

/// Skips to the bracket that closes the one just read.
fn skip(lexer: &mut Lexer<'_>) {
    let mut depth = 1_usize;
    while let Some((token, _)) = lexer.next() {
        match token {
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}' | ']' | ')') => depth -= 1,
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::NewLine => {}
        }
        if depth == 0 {
            break;
        }
    }
}

fn end_of_line(line: &mut Vec<(Token, usize)>, attributes: &mut BTreeMap<String, Attribute>) {
    if let [(Token::Word(name), number), (Token::Sign('='), _), value @ ..] = line.as_slice() {
        let literal = match value {
            [(Token::Text(text), _)] => Some(text.clone()),
            [(Token::Word(word), _)] if is_plain(word) => Some(word.clone()),
            _ => None,
        };
        attributes.insert(name.to_ascii_lowercase(), Attribute { literal, line: *number });
    }
    line.clear();
}

/// A number or truth value, rather than a reference.
fn is_plain(word: &str) -> bool {
    !word.contains('.') || word.starts_with(|letter: char| letter.is_ascii_digit())
}

fn block(
    head: &[(Token, usize)],
    attributes: BTreeMap<String, Attribute>,
    inner: Vec<Block>,
) -> Option<Block> {
    let ((Token::Word(keyword), line), labels) = head.split_first()? else { return None };
    let labels = labels
        .iter()
        .filter_map(|(token, _)| match token {
            Token::Word(text) | Token::Text(text) => Some(text.clone()),
            Token::Sign(_) | Token::NewLine => None,
        })
        .collect();
    Some(Block { keyword: keyword.clone(), labels, line: *line, attributes, inner })
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

    #[test]
    fn attributes_keep_their_lines_and_inner_blocks_theirs() {
        let text = "resource \"a\" \"b\" {\n  x = true\n  y = var.y\n  z = [\n    1\n  ]\n  m = {\n    x = false\n  }\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n";
        let blocks = blocks(text);
        let block = &blocks[0];
        let told = |path: &str| block.attribute(path).map(|found| (found.literal.as_deref(), found.line));
        assert_eq!(told("x"), Some((Some("true"), 2)));
        assert_eq!((told("y"), told("z")), (Some((None, 3)), Some((None, 4))));
        assert_eq!(told("lifecycle/prevent_destroy"), Some((Some("true"), 11)));
        assert_eq!((told("nothing"), told("lifecycle/nothing")), (None, None));
        assert_eq!(blocks.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "([a-z\"{}=#/*<\\-\\n $\\\\]|EOT|é){0,60}") {
            let _ = blocks(&text);
        }
    }
}
