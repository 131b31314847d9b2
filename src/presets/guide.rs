//! `docs/engines.md`: what is and is not covered for each engine, as the presets say it.

use serde::Serialize;

use crate::presets::Presets;
use crate::presets::model::{Engine, Guard};
use crate::template::{self, TemplateError};

/// Ways to reach a server; the values of `run` in the policy that have to do with one.
const WAYS: &[&str] = &[
    "`compose`: inside the service's container, found by Compose itself or by the labels that it left, never by a guessed name. \
     `docker compose` or `docker-compose`; where docker is missing, `podman compose` or `podman-compose`. Tested on real \
     containers (`docker-compose`); Compose v2 and podman by recording stubs.",
    "`container`: inside a running container, by its name or by a label that only it has; docker, or podman where docker is \
     missing. Tested on real docker containers; podman by a recording stub.",
    "`kubernetes`: inside the one running pod that the labels of `selector` find, by `kubectl exec`. Tested by a recording stub \
     only. Passwords go ahead of standard input, since kubectl could take them as arguments only.",
    "`direct`: a client program on the machine that runs the scripts. With PostgreSQL, where that client is missing or older than \
     the server, the client of the local container that publishes the port is used. Tested on real servers and a real container.",
    "`file`: no server at all.",
];

#[derive(Serialize)]
struct View<'a> {
    engines: Vec<EngineView<'a>>,
    ways: &'a [&'a str],
}

#[derive(Serialize)]
struct EngineView<'a> {
    id: &'a str,
    title: &'a str,
    advice: &'a str,
    guard: Option<GuardView<'a>>,
}

/// What the scripts of one engine do, as plain text.
#[derive(Debug, Serialize)]
pub struct GuardView<'a> {
    covers: &'a str,
    leaves_out: Vec<&'a str>,
    verified_by: &'a str,
    restored_by: &'a str,
    limits: Vec<&'a str>,
    tested: Vec<&'a str>,
}

/// The text of `docs/engines.md`.
pub fn engines() -> Result<String, TemplateError> {
    let presets = Presets::embedded();
    let mut engines: Vec<_> = presets.engines.iter().map(EngineView::of).collect();
    engines.sort_by_key(|engine| (engine.guard.is_none(), engine.title.to_lowercase()));
    template::render("reference/engines.md", View { engines, ways: WAYS })
}

impl<'a> EngineView<'a> {
    fn of(engine: &'a Engine) -> Self {
        let guard = engine.guard.as_ref().map(GuardView::of);
        Self { id: &engine.id, title: &engine.title, advice: &engine.advice, guard }
    }
}

impl<'a> GuardView<'a> {
    fn of(guard: &'a Guard) -> Self {
        Self {
            covers: &guard.covers,
            leaves_out: guard.leaves_out.iter().map(|line| &**line).collect(),
            verified_by: &guard.verified_by,
            restored_by: &guard.restored_by,
            limits: guard.limits.iter().map(|line| &**line).collect(),
            tested: guard.tested.iter().map(|line| &**line).collect(),
        }
    }
}
