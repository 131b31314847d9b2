//! Calls in programs' text, compared token by token: comments are left out, a string is one token and never code.

mod arguments;
mod tokens;

use self::tokens::{Token, located};
use super::knowledge::Knowledge;
use super::value::UNKNOWN;
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

/// All calls in a text that presets know, each with the byte that it begins at.
pub(super) fn scan(text: &str, language: Language, knowledge: &Knowledge) -> Vec<(usize, Hit)> {
    if language != Language::RedisCommands {
        return within(text, 0, language, knowledge);
    }
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.extend(within(line, at, language, knowledge));
        at += line.len();
    }
    found
}

/// The calls of a text that begins at byte `start`, each with the byte that it begins at.
fn within(text: &str, start: usize, language: Language, knowledge: &Knowledge) -> Vec<(usize, Hit)> {
    let (tokens, places) = located(text, language);
    let place = |at: usize| start + places.get(at).copied().unwrap_or_default();
    hits(&tokens, language, knowledge).into_iter().map(|(at, hit)| (place(at), hit)).collect()
}

fn hits(tokens: &[Token], language: Language, knowledge: &Knowledge) -> Vec<(usize, Hit)> {
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
    hits
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
        if let Token::Text(text) = token
            && language == Language::CLike
            && runs_itself(&tokens[at + 1..])
        {
            hits.push((at, Hit::Text(text.clone(), Language::Sql)));
        }
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
                let open = other == Language::Sql && is_continued(behind);
                let text = if open { format!("{text} {UNKNOWN}") } else { text };
                hits.push((at, Hit::Text(text, other)));
            }
        }
    }
    hits
}

/// `"…".execute(&connection)`: a string with a method that takes the connection.
fn runs_itself(behind: &[Token]) -> bool {
    let [Token::Mark(dot), Token::Word(method), Token::Mark(open), ..] = behind else { return false };
    dot == "." && open == "(" && matches!(method.as_str(), "execute" | "ignore" | "run" | "fetch" | "first")
}

/// Whether something that only the program knows is joined to the first string of a call.
fn is_continued(tokens: &[Token]) -> bool {
    let first = tokens.iter().position(|token| matches!(token, Token::Text(_)));
    let behind = first.and_then(|at| tokens.get(at + 1));
    matches!(behind, Some(Token::Mark(mark)) if mark == "+" || mark == "%" || mark == ".")
}
