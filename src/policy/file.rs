//! The shape of `dbguard.toml`; its JSON schema is derived from these types.

pub mod agents;
pub mod approval;
pub mod audit;
pub mod day;
mod encryption;
pub mod guard;
pub mod notify;
mod offsite;
pub mod volumes;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::repo_path::RepoPath;
use agents::Agents;
use approval::Approval;
use audit::Audit;
use guard::Guard;
use notify::Notify;
use volumes::Volumes;

pub use encryption::{Encryption, EncryptionMethod};
pub use offsite::{Offsite, OffsiteMethod};

mod retention;
pub use retention::{Archive, Environments, Keep};

mod run;

pub use run::Run;

/// `dbguard.toml`: which databases are guarded, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Version of this file's format; 1.
    pub version: Version,
    /// Policy preset: solo, standard, strict or regulated.
    pub preset: Option<String>,
    /// Where dbguard writes.
    #[serde(default)]
    pub paths: Paths,
    /// Settings that differ from the preset's.
    #[serde(default)]
    pub backup: Backup,
    /// Encrypting backups.
    #[serde(default)]
    pub encryption: Encryption,
    /// Copies on another machine.
    #[serde(default)]
    pub offsite: Offsite,
    /// Who is told about failures.
    #[serde(default)]
    pub notify: Notify,
    /// Who may agree to a destructive operation in production.
    #[serde(default)]
    pub approval: Approval,
    /// How long backups are kept where it differs by environment.
    #[serde(default)]
    pub environments: Environments,
    /// Where old backups are moved.
    #[serde(default)]
    pub archive: Archive,
    /// How much single volumes matter, by key or bind source.
    #[serde(default)]
    pub volumes: Volumes,
    /// The AI agents that are set up.
    #[serde(default)]
    pub agents: Agents,
    /// How commands are judged before they run.
    #[serde(default)]
    pub guard: Guard,
    /// Findings of the audit that do not count.
    #[serde(default)]
    pub audit: Audit,
    /// The databases under guard.
    #[serde(default, rename = "database")]
    pub databases: Vec<DatabaseEntry>,
}

/// Format version; only 1 exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(with = "u32", extend("const" = 1))]
pub struct Version(u32);

impl TryFrom<u32> for Version {
    type Error = String;
    fn try_from(version: u32) -> Result<Self, String> {
        match version {
            1 => Ok(Self(1)),
            other => Err(format!("version {other} is not known to this dbguard; it reads version 1")),
        }
    }
}

impl From<Version> for u32 {
    fn from(version: Version) -> Self {
        version.0
    }
}

/// Folders and files that dbguard writes, root-relative, `/`-separated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Paths {
    /// Folder of the guard scripts.
    pub scripts: RepoPath,
    /// Folder of the backups.
    pub backups: RepoPath,
    /// The safety guide.
    pub guide: RepoPath,
    /// Instructions for AI agents; a managed block is kept in it.
    pub agents: RepoPath,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            scripts: RepoPath::known("scripts/db"),
            backups: RepoPath::known("backups"),
            guide: RepoPath::known("docs/DATABASE_SAFETY.md"),
            agents: RepoPath::known("AGENTS.md"),
        }
    }
}

/// Settings of the preset that this repository overrides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Newest verified backups that nothing ever deletes.
    #[schemars(range(min = 1))]
    pub keep_last: Option<u32>,
    /// Days that every backup is kept.
    pub keep_days: Option<u32>,
    /// Days that the last backup of each day is kept; 0 is off.
    pub daily_days: Option<u32>,
    /// Days that the last backup of each week is kept; 0 is off.
    pub weekly_days: Option<u32>,
    /// Days that the last backup of each month is kept; 0 is off.
    pub monthly_days: Option<u32>,
    /// Days that backups labelled as taken before a migration, a restore or a reset are kept.
    pub pre_migration_days: Option<u32>,
    /// Hours after which the newest verified backup is stale.
    pub stale_hours: Option<u32>,
    /// Bytes below which a backup is suspicious.
    pub minimum_bytes: Option<u64>,
    /// Files derived from each PostgreSQL dump: full, schema, data.
    pub artefacts: Option<Vec<String>>,
    /// People who must agree before a destructive operation in production.
    pub approvals: Option<u32>,
    /// Rows that a statement may touch before it needs a backup and approval.
    pub affected_rows: Option<u32>,
}

