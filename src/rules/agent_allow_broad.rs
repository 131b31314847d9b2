//! An agent that may destroy data without a question.

use super::agents::{self, AgentFile};
use super::permissions::{self, Entry};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "agent-allow-broad",
        title: "Agent may destroy data without a question",
        severity: Severity::High,
        why: "What stands in an agent's allow list runs without anybody looking. A client, a container runtime or an interpreter \
              there is as good as every command that it can be given, `down -v` and `DROP TABLE` included.",
        evidence: "An agent deleted a volume with all its backups in nine seconds: https://rentry.co/5rme2sea",
        bad: "{\"permissions\": {\"allow\": [\"Bash(psql:*)\", \"Bash(ls:*)\"]}}\n",
        good: "{\"permissions\": {\"allow\": [\"Bash(psql --list)\", \"Bash(ls:*)\"], \"ask\": [\"Bash(psql:*)\"]}}\n",
        remedy: "Allow only what reads, put the rest under `ask` or `deny`, and let `dbguard hook` look at every command.",
        fix: None,
    },
    check,
};

/// Places that are shown beside the first.
const SHOWN: usize = 5;

fn check(view: &View<'_>) -> Vec<Finding> {
    if view.survey.databases.is_empty() {
        return Vec::new();
    }
    agents::files(view).iter().filter_map(judge).collect()
}

/// Whether the file lets destroying commands through.
pub(super) fn judge(found: &AgentFile) -> Option<Finding> {
    let settings = found.settings();
    if let Some((place, start)) = found.set(&settings.unasked) {
        let message =
            format!("`{}` switches off every question of {}.", place.replace('/', "."), found.agent.title);
        let place = draft::line_of(&found.file, found.file.line_of(start));
        return Some(draft::finding(&RULE.about, Kind::Config, place, Severity::High, message));
    }
    let denied: Vec<Entry<'_>> =
        found.texts(&settings.deny).map(|(text, _)| Entry::read(text, settings)).collect();
    let mut open: Vec<(Entry<'_>, &str, usize)> = found
        .texts(&settings.allow)
        .filter_map(|(text, start)| {
            let entry = Entry::read(text, settings);
            let example = permissions::allowed(&entry, &denied)?;
            Some((entry, example, start))
        })
        .collect();
    // What names a database's own program comes before an interpreter, which may be there for much else.
    open.sort_by_key(|(entry, _, start)| (permissions::is_interpreter(entry), *start));
    let (entry, example, start) = open.first()?;
    let severity = if permissions::is_interpreter(entry) { Severity::Medium } else { Severity::High };
    let what = match entry {
        Entry::All => "Every shell command".to_owned(),
        Entry::Prefix(prefix) => format!("Every `{prefix}` command"),
        Entry::Other => return None,
    };
    let message = format!("{what} runs without a question here, `{example}` for one.");
    let at = |start: usize| draft::line_of(&found.file, found.file.line_of(start));
    let finding = draft::finding(&RULE.about, Kind::Config, at(*start), severity, message);
    let others = open.iter().skip(1).take(SHOWN);
    Some(others.fold(finding, |finding, (_, example, start)| {
        finding.with(at(*start), format!("allows `{example}`"))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    const DATABASE: (&str, &str) = ("compose.yaml", "services:\n  db:\n    image: postgres:17\n");

    fn found(path: &str, text: &str) -> Vec<String> {
        trial::found(&RULE, &[(path, text), DATABASE])
    }

    #[test]
    fn only_where_there_is_a_database() {
        let path = ".claude/settings.json";
        assert_eq!(found(path, RULE.about.bad), [".claude/settings.json:1 high"]);
        assert!(found(path, RULE.about.good).is_empty());
        assert!(trial::found(&RULE, &[(path, RULE.about.bad)]).is_empty());
    }

    #[test]
    fn several_agents_and_modes() {
        for (path, text) in [
            (".claude/settings.local.json", "{\"permissions\": {\"defaultMode\": \"bypassPermissions\"}}"),
            (".cursor/cli.json", "{\"permissions\": {\"allow\": [\"Shell(docker)\"]}}"),
            (".codex/config.toml", "model = 'x'\napproval_policy = 'never'\n"),
            (".gemini/settings.json", "{\"tools\": {\"allowed\": [\"run_shell_command(psql)\"]}}"),
            ("opencode.json", "{\"permission\": {\"bash\": {\"*\": \"allow\"}}}"),
            (".vscode/settings.json", "{\"chat.tools.autoApprove\": true}"),
        ] {
            assert_eq!(found(path, text).len(), 1, "{path}");
        }
    }

    #[test]
    fn interpreters_weigh_less_and_denials_count() {
        let text = "{\"permissions\": {\"allow\": [\"Bash(python:*)\"]}}";
        assert_eq!(found(".claude/settings.json", text), [".claude/settings.json:1 medium"]);
        let denied =
            "{\"permissions\": {\"allow\": [\"Bash(docker compose:*)\"], \"ask\": [\"Bash(docker:*)\"]}}";
        assert_eq!(found(".claude/settings.json", denied), Vec::<String>::new());
        let secret = "{\"permissions\": {\"allow\": [\"Bash(PGPASSWORD='kT9vQ2' psql:*)\"]}}";
        let shown = format!("{:?}", trial::run(&RULE, &[(".claude/settings.json", secret), DATABASE]));
        assert!(shown.contains("psql") && !shown.contains("kT9vQ2"), "{shown}");
    }

    #[test]
    fn settings_of_folders_and_modes_that_still_ask() {
        let nested = "packages/api/.claude/settings.json";
        assert_eq!(found(nested, RULE.about.bad), ["packages/api/.claude/settings.json:1 high"]);
        assert!(found("my.claude/settings.json", RULE.about.bad).is_empty());
        let asks = "{\"permissions\": {\"defaultMode\": \"acceptEdits\"}}";
        assert!(found(".claude/settings.json", asks).is_empty());
    }

    #[test]
    fn the_worst_comes_first_and_the_others_are_shown() {
        let text = "{\"permissions\": {\"allow\": [\n  \"Bash(node:*)\",\n  \"Bash(psql:*)\",\n  \"Bash(dropdb:*)\"\n]}}\n";
        let findings = trial::run(&RULE, &[(".claude/settings.json", text), DATABASE]);
        let lines: Vec<_> = findings[0].related.iter().map(|one| one.place.line).collect();
        assert_eq!((findings.len(), findings[0].place.line, findings[0].severity), (1, 3, Severity::High));
        assert_eq!(lines, [4, 2]);
    }
}
