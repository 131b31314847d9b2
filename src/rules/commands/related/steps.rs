//! The steps from a command to what it does: `npm run db:reset` leads to a line of `package.json`.

use super::Scene;
use crate::effects::knowledge::{Knowledge, program_name};
use crate::effects::{facts, manifest};
use crate::finding::Related;
use crate::rules::commands::Command;
use crate::survey::paths;

/// The lines of the manifests that the command goes through, in their order.
pub(super) fn of(scene: &Scene<'_>, commands: &[Command]) -> Vec<Related> {
    let found = &scene.command.found;
    if found.via.is_empty() || found.around.elsewhere {
        return Vec::new();
    }
    let knowledge = Knowledge::embedded();
    let steps = found.via.iter().filter_map(|step| step.split_once(' '));
    steps.filter_map(|(program, name)| step(scene, commands, &knowledge, program, name)).collect()
}

/// A script that does what is found is a command of its own: the one of that name in the manifest that the program reads.
fn step(
    scene: &Scene<'_>,
    commands: &[Command],
    knowledge: &Knowledge,
    program: &str,
    name: &str,
) -> Option<Related> {
    let tools = knowledge.tools(program_name(program));
    let runners = tools.iter().flat_map(|tool| tool.runners.iter());
    let mut manifests = runners.flat_map(|runner| manifest::names(runner.manifest));
    let folder = &scene.command.found.around.folder;
    let path = manifests.find_map(|file| {
        let path = scene.files.inside(&facts::join(folder, file))?;
        scene.view.tree.has(&path).then_some(path)
    })?;
    let same = |one: &&Command| {
        one.place.path == path && one.name == name && one.found.effect == scene.command.found.effect
    };
    let script = commands.iter().find(same)?;
    let message = format!("{name} of {} runs it", paths::name(&path));
    Some(Related { place: script.place.clone(), message })
}
