//! `include`: other files that a Compose file makes part of its project.

use std::collections::BTreeMap;

use super::documents::Documents;
use super::names;
use super::project::{Project, Reader};
use super::scope::Scope;
use crate::survey::Place;
use crate::survey::tree::Tree;
use crate::yaml::Node;

type Projects = BTreeMap<String, Project>;

/// Adds what `include` names, whatever it is called, to `projects`.
pub(super) fn follow(tree: &Tree, documents: &mut Documents<'_>, projects: &mut Projects) {
    let mut waiting: Vec<String> = projects.keys().cloned().collect();
    while let Some(path) = waiting.pop() {
        let (Some(document), Some(project)) = (documents.get(&path), projects.get(&path).cloned()) else {
            continue;
        };
        let scope = Scope::read(tree, &project.directory, &project.env_files);
        let found = entries(Reader::new(tree, &document, &scope, &project.directory), &document.root);
        for entry in found {
            let paths = present(tree, documents, &project.directory, &entry);
            waiting.extend(register(projects, &path, &entry, &paths));
        }
    }
}

/// One entry of `include`.
struct Entry {
    /// As declared.
    paths: Vec<String>,
    directory: Option<String>,
    env_files: Vec<String>,
    place: Place,
}

fn entries(reader: Reader<'_>, root: &Node) -> Vec<Entry> {
    let Some(node) = root.get("include") else { return Vec::new() };
    let items = if node.is_sequence() { node.items() } else { std::slice::from_ref(node) };
    let inside = |path: String| names::join(reader.directory, &path);
    let entry = |item: &Node| {
        let texts = |key| item.get(key).map(|node| reader.texts(node)).unwrap_or_default();
        Entry {
            paths: if item.is_mapping() { texts("path") } else { reader.texts(item) },
            directory: reader.text_of(item, "project_directory").and_then(inside),
            env_files: texts("env_file").into_iter().filter_map(inside).collect(),
            place: reader.place(item),
        }
    };
    items.iter().map(entry).collect()
}

/// The paths of `entry` that can be read; the others are noted.
fn present(tree: &Tree, documents: &mut Documents<'_>, directory: &str, entry: &Entry) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for declared in &entry.paths {
        match names::join(directory, declared).filter(|path| tree.has(path)) {
            Some(path) if documents.get(&path).is_some() && !paths.contains(&path) => paths.push(path),
            Some(_) => {}
            None => {
                let message = format!("includes {declared}, which is not in the repository");
                documents.note(&entry.place.path, entry.place.line, message);
            }
        }
    }
    paths
}

/// Makes `paths` part of the project of `includer`; the later are laid over the first. Returns those that are new there.
fn register(projects: &mut Projects, includer: &str, entry: &Entry, paths: &[String]) -> Vec<String> {
    let Some(first) = paths.first() else { return Vec::new() };
    let directory = entry.directory.clone().unwrap_or_else(|| names::split(first).0.to_owned());
    let mut new = Vec::new();
    for path in paths.iter().filter(|path| *path != includer) {
        if let Some(project) = projects.get_mut(includer).filter(|project| !project.includes.contains(path)) {
            project.includes.push(path.clone());
        }
        let known = projects.entry(path.clone()).or_default();
        if known.includer.is_some() {
            continue;
        }
        let base = Some(first.clone()).filter(|first| first != path);
        known.path.clone_from(path);
        known.directory.clone_from(&directory);
        known.env_files.clone_from(&entry.env_files);
        known.includer = Some(includer.to_owned());
        known.applied = base.is_some();
        known.base = base;
        new.push(path.clone());
    }
    new
}
