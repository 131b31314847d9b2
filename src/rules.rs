//! What is wrong with a repository: one rule a file, one line in [`RULES`].
//!
//! Rules are pure: they read the survey, what commands would do, and the policy, and give findings. Documentation, `explain`,
//! `rules`, SARIF metadata and tests all derive from the list.

mod backup_removed;
mod ci_deploy_volume_removal;
mod code_destructive;
pub mod commands;
mod compose_down_volumes;
mod container_removed;
pub mod context;
mod data_path_removed;
mod deploy_sync_delete;
mod docker_prune;
mod docker_volume_rm;
mod docs_destructive;
mod infrastructure_destroyed;
mod migrations_reset;
mod prototype_push_in_deploy;
mod restore_clobber;
mod safety_override;
mod script_destructive;
mod sql_delete_all;
mod sql_drop_column;
mod sql_drop_database;
mod sql_drop_schema;
mod sql_drop_table;
mod sql_truncate;
mod sql_update_all;
mod start_destructive;
mod unset_var_rm;

use std::cell::OnceCell;

use crate::finding::{self, Description, Finding};
use crate::policy::Policy;
use crate::presets::Presets;
use crate::survey::Survey;
use crate::survey::tree::Tree;

/// What rules may look at.
#[derive(Debug)]
pub struct View<'a> {
    /// Every file that the audit sees.
    pub tree: &'a Tree,
    /// The facts.
    pub survey: &'a Survey,
    /// What is known about the world.
    pub presets: &'a Presets,
    /// The repository's policy, where it has one.
    pub policy: Option<&'a Policy>,
    /// The commands of the tree, once a rule has asked for them.
    pub commands: OnceCell<Vec<commands::Command>>,
}

impl<'a> View<'a> {
    /// A view of a repository.
    pub fn new(tree: &'a Tree, survey: &'a Survey, presets: &'a Presets, policy: Option<&'a Policy>) -> Self {
        Self { tree, survey, presets, policy, commands: OnceCell::new() }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What it is.
    pub about: Description,
    /// Finds what it is about.
    pub check: fn(&View<'_>) -> Vec<Finding>,
}

/// Every rule, by id.
pub static RULES: &[&Rule] = &[
    &backup_removed::RULE,
    &ci_deploy_volume_removal::RULE,
    &code_destructive::RULE,
    &compose_down_volumes::RULE,
    &container_removed::RULE,
    &data_path_removed::RULE,
    &deploy_sync_delete::RULE,
    &docker_prune::RULE,
    &docker_volume_rm::RULE,
    &docs_destructive::RULE,
    &infrastructure_destroyed::RULE,
    &migrations_reset::RULE,
    &prototype_push_in_deploy::RULE,
    &restore_clobber::RULE,
    &safety_override::RULE,
    &script_destructive::RULE,
    &sql_delete_all::RULE,
    &sql_drop_column::RULE,
    &sql_drop_database::RULE,
    &sql_drop_schema::RULE,
    &sql_drop_table::RULE,
    &sql_truncate::RULE,
    &sql_update_all::RULE,
    &start_destructive::RULE,
    &unset_var_rm::RULE,
];

/// The findings of all rules, in the order in which they are shown.
pub fn judge(view: &View<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(view)).collect();
    finding::sort(&mut findings);
    findings
}

/// The rule called `id`.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.about.id == id)
}
