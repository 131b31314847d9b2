//! The line that a finding is about, with carets under what is meant.

use console::measure_text_width;

use super::visible_char;
use crate::finding::Place;
use crate::source::SourceFile;

/// Columns between tab stops.
const TAB: usize = 4;
/// Characters kept before the mark of a long line.
const BEFORE: usize = 24;

/// A line as it is shown and the marks below it; both fit the width that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The line, tabs expanded, control characters visible.
    pub(super) text: String,
    /// Blanks and carets.
    pub(super) marks: String,
}

/// The first line of `place` in `file`, cut to `width` columns around the mark; none if there is no such line.
pub(super) fn excerpt(file: &SourceFile, place: &Place, width: usize) -> Option<Excerpt> {
    let (_, line) = file.lines().nth(place.line.checked_sub(1)?)?;
    let first = place.column.saturating_sub(1);
    let last = if place.end_line > place.line { usize::MAX } else { place.end_column.saturating_sub(1) };
    let skipped = if measure_text_width(line) + TAB > width { first.saturating_sub(BEFORE) } else { 0 };
    let mut shown = Excerpt { text: String::new(), marks: String::new() };
    let mut at = 0;
    if skipped > 0 {
        (shown.text, shown.marks, at) = ("…".to_owned(), " ".to_owned(), 1);
    }
    for (index, c) in line.chars().enumerate().skip(skipped) {
        let cell = if c == '\t' { " ".repeat(TAB - at % TAB) } else { visible_char(c) };
        let columns = measure_text_width(&cell);
        if at + columns >= width {
            shown.text.push('…');
            break;
        }
        let mark = if index >= first && index < last { "^" } else { " " };
        shown.text.push_str(&cell);
        shown.marks.push_str(&mark.repeat(columns));
        at += columns;
    }
    if !shown.marks.contains('^') {
        shown.marks = format!("{}^", " ".repeat(first.min(shown.marks.len())));
    }
    shown.marks.truncate(shown.marks.trim_end().len());
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, column: usize, end_column: usize, width: usize) -> (String, String) {
        let place = Place { path: "a".to_owned(), line: 1, column, end_line: 1, end_column };
        let shown = excerpt(&SourceFile::new("a", text), &place, width).unwrap();
        (shown.text, shown.marks)
    }

    #[test]
    fn tabs_and_wide_characters_align() {
        assert_eq!(show("\trm x", 2, 4, 40), ("    rm x".to_owned(), "    ^^".to_owned()));
        assert_eq!(show("表 rm", 3, 5, 40), ("表 rm".to_owned(), "   ^^".to_owned()));
        assert_eq!(show("表 rm", 1, 2, 40).1, "^^");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let (text, marks) = show(&format!("{}drop{}", "x".repeat(500), "y".repeat(500)), 501, 505, 40);
        assert!(measure_text_width(&text) <= 40 && text.starts_with('…') && text.ends_with('…'), "{text}");
        assert_eq!(&text.chars().skip(marks.find('^').unwrap()).take(4).collect::<String>(), "drop");
    }

    #[test]
    fn nothing_writes_to_the_terminal() {
        let (text, _) = show("a\u{1b}[31m\u{202e}b", 1, 2, 60);
        assert_eq!(text, "a\\u{1b}[31m\\u{202e}b");
    }
}
