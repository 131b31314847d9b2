//! `dbguard hook --self-test AGENT`: the hook that is configured here is started as the agent would start it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cli::terminal::Terminal;
use crate::cli::{Failure, Outcome, exit};
use crate::guard::hook::probe::Said;
use crate::guard::hook::{Answer, probe};
use crate::presets::agents::{Agent, LAUNCHER};
use crate::report::screen::{Line, Tone};

/// A database that nobody has: the call is judged, never run.
const WORST: &str = "dropdb dbguard_self_test_production";

pub(super) fn run(agent: &Agent, root: &Path, terminal: &mut Terminal) -> Outcome {
    let commands = configured(agent, root)?;
    let mut works = true;
    for command in commands {
        terminal.lines(&[Line::of(Tone::Strong, command.clone())])?;
        for (what, input, expected) in trials(agent, root) {
            let said = start(agent, &command, root, &input)?;
            let good = expected.contains(&probe::meaning(agent, &said));
            works &= good;
            let tone = if good { Tone::Good } else { Tone::Bad };
            let mut line = Line::of(tone, if good { "  ok    " } else { "  FAILS " }).and(Tone::Plain, what);
            if !good {
                line = line.and(Tone::Plain, format!(": {}", shown(&said)));
            }
            terminal.lines(&[line])?;
        }
    }
    if works {
        return Ok(exit::DONE);
    }
    let hint = format!(
        "the hook of {} does not do what it should; `dbguard init --only agents` writes it anew",
        agent.title
    );
    Err(Failure::new(exit::REFUSED, hint))
}

type Trial = (&'static str, String, &'static [Said]);

fn trials(agent: &Agent, root: &Path) -> [Trial; 3] {
    let call = |command: &str| probe::call(agent, command, &root.display().to_string());
    [
        ("a harmless command goes through", call("git status"), &[Said::Yes]),
        ("a destroying command is stopped", call(WORST), &[Said::No, Said::Ask]),
        ("input that cannot be read is stopped", "{".to_owned(), &[Said::No, Said::Ask]),
    ]
}

/// The commands that the agent's settings start, or the one that its plugin does.
fn configured(agent: &Agent, root: &Path) -> Result<Vec<String>, Failure> {
    let onboarding = &agent.onboarding;
    if onboarding.probe.is_empty() {
        let hint =
            format!("{} has no hook of its own; it reads those of copilot and claude-code", agent.title);
        return Err(Failure::new(exit::USAGE, hint));
    }
    if onboarding.settings.is_empty() {
        return plugin(agent, root);
    }
    let path = root.join(&*onboarding.settings);
    let missing = |why: String| {
        Failure::new(
            exit::USAGE,
            format!("{}: {why}; `dbguard init --only agents` writes the hook", &*onboarding.settings),
        )
    };
    let text = std::fs::read_to_string(&path).map_err(|error| missing(error.to_string()))?;
    let settings: Value = serde_json::from_str(&text).map_err(|error| missing(error.to_string()))?;
    let mut commands = Vec::new();
    collect(&settings, &mut commands);
    commands.dedup();
    if commands.is_empty() { Err(missing(format!("no hook calls {LAUNCHER}"))) } else { Ok(commands) }
}

fn plugin(agent: &Agent, root: &Path) -> Result<Vec<String>, Failure> {
    let missing = agent.onboarding.files.iter().find(|file| !root.join(&*file.path).is_file());
    match missing {
        None => Ok(vec![agent.onboarding.command.to_string()]),
        Some(file) => {
            let hint = format!("{} is missing; `dbguard init --only agents` writes it", &*file.path);
            Err(Failure::new(exit::USAGE, hint))
        }
    }
}

/// Every text of the settings that calls the launcher.
fn collect(settings: &Value, commands: &mut Vec<String>) {
    match settings {
        Value::String(text) if text.contains(LAUNCHER) => commands.push(text.clone()),
        Value::Array(items) => {
            for item in items {
                collect(item, commands);
            }
        }
        Value::Object(members) => {
            for value in members.values() {
                collect(value, commands);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn start(agent: &Agent, command: &str, root: &Path, input: &str) -> Result<Answer, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(exit::REFUSED, format!("the hook cannot be started: {error}"));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).current_dir(root);
    if !agent.onboarding.root_variable.is_empty() {
        shell.env(&*agent.onboarding.root_variable, root);
    }
    let piped = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A hook that answers without reading to the end is judged by its answer.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX);
    Ok(Answer { stdout: text(&output.stdout), stderr: text(&output.stderr), code })
}

fn shown(answer: &Answer) -> String {
    let said = format!("{} {}", answer.stdout.trim(), answer.stderr.trim());
    format!("exit {} {}", answer.code, said.trim().chars().take(200).collect::<String>())
}
