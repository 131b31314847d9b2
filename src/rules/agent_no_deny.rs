//! An agent whose settings stop nothing.

use super::agents::{self, AgentFile};
use super::{Rule, View, agent_allow_broad, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::script::Expr;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "agent-no-deny",
        title: "Agent settings that stop nothing",
        severity: Severity::Medium,
        why: "The settings allow things, but nothing is denied, asked about or looked at by a hook. What instruction files forbid is \
              advice: agents have reset databases against it.",
        evidence: "https://github.com/anthropics/claude-code/issues/5370",
        bad: "{\"permissions\": {\"allow\": [\"Bash(ls:*)\"]}}\n",
        good: "{\"permissions\": {\"allow\": [\"Bash(ls:*)\"], \"deny\": [\"Bash(docker compose down:*)\"]}}\n",
        remedy: "Deny the commands that destroy this repository's databases, and let `dbguard hook` look at every command; `dbguard \
                 init` writes both.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    if view.survey.databases.is_empty() {
        return Vec::new();
    }
    let files = agents::files(view);
    // One file of an agent may deny what another allows.
    let stops = |id: &str| files.iter().any(|found| &*found.agent.id == id && stops_something(found));
    let lax =
        files.iter().filter(|found| !stops(&found.agent.id) && agent_allow_broad::judge(found).is_none());
    lax.filter_map(judge).collect()
}

fn judge(found: &AgentFile) -> Option<Finding> {
    let settings = found.settings();
    let (_, start) = found.texts(&settings.allow).next().filter(|_| !settings.deny.is_empty())?;
    let message = format!("{} is allowed things here, and nothing stops it anywhere.", found.agent.title);
    let place = draft::line_of(&found.file, found.file.line_of(start));
    Some(draft::finding(&RULE.about, Kind::Config, place, Severity::Low, message))
}

fn stops_something(found: &AgentFile) -> bool {
    let settings = found.settings();
    let hooked = settings
        .hooks
        .iter()
        .filter_map(|place| found.at(place))
        .any(|hooks: &Expr| !hooks.entries().is_empty());
    hooked || found.texts(&settings.deny).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    const DATABASE: (&str, &str) = ("compose.yaml", "services:\n  db:\n    image: postgres:17\n");

    #[test]
    fn anything_that_stops_counts() {
        let found = |text: &str| trial::found(&RULE, &[(".claude/settings.json", text), DATABASE]);
        assert_eq!(found(RULE.about.bad), [".claude/settings.json:1 low"]);
        assert!(found(RULE.about.good).is_empty());
        assert!(found("{\"permissions\": {\"allow\": [\"Bash(ls:*)\"]}, \"hooks\": {\"PreToolUse\": [{\"hooks\": []}]}}").is_empty());
        assert!(found("{\"permissions\": {\"allow\": [\"Bash(psql:*)\"]}}").is_empty());
        assert!(found("{\"model\": \"x\"}").is_empty());
    }

    #[test]
    fn one_file_may_stop_what_another_allows_but_not_for_another_agent() {
        let allows = (".claude/settings.local.json", RULE.about.bad);
        let denies = "{\"permissions\": {\"deny\": [\"Bash(dropdb:*)\"]}}";
        assert!(trial::found(&RULE, &[allows, (".claude/settings.json", denies), DATABASE]).is_empty());
        let other = "{\"permissions\": {\"deny\": [\"Shell(dropdb)\"]}}";
        assert_eq!(
            trial::found(&RULE, &[allows, (".cursor/cli.json", other), DATABASE]),
            [".claude/settings.local.json:1 low"]
        );
        assert!(trial::found(&RULE, &[allows]).is_empty());
    }

    #[test]
    fn an_empty_list_of_hooks_stops_nothing() {
        let text =
            "{\"permissions\": {\"allow\": [\"Bash(ls:*)\"], \"deny\": []}, \"hooks\": {\"PreToolUse\": []}}";
        assert_eq!(
            trial::found(&RULE, &[(".claude/settings.json", text), DATABASE]),
            [".claude/settings.json:1 low"]
        );
    }
}
