//! One `[[database]]` entry for each database that the survey found.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Facts;
use super::credentials;
use crate::policy::file::{Credential, CredentialPart, DatabaseEntry, DatabaseId, DeclaredEnvironment, Run};
use crate::repo_path::RepoPath;
use crate::survey::compose::Service;
use crate::survey::docker::RealVolume;
use crate::survey::managed::merge_for_init;
use crate::survey::{Database, Environment, Place};
use crate::template::{self, TemplateError};

const TEMPLATE: &str = "dbguard-database.toml";

/// An entry, and the places that told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposed {
    /// The entry.
    pub(super) entry: DatabaseEntry,
    sources: Vec<Place>,
    pin_hint: Option<String>,
}

/// The databases of this repository that should be guarded.
pub(super) fn proposed(facts: Facts) -> Vec<Proposed> {
    let managed = merge_for_init(&facts.survey.databases);
    let entries = managed.iter().filter_map(|managed| Proposed::of(facts, &managed.database));
    entries.filter(|proposed| proposed.entry.missing_part().is_none()).collect()
}

impl Proposed {
    fn of(facts: Facts, database: &Database) -> Option<Self> {
        let reserved = |_| DatabaseId::try_from(format!("{}-db", database.id));
        let id = DatabaseId::try_from(database.id.clone()).or_else(reserved).ok()?;
        let run = run(facts, database);
        let files = database.compose_file.iter().filter(|_| run == Run::Compose);
        let credentials = credentials::places(facts, database);
        // What a place tells is read there at run time: a copy written down here would outlive a change of it.
        let told =
            |part| credentials.iter().any(|place| place.what == part || place.what == CredentialPart::Url);
        let literal = |part| run == Run::Direct && !told(part);
        let entry = DatabaseEntry {
            id,
            engine: database.engine.clone(),
            guard: true,
            environment: declared(database.environment),
            restore_in_production: false,
            run,
            compose_files: files.filter_map(|file| RepoPath::parse(file.as_str()).ok()).collect(),
            service: database.compose_service.clone().filter(|_| run == Run::Compose),
            container: None,
            context: None,
            namespace: None,
            selector: None,
            volume: database.volume.clone().filter(|_| run == Run::Compose),
            volume_name: real_name(facts, database),
            host: database.host.clone().filter(|_| literal(CredentialPart::Host)),
            port: database.port.filter(|_| literal(CredentialPart::Port)),
            database: database.database.clone().filter(|_| literal(CredentialPart::Database)),
            user: database.user.clone().filter(|_| literal(CredentialPart::User)),
            path: (run == Run::File).then(|| file_path(facts, database)).flatten(),
            credentials,
            app_services: dependants(facts, database),
        };
        let name = entry.volume_name.as_deref().or(database.volume_name.as_deref());
        let pin_hint = crate::policy::pin::pin_hint(&entry, Some(database), name);
        Some(Self { entry, sources: database.sources.clone(), pin_hint })
    }

    /// The same entry under an id that is not `taken`.
    fn free_of(&self, taken: &BTreeSet<String>) -> Self {
        let mut free = self.clone();
        let mut number = 2;
        while taken.contains(&free.entry.id.as_str().to_ascii_lowercase()) {
            let id = format!("{}-{number}", self.entry.id.as_str());
            let Ok(id) = DatabaseId::try_from(id) else { break };
            free.entry.id = id;
            number += 1;
        }
        free
    }

    /// The entry as TOML, with the comments that help a person to edit it.
    fn render(&self) -> Result<String, TemplateError> {
        template::render(TEMPLATE, Text::of(self))
    }
}

/// The entries as TOML, each under an id that neither `known` nor another of them has.
pub(super) fn render<'a>(
    proposed: impl IntoIterator<Item = &'a Proposed>,
    known: &[DatabaseEntry],
) -> Result<String, TemplateError> {
    let mut taken: BTreeSet<_> = known.iter().map(|entry| entry.id.as_str().to_ascii_lowercase()).collect();
    let mut text = String::new();
    for one in proposed {
        let free = one.free_of(&taken);
        taken.insert(free.entry.id.as_str().to_ascii_lowercase());
        text.push_str(&free.render()?);
    }
    Ok(text)
}

fn run(facts: Facts, database: &Database) -> Run {
    let embedded =
        facts.presets.engine(&database.engine).is_some_and(|engine| !engine.database_files.is_empty());
    match database.compose_service {
        Some(_) => Run::Compose,
        None if embedded => Run::File,
        None => Run::Direct,
    }
}

