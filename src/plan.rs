//! What the repository should look like, and what it takes to get there. Pure: nothing here writes.
//!
//! ```text
//! Plan (steps) ─ Snapshot::load ─> what is on disk ─ resolve ─> Resolved ─> diff | apply::apply
//! ```
//!
//! A [`Step`] says what one path should hold and who owns it. [`resolve()`] compares that with a [`Snapshot`] and
//! gives every step an [`Outcome`]; it never decides to overwrite, reorder or delete what a person wrote.

pub mod artifacts;
pub mod block;
pub mod commands;
pub mod context;
pub mod diff;
pub mod drift;
pub mod edits;
pub mod ignore_rules;
mod line_ends;
pub mod manifest;
pub mod merge;
mod refusal;
mod resolve;
pub mod schedule;
pub mod snapshot;
pub mod view;

pub use self::block::CommentStyle;
pub use self::manifest::Ownership;
pub use self::refusal::Refusal;
pub use self::resolve::{Options, resolve};
pub use self::snapshot::Snapshot;
pub use crate::repo_path::{PathError, RepoPath};

/// One thing that should be in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub path: RepoPath,
    /// The template that it was rendered from, relative to `templates/`; recorded in the manifest.
    pub template: String,
    /// Permissions of a new file; those of an existing one are kept.
    pub mode: Mode,
    /// What should be there.
    pub desired: Desired,
    /// Why, in a few words for people: "backup script for postgres main".
    pub reason: String,
}

/// Permissions of a file that dbguard creates, before the umask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 0644.
    Plain,
    /// 0755.
    Executable,
}

/// What should be at a path, by ownership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desired {
    /// The whole file is ours; edits are merged three-way.
    WholeFile {
        /// The rendering.
        text: String,
    },
    /// Written if there is nothing; never touched again.
    Once {
        /// The first content.
        text: String,
    },
    /// The lines between two markers of a file that may be a person's.
    Block {
        /// Unique within the file: `ignore`, `rules`. No spaces.
        id: String,
        /// How the file writes comments.
        style: CommentStyle,
        /// The lines between the markers.
        body: String,
    },
    /// A proven edit of single keys in a person's file, computed beforehand.
    Keys {
        /// The text that the edit was computed from; `None` when the file is new. Anything else on disk: refused.
        from: Option<String>,
        /// The whole new text; equal to `from` when nothing has to change.
        text: String,
        /// Dotted keys that are ours: `services.db.volumes`.
        keys: Vec<String>,
    },
}

/// What applying a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There is no such file: it is written.
    Create,
    /// Our last rendering, unedited, is replaced by the new one.
    Replace,
    /// A file with a person's content changes: block, keys, or a clean merge.
    Edit,
    /// It already is what it should be.
    Unchanged,
    /// A person edited a generated file and there is nothing new to merge.
    KeptUserEdits,
    /// Nothing may be written. One refused step stops the whole plan.
    Refused(Refusal),
}

/// A step with its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedStep {
    /// The step.
    pub step: Step,
    /// What applying does.
    pub outcome: Outcome,
    /// The bytes before, `None` when there is no file. A path that several steps touch shows each its own part.
    pub before: Option<Vec<u8>>,
    /// The bytes after; equal to `before` when nothing changes.
    pub after: Option<Vec<u8>>,
}

/// One file to write or delete, at its real place. Includes dbguard's own state under `.dbguard/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where, links resolved.
    pub file: RepoPath,
    /// What must still be there when it is written; `None`: nothing.
    pub before: Option<Vec<u8>>,
    /// What to write; `None`: delete.
    pub after: Option<Vec<u8>>,
    /// Permissions of a new file.
    pub mode: Mode,
}

/// Everything that applying a plan does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The steps in the order of the plan; dbguard's own `.dbguard/.gitignore` comes last.
    pub steps: Vec<ResolvedStep>,
    /// Files to write, in order; the manifest is last. Empty when there is nothing to do.
    pub writes: Vec<Write>,
    /// Paths that the manifest knows and no step asks for. Nothing happens to them.
    pub orphans: Vec<RepoPath>,
}

impl Resolved {
    /// Steps that may not be done, with the reason.
    pub fn refusals(&self) -> impl Iterator<Item = (&Step, &Refusal)> {
        self.steps.iter().filter_map(|resolved| match &resolved.outcome {
            Outcome::Refused(refusal) => Some((&resolved.step, refusal)),
            Outcome::Create
            | Outcome::Replace
            | Outcome::Edit
            | Outcome::Unchanged
            | Outcome::KeptUserEdits => None,
        })
    }

    /// Steps that would change the disk; none of them means no drift.
    pub fn changes(&self) -> impl Iterator<Item = &ResolvedStep> {
        self.steps
            .iter()
            .filter(|step| matches!(step.outcome, Outcome::Create | Outcome::Replace | Outcome::Edit))
    }

    /// 0, or what the worst refusal asks for: 2 malformed markers, then 4 unreadable, then 1.
    pub fn exit_code(&self) -> u8 {
        let codes: Vec<u8> = self.refusals().map(|(_, refusal)| refusal.exit_code()).collect();
        [2, 4, 1].into_iter().find(|code| codes.contains(code)).unwrap_or(0)
    }
}

impl ResolvedStep {
    /// The change as diff lines; empty when nothing changes.
    pub fn diff(&self) -> Vec<diff::DiffLine> {
        diff::diff(self.step.path.as_str(), self.before.as_deref(), self.after.as_deref())
    }
}

impl Desired {
    /// The kind of ownership, as the manifest records it.
    pub const fn ownership(&self) -> Ownership {
        match self {
            Self::WholeFile { .. } => Ownership::WholeFile,
            Self::Once { .. } => Ownership::Once,
            Self::Block { .. } => Ownership::Block,
            Self::Keys { .. } => Ownership::Keys,
        }
    }

    /// The id of the block, if it is one.
    pub fn block_id(&self) -> Option<&str> {
        match self {
            Self::Block { id, .. } => Some(id),
            Self::WholeFile { .. } | Self::Once { .. } | Self::Keys { .. } => None,
        }
    }
}

impl Mode {
    /// The permission bits.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Plain => 0o644,
            Self::Executable => 0o755,
        }
    }
}
