//! Which files are Compose files, and how they belong together.

use std::collections::BTreeMap;

use super::documents::Documents;
use super::project::Project;
use super::scope::{self, Scope};
use super::{includes, names};
use crate::survey::tree::Tree;
use crate::yaml::Node;

/// Top-level keys of formats that have `services` or `volumes` too.
const FOREIGN_KEYS: [&str; 10] = [
    "jobs",
    "apiVersion",
    "kind",
    "stages",
    "steps",
    "pipeline",
    "pipelines",
    "workflows",
    "definitions",
    "resources",
];

/// Top-level keys that make a file of the right name a Compose file.
const SECTIONS: [&str; 6] = ["services", "include", "volumes", "networks", "configs", "secrets"];

/// Every Compose file of the repository, by path.
pub(super) fn discover(tree: &Tree, documents: &mut Documents<'_>) -> BTreeMap<String, Project> {
    let mut projects = BTreeMap::new();
    for path in tree.paths().filter(|path| is_candidate(tree, path)) {
        let named = names::is_compose_name(path);
        if documents.get(path).is_some_and(|document| is_compose(&document.root, named)) {
            projects.insert(path.to_owned(), Project::alone(path));
        }
    }
    includes::follow(tree, documents, &mut projects);
    follow_lists(tree, documents, &mut projects);
    find_overrides(documents, &mut projects);
    projects
}

/// The mapping of services: under `services:`, or the whole file in the first version of the format.
pub(super) fn services(root: &Node) -> Option<&Node> {
    match root.get("services") {
        Some(services) => Some(services).filter(|services| services.is_mapping()),
        None => Some(root).filter(|root| is_first_version(root)),
    }
}

fn is_first_version(root: &Node) -> bool {
    let entries = root.entries();
    let server = |node: &Node| node.get("image").is_some() || node.get("build").is_some();
    let known = ["version", "services", "include", "volumes", "networks", "configs", "secrets"];
    !entries.iter().any(|entry| known.contains(&entry.name()) || FOREIGN_KEYS.contains(&entry.name()))
        && entries.iter().any(|entry| server(entry.value))
        && entries.iter().all(|entry| entry.value.is_mapping() || entry.name().starts_with("x-"))
}

/// Whether parsing is worth while: a telling name, or text that may be Compose.
fn is_candidate(tree: &Tree, path: &str) -> bool {
    if names::yaml_stem(path).is_none() || path.starts_with(".github/") {
        return false;
    }
    // An example says nothing that the file made from it does not say better.
    if names::example_for(path).is_some_and(|made| tree.has(made)) {
        return false;
    }
    if names::is_compose_name(path) {
        return true;
    }
    let telling = |text: &str| {
        text.lines().any(|line| line.starts_with("services:"))
            && (text.contains("image:") || text.contains("build:"))
    };
    tree.read(path).is_ok_and(|file| telling(file.text()))
}

fn is_compose(root: &Node, named: bool) -> bool {
    if FOREIGN_KEYS.iter().any(|key| root.get(key).is_some()) {
        return false;
    }
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    let build = |node: &Node| node.get("build").is_some_and(|build| !build.is_sequence());
    let image = |node: &Node| node.get("image").and_then(Node::as_str).is_some();
    if services.iter().any(|entry| image(entry.value) || build(entry.value)) {
        return true;
    }
    let section = |key: &&str| {
        root.get(key).is_some_and(|node| node.is_mapping() || node.is_sequence() || node.is_null())
    };
    named && (root.is_null() || is_first_version(root) || SECTIONS.iter().any(section))
}

/// Adds the files that `COMPOSE_FILE` of a `.env` lists: the later are laid over the first.
fn follow_lists(tree: &Tree, documents: &mut Documents<'_>, projects: &mut BTreeMap<String, Project>) {
    let env_files = tree.paths().filter(|path| names::split(path).1 == ".env");
    for directory in env_files.map(|path| names::split(path).0) {
        let scope = Scope::read(tree, directory, &[scope::at(directory, ".env")]);
        let Some(list) = scope.setting("COMPOSE_FILE").filter(|setting| setting.certain) else { continue };
        let separator = scope.setting("COMPOSE_PATH_SEPARATOR").map_or(":", |setting| setting.value.reveal());
        let separators: Vec<char> = separator.chars().chain([';']).collect();
        let declared = list.value.reveal().split(&separators[..]).map(str::trim);
        let paths: Vec<String> = declared
            .filter_map(|path| names::join(directory, path))
            .filter(|path| tree.has(path) && documents.get(path).is_some())
            .collect();
        let Some((first, others)) = paths.split_first() else { continue };
        let start = projects.entry(first.clone()).or_insert_with(|| Project::alone(first)).directory.clone();
        for path in others.iter().filter(|path| *path != first) {
            let project = projects.entry(path.clone()).or_insert_with(|| Project::alone(path));
            project.base = Some(first.clone());
            project.applied = true;
            project.directory.clone_from(&start);
        }
    }
}

/// Finds files that lean on another of their directory: by name, or because they name services that only the other defines.
fn find_overrides(documents: &mut Documents<'_>, projects: &mut BTreeMap<String, Project>) {
    let paths: Vec<String> = projects.keys().cloned().collect();
    for path in &paths {
        if projects[path].base.is_some() {
            continue;
        }
        let Some(base) = base_of(path, &paths).filter(|base| projects[*base].base.is_none()) else {
            continue;
        };
        let applied = names::split(path).1.contains(".override.");
        if !applied && !leans_on(documents, path, base) {
            continue;
        }
        if let Some(project) = projects.get_mut(path) {
            project.base = Some(base.clone());
            project.applied = applied;
        }
    }
}

/// `compose.yml` for `compose.prod.yml`, `docker-compose.yml` for `docker-compose-dev.yml`; where there is none such, a file
/// whose name calls itself a base.
fn base_of<'a>(path: &str, paths: &'a [String]) -> Option<&'a String> {
    let (directory, name) = names::split(path);
    let stem = names::yaml_stem(name)?;
    let shorter =
        |other: &str| stem.strip_prefix(other).is_some_and(|rest| rest.starts_with(['.', '-', '_']));
    let general = |other: &str| {
        other != stem && other.split(['.', '-', '_']).any(|word| matches!(word, "base" | "common" | "shared"))
    };
    let siblings = paths.iter().filter_map(|other| {
        let (parent, name) = names::split(other);
        let stem = names::yaml_stem(name).filter(|_| parent == directory && names::is_compose_name(other))?;
        Some((other, stem))
    });
    let siblings: Vec<(&String, &str)> = siblings.collect();
    let shortest = siblings.iter().filter(|(_, stem)| shorter(stem)).min_by_key(|(_, stem)| stem.len());
    shortest.or_else(|| siblings.iter().find(|(_, stem)| general(stem))).map(|(path, _)| *path)
}

fn leans_on(documents: &mut Documents<'_>, path: &str, base: &str) -> bool {
    let (Some(document), Some(base)) = (documents.get(path), documents.get(base)) else { return false };
    let (Some(own), Some(theirs)) = (services(&document.root), services(&base.root)) else { return false };
    let complete = |node: &Node| ["image", "build", "extends"].iter().any(|key| node.get(key).is_some());
    let needs = |name: &str| theirs.get(name).is_some_and(complete);
    own.entries().iter().any(|entry| !complete(entry.value) && needs(entry.name()))
}

impl Project {
    /// A Compose file that nothing else refers to.
    fn alone(path: &str) -> Self {
        Self { path: path.to_owned(), directory: names::split(path).0.to_owned(), ..Self::default() }
    }
}
