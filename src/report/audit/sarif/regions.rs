//! Places, and the changes that a fix makes at some.

use serde_json::{Value, json};

use super::text::message;
use crate::finding::{Fix, Place};
use crate::report::audit::{Report, uri};
use crate::source::{Edit, SourceFile};

/// A place; `related` is its number and what it has to do with the finding.
pub(super) fn location(place: &Place, related: Option<(usize, &str)>) -> Value {
    let physical = json!({ "artifactLocation": artifact(&place.path), "region": region(place) });
    match related {
        None => json!({ "physicalLocation": physical }),
        Some((id, text)) => json!({ "id": id, "message": message(text), "physicalLocation": physical }),
    }
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

/// The fix, if every file that it edits can be read.
pub(super) fn fix(report: &Report<'_>, fix: &Fix) -> Option<Value> {
    let change = |(path, edits): (&String, &Vec<Edit>)| {
        let file = (report.originals)(path)?;
        let replacements: Vec<Value> = edits.iter().map(|edit| replacement(&file, edit)).collect();
        Some(json!({ "artifactLocation": artifact(path), "replacements": replacements }))
    };
    // The schema asks for at least one change, and for at least one replacement in each.
    let changes = fix
        .edits
        .iter()
        .filter(|(_, edits)| !edits.is_empty())
        .map(change)
        .collect::<Option<Vec<Value>>>()?;
    (!changes.is_empty()).then(|| json!({ "description": message(&fix.summary), "artifactChanges": changes }))
}

fn replacement(file: &SourceFile, edit: &Edit) -> Value {
    json!({
        "deletedRegion": region(&Place::of(file, edit.span)),
        "insertedContent": { "text": edit.replacement },
    })
}

pub(super) fn artifact(path: &str) -> Value {
    json!({ "uri": uri::encoded(path), "uriBaseId": "%SRCROOT%" })
}
