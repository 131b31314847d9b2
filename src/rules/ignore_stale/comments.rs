//! The comments of a file that are to silence something. Text that only tells of them is left alone: strings, code in documents.

use crate::rules::silence::{Comment, comment};
use crate::source::{SourceFile, Span};
use crate::survey::passages::Fence;
use crate::survey::paths;
use crate::survey::tree::IGNORE_MARK as MARK;

/// How comments begin in what is no document.
const OPENERS: [&str; 15] =
    ["#", "//", "--", "/*", "*", "<!--", ";", "{#", "{{!--", "{{/*", "<%#", "<%--", "%", "(*", "::"];

/// How comments begin in documents, by the ending of their names. What else stands there is for readers.
const DOCUMENTS: [(&str, &[&str]); 7] = [
    ("md", &["<!--"]),
    ("markdown", &["<!--"]),
    ("mdx", &["<!--", "{/*"]),
    ("rst", &[".."]),
    ("adoc", &["//"]),
    ("asciidoc", &["//"]),
    ("txt", &[]),
];

/// A comment that is to silence something.
#[derive(Debug)]
pub(super) struct Written<'a> {
    /// Its line, from 1.
    pub(super) line: usize,
    /// From the mark to the end of its rules.
    pub(super) span: Span,
    /// What it says.
    pub(super) says: Comment<'a>,
}

/// All of them, in order.
pub(super) fn all(file: &SourceFile) -> Vec<Written<'_>> {
    let ending = paths::ending(file.path());
    let document = DOCUMENTS.iter().find(|(known, _)| *known == ending).map(|(_, openers)| *openers);
    let mut fence = None;
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        let is_code = document.is_some() && is_code(line, &mut fence);
        let openers = document.unwrap_or(&OPENERS);
        if !is_code && let Some((before, _)) = line.split_once(MARK).filter(|(lead, _)| opens(lead, openers))
        {
            found.extend(written(file, number, before.len(), line));
        }
    }
    found
}

fn written<'a>(file: &SourceFile, number: usize, at: usize, line: &'a str) -> Option<Written<'a>> {
    let start = file.line_span(number).start;
    let end = at + line.get(at..)?.find(']')? + 1;
    Some(Written { line: number, span: Span::new(start + at, start + end), says: comment(line)? })
}

/// Whether a comment begins at the end of `lead`, outside quotes.
fn opens(lead: &str, openers: &[&str]) -> bool {
    let lead = lead.trim_end();
    let code = openers.iter().filter_map(|opener| lead.strip_suffix(opener)).min_by_key(|code| code.len());
    code.is_some_and(|code| !ends_quoted(code))
}

/// Whether a quote is open at the end of `code`.
fn ends_quoted(code: &str) -> bool {
    let mut open = None;
    let mut is_escaped = false;
    for letter in code.chars() {
        match (open, letter) {
            _ if is_escaped => is_escaped = false,
            (_, '\\') => is_escaped = true,
            (Some(quote), _) if quote == letter => open = None,
            (None, '"' | '\'' | '`') => open = Some(letter),
            _ => {}
        }
    }
    open.is_some()
}

/// Whether `line`, the next one of a document, belongs to a block of code; `open` is the fence of the block before it.
fn is_code(line: &str, open: &mut Option<Fence>) -> bool {
    let body = line.trim_start_matches(['>', '-', '*', ' ', '\t']);
    if let Some(fence) = *open {
        *open = Some(fence).filter(|fence| !fence.is_closed_by(body));
        return true;
    }
    *open = Fence::opening(body);
    open.is_some() || line.starts_with("    ") || line.starts_with('\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        all(&SourceFile::new(path, text)).iter().map(|one| one.line).collect()
    }

    #[test]
    fn a_comment_in_any_syntax() {
        for line in [
            "# dbguard: ignore[a] b",
            "rm x # dbguard: ignore[a] b",
            "echo \"it's\" # dbguard: ignore[a] b",
            "    // dbguard: ignore[a] b",
            "/* dbguard: ignore[a] b */",
            "{# dbguard: ignore[a] b #}",
            "-- dbguard: ignore[a]",
        ] {
            assert_eq!(lines("a.any", line), [1], "{line}");
        }
        assert_eq!(lines("a.md", "x\n\n<!-- dbguard: ignore[a] b -->\n"), [3]);
        assert_eq!(lines("a.rst", ".. dbguard: ignore[a] b\n"), [1]);
    }

    #[test]
    fn text_about_comments_is_none() {
        for line in [
            "let text = \"# dbguard: ignore[a] b\";",
            "echo 'write # dbguard: ignore[a] b'",
            "# write `# dbguard: ignore[a] b` above it",
            "# such as dbguard: ignore[a] b",
            "const MARK: &str = \"dbguard: ignore[\";",
        ] {
            assert_eq!(lines("a.rs", line), [0_usize; 0], "{line}");
        }
        let fenced = "````md\n```\n<!-- dbguard: ignore[a] b -->\n```\n<!-- dbguard: ignore[a] b -->\n````\n";
        let indented = "    <!-- dbguard: ignore[a] b -->\n";
        let inline = "Write `<!-- dbguard: ignore[a] b -->`, or # dbguard: ignore[a] b\n";
        for text in [fenced, indented, inline] {
            assert_eq!(lines("a.md", text), [0_usize; 0], "{text}");
        }
        assert_eq!(lines("a.md", &format!("{fenced}<!-- dbguard: ignore[a] b -->\n")), [7]);
        assert_eq!(lines("a.txt", "# dbguard: ignore[a] b"), [0_usize; 0]);
    }
}
