//! Encryption and off-site copies, as the templates see them.

use serde::Serialize;

use crate::policy::Policy;
use crate::policy::file::{Encryption, EncryptionMethod, Offsite, OffsiteMethod};

/// How backups are encrypted; empty strings where they are not.
#[derive(Debug, Serialize)]
pub struct EncryptionView {
    /// Whether the policy wants it.
    demanded: bool,
    method: &'static str,
    recipients: Vec<String>,
    identity: String,
}

impl EncryptionView {
    /// The view of a policy.
    pub fn of(policy: &Policy) -> Self {
        let Encryption { method, recipients, identity } = policy.encryption.clone();
        let method = method.map_or("", |method| match method {
            EncryptionMethod::Age => "age",
            EncryptionMethod::Gpg => "gpg",
        });
        Self { demanded: policy.cadences.encryption, method, recipients, identity }
    }
}

/// Where copies of backups go; empty strings where they go nowhere.
#[derive(Debug, Serialize)]
pub struct OffsiteView {
    method: &'static str,
    target: String,
}

impl OffsiteView {
    /// The view of a policy.
    pub fn of(policy: &Policy) -> Self {
        let Offsite { method, target } = policy.offsite.clone();
        let method = method.map_or("", |method| match method {
            OffsiteMethod::Rsync => "rsync",
            OffsiteMethod::S3 => "s3",
            OffsiteMethod::Rclone => "rclone",
            OffsiteMethod::Restic => "restic",
        });
        Self { method, target }
    }
}
