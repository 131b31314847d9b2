//! Calls in programs' text, compared token by token: comments are left out, a string is one token and never code.

mod arguments;
mod tokens;

use self::tokens::{Token, tokens};
use super::knowledge::Knowledge;
use super::{Effect, Language};

/// What stands in a program's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hit {
    /// A call with this effect, what it reads like, and a safer way.
    Effect(Effect, String, String),
    /// A call with this effect on a path.
    Path(String, Effect),
    /// A string that is run as text in another language.
    Text(String, Language),
}

/// Tokens that `...` may stand for.
const LONGEST_GAP: usize = 60;

/// All calls in a text that presets know.
pub(super) fn scan(text: &str, language: Language, knowledge: &Knowledge) -> Vec<Hit> {
    if language == Language::RedisCommands {
        return text.lines().flat_map(|line| hits(&tokens(line, language), language, knowledge)).collect();
    }
    hits(&tokens(text, language), language, knowledge)
}

fn hits(tokens: &[Token], language: Language, knowledge: &Knowledge) -> Vec<Hit> {
    let mut hits = handed_texts(tokens, language, knowledge);
    for call in knowledge.calls(language) {
        let pattern = self::tokens::tokens(&call.text, language);
        // A server's command is the first word of its line, unless a script calls it.
        let anywhere = language != Language::RedisCommands
            || pattern.iter().any(|token| matches!(token, Token::Mark(_)));
        let places = if anywhere { tokens.len() } else { tokens.len().min(1) };
        for at in (0..places).filter(|&at| begins(tokens, at, &pattern, language)) {
            let hit = if call.path {
                arguments::path(
                    tokens,
                    at,
                    at + pattern.len(),
                    pattern.iter().any(|token| is_any(Some(token))),
                )
                .map(|path| Hit::Path(path, call.effect))
            } else {
                Some(Hit::Effect(call.effect, call.text.to_string(), call.instead.to_string()))
            };
            hits.extend(hit.map(|hit| (at, hit)));
        }
    }
    hits.sort_by_key(|(at, _)| *at);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// Whether the tokens from `at` on are those of the pattern. A pattern that begins with `_` begins a chain of calls: what stands
/// before it is no dot.
fn begins(tokens: &[Token], at: usize, pattern: &[Token], language: Language) -> bool {
    let chained =
        at > 0 && matches!(&tokens[at - 1], Token::Mark(mark) if mark == "." || mark == "->" || mark == "::");
    !(chained && is_any(pattern.first())) && continues(tokens, at, pattern, language)
}

fn is_any(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(any)) if any == "_")
}

/// `_` is any one word or string; `...` is any run of tokens within the same bracket.
fn continues(tokens: &[Token], at: usize, pattern: &[Token], language: Language) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return true };
    if matches!(first, Token::Mark(dots) if dots == "...") {
        return within_bracket(tokens, at).any(|from| continues(tokens, from, rest, language));
    }
    tokens.get(at).is_some_and(|token| same(first, token, language))
        && continues(tokens, at + 1, rest, language)
}

fn same(wanted: &Token, given: &Token, language: Language) -> bool {
    let any_case = matches!(language, Language::RedisCommands | Language::Cypher);
    match (wanted, given) {
        (Token::Word(_), Token::Word(_) | Token::Text(_)) if is_any(Some(wanted)) => true,
        (Token::Word(wanted), Token::Word(given)) if any_case => wanted.eq_ignore_ascii_case(given),
        _ => wanted == given,
    }
}

/// Where the pattern may go on: up to the bracket that closes the one we are in.
fn within_bracket(tokens: &[Token], at: usize) -> impl Iterator<Item = usize> + '_ {
    let mut depth = 0_usize;
    (at..tokens.len()).take(LONGEST_GAP).take_while(move |&here| {
        let before = here.checked_sub(1).filter(|&before| before >= at).and_then(|before| tokens.get(before));
        match before {
            Some(Token::Mark(mark)) if matches!(&**mark, "(" | "[" | "{") => depth += 1,
            Some(Token::Mark(mark)) if matches!(&**mark, ")" | "]" | "}") => {
                if depth == 0 {
                    return false;
                }
                depth -= 1;
            }
            _ => {}
        }
        true
    })
}

/// Strings that are arguments of functions that run them.
fn handed_texts(tokens: &[Token], language: Language, knowledge: &Knowledge) -> Vec<(usize, Hit)> {
    let mut hits = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(function) = token else { continue };
        let behind = tokens.get(at + 1);
        let calls = matches!(behind, Some(Token::Mark(mark)) if mark == "(" || mark == "[")
            || matches!(behind, Some(Token::Text(_)));
        if !calls || knowledge.shows(function) {
            continue;
        }
        for (other, skip) in knowledge.text_of(language, function) {
            let behind = &tokens[at + 1..];
            let text = if other == Language::Shell {
                arguments::words(behind, skip)
            } else {
                arguments::first_text(behind)
            };
            if let Some(text) = text {
                hits.push((at, Hit::Text(text, other)));
            }
        }
    }
    hits
}
