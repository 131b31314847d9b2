//! When two sightings are of the same database.

use crate::survey::environment::is_loopback;
use crate::survey::paths::folder;
use crate::survey::{Database, Environment, Origin};

/// Engines that answer to one another's URLs and drivers.
const RELATIVES: [&[&str]; 3] = [&["mysql", "mariadb"], &["redis", "valkey"], &["postgres", "supabase"]];

/// Whether what is said of one engine may be meant for the other.
pub(in crate::survey) fn related(left: &str, right: &str) -> bool {
    left == right || RELATIVES.iter().any(|family| family.contains(&left) && family.contains(&right))
}

/// The Compose server that `sighting` leads to: the nearest that it can reach and whose database does not differ.
pub(super) fn server(servers: &[Database], sighting: &Database) -> Option<usize> {
    let fits = |server: &Database| {
        related(&server.engine, &sighting.engine)
            && reaches(server, sighting)
            && agree(server.database.as_deref(), sighting.database.as_deref())
            && same_life(server, sighting)
    };
    closest(servers, sighting, fits)
}

/// The nearest database of the engine, whatever it is called.
pub(super) fn nearest(databases: &[Database], sighting: &Database) -> Option<usize> {
    let fits = |known: &Database| related(&known.engine, &sighting.engine) && known.origin != Origin::Ci;
    closest(databases, sighting, fits).or_else(|| {
        let hint = sighting.origin == Origin::Dependency;
        databases.iter().position(|known| hint && related(&known.engine, &sighting.engine))
    })
}

/// Whether two sightings outside Compose are of one database.
pub(super) fn is_same(known: &Database, sighting: &Database) -> bool {
    let declared = |database: &Database| matches!(database.origin, Origin::Env | Origin::Config);
    let alike = known.origin == sighting.origin || (declared(known) && declared(sighting));
    let together = together(known, sighting);
    let agree = |left: Option<&str>, right: Option<&str>| left == right || (together && agree(left, right));
    alike
        && (together || !matches!(known.origin, Origin::Terraform | Origin::Helm))
        && known.engine == sighting.engine
        && known.environment == sighting.environment
        && agree(known.version.as_deref(), sighting.version.as_deref())
        && (agree(host(known), host(sighting))
            || (together && (calls(sighting, known) || calls(known, sighting))))
        && (known.port == sighting.port || known.port.is_none() || sighting.port.is_none())
        && agree(known.database.as_deref(), sighting.database.as_deref())
}

/// Whether `client` names `server` by an alias, alone or with the cluster's domain behind it.
fn calls(client: &Database, server: &Database) -> bool {
    let Some(name) = client.host.as_deref().and_then(|host| host.split('.').next()) else { return false };
    server.aliases.iter().any(|alias| alias == name) || server.host.as_deref() == Some(name)
}

/// Whether two sightings stand so close that what one leaves open the other may say: a job and its service in one CI file,
/// manifests in one folder, a chart and its values. Each infrastructure resource stands for itself.
fn together(known: &Database, sighting: &Database) -> bool {
    let (Some(one), Some(other)) = (file(known), file(sighting)) else { return false };
    match sighting.origin {
        Origin::Ci => one == other,
        Origin::Kubernetes => folder(one) == folder(other),
        Origin::Helm => {
            let (one, other) = (folder(one), folder(other));
            one.starts_with(other) || other.starts_with(one)
        }
        Origin::Compose
        | Origin::Env
        | Origin::Config
        | Origin::Terraform
        | Origin::Script
        | Origin::Dependency => false,
    }
}

/// Adds what `sighting` knows to `known`.
pub(super) fn absorb(known: &mut Database, sighting: Database) {
    for place in sighting.sources {
        if !known.sources.contains(&place) {
            known.sources.push(place);
        }
    }
    known.version = known.version.take().or(sighting.version);
    known.port = known.port.or(sighting.port);
    known.host = known.host.take().or(sighting.host);
    known.database = known.database.take().or(sighting.database);
    if known.user.is_none() || known.password_source.is_none() {
        known.user = known.user.take().or(sighting.user);
        known.password_source = known.password_source.take().or(sighting.password_source);
    }
    if known.data_mount.is_none() && sighting.data_mount.is_some() {
        known.volume = sighting.volume;
        known.volume_name = sighting.volume_name;
        known.volume_kind = sighting.volume_kind;
        known.data_mount = sighting.data_mount;
    }
    known.aliases.extend(sighting.aliases);
    if known.origin != Origin::Compose {
        known.confidence = known.confidence.max(sighting.confidence);
    }
}

fn closest(databases: &[Database], sighting: &Database, fits: impl Fn(&Database) -> bool) -> Option<usize> {
    let from = sighting
        .compose_file
        .as_deref()
        .or_else(|| sighting.sources.first().map(|place| place.path.as_str()))?;
    databases
        .iter()
        .enumerate()
        .filter(|(_, database)| fits(database))
        .filter_map(|(at, database)| Some((nearness(file(database)?, from)?, std::cmp::Reverse(at))))
        .max()
        .map(|(_, at)| at.0)
}

fn file(database: &Database) -> Option<&str> {
    database.compose_file.as_deref().or_else(|| database.sources.first().map(|place| place.path.as_str()))
}

/// How near two files are: the same file, then the depth of the folder that they share. A file that lies in a folder of its own
/// below says nothing about another folder's servers unless that folder is above it.
fn nearness(declaring: &str, from: &str) -> Option<usize> {
    if declaring == from {
        return Some(usize::MAX);
    }
    let inside = |path: &str| match folder(path) {
        "" => String::new(),
        folder => format!("{folder}/"),
    };
    let (declaring, from) = (inside(declaring), inside(from));
    let shared = declaring
        .split_inclusive('/')
        .zip(from.split_inclusive('/'))
        .take_while(|(left, right)| left == right)
        .count();
    let above = from.starts_with(&declaring) || declaring.starts_with(&from) || shared > 0;
    above.then_some(shared)
}

/// Whether the host of `sighting` is the server: its name, an alias, or this machine with a published port.
fn reaches(server: &Database, sighting: &Database) -> bool {
    let Some(host) = sighting.host.as_deref() else { return true };
    let named = server.host.as_deref() == Some(host) || server.aliases.iter().any(|alias| alias == host);
    let published = match sighting.port {
        Some(port) => server.published_ports.contains(&port),
        None => server.port.is_some_and(|port| server.published_ports.contains(&port)),
    };
    named || (is_loopback(host) && published)
}

fn agree(left: Option<&str>, right: Option<&str>) -> bool {
    left.is_none() || right.is_none() || left == right
}

/// A dotenv file for production does not speak of a developer's server, even where the names are the same.
fn same_life(server: &Database, sighting: &Database) -> bool {
    let neutral =
        |database: &Database| matches!(database.environment, Environment::Development | Environment::Unknown);
    server.environment == sighting.environment || neutral(sighting)
}

fn host(database: &Database) -> Option<&str> {
    database.host.as_deref().map(|host| if is_loopback(host) { "localhost" } else { host })
}
