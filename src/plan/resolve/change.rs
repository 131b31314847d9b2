//! What one step makes of the bytes that are there.

use crate::plan::merge::Decision;
use crate::plan::{CommentStyle, Outcome, Refusal, block};

/// The outcome with the bytes after it; `None` is no file.
pub(super) type Change = (Outcome, Option<Vec<u8>>);

/// A whole file, as the three-way decision says.
pub(super) fn whole_file(decision: Decision, text: &str, before: Option<&[u8]>) -> Result<Change, Refusal> {
    let same = before.map(<[u8]>::to_vec);
    match decision {
        Decision::Create => Ok((Outcome::Create, Some(text.as_bytes().to_vec()))),
        Decision::Unchanged => Ok((Outcome::Unchanged, same)),
        Decision::Keep => Ok((Outcome::KeptUserEdits, same)),
        Decision::Write { bytes, merged: false } => Ok((Outcome::Replace, Some(bytes))),
        Decision::Write { bytes, merged: true } => Ok((Outcome::Edit, Some(bytes))),
        Decision::Conflict => Err(Refusal::Conflict),
        Decision::NoBase => Err(Refusal::NoBase),
        Decision::Foreign => Err(Refusal::Yours),
    }
}

/// The block set to `body`.
pub(super) fn managed_block(
    before: Option<&[u8]>,
    id: &str,
    style: CommentStyle,
    body: &str,
) -> Result<Change, Refusal> {
    let current = before.unwrap_or_default();
    if current.contains(&0) {
        return Err(Refusal::NotText);
    }
    let after = block::upsert(current, id, style, body)?;
    Ok((changed(before, &after), Some(after)))
}

/// An edit that was computed from `from`.
pub(super) fn keys(before: Option<&[u8]>, from: Option<&str>, text: &str) -> Result<Change, Refusal> {
    let after = text.as_bytes().to_vec();
    let outcome = changed(before, &after);
    if outcome != Outcome::Unchanged && before != from.map(str::as_bytes) {
        return Err(Refusal::Stale);
    }
    Ok((outcome, Some(after)))
}

fn changed(before: Option<&[u8]>, after: &[u8]) -> Outcome {
    match before {
        None => Outcome::Create,
        Some(before) if before == after => Outcome::Unchanged,
        Some(_) => Outcome::Edit,
    }
}
