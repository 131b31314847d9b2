//! What a team decided: `dbguard.toml` over a policy preset, resolved, every setting with its origin.

pub mod file;
pub mod load;
pub mod pin;
pub mod propose;
pub mod retention;

use crate::presets::Presets;
use crate::presets::model::PolicyPreset;
use crate::repo_path::RepoPath;
use file::approval::Approval;
use file::audit::Ignore;
use file::notify::Notify;
use file::volumes::Volumes;
use file::{Archive, DatabaseEntry, Encryption, Offsite, Paths};
use retention::Retention;

pub use load::{Loaded, PolicyError};

/// Name of the policy file at the repository's root.
pub const FILE: &str = "dbguard.toml";

/// Preset of a repository that has not chosen one.
pub const DEFAULT_PRESET: &str = "standard";

/// Where a setting's value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The program's own default.
    Default,
    /// The policy preset with this id.
    Preset(String),
    /// A line, from 1, of the policy file.
    File {
        /// Line, from 1.
        line: usize,
    },
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Preset(id) => write!(f, "preset {id}"),
            Self::File { line } => write!(f, "{FILE}:{line}"),
        }
    }
}

/// A resolved value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value in force.
    pub value: T,
    /// Who decided it.
    pub origin: Origin,
}

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Id of the policy preset.
    pub preset: Setting<String>,
    /// Folders and files that dbguard writes, root-relative.
    pub paths: Paths,
    /// Where the paths were decided.
    pub paths_origin: Origin,
    /// How long backups are kept, by environment; production is the last.
    pub retention: Vec<Retention>,
    /// Where old backups are moved.
    pub archive: Archive,
    /// Hours after which the newest verified backup is stale.
    pub stale_hours: Setting<u32>,
    /// Bytes below which a backup is suspicious.
    pub minimum_bytes: Setting<u64>,
    /// Files derived from each PostgreSQL dump (`full`, `schema`, `data`).
    pub artefacts: Setting<Vec<String>>,
    /// People who must agree before a destructive operation in production.
    pub approvals: Setting<u32>,
    /// Rows that a statement may touch before it needs a backup and approval.
    pub affected_rows: Setting<u32>,
    /// How backups are encrypted.
    pub encryption: Encryption,
    /// Where copies of them go.
    pub offsite: Offsite,
    /// Who is told about failures.
    pub notify: Notify,
    /// Hours after which a failure that goes on is told again.
    pub repeat_hours: Setting<u32>,
    /// Days after which the last restore test is overdue.
    pub restore_test_days: Setting<u32>,
    /// Days after which the last drill is overdue.
    pub drill_days: Setting<u32>,
    /// Who may agree to a destructive operation in production, and for how long.
    pub approval: Approval,
    /// How much single volumes matter.
    pub volumes: Volumes,
    /// Ids of the AI agents that are set up; none: those whose files are in the repository.
    pub agents: Option<Vec<String>>,
    /// The file of the findings that are accepted for now.
    pub baseline: Option<RepoPath>,
    /// Findings of the audit that do not count, as they are written.
    pub ignores: Vec<Setting<Ignore>>,
    /// The databases under guard.
    pub databases: Vec<DatabaseEntry>,
    /// The preset itself, for its cadences.
    pub cadences: PolicyPreset,
}

impl Policy {
    /// Resolves a policy file over its preset. Errors name the place of an unknown preset.
    pub fn resolve(loaded: &Loaded, presets: &Presets) -> Result<Self, PolicyError> {
        let id = loaded.file.preset.clone().unwrap_or_else(|| DEFAULT_PRESET.to_owned());
        let preset = presets.policy(&id).ok_or_else(|| loaded.unknown_preset(&id, presets))?;
        let from = Resolver { loaded, preset };
        let backup = &loaded.file.backup;
        let notify = &loaded.file.notify;
        Ok(Self {
            preset: from.pick("preset", loaded.file.preset.clone(), id.clone(), Origin::Default),
            paths: loaded.file.paths.clone(),
            paths_origin: loaded.line("paths", None).map_or(Origin::Default, |line| Origin::File { line }),
            retention: retention::resolve(&loaded.file, preset),
            archive: loaded.file.archive.clone(),
            stale_hours: from.backup("stale_hours", backup.stale_hours, preset.stale_hours),
            minimum_bytes: from.backup("minimum_bytes", backup.minimum_bytes, preset.minimum_bytes),
            artefacts: from.backup("artefacts", backup.artefacts.clone(), preset_artefacts(preset)),
            approvals: from.backup("approvals", backup.approvals, preset.approvals),
            affected_rows: from.backup("affected_rows", backup.affected_rows, preset.affected_rows),
            encryption: loaded.file.encryption.clone(),
            offsite: loaded.file.offsite.clone(),
            notify: notify.clone(),
            repeat_hours: from.notify("repeat_hours", notify.repeat_hours, 6),
            restore_test_days: from.notify("restore_test_days", notify.restore_test_days, 31),
            drill_days: from.notify("drill_days", notify.drill_days, 92),
            approval: loaded.file.approval.clone(),
            volumes: loaded.file.volumes.clone(),
            agents: loaded.file.agents.enable.clone(),
            baseline: loaded.file.audit.baseline.clone(),
            ignores: from.ignores(),
            databases: loaded.file.databases.iter().filter(|entry| entry.guard).cloned().collect(),
            cadences: preset.clone(),
        })
    }

