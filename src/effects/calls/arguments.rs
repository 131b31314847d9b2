//! What a call is given: strings, words of a command line, a path.

use super::tokens::Token;
use super::{joined, named};
use crate::effects::Language;

/// Tokens that are looked at behind a call, and before it.
const LONGEST: usize = 40;
const NEAR: usize = 25;

/// The first string of a call with what is joined to it; the strings of a list are words of one text.
pub(super) fn first_text(tokens: &[Token<'_>], language: Language) -> Option<String> {
    let mut texts = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().take(40) {
        match token {
            Token::Text(text) if depth >= 2 => texts.push(&**text),
            Token::Text(_) if texts.is_empty() => return joined::text(&tokens[at..], language),
            Token::Text(_) => break,
            Token::Mark(mark) if *mark == "(" || *mark == "[" => depth += 1,
            Token::Mark(mark) if *mark == ")" || *mark == "]" => break,
            Token::Mark(mark) if *mark == ";" => break,
            Token::Mark(_) | Token::Word(_) => {}
        }
    }
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// The words of a command line that a call is given: one string, or each word of its own, in a list or not.
pub(super) fn words(tokens: &[Token<'_>], skip: usize) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate().take(LONGEST) {
        match token {
            Token::Text(text) if words.is_empty() && depth < 2 && skip == 0 && text.contains(' ') => {
                return Some(text.to_string());
            }
            Token::Text(text) => words.push(quoted(text)),
            Token::Mark(mark) if *mark == "(" || *mark == "[" => depth += 1,
            Token::Mark(mark) if *mark == ")" || *mark == "]" => {
                depth -= 1;
                if depth <= 0 && !named::adds_words(&tokens[at + 1..]) {
                    break;
                }
            }
            Token::Mark(mark) if *mark == "," || *mark == "&" || named::adds_words(&tokens[at..]) => {}
            Token::Mark(_) => break,
            Token::Word("arg" | "args") if at > 0 && named::adds_words(&tokens[at - 1..]) => {}
            Token::Word(_) if names_an_option(tokens, at) => break,
            Token::Word(_) if words.is_empty() => {}
            Token::Word(_) => words.push("$UNKNOWN".to_owned()),
        }
    }
    let words = words.get(skip..).unwrap_or_default();
    (!words.is_empty()).then(|| words.join(" "))
}

/// `cwd=…` and `stdio: …` are no words of the command.
fn names_an_option(tokens: &[Token<'_>], at: usize) -> bool {
    matches!(tokens.get(at + 1), Some(Token::Mark(mark)) if *mark == "=" || *mark == ":")
}

pub(super) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=@%+,".contains(letter);
    if word.chars().all(plain) && !word.is_empty() {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The path that a call between two tokens is about: a string within it (`inside`), its first argument, what a name in it was
/// given, the receiver of `Path(…).unlink()`, else the nearest string. A function that is only passed on has none of its own.
pub(super) fn path(tokens: &[Token<'_>], start: usize, end: usize, inside: bool) -> Option<String> {
    let nearest = || tokens[end.saturating_sub(NEAR)..end].iter().rev().find_map(text_of);
    if inside {
        return tokens[start..end].iter().find_map(text_of);
    }
    let Some(argument) = argument(tokens, end) else {
        let passed = matches!(tokens.get(end), Some(Token::Mark(mark)) if *mark == "," || *mark == ")");
        let behind = tokens.iter().skip(end).take(NEAR / 2).find_map(text_of);
        return passed.then(|| behind.or_else(nearest)).flatten();
    };
    let unnamed = argument.iter().all(|token| matches!(token, Token::Word(_)));
    told(tokens, argument).or_else(|| unnamed.then(nearest).flatten())
}

/// A string that tells of a path; what only separates the parts of one is none.
fn text_of(token: &Token<'_>) -> Option<String> {
    match token {
        Token::Text(text) if !text.bytes().all(|letter| matches!(letter, b'/' | b'.')) => {
            Some(text.to_string())
        }
        Token::Text(_) | Token::Word(_) | Token::Mark(_) => None,
    }
}

/// The tokens of the first argument; None where nothing is called.
fn argument<'a, 'b>(tokens: &'a [Token<'b>], end: usize) -> Option<&'a [Token<'b>]> {
    let bracket =
        |at: usize, mark: &str| matches!(tokens.get(at), Some(Token::Mark(given)) if *given == mark);
    let start = if bracket(end, "(") { end + 1 } else { end };
    if start == end && !matches!(tokens.get(end), Some(Token::Text(_) | Token::Word(_))) {
        return None;
    }
    let mut depth = 0_i32;
    for at in start..tokens.len().min(start + LONGEST) {
        let Token::Mark(mark) = &tokens[at] else { continue };
        match *mark {
            "(" | "[" | "{" => depth += 1,
            "," | ";" | ")" | "]" | "}" if depth == 0 => return tokens.get(start..at),
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.get(start..tokens.len().min(start + LONGEST))
}

/// Strings of an argument as one path; names stand for the strings that they were given.
fn told(tokens: &[Token<'_>], argument: &[Token<'_>]) -> Option<String> {
    if let [Token::Text(whole)] = argument {
        return Some(whole.to_string());
    }
    let parts = argument.iter().filter_map(|token| match token {
        Token::Text(_) => text_of(token),
        Token::Word(name) => given(tokens, name),
        Token::Mark(_) => None,
    });
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// `NAME = …`, `for NAME in …`: the first string behind it.
fn given(tokens: &[Token<'_>], name: &str) -> Option<String> {
    let is_name = |token: &Token<'_>| matches!(token, Token::Word(word) if *word == name);
    let at = tokens.windows(2).rposition(|pair| {
        let gives = match &pair[1] {
            Token::Mark(mark) => *mark == "=",
            Token::Word(word) => matches!(*word, "in" | "of"),
            Token::Text(_) => false,
        };
        is_name(&pair[0]) && gives
    })?;
    let value = &tokens[at + 2..];
    match value {
        [Token::Text(whole), behind @ ..] if !joined::goes_on(behind) => Some(whole.to_string()),
        _ => value.iter().take(8).find_map(text_of),
    }
}
