//! Ids: short, stable, unique.

use std::collections::BTreeSet;

use crate::survey::{Database, Origin};

/// Service names that say no more than the engine does.
const PLAIN: [&str; 8] = ["db", "database", "server", "cache", "store", "data", "sql", "app-db"];

/// Gives every database an id of `[a-z0-9-]+`: what its service is called, or its engine; where that is taken, with its folder
/// before it; where that is taken too, with a number behind it.
pub(super) fn assign(databases: &mut [Database]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for database in databases {
        let short = short(database);
        let long = slug(&format!("{} {short}", folder(database)));
        let free = [short, long.clone()].into_iter().find(|id| !id.is_empty() && !taken.contains(id));
        let id = free.unwrap_or_else(|| numbered(&taken, &long));
        taken.insert(id.clone());
        database.id = id;
    }
}

fn short(database: &Database) -> String {
    let service = slug(database.compose_service.as_deref().unwrap_or_default());
    if service.is_empty() || PLAIN.contains(&service.as_str()) { slug(&database.engine) } else { service }
}

/// What sets a database apart from others of its engine: `ci`, or the last folder of the declaring file.
fn folder(database: &Database) -> &str {
    if database.origin == Origin::Ci {
        return "ci";
    }
    let path = database.sources.first().map_or("", |place| place.path.as_str());
    path.rsplit('/').nth(1).unwrap_or_default()
}

fn numbered(taken: &BTreeSet<String>, base: &str) -> String {
    let numbers = 2..=taken.len() + 2;
    let free = numbers.map(|number| format!("{base}-{number}")).find(|id| !taken.contains(id));
    free.unwrap_or_else(|| base.to_owned())
}

/// `text` in lower case, with one dash for everything else.
fn slug(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
