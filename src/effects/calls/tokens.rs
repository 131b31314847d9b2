//! Tokens of a program's text: words, strings and marks; comments and blanks are left out.

use std::borrow::Cow;

use crate::effects::Language;

/// A token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name, keyword or number.
    Word(&'a str),
    /// A string, without its quotes and escapes.
    Text(Cow<'a, str>),
    /// Anything else, one letter each, but `...`, `->` and `::`.
    Mark(&'a str),
}

/// All tokens of a text, without their places.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Token<'_>> {
    located(text, language).0
}

/// All tokens of a text, and where each begins, in bytes.
pub(super) fn located(text: &str, language: Language) -> (Vec<Token<'_>>, Vec<usize>) {
    let (mut tokens, mut places) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let place = text.len() - rest.len();
        rest = if letter.is_whitespace() {
            rest.trim_start()
        } else if let Some(after) = comment(rest, language) {
            after
        } else if let Some((string, after)) = command(rest, language) {
            tokens.extend([Token::Word("`"), Token::Text(string)]);
            after
        } else if let Some((string, after)) = string(rest, language) {
            tokens.push(Token::Text(string));
            after
        } else if is_word(letter) {
            let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
            tokens.push(Token::Word(&rest[..end]));
            &rest[end..]
        } else {
            let long = ["...", "->", "::"].into_iter().find(|mark| rest.starts_with(mark));
            let length = long.map_or(letter.len_utf8(), str::len);
            tokens.push(Token::Mark(&rest[..length]));
            &rest[length..]
        };
        places.resize(tokens.len(), place);
    }
    (tokens, places)
}

/// Whether a letter belongs to a name, keyword or number.
pub(super) fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$' | '!')
}

/// What follows a comment that begins here.
fn comment(rest: &str, language: Language) -> Option<&str> {
    let line = match language {
        Language::Python
        | Language::Ruby
        | Language::Perl
        | Language::Elixir
        | Language::RedisCommands
        | Language::Sql
        | Language::Shell
        | Language::PowerShell
        | Language::PowerShellBase64 => rest.starts_with('#'),
        Language::Php => rest.starts_with('#') && !rest.starts_with("#[") || rest.starts_with("//"),
        Language::JavaScript | Language::CLike | Language::Mongo | Language::Cypher => rest.starts_with("//"),
        Language::Lua => rest.starts_with("--"),
    };
    if line {
        return Some(rest.find('\n').map_or("", |at| &rest[at..]));
    }
    let block = matches!(
        language,
        Language::JavaScript | Language::CLike | Language::Mongo | Language::Php | Language::Cypher
    );
    if block && rest.starts_with("/*") {
        return Some(rest.find("*/").map_or("", |at| &rest[at + 2..]));
    }
    None
}

/// A command in backticks, `%x(…)` or `qx(…)` that begins here, and what follows it; it is read as a call of that mark.
fn command(rest: &str, language: Language) -> Option<(Cow<'_, str>, &str)> {
    if !matches!(language, Language::Ruby | Language::Perl | Language::Php) {
        return None;
    }
    if rest.starts_with('`') {
        return string(rest, language);
    }
    let mark = if language == Language::Ruby { "%x" } else { "qx" };
    let inner = rest.strip_prefix(mark).filter(|_| language != Language::Php)?;
    let open = inner.chars().next().filter(char::is_ascii_punctuation)?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    };
    let end = inner.get(1..)?.find(close)? + 1;
    Some((Cow::Borrowed(&inner[1..end]), &inner[end + 1..]))
}

/// A string that begins here, and what follows it.
fn string(rest: &str, language: Language) -> Option<(Cow<'_, str>, &str)> {
    let triple = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes));
    if let Some(quotes) = triple.filter(|_| matches!(language, Language::Python | Language::Elixir)) {
        let inner = &rest[3..];
        let end = inner.find(quotes).unwrap_or(inner.len());
        return Some((Cow::Borrowed(&inner[..end]), inner.get(end + 3..).unwrap_or_default()));
    }
    let quote = rest.chars().next()?;
    let ticks = quote == '`'
        && matches!(
            language,
            Language::JavaScript
                | Language::CLike
                | Language::Mongo
                | Language::Ruby
                | Language::Php
                | Language::Perl
        );
    // A letter in single quotes, or a lifetime, is no string.
    if quote == '\'' && language == Language::CLike {
        let letter = rest.strip_prefix("'\"'").map(|after| (Cow::Borrowed("\""), after));
        return letter;
    }
    if !matches!(quote, '"' | '\'') && !ticks {
        return None;
    }
    let inner = &rest[1..];
    match inner.find([quote, '\\']) {
        None => return Some((Cow::Borrowed(inner), "")),
        Some(end) if inner[end..].starts_with(quote) => {
            return Some((Cow::Borrowed(&inner[..end]), &inner[end + 1..]));
        }
        Some(_) => {}
    }
    let (text, after) = unescaped(rest, quote);
    Some((Cow::Owned(text), after))
}

/// The string of which `rest` is the beginning, with its quote, and what follows it.
fn unescaped(rest: &str, quote: char) -> (String, &str) {
    let mut out = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next().map(|(_, next)| if next == 'n' { '\n' } else { next })),
            _ if letter == quote => return (out, &rest[at + letter.len_utf8()..]),
            _ => out.push(letter),
        }
    }
    (out, "")
}
