//! Why nothing was written or undone.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::disk::DiskError;
use crate::plan::snapshot::Obstacle;
use crate::plan::{Refusal, Resolved};
use crate::repo_path::RepoPath;

/// Why a run wrote nothing. Whatever the variant, every file is as it was, except for [`ApplyError::Stuck`].
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan has steps that may not be done.
    #[error("nothing was written:{}", shown(refusals))]
    Refused {
        /// Every such step's path with the reason.
        refusals: Vec<(RepoPath, Refusal)>,
        /// What [`Resolved::exit_code`] says.
        exit_code: u8,
    },
    /// The root is not a directory that can be opened.
    #[error("{}: {source}", path.display())]
    Root {
        /// The root as given.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Another dbguard is writing in this repository.
    #[error("another dbguard is writing here; wait until it is done")]
    Busy,
    /// A file is not what the plan saw.
    #[error("{0} changed while the plan was made; nothing was written, run the command again")]
    Stale(RepoPath),
    /// A path became unusable since the plan was made.
    #[error("{path}: {obstacle}; nothing was written")]
    Blocked {
        /// Which path.
        path: RepoPath,
        /// What is in the way.
        obstacle: Obstacle,
    },
    /// An earlier run was interrupted and [`super::recover`] has not been called.
    #[error("an earlier run was interrupted; run `dbguard undo` to put its files back")]
    Unfinished,
    /// A journal cannot be understood.
    #[error("{}: {problem}; look at it, then delete that directory", path.display())]
    Journal {
        /// The journal's file or directory.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A write failed; what was done has been taken back.
    #[error("{0}; nothing was changed")]
    Failed(#[from] DiskError),
    /// A write failed, and taking back what was done failed too. The next run tries again.
    #[error(
        "{failure}; putting the files back failed too: {rollback}; run `dbguard undo` once that is solved"
    )]
    Stuck {
        /// What failed first.
        failure: Box<ApplyError>,
        /// Why it could not be taken back.
        rollback: DiskError,
    },
    /// Files are not what the last run left; undoing would lose those changes.
    #[error("changed since, so not undone:{}", lines(files.iter().map(ToString::to_string)))]
    ChangedSince {
        /// The files.
        files: Vec<RepoPath>,
    },
}

impl ApplyError {
    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { exit_code, .. } => *exit_code,
            Self::Root { .. } => 2,
            Self::Journal { .. } | Self::Blocked { obstacle: Obstacle::Unreadable(_), .. } => 4,
            Self::Busy
            | Self::Stale(_)
            | Self::Blocked { .. }
            | Self::Unfinished
            | Self::Failed(_)
            | Self::Stuck { .. }
            | Self::ChangedSince { .. } => 1,
        }
    }

    /// An error for the refused steps of `resolved`, if there are any.
    pub(super) fn refused(resolved: &Resolved) -> Option<Self> {
        let refusals: Vec<_> =
            resolved.refusals().map(|(step, refusal)| (step.path.clone(), refusal.clone())).collect();
        (!refusals.is_empty()).then(|| Self::Refused { refusals, exit_code: resolved.exit_code() })
    }
}

fn shown(refusals: &[(RepoPath, Refusal)]) -> String {
    lines(refusals.iter().map(|(path, refusal)| format!("{path}: {refusal}")))
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.fold(String::new(), |mut text, item| {
        let _ = write!(text, "\n  {item}");
        text
    })
}