/// The volume's name as a local Docker told it, or as this machine's dotenv file sets it where others read another.
fn real_name(facts: Facts, database: &Database) -> Option<String> {
    let told = |volume: &&RealVolume| {
        database.compose_service.as_ref() == Some(&volume.service)
            && database.compose_file.as_ref() == Some(&volume.compose_file)
    };
    let told = facts.volumes.iter().find(told).map(|volume| volume.name.clone());
    told.or_else(|| {
        let shared = facts.shared.databases.iter().find(|shared| {
            shared.compose_file == database.compose_file && shared.compose_service == database.compose_service
        });
        let elsewhere = shared?.volume_name.as_ref()?;
        database.volume_name.clone().filter(|name| name != elsewhere)
    })
}

/// What the names of files and hosts say for certain is written down; the rest is judged at run time.
const fn declared(environment: Environment) -> DeclaredEnvironment {
    match environment {
        Environment::Test => DeclaredEnvironment::Test,
        Environment::Staging => DeclaredEnvironment::Staging,
        Environment::Production => DeclaredEnvironment::Production,
        Environment::Development | Environment::Unknown => DeclaredEnvironment::Auto,
    }
}

/// The file of an embedded database, root-relative: configuration names it relative to some folder above itself.
fn file_path(facts: Facts, database: &Database) -> Option<String> {
    let written = database.database.as_deref()?.trim_start_matches("./");
    if written.is_empty() || written.starts_with('/') || written.contains("..") || written == ":memory:" {
        return None;
    }
    let source = database.sources.first().map(|place| place.path.as_str()).unwrap_or_default();
    let folders = || std::iter::successors(parent(source), |folder| parent(folder));
    let joined = |folder: &str| format!("{folder}/{written}");
    let there = |path: &str| facts.tree.has(path) || facts.tree.probe(path);
    let existing = folders().map(joined).find(|path| there(path));
    let beside_manifest = || folders().find(|folder| is_project(facts, folder)).map(joined);
    let path = existing.or_else(|| if there(written) { None } else { beside_manifest() });
    Some(path.unwrap_or_else(|| written.to_owned()))
}

fn parent(folder: &str) -> Option<&str> {
    folder.rsplit_once('/').map(|(above, _)| above)
}

fn is_project(facts: Facts, folder: &str) -> bool {
    const MANIFESTS: [&str; 9] = [
        "package.json",
        "manage.py",
        "pyproject.toml",
        "requirements.txt",
        "Gemfile",
        "composer.json",
        "Cargo.toml",
        "go.mod",
        "mix.exs",
    ];
    MANIFESTS.iter().any(|file| facts.tree.has(&format!("{folder}/{file}")))
}

/// Services of the same Compose file that say they depend on it.
fn dependants(facts: Facts, database: &Database) -> Vec<String> {
    let (Some(file), Some(service)) = (&database.compose_file, &database.compose_service) else {
        return Vec::new();
    };
    let Some(file) = facts.survey.compose.file(file) else { return Vec::new() };
    let depends = |other: &&Service| other.depends_on.contains(service);
    file.services.iter().filter(depends).map(|other| other.name.clone()).collect()
}

/// What the template sees.
#[derive(Serialize)]
struct Text<'a> {
    sources: String,
    id: &'a str,
    engine: &'a str,
    environment: &'a str,
    run: Run,
    compose_files: Vec<&'a str>,
    service: &'a Option<String>,
    volume: &'a Option<String>,
    volume_name: &'a Option<String>,
    pin_hint: &'a Option<String>,
    host: &'a Option<String>,
    port: Option<u16>,
    database: &'a Option<String>,
    user: &'a Option<String>,
    path: &'a Option<String>,
    credentials: &'a [Credential],
    app_services: &'a [String],
}

impl<'a> Text<'a> {
    fn of(proposed: &'a Proposed) -> Self {
        let entry = &proposed.entry;
        let place = |place: &Place| format!("{}:{}", crate::source::printable(&place.path), place.line);
        Self {
            sources: told_by(&proposed.sources.iter().map(place).collect::<Vec<_>>()),
            id: entry.id.as_str(),
            engine: &entry.engine,
            environment: entry.environment.id(),
            run: entry.run,
            compose_files: entry.compose_files.iter().map(RepoPath::as_str).collect(),
            service: &entry.service,
            volume: &entry.volume,
            volume_name: &entry.volume_name,
            pin_hint: &proposed.pin_hint,
            host: &entry.host,
            port: entry.port,
            database: &entry.database,
            user: &entry.user,
            path: &entry.path,
            credentials: &entry.credentials,
            app_services: &entry.app_services,
        }
    }
}

/// The first places; the others by number.
fn told_by(places: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = match places.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", places.get(..SHOWN).unwrap_or(places).join(", "))
}
