//! The agents' settings: hooks and permission rules, merged into what a person has there.

use serde_json::Value;

use crate::json::edit::{Change, edited, fresh};
use crate::plan::artifacts::{ArtifactError, Drafted, Note};
use crate::plan::context::Context;
use crate::plan::{Desired, Mode, RepoPath, Step};
use crate::presets::agents::{Agent, LAUNCHER, SettingsEntry};
use crate::source::SourceFile;
use crate::survey::tree::ReadError;

/// Adds the step for an agent's settings, or a note with what a person has to put there.
pub(super) fn draft(context: &Context, agent: &Agent, drafted: &mut Drafted) -> Result<(), ArtifactError> {
    let path = &*agent.onboarding.settings;
    if path.is_empty() {
        return Ok(());
    }
    let changes: Vec<Change> = agent.onboarding.entries.iter().flat_map(changes).collect();
    let merged = match context.tree.read(path) {
        Err(ReadError::Missing) if context.tree.probe(path) => {
            Err(format!("{path}: git ignores it, so that others would not have the hook"))
        }
        Err(ReadError::Missing) => Ok((None, fresh(&changes))),
        Err(error) => Err(format!("{path}: {error}")),
        Ok(file) => merge(&file, &changes).map(|text| (Some(file.text().to_owned()), text)),
    };
    match merged {
        Ok((from, text)) => drafted.steps.push(step(agent, from, text, &changes)?),
        Err(problem) => drafted.notes.push(Note {
            message: format!("{problem}; the hook of {} could not be put there.", agent.title),
            action: format!("Put this in by hand:\n{}", fresh(&changes).trim_end()),
        }),
    }
    Ok(())
}

fn changes(entry: &SettingsEntry) -> Vec<Change> {
    let keys: Vec<String> = entry.at.split('/').map(str::to_owned).collect();
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let items = entry.items.iter().filter_map(|item| parsed(item)).map(|item| Change::Item {
        mark: crate::json::edit::holds(&item, LAUNCHER).then(|| LAUNCHER.to_owned()),
        keys: keys.clone(),
        item,
    });
    let value = parsed(&entry.value).map(|value| Change::Default { keys: keys.clone(), value });
    items.chain(value).collect()
}

fn merge(file: &SourceFile, changes: &[Change]) -> Result<String, String> {
    let mut now = file.clone();
    for change in changes {
        let text = edited(&now, change).map_err(|error| error.to_string())?;
        now = SourceFile::new(file.path(), text);
    }
    Ok(now.text().to_owned())
}

fn step(
    agent: &Agent,
    from: Option<String>,
    text: String,
    changes: &[Change],
) -> Result<Step, ArtifactError> {
    let mut keys: Vec<String> = changes.iter().map(|change| change.keys().join(".")).collect();
    keys.dedup();
    Ok(Step {
        path: RepoPath::parse(&*agent.onboarding.settings)?,
        template: format!("agents/{}", agent.id),
        mode: Mode::Plain,
        desired: Desired::Keys { from, text, keys },
        reason: format!("hook for {}", agent.title),
    })
}

#[cfg(test)]
mod tests {
    use crate::presets::Presets;

    use super::*;

    #[test]
    fn every_entry_of_every_preset_is_json() {
        for agent in Presets::embedded_agents() {
            for entry in &agent.onboarding.entries {
                let written = entry.items.len() + usize::from(!entry.value.is_empty());
                assert_eq!(changes(entry).len(), written, "{}: {}", agent.id, &*entry.at);
            }
        }
    }
}
