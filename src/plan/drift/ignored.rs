//! Generated files that git ignores: other checkouts have none of them.

use std::collections::BTreeMap;

use super::{Class, Concern, Drift, asked};
use crate::plan::manifest::Ownership;
use crate::plan::snapshot::Content;
use crate::plan::{Desired, Snapshot, Step};
use crate::presets::agents::LAUNCHER;
use crate::repo_path::RepoPath;
use crate::survey::tree::Tree;

/// Whole files of `asked` that are here and nowhere else: one difference a folder, since one rule hides them all.
pub(super) fn files(asked: &[(&'static str, Step)], snapshot: &Snapshot, tree: &Tree) -> Vec<Drift> {
    let whole = asked.iter().map(|(_, step)| step).filter(|step| {
        matches!(step.desired, Desired::WholeFile { .. }) && is_only_here(&step.path, snapshot, tree)
    });
    let mut folders: BTreeMap<Option<RepoPath>, Vec<&Step>> = BTreeMap::new();
    for step in whole {
        folders.entry(step.path.parents().last()).or_default().push(step);
    }
    let told = folders.values().filter_map(|steps| {
        let first = steps.iter().min_by_key(|step| &step.path)?;
        Some(drift(&first.path, steps.len() - 1, asked::concern(asked, first)))
    });
    told.collect()
}

/// Settings with a hook that are here and nowhere else: nothing asks for them while they are ignored.
pub(super) fn hooks(snapshot: &Snapshot, tree: &Tree) -> Vec<Drift> {
    let keys = snapshot.manifest.entries().filter(|entry| entry.ownership == Ownership::Keys);
    let paths = keys.filter_map(|entry| RepoPath::parse(entry.path.as_str()).ok());
    let ignored = paths.filter(|path| {
        let text = content(path, snapshot).map(|content| String::from_utf8_lossy(&content.bytes));
        text.is_some_and(|text| text.contains(LAUNCHER)) && is_only_here(path, snapshot, tree)
    });
    ignored.map(|path| drift(&path, 0, Concern::Guard)).collect()
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

/// One about `path` and a number of files beside it.
fn drift(path: &RepoPath, others: usize, concern: Concern) -> Drift {
    let message = match others {
        0 => format!("Git ignores {path}: other checkouts do not have it."),
        _ => format!(
            "Git ignores {path} and {others} more generated beside it: other checkouts do not have them."
        ),
    };
    let help =
        format!("Find the rule with `git check-ignore -v {path}`, take it away, and commit the files.");
    Drift { message, help: Some(help), ..Drift::at(Class::Missing, concern, path.as_str()) }
}
