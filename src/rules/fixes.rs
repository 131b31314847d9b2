//! What every fix has in common.

use super::View;
use crate::finding::Finding;

/// Gives the edits of all fixes the line ends of their files.
pub(super) fn finish(findings: &mut [Finding], view: &View<'_>) {
    let edits = findings.iter_mut().filter_map(|finding| finding.fix.as_mut()).flat_map(|fix| &mut fix.edits);
    for (path, edits) in edits {
        let windows = view.tree.read(path).is_ok_and(|file| file.text().contains("\r\n"));
        for edit in edits.iter_mut().filter(|edit| windows && !edit.replacement.contains('\r')) {
            edit.replacement = edit.replacement.replace('\n', "\r\n");
        }
    }
}
