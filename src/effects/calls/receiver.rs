//! What a method is called on: a class stands for its whole table, a variable for rows that somebody chose.

use super::tokens::Token;

/// Names of variables that hold a class rather than rows; a method of `self` that rows have is one of the class.
const HOLD_A_CLASS: [&str; 6] = ["model", "klass", "class", "clazz", "table", "self"];

/// Tokens before a method in which a variable is given its value.
const NEAR: usize = 200;

/// Whether the word at `at` stands for a class: a constant, `self.class`, a variable that is called or was given one.
pub(super) fn is_class(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(Token::Word(name)) = tokens.get(at) else { return false };
    if holds_a_class(name) {
        return true;
    }
    match at.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(Token::Mark("." | "->")) => false,
        _ => is_constant(name) || is_given_a_class(tokens, at, name),
    }
}

/// `Visit`, not `visit`; the sigil of a variable is left out.
fn is_constant(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

fn holds_a_class(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    HOLD_A_CLASS.contains(&last)
}

/// `name = Visit`, or a block over a list of classes: `[Visit, Bill].each { |name| … }`.
fn is_given_a_class(tokens: &[Token<'_>], at: usize, name: &str) -> bool {
    let first = at.saturating_sub(NEAR);
    let before = &tokens[first..at];
    let Some(given) = before.windows(2).rposition(|pair| is_given(pair, name)) else { return false };
    match &before[given + 1] {
        Token::Mark("=") => is_whole(&tokens[first + given + 2..]),
        Token::Mark(_) | Token::Word(_) | Token::Text(_) => lists_classes(&before[..given]),
    }
}

/// `Visit` or `Visit.all`, and not `Visit.where(…)`.
fn is_whole(value: &[Token<'_>]) -> bool {
    let chained = |behind: &[Token<'_>]| matches!(behind.first(), Some(Token::Mark("." | "&")));
    match value {
        [Token::Word(class), Token::Mark("."), Token::Word("all" | "unscoped"), behind @ ..] => {
            is_constant(class) && !chained(behind)
        }
        [Token::Word(class), behind @ ..] => is_constant(class) && !chained(behind),
        _ => false,
    }
}

/// `name =`, or `name |` behind the bar that opens the parameters of a block.
fn is_given(pair: &[Token<'_>], name: &str) -> bool {
    matches!(pair, [Token::Word(word), Token::Mark("=" | "|")] if *word == name)
}

/// Whether the tokens end with a list of constants and the beginning of a block over it.
fn lists_classes(tokens: &[Token<'_>]) -> bool {
    let Some(end) = tokens.iter().rposition(|token| *token == Token::Mark("]")) else { return false };
    let list = tokens[..end].iter().rev().take_while(|token| **token != Token::Mark("["));
    let words: Vec<bool> = list
        .filter_map(|token| match token {
            Token::Word(word) => Some(is_constant(word)),
            Token::Text(_) | Token::Mark(_) => None,
        })
        .collect();
    tokens.len() - end <= 6 && words.contains(&true)
}
