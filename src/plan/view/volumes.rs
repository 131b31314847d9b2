//! The volumes of the Compose files that hold guarded databases, each with its class.

use serde::Serialize;

use crate::plan::context::Context;
use crate::policy::file::{DatabaseEntry, Run};
use crate::presets::model::{Role, VolumeClass};
use crate::survey::VolumeKind;
use crate::survey::compose::{Mount, Service};

/// One volume or bind mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeView {
    /// Key of the volume, or source of the bind mount as declared.
    pub key: String,
    /// `volume` or `bind`.
    pub kind: &'static str,
    /// Real name, where tracked files tell it for certain; else empty.
    pub name: String,
    /// The first service that mounts it.
    pub service: String,
    /// Where that service has it.
    pub destination: String,
    /// How much it matters.
    pub class: VolumeClass,
    /// The id of the guarded database that keeps its data there, or the name of another engine; else empty.
    pub holds: String,
    /// Every service that mounts it.
    pub services: Vec<String>,
}

/// A volume with all its mounts.
struct Used<'a> {
    key: &'a str,
    mounts: Vec<(&'a Service, &'a Mount)>,
}

impl VolumeView {
    /// The volumes that belong to a database: its own, and those of no guarded database when it is the first of its Compose
    /// files, systems of record going before caches.
    pub fn of(context: &Context, entry: &DatabaseEntry) -> Vec<Self> {
        if entry.run != Run::Compose {
            return Vec::new();
        }
        let is_owner = owner(context, entry) == Some(entry.id.as_str());
        let views = used(context, entry).into_iter().map(|used| Self::judged(context, entry, &used));
        views
            .filter(|view| view.holds == entry.id.as_str() || is_owner && !is_guarded(context, &view.holds))
            .collect()
    }

    /// Names under `[volumes]` that no Compose file of a guarded database has.
    pub fn unmatched(context: &Context) -> Vec<String> {
        let entries = || context.guarded().filter(|entry| entry.run == Run::Compose);
        let known =
            |key: &str| entries().any(|entry| used(context, entry).iter().any(|used| used.key == key));
        context.policy.volumes.keys().filter(|key| !known(key)).cloned().collect()
    }

    fn judged(context: &Context, entry: &DatabaseEntry, used: &Used<'_>) -> Self {
        let (holds, by_engine) = held(context, entry, used);
        let (service, mount) = used.mounts[0];
        let decided = context.policy.volumes.get(used.key).copied();
        // The policy first: the Compose file may only be getting the name in this very run.
        let pinned = context.guarded().find(|guarded| guarded.id.as_str() == holds);
        let name =
            pinned.and_then(|guarded| guarded.volume_name.clone()).or_else(|| mount.volume_name.clone());
        Self {
            key: used.key.to_owned(),
            kind: if mount.kind == VolumeKind::Bind { "bind" } else { "volume" },
            name: name.unwrap_or_default(),
            service: service.name.clone(),
            destination: mount.target.trim_end_matches('/').to_owned(),
            class: decided.or(by_engine).unwrap_or_else(|| class(context, used)),
            holds,
            services: used.mounts.iter().map(|(service, _)| service.name.clone()).collect(),
        }
    }
}

/// What the names say; else what git has is made again from there, and what no service may write comes from elsewhere. A
/// volume that nothing tells about is critical: an archive too many costs space, one too few costs the data.
fn class(context: &Context, used: &Used<'_>) -> VolumeClass {
    let points: Vec<&str> = used.mounts.iter().map(|(_, mount)| mount.target.as_str()).collect();
    let told = context.presets.class_of_volume(used.key, &points);
    told.unwrap_or_else(|| {
        if used.mounts.iter().any(|(_, mount)| is_in_repository(context, mount)) {
            VolumeClass::Recreatable
        } else if used.mounts.iter().all(|(_, mount)| mount.read_only) {
            VolumeClass::Important
        } else {
            VolumeClass::Critical
        }
    })
}

