//! Which findings belong to a change: those that touch a line of it.

use crate::finding::{Finding, Place};
use crate::survey::changes::Changes;

/// The findings with a place, or a related one, in lines that have changed, and how many open ones are left out.
pub fn changed(findings: Vec<Finding>, changes: &Changes) -> (Vec<Finding>, usize) {
    let (kept, left): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| is_changed(finding, changes));
    (kept, left.iter().filter(|finding| finding.suppressed.is_none()).count())
}

/// Whether its place, or a related one, is in lines that have changed.
pub fn is_changed(finding: &Finding, changes: &Changes) -> bool {
    let related = finding.related.iter().map(|related| &related.place);
    std::iter::once(&finding.place).chain(related).any(|place| touches(changes, place))
}

/// What is said of a file as a whole counts when anything in it has changed.
fn touches(changes: &Changes, place: &Place) -> bool {
    if *place == Place::file(place.path.as_str()) {
        return changes.has_file(&place.path);
    }
    changes.has_lines(&place.path, place.line, place.end_line)
}
