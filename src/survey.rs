//! Facts about a repository, each with the place it was read from; no opinions.

pub mod agents;
mod ask;
pub mod backups;
pub mod changes;
pub mod ci;
pub mod compose;
pub mod config;
pub mod containers;
pub mod databases;
pub mod docker;
pub mod dockerfile;
pub mod dotenv;
pub mod env_files;
pub mod environment;
pub mod found;
pub mod glob;
pub mod helm;
pub mod hidden;
mod ignored;
pub mod image;
pub mod interpolate;
pub mod kubernetes;
mod languages;
pub mod local;
pub mod managed;
pub mod manifests;
pub mod migrations;
mod packages;
pub mod passages;
pub mod paths;
pub mod script;
pub mod servers;
pub mod stacks;
pub mod store;
pub mod terraform;
pub mod tree;
pub mod url;
pub mod variables;
mod vendored;
mod walk;
pub mod xml;

use schemars::JsonSchema;
use serde::Serialize;

use crate::presets::Presets;
use found::{Field, Found};
use tree::Tree;

pub use crate::presets::model::Role;
pub use ignored::is_dotenv;

/// Everything that the survey found.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Programming languages by name (`TypeScript`), most files first.
    pub languages: Vec<String>,
    /// Package managers (`pnpm`, `pip`, …).
    pub package_managers: Vec<String>,
    /// Framework ids.
    pub frameworks: Vec<String>,
    /// ORM and migration tool ids.
    pub orms: Vec<String>,
    /// Commands that run this repository's tests.
    pub test_commands: Vec<String>,
    /// Commands that migrate forward.
    pub migrate_commands: Vec<String>,
    /// Databases.
    pub databases: Vec<Database>,
    /// Paths of Compose files.
    pub compose_files: Vec<String>,
    /// Paths of dotenv files and their examples.
    pub env_files: Vec<String>,
    /// CI systems (`github`, `gitlab`, …).
    pub ci: Vec<String>,
    /// Paths of files that instruct AI agents.
    pub agent_files: Vec<String>,
    /// Paths of scripts and manifests that back up or restore.
    pub backup_scripts: Vec<String>,
    /// Paths of migration directories.
    pub migrations: Vec<String>,
    /// What the repository's own manifests declare.
    pub dependencies: Vec<manifests::Dependency>,
    /// The Compose files themselves, resolved.
    pub compose: compose::ComposeFacts,
    /// Where each list entry was seen.
    pub evidence: Vec<Evidence>,
    /// What could not be read.
    pub incomplete: Vec<Incomplete>,
}

/// A place in the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Root-relative path, `/`-separated.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
}

impl Place {
    /// Line `line` (from 1) of `path`.
    pub fn new(path: impl Into<String>, line: usize) -> Self {
        Self { path: path.into(), line }
    }
}

/// Why an entry stands in one of the survey's lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// Name of the list (`orms`).
    pub field: &'static str,
    /// The entry (`prisma`).
    pub value: String,
    /// Where it was seen.
    #[serde(flatten)]
    pub place: Place,
}

/// A file that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Incomplete {
    /// Root-relative path.
    pub path: String,
    /// Line, from 1, where known.
    pub line: Option<usize>,
    /// Column, from 1, where known.
    pub column: Option<usize>,
    /// What went wrong, one line, without secrets.
    pub message: String,
    /// Whether the view is incomplete without it (exit 4), as defined in the design.
    pub matters: bool,
}

/// How sure the survey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint, such as a driver among the dependencies.
    Low,
    /// Configuration that names the engine.
    Medium,
    /// A server or file that is declared.
    High,
}

/// What kind of life the data leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// On a developer's machine.
    Development,
    /// For tests; throw-away.
    Test,
    /// A rehearsal of production.
    Staging,
    /// Real users' data.
    Production,
    /// Nothing told; treated as production.
    Unknown,
}

/// Where a container's data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VolumeKind {
    /// A volume that Compose creates and names.
    Named,
    /// A volume that exists outside Compose's control.
    External,
    /// A directory of the host.
    Bind,
    /// A volume without a name.
    Anonymous,
    /// Memory.
    Tmpfs,
    /// Nothing is mounted.
    None,
}

/// Which kind of file told of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A Compose service.
    Compose,
    /// A dotenv file or other environment.
    Env,
    /// Framework configuration.
    Config,
    /// A service of a CI job.
    Ci,
    /// A Kubernetes manifest.
    Kubernetes,
    /// A Helm chart or its values.
    Helm,
    /// Terraform or `OpenTofu`.
    Terraform,
    /// A script that starts a container.
    Script,
    /// A driver among the dependencies.
    Dependency,
}

