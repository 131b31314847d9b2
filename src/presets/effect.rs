//! What a command may do to data.

use serde::Deserialize;

/// What a command does to data. The ids are those of `dbguard.guard/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A volume, disk or data directory is gone.
    DestroysVolume,
    /// A database is gone.
    DestroysDatabase,
    /// A schema, with all its tables.
    DestroysSchema,
    /// A table, collection or index.
    DestroysTable,
    /// Rows, without a condition that restricts them.
    DestroysRows,
    /// A backup, snapshot or recovery point.
    DestroysBackup,
    /// A container or deployment, whose data may be in it.
    DestroysContainerState,
    /// Migrations are taken back or run anew.
    ResetsMigrations,
    /// A restore over live data.
    OverwritesDatabase,
    /// A column, with its values.
    DropsColumn,
    /// A guard rail is removed or loosened.
    WeakensGuard,
    /// Removes whatever is not in use just now.
    Prunes,
    /// The schema changes; no data goes.
    SchemaChange,
    /// Only reads.
    Reads,
    /// Text that reaches data and cannot be told.
    #[serde(rename = "unknown")]
    Untold,
}

impl Effect {
    /// Every effect, the worst first.
    pub const ALL: [Self; 15] = [
        Self::DestroysVolume,
        Self::DestroysDatabase,
        Self::DestroysSchema,
        Self::DestroysTable,
        Self::DestroysRows,
        Self::DestroysBackup,
        Self::DestroysContainerState,
        Self::ResetsMigrations,
        Self::OverwritesDatabase,
        Self::DropsColumn,
        Self::WeakensGuard,
        Self::Prunes,
        Self::SchemaChange,
        Self::Reads,
        Self::Untold,
    ];
}
