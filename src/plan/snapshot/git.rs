//! What git knows about a file. Any error means "no git": it never stops a plan.

use std::path::{Path, PathBuf};

use git2::{Oid, Repository, Status};

use crate::plan::manifest::blob_id;
use crate::repo_path::RepoPath;

/// The repository around a root, if there is one.
pub(super) struct Git(Option<Open>);

struct Open {
    repository: Repository,
    /// The root as seen from the top of the work tree.
    prefix: PathBuf,
}

impl Git {
    /// Looks at `root`, which must be canonical, and above.
    pub(super) fn open(root: &Path) -> Self {
        Self(open(root))
    }

    /// Whether `bytes`, the content of `file`, are not what HEAD has. New, staged and ignored files are uncommitted.
    pub(super) fn is_uncommitted(&self, file: &RepoPath, bytes: &[u8]) -> bool {
        let Some(open) = &self.0 else { return false };
        let path = open.prefix.join(file.as_str());
        if open.head_blob(&path).is_some_and(|id| id.to_string() == blob_id(bytes)) {
            return false;
        }
        // HEAD's bytes may differ by line-end conversion only; git's own status knows.
        open.repository.status_file(&path).is_ok_and(|status| status != Status::CURRENT)
    }

    /// Whether the index has `file` as a program; `None` where it has no such file.
    pub(super) fn is_executable(&self, file: &RepoPath) -> Option<bool> {
        let open = self.0.as_ref()?;
        let entry = open.repository.index().ok()?.get_path(&open.prefix.join(file.as_str()), 0)?;
        Some(entry.mode & 0o111 != 0)
    }

    /// The content of a blob in the object database.
    pub(super) fn blob(&self, id: &str) -> Option<Vec<u8>> {
        let open = self.0.as_ref()?;
        let blob = open.repository.find_blob(Oid::from_str(id).ok()?).ok()?;
        Some(blob.content().to_vec())
    }
}

impl Open {
    fn head_blob(&self, path: &Path) -> Option<Oid> {
        let tree = self.repository.head().ok()?.peel_to_tree().ok()?;
        Some(tree.get_path(path).ok()?.id())
    }
}

fn open(root: &Path) -> Option<Open> {
    let repository = Repository::discover(root).ok()?;
    let top = std::fs::canonicalize(repository.workdir()?).ok()?;
    let prefix = root.strip_prefix(top).ok()?.to_owned();
    Some(Open { repository, prefix })
}
