//! Text with a memory of where it came from: the only place that knows lines and columns.

use std::cell::OnceCell;
use std::ops::Range;

/// A byte range in a [`SourceFile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to, but not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The span as a range, for slicing.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A change to a text: the only kind that the program makes to files it does not own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

impl Edit {
    /// An insertion of `text` before byte `at`.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: Span::new(at, at), replacement: text.into() }
    }
}

/// `text` with all `edits` made; their spans refer to `text` itself. None when they overlap or do not fall on character
/// boundaries.
pub fn apply(edits: &[Edit], text: &str) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted {
        result.push_str(text.get(done..edit.span.start)?);
        text.get(edit.span.range())?;
        result.push_str(&edit.replacement);
        done = edit.span.end;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}

/// A position for people: line and column, both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text file of the repository.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: String,
    text: String,
    /// Where each line begins, once it has been asked for: of most files it never is.
    line_starts: OnceCell<Vec<usize>>,
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for SourceFile {}

impl SourceFile {
    /// Takes `text` as the content of the root-relative, `/`-separated `path`.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), line_starts: OnceCell::new() }
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        })
    }

    /// Root-relative path, `/`-separated.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under `span`, or nothing when it does not fall on character boundaries of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The line, from 1, that holds byte `offset`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|&start| start <= offset)
    }

    /// Line and column of byte `offset`; past the end it is the position after the last character.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_of(offset);
        let start = self.line_starts().get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        Position { line, column }
    }

    /// The text of line `line` (from 1) without the blanks around it; empty past the end.
    pub fn line_span(&self, line: usize) -> Span {
        let end = self.text.len();
        let start = self.line_starts().get(line.saturating_sub(1)).copied().unwrap_or(end);
        let next = self.line_starts().get(line).copied().unwrap_or(end);
        let text = self.text.get(start..next).unwrap_or_default();
        let start = start + (text.len() - text.trim_start().len());
        Span::new(start, start + text.trim().len())
    }

    /// Lines with their numbers, from 1, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

/// `text` with control characters made visible, so that a file name cannot write to the terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
    }

    #[test]
    fn positions_count_characters_from_one() {
        let file = SourceFile::new("a", "é=1\nb=2\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(2), Position { line: 1, column: 2 });
        assert_eq!(file.position(5), Position { line: 2, column: 1 });
        assert_eq!(file.position(999), Position { line: 3, column: 1 });
        assert_eq!(file.line_of(4), 1);
        assert_eq!(SourceFile::new("a", "a\n  b c \n").line_span(2), Span::new(4, 7));
        assert_eq!(SourceFile::new("a", "a\n").line_span(9), Span::new(2, 2));
    }

    #[test]
    fn edits_are_made_together_or_not_at_all() {
        let replace = Edit { span: Span::new(1, 2), replacement: "XY".to_owned() };
        assert_eq!(apply(&[Edit::insert(3, "!"), replace.clone()], "abc").as_deref(), Some("aXYc!"));
        assert_eq!(apply(&[replace.clone(), replace], "abc"), None);
        assert_eq!(apply(&[Edit::insert(1, "!")], "é"), None);
        assert_eq!(apply(&[Edit::insert(9, "!")], "abc"), None);
    }

    #[test]
    fn slices_outside_the_text_are_empty() {
        assert_eq!(SourceFile::new("a", "é").slice(Span::new(1, 2)), "");
        assert_eq!(SourceFile::new("a", "abc").slice(Span::new(1, 9)), "");
    }
}
