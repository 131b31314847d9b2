//! Source text to tokens: comments dropped, strings unquoted.

use std::collections::BTreeMap;

use super::Language;

/// Longest first, so that the first match is the right one.
const OPERATORS: [&str; 26] = [
    "===", "!==", "...", "||=", "??=", "=>", "||", "??", "?.", "?:", "::", "->", ":=", "==", "!=", "<=",
    ">=", "&&", "<>", "+=", "-=", "|>", "<-", "~>", "**", "//",
];

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) kind: TokenKind,
    /// Whether a line break stands between it and the token before.
    pub(super) on_new_line: bool,
    /// Whether it follows the token before without any space.
    pub(super) attached: bool,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Text(String),
    Word(String),
    Number(String),
    Symbol(&'static str),
    Char(char),
}

/// Splits `text` into tokens.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        language,
        tokens: Vec::new(),
        on_new_line: true,
        attached: false,
        unclosed: BTreeMap::new(),
    };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    language: Language,
    tokens: Vec<Token>,
    on_new_line: bool,
    attached: bool,
    /// Up to where no string that a quote opens is closed, by quote: nothing is looked for twice.
    unclosed: BTreeMap<char, usize>,
}

impl Lexer<'_> {
    fn step(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return;
        };
        if first.is_whitespace() || first == '\u{feff}' {
            self.on_new_line |= first == '\n';
            self.attached = false;
            self.at += first.len_utf8();
        } else if first == '\\' && rest[1..].trim_start_matches('\r').starts_with('\n') {
            self.at += rest.find('\n').map_or(1, |end| end + 1);
        } else if let Some(length) = self.comment() {
            self.at += length;
            self.attached = false;
        } else if !self.string(first) && !self.word(first) {
            self.operator(first);
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let token = Token { start: self.at, kind, on_new_line: self.on_new_line, attached: self.attached };
        self.tokens.push(token);
        self.at += length;
        self.on_new_line = false;
        self.attached = true;
    }

    /// Length of the comment that starts here.
    fn comment(&self) -> Option<usize> {
        use Language::{CSharp, Elixir, Php, Python, Ruby};
        let rest = self.rest();
        let hash = matches!(self.language, Python | Ruby | Elixir | Php | CSharp);
        let slashes = !matches!(self.language, Python | Ruby | Elixir);
        if (hash && rest.starts_with('#') && !rest.starts_with("#[")) || (slashes && rest.starts_with("//")) {
            return Some(rest.find('\n').unwrap_or(rest.len()));
        }
        let block = slashes && rest.starts_with("/*");
        block.then(|| rest.find("*/").map_or(rest.len(), |end| end + 2))
    }

    fn string(&mut self, first: char) -> bool {
        if !matches!(first, '"' | '\'' | '`') {
            return false;
        }
        if let Some((text, length)) = self.triple(first) {
            self.push(TokenKind::Text(text), length);
            return true;
        }
        if self.unclosed.get(&first).is_some_and(|&end| self.at < end) {
            return false;
        }
        match self.until(first, first == '`' || self.breaks_lines()) {
            Ok((text, length)) => self.push(TokenKind::Text(text), length),
            Err(length) => {
                self.unclosed.insert(first, self.at + length);
                return false;
            }
        }
        true
    }

    /// A string in three quotes each, with its length.
    fn triple(&self, quote: char) -> Option<(String, usize)> {
        let quotes = quote.to_string().repeat(3);
        let body = self.rest().strip_prefix(&*quotes).filter(|_| self.has_triple_quotes())?;
        let end = body.find(&quotes)?;
        Some((body[..end].to_owned(), end + 2 * quotes.len()))
    }

    fn has_triple_quotes(&self) -> bool {
        use Language::{CSharp, Elixir, Gradle, Python};
        matches!(self.language, Python | Elixir | Gradle | CSharp)
    }

    fn breaks_lines(&self) -> bool {
        matches!(self.language, Language::Php | Language::Ruby | Language::Elixir)
    }

    /// The unescaped text up to the closing `quote` and the length with both quotes, or how far there is none.
    fn until(&self, quote: char, breaks_lines: bool) -> Result<(String, usize), usize> {
        let rest = self.rest();
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, '\n')) | None => {}
                    Some((_, escaped)) => text.push(escaped),
                },
                '$' | '#' if self.interpolates(at, character, quote) => {
                    let Some(end) = closing_brace(&rest[at + 2..]) else {
                        return Err(rest.len());
                    };
                    text.push_str("${}");
                    let after = at + 2 + end + 1;
                    while characters.clone().next().is_some_and(|(next, _)| next < after) {
                        characters.next();
                    }
                }
                '\n' if !breaks_lines => return Err(at),
                _ if character == quote => return Ok((text, at + quote.len_utf8())),
                _ => text.push(character),
            }
        }
        Err(rest.len())
    }

    /// Whether code stands inside the string from byte `at` on; it may hold quotes of its own.
    fn interpolates(&self, at: usize, character: char, quote: char) -> bool {
        let opens = self.rest()[at + 1..].starts_with('{');
        let embedded = match character {
            '$' => quote == '`',
            _ => quote == '"' && matches!(self.language, Language::Ruby | Language::Elixir),
        };
        opens && embedded
    }

    fn word(&mut self, first: char) -> bool {
        let rest = self.rest();
        if first.is_ascii_digit() {
            let length = span(rest, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            self.push(TokenKind::Number(rest[..length].trim_end_matches('.').to_owned()), length);
            return true;
        }
        if !first.is_alphabetic() && first != '_' && first != '$' {
            return false;
        }
        let length = span(rest, |c| c.is_alphanumeric() || c == '_' || c == '$').max(first.len_utf8());
        let word = rest[..length].to_owned();
        if is_string_prefix(&word) && rest[length..].starts_with(['"', '\'']) {
            self.at += length;
            return true;
        }
        self.push(TokenKind::Word(word), length);
        true
    }

    fn operator(&mut self, first: char) {
        let rest = self.rest();
        match OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            Some(operator) => self.push(TokenKind::Symbol(operator), operator.len()),
            None => self.push(TokenKind::Char(first), first.len_utf8()),
        }
    }
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Offset of the brace that closes one opened before `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        None
    })
}

/// Python's prefixes and C#'s `$`.
fn is_string_prefix(word: &str) -> bool {
    word == "$" || (word.len() <= 2 && word.chars().all(|c| "rRbBfFuU".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str, language: Language) -> Vec<TokenKind> {
        tokens(text, language).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn drops_comments_and_unquotes() {
        let found = kinds("x = r'a\\'b' # 'no'\n\"\"\"doc # s\"\"\"", Language::Python);
        let expected = [
            TokenKind::Word("x".into()),
            TokenKind::Char('='),
            TokenKind::Text("a'b".into()),
            TokenKind::Text("doc # s".into()),
        ];
        assert_eq!(found, expected);
        assert_eq!(kinds("/* 'a' */ b // c", Language::JavaScript), [TokenKind::Word("b".into())]);
    }

    #[test]
    fn code_inside_strings_is_left_out() {
        let found = kinds("\"a#{b(\"c\")}d\" `x${`y`}`", Language::Elixir);
        assert_eq!(found, [TokenKind::Text("a${}d".into()), TokenKind::Text("x${}".into())]);
    }

    #[test]
    fn a_lone_apostrophe_costs_one_character() {
        let found = kinds("don't\n'x'", Language::JavaScript);
        assert_eq!(found.last(), Some(&TokenKind::Text("x".into())));
    }
}
