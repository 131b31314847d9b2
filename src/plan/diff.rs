//! What a step would change, as a unified diff of typed lines; colour is for whoever prints them.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

const CONTEXT: usize = 3;
const SECRET_WORDS: [&str; 9] =
    ["pass", "pwd", "secret", "token", "api_key", "apikey", "private_key", "access_key", "credential"];

/// One line of a diff, without its line end. Control characters are escaped and secret values masked, so every
/// line may be printed to a terminal; the text is for people, not for `patch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    /// `--- a/path` and `+++ b/path`, or `/dev/null`.
    Header(String),
    /// `@@ -1,3 +1,4 @@`.
    Hunk(String),
    /// Unchanged.
    Context(String),
    /// Only in the new text.
    Added(String),
    /// Only in the old text.
    Removed(String),
    /// A remark: no newline at the end, or not text.
    Note(String),
}

/// The diff of `path` from `before` to `after`; `None` is a file that does not exist. Empty when nothing changes.
pub fn diff(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> Vec<DiffLine> {
    if before == after {
        return Vec::new();
    }
    let mut lines =
        vec![header("---", "a", path, before.is_some()), header("+++", "b", path, after.is_some())];
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let (Ok(old), Ok(new)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else {
        lines.push(DiffLine::Note("not UTF-8 text; the change is not shown".to_owned()));
        return lines;
    };
    push_hunks(old, new, &mut lines);
    lines
}

/// The lines as text, each with its sign and a line end.
pub fn to_text(lines: &[DiffLine]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        let (sign, content) = match line {
            DiffLine::Header(content) | DiffLine::Hunk(content) => ("", content),
            DiffLine::Context(content) => (" ", content),
            DiffLine::Added(content) => ("+", content),
            DiffLine::Removed(content) => ("-", content),
            DiffLine::Note(content) => ("\\ ", content),
        };
        let _ = writeln!(text, "{sign}{content}");
        text
    })
}

fn header(sign: &str, side: &str, path: &str, exists: bool) -> DiffLine {
    let shown = if exists { format!("{side}/{}", escaped(path)) } else { "/dev/null".to_owned() };
    DiffLine::Header(format!("{sign} {shown}"))
}

fn push_hunks(old: &str, new: &str, lines: &mut Vec<DiffLine>) {
    let changes = TextDiff::from_lines(old, new);
    for hunk in changes.unified_diff().context_radius(CONTEXT).iter_hunks() {
        lines.push(DiffLine::Hunk(hunk.header().to_string().trim_end().to_owned()));
        for change in hunk.iter_changes() {
            let shown = masked(&escaped(change.value().trim_end_matches(['\n', '\r'])));
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Context(shown),
                ChangeTag::Delete => DiffLine::Removed(shown),
                ChangeTag::Insert => DiffLine::Added(shown),
            });
            if change.missing_newline() {
                lines.push(DiffLine::Note("no newline at the end of the file".to_owned()));
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut shown, letter| {
        if letter.is_control() && letter != '\t' {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
        shown
    })
}

/// Hides the value of a line whose key sounds like a secret, and the user part of URLs.
fn masked(line: &str) -> String {
    let line = without_userinfo(line);
    let Some(at) = line.find([':', '=']) else { return line };
    let key = line[..at].to_ascii_lowercase().replace('-', "_");
    let value = line[at + 1..].trim();
    let is_reference =
        value.is_empty() || value.starts_with("${") && value.ends_with('}') && !value.contains(":-");
    if is_reference
        || !SECRET_WORDS.iter().any(|word| key.contains(word))
        || key.trim_start().starts_with('#')
    {
        return line;
    }
    let gap = &line[at + 1..][..line[at + 1..].len() - line[at + 1..].trim_start().len()];
    format!("{}{gap}***", &line[..=at])
}

fn without_userinfo(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        shown.push_str(head);
        let authority = tail.find(|letter: char| "/ \"'".contains(letter)).unwrap_or(tail.len());
        rest = match tail[..authority].rfind('@') {
            Some(end) if tail[..end].contains(':') => {
                shown.push_str("***");
                &tail[end..]
            }
            _ => tail,
        };
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_all_additions() {
        let lines = diff("a b", None, Some(b"x\ny"));
        assert_eq!(
            to_text(&lines),
            "--- /dev/null\n+++ b/a b\n@@ -0,0 +1,2 @@\n+x\n+y\n\\ no newline at the end of the file\n"
        );
        assert!(diff("a", Some(b"x"), Some(b"x")).is_empty());
    }

    #[test]
    fn secrets_and_terminal_sequences_do_not_come_through() {
        let before = b"services:\n  environment:\n    POSTGRES_PASSWORD: hunter2\n    url: postgres://u:hunter2@db/x\n    - PGPASSWORD=hunter2\n";
        let after = [&before[..], b"x: \x1b[31m\n"].concat();
        let text = to_text(&diff("c.yml", Some(before), Some(&after)));
        assert!(!text.contains("hunter2"), "{text}");
        assert!(
            text.contains("    POSTGRES_PASSWORD: ***") && text.contains("postgres://***@db/x"),
            "{text}"
        );
        assert!(!text.contains('\x1b') && text.contains("+x: \\u{1b}[31m"), "{text}");
    }

    #[test]
    fn references_to_secrets_stay_readable() {
        assert_eq!(masked("PASSWORD: ${DB_PASSWORD}"), "PASSWORD: ${DB_PASSWORD}");
        assert_eq!(masked("PASSWORD: ${DB_PASSWORD:-hunter2}"), "PASSWORD: ***");
        assert_eq!(masked("name: app_pgdata"), "name: app_pgdata");
    }

    #[test]
    fn bytes_that_are_not_text_are_not_shown() {
        let lines = diff("x", Some(b"\xff"), Some(b"y"));
        assert!(matches!(lines.last(), Some(DiffLine::Note(_))));
    }
}
