//! The section `[approval]` of `dbguard.toml`: who may agree to a destructive operation in production.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may agree to a destructive operation in production, and for how long an agreement is good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Approval {
    /// Git e-mail addresses, or names given in the variable `APPROVER`; empty: anybody but the one who asks.
    pub approvers: Vec<Approver>,
    /// Minutes after which a request, and every approval of it, has expired.
    pub minutes: Minutes,
}

/// One who may agree, as `git config user.email` or the variable `APPROVER` names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Approver(String);

impl TryFrom<String> for Approver {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.trim() != text || text.is_empty() || text.chars().any(char::is_control) {
            return Err(format!(
                "`{}` is no approver: an e-mail address or a name is needed",
                text.escape_debug()
            ));
        }
        Ok(Self(text))
    }
}

impl From<Approver> for String {
    fn from(approver: Approver) -> Self {
        approver.0
    }
}

impl fmt::Display for Approver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long an approval is good: one minute to one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(with = "u32", extend("minimum" = 1, "maximum" = 1440))]
pub struct Minutes(u32);

impl Minutes {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Minutes {
    fn default() -> Self {
        Self(60)
    }
}

impl TryFrom<u32> for Minutes {
    type Error = String;
    fn try_from(minutes: u32) -> Result<Self, String> {
        match minutes {
            1..=1440 => Ok(Self(minutes)),
            other => Err(format!("an approval is good for 1 to 1440 minutes, not {other}")),
        }
    }
}

impl From<Minutes> for u32 {
    fn from(minutes: Minutes) -> Self {
        minutes.0
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::load::Loaded;

    #[test]
    fn approvals_have_a_default_and_their_mistakes_a_place() {
        let parse = |text: &str| Loaded::parse(&format!("version = 1\n[approval]\n{text}\n"));
        assert_eq!(parse("").expect("valid").file.approval.minutes.get(), 60);
        for (text, place) in [
            ("minutes = 0", "dbguard.toml:3:11"),
            ("minutes = 1441", "dbguard.toml:3:11"),
            ("approvers = [\"\"]", "dbguard.toml:3:13"),
            ("approvers = [\"a\\nb\"]", "dbguard.toml:3:13"),
            ("approver = []", "dbguard.toml:3:1"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.starts_with(place), "{text}: {error}");
        }
    }
}
