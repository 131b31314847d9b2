//! `volumes:` and `tmpfs:` of a service, in short and long form.

use super::model::Mount;
use super::names;
use super::project::Reader;
use crate::survey::{Place, VolumeKind};
use crate::yaml::Node;

/// All mounts of a service.
pub(super) fn read(reader: Reader<'_>, service: &Node) -> Vec<Mount> {
    let volumes = service.get("volumes").map(Node::items).unwrap_or_default();
    let mut mounts: Vec<Mount> = volumes.iter().filter_map(|item| mount(reader, item)).collect();
    if let Some(node) = service.get("tmpfs") {
        let place = reader.place(node);
        let targets = reader.texts(node).into_iter();
        mounts.extend(targets.map(|text| memory(text.split(':').next().unwrap_or_default(), place.clone())));
    }
    mounts
}

fn mount(reader: Reader<'_>, item: &Node) -> Option<Mount> {
    if item.is_mapping() {
        long(reader, item)
    } else {
        short(reader, &reader.text(item)?, reader.place(item))
    }
}

fn memory(target: &str, place: Place) -> Mount {
    Mount { kind: VolumeKind::Tmpfs, target: target.to_owned(), ..nowhere(place) }
}

fn nowhere(place: Place) -> Mount {
    Mount {
        kind: VolumeKind::Anonymous,
        source: None,
        volume_name: None,
        host_path: None,
        target: String::new(),
        subpath: None,
        read_only: false,
        place,
    }
}

fn long(reader: Reader<'_>, item: &Node) -> Option<Mount> {
    let first = |keys: &[&str]| keys.iter().find_map(|key| reader.text_of(item, key));
    let source = first(&["source", "src"]);
    let target = first(&["target", "dst", "destination"])?;
    let kind = match reader.text_of(item, "type").as_deref() {
        Some("bind") => VolumeKind::Bind,
        Some("tmpfs") => VolumeKind::Tmpfs,
        Some("volume") | None if source.is_none() => VolumeKind::Anonymous,
        None if source.as_deref().is_some_and(is_path) => VolumeKind::Bind,
        Some("volume" | "cluster") | None => VolumeKind::Named,
        Some(_) => return None,
    };
    let host_path = bind_path(reader, kind, source.as_deref());
    let subpath = item.path(&["volume", "subpath"]).and_then(|node| reader.text(node));
    let read_only = reader.flag(item, "read_only");
    Some(Mount { kind, source, host_path, target, subpath, read_only, ..nowhere(reader.place(item)) })
}

/// `[SOURCE:]TARGET[:OPTIONS]`
fn short(reader: Reader<'_>, text: &str, place: Place) -> Option<Mount> {
    let parts = parts(text);
    let (source, target, options) = match parts.as_slice() {
        [target] => (None, target, ""),
        [target, options] if !is_target(options) => (None, target, options.as_str()),
        [source, target] => (Some(source), target, ""),
        [source, target, options] => (Some(source), target, options.as_str()),
        _ => return None,
    };
    let kind = match source {
        None => VolumeKind::Anonymous,
        Some(source) if source.is_empty() || is_path(source) => VolumeKind::Bind,
        Some(_) => VolumeKind::Named,
    };
    let source = source.filter(|source| !source.is_empty()).cloned();
    let host_path = bind_path(reader, kind, source.as_deref());
    let read_only = options.split(',').any(|option| option == "ro");
    Some(Mount { kind, source, host_path, target: target.clone(), read_only, ..nowhere(place) })
}

/// Splits at colons, but not behind a Windows drive letter.
fn parts(text: &str) -> Vec<String> {
    let pieces: Vec<&str> = text.split(':').collect();
    let mut parts: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let next = pieces.get(at + 1).copied().unwrap_or_default();
        let slashed = next.starts_with('/') && pieces.get(at + 2).is_some_and(|after| is_target(after));
        if is_drive(piece) && (next.starts_with('\\') || slashed) {
            parts.push(format!("{piece}:{next}"));
            at += 2;
        } else {
            parts.push((*piece).to_owned());
            at += 1;
        }
    }
    parts
}

