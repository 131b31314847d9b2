//! A hook that cannot stop what it is there to stop.

use super::agents::{self, AgentFile};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::paths;
use crate::survey::script::{self, Entry};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "agent-hook-fails-open",
        title: "Agent hook that cannot refuse",
        severity: Severity::Medium,
        why: "A hook refuses by one exit code. Where its failure is swallowed (`|| true`), its script is missing, or it ends with \
              another code, the command that it should have stopped runs.",
        evidence: "Which exit code blocks: https://code.claude.com/docs/en/hooks",
        bad: "{\"hooks\": {\"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"./guard.sh || true\"}]}]}}\n",
        good: "{\"hooks\": {\"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"dbguard hook claude-code\"}]}]}}\n",
        remedy: "Let the hook end with the code that refuses, and with the same code when it cannot tell.",
        fix: None,
    },
    check,
};

/// Endings of a command that swallow its failure.
const SWALLOWS: [&str; 5] = ["|| true", "|| exit 0", "|| :", "; exit 0", "; true"];

fn check(view: &View<'_>) -> Vec<Finding> {
    agents::files(view).iter().flat_map(|found| judge(view, found)).collect()
}

fn judge(view: &View<'_>, found: &AgentFile) -> Vec<Finding> {
    let mut commands = Vec::new();
    let hooks = found.settings().hooks.iter().filter_map(|place| found.at(place));
    for hook in hooks {
        script::each_entry(hook.entries(), &mut |entry: &Entry| {
            if entry.key.as_deref() == Some("command") {
                commands.extend(agents::plain(&entry.value).map(|text| (text.to_owned(), entry.start)));
            }
        });
    }
    commands
        .into_iter()
        .filter_map(|(command, start)| {
            let reason = fails_open(view, found, &command)?;
            let place = draft::line_of(&found.file, found.file.line_of(start));
            Some(draft::finding(&RULE.about, Kind::Config, place, RULE.about.severity, reason))
        })
        .collect()
}

fn fails_open(view: &View<'_>, found: &AgentFile, command: &str) -> Option<String> {
    let trimmed = command.trim().trim_end_matches(';').trim_end();
    if let Some(ending) = SWALLOWS.iter().find(|ending| trimmed.ends_with(**ending)) {
        return Some(format!(
            "The hook's command ends with `{ending}`: whatever it says, the agent goes on."
        ));
    }
    let path = script_of(command)?;
    if !view.tree.has(&path) && !view.tree.probe(&path) {
        return Some(format!(
            "The hook runs {path}, which is not in the repository: without it the agent goes on."
        ));
    }
    let code = found.settings().refuses_with;
    let file = view.tree.read(&path).ok().filter(|_| code > 1 && paths::ending(&path) == "sh")?;
    let lines = || file.text().lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let answers = lines().any(|line| {
        line.contains(&format!("exit {code}")) || line.contains("ecision") || line.contains("exec ")
    });
    let refuses = lines().any(|line| line.contains("exit 1"));
    (refuses && !answers)
        .then(|| format!("{path} ends with code 1, but only {code} stops {}.", found.agent.title))
}

