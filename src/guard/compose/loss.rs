//! One volume that goes with its Compose project.

use crate::effects::Scope;
use crate::presets::Presets;
use crate::survey::compose::{ComposeFile, Mount, Service, Volume, covers};
use crate::survey::{Place, VolumeKind};

/// A volume that `down -v` removes.
#[derive(Debug, Clone, Copy)]
pub enum Loss<'a> {
    /// A volume that Compose owns.
    Named(&'a Volume),
    /// An anonymous volume that a service mounts.
    Mounted(&'a Service, &'a Mount),
    /// The anonymous volume that a service's image declares.
    Declared(&'a Service),
}

impl<'a> Loss<'a> {
    /// What it is called.
    pub fn words(self) -> String {
        match self {
            Self::Named(volume) => format!("volume {}", volume.name.as_deref().unwrap_or(&volume.key)),
            Self::Mounted(service, mount) => {
                format!("the anonymous volume at {} of service {}", mount.target, service.name)
            }
            Self::Declared(service) => {
                format!("the data of service {}, in an anonymous volume", service.name)
            }
        }
    }

    /// Where the repository says that there is one.
    pub const fn place(self) -> &'a Place {
        match self {
            Self::Named(volume) => &volume.place,
            Self::Mounted(_, mount) => &mount.place,
            Self::Declared(service) => &service.place,
        }
    }
}

/// Volumes that would be gone: anonymous ones that hold a database, and named ones that Compose owns, unless only those without a
/// name are meant.
pub fn losses(file: &ComposeFile, scope: Scope) -> Vec<Loss<'_>> {
    let named = file.volumes.iter().filter(|volume| scope == Scope::Compose && !volume.external);
    let mut losses: Vec<Loss<'_>> = named.map(Loss::Named).collect();
    for service in &file.services {
        let anonymous = service.mounts.iter().filter(|mount| mount.kind == VolumeKind::Anonymous);
        losses.extend(anonymous.map(|mount| Loss::Mounted(service, mount)));
        losses.extend(is_undeclared(service).then_some(Loss::Declared(service)));
    }
    losses
}

/// An image that declares a volume gets an anonymous one where nothing is mounted there.
fn is_undeclared(service: &Service) -> bool {
    let presets = Presets::embedded();
    let Some(known) = service.image_reference().and_then(|image| presets.by_image(&image)) else {
        return false;
    };
    let covered = |path: &str| {
        service.mounts.iter().any(|mount| covers(&mount.target, path) || covers(path, &mount.target))
    };
    let moved = known.variables().data.iter().any(|name| service.variable(name).is_some());
    if let (Some(_), false, Some(path)) = (known.major(), moved, known.data_directory()) {
        // What is mounted deeper holds nothing of this version's data.
        return !service.mounts.iter().any(|mount| covers(&mount.target, path));
    }
    let mut directories = known.data_directories().peekable();
    directories.peek().is_some() && !directories.any(covered)
}
