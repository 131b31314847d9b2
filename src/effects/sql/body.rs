//! Statements that a body makes up at run time: `EXECUTE q`, `EXECUTE 'DROP ' || kind`.

use std::collections::BTreeMap;

use super::lex::{Kind, Token};

/// Words that stand before an assignment in the same statement.
const BEFORE: [&str; 6] = ["DECLARE", "BEGIN", "THEN", "ELSE", "LOOP", "SET"];

/// Variables of a body, each with all the texts that it is given; None where one cannot be told.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, Option<Vec<String>>>);

impl Variables {
    /// Takes the assignments of one statement: `q text := 'x'`, `q := 'x'`, `q text DEFAULT 'x'`, `SELECT … INTO q`.
    pub(super) fn see(&mut self, tokens: &[Token]) {
        if let Some(name) =
            tokens.iter().position(|token| token.word() == "INTO").and_then(|at| tokens.get(at + 1))
        {
            self.0.insert(name.text.to_lowercase(), None);
        }
        let Some(mark) = (0..tokens.len()).find(|&at| assigns(tokens, at)) else { return };
        let before = tokens.get(..mark).unwrap_or_default();
        let begins =
            before.iter().rposition(|token| BEFORE.contains(&token.word().as_str())).map_or(0, |at| at + 1);
        let Some(name) = before.get(begins) else { return };
        let length = if tokens.get(mark).is_some_and(|token| token.is(':')) { 2 } else { 1 };
        let given = match tokens.get(mark + length..) {
            Some([text]) if text.kind == Kind::Text => Some(text.text.clone()),
            _ => None,
        };
        let known = self.0.entry(name.text.to_lowercase()).or_insert_with(|| Some(Vec::new()));
        match (known.as_mut(), given) {
            (Some(texts), Some(text)) => texts.push(text),
            _ => *known = None,
        }
    }

    /// The texts that a statement runs by a variable's name, as far as all of them are known.
    pub(super) fn run_by(&self, tokens: &[Token]) -> Vec<String> {
        let names = tokens.windows(2).filter(|pair| pair[0].word() == "EXECUTE").map(|pair| &pair[1]);
        names.filter_map(|name| self.of(name)).flatten().cloned().collect()
    }

    fn of(&self, name: &Token) -> Option<&Vec<String>> {
        self.0
            .get(&name.text.to_lowercase())?
            .as_ref()
            .filter(|texts| !texts.is_empty() && name.kind != Kind::Text)
    }
}

/// `:=`, or the word that gives a first value.
fn assigns(tokens: &[Token], at: usize) -> bool {
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is(mark));
    is(at, ':') && is(at + 1, '=') || tokens.get(at).is_some_and(|token| token.word() == "DEFAULT")
}

/// Whether a statement is the beginning of a block that runs now.
pub(super) fn begins(tokens: &[Token]) -> bool {
    tokens.first().is_some_and(|first| matches!(first.word().as_str(), "BEGIN" | "DECLARE" | "IF" | "FOR"))
}

/// Whether a part of a body runs text of which nothing can be told, or no more than that it destroys something.
pub(super) fn runs_untold(tokens: &[Token], variables: &Variables) -> bool {
    let places =
        tokens.iter().enumerate().filter(|(_, token)| token.word() == "EXECUTE").map(|(at, _)| at + 1);
    places.into_iter().any(|at| {
        let known = tokens.get(at).is_some_and(|name| variables.of(name).is_some());
        !known && is_untold(tokens.get(at..).unwrap_or_default())
    })
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
            "q := 'ANALYZE'; SELECT x INTO q FROM t; EXECUTE q;",
            "q := 'ANALYZE'; q := q || x; EXECUTE q;",
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
            "q := 'ANALYZE visits'; EXECUTE q;",
        ] {
            assert!(is_understood(&format!("DO $$ BEGIN {body} END $$")), "{body}");
        }
        assert!(is_understood("DO $$ DECLARE q text := 'ANALYZE'; BEGIN EXECUTE q; END $$"));
        assert!(is_understood("PREPARE s AS SELECT 1; EXECUTE s;"));
    }

    #[test]
    fn a_variable_stands_for_the_texts_that_it_is_given() {
        let sql = "DO $$ DECLARE q text DEFAULT 'ANALYZE'; BEGIN IF x THEN q := 'DROP TABLE visits'; END IF; EXECUTE q; END $$";
        let script = read(sql, Dialect::Transactional);
        assert!(script.understood);
        assert_eq!(script.statements.first().and_then(|one| one.object.as_deref()), Some("visits"));
    }
}
