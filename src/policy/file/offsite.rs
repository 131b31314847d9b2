//! `[offsite]` of `dbguard.toml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Copies of backups on another machine. Keys and passwords stay where the program itself looks for them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Offsite {
    /// The program that copies; without it nothing leaves this machine.
    pub method: Option<OffsiteMethod>,
    /// Where to: `host:/path` for rsync, `s3://bucket/prefix`, `remote:path` for rclone, a repository for restic.
    pub target: String,
}

impl Offsite {
    /// What is missing to copy.
    pub fn problem(&self) -> Option<&'static str> {
        match self.method {
            Some(_) if self.target.is_empty() => Some("`method` needs `target`"),
            Some(OffsiteMethod::S3) if !self.target.starts_with("s3://") => {
                Some("the target of s3 begins with `s3://`")
            }
            None if !self.target.is_empty() => Some("`target` needs `method`: rsync, s3, rclone or restic"),
            Some(_) | None => None,
        }
    }
}

/// A program that copies files elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OffsiteMethod {
    /// rsync, over ssh or to a mounted disk.
    Rsync,
    /// The AWS command line client, or one that is compatible.
    S3,
    /// rclone, with a remote of its own configuration.
    Rclone,
    /// restic, with a repository that exists.
    Restic,
}
