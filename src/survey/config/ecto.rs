//! Repositories of Ecto: `config :app, App.Repo, database: "…"`; the engine is that of the driver.

use super::super::script::{self, Entry, Kind};
use super::super::{Database, url};
use super::Context;
use crate::presets::model::Engine;

/// Settings without which a repository is not configured here.
const TELLING: [&str; 4] = ["database", "url", "hostname", "adapter"];

pub(super) fn read(context: &Context<'_>) -> Vec<Database> {
    let mut databases = Vec::new();
    script::each_call(context.entries, &mut |name, arguments, start| {
        let tells = TELLING.iter().any(|key| script::get(arguments, key).is_some());
        if name == "config" && tells && arguments.iter().any(names_repository) {
            databases.extend(database(context, arguments, start));
        }
    });
    databases
}

fn names_repository(argument: &Entry) -> bool {
    let Kind::Name(name) = &argument.value.kind else {
        return false;
    };
    argument.key.is_none() && name.rsplit('.').next().is_some_and(|last| last.contains("Repo"))
}

fn database(context: &Context<'_>, arguments: &[Entry], start: usize) -> Option<Database> {
    let address = script::get(arguments, "url").and_then(script::Expr::text);
    if let Some(connection) = address.as_deref().and_then(url::parse)
        && let Some(engine) = context.presets.by_scheme(&connection.scheme)
    {
        return Some(context.connected(engine, &connection, start, arguments, &[]));
    }
    Some(context.database(engine(context, arguments)?, start, arguments, &[]))
}

fn engine<'a>(context: &Context<'a>, arguments: &[Entry]) -> Option<&'a Engine> {
    if let Some(Kind::Name(adapter)) = script::get(arguments, "adapter").map(|value| &value.kind) {
        return context.presets.by_adapter(adapter);
    }
    let mut packages = context.dependencies.iter().filter(|dependency| dependency.id.starts_with("hex:"));
    packages.find_map(|dependency| context.presets.by_driver(&dependency.id))
}