    /// The figures of production, which stand for every environment that cannot be told.
    pub fn production(&self) -> Option<&Retention> {
        self.retention.last()
    }

    /// How often a database of `environment` is backed up; an unknown environment is treated as production.
    pub fn cadence(&self, environment: &str) -> Option<&crate::presets::model::Cadence> {
        let find = |name: &str| self.cadences.cadences.iter().find(|cadence| &*cadence.environment == name);
        find(environment).or_else(|| find("production"))
    }
}

fn preset_artefacts(preset: &PolicyPreset) -> Vec<String> {
    preset.artefacts.iter().map(ToString::to_string).collect()
}

struct Resolver<'a> {
    loaded: &'a Loaded,
    preset: &'a PolicyPreset,
}

impl Resolver<'_> {
    fn backup<T>(&self, key: &str, written: Option<T>, preset: T) -> Setting<T> {
        let origin = Origin::Preset(self.preset.id.to_string());
        match written {
            Some(value) => Setting { value, origin: self.origin("backup", Some(key), origin) },
            None => Setting { value: preset, origin },
        }
    }

    fn notify<T>(&self, key: &str, written: Option<T>, otherwise: T) -> Setting<T> {
        match written {
            Some(value) => Setting { value, origin: self.origin("notify", Some(key), Origin::Default) },
            None => Setting { value: otherwise, origin: Origin::Default },
        }
    }

    fn pick<T>(&self, key: &str, written: Option<T>, otherwise: T, origin: Origin) -> Setting<T> {
        match written {
            Some(value) => Setting { value, origin: self.origin(key, None, origin) },
            None => Setting { value: otherwise, origin },
        }
    }

    fn ignores(&self) -> Vec<Setting<Ignore>> {
        let origin = |at| self.loaded.ignore_line(at).map_or(Origin::Default, |line| Origin::File { line });
        let entries = self.loaded.file.audit.ignores.iter().enumerate();
        entries.map(|(at, entry)| Setting { value: entry.clone(), origin: origin(at) }).collect()
    }

    fn origin(&self, key: &str, inner: Option<&str>, otherwise: Origin) -> Origin {
        self.loaded.line(key, inner).map_or(otherwise, |line| Origin::File { line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_knows_its_origin() {
        let text = "version = 1\npreset = \"solo\"\n\n[backup]\nstale_hours = 3\n";
        let policy =
            Policy::resolve(&Loaded::parse(text).expect("valid"), &Presets::embedded()).expect("resolves");
        assert_eq!(policy.preset, Setting { value: "solo".to_owned(), origin: Origin::File { line: 2 } });
        assert_eq!(policy.stale_hours, Setting { value: 3, origin: Origin::File { line: 5 } });
        assert_eq!(policy.minimum_bytes, Setting { value: 1024, origin: Origin::Preset("solo".to_owned()) });
        assert_eq!(policy.paths_origin, Origin::Default);
    }

    #[test]
    fn an_unknown_preset_is_named_with_its_place_and_the_nearest() {
        let loaded = Loaded::parse("version = 1\npreset = \"standart\"\n").expect("valid");
        let error = Policy::resolve(&loaded, &Presets::embedded()).expect_err("unknown preset");
        assert_eq!(
            error.to_string(),
            "dbguard.toml:2:10: unknown preset `standart`; did you mean `standard`?"
        );
    }

    #[test]
    fn p_1_each_preset_tabulates_every_environment() {
        for preset in Presets::embedded().policies {
            let environments: Vec<_> =
                preset.cadences.iter().map(|cadence| cadence.environment.to_string()).collect();
            assert_eq!(environments, ["development", "test", "staging", "production"], "{}", preset.id);
        }
    }

    #[test]
    fn an_unknown_environment_is_backed_up_like_production() {
        let policy = Policy::resolve(&Loaded::parse("version = 1\n").expect("valid"), &Presets::embedded())
            .expect("ok");
        assert_eq!(
            policy.cadence("unknown").map(|cadence| cadence.every.to_string()).as_deref(),
            Some("15m")
        );
        assert_eq!(
            policy.cadence("development").map(|cadence| cadence.every.to_string()).as_deref(),
            Some("6h")
        );
    }
}
