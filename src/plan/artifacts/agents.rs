//! What AI agents get: rules in the files that they read, hooks in their settings, and the launcher that these call.

mod settings;

use serde::Serialize;

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::context::Context;
use crate::plan::view::View;
use crate::plan::{CommentStyle, Desired, Mode, RepoPath, Step};
use crate::presets::Presets;
use crate::presets::agents::{Agent, LAUNCHER};
use crate::presets::wildcard;
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "agents", title: "rules and hooks for agents", steps };

const BLOCK: &str = "docs/agents-block.md";
const LAUNCHER_TEMPLATE: &str = "agents/hook.sh";

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    let view = View::of(context);
    let mut drafted = Drafted::default();
    let agents: Vec<&Agent> = enabled(context).collect();
    let own = context.policy.paths.agents.as_str();
    let others = agents.iter().map(|agent| &*agent.onboarding.instructions).filter(|path| !path.is_empty());
    for path in std::iter::once(own).chain(others.filter(|path| *path != own)) {
        drafted.steps.push(block(path, &view)?);
    }
    drafted.steps.push(launcher()?);
    for agent in agents {
        for file in &agent.onboarding.files {
            drafted.steps.push(own_file(agent, &file.path, &file.template, &view)?);
        }
        settings::draft(context, agent, &mut drafted)?;
    }
    Ok(drafted)
}

/// The agents that the policy names, else those whose files are in the repository.
fn enabled<'a>(context: &Context<'a>) -> impl Iterator<Item = &'static Agent> + use<'a> {
    let (chosen, tree) = (context.policy.agents.clone(), context.tree);
    Presets::embedded_agents().iter().filter(move |agent| match &chosen {
        Some(ids) => ids.iter().any(|id| **id == *agent.id),
        None => tree.paths().any(|path| is_sign(agent, path)),
    })
}

fn is_sign(agent: &Agent, path: &str) -> bool {
    agent.onboarding.signs.iter().any(|sign| wildcard::matches_exactly(sign, path))
}

fn block(path: &str, view: &View) -> Result<Step, ArtifactError> {
    Ok(Step {
        path: RepoPath::parse(path)?,
        template: BLOCK.to_owned(),
        mode: Mode::Plain,
        desired: Desired::Block {
            id: "databases".to_owned(),
            style: CommentStyle::Html,
            body: template::render(BLOCK, view)?,
        },
        reason: "rules for agents".to_owned(),
    })
}

fn own_file(agent: &Agent, path: &str, name: &str, view: &View) -> Result<Step, ArtifactError> {
    Ok(Step {
        path: RepoPath::parse(path)?,
        template: name.to_owned(),
        mode: Mode::Plain,
        desired: Desired::WholeFile { text: template::render(name, view)? },
        reason: format!("for {}", agent.title),
    })
}

/// How an agent is answered, for the launcher.
#[derive(Serialize)]
struct Answers {
    id: String,
    allow: String,
    deny: String,
    stderr: bool,
    code: u8,
}

#[derive(Serialize)]
struct Launcher {
    agents: Vec<Answers>,
}

/// The launcher knows every agent, so that it stays the same whichever are used.
fn launcher() -> Result<Step, ArtifactError> {
    let answers = |agent: &Agent| Answers {
        id: agent.id.to_string(),
        allow: agent.allow.stdout.to_string(),
        deny: agent.deny.stdout.to_string(),
        stderr: agent.deny.stderr,
        code: agent.deny.code,
    };
    let agents = Presets::embedded_agents().iter().map(answers).collect();
    Ok(Step {
        path: RepoPath::parse(LAUNCHER)?,
        template: LAUNCHER_TEMPLATE.to_owned(),
        mode: Mode::Executable,
        desired: Desired::WholeFile { text: template::render(LAUNCHER_TEMPLATE, Launcher { agents })? },
        reason: "what the agents' hooks call".to_owned(),
    })
}
