//! The line that a finding is about, with carets under what is meant.

use console::measure_text_width;

use super::visible_char;
use crate::finding::Place;
use crate::source::SourceFile;

/// Columns between tab stops.
const TAB: usize = 4;
/// Columns kept before the mark of a long line.
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
    let cells = cells(line);
    let first = place.column.saturating_sub(1);
    let last = if place.end_line > place.line { usize::MAX } else { place.end_column.saturating_sub(1) };
    let skipped = skipped(&cells, first, width);
    let mut shown = Excerpt { text: String::new(), marks: String::new() };
    let mut at = 0;
    if skipped > 0 {
        (shown.text, shown.marks, at) = ("…".to_owned(), " ".to_owned(), 1);
    }
    for (index, (cell, columns)) in cells.iter().enumerate().skip(skipped) {
        if at + columns >= width {
            shown.text.push('…');
            break;
        }
        let mark = if index >= first && index < last { "^" } else { " " };
        shown.text.push_str(cell);
        shown.marks.push_str(&mark.repeat(*columns));
        at += columns;
    }
    if !shown.marks.contains('^') {
        // Nothing is marked, or only the place behind the last character.
        shown.marks =
            format!("{}^", &shown.marks[..shown.marks.len().min(columns_of(&cells, skipped, first))]);
    }
    shown.marks.truncate(shown.marks.trim_end().len());
    Some(shown)
}

/// Each character as it is shown, and the columns that it takes; tabs reach to the next stop.
fn cells(line: &str) -> Vec<(String, usize)> {
    let mut at = 0;
    let cell = |c: char| {
        let cell = match c {
            '\t' => " ".repeat(TAB - at % TAB),
            // It asks for the emoji of the character before; terminals disagree about the width of that.
            '\u{fe0f}' => String::new(),
            c => visible_char(c),
        };
        let columns = measure_text_width(&cell);
        at += columns;
        (cell, columns)
    };
    line.chars().map(cell).collect()
}

/// How many characters of a line that is too long are left out before the mark at `first`.
fn skipped(cells: &[(String, usize)], first: usize, width: usize) -> usize {
    let first = first.min(cells.len());
    if columns_of(cells, 0, cells.len()) < width {
        return 0;
    }
    let mut columns = 0;
    let near = cells[..first].iter().rev().take_while(|(_, one)| {
        columns += one;
        columns <= BEFORE
    });
    first - near.count()
}

/// Columns of the characters from `start` to before `end`.
fn columns_of(cells: &[(String, usize)], start: usize, end: usize) -> usize {
    cells.iter().take(end).skip(start).map(|(_, columns)| columns).sum()
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

    /// What stands above the carets.
    fn marked(text: &str, column: usize, end_column: usize) -> String {
        let (shown, marks) = show(text, column, end_column, 40);
        assert!(measure_text_width(&shown) <= 40 && measure_text_width(&marks) <= 40, "{shown}");
        let mut at = 0;
        let above = |c: &char| {
            let under = marks.as_bytes().get(at) == Some(&b'^');
            let columns = measure_text_width(c.encode_utf8(&mut [0; 4]));
            at += columns;
            under && columns > 0
        };
        shown.chars().filter(above).collect()
    }

    #[test]
    fn carets_stand_under_the_command_whatever_stands_before_it() {
        for before in [
            "\t".repeat(30),
            "表".repeat(50),
            "🦀".repeat(19),
            "\u{1b}[1m".repeat(30),
            "e\u{301}".repeat(60),
            "⚠\u{fe0f}".repeat(60),
        ] {
            let column = before.chars().count() + 1;
            assert_eq!(marked(&format!("{before}rm -rf x"), column, column + 6), "rm -rf", "{before:?}");
        }
        assert_eq!(marked(&"長".repeat(100), 50, 52), "長長");
    }

    #[test]
    fn a_place_behind_the_text_has_its_caret_there() {
        assert_eq!(show("abc", 4, 4, 40).1, "   ^");
        assert_eq!(show("\n", 1, 1, 40), (String::new(), "^".to_owned()));
        assert_eq!(show("a", 90, 95, 40).1, " ^");
    }

    #[test]
    fn nothing_writes_to_the_terminal() {
        let (text, _) = show("a\u{1b}[31m\u{202e}b", 1, 2, 60);
        assert_eq!(text, "a\\u{1b}[31m\\u{202e}b");
    }
}
