//! Where lines are after edits: a finding is the same one only at the line that its own has become.

use std::collections::BTreeMap;

use super::take;
use crate::finding::Finding;
use crate::source::SourceFile;

/// By path, each edit's first line that moves, and by how much.
#[derive(Debug, Default)]
pub(super) struct Shifts(BTreeMap<String, Vec<(usize, isize)>>);

impl Shifts {
    /// Those of the fixes of `findings`; `text` gives the files before.
    pub(super) fn of(findings: &[Finding], text: impl Fn(&str) -> String) -> Self {
        let mut shifts = BTreeMap::new();
        for (path, edits) in take::edits(findings) {
            let file = SourceFile::new(path, text(path));
            let one = |edit: &crate::source::Edit| {
                let lines = |text: &str| isize::try_from(text.matches('\n').count()).unwrap_or_default();
                let position = file.position(edit.span.start);
                let first = if position.column == 1 { position.line } else { position.line + 1 };
                (first, lines(&edit.replacement) - lines(file.slice(edit.span)))
            };
            shifts.insert(path.to_owned(), edits.iter().map(one).collect());
        }
        Self(shifts)
    }

    /// The line that `line` of the file at `path` has become.
    pub(super) fn line(&self, path: &str, line: usize) -> usize {
        let moved = self.0.get(path).into_iter().flatten().filter(|(first, _)| *first <= line);
        line.saturating_add_signed(moved.map(|(_, by)| by).sum())
    }
}
