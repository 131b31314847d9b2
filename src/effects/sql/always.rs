//! Conditions that hold for every row.

use super::lex::{Kind, Token};

/// Whether a condition spares no row: `true`, `1 = 1`, `id = id`, `x OR true`, `LIKE '%'`.
pub(super) fn always_holds(tokens: &[Token]) -> bool {
    let tokens = without_brackets(tokens);
    if tokens.is_empty() {
        return true;
    }
    let alternatives = split(tokens, "OR");
    if alternatives.len() > 1 {
        return alternatives.iter().any(|one| always_holds(one)) || says_null_and_not_null(&alternatives);
    }
    let conditions = split(tokens, "AND");
    if conditions.len() > 1 {
        return conditions.iter().all(|one| always_holds(one));
    }
    is_true(tokens)
}

fn is_true(tokens: &[Token]) -> bool {
    let words: Vec<String> = tokens.iter().map(Token::word).collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    if word(0) == "NOT" {
        return matches!(word(1), "FALSE" | "0") && tokens.len() == 2;
    }
    match tokens {
        [one] => matches!(word(0), "TRUE" | "1") || one.kind == Kind::Text && one.text == "1",
        [left, mark, right] if mark.is('=') => {
            left.kind == right.kind && left.text.eq_ignore_ascii_case(&right.text)
        }
        [left, mark, other, right] if mark.is('<') && other.is('>') || mark.is('!') && other.is('=') => {
            constants_differ(left, right)
        }
        [.., like, text] => {
            matches!(like.word().as_str(), "LIKE" | "ILIKE")
                && !text.text.is_empty()
                && text.text.chars().all(|letter| letter == '%')
        }
        [] => true,
    }
}

fn constants_differ(left: &Token, right: &Token) -> bool {
    let constant =
        |token: &Token| token.kind == Kind::Text || token.text.bytes().all(|byte| byte.is_ascii_digit());
    constant(left) && constant(right) && left.text != right.text
}

/// `x IS NULL OR x IS NOT NULL`.
fn says_null_and_not_null(alternatives: &[&[Token]]) -> bool {
    let ends = |one: &[Token], words: &[&str]| {
        one.len() == words.len() + 1
            && one[1..].iter().map(Token::word).eq(words.iter().map(|word| (*word).to_owned()))
    };
    alternatives.iter().any(|one| ends(one, &["IS", "NULL"]))
        && alternatives.iter().any(|one| ends(one, &["IS", "NOT", "NULL"]))
}

fn without_brackets(tokens: &[Token]) -> &[Token] {
    let mut tokens = tokens;
    while let [first, inner @ .., last] = tokens {
        if !first.is('(') || !last.is(')') || closes_early(inner) {
            break;
        }
        tokens = inner;
    }
    tokens
}

fn closes_early(inner: &[Token]) -> bool {
    let mut depth = 0_i32;
    inner.iter().any(|token| {
        depth += i32::from(token.is('(')) - i32::from(token.is(')'));
        depth < 0
    })
}

/// The parts between a word, outside brackets; BETWEEN's AND separates nothing.
fn split<'a>(tokens: &'a [Token], word: &str) -> Vec<&'a [Token]> {
    let (mut parts, mut start, mut depth, mut between) = (Vec::new(), 0, 0_i32, false);
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is('(')) - i32::from(token.is(')'));
        let found = token.word();
        between |= found == "BETWEEN";
        if depth == 0 && found == word {
            if between && word == "AND" {
                between = false;
                continue;
            }
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
    }
    parts.push(&tokens[start..]);
    parts
}