/// Whether files of the repository lie there, other than placeholders such as `.gitkeep`.
fn is_in_repository(context: &Context, mount: &Mount) -> bool {
    let Some(path) = mount.host_path.as_deref() else { return false };
    let path = path.trim_end_matches('/');
    let inside = |file: &str| match path {
        "" | "." => true,
        path => file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    let placeholder =
        |file: &str| file != path && file.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
    context.tree.paths().any(|file| inside(file) && !placeholder(file))
}

/// Which database keeps its data in a volume, and the class that follows when it is no guarded one.
fn held(context: &Context, entry: &DatabaseEntry, used: &Used<'_>) -> (String, Option<VolumeClass>) {
    for (service, mount) in &used.mounts {
        let images = service.image_references();
        let engine = images.iter().find_map(|image| context.presets.by_image(image));
        let covers =
            engine.is_some_and(|known| known.data_directories().any(|path| touches(&mount.target, path)));
        let guarded = guarded_beside(context, entry).find(|other| {
            other.service.as_deref() == Some(&service.name)
                && (covers || other.volume.as_deref() == Some(used.key))
        });
        if let Some(guarded) = guarded {
            return (guarded.id.as_str().to_owned(), Some(VolumeClass::Critical));
        }
        if let Some(known) = engine.filter(|_| covers) {
            let class = match known.engine.role {
                Role::Primary | Role::Queue | Role::Unknown => VolumeClass::Critical,
                Role::Search => VolumeClass::Important,
                Role::Cache | Role::Test => VolumeClass::Recreatable,
            };
            return (known.engine.title.to_string(), Some(class));
        }
    }
    (String::new(), None)
}

/// Whether one of two paths is the other, or above it.
fn touches(a: &str, b: &str) -> bool {
    let below = |a: &str, b: &str| {
        a.strip_prefix(b.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(a, b) || below(b, a)
}

/// The guarded databases of the same Compose files, in the order of `dbguard.toml`.
fn guarded_beside<'a>(
    context: &Context<'a>,
    entry: &DatabaseEntry,
) -> impl Iterator<Item = &'a DatabaseEntry> {
    let files = entry.compose_files.clone();
    context.guarded().filter(move |other| other.run == Run::Compose && other.compose_files == files)
}

fn owner<'a>(context: &Context<'a>, entry: &DatabaseEntry) -> Option<&'a str> {
    let role = |other: &&DatabaseEntry| {
        context.presets.engine(&other.engine).map_or(Role::Unknown, |engine| engine.role)
    };
    guarded_beside(context, entry).min_by_key(role).map(|other| other.id.as_str())
}

fn is_guarded(context: &Context, id: &str) -> bool {
    context.guarded().any(|entry| entry.id.as_str() == id)
}

/// Every named volume and bind mount of the Compose files, in order of appearance, but the folder of the backups themselves.
fn used<'a>(context: &Context<'a>, entry: &DatabaseEntry) -> Vec<Used<'a>> {
    let mut all: Vec<Used<'a>> = Vec::new();
    let files = entry.compose_files.iter().filter_map(|path| context.survey.compose.file(path.as_str()));
    for service in files.flat_map(|file| &file.services) {
        for mount in &service.mounts {
            let named = matches!(mount.kind, VolumeKind::Named | VolumeKind::External | VolumeKind::Bind);
            let Some(key) = mount.source.as_deref().filter(|_| named && !is_backup_folder(context, mount))
            else {
                continue;
            };
            match all.iter_mut().find(|used| used.key == key) {
                Some(used) => used.mounts.push((service, mount)),
                None => all.push(Used { key, mounts: vec![(service, mount)] }),
            }
        }
    }
    all
}

fn is_backup_folder(context: &Context, mount: &Mount) -> bool {
    let backups = context.policy.paths.backups.as_str();
    mount.host_path.as_deref().is_some_and(|path| {
        path.trim_end_matches('/')
            .strip_prefix(backups)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
