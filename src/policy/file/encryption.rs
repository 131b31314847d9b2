//! `[encryption]` of `dbguard.toml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Encrypting backups; the keys named here are public ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Encryption {
    /// The program that encrypts; without it backups are not encrypted.
    pub method: Option<EncryptionMethod>,
    /// Public keys: `age1…` or ssh keys for age, key ids or addresses for gpg.
    pub recipients: Vec<String>,
    /// File with the secret key for age, which only restores need: absolute, `~/…` or root-relative.
    pub identity: String,
}

impl Encryption {
    /// What is missing to encrypt.
    pub fn problem(&self) -> Option<&'static str> {
        match self.method {
            Some(_) if self.recipients.is_empty() => Some("`method` needs `recipients`"),
            None if !self.recipients.is_empty() => Some("`recipients` need `method`: age or gpg"),
            Some(_) | None => None,
        }
    }
}

/// A program that encrypts files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EncryptionMethod {
    /// age, of filippo.io/age.
    Age,
    /// The GNU Privacy Guard.
    Gpg,
}