fn is_drive(piece: &str) -> bool {
    piece.len() == 1 && piece.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether a part is a place in the container rather than options.
fn is_target(part: &str) -> bool {
    part.starts_with(['/', '\\', '$']) || is_drive(part) || has_drive(part)
}

fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~', '\\']) || has_drive(source)
}

fn has_drive(path: &str) -> bool {
    path.split_once(':').is_some_and(|(drive, _)| is_drive(drive))
}

fn bind_path(reader: Reader<'_>, kind: VolumeKind, source: Option<&str>) -> Option<String> {
    let source = source.filter(|_| kind == VolumeKind::Bind)?;
    names::join(reader.directory, source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::survey::compose::scope::Scope;
    use crate::survey::tree::Tree;
    use crate::yaml;

    fn mounts(items: &str) -> Vec<Mount> {
        let (tree, scope) = (Tree::in_memory([]), Scope::default());
        let file = SourceFile::new("a/compose.yml", items);
        let reader = Reader { tree: &tree, file: &file, scope: &scope, directory: "a" };
        read(reader, &yaml::parse_one(&file).unwrap())
    }

    fn one(text: &str) -> (VolumeKind, String, String, bool) {
        let mount = mounts(&format!("volumes: [{text}]")).pop().unwrap();
        (mount.kind, mount.source.unwrap_or_default(), mount.target, mount.read_only)
    }

    #[test]
    fn short_forms_are_understood() {
        use VolumeKind::{Anonymous, Bind, Named};
        let cases = [
            ("'db:/data'", (Named, "db", "/data", false)),
            ("'db:/data/:ro,z'", (Named, "db", "/data/", true)),
            ("'./db:/data:z'", (Bind, "./db", "/data", false)),
            ("'~/.db/:/data'", (Bind, "~/.db/", "/data", false)),
            ("'/srv/db:/data:ro'", (Bind, "/srv/db", "/data", true)),
            ("/data", (Anonymous, "", "/data", false)),
            ("'/data:ro'", (Anonymous, "", "/data", true)),
            ("'C:\\db:/data:ro'", (Bind, "C:\\db", "/data", true)),
            ("'C:/db:/data'", (Bind, "C:/db", "/data", false)),
            ("'d:/data'", (Named, "d", "/data", false)),
            ("'db:C:\\data'", (Named, "db", "C:\\data", false)),
            ("'${PWD}/db:/data'", (Bind, "./db", "/data", false)),
            ("'${UNSET}:/data'", (Bind, "", "/data", false)),
        ];
        for (text, (kind, source, target, read_only)) in cases {
            assert_eq!(one(text), (kind, source.to_owned(), target.to_owned(), read_only), "{text}");
        }
    }

    #[test]
    fn long_forms_are_understood() {
        use VolumeKind::{Anonymous, Bind, Named, Tmpfs};
        assert_eq!(
            one("{type: bind, source: ./x, target: /data, read_only: true}"),
            (Bind, "./x".into(), "/data".into(), true)
        );
        assert_eq!(one("{type: volume, src: db, dst: /data}"), (Named, "db".into(), "/data".into(), false));
        assert_eq!(one("{type: volume, target: /data}").0, Anonymous);
        assert_eq!(one("{type: tmpfs, target: /data}").0, Tmpfs);
        let mount = &mounts("volumes: [{type: volume, source: db, target: /d, volume: {subpath: pg}}]")[0];
        assert_eq!(mount.subpath.as_deref(), Some("pg"));
    }

    #[test]
    fn memory_and_paths_in_the_repository() {
        let found = mounts("tmpfs: ['/run:size=1m', /tmp]\nvolumes: ['../db:/data']");
        assert_eq!(found[0].host_path.as_deref(), Some("db"));
        assert_eq!((found[1].kind, found[1].target.as_str()), (VolumeKind::Tmpfs, "/run"));
        assert_eq!(mounts("tmpfs: /run")[0].target, "/run");
    }
}
