//! A volume's name that dbguard pinned, and that somebody has changed since: the next `up` starts with empty data.

use super::{Class, Concern, Drift};
use crate::plan::context::Context;
use crate::plan::diff::DiffLine;
use crate::plan::manifest::Manifest;
use crate::policy::FILE;
use crate::policy::file::{DatabaseEntry, Run};

/// Pins that say another name than the policy.
pub(super) fn of(context: &Context<'_>, manifest: &Manifest) -> Vec<Drift> {
    let entries = context.policy.databases.iter().filter(|entry| entry.run == Run::Compose);
    entries.filter_map(|entry| changed(context, manifest, entry)).collect()
}

fn changed(context: &Context<'_>, manifest: &Manifest, entry: &DatabaseEntry) -> Option<Drift> {
    let (path, declared) = entry.compose_files.first().zip(context.declaration(entry))?;
    let (volume, wanted) = entry.volume.as_deref().zip(entry.volume_name.as_deref())?;
    let found = declared.volume_name.as_deref().filter(|found| *found != wanted)?;
    let key = format!("volumes.{volume}.name");
    if declared.volume.as_deref() != Some(volume) || !manifest.at(path).any(|one| one.keys.contains(&key)) {
        return None;
    }
    let declaration = context.survey.compose.file(path.as_str()).and_then(|file| file.volume(volume));
    Some(Drift {
        line: declaration.map_or(1, |volume| volume.place.line),
        message: format!(
            "dbguard pinned the volume `{volume}` to `{wanted}`, where the data is; it now says `{found}`, and the next `up` \
             starts with what that volume holds."
        ),
        help: Some(format!(
            "Write `name: {wanted}` again. If the data has really moved, change volume_name in {FILE} and run dbguard init."
        )),
        diff: vec![DiffLine::Removed(format!("name: {wanted}")), DiffLine::Added(format!("name: {found}"))],
        ..Drift::at(Class::Edited, Concern::Guard, path.as_str())
    })
}