/// One database, as far as the repository tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Database {
    /// Stable, unique in the repository, `[a-z0-9-]+`.
    pub id: String,
    /// Engine preset id.
    pub engine: String,
    /// Image tag or declared version.
    pub version: Option<String>,
    /// What it is there for.
    pub role: Role,
    /// Which environment it belongs to.
    pub environment: Environment,
    /// Compose file that declares it.
    pub compose_file: Option<String>,
    /// Its service there.
    pub compose_service: Option<String>,
    /// Compose volume key or bind source, as declared.
    pub volume: Option<String>,
    /// Real name of the volume, where the repository tells it for certain.
    pub volume_name: Option<String>,
    /// Kind of mount.
    pub volume_kind: VolumeKind,
    /// Mount point inside the container, as declared.
    pub data_mount: Option<String>,
    /// Host as seen by its clients.
    pub host: Option<String>,
    /// Port as seen by its clients.
    pub port: Option<u16>,
    /// Database name, or path of an embedded database.
    pub database: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// Where the password is (`env/backend.env:12 POSTGRES_PASSWORD`), never what.
    pub password_source: Option<String>,
    /// Every place that told of it, the declaring one first.
    pub sources: Vec<Place>,
    /// How sure the survey is.
    pub confidence: Confidence,
    /// Which kind of file declared it.
    pub origin: Origin,
    /// Other host names under which clients reach it: container name, network aliases.
    #[serde(skip)]
    pub aliases: Vec<String>,
    /// Ports of the host machine that lead to it.
    #[serde(skip)]
    pub published_ports: Vec<u16>,
}

impl Database {
    /// A database of `engine`, told by `place`, with nothing else known. The id is given by the assembly.
    pub fn new(engine: &str, origin: Origin, place: Place) -> Self {
        Self {
            id: String::new(),
            engine: engine.to_owned(),
            version: None,
            role: Role::Unknown,
            environment: Environment::Unknown,
            compose_file: None,
            compose_service: None,
            volume: None,
            volume_name: None,
            volume_kind: VolumeKind::None,
            data_mount: None,
            host: None,
            port: None,
            database: None,
            user: None,
            password_source: None,
            sources: vec![place],
            confidence: Confidence::Medium,
            origin,
            aliases: Vec::new(),
            published_ports: Vec::new(),
        }
    }
}

/// One reader of one kind of file.
type Detector = fn(&Tree, &Presets, &mut Found);

/// Every detector; the order does not matter to the result.
const DETECTORS: &[Detector] = &[
    env_files::detect,
    ci::detect,
    kubernetes::detect,
    helm::detect,
    terraform::detect,
    containers::detect,
    agents::detect,
    backups::detect,
    migrations::detect,
];

/// Reads all facts from a repository's files.
pub fn read(tree: &Tree, presets: &Presets) -> Survey {
    let compose = compose::read(tree);
    let mut found = Found::default();
    found.databases = servers::connections(&compose, presets);
    for detect in DETECTORS {
        detect(tree, presets, &mut found);
    }
    if let Err(error) = stacks::read(tree, presets, &mut found) {
        let path = crate::presets::USER_PRESETS.to_owned();
        found.incomplete.push(Incomplete {
            path,
            line: None,
            column: None,
            message: error.to_string(),
            matters: true,
        });
    }
    for file in &compose.files {
        found.file(Field::ComposeFiles, &file.path);
    }
    found.incomplete.extend(compose.incomplete.iter().cloned());
    found.incomplete.extend(unread(tree, &found.incomplete));
    let sightings = std::mem::take(&mut found.databases);
    let databases = databases::assemble(servers::databases(&compose, presets), sightings, presets);
    collect(found, databases, compose)
}

/// Files that a detector passed over because they cannot be read, besides those that are `reported`.
fn unread(tree: &Tree, reported: &[Incomplete]) -> Vec<Incomplete> {
    let unread = tree.unread().into_iter();
    let new = unread.filter(|(path, _)| !reported.iter().any(|known| known.path == *path));
    new.map(|(path, error)| Incomplete {
        path,
        line: None,
        column: None,
        message: error.to_string(),
        matters: false,
    })
    .collect()
}

fn collect(found: Found, databases: Vec<Database>, compose: compose::ComposeFacts) -> Survey {
    Survey {
        languages: found.values(Field::Languages),
        package_managers: found.values(Field::PackageManagers),
        frameworks: found.values(Field::Frameworks),
        orms: found.values(Field::Orms),
        test_commands: found.values(Field::TestCommands),
        migrate_commands: found.values(Field::MigrateCommands),
        databases,
        compose_files: found.values(Field::ComposeFiles),
        env_files: found.values(Field::EnvFiles),
        ci: found.values(Field::Ci),
        agent_files: found.values(Field::AgentFiles),
        backup_scripts: found.values(Field::BackupScripts),
        migrations: found.values(Field::Migrations),
        evidence: found.evidence(),
        incomplete: found.incomplete,
        dependencies: found.dependencies,
        compose,
    }
}
