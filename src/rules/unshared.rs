//! Files that git has no copy of, and that it should never get: the fix is a line of `.gitignore`.

use super::View;
use crate::finding::Finding;
use crate::plan::ignore_rules::literal;
use crate::source::Edit;

/// The ignore file that gets the lines.
const IGNORE_FILE: &str = ".gitignore";

/// Adds the fix to a finding about the file at its place, where git has no copy of it yet. What it has stays in its history: there
/// the finding says what a person has to do.
pub(super) fn ignored(finding: Finding, view: &View<'_>) -> Finding {
    let path = finding.place.path.clone();
    if !view.tree.is_untracked(&path) {
        return finding;
    }
    let pattern = format!("/{}", literal(&path));
    let file = view.tree.read(IGNORE_FILE);
    let text = file.as_ref().map_or("", |file| file.text());
    if view.tree.has(IGNORE_FILE) && file.is_err() {
        return finding;
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let edit = Edit::insert(text.len(), format!("{gap}{pattern}\n"));
    finding.mended_in(IGNORE_FILE, true, format!("ignore it in {IGNORE_FILE}"), vec![edit])
}
