//! What kinds of databases are under guard, so that a document speaks of nothing else.

use std::collections::BTreeSet;

use serde::Serialize;

use super::DatabaseView;
use crate::policy::file::Run;

/// Engines that have no SQL, and with it no statements and no schema migrations.
const WITHOUT_SQL: [&str; 3] = ["redis", "valkey", "mongodb"];
/// Engines whose passwords `rotate-password.sh` does not change.
const WITHOUT_ROTATION: [&str; 1] = ["mongodb"];

/// The kinds of guarded databases, and what their applications are.
#[derive(Debug, Serialize)]
pub struct ScopeView {
    /// Engine ids, and those that they are built on.
    engines: BTreeSet<String>,
    /// Whether one of them runs in Compose.
    compose: bool,
    /// Whether one of them is a server whose password `rotate-password.sh` changes.
    server: bool,
    /// Whether one of them has SQL.
    sql: bool,
    /// Compose services that write to them.
    app_services: BTreeSet<String>,
}

impl ScopeView {
    /// The scope of the guarded databases.
    pub fn of(databases: &[DatabaseView]) -> Self {
        Self {
            engines: databases.iter().flat_map(engines).collect(),
            compose: databases.iter().any(|view| view.run == Run::Compose),
            server: databases.iter().any(knows_passwords),
            sql: databases.iter().any(|view| !WITHOUT_SQL.contains(&&*view.engine)),
            app_services: databases.iter().flat_map(|view| view.app_services.iter().cloned()).collect(),
        }
    }
}

fn engines(view: &DatabaseView) -> impl Iterator<Item = String> {
    [Some(&view.engine), view.built_on.as_ref()].into_iter().flatten().cloned()
}

fn knows_passwords(view: &DatabaseView) -> bool {
    view.run != Run::File && !WITHOUT_ROTATION.contains(&&*view.engine)
}
