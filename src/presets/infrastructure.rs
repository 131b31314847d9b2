//! What presets know about databases that are declared as infrastructure: which settings keep them and their backups.

use serde::Deserialize;

use super::model::{List, Str};

/// A family of resources: `presets/infrastructure/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Infrastructure {
    /// Lower-case id.
    pub id: Str,
    /// Name for people (`Amazon RDS instance`).
    pub title: Str,
    /// Resource types and module sources of Terraform, and types of `CloudFormation`.
    pub resources: List<Str>,
    /// Attributes whose presence makes it a copy of another (`replicate_source_db`).
    #[serde(default)]
    pub copies: List<Str>,
    /// What `CloudFormation` does with it when nothing is said: whether a snapshot stays.
    #[serde(default)]
    pub stays: bool,
    /// The settings.
    #[serde(default, rename = "guard")]
    pub guards: List<SettingGuard>,
}

/// A setting that keeps data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingGuard {
    /// Id of the rule that reports it.
    pub rule: Str,
    /// Path of the attribute, names of inner blocks before it with `/` between them.
    pub attribute: Str,
    /// Values that keep nothing.
    pub lost: List<Str>,
    /// Whether it keeps nothing unless it is set.
    #[serde(default)]
    pub needed: bool,
    /// Attribute that makes up for its lack.
    #[serde(default)]
    pub instead_of: Option<Str>,
    /// What happens then, as a sentence.
    pub means: Str,
}
