//! What is wrong with a repository: one rule a file, one line in [`RULES`].
//!
//! Rules are pure: they read the survey, what commands would do, and the policy, and give findings. Documentation, `explain`,
//! `rules`, SARIF metadata and tests all derive from the list.

mod access;
mod agent_allow_broad;
mod agent_hook_fails_open;
mod agent_no_deny;
mod agents;
mod auto_updater;
mod backup_damaged;
mod backup_missing;
mod backup_no_offsite;
mod backup_no_pipefail;
mod backup_none;
mod backup_not_atomic;
mod backup_removed;
mod backup_rotation_blind;
mod backup_run_failed;
mod backup_same_fate;
mod backup_shrunk;
mod backup_stale;
mod backup_unpruned;
mod backup_untested;
mod backup_unverified;
mod backups;
mod cfn_deletion_policy;
mod ci_deploy_volume_removal;
mod cms_autoschema;
mod code_destructive;
pub mod commands;
mod compose_down_volumes;
mod compose_name_unpinned;
mod compose_volume_undeclared;
mod container_removed;
pub mod context;
mod cred_mismatch;
mod cron_percent;
mod cron_silent;
mod cron_tty;
mod crontab;
mod data_path_removed;
mod db_anonymous_volume;
mod db_image_floating;
mod db_no_auth;
mod db_no_volume;
mod db_port_public;
mod db_tmpfs;
mod db_wrong_mount;
mod deploy_sync_delete;
mod docker_prune;
mod docker_volume_rm;
mod docs_destructive;
mod draft;
mod drift;
mod drift_edited;
mod drift_malformed;
mod drift_missing;
mod drift_not_executable;
mod drift_orphan;
mod drift_outdated;
mod drift_schedule;
mod dump_committed;
mod durability_off;
mod embedded;
mod encryption_key_volatile;
mod env_committed;
mod fallback_to_prod;
mod fixes;
mod gitignore_wrong;
mod hazards;
mod ignore_stale;
mod infrastructure;
mod infrastructure_destroyed;
mod init_only_env;
mod k8s_emptydir;
mod k8s_pvc_lifecycle;
mod laravel_testing_env_missing;
mod local;
mod mcp_write;
mod migrations_reset;
mod no_healthcheck;
mod no_stop_grace;
mod orm_autosync;
mod permissions;
mod pg18_mount;
mod prod_url_in_dev;
mod prototype_push_in_deploy;
mod queues;
mod redis_no_persistence;
mod redis_queue_evicts;
mod restore_clobber;
mod safety_override;
mod script_destructive;
mod servers;
mod shared_pgdata;
mod silence;
pub mod since;
mod sql_delete_all;
mod sql_drop_column;
mod sql_drop_database;
mod sql_drop_schema;
mod sql_drop_table;
mod sql_truncate;
mod sql_update_all;
mod sqlite_committed;
mod sqlite_ephemeral;
mod sqlite_mount_mismatch;
mod sqlite_wal_remote_fs;
mod start_destructive;
mod surroundings;
mod swarm_unpinned_volume;
mod test_db_shared;
mod tf_backup_zero;
mod tf_db_unprotected;
mod tf_skip_final_snapshot;
#[cfg(test)]
mod trial;
mod unset_var_rm;
mod unshared;
mod values;
mod warnings;

use std::cell::OnceCell;

use crate::finding::{self, Description, Finding};
use crate::plan::drift::Drift;
use crate::policy::Policy;
use crate::presets::Presets;
use crate::survey::Survey;
use crate::survey::changes::Changes;
use crate::survey::local::Local;
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
    /// How the repository differs from what its policy asks for; empty without a policy.
    pub drift: &'a [Drift],
    /// What has changed since a branch or commit, where that was asked for.
    pub changes: Option<&'a Changes>,
    /// What this machine tells, where that was asked for.
    pub local: Option<&'a Local>,
    /// The commands of the tree, once a rule has asked for them.
    pub commands: OnceCell<Vec<commands::Command>>,
    /// Seconds since 1970, for what expires.
    pub now: u64,
}

impl<'a> View<'a> {
    /// A view of a repository. Without a clock (see [`Self::at`]) whatever can expire has.
    pub fn new(tree: &'a Tree, survey: &'a Survey, presets: &'a Presets, policy: Option<&'a Policy>) -> Self {
        Self {
            tree,
            survey,
            presets,
            policy,
            drift: &[],
            changes: None,
            local: None,
            commands: OnceCell::new(),
            now: u64::MAX,
        }
    }

    /// The same at `now`, in seconds since 1970.
    #[must_use]
    pub fn at(self, now: u64) -> Self {
        Self { now, ..self }
    }

    /// The same with what has drifted.
    #[must_use]
    pub fn drifted(self, drift: &'a [Drift]) -> Self {
        Self { drift, ..self }
    }

    /// The same with what this machine tells.
    #[must_use]
    pub fn on_machine(self, local: Option<&'a Local>) -> Self {
        Self { local, ..self }
    }

