//! Where two texts part, and how their difference is shown.

use crate::mask::masked_line;
use crate::plan::diff::{self, DiffLine};
use crate::plan::line_ends;

/// The first line of `found` that is not as in `other`, from 1; the last line where `found` is only shorter.
pub(super) fn first_difference(found: &[u8], other: &[u8]) -> usize {
    let lines = |text: &[u8]| -> Vec<Vec<u8>> {
        text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (found, other) = (lines(found), lines(other));
    let same = found.iter().zip(&other).take_while(|(a, b)| a == b).count();
    (same + 1).min(found.len()).max(1)
}

/// What a person changed: from what dbguard wrote to what is there. Lines of a person may hold secrets on either side.
pub(super) fn edits(path: &str, written: &[u8], found: &[u8]) -> Vec<DiffLine> {
    let masked = |line: DiffLine| {
        if let DiffLine::Added(text) = line { DiffLine::Added(masked_line(&text)) } else { line }
    };
    diff::diff(path, Some(written), Some(found)).into_iter().map(masked).collect()
}

/// How much was changed, for a sentence.
pub(super) fn extent(diff: &[DiffLine]) -> String {
    let added = diff.iter().filter(|line| matches!(line, DiffLine::Added(_))).count();
    let removed = diff.iter().filter(|line| matches!(line, DiffLine::Removed(_))).count();
    let lines = |number: usize| if number == 1 { "1 line".to_owned() } else { format!("{number} lines") };
    match (added, removed) {
        (0, removed) => format!("{} gone", lines(removed)),
        (added, 0) => format!("{} more", lines(added)),
        (added, removed) => format!("{} more, {removed} gone", lines(added)),
    }
}

/// `text` with `\n` line ends where it has Windows ones throughout.
pub(super) fn unix(text: &[u8]) -> Vec<u8> {
    line_ends::unix(text).unwrap_or_else(|| text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs() {
        for (found, other, line) in [
            ("a\nb\nc\n", "a\nx\nc\n", 2),
            ("a\nb\n", "a\nb\nc\n", 2),
            ("a\nb\nc\n", "a\nb\n", 3),
            ("", "a\n", 1),
            ("a\nb", "a\nb\n", 2),
        ] {
            assert_eq!(first_difference(found.as_bytes(), other.as_bytes()), line, "{found:?} {other:?}");
        }
    }

    #[test]
    fn secrets_that_a_person_added_are_hidden() {
        let lines = edits("x.sh", b"a\n", b"a\nmysql --password hunter2\nPASSWORD=hunter2\n");
        let text = diff::to_text(&lines);
        assert!(!text.contains("hunter2") && text.contains("+mysql --password ***"), "{text}");
        assert_eq!(extent(&lines), "2 lines more");
    }
}