/// The script inside the repository that a command starts: `"$CLAUDE_PROJECT_DIR"/.claude/hooks/x.sh`, `./x.sh`.
fn script_of(command: &str) -> Option<String> {
    let word = command
        .split_whitespace()
        .map(|word| word.replace(['"', '\''], ""))
        .find(|word| matches!(paths::ending(word), "sh" | "py"))?;
    let inside = word
        .strip_prefix("$CLAUDE_PROJECT_DIR/")
        .or_else(|| word.strip_prefix("${CLAUDE_PROJECT_DIR}/"))
        .or_else(|| word.strip_prefix("./"))
        .unwrap_or(&word);
    (!inside.starts_with(['/', '~', '$', '.']) || inside.starts_with(".claude/")).then(|| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, ".claude/settings.json");
    }

    #[test]
    fn scripts_that_are_missing_or_end_wrongly() {
        let settings =
            RULE.about.good.replace("dbguard hook claude-code", "$CLAUDE_PROJECT_DIR/.claude/hooks/guard.sh");
        let found = |script: &str| {
            let files = [(".claude/settings.json", settings.as_str()), (".claude/hooks/guard.sh", script)];
            trial::found(&RULE, &files)
        };
        assert_eq!(found("#!/bin/sh\ngrep -q DROP && exit 1\n").len(), 1);
        assert!(found("#!/bin/sh\ngrep -q DROP && exit 2\nexit 0\n").is_empty());
        assert_eq!(trial::found(&RULE, &[(".claude/settings.json", &settings)]).len(), 1);
    }

    /// Settings whose only hook runs `command`.
    fn hook(command: &str) -> String {
        RULE.about.good.replace("dbguard hook claude-code", command)
    }

    #[test]
    fn every_ending_that_swallows() {
        for ending in ["|| true", "|| exit 0", "|| :", "; exit 0", "; true", "|| true;"] {
            let settings = hook(&format!("dbguard hook claude-code {ending}"));
            assert_eq!(
                trial::found(&RULE, &[(".claude/settings.json", &settings)]),
                [".claude/settings.json:1 medium"],
                "{ending}"
            );
        }
        for ending in ["|| exit 2", "&& true_story", "# || true is wrong"] {
            let settings = hook(&format!("dbguard hook claude-code {ending}"));
            assert!(trial::found(&RULE, &[(".claude/settings.json", &settings)]).is_empty(), "{ending}");
        }
    }

    #[test]
    fn only_commands_of_hooks_before_a_tool() {
        let after = hook("log.sh || true").replace("PreToolUse", "PostToolUse");
        assert!(trial::found(&RULE, &[(".claude/settings.json", &after)]).is_empty());
        let described = hook("dbguard hook claude-code\", \"description\": \"never || true");
        assert!(trial::found(&RULE, &[(".claude/settings.json", &described)]).is_empty());
    }

    #[test]
    fn what_a_script_answers_with() {
        let settings = hook("./guard.sh");
        let found = |script: &str| {
            trial::found(&RULE, &[(".claude/settings.json", settings.as_str()), ("guard.sh", script)])
        };
        for fine in [
            "#!/bin/sh\n[ -n \"$X\" ] || exit 1\nexec dbguard hook claude-code\n",
            "#!/bin/sh\n[ -n \"$X\" ] || exit 1\necho '{\"permissionDecision\":\"deny\"}'\n",
            "#!/bin/sh\n# exit 1 would not stop it\nexit 0\n",
            "#!/bin/sh\n[ -n \"$X\" ] || exit 1\nexit 2\n",
            "#!/bin/sh\necho fine\n",
        ] {
            assert!(found(fine).is_empty(), "{fine}");
        }
        assert_eq!(found("#!/bin/sh\n# exit 2 is what stops\nexit 1\n"), [".claude/settings.json:1 medium"]);
        let python = hook("python3 guard.py");
        let files = [
            (".claude/settings.json", python.as_str()),
            ("guard.py", "# exit 1\nraise SystemExit('exit 1')\n"),
        ];
        assert!(trial::found(&RULE, &files).is_empty());
    }

    #[test]
    fn scripts_outside_of_the_repository_cannot_be_judged() {
        for command in ["/opt/guard.sh", "~/.claude/guard.sh", "$HOME/guard.sh", "../guard.sh"] {
            assert!(
                trial::found(&RULE, &[(".claude/settings.json", &hook(command))]).is_empty(),
                "{command}"
            );
        }
        for command in ["./guard.sh", "bash scripts/guard.sh", ".claude/hooks/guard.sh", "'scripts/guard.sh'"]
        {
            assert_eq!(
                trial::found(&RULE, &[(".claude/settings.json", &hook(command))]).len(),
                1,
                "{command}"
            );
        }
    }
}
