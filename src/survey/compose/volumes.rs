//! Top-level `volumes:` and `secrets:`, and the real names of volumes.

use super::model::{Mount, Secret, Volume};
use super::names;
use super::project::Reader;
use crate::survey::VolumeKind;
use crate::yaml::{Entry, Node};

/// Top-level volumes of one file.
pub(super) fn read(reader: Reader<'_>, root: &Node) -> Vec<Volume> {
    let entries = root.get("volumes").map(Node::entries).unwrap_or_default();
    entries.into_iter().map(|entry| volume(reader, entry)).collect()
}

/// Top-level secrets of one file.
pub(super) fn secrets(reader: Reader<'_>, root: &Node) -> Vec<Secret> {
    let entries = root.get("secrets").map(Node::entries).unwrap_or_default();
    let secret = |entry: Entry<'_>| {
        let file = reader.text_of(entry.value, "file");
        let file = file.map(|path| names::join(reader.directory, &path).unwrap_or(path));
        let environment = reader.text_of(entry.value, "environment");
        Secret { key: entry.name().to_owned(), place: reader.place(entry.key), file, environment }
    };
    entries.into_iter().map(secret).collect()
}

/// Gives `mount` what `volumes` tell of it; without a name of its own a volume is called after `project`, where known.
pub(super) fn resolve(mount: &mut Mount, volumes: &[Volume], project: Option<&str>) {
    if mount.kind != VolumeKind::Named {
        return;
    }
    let Some(key) = &mount.source else { return };
    let Some(volume) = volumes.iter().find(|volume| volume.key == *key) else { return };
    if volume.external {
        mount.kind = VolumeKind::External;
    }
    mount.volume_name = match (&volume.name, volume.named, volume.external) {
        (Some(name), _, _) => Some(name.clone()),
        (None, true, _) => None,
        (None, false, true) => Some(key.clone()),
        (None, false, false) => project.map(|project| format!("{project}_{key}")),
    };
}

fn volume(reader: Reader<'_>, entry: Entry<'_>) -> Volume {
    let node = entry.value;
    let external = node.get("external");
    let old_name = external.and_then(|external| external.get("name"));
    let name = node.get("name").or(old_name);
    let expanded = name.and_then(|name| reader.expanded(name));
    Volume {
        key: entry.name().to_owned(),
        place: reader.place(entry.key),
        named: expanded.is_some(),
        name: expanded.filter(|name| name.certain && !name.text.is_empty()).map(|name| name.text),
        external: external.is_some_and(Node::is_mapping) || reader.flag(node, "external"),
        driver: reader.text_of(node, "driver"),
        device: node.path(&["driver_opts", "device"]).and_then(|device| reader.text(device)),
    }
}
