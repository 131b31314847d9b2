//! What becomes of a generated file that may have been edited: the three-way decision.

use git2::{MergeFileInput, MergeFileOptions};

use super::line_ends;
use super::manifest::{Entry, blob_id};

/// What to do with a whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// There is no such file yet, or it was deleted.
    Create,
    /// It already is what it should be.
    Unchanged,
    /// It is our last rendering, or was merged: write these bytes.
    Write {
        /// The new content.
        bytes: Vec<u8>,
        /// Whether a person's edits are part of it.
        merged: bool,
    },
    /// A person edited it and we have nothing new: leave it.
    Keep,
    /// A person's edits and ours touch the same lines.
    Conflict,
    /// Both changed, and the last rendering is lost.
    NoBase,
    /// dbguard never wrote it.
    Foreign,
}

/// Decides for a whole file. `entry` is what the manifest says, `base` the last rendering if it could be found.
/// A file with Windows line ends is compared by its lines, and keeps them.
pub fn decide(
    current: Option<&[u8]>,
    rendering: &[u8],
    entry: Option<&Entry>,
    base: Option<&[u8]>,
) -> Decision {
    let Some(current) = current else { return Decision::Create };
    let Some(lines) = line_ends::unix(current) else { return compare(current, rendering, entry, base) };
    let decision = compare(&lines, rendering, entry, base);
    let Decision::Write { bytes, merged } = decision else { return decision };
    Decision::Write { bytes: line_ends::windows(&bytes), merged }
}

fn compare(current: &[u8], rendering: &[u8], entry: Option<&Entry>, base: Option<&[u8]>) -> Decision {
    if current == rendering {
        return Decision::Unchanged;
    }
    let Some(base_id) = entry.and_then(|entry| entry.blob.as_deref()) else { return Decision::Foreign };
    if blob_id(current) == base_id {
        return Decision::Write { bytes: rendering.to_vec(), merged: false };
    }
    if blob_id(rendering) == base_id {
        return Decision::Keep;
    }
    match base {
        Some(base) => three_way(base, current, rendering),
        None => Decision::NoBase,
    }
}

fn three_way(base: &[u8], current: &[u8], rendering: &[u8]) -> Decision {
    let [mut ancestor, mut ours, mut theirs] =
        [MergeFileInput::new(), MergeFileInput::new(), MergeFileInput::new()];
    ancestor.content(base);
    ours.content(current);
    theirs.content(rendering);
    match git2::merge_file(&ancestor, &ours, &theirs, Some(&mut MergeFileOptions::new())) {
        Ok(merge) if !merge.is_automergeable() => Decision::Conflict,
        Ok(merge) if merge.content() == current => Decision::Keep,
        Ok(merge) => Decision::Write { bytes: merge.content().to_vec(), merged: true },
        // libgit2 fails on content that it takes for binary; a person has to look at that too.
        Err(_) => Decision::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::super::manifest::{Ownership, sha256};
    use super::*;

    const BASE: &[u8] = b"1\n2\n3\n4\n5\n6\n7\n";

    fn entry(rendering: &[u8]) -> Entry {
        Entry {
            path: "a".to_owned(),
            block: None,
            template: "t".to_owned(),
            tool: "0".to_owned(),
            ownership: Ownership::WholeFile,
            sha256: sha256(rendering),
            blob: Some(blob_id(rendering)),
            block_sha256: None,
            keys: Vec::new(),
        }
    }

    fn after_base(current: &[u8], rendering: &[u8]) -> Decision {
        decide(Some(current), rendering, Some(&entry(BASE)), Some(BASE))
    }

    #[test]
    fn without_a_history() {
        assert_eq!(decide(None, b"x", None, None), Decision::Create);
        assert_eq!(decide(Some(b"x"), b"x", None, None), Decision::Unchanged);
        assert_eq!(decide(Some(b"y"), b"x", None, None), Decision::Foreign);
    }

    #[test]
    fn one_side_changed() {
        let new = b"new\n";
        assert_eq!(after_base(BASE, new), Decision::Write { bytes: new.to_vec(), merged: false });
        assert_eq!(after_base(b"edited\n", BASE), Decision::Keep);
    }

    #[test]
    fn both_changed() {
        let merged = after_base(b"1x\n2\n3\n4\n5\n6\n7\n", b"1\n2\n3\n4\n5\n6\n7y\n");
        assert_eq!(merged, Decision::Write { bytes: b"1x\n2\n3\n4\n5\n6\n7y\n".to_vec(), merged: true });
        assert_eq!(after_base(b"1\n2\n3\nx\n5\n6\n7\n", b"1\n2\n3\ny\n5\n6\n7\n"), Decision::Conflict);
        assert_eq!(after_base(b"1\n2\n3\nx\0\n5\n6\n7\n", b"1\n2\n3\ny\n5\n6\n7\n"), Decision::Conflict);
    }

    #[test]
    fn windows_line_ends_are_no_edit_and_stay() {
        let current = b"1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n";
        assert_eq!(after_base(current, BASE), Decision::Unchanged);
        let new = Decision::Write { bytes: b"new\r\n".to_vec(), merged: false };
        assert_eq!(after_base(current, b"new\n"), new);
    }

    #[test]
    fn both_changed_without_a_base_is_never_merged() {
        let decision = decide(Some(b"edited\n"), b"new\n", Some(&entry(BASE)), None);
        assert_eq!(decision, Decision::NoBase);
    }
}
