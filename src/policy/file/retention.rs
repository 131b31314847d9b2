//! What `dbguard.toml` says about keeping: `[environments.NAME]` and `[archive]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long backups are kept in one environment; what is missing is as in `[backup]`, else as in the preset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
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
}

/// What differs in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Environments {
    /// On a developer's machine.
    pub development: Keep,
    /// Throw-away data.
    pub test: Keep,
    /// A rehearsal of production.
    pub staging: Keep,
    /// Real users' data, and what cannot be told.
    pub production: Keep,
}

impl Environments {
    /// The section of an environment.
    pub fn section(&self, environment: &str) -> &Keep {
        match environment {
            "development" => &self.development,
            "test" => &self.test,
            "staging" => &self.staging,
            _ => &self.production,
        }
    }

    /// Every section with its name.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, &Keep)> {
        ["development", "test", "staging", "production"].into_iter().map(|name| (name, self.section(name)))
    }
}

/// Where old backups are moved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Archive {
    /// Folder of old backups, absolute or root-relative; it may lie on another disk. Absent: nothing is moved.
    pub directory: Option<String>,
    /// Age in days from which a backup is moved there.
    #[schemars(range(min = 1))]
    pub after_days: Option<u32>,
}

impl Archive {
    /// Age in days from which a backup is moved, unless the file says otherwise.
    pub const AFTER_DAYS: u32 = 30;

    /// What is wrong with the directory, given the folder of the backups.
    pub fn problem(&self, backups: &str) -> Option<&'static str> {
        let directory = self.directory.as_deref()?;
        let parts: Vec<_> = directory.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.is_empty() {
            return Some("the archive needs a directory of its own");
        }
        if directory.chars().any(char::is_control) {
            return Some("the archive's directory holds a control character");
        }
        if parts.contains(&"..") {
            return Some("the archive's directory must not contain `..`: write an absolute path");
        }
        let inside = |outer: &[&str], inner: &[&str]| inner.starts_with(outer);
        let backups: Vec<_> = backups.split('/').collect();
        let overlaps = inside(&backups, &parts) || inside(&parts, &backups);
        (!directory.starts_with('/') && overlaps)
            .then_some("the archive must lie outside the folder of the backups, and not around it")
    }
}
