//! Databases in files that containers keep: which file, and what is mounted there.

use super::View;
use super::servers::covers;
use crate::presets::Presets;
use crate::presets::containers::Container;
use crate::survey::compose::{ComposeFile, Mount, Service};
use crate::survey::image::ImageRef;
use crate::survey::{Place, VolumeKind, url};

/// A file database inside a container.
pub(super) struct Embedded<'a> {
    pub(super) file: &'a ComposeFile,
    pub(super) service: &'a Service,
    /// Directory or file inside the container.
    pub(super) path: String,
    /// Where that is said.
    pub(super) place: &'a Place,
    /// The application that is known to keep it there.
    pub(super) application: Option<&'static Container>,
}

/// Every one that a variable of a service or a well-known image tells of.
pub(super) fn all<'a>(view: &View<'a>) -> Vec<Embedded<'a>> {
    let mut found = Vec::new();
    for (file, service) in view.survey.compose.servers() {
        let named = service.environment.iter().filter_map(|variable| {
            let path = file_of(view, variable.value.as_ref()?.reveal())?;
            Some(Embedded { file, service, path, place: &variable.place, application: None })
        });
        let before = found.len();
        found.extend(named);
        if found.len() == before {
            found.extend(well_known(file, service));
        }
    }
    found
}

/// The absolute path of the file that a connection string of an embedded engine opens.
fn file_of(view: &View<'_>, text: &str) -> Option<String> {
    let connection = url::parse(text)?;
    let engine = view.presets.by_scheme(&connection.scheme)?;
    let path = connection.database.filter(|path| path.starts_with('/') && path.len() > 1)?;
    let embedded = !engine.database_files.is_empty() && connection.servers.is_empty();
    let temporary = ["/tmp/", "/dev/shm/"].iter().any(|folder| path.starts_with(folder));
    (embedded && !temporary && !path.contains(":memory:")).then_some(path)
}

fn well_known<'a>(file: &'a ComposeFile, service: &'a Service) -> Option<Embedded<'a>> {
    let image = service.image.as_ref().filter(|_| service.build.is_none())?;
    let reference = ImageRef::parse(&image.text)?;
    let known =
        Presets::embedded_containers().iter().find(|known| !known.data.is_empty() && known.is(&reference))?;
    let served = known.served_by.iter().any(|name| service.variable(name).is_some());
    let path = known.data.first().filter(|_| !served && service.env_files.is_empty())?;
    let elsewhere = known.data.iter().any(|other| mount_of(service, other).is_some());
    (!elsewhere).then(|| Embedded {
        file,
        service,
        path: path.to_string(),
        place: &image.place,
        application: Some(known),
    })
}

/// The mount that keeps `path`.
pub(super) fn mount_of<'a>(service: &'a Service, path: &str) -> Option<&'a Mount> {
    service.mounts.iter().find(|mount| mount.kind != VolumeKind::Tmpfs && covers(&mount.target, path))
}
