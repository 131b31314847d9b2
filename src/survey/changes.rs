//! What has changed since another branch or commit left the history of HEAD, as git tells it: committed, staged, unstaged and untracked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;

use git2::{Delta, Diff, DiffFindOptions, DiffOptions, ErrorCode, Oid, Patch, Repository, TreeWalkMode};

/// The lines that have changed, by file.
#[derive(Debug, Default)]
pub struct Changes {
    /// Lines from 1, by root-relative path; only of files that have changed and that were there before.
    changed: BTreeMap<String, Vec<RangeInclusive<usize>>>,
    /// The files that were there before, under their paths of then.
    before: BTreeSet<String>,
}

/// Why the changes are not known.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// There is no work tree to compare.
    #[error("--since {reference}: {root} is not in a git repository with a work tree")]
    NoRepository {
        /// What was asked for.
        reference: String,
        /// Where.
        root: String,
    },
    /// No commit has that name.
    #[error(
        "--since {reference}: git knows no such branch, tag or commit; fetch it first, or correct the name"
    )]
    Unknown {
        /// What was asked for.
        reference: String,
    },
    /// The histories do not meet, as far as they are here.
    #[error(
        "--since {reference}: its history and that of HEAD do not meet here; in a shallow clone run `git fetch --unshallow`"
    )]
    NoMergeBase {
        /// What was asked for.
        reference: String,
    },
    /// Git's data could not be read.
    #[error("--since {reference}: git could not compare: {error}")]
    Git {
        /// What was asked for.
        reference: String,
        /// What git said.
        error: git2::Error,
    },
}

impl Changes {
    /// What has changed below `root` since the merge-base of `reference` and HEAD.
    ///
    /// # Errors
    ///
    /// Without a repository, with an unknown reference, and where the two histories do not meet.
    pub fn read(root: &Path, reference: &str) -> Result<Self, ChangesError> {
        let outside = || ChangesError::NoRepository {
            reference: reference.to_owned(),
            root: root.display().to_string(),
        };
        let repository = Repository::discover(root).map_err(|_| outside())?;
        let top = repository.workdir().and_then(|top| top.canonicalize().ok()).ok_or_else(outside)?;
        let prefix =
            root.canonicalize().ok().and_then(|root| root.strip_prefix(top).ok().map(Path::to_owned));
        let prefix = prefix.ok_or_else(outside)?;
        let base = merge_base(&repository, reference)?;
        compare(&repository, base, &prefix)
            .map_err(|error| ChangesError::Git { reference: reference.to_owned(), error })
    }

    /// Whether the file is new or any of its lines has changed.
    pub fn has_file(&self, path: &str) -> bool {
        self.changed.contains_key(path) || !self.before.contains(path)
    }

    /// Whether any of the lines `first..=last` has changed; all lines of a new file have.
    pub fn has_lines(&self, path: &str, first: usize, last: usize) -> bool {
        match self.changed.get(path) {
            Some(ranges) => ranges.iter().any(|range| *range.start() <= last && first <= *range.end()),
            None => !self.before.contains(path),
        }
    }
}

fn merge_base(repository: &Repository, reference: &str) -> Result<Oid, ChangesError> {
    let unknown = |_| ChangesError::Unknown { reference: reference.to_owned() };
    let theirs = repository.revparse_single(reference).and_then(|object| object.peel_to_commit());
    let theirs = theirs.map_err(unknown)?.id();
    let ours = repository.head().and_then(|head| head.peel_to_commit()).map_err(unknown)?.id();
    repository.merge_base(theirs, ours).map_err(|error| {
        let reference = reference.to_owned();
        if error.code() == ErrorCode::NotFound {
            ChangesError::NoMergeBase { reference }
        } else {
            ChangesError::Git { reference, error }
        }
    })
}

fn compare(repository: &Repository, base: Oid, prefix: &Path) -> Result<Changes, git2::Error> {
    let tree = repository.find_commit(base)?.tree()?;
    let mut changes = Changes::default();
    tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        let path = [folder.as_bytes(), entry.name_bytes()].concat();
        changes.before.extend(inside(prefix, Path::new(&*String::from_utf8_lossy(&path))));
        0
    })?;
    let mut options = DiffOptions::new();
    options.context_lines(0).ignore_submodules(true).include_untracked(true).recurse_untracked_dirs(true);
    let mut diff = repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
    diff.find_similar(Some(DiffFindOptions::new().renames(true).for_untracked(true)))?;
    for at in 0..diff.deltas().len() {
        changes.take(&diff, at, prefix)?;
    }
    Ok(changes)
}

impl Changes {
    fn take(&mut self, diff: &Diff<'_>, at: usize, prefix: &Path) -> Result<(), git2::Error> {
        let Some(delta) = diff.get_delta(at) else { return Ok(()) };
        let Some(path) = delta.new_file().path().and_then(|path| inside(prefix, path)) else { return Ok(()) };
        let kept = matches!(delta.status(), Delta::Modified | Delta::Renamed | Delta::Typechange);
        // Where a file cannot be compared line by line, all of it counts as new.
        let ranges =
            if kept { Patch::from_diff(diff, at)?.map(|patch| ranges(&patch)).transpose()? } else { None };
        match ranges {
            Some(ranges) => {
                self.changed.insert(path, ranges);
            }
            None => {
                self.before.remove(&path);
            }
        }
        Ok(())
    }
}

/// The lines of a patch; where lines were only taken out, those on both sides.
fn ranges(patch: &Patch<'_>) -> Result<Vec<RangeInclusive<usize>>, git2::Error> {
    (0..patch.num_hunks())
        .map(|at| {
            let (hunk, _) = patch.hunk(at)?;
            let (start, lines) = (hunk.new_start() as usize, hunk.new_lines() as usize);
            Ok(if lines == 0 { start..=start + 1 } else { start..=start + lines - 1 })
        })
        .collect()
}

/// A path of the work tree as seen from the root; none outside of it.
fn inside(prefix: &Path, path: &Path) -> Option<String> {
    Some(path.strip_prefix(prefix).ok()?.to_str()?.to_owned())
}
