//! Which part of a passage a finding is about, and how it reads: on one line and without what nobody else should see.

use std::ops::Range;

use super::files;
use crate::effects::{Found, Scope};
use crate::mask;
use crate::presets::tools::Language;
use crate::survey::passages::{Form, Passage};

/// The command's own part of the passage: its first line that has text, without what the span drags along.
pub(super) fn part(passage: &Passage, found: &Found) -> Range<usize> {
    let span = found.span.start.min(passage.text.len())..found.span.end.min(passage.text.len());
    let text = passage.text.get(span.clone()).unwrap_or_default();
    if let Some(statement) = statement_behind(passage, found, &span) {
        return statement;
    }
    let lead = text.len() - text.trim_start().len();
    span.start + lead..span.end.max(span.start + lead)
}

/// The statement of a here-document that a client reads: it stands on a line of its own behind the client.
fn statement_behind(passage: &Passage, found: &Found, span: &Range<usize>) -> Option<Range<usize>> {
    let object = found
        .target
        .as_deref()
        .filter(|_| passage.language == Language::Shell && found.scope == Scope::Database)?;
    let own = passage.text.get(span.clone())?;
    if own.lines().next()?.contains(object) || found.via.iter().any(|step| files::is_script(step)) {
        return None;
    }
    let mut at = span.start;
    for line in passage.text.get(span.start..)?.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        let destroys =
            ["drop", "truncate", "delete", "alter", "update"].iter().any(|word| lower.contains(word));
        if destroys && line.contains(object) {
            return Some(at + line.len() - line.trim_start().len()..at + line.trim_end().len());
        }
        at += line.len();
    }
    None
}

/// The command as written, on one line. A program's call is the rest of its line.
pub(super) fn written(passage: &Passage, found: &Found, part: &Range<usize>) -> String {
    let text = if passage.form == Form::Source {
        passage.text.get(part.start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    } else {
        passage.text.get(part.clone()).unwrap_or_default()
    };
    let mut words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
    words.truncate(60);
    if words.is_empty() {
        return found.via.join(" → ");
    }
    without_secrets(&words.join(" "))
}

/// A text on one line, with every password in it covered.
pub(super) fn without_secrets(text: &str) -> String {
    mask::without_passwords(text).split_whitespace().map(without_secret).collect::<Vec<_>>().join(" ")
}

/// A word whose password, if it holds one, is covered: `PGPASSWORD=…`, `--password=…`, `postgres://user:…@host`.
fn without_secret(word: &str) -> String {
    if let Some((name, value)) = word.split_once('=') {
        let upper = name.to_ascii_uppercase();
        let secret =
            ["PASS", "PWD", "SECRET", "TOKEN", "APIKEY", "API_KEY"].iter().any(|part| upper.contains(part));
        if secret && !value.starts_with('$') && !name.contains("://") {
            return format!("{name}=***");
        }
    }
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    match rest.split_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{scheme}://{user}:***@{host}"),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{without_secret, without_secrets};

    #[test]
    fn passwords_are_covered() {
        assert_eq!(without_secret("PGPASSWORD='x'"), "PGPASSWORD=***");
        assert_eq!(without_secret("PGPASSWORD=$PW"), "PGPASSWORD=$PW");
        assert_eq!(without_secret("postgres://a:b@c/d"), "postgres://a:***@c/d");
        assert_eq!(without_secret("postgres://a@c/d"), "postgres://a@c/d");
        assert_eq!(without_secret("--user=a"), "--user=a");
        assert_eq!(without_secrets("x: redis://:b@c\n y"), "x: redis://:***@c y");
    }
}
