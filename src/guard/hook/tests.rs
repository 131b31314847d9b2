//! Payloads as the agents' documentation and bug reports show them.

use super::*;
use crate::effects::facts::InMemory;
use crate::effects::knowledge::Knowledge;
use crate::presets::Presets;

const WORST: &str = "rm -rf /var/lib/mysql";

fn asked(agent: &str, input: &str) -> Answer {
    let agent = Presets::embedded_agents().iter().find(|one| *one.id == *agent).expect("agent");
    match read(agent, input) {
        Err(malformed) => refusal(agent, &malformed),
        Ok((calls, _)) => {
            let facts = InMemory::default();
            let judged: Vec<_> =
                calls.iter().map(|call| judge(call, &facts, &Knowledge::embedded(), 0)).collect();
            answer(agent, &judged)
        }
    }
}

fn payload(agent: &str, command: &str) -> String {
    let command = Value::String(command.to_owned());
    match agent {
        "claude-code" | "vscode" => format!(
            r#"{{"session_id":"s","cwd":"/x","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{{"command":{command}}}}}"#
        ),
        "codex" => format!(
            r#"{{"session_id":"s","turn_id":"t","model":"m","cwd":"/x","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{{"command":{command}}}}}"#
        ),
        "gemini" => format!(
            r#"{{"session_id":"s","cwd":"/x","hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{{"command":{command}}}}}"#
        ),
        "cursor" => format!(
            r#"{{"command":{command},"cwd":"/x","conversation_id":"c","hook_event_name":"beforeShellExecution","workspace_roots":["/x"]}}"#
        ),
        "copilot" => {
            let arguments = Value::String(format!(r#"{{"command":{command}}}"#));
            format!(r#"{{"timestamp":1,"cwd":"/x","toolName":"bash","toolArgs":{arguments}}}"#)
        }
        "windsurf" => format!(
            r#"{{"agent_action_name":"pre_run_command","tool_info":{{"command_line":{command},"cwd":"/x"}}}}"#
        ),
        "opencode" => format!(r#"{{"tool":"bash","args":{{"command":{command}}},"cwd":"/x"}}"#),
        other => panic!("no payload of {other}"),
    }
}

#[test]
fn every_agent_is_told_no_in_its_own_way() {
    let no = |agent: &str| asked(agent, &payload(agent, WORST));
    for agent in ["claude-code", "codex", "vscode"] {
        let value: Value = serde_json::from_str(&no(agent).stdout).expect("JSON");
        let inner = &value["hookSpecificOutput"];
        assert_eq!(inner["hookEventName"], "PreToolUse", "{agent}");
        assert_eq!(inner["permissionDecision"], "deny", "{agent}");
        assert!(
            inner["permissionDecisionReason"].as_str().expect("reason").contains("/var/lib/mysql"),
            "{agent}"
        );
        assert_eq!(inner.as_object().expect("object").len(), 3, "{agent}: only documented fields");
        assert_eq!(no(agent).code, 0, "{agent}");
    }
    for (agent, key, word) in [
        ("gemini", "decision", "deny"),
        ("cursor", "permission", "deny"),
        ("copilot", "permissionDecision", "deny"),
        ("opencode", "decision", "deny"),
    ] {
        let value: Value = serde_json::from_str(&no(agent).stdout).expect("JSON");
        assert_eq!(value[key], word, "{agent}");
    }
    let windsurf = no("windsurf");
    assert_eq!((windsurf.code, windsurf.stdout.as_str()), (2, ""));
    assert!(windsurf.stderr.contains("/var/lib/mysql"));
}

#[test]
fn every_agent_hears_nothing_about_a_clean_command_but_cursor_which_must() {
    for agent in Presets::embedded_agents() {
        let answer = asked(&agent.id, &payload(&agent.id, "git status"));
        let expected = if &*agent.id == "cursor" { "{\"permission\":\"allow\"}\n" } else { "" };
        assert_eq!(
            (answer.stdout.as_str(), answer.stderr.as_str(), answer.code),
            (expected, "", 0),
            "{}",
            agent.id
        );
    }
}

#[test]
fn what_cannot_be_read_is_never_let_through_and_is_a_valid_answer() {
    for agent in Presets::embedded_agents() {
        let broken =
            payload(&agent.id, WORST).replace("\"command\":", "\"kommand\":").replace("command_line", "line");
        let broken = broken.replace("\\\"command\\\":", "\\\"kommand\\\":");
        for input in ["", "not json", "[]", "null", "{}", broken.as_str()] {
            let answer = asked(&agent.id, input);
            if &*agent.id == "windsurf" {
                assert_eq!(answer.code, 2, "{input}");
            } else {
                assert!(
                    answer.stdout.contains("deny") || answer.stdout.contains("ask"),
                    "{}: {input}: {answer:?}",
                    agent.id
                );
                assert_eq!(answer.code, 0, "{}: {input}", agent.id);
            }
        }
    }
}

#[test]
fn an_ask_becomes_a_no_where_nobody_can_be_asked() {
    let write =
        r#"{"tool_name":"write_file","tool_input":{"file_path":"dbguard.toml","content":"x"},"cwd":"/x"}"#;
    let answer = asked("gemini", write);
    assert!(answer.stdout.contains("\"deny\"") && answer.stdout.contains("A person has to"), "{answer:?}");
    let write = r#"{"tool_name":"Write","tool_input":{"file_path":"/x/.claude/settings.json","content":"{}"},"cwd":"/x"}"#;
    assert!(asked("claude-code", write).stdout.contains("\"ask\""));
}

#[test]
fn a_batch_is_as_bad_as_its_worst_call() {
    let input = r#"{"cwd":"/x","toolCalls":[{"name":"Bash","args":{"command":"ls"}},{"name":"Bash","args":{"command":"rm -rf /var/lib/mysql"}}]}"#;
    for agent in ["claude-code", "vscode", "copilot"] {
        assert!(asked(agent, input).stdout.contains("\"deny\""), "{agent}");
    }
}

#[test]
fn a_script_that_destroys_is_asked_about_when_it_is_written_and_a_document_is_not() {
    let write = |path: &str| {
        let input = serde_json::json!({"tool_name": "Write", "tool_input": {"file_path": path, "content": format!("#!/bin/sh\n{WORST}\n")}});
        asked("claude-code", &input.to_string()).stdout
    };
    assert!(write("clean.sh").contains("\"ask\""));
    let document = serde_json::json!({"tool_name": "Write", "tool_input": {"file_path": "docs/a.md", "content": format!("Never run `{WORST}`.\n")}});
    assert_eq!(asked("claude-code", &document.to_string()).stdout, "");
}

#[test]
fn visual_studio_code_is_answered_in_its_own_way_by_the_hook_of_copilot() {
    let copilot = Presets::embedded_agents().iter().find(|one| &*one.id == "copilot").expect("agent");
    assert_eq!(&*speaker(copilot, &payload("vscode", WORST)).id, "vscode");
    assert_eq!(&*speaker(copilot, &payload("copilot", WORST)).id, "copilot");
    assert_eq!(&*speaker(copilot, "{").id, "copilot");
    for agent in Presets::embedded_agents() {
        for dialect in &agent.dialects {
            assert!(Presets::embedded_agents().iter().any(|one| one.id == dialect.agent), "{}", agent.id);
        }
    }
}
