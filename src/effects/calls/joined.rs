//! A string and what a program joins to it: `"DELETE FROM " + table + " WHERE id = ?"` is one text with a hole.

use super::tokens::Token;
use crate::effects::Language;
use crate::effects::value::UNKNOWN;

/// Tokens of one expression that are looked at.
const LONGEST: usize = 60;

/// The text that begins with the string at the front of `tokens`; what only the program knows is [`UNKNOWN`].
pub(super) fn text(tokens: &[Token<'_>], language: Language) -> Option<String> {
    let (Token::Text(first), mut rest) = tokens.split_first()? else { return None };
    let mut text = first.to_string();
    for _ in 0..LONGEST {
        match rest {
            [Token::Text(next), behind @ ..] if joins_neighbours(language) => {
                text.push_str(next);
                rest = behind;
            }
            [Token::Mark(mark), Token::Text(next), behind @ ..] if joins(mark, language) => {
                text.push_str(next);
                rest = behind;
            }
            [Token::Mark(mark), behind @ ..] if joins(mark, language) => {
                text.push(UNKNOWN);
                rest = behind_operand(behind, language);
            }
            // A method of the string, or values for its places.
            [Token::Mark("." | "%"), ..] => {
                text.push(' ');
                text.push(UNKNOWN);
                break;
            }
            _ => break,
        }
    }
    Some(text)
}

/// Whether the string before these tokens is a part of something longer.
pub(super) fn goes_on(behind: &[Token<'_>]) -> bool {
    matches!(behind.first(), Some(Token::Mark("." | "+" | "%")))
}

/// Whether a mark joins two strings.
fn joins(mark: &str, language: Language) -> bool {
    mark == if matches!(language, Language::Php | Language::Perl) { "." } else { "+" }
}

/// Whether strings that stand side by side are one.
const fn joins_neighbours(language: Language) -> bool {
    matches!(language, Language::Python | Language::Ruby | Language::CLike)
}

/// What follows an operand that is no string: from the next mark that joins, or from the end of the argument; nothing where
/// another statement begins.
fn behind_operand<'a, 'b>(tokens: &'a [Token<'b>], language: Language) -> &'a [Token<'b>] {
    let mut depth = 0_usize;
    let mut complete = false;
    for (at, token) in tokens.iter().enumerate().take(LONGEST) {
        let Token::Mark(mark) = token else {
            if depth == 0 && complete {
                return &[];
            }
            complete = true;
            continue;
        };
        match *mark {
            ")" | "]" | "}" | "," | ";" if depth == 0 => return &tokens[at..],
            mark if depth == 0 && joins(mark, language) => return &tokens[at..],
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        complete = matches!(*mark, ")" | "]" | "}");
    }
    &[]
}
