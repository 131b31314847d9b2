//! What a step would change, as a unified diff of typed lines; colour is for whoever prints them.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::mask::{escaped, masked_assignment, masked_line};

const CONTEXT: usize = 3;

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
    push_hunks(old, new, before.is_some(), &mut lines);
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

/// A file that is new holds generated text only; what stood in an existing one may be secret.
fn push_hunks(old: &str, new: &str, may_hold_secrets: bool, lines: &mut Vec<DiffLine>) {
    let changes = TextDiff::from_lines(old, new);
    for hunk in changes.unified_diff().context_radius(CONTEXT).iter_hunks() {
        lines.push(DiffLine::Hunk(hunk.header().to_string().trim_end().to_owned()));
        for change in hunk.iter_changes() {
            let shown = escaped(change.value().trim_end_matches(['\n', '\r']));
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Context(masked_line(&shown)),
                ChangeTag::Delete => DiffLine::Removed(masked_line(&shown)),
                ChangeTag::Insert if may_hold_secrets => DiffLine::Added(masked_assignment(&shown)),
                ChangeTag::Insert => DiffLine::Added(shown),
            });
            if change.missing_newline() {
                lines.push(DiffLine::Note("no newline at the end of the file".to_owned()));
            }
        }
    }
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
    fn bytes_that_are_not_text_are_not_shown() {
        let lines = diff("x", Some(b"\xff"), Some(b"y"));
        assert!(matches!(lines.last(), Some(DiffLine::Note(_))));
    }
}
