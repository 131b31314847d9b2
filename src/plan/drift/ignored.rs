//! Generated files that git ignores: other checkouts have none of them.

use super::{Class, Concern, Drift};
use crate::plan::manifest::Ownership;
use crate::plan::snapshot::Content;
use crate::plan::{Desired, Snapshot, Step};
use crate::presets::agents::LAUNCHER;
use crate::repo_path::RepoPath;
use crate::survey::tree::Tree;

/// What `step` asks for is here, and nowhere else.
pub(super) fn of(step: &Step, concern: Concern, snapshot: &Snapshot, tree: &Tree) -> Option<Drift> {
    let is_whole = matches!(step.desired, Desired::WholeFile { .. });
    (is_whole && is_only_here(&step.path, snapshot, tree)).then(|| drift(&step.path, concern))
}

/// Settings with a hook that are here and nowhere else: nothing asks for them while they are ignored.
pub(super) fn hooks(snapshot: &Snapshot, tree: &Tree) -> Vec<Drift> {
    let keys = snapshot.manifest.entries().filter(|entry| entry.ownership == Ownership::Keys);
    let paths = keys.filter_map(|entry| RepoPath::parse(entry.path.as_str()).ok());
    let ignored = paths.filter(|path| {
        let text = content(path, snapshot).map(|content| String::from_utf8_lossy(&content.bytes));
        text.is_some_and(|text| text.contains(LAUNCHER)) && is_only_here(path, snapshot, tree)
    });
    ignored.map(|path| drift(&path, Concern::Guard)).collect()
}

/// Whether the file at `path` is on disk, and git neither knows it nor would take it.
pub(super) fn is_only_here(path: &RepoPath, snapshot: &Snapshot, tree: &Tree) -> bool {
    let Some(content) = content(path, snapshot) else { return false };
    content.git_executable.is_none() && !tree.has(path.as_str())
}

fn content<'a>(path: &RepoPath, snapshot: &'a Snapshot) -> Option<&'a Content> {
    let current = snapshot.files.get(path)?.as_ref().ok()?;
    // A link's own path is not what git ignores.
    current.content.as_ref().filter(|_| current.file == *path)
}

fn drift(path: &RepoPath, concern: Concern) -> Drift {
    Drift {
        message: format!("Git ignores {path}: other checkouts do not have it."),
        help: Some(format!(
            "Find the rule with `git check-ignore -v {path}`, take it away, and commit the file."
        )),
        ..Drift::at(Class::Missing, concern, path.as_str())
    }
}
