//! What a plan is made from.

use crate::policy::Policy;
use crate::policy::file::{DatabaseEntry, Run};
use crate::presets::Presets;
use crate::presets::model::Support;
use crate::survey::tree::Tree;
use crate::survey::{Database, Survey};
use crate::template;

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
        has_scripts(engine)
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

/// Whether the scripts know how to dump and restore an engine: it has a library file of its name.
pub(crate) fn has_scripts(engine: &str) -> bool {
    template::raw(&format!("scripts/lib/{engine}.sh")).is_ok()
}
