//! Calls to try a configured hook with, and what its answer means.

use serde_json::Value;

use super::{Answer, reply};
use crate::presets::agents::{Agent, Reply};

/// What an answer says to the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Go on.
    Yes,
    /// Ask a person.
    Ask,
    /// No.
    No,
    /// Nothing that the agent understands: it goes on, or stops for another reason.
    Unclear,
}

/// The call of the agent's shell as its hook gets it.
pub fn call(agent: &Agent, command: &str, folder: &str) -> String {
    let arguments = serde_json::json!({ "command": command }).to_string();
    [("ARGUMENTS", arguments.as_str()), ("COMMAND", command), ("FOLDER", folder)]
        .iter()
        .fold(agent.onboarding.probe.to_string(), |call, (name, text)| {
            call.replace(name, &Value::String((*text).to_owned()).to_string())
        })
}

/// What an answer means to the agent.
pub fn meaning(agent: &Agent, answer: &Answer) -> Said {
    if is(answer, &agent.deny) {
        Said::No
    } else if agent.asks && is(answer, &agent.ask) {
        Said::Ask
    } else if (answer.stdout.trim(), answer.code) == (reply(&agent.allow, "").stdout.trim(), agent.allow.code)
    {
        Said::Yes
    } else {
        Said::Unclear
    }
}

/// Whether an answer is this reply, with whatever reason.
fn is(answer: &Answer, how: &Reply) -> bool {
    let (before, after) = how.stdout.split_once("REASON").unwrap_or((&how.stdout, ""));
    let after = after.rsplit("REASON").next().unwrap_or(after);
    let stdout = answer.stdout.trim();
    let says = if how.stdout.is_empty() {
        stdout.is_empty() && !answer.stderr.trim().is_empty()
    } else {
        stdout.starts_with(before) && stdout.ends_with(after) && serde_json::from_str::<Value>(stdout).is_ok()
    };
    says && answer.code == how.code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::facts::InMemory;
    use crate::effects::knowledge::Knowledge;
    use crate::guard::hook;
    use crate::presets::Presets;

    #[test]
    fn every_agents_own_calls_are_understood() {
        let hooked = Presets::embedded_agents().iter().filter(|agent| !agent.onboarding.probe.is_empty());
        for agent in hooked {
            for (command, said) in [("git status", Said::Yes), ("rm -rf /var/lib/mysql", Said::No)] {
                let (calls, folder) = hook::read(agent, &call(agent, command, "/a \"b\"")).expect("a call");
                let verdicts: Vec<_> = calls
                    .iter()
                    .map(|call| hook::judge(call, &InMemory::default(), &Knowledge::embedded(), 0))
                    .collect();
                assert_eq!(meaning(agent, &hook::answer(agent, &verdicts)), said, "{}: {command}", agent.id);
                assert_eq!(folder.as_deref(), Some("/a \"b\""), "{}", agent.id);
            }
            let broken = hook::read(agent, "{").expect_err("no call");
            assert!(
                matches!(meaning(agent, &hook::refusal(agent, &broken)), Said::No | Said::Ask),
                "{}",
                agent.id
            );
            let failed = Answer { stdout: String::new(), stderr: "sh: not found".to_owned(), code: 127 };
            assert_eq!(meaning(agent, &failed), Said::Unclear, "{}", agent.id);
        }
    }
}
