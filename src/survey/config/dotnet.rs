//! `ConnectionStrings` of .NET: pairs that seldom name their engine.

use super::super::Database;
use super::super::script;
use super::super::url::{self, Connection};
use super::Context;
use crate::presets::model::Engine;

pub(super) fn read(context: &Context<'_>) -> Vec<Database> {
    let mut databases = Vec::new();
    script::each_entry(context.entries, &mut |section| {
        let name = section.key.as_deref().unwrap_or_default();
        if !context.keys.contains(&name) {
            return;
        }
        for entry in section.value.entries() {
            let names: Vec<&str> = entry.key.as_deref().into_iter().collect();
            if let Some(connection) = entry.value.text().as_deref().and_then(url::parse)
                && let Some(engine) = engine(context, &connection, &names)
            {
                databases.push(context.connected(engine, &connection, entry.start, &[], &names));
            }
        }
    });
    databases
}

/// The engine that the string implies, else one that the file's or the setting's name holds, else that of the only
/// driver among the dependencies.
fn engine<'a>(context: &Context<'a>, connection: &Connection, names: &[&str]) -> Option<&'a Engine> {
    let presets = context.presets;
    if let Some(engine) = presets.by_scheme(&connection.scheme) {
        return Some(engine);
    }
    let mut words = context.file.path().split(['/', '.', '-', '_']).chain(names.iter().copied());
    if let Some(engine) = words.find_map(|word| presets.by_adapter(word)) {
        return Some(engine);
    }
    let mut engines = context.dependencies.iter().filter_map(|dependency| presets.by_driver(&dependency.id));
    let only = engines.next()?;
    engines.all(|engine| engine.id == only.id).then_some(only)
}
