//! The one static list of what `init` generates.

mod agents;
mod backups_folder;
mod compose;
mod gitignore;
mod guide;
mod schedule;
mod scripts;

use crate::plan::{PathError, Step};
use crate::policy::Policy;
use crate::policy::file::{DatabaseEntry, Run};
use crate::presets::Presets;
use crate::presets::model::Support;
use crate::survey::tree::Tree;
use crate::survey::{Database, Survey};
use crate::template::TemplateError;

/// Everything that is generated, in the order in which it is shown and written.
pub static ARTIFACTS: &[&Artifact] = &[
    &scripts::ARTIFACT,
    &schedule::ARTIFACT,
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

/// What artefacts are made from: tracked facts and the policy, never the machine.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The facts.
    pub survey: &'a Survey,
    /// The policy in force.
    pub policy: &'a Policy,
    /// What is known about the world.
    pub presets: &'a Presets,
    /// The files that edits start from.
    pub tree: &'a Tree,
}

impl<'a> Context<'a> {
    /// Whether there are guard scripts for this engine.
    pub fn guards(&self, engine: &str) -> bool {
        scripts::knows(engine)
            && self.presets.engine(engine).is_some_and(|preset| preset.support == Support::Full)
    }

    /// The survey's database that declares a guarded Compose database.
    pub fn declaration(&self, entry: &DatabaseEntry) -> Option<&'a Database> {
        let files: Vec<_> = entry.compose_files.iter().map(crate::repo_path::RepoPath::as_str).collect();
        self.survey.databases.iter().find(|database| {
            let file = database.compose_file.as_deref().is_some_and(|file| files.contains(&file));
            entry.run == Run::Compose && file && database.compose_service == entry.service
        })
    }

    /// The guarded databases that have scripts.
    pub fn guarded(&self) -> impl Iterator<Item = &'a DatabaseEntry> {
        self.policy.databases.iter().filter(|entry| self.guards(&entry.engine))
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
