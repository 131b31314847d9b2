//! From single files to what Compose would make of them together.

use std::collections::BTreeMap;

use super::discovery;
use super::documents::{Document, Documents};
use super::extends::Extender;
use super::model::{ComposeFile, Service, Sourced};
use super::project::{Project, Reader};
use super::scope::{self, Scope};
use super::{overlay, volumes};
use crate::survey::tree::Tree;
use crate::yaml::Node;

type Projects = BTreeMap<String, Project>;
type Files = BTreeMap<String, ComposeFile>;

/// Reads and merges all files of `projects`.
pub(super) fn assemble(tree: &Tree, documents: &mut Documents<'_>, projects: &Projects) -> Vec<ComposeFile> {
    let mut single = Files::new();
    for project in projects.values() {
        let file = read(tree, documents, project).unwrap_or_else(|| empty(project));
        single.insert(project.path.clone(), file);
    }
    projects.values().map(|project| resolved(project, projects, &single)).collect()
}

/// One file by itself, `extends` followed.
fn read(tree: &Tree, documents: &mut Documents<'_>, project: &Project) -> Option<ComposeFile> {
    let document = documents.get(&project.path)?;
    let scope = Scope::read(tree, &project.directory, &project.env_files);
    let reader = Reader::new(tree, &document, &scope, &project.directory);
    note_repeated_keys(documents, &document);
    let mut file = empty(project);
    file.project_name = project_name(reader, &document.root);
    file.volumes = volumes::read(reader, &document.root);
    file.secrets = volumes::secrets(reader, &document.root);
    let entries = discovery::services(&document.root).map(Node::entries).unwrap_or_default();
    let mut extender = Extender { tree, documents, scope: &scope };
    let services = entries.into_iter().filter(|entry| !entry.name().starts_with("x-"));
    file.services = services.map(|entry| extender.read(&document, &project.directory, entry)).collect();
    Some(file)
}

fn empty(project: &Project) -> ComposeFile {
    ComposeFile {
        path: project.path.clone(),
        directory: project.directory.clone(),
        base: project.base.clone(),
        includes: project.includes.clone(),
        ..ComposeFile::default()
    }
}

/// `name:`, else `COMPOSE_PROJECT_NAME` of the project's own `.env`; only what Compose takes as it is.
fn project_name(reader: Reader<'_>, root: &Node) -> Option<Sourced> {
    let found = if let Some(node) = root.get("name") {
        let expanded = reader.expanded(node).filter(|name| name.certain)?;
        Sourced { text: expanded.text, place: reader.place(node) }
    } else {
        let setting = reader.scope.setting("COMPOSE_PROJECT_NAME").filter(|setting| setting.certain)?;
        if setting.place.path != scope::at(reader.directory, ".env") {
            return None;
        }
        Sourced { text: setting.value.reveal().to_owned(), place: setting.place.clone() }
    };
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    (found.text.starts_with(|c: char| c.is_ascii_alphanumeric()) && found.text.chars().all(allowed))
        .then_some(found)
}

/// Notes keys that are written twice: Compose refuses such a file, and what it means depends on the reader.
fn note_repeated_keys(documents: &mut Documents<'_>, document: &Document) {
    for span in document.root.duplicate_keys() {
        let line = document.file.line_of(span.start);
        documents.note(document.file.path(), line, "a key is repeated here; Compose refuses that".to_owned());
    }
}

/// The file as part of its project.
fn resolved(project: &Project, projects: &Projects, single: &Files) -> ComposeFile {
    let mut file = single.get(&project.path).cloned().unwrap_or_default();
    let leaning = projects.values().filter(|other| other.base.as_ref() == Some(&project.path));
    for other in leaning {
        lay_over(&mut file, other, single);
    }
    if let Some(base) = project.base.as_ref().and_then(|base| single.get(base)) {
        stand_on(&mut file, base);
    }
    let name = project_name_of(project, projects, single);
    file.project_name = name;
    let project_name = file.project_name.as_ref().map(|name| name.text.as_str());
    for mount in file.services.iter_mut().flat_map(|service| &mut service.mounts) {
        volumes::resolve(mount, &file.volumes, project_name);
    }
    file
}

/// Merges the override `other` onto `file`. A service that gets its own image there is its own entry there.
fn lay_over(file: &mut ComposeFile, other: &Project, single: &Files) {
    let Some(over) = single.get(&other.path) else { return };
    if other.applied {
        file.overrides.push(other.path.clone());
        overlay::volumes(&mut file.volumes, &over.volumes);
    }
    for service in over.services.iter().filter(|service| !gives_server(service)) {
        let Some(own) = file.services.iter_mut().find(|own| own.name == service.name) else { continue };
        if other.applied {
            overlay::apply(own, service.clone());
        } else {
            own.sources.extend(service.sources.iter().cloned());
        }
    }
}

/// Gives the services of an override what the base says; those that only add to the base are dropped, being told there.
fn stand_on(file: &mut ComposeFile, base: &ComposeFile) {
    let mut volumes = base.volumes.clone();
    overlay::volumes(&mut volumes, &file.volumes);
    file.volumes = volumes;
    let known = |service: &Service| base.service(&service.name);
    file.services.retain(|service| gives_server(service) || known(service).is_none());
    for service in &mut file.services {
        let Some(mut merged) = base.service(&service.name).cloned() else { continue };
        let own_sources = std::mem::take(&mut service.sources);
        let base_sources = std::mem::replace(&mut merged.sources, own_sources);
        merged.sources.extend(base_sources);
        merged.place = service.place.clone();
        if service.image.is_some() {
            merged.build = None;
        }
        overlay::apply(&mut merged, service.clone());
        *service = merged;
    }
}

fn gives_server(service: &Service) -> bool {
    service.declared.is_some()
}

/// The name that the project runs under: the file's own, else that of the file it is merged onto or included by.
fn project_name_of(project: &Project, projects: &Projects, single: &Files) -> Option<Sourced> {
    let mut at = Some(project);
    for _ in 0..projects.len() {
        let current = at?;
        if let Some(name) = single.get(&current.path).and_then(|file| file.project_name.clone()) {
            return Some(name);
        }
        let next = current.base.as_ref().or(current.includer.as_ref());
        at = next.and_then(|path| projects.get(path));
    }
    None
}
