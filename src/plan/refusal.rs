//! Why a step may not be done.

use super::block::MarkerError;
use super::snapshot::Obstacle;
use crate::repo_path::RepoPath;

/// Why nothing may be written at a path, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A file of that name exists, and dbguard did not write it.
    #[error("it exists and is yours; move or rename it, or set another path in dbguard.toml")]
    Yours,
    /// Edits of a person and of dbguard touch the same lines.
    #[error("your edits and the new version touch the same lines; the file stays as it is")]
    Conflict,
    /// Edited by a person and changed by dbguard, and the last rendering is in neither `.dbguard/base` nor git.
    #[error(
        "you edited it and the version it came from is lost, so the two cannot be merged; move yours away"
    )]
    NoBase,
    /// The file has changes that are in neither git nor the manifest.
    #[error("it has changes that are not committed; commit them or use --force")]
    Uncommitted,
    /// Not what the edit was computed from.
    #[error("it changed while the plan was made; run the command again")]
    Stale,
    /// The managed block's markers cannot be trusted.
    #[error("{0}; repair or delete these lines")]
    Markers(#[from] MarkerError),
    /// Holds NUL bytes: UTF-16, or not text.
    #[error("it is not text in UTF-8 or an 8-bit encoding")]
    NotText,
    /// No write permission on the file.
    #[error("it is read-only")]
    ReadOnly,
    /// No write permission on the directory.
    #[error("the directory {0} is read-only")]
    ReadOnlyDirectory(String),
    /// Another step writes the same file, and the two cannot be combined.
    #[error("it is the same file as {0}, which is written too")]
    SameFile(RepoPath),
    /// The path itself is the problem.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
}

impl Refusal {
    /// 2 for malformed markers, 4 for what cannot be read, else 1.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Markers(_) => 2,
            Self::Obstacle(Obstacle::Unreadable(_)) => 4,
            Self::Yours
            | Self::Conflict
            | Self::NoBase
            | Self::Uncommitted
            | Self::Stale
            | Self::NotText
            | Self::ReadOnly
            | Self::ReadOnlyDirectory(_)
            | Self::SameFile(_)
            | Self::Obstacle(_) => 1,
        }
    }
}
