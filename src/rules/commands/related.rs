//! Places that explain a command: the steps that lead from it to what it does, then what it would take along.

mod compose;
mod databases;
mod named;
mod steps;

#[cfg(test)]
mod tests;

use super::Command;
use super::files::InTree;
use crate::effects::{Effect, Scope};
use crate::finding::Related;
use crate::guard::stake::Stake;
use crate::rules::{View, draft};
use crate::survey::{Database, Place};

/// Databases and their volumes that one finding points at.
const MOST: usize = 4;

/// The places of a command, the nearest first; none twice, nor the command's own line.
pub(super) fn places(command: &Command, view: &View<'_>, commands: &[Command]) -> Vec<Related> {
    let scene = Scene { command, view, files: InTree::of(view.tree, &command.place.path) };
    let mut all: Vec<Related> = Vec::new();
    for one in steps::of(&scene, commands).into_iter().chain(scene.lost()) {
        let same =
            |place: &crate::finding::Place| place.path == one.place.path && place.line == one.place.line;
        if !same(&command.place) && !all.iter().any(|known| same(&known.place)) {
            all.push(one);
        }
    }
    all
}

/// A command and where it is given.
struct Scene<'a> {
    command: &'a Command,
    view: &'a View<'a>,
    files: InTree<'a>,
}

impl Scene<'_> {
    /// What the command would take along; nothing where that is for tests, kept, or on another machine.
    fn lost(&self) -> Vec<Related> {
        let Command { found, context, .. } = self.command;
        let spared = context.throw_away || matches!(context.stake, Stake::Nothing | Stake::ThrowAway);
        if spared {
            return Vec::new();
        }
        let mut lost = match (found.effect, found.scope) {
            (Effect::WeakensGuard | Effect::DestroysBackup, _) => Vec::new(),
            (_, Scope::Compose | Scope::ComposeAnonymous) => compose::lost(self),
            (Effect::DestroysContainerState, _) => named::container(self),
            (_, Scope::Volume) => named::volumes(self),
            (_, Scope::Path) => named::paths(self),
            (_, Scope::Database | Scope::Configured) => databases::meant(self),
            (_, Scope::Machine | Scope::Remote) => Vec::new(),
        };
        lost.truncate(MOST);
        lost
    }

    fn related(&self, place: &Place, message: String) -> Related {
        Related { place: draft::line(self.view, place), message }
    }

    /// A database, by its service where it has one.
    fn database(&self, database: &Database) -> Option<Related> {
        let engine = self.view.presets.engine(&database.engine);
        let title = engine.map_or(&*database.engine, |known| &*known.title);
        let title = title.split(" (").next().unwrap_or(title);
        let service = self.service(database);
        let place = service.map(|service| &service.place).or_else(|| database.sources.first())?;
        let name = database.compose_service.as_deref().or(database.database.as_deref());
        let message = name
            .map_or_else(|| format!("the {title} database"), |name| format!("{name}, the {title} database"));
        Some(self.related(place, message))
    }

    fn service(&self, database: &Database) -> Option<&crate::survey::compose::Service> {
        let file = self.view.survey.compose.file(database.compose_file.as_deref()?)?;
        file.service(database.compose_service.as_deref()?)
    }
}
