//! The section `[guard]` of `dbguard.toml`: what a team wants stricter than the program does, and what it lets through.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::day::Day;
use crate::presets::tools::Effect;

/// How `dbguard guard` and the agents' hooks judge, where it differs from the program's own way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// Effects, by their name in `dbguard.guard/1`, that are always at least asked about or denied, wherever they happen.
    pub effects: BTreeMap<Effect, Stop>,
    /// Commands that are let through for a while.
    #[serde(rename = "exception")]
    pub exceptions: Vec<Exception>,
}

/// How strictly an effect is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stop {
    /// A person has to say yes.
    Ask,
    /// No.
    Deny,
}

/// One command that is let through. It never covers what is named as production: there a person is still asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The command exactly as it is given, run at the repository's root; runs of blanks count as one.
    pub command: String,
    /// `allow`, or `ask` where it would be denied.
    pub decision: Leniency,
    /// Why that is safe, for those who read this later.
    pub reason: Reason,
    /// The day from which it counts no more.
    pub expires: Day,
}

/// What an exception turns a verdict into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Leniency {
    /// It runs.
    Allow,
    /// A person has to say yes.
    Ask,
}

/// A reason that says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("minLength" = 1))]
pub struct Reason(String);

impl Reason {
    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it needs a reason".to_owned());
        }
        Ok(Self(text.trim().to_owned()))
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

impl JsonSchema for Effect {
    fn schema_name() -> Cow<'static, str> {
        "Effect".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a command does to data.",
            "type": "string",
            "enum": Self::ALL
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load::Loaded;

    fn parse(text: &str) -> Result<Guard, String> {
        let loaded = Loaded::parse(&format!("version = 1\n{text}\n"));
        loaded.map(|loaded| loaded.file.guard).map_err(|error| error.to_string())
    }

    #[test]
    fn effects_become_stricter() {
        let guard = parse("[guard.effects]\nprunes = \"deny\"\nschema-change = \"ask\"").expect("valid");
        assert_eq!(guard.effects.get(&Effect::Prunes), Some(&Stop::Deny));
        let error = parse("[guard.effects]\nprunes = \"allow\"").expect_err("looser");
        assert!(error.starts_with("dbguard.toml:3:10: "), "{error}");
        let error = parse("[guard.effects]\nprune = \"deny\"").expect_err("misspelt");
        assert!(
            error.starts_with("dbguard.toml:3:1: ") && error.ends_with("did you mean `prunes`?"),
            "{error}"
        );
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_day() {
        let exception = "[[guard.exception]]\ncommand = \"make db-reset\"\ndecision = \"allow\"\n";
        let whole = format!("{exception}reason = \"only fixtures\"\nexpires = \"2027-01-31\"");
        assert_eq!(parse(&whole).expect("valid").exceptions.len(), 1);
        let unquoted = whole.replace("\"2027-01-31\"", "2027-01-31");
        assert_eq!(parse(&unquoted).expect("valid"), parse(&whole).expect("valid"));
        for (text, complaint) in [
            (exception.to_owned(), "missing field `reason`"),
            (format!("{exception}reason = \" \"\nexpires = \"2027-01-31\""), "needs a reason"),
            (format!("{exception}reason = \"x\""), "missing field `expires`"),
            (format!("{exception}reason = \"x\"\nexpires = \"soon\""), "`soon` is no day"),
            (format!("{exception}reason = \"x\"\nexpires = 2027-01-31T00:00:00Z"), "is no day"),
        ] {
            let error = parse(&text).expect_err(&text);
            assert!(error.starts_with("dbguard.toml:") && error.contains(complaint), "{error}");
        }
    }
}