/// Which life the data leads, as a person decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeclaredEnvironment {
    /// Judged by the scripts at run time, from host, database name and environment variables.
    #[default]
    Auto,
    /// On a developer's machine.
    Development,
    /// Throw-away data.
    Test,
    /// A rehearsal of production.
    Staging,
    /// Real users' data.
    Production,
}

impl DeclaredEnvironment {
    /// The id as written in the file.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Development => "development",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// One database under guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseEntry {
    /// Short name used by the scripts and as the folder of its backups: letters, digits, `-`, `_`.
    pub id: DatabaseId,
    /// Engine preset id.
    pub engine: String,
    /// False for a database that is deliberately left alone.
    #[serde(default = "guarded")]
    pub guard: bool,
    /// Which life the data leads.
    #[serde(default)]
    pub environment: DeclaredEnvironment,
    /// Whether `restore.sh` may overwrite it although it is production.
    #[serde(default)]
    pub restore_in_production: bool,
    /// How the scripts reach it.
    pub run: Run,
    /// Compose files, in the order of `-f`.
    #[serde(default)]
    pub compose_files: Vec<RepoPath>,
    /// Its Compose service.
    pub service: Option<String>,
    /// The container, by name or by a label (`key=value`); with `kubernetes` the container within the pod.
    pub container: Option<String>,
    /// Context of kubectl; without it the one that is in use when a script runs.
    pub context: Option<String>,
    /// Namespace of the pod.
    pub namespace: Option<String>,
    /// Labels that only the pod has, as kubectl's `--selector` takes them.
    pub selector: Option<String>,
    /// Key of its volume in the Compose file, or the bind source.
    pub volume: Option<String>,
    /// Name that the volume really has on the server (`docker volume ls`).
    pub volume_name: Option<String>,
    /// Host as seen from the machine that runs the scripts.
    pub host: Option<String>,
    /// Port as seen from there.
    pub port: Option<u16>,
    /// Database name.
    pub database: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// File of an embedded database, root-relative.
    pub path: Option<String>,
    /// Where its credentials are; never what they are.
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// Compose services that use it, to be restarted after a restore.
    #[serde(default)]
    pub app_services: Vec<String>,
}

fn guarded() -> bool {
    true
}

/// A short, safe name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
pub struct DatabaseId(String);

/// Folders beside those of the databases' backups: logs, and requests for approval.
const RESERVED: [&str; 2] = ["log", "approvals"];

impl DatabaseId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DatabaseId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let fine = |(at, c): (usize, char)| c.is_ascii_alphanumeric() || (at > 0 && (c == '-' || c == '_'));
        if text.is_empty() || !text.char_indices().all(fine) {
            return Err(format!(
                "`{}` is not a database id: use letters, digits, `-` and `_`",
                text.escape_debug()
            ));
        }
        if let Some(folder) = RESERVED.iter().find(|folder| text.eq_ignore_ascii_case(folder)) {
            return Err(format!(
                "the database id `{text}` is reserved: a folder `{folder}` lies beside the backups for other things"
            ));
        }
        Ok(Self(text))
    }
}

impl From<DatabaseId> for String {
    fn from(id: DatabaseId) -> Self {
        id.0
    }
}

/// A place that holds a part of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Which part it holds.
    pub what: CredentialPart,
    /// What kind of place it is.
    pub kind: CredentialKind,
    /// File, root-relative; empty for a variable.
    #[serde(default)]
    pub path: String,
    /// Key or variable name.
    pub key: String,
    /// Compose service, for places in a Compose file.
    #[serde(default)]
    pub service: String,
}

/// A part of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CredentialPart {
    /// A whole connection URL.
    Url,
    /// The password.
    Password,
    /// The user.
    User,
    /// The database name.
    Database,
    /// The host.
    Host,
    /// The port.
    Port,
    /// The file of an embedded database.
    Path,
}

/// A kind of place that holds a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CredentialKind {
    /// A dotenv file.
    Dotenv,
    /// The `environment` of a Compose service.
    Compose,
    /// The process environment.
    Variable,
}

/// The JSON schema of `dbguard.toml`, for editors.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(PolicyFile)).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_ids_are_safe_as_folder_names() {
        for bad in ["", "-x", "a/b", "a b", "..", "ä"] {
            assert!(DatabaseId::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(DatabaseId::try_from("main-2".to_owned()).is_ok());
    }
}
