//! Volumes whose real name nothing tells.

use crate::policy::file::{DatabaseEntry, Run};
use crate::survey::{Database, VolumeKind};

/// The command that tells the real name of a named volume that nothing pins.
pub fn pin_hint(entry: &DatabaseEntry, declared: Option<&Database>, name: Option<&str>) -> Option<String> {
    let key = entry.volume.as_deref()?;
    let named = declared.is_none_or(|found| found.volume_kind == VolumeKind::Named);
    let open = entry.run == Run::Compose && named && name.is_none();
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    (open && plain).then(|| format!("docker volume ls --filter label=com.docker.compose.volume={key}"))
}
