//! From sightings to databases: those that are the same become one, and each gets an id.

mod ids;
mod same;

pub(super) use same::related;

use super::{Confidence, Database, Environment, Origin, Role};
use crate::presets::Presets;

/// One entry for each Compose service that is a server, then one for each other server and database that was seen.
pub fn assemble(mut servers: Vec<Database>, sightings: Vec<Database>, presets: &Presets) -> Vec<Database> {
    servers.sort_by_cached_key(rank);
    let mut others: Vec<Database> = Vec::new();
    // A driver among the dependencies counts only where nothing else tells of a database that is not for tests.
    let is_hint = |sighting: &Database| sighting.origin == Origin::Dependency;
    let is_aside = |known: &Database| is_hint(known) || known.environment == Environment::Test;
    let only_hints = servers.iter().chain(&sightings).all(is_aside);
    let telling = sightings.into_iter().filter(|sighting| only_hints || !is_hint(sighting));
    let (mut telling, mut vague): (Vec<_>, Vec<_>) = telling.partition(tells_where);
    telling.sort_by_cached_key(rank);
    vague.sort_by_cached_key(rank);
    for sighting in telling {
        place(&mut servers, &mut others, sighting);
    }
    for sighting in vague {
        place_vague(&mut servers, &mut others, sighting);
    }
    let mut databases = servers;
    databases.extend(others);
    drop_idle_hints(&mut databases);
    for database in &mut databases {
        complete(database, presets);
    }
    ids::assign(&mut databases);
    databases
}

/// A driver among the dependencies is often there for a choice that was not made: it counts only while nothing else but tests is
/// known.
fn drop_idle_hints(databases: &mut Vec<Database>) {
    let in_use = |database: &Database| {
        database.confidence > Confidence::Low && database.environment != Environment::Test
    };
    if databases.iter().any(in_use) {
        databases.retain(|database| database.origin != Origin::Dependency);
    }
}

fn complete(database: &mut Database, presets: &Presets) {
    if database.compose_service.is_none() {
        database.compose_file = None;
    }
    if database.environment == Environment::Test {
        database.role = Role::Test;
    } else if database.role == Role::Unknown {
        database.role = presets.engine(&database.engine).map_or(Role::Unknown, |engine| engine.role);
    }
}

/// Whether a sighting says which server or which database it is about.
fn tells_where(database: &Database) -> bool {
    let declared = matches!(
        database.origin,
        Origin::Ci | Origin::Kubernetes | Origin::Helm | Origin::Terraform | Origin::Script
    );
    declared || database.host.is_some() || database.database.is_some()
}

fn place(servers: &mut [Database], others: &mut Vec<Database>, sighting: Database) {
    if matches!(sighting.origin, Origin::Env | Origin::Config | Origin::Script)
        && let Some(at) = same::server(servers, &sighting)
    {
        same::absorb(&mut servers[at], sighting);
        return;
    }
    match others.iter_mut().find(|known| same::is_same(known, &sighting)) {
        Some(known) => same::absorb(known, sighting),
        None => others.push(sighting),
    }
}

/// A sighting that names only the engine adds to what is known of that engine; alone, it is a database of its own.
fn place_vague(servers: &mut [Database], others: &mut Vec<Database>, sighting: Database) {
    if let Some(at) = same::nearest(servers, &sighting) {
        same::absorb(&mut servers[at], sighting);
    } else if let Some(at) = same::nearest(others, &sighting) {
        same::absorb(&mut others[at], sighting);
    } else {
        others.push(sighting);
    }
}

/// Order of the survey: by kind of declaration, then Compose files with the ordinary name before variants, then by place.
fn rank(database: &Database) -> (Origin, bool, usize, bool, String, usize) {
    let place = database.sources.first();
    let path = place.map(|place| place.path.clone()).unwrap_or_default();
    let file = database.compose_file.as_deref().unwrap_or(&path);
    let name = file.rsplit('/').next().unwrap_or(file);
    let ordinary =
        matches!(name, "compose.yaml" | "compose.yml" | "docker-compose.yml" | "docker-compose.yaml");
    let doubtful = database.confidence == Confidence::Low;
    let line = place.map(|place| place.line).unwrap_or_default();
    (database.origin, doubtful, file.matches('/').count(), !ordinary, path, line)
}

#[cfg(test)]
mod tests;
