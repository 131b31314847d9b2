//! Compose files read the way Compose reads them: interpolated, extended, included and merged, each fact with its place.

mod assembly;
mod discovery;
mod documents;
mod environment;
mod extends;
mod includes;
mod model;
mod mounts;
mod names;
mod overlay;
mod ports;
mod project;
mod scope;
mod service;
mod volumes;

#[cfg(test)]
mod tests;

pub use model::{
    Build, ComposeFile, Deploy, EnvFile, Mount, Port, Secret, Service, Sourced, Variable, Volume, covers,
};
pub use names::is_compose_name;

use super::Incomplete;
use super::tree::Tree;

/// What all Compose files of a repository tell.
#[derive(Debug, Clone, Default)]
pub struct ComposeFacts {
    /// Every Compose file, by path.
    pub files: Vec<ComposeFile>,
    /// Files that are, or look like, Compose files and could not be read, and references that lead nowhere.
    pub incomplete: Vec<Incomplete>,
}

impl ComposeFacts {
    /// The Compose file at `path`.
    pub fn file(&self, path: &str) -> Option<&ComposeFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Every service that its file gives an image or a build, with that file.
    pub fn servers(&self) -> impl Iterator<Item = (&ComposeFile, &Service)> {
        let with_file = |file| ComposeFile::servers(file).map(move |service| (file, service));
        self.files.iter().flat_map(with_file)
    }
}

/// Reads every Compose file of `tree`.
pub fn read(tree: &Tree) -> ComposeFacts {
    let mut documents = documents::Documents::new(tree);
    let projects = discovery::discover(tree, &mut documents);
    let files = assembly::assemble(tree, &mut documents, &projects);
    ComposeFacts { files, incomplete: documents.into_incomplete() }
}
