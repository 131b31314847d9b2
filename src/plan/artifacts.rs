//! The one static list of what `init` generates.

mod agents;
mod backups_folder;
mod compose;
mod gitignore;
mod guide;
pub mod policy_file;
mod scripts;

use crate::plan::context::Context;
use crate::plan::{PathError, Step};
use crate::template::TemplateError;

/// Everything that is generated, in the order in which it is shown and written.
pub static ARTIFACTS: &[&Artifact] = &[
    &scripts::ARTIFACT,
    &backups_folder::ARTIFACT,
    &gitignore::ARTIFACT,
    &compose::ARTIFACT,
    &guide::ARTIFACT,
    &agents::ARTIFACT,
];

/// One kind of generated thing.
pub struct Artifact {
    /// Name for `--only`.
    pub id: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// What should be in the repository.
    pub steps: fn(&Context) -> Result<Drafted, ArtifactError>,
}

/// Steps, and what a person should know about those that were not possible.
#[derive(Debug, Default)]
pub struct Drafted {
    /// What should be there.
    pub steps: Vec<Step>,
    /// What dbguard did not do, why, and what a person can do instead.
    pub notes: Vec<Note>,
}

/// Something for a person to do or decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is the matter, one line.
    pub message: String,
    /// What to do about it: a command or a patch, may span lines.
    pub action: String,
}

impl From<Vec<Step>> for Drafted {
    fn from(steps: Vec<Step>) -> Self {
        Self { steps, notes: Vec::new() }
    }
}

/// Why an artefact could not be drafted: a defect of dbguard, or a path that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// A template failed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An ignore rule would hide a file that belongs into the repository.
    #[error(
        "the ignore rule `{pattern}` would hide {path}; set another `backups` under [paths] in dbguard.toml"
    )]
    Hides {
        /// The rule.
        pattern: String,
        /// A migration, seed or schema.
        path: String,
    },
    /// Git's matcher could not be asked.
    #[error("the ignore rules cannot be checked: {0}")]
    Ignore(#[from] git2::Error),
    /// A path of the policy cannot be written to.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Drafts everything, or the kinds named in `only`.
pub fn draft(context: &Context, only: &[String]) -> Result<Drafted, ArtifactError> {
    let mut all = Drafted::default();
    for artifact in
        ARTIFACTS.iter().filter(|artifact| only.is_empty() || only.iter().any(|id| id == artifact.id))
    {
        let drafted = (artifact.steps)(context)?;
        all.steps.extend(drafted.steps);
        all.notes.extend(drafted.notes);
    }
    Ok(all)
}
