//! The section `[notify]`: who is told when something fails, and when a test is overdue.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DatabaseId;

/// Who is told about failures. Addresses that give access are named by their place, never written here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Notify {
    /// Place of a webhook URL that takes what Slack takes.
    pub slack: Option<SecretPlace>,
    /// Place of a URL that is sent a JSON object for each event.
    pub webhook: Option<SecretPlace>,
    /// By database id: place of the URL of its dead man's switch, pinged by each backup.
    pub ping: BTreeMap<DatabaseId, SecretPlace>,
    /// Address that is sent a mail through the machine's `sendmail`.
    pub mail: Option<MailAddress>,
    /// Folder of Prometheus text files; relative to the root unless it starts with `/`.
    pub textfile: Option<Folder>,
    /// Hours after which a failure that goes on is told again.
    #[schemars(range(min = 1))]
    pub repeat_hours: Option<u32>,
    /// Days after which the last restore test of a database is overdue.
    #[schemars(range(min = 1))]
    pub restore_test_days: Option<u32>,
    /// Days after which the last drill is overdue.
    #[schemars(range(min = 1))]
    pub drill_days: Option<u32>,
}

impl Notify {
    /// The key of a figure that is 0 and may not be.
    pub fn zero(&self) -> Option<&'static str> {
        let figures = [
            ("repeat_hours", self.repeat_hours),
            ("restore_test_days", self.restore_test_days),
            ("drill_days", self.drill_days),
        ];
        figures.iter().find(|(_, value)| *value == Some(0)).map(|(key, _)| *key)
    }
}

/// Where a secret is; never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written")]
pub struct SecretPlace {
    /// What kind of place it is.
    pub kind: SecretKind,
    /// File, root-relative or absolute; empty for a variable.
    #[serde(default)]
    pub path: String,
    /// Key or variable name; empty for a file that holds nothing else.
    #[serde(default)]
    pub key: String,
}

/// A kind of place that holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SecretKind {
    /// A dotenv file.
    Dotenv,
    /// The process environment.
    Variable,
    /// A file that holds the secret and nothing else.
    File,
}

/// Where a secret is; never what it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What kind of place it is.
    kind: SecretKind,
    /// File, root-relative or absolute; empty for a variable.
    #[serde(default)]
    path: String,
    /// Key or variable name; empty for a file that holds nothing else.
    #[serde(default)]
    key: String,
}

impl TryFrom<Written> for SecretPlace {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let Written { kind, path, key } = written;
        if [&path, &key].iter().any(|text| text.contains("://")) {
            return Err("this is an address; write the name of the variable or file that holds it".to_owned());
        }
        let wrong = match kind {
            SecretKind::Dotenv if path.is_empty() || key.is_empty() => "`dotenv` needs `path` and `key`",
            SecretKind::Variable if key.is_empty() || !path.is_empty() => "`variable` needs `key` only",
            SecretKind::File if path.is_empty() || !key.is_empty() => "`file` needs `path` only",
            SecretKind::Dotenv | SecretKind::Variable | SecretKind::File => {
                return Ok(Self { kind, path, key });
            }
        };
        Err(wrong.to_owned())
    }
}

/// A mail address that is safe as the line of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct MailAddress(String);

impl TryFrom<String> for MailAddress {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_".contains(c);
        // Local mail, such as root's, has no @.
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(plain) {
            return Ok(Self(text));
        }
        Err(format!("`{}` is not one plain mail address", text.escape_debug()))
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

/// A folder of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Folder(String);

impl TryFrom<String> for Folder {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(format!("`{}` is not a folder", text.escape_debug()));
        }
        Ok(Self(text))
    }
}

impl From<Folder> for String {
    fn from(folder: Folder) -> Self {
        folder.0
    }
}
