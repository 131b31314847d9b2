//! A server of an agent's tools that may write to a database.

use super::agents::{self, AgentFile};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::presets::agents::McpServer;
use crate::presets::model::Str;
use crate::survey::script::{Entry, Expr};
use crate::survey::{environment, url};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "mcp-write",
        title: "Agent tool with write access to a database",
        severity: Severity::High,
        why: "Over such a server an agent, or whoever plants text that it reads, changes and deletes rows. Rules about shell commands \
              do not see it.",
        evidence: "https://github.com/supabase/mcp/issues/212, https://github.com/supabase/mcp/pull/47",
        bad: "{\"mcpServers\": {\"db\": {\"url\": \"https://mcp.supabase.com/mcp?project_ref=abc\"}}}\n",
        good: "{\"mcpServers\": {\"db\": {\"url\": \"https://mcp.supabase.com/mcp?project_ref=abc&read_only=true\"}}}\n",
        remedy: "Switch its read-only mode on, and give it a role that may only read.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    agents::files(view).iter().flat_map(judge).collect()
}

fn judge(found: &AgentFile) -> Vec<Finding> {
    let groups = found.settings().servers.iter().filter_map(|place| found.at(place));
    groups.flat_map(Expr::entries).filter_map(|entry| server(found, entry)).collect()
}

fn server(found: &AgentFile, entry: &Entry) -> Option<Finding> {
    let text = agents::flat(&entry.value);
    let known = Presets::embedded_mcp_servers().iter().find(|known| holds(&text, &known.signs))?;
    if !writes(known, &text) || text.contains("disabled=true") || text.contains("enabled=false") {
        return None;
    }
    let local = url_of(&text).is_some_and(|host| environment::is_loopback(&host));
    let severity = if local { Severity::Low } else { RULE.about.severity };
    let name = entry.key.as_deref().unwrap_or_default();
    let message = format!(
        "The MCP server `{name}` ({}) lets {} write to the database.",
        known.title, found.agent.title
    );
    let place = draft::line_of(&found.file, found.file.line_of(entry.start));
    Some(draft::finding(&RULE.about, Kind::Config, place, severity, message).advising(&*known.advice))
}

fn holds(text: &str, signs: &[Str]) -> bool {
    signs.iter().any(|sign| text.contains(&**sign))
}

fn writes(known: &McpServer, text: &str) -> bool {
    if known.writes.is_empty() { !holds(text, &known.read_only) } else { holds(text, &known.writes) }
}

/// Host of the first connection string among the words.
fn url_of(text: &str) -> Option<String> {
    let words = text.split_whitespace().map(|word| word.split_once('=').map_or(word, |(_, value)| value));
    words
        .filter(|word| !word.starts_with("http"))
        .find_map(|word| url::parse(word)?.host().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, ".mcp.json");
        let slip = RULE.about.good.replace("read_only=true", "read_only-true");
        assert_eq!(trial::found(&RULE, &[(".mcp.json", &slip)]), [".mcp.json:1 high"]);
    }

    #[test]
    fn commands_environments_and_other_files() {
        let postgres = |args: &str| {
            format!(
                "{{\"servers\": {{\"pg\": {{\"command\": \"uvx\", \"args\": [\"postgres-mcp\", {args}]}}}}}}"
            )
        };
        let found = |args: &str| trial::found(&RULE, &[(".vscode/mcp.json", &postgres(args))]);
        assert_eq!(found("\"--access-mode=unrestricted\""), [".vscode/mcp.json:1 high"]);
        assert!(found("\"--access-mode=restricted\"").is_empty());
        assert_eq!(found("\"postgresql://a:b@localhost/x\""), [".vscode/mcp.json:1 low"]);
        let toml = "[mcp_servers.my]\ncommand = 'npx'\nargs = ['@benborla29/mcp-server-mysql']\n[mcp_servers.my.env]\nALLOW_DELETE_OPERATION = 'true'\n";
        assert_eq!(trial::found(&RULE, &[(".codex/config.toml", toml)]).len(), 1);
        assert!(
            trial::found(&RULE, &[(".codex/config.toml", &toml.replace("'true'", "'false'"))]).is_empty()
        );
        let other = "{\"mcpServers\": {\"gh\": {\"command\": \"npx\", \"args\": [\"@x/mcp-github\"]}}}";
        assert!(trial::found(&RULE, &[(".mcp.json", other)]).is_empty());
    }

    #[test]
    fn servers_that_are_off_and_servers_nearby() {
        let found = |more: &str| {
            let text = format!(
                "{{\"mcpServers\": {{\"pg\": {{\"command\": \"uvx\", \"args\": [\"postgres-mcp\"]{more}}}}}}}"
            );
            trial::found(&RULE, &[(".mcp.json", &text)])
        };
        assert_eq!(found(""), [".mcp.json:1 high"]);
        assert_eq!(found(", \"disabled\": false"), [".mcp.json:1 high"]);
        assert_eq!(found(", \"disabled\": true"), Vec::<String>::new());
        assert_eq!(found(", \"enabled\": false"), Vec::<String>::new());
        let address = |host: &str| format!(", \"env\": {{\"DATABASE_URI\": \"postgresql://a:b@{host}/x\"}}");
        assert_eq!(found(&address("127.0.0.1")), [".mcp.json:1 low"]);
        assert_eq!(found(&address("db.shop.io")), [".mcp.json:1 high"]);
        let proxy = format!(", \"url\": \"http://localhost:9/\"{}", address("db.shop.io"));
        assert_eq!(found(&proxy), [".mcp.json:1 high"]);
    }
}
