//! The section `[agents]` of `dbguard.toml`: which AI agents are set up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The AI agents that work on this repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Agents {
    /// Their ids, as in `dbguard hook ID`. Without it: those whose files are in the repository.
    pub enable: Option<Vec<String>>,
}

impl Agents {
    /// The first id that no agent has.
    pub(crate) fn unknown(&self) -> Option<&str> {
        let known =
            |id: &str| crate::presets::Presets::embedded_agents().iter().any(|agent| *agent.id == *id);
        self.enable.iter().flatten().map(String::as_str).find(|id| !known(id))
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::load::Loaded;

    #[test]
    fn an_unknown_agent_has_a_place_and_the_nearest_one() {
        let parse = |ids: &str| Loaded::parse(&format!("version = 1\n[agents]\nenable = [{ids}]\n"));
        assert!(parse("\"codex\", \"cursor\"").is_ok());
        let error = parse("\"cursed\"").expect_err("unknown").to_string();
        assert_eq!(error, "dbguard.toml:3:10: no agent is called `cursed`; did you mean `cursor`?");
    }
}
