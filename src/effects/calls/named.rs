//! Strings that have a name before a call is given them, or that are given to a name and run later.

use super::joined;
use super::tokens::Token;
use crate::effects::Language;

/// Tokens of a call that are looked at, and those between a name and its string.
const LONGEST: usize = 40;
const NEAR: usize = 6;

/// Tokens before a call in which a name is given its string.
const FAR: usize = 10_000;

/// The string that a name among a call's arguments was given before: `q = "DROP …"; execute(q)`. `behind` is where the call's
/// bracket stands.
pub(super) fn argument(tokens: &[Token<'_>], behind: usize, language: Language) -> Option<String> {
    let mut depth = 0_usize;
    for at in behind..tokens.len().min(behind + LONGEST) {
        match tokens.get(at)? {
            Token::Mark("(" | "[" | "{") => depth += 1,
            Token::Mark(")" | "]" | "}") if depth <= 1 => return None,
            Token::Mark(")" | "]" | "}") => depth -= 1,
            Token::Word(name) if is_whole(tokens, at) => {
                if let Some(text) = given(tokens.get(behind.saturating_sub(FAR)..behind)?, name, language) {
                    return Some(text);
                }
            }
            Token::Mark(_) | Token::Word(_) | Token::Text(_) => {}
        }
    }
    None
}

/// Whether a word is an argument of its own: no call, no part of a chain, no name of an option.
fn is_whole(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    matches!(before, Some(Token::Mark("(" | "," | "&")))
        && matches!(tokens.get(at + 1), Some(Token::Mark(")" | ",")))
}

/// What `NAME = "…"`, or `NAME := "…"`, gave last; what is joined to it is not known.
fn given(tokens: &[Token<'_>], name: &str, language: Language) -> Option<String> {
    let is_name = |token: &Token<'_>| matches!(token, Token::Word(word) if *word == name);
    let at = tokens
        .windows(2)
        .rposition(|pair| is_name(&pair[0]) && matches!(&pair[1], Token::Mark("=" | ":")))?;
    text(tokens, at + 1, language)
}

/// The string that an assignment gives, whose mark stands at a place: `= "…"`. A comparison gives nothing.
pub(super) fn text(tokens: &[Token<'_>], mark: usize, language: Language) -> Option<String> {
    if !matches!(tokens.get(mark), Some(Token::Mark("=" | ":")))
        || matches!(tokens.get(mark..mark + 2), Some([Token::Mark("="), Token::Mark("=")]))
    {
        return None;
    }
    if matches!(tokens.get(mark + 1), Some(Token::Mark("["))) {
        return list(tokens.get(mark + 2..)?);
    }
    let near = tokens.iter().enumerate().skip(mark + 1).take(NEAR);
    let mut near = near.take_while(|(_, token)| !matches!(token, Token::Mark(";" | "," | ")")));
    let (at, _) = near.find(|(_, token)| matches!(token, Token::Text(_)))?;
    joined::text(tokens.get(at..)?, language)
}

/// The strings of a list as the words of one line.
fn list(tokens: &[Token<'_>]) -> Option<String> {
    let words = tokens.iter().take(LONGEST).take_while(|token| !matches!(token, Token::Mark("]")));
    let words: Vec<String> = words
        .filter_map(|token| match token {
            Token::Text(text) => Some(super::arguments::quoted(text)),
            Token::Word(_) => Some("$UNKNOWN".to_owned()),
            Token::Mark(_) => None,
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether a text given to a function that may run either is SQL and no line of a shell.
pub(super) fn reads_as_sql(text: &str) -> bool {
    const VERBS: [&str; 12] = [
        "select", "insert", "update", "delete", "drop", "truncate", "create", "alter", "with", "pragma",
        "explain", "vacuum",
    ];
    let first =
        text.trim_start_matches([' ', '\n', '\t', '(', '\'']).split_whitespace().next().unwrap_or_default();
    VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(first))
}

/// Whether `.arg(…)` or `.args(…)` follows: more words of the same command line.
pub(super) fn adds_words(behind: &[Token<'_>]) -> bool {
    matches!(behind, [Token::Mark("."), Token::Word("arg" | "args"), Token::Mark("("), ..])
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;
    use crate::effects::value::UNKNOWN;

    fn of_call(text: &str) -> Option<String> {
        let tokens = tokens(text, Language::CLike);
        let call = tokens.iter().rposition(|token| *token == Token::Word("run"))?;
        argument(&tokens, call + 1, Language::CLike)
    }

    #[test]
    fn a_name_stands_for_its_string() {
        assert_eq!(of_call(r#"q := "a"; run(ctx, q)"#).as_deref(), Some("a"));
        assert_eq!(of_call(r#"q = "a"; q = "b"; run(q)"#).as_deref(), Some("b"));
        assert_eq!(of_call(r#"String q = "a " + b; run(q)"#), Some(format!("a {UNKNOWN}")));
        assert_eq!(of_call(r#"run(q); q = "a""#), None);
        assert_eq!(of_call(r#"q = "a"; run(q.id)"#), None);
        assert_eq!(of_call(r#"q == "a"; run(q)"#), None);
        assert_eq!(of_call(r#"q = ["a b", "c", d]; run(q)"#).as_deref(), Some("'a b' c $UNKNOWN"));
        assert!(reads_as_sql("\n SELECT 1") && !reads_as_sql("dropdb x"));
    }
}
