//! `dbguard hook AGENT`: the verdict over an agent's hook.

mod self_test;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::terminal::Terminal;
use super::{Failure, HookArgs, Outcome, exit};
use crate::apply::output;
use crate::effects::facts::OnDisk;
use crate::effects::knowledge::Knowledge;
use crate::guard::Verdict;
use crate::guard::hook::{self, Answer, Malformed};
use crate::presets::Presets;
use crate::presets::agents::Agent;

pub(super) fn run(args: &HookArgs, terminal: &mut Terminal) -> Outcome {
    let Some(agent) = Presets::embedded_agents().iter().find(|agent| *agent.id == *args.agent) else {
        let known: Vec<&str> = Presets::embedded_agents().iter().map(|agent| &*agent.id).collect();
        let hint = format!("no agent is called `{}`; known are {}", args.agent, known.join(", "));
        return Err(Failure::new(exit::USAGE, hint));
    };
    if args.self_test {
        return self_test::run(agent, OnDisk::at(Path::new(".")).root(), terminal);
    }
    let answer = judged(agent);
    let mut out = std::io::stdout().lock();
    out.write_all(answer.stdout.as_bytes())?;
    out.flush()?;
    std::io::stderr().write_all(answer.stderr.as_bytes())?;
    Ok(answer.code)
}

fn judged(agent: &'static Agent) -> Answer {
    let mut input = String::new();
    let limit = u64::try_from(hook::LARGEST).unwrap_or(u64::MAX);
    if let Err(error) = std::io::stdin().take(limit).read_to_string(&mut input) {
        return hook::refusal(agent, &Malformed::NotJson(error.to_string()));
    }
    let agent = hook::speaker(agent, &input);
    let (calls, folder) = match hook::read(agent, &input) {
        Ok(read) => read,
        Err(malformed) => return hook::refusal(agent, &malformed),
    };
    let folder = folder.map_or_else(|| PathBuf::from("."), PathBuf::from);
    let facts = OnDisk::at(&folder);
    // A mistake in the repository's own presets must neither lock the agent nor switch off what is known without them.
    let (knowledge, fault) = match Knowledge::for_repository(&facts) {
        Ok(knowledge) => (knowledge, None),
        Err(error) => (Knowledge::embedded(), Some(error)),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let verdicts: Vec<Verdict> =
        calls.iter().map(|call| hook::judge(call, &facts, &knowledge, now)).collect();
    log(facts.root(), agent, &verdicts, now);
    let mut answer = hook::answer(agent, &verdicts);
    if let Some(fault) = fault {
        let _ = writeln!(
            answer.stderr,
            "dbguard: {fault}; the repository's own presets do not count until that is mended"
        );
    }
    answer
}

/// One line a decision that was not simply yes. It never holds the command, which may hold a secret. A log that cannot be
/// written must not change the answer.
fn log(root: &Path, agent: &Agent, verdicts: &[Verdict], now: u64) {
    let folder = root.join(".dbguard");
    if !folder.is_dir() {
        return;
    }
    let lines: String = verdicts.iter().filter_map(|verdict| hook::log_line(agent, verdict, now)).collect();
    if !lines.is_empty() {
        let _ = output::log(&folder.join("log/hook.jsonl"), &lines);
    }
}