    /// The same view, with what has changed: migrations among it are still to run.
    #[must_use]
    pub fn since(self, changes: Option<&'a Changes>) -> Self {
        Self { changes, ..self }
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
    &agent_allow_broad::RULE,
    &agent_hook_fails_open::RULE,
    &agent_no_deny::RULE,
    &auto_updater::RULE,
    &backup_damaged::RULE,
    &backup_missing::RULE,
    &backup_no_offsite::RULE,
    &backup_no_pipefail::RULE,
    &backup_none::RULE,
    &backup_not_atomic::RULE,
    &backup_removed::RULE,
    &backup_rotation_blind::RULE,
    &backup_run_failed::RULE,
    &backup_same_fate::RULE,
    &backup_shrunk::RULE,
    &backup_stale::RULE,
    &backup_unpruned::RULE,
    &backup_untested::RULE,
    &backup_unverified::RULE,
    &cfn_deletion_policy::RULE,
    &ci_deploy_volume_removal::RULE,
    &cms_autoschema::RULE,
    &code_destructive::RULE,
    &compose_down_volumes::RULE,
    &compose_name_unpinned::RULE,
    &compose_volume_undeclared::RULE,
    &container_removed::RULE,
    &cred_mismatch::RULE,
    &cron_percent::RULE,
    &cron_silent::RULE,
    &cron_tty::RULE,
    &data_path_removed::RULE,
    &db_anonymous_volume::RULE,
    &db_image_floating::RULE,
    &db_no_auth::RULE,
    &db_no_volume::RULE,
    &db_port_public::RULE,
    &db_tmpfs::RULE,
    &db_wrong_mount::RULE,
    &deploy_sync_delete::RULE,
    &docker_prune::RULE,
    &docker_volume_rm::RULE,
    &docs_destructive::RULE,
    &drift_edited::RULE,
    &drift_malformed::RULE,
    &drift_missing::RULE,
    &drift_not_executable::RULE,
    &drift_orphan::RULE,
    &drift_outdated::RULE,
    &drift_schedule::RULE,
    &dump_committed::RULE,
    &durability_off::RULE,
    &encryption_key_volatile::RULE,
    &env_committed::RULE,
    &fallback_to_prod::RULE,
    &gitignore_wrong::RULE,
    &ignore_stale::RULE,
    &infrastructure_destroyed::RULE,
    &init_only_env::RULE,
    &k8s_emptydir::RULE,
    &k8s_pvc_lifecycle::RULE,
    &laravel_testing_env_missing::RULE,
    &mcp_write::RULE,
    &migrations_reset::RULE,
    &no_healthcheck::RULE,
    &no_stop_grace::RULE,
    &orm_autosync::RULE,
    &pg18_mount::RULE,
    &prod_url_in_dev::RULE,
    &prototype_push_in_deploy::RULE,
    &redis_no_persistence::RULE,
    &redis_queue_evicts::RULE,
    &restore_clobber::RULE,
    &safety_override::RULE,
    &script_destructive::RULE,
    &shared_pgdata::RULE,
    &sql_delete_all::RULE,
    &sql_drop_column::RULE,
    &sql_drop_database::RULE,
    &sql_drop_schema::RULE,
    &sql_drop_table::RULE,
    &sql_truncate::RULE,
    &sql_update_all::RULE,
    &sqlite_committed::RULE,
    &sqlite_ephemeral::RULE,
    &sqlite_mount_mismatch::RULE,
    &sqlite_wal_remote_fs::RULE,
    &start_destructive::RULE,
    &swarm_unpinned_volume::RULE,
    &test_db_shared::RULE,
    &tf_backup_zero::RULE,
    &tf_db_unprotected::RULE,
    &tf_skip_final_snapshot::RULE,
    &unset_var_rm::RULE,
];

/// The findings of all rules, in the order in which they are shown.
pub fn judge(view: &View<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(view)).collect();
    silence::apply(&mut findings, view);
    ignore_stale::apply(&mut findings, view);
    warnings::apply(&mut findings, view);
    fixes::finish(&mut findings, view);
    finding::sort(&mut findings);
    findings
}

/// Id of the rule about what silences nothing; it is about the findings of all the others.
pub const IGNORE_STALE: &str = "ignore-stale";

/// The ids of all rules, sorted.
pub fn ids() -> impl Iterator<Item = &'static str> + Clone {
    RULES.iter().map(|rule| rule.about.id)
}

/// Whether a rule finds nothing unless this machine is looked at.
pub fn is_local(id: &str) -> bool {
    local::is_local(id)
}

/// Seconds in words that a tired person takes in.
pub fn age(seconds: u64) -> String {
    local::age(seconds)
}

/// The rule called `id`.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.about.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_every_rule_is_described() {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.about.id).collect();
        assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
        for rule in RULES {
            let about = &rule.about;
            assert!(about.why.ends_with('.') && about.remedy.ends_with('.'), "{}", about.id);
            assert!(!about.title.ends_with('.') && about.evidence.contains("https://"), "{}", about.id);
            assert!(
                !about.bad.is_empty() && !about.good.is_empty() && about.bad != about.good,
                "{}",
                about.id
            );
            assert_eq!(find(about.id).map(|rule| rule.about.id), Some(about.id));
        }
    }
}
