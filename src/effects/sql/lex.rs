//! Tokens of SQL, in the union of its dialects.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word or number.
    Word,
    /// A quoted identifier.
    Name,
    /// A string.
    Text,
    /// One letter that is none of these.
    Mark,
}

/// A token with its text, quotes removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

impl Token {
    /// A bare word in capitals; empty for anything else.
    pub(super) fn word(&self) -> String {
        if self.kind == Kind::Word { self.text.to_ascii_uppercase() } else { String::new() }
    }

    /// Whether it is this mark.
    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark && self.text.starts_with(mark)
    }
}

/// What stands at the beginning of a text.
pub(super) enum Lexed {
    /// Blanks or a comment of this length.
    Blank(usize),
    /// The opening or closing of a comment that MySQL runs, of this length.
    Open(usize),
    /// A token.
    Token(Token),
    /// A quote that has no end.
    Endless,
}

/// Reads one token at `at`.
pub(super) fn next(text: &str, at: usize) -> Option<Lexed> {
    let rest = text.get(at..)?;
    let letter = rest.chars().next()?;
    let token = |kind, inner: String, length: usize| {
        Some(Lexed::Token(Token { kind, text: inner, span: at..at + length }))
    };
    if letter.is_whitespace() {
        return Some(Lexed::Blank(rest.len() - rest.trim_start().len()));
    }
    if let Some(blank) = comment(rest) {
        return Some(blank);
    }
    if let Some((inner, length)) = dollar(rest) {
        return token(Kind::Text, inner, length);
    }
    match letter {
        '\'' => quoted(rest, '\'', escapes(text, at))
            .map_or(Some(Lexed::Endless), |(inner, length)| token(Kind::Text, inner, length)),
        '"' | '`' => quoted(rest, letter, false)
            .map_or(Some(Lexed::Endless), |(inner, length)| token(Kind::Name, inner, length)),
        '[' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) => match rest.find(']') {
            Some(end) => token(Kind::Name, rest[1..end].to_owned(), end + 1),
            None => token(Kind::Mark, "[".to_owned(), 1),
        },
        _ if is_word(letter) => {
            let length = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
            token(Kind::Word, rest[..length].to_owned(), length)
        }
        _ => token(Kind::Mark, letter.to_string(), letter.len_utf8()),
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$' | '#' | '@')
}

fn comment(rest: &str) -> Option<Lexed> {
    let line =
        rest.starts_with("--") || rest.starts_with("# ") || rest.starts_with("#\n") || rest.starts_with("//");
    if line {
        return Some(Lexed::Blank(rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*!") || rest.starts_with("/*M!") {
        let digits = rest
            .trim_start_matches(['/', '*', 'M', '!'])
            .trim_start_matches(|letter: char| letter.is_ascii_digit());
        return Some(Lexed::Open(rest.len() - digits.len()));
    }
    if rest.starts_with("*/") {
        return Some(Lexed::Open(2));
    }
    rest.starts_with("/*").then(|| Lexed::Blank(block(rest)))
}

/// Length of a comment; PostgreSQL's may be nested.
fn block(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// `$$…$$` and `$tag$…$tag$`.
fn dollar(rest: &str) -> Option<(String, usize)> {
    let tag_end = rest.strip_prefix('$')?.find('$')? + 1;
    let tag = rest.get(..=tag_end)?;
    let plain = tag[1..tag_end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain || tag.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let inner = &rest[tag.len()..];
    let end = inner.find(tag)?;
    Some((inner[..end].to_owned(), tag.len() * 2 + end))
}

/// Whether a backslash escapes in the string at `at`: after `E`, and wherever the next quote would else be missing.
fn escapes(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    matches!(before, Some('e' | 'E'))
}

/// A string or identifier with doubled quotes; backslashes count where they have to.
fn quoted(rest: &str, quote: char, escapes: bool) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\'
            && (escapes
                || letters.peek().is_some_and(|(_, next)| {
                    *next == quote
                        && !rest[at + 2..].trim_start().starts_with([';', ')', ','])
                        && !rest[at + 2..].trim().is_empty()
                }))
        {
            inner.extend(letters.next().map(|(_, next)| next));
        } else if letter != quote {
            inner.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            inner.push(quote);
        } else {
            return Some((inner, at + letter.len_utf8()));
        }
    }
    None
}
