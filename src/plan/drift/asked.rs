//! Which steps a repository has asked for: not the kinds that `init --only` left out.

use super::{Concern, Group};
use crate::plan::manifest::Manifest;
use crate::plan::{Desired, Mode, Step};

/// The artefact whose steps leave no trace in the manifest where nothing had to change.
const TRACELESS: &str = "compose";

/// The steps that were asked for, each with the id of its artefact.
pub(super) fn of(groups: Vec<Group>, manifest: &Manifest) -> Vec<(&'static str, Step)> {
    let is_known = |group: &Group| group.steps.iter().any(|step| manifest.at(&step.path).next().is_some());
    let mut others = groups.iter().filter(|group| group.id != TRACELESS && !group.steps.is_empty());
    let all_known = others.all(is_known);
    let asked = groups.into_iter().filter(|group| is_known(group) || (group.id == TRACELESS && all_known));
    asked.flat_map(|group| group.steps.into_iter().map(move |step| (group.id, step))).collect()
}

/// What is less safe without the thing that `step` asks for. What belongs to no artefact keeps dbguard's own records tidy.
pub(super) fn concern(asked: &[(&'static str, Step)], step: &Step) -> Concern {
    let group = asked.iter().find(|(_, one)| one == step).map(|(group, _)| *group);
    let is_prose = [".md", ".mdc"].iter().any(|ending| step.path.as_str().ends_with(ending));
    match (group, &step.desired) {
        _ if step.mode == Mode::Executable => Concern::Guard,
        (Some("scripts" | "agents"), Desired::WholeFile { .. }) if !is_prose => Concern::Guard,
        (Some(_), Desired::Keys { .. }) => Concern::Guard,
        (Some("agents" | "gitignore" | "backups"), _) => Concern::Rules,
        _ => Concern::Text,
    }
}
