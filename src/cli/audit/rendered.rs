//! What the repository's policy would generate today, compared with what is there: from tracked bytes and dbguard.toml alone.

use std::path::Path;

use crate::plan::artifacts::{ARTIFACTS, ArtifactError};
use crate::plan::context::Context;
use crate::plan::drift::{self, Drift, Group};
use crate::plan::manifest::MANIFEST_PATH;
use crate::plan::snapshot::{Obstacle, SnapshotError};
use crate::plan::{RepoPath, Snapshot};
use crate::policy::{FILE, Policy};
use crate::presets::Presets;
use crate::survey::tree::Tree;
use crate::survey::{self, Incomplete, Survey};

/// How the repository at `root` differs from what `policy` asks for. What cannot be said is told in the survey.
pub(super) fn drift(
    root: &Path,
    tree: &Tree,
    survey: &mut Survey,
    presets: &Presets,
    policy: Option<&Policy>,
) -> Vec<Drift> {
    let Some(policy) = policy else { return Vec::new() };
    // As in every other checkout: without what git ignores.
    let shared = tree.shared().map(|shared| (survey::read(&shared, presets), shared));
    let (seen, files) = shared.as_ref().map_or((&*survey, tree), |(seen, files)| (seen, files));
    let compared = compared(root, &Context { survey: seen, policy, presets, tree: files });
    let (drift, unread) = compared.unwrap_or_else(|unread| (Vec::new(), vec![unread]));
    survey.incomplete.extend(unread);
    drift
}

fn compared(root: &Path, context: &Context<'_>) -> Result<(Vec<Drift>, Vec<Incomplete>), Incomplete> {
    let groups = groups(context).map_err(|error| unread(FILE, &error.to_string()))?;
    let paths: Vec<RepoPath> =
        groups.iter().flat_map(|group| &group.steps).map(|step| step.path.clone()).collect();
    let snapshot = match Snapshot::load(root, &paths) {
        Ok(snapshot) => snapshot,
        Err(SnapshotError::Manifest(error)) => return Ok((vec![drift::broken_manifest(&error)], Vec::new())),
        Err(error @ (SnapshotError::Root { .. } | SnapshotError::ManifestUnreadable(_))) => {
            return Err(unread(MANIFEST_PATH, &error.to_string()));
        }
    };
    let closed = paths.iter().filter_map(|path| match snapshot.files.get(path) {
        Some(Err(Obstacle::Unreadable(problem))) => Some(unread(path.as_str(), problem)),
        _ => None,
    });
    let closed = closed.collect();
    Ok((drift::differences(groups, context, &snapshot), closed))
}

fn groups(context: &Context<'_>) -> Result<Vec<Group>, ArtifactError> {
    let group = |artifact: &&crate::plan::artifacts::Artifact| {
        (artifact.steps)(context).map(|drafted| Group { id: artifact.id, steps: drafted.steps })
    };
    ARTIFACTS.iter().map(group).collect()
}

fn unread(path: &str, problem: &str) -> Incomplete {
    let message = format!("what dbguard generates cannot be checked: {problem}");
    Incomplete { path: path.to_owned(), line: None, column: None, message, matters: true }
}
