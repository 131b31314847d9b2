//! What was generated once and is asked for no more; and generated things that nothing remembers.

use serde::de::IgnoredAny;

use super::ignored::is_only_here;
use super::{Class, Concern, Drift, Group};
use crate::plan::block::{self, BEGIN};
use crate::plan::manifest::{Entry, MANIFEST_PATH, Ownership, STATE_IGNORE_PATH};
use crate::plan::{Desired, Snapshot, Step};
use crate::presets::agents::LAUNCHER;
use crate::repo_path::RepoPath;
use crate::survey::tree::Tree;

/// Things of the manifest that are still there and that no step asks for.
pub(super) fn of(asked: &[(&'static str, Step)], snapshot: &Snapshot, tree: &Tree) -> Vec<Drift> {
    let is_asked = |entry: &Entry| {
        asked.iter().any(|(_, step)| {
            step.path.as_str() == entry.path && step.desired.block_id() == entry.block.as_deref()
        })
    };
    let entries = snapshot.manifest.entries().filter(|entry| entry.path != STATE_IGNORE_PATH);
    entries.filter(|entry| !is_asked(entry)).filter_map(|entry| orphan(entry, snapshot, tree)).collect()
}

fn orphan(entry: &Entry, snapshot: &Snapshot, tree: &Tree) -> Option<Drift> {
    let path = RepoPath::parse(entry.path.as_str()).ok()?;
    let text = text(snapshot, &path)?;
    let (line, subject) = match entry.ownership {
        // Theirs from the moment it was written; and keys outside hooks say what is true of their data.
        Ownership::Once => return None,
        Ownership::WholeFile => (1, entry.path.clone()),
        Ownership::Block => {
            let id = entry.block.as_deref()?;
            (line_with(&text, &format!("{BEGIN}{id} "))?, format!("the block `{id}` of {}", entry.path))
        }
        Ownership::Keys if is_only_here(&path, snapshot, tree) => return None,
        Ownership::Keys if is_broken(&entry.path, &text) => return Some(broken(entry)),
        Ownership::Keys => (line_with(&text, LAUNCHER)?, format!("the hook in {}", entry.path)),
    };
    let message =
        format!("dbguard wrote {subject}, and dbguard.toml asks for it no more. It is never updated again.");
    let help = format!(
        "Delete it if nobody needs it, or ask for it in dbguard.toml and run dbguard init: {}",
        entry.path
    );
    Some(Drift { line, message, help: Some(help), ..Drift::at(Class::Orphan, Concern::Text, &entry.path) })
}

/// Settings that no program can read.
fn is_broken(path: &str, text: &str) -> bool {
    path.ends_with("json") && serde_json::from_str::<IgnoredAny>(text).is_err()
}

fn broken(entry: &Entry) -> Drift {
    let path = &entry.path;
    Drift {
        message: format!("{path} is not plain JSON, so that the hook in it cannot be relied upon."),
        help: Some(format!("Repair it, or take it from git: git checkout -- {path}\nThen run dbguard init.")),
        ..Drift::at(Class::Malformed, Concern::Guard, path)
    }
}

fn text(snapshot: &Snapshot, path: &RepoPath) -> Option<String> {
    let current = snapshot.files.get(path)?.as_ref().ok()?;
    let content = current.content.as_ref()?;
    Some(String::from_utf8_lossy(&content.bytes).into_owned())
}

fn line_with(text: &str, mark: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(mark)).map(|at| at + 1)
}

/// The manifest is gone, and things that it told of are still there. Nothing at all is a repository before its first `init`.
pub(super) fn without_manifest(groups: Vec<Group>, snapshot: &Snapshot) -> Option<Drift> {
    let steps = groups.into_iter().flat_map(|group| group.steps);
    let left: Vec<Step> = steps.filter(|step| is_ours(step, snapshot)).collect();
    let first = left.first()?;
    let message = format!(
        "{} generated things are here, {} among them, and the manifest that remembers them is gone: dbguard cannot tell its own \
         bytes from a person's.",
        left.len(),
        first.path
    );
    let help =
        format!("Restore it: git checkout -- {MANIFEST_PATH}\nOr run dbguard init, which writes it anew.");
    Some(Drift { message, help: Some(help), ..Drift::at(Class::Missing, Concern::Rules, MANIFEST_PATH) })
}

/// Whether what the step asks for is there, as only dbguard writes it.
fn is_ours(step: &Step, snapshot: &Snapshot) -> bool {
    let Some(Ok(current)) = snapshot.files.get(&step.path) else { return false };
    let Some(content) = &current.content else { return false };
    match &step.desired {
        Desired::WholeFile { text } => super::text::unix(&content.bytes) == text.as_bytes(),
        Desired::Block { id, style, .. } => !matches!(block::body(&content.bytes, id, *style), Ok(None)),
        Desired::Once { .. } | Desired::Keys { .. } => false,
    }
}
