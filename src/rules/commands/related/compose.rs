//! What goes with a Compose project: the volumes that hold a database, and the databases that live on them.

use super::{MOST, Scene};
use crate::finding::Related;
use crate::guard::compose::{self, Loss};
use crate::survey::compose::ComposeFile;
use crate::survey::{Database, Environment, VolumeKind};

/// Each volume followed by its databases; where they are many the databases alone.
pub(super) fn lost(scene: &Scene<'_>) -> Vec<Related> {
    let found = &scene.command.found;
    if found.around.elsewhere {
        return Vec::new();
    }
    let paths = compose::files(found, &scene.files).into_iter().filter_map(|path| scene.files.inside(&path));
    let paths: Vec<String> = paths.collect();
    let files: Vec<&ComposeFile> =
        paths.iter().filter_map(|path| scene.view.survey.compose.file(path)).collect();
    let hit = files.iter().flat_map(|file| of_file(scene, file, &paths));
    let (mut all, mut databases): (Vec<Related>, Vec<Related>) = (Vec::new(), Vec::new());
    for (loss, hit) in hit {
        if let Loss::Named(volume) = loss {
            all.push(scene.related(&volume.place, format!("the {} that goes", loss.words())));
        }
        all.extend(hit.iter().cloned());
        databases.extend(hit);
    }
    if all.len() > MOST { databases } else { all }
}

/// What of a file goes that holds databases, with these.
fn of_file<'a>(
    scene: &'a Scene<'_>,
    file: &'a ComposeFile,
    paths: &[String],
) -> Vec<(Loss<'a>, Vec<Related>)> {
    let mut losses = compose::losses(file, scene.command.found.scope);
    // What a file that Compose would lay over this one adds is not there where the command names its files.
    losses.retain(|loss| {
        let path = &loss.place().path;
        paths.contains(path) || !file.overrides.contains(path)
    });
    losses.sort_by_key(|loss| loss.place());
    let databases = scene.view.survey.databases.iter();
    let of = |loss: Loss<'_>| -> Vec<Related> {
        let lost = databases.clone().filter(|database| lives_on(database, file, loss));
        lost.filter_map(|database| scene.database(database)).collect()
    };
    losses.into_iter().map(|loss| (loss, of(loss))).filter(|(_, hit)| !hit.is_empty()).collect()
}

fn lives_on(database: &Database, file: &ComposeFile, loss: Loss<'_>) -> bool {
    if database.compose_file.as_deref() != Some(file.path.as_str())
        || database.environment == Environment::Test
    {
        return false;
    }
    let is_service = |name: &str| database.compose_service.as_deref() == Some(name);
    match loss {
        Loss::Named(volume) => {
            database.volume_kind == VolumeKind::Named && database.volume.as_deref() == Some(&*volume.key)
        }
        Loss::Mounted(service, mount) => {
            is_service(&service.name) && database.data_mount.as_deref() == Some(&*mount.target)
        }
        Loss::Declared(service) => is_service(&service.name),
    }
}
