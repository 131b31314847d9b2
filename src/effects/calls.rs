//! Calls in programs' text, compared token by token: comments are left out, a string is one token and never code.

mod arguments;
mod joined;
mod named;
mod patterns;
mod presence;
mod receiver;
mod tokens;

pub(super) use self::patterns::Patterns;
use self::patterns::{Pattern, is_any_case};
use self::tokens::{Token, located};
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

/// Methods of a string that run it, given the connection: `"…".execute(&connection)`.
const RUN_BY_METHOD: [&str; 5] = ["execute", "ignore", "run", "fetch", "first"];

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

fn hits(tokens: &[Token<'_>], language: Language, knowledge: &Knowledge) -> Vec<(usize, Hit)> {
    let patterns = knowledge.patterns(language);
    let mut hits = handed_texts(tokens, language, &patterns, knowledge);
    let mut called = Vec::new();
    for (here, token) in tokens.iter().enumerate() {
        for (number, at, pattern) in patterns.around(token, here) {
            if may_begin(at, pattern, language)
                && begins(tokens, at, pattern, language)
                && let Some(hit) = hit(tokens, at, pattern)
            {
                called.push((number, at, hit));
            }
        }
    }
    called.sort_by_key(|(number, _, _)| *number);
    hits.extend(called.into_iter().map(|(_, at, hit)| (at, hit)));
    hits.sort_by_key(|(at, _)| *at);
    hits
}

/// A server's command is the first word of its line, unless a script calls it.
fn may_begin(at: usize, pattern: &Pattern, language: Language) -> bool {
    at == 0
        || language != Language::RedisCommands
        || pattern.tokens.iter().any(|token| matches!(token, Token::Mark(_)))
}

fn hit(tokens: &[Token<'_>], at: usize, pattern: &Pattern) -> Option<Hit> {
    let call = pattern.call;
    if !call.path {
        return Some(Hit::Effect(call.effect, call.text.to_string(), call.instead.to_string()));
    }
    let inside = pattern.tokens.iter().any(|token| is_any(Some(token)));
    arguments::path(tokens, at, at + pattern.tokens.len(), inside).map(|path| Hit::Path(path, call.effect))
}

/// Whether the tokens from `at` on are those of the pattern. A pattern that begins with `_` begins a chain of calls: what stands
/// before it is no dot.
fn begins(tokens: &[Token<'_>], at: usize, pattern: &Pattern, language: Language) -> bool {
    if !continues(tokens, at, &pattern.tokens, language) {
        return false;
    }
    if pattern.call.class {
        return receiver::is_class(tokens, at);
    }
    let chained = at > 0
        && matches!(&tokens[at - 1], Token::Mark(mark) if *mark == "." || *mark == "->" || *mark == "::");
    !(chained && is_any(pattern.tokens.first()))
}

fn is_any(token: Option<&Token<'_>>) -> bool {
    matches!(token, Some(Token::Word(any)) if *any == "_")
}

/// `_` is any one word or string; `...` is any run of tokens within the same bracket.
fn continues(tokens: &[Token<'_>], at: usize, pattern: &[Token<'_>], language: Language) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return true };
    if matches!(first, Token::Mark(dots) if *dots == "...") {
        return within_bracket(tokens, at).any(|from| continues(tokens, from, rest, language));
    }
    tokens.get(at).is_some_and(|token| same(first, token, language))
        && continues(tokens, at + 1, rest, language)
}

fn same(wanted: &Token<'_>, given: &Token<'_>, language: Language) -> bool {
    let any_case = is_any_case(language);
    match (wanted, given) {
        (Token::Word(_), Token::Word(_) | Token::Text(_)) if is_any(Some(wanted)) => true,
        (Token::Word(wanted), Token::Word(given)) if any_case => wanted.eq_ignore_ascii_case(given),
        _ => wanted == given,
    }
}

/// Where the pattern may go on: up to the bracket that closes the one we are in.
fn within_bracket<'a>(tokens: &'a [Token<'_>], at: usize) -> impl Iterator<Item = usize> + use<'a> {
    let mut depth = 0_usize;
    (at..tokens.len()).take(LONGEST_GAP).take_while(move |&here| {
        let before = here.checked_sub(1).filter(|&before| before >= at).and_then(|before| tokens.get(before));
        match before {
            Some(Token::Mark(mark)) if matches!(*mark, "(" | "[" | "{") => depth += 1,
            Some(Token::Mark(mark)) if matches!(*mark, ")" | "]" | "}") => {
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
fn handed_texts(
    tokens: &[Token<'_>],
    language: Language,
    patterns: &Patterns,
    knowledge: &Knowledge,
) -> Vec<(usize, Hit)> {
    let mut hits = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Token::Text(text) = token
            && language == Language::CLike
            && runs_itself(&tokens[at + 1..])
        {
            hits.push((at, Hit::Text(text.to_string(), Language::Sql)));
        }
        let Token::Word(function) = token else { continue };
        if let Some(other) = patterns.assigned_to(function)
            && let Some(text) = named::text(tokens, at + 1, language)
        {
            hits.push((at, Hit::Text(text, other)));
        }
        let behind = tokens.get(at + 1);
        let calls = matches!(behind, Some(Token::Mark(mark)) if *mark == "(" || *mark == "[")
            || matches!(behind, Some(Token::Text(_)));
        if calls && !knowledge.shows(function) {
            let texts = given(tokens, at + 1, patterns.handed_to(function), language);
            hits.extend(texts.into_iter().map(|text| (at, text)));
        }
    }
    hits
}

/// The strings that a call is given, whose bracket stands at `behind`, as what it runs them as.
fn given(tokens: &[Token<'_>], behind: usize, as_what: &[(Language, usize)], language: Language) -> Vec<Hit> {
    let text_as = |other: Language, skip: usize| {
        let text = if other == Language::Shell {
            arguments::words(&tokens[behind..], skip)
        } else {
            arguments::first_text(&tokens[behind..], language)
        };
        let text = text.or_else(|| named::argument(tokens, behind, language));
        let is_query = |text: &String| as_what.len() > 1 && named::reads_as_sql(text);
        let text = text.filter(|text| other != Language::Shell || !is_query(text))?;
        Some(Hit::Text(text, other))
    };
    as_what.iter().filter_map(|&(other, skip)| text_as(other, skip)).collect()
}

/// A string with a method that takes the connection.
fn runs_itself(behind: &[Token<'_>]) -> bool {
    let [Token::Mark(dot), Token::Word(method), Token::Mark(open), ..] = behind else { return false };
    *dot == "." && *open == "(" && RUN_BY_METHOD.contains(method)
}
