//! The verdict over an agent's hook: JSON on standard input, the agent's own answer out.
//!
//! How an agent asks and wants to be answered stands in its preset. Clean calls get silence, since an explicit yes may skip the
//! agent's own question. What cannot be understood is refused in the agent's way, never with a code that it takes for a failure.

mod call;
mod judge;
pub mod probe;

use serde_json::Value;

pub use call::Call;
pub use judge::judge;

use super::{Decision, Verdict};
use crate::presets::Presets;
use crate::presets::agents::{Agent, Reply};

/// Largest input that is read.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// What goes back to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Standard output, one line or nothing.
    pub stdout: String,
    /// Standard error, for people or the agent.
    pub stderr: String,
    /// Exit code.
    pub code: u8,
}

/// Why an input cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is no JSON object.
    #[error("the hook's input is not a JSON object: {0}")]
    NotJson(String),
    /// It names no tool, and holds no command.
    #[error("the hook's input names no tool")]
    NoTool,
    /// A tool that runs commands came without one.
    #[error("the call of {tool} has no command that can be read")]
    NoCommand {
        /// The tool's name.
        tool: String,
    },
}

/// The agent that has written `input`, where several read the settings of `agent`.
pub fn speaker(agent: &'static Agent, input: &str) -> &'static Agent {
    if agent.dialects.is_empty() {
        return agent;
    }
    let Ok(value) = serde_json::from_str::<Value>(input) else { return agent };
    let dialect = agent.dialects.iter().find(|dialect| value.get(&*dialect.key).is_some());
    let known = |id: &str| Presets::embedded_agents().iter().find(|one| *one.id == *id);
    dialect.and_then(|dialect| known(&dialect.agent)).unwrap_or(agent)
}

/// The calls that an agent wants to make, and the folder that it works in.
pub fn read(agent: &Agent, input: &str) -> Result<(Vec<Call>, Option<String>), Malformed> {
    let value: Value = serde_json::from_str(input).map_err(|error| Malformed::NotJson(error.to_string()))?;
    if !value.is_object() {
        return Err(Malformed::NotJson("it is something else".to_owned()));
    }
    let folder = call::text_at(&value, &agent.folder);
    Ok((call::calls(agent, &value)?, folder))
}

/// The agent's answer for the strictest of several verdicts.
pub fn answer(agent: &Agent, verdicts: &[Verdict]) -> Answer {
    let strictest = verdicts.iter().max_by_key(|verdict| verdict.decision);
    let Some(verdict) = strictest.filter(|verdict| verdict.decision > Decision::Allow) else {
        return reply(&agent.allow, "");
    };
    let instead = verdict.alternative.as_ref().map(|text| format!(" Instead: {text}")).unwrap_or_default();
    let reason = format!("dbguard: {}{instead}", verdict.reason);
    match verdict.decision {
        Decision::Ask if agent.asks => reply(&agent.ask, &reason),
        Decision::Ask => reply(
            &agent.deny,
            &format!("{reason} A person has to run this, since you cannot ask for it here."),
        ),
        Decision::Allow | Decision::Deny => reply(&agent.deny, &reason),
    }
}

/// The agent's answer where its input cannot be judged: refused, with the reason.
pub fn refusal(agent: &Agent, malformed: &Malformed) -> Answer {
    let reason = format!("dbguard: {malformed}; refused, since what cannot be read cannot be judged");
    let how = if agent.asks { &agent.ask } else { &agent.deny };
    reply(how, &reason)
}

/// A line of the audit log for a decision that was not simply yes, or was so by an exception: what and why in ids, never the
/// command.
pub fn log_line(agent: &Agent, verdict: &Verdict, now: u64) -> Option<String> {
    let effects: Vec<_> = verdict.effects.iter().map(|judged| judged.found.effect).collect();
    let exceptions: Vec<_> =
        verdict.effects.iter().filter_map(|judged| judged.exception.as_deref()).collect();
    (verdict.decision > Decision::Allow || !exceptions.is_empty()).then(|| {
        let mut line = serde_json::json!({"time": now, "agent": &*agent.id, "decision": verdict.decision, "effects": effects});
        if let (false, Some(object)) = (exceptions.is_empty(), line.as_object_mut()) {
            object.insert("exceptions".to_owned(), serde_json::json!(exceptions));
        }
        format!("{line}\n")
    })
}

fn reply(how: &Reply, reason: &str) -> Answer {
    let quoted = Value::String(reason.to_owned()).to_string();
    let stdout = if how.stdout.is_empty() {
        String::new()
    } else {
        format!("{}\n", how.stdout.replace("REASON", &quoted))
    };
    Answer { stdout, stderr: if how.stderr { format!("{reason}\n") } else { String::new() }, code: how.code }
}

#[cfg(test)]
mod tests;
