//! What a resolved plan writes, and what the manifest remembers of it.

use std::collections::BTreeSet;

use super::Resolver;
use crate::plan::line_ends;
use crate::plan::manifest::{Entry, MANIFEST_PATH, Manifest, blob_id, sha256};
use crate::plan::snapshot::{Current, internal};
use crate::plan::{Desired, Mode, Outcome, Step, Write};
use crate::repo_path::RepoPath;

impl Resolver<'_> {
    /// Every file that changes, the bases, and the manifest last.
    pub(super) fn writes(self) -> Vec<Write> {
        let manifest = self.manifest();
        let mut writes: Vec<Write> = self.order.iter().map(|file| self.target_write(file)).collect();
        writes.extend(self.bases.iter().filter_map(|(path, bytes)| self.state_write(path, bytes)));
        if !self.entries.is_empty() || manifest != self.snapshot.manifest {
            writes.extend(self.state_write(&internal(MANIFEST_PATH), manifest.to_text().as_bytes()));
        }
        writes.retain(|write| write.before != write.after);
        writes
    }

    fn target_write(&self, file: &RepoPath) -> Write {
        let working = &self.files[file];
        let before = working.original.map(|content| content.bytes.clone());
        Write { file: file.clone(), before, after: working.bytes.clone(), mode: working.mode }
    }

    fn state_write(&self, path: &RepoPath, bytes: &[u8]) -> Option<Write> {
        let current = match self.snapshot.files.get(path) {
            Some(Ok(current)) => current.clone(),
            Some(Err(_)) => return None,
            None => Current { file: path.clone(), content: None, read_only_dir: None },
        };
        let before = current.content.map(|content| content.bytes);
        if before.as_deref().is_some_and(|before| line_ends::same_lines(before, bytes)) {
            return None;
        }
        Some(Write { file: current.file, before, after: Some(bytes.to_vec()), mode: Mode::Plain })
    }

    /// The manifest after all writes: a written file's hash goes into every entry of its path.
    fn manifest(&self) -> Manifest {
        let mut manifest = self.snapshot.manifest.clone();
        for entry in &self.entries {
            manifest.set(entry.clone());
        }
        for working in self.files.values() {
            let before = working.original.map(|content| &content.bytes);
            let Some(after) = working.bytes.as_ref().filter(|after| before != Some(after)) else { continue };
            for (path, _) in &working.claims {
                let stale: Vec<Entry> = manifest.at(path).cloned().collect();
                for entry in stale {
                    manifest.set(Entry { sha256: sha256(after), ..entry });
                }
            }
        }
        manifest
    }
}

/// What the manifest should say about a step; `None` when it has nothing to remember.
pub(super) fn entry(step: &Step, outcome: &Outcome, after: &[u8], known: Option<&Entry>) -> Option<Entry> {
    let is_unchanged = matches!(outcome, Outcome::Unchanged | Outcome::KeptUserEdits);
    let mut entry = blank(step, after);
    // A file that we did not write now is as we left it only if it was before.
    let is_claimed = known.is_some() || !is_unchanged;
    let left = known.filter(|_| is_unchanged).map(|known| known.sha256.clone());
    match &step.desired {
        Desired::WholeFile { text } => {
            entry.blob = Some(blob_id(text.as_bytes()));
            let is_same_rendering = known.is_some_and(|known| known.blob == entry.blob);
            let is_as_before = is_same_rendering || *outcome == Outcome::KeptUserEdits;
            entry.sha256 = left.filter(|_| is_as_before).unwrap_or(entry.sha256);
        }
        Desired::Once { .. } if is_unchanged => return None,
        Desired::Once { .. } => {}
        Desired::Block { body, .. } => {
            entry.block_sha256 = Some(sha256(body.as_bytes()));
            entry.sha256 = left.unwrap_or(entry.sha256);
        }
        Desired::Keys { keys, .. } => {
            let all: BTreeSet<_> =
                known.into_iter().flat_map(|known| &known.keys).chain(keys).cloned().collect();
            entry.keys = all.into_iter().collect();
            entry.sha256 = left.unwrap_or(entry.sha256);
            if entry.keys.is_empty() || !is_claimed {
                return None;
            }
        }
    }
    Some(entry)
}

fn blank(step: &Step, after: &[u8]) -> Entry {
    Entry {
        path: step.path.as_str().to_owned(),
        block: step.desired.block_id().map(str::to_owned),
        template: step.template.clone(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        ownership: step.desired.ownership(),
        sha256: sha256(after),
        blob: None,
        block_sha256: None,
        keys: Vec::new(),
    }
}
