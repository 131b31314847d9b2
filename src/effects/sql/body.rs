//! Statements that a body makes up at run time: `EXECUTE q`, `EXECUTE 'DROP ' || kind`.

use super::lex::{Kind, Token};

/// Whether a statement is the beginning of a block that runs now.
pub(super) fn begins(tokens: &[Token]) -> bool {
    tokens.first().is_some_and(|first| matches!(first.word().as_str(), "BEGIN" | "DECLARE" | "IF" | "FOR"))
}

/// Whether a part of a body runs text of which nothing can be told, or no more than that it destroys something.
pub(super) fn runs_untold(tokens: &[Token]) -> bool {
    let places =
        tokens.iter().enumerate().filter(|(_, token)| token.word() == "EXECUTE").map(|(at, _)| at + 1);
    places.into_iter().any(|at| is_untold(tokens.get(at..).unwrap_or_default()))
}

fn is_untold(text: &[Token]) -> bool {
    // `EXECUTE FUNCTION f()` of a trigger runs no text.
    if text.is_empty() || matches!(text[0].word().as_str(), "FUNCTION" | "PROCEDURE" | "AS" | "ON") {
        return false;
    }
    let Some(first) = text.iter().find(|token| token.kind == Kind::Text) else { return true };
    let mut words = first.text.split_whitespace();
    match words.next() {
        None => true,
        Some(word) if word.starts_with('%') => true,
        Some(word) => {
            let destroys =
                ["DROP", "TRUNCATE", "DELETE", "ALTER"].iter().any(|one| one.eq_ignore_ascii_case(word));
            destroys && words.next().is_none()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, read};

    fn is_understood(sql: &str) -> bool {
        read(sql, Dialect::Transactional).understood
    }

    #[test]
    fn text_that_is_made_up_is_a_doubt() {
        for body in [
            "EXECUTE q;",
            "EXECUTE 'DROP ' || kind || ' x';",
            "EXECUTE format('%s', q);",
            "IF true THEN EXECUTE q USING a; END IF;",
        ] {
            assert!(!is_understood(&format!("DO $$ BEGIN {body} END $$")), "{body}");
        }
        assert!(!is_understood("BEGIN EXECUTE IMMEDIATE q; END;"));
    }

    #[test]
    fn text_that_says_what_it_does_is_none() {
        for body in [
            "EXECUTE 'GRANT SELECT ON ' || t || ' TO app';",
            "EXECUTE format('ANALYZE %I', t);",
            "PERFORM f();",
        ] {
            assert!(is_understood(&format!("DO $$ BEGIN {body} END $$")), "{body}");
        }
        assert!(is_understood("PREPARE s AS SELECT 1; EXECUTE s;"));
    }
}
