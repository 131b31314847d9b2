//! Connections as records: a key names the engine, its neighbours the rest; or a connection string tells it all.

use super::super::script::{Entry, Expr, Kind};
use super::super::url;
use super::super::{Database, Origin};
use super::Context;
use super::fields::{group_named, is_connection};
use crate::presets::engines::Part;
use crate::presets::model::Engine;

/// Keys beside `driver` under which a named connection tells its engine.
const DRIVERS: [&str; 4] = ["driver", "adapter", "client", "dialect"];

pub(super) fn read(context: &Context<'_>) -> Vec<Database> {
    let mut databases = Vec::new();
    group(context, context.entries, &mut Vec::new(), &mut databases);
    // A template that others merge or extend, or a bare mention: it says nothing that they do not.
    let told: Vec<String> = databases
        .iter()
        .filter(|database| says_more(database))
        .map(|database| database.engine.clone())
        .collect();
    databases.retain(|database| says_more(database) || !told.contains(&database.engine));
    databases
}

fn says_more(database: &Database) -> bool {
    database.database.is_some() || database.host.is_some()
}

/// Reads one group and everything below it.
fn group<'a>(
    context: &Context<'_>,
    entries: &'a [Entry],
    names: &mut Vec<&'a str>,
    databases: &mut Vec<Database>,
) {
    let record = entries.iter().find_map(|entry| record(context, entry, entries, names));
    let engine = record.as_ref().map(|database| database.engine.clone());
    databases.extend(record);
    for entry in entries {
        names.extend(entry.key.as_deref());
        match told(context, entry, entries, names) {
            Some(database) if engine.as_ref() == Some(&database.engine) => {}
            Some(database) => databases.push(database),
            None => below(context, &entry.value, names, databases),
        }
        if entry.key.is_some() {
            names.pop();
        }
    }
}

/// Groups inside an expression; those of a record that was read already tell nothing new.
fn below<'a>(
    context: &Context<'_>,
    value: &'a Expr,
    names: &mut Vec<&'a str>,
    databases: &mut Vec<Database>,
) {
    match &value.kind {
        Kind::Group(entries) => group(context, entries, names, databases),
        Kind::Call(_, on, arguments) => {
            if let Some(on) = on {
                below(context, on, names, databases);
            }
            group(context, arguments, names, databases);
        }
        Kind::Choice(parts) | Kind::Join(parts) => {
            for part in parts {
                below(context, part, names, databases);
            }
        }
        Kind::Text(_) | Kind::Name(_) | Kind::Nothing => {}
    }
}

/// The database of a group whose `entry` names an engine, or a connection of that name elsewhere in the file.
fn record(context: &Context<'_>, entry: &Entry, around: &[Entry], names: &[&str]) -> Option<Database> {
    let key = entry.key.as_deref()?;
    if !context.keys.iter().any(|wanted| is_key(wanted, key, names)) {
        return None;
    }
    let text = literal(&entry.value)?;
    if !is_connection(around)
        && let Some(chosen) = group_named(context.entries, &text)
    {
        let driver = DRIVERS.iter().find_map(|key| super::super::script::get(chosen, key)).and_then(literal);
        let engine = context.presets.by_adapter(driver.as_deref().unwrap_or(&text))?;
        return Some(context.database(engine, entry.start, chosen, names));
    }
    let mut database = context.database(context.presets.by_adapter(&text)?, entry.start, around, names);
    // Through a merge key: the connection stands where its own settings do.
    if let Some(own) = around.first().filter(|first| first.start > entry.start) {
        database.sources.insert(0, context.place(own.start));
    }
    Some(database)
}

/// Whether `wanted`, perhaps with the groups around it (`spring.datasource.platform`), is the key at hand.
fn is_key(wanted: &str, key: &str, names: &[&str]) -> bool {
    match wanted.rsplit_once('.') {
        None => wanted == key,
        Some((groups, last)) => last == key && names.join(".").ends_with(groups),
    }
}

fn literal(value: &Expr) -> Option<String> {
    value.text().or_else(|| match &value.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Text(_) | Kind::Call(..) | Kind::Group(_) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => {
            None
        }
    })
}

/// The database that an entry's connection string tells, or the variable that the setting is named after.
fn told(context: &Context<'_>, entry: &Entry, around: &[Entry], names: &[&str]) -> Option<Database> {
    let value = match &entry.value.kind {
        Kind::Group(_) => return None,
        Kind::Text(_) | Kind::Name(_) | Kind::Call(..) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => {
            entry.value.value()
        }
    };
    if let Some(connection) = value.text.as_deref().and_then(url::parse)
        && let Some(engine) = context.presets.by_scheme(&connection.scheme)
        && (entry.key.is_some() || connection.host().is_some() || connection.database.is_some())
    {
        return Some(context.connected(engine, &connection, entry.start, around, names));
    }
    let key = entry.key.as_deref().filter(|_| value.variable.is_some())?;
    let (engine, part): (&Engine, Part) = context.presets.by_variable(key)?;
    (part == Part::Url).then(|| Database::new(&engine.id, Origin::Config, context.place(entry.start)))
}
