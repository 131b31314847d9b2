//! What only a local Docker can tell: the name that a volume really has. Read-only, through a local socket, and
//! bounded in time; without Docker there is simply no answer.

use std::path::Path;

use super::ask::ask;
use crate::survey::{Database, Survey, VolumeKind};

/// A volume of a Compose service, by its key, and its real name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealVolume {
    /// Compose file, root-relative.
    pub compose_file: String,
    /// Service.
    pub service: String,
    /// The volume's real name.
    pub name: String,
}

/// Real names of the volumes of databases whose Compose file does not tell them. A name is given only when the local
/// Docker leaves no doubt: a container of this very folder mounts it, or `up` would attach it.
pub fn real_volumes(root: &Path, survey: &Survey) -> Vec<RealVolume> {
    let open =
        |database: &&Database| database.volume_kind == VolumeKind::Named && database.volume_name.is_none();
    let databases: Vec<_> = survey.databases.iter().filter(open).collect();
    if databases.is_empty() || !is_local() {
        return Vec::new();
    }
    let Ok(root) = std::fs::canonicalize(root) else { return Vec::new() };
    databases.into_iter().filter_map(|database| real_volume(&root, survey, database)).collect()
}

fn real_volume(root: &Path, survey: &Survey, database: &Database) -> Option<RealVolume> {
    let compose_file = database.compose_file.clone()?;
    let service = database.compose_service.clone()?;
    let folder = match compose_file.rsplit_once('/') {
        Some((folder, _)) => root.join(folder),
        None => root.to_owned(),
    };
    let name = mounted(&folder, &service, database.data_mount.as_deref()?)
        .or_else(|| attached_by_up(&folder, survey, &compose_file, database.volume.as_deref()?))?;
    Some(RealVolume { compose_file, service, name })
}

/// The volume that containers of this folder's service mount at `target`, if all agree.
fn mounted(folder: &Path, service: &str, target: &str) -> Option<String> {
    let here = format!("label=com.docker.compose.project.working_dir={}", folder.display());
    let service = format!("label=com.docker.compose.service={service}");
    let ids =
        docker(&["ps", "-a", "--no-trunc", "--filter", &here, "--filter", &service, "--format", "{{.ID}}"])?;
    let mut words =
        vec!["inspect", "--format", "{{range .Mounts}}{{.Type}}\t{{.Destination}}\t{{.Name}}\n{{end}}"];
    let ids: Vec<_> = ids.split_whitespace().collect();
    if ids.is_empty() {
        return None;
    }
    words.extend(&ids);
    let mounts = docker(&words)?;
    let prefix = format!("volume\t{}\t", target.trim_end_matches('/'));
    only(mounts.lines().filter_map(|line| line.strip_prefix(&prefix)))
}

/// The existing volume that `up` would attach: the project's name is told by the file, or is the folder's.
fn attached_by_up(folder: &Path, survey: &Survey, file: &str, key: &str) -> Option<String> {
    let told =
        survey.compose.file(file).and_then(|file| file.project_name.as_ref()).map(|name| name.text.clone());
    let project = match (std::env::var("COMPOSE_PROJECT_NAME"), told) {
        (Ok(name), _) if !name.is_empty() => name,
        (_, Some(name)) => name,
        (_, None) => project_of_folder(&folder.file_name()?.to_string_lossy()),
    };
    let key = format!("label=com.docker.compose.volume={key}");
    let project = format!("label=com.docker.compose.project={project}");
    let names = docker(&["volume", "ls", "--filter", &key, "--filter", &project, "--format", "{{.Name}}"])?;
    only(names.lines())
}

/// Compose's rule: lower case, then only letters, digits, `-` and `_`, and no leading `-` or `_`.
fn project_of_folder(folder: &str) -> String {
    let lower = folder.to_lowercase();
    let kept: String =
        lower.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

/// The one value that all lines agree on.
fn only<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let first = lines.next()?.trim();
    (!first.is_empty() && lines.all(|line| line.trim() == first)).then(|| first.to_owned())
}

/// Whether the client would talk to this machine: asking where it would go needs no connection.
fn is_local() -> bool {
    let host = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
    let host = host.or_else(|| docker(&["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]));
    host.is_some_and(|host| host.trim().starts_with("unix://"))
}

fn docker(words: &[&str]) -> Option<String> {
    ask("docker", words).filter(|answer| answer.success).map(|answer| answer.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_project_names_as_compose_does_it() {
        assert_eq!(project_of_folder("My.Shop-2"), "myshop-2");
        assert_eq!(project_of_folder("_private"), "private");
    }

    #[test]
    fn doubt_gives_no_name() {
        assert_eq!(only(["a", "a"].into_iter()).as_deref(), Some("a"));
        assert_eq!(only(["a", "b"].into_iter()), None);
        assert_eq!(only([""].into_iter()), None);
        assert_eq!(only([].into_iter()), None);
    }
}
