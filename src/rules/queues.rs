//! Servers whose data is work that nobody has done yet.

use super::View;
use super::servers::{self, Server};
use crate::survey::Place;
use crate::survey::paths;

/// A server that a queue of this repository keeps its jobs in.
pub(super) struct Queue<'a> {
    pub(super) server: Server<'a>,
    /// The library that does, as `ecosystem:name`.
    pub(super) library: &'a str,
    /// Where it is declared.
    pub(super) declared: &'a Place,
}

/// Every server of a kind that a declared library queues in, where the project has one of that kind only: of two, one may be
/// the cache.
pub(super) fn all<'a>(view: &View<'a>) -> Vec<Queue<'a>> {
    let servers = servers::all(view);
    let alone = |server: &Server<'_>| {
        let same = |other: &&Server<'_>| {
            other.file.path == server.file.path && other.known.engine.queues == server.known.engine.queues
        };
        servers.iter().filter(same).count() == 1
    };
    servers.iter().filter(|server| alone(server)).filter_map(|server| queue(view, *server)).collect()
}

fn queue<'a>(view: &View<'a>, server: Server<'a>) -> Option<Queue<'a>> {
    let queues = &server.known.engine.queues;
    let used = |place: &Place| {
        let folder = paths::folder(&server.file.path);
        folder.is_empty() || place.path.starts_with(&format!("{folder}/"))
    };
    let dependencies = view.survey.dependencies.iter();
    let found = dependencies
        .filter(|dependency| !dependency.development && used(&dependency.place))
        .find(|dependency| queues.iter().any(|library| library.eq_ignore_ascii_case(&dependency.id)))?;
    Some(Queue { server, library: &found.id, declared: &found.place })
}
