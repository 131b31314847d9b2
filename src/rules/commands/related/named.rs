//! What a command names itself: volumes, paths, containers. Only an exact match counts.

use super::Scene;
use crate::effects::facts;
use crate::finding::Related;
use crate::survey::compose::{Mount, Volume};
use crate::survey::{Database, VolumeKind};

/// The volumes that are named, each followed by its databases.
pub(super) fn volumes(scene: &Scene<'_>) -> Vec<Related> {
    let named = scene.command.found.target.as_deref().unwrap_or_default();
    named.split_whitespace().flat_map(|name| volume(scene, name)).collect()
}

/// One volume; none where several of the repository may be called so.
fn volume(scene: &Scene<'_>, name: &str) -> Vec<Related> {
    let databases = scene.view.survey.databases.iter();
    let on_it: Vec<&Database> = databases.filter(|database| is_on(database, name)).collect();
    let mut files: Vec<_> = on_it.iter().map(|database| (&database.compose_file, &database.volume)).collect();
    files.sort();
    files.dedup();
    if files.len() != 1 {
        return Vec::new();
    }
    let declared = on_it.first().and_then(|database| declaration(scene, database));
    let volume =
        declared.map(|volume| scene.related(&volume.place, format!("the volume {} that goes", volume.key)));
    volume.into_iter().chain(on_it.iter().filter_map(|database| scene.database(database))).collect()
}

/// Whether the database lives on the volume: by its full name, or behind a project's name that the repository does not tell.
fn is_on(database: &Database, name: &str) -> bool {
    if !matches!(database.volume_kind, VolumeKind::Named | VolumeKind::External) {
        return false;
    }
    match (&database.volume_name, &database.volume) {
        (Some(full), _) => full == name,
        (None, Some(key)) => {
            name.strip_suffix(key.as_str()).is_some_and(|project| project.len() > 1 && project.ends_with('_'))
        }
        (None, None) => false,
    }
}

fn declaration<'a>(scene: &'a Scene<'_>, database: &Database) -> Option<&'a Volume> {
    scene.view.survey.compose.file(database.compose_file.as_deref()?)?.volume(database.volume.as_deref()?)
}

/// The databases whose files lie at or below the path, or around it.
pub(super) fn paths(scene: &Scene<'_>) -> Vec<Related> {
    let found = &scene.command.found;
    let Some(target) = found.target.as_deref() else { return Vec::new() };
    let own = !found.around.elsewhere && !target.contains(['$', '~']);
    let target = target.trim_end_matches(['*', '/']);
    let joined = facts::join(&found.around.folder, target);
    let Some(path) = scene.files.inside(&joined).filter(|path| own && !path.is_empty()) else {
        return if target.contains('/') { Vec::new() } else { volume(scene, target) };
    };
    let hit = |database: &&Database| data_path(scene, database).is_some_and(|at| overlap(&at, &path));
    let databases = scene.view.survey.databases.iter().filter(hit);
    databases.filter_map(|database| scene.database(database)).collect()
}

/// Where in the repository a database keeps its files.
fn data_path(scene: &Scene<'_>, database: &Database) -> Option<String> {
    let service = scene.service(database);
    let mount = service.and_then(|service| service.mount_at(database.data_mount.as_deref()?));
    let bound = mount.filter(|mount| mount.kind == VolumeKind::Bind).and_then(host_path);
    let engine = scene.view.presets.engine(&database.engine)?;
    let file =
        || database.database.clone().filter(|path| engine.holds_files && !path.starts_with([':', '/']));
    bound.or_else(file).map(|path| facts::join("", &path))
}

fn host_path(mount: &Mount) -> Option<String> {
    mount.host_path.clone()
}

fn overlap(data: &str, removed: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(data, removed) || within(removed, data)
}

/// The databases whose container is named.
pub(super) fn container(scene: &Scene<'_>) -> Vec<Related> {
    let named: Vec<&str> =
        scene.command.found.target.as_deref().unwrap_or_default().split_whitespace().collect();
    let databases = scene.view.survey.databases.iter();
    let hit: Vec<&Database> = databases
        .filter(|database| {
            let name = scene.service(database).and_then(|service| service.container_name.as_deref());
            name.is_some_and(|name| named.contains(&name))
        })
        .collect();
    if hit.len() > named.len() {
        return Vec::new();
    }
    hit.into_iter().filter_map(|database| scene.database(database)).collect()
}
