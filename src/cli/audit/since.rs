//! `--since REF`: what has changed, and what is left out.

use super::super::{AuditArgs, Failure, exit};
use crate::finding::Finding;
use crate::report::screen::{Line, Tone};
use crate::rules::since;
use crate::survey::changes::{Changes, ChangesError};

/// What has changed, where that was asked for. What cannot be compared ends the audit: half an answer would look like a clean one.
pub(super) fn changes(args: &AuditArgs) -> Result<Option<Changes>, Failure> {
    let Some(reference) = &args.since else { return Ok(None) };
    Changes::read(&args.path, reference).map(Some).map_err(|error| Failure::new(code(&error), &error))
}

const fn code(error: &ChangesError) -> u8 {
    match error {
        ChangesError::NoRepository { .. } | ChangesError::Unknown { .. } => exit::USAGE,
        ChangesError::NoMergeBase { .. } | ChangesError::Git { .. } => exit::INCOMPLETE,
    }
}

/// The findings that count, and how many are left out; none without the option.
pub(super) fn kept(findings: Vec<Finding>, changes: Option<&Changes>) -> (Vec<Finding>, Option<usize>) {
    let Some(changes) = changes else { return (findings, None) };
    let (kept, left) = since::changed(findings, changes);
    (kept, Some(left))
}

/// What people read about the findings that are left out.
pub(super) fn left_out(unchanged: Option<usize>) -> Option<Line> {
    let number = unchanged.filter(|number| *number > 0)?;
    let findings = if number == 1 { "1 finding" } else { &format!("{number} findings") };
    let text = format!("Not shown: {findings} in lines that did not change");
    Some(Line::of(Tone::Faint, text))
}
